"""A source and what came of it -> a value that stands for itself: nothing in it needs the document.

It is what the store keeps and what a panel is made of.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any, NamedTuple

from gongkai import output, sums
from gongkai.model import VERSION, Document, Entry, Finding, Report, Table, Value
from gongkai.workbook.lists import BatchRow


class StoredFigure(NamedTuple):
    """A cell of a report's tables, blank or not. ``raw`` is the source text of ``value``, ``unit``
    the source's own where it is another than the form's.
    """

    cell: str
    value: Value
    raw: str
    unit: str
    state: output.FigureState
    implied: int | None


@dataclass(frozen=True)
class StoredReport:
    """What came of a source: done, failed or unread. ``row`` has its body, year and counts, and
    ``row.message`` the reason where it failed.

    ``check`` is ``check --json`` of a report that was read (its findings under ``findings``), None
    of a source that was not. ``fetched_at`` is ISO 8601 in UTC, ``published`` a date or "".
    ``version`` is that of the gongkai that read it.
    """

    row: BatchRow
    url: str = ""
    sha256: str = ""
    fetched_at: str = ""
    published: str = ""
    version: str = VERSION
    figures: tuple[StoredFigure, ...] = ()
    editions: Mapping[str, str] | None = None  # table -> edition, of a report that was read
    check: Mapping[str, Any] | None = None
    problems: tuple[Mapping[str, str], ...] = ()

    @property
    def source(self) -> str:
        return self.row.source

    @property
    def findings(self) -> Sequence[Mapping[str, Any]]:
        """Each as ``check --json`` has it."""
        found: Sequence[Mapping[str, Any]] = self.check["findings"] if self.check else ()
        return found


NOWHERE = Document("", "", b"", "")


def report_to_record(report: Report, findings: Sequence[Finding], row: BatchRow) -> StoredReport:
    """A report that was read, ``row`` its line in the list."""
    document = report.document or NOWHERE
    figures: list[StoredFigure] = []
    for table in report.tables.values():
        figures += figures_of(table)
    return StoredReport(
        row,
        url=document.url,
        sha256=document.sha256,
        fetched_at=document.fetched_at,
        published=report.published,
        figures=tuple(figures),
        editions={name: table.edition for name, table in report.tables.items()},
        check=output.check_to_dict(report, findings),
        problems=tuple(map(asdict, report.problems)),
    )


def row_to_record(row: BatchRow) -> StoredReport:
    """A source that was not read, or that holds no figure."""
    return StoredReport(row)


def figures_of(table: Table) -> list[StoredFigure]:
    """Every cell of a table's form, in its order."""
    known = sums.table_state(table)
    found: list[StoredFigure] = []
    for cell in table.form.cells:
        entry = table.entries.get(cell, Entry(cell, None))
        state = output.figure_state(known.cells[cell], entry)
        found.append(
            StoredFigure(cell, entry.value, entry.raw, entry.unit, state, known.figures.get(cell))
        )
    return found
