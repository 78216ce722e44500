"""Aligned labels + tokens -> the figures of a table whose rows have labels (表二, 表三)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace

from gongkai.figures import DRAWN, Reading, clean, joined_digits, read_figure, scale_of
from gongkai.model import UNKNOWN_UNIT, Column, Entry, Form, Part, Problem, Row, Value
from gongkai.recognize.labels import (
    LONGEST_LABEL,
    SHORTEST_BARE,
    Match,
    doubtful_note,
    lexicon,
)
from gongkai.recognize.tables.headers import COUNTER, Head, read_head
from gongkai.recognize.tables.lines import (
    FoundRow,
    at_columns,
    cells_by_pitch,
    cells_of,
    full_widths,
    is_one_a_line,
    lead,
    pitch_of,
    read_line,
    without_others,
)
from gongkai.recognize.tables.units import (
    NOT_STATED,
    StatedUnit,
    UnitPlace,
    head_places,
    in_unit,
    is_money,
    label_places,
    money_units,
    note_places,
    scaled_note,
    stated_unit,
)
from gongkai.recognize.tokens import Token
from gongkai.recognize.typos import MARGIN, likenesses
from gongkai.sums import stated_and_computed
from gongkai.wording import EMPTY_ROW

ENDS_IN_FIGURE = re.compile(r"[^\d\s]\s*\d+\s*$")
LOOK_BACK = 60
LOST = "\ufffd"  # a character that the source does not tell: it may be of a figure
RAW_LONGEST = 120
OWN_WORDING = (
    0.95  # weight from which a wording is a label's own, not a piece of it that others share
)
# likeness from which a label is taken for another one with a typo, where that only casts doubt
TYPO = 0.8
NOT_FOUND_ROW = "没有找到这一行"
NOT_FOUND_COLUMN = "表头中没有找到这一列"
NOT_FOUND_COLUMNS = "表头中没有找到这些列"
EXTRA_COLUMN = "表头中有官方表格没有的列，这一列未填入"
NO_ORDER = "表头的列序与官方表格不同，或表头不完整，无法确定哪一列是它，未填入"
NO_ORDER_MANY = "表头的列序与官方表格不同，或表头不完整，无法确定它们各是哪一列，未填入"
FIGURE_IN_LABEL = "行标签里另有数字，没有填入"
MANY_CELLS = 20
MANY_NO_FIGURES = "这样的格有{}个，都不是单独的一个数字，未填入"
NOT_A_FIGURE = "不是单独的一个数字，未填入"
NOTED = "标签后面的说明可能使它成为另一项，请核对是不是官方表格中的这一项"
PARTED = "这一格的数字分成几段，不能确定是不是一个数字，未填入"
NOT_SEEN = "这个数字在网页上看不见、移了位，或旁边另有图形文字，未填入"
WRONG_COUNT = "这一行的数字个数与表头的列数不符，无法确定各数字所在的列，未填入"
TWO_UNITS = "单位不一致（{}），无法确定是哪一个单位，未填入"
LABEL_TWICE = "有两行用了这个标签且数字不同，无法确定哪一行是它，未填入"
NO_LABEL = "这一行的标签不在官方表格中，未填入"


@dataclass(frozen=True, slots=True)
class ShortRow:
    """A row whose figures have no certain column yet; ``likely`` are the columns that its lines
    speak for.
    """

    row: Row
    columns: tuple[str, ...]
    slots: list[Token]
    likely: tuple[str, ...] | None


@dataclass
class TableReading:
    """What has been placed so far, ``placed`` cells of it from the source, blank ones included.

    ``short_rows`` holds rows whose figures have no certain column yet; ``units`` what is stated of
    the units of cells; ``start`` is the token at which the table begins, ``spots`` are those of its
    labels.
    """

    form: Form
    entries: dict[str, Entry] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    short_rows: dict[str, ShortRow] = field(default_factory=dict)
    units: dict[str, list[UnitPlace]] = field(default_factory=dict)
    used: set[int] = field(default_factory=set)
    placed: int = 0
    start: int = 0
    spots: tuple[int, ...] = ()

    @property
    def holds_figures(self) -> bool:
        return any(entry.value is not None for entry in self.entries.values())


def place_rows(
    tokens: Sequence[Token],
    chain: Sequence[Match],
    form: Form,
    stop: int,
    lines_of_units: Sequence[int],
) -> TableReading:
    """Place every figure by the label of its row and the head of its part; what is uncertain goes
    to ``short_rows``.

    ``stop`` is the token at which the next table begins, ``lines_of_units`` the tokens of lines
    that state a unit.
    """
    reading = TableReading(form)
    lines = read_lines(reading, tokens[:stop], chain)
    reading.problems += group_problems(form, tokens, chain)
    pitch = pitch_of(tokens[:stop], chain)
    filled = sum(1 for line, head in lines if has_lead(line, head)) >= 2
    widths = full_widths(tokens[:stop])
    labels = {spot for match in chain for spot in range(match.start, match.end)}
    notes = note_places(tokens, lines_of_units, chain[0].start, chain[-1].end, labels)
    for line, head in lines:
        state_units(reading, line, head, notes)
        beside = [other for other, _ in lines if other.part is line.part]
        full = widths.get(line.label.row, True) or len(line.part.columns) == len(line.slots) == 1
        sound = is_borne_out(head, line.part, beside, form, pitch) and full
        place_line(reading, line, head, pitch, filled, sound)
    for cell in form.cells:
        if cell not in reading.entries:
            reading.entries[cell] = Entry(cell, None)
    report_strays(reading, tokens, chain, stop)
    return reading


def has_lead(line: FoundRow, head: Head) -> bool:
    """Whether a row with a figure writes the cells that its merged label covers; of a blank row
    nobody can tell.
    """
    return any(token.kind != "blank" for token in line.slots) and lead(line, len(head.columns)) > 0


def is_borne_out(head: Head, part: Part, lines: Sequence[FoundRow], form: Form, pitch: int) -> bool:
    """Whether the rows agree with a head that lacks columns or has others.

    A label may have been lost and not the column; then a row that lost a figure would seem to fit.
    So most rows must have just as many cells as the head has labels, those in other words
    (``strangers``) included, and with strangers, or with columns that are passed over, the sums
    along the rows must hold: a wrong span moves them to where an official column stands.
    """
    if (head.strangers or head.ignored) and not sums_hold(head, lines, form):
        return False
    if len(head.columns) == len(part.columns) and not head.remarks:
        return True
    count = len(head.columns) + len(head.strangers)
    fits = sum(1 for line in lines if has_cells(line, count, pitch))
    least = 2 if len(head.columns) < len(part.columns) else 1
    return fits >= least and 2 * fits > len(lines)


def has_cells(line: FoundRow, count: int, pitch: int) -> bool:
    if pitch and is_one_a_line(line):
        return (
            cells_by_pitch(line.slots, line.label.place.line, line.next_line, count, pitch)
            is not None
        )
    return len(line.slots) == count


def sums_hold(head: Head, lines: Sequence[FoundRow], form: Form) -> bool:
    """Whether, placed by the grid, most rows with figures other than zero satisfy the relation
    along the row.

    True for a form without such relations.
    """
    values: dict[str, Value] = {}
    for line in lines:
        cells = at_columns(line, head) or (
            line.slots if len(line.slots) == len(head.columns) else ()
        )
        for column, token in zip(head.columns, cells, strict=False):
            values[f"{form.id}.{line.row.id}.{column}"] = read_figure(token.text).value
    along = [relation for relation in form.relations if relation.kind == "across"]
    sums = [
        found
        for relation in along
        if (found := stated_and_computed(relation, values)) and any(found)
    ]
    return not along or 2 * sum(stated == computed for stated, computed in sums) > len(sums)


def read_lines(
    reading: TableReading, tokens: Sequence[Token], chain: Sequence[Match]
) -> list[tuple[FoundRow, Head]]:
    """The rows of the form that stand in the source, each with its head; what is missing becomes a
    problem.
    """
    form = reading.form
    starts = {
        form.labels[match.label].box: match
        for match in chain
        if form.labels[match.label].kind == "row"
    }
    lines: list[tuple[FoundRow, Head]] = []
    after = chain[0].start if form.labels[chain[0].label].kind not in ("column", "row") else -1
    for part in form.parts:
        found = [(row, starts[row.label.box]) for row in part.rows if row.label.box in starts]
        if found:
            first = found[0][1].start
            above = tokens[max(0, after, first - LOOK_BACK) : first]
            head = replace(read_head(above, form, part), units=tuple(head_places(above)))
            after = found[-1][1].end
            read = [read_line(tokens, match, chain, part, row) for row, match in found]
            kept, head = without_others(read, head)
            lines += [(line, head) for line in kept]
            reading.problems += (
                Problem(form.id, "", "", cut(text), EXTRA_COLUMN)
                for text in head.strangers.values()
            )
            reading.problems += head_problems(form, part, head)
            reading.problems += (
                Problem(form.id, "", column, cut(text), NOTED) for column, text in head.doubts
            )
        missing = [row for row in part.rows if row.label.box not in starts]
        reading.problems += (Problem(form.id, row.id, "", "", NOT_FOUND_ROW) for row in missing)
    return lines


def group_problems(
    form: Form, tokens: Sequence[Token], chain: Sequence[Match]
) -> Iterator[Problem]:
    """A problem for each label of a group with a note that may turn it:
    三、本年度办理结果（上半年）.
    """
    for match in chain:
        label = form.labels[match.label]
        if label.kind == "group" and doubtful_note(tokens[match.end - 1].text, label):
            yield Problem(form.id, "", "", cut(tokens[match.end - 1].text), NOTED)


def state_units(
    reading: TableReading, line: FoundRow, head: Head, notes: Sequence[UnitPlace]
) -> None:
    """Note for each cell of a row what the texts above its part, its label and its section's lines
    say of its unit.
    """
    money = is_money(line.part.columns[-1].unit)
    places = [
        *head.units,
        *label_places(line.label.text, (*line.slots, *line.passed) if money else ()),
        *notes,
    ]
    if places and (money or scaled_note(places)):
        for column in line.part.columns:
            reading.units[f"{reading.form.id}.{line.row.id}.{column.id}"] = places


def head_problems(form: Form, part: Part, head: Head) -> list[Problem]:
    """One problem for all columns that are missing, one for those whose place is not certain."""
    missing = [column.id for column in part.columns if column.id not in head.columns]
    moved = [column for column in missing if column in head.widths]
    lost = [column for column in missing if column not in head.widths]
    reasons = ((moved, NO_ORDER, NO_ORDER_MANY), (lost, NOT_FOUND_COLUMN, NOT_FOUND_COLUMNS))
    return [
        Problem(form.id, "", " ".join(columns), "", one if len(columns) == 1 else many)
        for columns, one, many in reasons
        if columns
    ]


def place_line(
    reading: TableReading, line: FoundRow, head: Head, pitch: int, filled: bool, sound: bool
) -> None:
    """``sound`` is False where cells may have been lost, so that neither order nor grid says what
    the others are.
    """
    form, row = reading.form.id, line.row
    reading.used.update(id(token) for token in (*line.slots, *line.passed))
    if doubtful_note(line.label.text, row.label):
        reading.problems.append(Problem(form, row.id, "", cut(line.label.text), NOTED))
    if ENDS_IN_FIGURE.search(line.label.text):
        reading.problems.append(Problem(form, row.id, "", cut(line.label.text), FIGURE_IN_LABEL))
    chosen = (
        cells_of(line, head, pitch, filled) if head.columns and sound and line.certain else None
    )
    if chosen is not None and (line.slots or line.label.grid):
        for column, token in zip(head.columns, chosen, strict=True):
            place_figure(reading, row, column, token)
    elif not line.certain:
        text = " ".join(token.text for token in line.slots)
        reading.problems.append(Problem(form, row.id, "", cut(text), WRONG_COUNT))
    elif not head.columns:
        return  # one problem speaks for all rows below that head
    elif any(token.kind != "blank" for token in line.slots):
        reading.short_rows[row.id] = ShortRow(
            row, head.columns, line.slots, numbered(line, head, pitch)
        )
    elif chosen is None:
        reading.problems.append(Problem(form, row.id, "", cut(line.label.text), EMPTY_ROW))


def numbered(line: FoundRow, head: Head, pitch: int) -> tuple[str, ...] | None:
    """The columns that a short row's figures stand in if its lines count right as far as they
    go.
    """
    if not pitch or not is_one_a_line(line):
        return None
    spots = [divmod(token.place.line - line.label.place.line, pitch) for token in line.slots]
    if any(rest or not 1 <= number <= len(head.columns) for number, rest in spots):
        return None
    if spots[-1][0] == len(spots):  # no line is empty: blank cells may have left none at all
        return None
    return tuple(head.columns[number - 1] for number, _ in spots)


def place_figure(reading: TableReading, row: Row, column: str, token: Token | None) -> None:
    """Read one cell and enter it; text that is no figure leaves the cell blank with a problem."""
    cell = f"{reading.form.id}.{row.id}.{column}"
    head = reading.form.cells[cell].column
    unit = head.unit
    if token is None:
        reading.entries[cell] = Entry(cell, None)
        return
    found = read_figure(token.text, unit)
    places = reading.units.get(cell, ())
    stated = stated_unit(places, unit, token.text) if places and found.value else NOT_STATED
    if is_money(unit) or found.unit or stated is not NOT_STATED:
        entry = entry_in_unit(cell, token, found, stated, head)
    else:
        entry = Entry(cell, found.value, token.text, token.place)
    reading.entries[cell] = entry
    reading.placed += 1
    if found.state == "unreadable":
        reading.problems.append(
            Problem(reading.form.id, row.id, column, cut(token.text), why_none(token))
        )
    elif entry.value is None and found.value is not None:
        why = TWO_UNITS.format(
            f"{stated.where}、单元格“{clean(token.text)}”" if found.unit else stated.where
        )
        reading.problems.append(Problem(reading.form.id, row.id, column, cut(token.text), why))


def why_none(token: Token) -> str:
    if token.text.endswith(DRAWN):
        return NOT_SEEN
    return NOT_A_FIGURE if joined_digits(token.text) is None else PARTED


def as_one(reading: TableReading) -> None:
    """One problem for many cells with one reason: all of a table's may be written 12（上年3）, or
    in no known unit.
    """
    cells: dict[str, list[Problem]] = {}
    for problem in reading.problems:
        if problem.row and problem.column:
            cells.setdefault(problem.reason, []).append(problem)
    for reason, alike in cells.items():
        if len(alike) > MANY_CELLS:
            columns = " ".join(dict.fromkeys(problem.column for problem in alike))
            told = Problem(reading.form.id, "", columns, alike[0].raw, for_many(reason, len(alike)))
            reading.problems[:] = [
                *(problem for problem in reading.problems if problem not in alike),
                told,
            ]


def for_many(reason: str, count: int) -> str:
    return (
        MANY_NO_FIGURES.format(count)
        if reason == NOT_A_FIGURE
        else f"{reason}（这样的格有{count}个）"
    )


def entry_in_unit(
    cell: str, token: Token, found: Reading, stated: StatedUnit, column: Column
) -> Entry:
    """An entry in the form's unit; blank where what the cell, its head, its label and notes state
    differs.

    Zero is zero in every unit. What the cell itself states counts where only the official head says
    another.
    """
    unit, place = column.unit, token.place
    if not found.value:
        return Entry(cell, found.value, token.text, place)
    against = (
        found.unit
        and stated.unit
        and scale_of(found.unit) != scale_of(stated.unit) != scale_of(unit)
    )
    if stated.contradicted or against:
        return Entry(cell, None, token.text, place)
    if found.unit:
        return Entry(cell, found.value, token.text, place, found.converted)
    if not stated.unit and is_money(unit) and not money_units(column.label.text):
        return Entry(cell, found.value, token.text, place, UNKNOWN_UNIT)
    value = in_unit(found.value, stated.unit, unit)
    other = stated.unit if value != found.value else ""
    return Entry(cell, value, token.text, place, other, stated.where if other else "")


def cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= RAW_LONGEST else line[:RAW_LONGEST] + "…"


def report_strays(
    reading: TableReading, tokens: Sequence[Token], chain: Sequence[Match], stop: int
) -> None:
    """Figures inside the table that belong to no row of the form: each run or grid row becomes a
    problem.
    """
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
        if any(token.kind == "figure" or LOST in token.text for token in row):
            report_stray(reading, row)


def report_stray(reading: TableReading, tokens: Sequence[Token]) -> None:
    """One run without a row of its own. Under a label that a placed row bears too, neither is
    certain.
    """
    text = cut(" ".join(token.text for token in tokens))
    name = "".join(token.squash for token in tokens if token.kind == "text")
    if COUNTER.fullmatch(name):
        return  # 栏次 1 2 3 …: the columns are numbered
    row = row_named(reading.form, name)
    entries = [reading.entries[cell.id] for cell in reading.form.row_cells(row.id)] if row else []
    if row is not None and any(entry.raw for entry in entries):
        if [token.text for token in tokens if token.is_slot] == [entry.raw for entry in entries]:
            return
        for entry in entries:
            reading.entries[entry.cell] = Entry(entry.cell, None, entry.raw, entry.place)
        raw = cut(" ".join(entry.raw for entry in entries) + " / " + text)
        reading.problems.append(Problem(reading.form.id, row.id, "", raw, LABEL_TWICE))
        return
    reading.problems.append(Problem(reading.form.id, "", "", text, NO_LABEL))


def row_named(form: Form, name: str) -> Row | None:
    """The row whose label a squashed text is, to the letter or with a typo; None where that is not
    certain.
    """
    words = lexicon(form)
    numbers = [
        n
        for n, weight in words.exact.get(name, ())
        if weight >= OWN_WORDING or len(name) >= SHORTEST_BARE
    ]
    if not numbers and SHORTEST_BARE <= len(name) <= LONGEST_LABEL:
        scores = likenesses(name, words)
        best = max(scores)
        numbers = [
            number for number, score in enumerate(scores) if score > best - MARGIN and best >= TYPO
        ]
    boxes = {words.labels[number].box for number in numbers}
    rows = [row for row in form.rows if row.label.box in boxes]
    return rows[0] if len(boxes) == len(rows) == 1 else None


def end_of(
    reading: TableReading, tokens: Sequence[Token], chain: Sequence[Match], stop: int
) -> int:
    """Where the table ends: at the next table if that is near, else after its last grid or its last
    row's figures.
    """
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
