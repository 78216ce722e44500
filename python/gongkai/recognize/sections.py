"""Blocks -> the six sections: headings, the text of those that are prose, what comes before.

A section that is not where it belongs is still found; whether that is worth a word, the checks say.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from functools import cache
from itertools import chain, dropwhile, pairwise, takewhile
from operator import itemgetter

from gongkai import editions, figures
from gongkai.model import Heading, Section
from gongkai.recognize import labelling, tokenizing
from gongkai.recognize.cover.titles import is_title
from gongkai.wording.prose import is_signing

# What a site writes below a report, a label with a value and a link alone; not 技术支持到位, nor
# 地址 and 联系电话, which a report may end with.
SITE_LABEL = (
    r"(?:主办|承办|协办|主管|维护|运维|运行维护|制作|开发|建设|管理|技术支持)(?:单位)?[:：]|技术支持电话|"
    r"网站(?:联系|维护|管理|举报|纠错)?(?:电话|邮箱)|责任编辑|编辑[:：]|中文域名|标识码"
)
SITE_LINK = (
    r"(?:网站|隐私|法律|免责|版权)(?:声明|保护)|使用帮助|友情链接|站点地图|我要纠错|政府网站找错|"
    r"(?:国务院|各省|全国).{0,6}网站|本?网?站?已?支持\s*IPv6.{0,8}|党政机关"
)
FOOTER = re.compile(
    r"^[【\[]?\s*(?:返回顶部|打印(?:本[稿页])?|关闭(?:本页|窗口)?|分享到?|扫一扫.{0,30}|"
    r"上一[篇条].*|下一[篇条].*|相关(?:附件|信息|文档|链接)|版权所有(?!者).*|"
    r"关于我们.*|网站地图.*|联系我们.{0,20}|"
    r"主办单位?[:：].*|承办单位?[:：].*|(?:党政机关|政府)?网站标识码.*|.{0,4}ICP备.*|.{0,6}公网安备.*|"
    r"附件[:：].*|责任编辑.*|信息来源.*|"
    r"[^。；，,]{0,20}版权所有(?!者)[^。；，,]{0,20}$|(?:Copyright|©|[（(]C[）)]).*|"
    r".{0,6}(?:公安)?备案(?:序)?号[:：].{0,40}|(?:Produced|Powered)\s*by.*|"
    r"您是第.{1,16}(?:访问者|访客|访问|人)$|[今总累][日计]?访问[量人次数]{1,3}.{0,12}$|"
    rf"建议使用.{{0,30}}(?:浏览器?|分辨率)$|(?:{SITE_LABEL})[^。；]{{0,40}}$|(?:{SITE_LINK})(?=$|[\s|｜])"
    r")\s*[】\]]?",
    re.IGNORECASE,
)
SIGNER = re.compile(r"[^\d。：:]{1,40}")  # 瑞安市人民政府
# 诉讼44件, 收到申请四百五十五件, 说明：含乡镇; not 纠正, a head of a table without lines.
SAYS = re.compile(r"(?=.*[\u4e00-\u9fff]{2}).*(?:[\d。；：，、:]|[一二三四五六七八九十百千]件)")
UNIT_LINE = re.compile(r"[（(]?单位[:：]?[件项宗份条万元、，, ]{1,9}[)）]?")
ANNEX = re.compile(r"^附件|^\s*\d{1,2}[.．、]|\.(?:docx?|xlsx?|pdf|wps|et|ofd|zip|rar)\b")
# What a person wrote in a table: 表格中的数据截至12月31日。 and 注：不含派出所.
WRITTEN = re.compile(r"。|^\s*(?:注|备注|说明)\s*[：:]")
# What a heading or a caption says of its figures: 三、…情况（上半年，不含街道）; not （单位：件）.
QUALIFIED = re.compile(
    rf"(?!{UNIT_LINE.pattern}$)[（(](?![一二三四五六七八九十]{{1,3}}[）)]|[见附])[^（）()]{{2,}}[）)]"
    r"|[上下]半年|季度|不含|不包括"
)
CAPTION = re.compile(r"\s*(?:附?表\s*[一二三四1-4]|.{0,24}情况表)")
SHOWN_CELLS = 3  # of a table within a text, to name it
LONGEST_HEADING = 40  # characters without blanks
LONGEST_OPENING = 3000  # characters, the last ones
ALIKE_SECTION = 0.6
SEPARATORS = "：:。.，,；;—-– \t\u3000\xa0"
NUMBERED = re.compile(r"\s*[一二三四五六七八九十]\s*[、.．,，]")
PART = re.compile(
    r"\s*第\s*[一二三四五六1-6]\s*(?:部分|章|节)\s*[、:：.．]?\s*"
)  # 第一部分 总体情况
COUNTED = re.compile(r"\s*(?:([1-6])\s*[.．、]|第\s*([一二三四五六1-6])\s*(?:部分|章|节))")
FEWEST_PLAIN = 2  # headings that are not numbered as the form has it, to know them by

ShortLines = Sequence[
    tuple[int, tokenizing.Token]
]  # the lines that may be headings, and which tokens they are


def find_sections(
    tokens: Sequence[tokenizing.Token], sections: Sequence[Section]
) -> dict[int, int]:
    """Section number -> the token that is its heading, in the order of the tokens; the last run of
    headings wins: 1 -> that of 一、总体情况 below the page's menu.

    A page often lists its headings at the top, so each is looked for backwards from the one after
    it; what is not found so, in any place after the first that is, under the number of another
    section too.
    """
    short = short_lines(tokens, sections)
    found = last_run(short, sections, len(tokens)) or plain_run(tokens, sections)
    first = min(found.values(), default=len(tokens))
    numbered = []
    for n, token in short:
        if n > first and NUMBERED.match(token.text):
            numbered.append((n, token))
    for section in sections:
        if section.number in found:
            continue
        at = misnumbered(numbered, section, found.values())
        if at is None:
            at = counted_otherwise(tokens, section, found)
        if at is not None:
            found[section.number] = at
    return dict(sorted(found.items(), key=itemgetter(1)))


def short_lines(tokens: Sequence[tokenizing.Token], sections: Sequence[Section]) -> ShortLines:
    """The tokens that may be headings of the sections."""
    every = tuple(chain.from_iterable(map(titles_of, sections)))
    numbers = {tokenizing.squash(section.title)[0] for section in sections}
    found = []
    for n, token in enumerate(tokens):
        if is_short(token, numbers, every):
            found.append((n, token))
    return found


def last_run(short: ShortLines, sections: Sequence[Section], count: int) -> dict[int, int]:
    """Each section's last heading before that of the section behind it: 一、 to 六、 at the top of
    a page, and again below, are found below.
    """
    found = {}
    stop = count
    for section in reversed(sections):
        titles, plain = titles_of(section), plain_titles(section)
        for n, token in reversed(short):
            if n < stop and is_heading(token, titles, plain):
                found[section.number] = stop = n
                break
    return found


def plain_run(tokens: Sequence[tokenizing.Token], sections: Sequence[Section]) -> dict[int, int]:
    """The same of a report that numbers none of its headings as the form does: 1.总体情况,
    第一部分 总体情况, or 总体情况 alone on a line.
    """
    found = {}
    stop = len(tokens)
    for section in reversed(sections):
        titles = plain_titles(section)
        for n in range(stop - 1, -1, -1):
            if not tokens[n].grid and title_in(tokens[n]) in titles:
                found[section.number] = stop = n
                break
    return found if len(found) >= FEWEST_PLAIN else {}


def counted_otherwise(
    tokens: Sequence[tokenizing.Token], section: Section, found: Mapping[int, int]
) -> int | None:
    """The heading of a section with its number in other words, 1.总体情况 or 第一部分 总体情况,
    between those of the sections around it; None where there is none.
    """
    before = [at for number, at in found.items() if number < section.number]
    behind = [at for number, at in found.items() if number > section.number]
    titles = plain_titles(section)
    for n in range(max(before, default=-1) + 1, min(behind, default=len(tokens))):
        token = tokens[n]
        if not token.grid and title_in(token) in titles and has_number(token, section.number):
            return n
    return None


def has_number(token: tokenizing.Token, number: int) -> bool:
    """1.总体情况 and 第一部分 总体情况; not （一）总体情况, which is a part of a section."""
    match = COUNTED.match(token.text)
    return match is not None and (match[1] or match[2]) in (str(number), figures.in_han(number))


def title_in(token: tokenizing.Token) -> str:
    """总体情况 of 第一部分 总体情况, squashed; "" of what is longer than a heading."""
    if len(token.squash) > LONGEST_HEADING:
        return ""
    return labelling.bare(PART.sub("", token.text))


def misnumbered(numbered: ShortLines, section: Section, taken: Collection[int]) -> int | None:
    """The last heading of a section under whatever number, as 五、行政复议、行政诉讼情况 for 四、;
    None where none is left.
    """
    titles, plain = titles_of(section), plain_titles(section)
    for n, token in reversed(numbered):
        if n in taken:
            continue
        if labelling.bare(token.text) in plain or is_heading(token, titles, plain):
            return n
    return None


@cache
def titles_of(section: Section) -> tuple[str, ...]:
    return tuple(map(tokenizing.squash, (section.title, *section.aliases)))


@cache
def plain_titles(section: Section) -> frozenset[str]:
    """The titles without their numbers."""
    return frozenset(map(labelling.bare, (section.title, *section.aliases)))


def is_short(token: tokenizing.Token, numbers: Collection[str], titles: tuple[str, ...]) -> bool:
    """Whether a token may be a heading: short, or with the section's text in the same line."""
    if len(token.squash) < 4:
        return False
    may_be_heading = token.heading or token.squash[0] in numbers
    if not may_be_heading:
        return False
    return len(token.squash) <= LONGEST_HEADING or token.squash.startswith(titles)


def is_heading(token: tokenizing.Token, titles: Sequence[str], plain: Collection[str]) -> bool:
    """Whether a line is the heading of a section: its official or usual title, or one like it with
    its number, as 三、收到和处理政府信息公开的申请情况.
    """
    if token.squash in titles or rest_of(token, titles):
        return True
    if token.heading and token.squash in plain:
        return True
    has_number = token.squash[0] == titles[0][0] and labelling.bare(token.text) != token.squash
    if not has_number or len(token.squash) > LONGEST_HEADING:
        return False
    return is_alike(token.squash, titles)


def is_alike(text: str, titles: Sequence[str]) -> bool:
    """Whether most letters of a line are those of a title."""
    from rapidfuzz.fuzz import ratio

    best = max(ratio(text, title) for title in titles)
    return best / 100 >= ALIKE_SECTION


def rest_of(token: tokenizing.Token, titles: Sequence[str]) -> str:
    """六、其他需要报告的事项：无。 -> 无。; "" where a title does not begin the line or ends it."""
    begun = filter(token.squash.startswith, titles)
    left = max(map(len, begun), default=0)
    if left in (0, len(token.squash)):
        return ""
    for at, letter in enumerate(token.text):
        if left == 0:
            return token.text[at:].lstrip(SEPARATORS) if letter in SEPARATORS else ""
        left -= len(tokenizing.squash(letter))
    return ""


def headings_of(
    tokens: Sequence[tokenizing.Token], starts: Mapping[int, int]
) -> tuple[Heading, ...]:
    """The headings as they stand in the report, long ones cut."""
    found = []
    for number, start in starts.items():
        text = tokens[start].text
        if len(text) > LONGEST_HEADING:
            text = f"{text[: LONGEST_HEADING - 1]}…"
        found.append(Heading(number, text))
    return tuple(found)


def opening_of(tokens: Sequence[tokenizing.Token], starts: Mapping[int, int]) -> str:
    """The lines between the report's title and its first section: 现将2021年政府信息公开工作情况
    报告如下： is no title, but begins what follows it.
    """
    first = min(starts.values(), default=0)
    lines = lines_of(tokens[:first])
    begin = 0
    for number, line in enumerate(lines, 1):
        if is_title(line) and not line.endswith((":", "：")):
            begin = number
    return "\n".join(lines[begin:])[-LONGEST_OPENING:]


def lines_of(tokens: Iterable[tokenizing.Token]) -> list[str]:
    """The lines of text outside tables."""
    lines: dict[int, list[str]] = {}
    for token in tokens:
        if not token.grid and token.kind != "filler":
            lines.setdefault(token.row, []).append(token.text)
    return [" ".join(texts).strip() for texts in lines.values()]


def section_texts(
    tokens: Sequence[tokenizing.Token], starts: Mapping[int, int], sections: Sequence[Section]
) -> dict[int, str]:
    """Number -> text of the sections that are prose, 五 and 六 and what is written in 一, in the
    order of the source; the page's footer below the last one is left out: 附件：… within 一 is the
    report's, and so is what follows it. Of what is below 附件：… the signature is kept.
    """
    prose = {}
    for section in sections:
        if not section.table:
            prose[section.number] = titles_of(section)
    bounds = [*starts.values(), len(tokens)]
    texts = {}
    for (number, start), stop in zip(starts.items(), bounds[1:], strict=True):
        if number in prose:
            rest = rest_of(tokens[start], prose[number])
            lines = lines_of(tokens[start + 1 : stop])
            if stop == len(tokens):
                lines = own_lines(lines)
            texts[number] = "\n".join([rest, *lines] if rest else lines)
    return texts


def own_lines(lines: Sequence[str]) -> list[str]:
    """The lines before 附件：…, 打印本页 or 版权所有, and the signature where it stands below.

    附件：1.表.docx is followed by 瑞安市人民政府 and 2022年1月20日.
    """
    for number, line in enumerate(lines):
        if FOOTER.match(line):
            return [*lines[:number], *signature_in(lines[number + 1 :])]
    return list(lines)


def signature_in(lines: Sequence[str]) -> Sequence[str]:
    """瑞安市人民政府 and 2022年1月20日 on two lines, or on one; none where no day stands alone."""
    for number, (signer, day) in enumerate(pairwise(["", *lines])):
        if is_signing(day):
            first = number - 1 if SIGNER.fullmatch(signer) else number
            return lines[first : number + 1]
    return ()


def left_out(
    tokens: Sequence[tokenizing.Token],
    starts: Mapping[int, int],
    sections: Sequence[Section],
    grids: Collection[int],
    labels: Collection[int],
) -> tuple[str, ...]:
    """What stands in the sections and is neither their prose nor one of the form's tables, which
    are ``grids``, their ``labels`` by the numbers of tokens: 注：数据不含派出所。 in 表二 or below,
    a table within 一、总体情况, what stands below 附件：…. Without any section all sentences.
    """
    of_tables = {section.number for section in sections if section.table}
    rows = {tokens[n].row for n in labels}
    if not starts:
        return tuple(filter(is_sentence, lines_beside(above_footer(tokens), rows)))
    bounds = [*starts.values(), len(tokens)]
    found: list[str] = []
    for (number, start), stop in zip(starts.items(), bounds[1:], strict=True):
        found += heading_beyond(tokens[start], sections, number)
        part = above_footer(tokens[start + 1 : stop])
        if number in of_tables:
            found += lines_beside(part, rows)
            found += notes_in_cells(part, grids)
        else:
            found += tables_in(part, grids)
    last = max(starts.values(), default=len(tokens))
    return (*found, *below_annexes(lines_of(tokens[last:])))


def hidden_in(
    tokens: Sequence[tokenizing.Token], starts: Mapping[int, int], hidden: Iterable[str]
) -> Iterator[str]:
    """What the styles of a page hide within the sections, 其中许可9件, each once, and nothing that
    is seen elsewhere in them: ``hidden`` are the texts, each below the beginning of the line before
    it.
    """
    first = min(starts.values(), default=len(tokens))
    own = list(map(figures.without_blanks, lines_of(above_footer(tokens[first:]))))
    whole = "".join(own)
    told: set[str] = set()
    for pair in hidden:
        before, _, text = pair.partition("\n")
        plain = figures.without_blanks(text)
        is_known = plain in told or plain in whole or FOOTER.match(text) is not None
        if not is_known and stands_in(own, figures.without_blanks(before), text):
            told.add(plain)
            yield text


def stands_in(own: Sequence[str], before: str, text: str) -> bool:
    """Whether a text stands behind a line of the report; behind the last one only a sentence is
    the report's: a site hides 扫码阅读 there.
    """
    at = [number for number, line in enumerate(own) if line.startswith(before)]
    if not at or not before:
        return False
    return at[0] < len(own) - 1 or SAYS.search(text) is not None


def is_sentence(line: str) -> bool:
    return "。" in line


def heading_beyond(
    token: tokenizing.Token, sections: Iterable[Section], number: int
) -> Iterator[str]:
    """The heading of a section that says more than is printed of it: 一、总体情况（上半年）; not
    六、其他需要报告的事项：无（见附件）, of which the section has the rest.
    """
    title = next(section for section in sections if section.number == number)
    has_rest = not title.table and rest_of(token, titles_of(title)) != ""
    if not has_rest and QUALIFIED.search(token.text):
        yield token.text.strip()


def lines_beside(part: Sequence[tokenizing.Token], rows: Collection[int]) -> Iterator[str]:
    """The lines of a section with a table that are none of the table's ``rows``."""
    for line in lines_of(token for token in part if token.row not in rows):
        says_more = CAPTION.match(line) and QUALIFIED.search(line)
        unit = UNIT_LINE.fullmatch(CAPTION.sub("", line, count=1).strip())
        if says_more or (SAYS.search(line) and not unit):
            yield line


def notes_in_cells(part: Sequence[tokenizing.Token], grids: Collection[int]) -> Iterator[str]:
    for token in part:
        if token.grid in grids and WRITTEN.search(token.text):
            yield token.text


def below_annexes(lines: Sequence[str]) -> Iterator[str]:
    """附件：1.统计表, 2.名单 and what is written below, 本年度另有提案34件。; no signature, which
    the report has, nor what the site writes below.
    """
    first, *below = [*dropwhile(is_above, lines), ""]
    if first.lstrip("【[ ").startswith("附件"):
        signature = signature_in(below)
        for line in (first, *takewhile(is_no_footer, below)):
            if line.strip() and line not in signature:
                yield line


def is_above(line: str) -> bool:
    return FOOTER.match(line) is None


def is_no_footer(line: str) -> bool:
    return ANNEX.search(line) is not None or is_above(line)


def above_footer(tokens: Sequence[tokenizing.Token]) -> Sequence[tokenizing.Token]:
    for n, token in enumerate(tokens):
        if not token.grid and FOOTER.match(token.text):
            return tokens[:n]
    return tokens


def tables_in(part: Sequence[tokenizing.Token], grids: Collection[int]) -> Iterator[str]:
    """表格（年份、件数、办结）: the first cells of each table that is not one of the form."""
    cells: dict[int, list[str]] = {}
    others = {0, *grids}
    for token in part:
        if token.grid not in others:
            cells.setdefault(token.grid, []).append(token.text.strip())
    for texts in cells.values():
        yield table_named(texts)


def table_named(texts: Iterable[str]) -> str:
    """表格（年份、件数、办结）, by the first texts of its cells."""
    return f"表格（{'、'.join(list(filter(None, texts))[:SHOWN_CELLS])}）"


@cache
def section_titles() -> tuple[
    tuple[tuple[int, tuple[str, ...]], ...], tuple[str, ...], frozenset[str]
]:
    """(number, squashed titles) of the sections of all editions; all these titles; the characters
    they begin with.
    """
    known: dict[tuple[int, tuple[str, ...]], None] = {}
    for edition in editions.all_editions().values():
        for section in edition.sections:
            known[section.number, titles_of(section)] = None
    every = tuple(chain.from_iterable(titles for _, titles in known))
    return tuple(known), every, frozenset(title[0] for title in every)


def section_number(token: tokenizing.Token) -> int:
    """三、收到和处理政府信息公开申请情况 -> 3; 0 for a text that is no heading of a section."""
    known, every, numbers = section_titles()
    if token.squash[:1] not in numbers or not is_short(token, numbers, every):
        return 0
    for number, titles in known:
        if is_heading(token, titles, ()):
            return number
    return 0
