"""Tables that a page break cut -> one table again.

A break may fall between rows, within a row, within a figure, or within a label that stands beside
several rows. Only what the geometry shows is put together: a text goes on where its line was full
and what follows does not begin with a number of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

from gongkai.readers.layout.cells import (
    NUMBERED,
    PageCell,
    PageRow,
    PageTable,
    is_figure,
    is_full,
    is_words,
    may_be_one_row,
)
from gongkai.readers.layout.columns import Mapping, common_columns
from gongkai.readers.layout.ink import UNREADABLE
from gongkai.readers.layout.lattice import NEAR

CutCell = tuple[PageCell, PageCell]  # the last of a column above a break, the first of it below
CutSpot = tuple[tuple[int, int], PageCell]  # row and position of the one above, the one below


def stitched(above: PageTable, below: PageTable) -> PageTable | None:
    """Both as one table, the lower one under the columns of the upper one; None where it is no part
    of that table.
    """
    columns = (
        common_columns(above.xs, below.xs, bool(above.ys)) if above.spans and below.spans else None
    )
    if columns is None:
        return None
    rows = [[placed(cell, columns) for cell in row] for row in below.rows]
    upper = [list(row) for row in above.rows]
    head = repeated_head(upper, rows)
    rows = rows[head:]
    join_rows(upper, rows, cut_beside=not head)
    bounds = (*above.bounds[:3], above.bounds[3] + below.bounds[3] - below.bounds[1])
    return PageTable(
        above.page, bounds, upper + rows, xs=merged(above.xs, columns.places), ys=above.ys
    )


def placed(cell: PageCell, columns: Mapping) -> PageCell:
    return replace(cell, x0=columns.at(cell.x0), x1=columns.at(cell.x1))


def merged(upper: Sequence[float], places: Sequence[float]) -> tuple[float, ...]:
    """The lines of the upper part and those of the lower one that stand beside none of them."""
    new = [x for x in places if all(abs(x - other) > NEAR for other in upper)]
    return tuple(sorted((*upper, *new)))


def repeated_head(upper: Sequence[PageRow], lower: Sequence[PageRow]) -> int:
    """How many rows at the top of the lower part repeat those at the top of the upper one; none
    where the first row below them does so too, for then it is another table of the same form.
    """
    count = 0
    while count < min(len(upper), len(lower) - 1) and alike(upper[count], lower[count]):
        count += 1
    anew = count < len(upper) and label_of(upper[count]) == label_of(lower[count]) != ""
    return 0 if anew else count


def label_of(row: PageRow) -> str:
    return next((cell.text for cell in row if is_words(cell.text)), "")


def alike(one: PageRow, other: PageRow) -> bool:
    return len(one) == len(other) and all(
        a.text == b.text and a.rowspan == b.rowspan and same_edges(a, b)
        for a, b in zip(one, other, strict=True)
    )


def same_edges(one: PageCell, other: PageCell) -> bool:
    return abs(one.x0 - other.x0) <= NEAR and abs(one.x1 - other.x1) <= NEAR


def join_rows(upper: list[PageRow], lower: list[PageRow], cut_beside: bool) -> None:
    """Put together what the break cut, in place: a whole row, or the cells beside several rows
    (``cut_beside``; not so where a head stands between). Figures of rows that may be one are made
    unreadable: both parts in both rows.
    """
    first = list(lower[0])
    spots = paired_spots(upper, first)
    cells = [(upper[row][at], below) for (row, at), below in spots]
    one_row = is_one_row(cells)
    if one_row and len(spots) == len(first):
        for (row, at), below in spots:
            upper[row][at] = as_one_cell(upper[row][at], below, 1)
        del lower[0]
        return
    if cut_beside:
        join_beside(upper, lower[0], spots)
    if one_row or is_cut_within([upper[row][at] for row, at in last_cells(upper)], first, cells):
        make_unreadable(upper, lower[0], spots)


def join_beside(upper: list[PageRow], lower: PageRow, spots: Sequence[CutSpot]) -> None:
    """The cells beside several rows, each as one; in place."""
    first = list(lower)
    for (row, at), below in spots:
        if is_cut_beside(upper[row][at], below, first):
            upper[row][at] = as_one_cell(upper[row][at], below, 0)
            lower.remove(below)


def paired_spots(upper: Sequence[PageRow], first: PageRow) -> list[CutSpot]:
    """The cells that end at the break, by row and position, each with the one that begins in its
    columns below.
    """
    found = []
    for row, at in last_cells(upper):
        found += [((row, at), below) for below in first if same_edges(upper[row][at], below)]
    return found


def as_one_cell(above: PageCell, below: PageCell, shared: int) -> PageCell:
    """Both parts of a cell; ``shared`` rows are counted in both."""
    return replace(
        above,
        text=both_parts(above.text, below.text),
        rowspan=above.rowspan + below.rowspan - shared,
        room=below.room,
        picture=above.picture or below.picture,
    )


def is_cut_beside(above: PageCell, below: PageCell, first: PageRow) -> bool:
    return is_beside(above, below, first) and (not below.text or goes_on(above, below))


def make_unreadable(upper: list[PageRow], lower: PageRow, spots: Sequence[CutSpot]) -> None:
    """Figures of rows that may be one: both parts in both rows, which is no figure."""
    for (row, at), below in spots:
        above = upper[row][at]
        if above.rowspan == below.rowspan == 1 and are_figures((above, below)):
            text = both_parts(above.text, below.text)
            upper[row][at] = replace(above, text=text)
            lower[lower.index(below)] = replace(below, text=text)


def both_parts(above: str, below: str) -> str:
    """A text that a break cut; parts of a figure stay in two lines, which are no figure."""
    return f"{above}\n{below}" if above and below and not is_words(above + below) else above + below


def is_cut_within(upper: PageRow, lower: PageRow, pairs: Sequence[CutCell]) -> bool:
    """Whether rows on both sides of a break may be one: a label that moved on whole leaves the
    other part without.
    """
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
    """Whether a cell stands beside several rows, with the label of a row to its right: no figure
    does.
    """
    tall = above.rowspan > 1 or below.rowspan > 1
    return tall and any(other.x0 > below.x0 and is_words(other.text) for other in row)


def goes_on(above: PageCell, below: PageCell) -> bool:
    words = bool(above.text) and is_words(below.text) and not NUMBERED.match(below.text)
    return words and is_full(above.room, below.text)


def is_one_row(cells: Sequence[CutCell]) -> bool:
    """Whether two rows on both sides of a break are one: a label goes on, or only figures whose
    line was full do.

    Cells beside several rows show nothing: they go on in any case.
    """
    single = [pair for pair in cells if pair[0].rowspan == pair[1].rowspan == 1]
    return has_rest_of_label(single) or has_rest_of_figures(single)


def has_rest_of_label(pairs: Sequence[CutCell]) -> bool:
    """（四）无法 over 提供, beside figures that stand in one of the two parts, or whose line was
    full.
    """
    both = [pair for pair in pairs if pair[0].text and pair[1].text]
    labels = list(filter(holds_words, both))
    if not labels or not all(goes_on(above, below) for above, below in labels):
        return False
    figures = list(filter(are_figures, both))
    if figures:
        return all(is_full(above.room, "") for above, _ in figures)
    rest = [pair for pair in pairs if pair not in both]
    return bool(rest) and is_one_sided(rest)


def holds_words(pair: CutCell) -> bool:
    return is_words(pair[0].text) or is_words(pair[1].text)


def are_figures(pair: CutCell) -> bool:
    return is_figure(pair[0]) and is_figure(pair[1])


def is_one_sided(pairs: Sequence[CutCell]) -> bool:
    """Whether all texts stand above the break, or all below it."""
    return not any(above.text for above, _ in pairs) or not any(below.text for _, below in pairs)


def has_rest_of_figures(pairs: Sequence[CutCell]) -> bool:
    """72 64 17 37 over nothing, nothing, 8, nothing: no row of its own has figures just where a
    line was full.
    """
    below = [pair for pair in pairs if pair[1].text]
    alone = [pair for pair in pairs if is_figure(pair[0]) and not pair[1].text]
    return 0 < len(below) <= len(alone) and all(map(is_cut_figure, below))


def is_cut_figure(pair: CutCell) -> bool:
    """17 in a full line over 8."""
    return are_figures(pair) and is_full(pair[0].room, "")


def with_cut_figures(above: PageTable, below: PageTable, known: str) -> tuple[PageTable, PageTable]:
    """Tables before and after a page break, the figures of rows that may be one unreadable; the
    lower table may begin with a head whose lines are ``known`` text.
    """
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
