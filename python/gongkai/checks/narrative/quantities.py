"""Rows and columns in words + the forms of a report's tables -> its own cells, and their names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import lru_cache
from typing import NamedTuple

from gongkai import editions, wording
from gongkai.checks.narrative.meaning import Pick, Picks
from gongkai.model import Cell, Form, Label, Report

PERSONS = "法人或其他组织"


class Quantity(NamedTuple):
    """A sum over cells of the tables that prose speaks of.

    ``name`` is stable (applications.refused.total); ``cells`` is empty for what the tables have no
    cell for, ``others`` are sums that the words may mean as well. ``unit`` is that of the figure,
    件 or 万元.
    """

    name: str
    label: str
    cells: tuple[str, ...]
    others: tuple[tuple[str, ...], ...] = ()
    unit: str = "件"


Layouts = tuple[Form, ...]
PROCESSING_FEE = Quantity("processing_fee", "信息处理费", (), unit="万元")


def layouts_of(report: Report) -> Layouts:
    """The form of each table, in the official order: its own, else that of the report's year."""
    found: list[Form] = []
    for name, official in editions.edition_of_year(report.year).forms.items():
        found.append(report.tables[name].form if name in report.tables else official)
    return tuple(found)


@lru_cache(maxsize=4096)
def quantity_of(choices: tuple[Picks, ...], layouts: Layouts) -> Quantity | None:
    """The first reading that the layouts have cells for, the others beside it.

    收到 is the row new, or new and carried_in. None where no reading has cells: 逾期不补正 is no
    row of the form for 2019.
    """
    if choices[0][0].row == "processing_fee":
        return PROCESSING_FEE
    forms = {form.id: form for form in layouts}
    readings: list[Picks] = []
    cells: list[tuple[str, ...]] = []
    for picks in choices:
        found = cells_of_all(picks, forms)
        if found:
            readings.append(picks)
            cells.append(found)
    if not readings:
        return None
    name, label = names_of_picks(readings[0], forms)
    unit = forms[readings[0][0].table].cells[cells[0][0]].column.unit
    return Quantity(name, label, cells[0], tuple(cells[1:]), unit)


def cells_of_all(picks: Picks, forms: Mapping[str, Form]) -> tuple[str, ...]:
    """The cells of all picks together, in the official order; none where any has none."""
    wanted: set[str] = set()
    for pick in picks:
        cells = cells_of(pick, forms[pick.table])
        if not cells:
            return ()
        wanted.update(cells)
    return in_order(wanted, forms)


def in_order(wanted: set[str], forms: Mapping[str, Form]) -> tuple[str, ...]:
    found: list[str] = []
    for official in forms.values():
        for cell in official.cells:
            if cell in wanted:
                found.append(cell)
    return tuple(found)


# --- cells of rows and columns --------------------------------------------------------------------


def cells_of(pick: Pick, official: Form) -> tuple[str, ...]:
    """The cells of a row or of a group of rows, in a column or in those under 法人或其他组织."""
    found: list[str] = []
    for cell in official.cells.values():
        rows = {cell.row.id, *(group.id for group in cell.row.groups)}
        if pick.row in rows and is_in_column(cell, pick.column, official):
            found.append(cell.id)
    return tuple(found)


def is_in_column(cell: Cell, column: str, official: Form) -> bool:
    if column == "persons":
        return is_person(cell.column.label, official)
    return cell.column.id == column


def is_person(column: Label, official: Form) -> bool:
    """Whether a column stands under 法人或其他组织, as 商业企业 does."""
    box = column.box
    for label in official.labels:
        if label.text != PERSONS:
            continue
        if label.box.left <= box.left and box.right <= label.box.right:
            return True
    return False


# --- names ----------------------------------------------------------------------------------------


def names_of_picks(picks: Picks, forms: Mapping[str, Form]) -> tuple[str, str]:
    """applications.new.total and 表三 一、本年新收政府信息公开申请数量·总计."""
    names: list[str] = []
    labels: list[str] = []
    for pick in picks:
        names.append(".".join(pick))
        labels.append(pick_label(pick, forms[pick.table]))
    return "+".join(names), "＋".join(labels)


def pick_label(pick: Pick, official: Form) -> str:
    """表三 （三）不予公开·总计: the official labels."""
    cells = cells_of(pick, official)
    first = official.cells[cells[0]]
    if len(cells) == 1:
        return f"{official.number} {wording.label_of(first)}"
    row = group_label(pick.row, official.labels) or wording.row_label(first.row)
    column = wording.column_label(first.column)
    if pick.column == "persons":
        column = PERSONS
    return f"{official.number} {row}·{column}"


def group_label(row: str, labels: Sequence[Label]) -> str:
    for label in labels:
        if label.kind == "group" and label.id == row:
            return label.text
    return ""
