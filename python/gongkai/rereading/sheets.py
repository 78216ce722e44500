"""Room: rereading. An .xlsx workbook -> its cells in order, by openpyxl in the place of calamine."""

from __future__ import annotations

from collections.abc import Iterator
from io import BytesIO
from typing import TYPE_CHECKING

from gongkai.figures import shown
from gongkai.model import Block
from gongkai.rereading.order import in_order
from gongkai.spreadsheets import as_figure, letters

if TYPE_CHECKING:
    from openpyxl.worksheet.worksheet import Worksheet


def xlsx_order(content: bytes) -> tuple[Block, ...]:
    from openpyxl import load_workbook

    book = load_workbook(BytesIO(content), data_only=True)
    shown_sheets = [sheet for sheet in book.worksheets if sheet.sheet_state == "visible"]
    return in_order(line for sheet in shown_sheets for line in sheet_lines(sheet))


def sheet_lines(sheet: Worksheet) -> Iterator[str]:
    """The cells row by row, without blank ones at its ends and those that a merged one covers."""
    covered = {spot for merged in sheet.merged_cells.ranges for spot in list(merged.cells)[1:]}
    hidden = {name for name, column in sheet.column_dimensions.items() if column.hidden}
    for number, row in enumerate(sheet.iter_rows(values_only=True), 1):
        if sheet.row_dimensions[number].hidden:
            continue
        texts = [
            text_of(value)
            for column, value in enumerate(row, 1)
            if (number, column) not in covered and letters(column) not in hidden
        ]
        yield from "\0".join(texts).strip("\0").split("\0")


def text_of(value: object) -> str:
    number = as_figure(value)
    return shown(number) if number is not None else "" if value is None else str(value)
