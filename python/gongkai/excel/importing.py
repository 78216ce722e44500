"""A URL or file -> the report in the open workbook, the old values kept on a sheet of their own."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import xlwings as xw

from gongkai.checks import NONE_CHECKED, assumed, checked, checked_text
from gongkai.decisions import dismissed_text, is_grave, is_open
from gongkai.excel.blocks import Cells
from gongkai.excel.book import (
    TABLES,
    NotRestored,
    Values,
    apply_edits,
    as_entered,
    put_rows,
    read_values,
    sheet_names,
)
from gongkai.excel.runner import YES, CommandResult, Request, file_of, tell
from gongkai.model import Edit, Finding, Report, WorkbookError
from gongkai.pipeline import check, is_same_file, read_report, with_decisions_of
from gongkai.spreadsheets import Spot
from gongkai.spreadsheets.seen import text_of
from gongkai.wording import assumed_text, clipped, doubted_facts, doubts_text, evaluated
from gongkai.workbook import layout
from gongkai.workbook.decisions import decisions_in
from gongkai.workbook.fill import report_to_edits
from gongkai.workbook.values import displaced, displaced_text, fingerprint, values_to_report


def import_url(book: xw.Book, asked: Request) -> CommandResult:
    """The page at the address in the ribbon's box; where that is empty, the one that the cover
    names as its source.
    """
    values = read_values(book)
    url = asked.argument or text_of(values[layout.COVER].get(layout.COVER_SPOTS["source"])).strip()
    if not url:
        return CommandResult(
            "error", "没有网址：请在“导入网址”旁的框中粘贴年度报告的网址，或填在封面的“来源”一栏。"
        )
    if not is_url(url):
        return CommandResult(
            "error",
            f"“{clipped(url)}”不是以http://或https://开头的网址；导入电脑上的文件请用“导入文件”。",
        )
    return import_source(book, values, url, asked)


def is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    return (
        parts.scheme in ("http", "https")
        and bool(parts.netloc)
        and not any(letter.isspace() for letter in text)
    )


def import_file(book: xw.Book, asked: Request) -> CommandResult:
    if not asked.argument:
        return CommandResult("error", "没有选择文件，请重新点“导入文件”。")
    # Absolute, for a name such as - or one with a scheme would mean something else to the reader.
    path = os.path.abspath(asked.argument)
    own = file_of(book)
    if own and is_same_file(Path(path), own):
        return CommandResult(
            "error", "所选文件就是当前打开的工作簿，不需要导入；要核对其中的数字请点“校验本报告”。"
        )
    return import_source(book, read_values(book), path, asked)


def import_source(book: xw.Book, values: Values, source: str, asked: Request) -> CommandResult:
    """Read, check, write; until the report is read and checked the workbook is not touched."""
    changed = fingerprint(values) not in ("", asked.fingerprint)
    if changed and asked.answer != YES:
        return CommandResult("ask", question(values))
    tell(book, f"正在读取 {clipped(source)}")
    report = evaluated(read_report(source))
    report, lost = with_decisions_of(report, values_to_report(values))
    if lost and not changed and asked.answer != YES:
        return CommandResult("ask", question_of_decisions(lost))
    findings = check(report)
    planned = report_to_edits(report, findings)
    # The fingerprint goes with the result: where that does not arrive, the next import asks.
    edits = [edit for edit in planned if edit.sheet != layout.TOOL] + leftover_prose(values)
    left = next(edit.value for edit in planned if edit.sheet == layout.TOOL)
    refuse_displaced(values, edits)
    tell(book, "正在写入工作簿")
    kept = write_snapshot(book, values) if changed or lost else None
    try:
        apply_edits(book, edits, values)
    except NotRestored:
        raise  # the old values are needed
    except BaseException:
        if kept:
            drop_snapshot(kept)
        raise
    broken = any(map(is_grave, findings))
    activate(book, layout.RESULTS if broken else layout.COVER)
    backup = f"原来的内容在工作表“{kept.name}”。" if kept else ""
    return CommandResult(
        "done", f"已导入 {name_of(report)}：{verdict(report, findings)}{backup}", str(left or "")
    )


def leftover_prose(values: Values) -> list[Edit]:
    """Nothing in the rows below those that an import fills: a text that a user's line moved there
    would be read on.
    """
    last = layout.PROSE_TOP + layout.PROSE_ROWS - 1
    columns = layout.PROSE_COLUMNS.values()
    prose = values.get(layout.PROSE, {})
    return [
        Edit(layout.PROSE, *spot, None) for spot in prose if spot[0] > last and spot[1] in columns
    ]


def refuse_displaced(values: Values, edits: Sequence[Edit]) -> None:
    """WorkbookError where a line of a form was moved: a figure would stand beside another one's
    label.
    """
    filled = {edit.sheet for edit in edits if edit.value is not None}
    for name, sheet in TABLES.items():
        cells = values.get(name, {})
        used = name in filled or any(spot in cells for spot in sheet.cells.values())
        moved = displaced(sheet, cells) if used else []
        if moved:
            raise WorkbookError(
                f"{displaced_text(sheet, moved)}，没有导入，工作簿没有改动；"
                "请先用“还原表格”还原，或在新的工作簿中导入。"
            )


def question(values: Values) -> str:
    figures = sum(
        spot in values.get(name, {})
        for name, sheet in TABLES.items()
        for spot in sheet.cells.values()
    )
    return (
        f"工作簿中已有内容（{figures}格数字），其中有手工填写或改动过的。"
        f"继续导入会换成新报告的内容，"
        "原来的内容先存到一张新的“备份”工作表。要继续吗？"
    )


def question_of_decisions(count: int) -> str:
    return (
        f"“校验结果”中有{count}条处理（确认、忽略），是对另一份报告作的，不能用于要导入的报告。"
        f"继续导入会把它们换掉，"
        "原来的内容先存到一张新的“备份”工作表。要继续吗？"
    )


def activate(book: xw.Book, name: str) -> None:
    """Bring a sheet to the front; the import is done already, so a refusal changes nothing."""
    with suppress(Exception):
        book.sheets[name].activate()


# --- wording --------------------------------------------------------------------------------------


def name_of(report: Report) -> str:
    agency = clipped(report.agency or report.title) or "报告（没有机关名称）"
    told = doubts_text(doubted_facts(report))
    named = f"{agency} {report.year}年" if report.year else agency
    return f"{named}（{told}）" if told else named


def verdict(report: Report, findings: list[Finding]) -> str:
    """✗ 2项不符，见“校验结果”。"""
    names = ("error", "warning", "note")
    counts = {
        name: sum(finding.severity == name and is_open(finding) for finding in findings)
        for name in names
    }
    others = [
        f"{counts[name]}处{text}"
        for name, text in (("warning", "警告"), ("note", "提示"))
        if counts[name]
    ]
    others += filter(None, [dismissed_text(findings)])
    if counts["error"]:
        return "，".join([f"✗ {counts['error']}项不符", *others, "见“校验结果”。"])
    if misread := sum(finding.cause == "reading" and is_open(finding) for finding in findings):
        return "，".join(
            [f"! {misread}处可能是读取有误，请对照原文核实", *others, "见“校验结果”。"]
        )
    if not checked(report):
        return "，".join([NONE_CHECKED, *others, "见“校验结果”。"])
    if others:
        other = "其他" if any(finding.severity == "error" for finding in findings) else ""
        what = f"没有发现{other}不符（{checked_text(report)}）"
        return "，".join([what, *others, "见“校验结果”。"])
    told = [f"✓ {checked(report)}项勾稽关系全部相符", assumed_text(assumed(report))]
    return f"{'，'.join(filter(None, told))}。"


# --- the old values kept --------------------------------------------------------------------------

PREFIX = "备份"


def write_snapshot(book: xw.Book, values: Values) -> xw.Sheet:
    """A new last sheet with every official sheet that holds something, one below the other.

    Each stands as on its own sheet, cell for cell from column A, below a line with the sheet's
    name: a block can be copied back as it is. One write, and one more for each very long text.
    """
    rows = [row for name, cells in values.items() for row in sheet_rows(name, cells)]
    width = max((len(row) for row in rows), default=1)
    last = [sheet for sheet in book.sheets if sheet.visible][-1]
    sheet = book.sheets.add(new_name(sheet_names(book)), after=last)
    try:
        if rows:
            put_rows(sheet, (1, 1), [row + [None] * (width - len(row)) for row in rows])
    except BaseException:
        drop_snapshot(sheet)
        raise
    return sheet


def drop_snapshot(sheet: xw.Sheet) -> None:
    """Take a snapshot away again that turned out not to be needed."""
    with suppress(Exception):
        sheet.delete()


def new_name(taken: list[str]) -> str:
    """备份2026-11-24 09.30, with a number behind it where that is taken; Excel allows no colon in a
    name.
    """
    name = f"{PREFIX}{datetime.now():%Y-%m-%d %H.%M}"
    names = [name, *(f"{name} ({number})" for number in range(2, len(taken) + 3))]
    return next(name for name in names if name not in taken)


def sheet_rows(name: str, cells: Cells) -> list[list[object]]:
    """The rows of one sheet under its name; none for a sheet that holds nothing of a report."""
    last = extent_of(name, cells)
    if last == (0, 0):
        return []
    rows = [
        [as_entered(cells.get((row, column))) for column in range(1, last[1] + 1)]
        for row in range(1, last[0] + 1)
    ]
    return [[as_entered(f"以下是“{name}”在导入前的内容，从该表A1单元格起：")], *rows, []]


def extent_of(name: str, cells: Cells) -> Spot:
    """The last row and column of what a person may have filled in; (0, 0) where nothing is."""
    if name in TABLES:
        size = TABLES[name].size
        held = any(spot in cells for spot in TABLES[name].cells.values())
        return (size.bottom, size.right) if held else (0, 0)
    if name == layout.COVER:
        return max(layout.EDITION_SPOTS.values())
    if name == layout.PROSE:
        rows = [row for row, _ in cells if row >= layout.PROSE_TOP]
        return (max(rows), max(layout.PROSE_COLUMNS.values())) if rows else (0, 0)
    if name == layout.RESULTS and decisions_in(cells):
        lines = range(layout.RESULTS_TOP, layout.RESULTS_TOP + layout.RESULTS_ROWS)
        number, last = layout.RESULT_COLUMNS["number"], layout.RESULT_COLUMNS["reason"]
        return max(
            (row for row in lines if (row, number) in cells), default=layout.RESULTS_TOP - 1
        ), last
    return (0, 0)
