"""Whatever consistent report, in whatever markup, however broken: read back right, or said so.

The oracle for broken pages is ``misread``: each cell equals what stood beside its label before the page was broken,
or it is blank and a problem names it. A cell that was only emptied may be blank without a problem. A figure whose own
text was deleted can not come back by reading; where a neighbour of the same figure takes its place (a row of zeros
that lost one) every figure is still the page's, so that counts as right.
"""

from __future__ import annotations

import pytest
from hypothesis import HealthCheck, assume, given
from hypothesis import strategies as st

from gongkai.checks import check
from gongkai.model import Report, UnreadableDocument
from helpers.counts import properties
from helpers.pages import figures, layouts, misread, read_page, unlike
from helpers.strategies import changed, reports
from helpers.writers.mutations import drop_line, figure_spots, insert_line, rewritten, row_labels, swap_lines, without
from helpers.writers.styles import FIGURES, LABELS, LAYOUTS, TABLES, Sheet, render, report_sheets

profile = properties(40, HealthCheck.data_too_large)
# Layouts in which every cell has a place of its own, so that a blank one can be told from a missing one.
COMPLETE = ("plain", "word", "nested", "glued", "split", "small", "vertical", "full_bars")
EXTRA_LABELS = ("备注", "其中：网络申请", "9.属于历史遗留问题", "合计数核对")


def errors(report: Report) -> list[str]:
    return [finding.message for finding in check(report) if finding.severity == "error"]


@pytest.mark.parametrize("layout", LAYOUTS)
@profile
@given(report=reports(), labels=st.sampled_from(list(LABELS)), writing=st.sampled_from(list(FIGURES)))
def test_a_consistent_report_is_read_back_equal(layout: str, report: Report, labels: str, writing: str) -> None:
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
    # Where figures have no grid the reader may doubt a figure, but then says so; it never mends one.
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
        spots = data.draw(st.lists(st.sampled_from(figure_spots(sheets[table])), max_size=4, unique_by=lambda s: s.id))
        for spot in spots:
            sheets[table] = rewritten(sheets[table], spot, data.draw(st.sampled_from(["", "/", "—", "无", " "])))
            truth[spot.id] = None
    read = read_page(LAYOUTS[layout](report, sheets))
    assert unlike(truth, read) == []
    assert errors(read) == []


# --- broken pages -----------------------------------------------------------------------------------------------


def lose_a_figure(sheet: Sheet, data: st.DataObject) -> tuple[Sheet, list[str]]:
    return without(sheet, data.draw(st.sampled_from(figure_spots(sheet)))), []


def empty_a_figure(sheet: Sheet, data: st.DataObject) -> tuple[Sheet, list[str]]:
    spot = data.draw(st.sampled_from(figure_spots(sheet)))
    return rewritten(sheet, spot, ""), [spot.id]


def lose_a_label(sheet: Sheet, data: st.DataObject) -> tuple[Sheet, list[str]]:
    return without(sheet, data.draw(st.sampled_from([spot for spot in sheet if spot.kind != "figure"]))), []


def empty_a_label(sheet: Sheet, data: st.DataObject) -> tuple[Sheet, list[str]]:
    labels = [spot for spot in sheet if spot.kind != "figure"]
    return rewritten(sheet, data.draw(st.sampled_from(labels)), ""), []


def lose_a_line(sheet: Sheet, data: st.DataObject) -> tuple[Sheet, list[str]]:
    return drop_line(sheet, data.draw(st.sampled_from(sorted({spot.box.top for spot in sheet})))), []


def swap_two_lines(sheet: Sheet, data: st.DataObject) -> tuple[Sheet, list[str]]:
    lines = [spot.box.top for spot in row_labels(sheet) if spot.box.height == 1]
    one, other = data.draw(st.lists(st.sampled_from(lines), min_size=2, max_size=2, unique=True))
    # Only lines that are cut alike can change places without breaking the table's shape.
    cuts = [[spot.box.left for spot in sheet if spot.box.top == spot.box.bottom == line] for line in (one, other)]
    assume(cuts[0] == cuts[1])
    return swap_lines(sheet, one, other), []


def add_a_line(sheet: Sheet, data: st.DataObject) -> tuple[Sheet, list[str]]:
    line = data.draw(st.sampled_from(row_labels(sheet))).box.top
    count = sum(spot.kind == "figure" and spot.box.top == line for spot in sheet)
    texts = data.draw(st.lists(st.integers(0, 99).map(str), min_size=count, max_size=count))
    return insert_line(sheet, line, data.draw(st.sampled_from(EXTRA_LABELS)), texts), []


def have_two_faults(sheet: Sheet, data: st.DataObject) -> tuple[Sheet, list[str]]:
    """Two faults together can look sound: a head that lost a label fits a row that lost a figure."""
    blank: list[str] = []
    for _ in range(2):
        assume(figure_spots(sheet))
        sheet, emptied = data.draw(st.sampled_from(SINGLE_FAULTS))(sheet, data)
        blank += emptied
    return sheet, blank


SINGLE_FAULTS = (lose_a_figure, empty_a_figure, lose_a_label, empty_a_label, lose_a_line)
IN_ANY_TABLE = (*SINGLE_FAULTS, have_two_faults)
IN_TABLE_THREE = (swap_two_lines, add_a_line)


@pytest.mark.parametrize("mutate", IN_ANY_TABLE + IN_TABLE_THREE)
@profile
@given(report=reports(), layout=st.sampled_from(list(LAYOUTS)), data=st.data())
def test_a_broken_page_never_gives_a_wrong_figure(mutate, report: Report, layout: str, data: st.DataObject) -> None:
    sheets = report_sheets(report)
    table = data.draw(st.sampled_from(TABLES)) if mutate in IN_ANY_TABLE else "applications"
    sheets[table], blank = mutate(sheets[table], data)
    try:
        read = read_page(LAYOUTS[layout](report, sheets))
    except UnreadableDocument:
        return
    assert misread(figures(report), read, blank) == []
    if mutate is add_a_line:
        assert [problem for problem in read.problems if problem.table == table], "the added line vanished"
