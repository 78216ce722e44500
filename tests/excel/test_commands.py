"""The commands that import into a live book and check it, on xlwings' own classes over the
engine.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pytest
import xlwings as xw
from hypothesis import given

from gongkai import demo
from gongkai.checks.whole import check
from gongkai.excel.live_book import apply_edits, read_values
from gongkai.model import Edit, Report
from gongkai.workbook import layout, write_workbook
from gongkai.workbook.fill import report_to_edits
from gongkai.workbook.layout import sheet_of
from gongkai.workbook.reading import values_to_report
from helpers.counts import counted, properties
from helpers.excel.engine import cell_of, excel_of, snapshot
from helpers.excel.live import (
    A_HANDFUL,
    LOOKS,
    calls_of_work,
    failing_calls,
    fill_live,
    most_calls,
    most_looks,
    open_live,
    press,
    put,
    run_again,
    set_cell,
    shown_report,
    value_at,
)
from helpers.made import older, report_of
from helpers.strategies import changed, reports

TOTAL = sheet_of("applications", "2021").cells["applications.handled.total"]
DISPUTE = sheet_of("disputes", "2021").cells["disputes.review.total"]


@pytest.fixture(scope="module")
def site() -> Iterator[str]:
    with demo.serve({**demo.pages(), "/empty.html": b"<p>nothing</p>"}) as address:
        yield address


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The user's own state folder, log included."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "gongkai"


@pytest.fixture
def book(tmp_path: Path) -> xw.Book:
    return open_live(tmp_path)


def kept(book: xw.Book) -> dict[str, dict[tuple[int, int], tuple[object, str]]]:
    """All that a person would miss: every sheet but the one that commands and macros share."""
    found = snapshot(book)
    found.pop(layout.TOOL)
    return found


# --- import ---------------------------------------------------------------------------------------


def test_import_url(book: xw.Book, site: str) -> None:
    outcome = press(book, "import_url", f"{site}/2021.html")
    assert (outcome.kind, outcome.text) == (
        "done",
        "已导入 瑞安市人民政府 2021年：没有发现不符（核对42项勾稽关系），3处提示，见“校验结果”。",
    )
    assert book.sheets.active.name == layout.COVER
    assert value_at(book, "表三", (5, 4)) == 436
    assert value_at(book, layout.COVER, layout.COVER_SPOTS["source"]) == f"{site}/2021.html"
    assert excel_of(book).statuses[-1] is False
    assert len(excel_of(book).statuses) > 1


def test_import_with_errors_leads_to_the_results(book: xw.Book, site: str) -> None:
    outcome = press(book, "import_url", f"{site}/2021-broken.html")
    assert re.fullmatch(r"已导入 瑞安市人民政府 2021年：✗ \d+项不符.*见“校验结果”。", outcome.text)
    assert book.sheets.active.name == layout.RESULTS
    assert (
        value_at(book, layout.RESULTS, (layout.RESULTS_TOP, layout.RESULT_COLUMNS["severity"]))
        == "✗ 错误"
    )


def test_an_empty_box_means_the_source_on_the_cover(book: xw.Book, site: str) -> None:
    assert press(book, "import_url").kind == "error"
    set_cell(book, layout.COVER, layout.COVER_SPOTS["source"], f"{site}/2021.html")
    assert press(book, "import_url", answer="yes").kind == "done"


@pytest.mark.parametrize(
    "url",
    [
        "ftp://a.cn/x",
        "file:///etc/passwd",
        "C:\\年报.html",
        "report.html",
        "-",
        "http://",
        "http://a b",
        "http://[",
    ],
)
def test_only_web_addresses_are_fetched(book: xw.Book, url: str) -> None:
    outcome = press(book, "import_url", url)
    assert outcome.kind == "error"
    assert "http" in outcome.text


def test_import_file(book: xw.Book, tmp_path: Path) -> None:
    page = tmp_path / "=报告 1.html"
    page.write_bytes(demo.pages()["/2021.html"])
    assert press(book, "import_file", str(page)).kind == "done"
    other = write_workbook(report_of(), check(report_of()), tmp_path / "另一份.xlsm")
    outcome = press(book, "import_file", str(other))
    assert (outcome.kind, value_at(book, layout.COVER, layout.COVER_SPOTS["agency"])) == (
        "done",
        "青溪县人民政府",
    )


@pytest.mark.parametrize("path", ["", "没有这个文件.html", "-", "http://a.cn/1.html"])
def test_a_file_that_is_none(book: xw.Book, path: str) -> None:
    before = kept(book)
    assert press(book, "import_file", path).kind == "error"
    assert kept(book) == before


def test_the_open_workbook_is_not_imported_into_itself(book: xw.Book) -> None:
    assert "当前打开的工作簿" in press(book, "import_file", book.fullname).text


@pytest.mark.parametrize("path", ["/empty.html", "/missing.html"])
def test_a_failed_import_changes_nothing(book: xw.Book, site: str, path: str) -> None:
    fill_live(book, report_of())
    before = kept(book)
    outcome = press(book, "import_url", site + path)
    assert outcome.kind == "error"
    assert outcome.text.endswith("。")
    assert kept(book) == before


@pytest.mark.parametrize("name", ["import_url", "check", "clear_marks"])
def test_a_workbook_from_before_the_proposals_is_not_written(
    book: xw.Book, site: str, name: str
) -> None:
    fill_live(book, report_of({"applications.granted.natural": 143}))
    set_cell(
        book, layout.RESULTS, (layout.RESULTS_TOP - 1, layout.RESULT_COLUMNS["proposal"]), "现状"
    )
    before = kept(book)
    outcome = press(book, name, f"{site}/2021.html", answer="yes")
    assert outcome.kind == "error"
    assert outcome.text.startswith("当前工作簿由旧版本生成，“校验结果”没有“建议”等栏，没有写入；请")
    assert kept(book) == before


# --- number of calls ------------------------------------------------------------------------------


def test_an_import_and_a_check_take_no_call_per_cell(book: xw.Book, site: str) -> None:
    for path in ("/2021-broken.html", "/2021.html", "/2021-broken.html"):
        assert press(book, "import_url", site + path).kind == "done"
        assert most_calls(book) <= A_HANDFUL, path
    for name in ("check", "next_problem", "clear_marks"):
        assert press(book, name).kind == "done"
        assert most_calls(book) <= A_HANDFUL, name
        assert most_looks(book) <= LOOKS, name


def test_what_is_there_already_is_not_written_again(book: xw.Book, site: str) -> None:
    press(book, "import_url", f"{site}/2021.html")
    press(book, "import_url", f"{site}/2021.html")
    written = [call for call in excel_of(book).counted() if call.kind == "write"]
    assert [call.sheet for call in written] == [layout.TOOL]


# --- what a person changed ------------------------------------------------------------------------


def test_no_question_where_nobody_changed_anything(book: xw.Book, site: str) -> None:
    assert press(book, "import_url", f"{site}/2021-broken.html").kind == "done"
    assert press(book, "check").kind == "done"
    assert press(book, "import_url", f"{site}/2021.html").kind == "done"


def test_a_changed_workbook_is_asked_about_and_kept(book: xw.Book, site: str) -> None:
    press(book, "import_url", f"{site}/2021-broken.html")
    set_cell(book, "表三", TOTAL, 999)
    before = kept(book)
    outcome = press(book, "import_url", f"{site}/2021.html")
    assert outcome.kind == "ask"
    assert "要继续吗？" in outcome.text
    assert kept(book) == before
    outcome = run_again(book, "import_url", answer="yes")
    assert outcome.kind == "done"
    name = [sheet.name for sheet in book.sheets if sheet.visible][-1]
    assert name.startswith("备份")
    assert name in outcome.text
    assert value_at(book, "表三", TOTAL) != 999
    block = old_block(book, name, "表三")
    assert block[TOTAL] == 999
    assert block == {
        s: v for s, (v, _) in before["表三"].items() if s[0] <= 29 and s[1] <= 10 and v is not None
    }
    assert press(book, "import_url", f"{site}/2021.html").kind == "done"


def old_block(book: xw.Book, snapshot_sheet: str, name: str) -> dict[tuple[int, int], object]:
    """The cells that a snapshot keeps of one sheet, at the places that they had there."""
    cells = {
        s: c.value
        for s, c in book.sheets[snapshot_sheet].impl.cells_.items()
        if c.value is not None
    }
    heads = sorted(
        row
        for (row, column), value in cells.items()
        if column == 1 and str(value).startswith("以下是“")
    )
    top = next(row for row in heads if f"“{name}”" in str(cells[row, 1]))
    end = next((row for row in heads if row > top), 10**6)
    return {(row - top, column): value for (row, column), value in cells.items() if top < row < end}


def test_a_second_snapshot_has_a_name_of_its_own(book: xw.Book, site: str) -> None:
    for number in (1, 2, 3):
        set_cell(book, "表三", TOTAL, number)
        assert press(book, "import_url", f"{site}/2021.html", answer="yes").kind == "done"
    names = [sheet.name for sheet in book.sheets if sheet.name.startswith("备份")]
    assert len(set(names)) == 3
    assert all(len(name) <= 31 for name in names)


def test_a_failed_import_leaves_no_snapshot(book: xw.Book, site: str) -> None:
    fill_live(book, report_of())
    set_cell(book, "表三", TOTAL, 5)
    excel_of(book).protected.add("表三")
    before = kept(book)
    outcome = press(book, "import_url", f"{site}/2021.html", answer="yes")
    assert outcome.kind == "error"
    assert outcome.text.startswith("工作表“表三”设有保护，没有改动；请先取消保护")
    assert kept(book) == before
    excel_of(book).protected.clear()
    assert press(book, "import_url", f"{site}/2021.html", answer="yes").kind == "done"


# --- rollback -------------------------------------------------------------------------------------


def before_an_import(folder: Path) -> xw.Book:
    """Figures in the other layout, and a formula that a person typed among them."""
    book = open_live(folder)
    fill_live(book, older())
    excel_of(book).results["=SUM(D5:I5)"] = 12.0
    set_cell(book, "表三（2019）", (5, 10), 12.0, "=SUM(D5:I5)")
    return book


@counted
def test_a_failure_at_any_call_leaves_the_workbook_as_it_was(tmp_path: Path) -> None:
    """Formulas that a person typed into the form come back too, and hidden sheets are hidden
    again.
    """
    page = tmp_path / "page.html"
    page.write_bytes(demo.pages()["/2021-broken.html"])
    whole = before_an_import(tmp_path)
    assert press(whole, "import_file", str(page), answer="yes").kind == "done"
    for number in failing_calls(whole):
        book = before_an_import(tmp_path)
        before, visible = kept(book), [sheet.visible for sheet in book.sheets]
        excel_of(book).fail_at = number
        outcome = press(book, "import_file", str(page), answer="yes")
        assert outcome.kind in ("error", ""), number
        after = kept(book)
        assert [name for name in after if after[name] != before.get(name)] == [], number
        assert [sheet.visible for sheet in book.sheets] == visible


def test_an_outcome_that_was_not_told_is_told_again(book: xw.Book) -> None:
    fill_live(book, report_of())
    told = press(book, "check")
    excel_of(book).fail_at = calls_of_work(book) + 1
    assert press(book, "check") == told


def test_where_nothing_can_be_put_back_the_user_is_told(book: xw.Book, site: str) -> None:
    fill_live(book, report_of())
    excel = excel_of(book)
    values = read_values(book)
    excel.calls.clear()
    excel.fail_at, excel.broken = 8, True
    with pytest.raises(Exception, match="不要保存"):
        apply_edits(book, report_to_edits(older(), []), values)


def test_the_other_layout_takes_the_sheets_place(book: xw.Book, site: str) -> None:
    fill_live(book, older())
    assert [book.sheets[name].visible for name in ("表三", "表三（2019）")] == [False, True]
    put(book, fingerprint="")
    assert press(book, "import_url", f"{site}/2021.html", answer="yes").kind == "done"
    assert [book.sheets[name].visible for name in ("表三", "表三（2019）")] == [True, False]
    sheet = sheet_of("applications", "2019")
    assert {value_at(book, sheet.name, spot) for spot in sheet.cells.values()} == {None}


def test_a_users_formula_gives_way_to_the_figure_even_where_it_shows_the_same(
    book: xw.Book,
) -> None:
    report = report_of()
    fill_live(book, report)
    set_cell(book, "表三", TOTAL, value_at(book, "表三", TOTAL), "=SUM(J7:J27)")
    fill_live(book, report)
    assert cell_of(book, "表三", TOTAL).formula == ""


def test_formulas_of_the_template_stay(book: xw.Book, site: str) -> None:
    formulas = {
        name: {s for s, (_, f) in cells.items() if f} for name, cells in snapshot(book).items()
    }
    press(book, "import_url", f"{site}/2021-broken.html")
    press(book, "check")
    press(book, "clear_marks")
    assert {
        name: {s for s, (_, f) in cells.items() if f} for name, cells in snapshot(book).items()
    } == formulas


# --- round trip -----------------------------------------------------------------------------------


@properties(15)
@given(report=reports())
def test_any_report_comes_back_equal(
    report: Report, tmp_path_factory: pytest.TempPathFactory
) -> None:
    book = open_live(tmp_path_factory.mktemp("live"))
    fill_live(book, report_of())
    fill_live(book, report)
    assert values_to_report(read_values(book)) == report
    assert shown_report(book) == report


# --- check ----------------------------------------------------------------------------------------


def test_check_marks_and_lists_and_touches_nothing_else(book: xw.Book, site: str) -> None:
    press(book, "import_url", f"{site}/2021.html")
    before = snapshot(book)
    set_cell(book, "表四", DISPUTE, 77)
    outcome = press(book, "check")
    assert outcome.kind == "done"
    assert "✗ 1项不符" in outcome.text
    assert book.sheets.active.name == layout.RESULTS
    after = snapshot(book)
    assert value_at(book, layout.COVER, layout.COUNT_SPOTS["error"]) == 1
    after["表四"][DISPUTE] = before["表四"][DISPUTE]
    for name in ("表二", "表三", "表四", layout.PROSE):
        marks = {
            spot
            for sheet in layout.table_sheets()
            if sheet.name == name
            for spot in sheet.marks.values()
        }
        unmarked = [
            {s: c for s, c in found[name].items() if s not in marks} for found in (before, after)
        ]
        assert unmarked[0] == unmarked[1]
    assert (
        after[layout.TOOL][layout.TOOL_SPOTS["fingerprint"]]
        == before[layout.TOOL][layout.TOOL_SPOTS["fingerprint"]]
    )


def test_check_of_a_blank_workbook_says_so(book: xw.Book) -> None:
    for name in ("check", "next_problem"):
        assert press(book, name).kind == "error"


def test_a_percentage_is_no_count(book: xw.Book) -> None:
    """12 % is stored as 0.12 and shown as 12 %: neither may pass for a figure in silence."""
    fill_live(book, report_of())
    cell_of(book, "表三", (5, 4)).value, cell_of(book, "表三", (5, 4)).format = 0.12, "0%"
    press(book, "check")
    messages = [
        value for (_, column), (value, _) in snapshot(book)[layout.RESULTS].items() if column == 8
    ]
    assert any("百分比" in str(message) for message in messages)


def test_clear_marks(book: xw.Book, site: str) -> None:
    press(book, "import_url", f"{site}/2021-broken.html")
    report = shown_report(book)
    assert press(book, "clear_marks").kind == "done"
    cells = snapshot(book)
    assert [
        s
        for s in cells[layout.RESULTS]
        if s[0] >= layout.RESULTS_TOP and not cells[layout.RESULTS][s][1]
    ] == []
    assert value_at(book, layout.COVER, layout.COUNT_SPOTS["error"]) is None
    assert shown_report(book).tables == report.tables


# --- from flag to flag ----------------------------------------------------------------------------


def test_next_problem_goes_round(book: xw.Book) -> None:
    wrong = changed(
        changed(report_of(), "disputes.review.total", 10), "applications.granted.total", 1
    )
    fill_live(book, wrong)
    total = int(re.search(r"共(\d+)处", press(book, "next_problem").text)[1])
    first = book.selection.sheet.name, book.selection.address
    seen = [first]
    for _ in range(total):
        assert press(book, "next_problem").kind == "done"
        assert book.selection.sheet.name == book.sheets.active.name
        seen.append((book.selection.sheet.name, book.selection.address))
    assert total > 1
    assert len(set(seen)) == total
    assert seen[-1] == first


def test_next_problem_without_problems(book: xw.Book) -> None:
    fill_live(book, report_of())
    assert press(book, "next_problem").text.startswith("✓ 没有问题")


def test_next_problem_finds_what_only_the_source_showed(book: xw.Book) -> None:
    """A mark of the import for which nothing in the workbook itself speaks any more."""
    fill_live(book, report_of())
    sheet = sheet_of("applications", "2021")
    set_cell(book, "表三", sheet.marks["applications.granted.natural"], 2)
    row = layout.RESULTS_TOP
    set_cell(
        book,
        layout.RESULTS,
        (row, layout.RESULT_COLUMNS["link"]),
        sheet.link("applications.granted.natural"),
    )
    set_cell(book, layout.RESULTS, (row, layout.RESULT_COLUMNS["message"]), "原文此处不清")
    assert "原文此处不清" in press(book, "next_problem").text
    set_cell(book, "表三", sheet.marks["applications.granted.natural"], 12)
    assert press(book, "next_problem").text.startswith("✓ 没有问题")


# --- failures -------------------------------------------------------------------------------------


def test_an_unknown_command_is_a_sentence(book: xw.Book) -> None:
    assert "没有“no_such”这个命令" in press(book, "no_such").text


def test_a_bug_is_a_sentence_and_a_log(
    book: xw.Book, state: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    set_cell(book, layout.COVER, layout.COVER_SPOTS["title"], "标题")
    monkeypatch.setattr("gongkai.pipeline.check", lambda report: 1 / 0)
    outcome = press(book, "check")
    assert outcome.kind == "error"
    assert "ZeroDivisionError" in outcome.text
    assert "Traceback" not in outcome.text
    assert "Traceback" in (state / "gongkai.log").read_text(encoding="utf-8")


def test_a_workbook_that_is_none_of_ours(book: xw.Book) -> None:
    book.sheets["表三"].delete()
    assert "不是本工具的工作簿" in press(book, "check").text


def test_without_a_status_bar(book: xw.Book, site: str) -> None:
    excel_of(book).lacks |= {"status_bar", "autofit"}
    assert press(book, "import_url", f"{site}/2021.html").kind == "done"


def test_where_even_the_tool_sheet_fails_nothing_is_raised(book: xw.Book, state: Path) -> None:
    excel_of(book).protected.add(layout.TOOL)
    assert press(book, "about").kind == ""
    book.sheets[layout.TOOL].delete()
    from gongkai.excel import commands

    commands.run("about")
    assert (state / "gongkai.log").is_file()


def test_edits_of_a_sheet_that_is_missing(book: xw.Book) -> None:
    with pytest.raises(Exception, match="没有工作表“别处”"):
        apply_edits(book, [Edit("别处", 1, 1, "x")])
