"""A number format, or a conditional one -> the kind of what it makes of a number.

The kind is a word for people, "" where the number itself is shown.
"""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal

from gongkai import figures, spreadsheets
from gongkai.model import Value

# a spreadsheet keeps no more; a longer figure is written as text, which keeps them all
EXACT_DIGITS = 15
FIXED = "日期中写有固定数字的"
DATE, PERCENT, SCALED = "日期或时间", "百分比", "按千位缩小显示的"
STRANGE, HIDDEN, STRUCK = "无法识别的", "不显示数值的", "加了删除线的"
MONEY, UNSIGNED, WHITE = "带货币单位的", "不显示负号的", "白色字体的"
RAISED, ELAPSED, MIXED = "上标或下标", "时长", "字体不一的"
SET_APART = "含上标、下标或小字的"  # a text of which a part is so
SAME, TINY, REPEATED = "字体与底色相同的", "字号过小的", "填充对齐的"
SCIENTIFIC, OTHER_ZERO, OTHER_TEXT = "科学计数", "把0显示为其他内容的", "把文本显示为别的内容的"
# The look of a part of a text -> what that makes of the text, where it is no raised or small one.
PARTLY = {STRUCK: "含删除线的", WHITE: "含白色字体的", SAME: "含与底色相同的字的"}
PARTS = (SET_APART, *PARTLY.values())
ROUNDED = "只显示{}位小数的"  # no kind of its own: it matters for a number with more of them alone
IN_PLACES = re.compile(ROUNDED.format(r"(\d+)"))
# Kinds that hide a text as well as a number, or make another of it.
OF_TEXTS = (STRUCK, WHITE, SAME, RAISED, TINY, MIXED, REPEATED, OTHER_TEXT, FIXED)
# Number formats that every program knows without a code; 27 to 36 and 50 to 58 are dates in East
# Asian versions.
DAYS = (*range(14, 23), *range(27, 37), *range(45, 48), *range(50, 59))
BUILTIN = {
    **dict.fromkeys(map(str, DAYS), DATE),
    **dict.fromkeys(("9", "10"), PERCENT),
    **dict.fromkeys(("11", "48"), SCIENTIFIC),
    **dict.fromkeys(("5", "6", "7", "8", "42", "44"), MONEY),
    **dict.fromkeys(("1", "3", "37", "38"), ROUNDED.format(0)),
    **dict.fromkeys(("2", "4", "39", "40"), ROUNDED.format(2)),
}
LARGEST = 300  # powers of ten
WRITTEN = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,5})?")
LONGEST_CODE = 255  # characters of a number format; Excel takes no more
TEXT_SECTION = 4  # of the parts of a code
# What a format code shows as it stands, or does not show: "text", \c, !c, _c, *c, colours and
# conditions; not [h].
LITERAL = re.compile(r'"[^"]*"|[\\!].|_.|\*.|\[(?!h+\]|m+\]|s+\])[^\]]*\]', re.IGNORECASE)
# [h]:mm counts hours beyond a day; aaa is a day of the week; a comma after the last digit hides
# three digits.
ODD_CODES = (
    (PERCENT, re.compile("%")),
    (ELAPSED, re.compile(r"\[(?:h+|m+|s+)\]", re.IGNORECASE)),
    (SCIENTIFIC, re.compile("E[+-]", re.IGNORECASE)),
    (DATE, re.compile("[ymdhs]|aaa", re.IGNORECASE)),
    (SCALED, re.compile("[0#?.],+(?![0#?,])")),
)
PLACES = re.compile(r"[#?0,]*[#?0][#?0,]*(?:\.(?P<places>[#?0]+))?")  # 0, #,##0.00
SHOWS = re.compile("[0#?@gG]")  # a digit, a text, General (in some versions G/通用格式)
CONDITION = re.compile(r"\[[<>=]")
# the section for it, where it shows no digit
OF_ZERO = re.compile(r'\[=0\][^;"0-9]*(?:"[^"0-9]*"[^;"0-9]*)*(?:;|$)')
IN_WHITE = re.compile(r"\[(?:white|白色|(?:color|颜色)\s*2)\]", re.IGNORECASE)
# the usual way to show that a number is negative
RED = re.compile(r"\[(?:red|红色)\]", re.IGNORECASE)
NUMBER = r"G/通用格式|General|@|[0#?](?:[0#?.,/ ]*[0#?.])?(?:E[+-]0+)?"
PIECE = re.compile(f"{LITERAL.pattern}|{NUMBER}", re.IGNORECASE)
SAMPLE = 5
SIGNS = "-()（）负 "
MONEY_SIGN = re.compile("[¥￥$元]")
REPEATS = re.compile(r"(?<![\\!\"_])\*[0-9]|[0#] [0#]")  # 0*0 shows 1480000, "# #" 14 8
# of the formats and marks in our own workbooks
OUR_WORDS = re.compile(r"年版|✗ 差|(?:✗|!|i|疑\??) ")
BY_SIGN = re.compile(r"\[>=0\]([^;]*);\[<0\]")  # two sections as they are without a word on it


def as_figure(value: object) -> Value:
    """A number of a spreadsheet -> exact figure; None for anything else, and for one beyond all
    sense.

    A float is taken at the 15 digits that a spreadsheet shows: 1.1 is stored as 1.1000000000000001.
    """
    if isinstance(value, int):
        if isinstance(value, bool):
            return None
        return value
    if isinstance(value, float):
        value = Decimal(repr(value))
    if not isinstance(value, Decimal) or is_beyond_sense(value):
        return None
    if len(value.as_tuple().digits) > EXACT_DIGITS:
        value = Decimal(format(value, f".{EXACT_DIGITS}g"))
    return figures.exact(value)


def is_beyond_sense(number: Decimal) -> bool:
    return not number.is_finite() or abs(number.adjusted()) > LARGEST


def number_of(text: str) -> object:
    """A number as a file writes it; the text itself where it is none, or beyond all sense."""
    if not WRITTEN.fullmatch(text.strip()):  # Decimal takes 1_000 and ٤٣٦ as well
        return text
    number = as_figure(Decimal(text.strip()))
    if number is None:
        return text
    return number


def kind_of(code: str) -> str:
    """What a number format code makes of a number; "" where it shows the number itself.

    What a format adds is judged as in any text: 5件 is the figure 5, but -5, 5万 and ¥5 are not,
    nor is 4.3831 the figure 43831 (``0\\.0000``). A day that ``"2021年"m"月"d"日"`` shows may be of
    another year.
    """
    if len(code) > LONGEST_CODE or REPEATS.search(code):
        return STRANGE
    if IN_WHITE.search(code.partition(";")[0]):
        return WHITE
    code = OF_ZERO.sub("", BY_SIGN.sub(r"\1;", code), count=1)
    if not code:
        return ""
    kind = kind_of_signs(LITERAL.sub("", code))
    if kind == DATE and any(map(str.isdigit, literals_of(code))):
        return FIXED
    return kind or kind_of_sections(code)


def kind_of_signs(plain: str) -> str:
    """By what the signs of a code are for, its literal texts taken out: 0% , yyyy, 0, and none at
    all.
    """
    for kind, sign in ODD_CODES:
        if sign.search(plain):
            return kind
    if SHOWS.search(plain.partition(";")[0]):
        return ""
    return HIDDEN


def kind_of_sections(code: str) -> str:
    """By what a code shows where the number is ``SAMPLE``, and whether that for negative ones shows
    their sign.
    """
    parts = sections_of(code)
    first, *others = [PIECE.sub(shown_part, part) for part in parts]
    if CONDITION.search(code):
        return first_kind((first, *others[:2]))
    kind = kind_of_sample(first)
    if kind or not others:
        return kind
    if len(others) > 1 and shows_other_zero(parts[2]):
        return OTHER_ZERO
    if RED.search(code):
        return ""
    return kind_of_negative(others[0])


def shows_other_zero(section: str) -> bool:
    """Whether a zero looks like something else: 8, ✓, 见附件; not like 0件, -, / or nothing."""
    told = literals_of(section)
    if any(map(str.isdigit, told)):
        return True
    shows_digit = SHOWS.search(LITERAL.sub("", section)) is not None
    return not shows_digit and figures.read_figure(told).state == "unreadable"


def kind_in_cell(code: str) -> str:
    """The same of a cell's own format, which may show fewer places than a number has."""
    return kind_of(code) or rounding_of(code)


def rounding_of(code: str) -> str:
    """只显示2位小数的 for #,##0.00; "" for General, 0.00E+00 and what has a kind of its own."""
    plain = LITERAL.sub("", code.partition(";")[0]).strip()
    found = PLACES.fullmatch(plain)
    return ROUNDED.format(len(found["places"] or "")) if found else ""


def is_rounded(number: object, kind: str) -> bool:
    """Whether a cell of such a kind shows another number: 13 for 12.5."""
    found = IN_PLACES.fullmatch(kind)
    if found is None or not isinstance(number, Decimal):
        return False
    return round(number, int(found[1])) != number


def first_kind(sections: Sequence[str]) -> str:
    for section in sections:
        kind = kind_of_sample(section)
        if kind:
            return kind
    return ""


def kind_of_negative(section: str) -> str:
    """Whether the section for negative numbers shows that they are: -5, (5), 负5."""
    plain = OUR_WORDS.sub("", section)
    bare = plain.strip(SIGNS)
    shows_sign = bare != plain.strip()
    if shows_sign and not kind_of_sample(bare):
        return ""
    return UNSIGNED


def sections_of(code: str) -> list[str]:
    """The parts of a code for positive and negative numbers, zero and texts.

    A semicolon in quotes parts nothing.
    """
    return LITERAL.sub(lambda match: match[0].replace(";", "；"), code).split(";")


def literals_of(section: str) -> str:
    """What a section shows as it stands."""
    return "".join(shown_part(match) for match in LITERAL.finditer(section))


def kind_of_text(code: str) -> str:
    """What a number format code makes of a text; "" where it shows the text itself.

    The section for texts is the fourth, or the last one where it has a sign for them: ``"9"@``
    shows 95 for 5, and ``;;;`` nothing.
    """
    sections = sections_of(code)
    if len(sections) >= TEXT_SECTION:
        section = sections[TEXT_SECTION - 1]
    elif "@" in LITERAL.sub("", sections[-1]):
        section = sections[-1]
    else:
        return ""
    if IN_WHITE.search(section):
        return WHITE
    signs = LITERAL.sub("", section).strip()
    is_itself = signs in ("@", "General", "G/通用格式") and not literals_of(section).strip()
    if is_itself:
        return ""
    return OTHER_TEXT


def shown_part(match: re.Match[str]) -> str:
    """What a piece of a format code shows where the number is ``SAMPLE``."""
    piece = match[0]
    if piece[0] in '"\\!':
        return piece.strip('"').lstrip("\\!")
    if piece[0] == "[":
        if piece.startswith("[$"):
            return piece[2:-1].partition("-")[0]
        return ""
    if piece[0] in "_*":
        return ""
    return str(SAMPLE)


def kind_of_sample(text: str) -> str:
    """What a format adds is judged as in any text: 5件 is a figure, 负5, 5仟, 其中5, 5余 are
    another, or none.
    """
    plain = OUR_WORDS.sub("", text)
    count, amount = figures.read_figure(plain), figures.read_figure(plain, "万元")
    if count.value == SAMPLE or (amount.value == SAMPLE and not amount.converted):
        return ""
    if MONEY_SIGN.search(plain):
        return MONEY
    return STRANGE


def is_shown(number: Value, kind: str) -> bool:
    """Whether a cell whose format is of this kind shows this number all the same."""
    if not kind or IN_PLACES.fullmatch(kind):
        return True
    is_seen = SEEN_WHERE.get(kind)
    return number is not None and is_seen is not None and is_seen(number)


def is_not_negative(number: Decimal | int) -> bool:
    return number >= 0


# Of these formats the numbers that a person sees all the same: ¥0 is 0, 5 without its sign is 5.
SEEN_WHERE: Mapping[str, Callable[[Decimal | int], bool]] = {
    OTHER_ZERO: bool,
    MONEY: operator.not_,
    UNSIGNED: is_not_negative,
}


def doubtful(number: str, kind: str) -> str:
    """What stands for a number in a cell whose format shows another: a text, so that no figure is
    made of it.
    """
    return f"{number}（单元格为{kind}格式）"


# --- conditional formats --------------------------------------------------------------------------

NEVER, UNKNOWN = "never", ""  # operators: the rule is for no number; it cannot be evaluated
COMPARED: dict[str, Callable[[Decimal, Decimal], bool]] = {
    "equal": operator.eq,
    "notEqual": operator.ne,
    "lessThan": operator.lt,
    "lessThanOrEqual": operator.le,
    "greaterThan": operator.gt,
    "greaterThanOrEqual": operator.ge,
}
IN_FORMULA = {
    "=": "equal",
    "<>": "notEqual",
    "<": "lessThan",
    "<=": "lessThanOrEqual",
    ">": "greaterThan",
    ">=": "greaterThanOrEqual",
}
FOR_NO_NUMBER = re.compile(
    r'(?:ISBLANK|ISERROR|ISERR|ISNA|ISTEXT)\(\$?[A-Z]+\$?\d+\)|\$?[A-Z]+\$?\d+=""', re.IGNORECASE
)
COMPARES = re.compile(
    r"(\$?)([A-Z]{1,3})(\$?)(\d{1,7})(=|<>|<=?|>=?)(-?\d+(?:\.\d+)?)", re.IGNORECASE
)
CONSTANT = re.compile(r"-?\d+(?:\.\d+)?")


@dataclass(frozen=True, slots=True)
class Condition:
    """A conditional format that makes numbers white or hides them: where, for which, and the kind
    of their format.
    """

    areas: tuple[spreadsheets.Area, ...]
    test: str
    bounds: tuple[Decimal, ...]
    kind: str

    def hides(self, number: Value) -> bool:
        """Whether this number is not seen.

        A zero that is hidden is a zero all the same, as by a number format.
        """
        if number is None or number == 0 or self.test == NEVER:
            return number is None and self.test == UNKNOWN
        if self.test in COMPARED:
            return COMPARED[self.test](Decimal(number), self.bounds[0])
        if self.test in ("between", "notBetween"):
            low, high = sorted(self.bounds)
            return (low <= number <= high) == (self.test == "between")
        return True


def condition(
    sort: str, named: str, formulas: Sequence[str], areas: tuple[spreadsheets.Area, ...], kind: str
) -> Condition:
    """A rule as a workbook states it: cellIs with an operator and constants, or a formula on the
    first cell itself.
    """
    plain = [re.sub(r"\s", "", formula) for formula in formulas]
    test, bounds = test_of(sort, named, plain, areas)
    return Condition(areas, test, tuple(map(Decimal, bounds)), kind)


def test_of(
    sort: str, named: str, formulas: Sequence[str], areas: tuple[spreadsheets.Area, ...]
) -> tuple[str, Sequence[str]]:
    """cellIs, lessThan, 5 -> (lessThan, 5); expression, $B1=0 -> (equal, 0)."""
    first = formulas[0] if formulas else ""
    if is_for_no_number(sort, first):
        return NEVER, ()
    if sort == "cellIs" and formulas and all(map(CONSTANT.fullmatch, formulas)):
        return named, formulas
    found = COMPARES.fullmatch(first) if sort == "expression" else None
    if found and is_of_itself(found, areas):
        return IN_FORMULA[found[5]], (found[6],)
    return UNKNOWN, ()


def is_for_no_number(sort: str, formula: str) -> bool:
    """Whether a rule is for blanks, errors, texts, or for nothing at all."""
    if sort in ("containsBlanks", "containsErrors") or FOR_NO_NUMBER.fullmatch(formula):
        return True
    return sort == "expression" and formula.upper() in ("FALSE", "FALSE()", "0")


def is_of_itself(found: re.Match[str], areas: tuple[spreadsheets.Area, ...]) -> bool:
    """Whether a formula on the first cell asks of each cell its own value: $B1=0 in B1:B9, not in
    B1:C9.
    """
    tops, lefts, bottoms, rights = (set(edges) for edges in zip(*areas, strict=True))
    top, left = min(tops), min(lefts)
    if (spreadsheets.column_of(f"{found[2].upper()}1"), int(found[4])) != (left, top):
        return False
    is_fixed_column, is_fixed_row = found[1], found[3]  # by a $
    if is_fixed_column and lefts | rights != {left}:
        return False
    return not is_fixed_row or tops | bottoms == {top}
