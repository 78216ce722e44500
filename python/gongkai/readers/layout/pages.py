"""A sheet -> the pages that it shows; tables that stand side by side -> one table; tables ->
grids.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gongkai.model import Block, Grid, GridCell, Link, Place
from gongkai.readers.blocks import CELLS, too_large
from gongkai.readers.layout.cells import PageTable, is_words
from gongkai.readers.layout.ink import Char, Ink, Rect, Stroke
from gongkai.readers.layout.lattice import NEAR

GUTTER = 0.02  # of the sheet's width, on both sides of its middle
MARGIN = 0.08  # of the sheet's height, where its own number may stand in the middle
FEWEST_CHARS = 30  # of a half that is a page
WIDEST_GAP = 24.0  # between the parts of a table that stand side by side


# --- two pages on a sheet -------------------------------------------------------------------------


def pages_of(ink: Ink) -> list[Ink]:
    """The pages that one sheet shows: two where it lies across, nothing crosses its middle, and
    words stand on both sides of it (a table across the sheet has figures alone on its right
    side).
    """
    if ink.width <= ink.height:
        return [ink]
    inner = [
        char for char in ink.chars if MARGIN * ink.height < char.top < (1 - MARGIN) * ink.height
    ]
    if crosses_middle(ink, [*inner, *ink.strokes]) or not all(
        map(holds_words, sides_of(ink, inner))
    ):
        return [ink]
    return [half(ink, 0.0), half(ink, ink.width / 2)]


def sides_of(ink: Ink, chars: Sequence[Char]) -> tuple[list[str], list[str]]:
    """The characters on the left and on the right of the middle."""
    left = [char.text for char in chars if char.x1 < ink.width / 2]
    right = [char.text for char in chars if char.x0 > ink.width / 2]
    return left, right


def crosses_middle(ink: Ink, items: Sequence[Char | Stroke]) -> bool:
    middle, aside = ink.width / 2, GUTTER * ink.width
    return any(item.x0 < middle + aside and item.x1 > middle - aside for item in items)


def holds_words(texts: Sequence[str]) -> bool:
    """第二十条第（一）项 and its rows; not 134 7 0 0 1 1 143."""
    return len(texts) > FEWEST_CHARS and 2 * sum(map(str.isalpha, texts)) > len(texts)


def half(ink: Ink, left: float) -> Ink:
    """What stands in the half of a sheet that begins at ``left``, as a page of its own."""
    width = ink.width / 2

    def is_here(x0: float, x1: float) -> bool:
        return left <= (x0 + x1) / 2 < left + width

    def move(bounds: Rect) -> Rect:
        return bounds[0] - left, bounds[1], bounds[2] - left, bounds[3]

    chars = [
        char._replace(x0=char.x0 - left, x1=char.x1 - left)
        for char in ink.chars
        if is_here(char.x0, char.x1)
    ]
    strokes = [Stroke(*move(stroke)) for stroke in ink.strokes if is_here(stroke.x0, stroke.x1)]
    images = [
        fill._replace(bounds=move(fill.bounds)) for fill in ink.images if is_here(*fill.bounds[::2])
    ]
    drawings = [move(bounds) for bounds in ink.drawings if is_here(*bounds[::2])]
    return Ink(width, ink.height, chars, strokes, [], images, drawings)


# --- tables side by side --------------------------------------------------------------------------


def side_by_side(tables: Sequence[PageTable]) -> list[PageTable]:
    """Tables of a page, those joined whose rows stand level: labels in the left one, only figures
    in the right one.
    """
    found: list[PageTable] = []
    for table in sorted(tables, key=lambda table: (round(table.bounds[1] / NEAR), table.bounds[0])):
        left = found[-1] if found else None
        if (
            left is not None
            and is_level(left, table)
            and has_labels(left)
            and not has_labels(table)
        ):
            rows = [[*one, *other] for one, other in zip(left.rows, table.rows, strict=True)]
            bounds = (left.bounds[0], left.bounds[1], table.bounds[2], left.bounds[3])
            found[-1] = PageTable(left.page, bounds, rows, xs=(*left.xs, *table.xs), ys=left.ys)
        else:
            found.append(table)
    return found


def is_level(left: PageTable, right: PageTable) -> bool:
    return (
        len(left.ys) == len(right.ys)
        and all(abs(one - other) <= NEAR for one, other in zip(left.ys, right.ys, strict=True))
        and 0 <= right.bounds[0] - left.bounds[2] < WIDEST_GAP
    )


def has_labels(table: PageTable) -> bool:
    return bool(table.rows[-1]) and is_words(table.rows[-1][0].text)


# --- grids ----------------------------------------------------------------------------------------


def grid_of(table: PageTable, number: int) -> Iterator[Block]:
    """The table as a grid, then the pictures in its cells, whose text nobody can read."""
    xs = columns_of(table)
    if len(xs) * len(table.rows) > CELLS:
        raise too_large()
    rows = []
    pictures = []
    for at, row in enumerate(table.rows, 1):
        cells = []
        for cell in sorted(row, key=lambda cell: cell.x0):
            column = nearest(xs, cell.x0)
            span = max(1, nearest(xs, cell.x1) - column)
            cells.append(GridCell(cell.text, column, cell.rowspan, span))
            if cell.picture:
                pictures.append(Link(Place(table.page, number, at, column + 1), "image", "", ""))
        rows.append(tuple(cells))
    yield Grid(Place(page=table.page, table=number), tuple(rows), table.spans)
    yield from pictures


def columns_of(table: PageTable) -> list[float]:
    found: list[float] = []
    for x in sorted(table.xs):
        if not found or x - found[-1] > NEAR:
            found.append(x)
    return found


def nearest(xs: Sequence[float], x: float) -> int:
    return min(range(len(xs)), key=lambda number: abs(xs[number] - x))
