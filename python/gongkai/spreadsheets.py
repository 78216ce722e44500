"""Room: spreadsheets. What a cell of any spreadsheet holds and shows: its number, and formats that show another."""

from __future__ import annotations

import re
from decimal import Decimal

from gongkai.figures import exact
from gongkai.model import Value

EXACT_DIGITS = 15  # a spreadsheet keeps no more; a longer figure is written as text, which keeps them all
DATE, PERCENT, SCALED = "日期或时间", "百分比", "按千位缩小显示的"
STRANGE, HIDDEN, STRUCK = "无法识别的", "不显示数值的", "加了删除线的"
# Number formats that every program knows without a code; 27 to 36 and 50 to 58 are dates in East Asian versions.
BUILTIN = {str(number): DATE for number in (*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59))} | {
    "9": PERCENT,
    "10": PERCENT,
}
LONGEST_CODE = 255
# What a format code shows as it stands, or does not show: "text", \c, _c, *c, colours and conditions; not [h], [mm].
LITERAL = re.compile(r'"[^"]*"|\\.|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
ODD_CODES = (  # aaa is a day of the week; a comma after the last digit hides three digits
    (PERCENT, re.compile("%")),
    (DATE, re.compile("[ymdhs]|aaa", re.IGNORECASE)),
    (SCALED, re.compile("[0#?.],+(?![0#?,])")),
)
SHOWS = re.compile("[0#?@gG]")  # a digit, a text, General (in some versions G/通用格式)
DIGIT = re.compile("[0-9]")


def as_figure(value: object) -> Value:
    """A number of a spreadsheet -> exact figure; None for anything else.

    A float is taken at the 15 digits that a spreadsheet shows: 1.1 is stored as 1.1000000000000001.
    """
    if isinstance(value, bool):
        return None
    if isinstance(value, int):
        return value
    if isinstance(value, float):
        value = Decimal(repr(value))
    if not isinstance(value, Decimal) or not value.is_finite():
        return None
    if len(value.as_tuple().digits) > EXACT_DIGITS:
        value = Decimal(format(value, f".{EXACT_DIGITS}g"))
    return exact(value)


def kind_of(code: str) -> str:
    """What a number format code makes of a number; "" where it shows the number itself."""
    if len(code) > LONGEST_CODE:
        return STRANGE
    plain = LITERAL.sub("", code)
    kind = next((kind for kind, sign in ODD_CODES if sign.search(plain)), "")
    if kind or not code:
        return kind
    if not SHOWS.search(plain.partition(";")[0]):
        return HIDDEN
    added = [text for text in LITERAL.findall(code) if text[0] in '"\\']
    return STRANGE if DIGIT.search("".join(added)) else ""


def doubtful(number: str, kind: str) -> str:
    """What stands for a number in a cell whose format shows another: a text, so that no figure is made of it."""
    return f"{number}（单元格为{kind}格式）"
