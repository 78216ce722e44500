"""Decisions that the version of 2026-11-29 wrote (commit 08ee753), under the keys that it made.

former/checks.json holds, for every document and for an example of each rule, the findings of that
version: their rules and keys. It made a finding for each broken sum and a key of each sentence.
"""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from gongkai import read_report
from gongkai.checks.whole import check
from gongkai.decisions import former_keys_of, is_open, keys_of
from gongkai.model import Decision, Report
from helpers import DOCUMENTS
from helpers.counts import some
from helpers.examples import MADE

FORMER = json.loads(Path(__file__).with_name("former").joinpath("checks.json").read_text("utf-8"))
DISMISSED = Decision("dismissed", "已核实")
SINCE = ("plausibility.revised",)  # rules that came later: nobody has decided on them


def with_former(report: Report, former: list[list[str]]) -> Report:
    return replace(report, decisions={key: DISMISSED for _, key in former})


def assert_kept(report: Report, former: list[list[str]]) -> None:
    """All that was dismissed is dismissed; with one decision less something is open again."""
    open_by_now = filter(is_open, check(with_former(report, former)))
    assert [one.message for one in open_by_now if one.rule not in SINCE] == []
    for left_out in range(len(former)):
        fewer = [one for number, one in enumerate(former) if number != left_out]
        if former[left_out] in fewer or is_evidence(report, former[left_out][1]):
            continue
        assert any(is_open(one) for one in check(with_former(report, fewer))), former[left_out]


def is_evidence(report: Report, key: str) -> bool:
    """Whether what was a finding of its own is evidence of another now: prose that says what the
    sums say.
    """
    known: set[str] = set()
    for finding in check(report):
        known |= {*keys_of(finding, report), *former_keys_of(finding, report)}
    return key not in known


@some("name", FORMER["documents"])
def test_a_document_keeps_what_was_decided_about_it(name: str) -> None:
    report = replace(read_report(DOCUMENTS / name), decisions={})
    assert_kept(report, FORMER["documents"][name])


@pytest.mark.parametrize("rule", [rule for rule, found in FORMER["made"].items() if found])
def test_a_finding_of_each_rule_keeps_its_decision(rule: str) -> None:
    assert_kept(MADE[rule](), FORMER["made"][rule])
