"""Blocks -> title, body, year and day of publication; titles of other reports among the tables."""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date

from gongkai.figures import clean
from gongkai.model import SHEET, Block, Prose

REPORT = re.compile(r"(?:政府)?信息公开.{0,8}(?:年度?报告|年报)|年度?政府信息公开.{0,6}报告")
YEAR = re.compile(r"(20[0-4]\d)(?!\d)\s*年?")
PERIOD = re.compile(r"自\s*(20[0-4]\d)\s*年?\s*0?1\s*月\s*0?1\s*日")
PUBLISHED = re.compile(
    r"(?:发布|公开|发文|成文|更新|生成|印发)?(?:日期|时间)\s*[:：]?\s*[\[【(]?\s*(\d{4})\s*[-年/.]\s*(\d{1,2})\s*[-月/.]\s*(\d{1,2})(?!\d)"
)
DATED_LINE = re.compile(r"[（(\[]?\s*(\d{4})\s*年\s*(\d{1,2})\s*月\s*(\d{1,2})\s*日\s*[）)\]]?")
DATE = re.compile(r"(\d{4})\s*[-年/.]\s*(\d{1,2})\s*[-月/.]\s*(\d{1,2})(?!\d)")
SITE_SUFFIX = re.compile(r"\s*[-_|—–]+\s*")
AGENCY_TAIL = re.compile(r"(?:政府)?信息公开.*$|年度?政府信息公开.*$")
AGENCY_NOISE = re.compile(r"^关于|\s|[《》〈〉“”\"']|20\d\d\s*年?度?|（.*?）|\(.*?\)|[-_|—–:：]+$|的$")
BODY = r"[\u4e00-\u9fff（）()、]{2,30}?"
OPENING = (
    re.compile(rf"本(?:年度)?报告由({BODY})(?:结合|根据|按照|依据|编制|依照|负责)"),
    re.compile(rf"(?:^|[。\n])\s*({BODY})(?:根据|按照|依据|依照)(?:新修订的)?《?中华人民共和国政府信息公开条例"),
)
SOURCE = re.compile(
    r"(?:来源|信息来源|发布机构|发布单位|公开机构|编制机关|制发机关)\s*[:：]\s*([\u4e00-\u9fff（）()]{2,30})"
)
# A sentence, a list, a neighbour in a menu (下一篇：…): no title of this page.
NO_TITLE = re.compile(r"[，。；,;]|根据|编制|目录|指南$|[上下]一[篇条页]|详见|参见")
BODY_ENDINGS = tuple("局委厅部会室院署处所站中心办公司校馆队镇乡街府")
LONGEST_TITLE = 80


def title_of(blocks: Sequence[Block]) -> str:
    """The report's title: a heading that names such a report, else the first short line that does, else the page's.

    A title that begins with the year is completed by the body's name, from another title or the line above it.
    """
    prose = [block for block in blocks if isinstance(block, Prose)]
    heads = [clean(block.text) for block in prose if re.fullmatch(r"h[1-3]", block.heading)]
    lines = [
        clean(line)
        for block in prose
        if not block.heading.startswith(("title", "meta", SHEET))
        for line in block.text.split("\n")
    ]
    named, page, pieces = page_titles(prose)
    candidates = [tidy_title(text) for text in (*heads, *named, *lines, *pieces) if is_title(text)]
    dated = [text for text in candidates if YEAR.search(text)]
    if not candidates:
        return tidy_title(page[0])[:LONGEST_TITLE] if page else ""
    title = (dated or candidates)[0]
    if body_in(title):
        return title
    fuller = [text for text in candidates if text != title and text.endswith(title) and body_in(text)]
    return fuller[0] if fuller else line_above(title, lines) + title


def page_titles(prose: Sequence[Prose]) -> tuple[list[str], list[str], list[str]]:
    """The titles that a page's properties give, its <title>, and the pieces of that between dashes and bars."""
    named = [clean(block.text) for block in prose if block.heading.lower() in ("meta:articletitle", "meta:og:title")]
    page = [clean(block.text) for block in prose if block.heading == "title"]
    return named, page, [piece for text in page for piece in SITE_SUFFIX.split(text)]


def named_titles(blocks: Sequence[Block]) -> list[str]:
    """The titles of reports among a page's own titles, its properties first."""
    named, _, pieces = page_titles([block for block in blocks if isinstance(block, Prose)])
    return [tidy_title(text) for text in (*named, *pieces) if is_title(text)]


def line_above(title: str, lines: Sequence[str]) -> str:
    """The body's name where it stands on a line of its own above the title, else ""."""
    texts = [tidy_title(line) for line in lines if line]
    spot = texts.index(title) if title in texts else 0
    above = texts[spot - 1] if spot else ""
    return above if 2 < len(above) <= 30 and above.endswith(BODY_ENDINGS) and re.fullmatch(BODY, above) else ""


def body_in(title: str) -> str:
    """What a title names besides the year and the kind of report: the body's name or the area's, "" if nothing."""
    return AGENCY_NOISE.sub("", AGENCY_TAIL.sub("", AGENCY_NOISE.sub("", title)))


def is_title(text: str) -> bool:
    if not 8 <= len(text) <= LONGEST_TITLE or text.endswith(("。", "；", ";")) or ">" in text:
        return False
    match = REPORT.search(text)
    return match is not None and not NO_TITLE.search(text)


def tidy_title(text: str) -> str:
    """A title without blanks between ideographs, full-width brackets restored."""
    text = re.sub(r"(?<=[\u4e00-\u9fff\d])\s+(?=[\u4e00-\u9fff])|(?<=[\u4e00-\u9fff])\s+(?=\d)", "", text)
    return re.sub(r"\(([^()]*[\u4e00-\u9fff][^()]*)\)", r"（\1）", text)


def year_of(title: str, text: str) -> int | None:
    """The year reported on: from the title, else from the period sentence even with digits lost; None if neither."""
    match = YEAR.search(title) or PERIOD.search(text)
    return int(match[1]) if match else None


def published_of(blocks: Sequence[Block], lines: Sequence[str]) -> str:
    """The day of publication as an ISO date, "" where the page does not say it.

    A property of the page, else a date that the page calls so, else a date on a line of its own under the title.
    """
    for block in blocks:
        if isinstance(block, Prose) and re.fullmatch(
            r"meta:(?:pubdate|publishdate|publish_?time)", block.heading.lower()
        ):
            match = DATE.search(block.text)
            if match and iso_date(match):
                return iso_date(match)
    for line in lines:
        match = PUBLISHED.search(clean(line)) if "日期" in line or "时间" in line else None
        if match and iso_date(match):
            return iso_date(match)
    texts = [text for line in lines[:200] if (text := clean(line))]
    under = [at + 1 for at, text in enumerate(texts[:-1]) if is_title(text)]
    match = next((found for at in under if (found := DATED_LINE.fullmatch(texts[at]))), None)
    return iso_date(match) if match else ""


def iso_date(match: re.Match[str]) -> str:
    try:
        return date(*(int(part) for part in match.groups()[:3])).isoformat()
    except ValueError:
        return ""


def agency_of(title: str, lines: Sequence[str]) -> str:
    """The body's name: from the title, completed or replaced by the opening sentence, else from 来源."""
    named = body_in(clean(title)) if REPORT.search(title) else ""
    text = "\n".join(clean(line) for line in lines[:400])
    opening = next((match[1] for pattern in OPENING if (match := pattern.search(text))), "")
    if named and (named.endswith(BODY_ENDINGS) or not opening.startswith(named)):
        return named
    source = SOURCE.search(text)
    return opening or named or (source[1] if source else "")
