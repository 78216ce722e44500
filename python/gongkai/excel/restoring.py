"""Tables, lanes and formulas of an open workbook put right; sheets protected and set free again.

Rows and columns are inserted and deleted as a person would, so that looks, conditional formats and
names move with them; then labels, figures and formulas are written into their places.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass

import xlwings as xw

from gongkai.excel import blocks, checking, importing, live_book, looks, printing, runner
from gongkai.model import Box, WorkbookError
from gongkai.spreadsheets import Spot, letters
from gongkai.spreadsheets.seen import figures_seen
from gongkai.workbook import file, layout, reading
from gongkai.workbook.live import guide, restoring, stored
from gongkai.workbook.live.formulas import (
    HIDDEN_COLUMNS,
    formulas_of,
    same_formula,
    sheets_with_formulas,
)

IN_ORDER = "各表的行列、行名、列名和勾稽校验都与官方表格相同，不需要还原。"
ASK = "。\n原来的表先复制一份，名为“备份”。要还原吗？"
HALFWAY = "还原中断，表格可能只还原了一半：请不要保存，关闭本工作簿后重新打开再试。"


@dataclass(frozen=True)
class Examined:
    """A table's sheet as it is: ``found`` if a label is not in its place, the lanes that were
    overtyped, and whether its image is whole.
    """

    sheet: layout.TableSheet
    cells: blocks.Cells
    found: restoring.Standing | None
    lanes: tuple[Spot, ...]
    is_whole: bool

    @property
    def needs_a_yes(self) -> bool:
        return self.found is not None or bool(self.lanes)


def restore(book: xw.Book, asked: runner.Request) -> runner.CommandResult:
    """Lines and lanes back to their places, by their labels, once the user agrees; then a check."""
    present = live_book.sheet_names(book)
    live_book.refuse_batch(present)
    examined = [examine(book, sheet) for sheet in layout.table_sheets() if sheet.name in present]
    if is_in_order(book, examined):
        return runner.CommandResult("done", IN_ORDER)
    doubtful = [one for one in examined if one.needs_a_yes]
    if doubtful and asked.answer != runner.YES:
        return runner.CommandResult("ask", question_of_all(doubtful))
    kept = [backup_of(book, one.sheet.name) for one in doubtful]
    put_right(book, examined)
    result = checking.check(book, asked)
    backup = f"原来的表在工作表{'、'.join(kept)}。" if kept else ""
    return runner.CommandResult(result.kind, f"已还原。{backup}{result.text}")


def question_of_all(doubtful: Sequence[Examined]) -> str:
    told: list[str] = []
    for one in doubtful:
        told.append(restoring.question_of(one.sheet, one.found, len(one.lanes)))
    return "；\n".join(told) + ASK


def is_in_order(book: xw.Book, examined: Sequence[Examined]) -> bool:
    """Whether all tables are as the official form has them, and the cover's formulas stand."""
    for one in examined:
        if one.needs_a_yes or not one.is_whole:
            return False
    return is_cover_whole(book)


def is_cover_whole(book: xw.Book) -> bool:
    """Whether the cover's own formulas stand: what it says of the tables may have been pasted as
    values.
    """
    rows, columns = zip(*formulas_of(layout.COVER), strict=True)
    last = max(rows), max(columns)
    page = book.sheets[layout.COVER]
    return not stored.altered_cover(
        read_formulas(page, last, blocks.read_block(page, (1, 1), last))
    )


def put_right(book: xw.Book, examined: Sequence[Examined]) -> None:
    with_lanes = printing.tables_with_lanes(book)
    moved: list[str] = []
    try:
        for one in examined:
            if one.found is not None:
                moved.append(one.sheet.name)
                put_back(book.sheets[one.sheet.name], one, one.found)
        put_formulas(book)
    except Exception as error:
        raise live_book.NotRestored(HALFWAY) from error
    printing.put_areas_back(book, moved, with_lanes)


def backup_of(book: xw.Book, name: str) -> str:
    """A copy of a sheet as it is, last in the workbook: looks, formulas and notes beside the table
    too.
    """
    copy = book.sheets[name].copy(
        after=live_book.last_visible(book), name=importing.new_name(live_book.sheet_names(book))
    )
    return f"“{copy.name}”"


def examine(book: xw.Book, sheet: layout.TableSheet) -> Examined:
    page = book.sheets[sheet.name]
    last = (
        max(sheet.last_line + restoring.MOST_INSERTED, sheet.hidden_lines[-1]),
        sheet.size.right + restoring.MOST_INSERTED,
    )
    cells = blocks.read_block(page, (1, 1), last)
    formulas = read_formulas(page, last, cells)
    is_whole = has_formulas(formulas, formulas_of(sheet.name))
    if reading.displaced(sheet, cells):
        found = restoring.standing(sheet, cells, formulas)
        restoring.refuse_unsure(found, cells)
        restoring.refuse_unseen(found, seen_in(page, found, cells))
        return Examined(sheet, cells, found, (), is_whole)
    return Examined(sheet, cells, None, stored.altered_lanes(sheet, formulas), is_whole)


def seen_in(
    page: xw.Sheet, found: restoring.Standing, cells: blocks.Cells
) -> Mapping[Spot, object]:
    """What a person sees in the cells of a moved table; the cells alone where the program does not
    say how they look.
    """
    places = restoring.figure_places(found)
    with suppress(looks.Untold):
        return figures_seen(looks.sheet_seen(page, found.sheet.name, cells, places), places)
    return cells


def has_formulas(formulas: Mapping[Spot, str], wanted: Mapping[Spot, str]) -> bool:
    return all(same_formula(formulas.get(spot, ""), text) for spot, text in wanted.items())


def read_formulas(page: xw.Sheet, last: Spot, cells: blocks.Cells) -> dict[Spot, str]:
    """WorkbookError for a text so long that Excel does not tell the formulas beside it."""
    if any(map(blocks.is_long, cells.values())):
        raise WorkbookError(
            f"“{page.name}”中有过长的文字，无法读取公式，没有还原；请先移走这段文字。"
        )
    return live_book.formulas_in(page.range((1, 1), last).formula, (1, 1), cells)


# --- lines ----------------------------------------------------------------------------------------


def put_back(page: xw.Sheet, one: Examined, found: restoring.Standing) -> None:
    sheet = one.sheet
    move_lines(page, found.kept_rows, sheet.last_line, ("up", "down"), str)
    move_lines(page, found.kept_columns, sheet.size.right + 1, ("left", "right"), letters)
    put_merged(page, sheet)
    stands = blocks.read_block(page, (1, 1), (sheet.size.bottom, sheet.size.right))
    stands |= blocks.read_block(page, (sheet.last_line, 1), (sheet.last_line, sheet.size.right))
    texts = {**sheet.label_texts, **dict(sheet.guards_below), **dict(sheet.lane_head)}
    figures = {spot: figure_at(one, found, spot, stands) for spot in sheet.cells.values()}
    strange = set(stands) - {*texts, *figures, *sheet.own_texts}
    wanted: dict[Spot, object] = {**dict.fromkeys(strange), **texts, **figures}
    for spot, value in wanted.items():
        if stands.get(spot) != value:
            page.range(spot).value = live_book.as_entered(value, plain=spot in texts)


def figure_at(one: Examined, found: restoring.Standing, spot: Spot, stands: blocks.Cells) -> object:
    """What belongs into a figure's cell: what stands there by now, or, where a sort exchanged
    lines, what stood where the label was.
    """
    place = found.place(spot)
    if place is None:
        return None
    return stands.get(spot) if place == kept_place(found, spot) else one.cells.get(place)


def kept_place(found: restoring.Standing, spot: Spot) -> Spot | None:
    """Where a cell came from whose line was moved as a whole."""
    row, column = found.kept_rows.get(spot[0]), found.kept_columns.get(spot[1])
    return (row, column) if row is not None and column is not None else None


def move_lines(
    page: xw.Sheet,
    lines: restoring.Lines,
    last: int,
    shifts: tuple[str, str],
    name: Callable[[int], str],
) -> None:
    """Delete the lines that are none of the table's, from the last one on.

    Then insert those that are gone.

    ``name`` makes 9:9 of a row, C:C of a column.
    """
    own = set(lines.values())
    for place in reversed(range(1, max(own) + 1)):
        if place not in own:
            page.range(f"{name(place)}:{name(place)}").delete(shifts[0])
    for line in range(1, last + 1):
        if line not in lines:
            page.range(f"{name(line)}:{name(line)}").insert(shifts[1])


def put_merged(page: xw.Sheet, sheet: layout.TableSheet) -> None:
    boxes = [box for _, box in sheet.labels]
    for cell in sheet.form.cells.values():
        boxes.append(layout.moved(cell.box))
    for box in boxes:
        if box.width * box.height == 1:
            continue
        first = page.range((box.top, box.left))
        area = page.range((box.top, box.left), (box.bottom, box.right))
        if first.merge_area.address != area.address:
            area.unmerge()
            area.merge()


# --- formulas -------------------------------------------------------------------------------------


def put_formulas(book: xw.Book) -> None:
    """All formulas of ours, in one write for each block of them; the images out of sight."""
    present = live_book.sheet_names(book)
    for name in sheets_with_formulas():
        if name in present and name != layout.SUMMARY:
            write_formulas(book.sheets[name], unwritten(book, name))
    for sheet in layout.table_sheets():
        if sheet.name in present:
            hide(book.sheets[sheet.name], sheet)
    hide_columns(book.sheets[layout.COVER], *HIDDEN_COLUMNS)
    hide_columns(
        book.sheets[layout.RESULTS], layout.RESULT_COLUMNS["key"], max(layout.KEPT_COLUMNS.values())
    )
    put_names(book, present)


def unwritten(book: xw.Book, name: str) -> dict[Spot, str]:
    """Our formulas of a sheet, without those of the guide where somebody wrote something before
    there was one.
    """
    wanted = dict(formulas_of(name))
    if name == layout.COVER:
        stands: dict[Spot, object] = {}
        for spot in layout.GUIDE_SPOTS.values():
            formula = book.sheets[name].range(spot).formula
            if not str(formula).startswith("="):
                stands[spot] = formula
        for spot in guide.notes_in(stands):
            del wanted[spot]
    return wanted


def write_formulas(page: xw.Sheet, formulas: Mapping[Spot, str]) -> None:
    for box in layout.rectangles(formulas):
        columns = range(box.left, box.right + 1)
        rows: list[list[str]] = []
        for row in range(box.top, box.bottom + 1):
            rows.append([formulas[row, column] for column in columns])
        page.range((box.top, box.left), (box.bottom, box.right)).formula = rows


def hide(page: xw.Sheet, sheet: layout.TableSheet) -> None:
    lines = sheet.hidden_lines
    with suppress(Exception):  # only looks depend on it
        page.range((lines[0], 1), (lines[-1], 1)).row_height = 0
    hide_columns(page, sheet.image_box.left, sheet.last_hidden)


def hide_columns(page: xw.Sheet, first: int, last: int) -> None:
    with suppress(Exception):
        page.range((1, first), (1, last)).column_width = 0


def put_names(book: xw.Book, present: Iterable[str]) -> None:
    """The names to which the list's links lead, where a workbook from before them has none, and of
    each table that of what is printed with its lanes.
    """
    known = {name.name for name in book.names}
    for goal, (page, begins) in layout.SHEET_NAMES.items():
        if page in present and goal not in known:
            book.names.add(goal, f"={layout.absolute(Box(*begins, *begins), page)}")
    for sheet in layout.table_sheets():
        if sheet.name not in present:
            continue
        for cell, (row, column) in sheet.cells.items():
            if sheet.link(cell) not in known:
                book.names.add(sheet.link(cell), f"='{sheet.name}'!${letters(column)}${row}")
        with suppress(Exception):  # only printing depends on it
            place = layout.absolute(sheet.printed_with_lanes, sheet.name)
            book.sheets[sheet.name].names.add(layout.LANES_NAME, f"={place}")


# --- before a command writes ----------------------------------------------------------------------


def writing(command: runner.Command) -> runner.Command:
    """A command that writes: not into protected sheets, and not beside formulas from before the
    images.
    """

    def run(book: xw.Book, asked: runner.Request) -> runner.CommandResult:
        live_book.refuse_batch(live_book.sheet_names(book))
        bring_up(book)
        return command(book, asked)

    return unprotected(run)


def unprotected(command: runner.Command) -> runner.Command:
    """A command that says first which sheets are protected."""

    def run(book: xw.Book, asked: runner.Request) -> runner.CommandResult:
        refuse_protected(book)
        return command(book, asked)

    return run


def bring_up(book: xw.Book) -> None:
    """Give a workbook of an earlier version the formulas of today: those of then can be fooled, or
    know no zeros.
    """
    sheet = next(sheet for sheet in layout.table_sheets() if sheet.lanes)
    present = live_book.sheet_names(book)
    if sheet.name not in present or layout.LOG not in present:
        return  # the command itself says what is wrong
    formula = book.sheets[sheet.name].range(sheet.struck).formula
    stands = isinstance(formula, str) and formula.startswith("=")
    if stands:
        return
    cells = blocks.read_block(book.sheets[sheet.name], (1, 1), (sheet.last_line, sheet.size.right))
    if not reading.displaced(sheet, cells):
        put_formulas(book)


def refuse_protected(book: xw.Book) -> None:
    ours = layout.sheet_names()
    names: list[str] = []
    for page in book.sheets:
        if page.name in ours and is_protected(page):
            names.append(f"“{page.name}”")
    if names:
        raise WorkbookError(file.PROTECTED.format("、".join(names)))


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
    "已保护{}：只能填写数字格，行、列、行名和勾稽校验不能修改。校验、导入等会写入的操作，"
    "请先再点一次“保护表格”取消保护。"
)
OFF = "已取消{}的保护。"
NO_SWITCH = "这个表格程序没有提供保护工作表的操作，没有改动；请用“审阅”中的“保护工作表”。"


def protect(book: xw.Book, asked: runner.Request) -> runner.CommandResult:
    """All visible tables protected, without a password; where any is, all are set free."""
    live_book.refuse_batch(live_book.sheet_names(book))
    pages = printing.tables_shown(book)
    locked = [page for page in pages if is_protected(page)]
    changed = locked or pages
    for page in changed:
        switch(page, not locked)
    named = "、".join(f"“{page.name}”" for page in changed)
    return runner.CommandResult("done", (OFF if locked else ON).format(named))


def switch(page: xw.Sheet, on: bool) -> None:
    """pywin32 has Protect and Unprotect, appscript protect_worksheet and unprotect.

    WorkbookError where neither is.
    """
    for name in ("Protect", "protect_worksheet") if on else ("Unprotect", "unprotect"):
        with suppress(AttributeError):
            getattr(page.api, name)()
            return
    raise WorkbookError(NO_SWITCH)
