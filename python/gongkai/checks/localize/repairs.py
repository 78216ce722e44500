"""The repairs of a few nodes: one cell, two or three that hang together, one slip over several cells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product

from gongkai.checks.localize.events import exchanges, is_one_slip, long_events
from gongkai.checks.localize.slips import DIGIT, SLIP, oddness
from gongkai.checks.localize.state import Change, State, TooMany, nearest

CELL, EVENT = 2, 3  # the price of one changed cell, and of one slip that changed several
MOST_TRIED = 2_000  # trees looked at; where blanks leave more, none is certain


@dataclass(frozen=True, slots=True)
class Repair:
    """Changes that mend ``nodes`` and leave all others as they are; ``odd`` the less, the likelier the slip."""

    changes: tuple[Change, ...]
    nodes: frozenset[int]
    price: int
    odd: int


def repair_of(state: State, changes: Sequence[Change], nodes: frozenset[int]) -> Repair:
    ordered = tuple(sorted(changes))
    if len(ordered) == 2 and is_one_slip(state, ordered):
        return Repair(ordered, nodes, EVENT, SLIP)
    odd = sum(oddness(state.figure(cell), proposed) for cell, proposed in ordered)
    return Repair(ordered, nodes, CELL * len(ordered), odd)


class Repairs:
    """The cheapest repairs of each set of nodes: at first single cells, long slips, two cells that meet at a node."""

    def __init__(self, state: State) -> None:
        self.state = state
        self.found: dict[frozenset[int], list[Repair]] = {}
        self.tried = 0
        self.events = long_events(state)
        for event in self.events:
            if state.holds(event):
                self.add(Repair(tuple(sorted(event)), state.mended(event), EVENT, DIGIT))
        self.add_single()
        self.add_trees(3)

    def add(self, repair: Repair) -> None:
        known = self.found.setdefault(repair.nodes, [])
        if known and known[0].price > repair.price:
            known.clear()
        if (not known or known[0].price == repair.price) and repair not in known:
            known.append(repair)

    def offer(self, changes: Sequence[Change], nodes: frozenset[int]) -> None:
        self.tried += 1
        if self.tried > MOST_TRIED:
            raise TooMany
        self.state.time_left()
        if self.state.holds(changes):
            self.add(repair_of(self.state, changes, nodes))

    def add_single(self) -> None:
        state = self.state
        for one, other in zero_sums(state, 2):
            for cell in state.between.get((one, other), ()):
                by = -state.need[one] if state.ends(cell)[0] == one else state.need[one]
                self.offer([(cell, state.figure(cell) + by)], frozenset((one, other)))
        for node, over in state.need.items():
            for cell in state.between.get((node, node), ()) if over == 0 else ():
                figure = nearest(state.partial[node], state.values, cell)
                if figure is not None:
                    self.offer([(cell, figure)], frozenset((node,)))

    def add_detours(self) -> None:
        """Two cells between nodes that no single cell mends, by way of a node where nothing is over."""
        middles = sorted(set(self.state.home) - self.state.need.keys())
        for pair in zero_sums(self.state, 2):
            for middle in middles if frozenset(pair) not in self.found else ():
                self.grow((pair[0], middle, pair[1]), frozenset(pair), ((0, 1), (1, 2)))

    def add_exchanges(self) -> None:
        """Neighbours exchanged beside a wrong cell that shares a node with them."""
        state = self.state
        for event in exchanges(state):
            changed = {node: by + state.need.get(node, 0) for node, by in state.effect(event).items()}
            left = [node for node, over in changed.items() if over]
            if len(left) == 1 < len(changed) and all(node in state.need for node in changed):
                self.add_beside(event, left[0], changed[left[0]], frozenset(changed))

    def add_beside(self, event: tuple[Change, Change], node: int, over: int, nodes: frozenset[int]) -> None:
        """An event that leaves something over at one node, with a cell that carries it to where it lacks."""
        state = self.state
        for other in [other for other, need in state.need.items() if need == -over and other not in nodes]:
            for cell in state.between.get((min(node, other), max(node, other)), ()):
                figure = state.figure(cell) + (-over if state.ends(cell)[0] == node else over)
                changes = tuple(sorted((*event, (cell, figure))))
                if len(dict(changes)) == len(changes) and figure != state.figure(cell) and state.holds(changes):
                    odd = oddness(state.figure(cell), figure)
                    self.add(Repair(changes, nodes | {other}, EVENT + CELL, odd))

    def add_trees(self, size: int) -> None:
        """Cells that join ``size`` nodes where something is over, in every way."""
        pairs = list(combinations(range(size), 2))
        for group in zero_sums(self.state, size):
            joined = [pair for pair in pairs if (group[pair[0]], group[pair[1]]) in self.state.between]
            for edges in combinations(joined, size - 1):
                if spans(edges, size):
                    self.grow(group, frozenset(group), edges)

    def grow(self, group: Sequence[int], nodes: frozenset[int], edges: Sequence[tuple[int, int]]) -> None:
        """Offer all choices of cells along the edges of a tree, with what each must carry."""
        state = self.state
        flows = flows_of([state.need.get(node, 0) for node in group], edges)
        choices = []
        for (one, other), flow in zip(edges, flows, strict=True):
            start, end = group[one], group[other]
            cells = state.between.get((min(start, end), max(start, end)), ())
            changes = [(cell, state.figure(cell) + (-flow if state.ends(cell)[0] == start else flow)) for cell in cells]
            choices.append([change for change in changes if change[1] >= 0 and flow])
        for chosen in product(*choices):
            self.offer(chosen, nodes)


def zero_sums(state: State, size: int) -> Iterator[tuple[int, ...]]:
    """Nodes, in order, at which together nothing is over."""
    nodes = sorted(node for node, over in state.need.items() if over)
    for group in combinations(nodes, size):
        if sum(state.need[node] for node in group) == 0:
            yield group


def spans(edges: Sequence[tuple[int, int]], size: int) -> bool:
    reached = {0}
    for _ in range(size):
        reached |= {node for edge in edges if reached & set(edge) for node in edge}
    return len(reached) == size


def flows_of(over: Sequence[int], edges: Sequence[tuple[int, int]]) -> list[int]:
    """What each edge of a tree must carry out of its first node so that nothing is over anywhere."""
    rest, open_edges = list(over), set(range(len(edges)))
    flows = [0] * len(edges)
    while open_edges:
        for at in list(open_edges):
            for leaf, other in (edges[at], edges[at][::-1]):
                if sum(1 for each in open_edges if leaf in edges[each]) == 1 and at in open_edges:
                    flows[at] = rest[leaf] if leaf == edges[at][0] else -rest[leaf]
                    rest[other] += rest[leaf]
                    rest[leaf] = 0
                    open_edges.discard(at)
    return flows
