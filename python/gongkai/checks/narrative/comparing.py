"""Room: checks. Claims of the prose against the figures of the tables -> findings."""

from __future__ import annotations

from collections.abc import Sequence

from gongkai.checks.narrative.claims import Claim
from gongkai.checks.wording import clipped
from gongkai.figures import shown
from gongkai.model import Figure, Finding, Report, Severity
from gongkai.relations import difference, stated_figures, total

ORDINALS = {1: "一", 6: "六"}
REASONS = {
    "other": "正文说的可能是另一范围，不一定与表格相同，请核对。",
    "unknown": "正文说的范围或口径不能确定，请核对。",
    "same": "请核对是正文还是表格有误，改成一致。",
}


def check_narrative(report: Report, said: Sequence[Claim]) -> list[Finding]:
    """A warning for each figure of the prose that the tables contradict, a note where the two may speak of different
    things. ``stated`` is the figure of the tables, ``computed`` that of the prose. Blanks say nothing.
    """
    return [finding for claim in said if (finding := finding_of(claim, report))]


def finding_of(claim: Claim, report: Report) -> Finding | None:
    stated = table_figure(claim.quantity.cells, report)
    others = [table_figure(cells, report) for cells in claim.quantity.others]
    if stated is None or any(reading is None or alike(reading, claim) for reading in (stated, *others)):
        return None
    if claim.share and difference(claim.figure, stated) < 0:
        return None
    severity: Severity = "warning" if claim.scope == "same" else "note"
    apart = difference(claim.figure, stated)
    return Finding(
        claim.rule, severity, message(claim, stated, apart), claim.quantity.cells, stated, claim.figure, apart
    )


def table_figure(cells: tuple[str, ...], report: Report) -> Figure | None:
    """The sum over cells; None where any of them is blank, or there are none."""
    figures = stated_figures(cells, {cell: report.value(cell) for cell in cells})
    return total(figures) if cells and len(figures) == len(cells) else None


def alike(figure: Figure, claim: Claim) -> bool:
    """Equal, or equal once rounded or cut off as the prose writes it."""
    apart = size(difference(claim.figure, figure))
    return apart == 0 or (claim.step != 1 and apart < claim.step)


def size(apart: Figure) -> Figure:
    return max(apart, -apart)


def place_of(claim: Claim) -> str:
    """第一节第2段."""
    return f"第{ORDINALS[claim.section]}节第{claim.paragraph}段"


def message(claim: Claim, stated: Figure, apart: Figure) -> str:
    place = f"{place_of(claim)}“{clipped(claim.clause)}”"
    unit = claim.quantity.unit
    prose, table, between = (f"{shown(figure)}{unit}" for figure in (claim.figure, stated, size(apart)))
    return f"{place}：正文为{prose}，{claim.quantity.label}为{table}，差{between}。{REASONS[claim.scope]}"
