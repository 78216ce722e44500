"""Two lines on a screen: how long what is said of a cause is, over planted errors and documents."""

from __future__ import annotations

from collections.abc import Iterator
from statistics import median

import pytest

import localize
from gongkai import check, read_report
from gongkai.checks.sums import check_sums
from gongkai.model import Finding
from helpers import DOCUMENTS
from helpers.counts import many

LONGEST, USUAL = 160, 60
TABLES = 2_000


def planted() -> Iterator[Finding]:
    each = many(TABLES) // len(localize.KINDS) + 1
    for kind in localize.KINDS.values():
        for trial in localize.trials(kind, each):
            yield from check_sums(trial.table)


def lengths(findings: Iterator[Finding]) -> list[int]:
    return [len("".join(finding.lines)) for finding in findings]


def test_what_is_said_of_planted_errors_is_short() -> None:
    found = lengths(planted())
    assert len(found) > len(localize.KINDS)
    assert max(found) <= LONGEST
    assert median(found) <= USUAL


@pytest.mark.slow
def test_what_is_said_of_documents_is_short() -> None:
    findings: list[Finding] = []
    for source in sorted(DOCUMENTS.glob("*/source.*")):
        findings += check(read_report(source))
    found = lengths(iter(findings))
    assert len(found) > 40
    assert max(found) <= LONGEST
    assert median(found) <= USUAL
