"""Report -> findings: what is missing or unread, which sums do not hold, where the prose
differs. Here alone checks are run.
"""

from __future__ import annotations

from collections.abc import Sequence

from gongkai.model import Finding, Problem, Report, Table
from gongkai.wording import assumed_text

__all__ = ["NONE_CHECKED", "assumed", "check", "check_table", "checked", "checked_text"]
NONE_CHECKED = "没有能核对的勾稽关系（数字不全，核对0项）"
MOST_OF_A_KIND = 5  # told one by one


def check(report: Report) -> list[Finding]:
    """All findings: errors, then warnings, then notes; inside these by table and in the official
    order.

    Each table is held against its own edition's layout and relations. What was decided about a
    finding goes with it. Of a report without any figure there is one, which says so. More than five
    of one kind are one, with the others behind it.
    """
    from gongkai.checks.coverage import check_cover, check_figures, check_parts
    from gongkai.checks.narrative import check_narrative, claims
    from gongkai.checks.plausibility import check_plausibility
    from gongkai.decisions import apply_decisions, gravest_first
    from gongkai.decisions.check import check_decisions

    if not report.is_evaluated:
        return [check_figures(report)]  # whatever was decided: nobody can make nothing right
    found = [*check_cover(report), *check_parts(report), *check_tables(report)]
    found += check_plausibility(report)
    said = claims(report)
    found = check_narrative(report, apply_decisions(found, report), said)
    found += check_decisions(report, found)
    return listed(apply_decisions(gravest_first(found), report))


def check_tables(report: Report) -> list[Finding]:
    """The findings on each table, one that is missing too, and what belongs to no table."""
    from gongkai.checks.coverage import is_of_cover, missing_table, unplaced
    from gongkai.editions import edition_of_year

    found: list[Finding] = []
    forms = edition_of_year(report.year).forms
    for name, form in forms.items():
        problems = [problem for problem in report.problems if problem.table == name]
        table = report.tables.get(name)
        if table is None:
            found += missing_table(form, problems)
        else:
            found += check_table(report.year, table, problems)
    left = []
    for problem in report.problems:
        if problem.table not in forms and not is_of_cover(problem):
            left.append(problem)
    return found + unplaced(left)


def check_table(year: int | None, table: Table, problems: Sequence[Problem]) -> list[Finding]:
    """The findings on one table, of it and ``problems`` (those that name it) alone."""
    from gongkai.checks.coverage import check_coverage
    from gongkai.checks.sums import check_sums

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
    from gongkai.sums import table_state

    count = 0
    for table in report.tables.values():
        count += table_state(table).decided
    return count


def assumed(report: Report) -> int:
    """How many relations hold with blanks that can be nothing but 0."""
    from gongkai.sums import table_state

    count = 0
    for table in report.tables.values():
        count += len(table_state(table).assumed)
    return count


def checked_text(report: Report) -> str:
    """核对42项勾稽关系，其中39项含推定的0; or that none could be checked."""
    count = checked(report)
    if not count:
        return NONE_CHECKED
    zeros = assumed_text(assumed(report))
    return f"核对{count}项勾稽关系，{zeros}" if zeros else f"核对{count}项勾稽关系"
