"""The stated sums of a table -> a network: every cell joins two nodes, once with each sign.

A node is a relation; a cell that stands in one relation only has its other end on the ground. A
relation that follows from the others (``across.handled`` of table three) is left out, or its cells
would stand in three.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import pairwise
from time import thread_time

from gongkai.model import Form, Relation
from gongkai.sums.relations import possible, solve

Ends = tuple[int, int]  # the node that a larger figure raises, and the one that it lowers
Signed = list[tuple[int, int]]  # (number of a relation, 1 among its parts or -1 in its whole)


@dataclass(frozen=True, slots=True)
class NetworkLine:
    """Cells side by side, and for each the node across the line with the sign that the cell has
    there.
    """

    cells: tuple[str, ...]
    across: tuple[tuple[int, int], ...]
    nodes: frozenset[int]


@dataclass(frozen=True)
class Network:
    """``nodes`` are relations, None for a ground; ``between`` their pairs with the cells that join
    them.

    ``numbers``: rule -> node. ``order`` numbers the cells as in the form. ``relations``: cell ->
    those of the nodes that it stands in. ``surplus``: what was left out. ``totals`` are, for each
    part, the cells that sum it up, directly or by way of another, with the nodes that feel it if
    all of them change alike; ``neighbours`` pairs of which the second follows the first.
    """

    nodes: tuple[Relation | None, ...]
    ends: Mapping[str, Ends]
    between: Mapping[Ends, list[str]]
    lines: tuple[NetworkLine, ...]
    totals: tuple[tuple[tuple[str, ...], frozenset[int]], ...]
    neighbours: frozenset[tuple[str, str]]
    numbers: Mapping[str, int]
    order: Mapping[str, int]
    relations: Mapping[str, tuple[Relation, ...]]
    surplus: tuple[Relation, ...]


@cache
def network_of(form: Form) -> Network | None:
    """None where the relations have another shape, or are none."""
    relations = form.relations
    kept = without_surplus(relations)
    places = places_of(kept)
    signs = oriented(len(kept), places)
    if not kept or signs is None:
        return None
    group = linked(len(kept), places)
    grounds = {root: len(kept) + number for number, root in enumerate(dict.fromkeys(group))}
    ends: dict[str, Ends] = {}
    for cell, found in places.items():
        raised = {sign * signs[node]: node for node, sign in found}
        ground = grounds[group[found[0][0]]]
        ends[cell] = (raised.get(1, ground), raised.get(-1, ground))
    between: dict[Ends, list[str]] = {}
    for cell, (up, down) in ends.items():
        between.setdefault((min(up, down), max(up, down)), []).append(cell)
    lines = [line_of(cells, ends) for cells in cells_in_lines(form)]
    return Network(
        nodes=(*kept, *(None for _ in grounds)),
        ends=ends,
        between=between,
        lines=tuple(lines),
        totals=tuple((totals, felt_at(totals, ends)) for totals in totals_of(relations)),
        neighbours=frozenset(pair for line in lines for pair in pairwise(line.cells)),
        numbers={relation.rule: node for node, relation in enumerate(kept)},
        order={cell: number for number, cell in enumerate(form.cells)},
        relations={cell: tuple(kept[node] for node, _ in found) for cell, found in places.items()},
        surplus=tuple(relation for relation in relations if relation not in kept),
    )


def without_surplus(relations: Sequence[Relation]) -> list[Relation]:
    """Without the relation that all cells in more than two of them share."""
    count = Counter(cell for relation in relations for cell in relation.cells)
    crowded = {cell for cell, times in count.items() if times > 2}
    surplus = [relation for relation in relations if crowded and crowded <= set(relation.cells)]
    return [relation for relation in relations if relation not in surplus[:1]]


def places_of(relations: Sequence[Relation]) -> dict[str, Signed]:
    places: dict[str, Signed] = {}
    for number, relation in enumerate(relations):
        for side, sign in ((relation.parts, 1), (relation.whole, -1)):
            for cell in side:
                places.setdefault(cell, []).append((number, sign))
    return places


def oriented(count: int, places: Mapping[str, Signed]) -> list[int] | None:
    """Signs for the relations so that cells stand in two of them with opposite signs; None if there
    are none.
    """
    if any(len(found) > 2 for found in places.values()):
        return None
    signs = [0] * count
    joined = [found for found in places.values() if len(found) == 2]
    for start in range(count):
        if signs[start]:
            continue
        signs[start], queue = 1, [start]
        while queue:
            node = queue.pop()
            for found in joined:
                for (one, sign), (other, opposite) in (found, found[::-1]):
                    if one == node and not signs[other]:
                        signs[other] = -signs[node] * sign * opposite
                        queue.append(other)
    bad = any(
        signs[one] * sign == signs[other] * opposite for (one, sign), (other, opposite) in joined
    )
    return None if bad else signs


def linked(count: int, places: Mapping[str, Signed]) -> list[int]:
    """For each relation the first of those that hang together with it."""
    group = list(range(count))
    for found in places.values():
        roots = {group[node] for node, _ in found}
        group = [min(roots) if root in roots else root for root in group]
    return group


def cells_in_lines(form: Form) -> list[list[str]]:
    """The rows and columns of a form."""
    lines: dict[tuple[str, int], list[str]] = {}
    for cell in form.cells.values():
        lines.setdefault(("row", cell.box.top), []).append(cell.id)
        lines.setdefault(("column", cell.box.left), []).append(cell.id)
    return [line for line in lines.values() if len(line) > 1]


def line_of(cells: Sequence[str], ends: Mapping[str, Ends]) -> NetworkLine:
    count = Counter(node for cell in cells for node in ends[cell])
    across = [
        (up, 1) if count[up] <= count[down] else (down, -1)
        for up, down in (ends[cell] for cell in cells)
    ]
    return NetworkLine(tuple(cells), tuple(across), frozenset(node for node, _ in across))


def totals_of(relations: Sequence[Relation]) -> Iterator[tuple[str, ...]]:
    above: dict[str, list[str]] = {}
    for relation in relations:
        if len(relation.whole) == 1:
            for cell in relation.parts:
                above.setdefault(cell, []).append(relation.whole[0])
    for totals in above.values():
        yield tuple(
            dict.fromkeys([*totals, *(far for total in totals for far in above.get(total, ()))])
        )


def felt_at(cells: Sequence[str], ends: Mapping[str, Ends]) -> frozenset[int]:
    """Nodes where like changes of the cells do not cancel each other."""
    over = Counter(ends[cell][0] for cell in cells)
    over.subtract(ends[cell][1] for cell in cells)
    return frozenset(node for node, count in over.items() if count)


# --------------------------------------------------------------------------------------------------
# What the figures of a table leave to be mended at the nodes of its network.
#
# A blank joins its two nodes into one: whatever is missing at one of them it can carry to the
# other. What is then left at a joined node no filling of the blanks can mend; whether a filling has
# no negative figure either, ``possible`` tells.


Figures = Mapping[str, int | None]
Replacement = tuple[str, int]  # a cell and its proposed figure
# of this thread's own time for one table, whatever else the machine does; then nothing is certain
SECONDS = 1.0
FAR = 40  # doublings; no count of a report is near 2**40


class TooMany(Exception):
    """More repairs than anyone would look at, or than there is time to find."""


@dataclass
class NetworkState:
    """``need``: joined node -> what is over there, 0 where only the sign of the blanks stands in
    the way.

    ``home``: node -> joined node. ``between``: pairs of joined nodes -> the cells stated there, a
    pair of one and the same node included. ``partial``: joined node -> its relations, where these
    have blanks.
    """

    network: Network
    values: Figures
    home: list[int]
    need: dict[int, int]
    between: Mapping[tuple[int, int], list[str]]
    partial: dict[int, list[Relation]] = field(default_factory=dict)
    deadline: float = field(default_factory=lambda: thread_time() + SECONDS)

    def time_left(self) -> float:
        """In seconds. Raises TooMany where there is none."""
        left = self.deadline - thread_time()
        if left <= 0:
            raise TooMany
        return left

    def ends(self, cell: str) -> tuple[int, int]:
        up, down = self.network.ends[cell]
        return self.home[up], self.home[down]

    def effect(self, changes: Iterable[Replacement]) -> dict[int, int]:
        """Joined node -> by how much the changes raise what is over there."""
        found: dict[int, int] = {}
        for cell, proposed in changes:
            up, down = self.ends(cell)
            by = proposed - self.figure(cell)
            if up != down:
                found[up] = found.get(up, 0) + by
                found[down] = found.get(down, 0) - by
        return found

    def figure(self, cell: str) -> int:
        figure = self.values[cell]
        assert figure is not None, cell
        return figure

    def mended(self, changes: Sequence[Replacement]) -> frozenset[int]:
        """The nodes that the changes mend; none where they leave anything over at a node that they
        touch.
        """
        if any(by != -self.need.get(node, 0) for node, by in self.effect(changes).items()):
            return frozenset()
        return frozenset(
            node for cell, _ in changes for node in self.ends(cell) if node in self.need
        )

    def holds(self, changes: Iterable[Replacement]) -> bool:
        """Whether the blanks at the nodes that the changes touch can be filled then."""
        changes = tuple(changes)
        if any(proposed < 0 for _, proposed in changes):
            return False
        touched = {node for cell, _ in changes for node in self.ends(cell)} & self.partial.keys()
        values = {**self.values, **dict(changes)} if touched else {}
        return all(possible(self.partial[node], values) for node in touched)


def state_of(network: Network, values: Figures) -> NetworkState:
    if None not in values.values():
        home = list(range(len(network.nodes)))
        return NetworkState(network, values, home, needs(network, values, home), network.between)
    home = homes(network, values)
    between: dict[tuple[int, int], list[str]] = {}
    for cell, (up, down) in network.ends.items():
        if values[cell] is not None:
            one, other = home[up], home[down]
            between.setdefault((min(one, other), max(one, other)), []).append(cell)
    state = NetworkState(network, values, home, needs(network, values, home), between)
    for node, relation in enumerate(network.nodes):
        if relation and any(values[cell] is None for cell in relation.cells):
            state.partial.setdefault(home[node], []).append(relation)
    for node, relations in state.partial.items():
        if node not in state.need and not possible(relations, values):
            state.need[node] = 0
    return state


def homes(network: Network, values: Figures) -> list[int]:
    home = list(range(len(network.nodes)))
    for cell, (up, down) in network.ends.items():
        if values[cell] is None and home[up] != home[down]:
            one, other = home[up], home[down]
            home = [one if root == other else root for root in home]
    return home


def needs(network: Network, values: Figures, home: Sequence[int]) -> dict[int, int]:
    found = [0] * len(home)
    for cell, (up, down) in network.ends.items():
        figure = values[cell]
        if figure:
            found[home[up]] += figure
            found[home[down]] -= figure
    return {node: over for node, over in enumerate(found) if over}


# --- the figure nearest to the stated one that the blanks allow -----------------------------------


def nearest(relations: Sequence[Relation], values: Figures, cell: str) -> int | None:
    """None where no figure in the cell helps. The figures that do are all of a range, and the
    stated one is not.
    """
    stated = values[cell]
    assert stated is not None
    free = {**values, cell: None}
    if not possible(relations, free):
        return None
    only = solve(relations, free).implied.get(cell)
    if only is not None:
        return only
    between = ranged(relations, free, cell)
    if stated > 0 and between(0, stated):
        return bisected(0, stated, lambda low: between(low, stated))
    top = next(
        (stated + 2**power for power in range(FAR) if between(stated, stated + 2**power)), None
    )
    return None if top is None else -bisected(-top, -stated, lambda high: between(stated, -high))


def ranged(relations: Sequence[Relation], free: Figures, cell: str) -> Callable[[int, int], bool]:
    """A test whether some figure from low to high can stand in a blank cell."""
    above = Relation("", "", "", (cell,), ("low", "above"), "", "")
    below = Relation("", "", "", (cell, "below"), ("high",), "", "")
    return lambda low, high: possible(
        [*relations, above, below], {**free, "low": low, "high": high}
    )


def bisected(good: int, bad: int, test: Callable[[int], bool]) -> int:
    """The largest number below ``bad`` that passes a test which ``good`` passes and larger ones
    fail.
    """
    while bad - good > 1:
        middle = (good + bad) // 2
        good, bad = (middle, bad) if test(middle) else (good, middle)
    return good
