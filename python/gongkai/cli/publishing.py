"""``gongkai publish``: the report in any source -> the document to be published."""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Sequence
from pathlib import Path

from gongkai.cli.console import CLEAN, reading_of, show, written
from gongkai.cli.reading import code_of
from gongkai.model import Finding, Report
from gongkai.output import listed_finding
from gongkai.pipeline import check, read_report
from gongkai.publish import Asked, publish_report, refuse_asked, set_aside
from gongkai.publish.content import refusal
from gongkai.wording import WORKBOOK_TYPE


def run_publish(options: argparse.Namespace) -> int:
    """A draft with errors in it is written, and the exit code tells of them."""
    asked = asked_in(options)
    target: Path = options.output
    refuse_asked(options.source, target, asked)  # before anything is read for it
    report = read_report(options.source, **reading_of(options))
    findings = check(report)
    count = publish_report(report, findings, target, asked)
    with written(target):
        done = f"发布稿与{kind_of(report)}逐格一致，{count}格。已写入 {target}"
        show([done, *aside_lines(findings)])
        if asked.draft:
            show(draft_lines(refusal(report, findings)))
    return code_of(findings) if asked.draft else CLEAN


def kind_of(report: Report) -> str:
    is_ours = report.document is not None and report.document.media_type == WORKBOOK_TYPE
    return "工作簿" if is_ours else "报告"


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


def draft_lines(why: str) -> Iterator[str]:
    if why:
        yield f"这是草稿。{why.replace('没有生成发布稿', '正式发布前还须处理', 1)}"
    else:
        yield "这是草稿；正式发布请去掉--draft重新生成。"
