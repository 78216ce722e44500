"""What the figures of a table leave to be mended at the nodes of its network.

A blank joins its two nodes into one: whatever is missing at one of them it can carry to the other. What is then left
at a joined node no filling of the blanks can mend; whether a filling has no negative figure either, ``possible`` tells.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from time import thread_time

from gongkai.checks.localize.network import Network
from gongkai.model import Relation
from gongkai.relations import possible, solve

Figures = Mapping[str, int | None]
Change = tuple[str, int]  # a cell and its proposed figure
SECONDS = 1.0  # of this thread's own time for one table, whatever else the machine does; then nothing is certain
FAR = 40  # doublings; no count of a report is near 2**40


class TooMany(Exception):
    """More repairs than anyone would look at, or than there is time to find."""


@dataclass
class State:
    """``need``: joined node -> what is over there, 0 where only the sign of the blanks stands in the way.

    ``home``: node -> joined node. ``between``: pairs of joined nodes -> the cells stated there, a pair of one and the
    same node included. ``partial``: joined node -> its relations, where these have blanks.
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

    def effect(self, changes: Iterable[Change]) -> dict[int, int]:
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

    def mended(self, changes: Sequence[Change]) -> frozenset[int]:
        """The nodes that the changes mend; none where they leave anything over at a node that they touch."""
        if any(by != -self.need.get(node, 0) for node, by in self.effect(changes).items()):
            return frozenset()
        return frozenset(node for cell, _ in changes for node in self.ends(cell) if node in self.need)

    def holds(self, changes: Iterable[Change]) -> bool:
        """Whether the blanks at the nodes that the changes touch can be filled then."""
        changes = tuple(changes)
        if any(proposed < 0 for _, proposed in changes):
            return False
        touched = {node for cell, _ in changes for node in self.ends(cell)} & self.partial.keys()
        values = {**self.values, **dict(changes)} if touched else {}
        return all(possible(self.partial[node], values) for node in touched)


def state_of(network: Network, values: Figures) -> State:
    if None not in values.values():
        home = list(range(len(network.nodes)))
        return State(network, values, home, needs(network, values, home), network.between)
    home = homes(network, values)
    between: dict[tuple[int, int], list[str]] = {}
    for cell, (up, down) in network.ends.items():
        if values[cell] is not None:
            one, other = home[up], home[down]
            between.setdefault((min(one, other), max(one, other)), []).append(cell)
    state = State(network, values, home, needs(network, values, home), between)
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


# --- the figure nearest to the stated one that the blanks allow --------------------------------------------------


def nearest(relations: Sequence[Relation], values: Figures, cell: str) -> int | None:
    """None where no figure in the cell helps. The figures that do are all of a range, and the stated one is not."""
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
    top = next((stated + 2**power for power in range(FAR) if between(stated, stated + 2**power)), None)
    return None if top is None else -bisected(-top, -stated, lambda high: between(stated, -high))


def ranged(relations: Sequence[Relation], free: Figures, cell: str) -> Callable[[int, int], bool]:
    """A test whether some figure from low to high can stand in a blank cell."""
    above = Relation("", "", "", (cell,), ("low", "above"), "", "")
    below = Relation("", "", "", (cell, "below"), ("high",), "", "")
    return lambda low, high: possible([*relations, above, below], {**free, "low": low, "high": high})


def bisected(good: int, bad: int, test: Callable[[int], bool]) -> int:
    """The largest number below ``bad`` that passes a test which ``good`` passes and larger ones fail."""
    while bad - good > 1:
        middle = (good + bad) // 2
        good, bad = (middle, bad) if test(middle) else (good, middle)
    return good
