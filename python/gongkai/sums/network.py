"""The stated sums of a table -> a network: every cell joins two nodes, once with each sign.

A node is a relation; a cell that stands in one relation only has its other end on the ground. A
relation that follows from the others (``across.handled`` of table three) is left out, or its cells
would stand in three. What is said of a sum of cells is a relation as well, and a cell of its own
stands for it: 不予公开92 is the relation 1.属于国家秘密 ＋ … ＝ statement.0, and in its column's
sum statement.0 takes the place of these cells.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import count, pairwise

from gongkai.groups import grouped
from gongkai.model import Form, Relation
from gongkai.sums.flow import Ends, Flow, FlowStep, FlowSteps, flow_of

Signed = list[tuple[int, int]]  # (number of a relation, 1 among its parts or -1 in its whole)
Bases = Mapping[str, frozenset[str]]  # cell of a statement -> the cells whose sum it is


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
    """``nodes`` are relations, None for a ground; ``numbers``: rule -> its node, and those of what
    statements put into its place. ``incident``: for each node its cells, as ways out.

    ``order`` numbers the cells as in the form, those of statements after them. ``relations``: cell
    -> those of the nodes that it stands in. ``surplus``: what was left out. ``totals`` are, for
    each part, the cells that sum it up, directly or by way of another, with the nodes that feel it
    if all of them change alike; ``neighbours`` pairs of which the second follows the first.
    """

    nodes: tuple[Relation | None, ...]
    ends: Mapping[str, Ends]
    incident: FlowSteps
    lines: tuple[NetworkLine, ...]
    totals: tuple[tuple[tuple[str, ...], frozenset[int]], ...]
    neighbours: frozenset[tuple[str, str]]
    numbers: Mapping[str, frozenset[int]]
    order: Mapping[str, int]
    relations: Mapping[str, tuple[Relation, ...]]
    surplus: tuple[Relation, ...]


@lru_cache(maxsize=64)
def network_of(form: Form, further: tuple[Relation, ...] = ()) -> Network | None:
    """``further``: what statements say of cells of the form. None where the relations have another
    shape, or are none.
    """
    surplus = surplus_of(form.relations)
    needed = [relation for relation in form.relations if relation not in surplus]
    kept = with_further(needed, further)
    if not kept:
        return None
    places = places_of(kept)
    signs = oriented(len(kept), places)
    if signs is None:
        return None
    ends, grounds = ends_of(len(kept), places, signs)
    lines = lines_in(form, ends)
    order = dict.fromkeys([*form.cells, *ends])
    return Network(
        nodes=(*kept, *[None] * grounds),
        ends=ends,
        incident=incident_to(len(kept) + grounds, ends),
        lines=lines,
        totals=totals_of(form.relations, ends),
        neighbours=neighbours_in(lines),
        numbers=numbered(kept, further),
        order=dict(zip(order, count(), strict=False)),
        relations=standing_in(kept, places),
        surplus=surplus,
    )


def surplus_of(relations: Sequence[Relation]) -> tuple[Relation, ...]:
    """The relation that all cells in more than two of them share.

    The （七）总计 of a column stands in its balance, its sum and ``across.handled``.
    """
    times: Counter[str] = Counter()
    for relation in relations:
        times.update(relation.cells)
    crowded = {cell for cell in times if times[cell] > 2}
    for relation in relations:
        if crowded and crowded <= set(relation.cells):
            return (relation,)
    return ()


def places_of(relations: Sequence[Relation]) -> dict[str, Signed]:
    places: dict[str, Signed] = defaultdict(list)
    for number, relation in enumerate(relations):
        for cell in relation.parts:
            places[cell].append((number, 1))
        for cell in relation.whole:
            places[cell].append((number, -1))
    return places


def standing_in(
    relations: Sequence[Relation], places: Mapping[str, Signed]
) -> dict[str, tuple[Relation, ...]]:
    standing: dict[str, tuple[Relation, ...]] = {}
    for cell, found in places.items():
        for node, _ in found:
            standing[cell] = (*standing.get(cell, ()), relations[node])
    return standing


# --- what statements say --------------------------------------------------------------------------


def with_further(relations: Sequence[Relation], further: Sequence[Relation]) -> list[Relation]:
    """The relations with those of statements, so that cells stand in two where that can be.

    The smaller sum first: 不予公开92 is within 办结450.
    """
    kept = list(relations)
    bases: dict[str, frozenset[str]] = {}
    for relation in relations:
        for cell in relation.cells:
            bases[cell] = frozenset((cell,))
    for said in sorted(further, key=lambda relation: len(relation.parts)):
        kept = said_within(kept, said, bases)
        bases[said.whole[0]] = frozenset(said.parts)
    return kept


def said_within(relations: Sequence[Relation], said: Relation, bases: Bases) -> list[Relation]:
    """A statement's cell takes the place of what it sums up where one side of a relation holds all
    of that.

    不予公开92: in the column's sum statement.0 stands for the eight rows of （三）不予公开, which
    has 14 parts then instead of 21.
    """
    sum_of = frozenset(said.parts)
    for at, relation in enumerate(relations):
        for side in (relation.parts, relation.whole):
            held = tuple(cell for cell in side if bases[cell] <= sum_of)
            within: set[str] = set()
            for cell in held:
                within |= bases[cell]
            if within == sum_of:
                left = replaced(relation, held, said.whole)
                return [*relations[:at], left, *relations[at + 1 :], replace(said, parts=held)]
    return [*relations, said]


def replaced(relation: Relation, held: Sequence[str], by: tuple[str, ...]) -> Relation:
    """A relation with a statement's cell in the place of those that it sums up."""
    if held[0] in relation.parts:
        parts = {*relation.parts, *by} - set(held)
        return replace(relation, parts=tuple(sorted(parts)))
    whole = {*relation.whole, *by} - set(held)
    return replace(relation, whole=tuple(sorted(whole)))


def numbered(kept: Sequence[Relation], further: Iterable[Relation]) -> dict[str, frozenset[int]]:
    """Rule -> the nodes that together say what the relation said: with statement.0 in its sum its
    own and that of statement.0.
    """
    node_of: dict[str, int] = {}
    for relation in kept:
        node_of[relation.rule] = len(node_of)
    inner = {said.whole[0]: node_of[said.rule] for said in further}
    found: dict[str, frozenset[int]] = {}
    for relation in kept:
        nodes = [node_of[relation.rule]]
        for node in nodes:
            for cell in inner.keys() & set(kept[node].cells):
                if inner[cell] not in nodes:
                    nodes.append(inner[cell])
        found[relation.rule] = frozenset(nodes)
    return found


# --- the two ends of a cell -----------------------------------------------------------------------


def oriented(count: int, places: Mapping[str, Signed]) -> list[int] | None:
    """Signs for the relations so that cells stand in two of them with opposite signs; None if there
    are none.

    （一）予以公开·自然人 is a part in its row and in its column: one of the two is turned round.
    """
    if max(map(len, places.values())) > 2:
        return None
    turned = turns(places)
    signs = [0] * count
    for start in range(count):
        if not signs[start]:
            signs[start] = 1
            turn_from(start, turned, signs)
    for node, found in turned.items():
        for other, turn in found:
            if signs[other] != signs[node] * turn:
                return None
    return signs


def turns(places: Mapping[str, Signed]) -> Mapping[int, Signed]:
    """Relation -> those that share a cell with it, and 1 or -1 for the sign that these must have
    beside its own.
    """
    turned: dict[int, Signed] = defaultdict(list)
    for found in places.values():
        if len(found) == 2:
            (one, sign), (other, opposite) = found
            turned[one].append((other, -sign * opposite))
            turned[other].append((one, -sign * opposite))
    return turned


def turn_from(start: int, turned: Mapping[int, Signed], signs: list[int]) -> None:
    queue = [start]
    for node in queue:
        for other, turn in turned.get(node, ()):
            if not signs[other]:
                signs[other] = signs[node] * turn
                queue.append(other)


def ends_of(
    count: int, places: Mapping[str, Signed], signs: Sequence[int]
) -> tuple[dict[str, Ends], int]:
    """The ends of each cell, and how many grounds there are: one for all that hangs together.

    维持 of 表四 leads from the ground to its row, 总计 back; each of the three rows has a ground.
    """
    joined = [(found[0][0], found[-1][0]) for found in places.values()]
    groups = grouped(range(count), joined)
    grounds: dict[int, int] = {}
    for ground, group in enumerate(groups, count):
        grounds |= dict.fromkeys(group, ground)
    ends: dict[str, Ends] = {}
    for cell, found in places.items():
        up = down = grounds[found[0][0]]
        for node, sign in found:
            if sign * signs[node] > 0:
                up = node
            else:
                down = node
        ends[cell] = (up, down)
    return ends, len(groups)


def incident_to(count: int, ends: Mapping[str, Ends]) -> FlowSteps:
    ways: list[list[FlowStep]] = [[] for _ in range(count)]
    for cell, (up, down) in ends.items():
        ways[down].append((up, cell, 1))
        ways[up].append((down, cell, -1))
    return ways


# --- lines and totals -----------------------------------------------------------------------------


def lines_in(form: Form, ends: Mapping[str, Ends]) -> tuple[NetworkLine, ...]:
    """The rows and columns of a form, as far as its cells stand in relations."""
    lines: dict[tuple[str, int], list[str]] = defaultdict(list)
    for cell in form.cells.values():
        if cell.id in ends:
            lines["row", cell.box.top].append(cell.id)
            lines["column", cell.box.left].append(cell.id)
    found = []
    for cells in lines.values():
        if len(cells) > 1:
            found.append(line_of(cells, ends))
    return tuple(found)


def line_of(cells: Sequence[str], ends: Mapping[str, Ends]) -> NetworkLine:
    """Across a line is the end that fewer of its cells have: all of a row end in its own sum."""
    times: Counter[int] = Counter()
    for cell in cells:
        times.update(ends[cell])
    across = []
    for cell in cells:
        up, down = ends[cell]
        across.append((up, 1) if times[up] <= times[down] else (down, -1))
    return NetworkLine(tuple(cells), tuple(across), frozenset(dict(across)))


def neighbours_in(lines: Iterable[NetworkLine]) -> frozenset[tuple[str, str]]:
    found: set[tuple[str, str]] = set()
    for line in lines:
        found.update(pairwise(line.cells))
    return frozenset(found)


def totals_of(
    relations: Sequence[Relation], ends: Mapping[str, Ends]
) -> tuple[tuple[tuple[str, ...], frozenset[int]], ...]:
    """For each cell that is a part the totals above it, and those above these.

    予以公开·自然人 -> 予以公开·总计, 总计·自然人 and, above both, 总计·总计.
    """
    above: dict[str, list[str]] = defaultdict(list)
    for relation in relations:
        if len(relation.whole) == 1:
            for cell in relation.parts:
                above[cell].append(relation.whole[0])
    found = []
    for totals in list(above.values()):
        reached = list(totals)
        for total in totals:
            reached += above.get(total, ())
        cells = tuple(dict.fromkeys(reached))
        found.append((cells, felt_at(cells, ends)))
    return tuple(found)


def felt_at(cells: Sequence[str], ends: Mapping[str, Ends]) -> frozenset[int]:
    """Nodes where like changes of the cells do not cancel each other."""
    over: Counter[int] = Counter()
    for cell in cells:
        up, down = ends[cell]
        over[up] += 1
        over[down] -= 1
    return frozenset(node for node in over if over[node])


# --------------------------------------------------------------------------------------------------
# What the figures of a table leave to be mended at the nodes of its network.
#
# A blank joins its two nodes into one: whatever is missing at one of them it can carry to the
# other. What is then left at a joined node no filling of the blanks can mend; whether a filling has
# no negative figure either, the flow through them tells.


Figures = Mapping[str, int | None]
Replacement = tuple[str, int]  # a cell and its proposed figure


@dataclass(frozen=True)
class NetworkState:
    """``home``: node -> joined node. ``need``: joined node -> what is over there, 0 where only the
    sign of the blanks stands in the way.

    ``prices``: of each stated cell. ``flow``: settled through the blanks as far as it goes.
    """

    network: Network
    values: Figures
    prices: Mapping[str, int]
    home: Sequence[int]
    need: Mapping[int, int]
    flow: Flow

    def ends(self, cell: str) -> tuple[int, int]:
        up, down = self.network.ends[cell]
        return self.home[up], self.home[down]

    def figure(self, cell: str) -> int:
        figure = self.values[cell]
        assert figure is not None, cell
        return figure

    def mended(self, changes: Sequence[Replacement]) -> frozenset[int]:
        """The nodes that the changes mend; none where they leave anything over at a node that they
        touch.
        """
        left = dict(self.need)
        touched = set()
        for cell, proposed in changes:
            up, down = self.ends(cell)
            by = proposed - self.figure(cell)
            left[up] = left.get(up, 0) + by
            left[down] = left.get(down, 0) - by
            touched |= {up, down}
        for node in touched:
            if left[node]:
                return frozenset()
        return frozenset(touched & self.need.keys())

    def changed(self, changes: Iterable[Replacement]) -> NetworkState:
        """The table with some figures replaced."""
        return state_of(self.network, {**self.values, **dict(changes)}, self.prices)


def state_of(network: Network, values: Figures, prices: Mapping[str, int]) -> NetworkState:
    """``values`` has every cell of the network.

    维持3 ＋ 纠正1 under 总计5: -1 is over at the row and 1 at its ground. With 其他 blank the two
    are one, of which nothing is over.
    """
    blanks = [cell for cell in network.ends if values[cell] is None]
    home = homes(network, blanks)
    over = overs(network, values)
    flow = flow_of(over, network.ends, blanks)
    left: Counter[int] = Counter()
    for node, each in enumerate(over):
        left[home[node]] += each
    stuck: set[int] = set()
    for gap in flow.settle().full:
        stuck |= gap
    need: dict[int, int] = {}
    for node, joined in enumerate(home):
        if left[joined] or node in stuck:
            need[joined] = left[joined]
    return NetworkState(network, values, prices, home, need, flow)


def homes(network: Network, blanks: Sequence[str]) -> list[int]:
    """Node -> the first of those that blanks join to it."""
    home = list(range(len(network.nodes)))
    if blanks:
        for group in grouped(home, [network.ends[cell] for cell in blanks]):
            for node in group:
                home[node] = group[0]
    return home


def overs(network: Network, values: Figures) -> list[int]:
    """What is over at each node if blanks are 0."""
    found = [0] * len(network.nodes)
    for cell, (up, down) in network.ends.items():
        figure = values[cell]
        if figure:
            found[up] += figure
            found[down] -= figure
    return found
