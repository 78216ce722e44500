"""Figures as stated and as they should be -> how likely one slip of the pen explains them, and at
what price.

A slip changes the digits of a cell, two cells side by side, or a whole line: a row shifted by one
cell, totals that were not updated.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations

from gongkai.sums import network, statements

EVENT = 3  # the price of one slip over several cells
LEAST = 3  # cells of a slip over a line; slips that change two are found among the repairs
Changes = tuple[network.Replacement, ...]


@dataclass(frozen=True, slots=True)
class Repair:
    """Changes that mend ``nodes`` and leave all others as they are; ``odd`` the less, the likelier
    the slip. ``is_open``: other figures in the same cells would do as well.
    """

    changes: Changes
    nodes: frozenset[int]
    price: int
    odd: int
    is_open: bool = False


def repair_of(state: network.NetworkState, changes: Changes, is_open: bool = False) -> Repair:
    """Two cells that one slip explains cost less than two slips, beside a third as well.

    予以公开 自然人7 and 商业企业134 exchanged are one slip; 其他处理·自然人8 for 88 beside them is
    another.
    """
    slips = slips_among(state, changes)
    odd, price = len(slips) // 2 * SLIP, len(slips) // 2 * (EVENT - 2 * statements.CELL)
    for cell, proposed in changes:
        price += state.prices[cell]
        if cell not in slips:
            odd += oddness(state.figure(cell), proposed)
    return Repair(changes, state.mended(changes), price, odd, is_open)


def slips_among(state: network.NetworkState, changes: Changes) -> set[str]:
    """The cells of pairs that are one slip each; among more than two cells only neighbours
    exchanged.
    """
    found: set[str] = set()
    for one, other in combinations(changes, 2):
        pair = (other, one) if (other[0], one[0]) in state.network.neighbours else (one, other)
        cells = {one[0], other[0]}
        if cells.isdisjoint(found) and is_one_slip(state, pair, len(changes) > 2):
            found |= cells
    return found


def is_one_slip(state: network.NetworkState, pair: Changes, has_others: bool) -> bool:
    """Whether two changes are one slip: neighbours exchanged, digits parted at a wrong place, a
    figure moved on.
    """
    (one, first), (other, second) = pair
    if (one, other) not in state.network.neighbours:
        return False
    stated, proposed = (state.figure(one), state.figure(other)), (first, second)
    if exchanged(stated, proposed):
        return True
    return not has_others and (split(stated, proposed) or moved(stated, proposed))


# --- one cell, two cells --------------------------------------------------------------------------


# How odd a change is; one that is odder by the whole OTHER is out of the question beside it.
SLIP, DIGIT, ONE_DIGIT, OTHER = 0, 2, 3, 4


def oddness(stated: int, proposed: int) -> int:
    """SLIP for 143 or 13 in the place of 134, DIGIT for 164, ONE_DIGIT for 4 in the place of 6."""
    one, other = str(stated), str(proposed)
    if len(one) != len(other):
        is_slip = has_one_more(*sorted((one, other), key=len))
    else:
        apart = places_apart(one, other)
        if len(apart) == 1:
            return DIGIT if len(one) > 1 else ONE_DIGIT
        is_slip = is_transposed(one, other, apart)
    return SLIP if is_slip else OTHER


def places_apart(one: str, other: str) -> list[int]:
    """Where two figures of as many digits differ: the last place of 134 and 135."""
    apart: list[int] = []
    for at, (digit, instead) in enumerate(zip(one, other, strict=True)):
        if digit != instead:
            apart.append(at)
    return apart


def has_one_more(shorter: str, longer: str) -> bool:
    """134 for 13 or 1334 for 134; no figure for 0, which is no digit of another."""
    if shorter == "0":
        return False
    return any(longer[:at] + longer[at + 1 :] == shorter for at in range(len(longer)))


def is_transposed(one: str, other: str, apart: Sequence[int]) -> bool:
    """143 for 134: apart at two places side by side, and there the other way round."""
    if len(apart) != 2:
        return False
    first, last = apart
    is_beside = last == first + 1
    return is_beside and one[first] + one[last] == other[last] + other[first]


def exchanged(stated: Sequence[int], proposed: Sequence[int]) -> bool:
    """134 and 7 for 7 and 134."""
    return list(stated) == list(reversed(proposed))


def split(stated: Sequence[int], proposed: Sequence[int]) -> bool:
    """13 and 4 for 134 and 0, or the reverse: the same digits in the same order, parted at another
    place.
    """
    return digits_of(stated) == digits_of(proposed) and 0 in (*stated, *proposed)


def digits_of(figures: Sequence[int]) -> str:
    return "".join(map(str, filter(None, figures)))


def moved(stated: Sequence[int], proposed: Sequence[int]) -> bool:
    """A figure pushed into the next cell, whose own figure is lost, with 0 in its place: 0 and 134
    for 134 and 7.
    """
    one, other = stated
    there = (one, other) == (0, proposed[0])
    back = (one, other) == (proposed[1], 0)
    return there or back


# --- a line ---------------------------------------------------------------------------------------


def long_events(state: network.NetworkState) -> list[Repair]:
    """Slips of three cells or more that mend all that they touch."""
    if len(state.need) < LEAST:
        return []
    felt = felt_nodes(state)
    found = []
    for changes in dict.fromkeys([*shifts(state, felt), *stale_totals(state, felt)]):
        nodes = state.mended(changes)
        if nodes and can_be_filled(state, changes):
            found.append(Repair(tuple(sorted(changes)), nodes, EVENT, DIGIT))
    return found


def felt_nodes(state: network.NetworkState) -> frozenset[int]:
    """The nodes of the network that are joined to one that needs mending."""
    felt = set()
    for node, home in enumerate(state.home):
        if home in state.need:
            felt.add(node)
    return frozenset(felt)


def can_be_filled(state: network.NetworkState, changes: Changes) -> bool:
    """Whether the blanks beside the changes can then be filled, whatever is wrong elsewhere."""
    touched: set[int] = set()
    for cell, _ in changes:
        touched.update(state.ends(cell))
    return touched.isdisjoint(state.changed(changes).need)


def shifts(state: network.NetworkState, felt: frozenset[int]) -> Iterator[Changes]:
    """Lines of which a stretch mends its nodes across when moved back by one cell; the last figure
    was lost.
    """
    for line in state.network.lines:
        if len(felt & line.nodes) >= LEAST and is_stated(state, line.cells):
            wanted = wanted_along(state, line)
            yield from stretches(state, line.cells, wanted)
            yield from stretches(state, line.cells[::-1], wanted[::-1])


def is_stated(state: network.NetworkState, cells: Sequence[str]) -> bool:
    return None not in map(state.values.get, cells)


def wanted_along(state: network.NetworkState, line: network.NetworkLine) -> list[int]:
    """By how much each cell of a line must change to mend the node across."""
    wanted = []
    for node, sign in line.across:
        wanted.append(-sign * state.need.get(state.home[node], 0))
    return wanted


def stretches(
    state: network.NetworkState, line: Sequence[str], wanted: Sequence[int]
) -> Iterator[Changes]:
    """Longest stretches in which each figure but the last is to become the one after it; it starts
    with a 0.

    New applications 0 | 12 | 0 | 0 for 12 | 0 | 0 | 3.
    """
    figures = [state.figure(cell) for cell in line]
    start = 0
    while start < len(line):
        end = end_of_stretch(figures, wanted, start)
        changes = []
        for at in range(start, end):
            if wanted[at]:
                changes.append((line[at], figures[at] + wanted[at]))
        is_long = len(changes) >= LEAST and state.figure(changes[0][0]) == 0
        if is_long and has_no_negative(changes):
            yield tuple(changes)
        start = end


def end_of_stretch(figures: Sequence[int], wanted: Sequence[int], start: int) -> int:
    """Where the next stretch starts."""
    end = start
    while end < len(figures) - 1 and figures[end] + wanted[end] == figures[end + 1]:
        end += 1
    return end + 1


def has_no_negative(changes: Iterable[network.Replacement]) -> bool:
    return min(dict(changes).values()) >= 0


def stale_totals(state: network.NetworkState, felt: frozenset[int]) -> Iterator[Changes]:
    """A part was changed, and all that follows from it but the totals above it: 予以公开·自然人
    from 131 to 134, 新收 with it, while 予以公开·总计138, 办结·自然人131 and 办结·总计138 stayed.
    """
    for totals, nodes in state.network.totals:
        is_felt = len(totals) >= LEAST and nodes <= felt
        if not is_felt or not is_stated(state, totals):
            continue
        up, down = state.ends(totals[0])
        for by in {-state.need.get(up, 0), state.need.get(down, 0)} - {0}:
            raised = [state.figure(total) + by for total in totals]
            if min(raised) >= 0:
                yield tuple(zip(totals, raised, strict=True))
