"""Whatever consistent report, in whatever markup, however broken: read back right, or said so.

The oracle for broken pages is ``misread``: each cell equals what stood beside its label before the
page was broken, or it is blank and a problem names it. A cell that was only emptied may be blank
without a problem. A figure whose own text was deleted can not come back by reading; where a
neighbour of the same figure takes its place (a row of zeros that lost one) every figure is still
the page's, so that counts as right.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, assume, given
from hypothesis import strategies as st

from gongkai.checks.whole import check
from gongkai.model import Report, UnreadableDocument
from helpers.counts import properties
from helpers.pages import figures, layouts, misread, read_page, unlike
from helpers.strategies import changed, reports
from helpers.writers.mutations import (
    IN_ANY_TABLE,
    IN_TABLE_THREE,
    add_a_line,
    figure_spots,
    rewritten,
)
from helpers.writers.styles import FIGURES, LABELS, LAYOUTS, TABLES, render, report_sheets

profile = properties(40, HealthCheck.data_too_large)
# Layouts in which every cell has a place of its own, so that a blank one can be told from a missing
# one.
COMPLETE = ("plain", "word", "nested", "glued", "split", "small", "vertical", "full_bars")


def errors(report: Report) -> list[str]:
    return [finding.message for finding in check(report) if finding.severity == "error"]


@pytest.mark.parametrize("layout", LAYOUTS)
@profile
@given(
    report=reports(), labels=st.sampled_from(list(LABELS)), writing=st.sampled_from(list(FIGURES))
)
def test_a_consistent_report_is_read_back_equal(
    layout: str, report: Report, labels: str, writing: str
) -> None:
    read = read_page(render(report, layout, labels, writing))
    assert layouts(read) == layouts(report)
    assert unlike(figures(report), read) == []
    assert (read.title, read.agency, read.year, read.published) == (
        report.title,
        report.agency,
        report.year,
        report.published,
    )
    assert errors(read) == []


@profile
@given(report=reports(), layout=st.sampled_from(list(LAYOUTS)), data=st.data())
def test_a_changed_figure_is_an_error(report: Report, layout: str, data: st.DataObject) -> None:
    cells = [cell for cell in figures(report) if not cell.startswith("disclosure")]
    cell = data.draw(st.sampled_from(cells))
    value = data.draw(st.integers(0, 99_999))
    assume(value != report.value(cell))
    broken = changed(report, cell, value)
    read = read_page(render(broken, layout))
    # Where figures have no grid the reader may doubt a figure, but then says so; it never mends
    # one.
    assert misread(figures(broken), read) == []
    if read.value(cell) == value:
        assert errors(read)
    else:
        assert [finding for finding in check(read) if finding.severity in ("error", "warning")]


@profile
@given(report=reports(), layout=st.sampled_from(COMPLETE), data=st.data())
def test_blanks_and_signs_stay_blank(report: Report, layout: str, data: st.DataObject) -> None:
    sheets = report_sheets(report)
    truth = figures(report)
    for table in TABLES:
        spots = data.draw(
            st.lists(
                st.sampled_from(figure_spots(sheets[table])), max_size=4, unique_by=lambda s: s.id
            )
        )
        for spot in spots:
            sheets[table] = rewritten(
                sheets[table], spot, data.draw(st.sampled_from(["", "/", "—", "无", " "]))
            )
            truth[spot.id] = None
    read = read_page(LAYOUTS[layout](report, sheets))
    assert unlike(truth, read) == []
    assert errors(read) == []


# --- broken pages ---------------------------------------------------------------------------------


@pytest.mark.parametrize("mutate", IN_ANY_TABLE + IN_TABLE_THREE)
@profile
@given(report=reports(), layout=st.sampled_from(list(LAYOUTS)), data=st.data())
def test_a_broken_page_never_gives_a_wrong_figure(
    mutate, report: Report, layout: str, data: st.DataObject
) -> None:
    sheets = report_sheets(report)
    table = data.draw(st.sampled_from(TABLES)) if mutate in IN_ANY_TABLE else "applications"
    sheets[table], blank = mutate(sheets[table], data)
    try:
        read = read_page(LAYOUTS[layout](report, sheets))
    except UnreadableDocument:
        return
    assert misread(figures(report), read, blank) == []
    if mutate is add_a_line:
        assert [problem for problem in read.problems if problem.table == table], (
            "the added line vanished"
        )
