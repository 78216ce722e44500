"""The built template as a live book over the engine in memory, and the macro's side of a
command.
"""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import xlwings as xw

from gongkai.excel import commands
from gongkai.excel.live_book import apply_edits
from gongkai.excel.runner import CommandResult
from gongkai.model import Report
from gongkai.pipeline import check
from gongkai.workbook import layout
from gongkai.workbook.file import template_path
from gongkai.workbook.fill import report_to_edits
from gongkai.workbook.reading import values_to_report
from helpers.counts import part
from helpers.excel.engine import cell_of, excel_of, open_book

# Calls for one sheet in one run: its values, its formulas, a few blocks of figures, marks, labels.
A_HANDFUL = 8
# raised, lowered, struck, colour, merged, hidden row, hidden column; besides whether it is hidden
LOOKS = 7


def live_template(folder: Path) -> Path:
    """A copy of the built template in a folder of its own."""
    path = folder / "年报.xlsm"
    shutil.copyfile(template_path(), path)
    return path


def open_live(folder: Path, results: Mapping[str, object] | None = None) -> xw.Book:
    """The book that ``Book.caller`` gives from now on."""
    book = open_book(live_template(folder), results)
    book.set_mock_caller()
    return book


def fill_live(book: xw.Book, report: Report) -> None:
    """A report as an import writes it, without the command around it."""
    apply_edits(book, report_to_edits(report, check(report)))


def press(book: xw.Book, name: str, argument: str = "", answer: str = "") -> CommandResult:
    """What the macro does for one run: question into the tool sheet, RunPython, outcome from the
    tool sheet.
    """
    put(book, argument=argument, answer=answer, outcome="", text="")
    return run_again(book, name)


def run_again(book: xw.Book, name: str, answer: str | None = None) -> CommandResult:
    """A further run: the argument stays, the answer is the user's; without one it is what Python
    left there.
    """
    put(book, outcome="", text="")
    if answer is not None:
        put(book, answer=answer)
    excel_of(book).calls.clear()
    commands.run(name)
    kind, text = (tool(book, key) for key in ("outcome", "text"))
    return CommandResult(kind, text)  # type: ignore[arg-type]


def put(book: xw.Book, **texts: str) -> None:
    """Into the tool sheet, as VBA does; no range call of Python's."""
    for name, text in texts.items():
        cell = cell_of(book, layout.TOOL, layout.TOOL_SPOTS[name])
        cell.value, cell.formula = text or None, ""


def tool(book: xw.Book, name: str) -> str:
    value = cell_of(book, layout.TOOL, layout.TOOL_SPOTS[name]).value
    return "" if value is None else str(value)


def set_cell(
    book: xw.Book, sheet: str, spot: tuple[int, int], value: object, formula: str = ""
) -> None:
    """What a person typed."""
    cell = cell_of(book, sheet, spot)
    cell.value, cell.formula = float(value) if isinstance(value, int) else value, formula


def value_at(book: xw.Book, sheet: str, spot: tuple[int, int]) -> object:
    return cell_of(book, sheet, spot).value


def shown_report(book: xw.Book) -> Report:
    """The report that the book's cells hold, without a range call."""
    return values_to_report(
        {
            sheet.name: {
                spot: cell.value
                for spot, cell in sheet.impl.cells_.items()
                if cell.value is not None
            }
            for sheet in book.sheets
        }
    )


def most_calls(book: xw.Book) -> int:
    """The range calls of the last run for the sheet that had the most of them.

    Questions about looks aside. A call costs about the same whatever the size of its block, so a
    sheet is read and written in ``A_HANDFUL`` of them however many figures, marks and findings
    stand in it; a call for each cell would be hundreds.
    """
    calls = Counter(call.sheet for call in excel_of(book).calls if call.kind != "look")
    return max(calls.values())


def most_looks(book: xw.Book) -> int:
    """The questions about looks in the last run, for the sheet that had the most of them: ``LOOKS``
    if it is sound.
    """
    looks = Counter(call.sheet for call in excel_of(book).calls if call.kind == "look")
    return max(looks.values(), default=0)


def calls_of_work(book: xw.Book) -> int:
    """The range calls of the last run up to the one that tells its outcome."""
    return len(excel_of(book).counted()) - 1


def failing_calls(book: xw.Book) -> list[int]:
    """At which calls of such a run Excel is to fail: the first, the last and some between.

    At each of them in a full run. Not at the one that tells the outcome: the work is done then, and
    it is told again.
    """
    total = calls_of_work(book)
    return sorted({*part(range(1, total + 1)), total})
