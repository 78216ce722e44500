"""The report in the open workbook -> a file: CSV, JSON, text; or what its tables print."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import xlwings as xw

from gongkai.batch import report_file_name
from gongkai.excel.checking import current_report
from gongkai.excel.printing import switch_lanes
from gongkai.excel.runner import CommandResult, Request, file_of
from gongkai.model import Report, WorkbookError
from gongkai.output import COLUMNS, check_to_dict, report_to_dict, to_csv, to_json
from gongkai.pipeline import check, is_same_file
from gongkai.system import refuse_existing, write_whole
from gongkai.workbook import layout


def export_csv(book: xw.Book, asked: Request) -> CommandResult:
    """One line for each figure."""
    _, report = current_report(book)
    return save_as(asked, report, ".csv", lambda: report_to_csv(report))


def export_json(book: xw.Book, asked: Request) -> CommandResult:
    _, report = current_report(book)
    return save_as(asked, report, ".json", lambda: report_to_json(report).encode())


def report_to_csv(report: Report) -> bytes:
    return to_csv([COLUMNS, *report.to_frame().itertuples(index=False)])


def report_to_json(report: Report) -> str:
    """What ``gongkai read --json`` and ``gongkai check --json`` give, in one object."""
    findings = check(report)
    return to_json(
        {**report_to_dict(report), **{k: v for k, v in check_to_dict(report, findings).items() if k != "report"}}
    )


def save_as(asked: Request, report: Report, suffix: str, content: Callable[[], bytes]) -> CommandResult:
    if not asked.answer:
        return CommandResult("save", suggested(report, suffix))
    target = with_suffix(asked.answer, suffix)
    refuse_to_replace(target)
    write_whole(target, content(), overwrite=False)
    return CommandResult("done", f"已写入 {target}")


def suggested(report: Report, suffix: str) -> str:
    return Path(report_file_name(report)).with_suffix(suffix).name


def with_suffix(answer: str, suffix: str) -> Path:
    """The chosen path; without an ending it gets ours. WorkbookError for any other ending."""
    target = Path(answer)
    if target.is_dir():
        raise WorkbookError(f"{target.name or target}是文件夹，没有写入；请另选文件名。")
    if not target.suffix:
        return target.with_name(target.name + suffix)
    if target.suffix.lower() != suffix:
        raise WorkbookError(f"文件名要以{suffix}结尾（所选的是{target.name}），没有写入；请重新选择。")
    return target


def refuse_to_replace(target: Path) -> None:
    """WorkbookError where something is there already: Excel's dialog does not ask before it gives such a name."""
    if target.is_file():
        raise WorkbookError(f"{target.name}已存在，没有覆盖；请另选文件名，或先删除原来的文件。")
    refuse_existing(target, overwrite=True)


def save_report(book: xw.Book, asked: Request) -> CommandResult:
    """The workbook itself under another name, macros and all."""
    if not asked.answer:
        return CommandResult("save", suggested(current_report(book)[1], ".xlsm"))
    target = with_suffix(asked.answer, ".xlsm")
    own = file_of(book)
    if own is None or not is_same_file(target, own):
        refuse_to_replace(target)
    # What macro and command said to each other (paths on this machine) is nobody's business who gets the file.
    first, last = layout.TOOL_SPOTS["argument"], layout.TOOL_SPOTS["text"]
    book.sheets[layout.TOOL].range(first, last).value = [[None]] * (last[0] - first[0] + 1)
    book.save(target)
    return CommandResult("done", f"已另存为 {target}")


def print_lanes(book: xw.Book, asked: Request) -> CommandResult:
    """A switch: only what is printed changes, nothing is printed."""
    return CommandResult("done", switch_lanes(book))
