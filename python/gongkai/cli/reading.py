"""``gongkai read``, ``gongkai check``: what the user named -> sources -> reports -> lines for
people, or JSON in the form asked for.

A folder is its documents; records of ours beside them are none.
"""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from gongkai import decisions, pipeline, system, wording
from gongkai.batch import listing, ours
from gongkai.cli import batch, console, parser, tables
from gongkai.compare import bodies, years
from gongkai.model import Finding, GongkaiError, NoFigures, Report
from gongkai.output import (
    add_years,
    check_to_dict,
    failure_to_dict,
    finding_lines,
    head_lines,
    part_lines,
    parts_to_dict,
    report_to_dict,
    to_json,
    to_json_line,
    years_lines,
)
from gongkai.sources.detect import kind_of

# --- what the user named --------------------------------------------------------------------------

STANDARD_INPUT = "-"
OPEN_ELSEWHERE = "{}可能正在其他程序中打开，校验的是上次保存的内容；请保存后再校验。"


@dataclass(frozen=True)
class Source:
    """``name`` as it is read and shown; ``lost`` is why it cannot be read, if that is known
    already; ``is_listed`` where a folder gave it, which gives no records of ours.
    """

    name: str
    lost: GongkaiError | None = None
    is_listed: bool = False


def sources_of(named: Sequence[str], *, workbooks: bool = False) -> list[Source]:
    """The sources in their order, never none; standard error is told what is passed over.

    ``workbooks``: of a folder's documents only the workbooks of ours.
    """
    found: list[Source] = []
    for one in named:
        found += in_folder(one, workbooks) if is_folder(one) else [Source(one)]
    return without_records(without_copies(found, "写入" if workbooks else "读取"))


def is_folder(name: str) -> bool:
    return name != STANDARD_INPUT and not listing.is_web(name) and os.path.isdir(name)


def in_folder(name: str, workbooks: bool) -> list[Source]:
    """The documents in a folder by name; where there are none, the folder itself, which cannot be
    read.
    """
    try:
        plan = listing.plan_of_folder(Path(name))
    except GongkaiError as error:
        return [Source(name, error, is_listed=True)]
    if workbooks:
        return workbooks_among(name, plan.sources)
    if plan.left_out:
        console.tell(f"{name}：{batch.left_out_line(plan.left_out, '读取')}")
    return [Source(one, is_listed=True) for one in plan.sources]


def workbooks_among(folder: str, names: Sequence[str]) -> list[Source]:
    found = []
    for name in filter(is_workbook, names):
        found.append(Source(name, is_listed=True))
    if not found:
        lost = GongkaiError(f"文件夹{folder}中没有本工具的工作簿，没有写入；请检查文件夹是否正确。")
        return [Source(folder, lost, is_listed=True)]
    others = len(names) - len(found)
    if others:
        console.tell(f"{folder}：文件夹中另有{others}个文件不是本工具的工作簿，没有写入。")
    return found


def is_workbook(name: str) -> bool:
    """Whether a file is a workbook of ours; one that cannot be read may be, and is told when it is
    written.
    """
    try:
        return kind_of(system.read_plain(Path(name))).is_ours
    except OSError:
        return True


def without_copies(found: Sequence[Source], done: str) -> list[Source]:
    """``gongkai check out/*`` names what ``check --write`` kept of a workbook too; it is not
    ``done`` once more.
    """
    names = {one.name for one in found}
    others = []
    for one in found:
        if ours.is_copy(one.name, names):
            console.tell(f"{one.name}：这是 check --write 留下的上一版，没有{done}。")
        else:
            others.append(one)
    return others


def without_records(found: Sequence[Source]) -> list[Source]:
    """``gongkai check out/*`` names 汇总.xlsm, 汇总.csv, the journal and decisions too; where
    nothing else is named, each is refused as before.
    """
    if len(found) < 2:
        return list(found)
    others = []
    told = []
    for one in found:
        what = "" if one.is_listed else ours.record_of(Path(one.name))
        if what:
            told.append(f"{one.name}：这是{what}，不是报告，没有读取。")
        else:
            others.append(one)
    if not others:
        return list(found)
    for line in told:
        console.tell(line)
    return others


# --- reports --------------------------------------------------------------------------------------


class JsonOutput:
    """The results of several sources as JSON; nothing for people, whose form is "".

    Lines are put out at once, or at the end where that ``adds`` to them.
    """

    def __init__(self, form: str, adds: bool = False) -> None:
        self.form, self.adds = form, adds
        self.waits = form != parser.LINES or adds
        self.held: list[dict[str, Any]] = []

    def add(self, result: dict[str, Any]) -> None:
        if not self.form:
            return
        if self.waits:
            self.held.append(result)
        else:
            self.put_line(result)

    def end(self, comparisons: Iterable[years.YearComparison] = ()) -> None:
        """``comparisons`` are those of the results with findings, in their order."""
        left = iter(comparisons)
        held = [
            add_years(one, next(left)) if self.adds and has_findings(one) else one
            for one in self.held
        ]
        if not self.form:
            return
        if self.form == parser.LINES:
            for one in held:
                self.put_line(one)
        elif self.form == parser.OBJECT and len(held) == 1:
            console.put(to_json(held[0]))
        else:
            console.put(to_json(held))

    def put_line(self, result: Mapping[str, Any]) -> None:
        console.put(to_json_line(result))


def has_findings(result: Mapping[str, Any]) -> bool:
    return "findings" in result


def each_report(
    sources: Sequence[Source], reading: Mapping[str, Any]
) -> Iterator[tuple[str, Report | GongkaiError]]:
    """Every source with its report or its failure; progress on standard error where several are
    read at a terminal.
    """
    for number, source in enumerate(sources, 1):
        if len(sources) > 1 and sys.stderr is not None and sys.stderr.isatty():
            console.tell(f"[{number}/{len(sources)}] {source.name}")
        try:
            if source.lost:
                raise source.lost
            yield source.name, pipeline.read_report(source.name, **reading)
        except GongkaiError as error:
            console.complain_of(error)
            yield source.name, error


def complain_of_nothing(report: Report) -> int:
    """A report without figures, in the sentence of every command that needs some."""
    try:
        wording.evaluated(report)
    except NoFigures as error:
        return console.complain(str(error))
    return console.CLEAN


def code_of(findings: Sequence[Finding]) -> int:
    """A sum that is broken as read is not clean, though the reading may be at fault."""
    return console.ERRORS if any(map(decisions.is_grave, findings)) else console.CLEAN


def run_sources(  # noqa: PLR0913
    options: argparse.Namespace,
    judge: Callable[[Report], list[Finding]],
    as_dict: Callable[[Report, list[Finding]], dict[str, Any]],
    as_lines: Callable[[Report, list[Finding]], Iterable[str]],
    across: Callable[[], Sequence[years.YearComparison]] | None = None,
    refuses: bool = True,
) -> int:
    """Read each source, judge it and print it; the code is that of the worst.

    A report without figures is told on standard error, as what cannot be read; with ``refuses``
    False figures do not matter. ``across`` is called once all are read and says what came of
    comparing the reports with each other.
    """
    sources = sources_of(options.sources)
    output = JsonOutput(options.json, adds=across is not None)
    codes = [console.CLEAN]
    for number, (source, report) in enumerate(each_report(sources, console.reading_of(options))):
        if isinstance(report, GongkaiError):
            codes.append(console.UNREADABLE)
            output.add(failure_to_dict(source, report))
            continue
        findings = judge(report)
        codes.append(code_of(findings))
        if refuses and not report.is_evaluated:
            codes.append(complain_of_nothing(report))
        if options.json:
            output.add(as_dict(report, findings))
        else:
            console.show([*([""] if number else []), *as_lines(report, findings)])
    comparisons = across() if across else ()
    output.end(comparisons)
    if not options.json:
        console.show(below(years_lines(comparisons)))
    return max(codes)


def below(lines: Iterable[str]) -> list[str]:
    """Lines under a blank one; nothing for none."""
    found = list(lines)
    return ["", *found] if found else []


def run_read(options: argparse.Namespace) -> int:
    def judge(report: Report) -> list[Finding]:
        return []

    if options.parts:
        return run_sources(
            options,
            judge,
            lambda report, _: parts_to_dict(report),
            lambda report, _: part_lines(report),
            refuses=False,
        )
    return run_sources(
        options,
        judge,
        lambda report, _: report_to_dict(report),
        lambda report, _: tables.report_lines(report),
    )


def tell_if_open(report: Report) -> None:
    """A file that a program has open is checked as it was last saved; a page is no file."""
    origin = report.document.origin if report.document else ""
    is_file = origin not in ("", STANDARD_INPUT) and not listing.is_web(origin)
    if is_file and system.open_elsewhere(Path(origin)):
        console.tell(OPEN_ELSEWHERE.format(Path(origin).name))


def run_check(options: argparse.Namespace) -> int:
    seen: list[bodies.Yearly] = []

    def judge(report: Report) -> list[Finding]:
        tell_if_open(report)
        seen.append(years.yearly(report))
        return pipeline.check(report)

    def lines(report: Report, findings: list[Finding]) -> Iterator[str]:
        yield from head_lines(report)
        if report.is_evaluated:
            yield from finding_lines(report, findings)

    return run_sources(options, judge, check_to_dict, lines, lambda: years.compare_years(seen))
