"""The results of formulas in a workbook's file: ours computed anew, those of others kept only while
they are true.

A program that does not calculate (a preview, pandas, Excel's protected view) shows what is stored.
A stored result that may no longer be true is worse than none, so a formula of somebody else's goes
without once anything that it may look at has changed; who opens the workbook in a spreadsheet
program then has all calculated anew.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from copy import deepcopy
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import product
from typing import TYPE_CHECKING

from gongkai.figures import shown
from gongkai.opc import Archive, open_archive, package
from gongkai.spreadsheets import Spot, formats, xlsx
from gongkai.workbook import layout
from gongkai.workbook.cells import ListLines
from gongkai.workbook.live import guide, guided, overview, sentences, steps
from gongkai.workbook.live.foreign import SheetSpot, stale_formulas
from gongkai.workbook.live.formulas import (
    COUNTERS,
    STATE_COLUMN,
    formulas_of,
    is_cover_formula,
    is_former_cover,
    same_formula,
)
from gongkai.workbook.live.results import (
    UNKNOWN,
    CellError,
    CellValue,
    Results,
    chosen_sheet,
    cover_results,
    findings_results,
    ignored_in,
    others_in,
    table_results,
)

if TYPE_CHECKING:
    from lxml.etree import _Element

PROGRAM = "gongkai"  # what a file says of who wrote it last
FORMULA_TAG = re.compile(rb"<(?:\w+:)?f[ >/]")
UNWRITABLE = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f]|_(?=x[0-9A-Fa-f]{4}_)")
SPACE = "{http://www.w3.org/XML/1998/namespace}space"
StoredResult = tuple[str, str | None]  # the type of a formula's result, and its text


@dataclass
class OpenSheet:
    """One sheet of a file: its XML, what its cells hold, our formulas that stand in their places,
    and those of others, each with its cell. What ours show is not read, but of a blank workbook
    known (``shown``).
    """

    root: _Element
    cells: dict[Spot, CellValue] = field(default_factory=dict)
    ours: dict[Spot, _Element] = field(default_factory=dict)
    foreign: dict[Spot, tuple[str, _Element]] = field(default_factory=dict)
    shown: Mapping[Spot, StoredResult] = field(default_factory=dict)

    def leave_out(self, spot: Spot) -> None:
        """Forget what stood in a cell."""
        self.cells.pop(spot, None)
        self.ours.pop(spot, None)
        self.foreign.pop(spot, None)


class OpenFile:
    """The sheets of a workbook's file, each parsed once and only if somebody asks for it.

    ``lines`` are about to be written below all that a sheet holds; no tree ever holds them.
    """

    def __init__(self, archive: Archive) -> None:
        self.archive, self.main = archive, package.main_part(archive)
        self.workbook = package.read_xml(archive, self.main, keeping=True)
        self.parts: dict[str, str] = {}
        for tab in package.tabs_of(archive, self.workbook):
            if tab.kind == "worksheet":
                self.parts[tab.name] = tab.part
        self.begin()

    def begin(self) -> None:
        """Nothing is read yet."""
        self.contents: dict[str, bytes] = {}
        self.roots: dict[str, _Element] = {}
        self.touched: set[str] = set()
        self.lines: dict[str, ListLines] = {}
        self.sheets: dict[str, OpenSheet] = {}
        self.strings: Sequence[xlsx.Text] | None = None

    def content(self, name: str) -> bytes:
        """The bytes of a sheet, b"" for one of which the file has none. Raises BadArchive."""
        if name not in self.contents:
            part = self.parts.get(name, "")
            self.contents[name] = (
                self.archive.read(part, package.MOST_XML) if part in self.archive else b""
            )
        return self.contents[name]

    def root(self, name: str) -> _Element:
        if name not in self.roots:
            self.roots[name] = package.parsed(self.content(name), keeping=True)
        return self.roots[name]

    def sheet(self, name: str) -> OpenSheet | None:
        """What stands on a sheet by now; None where the file has none of that name."""
        if self.content(name) and name not in self.sheets:
            self.sheets[name] = self.read_sheet(name)
        return self.sheets.get(name)

    def read_sheet(self, name: str) -> OpenSheet:
        if self.strings is None:
            part = package.related(self.archive, self.main, "sharedStrings")
            self.strings = xlsx.shared_strings(package.read_xml(self.archive, part)) if part else ()
        found, wanted = OpenSheet(self.root(name)), formulas_of(name)
        texts = SheetTexts(self.strings)
        for spot, cell in filled_cells(found.root):
            take_cell(found, spot, cell, wanted.get(spot), texts)
        return found

    def take_values(self, name: str, changed: Mapping[Spot, _Element]) -> None:
        """Know of the cells of a sheet into which a value was put since it was read."""
        sheet = self.sheets.get(name)
        if sheet is None:
            return  # it will be read as it is then
        for spot, cell in changed.items():
            sheet.leave_out(spot)
            value = held_value(cell, ()) if len(cell) else None
            if value is not None:
                sheet.cells[spot] = value

    def needs_reading(self, name: str) -> bool:
        """Whether a sheet was changed, or has formulas of others, or results that we did not
        store.
        """
        if name in self.roots:
            return True
        content = self.content(name)
        formulas = len(FORMULA_TAG.findall(content))
        if not formulas:
            return False
        is_whole = formulas == len(formulas_of(name)) and b"</f></c>" not in content
        return not (is_whole and self.is_stored_by_us)

    @property
    def is_stored_by_us(self) -> bool:
        """Whether we wrote the file last, and all results."""
        settings = self.workbook.find("{*}calcPr")
        if settings is not None and package.is_on(settings.get("fullCalcOnLoad")):
            return False
        part = package.related(self.archive, "", "extended-properties")
        return bool(part) and f">{PROGRAM}<".encode() in self.archive.read(part, package.MOST_XML)


# --- a blank one ----------------------------------------------------------------------------------


@dataclass(frozen=True)
class BlankSheet:
    """A sheet of a blank workbook: what its cells hold; of the formulas the numbers of their cells,
    counted in the order of the file, and what ours show.
    """

    cells: Mapping[Spot, CellValue]
    ours: Mapping[Spot, int]
    shown: Mapping[Spot, StoredResult]
    foreign: Mapping[Spot, tuple[str, int]]


class Blank(OpenFile):
    """A blank workbook's file, never changed: only copies of its sheets are."""

    def __init__(self, archive: Archive) -> None:
        super().__init__(archive)
        self.blanks: dict[str, BlankSheet] = {}

    def blank_sheet(self, name: str) -> BlankSheet:
        if name not in self.blanks:
            self.blanks[name] = self.blank_of(self.read_sheet(name))
        return self.blanks[name]

    def blank_of(self, sheet: OpenSheet) -> BlankSheet:
        numbers: dict[_Element, int] = {}
        for number, cell in enumerate(cells_in_order(sheet.root)):
            numbers[cell] = number
        ours: dict[Spot, int] = {}
        shown_by: dict[Spot, StoredResult] = {}
        for spot, cell in sheet.ours.items():
            ours[spot] = numbers[cell]
            shown_by[spot] = stored_result(cell)
        foreign: dict[Spot, tuple[str, int]] = {}
        for spot, (text, cell) in sheet.foreign.items():
            foreign[spot] = text, numbers[cell]
        return BlankSheet(sheet.cells, ours, shown_by, foreign)


class BlankCopy(OpenFile):
    """A blank workbook's file to be filled in: what stands in it is known, which for one of 30,000
    cells takes a fifth of the time of reading it.
    """

    def __init__(self, blank: Blank) -> None:
        self.archive, self.main, self.parts = blank.archive, blank.main, blank.parts
        self.workbook = deepcopy(blank.workbook)
        self.blank = blank
        self.begin()

    def content(self, name: str) -> bytes:
        return self.blank.content(name)

    def root(self, name: str) -> _Element:
        """A copy of the sheet, which is known from then on: an edit may put new cells in."""
        if name not in self.roots:
            self.roots[name] = deepcopy(self.blank.root(name))
            self.sheets[name] = self.copy_of(self.roots[name], self.blank.blank_sheet(name))
        return self.roots[name]

    def sheet(self, name: str) -> OpenSheet | None:
        if self.content(name):
            self.root(name)
        return self.sheets.get(name)

    def copy_of(self, root: _Element, blank: BlankSheet) -> OpenSheet:
        placed = cells_in_order(root)
        found = OpenSheet(root, dict(blank.cells), shown=blank.shown)
        for spot, number in blank.ours.items():
            found.ours[spot] = placed[number]
        for spot, (text, number) in blank.foreign.items():
            found.foreign[spot] = text, placed[number]
        return found


@lru_cache(maxsize=2)
def blank_file(content: bytes) -> Blank:
    """Read once in a process: a batch writes hundreds of one blank workbook."""
    return Blank(open_archive(content))


def cells_in_order(root: _Element) -> list[_Element]:
    data = root.find("{*}sheetData")
    return [] if data is None else list(data.iter("{*}c"))


# --- its cells ------------------------------------------------------------------------------------


def filled_cells(root: _Element) -> Iterator[tuple[Spot, _Element]]:
    data = root.find("{*}sheetData")
    if data is None:
        return
    for number, row in xlsx.index_rows(data).items():
        for spot, cell in xlsx.placed_cells(row, number):
            if len(cell):
                yield spot, cell


@dataclass
class SheetTexts:
    """What cells of a sheet have in common: texts by number, and, of formulas that several cells
    share, the text and place of the first, by number too.
    """

    strings: Sequence[xlsx.Text]
    shared: dict[str, xlsx.WrittenFor] = field(default_factory=dict)


def take_cell(
    sheet: OpenSheet, spot: Spot, cell: _Element, wanted: str | None, texts: SheetTexts
) -> None:
    formula = cell[0] if cell[0].tag.endswith("}f") else None
    if formula is not None:
        text = xlsx.formula_at(spot, xlsx.written_formula(formula, spot, texts.shared))
        if wanted is not None and same_formula(text, wanted):
            sheet.ours[spot] = cell
            return
        sheet.foreign[spot] = text, cell
    value = held_value(cell, texts.strings)
    if value is not None:
        sheet.cells[spot] = value


def held_value(cell: _Element, strings: Sequence[xlsx.Text]) -> CellValue:
    """What a spreadsheet's formulas make of a cell: the number behind a date, a text with all of
    its pieces.
    """
    kind, stored = cell.get("t", "n"), cell.findtext("{*}v")
    if kind == "b":
        return stored == "1"
    if kind == "e":
        return CellError(stored or "")
    if kind == "d" or is_unfinished(cell, kind, stored):
        return UNKNOWN
    return plain_value(xlsx.cell_value(cell, strings), kind)


def plain_value(value: object, kind: str) -> CellValue:
    """A text of several pieces as one.

    UNKNOWN for a number beyond what we read, such as 1E+305.
    """
    if isinstance(value, tuple):
        return "".join(piece.text for piece in value)
    if kind == "n":
        return UNKNOWN if isinstance(value, str) else formats.as_figure(value)
    return None if value is None else str(value)


def is_unfinished(cell: _Element, kind: str, stored: str | None) -> bool:
    """Whether a cell is a formula without a result: no <v>, or an empty one, as openpyxl writes
    it.
    """
    if cell.find("{*}f") is None:
        return False
    if stored is None:
        return cell.find("{*}is") is None
    return not stored and kind != "str"


# --- renewed --------------------------------------------------------------------------------------


def renew(book: OpenFile, changed: Iterable[SheetSpot]) -> bool:
    """Store what every formula of ours shows now that ``changed`` cells hold something else.

    Whether all results of the workbook are told, those of other people's formulas too.
    """
    for name in book.parts:
        if book.needs_reading(name):
            book.sheet(name)
    for table in looked_at_tables(book):
        book.sheet(table)
    if book.sheets.get(layout.PROSE) and book.sheets[layout.PROSE].foreign:
        for table in layout.tables_by_name():
            book.sheet(table)
    foreign = foreign_formulas(book)
    for name, spot in stale_formulas(foreign, changed):
        forget(book, name, spot)
    tell_sentences(book, foreign)
    told = results_of(book)
    is_complete = True
    for name in book.sheets:
        is_complete &= store_results(book, name, told.get(name, {}))
    for name, spot in foreign:
        is_complete &= book.sheets[name].cells.get(spot) is not UNKNOWN
    return is_complete


def foreign_formulas(book: OpenFile) -> dict[SheetSpot, tuple[str, set[Spot]]]:
    """Place -> a formula that is none of ours, and the cells that its result fills."""
    found: dict[SheetSpot, tuple[str, set[Spot]]] = {}
    for name, sheet in book.sheets.items():
        for spot, (text, cell) in sheet.foreign.items():
            filled = {spot}
            formula = cell.find("{*}f")
            if formula is not None:
                filled.update(xlsx.formula_area(formula))
            found[name, spot] = text, filled
    return found


def tell_sentences(book: OpenFile, foreign: Mapping[SheetSpot, tuple[str, set[Spot]]]) -> None:
    """Store what sentences over the tables and documents in force show now: they stand in places of
    the user, but are of a shape that we know.
    """
    formulas: list[tuple[str, Spot, str]] = []
    for (name, spot), (text, filled) in foreign.items():
        if len(filled) == 1:
            formulas.append((name, spot, text))
    cells = {}
    for name, sheet in book.sheets.items():
        cells[name] = sheet.cells
    for (name, spot), value in sentences.told_results(formulas, cells).items():
        sheet = book.sheets[name]
        sheet.cells[spot] = value
        if store(sheet.foreign[spot][1], value):
            book.touched.add(name)


def store_results(book: OpenFile, name: str, results: Results) -> bool:
    """Whether every formula of ours on a sheet has a result."""
    is_complete = True
    sheet = book.sheets[name]
    for spot, cell in sheet.ours.items():
        value = results.get(spot, UNKNOWN)
        is_complete &= value is not UNKNOWN
        is_same = spot in sheet.shown and sheet.shown[spot] == as_stored(value)
        if not is_same and store(cell, value):
            book.touched.add(name)
    return is_complete


def altered_lanes(table: layout.TableSheet, formulas: Mapping[Spot, str]) -> tuple[Spot, ...]:
    """The lanes that no longer hold their formulas, by all formulas of the sheet down to the first
    line of its image.

    A formula in another format's writing counts (""), and in a workbook of an earlier version any:
    its lanes are others.
    """
    wanted = formulas_of(table.name) if are_of_today(formulas, steps.is_of_today) else {}
    return altered_spots(table.lane_spots, formulas, wanted)


def are_of_today(formulas: Mapping[Spot, str], is_ours: Callable[[str], bool]) -> bool:
    """Whether any formula is one of ours of this version, or in another format's writing ("")."""
    return any(not text or is_ours(text) for text in formulas.values())


def altered_cover(formulas: Mapping[Spot, str]) -> tuple[Spot, ...]:
    """The same of what the cover says of each table and of all."""
    is_today = are_of_today(formulas, is_cover_formula)
    is_former = any(map(is_former_cover, formulas.values()))
    wanted = formulas_of(layout.COVER) if is_today and not is_former else {}
    states = product(layout.rows_of(layout.EDITION_SPOTS.values()), [STATE_COLUMN])
    told = dict.fromkeys([layout.LIVE_SPOT, *states, *wanted])
    for spot in guide.guide_formulas(
        COUNTERS
    ):  # it judges nothing, and a workbook of before has none
        told.pop(spot, None)
    return altered_spots(told, formulas, wanted)


def altered_spots(
    spots: Iterable[Spot], formulas: Mapping[Spot, str], wanted: Mapping[Spot, str]
) -> tuple[Spot, ...]:
    """Those of some places where no formula stands, or another than is ``wanted`` there."""
    altered: list[Spot] = []
    for spot in spots:
        text = formulas.get(spot)
        if text is None or (spot in wanted and not stands(text, wanted[spot])):
            altered.append(spot)
    return tuple(altered)


def stands(found: str, wanted: str) -> bool:
    return found == "" or same_formula(found, wanted)


def results_of(book: OpenFile) -> dict[str, Results]:
    """What our formulas show.

    Nothing is told of a table whose image is not whole, nor of what looks at it.
    """
    found: dict[str, Results] = {}
    for table in layout.table_sheets():
        sheet = book.sheets.get(table.name)
        if sheet is not None and has_whole_image(table, sheet):
            found[table.name] = table_results(table, sheet.cells, sheet.ours)
    tables = dict(found)
    cover, listed = book.sheet(layout.COVER), book.sheet(layout.RESULTS)
    ignored: CellValue = UNKNOWN
    others: CellValue = UNKNOWN
    if listed:
        found[layout.RESULTS] = findings_results(listed.cells, tables)
        ignored = ignored_in(listed.cells, found[layout.RESULTS])
        others = others_in(listed.cells, found[layout.RESULTS])
    if cover:
        told = cover_results(cover.cells, tables, ignored, others)
        found[layout.COVER] = told | guided.guide_results(cover.cells, tables, told)
    summary = book.sheets.get(layout.SUMMARY)
    if summary:
        below = book.lines.get(layout.SUMMARY)
        found[layout.SUMMARY] = overview.block_results(summary.cells, below.lines if below else ())
    return found


def looked_at_tables(book: OpenFile) -> set[str]:
    """The tables' sheets that the cover tells of, and those of which the list of findings does."""
    cover, listed = book.sheet(layout.COVER), book.sheet(layout.RESULTS)
    held = cover.cells if cover else {}
    found: set[str] = set()
    for table, spot in layout.EDITION_SPOTS.items():
        found.add(chosen_sheet(table, held.get(spot)).name)
    if listed is None:
        return found
    column = layout.RESULT_COLUMNS["table"]
    for (_, at), value in listed.cells.items():
        if at == column and isinstance(value, str) and value in layout.tables_by_name():
            found.add(value)
    return found


def has_whole_image(table: layout.TableSheet, sheet: OpenSheet) -> bool:
    return formulas_of(table.name).keys() - set(table.lane_spots) <= sheet.ours.keys()


# --- one result -----------------------------------------------------------------------------------


def store(cell: _Element, value: CellValue) -> bool:
    """Put a formula's result beside it; whether it was another one before."""
    from lxml import etree

    kind, text = as_stored(value)
    if stored_result(cell) == (kind, text):
        return False
    for child in list(cell):
        if package.local(child) in ("v", "is"):
            cell.remove(child)
    package.drop(cell, "t")
    if kind != "n":
        cell.set("t", kind)
    if text is not None:
        keeping = {SPACE: "preserve"} if text != text.strip() else {}
        etree.SubElement(cell, cell.tag[:-1] + "v", keeping).text = text
    return True


def stored_result(cell: _Element) -> StoredResult:
    for node in cell:
        if node.tag == f"{cell.tag[:-1]}v":
            return cell.get("t", "n"), node.text or ""
    return cell.get("t", "n"), None


def as_stored(value: CellValue) -> StoredResult:
    """The type of a result and its text; none for what is not known."""
    if value is None or value is UNKNOWN:
        return "n", None
    if isinstance(value, bool):
        return "b", str(int(value))
    if isinstance(value, CellError):
        return "e", value.text
    if isinstance(value, str):
        return "str", UNWRITABLE.sub(lambda found: f"_x{ord(found[0]):04X}_", value)
    return "n", repr(value) if isinstance(value, float) else shown(value)


def forget(book: OpenFile, name: str, spot: Spot) -> None:
    """Drop the result of a formula, and those of an array formula in all the cells that it
    fills.
    """
    sheet = book.sheets[name]
    cell = sheet.foreign[spot][1]
    formula = cell.find("{*}f")
    if formula is None:
        return  # its result stands there by now
    filled = {spot, *xlsx.formula_area(formula)}
    sheet.cells.update(dict.fromkeys(filled, UNKNOWN))
    cells: Iterable[tuple[Spot, _Element]] = [(spot, cell)]
    if len(filled) > 1:
        cells = filled_cells(sheet.root)
    for place, other in cells:
        if place in filled and store(other, UNKNOWN):
            book.touched.add(name)
