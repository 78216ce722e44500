"""The labels of a head of 表四 -> the cells that the figures under them stand for.

表四 has three blocks (行政复议, 未经复议直接起诉, 复议后起诉) of five columns each.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain, combinations, filterfalse
from operator import attrgetter

from gongkai.model import Cell, Form, Part
from gongkai.recognize.tokenizing import Token

RunCells = dict[int, Cell]  # id of a token -> the cell that it is the figure of
Known = tuple[list[str], tuple[Cell, ...]]  # ids of labels, and the cells under them


@dataclass(frozen=True, slots=True)
class HeadLabel:
    """A label of the form found in the head: ``name`` is its row, group or column id, ``leaf``
    tells columns.

    ``name`` is "" for a text among them that no label explains: it may be a column of its own.
    ``line`` is the last line of text that it stands on.
    """

    name: str
    leaf: bool
    token: Token
    line: int


@dataclass(frozen=True, slots=True)
class Above:
    """The labels above a run of figures: those since the run before, and those ``kept`` from
    above the runs before it.
    """

    labels: Sequence[HeadLabel]
    kept: Sequence[HeadLabel]

    @property
    def all(self) -> tuple[HeadLabel, ...]:
        return (*self.kept, *self.labels)


def leaves_of(labels: Sequence[HeadLabel]) -> list[HeadLabel]:
    """The labels of columns: 结果维持, 总计."""
    return list(filter(attrgetter("leaf"), labels))


def tops_of(labels: Sequence[HeadLabel]) -> list[HeadLabel]:
    """The labels of blocks and groups, and the texts that are none: 行政复议, 行政诉讼."""
    return list(filterfalse(attrgetter("leaf"), labels))


def names_in(labels: Sequence[HeadLabel]) -> list[str]:
    return [label.name for label in labels]


def column_ids(part: Part) -> list[str]:
    return [column.id for column in part.columns]


def block_cells(form: Form, part: Part) -> tuple[Cell, ...]:
    """The five cells of a block, which is a part of one row."""
    return form.row_cells(part.rows[0].id)


# --- by the order of the labels -------------------------------------------------------------------


def cells_in_order(form: Form, above: Above, size: int) -> Sequence[Cell]:
    """The cells that a run of ``size`` figures stands for when the labels before it end in one of
    the heads in use; () where none is certain.

    These are the official head read row by row; all blocks and then all columns; each block
    followed by its columns. A column before such a head belongs to a block that has no figures of
    its own, so then none is certain, nor where a block is named before it: 行政复议 with no columns
    below it, and ten figures in all.
    """
    fits = list(heads_above(form, above.labels))
    if not fits:
        return cells_of_row(form, above)
    return max(fits, key=lambda cells: (len(cells) == size, len(cells)))


def heads_above(form: Form, labels: Sequence[HeadLabel]) -> Iterator[Sequence[Cell]]:
    """The cells of each head that labels end in: 行政复议 · 结果维持 … 总计 above figures."""
    names = names_in(labels)
    blocks = {row.id for row in form.rows}
    for head, cells in known_heads(form):
        begin = len(names) - len(head)
        if names[-len(head) :] != head:
            continue
        has_column_before = leaves_of(labels[:begin]) != []
        if not has_column_before and blocks.isdisjoint(names[:begin]):
            yield cells


@cache
def known_heads(form: Form) -> list[Known]:
    """Sequences of label ids with the cells that the figures under them stand for, left to
    right.
    """
    official = [label.id for label in form.labels]
    heads = [(official, tuple(form.cells.values()))]
    for first, last in combinations(range(len(form.parts) + 1), 2):
        heads += heads_of(form, form.parts[first:last])
    return heads


def heads_of(form: Form, parts: Sequence[Part]) -> Iterator[Known]:
    """The heads of some blocks: 行政复议 · 行政诉讼 · 未经复议直接起诉 and then all columns; each
    block followed by its columns, with 行政诉讼 and without.
    """
    cells = tuple(chain.from_iterable(block_cells(form, part) for part in parts))
    leaves = list(map(column_ids, parts))
    plain = [[part.rows[0].id] for part in parts]
    grouped = [plain[0]]
    for part in parts[1:]:
        grouped.append([*groups_over(form, part), part.rows[0].id])
    yield [*chain(*grouped), *chain(*leaves)], cells
    for tops in (grouped, plain):
        yield list(chain(*interleaved(tops, leaves))), cells


def groups_over(form: Form, part: Part) -> list[str]:
    """The group that begins with a block: 行政诉讼 with 未经复议直接起诉."""
    left = part.columns[0].label.box.left
    found = []
    for label in form.labels:
        if label.kind == "group" and label.box.left == left:
            found.append(label.id)
    return found


def interleaved(tops: Sequence[list[str]], leaves: Sequence[list[str]]) -> Iterator[list[str]]:
    for top, under in zip(tops, leaves, strict=True):
        yield top
        yield under


def cells_of_row(form: Form, above: Above) -> Sequence[Cell]:
    """The cells of a block whose label stands at the head of its own line, under columns that were
    named before: 结果维持 … 总计, and below them 行政复议 1 0 0 0 1.
    """
    last = above.labels[-1]
    if last.leaf:
        return ()
    known = names_in(leaves_of(above.all))
    for part in form.parts:
        names = column_ids(part)
        is_named = last.name == part.rows[0].id
        if is_named and known[-len(names) :] == names:
            return block_cells(form, part)
    return ()


# --- by the columns of the grid -------------------------------------------------------------------


def cells_by_grid(form: Form, run: Sequence[Token], labels: Sequence[HeadLabel]) -> RunCells:
    """The cells of a run by the labels that stand above it in the same grid; {} unless that is
    certain for all: 1 under 结果维持 under 行政复议.

    Only whole blocks are certain: a head that lost a label fits a row that lost a figure, one place
    further on.
    """
    leaves = leaves_of(labels)
    if not is_one_grid(run[0], labels) or not have_columns(leaves):
        return {}
    strangers = strange_columns(labels)
    if not strangers <= {token.column for token in run}:
        return {}
    found = cells_under(form, labels, outside(strangers, run))
    named = named_cells(form, labels)
    is_whole = {cell.id for cell in found.values()} == named
    has_one_each = len(leaves) == len(found) == len(named)
    return found if is_whole and has_one_each else {}


def outside(columns: set[int], run: Sequence[Token]) -> list[Token]:
    """The cells of a run that stand in none of some columns of the grid."""
    found = []
    for token in run:
        if token.column not in columns:
            found.append(token)
    return found


def is_one_grid(token: Token, labels: Sequence[HeadLabel]) -> bool:
    """Whether figures and labels stand in one grid, which tells their columns."""
    grids = {label.token.grid for label in labels}
    tells_columns = token.grid > 0 and token.spans
    return tells_columns and grids == {token.grid}


def have_columns(leaves: Sequence[HeadLabel]) -> bool:
    """Whether each column's label has a grid column of its own."""
    columns = {label.token.column for label in leaves}
    widths = {label.token.colspan for label in leaves}
    return widths == {1} and len(columns) == len(leaves)


def strange_columns(labels: Sequence[HeadLabel]) -> set[int]:
    """The grid columns of texts that no label explains, beside the columns' labels or below."""
    first = leaves_of(labels)[0].token.row
    found = set()
    for label in labels:
        if not label.name and label.token.row >= first:
            found.add(label.token.column)
    return found


def cells_under(form: Form, labels: Sequence[HeadLabel], figures: Sequence[Token]) -> RunCells:
    """The cells that figures stand in; {} where one is written in none of them: 7 under 备注."""
    found: RunCells = {}
    for token in figures:
        cell = cell_under(form, labels, token.column)
        if cell is not None and token.colspan <= 1:
            found[id(token)] = cell
        elif token.kind != "blank":
            return {}
    return found


def cell_under(form: Form, labels: Sequence[HeadLabel], column: int) -> Cell | None:
    """The cell whose block and column stand above a column of the grid: 行政复议, 结果维持."""
    over = []
    for label in labels:
        if column in label.token.columns:
            over.append(label)
    leaves = names_in(leaves_of(over))
    blocks = names_in(tops_of(over))
    for cell in form.cells.values():
        if cell.row.id in blocks and cell.column.id in leaves:
            return cell
    return None


def named_cells(form: Form, labels: Sequence[HeadLabel]) -> set[str]:
    """All cells of the blocks that are named."""
    found: set[str] = set()
    for name in names_in(tops_of(labels)):
        found.update(cell.id for cell in form.row_cells(name))
    return found
