"""A folder's database -> what came of its sources, while whoever writes."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any, NamedTuple

from gongkai import editions, system
from gongkai.store import encoding, schema
from gongkai.store.records import StoredReport
from gongkai.workbook.lists import BatchRow

# What is raised by values that we did not write.
MISUSED = (TypeError, ValueError, KeyError, AttributeError, IndexError, RecursionError)
COLUMNS = ("id", "source", *encoding.SOURCE_COLUMNS, *encoding.RESULT_COLUMNS)
LINE = ("id", "source", *encoding.LINE_COLUMNS, "file_sha256", "is_grave")  # what a Kept is made of
NAMED = ("id", "source", "agency", "year", "file")
FROM = "FROM sources LEFT JOIN results USING (id)"
IN_ORDER = "ORDER BY place IS NULL, place, id"
LISTED = f"WHERE place NOT NULL OR state = 'done' {IN_ORDER}"
DONE = f"WHERE state = 'done' {IN_ORDER}"
FIGURES = (
    "SELECT c.cell, value, state, raw, unit, implied FROM figures f"
    " LEFT JOIN cells c ON c.id = f.cell WHERE f.id = ? ORDER BY f.cell"
)
YEARLY_CELLS = sorted(editions.yearly_cells())
YEARLY = (
    "SELECT c.cell, value, state, raw, unit, implied FROM cells c JOIN figures f ON f.cell = c.id"
    f" WHERE f.id = ? AND c.cell IN ({', '.join('?' * len(YEARLY_CELLS))})"
)
FINDINGS = "SELECT facts FROM findings WHERE id = ? ORDER BY number"


class Kept(NamedTuple):
    """What a store knows of a source: its line, the digest of its workbook as we wrote it, ""
    without one, and whether its report is not clean.
    """

    row: BatchRow
    file_sha256: str = ""
    is_grave: bool = False


class Store:
    """An open store, to be read. Its methods raise StoreError where it is damaged."""

    def __init__(self, connection: sqlite3.Connection, path: Path) -> None:
        self.connection, self.path = connection, path

    @contextmanager
    def asked(self) -> Iterator[None]:
        """What goes wrong within is a StoreError."""
        try:
            yield
        except (sqlite3.Error, *MISUSED) as error:
            raise schema.damaged(self.path, error) from error

    def rows_of(self, question: str, *values: object) -> Iterator[tuple[Any, ...]]:
        """One after the other, so that a hundred thousand take no more memory than one.

        Not ``yield from``, which would close the rows' cursor: of a store that is closed by then
        that is an error, which Python prints.
        """
        for row in self.connection.execute(question, values):  # noqa: UP028
            yield row

    def about(self, name: str) -> str:
        """summary -> 汇总; "" for what is not known."""
        with self.asked():
            for (value,) in self.rows_of("SELECT value FROM about WHERE name = ?", name):
                return encoding.text_in(value)
        return ""

    def was_written(self, digest: str) -> bool:
        """Whether a summary with this digest is one of ours."""
        with self.asked():
            return any(self.rows_of("SELECT 1 FROM written WHERE digest = ?", digest))

    def kept(self, source: str) -> Kept | None:
        """What is known of a source."""
        with self.asked():
            for columns in self.known(LINE, "WHERE source = CAST(? AS TEXT)", bound(source)):
                return self.kept_of(columns)
        return None

    def listed(self) -> Iterator[BatchRow]:
        """Every source as a line: those of the last list in its order, then those of earlier ones
        whose report is kept.
        """
        for _, row in self.numbered():
            yield row

    def numbered(self) -> Iterator[tuple[int, BatchRow]]:
        """The same with the numbers that they have here."""
        with self.asked():
            for columns in self.known(LINE, LISTED):
                yield columns["id"], self.kept_of(columns).row

    def named(self) -> Iterator[tuple[int, BatchRow]]:
        """Number, source, body, year and workbook of every report, in the same order."""
        with self.asked():
            for columns in self.known(NAMED, DONE):
                yield columns["id"], encoding.named_row(columns)

    def yearly(self) -> Iterator[BatchRow]:
        """Every line with those figures alone by which years are compared."""
        with self.asked():
            for columns in self.known(LINE, LISTED):
                yield self.yearly_of(columns)

    def yearly_row(self, number: int) -> BatchRow:
        """The same of one report."""
        with self.asked():
            [columns] = self.known(LINE, "WHERE id = ?", number)
            return self.yearly_of(columns)

    def yearly_of(self, columns: dict[str, Any]) -> BatchRow:
        found = self.connection.execute(YEARLY, (columns["id"], *YEARLY_CELLS)).fetchall()
        return encoding.row_of(columns, found)

    def checks(self) -> Iterator[tuple[BatchRow, dict[str, Any]]]:
        """(line, ``check --json``) of every report that is kept."""
        with self.asked():
            for columns in self.known(COLUMNS, DONE):
                check = self.check_of(columns)
                if check is not None:
                    yield self.kept_of(columns).row, check

    def files(self) -> list[str]:
        """The names of all workbooks."""
        with self.asked():
            asked = "SELECT file FROM results WHERE file <> ''"
            return [encoding.text_in(name) for (name,) in self.rows_of(asked)]

    def records(self) -> Iterator[StoredReport]:
        """All that is known of each source, in the same order."""
        with self.asked():
            for columns in self.known(COLUMNS, "ORDER BY id"):
                yield self.record_of(columns)

    def known(self, names: Sequence[str], where: str, *values: object) -> Iterator[dict[str, Any]]:
        for found in self.rows_of(f"SELECT {', '.join(names)} {FROM} {where}", *values):
            yield dict(zip(names, found, strict=True))

    def kept_of(self, columns: dict[str, Any]) -> Kept:
        row = encoding.row_of(columns, self.figures_of(columns))
        digest = encoding.text_in(columns["file_sha256"] or "")
        return Kept(row, digest, bool(columns["is_grave"]))

    def record_of(self, columns: dict[str, Any]) -> StoredReport:
        is_done = columns["state"] == "done"
        values = self.figures_of(columns) if is_done else []
        figures = tuple(map(encoding.figure_of, values))
        told = {name: encoding.text_in(columns[name]) for name in encoding.SOURCE_COLUMNS[3:]}
        return StoredReport(
            encoding.row_of(columns, values),
            published=encoding.text_in(columns["published"] or ""),
            figures=figures,
            editions=json.loads(columns["forms"]) if columns["forms"] else None,
            check=self.check_of(columns) if is_done else None,
            problems=tuple(json.loads(columns["problems"] or "[]")),
            **told,
        )

    def check_of(self, columns: dict[str, Any]) -> dict[str, Any] | None:
        """``check --json``, None of a source that was not read."""
        if not columns["checked"]:
            return None
        findings = [json.loads(facts) for (facts,) in self.rows_of(FINDINGS, columns["id"])]
        return {**json.loads(columns["checked"]), "findings": findings}

    def figures_of(self, columns: dict[str, Any]) -> list[tuple[Any, ...]]:
        """Cell, value, state, raw, unit and implied of each. SQLite keeps no sums of what it holds:
        a damaged number ends a report's figures early.
        """
        found = self.connection.execute(FIGURES, (columns["id"],)).fetchall()
        encoding.refuse_other_cells([values[0] for values in found], columns["forms"])
        return found

    def count(self) -> int:
        """How many sources there are."""
        with self.asked():
            for (number,) in self.rows_of("SELECT count(*) FROM sources"):
                return int(number)
        return 0

    def has_grave(self) -> bool:
        """Whether a report of the last list is not clean, as ``check`` says it."""
        with self.asked():
            asked = (
                "SELECT 1 FROM results JOIN sources USING (id) WHERE is_grave AND place NOT NULL"
            )
            return any(self.rows_of(f"{asked} LIMIT 1"))

    def origin_of(self, source: str) -> dict[str, str]:
        """url, sha256 and fetched_at of its document, {} where they are not known."""
        with self.asked():
            asked = "SELECT url, sha256, fetched_at FROM sources WHERE source = CAST(? AS TEXT)"
            for found in self.rows_of(asked, bound(source)):
                texts = map(encoding.text_in, found)
                return dict(zip(("url", "sha256", "fetched_at"), texts, strict=True))
        return {}

    def file_with(self, digest: str) -> str:
        """The name of the workbook with a digest, "" where there is none."""
        with self.asked():
            for (name,) in self.rows_of("SELECT file FROM results WHERE file_sha256 = ?", digest):
                return encoding.text_in(name)
        return ""


def bound(source: str) -> bytes:
    """A source as a value: the name of a file may hold bytes that are no UTF-8."""
    return source.encode("utf-8", "surrogatepass")


def store_at(place: str | Path) -> Path | None:
    """The file of a store: ``place`` itself, or in the folder that it is; None where there is
    none.
    """
    path = Path(place)
    try:
        if path.is_dir():
            own = path / schema.NAME
            return own if own.exists() else None
        with system.open_plain(path) as file:
            return path if schema.is_store(file.read(schema.TOLD_WITHIN)) else None
    except (OSError, ValueError):
        return None


@contextmanager
def read_store(folder: Path) -> Iterator[Store | None]:
    """The store of a folder, None where there is none, or none with anything in it. Raises
    StoreError.
    """
    path = folder / schema.NAME
    if not path.exists():
        yield None
        return
    try:
        connection = schema.open_to_read(path)
    except schema.EmptyStore:
        yield None
        return
    with closing(connection):
        yield Store(connection, path)


def stored_records(path: Path) -> Iterator[StoredReport]:
    """All that the store in a file holds, one after the other. Raises StoreError."""
    with closing(schema.open_to_read(path)) as connection:
        yield from Store(connection, path).records()


def stored_rows(path: Path) -> list[BatchRow]:
    """The lines of all reports that the store in a file holds. Raises StoreError."""
    with closing(schema.open_to_read(path)) as connection:
        return [row for row in Store(connection, path).listed() if row.is_done]


def stored_digest(path: Path, source: str) -> str:
    """The sha256 of a source's document as it was read, "" where that is not known. Raises
    StoreError.
    """
    with closing(schema.open_to_read(path)) as connection:
        return Store(connection, path).origin_of(source).get("sha256", "")
