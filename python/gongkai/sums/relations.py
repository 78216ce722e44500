"""Relations + figures, some blank -> what is broken, impossible, implied (勾稽关系), exactly.

A relation says sum(parts) == sum(whole); its cells are distinct. A blank cell stands for an unknown
whole number that is not negative. Values are cell id -> figure, None or absent for blank; ids that
no relation names are ignored.

How: a relation with one blank, or whose blanks must all be zero, settles them; what then still
hangs together goes through an exact simplex, one connected component at a time. For the official
forms that is exact for whole numbers too: with ``across.handled`` less all ``across`` rows of
results plus all ``sum`` columns in the place of ``across.handled``, every cell stands in at most
two equations, once with each sign. That is the matrix of a network, this holds for any choice of
the relations and the blanks, and so all pivots are 1 or -1 and all corners are whole. For relations
of any other shape the arithmetic turns to fractions, which can only miss a conflict, never invent
one.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from fractions import Fraction
from functools import reduce

from gongkai.figures import WIDEST, rounded
from gongkai.model import Figure, Relation, Value

Exact = int | Fraction
Blame = frozenset[int]
SparseRow = dict[int, Exact]

REST = -1  # the key of a sparse row's right-hand side


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


@dataclass(slots=True)
class Equation:
    """``terms`` (cell -> 1 or -1) over the blanks sum to ``rest``; ``used`` numbers the relations
    it came from.
    """

    terms: dict[str, int]
    rest: Exact
    used: Blame


@dataclass(slots=True)
class Tableau:
    """Rows in solved form: row i holds column ``basis[i]`` with 1, and no other row holds that
    column.

    ``infeasible`` numbers equations that contradict each other; it is empty where a filling exists.
    """

    rows: list[SparseRow]
    basis: list[int]
    infeasible: frozenset[int] = field(default=frozenset())


def total(figures: Iterable[Figure]) -> Figure:
    """The exact sum; an int where it is whole."""
    figures = list(figures)
    if Decimal not in set(map(type, figures)):  # several times as fast as to look at each
        return sum(figures)
    result = reduce(WIDEST.add, figures, Decimal(0))
    return int(result) if result == int(result) else result


def difference(computed: Figure, stated: Figure) -> Figure:
    """computed - stated, exact; an int where it is whole."""
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
    return [figure for cell in cells if (figure := values.get(cell)) is not None]


def possible(relations: Iterable[Relation], values: Mapping[str, Value]) -> bool:
    """Whether some filling of the blanks satisfies all relations."""
    equations = [equation(number, relation, values) for number, relation in enumerate(relations)]
    if any(impossible(each) for each in equations):
        return False
    _, conflict = settle(equations)
    if conflict:
        return False
    return not any(
        feasible_tableau(*columns_and_rows(group)).infeasible for group in components(equations)
    )


def solve(relations: Iterable[Relation], values: Mapping[str, Value]) -> Solution:
    """Broken relations, conflicts among those with blanks, and the blanks that the others leave no
    choice.
    """
    broken, left = [], []
    conflicts: list[tuple[Relation, ...]] = []
    for relation in relations:
        sums = stated_and_computed(relation, values)
        if sums is None and impossible(equation(0, relation, values)):
            conflicts.append((relation,))
        elif sums is None:
            left.append(relation)
        elif rounded(difference(*sums)):
            broken.append(relation)
    while True:
        implied, blame = examine(left, values)
        if not blame:
            return Solution(tuple(broken), tuple(conflicts), implied)
        conflict = smallest([left[number] for number in sorted(blame)], values)
        conflicts.append(tuple(conflict))
        left = [relation for relation in left if relation not in conflict]


def smallest(conflict: Sequence[Relation], values: Mapping[str, Value]) -> list[Relation]:
    """A conflict without the relations that it does not need."""
    kept = list(conflict)
    for relation in conflict:
        fewer = [other for other in kept if other is not relation]
        if not possible(fewer, values):
            kept = fewer
    return kept


def examine(
    relations: Sequence[Relation], values: Mapping[str, Value]
) -> tuple[dict[str, int], Blame]:
    """The implied figures of relations that agree, or the numbers of some that cannot hold
    together.
    """
    equations = [equation(number, relation, values) for number, relation in enumerate(relations)]
    implied, conflict = settle(equations)
    if conflict:
        return {}, conflict
    for group in components(equations):
        cells, rows = columns_and_rows(group)
        tableau = feasible_tableau(cells, rows)
        if tableau.infeasible:
            return {}, frozenset().union(*(group[number].used for number in tableau.infeasible))
        for column, value in fixed_columns(tableau, len(cells)).items():
            if value.denominator == 1:
                implied[cells[column]] = int(value)
    return implied, frozenset()


# --- propagation ----------------------------------------------------------------------------------


def equation(number: int, relation: Relation, values: Mapping[str, Value]) -> Equation:
    """A relation with its stated figures moved to the right-hand side."""
    terms = {cell: 1 for cell in relation.parts if values.get(cell) is None}
    terms |= {cell: -1 for cell in relation.whole if values.get(cell) is None}
    stated = total(stated_figures(relation.whole, values))
    rest = rounded(difference(stated, total(stated_figures(relation.parts, values))))
    return Equation(terms, rest if isinstance(rest, int) else Fraction(rest), frozenset((number,)))


def impossible(each: Equation) -> bool:
    """Whether an equation alone has no filling: nothing to fill, a fraction over, or the wrong side
    too large.
    """
    if not each.terms:
        return each.rest != 0
    if each.rest.denominator != 1:
        return True
    signs = set(each.terms.values())
    return len(signs) == 1 and each.rest * signs.pop() < 0


def forced(each: Equation) -> dict[str, int]:
    """Cells to which a possible equation leaves one figure: its only blank, or blanks that sum to
    zero.
    """
    signs = set(each.terms.values())
    if len(each.terms) == 1 or (each.rest == 0 and len(signs) == 1):
        return {cell: int(each.rest) * sign for cell, sign in each.terms.items()}
    return {}


def settle(equations: Sequence[Equation]) -> tuple[dict[str, int], Blame]:
    """Put forced figures into all equations until none is left: (figures, relations in conflict or
    none).

    Changes the equations: settled cells leave their terms. Without a conflict those that remain
    have two terms or more.
    """
    settled: dict[str, int] = {}
    holders: dict[str, list[Equation]] = {}
    for each in equations:
        for cell in each.terms:
            holders.setdefault(cell, []).append(each)
    queue = deque(equations)
    while queue:
        each = queue.popleft()
        if impossible(each):
            return settled, each.used
        for cell, value in forced(each).items():
            settled[cell] = value
            for other in holders.pop(cell):
                other.rest -= other.terms.pop(cell) * value
                if other is not each:
                    other.used |= each.used
                    queue.append(other)
    return settled, frozenset()


def components(equations: Iterable[Equation]) -> list[list[Equation]]:
    """Equations with blanks, in groups that share no cell.

    A group of one is left out: once settled, its blanks can be filled and each of them can vary.
    """
    groups: list[tuple[set[str], list[Equation]]] = []
    for each in equations:
        if not each.terms:
            continue
        cells, members = set(each.terms), [each]
        apart = []
        for group in groups:
            if cells.isdisjoint(group[0]):
                apart.append(group)
            else:
                cells |= group[0]
                members += group[1]
        groups = [*apart, (cells, members)]
    return [members for _, members in groups if len(members) > 1]


# --- exact simplex --------------------------------------------------------------------------------


def columns_and_rows(group: Sequence[Equation]) -> tuple[list[str], list[SparseRow]]:
    """Equations -> their cells as numbered columns, and sparse rows whose right-hand sides are not
    negative.
    """
    cells = list(dict.fromkeys(cell for each in group for cell in each.terms))
    number = {cell: column for column, cell in enumerate(cells)}
    rows: list[SparseRow] = []
    for each in group:
        sign = -1 if each.rest < 0 else 1
        row: SparseRow = {number[cell]: sign * term for cell, term in each.terms.items()}
        if each.rest:
            row[REST] = sign * each.rest
        rows.append(row)
    return cells, rows


def feasible_tableau(cells: Sequence[str], rows: list[SparseRow]) -> Tableau:
    """A corner of the fillings, or the rows that allow none (phase one of the simplex method,
    Farkas' lemma).

    Each row starts with a column of its own (numbered from ``len(cells)``) whose sum, the last row,
    is brought to 0. What these columns hold in the last row is how often each equation went into
    it.
    """
    width = len(cells)
    goal: SparseRow = {}
    for number, row in enumerate(rows):
        row[width + number] = 1
        subtract(goal, row, -1)
    basis = [width + number for number in range(len(rows))]
    work = [*rows, goal]
    moving = True
    while goal.get(REST):
        gains = [
            (gain, column) for column, gain in goal.items() if 0 <= column < width and gain > 0
        ]
        if not gains:
            blame = frozenset(column - width for column in goal if column >= width)
            return Tableau(rows, basis, blame)
        # Bland's order while the corner stands still, or the pivots could go round in a circle.
        column = max(gains)[1] if moving else max(column for _, column in gains)
        _, _, at = min(
            (divided(row.get(REST, 0), row[column]), -basis[number], number)
            for number, row in enumerate(rows)
            if row.get(column, 0) > 0
        )
        moving = REST in rows[at]
        pivot(work, at, column)
        basis[at] = column
    return without_artificial(Tableau(rows, basis), width)


def without_artificial(tableau: Tableau, width: int) -> Tableau:
    """The same corner without the columns from ``width`` on, and without rows that said nothing
    new.
    """
    rows, basis = tableau.rows, tableau.basis
    for at, row in enumerate(rows):
        column = next((column for column in row if 0 <= column < width), None)
        if basis[at] >= width and column is not None:
            pivot(rows, at, column)
            basis[at] = column
    kept = [at for at in range(len(rows)) if basis[at] < width]
    slim = [{column: value for column, value in rows[at].items() if column < width} for at in kept]
    return Tableau(slim, [basis[at] for at in kept])


def divided(value: Exact, by: Exact) -> Exact:
    return value if by == 1 else -value if by == -1 else Fraction(value) / by


def subtract(row: SparseRow, other: SparseRow, times: Exact) -> None:
    for column, value in other.items():
        result = row.get(column, 0) - times * value
        if result:
            row[column] = result
        else:
            row.pop(column, None)


def pivot(rows: Sequence[SparseRow], at: int, column: int) -> None:
    """Solve row ``at`` for ``column`` and take the column out of all other rows."""
    row = rows[at]
    lead = row[column]
    if lead != 1:
        for each in row:
            row[each] = divided(row[each], lead)
    for other in rows:
        if column in other and other is not row:
            subtract(other, row, other[column])


def fixed_columns(tableau: Tableau, width: int) -> dict[int, Exact]:
    """Column -> the figure that it has in every filling.

    Columns never above zero are fixed at 0. Around a filling with all others above zero there is
    room in every direction that keeps the rows, so of those a column is fixed only where its row
    holds no other of them.
    """
    able = positive_columns(tableau)
    fixed: dict[int, Exact] = {column: 0 for column in range(width) if column not in able}
    for row, column in zip(tableau.rows, tableau.basis, strict=True):
        if column in able and not any(other in able for other in row if other != column):
            fixed[column] = row.get(REST, 0)
    return fixed


def positive_columns(tableau: Tableau) -> set[int]:
    """Columns that are above zero in some filling; pivots, at the same corner, to find those that
    rise only together.

    A row whose own column is not among them holds none of them: a column that could rise took along
    the own column of each such row that had to rise with it.
    """
    rows, basis = tableau.rows, tableau.basis
    able = {column for row, column in zip(rows, basis, strict=True) if REST in row}
    while True:
        if grow(tableau, able):
            continue
        stuck = [at for at, column in enumerate(basis) if column not in able]
        gains: SparseRow = {column: 1 for at in stuck for column in rows[at]}
        for at in stuck:
            subtract(gains, rows[at], 1)
        column = max((column for column, gain in gains.items() if gain > 0), default=None)
        if column is None:
            return able
        at = max((at for at in stuck if rows[at].get(column, 0) > 0), key=lambda at: basis[at])
        pivot(rows, at, column)
        basis[at] = column


def grow(tableau: Tableau, able: set[int]) -> bool:
    """Add columns that can rise because all that must fall for it are above zero; whether any was
    added.
    """
    blocked: set[int] = set()
    seen: set[int] = set()
    for row, column in zip(tableau.rows, tableau.basis, strict=True):
        seen |= row.keys()
        if column not in able:
            blocked |= {other for other, value in row.items() if value > 0}
    risen = seen - blocked - able - {REST}
    for row, column in zip(tableau.rows, tableau.basis, strict=True):
        if column not in able and any(row.get(other, 0) < 0 for other in risen):
            able.add(column)
    able |= risen
    return bool(risen)
