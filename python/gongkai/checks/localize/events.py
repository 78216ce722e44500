"""Room: checks. One slip that changed several figures: a line shifted by one cell, a total that was not updated."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence

from gongkai.checks.localize.slips import exchanged, moved, split
from gongkai.checks.localize.state import Change, State

LEAST = 3  # cells; slips that change two are found among the pairs


def long_events(state: State) -> list[tuple[Change, ...]]:
    """Slips of three cells or more that mend all that they touch."""
    found = [*shifts(state), *stale_totals(state)] if len(state.need) >= LEAST else []
    return [event for event in dict.fromkeys(found) if state.mended(event)]


def is_one_slip(state: State, changes: Sequence[Change]) -> bool:
    """Whether two changes are one slip: neighbours exchanged, digits parted at a wrong place, a figure moved on."""
    (one, first), (other, second) = changes
    order = side_by_side(state, one, other)
    if not order:
        return False
    stated, proposed = [state.figure(one), state.figure(other)], [first, second]
    if order < 0:
        stated, proposed = stated[::-1], proposed[::-1]
    return exchanged(stated, proposed) or split(stated, proposed) or moved(stated, proposed)


def side_by_side(state: State, one: str, other: str) -> int:
    """1 where ``other`` follows ``one`` in a row or column, -1 where it precedes it, else 0."""
    for line in state.network.lines:
        if one in line and other in line:
            apart = line.index(other) - line.index(one)
            if abs(apart) == 1:
                return apart
    return 0


def shifts(state: State) -> Iterator[tuple[Change, ...]]:
    """Lines of which a stretch mends its nodes across when moved back by one cell; the last figure was lost."""
    for line in state.network.lines:
        if any(state.values.get(cell) is None for cell in line):
            continue
        wanted = wanted_changes(state, line)
        if sum(1 for change in wanted if change) < LEAST:
            continue
        for cells, changes in ((line, wanted), (line[::-1], wanted[::-1])):
            yield from stretches(state, cells, changes)


def wanted_changes(state: State, line: Sequence[str]) -> list[int]:
    """For each cell the change that mends its node across the line."""
    count = Counter(node for cell in line for node in state.ends(cell))
    found = []
    for cell in line:
        up, down = state.ends(cell)
        found.append(-state.need.get(up, 0) if count[up] <= count[down] else state.need.get(down, 0))
    return found


def stretches(state: State, line: Sequence[str], wanted: Sequence[int]) -> Iterator[tuple[Change, ...]]:
    """Longest stretches in which each figure but the last is to become the one after it; it starts with a 0."""
    figures = [state.figure(cell) for cell in line]
    start = 0
    while start < len(line):
        end = start
        while end < len(line) - 1 and figures[end + 1] - figures[end] == wanted[end]:
            end += 1
        first = next((at for at in range(start, end + 1) if wanted[at]), end)
        changes = tuple((line[at], figures[at] + wanted[at]) for at in range(first, end + 1) if wanted[at])
        if len(changes) >= LEAST and figures[first] == 0 and all(figure >= 0 for _, figure in changes):
            yield changes
        start = end + 1


def stale_totals(state: State) -> Iterator[tuple[Change, ...]]:
    """A part was changed, and all that follows from it but the totals above it."""
    for totals in state.network.totals.values():
        if len(totals) < LEAST or any(state.values.get(total) is None for total in totals):
            continue
        up, down = state.ends(totals[0])
        for by in {-state.need.get(up, 0), state.need.get(down, 0)} - {0}:
            changes = tuple((total, state.figure(total) + by) for total in totals)
            if all(figure >= 0 for _, figure in changes):
                yield changes
