"""Ways in which a table breaks, on a sheet of spots, before any layout is applied to it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from hypothesis import assume
from hypothesis import strategies as st

from gongkai.model import Box
from helpers.writers.styles import Sheet, Spot

EXTRA_LABELS = ("备注", "其中：网络申请", "9.属于历史遗留问题", "合计数核对")


def figure_spots(sheet: Sheet) -> list[Spot]:
    return [spot for spot in sheet if spot.kind == "figure"]


def row_labels(sheet: Sheet) -> list[Spot]:
    return [spot for spot in sheet if spot.kind == "row"]


def lies_in(spot: Spot, line: int) -> bool:
    return spot.box.top <= line <= spot.box.bottom


def moved(spot: Spot, top: int, bottom: int) -> Spot:
    return replace(spot, box=Box(top, spot.box.left, bottom, spot.box.right))


def ordered(sheet: Sheet) -> Sheet:
    return sorted(sheet, key=lambda spot: (spot.box.top, spot.box.left))


def without(sheet: Sheet, gone: Spot) -> Sheet:
    """The cell itself is missing: what follows in its line moves up."""
    return [spot for spot in sheet if spot != gone]


def rewritten(sheet: Sheet, changed: Spot, text: str) -> Sheet:
    return [replace(spot, text=text) if spot == changed else spot for spot in sheet]


def drop_line(sheet: Sheet, line: int) -> Sheet:
    """A line less: labels that span it shrink, all below moves up."""
    kept = []
    for spot in sheet:
        if spot.box.top == spot.box.bottom == line:
            continue
        top = spot.box.top - (spot.box.top > line)
        kept.append(moved(spot, top, spot.box.bottom - (spot.box.bottom >= line)))
    return ordered(kept)


def insert_line(sheet: Sheet, line: int, label: str, texts: Sequence[str]) -> Sheet:
    """A line more below ``line``, cut like it: labels that span ``line`` grow, all below moves
    down.
    """
    pattern = [spot for spot in sheet if spot.box.top == spot.box.bottom == line]
    figures = iter(texts)
    new = []
    for spot in pattern:
        text = next(figures, "0") if spot.kind == "figure" else label
        new.append(Spot(Box(line + 1, spot.box.left, line + 1, spot.box.right), text, "extra", ""))
    grown = []
    for spot in sheet:
        spans = spot.box.height > 1 and lies_in(spot, line)
        grown.append(
            moved(
                spot,
                spot.box.top + (spot.box.top > line),
                spot.box.bottom + (spot.box.bottom > line or spans),
            )
        )
    return ordered(grown + new)


def swap_lines(sheet: Sheet, one: int, other: int) -> Sheet:
    """Two lines change places, each label with its figures; labels that span lines stay."""
    places = {one: other, other: one}
    return ordered(
        [
            moved(spot, places[spot.box.top], places[spot.box.top])
            if spot.box.height == 1 and spot.box.top in places
            else spot
            for spot in sheet
        ]
    )


def swap_columns(sheet: Sheet, one: int, other: int) -> Sheet:
    """Two columns change places from their heads down."""
    places = {one: other, other: one}
    return ordered(
        [
            replace(
                spot,
                box=Box(
                    spot.box.top, places[spot.box.left], spot.box.bottom, places[spot.box.left]
                ),
            )
            if spot.box.width == 1 and spot.box.left in places and spot.kind in ("column", "figure")
            else spot
            for spot in sheet
        ]
    )


def drop_column(sheet: Sheet, column: int) -> Sheet:
    """The column's head and figures are missing; labels that span it shrink."""
    kept = []
    for spot in sheet:
        if spot.box.left == spot.box.right == column:
            continue
        left, right = (
            spot.box.left - (spot.box.left > column),
            spot.box.right - (spot.box.right >= column),
        )
        kept.append(replace(spot, box=Box(spot.box.top, left, spot.box.bottom, right)))
    return kept


def add_column(sheet: Sheet, head: Spot, texts: Sequence[str]) -> Sheet:
    """A column more at the right edge: ``head`` and a text for each line below it that holds
    figures.
    """
    right = max(spot.box.right for spot in sheet) + 1
    lines = sorted({spot.box.top for spot in figure_spots(sheet)})
    new = [replace(head, box=Box(head.box.top, right, head.box.bottom, right))]
    new += [
        Spot(Box(line, right, line, right), text, "extra", "")
        for line, text in zip(lines, texts, strict=True)
    ]
    return ordered(sheet + new)


def insert_column(sheet: Sheet, column: int, head: str, texts: Sequence[str]) -> Sheet:
    """A column more before ``column``: its head over the whole head, a text for each line that
    holds figures.
    """
    moved_right = []
    for spot in sheet:
        left = spot.box.left + (spot.box.left >= column)
        right = spot.box.right + (spot.box.right >= column)
        moved_right.append(replace(spot, box=Box(spot.box.top, left, spot.box.bottom, right)))
    lines = sorted({spot.box.top for spot in figure_spots(sheet)})
    over = Spot(Box(1, column, lines[0] - 1, column), head, "extra", "")
    tops = [
        spot
        for spot in moved_right
        if spot.box.left < column <= spot.box.right and spot.box.top < lines[0]
    ]
    if tops:  # 申请人情况 lies over the new column too
        over = replace(
            over, box=Box(max(spot.box.bottom for spot in tops) + 1, column, lines[0] - 1, column)
        )
    new = [
        Spot(Box(line, column, line, column), text, "extra", "")
        for line, text in zip(lines, texts, strict=True)
    ]
    return ordered([*moved_right, over, *new])


# --- a fault that a property draws: the sheet with it, and the cells that were only emptied -------


def lose_a_figure(sheet: Sheet, data: st.DataObject) -> tuple[Sheet, list[str]]:
    return without(sheet, data.draw(st.sampled_from(figure_spots(sheet)))), []


def empty_a_figure(sheet: Sheet, data: st.DataObject) -> tuple[Sheet, list[str]]:
    spot = data.draw(st.sampled_from(figure_spots(sheet)))
    return rewritten(sheet, spot, ""), [spot.id]


def lose_a_label(sheet: Sheet, data: st.DataObject) -> tuple[Sheet, list[str]]:
    return without(
        sheet, data.draw(st.sampled_from([spot for spot in sheet if spot.kind != "figure"]))
    ), []


def empty_a_label(sheet: Sheet, data: st.DataObject) -> tuple[Sheet, list[str]]:
    labels = [spot for spot in sheet if spot.kind != "figure"]
    return rewritten(sheet, data.draw(st.sampled_from(labels)), ""), []


def lose_a_line(sheet: Sheet, data: st.DataObject) -> tuple[Sheet, list[str]]:
    return drop_line(
        sheet, data.draw(st.sampled_from(sorted({spot.box.top for spot in sheet})))
    ), []


def swap_two_lines(sheet: Sheet, data: st.DataObject) -> tuple[Sheet, list[str]]:
    lines = [spot.box.top for spot in row_labels(sheet) if spot.box.height == 1]
    one, other = data.draw(st.lists(st.sampled_from(lines), min_size=2, max_size=2, unique=True))
    # Only lines that are cut alike can change places without breaking the table's shape.
    cuts = [
        [spot.box.left for spot in sheet if spot.box.top == spot.box.bottom == line]
        for line in (one, other)
    ]
    assume(cuts[0] == cuts[1])
    return swap_lines(sheet, one, other), []


def add_a_line(sheet: Sheet, data: st.DataObject) -> tuple[Sheet, list[str]]:
    line = data.draw(st.sampled_from(row_labels(sheet))).box.top
    count = sum(spot.kind == "figure" and spot.box.top == line for spot in sheet)
    texts = data.draw(st.lists(st.integers(0, 99).map(str), min_size=count, max_size=count))
    return insert_line(sheet, line, data.draw(st.sampled_from(EXTRA_LABELS)), texts), []


def have_two_faults(sheet: Sheet, data: st.DataObject) -> tuple[Sheet, list[str]]:
    """Two faults together can look sound: a head that lost a label fits a row that lost a
    figure.
    """
    blank: list[str] = []
    for _ in range(2):
        assume(figure_spots(sheet))
        sheet, emptied = data.draw(st.sampled_from(SINGLE_FAULTS))(sheet, data)
        blank += emptied
    return sheet, blank


SINGLE_FAULTS = (lose_a_figure, empty_a_figure, lose_a_label, empty_a_label, lose_a_line)
IN_ANY_TABLE = (*SINGLE_FAULTS, have_two_faults)
IN_TABLE_THREE = (swap_two_lines, add_a_line)
