"""A workbook of any kind (.xlsx, .xlsm, .xls, .et, .ods) -> blocks: what a person sees on it."""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Sequence

from gongkai.model import SHEET, Block, UnreadableDocument
from gongkai.opc import BadArchive, Reason
from gongkai.readers.blocks import CELLS, FlowItem, blocks_of
from gongkai.readers.sheets import SheetCell, sheet_flow
from gongkai.spreadsheets import MOST_AREA, SAVE_AS, IsWanted, Sheet, files, seen

REFUSED: dict[Reason, str] = {
    "damaged": f"Excel 工作簿（.xlsx）不完整或已损坏，不能读取；请重新取得该文件，或{SAVE_AS[1:]}",
    "large": "工作簿解压后过大，不像是年度报告；请只保留报告的工作表后重试",
    "doubled": f"工作簿的内部结构有误，不是正常的文件；{SAVE_AS}",
    "locked": "工作簿的压缩包设有密码；请去掉密码后重试",
    "entities": f"工作簿含有不安全的内容，没有打开；{SAVE_AS}",
    "deep": f"工作簿的内容嵌套层数过多，没有打开；{SAVE_AS}",
}


def sheet_blocks(content: bytes) -> tuple[Block, ...]:
    """The tables and texts on the visible sheets, in their order. Raises UnreadableDocument."""
    sheets = visible_sheets(content)
    items: list[FlowItem] = []
    for sheet in sheets:
        if len(sheets) > 1:
            items.append((SHEET, sheet.name))
        items += sheet_flow(*spots_of(sheet))
        items.append(("", ""))
    if not any(map(shows_anything, items)):
        raise UnreadableDocument(
            "工作簿的可见工作表中没有文字和数字；内容可能是图片或在隐藏的工作表中，请打开核对。"
        )
    return tuple(blocks_of(items))


def visible_sheets(content: bytes) -> tuple[Sheet, ...]:
    """The sheets that are not hidden, in their order. Raises UnreadableDocument."""
    return sheets_in(content, files.every_visible)


def every_sheet(content: bytes) -> tuple[Sheet, ...]:
    """The same with those that are hidden."""
    return sheets_in(content, files.every_one)


def sheets_in(content: bytes, wanted: IsWanted) -> tuple[Sheet, ...]:
    try:
        sheets = files.read_sheets(content, wanted)
    except BadArchive as error:
        raise UnreadableDocument(f"{REFUSED[error.reason]}。") from error
    for sheet in sheets:
        refuse_area(sheet)
    return tuple(sheets)


def shows_anything(item: FlowItem) -> bool:
    """Whether an item is a grid, or a text other than the name of its sheet."""
    if not isinstance(item, tuple):
        return True
    heading, text = item
    return bool(text) and heading != SHEET


def refuse_area(sheet: Sheet) -> None:
    rows = columns = 0
    for row, column in sheet.cells:
        rows, columns = max(rows, row), max(columns, column)
    if rows * columns > MOST_AREA:
        raise UnreadableDocument(
            f"工作表“{sheet.name}”的内容一直到第{rows}行、第{columns}列，不像是年度报告；"
            "请删除远离表格的内容，或只保留报告的工作表后重试。"
        )


# --- cells ----------------------------------------------------------------------------------------


def spots_of(sheet: Sheet) -> tuple[list[SheetCell], list[SheetCell]]:
    """The cells with text and the merged cells without, as they stand once what is hidden is taken
    away.
    """
    ends = {area[:2]: area[2:] for area in sheet.merged}
    written: list[SheetCell] = []
    for spot, value in seen.seen_values(sheet).items():
        text = cell_text(value)
        if text:
            written.append(SheetCell(*spot, *ends.pop(spot, spot), text))
    if len(written) > CELLS:
        raise UnreadableDocument(
            f"工作表“{sheet.name}”有{len(written)}个单元格，不是年度报告；请检查文件是否正确。"
        )
    blanks = [SheetCell(*first, *last, "") for first, last in ends.items()]
    return sorted(closed_up(written, sheet)), closed_up(blanks, sheet)


def cell_text(value: object) -> str:
    return seen.text_of(value).replace("\r\n", "\n").replace("\r", "\n").strip()


def closed_up(spots: Sequence[SheetCell], sheet: Sheet) -> list[SheetCell]:
    """The spots without hidden rows and columns, those beyond moved up."""
    if not sheet.hidden_rows and not sheet.hidden_columns:
        return list(spots)
    rows, columns = sorted(sheet.hidden_rows), sorted(sheet.hidden_columns)
    found = []
    for top, left, bottom, right, text in spots:
        spot = SheetCell(
            top - bisect_left(rows, top),
            left - bisect_left(columns, left),
            bottom - bisect_right(rows, bottom),
            right - bisect_right(columns, right),
            text,
        )
        if spot.top <= spot.bottom and spot.left <= spot.right:
            found.append(spot)
    return found
