"""An .ods file -> its sheets: values, looks, what is hidden and merged ([ODF 1.3] part 3)."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime
from itertools import islice
from typing import TYPE_CHECKING

from gongkai.figures import is_pale
from gongkai.model import UnreadableDocument
from gongkai.opc import Archive, BadArchive
from gongkai.opc.package import local, read_xml, whole
from gongkai.spreadsheets import (
    FLAT,
    Area,
    IsWanted,
    Sheet,
    Spot,
    area_of,
    refuse_many,
    refuse_merged,
)
from gongkai.spreadsheets.formats import (
    HIDDEN,
    MIXED,
    MONEY,
    PERCENT,
    REPEATED,
    Condition,
    condition,
    kind_of,
    kind_of_text,
    number_of,
)
from gongkai.spreadsheets.seen import USUAL_SIZE, Piece, settled

if TYPE_CHECKING:
    from lxml.etree import _Element

MOST_CELLS = 200_000  # of a sheet, those that a repeated one stands for counted too
MOST_ROWS, MOST_COLUMNS = 1_048_576, 16_384
DEEPEST = 10  # styles that go back to others
MOST_MAPS = 4  # sections of a format of numbers
NUMBERS = ("float", "percentage", "currency")
UNSTYLED = {
    "percentage": PERCENT,
    "currency": MONEY,
}  # how programs show a number of which no style says it
POINTS = {"pt": 1.0, "cm": 28.35, "mm": 2.835, "in": 72.0, "px": 0.75, "pc": 12.0}
LENGTH = re.compile(r"(\d+(?:\.\d+)?)(pt|cm|mm|in|px|pc)")
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
} | {
    ">": "greaterThan",
    ">=": "greaterThanOrEqual",
}
# The tests of maps that stand for the plain sections of a format code: 0;-0 and 0;-0;0 and
# 0;-0;0;@.
PLAIN_SECTIONS = (
    ["value()>=0"],
    ["value()>0", "value()<0"],
    ["value()>0", "value()<0", "value()=0"],
)
NUMERALS = frozenset("〇零一二三四五六七八九十百千万亿壹贰叁肆伍陆柒捌玖拾佰仟")


@dataclass(frozen=True)
class Look:
    """What styles say of letters: their colour and ground are "" where nothing is said."""

    color: str = ""
    ground: str = ""
    struck: bool = False
    raised: bool = False
    size: float = USUAL_SIZE
    code: str = ""
    repeated: bool = False

    @property
    def of_numbers(self) -> str:
        return self.of_all or kind_of(self.code)

    @property
    def of_texts(self) -> str:
        return self.of_all or kind_of_text(self.code)

    @property
    def of_all(self) -> str:
        return self.letters().on(self.ground).kind or (REPEATED if self.repeated else "")

    def letters(self, text: str = "") -> Piece:
        return Piece(text, self.raised, self.struck, self.color, self.size)


@dataclass
class SheetStyles:
    """Styles by family and name, formats of numbers by name; looks are worked out once."""

    styles: dict[tuple[str, str], _Element] = field(default_factory=dict)
    formats: dict[str, _Element] = field(default_factory=dict)
    looks: dict[tuple[str, str], Look] = field(default_factory=dict)

    def look(self, family: str, name: str) -> Look:
        if (family, name) not in self.looks:
            self.looks[family, name] = self.look_of(family, name, DEEPEST)
        return self.looks[family, name]

    def look_of(self, family: str, name: str, depth: int) -> Look:
        node = self.styles.get((family, name))
        if node is None or depth == 0:
            return Look()
        parent = attribute(node, "parent-style-name")
        under = self.look_of(family, parent, depth - 1) if parent else Look()
        code = attribute(node, "data-style-name")
        return dressed(under, node, code_of(self.formats, code) if code else under.code)


def ods_sheets(archive: Archive, wanted: IsWanted) -> list[Sheet]:
    """The wanted sheets, in the order of their tabs. Raises BadArchive, UnreadableDocument."""
    root = read_xml(archive, "content.xml")
    # A style of the content comes before one of the same name that page headers have.
    styles = styles_in(
        [root, read_xml(archive, "styles.xml")] if "styles.xml" in archive else [root]
    )
    tables = root.findall("{*}body/{*}spreadsheet/{*}table")
    if not tables and root.find("{*}body/{*}spreadsheet") is None:
        raise BadArchive("damaged")
    refuse_many(len(tables))
    found = []
    for table in tables:
        name, visible = attribute(table, "name"), is_displayed(table, styles)
        if wanted(name, visible):
            found.append(sheet_of(table, name, visible, styles))
    return found


def attribute(node: _Element, name: str) -> str:
    """An attribute by its name without a namespace; "" where there is none."""
    return next(
        (str(value) for key, value in node.items() if str(key).rpartition("}")[2] == name), ""
    )


# --- a sheet --------------------------------------------------------------------------------------


@dataclass
class Filling:
    """A sheet while its rows are gone through."""

    name: str
    styles: SheetStyles
    columns: Mapping[int, str]  # column -> style of its cells that name none
    cells: dict[Spot, object] = field(default_factory=dict)
    kinds: dict[Spot, str] = field(default_factory=dict)
    merged: list[Area] = field(default_factory=list)
    formulas: dict[Spot, str] = field(default_factory=dict)
    hidden_rows: set[int] = field(default_factory=set)
    conditions: list[Condition] = field(default_factory=list)

    def add_row(self, node: _Element, row: int, repeated: int) -> None:
        if not is_seen(node, self.styles, "table-row", "row-height"):
            self.hidden_rows.update(range(row, row + min(repeated, MOST_ROWS - row + 1)))
        own_style = attribute(node, "default-cell-style-name")
        column = 1
        for cell in node:
            name = local(cell)
            if name not in ("table-cell", "covered-table-cell"):
                continue
            count = min(times(cell, "number-columns-repeated"), MOST_COLUMNS - column + 1)
            style = attribute(cell, "style-name") or own_style or self.columns.get(column, "")
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
        if value is None:
            return
        rows, columns = repeated
        self.conditions += conditions_of_style(
            style, (*spot, spot[0] + rows - 1, spot[1] + columns - 1), self.styles
        )
        if len(self.cells) + rows * columns > MOST_CELLS:
            raise UnreadableDocument(
                f"工作表“{self.name}”的单元格过多，不是年度报告；请检查文件是否正确。"
            )
        for row in range(spot[0], spot[0] + rows):
            for column in range(spot[1], spot[1] + columns):
                self.cells[row, column] = value
                if kind:
                    self.kinds[row, column] = kind
                if attribute(node, "formula"):
                    self.formulas[row, column] = ""


def sheet_of(table: _Element, name: str, visible: bool, styles: SheetStyles) -> Sheet:
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
    )


def rows_in(node: _Element) -> Iterator[_Element]:
    """The rows of a table, those in groups and heads too."""
    for child in node:
        name = local(child)
        if name == "table-row":
            yield child
        elif name in ("table-rows", "table-row-group", "table-header-rows"):
            yield from rows_in(child)


def columns_of(table: _Element, styles: SheetStyles) -> tuple[set[int], dict[int, str]]:
    """The hidden columns, and the styles of columns for cells that have none of their own."""
    hidden: set[int] = set()
    defaults: dict[int, str] = {}
    column = 1
    for node in table.iter("{*}table-column"):
        count = min(times(node, "number-columns-repeated"), max(MOST_COLUMNS - column + 1, 0))
        places = range(column, column + count)
        if not is_seen(node, styles, "table-column", "column-width"):
            hidden.update(places)
        defaults |= dict.fromkeys(places, attribute(node, "default-cell-style-name"))
        column += count
    return hidden, defaults


def times(node: _Element, name: str) -> int:
    return max(whole(attribute(node, name), 1), 1)


def span_of(node: _Element, spot: Spot) -> Area | None:
    rows, columns = times(node, "number-rows-spanned"), times(node, "number-columns-spanned")
    if rows * columns == 1:
        return None
    return spot[0], spot[1], spot[0] + rows - 1, spot[1] + columns - 1


def is_displayed(table: _Element, styles: SheetStyles) -> bool:
    node = styles.styles.get(("table", attribute(table, "style-name")))
    look = node.find("{*}table-properties") if node is not None else None
    return look is None or attribute(look, "display") != "false"


def is_seen(node: _Element, styles: SheetStyles, family: str, measure: str) -> bool:
    """Whether a row or column is neither hidden nor filtered out nor flat."""
    if attribute(node, "visibility") in ("collapse", "filter"):
        return False
    style = styles.styles.get((family, attribute(node, "style-name")))
    look = style.find("{*}" + f"{family}-properties") if style is not None else None
    length = points(attribute(look, measure)) if look is not None else None
    return length is None or length >= FLAT


def points(length: str) -> float | None:
    """0.45cm -> 12.8; None for what is no length."""
    found = LENGTH.fullmatch(length)
    return float(found[1]) * POINTS[found[2]] if found else None


# --- a cell ---------------------------------------------------------------------------------------


def value_of(node: _Element, look: Look, styles: SheetStyles) -> tuple[object, str]:
    """(int, Decimal, text or day, None for a blank: see ``Sheet.cells``; the kind of its
    format).
    """
    kind = attribute(node, "value-type")
    if kind in NUMBERS:
        return value_of_number(node, kind, look, styles)
    if kind == "boolean":
        return ("TRUE" if attribute(node, "boolean-value") == "true" else "FALSE"), look.of_texts
    if kind == "date":
        return day_in(attribute(node, "date-value")), look.of_texts
    return value_of_text(node, kind, look, styles)


def value_of_number(
    node: _Element, kind: str, look: Look, styles: SheetStyles
) -> tuple[object, str]:
    if not attribute(node, "value"):
        return text_of(node, look, styles)[0] or None, MIXED  # what it shows may be stale
    unstyled = "" if look.code else UNSTYLED.get(kind, "")
    return number_in(node, look, styles), look.of_numbers or unstyled


def value_of_text(node: _Element, kind: str, look: Look, styles: SheetStyles) -> tuple[object, str]:
    text, of_text = text_of(node, look, styles)
    formula, stored = attribute(node, "formula"), attribute(node, "string-value")
    if not text and formula and not kind:
        return f"={formula}", ""
    if text.strip() and stored and stored.strip() != text.strip():
        return stored, MIXED  # LibreOffice shows the one, other programs the other
    return text or stored or None, of_text or look.of_texts


def number_in(node: _Element, look: Look, styles: SheetStyles) -> object:
    """The number of a cell; the text that it shows where that has no digit: LibreOffice keeps TRUE
    as the number 1.
    """
    number = number_of(attribute(node, "value"))
    text, _ = text_of(node, look, styles)
    is_word = (
        number != 0
        and text.strip()
        and not any(map(str.isdigit, text))
        and NUMERALS.isdisjoint(text)
    )
    return text if is_word else number


def day_in(text: str) -> object:
    """2021-03-05, 2021-03-05T08:30:00; the text itself where it is no day."""
    try:
        return datetime.fromisoformat(text)
    except ValueError:
        return text or None


def text_of(node: _Element, look: Look, styles: SheetStyles) -> tuple[str, str]:
    """(text, kind) of the lines of a cell; a comment on it is none of them."""
    pieces: list[Piece] = []
    for line in node.iterchildren("{*}p"):
        pieces += [look.letters("\n" if pieces else ""), *pieces_in(line, look, styles)]
    return settled(pieces, look.letters(), look.ground)


def pieces_in(node: _Element, look: Look, styles: SheetStyles) -> Iterator[Piece]:
    """The pieces of a paragraph."""
    yield look.letters(node.text or "")
    for child in node:
        name = local(child)
        if name == "span":
            own = styles.styles.get(("text", attribute(child, "style-name")))
            yield from pieces_in(child, look if own is None else dressed(look, own, ""), styles)
        elif name == "s":
            yield look.letters(" " * min(times(child, "c"), 1_000))
        elif name in ("tab", "line-break"):
            yield look.letters(" " if name == "tab" else "\n")
        elif name == "a":
            yield from pieces_in(child, look, styles)
        yield look.letters(child.tail or "")


# --- styles ---------------------------------------------------------------------------------------


def styles_in(parts: Sequence[_Element]) -> SheetStyles:
    found = SheetStyles()
    for root in parts:
        for group in (*root.iterfind("{*}styles"), *root.iterfind("{*}automatic-styles")):
            for node in group:
                if local(node) == "style":
                    for name in (attribute(node, "name"), attribute(node, "display-name")):
                        found.styles.setdefault((attribute(node, "family"), name), node)
                elif local(node).endswith("-style"):
                    found.formats.setdefault(attribute(node, "name"), node)
    return found


def dressed(under: Look, style: _Element, code: str) -> Look:
    """A look with what a style adds to it."""
    letters, cell = style.find("{*}text-properties"), style.find("{*}table-cell-properties")
    found = replace(under, code=code)
    if cell is not None:
        found = on_ground(found, cell)
    return with_letters(found, letters) if letters is not None else found


def on_ground(look: Look, cell: _Element) -> Look:
    behind = attribute(cell, "background-color")
    ground = look.ground if not behind else behind.strip("#") if behind.startswith("#") else ""
    return replace(
        look, ground=ground, repeated=attribute(cell, "repeat-content") == "true" or look.repeated
    )


def with_letters(look: Look, letters: _Element) -> Look:
    line = attribute(letters, "text-line-through-style") or attribute(
        letters, "text-line-through-type"
    )
    position = attribute(letters, "text-position")
    return replace(
        look,
        color=attribute(letters, "color").strip("#") or look.color,
        struck=line != "none" if line else look.struck,
        raised=not position.startswith("0") if position else look.raised,
        size=points(attribute(letters, "font-size")) or look.size,
    )


def code_of(formats: Mapping[str, _Element], name: str, depth: int = 1) -> str:
    """A format of numbers as the code that other spreadsheets write for it: 0.00, 0%, yyyy-mm-dd,
    0;-0.

    Sections for other signs are formats of their own, of which this one's maps tell; maps of those
    are none.
    """
    node = formats.get(name)
    if node is None:
        return ""
    maps = list(islice(node.iterchildren("{*}map"), MOST_MAPS)) if depth else []
    tests = [attribute(part, "condition").replace(" ", "") for part in maps]
    sections = []
    for part, test in zip(maps, tests, strict=True):
        inner = code_of(formats, attribute(part, "apply-style-name"), depth - 1)
        sections.append(
            inner if tests in PLAIN_SECTIONS else f"[{test.removeprefix('value()')}]{inner}"
        )
    return ";".join([*sections, section_of(node)])


def section_of(node: _Element) -> str:
    sort = local(node)
    if sort in ("date-style", "time-style"):
        return "[h]:mm" if attribute(node, "truncate-on-overflow") == "false" else "yyyy-mm-dd"
    if sort == "text-style":
        return "".join(filter(None, (code_part(part) for part in node))) or "@"
    return "".join(filter(None, (code_part(part) for part in node)))


def code_part(node: _Element) -> str:
    """A part of a format: its digits, a text, the sign of money, a colour; "" for what shows
    nothing.
    """
    part = CODE_PARTS.get(local(node))
    return part(node) if part is not None else ""


def text_part(node: _Element) -> str:
    text = node.text or ""
    return "%" if text.strip() == "%" else quoted(text)


def color_part(node: _Element) -> str:
    color = attribute(node, "color").strip("#")
    if not color:
        return ""
    return "[White]" if is_pale(color) else "[Red]"


def digits_of(node: _Element) -> str:
    code = "#,##0" if attribute(node, "grouping") == "true" else "0"
    places = min(whole(attribute(node, "decimal-places")), 20)
    code += f".{'0' * places}" if places else ""
    inner = "".join(text.text or "" for text in node.iterfind("{*}embedded-text"))
    scale = attribute(node, "display-factor")
    return (f"{code}," if scale not in ("", "1") else code) + (f'"{inner}"0' if inner else "")


def quoted(text: str) -> str:
    """A text within a code; the blanks around a number say nothing."""
    plain = text.replace('"', "")
    return f'"{plain}"' if plain.strip() else " "


CODE_PARTS: Mapping[str, Callable[[_Element], str]] = {
    "number": digits_of,
    "scientific-number": lambda node: "0.00E+00",
    "fraction": lambda node: "# ?/?",
    "text": text_part,
    "text-content": lambda node: "@",
    "currency-symbol": lambda node: quoted(node.text or "¤"),
    "fill-character": lambda node: f"*{(node.text or '')[:1]}",
    "text-properties": color_part,
}

# --- conditional formats --------------------------------------------------------------------------


def conditions_of(table: _Element, styles: SheetStyles) -> list[Condition]:
    """The conditional formats that make numbers white, strike them or hide them."""
    found = []
    for block in table.iterfind("{*}conditional-formats/{*}conditional-format"):
        areas = areas_in(attribute(block, "target-range-address"))
        for rule in block:
            kind = kind_of_rule(rule, styles)
            if kind and areas:
                sort, named, bounds = test_of(attribute(rule, "value"))
                found.append(condition(sort, named, bounds, areas, kind))
    return found


def conditions_of_style(name: str, area: Area, styles: SheetStyles) -> Iterator[Condition]:
    """The conditions that stand in a cell's own style; LibreOffice writes its formats there as
    well.
    """
    style = styles.styles.get(("table-cell", name))
    for rule in style.iterchildren("{*}map") if style is not None else ():
        kind = kind_of_style(attribute(rule, "apply-style-name"), styles)
        if kind:
            yield condition(*test_of(attribute(rule, "condition")), (area,), kind)


def kind_of_rule(rule: _Element, styles: SheetStyles) -> str:
    if local(rule) in ("data-bar", "icon-set"):
        return (
            HIDDEN
            if any(attribute(node, "show-value") == "false" for node in (rule, *rule))
            else ""
        )
    return (
        kind_of_style(attribute(rule, "apply-style-name"), styles)
        if local(rule) == "condition"
        else ""
    )


def kind_of_style(name: str, styles: SheetStyles) -> str:
    """How a style that a condition gives to cells hides numbers; "" where it does not."""
    return styles.look("table-cell", name).of_numbers


def areas_in(text: str) -> tuple[Area, ...]:
    """'Sheet 1'.B2:'Sheet 1'.C9 Sheet1.D1 -> the areas."""
    plain = PLACES.sub(r"\1", text)
    return tuple(area for area in map(area_of, plain.split()) if area is not None)


def test_of(text: str) -> tuple[str, str, list[str]]:
    """=5 -> ("cellIs", "equal", ["5"]), formula-is(ISERROR(B2)) -> ("expression", "",
    ["ISERROR(B2)"]).
    """
    plain = text.replace(" ", "")
    one, two, formula = TEST.fullmatch(plain), BETWEEN.fullmatch(plain), FORMULA.fullmatch(plain)
    if one:
        return "cellIs", NAMED[one[1]], [one[2]]
    if two:
        return "cellIs", "notBetween" if two[1] or two[2] else "between", [two[3], two[4]]
    if formula:
        return "expression", "", [REFERENCE.sub(r"\1", formula[1])]
    return ("containsErrors" if plain == "is-error" else "expression"), "", [plain]
