"""Run by the system's Python, tests/helpers on its path: workbooks -> what LibreOffice computes.

    PYTHONPATH=tests/helpers /usr/bin/python3 tests/tools/office_values.py FILE...

Prints a list with one object a file: sheet -> [[row, column, value], ...], counted from 1.
A blank cell is the text "".
"""

import json
import sys
from pathlib import Path

import uno
from office_macros import running_office

NEVER_RUN = 0  # MacroExecutionMode
ERROR_RESULTS = 4  # com.sun.star.sheet.FormulaResult
LOGICAL = 1024  # com.sun.star.util.NumberFormat
# What LibreOffice has words of its own for ("Err:502"), as its export to xlsx calls it.
IN_EXCEL = {502: "#VALUE!", 503: "#NUM!", 504: "#VALUE!", 511: "#VALUE!", 521: "#NULL!"}


def main(files):
    with running_office() as desktop:
        print(json.dumps([values_of(desktop, Path(file)) for file in files]))
    return 0


def values_of(desktop, path):
    settings = {"Hidden": True, "ReadOnly": True, "MacroExecutionMode": NEVER_RUN}
    properties = tuple(setting(name, value) for name, value in settings.items())
    document = desktop.loadComponentFromURL(path.resolve().as_uri(), "_blank", 0, properties)
    if document is None:
        raise OSError(f"LibreOffice does not open {path.name}")
    try:
        document.calculateAll()  # the hard one: every formula, changed or not
        types = Types(document.NumberFormats)
        return {sheet.Name: list(cells_of(sheet, types)) for sheet in document.Sheets}
    finally:
        document.close(True)


def setting(name, value):
    return uno.createUnoStruct("com.sun.star.beans.PropertyValue", name, 0, value, 0)


class Types(dict):
    """The key of a number format -> its type, asked for once: every question costs a pipe."""

    def __init__(self, formats):
        self.formats = formats

    def __missing__(self, key):
        self[key] = self.formats.getByKey(key).Type
        return self[key]


def cells_of(sheet, types):
    cursor = sheet.createCursor()
    cursor.gotoEndOfUsedArea(False)
    end = cursor.RangeAddress
    data = sheet.getCellRangeByPosition(0, 0, end.EndColumn, end.EndRow).getDataArray()
    errors = errors_of(sheet)
    for row, values in enumerate(data):
        for column, value in enumerate(values):
            if (row, column) in errors:
                value = errors[row, column]
            elif value in (0.0, 1.0) and is_logical(sheet.getCellByPosition(column, row), types):
                value = bool(value)
            yield row + 1, column + 1, value


def errors_of(sheet):
    """The formulas that answer with an error: (row, column), from 0 -> "#N/A"."""
    found = {}
    for area in sheet.queryFormulaCells(ERROR_RESULTS).getRangeAddresses():
        for row in range(area.StartRow, area.EndRow + 1):
            for column in range(area.StartColumn, area.EndColumn + 1):
                cell = sheet.getCellByPosition(column, row)
                found[row, column] = IN_EXCEL.get(cell.getError(), cell.getString())
    return found


def is_logical(cell, types):
    """LibreOffice has no truth values: TRUE is a 1 that is shown as a word."""
    return bool(types[cell.NumberFormat] & LOGICAL)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
