"""Readers in a process of their own: ended when they take too long or too much, used again when
not.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from gongkai import processes
from gongkai.model import Block, Document, Link, Place, Prose, UnreadableDocument
from gongkai.processes import IDLE, MEGABYTE, Bounds
from gongkai.readers import read_blocks
from gongkai.readers.worker import packed, read_apart, unpacked
from gongkai.spreadsheets import Sheet
from helpers import DOCUMENTS, TESTS
from helpers.counts import some
from helpers.pages import CASES
from helpers.waiting import PATIENCE, wait_until

HERE = os.pathsep.join(map(str, (Path(__file__).parent, TESTS)))
FOREVER = b"100000"  # seconds of sleep
SHORT = Bounds(seconds=0.2)
LIGHT = Bounds(memory=200 * MEGABYTE)


# Readers of this module's own, called in the other process.


def prose_of(content: bytes) -> tuple[Block, ...]:
    return (Prose(Place(line=1), "", f"{os.getpid()} {content.decode()}"),)


def refusing(content: bytes) -> tuple[Block, ...]:
    raise UnreadableDocument("文件加了密码；请去掉密码。")


def failing(content: bytes) -> tuple[Block, ...]:
    raise RecursionError


def endless(content: bytes) -> tuple[Block, ...]:
    while True:
        pass


def greedy(content: bytes) -> tuple[Block, ...]:
    held = []
    while True:
        held.append(bytearray(10_000_000))


def slowly_greedy(content: bytes) -> tuple[Block, ...]:
    """Past the bound in memory that is not this process's data, so that only a look from outside
    can tell.
    """
    import mmap

    held = mmap.mmap(-1, LIGHT.memory)
    for _ in range(LIGHT.memory // MEGABYTE):
        held.write(b"x" * MEGABYTE)
    return sleeping(FOREVER)


def sleeping(content: bytes) -> tuple[Block, ...]:
    time.sleep(float(content))
    return prose_of(content)


def dying(content: bytes) -> tuple[Block, ...]:
    os._exit(3)


def chatty(content: bytes) -> tuple[Block, ...]:
    print("a parser's remark")
    os.write(1, b"") if content else None
    return prose_of(b"quiet")


def lying(content: bytes) -> tuple[Block, ...]:
    """A parser that a document has taken over answers in the place of ours."""
    os.write(1, len(content).to_bytes(8, "big") + content)
    return sleeping(FOREVER)


def boasting(content: bytes) -> tuple[Block, ...]:
    os.write(1, (1 << 60).to_bytes(8, "big"))
    return sleeping(FOREVER)


def surroundings(content: bytes) -> tuple[Block, ...]:
    return (Prose(Place(), "", " ".join(sorted(os.environ))),)


@pytest.fixture(scope="module", autouse=True)
def found_by_the_other_process() -> Iterator[None]:
    """Processes of this module's own, which find it; they are kept from test to test, as in use."""
    processes.end_idle()
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("PYTHONPATH", HERE)
        yield
    processes.end_idle()


def has_ended(pid: int) -> bool:
    """What nobody has asked after yet (a zombie) has ended."""
    try:
        return psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return True


def pid_of_next(bounds: Bounds = processes.BOUNDS) -> int:
    """The process that is asked next, warm: its start is no work on the next document."""
    return int(text("prose_of", bounds=bounds).split()[0])


def text(name: str, content: bytes = b"", bounds: Bounds = processes.BOUNDS) -> str:
    (block,) = read_apart(f"test_worker:{name}", content, bounds)
    assert isinstance(block, Prose)
    return block.text


def refused(name: str, bounds: Bounds = processes.BOUNDS) -> str:
    with pytest.raises(UnreadableDocument) as caught:
        text(name, bounds=bounds)
    assert str(caught.value).endswith("。")
    return str(caught.value)


def test_blocks_come_back_from_another_process_that_is_used_again() -> None:
    first, second = text("prose_of", "报告".encode()), text("prose_of", b"x" * 3_000_000)
    assert first.partition(" ")[2] == "报告"
    assert first.split()[0] == second.split()[0] != str(os.getpid())
    assert len(second) > 3_000_000


def test_what_a_reader_says_and_how_it_fails() -> None:
    assert refused("refusing") == "文件加了密码；请去掉密码。"
    assert "RecursionError" in refused("failing")
    assert "AttributeError" in refused("no_such_reader")
    assert text("chatty").endswith("quiet")


def test_a_process_that_ends_itself() -> None:
    assert "意外退出" in refused("dying")
    assert text("prose_of", b"x").endswith("x")


def test_an_endless_reader_is_ended() -> None:
    pid = pid_of_next()
    assert "超过0.2秒" in refused("endless", SHORT)
    assert has_ended(pid)
    assert pid not in [process.pid for process in IDLE]


def test_work_is_counted_and_not_waiting() -> None:
    pid_of_next()
    assert text("sleeping", b"0.4", SHORT).endswith("0.4")


def test_waiting_has_an_end_too() -> None:
    """The reader waits for ever, so that whenever it is ended it was for want of patience."""
    pid = pid_of_next()
    with pytest.raises(UnreadableDocument, match="超过9秒"):
        text("sleeping", FOREVER, Bounds(patience=0.2))
    assert has_ended(pid)


def test_a_machine_that_stands_still_wears_out_no_patience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Each look at the process takes longer than all the patience, by the wall; it counts as
    one.
    """
    pid_of_next()
    looks: list[int] = []
    real = processes.Process.look

    def late(process: processes.Process) -> tuple[float, int]:
        looks.append(process.pid)
        time.sleep(0.3)
        return real(process)

    monkeypatch.setattr(processes.Process, "look", late)
    assert text("sleeping", b"0.5", Bounds(patience=0.25)).endswith("0.5")
    assert looks


def test_the_process_that_works_is_watched_where_another_was_started(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """As in a virtual environment of Windows, whose python.exe only starts the real one."""
    starter = "import subprocess, sys; sys.exit(subprocess.call(sys.orig_argv[4:]))"
    real = subprocess.Popen

    def by_way_of(command: list[str], **options: object) -> object:
        return real([sys.executable, "-P", "-c", starter, *command], **options)  # type: ignore[call-overload]

    processes.end_idle()
    monkeypatch.setattr(subprocess, "Popen", by_way_of)
    assert text("prose_of", b"x").endswith("x")
    assert IDLE[0].pid != IDLE[0].process.pid
    pid = IDLE[0].pid
    refused("endless", SHORT)
    wait_until(lambda: has_ended(pid), "the process that works has ended")


def test_no_more_processes_than_processors() -> None:
    processes.end_idle()  # one that has been in use for long would be replaced, and counted twice
    with ThreadPoolExecutor(12) as pool:
        found = list(pool.map(lambda _: text("sleeping", b"0.05"), range(12)))
    assert len({answer.split()[0] for answer in found}) <= (os.cpu_count() or 1)
    assert len(IDLE) <= (os.cpu_count() or 1)


LIES = (
    b"",
    b"*",
    b"\x80\x04cos\nsystem\n",
    b"!\xff",
    b"+",
    b"+" + b"[" * 100_000,
    b'+["read"]',
    b'+[["prose", [0,0,0,0,0], "", 5]]',
    b'+[["prose", [0,0,0,0,-1], "", "x"]]',
    b'+[["prose", [0,0,0,0,0,0], "", "x"]]',
    b'+[["grid", [0,0,0,0,0], [[["5", 0, 1, 1e300]]], true]]',
    b'+[["grid", [0,0,0,0,0], [[["5", true, 1, 1]]], true]]',
    b'+[["link", [0,0,0,0,0], "script", "", ""]]',
    b'+{"a": 1}',
    b"+[7]",
    b"+[[]]",
)


@some("lie", LIES, ids=range(len(LIES)))
def test_an_answer_that_is_none_of_ours_is_no_document(lie: bytes) -> None:
    with pytest.raises(UnreadableDocument, match="解析程序意外退出"):
        read_apart("test_worker:lying", lie)


def test_no_more_is_taken_than_an_answer_can_be() -> None:
    assert "解析程序意外退出" in refused("boasting")


@some("case", CASES)
def test_blocks_cross_the_border_unchanged(case: str) -> None:
    [source] = (DOCUMENTS / case).glob("source.*")
    blocks = read_blocks(Document(source.name, "", source.read_bytes(), ""))
    assert unpacked(packed(blocks)) == blocks


def test_what_stands_beside_the_cells_of_a_sheet_crosses_too() -> None:
    sheet = Sheet(
        "表三",
        merged=[],
        conditions=[],
        dropped={(5, 3): "不"},
        comments={(7, 3): "此段待改"},
        margins=["乐清市"],
        hidden_rows=frozenset(),
        hidden_columns=frozenset(),
    )
    assert unpacked(packed([sheet])) == (sheet,)


def test_a_half_of_a_character_crosses_too() -> None:
    blocks = (
        Prose(Place(1, 2, 3, 4, 5), "h1", "\ud800\x00"),
        Link(Place(), "image", "图", "a.png"),
    )
    assert unpacked(packed(blocks)) == blocks


def test_the_other_process_knows_nothing_of_the_user(monkeypatch: pytest.MonkeyPatch) -> None:
    processes.end_idle()
    for name in ("HTTPS_PROXY", "GITHUB_TOKEN", "PASSWORD"):
        monkeypatch.setenv(name, "secret")
    assert set(text("surroundings").split()) <= {*processes.NEEDED, "PYTHONPATH"}
    processes.end_idle()


def test_a_greedy_reader_gets_no_more_memory() -> None:
    """The system refuses it the next ten megabytes; the next document may have what it held."""
    assert "内存超过480MB" in refused("greedy")
    assert text("prose_of", b"x" * 30_000_000).endswith("x")


def test_a_reader_whose_memory_only_shows_from_outside_is_ended() -> None:
    pid = pid_of_next(LIGHT)
    assert "内存超过200MB" in refused("slowly_greedy", LIGHT)
    assert has_ended(pid)


def test_a_module_beside_the_user_is_not_run(tmp_path: Path) -> None:
    (tmp_path / "pickle.py").write_text("raise SystemExit('hijacked')")
    code = (
        "from gongkai.readers.worker import read_apart\nprint(len(read_apart('test_worker:prose_o"
        "f', b'x')))"
    )
    done = subprocess.run(
        [sys.executable, "-P", "-c", code],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
        env={
            **os.environ,
            "PYTHONPATH": f"{HERE}{os.pathsep}{Path(processes.__file__).parents[1]}",
        },
    )
    assert (done.stdout, done.stderr) == ("1\n", "")


@pytest.mark.parametrize("busy", [False, True])
def test_no_process_outlives_the_program(busy: bool) -> None:
    """Neither one that waits for work nor one whose parser is in an endless loop; the program is
    killed. That the loop has begun its processor time tells: the process can write no file.
    """
    code = (
        "import os, psutil, sys, threading, time\nfrom gongkai import processes\n"
        "from gongkai.readers import worker\n"
        "worker.read_apart('test_worker:prose_of', b'x')\npid = processes.IDLE[0].pid\n"
        "if sys.argv[1]:\n"
        "    used = lambda: psutil.Process(pid).cpu_times().user\n    before = used()\n"
        "    ask = ('test_worker:endless', b'')\n"
        "    threading.Thread(target=worker.read_apart, args=ask, daemon=True).start()\n"
        "    while used() < before + 0.2: time.sleep(0.02)\n"
        "print(pid, flush=True)\nos.kill(os.getpid(), 9)"
    )
    environment = {
        **os.environ,
        "PYTHONPATH": f"{HERE}{os.pathsep}{Path(processes.__file__).parents[1]}",
    }
    command = [sys.executable, "-c", code, "busy" if busy else ""]
    done = subprocess.run(
        command,
        capture_output=True,
        text=True,
        check=False,
        env=environment,
        timeout=PATIENCE,
    )
    wait_until(lambda: has_ended(int(done.stdout)), "the process has ended")
