"""Tables that a page break cut -> one table again.

A break may fall between rows, within a row, within a figure, or within a label that stands beside
several rows. Only what the geometry shows is put together: a text goes on where its line was full
and what follows does not begin with a number of its own.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import NamedTuple

from gongkai.readers.layout.cells import (
    NUMBERED,
    PageCell,
    PageRow,
    PageTable,
    has_figure,
    is_figure,
    is_full,
    is_words,
    labels_in,
    may_be_one_row,
)
from gongkai.readers.layout.columns import Mapping, common_columns
from gongkai.readers.layout.ink import UNREADABLE
from gongkai.readers.layout.lattice import NEAR, GridSpot


class CutCell(NamedTuple):
    """The last cell of a column above a break, and the first of it below."""

    above: PageCell
    below: PageCell


CutSpot = tuple[GridSpot, PageCell]  # row and position of the one above, the one below


def stitched(above: PageTable, below: PageTable) -> PageTable | None:
    """Both as one table, the lower one under the columns of the upper one; None where it is no part
    of that table.
    """
    if not (above.spans and below.spans):
        return None
    columns = common_columns(above.xs, below.xs, bool(above.ys))
    if columns is None:
        return None
    upper = [list(row) for row in above.rows]
    lower = placed_rows(below.rows, columns)
    head = repeated_head(upper, lower)
    lower = lower[head:]
    join_rows(upper, lower, cut_beside=not head)
    bounds = (*above.bounds[:3], above.bounds[3] + below.bounds[3] - below.bounds[1])
    xs = merged(above.xs, columns.places)
    return PageTable(above.page, bounds, upper + lower, xs=xs, ys=above.ys)


def placed_rows(rows: Sequence[PageRow], columns: Mapping) -> list[PageRow]:
    """The rows of a lower part as they stand under the upper one."""
    found: list[PageRow] = []
    for row in rows:
        placed: PageRow = []
        for cell in row:
            placed.append(replace(cell, x0=columns.at(cell.x0), x1=columns.at(cell.x1)))
        found.append(placed)
    return found


def merged(upper: Sequence[float], places: Sequence[float]) -> tuple[float, ...]:
    """The lines of the upper part and those of the lower one that stand beside none of them."""
    found = list(upper)
    for x in places:
        if all(abs(x - other) > NEAR for other in upper):
            found.append(x)
    return tuple(sorted(found))


# --- a head that is repeated ----------------------------------------------------------------------


def repeated_head(upper: Sequence[PageRow], lower: Sequence[PageRow]) -> int:
    """How many rows at the top of the lower part repeat those at the top of the upper one; none
    where the first row below them does so too, for then it is another table of the same form.
    """
    count = 0
    while count < min(len(upper), len(lower) - 1) and alike(upper[count], lower[count]):
        count += 1
    if count == len(upper):
        return count
    label = first_label(upper[count])
    is_anew = label != "" and label == first_label(lower[count])
    return 0 if is_anew else count


def first_label(row: PageRow) -> str:
    return next(iter(labels_in(row)), "")


def alike(one: PageRow, other: PageRow) -> bool:
    return len(one) == len(other) and all(map(are_alike, one, other))


def are_alike(one: PageCell, other: PageCell) -> bool:
    return one.text == other.text and one.rowspan == other.rowspan and same_edges(one, other)


def same_edges(one: PageCell, other: PageCell) -> bool:
    return abs(one.x0 - other.x0) <= NEAR and abs(one.x1 - other.x1) <= NEAR


# --- what the break cut ---------------------------------------------------------------------------


def join_rows(upper: list[PageRow], lower: list[PageRow], cut_beside: bool) -> None:
    """Put together what the break cut, in place: a whole row, or the cells beside several rows
    (``cut_beside``; not so where a head stands between). Figures of rows that may be one are made
    unreadable: both parts in both rows.
    """
    first = list(lower[0])
    spots = paired_spots(upper, first)
    pairs = [CutCell(upper[row][at], below) for (row, at), below in spots]
    one_row = is_one_row(pairs)
    if one_row and len(spots) == len(first):
        for (row, at), below in spots:
            upper[row][at] = as_one_cell(upper[row][at], below, 1)
        del lower[0]
        return
    if cut_beside:
        join_beside(upper, lower[0], spots)
    last = [upper[row][at] for row, at in last_cells(upper)]
    if one_row or is_cut_within(last, first, pairs):
        make_unreadable(upper, lower[0], spots)


def last_cells(rows: Sequence[PageRow]) -> list[GridSpot]:
    """(row, position in it) of the cells that reach the last row."""
    found: list[GridSpot] = []
    for number, row in enumerate(rows):
        for at, cell in enumerate(row):
            if number + cell.rowspan == len(rows):
                found.append((number, at))
    return found


def paired_spots(upper: Sequence[PageRow], first: PageRow) -> list[CutSpot]:
    """The cells that end at the break, by row and position, each with the one that begins in its
    columns below.
    """
    found: list[CutSpot] = []
    for row, at in last_cells(upper):
        for below in first:
            if same_edges(upper[row][at], below):
                found.append(((row, at), below))
    return found


def join_beside(upper: list[PageRow], lower: PageRow, spots: Sequence[CutSpot]) -> None:
    """The cells beside several rows, each as one; in place."""
    first = list(lower)
    for (row, at), below in spots:
        if is_cut_beside(CutCell(upper[row][at], below), first):
            upper[row][at] = as_one_cell(upper[row][at], below, 0)
            lower.remove(below)


def as_one_cell(above: PageCell, below: PageCell, shared: int) -> PageCell:
    """Both parts of a cell; ``shared`` rows are counted in both."""
    return replace(
        above,
        text=both_parts(above.text, below.text),
        rowspan=above.rowspan + below.rowspan - shared,
        room=below.room,
        picture=above.picture or below.picture,
    )


def both_parts(above: str, below: str) -> str:
    """A text that a break cut: （四）无法 and 提供 as （四）无法提供.

    Parts of a figure, 17 and 8, stay in two lines, which are no figure.
    """
    if above and below and not is_words(above + below):
        return f"{above}\n{below}"
    return above + below


def make_unreadable(upper: list[PageRow], lower: PageRow, spots: Sequence[CutSpot]) -> None:
    """Figures of rows that may be one: both parts in both rows, which is no figure."""
    for (row, at), below in spots:
        pair = CutCell(upper[row][at], below)
        if is_single(pair) and are_figures(pair):
            text = both_parts(pair.above.text, below.text)
            upper[row][at] = replace(pair.above, text=text)
            lower[lower.index(below)] = replace(below, text=text)


# --- what may be one ------------------------------------------------------------------------------


def is_single(pair: CutCell) -> bool:
    return pair.above.rowspan == pair.below.rowspan == 1


def holds_words(pair: CutCell) -> bool:
    return is_words(pair.above.text) or is_words(pair.below.text)


def are_figures(pair: CutCell) -> bool:
    return is_figure(pair.above) and is_figure(pair.below)


def are_filled(pair: CutCell) -> bool:
    return bool(pair.above.text and pair.below.text)


def goes_on(pair: CutCell) -> bool:
    """（四）无法 whose line was full, over 提供; not over （五）不予处理."""
    below = pair.below.text
    if not pair.above.text or not is_words(below) or NUMBERED.match(below):
        return False
    return is_full(pair.above.room, below)


def is_cut_beside(pair: CutCell, first: PageRow) -> bool:
    """Whether a cell beside several rows is cut: 三、本年度办理结果, its rows on both sides of the
    break.
    """
    return is_beside(pair, first) and (not pair.below.text or goes_on(pair))


def is_beside(pair: CutCell, row: PageRow) -> bool:
    """Whether a cell stands beside several rows, with the label of a row to its right: no figure
    does.
    """
    if is_single(pair):
        return False
    return any(is_words(other.text) for other in row if other.x0 > pair.below.x0)


def is_cut_within(upper: PageRow, lower: PageRow, pairs: Sequence[CutCell]) -> bool:
    """Whether rows on both sides of a break may be one: a label that moved on whole leaves the
    other part without.
    """
    tall: set[int] = set()
    for pair in pairs:
        if not is_single(pair):
            tall |= {id(pair.above), id(pair.below)}
    for row in (upper, lower):
        single = [cell for cell in row if cell.rowspan == 1 and id(cell) not in tall]
        if has_figure(single) and not labels_in(single):
            return True
    return False


def is_one_row(pairs: Sequence[CutCell]) -> bool:
    """Whether two rows on both sides of a break are one: a label goes on, or only figures whose
    line was full do.

    Cells beside several rows show nothing: they go on in any case.
    """
    single = list(filter(is_single, pairs))
    return has_rest_of_label(single) or has_rest_of_figures(single)


def has_rest_of_label(pairs: Sequence[CutCell]) -> bool:
    """（四）无法 over 提供, beside figures that stand in one of the two parts, or whose line was
    full.
    """
    both = list(filter(are_filled, pairs))
    labels = list(filter(holds_words, both))
    if not labels or not all(map(goes_on, labels)):
        return False
    figures = list(filter(are_figures, both))
    if figures:
        return all(map(is_cut_figure, figures))
    return is_one_sided([pair for pair in pairs if not are_filled(pair)])


def is_one_sided(pairs: Sequence[CutCell]) -> bool:
    """Whether there are texts beside a label, and all above the break, or all below it."""
    above = any(pair.above.text for pair in pairs)
    below = any(pair.below.text for pair in pairs)
    return bool(pairs) and not (above and below)


def has_rest_of_figures(pairs: Sequence[CutCell]) -> bool:
    """72 64 17 37 over nothing, nothing, 8, nothing: no row of its own has figures just where a
    line was full.
    """
    below = [pair for pair in pairs if pair.below.text]
    alone = [pair for pair in pairs if is_figure(pair.above) and not pair.below.text]
    return 0 < len(below) <= len(alone) and all(map(is_cut_figure, below))


def is_cut_figure(pair: CutCell) -> bool:
    """17 in a full line over 8."""
    return are_figures(pair) and is_full(pair.above.room, "")


# --- tables without lines -------------------------------------------------------------------------


def with_cut_figures(above: PageTable, below: PageTable, known: str) -> tuple[PageTable, PageTable]:
    """Tables before and after a page break, the figures of rows that may be one unreadable; the
    lower table may begin with a head whose lines are ``known`` text.
    """
    start = first_figures(below.rows)
    if not is_known(below.rows[:start], known):
        return above, below
    if not may_be_one_row(above.rows[-1], below.rows[start]):
        return above, below
    lower = list(below.rows)
    lower[start] = unreadable(lower[start])
    return with_last_row_unreadable(above), replace(below, rows=lower)


def first_figures(rows: Sequence[PageRow]) -> int:
    """The number of the first row with figures; 0 where none has any."""
    for number, row in enumerate(rows):
        if has_figure(row):
            return number
    return 0


def is_known(rows: Sequence[PageRow], known: str) -> bool:
    """Whether a head repeats text of earlier pages: 行政行为 总计, as above the break."""
    for row in rows:
        for cell in row:
            if not all(line in known for line in cell.text.split("\n")):
                return False
    return True


def with_last_row_unreadable(table: PageTable) -> PageTable:
    return replace(table, rows=[*table.rows[:-1], unreadable(table.rows[-1])])


def unreadable(row: PageRow) -> PageRow:
    """（一）予以公开 | 17 as （一）予以公开 | ?17, which is no figure."""
    found: PageRow = []
    for cell in row:
        is_cut = is_figure(cell) and not cell.text.startswith(UNREADABLE)
        found.append(replace(cell, text=UNREADABLE + cell.text) if is_cut else cell)
    return found
