"""Room: tests. Readers in a process of their own: ended when they take too long or too much, used again when not."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import psutil
import pytest

from gongkai.model import Block, Place, Prose, UnreadableDocument
from gongkai.readers import worker
from gongkai.readers.worker import IDLE, Bounds, read_apart

HERE = Path(__file__).parent
SHORT = Bounds(seconds=1.0)


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
    """Past the bound in memory that is not this process's data, so that only a look from outside can tell."""
    import mmap

    held = []
    for _ in range(40):
        held.append(mmap.mmap(-1, 20_000_000))
        held[-1].write(b"x" * 20_000_000)
    time.sleep(20)
    raise AssertionError("not ended")


def sleeping(content: bytes) -> tuple[Block, ...]:
    time.sleep(float(content))
    return prose_of(content)


def dying(content: bytes) -> tuple[Block, ...]:
    os._exit(3)


def chatty(content: bytes) -> tuple[Block, ...]:
    print("a parser's remark")
    os.write(1, b"") if content else None
    return prose_of(b"quiet")


@pytest.fixture(autouse=True)
def found_by_the_other_process(monkeypatch: pytest.MonkeyPatch) -> None:
    worker.end_idle()
    monkeypatch.setenv("PYTHONPATH", str(HERE))


def ends(pid: int) -> bool:
    """Whether a process ends within some seconds; what nobody has asked after yet (a zombie) has ended."""
    until = time.monotonic() + 5
    while time.monotonic() < until:
        try:
            if psutil.Process(pid).status() == psutil.STATUS_ZOMBIE:
                return True
        except psutil.NoSuchProcess:
            return True
        time.sleep(0.05)
    return False


def text(name: str, content: bytes = b"", bounds: Bounds = worker.BOUNDS) -> str:
    (block,) = read_apart(f"test_worker:{name}", content, bounds)
    assert isinstance(block, Prose)
    return block.text


def refused(name: str, bounds: Bounds = worker.BOUNDS) -> str:
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
    began = time.monotonic()
    assert "超过1秒" in refused("endless", SHORT)
    assert time.monotonic() - began < 4
    assert IDLE == []


def test_work_is_counted_and_not_waiting() -> None:
    assert text("sleeping", b"1.5", SHORT).endswith("1.5")
    with pytest.raises(UnreadableDocument, match="超过1秒"):
        text("sleeping", b"60", Bounds(seconds=1.0, patience=2.0))


def test_the_process_that_works_is_watched_where_another_was_started(monkeypatch: pytest.MonkeyPatch) -> None:
    """As in a virtual environment of Windows, whose python.exe only starts the real one."""
    starter = "import subprocess, sys; sys.exit(subprocess.call(sys.orig_argv[4:]))"
    real = subprocess.Popen

    def by_way_of(command: list[str], **options: object) -> object:
        return real([sys.executable, "-P", "-c", starter, *command], **options)  # type: ignore[call-overload]

    monkeypatch.setattr(subprocess, "Popen", by_way_of)
    assert text("prose_of", b"x").endswith("x")
    assert IDLE[0].pid != IDLE[0].process.pid
    pid = IDLE[0].pid
    refused("endless", SHORT)
    assert ends(pid)


def test_no_more_processes_than_processors() -> None:
    with ThreadPoolExecutor(12) as pool:
        found = list(pool.map(lambda _: text("sleeping", b"0.1"), range(24)))
    assert len({answer.split()[0] for answer in found}) <= (os.cpu_count() or 1)
    assert len(IDLE) <= (os.cpu_count() or 1)


@pytest.mark.parametrize("name", ["greedy", "slowly_greedy"])
def test_a_greedy_reader_is_ended(name: str) -> None:
    before = psutil.virtual_memory().available
    assert "内存超过480MB" in refused(name)
    assert psutil.virtual_memory().available > before - 1_000_000_000


def test_a_module_beside_the_user_is_not_run(tmp_path: Path) -> None:
    (tmp_path / "pickle.py").write_text("raise SystemExit('hijacked')")
    code = "from gongkai.readers.worker import read_apart\nprint(len(read_apart('test_worker:prose_of', b'x')))"
    done = subprocess.run(
        [sys.executable, "-P", "-c", code], cwd=tmp_path, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": f"{HERE}{os.pathsep}{Path(worker.__file__).parents[2]}"},
    )  # fmt: skip
    assert (done.stdout, done.stderr) == ("1\n", "")


@pytest.mark.parametrize("busy", [False, True])
def test_no_process_outlives_the_program(busy: bool) -> None:
    """Neither one that waits for work nor one whose parser is in an endless loop; the program is killed."""
    code = (
        "import os, threading, time\nfrom gongkai.readers import worker\n"
        "worker.read_apart('test_worker:prose_of', b'x')\npid = worker.IDLE[0].pid\n"
        f"if {busy}: threading.Thread(target=worker.read_apart, args=('test_worker:endless', b'')).start()\n"
        "time.sleep(0.3)\nprint(pid, flush=True)\nos.kill(os.getpid(), 9)"
    )
    environment = {**os.environ, "PYTHONPATH": f"{HERE}{os.pathsep}{Path(worker.__file__).parents[2]}"}
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False, env=environment)
    assert ends(int(done.stdout))
