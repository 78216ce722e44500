"""Whatever report, as a PDF in whatever style and cut by page breaks anywhere: read right, or said
so.
"""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

from gongkai.checks.whole import check
from gongkai.model import Report, UnreadableDocument
from helpers.counts import counted, part, properties
from helpers.made import report_of
from helpers.pages import figures, layouts, misread, read_page, unlike
from helpers.strategies import reports
from helpers.writers.mutations import drop_line, figure_spots, insert_line, rewritten, row_labels
from helpers.writers.pdfs import RULED, Style, pdf_of, styles
from helpers.writers.styles import TABLES, Sheet, report_sheets

SLOW_RULES = [pytest.param(rules, marks=pytest.mark.slow) for rules in ("lines", "rects", "open")]


@properties(14, HealthCheck.data_too_large)
@given(
    report=reports(), style=styles(RULED), writing=st.sampled_from(("plain", "commas", "counted"))
)
def test_a_ruled_report_is_read_back_equal(report: Report, style: Style, writing: str) -> None:
    read = read_page(pdf_of(report, style, report_sheets(report, figures=writing)))
    assert layouts(read) == layouts(report)
    assert unlike(figures(report), read) == []
    assert (read.title, read.agency, read.year, read.published) == (
        report.title,
        report.agency,
        report.year,
        report.published,
    )
    assert [finding.message for finding in check(read) if finding.severity == "error"] == []


@pytest.mark.parametrize("rules", ["shaded", "none", *SLOW_RULES])
@properties(6, HealthCheck.data_too_large)
@given(report=reports(), data=st.data())
def test_blanks_and_signs_move_nothing(rules: str, report: Report, data: st.DataObject) -> None:
    sheets = report_sheets(report)
    truth = figures(report)
    gone = set()
    for table in TABLES:
        spots = data.draw(
            st.lists(
                st.sampled_from(figure_spots(sheets[table])), max_size=4, unique_by=lambda s: s.id
            )
        )
        for spot in spots:
            sheets[table] = rewritten(
                sheets[table], spot, data.draw(st.sampled_from(("", "", "/", "-")))
            )
            truth[spot.id] = None
            gone.add(spot.id)
    read = read_page(pdf_of(report, data.draw(styles((rules,))), sheets))
    assert misread(truth, read, gone) == []
    if rules != "none":
        assert unlike(truth, read) == []


@counted
@pytest.mark.parametrize("turned", ["vertical", "rotated"])
def test_the_label_of_the_results_may_be_cut_before_any_line(turned: str) -> None:
    """办理结果 stands in what is left of its cell, were it one line of it."""
    report = report_of({"applications.carried_out.company": 345})
    for line in part(range(4, 28)):
        style = Style(rules="rects", breaks=(("applications", line),), turned=turned)
        read = read_page(pdf_of(report, style, report_sheets(report)))
        assert unlike(figures(report), read) == [], line


@pytest.mark.parametrize("rules", ["rects", "none"])
@properties(6, HealthCheck.data_too_large)
@given(report=reports(), data=st.data())
def test_a_broken_table_is_never_silently_wrong(
    rules: str, report: Report, data: st.DataObject
) -> None:
    sheets = report_sheets(report)
    truth = figures(report)
    table = data.draw(st.sampled_from(TABLES))
    sheets[table] = broken(sheets[table], data, truth)
    try:
        read = read_page(pdf_of(report, data.draw(styles((rules,))), sheets))
    except UnreadableDocument:
        return
    assert misread(truth, read) == []


@properties(8, HealthCheck.data_too_large)
@given(
    report=reports(), style=styles(("lines", "open")), missing=st.integers(1, 30), data=st.data()
)
def test_missing_lines_are_never_silently_wrong(
    report: Report, style: Style, missing: int, data: st.DataObject
) -> None:
    sheets = report_sheets(report)
    truth = figures(report)
    gone = set()
    for spot in data.draw(
        st.lists(st.sampled_from(figure_spots(sheets["applications"])), max_size=30)
    ):
        sheets["applications"] = rewritten(sheets["applications"], spot, "")
        truth[spot.id] = None
        gone.add(spot.id)
    try:
        read = read_page(pdf_of(report, replace(style, missing=missing), sheets))
    except UnreadableDocument:
        return
    assert misread(truth, read, gone) == []


def broken(sheet: Sheet, data: st.DataObject, truth: dict[str, object]) -> Sheet:
    """A table that lost a row, a cell or a label, or got a row more; ``truth`` loses what the page
    says no more.
    """
    kind = data.draw(st.sampled_from(("row", "label", "more", "footnote")))
    if kind == "footnote":
        spot = data.draw(st.sampled_from(figure_spots(sheet)))
        return rewritten(sheet, spot, f"{spot.text}①")
    rows = row_labels(sheet)
    spot = data.draw(st.sampled_from(rows))
    if kind == "label":
        return rewritten(sheet, spot, "")
    if kind == "more":
        return insert_line(sheet, spot.box.bottom, "备注", ["7"] * 15)
    for gone in [other for other in figure_spots(sheet) if other.box.top == spot.box.top]:
        truth[gone.id] = None
    return drop_line(sheet, spot.box.top)
