"""Sources -> a folder with a store and workbooks: fetched several at a time, read on all
processors, each remembered when finished, so resumable.

Threads fetch and wait for the processes that read; only the caller's own thread writes.
"""

from __future__ import annotations

import os
import time
from collections.abc import Callable, Collection, Generator, Iterator, Mapping, Sequence
from contextlib import AbstractContextManager, ExitStack, nullcontext, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Thread
from typing import Any, NamedTuple

from gongkai import output, pipeline, system, wording
from gongkai.batch import cluster, fetching, folders, importing, names, parsing, scheduler, summary
from gongkai.compare.years import YearComparison
from gongkai.decisions.file import DecisionsError, with_decisions_beside
from gongkai.model import GongkaiError, NoFigures, WorkbookError
from gongkai.sources import ACCESS, LIMITS, Access
from gongkai.store import (
    MOST_PENDING,
    Encoded,
    Kept,
    StoreWriter,
    encoded,
    host_of,
    open_store,
    read_store,
    report_to_record,
)
from gongkai.workbook import lists, read_workbook

PER_HOST, PAUSE = 2, 1.0  # requests to a host at a time; seconds between two of them
LONGEST_RETRY = 5.0  # seconds before the second try of a request, all of whose tries have a minute
# Seconds for what is being read to end; a program that ends amid a parser's work may crash.
LONGEST_STOP = 1.0
LONG_WAIT = 5.0  # seconds for which a host wants to be left alone that are told
LONGEST_PENDING = 0.25  # seconds that a result waits to be on the disk
MOST_NAMED = 5  # workbooks in a sentence
MOST_BOOKS = 2_000  # sources of a list, beyond which only reports with errors get a workbook
FEWER_BOOKS = (
    f"名单超过{MOST_BOOKS:,}行，只为有错误的报告生成工作簿；要全部生成请加 --workbooks all。"
)

NOT_AGAIN = "以前已导入的{}项没有重新取得；网页已有更改的，请另选一个文件夹导入。"


@dataclass(frozen=True)
class Imported:
    """A finished source. ``skipped`` tells that an earlier run had done it."""

    row: lists.BatchRow
    skipped: bool = False


class Manner(NamedTuple):
    """How a batch goes about it, as ``run_batch`` is asked."""

    per_host: int
    pause: float
    access: Access
    books: parsing.Books
    reader: fetching.SourceReader


def run_batch(  # noqa: PLR0913
    sources: Sequence[str],
    folder: Path,
    *,
    per_host: int = PER_HOST,
    pause: float = PAUSE,
    access: Access = ACCESS,
    books: parsing.Books | None = None,
    cluster_at: str = "",
    tell: Callable[[str], None] = lambda sentence: None,
) -> Generator[Imported, None, None]:
    """Import every source once and save its results, reports' workbooks, 汇总.xlsx and 汇总.csv
    into ``folder``.

    Yields each source once its results are on the disk; those that an earlier run has done come
    first. A source that fails is in the state failed, one without figures unread; both are tried
    again by the next run. Raises GongkaiError where the folder cannot be written or is in use; what
    was finished stays, also when the caller stops early or the process is killed. A summary that
    somebody has changed since is not replaced but renamed, and ``tell`` is told so.

    At most ``per_host`` requests to a host at a time, ``pause`` seconds between two of them.
    ``books`` says of which reports workbooks are made; None: of all, or of those with errors where
    the list has more than MOST_BOOKS sources. ``cluster_at`` is the address of a dask scheduler
    whose workers read, tcp://10.0.0.1:8786; "": this machine does.
    """
    own = list(dict.fromkeys(sources))
    with ExitStack() as stack:
        reader = stack.enter_context(reader_at(cluster_at, len(own)))
        folders.make_folder(folder)
        part = stack.enter_context(folders.held_folder(folder))
        store = stack.enter_context(open_store(folder, tell))
        folders.name_summary(store, folder, tell)
        folders.take_up_left(part, store, folder)
        store.begin_list(own)
        if books is None and len(own) > MOST_BOOKS:
            books = "errors"
            tell(FEWER_BOOKS)
        manner = Manner(per_host, pause, access, books or "all", reader)
        run = BatchRun(own, store, part, manner, tell)
        try:
            yield from run.skip_done()
            yield from run.work()
        except BaseException:
            run.stop()
            with suppress(GongkaiError):
                list(run.flushed())
                run.write_summary()
            raise
        run.write_summary()


def reader_at(address: str, sources: int) -> AbstractContextManager[fetching.SourceReader]:
    if address:
        return cluster.connected(address, sources)
    return nullcontext(fetching.LocalReader())


def batch_checks(folder: Path) -> dict[str, Mapping[str, Any]]:
    """Source -> ``check --json`` with the path of its workbook, for all reports that a folder's
    batches imported.

    What came of comparing them over years is among their findings.
    """
    across = {one.report.source: one for one in batch_years(folder)}
    checks: dict[str, Mapping[str, Any]] = {}
    with read_store(folder) as store:
        for row, check in store.checks() if store else ():
            if row.source in across:
                check = output.add_years(check, across[row.source])
            where = {"workbook": str(folder / row.file)} if row.file else {}
            checks[row.source] = {**check, **where}
    return checks


def batch_rows(folder: Path) -> list[lists.BatchRow]:
    """The sources of the last list in its order, then the reports of earlier ones."""
    with read_store(folder) as store:
        return list(store.listed()) if store else []


def batch_years(folder: Path) -> list[YearComparison]:
    """What came of comparing all reports over years that a folder's batches imported and that are
    still there.
    """
    with read_store(folder) as store:
        return summary.compared(summary.rows_there(store.yearly(), folder)) if store else []


def batch_across(folder: Path) -> list[str]:
    """What the last run into a folder found by comparing years, as lines for people."""
    with read_store(folder) as store:
        return summary.across_told(store) if store else []


def has_grave(folder: Path) -> bool:
    """Whether a report of the last list is not clean, as ``check`` says it: an error, or a sum that
    is broken as read, counts.
    """
    with read_store(folder) as store:
        return store is not None and store.has_grave()


def summary_files(folder: Path) -> tuple[Path, ...]:
    """The workbook and the CSV that sum up a folder's batches, those of them that are there."""
    with read_store(folder) as store:
        found = summary.names_of(store) if store else ()
    return tuple(path for path in (folder / name for name in found) if path.is_file())


# --- a run ----------------------------------------------------------------------------------------


class Pending(NamedTuple):
    """A result that is not on the disk yet, and its workbook as it was written aside."""

    found: Encoded
    aside: Path | None


Result = tuple[str, tuple[parsing.Parsed, ...]] | str | BaseException | None  # a str is to be told


class BatchRun:
    """One run over a list."""

    def __init__(
        self,
        sources: list[str],
        store: StoreWriter,
        part: Path,
        manner: Manner,
        tell: Callable[[str], None],
    ) -> None:
        self.manner, self.tell = manner, tell
        self.sources, self.store, self.part, self.folder = sources, store, part, part.parent
        taken = [*os.listdir(self.folder), *summary.names_of(store), *store.files()]
        self.names = names.FileNames(taken)
        self.own_names: dict[str, str] = {}
        self.queue = scheduler.SourceQueue((), 1, 0)
        self.results: SimpleQueue[Result] = SimpleQueue()
        self.pending: list[Pending] = []
        self.since = 0.0  # when the first of them came
        self.pace = summary.Pace()
        self.threads: list[Thread] = []

    # what earlier runs did

    def skip_done(self) -> Iterator[Imported]:
        left: list[str] = []
        for source in self.sources:
            row = self.done_row(source)
            if row is None:
                left.append(source)
                self.note_own_name(source)
            else:
                yield Imported(row, skipped=row.is_done)
        self.store.commit()
        done = len(self.sources) - len(left)
        if done and self.manner.access.refresh:
            self.tell(NOT_AGAIN.format(done))
        self.sources = left

    def note_own_name(self, source: str) -> None:
        """A workbook that is gone comes back under the name that an earlier run gave it; one of
        another name, which may be the same renamed, is told.
        """
        kept = self.store.kept(source)
        if kept is None or not kept.row.file:
            return
        self.own_names[source] = kept.row.file
        known = {*self.store.files(), summary.names_of(self.store)[0]}
        others = sorted(
            path.name for path in self.folder.glob("*.xls[xm]") if is_other(path, known)
        )
        if others:
            self.tell(
                f"{kept.row.file}已不在文件夹中，重新导入；其中另有{'、'.join(others[:MOST_NAMED])}，"
                f"没有采用，如是改了名的，请改回原名再运行。"
            )

    def done_row(self, source: str) -> lists.BatchRow | None:
        """The line of a report that is done: of one with a workbook where that is there, read anew
        where it or what is beside it changed.
        """
        kept = self.store.kept(source)
        if kept is None or not (kept.row.is_done or kept.row.file):
            return None
        if not kept.row.file:
            return kept.row if self.is_done_without(kept) else None
        path = names.still_there(self.folder / kept.row.file)
        return None if path is None else self.row_at(path, kept)

    def row_at(self, path: Path, kept: Kept) -> lists.BatchRow:
        """The line of a workbook as it is, or why it cannot be read."""
        source = kept.row.source
        if other := names.twin_of(path):
            self.tell(f"{path.name}旁边另有{other.name}，没有采用；请留下其中一份。")
        try:
            return self.current_row(path, kept)
        except (OSError, NoFigures, WorkbookError) as error:
            failed = importing.failed_row(source, why_not_current(path, error))
        except GongkaiError as error:
            raise folders.stopped(self.folder, error) from error
        except Exception as error:
            failed = importing.internal_error(source, error)
        self.store.keep_failure(failed)
        return replace(failed, file=path.name)

    def is_done_without(self, kept: Kept) -> bool:
        """Whether a report needs no workbook, as this run makes them, and nothing else has been
        decided about it since.
        """
        with suppress(DecisionsError):
            if kept.row.decisions != importing.decisions_beside(kept.row):
                return False
        if self.manner.books == "errors":
            return not kept.is_grave
        return self.manner.books == "none"

    def current_row(self, path: Path, kept: Kept) -> lists.BatchRow:
        """The line of a workbook as it is by now; an earlier version saved blank forms too."""
        found = names.digest_with_decisions(path)
        is_same = found == kept.file_sha256 and path.name == kept.row.file
        if is_same and kept.row.figures and kept.row.is_done:
            return kept.row
        twin = self.store.file_with(names.digest(path))
        if twin and twin != kept.row.file:
            raise WorkbookError(f"内容与{twin}的完全相同，是另一份报告的")
        return self.changed_row(path, kept.row, found)

    def changed_row(self, path: Path, old: lists.BatchRow, found: str) -> lists.BatchRow:
        report = with_decisions_beside(wording.evaluated(read_workbook(path)), path)
        findings = pipeline.check(report)
        row = lists.report_to_row(report, findings, old.source, old.finished, path.name)
        record = report_to_record(report, findings, row)
        check = record.check or {}
        named = {**check, "report": {**check["report"], "source": old.source}}
        rows = encoded(replace(record, check=named), found)
        rows.sources.update(self.store.origin_of(old.source))
        self.store.keep(rows)
        if (old.agency, old.year) != (row.agency, row.year):
            self.tell(
                f"{path.name}中的机关和年度是{row.agency}{row.year or ''}，导入时是"
                f"{old.agency}{old.year or ''}，按工作簿的计；请核对。"
            )
        return row

    # what is left

    def work(self) -> Iterator[Imported]:
        self.queue = scheduler.SourceQueue(self.sources, self.manner.per_host, self.manner.pause)
        at_work = self.start_threads()
        while at_work or self.pending:
            for result in self.next_results():
                if result is None:
                    at_work -= 1
                elif isinstance(result, str):
                    self.tell(result)
                elif isinstance(result, BaseException):
                    raise result
                else:
                    self.take_in(*result)
            if self.is_due(at_work):
                yield from self.flushed()
            if at_work:
                at_work += self.start_threads()

    def start_threads(self) -> int:
        """As many as have enough to do by now: how many were not there yet. Raises NoReader."""
        wanted = min(self.manner.reader.threads(), len(self.sources))
        fresh = range(len(self.threads), wanted)
        for _ in fresh:
            thread = Thread(target=self.worker, daemon=True)
            self.threads.append(thread)
            thread.start()
        return len(fresh)

    def next_results(self) -> Iterator[Result]:
        """What is there by now; the first one is waited for, but not for ever: on Windows such a
        wait cannot be interrupted.
        """
        with suppress(Empty):
            yield self.results.get(timeout=LONGEST_PENDING)
            for _ in range(MOST_PENDING - 1):
                yield self.results.get_nowait()

    def is_due(self, at_work: int) -> bool:
        if not self.pending:
            return False
        is_old = time.monotonic() - self.since >= LONGEST_PENDING
        return not at_work or is_old or len(self.pending) >= MOST_PENDING

    def worker(self) -> None:
        pause = min(max(LIMITS.pause, self.manner.pause), LONGEST_RETRY)
        limits = replace(LIMITS, pause=pause)
        try:
            while (source := self.queue.take()) is not None:
                errand = fetching.Errand(
                    source, limits, self.manner.access, reader=self.manner.reader
                )
                found = errand.run(self.manner.books, self.suffix_of(source))
                self.queue.loaded(source)
                is_over = not self.is_put_back(source, found, errand.wait)
                if is_over:
                    self.results.put((source, found))
                self.queue.done()
            self.results.put(None)
        except BaseException as error:
            self.results.put(error)

    def is_put_back(self, source: str, found: Sequence[parsing.Parsed], wait: float) -> bool:
        """Whether a source that failed for now gets another turn."""
        is_passing = any(one.is_passing for one in found)
        is_local = host_of(source) == scheduler.LOCAL
        is_back = is_passing and not is_local and self.queue.put_back(source, wait)
        if is_back and wait >= LONG_WAIT:
            self.results.put(f"{host_of(source)}要求{wait:.0f}秒后再访问，到时再取{source}。")
        return is_back

    def suffix_of(self, source: str) -> str:
        """.xlsx, but where an earlier version gave this source's workbook another one."""
        return Path(self.own_names.get(source, names.SUFFIX)).suffix or names.SUFFIX

    # writing

    def take_in(self, source: str, found: Sequence[parsing.Parsed]) -> None:
        """What came of a source, its other reports first: what is remembered of the source says
        that all is done.
        """
        first, *others = found
        for one in others:
            if is_part_of(one.encoded.source, source) and not self.is_kept(one.encoded.source):
                self.keep(one)
                self.store.list_below(one.encoded.source, source)
        self.keep(replace(first, encoded=first.encoded._replace(source=source)))

    def is_kept(self, name: str) -> bool:
        return self.done_row(name) is not None

    def keep(self, one: parsing.Parsed) -> None:
        """Write a workbook aside and take in the rest; both are only there once they are on the
        disk.
        """
        found, aside = one.encoded, None
        found.sources["finished"] = importing.now()
        try:
            if one.book:
                aside = self.part / f"{len(self.pending)}{self.suffix_of(found.source)}"
                aside.write_bytes(one.book)
                found = found.saved_as(self.name_for(one), names.digest_of(one.book))
            self.store.keep(found)
        except OSError as error:
            raise folders.stopped(self.folder, error) from error
        if not self.pending:
            self.since = time.monotonic()
        self.pending.append(Pending(found, aside))

    def name_for(self, one: parsing.Parsed) -> str:
        """The name that an earlier run gave to this source's workbook, else a free one."""
        own = self.own_names.get(one.encoded.source)
        return own or self.names.claim(names.fitted_name(one.name, self.folder))

    def flushed(self) -> Iterator[Imported]:
        """Put on the disk what is pending, give workbooks their names, and tell of each.

        Where the store refused a result it has given up all others that it had not on the disk.
        """
        pending, self.pending = self.pending if self.store.pending else [], []
        self.store.commit()
        done = self.all_named(pending)
        self.write_due_summary(len(done))
        for found in done:
            yield Imported(found.row)

    def all_named(self, pending: Sequence[Pending]) -> list[Encoded]:
        """The results, their workbooks with their names. One that cannot be given its name leaves
        none of the others without theirs: they are on the disk by now.
        """
        done: list[Encoded] = []
        refused: list[GongkaiError] = []
        for one in pending:
            try:
                done.append(self.named(one) if one.aside else one.found)
            except GongkaiError as error:
                refused.append(error)
        if refused:
            raise refused[0]
        return done

    def named(self, one: Pending) -> Encoded:
        """A result whose workbook has its name: another one, where somebody took it meanwhile."""
        found, aside = one.found, one.aside
        assert aside is not None
        assert found.results is not None
        try:
            while not names.move_new(aside, self.folder / found.results["file"]):
                name = self.names.claim(found.results["file"])
                found = found.saved_as(name, found.results["file_sha256"])
                self.store.keep(found)
                self.store.commit()
        except OSError as error:
            raise folders.stopped(self.folder, error) from error
        return found

    def stop(self) -> None:
        self.queue.close()
        until = time.monotonic() + LONGEST_STOP
        for thread in self.threads:
            if thread.is_alive():
                thread.join(max(0.0, until - time.monotonic()))

    # the summary

    def write_due_summary(self, rows: int) -> None:
        if self.pace.due(rows) and len(self.sources) <= summary.MOST_AT_ONCE:
            began = time.monotonic()
            with suppress(GongkaiError):  # open in Excel; the one at the end says so
                self.write_summary()
            self.pace.written(time.monotonic() - began)

    def write_summary(self) -> None:
        summary.write_summary(self.store, self.folder, self.part, self.tell)


def is_other(path: Path, known: Collection[str]) -> bool:
    """Whether a workbook in the folder is none that the store knows."""
    return path.name not in known and not path.name.startswith((".", "~$"))


def is_part_of(name: str, source: str) -> bool:
    """http://…/a.html#part=2 is a part of http://…/a.html."""
    whole, part = importing.source_and_part(name)
    return part > 0 and whole == source


def why_not_current(path: Path, error: Exception) -> GongkaiError:
    """What is wrong with a workbook that an earlier run wrote, and what to do."""
    if isinstance(error, NoFigures):
        why = str(error).rstrip("。")
        return NoFigures(f"{why}（{path.name}）；或把该文件移走后重新导入。")
    if isinstance(error, DecisionsError):
        return error
    reason = system.system_reason(error) if isinstance(error, OSError) else str(error).rstrip("。")
    return GongkaiError(f"{path.name}已不能读取（{reason}）；请恢复该文件，或把它移走后重新导入。")
