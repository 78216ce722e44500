"""Blocks -> what stands at the head of a report, by kind: titles, labelled lines, crumbs, the
opening.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from gongkai.figures import clean
from gongkai.model import Block, Grid, Prose
from gongkai.recognize.cover.names import name_of
from gongkai.recognize.cover.titles import (
    SECTION,
    TITLE_PROPERTIES,
    body_in,
    first_title,
    headings,
    is_shown,
    is_title,
    link_texts,
    own_titles,
    pieces_of,
    property_of,
    prose_of,
    tidy_title,
    titles_in_properties,
    with_digits,
)

OF_THE_FORM = re.compile(r"第二十条|自然人|行政复议|信息内容|本年新收|上一年项目")
LONGEST_HEAD = 3_000  # characters of a page before its first section
LONGEST_TEXT = 800  # characters of the first section that are looked at
LINES_OF_TEXT = 20  # lines of it
ROWS_OF_HEAD = 12  # rows of a grid in which the form is known
MOST_PIECES = 3  # lines that make a title together
LONGEST_LABELLED = 120  # characters of a line of labels
CRUMBS = re.compile(r"(?:当前|所在|您的)?.{0,3}位置\s*[:：]|^首\s*页.{0,3}[>/»›]|>.*>")
CRUMB = re.compile(r"\s*[>/»›]+\s*")
SITE_NAME = re.compile(r"^\S+(?:人民政府|政府|网|网站)\s+")  # 安吉县人民政府 县府信息公开年报
AT_PLACE = re.compile(r"^.*位置\s*[:：]\s*")
IN_SENTENCE = re.compile(r"[,，。;；]|[（(]$")  # 依据通知（|发布日期：2022年1月4日）
NO_PIECE = re.compile(r"[,，。;；:：>]|\d{5}|^[\x00-\x7f]*$")
LONGEST_PIECE = 40  # characters of a line that is a part of a title
LONGEST_VALUE = 40  # characters of a value in the line behind its label
SENTENCE = re.compile(r"[,，。;；]")
SIGNED = re.compile(
    r"(?P<body>[\u4e00-\u9fff()]{3,30}) (?P<day>20\d\d[-年/.]\d{1,2}[-月/.]\d{1,2}.{0,9})"
)
BULLET = re.compile(r"^[-•·]\s+")
SUBSECTION = re.compile(r"\n\s*(?:\(一\)|[(]?1[.、)])")
# Characters of sentences before the first section; with fewer those of that section count too.
SHORTEST_OPENING = 40
SHORTEST_BROKEN = 20  # characters of a line from which it may go on in the next one
ENDS_OF_LINES = ("\n", "。", "：", ":", "；")
BLANK_BESIDE = re.compile(r"(?<=[^\x00-\x7f])[ \t]+|[ \t]+(?=[^\x00-\x7f])")
# 国家卫生健康委员会| | |无障碍浏览, 2023年 2022年 2021年
MENU_LINE = re.compile(r"^.{0,40}[|｜]\s*[|｜]|^(?:20\d\d年?度?[\s/|]*)+$")
MENU = 12  # characters of a link that is an entry of a menu


class Labelled(NamedTuple):
    """发布机构：市应急管理局 -> the kind of its label, the value, and all of it."""

    kind: str
    value: str
    sentence: str


# What the labels of a page's own data say. ``day`` is the day of publication, ``made`` that of
# another step, ``time`` a day of which nothing more is said.
LABELS = {
    "body": (
        "信息来源|文章来源|稿件来源|来源|信息发布机构|发布机构|发布单位|发布机关|发文机关|"
        "发文单位|发布主体|公开机构|公开主体|公开单位|公开机关|编制机关|编制单位|编制主体|"
        "制发机关|制作单位|主办单位|单位名称|机关名称|报告单位|填报单位|责任单位|供稿单位|"
        "提供单位|所属机构|所属单位|所属部门|作者|发布者|发布|部门名称|信息所属单位"
    ),
    "day": (
        "信息发布日期|发布日期|发布时间|公开日期|公开时间|公布日期|公布时间|发布于|上线时间|"
        "上线日期"
    ),
    "made": (
        "发文日期|发文时间|成文日期|成文时间|生成日期|生成时间|印发日期|填报日期|制发日期|"
        "制作日期|创建时间|形成日期"
    ),
    "time": "更新日期|更新时间|日期|时间",
    "title": "文件名称|信息名称|信息标题|文章标题|名称|标题|题名",
    "year": "报告年度|统计年度|所属年度",
    "index": "信息索引号|信息索引|索引号|索引|索取号",
}
KINDS = {label: kind for kind, labels in LABELS.items() for label in labels.split("|")}
EVERY = "|".join(r"\s*".join(label) for label in sorted(KINDS, key=len, reverse=True))
# 来源：邹城市政府办公室 日期：2022-02-11, 【索引号】：1134…, 发布日期 2024-01-08 | 来源
# 曲周县委统战部
INLINE = re.compile(
    rf"(?:^|(?<=[\s|｜【\[(（>,;，；。\d)）\]】]))[【\[]?(?P<label>{EVERY})[】\]]?\s*(?:[:：]|"
    rf"(?<=[\u4e00-\u9fff])\s+)\s*"
)


@dataclass(frozen=True)
class FrontPage:
    """The head of a document. ``titles`` are texts that may name the report, the likeliest first;
    ``joined`` those of them that no line or heading says alone: the first of two lines may be a
    site's banner. ``opening`` is the text before the first section, ``text`` the beginning of that;
    ``site`` are texts that may name the site.
    """

    titles: tuple[str, ...]
    joined: frozenset[str]
    labelled: tuple[Labelled, ...]
    crumbs: tuple[str, ...]
    opening: str
    text: str
    lines: tuple[str, ...]
    site: tuple[str, ...]
    url: str


def page_of(blocks: Sequence[Block], url: str) -> FrontPage:
    prose = prose_of(blocks)
    links = link_texts(blocks)
    head, text = parted(blocks)
    crumbs, lines = parted_crumbs(head, links)
    own = list(filter(is_text, lines))
    first = first_title(own, prose)
    joined = unlinked(joined_lines(own, first - 1), links)
    labelled = (*labelled_grids(blocks), *labelled_lines(head), *properties(prose))
    page = own_titles(prose)
    return FrontPage(
        titles=titles_in(prose, labelled, page, [*joined, *unlinked(own[first:], links)]),
        joined=doubtful_titles(prose, joined, own),
        labelled=labelled,
        crumbs=tuple(crumbs),
        opening=opening_of(sentences_in(own, text)),
        text=tidy_text(text[:LONGEST_TEXT]),
        lines=tuple(lines),
        site=(*page, *crumbs),
        url=url,
    )


def doubtful_titles(
    prose: Sequence[Prose], joined: Sequence[str], lines: Sequence[str]
) -> frozenset[str]:
    """The titles that two lines make together or the page's own title gives, not both, and that no
    line or heading shows whole; on the pages of a PDF no site has a banner.
    """
    if any(block.place.page for block in prose):
        return frozenset()
    named = (*titles_in_properties(prose), *without_site_names(own_titles(prose)))
    one_way = set(map(tidy_title, named)) ^ set(map(tidy_title, joined))
    return frozenset(one_way - set(map(tidy_title, lines)))


def parted_crumbs(head: Sequence[str], links: Collection[str]) -> tuple[list[str], list[str]]:
    """The lines of crumbs, and the others but for the entries of a menu."""
    crumbs = []
    lines = []
    for line in head:
        is_of_menu = line in links and len(line) <= MENU
        if is_crumbs(line):
            crumbs.append(line)
        elif not is_of_menu:
            lines.append(line)
    return crumbs, lines


def is_text(line: str) -> bool:
    return not is_labelled(line) and not MENU_LINE.search(line)


def unlinked(lines: Sequence[str], links: Collection[str]) -> list[str]:
    found = []
    for line in lines:
        if line not in links:
            found.append(line)
    return found


def is_crumbs(line: str) -> bool:
    """当前位置：首页 > 政府信息公开 > 年报."""
    return CRUMBS.search(line) is not None and len(line) <= LONGEST_LABELLED


def titles_in(
    prose: Sequence[Prose], labelled: Sequence[Labelled], page: Sequence[str], lines: Sequence[str]
) -> tuple[str, ...]:
    """The texts that may be the report's title: headings, 标题：…, lines, the pieces of the page's
    own title.
    """
    heads = map(without_site, headings(prose))
    named = []
    for found in labelled:
        if found.kind == "title":
            named.append(found.value)
    tidy = map(tidy_title, (*heads, *named, *lines, *without_site_names(page)))
    return tuple(dict.fromkeys(filter(None, tidy)))


def without_site_names(titles: Sequence[str]) -> list[str]:
    """The pieces of a page's own title without the site's name."""
    return list(map(without_site, pieces_of(titles)))


def without_site(title: str) -> str:
    """安吉县人民政府 安吉县教育局2021年… -> 安吉县教育局2021年…; 安吉县人民政府 2021年… as it
    is.
    """
    rest = SITE_NAME.sub("", title)
    names_site_alone = is_title(rest) and not body_in(rest)
    return title if names_site_alone else rest


def sentences_in(lines: Sequence[str], text: str) -> list[str]:
    """The lines of the opening without titles; where that says next to nothing, the beginning of
    section one too.
    """
    found = without_titles(lines)
    if len("".join(filter(SENTENCE.search, found))) >= SHORTEST_OPENING:
        return found
    beginning = SUBSECTION.split(text)[0].split("\n")
    return [*found, *without_titles(filter(None, beginning))]


def without_titles(lines: Iterable[str]) -> list[str]:
    found = []
    for line in lines:
        if not is_title(tidy_title(line)):
            found.append(line)
    return found


def parted(blocks: Sequence[Block]) -> tuple[list[str], str]:
    """The lines before the first section, and the text of that: what stands before 一、总体情况,
    and what begins with it.
    """
    head: list[str] = []
    lines = list(lines_before_tables(blocks))
    size = 0
    for number, line in enumerate(lines):
        found = SECTION.search(line)
        if found or size > LONGEST_HEAD:
            cut = found.start() if found else 0
            above = filter(None, [line[:cut]])
            below = lines[number + 1 : number + LINES_OF_TEXT]
            return [*head, *above], "\n".join((line[cut:], *below))
        head.append(line)
        size += len(line)
    return head, ""


def lines_before_tables(blocks: Sequence[Block]) -> Iterator[str]:
    """The lines of a document up to the first table of the form, but for its titles and
    properties.
    """
    for block in before_form(blocks):
        if isinstance(block, Prose) and is_shown(block):
            lines = map(plain_line, block.text.split("\n"))
            yield from filter(None, lines)


def plain_line(line: str) -> str:
    """• 主动公开 -> 主动公开; of a long line its beginning."""
    return BULLET.sub("", clean(line[:LONGEST_HEAD]))


def before_form(blocks: Sequence[Block]) -> Iterator[Block]:
    """The blocks up to the first table of the form."""
    for block in blocks:
        if isinstance(block, Grid) and OF_THE_FORM.search(text_of(block)):
            return
        yield block


def text_of(grid: Grid) -> str:
    """The text of a grid's first rows."""
    text = ""
    for row in grid.rows[:ROWS_OF_HEAD]:
        for cell in row:
            text += cell.text
    return text.replace(" ", "")


def joined_lines(lines: Sequence[str], first: int) -> list[str]:
    """The titles that two or three lines make together, from the ``first`` on:
    平定县统计局|政府信息公开年报|2020年.

    Of a list of bodies above a title none belongs to it.
    """
    tidy = [tidy_title(line) for line in lines]
    found = []
    for number in range(max(first, 0), len(tidy)):
        above = tidy[number - 1] if number else ""
        title = title_from(tidy[number : number + MOST_PIECES + 1])
        is_of_list = is_name_alone(above)
        if title and not is_of_list:
            found.append(title)
    return found


def title_from(lines: Sequence[str]) -> str:
    """The title that several short lines make together: 平定县统计局 · 政府信息公开年报;
    "" for none.
    """
    if is_title(lines[0]):
        return ""
    for count in range(2, MOST_PIECES + 1):
        pieces = lines[:count]
        title = "".join(pieces)
        if not all(map(may_be_piece, pieces)) or any(map(is_name_alone, pieces[1:])):
            return ""
        if is_title(title):
            return "" if is_whole_title(pieces[-1]) else title
    return ""


def is_name_alone(line: str) -> bool:
    return name_of(line, alone=True) != ""


def is_whole_title(line: str) -> bool:
    return is_title(line) and body_in(line) != ""


def may_be_piece(line: str) -> bool:
    return len(line) <= LONGEST_PIECE and NO_PIECE.search(line) is None


def opening_of(lines: Sequence[str]) -> str:
    """The sentences of a head, a line that was broken in a sentence joined to the next one."""
    text = ""
    for line in lines:
        last = text.rpartition("\n")[2]
        is_broken = len(last) >= SHORTEST_BROKEN and not text.endswith(ENDS_OF_LINES)
        text += line if is_broken else f"\n{line}"
    return tidy_text(text)


def tidy_text(text: str) -> str:
    """Without blanks beside ideographs, brackets in one width, 二〇二一年 as 2021年."""
    tidy = BLANK_BESIDE.sub("", with_digits(text))
    return tidy.replace("(", "（").replace(")", "）")


# --- labels ---------------------------------------------------------------------------------------


def labelled_lines(lines: Sequence[str]) -> Iterator[Labelled]:
    """What the labels of text lines say, in a line of their own or before their value."""
    for line, following in pairwise((*lines, "")):
        kind = kind_of(line)
        if kind and following and len(following) <= LONGEST_VALUE:
            yield Labelled(kind, following, f"{line} {following}")
            continue
        yield from signed(line)
        yield from labelled_in(line)


def signed(line: str) -> Iterator[Labelled]:
    """大竹县庙坝镇人民政府 2024-02-22: a body and a day without labels."""
    found = SIGNED.fullmatch(line)
    has_label = INLINE.search(line) is not None
    if found and not has_label and is_name_alone(found["body"]):
        yield Labelled("body", found["body"], line)
        yield Labelled("time", found["day"], line)


def labelled_in(line: str) -> Iterator[Labelled]:
    """来源：邹城市政府办公室 日期：2022-02-11; in a long line only where it begins with a label."""
    found = list(INLINE.finditer(line))
    if not found or is_within_sentence(line, found[0].start()):
        return
    ends = [*(match.start() for match in found[1:]), len(line)]
    for match, end in zip(found, ends, strict=True):
        value = line[match.end() : end].strip(" |｜[【")
        yield Labelled(kind_of_match(match), value, line[:LONGEST_LABELLED])


def is_within_sentence(line: str, first: int) -> bool:
    """Whether the first label stands in running text: 依据通知（发布日期：2022年1月4日）."""
    if first <= 1:
        return False
    return len(line) > LONGEST_LABELLED or IN_SENTENCE.search(line[:first]) is not None


def kind_of_match(match: re.Match[str]) -> str:
    return KINDS["".join(match["label"].split())]


def labelled_grids(blocks: Sequence[Block]) -> Iterator[Labelled]:
    """What the cells of a table of labels say: 发布机构 | 市应急管理局."""
    for block in before_form(blocks):
        if isinstance(block, Grid):
            for row in block.rows:
                texts = [clean(cell.text) for cell in row]
                yield from labelled_lines(list(filter(None, texts)))


def is_labelled(line: str) -> bool:
    """Whether a line is one of labels: 来源：… 时间：…; a line that is a title after a label is the
    title.
    """
    if kind_of(line):
        return True
    if len(line) > LONGEST_LABELLED:
        return False
    for match in INLINE.finditer(line):
        if kind_of_match(match) != "title":
            return match.start() < 2 or not SENTENCE.search(line)
    return False


def kind_of(text: str) -> str:
    """The kind of a label that is all of a text: 索 引 号, 公开日期：; "" for any other."""
    return KINDS.get("".join(text.split()).strip(":：【】[]"), "")


PROPERTIES = {
    "contentsource": "body",
    **dict.fromkeys(("pubdate", "publishdate", "publishtime"), "day"),
    **dict.fromkeys(TITLE_PROPERTIES, "title"),
}


def properties(prose: Sequence[Prose]) -> Iterator[Labelled]:
    """What the page's own properties say: ContentSource, PubDate, ArticleTitle."""
    for block in prose:
        kind = PROPERTIES.get(property_of(block), "")
        if kind:
            value = clean(block.text)
            name = block.heading.removeprefix("meta:")
            yield Labelled(kind, value, f"{name}：{value}")
