"""A whole report -> all findings on it, with what was decided about them. Here alone checks are
run.
"""

from __future__ import annotations

from collections.abc import Sequence

from gongkai import decisions, editions
from gongkai.checks import check_table, coverage, listed, plausibility
from gongkai.checks.narrative import check_narrative, claims
from gongkai.model import Decision, Fact, Finding, Report

CHOICE = "或".join(f"“{word}”" for word in decisions.WORDS.values())


def check(report: Report) -> list[Finding]:
    """All findings: errors, then warnings, then notes; inside these by table and in the official
    order.

    Each table is held against its own edition's layout and relations. What was decided about a
    finding goes with it. Of a report without any figure there is one, which says so. More than five
    of one kind are one, with the others behind it.
    """
    if not report.is_evaluated:
        return [
            coverage.check_figures(report)
        ]  # whatever was decided: nobody can make nothing right
    found = [*coverage.check_cover(report), *coverage.check_parts(report), *check_tables(report)]
    found += plausibility.check_plausibility(report)
    said = claims(report)
    found = check_narrative(report, decisions.apply_decisions(found, report), said)
    found += check_decisions(report, found)
    return listed(decisions.apply_decisions(decisions.gravest_first(found), report))


def check_tables(report: Report) -> list[Finding]:
    """The findings on each table, one that is missing too, and what belongs to no table."""
    found: list[Finding] = []
    forms = editions.edition_of_year(report.year).forms
    for name, form in forms.items():
        problems = [problem for problem in report.problems if problem.table == name]
        table = report.tables.get(name)
        if table is None:
            found += coverage.missing_table(form, problems)
        else:
            found += check_table(report.year, table, problems)
    left = []
    for problem in report.problems:
        if problem.table not in forms and not coverage.is_of_cover(problem):
            left.append(problem)
    return found + coverage.unplaced(left)


# --- decisions that decide nothing ----------------------------------------------------------------


def check_decisions(report: Report, findings: Sequence[Finding]) -> list[Finding]:
    """A warning for each finding about which somebody wrote what decides nothing, and for verdicts
    on no finding.
    """
    open_ones = {
        key: decision for key, decision in report.decisions.items() if not decision.verdict
    }
    if not open_ones:
        return []
    about: dict[str, Finding | None] = {"": None}
    for finding in findings:
        about |= dict.fromkeys(decisions.keys_of(finding, report), finding)
        about |= dict.fromkeys(decisions.former_keys_of(finding, report), finding)
    return [
        verdict_warning(decision, about[key]) for key, decision in open_ones.items() if key in about
    ]


def verdict_warning(decision: Decision, finding: Finding | None) -> Finding:
    """是 in the column 处理 is no verdict; a reason alone decides nothing."""
    facts: dict[str, Fact] = {"word": decision.word, "choice": CHOICE}
    if finding is None:
        return Finding("rulings.verdict", "warning", "nothing", facts=facts)
    facts["message"] = finding.lines[0]
    says = "word" if decision.word.strip() else "reason"
    return Finding("rulings.verdict", "warning", says, facts=facts)
