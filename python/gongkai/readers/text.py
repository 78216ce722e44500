"""Plain text -> blocks: lines with bars or tabs between cells as grids, all else as prose,
verbatim.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace

from gongkai.figures import read_figure
from gongkai.model import Block, Grid, GridCell, Place, Prose
from gongkai.readers.blocks import CELLS, too_large
from gongkai.readers.typeset import chunks, is_typeset, typeset_blocks

OTHER_BARS = re.compile("[¦│┃║┆┊╎∣‖]")
BAR = re.compile(r"(?<!\\)[|｜]")
SEPARATORS = "|｜\t"
RULE = re.compile(r":?-{2,}:?|:-:?|-:")  # a cell of the line under a Markdown head


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line and its cells, borders among them as blank ones; ``barred`` is False where only tabs
    may part them.
    """

    text: str
    barred: bool
    cells: tuple[str, ...]

    @property
    def bars(self) -> int:
        return len(self.cells) - 1

    @property
    def several(self) -> bool:
        """Whether it has text in more than one cell; one with only bars after its text is a cell on
        its own line.
        """
        return sum(map(bool, self.cells)) > 1


def text_blocks(text: str) -> tuple[Block, ...]:
    """The blocks of a plain text, in order; ``place.line`` is the 1-based first line, a form feed
    ends a line.

    A grid is two or more consecutive lines with text in several cells, or one such line that holds
    a number; lines between them with as many separators belong to it, blank cells and all. Other
    lines, blank ones among them, stay as they are. A single blank line between single rows is
    spacing and goes out. Raises UnreadableDocument beyond the number of cells that a page may have.
    """
    found: list[Block] = []
    for start, chunk in chunks(text):
        blocks = chunk_blocks(chunk)
        tables = sum(isinstance(block, Grid) for block in found)
        found += [placed(block, start, tables) for block in blocks]
    return tuple(found)


def placed(block: Block, start: int, tables: int) -> Block:
    """A block of a part of the text as one of the whole: ``start`` lines and ``tables`` tables
    stand before it.
    """
    place = block.place
    if not (start or tables or place.page):
        return block
    number = place.table + tables if place.table else 0
    line = place.line + start if place.line else 0
    return replace(block, place=place._replace(page=0, table=number, line=line))


def chunk_blocks(text: str) -> tuple[Block, ...]:
    """The blocks of a part that is written in one way."""
    if is_typeset(text):
        return typeset_blocks(text)
    text = OTHER_BARS.sub("|", text)
    separator = separator_of(text)
    if separator:
        return tuple(separated_blocks(text, separator))
    if len(text) > CELLS and sum(map(text.count, SEPARATORS)) > CELLS:
        raise too_large()
    lines = [split_line(line) for line in text.splitlines()]
    return tuple(blocks_of(lines, rows_of(lines)))


def split_line(text: str) -> TextLine:
    parts = BAR.split(text)
    barred = len(parts) > 1
    if not barred:
        parts = text.split("\t")
    return TextLine(text, barred, tuple(part.replace("\\|", "|").strip() for part in parts))


def rows_of(lines: Sequence[TextLine]) -> list[tuple[int, int]]:
    """(start, end) of each run of lines that is a grid, end excluded."""
    found = []
    for start, end in spaced(lines, runs(lines)):
        rows = [line for line in lines[start:end] if line.several]
        if len(rows) > 1 or any(cell.isdecimal() for line in rows for cell in line.cells):
            found.append((start, end))
    return found


def runs(lines: Sequence[TextLine]) -> Iterator[tuple[int, int]]:
    """Stretches of lines with several cells, with those lines beside them that have as many
    separators.
    """
    start = 0
    while start < len(lines):
        end = start
        while end < len(lines) and lines[end].bars and lines[end].barred == lines[start].barred:
            end += 1
        counts = {line.bars for line in lines[start:end] if line.several} - {1}
        first = start
        for at in range(start, end + 1):
            if at == end or not (lines[at].several or lines[at].bars in counts):
                if at > first:
                    yield first, at
                first = at + 1
        start = max(end, start + 1)


def spaced(
    lines: Sequence[TextLine], stretches: Iterator[tuple[int, int]]
) -> list[tuple[int, int]]:
    """Single rows with one blank line between them become one stretch; longer ones stay as they
    are.
    """
    found: list[tuple[int, int]] = []
    single = False
    for start, end in stretches:
        alone = end - start == 1
        if alone and single and start - found[-1][1] == 1 and not lines[start - 1].text.strip():
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
        single = alone
    return found


def blocks_of(lines: Sequence[TextLine], grids: Sequence[tuple[int, int]]) -> Iterator[Block]:
    at = 0
    for table, (start, end) in enumerate([*grids, (len(lines), len(lines))], 1):
        prose = lines[at:start]
        if any(line.text.strip() for line in prose):
            yield Prose(Place(line=at + 1), "", "\n".join(line.text for line in prose))
        if end > start:
            rows = [line for line in lines[start:end] if line.text.strip()]
            if len(rows) * max(len(line.cells) for line in rows) > CELLS:
                raise too_large()
            yield Grid(Place(table=table, line=start + 1), grid_rows(rows), spans=False)
        at = end


def grid_rows(lines: Sequence[TextLine]) -> tuple[tuple[GridCell, ...], ...]:
    """Rows without borders and without the rule under a Markdown head."""
    left, right = has_border(lines, 0), has_border(lines, -1)
    rows: list[tuple[GridCell, ...]] = []
    for line in lines:
        cells = line.cells[left and not line.cells[0] :]
        cells = cells[: len(cells) - (right and not cells[-1])] if cells else cells
        if len(rows) > 1 or not all(RULE.fullmatch(cell) for cell in cells):
            rows.append(tuple(GridCell(cell, column) for column, cell in enumerate(cells)))
    return tuple(rows)


def has_border(lines: Sequence[TextLine], end: int) -> bool:
    """Whether the bar at an end (0 or -1) of the lines is a border. Else it parts off a cell that
    is blank.

    It is one if most lines have it and all that lack it are shorter: a head as long as they are
    shows a column there.
    """
    rows = [line for line in lines if line.several and line.barred]
    edged = [len(line.cells) for line in rows if not line.cells[end]]
    plain = [len(line.cells) for line in rows if line.cells[end]]
    return len(edged) > len(plain) and max(plain, default=0) < max(edged)


# --- values parted by commas, semicolons or tabs --------------------------------------------------

FEWEST_FIELDS, FEWEST_RECORDS = 4, 4
SEPARATING = ",;\t|"
GROUPED = re.compile(r"\d{3}(?:\s+\d.*)?")  # 000 37: the pieces of 8,000 37,000
LONGEST_FIELD = 100  # characters; a longer one is prose
SEPARATOR_LINE = re.compile(r"sep=(.)\s*")  # Excel's own first line


def separator_of(text: str) -> str:
    """What parts the fields of a file that a spreadsheet program wrote, "" for a text that is none.

    Tabs are left to the lines (``runs``) unless fields are quoted: a quoted one may hold the end of
    a line.
    """
    named = SEPARATOR_LINE.fullmatch(text.split("\n", 1)[0])
    if named:
        return named[1]
    candidates = [sign for sign in (",;\t" if '"' in text else ",;") if is_frequent(sign, text)]
    return next((sign for sign in candidates if is_separated(records_of(text, sign))), "")


def is_frequent(sign: str, text: str) -> bool:
    """Whether some lines may be records, before they are looked at one by one."""
    if text.count(sign) < (FEWEST_FIELDS - 1) * FEWEST_RECORDS:
        return False
    return sum(line.count(sign) >= FEWEST_FIELDS - 1 for line in text.split("\n")) >= FEWEST_RECORDS


def records_of(text: str, separator: str) -> list[list[str]]:
    lines = text.splitlines(keepends=True)
    named = bool(lines) and SEPARATOR_LINE.fullmatch(lines[0]) is not None
    try:
        return list(csv.reader(lines[named:], delimiter=separator))
    except csv.Error:
        return []


def is_separated(records: Sequence[Sequence[str]]) -> bool:
    """Whether several records hold a label and figures: 规章,1,0,11."""
    held = [record for record in records if len(record) >= FEWEST_FIELDS and is_record(record)]
    held = [record for record in held if not is_of_other_kind(record)]
    return len(held) >= FEWEST_RECORDS


def is_record(record: Sequence[str]) -> bool:
    states = [read_figure(field).state for field in record]
    if any(len(field) > LONGEST_FIELD for field in record) or sum(map(is_group, record[1:])) > 1:
        return False
    return "unreadable" in states and states[-1] != "unreadable" and "figure" in states


def is_group(field: str) -> bool:
    """000, 000 37: what a comma within figures leaves; 134 may be that too, but not in most fields
    of a row.
    """
    return GROUPED.fullmatch(field.strip()) is not None and (
        " " in field.strip() or field.strip().startswith("0")
    )


def in_other_fields(record: Sequence[str], separator: str) -> Sequence[str]:
    """A line that the separator does not part, as another one parts it: a table with ; or tabs
    below one with commas, whose figures may hold commas (12,345).
    """
    if len(record) != 1 and not is_of_other_kind(record):
        return record
    line = separator.join(record)
    parted = (line.split(sign) for sign in SEPARATING if sign != separator)
    return next(
        (fields for fields in parted if len(fields) >= FEWEST_FIELDS and is_record(fields)), [line]
    )


def is_of_other_kind(record: Sequence[str]) -> bool:
    """Whether tabs or bars stand in the fields: those part the cells of that line."""
    return any("\t" in field or "|" in field for field in record)


def separated_blocks(text: str, separator: str) -> Iterator[Block]:
    """Records of several fields as grids, those of one field as prose between them; a record may be
    of many lines.
    """
    grid: list[tuple[GridCell, ...]] = []
    line, table = 1, 0
    for record in (*records_of(text, separator), []):
        fields = [field.strip() for field in in_other_fields(record, separator)]
        if sum(map(bool, fields)) > 1 or (grid and len(fields) >= FEWEST_FIELDS):
            grid.append(tuple(GridCell(field, column) for column, field in enumerate(fields)))
        else:
            if grid:
                table += 1
                yield Grid(Place(table=table, line=line - len(grid)), tuple(grid), spans=False)
                grid = []
            if any(fields):
                yield Prose(Place(line=line), "", "".join(fields))
        line += 1
