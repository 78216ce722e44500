"""Report -> findings: what is missing or unread, which sums do not hold, where the prose
differs.
"""

from __future__ import annotations

from gongkai.model import Finding, Report
from gongkai.wording import assumed_text

__all__ = ["NONE_CHECKED", "assumed", "check", "checked", "checked_text"]
NONE_CHECKED = "没有能核对的勾稽关系（数字不全，核对0项）"
RANKS = {"error": 0, "warning": 1, "note": 2}


def check(report: Report) -> list[Finding]:
    """All findings: errors, then warnings, then notes; inside these by table and in the official
    order.

    Each table is held against its own edition's layout and relations. What was decided about a
    finding goes with it. Of a report without any figure there is one, which says so.
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
    found += unplaced(
        problem
        for problem in report.problems
        if problem.table not in forms and not is_of_cover(problem)
    )
    found += check_plausibility(report)
    said = claims(report)
    found = with_prose(report, found, said) + check_narrative(report, said)
    found += check_decisions(report, found)
    return apply_decisions(sorted(found, key=lambda finding: RANKS[finding.severity]), report)


def checked(report: Report) -> int:
    """How many relations hold or are broken; in the others a blank may be any figure."""
    from gongkai.sums import table_state

    return sum(table_state(table).decided for table in report.tables.values())


def assumed(report: Report) -> int:
    """How many relations hold with blanks that can be nothing but 0."""
    from gongkai.sums import table_state

    return sum(len(table_state(table).assumed) for table in report.tables.values())


def checked_text(report: Report) -> str:
    """核对42项勾稽关系，其中39项含推定的0; or that none could be checked."""
    count, told = checked(report), assumed_text(assumed(report))
    return "，".join(filter(None, (f"核对{count}项勾稽关系", told))) if count else NONE_CHECKED
