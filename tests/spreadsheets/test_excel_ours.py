"""Workbooks of ours and foreign ones are told apart, wherever they come from: by the names of
cells.
"""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from openpyxl import load_workbook

from gongkai import check
from gongkai.batch.listing import plan
from gongkai.model import Report, UnreadableDocument, WorkbookError
from gongkai.pipeline import read_report
from gongkai.sources.detect import kind_of
from gongkai.workbook import copy_template, write_workbook
from helpers import DOCUMENTS
from helpers.batches import names_in, run
from helpers.command import run_command
from helpers.made import report_of
from helpers.office import recalculated
from helpers.pages import figures, unlike
from helpers.web.server import answer, serving
from helpers.writers.sheets import Style, report_book, rewritten, workbook_bytes
from helpers.writers.styles import report_sheets

FOREIGN = DOCUMENTS / "xlsx-sheets-2023" / "source.xlsx"


@pytest.fixture
def ours(tmp_path: Path) -> Path:
    report = report_of({"applications.new.natural": 41})
    return write_workbook(report, check(report), tmp_path / "年报.xlsm")


def same(one: Report, other: Report) -> bool:
    return (one, one.problems) == (other, other.problems)


def test_a_workbook_of_ours_gives_the_same_report_from_anywhere(ours: Path) -> None:
    expected = read_report(ours)
    assert expected.value("applications.new.natural") == 41
    with serving({"/a.xlsm": [answer(ours.read_bytes())]}) as server:
        assert same(read_report(server.url("/a.xlsm")), expected)
    named = run_command("read", "--json", ours)
    piped = run_command("read", "--json", "-", stdin=ours.read_bytes())
    runs = (named, piped)
    assert [run.returncode for run in runs] == [0, 0]
    told = [json.loads(run.stdout) for run in runs]
    for [facts] in told:
        facts.pop("source")
    assert told[0] == told[1]


@pytest.mark.slow
def test_ours_stays_ours_in_libreoffice(ours: Path, tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    (resaved,) = recalculated([ours], tmp_path / "out")
    assert kind_of(resaved.read_bytes()).is_ours
    assert unlike(figures(read_report(ours)), read_report(resaved)) == []


def test_ours_stays_ours_in_other_programs_and_broken(ours: Path, tmp_path: Path) -> None:
    book = load_workbook(ours, keep_vba=True)
    book.save(tmp_path / "resaved.xlsm")
    assert kind_of((tmp_path / "resaved.xlsm").read_bytes()).is_ours
    assert unlike(figures(read_report(ours)), read_report(tmp_path / "resaved.xlsm")) == []
    del book["工具"], book["xlwings.conf"]
    book["表三"].title = "我的表三"
    book.save(tmp_path / "broken.xlsm")
    with pytest.raises(WorkbookError, match="没有工作表“表三”，不是本工具的工作簿"):
        read_report(tmp_path / "broken.xlsm")


def test_a_foreign_workbook_may_have_sheets_named_like_ours(tmp_path: Path) -> None:
    report = report_of({})
    book = report_book(report, report_sheets(report), Style("sheets"))
    for sheet, name in zip(book.worksheets, ("封面", "表二", "表三", "表四"), strict=True):
        sheet.title = name
    book.create_sheet("正文")
    path = tmp_path / "a.xlsx"
    path.write_bytes(workbook_bytes(book))
    assert not kind_of(path.read_bytes()).is_ours
    assert unlike(figures(report), read_report(path)) == []


def test_what_is_no_workbook_is_not_ours(ours: Path) -> None:
    content = ours.read_bytes()
    assert [
        kind_of(given).is_ours
        for given in (b"", b"PK\x03\x04", b"<html>xl/workbook.xml", content[:9_000])
    ] == [False] * 4
    bare = {
        "xl/workbook.xml": lambda part: b" " * 40_000_000,
        "docProps/custom.xml": lambda part: b"",
    }
    assert not kind_of(rewritten(content, bare)).is_ours
    cut = {"/cut": [answer(content[: len(content) // 2])]}
    with serving(cut) as server, pytest.raises(UnreadableDocument, match="损坏"):
        read_report(server.url("/cut"))


def test_both_kinds_in_one_folder_and_in_a_list(ours: Path, tmp_path: Path) -> None:
    place = tmp_path / "folder"
    place.mkdir()
    (place / "a.xlsm").write_bytes(ours.read_bytes())
    copy_template(place / "blank.xlsm")
    for case, suffix in (("xlsx-one-sheet-2022", "xlsx"), ("xls-2021", "xls"), ("et-2020", "et")):
        (place / f"{case}.{suffix.upper()}").write_bytes(
            (DOCUMENTS / case / f"source.{suffix}").read_bytes()
        )
    for name in ("~$a.xlsx", "x.ofd", "y.zip"):
        (place / name).write_bytes(b"x")
    found = plan(str(place), tmp_path / "out")
    names = ["a.xlsm", "blank.xlsm", "et-2020.ET", "xls-2021.XLS", "xlsx-one-sheet-2022.XLSX"]
    assert ([Path(source).name for source in found.sources], found.left_out) == (
        names,
        ("x.ofd", "y.zip"),
    )
    (place / "list.txt").write_text("\n".join(names), encoding="utf-8")
    assert plan(str(place / "list.txt"), tmp_path / "out").sources == found.sources
    done = run(found.sources, tmp_path / "out")
    assert [done[source].row.state for source in found.sources] == [
        "done",
        "unread",
        "done",
        "done",
        "done",
    ]
    assert "都是空的" in done[str(place / "blank.xlsm")].row.message
    assert len([name for name in names_in(tmp_path / "out") if "年度报告" in name]) == 4


def test_a_foreign_workbook_alone_is_a_batch_of_one(tmp_path: Path) -> None:
    assert plan(str(FOREIGN), tmp_path).sources == (str(FOREIGN),)
