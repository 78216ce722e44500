"""空白填0, the button and the command: which blanks, what the log keeps, and back again."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

import pytest
import xlwings as xw
from openpyxl import load_workbook

from gongkai.checks import check
from gongkai.model import Report, Value
from gongkai.workbook import layout, read_workbook, write_workbook
from gongkai.workbook.layout import sheet_of
from helpers.command import run_command
from helpers.excel.engine import cell_of
from helpers.excel.live import fill_live, open_live, press, set_cell, shown_report, value_at
from helpers.made import report_of, sound_values

THREE = "表三"
SPOTS = sheet_of("applications", "2021").cells
NATURAL, WELFARE = "applications.granted.natural", "applications.granted.welfare"
RESEARCH, LAW = "applications.granted.research", "applications.refused_law.natural"
FEES = "disclosure.fees.amount"


def blanked(*more: str) -> Report:
    """Rui'an's, zeros of 表三 left blank (139), one of them a sign, and ``more`` blank."""
    values = sound_values()
    blanks: Mapping[str, Value] = {
        cell: None for cell, value in values.items() if cell in more or (cell in SPOTS and value == 0)
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
    rows = [tuple(page.cell(row, column).value for column in columns) for row in range(layout.LOG_TOP, 400)]
    return [(one, two, three) for one, two, three in rows if three]


def test_the_command_fills_what_can_only_be_zero(path: Path) -> None:
    run = run_command("fill-blanks", path)
    assert run.returncode == 0
    assert run.stdout.startswith(
        "已把138格空白填为0，记在“修改记录”表。没有填的：1格是“/”之类的符号，1格不能由勾稽关系确定。"
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
    assert "已撤销上次的空白填0，" in run.stdout
    undone = read_workbook(path)
    while len(blank_in(undone)) < len(blank_in(before)):  # both may have had the same second
        assert run_command("fill-blanks", path, "--undo").returncode == 0
        undone = read_workbook(path)
    assert undone.tables == before.tables
    assert undone.tables["applications"].entries[RESEARCH].raw == "/"
    run = run_command("fill-blanks", path, "--undo")
    assert run.returncode != 0
    assert run.stderr == "没有可以撤销的空白填0：没有填过，或填的0后来改动过。\n"


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
    assert "1格按勾稽关系不会是0" in run_command("fill-blanks", path, "--all").stdout
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
    assert "等138格空白填为0（138格按勾稽关系只能是0）？改动会记在“修改记录”表，可以撤销。" in asked.text
    assert value_at(book, THREE, SPOTS[WELFARE]) is None
    done = press(book, "fill_blanks", answer="yes")
    assert done.text.startswith("已把138格空白填为0，记在“修改记录”表。")
    assert value_at(book, THREE, SPOTS[WELFARE]) == 0
    assert blank_in(shown_report(book)) == [FEES, RESEARCH]
    assert "1格不能由勾稽关系确定，请确认都是没有" in press(book, "fill_all_blanks").text
    press(book, "fill_signs", answer="yes")
    assert blank_in(shown_report(book)) == []


def test_the_button_undoes(book: xw.Book) -> None:
    before = shown_report(book).tables
    press(book, "fill_signs", answer="yes")
    set_cell(book, THREE, SPOTS[WELFARE], 7)
    assert press(book, "undo_blanks").text == "撤销上次的空白填0，139格恢复原样？"
    assert press(book, "undo_blanks", answer="yes").text.startswith("已撤销上次的空白填0，139格恢复原样")
    after = shown_report(book)
    assert after.value(WELFARE) == 7
    set_cell(book, THREE, SPOTS[WELFARE], None)
    assert shown_report(book).tables == before
    assert press(book, "undo_blanks").kind == "error"
