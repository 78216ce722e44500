"""An .ods file -> its sheets: values, looks, what is hidden and merged ([ODF 1.3] part 3)."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from itertools import product
from typing import TYPE_CHECKING

from gongkai.model import UnreadableDocument
from gongkai.opc import Archive, BadArchive, package
from gongkai.spreadsheets import (
    FLAT,
    Area,
    IsWanted,
    Sheet,
    Spot,
    area_of,
    formats,
    ods_looks,
    refuse_many,
    refuse_merged,
    seen,
)

if TYPE_CHECKING:
    from lxml.etree import _Element

MOST_CELLS = 200_000  # of a sheet, those that a repeated one stands for counted too
MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384  # of a sheet in LibreOffice
NUMBERS = ("float", "percentage", "currency")
# how programs show a number of which no style says it
UNSTYLED = {"percentage": formats.PERCENT, "currency": formats.MONEY}
PLACES = re.compile(r"(?:'(?:[^']|'')*'|[^'.:\s]*)\.(\$?[A-Z]{1,3}\$?\d+)")  # 'Sheet 1'.B2
TEST = re.compile(r"(?:cell-content\(\))?(<>|!=|<=|>=|=|<|>)(-?\d+(?:\.\d+)?)")
BETWEEN = re.compile(
    r"(not-)?(?:cell-content-is-(not-)?)?between\((-?\d+(?:\.\d+)?),(-?\d+(?:\.\d+)?)\)"
)
FORMULA = re.compile(r"(?:formula-is|is-true-formula)\((.*)\)")
REFERENCE = re.compile(r"\[(?:[^\]]*)\.(\$?[A-Z]+\$?\d+)\]")  # [.B2]
NAMED = {
    "=": "equal",
    "!=": "notEqual",
    "<>": "notEqual",
    "<": "lessThan",
    "<=": "lessThanOrEqual",
    ">": "greaterThan",
    ">=": "greaterThanOrEqual",
}
BREAKS = {"tab": " ", "line-break": "\n"}
NUMERALS = frozenset("〇零一二三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟")


def ods_sheets(archive: Archive, wanted: IsWanted) -> list[Sheet]:
    """The wanted sheets, in the order of their tabs. Raises BadArchive, UnreadableDocument."""
    root = package.read_xml(archive, "content.xml")
    parts = [root]  # a style of the content comes before one that page headers have by that name
    if "styles.xml" in archive:
        parts.append(package.read_xml(archive, "styles.xml"))
    styles = ods_looks.styles_in(parts)
    styles.margins = ods_looks.margins_by_page(parts)
    styles.is_calculated = is_of_libreoffice(archive)
    tables = root.findall("{*}body/{*}spreadsheet/{*}table")
    if not tables and root.find("{*}body/{*}spreadsheet") is None:
        raise BadArchive("damaged")
    refuse_many(len(tables))
    found = []
    for table in tables:
        name, visible = ods_looks.attribute(table, "name"), is_displayed(table, styles)
        if wanted(name, visible):
            found.append(sheet_of(table, name, visible, styles))
    return found


def is_of_libreoffice(archive: Archive) -> bool:
    """Whether a program saved the file that calculates every formula before."""
    if "meta.xml" not in archive:
        return False
    generator = package.read_xml(archive, "meta.xml").find("{*}meta/{*}generator")
    return generator is not None and (generator.text or "").startswith("LibreOffice/")


# --- a sheet --------------------------------------------------------------------------------------


@dataclass
class Filling:
    """A sheet while its rows are gone through."""

    name: str
    styles: ods_looks.SheetStyles
    columns: Mapping[int, str]  # column -> style of its cells that name none
    cells: dict[Spot, object] = field(default_factory=dict)
    kinds: dict[Spot, str] = field(default_factory=dict)
    merged: list[Area] = field(default_factory=list)
    formulas: dict[Spot, str] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    conditions: list[formats.Condition] = field(default_factory=list)
    dropped: dict[Spot, str] = field(default_factory=dict)
    comments: dict[Spot, str] = field(default_factory=dict)

    def add_row(self, node: _Element, row: int, repeated: int) -> None:
        if not is_seen(node, self.styles, "table-row", "row-height"):
            below = min(row + repeated, MOST_ROWS + 1)
            self.hidden_rows.update(range(row, below))
        own_style = ods_looks.attribute(node, "default-cell-style-name")
        column = 1
        for cell in node:
            name = package.local(cell)
            if name not in ("table-cell", "covered-table-cell"):
                continue
            count = min(times(cell, "number-columns-repeated"), MOST_COLUMNS - column + 1)
            style = (
                ods_looks.attribute(cell, "style-name") or own_style or self.columns.get(column, "")
            )
            self.add_cells(cell, style, (row, column), (repeated, count))
            column += count

    def add_cells(self, node: _Element, style: str, spot: Spot, repeated: tuple[int, int]) -> None:
        """A cell, at all the places that it stands for."""
        look = self.styles.look("table-cell", style)
        value, kind = value_of(node, look, self.styles)
        area = span_of(node, spot)
        if area is not None:
            self.merged.append(area)
            refuse_merged(self.name, len(self.merged))
        self.add_aside(node, look, spot)
        if value is None:
            return
        rows, columns = repeated
        places = (*spot, spot[0] + rows - 1, spot[1] + columns - 1)
        self.conditions += conditions_of_style(style, places, self.styles)
        if len(self.cells) + rows * columns > MOST_CELLS:
            raise UnreadableDocument(
                f"工作表“{self.name}”的单元格过多，不是年度报告；请检查文件是否正确。"
            )
        spots = list(spots_of(places))
        self.cells |= dict.fromkeys(spots, value)
        if kind:
            self.kinds |= dict.fromkeys(spots, kind)
        if ods_looks.attribute(node, "formula"):
            self.formulas |= dict.fromkeys(spots, "")

    def add_aside(self, node: _Element, look: ods_looks.Look, spot: Spot) -> None:
        """What is struck or unseen in the text of a cell, and what is said on it."""
        dropped = seen.dropped_of(lines_in(node, look, self.styles), look.letters(), look.ground)
        if dropped:
            self.dropped[spot] = dropped
        note = node.find("{*}annotation")
        said = map(ods_looks.line_of, note.iter("{*}p")) if note is not None else ()
        text = "\n".join(said).strip()
        if text:
            self.comments[spot] = text


def spots_of(area: Area) -> Iterator[Spot]:
    top, left, bottom, right = area
    return product(range(top, bottom + 1), range(left, right + 1))


def sheet_of(table: _Element, name: str, visible: bool, styles: ods_looks.SheetStyles) -> Sheet:
    hidden, defaults = columns_of(table, styles)
    filling = Filling(name, styles, defaults)
    row = 1
    for node in rows_in(table):
        count = times(node, "number-rows-repeated")
        if row <= MOST_ROWS:
            filling.add_row(node, row, count)
        row += count
    return Sheet(
        name=name,
        visible=visible,
        cells=filling.cells,
        kinds=filling.kinds,
        conditions=[*conditions_of(table, styles), *filling.conditions],
        hidden_rows=filling.hidden_rows,
        hidden_columns=hidden,
        merged=filling.merged,
        formulas=filling.formulas,
        dropped=filling.dropped,
        comments=filling.comments,
        margins=seen.margins_in(styles.margins.get(page_of(table, styles), ())),
    )


def rows_in(node: _Element) -> Iterator[_Element]:
    """The rows of a table, those in groups and heads too."""
    for child in node:
        name = package.local(child)
        if name == "table-row":
            yield child
        elif name in ("table-rows", "table-row-group", "table-header-rows"):
            yield from rows_in(child)


def columns_of(table: _Element, styles: ods_looks.SheetStyles) -> tuple[set[int], dict[int, str]]:
    """The hidden columns, and the styles of columns for cells that have none of their own."""
    hidden: set[int] = set()
    defaults: dict[int, str] = {}
    column = 1
    for node in table.iter("{*}table-column"):
        count = min(times(node, "number-columns-repeated"), max(MOST_COLUMNS - column + 1, 0))
        places = range(column, column + count)
        if not is_seen(node, styles, "table-column", "column-width"):
            hidden.update(places)
        defaults |= dict.fromkeys(places, ods_looks.attribute(node, "default-cell-style-name"))
        column += count
    return hidden, defaults


def times(node: _Element, name: str) -> int:
    return max(package.whole(ods_looks.attribute(node, name), 1), 1)


def span_of(node: _Element, spot: Spot) -> Area | None:
    rows, columns = times(node, "number-rows-spanned"), times(node, "number-columns-spanned")
    if rows * columns == 1:
        return None
    return spot[0], spot[1], spot[0] + rows - 1, spot[1] + columns - 1


def page_of(table: _Element, styles: ods_looks.SheetStyles) -> str:
    """The name of the master page on which a sheet is printed, "" for none."""
    node = styles.styles.get(("table", ods_looks.attribute(table, "style-name")))
    return ods_looks.attribute(node, "master-page-name") if node is not None else ""


def is_displayed(table: _Element, styles: ods_looks.SheetStyles) -> bool:
    node = styles.styles.get(("table", ods_looks.attribute(table, "style-name")))
    look = node.find("{*}table-properties") if node is not None else None
    return look is None or ods_looks.attribute(look, "display") != "false"


def is_seen(node: _Element, styles: ods_looks.SheetStyles, family: str, measure: str) -> bool:
    """Whether a row or column is neither hidden nor filtered out nor flat."""
    if ods_looks.attribute(node, "visibility") in ("collapse", "filter"):
        return False
    style = styles.styles.get((family, ods_looks.attribute(node, "style-name")))
    look = style.find("{*}" + f"{family}-properties") if style is not None else None
    length = ods_looks.points(ods_looks.attribute(look, measure)) if look is not None else None
    return length is None or length >= FLAT


# --- a cell ---------------------------------------------------------------------------------------


def value_of(
    node: _Element, look: ods_looks.Look, styles: ods_looks.SheetStyles
) -> tuple[object, str]:
    """(value, kind) of a cell: int, Decimal, text or day, None for a blank, as in ``Sheet.cells``.

    The kind is that of its format.
    """
    kind = ods_looks.attribute(node, "value-type")
    if kind in NUMBERS:
        return value_of_number(node, kind, look, styles)
    if kind == "boolean":
        return (
            "TRUE" if ods_looks.attribute(node, "boolean-value") == "true" else "FALSE"
        ), look.of_texts
    if kind == "date":
        return day_in(ods_looks.attribute(node, "date-value")), look.of_days
    return value_of_text(node, kind, look, styles)


def value_of_number(
    node: _Element, kind: str, look: ods_looks.Look, styles: ods_looks.SheetStyles
) -> tuple[object, str]:
    if not ods_looks.attribute(node, "value"):
        return text_of(node, look, styles)[0] or None, formats.MIXED  # what it shows may be stale
    unstyled = "" if look.code else UNSTYLED.get(kind, "")
    return number_in(node, look, styles), look.of_own_numbers or unstyled


def value_of_text(
    node: _Element, kind: str, look: ods_looks.Look, styles: ods_looks.SheetStyles
) -> tuple[object, str]:
    text, of_text = text_of(node, look, styles)
    formula, stored = (
        ods_looks.attribute(node, "formula"),
        ods_looks.attribute(node, "string-value"),
    )
    if formula and not text and not kind:
        return "" if styles.is_calculated else f"={formula}", ""
    if is_other(text, stored):
        return stored, formats.MIXED
    return text or stored or None, of_text or look.of_texts


def is_other(text: str, stored: str) -> bool:
    """Whether LibreOffice shows one text, and other programs the other."""
    one, other = text.strip(), stored.strip()
    return bool(one and stored) and one != other


def number_in(node: _Element, look: ods_looks.Look, styles: ods_looks.SheetStyles) -> object:
    """The number of a cell.

    The text that it shows where that has no digit: LibreOffice keeps TRUE as the number 1.
    """
    number = formats.number_of(ods_looks.attribute(node, "value"))
    text, _ = text_of(node, look, styles)
    if number != 0 and is_word(text):
        return text
    return number


def is_word(text: str) -> bool:
    """真, TRUE; not 1,234, 十二, or a blank."""
    if not text.strip() or any(map(str.isdigit, text)):
        return False
    return NUMERALS.isdisjoint(text)


def day_in(text: str) -> object:
    """2021-03-05, 2021-03-05T08:30:00; the text itself where it is no day."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return text or None


def text_of(node: _Element, look: ods_looks.Look, styles: ods_looks.SheetStyles) -> tuple[str, str]:
    """(text, kind) of the lines of a cell; a comment on it is none of them."""
    return seen.settled(lines_in(node, look, styles), look.letters(), look.ground)


def lines_in(
    node: _Element, look: ods_looks.Look, styles: ods_looks.SheetStyles
) -> list[seen.Piece]:
    pieces: list[seen.Piece] = []
    for line in node.iterchildren("{*}p"):
        pieces += [look.letters("\n" if pieces else ""), *pieces_in(line, look, styles)]
    return pieces


def pieces_in(
    node: _Element, look: ods_looks.Look, styles: ods_looks.SheetStyles
) -> Iterator[seen.Piece]:
    """The pieces of a paragraph."""
    yield look.letters(node.text or "")
    for child in node:
        name = package.local(child)
        if name == "span":
            yield from pieces_in(child, look_of_span(child, look, styles), styles)
        elif name == "a":
            yield from pieces_in(child, look, styles)
        elif name == "s":
            yield look.letters(" " * min(times(child, "c"), 1_000))
        elif name in BREAKS:
            yield look.letters(BREAKS[name])
        yield look.letters(child.tail or "")


def look_of_span(
    node: _Element, look: ods_looks.Look, styles: ods_looks.SheetStyles
) -> ods_looks.Look:
    own = styles.styles.get(("text", ods_looks.attribute(node, "style-name")))
    return look if own is None else ods_looks.dressed(look, own, "")


# --- conditional formats --------------------------------------------------------------------------


def conditions_of(table: _Element, styles: ods_looks.SheetStyles) -> list[formats.Condition]:
    """The conditional formats that make numbers white, strike them or hide them."""
    found = []
    for block in table.iterfind("{*}conditional-formats/{*}conditional-format"):
        areas = areas_in(ods_looks.attribute(block, "target-range-address"))
        for rule in block if areas else ():
            kind = kind_of_rule(rule, styles)
            if kind:
                found.append(
                    formats.condition(*test_of(ods_looks.attribute(rule, "value")), areas, kind)
                )
    return found


def conditions_of_style(
    name: str, area: Area, styles: ods_looks.SheetStyles
) -> Iterator[formats.Condition]:
    """The conditions that stand in a cell's own style.

    LibreOffice writes its formats there as well.
    """
    style = styles.styles.get(("table-cell", name))
    if style is None:
        return
    for rule in style.iterchildren("{*}map"):
        kind = kind_of_style(ods_looks.attribute(rule, "apply-style-name"), styles)
        if kind:
            yield formats.condition(*test_of(ods_looks.attribute(rule, "condition")), (area,), kind)


def kind_of_rule(rule: _Element, styles: ods_looks.SheetStyles) -> str:
    sort = package.local(rule)
    if sort in ("data-bar", "icon-set"):
        hides = any(ods_looks.attribute(node, "show-value") == "false" for node in (rule, *rule))
        if hides:
            return formats.HIDDEN
        return ""
    if sort != "condition":
        return ""
    return kind_of_style(ods_looks.attribute(rule, "apply-style-name"), styles)


def kind_of_style(name: str, styles: ods_looks.SheetStyles) -> str:
    """How a style that a condition gives to cells hides numbers; "" where it does not."""
    return styles.look("table-cell", name).of_numbers


def areas_in(text: str) -> tuple[Area, ...]:
    """'Sheet 1'.B2:'Sheet 1'.C9 Sheet1.D1 -> the areas."""
    areas = map(area_of, PLACES.sub(r"\1", text).split())
    return tuple(area for area in areas if area is not None)


def test_of(text: str) -> tuple[str, str, list[str]]:
    """=5 -> ("cellIs", "equal", ["5"]), formula-is(ISERROR(B2)) -> ("expression", "",
    ["ISERROR(B2)"]).
    """
    plain = text.replace(" ", "")
    compared = TEST.fullmatch(plain)
    if compared:
        return "cellIs", NAMED[compared[1]], [compared[2]]
    between = BETWEEN.fullmatch(plain)
    if between:
        is_negated = between[1] or between[2]
        return "cellIs", "notBetween" if is_negated else "between", [between[3], between[4]]
    formula = FORMULA.fullmatch(plain)
    if formula:
        return "expression", "", [REFERENCE.sub(r"\1", formula[1])]
    return ("containsErrors" if plain == "is-error" else "expression"), "", [plain]
