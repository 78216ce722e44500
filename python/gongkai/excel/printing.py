"""An open workbook -> the print areas of its sheets; the lanes of the tables printed with them or not, a switch."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from contextlib import suppress

import xlwings as xw

from gongkai.excel.blocks import Cells
from gongkai.model import WorkbookError
from gongkai.workbook import layout
from gongkai.workbook.printing import TABLES, bare, results_area, table_area
from gongkai.workbook.values import displaced

ON = "已改为连同勾稽校验打印：{}各打印一页，带勾稽校验和符号说明；再点一次“打印勾稽校验”，恢复为官方表格。"
OFF = "已恢复为只打印官方表格：{}各打印一页，不带勾稽校验。"
SHIFTED = "“{}”的行列移动过，没有改动打印区域；请先点“还原表格”。"


def switch_lanes(book: xw.Book) -> str:
    """All visible tables printed with their lanes; where any is, all as the official form again. What was done."""
    pages = tables_shown(book)
    for page in pages:
        refuse_shifted(page)
    with_lanes = not any(map(has_lanes, pages))
    for page in pages:
        page.page_setup.print_area = table_area(TABLES[page.name], with_lanes)
    named = "、".join(f"“{page.name}”" for page in pages if TABLES[page.name].lanes)
    return (ON if with_lanes else OFF).format(named)


def tables_shown(book: xw.Book) -> list[xw.Sheet]:
    return [page for page in book.sheets if page.name in TABLES and page.visible]


def refuse_shifted(page: xw.Sheet) -> None:
    """WorkbookError for a table of which a label is not in its place: an area would cut it off."""
    table = TABLES[page.name]
    block = page.range((1, 1), (table.last_line, table.size.right)).options(ndim=2, err_to_str=True).value
    cells = {(r, c): value for r, row in enumerate(block, 1) for c, value in enumerate(row, 1) if value is not None}
    if displaced(table, cells):
        raise WorkbookError(SHIFTED.format(page.name))


def has_lanes(page: xw.Sheet) -> bool:
    """Whether a table's lanes are printed, also where Excel has moved their area and its name since."""
    area = page.page_setup.print_area or ""
    return bool(area and TABLES[page.name].lanes) and bare(area) == lanes_area(page)


def lanes_area(page: xw.Sheet) -> str:
    with suppress(Exception):  # a workbook from before the name
        return bare(str(page.names[layout.LANES_NAME].refers_to))
    return table_area(TABLES[page.name], with_lanes=True)


# --- left by other commands -----------------------------------------------------------------------


def put_areas(book: xw.Book, cells: Mapping[str, Cells]) -> None:
    """Give each of our sheets its area, where the platform can; ``cells``: what stands on sheets by now.

    As ``workbook.printing.put_areas`` does in a file.
    """
    with suppress(Exception):  # Excel refuses where no printer is installed
        pages = [page for page in book.sheets if page.name in TABLES]
        with_lanes = any(map(has_lanes, pages))
        for page in pages:
            put_area(page, wanted_area(page, with_lanes, cells.get(page.name, {})))
        if layout.RESULTS in cells:
            page = book.sheets[layout.RESULTS]
            put_area(page, results_area(cells[layout.RESULTS]) if page.visible else "")


def wanted_area(page: xw.Sheet, with_lanes: bool, cells: Cells) -> str:
    if not page.visible:
        return ""
    stands = page.page_setup.print_area or ""
    if stands or (cells and displaced(TABLES[page.name], cells)):
        return stands
    return table_area(TABLES[page.name], with_lanes)


def put_area(page: xw.Sheet, area: str) -> None:
    """Only what differs is written: a page's setup is slow."""
    if bare(page.page_setup.print_area or "") != bare(area):
        page.page_setup.print_area = area


def tables_with_lanes(book: xw.Book) -> set[str]:
    with suppress(Exception):
        return {page.name for page in tables_shown(book) if has_lanes(page)}
    return set()


def put_areas_back(book: xw.Book, moved: Collection[str], with_lanes: Collection[str]) -> None:
    """The areas of tables whose lines were put back into their places."""
    for name in moved:
        with suppress(Exception):
            put_area(book.sheets[name], table_area(TABLES[name], name in with_lanes))
