"""还原表格 and 保护表格 in an open workbook, and older workbooks that a command brings up."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pytest
import xlwings as xw

from gongkai.excel.functions import GK_CHECK
from gongkai.workbook import layout
from gongkai.workbook.layout import newest_sheet
from gongkai.workbook.live.formulas import formulas_of
from helpers.excel.engine import cell_of, excel_of, open_book, snapshot
from helpers.excel.entry import Look
from helpers.excel.live import (
    fill_live,
    open_live,
    press,
    run_again,
    set_cell,
    shown_report,
    value_at,
)
from helpers.made import report_of

OLDER = Path(__file__).parents[1] / "workbook" / "older" / "88fddb6.xlsm"
BEFORE = OLDER.with_name("0b2fe28.xlsm")
SHEETS = (layout.COVER, "表二", "表三", "表四", layout.RESULTS)
LANE = newest_sheet("applications").lanes["applications.across.granted"].spot


@pytest.fixture
def book(tmp_path: Path) -> xw.Book:
    live = open_live(tmp_path)
    fill_live(live, report_of())
    return live


def lost_formulas(book: xw.Book) -> list[str]:
    return [
        layout.address(spot, name)
        for name in SHEETS
        for spot, text in formulas_of(name).items()
        if cell_of(book, name, spot).formula != text
    ]


def restored(book: xw.Book) -> str:
    """What a yes to the question says."""
    assert press(book, "restore").kind == "ask"
    outcome = run_again(book, "restore", "yes")
    assert outcome.kind == "done"
    return outcome.text


def test_nothing_to_restore(book: xw.Book) -> None:
    before = snapshot(book)
    outcome = press(book, "restore")
    assert outcome.text == "各表的行列、行名、列名和勾稽校验都与官方表格相同，不需要还原。"
    assert {name: cells for name, cells in snapshot(book).items() if name != layout.TOOL} == {
        name: cells for name, cells in before.items() if name != layout.TOOL
    }


CHANGES: dict[str, Callable[[xw.Sheet], object]] = {
    "row inserted": lambda sheet: sheet.range("9:9").insert("down"),
    "row inserted above": lambda sheet: sheet.range("1:1").insert("down"),
    "column inserted": lambda sheet: sheet.range("E:E").insert("right"),
    "two rows": lambda sheet: [sheet.range(place).insert("down") for place in ("20:20", "8:8")],
}


@pytest.mark.parametrize("name", CHANGES)
def test_lines_go_back_to_their_places(name: str, book: xw.Book) -> None:
    figures = shown_report(book).tables
    CHANGES[name](book.sheets["表三"])
    checked = press(book, "check")
    assert checked.text.startswith("已核对3项勾稽关系：✗ 1项不符")
    message = str(
        value_at(book, layout.RESULTS, (layout.RESULTS_TOP, layout.RESULT_COLUMNS["message"]))
    )
    assert message.startswith("表三没有读出任何数字\n“表三”的")
    assert "与官方表格不同：" in message
    told = GK_CHECK(None, book.sheets[layout.COVER].range("Z1"))
    assert told.startswith("✗ 1处错误，39项因空白不能核对：表三没有读出任何数字。“表三”的")
    assert "与官方表格不同：" in told
    text = restored(book)
    assert text.startswith("已还原。原来的表在工作表“备份")
    assert text.endswith("✓ 42项勾稽关系全部相符。")
    assert shown_report(book).tables == figures
    assert lost_formulas(book) == []


def test_a_deleted_row_is_told_before_and_blank_afterwards(book: xw.Book) -> None:
    book.sheets["表三"].range("7:7").delete("up")
    asked = press(book, "restore").text
    assert "第7行已被删除，还原后为空白" in asked
    assert run_again(book, "restore", "yes").kind == "done"
    assert value_at(book, "表三", (7, 2)) == "（一）予以公开"
    assert value_at(book, "表三", (7, 4)) is None
    assert value_at(book, "表三", (8, 4)) == 82.0
    assert lost_formulas(book) == []


def test_sorted_rows_are_put_in_order(book: xw.Book) -> None:
    figures = shown_report(book).tables
    rows = {
        row: [value_at(book, "表三", (row, column)) for column in range(3, 11)]
        for row in range(9, 17)
    }
    for row, other in zip(rows, reversed(rows), strict=True):
        for column, value in enumerate(rows[other], 3):
            set_cell(book, "表三", (row, column), value)
    restored(book)
    assert shown_report(book).tables == figures


def test_an_overtyped_lane_is_told_and_restored(book: xw.Book) -> None:
    set_cell(book, "表三", LANE, "✓")
    assert press(book, "check").text == "没有发现不符（核对42项勾稽关系），1处警告，见“校验结果”。"
    message = str(
        value_at(book, layout.RESULTS, (layout.RESULTS_TOP, layout.RESULT_COLUMNS["message"]))
    )
    assert message.startswith("“表三”的勾稽校验有1格（K7）被改动或清除")
    assert press(book, "restore").text.startswith("恢复“表三”被改动的1格勾稽校验。")
    assert lost_formulas(book) == ["'表三'!K7"]
    assert run_again(book, "restore", "yes").text.endswith("✓ 42项勾稽关系全部相符。")
    assert lost_formulas(book) == []


def test_a_cleared_image_comes_back_without_a_question(book: xw.Book) -> None:
    sheet = newest_sheet("applications")
    set_cell(book, "表三", sheet.image((7, 4)), None)
    assert press(book, "restore").kind == "done"
    assert lost_formulas(book) == []


def test_a_cover_pasted_as_values_is_told_and_comes_back(book: xw.Book) -> None:
    set_cell(book, layout.COVER, layout.LIVE_SPOT, "勾稽关系共42项，不符0项")
    press(book, "check")
    message = str(
        value_at(book, layout.RESULTS, (layout.RESULTS_TOP, layout.RESULT_COLUMNS["message"]))
    )
    assert message.startswith("“封面”的核对公式有1格（C15）被改动或清除")
    assert press(book, "restore").text.startswith("已还原。")
    assert lost_formulas(book) == []


def test_what_cannot_be_told_apart_is_left_alone(book: xw.Book) -> None:
    set_cell(book, "表三", (10, 3), "1.属于国家秘密")
    before = snapshot(book)["表三"]
    outcome = press(book, "restore")
    assert outcome.kind == "error"
    assert "有2处，不能确定是哪一行；没有还原" in outcome.text
    assert snapshot(book)["表三"] == before


@pytest.mark.parametrize(
    ("sheet", "place", "text", "told"),
    [
        ("表三", (15, 3), "7.属于行政查询事项", "“表三”的C15应为“7.属于行政执法案卷”"),
        ("表二", (13, 1), "第二十条第（八）项（单位：元）", "“表二”的A13写有“第二十条第（八）项"),
    ],
)
def test_another_name_or_unit_is_left_alone(
    sheet: str, place: tuple[int, int], text: str, told: str, book: xw.Book
) -> None:
    """The second beside a label that is to be restored."""
    set_cell(book, sheet, place, text)
    if sheet == "表二":
        assert "单位与官方表格不同" in press(book, "check").text + str(
            value_at(book, layout.RESULTS, (layout.RESULTS_TOP, layout.RESULT_COLUMNS["message"]))
        )
        set_cell(book, sheet, (4, 1), "1.规章")
    before = snapshot(book)[sheet]
    outcome = press(book, "restore")
    assert outcome.kind == "error"
    assert told in outcome.text
    assert snapshot(book)[sheet] == before


def test_a_failure_halfway_is_told(book: xw.Book) -> None:
    book.sheets["表三"].range("9:9").insert("down")
    press(book, "restore")
    excel_of(book).fail_at = 30
    assert "请不要保存，关闭本工作簿后重新打开再试" in run_again(book, "restore", "yes").text


# --- older workbooks ------------------------------------------------------------------------------


@pytest.mark.parametrize("command", ["check", "clear_marks", "numbers"])
def test_a_command_brings_an_older_workbook_up(command: str, tmp_path: Path) -> None:
    path = tmp_path / "旧版.xlsm"
    path.write_bytes(OLDER.read_bytes())
    book = open_book(path)
    book.set_mock_caller()
    figures = shown_report(book).tables
    assert lost_formulas(book) != []
    assert press(book, command).kind == "done"
    assert lost_formulas(book) == []
    assert shown_report(book).tables == figures
    assert value_at(book, "表三", (34, 1)) == "注：本表由办公室填写"
    assert "goto.applications.granted.natural" in {name.name for name in book.names}


def test_a_workbook_without_steps_gets_them(tmp_path: Path) -> None:
    path = tmp_path / "上一版.xlsm"
    path.write_bytes(BEFORE.read_bytes())
    book = open_book(path)
    book.set_mock_caller()
    assert press(book, "check").text.startswith("已核对42项勾稽关系，其中35项含推定的0：✗ 2项不符")
    assert lost_formulas(book) == []


# --- protection -----------------------------------------------------------------------------------

WRITING = (
    "import_url",
    "import_file",
    "check",
    "adopt",
    "numbers",
    "clear_marks",
    "restore",
    "batch",
    "summary",
)


def test_protection_is_a_switch(book: xw.Book) -> None:
    assert excel_of(book).protected == set()
    assert press(book, "protect").text.startswith("已保护“表二”、“表三”、“表四”：只能填写数字格")
    assert excel_of(book).protected == {"表二", "表三", "表四"}
    assert press(book, "protect").text == "已取消“表二”、“表三”、“表四”的保护。"
    assert excel_of(book).protected == set()


@pytest.mark.parametrize("command", WRITING)
def test_a_protected_sheet_is_named_and_nothing_changes(
    command: str, book: xw.Book, tmp_path: Path
) -> None:
    set_cell(book, "表三", LANE, "✓")
    excel_of(book).protected.add("表四")
    before = {name: cells for name, cells in snapshot(book).items() if name != layout.TOOL}
    argument = str(tmp_path / "a.html") if command == "import_file" else "https://example.invalid/"
    outcome = press(book, command, argument)
    assert outcome.kind == "error"
    assert outcome.text.startswith("工作表“表四”设有保护，没有改动；请先取消保护")
    assert {name: cells for name, cells in snapshot(book).items() if name != layout.TOOL} == before
    excel_of(book).protected.clear()
    assert not press(book, command, argument).text.startswith("工作表“表四”设有保护")


def test_what_nobody_sees_or_counts_otherwise_is_not_put_back(book: xw.Book) -> None:
    """A struck figure in a table with an inserted row; a head of another unit."""
    sheet = book.sheets["表三"]
    sheet.range("9:9").insert("down")
    cell_of(book, "表三", (21, 4)).look = Look(struck=True)
    before = snapshot(book)
    outcome = press(book, "restore")
    assert outcome.kind == "error"
    assert "“表三”的D21单元格为加了删除线的格式，还原后会照数字采用，没有还原" in outcome.text
    assert snapshot(book)["表三"] == before["表三"]
    cell_of(book, "表三", (21, 4)).look = Look()
    set_cell(book, "表二", (14, 2), "本年收费金额（单位：元）")
    assert "的B14写有“本年收费金额（单位：元）”，单位与官方表格不同" in press(book, "restore").text
