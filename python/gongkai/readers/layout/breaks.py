"""Tables that a page break cut -> one table again.

A break may fall between rows, within a row, within a figure, or within a label that stands beside
several rows. Only what the geometry shows is put together: a text goes on where its line was full
and what follows does not begin with a number of its own.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import replace
from itertools import product
from typing import NamedTuple

from gongkai.readers.layout import cells, ink, lattice
from gongkai.readers.layout.columns import Mapping, common_columns


class CutCell(NamedTuple):
    """The last cell of a column above a break, its row and position in it, and the first below."""

    spot: lattice.GridSpot
    above: cells.PageCell
    below: cells.PageCell

    @property
    def is_single(self) -> bool:
        """Whether it is of one row above and of one below."""
        return self.above.rowspan == self.below.rowspan == 1

    @property
    def is_filled(self) -> bool:
        return bool(self.above.text and self.below.text)

    @property
    def are_figures(self) -> bool:
        return cells.is_figure(self.above) and cells.is_figure(self.below)


def stitched(above: cells.PageTable, below: cells.PageTable) -> cells.PageTable | None:
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
    return cells.PageTable(above.page, bounds, upper + lower, xs=xs, ys=above.ys)


def placed_rows(rows: Sequence[cells.PageRow], columns: Mapping) -> list[cells.PageRow]:
    """The rows of a lower part as they stand under the upper one."""
    found: list[cells.PageRow] = []
    for row in rows:
        placed: cells.PageRow = []
        for cell in row:
            placed.append(replace(cell, x0=columns.at(cell.x0), x1=columns.at(cell.x1)))
        found.append(placed)
    return found


def merged(upper: Sequence[float], places: Sequence[float]) -> tuple[float, ...]:
    """The lines of the upper part and those of the lower one that stand beside none of them."""
    found = list(upper)
    for x in places:
        if all(abs(x - other) > lattice.NEAR for other in upper):
            found.append(x)
    return tuple(sorted(found))


# --- a head that is repeated ----------------------------------------------------------------------


def repeated_head(upper: Sequence[cells.PageRow], lower: Sequence[cells.PageRow]) -> int:
    """How many rows at the top of the lower part repeat those at the top of the upper one; none
    where the first row below them does so too, for then it is another table of the same form.

    行政行为 | 总计 above 行政处罚 | 7, under 行政行为 | 总计 above 行政许可 | 12, is 1.
    """
    count = 0
    for one, other in zip(upper, lower[:-1], strict=False):
        if not alike(one, other):
            break
        count += 1
    if count == len(upper):
        return count
    label = first_label(upper[count])
    if label and label == first_label(lower[count]):
        return 0
    return count


def first_label(row: cells.PageRow) -> str:
    return next(iter(cells.labels_in(row)), "")


def alike(one: cells.PageRow, other: cells.PageRow) -> bool:
    return len(one) == len(other) and all(map(are_alike, one, other))


def are_alike(one: cells.PageCell, other: cells.PageCell) -> bool:
    is_same_text = one.text == other.text
    is_as_tall = one.rowspan == other.rowspan
    return is_same_text and is_as_tall and same_edges(one, other)


def same_edges(one: cells.PageCell, other: cells.PageCell) -> bool:
    left_apart = abs(one.x0 - other.x0)
    right_apart = abs(one.x1 - other.x1)
    return max(left_apart, right_apart) <= lattice.NEAR


# --- what the break cut ---------------------------------------------------------------------------


def join_rows(upper: list[cells.PageRow], lower: list[cells.PageRow], cut_beside: bool) -> None:
    """Put together what the break cut, in place: a whole row, or the cells beside several rows
    (``cut_beside``; not so where a head stands between). Figures of rows that may be one are made
    unreadable: （一）予以公开 | 17 over a blank | 8 has 17 and 8, both parts, in both rows.
    """
    first = list(lower[0])
    pairs = cut_cells(upper, first)
    one_row = is_one_row(pairs)
    if one_row and len(pairs) == len(first):
        for pair in pairs:
            put_at(upper, pair.spot, as_one_cell(pair, 1))
        del lower[0]
        return
    if cut_beside:
        join_beside(upper, lower[0], pairs)
    last = [upper[row][at] for row, at in last_cells(upper)]
    if one_row or is_cut_within(last, first, pairs):
        make_unreadable(upper, lower[0], pairs)


def put_at(rows: list[cells.PageRow], spot: lattice.GridSpot, cell: cells.PageCell) -> None:
    row, at = spot
    rows[row][at] = cell


def cut_cells(upper: Sequence[cells.PageRow], first: cells.PageRow) -> list[CutCell]:
    """The cells that end at the break, each with the one that begins in its columns below."""
    found: list[CutCell] = []
    for (row, at), below in product(last_cells(upper), first):
        above = upper[row][at]
        if same_edges(above, below):
            found.append(CutCell((row, at), above, below))
    return found


def last_cells(rows: Sequence[cells.PageRow]) -> list[lattice.GridSpot]:
    """(row, position in it) of the cells that reach the last row."""
    found: list[lattice.GridSpot] = []
    for number, row in enumerate(rows):
        for at, cell in enumerate(row):
            if number + cell.rowspan == len(rows):
                found.append((number, at))
    return found


def join_beside(upper: list[cells.PageRow], lower: cells.PageRow, pairs: Sequence[CutCell]) -> None:
    """The cells beside several rows, each as one; in place."""
    first = list(lower)
    for pair in pairs:
        if is_cut_beside(pair, first):
            put_at(upper, pair.spot, as_one_cell(pair, 0))
            lower.remove(pair.below)


def as_one_cell(pair: CutCell, shared: int) -> cells.PageCell:
    """Both parts of a cell; ``shared`` rows are counted in both."""
    above, below = pair.above, pair.below
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
    if above and below and not cells.is_words(above + below):
        return f"{above}\n{below}"
    return above + below


def make_unreadable(
    upper: list[cells.PageRow], lower: cells.PageRow, pairs: Sequence[CutCell]
) -> None:
    """Figures of rows that may be one: both parts in both rows, which is no figure."""
    for pair in pairs:
        if pair.is_single and pair.are_figures:
            text = both_parts(pair.above.text, pair.below.text)
            put_at(upper, pair.spot, replace(pair.above, text=text))
            lower[lower.index(pair.below)] = replace(pair.below, text=text)


# --- what may be one ------------------------------------------------------------------------------


def goes_on(pair: CutCell) -> bool:
    """（四）无法 whose line was full, over 提供; not over （五）不予处理."""
    below = pair.below.text
    if not pair.above.text or not cells.is_words(below):
        return False
    is_rest = cells.NUMBERED.match(below) is None
    return is_rest and cells.is_full(pair.above.room, below)


def is_cut_beside(pair: CutCell, first: cells.PageRow) -> bool:
    """Whether a cell beside several rows is cut: 三、本年度办理结果, its rows on both sides of the
    break.

    It has the label of a row to its right, which no figure has.
    """
    if pair.is_single:
        return False
    right = [other for other in first if other.x0 > pair.below.x0]
    if not cells.labels_in(right):
        return False
    return not pair.below.text or goes_on(pair)


def is_cut_within(upper: cells.PageRow, lower: cells.PageRow, pairs: Sequence[CutCell]) -> bool:
    """Whether rows on both sides of a break may be one: a label that moved on whole leaves the
    other part without, （一）予以公开 | 12 over 3.
    """
    tall: set[int] = set()
    for pair in pairs:
        if not pair.is_single:
            tall |= {id(pair.above), id(pair.below)}
    return has_figures_alone(upper, tall) or has_figures_alone(lower, tall)


def has_figures_alone(row: cells.PageRow, tall: Collection[int]) -> bool:
    """Whether figures and no label stand in a row, apart from the ``tall`` cells (ids) that go on
    beyond it.
    """
    single: cells.PageRow = []
    for cell in row:
        if cell.rowspan == 1 and id(cell) not in tall:
            single.append(cell)
    return cells.has_figure(single) and not cells.labels_in(single)


def is_one_row(pairs: Sequence[CutCell]) -> bool:
    """Whether two rows on both sides of a break are one: a label goes on, or only figures whose
    line was full do.

    Cells beside several rows show nothing: they go on in any case.
    """
    single = [pair for pair in pairs if pair.is_single]
    return has_rest_of_label(single) or has_rest_of_figures(single)


def has_rest_of_label(pairs: Sequence[CutCell]) -> bool:
    """（四）无法 over 提供, beside figures that stand in one of the two parts, or whose line was
    full.
    """
    labels: list[CutCell] = []
    figures: list[CutCell] = []
    others: list[CutCell] = []
    for pair in pairs:
        if not pair.is_filled:
            others.append(pair)
        elif pair.are_figures:
            figures.append(pair)
        else:
            labels.append(pair)
    if not labels or not all(map(goes_on, labels)):
        return False
    if figures:
        return all(map(is_cut_figure, figures))
    return is_one_sided(others)


def is_one_sided(pairs: Sequence[CutCell]) -> bool:
    """Whether there are texts beside a label, and all above the break, or all below it."""
    above = any(pair.above.text for pair in pairs)
    below = any(pair.below.text for pair in pairs)
    return bool(pairs) and not (above and below)


def has_rest_of_figures(pairs: Sequence[CutCell]) -> bool:
    """72 64 17 37 over nothing, nothing, 8, nothing: no row of its own has figures just where a
    line was full.
    """
    cut: list[CutCell] = []
    whole = 0
    for pair in pairs:
        if pair.below.text:
            cut.append(pair)
        elif cells.is_figure(pair.above):
            whole += 1
    return 0 < len(cut) <= whole and all(map(is_cut_figure, cut))


def is_cut_figure(pair: CutCell) -> bool:
    """17 in a full line over 8."""
    return pair.are_figures and cells.is_full(pair.above.room, "")


# --- tables without lines -------------------------------------------------------------------------


def with_cut_figures(
    above: cells.PageTable, below: cells.PageTable, known: str
) -> tuple[cells.PageTable, cells.PageTable]:
    """Tables before and after a page break, the figures of rows that may be one unreadable; the
    lower table may begin with a head whose lines are ``known`` text.
    """
    start = first_figures(below.rows)
    if not is_known(below.rows[:start], known):
        return above, below
    if not cells.may_be_one_row(above.rows[-1], below.rows[start]):
        return above, below
    lower = list(below.rows)
    lower[start] = unreadable(lower[start])
    return with_last_row_unreadable(above), replace(below, rows=lower)


def first_figures(rows: Sequence[cells.PageRow]) -> int:
    """The number of the first row with figures; 0 where none has any."""
    for number, row in enumerate(rows):
        if cells.has_figure(row):
            return number
    return 0


def is_known(rows: Sequence[cells.PageRow], known: str) -> bool:
    """Whether a head repeats text of earlier pages: 行政行为 总计, as above the break."""
    lines: list[str] = []
    for row in rows:
        for cell in row:
            lines += cell.text.split("\n")
    return all(map(known.__contains__, lines))


def with_last_row_unreadable(table: cells.PageTable) -> cells.PageTable:
    return replace(table, rows=[*table.rows[:-1], unreadable(table.rows[-1])])


def unreadable(row: cells.PageRow) -> cells.PageRow:
    """（一）予以公开 | 17 as （一）予以公开 | ?17, which is no figure."""
    found: cells.PageRow = []
    for cell in row:
        is_readable = not cell.text.startswith(ink.UNREADABLE)
        if is_readable and cells.is_figure(cell):
            cell = replace(cell, text=ink.UNREADABLE + cell.text)
        found.append(cell)
    return found
