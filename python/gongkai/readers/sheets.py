"""The cells of a worksheet -> its tables and lines, in reading order; what lies apart is read
apart.

A sheet is cut where a row or a column is empty, and where a line of text stands across it, again
and again, until each piece is a line or one table.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Callable, Iterable, Iterator, Sequence
from itertools import chain
from operator import itemgetter
from typing import NamedTuple

from gongkai.figures import read_figure
from gongkai.model import Grid, GridCell, Place
from gongkai.readers.blocks import CELLS, TALLEST, WIDEST, FlowItem, too_large

LONGEST_LABEL = 80  # characters; a longer text is prose: the longest label of the form has 37
FEW = 3  # cells of a row that may be prose: a number, a heading and its text
MOST_BLANK_LINES = 1_000
DEEPEST = 12  # cuts within cuts


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
    if not any(
        bottom - top >= TALLEST or right - left >= WIDEST for top, left, bottom, right, _ in spots
    ):
        return list(spots)
    last_row = max(
        (spot.bottom if spot.bottom - spot.top < TALLEST else spot.top for spot in spots), default=0
    )
    last_column = max(
        (spot.right if spot.right - spot.left < WIDEST else spot.left for spot in spots), default=0
    )
    return [
        spot._replace(bottom=min(spot.bottom, last_row), right=min(spot.right, last_column))
        for spot in spots
    ]


def region_flow(spots: Spots, blanks: Spots, depth: int) -> Iterator[FlowItem]:
    """The items of one region."""
    line_end = -1  # the last row of the prose just given, -1 after a table
    for band in bands(spots):
        for is_prose, strips in kinds(band):
            within = list(chain.from_iterable(strips))
            if is_prose:
                for spot in within:
                    if line_end >= 0:
                        yield from [("", "")] * min(spot.top - line_end - 1, MOST_BLANK_LINES)
                    yield from (("", line.strip()) for line in spot.text.split("\n"))
                    line_end = spot.bottom
                continue
            line_end = -1
            parts = columns(within) if depth else [within]
            if len(parts) == 1:
                yield Grid(Place(), grid_rows(within, blanks))
            else:
                for part in parts:
                    yield from region_flow(part, blanks, depth - 1)


# --- cutting --------------------------------------------------------------------------------------


def begins(edges: Iterable[tuple[int, int]], gap: int) -> list[int]:
    """Where runs begin along one axis; a run ends where ``gap`` rows (or columns) and no spot
    follow, 0 at any edge.
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
    return [spots[cut:end] for cut, end in zip(cuts, [*cuts[1:], len(spots)], strict=False)]


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
        if band and not (len(strips[0]) > 1 and has_figure(strips[0]) and len(band[-1]) > 1):
            yield band
            band = []
        band += strips
    if band:
        yield band


def columns(spots: Spots) -> list[list[SheetCell]]:
    """Parts with an empty column between them. One without labels of its own belongs to the part
    before it.
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
    figures: dict[int, int] = {}
    for spot in part:
        if is_figure(spot.text):
            figures[spot.top] = min(spot.left, figures.get(spot.top, spot.left))
    labels = (spot for spot in part if not is_figure(spot.text))
    labelled = {row for spot in labels for row in rows_of(spot) if spot.left < figures.get(row, 0)}
    return len(figures) < 2 or 2 * len(labelled) >= len(figures)


def rows_of(spot: SheetCell) -> range:
    return range(spot.top, spot.bottom + 1)


def kinds(
    strips: Sequence[Sequence[SheetCell]],
) -> Iterator[tuple[bool, list[Sequence[SheetCell]]]]:
    """(whether it is prose, strips) of each run of strips of one kind."""
    edges = list(map(along, chain.from_iterable(strips)))
    left, right = min(edges)[0], max(map(itemgetter(1), edges))
    run: list[Sequence[SheetCell]] = []
    before, tabled = False, False
    for number, strip in enumerate(strips):
        after = strips[number + 1] if number + 1 < len(strips) else ()
        prose = is_prose(strip, strips[number - 1] if tabled else (), after, left, right)
        tabled = tabled or not prose
        if run and prose != before:
            yield before, run
            run = []
        run.append(strip)
        before = prose
    yield before, run


def is_prose(strip: Spots, above: Spots, below: Spots, left: int, right: int) -> bool:
    """Whether a strip is text and no row of a table; ``above`` is () where no row of a table came
    yet.

    That is a long text without figures beside it, and a text alone in its rows that stands before
    the table, or across it, or between a row with figures and a head.
    """
    if len(strip) > FEW:
        return False
    if any(len(spot.text) > LONGEST_LABEL for spot in strip):
        return not has_figure(strip)
    if len(strip) > 1:
        return not above and not below and not has_figure(strip)
    across = strip[0].left <= left < right <= strip[0].right
    between = has_figure(above) and len(below) > 1 and not has_figure(below)
    return not above or across or between


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
    row_at, column_at = (
        {row: n for n, row in enumerate(lines)},
        {column: n for n, column in enumerate(across)},
    )
    empty: list[GridCell | None] = [GridCell("", column) for column in range(len(across))]
    rows = [empty.copy() for _ in lines]
    covered: set[int] = set()
    new = tuple.__new__  # as a named tuple makes itself, in half the time
    for top, left, bottom, right, text in spots:
        row, column = row_at[top], column_at[left]
        if top == bottom and left == right:
            rows[row][column] = new(GridCell, (text, column, 1, 1))
        else:
            cover(rows, row, column, row_at[bottom] - row + 1, column_at[right] - column + 1, text)
            covered.update(range(row, row_at[bottom] + 1))
    for spot in blanks:
        row, below = bisect_left(lines, spot.top), bisect_right(lines, spot.bottom)
        column, beyond = bisect_left(across, spot.left), bisect_right(across, spot.right)
        under = [cell for line in rows[row:below] for cell in line[column:beyond]]
        if under and all(cell is not None and not cell.text for cell in under):
            cover(rows, row, column, below - row, beyond - column, "")
            covered.update(range(row, below))
    return tuple(
        tuple(cell for cell in line if cell is not None) if number in covered else tuple(line)  # type: ignore[arg-type]
        for number, line in enumerate(rows)
    )


def cover(
    rows: list[list[GridCell | None]], row: int, column: int, height: int, width: int, text: str
) -> None:
    for line in rows[row : row + height]:
        line[column : column + width] = [None] * width
    rows[row][column] = GridCell(text, column, height, width)


def kept(spots: Spots, edges: Edges) -> list[int]:
    """The rows (or columns) that some spot stands in, ascending."""
    found: set[int] = set()
    for low, high in set(map(edges, spots)):
        found.update(range(low, high + 1))
    return sorted(found)
