"""A sound report made from Rui'an's figures, to be changed cell by cell."""

from __future__ import annotations

from collections.abc import (
    Iterable,
    Mapping,
    Sequence,
)
from dataclasses import replace
from decimal import Decimal
from random import Random

from gongkai.checks.whole import check
from gongkai.editions import (
    all_editions,
    form,
)
from gongkai.model import (
    Entry,
    Finding,
    Problem,
    Report,
    Severity,
    Table,
    Value,
)

# Rui'an 2021, table three: new, carried in, results, total, carried out; columns natural, company,
# legal, other.
RUIAN: dict[str, tuple[int, ...]] = {
    "new": (436, 12, 3, 4),
    "carried_in": (8, 0, 0, 0),
    "granted": (134, 7, 1, 1),
    "partly_granted": (82, 2, 0, 1),
    "refused_secret": (4, 0, 0, 0),
    "refused_stability": (1, 0, 0, 0),
    "unavailable_not_held": (123, 1, 1, 0),
    "other_rest": (88, 2, 1, 2),
    "handled": (432, 12, 3, 4),
    "carried_out": (12, 0, 0, 0),
}
DISPUTES: dict[str, tuple[int, ...]] = {
    "review": (10, 1, 0, 0, 11),
    "direct_litigation": (3, 0, 1, 2, 6),
    "reviewed_litigation": (0, 0, 0, 0, 0),
}


def sound_values() -> dict[str, Value]:
    values: dict[str, Value] = {
        cell: 0 for official in all_editions()["2021"].forms.values() for cell in official.cells
    }
    for row, figures in RUIAN.items():
        for column, figure in zip(("natural", "company", "legal", "other"), figures, strict=True):
            values[f"applications.{row}.{column}"] = figure
        values[f"applications.{row}.total"] = sum(figures)
    for row, figures in DISPUTES.items():
        for column, figure in zip(
            ("upheld", "corrected", "other", "pending", "total"), figures, strict=True
        ):
            values[f"disputes.{row}.{column}"] = figure
    return values


FEES, NEW = "disclosure.fees.amount", "applications.new.natural"
CONVERTED = {
    FEES: Entry(
        FEES, Decimal("5.758871"), "57588.71", None, "元", "表头“本年收费金额（单位：元）”"
    ),
    NEW: Entry(NEW, 436, "0.436", None, "千件", "表旁“单位：千件”"),
}


def converted_report() -> Report:
    """A sound report of which two figures, on two sheets, stood in other units in their source."""
    report = report_of()
    tables = {
        name: replace(
            table,
            entries={cell: CONVERTED.get(cell, entry) for cell, entry in table.entries.items()},
        )
        for name, table in report.tables.items()
    }
    return replace(report, tables=tables)


def report_of(
    changes: Mapping[str, Value] | None = None,
    *,
    year: int | None = 2021,
    raws: Mapping[str, str] | None = None,
    problems: Sequence[Problem] = (),
    without: str = "",
) -> Report:
    values, texts = sound_values() | dict(changes or {}), raws or {}
    tables = {
        name: Table(
            form("2021", name),
            {cell: Entry(cell, values[cell], texts.get(cell, "")) for cell in official.cells},
        )
        for name, official in all_editions()["2021"].forms.items()
        if name != without
    }
    published = f"{year + 1}-01-20" if year else "2022-01-20"
    return Report("年度报告", "青溪县人民政府", year, published, tables, problems=tuple(problems))


def blank_report(edition: str, year: int) -> Report:
    tables = {
        name: Table(form(edition, name), {cell: Entry(cell, None) for cell in official.cells})
        for name, official in all_editions()[edition].forms.items()
    }
    return Report("年度报告", "青溪县人民政府", year, "", tables)


def older() -> Report:
    """A report whose three tables are in the layout of 2019."""
    tables = {
        name: Table(form("2019", name), {cell: Entry(cell, 3) for cell in official.cells})
        for name, official in all_editions()["2019"].forms.items()
    }
    return replace(report_of(year=2020), tables=tables)


def rules(report: Report) -> list[tuple[str, str]]:
    return [(finding.severity, finding.rule) for finding in check(report)]


def only(report: Report, rule: str) -> Finding:
    """The one finding of a rule, or the one cause that breaks this stated sum."""
    found = [finding for finding in check(report) if rule in rules_of(finding)]
    assert len(found) == 1
    return found[0]


def rules_of(finding: Finding) -> set[str]:
    """Its rule, and all stated sums that its cause breaks."""
    return {finding.rule} | {one.rule for one in finding.sums}


def broken_rules(findings: Iterable[Finding]) -> set[str]:
    """All stated sums that findings tell of, whatever their causes."""
    return {one.rule for finding in findings for one in finding.sums}


def saying(
    text: str, severity: Severity = "error", cells: tuple[str, ...] = (), **figures: Value
) -> Finding:
    """A finding whose only sentence is this one."""
    facts = {"reason": text}
    return Finding("coverage.unplaced", severity, "", cells, facts=facts, **figures)  # type: ignore[arg-type]


def cells_of_row(row: str) -> tuple[str, ...]:
    return tuple(cell.id for cell in form("2021", "applications").row_cells(row))


def table_of(
    values: Mapping[str, Value], table: str = "applications", edition: str = "2021"
) -> Table:
    cells = form(edition, table).cells
    return Table(form(edition, table), {cell: Entry(cell, values.get(cell)) for cell in cells})


def consistent(random: Random, edition: str, largest: int = 60) -> dict[str, int]:
    """Figures of table three that satisfy all its sums, many of them small or 0."""
    rows = [row.id for row in form(edition, "applications").rows]
    columns = [column.id for column in form(edition, "applications").parts[0].columns][:-1]
    results = rows[rows.index("granted") : rows.index("handled")]
    found: dict[str, int] = {}
    for column in columns:
        figures = {row: random.choice((0, 0, 1, random.randint(0, largest))) for row in rows}
        figures["handled"] = sum(figures[row] for row in results)
        figures["carried_in"] = min(
            figures["carried_in"], figures["handled"] + figures["carried_out"]
        )
        figures["new"] = figures["handled"] + figures["carried_out"] - figures["carried_in"]
        found |= {f"applications.{row}.{column}": figure for row, figure in figures.items()}
    for row in rows:
        found[f"applications.{row}.total"] = sum(
            found[f"applications.{row}.{column}"] for column in columns
        )
    return {cell: found[cell] for cell in form(edition, "applications").cells}
