"""Columns and rows that hold no figures of the form: they neither shift nor lose the others, nor
become figures.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from helpers.counts import matrix
from helpers.made import report_of
from helpers.pages import figures, misread, read_page
from helpers.writers.mutations import figure_spots, insert_column, insert_line, ordered
from helpers.writers.styles import GRIDS, LAYOUTS, Box, Sheet, Spot, replace, report_sheets

OWN = report_of()
TRUTH = figures(OWN)
ROWS = 25
COUNTED = [str(number) for number in range(1, ROWS + 1)]
COLUMNS: dict[str, tuple[int, str, list[str]]] = {
    "行次 in front": (4, "行次", COUNTED),
    "序号 in front": (4, "序号", COUNTED),
    "栏次 at the end": (11, "栏次", COUNTED),
    "同比 at the end": (11, "同比", [f"{number}%" for number in range(ROWS)]),
    "占比 at the end": (11, "占比", ["12.5"] * ROWS),
    "上年 at the end": (11, "上年数", [str(7 * number) for number in range(ROWS)]),
    "备注 at the end": (11, "备注", [""] * ROWS),
    "比上年增减 before the total": (10, "比上年增减", [str(number - 9) for number in range(ROWS)]),
}
SPANNED = ("plain", "nested", "word")  # layouts that say which cell stands below which head


def page(layout: str, change: Callable[[Sheet], Sheet], table: str = "applications") -> str:
    sheets = report_sheets(OWN)
    return LAYOUTS[layout](OWN, {**sheets, table: change(sheets[table])})


@matrix(layout=sorted(set(LAYOUTS) - {"split", "small", "vertical", "glued"}), name=sorted(COLUMNS))
def test_a_column_of_other_numbers_is_no_figure(layout: str, name: str) -> None:
    column, head, texts = COLUMNS[name]
    read = read_page(page(layout, lambda sheet: insert_column(sheet, column, head, texts)))
    assert misread(TRUTH, read) == []
    if layout in SPANNED or ("in front" in name and layout in ("bars", "tabs")):
        assert figures(read) == TRUTH
        assert [problem for problem in read.problems if problem.table == "applications"] == []


@pytest.mark.parametrize("layout", ["plain", "bars", "lines"])
def test_rows_are_counted_without_a_head(layout: str) -> None:
    read = read_page(page(layout, lambda sheet: insert_column(sheet, 4, "", COUNTED)))
    assert misread(TRUTH, read) == []


def halves(
    sheet: Sheet, first: str, second: str, other: Callable[[Spot], str], own_first: bool
) -> Sheet:
    """Each column of figures as two, with heads of their own in a line below the head."""
    lines = [spot.box.top for spot in figure_spots(sheet)]
    top = min(lines)
    found = []
    for spot in sheet:
        down = spot.box.top >= top
        left = spot.box.left + max(0, spot.box.left - 4)
        right = spot.box.right + max(0, spot.box.right - 3)
        box = Box(spot.box.top + down, left, spot.box.bottom + down, right)
        if spot.kind != "figure":
            found.append(replace(spot, box=box))
            continue
        texts = [spot.text, other(spot)] if own_first else [other(spot), spot.text]
        for at, text in enumerate(texts):
            found.append(
                replace(spot, box=Box(box.top, left + at, box.bottom, left + at), text=text)
            )
    for column in range(7):
        for at, text in enumerate((first, second)):
            left = 4 + 2 * column + at
            found.append(Spot(Box(top, left, top, left), text, "extra", ""))
    found.append(Spot(Box(top, 1, top, 3), "", "extra", ""))
    return ordered(found)


@matrix(
    layout=["plain", "word", "nested", "bars", "lines"],
    heads=[
        ("本年", "上年"),
        ("上年", "本年"),
        ("2021年", "2020年"),
        ("2020年", "2021年"),
        ("今年", "同比增减"),
    ],
)
def test_last_years_figures_beside_this_years(layout: str, heads: tuple[str, str]) -> None:
    own_first = heads[0] in ("本年", "2021年", "今年")
    read = read_page(
        page(
            layout,
            lambda sheet: halves(sheet, *heads, lambda spot: str(int(spot.text) + 3), own_first),
        )
    )
    assert misread(TRUTH, read) == []
    if layout in SPANNED and not heads[0].startswith("20"):
        assert figures(read) == TRUTH


@matrix(
    layout=sorted(GRIDS), text=["{}（上年10）", "{}/10", "10→{}", "{} 10", "{}(10)", "本年{}上年10"]
)
def test_two_figures_in_a_cell_are_none(layout: str, text: str) -> None:
    cell = "applications.granted.natural"

    def change(sheet: Sheet) -> Sheet:
        return [
            replace(spot, text=text.format(spot.text)) if spot.id == cell else spot
            for spot in sheet
        ]

    read = read_page(page(layout, change))
    assert misread(TRUTH, read) == []
    assert read.value(cell) is None


@matrix(
    layout=sorted(set(LAYOUTS) - {"split", "small", "vertical", "glued"}),
    label=["小计", "同比增减", "上年", "占比", "合计"],
)
def test_a_row_of_other_numbers_is_no_row_of_the_form(layout: str, label: str) -> None:
    texts = ["3", "1", "0", "0", "0", "0", "4"]
    read = read_page(page(layout, lambda sheet: insert_line(sheet, 13, label, texts)))
    assert misread(TRUTH, read) == []
    if layout in SPANNED:
        assert figures(read) == TRUTH


@pytest.mark.parametrize("layout", ["plain", "word", "nested", "bars", "tabs", "lines"])
def test_a_row_that_numbers_the_columns_is_none_of_the_form(layout: str) -> None:
    def change(sheet: Sheet) -> Sheet:
        top = min(spot.box.top for spot in figure_spots(sheet))
        down = [
            replace(
                spot, box=Box(spot.box.top + 1, spot.box.left, spot.box.bottom + 1, spot.box.right)
            )
            if spot.box.top >= top
            else spot
            for spot in sheet
        ]
        numbers = [Spot(Box(top, 3 + n, top, 3 + n), str(n), "extra", "") for n in range(1, 8)]
        return ordered([*down, Spot(Box(top, 1, top, 3), "栏次", "extra", ""), *numbers])

    read = read_page(page(layout, change))
    assert misread(TRUTH, read) == []
    if layout in SPANNED:
        assert figures(read) == TRUTH
        assert read.problems == ()
