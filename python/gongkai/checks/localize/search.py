"""The cheapest repairs of a whole table, apart for errors that have nothing to do with each other."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import partial
from itertools import product

from gongkai.checks.localize.program import smallest_sets
from gongkai.checks.localize.repairs import CELL, EVENT, Repairs, repair_of
from gongkai.checks.localize.slips import DIGIT, OTHER, SLIP
from gongkai.checks.localize.state import Change, State, TooMany
from gongkai.relations import solve

Nodes = frozenset[int]
Cover = frozenset[Nodes]
Changes = tuple[Change, ...]
MOST_LISTED = 6  # alternatives that a person would compare; of more none is given
MOST_WEIGHED = 2_000  # combinations
MOST_COVERS = 200
MOST_FILLED = 30  # alternatives for which it is worked out what they put into blanks
LARGEST_TREE = 3  # nodes of the trees that are looked at in any case
LIKELIER = OTHER - SLIP  # so much odder than the likeliest, and an alternative is left out
FILL = DIGIT  # how odd it is that a blank should hold a figure


@dataclass(frozen=True, slots=True)
class Cluster:
    """Nodes that are mended together, the likeliest way first.

    ``count`` of the alternatives, also where they are too many to be listed; None where not even that is known.
    ``unlikely``: how many more are as cheap and were left out, because one of these is so much likelier.
    """

    nodes: Nodes
    alternatives: tuple[Changes, ...]
    count: int | None
    unlikely: int


def clusters_of(state: State) -> list[Cluster]:
    if not state.need:
        return []
    try:
        repairs = Repairs(state)
        _, covers = cheapest_covers(state, repairs)
        return [cluster_of(state, repairs, covers, nodes) for nodes in apart(covers)]
    except TooMany:
        return [Cluster(frozenset(state.need), (), None, 0)]


# --- which repairs together mend everything -----------------------------------------------------------------------


def cheapest_covers(state: State, repairs: Repairs) -> tuple[int, list[Cover]]:
    """All ways to mend every node at the lowest price. Raises TooMany where they are not sure to be all.

    Wider pieces, and in the end the solver, are looked for only where they could be as cheap as what was found.
    """
    price, covers = covers_of(state, repairs)
    for widen, least in stages(state, repairs):
        if covers and price < least:
            return price, covers
        widen()
        price, covers = covers_of(state, repairs)
    if covers and price < least_beyond(state, repairs, LARGEST_TREE + 1):
        return price, covers
    sets = smallest_sets(state, price // CELL if covers else None)
    if covers and (not sets or price < CELL * len(sets[0])):
        return price, covers
    for changes in sets:
        for piece in pieces(state, changes):
            repairs.add(repair_of(state, piece, state.mended(piece)))
    return covers_of(state, repairs)


def stages(state: State, repairs: Repairs) -> Iterator[tuple[Callable[[], None], int]]:
    """How to look further, each with a price that nothing which was not looked at before can undercut."""
    count = len(state.need)
    beyond = least_beyond(state, repairs, LARGEST_TREE)
    detour, beside = EVENT + rest(repairs, count - 2), EVENT + CELL + rest(repairs, count - 3)
    yield repairs.add_detours, min(detour, beside, beyond)
    yield repairs.add_exchanges, min(beside, beyond)
    yield partial(repairs.add_trees, LARGEST_TREE + 1), beyond


def least_beyond(state: State, repairs: Repairs, size: int) -> int:
    """What repairs cost at least of which a piece joins more than ``size`` nodes, or takes two detours.

    A tree of cells mends at most one node more than it has cells, and less by each node on its way where nothing was
    over. Blanks allow two cells between the same two nodes.
    """
    count = len(state.need)
    prices = [CELL * size + rest(repairs, count - size - 1), CELL * LARGEST_TREE + rest(repairs, count - LARGEST_TREE)]
    if state.partial:
        prices.append(2 * CELL + rest(repairs, count - 2 if all(state.need.values()) else count - 1))
    return min(prices)


def rest(repairs: Repairs, nodes: int) -> int:
    """What it costs at least to mend so many nodes: a cell mends two."""
    return 0 if nodes <= 0 else EVENT if repairs.events else nodes * CELL // 2


def covers_of(state: State, repairs: Repairs) -> tuple[int, list[Cover]]:
    """The lowest price, and all sets of nodes that repairs mend for it without one node in two of them."""
    options = sorted(((found[0].price, nodes) for nodes, found in repairs.found.items()), key=lambda item: item[0])
    by_node = {node: [item for item in options if node in item[1]] for node in state.need}
    best = CELL * len(state.need) + 1
    found: list[Cover] = []

    def search(left: Nodes, price: int, taken: tuple[Nodes, ...]) -> None:
        nonlocal best
        state.time_left()
        if not left:
            if price < best:
                best = price
                found.clear()
            found.append(frozenset(taken))
            if len(found) > MOST_COVERS:
                raise TooMany
            return
        least = min(left, key=lambda node: (len(by_node[node]), node))
        for each, nodes in by_node[least]:
            if price + each <= best and nodes <= left:
                search(left - nodes, price + each, (*taken, nodes))

    search(frozenset(state.need), 0, ())
    return best, found


def pieces(state: State, changes: Sequence[Change]) -> list[Changes]:
    """Changes in groups that share no node."""
    groups: list[tuple[set[int], Changes]] = []
    for change in changes:
        nodes = set(state.ends(change[0]))
        members: Changes = (change,)
        others = []
        for group in groups:
            if nodes.isdisjoint(group[0]):
                others.append(group)
            else:
                nodes |= group[0]
                members += group[1]
        groups = [*others, (nodes, members)]
    return [members for _, members in groups]


# --- what belongs together ----------------------------------------------------------------------------------------


def apart(covers: Iterable[Cover]) -> list[Nodes]:
    """The smallest sets of nodes that no repair in use crosses."""
    groups: list[Nodes] = []
    for nodes in {nodes for cover in covers for nodes in cover}:
        touching = [group for group in groups if group & nodes]
        groups = [group for group in groups if not group & nodes] + [nodes.union(*touching)]
    return sorted(groups, key=min)


def cluster_of(state: State, repairs: Repairs, covers: Sequence[Cover], nodes: Nodes) -> Cluster:
    combined: dict[Changes, int] = {}
    tried = 0
    for cover in {frozenset(each for each in cover if each <= nodes) for cover in covers}:
        for chosen in product(*(repairs.found[each] for each in sorted(cover, key=min))):
            tried += 1
            state.time_left()
            if tried > MOST_WEIGHED:
                return Cluster(nodes, (), None, 0)
            changes = tuple([change for repair in chosen for change in repair.changes])
            if len(dict(changes)) == len(changes) and state.holds(changes):
                combined[changes] = sum(repair.odd for repair in chosen)
    kept = likeliest(combined)
    if state.partial and 1 < len(kept) <= MOST_FILLED:
        kept = likeliest({changes: odd + FILL * fills(state, changes, nodes) for changes, odd in kept.items()})
    order = state.network.order
    listed = sorted(kept, key=lambda changes: (kept[changes], [order[cell] for cell, _ in changes]))
    alternatives = tuple(listed) if len(listed) <= MOST_LISTED else ()
    return Cluster(nodes, alternatives, len(kept) or None, len(combined) - len(kept))


def likeliest(odd: Mapping[Changes, int]) -> dict[Changes, int]:
    """Without those that take chance where a slip of the pen explains all."""
    least = min(odd.values(), default=0)
    return {changes: each for changes, each in odd.items() if each < least + LIKELIER}


def fills(state: State, changes: Changes, nodes: Nodes) -> int:
    """How many blanks must then hold another figure than 0, where what is left blank as a rule stands for 0."""
    state.time_left()
    touched = nodes.union(*(state.ends(cell) for cell, _ in changes))
    relations = [relation for node in touched for relation in state.partial.get(node, ())]
    implied = solve(relations, {**state.values, **dict(changes)}).implied
    return sum(1 for figure in implied.values() if figure)
