"""The text of one cell -> an exact figure, or why it is none. Knows no table and no document."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Context, Decimal
from functools import cache, lru_cache
from typing import Literal, NamedTuple

from gongkai.model import Figure, Value

State = Literal["figure", "blank", "sign", "unreadable"]

# Not U+202E: it turns 13 round, so that a person sees 31.
UNSEEN = (
    r"\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u202a-\u202d"
    r"\u2060-\u2064\u2066-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff9-\ufffb"
    r"\U000e0000-\U000e0fff"
)
INVISIBLE = re.compile(f"[{UNSEEN}]")
# Letters, digits and radicals that have another form: Ⅲ, ⼈, ㈠, １, Ａ, 𝟏. Punctuation is none of
# them.
FORMS = (
    r"\u2160-\u217f\u2e80-\u2fdf\u3038-\u303a\u3220-\u3229\uf900-\ufaff\ufb00-\ufb06\uff10-\uff19"
    r"\uff21-\uff3a\uff41-\uff5a\uff66-\uffdc\U0001d400-\U0001d7ff\U0001fbf0-\U0001fbf9"
    r"\U0002f800-\U0002fa1f"
)
FOLDED = re.compile(f"[{UNSEEN}{FORMS}]")
# The ideographs of radicals of which NFKC knows none (EquivalentUnifiedIdeograph.txt, Unicode
# 14.0): a PDF that a browser printed writes 人⺠政府.
RADICALS = dict(zip(
    "⺁⺂⺃⺄⺅⺆⺇⺈⺉⺊⺋⺌⺍⺎⺏⺐⺑⺒⺓⺔⺕⺖⺗⺘⺙⺛⺜⺝⺞⺠⺡⺢⺣⺤⺥⺦⺧⺨⺩⺪"
    "⺫⺬⺭⺮⺯⺰⺱⺲⺳⺴⺵⺶⺷⺸⺹⺺⺻⺼⺽⺾⺿⻀⻁⻂⻃⻄⻅⻆⻇⻈⻉⻊⻋⻌⻍⻎⻏⻐⻑⻒"
    "⻓⻔⻕⻖⻗⻘⻙⻚⻛⻜⻝⻞⻟⻠⻡⻢⻣⻤⻥⻦⻧⻨⻩⻪⻫⻬⻭⻮⻯⻰⻱⻲",
    "厂乛乚乙亻冂𠘨刀刂卜㔾小小兀尣尢𡯂巳幺彑彐忄心扌攵旡日月歺民氵氺灬爫爫丬牛犭王𤴔"
    "目示礻𥫗糹纟罓罒㓁冗𦉫羊𦍌𦍋耂肀聿肉𦥑艹艹艹虎衤覀西见角𧢲讠贝𧾷车辶辶辶邑钅長镸"
    "长门𨸏阝雨青韦页风飞食𩙿飠饣𩠐马骨鬼鱼鸟卤麦黄黾斉齐歯齿竜龙龜亀",
    strict=True,
))  # fmt: skip
SIGNS = frozenset({"/", "\\", "-", "--", "---", "无", "*", "**", "//", "——", "—", "∕"})
# Full-width forms only: NFKC would also turn a footnote mark (12② or 12²) into digits of the
# figure.
WIDE = {chr(code): chr(code - 0xFEE0) for code in range(0xFF01, 0xFF5F)} | dict.fromkeys(
    "‐‑‒–―−─﹣", "-"
)
WIDTHS = str.maketrans(WIDE)


def in_all_widths(signs: frozenset[str]) -> tuple[str, ...]:
    """Signs and those of one letter in its wide forms: - as －, -- as －－."""
    found = set(signs)
    for sign in signs:
        for wide, narrow in WIDE.items():
            if set(sign) == {narrow}:
                found.add(wide * len(sign))
    return tuple(sorted(found))


# The same signs in all widths, as they stand in a sheet: formulas know no other way to tell them
# from texts.
PLAIN_SIGNS = in_all_widths(SIGNS)
BLANKS = " \u3000\u00a0\n"  # what sheets hold between and around texts
# A fen in 万元: sums that differ by less hold, on the sheet and here. To PLACES a difference is
# rounded before that: 0.1 + 0.2 - 0.3 is 5E-17 in a spreadsheet.
TOLERANCE = Decimal("0.000001")
PLACES = 7
THOUSANDS = re.compile(r"[1-9]\d{0,2}\.\d{3}$")  # 1.708 of what is counted may be 1708
COUNTED = "件|个|项|条|次|宗|人|份|起|例|家|部|篇|类"
NUMBER = re.compile(
    r"(?:人民币 ?)?(?P<number>[+-]?(?:[0-9]{1,3}(?:,[0-9]{3})+|[0-9]+)(?:\.[0-9]+)?) ?"
    rf"\(?(?P<unit>{COUNTED}|[十百千万亿]{{0,3}}元)?(?:整|人民币)?\)?"
)
# An amount in running text: 2,670元, 57588.71 万元, 3千元; not the 670元 of 2,670元.
AMOUNT = re.compile(
    r"(?<![\d.,，])(?P<figure>\d{1,12}(?:[,，]\d{3})*(?:\.\d{1,8})?)\s?"
    r"(?P<unit>[十百千万亿]{0,3}元)"
)
SCALES = {"十": 10, "百": 100, "千": 1_000, "万": 10_000, "亿": 100_000_000}
YUAN_IN_WAN = 10_000
NO_BLANKS = dict.fromkeys(map(ord, BLANKS), "")
AS_SPACES = dict.fromkeys(map(ord, BLANKS), " ")
WIDEST = Context(prec=1_000)  # the default one holds 28 digits
# Characters; beyond that no count or amount is plausible, and Decimal stays exact below it.
LONGEST = 24
# 17 over 08 in a narrow cell, 1 7 0 8 set wide, 1 708 with a thin blank: one figure, or two.
PARTED = re.compile(r"[1-9][0-9]{0,6}(?: [0-9]{1,7})+")
LONGEST_PARTED = 9  # digits
SHORT_ENOUGH = 16  # digits


class Reading(NamedTuple):
    """What a cell's text says: its state, the exact value for a figure, and the unit that it was
    converted from.

    ``unit`` is the one that the text itself states, "" where it states none.
    """

    state: State
    value: Value = None
    converted: str = ""
    unit: str = ""


PICTURE = "[图片]"  # the text of a cell that holds a picture alone
DRAWN = "^□"  # behind a figure that a page hides or moves, or beside which it draws something
BLANK = Reading("blank")
SIGN = Reading("sign")
UNREADABLE = Reading("unreadable")


def fold(text: str) -> str:
    """The text that a person sees: nothing invisible, letters, digits and radicals in their one
    form.

    人⺠政府 -> 人民政府, １２ -> 12, ⼀ -> 一; 12①, 12² and （） stay as they are seen. All that is
    read passes here once, before any rule looks at it.
    """
    return text if text.isascii() else FOLDED.sub(one_form, text)


def one_form(match: re.Match[str]) -> str:
    letter = match[0]
    if INVISIBLE.match(letter):
        return ""
    return RADICALS.get(letter) or unicodedata.normalize("NFKC", letter)


def clean(text: str) -> str:
    """Text folded, its punctuation too in one width (NFKC), all white space as single blanks."""
    return " ".join(unicodedata.normalize("NFKC", fold(text)).split())


@lru_cache(maxsize=4096)
def read_figure(text: str, unit: str = "件") -> Reading:
    """The figure in a cell of a column counted in ``unit`` (件, 项 or 万元).

    An amount in 元, 千元, 百万元 or 亿元 under a head in 万元 is converted exactly. A text with
    anything besides one number and its unit (a note, a year, a second number) is unreadable.
    """
    if is_plain_count(text):
        return Reading("figure", int(text))
    plain = narrow(text)
    if not plain:
        return BLANK
    if plain in SIGNS:
        return SIGN
    match = NUMBER.fullmatch(plain)
    if match is None or len(plain) > LONGEST:
        return UNREADABLE
    if unit != "万元" and THOUSANDS.match(match["number"]):
        return UNREADABLE
    return convert(decimal_of(match), match["unit"] or "", unit)


def is_plain_count(text: str) -> bool:
    """134: digits alone, as most cells are, which need no closer look."""
    return text.isascii() and text.isdigit() and len(text) < SHORT_ENOUGH


def narrow(text: str) -> str:
    """Folded, signs in one width, white space as single blanks: ' １，２３４ ' -> 1,234."""
    return " ".join(fold(text).translate(WIDTHS).split())


def decimal_of(match: re.Match[str]) -> Decimal:
    return Decimal(match["number"].replace(",", ""))


def plain_number(text: str) -> Value:
    """The number that a text is and nothing else: １３４, ' 1,234'; None for 134件, 12万, 1.708 of
    what is counted.
    """
    plain = fold(text).translate(WIDTHS).strip()
    match = NUMBER.fullmatch(plain)
    if match is None or len(plain) > LONGEST:
        return None
    if match["unit"] or "人民币" in plain:
        return None
    return exact(decimal_of(match))


def joined_digits(text: str) -> int | None:
    """The one figure that digits parted by blanks or lines may be: 17 over 08 -> 1708; None for any
    other text.
    """
    plain = narrow(text)
    digits = plain.replace(" ", "")
    if len(digits) > LONGEST_PARTED or not PARTED.fullmatch(plain):
        return None
    return int(digits)


def convert(number: Decimal, written: str, unit: str) -> Reading:
    if written and written.endswith("元") != (unit == "万元"):
        return UNREADABLE
    factor = factor_of(written, unit)
    converted = written if factor != 1 else ""
    return Reading("figure", exact(number * factor), converted, written)


def factor_of(written: str, unit: str) -> Decimal:
    """What a figure in the unit ``written`` is multiplied by, to stand in ``unit``: 元 under 万元
    0.0001, 千件 1000.
    """
    if not written:
        return Decimal(1)
    factor = scale_of(written) / scale_of(unit)
    if written.endswith("元") == unit.endswith("元"):
        return factor
    return Decimal(1)


def scale_of(unit: str) -> Decimal:
    """万元 -> 10000, 百万元 -> 1000000, 件 -> 1."""
    scale = Decimal(1)
    for letter in unit:
        scale *= SCALES.get(letter, 1)
    return scale


def exact(number: Decimal) -> Value:
    """An int where the number is whole (0.00 is 0), else the Decimal without trailing zeros."""
    whole = int(number)
    return whole if number == whole else number.normalize()


def rounded(gap: Figure) -> Figure:
    """A difference of sums without what is no difference: 0.0000004 -> 0, 2.00000001 -> 2, 0.000001
    stays.

    ROUND(…,7) of the sheets' formulas (gongkai.workbook.live.formulas).
    """
    if isinstance(gap, int):
        return gap
    near = gap.quantize(Decimal(1).scaleb(-PLACES), ROUND_HALF_UP, WIDEST)
    whole = int(near.to_integral_value(ROUND_HALF_UP))
    if abs(near - whole) < TOLERANCE:
        return whole
    return near.normalize(WIDEST)


def without_blanks(text: str) -> str:
    """一、本年 新收⏎申请 -> 一、本年新收申请: a label as formulas and we compare it."""
    return text.translate(NO_BLANKS)


def is_text(text: str) -> bool:
    """Whether a figure's cell of a sheet holds a text there, neither nothing nor a sign: '134',
    见附表; not ' － '.
    """
    plain = text.translate(AS_SPACES).strip(" ")
    return plain != "" and plain not in PLAIN_SIGNS


def size(figure: Figure) -> Figure:
    """Without its sign; ``abs`` would round a long Decimal."""
    return -figure if figure < 0 else figure


def shown(value: Value) -> str:
    """A figure as plain text, never in exponent form; "" for blank."""
    if value is None:
        return ""
    if isinstance(value, Decimal):
        return format(value, "f")
    return str(value)


# --- digits as they are seen ----------------------------------------------------------------------
# One idea of what is too faint and what too small, for pages, Word and Excel.

PALE_HEX = "f[0-9a-f]f[0-9a-f]f[0-9a-f]"  # ffffff, fefefe
MUCH_SMALLER = 0.7


def is_pale(rgb: str) -> bool:
    """Whether nobody sees letters of a colour on white: FFFFFF, FEFEFE, the last six digits of
    FFFAFAFA.
    """
    return re.fullmatch(PALE_HEX, rgb[-6:], re.IGNORECASE) is not None


def is_much_smaller(size: float, other: float) -> bool:
    """Whether a digit of one size is a note beside one of the other: 6 beside 11, not 9."""
    return size < MUCH_SMALLER * other


# --- numbers as letters ---------------------------------------------------------------------------


HAN = "一二三四五六七八九十"


def han_number(text: str) -> int:
    """一 to 九十九; 0 for what is no number."""
    return han_numbers().get(text, 0)


@cache
def han_numbers() -> Mapping[str, int]:
    """九十九 -> 99; 十二 and 一十二 -> 12."""
    found: dict[str, int] = {}
    for number in range(1, 100):
        written = in_han(number)
        found[written] = number
        if written.startswith("十"):
            found[f"一{written}"] = number
    return found


def in_han(number: int) -> str:
    """12 -> 十二, 20 -> 二十."""
    tens, ones = divmod(number, 10)
    last = HAN[ones - 1] if ones else ""
    if not tens:
        return last
    return f"{HAN[tens - 1]}十{last}" if tens > 1 else f"十{last}"
