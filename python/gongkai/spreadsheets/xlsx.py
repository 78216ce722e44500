"""An .xlsx or .xlsm file -> its sheets: values, looks, what is hidden and merged."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import product
from typing import TYPE_CHECKING

from gongkai.opc import Archive, BadArchive, comments, package
from gongkai.spreadsheets import (
    FLAT,
    NARROW,
    Area,
    IsWanted,
    Sheet,
    Spot,
    area_of,
    column_of,
    formats,
    letters,
    refuse_many,
    refuse_merged,
    seen,
    xlsx_looks,
)

if TYPE_CHECKING:
    from lxml.etree import _Element

MEASURE = re.compile(r"\d{0,4}(?:\.\d+)?")
MOST_COLUMNS = 16_384  # of a sheet in Excel
MOST_STRINGS, MOST_RUNS = 300_000, 10_000  # texts of a workbook, pieces of one
MOST_COVERED = 100  # rows and columns of an array formula that are looked at
Pieces = tuple[seen.Piece, ...]
Text = str | Pieces
WrittenFor = tuple[str, Spot]  # a formula, and the cell for which it is written
MOST_ROWS = 1_048_576  # of a sheet in Excel
ESCAPED = re.compile(r"_x([0-9A-Fa-f]{4})_")
# 第 &P 页，共 &N 页 without its codes: it says nothing of the sheet.


@dataclass(frozen=True)
class Book:
    """What a workbook says for all of its sheets: texts, looks by the numbers of cell styles,
    conditional formats that hide a number by theirs, and whether its days count from 1904.
    """

    strings: Sequence[Text]
    looks: Sequence[xlsx_looks.CellLook]
    hiding: Mapping[str, str]
    from_1904: bool

    def look(self, style: str) -> xlsx_looks.CellLook:
        at = package.whole(style)
        return self.looks[at] if at < len(self.looks) else xlsx_looks.PLAIN


def xlsx_sheets(archive: Archive, wanted: IsWanted, unread: Mapping[str, Area]) -> list[Sheet]:
    """The wanted sheets, in the order of their tabs, each without the area in ``unread`` and what
    is to its right.

    Raises BadArchive, UnreadableDocument.
    """
    part = package.main_part(archive)
    if not part:
        raise BadArchive("damaged")
    workbook = package.read_xml(archive, part)
    refuse_many(sum(1 for _ in workbook.iterfind("{*}sheets/{*}sheet")))
    tabs = package.tabs_of(archive, workbook)
    book = book_of(archive, part, workbook)
    found = []
    for tab in tabs:
        if tab.kind == "worksheet" and wanted(tab.name, tab.visible):
            found.append(sheet_of(archive, tab, book, unread.get(tab.name)))
    return found


def book_of(archive: Archive, part: str, workbook: _Element) -> Book:
    settings = workbook.find("{*}workbookPr")
    texts, styles = (
        package.related(archive, part, "sharedStrings"),
        package.related(archive, part, "styles"),
    )
    look = package.read_xml(archive, styles) if styles else None
    return Book(
        strings=shared_strings(package.read_xml(archive, texts)) if texts else (),
        looks=xlsx_looks.styles_of(look) if look is not None else (),
        hiding=xlsx_looks.hiding_formats(look) if look is not None else {},
        from_1904=settings is not None and package.is_on(settings.get("date1904")),
    )


def sheet_of(archive: Archive, tab: package.Tab, book: Book, unread: Area | None) -> Sheet:
    if tab.part not in archive:
        raise BadArchive("damaged")
    root = package.read_xml(archive, tab.part)
    merged = merged_areas(root, tab.name)
    data = root.find("{*}sheetData")
    rows = index_rows(data) if data is not None else {}
    found = contents_of(rows, book, unread or (0, 0, 0, 0))
    return Sheet(
        name=tab.name,
        visible=tab.visible,
        cells=found.cells,
        kinds=found.kinds,
        conditions=xlsx_looks.conditions_of(root, book.hiding),
        hidden_rows=hidden_rows(rows),
        hidden_columns=hidden_columns(root),
        merged=merged,
        formulas=found.formulas,
        shared=found.shared,
        dropped=found.dropped,
        margins=seen.margins_in(node.text or "" for node in root.iterfind("{*}headerFooter/*")),
        comments=said_on_cells(archive, tab.part),
    )


def said_on_cells(archive: Archive, part: str) -> dict[Spot, str]:
    """The comments of a sheet; {} where they cannot be read, for no figure stands in them."""
    try:
        name = package.related(archive, part, "comments")
        root = package.read_xml(archive, name) if name else None
    except BadArchive:
        return {}
    found: dict[Spot, str] = {}
    for node in root.iter("{*}comment") if root is not None else ():
        area = area_of(node.get("ref", ""))
        text = comments.text_in(node).strip()
        if area is not None and text:
            found[area[:2]] = unescaped(text)
    return found


@dataclass
class Contents:
    """What stands in the cells of a sheet, the kinds of those that show it otherwise, and where
    formulas stand.
    """

    cells: dict[Spot, object] = field(default_factory=dict)
    kinds: dict[Spot, str] = field(default_factory=dict)
    formulas: dict[Spot, str] = field(default_factory=dict)
    shared: dict[Spot, WrittenFor] = field(default_factory=dict)
    firsts: dict[str, WrittenFor] = field(default_factory=dict)  # of shared ones, by number
    dropped: dict[Spot, str] = field(default_factory=dict)

    def add(self, spot: Spot, cell: _Element, book: Book) -> None:
        first = cell[0]
        if first.tag.endswith("}f"):
            self.formulas |= dict.fromkeys(formula_area(first), "")
            written = written_formula(first, spot, self.firsts)
            self.formulas[spot] = written[0] if written[1] == spot else ""
            self.shared |= {spot: written} if written[1] != spot else {}
        value = cell_value(cell, book.strings)
        if value is None:
            return
        if isinstance(value, tuple):
            look = book.look(cell.get("s", "0"))
            dropped = seen.dropped_of(value, look.letters, look.ground)
            self.dropped |= {spot: dropped} if dropped else {}
        self.cells[spot], kind = shown_cell(value, cell.get("s", "0"), book)
        if kind:
            self.kinds[spot] = kind


def written_formula(formula: _Element, spot: Spot, firsts: dict[str, WrittenFor]) -> WrittenFor:
    """A formula, and the cell for which it is written. Of one that several cells share the first
    has the text, which is kept in ``firsts``, the others its number: =D7 for D5 is what E5 has.
    """
    text = f"={formula.text}" if formula.text else ""
    number = formula.get("si") if formula.get("t") == "shared" else None
    if number is None:
        return text, spot
    if text:
        firsts[number] = text, spot
    return firsts.get(number, (text, spot))


def formula_at(spot: Spot, written: WrittenFor) -> str:
    """The formula as a cell would have it alone: =D7 of D5 is =E7 in E5."""
    text, origin = written
    if origin == spot:
        return text
    from openpyxl.formula.translate import Translator

    start, end = (f"{letters(column)}{row}" for row, column in (origin, spot))
    return str(Translator(text, start).translate_formula(end))


def contents_of(rows: Mapping[int, _Element], book: Book, unread: Area) -> Contents:
    found = Contents()
    top, left, bottom, _ = unread
    for number, row in rows.items():
        end = left if top <= number <= bottom else MOST_COLUMNS + 1
        for spot, cell in placed_cells(row, number):
            if spot[1] >= end:
                break
            if len(cell):
                found.add(spot, cell, book)
    return found


def formula_area(formula: _Element) -> Iterator[Spot]:
    """The cells that an array formula fills.

    Of a whole sheet only those at the top, for no form is larger.
    """
    area = area_of(formula.get("ref", "")) if formula.get("t") == "array" else None
    if area is None:
        return
    top, left, bottom, right = area
    rows = range(top, min(bottom, MOST_COVERED) + 1)
    yield from product(rows, range(left, min(right, MOST_COVERED) + 1))


def shown_cell(value: object, style: str, book: Book) -> tuple[object, str]:
    """What is stored in a cell of a style, and the kind of its format: a day for the number of one,
    the text of pieces.
    """
    look = book.look(style)
    if isinstance(value, tuple):
        return seen.settled(value, look.letters, look.ground)
    number = formats.as_figure(value)
    if number is None:
        return value, look.of_texts
    shown = seen.day_of(number, book.from_1904) if look.of_numbers == formats.DATE else number
    return shown, look.of_numbers


# --- hidden and merged ----------------------------------------------------------------------------


def hidden_rows(rows: Mapping[int, _Element]) -> set[int]:
    found = set()
    for number, row in rows.items():
        if package.is_on(row.get("hidden")) or is_less(row.get("ht"), FLAT):
            found.add(number)
    return found


def hidden_columns(root: _Element) -> set[int]:
    found: set[int] = set()
    for node in root.iterfind("{*}cols/{*}col"):
        if package.is_on(node.get("hidden")) or is_less(node.get("width"), NARROW):
            first, last = (
                package.whole(node.get("min")),
                min(package.whole(node.get("max")), MOST_COLUMNS),
            )
            found.update(range(first, last + 1))
    return found


def is_less(measure: str | None, least: float) -> bool:
    """Whether a height or width is stated and shows nothing: 0, .0, 0.25."""
    if not measure or not MEASURE.fullmatch(measure):
        return False
    return float(f"0{measure}") < least


def merged_areas(root: _Element, name: str) -> list[Area]:
    refuse_merged(name, sum(1 for _ in root.iterfind("{*}mergeCells/{*}mergeCell")))
    found = []
    for node in root.iterfind("{*}mergeCells/{*}mergeCell"):
        area = area_of(node.get("ref", ""))
        if area is not None and seen.size_of(area) > 1:
            found.append(area)
    return found


# --- rows and cells -------------------------------------------------------------------------------


def index_rows(data: _Element) -> dict[int, _Element]:
    """Row number -> row; a row without a number follows the one before it."""
    rows: dict[int, _Element] = {}
    number = 0
    for row in data.iterfind("{*}row"):
        number = package.whole(row.get("r"), number + 1)
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
        if text == "1":
            return "TRUE"
        return "FALSE"
    if kind == "n":
        return formats.number_of(text)
    return unescaped(text)


def unfinished(parts: Mapping[str, _Element], kind: str) -> str | None:
    """A formula without a result as = and the formula; an empty text is a result, and blank."""
    is_empty_text = kind == "str" and "v" in parts
    if "f" not in parts or is_empty_text:
        return None
    return f"={parts['f'].text or ''}"


def shared_string(text: str, strings: Sequence[Text]) -> Text:
    """#9 where the list of texts has no number 9: no figure, and no label."""
    number = package.whole(text, len(strings))
    return strings[number] if number < len(strings) else f"#{text}"


def shared_strings(root: _Element) -> list[Text]:
    return [string_of(item) for item in package.few(root.iterfind("{*}si"), MOST_STRINGS)]


def string_of(item: _Element | None) -> Text:
    """A plain string, or the pieces of a rich one, without its phonetic guide."""
    if item is None:
        return ""
    runs = package.few(item.iterchildren("{*}r"), MOST_RUNS)
    if not runs:
        return text_of(item)
    plain = [seen.Piece(unescaped(node.text or ""), own=False) for node in item.iterfind("{*}t")]
    return (*plain, *map(piece_of, runs))


def piece_of(run: _Element) -> seen.Piece:
    text = text_of(run)
    look = run.find("{*}rPr")
    if look is None:
        return seen.Piece(text, own=False)
    return xlsx_looks.letters_of(look, text)


def text_of(node: _Element) -> str:
    return unescaped("".join(part.text or "" for part in node.iterfind("{*}t")))


def unescaped(text: str) -> str:
    """_x000D_ stands for a character that XML cannot hold."""
    if "_x" not in text:
        return text
    decoded = ESCAPED.sub(lambda found: chr(int(found[1], 16)), text)
    return decoded.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
