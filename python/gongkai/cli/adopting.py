"""A workbook of ours -> its proposals, listed or applied (``gongkai adopt``); ``numbers``,
``fill-blanks`` and ``totals``.
"""

from __future__ import annotations

import argparse
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from gongkai import output, pipeline, spreadsheets, system, wording
from gongkai.cli import console, reading
from gongkai.decisions import file, in_order, keys_of
from gongkai.model import Finding, Kind, NoFigures, Report, WorkbookError
from gongkai.sources.detect import kind_of
from gongkai.workbook import adopting, blanks, derived, layout, proposals, read_workbook, totals
from gongkai.workbook.file import filled, read_file, read_formulas, refuse_damaged
from gongkai.workbook.reading import values_to_report

OPEN_ELSEWHERE = (
    "{}可能正在其他程序中打开，没有写入；请在该程序中保存并关闭后再运行；"
    "如已关闭，请删除旁边的“{}”。"
)


@dataclass(frozen=True)
class Opened:
    """A workbook as its file holds it, and what the checks say of it now, by what was decided
    beside it too.
    """

    path: Path
    content: bytes
    values: dict[str, dict[spreadsheets.Spot, object]]
    report: Report
    findings: list[Finding]


def run_adopt(options: argparse.Namespace) -> int:
    opened = open_workbook(options.workbook)
    if not options.choices:
        console.show(listed(opened))
        return reading.code_of(opened.findings)
    lines, findings = adopted(opened, options.choices)
    with console.written(opened.path):
        console.show(lines)
    return reading.code_of(findings)


def open_workbook(name: str, what: str = "采纳建议") -> Opened:
    """A workbook of ours, opened for ``what``.

    Raises WorkbookError for anything else, NoFigures for one without a figure.
    """
    path, content, kind = our_content(name, what)
    values = read_file(path, content, kind, (*layout.report_names(), layout.LOG))
    report = with_figures(name, values_to_report(values))
    return Opened(path, content, values, report, findings_beside(report, path))


def findings_beside(report: Report, path: Path) -> list[Finding]:
    """What the checks say of a workbook's report, by what was decided beside it too."""
    return pipeline.check(file.with_decisions_beside(report, path))


def with_figures(name: str, report: Report) -> Report:
    """The report of a workbook itself. NoFigures, with the workbook's name, where no figure stands
    in it.
    """
    if report.is_evaluated:
        return report
    raise NoFigures(f"{name}：{wording.why_no_figures(report)}")


def our_content(name: str, what: str) -> tuple[Path, bytes, Kind]:
    """The path of a workbook of ours, what the file holds and what that is. WorkbookError for
    anything else.
    """
    path = Path(name)
    try:
        is_there = path.exists()
        content = system.read_plain(path) if is_there and not path.is_dir() else b""
    except (OSError, ValueError) as error:
        reason = system.system_reason(error) if isinstance(error, OSError) else "文件名无效"
        raise WorkbookError(f"无法读取{path.name}：{reason}。") from error
    kind = kind_of(content)
    if not kind.is_ours:
        refuse_damaged(path, content)
        why = (
            f"不是由本工具生成的工作簿，不能{what}；"
            if is_there
            else "：没有这个文件；请检查路径，或"
        )
        raise WorkbookError(f"{name}{why}请先用 gongkai fill 生成工作簿。")
    return path, content, kind


def write_back(path: Path, content: bytes) -> None:
    """Put a workbook in the place of what it was made of."""
    refuse_open(path)
    system.write_whole(path, content, overwrite=True)


def refuse_open(path: Path) -> None:
    """WorkbookError for a workbook that is open elsewhere: what is not saved there would be lost,
    or what is written here.
    """
    mark = system.open_elsewhere(path)
    if mark:
        raise WorkbookError(OPEN_ELSEWHERE.format(path.name, mark))


# --- listing --------------------------------------------------------------------------------------


def listed(opened: Opened) -> Iterator[str]:
    proposed = []
    for number, finding in in_order(opened.findings):
        if finding.suspects:
            proposed.append((number, finding))
    if not proposed:
        yield "没有可以采纳的建议。" if opened.findings else "✓ 没有发现问题，没有要采纳的建议。"
        return
    same = all(is_numbered_so(opened, number, finding) for number, finding in proposed)
    numbers = f"，前面是“{layout.RESULTS}”中的序号" if same else ""
    yield f"有建议的问题{len(proposed)}处{numbers}："
    for number, finding in proposed:
        yield f"  {output.finding_line(number, finding)}"
        text = proposals.proposal_text(finding.suspects, proposals.forms_of(opened.report.tables))
        for line in text.split("\n"):
            yield f"      {line}"
    if same:
        yield how_to_adopt(opened, *proposed[0])
        return
    yield (
        f"尚未改动。“{layout.RESULTS}”中的问题或序号与现在的不同，"
        f"请重新校验后再采纳{how_to_check(opened.path)}。"
    )


def how_to_adopt(opened: Opened, number: int, finding: Finding) -> str:
    """尚未改动。核对原文后采纳，如：gongkai adopt 年报.xlsm 2=1"""
    chosen = f"{number}" if len(finding.suspects) == 1 else f"{number}=1"
    return f"尚未改动。核对原文后采纳，如：gongkai adopt {opened.path} {chosen}"


def is_numbered_so(opened: Opened, number: int, finding: Finding) -> bool:
    """Whether the list in the workbook, where it holds any, shows a finding under this number."""
    rows = proposals.shown_rows(opened.values.get(layout.RESULTS, {}))
    for row in rows:
        if row.number == str(number) and proposals.shows(row, finding, opened.report):
            return True
    return not rows


def how_to_check(path: Path) -> str:
    return f"（在Excel中点“校验本报告”，或运行 gongkai check {path.name} --write）"


# --- adopting -------------------------------------------------------------------------------------


def report_after(opened: Opened, changes: Sequence[proposals.Adoption]) -> Report:
    """The report once the changes are made: sentences over the tables follow them."""
    planned = values_to_report(adopting.with_changes(opened.values, changes))
    edits = adopting.adoption_edits(changes, opened.values, planned, ())
    changed = read_workbook(opened.path, filled(opened.path, edits, opened.content))
    return replace(planned, sections=changed.sections, opening=changed.opening)


def adopted(opened: Opened, wanted: Sequence[tuple[int, int]]) -> tuple[list[str], list[Finding]]:
    """Write what was chosen to the file; what was done, and what the checks say afterwards.
    WorkbookError.
    """
    refuse_older(opened)
    choices = [chosen(opened, *pair) for pair in dict.fromkeys(wanted)]
    changes = proposals.adoptions_of(choices, opened.report)
    adopting.refuse_formulas(changes, read_formulas(opened.path, opened.content))
    report = report_after(opened, changes)
    findings = pipeline.check(report)
    adopting.refuse_unmended(choices, findings)
    edits = adopting.adoption_edits(changes, opened.values, report, findings)
    content = derived.as_named(opened.path, filled(opened.path, edits, opened.content))
    refuse_unread(opened.path, content, report)
    # before writing: the file beside it may be damaged
    judged = findings_beside(report, opened.path)
    write_back(opened.path, content)
    lines = [f"已{proposals.question_of(change)}。" for change in changes]
    return [*lines, *closing(opened.path, report, judged)], judged


def run_numbers(options: argparse.Namespace) -> int:
    """``gongkai numbers``: texts that are plainly numbers -> numbers, in the workbook itself."""
    opened = open_workbook(options.workbook, "转换数字")
    lines, findings = converted(opened)
    with console.written(opened.path):
        console.show(lines)
    return reading.code_of(findings)


def converted(opened: Opened) -> tuple[list[str], list[Finding]]:
    """What was done, and what the checks say afterwards. WorkbookError."""
    refuse_older(opened, "转换")
    formulas = read_formulas(opened.path, opened.content)
    changes, left = adopting.text_changes(opened.report, formulas)
    report, content = with_numbers(opened, changes)
    shown = []
    for change in changes:
        if shows_number(report, change):
            shown.append(change)
        else:  # a cell whose format makes another number of it
            left.append(layout.address(change.spot, change.sheet.name))
    if len(shown) < len(changes):
        changes = shown
        report, content = with_numbers(opened, changes)
    if not changes:
        lines = [
            *output.finding_lines(opened.report, opened.findings),
            adopting.done_text(changes, left),
        ]
        return lines, opened.findings
    judged = findings_beside(report, opened.path)
    write_back(opened.path, content)
    lines = [
        adopting.done_text(changes, left),
        *output.finding_lines(report, judged),
        f"已写入 {opened.path}",
    ]
    return [*lines, *([RECALCULATE] if has_formulas(formulas) else [])], judged


RECALCULATE = "表中有公式，请用表格软件打开这个工作簿并保存一次，公式才有新的结果，再核对。"


def with_numbers(opened: Opened, changes: Sequence[proposals.Adoption]) -> tuple[Report, bytes]:
    """The file with its texts changed, and the report that it then shows."""
    if not changes:
        return opened.report, opened.content
    planned = report_after(opened, changes)
    edits = adopting.adoption_edits(changes, opened.values, planned, pipeline.check(planned))
    content = derived.as_named(opened.path, filled(opened.path, edits, opened.content))
    return read_workbook(opened.path, content), content


def shows_number(report: Report, change: proposals.Adoption) -> bool:
    spots = {spot: cell for cell, spot in change.sheet.cells.items()}
    return report.value(spots[change.spot]) == change.proposed


def has_formulas(formulas: Mapping[str, set[spreadsheets.Spot]]) -> bool:
    """Whether somebody has a formula in the place of a figure: what it gave is no longer in the
    file.
    """
    for sheet in layout.table_sheets():
        if not formulas.get(sheet.name, set()).isdisjoint(sheet.cells.values()):
            return True
    return False


def closing(path: Path, report: Report, findings: Sequence[Finding]) -> list[str]:
    return [*output.finding_lines(report, findings), f"原来的数记在“{layout.LOG}”表，已写入 {path}"]


def refuse_older(opened: Opened, what: str = "采纳") -> None:
    if layout.LOG not in opened.values:
        name = opened.path.name
        raise WorkbookError(
            f"{name}由旧版本生成，没有“{layout.LOG}”表，没有改动；"
            f"请先运行 gongkai fill {name} -o 新文件.xlsx，再在新的工作簿中{what}。"
        )


def refuse_unread(path: Path, content: bytes, report: Report) -> None:
    """WorkbookError where the new file would not read as intended: a cell with an odd format shows
    another number.
    """
    if read_workbook(path, content).tables != report.tables:
        raise WorkbookError(
            f"{path.name}中要改的单元格是百分比、日期等格式，写入后不是所建议的数，没有改动；"
            f"请先改为“常规”格式。"
        )


def chosen(opened: Opened, number: int, alternative: int) -> proposals.Choice:
    """What the numbers mean; the list in the workbook, where it holds any, must say the same under
    this number.

    It may be older than the figures, or have what was likely misread, which only its source tells,
    in another place.
    """
    if number > len(opened.findings):
        raise WorkbookError(
            f"没有第{number}条，现在只有{len(opened.findings)}条；不写序号可以列出全部建议。"
        )
    finding = opened.findings[number - 1]
    if finding.suspects and not is_numbered_so(opened, number, finding):
        raise WorkbookError(
            f"“{layout.RESULTS}”第{number}条与现在的不同：数字或序号已有变动，"
            f"请重新校验后再采纳{how_to_check(opened.path)}。"
        )
    proposal = proposals.proposal_text(finding.suspects, proposals.forms_of(opened.report.tables))
    keys = keys_of(finding, opened.report)
    row = proposals.ShownRow(0, str(number), finding.message, proposal, "", keys)
    return proposals.choice_of(row, alternative, [finding], opened.report)


# --- blanks filled with 0 -------------------------------------------------------------------------


def run_fill_blanks(options: argparse.Namespace) -> int:
    """``gongkai fill-blanks``: zeros into blanks, or the last of them taken back, in the workbook
    itself.
    """
    opened = opened_to_fill(options, blanks.ZEROS)
    if options.undo:
        return undo(opened, blanks.ZEROS)
    formulas = read_formulas(opened.path, opened.content)
    wanted = blanks.BlankChoice(options.all, options.signs)
    return fill_in(opened, blanks.filling_of(opened.report, formulas, wanted))


def run_totals(options: argparse.Namespace) -> int:
    """``gongkai totals``: blank totals from their parts, or the last of them taken back, in the
    workbook itself.
    """
    opened = opened_to_fill(options, totals.TOTALS)
    if options.undo:
        return undo(opened, totals.TOTALS)
    formulas = read_formulas(opened.path, opened.content)
    return fill_in(opened, totals.totals_filling(opened.report, formulas))


def opened_to_fill(options: argparse.Namespace, kind: blanks.FillKind) -> Opened:
    opened = open_workbook(options.workbook, kind.act)
    refuse_older(opened, kind.act)
    return opened


def fill_in(opened: Opened, plan: blanks.FillPlan) -> int:
    """Write what is to be filled, but where it would not be seen, and say so."""
    report, content = with_numbers(opened, plan.changes)
    plan = plan.without([change for change in plan.changes if not shows_number(report, change)])
    if plan.odd:
        report, content = with_numbers(opened, plan.changes)
    if not plan.changes:
        console.show(
            [*output.finding_lines(opened.report, opened.findings), blanks.filled_text(plan)]
        )
        return reading.code_of(opened.findings)
    return kept(opened, report, content, blanks.filled_text(plan))


def undo(opened: Opened, kind: blanks.FillKind) -> int:
    changes = blanks.undoing_of(opened.values, kind)
    blanks.refuse_nothing(kind, changes)
    report, content = with_numbers(opened, changes)
    return kept(opened, report, content, blanks.undone_text(kind, changes))


def kept(opened: Opened, report: Report, content: bytes, told: str) -> int:
    """Write what was changed to the file, and say what the checks say of it."""
    judged = findings_beside(
        report, opened.path
    )  # before writing: the file beside it may be damaged
    write_back(opened.path, content)
    with console.written(opened.path):
        console.show([told, *closing(opened.path, report, judged)])
    return reading.code_of(judged)
