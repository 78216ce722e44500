"""Room: tests. A batch that is killed at any moment and run again ends as one that was never disturbed."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from gongkai.batch.journal import NAME
from gongkai.batch.run import PART
from helpers import DOCUMENTS
from helpers.batches import COMMAND, bodies, command, list_file, names_in, outcome, page, run, served
from helpers.web.server import Server, answer, serving

BODIES = bodies(14)
OFFICE = ("pdf-wps-2024", "docx-official-2022", "xlsx-one-sheet-2022")
PAGES = len(BODIES) + len(OFFICE) + 1  # and one whose report is attached


@pytest.fixture(scope="module")
def server() -> Iterator[Server]:
    answers = served(BODIES)
    answers["/twin.html"] = [answer(page(BODIES[0]))]
    for case in OFFICE:
        (source,) = (DOCUMENTS / case).glob("source.*")
        answers[f"/{case}"] = [answer(source.read_bytes())]
    (attached,) = (DOCUMENTS / "pdf-word-2022").glob("source.*")
    answers |= {"/up/1.pdf": [answer(attached.read_bytes())], "/a": [answer(b"<p>x<a href='up/1.pdf'>1.pdf</a>")]}
    with serving(answers, gap=0.01) as found:
        yield found


@pytest.fixture(scope="module")
def sources(server: Server) -> list[str]:
    paths = [*(f"/{n}.html" for n in range(1, len(BODIES) + 1)), *(f"/{case}" for case in OFFICE), "/a", "/404.html"]
    return [server.url(path) for path in paths]


@pytest.fixture(scope="module")
def undisturbed(server: Server, sources: list[str], tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("undisturbed")
    run(sources, folder)
    return folder


@pytest.mark.parametrize("seed", range(6))
def test_killed_again_and_again(seed: int, sources: list[str], undisturbed: Path, tmp_path: Path) -> None:
    """Each round is killed after some lines of progress and a moment more, until one gets to its end."""
    dice = random.Random(seed)
    out, place = tmp_path / "out", list_file(tmp_path / "list.txt", sources)
    kills = 0
    while not killed(place, out, lines=dice.choice((0, 1, 2, 4)), delay=dice.random() * 0.3):
        kills += 1
        assert kills < 40
        for path in out.glob("*.xlsm") if out.exists() else ():
            assert path.read_bytes()[-22:-18] == b"PK\x05\x06"  # whole: a zip ends so
    assert kills
    last = command(place, "-o", out, "--pause", "0")
    assert f"跳过已完成的{PAGES}份，失败1个" in last.stdout
    assert outcome(out) == outcome(undisturbed)


def killed(place: Path, out: Path, lines: int, delay: float) -> bool:
    """Run the command and kill it; whether it came to its end before."""
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
    return process.returncode == 2  # one source cannot be read


def test_every_state_that_a_kill_can_leave(sources: list[str], undisturbed: Path, tmp_path: Path) -> None:
    """The memory up to any line and some bytes of the next; the last line's workbook with its name or without."""
    whole = (undisturbed / NAME).read_bytes().splitlines(keepends=True)
    dice = random.Random(7)
    for count in range(0, len(whole) + 1, 3):
        named = files_of(undisturbed, whole[:count])
        for number, files in enumerate((named, named[:-1])):
            folder = tmp_path / f"{count}-{number}"
            folder.mkdir()
            rest = whole[count][: dice.randrange(len(whole[count]))] if count < len(whole) else b""
            (folder / NAME).write_bytes(b"".join(whole[:count]) + rest)
            for name in files:
                shutil.copy(undisturbed / name, folder / name)
            (folder / PART).mkdir()
            (folder / PART / "report.xlsm").write_bytes(b"half")
            (folder / PART / ".gongkai-000000000000.tmp").write_bytes(b"half")
            run(sources, folder)
            assert outcome(folder) == outcome(undisturbed)


def files_of(folder: Path, lines: list[bytes]) -> list[str]:
    """The workbooks that lines of the memory name."""
    return [name for line in lines for name in sorted(names_in(folder)) if f'"file": {ascii_of(name)}'.encode() in line]


def ascii_of(name: str) -> str:
    import json

    return json.dumps(name)


def test_twins_keep_their_names(server: Server, tmp_path: Path) -> None:
    sources = [server.url("/1.html"), server.url("/twin.html")]
    first = run(sources, tmp_path)
    for source in sources:
        (tmp_path / first[source].row.file).unlink()
        assert run(sources, tmp_path)[source].row.file == first[source].row.file
    assert {one.row.file for one in first.values()} == {
        "第1县人民政府2021年度报告.xlsm",
        "第1县人民政府2021年度报告（2）.xlsm",
    }
