"""A report -> notes on what is unlikely though no sum says so, each with its text.

Rules: plausibility.rules, .fees, .period, .published, .sections, .numbering. A note is given only
where the text leaves no other reading; a body whose level the name does not tell and a list that
starts anew give none.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import islice, pairwise

from gongkai.bodies import last_day_of, why_no_rules
from gongkai.bodies.within import GOVERNMENTS_DAY
from gongkai.checks.numbering import in_han, slips_in
from gongkai.editions import edition_of_year
from gongkai.figures import AMOUNT, shown
from gongkai.model import Finding, Heading, Report, Section
from gongkai.wording import clipped, label_of, one_line

FEES = "信息处理费"
PERIOD_WORDS = re.compile(
    r"统计期|统计时|统计周期|统计范围|统计区间|期限|时限|报告期|所列数据|数据统计|统计数据"
)
DAY = (
    r"(?P<year{0}>(?<![\d今本当该上去同全])\d{{0,6}})(?P<mark{0}>年?)(?P<month{0}>\d{{1,2}})"
    r"月(?P<day{0}>\d{{1,2}})日"
)
PERIOD = re.compile(DAY.format(1) + r"起?[，,]?(?:至|到|[-—－~～]{1,3})" + DAY.format(2))
APART = re.compile(r"(?<=[\d年月日起至到])[ \t\n\u3000\xa0]+(?=[\d年月日起至到])")
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
MOST_SLIPS = 10
LONGEST_START = 20


def check_plausibility(report: Report) -> list[Finding]:
    """Notes, in the order of the report: period, day of publication, sections, rules, fees,
    numbering.
    """
    return [
        *check_period(report),
        *check_published(report),
        *check_sections(report),
        *check_rules(report),
        *check_fees(report),
        *islice(check_numbering(report.sections), MOST_SLIPS),
    ]


def note(rule: str, message: str, cells: tuple[str, ...] = ()) -> Finding:
    return Finding(rule, "note", message, cells)


# --- period ---------------------------------------------------------------------------------------


def check_period(report: Report) -> list[Finding]:
    """The period of the figures, as the opening or section one says it, against the year of the
    title.
    """
    found = []
    year = None if told_with_year(report) else report.year
    for text in (report.opening, report.sections.get(1, "")):
        plain = APART.sub("", text) if PERIOD_WORDS.search(text) else ""
        for match in PERIOD.finditer(plain):
            lead = re.split(r"[。；;]", plain[max(0, match.start() - LEAD) : match.start()])[-1]
            why = PERIOD_WORDS.search(lead) and what_is_wrong(match, year)
            if why:
                quoted = re.split(r"[，,：:\n]", lead)[-1] + match[0]
                found.append(note("plausibility.period", f"“{clipped(quoted)}”{why}；请核对原文。"))
    return found


def what_is_wrong(match: re.Match[str], year: int | None) -> str:
    """Why a period is not that of a report for ``year``; "" where it is, or leaves the year out."""
    for side in ("1", "2"):
        digits, mark = match[f"year{side}"], match[f"mark{side}"]
        if not mark and len(digits + match[f"month{side}"]) <= 2:
            continue  # 12月31日
        if not mark or len(digits) != 4 or int(digits) // 100 != 20:
            return "中的年份缺字或多字"
        if year is not None and int(digits) != year:
            return f"中的{int(digits)}年，与报告的年度{year}年不同"
    return ""


# --- day of publication ---------------------------------------------------------------------------


def check_published(report: Report) -> Iterator[Finding]:
    """The day of publication against the end of the year, and against the law's last day for such a
    body.
    """
    day, year = report.published, report.year
    if not day or year is None or told_with_year(report):
        return
    if day < f"{year}-12-01":
        yield note(
            "plausibility.published", f"发布日期{day}早于{year}年度结束；请核对发布日期和年度。"
        )
        return
    last = last_day_of(report.agency)
    limit = f"{year + 1}-{last[0]:02}-{last[1]:02}" if last else ""
    if not last or not limit < day < f"{year + 2}{limit[4:]}":
        return  # a year later and more, a page was put up again
    kind = "一级政府" if last == GOVERNMENTS_DAY else "政府部门"
    text = f"发布日期{day}晚于规定的{limit}（{clipped(report.agency)}是{kind}）"
    yield note("plausibility.published", f"{text}；网页的日期也可能是重新发布的日期，请核对。")


def told_with_year(report: Report) -> bool:
    """Whether what contradicts the year is told with it."""
    return any(problem.row == "year" and not problem.table for problem in report.problems)


# --- sections -------------------------------------------------------------------------------------


def check_sections(report: Report) -> list[Finding]:
    sections = edition_of_year(report.year).sections
    return [*missing_sections(report, sections), *misplaced_sections(report.headings, sections)]


def missing_sections(report: Report, sections: Sequence[Section]) -> Iterator[Finding]:
    """One note on the prose sections that are missing while others are there; a lone table or sheet
    has none.
    """
    lost = [
        f"“{item.title}”"
        for item in sections
        if not item.table and item.number not in report.sections
    ]
    if lost and report.sections:
        yield note(
            "plausibility.sections",
            f"没有找到{'和'.join(lost)}一节；请核对是否漏写，或标题与规定的写法相差太远。",
        )


def misplaced_sections(
    headings: Sequence[Heading], sections: Sequence[Section]
) -> Iterator[Finding]:
    """A note on the first section out of order and on each heading with the number of another
    section.

    Sheets of a workbook hold the prose together and the tables together, which is no order.
    """
    tables = {section.number for section in sections if section.table}
    kinds = [heading.section in tables for heading in headings]
    apart = sum(1 for one, other in pairwise(kinds) if one != other) <= 1
    parts = (
        [[h for h in headings if (h.section in tables) == kind] for kind in (False, True)]
        if apart
        else [headings]
    )
    for part in parts:
        turned = next(
            ((one, other) for one, other in pairwise(part) if one.section > other.section), None
        )
        if turned:
            one, other = (clipped(heading.text) for heading in turned)
            yield note(
                "plausibility.sections", f"“{one}”排在“{other}”之前，与规定的次序不同；请核对。"
            )
    for heading in headings:
        number, own = heading.text.strip()[:1], in_han(heading.section)
        if number in "一二三四五六七八九" and number != own:
            yield note(
                "plausibility.sections",
                f"“{clipped(heading.text)}”应是第{own}节，编号写成了{number}；请核对。",
            )


# --- rules ----------------------------------------------------------------------------------------


def check_rules(report: Report) -> list[Finding]:
    table = report.tables.get("disclosure")
    if table is None:
        return []
    form = table.form
    columns = ("made", "repealed", "valid") if table.edition != "2019" else ("made",)
    filled = [
        cell
        for cell in form.row_cells("rules")
        if cell.column.id in columns and (report.value(cell.id) or 0) > 0
    ]
    why = why_no_rules(report.agency) if filled else ""
    if not why:
        return []
    told = "、".join(
        f"{shown(report.value(cell.id))}（{label_of(cell).rpartition('·')[2]}）" for cell in filled
    )
    normative = next(row.label.text for row in form.rows if row.id == "normative")
    message = (
        f"{form.number} 规章 填了{told}，但{clipped(report.agency)}属于{why}，没有规章制定权；"
        f"请核对是否应填在“{normative}”一行。"
    )
    return [note("plausibility.rules", message, tuple(cell.id for cell in filled))]


# --- fees -----------------------------------------------------------------------------------------


def check_fees(report: Report) -> list[Finding]:
    """What section six says of fees collected and notices sent against the applications of table
    three.
    """
    text = report.sections.get(6, "")
    if FEES not in text and "收费通知" not in text:
        return []
    found = []
    received = [
        report.value(f"applications.{row}.total") for row in ("new", "carried_in", "handled")
    ]
    collected = next(clauses_collected(text), "")
    if collected and received == [0, 0, 0]:
        found.append(
            note(
                "plausibility.fees",
                (
                    f"第六节写有收费“{clipped(collected)}”，但表三的新收、结转和办理的申请都是0件；"
                    f"请核对。"
                ),
            )
        )
    unpaid = report.value("applications.other_unpaid.total")
    sent = notices_in(text)
    if sent and unpaid and unpaid > sent[1]:
        table = report.tables["applications"]
        label = label_of(table.form.cells["applications.other_unpaid.total"])
        message = (
            f"表三 {label} 填{shown(unpaid)}，多于第六节“{clipped(sent[0])}”"
            f"所说的收费通知{sent[1]}份；请核对。"
        )
        found.append(note("plausibility.fees", message, ("applications.other_unpaid.total",)))
    return found


def clauses_collected(text: str) -> Iterator[str]:
    """The clauses that state an amount of the fee as collected, not zero."""
    for sentence in SENTENCE.findall(text):
        about = False
        for clause in CLAUSE.findall(sentence):
            plain = BOOKS.sub("", clause)
            about = about or FEES in plain or "收费通知" in plain
            own = FEES in plain or plain.strip().startswith(GOES_ON)
            amount = AMOUNT.search(plain)
            said = about and own and COLLECTED.search(plain) and not NOT_COLLECTED.search(plain)
            if said and amount and Decimal(re.sub("[,，]", "", amount["figure"])):
                yield clause.strip()


def notices_in(text: str) -> tuple[str, int] | None:
    """The clause on notices of fees and how many were sent; None where the text says none or
    several.
    """
    found = [
        match
        for sentence in SENTENCE.findall(text)
        for match in NOTICES.finditer(BOOKS.sub("", sentence))
    ]
    if len(found) != 1:
        return None
    return found[0][0], 0 if found[0]["none"] else int(found[0]["figure"] or found[0]["after"])


# --- numbering ------------------------------------------------------------------------------------


def check_numbering(sections: Mapping[int, str]) -> Iterator[Finding]:
    for number, text in sorted(sections.items()):
        for slip in slips_in(text):
            what = {"gap": f"缺{slip.missing}", "again": "编号重复", "back": "编号倒退"}[slip.kind]
            told = f"“{start_of(slip.before)}”之后是“{start_of(slip.after)}”，{what}"
            yield note(
                "plausibility.numbering", f"第{in_han(number)}节的编号不连续：{told}；请核对。"
            )


def start_of(line: str) -> str:
    plain = one_line(line)
    return plain if len(plain) <= LONGEST_START else f"{plain[: LONGEST_START - 1]}…"
