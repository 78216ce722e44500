"""Read + check beside pandas.read_html on the demo's page, and whole processes, in one run.

Run as ``python benchmarks/read.py``; prints a Markdown table. Rounds are interleaved, so that a
slow moment of the machine falls on all of them alike; figures are medians in milliseconds.
"""

from __future__ import annotations

import io
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "python" / "gongkai" / "demo" / "ruian-2021.html"
sys.path.insert(0, str(ROOT / "python"))


def medians(tasks: Mapping[str, Callable[[], object]], rounds: int) -> dict[str, float]:
    """Name -> median milliseconds; each round runs every task once, after one round to warm up."""
    times: dict[str, list[float]] = {name: [] for name in tasks}
    for number in range(rounds + 1):
        for name, task in tasks.items():
            start = time.perf_counter()
            task()
            if number:
                times[name].append((time.perf_counter() - start) * 1000)
    return {name: median(values) for name, values in times.items()}


def library_tasks(folder: Path) -> dict[str, Callable[[], object]]:
    import pandas

    import gongkai
    from gongkai.workbook import write_workbook

    text = PAGE.read_text(encoding="utf-8")
    report = gongkai.read_report(str(PAGE))
    findings = gongkai.check(report)
    target = folder / "benchmark.xlsm"
    return {
        "pandas": lambda: pandas.read_html(io.StringIO(text), flavor="lxml"),
        "read + check": lambda: gongkai.check(gongkai.read_report(str(PAGE))),
        "write_workbook": lambda: write_workbook(report, findings, target, overwrite=True),
    }


def process(*arguments: str) -> Callable[[], object]:
    """A whole process of this Python; its output is thrown away, its exit code is not."""
    environment = {"PYTHONPATH": str(ROOT / "python"), "PATH": "", "PYTHONUTF8": "1"}

    def run() -> None:
        done = subprocess.run(
            [sys.executable, *arguments], env=environment, capture_output=True, check=False
        )
        if done.returncode:
            raise SystemExit(f"{arguments}: {done.stderr.decode()}")

    return run


def process_tasks() -> dict[str, Callable[[], object]]:
    gongkai = ("-c", "import sys; from gongkai.cli import main; sys.exit(main())")
    return {
        "python -c pass": process("-c", "pass"),
        "gongkai --help": process(*gongkai, "--help"),
        "gongkai check": process(*gongkai, "check", str(PAGE)),
    }


def markdown(library: Mapping[str, float], processes: Mapping[str, float], size: int) -> str:
    base, ours = library["pandas"], library["read + check"]
    rows = [
        ('`pandas.read_html(flavor="lxml")`, raw tables only', base, "1.00"),
        ("gongkai read + check", ours, f"{ours / base:.2f}"),
        ("`write_workbook`", library["write_workbook"], ""),
        ("process `python -c pass`", processes["python -c pass"], ""),
        ("process `gongkai --help`", processes["gongkai --help"], ""),
        ("process `gongkai check FILE.html`", processes["gongkai check"], ""),
    ]
    lines = [f"| page of {size / 1000:.0f} KB | median ms | ratio |", "|---|---:|---:|"]
    return "\n".join(lines + [f"| {name} | {value:.1f} | {ratio} |" for name, value, ratio in rows])


def main() -> None:
    with tempfile.TemporaryDirectory() as folder:
        library = medians(library_tasks(Path(folder)), rounds=25)
    processes = medians(process_tasks(), rounds=7)
    print(markdown(library, processes, PAGE.stat().st_size))


if __name__ == "__main__":
    main()
