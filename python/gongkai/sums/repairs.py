"""A few nodes of the network -> their repairs: one cell, two or three together, one slip over
several.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, product

from gongkai.sums.network import NetworkState, Replacement, TooMany, nearest

CELL, EVENT = 2, 3  # the price of one changed cell, and of one slip that changed several
MOST_TRIED = 2_000  # trees looked at; where blanks leave more, none is certain


@dataclass(frozen=True, slots=True)
class Repair:
    """Changes that mend ``nodes`` and leave all others as they are; ``odd`` the less, the likelier
    the slip.
    """

    changes: tuple[Replacement, ...]
    nodes: frozenset[int]
    price: int
    odd: int


def repair_of(state: NetworkState, changes: Sequence[Replacement], nodes: frozenset[int]) -> Repair:
    ordered = tuple(sorted(changes))
    if len(ordered) == 2 and is_one_slip(state, ordered):
        return Repair(ordered, nodes, EVENT, SLIP)
    odd = sum(oddness(state.figure(cell), proposed) for cell, proposed in ordered)
    return Repair(ordered, nodes, CELL * len(ordered), odd)


class Repairs:
    """The cheapest repairs of each set of nodes: at first single cells, long slips, two cells that
    meet at a node.
    """

    def __init__(self, state: NetworkState) -> None:
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

    def offer(self, changes: Sequence[Replacement], nodes: frozenset[int]) -> None:
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
        """Two cells between nodes that no single cell mends, by way of a node where nothing is
        over.
        """
        middles = sorted(set(self.state.home) - self.state.need.keys())
        for pair in zero_sums(self.state, 2):
            for middle in middles if frozenset(pair) not in self.found else ():
                self.grow((pair[0], middle, pair[1]), frozenset(pair), ((0, 1), (1, 2)))

    def add_exchanges(self) -> None:
        """Neighbours exchanged beside a wrong cell that shares a node with them."""
        state = self.state
        for event in exchanges(state):
            changed = {
                node: by + state.need.get(node, 0) for node, by in state.effect(event).items()
            }
            left = [node for node, over in changed.items() if over]
            if len(left) == 1 < len(changed) and all(node in state.need for node in changed):
                self.add_beside(event, left[0], changed[left[0]], frozenset(changed))

    def add_beside(
        self, event: tuple[Replacement, Replacement], node: int, over: int, nodes: frozenset[int]
    ) -> None:
        """An event that leaves something over at one node, with a cell that carries it to where it
        lacks.
        """
        state = self.state
        for other in [
            other for other, need in state.need.items() if need == -over and other not in nodes
        ]:
            for cell in state.between.get((min(node, other), max(node, other)), ()):
                figure = state.figure(cell) + (-over if state.ends(cell)[0] == node else over)
                changes = tuple(sorted((*event, (cell, figure))))
                if (
                    len(dict(changes)) == len(changes)
                    and figure != state.figure(cell)
                    and state.holds(changes)
                ):
                    odd = oddness(state.figure(cell), figure)
                    self.add(Repair(changes, nodes | {other}, EVENT + CELL, odd))

    def add_trees(self, size: int) -> None:
        """Cells that join ``size`` nodes where something is over, in every way."""
        pairs = list(combinations(range(size), 2))
        for group in zero_sums(self.state, size):
            joined = [
                pair for pair in pairs if (group[pair[0]], group[pair[1]]) in self.state.between
            ]
            for edges in combinations(joined, size - 1):
                if spans(edges, size):
                    self.grow(group, frozenset(group), edges)

    def grow(
        self, group: Sequence[int], nodes: frozenset[int], edges: Sequence[tuple[int, int]]
    ) -> None:
        """Offer all choices of cells along the edges of a tree, with what each must carry."""
        state = self.state
        flows = flows_of([state.need.get(node, 0) for node in group], edges)
        choices = []
        for (one, other), flow in zip(edges, flows, strict=True):
            start, end = group[one], group[other]
            cells = state.between.get((min(start, end), max(start, end)), ())
            changes = [
                (cell, state.figure(cell) + (-flow if state.ends(cell)[0] == start else flow))
                for cell in cells
            ]
            choices.append([change for change in changes if change[1] >= 0 and flow])
        for chosen in product(*choices):
            self.offer(chosen, nodes)


def zero_sums(state: NetworkState, size: int) -> Iterator[tuple[int, ...]]:
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
    """What each edge of a tree must carry out of its first node so that nothing is over
    anywhere.
    """
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


# --------------------------------------------------------------------------------------------------
# How likely a slip of the pen makes one figure out of another: digits of a cell, cells side by
# side.


# How odd a change is; one that is odder by the whole OTHER is out of the question beside it.
SLIP, DIGIT, ONE_DIGIT, OTHER = 0, 2, 3, 4


def oddness(stated: int, proposed: int) -> int:
    one, other = str(stated), str(proposed)
    if len(one) == len(other):
        apart = [at for at in range(len(one)) if one[at] != other[at]]
        if len(apart) == 1:
            return DIGIT if len(one) > 1 else ONE_DIGIT
        first, last = apart[0], apart[-1]
        swapped = (
            len(apart) == 2
            and last == first + 1
            and one[first] == other[last]
            and one[last] == other[first]
        )
        return SLIP if swapped else OTHER
    shorter, longer = sorted((one, other), key=len)
    without_one = {longer[:at] + longer[at + 1 :] for at in range(len(longer))}
    return SLIP if shorter in without_one and shorter != "0" else OTHER


def exchanged(stated: Sequence[int], proposed: Sequence[int]) -> bool:
    return stated[0] == proposed[1] and stated[1] == proposed[0]


def split(stated: Sequence[int], proposed: Sequence[int]) -> bool:
    """13 and 4 for 134 and 0, or the reverse: the same digits in the same order, parted at another
    place.
    """
    digits = [
        "".join(str(figure) for figure in figures if figure) for figures in (stated, proposed)
    ]
    return digits[0] == digits[1] and 0 in (*stated, *proposed)


def moved(stated: Sequence[int], proposed: Sequence[int]) -> bool:
    """A figure pushed into the next cell, whose own figure is lost, with 0 in its place."""
    there = stated[0] == 0 and proposed[0] == stated[1]
    back = stated[1] == 0 and proposed[1] == stated[0]
    return there or back


# --------------------------------------------------------------------------------------------------
# One slip that changed several figures: a line shifted by one cell, a total that was not updated.


LEAST = 3  # cells; slips that change two are found among the pairs


def long_events(state: NetworkState) -> list[tuple[Replacement, ...]]:
    """Slips of three cells or more that mend all that they touch."""
    felt = frozenset(node for node, home in enumerate(state.home) if home in state.need)
    found = [*shifts(state, felt), *stale_totals(state, felt)] if len(state.need) >= LEAST else []
    return [event for event in dict.fromkeys(found) if state.mended(event)]


def is_one_slip(state: NetworkState, changes: Sequence[Replacement]) -> bool:
    """Whether two changes are one slip: neighbours exchanged, digits parted at a wrong place, a
    figure moved on.
    """
    for (one, first), (other, second) in (changes, changes[::-1]):
        if (one, other) in state.network.neighbours:
            stated, proposed = (state.figure(one), state.figure(other)), (first, second)
            return exchanged(stated, proposed) or split(stated, proposed) or moved(stated, proposed)
    return False


def exchanges(state: NetworkState) -> Iterator[tuple[Replacement, Replacement]]:
    """Neighbours put back in each other's place, without a look at what that mends."""
    for one, other in state.network.neighbours:
        first, second = state.values[one], state.values[other]
        if first is not None and second is not None and first != second:
            yield (one, second), (other, first)


def shifts(state: NetworkState, felt: frozenset[int]) -> Iterator[tuple[Replacement, ...]]:
    """Lines of which a stretch mends its nodes across when moved back by one cell; the last figure
    was lost.
    """
    for line in state.network.lines:
        if len(felt & line.nodes) < LEAST or any(state.values[cell] is None for cell in line.cells):
            continue
        wanted = [-sign * state.need.get(state.home[node], 0) for node, sign in line.across]
        for cells, changes in ((line.cells, wanted), (line.cells[::-1], wanted[::-1])):
            yield from stretches(state, cells, changes)


def stretches(
    state: NetworkState, line: Sequence[str], wanted: Sequence[int]
) -> Iterator[tuple[Replacement, ...]]:
    """Longest stretches in which each figure but the last is to become the one after it; it starts
    with a 0.
    """
    figures = [state.figure(cell) for cell in line]
    start = 0
    while start < len(line):
        end = start
        while end < len(line) - 1 and figures[end + 1] - figures[end] == wanted[end]:
            end += 1
        first = next((at for at in range(start, end + 1) if wanted[at]), end)
        changes = tuple(
            (line[at], figures[at] + wanted[at]) for at in range(first, end + 1) if wanted[at]
        )
        if (
            len(changes) >= LEAST
            and figures[first] == 0
            and all(figure >= 0 for _, figure in changes)
        ):
            yield changes
        start = end + 1


def stale_totals(state: NetworkState, felt: frozenset[int]) -> Iterator[tuple[Replacement, ...]]:
    """A part was changed, and all that follows from it but the totals above it."""
    for totals, nodes in state.network.totals:
        if (
            len(totals) < LEAST
            or not nodes <= felt
            or any(state.values[total] is None for total in totals)
        ):
            continue
        up, down = state.ends(totals[0])
        for by in {-state.need.get(up, 0), state.need.get(down, 0)} - {0}:
            changes = tuple((total, state.figure(total) + by) for total in totals)
            if all(figure >= 0 for _, figure in changes):
                yield changes
