"""What Excel makes of something written into a cell: a cell's state, and the rules of entry.

Sources: "Excel specifications and limits" (32,767 characters in a cell); Range.Value and
Range.Value2 of the VBA reference (Currency and Date types, error values as integers); KB 832136 and
its successors (an array with a text of more than 8,203 characters is refused by Excel 2007, a
single cell is not); pywin32's conversions (Decimal becomes VT_CY with four decimals, an int beyond
32 bits no type that Excel takes). A text that starts with + - @ becomes a formula as it does when
typed, which is the stricter of the two behaviours that are described.
"""

from __future__ import annotations

import datetime as dt
import re
from dataclasses import dataclass
from decimal import Decimal

MOST_UNITS = 32_767
MOST_UNITS_IN_ARRAY = 8_203
MOST_UNITS_OF_FORMULA = 8_221  # xlwings issue 887: reading .formula of a longer text raises
GENERAL, TEXT = "General", "@"
ERRORS = {
    "#DIV/0!": -2146826281,
    "#N/A": -2146826246,
    "#NAME?": -2146826259,
    "#NULL!": -2146826288,
    "#NUM!": -2146826252,
    "#REF!": -2146826265,
    "#VALUE!": -2146826273,
}
NUMBER = re.compile(r"[+-]?[¥$￥]?(\d{1,3}(,\d{3})+|\d+)?(\.\d*)?([eE][+-]?\d+)?%?")
BRACKETED = re.compile(r"\((\d+(?:\.\d+)?)\)")
DATES = (
    re.compile(r"(?P<y>\d{4})[-/.年](?P<m>\d{1,2})[-/.月](?P<d>\d{1,2})日?"),
    re.compile(r"(?P<m>\d{1,2})[-/](?P<d>\d{1,2})"),
    re.compile(r"(?P<y>\d{4})年(?P<m>\d{1,2})月"),
)
DATE_CODE = re.compile(r"[ymdhs]", re.IGNORECASE)
QUOTED = re.compile(r'"[^"]*"|\\.|\[[^\]]*\]')


class ComError(Exception):
    """What pywin32 raises: hresult, text, exception info, argument."""

    def __init__(self, reason: str, scode: int = -2146827284) -> None:
        super().__init__(
            -2147352567, "Exception occurred.", (0, "Microsoft Excel", reason, None, 0, scode), None
        )


# Commands know a failure of Excel by the module that its class comes from, as they see it on
# Windows.
ComError.__module__, ComError.__name__ = "pywintypes", "com_error"


@dataclass(frozen=True)
class Look:
    """What Range.Font and Range.Interior say: colours as Excel counts them, blue first."""

    superscript: bool = False
    subscript: bool = False
    struck: bool = False
    color: int = 0
    size: float = 11.0
    ground: int = 0xFFFFFF


PLAIN = Look()


@dataclass(slots=True)
class Cell:
    """``value`` is a float, bool, text, datetime, an error's text or None; ``formula`` has its =,
    or is "".

    ``runs`` are the pieces of a text in several fonts."""

    value: object = None
    formula: str = ""
    format: str = GENERAL
    prefix: bool = False
    look: Look = PLAIN
    runs: tuple[tuple[str, Look], ...] = ()

    @property
    def filled(self) -> bool:
        return self.value is not None or self.formula != ""


def units(text: str) -> int:
    return len(text.encode("utf-16-le", "surrogatepass")) // 2


def enter(cell: Cell, value: object, results: dict[str, object], in_array: bool) -> None:
    """Range.Value = value, for one cell; ``results`` gives the values of formulas."""
    if isinstance(value, str) and units(value) > (MOST_UNITS_IN_ARRAY if in_array else MOST_UNITS):
        raise ComError("应用程序定义或对象定义错误")
    if isinstance(value, int) and not isinstance(value, bool) and not -(2**31) <= value < 2**31:
        raise ComError("VT_I8")
    cell.prefix, cell.formula = False, ""
    if value is None or value == "":
        cell.value = None
    elif isinstance(value, str):
        enter_text(cell, value, results)
    elif isinstance(value, bool):
        cell.value = value
    elif isinstance(value, dt.datetime):
        cell.value = value.replace(tzinfo=None)
        cell.format = "yyyy/m/d" if cell.format == GENERAL else cell.format
    elif isinstance(value, Decimal):
        cell.value = float(value.quantize(Decimal("0.0001")))
    elif isinstance(value, int | float):
        cell.value = format(value, ".15g") if cell.format == TEXT else float(value)
    else:
        raise ComError(f"no VARIANT type for {type(value).__name__}")


def enter_text(cell: Cell, text: str, results: dict[str, object]) -> None:
    if text.startswith("'"):
        cell.value, cell.prefix = text[1:] or None, True
    elif cell.format == TEXT:
        cell.value = text
    elif text[0] in "=+-@" and len(text) > 1 and not NUMBER.fullmatch(text):
        cell.formula = text if text.startswith("=") else f"={text}"
        cell.value = results.get(cell.formula)
    elif text in ERRORS:
        cell.value = text
    elif text.upper() in ("TRUE", "FALSE"):
        cell.value = text.upper() == "TRUE"
    else:
        found = as_date(text)
        if found:
            cell.value = found
            cell.format = "yyyy/m/d" if cell.format == GENERAL else cell.format
        else:
            number = as_number(text)
            cell.value = text if number is None else number


def as_number(text: str) -> float | None:
    plain = text.strip()
    bracketed = BRACKETED.fullmatch(plain)
    if bracketed:
        return -float(bracketed[1])
    if not NUMBER.fullmatch(plain) or not any(letter.isdigit() for letter in plain):
        return None
    share = 100 if plain.endswith("%") else 1
    try:
        return float(re.sub("[,¥$￥%]", "", plain)) / share
    except ValueError:
        return None


def as_date(text: str) -> dt.datetime | None:
    for pattern in DATES:
        found = pattern.fullmatch(text.strip())
        if found:
            parts = found.groupdict()
            try:
                return dt.datetime(
                    int(parts.get("y") or 2026), int(parts["m"]), int(parts.get("d") or 1)
                )
            except ValueError:
                return None
    return None


def shown_value(cell: Cell) -> object:
    """Range.Value of one cell: an error as its integer, a number in a date format as a date."""
    if isinstance(cell.value, str) and cell.value in ERRORS and not cell.prefix:
        return ERRORS[cell.value]
    if (
        isinstance(cell.value, float)
        and DATE_CODE.search(QUOTED.sub("", cell.format))
        and cell.format != GENERAL
    ):
        return dt.datetime(1899, 12, 30) + dt.timedelta(days=cell.value)
    return cell.value


def formula_text(cell: Cell) -> str:
    """Range.Formula of one cell: its formula, or its constant as text (without the apostrophe
    before it).
    """
    if cell.formula:
        return cell.formula
    if isinstance(cell.value, dt.datetime):
        return format((cell.value - dt.datetime(1899, 12, 30)).total_seconds() / 86400, "g")
    if isinstance(cell.value, bool):
        return str(cell.value).upper()
    if isinstance(cell.value, float):
        return format(cell.value, ".15g")
    text = "" if cell.value is None else str(cell.value)
    if units(text) > MOST_UNITS_OF_FORMULA:
        raise ComError("应用程序定义或对象定义错误")
    return text
