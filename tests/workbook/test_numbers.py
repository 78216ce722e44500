"""Figures that a workbook of ours keeps as texts: told, never ✓, and made numbers by the button and
the command.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import xlwings as xw
from openpyxl import load_workbook

from gongkai.checks.whole import check
from gongkai.figures import plain_number
from gongkai.model import Report, Value
from gongkai.pipeline import read_report
from gongkai.workbook import layout, write_workbook
from gongkai.workbook.fill import broken_lanes
from gongkai.workbook.layout import sheet_of
from helpers.command import run_command
from helpers.excel.engine import cell_of
from helpers.excel.live import fill_live, open_live, press, set_cell, value_at
from helpers.made import broken_rules, report_of

SHEET = "表三"
NATURAL, TOTAL = "applications.granted.natural", "applications.granted.total"
CELLS = sheet_of("applications", "2021").cells
RULE = "coverage.text"


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))


@pytest.fixture
def book(tmp_path: Path) -> xw.Book:
    book = open_live(tmp_path)
    fill_live(book, report_of())
    return book


def typed(tmp_path: Path, texts: dict[str, str]) -> Path:
    """A workbook of ours in whose cells somebody typed texts."""
    report = report_of()
    path = write_workbook(report, check(report), tmp_path / "年报.xlsm", overwrite=True)
    workbook = load_workbook(path, keep_vba=True)
    for cell, text in texts.items():
        workbook[SHEET].cell(*CELLS[cell]).value = text
    workbook.save(path)
    return path


def log_of(path: Path) -> list[tuple[object, ...]]:
    lines = load_workbook(path)[layout.LOG].iter_rows(
        min_row=layout.LOG_TOP, max_row=layout.LOG_TOP + 9
    )
    rows = [[cell.value for cell in line] for line in lines]
    return [tuple(row[2:6]) for row in rows if row[2]]


def rules(report: Report) -> list[str]:
    return [finding.rule for finding in check(report)]


@pytest.mark.parametrize(
    ("text", "number"),
    [
        ("134", 134),
        (" 1,234\xa0", 1234),
        ("１３４", 134),
        ("-3", -3),
        ("0.5", "0.5"),
        ("134件", None),
        ("12万", None),
        ("134①", None),
        ("1.234.5", None),
        ("/", None),
        ("", None),
        ("9" * 30, None),
    ],
)
def test_a_text_that_is_a_number_and_nothing_else(text: str, number: Value | str) -> None:
    found = plain_number(text)
    assert found == number if not isinstance(number, str) else str(found) == number


def test_texts_are_read_and_told(tmp_path: Path) -> None:
    report = read_report(typed(tmp_path, {NATURAL: "134", TOTAL: "143"}))
    assert report.value(NATURAL) == 134
    told = [finding for finding in check(report) if finding.rule == RULE]
    assert [(finding.severity, finding.cells) for finding in told] == [
        ("warning", (NATURAL, TOTAL))
    ]
    assert told[0].lines[0] == "表三 予以公开（自然人、总计）的数字存成了文本"
    run = run_command("check", tmp_path / "年报.xlsm")
    assert "✓" not in run.stdout


def test_a_wrong_text_is_an_error_all_the_same(tmp_path: Path) -> None:
    findings = check(read_report(typed(tmp_path, {NATURAL: "143"})))
    assert RULE in {finding.rule for finding in findings}
    assert {"applications.across.granted", "applications.sum.natural"} <= broken_rules(findings)


def test_the_formula_of_a_sheet_passes_over_texts(tmp_path: Path) -> None:
    """What fill.broken_lanes says of a relation is what the sheet's own formula shows: it counts no
    text.
    """
    report = read_report(typed(tmp_path, {TOTAL: "143"}))
    lane = sheet_of("applications", "2021").lanes["applications.across.granted"]
    assert lane.relation.rule not in broken_lanes(report)
    assert lane.relation.rule not in broken_lanes(read_report(typed(tmp_path, {TOTAL: "9"})))


def test_a_strangers_texts_are_ordinary() -> None:
    report = read_report(
        Path(__file__).parent.parent / "documents" / "xlsx-sheets-2023" / "source.xlsx"
    )
    assert RULE not in rules(report)


def test_a_copy_has_numbers(tmp_path: Path) -> None:
    path = typed(tmp_path, {NATURAL: "134"})
    run = run_command("fill", path, "-o", tmp_path / "copy.xlsm")
    assert run.returncode == 0
    copied = load_workbook(tmp_path / "copy.xlsm")
    assert copied[SHEET].cell(*CELLS[NATURAL]).value == 134
    texts = [
        cell.value
        for row in copied[layout.RESULTS].iter_rows()
        for cell in row
        if isinstance(cell.value, str)
    ]
    assert not any("存成了文本" in text for text in texts)


# --- the command ----------------------------------------------------------------------------------


def test_the_command_makes_numbers_and_logs_them(tmp_path: Path) -> None:
    path = typed(tmp_path, {NATURAL: "１３４", TOTAL: "143", "applications.new.legal": "3件"})
    run = run_command("numbers", path)
    assert run.returncode == 0
    assert "已把'表三'!D7、'表三'!J7文本形式的数字改成数字" in run.stdout
    assert "'表三'!H5带有单位" in run.stdout
    sheet = load_workbook(path)[SHEET]
    assert [sheet.cell(*CELLS[cell]).value for cell in (NATURAL, TOTAL)] == [134, 143]
    assert log_of(path) == [
        ("D7", "（一）予以公开·自然人", "１３４", 134),
        ("J7", "（一）予以公开·总计", "143", 143),
    ]
    report = read_report(path)
    assert report.tables["applications"].entries["applications.new.legal"].read_by == "text"
    again = run_command("numbers", path)
    assert "没有可以直接改成数字的文本" in again.stdout
    assert len(log_of(path)) == 2


def test_a_formula_keeps_its_text(tmp_path: Path) -> None:
    path = typed(tmp_path, {NATURAL: '=""&134'})
    before = path.read_bytes()
    run_command("numbers", path)
    assert path.read_bytes() == before


def test_more_than_15_digits_stay_a_text(tmp_path: Path) -> None:
    path = typed(tmp_path, {NATURAL: "1234567890123456"})
    run = run_command("numbers", path)
    assert "超过15位" in run.stdout
    assert read_report(path).value(NATURAL) == 1234567890123456


def test_a_cell_that_would_show_another_number_is_left(tmp_path: Path) -> None:
    """6 as a text in a cell of percentages would be 600% as a number."""
    path = typed(tmp_path, {NATURAL: "134", TOTAL: "143"})
    workbook = load_workbook(path, keep_vba=True)
    workbook[SHEET].cell(*CELLS[TOTAL]).number_format = "0%"
    workbook.save(path)
    run = run_command("numbers", path)
    assert "'表三'!J7带有单位、是公式、超过15位或单元格格式不是“常规”，没有改" in run.stdout
    sheet = load_workbook(path)[SHEET]
    assert [sheet.cell(*CELLS[cell]).value for cell in (NATURAL, TOTAL)] == [134, "143"]


def test_the_command_says_that_formulas_have_to_be_calculated(tmp_path: Path) -> None:
    path = typed(tmp_path, {NATURAL: "134", TOTAL: "=SUM(D7:I7)"})
    assert "用表格软件打开这个工作簿并保存一次" in run_command("numbers", path).stdout


def test_what_is_none_of_ours_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.xlsx").write_bytes(b"<html>")
    run = run_command("numbers", tmp_path / "a.xlsx")
    assert run.returncode == 2
    assert "不是由本工具生成的工作簿" in run.stderr


# --- the button -----------------------------------------------------------------------------------


def test_the_button_asks_first_and_then_makes_numbers(book: xw.Book) -> None:
    set_cell(book, SHEET, CELLS[NATURAL], "134")
    assert "存成了文本" in str(press(book, "next_problem").text)
    asked = press(book, "numbers")
    assert (asked.kind, value_at(book, SHEET, CELLS[NATURAL])) == ("ask", "134")
    assert "把'表三'!D7文本形式的数字改成数字？" in asked.text
    done = press(book, "numbers", answer="yes")
    assert done.kind == "done"
    assert done.text.endswith("✓ 42项勾稽关系全部相符。")
    assert value_at(book, SHEET, CELLS[NATURAL]) == 134
    assert value_at(book, layout.LOG, (layout.LOG_TOP, layout.LOG_COLUMNS["stated"])) == "134"


def test_a_cell_formatted_as_text_becomes_a_number_too(book: xw.Book) -> None:
    set_cell(book, SHEET, CELLS[NATURAL], "134")
    cell_of(book, SHEET, CELLS[NATURAL]).format = "@"
    assert press(book, "numbers", answer="yes").kind == "done"
    assert value_at(book, SHEET, CELLS[NATURAL]) == 134


def test_a_cell_of_percentages_is_left_by_the_button_too(book: xw.Book) -> None:
    set_cell(book, SHEET, CELLS[NATURAL], "134")
    cell_of(book, SHEET, CELLS[NATURAL]).format = "0%"
    assert "没有改" in press(book, "numbers", answer="yes").text
    assert value_at(book, SHEET, CELLS[NATURAL]) == "134"


def test_nothing_to_do(book: xw.Book) -> None:
    done = press(book, "numbers")
    assert (done.kind, done.text) == ("done", "没有可以直接改成数字的文本。")


def test_a_check_of_texts_is_no_clean_one(book: xw.Book) -> None:
    set_cell(book, SHEET, CELLS[NATURAL], "134")
    assert "✓" not in press(book, "check").text


def test_json_names_the_rule(tmp_path: Path) -> None:
    path = typed(tmp_path, {NATURAL: "134"})
    [found] = json.loads(run_command("check", "--json", path).stdout)
    assert RULE in {finding["rule"] for finding in found["findings"]}
