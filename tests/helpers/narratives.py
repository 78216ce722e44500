"""The labelled clauses of tests/checks/narrative_clauses: cases as reports, and what was found of
what was labelled.
"""

from __future__ import annotations

import tomllib
from collections import Counter
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from typing import Any, NamedTuple

from gongkai.checks.narrative import check_narrative, claims
from gongkai.figures import shown
from gongkai.model import Finding, Report
from helpers import TESTS
from helpers.made import report_of

FOLDER = TESTS / "checks" / "narrative_clauses"
SETS = ("clauses", "held_out", "fresh", "unseen", "blind")


class Case(NamedTuple):
    """A labelled text: the report that it stands in, the claims and the findings that it must
    give.
    """

    text: str
    report: Report
    claims: Counter[str]
    findings: Counter[str]


def judged(report: Report) -> list[Finding]:
    return check_narrative(report, [], claims(report))


def cases(name: str) -> Iterator[Case]:
    facts = tomllib.loads(
        (FOLDER / f"{name}.toml").read_text(encoding="utf-8"), parse_float=Decimal
    )
    for case in facts["case"]:
        yield case_of(case, facts["facts"])


def case_of(case: dict[str, Any], facts: dict[str, Any]) -> Case:
    report = replace(
        report_of({**facts, **case.get("facts", {})}, year=case.get("year", 2021)),
        sections={case.get("section", 1): case["text"]},
        agency=case.get("agency", "青溪县人民政府"),
    )
    return Case(
        case["text"], report, Counter(case.get("claims", ())), Counter(case.get("findings", ()))
    )


def traps() -> list[Report]:
    """Texts of which nothing may be warned of, each in a report of the body before its bar."""
    lines = (FOLDER / "traps.txt").read_text(encoding="utf-8").splitlines()
    pairs = [line.split("|", 1) for line in lines if not line.startswith("#")]
    return [
        replace(
            report_of(),
            sections={1: text.replace("\\n", "\n")},
            agency=f"青溪县{body.replace('政府', '人民政府')}",
        )
        for body, text in pairs
    ]


def claims_of(report: Report) -> Counter[str]:
    return Counter(
        f"{claim.quantity.name} {shown(claim.figure)} {claim.scope}" for claim in claims(report)
    )


def findings_of(report: Report) -> Counter[str]:
    return Counter(
        f"{finding.severity} {finding.rule} {shown(finding.stated)} {shown(finding.computed)}"
        for finding in judged(report)
    )
