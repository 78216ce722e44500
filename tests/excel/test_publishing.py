"""新建年报, 生成发布稿 and 对比, on a live book over the engine."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest
import xlwings as xw

from gongkai.pipeline import check, read_report
from gongkai.workbook import layout, read_workbook, write_workbook
from helpers.excel.live import fill_live, open_live, press
from helpers.made import report_of

SECTIONS = {
    1: "全年收到申请455件。",
    5: "存在更新不及时的问题，已改进。",
    6: "没有其他需要报告的事项。",
}
WHOLE = replace(report_of(), sections=SECTIONS, published="2022-01-20")


@pytest.fixture
def book(tmp_path: Path) -> xw.Book:
    return open_live(tmp_path)


def test_a_sound_report_is_published_beside_the_open_workbook(
    book: xw.Book, tmp_path: Path
) -> None:
    fill_live(book, WHOLE)
    proposal = press(book, "publish")
    assert (proposal.kind, Path(proposal.text).suffix) == ("save", ".docx")
    for name in ("a.docx", "a.html"):
        outcome = press(book, "publish", answer=str(tmp_path / name))
        assert outcome.kind == "done", outcome.text
        assert "发布稿与工作簿逐格一致，200格" in outcome.text
        published = read_report(tmp_path / name)
        assert {name: table.values for name, table in published.tables.items()} == {
            name: table.values for name, table in WHOLE.tables.items()
        }
    again = press(book, "publish", answer=str(tmp_path / "a.docx"))
    assert (again.kind, "没有覆盖" in again.text) == ("error", True)


def test_notes_below_a_table_and_beside_a_text_are_told(book: xw.Book, tmp_path: Path) -> None:
    fill_live(book, WHOLE)
    book.sheets["表二"].range("A16").value = "注：含部门。"
    book.sheets[layout.PROSE].range("D5").value = "另有补充"
    book.sheets.add("补充说明")
    outcome = press(book, "publish", answer=str(tmp_path / "a.docx"))
    assert outcome.kind == "done", outcome.text
    assert "没有印出：“表二”A16的“注：含部门。”、“正文”D5的“另有补充”。" in outcome.text
    assert "请核对：另有工作表没有印出：“补充说明”。" in outcome.text


def test_a_report_with_an_error_is_not_published_and_no_name_is_asked_for(book: xw.Book) -> None:
    fill_live(book, replace(WHOLE, tables=report_of({"disputes.review.total": 0}).tables))
    outcome = press(book, "publish")
    assert outcome.kind == "error"
    assert outcome.text.startswith("没有生成发布稿：表四 行政复议（总计）填0")


def test_the_next_year_is_begun_from_the_open_workbook(book: xw.Book, tmp_path: Path) -> None:
    fill_live(book, WHOLE)
    proposal = press(book, "new_report")
    assert (proposal.kind, "2022" in proposal.text) == ("save", True)
    outcome = press(book, "new_report", answer=str(tmp_path / "b.xlsx"))
    assert outcome.kind == "done", outcome.text
    begun = read_workbook(tmp_path / "b.xlsx")
    assert (begun.agency, begun.year) == (WHOLE.agency, 2022)
    assert begun.value("applications.carried_in.total") == 12


def test_a_blank_workbook_begins_a_report_by_its_cover_alone(book: xw.Book, tmp_path: Path) -> None:
    assert press(book, "new_report").kind == "error"
    fill_live(book, replace(WHOLE, tables={}, sections={}, agency="青溪县教育局", year=None))
    outcome = press(book, "new_report")
    assert outcome.kind == "error"
    assert "请导入上年的报告" in outcome.text
    blank = replace(WHOLE, tables={}, sections={}, agency="青溪县教育局", year=2023)
    fill_live(book, blank)
    outcome = press(book, "new_report", answer=str(tmp_path / "c.xlsx"))
    assert outcome.kind == "done", outcome.text
    assert read_workbook(tmp_path / "c.xlsx").year == 2023


def test_the_open_report_stands_beside_a_chosen_one(book: xw.Book, tmp_path: Path) -> None:
    other = write_workbook(report_of({"disputes.review.total": 0}), [], tmp_path / "上年.xlsx")
    fill_live(book, WHOLE)
    assert press(book, "compare").kind == "error"
    assert press(book, "compare", argument=str(other)).kind == "save"
    for name in ("d.docx", "d.xlsx"):
        target = str(tmp_path / name)
        outcome = press(book, "compare", argument=str(other), answer=target)
        assert outcome.kind == "done", outcome.text
        assert "数字有1格不同" in outcome.text
    missing = press(book, "compare", argument="/没有.html", answer=str(tmp_path / "e.docx"))
    assert missing.kind == "error"
    assert not (tmp_path / "e.docx").exists()
    assert check(read_workbook(other))
