"""A sheet -> the pages that it shows; tables side by side -> one table; tables -> grids."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from operator import attrgetter

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
    side): of a sheet of 842 by 595 points the halves of 421.
    """
    if ink.width <= ink.height:
        return [ink]
    top, bottom = MARGIN * ink.height, (1 - MARGIN) * ink.height
    inner = [char for char in ink.chars if top < char.top < bottom]
    left, right = sides_of(ink, inner)
    is_two = holds_words(left) and holds_words(right)
    if not is_two or crosses_middle(ink, [*inner, *ink.strokes]):
        return [ink]
    return [half(ink, 0.0), half(ink, ink.width / 2)]


def sides_of(ink: Ink, chars: Sequence[Char]) -> tuple[list[str], list[str]]:
    """The characters on the left and on the right of the middle."""
    left: list[str] = []
    right: list[str] = []
    for char in chars:
        if char.x1 < ink.width / 2:
            left.append(char.text)
        elif char.x0 > ink.width / 2:
            right.append(char.text)
    return left, right


def crosses_middle(ink: Ink, items: Sequence[Char | Stroke]) -> bool:
    middle, aside = ink.width / 2, GUTTER * ink.width
    return any(item.x0 < middle + aside and item.x1 > middle - aside for item in items)


def holds_words(texts: Sequence[str]) -> bool:
    """第二十条第（一）项 and its rows; not 134 7 0 0 1 1 143."""
    letters = sum(map(str.isalpha, texts))
    return len(texts) > FEWEST_CHARS and 2 * letters > len(texts)


def half(ink: Ink, left: float) -> Ink:
    """What stands in the half of a sheet that begins at ``left``, as a page of its own: of one of
    842 points, a character at 500 stands at 79 of the half that begins at 421.
    """
    page = Ink(ink.width / 2, ink.height)
    for char in ink.chars:
        if is_in_half(char.bounds, left, page.width):
            page.chars.append(char._replace(x0=char.x0 - left, x1=char.x1 - left))
    for stroke in ink.strokes:
        if is_in_half(stroke, left, page.width):
            page.strokes.append(Stroke(*moved_left(stroke, left)))
    for image in ink.images:
        if is_in_half(image.bounds, left, page.width):
            page.images.append(image._replace(bounds=moved_left(image.bounds, left)))
    for drawing in ink.drawings:
        if is_in_half(drawing, left, page.width):
            page.drawings.append(moved_left(drawing, left))
    return page


def is_in_half(bounds: Rect, left: float, width: float) -> bool:
    return left <= (bounds[0] + bounds[2]) / 2 < left + width


def moved_left(bounds: Rect, by: float) -> Rect:
    return bounds[0] - by, bounds[1], bounds[2] - by, bounds[3]


# --- tables side by side --------------------------------------------------------------------------


def side_by_side(tables: Sequence[PageTable]) -> list[PageTable]:
    """Tables of a page, those joined whose rows stand level: labels in the left one, only figures
    in the right one.
    """
    found: list[PageTable] = []
    for table in sorted(tables, key=reading_place):
        if found and is_right_part(found[-1], table):
            found[-1] = beside(found[-1], table)
        else:
            found.append(table)
    return found


def reading_place(table: PageTable) -> tuple[int, float]:
    """From top to bottom; those at one height from left to right."""
    return round(table.bounds[1] / NEAR), table.bounds[0]


def is_right_part(left: PageTable, table: PageTable) -> bool:
    is_of_figures = has_labels(left) and not has_labels(table)
    return is_of_figures and is_level(left, table)


def is_level(left: PageTable, right: PageTable) -> bool:
    """Whether all lines of two tables run on from one to the other, across a narrow gap."""
    if len(left.ys) != len(right.ys):
        return False
    apart = [abs(one - other) for one, other in zip(left.ys, right.ys, strict=True)]
    gap = right.bounds[0] - left.bounds[2]
    return max(apart) <= NEAR and 0 <= gap < WIDEST_GAP


def has_labels(table: PageTable) -> bool:
    return bool(table.rows[-1]) and is_words(table.rows[-1][0].text)


def beside(left: PageTable, right: PageTable) -> PageTable:
    """Both as one table: 规章 | and | 2 | 0 | 15."""
    rows = [[*one, *other] for one, other in zip(left.rows, right.rows, strict=True)]
    bounds = (left.bounds[0], left.bounds[1], right.bounds[2], left.bounds[3])
    return PageTable(left.page, bounds, rows, xs=(*left.xs, *right.xs), ys=left.ys)


# --- grids ----------------------------------------------------------------------------------------


def grid_of(table: PageTable, number: int) -> Iterator[Block]:
    """The table as a grid, then the pictures in its cells, whose text nobody can read."""
    xs = columns_of(table)
    if len(xs) * len(table.rows) > CELLS:
        raise too_large()
    rows: list[tuple[GridCell, ...]] = []
    pictures: list[Link] = []
    for at, row in enumerate(table.rows, 1):
        cells: list[GridCell] = []
        for cell in sorted(row, key=attrgetter("x0")):
            column = nearest(xs, cell.x0)
            span = max(1, nearest(xs, cell.x1) - column)
            cells.append(GridCell(cell.text, column, cell.rowspan, span))
            if cell.picture:
                place = Place(table.page, number, at, column + 1)
                pictures.append(Link(place, "image", "", ""))
        rows.append(tuple(cells))
    yield Grid(Place(page=table.page, table=number), tuple(rows), table.spans)
    yield from pictures


def columns_of(table: PageTable) -> list[float]:
    found: list[float] = []
    for x in sorted(table.xs):
        is_new = not found or x - found[-1] > NEAR
        if is_new:
            found.append(x)
    return found


def nearest(xs: Sequence[float], x: float) -> int:
    """The number of the line that is nearest to a place; of two as near, the left one."""
    apart = [abs(line - x) for line in xs]
    return apart.index(min(apart))
