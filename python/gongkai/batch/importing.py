"""One source -> its report, its row and its workbook."""

from __future__ import annotations

import os
import re
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from gongkai import links, locate, pipeline, sources, store, system, wording
from gongkai.batch.names import FileNames, fitting_name
from gongkai.decisions.file import decisions_in_file, decisions_path, with_decisions_beside
from gongkai.model import Decision, Finding, GongkaiError, NoFigures, Report, WorkbookError
from gongkai.workbook import lists, write_workbook

PART = re.compile(r"(?P<source>.+)#part=(?P<part>[1-9]\d{0,3})")


def read_report_in(
    source: str,
    limits: sources.Limits = sources.LIMITS,
    access: sources.Access = sources.ACCESS,
    loaded: Callable[[], None] = lambda: None,
) -> Report:
    """The report in a source, as ``read_source``, with what was decided in the file beside it.

    ``报告.html#part=2`` is the second part of a document with several reports.
    """
    address, part = source_and_part(source)
    return with_decisions_beside(locate.read_source(address, limits, access, loaded, part))


def decisions_beside(row: lists.BatchRow) -> dict[str, Decision]:
    """What the file beside a source decides about its report by now. Raises DecisionsError."""
    path = Path(source_and_part(row.source)[0])
    if store.host_of(row.source) or not decisions_path(path).is_file():
        return {}
    return decisions_in_file(Report("", row.agency, row.year, "", {}), path)


def source_and_part(source: str) -> tuple[str, int]:
    """``报告.html#part=2`` -> (``报告.html``, 2); any other source is itself, with 0."""
    match = PART.fullmatch(source.strip())
    return (match["source"], int(match["part"])) if match else (source, 0)


def reports_in(
    source: str,
    limits: sources.Limits = sources.LIMITS,
    access: sources.Access = sources.ACCESS,
    loaded: Callable[[], None] = lambda: None,
) -> list[tuple[str, Report]]:
    """(source, report) of every report in a source: the one that is meant first, the others by
    their parts' numbers.

    Where it cannot be told which one is meant, the first of them stands for the source. Raises as
    ``read_source``, and NoFigures where the one that is meant holds none.
    """
    report = read_report_in(source, limits, access, loaded)
    if source_and_part(source)[1]:
        return [(source, wording.evaluated(report))]
    others = [(f"{source}#part={number}", other) for number, other in locate.other_reports(report)]
    if others and not report.part and not report.chosen_by:
        return [(source, others[0][1]), *others[1:]]
    return [(source, wording.evaluated(report)), *others]


def import_report(source: str, folder: Path) -> list[lists.BatchRow]:
    """Import one source and save its workbook into ``folder``: the rows that take its place in a
    list.

    See the package's docstring. Raises nothing: a page on which the program itself fails must not
    stop a list.
    """
    try:
        return [imported_row(name, report, folder) for name, report in reports_in(source)]
    except links.Directory as error:
        listed = f"目录页：其中像年度报告的{len(error.found)}个链接列在表中，待确认。"
        return [replace(failed_row(source, error), message=listed), *map(proposed_row, error.found)]
    except GongkaiError as error:
        return [failed_row(source, error)]
    except OSError as error:
        return [failed_row(source, f"无法读写文件：{system.system_reason(error)}。")]
    except Exception as error:
        return [internal_error(source, error)]


def imported_row(source: str, report: Report, folder: Path) -> lists.BatchRow:
    try:
        findings = pipeline.check(wording.evaluated(report))
    except NoFigures as error:
        return failed_row(source, error)
    return lists.report_to_row(
        report, findings, source, now(), save_new(report, findings, folder).name
    )


def save_new(report: Report, findings: Sequence[Finding], folder: Path) -> Path:
    """Save a report's workbook under a name that nothing else has.

    Raises WorkbookError, OSError.
    """
    names = FileNames(os.listdir(folder))
    while True:
        target = folder / names.claim(fitting_name(report, folder))
        try:
            return write_workbook(report, findings, target)
        except WorkbookError:
            if not target.exists():
                raise


# --- rows -----------------------------------------------------------------------------------------


def now() -> str:
    return f"{datetime.now():%Y-%m-%d %H:%M}"


def failed_row(source: str, why: GongkaiError | str) -> lists.BatchRow:
    """The row of a source without a report; its sentence does not repeat the source."""
    return lists.BatchRow(
        source,
        state_of(why),
        message=lists.clipped(str(why).removeprefix(f"{source}：")),
        finished=now(),
    )


def state_of(why: GongkaiError | str) -> lists.RowState:
    if isinstance(why, links.Directory):
        return "directory"
    return "unread" if isinstance(why, NoFigures) else "failed"


def proposed_row(found: links.Candidate) -> lists.BatchRow:
    return lists.BatchRow(
        found.source,
        "proposed",
        year=found.year,
        title=lists.clipped(found.title),
        message=lists.clipped(found.title),
    )


def internal_error(source: str, error: Exception) -> lists.BatchRow:
    """The row of a source on which the program itself failed."""
    if os.environ.get("GONGKAI_DEBUG"):
        raise error
    return failed_row(
        source, f"程序内部错误（{type(error).__name__}），没有导入；请把来源发给开发者。"
    )
