"""What all primitives use: refusals, boxes of a sheet, settings, counted from 1 outside.

A box is ``[sheet, row, column, height, width]``; an area is ``(row, column, height, width)``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import uno
from com.sun.star.beans.PropertyState import AMBIGUOUS_VALUE

Box = list[Any]
Area = tuple[int, int, int, int]


class Refused(Exception):
    """What a host says no to: "protected", "merged", "missing", "closed", "editing", "file" or
    "host", and a text.
    """

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(f"{kind}: {text}")
        self.kind, self.text = kind, text


def settings(**values: Any) -> tuple[Any, ...]:
    """Hidden=True -> (PropertyValue(Hidden, True),)"""
    made = []
    for name, value in values.items():
        made.append(uno.createUnoStruct("com.sun.star.beans.PropertyValue", name, 0, value, 0))
    return tuple(made)


def page_of(document: Any, name: str) -> Any:
    """A sheet by its name, in upper or lower case, as Excel takes it."""
    pages = document.Sheets
    if pages.hasByName(name):
        return pages.getByName(name)
    for known in pages.ElementNames:
        if known.lower() == str(name).lower():
            return pages.getByName(known)
    raise Refused("missing", f"no sheet {name}")


def area_of(address: Any) -> Area:
    """A CellRangeAddress as (row, column, height, width)."""
    height = address.EndRow - address.StartRow + 1
    width = address.EndColumn - address.StartColumn + 1
    return address.StartRow + 1, address.StartColumn + 1, height, width


def within(page: Any, area: Area) -> Any:
    """The cells of an area."""
    row, column, height, width = area
    return page.getCellRangeByPosition(column - 1, row - 1, column + width - 2, row + height - 2)


def cells_of(document: Any, box: Box) -> Any:
    """The cells of a box, cut off where the sheet ends (1,024 columns before LibreOffice 7.4)."""
    page = page_of(document, box[0])
    row, column, height, width = box[1:]
    rows, columns = page.Rows.Count, page.Columns.Count
    if row < 1 or column < 1 or row > rows or column > columns:
        raise Refused("missing", f"no cell {row}, {column}")
    height, width = min(height, rows - row + 1), min(width, columns - column + 1)
    return within(page, (row, column, height, width))


def halves(area: Area) -> tuple[Area, Area]:
    """The longer side is cut: (1, 1, 4, 2) -> (1, 1, 2, 2), (3, 1, 2, 2)."""
    row, column, height, width = area
    if height >= width:
        half = height // 2
        return (row, column, half, width), (row + half, column, height - half, width)
    half = width // 2
    return (row, column, height, half), (row, column + half, height, width - half)


def is_single(area: Area) -> bool:
    return area[2] * area[3] == 1


def alike(page: Any, area: Area, name: str) -> Iterator[tuple[Area, Any]]:
    """The fewest pieces, by halving, in which a property has one value: (area, value)."""
    cells = within(page, area)
    if is_single(area) or cells.getPropertyState(name) != AMBIGUOUS_VALUE:
        yield area, cells.getPropertyValue(name)
        return
    for part in halves(area):
        yield from alike(page, part, name)


def anchors(page: Any, area: Area) -> Iterator[Area]:
    """The cells of an area at which a merged area begins, by halving."""
    if not within(page, area).IsMerged:
        return
    if is_single(area):
        yield area
        return
    for part in halves(area):
        yield from anchors(page, part)


def extended(page: Any, area: Area) -> Area:
    """An area and the merged areas that reach into it, or out of it."""
    cursor = page.createCursorByRange(within(page, area))
    cursor.collapseToMergedArea()
    return area_of(cursor.RangeAddress)


def merged_areas(page: Any, area: Area) -> list[Area]:
    """The merged areas that touch an area."""
    whole = extended(page, area)
    if whole == area and not within(page, area).IsMerged:
        return []
    found = []
    for anchor in anchors(page, whole):
        merged = extended(page, anchor)
        if overlaps(merged, area):
            found.append(merged)
    return found


def overlaps(one: Area, other: Area) -> bool:
    is_beside = one[1] + one[3] <= other[1] or other[1] + other[3] <= one[1]
    is_apart = one[0] + one[2] <= other[0] or other[0] + other[2] <= one[0]
    return not (is_beside or is_apart)


def refuse_locked(page: Any, cells: Any) -> None:
    """LibreOffice writes into a single locked cell of a protected sheet without a word."""
    if not page.isProtected():
        return
    is_mixed = cells.getPropertyState("CellProtection") == AMBIGUOUS_VALUE
    if is_mixed or cells.CellProtection.IsLocked:
        raise Refused("protected", f"the sheet {page.Name} is protected")


def refuse_protected(page: Any) -> None:
    if page.isProtected():
        raise Refused("protected", f"the sheet {page.Name} is protected")


def attempt(work: Callable[[], Any]) -> None:
    """Something that LibreOffice may refuse without a reason: of merged areas, mostly."""
    try:
        work()
    except Exception as error:
        text = getattr(error, "Message", "") or "LibreOffice refuses: merged cells, or an array"
        raise Refused("merged", text) from error
