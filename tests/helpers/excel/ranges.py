"""A report's tables as the ranges that Excel delivers: figures alone, turned, with labels, as
texts.
"""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

from gongkai.figures import shown
from gongkai.model import Form, Report, Value

Rows = list[list[object]]
Writing = Callable[[Value], object]
WIDE = str.maketrans("0123456789.-", "０１２３４５６７８９．－")


def as_float(value: Value) -> object:
    return None if value is None else float(value)


WRITINGS: dict[str, Writing] = {
    "float": as_float,
    "exact": lambda value: value,
    "currency": lambda value: None if value is None else Decimal(value),
    "text": shown,
    "wide": lambda value: shown(value).translate(WIDE),
    "spaced": lambda value: f" {shown(value)}\u3000",
}


def form_in(report: Report, table: str) -> Form:
    return report.tables[table].form


def figures(report: Report, table: str, writing: Writing = as_float) -> Rows:
    """One line for each row of the form: 25 or 23 by 7, and 3 by 5."""
    form = form_in(report, table)
    return [
        [writing(report.value(cell.id)) for cell in form.row_cells(row.id)] for row in form.rows
    ]


def printed(report: Report, table: str, writing: Writing = as_float) -> Rows:
    """The whole form with its labels; a merged cell's text stands in its first cell, the others are
    blank.
    """
    form = form_in(report, table)
    rows: Rows = [[None] * form.size.right for _ in range(form.size.bottom)]
    for label in form.labels:
        rows[label.box.top - 1][label.box.left - 1] = label.text
    for cell in form.cells.values():
        rows[cell.box.top - 1][cell.box.left - 1] = writing(report.value(cell.id))
    return rows


def turned(rows: Rows) -> Rows:
    return [list(column) for column in zip(*rows, strict=True)]


def in_one_row(rows: Rows) -> Rows:
    return [[value for row in rows for value in row]]


def piece(rows: Rows, top: int, left: int) -> Rows:
    return [row[left:] for row in rows[top:]]
