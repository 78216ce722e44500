"""How likely a slip of the pen makes one figure out of another: digits of a cell, cells side by side."""

from __future__ import annotations

from collections.abc import Sequence

# How odd a change is; one that is odder by the whole OTHER is out of the question beside it.
SLIP, DIGIT, ONE_DIGIT, OTHER = 0, 2, 3, 4


def oddness(stated: int, proposed: int) -> int:
    one, other = str(stated), str(proposed)
    if len(one) == len(other):
        apart = [at for at in range(len(one)) if one[at] != other[at]]
        if len(apart) == 1:
            return DIGIT if len(one) > 1 else ONE_DIGIT
        first, last = apart[0], apart[-1]
        swapped = len(apart) == 2 and last == first + 1 and one[first] == other[last] and one[last] == other[first]
        return SLIP if swapped else OTHER
    shorter, longer = sorted((one, other), key=len)
    without_one = {longer[:at] + longer[at + 1 :] for at in range(len(longer))}
    return SLIP if shorter in without_one and shorter != "0" else OTHER


def exchanged(stated: Sequence[int], proposed: Sequence[int]) -> bool:
    return stated[0] == proposed[1] and stated[1] == proposed[0]


def split(stated: Sequence[int], proposed: Sequence[int]) -> bool:
    """13 and 4 for 134 and 0, or the reverse: the same digits in the same order, parted at another place."""
    digits = ["".join(str(figure) for figure in figures if figure) for figures in (stated, proposed)]
    return digits[0] == digits[1] and 0 in (*stated, *proposed)


def moved(stated: Sequence[int], proposed: Sequence[int]) -> bool:
    """A figure pushed into the next cell, whose own figure is lost, with 0 in its place."""
    there = stated[0] == 0 and proposed[0] == stated[1]
    back = stated[1] == 0 and proposed[1] == stated[0]
    return there or back
