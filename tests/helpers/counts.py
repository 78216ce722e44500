"""How many examples and seeds a test tries: few by default, all of them in ``make test-all``.

The variable GONGKAI_TESTS chooses: ``few`` (default), ``full``, ``deep`` (ten times as many, at
random, for hunting). A test of properties says its full number: ``@properties(150)`` tries 18
examples by default. A test over seeds says ``@counted`` and takes its seeds from
``range(many(2_000))``: 250 by default. What goes through a long list says ``part(all_of_it)``. A
test for each of many like cases says ``@some("text", TEXTS)``: by default one in four. A
test for every combination of some values says ``@matrix(layout=LAYOUTS, labels=LABELS)``: by
default as few combinations as show each value once, the others are ``slow``. Of the ``DEAREST``
files three of four cases of a test are ``slow`` without saying so.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Iterable, Sequence
from itertools import product
from typing import Any, TypeVar

import pytest
from hypothesis import HealthCheck, settings

LEVEL = os.environ.get("GONGKAI_TESTS", "few")
IS_DEEP = LEVEL == "deep"
SHARE = {"few": 8, "full": 1}  # one of so many is tried
LEAST = 4
KEPT = 4  # one in so many cases of a dear file

# By ``--costs`` those whose many cases cost most: each writes and reads workbooks.
DEAREST = {
    "test_adopt_cli", "test_blanks", "test_commands", "test_commands_batch", "test_commands_files",
    "test_converted", "test_decisions", "test_derived", "test_drafted", "test_files", "test_known",
    "test_live", "test_macros", "test_numbers", "test_others_stay", "test_printing",
    "test_publish_cli", "test_remarks", "test_restoring", "test_seen", "test_seen_texts",
    "test_workbook",
}  # fmt: skip

T = TypeVar("T")

counted = pytest.mark.counted


def many(full: int) -> int:
    """The number to try at this level: few of 150 are 18, few of 12 are 4."""
    if IS_DEEP:
        return 10 * full
    return min(full, max(LEAST, full // SHARE[LEVEL]))


def properties(full: int, *suppressed: HealthCheck) -> settings:
    """Settings of a test of properties. The same examples every time, but for ``deep``.

    Neither a deadline nor a health check that looks at the clock: on a busy machine both fail what
    is right.
    """
    return settings(
        max_examples=many(full),
        derandomize=not IS_DEEP,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, *suppressed],
    )


def thin_out(items: Iterable[pytest.Item]) -> None:
    """Mark three of four cases of each test of a dear file as slow; the first never is."""
    turns: Counter[str] = Counter()
    for item in items:
        name, _, case = item.nodeid.partition("[")
        if case and item.path.stem in DEAREST:
            if turns[name] % KEPT:
                item.add_marker("slow")
            turns[name] += 1


def part(whole: Sequence[T]) -> Sequence[T]:
    """An even part of a long list, all of it where all is tried; the first is always among it."""
    step = len(whole) // max(1, many(len(whole)))
    return whole[:: max(1, step)]


def some(name: str, cases: Iterable[object], every: int = 4, **more: Any) -> pytest.MarkDecorator:
    """``parametrize`` over all cases; but for one in so many, the first among them, they are
    ``slow``.
    """
    params = []
    for turn, case in enumerate(cases):
        marks = [] if turn % every == 0 else pytest.mark.slow
        params.append(pytest.param(case, marks=marks))
    return pytest.mark.parametrize(name, params, **more)


def matrix(**axes: Iterable[object]) -> pytest.MarkDecorator:
    """``parametrize`` over all combinations, in this order; those that show no new value by default
    are ``slow``.
    """
    values = [list(axis) for axis in axes.values()]
    longest = max(map(len, values))
    shown = {tuple(turn % len(axis) for axis in values) for turn in range(longest)}
    cases = []
    for spots in product(*(range(len(axis)) for axis in values)):
        case = [axis[spot] for axis, spot in zip(values, spots, strict=True)]
        cases.append(pytest.param(*case, marks=[] if spots in shown else pytest.mark.slow))
    return pytest.mark.parametrize(list(axes), cases)
