"""An open workbook -> the print areas of its sheets; tables with lanes or without, a switch."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping
from contextlib import suppress

import xlwings as xw

from gongkai.excel.blocks import Cells, read_block
from gongkai.model import WorkbookError
from gongkai.workbook import layout, printing, reading

ON = (
    "已改为连同勾稽校验打印：{}各打印一页，带勾稽校验和符号说明；再点一次“打印勾稽校验”，"
    "恢复为官方表格。"
)
NONE = "没有显示带勾稽校验的表，没有改动；请先取消隐藏“表三”、“表四”。"
OFF = "已恢复为只打印官方表格：{}各打印一页，不带勾稽校验。"
SHIFTED = "“{}”的行列移动过，没有改动打印区域；请先点“还原表格”。"


def switch_lanes(book: xw.Book) -> str:
    """All visible tables printed with their lanes; where any is, all as the official form again.

    What was done, as a sentence. WorkbookError where nothing can be done.
    """
    pages = tables_shown(book)
    names: list[str] = []
    for page in pages:
        if printing.TABLES[page.name].lanes:
            names.append(f"“{page.name}”")
    if not names:
        raise WorkbookError(NONE)
    for page in pages:
        refuse_shifted(page)
    with_lanes = not tables_with_lanes(book)
    for page in pages:
        page.page_setup.print_area = printing.table_area(printing.TABLES[page.name], with_lanes)
    return (ON if with_lanes else OFF).format("、".join(names))


def tables_shown(book: xw.Book) -> list[xw.Sheet]:
    return [page for page in book.sheets if page.name in printing.TABLES and page.visible]


def refuse_shifted(page: xw.Sheet) -> None:
    """WorkbookError for a table of which a label is not in its place: an area would cut it off."""
    table = printing.TABLES[page.name]
    cells = read_block(page, (1, 1), (table.last_line, table.size.right))
    if reading.displaced(table, cells):
        raise WorkbookError(SHIFTED.format(page.name))


def area_of(page: xw.Sheet) -> str:
    """$A$1:$J$29; "" for none. Excel may ask the printer, so it is asked once for each sheet."""
    return printing.bare(page.page_setup.print_area or "")


def has_lanes(page: xw.Sheet, area: str) -> bool:
    """Whether a table's lanes are printed, also where Excel has moved area and name since."""
    return bool(area and printing.TABLES[page.name].lanes) and area == lanes_area(page)


def lanes_area(page: xw.Sheet) -> str:
    with suppress(Exception):  # a workbook from before the name
        return printing.bare(str(page.names[layout.LANES_NAME].refers_to))
    return printing.table_area(printing.TABLES[page.name], with_lanes=True)


# --- left by other commands -----------------------------------------------------------------------


def put_areas(book: xw.Book, cells: Mapping[str, Cells]) -> None:
    """Give each of our sheets its area, where the platform can; ``cells``: what stands there now.

    As ``workbook.printing.put_areas`` does in a file.
    """
    with suppress(Exception):  # Excel refuses where no printer is installed
        pages = [page for page in book.sheets if page.name in (*printing.TABLES, layout.RESULTS)]
        areas = {page.name: area_of(page) for page in pages}
        with_lanes = is_with_lanes(pages, areas)
        for page in pages:
            area = areas[page.name]
            wanted = wanted_area(page, area, with_lanes, cells.get(page.name, {}))
            if wanted != area:
                page.page_setup.print_area = wanted


def is_with_lanes(pages: Iterable[xw.Sheet], areas: Mapping[str, str]) -> bool:
    """Whether any table is printed with its lanes."""
    tables = [page for page in pages if page.name in printing.TABLES]
    return any(has_lanes(page, areas[page.name]) for page in tables)


def wanted_area(page: xw.Sheet, stands: str, with_lanes: bool, cells: Cells) -> str:
    """None of a hidden sheet; of a table the one that stands, and none if its lines were moved."""
    if not page.visible:
        return ""
    if page.name == layout.RESULTS:
        return printing.results_area(cells) if cells else stands
    if stands or (cells and reading.displaced(printing.TABLES[page.name], cells)):
        return stands
    return printing.table_area(printing.TABLES[page.name], with_lanes)


def tables_with_lanes(book: xw.Book) -> set[str]:
    with suppress(Exception):
        return {page.name for page in tables_shown(book) if has_lanes(page, area_of(page))}
    return set()


def put_areas_back(book: xw.Book, moved: Collection[str], with_lanes: Collection[str]) -> None:
    """The areas of tables whose lines were put back into their places."""
    for name in moved:
        with suppress(Exception):
            book.sheets[name].page_setup.print_area = printing.table_area(
                printing.TABLES[name], name in with_lanes
            )
