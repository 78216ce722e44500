"""A panel as a file: what was written is read back, whatever stands in it; or nothing is there."""

from __future__ import annotations

import csv
import io
import math
import sqlite3
import sys
from collections.abc import Iterator
from contextlib import closing
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory

import pandas
import polars
import pyreadstat
import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from pyarrow import parquet

from gongkai.model import GongkaiError, Report, WorkbookError
from gongkai.panels import sinks
from gongkai.panels.frames import Panel, to_frame
from gongkai.panels.records import records_of
from gongkai.panels.sinks import SUFFIXES, PanelChoice, csv_cell, write_panel
from gongkai.panels.tables import PanelTable, tables_of
from gongkai.store.records import StoredReport, row_to_record
from gongkai.wording import cell_text
from gongkai.workbook.lists import BatchRow
from helpers.counts import properties
from helpers.made import blank_report, older, report_of
from helpers.pages import typed_report
from helpers.strategies import changed, reports

FEES, NEW = "disclosure.fees.amount", "applications.new.natural"
HOSTILE = "=cmd|' /C calc'!A0\x00甲\ud800乙\n" + "长" * 40_000
WIDES = pytest.mark.parametrize("wide", [False, True], ids=["long", "wide"])
EACH = pytest.mark.parametrize("suffix", SUFFIXES)
FAILED = row_to_record(
    BatchRow("https://example.gov.cn/=a\ud800.html", "failed", message="服务器没有回答。\x00")
)
CASES = (
    typed_report("ruian-2021-text"),
    typed_report("broken-2022"),
    typed_report("hongze-2024"),
    older(),
    blank_report("2021", 2022),
    Report("题", "某局", 2021, "", {}),
    report_of({FEES: Decimal("12.3456")}, raws={FEES: HOSTILE}),
    report_of({NEW: 2**53 + 1, FEES: Decimal("12345678901.2345")}),
    report_of({NEW: 10**20, "applications.granted.natural": Decimal("0.5")}),
)
Rows = list[tuple[object, ...]]


@pytest.fixture(scope="module")
def records() -> tuple[StoredReport, ...]:
    return (*records_of(CASES), FAILED)


# --- what stands in a file ----------------------------------------------------------------------


def expected_in(table: PanelTable, records: tuple[StoredReport, ...]) -> Rows:
    rows = list(table.fixed)
    for record in records:
        rows += table.rows(record)
    return [tuple(map(as_held, row)) for row in rows]


def as_held(value: object) -> object:
    """Figures as doubles, as most programs have them; what is not there as None."""
    if value == "" or value is None:
        return None
    return float(value) if isinstance(value, int | float | Decimal) else value


def read_csv(path: Path, table: PanelTable) -> Rows:
    text = path.read_text(encoding="utf-8-sig")
    rows = list(csv.reader(io.StringIO(text, newline="")))
    assert rows[0] == list(table.heads)
    kinds = [column.kind for column in table.columns]
    return [
        tuple(value or None if kind == "text" else as_number(value) for value, kind in paired)
        for paired in (zip(row, kinds, strict=True) for row in rows[1:])
    ]


def as_number(text: str) -> float | None:
    return float(text) if text else None


def read_sqlite(path: Path, table: PanelTable) -> Rows:
    with closing(sqlite3.connect(path)) as base:
        return held_rows(base.execute(f"SELECT {', '.join(table.heads)} FROM {table.name}"))


def read_xlsx(path: Path, table: PanelTable) -> Rows:
    sheet = load_workbook(path)[table.title]
    rows = list(sheet.iter_rows())
    assert [cell.value for cell in rows[0]] == list(table.heads)
    assert {cell.data_type for row in rows for cell in row} <= {"s", "n"}
    return held_rows([cell.value for cell in row] for row in rows[1:])


def read_parquet(path: Path, table: PanelTable) -> Rows:
    frame = pandas.read_parquet(path)
    assert list(frame.dtypes) == list(to_frame(table, ()).dtypes)
    found = held_rows(polars.read_parquet(path).rows())
    assert found == rows_of(frame)
    return found


def read_stata(path: Path, table: PanelTable) -> Rows:
    frame, told = pyreadstat.read_dta(path)
    assert told.column_names == list(table.heads)
    assert told.column_labels == [column.label for column in table.columns]
    found = rows_of(frame)
    assert found == rows_of(pandas.read_stata(path))
    return found


def rows_of(frame: pandas.DataFrame) -> Rows:
    rows = frame.astype(object).where(frame.notna(), None)
    return held_rows(rows.itertuples(index=False))


def held_rows(rows: Iterator[object]) -> Rows:
    return [tuple(map(as_held, row)) for row in rows]


READERS = {
    ".csv": read_csv,
    ".dta": read_stata,
    ".parquet": read_parquet,
    ".sqlite": read_sqlite,
    ".xlsx": read_xlsx,
}


def as_written(rows: Rows, suffix: str) -> Rows:
    """What a program may run has an apostrophe before it in a CSV; a cell of Excel is cut."""
    changes = {".csv": csv_cell, ".xlsx": lambda text: cell_text(text) or None}
    change = changes.get(suffix)
    if change is None:
        return rows
    return [tuple(change(one) if isinstance(one, str) else one for one in row) for row in rows]


def assert_written(files: tuple[Path, ...], wide: bool, records: tuple[StoredReport, ...]) -> None:
    tables = tables_of(wide)
    paths = files if len(files) > 1 else files * len(tables)
    for path, table in zip(paths, tables, strict=True):
        found = READERS[path.suffix](path, table)
        assert found == as_written(expected_in(table, records), path.suffix), table.name


@pytest.mark.slow
@EACH
@WIDES
def test_every_table_is_read_back(
    suffix: str, wide: bool, records: tuple[StoredReport, ...], tmp_path: Path
) -> None:
    target = tmp_path / f"面板{suffix}"
    files = write_panel(records, target, PanelChoice(wide))
    assert files[0] == target
    assert sorted(files) == sorted(tmp_path.iterdir()), "nothing is left behind"
    assert_written(files, wide, records)


@EACH
@properties(16)
@given(st.lists(reports(), max_size=3), st.booleans())
def test_whatever_the_reports(suffix: str, given_reports: list[Report], wide: bool) -> None:
    records = tuple(records_of(given_reports))
    with TemporaryDirectory() as folder:
        files = write_panel(iter(records), Path(folder, f"a{suffix}"), PanelChoice(wide))
        assert_written(files, wide, records)


def test_the_files_beside(tmp_path: Path) -> None:
    written = write_panel((), tmp_path / "a.parquet")
    assert [path.name for path in written] == [
        "a.parquet",
        "a-findings.csv",
        "a-sources.csv",
        "a-codebook.csv",
    ]


# --- what is in it ------------------------------------------------------------------------------


def test_a_failed_source_is_a_row_with_its_reason(records: tuple[StoredReport, ...]) -> None:
    panel = Panel(records)
    assert repr(panel) == "<Panel 10个来源，未读出3个>"
    sources = panel.sources.set_index("source")
    failed = sources.loc["https://example.gov.cn/=a\ufffd.html"]
    assert (failed["state"], failed["reason"]) == ("failed", "服务器没有回答。 ")
    assert len(panel.reports) == len(sources) == 10
    assert "没有读出数字" in panel.sources["reason"][4]
    assert math.isnan(panel.reports["t2_fees_amount"][9])
    assert panel.figures["source"].nunique() < 10


def test_wide_holds_what_its_columns_hold_and_counts_the_rest(
    records: tuple[StoredReport, ...],
) -> None:
    wide = Panel(records).reports
    assert wide["t2_fees_amount"][0] == 32367.144295
    assert wide["x2_fees_amount"][0] == "32367.144295"
    assert wide["t3_new_nat"][7] == 2**53 + 1
    assert list(wide["unheld"]) == [0, 0, 0, 0, 0, 0, 0, 0, 2, 0]
    assert wide["t3_new_nat"].isna()[8], "10 ** 20: the long table has its digits"
    assert "t3_other_tot" in wide.columns, "of 2019, empty for 2021"


def test_digits_are_digits_in_a_csv(tmp_path: Path) -> None:
    """A fall of three items (本年增/减 of 2019) is no formula; what a page says may be one."""
    change = "disclosure.permits.change"
    report = changed(older(), change, -3)
    [path, *_] = write_panel(records_of(report), tmp_path / "a.csv")
    own = pandas.read_csv(path, dtype=str).set_index("cell").loc[change]
    assert (own["value"], own["count"], own["exact"]) == ("-3", "-3", "-3")
    assert [csv_cell(text) for text in ("-3", "-3.5", "-3+1", "=1+1", "@a")] == [
        "-3",
        "-3.5",
        "'-3+1",
        "'=1+1",
        "'@a",
    ]


def test_an_implied_figure_stands_nowhere_unasked() -> None:
    report = report_of({NEW: None})
    panel = Panel(tuple(records_of([report])))
    own = panel.figures.set_index("cell").loc[NEW]
    assert (own["state"], own["implied"], own["exact"]) == ("implied", 436, "")
    assert pandas.isna(own["value"])
    assert pandas.isna(own["count"])
    assert panel.reports["t3_new_nat"].isna().all()
    assert panel.implied["t3_new_nat"].isna().all()
    assert list(panel.implied["i3_new_nat"]) == [436]


def test_figures_of_both_layouts_in_one_report(records: tuple[StoredReport, ...]) -> None:
    own = Panel(records[2:3]).figures
    assert set(own.loc[own["form"] == "表三", "edition"]) == {"2019"}
    assert set(own.loc[own["form"] == "表二", "edition"]) == {"2021"}


def test_findings_name_what_would_mend_them(records: tuple[StoredReport, ...]) -> None:
    findings = Panel(records[1:2]).findings
    assert set(findings["severity"]) == {"error"}
    first = findings.iloc[0]
    assert "->" in first["suspects"]
    assert first["cells"].split()[0].count(".") == 2
    assert first["message"]


def test_the_codebook_is_read_with_the_data(tmp_path: Path) -> None:
    """The example of the manual: a column's label by way of the second table."""
    report = report_of({NEW: 5})
    [path] = write_panel(records_of([report]), tmp_path / "a.sqlite")
    with closing(sqlite3.connect(path)) as base:
        rows = base.execute(
            "SELECT label, count FROM figures JOIN codebook USING (cell) WHERE cell = ?", (NEW,)
        )
        assert list(rows) == [("表三 新收·自然人", 5)]


# --- what may go wrong --------------------------------------------------------------------------


@EACH
def test_nothing_is_replaced_unasked(suffix: str, tmp_path: Path) -> None:
    target = tmp_path / f"a{suffix}"
    files = write_panel((), target)
    before = [path.read_bytes() for path in files]
    taken = []
    with pytest.raises(WorkbookError, match="已存在"):
        write_panel(map(taken.append, [FAILED]), target)
    assert taken == []
    files[-1].unlink()
    if len(files) > 1:
        with pytest.raises(WorkbookError, match="已存在"):
            write_panel((), target)
        assert not files[-1].exists()
    assert [path.read_bytes() for path in files[:-1]] == before[:-1]
    assert write_panel((), target, PanelChoice(overwrite=True)) == files


@EACH
def test_a_failure_leaves_what_was_there(suffix: str, tmp_path: Path) -> None:
    target = tmp_path / f"a{suffix}"
    files = write_panel((), target)
    before = [path.read_bytes() for path in files]

    def broken() -> Iterator[StoredReport]:
        yield FAILED
        raise GongkaiError("存储已损坏。")

    with pytest.raises(GongkaiError, match="存储已损坏"):
        write_panel(broken(), target, PanelChoice(overwrite=True))
    assert [path.read_bytes() for path in files] == before
    assert sorted(files) == sorted(tmp_path.iterdir())


@EACH
def test_a_folder_that_is_not_there_is_told(suffix: str, tmp_path: Path) -> None:
    with pytest.raises(WorkbookError, match=rf"^无法写入a\{suffix}："):
        write_panel((), tmp_path / "无" / f"a{suffix}")


def test_another_suffix_is_refused(tmp_path: Path) -> None:
    with pytest.raises(WorkbookError, match=r"\.parquet、\.sqlite、\.csv、\.dta或\.xlsx"):
        write_panel((), tmp_path / "a.txt")


def test_a_sheet_holds_so_many_rows(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sinks, "MOST_ROWS", 300)
    records = tuple(records_of([report_of(), report_of()]))
    with pytest.raises(WorkbookError, match=r"超过300行.*\.parquet.*--wide"):
        write_panel(records, tmp_path / "a.xlsx")
    assert list(tmp_path.iterdir()) == []
    write_panel(records, tmp_path / "b.xlsx", PanelChoice(wide=True))


def test_without_pyarrow_a_sentence_says_what_to_do(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setitem(sys.modules, "pyarrow", None)
    with pytest.raises(GongkaiError, match="pip install pyarrow"):
        write_panel((), tmp_path / "a.parquet")
    assert list(tmp_path.iterdir()) == []


def test_row_groups_are_written_as_they_fill(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sinks, "ROW_GROUP", 100)
    records = tuple(records_of([report_of(), report_of()]))
    files = write_panel(records, tmp_path / "a.parquet")
    count = parquet.ParquetFile(files[0]).metadata.num_row_groups
    assert count == math.ceil(len(Panel(records).figures) / 100)
    assert_written(files, False, records)


def test_records_are_taken_one_by_one(tmp_path: Path) -> None:
    """The rows of one report are written before the next is asked for."""
    [record] = records_of([report_of()])
    sizes: list[int] = []

    def growing() -> Iterator[StoredReport]:
        for _ in range(40):
            yield record
            sizes.append(sum(path.stat().st_size for path in tmp_path.iterdir()))

    write_panel(growing(), tmp_path / "a.csv")
    assert sizes == sorted(sizes)
    assert sizes[20] > 20 * 30_000
