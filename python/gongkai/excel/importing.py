"""A URL or file -> the report in the open workbook, the old values kept on a sheet of their own."""

from __future__ import annotations

import os
from collections.abc import Sequence
from contextlib import suppress
from datetime import datetime
from pathlib import Path
from urllib.parse import urlsplit

import xlwings as xw

import gongkai
from gongkai import checks, system, wording
from gongkai.decisions import dismissed_text, is_grave, is_open, with_decisions_of
from gongkai.excel import arrays, blocks, live_book, runner
from gongkai.model import Edit, Finding, Report, WorkbookError
from gongkai.spreadsheets import Spot, seen
from gongkai.workbook import decisions, fill, layout, reading


def import_url(book: xw.Book, asked: runner.Request) -> runner.CommandResult:
    """The page at the address in the ribbon's box.

    Where that is empty, the one that the cover names as its source.
    """
    values = live_book.read_values(book)
    url = (
        asked.argument
        or seen.text_of(values[layout.COVER].get(layout.COVER_SPOTS["source"])).strip()
    )
    if not url:
        return runner.CommandResult(
            "error", "没有网址：请在“导入网址”旁的框中粘贴年度报告的网址，或填在封面的“来源”一栏。"
        )
    if not is_url(url):
        return runner.CommandResult(
            "error",
            f"“{wording.clipped(url)}”不是以http://或https://开头的网址；导入电脑上的文件请用“导入文件”。",
        )
    return import_source(book, values, url, asked)


def is_url(text: str) -> bool:
    try:
        parts = urlsplit(text)
    except ValueError:
        return False
    has_blank = any(letter.isspace() for letter in text)
    return parts.scheme in ("http", "https") and bool(parts.netloc) and not has_blank


def import_file(book: xw.Book, asked: runner.Request) -> runner.CommandResult:
    if not asked.argument:
        return runner.CommandResult("error", "没有选择文件，请重新点“导入文件”。")
    # Absolute, for a name such as - or one with a scheme would mean something else to the reader.
    path = os.path.abspath(asked.argument)
    own = runner.file_of(book)
    if own and system.is_same_file(Path(path), own):
        return runner.CommandResult(
            "error", "所选文件就是当前打开的工作簿，不需要导入；要核对其中的数字请点“校验本报告”。"
        )
    return import_source(book, live_book.read_values(book), path, asked)


def import_source(
    book: xw.Book, values: live_book.Values, source: str, asked: runner.Request
) -> runner.CommandResult:
    """Read, check, write; until the report is read and checked the workbook is not touched."""
    changed = reading.fingerprint(values) not in ("", asked.fingerprint)
    if changed and asked.answer != runner.YES:
        return runner.CommandResult("ask", question(values))
    runner.tell(book, f"正在读取 {wording.clipped(source)}")
    report = wording.evaluated(gongkai.read_report(source))
    report, lost = with_decisions_of(report, reading.values_to_report(values))
    if lost and not changed and asked.answer != runner.YES:
        return runner.CommandResult("ask", question_of_decisions(lost))
    findings = gongkai.check(report)
    edits, left = apart(fill.report_to_edits(report, findings))
    edits += leftover_prose(values)
    refuse_displaced(values, edits)
    runner.tell(book, "正在写入工作簿")
    kept = write_snapshot(book, values) if changed or lost else None
    write_report(book, edits, values, kept)
    activate(book, layout.RESULTS if any(map(is_grave, findings)) else layout.COVER)
    backup = f"原来的内容在工作表“{kept.name}”。" if kept else ""
    text = f"已导入 {name_of(report)}：{verdict(report, findings)}{backup}"
    return runner.CommandResult("done", text, left)


def apart(planned: Sequence[Edit]) -> tuple[list[Edit], str]:
    """(edits, fingerprint): the fingerprint goes with the result, and where that does not arrive,
    the next import asks.
    """
    edits: list[Edit] = []
    told = ""
    for edit in planned:
        if edit.sheet == layout.TOOL:
            told = str(edit.value or "")
        else:
            edits.append(edit)
    return edits, told


def write_report(
    book: xw.Book, edits: Sequence[Edit], values: live_book.Values, kept: xw.Sheet | None
) -> None:
    """Write the edits; the snapshot goes where that fails, unless the old values are needed."""
    try:
        live_book.apply_edits(book, edits, values)
    except live_book.NotRestored:
        raise
    except BaseException:
        if kept:
            drop_snapshot(kept)
        raise


def leftover_prose(values: live_book.Values) -> list[Edit]:
    """Nothing in the rows below those that an import fills: a text that a user's line moved there
    would be read on.
    """
    last = layout.PROSE_LIST.lines[-1]
    columns = layout.PROSE_COLUMNS.values()
    found: list[Edit] = []
    for row, column in values.get(layout.PROSE, {}):
        if row > last and column in columns:
            found.append(Edit(layout.PROSE, row, column, None))
    return found


def refuse_displaced(values: live_book.Values, edits: Sequence[Edit]) -> None:
    """WorkbookError where a line of a form was moved, or says another unit: a figure would stand
    beside another one's label.
    """
    filled: set[str] = set()
    for edit in edits:
        if edit.value is not None:
            filled.add(edit.sheet)
    for name, sheet in live_book.TABLES.items():
        cells = values.get(name, {})
        if name not in filled and not figures_on(sheet, cells):
            continue
        unfit = reading.unfit_text(sheet, cells, "没有导入，工作簿没有改动")
        if unfit:
            raise WorkbookError(f"{unfit}；也可在新的工作簿中导入。")


def figures_on(sheet: layout.TableSheet, cells: blocks.Cells) -> int:
    """How many figures' cells hold something."""
    return sum(spot in cells for spot in sheet.cells.values())


def question(values: live_book.Values) -> str:
    figures = sum(
        figures_on(sheet, values.get(name, {})) for name, sheet in live_book.TABLES.items()
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
    agency = wording.clipped(report.agency or report.title) or "报告（没有机关名称）"
    told = wording.doubts_text(wording.doubted_facts(report))
    named = f"{agency} {report.year}年" if report.year else agency
    return f"{named}（{told}）" if told else named


def verdict(report: Report, findings: list[Finding]) -> str:
    """✗ 2项不符，见“校验结果”。"""
    others = others_told(findings)
    wrong = wrong_told(report, findings)
    if wrong:
        return "，".join([wrong, *others, "见“校验结果”。"])
    if others:
        other = "其他" if any(finding.severity == "error" for finding in findings) else ""
        what = f"没有发现{other}不符（{checks.checked_text(report)}）"
        return "，".join([what, *others, "见“校验结果”。"])
    told = f"✓ {checks.checked(report)}项勾稽关系全部相符"
    zeros = wording.assumed_text(checks.assumed(report))
    return f"{told}，{zeros}。" if zeros else f"{told}。"


def wrong_told(report: Report, findings: Sequence[Finding]) -> str:
    """The gravest that can be said, "" where nothing is wrong: ✗ 2项不符, though of one cause."""
    wrong = misread = 0
    for finding in filter(is_open, findings):
        misread += finding.cause == "reading"
        if finding.severity == "error":
            wrong += len(finding.sums) or 1
    if wrong:
        return f"✗ {wrong}项不符"
    if misread:
        return f"! {misread}处可能是读取有误，请对照原文核实"
    return "" if checks.checked(report) else checks.NONE_CHECKED


def others_told(findings: Sequence[Finding]) -> list[str]:
    """3处警告, 1处提示, and what is dismissed."""
    counting = list(filter(is_open, findings))
    told: list[str] = []
    for severity, text in (("warning", "警告"), ("note", "提示")):
        count = sum(finding.severity == severity for finding in counting)
        if count:
            told.append(f"{count}处{text}")
    dismissed = dismissed_text(findings)
    if dismissed:
        told.append(dismissed)
    return told


# --- the old values kept --------------------------------------------------------------------------


def write_snapshot(book: xw.Book, values: live_book.Values) -> xw.Sheet:
    """A new last sheet with every official sheet that holds something, one below the other.

    Each stands as on its own sheet, cell for cell from column A, below a line with the sheet's
    name: a block can be copied back as it is. One write, and one more for each very long text.
    """
    rows: list[list[object]] = []
    for name, cells in values.items():
        rows += sheet_rows(name, cells)
    arrays.even_out(rows, None)
    sheet = book.sheets.add(
        new_name(live_book.sheet_names(book)), after=live_book.last_visible(book)
    )
    try:
        if rows:
            live_book.put_rows(sheet, (1, 1), rows)
    except BaseException:
        drop_snapshot(sheet)
        raise
    return sheet


def drop_snapshot(sheet: xw.Sheet) -> None:
    """Take a snapshot away again that turned out not to be needed."""
    with suppress(Exception):
        sheet.delete()


def new_name(taken: list[str]) -> str:
    """备份2026-11-24 09.30, with a number behind it where that is taken.

    Excel allows no colon in a name.
    """
    first = name = f"{layout.BACKUP}{datetime.now():%Y-%m-%d %H.%M}"
    number = 1
    while name in taken:
        number += 1
        name = f"{first} ({number})"
    return name


def sheet_rows(name: str, cells: blocks.Cells) -> list[list[object]]:
    """The rows of one sheet under its name; none for a sheet that holds nothing of a report."""
    last = extent_of(name, cells)
    if last == (0, 0):
        return []
    rows: list[list[object]] = [
        [live_book.as_entered(f"以下是“{name}”在导入前的内容，从该表A1单元格起：")]
    ]
    for row in range(1, last[0] + 1):
        rows.append(
            [live_book.as_entered(cells.get((row, column))) for column in range(1, last[1] + 1)]
        )
    return [*rows, []]


def extent_of(name: str, cells: blocks.Cells) -> Spot:
    """The last row and column of what a person may have filled in; (0, 0) where nothing is."""
    if name in live_book.TABLES:
        size = live_book.TABLES[name].size
        return (size.bottom, size.right) if figures_on(live_book.TABLES[name], cells) else (0, 0)
    if name == layout.COVER:
        return max(layout.EDITION_SPOTS.values())
    if name == layout.PROSE:
        return extent_of_prose(cells)
    if name == layout.RESULTS and decisions.decisions_in(cells):
        return extent_of_results(cells)
    return (0, 0)


def extent_of_prose(cells: blocks.Cells) -> Spot:
    last = max(layout.rows_of(cells), default=0)
    if last < layout.PROSE_TOP:
        return (0, 0)
    return last, len(layout.PROSE_COLUMNS)


def extent_of_results(cells: blocks.Cells) -> Spot:
    """Down to the last finding, and to what was decided about each."""
    last = layout.RESULTS_TOP - 1
    for row in layout.RESULT_LIST.lines:
        if (row, layout.RESULT_COLUMNS["number"]) in cells:
            last = row
    return last, layout.RESULT_COLUMNS["reason"]
