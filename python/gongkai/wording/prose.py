"""A report -> its own prose, as it is printed and compared: what it says before its first section
without what a site wrote there, section six without the signature below it.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date
from typing import NamedTuple

from gongkai import editions, figures, wording
from gongkai.model import Report

OPENING, LAST = 0, 6  # in the place of a section's number: what stands before the first; the last
DAY = re.compile(r"\d{4}年\d{1,2}月\d{1,2}日")
# What a site writes above a report: 发布时间：2023-01-12 09:05 信息来源：…; a day alone.
FURNITURE = re.compile(
    r"(?:日期|时间|来源|索引号|文号|字体|字号|浏览次数|浏览量|点击量|阅读)[:：]|字号|^分享|打印本页"
    rf"|^[（(]?{DAY.pattern}[）)]?$"
)


# A signature on a line of its own: 二〇二二年一月三十日, 2022-01-30, 2022.1.30, 瑞安市2022年1月.
MONTH_OR_DAY = r"(?:\d{1,2}|[一二三四五六七八九十]{1,3})"
SIGNED = re.compile(
    r"[^\d。：:]{0,40}(?:20\d\d|二[〇○ＯO0零一二三四五六七八九]{3})[-年./]"
    rf"{MONTH_OR_DAY}(?:[-月./]{MONTH_OR_DAY}?日?)?"
)
STAMP = re.compile(r"[（(](?:加?盖?公?章|印章?)[）)]")
SIGNER = re.compile(  # 瑞安市人民政府办公室; not 无 nor 联系人张三
    r"[\u4e00-\u9fff（）()·]{3,40}?(?:政府|局|厅|委|会|办|室|处|署|院|部|中心|集团|公司)"
)
YEAR_AND_DAY = re.compile(
    rf"(?P<year>20\d\d|二[〇○ＯO0零一二三四五六七八九]{{3}})[-年./](?P<month>{MONTH_OR_DAY})"
    rf"[-月./](?P<day>{MONTH_OR_DAY})日?"
)
LABELLED = re.compile(r"^(?:发布|成文|落款)?(?:日期|时间)[:：]")
# What was meant for a day: 202年1月31日, 20231月31日, 2023年1月3l日.
MISSPELT = re.compile(r"[^\d。：:]{0,40}\d{2,6}年?\d{0,2}月[\dlIO]{0,3}日?")
YEAR_LETTERS = str.maketrans("〇○ＯO零一二三四五六七八九", "00000123456789")
SEAL_LINES = 3  # over which a name or a day may be broken: 瑞安市 above 人民政府
REST_OF_DAY = re.compile(r"[\d一二三四五六七八九十月日]{1,6}")  # 1月20日 below 2022年
AREA = 2  # letters of a body's name that tell its area
LAST_LINES = 4  # of section six: signer, day, and perhaps whom to ask or send it to


class Signature(NamedTuple):
    """Section six without the lines that sign it, in whatever words: ``signer`` 瑞安市人民政府,
    ``day`` 2022年1月20日 of 二〇二二年一月二十日 or 2022.1.20; "" for what does not stand there.
    """

    text: str
    signer: str
    day: str


class SignedText(NamedTuple):
    """Section six without the signature at its end, and the day that stands there, "" for none;
    ``otherwise`` where a signature in other words stays in the text: an office of the body,
    二〇二二年一月三十日.
    """

    text: str
    day: str
    otherwise: bool = False


def own_text(report: Report, number: int) -> str:
    """A section's text, or what stands before the first (``OPENING``)."""
    if number == OPENING:
        of_site = set(site_lines(report))
        return "\n".join(line for line in opening_lines(report) if line not in of_site)
    if number == LAST:
        return signed(report).text
    return report.sections.get(number, "")


def opening_lines(report: Report) -> list[str]:
    """Without those of the title: 青溪县人民政府, and 2021年政府信息公开工作年度报告 below it."""
    if wording.is_workbook(report):
        return report.opening.split("\n")
    title = figures.without_blanks(report.title)
    return [
        line for line in report.opening.split("\n") if figures.without_blanks(line) not in title
    ]


def site_lines(report: Report) -> list[str]:
    """发布日期：2022-01-20 来源：县政府办 字号：大 中 小. A workbook of ours has none of them."""
    if wording.is_workbook(report):
        return []
    return list(filter(is_of_site, opening_lines(report)))


def is_of_site(line: str) -> bool:
    text = figures.without_blanks(line)
    return "。" not in text and FURNITURE.search(text) is not None


def signed(report: Report) -> SignedText:
    """瑞安市人民政府 and 2022年2月20日 at the end of section six, as they are printed below it, are
    no part of it.
    """
    text = report.sections.get(LAST, "")
    found = signature_of(report)
    agency = figures.without_blanks(report.agency)
    lines = list(map(figures.without_blanks, text.rstrip().split("\n")))
    below = lines[lines_of(found.text) :]
    is_official = below[:1] == [agency] and all(map(DAY.fullmatch, below[1:]))
    if is_official:
        return SignedText(found.text, below[-1] if len(below) > 1 else "")
    last = lines[-LAST_LINES:]
    return SignedText(text, "", bool(below) or agency in last or any(map(is_signing, last)))


def lines_of(text: str) -> int:
    return text.count("\n") + 1 if text else 0


def signature_of(report: Report) -> Signature:
    """Who signs a report below section six, and when, whatever the order of the lines, and on how
    many of them.
    """
    lines = report.sections.get(LAST, "").rstrip().split("\n")
    agency = figures.without_blanks(report.agency)
    signer = day = ""
    while lines:
        taken, who, when = signed_last(lines, agency)
        is_twice = (who and signer) or (when and day)
        if is_twice or not (who or when):
            break
        signer, day = who or signer, when or day
        del lines[-taken:]
    return Signature("\n".join(lines), signer, day)


def signed_last(lines: Sequence[str], agency: str) -> tuple[int, str, str]:
    """How many of the last lines are one of a signature, who signs there, and the day: 3 of 瑞安市,
    人民政府, 办公室.
    """
    for count in range(min(SEAL_LINES, len(lines)), 1, -1):
        parts = list(map(figures.without_blanks, lines[-count:]))
        found = signed_in("".join(parts), agency)
        if is_broken(parts, agency, found[1]):
            return (count, *found)
    return (1, *signed_in(lines[-1], agency)) if lines else (0, "", "")


def is_broken(parts: Sequence[str], agency: str, day: str) -> bool:
    """Whether lines are parts of one: 2022年 and 1月20日; 瑞安市 and 民政局, a name of the area of
    ``agency``. Not 瑞安市人民政府 and 瑞安市教育局, who sign both.
    """
    rest = parts[1:]
    if day:
        return all(map(REST_OF_DAY.fullmatch, rest)) and "年" in parts[0]
    area = agency[:AREA]
    begins = area != "" and parts[0].startswith(area)
    is_name = SIGNER.fullmatch(STAMP.sub("", "".join(parts))) is not None
    return begins and is_name and all(rest) and not any(map(re.compile(area).match, rest))


def signed_in(line: str, agency: str) -> tuple[str, str]:
    """Who signs in a line, and the day, "" for what is not there: 瑞安市人民政府（盖章）,
    瑞安市人民政府 2022年1月20日.
    """
    text = LABELLED.sub("", STAMP.sub("", figures.without_blanks(line)))
    match = YEAR_AND_DAY.search(text) if is_signing(text) else None
    said = text[: match.start()] if match else text
    is_signer = said != "" and (said == agency or SIGNER.fullmatch(said) is not None)
    signer = said if is_signer else ""
    return signer, day_of_match(match) if match else ""


def day_misspelt(report: Report) -> str:
    """The last line of section six where it was meant for a day and is none, "" otherwise."""
    line = signature_of(report).text.rpartition("\n")[2]
    text = LABELLED.sub("", figures.without_blanks(line))
    is_day = is_signing(text) or not text
    return text if not is_day and MISSPELT.fullmatch(text) else ""


def day_of_match(match: re.Match[str]) -> str:
    year = match["year"].translate(YEAR_LETTERS)
    return f"{year}年{number_of(match['month'])}月{number_of(match['day'])}日"


def number_of(text: str) -> int:
    return int(text) if text.isdecimal() else figures.han_number(text)


def headings_printed(report: Report) -> dict[int, str]:
    """Number -> heading of the sections as they stand in a report, without what stands behind in
    the same line, 六、其他需要报告的事项：无; of a workbook of ours those of the form.
    """
    sections = editions.edition_of_year(report.year).sections
    if wording.is_workbook(report):
        return {section.number: section.title for section in sections}
    found = {}
    for number, written in report.headings:
        text = figures.without_blanks(written)
        official = next(section for section in sections if section.number == number)
        begun = filter(text.startswith, (official.title, *official.aliases))
        found[number] = max(begun, key=len, default=text)
    return found


def day_of(report: Report) -> str:
    """The day that stands below a report, 2022年1月20日, else that of its publication; "" where
    nobody knows.
    """
    return signature_of(report).day or day_text(report.published)


def day_text(published: str) -> str:
    """2022-01-20 -> 2022年1月20日; "" where nobody knows."""
    try:
        day = date.fromisoformat(published)
    except ValueError:
        return ""
    return f"{day.year}年{day.month}月{day.day}日"


def is_signing(line: str) -> bool:
    """Whether a line is the day of a signature, perhaps with who signs: 瑞安市2022年1月30日."""
    return SIGNED.fullmatch(figures.without_blanks(line)) is not None
