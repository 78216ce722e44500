"""Workbooks with several sheets: a sheet's name is the caption of what stands on it."""

from __future__ import annotations

import pytest
from openpyxl import Workbook

from helpers.pages import figures, misread, read_page
from helpers.writers.parts import LAST_YEAR, OWN
from helpers.writers.sheets import Style, put_table, report_book, workbook_bytes
from helpers.writers.styles import report_sheets

TRUTH = figures(OWN)
FOREIGN = ("表三（2020年）", "填表示例", "去年表三", "样表", "上年")
STYLE = Style()


def book_with(name: str, *, without: str = "", first: bool = False) -> Workbook:
    sheets = report_sheets(OWN)
    book = report_book(
        OWN, {table: sheet for table, sheet in sheets.items() if table != without}, STYLE
    )
    page = book.create_sheet(name, 0 if first else None)
    put_table(page, report_sheets(LAST_YEAR)["applications"], 1, 1, STYLE)
    return book


@pytest.mark.parametrize("first", [False, True])
@pytest.mark.parametrize("name", FOREIGN)
def test_a_sheet_of_another_year_is_none_of_the_report(name: str, first: bool) -> None:
    assert figures(read_page(workbook_bytes(book_with(name, first=first)))) == TRUTH


@pytest.mark.parametrize("name", FOREIGN)
def test_its_table_is_never_taken_where_the_own_one_is_missing(name: str) -> None:
    read = read_page(workbook_bytes(book_with(name, without="applications")))
    assert misread(TRUTH, read) == []
    assert read.value("applications.granted.natural") is None


def test_the_sheets_of_one_report_are_read_together() -> None:
    sheets = report_sheets(OWN)
    book = report_book(OWN, {}, STYLE)
    for name, table in (("表二", "disclosure"), ("表三", "applications"), ("Sheet4", "disputes")):
        put_table(book.create_sheet(name), sheets[table], 1, 1, STYLE)
    assert figures(read_page(workbook_bytes(book))) == TRUTH
