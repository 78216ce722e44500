"""Reports as lines of 批量导入 and 汇总 and back, and the fingerprint that tells a changed
report.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import count
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from gongkai.checks.whole import check
from gongkai.editions import all_editions, yearly_cells
from gongkai.model import Edit, Entry, Report, Table, WorkbookError
from gongkai.wording import plain
from gongkai.workbook import layout, write_workbook
from gongkai.workbook.file import fill_file, read_file, template_path
from gongkai.workbook.fill import planned, report_to_edits
from gongkai.workbook.lists import (
    STATES,
    BatchRow,
    batch_edits,
    read_batch,
    read_summary,
    report_to_row,
    summary_cells,
    summary_edits,
    summary_heads,
    summary_line,
)
from gongkai.workbook.reading import fingerprint
from helpers.counts import properties
from helpers.made import (
    report_of,
    saying,
)
from helpers.strategies import changed, reports

NAMES = count()
HOSTILE = (
    "=cmd|' /C calc'!A0",
    "+1+1",
    "-2+3",
    "@SUM(A1)",
    "'quoted",
    "12",
    "1e5",
    "2022-01-05",
    "_x000D_",
    "😀𠮷",
)
LETTERS = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"])
KEPT = st.text(LETTERS, max_size=12).map(plain)  # what nobody sees no cell holds
TEXTS = st.one_of(st.sampled_from(HOSTILE), KEPT.filter(lambda text: text == text.strip()))
COUNTS = st.none() | st.integers(0, 500)
FIGURES = st.one_of(
    st.integers(-50, 10**6),
    st.integers(10**15, 10**20),
    st.decimals(min_value=0, max_value=10**7, places=4)
    .filter(lambda value: value != value.to_integral_value())
    .map(lambda value: value.normalize()),
)
ROWS = st.lists(
    st.builds(
        BatchRow,
        source=TEXTS,
        state=st.sampled_from(STATES),
        agency=TEXTS,
        year=st.none() | st.integers(1990, 2090),
        title=TEXTS,
        editions=TEXTS,
        errors=COUNTS,
        warnings=COUNTS,
        notes=COUNTS,
        dismissed=COUNTS,
        message=TEXTS,
        finished=TEXTS,
        file=TEXTS,
        years=TEXTS,
        figures=st.dictionaries(st.sampled_from(summary_cells()), FIGURES, max_size=6),
    ),
    max_size=6,
)


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "filled.xlsm"


def kept_on_list(rows: Sequence[BatchRow]) -> list[BatchRow]:
    """What the sheet 批量导入 keeps of the lines, down to the last source."""
    kept = [
        replace(row, title="", warnings=None, notes=None, dismissed=None, years="", figures={})
        if row.source
        else BatchRow("")
        for row in rows
    ]
    while kept and not kept[-1].source:
        kept.pop()
    return kept


def kept_in_summary(rows: Sequence[BatchRow]) -> list[BatchRow]:
    done = [replace(row, message="", finished="") for row in rows if row.state == "done"]
    return [row for row in done if any(value is not None for value in summary_line(row))]


# --- round trips ----------------------------------------------------------------------------------


@properties(100)
@given(rows=ROWS)
def test_lines_come_back_from_their_edits(rows: list[BatchRow]) -> None:
    values = planned(batch_edits(rows) + summary_edits(rows))
    assert read_batch(values.get(layout.BATCH, {})) == kept_on_list(rows)
    assert read_summary(values.get(layout.SUMMARY, {})) == kept_in_summary(rows)


@properties(25)
@given(rows=ROWS)
def test_lines_come_back_from_a_file(
    rows: list[BatchRow], tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / f"rows{next(NAMES)}.xlsm"
    values = read_file(fill_file(template_path(), path, batch_edits(rows) + summary_edits(rows)))
    path.unlink()
    assert read_batch(values[layout.BATCH]) == kept_on_list(rows)
    assert read_summary(values[layout.SUMMARY]) == kept_in_summary(rows)


def test_what_a_spreadsheet_makes_of_a_line_is_the_same_line() -> None:
    row = BatchRow("a", "done", "乙局", 2021, errors=2, figures={"applications.new.total": 12})
    edits = planned(batch_edits([row]) + summary_edits([row]))
    live = {
        sheet: {
            place: float(value) if isinstance(value, int) else value
            for place, value in cells.items()
        }
        for sheet, cells in edits.items()
    }
    assert read_batch(live[layout.BATCH]) == kept_on_list([row])
    assert read_summary(live[layout.SUMMARY]) == kept_in_summary([row])


def test_text_of_a_page_stays_text(target: Path) -> None:
    one = {"applications.new.total": 1}
    rows = [
        BatchRow(text, "done", text, 2021, text, text, 1, 0, 0, text, text, text, one)
        for text in HOSTILE
    ]
    edits = batch_edits(rows) + summary_edits(rows)
    book = load_workbook(fill_file(template_path(), target, edits))
    for sheet, top in ((layout.BATCH, layout.BATCH_TOP), (layout.SUMMARY, layout.SUMMARY_TOP)):
        for line, text in enumerate(HOSTILE, top):
            cells = [cell for cell in book[sheet][line] if isinstance(cell.value, str)]
            texts = [cell for cell in cells if cell.value != "完成"]
            assert {cell.value for cell in texts} == {text.replace("_x000D_", "_x005F_x000D_")}
            looks = {(cell.data_type, cell.number_format, cell.quotePrefix) for cell in texts}
            assert looks == {("s", "@", True)}
            assert len(texts) >= 5


def test_text_that_no_cell_can_hold(target: Path) -> None:
    row = BatchRow("a\x00b\x1b", "failed", message="长" * 40_000, agency="甲\r\n乙\ud800")
    [again] = read_batch(
        read_file(fill_file(template_path(), target, batch_edits([row])))[layout.BATCH]
    )
    assert (again.source, again.agency) == ("a b", "甲\n乙\ufffd")
    assert len(again.message) == 32_767
    assert again.message.endswith("长……")


# --- a report as a line ---------------------------------------------------------------------------


def test_a_report_as_a_line() -> None:
    report = report_of({"disputes.review.total": 10, "applications.carried_in.total": None})
    findings = check(report)
    row = report_to_row(report, findings, "https://x", "2026-11-24 09:30", "a.xlsm")
    assert (row.state, row.agency, row.year, row.editions) == (
        "done",
        "青溪县人民政府",
        2021,
        "2021年版",
    )
    assert row.errors == sum(finding.severity == "error" for finding in findings) > 0
    assert row.message == findings[0].message
    assert "applications.carried_in.total" not in row.figures
    kept = {*summary_cells(), *yearly_cells()}
    assert row.figures == {
        cell: report.value(cell) for cell in kept if report.value(cell) is not None
    }
    applicants = {
        "applications.carried_in.natural",
        "applications.carried_out.legal",
        "applications.carried_out.total",
    }
    assert applicants <= set(row.figures)


def test_long_titles_and_messages_are_cut() -> None:
    report = replace(report_of(), title="题\n" * 40_000, agency="甲" * 400)
    row = report_to_row(report, [saying("句" * 9_000)], "a", "", "")
    assert [len(text) for text in (row.title, row.agency, row.message)] == [300, 300, 161]
    assert all(text.endswith("…") for text in (row.title, row.agency))
    assert row.message == "句" * 159 + "…。"  # each line of a finding is short by itself
    assert "\n" not in row.title


def test_editions_of_a_line() -> None:
    mixed = report_of()
    older = {cell: Entry(cell, 0) for cell in all_editions()["2019"].forms["applications"].cells}
    mixed = replace(
        mixed,
        tables={
            **mixed.tables,
            "applications": Table(all_editions()["2019"].forms["applications"], older),
        },
    )
    assert report_to_row(mixed, [], "", "", "").editions == "表二2021 表三2019 表四2021"
    assert (
        report_to_row(report_of(without="disputes"), [], "", "", "").editions
        == "表二2021 表三2021 表四缺"
    )


def test_a_sign_stays_blank_and_a_zero_does_not() -> None:
    report = report_of({"disclosure.rules.made": None}, raws={"disclosure.rules.made": "/"})
    line = dict(
        zip(summary_heads(), summary_line(report_to_row(report, [], "", "", "")), strict=True)
    )
    assert line["表二 规章 本年制发件数"] is None
    assert line["表二 规章 本年废止件数"] == 0


# --- columns --------------------------------------------------------------------------------------


def test_the_summary_has_every_figure_worth_comparing() -> None:
    wanted = {
        cell.id
        for edition in all_editions().values()
        for form in edition.forms.values()
        for cell in form.cells.values()
        if form.id != "applications" or cell.column.id == "total"
    }
    assert len(summary_cells()) == len(wanted) == 68
    assert set(summary_cells()) == wanted
    for edition in all_editions().values():
        official = [
            cell
            for form in edition.forms.values()
            for cell in form.cells
            if cell.endswith(".total")
        ]
        assert [cell for cell in summary_cells() if cell in official] == official


def test_heads_say_table_group_edition_and_unit() -> None:
    heads = dict(zip(summary_cells(), summary_heads()[13:], strict=True))
    leading = [
        "机关",
        "年度",
        "标题",
        "来源",
        "文件",
        "格式",
        "错误",
        "警告",
        "提示",
        "已忽略",
        "跨年核对",
        "行政区划代码",
        "待核",
    ]
    assert summary_heads()[:13] == leading
    assert len(set(summary_heads())) == len(summary_heads())
    assert heads["applications.refused_secret.total"] == "表三 （三）不予公开 1.属于国家秘密"
    assert heads["applications.partly_granted.total"] == "表三 （二）部分公开"
    assert (
        heads["applications.other_unpaid.total"]
        == "表三 （六）其他处理 2.申请人逾期未按收费通知要求缴纳费用"
    )
    assert heads["disclosure.normative.public"] == "表二 行政规范性文件 对外公开总数量（2019年版）"
    assert heads["disclosure.fees.amount"] == "表二 行政事业性收费 本年收费金额（单位：万元）"
    assert (
        heads["disclosure.procurement.amount"] == "表二 政府集中采购 采购总金额（万元）（2019年版）"
    )
    assert heads["disputes.reviewed_litigation.total"] == "表四 行政诉讼 复议后起诉 总计"


# --- what does not fit ----------------------------------------------------------------------------


def test_more_lines_than_a_sheet_has_are_refused() -> None:
    rows = [BatchRow(f"{number}", "done") for number in range(layout.SUMMARY_ROWS + 1)]
    assert len(batch_edits(rows[: layout.BATCH_ROWS])) == layout.BATCH_ROWS * len(
        layout.BATCH_COLUMNS
    )
    with pytest.raises(WorkbookError, match="最多容纳2000行，现有2001行；请把名单分成几份"):
        batch_edits(rows[: layout.BATCH_ROWS + 1])
    with pytest.raises(WorkbookError, match="最多容纳2000行"):
        batch_edits(rows[:2], top=layout.BATCH_TOP + layout.BATCH_ROWS - 1)
    with pytest.raises(WorkbookError, match="最多容纳2000行"):
        read_batch({(layout.BATCH_TOP + layout.BATCH_ROWS, 1): "https://x"})
    with pytest.raises(WorkbookError, match="最多容纳5000行，现有5001行"):
        summary_edits(rows)


def test_columns_that_were_moved_are_refused(target: Path) -> None:
    row = BatchRow("a", "done", "甲局", 2021)
    values = read_file(
        fill_file(template_path(), target, batch_edits([row]) + summary_edits([row]))
    )
    for sheet, read in ((layout.BATCH, read_batch), (layout.SUMMARY, read_summary)):
        moved = {
            (line, column + (column > 2)): value for (line, column), value in values[sheet].items()
        }
        with pytest.raises(WorkbookError, match=f"'{sheet}'!C"):
            read(moved)


def test_a_line_below_the_first_is_written_in_its_place() -> None:
    edits = batch_edits([BatchRow("b", "failed")], top=9)
    assert {edit.row for edit in edits} == {9}
    assert [row.source for row in read_batch(planned(edits)[layout.BATCH])] == ["", "", "", "b"]


def test_a_state_of_nobody_counts_as_new() -> None:
    row = read_batch({(layout.BATCH_TOP, 1): " a ", (layout.BATCH_TOP, 2): "再来"})
    assert row == [BatchRow("a")]


# --- fingerprint ----------------------------------------------------------------------------------

SECTIONS = st.dictionaries(
    st.integers(1, 6), st.text(st.characters(exclude_categories=["Cs"]), max_size=60)
)
FILLED = st.builds(
    replace,
    reports(),
    title=st.sampled_from(HOSTILE) | st.text(max_size=20),
    agency=st.sampled_from(["甲\x00乙", "  两端 ", "题" * 40_000, ""]),
    sections=SECTIONS,
)


@properties(25)
@given(report=FILLED)
def test_a_filled_workbook_has_the_fingerprint_of_its_values(
    report: Report, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / f"print{next(NAMES)}.xlsm"
    values = read_file(write_workbook(report, check(report), path))
    path.unlink()
    stored = values[layout.TOOL][layout.TOOL_SPOTS["fingerprint"]]
    assert stored == fingerprint(values) == fingerprint(planned(report_to_edits(report, [])))


@properties(40)
@given(report=reports(), data=st.data())
def test_any_changed_figure_changes_the_fingerprint(report: Report, data: st.DataObject) -> None:
    cell = data.draw(st.sampled_from([entry.cell for entry in report.entries()]))
    value = data.draw(
        st.none() | st.integers(0, 9).map(lambda more: (report.value(cell) or 0) + more + 1)
    )
    assert print_of(changed(report, cell, value)) != print_of(report)


def print_of(report: Report) -> str:
    return fingerprint(planned(report_to_edits(report, [])))


def test_what_changes_a_fingerprint_and_what_does_not() -> None:
    plan = planned(report_to_edits(report_of(), []))
    before = fingerprint(plan)
    spot = layout.newest_sheet("applications").cells["applications.new.natural"]
    assert plan["表三"][spot] == 436

    def after(sheet: str, place: tuple[int, int], value: object) -> str:
        return fingerprint({**plan, sheet: {**plan[sheet], place: value}})

    assert {after("表三", spot, same) for same in (436.0, "436", 436)} == {before}
    assert after(layout.RESULTS, (4, 8), "又校验了一遍") == before
    assert after(layout.COVER, layout.COUNT_SPOTS["error"], 7) == before
    assert after(layout.COVER, layout.COVER_SPOTS["source"], "https://next-one.example") == before
    different = [
        after("表三", spot, None),
        after("表三", spot, 0),
        after("表三", spot, "/"),
        after(layout.COVER, layout.COVER_SPOTS["agency"], "别的机关"),
        after(layout.COVER, layout.EDITION_SPOTS["disclosure"], 2019),
        after(layout.PROSE, (layout.PROSE_TOP + layout.PROSE_ROWS + 7, 3), "加在下面的一段"),
        after(
            "表三（2019）", next(iter(layout.sheet_of("applications", "2019").cells.values())), 1
        ),
    ]
    assert len({before, *different}) == len(different) + 1


def test_a_blank_workbook_has_no_fingerprint() -> None:
    assert fingerprint(read_file(template_path())) == ""
    assert fingerprint({}) == ""
    empty: Mapping[str, Table] = {}
    edits = report_to_edits(Report("", "", None, "", empty), [])
    assert edits[-1] == Edit(layout.TOOL, *layout.TOOL_SPOTS["fingerprint"], None)
