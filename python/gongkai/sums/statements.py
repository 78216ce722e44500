"""Statements of a form -> one system of relations and figures; what it leaves broken or implied.

The unknowns are the form's cells. The table as written says one figure of each cell that is not
blank. Whatever else is said, by the prose, by last year's report, by the bodies below, of a cell or
of the sum of some, is a relation more: these cells together are what a cell of its own holds, and
that cell states the figure. So 全年收到申请455件 beside 新收·总计457 is new.total ＝ statement.0,
which states 455, and every way to mend the table pays for one of the two.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from functools import lru_cache
from typing import NamedTuple

from gongkai.model import Form, Relation, Statement, Value
from gongkai.sums.relations import Solution, solve

CELL = 2  # the price of a cell as written, and
TABLE = "table"  # its source: what a Statement has by itself
KIND = "statement"  # of the relations that statements make


class System(NamedTuple):
    """``further``: what is said beside the table, each of them a relation whose whole is a cell of
    its own; ``statements``: that cell -> what was said. ``values`` and ``prices``: of all cells.
    """

    form: Form
    further: tuple[Relation, ...]
    values: Mapping[str, Value]
    prices: Mapping[str, int]
    statements: Mapping[str, Statement]

    @property
    def relations(self) -> tuple[Relation, ...]:
        return self.form.relations + self.further


def as_written(values: Mapping[str, Value]) -> tuple[Statement, ...]:
    """The cells of a table as written: cell id -> figure, None for a blank, which says nothing."""
    said = []
    for cell, figure in values.items():
        if figure is not None:
            said.append(Statement((cell,), figure))
    return tuple(said)


def system_of(form: Form, statements: Iterable[Statement]) -> System:
    """新收·总计457 as written and 455 by the prose: new.total is 457, statement.0 is 455, and the
    relation new.total ＝ statement.0 stands beside those of the form.

    ValueError where a statement is on no cell, on one that the form has not, or costs nothing.
    """
    values: dict[str, Value] = {}
    prices: dict[str, int] = {}
    further: list[Relation] = []
    said: dict[str, Statement] = {}
    for statement in statements:
        cells, figure, price, source = statement
        if source == TABLE:
            (cell,) = cells
        else:
            cell = f"{KIND}.{len(further)}"
            further.append(relation_of(form, statement, cell))
            said[cell] = statement
        values[cell], prices[cell] = figure, price
    odd = values.keys() - said.keys() - form.cells.keys()
    odd |= {cell for cell, price in prices.items() if price <= 0}
    if odd:
        raise ValueError(f"{form!r} has no such cell, or its price is 0: {sorted(odd)}")
    return System(form, tuple(further), values, prices, said)


def relation_of(form: Form, statement: Statement, cell: str) -> Relation:
    cells = set(statement.cells)
    if not cells or len(cells) < len(statement.cells) or not form.cells.keys() >= cells:
        raise ValueError(f"{form!r} has no such cells: {statement}")
    return Relation(cell, KIND, form.id, statement.cells, (cell,), statement.cells[0], "")


def solved(form: Form, statements: Iterable[Statement]) -> Solution:
    """What is broken, in conflict and implied if all statements are believed.

    A relation of KIND among the broken ones, or in a conflict, is a statement that the table, or
    what follows from it, contradicts.
    """
    return solution_of(system_of(form, statements))


def solution_of(system: System) -> Solution:
    if not system.further:
        return solved_as_written(system.form, tuple(system.values.items()))
    return solve(system.relations, system.values)


@lru_cache(maxsize=8)  # every table is solved, and statements would take as long as that
def solved_as_written(form: Form, stated: tuple[tuple[str, Value], ...]) -> Solution:
    """The same of the table alone; ``stated`` has no blanks."""
    return solve(form.relations, dict(stated))


def counts_of(cells: Iterable[str], values: Mapping[str, Value]) -> dict[str, int | None]:
    """What the cells state; None for a blank, and for what can be no count (negative, or with
    decimals).
    """
    counts: dict[str, int | None] = {}
    for cell in cells:
        figure = values.get(cell)
        counts[cell] = figure if isinstance(figure, int) and figure >= 0 else None
    return counts
