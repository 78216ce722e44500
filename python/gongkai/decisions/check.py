"""Decisions -> findings on those that decide nothing: no verdict, a reason alone, no finding."""

from __future__ import annotations

from collections.abc import Sequence

from gongkai.decisions import (
    WORDS,
    former_keys_of,
    keys_of,
)
from gongkai.model import (
    Decision,
    Fact,
    Finding,
    Report,
)

CHOICE = "或".join(f"“{word}”" for word in WORDS.values())


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
        about |= dict.fromkeys(keys_of(finding, report), finding)
        about |= dict.fromkeys(former_keys_of(finding, report), finding)
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
