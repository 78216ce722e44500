"""The rooms in their order: source -> Document -> blocks -> Report -> findings -> workbook."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence
from pathlib import Path

from gongkai import locate, rereading, sources, system, wording, workbook
from gongkai.checks import misread, whole
from gongkai.decisions import apply_decisions, file, with_decisions_of
from gongkai.model import Finding, Report, WorkbookError
from gongkai.workbook.file import template_path


def read_report(
    source: str | Path | bytes,
    *,
    offline: bool = False,
    refresh: bool = False,
    insecure: bool = False,
    part: int = 0,
) -> Report:
    """The report in a web page (http or https URL), a file, a workbook of ours or another,
    standard input (``-``), or bytes: the content of any of them, which comes from no place, as
    standard input does.

    A page whose report is in a frame or an attachment is followed one level, on its own site; the
    provenance of the report's document says so. ``offline`` takes pages from the cache alone,
    ``refresh`` fetches them whatever the cache holds, ``insecure`` opens sites whose certificate or
    encryption cannot be trusted. Of a document with several reports the one that the page's title
    names is read, else the latest (``chosen_by``); ``part`` takes another one.

    Figures are exact (int or Decimal) in the units of the official tables (件, 万元), None where
    nothing certain stands; ``problems`` lists what could not be placed or read, ``decisions`` what
    was decided about findings, in the workbook itself or in the file beside it. A report may hold
    no figure at all (a blank form): ``is_evaluated`` is False then. Raises FetchError,
    UnreadableDocument, WorkbookError.
    """
    access = sources.Access(offline, refresh, insecure)
    if isinstance(source, bytes):
        document = sources.document("-", source)
        return locate.report_of(document, sources.LIMITS, access, part=part)
    return file.with_decisions_beside(
        locate.read_source(str(source), sources.LIMITS, access, part=part)
    )


def is_standard_input(path: Path) -> bool:
    """Whether what is read for ``-`` comes out of this very file."""
    try:
        return sys.stdin is not None and os.path.samestat(os.fstat(sys.stdin.fileno()), path.stat())
    except (OSError, ValueError):
        return False


def check(report: Report) -> list[Finding]:
    """All findings on a report: errors first, then warnings and notes, each in the order of the
    official tables.

    The relations are those of each table's own layout (国办公开办函〔2019〕60号, 〔2021〕30号).
    Blanks are unknown figures, not zeros. Where a sum is broken, the document is read a second
    time, another way: a sum that its figures satisfy is a warning with the cause ``reading``.
    """
    findings = whole.check(report)
    if (
        report.document is None
        or not misread.is_from_elsewhere(report)
        or not misread.has_broken_sums(findings)
    ):
        return findings
    return misread.weigh(report, findings, rereading.reread(report.document, report))


def refilled(report: Report, target: Path) -> tuple[Report, int]:
    """``with_decisions_of`` a workbook of ours at ``target``, if there is one. Raises
    WorkbookError.
    """
    old = workbook.read_ours(target)
    return with_decisions_of(report, old) if old else (report, 0)


def fill(
    report: Report,
    findings: Sequence[Finding],
    target: str | Path,
    *,
    overwrite: bool = False,
    template: str | Path = "",
) -> Path:
    """Write report and findings into a workbook at ``target``, from the official template or one of
    your own.

    The suffix decides: .xlsx, .xlsm with macros, .ods by LibreOffice; any other is a WorkbookError.

    What was decided about findings in a workbook that is overwritten stays, if that shows the same
    body and year. Raises NoFigures for a report of which no figure was read: its workbook would
    show that nothing is wrong. Raises WorkbookError where ``target`` exists and ``overwrite`` is
    False, is the report's own source or the template, or cannot be written; what was there stays.
    """
    workbook.refuse_unwritable(Path(target))
    wording.evaluated(report)
    target, own = Path(target), Path(template) if template else None
    source = report.document.origin if report.document else ""
    if (
        is_standard_input(target)
        if source == "-"
        else source and system.is_same_file(Path(source), target)
    ):
        raise WorkbookError(f"{target.name}就是报告的来源，没有写入；请另选文件名。")
    if system.is_same_file(own or template_path(), target):
        raise WorkbookError(f"{target.name}就是所用的模板，没有写入；请另选文件名。")
    if overwrite:
        report, _ = refilled(report, target)
        findings = apply_decisions(findings, report)
    return workbook.write_workbook(report, findings, target, overwrite=overwrite, template=own)


def part_lines(findings: Sequence[Finding]) -> list[str]:
    """Which of several reports of a source was read: 读取的是第1部分“…”，文中还有其他部分."""
    told = filter(lambda finding: finding.rule == "coverage.parts", findings)
    return [finding.lines[0].rstrip("。") for finding in told]
