"""A clock that only tests move. It takes the place of the module ``time`` in the modules of ours
that ask for it.

``time.sleep`` on it returns at once and moves it, so back-off and patience cost nothing and can be
read off:

    clock = fake_clock(monkeypatch, hops)
    ...
    assert clock.slept == [0.5, 1.0]
"""

from __future__ import annotations

import threading
import time
from types import ModuleType
from typing import Any

import pytest


class Clock:
    """Stands for the module ``time``: what is not moved here (``time.time``) is the real
    module's.
    """

    def __init__(self) -> None:
        self.now = 1000.0
        self.slept: list[float] = []
        self.lock = threading.Lock()

    def monotonic(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        self.slept.append(seconds)
        self.move(seconds)

    def move(self, seconds: float) -> None:
        with self.lock:
            self.now += seconds

    def __getattr__(self, name: str) -> Any:
        return getattr(time, name)


def fake_clock(monkeypatch: pytest.MonkeyPatch, *modules: ModuleType) -> Clock:
    """One clock for all these modules, which must ask ``time.monotonic()`` and ``time.sleep()``."""
    clock = Clock()
    for module in modules:
        assert module.time is time, f"{module.__name__} does not import time"
        monkeypatch.setattr(module, "time", clock)
    return clock
