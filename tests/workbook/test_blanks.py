"""空白填0, the button and the command: which blanks, what the log keeps, and back again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
import xlwings as xw
from openpyxl import load_workbook

from gongkai.checks.whole import check
from gongkai.model import Report, Value
from gongkai.pipeline import read_report
from gongkai.sums import table_state
from gongkai.workbook import layout, read_workbook, write_workbook
from gongkai.workbook.layout import sheet_of
from helpers.command import run_command
from helpers.counts import some
from helpers.excel.engine import cell_of
from helpers.excel.live import fill_live, open_live, press, set_cell, shown_report, value_at
from helpers.made import report_of, sound_values
from helpers.writers.styles import render

THREE = "表三"
SPOTS = sheet_of("applications", "2021").cells
NATURAL, WELFARE = "applications.granted.natural", "applications.granted.welfare"
RESEARCH, LAW = "applications.granted.research", "applications.refused_law.natural"
FEES = "disclosure.fees.amount"


def blanked(*more: str) -> Report:
    """Rui'an's, zeros of 表三 left blank (139), one of them a sign, and ``more`` blank."""
    values = sound_values()
    blanks: Mapping[str, Value] = {
        cell: None
        for cell, value in values.items()
        if cell in more or (cell in SPOTS and value == 0)
    }
    return report_of(blanks, raws={RESEARCH: "/"})


@pytest.fixture
def path(tmp_path: Path) -> Path:
    report = blanked(FEES)
    return write_workbook(report, check(report), tmp_path / "年报.xlsm")


@pytest.fixture
def book(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> xw.Book:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    book = open_live(tmp_path)
    fill_live(book, blanked(FEES))
    return book


def blank_in(report: Report) -> list[str]:
    return [entry.cell for entry in report.entries() if entry.value is None]


def logged(path: Path) -> list[tuple[object, object, object]]:
    page = load_workbook(path)[layout.LOG]
    columns = [layout.LOG_COLUMNS[name] for name in ("stated", "proposed", "reason")]
    rows = [
        tuple(page.cell(row, column).value for column in columns)
        for row in range(layout.LOG_TOP, 400)
    ]
    return [(one, two, three) for one, two, three in rows if three]


def test_the_command_fills_what_can_only_be_zero(path: Path) -> None:
    run = run_command("fill-blanks", path)
    assert run.returncode == 0
    assert run.stdout.startswith(
        "已把138格空白填为0，记在“修改记录”表。没有填的：1格是“/”之类的符号，"
        "1格不能由勾稽关系确定。"
    )
    assert "核对42项勾稽关系，其中1项含推定的0" in run.stdout or "其中2项含推定的0" in run.stdout
    report = read_workbook(path)
    assert blank_in(report) == [FEES, RESEARCH]
    assert report.value(WELFARE) == 0
    assert logged(path) == [("（无数字）", 0, "空白填0：按勾稽关系只能是0")] * 138


def test_signs_and_all_others_only_on_request(path: Path) -> None:
    run_command("fill-blanks", path, "--all")
    assert blank_in(read_workbook(path)) == [RESEARCH]
    assert logged(path)[-1][2] == "空白填0：按勾稽关系只能是0"
    assert ("（无数字）", 0, "空白填0：按要求填的") in logged(path)
    run_command("fill-blanks", path, "--signs")
    assert blank_in(read_workbook(path)) == []
    assert logged(path)[-1] == ("/", 0, "空白填0：按勾稽关系只能是0")
    assert run_command("fill-blanks", path, "--signs").stdout.endswith("没有可以填0的空白。\n")


def test_it_is_undone_step_by_step(path: Path) -> None:
    before = read_workbook(path)
    run_command("fill-blanks", path)
    run_command("fill-blanks", path, "--signs")
    run = run_command("fill-blanks", path, "--undo")
    assert "已撤销上次的“空白填0”，" in run.stdout
    undone = read_workbook(path)
    while len(blank_in(undone)) < len(blank_in(before)):  # both may have had the same second
        assert run_command("fill-blanks", path, "--undo").returncode == 0
        undone = read_workbook(path)
    assert undone.tables == before.tables
    assert undone.tables["applications"].entries[RESEARCH].raw == "/"
    run = run_command("fill-blanks", path, "--undo")
    assert run.returncode != 0
    assert run.stderr == "没有可以撤销的“空白填0”：没有填过，或填的数后来改动过。\n"


def test_what_was_changed_since_is_not_undone(path: Path) -> None:
    run_command("fill-blanks", path)
    book = load_workbook(path, keep_vba=True)
    book[THREE].cell(*SPOTS[WELFARE]).value = 4
    book.save(path)
    run_command("fill-blanks", path, "--undo")
    report = read_workbook(path)
    assert report.value(WELFARE) == 4
    assert report.value(LAW) is None


def test_a_blank_that_is_not_zero_stays(tmp_path: Path) -> None:
    report = blanked(NATURAL)
    path = write_workbook(report, check(report), tmp_path / "a.xlsm")
    assert "1格填0与勾稽关系不符" in run_command("fill-blanks", path, "--all").stdout
    assert read_workbook(path).value(NATURAL) is None


def test_a_formula_that_shows_nothing_stays(book: xw.Book) -> None:
    set_cell(book, THREE, SPOTS[LAW], "", '=IF(1=1,"","")')
    assert "等137格空白填为0" in press(book, "fill_blanks").text
    assert "1格是公式" in press(book, "fill_blanks", answer="yes").text
    assert cell_of(book, THREE, SPOTS[LAW]).formula == '=IF(1=1,"","")'


def test_where_sums_are_broken_nothing_is_filled_by_them(tmp_path: Path) -> None:
    """The row's own sum is wrong: whether its blanks are 0 nobody can say."""
    report = report_of({RESEARCH: None, "applications.granted.total": 200})
    path = write_workbook(report, check(report), tmp_path / "a.xlsm")
    assert run_command("fill-blanks", path).stdout.endswith("没有填的：1格不能由勾稽关系确定。\n")
    assert read_workbook(path).value(RESEARCH) is None


def test_the_buttons(book: xw.Book) -> None:
    asked = press(book, "fill_blanks")
    assert asked.kind == "ask"
    assert (
        "等138格空白填为0（138格按勾稽关系只能是0）？改动会记在“修改记录”表，可以撤销。"
        in asked.text
    )
    assert value_at(book, THREE, SPOTS[WELFARE]) is None
    done = press(book, "fill_blanks", answer="yes")
    assert done.text.startswith("已把138格空白填为0，记在“修改记录”表。")
    assert value_at(book, THREE, SPOTS[WELFARE]) == 0
    assert blank_in(shown_report(book)) == [FEES, RESEARCH]
    assert "1格不能由勾稽关系确定，请先确认实际均为0" in press(book, "fill_all_blanks").text
    press(book, "fill_signs", answer="yes")
    assert blank_in(shown_report(book)) == []


def test_the_button_undoes(book: xw.Book) -> None:
    before = shown_report(book).tables
    press(book, "fill_signs", answer="yes")
    set_cell(book, THREE, SPOTS[WELFARE], 7)
    assert press(book, "undo_blanks").text == "撤销上次的“空白填0”，139格恢复原样？"
    assert press(book, "undo_blanks", answer="yes").text.startswith(
        "已撤销上次的“空白填0”，139格恢复原样"
    )
    after = shown_report(book)
    assert after.value(WELFARE) == 7
    set_cell(book, THREE, SPOTS[WELFARE], None)
    assert shown_report(book).tables == before
    assert press(book, "undo_blanks").kind == "error"


def test_a_cell_that_would_show_no_zero_is_named_and_the_others_are_filled(path: Path) -> None:
    book = load_workbook(path, keep_vba=True)
    book[THREE].cell(*SPOTS[WELFARE]).number_format = "yyyy-mm-dd"
    book.save(path)
    run = run_command("fill-blanks", path)
    assert run.stdout.startswith("已把137格空白填为0")
    assert "'表三'!G7合并、隐藏或设有特殊格式，填入后不能显示0" in run.stdout
    assert read_workbook(path).value(WELFARE) is None
    assert read_workbook(path).value(LAW) == 0


def test_the_button_names_such_a_cell_too(book: xw.Book) -> None:
    book.sheets[THREE].range(SPOTS[WELFARE]).number_format = "yyyy-mm-dd"
    assert "等137格空白填为0" in press(book, "fill_blanks").text
    assert "'表三'!G7合并、隐藏" in press(book, "fill_blanks", answer="yes").text
    assert value_at(book, THREE, SPOTS[WELFARE]) is None


CHAIN: dict[
    str, Value
] = {  # 法律 of the first row is 4, of the second 1: 5 is typed, and the 1 left out
    "applications.granted.legal": 5,
    "applications.refused_inquiry.legal": None,
    "applications.refused_inquiry.welfare": None,
    "applications.unprocessed_repeat.welfare": None,
}


def chained() -> Report:
    """A conflict of four relations, none of which is broken by itself."""
    figures = {"applications.granted.legal": 4, "applications.refused_inquiry.legal": 1}
    figures |= {
        "applications.refused_inquiry.welfare": 2,
        "applications.unprocessed_repeat.welfare": 3,
    }
    values = {
        cell: value for cell, value in sound_values().items() if cell.startswith("applications.")
    }
    for cell, figure in figures.items():
        _, row, column = cell.split(".")
        added = figure - int(values[cell] or 0)
        for name in (
            cell,
            f"applications.{row}.total",
            f"applications.handled.{column}",
            "applications.handled.total",
        ):
            values[name] = int(values[name] or 0) + added
        for name in (f"applications.new.{column}", "applications.new.total"):
            values[name] = int(values[name] or 0) + added
    return report_of({**values, **CHAIN})


@pytest.mark.parametrize("option", [(), ("--all",)])
def test_no_zero_comes_from_relations_that_cannot_hold_together(
    option: tuple[str, ...], tmp_path: Path
) -> None:
    report = chained()
    errors = [finding for finding in check(report) if finding.severity == "error"]
    assert errors
    path = write_workbook(report, check(report), tmp_path / "a.xlsx")
    run_command("fill-blanks", path, *option)
    read = read_workbook(path)
    assert [cell for cell in CHAIN if read.value(cell) == 0] == []
    shown = load_workbook(path, data_only=True)[layout.COVER].cell(*layout.LIVE_SPOT).value
    assert f"；写入时另有{len(errors)}处错误，见“校验结果”" in shown or "不符0项" not in shown


@some("text", ["\u200b", "\u2003", "/\u200b", "\t"])
def test_a_blank_that_formulas_take_for_a_text_is_open_to_all(text: str, path: Path) -> None:
    """The lane shows 文, so nobody counts the relation, and nothing is filled in."""
    book = load_workbook(path, keep_vba=True)
    book[THREE].cell(*SPOTS[WELFARE]).value = text
    book.save(path)
    report = read_workbook(path)
    state = table_state(report.tables["applications"])
    assert state.cells[WELFARE] == "open"
    assert state.verdicts["applications.across.granted"] == "open"
    assert run_command("check", "--write", path).returncode == 0
    shown = load_workbook(path, data_only=True)
    lane = sheet_of("applications", "2021").lanes["applications.across.granted"].spot
    assert shown[THREE].cell(*lane).value == layout.TEXT
    run_command("fill-blanks", path)
    assert read_workbook(path).value(WELFARE) is None
    run_command("fill-blanks", path, "--all", "--signs")
    assert read_workbook(path).value(WELFARE) == 0


# --- a row that was not found ---------------------------------------------------------------------


def with_a_lost_row(folder: Path) -> Path:
    """Two faults: the label of 重复申请, which says 3, is another one, and the sum of its column is
    3 too small.
    """
    row = "applications.unprocessed_repeat"
    blank: dict[str, Value] = {
        cell: None for cell, value in sound_values().items() if cell in SPOTS and value == 0
    }
    page = render(report_of({**blank, f"{row}.natural": 3, f"{row}.total": 3}), "plain")
    assert page.count("2.重复申请") == 1
    path = folder / "页.html"
    path.write_text(page.replace("2.重复申请", "复查复核类事项"), encoding="utf-8")
    return path


def test_of_a_table_that_was_lost_whole_one_message_speaks(tmp_path: Path) -> None:
    page, target = with_a_lost_row(tmp_path), tmp_path / "a.xlsx"
    page.write_text(
        page.read_text(encoding="utf-8").replace("科研机构", "某某单位"), encoding="utf-8"
    )
    run_command("fill", page, "-o", target)
    told = [
        finding.message for finding in check(read_workbook(target)) if finding.severity == "error"
    ]
    assert told == [
        (
            "表三没有读出任何数字。工作表的数字格都标着“？”，来源中的数字没有读出；"
            "请对照原文填写，没有的填0。"
        )
    ]


def test_a_lost_row_is_no_zero_on_the_page_or_in_its_workbook(tmp_path: Path) -> None:
    page, target = with_a_lost_row(tmp_path), tmp_path / "a.xlsx"
    report = read_report(page)
    lost = {cell for cell in SPOTS if ".unprocessed_repeat." in cell}
    state = table_state(report.tables["applications"])
    assert {state.cells[cell] for cell in lost} == {"open"}
    assert state.verdicts["applications.sum.natural"] == "open"
    run_command("fill", page, "-o", target)
    again = read_workbook(target)
    assert table_state(again.tables["applications"]).verdicts == state.verdicts
    told = [finding for finding in check(again) if finding.severity == "error"]
    assert [finding.message.partition("；")[0] for finding in told] == [
        "表三“重复申请”一行：工作表的第21行标着“？”，来源中的数字没有读出"
    ]
    lane = sheet_of("applications", "2021").lanes["applications.across.unprocessed_repeat"].spot
    assert load_workbook(target, data_only=True)[THREE].cell(*lane).value == layout.TEXT
    run_command("fill-blanks", target, "--all", "--signs")
    assert {read_workbook(target).value(cell) for cell in lost} == {None}
