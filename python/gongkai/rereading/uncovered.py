"""A report and its blocks -> the report whose 表二, which no sum covers, was read a second time.

It alone is read twice whatever the sums say, in a plain way: the figures behind each label.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from operator import itemgetter
from typing import NamedTuple

from gongkai import figures, wording
from gongkai.model import (
    Block,
    Cell,
    Document,
    Entry,
    Grid,
    Place,
    Problem,
    Prose,
    Report,
    Table,
    Value,
)
from gongkai.readers.blocks import PAINTED
from gongkai.recognize.tokenizing import kind_of, squash
from gongkai.rereading.order import hides_figures, lines_of, page_lines, parsed_page
from gongkai.sources.detect import TEXT, decode, identify

UNCOVERED = "disclosure"
TABLE_TAG = re.compile(r"<(/?)table\b", re.IGNORECASE)
TAG = re.compile(r"<[^<>]*>")
OF_UNCOVERED = ("行政许可", "行政处罚")  # stand in 表二 of every edition
LONGEST_TABLE = 400_000  # characters of a page's source
HAS_DIGIT = re.compile(r"\d")
MOST_TABLES = 4  # of a page that are read again
APART_READ = "两种读法不同：按表格的行列读作{}，按文字顺序读作{}，无法确定，未填入；请核对原文"


class Pair(NamedTuple):
    """What the first reading has of a cell, and the text that stands there by the second."""

    cell: Cell
    entry: Entry
    text: str


def with_uncovered_reread(report: Report, blocks: Sequence[Block]) -> Report:
    """The report with those cells of 表二 blank and told that its texts in order give otherwise."""
    table, document = report.tables.get(UNCOVERED), report.document
    if table is None or document is None:
        return report
    rows = rows_of(table)
    sources = uncovered_by_tags(document) or uncovered_by_cells(table, blocks)
    readings = [pairs_of(table, rows, texts) for texts in sources]
    pairs = max(readings, key=agreeing, default=[])
    apart = list(filter(is_apart, pairs))
    is_other_table = 2 * len(apart) >= len(pairs)
    if not apart or is_other_table or is_hidden_from_one(document):
        return report
    entries = dict(table.entries)
    for pair in apart:
        entries[pair.cell.id] = Entry(pair.cell.id, None, pair.entry.raw, pair.entry.place)
    tables = {**report.tables, UNCOVERED: replace(table, entries=entries)}
    return replace(report, tables=tables, problems=(*report.problems, *map(told_apart, apart)))


def agreeing(pairs: Sequence[Pair]) -> int:
    """How many cells both readings have alike."""
    return len(pairs) - sum(map(is_apart, pairs))


def uncovered_by_tags(document: Document) -> list[list[str]]:
    """The texts of each 表二 of a page, in order, by the other parser."""
    if identify(document).format is not TEXT:
        return []
    sources = fragments(decode(document.content, document.charset))
    found: list[list[str]] = []
    for source in sources[:MOST_TABLES]:
        lines = page_lines(parsed_page(source))
        found.append(list(map(figures.fold, lines)))
    return found


def uncovered_by_cells(table: Table, blocks: Sequence[Block]) -> list[list[str]]:
    """A PDF's texts as they were painted; else the cells of the grids from which the table was
    read.
    """
    for block in blocks:
        if isinstance(block, Prose) and block.heading == PAINTED:
            return [block.text.split("\n")]
    read_from = {place.table for place in places_of(table)} - {0}
    texts: list[str] = []
    for block in blocks:
        if isinstance(block, Grid) and block.place.table in read_from:
            texts += lines_of(block)
    return [texts]


def places_of(table: Table) -> list[Place]:
    """Where the entries of a table stand, as far as that is known."""
    return [entry.place for entry in table.entries.values() if entry.place]


def fragments(text: str) -> list[str]:
    """The source of each table of a page that looks like 表二 and holds no other one:
    <table>…</table>.

    Labels are seldom parted by tags (行政<span>许可</span>); only then all tags are taken out to
    look.
    """
    found = [source for source in tables_in(text) if len(source) <= LONGEST_TABLE]
    plain = list(filter(is_uncovered, found))
    return plain or [source for source in found if is_uncovered(TAG.sub("", source))]


def tables_in(text: str) -> Iterator[str]:
    """The source of each table that holds no other one, without its last tag."""
    start = -1
    for tag in TABLE_TAG.finditer(text):
        is_end = tag[1] != ""
        if is_end and start >= 0:
            yield text[start : tag.start()]
        start = -1 if is_end else tag.start()


def is_uncovered(text: str) -> bool:
    return all(label in text for label in OF_UNCOVERED)


def rows_of(table: Table) -> dict[str, str]:
    """Label -> id of each row of 表二."""
    form = table.form
    return {squash(row.label.text): row.id for row in form.rows}


def pairs_of(table: Table, rows: Mapping[str, str], texts: Iterable[str]) -> list[Pair]:
    """The cells of each row that has as many figures behind its label as the first reading found
    there.
    """
    behind = texts_behind(rows, texts)
    pairs: list[Pair] = []
    for row, cells in by_row(table).items():
        stated = behind.get(row, [])
        if len(cells) != len(stated):
            continue
        for cell, text in zip(cells, stated, strict=True):
            pairs.append(Pair(cell, table.entries[cell.id], text))
    return pairs


def texts_behind(rows: Mapping[str, str], texts: Iterable[str]) -> dict[str, list[str]]:
    """Row -> the figures and signs between its label and the next text: 行政许可, 12, 345.

    Of 41 68 nobody knows whether two cells were painted as one run, or one cell stands in two
    lines: {}.
    """
    behind: dict[str, list[str]] = {}
    row: str | None = None
    for text in texts:
        if figures.joined_digits(text) is not None:
            return {}
        kind = kind_of(text)
        if kind == "text" and not HAS_DIGIT.search(text):
            row = rows.get(squash(text))
        elif row and kind != "blank":
            behind.setdefault(row, []).append(text)
    return behind


def by_row(table: Table) -> dict[str, list[Cell]]:
    """Row -> its cells that hold a text, in the order of the source."""
    held: list[tuple[Place, Cell]] = []
    for entry in table.entries.values():
        if entry.place and entry.raw.strip():
            held.append((entry.place, table.form.cells[entry.cell]))
    rows: dict[str, list[Cell]] = {}
    for _, cell in sorted(held, key=itemgetter(0)):
        rows.setdefault(cell.row.id, []).append(cell)
    return rows


def is_apart(pair: Pair) -> bool:
    """122 and 12^2, 13 and 31; not 12 and 12件."""
    entry = pair.entry
    return entry.value is not None and figure_in(entry.raw) != figure_in(pair.text)


def figure_in(text: str) -> tuple[str, Value]:
    unit = "万元" if "元" in text else "件"
    return figures.read_figure(text, unit)[:2]


def told_apart(pair: Pair) -> Problem:
    cell, raw = pair.cell, pair.entry.raw
    why = APART_READ.format(f"“{wording.clipped(raw)}”", f"“{wording.clipped(pair.text)}”")
    return Problem(cell.table, cell.row.id, cell.column.id, raw, why)


def is_hidden_from_one(document: Document) -> bool:
    """Whether the page's styles hide figures, which the second reading takes for seen."""
    if identify(document).format is not TEXT:
        return False
    return hides_figures(decode(document.content, document.charset), document.styles)
