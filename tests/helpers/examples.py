"""For each rule of coverage and plausibility a report that breaks it: its example in rules.toml."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from decimal import Decimal

from gongkai.model import UNKNOWN_UNIT, Entry, Problem, Report, Segment, Table
from gongkai.recognize import NO_TABLE
from gongkai.recognize.tables.rows import NO_LABEL, NOT_FOUND_COLUMN, NOT_FOUND_ROW
from helpers.made import blank_report, older, report_of


def typed_as_text(cell: str) -> Report:
    """A workbook of ours in which somebody typed a figure as a text."""
    report = report_of()
    table = report.tables["applications"]
    entry = replace(table.entries[cell], read_by="text")
    return replace(
        report,
        tables={**report.tables, table.id: replace(table, entries={**table.entries, cell: entry})},
    )


def problem(
    row: str = "", column: str = "", raw: str = "", reason: str = "", table: str = "applications"
) -> Report:
    blank = {} if not row else {f"{table}.{row}.{name}": None for name in ("natural", "total")}
    return report_of(blank, problems=[Problem(table, row, column, raw, reason)])


def with_prose(sections: dict[int, str], **changes: object) -> Report:
    prose = {1: "收到申请455件。", 5: "时效不强。", 6: "无。"} | sections
    return replace(
        report_of(), sections={number: text for number, text in prose.items() if text}, **changes
    )


def nobody_applied() -> Report:
    table = report_of().tables["applications"]
    none = Table(table.form, {cell: Entry(cell, 0) for cell in table.entries})
    fees = with_prose({6: "2021年收取信息处理费2670元。"})
    return replace(fees, tables={**fees.tables, "applications": none})


def unit_unknown() -> Report:
    report = older()
    cell = "disclosure.procurement.amount"
    table = report.tables["disclosure"]
    entries = {**table.entries, cell: Entry(cell, 3, "3", unit=UNKNOWN_UNIT)}
    return replace(report, tables={**report.tables, "disclosure": replace(table, entries=entries)})


GRANTED = "applications.granted.natural"
AMOUNT = "disclosure.fees.amount"
PERIOD = "本报告所列数据的统计期限自20211月1日起至202112月31日止。"
PARTS = (
    Segment("report", "青溪县2021年政府信息公开工作年度报告", "青溪县", 2021),
    Segment("annex", "2020年数据", "青溪县", 2020),
)
MADE: dict[str, Callable[[], Report]] = {
    "coverage.figures": lambda: blank_report("2021", 2021),
    "coverage.table": lambda: report_of(
        without="disputes", problems=[Problem("disputes", "", "", "", NO_TABLE)]
    ),
    "coverage.row": lambda: problem(row="granted", reason=NOT_FOUND_ROW),
    "coverage.column": lambda: problem(column="research", reason=NOT_FOUND_COLUMN),
    "coverage.negative": lambda: report_of({GRANTED: -3}),
    "coverage.fraction": lambda: report_of({GRANTED: Decimal("13.4")}),
    "coverage.cell": lambda: report_of({GRANTED: None}, raws={GRANTED: "十二"}),
    "coverage.unplaced": lambda: problem(raw="合 计 12", reason=NO_LABEL),
    "coverage.parts": lambda: replace(report_of(), parts=PARTS, part=1, chosen_by="title"),
    "coverage.agency": lambda: replace(report_of(), agency=""),
    "coverage.year": lambda: report_of(year=None),
    "coverage.edition": lambda: replace(older(), year=2021),
    "coverage.text": lambda: typed_as_text(GRANTED),
    "coverage.sign": lambda: report_of(
        {"disclosure.rules.made": None}, raws={"disclosure.rules.made": "/"}
    ),
    "coverage.blank": lambda: report_of({"disclosure.rules.made": None}),
    "coverage.converted": lambda: report_of({AMOUNT: Decimal("25.1")}, raws={AMOUNT: "251000元"}),
    "coverage.unit": unit_unknown,
    "coverage.implied": lambda: report_of({"applications.granted.total": None}),
    "plausibility.rules": lambda: report_of({"disclosure.rules.made": 24}),
    "plausibility.fees": nobody_applied,
    "plausibility.named": lambda: with_prose({}, opening="本报告由平阳县民政局编制。"),
    "plausibility.period": lambda: with_prose({}, opening=PERIOD),
    "plausibility.revised": lambda: with_prose({}, revised=("30件",)),
    "plausibility.amount": lambda: replace(
        report_of({AMOUNT: Decimal("323671442.95")}), agency="青溪县人民政府"
    ),
    "plausibility.unwritten": lambda: with_prose({1: "〔待改写〕本县"}, opening="〔待改写〕"),
    "plausibility.published": lambda: replace(
        report_of(), agency="青溪县教育局", published="2022-03-05"
    ),
    "plausibility.sections": lambda: with_prose({5: ""}),
    "plausibility.numbering": lambda: with_prose({1: "（一）主动公开\n（三）平台建设"}),
}
