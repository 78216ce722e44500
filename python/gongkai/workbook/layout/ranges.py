"""Cells -> what a formula or a name calls them: J28, $A$1:$J$29, '表三'!D6:D26; the fewest ranges
that cover some cells.
"""

from __future__ import annotations

from collections.abc import Iterable

from gongkai.model import Box
from gongkai.spreadsheets import Spot, letters


def address(place: Spot, sheet: str = "") -> str:
    """``J28``, or ``'表三'!J28`` with a sheet."""
    cell = f"{letters(place[1])}{place[0]}"
    return f"'{sheet}'!{cell}" if sheet else cell


def absolute(box: Box, sheet: str = "") -> str:
    """``$A$1:$J$29``, ``$D$7`` of one cell, or ``'表三'!$D$7`` with a sheet."""
    first = f"${letters(box.left)}${box.top}"
    last = f"${letters(box.right)}${box.bottom}"
    area = first if first == last else f"{first}:{last}"
    return f"'{sheet}'!{area}" if sheet else area


def ranges_of(places: Iterable[Spot], sheet: str = "") -> str:
    """``D4:I4`` or ``D6:D26,D30``: cells as the fewest ranges, each with the sheet's name if one is
    given.
    """
    name = f"'{sheet}'!" if sheet else ""
    return ",".join(name + range_of(box) for box in rectangles(places))


def range_of(box: Box) -> str:
    first, last = address((box.top, box.left)), address((box.bottom, box.right))
    return first if first == last else f"{first}:{last}"


def rows_of(places: Iterable[Spot]) -> list[int]:
    """D6, E6, D4 -> 4 and 6: each row once, in order."""
    rows: set[int] = set()
    for row, _ in places:
        rows.add(row)
    return sorted(rows)


def rectangles(places: Iterable[Spot]) -> list[Box]:
    """Cells -> rectangles that cover each once: runs along a row, equal runs of neighbouring rows
    joined.
    """
    joined: list[Box] = []
    for run in runs_along_rows(places):
        above = next((box for box in joined if fits_below(run, box)), None)
        if above:
            joined.remove(above)
            run = Box(above.top, run.left, run.bottom, run.right)
        joined.append(run)
    return joined


def runs_along_rows(places: Iterable[Spot]) -> list[Box]:
    """D4, E4, F4, D5 -> D4:F4 and D5."""
    runs: list[Box] = []
    for row, column in sorted(places):
        if runs and runs[-1].top == row and runs[-1].right == column - 1:
            runs[-1] = Box(row, runs[-1].left, row, column)
        else:
            runs.append(Box(row, column, row, column))
    return runs


def fits_below(run: Box, box: Box) -> bool:
    return box.bottom == run.top - 1 and (box.left, box.right) == (run.left, run.right)
