"""``gongkai read``, ``gongkai check``: sources -> reports -> lines for people, or JSON in the form
asked for.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

from gongkai.cli.console import (
    CLEAN,
    UNREADABLE,
    ChineseParser,
    code_of,
    complain_of,
    complain_of_nothing,
    put,
    show,
    tell,
)
from gongkai.model import Finding, GongkaiError, Report

if TYPE_CHECKING:
    from gongkai.cli.sources import Source
    from gongkai.compare.years import YearComparison

LIST, LINES, OBJECT = "list", "lines", "object"  # what ``options.json`` says; "" for people


def add_json_forms(command: ChineseParser) -> None:
    forms = command.add_mutually_exclusive_group()
    texts = {
        "--json": (LIST, "输出 JSON：一个列表，每个来源一项，只有一个来源时也是列表"),
        "--jsonl": (
            LINES,
            "输出 JSON，每个来源一行（check 有几个来源时，各行在跨年核对之后一并输出）",
        ),
        "--json-object": (
            OBJECT,
            "同 --json，但只有一个来源时不用列表（旧写法，下一版取消，请改用 --json）",
        ),
    }
    for name, (form, text) in texts.items():
        forms.add_argument(
            name, dest="json", action="store_const", const=form, default="", help=text
        )


class JsonOutput:
    """The results of several sources as JSON; nothing for people, whose form is "".

    Lines are put out at once, or at the end where that ``adds`` to them.
    """

    def __init__(self, form: str, adds: bool = False) -> None:
        self.form, self.adds = form, adds
        self.waits = form != LINES or adds
        self.held: list[dict[str, Any]] = []

    def add(self, result: dict[str, Any]) -> None:
        if not self.form:
            return
        if self.waits:
            self.held.append(result)
        else:
            self.put_line(result)

    def end(self, comparisons: Iterable[YearComparison] = ()) -> None:
        """``comparisons`` are those of the results with findings, in their order."""
        from gongkai.output import add_years, to_json

        left = iter(comparisons)
        held = [
            add_years(one, next(left)) if self.adds and has_findings(one) else one
            for one in self.held
        ]
        if not self.form:
            return
        if self.form == LINES:
            for one in held:
                self.put_line(one)
        elif self.form == OBJECT and len(held) == 1:
            put(to_json(held[0]))
        else:
            put(to_json(held))

    def put_line(self, result: Mapping[str, Any]) -> None:
        from gongkai.output import to_json_line

        put(to_json_line(result))


def has_findings(result: Mapping[str, Any]) -> bool:
    return "findings" in result


def each_report(
    sources: Sequence[Source], reading: Mapping[str, Any]
) -> Iterator[tuple[str, Report | GongkaiError]]:
    """Every source with its report or its failure; progress on standard error where several are
    read at a terminal.
    """
    from gongkai.pipeline import read_report

    for number, source in enumerate(sources, 1):
        if len(sources) > 1 and sys.stderr is not None and sys.stderr.isatty():
            tell(f"[{number}/{len(sources)}] {source.name}")
        try:
            if source.lost:
                raise source.lost
            yield source.name, read_report(source.name, **reading)
        except GongkaiError as error:
            complain_of(error)
            yield source.name, error


def run_sources(  # noqa: PLR0913
    options: argparse.Namespace,
    reading: Mapping[str, Any],
    judge: Callable[[Report], list[Finding]],
    as_dict: Callable[[Report, list[Finding]], dict[str, Any]],
    as_lines: Callable[[Report, list[Finding]], Iterable[str]],
    across: Callable[[], Sequence[YearComparison]] | None = None,
    refuses: bool = True,
) -> int:
    """Read each source, judge it and print it; the code is that of the worst.

    A report without figures is told on standard error, as what cannot be read; with ``refuses``
    False figures do not matter. ``across`` is called once all are read and says what came of
    comparing the reports with each other.
    """
    from gongkai.cli.sources import sources_of
    from gongkai.output import failure_to_dict, years_lines

    sources = sources_of(options.sources)
    output = JsonOutput(options.json, adds=across is not None)
    codes = [CLEAN]
    for number, (source, report) in enumerate(each_report(sources, reading)):
        if isinstance(report, GongkaiError):
            codes.append(UNREADABLE)
            output.add(failure_to_dict(source, report))
            continue
        findings = judge(report)
        codes.append(code_of(findings))
        if refuses and not report.is_evaluated:
            codes.append(complain_of_nothing(report))
        if options.json:
            output.add(as_dict(report, findings))
        else:
            show([*([""] if number else []), *as_lines(report, findings)])
    comparisons = across() if across else ()
    output.end(comparisons)
    if not options.json:
        show(below(years_lines(comparisons)))
    return max(codes)


def below(lines: Iterable[str]) -> list[str]:
    """Lines under a blank one; nothing for none."""
    found = list(lines)
    return ["", *found] if found else []


def run_read(options: argparse.Namespace, reading: Mapping[str, Any]) -> int:
    from gongkai.cli.tables import report_lines
    from gongkai.output import part_lines, parts_to_dict, report_to_dict

    def judge(report: Report) -> list[Finding]:
        return []

    if options.parts:
        return run_sources(
            options,
            reading,
            judge,
            lambda report, _: parts_to_dict(report),
            lambda report, _: part_lines(report),
            refuses=False,
        )
    return run_sources(
        options,
        reading,
        judge,
        lambda report, _: report_to_dict(report),
        lambda report, _: report_lines(report),
    )


def run_check(options: argparse.Namespace, reading: Mapping[str, Any]) -> int:
    if options.write:
        from gongkai.cli.rechecking import run

        return run(options)
    from gongkai.compare.bodies import Yearly
    from gongkai.compare.years import compare_years, yearly
    from gongkai.output import check_to_dict, finding_lines, head_lines
    from gongkai.pipeline import check

    seen: list[Yearly] = []

    def judge(report: Report) -> list[Finding]:
        seen.append(yearly(report))
        return check(report)

    def lines(report: Report, findings: list[Finding]) -> Iterator[str]:
        yield from head_lines(report)
        if report.is_evaluated:
            yield from finding_lines(report, findings)

    return run_sources(options, reading, judge, check_to_dict, lines, lambda: compare_years(seen))
