"""A paragraph of prose -> its tokens: figures, dates, stops and the words of the lexicon."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from gongkai.checks.narrative.words import OWN, facts, lengths, lexicon
from gongkai.figures import exact, fold
from gongkai.model import Figure

DIGITS = "零〇一二三四五六七八九"
TENS = {"十": 10, "百": 100, "千": 1000}
LONGEST_NUMBER = 15  # digits; a longer one is no count
SCALES = {None: 0, "万": 4, "亿": 8}
MONEY_SHIFTS = {"元": 4}  # figures of money are in 万元
BLANK_BETWEEN_DIGITS = re.compile(r"(?<=\d)\s+(?=\d)")
YEAR = re.compile(r"20\d\d")
WHOLE_YEAR = re.compile(r"(?<!\d)0?1月0?1日|12月31日|12月[底末]|12月$")
STARTS = rf"\d第近《结转零〇一二两三四五六七八九十百千，,;。!?:()\x1f{OWN}"
WHITE = re.compile(r"\s+")
UNSURE = "?"  # the unit of a number that is only about right
NONE = "none"  # the unit of a zero without one: it is none of whatever is counted
GAP = "\x1f"  # where white space stood between two digits: they are two numbers


class ProseToken(NamedTuple):
    """A word, a figure, a date or a stop, and where it stands in its paragraph.

    ``kind`` and ``name`` are those of the lexicon, or a kind of its own: number, year, time, stop,
    neutral. Of a number ``figure`` is in its unit or in 万元 for money, exact to ``step``; ``name``
    is the unit.
    """

    kind: str
    name: str
    start: int
    end: int
    figure: Figure = 0
    step: Figure = 1


def has_kind(tokens: Sequence[ProseToken], kind: str) -> bool:
    return any(token.kind == kind for token in tokens)


def has_name(tokens: Sequence[ProseToken], name: str) -> bool:
    return any(token.name == name for token in tokens)


def names_of(tokens: Sequence[ProseToken]) -> set[str]:
    return {token.name for token in tokens}


def of_kind(tokens: Sequence[ProseToken], kind: str) -> list[ProseToken]:
    found: list[ProseToken] = []
    for token in tokens:
        if token.kind == kind:
            found.append(token)
    return found


def tidied(line: str) -> str:
    """A line without white space and invisible characters; two numbers stay two."""
    return WHITE.sub("", BLANK_BETWEEN_DIGITS.sub(GAP, fold(line)))


@cache
def pattern() -> re.Pattern[str]:
    unit = "|".join(("元", *units()))
    firsts = re.escape("".join(lengths()))
    return re.compile(
        rf"(?=[{STARTS}])(?:"  # most characters of a text begin none of these
        r"(?P<date>(?:20\d\d年)?(?:\d{1,2}月\d{1,2}日|12月[底末]|1月?[-—~至]12月))"
        r"|(?P<month>\d{1,2}(?:[-—~至]\d{1,2})?月份?)"
        r"|(?P<span>20\d\d年?[-—~至到]20\d\d年|近(?:[二两三四五六七八九十]|\d{1,2})年来?)"
        r"|(?P<carried>20\d\d年度?末?结转)"
        r"|(?P<carrying>结?转(?:至|到|入)?20\d\d年度?(?:继续)?(?:办理)?)"
        r"|(?P<year>(?<!\d)20\d\d年度?)"
        r"|(?P<percent>\d[\d.]{0,15}[%‰])"
        r"|(?P<neutral>第[\d一二三四五六七八九十]{1,6}[条款项批期届号季次]|\d{1,4}个?(?:工作日|"
        r"天|日|个月|小时|年|周年|分钟)|《[^《》。]{1,60}》)"
        r"|(?P<number>(?P<digits>\d{1,3}(?:,\d{3})+(?!\d)(?:\.\d+)?|\d+(?:\.\d+)?)(?P<more>余|多)"
        r"?(?P<scale>[万亿])?(?P<more2>余|多)?"
        rf"(?P<unit>{unit})?(?P<more3>余|多|以上|左右)?)"
        r"|(?P<spelt>(?P<letters>[零〇一二两三四五六七八九十百千]{1,8})"
        r"(?P<spelt_unit>[件宗起例份])(?!事)|零(?=[，,、;。)]|$))"
        rf"|(?P<own>{OWN}+)"
        r"|(?P<stop>[，,;。!?:()\x1f]))"
        rf"|(?P<word>[{firsts}])"
    )


@cache
def units() -> list[str]:
    """Every word that a number may be counted in, 人次 before 人."""
    found: set[str] = set()
    for line in facts()["units"].values():
        found.update(line.split())
    return sorted(found, key=len, reverse=True)


def tokens_of(text: str, since: int, until: int) -> Iterator[ProseToken]:
    """The tokens of a stretch of a tidied, narrow paragraph, in order.

    2021年收到申请5件 is year, action, topic, number. What stands between tokens is known to nobody.
    """
    search = pattern().search
    while match := search(text, since, until):
        kind, (start, since) = match.lastgroup or "", match.span()
        if kind != "word":
            yield MAKERS[kind](match)
            continue
        token = word_at(text, start, until)
        if token:
            since = token.end
            yield token


def plain_token(match: re.Match[str]) -> ProseToken:
    """A stop, 35%, 10个工作日, or the name of the report's own body."""
    return ProseToken(match.lastgroup or "", match[0], *match.span())


def date_token(match: re.Match[str]) -> ProseToken:
    """3月5日 is a time; 12月31日, the end of a year, is neutral, 2021年12月31日 that year."""
    text = match[0]
    year = YEAR.search(text)
    if not WHOLE_YEAR.search(text):
        return time_token(match)
    if year:
        return ProseToken("year", year[0], *match.span())
    return ProseToken("neutral", "", *match.span())


def time_token(match: re.Match[str]) -> ProseToken:
    """3月, 2019年至2021年, 近三年."""
    return ProseToken("time", "", *match.span())


def year_token(match: re.Match[str]) -> ProseToken:
    """2021年, 2020年结转, 转2022年度: the kind tells of 结转, the name is the year."""
    year = YEAR.search(match[0])
    assert year is not None
    return ProseToken(match.lastgroup or "", year[0], *match.span())


def word_at(text: str, start: int, until: int) -> ProseToken | None:
    """The longest word that begins here: 收到, not 收."""
    words = lexicon()
    for size in lengths()[text[start]]:
        end = start + size
        word = words.get(text[start:end])
        if word and end <= until:
            return ProseToken(word.kind, word.name, start, end)
    return None


# --- numbers --------------------------------------------------------------------------------------


def number_token(match: re.Match[str]) -> ProseToken:
    """A number as a token, 3.5万件 or 1,234元.

    One that is only about right, 30余件, or too long to be true, is named "?".
    """
    digits, unit = match["digits"], match["unit"] or ""
    about = match.group("more", "more2", "more3")
    if any(about) or len(digits) > LONGEST_NUMBER:
        return ProseToken("number", UNSURE, *match.span())
    shift = SCALES[match["scale"]] - MONEY_SHIFTS.get(unit, 0)
    written = Decimal(digits.replace(",", ""))
    figure = plain(written.scaleb(shift))
    step = plain(Decimal(1).scaleb(int(written.as_tuple().exponent) + shift))
    if not unit and not written:
        unit = NONE
    return ProseToken("number", unit, *match.span(), figure, step)


def spelt_token(match: re.Match[str]) -> ProseToken:
    """三十五件 is 35 件, 零 a zero of whatever is counted; 一二件 is no number."""
    figure = spelt(match["letters"] or "零")
    if figure < 0:
        return ProseToken("number", UNSURE, *match.span())
    unit = match["spelt_unit"] or NONE
    return ProseToken("number", unit, *match.span(), figure)


def plain(number: Decimal) -> Figure:
    value = exact(number)
    assert value is not None
    return value


def spelt(letters: str) -> int:
    """三十五 -> 35, 一百零五 -> 105; -1 for digits in a row or an order that no number has."""
    result, digit, last = 0, -1, 10_000
    for letter in letters.replace("两", "二"):
        order = TENS.get(letter)
        if order is None:
            if digit > 0:  # 一二
                return -1
            digit = DIGITS.index(letter) - (letter != "零")
            continue
        if order >= last:  # 百千
            return -1
        if digit <= 0:  # 十五, 一百零十
            digit = 1
        result += digit * order
        digit, last = -1, order
    return result + max(digit, 0)


MAKERS: dict[str, Callable[[re.Match[str]], ProseToken]] = {  # by the name of the group
    "date": date_token,
    "month": time_token,
    "span": time_token,
    "carried": year_token,
    "carrying": year_token,
    "year": year_token,
    "percent": plain_token,
    "neutral": plain_token,
    "number": number_token,
    "spelt": spelt_token,
    "own": plain_token,
    "stop": plain_token,
}
