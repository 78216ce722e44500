"""``report.to_frame()`` in the nine sinks of pandas: written, read back, equal."""

from __future__ import annotations

import io
import json
import math
import pickle
import sqlite3
from collections.abc import Callable
from decimal import Decimal
from pathlib import Path

import pandas
import polars
import pyreadstat
import pytest
from hypothesis import given
from openpyxl import load_workbook

from gongkai.model import Report
from gongkai.wording import plain
from helpers.counts import properties
from helpers.made import blank_report, report_of
from helpers.pages import typed_report
from helpers.strategies import reports

FEES, NEW = "disclosure.fees.amount", "applications.new.natural"
HOSTILE = "=cmd|' /C calc'!A0\x00甲\ud800乙\r\n" + "长" * 40_000
MOST_LETTERS = 32_767  # of a cell in Excel: openpyxl cuts there
Row = tuple[object, ...]


def rows_of(frame: pandas.DataFrame) -> list[Row]:
    """Values as Python has them, None where nothing is."""
    return [tuple(map(as_python, row)) for row in frame.itertuples(index=False)]


def as_python(value: object) -> object:
    if value is None or value is pandas.NA or value == "":
        return None
    if isinstance(value, float) and math.isnan(value):
        return None
    return value.item() if hasattr(value, "item") else value


# --- the nine ---------------------------------------------------------------------------------


def through_csv(frame: pandas.DataFrame, path: Path) -> list[Row]:
    frame.to_csv(path, index=False)
    types = {name: str(kind) for name, kind in frame.dtypes.items()}
    again = pandas.read_csv(path, dtype=types, keep_default_na=False, na_values=[""])
    return rows_of(again)


def through_xlsx(frame: pandas.DataFrame, path: Path) -> list[Row]:
    path = path.with_suffix(".xlsx")
    frame.to_excel(path, index=False)
    sheet = load_workbook(path).active
    assert sheet is not None
    return [tuple(row) for row in sheet.iter_rows(min_row=2, values_only=True)]


def through_json(frame: pandas.DataFrame, path: Path) -> list[Row]:
    frame.to_json(path, orient="records", double_precision=15)
    told = json.loads(path.read_text(encoding="utf-8"))
    return [tuple(map(as_python, row.values())) for row in told]


def through_parquet(frame: pandas.DataFrame, path: Path) -> list[Row]:
    frame.to_parquet(path)
    return rows_of(same_types(frame, pandas.read_parquet(path)))


def through_feather(frame: pandas.DataFrame, path: Path) -> list[Row]:
    frame.to_feather(path)
    return rows_of(same_types(frame, pandas.read_feather(path)))


def through_polars(frame: pandas.DataFrame, path: Path) -> list[Row]:
    found = polars.from_pandas(frame)
    assert polars.Object not in found.dtypes
    return [tuple(map(as_python, row)) for row in found.rows()]


def through_stata(frame: pandas.DataFrame, path: Path) -> list[Row]:
    frame.to_stata(path, write_index=False, version=118)
    again, _ = pyreadstat.read_dta(path)
    assert rows_of(again) == rows_of(pandas.read_stata(path))
    return rows_of(again)


def through_sqlite(frame: pandas.DataFrame, path: Path) -> list[Row]:
    base = sqlite3.connect(":memory:")
    frame.to_sql("figures", base, index=False)
    return [tuple(map(as_python, row)) for row in base.execute("SELECT * FROM figures")]


def through_pickle(frame: pandas.DataFrame, path: Path) -> list[Row]:
    return rows_of(same_types(frame, pickle.loads(pickle.dumps(frame))))


def same_types(frame: pandas.DataFrame, again: pandas.DataFrame) -> pandas.DataFrame:
    assert list(again.dtypes) == list(frame.dtypes)
    return again


SINKS: dict[str, Callable[[pandas.DataFrame, Path], list[Row]]] = {
    "csv": through_csv,
    "xlsx": through_xlsx,
    "json": through_json,
    "parquet": through_parquet,
    "feather": through_feather,
    "polars": through_polars,
    "stata": through_stata,
    "sqlite": through_sqlite,
    "pickle": through_pickle,
}
# Neither a sheet nor Stata holds whole numbers beyond 2 ** 53, nor the JSON of pandas 2.2; the
# digits stand beside.
ONLY_DOUBLES = ("json", "stata", "xlsx")
CASES = {
    "ruian": typed_report("ruian-2021-text"),
    "mixed": typed_report("hongze-2024"),
    "hostile": report_of({FEES: Decimal("12.3456")}, raws={FEES: HOSTILE, NEW: "\n甲\t"}),
    "blank": blank_report("2021", 2022),
    "large": report_of({NEW: 2**53 + 1, FEES: Decimal("12345678901.2345")}),
    "beyond": report_of({NEW: 10**20, "applications.granted.natural": Decimal("0.5")}),
}


@pytest.mark.parametrize("case", CASES)
@pytest.mark.parametrize("sink", SINKS)
def test_a_report_goes_into_every_sink(sink: str, case: str, tmp_path: Path) -> None:
    frame = CASES[case].to_frame()
    expected = rows_of(frame)
    got = SINKS[sink](frame, tmp_path / "a")
    if sink == "xlsx":
        expected = [tuple(map(cut_by_excel, row)) for row in expected]
    if sink in ONLY_DOUBLES:
        expected = [tuple(map(as_double, row)) for row in expected]
        got = [tuple(map(as_double, row)) for row in got]
    assert got == expected


def cut_by_excel(value: object) -> object:
    return value[:MOST_LETTERS] if isinstance(value, str) else value


def as_double(value: object) -> object:
    return float(value) if isinstance(value, int) else value


@pytest.mark.parametrize("sink", SINKS)
def test_so_does_one_without_tables(sink: str, tmp_path: Path) -> None:
    frame = Report("题", "某局", None, "", {}).to_frame()
    assert len(frame) == 0
    assert SINKS[sink](frame, tmp_path / "a") == []


# --- what is in it ----------------------------------------------------------------------------


@properties(60)
@given(reports())
def test_every_figure_is_exact(report: Report) -> None:
    frame = report.to_frame()
    assert {str(kind) for kind in frame.dtypes} == {str(frame["raw"].dtype), "Int64", "float64"}
    values = [entry.value for entry in report.entries()]
    for value, row in zip(values, frame.itertuples(index=False), strict=True):
        assert row.exact == ("" if value is None else format(Decimal(value), "f"))
        if isinstance(value, int):
            assert row.count == value
        if value is not None:
            assert row.value == float(value)


def test_what_no_column_holds_is_in_its_digits() -> None:
    frame = CASES["beyond"].to_frame().set_index("cell")
    assert frame.loc[[NEW, "applications.granted.natural"], "count"].isna().all()
    assert list(frame.loc[[NEW, "applications.granted.natural"], "exact"]) == [
        "100000000000000000000",
        "0.5",
    ]
    large = CASES["large"].to_frame().set_index("cell")
    assert large.loc[NEW, "count"] == 2**53 + 1
    assert large.loc[NEW, "exact"] == "9007199254740993"


def test_texts_are_without_what_nobody_sees() -> None:
    frame = CASES["hostile"].to_frame().set_index("cell")
    assert frame.loc[FEES, "raw"] == plain(HOSTILE)
    assert "\x00" not in plain(HOSTILE)


def test_years_side_by_side() -> None:
    """Frames of reports with and without amounts and blanks have the same types."""
    both = pandas.concat([report.to_frame() for report in CASES.values()])
    assert list(both.dtypes) == list(CASES["blank"].to_frame().dtypes)
    both.to_parquet(io.BytesIO())
