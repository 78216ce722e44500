"""Broken sums + a second reading of the document -> their cause: the report's error, or ours.

A second reading may be wrong itself, and must never hide an error. It is heard only where it agrees
with the first nearly everywhere, and it makes a broken sum a matter of reading only where its
figures satisfy that sum and break none that held before. Else the sum stays an error, and the
message tells of both readings.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from gongkai import decisions, figures, sums, wording
from gongkai.model import Entry, Fact, Finding, Relation, Report, Table, Value

MOST_NAMED = 8  # cells of a finding whose texts are shown
MOST_DIFFERENT = 4  # cells in which two readings differ, named in a message
AGREED = 2  # figures other than zero that must agree for each one that differs; one for the first
EMPTY = Entry("", None)


def has_broken_sums(findings: Sequence[Finding]) -> bool:
    return any(map(is_broken_sum, findings))


def is_broken_sum(finding: Finding) -> bool:
    """Whether a finding is an error in a stated sum (勾稽关系) of a table, which a misread figure
    would explain.
    """
    return finding.severity == "error" and bool(finding.sums)


def rules_of(relations: Iterable[Relation]) -> set[str]:
    rules: set[str] = set()
    for relation in relations:
        rules.add(relation.rule)
    return rules


def weigh(report: Report, findings: Sequence[Finding], second: Report | None) -> list[Finding]:
    """The findings with their cause, in their order by severity; broken sums that are likely
    misread become warnings.

    ``cause``: "report" where the second reading has the same figures in all stated cells of a
    broken sum, "reading" where it has others that satisfy the sum, "" where there is no second
    reading, or one that settles nothing.
    """
    weighed = []
    for finding in findings:
        if is_broken_sum(finding):
            finding = judged(report, finding, second)
        weighed.append(finding)
    return decisions.gravest_first(weighed)


def judged(report: Report, finding: Finding, second: Report | None) -> Finding:
    first = report.table_of(finding.cells[0])
    assert first is not None, f"{finding.rule}: broken in no table"
    other = second.tables.get(first.id) if second else None
    odd = odd_raws(report, finding)
    told = finding
    if odd:
        told = with_facts(finding, odd=odd)
    if other is None or not is_credible(first, other):
        return told
    cells = cells_asked(first, finding)
    readings = both_readings(first, other, cells)
    if readings and mends_all(first, other, finding):
        misread = with_facts(finding, readings=readings)
        return replace(misread, severity="warning", cause="reading")
    if readings:
        return with_facts(told, readings=readings)
    if has_stated(first, other, cells):
        return replace(told, cause="report")
    return told


def has_stated(first: Table, other: Table, cells: Sequence[str]) -> bool:
    """Whether the second reading has the figure of every cell of which the first has one."""
    for cell in cells:
        stated = value_in(first, cell)
        if stated is not None and value_in(other, cell) != stated:
            return False
    return True


def with_facts(finding: Finding, **facts: Fact) -> Finding:
    return replace(finding, facts={**finding.facts, **facts})


def cells_asked(table: Table, finding: Finding) -> tuple[str, ...]:
    """The cells of a finding's relations and those suspected, in official order."""
    wanted = {*finding.cells, *sums.suspected_cells(finding.suspects)}
    for relation in sums.relations_in(finding.sums):
        wanted.update(relation.cells)
    return wording.official_order(table.form, wanted)


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
    stated = both = telling = different = 0
    for cell, entry in first.entries.items():
        value = value_in(other, cell)
        if entry.value is None:
            continue
        stated += 1
        if value is None:
            continue
        both += 1
        telling += bool(entry.value or value)
        different += entry.value != value
    return 2 * both >= stated and telling - different > AGREED * (different - 1)


def mends_all(first: Table, other: Table, finding: Finding) -> bool:
    rules = rules_of(sums.relations_in(finding.sums))
    return all(mends(first, other, rule) for rule in rules)


def mends(first: Table, other: Table, rule: str) -> bool:
    """Whether with the figures of the second reading a broken sum holds, and none is broken that
    held.

    Sums that could not hold together, whatever the blanks, must all hold: one of them has the
    error.
    """
    broken: set[str] = set()
    asked: set[str] = set()
    for rules in violated(first, first.values):
        broken |= rules
        if rule in rules:
            asked |= rules
    left = set().union(*violated(first, as_read_again(first, other)))
    return bool(asked) and asked.isdisjoint(left) and left <= broken


def as_read_again(first: Table, other: Table) -> dict[str, Value]:
    """The figures of the second reading, those of the first where it has none."""
    values = dict(first.values)
    for cell, value in other.values.items():
        if value is not None:
            values[cell] = value
    return values


def violated(table: Table, values: Mapping[str, Value]) -> list[set[str]]:
    """The rules of each broken relation, and of each set of relations that cannot hold together."""
    wrong = sums.solve(table.form.relations, values).wrong
    return list(map(rules_of, wrong))


def both_readings(first: Table, other: Table, cells: Sequence[str]) -> tuple[tuple[str, ...], ...]:
    """(cell, 134, 143) for the first of some cells that two readings read differently."""
    readings = []
    for cell in cells:
        if differs(value_in(first, cell), value_in(other, cell)):
            readings.append((cell, read_as(first, cell), read_as(other, cell)))
    return tuple(readings[:MOST_DIFFERENT])


def read_as(table: Table, cell: str) -> str:
    """134; 空白（原文“十二”）; 143（原文“14 3”）."""
    entry = table.entries.get(cell, EMPTY)
    if entry.value is None:
        told, is_quoted = "空白", entry.raw.strip() != ""
    else:
        told, is_quoted = figures.shown(entry.value), is_odd(entry)
    if is_quoted:
        return f"{told}（原文“{wording.clipped(entry.raw)}”）"
    return told


# --- the texts of the source ----------------------------------------------------------------------


def raws_of(report: Report, finding: Finding) -> dict[str, str]:
    """Cell -> its text in the source, for the cells of a finding that have one; those suspected
    come first.
    """
    raws = {}
    for cell in (*sums.suspected_cells(finding.suspects), *finding.cells):
        entry = entry_of(report, cell)
        if entry.raw:
            raws[entry.cell] = entry.raw
    return raws


def entry_of(report: Report, cell: str) -> Entry:
    return report.entry(cell) or EMPTY


def odd_raws(report: Report, finding: Finding) -> tuple[tuple[str, ...], ...]:
    """(cell, its text) for the cells whose text is not simply their figure: 1 34 for 134."""
    odd = []
    for cell, raw in raws_of(report, finding).items():
        if is_odd(entry_of(report, cell)):
            odd.append((cell, raw))
    return tuple(odd[:MOST_NAMED])


def is_odd(entry: Entry) -> bool:
    """Whether a text is not simply its figure, other than zero: 1 34, 134件."""
    return bool(entry.value) and entry.raw.strip() not in ("", figures.shown(entry.value))


def is_from_elsewhere(report: Report) -> bool:
    """Whether a report was read from a document that can be read again, and not from a workbook of
    ours.
    """
    return report.document is not None and bool(report.document.content)
