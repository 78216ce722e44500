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

from gongkai.batch import run as batch_run
from gongkai.batch.fetching import LocalReader
from gongkai.batch.folders import PART
from gongkai.batch.parsing import Parsed
from gongkai.sources import ACCESS
from gongkai.store import NAME, StoreError, encoded, open_store, read_store, row_to_record
from gongkai.workbook.lists import BatchRow
from helpers.batches import bodies, names_in, outcome, page, run
from helpers.clock import fake_clock
from helpers.counts import some

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


@some("lines", [17, 0, 1, COUNT])
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


def test_a_result_waits_a_quarter_of_a_second_at_most(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Also while others come without a pause: what a kill takes is not older."""
    clock = fake_clock(monkeypatch, batch_run)
    with open_store(tmp_path) as store:
        manner = batch_run.Manner(1, 0, ACCESS, "none", LocalReader())
        batch = batch_run.BatchRun([], store, tmp_path / PART, manner, print)
        batch.results.put(None)  # more is to come
        assert not batch.is_due(1)
        for number in range(3):
            row = BatchRow(f"{number}.html", "failed", message="文件不存在。")
            batch.take_in(row.source, [Parsed(encoded(row_to_record(row)))])
            assert not batch.is_due(1)
            clock.move(0.1)
        assert batch.is_due(1)
        assert len(list(batch.flushed())) == 3
        assert not batch.is_due(1)
