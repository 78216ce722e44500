"""Batch import and summary on a live book: rows as the state, slices of time, questions and
answers.
"""

from __future__ import annotations

from collections.abc import Iterator
from math import inf
from pathlib import Path

import pytest
import xlwings as xw

from gongkai import demo
from gongkai.checks.whole import check
from gongkai.excel import batching
from gongkai.excel.commands import COMMANDS
from gongkai.excel.live_book import apply_edits
from gongkai.excel.runner import CommandResult
from gongkai.wording import title_of
from gongkai.workbook import copy_template, layout, read_workbook, write_workbook
from gongkai.workbook.derived import blank
from gongkai.workbook.fill import report_to_edits
from gongkai.workbook.lists import summary_heads
from helpers.clock import fake_clock
from helpers.excel.engine import cell_of, excel_of, open_book, snapshot
from helpers.excel.live import open_live, press, run_again, set_cell, value_at
from helpers.made import report_of
from helpers.web.site import FETCHING

INDEX = """<html><head><title>政府信息公开年报</title></head><body><ul>
<li><a href="/2021.html">瑞安市人民政府2021年政府信息公开工作年度报告</a></li>
<li><a href="/2020.html">瑞安市人民政府2020年政府信息公开工作年度报告</a></li>
<li><a href="/about.html">联系我们</a></li></ul></body></html>"""


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    content = {**demo.pages(), "/index.html": INDEX.encode(), "/empty.html": b"<p>nothing</p>"}
    with demo.serve(content) as address:
        yield address


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    monkeypatch.setattr(batching, "SLICE", inf)  # a busy machine may take longer over a few rows


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "年报").mkdir()
    return tmp_path / "年报"


@pytest.fixture
def book(tmp_path: Path, folder: Path) -> xw.Book:
    found = open_live(tmp_path)
    set_cell(found, layout.BATCH, layout.FOLDER_SPOT, str(folder))
    return found


def paste(book: xw.Book, *sources: str) -> None:
    for row, source in enumerate(sources, layout.BATCH_TOP):
        set_cell(book, layout.BATCH, (row, layout.BATCH_COLUMNS["source"]), source or None)


def column(book: xw.Book, name: str) -> list[object]:
    """A column of the list down to its last source."""
    found = []
    row = layout.BATCH_TOP
    while value_at(book, layout.BATCH, (row, layout.BATCH_COLUMNS["source"])) is not None:
        found.append(value_at(book, layout.BATCH, (row, layout.BATCH_COLUMNS[name])))
        row += 1
    return found


def to_the_end(book: xw.Book) -> tuple[CommandResult, int]:
    """Press, and run again while Python asks for more, as the macro does."""
    outcome, runs = press(book, "batch"), 1
    while outcome.kind == "more":
        outcome, runs = run_again(book, "batch"), runs + 1
    return outcome, runs


# --- rows -----------------------------------------------------------------------------------------


def test_a_list_is_worked_through(book: xw.Book, site: str, folder: Path) -> None:
    paste(book, f"{site}/2021.html", f"{site}/2021-broken.html")
    outcome, _ = to_the_end(book)
    assert (outcome.kind, outcome.text) == ("done", "已导入2份报告。")
    assert column(book, "state") == ["完成", "完成"]
    assert column(book, "agency") == ["瑞安市人民政府"] * 2
    errors = column(book, "errors")
    assert errors[0] == 0.0
    assert errors[1] > 0
    files = [str(name) for name in column(book, "file")]
    assert len(set(files)) == 2
    assert read_workbook(folder / files[0]).value("applications.new.natural") == 436
    lines = [value_at(book, layout.SUMMARY, (layout.SUMMARY_TOP + n, 5)) for n in range(3)]
    assert sorted(lines[:2]) == sorted(files)
    assert lines[2] is None
    assert book.impl.saved == [book.fullname]
    assert book.sheets.active.name == layout.BATCH


def test_slices_of_time(book: xw.Book, site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(batching, "SLICE", -1.0)
    monkeypatch.setattr(batching, "SAVE_EVERY", 3)
    paste(book, *[f"{site}/2021.html"] * 4)
    outcome = press(book, "batch")
    assert outcome.kind == "more"
    assert "还有3份" in outcome.text
    # The user stops here; a later press goes on where it stopped.
    assert column(book, "state") == ["完成", *[None] * 3]
    outcome, runs = to_the_end(book)
    assert (outcome.kind, runs) == ("done", 3)
    assert len(book.impl.saved) == 2  # at three rows, and at the end


def test_rows_done_are_skipped(book: xw.Book, site: str, folder: Path) -> None:
    paste(book, f"{site}/2021.html")
    to_the_end(book)
    names = {path.name for path in folder.iterdir()}
    assert to_the_end(book)[0].kind == "done"
    assert {path.name for path in folder.iterdir()} == names


def test_blank_lines_and_lines_above_stay(book: xw.Book, site: str) -> None:
    head = {
        spot: cell
        for spot, cell in snapshot(book)[layout.BATCH].items()
        if spot[0] < layout.BATCH_TOP
    }
    paste(book, f"{site}/2021.html", "", f"{site}/2021.html")
    to_the_end(book)
    after = snapshot(book)[layout.BATCH]
    assert {spot: cell for spot, cell in after.items() if spot[0] < layout.BATCH_TOP} == head
    assert [spot for spot in after if spot[0] == layout.BATCH_TOP + 1] == []
    assert value_at(book, layout.BATCH, (layout.BATCH_TOP + 2, 2)) == "完成"


@pytest.mark.parametrize(
    "source",
    [
        "=cmd|'/C calc'!A0",
        "+1+1",
        "@SUM(1)",
        "没有.html",
        "长" * 30_000,
        "😀",
        "CON",
        "-",
        "http://[",
    ],
)
def test_hostile_sources_are_rows_that_failed(
    book: xw.Book,
    source: str,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    fake_clock(monkeypatch, *FETCHING)  # for the pauses before what failed is tried again
    formulas = [spot for spot, (_, formula) in snapshot(book)[layout.BATCH].items() if formula]
    paste(book, source)
    outcome = press(book, "batch")
    assert outcome.kind == "ask"
    assert column(book, "state") == ["失败"]
    assert column(book, "source") == [source]
    assert [
        spot for spot, (_, formula) in snapshot(book)[layout.BATCH].items() if formula
    ] == formulas


def test_nothing_pasted(book: xw.Book) -> None:
    outcome = press(book, "batch")
    assert outcome.kind == "error"
    assert "A列" in outcome.text


def test_a_book_without_the_sheets(book: xw.Book) -> None:
    book.sheets[layout.BATCH].delete()
    assert press(book, "batch") == press(book, "summary") == CommandResult("save", "批量导入.xlsx")


def test_a_failure_of_excel_loses_only_what_was_not_written(book: xw.Book, site: str) -> None:
    paste(book, *[f"{site}/2021.html"] * 3)
    excel_of(book).fail_at = 5  # question, list, first row and its check, second row
    outcome = press(book, "batch")
    assert outcome.kind == "error"
    assert column(book, "state") == ["完成", None, None]
    excel_of(book).fail_at = 0
    assert to_the_end(book)[0].kind == "done"
    assert column(book, "state") == ["完成"] * 3


def test_a_book_that_cannot_be_saved_is_told(book: xw.Book, site: str) -> None:
    paste(book, f"{site}/2021.html")
    book.impl.unsaveable = True
    assert "未能保存" in press(book, "batch").text
    assert column(book, "state") == ["完成"]


# --- questions ------------------------------------------------------------------------------------


def test_the_folder_is_asked_for_and_kept(book: xw.Book, site: str, folder: Path) -> None:
    set_cell(book, layout.BATCH, layout.FOLDER_SPOT, None)
    paste(book, f"{site}/2021.html")
    assert press(book, "batch").kind == "folder"
    assert run_again(book, "batch", answer=str(folder / "没有")).kind == "folder"
    assert run_again(book, "batch", answer="yes").kind == "folder"
    outcome = run_again(book, "batch", answer=str(folder))
    assert outcome.kind == "done"
    assert value_at(book, layout.BATCH, layout.FOLDER_SPOT) == str(folder)
    set_cell(book, layout.BATCH, layout.FOLDER_SPOT, str(folder / "已删除"))
    outcome = press(book, "batch")
    assert (outcome.kind, "已删除" in outcome.text) == ("folder", True)


def test_failed_rows_are_tried_again_only_when_the_user_says_so(book: xw.Book, site: str) -> None:
    paste(book, f"{site}/empty.html", f"{site}/2021.html")
    outcome, _ = to_the_end(book)
    assert outcome.kind == "ask"
    assert "失败1份（如第6行：" in outcome.text
    assert column(book, "state") == ["失败", "完成"]
    first = column(book, "finished")
    # A second press asks again and works on nothing.
    assert press(book, "batch").kind == "ask"
    assert column(book, "finished") == first
    set_cell(book, layout.BATCH, (layout.BATCH_TOP, 1), f"{site}/2021.html")
    outcome = run_again(book, "batch", answer="yes")
    assert (outcome.kind, column(book, "state")) == ("done", ["完成", "完成"])


def test_a_yes_counts_once(book: xw.Book, site: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """The macro leaves the answer in its cell while it runs again; a retry that fails again must
    ask again.
    """
    monkeypatch.setattr(batching, "SLICE", -1.0)
    paste(book, f"{site}/empty.html", f"{site}/missing.html")
    assert to_the_end(book)[0].kind == "ask"
    outcome, runs = run_again(book, "batch", answer="yes"), 1
    while outcome.kind == "more":
        outcome, runs = run_again(book, "batch"), runs + 1
    assert (outcome.kind, runs) == ("ask", 2)


def test_a_directory_page_is_listed_then_confirmed(book: xw.Book, site: str) -> None:
    paste(book, f"{site}/index.html", f"{site}/2021-broken.html")
    outcome, _ = to_the_end(book)
    assert outcome.kind == "ask"
    assert "2个链接" in outcome.text
    assert column(book, "state") == ["目录", "完成", "待确认", "待确认"]
    assert str(column(book, "source")[2]).endswith("/2021.html")
    # The answer of before is used up: another press asks again.
    assert press(book, "batch").kind == "ask"
    outcome = run_again(book, "batch", answer="yes")
    assert column(book, "state") == ["目录", "完成", "完成", "失败"]
    assert (outcome.kind, "是否重试失败的来源" in outcome.text) == ("ask", True)


def test_links_that_the_user_takes_out_are_not_imported(book: xw.Book, site: str) -> None:
    paste(book, f"{site}/index.html")
    to_the_end(book)
    set_cell(book, layout.BATCH, (layout.BATCH_TOP + 2, 1), None)
    outcome = run_again(book, "batch", answer="yes")
    assert (outcome.kind, column(book, "state")) == ("done", ["目录", "完成"])


def test_new_rows_come_before_a_question(book: xw.Book, site: str) -> None:
    """A yes that was meant for something else does not confirm links while there are new rows."""
    paste(book, f"{site}/index.html")
    to_the_end(book)
    set_cell(book, layout.BATCH, (layout.BATCH_TOP + 3, 1), f"{site}/2021.html")
    assert run_again(book, "batch", answer="yes").kind == "ask"
    assert column(book, "state") == ["目录", "待确认", "待确认", "完成"]


# --- summary --------------------------------------------------------------------------------------


def test_summary_of_this_report_alone(book: xw.Book) -> None:
    set_cell(book, layout.BATCH, layout.FOLDER_SPOT, None)
    assert press(book, "summary").kind == "error"
    apply_edits(book, report_to_edits(report_of(), []))
    assert press(book, "summary").kind == "done"
    assert value_at(book, layout.SUMMARY, (layout.SUMMARY_TOP, 1)) == "青溪县人民政府"
    assert book.sheets.active.name == layout.SUMMARY


def test_summary_of_a_folder(book: xw.Book, folder: Path) -> None:
    for number in range(4):
        write_workbook(report_of(year=2021 + number), check(report_of()), folder / f"{number}.xlsm")
    (folder / "坏.xlsm").write_bytes(b"PK\x03\x04")
    (folder / "~$0.xlsm").write_bytes(b"lock")
    outcome = press(book, "summary")
    assert outcome.kind == "done"
    assert "4份报告" in outcome.text
    assert "另有1个文件没有读出" in outcome.text
    assert "坏.xlsm" in outcome.text
    years = [value_at(book, layout.SUMMARY, (layout.SUMMARY_TOP + n, 2)) for n in range(4)]
    assert years == [2021.0, 2022.0, 2023.0, 2024.0]
    for number in (1, 2, 3):
        (folder / f"{number}.xlsm").unlink()
    press(book, "summary")
    filled = {
        row
        for row, column in snapshot(book)[layout.SUMMARY]
        if row >= layout.SUMMARY_TOP and column <= 9
    }
    assert filled == {layout.SUMMARY_TOP}
    figures = [
        value_at(book, layout.SUMMARY, (layout.SUMMARY_TOP, at))
        for at in range(10, len(summary_heads()) + 1)
    ]
    assert 455.0 in figures


def test_summary_takes_a_few_calls_however_many_reports(book: xw.Book, folder: Path) -> None:
    calls = []
    for count in (2, 6):
        for number in range(count):
            write_workbook(report_of(), [], folder / f"{number}.xlsm", overwrite=True)
        press(book, "summary")
        calls.append(len(excel_of(book).counted()))  # of this run: each begins with an empty log
    assert 0 < calls[0] <= 10
    assert calls[1] <= calls[0]


def test_summary_asks_for_the_folder_of_a_batch(book: xw.Book, site: str, folder: Path) -> None:
    paste(book, f"{site}/2021.html")
    to_the_end(book)
    set_cell(book, layout.BATCH, layout.FOLDER_SPOT, None)
    assert press(book, "summary").kind == "folder"
    assert run_again(book, "summary", answer=str(folder)).kind == "done"
    assert value_at(book, layout.SUMMARY, (layout.SUMMARY_TOP, 4)) == f"{site}/2021.html"


def test_formulas_of_the_summary_stay(book: xw.Book, folder: Path) -> None:
    formulas = {spot for spot, (_, formula) in snapshot(book)[layout.SUMMARY].items() if formula}
    write_workbook(report_of(), [], folder / "a.xlsm")
    press(book, "summary")
    assert {
        spot for spot, (_, formula) in snapshot(book)[layout.SUMMARY].items() if formula
    } == formulas
    assert cell_of(book, layout.SUMMARY, (layout.SUMMARY_TOP, 3)).value == title_of(report_of())


# --- a report's own workbook ----------------------------------------------------------------------


@pytest.fixture
def report_book(tmp_path: Path) -> xw.Book:
    """Without 批量导入 and 汇总, as fill writes it."""
    found = open_book(write_workbook(report_of(), [], tmp_path / "一份年报.xlsx"))
    found.set_mock_caller()
    return found


@pytest.mark.parametrize("command", ["batch", "summary"])
@pytest.mark.parametrize("suffix", [".xlsx", ".xlsm"])
def test_a_new_batch_workbook_comes_to_the_front(
    command: str, suffix: str, report_book: xw.Book, tmp_path: Path
) -> None:
    before = snapshot(report_book)
    outcome = press(report_book, command)
    assert (outcome.kind, outcome.text) == ("save", "批量导入.xlsx")
    target = tmp_path / f"批量导入{suffix}"
    outcome = run_again(report_book, command, answer=str(target))
    assert outcome.kind == "done"
    assert outcome.text.startswith(f"已新建批量导入的工作簿 {target}。请在A列每行粘贴一个来源")
    assert target.read_bytes() == blank("batch", suffix)
    active = report_book.app.books.active
    assert (active.fullname, active.sheets.active.name) == (str(target), layout.BATCH)
    del before[layout.TOOL]
    assert {
        name: cells for name, cells in snapshot(report_book).items() if name != layout.TOOL
    } == before


def test_an_open_batch_workbook_comes_to_the_front(report_book: xw.Book, tmp_path: Path) -> None:
    report_book.app.books.open(str(copy_template(tmp_path / "批量.xlsx", batch=True)))
    report_book.activate()
    outcome = press(report_book, "batch")
    assert outcome.kind == "done"
    assert "已转到打开着的“批量.xlsx”" in outcome.text
    assert report_book.app.books.active.name == "批量.xlsx"


def test_a_new_batch_workbook_replaces_nothing(report_book: xw.Book, tmp_path: Path) -> None:
    for name, told in (("有了.xlsx", "没有覆盖"), ("a.docx", "文件名要以.xlsx或.xlsm结尾")):
        (tmp_path / name).write_text("我的")
        press(report_book, "batch")
        outcome = run_again(report_book, "batch", answer=str(tmp_path / name))
        assert outcome.kind == "error"
        assert told in outcome.text
        assert (tmp_path / name).read_text() == "我的"


@pytest.mark.parametrize("suffix", [".xlsx", ".xlsm"])
def test_a_batch_workbook_works_through_its_list(
    suffix: str, site: str, folder: Path, tmp_path: Path
) -> None:
    book = open_book(copy_template(tmp_path / f"批量{suffix}", batch=True))
    book.set_mock_caller()
    set_cell(book, layout.BATCH, layout.FOLDER_SPOT, str(folder))
    paste(book, f"{site}/2021.html")
    outcome, _ = to_the_end(book)
    assert (outcome.kind, outcome.text) == ("done", "已导入1份报告。")
    assert column(book, "file") == ["瑞安市人民政府2021年度报告.xlsx"]
    assert (
        value_at(book, layout.SUMMARY, (layout.SUMMARY_TOP, 5)) == "瑞安市人民政府2021年度报告.xlsx"
    )
    assert press(book, "summary").kind == "done"


OF_A_REPORT = sorted(
    set(COMMANDS) - {"batch", "summary", "allow_fetch", "rules", "manual", "about"}
)


@pytest.mark.parametrize("command", OF_A_REPORT)
def test_there_is_no_report_in_a_batch_workbook(command: str, tmp_path: Path) -> None:
    book = open_book(copy_template(tmp_path / "批量.xlsx", batch=True))
    book.set_mock_caller()
    before = snapshot(book)
    outcome = press(book, command, "报告.html")
    told = "这是批量导入的工作簿，其中没有报告；请打开一份年报的工作簿，再点这个按钮。"
    assert (outcome.kind, outcome.text) == ("error", told)
    assert {k: v for k, v in snapshot(book).items() if k != layout.TOOL} == {
        k: v for k, v in before.items() if k != layout.TOOL
    }
