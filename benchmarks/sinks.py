"""What is written is what R and Stata read; a panel's files beside pandas' plain ``to_csv``.

Run as ``python benchmarks/sinks.py``; prints Markdown tables. The first has a row for each program
that reads such files: R (haven, RSQLite, arrow, base) and Stata where they are on this machine, and
what readers are here in any case: pyreadstat, which is the C library under haven, pandas, polars,
sqlite3. Each sums the count and counts the letters of the source text. The second has processor
seconds for 1,000 reports and their ratio to ``to_csv`` of the finished frame.
"""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path.insert(0, str(ROOT / "python"))
sys.path.insert(0, str(ROOT / "tests"))
REPORTS, FEW = 1000, 40
SLOW = (".dta", ".xlsx")  # a row of them costs ten times the others': fewer reports, scaled
R_READERS = {
    "R base, .csv": ("", 'd <- read.csv("a.csv", encoding = "UTF-8", colClasses = "character")'),
    "R haven, .dta": ("haven", 'd <- haven::read_dta("a.dta")'),
    "R arrow, .parquet": ("arrow", 'd <- arrow::read_parquet("a.parquet")'),
    "R RSQLite, .sqlite": (
        "RSQLite",
        'd <- DBI::dbReadTable(DBI::dbConnect(RSQLite::SQLite(), "a.sqlite"), "figures")',
    ),
}
R_SUMS = (
    'cat(sprintf("%.0f %d", sum(as.numeric(d$count), na.rm = TRUE), sum(nchar(d$column_label))))'
)
STATA_DO = """use "a.dta", clear
quietly summarize count
local total = r(sum)
generate letters = ustrlen(column_label)
quietly summarize letters
display %12.0f `total' " " %12.0f r(sum)
"""
STATAS = ("stata", "stata-se", "stata-mp")


def main() -> int:
    with tempfile.TemporaryDirectory() as folder:
        place = Path(folder)
        expected = write_few(place)
        print(f"| reader | sum of count, letters of column_label ({FEW} reports) | |")
        print("|---|---|---|")
        wrong = 0
        for name, found in every_reader(place):
            verdict = "equal" if found == expected else found
            wrong += verdict not in ("equal", "not here")
            print(f"| {name} | {expected if verdict == 'equal' else ''} | {verdict} |")
        print(f"\n| written ({REPORTS} reports) | seconds | to_csv |")
        print("|---|---|---|")
        for name, seconds, ratio in costs(place):
            print(f"| {name} | {seconds:.1f} | {ratio:.2f} |")
    return 1 if wrong else 0


# --- who reads it -----------------------------------------------------------------------------


def write_few(place: Path) -> str:
    """The files, and what each reader is to answer."""
    from gongkai.panels import SUFFIXES, write_panel

    records = copies(FEW)
    for suffix in SUFFIXES:
        for beside in place.glob("a-*.csv"):
            beside.unlink()
        write_panel(records, place / f"a{suffix}")
    return answer_of(rows_in(records))


def copies(count: int) -> list[object]:
    from gongkai.panels import records_of
    from helpers.pages import typed_report

    [record] = records_of([typed_report("ruian-2021-text")])
    return [record] * count


def rows_in(records: list[object]) -> Iterator[tuple[object, object]]:
    from gongkai.panels.tables import FIGURES

    count, label = FIGURES.heads.index("count"), FIGURES.heads.index("column_label")
    for record in records:
        for row in FIGURES.rows(record):  # type: ignore[arg-type]
            yield row[count], row[label]


def answer_of(rows: Iterator[tuple[object, object]]) -> str:
    total = letters = 0
    for count, label in rows:
        total += 0 if count is None or count != count else int(count)  # type: ignore[call-overload]
        letters += len(str(label))
    return f"{total} {letters}"


def every_reader(place: Path) -> Iterator[tuple[str, str]]:
    for name, (package, read) in R_READERS.items():
        yield name, by_r(place, package, read)
    yield "Stata, .dta", by_stata(place)
    for name, reader in HERE.items():
        yield name, answer_of(reader(place))


def by_r(place: Path, package: str, read: str) -> str:
    program = shutil.which("Rscript")
    if program is None:
        return "not here"
    if package:
        asked = f'quit(status = !requireNamespace("{package}", quietly = TRUE))'
        if subprocess.run([program, "-e", asked], capture_output=True).returncode:
            return "not here"
    return said([program, "-e", f"{read}; {R_SUMS}"], place)


def by_stata(place: Path) -> str:
    program = next(filter(None, map(shutil.which, STATAS)), None)
    if program is None:
        return "not here"
    (place / "a.do").write_text(STATA_DO, encoding="utf-8")
    return said([program, "-q", "do", "a.do"], place)


def said(command: list[str], place: Path) -> str:
    run = subprocess.run(command, cwd=place, capture_output=True, text=True, timeout=300)
    lines = run.stdout.strip().splitlines() or [run.stderr.strip()]
    return " ".join(lines[-1].split())


def by_pyreadstat(place: Path) -> Iterator[tuple[object, object]]:
    import pyreadstat

    frame, _ = pyreadstat.read_dta(str(place / "a.dta"))
    return zip(frame["count"], frame["column_label"], strict=True)


def by_pandas(place: Path) -> Iterator[tuple[object, object]]:
    import pandas

    frame = pandas.read_stata(place / "a.dta")
    return zip(frame["count"], frame["column_label"], strict=True)


def by_polars(place: Path) -> Iterator[tuple[object, object]]:
    import polars

    return iter(polars.read_parquet(place / "a.parquet", columns=["count", "column_label"]).rows())


def by_sqlite(place: Path) -> Iterator[tuple[object, object]]:
    with closing(sqlite3.connect(place / "a.sqlite")) as base:
        return iter(base.execute("SELECT count, column_label FROM figures").fetchall())


HERE: dict[str, Callable[[Path], Iterator[tuple[object, object]]]] = {
    "pyreadstat (ReadStat, as haven), .dta": by_pyreadstat,
    "pandas, .dta": by_pandas,
    "polars, .parquet": by_polars,
    "sqlite3, .sqlite": by_sqlite,
}


# --- what it costs ----------------------------------------------------------------------------


def costs(place: Path) -> Iterator[tuple[str, float, float]]:
    from gongkai.panels import SUFFIXES, PanelChoice, write_panel
    from gongkai.panels.frames import Panel

    records = copies(REPORTS)
    panel = Panel(tuple(records))  # type: ignore[arg-type]
    seconds = spent(lambda: panel.figures)
    plain = spent(lambda: panel.figures.to_csv(place / "plain.csv", index=False))
    yield "pandas: to_csv of the frame", plain, 1.0
    yield "the frame itself", seconds, seconds / plain
    for suffix in SUFFIXES:
        some = records[: REPORTS // 10] if suffix in SLOW else records
        name = place / f"b{suffix[1:]}{suffix}"
        seconds = spent(lambda: write_panel(some, name)) * REPORTS / len(some)  # noqa: B023
        yield f"write_panel, {suffix}", seconds, seconds / plain
    wide = PanelChoice(wide=True)
    seconds = spent(lambda: write_panel(records, place / "wide.csv", wide))
    yield "write_panel, .csv, a row a report", seconds, seconds / plain


def spent(work: Callable[[], object]) -> float:
    """The processor's seconds."""
    began = time.process_time()
    work()
    return time.process_time() - began


if __name__ == "__main__":
    sys.exit(main())
