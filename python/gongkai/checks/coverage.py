"""A table and its problems -> findings on what is missing, unread or written as no count can be.

Errors are a table, row or column that is not there and a figure that no count can be; warnings what
could not be read; the rest are notes. A blank is never taken for zero, so it is no error by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import filterfalse

from gongkai import editions, figures, sums
from gongkai.bodies.places import is_relative
from gongkai.model import (
    UNKNOWN_UNIT,
    Cell,
    CoverFact,
    Edition,
    Entry,
    Fact,
    Finding,
    Form,
    Problem,
    Report,
    Segment,
    Severity,
    Table,
)
from gongkai.wording import (
    clipped,
    column_label,
    one_line,
    phrases,
    row_label,
    unit_of,
    why_no_figures,
)

EMPTY = Entry("", None)
MANY_CONVERTED = 5


COVER_RULES: dict[CoverFact, str] = {"agency": "coverage.agency", "year": "coverage.year"}


def check_cover(report: Report) -> Iterator[Finding]:
    """Whether body and year are known, and for certain: of each one finding at most."""
    for fact in report.doubts:
        rule = COVER_RULES[fact]
        told = told_of(report, fact)
        if told:
            yield Finding(rule, "warning", "told", facts={"reason": sentence(told.reason)})
        elif report.is_likely(fact):
            yield likely_finding(report, rule, fact)
        else:
            yield Finding(rule, "warning")


def told_of(report: Report, fact: CoverFact) -> Problem | None:
    """What recognition reported of the body or the year, if it did."""
    for problem in report.problems:
        if is_of_cover(problem) and problem.row == fact:
            return problem
    return None


def likely_finding(report: Report, rule: str, fact: CoverFact) -> Finding:
    """县教育局 names no county; 青溪县教育局 was taken from “来源：青溪县教育局”."""
    if fact == "agency" and is_relative(report.agency):
        return Finding(rule, "note", "relative", facts={"agency": report.agency})
    found = report.evidence[fact]
    return Finding(rule, "note", "likely", facts={fact: found.value, "source": found.source})


def is_of_cover(problem: Problem) -> bool:
    """Whether a problem is told with the body or the year that it left blank."""
    return not problem.table and problem.row in COVER_RULES


def check_figures(report: Report) -> Finding:
    """The one finding on a report of which no figure was read; it cannot be dismissed."""
    return Finding("coverage.figures", "error", facts={"reason": why_no_figures(report)})


def check_parts(report: Report) -> list[Finding]:
    """Which of several parts of a document the report is, and what the others are; a warning where
    no title of the page's said so. Nothing for a document with one report.
    """
    if len(report.parts) < 2:
        return []
    number = report.part
    others = []
    for at, part in enumerate(report.parts, 1):
        if at != number:
            others.append(part_text(at, part))
    facts: dict[str, Fact] = {"count": len(report.parts), "others": tuple(others)}
    if not number:
        says = "named_alike" if report.chosen_by else "unknown"
        return [Finding("coverage.parts", "warning", says, facts=facts)]
    facts["taken"] = part_text(number, report.parts[number - 1])
    if report.chosen_by == "latest":
        return [Finding("coverage.parts", "warning", "latest", facts=facts)]
    return [Finding("coverage.parts", "note", "taken", facts=facts)]


def part_text(number: int, part: Segment) -> str:
    """第2部分“2022年数据”。"""
    return f"第{number}部分“{clipped(part.title) or '没有标题'}”"


def missing_table(form: Form, problems: Sequence[Problem]) -> list[Finding]:
    """The error for a table that a report lacks, with the reasons known for it, and what else was
    found of it.
    """
    found = [lost_table(form, "lost", problems)]
    for problem in problems:
        if not is_of_whole(problem):
            found.append(problem_finding(form, problem, ()))
    return found


def is_of_whole(problem: Problem) -> bool:
    """Whether a problem speaks of a table as a whole: 工作表“表三”已隐藏."""
    return not (problem.row or problem.column or problem.raw)


def lost_table(form: Form, says: str, problems: Sequence[Problem]) -> Finding:
    whole = filter(is_of_whole, problems)
    reasons = dict.fromkeys(sentence(problem.reason) for problem in whole)
    facts: dict[str, Fact] = {
        "title": form.title,
        "reasons": tuple(reasons),
        "reasons_former": "：".join(["", *reasons]),
    }
    return Finding("coverage.table", "error", says, facts=facts, form=form)


def check_coverage(year: int | None, table: Table, problems: Sequence[Problem]) -> list[Finding]:
    """The findings on one table; ``problems`` are those that name it."""
    form = table.form
    covered: set[str] = set()
    for problem in problems:
        covered.update(cell.id for cell in editions.problem_cells(form, problem))
    found = check_edition(year, form) + problem_findings(table, problems)
    given = figures_given(table)
    for cell_id, entry in given.items():
        found += check_figure(form, form.cells[cell_id], entry)
    found += text_warnings(form, given)
    found += unit_notes(form, given)
    left = [cell for cell in form.cells.values() if cell.id not in covered]
    return found + check_blanks(form, left, table)


def problem_findings(table: Table, problems: Sequence[Problem]) -> list[Finding]:
    """What recognition reported of a table; as one what it said of the whole of a table without a
    figure.
    """
    form = table.form
    told: Iterable[Problem] = problems
    found: list[Finding] = []
    if problems and not any(entry.value is not None for entry in table.entries.values()):
        found.append(lost_table(form, "unread", problems))
        told = filterfalse(is_of_whole, problems)
    for problem in told:
        found.append(problem_finding(form, problem, editions.problem_cells(form, problem)))
    return found


def figures_given(table: Table) -> dict[str, Entry]:
    """The cells with a figure, in official order."""
    given = {}
    for cell in table.form.cells:
        entry = table.entries.get(cell, EMPTY)
        if entry.value is not None:
            given[cell] = entry
    return given


def check_blanks(form: Form, cells: Iterable[Cell], table: Table) -> list[Finding]:
    """The findings on those of some cells that hold no figure: texts each, then signs and blanks
    together.
    """
    found = []
    blanks: list[str] = []
    signs: dict[str, str] = {}
    for cell in cells:
        entry = table.entries.get(cell.id, EMPTY)
        if entry.value is not None:
            continue
        state = figures.read_figure(entry.raw, cell.column.unit).state
        if state == "blank":
            blanks.append(cell.id)
        elif state == "sign":
            signs[cell.id] = figures.clean(entry.raw)
        else:
            lost = Problem(form.id, cell.row.id, cell.column.id, entry.raw, "没有读成数字，未采用")
            found.append(problem_finding(form, lost, (cell,)))
    return found + blank_notes(form, blanks, signs, sums.table_state(table))


def check_edition(year: int | None, form: Form) -> list[Finding]:
    """A note where the table's layout is not that of the edition in force; none where the two
    editions agree on it.
    """
    force = edition_in_force(year)
    if force is None or force.forms[form.id].labels == form.labels:
        return []
    facts: dict[str, Fact] = {
        "edition": form.edition,
        "year": str(year),
        "force": force.name,
        "circular": force.circular,
    }
    return [Finding("coverage.edition", "note", facts=facts, form=form)]


def edition_in_force(year: int | None) -> Edition | None:
    """2021 -> the edition of 2021; None for a year that is unknown or before the first."""
    if year is None:
        return None
    for edition in editions.all_editions().values():
        if edition.covers(year):
            return edition
    return None


# --- what recognition reported --------------------------------------------------------------------


def problem_finding(form: Form, problem: Problem, cells: Sequence[Cell]) -> Finding:
    """What recognition reported of a table, on the cells that it names."""
    rule, severity = problem_rule(problem, cells)
    facts: dict[str, Fact] = {"reason": sentence(problem.reason), "raw": problem.raw}
    is_shown = is_raw_shown(problem)
    if cells and rule != "coverage.cell":
        facts |= line_facts(problem, cells)
    says = "raw" if is_shown else ""
    if rule == "coverage.unplaced":
        says = unplaced_says(problem, cells, is_shown)
    return Finding(rule, severity, says, tuple(cell.id for cell in cells), facts=facts, form=form)


def is_raw_shown(problem: Problem) -> bool:
    """Whether there is a text that the reason does not show already."""
    raw = clipped(problem.raw)
    return raw != "" and raw not in sentence(problem.reason)


def line_facts(problem: Problem, cells: Sequence[Cell]) -> dict[str, Fact]:
    """What a message calls the row or the columns that a problem is about."""
    if problem.row:
        row = cells[0].row
        return {"what": phrases.short_row(row), "label": row_label(row)}
    names = dict.fromkeys(column_label(cell.column) for cell in cells)
    told = "”“".join(names)
    count = "一" if len(names) == 1 else str(len(names))
    return {"what": told, "label": told, "columns": count}


def unplaced_says(problem: Problem, cells: Sequence[Cell], is_shown: bool) -> str:
    """Of a row, of a column or of the table; with its text where the reason does not show it."""
    if not cells:
        return "table_raw" if is_shown else "table"
    line = "row" if problem.row else "column"
    if is_shown:
        return line
    return f"{line}_shown"


def problem_rule(problem: Problem, cells: Sequence[Cell]) -> tuple[str, Severity]:
    """A text in a cell that is no figure, a row or column that is not there, else figures that
    could not be placed.
    """
    if cells and problem.row and problem.column:
        return "coverage.cell", "warning"
    if problem.raw or not cells:
        return "coverage.unplaced", "warning"
    if problem.row:
        return "coverage.row", "error"
    return "coverage.column", "error"


def unplaced(problems: Iterable[Problem]) -> list[Finding]:
    """Warnings for problems that belong to no table."""
    found = []
    for problem in problems:
        says = "raw" if is_raw_shown(problem) else ""
        facts: dict[str, Fact] = {"reason": sentence(problem.reason), "raw": problem.raw}
        found.append(Finding("coverage.unplaced", "warning", says, facts=facts))
    return found


def sentence(reason: str) -> str:
    return one_line(reason).rstrip("。")


# --- figures and blanks ---------------------------------------------------------------------------


def check_figure(form: Form, cell: Cell, entry: Entry) -> list[Finding]:
    """Findings on a figure: below zero, or not whole."""
    value, column = entry.value, cell.column
    assert value is not None, f"{cell.id} is blank"
    found = []
    if value < 0 and not column.signed:
        found.append(Finding("coverage.negative", "error", "", (cell.id,), value, form=form))
    if not column.decimal and value != int(value):
        found.append(Finding("coverage.fraction", "error", "", (cell.id,), value, form=form))
    return found


def text_warnings(form: Form, cells: Mapping[str, Entry]) -> list[Finding]:
    """One warning on all figures that a workbook of ours holds as texts, ``cells`` those with a
    figure.
    """
    texts = tuple(cell for cell, entry in cells.items() if entry.read_by == "text")
    if not texts:
        return []
    return [Finding("coverage.text", "warning", "", texts, form=form)]


def unit_notes(form: Form, cells: Mapping[str, Entry]) -> list[Finding]:
    """How figures came into the form's unit, ``cells`` those with a figure; one note for many that
    one line tells.
    """
    alike: dict[tuple[str, str], list[str]] = {}
    for cell, entry in cells.items():
        unit = unit_of(entry, form.cells[cell].column)
        if unit:
            alike.setdefault((unit, entry.stated), []).append(cell)
    found: list[Finding] = []
    for (unit, stated), named in alike.items():
        if stated and len(named) > MANY_CONVERTED:
            found.append(unit_finding(form, unit, named, cells))
        else:
            for cell in named:
                found.append(unit_finding(form, unit, [cell], cells))
    return found


def unit_finding(
    form: Form, unit: str, named: Sequence[str], cells: Mapping[str, Entry]
) -> Finding:
    """2670 under 金额（元） is 0.267万元; of many cells the first is told."""
    entry = cells[named[0]]
    facts: dict[str, Fact] = {
        "unit": unit,
        "own": form.cells[named[0]].column.unit,
        "raw": entry.raw,
        "value": entry.value,
        "stated_by": entry.stated,
        "count": len(named),
        "first": phrases.where(form, named[:1]),
    }
    rule = "coverage.unit" if unit == UNKNOWN_UNIT else "coverage.converted"
    says = ""
    if len(named) > 1:
        says = "many"
    elif entry.stated and rule == "coverage.converted":
        says = "stated"
    return Finding(rule, "note", says, tuple(named), facts=facts, form=form)


def blank_notes(
    form: Form, blanks: Sequence[str], signs: Mapping[str, str], state: sums.TableState
) -> list[Finding]:
    """One note on the cells filled with signs and one on the empty ones."""
    found = []
    if signs:
        facts: dict[str, Fact] = {
            "count": len(signs),
            "signs": f"“{'”、“'.join(dict.fromkeys(signs.values()))}”",
            "zeros": zeros_text(list(signs), state),
        }
        found.append(Finding("coverage.sign", "note", "", tuple(signs), facts=facts, form=form))
    if blanks:
        facts = {"count": len(blanks), "zeros": zeros_text(blanks, state)}
        found.append(Finding("coverage.blank", "note", "", tuple(blanks), facts=facts, form=form))
    return found


def zeros_text(cells: Sequence[str], state: sums.TableState) -> str:
    """What the relations say of blanks: 按勾稽关系均为0;
    按勾稽关系30格为0，2格为其他数，其余8格不当作0; 不当作0.
    """
    implied = [state.figures.get(cell) for cell in cells]
    zeros, unknown = implied.count(0), implied.count(None)
    others = len(implied) - zeros - unknown
    if zeros == len(cells):
        return "按勾稽关系均为0" if zeros > 1 else "按勾稽关系为0"
    if unknown == len(cells):
        return "不当作0"
    told = []
    for count, what in ((zeros, "格为0"), (others, "格为其他数"), (unknown, "格不当作0")):
        if count:
            told.append(f"{count}{what}")
    if unknown:
        told[-1] = f"其余{told[-1]}"
    return f"按勾稽关系{'，'.join(told)}"


FORMS = "国办公开办函〔2021〕30号、〔2019〕60号所附年度报告格式"
OURS = "本工具的提示"
COUNTS = f"{FORMS}：除金额外均按件、项计数。"
