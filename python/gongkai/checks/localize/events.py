"""One slip that changed several figures: a line shifted by one cell, a total that was not updated."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from gongkai.checks.localize.slips import exchanged, moved, split
from gongkai.checks.localize.state import Change, State

LEAST = 3  # cells; slips that change two are found among the pairs


def long_events(state: State) -> list[tuple[Change, ...]]:
    """Slips of three cells or more that mend all that they touch."""
    felt = frozenset(node for node, home in enumerate(state.home) if home in state.need)
    found = [*shifts(state, felt), *stale_totals(state, felt)] if len(state.need) >= LEAST else []
    return [event for event in dict.fromkeys(found) if state.mended(event)]


def is_one_slip(state: State, changes: Sequence[Change]) -> bool:
    """Whether two changes are one slip: neighbours exchanged, digits parted at a wrong place, a figure moved on."""
    for (one, first), (other, second) in (changes, changes[::-1]):
        if (one, other) in state.network.neighbours:
            stated, proposed = (state.figure(one), state.figure(other)), (first, second)
            return exchanged(stated, proposed) or split(stated, proposed) or moved(stated, proposed)
    return False


def exchanges(state: State) -> Iterator[tuple[Change, Change]]:
    """Neighbours put back in each other's place, without a look at what that mends."""
    for one, other in state.network.neighbours:
        first, second = state.values[one], state.values[other]
        if first is not None and second is not None and first != second:
            yield (one, second), (other, first)


def shifts(state: State, felt: frozenset[int]) -> Iterator[tuple[Change, ...]]:
    """Lines of which a stretch mends its nodes across when moved back by one cell; the last figure was lost."""
    for line in state.network.lines:
        if len(felt & line.nodes) < LEAST or any(state.values[cell] is None for cell in line.cells):
            continue
        wanted = [-sign * state.need.get(state.home[node], 0) for node, sign in line.across]
        for cells, changes in ((line.cells, wanted), (line.cells[::-1], wanted[::-1])):
            yield from stretches(state, cells, changes)


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


def stale_totals(state: State, felt: frozenset[int]) -> Iterator[tuple[Change, ...]]:
    """A part was changed, and all that follows from it but the totals above it."""
    for totals, nodes in state.network.totals:
        if len(totals) < LEAST or not nodes <= felt or any(state.values[total] is None for total in totals):
            continue
        up, down = state.ends(totals[0])
        for by in {-state.need.get(up, 0), state.need.get(down, 0)} - {0}:
            changes = tuple((total, state.figure(total) + by) for total in totals)
            if all(figure >= 0 for _, figure in changes):
                yield changes
