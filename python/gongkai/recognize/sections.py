"""Blocks -> the six sections: headings, the text of those that are prose, what comes before.

A section that is not where it belongs is still found; whether that is worth a word, the checks say.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from functools import cache

from gongkai.editions import editions
from gongkai.model import Heading, Section
from gongkai.recognize.cover.titles import is_title
from gongkai.recognize.labels import bare
from gongkai.recognize.tokens import Token, squash

FOOTER = re.compile(
    r"^[【\[]?\s*(?:返回顶部|打印(?:本[稿页])?|关闭(?:本页|窗口)?|分享到?|扫一扫.{0,30}|"
    r"上一[篇条].*|下一[篇条].*|相关(?:附件|信息|文档|链接)"
    r"|版权所有.*|主办单位?[:：].*|承办单位?[:：].*|网站标识码.*|.{0,4}ICP备.*|.{0,6}公网安备.*|"
    r"附件[:：].*|责任编辑.*|信息来源.*)\s*[】\]]?"
)
LONGEST_HEADING = 40
LONGEST_OPENING = 3000
ALIKE_SECTION = 0.6
SEPARATORS = "：:。.，,；;—-– \t\u3000\xa0"
NUMBERED = re.compile(r"\s*[一二三四五六七八九十]\s*[、.．,，]")


def find_sections(tokens: Sequence[Token], sections: Sequence[Section]) -> dict[int, int]:
    """Section number -> the token that is its heading, in the order of the tokens; the last run of
    headings wins.

    A page often lists its headings at the top, so each is looked for backwards from the one after
    it; what is not found so, in any place after the first that is, under the number of another
    section too.
    """
    numbers = {squash(section.title)[0] for section in sections}
    every = tuple(title for section in sections for title in titles_of(section))
    short = [(n, token) for n, token in enumerate(tokens) if is_short(token, numbers, every)]
    found: dict[int, int] = {}
    stop = len(tokens)
    for section in reversed(sections):
        titles, plain = titles_of(section), plain_titles(section)
        spots = [n for n, token in short if n < stop and is_heading(token, titles, plain)]
        if spots:
            found[section.number] = stop = spots[-1]
    first, taken = min(found.values(), default=len(tokens)), set(found.values())
    numbered = [(n, token) for n, token in short if n > first and NUMBERED.match(token.text)]
    for section in sections:
        if section.number not in found:
            titles, plain = titles_of(section), plain_titles(section)
            left = [(n, token) for n, token in numbered if n not in taken]
            spots = [
                n
                for n, token in left
                if is_heading(token, titles, plain) or squash(bare(token.text)) in plain
            ]
            if spots:
                found[section.number] = spots[-1]
                taken.add(spots[-1])
    return dict(sorted(found.items(), key=lambda item: item[1]))


@cache
def titles_of(section: Section) -> tuple[str, ...]:
    return tuple(squash(text) for text in (section.title, *section.aliases))


@cache
def plain_titles(section: Section) -> frozenset[str]:
    """The titles without their numbers."""
    return frozenset(squash(bare(text)) for text in (section.title, *section.aliases))


def is_short(token: Token, numbers: Collection[str], titles: tuple[str, ...]) -> bool:
    """Whether a token may be a heading: short, or with the section's text in the same line."""
    if len(token.squash) < 4 or not (token.heading or token.squash[0] in numbers):
        return False
    return len(token.squash) <= LONGEST_HEADING or token.squash.startswith(titles)


def is_heading(token: Token, titles: Sequence[str], plain: Collection[str]) -> bool:
    """Whether a line is the heading of a section: its official or usual title, or one like it with
    its number.
    """
    if token.squash in titles or rest_of(token, titles):
        return True
    if token.heading and token.squash in plain:
        return True
    if (
        len(token.squash) > LONGEST_HEADING
        or token.squash[0] != titles[0][0]
        or bare(token.text) == token.squash
    ):
        return False
    from rapidfuzz.fuzz import ratio

    return max(ratio(token.squash, title) for title in titles) / 100 >= ALIKE_SECTION


def rest_of(token: Token, titles: Sequence[str]) -> str:
    """六、其他需要报告的事项：无。 -> 无。; "" where a title does not begin the line or ends it."""
    title = max((title for title in titles if token.squash.startswith(title)), key=len, default="")
    if not title or len(title) == len(token.squash):
        return ""
    left = len(title)
    for at, letter in enumerate(token.text):
        if left == 0:
            return token.text[at:].lstrip(SEPARATORS) if letter in SEPARATORS else ""
        left -= len(squash(letter))
    return ""


def headings_of(tokens: Sequence[Token], starts: Mapping[int, int]) -> tuple[Heading, ...]:
    found = []
    for number, start in starts.items():
        text = tokens[start].text
        found.append(
            Heading(
                number, text if len(text) <= LONGEST_HEADING else f"{text[: LONGEST_HEADING - 1]}…"
            )
        )
    return tuple(found)


def opening_of(tokens: Sequence[Token], starts: Mapping[int, int]) -> str:
    """The lines between the report's title and its first section."""
    if not starts:
        return ""
    lines = lines_of(tokens[: min(starts.values())])
    begin = max((number for number, line in enumerate(lines, 1) if is_title(line)), default=0)
    return "\n".join(lines[begin:])[-LONGEST_OPENING:]


def lines_of(tokens: Sequence[Token]) -> list[str]:
    """The lines of text outside tables."""
    lines: dict[int, list[str]] = {}
    for token in tokens:
        if not token.grid and token.kind != "filler":
            lines.setdefault(token.row, []).append(token.text)
    return [" ".join(texts).strip() for texts in lines.values()]


def section_texts(
    tokens: Sequence[Token], starts: Mapping[int, int], sections: Sequence[Section]
) -> dict[int, str]:
    """Number -> text of the sections that are prose, in the order of the source; the page's footer
    is left out.
    """
    texts = {}
    prose = {section.number: titles_of(section) for section in sections if not section.table}
    bounds = [*starts.values(), len(tokens)]
    for (number, start), stop in zip(starts.items(), bounds[1:], strict=True):
        if number not in prose:
            continue
        rest = rest_of(tokens[start], prose[number])
        kept = [rest] if rest else []
        for line in lines_of(tokens[start + 1 : stop]):
            if FOOTER.match(line):
                break
            kept.append(line)
        texts[number] = "\n".join(kept)
    return texts


@cache
def section_titles() -> tuple[
    tuple[tuple[int, tuple[str, ...]], ...], tuple[str, ...], frozenset[str]
]:
    """(number, squashed titles) of the sections of all editions; all these titles; the characters
    they begin with.
    """
    sections = [section for edition in editions().values() for section in edition.sections]
    known = tuple(dict.fromkeys((section.number, titles_of(section)) for section in sections))
    every = tuple(title for _, titles in known for title in titles)
    return known, every, frozenset(title[0] for title in every)


def section_number(token: Token) -> int:
    """三、收到和处理政府信息公开申请情况 -> 3; 0 for a text that is no heading of a section."""
    known, every, numbers = section_titles()
    if token.squash[:1] not in numbers or not is_short(token, numbers, every):
        return 0
    return next((number for number, titles in known if is_heading(token, titles, ())), 0)
