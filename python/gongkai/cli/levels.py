"""``gongkai levels``: a government's report + those that it covers -> the comparison; ``years``:
one body's years.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Sequence
from contextlib import nullcontext
from itertools import count
from pathlib import Path

from gongkai.batch.importing import read_report_in
from gongkai.cli.console import CLEAN, UNREADABLE, put, reading_of, show, tell, written
from gongkai.cli.reading import each_report, sources_of
from gongkai.cli.writing import SUFFIXES, refuse_target
from gongkai.compare.levels import compare
from gongkai.compare.years import compare_years, yearly
from gongkai.levels import family_of, levels_bytes, levels_lines, levels_to_dict, read_children
from gongkai.model import Report
from gongkai.output import to_json, years_bytes, years_lines, years_to_list
from gongkai.sources import LIMITS, Access
from gongkai.system import refuse_suffix, write_whole
from gongkai.wording import evaluated


def run_levels(options: argparse.Namespace) -> int:
    target, access = options.output, Access(options.offline, options.refresh, options.insecure)
    suffix = refuse_suffix(target, SUFFIXES) if target else ""
    parent = evaluated(read_report_in(options.parent, LIMITS, access))
    family = family_of(options.children, options.names, parent.year, access)
    if family.passed_over:
        tell(f"目录页中另有{family.passed_over}个链接不是{parent.year}年的，没有读取。")
    if target:
        refuse_target(
            target,
            (options.parent, options.children, options.names, *family.sources),
            options.force,
        )
    children = [*read_children(family.sources, access, progress(len(family.sources))), *family.lost]
    found = compare(parent, children, family.names)
    if target:
        write_whole(target, levels_bytes(found, suffix), options.force)
    tell_outcome(options, levels_to_dict(found), list(levels_lines(found)))
    unread = any(one.kind in ("unread", "no_figures") for one in found.roll.left_out)
    return UNREADABLE if unread else CLEAN


def run_years(options: argparse.Namespace) -> int:
    """Several years of one body or of many, held against each other; the code is that of the worst
    source.
    """
    target: Path | None = options.output
    suffix = refuse_suffix(target, SUFFIXES) if target else ""
    sources = sources_of(options.sources)
    if target:
        refuse_target(target, tuple(source.name for source in sources), options.force)
    read = [report for _, report in each_report(sources, reading_of(options))]
    found = compare_years([yearly(report) for report in read if isinstance(report, Report)])
    if target:
        write_whole(target, years_bytes(found, suffix), options.force)
    tell_outcome(options, years_to_list(found), list(years_lines(found)) or [NO_YEARS])
    return CLEAN if len(found) == len(read) else UNREADABLE


def tell_outcome(options: argparse.Namespace, as_json: object, lines: Sequence[str]) -> None:
    """What came of a comparison, beside the file that holds it."""
    target = options.output
    with written(target) if target else nullcontext():
        if options.json:
            put(to_json(as_json))
        else:
            show([*lines, *([f"已写入 {target}"] if target else [])])


NO_YEARS = "没有可以互相核对的年度；请给出同一机关连续几年的报告，或存放它们的文件夹。"


def progress(total: int) -> Callable[[str], None]:
    """Which source is being read, at a terminal."""
    numbers = count(1)

    def step(source: str) -> None:
        if sys.stderr is not None and sys.stderr.isatty():
            tell(f"[{next(numbers)}/{total}] {source}")

    return step
