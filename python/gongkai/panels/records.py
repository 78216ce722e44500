"""Sources, reports or records -> records, one after the other; what could not be read is a value.

``read_reports`` gives reports, ``records_of`` records, ``panel`` the tables made of them.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import NamedTuple

from gongkai import pipeline, sources, store, wording
from gongkai.batch import importing, listing, run, scheduler
from gongkai.compare import children, levels, years
from gongkai.model import GongkaiError, Report
from gongkai.panels.frames import Panel
from gongkai.workbook.lists import report_to_row

ReportSource = str | Path | bytes
INPUT = "-"  # what bytes are called, which come from no place
NO_SOURCE = "来源应当是网址、文件或文件夹，这里是“{}”；请补上，或删去这一项。"


@dataclass(frozen=True)
class UnreadSource:
    """A source of which no report was read, and why. It is false: ``filter(None, read_reports(…))``
    are the reports.
    """

    source: str
    error: GongkaiError

    def __bool__(self) -> bool:
        return False


PanelInput = ReportSource | Report | UnreadSource | store.StoredReport


class Outcome(NamedTuple):
    """A source, or one of the reports in it (``报告.html#part=2``), and what came of it."""

    source: str
    found: Report | GongkaiError


def read_reports(
    sources: Iterable[ReportSource] | ReportSource,
    *,
    offline: bool = False,
    refresh: bool = False,
    insecure: bool = False,
) -> Iterator[Report | UnreadSource]:
    """The reports of many sources in their order, each as soon as it is read.

    A source is what ``read_report`` takes, or a folder, which stands for the documents in it. Of a
    document with several reports all come, the one that is meant first. What could not be read, or
    has no figure in it, is an ``UnreadSource``: no source stops the others. Between two requests to
    a host there is a pause, as in a batch.
    """
    way = reading(offline, refresh, insecure)
    given = (sources,) if isinstance(sources, str | Path | bytes) else sources
    for source in given:
        for name, found in way.outcomes(source):
            yield found if isinstance(found, Report) else UnreadSource(name, found)


def panel(
    what: Iterable[PanelInput] | PanelInput,
    *,
    offline: bool = False,
    refresh: bool = False,
    insecure: bool = False,
) -> Panel:
    """Tables of many reports: of sources as ``read_reports`` takes them, of what it gives, of
    records.

    >>> table = gongkai.panel("reports/")                        # doctest: +SKIP
    >>> table.figures.groupby(["body", "year"])["count"].sum()   # doctest: +SKIP
    """
    found = records_of(what, offline=offline, refresh=refresh, insecure=insecure)
    return Panel(tuple(found))


def records_of(
    what: Iterable[PanelInput] | PanelInput,
    *,
    offline: bool = False,
    refresh: bool = False,
    insecure: bool = False,
) -> Iterator[store.StoredReport]:
    """A record for every report, one that failed too. Each is checked as it comes, and its document
    is let go: a panel of thousands keeps none. What a batch left, its folder or its store, is taken
    as it was read then. A place that is named twice counts once, as in a batch.
    """
    way = reading(offline, refresh, insecure)
    known: set[str] = set()
    for one in each(what):
        for record in records_in(one, way):
            is_again = isinstance(one, str | Path) and record.source in known
            if not is_again:
                known.add(record.source)
                yield record


def records_in(one: PanelInput, way: ReadingInTurn) -> Iterator[store.StoredReport]:
    if isinstance(one, store.StoredReport):
        yield one
    elif isinstance(one, Report):
        yield record_of(Outcome(source_of(one), one))
    elif isinstance(one, UnreadSource):
        yield record_of(Outcome(one.source, one.error))
    elif isinstance(one, str | Path) and (path := store.store_at(one)):
        yield from store.stored_records(path)
    else:
        yield from map(record_of, way.outcomes(one))


def each(what: Iterable[PanelInput] | PanelInput) -> Iterable[PanelInput]:
    """One thing is a list of one: neither a text nor bytes nor a report is a list of sources."""
    if isinstance(what, PanelInput):
        return (what,)
    return what


def record_of(outcome: Outcome) -> store.StoredReport:
    """Raises nothing: a report on which the program itself fails must not stop a list."""
    source, found = outcome
    try:
        if isinstance(found, GongkaiError):
            raise found
        findings = pipeline.check(wording.evaluated(found))
        row = report_to_row(found, findings, source, importing.now(), "")
        return store.report_to_record(found, findings, row)
    except GongkaiError as error:
        return store.row_to_record(importing.failed_row(source, error))
    except Exception as error:
        return store.row_to_record(importing.internal_error(source, error))


def source_of(report: Report) -> str:
    """``报告.html``, ``报告.html#part=2`` of the second report in it, as a batch names them; "" of
    one that came from no document.
    """
    if report.document is None:
        return ""
    is_part = report.chosen_by == "part"
    return f"{report.document.origin}#part={report.part}" if is_part else report.document.origin


# --- reading --------------------------------------------------------------------------------------


@dataclass(frozen=True)
class ReadingInTurn:
    """How sources are read one after the other: ``queue`` knows which host may be asked when."""

    access: sources.Access
    queue: scheduler.SourceQueue

    def outcomes(self, source: ReportSource) -> Iterator[Outcome]:
        """What came of a source, of a folder all that is in it."""
        if isinstance(source, bytes):
            yield of_bytes(source)
            return
        if not isinstance(source, str | Path):  # None or NaN of a column of addresses
            yield Outcome(str(source), GongkaiError(NO_SOURCE.format(source)))
            return
        try:
            found = documents_of(str(source))
        except GongkaiError as error:
            yield Outcome(str(source), error)
            return
        for document in found:
            self.queue.queue([document])
            self.queue.take()  # waits until its host may be asked again
            yield from of_source(document, self.access)
            self.queue.loaded(document)
            self.queue.done()


def reading(offline: bool, refresh: bool, insecure: bool) -> ReadingInTurn:
    queue = scheduler.SourceQueue((), 1, 0 if offline else run.PAUSE)
    return ReadingInTurn(sources.Access(offline, refresh, insecure), queue)


def of_bytes(content: bytes) -> Outcome:
    try:
        return Outcome(INPUT, wording.evaluated(pipeline.read_report(content)))
    except GongkaiError as error:
        return Outcome(INPUT, error)
    except Exception as error:
        return Outcome(INPUT, failure(INPUT, error))


def documents_of(named: str) -> Sequence[str]:
    """Raises GongkaiError for a folder without any."""
    if not named.strip() or listing.is_web(named) or not Path(named).is_dir():
        return (named,)
    return listing.plan_of_folder(Path(named)).sources


def of_source(source: str, access: sources.Access) -> list[Outcome]:
    try:
        return [Outcome(*found) for found in importing.reports_in(source, sources.LIMITS, access)]
    except GongkaiError as error:
        return [Outcome(source, error)]
    except Exception as error:
        return [Outcome(source, failure(source, error))]


def failure(source: str, error: Exception) -> GongkaiError:
    """What a person is told of a fault of our own."""
    return GongkaiError(importing.internal_error(source, error).message)


# --- reports against each other -------------------------------------------------------------------


def compare_years(reports: Iterable[Report]) -> list[years.YearComparison]:
    """Reports of one body or many: what does not continue from one year to the next, an outcome for
    each report in their order.
    """
    return years.compare_years(list(map(years.yearly, reports)))


def run_batch(
    sources: Iterable[str | Path],
    folder: str | Path,
    *,
    offline: bool = False,
    refresh: bool = False,
    insecure: bool = False,
) -> Iterator[run.Imported]:
    """Import each source into a folder: a workbook each, 汇总.xlsx and 汇总.csv. Yields what came
    of each as it finishes; a folder remembers what is done, and goes on there.
    """
    access = reading(offline, refresh, insecure).access
    return run.run_batch(list(map(str, sources)), Path(folder), access=access)


def compare_levels(
    parent: Report, reports: Iterable[Report], expected: Sequence[str] = ()
) -> levels.Levels:
    """A government's report against the sum of those that it covers; ``expected`` are the names of
    bodies that must be among them.
    """
    found = []
    for child in reports:
        found.append(children.Child(child.agency, source_of(child), child))
    return levels.compare(parent, found, expected)
