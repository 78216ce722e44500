"""A report -> findings on what is unlikely though no sum says so, each with its text.

Rules: plausibility.named, a warning; .revised, .rules, .fees, .period, .published, .unwritten,
.sections, .amount, .numbering, notes. One is given only where the text leaves no other reading; a
body whose level the name does not tell and a list that starts anew give none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import date
from decimal import Decimal
from itertools import chain, groupby, islice, pairwise
from typing import NamedTuple

from gongkai import bodies, editions, figures, recognize, wording
from gongkai.bodies import last_day_of, why_no_rules, within
from gongkai.checks.numbering import slips_in
from gongkai.model import Cell, Fact, Finding, Heading, Report, Section, Table
from gongkai.recognize.cover import page, titles, when, who
from gongkai.recognize.tables import units
from gongkai.wording import label_of, phrases, prose, unwritten

FEES = "信息处理费"
PERIOD_WORDS = re.compile(
    r"统计期|统计时|统计周期|统计范围|统计区间|期限|时限|报告期|所列数据|数据统计|统计数据"
)
DAY = (
    r"(?P<year{0}>(?<![\d今本当该上去同全])\d{{0,6}})(?P<mark{0}>年?)(?P<month{0}>\d{{1,2}})"
    r"月(?P<day{0}>\d{{1,2}})日"
)
PERIOD = re.compile(DAY.format(1) + r"起?[，,]?(?:至|到|[-—－~～]{1,3})" + DAY.format(2))
# Words that nothing but the period of the figures is told with; not 公示期限, 办理时限.
OF_FIGURES = re.compile(
    r"统计(?:期|时|周期|范围|区间|起止)|报告期|所列数据|数据统计|统计数据|数据的?(?:起止)?期限"
)
PART_YEAR = re.compile(
    rf"(?:{OF_FIGURES.pattern})[^。；;\n]{{0,20}}?"
    r"(?:[上下]半年|第?[一二三四1-4]季度|前[一二三]个?季度"
    r"|(?P<first>\d{1,2})月(?:份)?(?:至|到|[-—－~～]{1,3})(?P<last>\d{1,2})月(?!\d))"
)
WHOLE_YEAR = [(1, 1), (12, 31)]  # its first and last month and day
# A body that did not exist all the year: its period begins or ends with it.
FOUNDED = re.compile(
    r"(?:成立|设立)(?!.{0,12}(?:小组|专班|机构|机制|专栏))|组建|挂牌|新设|机构改革|撤并|撤销"
)
APART = re.compile(r"(?<=[\d年月日起至到])[ \t\n\u3000\xa0]+(?=[\d年月日起至到])")
DOTTED = re.compile(r"(?<!\d)(20\d\d)[.．/-](\d{1,2})[.．/-](\d{1,2})(?!\d)日?")  # 2022.1.1
LETTERS = re.compile(r"(?<=[年月至到—-])[一二三四五六七八九十]{1,3}(?=[月日])")  # 十二月三十一日
# 202年, 20211年, 2O21年, 2921年, 二〇二年; not 20年来, 200年, 65821202年.
MISSPELT_YEAR = re.compile(
    r"(?<![\d.,，第])(?:20[1-4]|20[0-4]\d\d|2[1-9]\d\d|2[OoQ〇○]\d[\dOolI]|20\d[OolI]|20[OolI]\d)年"
    r"|(?<![〇○零一二三四五六七八九十百千])二[〇○零](?:[一二三四]|[〇○零一二三四五六七八九]{3})年"
)
NUMBER_BRACKETS = str.maketrans("[]［］【】()（）", "〔〕〔〕〔〕〔〕〔〕")
LEAD = 60  # characters before a period in which it is said to be that of the figures
SENTENCE = re.compile(r"[^。；;\n]+")
CLAUSE = re.compile(r"(?:[^，,]|(?<=\d)[，,](?=\d{3}))+")
BOOKS = re.compile(r"《[^《》]*》")
COLLECTED = re.compile(r"收取|收缴|实收|征收|收到|入库")
NOT_COLLECTED = re.compile(r"未|没有|无|不|免|退|标准|超过|以上|每[件页张]")
GOES_ON = ("实际", "共", "合计", "累计", "总计", "其中", "已")
SENT = "发出|发放|发送|送达|出具|开具|制发|下达|作出"
NOTICES = re.compile(
    rf"(?:{SENT})[^，,\d]{{0,12}}(?P<figure>\d{{1,6}})\s?[份件个次张][^，,\d]{{0,24}}收费通知"
    rf"|(?:{SENT})[^，,\d]{{0,24}}收费通知书?[^，,\d]{{0,6}}(?P<after>\d{{1,6}})\s?[份件个次张]"
    rf"|(?P<none>(?:未|没有|无)(?:曾)?(?:{SENT}|产生)过?[^，,\d]{{0,24}}收费通知)"
)
LEAST_UNREAD = 200  # characters of prose without a section's heading; a note on a table has fewer
MOST_PARTS = 3  # of a report that are named
MOST_SLIPS = 10  # of numbering that are told
UNPAID = "applications.other_unpaid.total"


def check_plausibility(report: Report) -> list[Finding]:
    """Findings, in the order of the report: whether it is in force, changes not accepted, another
    body or year, period, day of publication, marks left, sections, rules, amounts, fees,
    numbering.
    """
    return [
        *check_in_force(report),
        *check_revised(report),
        *check_title(report),
        *check_named(report),
        *check_period(report),
        *check_published(report),
        *check_unwritten(report),
        *check_sections(report),
        *check_rules(report),
        *check_amounts(report),
        *check_fees(report),
        *islice(check_numbering(report.sections), MOST_SLIPS),
    ]


def note(rule: str, says: str, **facts: Fact) -> Finding:
    return Finding(rule, "note", says, facts=facts)


# --- another body or year -------------------------------------------------------------------------


def check_in_force(report: Report) -> Iterator[Finding]:
    """A workbook's title that says that it is no report in force: （征求意见稿）. Of a page the
    reading has told it.
    """
    if wording.is_workbook(report):
        for problem in recognize.warned(report.title, ""):
            told = {"quoted": problem.raw}
            yield Finding("plausibility.named", "warning", "draft", facts=told)


def check_revised(report: Report) -> Iterator[Finding]:
    """Changes in a document that nobody has accepted: what was checked is what they would make."""
    if report.revised:
        told = wording.revised_text(report.revised, "校验")
        yield note("plausibility.revised", "", texts=told)


def check_title(report: Report) -> Iterator[Finding]:
    """The title on a workbook's cover that names another body or year than the cover does."""
    named = titles.segment_of(wording.one_line(report.title))
    agency = named.agency or report.agency
    is_other = named.year not in (None, report.year) or not bodies.may_be_one(agency, report.agency)
    is_other |= bodies.body(agency).kind != bodies.body(report.agency).kind  # 办公室 beside 政府
    if wording.is_workbook(report) and report.agency and report.year and is_other:
        told = {"quoted": report.title, "agency": report.agency, "year": str(report.year)}
        yield Finding("plausibility.named", "warning", "title", facts=told)


def check_named(report: Report) -> Iterator[Finding]:
    """The body and year that a report's own words name, against those that it is of: 本报告由平阳县
    民政局编制, 现公布2022年…年度报告 in a report of 瑞安市民政局 for 2021; who signs it.
    """
    if report.agency:
        yield from bodies_named(report)
    yield from notice_named(report)
    yield from years_misspelt(report)
    if report.year is not None and not told_with_year(report):
        yield from years_named(report)


def bodies_named(report: Report) -> Iterator[Finding]:
    """Who compiles, publishes or signs a report by its own words, and cannot be its body."""
    ending = report.sections.get(prose.LAST, "").rstrip().split("\n")
    last = ending[-prose.LAST_LINES :]
    others = who.others_named(report.agency, report.opening, last)
    for other in others or who.others_asked(report.agency, report.opening):
        told = {"quoted": other.sentence, "other": other.name, "agency": report.agency}
        yield Finding("plausibility.named", "warning", "agency", facts=told)


def notice_named(report: Report) -> Iterator[Finding]:
    """国办公开办函〔2019〕60号 in the opening of a report with the tables of 2021, and not the one
    that these are of.
    """
    edition = editions.edition_of_year(report.year)
    used = {table.edition for table in report.tables.values()}
    opening = figures.without_blanks(report.opening).translate(NUMBER_BRACKETS)
    if report.year is None or used != {edition.name} or edition.circular in opening:
        return
    for name, other in editions.all_editions().items():
        if name != edition.name and other.circular in opening:
            told = {"quoted": other.circular, "own": edition.circular}
            yield Finding("plausibility.named", "warning", "notice", facts=told)


def years_named(report: Report) -> Iterator[Finding]:
    for said in when.years_mentioned(page.tidy_text(report.opening)):
        if said.year != report.year:
            told = {"quoted": said.sentence, "other": str(said.year), "year": str(report.year)}
            yield Finding("plausibility.named", "warning", "year", facts=told)


def years_misspelt(report: Report) -> Iterator[Finding]:
    """A year with a slip of the pen in title or prose: 202年新收申请…. What the period, the
    signature and a workbook's title have of them is told with these.
    """
    signed = prose.day_misspelt(report)
    title = "" if wording.is_workbook(report) else report.title
    for text in (title, report.opening, *report.sections.values()):
        plain = APART.sub("", text)
        periods = [match.span() for match in PERIOD.finditer(plain)]
        for match in MISSPELT_YEAR.finditer(plain):
            clause = clause_around(plain, match)
            is_of_period = any(first <= match.start() < end for first, end in periods)
            is_told = is_of_period and PERIOD_WORDS.search(text) is not None
            if not is_told and figures.without_blanks(clause) != signed:
                told = {"quoted": clause, "year": match[0]}
                yield Finding("plausibility.named", "warning", "spelt", facts=told)


def clause_around(text: str, match: re.Match[str]) -> str:
    """202年新收申请455件 of …。202年新收申请455件，办结…."""
    before = re.split(r"[。；;，,\n]", text[max(0, match.start() - LEAD) : match.start()])[-1]
    behind = re.split(r"[。；;，,\n]", text[match.start() : match.end() + LEAD])[0]
    return before + behind


# --- period ---------------------------------------------------------------------------------------


def check_period(report: Report) -> list[Finding]:
    """The period of the figures, as the opening or section one says it, against the year of the
    title.
    """
    found: list[Finding] = []
    year = None if told_with_year(report) else report.year
    for text in (report.opening, report.sections.get(1, "")):
        if PERIOD_WORDS.search(text):
            plain = DOTTED.sub(r"\1年\2月\3日", APART.sub("", in_digits(text)))
            found += periods_wrong(plain, year)
            found += part_years(plain, year)
    return found


def in_digits(text: str) -> str:
    """二〇二一年一月一日 -> 2021年1月1日."""
    return LETTERS.sub(lambda match: str(figures.han_number(match[0])), titles.with_digits(text))


def part_years(plain: str, year: int | None) -> Iterator[Finding]:
    """统计期限为2021年上半年, 统计期限为2021年1月至11月; not 1月至12月."""
    for match in PART_YEAR.finditer(plain):
        months = match["first"], match["last"]
        is_whole = months[0] is not None and tuple(map(int, months)) == (1, 12)
        if year is not None and not is_whole and not is_of_new_body(plain, match):
            told = {"quoted": match[0], "year": str(year)}
            yield note("plausibility.period", "days", **told)


def is_of_new_body(plain: str, match: re.Match[str]) -> bool:
    """Whether the sentence of a period, or one just before it, tells that the body is new: 本局于
    2021年3月8日组建.
    """
    around = plain[max(0, match.start() - 2 * LEAD) : match.end() + LEAD]
    return FOUNDED.search(around) is not None


def periods_wrong(plain: str, year: int | None) -> Iterator[Finding]:
    """统计期限为2020年1月1日至2020年12月31日 in a report for 2021; none of a period that no word
    says to be that of the figures.
    """
    for match in PERIOD.finditer(plain):
        lead = re.split(r"[。；;]", plain[max(0, match.start() - LEAD) : match.start()])[-1]
        wrong = what_is_wrong(match, year) if PERIOD_WORDS.search(lead) else None
        if wrong and wrong.says == "days" and not is_of_figures(plain, match, lead):
            wrong = None
        if wrong:
            quoted = re.split(r"[，,：:\n]", lead)[-1] + match[0]
            told = {"quoted": quoted, "other": wrong.year, "year": str(year)}
            yield note("plausibility.period", wrong.says, **told)


def is_of_figures(plain: str, match: re.Match[str], lead: str) -> bool:
    """Whether a period within the year is that of the figures, and of a body that was there all the
    year: 统计期限为…, not 公示期限为3月1日至3月10日.
    """
    return OF_FIGURES.search(lead) is not None and not is_of_new_body(plain, match)


class WrongPeriod(NamedTuple):
    """digits: a year lacks a digit or has too many; year: it is another one, ``year``; days: it
    does not go from 1 January to 31 December.
    """

    says: str
    year: str = ""


def what_is_wrong(match: re.Match[str], year: int | None) -> WrongPeriod | None:
    """Why a period is not that of a report for ``year``; None where it is, or leaves the year out:
    20211月1日 lacks its 年, 2020年1月1日 is of another year than 2021.
    """
    days: list[tuple[int, int]] = []
    for side in ("1", "2"):
        digits, mark, month = match.group(f"year{side}", f"mark{side}", f"month{side}")
        is_alone = not mark and len(digits + month) <= 2  # 12月31日
        if is_alone:
            month = digits + month
        elif not mark or not is_year(digits):
            return WrongPeriod("digits")
        elif year is not None and int(digits) != year:
            return WrongPeriod("year", digits)
        days.append((int(month), int(match[f"day{side}"])))
    return None if year is None or days == WHOLE_YEAR else WrongPeriod("days")


def is_year(digits: str) -> bool:
    """2021; neither 20211 nor 1021."""
    return len(digits) == 4 and int(digits) // 100 == 20


# --- day of publication ---------------------------------------------------------------------------


def check_published(report: Report) -> Iterator[Finding]:
    """The day of publication, and that below the report, against the end of the year, and against
    the law's last day for such a body.
    """
    year = report.year
    if year is None or told_with_year(report):
        return
    slip = prose.day_misspelt(report)
    if slip:
        yield note("plausibility.published", "odd", day=slip)
    for day in days_of(report):
        if not prose.day_text(day):
            yield note("plausibility.published", "odd", day=day)
        elif day < f"{year}-12-01":
            yield note("plausibility.published", "early", day=day, year=str(year))
        elif is_far(report, day, year):
            yield note("plausibility.published", "far", day=day, year=str(year))
        else:
            yield from published_late(report, day, year)


def days_of(report: Report) -> list[str]:
    """2022-01-20 of the cover or page and of 2022年1月20日 below section six, each once."""
    days = dict.fromkeys((report.published, signed_day(report)))
    return list(filter(None, days))


def signed_day(report: Report) -> str:
    """2022-01-20 of 二〇二二年一月二十日; 2022-02-30 too, which is no day."""
    numbers = re.findall(r"\d+", prose.signature_of(report).day)
    return "{}-{:0>2}-{:0>2}".format(*numbers) if numbers else ""


def is_far(report: Report, day: str, year: int) -> bool:
    """Whether a day is not in the year after the report's, where the clerk wrote it; a site gives a
    page the day on which it was put up again, which is not to come.
    """
    is_own = wording.is_workbook(report) or day == signed_day(report)
    is_to_come = day > date.today().isoformat()
    return day >= f"{year + 2}" and (is_own or is_to_come)


def published_late(report: Report, day: str, year: int) -> Iterator[Finding]:
    """2022-02-10 for a department, whose last day is 2022-01-31; a year later and more, a page was
    put up again.
    """
    last = last_day_of(report.agency)
    if not last:
        return
    limit = f"{year + 1}-{last[0]:02}-{last[1]:02}"
    if not limit < day < f"{year + 2}{limit[4:]}":
        return
    kind = "一级政府" if last == within.GOVERNMENTS_DAY else "政府部门"
    facts = {"day": day, "limit": limit, "agency": report.agency, "kind": kind}
    yield note("plausibility.published", "late", **facts)


def told_with_year(report: Report) -> bool:
    """Whether what contradicts the year is told with it."""
    return any(problem.row == "year" and not problem.table for problem in report.problems)


# --- sections -------------------------------------------------------------------------------------


def check_sections(report: Report) -> list[Finding]:
    sections = editions.edition_of_year(report.year).sections
    return [*missing_sections(report, sections), *misplaced_sections(report.headings, sections)]


def missing_sections(report: Report, sections: Sequence[Section]) -> Iterator[Finding]:
    """One note on the prose sections that are missing while others are there, or on prose without
    any heading of a section, which nobody has read; a lone table or sheet has none.
    """
    lost = []
    for item in sections:
        if not item.table and item.number not in report.sections:
            lost.append(f"“{item.title}”")
    if not report.headings and len("".join(report.left_out)) >= LEAST_UNREAD:
        yield note("plausibility.sections", "unread", heading=sections[0].title)
    elif lost and report.sections:
        told = {"titles": "".join(lost), "titles_former": "和".join(lost)}
        yield note("plausibility.sections", "missing", **told)


def misplaced_sections(
    headings: Sequence[Heading], sections: Sequence[Section]
) -> Iterator[Finding]:
    """A note on the first section out of order and on each heading with the number of another
    section.
    """
    for part in ordered_parts(headings, sections):
        yield from first_turned(part)
    yield from misnumbered(headings)


def ordered_parts(
    headings: Sequence[Heading], sections: Sequence[Section]
) -> Sequence[Sequence[Heading]]:
    """Headings that are to follow each other: all, or those of prose and those of tables.

    Sheets of a workbook hold the prose together and the tables together, which is no order.
    """
    numbers: set[int] = set()
    for section in sections:
        if section.table:
            numbers.add(section.number)
    prose: list[Heading] = []
    tables: list[Heading] = []
    runs = 0
    for is_table, run in groupby(headings, key=lambda heading: heading.section in numbers):
        part = tables if is_table else prose
        part += run
        runs += 1
    return [prose, tables] if runs <= 2 else [headings]


def first_turned(part: Sequence[Heading]) -> Iterator[Finding]:
    """三、收到和处理政府信息公开申请情况 before 二、主动公开政府信息情况."""
    for one, other in pairwise(part):
        if one.section > other.section:
            yield note("plausibility.sections", "order", one=one.text, other=other.text)
            return


def misnumbered(headings: Sequence[Heading]) -> Iterator[Finding]:
    """四、存在的主要问题及改进情况, which is section five."""
    for heading in headings:
        number, own = heading.text.strip()[:1], figures.in_han(heading.section)
        if number in "一二三四五六七八九" and number != own:
            told = {"heading": heading.text, "own": own, "written": number}
            yield note("plausibility.sections", "number", **told)


# --- what is still to be written ------------------------------------------------------------------


def check_unwritten(report: Report) -> Iterator[Finding]:
    """A note on the marks that are left, 〔待改写〕 in 引言 and “一、总体情况”, and one on each
    part in which something else is: 培训××次.
    """
    texts = unwritten.parts_of(report)
    marked = unwritten.parts_marked(texts)
    if marked:
        parts = dict.fromkeys(chain.from_iterable(marked.values()))
        named = wording.some_of(list(parts), MOST_PARTS)
        yield note("plausibility.unwritten", "", parts=named, marks="、".join(marked))
    for part, left in unwritten.left_in(texts, wording.is_workbook(report)):
        quoted = [f"“{wording.clipped(text)}”" for text in left]
        told = wording.some_of(quoted, wording.MOST_LOST)
        yield note("plausibility.unwritten", "left", part=part, texts=told)


# --- rules ----------------------------------------------------------------------------------------


def check_rules(report: Report) -> list[Finding]:
    """A note on 规章 that a body without the power to make any states: 县教育局 has 12 made."""
    table = report.tables.get("disclosure")
    if table is None:
        return []
    filled = rules_filled(table)
    why = why_no_rules(report.agency) if filled else ""
    if not why:
        return []
    form = table.form
    cells: dict[str, str] = {}
    for cell in filled:
        cells[cell.id] = (
            f"{figures.shown(report.value(cell.id))}（{phrases.short_column(cell.column)}）"
        )
    facts: dict[str, Fact] = {
        "figures": tuple(cells.values()),
        "agency": report.agency,
        "kind": why,
        "normative": form.row_cells("normative")[0].row.label.text,
    }
    return [Finding("plausibility.rules", "note", "", tuple(cells), facts=facts, form=form)]


def rules_filled(table: Table) -> list[Cell]:
    """The cells of the row 规章 with a figure above zero that counts what the body made itself."""
    columns = ("made", "repealed", "valid") if table.edition != "2019" else ("made",)
    filled = []
    for cell in table.form.row_cells("rules"):
        if cell.column.id in columns and (table.values.get(cell.id) or 0) > 0:
            filled.append(cell)
    return filled


# --- amounts --------------------------------------------------------------------------------------


def check_amounts(report: Report) -> Iterator[Finding]:
    """A note on an amount under 万元 that a body of its level never has: it may be in 元."""
    for table in report.tables.values():
        for cell, entry in table.entries.items():
            unit = table.form.cells[cell].column.unit
            if entry.value and units.is_money(unit) and units.is_beyond(entry.value, report.agency):
                told = {"value": f"{figures.shown(entry.value)}{unit}"}
                yield Finding(
                    "plausibility.amount", "note", "", (cell,), facts=told, form=table.form
                )


# --- fees -----------------------------------------------------------------------------------------


def check_fees(report: Report) -> list[Finding]:
    """What section six says of fees collected and notices sent against the applications of table
    three.
    """
    text = report.sections.get(6, "")
    if FEES not in text and "收费通知" not in text:
        return []
    found = []
    collected = next(clauses_collected(text), "")
    if collected and has_no_applications(report):
        found.append(note("plausibility.fees", "collected", clause=collected))
    return found + unpaid_notes(report, text)


def unpaid_notes(report: Report, text: str) -> list[Finding]:
    """More applications were ended for a fee that was not paid than notices of it were sent:
    逾期未按收费通知要求缴纳费用 is 3, and 共发出收费通知2份.
    """
    unpaid = report.value(UNPAID)
    notices = notices_in(text)
    if notices is None or not unpaid:
        return []
    clause, sent = notices
    if unpaid <= sent:
        return []
    form = report.tables["applications"].form
    facts: dict[str, Fact] = {
        "unpaid": unpaid,
        "clause": clause,
        "sent": sent,
        "label": label_of(form.cells[UNPAID]),
    }
    cells = (UNPAID,)
    return [Finding("plausibility.fees", "note", "unpaid", cells, facts=facts, form=form)]


def has_no_applications(report: Report) -> bool:
    """Whether 新收, 上年结转 and 办结 are all 0, none of them blank."""
    rows = ("new", "carried_in", "handled")
    return all(report.value(f"applications.{row}.total") == 0 for row in rows)


def clauses_collected(text: str) -> Iterator[str]:
    """The clauses that state an amount of the fee as collected, not zero."""
    for sentence in SENTENCE.findall(text):
        about = False
        for clause in CLAUSE.findall(sentence):
            plain = BOOKS.sub("", clause)
            about = about or FEES in plain or "收费通知" in plain
            if about and says_collected(plain):
                yield clause.strip()


def says_collected(clause: str) -> bool:
    """收取信息处理费2400元; 实际收取2400元, of a sentence on the fee; not 未收取信息处理费."""
    if FEES not in clause and not clause.strip().startswith(GOES_ON):
        return False
    if not COLLECTED.search(clause) or NOT_COLLECTED.search(clause):
        return False
    amount = figures.AMOUNT.search(clause)
    return amount is not None and Decimal(re.sub("[,，]", "", amount["figure"])) != 0


def notices_in(text: str) -> tuple[str, int] | None:
    """The clause on notices of fees and how many were sent; None where the text says none or
    several.
    """
    found: list[re.Match[str]] = []
    for sentence in SENTENCE.findall(text):
        found += NOTICES.finditer(BOOKS.sub("", sentence))
    if len(found) != 1:
        return None
    said = found[0]
    return said[0], 0 if said["none"] else int(said["figure"] or said["after"])


# --- numbering ------------------------------------------------------------------------------------


def check_numbering(sections: Mapping[int, str]) -> Iterator[Finding]:
    for number, text in sorted(sections.items()):
        for slip in slips_in(text):
            told = {"before": slip.before, "after": slip.after, "missing": slip.missing}
            yield note("plausibility.numbering", slip.kind, section=figures.in_han(number), **told)
