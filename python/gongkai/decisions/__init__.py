"""What a person decided + findings -> which it is about, by a key that does not depend on words.

A dismissed finding counts nowhere and marks nothing; every list still shows it, at its end and with
the reason.
"""

from __future__ import annotations

import hashlib
import json
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from typing import NamedTuple

from gongkai import bodies, wording
from gongkai.figures import clean, exact, shown
from gongkai.model import BrokenSum, Decision, Fact, Finding, Report, Severity, Value
from gongkai.wording.findings import former_text

KEY_DIGITS = 12  # hexadecimal
KEY = re.compile(f"[0-9a-f]{{{KEY_DIGITS}}}")
WORDS: Mapping[str, str] = {"confirmed": "确认", "dismissed": "忽略"}
# What could not be placed stands in no cell, and what section six says of fees in no figure, only
# in the message.
TOLD_BY_TEXT = ("coverage.unplaced", "plausibility.fees")
# here the severity tells of which scope the prose speaks, two things where the figures are one
GRADED = "narrative."
Held = Report | Mapping[str, Value]
RANKS: Mapping[Severity, int] = {"error": 0, "warning": 1, "note": 2}
DOUBTFUL = "？?"  # stands in a workbook before a text that is no certain figure


def keys_of(
    finding: Finding, held: Held, beside: Mapping[str, Value] | None = None
) -> tuple[str, ...]:
    """What decisions about a finding are kept under: a key for each sum that a cause breaks and for
    each finding that is told with others; another one exactly when a figure in it is another.

    A key covers the rule, the cells with what stands in them, and the figures stated and computed;
    the facts only where nothing else tells the finding from others of its rule. Severity (but of
    what the prose says), wording, suspects and cause are no part. ``held`` is the report, or its
    figures by cell for what was found in several reports; ``beside`` are the figures that stand
    beside them, where others than the stated and computed ones make the finding.
    """
    keys: list[str] = []
    for unit in units_of(finding):
        keys.append(digest(basis_of(unit, held, beside), facts_text(unit)))
    return tuple(keys)


def key_of(finding: Finding, held: Held, beside: Mapping[str, Value] | None = None) -> str:
    """The first of its keys, by which lists and commands name a finding."""
    return keys_of(finding, held, beside)[0]


def former_keys_of(
    finding: Finding, held: Held, beside: Mapping[str, Value] | None = None
) -> tuple[str, ...]:
    """The keys that an earlier version made, which took the sentence where ``keys_of`` takes the
    facts.
    """
    found = []
    for unit in units_of(finding):
        basis = basis_of(unit, held, beside)
        text = squeezed(former_text(unit)) if basis.is_told_by_text else ""
        found.append(digest(basis, text))
    return tuple(found)


def units_of(finding: Finding) -> Iterator[Finding]:
    """What is decided each for itself: the members of a list, the sums of a cause as findings of
    their own, as they were before causes were found.
    """
    if finding.members:
        for member in finding.members:
            yield from units_of(member)
    elif finding.sums:
        for one in finding.sums:
            yield sum_alone(one)
    else:
        yield finding


def sum_alone(one: BrokenSum) -> Finding:
    """A broken sum as a finding of its own."""
    return Finding(one.rule, "error", "", one.cells, one.stated, one.computed, one.difference)


class KeyBasis(NamedTuple):
    """What every key of a finding is made of, and whether more is needed to tell it from others."""

    rule: str
    cells: list[list[str]]
    figures: list[str]
    is_told_by_text: bool


def basis_of(finding: Finding, held: Held, beside: Mapping[str, Value] | None) -> KeyBasis:
    figures = [figure_text(finding.stated), figure_text(finding.computed)]
    is_without = not any(figures)
    is_compared = is_without and beside is not None
    cells = []
    for cell in sorted(set(finding.cells)):
        told = [cell, held_in(cell, held)]
        if is_compared:
            told.append(figure_text((beside or {}).get(cell)))
        cells.append(told)
    is_bare = is_without and not cells
    is_told = is_compared or is_bare or finding.rule in TOLD_BY_TEXT
    return KeyBasis(graded_rule(finding), cells, figures, is_told)


def graded_rule(finding: Finding) -> str:
    """narrative.handled/note; any other rule is its id alone."""
    if finding.rule.startswith(GRADED):
        return f"{finding.rule}/{finding.severity}"
    return finding.rule


def digest(basis: KeyBasis, text: str) -> str:
    facts = [basis.rule, basis.cells, basis.figures, text if basis.is_told_by_text else ""]
    return hashlib.sha256(json.dumps(facts).encode()).hexdigest()[:KEY_DIGITS]


def facts_text(finding: Finding) -> str:
    """Which of its rule's sentences a finding is, and what that names, in one order."""
    told = []
    for name, fact in sorted(finding.facts.items()):
        told.append([name, fact_key(fact)])
    return json.dumps([finding.says, told])


def fact_key(fact: Fact) -> str:
    if isinstance(fact, tuple):
        return json.dumps(fact)
    return squeezed(fact) if isinstance(fact, str) else figure_text(fact)


def held_in(cell: str, held: Held) -> str:
    """A cell's figure, else its source text, which page and workbook give alike; "" for a blank."""
    if not isinstance(held, Report):
        return figure_text(held.get(cell))
    entry = held.entry(cell)
    if entry is None:
        return ""
    if entry.value is not None:
        return figure_text(entry.value)
    raw = squeezed(clean(wording.plain(entry.raw))).lstrip(DOUBTFUL)
    return f"?{raw}" if raw else ""


def figure_text(value: Value) -> str:
    return "" if value is None else shown(exact(Decimal(value)))


def squeezed(text: str) -> str:
    return "".join(text.split())


# --- findings -------------------------------------------------------------------------------------


def apply_decisions(findings: Sequence[Finding], report: Report) -> list[Finding]:
    """The findings in their order, each with what was decided about it; of equal keys a decision is
    about all.
    """
    return decided_findings(findings, report.decisions, report)


def decided_findings(
    findings: Sequence[Finding],
    decisions: Mapping[str, Decision],
    held: Held,
    beside: Mapping[str, Value] | None = None,
) -> list[Finding]:
    """``apply_decisions`` for findings that ``key_of`` knows by ``held`` and ``beside``."""
    decided: dict[str, Decision] = {}
    for key, known in decisions.items():
        if known.verdict:
            decided[key] = known
    if not decided:
        return list(findings)
    found = []
    for finding in findings:
        decision = decision_about(finding, decided, held, beside)
        found.append(replace(finding, decision=decision))
    return found


def under_new_keys(report: Report, findings: Iterable[Finding]) -> Report:
    """A report whose decisions about these findings stand under the keys of today, so that what an
    earlier version kept is seen in its row, and goes when it is taken back there.
    """
    decisions = dict(report.decisions)
    for finding in findings:
        keys, formers = keys_of(finding, report), former_keys_of(finding, report)
        for key, former in zip(keys, formers, strict=True):
            if former != key and former in decisions:
                known = decisions.pop(former)
                decisions.setdefault(key, replace(known, kept=False))
    return replace(report, decisions=decisions)


def decision_about(
    finding: Finding,
    decided: Mapping[str, Decision],
    held: Held,
    beside: Mapping[str, Value] | None = None,
) -> Decision | None:
    """What was decided about all of a finding; a cause of which one sum is undecided is open."""
    keys = zip(keys_of(finding, held, beside), former_keys_of(finding, held, beside), strict=True)
    known = []
    for key, former in keys:
        decision = decided.get(key) or decided.get(former)
        if decision is None:
            return None
        known.append(decision)
    return together(known)


def together(decisions: Sequence[Decision]) -> Decision:
    """One for the parts of a finding: dismissed where all are, with every reason once."""
    reasons: dict[str, None] = {}
    open_ones: list[Decision] = []
    for decision in decisions:
        reasons[decision.reason] = None
        if decision.verdict != "dismissed":
            open_ones.append(decision)
    first = (open_ones or decisions)[0]
    return replace(first, reason="；".join(filter(None, reasons)))


def is_open(finding: Finding) -> bool:
    """Whether a finding counts: nobody has dismissed it."""
    return finding.decision is None or finding.decision.verdict != "dismissed"


def is_grave(finding: Finding) -> bool:
    """Whether a finding keeps a report from being clean: an error, or a sum that is broken as we
    read it.
    """
    return is_open(finding) and (finding.severity == "error" or finding.cause == "reading")


def gravest_first(findings: Iterable[Finding]) -> list[Finding]:
    """Errors, warnings, notes, each in the order given."""
    return sorted(findings, key=lambda finding: RANKS[finding.severity])


def in_order(findings: Sequence[Finding]) -> list[tuple[int, Finding]]:
    """(number, finding) as every list shows them: those that are dismissed last.

    The number is the place among all findings whatever was decided, so dismissing one gives no
    other a new number, unless it brings another to light: what the prose says against a table was
    evidence for a repair, and stands for itself where that is dismissed.
    """
    return sorted(enumerate(findings, 1), key=lambda item: not is_open(item[1]))


def dismissed_text(findings: Sequence[Finding]) -> str:
    """``另有2处已忽略`` to go with every count, "" where nothing is dismissed."""
    count = sum(not is_open(finding) for finding in findings)
    return f"另有{count}处已忽略" if count else ""


def decision_text(decision: Decision) -> str:
    """``（已确认，理由：…）`` or ``（理由：…）``, "" where there is nothing to tell."""
    said: list[str] = []
    if decision.verdict == "confirmed":
        said.append("已确认")
    reason = " ".join(decision.reason.split())
    if reason:
        said.append(f"理由：{reason}")
    return f"（{'，'.join(said)}）" if said else ""


def is_said(decision: Decision) -> bool:
    """Whether something stands where a person sees it, be it one of our words or not."""
    return bool(decision.verdict or decision.word) and not decision.kept


def merged(one: Mapping[str, Decision], over: Mapping[str, Decision]) -> dict[str, Decision]:
    """Both; of a key that both have, what stands in ``over``, unless nobody sees there what is
    decided.
    """
    found = {**over, **one}
    for key, decision in over.items():
        if is_said(decision):
            found[key] = decision
    return found


# --- reports --------------------------------------------------------------------------------------


def is_about(report: Report, agency: str, year: int | None) -> bool:
    """Whether what was decided about the report of a body and year may be about this one.

    Who is unknown is nobody else: findings on two reports that do not say whose they are may well
    be alike.
    """
    if report.year != year or bool(report.agency) != bool(agency):
        return False
    return not agency or bodies.may_be_one(report.agency, agency, year)


def with_decisions_of(report: Report, old: Report) -> tuple[Report, int]:
    """A report with what stands in the workbook that it is to replace, where that shows the report
    of the same body and year; else as it is, and how many decisions would be lost.
    """
    if is_about(report, old.agency, old.year):
        return replace(report, decisions=merged(report.decisions, old.decisions)), 0
    return report, sum(decision.verdict != "" for decision in old.decisions.values())
