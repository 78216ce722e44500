"""Thousands of generated reports on this machine's processors: a batch without workbooks.

Run as ``python benchmarks/many.py 20000``; prints a Markdown table. Each run is a process of its
own, with one and with all workers, over a share of the pages and over all of them, so that what a
report costs in time and memory is the slope between the two. The largest run is killed at twenty
points and goes on after each: what that costs is its own line. Figures for more reports are
extrapolated by these slopes, and said to be.

Peaks are those of the batch's own process, of a process that reads, and of the one that writes 汇总
in the end, whose seconds are among those of the run and told.

``python benchmarks/many.py 600 cluster`` holds dask with one and with two workers of one thread
each, real processes on this machine, against the batch without.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from subprocess import DEVNULL

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "python"), str(Path(__file__).parent)]
SHARE = 4  # of the pages, in the smaller run
KILLS = 20
MANY = 100_000
Measured = Mapping[str, float]


def measured(listing: Path, folder: Path, workers: int, scheduler: str) -> None:
    """The child's work: prints what it took as JSON."""
    from gongkai import processes
    from gongkai.batch import run_batch

    processes.AT_WORK = threading.BoundedSemaphore(workers)
    sources = listing.read_text(encoding="utf-8").splitlines()
    began = read = time.perf_counter()
    done = 0
    for one in run_batch(sources, folder, pause=0, books="none", cluster_at=scheduler):
        done += one.row.is_done
        read = time.perf_counter()
    ended = time.perf_counter()
    reader = max((one.weight for one in processes.IDLE), default=0)
    processes.end_idle()
    used = [resource.getrusage(who) for who in (resource.RUSAGE_SELF, resource.RUSAGE_CHILDREN)]
    kilobyte = 1_000_000 if sys.platform == "darwin" else 1_000
    told = {
        "done": done,
        "seconds": ended - began,
        "summary": ended - read,
        "processor": sum(one.ru_utime + one.ru_stime for one in used),
        "peak": used[0].ru_maxrss / kilobyte,
        "reader": reader / 1_000_000,
        "writer": used[1].ru_maxrss / kilobyte,
        "store": (folder / "gongkai-batch.sqlite").stat().st_size / 1_000_000,
    }
    print(json.dumps(told))


def started(
    listing: Path, folder: Path, workers: int, scheduler: str = ""
) -> subprocess.Popen[str]:
    command = [sys.executable, __file__, str(listing), str(folder), str(workers), scheduler]
    return subprocess.Popen(command, stdout=subprocess.PIPE, text=True)


def in_process(listing: Path, folder: Path, workers: int, scheduler: str = "") -> Measured:
    told, _ = started(listing, folder, workers, scheduler).communicate()
    found: Measured = json.loads(told)
    return found


def killed_and_resumed(listing: Path, folder: Path, workers: int, count: int) -> Measured:
    """What all runs together took. AssertionError where a result that was there is lost."""
    began = time.perf_counter()
    for point in range(1, KILLS + 1):
        process = started(listing, folder, workers)
        while process.poll() is None and (known := done_in(folder)) < point * count // (KILLS + 1):
            time.sleep(0.2)
        process.send_signal(signal.SIGKILL)
        process.communicate()
        assert done_in(folder) >= known
    found = in_process(listing, folder, workers)
    assert found["done"] == done_in(folder) == count
    return {**found, "seconds": time.perf_counter() - began}


def done_in(folder: Path) -> int:
    """How many sources are done by what is on the disk, while somebody may write there."""
    path = folder / "gongkai-batch.sqlite"
    if not path.exists():
        return 0
    asked = "SELECT count(*) FROM sources WHERE state = 'done'"
    with (
        closing(sqlite3.connect(path, timeout=30)) as store,
        suppress(sqlite3.OperationalError),  # its tables are not there yet
    ):
        [count] = store.execute(asked).fetchone()
        return int(count)
    return 0


def write_pages(place: Path, count: int) -> list[str]:
    """The demo's report of 2021 under as many names of bodies."""
    from gongkai.demo import pages

    page, name = pages()["/2021.html"], "瑞安市人民政府".encode()
    found = []
    for number in range(count):
        path = place / f"{number}.html"
        path.write_bytes(page.replace(name, f"第{number}县人民政府".encode()))
        found.append(str(path))
    return found


# --- on dask --------------------------------------------------------------------------------------


@contextmanager
def dask(place: Path, workers: int) -> Iterator[tuple[str, list[subprocess.Popen[bytes]]]]:
    """The address of a scheduler, and its processes, which have joined."""
    from distributed import Client

    said = place / "scheduler.json"
    words = [["scheduler", "--port", "0"], *[["worker", "--nthreads", "1", "--no-nanny"]] * workers]
    every = ["--scheduler-file", str(said), "--host", "127.0.0.1", "--no-dashboard"]
    processes = []
    try:
        for own in words:
            command = [sys.executable, "-m", "dask", *own, *every]
            processes.append(subprocess.Popen(command, cwd=place, env=with_us(), stderr=DEVNULL))
            while not said.exists() or not said.stat().st_size:
                time.sleep(0.1)
        with Client(scheduler_file=str(said)) as client:
            client.wait_for_workers(workers)
            address = client.scheduler.address
        yield address, processes
    finally:
        for process in reversed(processes):
            process.kill()
            process.wait()


def with_us() -> dict[str, str]:
    return {**os.environ, "PYTHONPATH": str(ROOT / "python")}


def processor_of(processes: Iterable[subprocess.Popen[bytes]]) -> float:
    """Seconds of the processor of processes and of all that they have started."""
    import psutil

    seconds = 0.0
    for process in processes:
        own = psutil.Process(process.pid)
        for one in (own, *own.children(recursive=True)):
            times = one.cpu_times()
            seconds += times.user + times.system + times.children_user + times.children_system
    return seconds


def on_dask(listing: Path, place: Path, workers: int) -> Measured:
    with dask(place, workers) as (address, processes):
        before = processor_of(processes)
        found = in_process(listing, place / "out", 1, address)
        more = processor_of(processes) - before
    return {**found, "processor": found["processor"] + more}


def beside_dask(count: int) -> None:
    """Prints a table: the same list on this machine and on dask, and the ratio of processor
    time.
    """
    print("| reports | read by | a second | processor ms | ratio |\n|---:|---|---:|---:|---:|")
    with tempfile.TemporaryDirectory() as place:
        listing = Path(place) / "list.txt"
        listing.write_text("\n".join(write_pages(Path(place), count)), encoding="utf-8")
        for workers in (1, 2):
            here = in_process(listing, Path(place) / f"here{workers}", workers)
            aside = Path(place) / f"dask{workers}"
            aside.mkdir()
            there = on_dask(listing, aside, workers)
            for name, one in ((f"{workers} here", here), (f"{workers} of dask", there)):
                rate, each = count / one["seconds"], 1_000 * one["processor"] / count
                ratio = one["processor"] / here["processor"]
                print(f"| {count:,} | {name} | {rate:.1f} | {each:.1f} | {ratio:.2f} |")


def main(count: int) -> None:
    every = os.cpu_count() or 1
    lines = [
        "| reports | workers | a second | processor ms | 汇总 s | batch MB | reader MB | 汇总 MB "
        "| store MB |"
    ]
    lines.append("|---:" * 9 + "|")
    with tempfile.TemporaryDirectory() as place:
        sources = write_pages(Path(place), count)
        found: dict[int, Measured] = {}
        for number, workers in ((count // SHARE, 1), (count // SHARE, every), (count, every)):
            listing = Path(place) / "list.txt"
            listing.write_text("\n".join(sources[:number]), encoding="utf-8")
            with tempfile.TemporaryDirectory() as folder:
                one = found[number] = in_process(listing, Path(folder), workers)
            lines.append(line(number, str(workers), one))
        with tempfile.TemporaryDirectory() as folder:
            one = killed_and_resumed(listing, Path(folder), every, count)
            lines.append(line(count, f"{every}, killed {KILLS} times", one))
    few, many = found[count // SHARE], found[count]
    slope = {name: (many[name] - few[name]) / (count - count // SHARE) for name in many}
    minutes = (many["seconds"] + slope["seconds"] * (MANY - count)) / 60
    peak, writer = (many[name] + slope[name] * (MANY - count) for name in ("peak", "writer"))
    lines.append("")
    lines.append(
        f"By these slopes, not measured: {MANY:,} reports in {minutes:.1f} minutes, {peak:.0f} MB "
        f"({writer:.0f} for 汇总), {slope['peak'] * 1000:.2f} KB of memory and "
        f"{slope['store'] * 1000:.1f} KB of the store a report."
    )
    print("\n".join(lines))


def line(count: int, workers: str, one: Measured) -> str:
    rate, each = count / one["seconds"], 1_000 * one["processor"] / count
    return (
        f"| {count:,} | {workers} | {rate:.0f} | {each:.1f} | {one['summary']:.0f} "
        f"| {one['peak']:.0f} | {one['reader']:.0f} | {one['writer']:.0f} | {one['store']:.0f} |"
    )


if __name__ == "__main__":
    if len(sys.argv) > 3:
        measured(Path(sys.argv[1]), Path(sys.argv[2]), int(sys.argv[3]), sys.argv[4])
    elif sys.argv[2:] == ["cluster"]:
        beside_dask(int(sys.argv[1]))
    else:
        main(int(sys.argv[1]) if len(sys.argv) > 1 else 20_000)
