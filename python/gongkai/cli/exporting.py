"""``gongkai export``: the report in any source -> its figures in a file, as its suffix says."""

from __future__ import annotations

import argparse
from pathlib import Path

from gongkai.cli.console import CLEAN, reading_of, show, written
from gongkai.model import Report

SUFFIXES = (".csv", ".json", ".xlsx")


def run(options: argparse.Namespace) -> int:
    from gongkai.pipeline import read_report
    from gongkai.system import refuse_suffix, write_whole
    from gongkai.wording import evaluated

    target: Path = options.output
    suffix = refuse_suffix(target, SUFFIXES)
    refuse_target(target, (options.source,), options.force)
    report = evaluated(read_report(options.source, **reading_of(options)))
    write_whole(target, exported(report, suffix), options.force)
    with written(target):
        show([f"已写入 {target}"])
    return CLEAN


def exported(report: Report, suffix: str) -> bytes:
    from gongkai.output import report_to_csv, report_to_json, report_to_xlsx
    from gongkai.pipeline import check

    if suffix == ".csv":
        return report_to_csv(report)
    if suffix == ".xlsx":
        return report_to_xlsx(report)
    return report_to_json(report, check(report)).encode()


def refuse_target(target: Path, sources: tuple[str, ...], force: bool) -> None:
    """WorkbookError where a table may not be written, before what it is made of is read."""
    from gongkai.model import WorkbookError
    from gongkai.pipeline import is_same_file
    from gongkai.system import refuse_existing

    refuse_existing(target, force)
    if any(source and is_same_file(Path(source), target) for source in sources):
        raise WorkbookError(f"{target.name}就是所读的文件，没有写入；请另选文件名。")
