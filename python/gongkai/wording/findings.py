"""A finding's facts -> its two lines, by the sentences of sentences.toml; the only place for them.

The first line says what is wrong, the figure first; the second why, and what to do.
"""

from __future__ import annotations

from typing import NamedTuple

from gongkai.model import BrokenSum, Fact, Finding, FindingLines
from gongkai.wording import causes, phrases, rules

MOST_BELOW = 50  # of the findings that are told as one, a row each


def sentence_of(finding: Finding) -> phrases.Sentence:
    """By rule and sentence, else by the rule's family: narrative.handled -> narrative/same."""
    family = finding.rule.partition(".")[0]
    end = f"/{finding.says}" if finding.says else ""
    known = phrases.sentences()
    return known[f"{finding.rule}{end}" if f"{finding.rule}{end}" in known else f"{family}{end}"]


def lines_of(finding: Finding) -> FindingLines:
    """Both lines, together at most ``LONGEST`` characters, without a full stop."""
    if finding.members:
        return many_lines(finding)
    if finding.sums:
        says, why = causes.cause_lines(finding)
    else:
        facts, sentence = phrases.facts_of(finding), sentence_of(finding)
        says, why = (
            phrases.fill(sentence["says"], facts),
            phrases.fill(sentence.get("why", ""), facts),
        )
    return phrases.fitted(says.rstrip("。"), why.rstrip("。"))


def many_lines(finding: Finding) -> FindingLines:
    """Of more than five findings of one kind, how many there are and the first of them."""
    first = finding.members[0].lines[0]
    facts: dict[str, Fact] = {
        "title": rules.title_of_rule(finding.rule),
        "count": len(finding.members),
        "first": first,
    }
    sentence = phrases.sentences()["many"]
    return phrases.fitted(
        phrases.fill(sentence["says"], facts), phrases.fill(sentence["why"], facts)
    )


class Below(NamedTuple):
    """A row below a finding in a list: what it is about, None for those left out; and its text."""

    told: BrokenSum | Finding | None
    text: str


def below(finding: Finding) -> list[Below]:
    """The further sums that a cause breaks, or the findings that are told as one.

    同上　各列之和比总计多1（予以公开行）; 其中　正文第12段写收到申请7件，表三填9.
    """
    rows = []
    for one in finding.sums[1:]:
        form = finding.form
        assert form is not None, f"{finding.rule}: a broken sum of no form"
        rows.append(Below(one, f"同上　{causes.sum_text(form, one)}"))
    for member in finding.members[:MOST_BELOW]:
        rows.append(Below(member, f"其中　{member.lines[0]}"))
    if len(finding.members) > MOST_BELOW:
        left = len(finding.members) - MOST_BELOW
        rows.append(Below(None, f"其中　另有{left}处，没有列出；请先改正以上各处，再重新校验"))
    return rows


def former_text(finding: Finding) -> str:
    """What an earlier version said, of which it made the key of a decision."""
    sentence = sentence_of(finding)
    if "former" not in sentence:
        return finding.message
    return phrases.fill(sentence["former"], phrases.facts_of(finding))
