"""Waiting for what is sure to come: patience ends a hang, it says nothing of speed."""

from __future__ import annotations

import time
from collections.abc import Callable

PATIENCE = 90.0  # seconds; a machine at work on ten other things is still in time
STEP = 0.02
SOON = 10.0


def is_soon(holds: Callable[[], object]) -> bool:
    """Whether it holds within ``SOON``: for what is tried again otherwise."""
    until = time.monotonic() + SOON
    while not holds():
        if time.monotonic() > until:
            return False
        time.sleep(STEP)
    return True


def wait_until(holds: Callable[[], object], what: str) -> None:
    """Come back as soon as ``holds()`` is true. ``what`` is said if it never is: "the process has
    ended".
    """
    until = time.monotonic() + PATIENCE
    while not holds():
        if time.monotonic() > until:
            raise AssertionError(f"not within {PATIENCE:g} s: {what}")
        time.sleep(STEP)
