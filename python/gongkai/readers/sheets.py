"""The cells of a worksheet -> its tables and lines, in reading order.

What lies apart is read apart: a sheet is cut where a row or a column is empty, and where a line of
text stands across it, again and again, until each piece is a line or one table.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain, pairwise
from operator import itemgetter
from typing import NamedTuple

from gongkai.figures import read_figure
from gongkai.model import Grid, GridCell, Place
from gongkai.readers.blocks import CELLS, TALLEST, WIDEST, FlowItem, too_large

LONGEST_LABEL = 80  # characters; a longer text is prose: the longest label of the form has 37
FEW = 3  # cells of a row that may be prose: a number, a heading and its text
MOST_BLANK_LINES = 1_000  # between two texts of a sheet
DEEPEST = 12  # cuts within cuts
NO_LINE = -1  # in place of the last row of prose, after a table


class SheetCell(NamedTuple):
    """A cell or merged cells that hold a text, "" for merged ones that are blank: 0-based, all
    edges included.
    """

    top: int
    left: int
    bottom: int
    right: int
    text: str


Spots = Sequence[SheetCell]
Edges = Callable[[SheetCell], tuple[int, int]]


down: Edges = itemgetter(0, 2)
along: Edges = itemgetter(1, 3)


def sheet_flow(spots: Spots, blanks: Spots) -> Iterator[FlowItem]:
    """The lines and grids of a sheet, from the cells with text, in order, and the merged cells
    without.
    """
    yield from region_flow(clamped(spots), blanks, DEEPEST)


def clamped(spots: Spots) -> list[SheetCell]:
    """Merged cells wider or higher than any form end where the rest of the sheet ends."""
    if not any(map(is_beyond, spots)):
        return list(spots)
    last_row = last_column = 0
    for spot in spots:
        last_row = max(last_row, spot.top if is_tall(spot) else spot.bottom)
        last_column = max(last_column, spot.left if is_wide(spot) else spot.right)
    found = []
    for spot in spots:
        bottom, right = min(spot.bottom, last_row), min(spot.right, last_column)
        found.append(spot._replace(bottom=bottom, right=right))
    return found


def is_tall(spot: SheetCell) -> bool:
    return spot.bottom - spot.top >= TALLEST


def is_wide(spot: SheetCell) -> bool:
    return spot.right - spot.left >= WIDEST


def is_beyond(spot: SheetCell) -> bool:
    return is_tall(spot) or is_wide(spot)


def region_flow(spots: Spots, blanks: Spots, depth: int) -> Iterator[FlowItem]:
    """The items of one region."""
    line_end = NO_LINE
    for band in bands(spots):
        for is_prose, strips in kinds(band):
            within = list(chain.from_iterable(strips))
            if is_prose:
                yield from prose_flow(within, line_end)
                line_end = within[-1].bottom
            else:
                yield from table_flow(within, blanks, depth)
                line_end = NO_LINE


def prose_flow(spots: Spots, line_end: int) -> Iterator[FlowItem]:
    """The lines of texts, blank ones for the empty rows between them and after ``line_end``."""
    for spot in spots:
        if line_end != NO_LINE:
            empty_rows = min(spot.top - line_end - 1, MOST_BLANK_LINES)
            yield from [("", "")] * empty_rows
        for line in spot.text.split("\n"):
            yield "", line.strip()
        line_end = spot.bottom


def table_flow(spots: Spots, blanks: Spots, depth: int) -> Iterator[FlowItem]:
    """One table, or what stands side by side."""
    parts = columns(spots) if depth else [spots]
    if len(parts) == 1:
        yield Grid(Place(), grid_rows(spots, blanks))
        return
    for part in parts:
        yield from region_flow(part, blanks, depth - 1)


# --- cutting --------------------------------------------------------------------------------------


def begins(edges: Iterable[tuple[int, int]], gap: int) -> list[int]:
    """Where runs begin along one axis.

    A run ends where ``gap`` rows (or columns) and no spot follow, 0 at any edge.
    """
    found = []
    reach = -2
    for low, high in sorted(set(edges)):
        if low > reach + gap:
            found.append(low)
        reach = max(reach, high)
    return found


def rows_apart(spots: Spots, gap: int) -> list[Spots]:
    cuts = [bisect_left(spots, (low,)) for low in begins(map(down, spots), gap)]
    return [spots[cut:end] for cut, end in pairwise([*cuts, len(spots)])]


def columns_apart(spots: Spots) -> list[list[SheetCell]]:
    starts = begins(map(along, spots), 1)
    if len(starts) == 1:
        return [list(spots)]
    found: list[list[SheetCell]] = [[] for _ in starts]
    for spot in spots:
        found[bisect_right(starts, spot.left) - 1].append(spot)
    return found


def bands(spots: Spots) -> Iterator[list[Spots]]:
    """Strips of rows that no cell reaches beyond, together as far as no empty row parts them.

    A row of figures below an empty row still belongs to the table above: a table of its own begins
    with a head.
    """
    band: list[Spots] = []
    for rows in rows_apart(spots, 1):
        strips = rows_apart(rows, 0)
        if band and not goes_on(band[-1], strips[0]):
            yield band
            band = []
        band += strips
    if band:
        yield band


def goes_on(above: Spots, strip: Spots) -> bool:
    """Whether two rows of several cells, the lower one with figures, may be of one table."""
    fewest = min(len(above), len(strip))
    return fewest > 1 and has_figure(strip)


def columns(spots: Spots) -> list[list[SheetCell]]:
    """Parts with an empty column between them.

    One without labels of its own belongs to the part before it.
    """
    found: list[list[SheetCell]] = []
    for part in columns_apart(spots):
        if found and not stands_alone(part):
            found[-1] = sorted(found[-1] + part)
        else:
            found.append(part)
    return found


def stands_alone(part: Spots) -> bool:
    """Whether most rows of figures have a label before them; or there is only one such row (表四)
    or none.
    """
    figures: dict[int, int] = {}  # row -> column of its first figure
    labels: list[SheetCell] = []
    for spot in part:
        if is_figure(spot.text):
            figures[spot.top] = min(spot.left, figures.get(spot.top, spot.left))
        else:
            labels.append(spot)
    labelled: set[int] = set()
    for spot in labels:
        for row in range(spot.top, spot.bottom + 1):
            if spot.left < figures.get(row, 0):
                labelled.add(row)
    return len(figures) < 2 or 2 * len(labelled) >= len(figures)


def kinds(strips: Sequence[Spots]) -> Iterator[tuple[bool, list[Spots]]]:
    """(whether it is prose, strips) of each run of strips of one kind."""
    run: list[Spots] = []
    before = False
    for strip, prose in zip(strips, are_prose(strips), strict=True):
        if run and prose != before:
            yield before, run
            run = []
        run.append(strip)
        before = prose
    yield before, run


def are_prose(strips: Sequence[Spots]) -> Iterator[bool]:
    """Of each strip whether it is prose."""
    lefts, rights = zip(*map(along, chain.from_iterable(strips)), strict=True)
    width = min(lefts), max(rights)
    above: Spots = ()  # no row of a table came yet
    is_below_table = False
    for strip, below in zip(strips, (*strips[1:], ()), strict=True):
        prose = is_prose(strip, above, below, width)
        is_below_table = is_below_table or not prose
        if is_below_table:
            above = strip
        yield prose


def is_prose(strip: Spots, above: Spots, below: Spots, width: tuple[int, int]) -> bool:
    """Whether a strip is text and no row of a table.

    ``above`` is () where no row of a table came yet, ``width`` the first and the last column.

    That is a long text without figures beside it, and a text alone in its rows that stands before
    the table, or across it, or between a row with figures and a head.
    """
    if len(strip) > FEW:
        return False
    longest = max(len(spot.text) for spot in strip)
    if longest > LONGEST_LABEL:
        return not has_figure(strip)
    if len(strip) > 1:
        is_apart = not above and not below
        return is_apart and not has_figure(strip)
    return not above or is_across(strip[0], width) or is_between(above, below)


def is_across(spot: SheetCell, width: tuple[int, int]) -> bool:
    left, right = width
    return spot.left <= left < right <= spot.right


def is_between(above: Spots, below: Spots) -> bool:
    """Whether a text stands below a row with figures and above a head: 表三 after 表二."""
    is_above_head = len(below) > 1 and not has_figure(below)
    return is_above_head and has_figure(above)


def has_figure(spots: Spots) -> bool:
    return any(is_figure(spot.text) for spot in spots)


def is_figure(text: str) -> bool:
    return text.isdecimal() or read_figure(text).state == "figure"


# --- a table --------------------------------------------------------------------------------------


def grid_rows(spots: Spots, blanks: Spots) -> tuple[tuple[GridCell, ...], ...]:
    """Rows of all cells, blank ones too; rows and columns in which nothing stands are left out."""
    lines, across = kept(spots, down), kept(spots, along)
    if len(lines) * len(across) > CELLS:
        raise too_large()
    table = TableCells(lines, across)
    table.write(spots)
    for spot in blanks:
        table.merge_blank(spot)
    return table.finished()


class TableCells:
    """The cells of a table while they are written.

    ``lines`` and ``across`` are its rows and columns on the sheet. In ``rows`` None stands where a
    cell from above or from the left reaches.
    """

    def __init__(self, lines: list[int], across: list[int]) -> None:
        self.lines, self.across = lines, across
        empty: list[GridCell | None] = [GridCell("", column) for column in range(len(across))]
        self.rows = [empty.copy() for _ in lines]
        self.merged: set[int] = set()  # the rows in which a merged cell stands

    def write(self, spots: Spots) -> None:
        row_at = {row: number for number, row in enumerate(self.lines)}
        column_at = {column: number for number, column in enumerate(self.across)}
        rows = self.rows
        new = tuple.__new__  # as a named tuple makes itself, in half the time
        for top, left, bottom, right, text in spots:
            row, column = row_at[top], column_at[left]
            if top == bottom and left == right:
                rows[row][column] = new(GridCell, (text, column, 1, 1))
            else:
                self.merge((row, column, row_at[bottom] + 1, column_at[right] + 1), text)

    def merge(self, area: tuple[int, int, int, int], text: str) -> None:
        """One cell over an area: top, left, and the first row below and column beyond it."""
        top, left, below, beyond = area
        width = beyond - left
        for line in self.rows[top:below]:
            line[left:beyond] = [None] * width
        self.rows[top][left] = GridCell(text, left, below - top, width)
        self.merged.update(range(top, below))

    def merge_blank(self, spot: SheetCell) -> None:
        """The same for merged cells without a text, as far as they lie on cells without one."""
        top, below = bisect_left(self.lines, spot.top), bisect_right(self.lines, spot.bottom)
        left, beyond = bisect_left(self.across, spot.left), bisect_right(self.across, spot.right)
        if top == below or left == beyond:
            return
        for line in self.rows[top:below]:
            if not all(map(is_blank, line[left:beyond])):
                return
        self.merge((top, left, below, beyond), "")

    def finished(self) -> tuple[tuple[GridCell, ...], ...]:
        rows = []
        for number, line in enumerate(self.rows):
            if number in self.merged:
                line = [cell for cell in line if cell is not None]
            rows.append(tuple(line))
        return tuple(rows)  # type: ignore[arg-type]  # None stands only in merged rows


def is_blank(cell: GridCell | None) -> bool:
    return cell is not None and not cell.text


def kept(spots: Spots, edges: Edges) -> list[int]:
    """The rows (or columns) that some spot stands in, ascending."""
    found: set[int] = set()
    for low, high in set(map(edges, spots)):
        found.update(range(low, high + 1))
    return sorted(found)
