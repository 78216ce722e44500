"""The report in the open workbook -> a file: CSV, JSON, a workbook; or what its tables print."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from tempfile import TemporaryDirectory

import xlwings as xw

import gongkai
from gongkai import batch, output, system
from gongkai.excel import checking, live_book, printing, runner
from gongkai.model import Report, WorkbookError
from gongkai.workbook import derived, layout

PLAIN = ".xlsx"


def export_csv(book: xw.Book, asked: runner.Request) -> runner.CommandResult:
    """One line for each figure."""
    _, report = checking.current_report(book)
    return save_as(asked, report, ".csv", lambda: output.report_to_csv(report))


def export_json(book: xw.Book, asked: runner.Request) -> runner.CommandResult:
    _, report = checking.current_report(book)
    return save_as(
        asked,
        report,
        ".json",
        lambda: output.report_to_json(report, gongkai.check(report)).encode(),
    )


def save_as(
    asked: runner.Request, report: Report, suffix: str, content: Callable[[], bytes]
) -> runner.CommandResult:
    if not asked.answer:
        return runner.CommandResult("save", suggested(report, suffix))
    target = chosen(asked.answer, suffix)
    refuse_to_replace(target)
    system.write_whole(target, content(), overwrite=False)
    return runner.CommandResult("done", f"已写入 {target}")


def suggested(report: Report, suffix: str) -> str:
    return Path(batch.report_file_name(report)).with_suffix(suffix).name


def chosen(answer: str, *allowed: str) -> Path:
    """The chosen path.

    Without an ending it gets the first of those allowed. WorkbookError for any other ending.
    """
    target = Path(answer)
    if target.is_dir():
        raise WorkbookError(f"{target.name or target}是文件夹，没有写入；请另选文件名。")
    if not target.suffix:
        return target.with_name(target.name + allowed[0])
    system.refuse_suffix(target, allowed)
    return target


def refuse_to_replace(target: Path) -> None:
    """WorkbookError where something is there already: Excel's dialog does not ask before it gives
    such a name.
    """
    if target.is_file():
        raise WorkbookError(f"{target.name}已存在，没有覆盖；请另选文件名，或先删除原来的文件。")
    system.refuse_existing(target, overwrite=True)


# --- the workbook itself --------------------------------------------------------------------------

NO_COPY = "这里的{}不能另存不含宏的副本，没有写入；请把文件名改为.xlsm，或用“文件”中的“另存为”。"


def save_report(book: xw.Book, asked: runner.Request) -> runner.CommandResult:
    """The workbook itself under another name, macros and all (.xlsm), or a copy of it without them
    (.xlsx), beside which it stays open as it is.
    """
    own = runner.file_of(book)
    if not asked.answer:
        is_plain = can_copy(book) or (own is not None and own.suffix.lower() == PLAIN)
        return runner.CommandResult(
            "save", suggested(checking.current_report(book)[1], PLAIN if is_plain else ".xlsm")
        )
    target = chosen(asked.answer, *derived.SUFFIXES)
    is_own = own is not None and system.is_same_file(target, own)
    if not is_own:
        refuse_to_replace(target)
    # What macro and command said to each other (paths on this machine) is nobody's business who
    # gets the file.
    first, last = layout.TOOL_SPOTS["argument"], layout.TOOL_SPOTS["text"]
    book.sheets[layout.TOOL].range(first, last).value = [[None]] * (last[0] - first[0] + 1)
    if is_own or target.suffix.lower() != PLAIN:
        book.save(target)
        return runner.CommandResult("done", f"已另存为 {target}")
    system.write_whole(target, derived.fitted(target, PLAIN, copy_of(book)), overwrite=False)
    return runner.CommandResult("done", f"已另存为 {target}（不含宏）。打开着的仍是原来的工作簿。")


def can_copy(book: xw.Book) -> bool:
    """Whether the program can write a copy of an open workbook: Excel for the Mac cannot."""
    return hasattr(book.api, "SaveCopyAs")


def copy_of(book: xw.Book) -> bytes:
    """The open workbook as it would be saved now, edits that are not saved and all.

    It stays open under its name.
    """
    if not can_copy(book):
        raise WorkbookError(NO_COPY.format(live_book.program_of(book).name))
    with TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        path = Path(folder) / "copy.xlsm"
        book.api.SaveCopyAs(str(path))
        return path.read_bytes()


def print_lanes(book: xw.Book, asked: runner.Request) -> runner.CommandResult:
    """A switch: only what is printed changes, nothing is printed."""
    live_book.refuse_batch(live_book.sheet_names(book))
    return runner.CommandResult("done", printing.switch_lanes(book))
