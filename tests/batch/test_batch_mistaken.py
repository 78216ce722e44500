"""What may be mistaken at a second run: a workbook of another name, of another report, damaged; a
decision beside a source without a workbook; a lost store. Nothing of it passes without a word.
"""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest
from openpyxl import load_workbook

from gongkai import store
from gongkai.batch import Imported, listing, run_batch
from gongkai.cli.batch import Progress
from gongkai.pipeline import fill, read_report
from gongkai.store import schema
from gongkai.workbook.lists import BatchRow
from helpers.batches import bodies, command, list_file, names_in, page, rows_in, run
from helpers.command import run_command

FIRST, SECOND = bodies(2)


@pytest.fixture
def left(tmp_path: Path) -> tuple[list[str], Path]:
    """Two sources, and the folder of a batch of them."""
    sources = []
    for name, agency in (("1.html", FIRST), ("2.html", SECOND)):
        (tmp_path / name).write_bytes(page(agency, wrong=name == "2.html"))
        sources.append(str(tmp_path / name))
    run(sources, tmp_path / "out")
    return sources, tmp_path / "out"


def told_by(sources: list[str], folder: Path) -> tuple[list[BatchRow], str]:
    told: list[str] = []
    rows = [one.row for one in run_batch(sources, folder, pause=0, tell=told.append)]
    return sorted(rows, key=lambda row: row.source), "\n".join(told)


def book_of(agency: str) -> str:
    return f"{agency}2021年度报告.xlsx"


def test_a_workbook_with_what_is_in_another_is_refused(left: tuple[list[str], Path]) -> None:
    sources, folder = left
    shutil.copy(folder / book_of(FIRST), folder / book_of(SECOND))
    (first, second), _ = told_by(sources, folder)
    assert (first.state, first.agency) == ("done", FIRST)
    assert second.state == "failed"
    assert f"内容与{book_of(FIRST)}的完全相同" in second.message
    assert (folder / "汇总.csv").read_text(encoding="utf-8-sig").count(f"{FIRST},2021") == 1


def test_a_workbook_that_names_another_body_is_told(left: tuple[list[str], Path]) -> None:
    sources, folder = left
    report = replace(read_report(sources[0]), agency="南山县人民政府")
    fill(report, [], folder / book_of(FIRST), overwrite=True)
    (first, _), told = told_by(sources, folder)
    assert first.agency == "南山县人民政府"
    assert f"{book_of(FIRST)}中的机关和年度是南山县人民政府2021，导入时是{FIRST}2021" in told


def test_a_renamed_workbook_is_named(left: tuple[list[str], Path]) -> None:
    sources, folder = left
    (folder / book_of(FIRST)).rename(folder / "改了名.xlsx")
    rows, told = told_by(sources, folder)
    assert [row.state for row in rows] == ["done", "done"]
    assert f"{book_of(FIRST)}已不在文件夹中，重新导入；其中另有改了名.xlsx，没有采用" in told


def test_a_damaged_workbook_is_a_failure_everywhere(left: tuple[list[str], Path]) -> None:
    sources, folder = left
    whole = (folder / book_of(FIRST)).read_bytes()
    (folder / book_of(FIRST)).write_bytes(whole[: len(whole) // 2])
    place = list_file(folder.parent / "list.txt", sources)
    for _ in range(2):
        done = command(place, "-o", folder)
        assert (done.returncode, "完成0份，跳过已完成的1份，失败1份" in done.stdout) == (2, True)
        assert FIRST not in (folder / "汇总.csv").read_text(encoding="utf-8-sig")
        [record] = [one for one in store.stored_records(folder / store.NAME) if not one.figures]
        assert (record.source, record.row.state, record.check) == (sources[0], "failed", None)
    (folder / book_of(FIRST)).write_bytes(whole)
    (first, _), _ = told_by(sources, folder)
    assert (first.state, first.agency, first.file) == ("done", FIRST, book_of(FIRST))
    assert rows_in(folder)[sources[0]].figures
    assert names_in(folder) == {
        book_of(FIRST),
        book_of(SECOND),
        "汇总.xlsx",
        "汇总.csv",
        store.NAME,
    }


def test_a_decision_beside_a_source_without_a_workbook_counts(tmp_path: Path) -> None:
    source, folder = tmp_path / "1.html", tmp_path / "out"
    source.write_bytes(page(FIRST, wrong=True))
    for count in (0, 1, 1):
        [one] = run_batch([str(source)], folder, books="none")
        assert one.row.dismissed == count
        if not count:
            assert run_command("dismiss", source, "1", "--reason", "已核实").returncode == 0
    assert one.skipped


def test_a_lost_store_is_told(left: tuple[list[str], Path]) -> None:
    sources, folder = left
    (folder / store.NAME).unlink()
    _, told = told_by(sources, folder)
    assert "文件夹中已有汇总，而没有它的进度记录" in told
    assert "原来的工作簿没有改动，也没有采用" in told


def test_export_of_a_body_takes_its_workbook_as_it_is(left: tuple[list[str], Path]) -> None:
    sources, folder = left
    assert (
        run_command("dismiss", folder / book_of(SECOND), "1", "--reason", "已核实").returncode == 0
    )
    run(sources, folder)
    target = folder.parent / "a.xlsx"
    done = run_command("export", folder, SECOND, "-o", target)
    assert (done.returncode, done.stderr) == (0, "")
    assert "已忽略" in done.stdout
    assert "已忽略" in run_command("check", target).stdout


def test_export_of_a_body_keeps_the_log_and_own_sheets(left: tuple[list[str], Path]) -> None:
    _, folder = left
    own, target = folder / book_of(SECOND), folder.parent / "a.xlsx"
    assert run_command("adopt", own, "1").returncode == 0
    book = load_workbook(own)
    book.create_sheet("便条")["A1"] = "已电话核实"
    book.save(own)
    logged = [cell.value for row in book["修改记录"].iter_rows() for cell in row]
    done = run_command("export", folder, SECOND, "-o", target)
    assert done.returncode == 0, done.stderr
    copy = load_workbook(target)
    assert copy["便条"]["A1"].value == "已电话核实"
    assert [cell.value for row in copy["修改记录"].iter_rows() for cell in row] == logged


def test_a_store_that_was_begun_and_never_filled_is_none(tmp_path: Path) -> None:
    """A kill may leave it; the folder itself may be what is to be imported."""
    (tmp_path / "1.html").write_bytes(page(FIRST))
    with closing(sqlite3.connect(tmp_path / store.NAME)) as begun:
        begun.execute(f"PRAGMA application_id = {schema.KIND}")
    done = command(tmp_path, "-o", tmp_path)
    assert (done.returncode, "完成1份" in done.stdout) == (0, True), done.stderr


def test_what_comes_twice_is_counted_once() -> None:
    progress = Progress(["a.html", "a.html#part=2"])
    for source in ("a.html#part=2", "a.html", "a.html#part=2"):
        progress.count(Imported(BatchRow(source, "done", errors=1, warnings=0)))
    assert "完成2份" in progress.tally()
    assert "有勾稽错误的报告2份" in progress.tally()


def test_parts_and_one_address_in_two_spellings(tmp_path: Path) -> None:
    (tmp_path / "a.html").write_bytes(page(FIRST))
    text = "a.html#part=2\nhttp://A.gov.cn/1.html\nHTTP://a.gov.cn/1.html#x\nb.html#part=1\n"
    found = listing.listed(text.encode(), tmp_path)
    assert found[0] == f"{tmp_path / 'a.html'}#part=2"
    assert found[1] == "http://A.gov.cn/1.html"
    assert len(found) == 3
