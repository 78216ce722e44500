"""The list of a batch, and the summary of its reports with charts that follow the figures."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

from openpyxl import Workbook
from openpyxl.formatting.rule import Rule
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.worksheet.worksheet import Worksheet

import looks
from charts import add_charts
from gongkai.spreadsheets import letters
from gongkai.workbook import layout
from gongkai.workbook.lists import (
    RETRIED,
    STATE_TEXTS,
    SUMMARY_HEADS,
    summary_columns,
    summary_row_heads,
)
from gongkai.workbook.live.overview import BLOCK_LEFT, YEARS_TOP, YearBlock, block_cells
from looks import FIGURE, HAIR, LEFT, ONE_LINE, QUIET, as_text, font, put
from plain_sheets import new_page, put_columns, put_head, style_column

STEPS = "\n".join(
    (
        (
            "一、在A列粘贴年报的网址或本机文件的路径，一行一个；也可以只填一个目录页的网址，"
            "程序先列出其中像年报的链接，供您确认。"
        ),
        "二、填写下面的文件夹，每份年报另存为其中的一个工作簿；不填，开始时会请您选择。",
        (
            "三、点“批量导入”，逐份导入、核对，数字汇入“汇总”。随时可以停下；已完成的行不再重做，"
            "要重做某一行，清空它的状态再点一次。"
        ),
    )
)
SUMMARY_HINT = (
    "一份年报一行，由“批量导入”填写。表三各列取“总计”一栏；空白表示原报告没有这个数，或填的是“/”"
    "，不当作0。"
    "同一机关同一年度有两行时标黄：合计会重复计算。左边的“－”收起图表。"
)
FIGURE_WIDTH = 92  # pixels at 100 %
STRIP_LINE, GROUP_LINE, HEAD_LINE = 16, 20, 62
GROUP_ROW, HEAD_ROW = layout.SUMMARY_TOP - 2, layout.SUMMARY_TOP - 1
NUMBER = Alignment(horizontal="right", vertical="center", shrink_to_fit=True)
EDITION = re.compile(r"(?=（\d{4}年版）$)")  # where the head of an older edition's figure breaks
# The button of a filter covers the foot of a head.
UNDER_FILTER = Alignment(horizontal="center", vertical="top", wrap_text=True)


# --- 批量导入 -------------------------------------------------------------------------------------


def add_batch(workbook: Workbook) -> None:
    page = new_page(workbook, layout.BATCH, "Batch", "批量导入", "")
    last = letters(layout.BATCH_COLUMNS["message"])
    put(page, 2, 1, STEPS, font=font(color="FF595959"), alignment=LEFT)
    page.merge_cells(f"A2:{last}2")
    page.row_dimensions[2].height = 50
    put_folder(page, last)
    page.row_dimensions[layout.BUTTON_AREAS[layout.BATCH].top].height = 34
    put_columns(page, layout.BATCH_LIST)
    page.auto_filter.ref = (
        f"A{layout.BATCH_TOP - 1}:{letters(len(layout.BATCH_COLUMNS))}{layout.BATCH_LIST.lines[-1]}"
    )
    page.freeze_panes = f"A{layout.BATCH_TOP}"
    page.print_title_rows = f"{layout.BATCH_TOP - 1}:{layout.BATCH_TOP - 1}"
    looks.on_one_page(page, landscape=True, tall=True)
    add_batch_rules(page)


def put_folder(page: Worksheet, last: str) -> None:
    row, column = layout.FOLDER_SPOT
    put(
        page,
        row,
        1,
        "保存到文件夹",
        font=font(11, color="FF595959"),
        alignment=Alignment("right", "center", indent=1),
    )
    for place in range(column, layout.BATCH_COLUMNS["message"] + 1):
        as_text(put(page, row, place, font=font(11), alignment=ONE_LINE, border=HAIR))
    page.merge_cells(f"{layout.address(layout.FOLDER_SPOT)}:{last}{row}")
    page.row_dimensions[row].height = 21


def add_batch_rules(page: Worksheet) -> None:
    """Each range has rules of its own: where ranges overlap, programs differ on which rule wins."""
    top, last = layout.BATCH_TOP, layout.BATCH_LIST.lines[-1]
    at = {name: letters(column) for name, column in layout.BATCH_COLUMNS.items()}
    source, state, errors = (f"${at[name]}{top}" for name in ("source", "state", "errors"))
    wrong = f"AND(ISNUMBER({errors}),{errors}>0)"
    is_state = {name: f'{state}="{text}"' for name, text in STATE_TEXTS.items()}
    unread = f"OR({','.join(is_state[name] for name in RETRIED)})"
    line = (f'{source}<>""', DifferentialStyle(border=HAIR))
    alarm = DifferentialStyle(font=Font(b=True, color=looks.ALARM), border=HAIR)
    failed = DifferentialStyle(font=Font(color=looks.ACCENTS["warning"][0]), border=HAIR)
    states = [
        (f"AND({is_state['done']},{wrong})", looks.flag("error")),
        (unread, looks.flag("warning")),
        (is_state["proposed"], looks.flag("note")),
        (is_state["done"], looks.settled()),
        (is_state["directory"], DifferentialStyle(font=Font(color=QUIET), border=HAIR)),
    ]
    add_rules(page, f"{at['state']}{top}:{at['state']}{last}", [*states, line])
    add_rules(page, f"{at['errors']}{top}:{at['errors']}{last}", [(wrong, alarm), line])
    add_rules(page, f"{at['message']}{top}:{at['message']}{last}", [(unread, failed), line])
    others = f"A{top}:A{last} C{top}:E{last} H{top}:I{last}"
    add_rules(page, others, [line])


def add_rules(page: Worksheet, place: str, rules: list[tuple[str, DifferentialStyle]]) -> None:
    for formula, look in rules:
        rule = Rule(type="expression", formula=[formula], dxf=look, stopIfTrue=True)
        page.conditional_formatting.add(place, rule)


# --- 汇总 -----------------------------------------------------------------------------------------


def add_summary(workbook: Workbook) -> None:
    page = new_page(workbook, layout.SUMMARY, "Summary", "汇总", "")
    put(page, 1, 3, SUMMARY_HINT, font=font(9, color=QUIET), alignment=ONE_LINE)
    set_summary_columns(page)
    for row in range(2, GROUP_ROW):
        page.row_dimensions[row].height = looks.row_height(STRIP_LINE)
    page.row_dimensions.group(2, GROUP_ROW - 1)
    put_block(page)
    add_charts(page, block_cells())
    put_summary_heads(page)
    page.auto_filter.ref = (
        f"A{HEAD_ROW}:{letters(len(summary_row_heads()))}{layout.SUMMARY_LIST.lines[-1]}"
    )
    page.freeze_panes = f"C{layout.SUMMARY_TOP}"
    page.print_title_rows, page.print_title_cols = f"{GROUP_ROW}:{HEAD_ROW}", "A:B"
    looks.on_one_page(page, landscape=True, tall=True)
    page.page_setup.fitToWidth = 5  # seventy columns: on one page nobody could read them
    add_summary_rules(page)


def set_summary_columns(page: Worksheet) -> None:
    """A line of the summary is one line high: what is too long for its cell is made smaller."""
    alignments = {**looks.ALIGNMENTS, "phrase": FIGURE}
    leading = layout.SUMMARY_LIST.columns
    for number, column in enumerate(leading, 1):
        whole = page.column_dimensions[letters(number)]
        whole.width = looks.column_width(column.width)
        style_column(whole, text=column.is_text)
        whole.alignment = alignments[column.kind]
    for number, _ in enumerate(summary_columns(), len(leading) + 1):
        whole = page.column_dimensions[letters(number)]
        whole.width = looks.column_width(FIGURE_WIDTH)
        style_column(whole, text=False)
        whole.alignment = NUMBER


def put_block(page: Worksheet) -> None:
    """The figures behind the charts: quiet, with a line under their heads and one above the
    last.
    """
    block = block_cells()
    for (row, column), value in block.cells.items():
        head = row == YEARS_TOP - 1
        last = row == block.total_row
        ink = QUIET if column == block.helper else looks.INK
        cell = put(
            page, row, column, value, font=font(9, bold=head or last, color=ink), alignment=NUMBER
        )
        cell.number_format = block_format(block, row, column)
        if head or row == block.rest_row:
            cell.border = HAIR
        if head or column in (1, BLOCK_LEFT):
            cell.alignment = Alignment("center", "center", shrink_to_fit=True)


def block_format(block: YearBlock, row: int, column: int) -> str:
    if column in block.shares.values():
        return "0.0%"
    return "General" if row < YEARS_TOP or column in (1, BLOCK_LEFT, block.helper) else "#,##0"


def put_summary_heads(page: Worksheet) -> None:
    for left, width, text in head_groups():
        for column in range(left, left + width):
            put_head(page, GROUP_ROW, column, text if column == left else "")
        if width > 1:
            page.merge_cells(
                start_row=GROUP_ROW,
                end_row=GROUP_ROW,
                start_column=left,
                end_column=left + width - 1,
            )
        page.cell(GROUP_ROW, left).alignment = Alignment("left", "center")
    for column, text in enumerate(summary_row_heads(), 1):
        put_head(page, HEAD_ROW, column, EDITION.sub("\n", text))
        cell = page.cell(HEAD_ROW, column)
        cell.font, cell.alignment = font(9, bold=True), UNDER_FILTER
    page.row_dimensions[GROUP_ROW].height = looks.row_height(GROUP_LINE)
    page.row_dimensions[HEAD_ROW].height = looks.row_height(HEAD_LINE)


def head_groups() -> Iterator[tuple[int, int, str]]:
    """(first column, width, text) of the line above the heads. Columns that stay on the screen
    share no group.
    """
    yield 1, 2, "报告"
    yield 3, len(SUMMARY_HEADS) - 2, ""
    left = len(SUMMARY_HEADS) + 1
    for text, columns in groupby(column.group for column in summary_columns()):
        width = len(list(columns))
        yield left, width, text
        left += width


def add_summary_rules(page: Worksheet) -> None:
    top, last = layout.SUMMARY_TOP, layout.SUMMARY_LIST.lines[-1]
    ends = f"$A${top}:$A${last},$A{top},$B${top}:$B${last},$B{top}"
    twice = f'AND($A{top}<>"",$B{top}<>"",COUNTIFS({ends})>1)'
    named = ("errors", "warnings", "dismissed", "years", "code", "doubts")
    at = {name: letters(list(SUMMARY_HEADS).index(name) + 1) for name in named}
    errors, years, doubts = at["errors"], at["years"], at["doubts"]
    ink, fill, _ = looks.ACCENTS["warning"]
    double = DifferentialStyle(
        font=Font(color=ink), fill=PatternFill("solid", bgColor=fill), border=HAIR
    )
    alarm = DifferentialStyle(font=Font(b=True, color=looks.ALARM), border=HAIR)
    line = (f'$D{top}<>""', DifferentialStyle(border=HAIR))
    end = letters(len(summary_row_heads()))
    add_rules(page, f"A{top}:B{last}", [(twice, double), line])
    add_rules(page, f"{errors}{top}:{errors}{last}", [(f"{errors}{top}>0", alarm), line])
    differs = f'COUNTIF({years}{top},"*年不符*")>0'
    add_rules(page, f"{years}{top}:{years}{last}", [(differs, double), line])
    add_rules(page, f"{doubts}{top}:{doubts}{last}", [(f'{doubts}{top}<>""', double), line])
    figures = f"{letters(len(SUMMARY_HEADS) + 1)}{top}:{end}{last}"
    counts, code = (
        f"{at['warnings']}{top}:{at['dismissed']}{last}",
        f"{at['code']}{top}:{at['code']}{last}",
    )
    add_rules(page, f"C{top}:F{last} {counts} {code} {figures}", [line])
