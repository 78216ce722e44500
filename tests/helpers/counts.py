"""How many examples and seeds a test tries: few by default, all of them in ``make test-all``.

The variable GONGKAI_TESTS chooses: ``few`` (default), ``full``, ``deep`` (ten times as many, at random, for hunting).
A test of properties says its full number: ``@properties(150)`` tries 18 examples by default. A test over seeds says
``@counted`` and takes its seeds from ``range(many(2_000))``: 250 by default.
"""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, settings

LEVEL = os.environ.get("GONGKAI_TESTS", "few")
IS_DEEP = LEVEL == "deep"
SHARE = {"few": 8, "full": 1}  # one of so many is tried
LEAST = 4

counted = pytest.mark.counted


def many(full: int) -> int:
    """The number to try at this level: few of 150 are 18, few of 12 are 4."""
    if IS_DEEP:
        return 10 * full
    return min(full, max(LEAST, full // SHARE[LEVEL]))


def properties(full: int, *suppressed: HealthCheck) -> settings:
    """Settings of a test of properties. The same examples every time, but for ``deep``.

    Neither a deadline nor a health check that looks at the clock: on a busy machine both fail what is right.
    """
    return settings(
        max_examples=many(full),
        derandomize=not IS_DEEP,
        deadline=None,
        suppress_health_check=[HealthCheck.too_slow, *suppressed],
    )
