"""A row of a table in the source + its head -> which of its cells stands in which column."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import filterfalse, groupby

from gongkai.figures import read_figure
from gongkai.recognize.tables import headers, lines
from gongkai.recognize.tokenizing import Token, are_blank, is_blank, rows_of, texts_of, written

RowCells = Sequence[Token | None]


def cells_of(line: lines.FoundRow, head: headers.Head, layout: lines.RowLayout) -> RowCells | None:
    """The cells of a row, one per column of a head that has some, from left to right: by its lines,
    by the columns of the grid, else in their order; None where that is not certain. 134 7 0 … are
    natural, company, research ….
    """
    if lines.is_listed(line, layout.pitch):
        return cells_by_lines(line, head, layout.pitch)
    by_grid = at_columns(line, head)
    if by_grid is not None or head.strangers:
        return by_grid
    if is_one_cell(line, head):
        return under_one(line.slots)
    return in_order(line, head, layout.filled)


# --- by lines of text -----------------------------------------------------------------------------


def cells_by_lines(line: lines.FoundRow, head: headers.Head, pitch: int) -> RowCells | None:
    expected = len(head.columns)
    start = line.label.place.line
    is_counted = line.next_line - start == pitch * (expected + 1)
    if expected < len(line.part.columns) and not is_counted:
        return None  # there are more cells than labels: one of the labels was lost
    return cells_by_pitch(line.slots, start, line.next_line, expected, pitch)


def cells_by_pitch(
    slots: Sequence[Token], start: int, after: int, expected: int, pitch: int
) -> RowCells | None:
    """RowCells of a flattened row by the lines between them: the line counts say which cells were
    blank. 134, an empty line, 7 are 134, _, 7.

    ``start`` is the line of the label before the row, ``after`` that of the table's next label, 0
    where another thing follows. None unless that label is just as far as it should be, or nothing
    is blank and the distance is another: a blank cell at the end can not be told from the end
    otherwise, nor a page number from a figure. A head of which no column was found places nothing.
    """
    numbers = numbers_by_pitch(slots, start, expected, pitch)
    if numbers is None or not expected:
        return None
    has_two_in_one = len(set(numbers)) < len(numbers)
    if has_two_in_one:
        return None
    chosen = dict(zip(numbers, slots, strict=True))
    is_counted = after - start == pitch * (expected + 1)
    is_last_there = not after and expected in chosen
    if is_counted or is_last_there or len(chosen) == expected:
        return list(map(chosen.get, range(1, expected + 1)))
    return None


def numbers_by_pitch(
    slots: Sequence[Token], start: int, expected: int, pitch: int
) -> list[int] | None:
    """Which of the ``expected`` cells each figure is, counted from 1 by the lines between them;
    None where one stands between two cells, or outside: 134 two lines below its label is cell 2.
    """
    numbers = []
    for token in slots:
        number, rest = divmod(token.place.line - start, pitch)
        if rest or not 1 <= number <= expected:
            return None
        numbers.append(number)
    return numbers


def columns_by_pitch(
    line: lines.FoundRow, head: headers.Head, pitch: int
) -> tuple[str, ...] | None:
    """The columns that a short row's figures stand in if its lines count right as far as they go:
    134, an empty line, 7 before a page's end. Where no line is empty, blank cells may have left
    none at all.
    """
    if not lines.is_listed(line, pitch):
        return None
    start = line.label.place.line
    numbers = numbers_by_pitch(line.slots, start, len(head.columns), pitch)
    if numbers is None or numbers[-1] == len(numbers):
        return None
    return tuple(head.columns[number - 1] for number in numbers)


# --- by columns of the grid -----------------------------------------------------------------------


def at_columns(line: lines.FoundRow, head: headers.Head) -> list[Token] | None:
    """The row's cells in the head's grid columns, if each is a cell of its own and no other cell
    holds anything: 134 7 0 under columns 3, 4 and 5.
    """
    if not head.at or head.grid != line.label.grid:
        return None
    cells = {token.column: token for token in line.slots}
    wanted = sorted(head.at.values())
    has_all = cells.keys() >= {*wanted, *head.strangers}
    if not has_all:
        return None
    chosen = [cells[column] for column in wanted]
    is_doubtful = has_wide(line, head, chosen) or holds_more(line, head, chosen)
    return None if is_doubtful else chosen


def has_wide(line: lines.FoundRow, head: headers.Head, chosen: Sequence[Token]) -> bool:
    """Whether a figure covers more columns than in the official form: 12 over 自然人 and 企业."""
    for column, token in zip(head.columns, chosen, strict=True):
        is_wide = token.spread > 1
        if is_wide and token.spread > official_width(line, column):
            return True
    return False


def holds_more(line: lines.FoundRow, head: headers.Head, chosen: Sequence[Token]) -> bool:
    """Whether something stands in a cell under none of the heads: 7 behind 总计."""
    count = 0
    for token in written(line.slots):
        count += token.column not in head.strangers
    return count > len(written(chosen))


def official_width(line: lines.FoundRow, column: str) -> int:
    """How many columns a figure covers in the official form: 3 for the decisions of 表二."""
    for item in line.part.columns:
        if item.id == column:
            return item.label.box.width
    return 1


# --- one figure in several cells ------------------------------------------------------------------


def is_one_cell(line: lines.FoundRow, head: headers.Head) -> bool:
    """Whether a row's cells stand under one head: 2822652 0 0 under 本年收费金额."""
    has_one_head = len(head.columns) == 1 and head.plain
    has_cells = len(line.slots) > 1 and are_cells(line)
    return has_one_head and has_cells and are_under(line, head.columns[0])


def are_cells(line: lines.FoundRow) -> bool:
    """Whether a row's figures are cells of their own: 0 7 in one line below a label may be the text
    of one cell, and 0, a blank, 7 in lines below each other two rows, of which the second has lost
    its label.
    """
    if line.label.grid:
        return True
    rows = rows_of(line.slots)
    if len(rows) == len(line.slots):
        return not is_parted(line.slots)
    is_beside_label = rows == {line.label.row}
    return is_beside_label and len(line.slots) > 2


def is_parted(slots: Sequence[Token]) -> bool:
    """Whether a blank stands between what is written in a row's cells: 0 _ 7; not _ 0 7 _."""
    runs = [are_blanks for are_blanks, _ in groupby(slots, key=is_blank)]
    return runs.count(False) > 1


def are_under(line: lines.FoundRow, column: str) -> bool:
    """Whether a row's cells are as wide together as the one head over them: not 0 over three
    columns, and 8; nor 0 and 22, of which one may be another's.
    """
    width = sum(token.colspan for token in line.slots)
    official = official_width(line, column)
    if width >= official:
        return width == official
    return len(written(line.slots)) == 1


def under_one(slots: Sequence[Token]) -> Sequence[Token] | None:
    """The figure of a row that parted the cell under its head: 2822652 0 0, or 247 / /; None where
    two may be it.

    3985 3985 3985 is one cell written in each of its columns.
    """
    signs = written(slots)
    figures = list(filterfalse(is_nothing, signs))
    if len(figures) > 1 and not is_repeated(slots):
        return None
    return (figures or signs or slots)[:1]


def is_repeated(slots: Sequence[Token]) -> bool:
    return len(slots) > 2 and len(set(texts_of(slots))) == 1


def is_nothing(token: Token) -> bool:
    """0, 0.00, / or 无."""
    return token.kind == "sign" or read_figure(token.text, "万元").value == 0


# --- in their order -------------------------------------------------------------------------------


def in_order(line: lines.FoundRow, head: headers.Head, filled: bool) -> Sequence[Token] | None:
    """As many cells as columns, 134 7 0 0 1 1 143, or those that are left when the others are
    explained: _ 134 7 0 0 1 1 143 without the blank.
    """
    expected = len(head.columns)
    if len(line.slots) == expected:
        return None if is_doubtful(line, head, filled) else line.slots
    ways = (
        repeated(line, expected),
        all_blank(line, expected),
        without_leading(line, expected, filled),
        without_trailing(line, expected),
    )
    return next(filter(None, ways), None)


def is_doubtful(line: lines.FoundRow, head: headers.Head, filled: bool) -> bool:
    """Whether a row of as many cells as columns may still have them in other columns: _ 3 4 below
    rows that write their label's second cell; 12 over two columns and a blank.
    """
    may_be_of_label = filled and line.row.label.box.width > 1
    if may_be_of_label and is_blank(line.slots[0]):
        return True
    for column, token in zip(head.columns, line.slots, strict=True):
        if is_merged(line, head, column, token):
            return True
    is_plain_part = line.part.columns[0].label.box.width == 1
    return is_plain_part and is_spread(line.slots)


def is_merged(line: lines.FoundRow, head: headers.Head, column: str, token: Token) -> bool:
    """Whether a figure stands under more columns than its head and its place in the official form
    cover.
    """
    is_wide = token.spread > 1
    if not is_wide or official_width(line, column) > 1:
        return False
    return token.spread > head.widths.get(column, 1)


def is_spread(slots: Sequence[Token]) -> bool:
    """Whether a cell covers several columns, and one is blank: 12 over two, and _."""
    widest = max(token.colspan for token in slots)
    return widest > 1 and any(map(is_blank, slots))


def repeated(line: lines.FoundRow, expected: int) -> list[Token]:
    """134 and a blank over two columns are 134, _, _."""
    cells: list[Token] = []
    for token in line.slots:
        if token.spread > 1:
            return []
        cells += [token] * token.colspan
    return cells if len(cells) == expected else []


def all_blank(line: lines.FoundRow, expected: int) -> list[Token]:
    """A row of blanks, in a source that cannot tell how wide its label is."""
    if line.label.spans or len(line.slots) <= expected or not are_blank(line.slots):
        return []
    return line.slots[:expected]


def without_leading(line: lines.FoundRow, expected: int, filled: bool) -> list[Token]:
    """_ 134 7 0: the blank is the second cell of the merged label. Where as many blanks stand at
    the end, only a table that writes such cells tells which they are.
    """
    leading = lead(line, expected)
    may_be_trailing = trail(line, expected) > 0 and not filled
    if may_be_trailing or not leading:
        return []
    return line.slots[leading:]


def without_trailing(line: lines.FoundRow, expected: int) -> list[Token]:
    """134 7 0 _: the blank stands behind the last column, in a source without spans."""
    if line.label.spans or lead(line, expected) or not trail(line, expected):
        return []
    return line.slots[:expected]


def lead(line: lines.FoundRow, expected: int) -> int:
    """The number of empty cells that stand for the merged label's other columns; 0 where there are
    none.
    """
    extra = len(line.slots) - expected
    others = line.row.label.box.width - 1
    is_lead = extra == others and are_blank(line.slots[:others])
    return others if is_lead else 0


def trail(line: lines.FoundRow, expected: int) -> int:
    """The number of empty cells behind the last column; 0 where there are none."""
    behind = line.slots[expected:]
    return len(behind) if are_blank(behind) else 0
