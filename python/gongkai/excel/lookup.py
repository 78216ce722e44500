"""A figure by its id or its official labels, and a whole report as rows in the official form."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gongkai.editions import edition_of_year, editions
from gongkai.excel.conclusions import Row, as_cell, clip
from gongkai.figures import clean, read_figure
from gongkai.model import Cell, Entry, Form, GongkaiError, Label, Report
from gongkai.recognize.labels import wordings
from gongkai.recognize.tokens import squash
from gongkai.wording import column_label, one_line, row_label
from gongkai.workbook.fill import written

BLANK = "（空）"
DEFAULT_COLUMN = "total"
MOST_CHOICES = 12


def figure_in(report: Report, figure: str, applicant: str = "") -> float | str:
    """The figure of a cell: a number, （空） for a blank, a sign such as ``/`` as it stands.

    ``figure`` is a cell id, a row id or an official row label; ``applicant`` a column id or label, 总计 if "". Raises
    GongkaiError where they name no figure or several, or where the source's text could not be read as one.
    """
    cell = find_cell(report, figure.strip(), applicant.strip())
    entry = report.tables[cell.table].entries[cell.id]
    if entry.value is not None:
        return as_cell(entry.value)
    return blank_text(entry, cell)


def blank_text(entry: Entry, cell: Cell) -> str:
    state = read_figure(entry.raw, cell.column.unit).state
    if state == "blank":
        return BLANK
    if state == "sign":
        return clean(entry.raw)
    raise GongkaiError(f"{row_label(cell.row)}·{column_label(cell.column)}的原文“{clip(entry.raw, 60)}”没有读成数字。")


def find_cell(report: Report, figure: str, applicant: str) -> Cell:
    forms = [editions()[table.edition].forms[table.id] for table in report.tables.values()]
    exact = [form.cells[figure.lower()] for form in forms if figure.lower() in form.cells]
    if exact and (not applicant or is_named(exact[0].column.id, exact[0].column.label, applicant)):
        return exact[0]
    if exact:
        raise GongkaiError(f"编号 {figure} 已写明了列，与“{clip(applicant, 30)}”不同；请去掉列名。")
    rows = rows_named(forms, figure)
    cells = [cell for row in rows for cell in row if is_named(cell.column.id, cell.column.label, applicant)]
    if not applicant:
        cells = [row[0] if len(row) == 1 else cell for row in rows for cell in row if is_default(cell, row)]
    if len(cells) == 1:
        return cells[0]
    if len(rows) == 1:
        wanted = f"没有“{clip(applicant, 30)}”这一列" if applicant else "有几列，请写明列名"
        raise GongkaiError(f"“{clip(figure, 30)}”{wanted}：{choices(column_label(cell.column) for cell in rows[0])}。")
    if rows:
        raise GongkaiError(f"有几行叫“{clip(figure, 30)}”，请写单元格编号：{choices(row[0].id for row in rows)}。")
    raise unknown_row(forms, figure)


def rows_named(forms: Sequence[Form], figure: str) -> list[tuple[Cell, ...]]:
    rows = [form.row_cells(row.id) for form in forms for row in form.rows]
    return [cells for cells in rows if is_named(cells[0].row.id, cells[0].row.label, figure)]


def is_named(name: str, label: Label, text: str) -> bool:
    return text.lower() == name or (squash(text) != "" and squash(text) in {word for word, _ in wordings(label)})


def is_default(cell: Cell, row: Sequence[Cell]) -> bool:
    return len(row) == 1 or cell.column.id == DEFAULT_COLUMN


def unknown_row(forms: Sequence[Form], figure: str) -> GongkaiError:
    """For a group the rows in it, for a piece of labels the rows that hold it."""
    word = squash(figure)
    rows = [row for form in forms for row in form.rows]
    inside = [row for row in rows if any(is_named(group.id, group, figure) for group in row.groups)]
    alike = [row for row in rows if word and word in squash(row.label.text)]
    named = clip(figure, 30)
    if inside:
        return GongkaiError(f"“{named}”下有几行，请写明一行：{choices(row_label(row) for row in inside)}。")
    if alike:
        return GongkaiError(f"没有“{named}”这一行，请写全行名：{choices(row_label(row) for row in alike)}。")
    return GongkaiError(f"这份报告中没有“{named}”这一行；行名如（一）予以公开，编号如 applications.granted.total。")


def choices(names: Iterable[str]) -> str:
    found = list(dict.fromkeys(names))
    return "、".join(found[:MOST_CHOICES]) + ("等" if len(found) > MOST_CHOICES else "")


# --- a whole report -----------------------------------------------------------------------------------------------


def report_rows(report: Report) -> list[Row]:
    """The tables one under the other as the official form prints them, each under its title; rows of one length."""
    rows: list[Row] = []
    for name, form in edition_of_year(report.year).forms.items():
        if rows:
            rows.append([])
        rows += table_rows(report, name) if name in report.tables else [[f"! 没有找到{form.number}"]]
    if report.problems:
        rows += [[], [f"! 有{len(report.problems)}处没有读出；请用“导入网址”导入后查看校验结果。"]]
    width = max(len(row) for row in rows)
    return [row + [""] * (width - len(row)) for row in rows]


def table_rows(report: Report, name: str) -> list[Row]:
    table = report.tables[name]
    form = editions()[table.edition].forms[name]
    rows: list[Row] = [[""] * form.size.right for _ in range(form.size.bottom)]
    for label in form.labels:
        rows[label.box.top - 1][label.box.left - 1] = label.text
    for cell in form.cells.values():
        entry = table.entries[cell.id]
        text = written(entry, cell)
        shown_as = as_cell(entry.value) if entry.value is not None else clip(str(text or ""), 1_000)
        rows[cell.box.top - 1][cell.box.left - 1] = shown_as
    return [[f"{form.number}　{one_line(form.title)}"], *rows]
