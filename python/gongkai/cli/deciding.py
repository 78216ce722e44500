"""``gongkai dismiss``, ``gongkai confirm``: findings + a person's word -> the file of decisions."""

from __future__ import annotations

import argparse
import re
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import NamedTuple

from gongkai import output, pipeline, system, wording
from gongkai.batch.listing import plan_of_folder
from gongkai.cli.console import CLEAN, show, tell, written
from gongkai.compare.bodies import Yearly
from gongkai.compare.children import Child
from gongkai.compare.levels import compare
from gongkai.compare.years import compare_years, yearly
from gongkai.decisions import KEY, file, former_keys_of, is_said, keys_of
from gongkai.figures import clean
from gongkai.levels import family_of, read_children
from gongkai.model import Decision, Finding, GongkaiError, Report

WEB = re.compile(r"\s*https?:", re.IGNORECASE)
LONGEST_REASON = 500  # characters


class Listed(NamedTuple):
    """A finding as it is listed: under its number, or its key where it was found in several
    reports.
    """

    name: str
    keys: tuple[str, ...]
    former: tuple[str, ...]
    finding: Finding

    @property
    def title(self) -> str:
        return f"第{self.name}条" if self.name not in self.keys else f"编号{self.name}"

    def is_named(self, word: str) -> bool:
        return word == self.name or word in self.keys or word in self.former


class Beside(NamedTuple):
    """The reports that the one at hand is held against: those of other years, and those that it
    covers.
    """

    years: Sequence[Yearly] = ()
    children: Sequence[Child] = ()
    names: Sequence[str] = ()


def run_decision(options: argparse.Namespace) -> int:
    source, decision = local_file(options.source), decision_in(options)
    report = wording.evaluated(pipeline.read_report(source))
    beside = beside_in(options, source, report)
    words = [clean(word) for word in options.numbers]  # １ is 1, as in gongkai adopt
    chosen = chosen_findings(words, listed(report, beside), bool(beside.years or beside.children))
    refuse_decided_inside(chosen, report, source, decision)
    target = file.save_decisions(report, source, keyed(chosen), decision, former_of(chosen))
    with written(target):
        names = {one.name for one in chosen}
        lines = []
        for one in listed(pipeline.read_report(source), beside):
            if one.name in names:
                lines.append(output.finding_line(one.name, one.finding))
        show([*lines, f"已写入 {target}"])
    return CLEAN


def keyed(chosen: Sequence[Listed]) -> dict[str, Finding]:
    """Every key of some findings: a cause has one for each sum that it breaks."""
    found: dict[str, Finding] = {}
    for one in chosen:
        found |= dict.fromkeys(one.keys, one.finding)
    return found


def former_of(chosen: Sequence[Listed]) -> set[str]:
    """The keys under which an earlier version kept what was decided about them."""
    keys: set[str] = set()
    for one in chosen:
        keys.update(one.former)
    return keys


def local_file(source: str) -> Path:
    """GongkaiError for a page of the web and standard input: there is no place beside them."""
    if source == "-" or WEB.match(source):
        what = "标准输入" if source == "-" else "网址"
        raise GongkaiError(
            f"处理要记在报告文件旁边，{what}没有这样的位置；请先用 gongkai fill 生成工作簿，"
            f"再对工作簿作处理。"
        )
    return Path(source)


def decision_in(options: argparse.Namespace) -> Decision | None:
    """What is decided, None to take it back."""
    reason: str = options.reason.strip()
    if options.undo:
        if reason:
            raise GongkaiError("撤销处理不需要理由；请去掉 --reason 或 --undo。")
        return None
    if options.command == "dismiss" and not reason:
        raise GongkaiError(
            "忽略问题要写明理由；请加 --reason 理由，例如 --reason 已向填报单位核实。"
        )
    if len(reason) > LONGEST_REASON:
        raise GongkaiError(
            f"理由太长（{len(reason)}个字），最多{LONGEST_REASON}个字；请写得简短些。"
        )
    return Decision("dismissed" if options.command == "dismiss" else "confirmed", reason)


# --- what there is to decide ----------------------------------------------------------------------


def beside_in(options: argparse.Namespace, source: Path, report: Report) -> Beside:
    """The other reports that the options name. Raises GongkaiError where what they name cannot be
    read.
    """
    years: list[Yearly] = []
    for named in options.others:
        years += years_in(named, source)
    if not options.levels:
        if options.names:
            raise GongkaiError("--names 只能与 --levels 一起使用；请用 --levels 给出下级的报告。")
        return Beside(years)
    family = family_of(options.levels, options.names, report.year)
    children = [*read_children(family.sources), *family.lost]
    return Beside(years, children, family.names)


def years_in(named: str, source: Path) -> Iterator[Yearly]:
    """A report, or those in a folder that can be read; the one at hand, which may be among them, is
    left out.
    """
    is_folder = Path(named).is_dir()
    for one in plan_of_folder(Path(named)).sources if is_folder else (named,):
        try:
            if not system.is_same_file(Path(one), source):
                yield yearly(pipeline.read_report(one))
        except GongkaiError as error:
            if not is_folder:
                raise
            tell(f"{error}（没有与它核对）")


def listed(report: Report, beside: Beside) -> list[Listed]:
    """All findings on a report: its own by their numbers, then those of other years and of levels
    by their keys.
    """
    found = []
    for number, one in enumerate(pipeline.check(report), 1):
        found.append(Listed(str(number), keys_of(one, report), former_keys_of(one, report), one))
    if beside.years:
        comparison = compare_years([yearly(report), *beside.years])[0]
        figures = comparison.report.figures
        for one in comparison.findings:
            keys = keys_of(one, figures)
            found.append(Listed(keys[0], keys, former_keys_of(one, figures), one))
    if beside.children:
        levels = compare(report, beside.children, beside.names)
        for one in levels.findings:
            keys = levels.keys_of(one)
            found.append(Listed(keys[0], keys, levels.former_keys_of(one), one))
    return found


def chosen_findings(words: Sequence[str], found: Sequence[Listed], beside: bool) -> list[Listed]:
    """The findings that are named by their number or key, each once. GongkaiError for one that is
    not there.
    """
    for word in dict.fromkeys(words):
        if not any(one.is_named(word) for one in found):
            raise unknown(word, len(found), beside)
    return [one for one in found if any(map(one.is_named, words))]


def unknown(word: str, count: int, beside: bool) -> GongkaiError:
    told = f"现有{count}条" if count else "没有查出问题"
    if not KEY.fullmatch(word):
        return GongkaiError(
            f"没有第{wording.clipped(word)}条（{told}），没有写入；请先用 gongkai check 查看序号。"
        )
    why = "有关的数字可能已经改动"
    if not beside:
        why += "；跨年核对、上下级核对的，要用 --with 或 --levels 给出其他报告"
    return GongkaiError(
        f"没有编号{word}的问题（{told}），没有写入；{why}。请先用 gongkai check 或 levels 查看。"
    )


def refuse_decided_inside(
    chosen: Sequence[Listed],
    report: Report,
    source: Path,
    decision: Decision | None,
) -> None:
    """GongkaiError where the workbook itself says otherwise, which goes before, or where nothing
    can be taken back.
    """
    beside: Mapping[str, Decision] = file.decisions_in_file(report, source)
    for one in chosen:
        for key in one.keys:
            refuse_inside(one, report.decisions.get(key), source, decision, key in beside)


def refuse_inside(
    one: Listed, inside: Decision | None, source: Path, decision: Decision | None, is_beside: bool
) -> None:
    """The same for one key of a finding; ``inside`` is what the workbook says of it."""
    if inside is not None and is_said(inside) and inside != decision:
        raise GongkaiError(
            f"{one.title}的处理写在{source.name}的“校验结果”中，以那里的为准，没有写入；"
            f"请打开工作簿在那里改。"
        )
    if decision is None and not is_beside:
        raise nothing_to_undo(one, inside, source)


def nothing_to_undo(one: Listed, inside: Decision | None, source: Path) -> GongkaiError:
    if inside is not None and inside.kept:
        return GongkaiError(
            f"{one.title}的处理随工作簿{source.name}保存，不能撤销；"
            f"要让它重新计入，请改用 gongkai confirm。"
        )
    return GongkaiError(f"{one.title}没有作过处理，没有可以撤销的。")
