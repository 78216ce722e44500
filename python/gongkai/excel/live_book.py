"""A live workbook -> its values; edits -> the workbook, in few block calls, all or nothing.

Only xlwings' platform-neutral, open-source API. One read per sheet; one write per rectangle that
changes; what holds figures is read once more, for Excel drops without a word what is written into a
cell that another one covers.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from typing import Any

import xlwings as xw

from gongkai import spreadsheets
from gongkai.decisions import squeezed
from gongkai.excel import looks, printing
from gongkai.excel.blocks import (
    MOST_UNITS,
    AsEntered,
    Cells,
    Rectangle,
    changed_part,
    edits_to_blocks,
    entered,
    holds,
    is_long,
    joined,
    read_block,
    units,
)
from gongkai.model import Edit, WorkbookError
from gongkai.spreadsheets.seen import figures_seen
from gongkai.workbook import decisions, fill, layout
from gongkai.workbook.cells import Written, by_sheet, comments_of, copied, kept_edits

Values = dict[str, dict[spreadsheets.Spot, object]]
MOST_ROWS = 10_000  # of a list that a user may have made longer
ROWS_BELOW = 5  # a table: 注：… stands right below it
REPORT = layout.report_names()
TABLES = layout.tables_by_name()
LISTS = (layout.BATCH, layout.SUMMARY, layout.LOG)
# Sheets of which the last cell is known.
FIXED: Mapping[str, Collection[spreadsheets.Spot]] = {
    layout.COVER: (
        *layout.COVER_SPOTS.values(),
        *layout.EDITION_SPOTS.values(),
        *layout.COUNTED,
    ),
    layout.TOOL: layout.TOOL_SPOTS.values(),
    layout.RESULTS: (
        (layout.RESULTS_TOP + layout.KEPT_ROWS - 1, max(layout.KEPT_COLUMNS.values())),
    ),
}
MOST_PARTS = 2  # writes of a sheet; for more of them it pays to ask what stands between


@dataclass(frozen=True)
class Program:
    """In which a workbook is open: what it is called, where the commands are found in it, which
    keys calculate all formulas anew.
    """

    name: str
    commands: str
    recalculates: str


EXCEL = Program("Excel", "“政府信息公开”选项卡", "Ctrl+Alt+F9")
LIBREOFFICE = Program("LibreOffice", "“政府信息公开”菜单", "Ctrl+Shift+F9")
PROGRAMS = {"libreoffice": LIBREOFFICE}  # by the name of xlwings' engine; all others are Excel


def program_of(book: xw.Book) -> Program:
    return PROGRAMS.get(book.app.engine.name, EXCEL)


# --- reading --------------------------------------------------------------------------------------


def sheet_names(book: xw.Book) -> list[str]:
    return [sheet.name for sheet in book.sheets]


def sheets_of_others(book: xw.Book) -> list[str]:
    """The sheets that a person sees and that are none of ours."""
    found = []
    for sheet in book.sheets:
        if sheet.visible and layout.is_of_others(sheet.name):
            found.append(sheet.name)
    return found


def read_values(book: xw.Book, names: Iterable[str] = ()) -> Values:
    """Sheet -> (row, column) -> value of the cells that hold something: one block read for each
    sheet.

    All sheets of a report unless ``names`` says which; those that the workbook lacks are left out.
    WorkbookError where the sheets without which there is no report are missing.
    """
    present = sheet_names(book)
    if not names:
        refuse_other(present)
    values: Values = {}
    for name in tuple(names) or REPORT:
        if name in present:
            values[name] = read_sheet(book.sheets[name])
    return values


def refuse_other(present: Sequence[str]) -> None:
    """WorkbookError for a workbook that is none of ours."""
    refuse_batch(present)
    for name in layout.needed_sheets():
        if name not in present:
            raise WorkbookError(
                f"当前工作簿没有工作表“{name}”，不是本工具的工作簿；"
                f"请打开由本工具生成的工作簿再试。"
            )


def last_visible(book: xw.Book) -> xw.Sheet:
    """Behind it a new sheet is seen."""
    return [sheet for sheet in book.sheets if sheet.visible][-1]


def refuse_batch(present: Sequence[str]) -> None:
    """WorkbookError for a batch's workbook, in which there is no report."""
    if layout.BATCH in present and layout.COVER not in present:
        raise WorkbookError(
            "这是批量导入的工作簿，其中没有报告；请打开一份年报的工作簿，再点这个按钮。"
        )


def read_sheet(sheet: xw.Sheet) -> dict[spreadsheets.Spot, object]:
    return read_block(sheet, (1, 1), extent(sheet))


def extent(sheet: xw.Sheet) -> spreadsheets.Spot:
    """The last row and column of a sheet that matter here."""
    name = sheet.name
    if name in TABLES:
        # Down to the lanes, whose labels tell of the last lines, and to what is noted below.
        return TABLES[name].last_line + ROWS_BELOW, corners_of(TABLES[name].sources.values())[1][1]
    if name in FIXED:
        return corners_of(FIXED[name])[1]
    last = sheet.used_range.last_cell
    rows, columns = 1, last.column
    if name == layout.PROSE:
        # One more, for what is noted beside a text.
        rows, columns = layout.PROSE_LIST.lines[-1], len(layout.PROSE_COLUMNS) + 1
    elif name == layout.BATCH:
        rows, columns = layout.BATCH_TOP, len(layout.BATCH_COLUMNS)
    return min(max(rows, last.row), max(rows, MOST_ROWS)), columns


def as_seen(book: xw.Book, values: Values) -> tuple[Values, bool]:
    """The same values as a person sees them (``spreadsheets.seen``), and whether the program said
    all about them.

    For figures and texts at most eight questions a sheet and one a block of figures, where nothing
    is out of the ordinary.
    """
    found = dict(values)
    for name in (layout.COVER, *TABLES, layout.PROSE):
        if name not in values:
            continue
        spots = layout.reported_spots(name, values[name])
        try:
            seen = looks.sheet_seen(book.sheets[name], name, values[name], spots)
        except looks.Untold:
            return values, False
        found[name] = figures_seen(seen, spots, prose=name == layout.PROSE)
    return found, True


# --- writing --------------------------------------------------------------------------------------


def apply_edits(book: xw.Book, edits: Sequence[Edit], before: Values | None = None) -> None:
    """Write the edits into the live workbook; ``before`` is what was read from it, if it was.

    Only cells of the edits ever change. Where a write fails, what was written is put back and the
    failure raised.
    """
    sheets = by_sheet(edits)
    old = values_before(book, sheets, before or {})
    changes = plan(book, edits, old)
    undo: list[Callable[[], None]] = []
    try:
        for change in changes:
            undo.append(partial(restore, book, change))
            put_rows(book.sheets[change.new.sheet], change.new.corners[0], rows_entered(change.new))
        refuse_dropped(book, changes)
        show_sheets(book, fill.shown_sheets(edits), undo)
    except BaseException as error:
        put_back(undo, error)
        raise
    fit_rows(book, [change.new for change in changes])
    show_comments(book, sheets, old)
    if layout.COVER in sheets or layout.RESULTS in sheets:
        printing.put_areas(book, with_edits(old, edits))


def values_before(book: xw.Book, names: Collection[str], known: Values) -> Values:
    """What stands on all sheets that are known or named.

    WorkbookError for a workbook without one of these, and for a list of findings of an earlier
    version.
    """
    present = sheet_names(book)
    unread: list[str] = []
    for name in names:
        if name not in present:
            raise WorkbookError(f"当前工作簿没有工作表“{name}”，请使用gongkai的模板。")
        if name not in known:
            unread.append(name)
    old = dict(known)
    if unread:
        old |= read_values(book, unread)
    if layout.RESULTS in names:
        decisions.refuse_older_results(old[layout.RESULTS], "当前工作簿")
    return old


def with_edits(old: Values, edits: Iterable[Edit]) -> Values:
    """What stands on the sheets that were read, once edits are written."""
    cells = copied(old)
    for edit in edits:
        cells[edit.sheet][edit.row, edit.column] = edit.value
    return cells


@dataclass(frozen=True)
class Overwrite:
    """A block to be written, and what stands there: the sheet's values and those of its cells that
    are formulas.
    """

    new: Rectangle
    old: Cells
    formulas: Mapping[spreadsheets.Spot, str]


def plan(book: xw.Book, edits: Sequence[Edit], old: Mapping[str, Cells]) -> list[Overwrite]:
    """What has to be written.

    Of each block of cells only the rows from the first to the last that change.
    """
    sheets: dict[str, list[Rectangle]] = {}
    for block in edits_to_blocks(edits):
        sheets.setdefault(block.sheet, []).append(block)
    changes = []
    for name, blocks in sheets.items():
        parts, formulas = planned_parts(book, blocks, old[name])
        changes += [Overwrite(part, old[name], formulas) for part in parts]
    return changes


def planned_parts(
    book: xw.Book, blocks: Sequence[Rectangle], old: Cells
) -> tuple[list[Rectangle], Mapping[spreadsheets.Spot, str]]:
    """What changes on one sheet, and the formulas there."""
    name = blocks[0].sheet
    wanted: dict[spreadsheets.Spot, Written] = {}
    for block in blocks:
        wanted.update(block.cells())
    parts = changed_parts(blocks, old, {})
    if name == layout.COVER:
        return joined(parts, wanted), {}
    # A formula is at home where figures stand; a sheet without any is spared the call, unless it
    # saves several.
    is_bare = old.keys().isdisjoint(wanted) and len(parts) <= MOST_PARTS
    if name not in TABLES or is_bare:
        return parts, {}
    formulas = read_formulas(book.sheets[name], old, list(wanted))
    if formulas is None:
        return parts, {}
    known = between(TABLES[name], old, formulas) | wanted
    return joined(changed_parts(blocks, old, formulas), known), formulas


def changed_parts(
    blocks: Sequence[Rectangle], old: Cells, formulas: Mapping[spreadsheets.Spot, str]
) -> list[Rectangle]:
    parts: list[Rectangle] = []
    for block in blocks:
        part = changed_part(block, old, formulas)
        if part is not None:
            parts.append(part)
    return parts


def between(
    sheet: layout.TableSheet, old: Cells, formulas: Mapping[spreadsheets.Spot, str]
) -> dict[spreadsheets.Spot, Written]:
    """The cells around figures and marks of which it is certain what they hold: nothing, or an
    official label.
    """
    last_row, last_column = corners_of(sheet.marks.values())[1]
    known: dict[spreadsheets.Spot, Written] = {}
    for row in range(1, last_row + 1):
        for column in range(1, last_column + 1):
            spot = row, column
            value = old.get(spot)
            if value is None and spot not in formulas:
                known[spot] = None
            elif isinstance(value, str) and is_label(value, sheet.label_texts.get(spot)):
                known[spot] = AsEntered(value)
    return known


def is_label(value: str, label: str | None) -> bool:
    """Whether a text is the label of its place, over however many lines it goes: 法律服务 机构."""
    return label is not None and squeezed(value) == squeezed(label)


def read_formulas(
    sheet: xw.Sheet, old: Cells, spots: Sequence[spreadsheets.Spot]
) -> dict[spreadsheets.Spot, str] | None:
    """The formulas in the rectangle of some cells, by one call.

    None where Excel does not give them.

    A text that begins with = is none, for it reads the same as a value.
    """
    if any(map(is_long, old.values())):
        # Excel refuses to give the formulas of a range with a text of more than 8,221 characters
        return None
    first, last = corners_of(spots)
    block: Any = sheet.range(first, last).formula
    rows = block if isinstance(block, list | tuple) else ((block,),)
    return formulas_in(rows, first, old)


def reported_formulas(page: xw.Sheet, cells: Cells) -> dict[spreadsheets.Spot, str]:
    """The formulas among the figures and texts of a sheet of the report."""
    spots = layout.reported_spots(page.name, cells)
    last = corners_of(cells)[1]
    found = formulas_in(page.range((1, 1), last).formula, (1, 1), cells)
    return {spot: found[spot] for spot in found.keys() & spots}


def formulas_in(
    rows: Sequence[Sequence[object]], first: spreadsheets.Spot, old: Cells
) -> dict[spreadsheets.Spot, str]:
    """Those of what Excel gives as formulas (a value where there is none) that are some.

    ``first`` is the place of the first.
    """
    found: dict[spreadsheets.Spot, str] = {}
    for row, texts in enumerate(rows, first[0]):
        for column, text in enumerate(texts, first[1]):
            is_formula = isinstance(text, str) and text.startswith("=")
            if is_formula and text != old.get((row, column)):
                found[row, column] = str(text)
    return found


def rows_entered(block: Rectangle) -> list[list[object]]:
    rows: list[list[object]] = []
    for row in block.rows:
        rows.append(list(map(entered, row)))
    return rows


def put_rows(sheet: xw.Sheet, corner: spreadsheets.Spot, rows: list[list[object]]) -> None:
    """One write, and one more for each text that is too long for an array."""
    last = corner[0] + len(rows) - 1, corner[1] + len(rows[0]) - 1
    short: list[list[object]] = []
    long: dict[spreadsheets.Spot, object] = {}
    for r, row in enumerate(rows, corner[0]):
        short.append(row.copy())
        for c, value in enumerate(row):
            if is_long(value):
                short[-1][c] = None
                long[r, corner[1] + c] = value
    sheet.range(corner, last).value = short
    for spot, value in long.items():
        sheet.range(spot).value = value


def refuse_dropped(book: xw.Book, changes: Sequence[Overwrite]) -> None:
    """WorkbookError where a figure that was written is not there: its cell is merged with another,
    or filtered out.
    """
    by_sheet: dict[str, list[Overwrite]] = {}
    for change in changes:
        by_sheet.setdefault(change.new.sheet, []).append(change)
    for name, own in by_sheet.items():
        wanted = values_at_risk(name, own)
        if not wanted:
            continue
        found = read_block(book.sheets[name], *corners_of(wanted))
        for spot, value in wanted.items():
            if not holds(found.get(spot), value):
                place = layout.address(spot, name)
                raise WorkbookError(
                    f"{program_of(book).name}没有写入{place}，可能是合并了单元格，或筛选隐藏了行；没有写入任何内容，"
                    f"请取消合并和筛选后再试。"
                )


def values_at_risk(name: str, changes: Sequence[Overwrite]) -> dict[spreadsheets.Spot, Written]:
    """What was written on a sheet and may not be there: the figures of a table, in whose cells
    nothing stood before (what held a value is covered by nothing), and all of a list.
    """
    written: dict[spreadsheets.Spot, Written] = {}
    for change in changes:
        for spot, value in change.new.cells():
            if value is not None:
                written[spot] = value
    if name in LISTS:
        return written
    if name not in TABLES:
        return {}
    figures: dict[spreadsheets.Spot, Written] = {}
    for spot in TABLES[name].cells.values():
        if spot in written:
            figures[spot] = written[spot]
    if figures.keys() <= changes[0].old.keys():
        return {}
    return figures


def corners_of(spots: Iterable[spreadsheets.Spot]) -> tuple[spreadsheets.Spot, spreadsheets.Spot]:
    rows, columns = zip(*spots, strict=True)
    return (min(rows), min(columns)), (max(rows), max(columns))


def show_sheets(book: xw.Book, shown: Mapping[str, bool], undo: list[Callable[[], None]]) -> None:
    """Show and hide table sheets; shown first, for a workbook needs a visible sheet."""
    present = sheet_names(book)
    for name, visible in sorted(shown.items(), key=lambda item: not item[1]):
        if name not in present or bool(book.sheets[name].visible) == visible:
            continue
        undo.append(partial(setattr, book.sheets[name], "visible", not visible))
        book.sheets[name].visible = visible


def fit_rows(book: xw.Book, blocks: Sequence[Rectangle]) -> None:
    """Rows of the lists as high as their texts, where the platform can; only looks depend on it."""
    for name in layout.WRAPPED:
        rows: list[int] = []
        for block in blocks:
            if block.sheet == name:
                rows += [block.top, block.corners[1][0]]
        if rows:
            with suppress(Exception):
                book.sheets[name].range((min(rows), 1), (max(rows), 1)).rows.autofit()


def show_comments(book: xw.Book, edits: Mapping[str, Sequence[Edit]], old: Values) -> None:
    """On each figure of which something else is kept by now, its comment; the user's stay."""
    for name, sheet in TABLES.items():
        wanted = comments_of(sheet, edits.get(name, ()))
        before = comments_of(sheet, kept_edits(sheet, old.get(name, {})))
        for spot, text in wanted.items():
            if text != before[spot]:
                with suppress(Exception):  # a platform may lack comments; the list says the same
                    set_comment(book.sheets[name].range(spot), text, before[spot])


def set_comment(cell: xw.Range, text: str, before: str) -> None:
    """Only what we said before is replaced."""
    note = cell.note
    if note is not None and "".join(note.text.split()) == "".join(before.split()):
        note.delete()
        note = None
    if text and note is None:
        cell.add_note(text)


# --- putting back ---------------------------------------------------------------------------------


class NotRestored(WorkbookError):
    """A failed write that could not be undone either."""


def put_back(undo: Sequence[Callable[[], None]], error: BaseException) -> None:
    """Undo the last step first.

    NotRestored where Excel refuses to undo a step that it had taken.
    """
    failed = []
    for step in reversed(undo):
        try:
            step()
        except Exception:
            failed.append(step)
    if any(step is not undo[-1] for step in failed):
        raise NotRestored(
            "写入中断，而且未能完全恢复原来的内容：请不要保存，关闭本工作簿后重新打开再试。"
        ) from error


def restore(book: xw.Book, change: Overwrite) -> None:
    """What stood in a block before, formulas included."""
    sheet, (first, _) = book.sheets[change.new.sheet], change.new.corners
    rows: list[list[object]] = []
    for at, values in enumerate(change.new.rows, first[0]):
        rows.append([])
        for column, value in enumerate(values, first[1]):
            stood = change.old.get((at, column))
            rows[-1].append(as_entered(stood, plain=isinstance(value, AsEntered)))
    put_rows(sheet, first, rows)
    for spot, _ in change.new.cells():
        if spot in change.formulas:
            sheet.range(spot).formula = change.formulas[spot]


def as_entered(value: object, plain: bool = False) -> object:
    """A value as it was read -> what has to be entered to have it again.

    ``plain`` for a text that is safe as it is.
    """
    if (
        plain
        or not isinstance(value, str)
        or value in spreadsheets.ERRORS
        or units(value) > MOST_UNITS
    ):
        # a text as long as a cell can hold has no room for an apostrophe, and is no number or
        # formula
        return value
    return f"'{value}"
