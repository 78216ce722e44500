"""A report as somebody typed it into an Excel workbook: styles of laying it out, made with
openpyxl.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from io import BytesIO
from typing import Any
from zipfile import ZIP_DEFLATED, ZipFile

from hypothesis import strategies as st
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from gongkai.model import Report
from helpers.writers.styles import (
    CUT,
    HEAD_LINES,
    TABLES,
    Sheet,
    Sheets,
    below,
    cut_sheet,
    page_parts,
    title_of,
)

PLAIN_NUMBER = 15  # digits that a spreadsheet keeps


@dataclass(frozen=True)
class Style:
    """``layout``: all on one sheet (``one``), a sheet for each part (``sheets``), or the tables
    side by side (``beside``). ``gap`` empty rows before and after each table; ``merged`` labels or
    the text in their first cell; figures as ``numbers`` or as typed text; ``wide`` titles merged
    across the table; ``split`` cuts table three.
    """

    layout: str = "one"
    top: int = 1
    left: int = 1
    gap: int = 0
    merged: bool = True
    numbers: bool = True
    wide: bool = True
    split: bool = False


STYLES = st.builds(
    Style,
    layout=st.sampled_from(["one", "sheets", "beside"]),
    top=st.integers(1, 6),
    left=st.integers(1, 4),
    gap=st.integers(0, 2),
    merged=st.booleans(),
    numbers=st.booleans(),
    wide=st.booleans(),
    split=st.booleans(),
)


def workbook_bytes(book: Workbook) -> bytes:
    """The file, the same for the same content at any time."""
    book.properties.created = book.properties.modified = datetime(2024, 1, 2)
    buffer = BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def report_book(report: Report, sheets: Sheets, style: Style) -> Workbook:
    book = Workbook()
    page: Worksheet = book.active  # type: ignore[assignment]
    row = style.top
    beside: list[str] = []
    for part in page_parts(report, {table: table for table in TABLES if table in sheets}):
        if part not in TABLES:
            put_text(page, row, style, part)
            row += 1
        elif style.layout == "beside":
            beside.append(part)
        elif style.layout == "sheets":
            other = book.create_sheet(title_of(part)[:20])
            put_table(other, sheets[part], style.top + style.gap, style.left, style)
        else:
            row = put_table(page, sheets[part], row + style.gap, style.left, style) + style.gap
    left = style.left
    for part in beside:
        put_table(page, sheets[part], row + 1, left, style)
        left += max(spot.box.right for spot in sheets[part]) + 1
    return book


def put_text(page: Worksheet, row: int, style: Style, text: str) -> None:
    page.cell(row, style.left).value = text
    if style.wide:
        page.merge_cells(
            start_row=row, end_row=row, start_column=style.left, end_column=style.left + 14
        )


def put_table(page: Worksheet, sheet: Sheet, top: int, left: int, style: Style) -> int:
    """Write a table from a cell on; the row after it."""
    last = max(spot.box.bottom for spot in sheet)
    if style.split and any(spot.id.startswith("applications") for spot in sheet):
        second = cut_sheet(sheet, 1, HEAD_LINES) + below(
            cut_sheet(sheet, CUT + 1, last), HEAD_LINES
        )
        top = put_spots(page, cut_sheet(sheet, 1, CUT), top, left, style) + 1
        return put_spots(page, second, top, left, style)
    return put_spots(page, sheet, top, left, style)


def put_spots(page: Worksheet, sheet: Sheet, top: int, left: int, style: Style) -> int:
    for spot in sheet:
        row, column = top + spot.box.top - 1, left + spot.box.left - 1
        page.cell(row, column).value = typed_value(
            spot.text, style.numbers and spot.kind in ("figure", "extra")
        )
        if style.merged and (spot.box.width > 1 or spot.box.height > 1):
            corner = {"end_row": top + spot.box.bottom - 1, "end_column": left + spot.box.right - 1}
            page.merge_cells(start_row=row, start_column=column, **corner)
    return top + max(spot.box.bottom for spot in sheet)


def typed_value(text: str, numbers: bool) -> Any:
    plain = text.lstrip("-").replace(".", "", 1)
    if numbers and plain.isascii() and plain.isdigit() and len(plain) <= PLAIN_NUMBER:
        return Decimal(text)
    return text or None


def rewritten(content: bytes, changes: Mapping[str, Callable[[bytes], bytes]]) -> bytes:
    """A workbook with parts changed as bytes; a part that there is not is made from nothing."""
    with ZipFile(BytesIO(content)) as old:
        parts = {name: old.read(name) for name in old.namelist()}
    for name, change in changes.items():
        parts[name] = change(parts.get(name, b""))
    buffer = BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as file:
        for name, part in parts.items():
            file.writestr(name, part)
    return buffer.getvalue()
