"""A figure's name, by id or official label -> what stands in its cell, or why none is meant."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gongkai import figures, wording
from gongkai.excel import arrays, conclusions
from gongkai.model import Cell, Entry, Form, GongkaiError, Label, Report, Row
from gongkai.recognize.tokenizing import squash

BLANK = "（空）"
DEFAULT_COLUMN = "total"
MOST_CHOICES = 12  # names that a message lists
LONGEST_NAME = 30  # characters of what was asked for, as a message repeats it

CellsOfRow = tuple[Cell, ...]


def figure_in(report: Report, figure: str, applicant: str = "") -> float | str:
    """The figure of a cell: a number, （空） for a blank, a sign such as ``/`` as it stands.

    ``figure`` is a cell id, a row id or an official row label; ``applicant`` a column id or label,
    总计 if "". Raises GongkaiError where they name no figure or several, or where the source's text
    could not be read as one.
    """
    forms = [table.form for table in report.tables.values()]
    cell = find_cell(forms, figure.strip(), applicant.strip())
    entry = report.tables[cell.table].entries[cell.id]
    if entry.value is not None:
        return conclusions.as_cell(entry.value)
    return blank_text(entry, cell)


def blank_text(entry: Entry, cell: Cell) -> str:
    """（空） of a blank, the sign itself of ``/``; GongkaiError for 十二 that was not read."""
    state = figures.read_figure(entry.raw, cell.column.unit).state
    if state == "blank":
        return BLANK
    if state == "sign":
        return figures.clean(entry.raw)
    name = f"{wording.row_label(cell.row)}·{wording.column_label(cell.column)}"
    raise GongkaiError(f"{name}的原文“{wording.cut(entry.raw, 60)}”没有读成数字。")


# --- which cell is meant --------------------------------------------------------------------------


def find_cell(forms: Sequence[Form], figure: str, applicant: str) -> Cell:
    """By the cell's own id, else by row and column. Raises GongkaiError, with what may be meant."""
    own = cell_of_id(forms, figure)
    if own is not None:
        return with_column(own, figure, applicant)
    rows = rows_named(forms, figure)
    cells = []
    for row in rows:
        cells += cells_in(row, applicant)
    if len(cells) == 1:
        return cells[0]
    if not rows:
        raise unknown_row(forms, figure)
    if len(rows) > 1:
        raise several_rows(rows, figure)
    raise unknown_column(rows[0], applicant, figure)


def cell_of_id(forms: Sequence[Form], figure: str) -> Cell | None:
    """applications.granted.natural -> 予以公开·自然人; None for what is no cell's id."""
    for form in forms:
        if figure.lower() in form.cells:
            return form.cells[figure.lower()]
    return None


def with_column(cell: Cell, figure: str, applicant: str) -> Cell:
    """The cell, where the column that is named besides is its own or none is."""
    if applicant and not is_named(cell.column.id, cell.column.label, applicant):
        named = wording.cut(applicant, LONGEST_NAME)
        raise GongkaiError(f"编号 {figure} 已写明了列，与“{named}”不同；请去掉列名。")
    return cell


def rows_named(forms: Sequence[Form], figure: str) -> list[CellsOfRow]:
    """The rows of a name, several where it stands in several groups: 其他."""
    rows = []
    for form in forms:
        for row in form.rows:
            cells = form.row_cells(row.id)
            if is_named(cells[0].row.id, cells[0].row.label, figure):
                rows.append(cells)
    return rows


def cells_in(row: CellsOfRow, applicant: str) -> list[Cell]:
    """Those of a row in the column that is named; in 总计, or the only one, where none is."""
    if len(row) == 1 and not applicant:
        return list(row)
    wanted = applicant or DEFAULT_COLUMN
    found: list[Cell] = []
    for cell in row:
        if is_named(cell.column.id, cell.column.label, wanted):
            found.append(cell)
    return found


def is_named(name: str, label: Label, text: str) -> bool:
    """Whether a text is an id or one of the wordings in use: granted, 予以公开, （一）予以公开."""
    return text.lower() == name or squash(text) in arrays.words_of(label)


# --- why none is ----------------------------------------------------------------------------------


def several_rows(rows: Sequence[CellsOfRow], figure: str) -> GongkaiError:
    named, ids = wording.cut(figure, LONGEST_NAME), choices(row[0].id for row in rows)
    return GongkaiError(f"有几行叫“{named}”，请写单元格编号：{ids}。")


def unknown_column(row: CellsOfRow, applicant: str, figure: str) -> GongkaiError:
    """Of a row of 表二, which has no 总计, all columns are to choose from."""
    wanted = "有几列，请写明列名"
    if applicant:
        wanted = f"没有“{wording.cut(applicant, LONGEST_NAME)}”这一列"
    columns = choices(wording.column_label(cell.column) for cell in row)
    return GongkaiError(f"“{wording.cut(figure, LONGEST_NAME)}”{wanted}：{columns}。")


def unknown_row(forms: Sequence[Form], figure: str) -> GongkaiError:
    """For a group the rows in it, for a piece of labels the rows that hold it."""
    named = wording.cut(figure, LONGEST_NAME)
    inside = rows_inside(forms, figure)
    if inside:
        return GongkaiError(
            f"“{named}”下有几行，请写明一行：{choices(map(wording.row_label, inside))}。"
        )
    alike = rows_with(forms, squash(figure))
    if alike:
        return GongkaiError(
            f"没有“{named}”这一行，请写全行名：{choices(map(wording.row_label, alike))}。"
        )
    return GongkaiError(
        f"这份报告中没有“{named}”这一行；行名如（一）予以公开，编号如 applications.granted.total。"
    )


def rows_inside(forms: Sequence[Form], figure: str) -> list[Row]:
    """（三）不予公开 -> 1.属于国家秘密, 2.其他法律行政法规禁止公开, …"""
    inside = []
    for form in forms:
        for row in form.rows:
            if any(is_named(group.id, group, figure) for group in row.groups):
                inside.append(row)
    return inside


def rows_with(forms: Sequence[Form], word: str) -> list[Row]:
    """国家秘密 -> 1.属于国家秘密: the rows whose label holds a word; none for ""."""
    if not word:
        return []
    alike = []
    for form in forms:
        for row in form.rows:
            if word in squash(row.label.text):
                alike.append(row)
    return alike


def choices(names: Iterable[str]) -> str:
    return wording.some_of(list(dict.fromkeys(names)), MOST_CHOICES)
