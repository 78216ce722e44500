"""Sources -> a folder of workbooks: several at a time, each remembered when finished, so
resumable.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Callable, Generator, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from dataclasses import dataclass, replace
from pathlib import Path
from queue import Empty, SimpleQueue
from threading import Lock, Thread
from typing import Any

from gongkai import output, pipeline, system, wording
from gongkai.batch import importing, names, scheduler, summary
from gongkai.batch.journal import Journal, JournalEntry, open_journal, read_journal, summary_names
from gongkai.compare.years import YearComparison
from gongkai.decisions.file import DecisionsError, with_decisions_beside
from gongkai.model import FetchError, Finding, GongkaiError, NoFigures, Report, WorkbookError
from gongkai.sources import ACCESS, LIMITS, Access
from gongkai.workbook import lists, read_workbook, write_workbook

PER_HOST, PAUSE = 2, 1.0  # requests to a host at a time; seconds between two of them
MOST_THREADS = 8  # of one batch, whatever number of hosts it asks
LONGEST_RETRY = 5.0  # seconds before the second try of a request, all of whose tries have a minute
# Seconds for what is being read to end; a program that ends amid a parser's work may crash.
LONGEST_STOP = 1.0
# in the folder: what is being written; taken away by the next run if a kill left it
PART = ".gongkai-part"
PASSING = ("connect", "timeout", "read")  # stages whose failures may pass
PASSING_STATUS = (408, 425, 429)


@dataclass(frozen=True)
class Imported:
    """A finished source. ``skipped`` tells that an earlier run had done it."""

    row: lists.BatchRow
    skipped: bool = False


def run_batch(  # noqa: PLR0913
    sources: Sequence[str],
    folder: Path,
    *,
    per_host: int = PER_HOST,
    pause: float = PAUSE,
    access: Access = ACCESS,
    tell: Callable[[str], None] = lambda sentence: None,
) -> Generator[Imported, None, None]:
    """Import every source once and save each report's workbook, 汇总.xlsx and 汇总.csv into
    ``folder``.

    Yields each source as it finishes; those of which the folder holds the workbook already come
    first. A source that fails is in the state failed, one without figures unread; both are tried
    again by the next run. Raises GongkaiError where the folder cannot be written or is in use; what
    was finished stays, also when the caller stops early or the process is killed. A summary that
    somebody has changed since is not replaced but renamed, and ``tell`` is told so.
    """
    make_folder(folder)
    with open_journal(folder) as journal, part_folder(folder) as part:
        run = BatchRun(list(dict.fromkeys(sources)), journal, part, access, tell)
        try:
            yield from run.skip_done()
            yield from run.work(per_host, pause)
        except BaseException:
            run.stop()
            with suppress(GongkaiError):
                run.write_summary()
            raise
        run.write_summary()


def batch_checks(folder: Path) -> dict[str, Mapping[str, Any]]:
    """Source -> ``check --json`` with the path of its workbook, for all reports that a folder's
    batches imported.

    What came of comparing them over years is among their findings.
    """
    _, entries = read_journal(folder)
    across = {one.report.source: one for one in comparisons_in(folder, entries.values())}
    checks: dict[str, Mapping[str, Any]] = {}
    for source, entry in entries.items():
        check = entry.check
        if check is None:
            continue
        if source in across:
            check = output.add_years(check, across[source])
        checks[source] = {**check, "workbook": str(folder / entry.row.file)}
    return checks


def grave_sources(folder: Path) -> set[str]:
    """The reports that are not clean, as ``check`` says it: an error, or a sum that is broken as
    read, counts.
    """
    _, entries = read_journal(folder)
    grave: set[str] = set()
    for source, entry in entries.items():
        facts = (entry.check or {}).get("findings", ())
        if any(map(is_grave_fact, facts)):
            grave.add(source)
    return grave


def is_grave_fact(fact: Mapping[str, Any]) -> bool:
    """``is_grave`` of a finding as JSON."""
    dismissed = (fact.get("ruling") or {}).get("verdict") == "dismissed"
    return not dismissed and (fact.get("severity") == "error" or fact.get("cause") == "reading")


def batch_years(folder: Path) -> list[YearComparison]:
    """What came of comparing all reports over years that a folder's batches imported and that are
    still there.
    """
    return comparisons_in(folder, read_journal(folder)[1].values())


def comparisons_in(folder: Path, entries: Iterable[JournalEntry]) -> list[YearComparison]:
    rows: list[lists.BatchRow] = []
    for entry in entries:
        if entry.row.file and (folder / entry.row.file).is_file():
            rows.append(entry.row)
    return summary.compared(rows)


def summary_files(folder: Path) -> tuple[Path, ...]:
    """The workbook and the CSV that sum up a folder's batches, those of them that are there."""
    head, _ = read_journal(folder)
    paths = [folder / name for name in summary_names(head)] if head else []
    return tuple(path for path in paths if path.is_file())


# --- the folder -----------------------------------------------------------------------------------


def make_folder(folder: Path) -> None:
    if names.is_too_deep(folder):
        raise GongkaiError(
            f"文件夹{folder}的路径太长，Excel无法打开其中的工作簿；"
            "请用 -o 另选一个路径短些的文件夹。"
        )
    try:
        folder.mkdir(parents=True, exist_ok=True)
    except FileExistsError:
        raise GongkaiError(f"{folder}不是文件夹，没有写入；请用 -o 另选一个文件夹。") from None
    except (OSError, ValueError) as error:
        reason = system.system_reason(error) if isinstance(error, OSError) else "名称无效"
        raise GongkaiError(f"无法建立文件夹{folder}：{reason}；请用 -o 另选一个文件夹。") from error


@contextmanager
def part_folder(folder: Path) -> Iterator[Path]:
    part = folder / PART
    try:
        clear(part)
        part.mkdir()
    except OSError as error:
        raise stopped(folder, error) from error
    try:
        yield part
    finally:
        with suppress(OSError):
            clear(part)


def clear(part: Path) -> None:
    if part.is_dir() and not part.is_symlink():
        shutil.rmtree(part)


def stopped(folder: Path, error: BaseException) -> GongkaiError:
    return GongkaiError(
        f"无法写入文件夹{folder}：{system.system_reason(error)}。已完成的都已保存；"
        f"排除问题后重新运行同一命令，即可接着导入。"
    )


def is_systems(error: BaseException) -> bool:
    """Whether it was the system that refused, as it will the next source's workbook."""
    return isinstance(error, OSError) or isinstance(error.__cause__, OSError)


# --- a run ----------------------------------------------------------------------------------------


class BatchRun:
    """One run over a list.

    The lock is held by whoever writes into the folder; after ``stop`` nobody does.
    """

    def __init__(
        self,
        sources: list[str],
        journal: Journal,
        part: Path,
        access: Access,
        tell: Callable[[str], None],
    ) -> None:
        self.access, self.tell = access, tell
        self.sources, self.journal, self.part, self.folder = sources, journal, part, journal.folder
        self.rows: dict[str, lists.BatchRow] = {}
        files = [entry.row.file for entry in journal.entries.values()]
        self.names = names.FileNames([*os.listdir(self.folder), *journal.summary, *files])
        self.lock = Lock()
        self.closed = False
        self.queue = scheduler.SourceQueue((), 1, 0)
        self.results: SimpleQueue[lists.BatchRow | BaseException | None] = SimpleQueue()
        self.pace = summary.Pace()
        self.threads: list[Thread] = []

    # what earlier runs did

    def skip_done(self) -> Iterator[Imported]:
        for source in self.sources:
            row = self.done_row(source)
            if row is not None:
                self.rows[source] = row
                yield Imported(row, skipped=True)

    def done_row(self, source: str) -> lists.BatchRow | None:
        """The row of a report whose workbook is there.

        Read anew where it or what is beside it changed.
        """
        entry = self.journal.entries.get(source)
        if entry is None or not entry.row.is_done:
            return None
        path = names.still_there(self.folder / entry.row.file)
        if path is None:
            return None
        if other := names.twin_of(path):
            self.tell(f"{path.name}旁边另有{other.name}，没有采用；请留下其中一份。")
        try:
            return self.current_row(path, entry)
        except (OSError, NoFigures, WorkbookError) as error:
            return replace(
                importing.failed_row(source, why_not_current(path, error)), file=path.name
            )
        except GongkaiError as error:
            raise stopped(self.folder, error) from error
        except Exception as error:
            return replace(importing.internal_error(source, error), file=path.name)

    def current_row(self, path: Path, entry: JournalEntry) -> lists.BatchRow:
        """The row of a workbook as it is by now; an earlier version saved blank forms too."""
        found = names.digest_with_decisions(path)
        is_same = found == entry.sha256 and path.name == entry.row.file
        if is_same and entry.row.figures:
            return entry.row
        return self.changed_row(path, entry.row, found)

    def changed_row(self, path: Path, old: lists.BatchRow, found: str) -> lists.BatchRow:
        report = with_decisions_beside(wording.evaluated(read_workbook(path)), path)
        findings = pipeline.check(report)
        row = lists.report_to_row(report, findings, old.source, old.finished, path.name)
        facts = output.check_to_dict(report, findings)
        self.journal.add(
            JournalEntry(row, found, {**facts, "report": {**facts["report"], "source": old.source}})
        )
        return row

    # what is left

    def work(self, per_host: int, pause: float) -> Iterator[Imported]:
        left = [source for source in self.sources if source not in self.rows]
        self.queue = scheduler.SourceQueue(left, per_host, pause)
        self.threads = [
            Thread(target=self.worker, args=(pause,), daemon=True) for _ in left[:MOST_THREADS]
        ]
        for thread in self.threads:
            thread.start()
        at_work = len(self.threads)
        while at_work:
            result = self.next_result()
            if result is None:
                at_work -= 1
            elif isinstance(result, BaseException):
                raise result
            else:
                self.rows[result.source] = result
                self.write_due_summary()
                yield Imported(result)

    def next_result(self) -> lists.BatchRow | BaseException | None:
        while True:
            # On Windows a wait without an end cannot be interrupted.
            with suppress(Empty):
                return self.results.get(timeout=0.5)

    def worker(self, pause: float) -> None:
        try:
            while (source := self.queue.take()) is not None:
                row = self.one(source, pause)
                if row is not None:
                    self.results.put(row)
                self.queue.done()
            self.results.put(None)
        except BaseException as error:
            self.results.put(error)

    def one(self, source: str, pause: float) -> lists.BatchRow | None:
        """Import a source; None where it was put back or the run is over."""
        limits = replace(LIMITS, pause=min(max(LIMITS.pause, pause), LONGEST_RETRY))
        try:
            (_, report), *others = importing.reports_in(
                source, limits, self.access, lambda: self.queue.loaded(source)
            )
            findings = pipeline.check(report)
        except GongkaiError as error:
            if (
                is_passing(error)
                and scheduler.host_of(source) != scheduler.LOCAL
                and self.queue.put_back(source)
            ):
                return None
            return self.remember(importing.failed_row(source, error))
        except Exception as error:
            return self.remember(importing.internal_error(source, error))
        # Before the source itself, for what is remembered of it says that all is done.
        for name, other in others:
            self.take_other(source, name, other)
        return self.keep(source, report, findings)

    def take_other(self, source: str, name: str, report: Report) -> None:
        """Keep another report of a source's document, and list it below the source."""
        if self.done_row(name) is None:
            try:
                row = self.keep(name, report, pipeline.check(wording.evaluated(report)))
            except NoFigures as error:
                row = self.remember(importing.failed_row(name, error))
            except Exception as error:
                row = self.remember(importing.internal_error(name, error))
            if row is not None:
                self.results.put(row)
        with self.lock:
            if name not in self.sources:
                self.sources.insert(self.sources.index(source) + 1, name)

    # writing

    def remember(self, row: lists.BatchRow) -> lists.BatchRow | None:
        with self.lock:
            if self.closed:
                return None
            try:
                self.journal.add(JournalEntry(row))
            except GongkaiError as error:
                raise stopped(self.folder, error) from error
        return row

    def keep(
        self, source: str, report: Report, findings: Sequence[Finding]
    ) -> lists.BatchRow | None:
        with self.lock:
            if self.closed:
                return None
            try:
                return self.save(source, report, findings)
            except (OSError, GongkaiError) as error:
                if is_systems(error):
                    raise stopped(self.folder, error) from error
                row = importing.failed_row(
                    source, error if isinstance(error, GongkaiError) else str(error)
                )
            except Exception as error:
                row = importing.internal_error(source, error)
        return self.remember(row)

    def save(self, source: str, report: Report, findings: Sequence[Finding]) -> lists.BatchRow:
        """Write a report's workbook aside, remember it, and only then give it its name."""
        facts = output.check_to_dict(report, findings)
        name = self.own_name(source) or self.names.claim(names.fitting_name(report, self.folder))
        while True:
            # An earlier run's name may end with .xlsm.
            aside = self.part / f"report{Path(name).suffix}"
            part = write_workbook(report, findings, aside, overwrite=True)
            row = lists.report_to_row(report, findings, source, importing.now(), name)
            self.journal.add(JournalEntry(row, names.digest(part), facts))
            if names.move_new(part, self.folder / name):
                return row
            name = self.names.claim(names.fitting_name(report, self.folder))

    def own_name(self, source: str) -> str:
        """The name that an earlier run gave to this source's workbook, "" where it has none."""
        entry = self.journal.entries.get(source)
        return entry.row.file if entry else ""

    def stop(self) -> None:
        self.queue.close()
        with self.lock:
            self.closed = True
        until = time.monotonic() + LONGEST_STOP
        for thread in self.threads:
            if thread.is_alive():
                thread.join(max(0.0, until - time.monotonic()))

    # the summary

    def write_due_summary(self) -> None:
        if self.pace.due():
            began = time.monotonic()
            with suppress(GongkaiError):  # open in Excel; the one at the end says so
                self.write_summary()
            self.pace.written(time.monotonic() - began)

    def write_summary(self) -> None:
        """All sources of this run in their order, then the reports of earlier lists whose workbooks
        are still here.
        """
        rows = [self.rows.get(source, lists.BatchRow(source)) for source in self.sources]
        with self.lock:
            entries = list(self.journal.entries.values())
        own = {*self.rows, *self.sources}
        for entry in entries:
            row = entry.row
            if row.source not in own and row.file and (self.folder / row.file).is_file():
                rows.append(row)
        summary.write_summary(self.journal, summary.with_years(rows), self.part, self.tell)


def why_not_current(path: Path, error: Exception) -> GongkaiError:
    """What is wrong with a workbook that an earlier run wrote, and what to do."""
    if isinstance(error, NoFigures):
        why = str(error).rstrip("。")
        return NoFigures(f"{why}（{path.name}）；或把该文件移走后重新导入。")
    if isinstance(error, DecisionsError):
        return error
    reason = system.system_reason(error) if isinstance(error, OSError) else str(error).rstrip("。")
    return GongkaiError(f"{path.name}已不能读取（{reason}）；请恢复该文件，或把它移走后重新导入。")


def is_passing(error: GongkaiError) -> bool:
    """Whether the same request may succeed a little later."""
    if not isinstance(error, FetchError):
        return False
    return error.stage in PASSING or error.status >= 500 or error.status in PASSING_STATUS
