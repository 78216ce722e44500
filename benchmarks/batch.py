"""200 pages from a loopback server: a batch, beside a plain loop of httpx and pandas.read_html.

Run as ``python benchmarks/batch.py``; prints a Markdown table. Each way runs in a process of its
own, which measures its seconds, its processor's seconds and its peak memory; rounds alternate and
figures are medians. The batch reads, checks and saves a workbook for each page, and a summary; the
loop has raw tables in the end, no figure of which it knows the meaning. Pauses between requests are
off.
"""

from __future__ import annotations

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping, Sequence
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "python"))
PAGES, ROUNDS = 200, 3
Measured = Mapping[str, float]


def read_as_batch(urls: Sequence[str], folder: Path) -> int:
    """The number of figures that were read."""
    from gongkai.batch import run_batch

    rows = [imported.row for imported in run_batch(urls, folder, pause=0, per_host=8)]
    if any(row.state != "done" for row in rows):
        raise SystemExit(f"not all was read: {[row.message for row in rows if row.message]}")
    return figures_of(urls[0]) * len(rows)


def figures_of(url: str) -> int:
    """How many cells of the official tables a page fills."""
    import gongkai

    return sum(entry.value is not None for entry in gongkai.read_report(url).entries())


def read_in_a_loop(urls: Sequence[str], folder: Path) -> int:
    import io

    import httpx
    import pandas

    cells = 0
    with httpx.Client(trust_env=False) as client:
        for url in urls:
            tables = pandas.read_html(io.StringIO(client.get(url).text), flavor="lxml")
            cells += sum(table.size for table in tables)
    return cells


WAYS = {"batch": read_as_batch, "loop": read_in_a_loop}


def measured(way: str, listing: Path, folder: Path) -> None:
    """The child's work: prints what it took as JSON."""
    urls = listing.read_text(encoding="utf-8").split()
    start = time.perf_counter()
    figures = WAYS[way](urls, folder)
    seconds = time.perf_counter() - start
    used, peak = used_by_all()
    scale = 1_000_000 if sys.platform == "darwin" else 1_000
    print(
        json.dumps(
            {
                "seconds": seconds,
                "processor": used,
                "peak": peak / scale,
                "figures": figures,
            }
        )
    )


def used_by_all() -> tuple[float, int]:
    """Seconds of this process and of those that read for it, and the peak of this one alone."""
    from gongkai import processes

    processes.end_idle()
    own = resource.getrusage(resource.RUSAGE_SELF)
    others = resource.getrusage(resource.RUSAGE_CHILDREN)
    seconds = own.ru_utime + own.ru_stime + others.ru_utime + others.ru_stime
    return seconds, own.ru_maxrss


def in_process(way: str, listing: Path) -> Measured:
    with tempfile.TemporaryDirectory() as folder:
        command = [sys.executable, __file__, way, str(listing), folder]
        done = subprocess.run(command, capture_output=True, check=False, text=True)
    if done.returncode:
        raise SystemExit(f"{way}: {done.stderr}")
    found: Measured = json.loads(done.stdout)
    return found


def pages() -> dict[str, bytes]:
    """Path -> the demo's page (figures as published), each with a body's name of its own."""
    from gongkai.demo import pages as published

    page = published()["/2021.html"]
    name = "瑞安市人民政府".encode()
    return {
        f"/{number}.html": page.replace(name, f"第{number}县人民政府".encode())
        for number in range(PAGES)
    }


def markdown(found: Mapping[str, Sequence[Measured]]) -> str:
    lines = [
        f"| {PAGES} pages | seconds | pages/s | figures/s | processor s | peak MB |",
        "|---|---:|---:|---:|---:|---:|",
    ]
    names = {
        "batch": "gongkai batch: read, check, 200 workbooks, summary",
        "loop": "httpx + pandas.read_html: tables",
    }
    for way, rounds in found.items():
        seconds, processor, peak = (
            median(one[name] for one in rounds) for name in ("seconds", "processor", "peak")
        )
        figures = f"{rounds[0]['figures'] / seconds:,.0f}" if way == "batch" else ""
        cells = f"{seconds:.1f} | {PAGES / seconds:.1f} | {figures} | {processor:.1f} | {peak:.0f}"
        lines.append(f"| {names[way]} | {cells} |")
    return "\n".join(lines)


def main() -> None:
    from gongkai.demo import serve

    found: dict[str, list[Measured]] = {way: [] for way in WAYS}
    with serve(pages()) as address, tempfile.TemporaryDirectory() as folder:
        listing = Path(folder) / "list.txt"
        listing.write_text("\n".join(address + path for path in pages()), encoding="utf-8")
        for _ in range(ROUNDS):
            for way in WAYS:
                found[way].append(in_process(way, listing))
    print(markdown(found))


if __name__ == "__main__":
    if len(sys.argv) > 1:
        measured(sys.argv[1], Path(sys.argv[2]), Path(sys.argv[3]))
    else:
        main()
