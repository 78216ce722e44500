"""The tokens behind a row's label -> a FoundRow: the cells that may be the row's figures."""

from __future__ import annotations

import re
from bisect import bisect_left
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from operator import attrgetter

from gongkai.model import Part, Row
from gongkai.recognize import labelling, tokenizing
from gongkai.recognize.tables.headers import COUNTER, Head

NUMBER = re.compile("[0-9]+")
FEWEST_COUNTED = 5  # rows numbered in order, from which a column without a head is one of numbers
ALL_ALIKE = 0.8  # share of rows of one width from which a grid is taken to write every cell
FEWEST_STEPS = 10  # of one length, from which the lines of a flattened table count its cells
REGULAR = 0.9  # share of the steps that are of that length or a multiple


@dataclass(frozen=True, slots=True)
class FoundRow:
    """A row of the form found in the source: its figures' tokens and where the label's last token
    stands.

    ``next_line`` is the line of the form's next label in flattened text, 0 where another thing
    follows. ``passed`` are cells of 行次, 同比 and the like, which are no figures of the form; a
    row that lacks one of them may have lost any cell, so it is not ``certain``.
    """

    part: Part
    row: Row
    label: tokenizing.Token
    slots: list[tokenizing.Token]
    fillers: bool = False
    next_line: int = 0
    passed: Sequence[tokenizing.Token] = ()
    certain: bool = True


@dataclass(frozen=True, slots=True)
class RowLayout:
    """How a source sets a table: ``pitch`` is the lines that a cell takes in text, 0 where they
    differ; ``filled`` tells that it writes the cells that a merged label covers; ``full`` whether a
    row has as many cells as the others.
    """

    pitch: int
    filled: bool
    full: Mapping[int, bool]


# --- the cells of a row ---------------------------------------------------------------------------


def read_line(
    tokens: Sequence[tokenizing.Token],
    match: labelling.Match,
    chain: Sequence[labelling.Match],
    part: Part,
    row: Row,
) -> FoundRow:
    """The cells after a row's label: those of the same grid row, or in text those up to the next
    label.
    """
    label = tokens[match.end - 1]
    following = bisect_left(chain, match.end, key=attrgetter("start"))
    stop = chain[following].start if following < len(chain) else len(tokens)
    if label.grid:
        return FoundRow(part, row, label, cells_beside(tokens, match.end, stop))
    slots, end = figures_behind(tokens, match.end, stop, len(part.columns))
    next_line = tokens[end].place.line if end == stop < len(tokens) else 0
    has_fillers = len(slots) < end - match.end
    return FoundRow(part, row, label, slots, has_fillers, next_line)


def cells_beside(
    tokens: Sequence[tokenizing.Token], start: int, stop: int
) -> list[tokenizing.Token]:
    """The cells of a grid row behind its label."""
    row = tokens[start - 1].row
    end = start
    while end < stop and tokens[end].row == row:
        end += 1
    return list(tokens[start:end])


def figures_behind(
    tokens: Sequence[tokenizing.Token], start: int, stop: int, columns: int
) -> tuple[list[tokenizing.Token], int]:
    """The figures behind a label in text, and the token behind them: 134 7 0 of 予以公开 134 7 0.

    Texts that begin with a digit are figures where there are just as many as ``columns``.
    """
    has_all = stop - start == columns
    slots: list[tokenizing.Token] = []
    for at in range(start, stop):
        token = tokens[at]
        if token.grid or is_below_row(tokens, at, slots):
            return slots, at
        if may_be_slot(token, has_all):
            slots.append(token)
        elif token.kind != "filler":
            return slots, at
    return slots, max(start, stop)


def may_be_slot(token: tokenizing.Token, has_all: bool) -> bool:
    """134, / and 17（其中网上5）; 12个 where all texts up to the next label are the row's."""
    return token.is_slot or tokenizing.has_note(token) or (has_all and token.text[:1].isdigit())


def is_below_row(
    tokens: Sequence[tokenizing.Token], at: int, slots: Sequence[tokenizing.Token]
) -> bool:
    """Whether a number stands in a line of its own below a row in one line: it is the page's, or
    nobody can tell.
    """
    is_one_line = len(slots) > 1 and slots[0].row == slots[-1].row
    if not is_one_line:
        return False
    beside = [*tokens[max(0, at - 1) : at], *tokens[at + 1 : at + 2]]
    return tokens[at].row not in tokenizing.rows_of(beside)


# --- cells that are none of the form's ------------------------------------------------------------


def without_others(lines: Sequence[FoundRow], head: Head) -> tuple[list[FoundRow], Head]:
    """The rows without cells of 行次, 同比 and the like, by their columns, and without a first cell
    that counts: 1 134 7 0 …, 2 5 0 0 ….
    """
    kept = [without_columns(line, head) for line in lines]
    if counts_rows(kept, head):
        return list(map(without_first, kept)), without_counter(head)
    if head.counted and not head.ignored:
        kept = [replace(line, certain=False) for line in kept]
    return kept, head


def without_columns(line: FoundRow, head: Head) -> FoundRow:
    if not head.ignored or line.label.grid != head.grid:
        return line
    kept: list[tokenizing.Token] = []
    passed: list[tokenizing.Token] = []
    for token in line.slots:
        side = passed if token.column in head.ignored else kept
        side.append(token)
    return replace(line, slots=kept, passed=passed, certain=len(passed) == len(head.ignored))


def counts_rows(lines: Sequence[FoundRow], head: Head) -> bool:
    """Whether each row begins with a number one higher than the row above, and has one cell too
    many.

    1 134 7 0 …, 2 5 0 0 …: a column 行次. Where the head names one, two such rows tell; else it
    takes five.
    """
    numbers = []
    for line in lines:
        first = line.slots[0].text if len(line.slots) == len(head.columns) + 1 else ""
        if not NUMBER.fullmatch(first):
            return False
        numbers.append(int(first))
    least = 1 if head.counted else FEWEST_COUNTED
    if len(numbers) < least:
        return False
    counting = range(numbers[0], numbers[0] + len(numbers))
    return numbers == list(counting)


def without_first(line: FoundRow) -> FoundRow:
    """In flattened text the number is then what the lines are counted from."""
    first, *others = line.slots
    label = line.label if line.label.grid else first
    return replace(line, label=label, slots=others, passed=[*line.passed, first])


def without_counter(head: Head) -> Head:
    """The head without the columns that number the rows among those that no label explains."""
    strangers = {}
    for column, text in head.strangers.items():
        if not COUNTER.fullmatch(tokenizing.squash(text)):
            strangers[column] = text
    return replace(head, strangers=strangers)


# --- lines and widths -----------------------------------------------------------------------------


def pitch_of(tokens: Sequence[tokenizing.Token], chain: Sequence[labelling.Match]) -> int:
    """How many lines of text one cell takes in a flattened table, 0 where that is not uniform.

    Blank cells leave only their lines behind; with a uniform pitch the lines count the cells.
    """
    steps = line_steps(tokens[chain[0].start : chain[-1].end])
    if not steps:
        return 0
    pitch, times = steps.most_common(1)[0]
    regular = 0
    for step, count in steps.items():
        if step % pitch == 0:
            regular += count
    is_uniform = times >= FEWEST_STEPS and regular >= REGULAR * steps.total()
    return pitch if is_uniform else 0


def line_steps(tokens: Sequence[tokenizing.Token]) -> Counter[int]:
    """How often the next token of text stands one, two … lines further down."""
    steps: Counter[int] = Counter()
    lines = []
    for token in tokens:
        if not token.grid:
            lines.append(token.place.line)
    for before, after in pairwise(lines):
        if after > before:
            steps[after - before] += 1
    return steps


def full_widths(tokens: Sequence[tokenizing.Token]) -> dict[int, bool]:
    """Row -> whether it has as many cells as the others, for grids without spans whose rows are all
    alike.

    Such a source writes covered cells too, so a row that is shorter has lost a cell, and its order
    says nothing: | 予以公开 | 134 | 7 | among rows of ten.
    """
    counts: dict[int, Counter[int]] = {}
    for token in tokens:
        if token.grid and not token.spans:
            counts.setdefault(token.grid, Counter())[token.row] += 1
    found: dict[int, bool] = {}
    for rows in counts.values():
        width, times = Counter(rows.values()).most_common(1)[0]
        if times >= ALL_ALIKE * len(rows):
            found |= {row: count == width for row, count in rows.items()}
    return found


def is_one_a_line(slots: Sequence[tokenizing.Token]) -> bool:
    """Whether each figure of a flattened row stands on a line of its own, and none is blank."""
    return len(tokenizing.rows_of(slots)) == len(slots) == len(tokenizing.written(slots))


def is_listed(line: FoundRow, pitch: int) -> bool:
    """Whether the lines of a flattened row count its cells: its label and each figure stand on
    lines of their own, ``pitch`` lines a cell, and no bar marks the blank ones.
    """
    if not pitch or line.fillers or line.label.grid:
        return False
    is_below = line.label.row not in tokenizing.rows_of(line.slots)
    return is_below and is_one_a_line(line.slots)
