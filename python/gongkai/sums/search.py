"""A network out of balance -> the cheapest repairs of the whole table, unrelated errors apart."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from functools import partial
from itertools import product
from time import thread_time
from typing import Any

from gongkai.sums.network import NetworkState, Replacement, TooMany, needs
from gongkai.sums.relations import solve
from gongkai.sums.repairs import CELL, DIGIT, EVENT, OTHER, SLIP, Repairs, repair_of

Nodes = frozenset[int]
Cover = frozenset[Nodes]
Changes = tuple[Replacement, ...]
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

    ``count`` of the alternatives, also where they are too many to be listed; None where not even
    that is known. ``unlikely``: how many more are as cheap and were left out, because one of these
    is so much likelier.
    """

    nodes: Nodes
    alternatives: tuple[Changes, ...]
    count: int | None
    unlikely: int


def clusters_of(state: NetworkState) -> list[Cluster]:
    if not state.need:
        return []
    try:
        repairs = Repairs(state)
        _, covers = cheapest_covers(state, repairs)
        return [cluster_of(state, repairs, covers, nodes) for nodes in apart(covers)]
    except TooMany:
        return [Cluster(frozenset(state.need), (), None, 0)]


# --- which repairs together mend everything -------------------------------------------------------


def cheapest_covers(state: NetworkState, repairs: Repairs) -> tuple[int, list[Cover]]:
    """All ways to mend every node at the lowest price. Raises TooMany where they are not sure to be
    all.

    Wider pieces, and in the end the solver, are looked for only where they could be as cheap as
    what was found.
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
        for piece in unrelated_groups(state, changes):
            repairs.add(repair_of(state, piece, state.mended(piece)))
    return covers_of(state, repairs)


def stages(state: NetworkState, repairs: Repairs) -> Iterator[tuple[Callable[[], None], int]]:
    """How to look further, each with a price that nothing which was not looked at before can
    undercut.
    """
    count = len(state.need)
    beyond = least_beyond(state, repairs, LARGEST_TREE)
    detour, beside = EVENT + rest(repairs, count - 2), EVENT + CELL + rest(repairs, count - 3)
    yield repairs.add_detours, min(detour, beside, beyond)
    yield repairs.add_exchanges, min(beside, beyond)
    yield partial(repairs.add_trees, LARGEST_TREE + 1), beyond


def least_beyond(state: NetworkState, repairs: Repairs, size: int) -> int:
    """What repairs cost at least of which a piece joins more than ``size`` nodes, or takes two
    detours.

    A tree of cells mends at most one node more than it has cells, and less by each node on its way
    where nothing was over. Blanks allow two cells between the same two nodes.
    """
    count = len(state.need)
    prices = [
        CELL * size + rest(repairs, count - size - 1),
        CELL * LARGEST_TREE + rest(repairs, count - LARGEST_TREE),
    ]
    if state.partial:
        prices.append(
            2 * CELL + rest(repairs, count - 2 if all(state.need.values()) else count - 1)
        )
    return min(prices)


def rest(repairs: Repairs, nodes: int) -> int:
    """What it costs at least to mend so many nodes: a cell mends two."""
    return 0 if nodes <= 0 else EVENT if repairs.events else nodes * CELL // 2


def covers_of(state: NetworkState, repairs: Repairs) -> tuple[int, list[Cover]]:
    """The lowest price, and all sets of nodes that repairs mend for it without one node in two of
    them.
    """
    options = sorted(
        ((found[0].price, nodes) for nodes, found in repairs.found.items()),
        key=lambda item: item[0],
    )
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


def unrelated_groups(state: NetworkState, changes: Sequence[Replacement]) -> list[Changes]:
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


# --- what belongs together ------------------------------------------------------------------------


def apart(covers: Iterable[Cover]) -> list[Nodes]:
    """The smallest sets of nodes that no repair in use crosses."""
    groups: list[Nodes] = []
    for nodes in {nodes for cover in covers for nodes in cover}:
        touching = [group for group in groups if group & nodes]
        groups = [group for group in groups if not group & nodes] + [nodes.union(*touching)]
    return sorted(groups, key=min)


def cluster_of(
    state: NetworkState, repairs: Repairs, covers: Sequence[Cover], nodes: Nodes
) -> Cluster:
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
        kept = likeliest(
            {changes: odd + FILL * fills(state, changes, nodes) for changes, odd in kept.items()}
        )
    order = state.network.order
    listed = sorted(kept, key=lambda changes: (kept[changes], [order[cell] for cell, _ in changes]))
    alternatives = tuple(listed) if len(listed) <= MOST_LISTED else ()
    return Cluster(nodes, alternatives, len(kept) or None, len(combined) - len(kept))


def likeliest(odd: Mapping[Changes, int]) -> dict[Changes, int]:
    """Without those that take chance where a slip of the pen explains all."""
    least = min(odd.values(), default=0)
    return {changes: each for changes, each in odd.items() if each < least + LIKELIER}


def fills(state: NetworkState, changes: Changes, nodes: Nodes) -> int:
    """How many blanks must then hold another figure than 0, where what is left blank as a rule
    stands for 0.
    """
    state.time_left()
    touched = nodes.union(*(state.ends(cell) for cell, _ in changes))
    relations = [relation for node in touched for relation in state.partial.get(node, ())]
    implied = solve(relations, {**state.values, **dict(changes)}).implied
    return sum(1 for figure in implied.values() if figure)


# --------------------------------------------------------------------------------------------------
# The smallest sets of cells whose change mends a table, by integer programming (HiGHS in scipy).
#
# For what is beyond matching what is over at two nodes: errors that cancel each other at a node,
# blanks that cannot be negative. The solver works in floating point; what it proposes is worked out
# again exactly.


MOST_SETS = 30
MOST_NODES = 24  # where something is over; beyond that the table is not one with a slip or two
FARTHEST = (
    10**6
)  # of larger changes the solver loses the small ones: it takes a millionth for nothing


@dataclass
class Program:
    """Columns: the change of each stated cell, whether it is changed, the figure of each blank."""

    state: NetworkState
    cells: list[str]
    blanks: list[str]
    cuts: list[tuple[list[int], int]] = field(default_factory=list)

    @property
    def width(self) -> int:
        return 2 * len(self.cells) + len(self.blanks)


def smallest_sets(state: NetworkState, at_most: int | None) -> list[tuple[Replacement, ...]]:
    """All smallest repairs; none where they need more than ``at_most`` cells. Raises TooMany."""
    started = thread_time()
    import scipy.optimize  # type: ignore[import-untyped]  # noqa: F401  # loading it takes none of the time

    state.deadline += thread_time() - started
    if len(state.need) > MOST_NODES or farthest(state) > FARTHEST:
        raise TooMany
    cells = [cell for cell in state.network.ends if state.values.get(cell) is not None]
    blanks = [cell for cell in state.network.ends if state.values.get(cell) is None]
    program = Program(state, cells, blanks)
    if at_most is not None:
        program.cuts.append((list(range(len(cells))), at_most))
    found: list[tuple[Replacement, ...]] = []
    while (chosen := solved(program)) is not None:
        found.append(exact_changes(state, [cells[number] for number in chosen]))
        if len(found) > MOST_SETS:
            raise TooMany
        if len(found) == 1:
            program.cuts.append((list(range(len(cells))), len(chosen)))
        program.cuts.append((chosen, len(chosen) - 1))
    return found


def exact_changes(state: NetworkState, cells: Sequence[str]) -> tuple[Replacement, ...]:
    """The figures that the cells must have. Raises TooMany where that is left open, or the solver
    was mistaken.
    """
    relations = [relation for relation in state.network.nodes if relation]
    solution = solve(relations, {**state.values, **dict.fromkeys(cells)})
    if solution.broken or solution.conflicts or not set(cells) <= solution.implied.keys():
        raise TooMany
    return tuple((cell, solution.implied[cell]) for cell in cells)


def solved(program: Program) -> list[int] | None:
    """The numbers of the cells of a smallest repair that no cut forbids; None where there is
    none.
    """
    import numpy as np
    from scipy.optimize import Bounds, milp

    left = program.state.time_left()
    count, blanks = len(program.cells), len(program.blanks)
    state, far = program.state, farthest(program.state)
    lowest = [-state.figure(cell) for cell in program.cells] + [0] * (count + blanks)
    highest = [far] * count + [1] * count + [far] * blanks
    result = milp(
        np.array([0] * count + [1] * count + [0] * blanks),
        # With whole figures stated, a network's corners are whole: only the choice of cells has to
        # be.
        integrality=np.array([0] * count + [1] * count + [0] * blanks),
        bounds=Bounds(lowest, highest),
        constraints=constraints(program, far),
        options={"time_limit": left},
    )
    if result.status == 2:
        return None
    if result.status != 0:
        raise TooMany
    chosen = [number for number in range(count) if abs(result.x[number]) > 0.5]
    if len(chosen) != round(result.fun):
        raise TooMany
    return chosen


def farthest(state: NetworkState) -> int:
    """No cell changes by more, and no blank holds more: it is all carried from where it is over to
    where it lacks.
    """
    return max(1, sum(over for over in unjoined(state).values() if over > 0))


def constraints(program: Program, far: int) -> Any:
    """Every node in balance; a cell that is not marked as changed stays; the cuts."""
    import numpy as np
    from scipy.optimize import LinearConstraint
    from scipy.sparse import lil_array  # type: ignore[import-untyped]

    count = len(program.cells)
    columns = {cell: number for number, cell in enumerate(program.cells)}
    columns |= {cell: 2 * count + number for number, cell in enumerate(program.blanks)}
    nodes = len(program.state.network.nodes)
    covers = incident(program)
    matrix = lil_array((nodes + 2 * count + len(program.cuts) + len(covers), program.width))
    low, high = np.zeros(matrix.shape[0]), np.zeros(matrix.shape[0])
    for cell, (up, down) in program.state.network.ends.items():
        matrix[up, columns[cell]], matrix[down, columns[cell]] = 1, -1
    for node, over in unjoined(program.state).items():
        low[node] = high[node] = -over
    for number, cell in enumerate(program.cells):
        up, down = nodes + 2 * number, nodes + 2 * number + 1
        matrix[up, number], matrix[up, count + number] = 1, -far
        matrix[down, number], matrix[down, count + number] = 1, program.state.figure(cell)
        low[up], high[down] = -np.inf, np.inf
    limits: list[tuple[list[int], float, float]] = [
        (chosen, -np.inf, most) for chosen, most in program.cuts
    ]
    limits += [(chosen, 1.0, np.inf) for chosen in covers]
    for number, (chosen, least, most) in enumerate(limits, nodes + 2 * count):
        matrix[number, [count + each for each in chosen]] = 1
        low[number], high[number] = least, most
    return LinearConstraint(matrix.tocsr(), low, high)


def incident(program: Program) -> list[list[int]]:
    """For each node that needs mending the cells of which one must change; the solver would find
    out, but slowly.
    """
    state = program.state
    return [
        [number for number, cell in enumerate(program.cells) if node in state.ends(cell)]
        for node in state.need
    ]


def unjoined(state: NetworkState) -> dict[int, int]:
    """What is over at each node of the network itself."""
    return needs(state.network, state.values, range(len(state.network.nodes)))
