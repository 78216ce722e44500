"""Claims + tables -> findings on the prose, its word on suspected cells; the rules (rules.toml)."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import replace

from gongkai.checks.narrative.claims import (
    LONGEST_SECTION,
    SECTIONS,
    Claim,
    alike,
    size,
    table_figure,
    text_read,
)
from gongkai.figures import shown
from gongkai.model import Figure, Finding, Report, Severity, Suspect
from gongkai.sums import difference
from gongkai.wording import clipped, label_of

ORDINALS = {1: "一", 6: "六"}
REASONS = {
    "other": "正文说的可能是另一范围，不一定与表格相同，请核对。",
    "unknown": "正文说的范围或口径不能确定，请核对。",
    "same": "请核对是正文还是表格有误，改成一致。",
}


def check_narrative(report: Report, said: Sequence[Claim]) -> list[Finding]:
    """A warning for each figure of the prose that the tables contradict, a note where the two may
    speak of different things. ``stated`` is the figure of the tables, ``computed`` that of the
    prose. Blanks say nothing.
    """
    found = [finding for claim in said if (finding := finding_of(claim, report))]
    return found + [
        unread(section)
        for section in SECTIONS
        if text_read(report, section) != report.sections.get(section, "")
    ]


def unread(section: int) -> Finding:
    message = (
        f"第{ORDINALS[section]}节超过{LONGEST_SECTION}字，只核对了前面部分，后面的数字没有与表格"
        f"核对。"
        "请看看是不是把别的内容也读进来了。"
    )
    return Finding("narrative.too_long", "note", message)


def finding_of(claim: Claim, report: Report) -> Finding | None:
    stated = table_figure(claim.quantity.cells, report)
    others = [table_figure(cells, report) for cells in claim.quantity.others]
    if stated is None or any(
        figure is None or alike(figure, claim.figure, claim.step) for figure in (stated, *others)
    ):
        return None
    if claim.share and difference(claim.figure, stated) < 0:
        return None
    severity: Severity = "warning" if claim.scope == "same" else "note"
    apart = difference(claim.figure, stated)
    return Finding(
        claim.rule,
        severity,
        message(claim, stated, apart),
        claim.quantity.cells,
        stated,
        claim.figure,
        apart,
    )


def place_of(claim: Claim) -> str:
    """第一节第2段."""
    return f"第{ORDINALS[claim.section]}节第{claim.paragraph}段"


def message(claim: Claim, stated: Figure, apart: Figure) -> str:
    place = f"{place_of(claim)}“{clipped(claim.clause)}”"
    unit = claim.quantity.unit
    prose, table, between = (
        f"{shown(figure)}{unit}" for figure in (claim.figure, stated, size(apart))
    )
    return (
        f"{place}：正文为{prose}，{claim.quantity.label}为{table}，差{between}。"
        f"{REASONS[claim.scope]}"
    )


# --- what the prose says of a suspected cell ------------------------------------------------------


def with_prose(report: Report, findings: Sequence[Finding], said: Sequence[Claim]) -> list[Finding]:
    """The findings; a proposal that the prose bears out is told with its words, and nothing else is
    changed.

    The cause stays: prose and table may have been written by different hands, so prose tells which
    figure was meant, not which was read.
    """
    known: dict[str, list[Claim]] = defaultdict(list)
    for claim in filter(is_of_one_cell, said):
        known[claim.quantity.cells[0]].append(claim)
    return [
        with_citation(report, finding, known) if finding.suspects else finding
        for finding in findings
    ]


def is_of_one_cell(claim: Claim) -> bool:
    """Whether it gives the exact figure of a single cell, without any doubt."""
    quantity = claim.quantity
    alone = len(quantity.cells) == 1 and not quantity.others
    return alone and claim.scope == "same" and claim.step == 1 and not claim.share


def with_citation(
    report: Report, finding: Finding, known: Mapping[str, Sequence[Claim]]
) -> Finding:
    borne = [choice for choice in finding.suspects if agrees(choice, known)]
    cells = dict.fromkeys(
        suspect.cell for choice in borne for suspect in choice if suspect.cell in known
    )
    told = "；".join(citation(report, cell, known[cell][0]) for cell in cells)
    return replace(finding, message=f"{finding.message}{told}。") if told else finding


def agrees(choice: Sequence[Suspect], known: Mapping[str, Sequence[Claim]]) -> bool:
    """Whether the prose gives some figure of a proposal and contradicts none, itself neither: all
    it says counts.
    """
    same = [
        claim.figure == suspect.proposed
        for suspect in choice
        for claim in known.get(suspect.cell, ())
    ]
    return any(same) and all(same)


def citation(report: Report, cell: str, claim: Claim) -> str:
    table = report.table_of(cell)
    assert table is not None, f"{cell}: a claim of a table that is not there"
    label = label_of(table.form.cells[cell])
    return f"{place_of(claim)}“{clipped(claim.clause)}”，{label}也是{shown(claim.figure)}"
