"""Aligned labels + tokens -> the figures of a table whose rows have labels (表二, 表三)."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import NamedTuple

from gongkai import figures, sums, wording
from gongkai.model import Entry, Form, Part, Row, Value
from gongkai.recognize import labelling, tokenizing, typos
from gongkai.recognize.tables import entries, headers, units
from gongkai.recognize.tables.cells import (
    at_columns,
    cells_by_pitch,
    cells_of,
    columns_by_pitch,
    lead,
)
from gongkai.recognize.tables.lines import (
    FoundRow,
    RowLayout,
    full_widths,
    is_listed,
    pitch_of,
    read_line,
    without_others,
)

ENDS_IN_FIGURE = re.compile(r"[^\d\s]\s*\d+\s*$")
LOOK_BACK = 60
LOST = "\ufffd"  # a character that the source does not tell: it may be of a figure
# Weight from which a wording is a label's own, not a piece of it that others share.
OWN_WORDING = 0.95
# Likeness from which a label is taken for another one with a typo, where that only casts doubt.
TYPO = 0.8
FEWEST_LEADS = 2  # rows that write their label's second cell, from which all are taken to
NOT_FOUND_ROW = "没有找到这一行"
NOT_FOUND_COLUMN = "表头中没有找到这一列"
NOT_FOUND_COLUMNS = "表头中没有找到这些列"
EXTRA_COLUMN = "表头中有官方表格没有的列，这一列未填入"
NO_ORDER = "表头的列序与官方表格不同，或表头不完整，无法确定哪一列是它，未填入"
NO_ORDER_MANY = "表头的列序与官方表格不同，或表头不完整，无法确定它们各是哪一列，未填入"
FIGURE_IN_LABEL = "行标签里另有数字，没有填入"
NOTED = "标签后面的说明可能使它成为另一项，请核对是不是官方表格中的这一项"
WRONG_COUNT = "这一行的数字个数与表头的列数不符，无法确定各数字所在的列，未填入"
LABEL_TWICE = "有两行用了这个标签且数字不同，无法确定哪一行是它，未填入"
NO_LABEL = "这一行的标签不在官方表格中，未填入"


class FoundPart(NamedTuple):
    """A part of the form as the source has it: its head, and the rows that were found below it."""

    part: Part
    head: headers.Head
    lines: list[FoundRow]


def place_rows(
    tokens: Sequence[tokenizing.Token],
    chain: Sequence[labelling.Match],
    form: Form,
    stop: int,
    lines_of_units: Sequence[int],
) -> entries.TableReading:
    """Place every figure by the label of its row and the head of its part; what is uncertain goes
    to ``short_rows``.

    ``stop`` is the token at which the next table begins, ``lines_of_units`` the tokens of lines
    that state a unit.
    """
    reading = entries.TableReading(form)
    before = tokens[:stop]
    parts = read_parts(reading, before, chain)
    tell_groups(reading, tokens, chain)
    layout = RowLayout(pitch_of(before, chain), writes_leads(parts), full_widths(before))
    labels = labelling.tokens_of(chain)
    notes = units.note_places(tokens, lines_of_units, chain[0].start, chain[-1].end, labels)
    for found in parts:
        is_sound = is_borne_out(found, form, layout.pitch)
        for line in found.lines:
            state_units(reading, line, found.head, notes)
            is_whole = is_sound and line.certain and is_full(line, layout)
            place_line(reading, line, found.head, layout, is_whole)
    reading.fill_up()
    report_strays(reading, tokens, chain, stop)
    return reading


# --- heads and rows -------------------------------------------------------------------------------


def read_parts(
    reading: entries.TableReading,
    tokens: Sequence[tokenizing.Token],
    chain: Sequence[labelling.Match],
) -> list[FoundPart]:
    """The rows of the form that stand in the source, part by part with their head; what is missing
    becomes a problem. The first part of 表二: 规章 and 行政规范性文件 below 本年制发件数 ….
    """
    form = reading.form
    starts = {form.labels[match.label].box: match for match in chain}
    is_caption = form.labels[chain[0].label].kind not in ("column", "row")
    after = chain[0].start if is_caption else 0
    parts: list[FoundPart] = []
    for part in form.parts:
        lines = []
        matches = []
        lost = []
        for row in part.rows:
            match = starts.get(row.label.box)
            if match is None:
                lost.append(row.id)
            else:
                matches.append(match)
                lines.append(read_line(tokens, match, chain, part, row))
        if matches:
            first = matches[0].start
            above = tokens[max(after, first - LOOK_BACK) : first]
            parts.append(with_head(reading, part, lines, above))
            after = matches[-1].end
        for name in lost:
            reading.tell("", NOT_FOUND_ROW, name)
    return parts


def with_head(
    reading: entries.TableReading,
    part: Part,
    lines: Sequence[FoundRow],
    above: Sequence[tokenizing.Token],
) -> FoundPart:
    head = replace(
        headers.read_head(above, reading.form, part), units=tuple(units.head_places(above))
    )
    kept, head = without_others(lines, head)
    tell_head(reading, part, head)
    return FoundPart(part, head, kept)


def tell_head(reading: entries.TableReading, part: Part, head: headers.Head) -> None:
    """A problem for each column that the form does not have, one for all that are missing, one for
    those whose place is not certain, and one for each label with a note that may turn it:
    2020年总计, 科研机构 lost, 总计（累计）.
    """
    for text in head.strangers.values():
        reading.tell(text, EXTRA_COLUMN)
    moved: list[str] = []
    lost: list[str] = []
    for column in part.columns:
        if column.id not in head.columns:
            names = moved if column.id in head.widths else lost
            names.append(column.id)
    tell_columns(reading, moved, NO_ORDER, NO_ORDER_MANY)
    tell_columns(reading, lost, NOT_FOUND_COLUMN, NOT_FOUND_COLUMNS)
    for name, text in head.doubts:
        reading.tell(text, NOTED, column=name)


def tell_columns(
    reading: entries.TableReading, columns: Sequence[str], one: str, many: str
) -> None:
    if columns:
        reading.tell("", one if len(columns) == 1 else many, column=" ".join(columns))


def tell_groups(
    reading: entries.TableReading,
    tokens: Sequence[tokenizing.Token],
    chain: Sequence[labelling.Match],
) -> None:
    """A problem for each label of a group with a note that may turn it:
    三、本年度办理结果（上半年）.
    """
    for match in chain:
        label = reading.form.labels[match.label]
        text = tokens[match.end - 1].text
        if label.kind == "group" and labelling.doubtful_note(text, label):
            reading.tell(text, NOTED)


def writes_leads(parts: Sequence[FoundPart]) -> bool:
    """Whether rows with a figure write the cells that their merged label covers; of a blank row
    nobody can tell. 其中 over two columns, a blank, and 134 7 0.
    """
    count = 0
    for found in parts:
        columns = len(found.head.columns)
        for line in found.lines:
            if tokenizing.written(line.slots) and lead(line, columns):
                count += 1
    return count >= FEWEST_LEADS


# --- does the head fit the rows? ------------------------------------------------------------------


def is_borne_out(found: FoundPart, form: Form, pitch: int) -> bool:
    """Whether the rows agree with a head that lacks columns or has others: six cells in most rows
    below a head of which 科研机构 is missing, not seven.

    A label may have been lost and not the column; then a row that lost a figure would seem to fit.
    So most rows must have just as many cells as the head has labels, those in other words
    (``strangers``) included, and with strangers, or with columns that are passed over, the sums
    along the rows must hold: a wrong span moves them to where an official column stands.
    """
    part, head, lines = found
    has_others = head.strangers or head.ignored
    if has_others and not sums_hold(found, form):
        return False
    is_short = len(head.columns) < len(part.columns)
    if not is_short and not head.remarks:
        return True
    count = len(head.columns) + len(head.strangers)
    fits = 0
    for line in lines:
        fits += has_cells(line, count, pitch)
    least = 2 if is_short else 1
    return fits >= least and 2 * fits > len(lines)


def has_cells(line: FoundRow, count: int, pitch: int) -> bool:
    if not is_listed(line, pitch):
        return len(line.slots) == count
    start = line.label.place.line
    return cells_by_pitch(line.slots, start, line.next_line, count, pitch) is not None


def sums_hold(found: FoundPart, form: Form) -> bool:
    """Whether, placed by the grid, most rows with figures other than zero satisfy the relation
    along the row: 134 7 0 0 1 1 143, not 134 7 0 0 1 143 1.

    True for a form without such relations.
    """
    values = values_by_grid(found, form)
    has_relations = False
    held = broken = 0
    for relation in form.relations:
        if relation.kind != "across":
            continue
        has_relations = True
        stated, computed = sums.stated_and_computed(relation, values) or (0, 0)
        if stated != computed:
            broken += 1
        elif stated:
            held += 1
    return held > broken or not has_relations


def values_by_grid(found: FoundPart, form: Form) -> Mapping[str, Value]:
    """Cell -> the figure that stands in its column of the grid, or in its order: 134 is that of
    applications.granted.natural.
    """
    values: dict[str, Value] = {}
    columns = found.head.columns
    for line in found.lines:
        in_order = line.slots if len(line.slots) == len(columns) else []
        cells = at_columns(line, found.head) or in_order
        for column, token in zip(columns, cells, strict=False):
            values[f"{form.id}.{line.row.id}.{column}"] = figures.read_figure(token.text).value
    return values


def is_full(line: FoundRow, layout: RowLayout) -> bool:
    """Whether no cell of a row can have been lost."""
    is_only_cell = len(line.part.columns) == len(line.slots) == 1
    return is_only_cell or layout.full.get(line.label.row, True)


# --- figures --------------------------------------------------------------------------------------


def state_units(
    reading: entries.TableReading,
    line: FoundRow,
    head: headers.Head,
    notes: Sequence[units.UnitPlace],
) -> None:
    """Note for each cell of a row what the texts above its part, its label and its section's lines
    say of its unit: 本年收费金额（单位：元）, 行政事业性收费（元）, 注：收费以元为单位.
    """
    money = units.is_money(line.part.columns[-1].unit)
    beside = (*line.slots, *line.passed) if money else ()
    places = [*head.units, *units.label_places(line.label.text, beside), *notes]
    tells = money or units.scaled_note(places)
    if places and tells:
        for column in line.part.columns:
            reading.units[reading.cell(line.row.id, column.id).id] = places


def place_line(
    reading: entries.TableReading,
    line: FoundRow,
    head: headers.Head,
    layout: RowLayout,
    is_whole: bool,
) -> None:
    """Enter the figures of a row: 134 7 0 under 自然人, 商业企业, 科研机构.

    ``is_whole`` is False where cells may have been lost, so that neither order nor grid says what
    the others are.
    """
    reading.used.update(map(id, (*line.slots, *line.passed)))
    tell_label(reading, line)
    chosen = cells_of(line, head, layout) if is_whole and head.columns else None
    if chosen is None:
        leave_open(reading, line, head, layout.pitch)
    elif line.slots or line.label.grid:
        for column, token in zip(head.columns, chosen, strict=True):
            entries.place_figure(reading, reading.cell(line.row.id, column), token)


def tell_label(reading: entries.TableReading, line: FoundRow) -> None:
    text = line.label.text
    if labelling.doubtful_note(text, line.row.label):
        reading.tell(text, NOTED, line.row.id)
    if ENDS_IN_FIGURE.search(text):
        reading.tell(text, FIGURE_IN_LABEL, line.row.id)


def leave_open(
    reading: entries.TableReading, line: FoundRow, head: headers.Head, pitch: int
) -> None:
    """A row whose figures have no certain columns: the relations may tell them, else a problem
    does. Where the head has no columns, one problem speaks for all rows below it.
    """
    row = line.row
    if not line.certain:
        reading.tell(tokenizing.text_of(line.slots), WRONG_COUNT, row.id)
    elif not head.columns:
        return
    elif tokenizing.written(line.slots):
        likely = columns_by_pitch(line, head, pitch)
        reading.short_rows[row.id] = entries.ShortRow(row, head.columns, line.slots, likely)
    else:
        reading.tell(line.label.text, wording.EMPTY_ROW, row.id)


# --- figures without a row ------------------------------------------------------------------------


def report_strays(
    reading: entries.TableReading,
    tokens: Sequence[tokenizing.Token],
    chain: Sequence[labelling.Match],
    stop: int,
) -> None:
    """Figures inside the table that belong to no row of the form: each run or grid row becomes a
    problem. 其中：网上申请 12 3 0, between two rows of the form.
    """
    labels = labelling.tokens_of(chain)
    stray: dict[tuple[int, int], list[tokenizing.Token]] = {}
    run = 0
    for spot in range(chain[0].start, end_of(reading, tokens, chain, stop)):
        token = tokens[spot]
        if spot in labels or id(token) in reading.used:
            run += 1
        else:
            name = (1, token.row) if token.grid else (0, run)
            stray.setdefault(name, []).append(token)
    for row in stray.values():
        if any(map(may_be_lost, row)):
            report_stray(reading, row)


def may_be_lost(token: tokenizing.Token) -> bool:
    return token.kind == "figure" or LOST in token.text


def end_of(
    reading: entries.TableReading,
    tokens: Sequence[tokenizing.Token],
    chain: Sequence[labelling.Match],
    stop: int,
) -> int:
    """Where the table ends: at the next table if that is near, else after its last grid or its last
    row's figures, 四、结转下年度继续办理 1 0 0 0 0 0 1.
    """
    end = chain[-1].end
    last = tokens[end - 1]
    is_near = stop - end < LOOK_BACK and stop < len(tokens)
    if is_near and not last.grid:
        return stop
    while end < stop:
        token = tokens[end]
        may_be_last_row = last.grid > 0 or token.is_slot
        goes_on = may_be_last_row and token.grid == last.grid
        if not goes_on and id(token) not in reading.used:
            break
        end += 1
    return end


def report_stray(reading: entries.TableReading, tokens: Sequence[tokenizing.Token]) -> None:
    """One run without a row of its own. Under a label that a placed row bears too, neither is
    certain: 予以公开 134 7 0, and 予以公开 12 0 0. A row 栏次 1 2 3 … only numbers the columns.
    """
    name = tokenizing.word_of(tokens)
    if headers.COUNTER.fullmatch(name):
        return
    row = row_named(reading.form, name)
    raws = raws_of(reading, row) if row else []
    if row is None or not any(raws):
        reading.tell(tokenizing.text_of(tokens), NO_LABEL)
    elif raws != tokenizing.texts_of(tokenizing.slots_in(tokens)):
        leave_blank(reading, row)
        reading.tell(f"{' '.join(raws)} / {tokenizing.text_of(tokens)}", LABEL_TWICE, row.id)


def raws_of(reading: entries.TableReading, row: Row) -> list[str]:
    return [reading.entries[cell.id].raw for cell in reading.form.row_cells(row.id)]


def leave_blank(reading: entries.TableReading, row: Row) -> None:
    for cell in reading.form.row_cells(row.id):
        entry = reading.entries[cell.id]
        reading.entries[cell.id] = Entry(cell.id, None, entry.raw, entry.place)


def row_named(form: Form, name: str) -> Row | None:
    """The row whose label a squashed text is, to the letter or with a typo; None where that is not
    certain.
    """
    words = labelling.lexicon(form)
    numbers = own_labels(name, words) or like_labels(name, words)
    if len(numbers) != 1:
        return None
    rows = {row.label.box: row for row in form.rows}
    return rows.get(words.labels[numbers[0]].box)


def own_labels(name: str, words: labelling.Lexicon) -> list[int]:
    """The labels that a text is to the letter; not 其他, which several end in."""
    found = []
    for number, weight in words.exact.get(name, ()):
        if weight >= OWN_WORDING or len(name) >= labelling.SHORTEST_BARE:
            found.append(number)
    return found


def like_labels(name: str, words: labelling.Lexicon) -> list[int]:
    """The labels that a text is most like: 予以公幵 is 予以公开, and like nothing else."""
    if not labelling.SHORTEST_BARE <= len(name) <= labelling.LONGEST_LABEL:
        return []
    scores = typos.likenesses(name, words)
    best = max(scores)
    if best < TYPO:
        return []
    found = []
    for number, score in enumerate(scores):
        if score > best - typos.MARGIN:
            found.append(number)
    return found
