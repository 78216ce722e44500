"""Reports and findings -> JSON-ready values, lines of text for a terminal, a pandas table."""

from __future__ import annotations

import csv
import io
import json
import math
import re
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import asdict
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TextIO

from gongkai import bodies, checks, decisions, editions, figures, links, sums
from gongkai.checks.misread import raws_of
from gongkai.model import (
    Alternative,
    BrokenSum,
    Decision,
    Entry,
    Finding,
    Form,
    GongkaiError,
    Place,
    Report,
    Rule,
    Severity,
    Suspect,
    Table,
    Value,
)
from gongkai.wording import (
    cell_text,
    doubted_facts,
    doubts_text,
    escaped,
    one_line,
    plain,
    relation_lines,
    rules,
    title_of,
    why_no_figures,
)

if TYPE_CHECKING:
    import pandas

    from gongkai.compare.years import YearComparison

# The columns of a report as a pandas table.
COLUMNS = (
    "agency",
    "year",
    "cell",
    "table",
    "edition",
    "row",
    "column",
    "row_label",
    "column_label",
    "unit",
    "value",
    "raw",
    "page",
    "line",
    "code",
    "level",
    "kind",
    "state",
    "implied",
)
# text: "" where there is none. whole: an int of 64 bits, or none. figure: int or Decimal, or none.
FrameKind = Literal["text", "whole", "figure"]
KINDS: Mapping[str, FrameKind] = {
    "year": "whole",
    "value": "figure",
    "count": "whole",
    "page": "whole",
    "line": "whole",
    "implied": "whole",
}
NO_PLACE = Place()
# stated: as the source has it. converted: stated in another unit. picture: read in a picture.
# implied: a blank to which the relations leave one figure. open: nobody knows it.
FigureState = Literal["stated", "converted", "picture", "implied", "open"]
# What a spreadsheet program may run when it opens a CSV.
FORMULA = re.compile(r"\s*[=+\-@＝＋－＠]|[\t\n]")
DISMISSED = "○ 已忽略"
SEVERITIES: Mapping[Severity, str] = {"error": "✗ 错误", "warning": "! 警告", "note": "i 提示"}


def number(value: Value) -> int | float | str | None:
    """A figure for JSON: a number where JSON's doubles hold it exactly, else its digits as a
    string.
    """
    if not isinstance(value, Decimal):
        return value
    return float(value) if Decimal(repr(float(value))) == value else figures.shown(value)


def figure_of(told: object) -> Value:
    """The exact figure of a ``number``: 0.1 is Decimal("0.1"), not the double next to it."""
    if isinstance(told, str):
        return Decimal(told)
    if isinstance(told, float):
        return Decimal(repr(told))
    return told if isinstance(told, int) else None


def to_json(value: Any) -> str:
    return escaped(json.dumps(value, ensure_ascii=False, indent=2))


def to_json_line(value: Any) -> str:
    """On one line, whatever the texts in it hold."""
    return escaped(json.dumps(value, ensure_ascii=False, separators=(",", ":")))


def to_csv(rows: Iterable[Iterable[object]]) -> bytes:
    """A table as Excel opens it with a double click: UTF-8 with its mark."""
    text = io.StringIO()
    write_rows(text, rows)
    return text.getvalue().encode("utf-8-sig")


def write_csv(path: Path, rows: Iterable[Iterable[object]]) -> None:
    """The same into a new file, row by row."""
    with path.open("x", encoding="utf-8-sig", newline="") as file:
        write_rows(file, rows)


def write_rows(file: TextIO, rows: Iterable[Iterable[object]]) -> None:
    csv.writer(file).writerows(map(csv_cell, row) for row in rows)


def to_xlsx(rows: Iterable[Iterable[object]]) -> bytes:
    """A table as a plain sheet: figures as numbers where Excel holds them exactly, all else as
    texts, none of which runs as a formula.
    """
    from openpyxl import Workbook

    book = Workbook(write_only=True)
    page = book.create_sheet("数据")
    page.freeze_panes = "A2"
    for row in rows:
        page.append([sheet_cell(page, value) for value in row])
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def sheet_cell(page: Any, value: object) -> object:
    """A figure as a number, anything else as a text: ``=1+1`` stays what it is."""
    from openpyxl.cell import WriteOnlyCell

    held = number(value) if isinstance(value, Decimal) else value
    if not isinstance(held, str):
        return held
    text = cell_text(held)
    if not text:
        return None
    cell = WriteOnlyCell(page, text)
    cell.data_type = "s"  # whatever it begins with
    return cell


def csv_cell(value: object) -> object:
    """A figure in its digits, never in exponent form; a text without what nobody sees. No text runs
    as a formula: ``=1+1`` -> ``'=1+1``."""
    if isinstance(value, Decimal):
        return figures.shown(value)
    if not isinstance(value, str):
        return value
    text = plain(value)
    return f"'{text}" if FORMULA.match(text) else text


def report_to_dict(report: Report) -> dict[str, Any]:
    """``read --json``: rows and values in official order, blank = null, ``raw`` the source texts of
    the values.
    """
    return {
        "title": report.title,
        "agency": report.agency,
        "body": body_of(report),
        "year": report.year,
        "published": report.published,
        "evidence": evidence_of(report),
        "source": source_of(report),
        "provenance": list(provenance_of(report)),
        **evaluation_of(report),
        "tables": {name: table_to_dict(table) for name, table in report.tables.items()},
        "sections": {str(item): text for item, text in report.sections.items()},
        "problems": list(map(asdict, report.problems)),
    }


def report_to_csv(report: Report) -> bytes:
    """A line for each figure."""
    return to_csv(report_rows(report))


def report_to_xlsx(report: Report) -> bytes:
    """The same as a sheet."""
    return to_xlsx(report_rows(report))


def report_rows(report: Report) -> list[Iterable[object]]:
    """The report's table with its heads, a row for each figure, which is exact."""
    return [COLUMNS, *figure_rows(report)]


def report_to_json(report: Report, findings: Sequence[Finding]) -> str:
    """What ``gongkai read --json`` and ``gongkai check --json`` give, in one object."""
    checked = check_to_dict(report, findings)
    del checked["report"]
    return to_json({**report_to_dict(report), **checked})


def body_of(report: Report) -> dict[str, str]:
    """Who reports, as far as the name tells it: level, kind, department, parent, 行政区划代码."""
    return asdict(bodies.body(report.agency, report.year))


def evidence_of(report: Report) -> dict[str, dict[str, str]]:
    """Whence body, year and day are known: value, the source's own sentence, certain, likely or
    "".
    """
    return {fact: asdict(found) for fact, found in report.evidence.items()}


def parts_to_dict(report: Report) -> dict[str, Any]:
    """``read --parts --json``: the parts that hold tables, numbered from 1; ``part`` is the one
    that is read.
    """
    parts = []
    for number, part in enumerate(report.parts, 1):
        told = {"part": number, "kind": part.kind, "title": part.title}
        parts.append({**told, "agency": part.agency, "year": part.year})
    return {"source": source_of(report), "part": report.part or None, "parts": parts}


def table_to_dict(table: Table) -> dict[str, Any]:
    """``values`` as the source states them. A blank is null there; ``states`` tells whether the
    relations leave it a figure (implied) or not (open), ``implied`` which one.
    """
    state = sums.table_state(table)
    rows = []
    for row in table.form.rows:
        told: dict[str, Any] = {"id": row.id, "label": row.label.text}
        told |= {"values": [], "raw": [], "states": [], "implied": []}
        for cell in table.form.row_cells(row.id):
            entry = table.entries[cell.id]
            told["values"].append(number(entry.value))
            told["raw"].append(entry.raw)
            told["states"].append(state.cells[cell.id])
            told["implied"].append(state.figures.get(cell.id))
        rows.append(told)
    return {"edition": table.edition, "rows": rows}


def check_to_dict(report: Report, findings: Sequence[Finding]) -> dict[str, Any]:
    """``check --json``."""
    return {
        "report": {
            "title": report.title,
            "agency": report.agency,
            "body": body_of(report),
            "year": report.year,
            "evidence": evidence_of(report),
            "source": source_of(report),
            "provenance": list(provenance_of(report)),
        },
        **evaluation_of(report),
        "checked": checks.checked(report),
        "assumed": checks.assumed(report),
        "findings": findings_to_list(findings, report),
    }


def findings_to_list(
    findings: Sequence[Finding], held: Report | Mapping[str, Value]
) -> list[dict[str, Any]]:
    return [finding_to_dict(finding, held) for finding in findings]


def finding_to_dict(finding: Finding, held: Report | Mapping[str, Value]) -> dict[str, Any]:
    """``held`` is the report that the finding is about, or its figures by cell."""
    return {
        "rule": finding.rule,
        "severity": finding.severity,
        "message": finding.message,
        "lines": list(filter(None, finding.lines)),
        "cells": list(finding.cells),
        "stated": number(finding.stated),
        "computed": number(finding.computed),
        "difference": number(finding.difference),
        "suspects": [alternative_to_list(alternative) for alternative in finding.suspects],
        "too_many": finding.too_many,
        "sums": [sum_to_dict(one) for one in finding.sums],
        "members": findings_to_list(finding.members, held),
        "cause": finding.cause or None,
        "raws": raws_of(held, finding) if isinstance(held, Report) else {},
        "key": decisions.key_of(finding, held),
        "keys": list(decisions.keys_of(finding, held)),
        "ruling": ruling_to_dict(finding.decision),
    }


def ruling_to_dict(decision: Decision | None) -> dict[str, str] | None:
    if decision is None:
        return None
    return {"verdict": decision.verdict, "reason": decision.reason}


def sum_to_dict(one: BrokenSum) -> dict[str, Any]:
    return {
        "rules": [relation.rule for relation in one.relations],
        "stated": number(one.stated),
        "computed": number(one.computed),
        "difference": number(one.difference),
    }


def alternative_to_list(alternative: Alternative) -> list[dict[str, Any]]:
    return [suspect_to_dict(suspect) for suspect in alternative]


def suspect_to_dict(suspect: Suspect) -> dict[str, Any]:
    return {"cell": suspect.cell, "stated": number(suspect.stated), "proposed": suspect.proposed}


def add_years(found: Mapping[str, Any], comparison: YearComparison) -> dict[str, Any]:
    """``check --json`` of a report, with what came of comparing it with the year before among its
    findings.
    """
    across = findings_to_list(comparison.findings, comparison.report.figures)
    findings = [*found["findings"], *across]
    findings.sort(key=lambda finding: decisions.RANKS[finding["severity"]])
    return {**found, "findings": findings}


def failure_to_dict(source: str, error: GongkaiError) -> dict[str, Any]:
    """A source that could not be read; ``candidates`` are the links of a directory page."""
    found: dict[str, Any] = {"source": source, "error": str(error)}
    if isinstance(error, links.Directory):
        found["candidates"] = links_to_list(error.found)
    return found


def links_to_list(found: Sequence[links.Candidate]) -> list[dict[str, Any]]:
    return [{"source": link.source, "title": link.title, "year": link.year} for link in found]


def evaluation_of(report: Report) -> dict[str, Any]:
    """Whether any figure was read, and if not, why: ``checked`` 0 without findings must not pass
    for clean.
    """
    if report.is_evaluated:
        return {"evaluated": True}
    return {"evaluated": False, "error": why_no_figures(report)}


def source_of(report: Report) -> str:
    return report.document.origin if report.document else ""


def provenance_of(report: Report) -> tuple[str, ...]:
    return report.document.provenance if report.document else ()


def rules_to_list(edition: str, every: bool = False) -> list[dict[str, Any]]:
    """``rules --json``: every relation of an edition with its cells; with ``every`` all other rules
    after them.
    """
    found: list[dict[str, Any]] = []
    for one in editions.all_editions()[edition].relations:
        parts, whole = list(one.parts), list(one.whole)
        found.append({"rule": one.rule, "table": one.table, "parts": parts, "whole": whole})
    if every:
        found += map(rule_to_dict, rules.written_rules())
    return found


def rule_to_dict(rule: Rule) -> dict[str, str]:
    """``rules ID --json``: what a rule stands for."""
    texts = asdict(rule)
    return {"rule": texts.pop("id"), **texts}


def problem_line(report: Report, table: str, row: str, column: str) -> str:
    """Where a problem is, in the official labels."""
    found = report.tables.get(table)
    layout = found.form if found else editions.edition_of_year(report.year).forms.get(table)
    if layout is None:
        return ""
    labels = [layout.number]
    for item in layout.rows:
        if item.id == row:
            labels.append(item.label.text)
    return " ".join([*labels, *column_labels(layout, column.split())]) + " "


def column_labels(layout: Form, wanted: Collection[str]) -> Iterator[str]:
    """The labels of some columns, each once, in the order of the form."""
    found: dict[str, None] = {}
    for part in layout.parts:
        for column in part.columns:
            if column.id in wanted:
                found[column.label.text] = None
    yield from found


def part_lines(report: Report) -> Iterator[str]:
    """``read --parts``: one line for each part, the one that is read marked."""
    yield f"{one_line(source_of(report))}：有表格的部分共{len(report.parts)}份"
    for number, part in enumerate(report.parts, 1):
        kind = "报告" if part.kind == "report" else "附表"
        year = f"{part.year}年" if part.year else "年度未识别"
        mark = "　← 读取的部分" if number == report.part else ""
        yield f"  {number}. {kind}　{year}　{one_line(part.title) or '没有标题'}{mark}"


def head_lines(report: Report) -> Iterator[str]:
    yield title_of(report) or "（没有标题）"
    year = f"{report.year}年" if report.year else "未识别"
    published = report.published or "未注明"
    yield f"  机关：{report.agency or '未识别'}　年度：{year}　发布日期：{published}"
    if told := doubts_text(doubted_facts(report)):
        yield f"  {told}"
    yield f"  来源：{one_line(source_of(report))}"
    for step in provenance_of(report):
        yield f"  取得经过：{one_line(step)}"


def finding_lines(report: Report, findings: Sequence[Finding]) -> Iterator[str]:
    """The outcome of the checks for people: a summary, then each finding with the texts of its
    source.
    """
    count, start = checks.checked(report), checks.checked_text(report)
    if not findings:
        yield f"✓ {start}，全部相符。" if count else f"{start}。"
        return
    calm = no_errors(findings) if count else ""
    told = "，".join(filter(None, (calm, tally(findings), decisions.dismissed_text(findings))))
    yield f"{start}，{told}："
    for number, finding in decisions.in_order(findings):
        yield from listed_finding(number, finding, "  ")


def no_errors(findings: Sequence[Finding]) -> str:
    """What to say where no error counts, "" where one does; one that is dismissed was an error none
    the less.
    """
    misread = 0
    has_errors = False
    for finding in findings:
        is_error = finding.severity == "error"
        if is_error and decisions.is_open(finding):
            return ""
        has_errors = has_errors or is_error
        misread += finding.cause == "reading" and decisions.is_open(finding)
    if misread:
        return f"其中{misread}处可能是读取有误"
    return "没有其他错误" if has_errors else "没有错误"


def listed_finding(name: int | str, finding: Finding, indent: str) -> Iterator[str]:
    """The two lines of a finding in a list: what is wrong, and below it why and what to do."""
    yield f"{indent}{finding_line(name, finding)}"
    if finding.lines[1]:
        yield f"{indent}  {finding.lines[1]}"


def finding_line(name: int | str, finding: Finding) -> str:
    """``2. ○ 已忽略 表四…（理由：…）``; the number, or the key of what was found in several
    reports, is what ``gongkai dismiss`` and ``confirm`` take.
    """
    sign = SEVERITIES[finding.severity] if decisions.is_open(finding) else DISMISSED
    decided = decisions.decision_text(finding.decision) if finding.decision else ""
    return f"{name}. {sign}　{finding.lines[0]}{decided}"


def years_lines(comparisons: Sequence[YearComparison]) -> Iterator[str]:
    """What came of comparing reports over years, for people; nothing where there was nothing to
    compare.
    """
    if not any(one.compared or one.findings for one in comparisons):
        return
    yield "跨年核对："
    for one in comparisons:
        yield f"  {comparison_line(one)}"
        for _, finding in decisions.in_order(one.findings):
            key = decisions.key_of(finding, one.report.figures)
            yield from listed_finding(key, finding, "    ")


def comparison_line(comparison: YearComparison) -> str:
    """青溪县人民政府 2022年：与2021年不符2处"""
    report = comparison.report
    who = one_line(report.agency) or "机关未识别"
    year = f"{report.year}年" if report.year else "年度未识别"
    told = comparison.text
    if comparison.differs:
        told = told.partition("：")[0]  # the findings tell the rest
    return f"{who} {year}：{told}"


YEAR_HEADS = (
    "机关",
    "年度",
    "来源",
    "结果",
    "规则",
    "级别",
    "单元格",
    "填报",
    "按上一年应为",
    "差",
    "说明",
    "处理",
)


def years_to_list(comparisons: Sequence[YearComparison]) -> list[dict[str, Any]]:
    """``years --json``: each report with what came of comparing it with the year before."""
    return list(map(comparison_to_dict, comparisons))


def comparison_to_dict(one: YearComparison) -> dict[str, Any]:
    return {
        "agency": one.report.agency,
        "year": one.report.year,
        "source": one.report.source,
        "outcome": one.text,
        "compared": one.compared,
        "findings": findings_to_list(one.findings, one.report.figures),
    }


def years_bytes(comparisons: Sequence[YearComparison], suffix: str) -> bytes:
    """The same as a file: .json; .csv and .xlsx with a line for each finding, one for a report
    without any.
    """
    if suffix == ".json":
        return to_json(years_to_list(comparisons)).encode()
    rows: list[Iterable[object]] = [YEAR_HEADS]
    for comparison in comparisons:
        rows += year_rows(comparison)
    return to_xlsx(rows) if suffix == ".xlsx" else to_csv(rows)


def year_rows(comparison: YearComparison) -> Iterator[list[object]]:
    report = comparison.report
    start: list[object] = [report.agency, report.year, report.source, comparison.text]
    for finding in comparison.findings:
        three = (finding.stated, finding.computed, finding.difference)
        decision = decisions.decision_text(finding.decision) if finding.decision else ""
        severity = SEVERITIES[finding.severity][2:] if decisions.is_open(finding) else DISMISSED[2:]
        cell = stated_cell(finding, report.figures)
        yield [*start, finding.rule, severity, cell, *three, finding.message, decision]
    if not comparison.findings:
        yield [*start, *[""] * (len(YEAR_HEADS) - len(start))]


def stated_cell(finding: Finding, values: Mapping[str, Value]) -> str:
    """The cell of what a finding states: of 现行有效, 本年制发 and 本年废止 the first, whose figure
    it is.
    """
    for cell in finding.cells:
        if finding.stated is not None and values.get(cell) == finding.stated:
            return cell
    return finding.cells[0] if finding.cells else ""


def tally(findings: Sequence[Finding]) -> str:
    """``2处错误、1处提示`` of the findings that count."""
    counts = Counter(finding.severity for finding in filter(decisions.is_open, findings))
    told = []
    for name, text in SEVERITIES.items():
        if counts[name]:
            told.append(f"{counts[name]}处{text[2:]}")
    return "、".join(told)


def rules_lines(edition: str, every: bool = False) -> Iterator[str]:
    """Every relation of an edition in the official labels; with ``every`` all other rules after
    them.
    """
    yield (
        f"{edition}年格式（{editions.all_editions()[edition].circular}），勾稽关系"
        f"{len(editions.all_editions()[edition].relations)}项："
    )
    for rule, table, subject, sides in relation_lines(editions.all_editions()[edition]):
        yield f"  {rule}　{table} {subject}：{sides}"
    yield ""
    if not every:
        yield (
            f"另有{len(rules.written_rules())}项检查和提示，用 gongkai rules --all 列出；"
            "用 gongkai rules 编号 看一项的说明。"
        )
        return
    yield f"其他检查和提示{len(rules.written_rules())}项："
    for other in rules.written_rules():
        yield f"  {other.id}　{SEVERITIES[other.severity][2:]}　{other.title}"


def rule_lines(rule: Rule) -> Iterator[str]:
    """What a rule stands for and what to do."""
    yield f"{rule.id}　{SEVERITIES[rule.severity][2:]}　{rule.title}"
    for head, text in (
        ("含义", rule.meaning),
        ("依据", rule.source),
        ("例子", rule.example),
        ("处理办法", rule.advice),
    ):
        yield f"  {head}：{text}"


# --- frames ---------------------------------------------------------------------------------------


def figure_rows(report: Report) -> Iterator[tuple[object, ...]]:
    """The values of ``COLUMNS`` for each figure, in official order."""
    who = bodies.body(report.agency, report.year)
    for table in report.tables.values():
        state = sums.table_state(table)
        for cell in table.form.cells.values():
            entry = table.entries[cell.id]
            place = entry.place or NO_PLACE
            row, column = cell.row, cell.column
            yield (
                report.agency,
                report.year,
                cell.id,
                table.id,
                table.edition,
                row.id,
                column.id,
                row.label.text,
                column.label.text,
                column.unit,
                entry.value,
                entry.raw,
                place.page,
                place.line,
                who.code,
                who.level,
                who.kind,
                figure_state(state.cells[cell.id], entry),
                state.figures.get(cell.id),
            )


def figure_state(known: sums.CellState, entry: Entry) -> FigureState:
    """What tables tell of a figure: of one that is stated also how."""
    return "converted" if known == "stated" and entry.unit else known


def report_to_frame(report: Report) -> pandas.DataFrame:
    """One row per figure in official order, of types that every sink of pandas takes: CSV, XLSX,
    JSON, Parquet, Feather, Polars, Stata, SQLite, pickle.

    A figure is exact and may be an int or a Decimal, which no one column of theirs holds. So
    ``value`` is the nearest double, to calculate with; ``count`` the same as Int64 where it is
    whole; ``exact`` its digits, always: 32367.144295, <NA>, "32367.144295". Texts are without what
    nobody sees (``wording.plain``): half a character or a NUL stops most of these sinks.

    ``state`` is stated, converted, implied or open. A blank to which the relations leave one figure
    has it in ``implied``, never in ``value``.

    Of a report without figures the rows are there with no value, or none where not even a table was
    recognised: an exception would end a panel of thousands at the first blank form, and
    ``frame.attrs`` is lost by ``concat``. Who has to know asks ``report.is_evaluated``, or counts
    the values of the body and year.
    """
    import pandas

    by_column: dict[str, list[object]] = {name: [] for name in COLUMNS}
    for row in figure_rows(report):
        for name, value in zip(COLUMNS, row, strict=True):
            by_column[name].append(value)
    figures_read = by_column["value"]
    by_column["count"] = list(map(held_count, figures_read))
    by_column["exact"] = list(map(exact_text, figures_read))
    frame = {}
    for name, values in by_column.items():
        kind = KINDS.get(name, "text")
        held = map(text_held, values) if kind == "text" else values
        frame[name] = typed_column(kind, list(held))
    return pandas.DataFrame(frame)


def typed_column(kind: FrameKind, values: Sequence[object]) -> pandas.Series[Any]:
    """Values of one kind as a column that every sink takes; texts as ``text_held`` has them."""
    import pandas

    if kind == "whole":
        return pandas.Series(values, dtype="Int64")
    if kind == "figure":
        return pandas.Series(list(map(nearest, values)), dtype="float64")
    return pandas.Series(values, dtype="str")


def nearest(value: object) -> float:
    """The double next to a figure; not a number of a blank."""
    return float(value) if isinstance(value, int | Decimal) else math.nan


def text_held(value: object) -> str:
    """A text as every sink holds it: ``plain``, and "" for none."""
    return plain(value) if isinstance(value, str) else ""


def held_count(value: object) -> int | None:
    """A whole figure that 64 bits hold; None for a blank, for 0.5, and for 10 ** 20."""
    is_held = isinstance(value, int) and -(2**63) <= value < 2**63
    return value if isinstance(value, int) and is_held else None


def exact_text(value: object) -> str:
    """``32367.144295``: the digits of a figure, "" of a blank."""
    return figures.shown(value) if isinstance(value, int | Decimal) else ""
