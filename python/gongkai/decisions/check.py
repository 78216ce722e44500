"""Decisions -> findings on those that decide nothing: no verdict, a reason alone, no finding."""

from __future__ import annotations

from collections.abc import Sequence

from gongkai.decisions import WORDS, key_of
from gongkai.model import Decision, Finding, Report
from gongkai.wording import clipped

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
    texts = {key_of(finding, report): finding.message for finding in findings}
    texts[""] = ""
    return [
        Finding("rulings.verdict", "warning", sentence(decision, texts[key]))
        for key, decision in open_ones.items()
        if key in texts
    ]


def sentence(decision: Decision, message: str) -> str:
    word = clipped(decision.word)
    if not message:
        return (
            f"“校验结果”中有一行没有列出问题，或者问题的文字已经改动，却填了处理“{word}”，"
            f"没有采用；"
            "请重新校验，再填在问题所在的那一行。"
        )
    about = f"对“{clipped(message)}”"
    if word:
        return f"{about}填的处理“{word}”不能识别，没有采用；请填{CHOICE}。"
    return f"{about}只填了理由，没有填处理，没有采用；请在“处理”一栏填{CHOICE}。"
