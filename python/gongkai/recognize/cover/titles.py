"""Texts -> which of them is the title of a report; the body and the year that a title names."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence

from gongkai.figures import clean
from gongkai.model import SHEET, Block, Link, Prose, Segment
from gongkai.recognize.cover.names import BODY_ENDINGS, name_of

REPORT = re.compile(
    r"(?:政府)?信息公开.{0,8}(?:年度?报告|年报)|年度?(?:政府)?信息公开.{0,6}报告"
    r"|信息公开.{0,8}报告(?=[(（]20)"
)
YEAR = re.compile(r"(20[0-4]\d)(?!\d)(?!\s*年第\d)(?!\s*[-年/.]\s*\d{1,2}\s*[-月/.])\s*年?")
SCHOOL_YEAR = re.compile(r"学年|20\d\d\s*[-—–－~至]+\s*20\d\d")
NUMERAL_YEAR = re.compile(
    r"(二[〇○零ОO0])([〇○零ОO0一二三四五六七八九])([〇○零ОO0一二三四五六七八九])(?=年)"
)
NUMERALS = str.maketrans("〇○零ОO一二三四五六七八九", "00000123456789")
SECTION = re.compile(r"一\s*[、.]\s*(?:总体|概述|概况|基本|工作|情况|20\d\d)|^\s*一\s*[、.]")
SITE_SUFFIX = re.compile(r"\s*[-_|—–]+\s*")
AGENCY_TAIL = re.compile(r"(?:政府)?信息公开(?!.*信息公开).*$")
# Brackets are no part of a name, （2021年度）, but with an area in them:
# 苏州高新区（虎丘区）教育局.
AGENCY_NOISE = re.compile(
    r"^关于|[【\[〔][^】\]〕]{0,6}[】\]〕]|\s|[《》〈〉“”\"']|20\d\d\s*年?度?|"
    r"(?<!中国)（(?!\w{2,6}[区县市]）).*?）|(?<!中国)\(.*?\)|[-_|—–:：]+$|的$"
)
# 金统发〔2025〕2号: the number of a document, before its title.
DOCUMENT_NUMBER = re.compile(r"[\u4e00-\u9fff]{1,8}[〔\[(（]20\d\d[〕\])）]第?\d+号")
# A sentence, a list, a neighbour in a menu (下一篇：…): no title of this page.
NO_TITLE = re.compile(
    r"[，。；,;>]|^附件?\d*[:：]|\d{5}|索引号|主题词|根据|编制|目录|指南$|[上下]一[篇条页]|详见|参见"
)
# 政府信息公开工作年度报告（2023）——舟山市定海区气象局
BEHIND = re.compile(
    r"^(?:.{0,3}年?度?)?(?:政府)?信息公开.{0,8}(?:报告|年报)[（(\s)）]*[-—–_]+\s*"
    r"([\u4e00-\u9fff（）]{3,})$"
)
# 十堰市人民政府办公室关于印发十堰市2022年…报告的通知: the notice is the office's, the report is
# not.
ISSUED = re.compile(r"^.*关于(?:印发|发布|公布|公开|转发|做好)")
NAMED = re.compile(r"^(?:(?:文件|信息|文章)?(?:标\s*题|名\s*称)|题\s*名)(?:\s*[:：]\s*|\s+)")
BLANK_WITHIN = re.compile(
    r"(?<=[\u4e00-\u9fff\d])\s+(?=[\u4e00-\u9fff])|(?<=[\u4e00-\u9fff])\s+(?=\d)"
)
SPACED = re.compile(r"[^ ](?: [^ ]){3,}", re.DOTALL)  # 桐 城 市
NARROW_BRACKETS = re.compile(r"\(([^()]*[\u4e00-\u9fff][^()]*)\)")
SHORTEST_TITLE, LONGEST_TITLE = 8, 80  # characters
BODY_ALONE = re.compile(  # a line above a title
    rf"(?=[\u4e00-\u9fff（）()、]{{3,30}}$).*(?:{'|'.join(BODY_ENDINGS)})"
)
HEADING = re.compile(r"title|h[1-3]")
TITLE_PROPERTIES = ("articletitle", "og:title")
ONLY_YEAR = re.compile(r"[（(]?20[0-4]\d年?度?[）)]?")


def title_of(blocks: Sequence[Block]) -> str:
    """The report's title: a heading that names such a report, else the first short line that does,
    else the page's.

    A title without a body is completed by the body's name, from another title or the line above it.
    A link to another report is no title, unless there is none besides.
    """
    prose = prose_of(blocks)
    candidates = title_texts(blocks, prose)
    if candidates:
        first = next(filter(year_in, candidates), candidates[0])
        return with_body(first, candidates, text_lines(prose))
    page = own_titles(prose)
    return tidy_title(page[0])[:LONGEST_TITLE] if page else ""


def prose_of(blocks: Sequence[Block]) -> list[Prose]:
    found = []
    for block in blocks:
        if isinstance(block, Prose):
            found.append(block)
    return found


def links_of(blocks: Iterable[Block], *kinds: str) -> Iterator[Link]:
    """The links of some kinds: link, frame, image."""
    for block in blocks:
        if isinstance(block, Link) and block.kind in kinds:
            yield block


def title_texts(blocks: Sequence[Block], prose: Sequence[Prose]) -> list[str]:
    """All texts that are titles: of headings, properties, lines, the page's own title; links only
    where all are.
    """
    lines = text_lines(prose)
    first = first_section(lines)
    shown = lines[first_title(lines, prose) : first]
    above = (*headings(prose), *titles_in_properties(prose), *shown, *pieces_of(own_titles(prose)))
    every = titles_among(above) or titles_among(lines[first:])  # below stand those of other reports
    linked = set(map(tidy_title, link_texts(blocks)))
    unlinked = []
    for text in every:
        if text not in linked:
            unlinked.append(text)
    return unlinked or every


def first_section(lines: Sequence[str]) -> int:
    """The line that begins the first section: 一、总体情况."""
    for at, line in enumerate(lines):
        if SECTION.search(line):
            return at
    return len(lines)


def titles_among(texts: Iterable[str]) -> list[str]:
    return list(filter(is_title, map(tidy_title, filter(may_be_title, texts))))


def may_be_title(text: str) -> bool:
    """信 息 公 开 stands in every title, with blanks or without: most lines of a document need no
    closer look.
    """
    return "公" in text and "开" in text


def headings(prose: Sequence[Prose]) -> list[str]:
    found = []
    for block in prose:
        if block.heading in ("h1", "h2", "h3"):
            found.append(clean(block.text))
    return found


def first_title(lines: Sequence[str], prose: Sequence[Prose]) -> int:
    """The line of the first heading that is a title, 0 where none is: what stands before is of the
    site, a menu or the head of a column.
    """
    heads = headings(prose)
    for at, line in enumerate(lines):
        if line in heads and is_title(tidy_title(line)):
            return at
    return 0


def with_body(title: str, candidates: Sequence[str], lines: Sequence[str]) -> str:
    """A title completed by the body's name, where another title or the line above it has that:
    青溪县教育局 above 2021年政府信息公开工作年度报告.
    """
    if body_in(title):
        return title
    for text in candidates:
        goes_on = text.endswith(title) and text != title
        if goes_on and body_in(text):
            return text
    return line_above(title, lines) + title


def link_texts(blocks: Sequence[Block]) -> set[str]:
    """The texts of a page's links: neighbours in a menu or a list."""
    return {clean(link.text) for link in links_of(blocks, "link")}


def text_lines(prose: Sequence[Prose]) -> list[str]:
    """The lines of all prose but titles and properties of the page."""
    lines: list[str] = []
    for block in prose:
        if is_shown(block):
            lines += map(clean, block.text.split("\n"))
    return lines


def is_shown(block: Prose) -> bool:
    """Whether a text stands on the page; its own title, its properties and a worksheet's name do
    not.
    """
    return not block.heading.startswith(("title", "meta", SHEET))


def titles_in_properties(prose: Sequence[Prose]) -> list[str]:
    """The titles that a page's properties give: ArticleTitle, og:title."""
    found = []
    for block in prose:
        if property_of(block) in TITLE_PROPERTIES:
            found.append(clean(block.text))
    return found


def own_titles(prose: Sequence[Prose]) -> list[str]:
    """A page's <title>."""
    found = []
    for block in prose:
        if block.heading == "title":
            found.append(clean(block.text))
    return found


def pieces_of(titles: Sequence[str]) -> list[str]:
    """The pieces between dashes and bars: 瑞安市2021年…年度报告-瑞安市人民政府 has two."""
    pieces: list[str] = []
    for title in titles:
        pieces += SITE_SUFFIX.split(title)
    return pieces


def property_of(block: Prose) -> str:
    """meta:Article_Title -> articletitle; "" for a text that is no property."""
    kind, _, name = block.heading.lower().partition(":")
    return name.replace("_", "") if kind == "meta" else ""


def named_titles(blocks: Sequence[Block]) -> list[str]:
    """The titles of reports among a page's own titles, its properties first."""
    prose = prose_of(blocks)
    texts = (*titles_in_properties(prose), *pieces_of(own_titles(prose)))
    return list(filter(is_title, map(tidy_title, texts)))


def line_above(title: str, lines: Sequence[str]) -> str:
    """The body's name where it stands on a line of its own above the title, else "".

    青溪县教育局 above 2021年政府信息公开工作年度报告.
    """
    texts = ["", *map(tidy_title, filter(None, lines))]
    above = texts[texts.index(title) - 1] if title in texts else ""
    is_body = BODY_ALONE.fullmatch(above) and name_of(above)
    return above if is_body else ""


def body_in(title: str) -> str:
    """What a title names besides the year and the kind of report: the body's name or the area's, ""
    if nothing.
    """
    text = ISSUED.sub("", title_without_year(title))
    behind = BEHIND.search(text)
    if behind:
        return AGENCY_NOISE.sub("", behind[1])
    before = AGENCY_TAIL.sub("", AGENCY_NOISE.sub("", text))
    found = AGENCY_NOISE.sub("", before)
    found = found.removesuffix("年度").removesuffix("年").removesuffix("关于")
    return f"{found}政府" if found.endswith("人民") else found


def segment_of(title: str) -> Segment:
    """The report that a title names, as far as it does."""
    agency = body_in(clean(title)) if REPORT.search(title) else ""
    return Segment("report", title, agency, year_in(title))


def is_of_a_report(title: str) -> bool:
    """Whether a title speaks of a report, be it in words of its own: 2014年信息公开工作的报告."""
    return REPORT.search(title) is not None or ("信息公开" in title and "报告" in title)


def year_of_page(blocks: Sequence[Block]) -> int | None:
    """The year of the report that a page says it is, by its own title, a property or a heading,
    2021 of 瑞安市2021年政府信息公开年报; None for a page of none, or of several.
    """
    for block in prose_of(blocks):
        is_heading = HEADING.fullmatch(block.heading) or property_of(block) in TITLE_PROPERTIES
        title = clean(block.text)
        year = year_in(title)
        if is_heading and year and is_of_a_report(title):
            return year
    return None


def title_without_year(title: str) -> str:
    return re.sub(r"20[0-4]\d\s*年?度?", "", with_digits(title))


def year_in(title: str) -> int | None:
    """The one year that a title names: 2021年…, 二〇二一年…, （2021年度）; None for none or
    several.
    """
    years = set(map(int, YEAR.findall(with_digits(title))))
    if len(years) != 1 or SCHOOL_YEAR.search(title):
        return None
    return years.pop()


def with_digits(text: str) -> str:
    """二〇二一年 -> 2021年."""
    return NUMERAL_YEAR.sub(in_digits, text)


def in_digits(year: re.Match[str]) -> str:
    return year[0].translate(NUMERALS)


def is_title(text: str) -> bool:
    """瑞安市2021年政府信息公开工作年度报告; not 下一篇：…年度报告, nor a sentence."""
    if not SHORTEST_TITLE <= len(text) <= LONGEST_TITLE:
        return False
    return REPORT.search(text) is not None and not NO_TITLE.search(text)


def tidy_title(text: str) -> str:
    """A title without blanks between ideographs, full-width brackets restored: 桐 城 市 2 0 2 1 年
    -> 桐城市2021年.
    """
    text = NAMED.sub("", DOCUMENT_NUMBER.sub("", text))
    if SPACED.fullmatch(text):
        text = text.replace(" ", "")
    return NARROW_BRACKETS.sub(r"（\1）", BLANK_WITHIN.sub("", text))
