"""Figures of 表三 dressed in every way that makes a person see another one: what is right for each.

``DRESSED`` is the truth for cells: a name -> how the cell is made by openpyxl, and the figure that
a person sees, or DOUBT: then nothing may be read there, and something must be said of it. ``LINES``
is that for whole rows and columns. ``cells_book`` and ``lines_book`` make a stranger's workbook of
them, or one of ours.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from functools import cache
from io import BytesIO
from typing import Any

from openpyxl import Workbook, load_workbook
from openpyxl.cell.cell import Cell
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.formatting.rule import Rule
from openpyxl.styles import Alignment, Color, Font, PatternFill
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.numbers import NumberFormat
from openpyxl.worksheet.worksheet import Worksheet

from gongkai.checks.whole import check
from gongkai.editions import all_editions
from gongkai.model import Value
from gongkai.workbook.file import filled, template_path
from gongkai.workbook.fill import report_to_edits
from gongkai.workbook.layout import address, sheet_of
from helpers.made import report_of
from helpers.writers.sheets import Style, report_book, rewritten, workbook_bytes
from helpers.writers.styles import report_sheets

DOUBT = "doubt"
Truth = Value | str
Dress = Callable[[Cell], object]


@dataclass(frozen=True)
class Dressed:
    """``is_text``: a figure stored as a text, which the formulas of a sheet pass over.
    ``not_asked``: the open program is not asked for what would show it, for each question costs a
    call.
    """

    dress: Dress
    seen: Truth
    is_text: bool = False
    not_asked: bool = False


def put(value: Any, code: str = "", font: Font | None = None, ground: str = "") -> Dress:
    def dress(cell: Cell) -> None:
        cell.value = value
        cell.number_format = code or cell.number_format
        if font:
            cell.font = font
        if ground:
            cell.fill = PatternFill("solid", fgColor=ground)

    return dress


def pieces(*texts: tuple[str, dict[str, Any]]) -> Dress:
    """A text in pieces, each in a font of its own."""
    runs = [TextBlock(InlineFont(rFont="宋体", **{"sz": 11, **font}), text) for text, font in texts]
    return put(CellRichText(*runs))


def repeat(cell: Cell) -> None:
    cell.value = 5
    cell.alignment = Alignment(horizontal="fill")


def on_condition(font: Font, code: str = "") -> Dress:
    """A conditional format that applies to every number."""

    def dress(cell: Cell) -> None:
        cell.value = 134
        look = DifferentialStyle(font=font, numFmt=NumberFormat(190, code) if code else None)
        rule = Rule(type="cellIs", operator="greaterThan", formula=["1"], dxf=look)
        cell.parent.conditional_formatting.add(cell.coordinate, rule)

    return dress


def for_errors(cell: Cell) -> None:
    """What clerks do to hide #DIV/0!."""
    cell.value = 134
    look = DifferentialStyle(font=Font(color="FFFFFFFF"))
    rule = Rule(type="expression", formula=[f"ISERROR({cell.coordinate})"], dxf=look)
    cell.parent.conditional_formatting.add(cell.coordinate, rule)


def on_pattern(cell: Cell) -> None:
    cell.value = 134
    cell.fill = PatternFill("gray125")


def blue_on_blue(cell: Cell) -> None:
    pieces(("25", {}), ("134", {"color": "FF1F3864"}))(cell)
    cell.fill = PatternFill("solid", fgColor="FF1F3864")


ACCOUNTING = '_ * #,##0_ ;_ * -#,##0_ ;_ * "-"??_ ;_ @_ '  # 会计专用, as Excel writes it
SUPER, SUB = {"vertAlign": "superscript"}, {"vertAlign": "subscript"}
STRUCK = {"strike": True}
DRESSED: dict[str, Dressed] = {
    "a number": Dressed(put(134), 134),
    "a text": Dressed(put("134"), 134, is_text=True),
    "a text with blanks": Dressed(put(" 134\xa0"), 134, is_text=True),
    "a wide text": Dressed(put("１３４"), 134, is_text=True),
    "a text with its unit": Dressed(put("134件"), 134, is_text=True),
    "raised behind": Dressed(pieces(("13", {}), ("4", SUPER)), DOUBT),
    "raised before": Dressed(pieces(("1", SUPER), ("34", {})), DOUBT),
    "lowered behind": Dressed(pieces(("13", {}), ("4", SUB)), DOUBT),
    "raised and struck": Dressed(
        pieces(("134", {}), ("2", {**SUPER, **STRUCK})), 134, is_text=True
    ),
    "struck before": Dressed(pieces(("9", STRUCK), ("134", {})), 134, is_text=True),
    "struck behind": Dressed(pieces(("134", {}), ("9", STRUCK)), 134, is_text=True),
    "struck within": Dressed(pieces(("1", {}), ("9", STRUCK), ("34", {})), DOUBT),
    "struck in pieces": Dressed(pieces(("13", STRUCK), ("4", {**STRUCK, "b": True})), DOUBT),
    "white behind": Dressed(pieces(("13", {}), ("4", {"color": "FFFFFFFF"})), DOUBT),
    "small behind": Dressed(pieces(("13", {}), ("4", {"sz": 6})), DOUBT),
    "bold in part": Dressed(pieces(("1", {"b": True}), ("34", {})), 134, is_text=True),
    "red in part": Dressed(pieces(("1", {"color": "FFFF0000"}), ("34", {})), 134, is_text=True),
    "all struck": Dressed(put(134, font=Font(strike=True)), DOUBT),
    "all struck, a text": Dressed(put("134", font=Font(strike=True)), DOUBT),
    "all raised": Dressed(put(134, font=Font(vertAlign="superscript")), DOUBT),
    "all raised, a text": Dressed(put("134", font=Font(vertAlign="superscript")), DOUBT),
    "all white": Dressed(put(134, font=Font(color="FFFFFFFF")), DOUBT),
    "all white, a text": Dressed(put("134", font=Font(color="FFFFFFFF")), DOUBT),
    "nearly white": Dressed(put(134, font=Font(color=Color(rgb="FFFDFDFD"))), DOUBT),
    "white on navy": Dressed(put(134, font=Font(color="FFFFFFFF"), ground="FF1F3864"), 134),
    "navy on navy": Dressed(put(134, font=Font(color="FF1F3864"), ground="FF1F3864"), DOUBT),
    "red": Dressed(put(134, font=Font(color="FFFF0000")), 134),
    "percent": Dressed(put(1.34, "0%"), DOUBT),
    "a date": Dressed(put(date(2021, 3, 5)), DOUBT),
    "a number as a date": Dressed(put(134, "yyyy/m/d"), DOUBT),
    "a time": Dressed(put(0.5, "h:mm"), DOUBT),
    "by thousands": Dressed(put(134_000, "0,"), DOUBT),
    "not shown": Dressed(put(134, ";;;"), DOUBT),
    "with its unit": Dressed(put(134, '0"件"'), 134),
    "with decimals": Dressed(put(134, "0.00"), 134),
    "grouped": Dressed(put(1_234, "#,##0"), 1_234),
    "as text format": Dressed(put(134, "@"), 134),
    "money": Dressed(put(134, '"¥"0.00'), DOUBT),
    "a minus in the format": Dressed(put(134, '"−"0'), DOUBT),
    "thousands in the format": Dressed(put(134, '0"仟"'), DOUBT),
    "half a digit in the format": Dressed(put(134, '0"0"'), DOUBT),
    "a point in the format": Dressed(put(134, "0\\.00"), DOUBT),
    "scientific": Dressed(put(247525, "0E+00"), DOUBT),
    "zero as one": Dressed(put(0, '0;-0;"1"'), DOUBT),
    "zero as a dash": Dressed(put(0, '0;-0;"-"'), 0),
    "a text with a digit before": Dressed(put("5", '"9"@'), DOUBT),
    "a text not shown": Dressed(put("5", ";;;"), DOUBT),
    "letters of one point": Dressed(put(134, font=Font(sz=1)), DOUBT, not_asked=True),
    "repeated over the cell": Dressed(repeat, DOUBT, not_asked=True),
    "whitened by a condition": Dressed(on_condition(Font(color="FFFFFFFF")), DOUBT, not_asked=True),
    "struck by a condition": Dressed(on_condition(Font(strike=True)), DOUBT, not_asked=True),
    "in percent by a condition": Dressed(on_condition(Font(), "0%"), DOUBT, not_asked=True),
    "white for errors alone": Dressed(for_errors, 134),
    "in an accounting format": Dressed(put(134, ACCOUNTING), 134),
    "a text in an accounting format": Dressed(put("134", ACCOUNTING), 134, is_text=True),
    "in four sections": Dressed(put(134, "0;-0;0;@"), 134),
    "on a pattern without colours": Dressed(on_pattern, 134),
    "red by a condition": Dressed(on_condition(Font(color="FFFF0000")), 134),
    "a run of the colour behind": Dressed(blue_on_blue, DOUBT),
    "huge": Dressed(put(123456789012345678), 123456789012346000),
    "huge, a text": Dressed(put("123456789012345678"), 123456789012345678, is_text=True),
    "beyond all": Dressed(put(1e305), DOUBT),
    "a third and a bit": Dressed(put(0.1 + 0.2), Decimal("0.3")),
    "negative": Dressed(put(-134), -134),
    "true": Dressed(put(True), DOUBT),
    "an error": Dressed(put("#DIV/0!"), DOUBT),
    "a circled mark": Dressed(put("134①"), DOUBT),
    "a sign": Dressed(put("/"), None),
}

# --- whole rows and columns -----------------------------------------------------------------------


def hide_row(cell: Cell) -> None:
    cell.parent.row_dimensions[cell.row].hidden = True


def flatten_row(cell: Cell) -> None:
    cell.parent.row_dimensions[cell.row].height = 0.25


def hide_column(cell: Cell) -> None:
    cell.parent.column_dimensions[cell.column_letter].hidden = True


def narrow_column(cell: Cell) -> None:
    cell.parent.column_dimensions[cell.column_letter].width = 0.01


# A cell of the line -> what is done to its line; no figure of the line is seen then.
LINES: dict[str, Callable[[Cell], None]] = {
    "applications.granted.natural": hide_row,
    "applications.partly_granted.natural": flatten_row,
    "applications.new.research": hide_column,
    "applications.new.welfare": narrow_column,
}

# --- workbooks ------------------------------------------------------------------------------------

TABLE, TITLE = "applications", "三、收到和处理政府信息公开申请情况"
COLUMNS = ("natural", "company", "legal", "other")
STYLE = Style("sheets")
MERGED = ("applications.granted.natural", "applications.granted.company")


def places() -> dict[str, str]:
    """Case -> the id of the cell that it is put into: down the first columns of figures."""
    form = all_editions()["2021"].forms[TABLE]
    cells = [f"{TABLE}.{row.id}.{column}" for column in COLUMNS for row in form.rows]
    return dict(zip(DRESSED, cells, strict=False))


def pages_of(who: str) -> tuple[Workbook, Worksheet, dict[str, str]]:
    """A sound report as a stranger typed it, or a workbook of ours: (book, its sheet of 表三, cell
    id -> address).
    """
    report = report_of()
    if who == "ours":
        book = load_workbook(BytesIO(filled_bytes()), rich_text=True)
        return (
            book,
            book["表三"],
            {cell: address(spot) for cell, spot in sheet_of(TABLE, "2021").cells.items()},
        )
    sheets = report_sheets(report)
    book = report_book(report, sheets, STYLE)
    figures = (spot for spot in sheets[TABLE] if spot.kind == "figure")
    shift = STYLE.top + STYLE.gap - 1
    return (
        book,
        book[TITLE[:20]],
        {spot.id: address((spot.box.top + shift, spot.box.left)) for spot in figures},
    )


@cache
def filled_bytes() -> bytes:
    report = report_of()
    edits = [edit for edit in report_to_edits(report, check(report)) if edit.value is not None]
    return filled(template_path(), edits)


def cells_book(who: str) -> bytes:
    """A workbook of a ``stranger``, or of ``ours``, that holds every case of DRESSED in its
    place.
    """
    book, page, addresses = pages_of(who)
    for name, cell in places().items():
        DRESSED[name].dress(page[addresses[cell]])
    return workbook_bytes(book)


def lines_book(who: str) -> bytes:
    book, page, addresses = pages_of(who)
    for cell, dress in LINES.items():
        dress(page[addresses[cell]])
    return workbook_bytes(book)


def merged_book(who: str) -> bytes:
    """Two figures of a row in one merged cell: 134, and under it the 7 of the next column, which
    nobody sees.
    """
    book, page, addresses = pages_of(who)
    area = f"{addresses[MERGED[0]]}:{addresses[MERGED[1]]}"
    part = f"xl/worksheets/sheet{book.worksheets.index(page) + 1}.xml"
    one = f'<mergeCell ref="{area}"/>'.encode()

    def merge(xml: bytes) -> bytes:
        """openpyxl empties what it merges, LibreOffice does not."""
        if b"<mergeCells" in xml:
            return xml.replace(b"</mergeCells>", one + b"</mergeCells>")
        return xml.replace(b"</sheetData>", b"</sheetData><mergeCells>" + one + b"</mergeCells>")

    return rewritten(workbook_bytes(book), {part: merge})
