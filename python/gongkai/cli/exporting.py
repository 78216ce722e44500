"""``gongkai export``: a report's figures as a table; all that a batch left as a panel; the workbook
of one of its reports.
"""

from __future__ import annotations

import argparse
from pathlib import Path

from gongkai import (
    bodies,
    output,
    panels,
    pipeline,
    sources,
    store,
    system,
    wording,
    workbook,
)
from gongkai.batch import importing
from gongkai.cli import console, reading, writing
from gongkai.model import GongkaiError, Report, WorkbookError
from gongkai.workbook import lists

MOST_NAMED = 10  # reports in a sentence


def run_export(options: argparse.Namespace) -> int:
    path = store.store_at(options.source)
    if path is not None:
        whole = options.body is None
        return export_panel(path, options) if whole else export_body(path, options)
    if options.body is not None:
        raise WorkbookError(f"{options.source}不是批量导入的结果，不能从中取一个机关的报告。")
    if options.wide or options.year is not None:
        raise WorkbookError(f"{options.source}不是批量导入的结果，不能用 --wide 和 --year。")
    target: Path = options.output
    suffix = system.refuse_suffix(target, writing.SUFFIXES)
    writing.refuse_target(target, (options.source,), options.force)
    report = wording.evaluated(pipeline.read_report(options.source, **console.reading_of(options)))
    system.write_whole(target, exported(report, suffix), options.force)
    with console.written(target):
        console.show([f"已写入 {target}"])
    return console.CLEAN


def exported(report: Report, suffix: str) -> bytes:
    if suffix == ".csv":
        return output.report_to_csv(report)
    if suffix == ".xlsx":
        return output.report_to_xlsx(report)
    return output.report_to_json(report, pipeline.check(report)).encode()


def export_panel(path: Path, options: argparse.Namespace) -> int:
    asked = panels.PanelChoice(wide=options.wide, overwrite=options.force)
    files = panels.write_panel(store.stored_records(path), options.output, asked)
    with console.written(options.output):
        console.show([f"已写入 {file}" for file in files])
    return console.CLEAN


# --- the workbook of one report -------------------------------------------------------------------


def export_body(path: Path, options: argparse.Namespace) -> int:
    """The workbook that stands in the batch's folder, with its log, own sheets and what is decided
    beside it; where none was made, one from the source as that is today: where that has changed
    since, it is told.
    """
    row = report_of(path, options.body, options.year)
    own = path.parent / row.file
    is_there = row.file != "" and own.is_file()
    target: Path = options.output
    workbook.refuse_unwritable(target)
    access = sources.Access(options.offline, options.refresh, options.insecure)
    place = str(own) if is_there else row.source
    report = wording.evaluated(importing.read_report_in(place, access=access))
    findings = pipeline.check(report)
    template = own if is_there else ""
    pipeline.fill(report, findings, target, overwrite=options.force, template=template)
    with console.written(target):
        console.show([*output.head_lines(report), *output.finding_lines(report, findings)])
        console.show([f"已写入 {target}"])
    if not is_there and has_changed(report, path, row.source):
        console.tell(f"{row.source}在批量导入之后有变化，工作簿取自现在的内容，请核对。")
    return reading.code_of(findings)


def has_changed(report: Report, path: Path, source: str) -> bool:
    """Whether a document is another than the one that the batch read, as far as that is known."""
    known = store.stored_digest(path, source)
    return known != "" and report.document is not None and report.document.sha256 != known


def report_of(path: Path, body: str, year: int | None) -> lists.BatchRow:
    """The one report of a body. Raises GongkaiError where there is none, or several."""
    found = rows_of(body, [row for row in store.stored_rows(path) if year in (None, row.year)])
    if len(found) == 1:
        return found[0]
    asked = body if year is None else f"{body}{year}年"
    if not found:
        raise GongkaiError(f"{path.name}中没有{asked}的报告；请核对机关名称和年度。")
    told = "、".join(f"{row.agency}{row.year or ''}（{row.source}）" for row in found[:MOST_NAMED])
    raise GongkaiError(
        f"{path.name}中{asked}的报告有{len(found)}份：{told}；"
        f"请写全机关名称，用 --year 指定年度，或把机关换成括号里的来源。"
    )


def rows_of(body: str, rows: list[lists.BatchRow]) -> list[lists.BatchRow]:
    """The one of a source, else those of a body by its very name, else by one that means it:
    瑞安市政府.
    """
    named = [row for row in rows if row.source == body]
    exact = named or [row for row in rows if row.agency == body]
    return exact or [row for row in rows if bodies.same_body(row.agency, body, row.year)]
