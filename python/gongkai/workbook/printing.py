"""What stands in a workbook -> what is printed of each sheet: official forms, all findings.

Of a table the official form alone, or, once somebody chose so, its lanes too; an area that is
neither is somebody's own and stays. Only 校验结果 needs an area besides: a hundred rows of formulas
are prepared there. On 正文 and 修改记录 nothing is prepared, so that without an area all of their
rows are printed, those typed a minute ago as well. A hidden sheet has no area: LibreOffice would
print it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping

from gongkai.model import Box
from gongkai.spreadsheets import Spot, seen
from gongkai.workbook import layout, reading
from gongkai.workbook.live import fittings, stored

AREA = "_xlnm.Print_Area"
TABLES = layout.tables_by_name()
LAST_COLUMN = layout.RESULT_COLUMNS["state"]  # of what is seen of 校验结果
FORMULAS = (layout.RESULT_COLUMNS["place"], layout.RESULT_COLUMNS["state"])  # on every row


def table_area(sheet: layout.TableSheet, with_lanes: bool) -> str:
    """$A$1:$J$29 of 表三; $A$1:$K$32 ``with_lanes``."""
    return layout.absolute(sheet.printed_with_lanes if with_lanes else sheet.printed)


def results_area(cells: Mapping[Spot, object]) -> str:
    """From the title to the last row that holds something: $A$1:$M$43 for forty findings."""
    last = layout.RESULTS_TOP - 1
    for (row, column), value in cells.items():
        is_seen = column <= LAST_COLUMN and column not in FORMULAS
        if is_seen and row > last and seen.text_of(value).strip():
            last = row
    return layout.absolute(Box(1, 1, last, LAST_COLUMN))


def bare(area: str) -> str:
    """'表三'!$A$1:$J$29, 表三!$A$1:$J$29 as Excel writes it, or with = before it -> $A$1:$J$29."""
    return area if "," in area else area.rpartition("!")[2]


# --- in a file ------------------------------------------------------------------------------------


class PrintedSheets:
    """What a file says of its sheets: their numbers, which are shown, what names stand for."""

    def __init__(self, book: stored.OpenFile) -> None:
        self.book = book
        self.numbers = fittings.numbers_of(book.workbook)
        self.shown: set[str] = set()
        for tab in book.workbook.iterfind("{*}sheets/{*}sheet"):
            if tab.get("state", "visible") == "visible":
                self.shown.add(tab.get("name", ""))
        self.names = fittings.defined_names(book.workbook)

    def place(self, name: str, sheet: str) -> str:
        """$A$1:$J$29; "" where the sheet has no such name."""
        return bare(self.names.get((name, self.numbers[sheet]), ""))

    def has_lanes(self, sheet: str) -> bool:
        """Whether a table's lanes are printed, also where Excel has moved both since."""
        area = self.place(AREA, sheet)
        return bool(area and TABLES[sheet].lanes) and area == self.place(layout.LANES_NAME, sheet)


def put_areas(book: stored.OpenFile) -> bool:
    """Give each sheet its area, as cells are and sheets are shown by now; whether any changed."""
    said = PrintedSheets(book)
    wanted = {**areas_of_tables(said), **area_of_results(book, said)}
    changed: dict[fittings.NameKey, str] = {}
    for key, place in wanted.items():
        if bare(said.names.get(key, "")) != bare(place):
            changed[key] = place
    if changed:
        fittings.define(book.workbook, changed)
    return bool(changed)


def areas_of_tables(said: PrintedSheets) -> dict[fittings.NameKey, str]:
    tables = [name for name in TABLES if name in said.numbers]
    with_lanes = any(map(said.has_lanes, tables))
    wanted: dict[fittings.NameKey, str] = {}
    for name in tables:
        for key, place in names_of_table(said, name, with_lanes):
            wanted[key, said.numbers[name]] = on_sheet(name, place)
    return wanted


def on_sheet(name: str, place: str) -> str:
    """'表三'!$A$1:$J$29; "" for no place."""
    return f"'{name}'!{place}" if place else ""


def area_of_results(book: stored.OpenFile, said: PrintedSheets) -> dict[fittings.NameKey, str]:
    listed = book.sheet(layout.RESULTS)
    if listed is None:
        return {}
    area = results_area(listed.cells) if layout.RESULTS in said.shown else ""
    return {(AREA, said.numbers[layout.RESULTS]): on_sheet(layout.RESULTS, area)}


def names_of_table(said: PrintedSheets, name: str, with_lanes: bool) -> Iterator[tuple[str, str]]:
    """The names that a table's sheet lacks or must not have.

    None of a table whose lines were moved before it had them: they would cut it off.
    """
    is_shown = name in said.shown
    if not is_shown:
        yield AREA, ""
    lacking: list[str] = []
    if is_shown and not said.place(AREA, name):
        lacking.append(AREA)
    if not said.place(layout.LANES_NAME, name):
        lacking.append(layout.LANES_NAME)
    held = said.book.sheet(name) if lacking else None
    if held is None or reading.displaced(TABLES[name], held.cells):
        return
    for key in lacking:
        yield key, table_area(TABLES[name], with_lanes or key == layout.LANES_NAME)


def put_areas_back(book: stored.OpenFile, tables: Collection[str]) -> None:
    """The areas of tables whose lines were put back, with lanes where they had them."""
    said = PrintedSheets(book)
    wanted: dict[fittings.NameKey, str] = {}
    for name in tables:
        if said.place(AREA, name):
            area = table_area(TABLES[name], said.has_lanes(name))
            wanted[AREA, said.numbers[name]] = on_sheet(name, area)
    fittings.define(book.workbook, wanted)
