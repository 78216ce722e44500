"""A scheduler of dask and its workers, real processes on loopback, and what may go wrong with
them.

What is wrong is code that one of these processes runs when it starts (``--preload``); nothing of
ours is changed in the process of the tests.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import psutil
from distributed import Client

from gongkai.batch import run_batch
from gongkai.batch.parsing import Books
from helpers import ROOT, TESTS
from helpers.waiting import PATIENCE, wait_until

KILLING = b"kills its worker"  # of a document
OTHER = "from gongkai import model\nmodel.VERSION = '0.0.9'\n"
WITHOUT = "import sys\nsys.modules['gongkai.batch'] = None\n"
FAULTY = b"brings a fault of ours to light"
# A worker with a nanny runs it twice.
HURT = f"""
import os, signal
from gongkai import processes
from gongkai.batch import fetching

fetching.PARSE = "helpers.liars:lying"


def hurt(name, request, take, bounds, own=processes.made_apart):
    if {KILLING!r} in request:
        os.kill(os.getpid(), signal.SIGKILL)
    if {FAULTY!r} in request:
        return hurt(name, request, take, bounds)
    return own(name, request, take, bounds)


if processes.made_apart.__name__ != "hurt":
    processes.made_apart = hurt
"""


@dataclass
class DaskCluster:
    """``address`` of the scheduler; processes are ended at the end."""

    folder: Path
    address: str = ""
    processes: list[subprocess.Popen[bytes]] = field(default_factory=list)
    workers: list[subprocess.Popen[bytes]] = field(default_factory=list)

    def start(self, *words: str, preload: str = "") -> subprocess.Popen[bytes]:
        number = len(self.processes)
        if preload:
            code = self.folder / f"preload{number}.py"
            code.write_text(preload, encoding="utf-8")
            words = (*words, "--preload", str(code))
        places = [str(ROOT / "python"), str(TESTS), os.environ.get("PYTHONPATH", "")]
        with (self.folder / f"{number}.log").open("wb") as log:
            process = subprocess.Popen(
                [sys.executable, "-m", "dask", *words, "--no-dashboard", "--host", "127.0.0.1"],
                stdout=log,
                stderr=log,
                cwd=self.folder,
                env={**os.environ, "PYTHONPATH": os.pathsep.join(places)},
                start_new_session=True,
            )
        self.processes.append(process)
        return process

    def start_scheduler(self, preload: str = "") -> None:
        said = self.folder / "scheduler.json"
        self.start("scheduler", "--port", "0", "--scheduler-file", str(said), preload=preload)
        wait_until(lambda: said.exists() and said.stat().st_size, "the scheduler listens")
        with Client(scheduler_file=str(said), set_as_default=False) as client:
            self.address = client.scheduler.address

    def start_worker(self, preload: str = "", nanny: bool = False) -> subprocess.Popen[bytes]:
        """With a nanny a worker that dies is started anew."""
        own = "--nanny" if nanny else "--no-nanny"
        words = ("worker", self.address, "--nthreads", "1", own, "--local-directory", "space")
        self.workers.append(self.start(*words, preload=preload))
        return self.workers[-1]

    def wait_for(self, workers: int) -> None:
        with Client(self.address, set_as_default=False) as client:
            client.wait_for_workers(workers, timeout=PATIENCE)

    def end(self) -> None:
        """With all that they started, each of which has a session."""
        for process in reversed(self.processes):
            children = children_of(process)
            process.kill()
            process.wait()
            for child in children:
                child.kill()


def children_of(process: subprocess.Popen[bytes]) -> list[psutil.Process]:
    try:
        return psutil.Process(process.pid).children(recursive=True)
    except psutil.NoSuchProcess:
        return []


def killed_at_work(worker: subprocess.Popen[bytes]) -> None:
    """By a signal that nobody can catch, once it has a process that reads."""
    wait_until(lambda: children_of(worker), "the worker has begun to read")
    worker.send_signal(signal.SIGKILL)
    worker.wait()


@contextmanager
def dask_cluster(
    folder: Path, workers: int = 2, preload: str = "", nanny: bool = False, scheduler: str = ""
) -> Iterator[DaskCluster]:
    folder.mkdir(exist_ok=True)
    cluster = DaskCluster(folder)
    try:
        cluster.start_scheduler(scheduler)
        for _ in range(workers):
            cluster.start_worker(preload, nanny)
        cluster.wait_for(workers)
        yield cluster
    finally:
        cluster.end()


def run_on(address: str, sources: list[str], folder: Path, books: Books = "all") -> list[str]:
    """The sources in the order in which they were told of; on this machine, where the address is
    "".
    """
    rows = run_batch(sources, folder, pause=0, per_host=8, books=books, cluster_at=address)
    return [one.row.source for one in rows]
