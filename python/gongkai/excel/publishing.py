"""The report in the open workbook -> the document to be published, the next year's workbook begun,
or a comparison with another report.
"""

from __future__ import annotations

import os
from pathlib import Path

import xlwings as xw

import gongkai
from gongkai import system, wording
from gongkai.drafts import start, writing
from gongkai.excel import checking, exporting, live_book, runner
from gongkai.model import Report, WorkbookError
from gongkai.publish import (
    SUFFIXES,
    apart_in,
    beside_lines,
    compared,
    done_lines,
    others_lines,
    publish_report,
    refusal,
    set_aside,
)

BESIDE = "对比"
NOTHING_BEGUN = (
    "工作簿中没有报告，封面也没有写明机关和年度，不能新建；"
    "请导入上年的报告，或在封面填写机关和要新建的年度后再试。"
)


def publish(book: xw.Book, asked: runner.Request) -> runner.CommandResult:
    """Refused, before a name is asked for, while something stands against it."""
    values, report = checking.current_report(book)
    findings = gongkai.check(wording.evaluated(report))
    why = refusal(report, findings)
    if why:
        return runner.CommandResult("error", why)
    if not asked.answer:
        return runner.CommandResult("save", exporting.suggested(report, SUFFIXES[0]))
    target = exporting.chosen(asked.answer, *SUFFIXES)
    exporting.refuse_to_replace(target)
    count = publish_report(report, findings, target)
    told = [*done_lines(report, findings, count, target), *beside_lines(report, values)]
    told += others_lines(live_book.sheets_of_others(book), ())
    aside = set_aside(findings)
    if aside:
        told.append(f"已忽略的问题有{len(aside)}处，没有写进发布稿，见“校验结果”。")
    return runner.CommandResult("done", "\n".join(told))


def new_report(book: xw.Book, asked: runner.Request) -> runner.CommandResult:
    """What follows the report in the workbook, in a workbook of its own; a blank workbook with body
    and year on its cover gives a report of which nothing else is known.
    """
    live_book.refuse_batch(live_book.sheet_names(book))
    _, report = checking.current_report(book)
    draft = draft_after(report)
    if not asked.answer:
        return runner.CommandResult("save", exporting.suggested(draft.report, ".xlsx"))
    target = exporting.chosen(asked.answer, ".xlsx", ".xlsm")
    exporting.refuse_to_replace(target)
    writing.write_draft(draft, target)
    return runner.CommandResult(
        "done", "\n".join([*writing.draft_lines(draft, target), f"已写入 {target}"])
    )


def draft_after(report: Report) -> start.ReportDraft:
    if report.is_evaluated:
        return start.begun(report)
    if report.agency and report.year:
        return start.started(report.agency, report.year)
    raise WorkbookError(NOTHING_BEGUN)


def compare(book: xw.Book, asked: runner.Request) -> runner.CommandResult:
    """The report of a chosen file stands first, that of the workbook second."""
    if not asked.argument:
        return runner.CommandResult("error", "没有选择文件，请重新点“对比”。")
    values, report = checking.current_report(book)
    second = wording.evaluated(report)
    if not asked.answer:
        name = Path(exporting.suggested(second, ".docx"))
        return runner.CommandResult("save", f"{name.stem}{BESIDE}{name.suffix}")
    target = exporting.chosen(asked.answer, ".docx", ".xlsx")
    exporting.refuse_to_replace(target)
    first = wording.evaluated(gongkai.read_report(os.path.abspath(asked.argument)))
    content, told = compared(first, second, target.suffix.lower(), apart_in(second, values))
    system.write_whole(target, content, overwrite=False)
    return runner.CommandResult("done", "\n".join([*told, f"已写入 {target}"]))
