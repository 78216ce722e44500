"""Foreign workbooks cell by cell: what a person sees on a sheet, and nothing else; hostile
files.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime
from datetime import time as time_of_day
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.comments import Comment
from openpyxl.formatting.rule import DataBarRule, IconSetRule, Rule
from openpyxl.styles import Color, Font, PatternFill
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.styles.numbers import NumberFormat
from openpyxl.worksheet.worksheet import Worksheet

from gongkai.model import Block, Grid, Report, UnreadableDocument
from gongkai.pipeline import read_report
from gongkai.readers.excel import sheet_blocks
from gongkai.spreadsheets.formats import kind_of, kind_of_text
from gongkai.spreadsheets.seen import day_of
from helpers import DOCUMENTS
from helpers.blocks import prose, read
from helpers.made import report_of
from helpers.office import convert
from helpers.pages import figures, unlike
from helpers.writers.old_sheets import Raised, book_of_95
from helpers.writers.sheets import Style, report_book, rewritten, workbook_bytes
from helpers.writers.styles import report_sheets

SHEET = "xl/worksheets/sheet1.xml"
WHITE_TEXT = "（单元格为白色字体的格式）"
Resaved = dict[str, tuple[bytes, bytes]]  # name -> a workbook in the new format, and in the old one


def saved(fill: Callable[[Worksheet], object]) -> bytes:
    book = Workbook()
    fill(book.active)  # type: ignore[arg-type]
    return workbook_bytes(book)


def grids(blocks: tuple[Block, ...]) -> list[list[list[str]]]:
    return [
        [[cell.text for cell in row] for row in block.rows]
        for block in blocks
        if isinstance(block, Grid)
    ]


def with_data(rows: bytes) -> bytes:
    """A workbook whose sheet holds these rows of XML."""

    def change(part: bytes) -> bytes:
        return (
            part[: part.index(b"<sheetData")] + b"<sheetData>" + rows + b"</sheetData></worksheet>"
        )

    return rewritten(saved(lambda page: page.append(["x"])), {SHEET: change})


# --- one cell -------------------------------------------------------------------------------------


def shown(value: Any, number_format: str = "", font: Font | None = None) -> str:
    """The text of a cell with this value, between a label and a figure."""

    def fill(page: Worksheet) -> None:
        page.append(["规章", value, 7])
        page["B1"].number_format = number_format or page["B1"].number_format
        if font:
            page["B1"].font = font
        page.append(["行政规范性文件", 1, 2])

    (grid,) = grids(sheet_blocks(saved(fill)))
    assert (grid[0][0], grid[0][2], grid[1]) == ("规章", "7", ["行政规范性文件", "1", "2"])
    return grid[0][1]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (3.0, "3"),
        (0, "0"),
        (-14, "-14"),
        (0.1 + 0.2, "0.3"),
        (1234.5678, "1234.5678"),
        (9_000_000_000, "9000000000"),
        ("12", "12"),
        (" 0件 ", "0件"),
        ("１２", "１２"),
        ("/", "/"),
        ("甲\n乙", "甲\n乙"),
        (True, "TRUE"),
        (date(2021, 1, 3), "2021-01-03"),
        (datetime(2021, 1, 3, 8, 30), "2021-01-03 08:30:00"),
        (time_of_day(3, 4), "03:04:00"),
        ("=SUM(A1:A9)", "=SUM(A1:A9)"),
        ("=1&2", "=1&2"),
        ("#REF!", "#REF!"),
        (None, ""),
    ],
)
def test_a_value_is_shown_as_it_was_typed(value: Any, text: str) -> None:
    assert shown(value) == text


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("0.00", "43831"),
        ("#,##0", "43831"),
        ('0"件"', "43831"),
        ('_ * #,##0.00_ ;_ * \\-#,##0.00_ ;_ * "-"??_ ;_ @_ ', "43831"),
        ("yyyy-mm-dd", "2020-01-01"),
        ('yyyy"年"m"月"', "2020-01-01"),
        ("0%", "43831（单元格为百分比格式）"),
        ("0,", "43831（单元格为按千位缩小显示的格式）"),
        (";;;", "43831（单元格为不显示数值的格式）"),
        ('"无"', "43831（单元格为不显示数值的格式）"),
        ('0"0"', "43831（单元格为无法识别的格式）"),
        ("0\\5", "43831（单元格为无法识别的格式）"),
        ("0\\.0000", "43831（单元格为无法识别的格式）"),  # shows 4.3831
        ("0!.0000", "43831（单元格为无法识别的格式）"),
        ('0"."0', "43831（单元格为无法识别的格式）"),
        ('"-"0', "43831（单元格为无法识别的格式）"),
        ("\\-0", "43831（单元格为无法识别的格式）"),
        ('0"万"', "43831（单元格为无法识别的格式）"),
        ('0"%"', "43831（单元格为无法识别的格式）"),
        ('[<100]0;"多"', "43831（单元格为无法识别的格式）"),
        ('[=0]"5";0', "43831（单元格为不显示数值的格式）"),
        ('0"元"', "43831（单元格为带货币单位的格式）"),
        ('"¥"#,##0.00', "43831（单元格为带货币单位的格式）"),
        ("_ [$¥-804]* #,##0.00_ ;_ [$¥-804]* \\-#,##0.00_ ", "43831（单元格为带货币单位的格式）"),
        ('0"年"', "43831（单元格为无法识别的格式）"),
        ('0"年版"', "43831"),
        ('"✗ 差"General', "43831"),
        ('0"万元"', "43831"),
        ('[=0]"-";0', "43831"),
        ("0.00E+00", "43831（单元格为科学计数格式）"),
        ('0"days"', "43831（单元格为无法识别的格式）"),
        ('"−"0', "43831（单元格为无法识别的格式）"),
        ('0"仟"', "43831（单元格为无法识别的格式）"),
        ('0"余"', "43831（单元格为无法识别的格式）"),
        ("# ?/?", "43831"),
        ("G/通用格式", "43831"),
        ("#,##0_);[Red](#,##0)", "43831"),
    ],
)
def test_a_format_that_shows_another_number_leaves_no_figure(code: str, text: str) -> None:
    assert shown(43831, code) == text


@pytest.mark.parametrize(
    ("code", "value", "text"),
    [
        ('"¥"0.00', 0, "0"),
        ("0;0", 5, "5"),
        ("0;0", -5, "-5（单元格为不显示负号的格式）"),
        ("0;;", -5, "-5（单元格为不显示负号的格式）"),
        ("0;-0\\.0", -5, "-5（单元格为不显示负号的格式）"),
        ("0;[Red]0", -5, "-5"),
        ("#,##0_);(#,##0)", -5, "-5"),
        ('0;-0;"-"', 0, "0"),
        ('0;-0;"1"', 0, "0（单元格为把0显示为其他内容的格式）"),
        ('0;-0;"1"', 5, "5"),
        ('"9"@', "5", "5（单元格为把文本显示为别的内容的格式）"),
        (";;;", "5", "5（单元格为把文本显示为别的内容的格式）"),
        ('0;0;0;"无"', "5", "5（单元格为把文本显示为别的内容的格式）"),
        ('_ * #,##0_ ;_ * \\-#,##0_ ;_ * "-"_ ;_ @_ ', "5", "5"),
    ],
)
def test_a_format_may_show_some_values_only(code: str, value: int | str, text: str) -> None:
    assert shown(value, code) == text


def test_struck_out_numbers_and_raised_digits_are_no_figures() -> None:
    assert shown(12, font=Font(strike=True)) == "12（单元格为加了删除线的格式）"
    assert shown("12", font=Font(strike=True)) == "12（单元格为加了删除线的格式）"
    assert shown(12, font=Font(color="FFFFFFFF")) == "12（单元格为白色字体的格式）"
    assert shown("12", font=Font(color="FFFFFF")) == "12（单元格为白色字体的格式）"
    assert shown(12, font=Font(color="FF0000")) == "12"
    raised = TextBlock(InlineFont(vertAlign="superscript"), "2")
    assert shown(CellRichText("12", raised)) == "12^2"
    assert shown(CellRichText("12", TextBlock(InlineFont(strike=True), "34"))) == "12"
    assert shown(CellRichText("1", TextBlock(InlineFont(b=True), "2"))) == "12"


@pytest.mark.parametrize(
    ("first", "second", "text"),
    [
        (InlineFont(sz=11), InlineFont(sz=6), "43^1"),
        (InlineFont(sz=11), InlineFont(sz=9), "431"),
        (InlineFont(sz=6), InlineFont(sz=6), "431"),
        (InlineFont(sz=11), InlineFont(color="FFFFFFFF"), "43^1"),
        (InlineFont(color="FFFFFFFF"), InlineFont(color="FFFFFFFF"), f"431{WHITE_TEXT}"),
        (InlineFont(b=True), InlineFont(color="FFFF0000"), "431"),
    ],
)
def test_small_or_white_digits_of_a_text_are_no_part_of_the_figure(
    first: InlineFont, second: InlineFont, text: str
) -> None:
    assert shown(CellRichText(TextBlock(first, "43"), TextBlock(second, "1"))) == text


@pytest.mark.parametrize(
    "code", ["0[$;;]", "0;0[$;;]", '"a;b"0;0;0', "0;\\;;0", '0;[Red];"1', ";[$;]", "[$;"]
)
def test_a_semicolon_in_quotes_parts_no_sections(code: str) -> None:
    """Whatever a code is, it is judged; a text that a bracket holds may have semicolons."""
    assert isinstance(kind_of(code), str)
    assert isinstance(kind_of_text(code), str)


@pytest.mark.parametrize(
    "number", ["0.00001", "60", "2957003.5", "2958464", "2958464.9999999", "3000000", "-1"]
)
@pytest.mark.parametrize("from_1904", [True, False])
def test_any_number_in_a_cell_of_days(number: str, from_1904: bool) -> None:
    """The last day is the 31st of December 9999, whichever day is the first."""
    assert day_of(Decimal(number), from_1904) is not None


WHITE_FONT = DifferentialStyle(font=Font(color="FFFFFFFF"))
RED = PatternFill(bgColor="FFFF0000", fill_type="solid")
WHITE_ON_RED = DifferentialStyle(font=Font(color="FFFFFFFF"), fill=RED)


def with_rule(rule: Rule, *values: object, places: str = "B1:B9") -> list[str]:
    """What is read of numbers in a column that has a conditional format."""

    def fill(page: Worksheet) -> None:
        for number, value in enumerate(values, 1):
            page.cell(number, 1, "甲")
            page.cell(number, 2, value)
        page.conditional_formatting.add(places, rule)

    return [row[1] for row in grids(sheet_blocks(saved(fill)))[0]]


def white_if(
    kind: str, *formula: str, operator: str | None = None, dxf: DifferentialStyle = WHITE_FONT
) -> Rule:
    return Rule(type=kind, operator=operator, formula=list(formula), dxf=dxf)


@pytest.mark.parametrize(
    ("rule", "read"),
    [
        (white_if("cellIs", "0", operator="equal"), ["0", "5", "12"]),
        (white_if("cellIs", "5", operator="equal"), ["0", f"5{WHITE_TEXT}", "12"]),
        (white_if("cellIs", "0", operator="notEqual"), ["0", f"5{WHITE_TEXT}", f"12{WHITE_TEXT}"]),
        (white_if("cellIs", "5", operator="greaterThan"), ["0", "5", f"12{WHITE_TEXT}"]),
        (white_if("cellIs", "5.5", operator="lessThan"), ["0", f"5{WHITE_TEXT}", "12"]),
        (white_if("cellIs", "1", "9", operator="between"), ["0", f"5{WHITE_TEXT}", "12"]),
        (white_if("cellIs", "1", "9", operator="notBetween"), ["0", "5", f"12{WHITE_TEXT}"]),
        (
            white_if("cellIs", "5", operator="greaterThanOrEqual"),
            ["0", f"5{WHITE_TEXT}", f"12{WHITE_TEXT}"],
        ),
        (white_if("expression", "B1=0"), ["0", "5", "12"]),
        (white_if("expression", "$B1=0"), ["0", "5", "12"]),
        (white_if("expression", "B1>=5"), ["0", f"5{WHITE_TEXT}", f"12{WHITE_TEXT}"]),
        (white_if("expression", "ISBLANK(B1)"), ["0", "5", "12"]),
        (white_if("containsBlanks", "LEN(TRIM(B1))=0"), ["0", "5", "12"]),
        (white_if("containsErrors", "ISERROR(B1)"), ["0", "5", "12"]),
        (white_if("expression", "MOD(B1,5)=0"), ["0", f"5{WHITE_TEXT}", f"12{WHITE_TEXT}"]),
        (white_if("cellIs", "$D$1", operator="equal"), ["0", f"5{WHITE_TEXT}", f"12{WHITE_TEXT}"]),
        (white_if("duplicateValues"), ["0", f"5{WHITE_TEXT}", f"12{WHITE_TEXT}"]),
        (
            white_if(
                "cellIs", "5", operator="equal", dxf=DifferentialStyle(font=Font(color="FFFF0000"))
            ),
            ["0", "5", "12"],
        ),
        (white_if("cellIs", "5", operator="equal", dxf=WHITE_ON_RED), ["0", "5", "12"]),
        (
            white_if(
                "cellIs",
                "5",
                operator="equal",
                dxf=DifferentialStyle(numFmt=NumberFormat(165, ";;;")),
            ),
            ["0", "5（单元格为不显示数值的格式）", "12"],
        ),
    ],
)
def test_a_number_that_a_conditional_format_whitens_is_not_seen(
    rule: Rule, read: list[str]
) -> None:
    assert with_rule(rule, 0, 5, 12) == read


@pytest.mark.parametrize(
    ("code", "text"),
    [
        ("0*0", "12（单元格为无法识别的格式）"),
        ("# #", "12（单元格为无法识别的格式）"),
        ('"<"0', "12（单元格为无法识别的格式）"),
        ('"约"0', "12（单元格为无法识别的格式）"),
        ("[White]0", f"12{WHITE_TEXT}"),
        ("[Color2]0", f"12{WHITE_TEXT}"),
        ("0_ ;-0", "12"),
        ('0"件"', "12"),
        ("* 0", "12"),
    ],
)
def test_formats_that_repeat_whiten_or_qualify_a_number(code: str, text: str) -> None:
    assert shown(12, code) == text


@pytest.mark.parametrize(
    "color", ["FFFEFEFE", Color(theme=1, tint=1.0), Color(theme=0, tint=-0.05), Color(indexed=65)]
)
def test_nearly_white_is_white(color: str | Color) -> None:
    assert shown(12, font=Font(color=color)) == f"12{WHITE_TEXT}"


def test_letters_of_the_colour_behind_them_are_not_seen() -> None:
    def fill(page: Worksheet) -> None:
        page.append(["规章", 12, 7])
        page["B1"].font = Font(color="FF1F4E79")
        page["B1"].fill = PatternFill(fill_type="solid", fgColor="FF1F4E79")

    assert grids(sheet_blocks(saved(fill)))[0][0][1] == "12（单元格为字体与底色相同的格式）"


def test_bars_and_signs_in_the_place_of_numbers() -> None:
    bars = DataBarRule("min", None, "max", None, "FF638EC6", showValue=False)
    signs = IconSetRule("3Arrows", "percent", [0, 33, 67], showValue=False)
    shown_too = IconSetRule("3Arrows", "percent", [0, 33, 67])
    hidden = "（单元格为不显示数值的格式）"
    assert with_rule(bars, 0, 5) == with_rule(signs, 0, 5) == ["0", f"5{hidden}"]
    assert with_rule(shown_too, 0, 5) == ["0", "5"]


def test_a_rule_on_labels_too_leaves_them() -> None:
    read = with_rule(white_if("expression", "ROW()=1"), 5, 6, places="A1:R60")
    assert read == [f"5{WHITE_TEXT}", f"6{WHITE_TEXT}"]
    assert with_rule(white_if("expression", "FALSE"), 5, 6) == ["5", "6"]


def test_a_conditional_format_acts_in_its_places_alone() -> None:
    rule = white_if("cellIs", "5", operator="equal")
    assert with_rule(rule, 5, 5, 5, 5, places="B2 B4:C9") == [
        "5",
        f"5{WHITE_TEXT}",
        "5",
        f"5{WHITE_TEXT}",
    ]
    assert with_rule(white_if("expression", "B2=5"), 5, 5, places="B2:B9") == [
        "5",
        f"5{WHITE_TEXT}",
    ]
    assert with_rule(white_if("expression", "B1=5"), 5, 7, places="B2:B9") == [
        "5",
        f"7{WHITE_TEXT}",
    ]


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (b'<c r="B1"><v>1E3</v></c>', "1000"),
        (b'<c r="B1"><v>1.1000000000000001</v></c>', "1.1"),
        (b'<c r="B1"><f>A1</f><v>5</v></c>', "5"),
        (b'<c r="B1"><f>A1</f></c>', "=A1"),
        (b'<c r="B1"><f>A1</f><v/></c>', "=A1"),
        (b'<c r="B1"><f>A1</f><v> </v></c>', "=A1"),
        (b'<c r="B1"><f t="shared" si="0"/></c>', "="),
        (b'<c r="B1" t="str"><f>A1</f><v></v></c>', ""),
        (b'<c r="B1" t="str"><f>A1</f><v>9</v></c>', "9"),
        (b'<c r="B1" t="e"><f>1/0</f><v>#DIV/0!</v></c>', "#DIV/0!"),
        (b'<c r="B1" t="&#101;"><v>#N/A</v></c>', "#N/A"),
        (b"<c r='B1' t='e'><v>#N/A</v></c>", "#N/A"),
        (b'<c t="e" r="B1" x=">"><v>#N/A</v></c>', "#N/A"),
        (b'<c t="e"><v>#N/A</v></c>', "#N/A"),
        (b'<c r="B1"><!-- --><v>1<!-- 2 -->3</v></c>', "13"),
        (b'<c r="B1"><v><![CDATA[4]]></v></c>', "4"),
        (b'<c r="B1" t="b"><v>1</v></c>', "TRUE"),
        (b'<c r="B1" t="inlineStr"><is><t>1</t><rPh sb="0" eb="1"><t>9</t></rPh></is></c>', "1"),
    ],
)
def test_cells_of_other_programs(cell: bytes, text: str) -> None:
    label = '<c r="A{0}" t="inlineStr"><is><t>标签</t></is></c>'
    rows = [f'<row r="{n}">{label.format(n)}'.encode() for n in (1, 2)]
    figure = b'<c r="%s"><v>7</v></c></row>'
    found = grids(
        sheet_blocks(
            with_data(rows[0] + cell + figure % b"C1" + rows[1] + b'<c r="B2"/>' + figure % b"C2")
        )
    )
    if text:
        assert found == [[["标签", text, "7"], ["标签", "", "7"]]]
    else:  # nothing stands in the column
        assert found == [[["标签", "7"], ["标签", "7"]]]


@pytest.mark.parametrize(
    "column",
    [
        b"<col min='2' max='2' hidden='1'/>",
        b'<col\nmin="2" max="2" hidden="1"/>',
        b'<col min="2" max="2" hidden = "1"/>',
        b'<col hidden="true" max="2" min="2"/>',
        b'<col min="2" max="2" customWidth="1" width=".0"/>',
    ],
)
def test_a_hidden_column_in_any_markup(column: bytes) -> None:
    def hide(part: bytes) -> bytes:
        return part.replace(b"<sheetData>", b"<cols>" + column + b"</cols><sheetData>")

    content = saved(lambda page: [page.append(row) for row in (["规章", 5, 1], ["文件", 2, 3])])
    assert grids(sheet_blocks(rewritten(content, {SHEET: hide}))) == [
        [["规章", "1"], ["文件", "3"]]
    ]


def test_cells_without_a_style_have_the_first() -> None:
    def percent(part: bytes) -> bytes:
        start = part.index(b"<cellXfs")
        return part[:start] + part[start:].replace(b'numFmtId="0"', b'numFmtId="9"', 1)

    content = saved(lambda page: [page.append(row) for row in (["规章", 5, 1], ["文件", 2, 3])])
    (rows,) = grids(sheet_blocks(rewritten(content, {"xl/styles.xml": percent})))
    assert rows[0] == ["规章", "5（单元格为百分比格式）", "1（单元格为百分比格式）"]


def test_markup_with_prefixes_and_without_addresses() -> None:
    space = b'xmlns:x="http://schemas.openxmlformats.org/spreadsheetml/2006/main"'
    rows = b"<x:row><x:c><x:v>1</x:v></x:c><x:c><x:f>A1</x:f></x:c></x:row>"
    rows += b"<x:row hidden='1'><x:c><x:v>2</x:v></x:c></x:row>"
    part = b"<x:worksheet " + space + b"><x:sheetData>" + rows + b"</x:sheetData></x:worksheet>"
    assert grids(sheet_blocks(rewritten(with_data(b""), {SHEET: lambda _: part}))) == [
        [["1", "=A1"]]
    ]


# --- what is not seen -----------------------------------------------------------------------------


def half_hidden(book: Workbook) -> None:
    page: Worksheet = book.active  # type: ignore[assignment]
    for row in (["标题", "甲", "乙", "丙"], ["一", 1, 2, 3], ["二", 4, 5, 6], ["三", 7, 8, 9]):
        page.append(row)
    page.row_dimensions[3].hidden = True
    page.column_dimensions["C"].hidden = True
    page["B2"].comment = Comment("99", "x")
    page["F9"] = 5
    page.column_dimensions["F"].hidden = True
    page.merge_cells("A6:C6")
    page["A6"] = "合并"
    page["D6"] = 1
    for name, state in (("隐藏", "hidden"), ("深藏", "veryHidden")):
        other = book.create_sheet(name)
        other["A1"] = "不可见"
        other.sheet_state = state


def half_hidden_book() -> bytes:
    book = Workbook()
    half_hidden(book)
    return workbook_bytes(book)


def check_half_hidden(content: bytes) -> None:
    blocks = sheet_blocks(content)
    assert grids(blocks) == [
        [["标题", "甲", "丙"], ["一", "1", "3"], ["三", "7", "9"], ["合并", "1"]]
    ]
    (grid,) = (block for block in blocks if isinstance(block, Grid))
    assert grid.rows[3][0].colspan == 2
    assert "不可见" not in str(blocks)


def test_hidden_sheets_rows_and_columns_are_not_read() -> None:
    check_half_hidden(half_hidden_book())


@pytest.mark.slow
def test_hidden_ones_as_another_program_saves_them(resaved: Resaved) -> None:
    for content in resaved["hidden"]:
        check_half_hidden(content)


def test_what_lies_under_merged_cells_is_not_read() -> None:
    def merge(part: bytes) -> bytes:
        return part.replace(
            b"</sheetData>", b'</sheetData><mergeCells><mergeCell ref="A1:B1"/></mergeCells>'
        )

    content = saved(lambda page: [page.append(row) for row in (["规章", 5, 1], ["文件", 2, 3])])
    assert grids(sheet_blocks(rewritten(content, {SHEET: merge}))) == [
        [["规章", "1"], ["文件", "2", "3"]]
    ]


# --- parts of a sheet -----------------------------------------------------------------------------


def test_tables_side_by_side_and_below_are_read_apart() -> None:
    def fill(page: Worksheet) -> None:
        for row, column, text in [
            (1, 1, "标题"),
            (3, 1, "甲"),
            (3, 2, "子"),
            (3, 4, "乙"),
            (3, 5, "丑"),
        ]:
            page.cell(row, column).value = text
        for row in (4, 5):
            for column, value in ((1, "行"), (2, row), (4, "列"), (5, row * 10)):
                page.cell(row, column).value = value
        page["A7"], page["B7"], page["A8"], page["B8"] = "丙", "寅", "行", 6
        page["A10"], page["B10"] = "行", 7  # figures under an empty row: still the table above

    blocks = sheet_blocks(saved(fill))
    assert grids(blocks) == [
        [["甲", "子"], ["行", "4"], ["行", "5"]],
        [["乙", "丑"], ["列", "40"], ["列", "50"]],
        [["丙", "寅"], ["行", "6"], ["行", "7"]],
    ]
    assert [block.place.table for block in blocks if isinstance(block, Grid)] == [1, 2, 3]
    assert prose(blocks) == [("", "标题")]


def test_paragraphs_in_merged_cells_are_prose_in_their_order() -> None:
    def fill(page: Worksheet) -> None:
        for row, text in (
            (1, "标题"),
            (2, "一段话\n又一段话"),
            (9, "二、数据"),
            (13, "三、其他"),
            (14, "结尾"),
        ):
            page.cell(row, 1).value = text
            page.merge_cells(
                start_row=row, end_row=8 if row == 2 else row, start_column=1, end_column=4
            )
        for row, values in enumerate(
            (["表头", "甲", "乙", "丙"], ["规章", 1, 2, 3], ["文件", 4, 5, 6]), 10
        ):
            for column, value in enumerate(values, 1):
                page.cell(row, column).value = value

    blocks = sheet_blocks(saved(fill))
    assert [type(block).__name__ for block in blocks] == ["Prose", "Grid", "Prose"]
    assert prose(blocks) == [("", "标题\n一段话\n又一段话\n二、数据"), ("", "三、其他\n结尾\n")]


# --- hostile files --------------------------------------------------------------------------------


def with_merged(ranges: bytes) -> bytes:
    def change(part: bytes) -> bytes:
        return part.replace(
            b"</sheetData>", b"</sheetData><mergeCells>" + ranges + b"</mergeCells>"
        )

    return rewritten(saved(lambda page: page.append(["规章", 1])), {SHEET: change})


def many_sheets() -> bytes:
    book = Workbook()
    for _ in range(300):
        book.create_sheet()
    return workbook_bytes(book)


def changed(part: str, change: Callable[[bytes], bytes]) -> bytes:
    return rewritten(saved(lambda page: page.append(["规章", 1])), {part: change})


def put_far(page: Worksheet) -> None:
    page["A1"], page["XFD1048576"] = "规章", 1


def unordered() -> bytes:
    far = b'<row r="1048576"><c r="XFD1048576"><v>1</v></c></row>'
    return with_data(far + b'<row r="1"><c r="A1"><v>1</v></c></row>')


def many_conditions() -> bytes:
    def fill(page: Worksheet) -> None:
        for _ in range(500):
            page.append(["规章", *range(10)])
        for number in range(1, 801):
            page.conditional_formatting.add(
                f"A1:XFD{number + 100}", white_if("cellIs", "5", operator="equal")
            )

    return saved(fill)


OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
ENTITY = b'<!DOCTYPE a [<!ENTITY b "b">]>'
RELATIONS = "xl/_rels/workbook.xml.rels"
HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "far cell": (lambda: saved(put_far), "第1048576行、第16384列"),
    "far cell first": (unordered, "第1048576行、第16384列"),
    "many merged": (lambda: with_merged(b'<mergeCell ref="A1:B2"/>' * 100_000), "100000处合并"),
    "many conditions": (many_conditions, "条件格式过多"),
    "sheets": (many_sheets, "301张工作表"),
    "strings": (
        lambda: changed(
            "xl/sharedStrings.xml", lambda _: b"<sst>" + b" " * 140_000_000 + b"</sst>"
        ),
        "过大",
    ),
    "entities": (lambda: changed(SHEET, lambda part: ENTITY + part), "不安全的内容"),
    "entities of styles": (
        lambda: changed("xl/styles.xml", lambda part: ENTITY + part),
        "不安全的内容",
    ),
    "no sheet": (
        lambda: changed(RELATIONS, lambda part: part.replace(b"sheet1.xml", b"none.xml")),
        "损坏",
    ),
    "elsewhere": (
        lambda: changed(RELATIONS, lambda part: part.replace(b"/xl/work", b"../../../etc/x")),
        "损坏",
    ),
    "binary": (lambda: changed("xl/workbook.bin", lambda _: b"x"), "xlsb"),
    "cut": (lambda: saved(lambda page: page.append(["规章"]))[:3000], "损坏"),
    "empty": (lambda: saved(lambda page: None), "没有文字"),
    "old and short": (lambda: OLE2 + bytes(600) + "Workbook".encode("utf-16-le"), "损坏"),
    "sealed": (lambda: OLE2 + "EncryptedPackage".encode("utf-16-le"), "密码"),
}


SLOW = [pytest.param("strings", marks=pytest.mark.slow)]


@pytest.mark.parametrize("name", [*(name for name in HOSTILE if name != "strings"), *SLOW])
def test_a_hostile_workbook_is_refused_in_a_sentence(name: str) -> None:
    make, said = HOSTILE[name]
    content = make()
    with pytest.raises(UnreadableDocument, match=said) as caught:
        read(content)
    assert str(caught.value).endswith("。")


def test_what_only_looks_large_is_read() -> None:
    styled = (
        b'<row r="1"><c r="A1"><v>5</v></c></row><row r="1048576"><c r="XFD1048576" s="0"/></row>'
    )
    assert prose(read(with_data(styled)))[0][1].strip() == "5"
    assert prose(read(with_merged(b'<mergeCell ref="A1:XFD1048576"/>')))[0][1].strip() == "规章"
    assert prose(read(with_merged(b'<mergeCell ref="B2:A1"/>')))[0][1].strip() == "规章"


def test_a_page_saved_as_xls_is_a_page() -> None:
    assert grids(read("<html><table><tr><td>规章<td>1<tr><td>甲<td>2</table>".encode())) == [
        [["规章", "1"], ["甲", "2"]]
    ]


# --- old workbooks --------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def old() -> bytes:
    return (DOCUMENTS / "xls-2021" / "source.xls").read_bytes()


def record(content: bytes, number: int) -> int:
    """The place of the first record of a kind in an .xls file whose stream is in one piece."""
    at = content.index(b"\x09\x08\x10\x00\x00\x06")
    while int.from_bytes(content[at : at + 2], "little") != number:
        at += 4 + int.from_bytes(content[at + 2 : at + 4], "little")
    return at


def test_an_old_workbook_with_a_password_says_so(old: bytes) -> None:
    at = record(old, 0x0042)  # CODEPAGE, two bytes long, becomes FILEPASS
    with pytest.raises(UnreadableDocument, match="密码"):
        read(old[:at] + b"\x2f\x00" + old[at + 2 :])


def typed_rows(report: Report) -> list[list[int | str | Raised]]:
    """A report as somebody typed it into one sheet, without merged cells."""
    page = report_book(report, report_sheets(report), Style(merged=False, wide=False)).worksheets[0]
    return [[plain_cell(cell.value) for cell in row] for row in page.iter_rows()]


def plain_cell(value: object) -> int | str:
    return (
        int(value)
        if isinstance(value, Decimal) and value == int(value)
        else ""
        if value is None
        else str(value)
    )


def test_a_workbook_of_excel_95_is_read(tmp_path: Path) -> None:
    report = report_of()
    path = tmp_path / "a.xls"
    path.write_bytes(book_of_95(typed_rows(report)))
    assert unlike(figures(report), read_report(path)) == []


def test_raised_digits_and_hidden_rows_of_excel_95(tmp_path: Path) -> None:
    rows = typed_rows(report_of())
    granted = next(at for at, row in enumerate(rows) if "（一）予以公开" in row)
    place = rows[granted].index(134)
    rows[granted][place] = Raised("134", 2)
    path = tmp_path / "a.xls"
    path.write_bytes(book_of_95(rows, hidden=[granted + 1]))
    read = read_report(path)
    assert [
        read.value(f"applications.{row}.natural") for row in ("new", "granted", "partly_granted")
    ] == [
        436,
        None,
        None,
    ]
    assert {problem.row for problem in read.problems} >= {"granted", "partly_granted"}


def fill_with_all_kinds(page: Worksheet) -> None:
    formulas = ["=1/0", "=1+2", '=""', "=1&2"]
    page.append(["规章", 3.0, 0.1 + 0.2, -7, "12", "0件", True, date(2021, 1, 3), *formulas, 5])
    formats = ["0%", "0,", ";;;", "yyyy-mm-dd", '0"0"', "0.00", '0"件"', "#,##0"]
    formats += ["[h]:mm", "General", "0.0%", "@"]
    page.append(["文件", *(43831,) * len(formats)])
    for column, code in enumerate(formats, 2):
        page.cell(2, column).number_format = code
    page.append(["删去", *range(1, 13)])
    page["C3"].font = Font(strike=True)
    page["G3"].font = page["H3"].font = Font(color="FFFFFFFF")
    page["H3"].fill = PatternFill("solid", fgColor="FF002060")
    page["I3"].font = Font(color=Color(theme=0))
    page.merge_cells("E3:F4")


def fill_with_struck_out(page: Worksheet) -> None:
    """A cell struck out whole, which makes the font of the pieces one in use."""
    page.append(["规章", 12, "12"])
    page.append(["文件", 3, 4])
    page["B2"].font = Font(name="Calibri", sz=11, strike=True)


def fill_with_a_struck_out_piece(page: Worksheet) -> None:
    fill_with_struck_out(page)
    struck = InlineFont(rFont="Calibri", sz=11, strike=True)
    page["C1"] = CellRichText("12", TextBlock(struck, "34"))


@pytest.fixture(scope="module")
def resaved(tmp_path_factory: pytest.TempPathFactory) -> Resaved:
    """Workbooks as LibreOffice saves them in the new format and in the old one."""
    folder = tmp_path_factory.mktemp("books")
    contents = {
        "hidden": half_hidden_book(),
        "kinds": saved(fill_with_all_kinds),
        "struck": saved(fill_with_struck_out),
        "piece": saved(fill_with_a_struck_out_piece),
    }
    files = [folder / f"{name}.xlsx" for name in contents]
    for file in files:
        file.write_bytes(contents[file.stem])
    new, old = (convert(files, kind, folder / kind) for kind in ("xlsx", "xls"))
    pairs = [(one.read_bytes(), other.read_bytes()) for one, other in zip(new, old, strict=True)]
    return dict(zip(contents, pairs, strict=True))


@pytest.mark.slow
def test_the_old_format_says_what_the_new_one_says(resaved: Resaved) -> None:
    new, old = resaved["kinds"]
    assert sheet_blocks(new) == sheet_blocks(old)
    (rows,) = grids(sheet_blocks(old))
    assert rows[0][1:] == [
        "3",
        "0.3",
        "-7",
        "12",
        "0件",
        "TRUE",
        "2021-01-03",
        "#DIV/0!",
        "3",
        "",
        "12",
        "5",
    ]
    doubtful = [text for text in rows[1][1:] if text != "43831"]
    assert len(doubtful) == 7, doubtful
    assert rows[2][1:4] == ["1", "2（单元格为加了删除线的格式）", "3"]
    white = "（单元格为白色字体的格式）"
    assert rows[2][5:9] == [f"6{white}", "7", f"8{white}", "9"]


@pytest.mark.slow
def test_a_struck_out_piece_of_a_text_in_an_old_workbook(resaved: Resaved) -> None:
    _, whole = resaved["struck"]
    assert grids(sheet_blocks(whole))[0][0] == ["规章", "12", "12"]
    _, piece = resaved["piece"]
    assert grids(sheet_blocks(piece))[0][0] == ["规章", "12", "12"]


@pytest.mark.parametrize("share", [0.2, 0.5, 0.9])
def test_an_old_workbook_cut_short_gives_no_figures(share: float, old: bytes) -> None:
    with pytest.raises(UnreadableDocument, match=r"损坏|不完整|不能读取"):
        read(old[: int(len(old) * share)])
