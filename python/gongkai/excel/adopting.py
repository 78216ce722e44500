"""Proposals on the sheet, texts that are numbers -> figures in their places, once the user
agrees.
"""

from __future__ import annotations

from collections.abc import Sequence

import xlwings as xw

import gongkai
from gongkai.excel.checking import evaluated_report, result_text, selected
from gongkai.excel.importing import activate
from gongkai.excel.live_book import TABLES, Values, apply_edits, read_values, sheet_names
from gongkai.excel.looks import format_kind
from gongkai.excel.runner import LONGEST_TEXT, YES, Command, CommandResult, Request
from gongkai.model import Finding, Report, WorkbookError
from gongkai.spreadsheets import Spot
from gongkai.spreadsheets.formats import is_shown
from gongkai.sums import relations_in, suspected_cells
from gongkai.workbook import layout
from gongkai.workbook.adopting import (
    adoption_edits,
    done_text,
    question_of_texts,
    refuse_formulas,
    refuse_unmended,
    text_changes,
    with_changes,
)
from gongkai.workbook.blanks import (
    ZEROS,
    BlankChoice,
    FillKind,
    FillPlan,
    filled_text,
    filling_of,
    question_of_plan,
    refuse_nothing,
    undo_question,
    undoing_of,
    undone_text,
)
from gongkai.workbook.fill import place_of
from gongkai.workbook.proposals import (
    STALE,
    Adoption,
    Choice,
    ShownRow,
    adoptions_of,
    choice_of,
    question_of,
    shown_rows,
    shows,
    typed_choices,
)
from gongkai.workbook.reading import values_to_report
from gongkai.workbook.totals import TOTALS, totals_filling

TEXT_FORMAT = "@"
HOW = f"请在“{layout.RESULTS}”的“采纳”一栏填建议的序号（①填1），再点“采纳建议”。"


def adopt(book: xw.Book, asked: Request) -> CommandResult:
    """The proposals whose numbers stand in the list of findings.

    Without any, the one that is selected.
    """
    refuse_older(book)
    values, report = evaluated_report(book)
    findings = gongkai.check(report)
    choices = chosen(book, values, report, findings)
    changes = adoptions_of(choices, report)
    refuse_formulas(changes, formulas_at(book, changes, values))
    refuse_formats(book, changes)
    after = values_to_report(with_changes(values, changes))
    left = gongkai.check(after)
    refuse_unmended(choices, left)
    text = question(changes)
    if asked.answer != YES:
        return CommandResult("ask", text)
    values |= read_values(book, [layout.LOG])
    # Not with these values: some stand there as texts that say how their cells show them.
    apply_edits(book, adoption_edits(changes, values, after, left))
    if left:
        activate(book, layout.RESULTS)
    return CommandResult(
        "done", f"已改{len(changes)}格，原来的数记在“{layout.LOG}”。{result_text(after, left)}"
    )


def question(changes: Sequence[Adoption]) -> str:
    """Every change is named: nobody may agree to what the message box cuts off."""
    text = "；\n".join(map(question_of, changes)) + f"？\n原来的数会记在“{layout.LOG}”表。"
    if len(text) > LONGEST_TEXT:
        raise WorkbookError(
            f"一次要改{len(changes)}格，太多了，没有改动；请分几次采纳，每次少填几条。"
        )
    return text


def numbers(book: xw.Book, asked: Request) -> CommandResult:
    """Texts that are plainly numbers -> numbers, which the formulas of the sheets count."""
    refuse_older(book)
    values, report = evaluated_report(book)
    texts, left = text_changes(report, text_formulas(book, report, values))
    changes: list[Adoption] = []
    for change in texts:
        if is_shown(change.figure, number_kind(book, change)):
            changes.append(change)
        else:
            left.append(layout.address(change.spot, change.sheet.name))
    if not changes:
        return CommandResult("done", done_text(changes, left))
    if asked.answer != YES:
        return CommandResult("ask", question_of_texts(changes))
    for change in changes:
        cell = book.sheets[change.sheet.name].range(change.spot)
        if cell.number_format == TEXT_FORMAT:  # it would make a text of the number again
            cell.number_format = "General"
    return CommandResult("done", f"{done_text(changes, left)}{changed(book, values, changes)}")


def number_kind(book: xw.Book, change: Adoption) -> str:
    """What the format of a cell makes of a number; that for texts is changed with it."""
    cell = book.sheets[change.sheet.name].range(change.spot)
    return "" if cell.number_format == TEXT_FORMAT else format_kind(cell)


def text_formulas(book: xw.Book, report: Report, values: Values) -> dict[str, set[Spot]]:
    """The formulas among the figures that are texts."""
    changes, _ = text_changes(report, {})
    return formulas_at(book, changes, values)


# --- blanks filled with 0 -------------------------------------------------------------------------


def filling(wanted: BlankChoice) -> Command:
    """A command that fills those of the blanks that are ``wanted``."""

    def fill(book: xw.Book, asked: Request) -> CommandResult:
        values, report = evaluated_report(book)
        plan = filling_of(report, blank_formulas(book, report, values), wanted)
        return fill_in(book, asked, values, plan)

    return fill


def fill_totals(book: xw.Book, asked: Request) -> CommandResult:
    """Blank totals from their parts."""
    values, report = evaluated_report(book)
    plan = totals_filling(report, blank_formulas(book, report, values))
    return fill_in(book, asked, values, plan)


def fill_in(book: xw.Book, asked: Request, values: Values, plan: FillPlan) -> CommandResult:
    """What is to be filled, but where it would not be seen, once the user agrees."""
    refuse_older(book)
    plan = plan.without(unseen(book, plan.changes))
    if not plan.changes:
        return CommandResult("done", filled_text(plan))
    if asked.answer != YES:
        return CommandResult("ask", question_of_plan(plan))
    return CommandResult("done", filled_text(plan) + changed(book, values, plan.changes))


def undoing(kind: FillKind) -> Command:
    """A command that takes back what was filled last."""

    def undo(book: xw.Book, asked: Request) -> CommandResult:
        refuse_older(book)
        values, _ = evaluated_report(book)
        values |= read_values(book, [layout.LOG])
        changes = undoing_of(values, kind)
        refuse_nothing(kind, changes)
        if asked.answer != YES:
            return CommandResult("ask", undo_question(kind, changes))
        return CommandResult("done", undone_text(kind, changes) + changed(book, values, changes))

    return undo


undo_zeros, undo_totals = undoing(ZEROS), undoing(TOTALS)


def unseen(book: xw.Book, changes: Sequence[Adoption]) -> list[Adoption]:
    """Those of which the format of the cell would show something else."""
    found: list[Adoption] = []
    for change in changes:
        if not is_shown(change.figure, number_kind(book, change)):
            found.append(change)
    return found


def changed(book: xw.Book, values: Values, changes: Sequence[Adoption]) -> str:
    """Make the changes, with log and flags; what the checks say then."""
    after = values_to_report(with_changes(values, changes))
    findings = gongkai.check(after)
    values |= read_values(book, [layout.LOG])
    apply_edits(book, adoption_edits(changes, values, after, findings))
    return result_text(after, findings)


def blank_formulas(book: xw.Book, report: Report, values: Values) -> dict[str, set[Spot]]:
    """The formulas among the cells that show nothing."""
    found = filling_of(report, {}, BlankChoice(every=True, signs=True))
    return formulas_at(book, found.changes, values)


# --- what was chosen ------------------------------------------------------------------------------


def chosen(
    book: xw.Book, values: Values, report: Report, findings: Sequence[Finding]
) -> list[Choice]:
    """WorkbookError where nothing is, or not clearly enough."""
    rows = shown_rows(values.get(layout.RESULTS, {}))
    typed = typed_choices(rows, findings, report)
    if typed:
        return typed
    place = selected(book)
    if place and place[0] == layout.RESULTS:
        row = next((row for row in rows if row.row == place[1][0]), None)
        if row is None:
            raise WorkbookError(f"所选的行没有问题可以采纳；{HOW}")
        return [choice_of(row, 0, findings, report)]
    if place and place[0] in TABLES:
        return [choice_at(place[0], place[1], rows, report, findings)]
    raise WorkbookError(f"没有选定要采纳哪一条建议；{HOW}")


def choice_at(
    sheet: str, spot: Spot, rows: Sequence[ShownRow], report: Report, findings: Sequence[Finding]
) -> Choice:
    """The only proposal of the findings that flag a cell, or that would change it."""
    here: list[Finding] = []
    for finding in findings:
        if finding.suspects and leads_to(finding, sheet, spot, report):
            here.append(finding)
    if not here:
        raise WorkbookError(f"所选的格没有建议；{HOW}")
    if len({finding.suspects for finding in here}) > 1:
        raise WorkbookError(f"所选的格有几条不同的建议；{HOW}")
    row = shown_row(here, rows, report)
    if row is None:
        raise WorkbookError(STALE)
    return choice_of(row, 0, findings, report)


def shown_row(
    findings: Sequence[Finding], rows: Sequence[ShownRow], report: Report
) -> ShownRow | None:
    for finding in findings:
        for row in rows:
            if shows(row, finding, report):
                return row
    return None


def leads_to(finding: Finding, name: str, spot: Spot, report: Report) -> bool:
    """Whether a cell is one that a finding flags, or one that it proposes to change.

    A figure that breaks two sums flags the total of its row and that of its column.
    """
    sheet, flagged = place_of(finding, report)
    if sheet is None or sheet.name != name:
        return False
    cells = {flagged, *suspected_cells(finding.suspects)}
    for relation in relations_in(finding.sums):
        cells.add(relation.marked)
    return spot in map(sheet.cells.get, cells)


# --- what cannot be changed -----------------------------------------------------------------------


def refuse_older(book: xw.Book) -> None:
    if layout.LOG not in sheet_names(book):
        raise WorkbookError(
            f"当前工作簿由旧版本生成，没有“{layout.LOG}”表，不能采纳建议；请先保存，"
            "再从新的模板新建一个工作簿，用“导入文件”导入它。"
        )


def formulas_at(book: xw.Book, changes: Sequence[Adoption], values: Values) -> dict[str, set[Spot]]:
    """A text that begins with = is none, for it reads the same as its value."""
    found: dict[str, set[Spot]] = {}
    for change in changes:
        formula = book.sheets[change.sheet.name].range(change.spot).formula
        held = values[change.sheet.name].get(change.spot)
        if isinstance(formula, str) and formula.startswith("=") and formula != held:
            found.setdefault(change.sheet.name, set()).add(change.spot)
    return found


def refuse_formats(book: xw.Book, changes: Sequence[Adoption]) -> None:
    """WorkbookError where a cell would show another number than the one that is put into it."""
    for change in changes:
        kind = format_kind(book.sheets[change.sheet.name].range(change.spot))
        if not is_shown(change.figure, kind):
            place = layout.address(change.spot, change.sheet.name)
            raise WorkbookError(
                f"{place}（{change.name}）是{kind}格式，没有改动；请先改为“常规”格式再采纳。"
            )
