"""Figures whose source has another unit: kept with the sheet, and said in a comment on their
cell.
"""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from zipfile import ZipFile

import pytest
import xlwings as xw
from openpyxl import load_workbook
from openpyxl.comments import Comment

from gongkai.checks.whole import check
from gongkai.model import Edit, Report
from gongkai.workbook import read_workbook, write_workbook
from gongkai.workbook.file import fill_file
from gongkai.workbook.fill import flag_edits
from helpers.counts import some
from helpers.excel.desk import as_workbook
from helpers.excel.engine import excel_of
from helpers.excel.live import fill_live, open_live, press, set_cell, shown_report
from helpers.made import CONVERTED, FEES, NEW, converted_report, report_of
from helpers.office import recalculated

FEES_SPOT, NEW_SPOT = "B15", "D5"
SAID = {
    (
        "表二",
        FEES_SPOT,
    ): (
        "gongkai：原文“57588.71”以元为单位（见表头“本年收费金额（单位：元）”），已换算为5."
        "758871万元。"
    ),
    ("表三", NEW_SPOT): "gongkai：原文“0.436”以千件为单位（见表旁“单位：千件”），已换算为436件。",
}
MINE = "已与财政核对"


@pytest.fixture
def filled(tmp_path: Path) -> Path:
    return write(converted_report(), tmp_path / "filled.xlsm")


def write(report: Report, target: Path, template: Path | None = None) -> Path:
    return write_workbook(report, check(report), target, template=template)


def comments(path: Path) -> dict[tuple[str, str], str]:
    """(sheet, cell) -> comment, as openpyxl reads them."""
    book = load_workbook(as_workbook(path), keep_vba=True)
    cells = [(page.title, cell) for page in book for row in page.iter_rows() for cell in row]
    return {(title, cell.coordinate): cell.comment.text for title, cell in cells if cell.comment}


def with_comments(path: Path, said: dict[tuple[str, str], str]) -> Path:
    """The workbook as another program saves it, with comments of the user's."""
    book = load_workbook(as_workbook(path), keep_vba=True)
    for (title, spot), text in said.items():
        book[title][spot].comment = Comment(text, "王")
    book.save(path)
    return path


def rules(report: Report) -> list[tuple[str, tuple[str, ...]]]:
    found = [(finding.rule, finding.cells) for finding in check(report)]
    return [(rule, cells) for rule, cells in found if rule.startswith("coverage.")]


NOTED = [("coverage.converted", (FEES,)), ("coverage.converted", (NEW,))]


def test_the_comment_shows_both_figures(filled: Path) -> None:
    assert comments(filled) == SAID


def test_a_check_of_the_workbook_says_it_still(filled: Path) -> None:
    read = read_workbook(filled)
    for cell, entry in CONVERTED.items():
        found = read.tables[cell.partition(".")[0]].entries[cell]
        assert replace(found, place=None) == entry
    assert rules(read) == NOTED
    assert [f.message for f in check(read)] == [f.message for f in check(converted_report())]


def test_an_amount_without_any_unit_is_still_said_to_have_none(tmp_path: Path) -> None:
    report = converted_report()
    fees = replace(CONVERTED[FEES], raw="5.758871", unit="未注明", stated="")
    tables = dict(report.tables)
    entries = {**tables["disclosure"].entries, FEES: fees}
    tables["disclosure"] = replace(tables["disclosure"], entries=entries)
    path = write(replace(report, tables=tables), tmp_path / "filled.xlsm")
    assert rules(read_workbook(path)) == [("coverage.unit", (FEES,)), NOTED[1]]
    said = comments(path)["表二", FEES_SPOT]
    assert said == "gongkai：填5.758871，来源没有写明单位，按万元计；请核对单位。"


def test_nothing_is_said_of_a_figure_that_took_its_place(filled: Path, tmp_path: Path) -> None:
    changed = fill_file(filled, tmp_path / "typed.xlsm", [Edit("表二", 15, 2, Decimal("7.5"))])
    read = read_workbook(changed)
    assert (read.value(FEES), rules(read)) == (Decimal("7.5"), NOTED[1:])
    checked = fill_file(changed, tmp_path / "checked.xlsm", flag_edits(read, check(read)))
    assert comments(checked) == {spot: text for spot, text in SAID.items() if spot[0] == "表三"}


def test_the_next_report_takes_its_comments_along(filled: Path, tmp_path: Path) -> None:
    assert comments(write(report_of(), tmp_path / "next.xlsm", filled)) == {}
    assert comments(write(converted_report(), tmp_path / "again.xlsm", filled)) == SAID


@pytest.mark.slow
def test_a_comment_of_the_user_stays(filled: Path, tmp_path: Path) -> None:
    mine = {("表二", "B4"): MINE, ("表三", NEW_SPOT): MINE, ("封面", "C6"): MINE}
    theirs = with_comments(filled, mine)
    assert comments(theirs) == SAID | mine
    assert comments(write(report_of(), tmp_path / "next.xlsm", theirs)) == mine
    assert comments(write(converted_report(), tmp_path / "again.xlsm", theirs)) == SAID | mine


@some("text", ["gongkai：这格我问过", SAID["表二", FEES_SPOT] + "\n王：已核实"])
@some("spot", [FEES_SPOT, "B5"])
def test_what_is_not_word_for_word_ours_is_the_users(
    text: str, spot: str, filled: Path, tmp_path: Path
) -> None:
    theirs = with_comments(filled, {("表二", spot): text})
    kept = comments(theirs)
    assert kept["表二", spot] == text
    assert (
        comments(write(report_of({FEES: 1}), tmp_path / "next.xlsm", theirs))["表二", spot] == text
    )
    assert comments(write(converted_report(), tmp_path / "again.xlsm", theirs)) == kept


def moved(path: Path, names: dict[str, str], texts: dict[str, tuple[str, str]]) -> Path:
    """The workbook with parts of other names, and words replaced in some."""
    target = path.with_name("moved.xlsm")
    with ZipFile(path) as source, ZipFile(target, "w") as copy:
        for name in source.namelist():
            content = source.read(name)
            if name in texts:
                old, new = texts[name]
                assert old.encode() in content
                content = content.replace(old.encode(), new.encode())
            copy.writestr(names.get(name, name), content)
    return target


RELS = "xl/worksheets/_rels/sheet2.xml.rels"
ARROW = 'Target="/xl/comments1.xml"'
SAME = {
    "an arrow in capitals": ({}, {RELS: (ARROW, 'Target="/XL/COMMENTS1.XML"')}),
    "a part in capitals": ({"xl/comments1.xml": "xl/Comments1.XML"}, {}),
    "a list of arrows in capitals": ({RELS: "xl/worksheets/_RELS/SHEET2.XML.RELS"}, {}),
    "a relative arrow": ({}, {RELS: (ARROW, 'Target="../comments1.xml"')}),
    "backslashes": ({}, {RELS: (ARROW, 'Target="..\\comments1.xml"')}),
    "an escaped letter": ({}, {RELS: (ARROW, 'Target="/xl/%63omments1.xml"')}),
}
NOWHERE = {
    "outside": {RELS: (ARROW, 'Target="http://127.0.0.1:9/c.xml" TargetMode="External"')},
    "a file of the system": {RELS: (ARROW, 'Target="file:///etc/passwd" TargetMode="External"')},
    "no such part": {RELS: (ARROW, 'Target="/xl/comments9.xml"')},
    "no target": {RELS: (ARROW, "")},
}


@pytest.mark.parametrize("how", SAME)
def test_parts_are_found_as_office_finds_them(how: str, filled: Path, tmp_path: Path) -> None:
    template = moved(with_arrows(filled), *SAME[how])
    again = write(report_of({FEES: 1}), tmp_path / "again.xlsm", template)
    names = ZipFile(again).namelist()
    assert len({name.lower() for name in names}) == len(names) == len(ZipFile(template).namelist())
    assert not any("57588" in text for text in comment_texts(again))
    assert read_workbook(again).value(FEES) == 1


@pytest.mark.parametrize("how", NOWHERE)
def test_where_an_arrow_leads_nowhere_nothing_is_added(
    how: str, filled: Path, tmp_path: Path
) -> None:
    template = moved(with_arrows(filled), {}, NOWHERE[how])
    again = write(report_of({FEES: 1}), tmp_path / "again.xlsm", template)
    assert ZipFile(again).namelist() == ZipFile(template).namelist()
    assert ZipFile(again).read(RELS) == ZipFile(template).read(RELS)
    assert read_workbook(again).value(FEES) == 1


def with_arrows(path: Path) -> Path:
    with ZipFile(path) as book:
        assert ARROW in book.read(RELS).decode()
    return path


def comment_texts(path: Path) -> list[str]:
    with ZipFile(path) as book:
        return [book.read(name).decode() for name in book.namelist() if "comments" in name.lower()]


def test_a_zero_in_another_unit_is_a_zero(tmp_path: Path) -> None:
    report = converted_report()
    zero = replace(CONVERTED[FEES], value=0, raw="０元", stated="")
    entries = {**report.tables["disclosure"].entries, FEES: zero}
    tables = {**report.tables, "disclosure": replace(report.tables["disclosure"], entries=entries)}
    report = replace(report, tables=tables)
    path = write(report, tmp_path / "filled.xlsm")
    assert rules(report) == rules(read_workbook(path)) == NOTED[1:]
    assert ("表二", FEES_SPOT) not in comments(path)


def test_nothing_but_these_parts_is_new(filled: Path, tmp_path: Path) -> None:
    plain = write(report_of(), tmp_path / "plain.xlsm")
    with ZipFile(filled) as one, ZipFile(plain) as other:
        new = sorted(set(one.namelist()) - set(other.namelist()))
        assert one.read("xl/drawings/vmlDrawing1.vml") == other.read("xl/drawings/vmlDrawing1.vml")
    assert new == [
        "xl/comments1.xml",
        "xl/comments2.xml",
        "xl/drawings/vmlDrawing2.vml",
        "xl/drawings/vmlDrawing3.vml",
        "xl/worksheets/_rels/sheet2.xml.rels",
        "xl/worksheets/_rels/sheet3.xml.rels",
    ]
    assert write(converted_report(), tmp_path / "twice.xlsm").read_bytes() == filled.read_bytes()


def test_a_drawing_that_cannot_be_read_stays_and_the_list_says_it(
    filled: Path, tmp_path: Path
) -> None:
    broken = tmp_path / "broken.xlsm"
    with ZipFile(filled) as source, ZipFile(broken, "w") as copy:
        for name in source.namelist():
            content = b"<xml><br></xml>" if name.endswith("vmlDrawing3.vml") else source.read(name)
            copy.writestr(name, content)
    again = write(report_of({FEES: 1}), tmp_path / "again.xlsm", broken)
    assert read_workbook(again).value(FEES) == 1
    with ZipFile(again) as found:
        assert found.read("xl/drawings/vmlDrawing3.vml") == b"<xml><br></xml>"
    assert rules(read_workbook(again)) == []


def test_what_a_page_wrote_is_a_text_in_a_comment(tmp_path: Path) -> None:
    wild = replace(CONVERTED[FEES], raw="=1+1\n</t></text><x>\x07\u202e", stated="&amp;<b>")
    report = converted_report()
    entries = {**report.tables["disclosure"].entries, FEES: wild}
    tables = {**report.tables, "disclosure": replace(report.tables["disclosure"], entries=entries)}
    path = write(replace(report, tables=tables), tmp_path / "filled.xlsm")
    said = comments(path)["表二", FEES_SPOT]
    assert (
        said == "gongkai：原文“=1+1 </t></text><x>”以元为单位（见&amp;<b>），已换算为5.758871万元。"
    )
    assert rules(read_workbook(path)) == NOTED


@pytest.mark.slow
def test_libreoffice_keeps_comments_and_what_is_kept(filled: Path, tmp_path: Path) -> None:
    [saved] = recalculated([filled], tmp_path)
    assert comments(saved) == SAID
    assert rules(read_workbook(saved)) == NOTED
    assert comments(write(report_of(), tmp_path / "next.xlsx", saved)) == {}


# --- in Excel -------------------------------------------------------------------------------------


IN_EXCEL = {("表二", (15, 2)): SAID["表二", FEES_SPOT], ("表三", (5, 4)): SAID["表三", NEW_SPOT]}


def notes(book: xw.Book) -> dict[tuple[str, tuple[int, int]], str]:
    sheets = book.impl.sheets_
    return {(sheet.name, spot): text for sheet in sheets for spot, text in sheet.notes_.items()}


def test_an_import_in_excel_leaves_the_same_comments(tmp_path: Path) -> None:
    book = open_live(tmp_path)
    fill_live(book, converted_report())
    assert notes(book) == IN_EXCEL
    assert rules(shown_report(book)) == NOTED
    fill_live(book, report_of())
    assert notes(book) == {}


def test_a_check_in_excel_keeps_them_until_the_figure_is_another(tmp_path: Path) -> None:
    book = open_live(tmp_path)
    fill_live(book, converted_report())
    assert press(book, "check").kind == "done"
    assert notes(book) == IN_EXCEL
    set_cell(book, "表二", (15, 2), 7)
    press(book, "check")
    assert notes(book) == {key: text for key, text in IN_EXCEL.items() if key[0] == "表三"}


def test_a_comment_of_the_user_in_excel_stays(tmp_path: Path) -> None:
    book = open_live(tmp_path)
    book.sheets["表三"].range("D5").add_note(MINE)
    fill_live(book, converted_report())
    assert notes(book) == IN_EXCEL | {("表三", (5, 4)): MINE}
    fill_live(book, report_of())
    assert notes(book) == {("表三", (5, 4)): MINE}


def test_what_the_user_wrote_on_in_excel_stays(tmp_path: Path) -> None:
    book = open_live(tmp_path)
    fill_live(book, converted_report())
    written = IN_EXCEL["表二", (15, 2)] + "\n王：已核实"
    book.sheets["表二"].impl.notes_[15, 2] = written
    fill_live(book, report_of())
    assert notes(book) == {("表二", (15, 2)): written}


def test_where_excel_takes_no_comments_the_list_says_it(tmp_path: Path) -> None:
    book = open_live(tmp_path)
    excel_of(book).lacks.add("notes")
    fill_live(book, converted_report())
    assert notes(book) == {}
    assert rules(shown_report(book)) == NOTED
