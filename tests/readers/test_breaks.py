"""The parts of a table on several pages as one: columns by agreement, and what a page's end
cuts.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.model import Grid
from gongkai.readers.layout import (
    PageItem,
    blocks_of_pages,
    mark_cut_figures,
)
from gongkai.readers.layout.cells import PageCell, PageTable
from gongkai.readers.layout.columns import common_columns
from gongkai.readers.layout.ink import (
    UNREADABLE,
    Char,
    Ink,
    Stroke,
)
from gongkai.readers.layout.lattice import NEAR
from gongkai.readers.layout.paragraphs import PageLine
from helpers import ROOT
from helpers.counts import matrix, properties

WIDTH, HEIGHT, SIZE, ROW = 595.0, 842.0, 10.0, 40.0
BLACK = (0.0, 0.0, 0.0)
XS = (70.0, 180.0, 220.0, 260.0, 300.0)
HEAD = ["", "自然人", "商业企业", "总计"]
ROWS = [
    ["（一）予以公开", "134", "7", "141"],
    ["（二）部分公开", "82", "2", "84"],
    ["（七）总计", "216", "9", "225"],
]

Lines = Sequence[Sequence[str]]


def chars_of(text: str, x0: float, x1: float, top: float) -> list[Char]:
    """A text in the middle of a cell, its lines from the top."""
    found = []
    for number, line in enumerate(text.split("\n")):
        width = sum(SIZE if letter > "\u2e80" else SIZE / 2 for letter in line)
        at, y = (x0 + x1 - width) / 2, top + 3 + number * (SIZE + 2)
        for letter in line:
            end = at + (SIZE if letter > "\u2e80" else SIZE / 2)
            found.append(
                Char(letter, at, y, end, y + SIZE, SIZE, 0, len(found), BLACK, hidden=False)
            )
            at = end
    return found


def page(
    rows: Lines, xs: Sequence[float] = XS, top: float = 80.0, above: str = "", below: str = ""
) -> Ink:
    """A page with a ruled table, a line above it and one at its foot."""
    ink = Ink(WIDTH, HEIGHT)
    for number, row in enumerate(rows):
        y = top + number * ROW
        for text, x0, x1 in zip(row, xs, xs[1:], strict=False):
            ink.chars += chars_of(text, x0, x1, y)
    bottom = top + len(rows) * ROW
    ink.strokes += [
        Stroke(xs[0], top + n * ROW, xs[-1], top + n * ROW) for n in range(len(rows) + 1)
    ]
    ink.strokes += [Stroke(x, top, x, bottom) for x in xs]
    ink.chars += chars_of(above, 70, 300, top - 25) if above else []
    ink.chars += chars_of(below, 70, 300, HEIGHT - 40) if below else []
    return ink


def read(*pages: Ink) -> list[list[list[str]]]:
    grids = [block for block in blocks_of_pages(pages) if isinstance(block, Grid)]
    return [[[cell.text for cell in row] for row in grid.rows] for grid in grids]


WHOLE = [HEAD, *ROWS]
EDGES = {
    "as it stands": XS,
    "wider by 4.5 points": (*XS[:-1], 304.5),
    "wider by 12 points": (*XS[:-1], 312.0),
    "moved": tuple(x + 37 for x in XS),
    "smaller": tuple(100 + 0.8 * x for x in XS),
    "a column dragged": (70.0, 180.0, 231.0, 260.0, 300.0),
    "moved and dragged": tuple(x + 37 + (9 if x == 220 else 0) for x in XS),
}


@matrix(edges=EDGES, cut=[2, 3])
def test_the_parts_of_a_table_lie_under_each_other(edges: str, cut: int) -> None:
    assert read(page(WHOLE[:cut]), page(WHOLE[cut:], EDGES[edges])) == [WHOLE]


def test_a_part_of_three_pages() -> None:
    assert read(
        page(WHOLE[:2]), page(WHOLE[2:3], EDGES["moved"]), page(WHOLE[3:], EDGES["smaller"])
    ) == [WHOLE]


@pytest.mark.parametrize("head", [True, False])
@pytest.mark.parametrize("between", ["", "续表", "（接上页）", "— 2 —"])
def test_heads_repeated_and_what_stands_between(head: bool, between: str) -> None:
    lower = [HEAD, *WHOLE[2:]] if head else WHOLE[2:]
    assert read(page(WHOLE[:2], below="— 1 —"), page(lower, above=between)) == [WHOLE]


def test_another_table_of_the_same_form_stays_another() -> None:
    """Its head and first row stand there again: nothing is dropped."""
    found = read(page(WHOLE), page(WHOLE))
    assert [row for grid in found for row in grid] == [*WHOLE, *WHOLE]


def test_a_table_of_other_columns_is_no_part() -> None:
    other = (70.0, 110.0, 150.0, 205.0, 240.0, 275.0, 300.0)
    rows = [
        ["结果维持", "结果纠正", "其他", "尚未审结", "总计", "x"],
        ["1", "2", "3", "4", "10", "0"],
    ]
    assert read(page(WHOLE), page(rows, other)) == [WHOLE, rows]


CUTS = {
    "a label": (["（二）部分公开（区", "82", "2", "84"], ["分处理的）", "", "", ""]),
    "a label with its figures below": (
        ["（二）部分公开（区", "", "", ""],
        ["分处理的）", "82", "2", "84"],
    ),
    "a figure": (["（二）部分公开", "8200", "2", "84"], ["", "16", "", ""]),
    "a head": (["", "自然人", "商业企", "总计"], ["", "", "业", ""]),
}
JOINED = {
    "a label": ["（二）部分公开（区分处理的）", "82", "2", "84"],
    "a label with its figures below": ["（二）部分公开（区分处理的）", "82", "2", "84"],
    "a figure": ["（二）部分公开", "8200\n16", "2", "84"],
    "a head": ["", "自然人", "商业企业", "总计"],
}


@pytest.mark.parametrize("cut", CUTS)
def test_what_a_page_ends_within_is_one_row(cut: str) -> None:
    upper, lower = CUTS[cut]
    assert read(page([ROWS[0], upper]), page([lower, ROWS[2]])) == [[ROWS[0], JOINED[cut], ROWS[2]]]


def test_a_row_with_a_figure_in_each_column_is_a_row() -> None:
    """Its label was lost; what stands above it is another row, and neither is certain."""
    (found,) = read(
        page([ROWS[0], ["（二）部分公开", "8200", "2000", "8400"]]), page([["", "10", "20", "30"]])
    )
    assert len(found) == 3
    assert all("\n" in text or not text.isdigit() for text in found[1][1:])


# --- digits in a narrow cell ----------------------------------------------------------------------


@pytest.mark.parametrize(("text", "width", "seen"), [
    ("1234\n56", 30.0, "123456"),
    ("1234\n56", 60.0, "1234\n56"),
    ("12\n3456", 30.0, "12\n3456"),
    ("123.\n5", 30.0, "123.5"),
])  # fmt: skip
def test_digits_that_found_no_room(text: str, width: float, seen: str) -> None:
    xs = (70.0, 180.0, 180.0 + width, 300.0)
    (found,) = read(page([["规章", text, "0"], ["行政规范性文件", "1", "0"]], xs))
    assert found[0][1] == seen


# --- two pages on a sheet -------------------------------------------------------------------------


def sheet(left: Ink, right: Ink) -> Ink:
    move = WIDTH
    chars = [char._replace(x0=char.x0 + move, x1=char.x1 + move) for char in right.chars]
    strokes = [Stroke(s.x0 + move, s.top, s.x1 + move, s.bottom) for s in right.strokes]
    return Ink(2 * WIDTH, HEIGHT, [*left.chars, *chars], [*left.strokes, *strokes])


LABELS = [[f"{letter}信访举报投诉类", "134", "7", "141"] for letter in "甲乙丙丁戊己"]


def test_two_pages_on_a_sheet() -> None:
    assert read(sheet(page([HEAD, *LABELS[:3]]), page(LABELS[3:]))) == [[HEAD, *LABELS]]


def test_a_table_across_a_sheet_is_no_two_pages() -> None:
    xs = (70.0, 500.0, 580.0, 700.0, 800.0)
    ink = page([HEAD, *LABELS], xs)
    assert read(Ink(2 * WIDTH, HEIGHT, ink.chars, ink.strokes)) == [[HEAD, *LABELS]]


# --- columns --------------------------------------------------------------------------------------

COLUMNS = st.lists(st.integers(20, 120), min_size=3, max_size=14).map(
    lambda widths: [50.0 + sum(widths[:at]) for at in range(len(widths) + 1)]
)


@properties(150)
@given(xs=COLUMNS, shift=st.floats(-60, 60), lost=st.integers(0, 1))
def test_lines_are_mapped_onto_those_they_were(xs: list[float], shift: float, lost: int) -> None:
    """A part moved sideways, perhaps without one of its lines (a merged label), stands where it
    stood.
    """
    lower = [x + shift for x in xs if not (lost and x == xs[1])]
    found = common_columns(xs, lower)
    if found is not None:
        assert all(before < after for before, after in pairwise(found.places))
    if lost == 0:
        assert found is not None
        assert max(abs(place - x) for place, x in zip(found.places, xs, strict=True)) <= NEAR


@properties(100)
@given(xs=COLUMNS, scale=st.floats(0.6, 1.6))
def test_a_scaled_part_is_mapped_too(xs: list[float], scale: float) -> None:
    found = common_columns(xs, [30 + scale * x for x in xs])
    assert (
        found is None
        or [round(place) for place in found.places] == [round(x) for x in xs]
        or len(xs) < 6
    )


def test_too_few_lines_agree_by_chance() -> None:
    assert common_columns((70, 180, 220, 260, 300), (70, 110, 150, 190, 230, 300)) is None


# --- printed by a real program --------------------------------------------------------------------


@pytest.mark.slow
def test_reports_that_libreoffice_printed(tmp_path: Path) -> None:
    """46 documents whose pages end everywhere: benchmarks/breaks.py says how many figures are
    read.
    """
    done = subprocess.run(
        [sys.executable, ROOT / "benchmarks" / "breaks.py", tmp_path],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT / "tests")},
    )
    assert done.returncode == 0, done.stdout[-2000:] + done.stderr[-2000:]
    assert "0 silently wrong, 0 blank and untold" in done.stdout


def unruled(label: str, figure: str) -> PageTable:
    cells = [PageCell(label, 50, 150, 1), PageCell(figure, 160, 200, 1)]
    return PageTable(1, (50, 700, 200, 720), [cells], xs=(50, 155, 200))


def test_the_mark_of_figures_beyond_a_break_stays() -> None:
    """Where an unruled table follows the line of figures: the row above was handed on unmarked."""
    before: list[PageItem] = [unruled("（一）予以公开", "17")]
    line = PageLine("4 0 0 1 5", 50, 200, 60, 70, 10)
    below = unruled("规章", "3")
    below.rows.insert(0, [PageCell("行政行为", 50, 150, 1)])
    after: list[PageItem] = [line, below]
    mark_cut_figures(before, after, "")
    [above] = before
    assert isinstance(above, PageTable)
    assert [cell.text for cell in above.rows[-1]] == ["（一）予以公开", f"{UNREADABLE}17"]
