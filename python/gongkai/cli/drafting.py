"""``gongkai new``: last year's report, a register of applications, or nothing -> the workbook of
the next report, begun; or a blank register.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from gongkai import output, pipeline, system, wording
from gongkai.cli import console, writing
from gongkai.drafts import ledger, register, start
from gongkai.drafts.writing import draft_lines, refuse_undraftable, write_draft
from gongkai.model import GongkaiError, NoFigures, UnreadableDocument

TRACES = "（数字来源）.csv"  # beside the workbook: 年报.xlsx, 年报（数字来源）.csv
MOST_SHOWN = 20  # problems on the screen; all of them stand in the list


def run_new(options: argparse.Namespace) -> int:
    """Nothing is written where last year's report or the register cannot be read."""
    if options.ledger_template:
        return run_ledger_template(options)
    target: Path = options.output
    traces = target.with_name(target.stem + TRACES)
    refuse_undraftable(target, options.force)  # before anything is read for it
    writing.refuse_target(target, (options.source, options.ledger), options.force)
    if options.ledger:
        system.refuse_existing(traces, options.force)
    draft = drafted(options)
    told: list[str] = []
    if options.ledger:
        agency, year = draft.report.agency, draft.report.year
        assert year is not None
        found = register_in(Path(options.ledger))
        applications = found.applications
        count = count_in(applications, year, Path(options.ledger).name)
        draft = start.with_ledger(draft, count.values)
        told = [*lines_of(count), f"各项数字所计的台账行号，见 {traces}"]
        for text_of in (ledger.sheets_text, ledger.repeats_text, ledger.alike_text):
            told += filter(None, [text_of(applications)])
        told += register.remarks_text(found.remarks)
        told += register.titles_text(found.remarks, agency, year)
    write_draft(draft, target, overwrite=options.force)
    if options.ledger:
        rows = [*ledger.trace_rows(count), *problem_rows(count)]
        system.write_whole(traces, output.to_csv(rows), options.force)
    with console.written(target):
        console.show([*told, *draft_lines(draft, target)])
    return console.CLEAN


def drafted(options: argparse.Namespace) -> start.ReportDraft:
    if options.source:
        last = wording.evaluated(
            pipeline.read_report(options.source, **console.reading_of(options))
        )
        return start.begun(last, options.year, options.agency)
    if not options.agency or options.year is None:
        raise GongkaiError(
            "请用 --from 给出上年报告；没有上年报告的，用 --agency 和 --year 写明机关和年度。"
        )
    return start.started(options.agency, options.year)


def run_ledger_template(options: argparse.Namespace) -> int:
    target: Path = options.output
    system.refuse_suffix(target, (".xlsx",))
    system.refuse_existing(target, options.force)
    system.write_whole(target, register.blank_register(), options.force)
    with console.written(target):
        console.show([f"已写入 {target}"])
    return console.CLEAN


# --- a register of applications -------------------------------------------------------------------


def register_in(path: Path) -> ledger.Register:
    """The register in a file. UnreadableDocument with its name."""
    try:
        return ledger.read_register(system.read_plain(path))
    except OSError as error:
        raise UnreadableDocument(f"无法读取{path.name}：{system.system_reason(error)}。") from error
    except ValueError as error:
        raise UnreadableDocument(f"无法读取{path.name}：文件名无效。") from error
    except UnreadableDocument as error:
        raise UnreadableDocument(f"{path.name}：{error}") from error


def count_in(
    applications: tuple[ledger.Application, ...], year: int, name: str
) -> ledger.LedgerCount:
    """NoFigures where no row is of the year."""
    count = ledger.counted(applications, year)
    if not count.counted:
        raise NoFigures(
            f"{name}：台账中没有{year}年的申请，其他年度的申请有{count.others}件；"
            "请核对年度和收到日期，或在空白工作簿中直接填0。"
        )
    return count


def lines_of(count: ledger.LedgerCount) -> list[str]:
    lines = [ledger.summary_text(count)]
    for problem in count.problems[:MOST_SHOWN]:
        lines.append(f"  {ledger.problem_text(problem, count.form)}")
    if len(count.problems) > MOST_SHOWN:
        lines.append(f"  还有{len(count.problems) - MOST_SHOWN}行，见数字来源。")
    return lines


def problem_rows(count: ledger.LedgerCount) -> list[list[object]]:
    """Behind the figures, a blank line between: what could not be counted."""
    if not count.problems:
        return []
    rows: list[list[object]] = [[], ["拿不准的行"]]
    for problem in count.problems:
        rows.append([ledger.problem_text(problem, count.form)])
    return rows
