"""Results -> a folder's database: one writer, many results a transaction.

A result is on the disk once ``commit`` has returned, whole or not at all. Whoever writes workbooks
gives them their names after that: a workbook that no row names is none of ours, and one that a row
names and that is not there is made again.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import urlsplit

from gongkai.store import encoding, schema
from gongkai.store.reading import Store, bound
from gongkai.workbook.lists import BatchRow

MOST_PENDING = 500  # results of one transaction
SOURCE_NAMES = ", ".join(encoding.SOURCE_COLUMNS)
SOURCE_VALUES = ", ".join(f":{name}" for name in encoding.SOURCE_COLUMNS)
SOURCE_CHANGES = ", ".join(f"{name} = excluded.{name}" for name in encoding.SOURCE_COLUMNS)
RESULT_NAMES = ", ".join(encoding.RESULT_COLUMNS)
RESULT_VALUES = ", ".join(f":{name}" for name in encoding.RESULT_COLUMNS)
KEEP_SOURCE = (
    f"INSERT INTO sources (source, host, tries, {SOURCE_NAMES})"
    f" VALUES (CAST(:source AS TEXT), :host, 1, {SOURCE_VALUES})"
    f" ON CONFLICT (source) DO UPDATE SET tries = tries + 1, {SOURCE_CHANGES}"
)
LIST_SOURCE = (
    "INSERT INTO sources (source, place, host, state, tries, message, finished, url, sha256,"
    " fetched_at, version) VALUES (CAST(? AS TEXT), ?, ?, 'new', 0, '', '', '', '', '', '')"
    " ON CONFLICT (source) DO UPDATE SET place = excluded.place"
)
# 7 -> 7.0001, 7.0002 and so on: behind those that are below it already
LIST_BELOW = (
    "UPDATE sources SET place = 0.0001 + (SELECT max(b.place) FROM sources a JOIN sources b"
    " ON b.place BETWEEN a.place AND a.place + 0.99 WHERE a.source = CAST(:source AS TEXT))"
    " WHERE source = CAST(:name AS TEXT) AND place IS NULL"
)
FAIL_SOURCE = (
    "UPDATE sources SET state = ?, message = ?, finished = ? WHERE source = CAST(? AS TEXT)"
)
KEEP_RESULT = f"INSERT INTO results (id, {RESULT_NAMES}) VALUES (:id, {RESULT_VALUES})"
KEEP_FINDING = "INSERT INTO findings VALUES (?, ?, ?, ?, ?, ?, ?)"
KEEP_FIGURE = "INSERT INTO figures VALUES (?, ?, ?, ?, ?, ?, ?)"


class StoreWriter(Store):
    """An open store and its one writer."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        super().__init__(connection, path)
        self.cells: dict[str, int] = {}
        self.pending = 0

    def keep(self, found: encoding.Encoded) -> None:
        """Take in what came of a source, in place of what was known of it. Raises StoreError, and
        then all since the last ``commit`` is given up.
        """
        with self.changing():
            number = self.keep_source(found)
            for table in ("figures", "findings", "results"):
                self.connection.execute(f"DELETE FROM {table} WHERE id = ?", (number,))
            if found.results is not None:
                self.keep_result(number, found)
        self.pending += 1

    def keep_source(self, found: encoding.Encoded) -> int:
        name = bound(found.source)
        values = {"source": name, "host": host_of(found.source), **found.sources}
        self.connection.execute(KEEP_SOURCE, values)
        asked = "SELECT id FROM sources WHERE source = CAST(? AS TEXT)"
        [number] = self.connection.execute(asked, (name,)).fetchone()
        return int(number)

    def keep_result(self, number: int, found: encoding.Encoded) -> None:
        self.connection.execute(KEEP_RESULT, {"id": number, **(found.results or {})})
        findings = [(number, *values) for values in found.findings]
        self.connection.executemany(KEEP_FINDING, findings)
        figures = []
        for cell, value, state, raw, unit, implied in found.figures:
            cell_number = self.cells.get(cell) or self.number_of(cell)
            figures.append((number, cell_number, value, state, raw, unit, implied))
        self.connection.executemany(KEEP_FIGURE, figures)

    def keep_failure(self, row: BatchRow) -> None:
        """Remember that what came of a source cannot be used as it stands: its workbook is damaged.
        What was read is kept for when it is mended.
        """
        values = (row.state, encoding.clean(row.message), row.finished, bound(row.source))
        with self.changing():
            self.connection.execute(FAIL_SOURCE, values)

    def number_of(self, cell: str) -> int:
        number = self.cells.get(cell)
        if number is None:
            self.connection.execute("INSERT INTO cells (cell) VALUES (?)", (cell,))
            [number] = self.connection.execute("SELECT last_insert_rowid()").fetchone()
            self.cells[cell] = number
        return number

    def begin_list(self, sources: Iterable[str]) -> None:
        """Remember what is to be done, in this order; what is known of them stays."""
        with self.changing():
            self.connection.execute("UPDATE sources SET place = NULL WHERE place NOT NULL")
            rows = ((bound(name), place, host_of(name)) for place, name in enumerate(sources))
            self.connection.executemany(LIST_SOURCE, rows)
        self.commit()

    def list_below(self, name: str, source: str) -> None:
        """Put another report of a source's document below it, unless the list names it itself."""
        with self.changing():
            self.connection.execute(LIST_BELOW, {"name": bound(name), "source": bound(source)})

    def say(self, name: str, value: str) -> None:
        """Remember a fact about the store itself: summary, 汇总."""
        with self.changing():
            self.connection.execute("INSERT OR REPLACE INTO about VALUES (?, ?)", (name, value))

    def add_written(self, digests: Iterable[str]) -> None:
        """Remember summaries that are about to be written."""
        with self.changing():
            rows = [(digest,) for digest in digests]
            self.connection.executemany("INSERT OR IGNORE INTO written VALUES (?)", rows)
        self.commit()

    @contextmanager
    def changing(self) -> Iterator[None]:
        """Within a transaction; a failure takes it back."""
        try:
            if not self.connection.in_transaction:
                self.connection.execute("BEGIN IMMEDIATE")
            yield
        except sqlite3.Error as error:
            self.give_up()
            raise schema.damaged(self.path, error) from error
        except BaseException:
            self.give_up()
            raise

    def commit(self) -> None:
        """Raises StoreError, and then nothing since the last one is kept."""
        try:
            if self.connection.in_transaction:
                self.connection.execute("COMMIT")
        except sqlite3.Error as error:
            self.give_up()
            raise schema.damaged(self.path, error) from error
        self.pending = 0

    def give_up(self) -> None:
        """Forget what is not committed, the numbers of cells too. Raises StoreError."""
        with self.asked():
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            self.cells = dict(self.connection.execute("SELECT cell, id FROM cells"))
        self.pending = 0

    def close(self) -> None:
        """Leave one plain file, which can be copied and read anywhere."""
        try:
            if self.connection.in_transaction:
                self.connection.execute("ROLLBACK")
            self.connection.execute("PRAGMA journal_mode = DELETE")
        except sqlite3.Error:  # somebody reads it: WAL stays until the next run
            pass
        finally:
            self.connection.close()


@contextmanager
def open_store(
    folder: Path, tell: Callable[[str], None] = lambda text: None
) -> Iterator[StoreWriter]:
    """The store of a folder, begun if there is none; only what is committed stays. Raises
    StoreError.
    """
    path = folder / schema.NAME
    store = StoreWriter(schema.open_to_write(path, tell), path)
    try:
        store.give_up()  # nothing yet; it learns the numbers of cells
        yield store
    finally:
        store.close()


def host_of(source: str) -> str:
    """www.ruian.gov.cn of an address, "" of a file."""
    try:
        found = urlsplit(source.strip())
        return (found.hostname or "") if found.scheme.lower() in ("http", "https") else ""
    except ValueError:
        return ""
