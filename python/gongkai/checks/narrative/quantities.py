"""Places of the tables in words -> cells of the report's own layouts, and their names."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from typing import NamedTuple

from gongkai.checks.narrative.meaning import Pick, Picks
from gongkai.editions import edition_of_year, form
from gongkai.model import Form, Label, Report
from gongkai.wording import column_label, label_of, row_label

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


Layouts = tuple[tuple[str, str], ...]


def layouts_of(report: Report) -> Layouts:
    """(table, the edition of its layout) for all tables of the form, in the official order."""
    force = edition_of_year(report.year)
    return tuple(
        (table, report.tables[table].edition if table in report.tables else force.name) for table in force.forms
    )


@lru_cache(maxsize=4096)
def quantity_of(choices: tuple[Picks, ...], layouts: Layouts) -> Quantity | None:
    """The first reading that the layouts have cells for, the others beside it; None where they have none.

    Cells are in the official order, table by table.
    """
    forms = {table: form(edition, table) for table, edition in layouts}
    found = []
    for picks in choices:
        if picks[0].row == "processing_fee":
            return Quantity("processing_fee", "信息处理费", (), unit="万元")
        parts = [cells_of(pick, forms[pick.table]) for pick in picks]
        if all(parts):
            found.append((picks, in_order({cell for cells in parts for cell in cells}, forms)))
    if not found:
        return None
    picks, cells = found[0]
    name = "+".join(".".join(pick) for pick in picks)
    label = "＋".join(pick_label(pick, forms[pick.table]) for pick in picks)
    unit = forms[picks[0].table].cells[cells[0]].column.unit
    return Quantity(name, label, cells, tuple(other for _, other in found[1:]), unit)


def in_order(wanted: set[str], forms: Mapping[str, Form]) -> tuple[str, ...]:
    return tuple(cell for official in forms.values() for cell in official.cells if cell in wanted)


def cells_of(pick: Pick, official: Form) -> tuple[str, ...]:
    """The cells of a row or a group of rows, in a column or in those under 法人或其他组织; in official order."""
    return tuple(
        cell.id
        for cell in official.cells.values()
        if (cell.row.id == pick.row or any(group.id == pick.row for group in cell.row.groups))
        and (cell.column.id == pick.column or (pick.column == "persons" and is_person(cell.column.label, official)))
    )


def is_person(column: Label, official: Form) -> bool:
    heads = [label for label in official.labels if label.text == PERSONS]
    return any(head.box.left <= column.box.left and column.box.right <= head.box.right for head in heads)


def pick_label(pick: Pick, official: Form) -> str:
    """表三 （三）不予公开·总计: the official labels."""
    cells = [official.cells[cell] for cell in cells_of(pick, official)]
    if len(cells) == 1:
        return f"{official.number} {label_of(cells[0])}"
    groups = [label.text for label in official.labels if label.kind == "group" and label.id == pick.row]
    row = groups[0] if groups else row_label(cells[0].row)
    return f"{official.number} {row}·{PERSONS if pick.column == 'persons' else column_label(cells[0].column)}"
