"""Real markups, each with truth typed by hand: every figure, every finding, no figure silently
wrong.
"""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import pytest

import gongkai
from gongkai.model import BrokenSum, Finding, Report
from helpers import DOCUMENTS
from helpers.pages import CASES, figures, layouts, misread, named, typed, typed_figures, unlike


def source_of(case: str) -> Path:
    (source,) = (DOCUMENTS / case).glob("source.*")
    return source


# What LibreOffice has to open first.
SLOW = [case for case in CASES if source_of(case).suffix in (".doc", ".wps", ".rtf")]
PARAMS = [pytest.param(case, marks=[pytest.mark.slow] if case in SLOW else []) for case in CASES]


@pytest.fixture(scope="module", params=PARAMS)
def case(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture(scope="module")
def truth(case: str) -> dict[str, Any]:
    return typed(case, "report.json")  # type: ignore[no-any-return]


@pytest.fixture(scope="module")
def report(case: str) -> Report:
    return gongkai.read_report(str(source_of(case)))


def test_no_figure_is_silently_wrong(truth: dict[str, Any], report: Report) -> None:
    wrong = misread(typed_figures(truth), report)
    assert not wrong, "\n" + "\n".join(wrong)


def test_every_figure_is_right(truth: dict[str, Any], report: Report) -> None:
    expected = typed_figures(truth)
    different = unlike(expected, report)
    assert not different, "\n" + "\n".join(different)
    assert list(figures(report)) == list(expected), (
        "cells beyond the layout, or out of the official order"
    )


def test_each_table_has_its_own_layout(truth: dict[str, Any], report: Report) -> None:
    assert layouts(report) == {
        table: content["edition"] for table, content in truth["tables"].items()
    }


def test_title_body_year_and_date(truth: dict[str, Any], report: Report) -> None:
    got = {name: getattr(report, name) for name in ("title", "agency", "year", "published")}
    assert got == {name: truth[name] for name in got}


def test_problems_are_those_of_the_source(truth: dict[str, Any], report: Report) -> None:
    """Every typed problem is reported, and none in the tables of a source that has none."""
    listed = [".".join((item["table"], item["row"], item["column"])) for item in truth["problems"]]
    assert [cell for cell in listed if not named(report, cell)] == []
    in_tables = [problem for problem in report.problems if problem.table]
    assert listed or not in_tables, in_tables


def test_findings(case: str, report: Report) -> None:
    """Errors and notes of plausibility are exactly the typed ones, each error with the sums that it
    breaks and the evidence of the prose, and no more; other warnings and notes are among those
    found.
    """
    expected = Counter(map(typed_finding, typed(case, "findings.json")))
    got = Counter(map(found_finding, gongkai.check(report)))
    assert exact(got) == exact(expected)
    assert not expected - got, f"not found: {sorted(map(str, expected - got))}"


def typed_finding(item: dict[str, Any]) -> tuple[Any, ...]:
    """A finding as it is typed: its figures, those of the sums or members it consists of,
    and what the prose says for it.
    """
    parts = [*item.get("sums", ()), *item.get("members", ())]
    figures_of_parts = tuple((one["rule"], one["stated"], one["computed"]) for one in parts)
    prose = tuple((place, figure) for place, figure in item.get("prose", ()))
    told = (item["rule"], item["severity"], item["stated"], item["computed"])
    return *told, figures_of_parts, prose


def found_finding(finding: Finding) -> tuple[Any, ...]:
    parts: tuple[BrokenSum | Finding, ...] = (*finding.sums, *finding.members)
    figures_of_parts = tuple((one.rule, one.stated, one.computed) for one in parts)
    told = (finding.rule, finding.severity, finding.stated, finding.computed)
    return *told, figures_of_parts, finding.facts.get("prose", ())


def exact(found: Counter[tuple[Any, ...]]) -> dict[tuple[Any, ...], int]:
    return {
        key: count
        for key, count in found.items()
        if key[1] == "error" or key[0].startswith("plausibility.")
    }
