"""Report -> findings: what is missing or unread, which sums do not hold, where the prose differs."""

from __future__ import annotations

from gongkai.model import Finding, Report

__all__ = ["NONE_CHECKED", "check", "checked"]
NONE_CHECKED = "没有能核对的勾稽关系（数字不全，核对0项）"
RANKS = {"error": 0, "warning": 1, "note": 2}


def check(report: Report) -> list[Finding]:
    """All findings: errors, then warnings, then notes; inside these by table and in the official order.

    Each table is held against its own edition's layout and relations. What was decided about a finding goes with it.
    Of a report without any figure there is one, which says so.
    """
    from gongkai.checks.coverage import (
        check_cover,
        check_coverage,
        check_figures,
        check_parts,
        is_of_cover,
        missing_table,
        unplaced,
    )
    from gongkai.checks.narrative import check_narrative, claims
    from gongkai.checks.narrative.comparing import with_prose
    from gongkai.checks.plausibility import check_plausibility
    from gongkai.checks.sums import check_sums
    from gongkai.decisions import apply_decisions
    from gongkai.decisions.check import check_decisions
    from gongkai.editions import edition_of_year

    if not report.is_evaluated:
        return [check_figures(report)]  # whatever was decided: nobody can make nothing right
    found = [*check_cover(report), *check_parts(report)]
    forms = edition_of_year(report.year).forms
    for name, form in forms.items():
        problems = [problem for problem in report.problems if problem.table == name]
        table = report.tables.get(name)
        if table is None:
            found += missing_table(form, problems)
        else:
            found += check_coverage(report.year, table, problems) + check_sums(table)
    found += unplaced(problem for problem in report.problems if problem.table not in forms and not is_of_cover(problem))
    found += check_plausibility(report)
    said = claims(report)
    found = with_prose(report, found, said) + check_narrative(report, said)
    found += check_decisions(report, found)
    return apply_decisions(sorted(found, key=lambda finding: RANKS[finding.severity]), report)


def checked(report: Report) -> int:
    """How many relations could be decided: all cells stated, or impossible whatever the blanks are."""
    from gongkai.checks.sums import count_decided

    return sum(count_decided(table) for table in report.tables.values())
