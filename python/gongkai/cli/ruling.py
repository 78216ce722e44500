"""Room: cli. ``gongkai dismiss`` and ``gongkai confirm``: what a person decides about findings, kept in a file."""

from __future__ import annotations

import argparse
import re
from collections.abc import Sequence
from pathlib import Path

from gongkai.checks.wording import clipped
from gongkai.cli.console import CLEAN, show, written
from gongkai.model import Finding, GongkaiError, Report, Ruling
from gongkai.rulings import KEY_DIGITS, key_of

WEB = re.compile(r"\s*https?:", re.IGNORECASE)
KEY = re.compile(f"[0-9a-f]{{{KEY_DIGITS}}}")
LONGEST_REASON = 500  # characters
Numbered = tuple[int, Finding]


def run_ruling(options: argparse.Namespace) -> int:
    from gongkai.docket import save_rulings
    from gongkai.pipeline import check, read_report

    source, ruling = local_file(options.source), ruling_in(options)
    report = read_report(source)
    chosen = chosen_findings(options.numbers, check(report), report)
    refuse_ruled_inside(chosen, report, source, ruling)
    target = save_rulings(report, source, [finding for _, finding in chosen], ruling)
    with written(target):
        show([*outcome_lines(chosen, source), f"已写入 {target}"])
    return CLEAN


def local_file(source: str) -> Path:
    """GongkaiError for a page of the web and standard input: there is no place beside them."""
    if source == "-" or WEB.match(source):
        what = "标准输入" if source == "-" else "网址"
        raise GongkaiError(
            f"处理要记在报告文件旁边，{what}没有这样的位置；请先用 gongkai fill 生成工作簿，再对工作簿作处理。"
        )
    return Path(source)


def ruling_in(options: argparse.Namespace) -> Ruling | None:
    """What is decided, None to take it back."""
    reason: str = options.reason.strip()
    if options.undo:
        if reason:
            raise GongkaiError("撤销处理不需要理由；请去掉 --reason 或 --undo。")
        return None
    if options.command == "dismiss" and not reason:
        raise GongkaiError("忽略问题要写明理由；请加 --reason 理由，例如 --reason 已向填报单位核实。")
    if len(reason) > LONGEST_REASON:
        raise GongkaiError(f"理由太长（{len(reason)}个字），最多{LONGEST_REASON}个字；请写得简短些。")
    return Ruling("dismissed" if options.command == "dismiss" else "confirmed", reason)


def chosen_findings(words: Sequence[str], findings: Sequence[Finding], report: Report) -> list[Numbered]:
    """The findings that are named by their number or key, each once. GongkaiError for one that is not there."""
    keys = [key_of(finding, report) for finding in findings]
    found: dict[int, Finding] = {}
    for word in words:
        named = [number for number, key in enumerate(keys, 1) if word in (str(number), key)]
        if not named:
            what = "这个编号的问题，有关的数字可能已经改动" if KEY.fullmatch(word) else f"第{clipped(word)}条"
            count = f"现有{len(findings)}条" if findings else "没有查出问题"
            raise GongkaiError(f"没有{what}（{count}），没有写入；请先用 gongkai check 查看序号。")
        found |= {number: findings[number - 1] for number in named}
    return sorted(found.items())


def refuse_ruled_inside(chosen: Sequence[Numbered], report: Report, source: Path, ruling: Ruling | None) -> None:
    """GongkaiError where the workbook itself says otherwise, which goes before, or where nothing can be taken back."""
    from gongkai.docket import docket_rulings

    beside = docket_rulings(report, source)
    for number, finding in chosen:
        key = key_of(finding, report)
        inside = report.rulings.get(key)
        if inside and (inside.verdict or inside.word) and inside not in (beside.get(key), ruling):
            raise GongkaiError(
                f"第{number}条的处理写在{source.name}的“校验结果”中，以那里的为准，没有写入；请打开工作簿在那里改。"
            )
        if ruling is None and key not in beside:
            raise GongkaiError(f"第{number}条没有作过处理，没有可以撤销的。")


def outcome_lines(chosen: Sequence[Numbered], source: Path) -> list[str]:
    """The findings as the next check will show them."""
    from gongkai.output import finding_line
    from gongkai.pipeline import check, read_report

    findings = check(read_report(source))
    return [finding_line(number, findings[number - 1]) for number, _ in chosen]
