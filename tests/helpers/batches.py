"""Pages of many bodies, a batch run on them, and what it left in its folder."""

from __future__ import annotations

import csv
import io
import json
import re
import subprocess
from collections.abc import Iterable, Mapping
from dataclasses import replace
from decimal import Decimal
from functools import cache
from pathlib import Path
from typing import Any
from zipfile import ZipFile

from gongkai.batch import Imported, run_batch
from gongkai.batch.fetching import Errand
from gongkai.batch.folders import PART
from gongkai.batch.parsing import Task, request_of
from gongkai.editions import yearly_cells
from gongkai.model import Value
from gongkai.sources import ACCESS, LIMITS
from gongkai.spreadsheets.files import read_sheets
from gongkai.store import NAME, read_store
from gongkai.store.older import FIELDS, JOURNAL
from gongkai.workbook import read_workbook
from gongkai.workbook.lists import BatchRow
from helpers.command import PROCESS, run_command
from helpers.made import report_of
from helpers.web.server import Chunks, answer
from helpers.writers.styles import render

BODY = "青溪县人民政府"
CARRIED = {"applications.carried_in.natural": 12, "applications.carried_in.total": 12}
SOUND = {**CARRIED, "applications.carried_out.natural": 16, "applications.carried_out.total": 16}
WRONG = {"applications.granted.total": 1}
LOGIN = "<title>登录</title><form>用户名<input><input type=password></form>".encode()
GARBAGE = bytes(range(256)) * 40
COMMAND = [*PROCESS, "batch"]


@cache
def made_page(wrong: bool) -> str:
    return render(report_of(WRONG if wrong else {}))


DAY = "2022-01-20"  # of publication, of the report for 2021


def page(agency: str = BODY, *, wrong: bool = False, year: int = 2021) -> bytes:
    """The page of a body's report, sound or with a total that is wrong."""
    return (
        made_page(wrong)
        .replace(BODY, agency)
        .replace("2021年", f"{year}年")
        .replace(DAY, f"{year + 1}-01-20")
        .encode()
    )


def bodies(count: int) -> list[str]:
    return [f"第{number}县人民政府" for number in range(1, count + 1)]


def served(names: Iterable[str]) -> dict[str, list[Chunks]]:
    """A page for each body at /1.html, /2.html, ...; every third has an error."""
    return {f"/{n}.html": [answer(page(name, wrong=n % 3 == 0))] for n, name in enumerate(names, 1)}


def run(
    sources: Iterable[str], folder: Path, pause: float = 0, per_host: int = 8
) -> dict[str, Imported]:
    return {
        one.row.source: one
        for one in run_batch(list(sources), folder, pause=pause, per_host=per_host)
    }


def request_for(source: str) -> bytes:
    """What a process that reads a source is asked first."""
    errand = Errand(source, LIMITS, ACCESS)
    errand.fetch_source()
    return request_of(Task(source, "all", ".xlsx", errand.given))


def command(
    *arguments: object, environment: Mapping[str, str] | None = None
) -> subprocess.CompletedProcess[str]:
    return run_command("batch", *arguments, environment=environment)


def list_file(place: Path, sources: Iterable[str]) -> Path:
    place.write_text("\n".join(sources), encoding="utf-8")
    return place


def later(agency: str, figures: Mapping[str, Value]) -> bytes:
    """The report of 2022: sound in itself; with the figures SOUND it follows that of 2021."""
    text = render(report_of(figures))
    return (
        text.replace(BODY, agency).replace("2021年", "2022年").replace(DAY, "2023-01-20").encode()
    )


def pages(folder: Path, *, sound: bool = True) -> list[str]:
    """Files: a body's reports of 2022 and of 2021, of which the first follows the second if sound;
    another body's.
    """
    folder.mkdir(exist_ok=True)
    contents = {
        "2022.html": later("浙江省青溪县政府", SOUND if sound else {}),
        "2021.html": page(),
        "other.html": page("南山县政府"),
    }
    for name, content in contents.items():
        (folder / name).write_bytes(content)
    return [str(folder / name) for name in contents]


def rows_of_two_years(bodies: int) -> list[BatchRow]:
    figures = dict.fromkeys(yearly_cells(), 0)
    return [
        BatchRow(f"{year}-{number}.html", "done", f"第{number}县人民政府", year, figures=figures)
        for year in (2021, 2022)
        for number in range(bodies)
    ]


# --- what a batch left ----------------------------------------------------------------------------


def names_in(folder: Path) -> set[str]:
    return {path.name for path in folder.iterdir()}


def outcome(folder: Path) -> dict[str, Any]:
    """What must be the same whether a batch was interrupted or not: rows without their times,
    files, the summary.
    """
    rows, checks = rows_in(folder), checks_in(folder)
    books = {
        name: figures_of(folder / name)
        for name in names_in(folder)
        if name.endswith(".xlsx") and "汇总" not in name
    }
    assert PART not in names_in(folder)
    return {
        "rows": {source: replace(row, finished="") for source, row in rows.items()},
        "checks": checks,
        "books": books,
        "names": names_in(folder),
        "csv": (folder / "汇总.csv").read_bytes(),
    }


def figures_of(path: Path) -> dict[str, Value]:
    return {entry.cell: entry.value for entry in read_workbook(path).entries()}


def rows_of(found: Mapping[str, Imported]) -> dict[str, BatchRow]:
    return {source: one.row for source, one in found.items()}


def rows_in(folder: Path) -> dict[str, BatchRow]:
    """What the store of a folder holds: each source's line."""
    with read_store(folder) as store:
        assert store is not None
        return {row.source: row for row in store.listed()}


def checks_in(folder: Path) -> dict[str, Mapping[str, Any]]:
    with read_store(folder) as store:
        assert store is not None
        return {row.source: check for row, check in store.checks()}


def as_older(folder: Path) -> Path:
    """The folder as an earlier version would have left it: the journal, which is given back, in
    place of the store.
    """
    with read_store(folder) as store:
        assert store is not None
        checks = {row.source: check for row, check in store.checks()}
        head = {"gongkai": "batch", "version": 1, "summary": store.about("summary")}
        lines: list[dict[str, Any]] = [{**head, "book": store.about("book")}]
        for row in store.listed():
            kept = store.kept(row.source)
            assert kept is not None
            lines.append(older_line(row, kept.file_sha256, checks.get(row.source)))
        written = store.rows_of("SELECT digest FROM written")
        lines.append({"written": [digest for (digest,) in written]})
    (folder / NAME).unlink()
    return write_older(folder, lines)


def write_older(folder: Path, lines: Iterable[Mapping[str, Any]]) -> Path:
    journal = folder / JOURNAL
    journal.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")
    return journal


def lines_in(journal: Path) -> list[dict[str, Any]]:
    return [json.loads(line) for line in journal.read_text(encoding="utf-8").splitlines()]


def older_line(row: BatchRow, digest: str, check: Mapping[str, Any] | None) -> dict[str, Any]:
    told = {name: value for name, value in vars(row).items() if name in FIELDS}
    figures = {cell: str(v) if isinstance(v, Decimal) else v for cell, v in row.figures.items()}
    rulings = {key: [one.verdict, one.reason] for key, one in row.decisions.items()}
    return {
        "row": {**told, "state": row.state_text, "figures": figures},
        "sha256": digest,
        "check": check,
        "decided": {"dismissed": row.dismissed, "rulings": rulings},
    }


def years_in(folder: Path) -> dict[tuple[str, str], str]:
    lines = csv.DictReader(io.StringIO((folder / "汇总.csv").read_bytes().decode("utf-8-sig")))
    return {(line["机关"], line["年度"]): line["跨年核对"] for line in lines}


def sheets_in(path: Path) -> dict[str, Mapping[tuple[int, int], object]]:
    """The sheets of any workbook, a batch's too, in which there is no report."""
    return {
        sheet.name: sheet.cells
        for sheet in read_sheets(path.read_bytes(), lambda name, visible: True)
    }


def formulas_in(path: Path, texts: Iterable[str]) -> list[str]:
    """Formulas of a workbook that hold any of the texts."""
    found = []
    with ZipFile(path) as archive:
        for part in archive.namelist():
            if part.startswith("xl/worksheets/"):
                formulas = re.findall(r"<f\b[^>]*>([^<]*)</f>", archive.read(part).decode())
                found += [formula for formula in formulas if any(text in formula for text in texts)]
    return found
