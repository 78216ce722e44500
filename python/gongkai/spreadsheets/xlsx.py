"""An .xlsx or .xlsm file -> its sheets: values, looks, what is hidden and merged."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from gongkai.figures import is_pale
from gongkai.opc import Archive, BadArchive
from gongkai.opc.package import Tab, few, is_on, main_part, read_xml, related, tabs_of, whole
from gongkai.spreadsheets import (
    FLAT,
    NARROW,
    Area,
    IsWanted,
    Sheet,
    Spot,
    area_of,
    column_of,
    refuse_many,
    refuse_merged,
)
from gongkai.spreadsheets.formats import (
    BUILTIN,
    DATE,
    HIDDEN,
    REPEATED,
    STRUCK,
    Condition,
    as_figure,
    condition,
    kind_of,
    kind_of_text,
    number_of,
)
from gongkai.spreadsheets.seen import USUAL_SIZE, Piece, day_of, settled, size_of

if TYPE_CHECKING:
    from lxml.etree import _Element

BLACK = "000000"
PALETTE = {  # of the colours that have a number those that are plain
    **dict.fromkeys(("0", "8", "64"), BLACK),
    **dict.fromkeys(("1", "9", "65"), "FFFFFF"),
    **dict.fromkeys(("2", "10"), "FF0000"),
    **dict.fromkeys(("3", "11"), "00FF00"),
    **dict.fromkeys(("4", "12"), "0000FF"),
    **dict.fromkeys(("5", "13"), "FFFF00"),
}
TINT = re.compile(r"-?\d(?:\.\d+)?(?:E-?\d+)?")
DARKENED = -0.1  # a tint; white with more of it is seen
MEASURE = re.compile(r"\d{0,4}(?:\.\d+)?")
MOST_COLUMNS = 16_384
MOST_STRINGS, MOST_RUNS = 300_000, 10_000  # texts of a workbook, pieces of one
MOST_AREAS = 20_000  # of one conditional format
MOST_STYLES = 65_536  # Excel takes no more
MOST_COVERED = 100  # rows and columns of an array formula that are looked at
Pieces = tuple[Piece, ...]
Text = str | Pieces
CellPart = TypeVar("CellPart")
MOST_ROWS = 1_048_576
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
SIZE = re.compile(r"\d{1,3}(?:\.\d+)?")


class CellLook(NamedTuple):
    """A cell style: its letters, the colour behind them, and the kinds that a number or a plain
    text in it has.
    """

    letters: Piece = Piece("")
    ground: str = ""
    of_numbers: str = ""
    of_texts: str = ""


PLAIN = CellLook()


@dataclass(frozen=True)
class Book:
    """What a workbook says for all of its sheets: texts, looks by the numbers of cell styles,
    conditional formats that hide a number by theirs, and whether its days count from 1904.
    """

    strings: Sequence[Text]
    looks: Sequence[CellLook]
    hiding: Mapping[str, str]
    from_1904: bool

    def look(self, style: str) -> CellLook:
        at = whole(style)
        return self.looks[at] if at < len(self.looks) else PLAIN


def xlsx_sheets(archive: Archive, wanted: IsWanted, lasts: Mapping[str, int]) -> list[Sheet]:
    """The wanted sheets, in the order of their tabs, each down to its last row in ``lasts`` if it
    is there.

    Raises BadArchive, UnreadableDocument.
    """
    part = main_part(archive)
    if not part:
        raise BadArchive("damaged")
    workbook = read_xml(archive, part)
    refuse_many(sum(1 for _ in workbook.iterfind("{*}sheets/{*}sheet")))
    tabs = tabs_of(archive, workbook)
    book = book_of(archive, part, workbook)
    asked = [tab for tab in tabs if tab.kind == "worksheet" and wanted(tab.name, tab.visible)]
    return [sheet_of(archive, tab, book, lasts.get(tab.name, MOST_ROWS)) for tab in asked]


def book_of(archive: Archive, part: str, workbook: _Element) -> Book:
    settings = workbook.find("{*}workbookPr")
    texts, styles = related(archive, part, "sharedStrings"), related(archive, part, "styles")
    look = read_xml(archive, styles) if styles else None
    return Book(
        strings=shared_strings(read_xml(archive, texts)) if texts else (),
        looks=styles_of(look) if look is not None else (),
        hiding=hiding_formats(look) if look is not None else {},
        from_1904=settings is not None and is_on(settings.get("date1904")),
    )


def sheet_of(archive: Archive, tab: Tab, book: Book, last: int) -> Sheet:
    if tab.part not in archive:
        raise BadArchive("damaged")
    root = read_xml(archive, tab.part)
    merged = merged_areas(root, tab.name)
    data = root.find("{*}sheetData")
    numbered = index_rows(data) if data is not None else {}
    rows = {number: row for number, row in numbered.items() if number <= last}
    found = contents_of(rows, book)
    return Sheet(
        name=tab.name,
        visible=tab.visible,
        cells=found.cells,
        kinds=found.kinds,
        conditions=conditions_of(root, book.hiding),
        hidden_rows=hidden_rows(rows),
        hidden_columns=hidden_columns(root),
        merged=merged,
        formulas=found.formulas,
    )


@dataclass
class Contents:
    """What stands in the cells of a sheet, the kinds of those that show it otherwise, and where
    formulas stand.
    """

    cells: dict[Spot, object] = field(default_factory=dict)
    kinds: dict[Spot, str] = field(default_factory=dict)
    formulas: dict[Spot, str] = field(default_factory=dict)


def contents_of(rows: Mapping[int, _Element], book: Book) -> Contents:
    found = Contents()
    for number, row in rows.items():
        for spot, cell in placed_cells(row, number):
            if not len(cell):
                continue
            if cell[0].tag.endswith("}f"):
                found.formulas |= dict.fromkeys(formula_area(cell[0]), "")
                found.formulas[spot] = f"={cell[0].text}" if cell[0].text else ""
            value = cell_value(cell, book.strings)
            if value is not None:
                found.cells[spot], kind = shown_cell(value, cell.get("s", "0"), book)
                if kind:
                    found.kinds[spot] = kind
    return found


def formula_area(formula: _Element) -> Iterator[Spot]:
    """The cells that an array formula fills; of a whole sheet only those at the top, for no form is
    larger.
    """
    area = area_of(formula.get("ref", "")) if formula.get("t") == "array" else None
    if area is None:
        return
    top, left, bottom, right = area
    for row in range(top, min(bottom, MOST_COVERED) + 1):
        for column in range(left, min(right, MOST_COVERED) + 1):
            yield row, column


def shown_cell(value: object, style: str, book: Book) -> tuple[object, str]:
    """What is stored in a cell of a style, and the kind of its format: a day for the number of one,
    the text of pieces.
    """
    look = book.look(style)
    if isinstance(value, tuple):
        return settled(value, look.letters, look.ground)
    number = as_figure(value)
    if number is None:
        return value, look.of_texts
    return (day_of(number, book.from_1904) if look.of_numbers == DATE else number), look.of_numbers


# --- hidden and merged ----------------------------------------------------------------------------


def hidden_rows(rows: Mapping[int, _Element]) -> set[int]:
    return {
        number
        for number, row in rows.items()
        if is_on(row.get("hidden")) or is_less(row.get("ht"), FLAT)
    }


def hidden_columns(root: _Element) -> set[int]:
    found: set[int] = set()
    for node in root.iterfind("{*}cols/{*}col"):
        if is_on(node.get("hidden")) or is_less(node.get("width"), NARROW):
            first, last = whole(node.get("min")), min(whole(node.get("max")), MOST_COLUMNS)
            found.update(range(first, last + 1))
    return found


def is_less(measure: str | None, least: float) -> bool:
    """Whether a height or width is stated and shows nothing: 0, .0, 0.25."""
    return (
        bool(measure)
        and MEASURE.fullmatch(measure or "") is not None
        and float(f"0{measure}") < least
    )


def merged_areas(root: _Element, name: str) -> list[Area]:
    refuse_merged(name, sum(1 for _ in root.iterfind("{*}mergeCells/{*}mergeCell")))
    areas = [area_of(node.get("ref", "")) for node in root.iterfind("{*}mergeCells/{*}mergeCell")]
    return [area for area in areas if area is not None and size_of(area) > 1]


# --- the looks of cells ---------------------------------------------------------------------------


def styles_of(root: _Element) -> list[CellLook]:
    """The looks of all cell styles, by their numbers."""
    fonts = few(root.iterfind("{*}fonts/{*}font"), MOST_STYLES)
    fills = few(root.iterfind("{*}fills/{*}fill"), MOST_STYLES)
    styles = few(root.iterfind("{*}cellXfs/{*}xf"), MOST_STYLES)
    codes = {
        node.get("numFmtId", ""): node.get("formatCode", "")
        for node in root.iterfind("{*}numFmts/{*}numFmt")
    }
    of_numbers = BUILTIN | {number: kind_of(code) for number, code in codes.items()}
    of_texts = {number: kind_of_text(code) for number, code in codes.items()}
    letters_by_font = [letters_of(font, "") for font in fonts]
    grounds = [ground_of(fill) for fill in fills]
    found = []
    for style in styles:
        letters = nth(letters_by_font, style.get("fontId"), Piece("", color=BLACK))
        ground = nth(grounds, style.get("fillId"), "")
        number, kind = (
            style.get("numFmtId", ""),
            letters.on(ground).kind or kind_of_alignment(style),
        )
        look = CellLook(
            letters, ground, kind or of_numbers.get(number, ""), kind or of_texts.get(number, "")
        )
        found.append(look)
    return found


def kind_of_alignment(style: _Element) -> str:
    """5 set to fill its cell is shown as 555555."""
    alignment = style.find("{*}alignment")
    return REPEATED if alignment is not None and alignment.get("horizontal") == "fill" else ""


def nth(found: Sequence[CellPart], number: str | None, otherwise: CellPart) -> CellPart:
    at = whole(number)
    return found[at] if at < len(found) else otherwise


def letters_of(look: _Element, text: str) -> Piece:
    """A text in a font, or in the look of a run."""
    strike, raised, size = look.find("{*}strike"), look.find("{*}vertAlign"), look.find("{*}sz")
    points = size.get("val", "") if size is not None else ""
    return Piece(
        text,
        raised=raised is not None and raised.get("val") != "baseline",
        struck=strike is not None and is_on(strike.get("val", "1")),
        color=color_of(look.find("{*}color")),
        size=float(points) if SIZE.fullmatch(points) else USUAL_SIZE,
    )


def color_of(color: _Element | None) -> str:
    """RRGGBB, or a word for a colour of the theme that has a tint; FFFFFF for whatever nobody sees
    on white: FFFEFEFE, the theme's first colour, its second one with a tint of 1.
    """
    if color is None:
        return BLACK
    theme, rgb, indexed = color.get("theme", ""), color.get("rgb", ""), color.get("indexed", "")
    if theme:
        return color_of_theme(theme, color.get("tint", "0"))
    if is_pale(rgb):
        return "FFFFFF"
    return rgb[-6:].upper() or PALETTE.get(indexed, f"color{indexed}")


def color_of_theme(theme: str, tint: str) -> str:
    lightened = float(tint) if TINT.fullmatch(tint) else 0.0
    if (theme == "0" and lightened > DARKENED) or (theme == "1" and lightened > -DARKENED * 9):
        return "FFFFFF"
    return BLACK if theme == "1" and lightened == 0 else f"theme{theme}/{tint}"


def ground_of(fill: _Element) -> str:
    """The colour behind letters, "" for none. Of a pattern or of several colours no letters have
    the colour.
    """
    pattern = fill.find("{*}patternFill")
    if pattern is None:
        colors = {color_of(node) for node in fill.iterfind("{*}gradientFill/{*}stop/{*}color")}
        return colors.pop() if len(colors) == 1 else "gradient" if len(fill) else ""
    sort = pattern.get("patternType", "none")
    if sort == "none":
        return ""
    front, back = pattern.find("{*}fgColor"), pattern.find("{*}bgColor")
    is_one = front is not None and back is not None and color_of(front) == color_of(back)
    return color_of(front) if sort == "solid" or is_one else sort


# --- conditional formats --------------------------------------------------------------------------


def hiding_formats(root: _Element) -> dict[str, str]:
    """Number of a conditional format -> its kind, for those that hide a number or make it white."""
    dxfs = few(root.iterfind("{*}dxfs/{*}dxf"), MOST_STYLES)
    formats = ((str(number), hiding_kind(dxf)) for number, dxf in enumerate(dxfs))
    return {number: kind for number, kind in formats if kind}


def hiding_kind(dxf: _Element) -> str:
    """How a conditional format hides a number, or makes another of it; "" where it does not."""
    code, font = dxf.find("{*}numFmt"), dxf.find("{*}font")
    kind = kind_of(code.get("formatCode", "")) if code is not None else ""
    if kind:
        return kind
    letters = Piece("", color=BLACK) if font is None else letters_of(font, "")
    return (
        STRUCK
        if letters.struck
        else letters._replace(raised=False, size=USUAL_SIZE).on(ground_of_rule(dxf)).kind
    )


def ground_of_rule(dxf: _Element) -> str:
    """The colour that a conditional format gives its cells, "" for none; a solid one is the other
    colour here.
    """
    nodes = [*dxf.iterfind("{*}fill//{*}bgColor"), *dxf.iterfind("{*}fill//{*}fgColor")]
    plain = [node for node in nodes if node.get("indexed") not in ("64", "65")]
    return color_of(plain[0]) if plain else ""


def conditions_of(root: _Element, hiding: Mapping[str, str]) -> list[Condition]:
    """The conditional formats of a sheet that hide numbers, those that newer versions of Excel
    write apart too.
    """
    found = []
    for block in root.iter("{*}conditionalFormatting"):
        areas = areas_in(block.get("sqref") or block.findtext("{*}sqref") or "")
        for rule in block.iter("{*}cfRule") if areas else ():
            kind = kind_of_rule(rule, hiding)
            if kind:
                formulas = [node.text or "" for node in rule.iter("{*}formula", "{*}f")]
                found.append(
                    condition(rule.get("type", ""), rule.get("operator", ""), formulas, areas, kind)
                )
    return found


def kind_of_rule(rule: _Element, hiding: Mapping[str, str]) -> str:
    if any(child.get("showValue") in ("0", "false") for child in rule):
        return HIDDEN  # bars or signs in the place of the number
    own = rule.find("{*}dxf")
    return hiding_kind(own) if own is not None else hiding.get(rule.get("dxfId", ""), "")


def areas_in(places: str) -> tuple[Area, ...]:
    """B2 C3:D9 -> the cells of each, from first to last."""
    named = places.split()
    if len(named) > MOST_AREAS:
        raise BadArchive("large")
    return tuple(area for area in map(area_of, named) if area is not None)


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


def cell_value(cell: _Element, strings: Sequence[Text]) -> object:
    """int, Decimal, text or its pieces, None for a blank: see ``Sheet.cells``."""
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        return string_of(cell.find("{*}is"))
    parts = {child.tag.rpartition("}")[2]: child for child in cell}
    text = parts["v"].text if "v" in parts else None
    if not text or (kind == "n" and not text.strip()):
        return unfinished(parts, kind)
    return stored(text, kind, strings)


def stored(text: str, kind: str, strings: Sequence[Text]) -> object:
    """The value that a text stands for in a cell of a kind: a number, a place in the list of texts,
    yes or no.
    """
    if kind == "s":
        return shared_string(text, strings)
    if kind == "b":
        return "TRUE" if text == "1" else "FALSE"
    return number_of(text) if kind == "n" else unescaped(text)


def unfinished(parts: Mapping[str, _Element], kind: str) -> str | None:
    """A formula without a result as = and the formula; an empty text is a result, and blank."""
    is_empty_text = kind == "str" and "v" in parts
    return None if "f" not in parts or is_empty_text else f"={parts['f'].text or ''}"


def shared_string(text: str, strings: Sequence[Text]) -> Text:
    """#9 where the list of texts has no number 9: no figure, and no label."""
    is_there = text.isascii() and text.isdigit() and len(text) < 9 and int(text) < len(strings)
    return strings[int(text)] if is_there else f"#{text}"


def shared_strings(root: _Element) -> list[Text]:
    return [string_of(item) for item in few(root.iterfind("{*}si"), MOST_STRINGS)]


def string_of(item: _Element | None) -> Text:
    """A plain string, or the pieces of a rich one, without its phonetic guide."""
    if item is None:
        return ""
    runs = few(item.iterchildren("{*}r"), MOST_RUNS)
    if not runs:
        return unescaped("".join(node.text or "" for node in item.iterfind("{*}t")))
    plain = [Piece(unescaped(node.text or ""), own=False) for node in item.iterfind("{*}t")]
    return (*plain, *(piece_of(run) for run in runs))


def piece_of(run: _Element) -> Piece:
    text = unescaped("".join(node.text or "" for node in run.iterfind("{*}t")))
    look = run.find("{*}rPr")
    return Piece(text, own=False) if look is None else letters_of(look, text)


def unescaped(text: str) -> str:
    """_x000D_ stands for a character that XML cannot hold."""
    if "_x" not in text:
        return text
    decoded = ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    return decoded.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
