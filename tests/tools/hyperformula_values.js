/* Run by node: workbooks as typed cells -> what HyperFormula computes.
 *
 *     node tests/tools/hyperformula_values.js < BOOKS
 *
 * Reads a list of {sheets: {name: [[cell, ...], ...]}, names: {name: formula}} and prints a list
 * with one object a book: sheet -> [[row, column, value], ...], counted from 1. A formula begins
 * with "=", a text with an apostrophe that is no part of it ("'=1" is the text "=1").
 */
const { HyperFormula } = require("hyperformula");

// Where HyperFormula lets one choose, as Excel does it.
const AS_EXCEL = {
  licenseKey: "gpl-v3",
  language: "enGB",
  functionArgSeparator: ",",
  decimalSeparator: ".",
  evaluateNullToZero: true,
  leapYear1900: true,
  nullDate: { year: 1899, month: 12, day: 31 },
  caseSensitive: false,
  accentSensitive: true,
  matchWholeCell: true,
  useWildcards: true,
  useRegularExpressions: false,
};

// It knows the functions only: without parentheses these are names to it.
const WORDS = { TRUE: "=TRUE()", FALSE: "=FALSE()" };

function valuesOf({ sheets, names }) {
  const all = Object.entries({ ...WORDS, ...names });
  const expressions = all.map(([name, expression]) => ({ name, expression }));
  const book = HyperFormula.buildFromSheets(sheets, AS_EXCEL, expressions);
  const found = Object.entries(book.getAllSheetsValues());
  book.destroy();
  return Object.fromEntries(found.map(([sheet, rows]) => [sheet, rows.flatMap(cellsOf)]));
}

function cellsOf(values, row) {
  return values.map((value, column) => [row + 1, column + 1, plain(value)]);
}

/* An error is an object: {value: "#DIV/0!", message: ...}. */
function plain(value) {
  return value !== null && typeof value === "object" ? value.value : value;
}

const books = JSON.parse(require("node:fs").readFileSync(0, "utf8"));
process.stdout.write(JSON.stringify(books.map(valuesOf)));
