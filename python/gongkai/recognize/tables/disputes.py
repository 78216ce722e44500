"""Tokens + the labels of a head -> the figures of 表四, blocks of five columns."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import chain, groupby

from gongkai.model import Column, Entry, Form, Label, Part, Problem, Row, Value
from gongkai.recognize.labels import lexicon
from gongkai.recognize.tables.headers import OF_OTHERS, likely, longest
from gongkai.recognize.tables.lines import cells_by_pitch
from gongkai.recognize.tables.rows import (
    EXTRA_COLUMN,
    NOT_FOUND_ROW,
    WRONG_COUNT,
    TableReading,
    cut,
    place_figure,
)
from gongkai.recognize.tokens import Token, has_note, squash

NO_HEAD = "没有找到表头，或表头的次序与官方表格不同，未填入"
DIFFERENT = "同一单元格在文中出现两次且数字不同，未填入"
FEWEST_NUMBERED = 5
FormPlace = tuple[Part, Row, Column]


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


def place_blocks(
    tokens: Sequence[Token], form: Form, pitch: int, others: Collection[int] = ()
) -> TableReading:
    """Place each run of figures under the labels read since the run before; runs under no such
    labels are left alone.

    A further row of figures in the same grid stands under the same labels: two different rows
    contradict each other. ``others`` are rows of other tables: what stands above them is no head of
    this one.
    """
    reading = TableReading(form)
    head = HeadSoFar(reading, pitch)
    at = 0
    while at < len(tokens):
        if tokens[at].row in others:
            head.labels, at = [], at + 1
        elif tokens[at].kind == "text" and not (head.labels and has_note(tokens[at])):
            at = head.read_label(tokens, at)
        else:
            at = head.take_run(tokens, at)
    if not any(entry.raw for entry in reading.entries.values()):
        place_upright(reading, tokens)
    if reading.placed and all(problem.row for problem in reading.problems):
        missing = [
            row
            for row in form.rows
            if not any(cell.id in reading.entries for cell in form.row_cells(row.id))
        ]
        reading.problems += (Problem(form.id, row.id, "", "", NOT_FOUND_ROW) for row in missing)
    for cell in form.cells:
        reading.entries.setdefault(cell, Entry(cell, None))
    return reading


class HeadSoFar:
    """``labels`` read since the last run of figures, ``kept`` those above the runs of ``grid`` that
    were placed.
    """

    def __init__(self, reading: TableReading, pitch: int) -> None:
        form = reading.form
        self.reading, self.pitch = reading, pitch
        self.words = lexicon(form)
        self.wanted = names_of(form)
        self.distinct = list({label.text: label for label in form.labels}.values())
        self.labels: list[HeadLabel] = []
        self.kept: list[HeadLabel] = []
        self.grid = 0

    def read_label(self, tokens: Sequence[Token], at: int) -> int:
        """Take the label at ``at`` down, or a text among the labels that is none; the token behind
        it.
        """
        token = tokens[at]
        known = self.labels or token.squash in self.words.prefixes
        end, label = longest(tokens, at, self.wanted) if known else (at + 1, None)
        label = label or (likely(token, self.distinct) if self.labels else None)
        if label is not None:
            line = tokens[end - 1].place.line
            self.labels.append(HeadLabel(label.id, label.kind == "column", token, line))
        elif self.labels and self.labels[-1].token.grid == token.grid:
            self.labels.append(HeadLabel("", False, token, token.place.line))
        return end

    def take_run(self, tokens: Sequence[Token], first: int) -> int:
        """Place the run of figures at ``first`` if labels stand above it; the token behind it."""
        run, at = read_run(tokens, first)
        if numbers_columns(run) and self.labels:
            return at
        held = any(cell.kind in ("figure", "sign") for cell in run)
        if held or is_whole_row(tokens, first, at) or is_blank_run(run, self.labels):
            self.place(run)
        elif is_blank_row(tokens, first, at, self.labels):
            self.labels = []
        return at

    def place(self, run: list[Token]) -> None:
        over = self.labels or (self.kept if run[0].grid and run[0].grid == self.grid else [])
        if over and place_run(self.reading, run, over, self.kept, self.pitch):
            self.kept, self.grid = [*self.kept, *self.labels], run[0].grid
            self.labels = []
        elif any(cell.kind == "figure" for cell in run):
            self.labels = []


# --- upright: a label beside each figure ----------------------------------------------------------


def place_upright(reading: TableReading, tokens: Sequence[Token]) -> None:
    """Place the figures of a table that is turned: 行政复议 over 结果维持 0, 结果纠正 0 …; or the
    blocks side by side in one row, and below it the rows 结果维持 0 0 0. Nothing unless every block
    that is named has its five figures.
    """
    found = listed_pairs(reading.form, tokens) or crossed_pairs(reading.form, tokens)
    for spot, token in found:
        enter(reading, spot, token)


def names_of(form: Form) -> dict[str, Label]:
    return {squash(text): label for label in form.labels for text in (label.text, *label.aliases)}


def spot_named(form: Form, block: str, column: str) -> FormPlace | None:
    return next(
        (
            spot
            for part in form.parts
            for spot in part_spots(part)
            if spot_ids(spot) == (block, column)
        ),
        None,
    )


def spot_ids(spot: FormPlace) -> tuple[str, str]:
    return spot[1].id, spot[2].id


Pairs = list[tuple[FormPlace, Token]]


def listed_pairs(form: Form, tokens: Sequence[Token]) -> Pairs:
    """行政复议 · 结果维持 0 · 结果纠正 0 … 总计 0 · 未经复议直接起诉 · 结果维持 0 …: each figure
    behind its label.
    """
    wanted, found = names_of(form), []
    block, column, size = "", "", len(form.parts[0].columns)
    for token in tokens:
        label = wanted.get(token.squash) if token.kind == "text" else None
        if label is not None and label.kind == "row":
            block, column = label.id, ""
        elif label is not None and label.kind == "column":
            column = label.id
        elif token.is_slot and block:
            spot = spot_named(form, block, column)
            if spot is None:
                return []
            found.append((spot, token))
            column = ""
            block = "" if sum(spot_ids(other)[0] == block for other, _ in found) == size else block
    return found if are_whole(form, found) else []


def crossed_pairs(form: Form, tokens: Sequence[Token]) -> Pairs:
    """A head 行政复议 · 未经复议直接起诉 · 复议后起诉, and below it rows like 结果维持 0 0 0."""
    wanted, found = names_of(form), []
    blocks: list[str] = []
    for row in grid_rows(tokens):
        labels = [
            wanted[token.squash] for token in row if token.kind == "text" and token.squash in wanted
        ]
        heads = [label.id for label in labels if label.kind == "row"]
        columns = [label.id for label in labels if label.kind == "column"]
        slots = [token for token in row if token.is_slot]
        if len(heads) > 1:
            blocks = heads
        elif len(columns) == 1 and blocks and len(slots) == len(blocks):
            spots = [spot_named(form, block, columns[0]) for block in blocks]
            found += [(spot, token) for spot, token in zip(spots, slots, strict=True) if spot]
    return found if are_whole(form, found) else []


def grid_rows(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    for (_, grid), row in groupby(tokens, key=lambda token: (token.row, token.grid)):
        if grid:
            yield list(row)


def are_whole(form: Form, found: Pairs) -> bool:
    """Whether each block that has a figure has all of its figures, each once."""
    spots = [spot_ids(spot) for spot, _ in found]
    blocks = {block for block, _ in spots}
    wanted = {
        spot_ids(spot) for part in form.parts for spot in part_spots(part) if spot[1].id in blocks
    }
    return bool(spots) and len(spots) == len(set(spots)) and set(spots) == wanted


# --- runs of figures below their labels -----------------------------------------------------------


def is_whole_row(tokens: Sequence[Token], first: int, end: int) -> bool:
    """Whether a run is a row of a grid without any label: even if blank it is the row of
    figures.
    """
    row = tokens[first].row
    begins = first == 0 or tokens[first - 1].row != row
    return tokens[first].grid > 0 and begins and (end == len(tokens) or tokens[end].row != row)


def is_blank_run(run: Sequence[Token], labels: Sequence[HeadLabel]) -> bool:
    """Whether lines outside grids are as many blank cells as there are columns: | | | below
    结果维持 | 结果纠正 |.
    """
    return bool(run) and not run[0].grid and len(run) == sum(label.leaf for label in labels) > 0


def is_blank_row(
    tokens: Sequence[Token],
    first: int,
    end: int,
    labels: Sequence[HeadLabel],
) -> bool:
    """Whether a run is the blank cells after the label of a row of another table, where this one
    has no labels.
    """
    label = tokens[first - 1] if first else None
    if label is None or not label.grid or label.row != tokens[first].row or label.kind != "text":
        return False
    strange = not any(one.name and one.token is label for one in labels)
    return strange and (end == len(tokens) or tokens[end].row != label.row)


def read_run(tokens: Sequence[Token], at: int) -> tuple[list[Token], int]:
    """The cells from ``at`` on: to the end of the grid row, or in text as long as figures
    follow.
    """
    first = tokens[at]
    run: list[Token] = []
    while at < len(tokens):
        token = tokens[at]
        same = token.row == first.row if first.grid else not token.grid
        if not same or (token.kind == "text" and not may_be_figure(token)):
            break
        if token.kind != "filler":
            run.append(token)
        at += 1
    return run, at


def may_be_figure(token: Token) -> bool:
    """Whether a text takes the place of a figure: in a grid 12个, anywhere 17（其中网上5）, 12①."""
    return token.text[:1].isdigit() if token.grid else has_note(token)


def place_run(
    reading: TableReading,
    run: list[Token],
    labels: Sequence[HeadLabel],
    kept: Sequence[HeadLabel],
    pitch: int,
) -> bool:
    """Enter a run of figures if the labels above say what each one is; True if they belong to the
    table at all.
    """
    form = reading.form
    if sum(label.leaf for label in (*kept, *labels)) < len(form.parts[0].columns):
        return False
    others = any(OF_OTHERS.fullmatch(label.token.squash) for label in (*kept, *labels))
    # 上年 beside the columns: only the grid says which figure is whose.
    spots = None if others else spots_of(form, labels, len(run)) or row_spots(form, labels, kept)
    seen = by_geometry(form, run, labels)
    line = max(label.line for label in labels)
    cells = ordered_cells(run, len(spots), line, pitch) if spots else None
    if cells and len(run) != len(cells) and not stand_below(cells, labels):
        cells = None
    if cells and not are_below(cells, labels):
        cells = None
    ordered = dict(zip(map(id, cells), spots, strict=True)) if spots and cells else None
    placed = ordered or (seen if spots is None or len(run) > len(spots) else None)
    if (
        ordered
        and seen
        and any(ordered[id(t)] != seen.get(id(t)) for t in run if t.kind != "blank")
    ):
        placed = None
    if placed is None and all(token.kind == "blank" for token in run):
        return False
    if placed is None:
        text = cut(" ".join(token.text for token in run))
        reading.problems.append(Problem(form.id, "", "", text, WRONG_COUNT if spots else NO_HEAD))
        return True
    extra = [token.text for token in run if id(token) not in placed and token.kind != "blank"]
    if extra:
        reading.problems.append(Problem(form.id, "", "", cut(" ".join(extra)), EXTRA_COLUMN))
    held = any(value_at(reading, spot) is not None for spot in placed.values())
    for token in run:
        if id(token) in placed:
            enter(reading, placed[id(token)], token, held)
    return True


def value_at(reading: TableReading, spot: FormPlace) -> Value:
    entry = reading.entries.get(cell_of(reading.form, spot))
    return entry.value if entry else None


def cell_of(form: Form, spot: FormPlace) -> str:
    return f"{form.id}.{spot[1].id}.{spot[2].id}"


def are_below(cells: Sequence[Token | None], labels: Sequence[HeadLabel]) -> bool:
    """Whether each figure stands under its label, where one of them covers several columns: _ 12,
    one cell over two columns, and then 26 are as many cells as labels, and each but the last is in
    another's place.
    """
    if not any(
        cell is not None and cell.spans and cell.colspan > 1 and cell.kind != "blank"
        for cell in cells
    ):
        return True
    leaves = [label.token for label in labels if label.leaf]
    if len(leaves) != len(cells):
        return False
    return all(
        cell is None or overlap(cell, leaf) for cell, leaf in zip(cells, leaves, strict=True)
    )


def overlap(one: Token, other: Token) -> bool:
    return one.column < other.column + other.colspan and other.column < one.column + one.colspan


def stand_below(cells: Sequence[Token | None], labels: Sequence[HeadLabel]) -> bool:
    """Whether the first cell stands below a column's label, where the grid tells: a blank cell at
    the end may be the last figure's, and the first cell one of 上年.
    """
    columns = {label.token.column for label in labels if label.leaf}
    first = cells[0]
    return first is None or not first.spans or first.column in columns


def numbers_columns(run: Sequence[Token]) -> bool:
    """A row 1 2 3 … 15 below the head: the columns are numbered."""
    texts = [token.text for token in run if token.kind != "blank"]
    return len(texts) >= FEWEST_NUMBERED and texts == [
        str(number) for number in range(1, len(texts) + 1)
    ]


def ordered_cells(
    run: list[Token], expected: int, start: int, pitch: int
) -> Sequence[Token | None] | None:
    """A run's cells in their order, one for each figure that the head announces; None where that is
    not certain.
    """
    rows = {token.row for token in run}
    if (
        not run[0].grid
        and pitch
        and len(rows) == len(run)
        and all(token.kind != "blank" for token in run)
    ):
        return cells_by_pitch(run, start, 0, expected, pitch)
    extra = len(run) - expected
    if (
        extra > 0
        and all(token.kind == "blank" for token in run[-extra:])
        and run[0].kind != "blank"
    ):
        return run[:-extra]
    if (
        extra > 0
        and all(token.kind == "blank" for token in run[:extra])
        and run[-1].kind != "blank"
    ):
        return run[extra:]
    return None if extra else run


def enter(reading: TableReading, spot: FormPlace, token: Token, held: bool = False) -> None:
    """One figure; a second and different one for the same cell blanks it, and so does one for a
    cell that is blank in a row whose other figures were read (``held``): 72 64 _ 37, and below it
    70 60 17 30.
    """
    _, row, column = spot
    cell = cell_of(reading.form, spot)
    before = reading.entries.get(cell)
    place_figure(reading, row, column.id, token)
    now = reading.entries[cell].value
    filled = held and before is not None and before.value is None and now is not None
    if filled or (before is not None and before.value not in (None, now)):
        raw = cut(f"{before.raw if before else ''} / {token.text}")
        reading.entries[cell] = Entry(cell, None, raw, token.place)
        reading.problems.append(Problem(reading.form.id, row.id, column.id, raw, DIFFERENT))


def spots_of(form: Form, labels: Sequence[HeadLabel], size: int) -> list[FormPlace] | None:
    """The cells that a run stands for when the labels before it end in one of the heads in use.

    These are the official head read row by row; all blocks and then all columns; each block
    followed by its columns. A column before such a head belongs to a block that has no figures of
    its own, so then none is certain, nor where a block is named before it: 行政复议 with no columns
    below it, and ten figures in all.
    """
    names = [label.name for label in labels]
    blocks = {row.id for row in form.rows}
    leaves = [number for number, label in enumerate(labels) if label.leaf]
    fits = [
        cells
        for head, cells in known_heads(form)
        if names[-len(head) :] == head
        and (not leaves or leaves[0] >= len(names) - len(head))
        and blocks.isdisjoint(names[: -len(head)])
    ]
    return max(fits, key=lambda cells: (len(cells) == size, len(cells)), default=None)


def known_heads(form: Form) -> list[tuple[list[str], list[FormPlace]]]:
    """Sequences of label ids with the cells that the figures under them stand for, left to
    right.
    """
    groups = [label for label in form.labels if label.kind == "group"]
    official = [label.id for label in form.labels]
    heads = [(official, [spot for part in form.parts for spot in part_spots(part)])]
    for first in range(len(form.parts)):
        for last in range(first + 1, len(form.parts) + 1):
            parts = form.parts[first:last]
            cells = [spot for part in parts for spot in part_spots(part)]
            leaves = [[column.id for column in part.columns] for part in parts]
            grouped = [above(part, groups, part is not parts[0]) for part in parts]
            plain = [[part.rows[0].id] for part in parts]
            heads.append((list(chain(*grouped, *leaves)), cells))
            for tops in (grouped, plain):
                heads.append(
                    (
                        [
                            name
                            for top, under in zip(tops, leaves, strict=True)
                            for name in top + under
                        ],
                        cells,
                    )
                )
    return heads


def part_spots(part: Part) -> list[FormPlace]:
    return [(part, part.rows[0], column) for column in part.columns]


def above(part: Part, groups: Sequence[Label], grouped: bool) -> list[str]:
    """A block's label id, after the id of the group that begins with it (行政诉讼 before
    未经复议直接起诉).
    """
    starts = [group.id for group in groups if group.box.left == part.columns[0].label.box.left]
    return [*(starts if grouped else []), part.rows[0].id]


def row_spots(
    form: Form,
    labels: Sequence[HeadLabel],
    kept: Sequence[HeadLabel],
) -> list[FormPlace] | None:
    """The cells of a block whose label stands at the head of its own line, under columns that were
    named before.
    """
    blocks = [label.name for label in labels if not label.leaf]
    known = [label.name for label in (*kept, *labels) if label.leaf]
    for part in form.parts:
        names = [column.id for column in part.columns]
        ends = known[-len(names) :] == names
        if ends and blocks[-1:] == [part.rows[0].id] and not labels[-1].leaf:
            return part_spots(part)
    return None


def by_geometry(
    form: Form,
    run: Sequence[Token],
    labels: Sequence[HeadLabel],
) -> dict[int, FormPlace] | None:
    """id(token) -> cell by the labels that stand above it in the same grid; None unless that is
    certain for all.

    Only whole blocks are certain: a head that lost a label fits a row that lost a figure, one place
    further on.
    """
    grid = run[0].grid
    if not grid or not run[0].spans or any(label.token.grid != grid for label in labels):
        return None
    leaves = [label for label in labels if label.leaf]
    if not leaves:
        return None
    columns = [label.token.column for label in leaves]
    if len(set(columns)) != len(columns) or any(label.token.colspan > 1 for label in leaves):
        return None
    leaf_at = {label.token.column: label.name for label in leaves}
    nameless = (label.token for label in labels if not label.name)
    strangers = {token.column for token in nameless if token.row >= leaves[0].token.row}
    if not strangers <= {token.column for token in run}:
        return None
    found: dict[int, FormPlace] = {}
    taken: set[str] = set()
    for token in run:
        if token.column in strangers:
            continue
        at = token.column
        before = (one for one in labels if not one.leaf and one.token.column <= at)
        over = [one.name for one in before if at < one.token.column + one.token.colspan]
        spot = spot_at(form, over, leaf_at.get(token.column, ""))
        if spot is None or token.colspan > 1:
            if token.kind != "blank":
                return None
            continue
        name = f"{spot[1].id}.{spot[2].id}"
        if name in taken:
            return None
        taken.add(name)
        found[id(token)] = spot
    blocks = {label.name for label in labels if not label.leaf}
    whole = {
        f"{row.id}.{column.id}"
        for part in form.parts
        for _, row, column in part_spots(part)
        if row.id in blocks
    }
    return found if len(found) == len(leaves) and taken == whole else None


def spot_at(form: Form, over: Sequence[str], leaf: str) -> FormPlace | None:
    for part in form.parts:
        for column in part.columns:
            if part.rows[0].id in over and column.id == leaf:
                return part, part.rows[0], column
    return None
