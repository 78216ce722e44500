"""Tables that a page break cut -> one table again, and tables -> grids.

A break may fall between rows, within a row, or within a label that stands beside several rows. Only what the geometry
shows is put together: a text goes on where its line was full and what follows does not begin with a number of its own.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace

from gongkai.model import Block, Grid, GridCell, Link, Place
from gongkai.readers.blocks import CELLS, too_large
from gongkai.readers.layout.cells import (
    NUMBERED,
    PageCell,
    PageRow,
    PageTable,
    is_figure,
    is_words,
    may_be_one_row,
    moved,
)
from gongkai.readers.layout.ink import UNREADABLE

SAME_EDGE = 4.0  # points
SAME_WIDTH = 6.0
WIDEST_GAP = 24.0  # between the parts of a table that stand side by side


def continues(above: PageTable, below: PageTable) -> bool:
    """Whether a table at the top of a page has the width of the one at the foot of the page before it."""
    widths = [table.bounds[2] - table.bounds[0] for table in (above, below)]
    return above.spans and below.spans and abs(widths[0] - widths[1]) <= SAME_WIDTH


def stitched(above: PageTable, below: PageTable) -> PageTable:
    """Both as one table, the lower one moved sideways to stand under the upper one."""
    by = above.bounds[0] - below.bounds[0]
    rows = [moved(row, by) for row in below.rows]
    upper = [list(row) for row in above.rows]
    head = repeated_head(upper, rows)
    if len(rows) > head:
        join_rows(upper, rows, head)
    bounds = (*above.bounds[:3], above.bounds[3] + below.bounds[3] - below.bounds[1])
    return PageTable(above.page, bounds, upper + rows, xs=(*above.xs, *(x + by for x in below.xs)), ys=above.ys)


def repeated_head(upper: Sequence[PageRow], lower: Sequence[PageRow]) -> int:
    """How many rows at the top of the lower part repeat those at the top of the upper one."""
    count = 0
    while count < min(len(upper), len(lower) - 1) and alike(upper[count], lower[count]):
        count += 1
    return count


def alike(one: PageRow, other: PageRow) -> bool:
    return len(one) == len(other) and all(
        a.text == b.text and a.rowspan == b.rowspan and same_edges(a, b) for a, b in zip(one, other, strict=True)
    )


def same_edges(one: PageCell, other: PageCell) -> bool:
    return abs(one.x0 - other.x0) <= SAME_EDGE and abs(one.x1 - other.x1) <= SAME_EDGE


def join_rows(upper: list[PageRow], lower: list[PageRow], head: int) -> None:
    """Put together what the break cut, in place: a whole row (then the head repeated before it goes), or the cells
    beside several rows. Figures of rows that may be one are made unreadable: both parts in both rows."""
    pairs = [
        (above, below)
        for above in last_cells(upper)
        for below in lower[head]
        if same_edges(upper[above[0]][above[1]], below)
    ]
    cells = [(upper[row][column], below) for (row, column), below in pairs]
    one_row = is_one_row(cells)
    whole = one_row and len(pairs) == len(lower[head])
    beside = list(lower[head])
    for ((row, column), below), (above, _) in zip(pairs, cells, strict=True):
        tall = not head and is_beside(above, below, beside) and (not below.text or goes_on(above, below))
        if whole or tall:
            upper[row][column] = replace(
                above,
                text=both_parts(above.text, below.text),
                rowspan=above.rowspan + below.rowspan - (1 if whole else 0),
                full=below.full,
                picture=above.picture or below.picture,
            )
            lower[head].remove(below)
    if whole:
        del lower[: head + 1]
    elif one_row or is_cut_within([upper[row][at] for row, at in last_cells(upper)], beside, cells):
        for ((row, column), below), (above, _) in zip(pairs, cells, strict=True):
            if above.rowspan == below.rowspan == 1 and is_figure(above) and is_figure(below):
                text = both_parts(above.text, below.text)
                upper[row][column] = replace(above, text=text)
                lower[head][lower[head].index(below)] = replace(below, text=text)


def both_parts(above: str, below: str) -> str:
    """A text that a break cut; parts of a figure stay in two lines, which are no figure."""
    return f"{above}\n{below}" if above and below and not is_words(above + below) else above + below


def is_cut_within(upper: PageRow, lower: PageRow, pairs: Sequence[tuple[PageCell, PageCell]]) -> bool:
    """Whether rows on both sides of a break may be one: a label that moved on whole leaves the other part without."""
    uneven = (pair for pair in pairs if max(cell.rowspan for cell in pair) > 1)
    tall = {id(cell) for pair in uneven for cell in pair}
    single = ([cell for cell in row if cell.rowspan == 1] for row in (upper, lower))
    rows = [[cell for cell in row if id(cell) not in tall] for row in single]
    unlabelled = [row for row in rows if not any(is_words(cell.text) for cell in row)]
    return any(any(map(is_figure, row)) for row in unlabelled)


def last_cells(rows: Sequence[PageRow]) -> list[tuple[int, int]]:
    """(row, position in it) of the cells that reach the last row."""
    return [
        (number, at)
        for number, row in enumerate(rows)
        for at, cell in enumerate(row)
        if number + cell.rowspan == len(rows)
    ]


def is_beside(above: PageCell, below: PageCell, row: PageRow) -> bool:
    """Whether a cell stands beside several rows, with the label of a row to its right: no figure does."""
    tall = above.rowspan > 1 or below.rowspan > 1
    return tall and any(other.x0 > below.x0 and is_words(other.text) for other in row)


def goes_on(above: PageCell, below: PageCell) -> bool:
    return bool(above.text) and above.full and is_words(below.text) and not NUMBERED.match(below.text)


def is_one_row(cells: Sequence[tuple[PageCell, PageCell]]) -> bool:
    """Whether two rows on both sides of a break are one: a label goes on, and so may figures whose line was full.

    Cells beside several rows show nothing: they go on in any case.
    """
    single = [(above, below) for above, below in cells if above.rowspan == below.rowspan == 1]
    both = [(above, below) for above, below in single if above.text and below.text]
    figures = [above for above, below in both if is_figure(above) and is_figure(below)]
    rest = [(above.text, below.text) for above, below in single if not (above.text and below.text)]
    one_sided = not any(above for above, _ in rest) or not any(below for _, below in rest)
    labels = [(above, below) for above, below in both if is_words(above.text) or is_words(below.text)]
    return (
        bool(labels)
        and all(goes_on(above, below) for above, below in labels)
        and (all(above.full for above in figures) if figures else bool(rest) and one_sided)
    )


def with_cut_figures(above: PageTable, below: PageTable, known: str) -> tuple[PageTable, PageTable]:
    """Tables before and after a page break, the figures of rows that may be one unreadable; the lower table may
    begin with a head whose lines are ``known`` text."""
    start = next((at for at, row in enumerate(below.rows) if any(map(is_figure, row))), 0)
    texts = (cell.text for row in below.rows[:start] for cell in row)
    repeated = all(line in known for text in texts for line in text.split("\n"))
    if not repeated or not may_be_one_row(above.rows[-1], below.rows[start]):
        return above, below
    lower = [*below.rows[:start], unreadable(below.rows[start]), *below.rows[start + 1 :]]
    return with_last_row_unreadable(above), replace(below, rows=lower)


def with_last_row_unreadable(table: PageTable) -> PageTable:
    return replace(table, rows=[*table.rows[:-1], unreadable(table.rows[-1])])


def unreadable(row: PageRow) -> PageRow:
    return [replace(cell, text=UNREADABLE + cell.text) if is_figure(cell) else cell for cell in row]


# --- tables side by side --------------------------------------------------------------------------


def side_by_side(tables: Sequence[PageTable]) -> list[PageTable]:
    """Tables of a page, those joined whose rows stand level: labels in the left one, only figures in the right one."""
    found: list[PageTable] = []
    for table in sorted(tables, key=lambda table: (round(table.bounds[1] / SAME_EDGE), table.bounds[0])):
        left = found[-1] if found else None
        if left is not None and is_level(left, table) and has_labels(left) and not has_labels(table):
            rows = [[*one, *other] for one, other in zip(left.rows, table.rows, strict=True)]
            bounds = (left.bounds[0], left.bounds[1], table.bounds[2], left.bounds[3])
            found[-1] = PageTable(left.page, bounds, rows, xs=(*left.xs, *table.xs), ys=left.ys)
        else:
            found.append(table)
    return found


def is_level(left: PageTable, right: PageTable) -> bool:
    return (
        len(left.ys) == len(right.ys)
        and all(abs(one - other) <= SAME_EDGE for one, other in zip(left.ys, right.ys, strict=True))
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
        if not found or x - found[-1] > SAME_EDGE:
            found.append(x)
    return found


def nearest(xs: Sequence[float], x: float) -> int:
    return min(range(len(xs)), key=lambda number: abs(xs[number] - x))
