"""Two reports side by side -> a workbook: figures as numbers, differences coloured, sentences.

It is to be looked at and worked with, no workbook of ours: nothing is read back from it.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import BytesIO
from typing import TYPE_CHECKING

from gongkai import spreadsheets, wording
from gongkai.compare.sides import SideBySide
from gongkai.publish.beside import (
    HEADING,
    KINDS,
    SHADES,
    BesideCell,
    names_of,
    tables_beside,
)

if TYPE_CHECKING:
    from openpyxl.cell import Cell, MergedCell
    from openpyxl.worksheet.worksheet import Worksheet

FIGURES, TEXTS = "数字", "文字"
LABEL, NARROW, WIDE = 44, 10, 70  # widths of columns in characters
FOUND = {"changed": "FFFFF2CC", "added": "FFDDEBF7", "removed": "FFFCE4D6"}  # ARGB
LONGEST = 32_000  # characters of a text in a cell; Excel holds 32,767


def xlsx_beside(found: SideBySide, told: Sequence[str]) -> bytes:
    from openpyxl import Workbook

    book = Workbook()
    page = book.active
    assert page is not None
    page.title = FIGURES
    put_figures(page, found, told)
    put_texts(book.create_sheet(TEXTS), found)
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def put_figures(page: Worksheet, found: SideBySide, told: Sequence[str]) -> None:
    row = 1
    for line in (HEADING, *told):
        put(page.cell(row, 1), line)
        row += 1
    widest = 0
    for table in tables_beside(found):
        row += 1
        widest = max(widest, table.columns)
        if table.title:
            put(page.cell(row, 1), table.title)
            row += 1
        for cells in table.rows:
            put_row(page, row, cells)
            row += 1
    page.column_dimensions["A"].width = LABEL
    for column in range(2, widest + 2):
        page.column_dimensions[spreadsheets.letters(column)].width = NARROW


def put_row(page: Worksheet, row: int, cells: Sequence[BesideCell]) -> None:
    column = 1
    for cell in cells:
        spot = page.cell(row, column)
        if cell.value is not None:
            spot.value = cell.value
        else:
            put(spot, cell.text)
        if cell.kind in SHADES:
            colour(spot, f"FF{SHADES[cell.kind]}")
        if cell.width > 1:
            page.merge_cells(None, row, column, row, column + cell.width - 1)
        column += cell.width


def put_texts(page: Worksheet, found: SideBySide) -> None:
    names = names_of(found)
    for column, head in enumerate(("节", "变化", *names), 1):
        put(page.cell(1, column), head)
    for row, (kind, texts) in enumerate(text_rows(found), 2):
        for column, text in enumerate(texts, 1):
            put(page.cell(row, column), text)
        if kind in FOUND:
            colour(page.cell(row, 2), FOUND[kind])
    for letter, width in zip("ABCD", (LABEL, NARROW, WIDE, WIDE), strict=True):
        page.column_dimensions[letter].width = width
    page.freeze_panes = "A2"


def text_rows(found: SideBySide) -> Iterator[tuple[str, tuple[str, str, str, str]]]:
    for section in found.sections:
        for text in section.texts:
            title = section.title or "引言"
            yield text.kind, (title, KINDS[text.kind], text.first, text.second)


def put(cell: Cell | MergedCell, text: str) -> None:
    """A text that stays one: =1+1 is no formula."""
    from openpyxl.styles import Alignment

    cell.value = wording.cell_text(text)[:LONGEST] or None
    if cell.value:
        cell.data_type = "s"
        cell.alignment = Alignment(wrap_text=cell.column > 1, vertical="top")


def colour(cell: Cell | MergedCell, argb: str) -> None:
    from openpyxl.styles import PatternFill

    cell.fill = PatternFill("solid", fgColor=argb)
