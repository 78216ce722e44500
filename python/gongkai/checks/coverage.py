"""A table and its problems -> findings on what is missing, unread or written as no count can be.

Errors are a table, row or column that is not there and a figure that no count can be; warnings what
could not be read; the rest are notes. A blank is never taken for zero, so it is no error by itself.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from gongkai.bodies.places import is_relative
from gongkai.editions import editions, problem_cells
from gongkai.figures import clean, read_figure, shown
from gongkai.model import (
    UNKNOWN_UNIT,
    Cell,
    CoverFact,
    Entry,
    Finding,
    Form,
    Problem,
    Report,
    Segment,
    Severity,
    Table,
)
from gongkai.sums import TableState, table_state
from gongkai.wording import (
    ANOTHER_PART,
    FACTS,
    clipped,
    column_label,
    label_of,
    one_line,
    row_label,
    unit_text,
    why_no_figures,
)

EMPTY = Entry("", None)
MANY_CONVERTED = 5


NO_FACT: dict[CoverFact, str] = {
    "agency": "没有识别出是哪个机关的报告，不能与其他年度、其他机关的报告核对",
    "year": "没有识别出报告的年度，无法核对应当使用哪一年的格式",
}
COVER_RULES: dict[CoverFact, str] = {"agency": "coverage.agency", "year": "coverage.year"}


def check_cover(report: Report) -> Iterator[Finding]:
    """Whether body and year are known, and for certain: of each one finding at most."""
    for fact in report.doubts:
        told = next(
            (told for told in report.problems if is_of_cover(told) and told.row == fact), None
        )
        if told or not report.is_likely(fact):
            why = sentence(told.reason) if told else NO_FACT[fact]
            yield Finding(COVER_RULES[fact], "warning", f"{why}。")
        else:
            yield Finding(COVER_RULES[fact], "note", likely_text(report, fact))


def likely_text(report: Report, fact: CoverFact) -> str:
    if fact == "agency" and is_relative(report.agency):
        return (
            f"机关“{clipped(report.agency)}”的名称没有写明所属的市县，报告和网址中也没有；请核对。"
        )
    found = report.evidence[fact]
    return f"{FACTS[fact]}“{clipped(found.value)}”是按“{clipped(found.source)}”推定的；请核对。"


def is_of_cover(problem: Problem) -> bool:
    """Whether a problem is told with the body or the year that it left blank."""
    return not problem.table and problem.row in COVER_RULES


def check_figures(report: Report) -> Finding:
    """The one finding on a report of which no figure was read; it cannot be dismissed."""
    return Finding("coverage.figures", "error", why_no_figures(report))


def check_parts(report: Report) -> list[Finding]:
    """Which of several parts of a document the report is, and what the others are; a warning where
    no title of the page's said so. Nothing for a document with one report.
    """
    if len(report.parts) < 2:
        return []
    number = report.part
    others = "、".join(
        part_text(at, part) for at, part in enumerate(report.parts, 1) if at != number
    )
    if not number:
        told = f"文中有{len(report.parts)}部分有表格（{others}）"
        if report.chosen_by:
            return [parts_warning(f"{told}，其中有同名的几份，表格相同的才采用。")]
        return [parts_warning(f"{told}，无法确定哪一份是所要的报告，没有填入。")]
    taken = part_text(number, report.parts[number - 1])
    if report.chosen_by == "latest":
        why = "文中有几份报告，网页的标题没有说明是哪一份"
        return [parts_warning(f"{why}，按最近的年度读取了{taken}；没有读取的有{others}。")]
    text = f"读取的是{taken}；文中还有{others}，没有读取。{ANOTHER_PART}"
    return [Finding("coverage.parts", "note", text)]


def parts_warning(text: str) -> Finding:
    return Finding("coverage.parts", "warning", f"{text}{ANOTHER_PART}")


def part_text(number: int, part: Segment) -> str:
    """第2部分“2022年数据”。"""
    return f"第{number}部分“{clipped(part.title) or '没有标题'}”"


def missing_table(form: Form, problems: Sequence[Problem]) -> list[Finding]:
    """The error for a table that a report lacks, with the reasons known for it, and what else was
    found of it.
    """
    why, others = reasons_apart(problems)
    lost = Finding("coverage.table", "error", f"缺少{form.number}（{form.title}）{why}。")
    return [lost, *(problem_finding(form, problem, ()) for problem in others)]


def reasons_apart(problems: Sequence[Problem]) -> tuple[str, list[Problem]]:
    """What is told of a table as a whole (：工作表“表三”已隐藏…), and the other problems."""
    whole = [problem for problem in problems if not (problem.row or problem.column or problem.raw)]
    reasons = dict.fromkeys(sentence(problem.reason) for problem in whole)
    return "".join(f"：{reason}" for reason in reasons), [
        problem for problem in problems if problem not in whole
    ]


def check_coverage(year: int | None, table: Table, problems: Sequence[Problem]) -> list[Finding]:
    """The findings on one table; ``problems`` are those that name it."""
    form = table.form
    covered = {cell.id for problem in problems for cell in problem_cells(form, problem)}
    found = check_edition(year, form)
    if problems and all(entry.value is None for entry in table.entries.values()):
        why, problems = reasons_apart(problems)
        found.append(Finding("coverage.table", "error", f"{form.number}没有读出任何数字{why}。"))
    found += [problem_finding(form, problem, problem_cells(form, problem)) for problem in problems]
    left = [cell for cell in form.cells.values() if cell.id not in covered]
    given = {cell: entry for cell, entry in in_order(form, table) if entry.value is not None}
    for cell_id, entry in given.items():
        found += check_figure(form, form.cells[cell_id], entry)
    return (
        found
        + text_warnings(form, given)
        + unit_notes(form, given)
        + check_blanks(form, left, table)
    )


def in_order(form: Form, table: Table) -> Iterator[tuple[str, Entry]]:
    return ((cell, table.entries.get(cell, EMPTY)) for cell in form.cells)


def check_blanks(form: Form, cells: Iterable[Cell], table: Table) -> list[Finding]:
    """The findings on those of some cells that hold no figure: texts each, then signs and blanks
    together.
    """
    found = []
    blanks: list[str] = []
    signs: dict[str, str] = {}
    for cell in cells:
        entry = table.entries.get(cell.id, EMPTY)
        state = read_figure(entry.raw, cell.column.unit).state if entry.value is None else "figure"
        if state == "blank":
            blanks.append(cell.id)
        elif state == "sign":
            signs[cell.id] = clean(entry.raw)
        elif entry.value is None:
            lost = Problem(form.id, cell.row.id, cell.column.id, entry.raw, "没有读成数字，未采用")
            found.append(problem_finding(form, lost, (cell,)))
    return found + blank_notes(form, blanks, signs, table_state(table))


def check_edition(year: int | None, form: Form) -> list[Finding]:
    """A note where the table's layout is not that of the edition in force; none where the two
    editions agree on it.
    """
    force = next(
        (edition for edition in editions().values() if year is not None and edition.covers(year)),
        None,
    )
    if force is None or force.forms[form.id].labels == form.labels:
        return []
    message = (
        f"{form.number}用的是{form.edition}年格式，{year}年的报告应当用{force.name}年格式（"
        f"{force.circular}）。"
    )
    return [Finding("coverage.edition", "note", message)]


# --- what recognition reported --------------------------------------------------------------------


def problem_finding(form: Form, problem: Problem, cells: Sequence[Cell]) -> Finding:
    rule, severity = problem_rule(problem, cells)
    if rule == "coverage.cell":
        what = label_of(cells[0])
    elif problem.row and cells:
        what = f"“{row_label(cells[0].row)}”一行"
    elif problem.column and cells:
        names = list(dict.fromkeys(column_label(cell.column) for cell in cells))
        what = f"“{'”“'.join(names)}”{'一' if len(names) == 1 else len(names)}列"
    else:
        what = ""
    return Finding(
        rule,
        severity,
        problem_message(form.number, what, problem),
        tuple(cell.id for cell in cells),
    )


def problem_rule(problem: Problem, cells: Sequence[Cell]) -> tuple[str, Severity]:
    if cells and problem.row and problem.column:
        return "coverage.cell", "warning"
    if cells and not problem.raw:
        return ("coverage.row" if problem.row else "coverage.column"), "error"
    return "coverage.unplaced", "warning"


def problem_message(number: str, what: str, problem: Problem) -> str:
    """表三 “（一）予以公开”一行，原文“…”：reason。 The text is not repeated where the reason shows
    it.
    """
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


# --- figures and blanks ---------------------------------------------------------------------------


def check_figure(form: Form, cell: Cell, entry: Entry) -> list[Finding]:
    """Findings on a figure: below zero, or not whole."""
    value, column = entry.value, cell.column
    assert value is not None, f"{cell.id} is blank"
    found = []
    if value < 0 and not column.signed:
        message = f"{form.number} {label_of(cell)} 填{shown(value)}，不能小于0。"
        found.append(Finding("coverage.negative", "error", message, (cell.id,), stated=value))
    if not column.decimal and value != int(value):
        message = f"{form.number} {label_of(cell)} 填{shown(value)}，应当是整数。"
        found.append(Finding("coverage.fraction", "error", message, (cell.id,), stated=value))
    return found


def text_warnings(form: Form, cells: Mapping[str, Entry]) -> list[Finding]:
    """One warning on all figures that a workbook of ours holds as texts, ``cells`` those with a
    figure.
    """
    texts = [cell for cell, entry in cells.items() if entry.read_by == "text"]
    if not texts:
        return []
    which = label_of(form.cells[texts[0]])
    count = f"等{len(texts)}格" if len(texts) > 1 else ""
    message = (
        f"{form.number} {which}{count}的数字存成了文本，表中的公式不计算它；请用“文本转数字”"
        f"改成数字。"
    )
    return [Finding("coverage.text", "warning", message, tuple(texts))]


def unit_notes(form: Form, cells: Mapping[str, Entry]) -> list[Finding]:
    """How figures came into the form's unit, ``cells`` those with a figure; one note for many that
    one line tells.
    """
    said: dict[tuple[str, str], dict[str, str]] = {}
    for cell, entry in cells.items():
        text = unit_text(entry, form.cells[cell].column)
        if text:
            said.setdefault((entry.unit, entry.stated), {})[cell] = text
    found = []
    for (unit, stated), texts in said.items():
        rule = "coverage.unit" if unit == UNKNOWN_UNIT else "coverage.converted"
        first, *others = texts
        if stated and len(others) >= MANY_CONVERTED:
            message = (
                f"{form.number} 有{len(texts)}格都是这样换算的，如 {label_of(form.cells[first])} "
                f"{texts[first]}。"
            )
            found.append(Finding(rule, "note", message, tuple(texts)))
            continue
        for cell, text in texts.items():
            found.append(
                Finding(
                    rule, "note", f"{form.number} {label_of(form.cells[cell])} {text}。", (cell,)
                )
            )
    return found


def blank_notes(
    form: Form, blanks: Sequence[str], signs: Mapping[str, str], state: TableState
) -> list[Finding]:
    """One note on the cells filled with signs and one on the empty ones."""
    found = []
    if signs:
        written = "、".join(f"“{sign}”" for sign in dict.fromkeys(signs.values()))
        message = (
            f"{form.number} 有{len(signs)}格填的是{written}，按空白处理，"
            f"{zeros_text(list(signs), state)}。"
        )
        found.append(Finding("coverage.sign", "note", message, tuple(signs)))
    if blanks:
        message = f"{form.number} 有{len(blanks)}格空白，{zeros_text(blanks, state)}。"
        found.append(Finding("coverage.blank", "note", message, tuple(blanks)))
    return found


def zeros_text(cells: Sequence[str], state: TableState) -> str:
    """What the relations say of blanks: 按勾稽关系均为0;
    按勾稽关系30格为0，2格为其他数，其余8格不当作0; 不当作0.
    """
    zeros = sum(state.figures.get(cell) == 0 for cell in cells)
    others = sum(bool(state.figures.get(cell)) for cell in cells)
    if zeros == len(cells):
        return "按勾稽关系均为0" if zeros > 1 else "按勾稽关系为0"
    known = [f"{count}格为{what}" for count, what in ((zeros, "0"), (others, "其他数")) if count]
    left = len(cells) - zeros - others
    if not known:
        return "不当作0"
    return "，".join(
        [f"按勾稽关系{known[0]}", *known[1:], *([f"其余{left}格不当作0"] if left else [])]
    )


FORMS = "国办公开办函〔2021〕30号、〔2019〕60号所附年度报告格式"
OURS = "本工具的提示"
COUNTS = f"{FORMS}：除金额外均按件、项计数。"
