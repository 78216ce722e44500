"""Texts around a figure -> the unit in which it is written, and the figure in the form's own unit.

A unit stands in the cell (251000元), in the label of the row (行政事业性收费（元）), in the head of
its part of the table (本年收费金额（单位：元）; 第二十条第（八）项（单位：元）) or in a line of the
same section (注：收费以元为单位).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import lru_cache
from itertools import chain
from math import log10
from typing import NamedTuple

from gongkai import bodies, figures
from gongkai.model import Entry, Figure, Value
from gongkai.recognize import labelling, sections, tokenizing

SCALES = "[十百千万亿]"
BEHIND = r"(?=$|[^\u4e00-\u9fff]|人民币|整|计|填|为|和|及|或)"  # not 元旦, 元氏县
# 元, 千元, 十万元; not the end of 公元, 单元, 多元, nor that of an amount (57588.71元, 12.5万元).
MONEY = re.compile(rf"(?<![\d.单多公纪美港欧十百千万亿])(?P<unit>{SCALES}{{0,3}}[元圆]){BEHIND}")
# 单位：万件, （千项）: only counts that are not single ones change a figure. 第二十条 is no count
# of ten, nor what a line leaves of it: 十条第（一）项. Behind money too: 单位：万元、百件.
COUNTED = "件次?|项|宗|份|起|条|个|次"
COUNTS = re.compile(
    rf"(?:单位(?:[:：为]|均[为是以])?|[（(【\[]|^(?!十|.{{1,3}}条)|(?<=[元圆][、，,/；;]))"
    rf"(?P<unit>{SCALES}{{1,3}}(?:{COUNTED})){BEHIND}"
)
UNIT = rf"{SCALES}{{0,3}}(?:元|{COUNTED})"
PAIR = re.compile(rf"[（(【\[]?单位[:：为]?(?P<one>{UNIT})[/／\\|]?(?P<other>{UNIT})[）)】\]]?")
# 以百件计, 按千件统计, 以百件（项）为单位; not 按十件计收, nor 数以百件计 as people say of many.
COUNTED_BY = re.compile(
    rf"(?:(?<=[件项宗份条次]数)|(?<!数))[以按](?P<unit>{SCALES}{{1,3}}(?:{COUNTED}))"
    r"(?:[（(][^（）()]{1,4}[）)])?"
    r"(?:为.{0,2}单位|统计|计[数算量]|计(?=$|[^\u4e00-\u9fff]))"
)
# One stands in every line that states a unit.
CUE = re.compile(rf"[元圆]|{SCALES}\s*(?:{COUNTED})|单\s*位|[（(【\[].{{1,2}}[）)】\]]$")
# 单位：亿, （千）, 单位：%: scales of nothing, shares and dozens are units of no figure here.
ODD = re.compile(
    rf"(?:单位[:：为]?|[（(【\[])(?:{SCALES}+|[%％‰打角分K兆]|百分比)(?=$|[）)】\]])", re.IGNORECASE
)
# 万·元, 万^元: something between a scale and its 元 makes it no unit that is certain.
STRANGE = re.compile(
    rf"{SCALES}[^\w、，,（()）：:/]+[元圆]|[￥¥$]|RMB|[美港欧日]元|外币|[（(]人民币[）)]|[元圆]/",
    re.IGNORECASE,
)
OF_COUNTS = re.compile(r"单位[:：为]?(?:件|项|宗|个|份|条|次|人)|[（(](?:件|项|宗|份)[）)]")
# What makes of a line beside a table a statement about its unit: 单位：元, 金额均为元, 以元为单位,
# 元 alone.
SAYS_SO = re.compile(
    r"单位|均[为以按]|[以按].{0,3}[元圆]|^[（(]?(?:人民币)?.{0,3}[元圆][）)]?$|金额[为:：]|"
    r"[（(][^（）()]{0,4}[元圆][）)]$|"
    rf"{COUNTED_BY.pattern}|^[（(【\[]{SCALES}{{1,3}}(?:{COUNTED})[）)】\]]$"
)
# Lines about other money, or about no unit: 信息处理费单位为元, 部门决算（单位：元）,
# 收费标准单位：元/件.
OF_OTHER_MONEY = re.compile(r"处理费|罚没|决算|预算|标准|经费|不足|工资|补贴|[元圆]/")
# A line elsewhere that names this table or all amounts: 表二行政事业性收费金额单位为元,
# 本报告中金额单位均为元.
OF_ALL = re.compile(r"表二|收费|采购|(?:本报告|全文|文中|以上|上述).{0,6}金额")
OF_MONEY = re.compile("金额|收费|采购|[元圆]")
COMMA = re.compile("[,，]")
PLAIN_FIGURE = re.compile(r"[0-9]{1,12}(?:\.[0-9]{1,8})?")
LIKELY_UNITS = ("元", "万元", "亿元")  # in which a figure under 万元 may really be written
FEWEST_DIGITS = 2  # of a rounded figure, to know an amount by it
NEAR = 80  # tokens before and behind a table that may belong to its section
LONGEST_NOTE = 60  # characters


@dataclass(frozen=True, slots=True)
class StatedUnit:
    """``unit`` is the one that all texts state, "" where none does or they contradict each other;
    ``where`` quotes the texts: 表头“本年收费金额（单位：元）”.
    """

    unit: str
    where: str
    contradicted: bool = False


NOT_STATED = StatedUnit("", "")
UnitPlace = tuple[str, str]  # what a text is (表头, 行标签, 表旁), and the text


def is_money(unit: str) -> bool:
    return unit.endswith("元")


def compact(text: str) -> str:
    """单位： 元 -> 单位:元; 单位：万元/百件 -> 单位:万元、百件."""
    plain = "".join(figures.clean(text).split())
    pair = pair_in(plain)
    return f"单位:{pair['one']}、{pair['other']}" if pair else plain


def pair_in(plain: str) -> re.Match[str] | None:
    """A line of nothing but a unit of money and one of counts: 单位：万元/百件."""
    pair = PAIR.fullmatch(plain)
    is_of_both = pair is not None and sum(map(is_money, (pair["one"], pair["other"]))) == 1
    return pair if is_of_both else None


@lru_cache(maxsize=4096)
def money_units(text: str) -> frozenset[str]:
    """The units of money that a text states: 本年收费金额（单位：元） -> {元}; 单位：件、万元 ->
    {万元}.
    """
    if set("元圆").isdisjoint(text):
        return frozenset()
    plain = compact(text).replace("萬", "万").replace("圆", "元")
    return frozenset(MONEY.findall(plain))


@lru_cache(maxsize=4096)
def count_units(text: str) -> frozenset[str]:
    """Units of counts that are not single ones: 单位：万件, 以万件计 -> {万件}; 单位：件 -> {}."""
    if not re.search(SCALES, text):
        return frozenset()
    plain = compact(text)
    return frozenset((*COUNTS.findall(plain), *COUNTED_BY.findall(plain)))


def all_units(text: str) -> frozenset[str]:
    """The units of money and of counts that a text states: 单位：万件 -> {万件}."""
    return money_units(text) | count_units(text)


def units_in(text: str, unit: str) -> frozenset[str]:
    return money_units(text) if is_money(unit) else count_units(text)


@lru_cache(maxsize=4096)
def is_strange(text: str) -> bool:
    """Whether the head or label of an amount says a unit that is none of ours: ￥, 美元, 单位：件,
    万元/件.
    """
    plain = figures.clean(text)
    is_of_counts = OF_COUNTS.search(plain) is not None
    if pair_in("".join(plain.split())):
        return False
    is_of_no_money = is_of_counts and not money_units(text)
    return is_of_no_money or STRANGE.search(plain) is not None


@lru_cache(maxsize=4096)
def is_odd(text: str) -> bool:
    """单位：亿, 数量（千）; not 第（八）项, （一）予以公开, which no bracket with a scale ends."""
    return ODD.search(compact(text)) is not None


def other_unit(text: str, official: frozenset[str]) -> bool:
    """Whether a text of a table's sheet says a unit that is none of the form's own: （单位：元） in
    a caption, 单位：百件 in a title; not 单位：件、万元, 12.5万元, 信息处理费单位为元.
    """
    plain = compact(text)
    says_so = SAYS_SO.search(plain) is not None
    is_prose = len(text) > LONGEST_NOTE and not says_so
    if is_prose or OF_OTHER_MONEY.search(plain):
        return False
    is_foreign = says_so and STRANGE.search(plain) is not None
    return is_foreign or is_odd(text) or bool(all_units(text) - official)


def stated_unit(places: Iterable[UnitPlace], unit: str, raw: str) -> StatedUnit:
    """What texts say of the unit of a column that the form counts in ``unit``: 表头
    “本年收费金额（单位：元）” says 元.

    ``raw`` is the figure as written: a note that names it with a unit (共计57588.71元) says its
    unit as well.
    """
    found: dict[str, list[str]] = {}
    for name, text in places:
        for stated in says(name, text, unit, raw):
            found.setdefault(stated, []).append(name + quoted(text))
    if not found:
        return far_unit(places, unit)
    if len(found) > 1 or UNKNOWN in found:
        texts = dict.fromkeys(chain.from_iterable(found.values()))
        return StatedUnit("", "、".join(texts), contradicted=True)
    name, wheres = found.popitem()
    return StatedUnit(name, wheres[0])


def far_unit(places: Iterable[UnitPlace], unit: str) -> StatedUnit:
    """What lines far from the table leave open: 单位：元 in a line of its own on another page."""
    texts = []
    for name, text in places:
        if name == FAR and units_in(text, unit) - {unit}:
            texts.append(quoted(text))
    return StatedUnit("", "、".join(texts), contradicted=True) if texts else NOT_STATED


def quoted(text: str) -> str:
    return f"“{' '.join(text.split())}”"


def says(name: str, text: str, unit: str, raw: str) -> frozenset[str]:
    """The units that a text at a place states; a head or label may say one that is none of ours. A
    line far from the table says nothing by itself.
    """
    if name == FAR:
        return frozenset()
    found = units_in(text, unit) | amounts_of(text, raw, unit)
    if says_unknown(name, text, unit):
        found |= {UNKNOWN}
    return found


def says_unknown(name: str, text: str, unit: str) -> bool:
    """Whether a text states a unit that is none of ours: 美元 in a head, 单位：亿, 数量（千）."""
    if not is_money(unit):
        return is_odd(text) and not OF_MONEY.search(text)
    may_be_strange = name != BESIDE and is_strange(text)
    return may_be_strange or is_odd(text)


def amounts_of(text: str, raw: str, unit: str) -> frozenset[str]:
    """The units in which a figure would be the amount that a text names: 共计57588.71元 says 元 of
    57588.71; 收费12.5万元 says 万元 of 12.5, and 元 of 125000. None where it names other amounts.
    """
    own = COMMA.sub("", figures.clean(raw))
    if not is_money(unit) or not PLAIN_FIGURE.fullmatch(own):
        return frozenset()
    found = set()
    for match in figures.AMOUNT.finditer(compact(text)):
        figure = Decimal(COMMA.sub("", match["figure"]))
        for written in (match["unit"], *LIKELY_UNITS):
            amount = Decimal(own) * figures.factor_of(written, match["unit"])
            if figure and is_told_as(amount, figure):
                found.add(written)
    return frozenset(found)


def is_told_as(amount: Decimal, figure: Decimal) -> bool:
    """Whether a text may give an amount by a figure: 12.50032 by 12.5; 3.2 by 3 says too little."""
    if len(figure.normalize().as_tuple().digits) < FEWEST_DIGITS:
        return amount == figure
    last_place = Decimal(1).scaleb(int(figure.as_tuple().exponent))
    return abs(amount - figure) * 2 <= last_place


def in_unit(value: Value, stated: str, unit: str) -> Value:
    """A figure written in ``stated`` in the form's ``unit``: 57588.71 元 is 5.758871 万元."""
    factor = figures.factor_of(stated, unit)
    if value is None or factor == 1:
        return value
    number = Decimal(value) * factor
    whole = int(number)
    return whole if number == whole else number.normalize()


# --- the texts around a table ---------------------------------------------------------------------

HEAD, LABEL, BESIDE, FAR = "表头", "行标签", "表旁", "别处"
UNKNOWN = "?"
# 单位：元 in a line of its own.
BARE = re.compile(rf"(?:金额)?单位[:：]?(?:人民币)?{SCALES}{{0,3}}[元圆]")
LONGEST_UNIT = 4  # characters of a cell that holds a unit alone


def head_places(tokens: Iterable[tokenizing.Token]) -> list[UnitPlace]:
    """The texts above a part of a table that say something of a unit: 第（八）项（单位：元）,
    信息内容, the heads.
    """
    return telling(HEAD, short_texts(tokens, LONGEST_NOTE))


def label_places(label: str, row: Iterable[tokenizing.Token]) -> list[UnitPlace]:
    """A row's label, and a cell of the row that holds a unit alone: 行政事业性收费 · 元 ·
    57588.71.
    """
    return telling(LABEL, (label, *short_texts(row, LONGEST_UNIT)))


def telling(name: str, texts: Iterable[str]) -> list[UnitPlace]:
    found = []
    for text in texts:
        if tells_unit(text):
            found.append((name, text))
    return found


def short_texts(tokens: Iterable[tokenizing.Token], longest: int) -> Iterator[str]:
    for token in tokens:
        if token.kind == "text" and len(token.text) <= longest:
            yield token.text


@lru_cache(maxsize=4096)
def tells_unit(text: str) -> bool:
    return bool(all_units(text)) or is_strange(text) or is_odd(text)


def unit_lines(tokens: Sequence[tokenizing.Token]) -> list[int]:
    """The numbers of the short lines that state a unit, anywhere."""
    found = []
    for at, token in enumerate(tokens):
        if token.kind == "text" and CUE.search(token.text) and says_unit(token):
            found.append(at)
    return found


def note_places(
    tokens: Sequence[tokenizing.Token],
    lines: Sequence[int],
    first: int,
    end: int,
    labels: Collection[int],
) -> list[UnitPlace]:
    """Short lines of a table's section that state a unit, its own ``labels`` aside, and lines
    elsewhere that name it: 注：收费以元为单位 below the table, 表二金额单位为元 at the end.

    ``lines`` are those of ``unit_lines``, ``first`` and ``end`` the bounds of the table's tokens,
    ``labels`` the numbers of those that are labels.
    """
    if not lines:
        return []
    section = section_around(tokens, first, end)
    grids = {0, *(token.grid for token in tokens[first:end])}
    found: dict[UnitPlace, None] = {}
    for at in lines:
        token = tokens[at]
        is_beside = at in section and token.grid in grids
        is_note = is_beside and at not in labels
        place = BESIDE if is_note else place_of(token)
        if place:
            found[place, token.text] = None
    return list(found)


def place_of(token: tokenizing.Token) -> str:
    """Where a line outside a table's section stands to it: 收费金额单位为元 is as good as beside
    it, 单位：元 is far, and others say nothing of it.
    """
    if token.grid:
        return ""
    if OF_ALL.search(token.text):
        return BESIDE
    return FAR if BARE.fullmatch(compact(token.text)) else ""


def section_around(tokens: Sequence[tokenizing.Token], first: int, end: int) -> range:
    """The tokens around a table up to the headings of sections before and behind it, or to a number
    of them.
    """
    begin = first
    while begin > max(0, first - NEAR):
        begin -= 1
        if ends_section(tokens[begin]):
            break
    stop = end
    while stop < min(end + NEAR, len(tokens)) and not ends_section(tokens[stop]):
        stop += 1
    return range(begin, stop)


def ends_section(token: tokenizing.Token) -> bool:
    return token.kind == "text" and sections.section_number(token) > 0


def says_unit(token: tokenizing.Token) -> bool:
    """Whether a line states a unit of these figures: 单位：元; no label of the form, nothing on
    other money.
    """
    text = token.text
    if len(text) > LONGEST_NOTE or token.squash in labelling.form_words():
        return False
    return is_odd(text) or names_unit(text)


def names_unit(text: str) -> bool:
    """注：收费以元为单位, 共计57588.71元; not 收费标准单位：元/件."""
    if not figures.AMOUNT.search(text) and not all_units(text):
        return False
    plain = compact(text)
    if OF_OTHER_MONEY.search(plain):
        return False
    return SAYS_SO.search(plain) is not None or figures.AMOUNT.search(plain) is not None


def scaled_note(notes: Iterable[UnitPlace]) -> str:
    """The note that says that counts are not single ones: 单位：千件, 单位：百件、万元; "" for
    none.
    """
    for _, text in notes:
        is_odd_count = is_odd(text) and not OF_MONEY.search(text)
        if count_units(text) or is_odd_count:
            return text
    return ""


# --- is the unit that is stated the right one? ----------------------------------------------------

# The usual order of size of amounts, as a power of ten in 万元, by the last character of the
# body's name.
USUAL = {
    "省": 5.5,
    **dict.fromkeys("市州盟", 4.5),
    **dict.fromkeys("县区旗", 3.8),
    **dict.fromkeys("镇乡道", 0.5),
}
# Powers of ten above the usual size, where 元 are likely written under 万元 (four more): of an area
# with a people's congress, and of a town or a department, which differ more. For a county that is
# half a million 万元: Hangzhou, a whole city, had 316441 in 2025, all of China some 41 million.
BEYOND, BEYOND_OF_A_BODY = 1.9, 3.3
SAME_AMOUNT = 0.1  # powers of ten: 约6.3万元 for 6.322944
OF_A_BODY = 1.5  # of a department
SUBJECTS = {"fees": "收费", "procurement": "采购"}  # rows of money -> what prose calls them


def contradicted_by(
    row: str, entry: Entry, agency: str, prose: str, others: Sequence[Value]
) -> str:
    """What speaks against a converted amount: the prose's own figure, else the figures of
    ``others``, the document's other years, else the order of size of such bodies'; "" for nothing.

    63229.44 under 元 would be 6.3 万元 of a whole city: likelier the head is wrong than the figure.
    """
    subject = SUBJECTS.get(row, "")
    figure = figures.read_figure(entry.raw, "万元").value
    if not entry.value or not figure or not subject:
        return ""
    sizes = Sizes(size_of(figure), size_of(entry.value))
    against = against_prose(sizes, prose, subject)
    if against is None:
        against = against_years(sizes, others)
    if against is None:
        against = against_body(sizes, agency)
    return against


class Sizes(NamedTuple):
    """The powers of ten of an amount in 万元: as it is written, and converted."""

    plain: float
    converted: float

    def nearer_plain(self, size: float) -> bool:
        return abs(size - self.plain) < abs(size - self.converted)


def against_prose(sizes: Sizes, prose: str, subject: str) -> str | None:
    """What the prose says against the converted amount: 收费63229.44万元; "" where it says the
    same, None where it says neither: 收费通知4份，总金额2670元 speaks of something else.
    """
    for amount, words in amounts_in(prose, subject):
        if abs(amount - sizes.plain) < SAME_AMOUNT:
            return f"正文写的是“{words}”"
        if abs(amount - sizes.converted) < SAME_AMOUNT:
            return ""
    return None


def against_years(sizes: Sizes, others: Iterable[Value]) -> str | None:
    """What the first figure of another year says, None where there is none."""
    for value in others:
        if value:
            is_nearer = sizes.nearer_plain(size_of(value))
            return f"文中另一年的是{figures.shown(value)}万元" if is_nearer else ""
    return None


def against_body(sizes: Sizes, agency: str) -> str:
    usual = usual_size(agency)
    if usual is None or not sizes.nearer_plain(usual):
        return ""
    return f"与{agency}这一级机关通常的数额相差太大"


def is_beyond(amount: Figure, agency: str) -> bool:
    """Whether an amount in 万元 is likely one in 元: 323671442.95 of a county, which collects
    32367.14.
    """
    usual = usual_size(agency)
    if usual is None or not amount:
        return False
    beyond = BEYOND_OF_A_BODY if usual <= OF_A_BODY else BEYOND
    return size_of(amount) > usual + beyond


def size_of(amount: Figure) -> float:
    """63229.44 -> 4.8."""
    return log10(abs(float(amount)))


def amounts_in(prose: str, subject: str) -> Iterator[tuple[float, str]]:
    """(power of ten in 万元, words) of each amount that prose names for a subject: 收费63229.44万元
    -> 4.8.
    """
    for match in re.finditer(rf"{subject}[^。；;\n]{{0,20}}?{figures.AMOUNT.pattern}", prose):
        figure = Decimal(COMMA.sub("", match["figure"])) * figures.factor_of(match["unit"], "万元")
        if figure:
            yield log10(figure), match[0]


def usual_size(agency: str) -> float | None:
    if not agency:
        return None
    area, department = bodies.parts_of(agency)
    if not department and bodies.body(agency).level == "county":
        area = "县"  # 瑞安市
    return OF_A_BODY if department else USUAL.get(area[-1:], OF_A_BODY)
