"""What the prose says of a suspected cell: the figure that it gives, with its words, where it agrees."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from gongkai.checks.narrative import Claim, place_of
from gongkai.editions import editions
from gongkai.figures import shown
from gongkai.model import Finding, Report, Suspect
from gongkai.wording import clipped, label_of


def with_prose(report: Report, findings: Sequence[Finding], said: Sequence[Claim]) -> list[Finding]:
    """The findings; a proposal that the prose bears out is told with its words, and nothing else is changed.

    The cause stays: prose and table may have been written by different hands, so prose tells which figure was meant,
    not which was read.
    """
    known: dict[str, list[Claim]] = defaultdict(list)
    for claim in filter(is_of_one_cell, said):
        known[claim.quantity.cells[0]].append(claim)
    return [told_with(report, finding, known) if finding.suspects else finding for finding in findings]


def is_of_one_cell(claim: Claim) -> bool:
    """Whether it gives the exact figure of a single cell, without any doubt."""
    quantity = claim.quantity
    alone = len(quantity.cells) == 1 and not quantity.others
    return alone and claim.scope == "same" and claim.step == 1 and not claim.share


def told_with(report: Report, finding: Finding, known: Mapping[str, Sequence[Claim]]) -> Finding:
    borne = [choice for choice in finding.suspects if agrees(choice, known)]
    cells = dict.fromkeys(suspect.cell for choice in borne for suspect in choice if suspect.cell in known)
    told = "；".join(cited(report, cell, known[cell][0]) for cell in cells)
    return replace(finding, message=f"{finding.message}{told}。") if told else finding


def agrees(choice: Sequence[Suspect], known: Mapping[str, Sequence[Claim]]) -> bool:
    """Whether the prose gives some figure of a proposal and contradicts none, itself neither: all it says counts."""
    same = [claim.figure == suspect.proposed for suspect in choice for claim in known.get(suspect.cell, ())]
    return any(same) and all(same)


def cited(report: Report, cell: str, claim: Claim) -> str:
    table = cell.partition(".")[0]
    label = label_of(editions()[report.tables[table].edition].forms[table].cells[cell])
    return f"{place_of(claim)}“{clipped(claim.clause)}”，{label}也是{shown(claim.figure)}"
