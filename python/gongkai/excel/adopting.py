"""Proposals on the sheet, texts that are numbers -> figures in their places, once the user
agrees.
"""

from __future__ import annotations

from collections.abc import Sequence

import xlwings as xw

import gongkai
from gongkai.excel import checking, importing, live_book, looks, runner
from gongkai.model import Finding, Report, WorkbookError
from gongkai.spreadsheets import Spot, formats
from gongkai.sums import relations_in, suspected_cells
from gongkai.workbook import adopting, blanks, layout, proposals, reading, totals
from gongkai.workbook.fill import place_of
from gongkai.workbook.live import sentences

TEXT_FORMAT = "@"
HOW = f"请在“{layout.RESULTS}”的“采纳”一栏填建议的序号（①填1），再点“采纳建议”。"


def adopt(book: xw.Book, asked: runner.Request) -> runner.CommandResult:
    """The proposals whose numbers stand in the list of findings.

    Without any, the one that is selected.
    """
    refuse_older(book)
    values, report = checking.evaluated_report(book)
    findings = gongkai.check(report)
    choices = chosen(book, values, report, findings)
    changes = proposals.adoptions_of(choices, report)
    adopting.refuse_formulas(changes, formulas_at(book, changes, values))
    refuse_formats(book, changes)
    after = report_after(book, values, changes)
    left = gongkai.check(after)
    adopting.refuse_unmended(choices, left)
    text = question(changes)
    if asked.answer != runner.YES:
        return runner.CommandResult("ask", text)
    values |= live_book.read_values(book, [layout.LOG])
    # Not with these values: some stand there as texts that say how their cells show them.
    live_book.apply_edits(book, adopting.adoption_edits(changes, values, after, left))
    if left:
        importing.activate(book, layout.RESULTS)
    return runner.CommandResult(
        "done",
        f"已改{len(changes)}格，原来的数记在“{layout.LOG}”。{checking.result_text(after, left)}",
    )


def report_after(
    book: xw.Book, values: live_book.Values, changes: Sequence[proposals.Adoption]
) -> Report:
    """The report once the changes are made: sentences over the tables follow them."""
    changed = adopting.with_changes(values, changes)
    formulas = []
    for name in changed.keys() & {layout.PROSE, layout.newest_sheet("disclosure").name}:
        for spot, text in live_book.reported_formulas(book.sheets[name], changed[name]).items():
            formulas.append((name, spot, text))
    sentences.put_told(changed, formulas)
    return reading.values_to_report(changed)


def question(changes: Sequence[proposals.Adoption]) -> str:
    """Every change is named: nobody may agree to what the message box cuts off."""
    text = (
        "；\n".join(map(proposals.question_of, changes)) + f"？\n原来的数会记在“{layout.LOG}”表。"
    )
    if len(text) > runner.LONGEST_TEXT:
        raise WorkbookError(
            f"一次要改{len(changes)}格，超过一次可以修改的数量，没有改动；请分次采纳。"
        )
    return text


def numbers(book: xw.Book, asked: runner.Request) -> runner.CommandResult:
    """Texts that are plainly numbers -> numbers, which the formulas of the sheets count."""
    refuse_older(book)
    values, report = checking.evaluated_report(book)
    texts, left = adopting.text_changes(report, text_formulas(book, report, values))
    changes: list[proposals.Adoption] = []
    for change in texts:
        if formats.is_shown(change.figure, number_kind(book, change)):
            changes.append(change)
        else:
            left.append(layout.address(change.spot, change.sheet.name))
    if not changes:
        return runner.CommandResult("done", adopting.done_text(changes, left))
    if asked.answer != runner.YES:
        return runner.CommandResult("ask", adopting.question_of_texts(changes))
    for change in changes:
        cell = book.sheets[change.sheet.name].range(change.spot)
        if cell.number_format == TEXT_FORMAT:  # it would make a text of the number again
            cell.number_format = "General"
    return runner.CommandResult(
        "done", f"{adopting.done_text(changes, left)}{changed(book, values, changes)}"
    )


def number_kind(book: xw.Book, change: proposals.Adoption) -> str:
    """What the format of a cell makes of a number; that for texts is changed with it."""
    cell = book.sheets[change.sheet.name].range(change.spot)
    return "" if cell.number_format == TEXT_FORMAT else looks.format_kind(cell)


def text_formulas(book: xw.Book, report: Report, values: live_book.Values) -> dict[str, set[Spot]]:
    """The formulas among the figures that are texts."""
    changes, _ = adopting.text_changes(report, {})
    return formulas_at(book, changes, values)


# --- blanks filled with 0 -------------------------------------------------------------------------


def filling(wanted: blanks.BlankChoice) -> runner.Command:
    """A command that fills those of the blanks that are ``wanted``."""

    def fill(book: xw.Book, asked: runner.Request) -> runner.CommandResult:
        values, report = checking.evaluated_report(book)
        plan = blanks.filling_of(report, blank_formulas(book, report, values), wanted)
        return fill_in(book, asked, values, plan)

    return fill


def fill_totals(book: xw.Book, asked: runner.Request) -> runner.CommandResult:
    """Blank totals from their parts."""
    values, report = checking.evaluated_report(book)
    plan = totals.totals_filling(report, blank_formulas(book, report, values))
    return fill_in(book, asked, values, plan)


def fill_in(
    book: xw.Book, asked: runner.Request, values: live_book.Values, plan: blanks.FillPlan
) -> runner.CommandResult:
    """What is to be filled, but where it would not be seen, once the user agrees."""
    refuse_older(book)
    plan = plan.without(unseen(book, plan.changes))
    if not plan.changes:
        return runner.CommandResult("done", blanks.filled_text(plan))
    if asked.answer != runner.YES:
        return runner.CommandResult("ask", blanks.question_of_plan(plan))
    return runner.CommandResult(
        "done", blanks.filled_text(plan) + changed(book, values, plan.changes)
    )


def undoing(kind: blanks.FillKind) -> runner.Command:
    """A command that takes back what was filled last."""

    def undo(book: xw.Book, asked: runner.Request) -> runner.CommandResult:
        refuse_older(book)
        values, _ = checking.evaluated_report(book)
        values |= live_book.read_values(book, [layout.LOG])
        changes = blanks.undoing_of(values, kind)
        blanks.refuse_nothing(kind, changes)
        if asked.answer != runner.YES:
            return runner.CommandResult("ask", blanks.undo_question(kind, changes))
        return runner.CommandResult(
            "done", blanks.undone_text(kind, changes) + changed(book, values, changes)
        )

    return undo


undo_zeros, undo_totals = undoing(blanks.ZEROS), undoing(totals.TOTALS)


def unseen(book: xw.Book, changes: Sequence[proposals.Adoption]) -> list[proposals.Adoption]:
    """Those of which the format of the cell would show something else."""
    found: list[proposals.Adoption] = []
    for change in changes:
        if not formats.is_shown(change.figure, number_kind(book, change)):
            found.append(change)
    return found


def changed(book: xw.Book, values: live_book.Values, changes: Sequence[proposals.Adoption]) -> str:
    """Make the changes, with log and flags; what the checks say then."""
    after = report_after(book, values, changes)
    findings = gongkai.check(after)
    values |= live_book.read_values(book, [layout.LOG])
    live_book.apply_edits(book, adopting.adoption_edits(changes, values, after, findings))
    return checking.result_text(after, findings)


def blank_formulas(book: xw.Book, report: Report, values: live_book.Values) -> dict[str, set[Spot]]:
    """The formulas among the cells that show nothing."""
    found = blanks.filling_of(report, {}, blanks.BlankChoice(every=True, signs=True))
    return formulas_at(book, found.changes, values)


# --- what was chosen ------------------------------------------------------------------------------


def chosen(
    book: xw.Book, values: live_book.Values, report: Report, findings: Sequence[Finding]
) -> list[proposals.Choice]:
    """WorkbookError where nothing is, or not clearly enough."""
    rows = proposals.shown_rows(values.get(layout.RESULTS, {}))
    typed = proposals.typed_choices(rows, findings, report)
    if typed:
        return typed
    place = checking.selected(book)
    if place and place[0] == layout.RESULTS:
        row = next((row for row in rows if row.row == place[1][0]), None)
        if row is None:
            raise WorkbookError(f"所选的行没有列出问题，不能采纳；{HOW}")
        return [proposals.choice_of(row, 0, findings, report)]
    if place and place[0] in live_book.TABLES:
        return [choice_at(place[0], place[1], rows, report, findings)]
    raise WorkbookError(f"没有选定要采纳哪一条建议；{HOW}")


def choice_at(
    sheet: str,
    spot: Spot,
    rows: Sequence[proposals.ShownRow],
    report: Report,
    findings: Sequence[Finding],
) -> proposals.Choice:
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
        raise WorkbookError(proposals.STALE)
    return proposals.choice_of(row, 0, findings, report)


def shown_row(
    findings: Sequence[Finding], rows: Sequence[proposals.ShownRow], report: Report
) -> proposals.ShownRow | None:
    for finding in findings:
        for row in rows:
            if proposals.shows(row, finding, report):
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
    if layout.LOG not in live_book.sheet_names(book):
        raise WorkbookError(
            f"当前工作簿由旧版本生成，没有“{layout.LOG}”表，不能采纳建议；请先保存，"
            "再从新的模板新建一个工作簿，用“导入文件”导入它。"
        )


def formulas_at(
    book: xw.Book, changes: Sequence[proposals.Adoption], values: live_book.Values
) -> dict[str, set[Spot]]:
    """A text that begins with = is none, for it reads the same as its value."""
    found: dict[str, set[Spot]] = {}
    for change in changes:
        formula = book.sheets[change.sheet.name].range(change.spot).formula
        held = values[change.sheet.name].get(change.spot)
        if isinstance(formula, str) and formula.startswith("=") and formula != held:
            found.setdefault(change.sheet.name, set()).add(change.spot)
    return found


def refuse_formats(book: xw.Book, changes: Sequence[proposals.Adoption]) -> None:
    """WorkbookError where a cell would show another number than the one that is put into it."""
    for change in changes:
        kind = looks.format_kind(book.sheets[change.sheet.name].range(change.spot))
        if not formats.is_shown(change.figure, kind):
            place = layout.address(change.spot, change.sheet.name)
            raise WorkbookError(
                f"{place}（{change.name}）是{kind}格式，没有改动；请先改为“常规”格式再采纳。"
            )
