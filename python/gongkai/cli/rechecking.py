"""``gongkai check --write``: a workbook of ours checked in its place, its tables and formulas put
right before.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from gongkai import pipeline, spreadsheets, system
from gongkai.batch.ours import BEFORE, UNRESTORED
from gongkai.cli import adopting, console, reading
from gongkai.model import Finding, GongkaiError, Report, WorkbookError
from gongkai.output import check_to_dict, failure_to_dict, finding_lines, head_lines
from gongkai.workbook import derived, file, fill, layout, read_workbook
from gongkai.workbook.live.restoring import Standing, question_of
from gongkai.workbook.reading import ALTERED

YES = ("y", "yes", "是", "好")
WHAT = "校验并写入"
TELL = "请把这个工作簿发给开发者。"
IN_OFFICE = "gongkai.excel.serving:rechecked"


@dataclass(frozen=True)
class Rechecked:
    """A workbook as it was written, and what the checks say of it."""

    path: Path
    kept: Path
    report: Report
    findings: list[Finding]


def run_check_write(options: argparse.Namespace) -> int:
    """Each workbook apart: one that is refused leaves the others theirs."""
    codes, output = [], reading.JsonOutput(options.json)
    for source in reading.sources_of(options.sources, workbooks=True):
        try:
            done = rechecked(source, options.yes)
        except GongkaiError as error:
            codes.append(console.complain_of(error))
            output.add(failure_to_dict(source.name, error))
            continue
        codes.append(reading.code_of(done.findings))
        if options.json:
            output.add({**check_to_dict(done.report, done.findings), "workbook": str(done.path)})
        else:
            lines = [*head_lines(done.report), *finding_lines(done.report, done.findings)]
            console.show([*lines, f"已写入 {done.path}，上一版是 {done.kept.name}"])
    output.end()
    return max(codes)


@dataclass(frozen=True)
class Remade:
    """A workbook's new content, the report that it is to show, and whether something was put back
    for it.
    """

    content: bytes
    report: Report
    is_restored: bool


def rechecked(source: reading.Source, agreed: bool) -> Rechecked:
    """GongkaiError where the workbook is none of ours, cannot be put right, or nobody agrees to
    that.
    """
    if source.lost:
        raise source.lost
    path, content, _ = adopting.our_content(source.name, WHAT)
    remade = remade_ods if file.is_ods(path.name, content) else remade_xlsx
    done = remade(source.name, content, agreed)
    adopting.refuse_unread(path, done.content, done.report)
    adopting.findings_beside(done.report, path)  # before writing: the file beside it may be damaged
    adopting.refuse_open(path)
    kept = copy_before(path, done.is_restored)
    system.write_whole(kept, content, overwrite=True)
    adopting.write_back(path, done.content)
    report = pipeline.read_report(str(path))
    return Rechecked(path, kept, report, pipeline.check(report))


def remade_xlsx(name: str, content: bytes, agreed: bool) -> Remade:
    path = Path(name)
    moved = file.standings(path, content)
    question = question_about(path, content, moved)
    if question:
        agree(path, question, agreed)
    right = file.restored(path, moved, content, strays=bool(question))
    report = adopting.with_figures(name, read_workbook(path, right))
    if moved and file.standings(path, right):
        raise WorkbookError(f"{path.name}不能完整还原，没有改动；{TELL}")
    if not moved:
        refuse_other_figures(path, content, report)
    edits = fill.flag_edits(report, pipeline.check(report))
    return Remade(derived.as_named(path, file.filled(path, edits, right)), report, bool(question))


def remade_ods(name: str, content: bytes, agreed: bool) -> Remade:
    """By LibreOffice, which keeps a copy of what it puts back on a sheet of its own as well."""
    path = Path(name)
    anew = system.function_at(IN_OFFICE)

    def ask(question: str) -> None:
        agree(path, f"{path.name}：{question}", agreed)

    written, is_restored = anew(content, ask)
    report = adopting.with_figures(name, read_workbook(path, written))
    if not is_restored:
        refuse_other_figures(path, content, report)
    return Remade(written, report, is_restored)


def refuse_other_figures(path: Path, content: bytes, report: Report) -> None:
    """WorkbookError where nothing was put back, and yet the figures are not those of before."""
    if report.tables != read_workbook(path, content).tables:
        raise WorkbookError(f"{path.name}写入后读出的数字与原来不同，没有改动；{TELL}")


def agree(path: Path, question: str, agreed: bool) -> None:
    """Raises WorkbookError where nobody agrees."""
    if agreed:
        console.tell(question)
    elif not is_agreed(question):
        raise WorkbookError(f"{path.name}没有改动。")


def copy_before(path: Path, restoring: bool) -> Path:
    """Where the version before is kept: one file, but for what is put back one of its own each
    time, for that may take something away: 年报（上一版）.xlsm, 年报（还原前）.xlsm,
    年报（还原前2）.xlsm.
    """
    if not restoring:
        kept = path.with_name(f"{path.stem}（{BEFORE}）{path.suffix}")
        if kept.is_file() and not reading.is_workbook(str(kept)):
            raise WorkbookError(
                f"{kept.name}已存在，不是本工具的工作簿，没有覆盖，也没有写入；请先移走或改名。"
            )
        return kept
    names = (
        path.with_name(f"{path.stem}（{UNRESTORED}{number or ''}）{path.suffix}")
        for number in (0, *range(2, 1_000))
    )
    return next(name for name in names if not name.exists())


def question_about(path: Path, content: bytes, moved: Sequence[Standing]) -> str:
    """What has to be agreed to before it is written; "" for nothing."""
    values = file.read_file(path, content)
    standing = {each.sheet.name: each for each in moved}
    told = []
    for sheet in layout.table_sheets():
        altered = values.get(sheet.name, {}).get(ALTERED)
        lanes = len(altered) if isinstance(altered, tuple) else 0
        if sheet.name in standing or lanes:
            told.append(question_of(sheet, standing.get(sheet.name), lanes))
    formulas = sum(
        len(file.read_formulas(path, content)[each.sheet.name] & figure_places(each))
        for each in moved
    )
    if formulas:
        told.append(f"这些表中的{formulas}个公式换成它们现在的值")
    return f"{path.name}：{'；'.join(told)}。" if told else ""


def figure_places(found: Standing) -> set[spreadsheets.Spot]:
    """Where the figures of a moved table stand now."""
    return {place for spot in found.sheet.cells.values() if (place := found.place(spot))}


def is_agreed(question: str) -> bool:
    """Asked at a terminal; elsewhere nobody can say yes."""
    if sys.stdin is None or not sys.stdin.isatty():
        console.complain(f"{question}如同意，请加上 --yes 重新运行。")
        return False
    console.tell(f"{question}是否继续？（是/否）")
    return sys.stdin.readline().strip().lower() in YES
