"""sentences.toml and facts -> text; how a message names cells, rows and columns.

Names of rows and columns are the short ones of the editions, each label once: 表三 新收（自然人、
总计）.
"""

from __future__ import annotations

import re
import string
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

from gongkai import figures, wording
from gongkai.model import Cell, Column, Fact, Finding, FindingLines, Form, Row

FILE = Path(__file__).with_name("sentences.toml")
LONGEST = 160  # characters of both lines
CUT = 30  # characters of a text of the source
# {raw:cut} and its like; the last two are those of an earlier version
LENGTHS: Mapping[str, int] = {"cut": CUT, "start": 20, "clip": wording.LONGEST_RAW, "long": 200}
MOST_ROWS = 2  # named in one place
Sentence = Mapping[str, str]


class Listing(NamedTuple):
    """How {names:bodies} tells a list: each item, how many of them, what stands for the others, and
    what stands around them where there is any.
    """

    item: str
    most: int
    more: str = ""
    around: str = "{}"


@cache
def written() -> Mapping[str, Any]:
    return tomllib.loads(FILE.read_text(encoding="utf-8"))


@cache
def sentences() -> Mapping[str, Sentence]:
    return {name: sentence for name, sentence in written().items() if name != "lists"}


@cache
def listings() -> Mapping[str, Listing]:
    return {name: Listing(**listing) for name, listing in written()["lists"].items()}


def fitted(says: str, why: str) -> FindingLines:
    """Cut where both would be longer than two lines of a screen; the second gives way first."""
    says = wording.cut(says, LONGEST)
    room = LONGEST - len(says) - 2
    return says, wording.cut(why, room) if room > 1 else ""


# --- facts as text --------------------------------------------------------------------------------


class SentenceFormatter(string.Formatter):
    """{stated} as a figure, {raw} on one line, {raw:cut} cut, {source:file} the name of a file;
    {names:bodies} a list, by the listing of that name, {names} its items with 、 between them.
    """

    def format_field(self, value: object, format_spec: str) -> str:
        if isinstance(value, tuple):
            return list_text(value, format_spec)
        text = fact_text(value)
        if format_spec == "file":
            return file_text(text)
        return wording.cut(text, LENGTHS[format_spec]) if format_spec else text


def list_text(items: tuple[object, ...], name: str) -> str:
    """(教育局, 公安局, 民政局) -> 教育局、公安局等3个. Of an item that is a tuple itself {0} is the
    first part, {rest} are the others.
    """
    if not name:
        return "、".join(map(str, items))
    if not items:
        return ""
    listing = listings()[name]
    told = []
    for item in items[: listing.most]:
        parts = item if isinstance(item, tuple) else (item,)
        told.append(SentenceFormatter().vformat(listing.item, parts, {"rest": parts[1:]}))
    text = "、".join(told)
    if len(items) > listing.most:
        text += listing.more.format(count=len(items))
    return listing.around.format(text)


def file_text(source: str) -> str:
    """/年报/2020.html -> 2020.html; of an address the start: https://www.ruian.gov.cn/art/202…"""
    if "://" in source:
        return wording.cut(source, CUT)
    return wording.cut(re.split(r"[/\\]", source)[-1], CUT)


def fact_text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, int | Decimal):
        return figures.shown(value)
    return wording.one_line(str(value))


def fill(sentence: str, facts: Mapping[str, Fact]) -> str:
    return SentenceFormatter().vformat(sentence, (), facts)


def facts_of(finding: Finding) -> dict[str, Fact]:
    """The facts of a finding, and what its figures and cells say in a sentence."""
    form = finding.form
    found: dict[str, Fact] = {
        "stated": finding.stated,
        "computed": finding.computed,
        "number": form.number if form else "",
        "where": where(form, finding.cells) if form else "",
    }
    return found | dict(finding.facts)


# --- places ---------------------------------------------------------------------------------------


def where(form: Form, cells: Sequence[str]) -> str:
    """表三 新收（自然人、总计）; of many cells the first: 表三 新收（自然人）等12格."""
    rows: dict[str, list[Cell]] = {}
    for cell_id in cells:
        cell = form.cells[cell_id]
        rows.setdefault(cell.row.id, []).append(cell)
    if not rows:
        return form.number
    if len(rows) > MOST_ROWS:
        first = next(iter(rows.values()))[:1]
        return f"{form.number} {row_text(form, first)}等{len(cells)}格"
    named = [row_text(form, found) for found in rows.values()]
    return f"{form.number} {'、'.join(named)}"


def row_text(form: Form, cells: Sequence[Cell]) -> str:
    """新收（自然人、总计); the row alone where all its cells are meant: 行政许可."""
    row = short_row(cells[0].row)
    if len(cells) == len(form.row_cells(cells[0].row.id)):
        return row
    names = "、".join(short_column(cell.column) for cell in cells)
    return f"{row}（{names}）"


def short_row(row: Row) -> str:
    """一、本年新收政府信息公开申请数量 -> 新收."""
    return row.label.short or wording.row_label(row)


def short_column(column: Column) -> str:
    """本年制发件数 -> 制发."""
    return column.label.short or wording.column_label(column)


def counts_text(cell: Cell) -> str:
    """What a cell counts, and by which article:
    没有现成的信息，须另行加工、分析、制作的。（条例第三十八条）
    """
    articles: list[str] = []
    for said in (cell.row, cell.column):
        if said.source and said.source not in articles:
            articles.append(said.source)
    told = f"{cell.row.counts}{cell.column.counts}"
    return f"{told}（{'；'.join(articles)}）" if articles else told


def subjects_text(subjects: Iterable[str]) -> str:
    """自然人列、总计列; of more than three the first: 自然人列等7处."""
    named = list(dict.fromkeys(subjects))
    if len(named) > MOST_ROWS + 1:
        return f"{named[0]}等{len(named)}处"
    return "、".join(named)
