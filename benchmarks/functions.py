"""GK_CHECK on ranges beside the same sums in plain pandas, in one run.

Run as ``python benchmarks/functions.py``; prints a Markdown table. Rounds are interleaved; figures
are medians in milliseconds. The plain sums only say whether the 39 relations hold: no blanks, no
texts, no message.
"""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from statistics import median

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "python" / "gongkai" / "demo" / "ruian-2021.html"
sys.path[:0] = [str(ROOT / "python"), str(ROOT / "tests")]
ROUNDS = 200

Rows = list[list[object]]


def medians(tasks: Mapping[str, Callable[[], object]]) -> dict[str, float]:
    """Name -> median milliseconds; each round runs every task once, after one round to warm up.

    Every call finds new figures, as in a sheet that was changed: what is remembered of the last
    ones is dropped.
    """
    from gongkai.sums import statements, states

    times: dict[str, list[float]] = {name: [] for name in tasks}
    for number in range(ROUNDS + 1):
        for name, task in tasks.items():
            statements.solved_as_written.cache_clear()
            states.worked_out.cache_clear()
            start = time.perf_counter()
            task()
            if number:
                times[name].append((time.perf_counter() - start) * 1000)
    return {name: median(values) for name, values in times.items()}


def plain_sums(rows: Rows) -> bool:
    """The 39 relations of table three in pandas, all figures given."""
    import pandas

    frame = pandas.DataFrame(rows)
    across = frame.iloc[:, :6].sum(axis=1).eq(frame[6]).all()
    results = frame.iloc[2:23].sum().eq(frame.iloc[23]).all()
    balance = frame.iloc[:2].sum().eq(frame.iloc[23:25].sum()).all()
    return bool(across and results and balance)


def tasks() -> dict[str, Callable[[], object]]:
    from gongkai import read_report
    from gongkai.excel.functions import GK_CHECK, GK_FINDINGS
    from helpers.excel.ranges import figures, printed
    from helpers.strategies import changed

    report = read_report(PAGE)
    sound = figures(report, "applications")
    wrong = figures(changed(report, "applications.granted.natural", 1), "applications")
    gaps = [[value or None for value in row] for row in sound]
    labelled = printed(report, "applications")
    disputes = [value for row in figures(report, "disputes") for value in row]
    assert plain_sums(sound)
    assert not plain_sums(wrong)
    return {
        "pandas sums, 25x7": lambda: plain_sums(sound),
        "GK_CHECK, 25x7": lambda: GK_CHECK(sound),
        "GK_CHECK, 25x7, two sums broken": lambda: GK_CHECK(wrong),
        "GK_CHECK, 25x7, zeros left blank": lambda: GK_CHECK(gaps),
        "GK_CHECK, 28x10 with labels": lambda: GK_CHECK(labelled),
        "GK_CHECK, 1x15": lambda: GK_CHECK(disputes),
        "GK_FINDINGS, 25x7, two sums broken": lambda: GK_FINDINGS(wrong),
    }


def main() -> None:
    found = medians(tasks())
    base = found["pandas sums, 25x7"]
    print("| range | median ms | ratio |\n|---|---:|---:|")
    for name, value in found.items():
        print(f"| {name} | {value:.2f} | {value / base:.2f} |")


if __name__ == "__main__":
    main()
