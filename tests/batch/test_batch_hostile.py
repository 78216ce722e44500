"""Hostile texts through a batch: into file names, the CSV and cells, and never more than text
there.
"""

from __future__ import annotations

import csv
from collections.abc import Collection
from dataclasses import replace
from decimal import Decimal
from html import escape
from pathlib import Path

import pytest

from gongkai.batch.summary import ShownRows, summary_book_edits, summary_lines
from gongkai.model import Edit
from gongkai.output import to_csv
from gongkai.pipeline import fill, read_report
from gongkai.store import NAME
from gongkai.workbook import layout
from gongkai.workbook.lists import BatchRow
from helpers.batches import formulas_in, list_file, names_in, page, rows_of, run
from helpers.web.server import answer, serving

SUMMARY = {"汇总.xlsx", "汇总.csv", NAME}
HOSTILE = [
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(1)",
    "＝1＋1",
    '"quotes",县',
    "甲" * 40_000,
    "😀县\u202egpj.",
    "CON",
    "a/b\\c:d",
    "x\x07\x1b[31m县",
    "县. . .",
    "<script>alert(1)</script>",
]


def test_hostile_texts_in_a_page(tmp_path: Path) -> None:
    answers = {f"/{n}.html": [answer(page(escape(text)))] for n, text in enumerate(HOSTILE)}
    with serving(answers) as server:
        found = rows_of(run([server.url(path) for path in answers], tmp_path))
    assert {row.state for row in found.values()} == {"done"}
    check_hostile(tmp_path, found.values(), HOSTILE)


@pytest.mark.slow
def test_hostile_texts_in_a_workbook(tmp_path: Path) -> None:
    """Here the agency is whatever the cell says."""
    report = read_report(str(list_file(tmp_path / "x.html", [page().decode()])))
    sources = []
    for number, text in enumerate(HOSTILE):
        path = tmp_path / f"{number}.xlsx"
        fill(replace(report, agency=text, title=text), [], path)
        sources.append(str(path))
    odd = tmp_path / "=1+1\udcff\n.html"
    odd.write_bytes(page())
    found = rows_of(run([*sources, str(odd)], tmp_path / "out"))
    assert {row.state for row in found.values()} == {"done"}
    check_hostile(tmp_path / "out", found.values(), HOSTILE)
    assert any(row.agency.startswith("=cmd") for row in found.values())
    assert all(one.skipped for one in run([*sources, str(odd)], tmp_path / "out").values())


def check_hostile(folder: Path, rows: Collection[BatchRow], texts: list[str]) -> None:
    files = [row.file for row in rows]
    assert len({name.casefold() for name in files}) == len(files)
    assert set(files) | SUMMARY == names_in(folder)
    for name in ("汇总.xlsx", *files):
        assert formulas_in(folder / name, [text[:5] for text in texts if len(text) > 3]) == []
    with (folder / "汇总.csv").open(encoding="utf-8-sig", newline="") as file:
        cells = [cell for line in csv.reader(file) for cell in line]
    assert [cell for cell in cells if cell[:1] in tuple("=+-@＝＋－＠\t\r\n") and cell] == []
    assert "\0" not in "".join(cells)


def test_figures_in_the_csv_are_plain_numbers() -> None:
    row = BatchRow(
        "-x", "done", agency=" =1", errors=0, figures={"disclosure.fees.amount": Decimal("-1.50")}
    )
    text = to_csv(summary_lines([row, BatchRow("y", "failed")])).decode("utf-8-sig").splitlines()
    assert len(text) == 2
    assert text[1].startswith("' =1,,,'-x,")
    assert ",-1.5" in text[1]


def test_more_rows_than_the_sheets_hold(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(layout, "BATCH_ROWS", 20)
    monkeypatch.setattr(layout, "SUMMARY_ROWS", 50)
    rows = [
        BatchRow(f"https://x.gov.cn/{n}", "done", errors=0) for n in range(layout.SUMMARY_ROWS + 1)
    ]
    shown = ShownRows()
    assert list(shown.passing(rows)) == rows
    edits = summary_book_edits(tmp_path, "汇总.csv", shown)
    said = [edit.value for edit in edits if isinstance(edit.value, str) and "共" in edit.value]
    assert said == [
        f"名单共{len(rows)}行，本表只列出前{layout.BATCH_ROWS}行。",
        f"共有{len(rows)}份报告，本表只列出前{layout.SUMMARY_ROWS}份，全部见汇总.csv。",
    ]
    assert Edit(layout.BATCH, *layout.FOLDER_SPOT, str(tmp_path)) in edits
    assert len(to_csv(summary_lines(rows)).splitlines()) == len(rows) + 1
