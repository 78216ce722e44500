"""Room: tests. Real markups, each with truth typed by hand: every figure, every finding, no figure silently wrong."""

from __future__ import annotations

import json
from collections import Counter
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from pages import figures, misread, named, unlike

import gongkai
from gongkai.editions import editions
from gongkai.model import Report, Value

FOLDER = Path(__file__).parent / "documents"
CASES = sorted(path.name for path in FOLDER.iterdir() if path.is_dir())


def load(case: str, name: str) -> Any:
    return json.loads((FOLDER / case / name).read_text(encoding="utf-8"), parse_float=Decimal)


def typed_figures(truth: dict[str, Any]) -> dict[str, Value]:
    """report.json -> cell id -> figure; also holds the typed rows against the edition's, so that none is forgotten."""
    found: dict[str, Value] = {}
    for table, content in truth["tables"].items():
        form = editions()[content["edition"]].forms[table]
        assert [(row["id"], row["label"]) for row in content["rows"]] == [(row.id, row.label.text) for row in form.rows]
        for row in content["rows"]:
            cells = [cell.id for cell in form.row_cells(row["id"])]
            found |= dict(zip(cells, row["values"], strict=True))
    return found


@pytest.fixture(scope="module", params=CASES)
def case(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def truth(case: str) -> dict[str, Any]:
    return load(case, "report.json")  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def report(case: str) -> Report:
    (source,) = (FOLDER / case).glob("source.*")
    return gongkai.read_report(str(source))


def test_no_figure_is_silently_wrong(truth: dict[str, Any], report: Report) -> None:
    wrong = misread(typed_figures(truth), report)
    assert not wrong, "\n" + "\n".join(wrong)


def test_every_figure_is_right(truth: dict[str, Any], report: Report) -> None:
    typed = typed_figures(truth)
    different = unlike(typed, report)
    assert not different, "\n" + "\n".join(different)
    assert list(figures(report)) == list(typed), "cells beyond the layout, or out of the official order"


def test_each_table_has_its_own_layout(truth: dict[str, Any], report: Report) -> None:
    expected = {table: content["edition"] for table, content in truth["tables"].items()}
    assert {table.id: table.edition for table in report.tables.values()} == expected


def test_title_body_year_and_date(truth: dict[str, Any], report: Report) -> None:
    got = {name: getattr(report, name) for name in ("title", "agency", "year", "published")}
    assert got == {name: truth[name] for name in got}


def test_problems_are_those_of_the_source(truth: dict[str, Any], report: Report) -> None:
    """Every typed problem is reported, and none in the tables of a source that has none."""
    listed = {".".join((item["table"], item["row"], item["column"])) for item in truth["problems"]}
    assert [cell for cell in listed if not named(report, cell)] == []
    in_tables = [problem for problem in report.problems if problem.table]
    assert listed or not in_tables, in_tables


def test_findings(case: str, report: Report) -> None:
    """Errors are exactly the typed ones; typed warnings and notes are among those found."""
    expected = Counter((f["rule"], f["severity"], f["stated"], f["computed"]) for f in load(case, "findings.json"))
    found = gongkai.check(report)
    got = Counter((f.rule, f.severity, f.stated, f.computed) for f in found)
    errors = {key: count for key, count in got.items() if key[1] == "error"}
    assert errors == {key: count for key, count in expected.items() if key[1] == "error"}
    assert not expected - got, f"not found: {sorted(map(str, expected - got))}"
