"""A reader's name + bytes -> its blocks or sheets, from a process bounded in time and memory.

The parsers of PDF and Office files are other people's, and a hostile file makes them run for hours,
fill the memory or crash. Nothing but a process can be ended from outside. Processes are kept and
used again, so that of many documents only the first pays for the start; no more of them are at work
than the machine has processors.
"""

from __future__ import annotations

import atexit
import json
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from contextlib import suppress
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from queue import Empty, SimpleQueue
from typing import IO, Any, Literal, NamedTuple

from gongkai.model import Block, Grid, GridCell, Link, Place, Prose, UnreadableDocument
from gongkai.spreadsheets import Area, Sheet, Spot, formats, seen
from gongkai.system import function_at

if sys.platform != "win32":
    import resource

MOST = 1 << 31  # of pages, rows and columns
LENGTH = 8  # bytes of the number before each message
TICK = 0.05  # seconds between two looks at a process at work
REUSED = 100  # documents; parsers leak
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
    minute has waited for one look.
    """

    seconds: float = 9.0
    patience: float = 40.0
    memory: int = 480 * MEGABYTE


BOUNDS = Bounds()
Reader = Callable[[bytes], tuple[Block | Sheet, ...]]


class WorkerResult(NamedTuple):
    """What a process sends back.

    The blocks or sheets, or a sentence why there are none, or the name of an error.
    """

    kind: Literal["read", "refused", "memory", "failed"]
    found: tuple[Block | Sheet, ...] = ()
    why: str = ""


def read_apart(reader: str, content: bytes, bounds: Bounds = BOUNDS) -> tuple[Block, ...]:
    """The blocks that ``reader`` (``module:function``) makes of a document.

    It works in a process of its own. Raises as ``found_apart``.
    """
    found = found_apart(reader, content, bounds)
    return tuple(part for part in found if not isinstance(part, Sheet))


def sheets_apart(content: bytes, bounds: Bounds = BOUNDS) -> list[Sheet]:
    """All sheets of an .xls or .et, read in a process of its own. Raises as ``found_apart``."""
    found = found_apart("gongkai.spreadsheets.xls:every_sheet", content, bounds)
    return [part for part in found if isinstance(part, Sheet)]


def every_sheet_apart(content: bytes, bounds: Bounds = BOUNDS) -> list[Sheet]:
    """All sheets of a workbook in any format, read as ``sheets_apart``."""
    found = found_apart("gongkai.readers.excel:every_sheet", content, bounds)
    return [part for part in found if isinstance(part, Sheet)]


def found_apart(reader: str, content: bytes, bounds: Bounds) -> tuple[Block | Sheet, ...]:
    """What a reader makes of a document, in a process of its own.

    Raises UnreadableDocument, without the document's name, for what the reader refuses, for a
    document that takes more than the bounds, and for one on which the reader fails.
    """
    with AT_WORK:
        process = idle_process() or Process(bounds.memory)
        try:
            answer = process.ask(reader, content, bounds)
        except BaseException:
            process.end()
            raise
        process.release()
    if answer.kind == "read":
        return answer.found
    if answer.kind == "refused":
        raise UnreadableDocument(answer.why)
    if answer.kind == "memory":
        raise too_heavy(bounds)
    raise broken(answer.why)


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
    home = str(Path(__file__).parents[2])
    found["PYTHONPATH"] = os.pathsep.join(filter(None, [home, os.environ.get("PYTHONPATH")]))
    return found


class Process:
    """A process that reads one document at a time. Not to be shared between threads."""

    def __init__(self, memory: int) -> None:
        # -P: a file named like one of our modules in the current folder must not be run.
        self.process = subprocess.Popen(
            [sys.executable, "-P", "-m", __name__, str(memory)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            env=needed_environment(),
            creationflags=getattr(subprocess, "CREATE_NO_WINDOW", 0),
        )
        self.used = 0
        # Not known before it says so: in a virtual environment of Windows it is a child of what we
        # started.
        self.pid = 0

    def ask(self, reader: str, content: bytes, bounds: Bounds) -> WorkerResult:
        """Raises UnreadableDocument where the process had to be ended or ended itself."""
        answers: SimpleQueue[WorkerResult | None] = SimpleQueue()
        waited = 0.0
        enough = bounds.seconds + self.look()[0]
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
        """Seconds of processor time and bytes of memory that the process has used so far."""
        import psutil

        if not self.pid:
            return 0.0, 0
        try:
            watched = psutil.Process(self.pid)
            times = watched.cpu_times()
            return times.user + times.system, watched.memory_info().rss
        except psutil.Error:
            return 0.0, 0

    def converse(
        self, reader: str, content: bytes, answers: SimpleQueue[WorkerResult | None]
    ) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        try:
            self.pid = self.pid or int(receive(self.process.stdout))
            send(self.process.stdin, reader.encode())
            send(self.process.stdin, content)
            answers.put(unpacked(receive(self.process.stdout, MOST_BYTES)))
        except (OSError, ValueError, TypeError, EOFError, RecursionError):
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


# --- what they say to each other ------------------------------------------------------------------
# Plain JSON: a parser that a document has taken over can say nothing but texts and numbers.


def packed(answer: WorkerResult) -> bytes:
    plain = [packed_part(part) for part in answer.found]
    return json.dumps([answer.kind, plain, answer.why]).encode()


def packed_part(part: Block | Sheet) -> list[object]:
    if isinstance(part, Sheet):
        return packed_sheet(part)
    return packed_block(part)


def packed_block(block: Block) -> list[object]:
    match block:
        case Grid(place, rows, spans):
            return ["grid", place, rows, spans]
        case Prose(place, heading, text):
            return ["prose", place, heading, text]
        case Link(place, kind, text, target):
            return ["link", place, kind, text, target]


def packed_sheet(sheet: Sheet) -> list[object]:
    """A sheet, its formulas aside, which no format that is read here tells."""
    cells = []
    for spot, value in sheet.cells.items():
        cells.append([*spot, formats.as_figure(value) is not None, seen.text_of(value)])
    kinds = [[*spot, kind] for spot, kind in sheet.kinds.items()]
    hidden = [sorted(sheet.hidden_rows), sorted(sheet.hidden_columns)]
    rules = []
    for rule in sheet.conditions:
        rules.append([rule.areas, rule.test, list(map(str, rule.bounds)), rule.kind])
    return ["sheet", sheet.name, sheet.visible, cells, kinds, *hidden, list(sheet.merged), rules]


def unpacked(message: bytes) -> WorkerResult:
    """Raises ValueError and TypeError for what ``packed`` does not make."""
    kind, found, why = json.loads(message)
    if kind not in ("read", "refused", "memory", "failed"):
        raise ValueError(kind)
    return WorkerResult(kind, tuple(map(unpacked_part, found)), text_in(why))


def unpacked_part(plain: list[Any]) -> Block | Sheet:
    if plain[0] == "sheet":
        return unpacked_sheet(plain[1:])
    return unpacked_block(plain)


def unpacked_sheet(plain: list[Any]) -> Sheet:
    name, visible, cells, kinds, rows, columns, merged, rules = plain
    return Sheet(
        name=text_in(name),
        visible=visible is True,
        cells=dict(map(unpacked_cell, cells)),
        kinds=dict(map(unpacked_kind, kinds)),
        hidden_rows=frozenset(map(number_in, rows)),
        hidden_columns=frozenset(map(number_in, columns)),
        merged=list(map(area_in, merged)),
        conditions=list(map(unpacked_rule, rules)),
    )


def unpacked_kind(plain: list[Any]) -> tuple[Spot, str]:
    row, column, kind = plain
    return (number_in(row), number_in(column)), text_in(kind)


def unpacked_rule(plain: list[Any]) -> formats.Condition:
    areas, test, bounds, kind = plain
    numbers = tuple(Decimal(text_in(bound)) for bound in bounds)
    return formats.Condition(tuple(map(area_in, areas)), text_in(test), numbers, text_in(kind))


def unpacked_cell(plain: list[Any]) -> tuple[Spot, object]:
    row, column, is_number, text = plain
    value = formats.number_of(text_in(text)) if is_number is True else text_in(text)
    return (number_in(row), number_in(column)), value


def area_in(plain: list[Any]) -> Area:
    top, left, bottom, right = map(number_in, plain)
    return top, left, bottom, right


def unpacked_block(plain: list[Any]) -> Block:
    name, place, *rest = plain
    at = Place(*map(number_in, place))
    if name == "grid":
        rows, spans = rest
        return Grid(at, tuple(map(unpacked_row, rows)), spans is True)
    if name == "prose":
        return Prose(at, *map(text_in, rest))
    if name != "link" or rest[0] not in ("link", "frame", "image", "password"):
        raise ValueError(name)
    return Link(at, *rest[:1], *map(text_in, rest[1:]))


def unpacked_row(plain: list[Any]) -> tuple[GridCell, ...]:
    cells = []
    for text, *numbers in plain:
        column, rowspan, colspan = map(number_in, numbers)
        cells.append(GridCell(text_in(text), column, rowspan, colspan))
    return tuple(cells)


def text_in(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def number_in(value: object) -> int:
    if type(value) is not int or not 0 <= value < MOST:
        raise ValueError(value)
    return value


# --- the working side -----------------------------------------------------------------------------


def answer_to(reader: str, content: bytes) -> WorkerResult:
    """Call a reader; every failure is an answer."""
    try:
        function: Reader = function_at(reader)
        return WorkerResult("read", function(content))
    except UnreadableDocument as error:
        return WorkerResult("refused", why=str(error))
    except MemoryError:
        return WorkerResult("memory")
    except BaseException as error:  # a panic of a parser in Rust is no Exception
        return WorkerResult("failed", why=type(error).__name__)


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

    It does so when the asking process ends in any way.
    """
    bound_memory(int(sys.argv[1]))
    answers = sys.stdout.buffer
    sys.stdout = sys.stderr  # what a parser prints must not get among the answers
    send(answers, str(os.getpid()).encode())
    requests: SimpleQueue[tuple[str, bytes]] = SimpleQueue()
    threading.Thread(target=listen, args=(requests,), daemon=True).start()
    while True:
        send(answers, packed(answer_to(*requests.get())))


def listen(requests: SimpleQueue[tuple[str, bytes]]) -> None:
    """Take requests in, and end the process once nobody asks any more.

    A parser in an endless loop would not see it.
    """
    with suppress(EOFError, OSError):
        while True:
            reader = receive(sys.stdin.buffer).decode()
            requests.put((reader, receive(sys.stdin.buffer)))
    os._exit(0)


if __name__ == "__main__":
    serve()
