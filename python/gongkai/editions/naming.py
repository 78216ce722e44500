"""How a row, a column and a cell of the official form are named in a line of text."""

from __future__ import annotations

import re

from gongkai.model import Cell, Column, Row

REMARK = re.compile(r"(?<=.)（[^（）]*）$")


def row_label(row: Row) -> str:
    """The official wording without its closing remark; under its group where its number starts anew in each group."""
    text = REMARK.sub("", row.label.text)
    if not text[0].isdigit() or not row.groups:
        return text
    nearest = max(row.groups, key=lambda group: group.box.left)
    return f"{nearest.text} {text}"


def column_label(column: Column) -> str:
    return REMARK.sub("", column.label.text)


def label_of(cell: Cell) -> str:
    return f"{row_label(cell.row)}·{column_label(cell.column)}"
