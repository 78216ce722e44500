"""Reading a page in memory, typed truths as reports, and the oracle that no figure is silently
wrong.
"""

from __future__ import annotations

import json
from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from gongkai.editions import all_editions
from gongkai.model import Document, Entry, Report, Table, Value
from gongkai.readers import read_blocks
from gongkai.recognize import recognize
from helpers import DOCUMENTS

CASES = sorted(path.name for path in DOCUMENTS.iterdir() if path.is_dir())


# --- typed truths ---------------------------------------------------------------------------------


def typed(case: str, name: str) -> Any:
    return json.loads((DOCUMENTS / case / name).read_text(encoding="utf-8"), parse_float=Decimal)


def typed_figures(truth: Mapping[str, Any]) -> dict[str, Value]:
    """report.json -> cell id -> figure; also holds the typed rows against the edition's, so that
    none is forgotten.
    """
    found: dict[str, Value] = {}
    for table, content in truth["tables"].items():
        form = all_editions()[content["edition"]].forms[table]
        assert [(row["id"], row["label"]) for row in content["rows"]] == [
            (row.id, row.label.text) for row in form.rows
        ]
        for row in content["rows"]:
            cells = [cell.id for cell in form.row_cells(row["id"])]
            found |= dict(zip(cells, row["values"], strict=True))
    return found


def typed_report(case: str) -> Report:
    """The typed truth of a case as a Report."""
    truth = typed(case, "report.json")
    values = typed_figures(truth)
    tables = {
        table: Table(
            all_editions()[content["edition"]].forms[table],
            {c: Entry(c, v) for c, v in values.items() if c.startswith(table)},
        )
        for table, content in truth["tables"].items()
    }
    return Report(truth["title"], truth["agency"], truth["year"], truth["published"], tables)


# --- reading --------------------------------------------------------------------------------------


def read_page(page: str | bytes) -> Report:
    """A page's text or bytes through readers and recognition, without a file."""
    content = page if isinstance(page, bytes) else page.encode()
    document = Document(origin="page", media_type="", content=content, sha256="")
    return recognize(read_blocks(document), document)


def figures(report: Report) -> dict[str, Value]:
    """Cell id -> figure, in official order."""
    return {entry.cell: entry.value for entry in report.entries()}


def layouts(report: Report) -> dict[str, str]:
    """Table id -> edition of its layout."""
    return {table.id: table.edition for table in report.tables.values()}


# --- the oracle -----------------------------------------------------------------------------------


def named(report: Report, cell: str) -> bool:
    """Whether a problem names the cell: its table, and its row and column where the problem gives
    them.
    """
    table, row, column = cell.split(".")
    return any(
        problem.table == table and problem.row in ("", row) and problem.is_on(column)
        for problem in report.problems
    )


def misread(truth: Mapping[str, Value], report: Report, blank: Collection[str] = ()) -> list[str]:
    """The law: every figure is the one that stands in the page, or blank with a problem that names
    it.

    ``truth`` says for each cell what the page says there, None where it says nothing; cells in
    ``blank`` were emptied on purpose and may be None without a problem. A line for each figure that
    differs from the page (silently wrong: a problem does not excuse a wrong figure) and for each
    blank that no problem names (lost).
    """
    found = []
    for cell, expected in truth.items():
        table = report.tables.get(cell.partition(".")[0])
        entry = table.entries.get(cell) if table else None
        got, raw = (entry.value, entry.raw) if entry else (None, "")
        if got is not None and got != expected:
            found.append(f"silently wrong {cell}: expected {expected}, got {got}, raw {raw!r}")
        elif (
            got is None
            and expected is not None
            and cell not in blank
            and table
            and not named(report, cell)
        ):
            found.append(f"lost without a problem {cell}: expected {expected}, raw {raw!r}")
    return found


def unlike(truth: Mapping[str, Value], report: Report) -> list[str]:
    """A line for each cell that does not hold exactly what the page says there."""
    found = []
    for cell, expected in truth.items():
        table = report.tables.get(cell.partition(".")[0])
        entry = table.entries.get(cell) if table else None
        if (entry.value if entry else None) != expected:
            found.append(
                f"{cell}: expected {expected}, got {entry.value if entry else 'no cell'}, "
                f"entry "
                f"{entry}"
            )
    return found
