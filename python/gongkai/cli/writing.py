"""``gongkai fill``, ``export``, ``publish``, ``compare``: reports -> a workbook, figures in a file,
a document; ``template``, ``demo``, ``conformance``, ``addin``: files that need no report.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

from gongkai import addin, demo
from gongkai.cli.console import CLEAN, ERRORS, access_of, put, reading_of, show, tell, written
from gongkai.cli.reading import code_of
from gongkai.model import Finding, Report, WorkbookError
from gongkai.output import (
    check_to_dict,
    finding_lines,
    head_lines,
    listed_finding,
    report_to_csv,
    report_to_json,
    report_to_xlsx,
    to_json,
)
from gongkai.pipeline import check, fill, read_report, refilled
from gongkai.publish import (
    Asked,
    compared,
    done_lines,
    hindrances,
    publish_report,
    refuse_asked,
    set_aside,
)
from gongkai.system import is_same_file, refuse_existing, refuse_suffix, write_whole
from gongkai.wording import evaluated
from gongkai.workbook import copy_template, refuse_unwritable

SUFFIXES = (".csv", ".json", ".xlsx")
BESIDE = (".docx", ".xlsx")


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


def run_publish(options: argparse.Namespace) -> int:
    """A draft with errors in it is written, and the exit code tells of them."""
    asked = asked_in(options)
    target: Path = options.output
    refuse_asked(options.source, target, asked)  # before anything is read for it
    report = read_report(options.source, **reading_of(options))
    findings = check(report)
    count = publish_report(report, findings, target, asked)
    with written(target):
        show([*done_lines(report, findings, count, target), *aside_lines(findings)])
        if asked.draft:
            show([draft_line(hindrances(report, findings))])
    return code_of(findings) if asked.draft else CLEAN


def run_compare(options: argparse.Namespace) -> int:
    """Which of the two is right nobody asks: whatever differs, the exit code is 0."""
    target: Path = options.output
    suffix = refuse_suffix(target, BESIDE)
    refuse_target(target, (options.first, options.second), options.force)
    first, second = (
        evaluated(read_report(source, **access_of(options)))
        for source in (options.first, options.second)
    )
    content, told = compared(first, second, suffix)
    write_whole(target, content, options.force)
    with written(target):
        show([*told, f"已写入 {target}"])
    return CLEAN


def asked_in(options: argparse.Namespace) -> Asked:
    template = Path(options.template) if options.template else None
    return Asked(options.draft, options.fragment, template, options.force)


def aside_lines(findings: Sequence[Finding]) -> Iterator[str]:
    """What was dismissed, with the reasons; the document itself does not say."""
    aside = set_aside(findings)
    if aside:
        yield f"以下{len(aside)}处已注明理由忽略，发布稿中不显示："
    for number, finding in aside:
        yield from listed_finding(number, finding, "  ")


def draft_line(told: str) -> str:
    if told:
        return f"这是草稿，正式发布前还须处理：{told}。"
    return "这是草稿；正式发布请去掉--draft重新生成。"


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
