"""What the commands ask of Excel: range calls of each, counted on the tests' Excel in memory; and
of LibreOffice: round trips to a real one.

Run as ``python benchmarks/commands.py``; prints two Markdown tables. A call over COM takes about a
millisecond on Windows whatever the size of its block, and some twenty times that over AppleScript
on a Mac, so calls are what counts.
"""

from __future__ import annotations

import sys
import tempfile
import time
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).parent.parent
sys.path[:0] = [str(ROOT / "python"), str(ROOT / "tests")]

import xlwings as xw  # noqa: E402

import xlwings_libreoffice  # noqa: E402
from gongkai import demo  # noqa: E402
from gongkai.excel.live_book import apply_edits  # noqa: E402
from gongkai.workbook import layout  # noqa: E402
from gongkai.workbook.fill import report_to_edits  # noqa: E402
from helpers.excel.beside import Beside, in_front, open_beside, pressed  # noqa: E402
from helpers.excel.engine import excel_of  # noqa: E402
from helpers.excel.live import open_live, press, run_again, set_cell  # noqa: E402
from helpers.made import older  # noqa: E402


@dataclass(frozen=True)
class Line:
    """One command: reads and writes of ranges (formulas read count too), milliseconds of Python."""

    name: str
    reads: int
    writes: int
    milliseconds: float


def measure(book: xw.Book, name: str, act: Callable[[], object]) -> Line:
    excel = excel_of(book)
    excel.calls.clear()
    start = time.perf_counter()
    act()
    spent = (time.perf_counter() - start) * 1000
    kinds = Counter(call.kind for call in excel.calls)
    return Line(name, kinds["read"] + kinds["formula"] + kinds["format"], kinds["write"], spent)


def lines(folder: Path, site: str) -> list[Line]:
    book = open_live(folder)
    sound, broken = f"{site}/2021.html", f"{site}/2021-broken.html"
    found = [
        measure(
            book,
            "import_url, blank workbook, report with errors",
            lambda: press(book, "import_url", broken),
        ),
        measure(
            book,
            "import_url, other figures of the same report",
            lambda: press(book, "import_url", sound),
        ),
        measure(book, "import_url, the same again", lambda: press(book, "import_url", sound)),
    ]
    set_cell(book, "表三", (5, 4), 5)
    found += [
        measure(book, "import_url, the question", lambda: press(book, "import_url", sound)),
        measure(
            book,
            "import_url, yes, with a snapshot",
            lambda: run_again(book, "import_url", answer="yes"),
        ),
    ]
    for name in ("check", "next_problem", "clear_marks", "summary", "rules", "about"):
        found.append(measure(book, name, lambda name=name: press(book, name)))
    for name, file in (
        ("export_csv", "a.csv"),
        ("export_json", "a.json"),
        ("save_report", "a.xlsm"),
    ):
        found.append(
            measure(
                book, name, lambda name=name, file=file: press(book, name, "", str(folder / file))
            )
        )
    batch_folder = folder / "batch"
    batch_folder.mkdir()
    set_cell(book, layout.BATCH, layout.FOLDER_SPOT, str(batch_folder))
    for row in range(10):
        set_cell(book, layout.BATCH, (layout.BATCH_TOP + row, 1), sound)
    found.append(measure(book, "batch, 10 reports in one slice", lambda: press(book, "batch")))
    other = open_live(folder)
    apply_edits(other, report_to_edits(older(), []))
    over = measure(
        other,
        "import_url, over a report in the older layout",
        lambda: press(other, "import_url", broken, "yes"),
    )
    return [*found, over]


def markdown(found: list[Line]) -> str:
    head = [
        "| command | reads | writes | range calls | ms in Python |",
        "|---|---:|---:|---:|---:|",
    ]
    return "\n".join(
        head
        + [
            (
                f"| {line.name} | {line.reads} | {line.writes} | {line.reads + line.writes} | "
                f"{line.milliseconds:.0f} |"
            )
            for line in found
        ]
    )


# --- in LibreOffice -------------------------------------------------------------------------------


@dataclass(frozen=True)
class BothLine:
    """One command: round trips to LibreOffice, milliseconds by the clock there and in memory."""

    name: str
    trips: int
    in_office: float
    in_memory: float


def measure_both(both: Beside, name: str, argument: str = "", answer: str = "") -> BothLine:
    spent: list[float] = []
    for book in both.books:
        in_front(book)
        start = time.perf_counter()
        pressed(book, name, argument, answer, both.trips)
        spent.append((time.perf_counter() - start) * 1000)
    in_memory, in_office = spent
    return BothLine(name, sum(both.trips.values()), in_office, in_memory)


def both_lines(folder: Path, site: str) -> list[BothLine]:
    app = xlwings_libreoffice.app()
    both = open_beside(app, folder)
    found = [
        measure_both(both, "import_url", f"{site}/2021-broken.html"),
        measure_both(both, "check"),
        measure_both(both, "adopt", answer="yes"),
    ]
    for name in ("next_problem", "fill_blanks", "clear_marks", "restore", "summary", "about"):
        found.append(measure_both(both, name))
    found.append(measure_both(both, "export_csv", answer=str(folder / "b.csv")))
    found.append(measure_both(both, "save_report", answer=str(folder / "b.xlsm")))
    both.office.close()
    app.quit()
    return found


def both_markdown(found: list[BothLine]) -> str:
    table = [
        "| command | round trips | ms in LibreOffice | ms in memory |",
        "|---|---:|---:|---:|",
    ]
    for line in found:
        table.append(
            f"| {line.name} | {line.trips} | {line.in_office:.0f} | {line.in_memory:.0f} |"
        )
    return "\n".join(table)


def main() -> None:
    with tempfile.TemporaryDirectory() as folder, demo.serve(demo.pages()) as site:
        print(markdown(lines(Path(folder), site)))
    with tempfile.TemporaryDirectory() as folder, demo.serve(demo.pages()) as site:
        print()
        print(both_markdown(both_lines(Path(folder), site)))


if __name__ == "__main__":
    main()
