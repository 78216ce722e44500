"""Records -> files of a panel: .parquet, .sqlite, .csv, .dta, .xlsx, by the suffix of their name.

A .sqlite and an .xlsx hold all tables. Of the others the file that was named holds the figures, and
beside it stand the rest as CSV: a.parquet, a-findings.csv, a-sources.csv, a-codebook.csv.

Records are taken one by one and written as they come: what is held at a time are the rows of one
report (.csv, .sqlite, .xlsx) or a row group (.parquet). Stata's format cannot be written so: a .dta
is held whole.
"""

from __future__ import annotations

import csv
import json
import re
import sqlite3
import warnings
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, closing, contextmanager
from dataclasses import dataclass
from functools import lru_cache, partial
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

from gongkai import output, system
from gongkai.model import GongkaiError, WorkbookError
from gongkai.panels.tables import PanelColumn, PanelRow, PanelTable, tables_of
from gongkai.store.records import StoredReport

SUFFIXES = (".parquet", ".sqlite", ".csv", ".dta", ".xlsx")
WITH_ALL = (".sqlite", ".xlsx")  # one file holds all tables
MOST_ROWS = 1_048_576  # of a sheet, its head among them
CELLS_KEPT = 4096  # texts and figures whose form in a CSV is remembered
ROW_GROUP = 50_000  # rows of a Parquet file that are held and written at a time
STATA_LABEL = 80  # bytes
DIGITS = re.compile(r"-?[0-9]+(?:\.[0-9]+)?")
# Bytes of a text. A column with a longer one is strL, whose texts stand apart: in any other every
# row is as wide as its longest text, and a single note of a page would make a file ten times as
# large. Files cannot be merged by strL, and writing it takes ten times as long.
STATA_WIDEST = 200
NO_PYARROW = (
    "写.parquet文件需要pyarrow，这里没有安装；请运行 pip install pyarrow，"
    "或改存为.sqlite、.csv文件。"
)
TOO_MANY_ROWS = (
    "数据超过{most}行，一张Excel工作表容不下，没有写入；"
    "请改存为.parquet、.sqlite或.csv文件，或改为每份报告一行（--wide）。"
)

Put = Callable[[Iterable[PanelRow]], None]  # writes some rows of a table, more of them later


@dataclass(frozen=True, slots=True)
class PanelChoice:
    """``wide``: a row a report, not a figure. ``implied``: with the figures that relations leave to
    blanks, in columns of their own. ``overwrite``: files that are there are replaced.
    """

    wide: bool = False
    implied: bool = False
    overwrite: bool = False


class PanelFile(NamedTuple):
    """A file to be written, and the tables in it."""

    path: Path
    tables: tuple[PanelTable, ...]


def write_panel(
    records: Iterable[StoredReport], target: Path, asked: PanelChoice = PanelChoice()
) -> tuple[Path, ...]:
    """Write a panel, and return its files, that of ``target`` first.

    Raises WorkbookError before any record is taken where a file is there and is not to be replaced,
    or ``target`` has another suffix; GongkaiError where a sheet is too small. All files are put in
    place in the end, each at once; what was there stays where anything fails before.
    """
    suffix = system.refuse_suffix(target, SUFFIXES)
    files = files_of(target, suffix, tables_of(asked.wide, asked.implied))
    for file in files:
        system.refuse_existing(file.path, asked.overwrite)
    paths = [file.path for file in files]
    with ExitStack() as stack:
        parts: dict[Path, Path] = {}
        for path in reversed(paths):  # a full disk is told of the file that was named
            parts[path] = stack.enter_context(system.written_whole(path, asked.overwrite))
        puts: list[tuple[PanelTable, Put]] = []
        for file in files:
            writer = WRITERS[file.path.suffix.lower()]
            opened = stack.enter_context(writer(parts[file.path], file.tables))
            puts += zip(file.tables, opened, strict=True)
        put_all(records, puts)
    return tuple(paths)


def files_of(target: Path, suffix: str, tables: Sequence[PanelTable]) -> list[PanelFile]:
    """``a.dta`` -> a.dta with the figures, a-findings.csv, a-sources.csv, a-codebook.csv."""
    if suffix in WITH_ALL:
        return [PanelFile(target, tuple(tables))]
    files = [PanelFile(target, (tables[0],))]
    for table in tables[1:]:
        beside = target.with_name(f"{target.stem}-{table.name}.csv")
        files.append(PanelFile(beside, (table,)))
    return files


def put_all(records: Iterable[StoredReport], puts: Sequence[tuple[PanelTable, Put]]) -> None:
    for table, put in puts:
        put(table.fixed)
    for record in records:
        for table, put in puts:
            put(table.rows(record))


# --- CSV ------------------------------------------------------------------------------------------


@contextmanager
def csv_file(path: Path, tables: Sequence[PanelTable]) -> Iterator[list[Put]]:
    """UTF-8 with its mark, as Excel opens it; figures in digits, no text runs as a formula."""
    [table] = tables
    # Most texts come again in the next row; 1 and Decimal(1) are one key unless their types count.
    cell = lru_cache(CELLS_KEPT, typed=True)(csv_cell)
    with path.open("x", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(table.heads)

        def put(rows: Iterable[PanelRow]) -> None:
            for row in rows:
                writer.writerow(map(cell, row))

        yield [put]


def csv_cell(value: object) -> object:
    """As in every CSV of ours, but for digits: ``-3`` in ``exact`` runs nowhere and stays a
    number to whoever reads it, ``=1+1`` is ``'=1+1``.
    """
    is_digits = isinstance(value, str) and DIGITS.fullmatch(value) is not None
    return value if is_digits else output.csv_cell(value)


# --- SQLite ---------------------------------------------------------------------------------------

SQL_TYPES: Mapping[output.FrameKind, str] = {"text": "TEXT", "whole": "INTEGER", "figure": "REAL"}


@contextmanager
def sqlite_file(path: Path, tables: Sequence[PanelTable]) -> Iterator[list[Put]]:
    """A table for each. A blank is NULL, a text that is not there ""."""
    with as_system_error(), closing(sqlite3.connect(path)) as base:
        base.execute("PRAGMA journal_mode = OFF")  # what fails is thrown away as a whole
        puts = []
        for table in tables:
            base.execute(create_statement(table))
            puts.append(sqlite_put(base, table))
        yield puts
        base.commit()


@contextmanager
def as_system_error() -> Iterator[None]:
    """SQLite says of a full disk what no system says; whoever writes files knows OSError."""
    try:
        yield
    except sqlite3.OperationalError as error:
        raise OSError(str(error)) from error


def create_statement(table: PanelTable) -> str:
    parts = []
    for column in table.columns:
        parts.append(f'"{column.name}" {SQL_TYPES[column.kind]}')
    return f'CREATE TABLE "{table.name}" ({", ".join(parts)})'


def sqlite_put(base: sqlite3.Connection, table: PanelTable) -> Put:
    marks = ", ".join("?" * len(table.columns))
    statement = f'INSERT INTO "{table.name}" VALUES ({marks})'
    figures = places_of(table, "figure")

    def put(rows: Iterable[PanelRow]) -> None:
        for row in rows:
            base.execute(statement, with_doubles(row, figures))

    return put


def places_of(table: PanelTable, kind: output.FrameKind) -> tuple[int, ...]:
    return tuple(place for place, column in enumerate(table.columns) if column.kind == kind)


def with_doubles(row: PanelRow, places: Sequence[int]) -> list[object]:
    """A row with the double next to each exact figure."""
    found: list[object] = list(row)
    for place in places:
        found[place] = double_or_none(row[place])
    return found


def double_or_none(value: object) -> float | None:
    return None if value is None else output.nearest(value)


# --- Excel ----------------------------------------------------------------------------------------


@contextmanager
def xlsx_file(path: Path, tables: Sequence[PanelTable]) -> Iterator[list[Put]]:
    """A sheet for each; texts are texts whatever they begin with."""
    from openpyxl import Workbook

    with path.open("xb") as file:
        book = Workbook(write_only=True)
        puts = []
        for table in tables:
            page = book.create_sheet(table.title)
            page.freeze_panes = "A2"
            page.append(table.heads)
            puts.append(sheet_put(page))
        try:
            yield puts
        except BaseException:
            for page in book.worksheets:
                page.close()  # each writes into a file of its own
            raise
        book.save(file)


def sheet_put(page: Any) -> Put:
    count = 1  # the head
    cell = partial(output.sheet_cell, page)

    def put(rows: Iterable[PanelRow]) -> None:
        nonlocal count
        for row in rows:
            count += 1
            if count > MOST_ROWS:
                raise WorkbookError(TOO_MANY_ROWS.format(most=MOST_ROWS))
            page.append(list(map(cell, row)))

    return put


# --- Parquet --------------------------------------------------------------------------------------


@contextmanager
def parquet_file(path: Path, tables: Sequence[PanelTable]) -> Iterator[list[Put]]:
    """In row groups; pandas reads the whole columns as Int64, blanks and all."""
    try:
        from pyarrow import parquet
    except ImportError as error:
        raise GongkaiError(NO_PYARROW) from error

    [table] = tables
    schema = arrow_schema(table.columns)
    held: list[PanelRow] = []
    with path.open("xb") as file, parquet.ParquetWriter(file, schema) as writer:

        def put(rows: Iterable[PanelRow]) -> None:
            held.extend(rows)
            while len(held) >= ROW_GROUP:
                writer.write_table(arrow_table(table, held[:ROW_GROUP], schema))
                del held[:ROW_GROUP]

        yield [put]
        if held:
            writer.write_table(arrow_table(table, held, schema))


def arrow_schema(columns: Sequence[PanelColumn]) -> Any:
    """Each column with its label, and what pandas wants to know of all."""
    import pyarrow

    types = {"text": pyarrow.string(), "whole": pyarrow.int64(), "figure": pyarrow.float64()}
    fields = []
    for column in columns:
        label = {"label": column.label}
        fields.append(pyarrow.field(column.name, types[column.kind], metadata=label))
    told = json.dumps(pandas_metadata(columns))
    return pyarrow.schema(fields, metadata={"pandas": told})


def pandas_metadata(columns: Sequence[PanelColumn]) -> dict[str, object]:
    """What pandas itself writes beside a frame, by which it reads Int64 as Int64 again."""
    names: Mapping[output.FrameKind, tuple[str, str]] = {
        "text": ("unicode", "str"),
        "whole": ("int64", "Int64"),
        "figure": ("float64", "float64"),
    }
    told = []
    for column in columns:
        general, own = names[column.kind]
        line: dict[str, object] = {"name": column.name, "field_name": column.name}
        told.append({**line, "pandas_type": general, "numpy_type": own, "metadata": None})
    return {"index_columns": [], "column_indexes": [], "columns": told}


def arrow_table(table: PanelTable, rows: Sequence[PanelRow], schema: Any) -> Any:
    import pyarrow

    arrays = []
    for place, column in enumerate(table.columns):
        values: Iterable[object] = map(itemgetter(place), rows)
        if column.kind == "figure":
            values = map(double_or_none, values)
        arrays.append(pyarrow.array(list(values), schema.field(place).type))
    return pyarrow.Table.from_arrays(arrays, schema=schema)


# --- Stata ----------------------------------------------------------------------------------------


@contextmanager
def stata_file(path: Path, tables: Sequence[PanelTable]) -> Iterator[list[Put]]:
    """Version 118: Chinese in UTF-8, the labels beside the variables, texts of any length as strL.

    Stata has no whole numbers over 32 bits: such a count is a double there, and ``exact`` has its
    digits.
    """
    [table] = tables
    rows: list[PanelRow] = []
    yield [rows.extend]
    write_stata(path, table, rows)


def write_stata(path: Path, table: PanelTable, rows: Sequence[PanelRow]) -> None:
    import pandas

    found = {}
    labels = {}
    long_texts = []
    for place, column in enumerate(table.columns):
        values = list(map(itemgetter(place), rows))
        found[column.name] = output.typed_column(column.kind, values)
        labels[column.name] = stata_label(column.label)
        if column.kind == "text" and most_bytes(values) > STATA_WIDEST:
            long_texts.append(column.name)
    with warnings.catch_warnings(), path.open("xb") as file:
        warnings.simplefilter("ignore", pandas.errors.PossiblePrecisionLoss)
        pandas.DataFrame(found).to_stata(
            file,
            write_index=False,
            version=118,  # the first whose texts are UTF-8
            variable_labels=labels,
            convert_strl=long_texts,
        )


def most_bytes(texts: Iterable[object]) -> int:
    return max((len(str(text).encode()) for text in set(texts)), default=0)


def stata_label(label: str) -> str:
    """A label in at most 80 bytes."""
    return label.encode()[:STATA_LABEL].decode("utf-8", "ignore")


Writer = Callable[[Path, Sequence[PanelTable]], AbstractContextManager[list[Put]]]
WRITERS: Mapping[str, Writer] = {
    ".csv": csv_file,
    ".dta": stata_file,
    ".parquet": parquet_file,
    ".sqlite": sqlite_file,
    ".xlsx": xlsx_file,
}
