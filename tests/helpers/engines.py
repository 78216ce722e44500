"""Workbooks recalculated by spreadsheet engines that know nothing of ours.

No engine is trusted to recalculate: each gets a copy in which every formula's stored value is the
text PLANTED. Where that text comes back, the engine has handed on what the file said.
"""

from __future__ import annotations

import json
import os
import subprocess
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from datetime import date, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from zipfile import ZIP_DEFLATED, ZipFile

from betteroffice_xlsx import CellError
from betteroffice_xlsx import Workbook as BetterWorkbook
from lxml import etree
from openpyxl import load_workbook
from openpyxl.cell.cell import Cell, MergedCell
from openpyxl.utils.cell import coordinate_to_tuple, get_column_letter
from openpyxl.utils.datetime import to_excel
from openpyxl.worksheet.formula import ArrayFormula

from helpers import HELPERS, ROOT, TESTS

Spot = tuple[int, int]
Sheets = dict[str, dict[Spot, object]]
Spots = dict[str, set[Spot]]

PLANTED = "gongkai: stored, not computed"
TOOLS = TESTS / "tools"
SYSTEM_PYTHON = "/usr/bin/python3"
ENGINES_PYTHON = ROOT / ".venv-engines" / "bin" / "python"
PATIENCE = 900  # seconds; ends a hang, says nothing of speed
RELATION = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"


@dataclass(frozen=True)
class Copy:
    """A workbook with false stored values; by sheet, where something stands and where formulas."""

    path: Path
    cells: Spots = field(default_factory=dict)
    formulas: Spots = field(default_factory=dict)


def calculated(engine: str, files: Sequence[Path]) -> list[dict[str, dict[Spot, object]]]:
    """For each file: sheet -> (row, column) -> float, text, bool, or an error's text ("#N/A").

    Every formula is there, also one that answers with "" or refers to a blank; other cells only
    where something stands in them. One run of the engine does all files.

    >>> calculated("libreoffice", [path])[0]["表三"][5, 11]
    '✓'
    """
    with TemporaryDirectory() as folder:
        targets = [Path(folder) / f"{number}{file.suffix}" for number, file in enumerate(files)]
        copies = [planted(file, target) for file, target in zip(files, targets, strict=True)]
        found = ENGINES[engine](copies)
    for file, sheets, copy in zip(files, found, copies, strict=True):
        assert_computed(f"{file.name} in {engine}", sheets, copy)
    return [without_blanks(sheets, copy) for sheets, copy in zip(found, copies, strict=True)]


def assert_computed(what: str, sheets: Sheets, copy: Copy) -> None:
    wrong = [
        (name, spot)
        for name, spots in copy.formulas.items()
        for spot in sorted(spots)
        if PLANTED in str(sheets.get(name, {}).get(spot, PLANTED))
    ]
    assert not wrong, f"{what}: {len(wrong)} formulas not computed, such as {wrong[:5]}"


def without_blanks(sheets: Sheets, copy: Copy) -> Sheets:
    """Some engines tell of every cell of the used area."""
    return {name: said(cells, copy.formulas.get(name, set())) for name, cells in sheets.items()}


def said(cells: dict[Spot, object], formulas: set[Spot]) -> dict[Spot, object]:
    return {spot: value for spot, value in cells.items() if value != "" or spot in formulas}


# --- stored values ------------------------------------------------------------------------------


def planted(file: Path, target: Path) -> Copy:
    """Writes a copy of a workbook whose formulas have a false stored value.

    ``<c r="A1" t="b"><f>1=1</f><v>1</v></c>`` becomes
    ``<c r="A1" t="str"><f>1=1</f><v>gongkai: stored, not computed</v></c>``.
    """
    copy = Copy(target)
    with ZipFile(file) as source, ZipFile(target, "w", ZIP_DEFLATED) as written:
        sheets = sheet_parts(source)
        for part in source.namelist():
            content = source.read(part)
            if part in sheets:
                content = plant_in_sheet(content, sheets[part], copy)
            written.writestr(part, content)
    return copy


def sheet_parts(book: ZipFile) -> dict[str, str]:
    """The part of each sheet -> its name: "xl/worksheets/sheet3.xml" -> "表三"."""
    relations = etree.fromstring(book.read("xl/_rels/workbook.xml.rels"))
    targets = {str(each.attrib["Id"]): in_package(str(each.attrib["Target"])) for each in relations}
    sheets = etree.fromstring(book.read("xl/workbook.xml")).iterfind("{*}sheets/{*}sheet")
    return {targets[str(sheet.attrib[RELATION])]: str(sheet.attrib["name"]) for sheet in sheets}


def in_package(target: str) -> str:
    """ "worksheets/sheet1.xml", "/xl/worksheets/sheet1.xml" -> "xl/worksheets/sheet1.xml"."""
    return target[1:] if target.startswith("/") else f"xl/{target}"


def plant_in_sheet(content: bytes, name: str, copy: Copy) -> bytes:
    root = etree.fromstring(content)
    cells = root.findall("{*}sheetData/{*}row/{*}c[@r]")
    formulas = [cell for cell in cells if cell.find("{*}f") is not None]
    for cell in formulas:
        plant_in_cell(cell)
    copy.cells[name] = {spot_of(cell) for cell in cells if len(cell)}
    copy.formulas[name] = {spot_of(cell) for cell in formulas}
    return etree.tostring(root, encoding="UTF-8", xml_declaration=True, standalone=True)


def plant_in_cell(cell: etree._Element) -> None:
    for old in cell.findall("{*}v"):
        cell.remove(old)
    cell.set("t", "str")
    value = etree.SubElement(cell, f"{{{etree.QName(cell).namespace}}}v")
    value.text = PLANTED


def spot_of(cell: etree._Element) -> Spot:
    return coordinate_to_tuple(str(cell.attrib["r"]))


# --- engines ------------------------------------------------------------------------------------


def by_libreoffice(copies: Sequence[Copy]) -> list[Sheets]:
    files = [copy.path for copy in copies]
    command: list[str | Path] = [SYSTEM_PYTHON, TOOLS / "office_values.py", *files]
    return told(printed(command, PYTHONPATH=str(HELPERS)))


def by_betteroffice(copies: Sequence[Copy]) -> list[Sheets]:
    return [better_values(copy) for copy in copies]


def better_values(copy: Copy) -> Sheets:
    """Cell by cell: what it exports at once has a limit."""
    book = BetterWorkbook.open_recalculated(copy.path.read_bytes())
    found: Sheets = {}
    for name, spots in copy.cells.items():
        found[name] = {spot: better_value(book, name, spot) for spot in spots}
    return found


def better_value(book: BetterWorkbook, sheet: str, spot: Spot) -> object:
    row, column = spot
    value = book.value(sheet, f"{get_column_letter(column)}{row}")
    return str(value) if isinstance(value, CellError) else plain(value)


def by_hyperformula(copies: Sequence[Copy]) -> list[Sheets]:
    """It is under the GPL, so it runs as a program of its own; and it reads no files."""
    assert (TOOLS / "node_modules" / "hyperformula").is_dir(), "make engines installs HyperFormula"
    books = json.dumps([typed(copy.path) for copy in copies])
    return told(printed(["node", TOOLS / "hyperformula_values.js"], books))


def typed(path: Path) -> dict[str, object]:
    """A workbook as somebody would type it in, with what its names stand for."""
    book = load_workbook(path)
    sheets = {sheet.title: [*map(typed_row, sheet.iter_rows())] for sheet in book.worksheets}
    names = {name: f"={defined.attr_text}" for name, defined in book.defined_names.items()}
    return {"sheets": sheets, "names": names}


def typed_row(row: Sequence[Cell | MergedCell]) -> list[object]:
    return [typed_cell(cell) for cell in row]


def typed_cell(cell: Cell | MergedCell) -> object:
    """The text 1% -> "'1%", the formula =A1 -> "=A1", 3 -> 3, a date -> its number."""
    value = cell.value
    if isinstance(value, ArrayFormula):
        return f"=ARRAYFORMULA({str(value.text).removeprefix('=')})"
    if isinstance(value, str):
        return value if cell.data_type in ("f", "e") else f"'{value}"
    if isinstance(value, date | time | timedelta):
        return to_excel(value)  # type: ignore[no-untyped-call]
    return value


def by_onlyoffice(copies: Sequence[Copy]) -> list[Sheets]:
    """It is under the AGPL, so it runs as a program of its own, in a venv of its own."""
    assert ENGINES_PYTHON.exists(), "make engines installs OnlyOffice's engine"
    with TemporaryDirectory() as folder:
        target = Path(folder) / "values.json"
        books = json.dumps([with_formulas(copy) for copy in copies])
        printed([ENGINES_PYTHON, TOOLS / "onlyoffice_values.py", target], books)
        return told(target.read_text(encoding="utf-8"))


def with_formulas(copy: Copy) -> dict[str, object]:
    formulas = {name: sorted(spots) for name, spots in copy.formulas.items()}
    return {"path": str(copy.path), "formulas": formulas}


def printed(command: Sequence[str | Path], given: str = "", **variables: str) -> str:
    """What a program of tests/tools prints."""
    done = subprocess.run(
        command,
        input=given.encode(),
        capture_output=True,
        timeout=PATIENCE,
        env={**os.environ, **variables},
    )
    assert done.returncode == 0, done.stderr.decode(errors="replace")[-3000:]
    return done.stdout.decode()


def told(text: str) -> list[Sheets]:
    """What a program tells as JSON: for each file, sheet -> [[row, column, value], ...]."""
    books: list[dict[str, list[tuple[int, int, object]]]] = json.loads(text)
    return [{name: by_spot(cells) for name, cells in sheets.items()} for sheets in books]


def by_spot(cells: list[tuple[int, int, object]]) -> dict[Spot, object]:
    return {(row, column): plain(value) for row, column, value in cells}


def plain(value: object) -> object:
    """Every number is a float, a blank the empty text: 3 -> 3.0, True -> True, None -> ""."""
    if isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    return "" if value is None else value


ENGINES: dict[str, Callable[[Sequence[Copy]], list[Sheets]]] = {
    "libreoffice": by_libreoffice,
    "betteroffice": by_betteroffice,
    "hyperformula": by_hyperformula,
    "onlyoffice": by_onlyoffice,
}
