"""Run by the system's Python, tests/helpers on its path: workbooks changed in LibreOffice by hand.

Standard input is a list of {"file", "target", "steps"}; a step is ["move", sheet, row, column, row,
column], ["insert rows", sheet, row] and so on, counted from 1. What LibreOffice refuses (a merged
cell) is left undone.
"""

import json
import sys
from pathlib import Path

import uno
from com.sun.star.beans import PropertyValue
from com.sun.star.table import CellAddress, CellRangeAddress, TableSortField
from com.sun.star.uno import Exception as OfficeError
from office_macros import running_office

EXCEL = "Calc MS Excel 2007 XML"


def main():
    with running_office() as desktop:
        for job in json.load(sys.stdin):
            change(desktop, job)


def change(desktop, job):
    hidden = PropertyValue("Hidden", 0, True, 0)
    source = Path(job["file"]).resolve().as_uri()
    document = desktop.loadComponentFromURL(source, "_blank", 0, (hidden,))
    try:
        document.calculateAll()
        for name, sheet, *rest in job["steps"]:
            try:
                STEPS[name](document.Sheets.getByName(sheet), *rest)
            except OfficeError:
                print("refused:", name, rest, file=sys.stderr)
        document.calculateAll()
        target = Path(job["target"]).resolve().as_uri()
        document.storeToURL(target, (PropertyValue("FilterName", 0, EXCEL, 0),))
    finally:
        document.close(True)


def area(sheet, row, column):
    return CellRangeAddress(sheet.RangeAddress.Sheet, column - 1, row - 1, column - 1, row - 1)


def place(sheet, row, column):
    return CellAddress(sheet.RangeAddress.Sheet, column - 1, row - 1)


def move(sheet, row, column, other_row, other_column):
    sheet.moveRange(place(sheet, other_row, other_column), area(sheet, row, column))


def copy(sheet, row, column, other_row, other_column):
    sheet.copyRange(place(sheet, other_row, other_column), area(sheet, row, column))


def write(sheet, row, column, value):
    cell = sheet.getCellByPosition(column - 1, row - 1)
    if isinstance(value, str):
        cell.setString(value)
    else:
        cell.setValue(value)


def sort(sheet, top, left, bottom, right, column):
    field = TableSortField()
    field.Field, field.IsAscending = column - left, True
    fields = uno.Any("[]com.sun.star.table.TableSortField", (field,))
    rows = sheet.getCellRangeByPosition(left - 1, top - 1, right - 1, bottom - 1)
    rows.sort(
        (PropertyValue("SortFields", 0, fields, 0), PropertyValue("ContainsHeader", 0, False, 0))
    )


STEPS = {
    "move": move,
    "copy": copy,
    "type": write,
    "sort": sort,
    "insert rows": lambda sheet, row: sheet.Rows.insertByIndex(row - 1, 1),
    "remove rows": lambda sheet, row: sheet.Rows.removeByIndex(row - 1, 1),
    "insert columns": lambda sheet, column: sheet.Columns.insertByIndex(column - 1, 1),
    "remove columns": lambda sheet, column: sheet.Columns.removeByIndex(column - 1, 1),
}

if __name__ == "__main__":
    main()
