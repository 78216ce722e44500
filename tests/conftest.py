"""Room: tests. No test reads or writes the cache of whoever runs them: each has one of its own, empty."""

from __future__ import annotations

from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest

NUMBERS = count(1)


@pytest.fixture(scope="session", autouse=True)
def caches(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of all these caches; also what fixtures of a session or module fetch into."""
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GONGKAI_CACHE", str(folder))
        yield folder


@pytest.fixture(autouse=True)
def cache(caches: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """This test's cache; the folder is made when something is kept."""
    folder = caches / str(next(NUMBERS))
    monkeypatch.setenv("GONGKAI_CACHE", str(folder))
    return folder
