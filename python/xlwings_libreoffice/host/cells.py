"""Primitives of what stands in cells: read, write, formulas, number formats, used range, clear."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import product
from typing import Any

import uno
from com.sun.star.sheet.FillDirection import TO_BOTTOM, TO_RIGHT

from .speller import Speller
from .things import (
    Area,
    Box,
    Refused,
    alike,
    area_of,
    attempt,
    cells_of,
    is_single,
    merged_areas,
    page_of,
    refuse_locked,
)

NUMBERS, ERRORS, FORMULAS = 1, 4, 7  # com.sun.star.sheet.FormulaResult
DATE, TIME, LOGICAL = 2, 4, 1024  # com.sun.star.util.NumberFormat
KINDS = {"date": DATE, "datetime": DATE | TIME, "boolean": LOGICAL}
GENERAL = "General"
# com.sun.star.sheet.CellFlags
CONTENTS = 1 | 2 | 4 | 16
NOTES = 8
DATES = 2
TAB_IN_LINES = "\x01"
OF_VALUES = 1  # of a search: in what is shown
LOOKS = 32 | 64 | 256
CLEARED = {"contents": CONTENTS, "formats": LOOKS, "notes": NOTES, "all": CONTENTS | NOTES | LOOKS}
# Codes of LibreOffice's errors; each other one is a #VALUE! in Excel.
EXCEL_ERRORS = {
    503: "#NUM!", 521: "#NULL!", 523: "#NUM!", 524: "#REF!", 525: "#NAME?", 532: "#DIV/0!",
    32767: "#N/A",
}  # fmt: skip


class Cells:
    """See the README of the package for what each primitive takes and answers."""

    PRIMITIVES: tuple[str, ...] = (
        "read", "write", "fill", "formulas", "format", "set_format", "used", "region", "clear",
    )  # fmt: skip

    truths: tuple[str, ...] = ()  # the words of this LibreOffice, once they are known
    steps: set[str]

    def document(self, token: str) -> Any:
        raise NotImplementedError

    def made(self, service: str) -> Any:
        raise NotImplementedError

    def read(self, token: str, box: Box) -> dict[str, Any]:
        """{"rows": values, "errors": [[row, column, text]], "dates": areas, "booleans": areas}

        Places are counted from 1 within the box. A blank cell is None, as is a formula's "".
        """
        document = self.document(token)
        cells = cells_of(document, box)
        rows = values_of(cells)
        return {
            "rows": rows,
            "errors": errors_in(cells, box),
            "dates": [moved(area, box) for area in dates_in(document, cells)],
            "booleans": [moved(area, box) for area in self.truths_in(document, cells, rows)],
        }

    def truths_in(self, document: Any, cells: Any, rows: list[list[Any]]) -> Iterator[Area]:
        """The areas of what is shown as TRUE or FALSE: LibreOffice has but numbers for them."""
        if not any(value in (0.0, 1.0) for row in rows for value in row):
            return
        if not self.truths:
            self.truths = words_of_truth(self.made("com.sun.star.util.NumberFormatter"), document)
        search = cells.createSearchDescriptor()
        search.SearchString, search.SearchRegularExpression = "|".join(self.truths), True
        search.SearchWords = search.SearchCaseSensitive = True
        search.setPropertyValue("SearchType", OF_VALUES)
        search.setPropertyValue("SearchFiltered", True)
        found = cells.findAll(search)
        for address in found.RangeAddresses if found is not None else ():
            yield area_of(address)

    def write(
        self,
        token: str,
        corner: list[Any],
        rows: list[list[Any]],
        formulas: list[list[Any]] | None = None,
        kinds: list[list[Any]] | None = None,
    ) -> None:
        """Values as they are (a text stays text); ``corner`` is [sheet, row, column].

        ``formulas``: [[row, column, "=A1+1"]], ``kinds``: [[row, column, "date"]], counted from 1
        within the rows. A cell that a merged one covers keeps what it holds, as in Excel.
        """
        document = self.document(token)
        box = [*corner, len(rows), len(rows[0])]
        cells = cells_of(document, box)
        refuse_locked(cells.Spreadsheet, cells)
        wanted = [list(map(written, row)) for row in rows]
        entered = {(row, column): text for row, column, text in formulas or ()}
        stand_covered(cells, wanted, entered)
        plain_numbers(document, cells)
        if token in self.steps:
            enter_blanks(cells, wanted, entered)
        put(document, cells, wanted, entered)
        for row, column, kind in kinds or ():
            put_kind(document, cells.getCellByPosition(column - 1, row - 1), kind)

    def fill(self, token: str, box: Box, formula: str) -> None:
        """A formula of the first cell for all of a box: what it names moves with each cell."""
        document = self.document(token)
        cells = cells_of(document, box)
        refuse_locked(cells.Spreadsheet, cells)
        plain_numbers(document, cells)
        Speller(document).enter(cells.getCellByPosition(0, 0), formula)
        if cells.Rows.Count > 1:
            column = cells.getCellRangeByPosition(0, 0, 0, cells.Rows.Count - 1)
            attempt(lambda: column.fillAuto(TO_BOTTOM, 1))
        if cells.Columns.Count > 1:
            attempt(lambda: cells.fillAuto(TO_RIGHT, 1))

    def formulas(self, token: str, box: Box) -> dict[str, Any]:
        """What ``read`` answers, and "formulas": [[row, column, "=A1+1"]]."""
        document = self.document(token)
        cells = cells_of(document, box)
        texts, speller = cells.getFormulaArray(), Speller(document)
        found = []
        for row, column in spots_in(cells.queryFormulaCells(FORMULAS), box):
            text = texts[row - 1][column - 1].strip("{}")  # an array formula stands in braces
            found.append([row, column, speller.read(cells, (row, column), text)])
        return {**self.read(token, box), "formulas": found}

    def format(self, token: str, box: Box) -> str | None:
        """The number format, as Excel spells it in English; None where cells differ."""
        document = self.document(token)
        cells = cells_of(document, box)
        area = area_of(cells.RangeAddress)
        codes = codes_in(document, cells.Spreadsheet, area)
        first = next(codes)
        return first if all(code == first for code in codes) else None

    def set_format(self, token: str, box: Box, code: str) -> None:
        document = self.document(token)
        cells = cells_of(document, box)
        refuse_locked(cells.Spreadsheet, cells)
        cells.NumberFormat = key_of(document, code)

    def used(self, token: str, sheet: str) -> list[int]:
        """[row, column, height, width] from the first to the last cell that holds something."""
        cursor = page_of(self.document(token), sheet).createCursor()
        cursor.gotoStartOfUsedArea(False)
        cursor.gotoEndOfUsedArea(True)
        return list(area_of(cursor.RangeAddress))

    def region(self, token: str, box: Box) -> list[int]:
        """[row, column, height, width] of the filled cells around a cell."""
        cells = cells_of(self.document(token), box)
        cursor = cells.Spreadsheet.createCursorByRange(cells)
        cursor.collapseToCurrentRegion()
        return list(area_of(cursor.RangeAddress))

    def clear(self, token: str, box: Box, what: str) -> None:
        """ "contents", "formats", "notes" or "all"; merged cells are cleared as a whole."""
        cells = cells_of(self.document(token), box)
        page, area = cells.Spreadsheet, area_of(cells.RangeAddress)
        refuse_locked(page, cells)
        for merged in merged_areas(page, area):
            if not holds(area, merged):
                raise Refused("merged", "a part of a merged cell")
        cells.clearContents(CLEARED[what])


def holds(area: Area, other: Area) -> bool:
    row, column, height, width = area
    is_below = row <= other[0] and other[0] + other[2] <= row + height
    return is_below and column <= other[1] and other[1] + other[3] <= column + width


# --- reading ----------------------------------------------------------------------------------


def values_of(cells: Any) -> list[list[Any]]:
    return [list(map(told, row)) for row in cells.getDataArray()]


def told(value: Any) -> Any:
    """A tab in a text of several lines is kept as a character of its own kind."""
    if isinstance(value, str):
        return value.replace(TAB_IN_LINES, "\t") or None
    return value


def moved(area: Area, box: Box) -> Area:
    """Counted from the corner of a box."""
    return area[0] - box[1] + 1, area[1] - box[2] + 1, area[2], area[3]


def spots_in(ranges: Any, box: Box) -> Iterator[tuple[int, int]]:
    """The cells of several areas, counted from the corner of a box."""
    for address in ranges.RangeAddresses:
        row, column, height, width = moved(area_of(address), box)
        for down in range(height):
            for across in range(width):
                yield row + down, column + across


def errors_in(cells: Any, box: Box) -> list[list[Any]]:
    found = []
    for row, column in spots_in(cells.queryFormulaCells(ERRORS), box):
        code = cells.getCellByPosition(column - 1, row - 1).getError()
        found.append([row, column, EXCEL_ERRORS.get(code, "#VALUE!")])
    return found


def dates_in(document: Any, cells: Any) -> Iterator[Area]:
    """The areas of dates and times, constants and results of formulas."""
    for address in cells.queryContentCells(DATES).RangeAddresses:
        yield area_of(address)
    types: dict[int, int] = {}
    for address in cells.queryFormulaCells(NUMBERS).RangeAddresses:
        for area, key in alike(cells.Spreadsheet, area_of(address), "NumberFormat"):
            if key not in types:
                types[key] = document.NumberFormats.getByKey(key).Type
            if types[key] & (DATE | TIME):
                yield area


def words_of_truth(formatter: Any, document: Any) -> tuple[str, ...]:
    """TRUE and FALSE, as they are shown."""
    formatter.attachNumberFormatsSupplier(document)
    locale = uno.createUnoStruct("com.sun.star.lang.Locale")
    key = document.NumberFormats.getStandardFormat(LOGICAL, locale)
    shown = [formatter.convertNumberToString(key, number) for number in (1.0, 0.0)]
    return ("TRUE", "FALSE", *shown)


# --- writing ----------------------------------------------------------------------------------


def written(value: Any) -> Any:
    """As setDataArray takes it: "" empties a cell, None would make #N/A of it."""
    if value is None:
        return ""
    return float(value) if isinstance(value, (bool, int, float)) else str(value)


def stand_covered(cells: Any, wanted: list[list[Any]], entered: dict[Any, str]) -> None:
    """Cells that a merged one covers keep what they hold."""
    page, area = cells.Spreadsheet, area_of(cells.RangeAddress)
    for merged in merged_areas(page, area):
        for row in range(merged[0], merged[0] + merged[2]):
            for column in range(merged[1], merged[1] + merged[3]):
                spot = row - area[0] + 1, column - area[1] + 1
                is_inside = 0 < spot[0] <= area[2] and 0 < spot[1] <= area[3]
                if is_inside and (row, column) != merged[:2]:
                    stand(cells, spot, wanted, entered)


def stand(cells: Any, spot: tuple[int, int], wanted: list[list[Any]], entered: Any) -> None:
    row, column = spot
    entered.pop(spot, None)
    cell = cells.getCellByPosition(column - 1, row - 1)
    wanted[row - 1][column - 1] = cell.getDataArray()[0][0]


def plain_numbers(document: Any, cells: Any) -> None:
    """LibreOffice gives a cell the format of truths, and leaves it there for numbers."""
    area = area_of(cells.RangeAddress)
    if is_single(area) and document.NumberFormats.getByKey(cells.NumberFormat).Type & LOGICAL:
        cells.NumberFormat = 0


def enter_blanks(cells: Any, wanted: list[list[Any]], entered: dict[Any, str]) -> None:
    """Enter one by one the blank cells that a block will fill, so that it can be undone.

    Calc's undo of a block copies the old contents back, and blanks over nothing: the 1 in a cell
    that was blank stays. A single cell is undone rightly: the block leaves a 0, the cell a blank.
    """
    top, left, _, _ = area_of(cells.RangeAddress)
    for address in cells.queryEmptyCells().RangeAddresses:
        row, column, height, width = area_of(address)
        rows = range(row - top, row - top + height)
        columns = range(column - left, column - left + width)
        for down, across in product(rows, columns):
            is_value = wanted[down][across] not in (None, "")
            if is_value or (down + 1, across + 1) in entered:
                cells.getCellByPosition(across, down).setValue(0.0)


def put(document: Any, cells: Any, wanted: list[list[Any]], entered: dict[Any, str]) -> None:
    speller = Speller(document)
    if len(entered) == len(wanted) * len(wanted[0]):
        texts = speller.plain_rows(entered, len(wanted), len(wanted[0]))
        if texts is not None:
            attempt(lambda: cells.setFormulaArray(texts))
            return
    attempt(lambda: cells.setDataArray(tuple(map(tuple, wanted))))
    for (row, column), text in entered.items():
        speller.enter(cells.getCellByPosition(column - 1, row - 1), text)


def put_kind(document: Any, cell: Any, kind: str) -> None:
    """The format of dates or truths, where the cell has no such format yet."""
    wanted, locale = KINDS[kind], uno.createUnoStruct("com.sun.star.lang.Locale")
    formats = document.NumberFormats
    if not formats.getByKey(cell.NumberFormat).Type & wanted:
        cell.NumberFormat = formats.getStandardFormat(wanted, locale)


# --- number formats ---------------------------------------------------------------------------


def english() -> Any:
    return uno.createUnoStruct("com.sun.star.lang.Locale", "en", "US", "")


def codes_in(document: Any, page: Any, area: Area) -> Iterator[str]:
    """The formats of an area, piece by piece."""
    known: dict[int, str] = {}
    for _, key in alike(page, area, "NumberFormat"):
        if key not in known:
            known[key] = code_of(document, key)
        yield known[key]


def code_of(document: Any, key: int) -> str:
    """In English: 0.00, General, yyyy/m/d."""
    formats = document.NumberFormats
    entry = formats.getByKey(key)
    code, locale = entry.FormatString, entry.Locale
    if locale.Language not in ("en", ""):
        converted = formats.addNewConverted(code, locale, english())
        code = formats.getByKey(converted).FormatString
    return GENERAL if code in ("General", "Standard") else str(code)


def key_of(document: Any, code: str) -> int:
    formats, locale = document.NumberFormats, english()
    key = formats.queryKey(code, locale, False)
    return int(key if key >= 0 else formats.addNew(code, locale))
