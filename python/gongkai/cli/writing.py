"""``gongkai fill``, ``publish``, ``compare``: reports -> a workbook, figures in a file,
a document; ``template``, ``demo``, ``conformance``, ``addin``: files that need no report.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

from gongkai import addin, demo, output, pipeline, publish, system, wording, workbook
from gongkai.cli import console, reading
from gongkai.model import Finding, Report, WorkbookError

SUFFIXES = (".csv", ".json", ".xlsx")  # of figures as a table
BESIDE = (".docx", ".xlsx")


def run_fill(options: argparse.Namespace) -> int:
    workbook.refuse_unwritable(options.output)  # before anything is read for it
    report = wording.evaluated(pipeline.read_report(options.source, **console.reading_of(options)))
    if options.force:
        report, lost = pipeline.refilled(report, options.output)
        if lost:
            console.tell(
                f"{options.output.name}中有{lost}条处理（确认、忽略），是对另一份报告作的，"
                f"没有沿用。"
            )
    findings = pipeline.check(report)
    target = pipeline.fill(
        report, findings, options.output, overwrite=options.force, template=options.template
    )
    with console.written(target):
        if options.json:
            console.put(
                output.to_json({**output.check_to_dict(report, findings), "workbook": str(target)})
            )
        else:
            console.show(
                [
                    *output.head_lines(report),
                    *output.finding_lines(report, findings),
                    f"已写入 {target}",
                ]
            )
    return reading.code_of(findings)


def refuse_target(target: Path, sources: tuple[str, ...], force: bool) -> None:
    """WorkbookError where a table may not be written, before what it is made of is read."""
    system.refuse_existing(target, force)
    if any(source and system.is_same_file(Path(source), target) for source in sources):
        raise WorkbookError(f"{target.name}就是所读的文件，没有写入；请另选文件名。")


def run_publish(options: argparse.Namespace) -> int:
    """A draft with errors in it is written, and the exit code tells of them."""
    asked = asked_in(options)
    target: Path = options.output
    publish.refuse_asked(options.source, target, asked)  # before anything is read for it
    report = pipeline.read_report(options.source, **console.reading_of(options))
    findings = pipeline.check(report)
    count = publish.publish_report(report, findings, target, asked)
    with console.written(target):
        console.show(publish.done_lines(report, findings, count, target))
        console.show(beside_workbook(options.source, report))
        day = publish.unsigned_day(report)
        console.show(publish.template_lines(asked.template, report.agency, day))
        console.show(aside_lines(findings))
        if asked.draft:
            console.show([draft_line(publish.hindrances(report, findings))])
    return reading.code_of(findings) if asked.draft else console.CLEAN


def beside_workbook(source: str, report: Report) -> Iterator[str]:
    """What stands in the workbook that a report was read from and is not printed."""
    path = Path(source)
    if wording.is_workbook(report) and path.is_file():
        yield from publish.beside_lines(report, workbook.file.read_file(path))
        yield from publish.others_lines(*workbook.file.unprinted(path))


def run_compare(options: argparse.Namespace) -> int:
    """Which of the two is right nobody asks: whatever differs, the exit code is 0."""
    target: Path = options.output
    suffix = system.refuse_suffix(target, BESIDE)
    refuse_target(target, (options.first, options.second), options.force)
    first, second = (
        wording.evaluated(pipeline.read_report(source, **console.access_of(options)))
        for source in (options.first, options.second)
    )
    content, told = publish.compared(first, second, suffix)
    system.write_whole(target, content, options.force)
    with console.written(target):
        console.show([*told, f"已写入 {target}"])
    return console.CLEAN


def asked_in(options: argparse.Namespace) -> publish.Asked:
    template = Path(options.template) if options.template else None
    return publish.Asked(options.draft, options.fragment, template, options.force)


def aside_lines(findings: Sequence[Finding]) -> Iterator[str]:
    """What was dismissed, with the reasons; the document itself does not say."""
    aside = publish.set_aside(findings)
    if aside:
        yield f"以下{len(aside)}处已注明理由忽略，发布稿中不显示："
    for number, finding in aside:
        yield from output.listed_finding(number, finding, "  ")


def draft_line(told: str) -> str:
    if told:
        return f"这是草稿，正式发布前还须处理：{told}。"
    return "这是草稿；正式发布请去掉--draft重新生成。"


def run_template(options: argparse.Namespace) -> int:
    target = workbook.copy_template(options.output, batch=options.batch, overwrite=options.force)
    with console.written(target):
        console.show([f"已写入 {target}"])
    return console.CLEAN


def run_demo(options: argparse.Namespace) -> int:
    if options.output.exists() and not options.output.is_dir():
        raise WorkbookError(f"{options.output.name}不是文件夹，没有写入；请用 -o 另选一个文件夹。")
    console.show(demo.run(options.output))
    return console.CLEAN


def run_conformance(options: argparse.Namespace) -> int:
    count = demo.write_conformance(options.folder, options.force)
    console.show([f"已写入{count}份文件和应得的结果（{demo.EXPECTED}）：{options.folder}"])
    return console.CLEAN


def run_addin(options: argparse.Namespace) -> int:
    lines, complete = addin.run(options.action, options.libreoffice)
    console.show(lines)
    return console.CLEAN if complete else console.ERRORS
