"""The cover, the prose and the list of findings."""

from __future__ import annotations

from openpyxl import Workbook
from openpyxl.formatting.rule import Rule
from openpyxl.styles import Alignment, Border, Font, Side
from openpyxl.styles.differential import DifferentialStyle
from openpyxl.worksheet.datavalidation import DataValidation
from openpyxl.worksheet.dimensions import ColumnDimension
from openpyxl.worksheet.worksheet import Worksheet

import looks
from gongkai.decisions import WORDS
from gongkai.editions import all_editions
from gongkai.model import Edition, Severity
from gongkai.spreadsheets import letters
from gongkai.workbook import layout
from gongkai.workbook.layout import ListSheet
from gongkai.workbook.live.formulas import (
    COUNTERS,
    HIDDEN_COLUMNS,
    IGNORED,
    STATE_COLUMN,
    formulas_of,
)
from gongkai.workbook.proposals import MOST_ALTERNATIVES
from looks import CENTRED, FANG, HAIR, HEI, LEFT, QUIET, TOP_LEFT, as_text, font, put

COVER_LABELS = {
    "title": "标题",
    "agency": "机关",
    "year": "年度",
    "source": "来源",
    "published": "发布日期",
    "provenance": "来源说明",
}
COUNT_LABELS: dict[Severity, str] = {"error": "错误", "warning": "警告", "note": "提示"}
LEGEND: tuple[tuple[looks.Flag, str, str], ...] = (
    ("suspect", "疑 12", "疑似填错：改动最少的办法都要改它，应为多少见“建议”一栏"),
    ("error", "✗ 12", "不符：所填的总计与各项之和不等，或者该数有误"),
    ("possible", "疑? 12", "可能是此格填错：改法不止一种，都列在“建议”中，请对照原文判断"),
    ("warning", "! 12", "警告：请对照原文核实"),
    ("note", "i 12", "提示：可以推知，或值得留意"),
)
GUIDE_HEAD = "填报进度，点下面各行可到所说的位置"
LINK = "FF00507D"
STEPS = (
    "一、在“校验结果”逐条点“位置”，对照原文改正所标的数；改对以后，标记随即消失，不必重新运行。"
    "同意“建议”的，在“采纳”填它的序号，再点“采纳建议”。",
    "二、改完保存，点“校验本报告”（或运行 gongkai check）再校验一遍，确认没有遗漏后再发布或上报。",
)


def new_page(workbook: Workbook, name: str, code: str, title: str, hint: str) -> Worksheet:
    page: Worksheet = workbook.create_sheet(name)
    page.sheet_properties.codeName = code
    page.sheet_view.showGridLines = False
    put(
        page, 1, 1, title, font=font(14, bold=True, name=HEI), alignment=Alignment("left", "center")
    )
    put(page, 2, 1, hint, font=font(9, color=QUIET), alignment=Alignment("left", "center"))
    page.row_dimensions[1].height = 28
    page.row_dimensions[2].height = 18
    return page


# --- cover ----------------------------------------------------------------------------------------


def add_cover(workbook: Workbook) -> None:
    page = workbook.create_sheet(layout.COVER)
    page.sheet_properties.codeName = "Cover"
    page.sheet_view.showGridLines = False
    for column, pixels in enumerate((24, 110, 480, 300), 1):
        page.column_dimensions[letters(column)].width = looks.column_width(pixels)
    put(page, 2, 2, "政府信息公开工作年度报告　数据核对", font=font(18, bold=True, name=HEI))
    circulars = "，".join(
        f"{period(edition)}用{edition.circular}" for edition in all_editions().values()
    )
    put(page, 3, 2, f"表格按国务院办公厅规定的格式：{circulars}", font=font(9, color=QUIET))
    page.row_dimensions[2].height, page.row_dimensions[3].height = 34, 18
    for name, (row, column) in layout.COVER_SPOTS.items():
        put_field(page, row, COVER_LABELS[name])
        cell = put(page, row, column, font=font(11), alignment=LEFT, border=HAIR)
        if name != "year":
            as_text(cell)
    page.row_dimensions[layout.COVER_SPOTS["title"][0]].height = 34
    page.row_dimensions[layout.COVER_SPOTS["provenance"][0]].height = 48
    put_editions(page)
    put_live_line(page)
    put_guide(page)
    for severity, place in layout.COUNT_SPOTS.items():
        put_field(
            page, place[0], COUNT_LABELS[severity] if severity != "error" else "最近一次校验　错误"
        )
        put(page, *place, font=font(11), alignment=LEFT, border=HAIR, number_format='0"处"')
    put_field(page, layout.DISMISSED_SPOT[0], "已忽略")
    put(
        page,
        *layout.DISMISSED_SPOT,
        font=font(11),
        alignment=LEFT,
        border=HAIR,
        number_format='0"处"',
    )
    for spot, formula in formulas_of(layout.COVER).items():
        page.cell(*spot).value = formula
    put_legend(page, 20)
    looks.on_one_page(page, landscape=True)


def period(edition: Edition) -> str:
    first, last = edition.years
    return f"{first}至{last}年度" if last else f"{first}年度起"


def put_field(page: Worksheet, row: int, text: str) -> None:
    put(
        page,
        row,
        2,
        text,
        font=font(11, color="FF595959"),
        alignment=Alignment("right", "center", indent=1),
    )
    page.row_dimensions[row].height = 21


def put_editions(page: Worksheet) -> None:
    newest = list(all_editions())[-1]
    choice = DataValidation(
        type="list", formula1=f'"{",".join([*all_editions(), layout.MISSING])}"', allow_blank=False
    )
    choice.errorTitle, choice.error, choice.showErrorMessage = "格式", "请从列表中选择格式。", True
    page.add_data_validation(choice)
    for table, place in layout.EDITION_SPOTS.items():
        row = place[0]
        put_field(page, row, f"{layout.newest_sheet(table).form.number}格式")
        put(
            page,
            *place,
            int(newest),
            number_format=looks.EDITION_FORMAT,
            font=font(11),
            alignment=LEFT,
            border=HAIR,
        )
        choice.add(layout.address(place))
        for column in COUNTERS.values():
            put(page, row, column, font=font(8, color=QUIET))
        put(
            page,
            row,
            STATE_COLUMN,
            font=font(10, color=QUIET),
            border=HAIR,
            alignment=Alignment("left", "center"),
        )
        add_alarm(page, f"{letters(STATE_COLUMN)}{row}", alarm(row, row))
    for column in range(HIDDEN_COLUMNS[0], HIDDEN_COLUMNS[1] + 1):
        page.column_dimensions[letters(column)].hidden = True


def put_live_line(page: Worksheet) -> None:
    rows = [row for row, _ in layout.EDITION_SPOTS.values()]
    row, column = layout.LIVE_SPOT
    put_field(page, row, "现在")
    put(page, row, column, font=font(12, bold=True), alignment=LEFT, border=HAIR)
    page.row_dimensions[row].height = 26
    add_alarm(page, layout.address(layout.LIVE_SPOT), alarm(rows[0], rows[-1]))


def put_guide(page: Worksheet) -> None:
    """What is filled in and what is next: each line leads to its place."""
    row, column = layout.GUIDE_SPOTS["progress"]
    put(page, row - 1, column, GUIDE_HEAD, font=font(9, color=QUIET), alignment=looks.ONE_LINE)
    for name, spot in layout.GUIDE_SPOTS.items():
        ink = looks.INK if name == "progress" else LINK
        put(page, *spot, font=font(10, color=ink), alignment=looks.ONE_LINE, border=HAIR)


def alarm(first: int, last: int) -> str:
    """Whether anything is wrong with the tables on these lines of the cover: a difference, a text,
    a line moved.
    """
    areas = {
        name: f"{letters(column)}{first}:{letters(column)}{last}"
        for name, column in COUNTERS.items()
    }
    broken, texts, changed, moved = (
        areas[name] for name in ("broken", "texts", "changed", "moved")
    )
    return f'OR(SUM({broken},{texts},{changed})>0,COUNTIF({moved},"?*")>0)'


def add_alarm(page: Worksheet, place: str, formula: str) -> None:
    look = looks.words(looks.ALARM, bold=True)
    page.conditional_formatting.add(place, Rule(type="expression", formula=[formula], dxf=look))


def put_legend(page: Worksheet, top: int) -> None:
    put(page, top, 2, "图例", font=font(11, bold=True))
    samples = [
        (sample, looks.ACCENTS[severity], looks.EDGES[severity], text)
        for severity, sample, text in LEGEND
    ]
    row = top
    for row, (sample, (ink, fill, line), edge, text) in enumerate(samples, top + 1):
        side = Side(style=line, color=edge)
        box = Border(left=side, right=side, top=side, bottom=side)
        put(
            page,
            row,
            2,
            sample,
            font=font(bold=True, color=ink),
            fill=looks.solid(fill),
            border=box,
            alignment=CENTRED,
        )
        put(page, row, 3, text, alignment=LEFT)
    put(
        page,
        row + 1,
        2,
        "12",
        fill=looks.solid(looks.ALARM_PALE),
        border=looks.thin_box(),
        alignment=CENTRED,
    )
    put(page, row + 1, 3, "浅底：与不符的总计有关的其他各数", alignment=LEFT)
    put(page, row + 2, 2, "？12②", border=looks.thin_box(), alignment=CENTRED)
    put(
        page,
        row + 2,
        3,
        "原文不能确定是哪个数，照录在“？”之后；空白、0和“/”各自原样保留",
        alignment=LEFT,
    )
    for line_number, text in enumerate(STEPS, row + 4):
        put(page, line_number, 2, text, font=font(11))
        page.row_dimensions[line_number].height = 21


# --- prose ----------------------------------------------------------------------------------------


def add_prose(workbook: Workbook) -> None:
    hint = f"报告的文字部分，一段一行；第一列是节号，标“{layout.CONTINUED}”的行接着上一行。"
    page = new_page(workbook, layout.PROSE, "Prose", "正文", hint)
    put_columns(page, layout.PROSE_LIST)
    for number, column in enumerate(layout.PROSE_LIST.columns, 1):
        whole = page.column_dimensions[letters(number)]
        whole.font = font(11, name=FANG, bold=column.id != "text")
        whole.alignment = TOP_LEFT if column.is_text else Alignment("center", "top")
    finish_list(page, layout.PROSE_LIST, landscape=False)


def put_columns(page: Worksheet, listed: ListSheet) -> None:
    """Heads and looks of a list's columns."""
    for number, column in enumerate(listed.shown, 1):
        put_head(page, listed.top - 1, number, column.head)
        whole = page.column_dimensions[letters(number)]
        whole.width = looks.column_width(column.width)
        style_column(whole, text=column.is_text)
        whole.alignment = looks.ALIGNMENTS[column.kind]


def style_column(whole: ColumnDimension, *, text: bool) -> None:
    """The look of every row written later. Text columns keep what begins with = as text."""
    whole.font = font()
    if text:
        whole.number_format = looks.TEXT
        whole.quotePrefix = True


def put_head(page: Worksheet, row: int, column: int, text: str) -> None:
    fill = looks.solid(looks.CAPTION)
    put(
        page,
        row,
        column,
        text,
        font=font(bold=True),
        fill=fill,
        alignment=CENTRED,
        border=looks.thin_box(),
    )
    page.row_dimensions[row].height = 21


def finish_list(page: Worksheet, listed: ListSheet, *, landscape: bool) -> None:
    page.freeze_panes = f"A{listed.top}"
    page.print_title_rows = f"{listed.top - 1}:{listed.top - 1}"
    looks.on_one_page(page, landscape=landscape, tall=True)


# --- findings -------------------------------------------------------------------------------------


def add_results(workbook: Workbook) -> None:
    hint = (
        "“现状”随表格的改动立即更新；其余各列是最近一次校验的结果。差额＝应为－填报数。"
        "“建议”只供核对原文时参考；同意的，在“采纳”填它的序号（①填1），再点“采纳建议”。"
    )
    page = new_page(workbook, layout.RESULTS, "Results", "校验结果", hint)
    listed = layout.RESULT_LIST
    for number, column in enumerate(listed.shown, 1):
        put_head(page, listed.top - 1, number, column.head)
        page.column_dimensions[letters(number)].width = looks.column_width(column.width)
    for number in range(len(listed.shown) + 1, max(layout.KEPT_COLUMNS.values()) + 1):
        page.column_dimensions[letters(number)].hidden = True
    for row in listed.lines:
        put_result_row(page, row)
    for spot, formula in formulas_of(layout.RESULTS).items():
        page.cell(*spot).value = formula
    add_result_rules(page)
    add_adopt_choice(page)
    add_verdicts(page)
    finish_list(page, listed, landscape=True)


def put_result_row(page: Worksheet, row: int) -> None:
    """Cell by cell, for the list has a fixed number of rows; the key beside them is a text too."""
    for number, column in enumerate(layout.RESULT_LIST.shown, 1):
        ink = "FF00507D" if column.kind == "link" else looks.INK
        cell = put(page, row, number, font=font(color=ink))
        cell.alignment = looks.ALIGNMENTS[column.kind]
        if column.is_text:
            as_text(cell)
    key = put(page, row, layout.RESULT_COLUMNS["key"], font=font(), alignment=CENTRED)
    as_text(key)


def add_adopt_choice(page: Worksheet) -> None:
    choice = DataValidation(
        type="whole", operator="between", formula1="1", formula2=str(MOST_ALTERNATIVES)
    )
    choice.allow_blank = True
    choice.errorTitle, choice.showErrorMessage = "采纳", True
    choice.error = f"请填左边建议的序号：①填1，②填2，最大{MOST_ALTERNATIVES}；不采纳就留空。"
    choice.add(result_range("adopt", "adopt"))
    page.add_data_validation(choice)


def add_verdicts(page: Worksheet) -> None:
    """The user's own column: one of two words, or nothing."""
    words = list(WORDS.values())
    choice = DataValidation(type="list", formula1=f'"{",".join(words)}"', allow_blank=True)
    choice.errorTitle, choice.showErrorMessage = "处理", True
    choice.error = f"请从列表中选“{'”或“'.join(words)}”；不作处理就留空。"
    choice.promptTitle, choice.showInputMessage = "处理", True
    choice.prompt = "确认：问题属实。忽略：不算问题，请写理由。有关的数字改动后会重新提出。"
    page.add_data_validation(choice)
    choice.add(result_range("verdict", "verdict"))


def add_result_rules(page: Worksheet) -> None:
    """Each range has rules of its own: where ranges overlap, programs differ on which rule wins."""
    columns = {name: letters(column) for name, column in layout.RESULT_COLUMNS.items()}
    number, state, severity, proposal = (
        f"${columns[name]}{layout.RESULTS_TOP}"
        for name in ("number", "state", "severity", "proposal")
    )
    grey = DifferentialStyle(font=Font(color="FFA6A6A6"), border=HAIR)
    settled = (f'OR({state}="已相符",{state}="已填写",{state}="{IGNORED}")', grey)
    line = (f'{number}<>""', DifferentialStyle(border=HAIR))
    others = [
        result_range(*ends)
        for ends in (("number", "number"), ("table", "proposal"), ("verdict", "state"))
    ]
    for name, sign in layout.SIGNS.items():
        look = DifferentialStyle(font=Font(b=True, color=looks.EDGES[name]), border=HAIR)
        add_rule(page, result_range("severity", "severity"), f'{severity}="{sign}"', look)
    for formula, look in (settled, line):
        add_rule(page, " ".join(others), formula, look)
    for formula, look in (settled, (f'{proposal}<>""', looks.to_fill_in()), line):
        add_rule(page, result_range("adopt", "adopt"), formula, look)


def result_range(first: str, last: str) -> str:
    """All rows of the list, from one column to another."""
    left, right = (letters(layout.RESULT_COLUMNS[name]) for name in (first, last))
    return f"{left}{layout.RESULTS_TOP}:{right}{layout.RESULTS_TOP + layout.RESULTS_ROWS - 1}"


def add_rule(page: Worksheet, place: str, formula: str, look: DifferentialStyle) -> None:
    page.conditional_formatting.add(
        place, Rule(type="expression", formula=[formula], dxf=look, stopIfTrue=True)
    )


# --- what was adopted -----------------------------------------------------------------------------


def add_log(workbook: Workbook) -> None:
    hint = (
        "采纳建议时改动的每一格：一格一行，导入和校验都不清除。要改回原数，在原表填回“原填”"
        "的数即可。"
    )
    page = new_page(workbook, layout.LOG, "Log", "修改记录", hint)
    # Until something stands in it: it would be a page more of every report.
    page.sheet_state = "hidden"
    put_columns(page, layout.LOG_LIST)
    first, last = (letters(column) for column in (1, len(layout.LOG_COLUMNS)))
    area = f"{first}{layout.LOG_TOP}:{last}{layout.LOG_TOP + layout.LOG_ROWS - 1}"
    add_rule(page, area, f'${first}{layout.LOG_TOP}<>""', DifferentialStyle(border=HAIR))
    finish_list(page, layout.LOG_LIST, landscape=True)
