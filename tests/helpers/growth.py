"""How the cost of a piece of work grows with its size, in processor time and as a ratio: no clock on the wall.

Work that is linear costs 2 times as much for a doubled size, quadratic work 4 times; ``LINEAR`` is the bound between,
with room for caches that overflow and for what a busy neighbour does to them.
"""

from __future__ import annotations

from collections.abc import Callable
from time import process_time
from typing import TypeVar

T = TypeVar("T")

LINEAR = 3.0
ROUNDS = 3


def cost(work: Callable[[], object]) -> float:
    """Processor seconds of this process, the least of some rounds: what disturbs only ever adds."""
    return min(once(work) for _ in range(ROUNDS))


def once(work: Callable[[], object]) -> float:
    began = process_time()
    work()
    return process_time() - began


def doubling(work: Callable[[T], object], sized: Callable[[int], T], size: int) -> float:
    """T(2n)/T(n), as the mean over two doublings: the root of T(4n)/T(n).

    ``size`` must be such that the work takes some 20 ms or more; below 1 ms the ratio says nothing, and this fails.
    """
    small, large = sized(size), sized(4 * size)
    least = cost(lambda: work(small))
    assert least > 0.001, f"{size} is too small a size to measure: {least:.6f} s"
    return float((cost(lambda: work(large)) / least) ** 0.5)
