"""Plain text -> blocks: lines with bars or tabs between cells as grids, all else as prose.

What is prose stays verbatim.
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import groupby
from operator import attrgetter

from gongkai.figures import read_figure
from gongkai.model import Block, Grid, GridCell, Place, Prose
from gongkai.readers.blocks import CELLS, too_large
from gongkai.readers.typeset import PARTED, chunks, is_typeset, typeset_blocks

OTHER_BARS = re.compile("[¦│┃║┆┊╎∣‖]")
BAR = re.compile(r"(?<!\\)[|｜]")
SEPARATORS = "|｜\t"
RULE = re.compile(r":?-{2,}:?|:-:?|-:")  # a cell of the line under a Markdown head


LineSpan = tuple[int, int]  # of lines: from the first up to, not with, the second


@dataclass(frozen=True, slots=True)
class TextLine:
    """A line and its cells, borders among them as blank ones.

    ``sign`` is what parts them, a bar or a tab; "" for a line of one cell.
    """

    text: str
    sign: str
    cells: tuple[str, ...]

    @property
    def bars(self) -> int:
        return len(self.cells) - 1

    @property
    def several(self) -> bool:
        """Whether it has text in more than one cell.

        One with only bars after its text is a cell on its own line.
        """
        return sum(map(bool, self.cells)) > 1


def text_blocks(text: str) -> tuple[Block, ...]:
    """The blocks of a plain text, in order.

    ``place.line`` is the 1-based first line, a form feed ends a line.

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
    table, line = moved(place.table, tables), moved(place.line, start)
    return replace(block, place=place._replace(page=0, table=table, line=line))


def moved(number: int, by: int) -> int:
    """A number that counts from 1, further on; 0, which counts nothing, stays."""
    if not number:
        return 0
    return number + by


def chunk_blocks(text: str) -> tuple[Block, ...]:
    """The blocks of a part that is written in one way."""
    if is_typeset(text):
        return typeset_blocks(text)
    text = OTHER_BARS.sub("|", text)
    separator = separator_of(text)
    if separator:
        return tuple(separated_blocks(text, separator))
    refuse_many(text)
    lines = [split_line(line) for line in text.splitlines()]
    return tuple(blocks_of(lines, rows_of(lines)))


def refuse_many(text: str) -> None:
    if len(text) > CELLS and sum(map(text.count, SEPARATORS)) > CELLS:
        raise too_large()


def split_line(text: str) -> TextLine:
    """规章 | 2 | 0 -> (规章, 2, 0); where no bar stands tabs part the cells."""
    sign, parts = "|", BAR.split(text)
    if len(parts) == 1:
        sign, parts = "\t", text.split("\t")
    if len(parts) == 1:
        sign = ""
    cells = [part.replace("\\|", "|").strip() for part in parts]
    return TextLine(text, sign, tuple(cells))


def rows_of(lines: Sequence[TextLine]) -> list[LineSpan]:
    """The stretches of lines that are grids."""
    found = []
    for start, end in spaced(lines, runs(lines)):
        rows = several_of(lines[start:end])
        if len(rows) > 1 or any(map(has_number, rows)):
            found.append((start, end))
    return found


def several_of(lines: Iterable[TextLine]) -> list[TextLine]:
    return [line for line in lines if line.several]


def has_number(line: TextLine) -> bool:
    return any(map(str.isdecimal, line.cells))


def runs(lines: Sequence[TextLine]) -> Iterator[LineSpan]:
    """Stretches of lines with several cells, with those lines beside them that have as many
    separators: | | | below 规章 | 2 | 0 |.
    """
    start = 0
    for sign, parted in groupby(lines, key=attrgetter("sign")):
        end = start + len(list(parted))
        if sign:
            yield from runs_within(lines, start, end)
        start = end


def runs_within(lines: Sequence[TextLine], start: int, end: int) -> Iterator[LineSpan]:
    counts = {line.bars for line in several_of(lines[start:end])} - {1}
    first = start
    for at in range(start, end):
        is_row = lines[at].several or lines[at].bars in counts
        if is_row:
            continue
        if at > first:
            yield first, at
        first = at + 1
    if end > first:
        yield first, end


def spaced(lines: Sequence[TextLine], stretches: Iterator[LineSpan]) -> list[LineSpan]:
    """Single rows with one blank line between them become one stretch; longer ones stay."""
    found: list[LineSpan] = []
    single = False
    for start, end in stretches:
        alone = end - start == 1
        if single and alone and is_spacing(lines[found[-1][1] : start]):
            found[-1] = (found[-1][0], end)
        else:
            found.append((start, end))
        single = alone
    return found


def is_spacing(between: Sequence[TextLine]) -> bool:
    """Whether one blank line stands between two rows."""
    return len(between) == 1 and not between[0].text.strip()


def blocks_of(lines: Sequence[TextLine], grids: Sequence[LineSpan]) -> Iterator[Block]:
    """The grids with their numbers, and what stands before and between them and at the end."""
    at = 0
    for table, (start, end) in enumerate(grids, 1):
        yield from prose_of(lines, at, start)
        yield grid_of(lines, start, end, table)
        at = end
    yield from prose_of(lines, at, len(lines))


def prose_of(lines: Sequence[TextLine], start: int, end: int) -> Iterator[Prose]:
    text = "\n".join(line.text for line in lines[start:end])
    if text.strip():
        yield Prose(Place(line=start + 1), "", text)


def grid_of(lines: Sequence[TextLine], start: int, end: int, table: int) -> Grid:
    rows = [line for line in lines[start:end] if line.text.strip()]
    width = max(len(line.cells) for line in rows)
    if len(rows) * width > CELLS:
        raise too_large()
    return Grid(Place(table=table, line=start + 1), grid_rows(rows), spans=False)


def grid_rows(lines: Sequence[TextLine]) -> tuple[tuple[GridCell, ...], ...]:
    """Rows without borders and without the rule under a Markdown head."""
    borders = list(filter(partial(has_border, lines), (0, -1)))
    rows: list[tuple[GridCell, ...]] = []
    for line in lines:
        cells = list(line.cells)
        for end in borders:
            if cells and not cells[end]:
                del cells[end]
        is_rule = len(rows) < 2 and all(map(RULE.fullmatch, cells))
        if not is_rule:
            rows.append(row_of(cells))
    return tuple(rows)


def row_of(texts: Sequence[str]) -> tuple[GridCell, ...]:
    return tuple(GridCell(text, column) for column, text in enumerate(texts))


def has_border(lines: Sequence[TextLine], end: int) -> bool:
    """Whether the bar at an end (0 or -1) of the lines is a border.

    Else it parts off a cell that is blank.

    It is one if most lines have it and all that lack it are shorter: a head as long as they are
    shows a column there.
    """
    lengths: dict[bool, list[int]] = {True: [], False: []}  # of lines with and without it
    for line in several_of(lines):
        if line.sign == "|":
            is_edged = line.cells[end] == ""
            lengths[is_edged].append(len(line.cells))
    edged, plain = lengths[True], lengths[False]
    return len(edged) > len(plain) and max(plain, default=0) < max(edged)


# --- values parted by commas, semicolons or tabs --------------------------------------------------

FEWEST_FIELDS, FEWEST_RECORDS = 4, 4  # fields of a line, and such lines, of a text that is a table
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
    signs = [",", ";"]
    if '"' in text:
        signs.append("\t")
    for sign in signs:
        if is_frequent(sign, text) and is_separated(records_of(text, sign)):
            return sign
    return ""


def is_frequent(sign: str, text: str) -> bool:
    """Whether some lines may be records, before they are looked at one by one."""
    fewest = FEWEST_FIELDS - 1
    if text.count(sign) < fewest * FEWEST_RECORDS:
        return False
    long = 0
    for line in text.split("\n"):
        if line.count(sign) >= fewest:
            long += 1
    return long >= FEWEST_RECORDS


def records_of(text: str, separator: str) -> list[list[str]]:
    lines = text.splitlines(keepends=True)
    first = "".join(lines[:1])
    if SEPARATOR_LINE.fullmatch(first):
        del lines[0]
    try:
        return list(csv.reader(lines, delimiter=separator))
    except csv.Error:
        return []


def is_separated(records: Iterable[Sequence[str]]) -> bool:
    """Whether several records hold a label and figures: 规章,1,0,11."""
    held = 0
    for record in records:
        if is_record(record) and not is_of_other_kind(record):
            held += 1
    return held >= FEWEST_RECORDS


def is_record(record: Sequence[str]) -> bool:
    """规章,1,0,11: a label first, or somewhere, and a figure or a blank last."""
    longest = max(map(len, record), default=0)
    groups = sum(map(is_group, record[1:]))
    if len(record) < FEWEST_FIELDS or longest > LONGEST_FIELD or groups > 1:
        return False
    states = [read_figure(field).state for field in record]
    is_of_both = {"unreadable", "figure"}.issubset(states)
    return is_of_both and states[-1] != "unreadable"


def is_group(field: str) -> bool:
    """000, 000 37: what a comma within figures leaves.

    134 may be that too, but not in most fields of a row.
    """
    plain = field.strip()
    if not GROUPED.fullmatch(plain):
        return False
    return " " in plain or plain.startswith("0")


def in_other_fields(record: Sequence[str], separator: str) -> Sequence[str]:
    """A line that the separator does not part, as another one parts it: a table with ; or tabs
    below one with commas, whose figures may hold commas (12,345).
    """
    if len(record) != 1 and not is_of_other_kind(record):
        return record
    line = separator.join(record)
    for sign in SEPARATING.replace(separator, ""):
        fields = line.split(sign)
        if is_record(fields):
            return fields
    return [line]


def is_of_other_kind(record: Sequence[str]) -> bool:
    """Whether tabs or bars stand in the fields: those part the cells of that line."""
    return any(map(PARTED.search, record))


def separated_blocks(text: str, separator: str) -> Iterator[Block]:
    """Records of several fields as grids, those of one field as prose between them.

    A record may be of many lines.
    """
    rows: list[tuple[GridCell, ...]] = []
    table = 1
    for line, record in enumerate((*records_of(text, separator), []), 1):
        fields = list(map(str.strip, in_other_fields(record, separator)))
        filled = sum(map(bool, fields))
        goes_on = bool(rows) and len(fields) >= FEWEST_FIELDS
        if filled > 1 or goes_on:
            rows.append(row_of(fields))
            continue
        if rows:
            yield Grid(Place(table=table, line=line - len(rows)), tuple(rows), spans=False)
            rows = []
            table += 1
        if filled:
            yield Prose(Place(line=line), "", "".join(fields))
