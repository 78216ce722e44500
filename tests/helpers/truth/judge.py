"""A document with two faults -> for each cell: right, wrong, blank; told or not."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from random import Random
from typing import Literal

from gongkai.checks.whole import check
from gongkai.model import Finding, Report, UnreadableDocument
from helpers.pages import named, read_page
from helpers.truth.document import FORMS, Made, made
from helpers.truth.menu import Fault, menu

Outcome = Literal["right", "blank, told", "wrong, told", "blank, untold", "SILENT"]
OUTCOMES: tuple[Outcome, ...] = ("right", "blank, told", "wrong, told", "blank, untold", "SILENT")
TRIES = 8
SHOWS_ITSELF = ("coverage.blank", "coverage.sign")


@dataclass
class Trial:
    """One document: its faults, and outcome -> cells."""

    number: int
    case: Made
    faults: list[Fault]
    cells: dict[Outcome, list[str]] = field(default_factory=dict)

    @property
    def name(self) -> str:
        return " + ".join(f"{fault.kind}: {fault.name}" for fault in self.faults)


def trial(seed: str, number: int, forms: Sequence[str] = FORMS, most: int = 2) -> Trial:
    """Document ``number`` of a seed, judged; up to ``most`` faults of different kinds."""
    random = Random(f"{seed}/{number}")
    case = made(random, tuple(forms))
    faults: list[Fault] = []
    for fault in random.sample(menu(), TRIES):
        kinds = {other.kind for other in faults}
        if len(faults) < most and fault.kind not in kinds and fault.change(case):
            faults.append(fault)
    found = Trial(number, case, faults)
    found.cells = judged(case)
    return found


def shrunk(seed: str, number: int, forms: Sequence[str] = FORMS) -> Trial:
    """The same document with one fault, where that fails as well."""
    first = trial(seed, number, forms, 1)
    return (
        first
        if first.cells["SILENT"] or first.cells["blank, untold"]
        else trial(seed, number, forms)
    )


def judged(case: Made) -> dict[Outcome, list[str]]:
    found: dict[Outcome, list[str]] = {outcome: [] for outcome in OUTCOMES}
    try:
        report = read_page(case.written())
    except UnreadableDocument:
        found["blank, told"] = list(case.answers)
        return found
    findings = check(report)
    for cell in case.answers:
        found[outcome_of(case, report, findings, cell)].append(cell)
    return found


def outcome_of(case: Made, report: Report, findings: Sequence[Finding], cell: str) -> Outcome:
    value = report.value(cell)
    if value is None:
        told = cell in case.blank or is_told(report, findings, cell, notes=True)
        return "blank, told" if told else "blank, untold"
    told = is_told(report, findings, cell, notes=False)
    if value in case.answers[cell] and (told or cell not in case.doubtful):
        return "right"
    return "wrong, told" if told else "SILENT"


def is_told(report: Report, findings: Sequence[Finding], cell: str, *, notes: bool) -> bool:
    """Whether a message speaks of a cell, or of all of its table."""
    table = cell.partition(".")[0]
    if table not in report.tables or named(report, cell):
        return True
    heard = [f for f in findings if f.rule not in SHOWS_ITSELF and (notes or f.severity != "note")]
    return any(cell in finding.cells for finding in heard)


def totals(trials: Sequence[Trial]) -> Counter[Outcome]:
    return Counter(
        {outcome: sum(len(each.cells[outcome]) for each in trials) for outcome in OUTCOMES}
    )
