"""Texts around a figure -> the unit in which it is written, and the figure in the form's own unit.

A unit stands in the cell (251000元), in the label of the row (行政事业性收费（元）), in the head of the
column (本年收费金额（单位：元）) or in a line beside the table (单位：元；注：收费以元为单位).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from math import log10

from gongkai.figures import FACTORS, clean, read_figure
from gongkai.model import Entry, Value
from gongkai.recognize.labels import form_words
from gongkai.recognize.tokens import Token

MONEY = "|".join(unit for unit in sorted(FACTORS, key=len, reverse=True) if unit.endswith("元"))
COUNTS = "|".join(unit for unit in sorted(FACTORS, key=len, reverse=True) if not unit.endswith("元"))
CUE = re.compile("元|单|件|宗|项|个|条|次|份|起|例")  # one of them stands in every such text
UNIT = re.compile(f"{MONEY}|{COUNTS}")
UNITS = f"(?:{UNIT.pattern})(?:[、/,，和及](?:{UNIT.pattern}))*"
# 单位：元, 单位为万元, 单位：件、万元, （元）, （人民币：万元）, 以元为单位, 按千元计.
STATED = re.compile(
    rf"单位(?:为|是|[:：])?(?:人民币)?({UNITS})"
    rf"|[（(](?:人民币)?[:：]?({UNITS})[）)]"
    rf"|[以按](?:人民币)?({UNITS})(?:为(?:计[量算])?单位|计)"
)
PLAIN = ("件", "件次", "宗", "项", "个", "条", "次", "份", "起", "例")
NEAR = 6  # tokens before and behind a table in which a line with a unit is looked for
LONGEST_NOTE = 60  # characters


@dataclass(frozen=True, slots=True)
class StatedUnit:
    """``unit`` is the one that all texts state, "" where none does or they contradict each other; ``where`` quotes the
    texts: 表头“本年收费金额（单位：元）”."""

    unit: str
    where: str
    contradicted: bool = False


NOT_STATED = StatedUnit("", "")


@lru_cache(maxsize=4096)
def units_in(text: str) -> frozenset[str]:
    """The units that a text states: 本年收费金额（单位：元） -> {元}; 单位：件 -> {件}."""
    if not CUE.search(text):
        return frozenset()
    found = [match[match.lastindex or 0] for match in STATED.finditer("".join(clean(text).split()))]
    return frozenset(unit for units in found for unit in UNIT.findall(units))


def is_money(unit: str) -> bool:
    return unit.endswith("元")


def stated_unit(places: Iterable[tuple[str, str]], unit: str) -> StatedUnit:
    """What texts say of the unit of a column that the form counts in ``unit``; ``places`` are (name, text).

    Of a column of money only units of money count, of another only those of counts.
    """
    found: dict[str, list[str]] = {}
    for name, text in places:
        for stated in units_in(text):
            if is_money(stated) == is_money(unit):
                found.setdefault("件" if stated in PLAIN else stated, []).append(f"{name}“{clean(text)}”")
    if len(found) > 1:
        quoted = "、".join(dict.fromkeys(text for texts in found.values() for text in texts))
        return StatedUnit("", quoted, contradicted=True)
    return next((StatedUnit(name, texts[0]) for name, texts in found.items()), NOT_STATED)


def in_unit(value: Value, stated: str, unit: str) -> Value:
    """A figure written in ``stated`` in the form's ``unit``: 57588.71 元 is 5.758871 万元."""
    if value is None or not stated or FACTORS[stated] == FACTORS.get(unit, Decimal(1)):
        return value
    number = Decimal(value) * FACTORS[stated] / FACTORS.get(unit, Decimal(1))
    whole = int(number)
    return whole if number == whole else number.normalize()


def note_lines(tokens: Sequence[Token], first: int, end: int, labels: Collection[int]) -> list[str]:
    """Short lines in, just before or just behind a table that state a unit, its own ``labels`` aside.

    ``first`` and ``end`` are the bounds of the table's tokens, ``labels`` the numbers of those that are labels.
    """
    grids = (0, tokens[first].grid)
    near = range(max(0, first - NEAR), min(end + NEAR, len(tokens)))
    beside = [tokens[at] for at in near if at not in labels and tokens[at].grid in grids]
    return [token.text for token in beside if is_note(token)]


def is_note(token: Token) -> bool:
    """Whether a text is a short one that states a unit, and no label of the form: that of a table before this one."""
    if token.kind != "text" or len(token.text) > LONGEST_NOTE or token.squash in form_words():
        return False
    return bool(units_in(token.text))


# --- is the unit that is stated the right one? --------------------------------------------------------

# The usual order of size of amounts, as a power of ten in 万元, by the last character of the body's name.
USUAL = {"省": 5.5, "市": 4.5, "州": 4.5, "盟": 4.5, "县": 3.8, "区": 3.8, "旗": 3.8, "镇": 0.5, "乡": 0.5, "道": 0.5}
OF_A_BODY = 1.5  # of a department
GOVERNMENT = re.compile(r"(?:人民)?政府(?:办公[室厅])?$|办事处$|管(?:理)?委(?:员)?会$")
SUBJECTS = {"fees": "收费", "procurement": "采购"}  # rows of money -> what prose calls them
AMOUNT = rf"[^。；;\n]{{0,20}}?(?P<figure>\d[\d,，]*(?:\.\d+)?)\s?(?P<unit>{MONEY})"


def contradicted_by(entry: Entry, agency: str, prose: str) -> str:
    """What speaks against a converted amount: the prose's own figure, else the order of size of such bodies'; "" for
    nothing. 63229.44 under 元 would be 6.3 万元 of a whole city: likelier the head is wrong than the figure."""
    figure = read_figure(entry.raw, "万元").value
    if not entry.value or not figure:
        return ""
    converted, plain = log10(abs(float(entry.value))), log10(abs(float(figure)))
    for amount, quoted in amounts_in(prose, SUBJECTS.get(entry.cell.split(".")[1], "")):
        nearer = abs(amount - plain) < abs(amount - converted)
        return f"正文写的是“{quoted}”" if nearer else ""
    usual = usual_size(agency)
    if usual is None or abs(usual - plain) >= abs(usual - converted):
        return ""
    return f"与{agency}这一级机关通常的数额相差太大"


def amounts_in(prose: str, subject: str) -> Iterator[tuple[float, str]]:
    """(power of ten in 万元, words) of each amount that prose names for a subject: 收费63229.44万元 -> 4.8."""
    for match in re.finditer(subject + AMOUNT, prose) if subject else ():
        figure = Decimal(re.sub("[,，]", "", match["figure"])) * FACTORS[match["unit"]]
        if figure:
            yield log10(figure), match[0]


def usual_size(agency: str) -> float | None:
    if not agency:
        return None
    area = GOVERNMENT.sub("", agency)
    return USUAL.get(area[-1:], OF_A_BODY) if area != agency or agency[-1:] in USUAL else OF_A_BODY
