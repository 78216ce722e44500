"""A reader's name + bytes -> its blocks, from a process that is bounded in time and memory.

The parsers of PDF and Office files are other people's, and a hostile file makes them run for hours, fill the memory or
crash. Nothing but a process can be ended from outside. Processes are kept and used again, so that of many documents
only the first pays for the start; no more of them are at work than the machine has processors.
"""

from __future__ import annotations

import atexit
import importlib
import os
import pickle
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import IO, Literal, NamedTuple

from gongkai.model import Block, UnreadableDocument

LENGTH = 8  # bytes of the number before each message
TICK = 0.05  # seconds between two looks at a process at work
REUSED = 100  # documents; parsers leak
MEGABYTE = 1_000_000
KEPT_LIGHT = 250 * MEGABYTE  # a process that holds more after its work is not used again


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one document may take: seconds of work, of waiting in all, and bytes of memory of its process.

    Work is what counts: on a machine that has much else to do a sound document must not be called endless. Waiting is
    counted in looks at the process, so that a machine that stood still for a minute has waited for one look.
    """

    seconds: float = 9.0
    patience: float = 40.0
    memory: int = 480 * MEGABYTE


BOUNDS = Bounds()


class WorkerResult(NamedTuple):
    """What a process sends back: the blocks, or a sentence why there are none, or the name of an error of ours."""

    kind: Literal["blocks", "refused", "memory", "failed"]
    value: object


def read_apart(reader: str, content: bytes, bounds: Bounds = BOUNDS) -> tuple[Block, ...]:
    """What ``reader`` (``module:function``, from bytes to blocks) makes of a document, in a process of its own.

    Raises UnreadableDocument, without the document's name, for what the reader refuses, for a document that takes
    more than the bounds, and for one on which the reader fails.
    """
    with AT_WORK:
        process = idle_process() or Process(bounds.memory)
        try:
            answer = process.ask(reader, content, bounds)
        except BaseException:
            process.end()
            raise
        process.release()
    if answer.kind == "blocks" and isinstance(answer.value, tuple):
        return answer.value
    if answer.kind == "refused":
        raise UnreadableDocument(str(answer.value))
    if answer.kind == "memory":
        raise too_heavy(bounds)
    raise broken(str(answer.value))


def too_heavy(bounds: Bounds) -> UnreadableDocument:
    return UnreadableDocument(
        f"读取所需的内存超过{bounds.memory // MEGABYTE}MB，不像是年度报告；请检查文件，或只保留报告的页面后重试。"
    )


def too_slow(bounds: Bounds) -> UnreadableDocument:
    return UnreadableDocument(
        f"读取超过{bounds.seconds:g}秒，已停止；文件可能过大或已损坏，请只保留年度报告的页面，或另存为网页后重试。"
    )


def broken(what: str) -> UnreadableDocument:
    return UnreadableDocument(f"文件已损坏或结构异常（{what}），不能读取；请用相应的软件打开，另存一份后重试。")


# --- the asking side ------------------------------------------------------------------------------


class Process:
    """A process that reads one document at a time. Not to be shared between threads."""

    def __init__(self, memory: int) -> None:
        home = str(Path(__file__).parents[2])
        path = os.pathsep.join(filter(None, [home, os.environ.get("PYTHONPATH")]))
        # -P: a file named like one of our modules in the current folder must not be run.
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", __name__, str(memory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env={**os.environ, "PYTHONPATH": path},
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        self.used = 0
        self.pid = (
            0  # not known before it says so: in a virtual environment of Windows it is a child of what we started
        )

    def ask(self, reader: str, content: bytes, bounds: Bounds) -> WorkerResult:
        """Raises UnreadableDocument where the process had to be ended or ended itself."""
        answers: SimpleQueue[WorkerResult | None] = SimpleQueue()
        waited, enough = 0.0, bounds.seconds + self.look()[0]
        threading.Thread(target=self.converse, args=(reader, content, answers), daemon=True).start()
        while True:
            try:
                answer = answers.get(timeout=TICK)
                break
            except Empty:
                waited += TICK
                worked, weight = self.look()
                if weight > bounds.memory:
                    raise too_heavy(bounds) from None
                if worked > enough or waited > bounds.patience:
                    raise too_slow(bounds) from None
        if answer is None:
            raise broken("解析程序意外退出")
        self.used += 1
        return answer

    def look(self) -> tuple[float, int]:
        """Seconds of processor time and bytes of memory that the process has used; 0 where it has not begun."""
        import psutil

        if not self.pid:
            return 0.0, 0
        try:
            watched = psutil.Process(self.pid)
            times = watched.cpu_times()
            return times.user + times.system, watched.memory_info().rss
        except psutil.Error:
            return 0.0, 0

    def converse(self, reader: str, content: bytes, answers: SimpleQueue[WorkerResult | None]) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        try:
            self.pid = self.pid or int(receive(self.process.stdout))
            send(self.process.stdin, reader.encode())
            send(self.process.stdin, content)
            answers.put(WorkerResult(*pickle.loads(receive(self.process.stdout))))
        except (OSError, ValueError, EOFError, pickle.UnpicklingError):
            answers.put(None)

    def release(self) -> None:
        """Keep the process for the next document, unless it has done enough."""
        if self.used >= REUSED or self.look()[1] > KEPT_LIGHT:
            self.end()
            return
        with LOCK:
            IDLE.append(self)

    def end(self) -> None:
        import psutil

        with suppress(psutil.Error):
            if self.pid and self.pid != self.process.pid:
                psutil.Process(self.pid).kill()
        with suppress(OSError):
            self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            with suppress(OSError):
                if stream is not None:
                    stream.close()


IDLE: list[Process] = []
AT_WORK = threading.BoundedSemaphore(os.cpu_count() or 1)
LOCK = threading.Lock()


def idle_process() -> Process | None:
    while True:
        with LOCK:
            process = IDLE.pop() if IDLE else None
        if process is None or process.process.poll() is None:
            return process
        process.end()


@atexit.register
def end_idle() -> None:
    while (process := idle_process()) is not None:
        process.end()


def send(stream: IO[bytes], message: bytes) -> None:
    stream.write(len(message).to_bytes(LENGTH, "big"))
    stream.write(message)
    stream.flush()


def receive(stream: IO[bytes]) -> bytes:
    """Raises EOFError where the other side is gone."""
    size = int.from_bytes(whole(stream, LENGTH), "big")
    return whole(stream, size)


def whole(stream: IO[bytes], size: int) -> bytes:
    found = stream.read(size)
    if len(found) < size:
        raise EOFError
    return found


# --- the working side -----------------------------------------------------------------------------


def answer_to(reader: str, content: bytes) -> WorkerResult:
    """Call a reader; every failure is an answer."""
    try:
        module, _, name = reader.partition(":")
        function: Callable[[bytes], tuple[Block, ...]] = getattr(importlib.import_module(module), name)
        return WorkerResult("blocks", function(content))
    except UnreadableDocument as error:
        return WorkerResult("refused", str(error))
    except MemoryError:
        return WorkerResult("memory", "")
    except BaseException as error:  # a panic of a parser in Rust is no Exception
        return WorkerResult("failed", type(error).__name__)


def bound_memory(memory: int) -> None:
    """Where the system can, let an allocation beyond the bound fail at once instead of being noticed later."""
    try:
        import resource
    except ImportError:  # Windows
        return
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))


def serve() -> None:
    """Answer requests on standard input until it closes, which it does when the asking process ends in any way."""
    bound_memory(int(sys.argv[1]))
    answers = sys.stdout.buffer
    sys.stdout = sys.stderr  # what a parser prints must not get among the answers
    send(answers, str(os.getpid()).encode())
    requests: SimpleQueue[tuple[str, bytes]] = SimpleQueue()
    threading.Thread(target=listen, args=(requests,), daemon=True).start()
    while True:
        send(answers, pickle.dumps(tuple(answer_to(*requests.get()))))


def listen(requests: SimpleQueue[tuple[str, bytes]]) -> None:
    """Take requests in, and end the process once nobody asks any more: a parser in an endless loop would not see it."""
    with suppress(EOFError, OSError):
        while True:
            reader = receive(sys.stdin.buffer).decode()
            requests.put((reader, receive(sys.stdin.buffer)))
    os._exit(0)


if __name__ == "__main__":
    serve()
