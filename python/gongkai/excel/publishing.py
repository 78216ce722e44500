"""The report in the open workbook -> the document to be published, the next year's workbook begun,
or a comparison with another report.
"""

from __future__ import annotations

import os
from pathlib import Path

import xlwings as xw

import gongkai
from gongkai.drafts.start import ReportDraft, begun, started
from gongkai.drafts.writing import draft_lines, write_draft
from gongkai.excel.checking import current_report
from gongkai.excel.exporting import chosen, refuse_to_replace, suggested
from gongkai.excel.live_book import refuse_batch, sheet_names
from gongkai.excel.runner import CommandResult, Request
from gongkai.model import Report, WorkbookError
from gongkai.publish import (
    SUFFIXES,
    compared,
    done_lines,
    publish_report,
    refusal,
    set_aside,
)
from gongkai.system import write_whole
from gongkai.wording import evaluated

BESIDE = "对照"
NOTHING_BEGUN = (
    "工作簿中没有报告，封面也没有写明机关和年度，不能新建；"
    "请导入上年的报告，或在封面填写机关和要新建的年度后再试。"
)


def publish(book: xw.Book, asked: Request) -> CommandResult:
    """Refused, before a name is asked for, while something stands against it."""
    _, report = current_report(book)
    findings = gongkai.check(evaluated(report))
    why = refusal(report, findings)
    if why:
        return CommandResult("error", why)
    if not asked.answer:
        return CommandResult("save", suggested(report, SUFFIXES[0]))
    target = chosen(asked.answer, *SUFFIXES)
    refuse_to_replace(target)
    count = publish_report(report, findings, target)
    told = list(done_lines(report, findings, count, target))
    aside = set_aside(findings)
    if aside:
        told.append(f"已忽略的问题有{len(aside)}条，没有写进发布稿，见“校验结果”。")
    return CommandResult("done", "\n".join(told))


def new_report(book: xw.Book, asked: Request) -> CommandResult:
    """What follows the report in the workbook, in a workbook of its own; a blank workbook with body
    and year on its cover gives a report of which nothing else is known.
    """
    refuse_batch(sheet_names(book))
    _, report = current_report(book)
    draft = draft_after(report)
    if not asked.answer:
        return CommandResult("save", suggested(draft.report, ".xlsx"))
    target = chosen(asked.answer, ".xlsx", ".xlsm")
    refuse_to_replace(target)
    write_draft(draft, target)
    return CommandResult("done", "\n".join([*draft_lines(draft, target), f"已写入 {target}"]))


def draft_after(report: Report) -> ReportDraft:
    if report.is_evaluated:
        return begun(report)
    if report.agency and report.year:
        return started(report.agency, report.year)
    raise WorkbookError(NOTHING_BEGUN)


def compare(book: xw.Book, asked: Request) -> CommandResult:
    """The report of a chosen file stands first, that of the workbook second."""
    if not asked.argument:
        return CommandResult("error", "没有选择文件，请重新点“对比”。")
    _, report = current_report(book)
    second = evaluated(report)
    if not asked.answer:
        name = Path(suggested(second, ".docx"))
        return CommandResult("save", f"{name.stem}{BESIDE}{name.suffix}")
    target = chosen(asked.answer, ".docx", ".xlsx")
    refuse_to_replace(target)
    first = evaluated(gongkai.read_report(os.path.abspath(asked.argument)))
    content, told = compared(first, second, target.suffix.lower())
    write_whole(target, content, overwrite=False)
    return CommandResult("done", "\n".join([*told, f"已写入 {target}"]))
