"""A paragraph of prose -> its tokens: figures, dates, stops and the words of the lexicon."""

from __future__ import annotations

import re
from collections.abc import Iterator
from decimal import Decimal
from functools import cache
from typing import NamedTuple

from gongkai.checks.narrative.words import OWN, facts, lengths, lexicon
from gongkai.figures import exact, fold
from gongkai.model import Figure

DIGITS = "零〇一二三四五六七八九"
TENS = {"十": 10, "百": 100, "千": 1000}
LONGEST_NUMBER = 15
SCALES = {"": 0, "万": 4, "亿": 8}
BLANK_BETWEEN_DIGITS = re.compile(r"(?<=\d)\s+(?=\d)")
YEAR = re.compile(r"20\d\d")
WHOLE_YEAR = re.compile(r"(?<!\d)0?1月0?1日|12月31日|12月[底末]|12月$")
STARTS = rf"\d第近《结转零〇一二两三四五六七八九十百千，,;。!?:()\x1f{OWN}"
WHITE = re.compile(r"\s+")
NONE = "none"  # the unit of a zero without one: it is none of whatever is counted
GAP = "\x1f"  # where white space stood between two digits: they are two numbers


class ProseToken(NamedTuple):
    """``kind`` and ``name`` as in the lexicon, or a kind of its own: number, year, time, stop,
    neutral.

    Of a number ``figure`` is in its unit or in 万元 for money, exact to ``step``; ``name`` is the
    unit.
    """

    kind: str
    name: str
    start: int
    end: int
    figure: Figure = 0
    step: Figure = 1


def tidied(line: str) -> str:
    """A line without white space and invisible characters; two numbers stay two."""
    return WHITE.sub("", BLANK_BETWEEN_DIGITS.sub(GAP, fold(line)))


@cache
def pattern() -> re.Pattern[str]:
    units = sorted(
        {unit for line in facts()["units"].values() for unit in line.split()}, key=len, reverse=True
    )
    unit = "|".join(("元", *units))
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


def tokens_of(text: str, since: int, until: int) -> Iterator[ProseToken]:
    """The tokens of a stretch of a tidied, narrow paragraph, in order; what stands between them is
    known to nobody.
    """
    words, sizes, search = lexicon(), lengths(), pattern().search
    while match := search(text, since, until):
        kind, (start, since) = match.lastgroup or "", match.span()
        if kind == "word":
            for size in sizes[match[0]]:
                if text[start : start + size] in words and start + size <= until:
                    since = start + size
                    yield ProseToken(*words[text[start:since]], start, since)
                    break
        elif kind in PLAIN:
            yield ProseToken(kind, match[0], start, since)
        else:
            yield (
                dated_token(match)
                if match["digits"] is None and match["spelt"] is None
                else number_token(match)
            )


PLAIN = ("stop", "percent", "neutral", "own")


def dated_token(match: re.Match[str]) -> ProseToken:
    """A year as a token, with 结转 or without; a date or a month, unless it is the first or the
    last day of a year.
    """
    text, (start, end) = match[0], match.span()
    year = YEAR.search(text)
    if match.lastgroup in ("carried", "carrying", "year"):
        assert year is not None
        return ProseToken(match.lastgroup, year[0], start, end)
    if match.lastgroup in ("month", "span") or not WHOLE_YEAR.search(text):
        return ProseToken("time", "", start, end)
    return (
        ProseToken("year", year[0], start, end) if year else ProseToken("neutral", "", start, end)
    )


def number_token(match: re.Match[str]) -> ProseToken:
    """A number as a token; one that is only about right, or too long to be true, has the name
    "?".
    """
    start, end = match.span()
    if match["spelt"] is not None:
        figure = spelt(match["letters"] or "零")
        return (
            ProseToken("number", match["spelt_unit"] or NONE, start, end, figure)
            if figure >= 0
            else unsure(start, end)
        )
    if match["more"] or match["more2"] or match["more3"] or len(match["digits"]) > LONGEST_NUMBER:
        return unsure(start, end)
    unit, shift = match["unit"] or "", SCALES[match["scale"] or ""]
    written = Decimal(match["digits"].replace(",", ""))
    shift -= 4 if unit == "元" else 0
    step = Decimal(1).scaleb(int(written.as_tuple().exponent) + shift)
    unit = unit or ("" if written else NONE)
    return ProseToken("number", unit, start, end, plain(written.scaleb(shift)), plain(step))


def unsure(start: int, end: int) -> ProseToken:
    return ProseToken("number", "?", start, end)


def plain(number: Decimal) -> Figure:
    value = exact(number)
    assert value is not None
    return value


def spelt(letters: str) -> int:
    """三十五 -> 35, 一百零五 -> 105; -1 for digits in a row or an order that no number has."""
    result, digit, last = 0, -1, 10_000
    for letter in letters.replace("两", "二"):
        if letter in TENS:
            if TENS[letter] >= last:
                return -1
            result, last = result + (digit if digit > 0 else 1) * TENS[letter], TENS[letter]
            digit = -1
        else:
            if digit > 0:
                return -1
            digit = DIGITS.index(letter) - (letter != "零")
    return result + max(digit, 0)
