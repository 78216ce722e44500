"""A report as a pandas table for those who build panels."""

from __future__ import annotations

from typing import TYPE_CHECKING

from gongkai.editions import form
from gongkai.model import Report

if TYPE_CHECKING:
    import pandas

COLUMNS = (
    "agency", "year", "cell", "table", "edition", "row", "column", "row_label", "column_label",
    "unit", "value", "raw", "page", "line",
)  # fmt: skip


def report_to_frame(report: Report) -> pandas.DataFrame:
    """One row per figure in official order; ``value`` is object (int, Decimal or None), so that it stays exact."""
    import pandas

    rows = []
    for table in report.tables.values():
        for cell in form(table.edition, table.id).cells.values():
            entry = table.entries[cell.id]
            page, line = (entry.place.page, entry.place.line) if entry.place else (0, 0)
            row, column = cell.row, cell.column
            rows.append(
                (report.agency, report.year, cell.id, table.id, table.edition, row.id, column.id, row.label.text,
                 column.label.text, column.unit, entry.value, entry.raw, page, line)
            )  # fmt: skip
    frame = pandas.DataFrame(rows, columns=list(COLUMNS))
    frame["value"] = pandas.Series([row[10] for row in rows], dtype=object)
    return frame
