"""Formulas as Excel spells them in English <-> as LibreOffice's API does.

=IF(表三!$D$7=1,"a",'x y'!B2) is =IF($表三.$D$7=1;"a";$'x y'.B2) there. What is plain is respelled
as text, by what stands here; all else goes through LibreOffice's own parser (``speller.py``).
"""

from __future__ import annotations

import re

TEXT = r'"(?:[^"]|"")*"'
CELL = r"\$?[A-Za-z]{1,3}\$?[0-9]+"
CELLS = rf"{CELL}(?::{CELL})?(?![\w.(!])"
NUMBER = r"[0-9]+(?:\.[0-9]+)?(?:[eE][+-]?[0-9]+)?(?![\w.:])"
SHEET = r"(?:'(?:[^']|'')+'|[^\W\d]\w*)"
FUNCTION = r"[A-Za-z_][A-Za-z_0-9]*\("
OPERATORS = r"<>|<=|>=|[-+*/^&=<>%]"
PLAIN_NAME = re.compile(r"[^\W\d]\w*")
LIKE_A_CELL = re.compile(r"[A-Za-z]{1,3}[0-9]+|[RrCc][0-9]*", re.ASCII)
# Of a formula of Excel's, and of one of LibreOffice's; the group "other" ends a plain one.
EXCEL_PARTS = re.compile(
    rf"(?P<text>{TEXT})|(?P<sheet>{SHEET})!(?P<far>{CELLS})|(?P<near>{CELLS})|(?P<number>{NUMBER})"
    rf"|(?P<function>{FUNCTION})|(?P<sign>{OPERATORS})|(?P<open>\()|(?P<close>\))|(?P<part>,)"
    rf"|(?P<truth>(?:TRUE|FALSE)(?![\w.(!]))|(?P<space> +)|(?P<other>.)",
    re.DOTALL,
)
OFFICE_PARTS = re.compile(
    rf"(?P<text>{TEXT})|\$(?P<sheet>{SHEET})\.(?P<far>{CELLS})|(?P<near>{CELLS})"
    rf"|(?P<number>{NUMBER})|(?P<function>{FUNCTION})|(?P<sign>{OPERATORS})|(?P<open>\()"
    rf"|(?P<close>\))|(?P<part>;)|(?P<truth>(?!))|(?P<space> +)|(?P<other>.)",
    re.DOTALL,
)
END_OPERANDS = frozenset({"text", "far", "near", "number", "close", "truth"})
BEGIN_OPERANDS = frozenset({"text", "far", "near", "number", "open", "truth", "function"})
# Functions that both spell alike; there are more, which the parser knows.
ALIKE = frozenset(
    [
        "ABS",
        "AND",
        "AVERAGE",
        "CHOOSE",
        "COLUMN",
        "COLUMNS",
        "CONCATENATE",
        "COUNT",
        "COUNTA",
        "COUNTBLANK",
        "COUNTIF",
        "COUNTIFS",
        "DATE",
        "DAY",
        "EXACT",
        "FALSE",
        "FIND",
        "HLOOKUP",
        "HYPERLINK",
        "IF",
        "IFERROR",
        "INDEX",
        "INDIRECT",
        "INT",
        "ISBLANK",
        "ISERROR",
        "ISNA",
        "ISNUMBER",
        "ISTEXT",
        "LEFT",
        "LEN",
        "LOOKUP",
        "LOWER",
        "MATCH",
        "MAX",
        "MEDIAN",
        "MID",
        "MIN",
        "MOD",
        "MONTH",
        "N",
        "NA",
        "NOT",
        "NOW",
        "OFFSET",
        "OR",
        "PRODUCT",
        "RIGHT",
        "ROUND",
        "ROUNDDOWN",
        "ROUNDUP",
        "ROW",
        "ROWS",
        "SEARCH",
        "SIGN",
        "SMALL",
        "SUBSTITUTE",
        "SUBTOTAL",
        "SUM",
        "SUMIF",
        "SUMIFS",
        "SUMPRODUCT",
        "T",
        "TEXT",
        "TODAY",
        "TRIM",
        "TRUE",
        "UPPER",
        "VALUE",
        "VLOOKUP",
        "YEAR",
    ]
)


ERRORS = frozenset(("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!"))


def is_error(formula: str) -> bool:
    """=#N/A: what Excel has as a constant, LibreOffice has as a formula."""
    return formula[1:] in ERRORS


def quoted(sheet: str) -> str:
    """A sheet's name in a formula: 表三, 'x y'."""
    if PLAIN_NAME.fullmatch(sheet) and not LIKE_A_CELL.fullmatch(sheet):
        return sheet
    return "'" + sheet.replace("'", "''") + "'"


def unquoted(sheet: str) -> str:
    return sheet[1:-1].replace("''", "'") if sheet.startswith("'") else sheet


def to_office(formula: str) -> str | None:
    """A plain formula of Excel's -> LibreOffice's; None for one that is not plain.

    =SUM(A1:B2,表三!$D$7) -> =SUM(A1:B2;$表三.$D$7)
    """
    return respelled(formula, EXCEL_PARTS, ";")


def to_excel(formula: str) -> str | None:
    """=SUM(A1:B2;$表三.$D$7) -> =SUM(A1:B2,表三!$D$7)"""
    return respelled(formula, OFFICE_PARTS, ",")


def respelled(formula: str, parts: re.Pattern[str], separator: str) -> str | None:
    written = ["="]
    brackets: list[bool] = []  # whether each open one is a function's
    operand = False  # whether what stood before is one: a space behind it may be an intersection
    for found in parts.finditer(formula, 1):
        kind = str(found.lastgroup)
        if operand and kind in BEGIN_OPERANDS:
            return None
        if not is_plain(found, kind, brackets):
            return None
        is_blank = kind == "space"
        operand = operand if is_blank else kind in END_OPERANDS
        written.append(spelled(found, kind, separator))
    return "".join(written) if not brackets else None


def is_plain(found: re.Match[str], kind: str, brackets: list[bool]) -> bool:
    """Whether both mean the same by a piece; open brackets are kept in ``brackets``.

    A comma that stands in no function joins areas: =SUM((A1,B2)).
    """
    if kind == "function":
        brackets.append(True)
        return found[0][:-1].upper() in ALIKE
    if kind == "open":
        brackets.append(False)
    elif kind == "close":
        is_open = bool(brackets)
        del brackets[-1:]
        return is_open
    elif kind == "part":
        return brackets[-1:] == [True]
    return kind != "other"


def spelled(found: re.Match[str], kind: str, separator: str) -> str:
    if kind == "part":
        return separator
    if kind == "truth":
        return f"{found[0]}()"
    if kind == "far":
        sheet = quoted(unquoted(found["sheet"]))
        return f"${sheet}.{found['far']}" if separator == ";" else f"{sheet}!{found['far']}"
    return found[0].upper() if kind in ("function", "near") else found[0]


def with_calls(formula: str) -> str:
    """TRUE -> TRUE(), outside texts: the parser would make 1 of it."""
    written = []
    for number, piece in enumerate(re.split(f"({TEXT})", formula)):
        is_text = number % 2 == 1
        written.append(piece if is_text else re.sub(r"\b(TRUE|FALSE)\b(?!\()", r"\1()", piece))
    return "".join(written)
