"""Equations with whole unknowns that are not negative -> a corner of their fillings, or those that
allow none; the unknowns that never vary.

Sparse and exact: integers, and fractions where the equations are not those of a network. Phase one
of the simplex method, and Farkas' lemma for the blame.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

Exact = int | Fraction
SparseRow = dict[int, Exact]

REST = -1  # the key of a sparse row's right-hand side


@dataclass(slots=True)
class Tableau:
    """Rows in solved form: row i holds column ``basis[i]`` with 1, and no other row holds that
    column.

    ``infeasible`` numbers equations that contradict each other; it is empty where a filling exists.
    """

    rows: list[SparseRow]
    basis: list[int]
    infeasible: frozenset[int] = field(default=frozenset())


def feasible_tableau(cells: Sequence[str], rows: list[SparseRow]) -> Tableau:
    """A corner of the fillings, or the rows that allow none.

    Each row starts with a column of its own (numbered from ``len(cells)``) whose sum, the last row,
    is brought to 0. What these columns hold in the last row is how often each equation went into
    it.
    """
    width = len(cells)
    goal: SparseRow = {}
    for number, row in enumerate(rows):
        row[width + number] = 1
        subtract(goal, row, -1)
    basis = list(range(width, width + len(rows)))
    work = [*rows, goal]
    moving = True
    while goal.get(REST):
        column = entering_column(goal, width, moving)
        if column is None:
            blame = set(range(len(rows)))
            blame.intersection_update(column - width for column in goal)
            return Tableau(rows, basis, frozenset(blame))
        at = leaving_row(rows, basis, column)
        moving = REST in rows[at]
        pivot(work, at, column)
        basis[at] = column
    return without_artificial(Tableau(rows, basis), width)


def entering_column(goal: SparseRow, width: int, moving: bool) -> int | None:
    """The column that brings the goal down most, as long as the corner moves; else by Bland's order
    of columns, or the pivots could go round in a circle.

    With 3 for column 0 and 2 for column 1 it is column 0, and 1 once the corner stands still.
    """
    able: list[tuple[Exact, int]] = []
    for column, gain in goal.items():
        if 0 <= column < width and gain > 0:
            able.append((gain if moving else 0, column))
    if not able:
        return None
    return max(able)[1]


def leaving_row(rows: Sequence[SparseRow], basis: Sequence[int], column: int) -> int:
    """The row that limits how far a column can rise."""
    limits: list[tuple[Exact, int, int]] = []
    for number, row in enumerate(rows):
        lead = row.get(column, 0)
        if lead > 0:
            limits.append((divided(row.get(REST, 0), lead), -basis[number], number))
    return min(limits)[2]  # there is one, for phase one has a lower limit


def without_artificial(tableau: Tableau, width: int) -> Tableau:
    """The same corner without the columns from ``width`` on, and without rows that said nothing
    new.

    Of two columns: x0 ＋ x2 ＝ 4, solved for x2, becomes x0 ＝ 4.
    """
    rows, basis = tableau.rows, tableau.basis
    real = set(range(width))
    for at, row in enumerate(rows):
        if basis[at] not in real:
            column = next(filter(real.__contains__, row), None)
            if column is not None:
                pivot(rows, at, column)
                basis[at] = column
    slim: list[SparseRow] = []
    kept = []
    for row, column in zip(rows, basis, strict=True):
        if column in real:
            for artificial in row.keys() - real - {REST}:
                del row[artificial]
            slim.append(row)
            kept.append(column)
    return Tableau(slim, kept)


def divided(value: Exact, by: Exact) -> Exact:
    if by == 1:
        return value
    return -value if by == -1 else Fraction(value) / by


def subtract(row: SparseRow, other: Mapping[int, Exact], times: Exact) -> None:
    for column, value in other.items():
        result = row.get(column, 0) - times * value
        if result:
            row[column] = result
        else:
            row.pop(column, None)


def pivot(rows: Sequence[SparseRow], at: int, column: int) -> None:
    """Solve row ``at`` for ``column`` and take the column out of all other rows.

    2 x0 ＋ 4 x1 and x0 ＋ 3 x1, the first solved for x0: x0 ＋ 2 x1 and x1.
    """
    row = rows[at]
    lead = row[column]
    if lead != 1:
        for each in row:
            row[each] = divided(row[each], lead)
    for other in rows:
        if column in other and other is not row:
            subtract(other, row, other[column])


# --- what never varies ----------------------------------------------------------------------------


def fixed_columns(tableau: Tableau, width: int) -> dict[int, Exact]:
    """Column -> the figure that it has in every filling.

    Columns never above zero are fixed at 0. Around a filling with all others above zero there is
    room in every direction that keeps the rows, so of those a column is fixed only where its row
    holds no other of them.
    """
    able = positive_columns(tableau)
    fixed: dict[int, Exact] = dict.fromkeys(set(range(width)) - able, 0)
    for row, column in zip(tableau.rows, tableau.basis, strict=True):
        if column in able and able.isdisjoint(row.keys() - {column}):
            fixed[column] = row.get(REST, 0)
    return fixed


def positive_columns(tableau: Tableau) -> set[int]:
    """Columns that are above zero in some filling; pivots, at the same corner, to find those that
    rise only together.

    A row whose own column is not among them holds none of them: a column that could rise took along
    the own column of each such row that had to rise with it. In x0 － x1 ＝ 0 both rise together,
    in x0 ＋ x1 ＝ 0 neither does.
    """
    rows, basis = tableau.rows, tableau.basis
    able = set()
    for row, column in zip(rows, basis, strict=True):
        if REST in row:
            able.add(column)
    while True:
        if grow(tableau, able):
            continue
        stuck = rows_stuck(basis, able)
        rising = rising_together(rows, stuck)
        if rising < 0:
            return able
        holding: list[tuple[int, int]] = []
        for at in stuck:
            if rows[at].get(rising, 0) > 0:
                holding.append((basis[at], at))
        _, at = max(holding)
        pivot(rows, at, rising)
        basis[at] = rising


def rows_stuck(basis: Iterable[int], able: set[int]) -> list[int]:
    """The numbers of the rows whose own column is not above zero."""
    stuck: list[int] = []
    for at, column in enumerate(basis):
        if column not in able:
            stuck.append(at)
    return stuck


def rising_together(rows: Sequence[SparseRow], stuck: Iterable[int]) -> int:
    """The last column that could rise if the own columns of the stuck rows rose with it, or -1."""
    gains: SparseRow = {}
    for at in stuck:
        gains |= dict.fromkeys(rows[at], 1)
    for at in stuck:
        subtract(gains, rows[at], 1)
    last = -1
    for column, gain in gains.items():
        if gain > 0:
            last = max(last, column)
    return last


def grow(tableau: Tableau, able: set[int]) -> bool:
    """Add columns that can rise because all that must fall for it are above zero; whether any was
    added.

    x0 ＋ x1 ＝ 4 with x0 above zero: x1 can rise while x0 falls.
    """
    rows, basis = tableau.rows, tableau.basis
    stuck = rows_stuck(basis, able)
    blocked: set[int] = set()
    for at in stuck:
        for column, value in rows[at].items():
            if value > 0:
                blocked.add(column)
    risen = set().union(*rows) - blocked - able - {REST}
    for at in stuck:
        # what is risen and stands in such a row has a negative sign there
        if not risen.isdisjoint(rows[at]):
            able.add(basis[at])
    able |= risen
    return bool(risen)
