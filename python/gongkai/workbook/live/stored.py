"""The results of formulas in a workbook's file: ours computed anew, those of others kept only while they are true.

A program that does not calculate (a preview, pandas, Excel's protected view) shows what is stored. A stored result
that may no longer be true is worse than none, so a formula of somebody else's goes without once anything that it may
look at has changed; who opens the workbook in a spreadsheet program then has all calculated anew.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

from gongkai.figures import shown
from gongkai.model import Box
from gongkai.opc import Archive
from gongkai.opc.package import MOST_XML, drop, local, main_part, parsed, read_xml, related, tabs_of
from gongkai.spreadsheets import Spot, area_of, column_of
from gongkai.spreadsheets.formats import as_figure
from gongkai.spreadsheets.xlsx import cell_value, formula_area, index_rows, placed_cells, shared_strings
from gongkai.workbook import layout
from gongkai.workbook.layout import TableSheet
from gongkai.workbook.live.formulas import formulas_of, same_formula, sheets_with_formulas
from gongkai.workbook.live.overview import block_results
from gongkai.workbook.live.results import (
    UNKNOWN,
    CellError,
    CellValue,
    Results,
    chosen_sheet,
    cover_results,
    findings_results,
    ignored_in,
    table_results,
)

if TYPE_CHECKING:
    from lxml.etree import _Element

    from gongkai.spreadsheets.xlsx import Text

SheetSpot = tuple[str, Spot]
UNTOLD = re.compile(r"\b(?:INDIRECT|OFFSET|NOW|TODAY|RAND|RANDBETWEEN|CELL|INFO|GK_\w+)\(", re.IGNORECASE)
COLUMNS = re.compile(r"\$?([A-Z]{1,3}):\$?([A-Z]{1,3})")
ROWS = re.compile(r"\$?(\d{1,7}):\$?(\d{1,7})")
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
MOST_FOREIGN = 2_000  # formulas of others that are looked into; of more none is trusted


@dataclass
class OpenSheet:
    """One sheet of a file: its XML, what its cells hold, our formulas that stand in their places, and those of others,
    each with its cell. What ours show is not read."""

    root: _Element
    cells: dict[Spot, CellValue] = field(default_factory=dict)
    ours: dict[Spot, _Element] = field(default_factory=dict)
    foreign: dict[Spot, tuple[str, _Element]] = field(default_factory=dict)


class OpenFile:
    """The sheets of a workbook's file, each parsed once and only if somebody asks for it."""

    def __init__(self, archive: Archive) -> None:
        self.archive, self.main = archive, main_part(archive)
        self.workbook = read_xml(archive, self.main, keeping=True)
        self.parts = {tab.name: tab.part for tab in tabs_of(archive, self.workbook) if tab.kind == "worksheet"}
        self.contents: dict[str, bytes] = {}
        self.roots: dict[str, _Element] = {}
        self.touched: set[str] = set()
        self.sheets: dict[str, OpenSheet] = {}
        self.strings: Sequence[Text] | None = None

    def content(self, name: str) -> bytes:
        """The bytes of a sheet, b"" for one of which the file has none. Raises BadArchive."""
        if name not in self.contents:
            part = self.parts.get(name, "")
            self.contents[name] = self.archive.read(part, MOST_XML) if part in self.archive else b""
        return self.contents[name]

    def root(self, name: str) -> _Element:
        if name not in self.roots:
            self.roots[name] = parsed(self.content(name), keeping=True)
        return self.roots[name]

    def sheet(self, name: str) -> OpenSheet | None:
        """What stands on a sheet by now; None where the file has none of that name."""
        if name in self.parts and name not in self.sheets:
            self.sheets[name] = self.read_sheet(name)
        return self.sheets.get(name)

    def read_sheet(self, name: str) -> OpenSheet:
        if self.strings is None:
            part = related(self.archive, self.main, "sharedStrings")
            self.strings = shared_strings(read_xml(self.archive, part)) if part else ()
        found, wanted = OpenSheet(self.root(name)), formulas_of(name)
        data = found.root.find("{*}sheetData")
        for number, row in index_rows(data).items() if data is not None else ():
            for spot, cell in placed_cells(row, number):
                if len(cell):
                    take_cell(found, spot, cell, wanted.get(spot), self.strings)
        return found

    def needs_reading(self, name: str) -> bool:
        """Whether a sheet was changed, or has formulas of others, or one of ours without a result."""
        mark = b"</f></c>" if formulas_of(name) else b"<f"
        return name in self.roots or mark in self.content(name)


def take_cell(sheet: OpenSheet, spot: Spot, cell: _Element, wanted: str | None, strings: Sequence[Text]) -> None:
    formula = cell[0] if cell[0].tag.endswith("}f") else None
    if formula is not None:
        text = f"={formula.text or ''}"
        if wanted is not None and same_formula(text, wanted):
            sheet.ours[spot] = cell
            return
        sheet.foreign[spot] = text, cell
    value = held_value(cell, strings)
    if value is not None:
        sheet.cells[spot] = value


def held_value(cell: _Element, strings: Sequence[Text]) -> CellValue:
    """What a spreadsheet's formulas make of a cell: the number behind a date, a text with all of its pieces."""
    kind, stored = cell.get("t", "n"), cell.findtext("{*}v")
    if stored is None and cell.find("{*}f") is not None and cell.find("{*}is") is None:
        return UNKNOWN
    if kind == "b":
        return stored == "1"
    if kind == "e":
        return CellError(stored or "")
    value = cell_value(cell, strings)
    if isinstance(value, tuple):
        return "".join(piece.text for piece in value)
    figure = as_figure(value)
    return figure if figure is not None else None if value is None else str(value)


# --- renewed --------------------------------------------------------------------------------------


def renew(book: OpenFile, changed: Iterable[SheetSpot]) -> bool:
    """Store what every formula of ours shows now that ``changed`` cells hold something else; whether all results of
    the workbook are told, those of other people's formulas too."""
    for name in [name for name in book.parts if book.needs_reading(name)]:
        book.sheet(name)
    foreign = {(name, spot): formula for name, sheet in book.sheets.items() for spot, formula in sheet.foreign.items()}
    for name, spot in stale_formulas(foreign, set(changed)):
        forget(book, book.sheets[name], name, spot)
    told = results_of(book)
    complete = all(book.sheets[name].cells.get(spot, UNKNOWN) is not UNKNOWN for name, spot in foreign)
    for name, sheet in book.sheets.items():
        results = told.get(name, {})
        values = [(cell, results.get(spot, UNKNOWN)) for spot, cell in sheet.ours.items()]
        complete = complete and all(value is not UNKNOWN for _, value in values)
        if [cell for cell, value in values if store(cell, value)]:
            book.touched.add(name)
    return complete


def altered_lanes(table: TableSheet, formulas: Mapping[Spot, str]) -> tuple[Spot, ...]:
    """The lanes that no longer hold their formulas, by the formulas of a sheet; none where no format tells of them, or
    the sheet is from before the images: it has other lanes. A formula in another format's writing counts ("")."""
    if table.is_moved not in formulas:
        return ()
    wanted = formulas_of(table.name)
    return tuple(
        lane.spot
        for lane in table.lanes.values()
        if lane.spot not in formulas
        or (formulas[lane.spot] and not same_formula(formulas[lane.spot], wanted[lane.spot]))
    )


def results_of(book: OpenFile) -> dict[str, Results]:
    """What our formulas show; nothing is told of a table whose image is not whole, nor of what looks at it."""
    found: dict[str, Results] = {}
    cover, listed = book.sheet(layout.COVER), book.sheet(layout.RESULTS)
    summary = book.sheets.get(layout.SUMMARY)
    for table in looked_at_tables(cover, listed):
        book.sheet(table)
    tables = {
        table.name: table_results(table, sheet.cells, sheet.ours)
        for table in layout.table_sheets()
        if (sheet := book.sheets.get(table.name)) and has_whole_image(table, sheet)
    }
    if listed:
        found[layout.RESULTS] = findings_results(listed.cells, tables)
    if cover:
        ignored = ignored_in(found[layout.RESULTS]) if listed else UNKNOWN
        found[layout.COVER] = cover_results(cover.cells, tables, ignored)
    if summary:
        found[layout.SUMMARY] = dict(block_results(summary.cells) or {})
    return found | tables


def looked_at_tables(cover: OpenSheet | None, listed: OpenSheet | None) -> set[str]:
    """The tables' sheets that the cover tells of, and those of which the list of findings does."""
    held = cover.cells if cover else {}
    shown = {chosen_sheet(table, held.get(spot)).name for table, spot in layout.EDITION_SPOTS.items()}
    column = layout.RESULT_COLUMNS["table"]
    named = {value for (_, at), value in listed.cells.items() if at == column} if listed else set()
    return shown | {sheet.name for sheet in layout.table_sheets() if sheet.name in named}


def has_whole_image(table: TableSheet, sheet: OpenSheet) -> bool:
    lanes = {lane.spot for lane in table.lanes.values()}
    return formulas_of(table.name).keys() - lanes <= sheet.ours.keys()


def store(cell: _Element, value: CellValue) -> bool:
    """Put a formula's result beside it; whether it was another one before."""
    from lxml import etree

    kind, text = as_stored(value)
    before = cell.find("{*}v")
    if cell.get("t", "n") == kind and (before.text or "" if before is not None else None) == text:
        return False
    for child in [node for node in cell if local(node) in ("v", "is")]:
        cell.remove(child)
    drop(cell, "t")
    if kind != "n":
        cell.set("t", kind)
    if text is not None:
        etree.SubElement(cell, cell.tag[:-1] + "v").text = text
    return True


def as_stored(value: CellValue) -> tuple[str, str | None]:
    """The type of a result and its text; none for what is not known."""
    if value is None or value is UNKNOWN:
        return "n", None
    if isinstance(value, bool):
        return "b", str(int(value))
    if isinstance(value, CellError):
        return "e", value.text
    if isinstance(value, str):
        return "str", value
    return "n", repr(value) if isinstance(value, float) else shown(value)


def forget(book: OpenFile, sheet: OpenSheet, name: str, spot: Spot) -> None:
    """Drop the result of a formula, and those of an array formula in all the cells that it fills."""
    cell = sheet.foreign[spot][1]
    formula = cell.find("{*}f")
    filled = {spot, *(formula_area(formula) if formula is not None else ())}
    for place in filled:
        sheet.cells[place] = UNKNOWN
    data = sheet.root.find("{*}sheetData")
    rows = index_rows(data) if data is not None and len(filled) > 1 else {}
    others = [other for row in {place[0] for place in filled} if row in rows for other in placed_cells(rows[row], row)]
    for other in [cell, *(found for place, found in others if place in filled)]:
        if store(other, UNKNOWN):
            book.touched.add(name)


# --- formulas of others ---------------------------------------------------------------------------


def stale_formulas(foreign: Mapping[SheetSpot, tuple[str, _Element]], changed: set[SheetSpot]) -> set[SheetSpot]:
    """Those whose results may be others now: they look at what changed, at a formula of ours, or at such a one."""
    if not foreign or not changed:
        return set()
    looks = {place: looked_at(place[0], text, cell) for place, (text, cell) in foreign.items()}
    if len(foreign) > MOST_FOREIGN:
        return set(foreign)
    dirty: dict[str, set[Spot]] = {name: set(formulas_of(name)) for name in sheets_with_formulas()}
    for name, spot in changed:
        dirty.setdefault(name, set()).add(spot)
    stale: set[SheetSpot] = set()
    while True:
        more = {place for place in foreign if place not in stale and is_touched(looks[place], dirty)}
        if not more:
            return stale
        stale |= more
        for name, spot in more:
            dirty.setdefault(name, set()).add(spot)


def is_touched(areas: Sequence[tuple[str, Box]] | None, dirty: Mapping[str, set[Spot]]) -> bool:
    if areas is None:
        return True
    return any(is_inside(spot, box) for name, box in areas for spot in dirty.get(name, ()))


def is_inside(spot: Spot, box: Box) -> bool:
    return box.top <= spot[0] <= box.bottom and box.left <= spot[1] <= box.right


def looked_at(sheet: str, text: str, cell: _Element) -> list[tuple[str, Box]] | None:
    """The areas that a formula names; None where it may look at anything."""
    formula = cell.find("{*}f")
    if formula is None or formula.get("t") in ("shared", "dataTable") or UNTOLD.search(text):
        return None
    from openpyxl.formula import Tokenizer

    operands = (token for token in Tokenizer(text).items if token.type == "OPERAND" and token.subtype == "RANGE")
    found = [named_area(sheet, token.value) for token in operands]
    return None if None in found else [area for area in found if area is not None]


def named_area(sheet: str, text: str) -> tuple[str, Box] | None:
    """'表三'!D7:D9 -> 表三 and its cells; None for a name, and for what is no area of one sheet."""
    name, _, place = text.rpartition("!")
    if "[" in name or ":" in name:
        return None
    box = box_of(place.upper())
    return (name.strip("'").replace("''", "'") or sheet, box) if box else None


def box_of(place: str) -> Box | None:
    area = area_of(place)
    if area:
        return Box(*area)
    columns, rows = COLUMNS.fullmatch(place), ROWS.fullmatch(place)
    if columns:
        left, right = sorted(column_of(f"{name}1") for name in columns.groups())
        return Box(1, left, LAST_ROW, right)
    if rows:
        top, bottom = sorted(map(int, rows.groups()))
        return Box(top, 1, bottom, LAST_COLUMN)
    return None
