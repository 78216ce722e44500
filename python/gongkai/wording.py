"""Cells, rows, columns, relations and texts of a source -> how a sentence for people names them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from gongkai.figures import read_figure
from gongkai.model import Cell, Column, Edition, Form, Relation, Row

LONGEST_RAW = 60
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


def official_order(form: Form, cells: Iterable[str]) -> tuple[str, ...]:
    wanted = set(cells)
    return tuple(cell for cell in form.cells if cell in wanted)


def subject_and_names(form: Form, relation: Relation) -> tuple[str, dict[str, str]]:
    """What all cells of a relation share (one row, or one column), and cell id -> what tells it from the others."""
    cells = [form.cells[cell] for cell in relation.cells]
    if len({cell.row.id for cell in cells}) == 1:
        return row_label(cells[0].row), {cell.id: column_label(cell.column) for cell in cells}
    return f"{column_label(cells[0].column)}列", {cell.id: row_label(cell.row) for cell in cells}


def relation_lines(edition: Edition) -> Iterator[tuple[str, str, str, str]]:
    """(rule, table, subject, ``自然人＋商业企业＝总计``) of every relation, in the official labels."""
    for relation in edition.relations:
        form = edition.forms[relation.table]
        subject, names = subject_and_names(form, relation)
        parts, whole = ("＋".join(names[cell] for cell in cells) for cells in (relation.parts, relation.whole))
        yield relation.rule, form.number, subject, f"{parts}＝{whole}"


def one_line(text: str) -> str:
    """Text from a source without line breaks, controls and characters that turn the reading direction."""
    return " ".join("".join(letter if letter.isprintable() else " " for letter in text).split())


def clipped(text: str) -> str:
    plain = one_line(text)
    return plain if len(plain) <= LONGEST_RAW else f"{plain[: LONGEST_RAW - 1]}…"


def written(raw: str, unit: str) -> str:
    """What stands in a cell without a value."""
    state = read_figure(raw, unit).state
    if state == "blank":
        return "空白"
    return f"填“{clipped(raw)}”" if state == "sign" else f"原文“{clipped(raw)}”未采用"
