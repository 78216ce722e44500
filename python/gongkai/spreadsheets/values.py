"""The XML of one sheet -> the values of its cells, by (row, column), 1-based, as they are stored.

Errors come as their text, what a number format shows otherwise as a text that says so; see sheet_values.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING

from gongkai.figures import shown
from gongkai.opc.package import whole
from gongkai.spreadsheets import PLACE, Spot, column_of
from gongkai.spreadsheets.formats import BUILTIN, doubtful, is_shown, kind_of

if TYPE_CHECKING:
    from lxml.etree import _Element

MOST_ROWS = 1_048_576
MOST_COVERED = 100  # rows and columns of an array formula that are looked at
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")


def odd_styles(root: _Element) -> dict[str, str]:
    """Number of a cell style -> kind of its format, for those that show another number than the one stored."""
    codes = root.iterfind("{*}numFmts/{*}numFmt")
    kinds = {node.get("numFmtId", ""): kind_of(node.get("formatCode", "")) for node in codes}
    kinds = {number: kind for number, kind in kinds.items() if kind} | BUILTIN
    styles = enumerate(style.get("numFmtId", "") for style in root.iterfind("{*}cellXfs/{*}xf"))
    return {str(place): kinds[number] for place, number in styles if number in kinds}


def sheet_values(root: _Element, strings: Sequence[str], odd: Mapping[str, str]) -> dict[Spot, object]:
    """(row, column) -> value of all cells that hold something: int, Decimal or text.

    An error value comes as its text (#DIV/0!), a formula without a result as ``=`` and the formula, a number in one
    of the ``odd`` styles as text with the kind: 44625 is no count where the program shows 2022-03-05.
    """
    values: dict[Spot, object] = {}
    data = root.find("{*}sheetData")
    for number, row in index_rows(data).items() if data is not None else ():
        for place, cell in placed_cells(row, number):
            value = cell_value(cell, strings)
            kind = odd.get(cell.get("s", "0"), "")
            if isinstance(value, int | Decimal) and not is_shown(value, kind):
                value = doubtful(shown(value), kind)
            if value is not None:
                values[place] = value
    return values


def formula_spots(root: _Element) -> set[Spot]:
    """The cells whose value is the result of a formula; an array formula fills several."""
    found: set[Spot] = set()
    data = root.find("{*}sheetData")
    for number, row in index_rows(data).items() if data is not None else ():
        for place, cell in placed_cells(row, number):
            formula = cell.find("{*}f") if len(cell) else None
            if formula is not None:
                found |= {place, *(covered(formula.get("ref", "")) if formula.get("t") == "array" else ())}
    return found


def covered(area: str) -> Iterator[Spot]:
    """The cells of ``D5:J5``; of a whole sheet only those at the top, for no form is larger."""
    ends = [PLACE.fullmatch(end) for end in area.split(":")]
    corners = [(int(end[2]), column_of(end[0])) for end in ends if end]
    for row in range(corners[0][0], min(corners[-1][0], MOST_COVERED) + 1) if corners else ():
        for column in range(corners[0][1], min(corners[-1][1], MOST_COVERED) + 1):
            yield row, column


def cell_value(cell: _Element, strings: Sequence[str]) -> object:
    if not len(cell):
        return None
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        return string_of(cell.find("{*}is"))
    result, formula = cell.find("{*}v"), cell.find("{*}f")
    text = result.text if result is not None else None
    if not text:
        return None if formula is None or (kind == "str" and result is not None) else f"={formula.text or ''}"
    if kind == "s":
        return strings[int(text)] if text.isdigit() and int(text) < len(strings) else f"#{text}"
    if kind == "b":
        return "TRUE" if text == "1" else "FALSE"
    return number_of(text) if kind == "n" else unescaped(text)


def number_of(text: str) -> object:
    """A number as stored, exact; the text itself where it is none."""
    try:
        number = Decimal(text.strip())
    except ArithmeticError:
        return text
    if not number.is_finite() or abs(number.adjusted()) > 300:
        return text
    return int(number) if number == number.to_integral_value() else number


def shared_strings(root: _Element) -> list[str]:
    return [string_of(item) for item in root.iterfind("{*}si")]


def string_of(item: _Element | None) -> str:
    """The text of a plain or rich string, without its phonetic guide."""
    if item is None:
        return ""
    nodes = [*item.iterfind("{*}t"), *item.iterfind("{*}r/{*}t")]
    return unescaped("".join(node.text or "" for node in nodes))


def unescaped(text: str) -> str:
    if "_x" not in text:
        return text
    decoded = ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    return decoded.encode("utf-16", "surrogatepass").decode("utf-16", "replace")


# --- rows and cells -------------------------------------------------------------------------------


def index_rows(data: _Element) -> dict[int, _Element]:
    """Row number -> row; a row without a number follows the one before it."""
    rows: dict[int, _Element] = {}
    number = 0
    for row in data.iterfind("{*}row"):
        number = whole(row.get("r"), number + 1)
        if number <= MOST_ROWS:
            rows[number] = row
    return rows


def placed_cells(row: _Element, number: int) -> Iterator[tuple[Spot, _Element]]:
    """((row, column), cell) along a row; a cell without an address follows the one before it."""
    column = 0
    for cell in row.iterchildren("{*}c"):
        column = column_of(cell.get("r", "")) or column + 1
        yield (number, column), cell
