"""The reports of a folder side by side on 汇总."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

import xlwings as xw

from gongkai.batch import with_years
from gongkai.decisions.file import with_docket
from gongkai.excel.book import Values, apply_edits, read_values
from gongkai.excel.runner import file_of, tell
from gongkai.model import Edit, GongkaiError, Report, WorkbookError
from gongkai.pipeline import check, is_same_file
from gongkai.workbook import layout
from gongkai.workbook.cells import text_of
from gongkai.workbook.file import read_file
from gongkai.workbook.lists import (
    BatchRow,
    read_batch,
    refuse_older_summary,
    report_to_row,
    summary_edits,
    summary_heads,
)
from gongkai.workbook.values import fingerprint, values_to_report


@dataclass(frozen=True)
class Summed:
    """How many reports the summary shows, and the sentences about workbooks that could not be read."""

    count: int
    unread: tuple[str, ...]


def fill_summary(book: xw.Book, folder: Path) -> Summed:
    """One line for each workbook of ours in the folder, in the order of their names; earlier lines go."""
    known = {row.file: row for row in read_batch(read_values(book, [layout.BATCH]).get(layout.BATCH, {})) if row.file}
    rows: list[BatchRow] = []
    unread: list[str] = []
    for path in sorted(folder.glob("*.xlsm")):
        if path.name.startswith(("~$", ".")) or is_open(book, path):
            continue
        tell(book, f"正在汇总 {path.name}")
        try:
            values = read_file(path)
            if fingerprint(values):  # a blank one holds no report, such as the summary that the command line writes
                rows.append(file_row(values, path, known.get(path.name)))
        except GongkaiError as error:
            unread.append(str(error))
    write_summary(book, with_years(rows))
    return Summed(len(rows), tuple(unread))


def is_open(book: xw.Book, path: Path) -> bool:
    """The workbook that shows the summary may lie in the folder too."""
    own = file_of(book)
    return own is not None and is_same_file(path, own)


def file_row(values: Values, path: Path, known: BatchRow | None) -> BatchRow:
    finished = known.finished if known else ""
    source = known.source if known else source_in(values) or str(path)
    return row_of(with_docket(values_to_report(values), path), source, finished, path.name)


def row_of(report: Report, source: str, finished: str, file: str) -> BatchRow:
    return report_to_row(report, check(report), source, finished, file)


def source_in(values: Values) -> str:
    return text_of(values.get(layout.COVER, {}).get(layout.COVER_SPOTS["source"])).strip()


def current_row(report: Report, values: Values, file: str) -> BatchRow:
    """The line of the report in the open workbook."""
    return row_of(report, source_in(values) or file, f"{datetime.now():%Y-%m-%d %H:%M}", file)


def write_summary(book: xw.Book, rows: Sequence[BatchRow]) -> None:
    """The lines from the top of the sheet; what longer lists left below is cleared."""
    old = read_values(book, [layout.SUMMARY])
    if layout.SUMMARY not in old:
        raise WorkbookError(f"当前工作簿没有工作表“{layout.SUMMARY}”，请使用新版的gongkai模板。")
    refuse_older_summary(old[layout.SUMMARY])
    width = len(summary_heads())
    edits = summary_edits(rows)
    below = max((edit.row for edit in edits), default=layout.SUMMARY_TOP - 1)
    last = max((row for row, column in old[layout.SUMMARY] if column <= width), default=0)
    gone = [Edit(layout.SUMMARY, row, at, None) for row in range(below + 1, last + 1) for at in range(1, width + 1)]
    apply_edits(book, [*edits, *gone], old)
