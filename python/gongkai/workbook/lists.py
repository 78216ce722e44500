"""Reports of a batch <-> one line each on the sheets 批量导入 and 汇总."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from itertools import chain
from typing import Literal

from gongkai import bodies, sums, wording
from gongkai.decisions import dismissed_text, is_open
from gongkai.editions import all_editions, yearly_cells
from gongkai.figures import read_figure
from gongkai.model import (
    Cell,
    Decision,
    Edit,
    Finding,
    Form,
    Report,
    Severity,
    Value,
    WorkbookError,
)
from gongkai.spreadsheets import Spot, formats, seen
from gongkai.workbook import layout
from gongkai.workbook.cells import ListLines, RowValues, Written, as_number

RowState = Literal["new", "proposed", "done", "failed", "unread", "directory"]
# What stands on the sheet 批量导入, in the journal and on the terminal. A proposed row is a link of
# a directory; of an unread one no figure was read: it has no workbook.
STATE_TEXTS: Mapping[RowState, str] = {
    "new": "",
    "proposed": "待确认",
    "done": "完成",
    "failed": "失败",
    "unread": "未读出数字",
    "directory": "目录",
}
STATES: tuple[RowState, ...] = tuple(STATE_TEXTS)
RETRIED: tuple[RowState, ...] = ("failed", "unread")
FINISHED: tuple[RowState, ...] = ("done", *RETRIED, "directory")
BATCH_HEADS = layout.BATCH_LIST.heads
SUMMARY_HEADS = layout.SUMMARY_LIST.heads
TOLD_BY_NAME = ("code",)  # columns that are worked out from the others
COUNTS = layout.SUMMARY_LIST.ids("figure")
REMARK = re.compile(r"(?<=.)（[^（）]*）$")
# characters of a head; the few longer labels end with a clause that the first one implies
LONGEST_LABEL = 20
LONGEST_TEXT = 300  # characters of a title or a message in a line


@dataclass(frozen=True)
class BatchRow:
    """What came of one source; "" and None where nothing is known yet.

    ``figures`` maps cell ids to exact figures: those of the summary, and those that are compared
    over years. ``finished`` is local time, ``2026-11-24 09:30``; ``file`` the name of the report's
    own workbook within the batch's folder. ``years`` tells what came of comparing the report with
    that of the year before, among the lines beside it. ``decisions`` are what was decided about the
    report, ``dismissed`` how many of its own findings do not count for it. ``doubts`` names what of
    its body and year is not certain: 机关、年度. ``implied`` are the blanks that years are compared
    by, to which the report's own relations leave one figure.
    """

    source: str
    state: RowState = "new"
    agency: str = ""
    year: int | None = None
    title: str = ""
    editions: str = ""
    errors: int | None = None
    warnings: int | None = None
    notes: int | None = None
    message: str = ""
    finished: str = ""
    file: str = ""
    figures: Mapping[str, Value] = field(default_factory=dict)
    years: str = ""
    decisions: Mapping[str, Decision] = field(default_factory=dict)
    dismissed: int | None = None
    doubts: str = ""
    implied: Mapping[str, int] = field(default_factory=dict)

    @property
    def code(self) -> str:
        """行政区划代码 of the body's area, "" where its name does not tell."""
        return bodies.body(self.agency, self.year).code

    @property
    def is_done(self) -> bool:
        return self.state == "done"

    @property
    def is_unread(self) -> bool:
        return self.state == "unread"

    @property
    def state_text(self) -> str:
        """What a person is shown of the state."""
        return STATE_TEXTS[self.state]


@dataclass(frozen=True)
class SummaryColumn:
    """A figure of the summary: its cell id, the table and group that it stands under, and its own
    short label.
    """

    cell: str
    group: str
    head: str


# --- columns of the summary -----------------------------------------------------------------------


@cache
def summary_columns() -> tuple[SummaryColumn, ...]:
    """Table two, the totals of table three and table four over all editions, in official order.

    A figure that only an older edition has stands beside its neighbours there, and its head says
    so.
    """
    columns: list[SummaryColumn] = []
    newest_first = list(all_editions().values())[::-1]
    for table in layout.EDITION_SPOTS:
        forms: list[Form] = []
        for edition in newest_first:
            forms.append(edition.forms[table])
        for row in row_order(forms):
            columns += row_columns(forms, row)
    return tuple(columns)


def row_order(forms: Sequence[Form]) -> list[str]:
    """The row ids of the newest form; each of an older one follows the row that it follows
    there.
    """
    order: list[str] = []
    for form in forms:
        place = 0
        for row in form.rows:
            if row.id not in order:
                order.insert(place, row.id)
            place = order.index(row.id) + 1
    return order


def row_columns(forms: Sequence[Form], row: str) -> list[SummaryColumn]:
    """The figures of a row, in the wording of the newest form that has them."""
    found: dict[str, SummaryColumn] = {}
    group = ""
    for form in forms:
        for cell in form.row_cells(row):
            group = group or group_text(cell, form)
            if cell.id in found or not is_summed_up(cell):
                continue
            head = head_text(cell)
            if form is not forms[0]:
                head += f"（{form.edition}年版）"
            found[cell.id] = SummaryColumn(cell.id, group, head)
    return list(found.values())


def is_summed_up(cell: Cell) -> bool:
    """Whether the summary has a cell: of table three the totals alone."""
    return cell.table != "applications" or cell.column.id == "total"


def group_text(cell: Cell, form: Form) -> str:
    """表三 （三）不予公开 over 1.属于国家秘密; 表三 alone over （一）予以公开; 表二 规章."""
    label = cell.row.label.text
    groups: list[str] = []
    for group in cell.row.groups:
        groups.append(group.text)
    if cell.table != "applications":
        return " ".join([form.number, *groups, label])
    if label.startswith("（"):
        return form.number
    return " ".join([form.number, *groups[-1:]])


def head_text(cell: Cell) -> str:
    if cell.table == "applications":
        return short_label(cell.row.label.text)
    label = cell.column.label.text
    return f"{label}（万元）" if cell.column.decimal and "万元" not in label else label


def short_label(text: str) -> str:
    """An official label without its closing remark, and without the last clause where it is
    long.
    """
    label = REMARK.sub("", text)
    return label if len(label) <= LONGEST_LABEL else label.rpartition("、")[0] or label


def summary_cells() -> tuple[str, ...]:
    """The cell ids that the summary compares."""
    cells = []
    for column in summary_columns():
        cells.append(column.cell)
    return tuple(cells)


def summary_heads() -> list[str]:
    """The head of every column of the summary, the leading ones first; no two are the same."""
    heads = list(SUMMARY_HEADS.values())
    for column in summary_columns():
        heads.append(f"{column.group} {column.head}")
    return heads


# --- a report as a line ---------------------------------------------------------------------------


def report_to_row(
    report: Report, findings: Sequence[Finding], source: str, finished: str, file: str
) -> BatchRow:
    """The line of a report that was read; figures that it lacks are left out."""
    counted: list[Severity] = []
    for finding in findings:
        if is_open(finding):
            counted.append(finding.severity)
    return BatchRow(
        source=source,
        state="done",
        agency=clipped(report.agency),
        year=report.year,
        title=clipped(wording.title_of(report)),
        editions=editions_text(report),
        errors=counted.count("error"),
        warnings=counted.count("warning"),
        notes=counted.count("note"),
        message=message_of(findings),
        finished=finished,
        file=file,
        figures=figures_listed(report),
        years="",
        decisions=report.decisions,
        dismissed=len(findings) - len(counted),
        doubts=wording.doubted_facts(report),
        implied=sums.implied_in(report),
    )


def figures_listed(report: Report) -> dict[str, Value]:
    """The figures of the summary, then those that are compared over years besides."""
    figures: dict[str, Value] = {}
    for cell in (*summary_cells(), *sorted(yearly_cells())):
        value = report.value(cell)
        if value is not None:
            figures[cell] = value
    return figures


def message_of(findings: Sequence[Finding]) -> str:
    """The gravest finding that counts, and how many are dismissed besides."""
    also = dismissed_text(findings)
    for finding in findings:
        if is_open(finding):
            first = clipped(finding.message)
            return f"{first}（{also}）" if also else first
    return also


def clipped(text: str) -> str:
    """A text on one line, cut where it would fill the sheet."""
    return wording.cut(text, LONGEST_TEXT)


def editions_text(report: Report) -> str:
    """``2021年版``; where its tables differ or one is missing, each by its number: ``表二2021
    表三2019 表四缺``.
    """
    names = []
    numbered = []
    for table in layout.EDITION_SPOTS:
        held = report.tables.get(table)
        names.append(held.edition if held else layout.MISSING)
        numbered.append(layout.newest_sheet(table).form.number + names[-1])
    first = names[0]
    if len(set(names)) > 1:
        return " ".join(numbered)
    return first if first == layout.MISSING else f"{first}年版"


def batch_line(row: BatchRow) -> RowValues:
    """The cells of a line of the list, None for what is not known."""
    line: list[Written] = []
    for name in layout.BATCH_COLUMNS:
        line.append(field_of(row, name))
    return line


def summary_line(row: BatchRow) -> RowValues:
    """The cells of a line of the summary, None for what is not known."""
    line: list[Written] = [field_of(row, name) for name in SUMMARY_HEADS]
    for cell in summary_cells():
        value = row.figures.get(cell)
        line.append(None if value is None else as_number(value))
    return line


def field_of(row: BatchRow, name: str) -> Written:
    value: int | str | None = row.state_text if name == "state" else getattr(row, name)
    return None if value == "" else value


# --- lines -> edits -------------------------------------------------------------------------------


def batch_edits(rows: Sequence[BatchRow], top: int = layout.BATCH_TOP) -> list[Edit]:
    """The lines as cells of the sheet 批量导入 from row ``top`` on. WorkbookError where they are
    too many for it.
    """
    refuse_overflow(layout.BATCH, top + len(rows) - layout.BATCH_TOP, layout.BATCH_ROWS)
    lines = ListLines(top, list(map(batch_line, rows)))
    return list(chain.from_iterable(lines.edits(layout.BATCH)))


def summary_edits(rows: Sequence[BatchRow]) -> list[Edit]:
    """The reports among the lines as cells of the sheet 汇总 from its top. WorkbookError where they
    are too many.
    """
    done = [row for row in rows if row.is_done]
    refuse_overflow(layout.SUMMARY, len(done), layout.SUMMARY_ROWS)
    lines = ListLines(layout.SUMMARY_TOP, list(map(summary_line, done)))
    return list(chain.from_iterable(lines.edits(layout.SUMMARY)))


def refuse_overflow(sheet: str, count: int, room: int) -> None:
    if count > room:
        raise WorkbookError(
            f"工作表“{sheet}”最多容纳{room}行，现有{count}行；请把名单分成几份，分别导入。"
        )


# --- values -> lines ------------------------------------------------------------------------------


def read_batch(values: Mapping[Spot, object]) -> list[BatchRow]:
    """The lines of the sheet 批量导入 down to the last source; a line without one is
    ``BatchRow("")``.

    A state that is none of ours counts as new. WorkbookError where columns were moved or sources
    stand too far down.
    """
    heads = {}
    for name, column in layout.BATCH_COLUMNS.items():
        heads[column] = BATCH_HEADS[name]
    refuse_moved(layout.BATCH, values, layout.BATCH_TOP - 1, heads)
    last = 0
    for (number, column), value in values.items():
        if column == layout.BATCH_COLUMNS["source"] and seen.text_of(value).strip():
            last = max(last, number)
    refuse_overflow(layout.BATCH, last - layout.BATCH_TOP + 1, layout.BATCH_ROWS)
    rows: list[BatchRow] = []
    for number in range(layout.BATCH_TOP, last + 1):
        rows.append(batch_row(values, number))
    return rows


def batch_row(values: Mapping[Spot, object], number: int) -> BatchRow:
    found: dict[str, object] = {}
    for name, column in layout.BATCH_COLUMNS.items():
        found[name] = values.get((number, column))
    source = seen.text_of(found.pop("source")).strip()
    state = seen.text_of(found.pop("state")).strip()
    if not source:
        return BatchRow("")
    known = state_of_text(state) or "new"
    return BatchRow(source, known, **fields(found))  # type: ignore[arg-type]


def state_of_text(text: str) -> RowState | None:
    """完成 -> done; None for a text that is none of ours."""
    return dict(zip(STATE_TEXTS.values(), STATES, strict=True)).get(text)


def fields(found: Mapping[str, object]) -> dict[str, int | str | None]:
    """What stands in the columns of a line: 年度 and counts as numbers, all else as texts."""
    told: dict[str, int | str | None] = {}
    for name, value in found.items():
        told[name] = count_of(value) if name in COUNTS else seen.text_of(value)
    return told


def count_of(value: object) -> int | None:
    figure = figure_of(value)
    return figure if isinstance(figure, int) else None


def figure_of(value: object) -> Value:
    """The exact figure in a cell of the summary, also one too long for a number; None for anything
    else.
    """
    figure = formats.as_figure(value)
    if figure is None and isinstance(value, str):
        return read_figure(value).value
    return figure


def read_summary(values: Mapping[Spot, object]) -> list[BatchRow]:
    """The reports on the sheet 汇总; blank lines are passed over. WorkbookError where its columns
    were moved.
    """
    heads = dict(enumerate(summary_row_heads(), 1))
    refuse_moved(layout.SUMMARY, values, layout.SUMMARY_TOP - 1, heads)
    cells = summary_cells()
    lines: dict[int, dict[int, object]] = {}
    for (number, column), value in values.items():
        if number < layout.SUMMARY_TOP or column > len(heads):
            continue
        if seen.text_of(value).strip():
            lines.setdefault(number, {})[column] = value
    rows: list[BatchRow] = []
    for _, line in sorted(lines.items()):
        rows.append(summary_row(line, cells))
    return rows


def summary_row(line: Mapping[int, object], cells: Sequence[str]) -> BatchRow:
    stated: dict[str, object] = {}
    for column, name in enumerate(SUMMARY_HEADS, 1):
        if name not in TOLD_BY_NAME:
            stated[name] = line.get(column)
    figures: dict[str, Value] = {}
    for column, cell in enumerate(cells, len(SUMMARY_HEADS) + 1):
        value = figure_of(line.get(column))
        if value is not None:
            figures[cell] = value
    return BatchRow(state="done", figures=figures, **fields(stated))  # type: ignore[arg-type]


def summary_row_heads() -> list[str]:
    """The heads as they stand in the one line above the data; the groups stand over them."""
    heads = list(SUMMARY_HEADS.values())
    for column in summary_columns():
        heads.append(column.head)
    return heads


def refuse_older_summary(values: Mapping[Spot, object]) -> None:
    """WorkbookError for the sheet 汇总 of an older template: every figure would stand beside its
    head.
    """
    for column, head in enumerate(SUMMARY_HEADS.values(), 1):
        stands = "".join(seen.text_of(values.get((layout.SUMMARY_TOP - 1, column))).split())
        is_there = not stands or layout.is_label(stands, head)
        if is_there or stands not in summary_row_heads():
            continue
        raise WorkbookError(
            f"本工作簿的“{layout.SUMMARY}”是旧版的，没有“{head}”一栏，没有写入；"
            "请用 gongkai template --batch -o 新文件.xlsx 另存一份新版工作簿，在其中汇总。"
        )


def refuse_moved(
    sheet: str, values: Mapping[Spot, object], row: int, heads: Mapping[int, str]
) -> None:
    """WorkbookError where a head is not in its place: every value below would be taken for
    another.
    """
    found = {}
    for (number, column), value in values.items():
        if number == row:
            found[column] = "".join(seen.text_of(value).split())
    if not found:
        return
    for column, head in heads.items():
        stands = found.get(column, "")
        if not layout.is_label(stands, head):
            place = layout.address((row, column), sheet)
            raise WorkbookError(
                f"{place}应为“{head}”，现为“{clipped(stands)}”；请恢复这张表的行和列，再重新运行。"
            )
