"""Requests of a batch's threads -> chunks, read by the workers of a dask cluster -> answers.

Fetching, what pages lead to and the store stay with the batch. A worker turns bytes into bytes,
each document in a process of its own as a batch on one machine does, so that nothing but bytes,
texts and lists goes over the network. A chunk whose worker died is split, down to the page that
kills it.
"""

from __future__ import annotations

import re
import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import contextmanager, suppress
from functools import cache, partial
from queue import Empty, SimpleQueue
from typing import Any, NamedTuple, TypeVar

from gongkai import processes, wording
from gongkai.batch import fetching, parsing
from gongkai.model import VERSION, GongkaiError, UnreadableDocument

ADDRESS = re.compile(r"(?:tcp|tls)://(?:\[[0-9A-Fa-f:.]+\]|[^\s/:\[\]]+):\d{1,5}")
FEWEST, MOST = 25, 50  # requests of a chunk, of which every worker has two
CHUNKS = 4  # of a list, at least, for each worker: the last ones end at about the same time
HEAVIEST = 40_000_000  # bytes of requests in a chunk, which the scheduler holds
GAP = 0.1  # seconds without another request, after which a chunk goes out as it is
MOST_OUT = 2_000  # requests that wait for workers, each a thread
LONGEST_CONNECT = 5.0  # seconds for the scheduler to answer
LONGEST_START = 10.0  # seconds for the first worker to join
LONGEST_ALONE = 20.0  # seconds without any worker: one that died may be started anew
LOOK = 1.0  # seconds between two looks at which workers there are
LONGEST_CLOSE = 2.0  # seconds for taking leave of the scheduler
BEFORE = "gongkai.allowed_failures"  # under which a scheduler keeps what was set before
MADE, REFUSED = "made", "refused"  # what an answer is: bytes, or the sentence that says why not
GO_ON = "已完成的都已保存；排除问题后重新运行同一命令，即可接着导入。"

T = TypeVar("T")
ReadAnswer = list[Any]  # [MADE, bytes] or [REFUSED, sentence]


# --- on a worker and on the scheduler -------------------------------------------------------------


def parse_chunk(version: str, requests: Sequence[bytes]) -> list[ReadAnswer] | str:
    """The answer to each request; the version of a worker that has another one."""
    if version != VERSION:
        return VERSION
    return list(readers_here().map(answer_to, requests))


@cache
def readers_here() -> ThreadPoolExecutor:
    """As many threads as the worker has, for all of its chunks together; each waits for a
    process.
    """
    from distributed import get_worker

    return ThreadPoolExecutor(get_worker().state.nthreads)


def answer_to(request: bytes) -> ReadAnswer:
    """Raises nothing: a traceback that is too deep for pickle would hang the batch."""
    try:
        return [MADE, fetching.parsed_apart(request, bytes)]
    except UnreadableDocument as error:
        return [REFUSED, str(error)]
    except Exception as error:
        return [REFUSED, str(processes.broken(type(error).__name__))]


def version_here() -> str:
    return VERSION


def prepared(version: str, dask_scheduler: Any = None) -> str:
    """The scheduler's version. One of ours tries nothing again of itself: a chunk would kill four
    workers before we are told.
    """
    if version == VERSION:
        found = dask_scheduler.extensions.setdefault(BEFORE, [])
        found.append(dask_scheduler.allowed_failures)
        dask_scheduler.allowed_failures = 0
    return VERSION


def restored(dask_scheduler: Any = None) -> None:
    """What ``prepared`` changed, once the last of several batches leaves."""
    found = dask_scheduler.extensions.get(BEFORE)
    if found:
        dask_scheduler.allowed_failures = found.pop()


# --- the batch's side -----------------------------------------------------------------------------


class WorkerDied(Exception):
    """Nobody knows which document of a chunk did it, if any."""


class Waiting(NamedTuple):
    """The bytes of a request, and where the thread that asks waits for the answer."""

    content: bytes
    answer: Future[ReadAnswer]


class Gate:
    """Many chunks are on their way, or a suspect alone, so that it is not blamed for another."""

    def __init__(self) -> None:
        self.changed = threading.Condition()
        self.inside = 0
        self.is_closed = False

    @contextmanager
    def among_others(self) -> Iterator[None]:
        with self.changed:
            self.changed.wait_for(lambda: not self.is_closed)
            self.inside += 1
        try:
            yield
        finally:
            with self.changed:
                self.inside -= 1
                self.changed.notify_all()

    @contextmanager
    def alone(self) -> Iterator[None]:
        with self.changed:
            self.changed.wait_for(lambda: not self.is_closed)
            self.is_closed = True
            self.changed.wait_for(lambda: self.inside == 0)
        try:
            yield
        finally:
            with self.changed:
                self.is_closed = False
                self.changed.notify_all()


class ClusterReader:
    """Reads for any number of threads. ``threads`` says how many make use of all workers."""

    def __init__(self, client: Any, address: str, sources: int) -> None:
        self.client, self.address = client, address
        self.workers = len(client.nthreads(callback_timeout=LONGEST_CONNECT))
        self.size = min(MOST, max(FEWEST, sources // (CHUNKS * max(1, self.workers))))
        self.seen = time.monotonic()  # when there was a worker
        self.failure: GongkaiError | None = None
        self.gate = Gate()
        self.requests: SimpleQueue[Waiting] = SimpleQueue()
        self.closed = threading.Event()
        for work in (self.gather, self.watch):
            threading.Thread(target=work, daemon=True).start()

    def threads(self) -> int:
        """Raises GongkaiError where nobody reads any more."""
        if self.failure is None and time.monotonic() - self.seen > LONGEST_ALONE:
            self.failure = fetching.NoReader(
                f"调度器{self.address}连续{LONGEST_ALONE:g}秒没有可用的工作进程，已停止。{GO_ON}"
            )
        if self.failure is not None:
            raise self.failure
        return min(MOST_OUT, max(fetching.MOST_AT_ONCE, 2 * self.size * self.workers))

    def read(self, request: bytes) -> parsing.ParseResult:
        """As ``fetching.LocalReader``; NoReader where the batch has to stop."""
        asked = Waiting(request, Future())
        self.requests.put(asked)
        return outcome_in(asked.answer.result())

    def watch(self) -> None:
        while not self.closed.wait(LOOK):
            with suppress(Exception):  # the scheduler may be gone: then nobody is seen
                self.workers = len(self.client.nthreads(callback_timeout=LONGEST_CONNECT))
                if self.workers:
                    self.seen = time.monotonic()

    def gather(self) -> None:
        while not self.closed.is_set():
            chunk = [self.requests.get()]
            weight = len(chunk[0].content)
            with suppress(Empty):
                while len(chunk) < self.size and weight < HEAVIEST:
                    chunk.append(self.requests.get(timeout=GAP))
                    weight += len(chunk[-1].content)
            self.send(chunk)

    def send(self, chunk: Sequence[Waiting]) -> None:
        threading.Thread(target=self.settle, args=(chunk,), daemon=True).start()

    def settle(self, chunk: Sequence[Waiting]) -> None:
        """See that each of a chunk has its answer, however often its workers die."""
        try:
            answers = self.answers_to(chunk)
        except WorkerDied:
            half = len(chunk) // 2
            self.send(chunk[:half])
            self.send(chunk[half:])
            return
        except BaseException as error:
            for one in chunk:
                one.answer.set_exception(error)
            return
        for one, answer in zip(chunk, answers, strict=True):
            one.answer.set_result(answer)

    def answers_to(self, chunk: Sequence[Waiting]) -> Sequence[ReadAnswer]:
        """Raises WorkerDied for several requests; a single one is tried once more, alone, and then
        it was its document.
        """
        try:
            with self.gate.among_others():
                return self.asked(chunk)
        except WorkerDied:
            if len(chunk) > 1:
                raise
        try:
            with self.gate.alone():
                return self.asked(chunk)
        except WorkerDied:
            return [[REFUSED, str(processes.broken("工作进程意外退出"))]]

    def asked(self, chunk: Sequence[Waiting]) -> Sequence[ReadAnswer]:
        """Raises WorkerDied, and NoReader where it makes no sense to go on."""
        contents = [one.content for one in chunk]
        try:
            future = self.client.submit(parse_chunk, VERSION, contents, pure=False, retries=0)
            found = future.result()
        except Exception as error:
            raise self.meaning_of(error) from error
        if isinstance(found, str):
            raise self.stopped(other_version("有工作进程", found))
        if not isinstance(found, list) or len(found) != len(chunk):
            raise WorkerDied
        return found

    def meaning_of(self, error: Exception) -> Exception:
        from distributed import CancelledError

        if isinstance(error, CancelledError) or self.client.status != "running":
            return self.stopped(f"与调度器{self.address}的连接中断，已停止。{GO_ON}")
        if isinstance(error, ImportError):
            return self.stopped(without_gongkai("有工作进程"))
        return WorkerDied()

    def stopped(self, why: str) -> GongkaiError:
        self.failure = self.failure or fetching.NoReader(why)
        return self.failure

    def close(self) -> None:
        self.closed.set()
        leave(self.client)


def outcome_in(answer: Any) -> parsing.ParseResult:
    """What a worker answered, which has looked at nothing of it. Raises UnreadableDocument as
    ``processes.made_apart``.
    """
    why = processes.broken("解析程序意外退出")
    try:
        kind, content = answer
        if kind == MADE:
            return parsing.outcome_of(content)
        if kind == REFUSED and not wording.HALVES.search(content):
            why = UnreadableDocument(content)
    except Exception:  # whatever is made of what no worker of ours says
        pass
    raise why


# --- a cluster ------------------------------------------------------------------------------------


@contextmanager
def connected(address: str, sources: int) -> Iterator[ClusterReader]:
    """A reader for a list of so many sources on the workers of ``tcp://10.0.0.1:8786``.

    Raises GongkaiError: no such address, nobody there, no worker, another version of gongkai.
    """
    if not ADDRESS.fullmatch(address):
        raise GongkaiError(
            f"不能使用的调度器地址：{address}；请写成 tcp://主机:端口 或 tls://主机:端口，"
            f"例如 tcp://10.0.0.1:8786。"
        )
    config = configured()
    with config.set({"distributed.admin.large-graph-warning-threshold": "1 TB"}):
        client = client_of(address)
        try:
            check_versions(client, address)
            reader = ClusterReader(client, address, sources)
        except BaseException:
            leave(client)
            raise
        try:
            yield reader
        finally:
            reader.close()


def configured() -> Any:
    """The configuration of dask. Its messages are for whoever runs a cluster: here sentences say
    what is wrong.
    """
    try:
        from dask import config

        quiet = dict.fromkeys(("distributed", "distributed.client", "distributed.core"), "critical")
        with config.set({"logging": quiet}):
            import distributed  # noqa: F401
    except ImportError:
        raise GongkaiError(
            "使用 --scheduler 的组件没有安装；请运行 pip install gongkai[cluster] 后重试。"
        ) from None
    return config


def within(seconds: float, work: Callable[[], T]) -> T:
    """What a call gives. Raises TimeoutError where it takes longer: dask waits for ever for one who
    takes a connection and says nothing.
    """
    found: Future[T] = Future()

    def run() -> None:
        try:
            found.set_result(work())
        except BaseException as error:
            found.set_exception(error)

    threading.Thread(target=run, daemon=True).start()
    return found.result(seconds)


def client_of(address: str) -> Any:
    """Connected, with a worker at least."""
    from distributed import Client

    connect = partial(Client, address, timeout=LONGEST_CONNECT, set_as_default=False)
    try:
        client = within(2 * LONGEST_CONNECT, connect)
    except Exception as error:
        raise GongkaiError(
            f"无法连接调度器{address}；请检查地址，并确认 dask scheduler 已经启动。"
        ) from error
    try:
        client.wait_for_workers(1, timeout=LONGEST_START)
    except Exception as error:
        leave(client)
        raise GongkaiError(
            f"调度器{address}没有工作进程；请先运行 dask worker {address}，再运行本命令。"
        ) from error
    return client


def leave(client: Any) -> None:
    with suppress(Exception):
        within(LONGEST_CLOSE, partial(client.run_on_scheduler, restored))
    with suppress(Exception):
        within(LONGEST_CLOSE, client.close)


def check_versions(client: Any, address: str) -> None:
    """Raises GongkaiError where the scheduler or a worker has another gongkai, or none."""
    try:
        prepare = partial(client.run_on_scheduler, prepared, VERSION)
        found = {f"调度器{address}": within(LONGEST_CONNECT, prepare)}
    except Exception as error:
        raise GongkaiError(without_gongkai(f"调度器{address}")) from error
    for worker, version in versions_of_workers(client, address).items():
        found[f"工作进程{worker}"] = version
    for place, version in found.items():
        if not isinstance(version, str):
            raise GongkaiError(without_gongkai(place))
        if version != VERSION:
            raise GongkaiError(other_version(place, version))


def versions_of_workers(client: Any, address: str) -> Mapping[str, object]:
    """Worker -> its version, or the exception of one that has no gongkai."""
    ask = partial(client.run, version_here, on_error="return")
    try:
        found: Mapping[str, object] = within(LONGEST_START, ask)
    except Exception as error:
        raise GongkaiError(
            f"调度器{address}的工作进程中有的没有回答；请停止并重新启动工作进程，再运行本命令。"
        ) from error
    return found


def without_gongkai(place: str) -> str:
    return f"{place}没有安装gongkai {VERSION}；请安装与本机相同的版本，重新启动后再试。"


def other_version(place: str, version: str) -> str:
    return (
        f"{place}的gongkai是{wording.clipped(version)}，本机的是{VERSION}；"
        f"请安装与本机相同的版本，重新启动后再试。"
    )
