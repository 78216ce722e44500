"""A function's name + bytes -> its answer, from a process bounded in time and memory, which can
neither reach the network nor write a file where the system can forbid it.

The parsers of PDF and Office files are other people's, and a hostile file makes them run for hours,
fill the memory or crash. Nothing but a process can be ended from outside. Processes are kept and
used again, so that of many documents only the first pays for the start; no more of them are at work
than the machine has processors.
"""

from __future__ import annotations

import atexit
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import IO, TYPE_CHECKING, TypeVar

from gongkai import confinement, supply, system
from gongkai.model import UnreadableDocument

if sys.platform != "win32":
    import resource

if TYPE_CHECKING:
    import psutil

CONFINED = "confined"  # what a process is told that is to be
LENGTH = 8  # bytes of the number before each message
TICK = 0.05  # seconds between two looks at a process at work
REUSED = 1_000  # documents, of a process that stays light; parsers leak
MEGABYTE = 1_000_000
MOST_BYTES = 200 * MEGABYTE  # of an answer
# What Python needs to start and to find what is installed for one user; no password, token or
# proxy.
NEEDED = (
    "PATH", "LD_LIBRARY_PATH", "DYLD_LIBRARY_PATH", "SYSTEMROOT", "HOME", "USERPROFILE", "APPDATA",
    "PYTHONHOME", "PYTHONUSERBASE", "TMPDIR", "TEMP", "TMP", "LANG", "LC_ALL", "LC_CTYPE",
)  # fmt: skip
KEPT_LIGHT = 250 * MEGABYTE  # a process that holds more after its work is not used again


@dataclass(frozen=True, slots=True)
class Bounds:
    """What one document may take: seconds of work, of waiting in all, bytes of memory.

    Work is what counts: on a machine that has much else to do a sound document must not be called
    endless. Waiting is counted in looks at the process, so that a machine that stood still for a
    minute has waited for one look. ``is_confined`` is False for work of our own that writes.
    """

    seconds: float = 9.0
    patience: float = 40.0
    memory: int = 480 * MEGABYTE
    is_confined: bool = True


BOUNDS = Bounds()


class ProcessEnded(UnreadableDocument):
    """A process ended amid its work: by its document, or because somebody ended it."""


T = TypeVar("T")
# How an answer begins: what was made, or why there is nothing (a sentence, an error's name).
MADE, REFUSED, HEAVY, FAILED = b"+", b"!", b"#", b"?"


def made_apart(name: str, content: bytes, take: Callable[[bytes], T], bounds: Bounds = BOUNDS) -> T:
    """What the function ``name`` (``module:function``) makes of bytes, in a process of its own.

    Behind it, parted by blanks, may stand functions that it will need: they are loaded with it.
    ``take`` reads what it made, and raises ValueError or TypeError for what it cannot have made.
    Raises UnreadableDocument, without a document's name, for what the function refuses, for what
    takes more than the bounds, and where the function fails.
    """
    if supply.is_given():
        return made_here(name, content, take, bounds)
    with AT_WORK:
        process = idle_process(bounds) or Process(bounds)
        try:
            kind, made = process.ask(name, content, take, bounds)
        except BaseException:
            process.end()
            raise
        process.release()
    if kind == MADE:
        return made  # type: ignore[return-value]
    if kind == REFUSED:
        raise UnreadableDocument(str(made))
    if kind == HEAVY:
        raise too_heavy(bounds)
    raise broken(str(made))


def made_here(name: str, content: bytes, take: Callable[[bytes], T], bounds: Bounds) -> T:
    """The same in this very process, which is one apart already: whoever started it ends it."""
    try:
        function: Callable[[bytes], bytes] = system.function_at(name.split()[0])
        return take(function(content))
    except UnreadableDocument:
        raise
    except MemoryError:
        raise too_heavy(bounds) from None
    except Exception as error:
        raise broken(type(error).__name__) from error


def too_heavy(bounds: Bounds) -> UnreadableDocument:
    return UnreadableDocument(
        f"读取所需的内存超过{bounds.memory // MEGABYTE}MB，不像是年度报告；"
        f"请检查文件，或只保留报告的页面后重试。"
    )


def too_slow(bounds: Bounds) -> UnreadableDocument:
    return UnreadableDocument(
        f"读取超过{bounds.seconds:g}秒，已停止；文件可能过大或已损坏，"
        f"请只保留年度报告的页面，或另存为网页后重试。"
    )


def broken(what: str) -> UnreadableDocument:
    return UnreadableDocument(
        f"文件已损坏或结构异常（{what}），不能读取；请用相应的软件打开，另存一份后重试。"
    )


# --- the asking side ------------------------------------------------------------------------------


def needed_environment() -> dict[str, str]:
    """What a process gets of our environment, and the way to this very code."""
    found: dict[str, str] = {}
    for name in NEEDED:
        if name in os.environ:
            found[name] = os.environ[name]
    home = str(Path(__file__).parents[1])
    found["PYTHONPATH"] = os.pathsep.join(filter(None, [home, os.environ.get("PYTHONPATH")]))
    return found


class Process:
    """A process that reads one document at a time. Not to be shared between threads."""

    def __init__(self, bounds: Bounds) -> None:
        held = CONFINED if bounds.is_confined else ""
        # -P: a file named like one of our modules in the current folder must not be run.
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", __name__, str(bounds.memory), held],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=confinement.null_device(),
            env=needed_environment(),
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        self.used, self.kind = 0, kind_of(bounds)
        # Not known before it says so: in a virtual environment of Windows it is a child of what we
        # started.
        self.pid = 0
        self.watched: psutil.Process | None = None
        self.worked, self.weight = 0.0, 0

    def ask(
        self, name: str, content: bytes, take: Callable[[bytes], T], bounds: Bounds
    ) -> tuple[bytes, T | str]:
        """(MADE, what was made), or (kind, why) of an answer that tells why there is nothing.

        Raises UnreadableDocument where the process had to be ended or ended itself.
        """
        answers: SimpleQueue[tuple[bytes, T | str] | None] = SimpleQueue()
        waited = 0.0
        enough = bounds.seconds + self.worked
        talk = (name, content, take, answers)
        threading.Thread(target=self.converse, args=talk, daemon=True).start()
        while True:
            try:
                answer = answers.get(timeout=TICK)
                break
            except Empty:
                waited += TICK
                self.look()
                if self.weight > bounds.memory:
                    raise too_heavy(bounds) from None
                if self.worked > enough or waited > bounds.patience:
                    raise too_slow(bounds) from None
        if answer is None:
            raise ProcessEnded(str(broken("解析程序意外退出")))
        self.used += 1
        return answer

    def look(self) -> None:
        """Note the seconds of processor time that the process has used so far, and the bytes of
        memory that it holds.
        """
        import psutil

        if not self.pid:
            return
        with suppress(psutil.Error):
            self.watched = self.watched or psutil.Process(self.pid)
            times = self.watched.cpu_times()
            self.worked = times.user + times.system
            self.weight = self.watched.memory_info().rss

    def converse(
        self,
        name: str,
        content: bytes,
        take: Callable[[bytes], T],
        answers: SimpleQueue[tuple[bytes, T | str] | None],
    ) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        try:
            self.pid = self.pid or int(receive(self.process.stdout))
            send(self.process.stdin, name.encode())
            send(self.process.stdin, content)
            answer = receive(self.process.stdout, MOST_BYTES)
            answers.put(taken(answer[:1], answer[1:], take))
        except Exception:  # whatever ``take`` makes of what no process of ours says
            answers.put(None)

    def release(self) -> None:
        """Keep the process for the next document, unless it has done enough."""
        self.look()
        if self.used >= REUSED or self.weight > KEPT_LIGHT:
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


def taken(kind: bytes, content: bytes, take: Callable[[bytes], T]) -> tuple[bytes, T | str]:
    """Raises ValueError, TypeError or LookupError for what no process of ours says."""
    if kind == MADE:
        return kind, take(content)
    if kind not in (REFUSED, HEAVY, FAILED):
        raise ValueError(kind)
    return kind, content.decode()


IDLE: list[Process] = []
AT_WORK = threading.BoundedSemaphore(os.cpu_count() or 1)
LOCK = threading.Lock()


def kind_of(bounds: Bounds) -> tuple[int, bool]:
    """What a process is bound by from its start."""
    return bounds.memory, bounds.is_confined


def idle_process(bounds: Bounds | None = None) -> Process | None:
    """One that is at leisure and bounded as asked, if that matters."""
    while True:
        with LOCK:
            fitting = [one for one in IDLE if bounds is None or one.kind == kind_of(bounds)]
            process = fitting[-1] if fitting else None
            if process is not None:
                IDLE.remove(process)
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


def receive(stream: IO[bytes], most: int = sys.maxsize) -> bytes:
    """Raises EOFError where the other side is gone, ValueError for more bytes than ``most``."""
    size = int.from_bytes(whole(stream, LENGTH), "big")
    if size > most:
        raise ValueError(size)
    return whole(stream, size)


def whole(stream: IO[bytes], size: int) -> bytes:
    found = stream.read(size)
    if len(found) < size:
        raise EOFError
    return found


# --- the working side -----------------------------------------------------------------------------


def answer_to(name: str, content: bytes) -> bytes:
    """Call a function; every failure is an answer."""
    try:
        function: Callable[[bytes], bytes] = system.function_at(name.split()[0])
        return MADE + function(content)
    except UnreadableDocument as error:
        return REFUSED + str(error).encode("utf-8", "replace")
    except MemoryError:
        return HEAVY
    except BaseException as error:  # a panic of a parser in Rust is no Exception
        return FAILED + type(error).__name__.encode()


def bound_memory(memory: int) -> None:
    """Let an allocation beyond the bound fail at once, where the system can.

    Elsewhere it is noticed later, from outside.
    """
    if sys.platform == "win32":
        return
    with suppress(OSError, ValueError):
        resource.setrlimit(resource.RLIMIT_DATA, (memory, memory))


def serve() -> None:
    """Answer requests on standard input until it closes.

    It does so when the asking process ends in any way. The first request is taken in here: what it
    asks for is loaded, and then the process confined, while it has a single thread.
    """
    bound_memory(int(sys.argv[1]))
    answers = sys.stdout.buffer
    sys.stdout = sys.stderr  # what a parser prints must not get among the answers
    send(answers, str(os.getpid()).encode())
    requests: SimpleQueue[tuple[str, bytes]] = SimpleQueue()
    try:
        first = request()
    except EOFError:
        return
    for name in first[0].split():
        with suppress(Exception):  # answer_to meets it again and tells
            system.function_at(name)
    if sys.argv[2] == CONFINED:
        confinement.confine()
    requests.put(first)
    threading.Thread(target=listen, args=(requests,), daemon=True).start()
    while True:
        send(answers, answer_to(*requests.get()))


def listen(requests: SimpleQueue[tuple[str, bytes]]) -> None:
    """Take requests in, and end the process once nobody asks any more.

    A parser in an endless loop would not see it.
    """
    with suppress(EOFError, OSError):
        while True:
            requests.put(request())
    os._exit(0)


def request() -> tuple[str, bytes]:
    """The names and the bytes of the next one. Raises EOFError where nobody asks any more."""
    names = receive(sys.stdin.buffer).decode()
    return names, receive(sys.stdin.buffer)


if __name__ == "__main__":
    serve()
