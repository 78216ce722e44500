"""Report -> findings: what is missing or unread, which sums do not hold, where the prose differs.

``whole.check`` is the way in for reports, ``check_table`` for a table alone, as worksheet functions
have it: they do not load what reads prose.
"""

from __future__ import annotations

from collections.abc import Sequence

from gongkai import sums, wording
from gongkai.checks.coverage import check_coverage
from gongkai.checks.sums import check_sums
from gongkai.model import Finding, Problem, Report, Table

__all__ = ["NONE_CHECKED", "assumed", "check_table", "checked", "checked_text", "listed"]
NONE_CHECKED = "没有能核对的勾稽关系（数字不全，核对0项）"
MOST_OF_A_KIND = 5  # told one by one


def check_table(year: int | None, table: Table, problems: Sequence[Problem]) -> list[Finding]:
    """The findings on one table, of it and ``problems`` (those that name it) alone."""
    return check_coverage(year, table, problems) + check_sums(table)


def listed(findings: Sequence[Finding]) -> list[Finding]:
    """The findings, more than five of one kind as one: 400 paragraphs gave 1,597.

    Of one kind are those of one rule and severity about which the same was decided.
    """
    kinds: dict[tuple[str, str, str], list[Finding]] = {}
    for finding in findings:
        kinds.setdefault(kind_of(finding), []).append(finding)
    found = []
    for finding in findings:
        alike = kinds[kind_of(finding)]
        if len(alike) <= MOST_OF_A_KIND:
            found.append(finding)
        elif finding is alike[0]:
            found.append(as_one(alike))
    return found


def kind_of(finding: Finding) -> tuple[str, str, str]:
    verdict = finding.decision.verdict if finding.decision else ""
    return finding.rule, finding.severity, verdict


def as_one(findings: Sequence[Finding]) -> Finding:
    """One finding for many, on the cells of all."""
    first = findings[0]
    cells: dict[str, None] = {}
    for finding in findings:
        cells |= dict.fromkeys(finding.cells)
    return Finding(
        first.rule,
        first.severity,
        "many",
        tuple(cells),
        decision=first.decision,
        members=tuple(findings),
    )


def checked(report: Report) -> int:
    """How many relations hold or are broken; in the others a blank may be any figure."""
    count = 0
    for table in report.tables.values():
        count += sums.table_state(table).decided
    return count


def assumed(report: Report) -> int:
    """How many relations hold with blanks that can be nothing but 0."""
    count = 0
    for table in report.tables.values():
        count += len(sums.table_state(table).assumed)
    return count


def checked_text(report: Report) -> str:
    """核对42项勾稽关系，其中39项含推定的0; or that none could be checked."""
    count = checked(report)
    if not count:
        return NONE_CHECKED
    zeros = wording.assumed_text(assumed(report))
    return f"核对{count}项勾稽关系，{zeros}" if zeros else f"核对{count}项勾稽关系"
