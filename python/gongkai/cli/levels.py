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

from gongkai import output, system, wording
from gongkai.batch.importing import read_report_in
from gongkai.cli import console, reading, writing
from gongkai.compare import levels, years
from gongkai.levels import family_of, levels_bytes, levels_lines, levels_to_dict, read_children
from gongkai.model import Report
from gongkai.sources import LIMITS, Access


def run_levels(options: argparse.Namespace) -> int:
    target, access = options.output, Access(options.offline, options.refresh, options.insecure)
    suffix = system.refuse_suffix(target, writing.SUFFIXES) if target else ""
    parent = wording.evaluated(read_report_in(options.parent, LIMITS, access))
    family = family_of(options.children, options.names, parent.year, access)
    if family.passed_over:
        console.tell(f"目录页中另有{family.passed_over}个链接不是{parent.year}年的，没有读取。")
    if target:
        writing.refuse_target(
            target,
            (options.parent, options.children, options.names, *family.sources),
            options.force,
        )
    children = [*read_children(family.sources, access, progress(len(family.sources))), *family.lost]
    found = levels.compare(parent, children, family.names)
    if target:
        system.write_whole(target, levels_bytes(found, suffix), options.force)
    tell_outcome(options, levels_to_dict(found), list(levels_lines(found)))
    unread = any(one.kind in ("unread", "no_figures") for one in found.roll.left_out)
    return console.UNREADABLE if unread else console.CLEAN


def run_years(options: argparse.Namespace) -> int:
    """Several years of one body or of many, held against each other; the code is that of the worst
    source.
    """
    target: Path | None = options.output
    suffix = system.refuse_suffix(target, writing.SUFFIXES) if target else ""
    sources = reading.sources_of(options.sources)
    if target:
        writing.refuse_target(target, tuple(source.name for source in sources), options.force)
    read = [report for _, report in reading.each_report(sources, console.reading_of(options))]
    found = years.compare_years(
        [years.yearly(report) for report in read if isinstance(report, Report)]
    )
    if target:
        system.write_whole(target, output.years_bytes(found, suffix), options.force)
    tell_outcome(
        options, output.years_to_list(found), list(output.years_lines(found)) or [NO_YEARS]
    )
    return console.CLEAN if len(found) == len(read) else console.UNREADABLE


def tell_outcome(options: argparse.Namespace, as_json: object, lines: Sequence[str]) -> None:
    """What came of a comparison, beside the file that holds it."""
    target = options.output
    with console.written(target) if target else nullcontext():
        if options.json:
            console.put(output.to_json(as_json))
        else:
            console.show([*lines, *([f"已写入 {target}"] if target else [])])


NO_YEARS = "没有可以互相核对的年度；请给出同一机关连续几年的报告，或存放它们的文件夹。"


def progress(total: int) -> Callable[[str], None]:
    """Which source is being read, at a terminal."""
    numbers = count(1)

    def step(source: str) -> None:
        if sys.stderr is not None and sys.stderr.isatty():
            console.tell(f"[{next(numbers)}/{total}] {source}")

    return step
