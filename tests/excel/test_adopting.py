"""The command that adopts proposals, in a live book over the engine in memory."""

from __future__ import annotations

from pathlib import Path

import pytest
import xlwings as xw

from gongkai import demo
from gongkai.checks.misread import weigh
from gongkai.checks.whole import check
from gongkai.excel.live_book import apply_edits
from gongkai.model import Report
from gongkai.workbook import layout
from gongkai.workbook.fill import report_to_edits
from gongkai.workbook.layout import sheet_of
from helpers.counts import counted
from helpers.excel.engine import cell_of, excel_of, snapshot
from helpers.excel.live import (
    failing_calls,
    fill_live,
    open_live,
    press,
    run_again,
    set_cell,
    shown_report,
    value_at,
)
from helpers.made import report_of

NATURAL, COMPANY, LEGAL = (
    f"applications.granted.{name}" for name in ("natural", "company", "legal")
)
REVIEW = "disputes.review.total"
CELLS = sheet_of("applications", "2021").cells | sheet_of("disputes", "2021").cells
COLUMNS = layout.RESULT_COLUMNS


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def book(tmp_path: Path) -> xw.Book:
    """One figure wrong, for certain, and one relation of table four with several ways to mend
    it.
    """
    return filled(tmp_path, report_of({NATURAL: 143, REVIEW: 10}))


def filled(folder: Path, report: Report) -> xw.Book:
    book = open_live(folder)
    fill_live(book, report)
    return book


def row_of(book: xw.Book, proposal: str) -> int:
    rows = range(layout.RESULTS_TOP, layout.RESULTS_TOP + layout.RESULTS_ROWS)
    return next(
        row
        for row in rows
        if proposal in str(value_at(book, layout.RESULTS, (row, COLUMNS["proposal"])) or "")
    )


def type_number(book: xw.Book, proposal: str, value: object) -> None:
    set_cell(book, layout.RESULTS, (row_of(book, proposal), COLUMNS["adopt"]), value)


def select(book: xw.Book, sheet: str, spot: tuple[int, int]) -> None:
    book.sheets[sheet].activate()
    book.sheets[sheet].range(spot).select()


def log_of(book: xw.Book) -> list[list[object]]:
    rows = [
        row
        for row, column in book.sheets[layout.LOG].impl.cells_
        if column == 1 and row >= layout.LOG_TOP
    ]
    lines = [
        [value_at(book, layout.LOG, (row, at)) for at in layout.LOG_COLUMNS.values()]
        for row in sorted(rows)
    ]
    return [line for line in lines if any(value is not None for value in line)]


def kept(book: xw.Book) -> dict[str, dict[tuple[int, int], tuple[object, str]]]:
    found = snapshot(book)
    found.pop(layout.TOOL)
    return found


# --- what is adopted ------------------------------------------------------------------------------


def test_a_number_typed_in_the_list(book: xw.Book) -> None:
    type_number(book, "①表三 （一）予以公开·自然人", 1)
    before = kept(book)
    outcome = press(book, "adopt")
    assert outcome.kind == "ask"
    assert outcome.text.startswith("把 表三 （一）予以公开·自然人 由143改为134？")
    assert kept(book) == before
    outcome = run_again(book, "adopt", "yes")
    assert outcome.kind == "done"
    assert outcome.text.startswith("已改1格，原来的数记在“修改记录”。已核对42项勾稽关系：✗ 1项不符")
    assert shown_report(book).value(NATURAL) == 134
    assert shown_report(book).tables["disputes"].entries[REVIEW].value == 10
    [[time, *line]] = log_of(book)
    assert len(str(time)) == 19
    assert line[:5] == ["表三", "D7", "（一）予以公开·自然人", 143, 134]
    assert str(line[5]).startswith("applications.")
    marks = sheet_of("applications", "2021").marks
    assert value_at(book, "表三", marks[NATURAL]) is None
    assert value_at(book, layout.COVER, layout.COUNT_SPOTS["error"]) == 1
    typed = [
        value_at(book, layout.RESULTS, (row, COLUMNS["adopt"]))
        for row in range(layout.RESULTS_TOP, layout.RESULTS_TOP + layout.RESULTS_ROWS)
    ]
    assert set(typed) == {None}


def test_all_rows_with_a_number_are_taken_together(book: xw.Book) -> None:
    type_number(book, "①表三 （一）予以公开·自然人", 1)
    type_number(book, "表四 行政复议·总计 10→11", "①")
    outcome = press(book, "adopt")
    assert outcome.text.count("把 ") == 2
    assert run_again(book, "adopt", "yes").text.endswith("✓ 42项勾稽关系全部相符。")
    assert [line[3:6] for line in log_of(book)] == [
        ["（一）予以公开·自然人", 143, 134],
        ["行政复议·总计", 10, 11],
    ]


def test_the_selected_row_and_the_selected_cell(book: xw.Book) -> None:
    select(book, layout.RESULTS, (row_of(book, "（一）予以公开·自然人"), 8))
    asked = press(book, "adopt").text
    flagged = ("applications.handled.natural", "applications.granted.total", NATURAL)
    for cell in flagged:
        select(book, "表三", CELLS[cell])
        assert press(book, "adopt").text == asked
    assert run_again(book, "adopt", "yes").kind == "done"
    assert shown_report(book).value(NATURAL) == 134


def test_a_figure_that_was_misread(tmp_path: Path) -> None:
    """The list tells of a second reading, which the workbook knows nothing of; the proposal is the
    same.
    """
    report = report_of({NATURAL: 143})
    book = open_live(tmp_path)
    apply_edits(book, report_to_edits(report, weigh(report, check(report), report_of())))
    type_number(book, "（一）予以公开·自然人", 1)
    assert press(book, "adopt").text.startswith("把 表三 （一）予以公开·自然人 由143改为134？")
    assert run_again(book, "adopt", "yes").text.endswith("✓ 42项勾稽关系全部相符。")


def test_one_proposal_after_the_other(book: xw.Book) -> None:
    select(book, "表三", CELLS[NATURAL])
    press(book, "adopt", answer="yes")
    type_number(book, "行政复议·总计", 2)
    press(book, "adopt", answer="yes")
    assert [line[4:6] for line in log_of(book)] == [[143, 134], [10, 9]] or len(log_of(book)) == 2
    assert press(book, "adopt").kind == "error"
    assert press(book, "check").text == "✓ 42项勾稽关系全部相符。"


def test_what_was_dismissed_stays_so_and_has_no_mark(book: xw.Book) -> None:
    row = row_of(book, "表四 行政复议·总计")
    set_cell(book, layout.RESULTS, (row, COLUMNS["verdict"]), "忽略")
    press(book, "check")
    marks = sheet_of("disputes", "2021").marks.values()
    assert {value_at(book, "表四", spot) for spot in marks} == {None}
    select(book, "表三", CELLS[NATURAL])
    assert press(book, "adopt", answer="yes").kind == "done"
    row = row_of(book, "表四 行政复议·总计")
    assert value_at(book, layout.RESULTS, (row, COLUMNS["verdict"])) == "忽略"


def test_import_and_check_leave_the_log_alone(book: xw.Book, tmp_path: Path) -> None:
    select(book, "表三", CELLS[NATURAL])
    press(book, "adopt", answer="yes")
    before = log_of(book)
    page = tmp_path / "page.html"
    page.write_bytes(demo.pages()["/2021-broken.html"])
    asked = press(book, "import_file", str(page))
    assert asked.kind == "ask"  # an adopted figure is a change of the user's
    assert run_again(book, "import_file", "yes").kind == "done"
    press(book, "check")
    press(book, "clear_marks")
    assert log_of(book) == before
    copy = next(sheet for sheet in book.sheets if sheet.name.startswith("备份"))
    assert layout.LOG not in "".join(str(cell.value) for cell in copy.impl.cells_.values())


# --- what is refused ------------------------------------------------------------------------------


def refused(book: xw.Book, answer: str = "yes") -> str:
    """The sentence of a refusal, which leaves the workbook as it was."""
    before = kept(book)
    outcome = press(book, "adopt", answer=answer)
    assert outcome.kind == "error"
    assert kept(book) == before
    return outcome.text


def test_nothing_selected_that_has_a_proposal(book: xw.Book) -> None:
    for sheet, spot in (
        (layout.COVER, (5, 3)),
        ("表三", CELLS[LEGAL]),
        ("表三", (1, 1)),
        (layout.RESULTS, (90, 1)),
    ):
        select(book, sheet, spot)
        assert "“采纳”一栏填建议的序号" in refused(book)


def test_several_ways_want_a_number(book: xw.Book) -> None:
    select(book, "表四", CELLS[REVIEW])
    assert "有3种改法，请先选定一种：在“采纳”一栏填它的序号。" in refused(book)
    type_number(book, "行政复议·总计", 4)
    assert "只有3种改法" in refused(book)
    for typed in ("第一种", 0, 1.5, -1, "=1+1"):
        type_number(book, "行政复议·总计", typed)
        assert "不是1到9的整数" in refused(book)


@pytest.mark.parametrize(
    "changes",
    [
        {NATURAL: 144},
        {"applications.granted.total": 144},
        {NATURAL: 134},
        {NATURAL: "？12②"},
        {NATURAL: None},
    ],
)
def test_figures_changed_in_between(book: xw.Book, changes: dict[str, object]) -> None:
    type_number(book, "①表三 （一）予以公开·自然人", 1)
    for cell, value in changes.items():
        set_cell(book, "表三", CELLS[cell], value)
    assert "数字已有变动，请重新校验" in refused(book)


def test_figures_changed_elsewhere_do_not_matter(book: xw.Book) -> None:
    type_number(book, "①表三 （一）予以公开·自然人", 1)
    set_cell(book, "表四", CELLS[REVIEW], 11)
    assert press(book, "adopt", answer="yes").text.endswith("✓ 42项勾稽关系全部相符。")


def test_a_list_that_was_cleared_or_rewritten(book: xw.Book) -> None:
    select(book, "表三", CELLS[NATURAL])
    set_cell(
        book,
        layout.RESULTS,
        (row_of(book, "自然人"), COLUMNS["proposal"]),
        "①表三 （一）予以公开·自然人 143→999",
    )
    assert "数字已有变动" in refused(book)
    press(book, "check")
    assert press(book, "adopt").kind == "ask"
    press(book, "clear_marks")
    assert "数字已有变动" in refused(book)


def linked_row(book: xw.Book, cell: str) -> int:
    rows = range(layout.RESULTS_TOP, layout.RESULTS_TOP + layout.RESULTS_ROWS)
    return next(
        row for row in rows if value_at(book, layout.RESULTS, (row, COLUMNS["link_text"])) == cell
    )


def test_both_sums_of_one_figure_are_one_change(book: xw.Book) -> None:
    """The further sum has a row 同上, which proposes nothing of its own."""
    first, further = (
        linked_row(book, cell) for cell in ("（七）总计 · 自然人", "（一）予以公开 · 总计")
    )
    assert further == first + 1
    assert value_at(book, layout.RESULTS, (further, COLUMNS["proposal"])) is None
    set_cell(book, layout.RESULTS, (first, COLUMNS["adopt"]), 1)
    asked = press(book, "adopt").text
    assert asked.count("把 ") == 1
    set_cell(book, layout.RESULTS, (further, COLUMNS["adopt"]), 1)
    assert f"“校验结果”第{further}行没有建议，不能采纳" in refused(book)
    set_cell(book, layout.RESULTS, (first, COLUMNS["adopt"]), None)
    assert f"“校验结果”第{further}行没有建议，不能采纳" in refused(book)
    set_cell(book, layout.RESULTS, (further, COLUMNS["adopt"]), None)
    select(book, layout.RESULTS, (further, 8))
    assert f"“校验结果”第{further}行没有建议，不能采纳" in refused(book)


def test_a_problem_with_two_ways_is_mended_by_one_of_them(tmp_path: Path) -> None:
    """Four relations have the same two ways, in one row: nobody can take half of each."""
    changes = {NATURAL: 137, "applications.partly_granted.company": 5}
    for number in (1, 2):
        folder = tmp_path / str(number)
        folder.mkdir()
        book = filled(folder, report_of(changes))
        first = row_of(book, "②表三")
        proposals = [
            value_at(book, layout.RESULTS, (row, COLUMNS["proposal"]))
            for row in range(first + 1, layout.RESULTS_TOP + layout.RESULTS_ROWS)
        ]
        assert set(proposals) == {None}
        set_cell(book, layout.RESULTS, (first, COLUMNS["adopt"]), number)
        assert press(book, "adopt").text.count("把 ") == 2
        assert run_again(book, "adopt", "yes").text.endswith("✓ 42项勾稽关系全部相符。")


def test_a_formula_is_left_alone(book: xw.Book) -> None:
    type_number(book, "①表三 （一）予以公开·自然人", 1)
    set_cell(book, "表三", CELLS[NATURAL], 143, "=100+43")
    assert "'表三'!D7（表三 （一）予以公开·自然人）是公式" in refused(book)


def test_a_format_that_would_show_another_number(tmp_path: Path) -> None:
    book = filled(tmp_path, report_of({NATURAL: 0}))
    type_number(book, "（一）予以公开·自然人 0→134", 1)
    cell_of(book, "表三", CELLS[NATURAL]).format = "¥0"
    assert "'表三'!D7（表三 （一）予以公开·自然人）是带货币单位的格式" in refused(book)


def test_an_older_workbook_is_told_so(book: xw.Book) -> None:
    book.sheets[layout.LOG].delete()
    assert "旧版本" in press(book, "adopt").text


def test_no_answer_changes_nothing(book: xw.Book) -> None:
    type_number(book, "①表三 （一）予以公开·自然人", 1)
    before = kept(book)
    for answer in ("", "no", "是"):
        assert press(book, "adopt", answer=answer).kind == "ask"
    assert kept(book) == before


def test_more_changes_than_a_question_can_name(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("gongkai.excel.runner.LONGEST_TEXT", 30)
    book = filled(tmp_path, report_of({NATURAL: 143}))
    select(book, "表三", CELLS[NATURAL])
    assert "请分次采纳" in refused(book)


def with_two_numbers(folder: Path) -> xw.Book:
    book = filled(folder, report_of({NATURAL: 143, REVIEW: 10}))
    type_number(book, "①表三 （一）予以公开·自然人", 1)
    type_number(book, "行政复议·总计", 1)
    return book


@counted
def test_a_failure_at_any_call_leaves_the_workbook_as_it_was(tmp_path: Path) -> None:
    whole = with_two_numbers(tmp_path)
    assert press(whole, "adopt", answer="yes").kind == "done"
    for number in failing_calls(whole):
        book = with_two_numbers(tmp_path)
        before = kept(book)
        excel_of(book).fail_at = number
        assert press(book, "adopt", answer="yes").kind in ("error", ""), number
        after = kept(book)
        assert [name for name in after if after[name] != before.get(name)] == [], number


# --- from flag to flag ----------------------------------------------------------------------------


def test_the_next_problem_stops_at_the_suspect_and_tells_the_proposal_once(book: xw.Book) -> None:
    seen = {}
    for _ in range(4):
        text = press(book, "next_problem").text
        seen[book.selection.sheet.name, book.selection.address] = text
    assert ("表三", "$D$7") in seen
    assert all(text.count("应为134") == 1 for (sheet, _), text in seen.items() if sheet == "表三")
    press(book, "adopt")
    select(book, "表三", CELLS[NATURAL])
    press(book, "adopt", answer="yes")
    assert {press(book, "next_problem").text.partition("\n")[0] for _ in range(3)} == {
        "第1处，共1处　'表四'!E5"
    }


def test_a_corrected_suspect_is_no_stop(book: xw.Book) -> None:
    set_cell(book, "表三", CELLS[NATURAL], 134)
    set_cell(book, "表四", CELLS[REVIEW], 11)
    assert press(book, "next_problem").text.startswith("✓ 没有问题")
