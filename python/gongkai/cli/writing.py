"""``gongkai fill``, ``export``: the report in any source -> a workbook, or its figures in a file,
as its suffix says; a register of applications -> a workbook; ``template``, ``demo``,
``conformance``, ``addin``: files that need no report.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from gongkai import addin, demo
from gongkai.cli.console import CLEAN, ERRORS, put, reading_of, show, tell, written
from gongkai.cli.reading import code_of
from gongkai.drafts.ledger import (
    LedgerCount,
    counted,
    ledger_report,
    problem_text,
    read_register,
    summary_text,
    trace_rows,
)
from gongkai.drafts.register import blank_register
from gongkai.editions import NAMES
from gongkai.model import NoFigures, Report, UnreadableDocument, WorkbookError
from gongkai.output import (
    check_to_dict,
    finding_lines,
    head_lines,
    report_to_csv,
    report_to_json,
    report_to_xlsx,
    to_csv,
    to_json,
)
from gongkai.pipeline import check, fill, read_report, refilled
from gongkai.system import (
    is_same_file,
    read_plain,
    refuse_existing,
    refuse_suffix,
    system_reason,
    write_whole,
)
from gongkai.wording import evaluated
from gongkai.workbook import copy_template, refuse_unwritable, write_workbook

SUFFIXES = (".csv", ".json", ".xlsx")
TRACES = "（数字来源）.csv"  # beside the workbook: 年报.xlsx, 年报（数字来源）.csv
MOST_SHOWN = 20  # problems on the screen; all of them stand in the list


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


# --- a register of applications -------------------------------------------------------------------


def run_new_ledger(options: argparse.Namespace) -> int:
    """``options``: ledger, output, agency, year, force. Nothing is written where the register
    cannot be read.
    """
    target: Path = options.output
    traces = target.with_name(target.stem + TRACES)
    refuse_unwritable(target)
    for path in (target, traces):
        refuse_existing(path, options.force)
    count = count_in(options.ledger, options.year)
    report = ledger_report(count, options.agency, options.year)
    write_workbook(report, check(report), target, overwrite=options.force)
    write_whole(traces, to_csv([*trace_rows(count), *problem_rows(count)]), options.force)
    with written(target):
        show(lines_of(count))
        show([f"已写入 {target}", f"每个数字数的是台账哪几行，见 {traces}"])
    return CLEAN


def run_ledger_template(options: argparse.Namespace) -> int:
    """``options``: output, force."""
    target: Path = options.output
    refuse_suffix(target, (".xlsx",))
    refuse_existing(target, options.force)
    write_whole(target, blank_register(NAMES[-1]), options.force)
    with written(target):
        show([f"已写入 {target}"])
    return CLEAN


def count_in(name: str, year: int) -> LedgerCount:
    """The register in a file, counted. UnreadableDocument with its name; NoFigures where no row is
    of the year.
    """
    path = Path(name)
    try:
        applications = read_register(read_plain(path))
    except OSError as error:
        raise UnreadableDocument(f"无法读取{path.name}：{system_reason(error)}。") from error
    except ValueError as error:
        raise UnreadableDocument(f"无法读取{path.name}：文件名无效。") from error
    except UnreadableDocument as error:
        raise UnreadableDocument(f"{path.name}：{error}") from error
    count = counted(applications, year)
    if not count.counted:
        raise NoFigures(
            f"{path.name}：台账中没有{year}年的申请（共{count.others}件）；"
            "请核对年度和收到日期，或在空白工作簿中直接填0。"
        )
    return count


def lines_of(count: LedgerCount) -> list[str]:
    lines = [summary_text(count)]
    for problem in count.problems[:MOST_SHOWN]:
        lines.append(f"  {problem_text(problem, count.form)}")
    if len(count.problems) > MOST_SHOWN:
        lines.append(f"  还有{len(count.problems) - MOST_SHOWN}行，见数字来源。")
    return lines


def problem_rows(count: LedgerCount) -> list[list[object]]:
    """Behind the figures, a blank line between: what could not be counted."""
    if not count.problems:
        return []
    rows: list[list[object]] = [[], ["拿不准的行"]]
    for problem in count.problems:
        rows.append([problem_text(problem, count.form)])
    return rows
