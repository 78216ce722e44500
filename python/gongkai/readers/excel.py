"""An Excel workbook of any kind (.xlsx, .xlsm, .xls, .et) -> blocks: what a person sees on its sheets.

Values come from calamine, which knows neither what is hidden nor what a format makes of a number,
gives nothing for an error or a formula without a result, and takes room for every cell up to the
last: a look into the file (spreadsheets) comes first. Nothing is calculated.
"""

from __future__ import annotations

from bisect import bisect_left, bisect_right
from collections.abc import Collection, Sequence
from datetime import datetime, time
from io import BytesIO
from typing import TYPE_CHECKING

from gongkai.figures import shown
from gongkai.model import SHEET, Block, UnreadableDocument
from gongkai.readers.blocks import CELLS, FlowItem, blocks_of
from gongkai.readers.sheets import SheetCell, sheet_flow
from gongkai.spreadsheets import SAVE_AS, Look, Position
from gongkai.spreadsheets.formats import STRUCK, WHITE, as_figure, doubtful, is_shown

if TYPE_CHECKING:
    from python_calamine import CalamineSheet

OLE2 = b"\xd0\xcf\x11\xe0"
EXACT = 10**15
MOST_AREA = 2_000_000  # cells from the first to the last of a sheet: calamine takes room for each
MOST_MERGED = 20_000  # merged ranges of a sheet


def excel_blocks(content: bytes) -> tuple[Block, ...]:
    """The tables and texts on the visible sheets, in their order. Raises UnreadableDocument."""
    from python_calamine import CalamineError, load_workbook

    from gongkai.spreadsheets.xls import look_into_xls
    from gongkai.spreadsheets.xlsx import look_into_xlsx

    looks, content = look_into_xls(content) if content.startswith(OLE2) else look_into_xlsx(content)
    items: list[FlowItem] = []
    try:
        with load_workbook(BytesIO(content)) as book:
            for look in looks:
                refuse_area(look)
                sheet = book.get_sheet_by_index(look.number)
                name = [(SHEET, look.name)] if len(looks) > 1 else []
                items += [*name, *sheet_flow(*spots_of(sheet, look)), ("", "")]
    except CalamineError as error:
        raise UnreadableDocument(f"工作簿不完整或已损坏，不能读取；{SAVE_AS}。") from error
    if not any(not isinstance(item, tuple) or (item[1] and item[0] != SHEET) for item in items):
        raise UnreadableDocument("工作簿的可见工作表中没有文字和数字；内容可能是图片或在隐藏的工作表中，请打开核对。")
    return tuple(blocks_of(items))


def refuse_area(look: Look) -> None:
    rows, columns = look.area
    if rows * columns > MOST_AREA:
        raise UnreadableDocument(
            f"工作表“{look.name}”的内容一直到第{rows}行、第{columns}列，不像是年度报告；"
            "请删除远离表格的内容，或只保留报告的工作表后重试。"
        )


# --- cells ----------------------------------------------------------------------------------------


def spots_of(sheet: CalamineSheet, look: Look) -> tuple[list[SheetCell], list[SheetCell]]:
    """The cells with text and the merged cells without, as they stand once what is hidden is taken away."""
    merged = sheet.merged_cell_ranges or []
    if len(merged) > MOST_MERGED:
        raise UnreadableDocument(
            f"工作表“{look.name}”有{len(merged)}处合并单元格，不像是年度报告；请检查文件是否正确。"
        )
    rows: list[list[object]] = sheet.to_python()  # type: ignore[assignment]
    top, left = sheet.start or (0, 0)
    height, width = len(rows), max(map(len, rows), default=0)
    beyond = []
    for (row, column), text in look.texts.items():
        if 0 <= row - top < height and 0 <= column - left < width:
            rows[row - top][column - left] = text
        else:
            beyond.append(SheetCell(row, column, row, column, text))
    for (row, column), kind in look.kinds.items():
        if 0 <= row - top < height and 0 <= column - left < width:
            value = rows[row - top][column - left]
            number = as_figure(value)
            if not is_shown(number, kind) if number is not None else kind in (STRUCK, WHITE) and value != "":
                rows[row - top][column - left] = doubtful(text_of(value), kind)
    hide_by_conditions(rows, top, left, look)
    ranges = merged_ranges(merged, rows, top, left, look.name)
    whole: list[SheetCell] = []
    blanks: list[SheetCell] = []
    for (row, column), (bottom, right) in ranges.items():
        text = ""
        if 0 <= row - top < height and 0 <= column - left < width:
            text, rows[row - top][column - left] = text_of(rows[row - top][column - left]), ""
        (whole if text else blanks).append(SheetCell(row, column, bottom, right, text))
    spots = single_spots(rows, top, left, look)
    if len(spots) + len(whole) > CELLS:
        raise UnreadableDocument(f"工作表“{look.name}”有{len(spots)}个单元格，不是年度报告；请检查文件是否正确。")
    return sorted(spots + closed_up(whole + beyond, look)), closed_up(blanks, look)


def hide_by_conditions(rows: list[list[object]], top: int, left: int, look: Look) -> None:
    """What a conditional format makes white is no figure: a text that says so takes its place."""
    seen = 0
    for condition in look.conditions:
        for first, column, last, right in condition.areas:
            seen += 1 + sum(map(len, rows[max(first - top, 0) : max(last + 1 - top, 0)]))
            if seen > MOST_AREA:
                raise UnreadableDocument(f"工作表“{look.name}”的条件格式过多，不像是年度报告；{SAVE_AS}。")
            for values in rows[max(first - top, 0) : max(last + 1 - top, 0)]:
                for at in range(max(column - left, 0), min(right + 1 - left, len(values))):
                    value = values[at]
                    if is_number(value) and condition.hides(as_figure(value)):
                        values[at] = doubtful(text_of(value), condition.kind)


def is_number(value: object) -> bool:
    """Whether a value is a number, or a text of digits."""
    return as_figure(value) is not None or (isinstance(value, str) and value.strip().isdigit())


def single_spots(rows: Sequence[Sequence[object]], top: int, left: int, look: Look) -> list[SheetCell]:
    """The cells with text, merged ones aside, from the values of all cells; those beyond what is hidden moved up."""
    width = max(map(len, rows), default=0)
    columns = moved_up(left, width, look.hidden_columns)
    new = tuple.__new__  # as a named tuple makes itself, in half the time
    return [
        new(SheetCell, (row, column, row, column, text))
        for row, values in zip(moved_up(top, len(rows), look.hidden_rows), rows, strict=True)
        if row >= 0
        for column, value in zip(columns, values, strict=False)
        if value != "" and column >= 0 and (text := text_of(value))
    ]


def moved_up(first: int, count: int, hidden: Collection[int]) -> Sequence[int]:
    """What becomes of the rows (or columns) from ``first`` on once the hidden ones are gone: -1 for those."""
    if not hidden:
        return range(first, first + count)
    gone = sorted(hidden)
    return [-1 if number in hidden else number - bisect_left(gone, number) for number in range(first, first + count)]


def merged_ranges(
    merged: Sequence[tuple[Position, Position]], rows: list[list[object]], top: int, left: int, name: str
) -> dict[Position, Position]:
    """First cell -> last cell of each range. What stands below a merged cell is not seen: it goes out of ``rows``."""
    ranges: dict[Position, Position] = {}
    covered = 0
    for (first, column), (last, right) in merged:
        first, last, column, right = min(first, last), max(first, last), min(column, right), max(column, right)
        if (first, column) == (last, right):
            continue
        ranges[first, column] = (last, right)
        begin, end = max(column - left, 0), max(right + 1 - left, 0)
        for number in range(max(first - top, 0), min(last + 1 - top, len(rows))):
            values = rows[number]
            covered += len(values)
            own = values[column - left] if number == first - top and 0 <= column - left < len(values) else ""
            values[begin:end] = [""] * len(values[begin:end])
            if own != "":
                values[column - left] = own
        if covered > MOST_AREA:
            raise UnreadableDocument(f"工作表“{name}”的合并单元格互相重叠，文件已损坏；{SAVE_AS}。")
    return ranges


def closed_up(spots: list[SheetCell], look: Look) -> list[SheetCell]:
    """The spots without hidden rows and columns, those beyond moved up."""
    if not look.hidden_rows and not look.hidden_columns:
        return spots
    rows, columns = sorted(look.hidden_rows), sorted(look.hidden_columns)
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


def text_of(value: object) -> str:
    """A value as the source shows it: a number as it would be typed, a day as 2021-01-03."""
    if isinstance(value, str):
        return value.strip() if "\r" not in value else value.replace("\r\n", "\n").replace("\r", "\n").strip()
    if isinstance(value, float) and value.is_integer() and -EXACT < value < EXACT:
        return "%d" % value  # noqa: UP031  (twice as fast as by way of an int)
    if isinstance(value, datetime):
        return value.isoformat(" ") if value.time() != time() else value.date().isoformat()
    number = as_figure(value)
    return shown(number) if number is not None else str(value).upper() if isinstance(value, bool) else str(value)
