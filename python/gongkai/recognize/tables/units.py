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
from math import log10

from gongkai.bodies import parts_of
from gongkai.figures import AMOUNT, clean, factor_of, read_figure, shown
from gongkai.model import Entry, Value
from gongkai.recognize.labels import form_words
from gongkai.recognize.sections import section_number
from gongkai.recognize.tokens import Token

SCALES = "[十百千万亿]"
BEHIND = r"(?=$|[^\u4e00-\u9fff]|人民币|整|计|填|为|和|及|或)"  # not 元旦, 元氏县
# 元, 千元, 十万元; not the end of 公元, 单元, 多元, nor that of an amount (57588.71元).
MONEY = re.compile(rf"(?<![\d.单多公纪美港欧])(?P<unit>{SCALES}{{0,3}}[元圆]){BEHIND}")
# 单位：万件, （千项）: only counts that are not single ones change a figure. 第二十条 is no count
# of ten, nor what a line leaves of it: 十条第（一）项.
COUNTED = "件次?|项|宗|份|起|条|个|次"
COUNTS = re.compile(
    rf"(?:单位[:：为]?|[（(【\[]|^(?!十|.{{1,3}}条))(?P<unit>{SCALES}{{1,3}}(?:{COUNTED})){BEHIND}"
)
CUE = re.compile(
    rf"[元圆]|{SCALES}(?:{COUNTED})|单位|[（(【\[].{{1,2}}[）)】\]]$"
)  # one stands in every such line
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
    r"[（(][^（）()]{0,4}[元圆][）)]$"
)
# Lines about other money, or about no unit: 信息处理费单位为元, 部门决算（单位：元）,
# 收费标准单位：元/件.
OF_OTHER_MONEY = re.compile(r"处理费|罚没|决算|预算|标准|经费|不足|工资|补贴|[元圆]/")
# A line elsewhere that names this table or all amounts: 表二行政事业性收费金额单位为元,
# 本报告中金额单位均为元.
OF_ALL = re.compile(r"表二|收费|采购|(?:本报告|全文|文中|以上|上述).{0,6}金额")
OF_MONEY = re.compile("金额|收费|采购|[元圆]")
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


@lru_cache(maxsize=4096)
def money_units(text: str) -> frozenset[str]:
    """The units of money that a text states: 本年收费金额（单位：元） -> {元}; 单位：件、万元 ->
    {万元}.
    """
    if not ("元" in text or "圆" in text):
        return frozenset()
    plain = "".join(clean(text).split()).replace("萬", "万")
    return frozenset(match["unit"].replace("圆", "元") for match in MONEY.finditer(plain))


@lru_cache(maxsize=4096)
def count_units(text: str) -> frozenset[str]:
    """The units of counts that are not single ones: 单位：万件 -> {万件}; 单位：件 -> {}."""
    if not any(scale in text for scale in "十百千万亿"):
        return frozenset()
    return frozenset(match["unit"] for match in COUNTS.finditer("".join(clean(text).split())))


def units_in(text: str, unit: str) -> frozenset[str]:
    return money_units(text) if is_money(unit) else count_units(text)


@lru_cache(maxsize=4096)
def is_strange(text: str) -> bool:
    """Whether the head or label of an amount says a unit that is none of ours: ￥, 美元, 单位：件,
    万元/件.
    """
    plain = clean(text)
    return bool(STRANGE.search(plain)) or (bool(OF_COUNTS.search(plain)) and not money_units(text))


@lru_cache(maxsize=4096)
def is_odd(text: str) -> bool:
    """单位：亿, 数量（千）; not 第（八）项, （一）予以公开, which no bracket with a scale ends."""
    return ODD.search("".join(clean(text).split())) is not None


def stated_unit(places: Iterable[UnitPlace], unit: str, raw: str) -> StatedUnit:
    """What texts say of the unit of a column that the form counts in ``unit``.

    ``raw`` is the figure as written: a note that names it with a unit (共计57588.71元) says its
    unit as well.
    """
    found: dict[str, list[str]] = {}
    for name, text in places:
        for stated in says(name, text, unit, raw):
            found.setdefault(stated, []).append(f"{name}“{' '.join(text.split())}”")
    if not found:
        far = [
            f"“{' '.join(text.split())}”"
            for name, text in places
            if name == FAR and units_in(text, unit) - {unit}
        ]
        return StatedUnit("", "、".join(far), contradicted=True) if far else NOT_STATED
    if len(found) > 1 or UNKNOWN in found:
        quoted = "、".join(dict.fromkeys(text for texts in found.values() for text in texts))
        return StatedUnit("", quoted, contradicted=True)
    return next(StatedUnit(name, texts[0]) for name, texts in found.items())


def says(name: str, text: str, unit: str, raw: str) -> frozenset[str]:
    """The units that a text at a place states; a head or label may say one that is none of ours. A
    line far from the table says nothing by itself.
    """
    if name == FAR:
        return frozenset()
    strange = name != BESIDE and is_money(unit) and is_strange(text)
    strange = strange or (is_odd(text) and (is_money(unit) or not OF_MONEY.search(text)))
    return (
        units_in(text, unit) | amounts_of(text, raw, unit) | ({UNKNOWN} if strange else frozenset())
    )


def amounts_of(text: str, raw: str, unit: str) -> frozenset[str]:
    """The unit with which a text repeats a figure; none where it names others."""
    if not is_money(unit) or "元" not in text:
        return frozenset()
    own = re.sub("[,，]", "", clean(raw))
    found = AMOUNT.finditer("".join(clean(text).split()))
    return frozenset(
        match["unit"] for match in found if re.sub("[,，]", "", match["figure"]) == own
    )


def in_unit(value: Value, stated: str, unit: str) -> Value:
    """A figure written in ``stated`` in the form's ``unit``: 57588.71 元 is 5.758871 万元."""
    factor = factor_of(stated, unit)
    if value is None or factor == 1:
        return value
    number = Decimal(value) * factor
    whole = int(number)
    return whole if number == whole else number.normalize()


# --- the texts around a table ---------------------------------------------------------------------

HEAD, LABEL, BESIDE, FAR = "表头", "行标签", "表旁", "别处"
UNKNOWN = "?"
BARE = re.compile(
    rf"(?:金额)?单位[:：]?(?:人民币)?{SCALES}{{0,3}}[元圆]"
)  # 单位：元 in a line of its own


def head_places(tokens: Sequence[Token]) -> list[UnitPlace]:
    """The texts above a part of a table that say something of a unit: 第（八）项（单位：元）,
    信息内容, the heads.
    """
    texts = [
        token.text for token in tokens if token.kind == "text" and len(token.text) <= LONGEST_NOTE
    ]
    return [(HEAD, text) for text in texts if tells_unit(text)]


def label_places(label: str, row: Sequence[Token]) -> list[UnitPlace]:
    """A row's label, and a cell of the row that holds a unit alone: 行政事业性收费 · 元 ·
    57588.71.
    """
    texts = [label, *(token.text for token in row if token.kind == "text" and len(token.text) <= 4)]
    return [(LABEL, text) for text in texts if tells_unit(text)]


@lru_cache(maxsize=4096)
def tells_unit(text: str) -> bool:
    return bool(money_units(text) or count_units(text)) or is_strange(text) or is_odd(text)


def unit_lines(tokens: Sequence[Token]) -> list[int]:
    """The numbers of the short lines that state a unit, anywhere."""
    texts = [
        at for at, token in enumerate(tokens) if token.kind == "text" and CUE.search(token.text)
    ]
    return [at for at in texts if says_unit(tokens[at])]


def note_places(
    tokens: Sequence[Token], lines: Sequence[int], first: int, end: int, labels: Collection[int]
) -> list[UnitPlace]:
    """Short lines of a table's section that state a unit, its own ``labels`` aside, and lines
    elsewhere that name it.

    ``lines`` are those of ``unit_lines``, ``first`` and ``end`` the bounds of the table's tokens,
    ``labels`` the numbers of those that are labels.
    """
    if not lines:
        return []
    section = section_around(tokens, first, end)
    grids = {0, *(token.grid for token in tokens[first:end])}
    found = []
    for at in lines:
        inside = at in section and tokens[at].grid in grids and at not in labels
        if inside or (OF_ALL.search(tokens[at].text) and not tokens[at].grid):
            found.append((BESIDE, tokens[at].text))
        elif not tokens[at].grid and BARE.fullmatch("".join(clean(tokens[at].text).split())):
            found.append((FAR, tokens[at].text))
    return list(dict.fromkeys(found))


def section_around(tokens: Sequence[Token], first: int, end: int) -> range:
    """The tokens around a table up to the headings of sections before and behind it, or to a number
    of them.
    """
    before = range(first - 1, max(0, first - NEAR) - 1, -1)
    behind = range(end, min(end + NEAR, len(tokens)))
    begin = next((at for at in before if ends_section(tokens[at])), max(0, first - NEAR))
    return range(begin, next((at for at in behind if ends_section(tokens[at])), behind.stop))


def ends_section(token: Token) -> bool:
    return token.kind == "text" and section_number(token) > 0


def says_unit(token: Token) -> bool:
    """Whether a line states a unit of these figures: 单位：元; no label of the form, nothing on
    other money.
    """
    text = token.text
    if len(text) > LONGEST_NOTE:
        return False
    if token.squash in form_words():
        return False
    if is_odd(text):
        return True
    if not (money_units(text) or count_units(text) or AMOUNT.search(text)):
        return False
    plain = "".join(clean(text).split())
    return bool(SAYS_SO.search(plain) or AMOUNT.search(plain)) and not OF_OTHER_MONEY.search(plain)


def scaled_note(notes: Iterable[UnitPlace]) -> str:
    """The note that says that counts are not single ones: 单位：千件; "" for none."""
    counts = (text for _, text in notes if not OF_MONEY.search(text))
    return next((text for text in counts if count_units(text) or is_odd(text)), "")


# --- is the unit that is stated the right one? ----------------------------------------------------

# The usual order of size of amounts, as a power of ten in 万元, by the last character of the body's
# name.
USUAL = {
    "省": 5.5,
    "市": 4.5,
    "州": 4.5,
    "盟": 4.5,
    "县": 3.8,
    "区": 3.8,
    "旗": 3.8,
    "镇": 0.5,
    "乡": 0.5,
    "道": 0.5,
}
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
    figure = read_figure(entry.raw, "万元").value
    if not entry.value or not figure or not subject:
        return ""
    converted, plain = log10(abs(float(entry.value))), log10(abs(float(figure)))
    for amount, quoted in amounts_in(prose, subject):
        # 收费通知4份，总金额2670元: an amount that is neither of the two speaks of something else.
        if abs(amount - plain) < SAME_AMOUNT:
            return f"正文写的是“{quoted}”"
        if abs(amount - converted) < SAME_AMOUNT:
            return ""
    for other in [value for value in others if value]:
        size = log10(abs(float(other)))
        nearer = abs(size - plain) < abs(size - converted)
        return f"文中另一年的是{shown(other)}万元" if nearer else ""
    usual = usual_size(agency)
    if usual is None or abs(usual - plain) >= abs(usual - converted):
        return ""
    return f"与{agency}这一级机关通常的数额相差太大"


def amounts_in(prose: str, subject: str) -> Iterator[tuple[float, str]]:
    """(power of ten in 万元, words) of each amount that prose names for a subject: 收费63229.44万元
    -> 4.8.
    """
    for match in re.finditer(rf"{subject}[^。；;\n]{{0,20}}?{AMOUNT.pattern}", prose):
        figure = Decimal(re.sub("[,，]", "", match["figure"])) * factor_of(match["unit"], "万元")
        if figure:
            yield log10(figure), match[0]


def usual_size(agency: str) -> float | None:
    if not agency:
        return None
    area, department = parts_of(agency)
    return OF_A_BODY if department else USUAL.get(area[-1:], OF_A_BODY)
