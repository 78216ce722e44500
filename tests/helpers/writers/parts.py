"""Pages and texts that hold more than one report: tables of other years and bodies, with titles and
captions.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from html import escape

from gongkai.model import Entry, Report, Table
from helpers.made import report_of
from helpers.writers.styles import (
    TABLES,
    Sheet,
    bars_text,
    lines_text,
    report_sheets,
    report_title,
    table_html,
    title_of,
    trailing_text,
    word_cell,
)

OWN = report_of()
WRITERS: dict[str, Callable[[Sheet], str]] = {
    "plain": table_html,
    "word": lambda sheet: table_html(sheet, word_cell),
    "bars": bars_text,
    "lines": lines_text,
    "trailing": trailing_text,
}
PAGES = ("plain", "word")  # the others are plain text


def times(report: Report, factor: int, **changes: object) -> Report:
    """A sound report of other figures: each is multiplied, and 1 stands for 0 in 表二."""
    tables = {}
    for table in report.tables.values():
        entries = {
            cell: Entry(cell, (entry.value or 0) * factor) for cell, entry in table.entries.items()
        }
        if table.id == "disclosure":
            entries = {cell: Entry(cell, factor) for cell in entries}
        tables[table.id] = Table(table.form, entries)
    return replace(report, tables=tables, **changes)  # type: ignore[arg-type]


LAST_YEAR = times(OWN, 3, year=2020)
OTHER_BODY = times(OWN, 5, agency="白汀县人民政府")


@dataclass(frozen=True)
class Part:
    """Lines and tables in order: a text is a line, a sheet is a table; ``sections`` puts the
    official headings.
    """

    lines: tuple[str | Sheet, ...]


def titled(report: Report, *tables: str, title: str | None = None) -> Part:
    """A report below its title, each table below its section's heading."""
    sheets = report_sheets(report)
    lines: list[str | Sheet] = [report_title(report) if title is None else title]
    for table in tables or TABLES:
        lines += [title_of(table), sheets[table]]
    return Part(tuple(line for line in lines if line))


def captioned(report: Report, caption: str, *tables: str) -> Part:
    """Tables below a caption, without the headings of sections."""
    sheets = report_sheets(report)
    return Part((caption, *(sheets[table] for table in tables or TABLES)))


def written(layout: str, parts: Sequence[Part], page_title: str = "") -> str:
    """The parts in one page with this <title>, or one text."""
    lines = [line for part in parts for line in part.lines]
    if layout not in PAGES:
        return (
            "\n\n".join(line if isinstance(line, str) else WRITERS[layout](line) for line in lines)
            + "\n"
        )
    body = "\n".join(
        f"<p>{escape(line)}</p>" if isinstance(line, str) else WRITERS[layout](line)
        for line in lines
    )
    head = f'<meta charset="utf-8"><title>{escape(page_title)}</title>'
    return f"<!DOCTYPE html>\n<html><head>{head}</head><body>{body}</body></html>\n"
