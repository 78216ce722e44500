"""The sheets of the official tables: form, check lane, flags, hidden marks and sources."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from math import ceil
from typing import Any

from openpyxl import Workbook
from openpyxl.formatting.rule import Rule
from openpyxl.styles import Alignment, Border, Protection
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.worksheet import Worksheet

import looks
from flags import Flagged, any_of, flagged_boxes, mark_flag, suspect_flag
from gongkai.model import Box, Cell, Column, Label, Severity
from gongkai.spreadsheets import Spot, letters
from gongkai.wording.phrases import counts_text, short_column, short_row
from gongkai.workbook import layout
from gongkai.workbook.layout import TableSheet, address, range_of
from gongkai.workbook.live.formulas import formulas_of
from looks import CENTRED, FIGURE, LEFT, QUIET, font, put

# Pixels at 100 %; the label columns, then one width for each figure column.
WIDTHS: Mapping[str, tuple[tuple[int, ...], int]] = {
    "disclosure": ((250,), 200),
    "applications": ((46, 88, 300), 66),
    "disputes": ((), 72),
}
LANE_WIDTH = 112
LINE, GLYPH = (
    18,
    13.4,
)  # pixels: the height of a line of text, the width of a Chinese character at 10 points
LOWEST = 20
# What Excel shows of an input message, in characters; it takes no longer ones.
LONGEST_TITLE, LONGEST_PROMPT = 32, 255
# Longer than the screen of an office computer (1366 x 768): heads and labels stay in sight.
LONG_TABLES = ("applications",)
TALLER: Mapping[str, int] = {"disclosure": 26, "disputes": 28}
LANE_HINT = (
    f"{layout.HOLDS} 相符　　✗ 差n 不符（n＝相加之和－所填总计）　　{layout.TO_FILL} 数据不全，"
    f"暂不能核对　　"
    f"{layout.TEXT} 有的格是文本　　{layout.MOVED} 行列与官方表格不同"
)


def add_table_sheet(workbook: Workbook, sheet: TableSheet, *, hidden: bool) -> None:
    page = workbook.create_sheet(sheet.name)
    page.sheet_properties.codeName = sheet.code
    page.sheet_state = "hidden" if hidden else "visible"
    page.sheet_view.showGridLines = False
    set_sizes(page, sheet)
    right = sheet.size.right
    put(page, 1, 1, sheet.form.title, font=font(12, bold=True), alignment=CENTRED)
    page.merge_cells(start_row=1, start_column=1, end_row=1, end_column=right)
    for label, box in sheet.labels:
        put_label(page, sheet.table, label, box)
    for cell in sheet.form.cells.values():
        frame(page, layout.moved(cell.box), alignment=FIGURE, protection=Protection(locked=False))
    put_lanes(page, sheet)
    put_flags(page, sheet)
    flag_labels(page, sheet)
    add_validations(page, sheet)
    if sheet.table in LONG_TABLES:
        page.freeze_panes = address(first_figure(sheet))
    hide_beside(page, sheet)
    name_cells(workbook, page, sheet)
    looks.on_one_page(page, landscape=True, foot=False)  # as published: the official form has none


def first_figure(sheet: TableSheet) -> Spot:
    """Right below the heads and right of the labels: D5 of 表三."""
    rows, columns = zip(*sheet.cells.values(), strict=True)
    return min(rows), min(columns)


def name_cells(workbook: Workbook, page: Worksheet, sheet: TableSheet) -> None:
    """Each figure under its cell id, on its own sheet: ``applications.granted.total`` in a user's
    formula. And under a name of the whole workbook, for the list's links: LibreOffice follows no
    other name from another sheet.
    """
    for cell, (row, column) in sheet.cells.items():
        place = f"'{sheet.name}'!${letters(column)}${row}"
        page.defined_names.add(DefinedName(cell, attr_text=place))
        workbook.defined_names.add(DefinedName(sheet.link(cell), attr_text=place))


def set_sizes(page: Worksheet, sheet: TableSheet) -> None:
    widths, rest = WIDTHS[sheet.table]
    pixels = [*widths, *[rest] * (sheet.size.right - len(widths))]
    for column, width in enumerate(pixels, 1):
        page.column_dimensions[letters(column)].width = looks.column_width(width)
    page.column_dimensions[letters(sheet.size.right + 1)].width = looks.column_width(LANE_WIDTH)
    page.row_dimensions[1].height = looks.row_height(30)
    for row in range(sheet.size.top, sheet.size.bottom + 1):
        page.row_dimensions[row].height = looks.row_height(line_height(sheet, row, pixels))


def line_height(sheet: TableSheet, row: int, pixels: Sequence[int]) -> int:
    """As many lines as the longest label that stands on this row alone needs."""
    lines = [
        ceil(len(label.text) * GLYPH / (sum(pixels[box.left - 1 : box.right]) - 6))
        for label, box in sheet.labels
        if box.top == box.bottom == row
    ]
    return max(max(lines, default=1) * LINE + 2, TALLER.get(sheet.table, LOWEST))


def put_label(page: Worksheet, table: str, label: Label, box: Box) -> None:
    if label.kind == "caption":
        frame(page, box, label.text, alignment=LEFT, fill=looks.solid(looks.CAPTION))
    else:
        left = table == "applications" and label.kind in ("row", "head") and label.box.left <= 3
        frame(page, box, label.text, alignment=LEFT if left else CENTRED)


def frame(page: Worksheet, box: Box, text: str | None = None, **style: object) -> None:
    """A bordered box, merged where it covers more than one cell."""
    for row in range(box.top, box.bottom + 1):
        for column in range(box.left, box.right + 1):
            put(page, row, column, border=looks.thin_box(), **style)
    if text is not None:
        page.cell(box.top, box.left).value = text
    if box.width * box.height > 1:
        page.merge_cells(range_of(box))


# --- check lane -----------------------------------------------------------------------------------


SMALL: dict[str, Any] = {"font": font(8, color=QUIET), "alignment": CENTRED}


def put_lanes(page: Worksheet, sheet: TableSheet) -> None:
    for lane in sheet.lanes.values():
        put(page, *lane.spot, number_format=looks.LANE_FORMAT, **SMALL)
    for spot, formula in formulas_of(sheet.name).items():
        page.cell(*spot).value = formula
    put_lane_head(page, sheet)
    for row, box, words in sheet.lane_labels:
        put_below(page, row, box.left, words, "right")
        if box.width > 1:
            page.merge_cells(range_of(box))
    if sheet.lanes:
        put_below(page, sheet.last_line, 1, LANE_HINT, "left")
    broken = looks.words(looks.ALARM, bold=True)
    for lane in sheet.lanes.values():
        place = address(lane.spot)
        signs = [f'{place}="{sign}"' for sign in (layout.MOVED, layout.TEXT)]
        add_rule(page, place, any_of([f"ISNUMBER({place})", *signs]), broken)


def put_lane_head(page: Worksheet, sheet: TableSheet) -> None:
    """Above the lanes that stand beside a table, merged down to the first of them."""
    beside = [lane.spot for lane in sheet.lanes.values() if lane.beside]
    if not beside:
        return
    for spot, words in sheet.lane_head:
        put(page, *spot, words, **SMALL)
    column = beside[0][1]
    last = min(row for row, _ in beside) - 1
    page.merge_cells(
        start_row=layout.FORM_TOP, end_row=last, start_column=column, end_column=column
    )


def put_below(page: Worksheet, row: int, column: int, text: str, side: str) -> None:
    """A quiet text on a line below the table."""
    look = font(8, color=QUIET)
    put(page, row, column, text, font=look, alignment=Alignment(side, "center"))
    page.row_dimensions[row].height = looks.row_height(LOWEST)


# --- flags and marks ------------------------------------------------------------------------------


def put_flags(page: Worksheet, sheet: TableSheet) -> None:
    for cells in flagged_boxes(sheet):
        for formula, look in cell_rules(cells):
            add_rule(page, range_of(cells.box), formula, look)


def flag_labels(page: Worksheet, sheet: TableSheet) -> None:
    """A label that is not the official one of its place."""
    for spot, _ in sheet.guarded:
        add_rule(
            page,
            address(spot),
            f"ISNUMBER({address(sheet.image(spot))})",
            looks.words(looks.ALARM, bold=True),
        )


def cell_rules(cells: Flagged) -> Iterator[tuple[str, DifferentialStyle]]:
    """The rules in their order: the gravest first, and it alone; the tint of the other parts
    last.
    """
    if cells.lanes:
        yield suspect_flag(cells, "suspect"), looks.flag("suspect")
    if cells.marked:
        yield any_of(cells.marked), looks.flag("error")
    yield mark_flag(cells, "error"), looks.flag("error")
    yield f"{cells.text}=1", looks.flag("warning")
    if cells.lanes:
        yield suspect_flag(cells, "possible"), looks.flag("possible")
    severities: tuple[Severity, ...] = ("warning", "note")
    for severity in severities:
        yield mark_flag(cells, severity), looks.flag(severity)
    if cells.lanes:
        yield any_of(cells.lanes), looks.tint()


def add_rule(page: Worksheet, place: str, formula: str, look: DifferentialStyle) -> None:
    page.conditional_formatting.add(
        place, Rule(type="expression", formula=[formula], dxf=look, stopIfTrue=True)
    )


def hide_beside(page: Worksheet, sheet: TableSheet) -> None:
    for row, column in sheet.marks.values():
        put(page, row, column, font=font(8, color=QUIET), border=Border())
    for column in range(sheet.image_box.left, sheet.last_hidden + 1):
        page.column_dimensions[letters(column)].hidden = True
    for row in sheet.hidden_lines:
        page.row_dimensions[row].hidden = True


# --- what may be typed ----------------------------------------------------------------------------


def add_validations(page: Worksheet, sheet: TableSheet) -> None:
    """What each cell counts, and a warning, never a refusal: signs such as ``/`` are in use, and
    the figure is the clerk's. Cells that are told the same share one rule.
    """
    rules: dict[tuple[object, ...], DataValidation] = {}
    for cell_id, place in sheet.cells.items():
        cell = sheet.form.cells[cell_id]
        column = cell.column
        message = input_message(cell)
        key = (*message, column.decimal, column.signed)
        if key not in rules:
            rules[key] = validation(column)
            rules[key].promptTitle, rules[key].prompt = message
            rules[key].showInputMessage = True
            page.add_data_validation(rules[key])
        rules[key].add(address(place))


def input_message(cell: Cell) -> tuple[str, str]:
    """Title and text: 行政查询, 工商、不动产登记等应按专门规定查询的。（条例第三十六条第七项）

    Where each column counts something of its own, as in 表二 and 表四, the title names it:
    规章·制发.
    """
    title = short_row(cell.row)
    if cell.column.counts:
        title = f"{title}·{short_column(cell.column)}"
    text = counts_text(cell)
    assert len(title) <= LONGEST_TITLE, cell.id
    assert len(text) <= LONGEST_PROMPT, cell.id
    return title, text


def validation(column: Column) -> DataValidation:
    wanted = (
        "金额（单位：万元）"
        if column.decimal
        else "整数，减少的用负数"
        if column.signed
        else "不小于0的整数"
    )
    rule = DataValidation(
        type="decimal" if column.decimal else "whole",
        operator="greaterThanOrEqual",
        formula1="-1000000000" if column.signed else "0",
        allow_blank=True,
    )
    rule.errorStyle = "warning"
    rule.errorTitle = "请核对"
    rule.error = f"此处应填{wanted}；没有的填0。"
    rule.showErrorMessage = True
    return rule
