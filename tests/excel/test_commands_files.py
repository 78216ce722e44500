"""Commands that write files, explain, or meet hostile texts, on a live book over the engine."""

from __future__ import annotations

import csv
import json
import sys
from dataclasses import replace
from pathlib import Path

import pytest
import xlwings as xw

import gongkai
from gongkai.excel import fetching, helping
from gongkai.excel.blocks import MOST_UNITS
from gongkai.excel.commands import COMMANDS
from gongkai.model import Report
from gongkai.output import COLUMNS
from gongkai.wording import plain_text
from gongkai.wording.rules import written_rules
from gongkai.workbook import copy_template, layout, write_workbook
from gongkai.workbook.derived import fitted
from gongkai.workbook.layout import sheet_of
from helpers.excel.engine import cell_of, excel_of, open_book, snapshot
from helpers.excel.live import fill_live, open_live, press, run_again, set_cell, tool, value_at
from helpers.made import report_of
from helpers.writers.styles import LAYOUTS, report_sheets
from packages import unpacked

HOSTILE = {
    "dde": "=cmd|'/C calc'!A0",
    "plus": "+1+1",
    "minus": "-2+3",
    "at": "@SUM(1,1)",
    "wide": "＝1+1",
    "quotes": "\"双引号\"与'单引号'",
    "apostrophe": "'=1+1",
    "long": "长" * 40_000,
    "emoji": "机关😀🏛️",
    "controls": "甲\x00乙\x07\x1b[31m丙\u202e丁\r\n戊\t己",
    "device": "CON",
    "path": "../a/b\\c:d*e?f",
    "number": "007",
    "date": "2022-02-20",
    "true": "TRUE",
    "surrogate": "半\ud800个",
}
ALWAYS = ("dde", "apostrophe", "long", "controls", "device", "surrogate")  # a text of each kind
EACH = pytest.mark.parametrize(
    "text",
    [
        pytest.param(HOSTILE[name], id=name, marks=() if name in ALWAYS else pytest.mark.slow)
        for name in HOSTILE
    ],
)


@pytest.fixture(autouse=True)
def state(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    return tmp_path / "state" / "gongkai"


@pytest.fixture
def book(tmp_path: Path) -> xw.Book:
    return open_live(tmp_path)


def hostile_report(text: str) -> Report:
    blank = {"applications.granted.natural": None}
    report = report_of(blank, raws={"applications.granted.natural": text})
    return replace(report, title=text, agency=text, sections={1: f"{text}\n{text}", 6: text})


def formulas(book: xw.Book) -> dict[str, set[tuple[int, int]]]:
    return {
        name: {spot for spot, (_, formula) in cells.items() if formula}
        for name, cells in snapshot(book).items()
    }


# --- hostile texts --------------------------------------------------------------------------------


@EACH
def test_a_text_stays_a_text_in_every_cell(book: xw.Book, text: str, tmp_path: Path) -> None:
    before = formulas(book)
    fill_live(book, hostile_report(text))
    assert formulas(book) == before
    for spot in (layout.COVER_SPOTS["title"], layout.COVER_SPOTS["agency"]):
        assert value_at(book, layout.COVER, spot) == plain_text(text, MOST_UNITS)
    assert isinstance(
        value_at(
            book, "表三", sheet_of("applications", "2021").cells["applications.granted.natural"]
        ),
        str,
    )
    for name in ("check", "next_problem", "rules", "clear_marks", "about"):
        assert press(book, name).kind == "done", name
    press(book, "rules")
    known = {name: spots for name, spots in formulas(book).items() if name != helping.RULES}
    assert known == before
    assert formulas(book).get(helping.RULES, set()) == set()


@EACH
def test_a_hostile_page_through_the_whole_import(book: xw.Book, text: str, tmp_path: Path) -> None:
    """Read, asked about, kept on a snapshot, imported again: no cell but the template's own holds a
    formula.
    """
    page = next(iter(LAYOUTS.values()))
    report = replace(report_of(), title=f"{text}2021年政府信息公开工作年度报告"[:500])
    html = tmp_path / "page.html"
    content = page(report, report_sheets(report))
    html.write_bytes(content if isinstance(content, bytes) else content.encode("utf-8", "replace"))
    before = formulas(book)
    assert press(book, "import_file", str(html)).kind == "done"
    assert (
        press(book, "import_file", str(html)).kind == "done"
    )  # nothing was changed by hand, whatever the text
    typed = text[:32_767]
    set_cell(book, layout.COVER, layout.COVER_SPOTS["agency"], typed)
    set_cell(book, "表三", (5, 4), typed)
    assert press(book, "import_file", str(html)).kind == "ask"
    outcome = run_again(book, "import_file", answer="yes")
    assert outcome.kind == "done"
    assert {name: spots for name, spots in formulas(book).items() if spots} == {
        k: v for k, v in before.items() if v
    }


@EACH
def test_exports_of_hostile_texts(book: xw.Book, text: str, tmp_path: Path) -> None:
    fill_live(book, hostile_report(text))
    for name, suffix in (
        ("export_csv", ".csv"),
        ("export_json", ".json"),
        ("save_report", ".xlsx"),
    ):
        proposal = press(book, name)
        assert proposal.kind == "save"
        assert proposal.text.endswith(suffix)
        assert Path(proposal.text).name == proposal.text
        assert not set(proposal.text) & set('<>:"/\\|?*\r\n\t\x00')
        assert len(proposal.text.encode()) < 255
        assert proposal.text.partition(".")[0].upper() not in ("CON", "PRN", "AUX", "NUL")
        target = tmp_path / proposal.text
        outcome = run_again(book, name, answer=str(target))
        assert (outcome.kind, target.is_file()) == ("done", True), outcome
    with (next(tmp_path.glob("*.csv"))).open(encoding="utf-8-sig", newline="") as file:
        for row in csv.DictReader(file):
            for column, cell in row.items():
                assert column == "value" or not cell.startswith(tuple("=+-@\t\r＝＋－＠")), (
                    column,
                    cell,
                )
    json.loads(next(tmp_path.glob("*.json")).read_text(encoding="utf-8"))


@EACH
def test_hostile_arguments(book: xw.Book, text: str) -> None:
    for name in COMMANDS:
        if name in ("manual", "allow_fetch"):
            continue
        outcome = press(book, name, text.replace("\x00", ""), "")
        assert outcome.kind in ("error", "done", "save", "folder"), name
        assert len(outcome.text) < 1_000


# --- exports --------------------------------------------------------------------------------------


def test_csv_has_a_line_for_each_figure(book: xw.Book, tmp_path: Path) -> None:
    report = report_of({"applications.granted.natural": None})
    fill_live(book, report)
    assert press(book, "export_csv").text == "青溪县人民政府2021年度报告.csv"
    target = tmp_path / "数据"
    outcome = run_again(book, "export_csv", answer=str(target))
    assert outcome.kind == "done"
    content = (tmp_path / "数据.csv").read_bytes()
    assert content.startswith(b"\xef\xbb\xbf")
    rows = list(csv.DictReader(content.decode("utf-8-sig").splitlines()))
    assert list(rows[0]) == list(COLUMNS)
    assert len(rows) == sum(1 for _ in report.entries())
    values = {row["cell"]: row["value"] for row in rows}
    assert (values["applications.new.natural"], values["applications.granted.natural"]) == (
        "436",
        "",
    )


def test_json_holds_report_and_findings(book: xw.Book, tmp_path: Path) -> None:
    fill_live(book, report_of({"disputes.review.total": 10}))
    press(book, "export_json")
    run_again(book, "export_json", answer=str(tmp_path / "数据.json"))
    found = json.loads((tmp_path / "数据.json").read_text(encoding="utf-8"))
    assert found["agency"] == "青溪县人民政府"
    assert found["findings"][0]["severity"] == "error"
    assert found["tables"]["disputes"]["edition"] == "2021"


@pytest.mark.parametrize(
    ("name", "file"),
    [("export_csv", "a.csv"), ("export_json", "a.json"), ("save_report", "a.xlsm")],
)
def test_nothing_is_overwritten(book: xw.Book, tmp_path: Path, name: str, file: str) -> None:
    fill_live(book, report_of())
    target = tmp_path / file
    target.write_text("旧")
    press(book, name)
    outcome = run_again(book, name, answer=str(target))
    assert (outcome.kind, target.read_text()) == ("error", "旧")
    assert "没有覆盖" in outcome.text
    assert "--force" not in outcome.text


@pytest.mark.parametrize("answer", ["a.txt", "a.xlsx", "没有/这个/文件夹/a", "", "."])
def test_places_that_cannot_be_written(book: xw.Book, tmp_path: Path, answer: str) -> None:
    fill_live(book, report_of())
    (tmp_path / "夹.csv").mkdir()
    for path in (str(tmp_path / answer) if answer else "", str(tmp_path / "夹.csv")):
        outcome = press(book, "export_csv", answer=path)
        assert outcome.kind in ("error", "save")
        assert outcome.text.endswith(("。", ".csv"))


@pytest.mark.parametrize("suffix", [".xls", ".xlsb", ".html", ".ods", ".docx"])
def test_the_suffix_says_what_a_workbook_is(book: xw.Book, tmp_path: Path, suffix: str) -> None:
    fill_live(book, report_of())
    outcome = press(book, "save_report", answer=str(tmp_path / f"a{suffix}"))
    told = f"文件名要以.xlsx或.xlsm结尾（所给的是a{suffix}），没有写入。"
    assert (outcome.kind, outcome.text) == ("error", told)
    assert book.impl.saved == []


def test_save_report_with_macros(book: xw.Book, tmp_path: Path) -> None:
    fill_live(book, report_of())
    target = tmp_path / "另存.xlsm"
    outcome = press(book, "save_report", argument="C:\\Users\\某人", answer=str(target))
    assert (outcome.kind, book.impl.saved) == ("done", [str(target)])
    assert tool(book, "argument") == ""
    assert (
        press(book, "save_report", answer=str(target)).kind == "done"
    )  # the same file again is an ordinary save
    book.impl.unsaveable = True
    outcome = press(book, "save_report", answer=str(tmp_path / "又.xlsm"))
    assert outcome.kind == "error"
    assert "无法访问文件" in outcome.text


def test_save_report_without_macros(book: xw.Book, tmp_path: Path) -> None:
    fill_live(book, report_of())
    before, name = Path(book.fullname).read_bytes(), book.fullname
    target = tmp_path / "另存.XLSX"
    outcome = press(book, "save_report", argument="C:\\Users\\某人", answer=str(target))
    told = f"已另存为 {target}（不含宏）。打开着的仍是原来的工作簿。"
    assert (outcome.kind, outcome.text) == ("done", told)
    assert tool(book, "argument") == ""
    assert (book.fullname, book.impl.saved, Path(name).read_bytes()) == (name, [], before)
    parts = unpacked(target.read_bytes())
    assert parts == unpacked(fitted(target, ".xlsx", before))
    assert not [part for part in parts if "vba" in part.lower() or "customui" in part.lower()]
    assert press(book, "save_report", answer=str(target)).kind == "error"  # it is there already


def test_a_workbook_without_macros_is_saved_again(tmp_path: Path) -> None:
    book = open_book(write_workbook(report_of(), [], tmp_path / "年报.xlsx"))
    book.set_mock_caller()
    assert press(book, "save_report").text == "青溪县人民政府2021年度报告.xlsx"
    assert press(book, "save_report", answer=book.fullname).kind == "done"
    assert book.impl.saved == [book.fullname]
    again = tmp_path / "又.xlsx"
    assert press(book, "save_report", answer=str(again)).kind == "done"
    assert unpacked(again.read_bytes()) == unpacked(Path(book.fullname).read_bytes())


def test_where_no_copy_can_be_saved_macros_stay(book: xw.Book, tmp_path: Path) -> None:
    """Excel for the Mac has no SaveCopyAs."""
    excel_of(book).lacks.add("SaveCopyAs")
    fill_live(book, report_of())
    assert press(book, "save_report").text == "青溪县人民政府2021年度报告.xlsm"
    outcome = press(book, "save_report", answer=str(tmp_path / "a.xlsx"))
    assert outcome.kind == "error"
    assert "改为.xlsm" in outcome.text
    assert not (tmp_path / "a.xlsx").exists()


@pytest.mark.parametrize("name", ["export_csv", "export_json", "save_report"])
def test_nothing_to_export(book: xw.Book, name: str) -> None:
    assert press(book, name).kind == "error"


# --- explanations ---------------------------------------------------------------------------------


def test_rules_are_written_once(book: xw.Book) -> None:
    assert "82项" in press(book, "rules").text
    assert book.sheets.active.name == helping.RULES
    assert press(book, "rules").kind == "done"
    assert [sheet.name for sheet in book.sheets].count(helping.RULES) == 1
    rows = {row for row, _ in snapshot(book)[helping.RULES]}
    assert rows == set(range(1, 84 + len(written_rules())))


def test_a_sheet_of_the_users_keeps_its_name_and_content(book: xw.Book) -> None:
    book.sheets.add(helping.RULES)["A1"].value = "我的规则"
    outcome = press(book, "rules")
    assert f"{helping.RULES} (2)" in outcome.text
    assert value_at(book, helping.RULES, (1, 1)) == "我的规则"


def test_manual(book: xw.Book, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    opened: list[str] = []
    monkeypatch.setattr("webbrowser.open", lambda uri: opened.append(uri) or len(opened) == 1)
    monkeypatch.setattr(helping, "manual_path", lambda: tmp_path / "manual.html")
    outcome = press(book, "manual")
    assert (outcome.kind, opened) == ("error", [])
    assert "manual" in outcome.text
    (tmp_path / "manual.html").write_text("<p>手册")
    assert (press(book, "manual").kind, press(book, "manual").kind) == ("done", "done")
    assert opened[0].startswith("file:///")
    assert "未能打开浏览器" in tool(book, "text")


def test_about_says_what_is_where_and_what_is_missing(book: xw.Book) -> None:
    text = press(book, "about").text
    for fact in (
        gongkai.__version__,
        xw.__version__,
        sys.executable,
        "Excel：16",
        "模板：",
        "gongkai.log",
        book.fullname,
    ):
        assert str(fact) in text
    assert "本工作簿缺少：无" in text
    book.sheets[layout.SUMMARY].delete()
    assert f"本工作簿缺少：{layout.SUMMARY}" in press(book, "about").text


@pytest.mark.parametrize("batch", [True, False])
def test_about_misses_nothing_that_is_left_out_on_purpose(batch: bool, tmp_path: Path) -> None:
    book = open_book(copy_template(tmp_path / "a.xlsx", batch=batch))
    book.set_mock_caller()
    assert "本工作簿缺少：无" in press(book, "about").text


def test_allow_fetch(book: xw.Book, state: Path) -> None:
    assert not fetching.allowed(book)
    outcome = press(book, "allow_fetch")
    assert outcome.kind == "done"
    assert fetching.allowed(book)
    assert state.is_dir()


def test_every_outcome_uses_up_its_answer(book: xw.Book) -> None:
    press(book, "about", answer="yes")
    assert tool(book, "answer") == ""
    assert excel_of(book).counted()[-1].kind == "write"
    assert cell_of(book, layout.TOOL, layout.TOOL_SPOTS["outcome"]).value == "done"
