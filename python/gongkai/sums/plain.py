"""Any relations and what is stated -> the cheapest repairs, the slow and plain way.

For statements that no network holds (a sum over half of a row and half of a column), and the oracle
of the search that goes through the network. Every conflict has a cell that states a wrong figure:
each is tried in turn, as if it were blank, until the rest can be believed.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from gongkai.model import Relation
from gongkai.sums import flow, relations, statements

MOST_SOLVED = 300  # some milliseconds each


class PlainRepair(NamedTuple):
    """The cells that are wrong together, and what they must be; without figures where that is left
    open.
    """

    cells: frozenset[str]
    figures: tuple[tuple[str, int], ...]


def plain_repairs(system: statements.System, most: int = MOST_SOLVED) -> list[PlainRepair]:
    """All cheapest ones. Raises TooMany where ``most`` looks at the relations do not do."""
    search = PlainSearch(system, min(system.prices.values(), default=1), most)
    budget = 0
    while not search.found:
        search.beyond = 0
        search.extend(frozenset(), frozenset(), budget)
        if not search.beyond and not search.found:
            raise flow.TooMany
        budget += search.beyond
    return search.found


@dataclass(slots=True)
class PlainSearch:
    """``beyond``: how much more than was offered the next repairs cost at least."""

    system: statements.System
    cheapest: int
    left: int
    beyond: int = 0
    found: list[PlainRepair] = field(default_factory=list)

    def extend(self, freed: frozenset[str], barred: frozenset[str], budget: int) -> None:
        """``freed`` cells count as blank; ``barred`` ones were tried before, or are freed.

        维持3 ＋ 纠正1 ＋ 其他0 ＋ 尚未审结0 ＝ 总计5: each of the five is freed in its turn, and
        would have to be 4, 2, 1, 1 or 4.
        """
        self.left -= 1
        if self.left < 0 or len(self.found) > flow.MOST_SETS:
            raise flow.TooMany
        values = {**self.system.values, **dict.fromkeys(freed)}
        solution = relations.solve(self.system.relations, values)
        conflicts = solution.wrong
        if not conflicts:
            self.found.append(repair_of(solution, freed))
            return
        needed = self.cheapest * disjoint(conflicts)
        if needed > budget:
            self.miss(needed - budget)
            return
        for cell in stated_cells(sorted(conflicts, key=len)[0], values):
            price = self.system.prices[cell]
            if cell not in barred and price > budget:
                self.miss(price - budget)
            elif cell not in barred:
                barred |= {cell}
                self.extend(freed | {cell}, barred, budget - price)

    def miss(self, by: int) -> None:
        self.beyond = min(self.beyond or by, by)


def stated_cells(conflict: Iterable[Relation], values: dict[str, object]) -> list[str]:
    cells: list[str] = []
    for relation in conflict:
        for cell in relation.cells:
            if values.get(cell) is not None:
                cells.append(cell)
    return list(dict.fromkeys(cells))


def disjoint(conflicts: Sequence[tuple[Relation, ...]]) -> int:
    """How many conflicts, taken in turn, share no cell with those before: each needs a change of
    its own.
    """
    count = 0
    seen: set[str] = set()
    for conflict in sorted(conflicts, key=len):
        cells: set[str] = set()
        for relation in conflict:
            cells.update(relation.cells)
        if seen.isdisjoint(cells):
            seen |= cells
            count += 1
    return count


def repair_of(solution: relations.Solution, freed: frozenset[str]) -> PlainRepair:
    if not freed <= solution.implied.keys():
        return PlainRepair(freed, ())
    return PlainRepair(freed, tuple((cell, solution.implied[cell]) for cell in sorted(freed)))
