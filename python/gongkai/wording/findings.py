"""A finding's facts -> its two lines, by the sentences of sentences.toml; the only place for them.

The first line says what is wrong, the figure first; the second why, and what to do.
"""

from __future__ import annotations

from gongkai.model import Fact, Finding, FindingLines
from gongkai.wording.causes import cause_lines
from gongkai.wording.phrases import Sentence, facts_of, fill, fitted, sentences
from gongkai.wording.rules import title_of_rule


def sentence_of(finding: Finding) -> Sentence:
    """By rule and sentence, else by the rule's family: narrative.handled -> narrative/same."""
    family = finding.rule.partition(".")[0]
    end = f"/{finding.says}" if finding.says else ""
    known = sentences()
    return known[f"{finding.rule}{end}" if f"{finding.rule}{end}" in known else f"{family}{end}"]


def lines_of(finding: Finding) -> FindingLines:
    """Both lines, together at most ``LONGEST`` characters, without a full stop."""
    if finding.members:
        return many_lines(finding)
    if finding.sums:
        says, why = cause_lines(finding)
    else:
        facts, sentence = facts_of(finding), sentence_of(finding)
        says, why = fill(sentence["says"], facts), fill(sentence.get("why", ""), facts)
    return fitted(says.rstrip("。"), why.rstrip("。"))


def many_lines(finding: Finding) -> FindingLines:
    """Of more than five findings of one kind, how many there are and the first of them."""
    first = finding.members[0].lines[0]
    facts: dict[str, Fact] = {
        "title": title_of_rule(finding.rule),
        "count": len(finding.members),
        "first": first,
    }
    sentence = sentences()["many"]
    return fitted(fill(sentence["says"], facts), fill(sentence["why"], facts))


def former_text(finding: Finding) -> str:
    """What an earlier version said, of which it made the key of a decision."""
    sentence = sentence_of(finding)
    if "former" not in sentence:
        return finding.message
    return fill(sentence["former"], facts_of(finding))
