"""Report -> Publication: what is printed, in its order.

How it looks is no matter here; a text is plain (``wording.plain``) and stands on one line.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal, NamedTuple

from gongkai import bodies, editions, figures
from gongkai.model import Box, Form, Label, LabelKind, Report, Section, Table
from gongkai.recognize.cover.titles import segment_of
from gongkai.wording import REPORT, one_line, plain, prose

REPORT_WORD = "报"
UNKNOWN_BODY, UNKNOWN_YEAR = "（机关待填）", "（年度待填）"
# The notes of 表三 are set in another face: （区分处理的，只计这一情形，不计其他情形）.
NOTED = "applications"
NOTE = re.compile(r"(?<!^)（[^（）]{12,}）$|^（[^（）]{12,}）$")
# A part of a section, as a line of its own or with its text behind: （一）主动公开。全年公开…
PART = re.compile(r"（[一二三四五六七八九十]{1,3}）[^。；：:]{1,24}(?:[。：:]|$)")

CellKind = Literal["figure", "caption", "head", "row"]
KINDS: Mapping[LabelKind, CellKind] = {
    "caption": "caption",
    "head": "head",
    "column": "head",
    "group": "row",
    "row": "row",
}


class PublishedCell(NamedTuple):
    """A label or figure of the form in its box; ``note`` is the end of a label that is set apart,
    ``cell`` the id of a figure: ``（二）部分公开`` and ``（区分处理的，…）``, ``134`` and
    ``applications.granted.natural``.
    """

    box: Box
    kind: CellKind
    text: str
    note: str = ""
    cell: str = ""

    @property
    def whole(self) -> str:
        return self.text + self.note


@dataclass(frozen=True)
class PublishedTable:
    """The cells that begin in each line of the form, left to right."""

    form: Form
    rows: tuple[tuple[PublishedCell, ...], ...]

    def figures(self) -> Iterator[PublishedCell]:
        for row in self.rows:
            for cell in row:
                if cell.cell:
                    yield cell


class PublishedSection(NamedTuple):
    """A section with its official title; its text stands before its table."""

    number: int
    title: str
    paragraphs: tuple[str, ...]
    table: PublishedTable | None


@dataclass(frozen=True)
class Publication:
    """All that is printed. ``title`` has a line or two, ``day`` is 2022年1月20日.

    ``agency``, ``year`` and ``day`` are what the report says; "" and None where it does not.
    ``is_signed``: its last section ends with a signature of its own.
    """

    title: tuple[str, ...]
    agency: str
    year: int | None
    opening: tuple[str, ...]
    sections: tuple[PublishedSection, ...]
    day: str
    draft: bool = False
    is_signed: bool = False

    @property
    def name(self) -> str:
        """The title on one line."""
        return "".join(self.title)

    @property
    def closing(self) -> tuple[str, ...]:
        """What stands below section six: body and day, what of both is known; nothing where section
        six itself ends with a signature.
        """
        if self.is_signed:
            return ()
        return tuple(filter(None, (self.agency, self.day)))

    @property
    def tables(self) -> tuple[PublishedTable, ...]:
        found = []
        for section in self.sections:
            if section.table:
                found.append(section.table)
        return tuple(found)


def publication_of(report: Report, draft: bool = False) -> Publication:
    """What is to be printed of a report; what it lacks is blank (``ready.hindrances`` tells)."""
    sections = []
    for section in editions.edition_of_year(report.year).sections:
        sections.append(published_section(report, section))
    signed = prose.signed(report)
    return Publication(
        title_lines(report),
        one_line(report.agency),
        report.year,
        paragraphs_of(prose.own_text(report, prose.OPENING)),
        tuple(sections),
        prose.day_of(report),
        draft,
        signed.otherwise,
    )


# --- texts ----------------------------------------------------------------------------------------


def title_lines(report: Report) -> tuple[str, ...]:
    """青溪县人民政府 above 2021年政府信息公开工作年度报告.

    The report's own title where it names the same body and year before and in these words, else
    one made of both.
    """
    year = f"{report.year}年" if report.year else UNKNOWN_YEAR
    title = one_line(report.title)
    body, found, rest = title.partition(year)
    named = segment_of(title)
    is_own = found and body and REPORT_WORD in rest and named.agency and named.year == report.year
    if is_own and bodies.may_be_one(named.agency, report.agency):
        return body.strip(), f"{year}{rest.strip()}"
    return one_line(report.agency) or UNKNOWN_BODY, f"{year}{REPORT}"


def paragraphs_of(text: str) -> tuple[str, ...]:
    """The lines that hold something, each without what nobody sees."""
    return tuple(filter(None, map(one_line, plain(text).split("\n"))))


def part_heading(paragraph: str) -> str:
    """（一）主动公开。 of （一）主动公开。全年公开…; "" where a paragraph begins with none."""
    found = PART.match(paragraph)
    return found[0] if found else ""


# --- tables ---------------------------------------------------------------------------------------


def published_section(report: Report, section: Section) -> PublishedSection:
    paragraphs = paragraphs_of(prose.own_text(report, section.number))
    table = None
    if section.table:
        table = published_table(table_of(report, section.table))
    return PublishedSection(section.number, section.title, paragraphs, table)


def table_of(report: Report, name: str) -> Table:
    """The report's own table; the blank one of its year where it has none."""
    if name in report.tables:
        return report.tables[name]
    return editions.blank_table(editions.edition_of_year(report.year).forms[name])


def published_table(table: Table) -> PublishedTable:
    rows: dict[int, list[PublishedCell]] = defaultdict(list)
    for label in table.form.labels:
        rows[label.box.top].append(label_cell(table.id, label))
    for cell in table.form.cells.values():
        text = figures.shown(table.entries[cell.id].value)
        rows[cell.box.top].append(PublishedCell(cell.box, "figure", text, "", cell.id))
    lines = []
    for number in range(1, table.form.size.bottom + 1):
        lines.append(tuple(sorted(rows[number], key=left_edge)))
    return PublishedTable(table.form, tuple(lines))


def left_edge(cell: PublishedCell) -> int:
    return cell.box.left


def label_cell(table: str, label: Label) -> PublishedCell:
    found = NOTE.search(label.text) if table == NOTED else None
    note = found[0] if found else ""
    text = label.text.removesuffix(note)
    return PublishedCell(label.box, KINDS[label.kind], text, note)


def alignment(table: str, cell: PublishedCell) -> str:
    """Figures and heads centred, labels of the lines of 表三 left, captions left, as the blank form
    has them.
    """
    is_left = cell.kind == "caption" or (cell.kind == "row" and table == "applications")
    return "left" if is_left else "center"
