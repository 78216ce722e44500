"""The old values of a report on a sheet of their own, before an import puts new ones in their place."""

from __future__ import annotations

from contextlib import suppress
from datetime import datetime

import xlwings as xw

from gongkai.excel.blocks import Cells
from gongkai.excel.book import TABLES, Values, as_entered, put_rows, sheet_names
from gongkai.spreadsheets import Spot
from gongkai.workbook import layout
from gongkai.workbook.decisions import rulings_in

PREFIX = "备份"


def write_snapshot(book: xw.Book, values: Values) -> xw.Sheet:
    """A new last sheet with every official sheet that holds something, one below the other.

    Each stands as on its own sheet, cell for cell from column A, below a line with the sheet's name: a block can be
    copied back as it is. One write, and one more for each very long text.
    """
    rows = [row for name, cells in values.items() for row in sheet_rows(name, cells)]
    width = max((len(row) for row in rows), default=1)
    last = [sheet for sheet in book.sheets if sheet.visible][-1]
    sheet = book.sheets.add(new_name(sheet_names(book)), after=last)
    try:
        if rows:
            put_rows(sheet, (1, 1), [row + [None] * (width - len(row)) for row in rows])
    except BaseException:
        drop_snapshot(sheet)
        raise
    return sheet


def drop_snapshot(sheet: xw.Sheet) -> None:
    """Take a snapshot away again that turned out not to be needed."""
    with suppress(Exception):
        sheet.delete()


def new_name(taken: list[str]) -> str:
    """备份2026-11-24 09.30, with a number behind it where that is taken; Excel allows no colon in a name."""
    name = f"{PREFIX}{datetime.now():%Y-%m-%d %H.%M}"
    names = [name, *(f"{name} ({number})" for number in range(2, len(taken) + 3))]
    return next(name for name in names if name not in taken)


def sheet_rows(name: str, cells: Cells) -> list[list[object]]:
    """The rows of one sheet under its name; none for a sheet that holds nothing of a report."""
    last = extent_of(name, cells)
    if last == (0, 0):
        return []
    rows = [[as_entered(cells.get((row, column))) for column in range(1, last[1] + 1)] for row in range(1, last[0] + 1)]
    return [[as_entered(f"以下是“{name}”在导入前的内容，从该表A1单元格起：")], *rows, []]


def extent_of(name: str, cells: Cells) -> Spot:
    """The last row and column of what a person may have filled in; (0, 0) where nothing is."""
    if name in TABLES:
        size = TABLES[name].size
        held = any(spot in cells for spot in TABLES[name].cells.values())
        return (size.bottom, size.right) if held else (0, 0)
    if name == layout.COVER:
        return max(layout.EDITION_SPOTS.values())
    if name == layout.PROSE:
        rows = [row for row, _ in cells if row >= layout.PROSE_TOP]
        return (max(rows), max(layout.PROSE_COLUMNS.values())) if rows else (0, 0)
    if name == layout.RESULTS and rulings_in(cells):
        lines = range(layout.RESULTS_TOP, layout.RESULTS_TOP + layout.RESULTS_ROWS)
        number, last = layout.RESULT_COLUMNS["number"], layout.RESULT_COLUMNS["reason"]
        return max((row for row in lines if (row, number) in cells), default=layout.RESULTS_TOP - 1), last
    return (0, 0)
