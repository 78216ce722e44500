"""Broken sums + a second reading of the document -> their cause: the report's error, or ours.

A second reading may be wrong itself, and must never hide an error. It is heard only where it agrees
with the first nearly everywhere, and it makes a broken sum a matter of reading only where its
figures satisfy that sum and break none that held before. Else the sum stays an error, and the
message tells of both readings.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace

from gongkai.checks import RANKS
from gongkai.figures import shown
from gongkai.model import Entry, Finding, Relation, Report, Table, Value
from gongkai.sums import solve
from gongkai.wording import clipped, label_of, subject_and_names

HOW = "按文字顺序"
MOST_NAMED = 8  # cells of a finding whose texts are shown
MOST_DIFFERENT = 4  # cells in which two readings differ, named in a message
AGREED = 2  # figures other than zero that must agree for each one that differs; one for the first
EMPTY = Entry("", None)


def has_broken_sums(report: Report, findings: Sequence[Finding]) -> bool:
    return any(is_broken_sum(report, finding) for finding in findings)


def is_broken_sum(report: Report, finding: Finding) -> bool:
    """Whether a finding is an error in a stated sum (勾稽关系) of a table, which a misread figure
    would explain.
    """
    return finding.severity == "error" and relation_of(report, finding) is not None


def relation_of(report: Report, finding: Finding) -> Relation | None:
    table = table_of(report, finding)
    relations = table.form.relations if table else ()
    return next((relation for relation in relations if relation.rule == finding.rule), None)


def suspected(finding: Finding) -> list[str]:
    return [suspect.cell for choice in finding.suspects for suspect in choice]


def table_of(report: Report, finding: Finding) -> Table | None:
    return report.table_of(finding.cells[0]) if finding.cells else None


def weigh(report: Report, findings: Sequence[Finding], second: Report | None) -> list[Finding]:
    """The findings with their cause, in their order by severity; broken sums that are likely
    misread become warnings.

    ``cause``: "report" where the second reading has the same figures in all stated cells of a
    broken sum, "reading" where it has others that satisfy the sum, "" where there is no second
    reading, or one that settles nothing.
    """
    weighed = [
        judged(report, finding, second) if is_broken_sum(report, finding) else finding
        for finding in findings
    ]
    return sorted(weighed, key=lambda finding: RANKS[finding.severity])


def judged(report: Report, finding: Finding, second: Report | None) -> Finding:
    first = table_of(report, finding)
    assert first is not None
    other = second.tables.get(first.id) if second else None
    told = replace(finding, message=finding.message + odd_raws(report, finding))
    if other is None or not is_credible(first, other):
        return told
    cells = cells_asked(first, finding)
    different = [cell for cell in cells if differs(value_in(first, cell), value_in(other, cell))]
    if not different:
        stated = [cell for cell in cells if value_in(first, cell) is not None]
        same = all(value_in(other, cell) == value_in(first, cell) for cell in stated)
        return replace(told, cause="report") if same else told
    apart = both_readings(first, other, different)
    if mends(first, other, finding.rule):
        message = (
            f"{apart}：可能是读取有误，不一定是报告的错误，请对照原文核实。原先的核对结果："
            f"{finding.message}"
        )
        return replace(finding, severity="warning", cause="reading", message=message)
    return replace(told, message=f"{told.message}{apart}，照此也不相符，请对照原文核实。")


def cells_asked(table: Table, finding: Finding) -> list[str]:
    """The cells of a finding's relation and those suspected, in official order."""
    related = (
        cell
        for relation in table.form.relations
        if relation.rule == finding.rule
        for cell in relation.cells
    )
    wanted = {*finding.cells, *suspected(finding), *related}
    return [cell for cell in table.form.cells if cell in wanted]


def value_in(table: Table, cell: str) -> Value:
    return table.entries.get(cell, EMPTY).value


def differs(first: Value, other: Value) -> bool:
    """A second reading that has no figure says nothing."""
    return other is not None and other != first


# --- whether a second reading is to be heard ------------------------------------------------------


def is_credible(first: Table, other: Table) -> bool:
    """Whether it is the same table, read in the main, with few differences.

    Zeros agree even in a table of nothing but zeros: figures other than zero decide.
    """
    if first.entries.keys() != other.entries.keys():
        return False
    pairs = [
        (entry.value, value_in(other, cell))
        for cell, entry in first.entries.items()
        if entry.value is not None
    ]
    both = [pair for pair in pairs if pair[1] is not None]
    telling = [pair for pair in both if any(pair)]
    different = sum(one != two for one, two in telling)
    return 2 * len(both) >= len(pairs) and len(telling) - different > AGREED * (different - 1)


def mends(first: Table, other: Table, rule: str) -> bool:
    """Whether with the figures of the second reading a broken sum holds, and none is broken that
    held.

    Sums that could not hold together, whatever the blanks, must all hold: one of them has the
    error.
    """
    before = first.values
    after = before | {cell: value for cell, value in other.values.items() if value is not None}
    broken, left = violated(first, before), set().union(*violated(first, after))
    asked = set().union(*(group for group in broken if rule in group))
    return bool(asked) and not asked & left and left <= set().union(*broken)


def violated(table: Table, values: Mapping[str, Value]) -> list[set[str]]:
    """The rules of each broken relation, and of each set of relations that cannot hold together."""
    solution = solve(table.form.relations, values)
    broken = [{relation.rule} for relation in solution.broken]
    return broken + [{relation.rule for relation in conflict} for conflict in solution.conflicts]


def both_readings(first: Table, other: Table, cells: Sequence[str]) -> str:
    """表三 （一）予以公开·自然人 读作134，另一种读法（按文字顺序）读作143."""
    form = first.form
    named = "、".join(
        (
            f"{label_of(form.cells[cell])} 读作{read_as(first, cell)}，另一种读法（{HOW}）"
            f"读作{read_as(other, cell)}"
        )
        for cell in cells[:MOST_DIFFERENT]
    )
    more = f"等{len(cells)}格" if len(cells) > MOST_DIFFERENT else ""
    return f"{form.number} {named}{more}"


def read_as(table: Table, cell: str) -> str:
    entry = table.entries.get(cell, EMPTY)
    if entry.value is None:
        return f"空白（原文“{clipped(entry.raw)}”）" if entry.raw.strip() else "空白"
    return shown(entry.value) + (f"（原文“{clipped(entry.raw)}”）" if is_odd(entry) else "")


# --- the texts of the source ----------------------------------------------------------------------


def raws_of(report: Report, finding: Finding) -> dict[str, str]:
    """Cell -> its text in the source, for the cells of a finding that have one; those suspected
    come first.
    """
    entries = (
        entry_of(report, cell) for cell in dict.fromkeys((*suspected(finding), *finding.cells))
    )
    return {entry.cell: entry.raw for entry in entries if entry.raw}


def entry_of(report: Report, cell: str) -> Entry:
    return report.entry(cell) or EMPTY


def raw_line(report: Report, finding: Finding) -> str:
    """原文：自然人“134”、…、总计“145” for a broken sum in a document from elsewhere, else "".

    Zeros and blanks are left out unless they are the total or suspected. What a workbook of ours
    holds the user typed himself.
    """
    relation = relation_of(report, finding)
    if relation is None or not is_from_elsewhere(report):
        return ""
    kept = {*relation.whole, *suspected(finding)}
    raws = raws_of(report, finding)
    texts = named_raws(
        report, relation, [cell for cell in raws if cell in kept or entry_of(report, cell).value]
    )
    same = "（两种读法相同）" if finding.cause == "report" else ""
    return f"原文{same}：{texts}" if texts else ""


def odd_raws(report: Report, finding: Finding) -> str:
    """（原文：…） of the cells whose text is not simply their figure, "" where there are none."""
    relation = relation_of(report, finding)
    cells = [cell for cell in raws_of(report, finding) if is_odd(entry_of(report, cell))]
    return f"（原文：{named_raws(report, relation, cells)}。）" if relation and cells else ""


def named_raws(report: Report, relation: Relation, cells: Sequence[str]) -> str:
    """Each cell's text by the name that the message of the relation gives it; others by their whole
    label.
    """
    form = report.tables[relation.table].form
    _, names = subject_and_names(form, relation)
    named = {cell: names.get(cell) or label_of(form.cells[cell]) for cell in cells}
    texts = [f"{name}“{clipped(entry_of(report, cell).raw)}”" for cell, name in named.items()]
    more = f"等{len(texts)}格" if len(texts) > MOST_NAMED else ""
    return "、".join(texts[:MOST_NAMED]) + more


def is_odd(entry: Entry) -> bool:
    return (
        bool(entry.value)
        and entry.value is not None
        and entry.raw.strip() not in ("", shown(entry.value))
    )


def is_from_elsewhere(report: Report) -> bool:
    """Whether a report was read from a document that can be read again, and not from a workbook of
    ours.
    """
    return report.document is not None and bool(report.document.content)
