"""Fonts, borders, fills and number formats; one accent colour and one sign for each severity."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

from openpyxl.cell import Cell
from openpyxl.styles import Alignment, Border, Font, PatternFill, Side
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.numbers import NumberFormat
from openpyxl.worksheet.worksheet import Worksheet

from gongkai.model import Severity
from gongkai.workbook.layout import Suspicion
from gongkai.workbook.layout.columns import ColumnKind

SONG, FANG, HEI = "宋体", "仿宋", "黑体"
# the character set of these fonts: without it a program may fall back to one without Chinese
GB = 134

INK, QUIET, CAPTION = "FF000000", "FF7F7F7F", "FFC6D9F1"
# Vermilion, amber and blue stay apart for every kind of colour blindness and in grey; the purple is
# darker than all.
ALARM, ALARM_PALE = "FFC83C00", "FFFDF0EC"
Line = Literal["thin", "dashed", "dotted"]
Flag = Severity | Suspicion
ACCENTS: Mapping[Flag, tuple[str, str, Line]] = {
    "suspect": ("FFFFFFFF", "FF46125F", "thin"),
    "possible": ("FF46125F", "FFE3D3EE", "dashed"),
    "error": ("FFFFFFFF", ALARM, "thin"),
    "warning": ("FF6B4A00", "FFFFE39A", "dashed"),
    "note": ("FF00507D", "FFDCEBF7", "dotted"),
}
EDGES: Mapping[Flag, str] = {
    "suspect": "FF000000",
    "possible": "FF46125F",
    "error": "FF8F2A00",
    "warning": "FF8A6100",
    "note": "FF0072B2",
}
MARKS: Mapping[Flag, str] = {
    "error": "✗",
    "warning": "!",
    "note": "i",
    "suspect": "疑",
    "possible": "疑?",
}

TEXT = "@"
LANE_FORMAT = '"✗ 差"General;"✗ 差-"General;General;@'
EDITION_FORMAT = '0"年版";0"年版";0"年版";@'


def font(size: float = 10, *, bold: bool = False, color: str = INK, name: str = SONG) -> Font:
    return Font(name=name, charset=GB, sz=size, b=bold or None, color=color)


def thin_box() -> Border:
    side = Side(style="thin", color=INK)
    return Border(left=side, right=side, top=side, bottom=side)


def solid(color: str) -> PatternFill:
    return PatternFill("solid", fgColor=color)


HAIR = Border(bottom=Side(style="hair", color="FFBFBFBF"))
CENTRED = Alignment(horizontal="center", vertical="center", wrap_text=True)
LEFT = Alignment(horizontal="left", vertical="center", wrap_text=True)
ONE_LINE = Alignment(horizontal="left", vertical="center")
TOP_LEFT = Alignment(horizontal="left", vertical="top", wrap_text=True)
# A figure wider than its cell is made smaller: a spreadsheet would show #### or drop digits.
FIGURE = Alignment(horizontal="center", vertical="center", shrink_to_fit=True)
ALIGNMENTS: Mapping[ColumnKind, Alignment] = {
    "prose": LEFT,
    "link": LEFT,
    "line": ONE_LINE,
    "phrase": CENTRED,
    "word": CENTRED,
    "figure": CENTRED,
}


def put(sheet: Worksheet, row: int, column: int, value: Any = None, **style: Any) -> Cell:
    """Write a cell and set its style: font, fill, border, alignment, number_format."""
    cell = sheet.cell(row, column)
    assert isinstance(cell, Cell)
    if value is not None:
        cell.value = value
    cell.font = style.pop("font", font())
    for name, look in style.items():
        setattr(cell, name, look)
    return cell


def as_text(cell: Cell) -> Cell:
    """Make a cell hold text for good: editing it in a spreadsheet can't turn it into a formula."""
    cell.number_format = TEXT
    cell.quotePrefix = True
    return cell


def flag(severity: Flag) -> DifferentialStyle:
    """The look of a flagged cell: colour, border and a sign before the figure."""
    ink, fill, line = ACCENTS[severity]
    side = Side(style=line, color=EDGES[severity])
    sign = MARKS[severity]
    # One for each format: a program may keep formats by number.
    number = 200 + list(MARKS).index(severity)
    return DifferentialStyle(
        font=Font(b=True, color=ink),
        fill=PatternFill("solid", bgColor=fill),
        border=Border(left=side, right=side, top=side, bottom=side),
        numFmt=NumberFormat(
            number, f'"{sign} "General;"{sign} -"General;"{sign} "General;"{sign} "@'
        ),
    )


def tint() -> DifferentialStyle:
    return DifferentialStyle(fill=PatternFill("solid", bgColor=ALARM_PALE))


def to_fill_in() -> DifferentialStyle:
    """The look of a cell in which something is to be typed."""
    side = Side(style="thin", color="FFBF9000")
    box = Border(left=side, right=side, top=side, bottom=side)
    return DifferentialStyle(
        font=Font(b=True), fill=PatternFill("solid", bgColor="FFFFF6DC"), border=box
    )


def settled() -> DifferentialStyle:
    """The look of a state that asks for nothing: grey, with a tick before the word."""
    number = NumberFormat(200 + len(MARKS), 'General;General;General;"✓ "@')
    return DifferentialStyle(font=Font(color=QUIET), border=HAIR, numFmt=number)


def words(color: str, *, bold: bool = False) -> DifferentialStyle:
    return DifferentialStyle(font=Font(b=bold or None, color=color))


def column_width(pixels: int) -> float:
    """Pixels at 100 % -> the width that a column is given (a digit of the 10-point default font is
    7 wide).
    """
    return round((pixels - 5) / 7, 2)


def row_height(pixels: int) -> float:
    return pixels * 0.75


def on_one_page(
    sheet: Worksheet, *, landscape: bool, tall: bool = False, foot: bool = True
) -> None:
    """A4, as wide as the page; ``tall`` lets it run over several pages, ``foot`` says which sheet
    it is of.
    """
    setup = sheet.page_setup
    setup.paperSize = 9
    setup.orientation = "landscape" if landscape else "portrait"
    setup.fitToWidth, setup.fitToHeight = 1, 0 if tall else 1
    properties = sheet.sheet_properties.pageSetUpPr
    assert properties is not None
    properties.fitToPage = True
    sheet.print_options.horizontalCentered = True
    margins = sheet.page_margins
    margins.left = margins.right = margins.top = margins.bottom = 0.5
    margins.header = margins.footer = 0.25
    if not foot:
        return
    footer = sheet.oddFooter
    assert footer is not None
    footer.center.text = "&A　第&P页"
    footer.center.size = 8
