"""Records -> pandas tables: a row a figure, a finding, a source, or a row a report; a table of a
report -> its official layout.

``Panel`` keeps the records; pandas is loaded when one of its frames is asked for.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from operator import itemgetter
from pathlib import Path
from typing import TYPE_CHECKING, Any

from gongkai import output, wording
from gongkai.model import Column, Table, Value
from gongkai.panels import sinks, tables
from gongkai.store.records import StoredReport

if TYPE_CHECKING:
    import pandas


def to_frame(table: tables.PanelTable, records: Iterable[StoredReport]) -> pandas.DataFrame:
    """A table of a panel, its columns Int64, float64 and texts, "" where there is none."""
    import pandas

    rows = list(table.fixed)
    for record in records:
        rows += table.rows(record)
    found = {}
    for place, column in enumerate(table.columns):
        values = list(map(itemgetter(place), rows))
        found[column.name] = output.typed_column(column.kind, values)
    return pandas.DataFrame(found)


@dataclass(frozen=True, repr=False)
class Panel:
    """What came of many sources, as tables.

    ``figures`` has a row for every cell of every report that was read, ``reports`` a row for every
    source and a column for every cell of all editions, ``findings`` a row for every finding,
    ``sources`` one for every source with the reason where it was not read, ``codebook`` one for
    every cell. What the relations leave to a blank stands in ``figures["implied"]`` and in
    ``implied`` alone, which is ``reports`` with i3_granted_nat beside t3_granted_nat.
    """

    records: tuple[StoredReport, ...]

    @cached_property
    def figures(self) -> pandas.DataFrame:
        return to_frame(tables.FIGURES, self.records)

    @cached_property
    def reports(self) -> pandas.DataFrame:
        return to_frame(tables.wide_table(), self.records)

    @cached_property
    def implied(self) -> pandas.DataFrame:
        return to_frame(tables.wide_table(implied=True), self.records)

    @cached_property
    def findings(self) -> pandas.DataFrame:
        return to_frame(tables.FINDINGS, self.records)

    @cached_property
    def sources(self) -> pandas.DataFrame:
        return to_frame(tables.SOURCES, self.records)

    @cached_property
    def codebook(self) -> pandas.DataFrame:
        return to_frame(tables.codebook_table(), ())

    def save(
        self,
        target: str | Path,
        *,
        wide: bool = False,
        implied: bool = False,
        overwrite: bool = False,
    ) -> tuple[Path, ...]:
        """Write it as .parquet, .sqlite, .csv, .dta or .xlsx: see ``sinks.write_panel``."""
        asked = sinks.PanelChoice(wide, implied, overwrite)
        return sinks.write_panel(self.records, Path(target), asked)

    def __repr__(self) -> str:
        """``<Panel 3个来源，未读出1个>``."""
        count = len(self.records)
        return f"<Panel {count}个来源，未读出{count - len(list(filter(is_read, self.records)))}个>"


def is_read(record: StoredReport) -> bool:
    return record.row.is_done


# --- the official layout --------------------------------------------------------------------------


def table_to_frame(table: Table) -> pandas.DataFrame:
    """A row for each line of the form and a column for each head, in the official words and order.

    A part of 表二 has heads of its own; a line has nothing under those of other parts. Columns are
    Int64, those of amounts and of a count that is not whole float64: ``exact`` of
    ``Report.to_frame`` has the digits.
    """
    import pandas

    columns: dict[str, list[Value]] = {}
    for part in table.form.parts:
        for column in part.columns:
            columns[column.label.text] = official_column(table, column.label.text)
    found = {}
    for head, values in columns.items():
        found[head] = official_series(values)
    labels = list(map(wording.row_label, table.form.rows))
    frame = pandas.DataFrame(found)
    frame.index = pandas.Index(labels, name=table.form.number)
    return frame


def official_column(table: Table, head: str) -> list[Value]:
    """What stands under a head in every line of the form, None in lines that have none such."""
    values: list[Value] = []
    for part in table.form.parts:
        under = [column for column in part.columns if column.label.text == head]
        for row in part.rows:
            values.append(value_at(table, row.id, under))
    return values


def value_at(table: Table, row: str, under: Sequence[Column]) -> Value:
    return table.values.get(f"{table.id}.{row}.{under[0].id}") if under else None


def official_series(values: Sequence[Value]) -> pandas.Series[Any]:
    is_whole = all(value is None or output.held_count(value) is not None for value in values)
    return output.typed_column("whole" if is_whole else "figure", values)
