"""Claims + tables -> findings on the prose, and its word on suspected cells."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import chain, product
from math import prod

from gongkai import decisions, figures, sums
from gongkai.checks.narrative.claiming import (
    LONGEST_SECTION,
    SECTIONS,
    Claim,
    alike,
    misdated,
    table_figure,
    text_read,
)
from gongkai.model import (
    Alternative,
    Entry,
    Fact,
    Finding,
    Form,
    Report,
    Severity,
    Statement,
    Suspect,
    Table,
    Value,
    table_id,
)
from gongkai.wording import official_order, phrases

ORDINALS = {1: "一", 6: "六"}
PROSE_PRICE = 1  # of not believing the prose; 2 for a cell of the table as written


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
    told = with_prose(report, findings, said)
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
    told = [cited(finding, evidence, said) for finding in told]
    for year, claim in misdated(report, said):
        found.append(of_another_year(claim, year, report))
    return told + found + unread_sections(report)


def of_another_year(claim: Claim, year: int, report: Report) -> Finding:
    """正文第一节第2段写2020年455件, which 表三 holds for 2021."""
    form = form_of(report, claim.quantity.cells)
    facts: dict[str, Fact] = {
        "place": place_of(claim),
        "clause": claim.clause,
        "figure": claim.figure,
        "unit": claim.quantity.unit,
        "label": label_in(form, claim),
        "other": str(year),
        "year": str(report.year),
    }
    cells = claim.quantity.cells
    return Finding("narrative.year", "warning", "", cells, facts=facts, form=form)


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
        if len(finding.suspects) != 1 or not decisions.is_open(finding):
            continue
        for suspect in finding.suspects[0]:
            table = tables[table_id(suspect.cell)]
            entry = Entry(suspect.cell, suspect.proposed)
            tables[table.id] = replace(table, entries={**table.entries, suspect.cell: entry})
    return replace(report, tables=tables)


def cited(
    finding: Finding, evidence: Mapping[str, Sequence[Claim]], said: Iterable[Claim]
) -> Finding:
    """A cause with the places where the prose says what its repair makes of the table, and where it
    says what the table does: 总计填17，疑应为8, and 予以公开17件 in the prose as well.
    """
    if len(finding.suspects) != 1:
        return finding
    claims: list[Claim] = []
    for suspect in finding.suspects[0]:
        claims += evidence.get(suspect.cell, ())
    finding = with_places(finding, "prose", claims)
    known = claims_by_cell(claim for claim in said if not claim.quantity.others)
    stays: list[Claim] = []
    for suspect in finding.suspects[0]:
        mine = known.get(suspect.cell, ())
        if {claim.figure for claim in mine} == {suspect.stated}:
            stays += mine
    return with_places(finding, "prose_too", stays)


def claims_by_cell(said: Iterable[Claim]) -> dict[str, list[Claim]]:
    """Those that give the exact figure of a single cell: 予以公开134件; not 不予公开18件, which is
    of eight cells, and not 3.5万件.
    """
    known: dict[str, list[Claim]] = defaultdict(list)
    for claim in said:
        is_exact = claim.step == 1 and not claim.share
        if is_exact and len(claim.quantity.cells) == 1:
            known[claim.quantity.cells[0]].append(claim)
    return known


def with_places(finding: Finding, name: str, claims: Iterable[Claim]) -> Finding:
    """第一节第2段, 134: where the prose says which figure, each place once."""
    places = dict.fromkeys((place_of(claim), figures.shown(claim.figure)) for claim in claims)
    if not places:
        return finding
    return replace(finding, facts={**finding.facts, name: tuple(places)})


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
    apart = sums.difference(claim.figure, stated)
    if claim.share and apart < 0:
        return None
    severity: Severity = "warning" if claim.scope == "same" else "note"
    form = form_of(report, claim.quantity.cells)
    facts: dict[str, Fact] = {
        "place": place_of(claim),
        "clause": claim.clause,
        "unit": claim.quantity.unit,
        "label": label_in(form, claim),
        "gap": figures.size(apart),
    }
    compared = (claim.quantity.cells, stated, claim.figure, apart)
    return Finding(claim.rule, severity, claim.scope, *compared, facts=facts, form=form)


def form_of(report: Report, cells: Sequence[str]) -> Form | None:
    """The form of the one table to which all cells belong."""
    tables = {table_id(cell) for cell in cells}
    table = report.tables.get(tables.pop()) if len(tables) == 1 else None
    return table.form if table else None


def label_in(form: Form | None, claim: Claim) -> str:
    """表三 新收（总计）; the official label where the quantity is a sum of rows: 不予公开."""
    cells = claim.quantity.cells
    if form is None or len({form.cells[cell].row.id for cell in cells}) > phrases.MOST_ROWS:
        return claim.quantity.label
    return phrases.where(form, cells)


def place_of(claim: Claim) -> str:
    """第一节第2段."""
    return f"第{ORDINALS[claim.section]}节第{claim.paragraph}段"


# --- what the prose says of a suspected cell ------------------------------------------------------


def with_prose(report: Report, findings: Sequence[Finding], said: Sequence[Claim]) -> list[Finding]:
    """The findings; of several proposals that which the prose bears out is told with its words.

    The cause stays: prose and table may have been written by different hands, so prose tells which
    figure was meant, not which was read.
    """
    known = claims_by_cell(claim for claim in said if is_sure(claim, report))
    told = []
    for finding in findings:
        if finding.suspects:
            finding = with_other_ways(finding, report, known)
        has_choice = len(finding.suspects) > 1
        told.append(with_citation(finding, known) if has_choice else finding)
    return told


def with_other_ways(
    finding: Finding, report: Report, known: Mapping[str, Sequence[Claim]]
) -> Finding:
    """A cause whose every repair the prose contradicts, with those that it bears out: 0 and 5 of
    下年结转 exchanged is one slip and the cheapest, but 289 and 93 in the prose for 294 and 88 of
    新收 mend the same two columns.
    """
    table = report.tables[table_id(finding.suspects[0][0].cell)]
    values = table.values
    claims: list[Claim] = []
    for cell in finding.cells:
        claims += known.get(cell, ())
    if any(not is_denied(choice, values, claims) for choice in finding.suspects):
        return finding
    added: list[Alternative] = []
    for choice in ways_beside(finding, table, known):
        if choice not in finding.suspects and agrees(choice, known):
            added.append(choice)
    if not added:
        return finding
    suspects = (*added, *finding.suspects)
    facts = {**finding.facts, "ways": len(suspects), "bounds": ()}
    facts["unlikely"] = unlikely_besides(finding, added)
    return replace(finding, suspects=suspects, facts=facts)


def is_denied(choice: Alternative, values: Mapping[str, Value], claims: Iterable[Claim]) -> bool:
    """Whether a claim is not what its cell would then hold."""
    after = sums.figures_after(values, choice)
    return any(after[claim.quantity.cells[0]] != claim.figure for claim in claims)


def ways_beside(
    finding: Finding, table: Table, known: Mapping[str, Sequence[Claim]]
) -> Iterator[Alternative]:
    """The cheapest ways to mend the sums of a cause if the prose is believed at half the price of a
    cell; of sums that fall apart then, as 予以公开行 and 部分公开行 do where the prose gives both
    总计, one way for each together.
    """
    form, values = table.form, table.values
    statements = list(sums.as_written(values))
    for cell in form.cells:
        for claim in known.get(cell, ()):
            statements.append(Statement((cell,), claim.figure, PROSE_PRICE, "prose"))
    choices = choices_about(finding, form, statements)
    if prod(map(len, choices)) > sums.MOST_LISTED:
        return
    for chosen in product(*choices):
        changes = {suspect.cell: suspect for suspect in chain.from_iterable(chosen)}
        choice = tuple(changes[cell] for cell in official_order(form, changes))
        if mends(form, finding, values, choice):
            yield choice


def choices_about(
    finding: Finding, form: Form, statements: Sequence[Statement]
) -> list[tuple[Alternative, ...]]:
    """The ways for each question that the statements leave of the sums of a cause, each once."""
    rules = {relation.rule for relation in sums.relations_in(finding.sums)}
    questions = sums.solved(form, statements).wrong
    choices: dict[tuple[Alternative, ...], None] = {}
    for relations, proposal in zip(questions, sums.localize(form, statements), strict=True):
        if not rules.isdisjoint(relation.rule for relation in relations):
            choices[proposal.alternatives] = None
    return list(choices)


def mends(form: Form, finding: Finding, values: Mapping[str, Value], choice: Alternative) -> bool:
    """Whether the sums of a cause hold then, and every other that the changes touch."""
    touched = list(sums.relations_in(finding.sums))
    for relation in form.relations:
        if any(suspect.cell in relation.cells for suspect in choice):
            touched.append(relation)
    return bool(choice) and sums.possible(touched, sums.figures_after(values, choice))


def unlikely_besides(finding: Finding, added: Iterable[Alternative]) -> int:
    """Of the ways that were left out as unlikely those are told now that change as many cells."""
    count = finding.facts["unlikely"]
    assert isinstance(count, int)
    sizes = set(map(len, finding.suspects))
    for choice in added:
        count -= len(choice) in sizes
    return max(count, 0)


def is_sure(claim: Claim, report: Report) -> bool:
    """Whether it speaks of what the tables count, and no other reading is what the table says:
    自然人289件 may be 新收, or 办结 too; where neither is 289 it is of 新收.
    """
    if claim.scope != "same":
        return False
    return not claim.quantity.others or finding_of(claim, report) is not None


def with_citation(finding: Finding, known: Mapping[str, Sequence[Claim]]) -> Finding:
    """The places where the prose gives the figures that a proposal would put in; such stand first:
    of four ways to mend 予以公开行 and 部分公开行 that of 8 and 81, which the prose has.
    """
    first: list[Alternative] = []
    others: list[Alternative] = []
    claims: list[Claim] = []
    for choice in finding.suspects:
        if agrees(choice, known):
            first.append(choice)
            for suspect in choice:
                claims += known.get(suspect.cell, ())[:1]
        else:
            others.append(choice)
    return with_places(replace(finding, suspects=(*first, *others)), "prose", claims)


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
