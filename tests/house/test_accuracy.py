"""The published accuracy counts what it says it counts."""

from __future__ import annotations

import re
from decimal import Decimal

import pytest

import accuracy
from accuracy import Score, plain_figures, score_of_ours, score_of_plain, scored
from helpers import DOCUMENTS, ROOT
from helpers.pages import CASES, typed, typed_figures

README = ROOT / "README.md"


def test_each_kind_of_miss_is_counted_once() -> None:
    truth = {"a": 1, "b": 2, "c": 3, "d": 4, "e": None, "f": None}
    got = {"a": 1, "b": 5, "e": 6}
    assert scored(truth, got, {"c": True}) == Score(right=1, named=1, wrong=2, lost=1)


def test_a_wrong_figure_of_ours_would_show() -> None:
    source = DOCUMENTS / "broken-2022" / "source.html"
    truth = typed_figures(typed("broken-2022", "report.json"))
    assert score_of_ours(source, truth) == Score(right=len(truth))
    moved = truth | {"applications.granted.natural": 99, "disputes.review.total": 99}
    assert score_of_ours(source, moved) == Score(right=len(truth) - 2, wrong=2)


def test_the_plain_importer_is_no_straw_man() -> None:
    """It gets whole what is written cleanly, and only that."""
    layouts = {"disclosure": "2021", "applications": "2021", "disputes": "2021"}
    truth = typed_figures(typed("broken-2022", "report.json"))
    assert score_of_plain(DOCUMENTS / "broken-2022" / "source.html", truth, layouts) == Score(
        right=len(truth)
    )
    assert score_of_plain(DOCUMENTS / "bars-2023" / "source.txt", truth, layouts) is None
    rows = [["（一）予以公开", "（一）予以公开", "1,234", "", "x", "0.5"]]
    cells = ("natural", "company", "research", "welfare")
    found = plain_figures([rows], {}, layouts)
    assert [found.get(f"applications.granted.{cell}") for cell in cells] == [
        1234,
        None,
        None,
        Decimal("0.5"),
    ]


def test_the_published_total_is_that_of_the_cases(
    capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """The number of cases and of their figures in the README; that all are right, test_documents.py
    tests.
    """
    figures = sum(
        value is not None
        for case in CASES
        for value in typed_figures(typed(case, "report.json")).values()
    )
    (row,) = re.findall(r"\| all \d+ cases \|.*", README.read_text(encoding="utf-8"))
    assert row == f"| all {len(CASES)} cases |  | {figures} | 0 | 0 | — | — | — |"
    monkeypatch.setattr("helpers.pages.CASES", CASES[:1])
    assert accuracy.main() == 0
    assert capsys.readouterr().out.splitlines()[-1].startswith("| all 1 cases |")
