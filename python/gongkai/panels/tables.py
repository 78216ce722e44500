"""StoredReport -> rows of the tables of a panel, whose columns are named and typed here.

Nothing here needs pandas: frames and files are made of the same rows. A figure in a row is exact
(int or Decimal), a text without what nobody sees (``wording.plain``), a blank None.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any, NamedTuple

from gongkai import bodies, editions, output
from gongkai.model import Value
from gongkai.panels import codebook
from gongkai.store.records import StoredFigure, StoredReport
from gongkai.wording import plain

PanelRow = tuple[str | Value, ...]


class PanelColumn(NamedTuple):
    """``label`` is what a person is shown beside the name."""

    name: str
    kind: output.FrameKind
    label: str


@dataclass(frozen=True)
class PanelTable:
    """``rows`` are those of one record, ``fixed`` those that stand there whatever was read."""

    name: str
    title: str
    columns: tuple[PanelColumn, ...]
    rows: Callable[[StoredReport], Iterator[PanelRow]]
    fixed: tuple[PanelRow, ...] = ()

    @property
    def heads(self) -> tuple[str, ...]:
        return tuple(column.name for column in self.columns)


def text(name: str, label: str) -> PanelColumn:
    return PanelColumn(name, "text", label)


def whole(name: str, label: str) -> PanelColumn:
    return PanelColumn(name, "whole", label)


def figure(name: str, label: str) -> PanelColumn:
    return PanelColumn(name, "figure", label)


# --- who and whence -------------------------------------------------------------------------------

BODY = (
    text("body", "机关"),
    text("level", "层级"),
    text("kind", "机关类别"),
    text("code", "行政区划代码"),
    whole("year", "年度"),
)
ORIGIN = (
    text("source", "来源"),
    text("url", "网址"),
    text("sha256", "文件的SHA-256"),
    text("fetched_at", "取得时间（UTC）"),
    text("published", "发布日期"),
    text("version", "gongkai版本"),
)


def body_values(record: StoredReport) -> PanelRow:
    row = record.row
    who = bodies.body(row.agency, row.year)
    return (plain(row.agency), who.level, who.kind, who.code, row.year)


def origin_values(record: StoredReport) -> PanelRow:
    return (
        plain(record.source),
        plain(record.url),
        record.sha256,
        plain(record.fetched_at),
        plain(record.published),
        plain(record.version),
    )


# --- a row a figure -------------------------------------------------------------------------------

FIGURE_COLUMNS = (
    *BODY,
    text("edition", "格式"),
    text("cell", "单元格"),
    text("name", "短名"),
    text("form", "表"),
    text("row_label", "行"),
    text("column_label", "列"),
    text("unit", "单位"),
    figure("value", "数值"),
    whole("count", "整数值"),
    text("exact", "精确值（文本）"),
    text("state", "状态"),
    whole("implied", "推定的数"),
    text("raw", "原文"),
    text("written_in", "原文的单位（已换算）"),
    *ORIGIN,
)
UNKNOWN = ("", "", "", "", "")  # of a cell that no edition of this version has


@cache
def official_texts(edition: str) -> Mapping[str, tuple[str, ...]]:
    """Cell id -> short name, table, labels of row and column, unit, as an edition words them."""
    found: dict[str, tuple[str, ...]] = {}
    official = editions.all_editions().get(edition)
    for form in official.forms.values() if official else ():
        for cell in form.cells.values():
            row, column = cell.row.label.text, cell.column.label.text
            name = codebook.names()[cell.id]
            found[cell.id] = (name, form.number, row, column, cell.column.unit)
    return found


def figure_rows(record: StoredReport) -> Iterator[PanelRow]:
    """Every cell of the tables of a report, blank or not; nothing of a source that failed."""
    body, origin = body_values(record), origin_values(record)
    layouts = record.editions or {}
    for held in record.figures:
        edition = layouts.get(held.cell.partition(".")[0], "")
        told = official_texts(edition).get(held.cell, UNKNOWN)
        yield (*body, edition, held.cell, *told, *typed(held), *origin)


def typed(held: StoredFigure) -> PanelRow:
    """The double to calculate with, the same as a whole number where it is one, and its digits."""
    return (
        held.value,
        output.held_count(held.value),
        output.exact_text(held.value),
        held.state,
        output.held_count(held.implied),
        plain(held.raw),
        plain(held.unit),
    )


# --- a row a finding ------------------------------------------------------------------------------

FINDING_COLUMNS = (
    *BODY,
    text("rule", "规则"),
    text("severity", "级别"),
    text("cause", "原因"),
    text("message", "说明"),
    text("cells", "单元格"),
    figure("stated", "填报"),
    figure("computed", "计算"),
    figure("difference", "差"),
    text("suspects", "建议"),
    text("verdict", "处理"),
    text("reason", "理由"),
    text("key", "问题的编号"),
    *ORIGIN,
)


def finding_rows(record: StoredReport) -> Iterator[PanelRow]:
    body, origin = body_values(record), origin_values(record)
    for found in record.findings:
        yield (*body, *finding_values(found), *origin)


def finding_values(found: Mapping[str, Any]) -> PanelRow:
    """A finding as ``check --json`` has it."""
    ruling = found["ruling"] or {}
    return (
        found["rule"],
        found["severity"],
        found["cause"] or "",
        plain(found["message"]),
        " ".join(found["cells"]),
        output.figure_of(found["stated"]),
        output.figure_of(found["computed"]),
        output.figure_of(found["difference"]),
        suspects_text(found["suspects"]),
        ruling.get("verdict", ""),
        plain(ruling.get("reason", "")),
        found["key"],
    )


def suspects_text(alternatives: list[list[Mapping[str, Any]]]) -> str:
    """``disputes.review.total 12->11 or disputes.review.upheld 9->10``: each way to mend it; the
    changes of one way are parted by commas.
    """
    ways = []
    for alternative in alternatives:
        changes = []
        for one in alternative:
            stated = output.exact_text(output.figure_of(one["stated"]))
            changes.append(f"{one['cell']} {stated}->{one['proposed']}")
        ways.append(", ".join(changes))
    return " or ".join(ways)


# --- a row a source -------------------------------------------------------------------------------

COUNTS = (
    whole("errors", "错误"),
    whole("warnings", "警告"),
    whole("notes", "提示"),
    whole("dismissed", "已忽略"),
)
OUTCOME = (text("state", "结果"), text("reason", "没有读出的原因"))
SOURCE_COLUMNS = (
    *BODY,
    *OUTCOME,
    text("title", "标题"),
    text("editions", "格式"),
    text("doubts", "待核"),
    *COUNTS,
    whole("figures", "读出的数字"),
    text("finished", "完成时间"),
    *ORIGIN,
)


def outcome_values(record: StoredReport) -> PanelRow:
    """done and "", or failed, unread, directory and the sentence that says why."""
    row = record.row
    return (row.state, "" if row.is_done else plain(row.message))


def count_values(record: StoredReport) -> PanelRow:
    row = record.row
    return (row.errors, row.warnings, row.notes, row.dismissed)


def source_rows(record: StoredReport) -> Iterator[PanelRow]:
    row = record.row
    read = sum(held.value is not None for held in record.figures)
    yield (
        *body_values(record),
        *outcome_values(record),
        plain(row.title),
        plain(row.editions),
        plain(row.doubts),
        *count_values(record),
        read,
        plain(row.finished),
        *origin_values(record),
    )


# --- a row a report -------------------------------------------------------------------------------

WIDE_COLUMNS = (
    *BODY,
    *OUTCOME,
    text("editions", "格式"),
    *COUNTS,
    whole("unheld", "本行容不下的数字（见每个数字一行的表）"),
    *ORIGIN,
)


@cache
def wide_table(implied: bool = False) -> PanelTable:
    """A row for every source, one that failed too. A column for every cell of all editions, whether
    anything was read into it or not: panels made apart can be put together.

    Counts are Int64, amounts float64 with their digits beside (x2_fees_amount). A count that is not
    whole stands in no column; ``unheld`` says how many of a report do not. What the relations imply
    stands in columns of its own (i3_granted_nat), and only where it is asked for.
    """
    columns = list(WIDE_COLUMNS)
    for line in codebook.codebook_lines():
        columns += cell_columns(line, implied)

    def rows(record: StoredReport) -> Iterator[PanelRow]:
        yield wide_row(record, implied)

    return PanelTable("reports", "报告", tuple(columns), rows)


def cell_columns(line: codebook.CodebookLine, implied: bool) -> list[PanelColumn]:
    if line.is_amount:
        digits = text(line.side("x"), f"{line.label}（精确值）")
        return [figure(line.name, line.label), digits]
    found = [whole(line.name, line.label)]
    if implied and line.is_tied:
        found.append(whole(line.side("i"), f"{line.label}（推定）"))
    return found


def wide_row(record: StoredReport, implied: bool) -> PanelRow:
    held = {one.cell: one for one in record.figures}
    values: list[str | Value] = []
    unheld = 0
    for line in codebook.codebook_lines():
        one = held.get(line.cell, StoredFigure(line.cell, None, "", "", "open", None))
        unheld += is_unheld(line, one)
        values += side_values(line, one, implied)
    layouts = plain(record.row.editions)
    start = (*body_values(record), *outcome_values(record), layouts, *count_values(record))
    return (*start, unheld, *origin_values(record), *values)


def is_unheld(line: codebook.CodebookLine, one: StoredFigure) -> bool:
    """Half a document, or more of them than 64 bits count."""
    return not line.is_amount and one.value is not None and output.held_count(one.value) is None


def side_values(line: codebook.CodebookLine, one: StoredFigure, implied: bool) -> PanelRow:
    if line.is_amount:
        return (one.value, output.exact_text(one.value))
    if implied and line.is_tied:
        return (output.held_count(one.value), output.held_count(one.implied))
    return (output.held_count(one.value),)


# --- the codebook ---------------------------------------------------------------------------------

CODEBOOK_COLUMNS = (
    text("name", "短名"),
    text("cell", "单元格"),
    text("form", "表"),
    text("title", "节"),
    text("under", "所属分组"),
    text("row_label", "行"),
    text("column_label", "列"),
    text("label", "简称"),
    text("unit", "单位"),
    text("type", "类型"),
    text("exact_name", "精确值的短名"),
    text("implied_name", "推定的数的短名"),
    text("editions", "有此格的格式"),
    text("before", "以前格式的叫法"),
    text("counts", "填报口径"),
    text("counts_source", "口径依据"),
)


def codebook_row(line: codebook.CodebookLine) -> PanelRow:
    return (
        line.name,
        line.cell,
        line.table,
        line.title,
        line.group,
        line.row_label,
        line.column_label,
        line.label,
        line.unit,
        line.type,
        line.side("x") if line.is_amount else "",
        line.side("i") if line.is_tied else "",
        " ".join(line.editions),
        line.before,
        line.counts,
        line.source,
    )


def no_rows(record: StoredReport) -> Iterator[PanelRow]:
    yield from ()


@cache
def codebook_table() -> PanelTable:
    rows = tuple(map(codebook_row, codebook.codebook_lines()))
    return PanelTable("codebook", "变量说明", CODEBOOK_COLUMNS, no_rows, rows)


FIGURES = PanelTable("figures", "数字", FIGURE_COLUMNS, figure_rows)
FINDINGS = PanelTable("findings", "校验结果", FINDING_COLUMNS, finding_rows)
SOURCES = PanelTable("sources", "来源", SOURCE_COLUMNS, source_rows)


def tables_of(wide: bool = False, implied: bool = False) -> tuple[PanelTable, ...]:
    """The tables of a panel, the one with the figures first."""
    first = wide_table(implied) if wide else FIGURES
    return (first, FINDINGS, SOURCES, codebook_table())
