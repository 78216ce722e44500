"""A table -> findings on its stated sums (勾稽关系), one for each cause; and what they imply.

Sums that one repair puts right have one cause: the repair is the finding, the sums are its
evidence. Sums for which no repair can be named, and that share a cell, are told together.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from functools import lru_cache
from itertools import combinations, product
from typing import NamedTuple

from gongkai import figures, groups, wording
from gongkai.model import (
    BrokenSum,
    Fact,
    Figure,
    Finding,
    Form,
    Relation,
    Suspect,
    Table,
    Value,
)
from gongkai.sums import (
    Proposal,
    as_written,
    difference,
    is_unread,
    localize,
    relations_in,
    stated_and_computed,
    stated_figures,
    suspected_cells,
    table_state,
    total,
)


@lru_cache(maxsize=4)  # a workbook's functions ask again for the same table
def proposals(form: Form, values: tuple[tuple[str, Value], ...]) -> list[Proposal]:
    """A proposal for each broken relation and each conflict of the solution, in its order."""
    return localize(form, as_written(dict(values)))


def check_sums(table: Table) -> list[Finding]:
    """Errors in the order of the relations, then a note for each blank whose figure is known and
    not zero.

    Rules: that of the first of the sums that a cause breaks; ``coverage.implied`` for a blank.
    ``stated`` and ``computed`` are the sums over ``whole`` and ``parts`` of the first; in a
    conflict, of the cells that are stated, and only where these alone already exceed the other
    side.
    """
    form, values = table.form, table.values
    solution = table_state(table).solution
    broken: list[BrokenSum] = []
    for relation in solution.broken:
        broken.append(broken_sum(relation, values))
    for conflict in solution.conflicts:
        broken.append(conflict_sum(form, conflict, values))
    found: list[Finding] = []
    doubtful: set[str] = set()
    if broken:
        told = proposals(form, tuple(values.items()))
        broken, told = in_form_order(form, broken, told)
        for cause in causes_of(broken, told):
            sums = list(map(broken.__getitem__, cause.numbers))
            found.append(cause_finding(table, sums, cause.proposal))
        doubtful = cells_in_doubt(form, broken, told)
    implied = {cell: to for cell, to in solution.implied.items() if to and cell not in doubtful}
    return found + implied_findings(table, implied)


def cells_in_doubt(form: Form, broken: Sequence[BrokenSum], told: Iterable[Proposal]) -> set[str]:
    """The cells of the relations that are broken, or in which a cell is suspected: of a blank among
    them the others tell nothing. 84 in a column whose 总计 is 75 leave a blank in it no 3.
    """
    suspected: set[str] = set()
    for proposal in told:
        suspected.update(suspected_cells(proposal.alternatives))
        suspected.update(bound.cell for bound in proposal.certain)
    doubtful: set[str] = set()
    for relation in relations_in(broken):
        doubtful.update(relation.cells)
    for relation in form.relations:
        if not suspected.isdisjoint(relation.cells):
            doubtful.update(relation.cells)
    return doubtful


def in_form_order(
    form: Form, broken: Sequence[BrokenSum], told: Sequence[Proposal]
) -> tuple[list[BrokenSum], list[Proposal]]:
    order = [relation.rule for relation in form.relations]
    pairs = sorted(zip(broken, told, strict=True), key=lambda pair: order.index(pair[0].rule))
    sums, proposed = zip(*pairs, strict=True)
    return list(sums), list(proposed)


class Cause(NamedTuple):
    """The numbers of the sums that it breaks, and what would mend them."""

    numbers: list[int]
    proposal: Proposal

    @property
    def choices(self) -> frozenset[frozenset[Suspect]]:
        """Its repairs, each as the changes that it makes."""
        return frozenset(map(frozenset, self.proposal.alternatives))


def causes_of(broken: Sequence[BrokenSum], told: Sequence[Proposal]) -> list[Cause]:
    """The causes of broken sums, in the order of the relations.

    135 for 134 in 予以公开·自然人 breaks that row and that column: one repair mends both. Of what
    the two say of it the surer is taken.
    """
    pairs = []
    for one, other in combinations(range(len(broken)), 2):
        is_linked = not set(broken[one].cells).isdisjoint(broken[other].cells)
        if is_same_cause(told[one], told[other], is_linked):
            pairs.append((one, other))
    causes = []
    for numbers in groups.grouped(range(len(broken)), pairs):
        surest = min((told[number] for number in numbers), key=lambda proposal: proposal.unlikely)
        causes.append(Cause(numbers, surest))
    return told_once(causes)


def is_same_cause(one: Proposal, other: Proposal, is_linked: bool) -> bool:
    """Whether two sums are mended alike; those of which no repair is known only if they share a
    cell.
    """
    if one.alternatives:
        return one.alternatives == other.alternatives
    return one == other and is_linked


def told_once(causes: Sequence[Cause]) -> list[Cause]:
    """The causes, without those that are several others together: （七）总计 wrong in two columns
    breaks its row as well, which is evidence of the first.
    """
    alone: list[Cause] = []
    kept: dict[frozenset[frozenset[Suspect]], Cause] = {}
    for cause in causes:
        if not parts_of(cause, causes):
            alone.append(cause)
            kept[cause.choices] = cause
    for cause in causes:
        parts = parts_of(cause, alone)
        if parts:
            first = kept[parts[0].choices]
            kept[first.choices] = Cause([*first.numbers, *cause.numbers], first.proposal)
    return [kept[cause.choices] if cause.choices else cause for cause in alone]


def parts_of(cause: Cause, causes: Sequence[Cause]) -> list[Cause]:
    """The causes whose repairs, one of each together, are the repairs of this one; none of one that
    is no sum. Two ways to mend 自然人列 and one to mend 商业企业列 are two of （七）总计 across.
    """
    parts: list[Cause] = []
    together = {frozenset[Suspect]()}
    for other in causes:
        if is_part(other, cause):
            parts.append(other)
            together = {one | choice for one, choice in product(together, other.choices)}
        if len(together) > len(cause.choices):
            return []
    return parts if together == cause.choices else []


def is_part(other: Cause, cause: Cause) -> bool:
    """Whether each repair of a cause holds one of the other, and more than that."""
    if not other.choices:
        return False
    beyond: set[frozenset[Suspect]] = set()
    for one in other.choices:
        beyond.update(choice for choice in cause.choices if one < choice)
    return beyond == cause.choices


def cause_finding(table: Table, sums: Sequence[BrokenSum], proposal: Proposal) -> Finding:
    form = table.form
    facts: dict[str, Fact] = {"ways": proposal.ways, "unlikely": proposal.unlikely}
    facts["unread"] = unread_in(table, sums, proposal)
    facts["bounds"] = bounds_of(proposal)
    sums = wrong_total_first(sums, proposal)
    first = sums[0]
    cells: set[str] = set()
    for one in sums:
        cells.update(one.cells)
    return Finding(
        first.rule,
        "error",
        "",
        wording.official_order(form, cells),
        first.stated,
        first.computed,
        first.difference,
        suspects=proposal.alternatives,
        too_many=not proposal.alternatives,
        facts=facts,
        form=form,
        sums=tuple(sums),
    )


def wrong_total_first(sums: Sequence[BrokenSum], proposal: Proposal) -> list[BrokenSum]:
    """The sums of a cause; where one cell alone is wrong and is the total of one, that first.

    部分公开（总计）填90，疑应为81: the finding states 90 and computes 81, not 808 and 817 of the
    办结总计 below, which is right.
    """
    cells = suspected_cells(proposal.alternatives)
    if len(cells) != 1:
        return list(sums)
    return sorted(sums, key=lambda one: one.relations[0].marked not in cells)


def bounds_of(proposal: Proposal) -> tuple[tuple[str, ...], ...]:
    """(cell, what it states, at least, at most) of the cells that are wrong for certain, though not
    what they should be: a 总计 of 89 under parts of 139 and a blank is at least 139.
    """
    found = []
    for bound in proposal.certain:
        if bound.most is None or bound.least < bound.most:
            most = "" if bound.most is None else str(bound.most)
            found.append((bound.cell, figures.shown(bound.stated), str(bound.least), most))
    return tuple(found)


def unread_in(
    table: Table, sums: Sequence[BrokenSum], proposal: Proposal
) -> tuple[tuple[str, ...], ...]:
    """(cell, what stands in it) for cells asked about or suspected whose text is no figure, neither
    blank nor a sign: a figure is blamed only with these in sight.
    """
    asked = set(suspected_cells(proposal.alternatives))
    for relation in relations_in(sums):
        asked.update(relation.cells)
    found = []
    for cell in wording.official_order(table.form, asked):
        entry = table.entries.get(cell)
        unit = table.form.cells[cell].column.unit
        if entry is not None and figures.clean(entry.raw) and is_unread(entry, unit):
            found.append((cell, entry.raw))
    return tuple(found)


# --- what is broken -------------------------------------------------------------------------------


def broken_sum(relation: Relation, values: Mapping[str, Value]) -> BrokenSum:
    """A sum all of whose cells are stated: 134＋7＋1＋1 is not 144."""
    sums = stated_and_computed(relation, values)
    assert sums is not None, f"{relation.rule} has blanks"
    stated, computed = sums
    return BrokenSum((relation,), relation.cells, stated, computed, difference(computed, stated))


def conflict_sum(
    form: Form, conflict: Sequence[Relation], values: Mapping[str, Value]
) -> BrokenSum:
    """Relations that no filling of the blanks satisfies together."""
    every: set[str] = set()
    for relation in conflict:
        every.update(relation.cells)
    filled = [cell for cell in every if values.get(cell) is not None]
    cells, blanks = wording.official_order(form, filled), len(every) - len(filled)
    if len(conflict) > 1:
        return BrokenSum(tuple(conflict), cells, blanks=blanks)
    relation = conflict[0]
    sums = sums_apart(relation, values)
    if sums is None:
        return BrokenSum((relation,), cells, blanks=blanks)
    stated, computed = sums
    apart = difference(computed, stated)
    return BrokenSum((relation,), cells, stated, computed, apart, blanks)


def sums_apart(relation: Relation, values: Mapping[str, Value]) -> tuple[Figure, Figure] | None:
    """The sums of what is stated on both sides, where one alone exceeds a side without blanks:
    parts of 139 and a blank are more than a 总计 of 89. None of figures below zero or not whole.
    """
    whole, parts = stated_figures(relation.whole, values), stated_figures(relation.parts, values)
    stated, computed = total(whole), total(parts)
    if len(whole) == len(relation.whole) and computed > stated:
        return stated, computed
    if whole and len(parts) == len(relation.parts) and stated > computed:
        return stated, computed
    return None


def implied_findings(table: Table, implied: Mapping[str, int]) -> list[Finding]:
    """One note for each blank to which the relations leave a single figure other than zero."""
    form = table.form
    found = []
    for cell in wording.official_order(form, implied):
        entry = table.entries.get(cell)
        raw = entry.raw if entry else ""
        state = figures.read_figure(raw, form.cells[cell].column.unit).state
        says = {"blank": "", "sign": "sign"}.get(state, "raw")
        figure = implied[cell]
        facts: dict[str, Fact] = {"raw": raw}
        found.append(
            Finding(
                "coverage.implied",
                "note",
                says,
                (cell,),
                computed=figure,
                facts=facts,
                form=form,
            )
        )
    return found
