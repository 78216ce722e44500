"""The rows of a batch -> a workbook and a CSV with the reports, compared over years."""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import replace
from pathlib import Path

from gongkai import decisions, output, processes, system
from gongkai.batch import folders, names
from gongkai.compare import bodies, years
from gongkai.model import Edit, GongkaiError, WorkbookError
from gongkai.store import Store, StoreWriter, open_store
from gongkai.workbook import derived, file, layout, lists

EVERY = 25  # rows
MOST_AT_ONCE = 2_000  # sources; of more the summary is written at the end alone
SHARE = 0.1  # of the time at most goes into writing it again and again
APART = "gongkai.batch.summary:written_apart"
# For a hundred thousand reports: an hour of work, and memory for all of them side by side.
PATIENT = processes.Bounds(
    seconds=3_600, patience=7_200, memory=8_000 * processes.MEGABYTE, is_confined=False
)
BATCH_NOTICE = (3, max(layout.BATCH_COLUMNS.values()) - 1)  # beside the folder
SUMMARY_NOTICE = (1, 3)  # in place of the hint


def names_of(store: Store) -> tuple[str, str]:
    """The summary's workbook and CSV, ("", "") of a store that no run has finished opening."""
    stem, ending = store.about("summary"), store.about("book")
    return (f"{stem}{ending}", f"{stem}.csv") if stem else ("", "")


def rows_there(store: Store, folder: Path) -> Iterator[lists.BatchRow]:
    """All sources of the last list in their order, then the reports of earlier ones; of these only
    such as need no workbook or have theirs still.
    """
    for row in store.listed():
        if not row.file or (folder / row.file).is_file():
            yield row


def write_summary(
    store: StoreWriter, folder: Path, part: Path, tell: Callable[[str], None]
) -> None:
    """Write both files; of a long list in a process of its own, so that this one stays small.

    Raises GongkaiError.
    """
    if store.count() <= MOST_AT_ONCE:
        write_both(store, folder, part, tell)
        return
    request = json.dumps([str(folder), str(part)]).encode()
    told, failure = processes.made_apart(APART, request, json.loads, PATIENT)
    for sentence in told:
        tell(sentence)
    if failure:
        raise WorkbookError(failure)


def written_apart(request: bytes) -> bytes:
    """Called in the process of its own: what it has to tell, and why it failed or ""."""
    folder, part = map(Path, json.loads(request))
    told: list[str] = []
    failure = ""
    with open_store(folder) as store:
        try:
            write_both(store, folder, part, told.append)
        except GongkaiError as error:
            failure = str(error)
    return json.dumps([told, failure]).encode()


def write_both(store: StoreWriter, folder: Path, part: Path, tell: Callable[[str], None]) -> None:
    """Both files, each put in place at once, and each also where the other cannot be written.

    They are written in ``part`` first, where a kill may leave anything. The CSV holds all reports.
    A file that reads otherwise than we ever wrote it is renamed before, which ``tell`` is told.
    Raises GongkaiError.
    """
    rows = with_years(list(rows_there(store, folder)))
    book, table = names_of(store)
    empty = derived.blank("batch", Path(book).suffix)
    edits = summary_book_edits(folder, table, rows)
    contents = {table: csv_bytes(rows), book: file.filled(Path(book), edits, empty)}
    store.add_written(map(names.digest_of, contents.values()))
    failures = []
    for name, content in contents.items():
        target = folder / name
        try:
            system.refuse_existing(target, overwrite=True)
            set_aside(target, store, tell)
            system.write_whole(
                target, content, overwrite=True, aside=None if target.is_symlink() else part
            )
        except WorkbookError as error:
            failures.append(error)
    if failures:
        raise failures[-1]


def set_aside(target: Path, store: Store, tell: Callable[[str], None]) -> None:
    """Rename a summary that somebody has changed. Raises WorkbookError."""
    number = 1
    try:
        if not target.exists() or store.was_written(names.digest(target)):
            return
        while not names.move_new(
            target, kept := target.with_stem(f"{folders.changed_stem(target.stem)}{number}")
        ):
            number += 1
    except OSError as error:
        raise WorkbookError(f"无法写入{target.name}：{system.system_reason(error)}。") from error
    tell(
        f"{target.name}在上次汇总之后有改动，没有覆盖：已改名为{kept.name}保留，"
        f"另写了新的{target.name}。"
    )


def summary_book_edits(folder: Path, table: str, rows: Sequence[lists.BatchRow]) -> list[Edit]:
    """The list on 批量导入, ready to be continued in Excel, and the reports on 汇总, as many as
    these sheets hold.
    """
    done = [row for row in rows if row.is_done]
    edits = lists.batch_edits(rows[: layout.BATCH_ROWS]) + lists.summary_edits(
        done[: layout.SUMMARY_ROWS]
    )
    edits.append(Edit(layout.BATCH, *layout.FOLDER_SPOT, str(folder.resolve())))
    if len(rows) > layout.BATCH_ROWS:
        text = f"名单共{len(rows)}行，本表只列出前{layout.BATCH_ROWS}行。"
        edits.append(Edit(layout.BATCH, *BATCH_NOTICE, text))
    if len(done) > layout.SUMMARY_ROWS:
        text = f"共有{len(done)}份报告，本表只列出前{layout.SUMMARY_ROWS}份，全部见{table}。"
        edits.append(Edit(layout.SUMMARY, *SUMMARY_NOTICE, text))
    return edits


def csv_bytes(rows: Sequence[lists.BatchRow]) -> bytes:
    """The reports among the rows as a table, below its heads."""
    return output.to_csv(
        [lists.summary_heads(), *(lists.summary_line(row) for row in rows if row.is_done)]
    )


class Pace:
    """When the summary is due again: after some rows, and not so often that it slows the batch
    down.
    """

    def __init__(self) -> None:
        self.rows = 0
        self.free_at = 0.0

    def due(self, rows: int) -> bool:
        """Whether it is, after so many more rows."""
        self.rows += rows
        return self.rows >= EVERY and time.monotonic() >= self.free_at

    def written(self, seconds: float) -> None:
        self.rows = 0
        self.free_at = time.monotonic() + seconds / SHARE


# --- over years -----------------------------------------------------------------------------------

MOST_LISTED = 20  # reports that differ, on the terminal; the summary has all


def compared(rows: Iterable[lists.BatchRow]) -> list[years.YearComparison]:
    """The comparison of each report among the rows with the year before, in their order.

    A row that an earlier version wrote has the totals only; the text says how much was compared.
    """
    done = [row for row in rows if row.is_done]
    return years.compare_years(list(map(yearly_of, done)))


def yearly_of(row: lists.BatchRow) -> bodies.Yearly:
    return bodies.Yearly(
        row.agency,
        row.year,
        row.source,
        row.figures,
        row.decisions,
        doubts=row.doubts,
        implied=row.implied,
    )


def with_years(rows: Sequence[lists.BatchRow]) -> list[lists.BatchRow]:
    """The rows, those of reports with what came of comparing them."""
    comparisons = iter(compared(rows))
    found: list[lists.BatchRow] = []
    for row in rows:
        if row.is_done:
            row = replace(row, years=lists.clipped(next(comparisons).text))
        found.append(row)
    return found


def across_lines(comparisons: Sequence[years.YearComparison]) -> Iterator[str]:
    """For people: how many reports continue the year before, and the differences of the first that
    do not.
    """
    told = counts_told(comparisons)
    if not told:
        return
    yield f"跨年核对：{'，'.join(told)}（逐份见“汇总”的跨年核对一栏）。"
    differing = sorted((one for one in comparisons if one.differs), key=body_and_year)
    for comparison in differing[:MOST_LISTED]:
        yield f"  {comparison.report.agency} {comparison.report.year}年：{comparison.text}"
    if len(differing) > MOST_LISTED:
        yield f"  ……另有{len(differing) - MOST_LISTED}份，见“汇总”。"


def counts_told(comparisons: Sequence[years.YearComparison]) -> list[str]:
    """与上一年相符3份, 另有提示1份; [] where nothing was compared."""
    counts = dict.fromkeys(("与上一年相符", "与上一年不符", "不符处都已忽略的", "另有提示"), 0)
    dismissed = 0
    for one in comparisons:
        is_open_of = [decisions.is_open(finding) for finding in one.findings]
        dismissed += is_open_of.count(False)
        if one.differs:
            counts["与上一年不符"] += 1
            continue
        counts["与上一年相符"] += one.follows
        counts["不符处都已忽略的"] += one.compared > 0 and not one.follows
        counts["另有提示"] += any(is_open_of)
    told = [f"{text}{count}份" for text, count in counts.items() if count]
    if dismissed:
        told.append(f"已忽略的问题{dismissed}处")
    return told


def body_and_year(comparison: years.YearComparison) -> tuple[str, int]:
    return comparison.report.agency, comparison.report.year or 0
