"""Findings and figures -> the one sentence of a cell, or rows that spill."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence

from gongkai import decisions, editions, figures, wording
from gongkai.checks import check_table, coverage, listed
from gongkai.excel.arrays import Placed, even_out
from gongkai.model import (
    Alternative,
    BrokenSum,
    Cell,
    Entry,
    Finding,
    Form,
    GongkaiError,
    Problem,
    Relation,
    Report,
    Severity,
    Table,
    Value,
)
from gongkai.sums import TableState, Verdict, difference, stated_and_computed, table_state
from gongkai.wording.findings import Below, below
from gongkai.workbook import fill, proposals

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
    report = Report("", "", None, "", by_id(placed.tables), problems=placed.problems)
    wording.evaluated(report, wording.BLANK_RANGE)
    return placed


def by_id(tables: Iterable[Table]) -> dict[str, Table]:
    found: dict[str, Table] = {}
    for table in tables:
        found[table.id] = table
    return found


def findings_of(placed: Placed) -> list[Finding]:
    """The findings on the tables of a range, errors first; of a part of a table only those on its
    own figures.
    """
    told: dict[str, list[Problem]] = {}
    for problem in placed.problems:
        told.setdefault(problem.table, []).append(problem)
    found: list[Finding] = []
    held = by_id(placed.tables)
    for name, table in held.items():
        found += on_held_cells(table, check_table(None, table, told.get(name, ())))
    found += coverage.unplaced(problem for problem in placed.problems if problem.table not in held)
    return listed(decisions.gravest_first(found))


def on_held_cells(table: Table, findings: Sequence[Finding]) -> Iterator[Finding]:
    for finding in findings:
        if is_part(table) and finding.rule == "coverage.blank":
            blanks = [cell for cell in finding.cells if cell in table.entries]
            yield from coverage.blank_notes(table.form, blanks, {}, table_state(table))
        else:
            yield finding


def is_part(table: Table) -> bool:
    """Whether a range holds some cells of a table only."""
    return len(table.entries) < len(table.form.cells)


# --- one sentence ---------------------------------------------------------------------------------


def conclusion(tables: Sequence[Table], findings: Sequence[Finding], about: str = "") -> str:
    """``✓ 42项勾稽关系全部相符``; ✗ with what is wrong; ! where blanks or unreadable texts leave
    something open.

    ○ where nothing is left but errors and warnings that somebody has dismissed.
    """
    serious = [finding for finding in findings if finding.severity != "note"]
    told = open_text(tables, serious)
    also = decisions.dismissed_text(serious)
    if not told and not also:
        return f"✓ {all_well(tables)}{about}"
    if not told:
        return f"○ 没有待处理的问题，{also}{about}"
    errors = open_findings(serious, "error")
    sign = "✗" if errors else "!"
    first = first_texts([*errors, *open_findings(serious, "warning")])
    return f"{sign} {with_comma(told, also)}{about}{first}"


def open_text(tables: Sequence[Table], findings: Sequence[Finding]) -> str:
    """1项不符，12项因空白不能核对; 27项相符，2处疑问 where nothing is an error, not even one that
    is dismissed; "" where all holds.
    """
    states = []
    verdicts: dict[str, Verdict] = {}
    for table in tables:
        states.append(table_state(table))
        verdicts |= states[-1].verdicts
    broken, rest = broken_and_rest(open_findings(findings, "error"), verdicts)
    warnings = len(open_findings(findings, "warning"))
    every = list(verdicts.values())
    told = counted_text(every, (broken, rest, warnings))
    if told and not any(finding.severity == "error" for finding in findings):
        return holding_text(every, states) + told
    return told


def open_findings(findings: Sequence[Finding], severity: Severity) -> list[Finding]:
    """Those of a severity that nobody has dismissed."""
    found: list[Finding] = []
    for finding in findings:
        if finding.severity == severity and decisions.is_open(finding):
            found.append(finding)
    return found


def broken_and_rest(errors: Sequence[Finding], verdicts: Mapping[str, Verdict]) -> tuple[int, int]:
    """How many sums are counted as not holding, and how many errors are of no such sum."""
    broken = rest = 0
    for finding in errors:
        told = [verdicts[one.rule] for one in finding.sums].count("broken")
        broken += told
        rest += told == 0
    return broken, rest


def with_comma(one: str, other: str) -> str:
    """1项不符，另有2处已忽略; the one alone where the other is ""."""
    return f"{one}，{other}" if one and other else one or other


def holding_text(verdicts: Sequence[Verdict], states: Sequence[TableState]) -> str:
    """27项相符（其中11项含推定的0）， to go before what is open; "" where nothing holds."""
    holding = verdicts.count("holds")
    if not holding:
        return ""
    zeros = zeros_assumed(states)
    if zeros:
        return f"{holding}项相符（{zeros}），"
    return f"{holding}项相符，"


def zeros_assumed(states: Sequence[TableState]) -> str:
    """其中11项含推定的0; "" where nothing was assumed."""
    count = 0
    for state in states:
        count += len(state.assumed)
    return wording.assumed_text(count)


def counted_text(verdicts: Sequence[Verdict], counts: tuple[int, int, int]) -> str:
    """1项不符，2处错误，12项因空白不能核对; "" where all holds.

    ``counts``: broken relations, other errors, warnings.
    """
    broken, errors, warnings = counts
    left = verdicts.count("open")
    bad = [(broken, "项不符"), (errors, "处错误"), (warnings, "处疑问"), (left, "项因空白不能核对")]
    told = ""
    for count, what in bad:
        if count:
            told = with_comma(told, f"{count}{what}")
    return told


def all_well(tables: Sequence[Table]) -> str:
    """42项勾稽关系全部相符，其中11项含推定的0; 没有勾稽关系，8格数字没有问题 of 表二."""
    relations = cells = blank = 0
    for table in tables:
        values = list(table.values.values())
        relations += len(table.form.relations)
        cells += len(values)
        blank += values.count(None)
    if relations:
        zeros = zeros_assumed([table_state(table) for table in tables])
        return with_comma(f"{relations}项勾稽关系全部相符", zeros)
    told = f"没有勾稽关系，{cells - blank}格数字没有问题"
    return f"{told}，{blank}格空白" if blank else told


def first_texts(findings: Sequence[Finding]) -> str:
    """What the first findings say, in short: of a broken sum the repair, else the reason too."""
    if not findings:
        return ""
    told = []
    for finding in findings[:MOST_NAMED]:
        whole = finding.lines[0] if finding.sums else finding.message.rstrip("。")
        told.append(wording.cut(whole, LONGEST))
    if len(findings) > MOST_NAMED:
        told.append("等")
    return f"：{'；'.join(told)}"


def about_tables(tables: Sequence[Table]) -> str:
    """（表三，2021年格式）: which table a range was taken for."""
    names = []
    years = {}
    for table in tables:
        names.append(table.form.number)
        if is_part(table):
            names[-1] += "的一部分"
        if table.id != "disputes":  # the same in all editions
            years[f"{table.edition}年格式"] = table
    return f"（{'，'.join(['、'.join(names), *years])}）"


# --- one relation ---------------------------------------------------------------------------------


def relation_named(tables: Sequence[Table], rule: str) -> tuple[Table, Relation]:
    """Raises GongkaiError for a rule that no edition knows, or that is not one of these tables'."""
    wanted = rule.strip().lower()
    example = ""
    for table in tables:
        for relation in table.form.relations:
            if relation.rule == wanted:
                return table, relation
            example = example or relation.rule
    what = "不是这张表的勾稽关系" if is_known(wanted) else "不是勾稽关系的编号"
    advice = f"，如 {example}" if example else ""
    raise GongkaiError(f"“{wording.cut(rule, 60)}”{what}；编号见 GK_RULES{advice}。")


def is_known(rule: str) -> bool:
    """Whether any edition has a relation of that id."""
    for edition in editions.all_editions().values():
        for relation in edition.relations:
            if relation.rule == rule:
                return True
    return False


def relation_gap(table: Table, relation: Relation) -> Value:
    """computed - stated. Raises GongkaiError where figures are missing."""
    sums = stated_and_computed(relation, table.values)
    if sums is None:
        raise missing_figures(table, relation)
    stated, computed = sums
    return difference(computed, stated)


def missing_figures(table: Table, relation: Relation) -> GongkaiError:
    """不能计算：有1格空白或不是数（（一）予以公开·自然人）。"""
    values = table.values
    missing = []
    for cell in relation.cells:
        if values.get(cell) is None:
            missing.append(wording.label_of(table.form.cells[cell]))
    named = wording.some_of(missing, MOST_NAMED)
    return GongkaiError(f"不能计算：有{len(missing)}格空白或不是数（{named}）。")


# --- rows that spill ------------------------------------------------------------------------------


def as_cell(value: Value) -> float | str:
    """A figure for a cell: a number where a spreadsheet keeps it exactly, else its digits; "" for
    blank.
    """
    text = figures.shown(value)
    digits = text.strip("-0.").replace(".", "")
    return text if value is None or len(digits) > 15 else float(value)


def findings_rows(placed: Placed, findings: Sequence[Finding]) -> list[SheetRow]:
    """A row for each finding, and below it what stands below it in the list of the workbook."""
    rows: list[SheetRow] = [list(HEADS)]
    forms = forms_in(placed)
    for finding in findings:
        proposal = proposals.proposal_text(finding.suspects, forms)
        rows.append([*finding_cells(placed, finding, finding.message), proposal])
        for row in below(finding):
            rows.append([*cells_below(placed, row), ""])
    if not findings:
        rows.append([well(placed), "", "", "", "", about_tables(placed.tables), ""])
    return rows


def cells_below(placed: Placed, row: Below) -> SheetRow:
    if row.told is None:
        return [*[""] * (len(HEADS) - 2), row.text]
    return finding_cells(placed, row.told, row.text)


def finding_cells(placed: Placed, told: Finding | BrokenSum, message: str) -> SheetRow:
    three = (told.stated, told.computed, told.difference)
    place = place_of(placed, told)
    return [told.rule, place, *map(as_cell, three), wording.cut(message, fill.LONGEST_CELL)]


def well(placed: Placed) -> str:
    """What stands in a list without findings: 表二 has no relations that could be wrong."""
    for table in placed.tables:
        if table_state(table).decided:
            return ALL_WELL
    return NONE_DECIDED


def suspects_rows(placed: Placed, findings: Sequence[Finding]) -> list[SheetRow]:
    """A row for each cell that a proposal changes; findings with the same proposals are one
    problem.
    """
    problems: dict[tuple[Alternative, ...], dict[str, None]] = {}
    for finding in findings:
        if finding.severity == "error":
            names = problems.setdefault(finding.suspects, {})
            names[problem_name(placed, finding)] = None
    rows: list[SheetRow] = [list(SUSPECT_HEADS)]
    for suspects, names in problems.items():
        problem = wording.cut("、".join(names), fill.LONGEST_CELL)
        known = suspect_rows(problem, suspects, forms_in(placed))
        rows += known or [[problem, UNCERTAIN, "", "", ""]]
    if not problems:
        rows.append([well(placed), "", "", "", ""])
    return rows


def suspect_rows(
    problem: str, suspects: Sequence[Alternative], forms: Mapping[str, Form]
) -> list[SheetRow]:
    rows: list[SheetRow] = []
    for number, alternative in enumerate(suspects, 1):
        for suspect in alternative:
            pair = (stated_cell(suspect.stated), as_cell(suspect.proposed))
            rows.append([problem, number, proposals.name_of(suspect.cell, forms), *pair])
    return rows


def stated_cell(value: Value) -> float | str:
    return proposals.NO_FIGURE if value is None else as_cell(value)


def problem_name(placed: Placed, finding: Finding) -> str:
    """表三 自然人列 各项之和＝总计, or the cell of a finding on no relation."""
    form = finding.form
    if not finding.sums or form is None:
        return place_of(placed, finding) or wording.cut(finding.lines[0], LONGEST)
    names = []
    for one in finding.sums:
        relation = one.relations[0]
        names.append(
            f"{form.number} {wording.subject_and_names(form, relation)[0]} {relation.label}"
        )
    return "、".join(names)


def forms_in(placed: Placed) -> dict[str, Form]:
    return proposals.forms_of(by_id(placed.tables))


def place_of(placed: Placed, finding: Finding | BrokenSum) -> str:
    """The cell that carries the flag, in the official labels; "" for a finding on no cell."""
    for table in placed.tables:
        form = table.form
        first = marked_cell(form, finding)
        if first in form.cells:
            return f"{form.number} {wording.label_of(form.cells[first])}"
    return ""


def marked_cell(form: Form, finding: Finding | BrokenSum) -> str:
    """The cell that a broken relation marks, else the first of the finding's; "" for none."""
    for relation in form.relations:
        if relation.rule == finding.rule:
            return relation.marked
    return finding.cells[0] if finding.cells else ""


def rules_rows(edition: str) -> list[SheetRow]:
    """Every relation of an edition. Raises GongkaiError for an unknown one."""
    found = editions.all_editions().get(edition)
    if found is None:
        raise GongkaiError(
            f"没有“{wording.cut(edition, 20)}”年格式；"
            f"可以用：{'、'.join(editions.all_editions())}。"
        )
    rows: list[SheetRow] = [list(RULE_HEADS)]
    for rule, table, subject, sides in wording.relation_lines(found):
        rows.append([rule, table, f"{subject}：{sides}"])
    return rows


# --- a whole report -------------------------------------------------------------------------------


def report_rows(report: Report) -> list[SheetRow]:
    """The tables one under the other as the official form prints them, each under its title; rows
    of one length.
    """
    rows: list[SheetRow] = []
    for name, form in editions.edition_of_year(report.year).forms.items():
        if rows:
            rows.append([])
        if name in report.tables:
            rows += table_rows(report, name)
        else:
            rows.append([f"! 没有找到{form.number}"])
    if report.problems:
        rows += [[], [f"! 有{len(report.problems)}处没有读出；请用“导入网址”导入后查看校验结果。"]]
    even_out(rows, "")
    return rows


def table_rows(report: Report, name: str) -> list[SheetRow]:
    table = report.tables[name]
    form = table.form
    rows: list[SheetRow] = []
    while len(rows) < form.size.bottom:
        rows.append([""] * form.size.right)
    for label in form.labels:
        rows[label.box.top - 1][label.box.left - 1] = label.text
    for cell in form.cells.values():
        entry = table.entries[cell.id]
        rows[cell.box.top - 1][cell.box.left - 1] = shown_in(cell, entry)
    return [[f"{form.number}　{wording.one_line(form.title)}"], *rows]


def shown_in(cell: Cell, entry: Entry) -> float | str:
    """A figure, else what a workbook would hold in the cell."""
    if entry.value is not None:
        return as_cell(entry.value)
    return wording.cut(str(fill.written(entry, cell) or ""), 1_000)
