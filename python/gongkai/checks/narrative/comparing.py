"""Claims + tables -> findings on the prose, and its word on suspected cells."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace

from gongkai.checks.narrative.claims import (
    LONGEST_SECTION,
    SECTIONS,
    Claim,
    alike,
    table_figure,
    text_read,
)
from gongkai.decisions import is_open
from gongkai.figures import shown, size
from gongkai.model import (
    Entry,
    Fact,
    Finding,
    Form,
    Report,
    Severity,
    Suspect,
    Value,
    table_id,
)
from gongkai.sums import difference
from gongkai.wording.phrases import MOST_ROWS, where

ORDINALS = {1: "一", 6: "六"}


def check_narrative(
    report: Report, findings: Sequence[Finding], said: Sequence[Claim]
) -> list[Finding]:
    """The findings on the tables, then a warning for each figure of the prose that the tables
    contradict, a note where the two may speak of different things. ``stated`` is the figure of the
    tables, ``computed`` that of the prose. Blanks say nothing.

    A contradiction that the only repair of a table would end has the same cause: it is told with
    the repair, as evidence, and not once more. 收到申请457件 above a 新收 of 455 that all sums bear
    out is a warning of its own; 县政府办予以公开455件 may be of another scope, and no evidence.
    """
    told = with_prose(findings, said)
    mended = repaired(report, told)
    denied = denied_cells(report, mended, said)
    found: list[Finding] = []
    evidence: dict[str, list[Claim]] = {}
    for claim in said:
        finding = finding_of(claim, report)
        if finding is None:
            continue
        cells = cells_read(claim)
        is_borne_out = finding_of(claim, mended) is None and denied.isdisjoint(cells)
        if is_borne_out and claim.scope == "same":
            for cell in cells:
                evidence.setdefault(cell, []).append(claim)
        else:
            found.append(finding)
    told = [cited(finding, evidence) for finding in told]
    return told + found + unread_sections(report)


def cells_read(claim: Claim) -> set[str]:
    """Every cell that one of a claim's readings counts."""
    return set(claim.quantity.cells).union(*claim.quantity.others)


def denied_cells(report: Report, mended: Report, said: Iterable[Claim]) -> set[str]:
    """The cells of claims that the tables bear out and that their repair would contradict: 予以公开
    134件 in one paragraph and 143件 in another are evidence of nothing.
    """
    denied: set[str] = set()
    for claim in said:
        if finding_of(claim, report) is None and finding_of(claim, mended) is not None:
            denied |= cells_read(claim)
    return denied


def unread_sections(report: Report) -> list[Finding]:
    found = []
    for section in SECTIONS:
        if text_read(report, section) != report.sections.get(section, ""):
            found.append(unread(section))
    return found


def repaired(report: Report, findings: Iterable[Finding]) -> Report:
    """The report with the figures of all repairs that are the only ones, of causes that count."""
    tables = dict(report.tables)
    for finding in findings:
        if len(finding.suspects) != 1 or not is_open(finding):
            continue
        for suspect in finding.suspects[0]:
            table = tables[table_id(suspect.cell)]
            entry = Entry(suspect.cell, suspect.proposed)
            tables[table.id] = replace(table, entries={**table.entries, suspect.cell: entry})
    return replace(report, tables=tables)


def cited(finding: Finding, evidence: Mapping[str, Sequence[Claim]]) -> Finding:
    """A cause with the places where the prose says what its repair makes of the table."""
    if len(finding.suspects) != 1:
        return finding
    claims: list[Claim] = []
    for suspect in finding.suspects[0]:
        claims += evidence.get(suspect.cell, ())
    return with_places(finding, claims)


def with_places(finding: Finding, claims: Iterable[Claim]) -> Finding:
    """第一节第2段, 134: where the prose says which figure, each place once."""
    places = dict.fromkeys((place_of(claim), shown(claim.figure)) for claim in claims)
    if not places:
        return finding
    return replace(finding, facts={**finding.facts, "prose": tuple(places)})


def unread(section: int) -> Finding:
    facts: dict[str, Fact] = {"section": ORDINALS[section], "longest": LONGEST_SECTION}
    return Finding("narrative.too_long", "note", facts=facts)


def finding_of(claim: Claim, report: Report) -> Finding | None:
    """What a claim contradicts: 收到申请457件 of a 新收 of 455 is a warning, 全县收到申请450件 a
    note; None of 455件, and where a figure is blank that the words may mean.
    """
    stated = table_figure(claim.quantity.cells, report)
    if stated is None:
        return None
    readings: list[Value] = [stated]
    for cells in claim.quantity.others:
        readings.append(table_figure(cells, report))
    for figure in readings:
        if figure is None or alike(figure, claim.figure, claim.step):
            return None
    apart = difference(claim.figure, stated)
    if claim.share and apart < 0:
        return None
    severity: Severity = "warning" if claim.scope == "same" else "note"
    form = form_of(report, claim.quantity.cells)
    facts: dict[str, Fact] = {
        "place": place_of(claim),
        "clause": claim.clause,
        "unit": claim.quantity.unit,
        "label": label_in(form, claim),
        "gap": size(apart),
    }
    figures = (claim.quantity.cells, stated, claim.figure, apart)
    return Finding(claim.rule, severity, claim.scope, *figures, facts=facts, form=form)


def form_of(report: Report, cells: Sequence[str]) -> Form | None:
    """The form of the one table to which all cells belong."""
    tables = {table_id(cell) for cell in cells}
    table = report.tables.get(tables.pop()) if len(tables) == 1 else None
    return table.form if table else None


def label_in(form: Form | None, claim: Claim) -> str:
    """表三 新收（总计）; the official label where the quantity is a sum of rows: 不予公开."""
    cells = claim.quantity.cells
    if form is None or len({form.cells[cell].row.id for cell in cells}) > MOST_ROWS:
        return claim.quantity.label
    return where(form, cells)


def place_of(claim: Claim) -> str:
    """第一节第2段."""
    return f"第{ORDINALS[claim.section]}节第{claim.paragraph}段"


# --- what the prose says of a suspected cell ------------------------------------------------------


def with_prose(findings: Sequence[Finding], said: Sequence[Claim]) -> list[Finding]:
    """The findings; of several proposals that which the prose bears out is told with its words, and
    nothing else is changed.

    The cause stays: prose and table may have been written by different hands, so prose tells which
    figure was meant, not which was read.
    """
    known: dict[str, list[Claim]] = defaultdict(list)
    for claim in filter(is_of_one_cell, said):
        known[claim.quantity.cells[0]].append(claim)
    told = []
    for finding in findings:
        has_choice = len(finding.suspects) > 1
        told.append(with_citation(finding, known) if has_choice else finding)
    return told


def is_of_one_cell(claim: Claim) -> bool:
    """Whether it gives the exact figure of a single cell, without any doubt.

    予以公开134件 does; 不予公开18件 is of eight cells, 3.5万件 is not exact.
    """
    quantity = claim.quantity
    if len(quantity.cells) != 1 or quantity.others:
        return False
    exact = claim.step == 1 and not claim.share
    return exact and claim.scope == "same"


def with_citation(finding: Finding, known: Mapping[str, Sequence[Claim]]) -> Finding:
    """The places where the prose gives the figures that a proposal would put in."""
    claims: list[Claim] = []
    for choice in finding.suspects:
        if agrees(choice, known):
            for suspect in choice:
                claims += known.get(suspect.cell, ())[:1]
    return with_places(finding, claims)


def agrees(choice: Sequence[Suspect], known: Mapping[str, Sequence[Claim]]) -> bool:
    """Whether the prose gives some figure of a proposal and contradicts none, itself neither.

    All that it says counts: 予以公开134件 in one place and 143件 in another bear out nothing.
    """
    borne = False
    for suspect in choice:
        for claim in known.get(suspect.cell, ()):
            if claim.figure != suspect.proposed:
                return False
            borne = True
    return borne
