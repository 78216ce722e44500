"""A batch of files killed at many points: what was on the disk stays, and at most what came in the
last quarter of a second is done again.
"""

from __future__ import annotations

import signal
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from gongkai.batch.run import LONGEST_PENDING
from gongkai.store import NAME, StoreError, read_store
from helpers.batches import bodies, names_in, outcome, page, run

COUNT = 40
# It tells of each source once it is on the disk, and of the end of each reading.
RUNNING = (
    "import sys\nfrom pathlib import Path\nfrom gongkai.batch import run_batch\n"
    "for one in run_batch(sys.argv[2:], Path(sys.argv[1])):\n"
    "    print(one.row.source, flush=True)"
)


@pytest.fixture(scope="module")
def sources(tmp_path_factory: pytest.TempPathFactory) -> list[str]:
    folder = tmp_path_factory.mktemp("pages")
    for number, name in enumerate(bodies(COUNT)):
        (folder / f"{number}.html").write_bytes(page(name, wrong=number % 3 == 0))
    return [str(folder / f"{number}.html") for number in range(COUNT)]


@pytest.fixture(scope="module")
def wanted(sources: list[str], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Any]:
    folder = tmp_path_factory.mktemp("undisturbed")
    run(sources, folder)
    return outcome(folder)


def killed_after(lines: int, sources: list[str], out: Path) -> set[str]:
    """The sources of which a run told before it was killed, after so many of them."""
    process = subprocess.Popen(
        [sys.executable, "-X", "utf8", "-c", RUNNING, str(out), *sources],
        stdout=subprocess.PIPE,
        text=True,
        encoding="utf-8",
    )
    assert process.stdout is not None
    told = [process.stdout.readline() for _ in range(lines)]
    process.send_signal(signal.SIGKILL)
    rest, _ = process.communicate()
    return {line.strip() for line in [*told, *rest.splitlines()] if line.strip()}


def done_in(folder: Path) -> set[str]:
    if NAME not in (names_in(folder) if folder.exists() else ()):
        return set()
    try:
        with read_store(folder) as store:
            return {row.source for row in store.listed() if row.is_done} if store else set()
    except StoreError:  # killed before its tables were made
        return set()


@pytest.mark.parametrize("lines", [0, 1, 17, COUNT])
def test_killed_once(
    lines: int, sources: list[str], wanted: dict[str, Any], tmp_path: Path
) -> None:
    check_killed([lines], sources, wanted, tmp_path)


@pytest.mark.slow
@pytest.mark.parametrize("lines", range(2, COUNT, 4))
def test_killed_anywhere(
    lines: int, sources: list[str], wanted: dict[str, Any], tmp_path: Path
) -> None:
    check_killed([lines], sources, wanted, tmp_path)


@pytest.mark.slow
def test_killed_again_and_again(sources: list[str], wanted: dict[str, Any], tmp_path: Path) -> None:
    check_killed([1, 5, 9, 3, 7, 14], sources, wanted, tmp_path)


def check_killed(points: list[int], sources: list[str], wanted: dict[str, Any], out: Path) -> None:
    before: set[str] = set()
    for lines in points:
        told = killed_after(lines, sources, out)
        done = done_in(out)
        assert before | told <= done  # of what was told nothing is lost
        before = done
    found = run(sources, out)
    skipped = {source for source, one in found.items() if one.skipped}
    assert skipped == before
    assert outcome(out) == wanted


def test_a_result_waits_a_quarter_of_a_second_at_most() -> None:
    """So long may a result be in memory alone; the rest of what is done again was being read."""
    assert LONGEST_PENDING <= 0.25
