"""``gongkai fill``, ``export``: the report in any source -> a workbook, or its figures in a file,
as its suffix says; ``new``: last year's -> the workbook of the next one, begun; ``template``,
``demo``, ``conformance``, ``addin``: files that need no report.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from gongkai import addin, demo
from gongkai.cli.console import CLEAN, ERRORS, put, reading_of, show, tell, written
from gongkai.cli.reading import code_of
from gongkai.drafts.start import ReportDraft, begun, started
from gongkai.drafts.writing import draft_lines, refuse_undraftable, write_draft
from gongkai.model import GongkaiError, Report, WorkbookError
from gongkai.output import (
    check_to_dict,
    finding_lines,
    head_lines,
    report_to_csv,
    report_to_json,
    report_to_xlsx,
    to_json,
)
from gongkai.pipeline import check, fill, read_report, refilled
from gongkai.system import is_same_file, refuse_existing, refuse_suffix, write_whole
from gongkai.wording import evaluated
from gongkai.workbook import copy_template, refuse_unwritable

SUFFIXES = (".csv", ".json", ".xlsx")


def run_fill(options: argparse.Namespace) -> int:
    refuse_unwritable(options.output)  # before anything is read for it
    report = evaluated(read_report(options.source, **reading_of(options)))
    if options.force:
        report, lost = refilled(report, options.output)
        if lost:
            tell(
                f"{options.output.name}中有{lost}条处理（确认、忽略），是对另一份报告作的，"
                f"没有沿用。"
            )
    findings = check(report)
    target = fill(
        report, findings, options.output, overwrite=options.force, template=options.template
    )
    with written(target):
        if options.json:
            put(to_json({**check_to_dict(report, findings), "workbook": str(target)}))
        else:
            show([*head_lines(report), *finding_lines(report, findings), f"已写入 {target}"])
    return code_of(findings)


def run_new(options: argparse.Namespace) -> int:
    refuse_undraftable(options.output, options.force)  # before anything is read for it
    refuse_target(options.output, (options.source,), options.force)
    draft = drafted(options)
    target = write_draft(draft, options.output, overwrite=options.force)
    with written(target):
        show(draft_lines(draft, target))
    return CLEAN


def drafted(options: argparse.Namespace) -> ReportDraft:
    if options.source:
        last = evaluated(read_report(options.source, **reading_of(options)))
        return begun(last, options.year, options.agency)
    if not options.agency or options.year is None:
        raise GongkaiError(
            "请用 --from 给出上年报告；没有上年报告的，用 --agency 和 --year 写明机关和年度。"
        )
    return started(options.agency, options.year)


def run_export(options: argparse.Namespace) -> int:
    target: Path = options.output
    suffix = refuse_suffix(target, SUFFIXES)
    refuse_target(target, (options.source,), options.force)
    report = evaluated(read_report(options.source, **reading_of(options)))
    write_whole(target, exported(report, suffix), options.force)
    with written(target):
        show([f"已写入 {target}"])
    return CLEAN


def exported(report: Report, suffix: str) -> bytes:
    if suffix == ".csv":
        return report_to_csv(report)
    if suffix == ".xlsx":
        return report_to_xlsx(report)
    return report_to_json(report, check(report)).encode()


def refuse_target(target: Path, sources: tuple[str, ...], force: bool) -> None:
    """WorkbookError where a table may not be written, before what it is made of is read."""
    refuse_existing(target, force)
    if any(source and is_same_file(Path(source), target) for source in sources):
        raise WorkbookError(f"{target.name}就是所读的文件，没有写入；请另选文件名。")


def run_template(options: argparse.Namespace) -> int:
    target = copy_template(options.output, batch=options.batch, overwrite=options.force)
    with written(target):
        show([f"已写入 {target}"])
    return CLEAN


def run_demo(options: argparse.Namespace) -> int:
    if options.output.exists() and not options.output.is_dir():
        raise WorkbookError(f"{options.output.name}不是文件夹，没有写入；请用 -o 另选一个文件夹。")
    show(demo.run(options.output))
    return CLEAN


def run_conformance(options: argparse.Namespace) -> int:
    count = demo.write_conformance(options.folder, options.force)
    show([f"已写入{count}份文件和应得的结果（{demo.EXPECTED}）：{options.folder}"])
    return CLEAN


def run_addin(options: argparse.Namespace) -> int:
    lines, complete = addin.run(options.action)
    show(lines)
    return CLEAN if complete else ERRORS
