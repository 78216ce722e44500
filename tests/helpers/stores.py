"""Reports as the store keeps them, stores that hold them, and what is read back."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from contextlib import closing
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from random import Random

from gongkai import pipeline, wording
from gongkai.model import Entry, Finding, Report, Table, Value
from gongkai.store import (
    NAME,
    StoredReport,
    encoded,
    open_store,
    read_store,
    report_to_record,
    row_to_record,
)
from gongkai.workbook.lists import BatchRow, report_to_row
from helpers.made import report_of

WHEN = "2026-11-30 12:00"
# Halves of characters, which no database takes, stand alone: they are kept as U+FFFD.
HOSTILE = (
    "", "甲\x00乙", "\x00", "'; DROP TABLE sources; --", "=1+1", "\u202egpj.", "\ufeff", "\u2028",
    "😀" * 400, "a\r\nb", '{"a": [1, null]}', "\\u0000", "null", "\U0010ffff", "%s%n{0}", " 甲 ",
)  # fmt: skip
HALVES = ("\ud800", "甲\udcff", "\udfff\ud800x")
FIGURES: tuple[Value, ...] = (
    0, -1, 2**63 - 1, 2**63, -(2**63), -(2**63) - 1, 10**40, Decimal("0.0001"),
    Decimal("12345678.1234"), Decimal("-0.5"), Decimal("12.50"),
)  # fmt: skip
ODD_SOURCES = (
    "https://www.ruian.gov.cn/art/1.html", "报告.html#part=2", "a\udcff\udc80.html", "甲\x00.html",
    "http://[::1", "", " 报告 .html", "HTTPS://WWW.A.GOV.CN/", "a'b\"c;--.html", "-",
)  # fmt: skip


def record_of(report: Report, source: str = "报告.html", file: str = "") -> StoredReport:
    """A report as a batch keeps it."""
    return report_to_record(*line_of(report, source, file))


def line_of(
    report: Report, source: str = "报告.html", file: str = ""
) -> tuple[Report, Sequence[Finding], BatchRow]:
    found = wording.evaluated(report)
    findings = pipeline.check(found)
    return found, findings, report_to_row(found, findings, source, WHEN, file)


def disturbed(report: Report, dice: Random, texts: Sequence[str]) -> Report:
    """The same with blanks, figures beyond what a column holds, units, and texts of any kind."""
    tables = {name: disturbed_table(table, dice, texts) for name, table in report.tables.items()}
    text = dice.choice(texts)
    return replace(report, tables=tables, agency=text or report.agency, title=text)


def disturbed_table(table: Table, dice: Random, texts: Sequence[str]) -> Table:
    entries = dict(table.entries)
    for cell in dice.sample(sorted(entries), min(6, len(entries))):
        raw, unit = dice.choice(texts), dice.choice(("", "元", dice.choice(texts)))
        value = dice.choice((*FIGURES, None, entries[cell].value))
        entries[cell] = Entry(cell, value, raw, unit=unit)
    for cell in dice.sample(sorted(entries), dice.choice((0, 3, len(entries)))):
        del entries[cell]
    return replace(table, entries=entries)


def small_records() -> list[StoredReport]:
    """A report that is sound, one with an error, a source that failed and one without figures."""
    return [
        record_of(
            report_of(), "https://www.qingxi.gov.cn/1.html", "青溪县人民政府2021年度报告.xlsx"
        ),
        record_of(report_of({"applications.granted.total": 1}), "2.html"),
        row_to_record(BatchRow("3.html", "failed", message="文件不存在。", finished=WHEN)),
        row_to_record(BatchRow("4.html", "unread", message="没有数字。", finished=WHEN)),
    ]


def kept(folder: Path, records: Iterable[StoredReport]) -> list[StoredReport]:
    """Put records into the store of a folder, and read all that it holds."""
    with open_store(folder) as store:
        for record in records:
            store.keep(encoded(record))
        store.commit()
    return held(folder)


def held(folder: Path) -> list[StoredReport]:
    with read_store(folder) as store:
        return list(store.records()) if store else []


def tables_in(folder: Path, tables: Iterable[str]) -> Mapping[str, list[tuple[object, ...]]]:
    """The rows of tables, as SQLite itself gives them."""
    with closing(sqlite3.connect(folder / NAME)) as connection:
        return {table: list(connection.execute(f"SELECT * FROM {table}")) for table in tables}


def run_in(folder: Path, *statements: str) -> None:
    """Change the store of a folder as any program can."""
    with closing(sqlite3.connect(folder / NAME)) as connection, connection:
        for statement in statements:
            connection.execute(statement)
