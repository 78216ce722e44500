"""打印勾稽校验 in an open workbook, and the print areas that other commands leave there."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlwings as xw

from gongkai.excel.live_book import apply_edits
from gongkai.model import Edit
from gongkai.workbook import layout
from helpers.excel.engine import excel_of, open_book
from helpers.excel.live import fill_live, open_live, press, run_again, set_cell
from helpers.made import report_of

CLEAN = {"表二": "$A$1:$D$15", "表三": "$A$1:$J$29", "表四": "$A$1:$O$5"}
WITH_LANES = {"表二": "$A$1:$D$15", "表三": "$A$1:$K$32", "表四": "$A$1:$O$7"}
OLDER = Path(__file__).parents[1] / "workbook" / "older" / "88fddb6.xlsm"
BROKEN = {"applications.new.total": 1, "applications.granted.total": 1}
ON = (
    "已改为连同勾稽校验打印：“表三”、“表四”各打印一页，带勾稽校验和符号说明；"
    "再点一次“打印勾稽校验”，恢复为官方表格。"
)
OFF = "已恢复为只打印官方表格：“表三”、“表四”各打印一页，不带勾稽校验。"


@pytest.fixture
def book(tmp_path: Path) -> xw.Book:
    live = open_live(tmp_path)
    fill_live(live, report_of(BROKEN))
    return live


def areas(book: xw.Book) -> dict[str, str]:
    found = {page.name: page.page_setup.print_area for page in book.sheets}
    return {name: area for name, area in found.items() if area}


def tables(book: xw.Book) -> dict[str, str]:
    return {name: area for name, area in areas(book).items() if name.startswith("表")}


def test_the_button_is_a_switch(book: xw.Book) -> None:
    assert tables(book) == CLEAN
    outcome = press(book, "print_lanes")
    assert (outcome.kind, outcome.text) == ("done", ON)
    assert tables(book) == WITH_LANES
    outcome = press(book, "print_lanes")
    assert (outcome.kind, outcome.text) == ("done", OFF)
    assert tables(book) == CLEAN


def test_a_fill_and_a_check_leave_the_choice(book: xw.Book) -> None:
    press(book, "print_lanes")
    fill_live(book, report_of())
    assert tables(book) == WITH_LANES
    press(book, "check")
    assert tables(book) == WITH_LANES


def test_the_list_is_printed_as_far_as_it_goes(book: xw.Book) -> None:
    assert areas(book)[layout.RESULTS] == "$A$1:$M$7"
    sheet = layout.newest_sheet("applications")
    set_cell(book, "表三", sheet.cells["applications.new.total"], 455)
    press(book, "check")
    assert areas(book)[layout.RESULTS] == "$A$1:$M$5"
    press(book, "clear_marks")
    assert areas(book)[layout.RESULTS] == "$A$1:$M$3"


def test_another_edition_takes_the_choice_along(book: xw.Book) -> None:
    press(book, "print_lanes")
    apply_edits(book, [Edit(layout.COVER, *layout.EDITION_SPOTS["applications"], 2019)])
    lanes = layout.sheet_of("applications", "2019").printed_with_lanes
    assert tables(book) == {
        "表二": WITH_LANES["表二"],
        "表四": WITH_LANES["表四"],
        "表三（2019）": layout.absolute(lanes),
    }


@pytest.mark.parametrize("chosen", [CLEAN, WITH_LANES])
def test_restoring_leaves_the_choice(chosen: dict[str, str], book: xw.Book) -> None:
    if chosen is WITH_LANES:
        press(book, "print_lanes")
    book.sheets["表三"].range("9:9").insert("down")
    assert tables(book)["表三"] != chosen["表三"]
    press(book, "check")
    assert tables(book)["表三"] != chosen["表三"]
    press(book, "restore")
    assert run_again(book, "restore", "yes").kind == "done"
    assert {name: tables(book)[name] for name in chosen} == chosen
    assert book.sheets["表三"].names["含勾稽校验"].refers_to == "='表三'!$A$1:$K$32"


def test_an_area_of_one_s_own_stays(book: xw.Book) -> None:
    book.sheets["表三"].page_setup.print_area = "A1:J40"
    press(book, "check")
    assert tables(book)["表三"] == "$A$1:$J$40"


def test_lines_that_were_moved_are_put_back_first(book: xw.Book) -> None:
    book.sheets["表三"].range("9:9").insert("down")
    before = areas(book)
    outcome = press(book, "print_lanes")
    assert (outcome.kind, outcome.text) == (
        "error",
        "“表三”的行列移动过，没有改动打印区域；请先点“还原表格”。",
    )
    assert areas(book) == before


def test_a_workbook_of_before(tmp_path: Path) -> None:
    path = tmp_path / "旧.xlsm"
    path.write_bytes(OLDER.read_bytes())
    book = open_book(path)
    book.set_mock_caller()
    assert tables(book) == {}
    press(book, "print_lanes")
    assert {name: tables(book)[name] for name in WITH_LANES} == WITH_LANES
    press(book, "check")
    assert {name: tables(book)[name] for name in WITH_LANES} == WITH_LANES
    assert layout.RESULTS in areas(book)


def test_without_a_printer_all_but_printing_is_done(book: xw.Book) -> None:
    excel_of(book).lacks.add("printer")
    assert press(book, "check").kind == "done"
    outcome = press(book, "print_lanes")
    assert (outcome.kind, outcome.text.startswith("Excel没有接受这次操作")) == ("error", True)


def test_the_log_shows_once_something_stands_in_it(book: xw.Book) -> None:
    assert not book.sheets[layout.LOG].visible
    apply_edits(book, [Edit(layout.LOG, layout.LOG_TOP, 1, "2022-01-20")])
    assert book.sheets[layout.LOG].visible


def test_where_no_table_with_lanes_is_shown(book: xw.Book) -> None:
    for name in ("表三", "表四"):
        book.sheets[name].visible = False
    outcome = press(book, "print_lanes")
    assert (outcome.kind, outcome.text) == (
        "error",
        "没有显示带勾稽校验的表，没有改动；请先取消隐藏“表三”、“表四”。",
    )
