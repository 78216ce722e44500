"""The rows of a batch -> a workbook and a CSV with the reports, compared over years."""

from __future__ import annotations

import json
import time
from bisect import insort
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import closing, suppress
from dataclasses import dataclass, field, replace
from pathlib import Path

from gongkai import decisions, output, processes, system
from gongkai.batch import folders, names
from gongkai.compare import bodies, years
from gongkai.model import Edit, GongkaiError, WorkbookError
from gongkai.store import Store, StoreWriter, open_store
from gongkai.workbook import cells, derived, file, layout, lists

EVERY = 25  # rows
MOST_AT_ONCE = 2_000  # sources; of more the summary is written at the end alone
SHARE = 0.1  # of the time at most goes into writing it again and again
APART = "gongkai.batch.summary:written_apart"
# For a million reports: an hour of work, and memory for what is compared of all of them.
PATIENT = processes.Bounds(
    seconds=3_600, patience=7_200, memory=8_000 * processes.MEGABYTE, is_confined=False
)
ACROSS = "across"  # what a store knows the lines of ``across_lines`` by
BATCH_NOTICE = (3, max(layout.BATCH_COLUMNS.values()) - 1)  # beside the folder
SUMMARY_NOTICE = (1, 3)  # in place of the hint


def names_of(store: Store) -> tuple[str, str]:
    """The summary's workbook and CSV, ("", "") of a store that no run has finished opening."""
    stem, ending = store.about("summary"), store.about("book")
    return (f"{stem}{ending}", f"{stem}.csv") if stem else ("", "")


def rows_there(rows: Iterable[lists.BatchRow], folder: Path) -> Iterator[lists.BatchRow]:
    """Of all sources of a store those that need no workbook or have theirs still."""
    for row in rows:
        if is_there(row, folder):
            yield row


def is_there(row: lists.BatchRow, folder: Path) -> bool:
    return not row.file or (folder / row.file).is_file()


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

    They are written in ``part`` first, where a kill may leave anything. The CSV holds all reports,
    which are taken one by one. A file that reads otherwise than we ever wrote it is renamed before,
    which ``tell`` is told. Raises GongkaiError.
    """
    with closing(years.LongComparison()) as across:
        compare_all(store, folder, across)
        write_rows(store, part, told_rows(store, folder, across.told()), tell)


def write_rows(
    store: StoreWriter, part: Path, rows: Iterable[lists.BatchRow], tell: Callable[[str], None]
) -> None:
    folder = part.parent
    book, table = names_of(store)
    shown = ShownRows()
    passing = shown.passing(rows)

    def write_table(path: Path) -> None:
        output.write_csv(path, summary_lines(passing))

    def write_book(path: Path) -> None:
        for _ in passing:  # what is left of them where the table could not be written
            pass
        empty = derived.blank("batch", Path(book).suffix)
        edits = summary_book_edits(folder, table, shown)
        path.write_bytes(file.filled(Path(book), edits, empty, shown.lines()))

    failures = []
    for name, write in ((table, write_table), (book, write_book)):
        target = folder / name
        aside = None if target.is_symlink() else part
        try:
            system.refuse_existing(target, overwrite=True)
            with system.written_whole(target, overwrite=True, aside=aside) as path:
                write(path)
                set_aside(target, store, tell)
                store.add_written([names.digest(path)])
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


@dataclass
class ShownRows:
    """Of the rows that pass by the lines that the sheets of the workbook hold, and how many there
    are.
    """

    listed: list[cells.RowValues] = field(default_factory=list)
    done: list[cells.RowValues] = field(default_factory=list)
    count: int = 0
    reports: int = 0

    def passing(self, rows: Iterable[lists.BatchRow]) -> Iterator[lists.BatchRow]:
        for row in rows:
            self.count += 1
            self.reports += row.is_done
            if self.count <= layout.BATCH_ROWS:
                self.listed.append(lists.batch_line(row))
            if row.is_done and self.reports <= layout.SUMMARY_ROWS:
                self.done.append(lists.summary_line(row))
            yield row

    def lines(self) -> dict[str, cells.ListLines]:
        """The list on 批量导入, ready to be continued in Excel, and the reports on 汇总."""
        return {
            layout.BATCH: cells.ListLines(layout.BATCH_TOP, self.listed),
            layout.SUMMARY: cells.ListLines(layout.SUMMARY_TOP, self.done),
        }


def summary_book_edits(folder: Path, table: str, shown: ShownRows) -> list[Edit]:
    """What the sheets say besides their lines: the folder, and what they do not list."""
    edits = [Edit(layout.BATCH, *layout.FOLDER_SPOT, str(folder.resolve()))]
    if shown.count > layout.BATCH_ROWS:
        text = f"名单共{shown.count}行，本表只列出前{layout.BATCH_ROWS}行。"
        edits.append(Edit(layout.BATCH, *BATCH_NOTICE, text))
    if shown.reports > layout.SUMMARY_ROWS:
        text = f"共有{shown.reports}份报告，本表只列出前{layout.SUMMARY_ROWS}份，全部见{table}。"
        edits.append(Edit(layout.SUMMARY, *SUMMARY_NOTICE, text))
    return edits


def summary_lines(rows: Iterable[lists.BatchRow]) -> Iterator[Sequence[object]]:
    """The reports among the rows as lines of a table, below its heads."""
    yield lists.summary_heads()
    for row in rows:
        if row.is_done:
            yield lists.summary_line(row)


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

DIFFERS = "与上一年不符"
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


def compare_all(store: StoreWriter, folder: Path, across: years.LongComparison) -> None:
    """Compare all reports of a store, body by body, none of which is held for longer: a hundred
    thousand take gigabytes else. The store is told the lines on all of them.
    """
    for number, row in store.named():
        if is_there(row, folder):
            across.add(yearly_of(row), number)

    def read(number: int) -> bodies.Yearly:
        return yearly_of(store.yearly_row(number))

    lines = list(across_lines(across.each(read)))
    store.say(ACROSS, json.dumps(lines, ensure_ascii=False))


def told_rows(
    store: Store, folder: Path, told: Iterator[tuple[int, str]]
) -> Iterator[lists.BatchRow]:
    """The rows of a store, those of reports with what came of comparing them; a report whose
    workbook went away meanwhile is not there.
    """
    nothing = 0, ""
    compared_number, text = next(told, nothing)
    for number, listed in store.numbered():
        row = listed
        if number == compared_number:
            row = replace(row, years=lists.clipped(text))
            compared_number, text = next(told, nothing)
        elif row.is_done:
            continue
        if is_there(row, folder):
            yield row


def across_told(store: Store) -> list[str]:
    """The lines on comparing years that the last run left."""
    with suppress(ValueError):
        lines = json.loads(store.about(ACROSS))
        return [line for line in lines if isinstance(line, str)]
    return []


def across_lines(comparisons: Iterable[years.YearComparison]) -> Iterator[str]:
    """For people: how many reports continue the year before, and the differences of the first that
    do not.
    """
    tally = AcrossTally()
    for one in comparisons:
        tally.add(one)
    told = tally.told()
    if not told:
        return
    yield f"跨年核对：{'，'.join(told)}（逐份见“汇总”的跨年核对一栏）。"
    for agency, year, text in tally.first:
        yield f"  {agency} {year}年：{text}"
    more = tally.counts[DIFFERS] - len(tally.first)
    if more:
        yield f"  ……另有{more}份，见“汇总”。"


@dataclass
class AcrossTally:
    """How many reports continue the year before; body, year and text of the first that do not."""

    counts: Counter[str] = field(default_factory=Counter)
    first: list[tuple[str, int, str]] = field(default_factory=list)
    dismissed: int = 0

    def add(self, one: years.YearComparison) -> None:
        is_open_of = [decisions.is_open(finding) for finding in one.findings]
        self.dismissed += is_open_of.count(False)
        if one.differs:
            self.counts[DIFFERS] += 1
            insort(self.first, (one.report.agency, one.report.year or 0, one.text))
            del self.first[MOST_LISTED:]
            return
        self.counts["与上一年相符"] += one.follows
        self.counts["不符处都已忽略的"] += one.compared > 0 and not one.follows
        self.counts["另有提示"] += any(is_open_of)

    def told(self) -> list[str]:
        """与上一年相符3份, 另有提示1份; [] where nothing was compared."""
        names = ("与上一年相符", DIFFERS, "不符处都已忽略的", "另有提示")
        told = [f"{name}{self.counts[name]}份" for name in names if self.counts[name]]
        if self.dismissed:
            told.append(f"已忽略的问题{self.dismissed}处")
        return told
