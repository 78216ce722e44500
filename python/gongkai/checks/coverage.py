"""Room: checks. What is missing, unread or written in a way that a count cannot be written.

Rules: coverage.table, .row, .column, .negative, .fraction (errors); .cell, .unplaced, .year (warnings); .sign, .blank,
.converted, .edition (notes). A blank is never taken for zero, so it is no error by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gongkai.checks.wording import clipped, column_label, label_of, one_line, row_label
from gongkai.editions import editions
from gongkai.figures import clean, read_figure, shown
from gongkai.model import Cell, Entry, Finding, Form, Problem, Severity, Table

EMPTY = Entry("", None)


def check_year(year: int | None) -> list[Finding]:
    if year is not None:
        return []
    return [Finding("coverage.year", "warning", "没有识别出报告的年度，无法核对应当使用哪一年的格式。")]


def missing_table(form: Form, problems: Sequence[Problem]) -> list[Finding]:
    """The error for a table that a report lacks, with the reasons known for it, and what else was found of it."""
    reasons = dict.fromkeys(sentence(p.reason) for p in problems if not (p.row or p.column or p.raw))
    told = "".join(f"：{reason}" for reason in reasons)
    lost = Finding("coverage.table", "error", f"缺少{form.number}（{form.title}）{told}。")
    others = [problem for problem in problems if problem.row or problem.column or problem.raw]
    return [lost, *(problem_finding(form, problem, ()) for problem in others)]


def check_coverage(year: int | None, table: Table, problems: Sequence[Problem]) -> list[Finding]:
    """The findings on one table; ``problems`` are those that name it."""
    form = editions()[table.edition].forms[table.id]
    covered = {cell.id for problem in problems for cell in problem_cells(form, problem)}
    found = check_edition(year, form)
    if problems and all(entry.value is None for entry in table.entries.values()):
        found.append(Finding("coverage.table", "error", f"{form.number}没有读出任何数字。"))
    found += [problem_finding(form, problem, problem_cells(form, problem)) for problem in problems]
    blanks: list[str] = []
    signs: dict[str, str] = {}
    for cell in form.cells.values():
        entry = table.entries.get(cell.id, EMPTY)
        if entry.value is not None:
            found += check_figure(form, cell, entry)
        elif cell.id not in covered:
            state = read_figure(entry.raw, cell.column.unit).state
            if state == "blank":
                blanks.append(cell.id)
            elif state == "sign":
                signs[cell.id] = clean(entry.raw)
            else:
                lost = Problem(form.id, cell.row.id, cell.column.id, entry.raw, "没有读成数字，未采用")
                found.append(problem_finding(form, lost, (cell,)))
    return found + blank_notes(form, blanks, signs)


def check_edition(year: int | None, form: Form) -> list[Finding]:
    """A note where the table's layout is not that of the edition in force; none where the two editions agree on it."""
    force = next((edition for edition in editions().values() if year is not None and edition.covers(year)), None)
    if force is None or force.forms[form.id].labels == form.labels:
        return []
    message = f"{form.number}用的是{form.edition}年格式，{year}年的报告应当用{force.name}年格式（{force.circular}）。"
    return [Finding("coverage.edition", "note", message)]


# --- what recognition reported ------------------------------------------------------------------------------------


def problem_cells(form: Form, problem: Problem) -> tuple[Cell, ...]:
    """The cells that a problem speaks of; none where it names no row and no column of the form."""
    if not problem.row and not problem.column:
        return ()
    return tuple(
        cell
        for cell in form.cells.values()
        if problem.row in ("", cell.row.id) and problem.column in ("", cell.column.id)
    )


def problem_finding(form: Form, problem: Problem, cells: Sequence[Cell]) -> Finding:
    rule, severity = problem_rule(problem, cells)
    if rule == "coverage.cell":
        what = label_of(cells[0])
    elif problem.row and cells:
        what = f"“{row_label(cells[0].row)}”一行"
    elif problem.column and cells:
        what = f"“{column_label(cells[0].column)}”一列"
    else:
        what = ""
    return Finding(rule, severity, problem_message(form.number, what, problem), tuple(cell.id for cell in cells))


def problem_rule(problem: Problem, cells: Sequence[Cell]) -> tuple[str, Severity]:
    if cells and problem.row and problem.column:
        return "coverage.cell", "warning"
    if cells and not problem.raw:
        return ("coverage.row" if problem.row else "coverage.column"), "error"
    return "coverage.unplaced", "warning"


def problem_message(number: str, what: str, problem: Problem) -> str:
    """表三 “（一）予以公开”一行，原文“…”：reason。 The text is not repeated where the reason shows it."""
    raw, reason = clipped(problem.raw), sentence(problem.reason)
    told = f"原文“{raw}”" if raw and raw not in reason else ""
    return f"{number} {'，'.join(filter(None, (what, told)))}".strip() + f"：{reason}。"


def unplaced(problems: Iterable[Problem]) -> list[Finding]:
    """Warnings for problems that belong to no table."""
    return [
        Finding("coverage.unplaced", "warning", problem_message("", "", problem).removeprefix("："))
        for problem in problems
    ]


def sentence(reason: str) -> str:
    return one_line(reason).rstrip("。")


# --- figures and blanks -------------------------------------------------------------------------------------------


def check_figure(form: Form, cell: Cell, entry: Entry) -> list[Finding]:
    """Findings on a figure: below zero, not whole, or converted from another unit."""
    value, column = entry.value, cell.column
    assert value is not None, f"{cell.id} is blank"
    found = []
    if value < 0 and not column.signed:
        message = f"{form.number} {label_of(cell)} 填{shown(value)}，不能小于0。"
        found.append(Finding("coverage.negative", "error", message, (cell.id,), stated=value))
    if not column.decimal and value != int(value):
        message = f"{form.number} {label_of(cell)} 填{shown(value)}，应当是整数。"
        found.append(Finding("coverage.fraction", "error", message, (cell.id,), stated=value))
    if column.decimal and read_figure(entry.raw, column.unit).converted:
        message = f"{form.number} {label_of(cell)} 原文“{clipped(entry.raw)}”以元为单位，已换算为{shown(value)}万元。"
        found.append(Finding("coverage.converted", "note", message, (cell.id,)))
    return found


def blank_notes(form: Form, blanks: Sequence[str], signs: dict[str, str]) -> list[Finding]:
    """One note on the cells filled with signs and one on the empty ones."""
    found = []
    if signs:
        written = "、".join(f"“{sign}”" for sign in dict.fromkeys(signs.values()))
        message = f"{form.number} 有{len(signs)}格填的是{written}，按空白处理，不当作0。"
        found.append(Finding("coverage.sign", "note", message, tuple(signs)))
    if blanks:
        message = f"{form.number} 有{len(blanks)}格空白，不当作0。"
        found.append(Finding("coverage.blank", "note", message, tuple(blanks)))
    return found
