"""Relations + figures, some blank -> what is broken, impossible, implied (勾稽关系), exactly.

A relation says sum(parts) == sum(whole); its cells are distinct. A blank cell stands for an unknown
whole number that is not negative. Values are cell id -> figure, None or absent for blank; ids that
no relation names are ignored.

How: a relation with one blank, or whose blanks must all be zero, settles them; what then still
hangs together goes through an exact simplex (``simplex``), one connected component at a time. For
the official forms that is exact for whole numbers too: with ``across.handled`` less all ``across``
rows of results plus all ``sum`` columns in the place of ``across.handled``, every cell stands in at
most two equations, once with each sign. That is the matrix of a network, this holds for any choice
of the relations and the blanks, and so all pivots are 1 or -1 and all corners are whole. For
relations of any other shape the arithmetic turns to fractions, which can only miss a conflict,
never invent one.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from fractions import Fraction
from functools import reduce

from gongkai.figures import WIDEST, rounded
from gongkai.groups import grouped
from gongkai.model import BrokenSum, Figure, Relation, Value
from gongkai.sums.simplex import REST, Exact, SparseRow, feasible_tableau, fixed_columns

Blame = frozenset[int]


@dataclass(frozen=True)
class Solution:
    """What the relations say about the figures.

    ``broken``: all cells stated, the sums differ. ``conflicts``: sets of relations, none of them
    with all its cells stated, which no filling of the blanks satisfies together, while every
    smaller choice from the set can be satisfied. ``implied``: blanks that have the same figure in
    every filling that satisfies all other relations.
    """

    broken: tuple[Relation, ...]
    conflicts: tuple[tuple[Relation, ...], ...]
    implied: Mapping[str, int]

    @property
    def wrong(self) -> list[tuple[Relation, ...]]:
        """The broken relations, each for itself, and the conflicts."""
        return [*zip(self.broken), *self.conflicts]


@dataclass(slots=True, eq=False)
class Equation:
    """``terms`` (cell -> 1 or -1) over the blanks sum to ``rest``; ``used`` numbers the relations
    it came from.
    """

    terms: dict[str, int]
    rest: Exact
    used: Blame

    def copy(self) -> Equation:
        return Equation(self.terms.copy(), self.rest, self.used)


# --- the figures of one relation ------------------------------------------------------------------


def total(figures: Iterable[Figure]) -> Figure:
    """The exact sum; an int where it is whole."""
    figures = list(figures)
    if Decimal not in set(map(type, figures)):  # several times as fast as to look at each
        return sum(figures)
    result = reduce(WIDEST.add, figures, Decimal(0))
    return int(result) if result == int(result) else result


def difference(computed: Figure, stated: Figure) -> Figure:
    """computed - stated, exact; an int where it is whole."""
    if isinstance(computed, int) and isinstance(stated, int):  # nearly all: counts
        return computed - stated
    return total((computed, WIDEST.minus(stated) if isinstance(stated, Decimal) else -stated))


def stated_and_computed(
    relation: Relation, values: Mapping[str, Value]
) -> tuple[Figure, Figure] | None:
    """The sums over ``whole`` and over ``parts``; None where any cell of the relation is blank."""
    whole = stated_figures(relation.whole, values)
    parts = stated_figures(relation.parts, values)
    if len(whole) < len(relation.whole) or len(parts) < len(relation.parts):
        return None
    return total(whole), total(parts)


def stated_figures(cells: Iterable[str], values: Mapping[str, Value]) -> list[Figure]:
    figures = list(map(values.get, cells))  # in C: this is asked of every relation of every table
    return [figure for figure in figures if figure is not None]


def equation(number: int, relation: Relation, values: Mapping[str, Value]) -> Equation:
    """A relation with its stated figures moved to the right-hand side.

    自然人134 ＋ 商业企业7 ＋ 科研机构 ＋ … ＝ 总计145 -> 科研机构 ＋ … ＝ 4.
    """
    parts = stated_figures(relation.parts, values)
    whole = stated_figures(relation.whole, values)
    terms: dict[str, int] = {}
    if len(parts) < len(relation.parts):
        terms.update(blank_terms(relation.parts, values, 1))
    if len(whole) < len(relation.whole):
        terms.update(blank_terms(relation.whole, values, -1))
    rest = rounded(difference(total(whole), total(parts)))
    return Equation(terms, rest if isinstance(rest, int) else Fraction(rest), frozenset((number,)))


def blank_terms(cells: Iterable[str], values: Mapping[str, Value], sign: int) -> dict[str, int]:
    terms: dict[str, int] = {}
    for cell in cells:
        if values.get(cell) is None:
            terms[cell] = sign
    return terms


def relations_in(sums: Iterable[BrokenSum]) -> list[Relation]:
    """The relations of some broken sums: one of each, several of a conflict."""
    found: list[Relation] = []
    for one in sums:
        found += one.relations
    return found


# --- many relations -------------------------------------------------------------------------------


def possible(relations: Iterable[Relation], values: Mapping[str, Value]) -> bool:
    """Whether some filling of the blanks satisfies all relations."""
    return agree(equations_of(relations, values))


def equations_of(relations: Iterable[Relation], values: Mapping[str, Value]) -> list[Equation]:
    """Each with its number."""
    found = []
    for number, relation in enumerate(relations):
        found.append(equation(number, relation, values))
    return found


def agree(equations: Sequence[Equation]) -> bool:
    """Whether some filling satisfies all equations.

    维持3 ＋ 纠正1 ＋ 其他 ＝ 总计5 has one, with a 总计 of 3 there is none.
    """
    _, left, conflict = settle(equations)
    if conflict:
        return False
    for group in components(left):
        if feasible_tableau(*columns_and_rows(group)).infeasible:
            return False
    return True


def solve(relations: Iterable[Relation], values: Mapping[str, Value]) -> Solution:
    """Broken relations, conflicts among those with blanks, and the blanks that the others leave no
    choice.

    维持5 ＋ 纠正1 ＋ 其他 ＋ 尚未审结0 ＝ 总计7: 其他 is 1.
    """
    kept = list(relations)
    broken, alone, left = sorted_out(equations_of(kept, values))
    conflicts: list[tuple[Relation, ...]] = [*zip(relations_of(alone, kept))]
    while True:
        implied, blame = examine(left)
        if not blame:
            return Solution(relations_of(broken, kept), tuple(conflicts), implied)
        blamed: list[Equation] = []
        for each in left:
            if each.used <= blame:
                blamed.append(each)
        conflict = smallest(blamed)
        conflicts.append(relations_of(conflict, kept))
        for each in conflict:
            left.remove(each)


def relations_of(equations: Iterable[Equation], kept: Sequence[Relation]) -> tuple[Relation, ...]:
    """Those that equations came from, each from one."""
    found = []
    for each in equations:
        (number,) = each.used
        found.append(kept[number])
    return tuple(found)


def sorted_out(
    equations: Iterable[Equation],
) -> tuple[list[Equation], list[Equation], list[Equation]]:
    """The broken ones, those with blanks that nothing can fill, and all others with blanks."""
    broken, alone, left = [], [], []
    for each in equations:
        if not each.terms:
            if each.rest:
                broken.append(each)
        elif impossible(each):
            alone.append(each)
        else:
            left.append(each)
    return broken, alone, left


def smallest(conflict: Sequence[Equation]) -> list[Equation]:
    """A conflict without the equations that it does not need."""
    kept = list(conflict)
    for each in conflict:
        fewer = kept.copy()
        fewer.remove(each)
        if not agree(fewer):
            kept = fewer
    return kept


def examine(equations: Sequence[Equation]) -> tuple[dict[str, int], Blame]:
    """The implied figures of relations that agree, or the numbers of some that cannot hold
    together.

    维持5 ＋ 纠正1 ＋ 其他 ＝ 总计7: 其他 is 1. With a 总计 of 3 the number of this relation.
    """
    implied, left, conflict = settle(equations)
    if conflict:
        return {}, conflict
    for group in components(left):
        cells, rows = columns_and_rows(group)
        tableau = feasible_tableau(cells, rows)
        if tableau.infeasible:
            return {}, blame_of(group, tableau.infeasible)
        for column, value in fixed_columns(tableau, len(cells)).items():
            if value.denominator == 1:
                implied[cells[column]] = int(value)
    return implied, frozenset()


def blame_of(group: Sequence[Equation], numbers: Iterable[int]) -> Blame:
    """The relations that some equations of a group came from."""
    blame: set[int] = set()
    for number in numbers:
        blame |= group[number].used
    return frozenset(blame)


# --- propagation ----------------------------------------------------------------------------------


def impossible(each: Equation) -> bool:
    """Whether an equation alone has no filling: nothing to fill, a fraction over, or the wrong side
    too large.

    Parts 141 and a 总计 of 140: no blank among the parts makes them less.
    """
    terms, rest = each.terms, each.rest
    if not terms:
        return rest != 0
    if rest == 0:
        return False
    if rest.denominator != 1:
        return True
    return (1 if rest > 0 else -1) not in terms.values()


def forced(each: Equation) -> dict[str, int]:
    """Cells to which a possible equation leaves one figure: its only blank, or blanks that sum to
    zero.
    """
    terms, rest = each.terms, each.rest
    is_zero = rest == 0 and len(set(terms.values())) == 1
    figures: dict[str, int] = {}
    if is_zero or len(terms) == 1:
        for cell, sign in terms.items():
            figures[cell] = int(rest) * sign
    return figures


def settle(equations: Sequence[Equation]) -> tuple[dict[str, int], list[Equation], Blame]:
    """Put forced figures into all equations until none is left: (figures, what remains of the
    equations, relations in conflict or none).

    Without a conflict the equations that remain have two terms or more. 新收457 ＋ 上年结转 ＝
    办结450 ＋ 结转下年10: 上年结转 is 3, and a row 上年结转 with 0 but for 其他 has its 3 there.
    """
    work = list(map(Equation.copy, equations))
    settled: dict[str, int] = {}
    holders = holders_of(work)
    queue, waiting = deque(work), set(work)
    while queue:
        each = queue.popleft()
        waiting.remove(each)
        if impossible(each):
            return settled, work, each.used
        for cell, value in forced(each).items():
            settled[cell] = value
            for other in holders.pop(cell):
                other.rest -= other.terms.pop(cell) * value
                if other is not each:
                    other.used |= each.used
                    if other not in waiting:
                        waiting.add(other)
                        queue.append(other)
    left: list[Equation] = []
    for each in work:
        if each.terms:
            left.append(each)
    return settled, left, frozenset()


def holders_of(equations: Iterable[Equation]) -> dict[str, list[Equation]]:
    """Cell -> the equations that it stands in."""
    holders: dict[str, list[Equation]] = {}
    for each in equations:
        for cell in each.terms:
            holders.setdefault(cell, []).append(each)
    return holders


def components(equations: Sequence[Equation]) -> list[list[Equation]]:
    """Equations with blanks, in groups that share no cell.

    A group of one is left out: once settled, its blanks can be filled and each of them can vary.
    """
    first: dict[str, Equation] = {}
    pairs = []
    for each in equations:
        for cell in each.terms:
            pairs.append((first.setdefault(cell, each), each))
    groups: list[list[Equation]] = []
    for group in grouped(equations, pairs):
        if len(group) > 1:
            groups.append(group)
    return groups


def columns_and_rows(group: Sequence[Equation]) -> tuple[list[str], list[SparseRow]]:
    """Equations -> their cells as numbered columns, and sparse rows whose right-hand sides are not
    negative.
    """
    number: dict[str, int] = {}
    rows: list[SparseRow] = []
    for each in group:
        sign = -1 if each.rest < 0 else 1
        row: SparseRow = {}
        for cell, term in each.terms.items():
            row[number.setdefault(cell, len(number))] = sign * term
        if each.rest:
            row[REST] = sign * each.rest
        rows.append(row)
    return list(number), rows
