"""Tokens + the labels of a head -> the figures of 表四, blocks of five columns."""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterator, Mapping, Sequence
from itertools import groupby
from operator import attrgetter

from gongkai.model import Cell, Entry, Form, LabelKind
from gongkai.recognize import labelling, tokenizing
from gongkai.recognize.tables import entries, headers, lines, rows, stacks
from gongkai.recognize.tables.blocks import (
    Above,
    HeadLabel,
    RunCells,
    cells_by_grid,
    cells_in_order,
    leaves_of,
)
from gongkai.recognize.tables.cells import RowCells, cells_by_pitch

NO_HEAD = "没有找到表头，或表头的次序与官方表格不同，未填入"
DIFFERENT = "同一单元格在文中出现两次且数字不同，未填入"
FEWEST_NUMBERED = 5  # cells 1, 2, 3 … in order that are a line of numbers, no figures


def place_blocks(
    tokens: Sequence[tokenizing.Token], form: Form, pitch: int, others: Collection[int] = ()
) -> entries.TableReading:
    """Place each run of figures under the labels read since the run before: 1 0 0 0 1 … under
    行政复议 …, 结果维持 …. Runs under no such labels are left alone.

    A further row of figures in the same grid stands under the same labels: two different rows
    contradict each other. ``others`` are rows of other tables: what stands above them is no head of
    this one.
    """
    reading = entries.TableReading(form)
    head = HeadSoFar(reading, pitch)
    at = 0
    while at < len(tokens):
        token = tokens[at]
        is_label = token.kind == "text" and not (head.labels and tokenizing.has_note(token))
        if token.row in others:
            head.labels, at = [], at + 1
        elif is_label:
            at = head.read_label(tokens, at)
        else:
            at = head.take_run(tokens, at)
    if not any(entry.raw for entry in reading.entries.values()):
        place_upright(reading, tokens)
    tell_missing(reading)
    reading.fill_up()
    return reading


def tell_missing(reading: entries.TableReading) -> None:
    """A problem for each block without figures, 复议后起诉, where no problem speaks of the table as
    a whole.
    """
    rows_told = {problem.row for problem in reading.problems}
    if not reading.placed or "" in rows_told:
        return
    for row in reading.form.rows:
        cells = {cell.id for cell in reading.form.row_cells(row.id)}
        if cells.isdisjoint(reading.entries):
            reading.tell("", rows.NOT_FOUND_ROW, row.id)


class HeadSoFar:
    """``labels`` read since the last run of figures, ``kept`` those above the runs of ``grid`` that
    were placed.
    """

    def __init__(self, reading: entries.TableReading, pitch: int) -> None:
        form = reading.form
        self.reading, self.pitch = reading, pitch
        self.words = labelling.lexicon(form)
        self.wanted = labelling.names_of(form.labels)
        self.distinct = list({label.text: label for label in form.labels}.values())
        self.labels: list[HeadLabel] = []
        self.kept: list[HeadLabel] = []
        self.grid = 0

    def read_label(self, tokens: Sequence[tokenizing.Token], at: int) -> int:
        """Take the label at ``at`` down, or a text among the labels that is none (2020年总计); the
        token behind it.
        """
        token = tokens[at]
        if not self.labels and token.squash not in self.words.prefixes:
            return at + 1
        end, label = stacks.longest(tokens, at, self.wanted)
        if label is None and self.labels:
            label = stacks.likely(token, self.distinct)
        if label is not None:
            line = tokens[end - 1].place.line
            self.labels.append(HeadLabel(label.id, label.kind == "column", token, line))
        elif self.labels and self.labels[-1].token.grid == token.grid:
            self.labels.append(HeadLabel("", False, token, token.place.line))
        return end

    def take_run(self, tokens: Sequence[tokenizing.Token], first: int) -> int:
        """Place the run of figures at ``first`` if labels stand above it; the token behind it. A
        row 1 2 3 … 15 below the head only numbers the columns.
        """
        run, at = read_run(tokens, first)
        if numbers_columns(run) and self.labels:
            return at
        is_of_figures = is_row(tokens, first, at) or holds_figure(run)
        if is_of_figures or is_blank_run(run, self.labels):
            self.place(run)
        elif is_blank_row(tokens, first, at, self.labels):
            self.labels = []
        return at

    def place(self, run: list[tokenizing.Token]) -> None:
        """Place a run under the labels before it; where it is none of 表四's, they are no head."""
        above = Above(self.labels or self.kept_over(run), self.kept)
        if above.labels and place_run(self.reading, run, above, self.pitch):
            self.kept, self.grid = [*self.kept, *self.labels], run[0].grid
            self.labels = []
        elif "figure" in kinds_of(run):
            self.labels = []

    def kept_over(self, run: Sequence[tokenizing.Token]) -> list[HeadLabel]:
        """The labels above the runs before, for a further row of the same grid."""
        return self.kept if run[0].grid and run[0].grid == self.grid else []


# --- upright: a label beside each figure ----------------------------------------------------------

Pairs = list[tuple[Cell, tokenizing.Token]]


def place_upright(reading: entries.TableReading, tokens: Sequence[tokenizing.Token]) -> None:
    """Place the figures of a table that is turned: 行政复议 over 结果维持 0, 结果纠正 0 …; or the
    blocks side by side in one row, and below it the rows 结果维持 0 0 0. Nothing unless every block
    that is named has its five figures.
    """
    for way in (listed_pairs, crossed_pairs):
        found = way(reading.form, tokens)
        if are_whole(reading.form, found):
            for cell, token in found:
                enter(reading, cell, token)
            return


def listed_pairs(form: Form, tokens: Sequence[tokenizing.Token]) -> Pairs:
    """行政复议 · 结果维持 0 · 结果纠正 0 … 总计 0 · 未经复议直接起诉 · 结果维持 0 …: each figure
    behind its label.
    """
    blocks, columns = named(form, "row"), named(form, "column")
    found: Pairs = []
    counts: Counter[str] = Counter()
    block = column = ""
    for token in tokens:
        if token.squash in blocks:
            block, column = blocks[token.squash], ""
        elif token.squash in columns:
            column = columns[token.squash]
        elif token.is_slot and block:
            cell = form.cells.get(f"{form.id}.{block}.{column}")
            if cell is None:
                return []
            found.append((cell, token))
            counts[block] += 1
            column = ""
            if counts[block] == len(form.parts[0].columns):
                block = ""
    return found


def crossed_pairs(form: Form, tokens: Sequence[tokenizing.Token]) -> Pairs:
    """A head 行政复议 · 未经复议直接起诉 · 复议后起诉, and below it rows like 结果维持 0 0 0."""
    named_blocks, named_columns = named(form, "row"), named(form, "column")
    found: Pairs = []
    blocks: list[str] = []
    for row in grid_rows(tokens):
        heads = ids_in(row, named_blocks)
        columns = ids_in(row, named_columns)
        slots = tokenizing.slots_in(row)
        if len(heads) > 1:
            blocks = heads
        elif len(columns) == 1 and len(slots) == len(blocks):
            cells = [form.cells[f"{form.id}.{block}.{columns[0]}"] for block in blocks]
            found += zip(cells, slots, strict=True)
    return found


def named(form: Form, kind: LabelKind) -> dict[str, str]:
    """Squashed label -> the id of the row or column that it names: 结果维持 -> upheld."""
    found = {}
    for text, label in labelling.names_of(form.labels).items():
        if label.kind == kind:
            found[text] = label.id
    return found


def ids_in(row: Sequence[tokenizing.Token], wanted: Mapping[str, str]) -> list[str]:
    """The rows or columns whose labels stand in a row of a grid."""
    found = []
    for token in row:
        if token.squash in wanted:
            found.append(wanted[token.squash])
    return found


def grid_rows(tokens: Sequence[tokenizing.Token]) -> Iterator[list[tokenizing.Token]]:
    for (_, grid), row in groupby(tokens, key=attrgetter("row", "grid")):
        if grid:
            yield list(row)


def are_whole(form: Form, found: Pairs) -> bool:
    """Whether each block that has a figure has all of its figures, each once: five of 行政复议."""
    cells = Counter(cell.id for cell, _ in found)
    wanted: Counter[str] = Counter()
    for block in {cell.row.id for cell, _ in found}:
        wanted.update(cell.id for cell in form.row_cells(block))
    return bool(cells) and cells == wanted


# --- runs of figures ------------------------------------------------------------------------------


def read_run(tokens: Sequence[tokenizing.Token], at: int) -> tuple[list[tokenizing.Token], int]:
    """The cells from ``at`` on: to the end of the grid row, or in text as long as figures follow:
    1 0 0 0 1 12（其中网上5）.
    """
    first = tokens[at]
    run: list[tokenizing.Token] = []
    while at < len(tokens):
        token = tokens[at]
        is_same = token.row == first.row if first.grid else not token.grid
        is_label = token.kind == "text" and not may_be_figure(token)
        if is_label or not is_same:
            break
        if token.kind != "filler":
            run.append(token)
        at += 1
    return run, at


def may_be_figure(token: tokenizing.Token) -> bool:
    """Whether a text takes the place of a figure: in a grid 12个, anywhere 17（其中网上5）, 12①."""
    return token.text[:1].isdigit() if token.grid else tokenizing.has_note(token)


def numbers_columns(run: Sequence[tokenizing.Token]) -> bool:
    """A row 1 2 3 … 15 below the head: the columns are numbered."""
    texts = tokenizing.texts_of(tokenizing.written(run))
    numbers = list(map(str, range(1, len(texts) + 1)))
    return len(texts) >= FEWEST_NUMBERED and texts == numbers


def holds_figure(run: Sequence[tokenizing.Token]) -> bool:
    return not kinds_of(run).isdisjoint(("figure", "sign"))


def kinds_of(run: Sequence[tokenizing.Token]) -> set[tokenizing.TokenKind]:
    return {token.kind for token in run}


def is_row(tokens: Sequence[tokenizing.Token], first: int, end: int) -> bool:
    """Whether a run is a row of a grid without any label: even if blank it is the row of
    figures.
    """
    beside = (row_at(tokens, first - 1), row_at(tokens, end))
    return tokens[first].grid > 0 and tokens[first].row not in beside


def row_at(tokens: Sequence[tokenizing.Token], at: int) -> int:
    """The row of a token, 0 before the first and behind the last."""
    return tokens[at].row if 0 <= at < len(tokens) else 0


def is_blank_run(run: Sequence[tokenizing.Token], labels: Sequence[HeadLabel]) -> bool:
    """Whether lines outside grids are as many blank cells as there are columns: | | | below
    结果维持 | 结果纠正 |.
    """
    is_full = 0 < len(run) == len(leaves_of(labels))
    return is_full and not run[0].grid


def is_blank_row(
    tokens: Sequence[tokenizing.Token], first: int, end: int, labels: Sequence[HeadLabel]
) -> bool:
    """Whether a run is the blank cells after the label of a row of another table, where this one
    has no labels: 其他 _ _ _ to the end of its row.
    """
    row = tokens[first].row
    if not row_at(tokens, first - 1) == row != row_at(tokens, end):
        return False
    label = tokens[first - 1]
    if label.kind != "text" or not label.grid:
        return False
    named_here = set()
    for one in labels:
        if one.name:
            named_here.add(id(one.token))
    return id(label) not in named_here


# --- figures below their labels -------------------------------------------------------------------


def place_run(
    reading: entries.TableReading, run: list[tokenizing.Token], above: Above, pitch: int
) -> bool:
    """Enter a run of figures if the labels above say what each one is; True if they belong to the
    table at all: 1 0 0 0 1 below the columns of 行政复议.
    """
    form = reading.form
    if len(leaves_of(above.all)) < len(form.parts[0].columns):
        return False
    # 上年 beside the columns: only the grid says which figure is whose.
    has_others = headers.matching([label.token for label in above.all], headers.OF_OTHERS)
    announced = () if has_others else cells_in_order(form, above, len(run))
    ordered = placed_in_order(run, announced, above.labels, pitch)
    seen = cells_by_grid(form, run, above.labels)
    placed = certain_cells(run, ordered, seen, len(announced))
    if placed:
        enter_run(reading, run, placed)
        return True
    if tokenizing.are_blank(run):
        return False
    reading.tell(tokenizing.text_of(run), rows.WRONG_COUNT if announced else NO_HEAD)
    return True


def certain_cells(
    run: Sequence[tokenizing.Token], ordered: RunCells, seen: RunCells, announced: int
) -> RunCells:
    """The cells in the order of the labels, where the grid does not contradict them; those that the
    grid tells where there are more figures than labels: 1 0 0 0 1 and 7 under 备注.
    """
    if not ordered:
        return seen if len(run) > announced else {}
    if not seen:
        return ordered
    for token in tokenizing.written(run):
        if ordered[id(token)] != seen.get(id(token)):
            return {}
    return ordered


def enter_run(
    reading: entries.TableReading, run: Sequence[tokenizing.Token], placed: RunCells
) -> None:
    """Enter the figures that have a cell; the others get a problem: 7 under 备注."""
    extra = []
    for token in tokenizing.written(run):
        if id(token) not in placed:
            extra.append(token)
    if extra:
        reading.tell(tokenizing.text_of(extra), rows.EXTRA_COLUMN)
    known = {reading.value(cell.id) for cell in placed.values()}
    is_held = known != {None}
    for token in run:
        if id(token) in placed:
            enter(reading, placed[id(token)], token, is_held)


def enter(
    reading: entries.TableReading, cell: Cell, token: tokenizing.Token, held: bool = False
) -> None:
    """One figure; a second and different one for the same cell blanks it, and so does one for a
    cell that is blank in a row whose other figures were read (``held``): 72 64 _ 37, and below it
    70 60 17 30.
    """
    before = reading.entries.get(cell.id)
    entries.place_figure(reading, cell, token)
    if before is None or before.value == reading.value(cell.id):
        return
    was_blank = before.value is None
    if was_blank and not held:
        return
    raw = entries.cut(f"{before.raw} / {token.text}")
    reading.entries[cell.id] = Entry(cell.id, None, raw, token.place)
    reading.tell(raw, DIFFERENT, cell.row.id, cell.column.id)


# --- figures in the order of their labels ---------------------------------------------------------


def placed_in_order(
    run: list[tokenizing.Token], announced: Sequence[Cell], labels: Sequence[HeadLabel], pitch: int
) -> RunCells:
    """The run's figures in the cells that the labels announce, in their order: 1 0 0 0 1 below
    结果维持 … 总计; {} where that is not certain.
    """
    if not announced:
        return {}
    line = max(map(attrgetter("line"), labels))
    cells = ordered_cells(run, len(announced), line, pitch)
    if cells is None or not are_below(cells, labels):
        return {}
    is_cut = len(run) != len(cells)
    if is_cut and not stand_below(cells, labels):
        return {}
    return dict(zip(map(id, cells), announced, strict=True))


def ordered_cells(
    run: list[tokenizing.Token], expected: int, start: int, pitch: int
) -> RowCells | None:
    """A run's cells in their order, one for each figure that the head announces; None where that is
    not certain. Blank cells may be too many on one side: _ 1 0 0 0 1, for five.
    """
    if pitch and not run[0].grid and lines.is_one_a_line(run):
        return cells_by_pitch(run, start, 0, expected, pitch)
    if len(run) == expected:
        return run
    return without_extra(run, len(run) - expected)


def without_extra(run: list[tokenizing.Token], extra: int) -> list[tokenizing.Token] | None:
    """The cells that are left of too many: 1 0 0 0 1 of _ 1 0 0 0 1, without blank ones behind the
    last figure, or before the first.
    """
    if extra < 0:
        return None
    before, behind = run[:extra], run[-extra:]
    if tokenizing.are_blank(behind) and not tokenizing.is_blank(run[0]):
        return run[:-extra]
    if tokenizing.are_blank(before) and not tokenizing.is_blank(run[-1]):
        return run[extra:]
    return None


def are_below(cells: RowCells, labels: Sequence[HeadLabel]) -> bool:
    """Whether each figure stands under its label, where one of them covers several columns: _ 12,
    one cell over two columns, and then 26 are as many cells as labels, and each but the last is in
    another's place.
    """
    if not any(map(is_wide, cells)):
        return True
    leaves = leaves_of(labels)
    if len(leaves) != len(cells):
        return False
    for cell, leaf in zip(cells, leaves, strict=True):
        if cell is not None and not overlap(cell, leaf.token):
            return False
    return True


def is_wide(cell: tokenizing.Token | None) -> bool:
    """Whether a figure covers several columns of a grid."""
    return cell is not None and cell.spans and cell.spread > 1


def overlap(one: tokenizing.Token, other: tokenizing.Token) -> bool:
    return one.column < other.columns.stop and other.column < one.columns.stop


def stand_below(cells: RowCells, labels: Sequence[HeadLabel]) -> bool:
    """Whether the first cell stands below a column's label, where the grid tells: a blank cell at
    the end may be the last figure's, and the first cell one of 上年.
    """
    first = cells[0]
    if first is None or not first.spans:
        return True
    columns = {label.token.column for label in leaves_of(labels)}
    return first.column in columns
