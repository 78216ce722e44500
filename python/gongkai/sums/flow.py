"""What is over at the nodes of a network -> the cheapest sets of cells that can carry it to where
it lacks, exactly.

A blank, once filled, carries any figure one way: up to the node that it raises. A cell that may
change carries as much back as it states. Where something is over that nothing free can carry away,
the nodes that it reaches make a gap; so do the nodes from which nothing more comes to one that
lacks. Every repair has a cell that leads out of the one and into the other. So the search takes
the gap with the fewest such cells and tries each in turn (what was tried is barred after it), as
deep as the price allows, and dearer only where nothing was found. All figures are whole numbers.
"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping, Sequence, Set
from dataclasses import dataclass, field
from typing import NamedTuple

MOST_SETS = 2_000  # ways to mend a table; of more nobody wants to know how many they are
MOST_STEPS = 3_000  # sets looked at for one table, 0.3 s; twelve errors that share nothing need 600

Ends = tuple[int, int]  # the node that a larger figure raises, and the one that it lowers
FlowStep = tuple[
    int, str, int
]  # the node at the other end, the cell, 1 where it rises and -1 falls
FlowSteps = Sequence[Sequence[FlowStep]]


class TooMany(Exception):
    """More repairs than anyone would look at, or than there is time to find."""


class OpenNodes(NamedTuple):
    """Nodes that something over has reached and cannot leave, and nodes that lack what cannot come
    to them.
    """

    full: list[Set[int]]
    empty: list[Set[int]]


@dataclass(slots=True)
class Flow:
    """``over``: at each node; ``now``: the figures of the cells that may change, which lead along
    ``free``, for each node its ways out.
    """

    over: list[int]
    now: dict[str, int]
    free: list[Sequence[FlowStep]]

    def with_free(self, cell: str, ends: Ends, figure: int) -> Flow:
        """The same, and one more cell may change."""
        up, down = ends
        free = self.free.copy()
        free[down] = [*free[down], (up, cell, 1)]
        free[up] = [*free[up], (down, cell, -1)]
        return Flow(self.over.copy(), {**self.now, cell: figure}, free)

    def settle(self) -> OpenNodes:
        """Carry away what can be carried, and tell where that does not do.

        维持3 ＋ 纠正1 under 总计5: 1 lacks at the node of the row and is over at the ground, a full
        gap and an empty one. With 其他 blank that carries it, and nothing is open.
        """
        sources, sinks = [], set()
        for node, over in enumerate(self.over):
            if over > 0:
                sources.append(node)
            elif over < 0:
                sinks.add(node)
        full, empty = [], []
        for node in sources:
            reached = self.drain(node, sinks)
            if self.over[node]:
                full.append(reached)
        for node in sinks:
            empty.append(self.leading_to(node))
        return OpenNodes(full, empty)

    def drain(self, start: int, sinks: set[int]) -> Set[int]:
        """Carry what is over at a node to the sinks; the nodes that the last try reached."""
        while True:
            goal, steps = self.path(start, sinks)
            if goal < 0:
                return steps.keys()
            self.carry(goal, steps)
            if not self.over[goal]:
                sinks.discard(goal)
            if not self.over[start]:
                return steps.keys()

    def path(
        self, start: int, goals: Collection[int], without: str = ""
    ) -> tuple[int, dict[int, FlowStep]]:
        """The first of the goals on the way from a node, or -1; and how each node was come to.

        From the ground of 表四's first row to its node 其他 leads, where that is blank.
        """
        steps: dict[int, FlowStep] = {start: (-1, "", 0)}
        queue = [start]
        for node in queue:
            for other, cell, sign in self.free[node]:
                if other in steps or cell == without or (sign < 0 and not self.now[cell]):
                    continue
                steps[other] = (node, cell, sign)
                if other in goals:
                    return other, steps
                queue.append(other)
        return -1, steps

    def carry(self, goal: int, steps: Mapping[int, FlowStep]) -> None:
        """As much as goes along a path, from what is over at its start to what lacks at its
        goal.
        """
        along = path_to(goal, steps)
        start = along[-1][0]
        most = min(self.over[start], -self.over[goal])
        narrow = self.narrowest(along)
        if narrow is not None:
            most = min(most, narrow)
        self.shift(along, most)
        self.over[start] -= most
        self.over[goal] += most

    def narrowest(self, along: Iterable[FlowStep]) -> int | None:
        """How far the cells can fall that a path lowers; None where it lowers none."""
        least: int | None = None
        for _, cell, sign in along:
            if sign < 0:
                now = self.now[cell]
                least = now if least is None else min(least, now)
        return least

    def shift(self, along: Iterable[FlowStep], by: int) -> None:
        for _, cell, sign in along:
            self.now[cell] += sign * by

    def leading_to(self, goal: int) -> Set[int]:
        """The nodes from which there is a way to one: where 其他 of a row of 表四 is blank, to the
        node of the row from its ground, and back once 其他 has a figure to give.
        """
        found = {goal}
        queue = [goal]
        for node in queue:
            for other, cell, sign in self.free[node]:
                # the way back along a cell that falls on the way out, or had risen
                if other not in found and (sign < 0 or self.now[cell]):
                    found.add(other)
                    queue.append(other)
        return found

    # --- what else the cells could hold -----------------------------------------------------------

    def without_free(self, cells: Collection[str]) -> Flow:
        """The same, but these cells stay as they now are."""
        free: list[Sequence[FlowStep]] = []
        for ways in self.free:
            free.append([way for way in ways if way[1] not in cells])
        return Flow(self.over, self.now, free)

    def is_fixed(self, cell: str, ends: Ends) -> bool:
        """Whether a cell has the same figure however the others are filled."""
        up, down = ends
        rises = self.path(up, (down,), cell)[0] >= 0
        falls = self.now[cell] > 0 and self.path(down, (up,), cell)[0] >= 0
        return not rises and not falls

    def spread(self, cell: str, ends: Ends) -> tuple[int, int | None]:
        """The least and the most that a cell can hold, however the others are filled; None for no
        limit.
        """
        up, down = ends
        now = self.now[cell]
        more, less = self.room(up, down, cell), self.room(down, up, cell)
        least = 0 if less is None else max(0, now - less)
        return least, None if more is None else now + more

    def room(self, start: int, goal: int, without: str) -> int | None:
        """How much can go from one node to another beside a cell; None for no limit."""
        trial = Flow(self.over, self.now.copy(), self.free)
        carried = 0
        while True:
            found, steps = trial.path(start, (goal,), without)
            if found < 0:
                return carried
            along = path_to(goal, steps)
            most = trial.narrowest(along)
            if most is None:
                return None
            trial.shift(along, most)
            carried += most


def path_to(goal: int, steps: Mapping[int, FlowStep]) -> list[FlowStep]:
    """The steps of a path, the last first; each with the node that it comes from."""
    along = []
    while steps[goal][0] >= 0:
        along.append(steps[goal])
        goal = steps[goal][0]
    return along


def flow_of(over: Sequence[int], ends: Mapping[str, Ends], blanks: Iterable[str]) -> Flow:
    """With nothing carried yet, and blanks that are 0."""
    free: list[list[FlowStep]] = [[] for _ in over]
    now = {}
    for cell in blanks:
        up, down = ends[cell]
        now[cell] = 0
        free[down].append((up, cell, 1))
        free[up].append((down, cell, -1))
    return Flow(list(over), now, [*free])


# --- the cheapest sets ----------------------------------------------------------------------------


class Mended(NamedTuple):
    """A set of cells that mends all, with figures that do so; ``open_cells`` could have others.

    Of a single cell it is the figure nearest to the stated one.
    """

    figures: tuple[tuple[str, int], ...]
    open_cells: frozenset[str]
    flow: Flow


@dataclass(slots=True)
class Search:
    """The sets of stated cells (``figures``, at ``prices``) that let ``start`` settle.

    ``incident``: for each node its ways out by all cells. ``barred``: cells that are not to change.
    ``beyond``: how much more than was offered the next sets cost at least; 0 where there are none.
    """

    start: Flow
    ends: Mapping[str, Ends]
    incident: FlowSteps
    figures: Mapping[str, int | None]
    prices: Mapping[str, int]
    barred: frozenset[str]
    steps: list[int]  # how many are left, of one table
    found: list[Mended] = field(default_factory=list)
    beyond: int = 0
    cheapest: int = 0

    def __post_init__(self) -> None:
        self.cheapest = min(self.prices.values(), default=1)

    def run(self, budget: int) -> None:
        """Find all sets at a price of at most ``budget``, or how much more it takes."""
        self.found.clear()
        self.beyond = 0
        self.extend(self.start, (), self.barred, budget)

    def extend(
        self, flow: Flow, chosen: tuple[str, ...], barred: frozenset[str], budget: int
    ) -> None:
        """``budget`` is what is left of it, ``chosen`` the cells that may change already.

        维持3 ＋ 纠正1 ＋ 其他0 ＋ 尚未审结0 ＝ 总计5: nothing for 0, and for 2, the price of one
        cell, each of the five.
        """
        self.steps[0] -= 1
        if self.steps[0] < 0 or len(self.found) > MOST_SETS:
            raise TooMany
        gaps = flow.settle()
        if not gaps.full:
            self.found.append(self.mended(flow, chosen))
            return
        needed = self.cheapest * least_cells(gaps)
        if needed > budget:
            self.miss(needed - budget)
            return
        for cell in self.fewest(gaps, barred, budget):
            barred |= {cell}
            further = flow.with_free(cell, self.ends[cell], self.figures[cell] or 0)
            self.extend(further, (*chosen, cell), barred, budget - self.prices[cell])

    def miss(self, by: int) -> None:
        self.beyond = min(self.beyond or by, by)

    def fewest(self, gaps: OpenNodes, barred: frozenset[str], budget: int) -> list[str]:
        """The cells of which one must change to close a gap, for the gap with the fewest."""
        over, lack = disjoint(gaps.full), disjoint(gaps.empty)
        leaving = Beyond(union(gaps.empty), over, lack, barred, budget)
        entering = Beyond(union(gaps.full), lack, over, barred, budget)
        choices = []
        for gap in gaps.full:
            choices.append(self.across(gap, 1, leaving))
        for gap in gaps.empty:
            choices.append(self.across(gap, -1, entering))
        return min(choices, key=len)

    def across(self, gap: Set[int], way: int, other: Beyond) -> list[str]:
        """The cells that lead out of a gap (``way`` is 1) or into it (-1), and leave enough of the
        price for what is open then.

        A cell that does not lead from what is over to where it lacks leaves as many gaps of the
        other kind as there were. Of 维持3 ＋ 纠正1 ＋ 其他0 ＋ 尚未审结0 ＝ 总计5 all five lead
        from the ground, where 1 is over, to the node of the row.
        """
        cells = []
        for node in gap:
            for end, cell, sign in self.incident[node]:
                if end in gap or cell in other.barred or not self.can_change(cell, sign * way):
                    continue
                price = self.prices[cell] + self.cheapest * other.left_by(end)
                if price <= other.budget:
                    cells.append(cell)
                else:
                    self.miss(price - other.budget)
        return cells

    def can_change(self, cell: str, sign: int) -> bool:
        figure = self.figures[cell]
        return figure is not None and (figure > 0 or sign > 0)

    def mended(self, flow: Flow, chosen: Sequence[str]) -> Mended:
        figures = tuple((cell, flow.now[cell]) for cell in sorted(chosen))
        fixed = [cell for cell in chosen if flow.is_fixed(cell, self.ends[cell])]
        return Mended(figures, frozenset(chosen) - frozenset(fixed), flow)


class Beyond(NamedTuple):
    """``nodes`` of the gaps of the other kind; how many of the one and of the other share no node;
    what must not change, and what may be spent.
    """

    nodes: Set[int]
    mine: int
    others: int
    barred: frozenset[str]
    budget: int

    def left_by(self, end: int) -> int:
        """How many cells must change at least beside one that leads to ``end``."""
        return max(self.mine, self.others) - 1 if end in self.nodes else self.others


def least_cells(gaps: OpenNodes) -> int:
    """A cell leads out of one full gap and into one empty one."""
    return max(disjoint(gaps.full), disjoint(gaps.empty))


def disjoint(gaps: Iterable[Set[int]]) -> int:
    """How many of the gaps, taken in turn, share no node with those before."""
    count = 0
    seen: set[int] = set()
    for gap in gaps:
        if seen.isdisjoint(gap):
            seen |= gap
            count += 1
    return count


def union(gaps: Iterable[Set[int]]) -> Set[int]:
    nodes: set[int] = set()
    return nodes.union(*gaps)
