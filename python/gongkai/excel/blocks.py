"""Edits -> the rectangles that few block writes can cover, and values as Excel has to be given
them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import product

import xlwings as xw

from gongkai.model import Edit
from gongkai.spreadsheets import Spot, formats, seen
from gongkai.wording import plain_text
from gongkai.workbook.cells import Written

Cells = Mapping[Spot, object]

MOST_UNITS = 32_766  # a cell holds 32,767 UTF-16 units; the apostrophe is one
# Excel 2007 refuses an array with a text of more than 8,203 units; a cell of its own takes it.
MOST_IN_BLOCK = 8_000


class AsEntered(str):
    """A text that stands in its cell already: entered as it is, for an apostrophe would show in the
    formula bar.
    """


@dataclass(frozen=True)
class Rectangle:
    """A rectangle of one sheet whose cells are all to be written; ``rows`` holds its values."""

    sheet: str
    top: int
    left: int
    rows: tuple[tuple[Written, ...], ...]

    @property
    def corners(self) -> tuple[Spot, Spot]:
        last = self.top + len(self.rows) - 1, self.left + len(self.rows[0]) - 1
        return (self.top, self.left), last

    def cells(self) -> Iterator[tuple[Spot, Written]]:
        for row, values in enumerate(self.rows, self.top):
            for column, value in enumerate(values, self.left):
                yield (row, column), value


def read_block(sheet: xw.Sheet, first: Spot, last: Spot) -> dict[Spot, object]:
    """What stands in a rectangle of a live sheet, blanks left out, by one call."""
    block = sheet.range(first, last).options(ndim=2, err_to_str=True).value
    found: dict[Spot, object] = {}
    for row, values in enumerate(block, first[0]):
        for column, value in enumerate(values, first[1]):
            if value is not None:
                found[row, column] = value
    return found


def edits_to_blocks(edits: Sequence[Edit]) -> list[Rectangle]:
    """The fewest rectangles that hold the edits' cells and no other.

    Of two edits of a cell the later counts.
    """
    sheets: dict[str, dict[Spot, Written]] = {}
    for edit in edits:
        sheets.setdefault(edit.sheet, {})[edit.row, edit.column] = edit.value
    blocks: list[Rectangle] = []
    for sheet, cells in sheets.items():
        blocks += cells_to_blocks(sheet, cells)
    return blocks


def cells_to_blocks(sheet: str, cells: Mapping[Spot, Written]) -> list[Rectangle]:
    """Runs along the rows; equal runs on neighbouring rows become one block."""
    open_runs: dict[Spot, list[int]] = {}  # (left, right) -> rows of the block that may still grow
    done: list[tuple[Spot, list[int]]] = []
    for row, run in sorted(runs(cells)):
        rows = open_runs.get(run)
        if rows and rows[-1] == row - 1:
            rows.append(row)
        else:
            open_runs[run] = [row]
            done.append((run, open_runs[run]))
    blocks: list[Rectangle] = []
    for (left, right), rows in done:
        values = values_in(cells, rows, range(left, right + 1))
        blocks.append(Rectangle(sheet, rows[0], left, values))
    return blocks


def values_in(
    cells: Mapping[Spot, Written], rows: Iterable[int], columns: range
) -> tuple[tuple[Written, ...], ...]:
    """The values of a rectangle, row by row."""
    return tuple(values_of_row(cells, row, columns) for row in rows)


def values_of_row(cells: Mapping[Spot, Written], row: int, columns: range) -> tuple[Written, ...]:
    return tuple(cells[row, column] for column in columns)


def runs(cells: Mapping[Spot, Written]) -> Iterator[tuple[int, Spot]]:
    """(row, (first column, last column)) of the neighbouring cells on each row."""
    first: Spot | None = None
    last: Spot = (0, 0)
    for spot in sorted(cells):
        if first is None or spot != (last[0], last[1] + 1):
            if first:
                yield first[0], (first[1], last[1])
            first = spot
        last = spot
    if first:
        yield first[0], (first[1], last[1])


def changed_part(block: Rectangle, old: Cells, formulas: Mapping[Spot, str]) -> Rectangle | None:
    """The rows of a block from the first to the last that differs from what stands there.

    None where none does.

    A formula counts as different: its result may match now and no longer once the cells around it
    are written.
    """
    rows: list[int] = []
    for spot, value in block.cells():
        if spot in formulas or not same(value, old.get(spot)):
            rows.append(spot[0])
    if not rows:
        return None
    first, last = rows[0], rows[-1]
    kept = block.rows[first - block.top : last - block.top + 1]
    return Rectangle(block.sheet, first, block.left, kept)


def joined(parts: Sequence[Rectangle], known: Mapping[Spot, Written]) -> list[Rectangle]:
    """Fewer blocks of one sheet: two become one where ``known`` says what belongs in each cell of
    the rectangle.
    """
    left = list(parts)
    done: list[Rectangle] = []
    while left:
        block = left.pop(0)
        number = 0
        while number < len(left):
            both = bridged(block, left[number], known)
            if both is None:
                number += 1
                continue
            del left[number]
            block, number = both, 0
        done.append(block)
    return done


def bridged(block: Rectangle, other: Rectangle, known: Mapping[Spot, Written]) -> Rectangle | None:
    (top, left), (bottom, right) = corners_around(block, other)
    rows, columns = range(top, bottom + 1), range(left, right + 1)
    if any(spot not in known for spot in product(rows, columns)):
        return None
    return Rectangle(block.sheet, top, left, values_in(known, rows, columns))


def corners_around(block: Rectangle, other: Rectangle) -> tuple[Spot, Spot]:
    rows, columns = zip(*block.corners, *other.corners, strict=True)
    return (min(rows), min(columns)), (max(rows), max(columns))


def holds(found: object, value: Written) -> bool:
    """Whether a cell that reads ``found`` kept what was written.

    A number may show as a date or be kept as text.
    """
    if isinstance(value, str):
        return found is not None
    return isinstance(found, date) or seen.text_of(found).strip() == seen.text_of(value)


def same(value: Written, found: object) -> bool:
    """Whether a cell that reads ``found`` holds what an edit wants.

    A number and its digits as text differ.
    """
    if isinstance(value, str):
        return isinstance(found, str) and found == plain_text(value, MOST_UNITS)
    if value is None:
        return found is None
    return not isinstance(found, str) and formats.as_figure(found) == value


def entered(value: Written) -> float | str | None:
    """A value as Excel has to be given it: a text behind an apostrophe stays text, whatever it
    looks like.

    Numbers go as doubles: pywin32 makes a currency of four decimals of a Decimal.
    """
    if isinstance(value, AsEntered):
        return str(value)
    if isinstance(value, str):
        text = plain_text(value, MOST_UNITS)
        return f"'{text}" if text else None
    return None if value is None else float(value)


def is_long(value: object) -> bool:
    """Whether a text is better not part of an array."""
    return (
        isinstance(value, str) and len(value) * 2 > MOST_IN_BLOCK and units(value) > MOST_IN_BLOCK
    )


def units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2
