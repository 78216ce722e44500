"""Room: checks. Places of the tables in words -> cells of the report's own layouts, and their names."""

from __future__ import annotations

from collections.abc import Iterable
from typing import NamedTuple

from gongkai.checks.narrative.meaning import Pick, Picks
from gongkai.checks.wording import column_label, label_of, row_label
from gongkai.editions import edition_of_year, editions
from gongkai.model import Form, Label, Report

PERSONS = "法人或其他组织"


class Quantity(NamedTuple):
    """A sum over cells of the tables that prose speaks of; ``others`` are sums that its words may mean as well.

    ``name`` is stable (applications.refused.total); ``cells`` is empty for what the tables have no cell for.
    ``unit`` is that of the figure, 件 or 万元.
    """

    name: str
    label: str
    cells: tuple[str, ...]
    others: tuple[tuple[str, ...], ...] = ()
    unit: str = "件"


def quantity_of(choices: Iterable[Picks], report: Report) -> Quantity | None:
    """The first reading that the report's layouts have cells for, the others beside it; None where they have none."""
    found = []
    for picks in choices:
        if picks[0].row == "processing_fee":
            return Quantity("processing_fee", "信息处理费", (), unit="万元")
        parts = [cells_of(pick, form_of(pick.table, report)) for pick in picks]
        if all(parts):
            found.append((picks, tuple(cell for cells in parts for cell in cells)))
    if not found:
        return None
    picks, cells = found[0]
    name = "+".join(".".join(pick) for pick in picks)
    label = "＋".join(pick_label(pick, form_of(pick.table, report)) for pick in picks)
    unit = form_of(picks[0].table, report).cells[cells[0]].column.unit
    return Quantity(name, label, cells, tuple(other for _, other in found[1:]), unit)


def form_of(table: str, report: Report) -> Form:
    found = report.tables.get(table)
    return editions()[found.edition].forms[table] if found else edition_of_year(report.year).forms[table]


def cells_of(pick: Pick, form: Form) -> tuple[str, ...]:
    """The cells of a row or a group of rows, in a column or in those under 法人或其他组织; in official order."""
    return tuple(
        cell.id
        for cell in form.cells.values()
        if (cell.row.id == pick.row or any(group.id == pick.row for group in cell.row.groups))
        and (cell.column.id == pick.column or (pick.column == "persons" and is_person(cell.column.label, form)))
    )


def is_person(column: Label, form: Form) -> bool:
    heads = [label for label in form.labels if label.text == PERSONS]
    return any(head.box.left <= column.box.left and column.box.right <= head.box.right for head in heads)


def pick_label(pick: Pick, form: Form) -> str:
    """表三 （三）不予公开·总计: the official labels."""
    cells = [form.cells[cell] for cell in cells_of(pick, form)]
    if len(cells) == 1:
        return f"{form.number} {label_of(cells[0])}"
    groups = [label.text for label in form.labels if label.kind == "group" and label.id == pick.row]
    row = groups[0] if groups else row_label(cells[0].row)
    return f"{form.number} {row}·{PERSONS if pick.column == 'persons' else column_label(cells[0].column)}"
