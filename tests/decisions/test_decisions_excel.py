"""Decisions in the live workbook: 处理 and 理由 over checks, imports, clearing, and what counts
them.
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import xlwings as xw

from gongkai.checks.whole import check
from gongkai.decisions import is_open
from gongkai.excel.batching import fill_summary
from gongkai.excel.checking import current_report
from gongkai.excel.conclusions import conclusion
from gongkai.excel.functions import GK_CHECK
from gongkai.excel.importing import verdict
from gongkai.excel.live_book import read_values
from gongkai.model import Report
from gongkai.workbook import layout, write_workbook
from gongkai.workbook.layout import sheet_of
from gongkai.workbook.lists import read_summary
from helpers.decided import AT, DIRECT_RULE, REVIEW_RULE, TOTAL, WRONG, broken, decided
from helpers.excel.live import (
    A_HANDFUL,
    fill_live,
    most_calls,
    open_live,
    press,
    set_cell,
    value_at,
)
from helpers.made import report_of

SPOT = sheet_of("disputes", "2021").cells[TOTAL]
TOP = layout.RESULTS_TOP


class Caller:
    """The cell that holds a formula."""

    def __init__(self, book: xw.Book) -> None:
        self.sheet = book.sheets[0]


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def book(tmp_path: Path) -> xw.Book:
    """A report with two errors, checked; the first is dismissed by hand."""
    book = open_live(tmp_path)
    fill_live(book, report_of(WRONG))
    decide(book, TOP, "忽略", "已核实")
    return book


def decide(book: xw.Book, row: int, word: str | None, reason: str | None = None) -> None:
    set_cell(book, layout.RESULTS, (row, AT["verdict"]), word)
    set_cell(book, layout.RESULTS, (row, AT["reason"]), reason)


def rows(book: xw.Book) -> list[tuple[object, ...]]:
    names = ("number", "verdict", "reason")
    found = [
        tuple(value_at(book, layout.RESULTS, (row, AT[name])) for name in names)
        for row in range(TOP, TOP + 20)
    ]
    return [row for row in found if any(row)]


def counts(book: xw.Book) -> list[object]:
    return [value_at(book, layout.COVER, spot) for spot in layout.COUNTED]


BOTH = [(2, None, None), (1, "忽略", "已核实")]


def test_check_keeps_them_and_counts(book: xw.Book) -> None:
    for _ in range(2):
        outcome = press(book, "check")
        assert outcome.text == "已核对42项勾稽关系：✗ 1项不符，另有1处已忽略，见“校验结果”。"
        assert rows(book) == BOTH
        assert counts(book) == [1, 0, 0, 1]
        assert most_calls(book) <= A_HANDFUL  # marks of suspects are blocks too
    assert GK_CHECK(None, Caller(book)).startswith(
        "✗ 1项不符，另有1处已忽略：表四有误，5种改法，如①直接起诉（维持）3→96；"
    )


def test_a_changed_figure_brings_it_back_and_the_old_one_takes_it_away_again(book: xw.Book) -> None:
    set_cell(book, "表四", SPOT, 7)
    assert "✗ 2项不符，见" in press(book, "check").text
    assert rows(book) == [(1, None, None), (2, None, None)]
    set_cell(book, "表四", SPOT, 11)
    assert "✗ 1项不符，见" in press(book, "check").text
    set_cell(book, "表四", SPOT, 0)
    assert "✗ 1项不符，另有1处已忽略" in press(book, "check").text
    assert rows(book) == BOTH


def test_clearing_loses_none(book: xw.Book) -> None:
    for _ in range(2):
        assert "处理和理由仍保留着" in press(book, "clear_marks").text
        assert rows(book) == []
        assert counts(book) == [None] * 4
    press(book, "check")
    assert rows(book) == BOTH


def test_importing_the_same_report_again_keeps_them(book: xw.Book, tmp_path: Path) -> None:
    source = write_workbook(report_of(WRONG), check(report_of(WRONG)), tmp_path / "同一份.xlsm")
    outcome = press(book, "import_file", str(source), answer="yes")
    assert (outcome.kind, rows(book)) == ("done", BOTH)
    assert "另有1处已忽略" in outcome.text


def test_importing_another_report_asks_and_backs_up(tmp_path: Path) -> None:
    book = open_live(tmp_path)
    first = write_workbook(report_of(WRONG), check(report_of(WRONG)), tmp_path / "一.xlsm")
    assert press(book, "import_file", str(first)).kind == "done"
    decide(book, TOP, "忽略", "已核实")
    other = replace(report_of(WRONG), agency="白汀镇人民政府")
    second = write_workbook(other, check(other), tmp_path / "二.xlsm")
    before = rows(book)
    asked = press(book, "import_file", str(second))
    assert asked.kind == "ask"
    assert "有1条处理（确认、忽略）" in asked.text
    assert rows(book) == before
    outcome = press(book, "import_file", str(second), answer="yes")
    assert outcome.kind == "done"
    assert rows(book) == [(1, None, None), (2, None, None)]
    backup = next(sheet for sheet in book.sheets if sheet.name.startswith("备份"))
    assert backup.name in outcome.text
    assert "已核实" in read_values(book, [backup.name])[backup.name].values()


def test_a_file_brings_its_own(tmp_path: Path) -> None:
    book = open_live(tmp_path)
    source = write_workbook(broken(), check(broken()), tmp_path / "一.xlsm")
    assert "另有1处已忽略" in press(book, "import_file", str(source)).text
    assert rows(book) == BOTH


def test_next_problem_passes_them_over(book: xw.Book) -> None:
    found = press(book, "next_problem")
    assert "第1处，共1处" in found.text
    assert "各项之和比总计少93（直接起诉行）" in found.text
    press(book, "check")
    decide(book, TOP, "忽略", "也已核实")
    assert press(book, "next_problem").text == "没有待处理的问题，另有2处已忽略，见“校验结果”。"


def test_next_problem_passes_over_a_mark_of_the_import_that_is_dismissed(tmp_path: Path) -> None:
    book = open_live(tmp_path)
    fill_live(book, report_of())
    sheet = sheet_of("applications", "2021")
    cell = "applications.granted.natural"
    set_cell(book, "表三", sheet.marks[cell], 2)
    set_cell(book, layout.RESULTS, (TOP, AT["link"]), sheet.link(cell))
    set_cell(book, layout.RESULTS, (TOP, AT["message"]), "原文此处不清")
    assert "原文此处不清" in press(book, "next_problem").text
    decide(book, TOP, "忽略")
    assert "没有问题" in press(book, "next_problem").text


def test_a_word_that_is_none_is_told(book: xw.Book) -> None:
    decide(book, TOP, "是")
    assert "1处警告" in press(book, "check").text
    messages = [value_at(book, layout.RESULTS, (row, AT["message"])) for row in range(TOP, TOP + 5)]
    assert any("处理“是”不能识别" in str(message) for message in messages)
    assert rows(book)[0][1] == "是"


def test_the_summary_of_a_folder_counts_as_they_are_decided(book: xw.Book, tmp_path: Path) -> None:
    folder = tmp_path / "夹"
    folder.mkdir()
    write_workbook(broken(), check(broken()), folder / "a.xlsm")
    (folder / "b.处理.json").write_text("{", encoding="utf-8")
    write_workbook(report_of(), check(report_of()), folder / "b.xlsm")
    summed = fill_summary(book, folder)
    assert len(summed.unread) == 1
    assert "b.处理.json" in summed.unread[0]
    row = read_summary(read_values(book, [layout.SUMMARY])[layout.SUMMARY])[0]
    assert (row.file, row.errors) == ("a.xlsm", 1)


def test_conclusions_never_show_a_bare_tick() -> None:
    def told(report: Report) -> str:
        return conclusion(list(report.tables.values()), check(report))

    assert told(report_of()) == "✓ 42项勾稽关系全部相符"
    both = decided(broken(), DIRECT_RULE)
    assert told(both) == "○ 没有待处理的问题，另有2处已忽略"
    assert (
        verdict(both, check(both))
        == "没有发现其他不符（核对42项勾稽关系），另有2处已忽略，见“校验结果”。"
    )
    cell = "applications.refused_secret.natural"
    doubtful = report_of({TOTAL: 0, cell: None}, raws={cell: "4②"})
    one = decided(doubtful, REVIEW_RULE)
    assert told(one).startswith("! 1处疑问，")
    assert "另有1处已忽略" in told(one)
    assert "项相符" not in told(one)


def test_the_report_at_hand_knows_them(book: xw.Book) -> None:
    _, report = current_report(book)
    assert [is_open(finding) for finding in check(report)] == [False, True]
