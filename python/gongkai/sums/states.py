"""Figures of a table, some blank -> the state of each cell (stated, implied, open) and of each
relation (勾稽关系).

The one notion of both for all that counts, compares or shows: the checks, the sheets' own formulas
(``workbook.live.formulas``), worksheet functions, batches, years, levels, JSON and tables.

A blank is implied where the relations leave it one figure, as a rule 0: the six applicants of a row
state what its 总计 states, so those left blank are 0. A sign such as / is a blank. A text that
could not be read is none: it is open, and no relation with such a cell is judged. Nor is a blank
implied by relations that no filling satisfies together: where there are such, the exact solver
(``sums.relations``) says of each blank what the others leave it.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Literal

from gongkai.editions import problem_cells, yearly_cells
from gongkai.figures import read_figure, rounded
from gongkai.model import (
    Entry,
    Figure,
    Form,
    Problem,
    Relation,
    Report,
    Table,
    Value,
)
from gongkai.sums.relations import Solution, difference, solve, stated_figures, total
from gongkai.sums.statements import solved_as_written

CellState = Literal["stated", "implied", "open"]
Verdict = Literal["holds", "broken", "open"]
Conflict = Literal["alone", "with others"]

# of zeros that follow from zeros; after them nothing new comes but in one table of a thousand
ROUNDS = 3


@dataclass(frozen=True)
class TableState:
    """What the relations say of a table as it stands.

    ``cells``: cell id -> state. ``figures``: the implied ones, by cell. ``verdicts``: rule ->
    whether the relation holds, is broken, or cannot be told; ``assumed`` are those that hold with
    implied zeros.
    """

    cells: Mapping[str, CellState]
    figures: Mapping[str, int]
    verdicts: Mapping[str, Verdict]
    assumed: frozenset[str]
    solution: Solution

    @property
    def decided(self) -> int:
        """How many relations hold or are broken."""
        return len(self.verdicts) - list(self.verdicts.values()).count("open")

    @property
    def zeros(self) -> tuple[str, ...]:
        """The blanks that can be nothing but 0."""
        found: list[str] = []
        for cell, figure in self.figures.items():
            if figure == 0:
                found.append(cell)
        return tuple(found)


def table_state(table: Table) -> TableState:
    """Every cell of the table's form is in ``cells``; a cell without an entry (a range of a sheet
    ends before it) is open, and no relation with it is judged.
    """
    form, values = table.form, tuple(table.values.items())
    if len(values) == len(form.cells) and None not in table.values.values():
        return worked_out(form, values, frozenset())
    unread = []
    for cell in form.cells.values():
        if is_unread(table.entries.get(cell.id), cell.column.unit):
            unread.append(cell.id)
    return worked_out(form, values, frozenset(unread))


def implied_in(report: Report) -> dict[str, int]:
    """The blanks among the figures that years are compared by, to which the report's relations
    leave one figure.
    """
    found: dict[str, int] = {}
    for table in report.tables.values():
        for cell, figure in table_state(table).figures.items():
            if cell in yearly_cells():
                found[cell] = figure
    return found


def is_unread(entry: Entry | None, unit: str) -> bool:
    """Whether nobody can say what a cell holds: 十二, or what a range leaves out."""
    if entry is None:
        return True
    if entry.value is not None:
        return False
    # a zero-width blank, nothing to a person, a text to the sheet's formulas; or a lost row
    if entry.read_by:
        return True
    return read_figure(entry.raw, unit).state not in ("blank", "sign")


def with_lost(table: Table, problems: Iterable[Problem]) -> Table:
    """A table whose blanks are marked as lost where a problem speaks of them, all where no figure
    was read.

    The row 重复申请 of a page was not found, and its 总计 is 3 too small: by the sums the row would
    be 0.
    """
    form, told = table.form, list(problems)
    lost: set[str] = set()
    for problem in told:
        for cell in problem_cells(form, problem):
            lost.add(cell.id)
    if told and set(table.values.values()) == {None}:
        lost = set(form.cells)
    entries = dict(table.entries)
    for cell_id in lost & entries.keys():
        entry = entries[cell_id]
        if entry.value is None and not entry.raw.strip():
            entries[cell_id] = replace(entry, read_by="lost")
    return replace(table, entries=entries)


@lru_cache(maxsize=8)  # checks, counts and lists ask for the same tables
def worked_out(
    form: Form, values: tuple[tuple[str, Value], ...], unread: frozenset[str]
) -> TableState:
    """The state of a table in which the cells ``unread`` cannot be read.

    维持134 ＋ 纠正7 and two blanks, 总计141: the blanks are 0 and the row holds by that. With 十二
    in the place of one of them nothing is told of the row.
    """
    relations = form.relations
    stated = dict(values)
    if not unread and None not in stated.values():
        return whole_state(relations, stated, solved_as_written(form, values))
    solution = solved_as_written(form, filled_in(values))
    readable: list[Relation] = []
    for relation in relations:
        if unread.isdisjoint(relation.cells):
            readable.append(relation)
    told, implied = judge(readable, stated), solution.implied
    if len(readable) < len(relations):
        implied = solve(readable, stated).implied
    figures: dict[str, int] = {}
    for cell in form.cells:
        if cell in implied:
            figures[cell] = implied[cell]
    states = cell_states(form, stated, figures)
    return TableState(states, figures, verdicts_of(told, relations), told.assumed, solution)


def filled_in(values: Iterable[tuple[str, Value]]) -> tuple[tuple[str, Value], ...]:
    """The cells with their figures, without the blanks."""
    found: list[tuple[str, Value]] = []
    for pair in values:
        if pair[1] is not None:
            found.append(pair)
    return tuple(found)


def verdicts_of(told: Judged, relations: Iterable[Relation]) -> dict[str, Verdict]:
    verdicts: dict[str, Verdict] = {}
    for relation in relations:
        verdicts[relation.rule] = told.verdict(relation.rule)
    return verdicts


def cell_states(
    form: Form, stated: Mapping[str, Value], figures: Mapping[str, int]
) -> dict[str, CellState]:
    states: dict[str, CellState] = {}
    for cell in form.cells:
        if stated.get(cell) is not None:
            states[cell] = "stated"
        elif cell in figures:
            states[cell] = "implied"
        else:
            states[cell] = "open"
    return states


def whole_state(
    relations: Iterable[Relation], stated: Mapping[str, Value], solution: Solution
) -> TableState:
    """The same of a table without blanks, as most are."""
    verdicts: dict[str, Verdict] = {}
    for relation in relations:
        verdicts[relation.rule] = "holds"
    for relation in solution.broken:
        verdicts[relation.rule] = "broken"
    states: dict[str, CellState] = dict.fromkeys(stated, "stated")
    return TableState(states, {}, verdicts, frozenset(), solution)


# --- relations ------------------------------------------------------------------------------------
# Step by step as the formulas of the sheets go, for both give the same verdicts whatever is filled
# in.


@dataclass(frozen=True)
class Judged:
    """Relations by their rules, step by step.

    ``gaps``: the stated parts less the stated whole. ``closed``: after each round those that leave
    their blanks 0. ``broken``: those that no filling of their own blanks satisfies (``alone``), or
    none once the closed ones have filled theirs. ``settling``: those whose blanks count as 0,
    ``zeros`` these blanks. ``holding``, and of these ``assumed``: with blanks.
    """

    gaps: Mapping[str, Figure]
    closed: tuple[frozenset[str], ...]
    broken: Mapping[str, Conflict]
    settling: frozenset[str]
    zeros: frozenset[str]
    holding: frozenset[str]
    assumed: frozenset[str]

    def verdict(self, rule: str) -> Verdict:
        if rule in self.broken:
            return "broken"
        return "holds" if rule in self.holding else "open"


def judge(relations: Sequence[Relation], values: Mapping[str, Value]) -> Judged:
    """Relation by relation: a blank is 0 where the filled cells of a relation that holds already
    reach its sum.

    Row （一）予以公开: 134 ＋ 7 and four blanks, 总计 141: the four are 0. That is round 1. With
    them a column may be full and reach its own sum, and leave 0 in the rest of it: round 2.
    """
    sums = []
    for relation in relations:
        sums.append(RelationSums.of(relation, values))
    closed = closed_in_rounds(sums)
    broken = broken_among(sums, blanks_of(with_rules(sums, closed[-1])))
    settling = settling_among(sums, closed, broken)
    zeros = blanks_of(with_rules(sums, settling))
    gaps: dict[str, Figure] = {}
    holding, assumed = set(), set()
    for one in sums:
        gaps[one.rule] = one.gap
        if one.holds(zeros) and one.rule not in broken:
            holding.add(one.rule)
            if one.blanks:
                assumed.add(one.rule)
    return Judged(gaps, closed, broken, settling, zeros, frozenset(holding), frozenset(assumed))


def closed_in_rounds(sums: Sequence[RelationSums]) -> tuple[frozenset[str], ...]:
    found: list[frozenset[str]] = []
    known: frozenset[str] = frozenset()
    for _ in range(ROUNDS):
        closing = [one for one in sums if one.closes(known)]
        found.append(rules_of(closing))
        known = blanks_of(closing)
    return tuple(found)


@dataclass(frozen=True)
class RelationSums:
    """A relation with what it states: ``gap`` is parts less whole; the blank cells of both
    sides.
    """

    rule: str
    gap: Figure
    parts: frozenset[str]
    whole: frozenset[str]

    @classmethod
    def of(cls, relation: Relation, values: Mapping[str, Value]) -> RelationSums:
        parts = total(stated_figures(relation.parts, values))
        whole = total(stated_figures(relation.whole, values))
        return cls(
            relation.rule,
            rounded(difference(parts, whole)),
            unfilled(relation.parts, values),
            unfilled(relation.whole, values),
        )

    @property
    def blanks(self) -> frozenset[str]:
        return self.parts | self.whole

    def closes(self, known: frozenset[str]) -> bool:
        """Whether it leaves its blanks 0, those in ``known`` being 0 already."""
        return self.gap == 0 and (self.parts <= known or self.whole <= known)

    def is_broken(self, known: frozenset[str]) -> bool:
        return is_broken(self.gap, self.parts <= known, self.whole <= known)

    def holds(self, known: frozenset[str]) -> bool:
        return self.gap == 0 and self.blanks <= known


def unfilled(cells: Iterable[str], values: Mapping[str, Value]) -> frozenset[str]:
    return frozenset(cell for cell in cells if values.get(cell) is None)


def is_broken(gap: Figure, parts_full: bool, whole_full: bool) -> bool:
    """Whether whole figures from 0 upwards in the blanks cannot take a difference away.

    Parts 141 and a whole of 140 with blanks among the parts only: no filling makes the parts less.
    """
    if gap != int(gap):
        return True
    if gap > 0:
        return whole_full
    return gap < 0 and parts_full


def with_rules(sums: Iterable[RelationSums], rules: Collection[str]) -> list[RelationSums]:
    return [one for one in sums if one.rule in rules]


def rules_of(sums: Iterable[RelationSums]) -> frozenset[str]:
    return frozenset(one.rule for one in sums)


def blanks_of(sums: Iterable[RelationSums]) -> frozenset[str]:
    """The blank cells of all of these relations."""
    blanks: set[str] = set()
    for one in sums:
        blanks |= one.blanks
    return frozenset(blanks)


def broken_among(sums: Iterable[RelationSums], known: frozenset[str]) -> dict[str, Conflict]:
    found: dict[str, Conflict] = {}
    for one in sums:
        if one.is_broken(frozenset()):
            found[one.rule] = "alone"
        elif one.is_broken(known):
            found[one.rule] = "with others"
    return found


def settling_among(
    sums: Sequence[RelationSums], closed: Sequence[frozenset[str]], broken: Mapping[str, Conflict]
) -> frozenset[str]:
    """The closed relations; where the zeros of others break one, those that have no part in it.

    Then none counts that shares a blank with it, and of the others those that closed by what is
    filled in alone. 予以公开134 ＋ 7, 总计141 leaves 予以公开·科研机构 0; where 办结·科研机构 is 2
    and its column holds nothing else, that is not believed.
    """
    struck: list[RelationSums] = []
    for one in sums:
        if broken.get(one.rule) == "with others":
            struck.append(one)
    if not struck:
        return closed[-1]
    doubtful = blanks_of(struck)
    apart: list[RelationSums] = []
    for one in with_rules(sums, closed[0]):
        if doubtful.isdisjoint(one.blanks):
            apart.append(one)
    return rules_of(apart)
