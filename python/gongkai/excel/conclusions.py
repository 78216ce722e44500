"""Findings and figures -> the one sentence of a cell, or rows that spill."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from gongkai.checks import (
    check_table,
    listed,
)
from gongkai.checks.coverage import blank_notes, unplaced
from gongkai.decisions import (
    dismissed_text,
    gravest_first,
    is_open,
)
from gongkai.editions import edition_of_year, editions
from gongkai.excel.arrays import Placed
from gongkai.figures import clean, read_figure, shown
from gongkai.model import (
    Alternative,
    BrokenSum,
    Cell,
    Entry,
    Finding,
    Form,
    GongkaiError,
    Label,
    Relation,
    Report,
    Table,
    Value,
)
from gongkai.recognize.labels import wordings
from gongkai.recognize.tokens import squash
from gongkai.sums import TableState, Verdict, difference, stated_and_computed, table_state
from gongkai.wording import (
    BLANK_RANGE,
    assumed_text,
    column_label,
    evaluated,
    label_of,
    one_line,
    relation_lines,
    row_label,
    subject_and_names,
)
from gongkai.wording.causes import further_text
from gongkai.workbook.fill import LONGEST_CELL, written
from gongkai.workbook.proposals import NO_FIGURE, forms_of, name_of, proposal_text

SheetRow = list[float | str]

MOST_NAMED = 2  # findings told in one cell; GK_FINDINGS lists all
LONGEST = 120  # characters of each
HEADS = ("规则", "位置", "填报数", "计算数", "差额", "说明", "建议")
ALL_WELL = "没有不符"
NONE_DECIDED = "没有能核对的勾稽关系"
SUSPECT_HEADS = ("问题", "方案", "位置", "填报数", "应为")
UNCERTAIN = "不能确定是哪一格"
RULE_HEADS = ("规则", "表", "勾稽关系")


def with_figures(placed: Placed) -> Placed:
    """What a range holds, if any figure is there. Raises NoFigures: a blank form is not clean."""
    tables = {table.id: table for table in placed.tables}
    evaluated(Report("", "", None, "", tables, problems=placed.problems), BLANK_RANGE)
    return placed


def findings_of(placed: Placed) -> list[Finding]:
    """The findings on the tables of a range, errors first; of a part of a table only those on its
    own figures.
    """
    found: list[Finding] = []
    for table in placed.tables:
        problems = [problem for problem in placed.problems if problem.table == table.id]
        found += on_held_cells(table, check_table(None, table, problems))
    held = {table.id for table in placed.tables}
    found += unplaced(problem for problem in placed.problems if problem.table not in held)
    return listed(gravest_first(found))


def on_held_cells(table: Table, findings: Sequence[Finding]) -> Iterator[Finding]:
    form = table.form
    for finding in findings:
        if finding.rule == "coverage.blank" and len(table.entries) < len(form.cells):
            yield from blank_notes(
                form,
                [cell for cell in finding.cells if cell in table.entries],
                {},
                table_state(table),
            )
        else:
            yield finding


# --- one sentence ---------------------------------------------------------------------------------


def conclusion(tables: Sequence[Table], findings: Sequence[Finding], about: str = "") -> str:
    """``✓ 42项勾稽关系全部相符``; ✗ with what is wrong; ! where blanks or unreadable texts leave
    something open.

    ○ where nothing is left but errors and warnings that somebody has dismissed.
    """
    serious = [finding for finding in findings if finding.severity != "note"]
    relations = sum(len(table.form.relations) for table in tables)
    states = [table_state(table) for table in tables]
    verdicts = {rule: verdict for state in states for rule, verdict in state.verdicts.items()}
    errors = [finding for finding in serious if finding.severity == "error" and is_open(finding)]
    warnings = [
        finding for finding in serious if finding.severity == "warning" and is_open(finding)
    ]
    sums = [one for finding in errors for one in finding.sums if verdicts[one.rule] == "broken"]
    rest = sum(not is_of_lanes(finding, verdicts) for finding in errors)
    told = counted_text(list(verdicts.values()), (len(sums), rest, len(warnings)))
    if told and all(finding.severity != "error" for finding in serious):
        told = holding_text(list(verdicts.values()), states) + told
    also = dismissed_text(serious)
    if not told and not also:
        return f"✓ {all_well(tables, relations)}{about}"
    if not told:
        return f"○ 没有待处理的问题，{also}{about}"
    sign = "✗" if errors else "!"
    told = "，".join(filter(None, (told, also)))
    return f"{sign} {told}{about}{first_texts([*errors, *warnings])}"


def is_of_lanes(finding: Finding, verdicts: Mapping[str, Verdict]) -> bool:
    """Whether a finding is of sums that are counted as not holding."""
    return any(verdicts[one.rule] == "broken" for one in finding.sums)


def holding_text(verdicts: Sequence[Verdict], states: Sequence[TableState]) -> str:
    """27项相符（其中11项含推定的0）， to go before what is open; "" where nothing holds."""
    holding = verdicts.count("holds")
    zeros = assumed_text(sum(len(state.assumed) for state in states))
    return f"{holding}项相符{f'（{zeros}）' if zeros else ''}，" if holding else ""


def counted_text(verdicts: Sequence[Verdict], counts: tuple[int, int, int]) -> str:
    """1项不符，2处错误，12项因空白不能核对; "" where all holds.

    ``counts``: broken relations, other errors, warnings.
    """
    broken, errors, warnings = counts
    left = verdicts.count("open")
    bad = [(broken, "项不符"), (errors, "处错误"), (warnings, "处疑问"), (left, "项因空白不能核对")]
    return "，".join(f"{count}{what}" for count, what in bad if count)


def all_well(tables: Sequence[Table], relations: int) -> str:
    if relations:
        told = assumed_text(sum(len(table_state(table).assumed) for table in tables))
        return "，".join(filter(None, (f"{relations}项勾稽关系全部相符", told)))
    figures = [entry.value for table in tables for entry in table.entries.values()]
    blank = figures.count(None)
    return f"没有勾稽关系，{len(figures) - blank}格数字没有问题" + (
        f"，{blank}格空白" if blank else ""
    )


def first_texts(findings: Sequence[Finding]) -> str:
    """What the first findings say, in short."""
    if not findings:
        return ""
    told = [clip(finding.lines[0], LONGEST) for finding in findings[:MOST_NAMED]]
    return f"：{'；'.join(told)}{'；等' if len(findings) > MOST_NAMED else ''}"


def clip(text: str, longest: int) -> str:
    plain = one_line(text)
    return plain if len(plain) <= longest else f"{plain[: longest - 1]}…"


def about_tables(tables: Sequence[Table]) -> str:
    """（表三，2021年格式）: which table a range was taken for."""
    names = []
    for table in tables:
        form = table.form
        names.append(
            form.number if len(table.entries) == len(form.cells) else f"{form.number}的一部分"
        )
    years = dict.fromkeys(
        table.edition for table in tables if table.id != "disputes"
    )  # the same in all editions
    return f"（{'，'.join(['、'.join(names), *(f'{year}年格式' for year in years)])}）"


# --- one relation ---------------------------------------------------------------------------------


def relation_named(tables: Sequence[Table], rule: str) -> tuple[Table, Relation]:
    """Raises GongkaiError for a rule that no edition knows, or that is not one of these tables'."""
    wanted = rule.strip().lower()
    for table in tables:
        for relation in table.form.relations:
            if relation.rule == wanted:
                return table, relation
    known = any(
        relation.rule == wanted for edition in editions().values() for relation in edition.relations
    )
    what = "不是这张表的勾稽关系" if known else "不是勾稽关系的编号"
    example = next((relation.rule for table in tables for relation in table.form.relations), "")
    advice = f"，如 {example}" if example else ""
    raise GongkaiError(f"“{clip(rule, 60)}”{what}；编号见 GK_RULES{advice}。")


def relation_gap(table: Table, relation: Relation) -> Value:
    """computed - stated. Raises GongkaiError where figures are missing."""
    values = table.values
    sums = stated_and_computed(relation, values)
    if sums is None:
        form = table.form
        missing = [
            label_of(form.cells[cell]) for cell in relation.cells if values.get(cell) is None
        ]
        more = "等" if len(missing) > MOST_NAMED else ""
        named = "、".join(missing[:MOST_NAMED])
        raise GongkaiError(f"不能计算：有{len(missing)}格空白或不是数（{named}{more}）。")
    stated, computed = sums
    return difference(computed, stated)


# --- rows that spill ------------------------------------------------------------------------------


def as_cell(value: Value) -> float | str:
    """A figure for a cell: a number where a spreadsheet keeps it exactly, else its digits; "" for
    blank.
    """
    text = shown(value)
    return text if value is None or len(text.strip("-0.").replace(".", "")) > 15 else float(value)


def findings_rows(placed: Placed, findings: Sequence[Finding]) -> list[SheetRow]:
    """A row for each finding, and below it one for each further sum that its cause breaks."""
    rows: list[SheetRow] = [list(HEADS)]
    for finding in findings:
        proposal = proposal_text(finding.suspects, forms_in(placed))
        rows.append([*finding_cells(placed, finding, finding.message), proposal])
        rows += further_rows(placed, finding)
    if not findings:
        rows.append([well(placed), "", "", "", "", about_tables(placed.tables), ""])
    return rows


def further_rows(placed: Placed, finding: Finding) -> Iterator[SheetRow]:
    """同上　各列之和比总计多9（予以公开行）: as the list of the workbook has them."""
    for one in finding.sums[1:]:
        yield [*finding_cells(placed, one, further_text(finding, one)), ""]


def finding_cells(placed: Placed, told: Finding | BrokenSum, message: str) -> SheetRow:
    figures = (told.stated, told.computed, told.difference)
    place = place_of(placed, told)
    return [told.rule, place, *map(as_cell, figures), clip(message, LONGEST_CELL)]


def well(placed: Placed) -> str:
    """What stands in a list without findings: 表二 has no relations that could be wrong."""
    return ALL_WELL if any(table_state(table).decided for table in placed.tables) else NONE_DECIDED


def suspects_rows(placed: Placed, findings: Sequence[Finding]) -> list[SheetRow]:
    """A row for each cell that a proposal changes; findings with the same proposals are one
    problem.
    """
    problems: dict[tuple[Alternative, ...], list[str]] = {}
    for finding in findings:
        if finding.severity == "error":
            problems.setdefault(finding.suspects, []).append(problem_name(placed, finding))
    rows: list[SheetRow] = [list(SUSPECT_HEADS)]
    for suspects, names in problems.items():
        problem = clip("、".join(dict.fromkeys(names)), LONGEST_CELL)
        rows += suspect_rows(problem, suspects, forms_in(placed)) or [
            [problem, UNCERTAIN, "", "", ""]
        ]
    return rows if problems else [*rows, [well(placed), "", "", "", ""]]


def suspect_rows(
    problem: str, suspects: Sequence[Alternative], forms: Mapping[str, Form]
) -> list[SheetRow]:
    return [
        [
            problem,
            number,
            name_of(suspect.cell, forms),
            stated_cell(suspect.stated),
            as_cell(suspect.proposed),
        ]
        for number, alternative in enumerate(suspects, 1)
        for suspect in alternative
    ]


def stated_cell(value: Value) -> float | str:
    return NO_FIGURE if value is None else as_cell(value)


def problem_name(placed: Placed, finding: Finding) -> str:
    """表三 自然人列 各项之和＝总计, or the cell of a finding on no relation."""
    form = finding.form
    if not finding.sums or form is None:
        return place_of(placed, finding) or clip(finding.lines[0], LONGEST)
    names = []
    for one in finding.sums:
        relation = one.relations[0]
        names.append(f"{form.number} {subject_and_names(form, relation)[0]} {relation.label}")
    return "、".join(names)


def forms_in(placed: Placed) -> dict[str, Form]:
    return forms_of({table.id: table for table in placed.tables})


def place_of(placed: Placed, finding: Finding | BrokenSum) -> str:
    """The cell that carries the flag, in the official labels; "" for a finding on no cell."""
    for table in placed.tables:
        form = table.form
        marked = {relation.rule: relation.marked for relation in table.form.relations}
        first = marked.get(finding.rule, finding.cells[0] if finding.cells else "")
        if first in form.cells:
            return f"{form.number} {label_of(form.cells[first])}"
    return ""


def rules_rows(edition: str) -> list[SheetRow]:
    """Every relation of an edition. Raises GongkaiError for an unknown one."""
    found = editions().get(edition)
    if found is None:
        raise GongkaiError(f"没有“{clip(edition, 20)}”年格式；可以用：{'、'.join(editions())}。")
    rows: list[SheetRow] = [list(RULE_HEADS)]
    rows += [
        [rule, table, f"{subject}：{sides}"]
        for rule, table, subject, sides in relation_lines(found)
    ]
    return rows


# --- one figure by its name -----------------------------------------------------------------------
# By its id or its official labels.

BLANK = "（空）"
DEFAULT_COLUMN = "total"
MOST_CHOICES = 12


def figure_in(report: Report, figure: str, applicant: str = "") -> float | str:
    """The figure of a cell: a number, （空） for a blank, a sign such as ``/`` as it stands.

    ``figure`` is a cell id, a row id or an official row label; ``applicant`` a column id or label,
    总计 if "". Raises GongkaiError where they name no figure or several, or where the source's text
    could not be read as one.
    """
    cell = find_cell(report, figure.strip(), applicant.strip())
    entry = report.tables[cell.table].entries[cell.id]
    if entry.value is not None:
        return as_cell(entry.value)
    return blank_text(entry, cell)


def blank_text(entry: Entry, cell: Cell) -> str:
    state = read_figure(entry.raw, cell.column.unit).state
    if state == "blank":
        return BLANK
    if state == "sign":
        return clean(entry.raw)
    raise GongkaiError(
        f"{row_label(cell.row)}·{column_label(cell.column)}的原文“{clip(entry.raw, 60)}”"
        f"没有读成数字。"
    )


def find_cell(report: Report, figure: str, applicant: str) -> Cell:
    forms = [table.form for table in report.tables.values()]
    exact = [form.cells[figure.lower()] for form in forms if figure.lower() in form.cells]
    if exact and (not applicant or is_named(exact[0].column.id, exact[0].column.label, applicant)):
        return exact[0]
    if exact:
        raise GongkaiError(f"编号 {figure} 已写明了列，与“{clip(applicant, 30)}”不同；请去掉列名。")
    rows = rows_named(forms, figure)
    cells = [
        cell
        for row in rows
        for cell in row
        if is_named(cell.column.id, cell.column.label, applicant)
    ]
    if not applicant:
        cells = [
            row[0] if len(row) == 1 else cell
            for row in rows
            for cell in row
            if is_default(cell, row)
        ]
    if len(cells) == 1:
        return cells[0]
    if len(rows) == 1:
        wanted = f"没有“{clip(applicant, 30)}”这一列" if applicant else "有几列，请写明列名"
        raise GongkaiError(
            f"“{clip(figure, 30)}”{wanted}："
            f"{choices(column_label(cell.column) for cell in rows[0])}。"
        )
    if rows:
        raise GongkaiError(
            f"有几行叫“{clip(figure, 30)}”，请写单元格编号：{choices(row[0].id for row in rows)}。"
        )
    raise unknown_row(forms, figure)


def rows_named(forms: Sequence[Form], figure: str) -> list[tuple[Cell, ...]]:
    rows = [form.row_cells(row.id) for form in forms for row in form.rows]
    return [cells for cells in rows if is_named(cells[0].row.id, cells[0].row.label, figure)]


def is_named(name: str, label: Label, text: str) -> bool:
    return text.lower() == name or (
        squash(text) != "" and squash(text) in {word for word, _ in wordings(label)}
    )


def is_default(cell: Cell, row: Sequence[Cell]) -> bool:
    return len(row) == 1 or cell.column.id == DEFAULT_COLUMN


def unknown_row(forms: Sequence[Form], figure: str) -> GongkaiError:
    """For a group the rows in it, for a piece of labels the rows that hold it."""
    word = squash(figure)
    rows = [row for form in forms for row in form.rows]
    inside = [row for row in rows if any(is_named(group.id, group, figure) for group in row.groups)]
    alike = [row for row in rows if word and word in squash(row.label.text)]
    named = clip(figure, 30)
    if inside:
        return GongkaiError(
            f"“{named}”下有几行，请写明一行：{choices(row_label(row) for row in inside)}。"
        )
    if alike:
        return GongkaiError(
            f"没有“{named}”这一行，请写全行名：{choices(row_label(row) for row in alike)}。"
        )
    return GongkaiError(
        f"这份报告中没有“{named}”这一行；行名如（一）予以公开，编号如 applications.granted.total。"
    )


def choices(names: Iterable[str]) -> str:
    found = list(dict.fromkeys(names))
    return "、".join(found[:MOST_CHOICES]) + ("等" if len(found) > MOST_CHOICES else "")


# --- a whole report -------------------------------------------------------------------------------


def report_rows(report: Report) -> list[SheetRow]:
    """The tables one under the other as the official form prints them, each under its title; rows
    of one length.
    """
    rows: list[SheetRow] = []
    for name, form in edition_of_year(report.year).forms.items():
        if rows:
            rows.append([])
        rows += (
            table_rows(report, name) if name in report.tables else [[f"! 没有找到{form.number}"]]
        )
    if report.problems:
        rows += [[], [f"! 有{len(report.problems)}处没有读出；请用“导入网址”导入后查看校验结果。"]]
    width = max(len(row) for row in rows)
    return [row + [""] * (width - len(row)) for row in rows]


def table_rows(report: Report, name: str) -> list[SheetRow]:
    table = report.tables[name]
    form = table.form
    rows: list[SheetRow] = [[""] * form.size.right for _ in range(form.size.bottom)]
    for label in form.labels:
        rows[label.box.top - 1][label.box.left - 1] = label.text
    for cell in form.cells.values():
        entry = table.entries[cell.id]
        text = written(entry, cell)
        shown_as = as_cell(entry.value) if entry.value is not None else clip(str(text or ""), 1_000)
        rows[cell.box.top - 1][cell.box.left - 1] = shown_as
    return [[f"{form.number}　{one_line(form.title)}"], *rows]
