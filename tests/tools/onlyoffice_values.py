"""Run by the Python of .venv-engines: workbooks -> what OnlyOffice's engine computes.

    .venv-engines/bin/python tests/tools/onlyoffice_values.py TARGET < BOOKS

Reads a list of {path, formulas: {sheet: [[row, column], ...]}} and writes a list with one object
a book into TARGET, as the engine itself may print: sheet -> [[row, column, value], ...], counted
from 1. A blank cell is the text "".
"""

import json
import sys

import docbuilder

# Api.RecalculateAllFormulas() goes through the cells once, in their order, and leaves formulas out
# that are alike and stand beside each other: what they and their dependants answer is then old.
# So every formula is typed in anew; that a round of recalculation changes nothing proves it done.
TYPE_IN = """
(function (formulas) {
  Object.keys(formulas).forEach(function (name) {
    var sheet = Api.GetSheet(name);
    formulas[name].forEach(function (spot) {
      var cell = sheet.GetCells(spot[0], spot[1]);
      cell.SetValue(cell.GetFormula());
    });
  });
})(%s);
"""
RECALCULATE = "Api.RecalculateAllFormulas();"
READ = """
(function () {
  function rows(sheet) {
    var used = sheet.GetUsedRange().GetAddress().replace(/[$]/g, "");
    var values = sheet.GetRange("A1:" + used.split(":").pop()).GetValue();
    return Array.isArray(values) ? values : [[values]];
  }
  var found = {};
  Api.GetSheets().forEach(function (sheet) { found[sheet.GetName()] = rows(sheet); });
  return JSON.stringify(found);
})();
"""


def main(arguments):
    [target] = arguments
    builder = docbuilder.CDocBuilder()
    found = [values_of(builder, book) for book in json.load(sys.stdin)]
    with open(target, "w", encoding="utf-8") as written:
        json.dump(found, written)
    return 0


def values_of(builder, book):
    if builder.OpenFile(book["path"], "") != 0:
        raise OSError(f"OnlyOffice does not open {book['path']}")
    typed = answer_to(builder, TYPE_IN % json.dumps(book["formulas"]) + READ)
    if answer_to(builder, RECALCULATE + READ) != typed:
        raise RuntimeError(f"OnlyOffice is not done with {book['path']}")
    builder.CloseFile()
    return {name: list(cells_of(rows)) for name, rows in json.loads(typed).items()}


def answer_to(builder, command):
    answer = builder.GetContext().CreateUndefined()
    if not builder.ExecuteCommand(command, answer):
        raise RuntimeError(f"OnlyOffice does not do {command}")
    return answer.ToString()


def cells_of(rows):
    for row, values in enumerate(rows, 1):
        for column, value in enumerate(values, 1):
            yield row, column, value


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
