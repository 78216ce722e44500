"""Tables, lanes and formulas of an open workbook put right; sheets protected and set free again.

Rows and columns are inserted and deleted as a person would, so that looks, conditional formats and names move with
them; then labels, figures and formulas are written into their places.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

import xlwings as xw

from gongkai.excel.blocks import Cells, is_long
from gongkai.excel.book import NotRestored, as_entered, read_block, read_values, sheet_names
from gongkai.excel.checking import check
from gongkai.excel.importing import write_snapshot
from gongkai.excel.runner import YES, Command, CommandResult, Request
from gongkai.model import WorkbookError
from gongkai.spreadsheets import Spot, letters
from gongkai.workbook import layout
from gongkai.workbook.file import PROTECTED
from gongkai.workbook.layout import TableSheet
from gongkai.workbook.live.formulas import COUNTERS, formulas_of, rectangles, same_formula, sheets_with_formulas
from gongkai.workbook.live.restoring import MOST_INSERTED, Lines, Standing, question_of, standing
from gongkai.workbook.values import displaced

IN_ORDER = "各表的行列、行名、列名和勾稽校验都与官方表格相同，不需要还原。"
ASK = "。\n原来的内容先存到一张新的“备份”工作表。要还原吗？"
HALFWAY = "还原中断，表格可能只还原了一半：请不要保存，关闭本工作簿后重新打开再试。"


@dataclass(frozen=True)
class Examined:
    """A table's sheet as it is: ``found`` if a label is not in its place, the lanes that were overtyped, and whether
    its image is whole."""

    sheet: TableSheet
    cells: Cells
    formulas: Mapping[Spot, str]
    found: Standing | None
    lanes: tuple[Spot, ...]
    is_whole: bool

    @property
    def is_older(self) -> bool:
        return self.sheet.is_moved not in self.formulas


def restore(book: xw.Book, asked: Request) -> CommandResult:
    """Lines and lanes back to their places, by their labels, once the user agrees; then a check."""
    present = sheet_names(book)
    examined = [examine(book, sheet) for sheet in layout.table_sheets() if sheet.name in present]
    told = [question_of(one.sheet, one.found, len(one.lanes)) for one in examined if one.found or one.lanes]
    if not told and all(one.is_whole for one in examined):
        return CommandResult("done", IN_ORDER)
    if told and asked.answer != YES:
        return CommandResult("ask", "；\n".join(told) + ASK)
    kept = write_snapshot(book, read_values(book)) if told else None
    try:
        for one in examined:
            if one.found is not None:
                put_back(book.sheets[one.sheet.name], one, one.found)
        put_formulas(book)
    except Exception as error:
        raise NotRestored(HALFWAY) from error
    result = check(book, asked)
    backup = f"原来的内容在工作表“{kept.name}”。" if kept is not None else ""
    return CommandResult(result.kind, f"已还原。{backup}{result.text}")


def examine(book: xw.Book, sheet: TableSheet) -> Examined:
    page = book.sheets[sheet.name]
    last = (sheet.last_line + MOST_INSERTED, sheet.size.right + MOST_INSERTED)
    cells = read_block(page, (1, 1), last)
    formulas = read_formulas(page, last, cells)
    wanted = formulas_of(sheet.name)
    lost = {spot for spot, text in wanted.items() if not same_formula(formulas.get(spot, ""), text)}
    lanes = {lane.spot for lane in sheet.lanes.values()}
    found = standing(sheet, cells, formulas) if displaced(sheet, cells) else None
    is_older = sheet.is_moved not in formulas
    overtyped = () if found or is_older else tuple(sorted(lost & lanes))
    return Examined(sheet, cells, formulas, found, overtyped, not lost)


def read_formulas(page: xw.Sheet, last: Spot, cells: Cells) -> dict[Spot, str]:
    """WorkbookError for a text so long that Excel does not tell the formulas beside it."""
    if any(map(is_long, cells.values())):
        raise WorkbookError(f"“{page.name}”中有过长的文字，读不出公式，没有还原；请先移走这段文字。")
    rows = page.range((1, 1), last).formula
    return {
        (row, column): text
        for row, line in enumerate(rows, 1)
        for column, text in enumerate(line, 1)
        if isinstance(text, str) and text.startswith("=") and text != cells.get((row, column))
    }


# --- lines ----------------------------------------------------------------------------------------


def put_back(page: xw.Sheet, one: Examined, found: Standing) -> None:
    sheet = one.sheet
    move_lines(page, found.kept_rows, sheet.last_line, "up", "down", str)
    move_lines(page, found.kept_columns, sheet.size.right + 1, "left", "right", letters)
    put_merged(page, sheet)
    texts = {(box.top, box.left): label.text for label, box in sheet.labels}
    texts |= {**dict(sheet.guards_below), **dict(sheet.lane_head)}
    stands = read_block(page, (1, 1), (sheet.last_line, sheet.size.right + 1))
    wanted: dict[Spot, object] = dict(texts)
    for spot in sheet.cells.values():
        place = found.place(spot)
        stays = place is not None and place == kept_place(found, spot)
        wanted[spot] = stands.get(spot) if stays else one.cells.get(place) if place else None
    own = {*wanted, layout.TITLE_SPOT, *(lane.spot for lane in sheet.lanes.values())}
    for spot in stands:
        if spot not in own and spot[0] <= sheet.size.bottom and spot[1] <= sheet.size.right:
            wanted[spot] = None
    for spot, value in wanted.items():
        if stands.get(spot) != value:
            page.range(spot).value = as_entered(value, plain=spot in texts)


def kept_place(found: Standing, spot: Spot) -> Spot | None:
    """Where a cell came from whose line was moved as a whole."""
    row, column = found.kept_rows.get(spot[0]), found.kept_columns.get(spot[1])
    return (row, column) if row is not None and column is not None else None


def move_lines(page: xw.Sheet, lines: Lines, last: int, back: str, on: str, name: object) -> None:
    """Delete the lines that are none of the table's, from the last one on; then insert those that are gone."""
    own = set(lines.values())
    for place in reversed(range(1, max(own) + 1)):
        if place not in own:
            page.range(line_address(place, name)).delete(back)
    for line in range(1, last + 1):
        if line not in lines:
            page.range(line_address(line, name)).insert(on)


def line_address(place: int, name: object) -> str:
    """9:9 of a row, C:C of a column."""
    text = name(place) if callable(name) else ""
    return f"{text}:{text}"


def put_merged(page: xw.Sheet, sheet: TableSheet) -> None:
    boxes = [box for _, box in sheet.labels] + [layout.moved(cell.box) for cell in sheet.form.cells.values()]
    for box in boxes:
        area = page.range((box.top, box.left), (box.bottom, box.right))
        if box.width * box.height > 1 and page.range((box.top, box.left)).merge_area.address != area.address:
            area.unmerge()
            area.merge()


# --- formulas -------------------------------------------------------------------------------------


def put_formulas(book: xw.Book) -> None:
    """All formulas of ours, in one write for each block of them; the images out of sight."""
    present = sheet_names(book)
    for name in sheets_with_formulas():
        if name in present and name != layout.SUMMARY:
            write_formulas(book.sheets[name], formulas_of(name))
    for sheet in layout.table_sheets():
        if sheet.name in present:
            hide(book.sheets[sheet.name], sheet)
    hide_columns(book.sheets[layout.COVER], min(COUNTERS.values()), max(COUNTERS.values()))
    now = layout.RESULT_COLUMNS["now"]
    hide_columns(book.sheets[layout.RESULTS], now, now)
    put_names(book, present)


def write_formulas(page: xw.Sheet, formulas: Mapping[Spot, str]) -> None:
    for box in rectangles(formulas):
        rows = [
            [formulas[row, column] for column in range(box.left, box.right + 1)]
            for row in range(box.top, box.bottom + 1)
        ]
        page.range((box.top, box.left), (box.bottom, box.right)).formula = rows


def hide(page: xw.Sheet, sheet: TableSheet) -> None:
    box = sheet.image_box
    with suppress(Exception):  # only looks depend on it
        page.range((box.top, 1), (box.bottom, 1)).row_height = 0
    hide_columns(page, box.left, sheet.last_hidden)


def hide_columns(page: xw.Sheet, first: int, last: int) -> None:
    with suppress(Exception):
        page.range((1, first), (1, last)).column_width = 0


def put_names(book: xw.Book, present: Iterable[str]) -> None:
    """The names to which the list's links lead, where a workbook from before them has none."""
    known = {name.name for name in book.names}
    for sheet in layout.table_sheets():
        for cell, (row, column) in sheet.cells.items() if sheet.name in present else ():
            if sheet.link(cell) not in known:
                book.names.add(sheet.link(cell), f"='{sheet.name}'!${letters(column)}${row}")


# --- before a command writes ----------------------------------------------------------------------


def writing(command: Command) -> Command:
    """A command that writes: not into protected sheets, and not beside formulas from before the images."""

    def run(book: xw.Book, asked: Request) -> CommandResult:
        bring_up(book)
        return command(book, asked)

    return unprotected(run)


def unprotected(command: Command) -> Command:
    """A command that says first which sheets are protected."""

    def run(book: xw.Book, asked: Request) -> CommandResult:
        refuse_protected(book)
        return command(book, asked)

    return run


def bring_up(book: xw.Book) -> None:
    """Give a workbook from before the images of the tables the formulas of today: those of then can be fooled."""
    sheet = next(sheet for sheet in layout.table_sheets() if sheet.lanes)
    present = sheet_names(book)
    if sheet.name not in present or layout.LOG not in present:
        return  # the command itself says what is wrong
    formula = book.sheets[sheet.name].range(sheet.is_moved).formula
    stands = isinstance(formula, str) and formula.startswith("=")
    if stands:
        return
    cells = read_block(book.sheets[sheet.name], (1, 1), (sheet.last_line, sheet.size.right))
    if not displaced(sheet, cells):
        put_formulas(book)


def refuse_protected(book: xw.Book) -> None:
    names = [f"“{page.name}”" for page in book.sheets if page.name in layout.sheet_names() and is_protected(page)]
    if names:
        raise WorkbookError(PROTECTED.format("、".join(names)))


def is_protected(page: xw.Sheet) -> bool:
    """As far as the program tells: pywin32 by ProtectContents, appscript by protect_contents."""
    with suppress(Exception):
        told = page.api.ProtectContents
        if isinstance(told, bool):
            return told
    with suppress(Exception):
        return bool(page.api.protect_contents.get() is True)
    return False


# --- protection, a switch -------------------------------------------------------------------------

ON = (
    "已保护{}：只能填写数字格，行、列、行名和勾稽校验改不了。校验、导入等会写入的操作，请先再点一次“保护表格”取消保护。"
)
OFF = "已取消{}的保护。"
NO_SWITCH = "这个表格程序没有提供保护工作表的操作，没有改动；请用“审阅”中的“保护工作表”。"


def protect(book: xw.Book, asked: Request) -> CommandResult:
    """All visible tables protected, without a password; where any is, all are set free."""
    pages = [page for page in book.sheets if page.name in TABLE_NAMES and page.visible]
    named = "、".join(f"“{page.name}”" for page in pages)
    locked = [page for page in pages if is_protected(page)]
    try:
        for page in locked or pages:
            switch(page, not locked)
    except AttributeError as error:
        raise WorkbookError(NO_SWITCH) from error
    return CommandResult("done", (OFF if locked else ON).format(named))


TABLE_NAMES: Sequence[str] = tuple(sheet.name for sheet in layout.table_sheets())


def switch(page: xw.Sheet, on: bool) -> None:
    api = page.api
    if on:
        protect_one = getattr(api, "Protect", None) or api.protect_worksheet
        protect_one()
    else:
        unprotect_one = getattr(api, "Unprotect", None) or api.unprotect
        unprotect_one()
