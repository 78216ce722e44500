"""A batch that is killed at any moment and run again ends as one that was never disturbed."""

from __future__ import annotations

import random
import shutil
import signal
import sqlite3
import subprocess
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import closing
from pathlib import Path

import pytest

from gongkai.batch.folders import PART
from gongkai.store import NAME
from helpers import DOCUMENTS
from helpers.batches import (
    COMMAND,
    bodies,
    command,
    list_file,
    outcome,
    page,
    run,
    served,
)
from helpers.web.server import Server, answer, serving

OFFICE = "docx-official-2022"
FEW = ("/1.html", "/3.html", "/404.html")  # a sound report, one with errors, and none
PATHS = ("/1.html", "/2.html", "/3.html", f"/{OFFICE}", "/a", "/404.html")
KILLS = 6
OPEN = threading.Event()  # while it is not set, /2.html is not answered


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    answers = served(bodies(3))
    answers["/2.html"] = [[OPEN.wait, *answer(page(bodies(2)[1]))]]
    answers["/twin.html"] = [answer(page(bodies(1)[0]))]
    (office,) = (DOCUMENTS / OFFICE).glob("source.*")
    answers[f"/{OFFICE}"] = [answer(office.read_bytes())]
    (attached,) = (DOCUMENTS / "pdf-word-2022").glob("source.*")
    answers |= {
        "/up/1.pdf": [answer(attached.read_bytes())],
        "/a": [answer(b"<p>x<a href='up/1.pdf'>1.pdf</a>")],
    }
    OPEN.set()
    with serving(answers) as found:
        yield found


def undisturbed(sources: Sequence[str], folder: Path) -> Path:
    run(sources, folder)
    return folder


@pytest.mark.slow
@pytest.mark.process
@pytest.mark.parametrize("seed", range(2))
def test_killed_again_and_again(seed: int, server: Server, tmp_path: Path) -> None:
    """Each round is killed after some lines of progress and a moment more.

    The first cannot be done before. A later one may come to its end before it is killed: then the
    next has nothing left to do, and is killed all the same.
    """
    sources = [server.url(path) for path in PATHS]
    dice = random.Random(seed)
    out, place = tmp_path / "out", list_file(tmp_path / "list.txt", sources)
    OPEN.clear()
    try:
        kill_one(place, out, lines=1, delay=0)
    finally:
        OPEN.set()
    for _ in range(KILLS):
        kill_one(place, out, lines=dice.choice((0, 1, 2, 4)), delay=dice.random() * 0.3)
        for path in out.glob("*.xlsx"):
            assert path.read_bytes()[-22:-18] == b"PK\x05\x06"  # whole: a zip ends so
    for _ in range(2):
        last = command(place, "-o", out, "--pause", "0")
    assert f"跳过已完成的{len(PATHS) - 1}份，失败1份" in last.stdout
    assert outcome(out) == outcome(undisturbed(sources, tmp_path / "undisturbed"))


def kill_one(place: Path, out: Path, lines: int, delay: float) -> None:
    """Run the command and kill it after so many lines, or all that it says, and some seconds."""
    process = subprocess.Popen(
        [*COMMAND, str(place), "-o", str(out), "--pause", "0", "--per-host", "3"],
        stderr=subprocess.PIPE,
        stdout=subprocess.DEVNULL,
    )
    assert process.stderr is not None
    for _ in range(lines):
        process.stderr.readline()
    time.sleep(delay)
    process.send_signal(signal.SIGKILL)
    process.communicate()


def test_states_that_a_kill_can_leave(server: Server, tmp_path: Path) -> None:
    check_states([server.url(path) for path in FEW], tmp_path, every=3)


@pytest.mark.slow
def test_every_state_that_a_kill_can_leave(server: Server, tmp_path: Path) -> None:
    check_states([server.url(path) for path in PATHS], tmp_path, every=1)


def check_states(sources: Sequence[str], tmp_path: Path, every: int) -> None:
    """The store after any number of results; the last workbook with its name, without it (whole
    aside), or half written.
    """
    whole = undisturbed(sources, tmp_path / "undisturbed")
    wanted = outcome(whole)
    for count in range(0, len(wanted["rows"]) + 1, every):
        for number in range(3):
            folder = tmp_path / f"{count}-{number}"
            files = left_with(whole, folder, count)
            (folder / PART).mkdir()
            (folder / PART / ".gongkai-000000000000.tmp").write_bytes(b"half")
            if number and files:
                (folder / files[-1]).rename(folder / PART / "0.xlsx")
            if number == 2:
                (folder / PART / "0.xlsx").write_bytes(b"half")
            run(sources, folder)
            assert outcome(folder) == wanted


def left_with(whole: Path, folder: Path, count: int) -> list[str]:
    """A folder with the first results of another one, and the names of their workbooks."""
    folder.mkdir()
    shutil.copy(whole / NAME, folder / NAME)
    with closing(sqlite3.connect(folder / NAME)) as store, store:
        asked = "SELECT id FROM sources ORDER BY id"
        later = [number for (number,) in store.execute(asked)][count:]
        for number in later:
            for table in ("results", "figures", "findings"):
                store.execute(f"DELETE FROM {table} WHERE id = ?", (number,))
            store.execute("UPDATE sources SET state = 'new', tries = 0 WHERE id = ?", (number,))
        files = [name for (name,) in store.execute("SELECT file FROM results WHERE file <> ''")]
    for name in files:
        shutil.copy(whole / name, folder / name)
    return files


def test_twins_keep_their_names(server: Server, tmp_path: Path) -> None:
    sources = [server.url("/1.html"), server.url("/twin.html")]
    first = run(sources, tmp_path)
    for source in sources:
        (tmp_path / first[source].row.file).unlink()
        assert run(sources, tmp_path)[source].row.file == first[source].row.file
    assert {one.row.file for one in first.values()} == {
        "第1县人民政府2021年度报告.xlsx",
        "第1县人民政府2021年度报告（2）.xlsx",
    }
