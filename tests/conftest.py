"""For every test: a cache of its own, empty; no deadline on the wall for properties;
``--costs``.
"""

from __future__ import annotations

import gc
from collections.abc import Iterator
from itertools import count
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings

from helpers.costs import Costs
from helpers.counts import thin_out

NUMBERS = count(1)

# For properties that say nothing themselves; those that say how many examples they try go by
# helpers/counts.py.
settings.register_profile("gongkai", deadline=None, suppress_health_check=[HealthCheck.too_slow])
settings.load_profile("gongkai")


def pytest_addoption(parser: pytest.Parser) -> None:
    parser.addoption(
        "--costs", action="store_true", help="print which tests cost the most processor time"
    )


def pytest_configure(config: pytest.Config) -> None:
    if config.getoption("costs"):
        config.pluginmanager.register(Costs())


@pytest.hookimpl(tryfirst=True)
def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    thin_out(items)


def pytest_collection_finish() -> None:
    """What collection made stays to the end: the collector need not look through it after each
    test.
    """
    gc.collect()
    gc.freeze()


@pytest.fixture(scope="session", autouse=True)
def caches(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Path]:
    """The folder of all these caches: no test reads or writes the cache of whoever runs it.

    It is also what fixtures of a session or module fetch into.
    """
    folder = tmp_path_factory.mktemp("cache")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("GONGKAI_CACHE", str(folder))
        yield folder


@pytest.fixture(scope="session", autouse=True)
def no_proxy() -> Iterator[None]:
    """Servers on 127.0.0.2 and made-up names are asked directly, whatever proxy this machine
    has.
    """
    with pytest.MonkeyPatch.context() as patch:
        for name in ("HTTP_PROXY", "HTTPS_PROXY", "ALL_PROXY"):
            patch.delenv(name, raising=False)
            patch.delenv(name.lower(), raising=False)
        yield


@pytest.fixture(autouse=True)
def cache(caches: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """This test's cache; the folder is made when something is kept."""
    folder = caches / str(next(NUMBERS))
    monkeypatch.setenv("GONGKAI_CACHE", str(folder))
    return folder
