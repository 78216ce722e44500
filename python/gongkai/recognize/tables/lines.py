"""A row of a table in the source -> which of its cells stands in which column of the head."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from gongkai.figures import read_figure
from gongkai.model import Part, Row
from gongkai.recognize.labels import Match
from gongkai.recognize.tables.headers import COUNTER, Head
from gongkai.recognize.tokens import Token, has_note, squash

FEWEST_COUNTED = 5  # rows numbered in order, from which a column without a head is one of numbers
ALL_ALIKE = 0.8  # share of rows of one width from which a grid is taken to write every cell


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
    label: Token
    slots: list[Token]
    fillers: bool
    next_line: int
    passed: Sequence[Token] = ()
    certain: bool = True


def read_line(
    tokens: Sequence[Token], match: Match, chain: Sequence[Match], part: Part, row: Row
) -> FoundRow:
    """The cells after a row's label: those of the same grid row, or in text those up to the next
    label.
    """
    label = tokens[match.end - 1]
    following = bisect_left(chain, match.end, key=lambda other: other.start)
    stop = chain[following].start if following < len(chain) else len(tokens)
    slots: list[Token] = []
    fillers = False
    at = match.end
    if label.grid:
        while at < stop and tokens[at].row == label.row:
            slots.append(tokens[at])
            at += 1
        return FoundRow(part, row, label, slots, False, 0)
    while at < stop and not tokens[at].grid:
        token = tokens[at]
        if len(slots) > 1 and slots[0].row == slots[-1].row and is_alone(tokens, at):
            # a number in a line of its own below a row in one line: the page's, or nobody can tell
            break
        if token.kind == "filler":
            fillers = True
        elif (
            token.is_slot
            or has_note(token)
            or (token.text[:1].isdigit() and stop - match.end == len(part.columns))
        ):
            slots.append(token)
        else:
            break
        at += 1
    return FoundRow(
        part, row, label, slots, fillers, tokens[at].place.line if at == stop < len(tokens) else 0
    )


def is_alone(tokens: Sequence[Token], at: int) -> bool:
    """Whether a token is the only one of its line."""
    beside = [tokens[near].row for near in (at - 1, at + 1) if 0 <= near < len(tokens)]
    return tokens[at].row not in beside


def without_others(lines: Sequence[FoundRow], head: Head) -> tuple[list[FoundRow], Head]:
    """The rows without cells of 行次, 同比 and the like, by their columns, and without a first cell
    that counts.
    """
    kept = [without_columns(line, head) for line in lines]
    if not counts_rows(kept, head):
        if head.counted and not head.ignored:
            kept = [replace(line, certain=False) for line in kept]
        return kept, head
    strangers = {
        column: text
        for column, text in head.strangers.items()
        if not COUNTER.fullmatch(squash(text))
    }
    return [without_first(line) for line in kept], replace(head, strangers=strangers)


def without_columns(line: FoundRow, head: Head) -> FoundRow:
    if not head.ignored or line.label.grid != head.grid:
        return line
    kept = [token for token in line.slots if token.column not in head.ignored]
    passed = [token for token in line.slots if token.column in head.ignored]
    return replace(line, slots=kept, passed=passed, certain=len(passed) == len(head.ignored))


def counts_rows(lines: Sequence[FoundRow], head: Head) -> bool:
    """Whether each row begins with a number one higher than the row above, and has one cell too
    many.

    1 134 7 0 …, 2 5 0 0 …: a column 行次. Where the head names one, two such rows tell; else it
    takes five.
    """
    firsts = [line.slots[0].text for line in lines if len(line.slots) == len(head.columns) + 1]
    if len(firsts) < len(lines) or not all(text.isascii() and text.isdigit() for text in firsts):
        return False
    numbers = list(map(int, firsts))
    steps = all(after == before + 1 for before, after in pairwise(numbers))
    return steps and len(numbers) >= (1 if head.counted else FEWEST_COUNTED)


def without_first(line: FoundRow) -> FoundRow:
    """In flattened text the number is then what the lines are counted from."""
    first, *others = line.slots
    label = line.label if line.label.grid else first
    return replace(line, label=label, slots=others, passed=[*line.passed, first])


def pitch_of(tokens: Sequence[Token], chain: Sequence[Match]) -> int:
    """How many lines of text one cell takes in a flattened table, 0 where that is not uniform.

    Blank cells leave only their lines behind; with a uniform pitch the lines count the cells.
    """
    spots = [token.place.line for token in tokens[chain[0].start : chain[-1].end] if not token.grid]
    steps = Counter(after - before for before, after in pairwise(spots) if after > before)
    if not steps:
        return 0
    pitch, times = steps.most_common(1)[0]
    regular = sum(count for step, count in steps.items() if step % pitch == 0)
    return pitch if times >= 10 and regular >= 0.9 * steps.total() else 0


def full_widths(tokens: Sequence[Token]) -> dict[int, bool]:
    """Row -> whether it has as many cells as the others, for grids without spans whose rows are all
    alike.

    Such a source writes covered cells too, so a row that is shorter has lost a cell, and its order
    says nothing.
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


def is_one_a_line(line: FoundRow) -> bool:
    """Whether each figure of a flattened row stands on a line of its own and no bar marks the blank
    ones.
    """
    rows = [line.label.row, *(token.row for token in line.slots)]
    plain = not line.fillers and all(token.kind != "blank" for token in line.slots)
    return plain and not line.label.grid and len(set(rows)) == len(rows)


def cells_by_pitch(
    slots: Sequence[Token], start: int, after: int, expected: int, pitch: int
) -> list[Token | None] | None:
    """Cells of a flattened row by the lines between them: the line counts say which cells were
    blank.

    ``start`` is the line of the label before the row, ``after`` that of the table's next label, 0
    where another thing follows. None unless that label is just as far as it should be, or nothing
    is blank and the distance is another: a blank cell at the end can not be told from the end
    otherwise, nor a page number from a figure. A head of which no column was found places nothing.
    """
    if not expected:
        return None
    chosen: list[Token | None] = [None] * expected
    for token in slots:
        number, rest = divmod(token.place.line - start, pitch)
        if rest or not 1 <= number <= expected or chosen[number - 1] is not None:
            return None
        chosen[number - 1] = token
    counted = after - start == pitch * (expected + 1)
    return (
        chosen
        if counted or (chosen[-1] is not None and (not after or None not in chosen))
        else None
    )


def cells_of(line: FoundRow, head: Head, pitch: int, filled: bool) -> Sequence[Token | None] | None:
    """The cells of a row, one per column of the head from left to right; None where that is not
    certain.

    ``pitch`` is the lines that a cell takes in text, 0 where they differ; ``filled`` whether the
    table writes the cells that a merged label covers.
    """
    if not pitch or not is_one_a_line(line):
        return fit(line, head, filled)
    expected, start = len(head.columns), line.label.place.line
    if expected < len(line.part.columns) and line.next_line - start != pitch * (expected + 1):
        return None  # there are more cells than labels: one of the labels was lost
    return cells_by_pitch(line.slots, start, line.next_line, expected, pitch)


def fit(line: FoundRow, head: Head, filled: bool) -> Sequence[Token] | None:
    """The cells of a row, one per column of the head from left to right; None where that is not
    certain.
    """
    slots, expected = line.slots, len(head.columns)
    by_grid = at_columns(line, head)
    if by_grid is not None or not expected or head.strangers:
        return by_grid
    if (
        expected == 1 < len(slots)
        and head.plain
        and are_cells(line)
        and are_under(line, head.columns[0])
    ):
        return under_one(slots)
    if len(slots) == expected:
        doubtful = filled and line.row.label.box.width > 1 and slots[0].kind == "blank"
        merged = any(is_merged(line, head, *each) for each in zip(head.columns, slots, strict=True))
        spread = any(token.colspan > 1 for token in slots) and any(
            token.kind == "blank" for token in slots
        )
        return (
            None
            if doubtful or merged or (spread and line.part.columns[0].label.box.width == 1)
            else slots
        )
    wide = [token for token in slots for _ in range(token.colspan)]
    if len(wide) == expected and all(t.colspan == 1 or t.kind == "blank" for t in slots):
        return wide
    if (
        len(slots) > expected
        and not line.label.spans
        and all(token.kind == "blank" for token in slots)
    ):
        return slots[:expected]
    leading = lead(line, expected)
    trailing = len(slots) - expected if all(t.kind == "blank" for t in slots[expected:]) else 0
    if leading and not (trailing and not filled):
        return slots[leading:]
    if trailing > 0 and not leading and not line.label.spans:
        return slots[:expected]
    return None


def is_merged(line: FoundRow, head: Head, column: str, token: Token) -> bool:
    """Whether a figure stands under more columns than its head and its place in the official form
    cover.
    """
    wider = token.colspan > max(1, head.widths.get(column, 1))
    return wider and token.kind != "blank" and official_width(line, column) == 1


def official_width(line: FoundRow, column: str) -> int:
    """How many columns a figure covers in the official form: 3 for the decisions of 表二."""
    return max((item.label.box.width for item in line.part.columns if item.id == column), default=1)


def are_cells(line: FoundRow) -> bool:
    """Whether a row's figures are cells of their own: 0 7 in one line below a label may be the text
    of one cell, and 0, a blank, 7 in lines below each other two rows, of which the second has lost
    its label.
    """
    rows = {token.row for token in line.slots}
    apart = len(rows) == len(line.slots) and not is_parted(line.slots)
    in_line = len(line.slots) > 2 and rows == {line.label.row}
    return line.label.grid > 0 or apart or in_line


def is_parted(slots: Sequence[Token]) -> bool:
    """Whether a blank stands between what is written in a row's cells."""
    written = [at for at, token in enumerate(slots) if token.kind != "blank"]
    return bool(written) and written[-1] - written[0] >= len(written)


def are_under(line: FoundRow, column: str) -> bool:
    """Whether a row's cells are as wide together as the one head over them: not 0 over three
    columns, and 8; nor 0 and 22, of which one may be another's.
    """
    width = sum(token.colspan for token in line.slots)
    alone = sum(token.kind != "blank" for token in line.slots) == 1
    return width == official_width(line, column) or (alone and width < official_width(line, column))


def under_one(slots: Sequence[Token]) -> Sequence[Token] | None:
    """The figure of a row that parted the cell under its head: 2822652 0 0, or 247 / /; None where
    two may be it.

    3985 3985 3985 is one cell written in each of its columns.
    """
    written = [token for token in slots if token.kind != "blank"]
    figures = [token for token in written if not is_nothing(token)]
    if len(figures) > 1 and not (len(slots) > 2 and is_repeated(slots)):
        return None
    return (figures or written or slots)[:1]


def is_repeated(slots: Sequence[Token]) -> bool:
    return len({token.text for token in slots}) == 1


def is_nothing(token: Token) -> bool:
    """0, 0.00, / or 无."""
    return token.kind == "sign" or read_figure(token.text, "万元").value == 0


def at_columns(line: FoundRow, head: Head) -> list[Token] | None:
    """The row's cells in the head's grid columns, if each is a cell of its own and no other cell
    holds anything.
    """
    if not head.at or head.grid != line.label.grid:
        return None
    cells = {token.column: token for token in line.slots}
    if any(column not in cells for column in head.strangers):
        return None
    chosen = [cells.get(head.at[column]) for column in head.columns]
    wide = {column.id: column.label.box.width for column in line.part.columns}
    if any(token is None for token in chosen):
        return None
    picked = [token for token in chosen if token is not None]
    for column, token in zip(head.columns, picked, strict=True):
        if token.colspan > wide[column] and token.kind != "blank":
            return None
    spots = {id(token) for token in picked}
    rest = [token for token in line.slots if id(token) not in spots and token.kind != "blank"]
    return picked if all(token.column in head.strangers for token in rest) else None


def lead(line: FoundRow, expected: int) -> int:
    """The number of empty cells that stand for the merged label's other columns; 0 where there are
    none.
    """
    extra = len(line.slots) - expected
    empty = extra > 0 and all(token.kind == "blank" for token in line.slots[:extra])
    return extra if empty and extra == line.row.label.box.width - 1 else 0
