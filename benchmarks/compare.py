"""Many reports compared: a government's children, years of many bodies, the rows of a summary.

Run as ``python benchmarks/compare.py``; prints a Markdown table of processor time, medians of
interleaved rounds, and of T(2n)/T(n), which is 2 where the cost grows as the number does.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "python"), str(ROOT / "tests")]

from gongkai.batch.summary import with_years  # noqa: E402
from gongkai.compare.levels import compare  # noqa: E402
from gongkai.compare.years import compare_years  # noqa: E402
from helpers.batches import rows_of_two_years  # noqa: E402
from helpers.chains import reports_of_bodies  # noqa: E402
from helpers.families import family_of  # noqa: E402

ROUNDS = 9


@dataclass(frozen=True)
class Comparison:
    """``sized`` makes input of a size, ``work`` is measured on it; ``unit`` says what is
    counted.
    """

    name: str
    unit: str
    size: int
    sized: Callable[[int], Any]
    work: Callable[[Any], object]


COMPARISONS = (
    Comparison(
        "levels: a parent and its children", "children", 500, family_of, lambda it: compare(*it)
    ),
    Comparison(
        "years: three years of each body", "times 28 reports", 71, reports_of_bodies, compare_years
    ),
    Comparison("summary: two years of each body", "bodies", 100, rows_of_two_years, with_years),
)


def milliseconds(work: Callable[[Any], object], given: Any) -> float:
    began = time.process_time()
    work(given)
    return (time.process_time() - began) * 1000


def main() -> int:
    inputs = {one: (one.sized(one.size), one.sized(2 * one.size)) for one in COMPARISONS}
    taken: dict[Comparison, list[tuple[float, float]]] = {one: [] for one in COMPARISONS}
    for _ in range(ROUNDS):
        for one, (single, double) in inputs.items():
            taken[one].append((milliseconds(one.work, single), milliseconds(one.work, double)))
    print("| | size | ms | T(2n)/T(n) |\n|---|---|---:|---:|")
    for one, rounds in taken.items():
        single, double = (median(column) for column in zip(*rounds, strict=True))
        print(f"| {one.name} | {one.size} {one.unit} | {single:.1f} | {double / single:.1f} |")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
