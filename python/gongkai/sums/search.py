"""A network out of balance -> the cheapest repairs of the whole table, unrelated errors apart.

A repair changes as few statements as can be (the sum of their prices); one slip over a line counts
as one, wherever it leaves the rest cheaper. Among those two cells that one slip explains come
first.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain, product
from math import inf
from typing import NamedTuple

from gongkai.groups import grouped
from gongkai.sums.flow import MOST_STEPS, Flow, Mended, Search, TooMany
from gongkai.sums.network import NetworkState, Replacement
from gongkai.sums.repairs import DIGIT, OTHER, SLIP, Changes, Repair, long_events, repair_of

Nodes = frozenset[int]
MOST_LISTED = 6  # alternatives that a person would compare; of more none is given
MOST_FILLED = 30  # alternatives for which it is worked out what they put into blanks
LIKELIER = OTHER - SLIP  # so much odder than the likeliest, and an alternative is left out
FILL = DIGIT  # how odd it is that a blank should hold a figure


class Mending(NamedTuple):
    """Repairs that together mend a table, and how its blanks are filled then."""

    repairs: tuple[Repair, ...]
    flow: Flow

    @property
    def price(self) -> int:
        return total_price(self.repairs)


def total_price(repairs: Iterable[Repair]) -> int:
    price = 0
    for repair in repairs:
        price += repair.price
    return price


class Range(NamedTuple):
    """The least and the most that a cell holds in the cheapest repairs; None for no limit."""

    cell: str
    least: int
    most: int | None


@dataclass(frozen=True, slots=True)
class Cluster:
    """Nodes that are mended together, the likeliest way first.

    ``count`` of the alternatives, also where they are too many to be listed; None where not even
    that is known. ``unlikely``: how many more are as cheap and were left out, because one of these
    is so much likelier. ``certain``: the cells that every way changes, the likely and the others.
    """

    nodes: Nodes
    alternatives: tuple[Changes, ...]
    count: int | None
    unlikely: int
    certain: tuple[Range, ...] = ()


def clusters_of(state: NetworkState) -> list[Cluster]:
    if not state.need:
        return []
    try:
        solutions = solutions_of(state)
    except TooMany:
        return [Cluster(frozenset(state.need), (), None, 0)]
    clusters = []
    for nodes in apart(solutions):
        clusters.append(cluster_of(state, solutions, nodes))
    return clusters


# --- which repairs together mend everything -------------------------------------------------------


def solutions_of(state: NetworkState) -> list[Mending]:
    """All cheapest ways to mend every node. Raises TooMany where there is no time to find them.

    维持3 ＋ 纠正1 ＋ 其他0 ＋ 尚未审结0 ＝ 总计5: one figure of the five, at the price of 2 each.
    """
    starts = list(starts_of(state))
    budget = 0
    while True:
        found: list[Mending] = []
        beyond = []
        for start in starts:
            found += start.mendings(budget)
            if start.beyond:
                beyond.append(start.beyond)
        if found:
            return cheapest_of(found)
        if not beyond:
            raise TooMany
        budget = min(beyond)


def cheapest_of(found: Sequence[Mending]) -> list[Mending]:
    least = min(mending.price for mending in found)
    return [mending for mending in found if mending.price == least]


@dataclass(slots=True)
class Start:
    """What is left to be searched beside some slips over lines; ``beyond``: the price at which more
    may be found, 0 where nothing is.
    """

    events: tuple[Repair, ...]
    state: NetworkState
    search: Search
    paid: int
    beyond: int = 0

    def mendings(self, budget: int) -> list[Mending]:
        if budget < self.paid:
            self.beyond = self.paid
            return []
        self.search.run(budget - self.paid)
        self.beyond = budget + self.search.beyond if self.search.beyond else 0
        found = []
        for mended in self.search.found:
            found.append(mending_of(self.state, self.events, mended))
        return found


def starts_of(state: NetworkState) -> Iterator[Start]:
    """Without a slip over a line, and with each choice of some."""
    steps = [MOST_STEPS]
    for events in choices_of(long_events(state)):
        changes = changes_in(events)
        rest = state.changed(changes) if changes else state
        network, barred = rest.network, frozenset(dict(changes))
        search = Search(
            rest.flow, network.ends, network.incident, rest.values, rest.prices, barred, steps
        )
        yield Start(events, rest, search, total_price(events))


def changes_in(repairs: Iterable[Repair]) -> Changes:
    changes: list[Replacement] = []
    for repair in repairs:
        changes.extend(repair.changes)
    return tuple(sorted(changes))


def choices_of(events: Sequence[Repair]) -> Iterator[tuple[Repair, ...]]:
    """None of them, and each choice of some that share no node."""
    yield ()
    for at, event in enumerate(events):
        later = [other for other in events[at + 1 :] if event.nodes.isdisjoint(other.nodes)]
        for others in choices_of(later):
            yield (event, *others)


def mending_of(state: NetworkState, events: tuple[Repair, ...], mended: Mended) -> Mending:
    """A single cell with more than one figure that would do is told with the nearest."""
    repairs = []
    for piece in unrelated_groups(state, mended.figures):
        is_open = len(piece) > 1 and not mended.open_cells.isdisjoint(dict(piece))
        repairs.append(repair_of(state, piece, is_open))
    return Mending((*events, *repairs), mended.flow)


def unrelated_groups(state: NetworkState, changes: Sequence[Replacement]) -> list[Changes]:
    """Changes in groups that share no node."""
    first_at: dict[int, Replacement] = {}
    pairs = []
    for change in changes:
        for node in state.ends(change[0]):
            pairs.append((change, first_at.setdefault(node, change)))
    return list(map(tuple, grouped(changes, pairs)))


# --- what belongs together ------------------------------------------------------------------------


def apart(solutions: Iterable[Mending]) -> list[Nodes]:
    """The smallest sets of nodes that no repair in use crosses."""
    pairs: set[tuple[int, int]] = set()
    for solution in solutions:
        for repair in solution.repairs:
            pairs.update(product([min(repair.nodes)], repair.nodes))
    nodes = sorted(set(chain.from_iterable(pairs)))
    return list(map(frozenset, grouped(nodes, pairs)))


def cluster_of(state: NetworkState, solutions: Iterable[Mending], nodes: Nodes) -> Cluster:
    """What mends some nodes, in all solutions: 总计142 above 维持13 ＋ 纠正1 is 14 with a digit
    too many; of the four other figures that could be wrong it is said that they are unlikely.
    """
    ways = ways_within(solutions, nodes)
    kept = likeliest(ways)
    if state.flow.now and 1 < len(kept) <= MOST_FILLED:
        for changes, way in kept.items():
            filled = fills(state, changes, nodes, way.flow)
            kept[changes] = way._replace(odd=way.odd + FILL * filled)
        kept = likeliest(kept)
    certain = certain_in(state, ways)
    if any(way.is_open for way in kept.values()):
        return Cluster(nodes, (), None, 0, certain)
    listed = in_order(state, kept) if len(kept) <= MOST_LISTED else ()
    return Cluster(nodes, listed, len(kept), len(ways) - len(kept), certain)


def in_order(state: NetworkState, ways: Mapping[Changes, Option]) -> tuple[Changes, ...]:
    """The likeliest first; of those as likely the first in the form."""

    def place(changes: Changes) -> tuple[int, list[int]]:
        return ways[changes].odd, [state.network.order[cell] for cell, _ in changes]

    return tuple(sorted(ways, key=place))


class Option(NamedTuple):
    """One way to mend a cluster: how odd it is, whether other figures in the same cells would do,
    and a filling of the blanks.
    """

    odd: int
    is_open: bool
    flow: Flow


def ways_within(solutions: Iterable[Mending], nodes: Nodes) -> dict[Changes, Option]:
    found: dict[Changes, Option] = {}
    for solution in solutions:
        mine = []
        odd, is_open = 0, False
        for repair in solution.repairs:
            if repair.nodes <= nodes:
                mine.append(repair)
                odd += repair.odd
                is_open |= repair.is_open
        found[changes_in(mine)] = Option(odd, is_open, solution.flow)
    return found


def likeliest(ways: Mapping[Changes, Option]) -> dict[Changes, Option]:
    """Without those that take chance where a slip of the pen explains all."""
    least = min(way.odd for way in ways.values())
    return {changes: way for changes, way in ways.items() if way.odd < least + LIKELIER}


def fills(state: NetworkState, changes: Changes, nodes: Nodes, flow: Flow) -> int:
    """How many blanks must then hold another figure than 0, where what is left blank as a rule
    stands for 0.
    """
    changed = dict(changes)
    touched = set(nodes)
    for cell in changed:
        touched.update(state.ends(cell))
    fixed = flow.without_free(changed)
    count = 0
    for cell in state.flow.now:
        if fixed.now[cell] and state.ends(cell)[0] in touched:
            count += fixed.is_fixed(cell, state.network.ends[cell])
    return count


def certain_in(state: NetworkState, ways: Mapping[Changes, Option]) -> tuple[Range, ...]:
    """The cells that all ways change, with the figures that they take: 总计5 above 维持3 ＋ 纠正1
    where the prose says 4 as well, from 4 to 4.
    """
    every = [dict(changes) for changes in ways]
    cells = set(every[0]).intersection(*every[1:])
    found = []
    for cell in sorted(cells, key=state.network.order.__getitem__):
        lows, highs = set(), set()
        for changes, way in zip(every, ways.values(), strict=True):
            low, high = spread_in(state, cell, changes, way)
            lows.add(low)
            highs.add(inf if high is None else high)
        most = max(highs)
        found.append(Range(cell, min(lows), None if most == inf else int(most)))
    return tuple(found)


def spread_in(
    state: NetworkState, cell: str, changes: Mapping[str, int], way: Option
) -> tuple[int, int | None]:
    if cell not in way.flow.now:  # of a slip over a line
        return changes[cell], changes[cell]
    return way.flow.spread(cell, state.network.ends[cell])
