"""Room: recognize. Aligned labels + tokens -> the figures of a table whose rows have labels (表二, 表三)."""

from __future__ import annotations

from bisect import bisect_left
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from itertools import pairwise

from gongkai.editions import editions
from gongkai.figures import read_figure
from gongkai.model import Entry, Form, Part, Problem, Row, Value
from gongkai.recognize.heads import Head, read_head
from gongkai.recognize.labels import SHORTEST_BARE, Match, lexicon
from gongkai.recognize.tokens import Token
from gongkai.relations import stated_and_computed

LOOK_BACK = 60
RAW_LONGEST = 120
ALL_ALIKE = 0.8  # share of rows of one width from which a grid is taken to write every cell
OWN_WORDING = 0.95  # weight from which a wording is a label's own, not a piece of it that others share
NOT_FOUND_ROW = "没有找到这一行"
NOT_FOUND_COLUMN = "表头中没有找到这一列"
EXTRA_COLUMN = "表头中有官方表格没有的列，这一列未填入"
NOT_A_FIGURE = "不是单独的一个数字，未填入"
WRONG_COUNT = "这一行的数字个数与表头的列数不符，无法确定各数字所在的列，未填入"
NO_FIGURES = "这一行后面没有数字"
LABEL_TWICE = "有两行用了这个标签且数字不同，无法确定哪一行是它，未填入"
NO_LABEL = "这一行的标签不在官方表格中，未填入"


@dataclass
class Reading:
    """What has been placed so far, ``placed`` cells of it from the source, blank ones included.

    ``loose`` holds rows whose figures have no certain column yet.
    """

    form: Form
    entries: dict[str, Entry] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    loose: dict[str, tuple[Row, tuple[str, ...], list[Token]]] = field(default_factory=dict)
    used: set[int] = field(default_factory=set)
    placed: int = 0


@dataclass(frozen=True, slots=True)
class Line:
    """A row of the form found in the source: its figures' tokens and where the label's last token stands.

    ``next_line`` is the line of the form's next label in flattened text, 0 where another thing follows.
    """

    part: Part
    row: Row
    label: Token
    slots: list[Token]
    fillers: bool
    next_line: int


def place_rows(tokens: Sequence[Token], chain: Sequence[Match], form: Form, stop: int) -> Reading:
    """Place every figure by the label of its row and the head of its part; what is uncertain goes to ``loose``.

    ``stop`` is the token at which the next table begins.
    """
    reading = Reading(form)
    lines = read_lines(reading, tokens[:stop], chain)
    pitch = pitch_of(tokens[:stop], chain)
    filled = sum(1 for line, head in lines if lead(line, len(head.columns))) >= 2
    widths = full_widths(tokens[:stop])
    for line, head in lines:
        beside = [other for other, _ in lines if other.part is line.part]
        sound = is_borne_out(head, line.part, beside, form) and widths.get(line.label.row, True)
        place_line(reading, line, head, pitch, filled, sound)
    report_strays(reading, tokens, chain, stop)
    for cell in form.cells:
        reading.entries.setdefault(cell, Entry(cell, None))
    return reading


def is_borne_out(head: Head, part: Part, lines: Sequence[Line], form: Form) -> bool:
    """Whether the rows agree with a head that lacks columns or has others.

    A label may have been lost and not the column; then a row that lost a figure would seem to fit. So most rows
    must have just as many cells as the head has labels, those in other words (``strangers``) included, and with
    strangers the sums along the rows must hold: a wrong span moves them to where an official column stands.
    """
    if head.strangers and not sums_hold(head, lines, form):
        return False
    if len(head.columns) == len(part.columns):
        return True
    fits = sum(1 for line in lines if len(line.slots) == len(head.columns) + len(head.strangers))
    return fits >= 2 and 2 * fits > len(lines)


def sums_hold(head: Head, lines: Sequence[Line], form: Form) -> bool:
    """Whether, placed by the grid, most rows with figures other than zero satisfy the relation along the row."""
    values: dict[str, Value] = {}
    for line in lines:
        for column, token in zip(head.columns, at_columns(line, head) or (), strict=False):
            values[f"{form.id}.{line.row.id}.{column}"] = read_figure(token.text).value
    sums = [
        found
        for relation in editions()[form.edition].relations_of(form.id)
        if relation.kind == "across" and (found := stated_and_computed(relation, values)) and any(found)
    ]
    return not sums or 2 * sum(stated == computed for stated, computed in sums) > len(sums)


def full_widths(tokens: Sequence[Token]) -> dict[int, bool]:
    """Row -> whether it has as many cells as the others, for grids without spans whose rows are all alike.

    Such a source writes covered cells too, so a row that is shorter has lost a cell, and its order says nothing.
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


def read_lines(reading: Reading, tokens: Sequence[Token], chain: Sequence[Match]) -> list[tuple[Line, Head]]:
    """The rows of the form that stand in the source, each with its head; what is missing becomes a problem."""
    form = reading.form
    starts = {form.labels[match.label].box: match for match in chain if form.labels[match.label].kind == "row"}
    lines: list[tuple[Line, Head]] = []
    after = chain[0].start if form.labels[chain[0].label].kind not in ("column", "row") else -1
    for part in form.parts:
        found = [(row, starts[row.label.box]) for row in part.rows if row.label.box in starts]
        if found:
            first = found[0][1].start
            head = read_head(tokens[max(0, after, first - LOOK_BACK) : first], form, part)
            after = found[-1][1].end
            lines += [(read_line(tokens, match, chain, part, row), head) for row, match in found]
            reading.problems += (Problem(form.id, "", "", cut(text), EXTRA_COLUMN) for text in head.strangers.values())
            gone = [column.id for column in part.columns if column.id not in head.columns]
            reading.problems += (Problem(form.id, "", column, "", NOT_FOUND_COLUMN) for column in gone)
        missing = [row for row in part.rows if row.label.box not in starts]
        reading.problems += (Problem(form.id, row.id, "", "", NOT_FOUND_ROW) for row in missing)
    return lines


def read_line(tokens: Sequence[Token], match: Match, chain: Sequence[Match], part: Part, row: Row) -> Line:
    """The cells after a row's label: those of the same grid row, or in text those up to the next label."""
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
        return Line(part, row, label, slots, False, 0)
    while at < stop and not tokens[at].grid:
        token = tokens[at]
        if token.kind == "filler":
            fillers = True
        elif token.is_slot or (token.text[:1].isdigit() and stop - match.end == len(part.columns)):
            slots.append(token)
        else:
            break
        at += 1
    return Line(part, row, label, slots, fillers, tokens[at].place.line if at == stop < len(tokens) else 0)


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


def lead(line: Line, expected: int) -> int:
    """The number of empty cells that stand for the merged label's other columns; 0 where there are none."""
    extra = len(line.slots) - expected
    empty = extra > 0 and all(token.kind == "blank" for token in line.slots[:extra])
    return extra if empty and extra == line.row.label.box.width - 1 else 0


def place_line(reading: Reading, line: Line, head: Head, pitch: int, filled: bool, sound: bool) -> None:
    """``sound`` is False where cells may have been lost, so that neither order nor grid says what the others are."""
    reading.used.update(id(token) for token in line.slots)
    chosen = (fit(line, head, filled) or by_pitch(line, head, pitch)) if head.columns and sound else None
    if chosen is not None:
        for column, token in zip(head.columns, chosen, strict=True):
            place_figure(reading, line.row, column, token)
    elif any(token.kind != "blank" for token in line.slots):
        reading.loose[line.row.id] = (line.row, head.columns, line.slots)
    else:
        reading.problems.append(Problem(reading.form.id, line.row.id, "", cut(line.label.text), NO_FIGURES))


def fit(line: Line, head: Head, filled: bool) -> Sequence[Token | None] | None:
    """The cells of a row, one per column of the head from left to right; None where that is not certain."""
    slots, expected = line.slots, len(head.columns)
    by_grid = at_columns(line, head)
    if by_grid is not None or not expected or head.strangers:
        return by_grid
    if len(slots) == expected:
        doubtful = filled and line.row.label.box.width > 1 and slots[0].kind == "blank"
        spread = any(token.colspan > 1 for token in slots) and any(token.kind == "blank" for token in slots)
        return None if doubtful or (spread and line.part.columns[0].label.box.width == 1) else slots
    wide = [token for token in slots for _ in range(token.colspan)]
    if len(wide) == expected and all(t.colspan == 1 or t.kind == "blank" for t in slots):
        return wide
    leading = lead(line, expected)
    trailing = len(slots) - expected if all(t.kind == "blank" for t in slots[expected:]) else 0
    if leading and not (trailing and not filled):
        return slots[leading:]
    if trailing > 0 and not leading and not line.label.spans:
        return slots[:expected]
    return None


def at_columns(line: Line, head: Head) -> list[Token] | None:
    """The row's cells in the head's grid columns, if each is a cell of its own and no other cell holds anything."""
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


def by_pitch(line: Line, head: Head, pitch: int) -> Sequence[Token | None] | None:
    if line.label.grid or line.fillers:
        return None
    return slots_by_pitch(line.slots, line.label.place.line, line.next_line, len(head.columns), pitch)


def slots_by_pitch(
    slots: Sequence[Token], start: int, after: int, expected: int, pitch: int
) -> list[Token | None] | None:
    """Cells of a flattened row by the lines between them: the line counts say which cells were blank.

    ``start`` is the line of the label before the row, ``after`` that of the table's next label. Behind the last row
    (``after`` 0) the distance means nothing; then the last cell must be filled, so that no count is left open.
    """
    last = after - pitch if after else slots[-1].place.line if slots else 0
    if not pitch or last - start != pitch * expected:
        return None
    chosen: list[Token | None] = [None] * expected
    for token in slots:
        number, rest = divmod(token.place.line - start, pitch)
        if rest or not 1 <= number <= expected or chosen[number - 1] is not None:
            return None
        chosen[number - 1] = token
    return chosen


def place_figure(reading: Reading, row: Row, column: str, token: Token | None) -> None:
    """Read one cell and enter it; text that is no figure leaves the cell blank with a problem."""
    cell = f"{reading.form.id}.{row.id}.{column}"
    unit = reading.form.cells[cell].column.unit
    if token is None:
        reading.entries[cell] = Entry(cell, None)
        return
    found = read_figure(token.text, unit)
    reading.entries[cell] = Entry(cell, found.value, token.text, token.place)
    reading.placed += 1
    if found.state == "unreadable":
        reading.problems.append(Problem(reading.form.id, row.id, column, cut(token.text), NOT_A_FIGURE))


def cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= RAW_LONGEST else line[:RAW_LONGEST] + "…"


def report_strays(reading: Reading, tokens: Sequence[Token], chain: Sequence[Match], stop: int) -> None:
    """Figures inside the table that belong to no row of the form: each run or grid row becomes a problem."""
    labels = {spot for match in chain for spot in range(match.start, match.end)}
    stray: dict[tuple[int, int], list[Token]] = {}
    run = 0
    for spot in range(chain[0].start, end_of(reading, tokens, chain, stop)):
        token = tokens[spot]
        if spot in labels or id(token) in reading.used:
            run += 1
        else:
            stray.setdefault((1, token.row) if token.grid else (0, run), []).append(token)
    for row in stray.values():
        if any(token.kind == "figure" for token in row):
            report_stray(reading, row)


def report_stray(reading: Reading, tokens: Sequence[Token]) -> None:
    """One run without a row of its own. Under a label that a placed row bears too, neither is certain."""
    text = cut(" ".join(token.text for token in tokens))
    words = lexicon(reading.form.edition, reading.form.id)
    name = "".join(token.squash for token in tokens if token.kind == "text")
    for number, weight in words.exact.get(name, ()):
        label = words.labels[number]
        if label.kind != "row" or (weight < OWN_WORDING and len(name) < SHORTEST_BARE):
            continue
        row = next(row for row in reading.form.rows if row.label is label)
        entries = [reading.entries[cell.id] for cell in reading.form.row_cells(row.id) if cell.id in reading.entries]
        if [token.text for token in tokens if token.is_slot] == [entry.raw for entry in entries]:
            return
        for entry in entries:
            reading.entries[entry.cell] = Entry(entry.cell, None, entry.raw, entry.place)
        raw = cut(" ".join(entry.raw for entry in entries) + " / " + text)
        reading.problems.append(Problem(reading.form.id, row.id, "", raw, LABEL_TWICE))
        return
    reading.problems.append(Problem(reading.form.id, "", "", text, NO_LABEL))


def end_of(reading: Reading, tokens: Sequence[Token], chain: Sequence[Match], stop: int) -> int:
    """Where the table ends: at the next table if that is near, else after its last grid or its last row's figures."""
    last = tokens[chain[-1].end - 1]
    end = chain[-1].end
    if not last.grid and stop - end < LOOK_BACK and stop < len(tokens):
        return stop
    while end < stop:
        token = tokens[end]
        same = token.grid == last.grid if last.grid else not token.grid and token.is_slot
        if id(token) not in reading.used and not same:
            break
        end += 1
    return end
