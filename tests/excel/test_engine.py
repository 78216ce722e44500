"""The engine in memory behaves as Excel is documented to, seen through xlwings."""

from __future__ import annotations

import datetime as dt
from decimal import Decimal
from pathlib import Path

import pytest
import xlwings as xw

from gongkai.workbook import layout
from gongkai.workbook.file import template_path
from helpers.excel.engine import ComError, cell_of, excel_of, open_book

TABLE = "表三"


@pytest.fixture
def book() -> xw.Book:
    return open_book(template_path())


def spare(book: xw.Book) -> xw.Sheet:
    return book.sheets.add("草稿")


def test_a_book_is_xlwings_own(book: xw.Book) -> None:
    book.set_mock_caller()
    assert xw.Book.caller().name == "workbook_template.xlsm"
    assert book.sheets[TABLE]["A1"].value.startswith("三、收到和处理")
    assert not book.sheets["表三（2019）"].visible
    assert book.app.version.major == 16


@pytest.mark.parametrize(
    ("written", "read"),
    [
        (12, 12.0),
        (0.1, 0.1),
        (True, True),
        (None, None),
        ("", None),
        ("正文", "正文"),
        ("'=1+1", "=1+1"),
        ("''引号", "'引号"),
        ("'007", "007"),
        ("1,234", 1234.0),
        ("12%", 0.12),
        ("(5)", -5.0),
        ("1e3", 1000.0),
        ("true", True),
        ("2022-02-20", dt.datetime(2022, 2, 20)),
        ("2022年2月20日", dt.datetime(2022, 2, 20)),
        (dt.datetime(2022, 2, 20), dt.datetime(2022, 2, 20)),
        (Decimal("1.23456"), 1.2346),
    ],
)
def test_entry(book: xw.Book, written: object, read: object) -> None:
    cell = spare(book)["B2"]
    cell.value = written
    assert cell.value == read
    assert type(cell.value) is type(read)


@pytest.mark.parametrize("text", ["=1+1", "+1+1", "-1+1", "@SUM(A1)", "=cmd|'/C calc'!A0"])
def test_a_formula_is_what_begins_like_one(book: xw.Book, text: str) -> None:
    sheet = spare(book)
    excel_of(book).results[text if text.startswith("=") else f"={text}"] = 2.0
    sheet["A1"].value = text
    assert sheet["A1"].formula.startswith("=")
    assert sheet["A1"].value == 2.0


def test_a_text_format_takes_everything_as_text(book: xw.Book) -> None:
    sheet = spare(book)
    sheet["A1:A3"].number_format = "@"
    sheet["A1:A3"].value = [["=1+1"], ["007"], [7]]
    assert sheet["A1:A3"].value == ["=1+1", "007", "7"]


def test_blocks_and_errors(book: xw.Book) -> None:
    sheet = spare(book)
    sheet["A1"].value = [[1, None, "文"], ["#N/A", False, "=X"]]
    assert sheet["A1:C2"].value == [[1.0, None, "文"], [None, False, None]]
    assert sheet["A1:C2"].options(err_to_str=True).value[1][0] == "#N/A"
    assert [call.kind for call in excel_of(book).counted()] == ["write", "read", "read"]


def test_what_excel_refuses(book: xw.Book) -> None:
    sheet = spare(book)
    sheet["A1"].value = "长" * 32_767
    for value in ("长" * 32_768, 2**31, ["短", "长" * 8_204]):
        with pytest.raises(ComError):
            sheet["A1"].value = value
    assert len(sheet["A1"].value) == 32_767
    with pytest.raises(ComError):
        _ = sheet["A1"].formula


def test_merged_cells(book: xw.Book) -> None:
    """The covered cells of a merged area take nothing, and part of one can't be cleared."""
    sheet = book.sheets[TABLE]
    title = sheet["A1"].value
    sheet["A1:C1"].value = [["新", "甲", "乙"]]
    assert sheet["A1:C1"].value == ["新", None, None]
    with pytest.raises(ComError):
        sheet["A1"].clear_contents()
    assert title != "新"


@pytest.mark.parametrize("name", ["长" * 32, "a:b", "表三", "'引号", "History"])
def test_sheet_names(book: xw.Book, name: str) -> None:
    sheet = spare(book)
    with pytest.raises((ComError, ValueError)):
        sheet.name = name
    assert sheet.name == "草稿"


def test_sheets_are_shown_hidden_activated_selected(book: xw.Book) -> None:
    hidden = book.sheets["表三（2019）"]
    with pytest.raises(ComError):
        hidden.activate()
    with pytest.raises(ComError):
        book.sheets[TABLE]["B2"].select()
    book.sheets[TABLE].activate()
    book.sheets[TABLE]["B2"].select()
    assert (book.selection.address, book.sheets.active.name) == ("$B$2", TABLE)
    book.sheets[TABLE].visible = False
    assert book.sheets.active.name == layout.COVER


def test_failures_come_when_asked_for(book: xw.Book) -> None:
    sheet = spare(book)
    excel_of(book).fail_at = 2
    sheet["A1"].value = 1
    with pytest.raises(ComError):
        sheet["A1"].value = 2
    sheet["A1"].value = 3
    excel_of(book).protected.add("草稿")
    with pytest.raises(ComError):
        sheet["A1"].value = 4
    assert sheet["A1"].value == 3


def test_formulas_of_the_file_are_formulas(book: xw.Book) -> None:
    assert cell_of(book, layout.COVER, layout.LIVE_SPOT).formula.startswith("=IF(")
    assert book.sheets[layout.COVER].range(layout.LIVE_SPOT).value is None


def test_saving(book: xw.Book, tmp_path: Path) -> None:
    book.save(tmp_path / "新.xlsm")
    assert (book.name, (tmp_path / "新.xlsm").is_file()) == ("新.xlsm", True)
