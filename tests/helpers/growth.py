"""How the cost of a piece of work grows with its size, in processor time and as a ratio: no clock
on the wall.

Work that is linear costs 2 times as much for a doubled size, quadratic work 4 times; ``LINEAR`` is
the bound between, with room for caches that overflow and for what a busy neighbour does to them.
"""

from __future__ import annotations

from collections.abc import Callable
from math import ceil, inf, sqrt
from time import process_time
from typing import TypeVar

T = TypeVar("T")

LINEAR = 3.0
ROUNDS, MOST_ROUNDS = 3, 10
LEAST = 0.005  # processor seconds; of less the ratio says nothing


def once(work: Callable[[], object], times: int = 1) -> float:
    """Processor seconds of this process."""
    began = process_time()
    for _ in range(times):
        work()
    return process_time() - began


def cost(work: Callable[[], object]) -> float:
    """The least of some rounds: what disturbs only ever adds."""
    return min(once(work) for _ in range(ROUNDS))


def doubling(work: Callable[[T], object], sized: Callable[[int], T], size: int) -> float:
    """T(2n)/T(n), as the mean over two doublings: the root of T(4n)/T(n).

    Best with a ``size`` for which the work takes some 20 ms; what takes next to no time is done
    several times over. The two sizes take turns, and have some more turns where a neighbour may
    have disturbed them.
    """
    small, large = sized(size), sized(4 * size)
    times = ceil(LEAST / max(cost(lambda: work(small)), 1e-6))
    least, most = inf, inf
    for turn in range(1, MOST_ROUNDS + 1):
        least = min(least, once(lambda: work(small), times))
        most = min(most, once(lambda: work(large), times))
        if turn >= ROUNDS and most / least < LINEAR**2:
            break
    return sqrt(most / least)
