"""The ribbon's tag -> the command that it runs; macros come in by ``run``.

``Application.Run "xlwings.xlam!RunPython", "import gongkai.excel.commands as c; c.run('check')"``
"""

from __future__ import annotations

from collections.abc import Mapping

import xlwings

from gongkai.excel import (
    adopting,
    batching,
    checking,
    exporting,
    helping,
    importing,
    restoring,
    runner,
)
from gongkai.excel.restoring import writing
from gongkai.system import function_at
from gongkai.workbook.blanks import BlankChoice


def late(place: str) -> runner.Command:
    """A command whose rooms (drafts, publish, compare) are loaded when it is run."""

    def command(book: xlwings.Book, asked: runner.Request) -> runner.CommandResult:
        run_it: runner.Command = function_at(place)
        return run_it(book, asked)

    return command


COMMANDS: Mapping[str, runner.Command] = {
    "import_url": writing(importing.import_url),
    "import_file": writing(importing.import_file),
    "new_report": late("gongkai.excel.publishing:new_report"),
    "batch": restoring.unprotected(batching.batch),
    "check": writing(checking.check),
    "next_problem": checking.next_problem,
    "adopt": writing(adopting.adopt),
    "numbers": writing(adopting.numbers),
    "fill_blanks": writing(adopting.filling(BlankChoice())),
    "fill_all_blanks": writing(adopting.filling(BlankChoice(every=True))),
    "fill_signs": writing(adopting.filling(BlankChoice(every=True, signs=True))),
    "undo_blanks": writing(adopting.undo_zeros),
    "fill_totals": writing(adopting.fill_totals),
    "undo_totals": writing(adopting.undo_totals),
    "restore": restoring.unprotected(restoring.restore),
    "protect": restoring.protect,
    "clear_marks": writing(checking.clear_marks),
    "summary": restoring.unprotected(batching.summary),
    "publish": late("gongkai.excel.publishing:publish"),
    "compare": late("gongkai.excel.publishing:compare"),
    "export_csv": exporting.export_csv,
    "export_json": exporting.export_json,
    "save_report": exporting.save_report,
    "print_lanes": exporting.print_lanes,
    "allow_fetch": helping.allow_fetch,
    "rules": helping.rules,
    "manual": helping.manual,
    "about": helping.about,
}


def run(name: str) -> None:
    """Run a command on the workbook that called.

    What came of it stands on its tool sheet afterwards.
    """
    runner.run_command(COMMANDS, name)
