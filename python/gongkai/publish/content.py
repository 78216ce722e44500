"""Report -> Publication: what is printed, in its order, and why it may not be published yet.

How it looks is no matter here; a text is plain (``wording.plain``) and stands on one line.
"""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Literal, NamedTuple

from gongkai.bodies import may_be_one
from gongkai.decisions import is_grave, is_open
from gongkai.editions import edition_of_year
from gongkai.figures import clean, shown, without_blanks
from gongkai.model import Box, Entry, Finding, Form, Label, LabelKind, Report, Section, Table
from gongkai.recognize.cover.titles import segment_of
from gongkai.sums import is_unread
from gongkai.wording import clipped, is_workbook, one_line, plain, some_of, title_of
from gongkai.wording.phrases import where
from gongkai.workbook.fill import opening_of
from gongkai.workbook.live.sentences import TO_FILL, TO_REWRITE

FILL = TO_FILL.rstrip("〕")  # 〔待填〕 and 〔待填：培训次数〕
UNKNOWN_BODY, UNKNOWN_YEAR = "（机关待填）", "（年度待填）"
REPORT = "政府信息公开工作年度报告"
FORMULA = re.compile(r"^=", re.MULTILINE)
ERROR = re.compile(r"#(?:REF!|NAME\?|VALUE!|DIV/0!|N/A|NUM!|NULL!)")  # of a formula
DAY = re.compile(r"\d{4}年\d{1,2}月\d{1,2}日")
LAST = 6  # the number of the last section
MOST_REASONS = 3  # that a refusal names; the others are counted
ADVICE = "请改正，或对确认无误的问题注明理由后忽略，再生成；要先看样稿，请加--draft"
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
    """

    title: tuple[str, ...]
    agency: str
    year: int | None
    opening: tuple[str, ...]
    sections: tuple[PublishedSection, ...]
    day: str
    draft: bool = False

    @property
    def name(self) -> str:
        """The title on one line."""
        return "".join(self.title)

    @property
    def closing(self) -> tuple[str, ...]:
        """What stands below section six: body and day, what of both is known."""
        return tuple(filter(None, (self.agency, self.day)))

    @property
    def tables(self) -> tuple[PublishedTable, ...]:
        found = []
        for section in self.sections:
            if section.table:
                found.append(section.table)
        return tuple(found)


def publication_of(report: Report, draft: bool = False) -> Publication:
    """What is to be printed of a report; what it lacks is blank (``reasons_against`` tells)."""
    sections = []
    for section in edition_of_year(report.year).sections:
        sections.append(published_section(report, section))
    return Publication(
        title_lines(report),
        one_line(report.agency),
        report.year,
        paragraphs_of(opening_of(report)),
        tuple(sections),
        day_text(report.published) or signed_day(report),
        draft,
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
    is_own = found and body and rest and named.agency and named.year == report.year
    if is_own and may_be_one(named.agency, report.agency):
        return body.strip(), f"{year}{rest.strip()}"
    return one_line(report.agency) or UNKNOWN_BODY, f"{year}{REPORT}"


def day_text(published: str) -> str:
    """2022-01-20 -> 2022年1月20日; "" where nobody knows."""
    try:
        day = date.fromisoformat(published)
    except ValueError:
        return ""
    return f"{day.year}年{day.month}月{day.day}日"


def paragraphs_of(text: str) -> tuple[str, ...]:
    """The lines that hold something, each without what nobody sees."""
    return tuple(filter(None, map(one_line, plain(text).split("\n"))))


def part_heading(paragraph: str) -> str:
    """（一）主动公开。 of （一）主动公开。全年公开…; "" where a paragraph begins with none."""
    found = PART.match(paragraph)
    return found[0] if found else ""


# --- tables ---------------------------------------------------------------------------------------


def published_section(report: Report, section: Section) -> PublishedSection:
    paragraphs = paragraphs_of(report.sections.get(section.number, ""))
    if section.number == LAST:
        paragraphs, _ = unsigned(paragraphs, one_line(report.agency))
    table = None
    if section.table:
        table = published_table(table_of(report, section.table))
    return PublishedSection(section.number, section.title, paragraphs, table)


def unsigned(paragraphs: Sequence[str], agency: str) -> tuple[tuple[str, ...], str]:
    """Section six of a document that is signed already without 瑞安市人民政府 and 2022年2月20日 at
    its end, which are printed once; and that day, "" where none stands there.
    """
    whole = tuple(paragraphs)
    if len(whole) > 1 and whole[-2] == agency and DAY.fullmatch(whole[-1]):
        return whole[:-2], whole[-1]
    return (whole[:-1], "") if whole and whole[-1] == agency else (whole, "")


def signed_day(report: Report) -> str:
    _, day = unsigned(paragraphs_of(report.sections.get(LAST, "")), one_line(report.agency))
    return day


def table_of(report: Report, name: str) -> Table:
    """The report's own table; the blank one of its year where it has none."""
    if name in report.tables:
        return report.tables[name]
    form = edition_of_year(report.year).forms[name]
    return Table(form, {cell: Entry(cell, None) for cell in form.cells})


def published_table(table: Table) -> PublishedTable:
    rows: dict[int, list[PublishedCell]] = defaultdict(list)
    for label in table.form.labels:
        rows[label.box.top].append(label_cell(table.id, label))
    for cell in table.form.cells.values():
        text = shown(table.entries[cell.id].value)
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


# --- what stands against it -----------------------------------------------------------------------


def refusal(report: Report, findings: Sequence[Finding]) -> str:
    """The sentence that says why a report may not be published, and what to do; "" where it may.

    没有生成发布稿：年度没有填写；表四没有数据；…；另有2项。请改正，…
    """
    told = hindrances(report, findings)
    return f"没有生成发布稿：{told}。{ADVICE}。" if told else ""


def hindrances(report: Report, findings: Sequence[Finding]) -> str:
    """The first things that stand against it, and how many others do; "" for none."""
    reasons = list(reasons_against(report, findings))
    left = len(reasons) - MOST_REASONS
    more = f"；另有{left}项" if left > 0 else ""
    return "；".join(reasons[:MOST_REASONS]) + more


def reasons_against(report: Report, findings: Sequence[Finding]) -> Iterator[str]:
    if not report.agency:
        yield "机关没有填写"
    if not report.year:
        yield "年度没有填写"
    for section in edition_of_year(report.year).sections:
        yield from missing_in(report, section)
    for mark, told in ((TO_REWRITE, TO_REWRITE), (FILL, TO_FILL)):
        marked = parts_with(report, mark)
        if marked:
            yield f"{some_of(marked, MOST_REASONS)}中还有{told}"
    yield from unread_in(report)
    if has_formulas(report):
        yield "正文中有公式没有计算结果或者出错（请在表格软件中重新计算、改正后保存）"
    for finding in findings:
        if stands_against(finding):
            yield finding.lines[0].rstrip("。")


def has_formulas(report: Report) -> bool:
    """Whether prose shows the error of a formula, or in the file of a workbook the formula itself:
    ="共"&SUM(B4:B5), which no program has calculated. On a page =1+1 is a text.
    """
    told = "\n".join((report.opening, *report.sections.values()))
    of_file = report.document is not None and is_workbook(report)
    return bool(ERROR.search(told) or (of_file and FORMULA.search(told)))


def unread_in(report: Report) -> Iterator[str]:
    """表二 行政许可填“约100”: printed, it would be a blank."""
    for table in report.tables.values():
        for cell in table.form.cells.values():
            entry = table.entries[cell.id]
            if clean(entry.raw) and is_unread(entry, cell.column.unit):
                yield f"{where(table.form, (cell.id,))}填“{clipped(entry.raw)}”，不是数字"


def missing_in(report: Report, section: Section) -> Iterator[str]:
    if section.table:
        if section.table not in report.tables:
            form = edition_of_year(report.year).forms[section.table]
            yield f"{form.number}没有数据"
    elif not paragraphs_of(report.sections.get(section.number, "")):
        yield f"“{section.title}”没有文字"


def parts_with(report: Report, mark: str) -> list[str]:
    """The parts whose text still holds a mark of what a program wrote for the clerk to change."""
    found = []
    if mark in report.title:
        found.append("标题")
    if mark in report.opening:
        found.append("引言")
    for section in edition_of_year(report.year).sections:
        if mark in report.sections.get(section.number, ""):
            found.append(f"“{section.title}”")
    return found


def stands_against(finding: Finding) -> bool:
    """Whether a finding keeps a report from being published: it is grave, or it was, and was set
    aside without a reason.
    """
    if is_open(finding):
        return is_grave(finding)
    decision = finding.decision
    has_reason = decision is not None and bool(decision.reason.strip())
    return finding.severity == "error" and not has_reason


def told_besides(report: Report, findings: Sequence[Finding]) -> list[str]:
    """What whoever publishes has to know: a title that is not the cover's, open warnings."""
    told = []
    printed = "".join(title_lines(report))
    if report.title and without_blanks(printed) != without_blanks(title_of(report)):
        told.append(f"标题印作“{printed}”；封面的标题“{clipped(report.title)}”与机关、年度不同。")
    for finding in findings:
        if is_open(finding) and finding.severity == "warning":
            told.append(f"请核对：{finding.lines[0]}")
    return told


def set_aside(findings: Sequence[Finding]) -> list[tuple[int, Finding]]:
    """(number, finding) of those that were dismissed, as every list numbers them."""
    found = []
    for number, finding in enumerate(findings, 1):
        if not is_open(finding):
            found.append((number, finding))
    return found
