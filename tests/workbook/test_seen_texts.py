"""What a person sees of the cover and of 正文 is read, in a file and in the open workbook; what
nobody sees, or would be printed otherwise than it is seen, is left out and told.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.cell.text import InlineFont
from openpyxl.formatting.rule import FormulaRule
from openpyxl.styles import Font

from gongkai.excel.checking import current_report
from gongkai.model import Report
from gongkai.pipeline import check
from gongkai.workbook import layout, read_workbook, write_workbook
from helpers.excel.engine import open_book
from helpers.made import report_of

SECTIONS = {1: "第一段。\n第二段。", 5: "五。", 6: "六。"}
WHOLE = replace(report_of(), sections=SECTIONS, published="2022-01-20")
WHITE = Font(color="FFFFFFFF")
Change = Callable[[Workbook], object]


def prose_cell(book: Workbook, row: int, name: str = "text") -> object:
    return book[layout.PROSE].cell(layout.PROSE_TOP + row, layout.PROSE_COLUMNS[name])


def write(row: int, value: object, name: str = "text") -> Change:
    return lambda book: setattr(prose_cell(book, row, name), "value", value)


def look(name: str, font: Font) -> Change:
    spot = layout.COVER_SPOTS[name]
    return lambda book: setattr(book[layout.COVER].cell(*spot), "font", font)


def hide_prose(book: Workbook) -> None:
    book[layout.PROSE].sheet_state = "hidden"


def pieces(before: str, within: str, after: str, **font: object) -> CellRichText:
    usual = {"rFont": "宋体", "sz": 11}
    return CellRichText(before, TextBlock(InlineFont(**{**usual, **font}), within), after)


def both(tmp_path: Path, *changes: Change, whole: Report = WHOLE) -> tuple[Report, list[str]]:
    """The report and what is told of it: the same of the file and of the open workbook."""
    path = write_workbook(whole, [], tmp_path / "a.xlsx")
    book = load_workbook(path, rich_text=True)
    for change in changes:
        change(book)
    book.save(path)
    of_file = read_workbook(path)
    told = [problem.reason for problem in of_file.problems]
    _, live = current_report(open_book(path))
    assert [problem.reason for problem in live.problems] == told
    assert (live.sections, live.title, live.agency) == (
        of_file.sections,
        of_file.title,
        of_file.agency,
    )
    assert (live.year, live.published) == (of_file.year, of_file.published)
    return of_file, told


# What a cell holds -> what is printed of it, and why it is not.
TEXTS = [
    (pieces("面积", "5", "千米。"), "面积5千米。", ""),
    (pieces("面积5", "2", "千米。", vertAlign="superscript"), "", "含上标、下标或小字的"),
    (pieces("保留", "隐藏", "末尾。", color="FFFFFFFF"), "保留末尾。", ""),
    (pieces("保留", "删去", "末尾。", strike=True), "保留末尾。", ""),
    (pieces("收到", "12", "件。", color="FFFF0000"), "收到12件。", ""),
    (pieces("收到1", "2", "3件。", color="FFFFFFFF"), "", "含白色字体的"),
    (pieces("收到1", "2", "3件。", strike=True), "", "含删除线的"),
    (date(2021, 5, 6), "", "日期或时间"),
    ("2021-05-06", "2021-05-06", ""),
    ("5^2千米。", "5^2千米。", ""),
]


def test_a_text_is_printed_as_a_person_sees_it_or_not_at_all(tmp_path: Path) -> None:
    lines = "\n".join("待写。" for _ in TEXTS)
    changes = [write(at, text) for at, (text, _, _) in enumerate(TEXTS)]
    whole = replace(WHOLE, sections={1: lines, 5: "五。", 6: "六。"})
    report, told = both(tmp_path, *changes, whole=whole)
    assert report.sections[1].split("\n") == [kept for _, kept, _ in TEXTS if kept]
    wrong = [(at, said) for at, (_, _, said) in enumerate(TEXTS) if said]
    for (at, said), one in zip(wrong, told, strict=True):
        assert said in one
        assert one.startswith(f"正文第{layout.PROSE_TOP + at}行的文字没有采用")


def dress(row: int, font: Font) -> Change:
    return lambda book: setattr(prose_cell(book, row), "font", font)


def hide_row(book: Workbook) -> None:
    book[layout.PROSE].row_dimensions[layout.PROSE_TOP + 3].hidden = True


def test_whole_paragraphs_that_nobody_sees_are_left_out_and_told(tmp_path: Path) -> None:
    """The first of a section too: the section begins with the next one."""
    texts = {1: "第一段。\n第二段。\n第三段。\n第四段。", 5: "五。", 6: "六。"}
    changes = (dress(0, Font(strike=True)), dress(2, WHITE), hide_row)
    report, told = both(tmp_path, *changes, whole=replace(WHOLE, sections=texts))
    assert report.sections == {1: "第二段。", 5: "五。", 6: "六。"}
    assert [problem.raw for problem in report.problems] == ["第一段。", "第三段。", "第四段。"]
    found = [one for one in check(report) if "没有采用" in one.message]
    assert [one.severity for one in found] == ["warning"] * 3
    assert "（单元格为加了删除线的格式）" in told[0]


def test_a_rule_that_hides_texts_is_told(tmp_path: Path) -> None:
    """In the file: the open program does not say what its conditional formats do. A sign in a table
    stays one.
    """
    path = write_workbook(replace(WHOLE, tables=report_of().tables), [], tmp_path / "a.xlsx")
    book = load_workbook(path)
    for sheet, area in ((layout.PROSE, "C4:C4"), (layout.COVER, "C6:C6"), ("表四", "A5:E5")):
        for font in (Font(strike=True), WHITE):
            rule = FormulaRule(formula=["TRUE"], font=font)
            book[sheet].conditional_formatting.add(area, rule)
    book["表四"]["A5"] = "/"
    book.save(path)
    report = read_workbook(path)
    assert (report.sections[1], report.agency) == ("第二段。", "")
    told = [problem.reason for problem in report.problems]
    assert [one.partition("没有采用")[0] for one in told if "没有采用（单元格为" in one] == [
        "正文第4行的文字",
        "封面的机关",
    ]


def test_a_hidden_sheet_is_no_part_of_the_report(tmp_path: Path) -> None:
    report, told = both(tmp_path, hide_prose)
    assert report.sections == {}
    assert told == ["工作表“正文”已隐藏，其中的文字没有采用；请取消隐藏。"]


@pytest.mark.parametrize("font", [Font(strike=True), WHITE])
def test_what_nobody_sees_on_the_cover_says_nothing(tmp_path: Path, font: Font) -> None:
    names = ("title", "agency", "year", "published")
    report, told = both(tmp_path, *(look(name, font) for name in names))
    assert not any(getattr(report, name) for name in names)
    assert [one.partition("没有采用")[0] for one in told] == [
        "封面的标题",
        "封面的机关",
        "封面的年度",
        "封面的发布日期",
    ]


def test_two_fields_of_the_cover_are_told_each(tmp_path: Path) -> None:
    report, told = both(tmp_path, look("agency", WHITE), look("published", Font(strike=True)))
    assert (report.agency, report.published, report.year) == ("", "", WHOLE.year)
    assert len(told) == 2


def test_headings_of_ones_own_are_told(tmp_path: Path) -> None:
    """Blanks make no other heading; a text keeps its place below what is told."""
    report, told = both(
        tmp_path,
        write(0, "一、 总体情况", "title"),
        write(1, "（二）小标题", "title"),
        write(2, "五、问题（含街道）", "title"),
        write(4, 7, "number"),
        write(4, "七、附则", "title"),
        write(4, "附则内容。"),
        write(5, "八、其他", "title"),
        write(5, "其他内容。"),
    )
    assert [one.partition("，")[0] for one in told] == [
        "正文第5行的标题“（二）小标题”不是规定的标题",
        "正文第6行的标题“五、问题（含街道）”不是规定的标题",
        "正文第8行的节号“7”不是1至6",
        "正文第8行的标题“七、附则”不是规定的标题",
        "正文第9行的标题“八、其他”不是规定的标题",
    ]
    assert report.sections[6] == "六。\n附则内容。\n其他内容。"


@pytest.mark.parametrize("column", ["A", "B"])
def test_a_row_goes_on_with_the_one_above_in_whichever_column_it_says_so(
    column: str, tmp_path: Path
) -> None:
    def parted(book: Workbook) -> None:
        sheet = book[layout.PROSE]
        rows = sheet.iter_rows(min_row=layout.PROSE_TOP, max_col=1)
        first = next(cell.row for (cell,) in rows if str(cell.value) == "5")
        sheet.insert_rows(first + 1)
        sheet[f"C{first}"], sheet[f"C{first + 1}"] = "宣传", "不够。"
        sheet[f"{column}{first + 1}"] = layout.CONTINUED

    report, told = both(tmp_path, parted)
    assert (report.sections[5], told) == ("宣传不够。", [])


def test_a_section_may_be_numbered_as_its_title_is(tmp_path: Path) -> None:
    """一 in the first column for 1."""

    def numbered(book: Workbook) -> None:
        for (cell,) in book[layout.PROSE].iter_rows(min_row=layout.PROSE_TOP, max_col=1):
            if str(cell.value) in "156":
                cell.value = {"1": "一", "5": "五", "6": "六"}[str(cell.value)]

    report, told = both(tmp_path, numbered)
    assert (report.sections, told) == (SECTIONS, [])
