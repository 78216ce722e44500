"""Two reports side by side, as a document and as a workbook."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from lxml import etree
from openpyxl import load_workbook

from gongkai import wording
from gongkai.checks.whole import check
from gongkai.compare.sides import SideBySide, side_by_side
from gongkai.editions import edition_of_year
from gongkai.model import Document, Entry, Report, Value
from gongkai.pipeline import read_report
from gongkai.publish import compared
from gongkai.publish.beside import BesideCell, docx_beside, names_of, summary, tables_beside
from gongkai.publish.beside_sheets import FIGURES, LONGEST, TEXTS, xlsx_beside
from gongkai.workbook import layout, write_workbook
from helpers import DOCUMENTS
from helpers.command import run_command
from helpers.examples import MADE
from helpers.made import older, report_of

WORD = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
HOSTILE = (
    '=HYPERLINK("http://a","b")。',
    "<w:p/>&amp;{{ 表二 }}。",
    "+1+1；\x1b[31m红。",
    "\u202e反。",
)
FIRST = replace(report_of(), sections={1: "收到申请455件。举办培训2次。", 6: "无。"}, year=2021)
CHANGES: dict[str, Value] = {"applications.granted.natural": 120, "disputes.review.upheld": None}
TEXT = "收到申请512件。开通专线。"
SECOND = replace(report_of(CHANGES), sections={1: TEXT, 6: "无。"}, year=2022)

GRANTED, UPHELD = "applications.granted.natural", "disputes.review.upheld"


def unread(granted: str, upheld: str) -> Report:
    """A sound report with two texts that are no certain figures."""
    texts = {GRANTED: granted, UPHELD: upheld}
    return report_of(dict.fromkeys(texts), raws=texts)


def rows_of(content: bytes) -> dict[object, list[object]]:
    """Label -> cells of the figures of a workbook."""
    found = {}
    for label, *cells in load_workbook(BytesIO(content))[FIGURES].iter_rows(values_only=True):
        found[label] = cells
    return found


def cells_of(found: SideBySide) -> list[BesideCell]:
    return [cell for table in tables_beside(found) for row in table.rows for cell in row]


def document_of(content: bytes) -> etree._Element:
    with ZipFile(BytesIO(content)) as archive:
        return etree.fromstring(archive.read("word/document.xml"))


def text_of(node: etree._Element) -> str:
    return "".join(part.text or "" for part in node.iter(f"{WORD}t"))


def test_years_name_the_columns_and_versions_of_one_year_are_numbered() -> None:
    assert names_of(side_by_side(FIRST, SECOND)) == ("2021年", "2022年")
    assert names_of(side_by_side(FIRST, FIRST)) == ("第一份", "第二份")


def test_the_summary_counts_what_differs() -> None:
    page = Document("/home/somebody/报告.html", "", b"", "")
    first, second, counts = summary(side_by_side(replace(FIRST, document=page), SECOND))
    assert first.startswith("2021年：")
    assert first.endswith("（报告.html）")
    assert second.startswith("2022年：")
    assert counts == "数字有2格不同，文字有3处不同。"
    *_, counts = summary(side_by_side(unread("约100", "约10"), SECOND))
    assert counts == "数字有0格不同，另有2格没有读作数字，不能对比；文字有3处不同。"


@pytest.mark.parametrize("first", [FIRST, older(), report_of(without="disputes")])
def test_every_cell_of_the_form_stands_in_the_tables_once(first: Report) -> None:
    found = side_by_side(first, SECOND)
    cells = cells_of(found)
    figures = [cell for cell in cells if cell.kind in ("figure", "changed")]
    of_form = sum(len(form.cells) for form in edition_of_year(2022).forms.values())
    left_out = sum(len(table.left_out) for table in found.tables)
    assert len(figures) == 3 * of_form + left_out
    assert sum(cell.kind == "changed" for cell in cells) == 3 * found.differing
    for table in tables_beside(found):
        assert {sum(cell.width for cell in row) for row in table.rows} == {table.columns + 1}


def test_a_document_shows_both_figures_and_marks_what_changed() -> None:
    content = docx_beside(side_by_side(FIRST, SECOND), [])
    assert docx_beside(side_by_side(FIRST, SECOND), []) == content
    root = document_of(content)
    lines = [text_of(paragraph) for paragraph in root.iter(f"{WORD}p")]
    for text in ("134", "120", "-14", "〔改动〕收到申请455512件。", "〔新增〕开通专线。"):
        assert text in lines
    struck = []
    for run in root.iter(f"{WORD}r"):
        if run.find(f"{WORD}rPr/{WORD}strike") is not None:
            struck.append(text_of(run))
    assert struck == ["455", "举办培训2次。"]
    size = root.find(f".//{WORD}pgSz")
    assert size is not None
    assert size.get(f"{WORD}orient") == "landscape"


def test_a_workbook_holds_figures_as_numbers_and_texts_as_texts() -> None:
    first = replace(FIRST, sections={1: "".join(HOSTILE), 5: "甲" * (LONGEST + 9)})
    book = load_workbook(BytesIO(xlsx_beside(side_by_side(first, SECOND), [])))
    assert book.sheetnames == [FIGURES, TEXTS]
    cells = [cell for sheet in book for row in sheet.iter_rows() for cell in row]
    assert "f" not in {cell.data_type for cell in cells}
    rows = {row[0].value: row for row in book[FIGURES].iter_rows()}
    granted = rows["（一）予以公开"]
    assert [cell.value for cell in granted[1:4]] == [134, 120, -14]
    assert granted[1].fill.fgColor.rgb == granted[2].fill.fgColor.rgb == "FFFFF2CC"
    texts = [str(cell.value) for cell in cells if cell.value]
    assert HOSTILE[0] in texts
    assert not any("\x1b" in text for text in texts)


@pytest.mark.parametrize("text", HOSTILE)
def test_no_text_becomes_markup(text: str) -> None:
    second = replace(SECOND, sections={1: text}, title=text, agency=text)
    root = document_of(docx_beside(side_by_side(FIRST, second), []))
    assert len(root.findall(f".//{WORD}tbl")) == 8
    assert not root.findall(f".//{WORD}instrText")


def test_the_command(tmp_path: Path) -> None:
    pages = [str(DOCUMENTS / case / "source.html") for case in ("broken-2022", "word-2022")]
    for name in ("a.docx", "a.xlsx"):
        done = run_command("compare", *pages, "-o", str(tmp_path / name))
        assert done.returncode == 0, done.stderr
        assert (tmp_path / name).stat().st_size > 4_000
        assert "第一份：西汀县自然资源局2022年" in done.stdout
    again = run_command("compare", *pages, "-o", str(tmp_path / "a.docx"))
    assert (again.returncode, "已存在，没有覆盖" in again.stderr) == (2, True)
    other = run_command("compare", *pages, "-o", str(tmp_path / "a.pdf"))
    assert other.returncode == 2
    assert "Traceback" not in other.stderr
    assert sorted(path.name for path in tmp_path.iterdir()) == ["a.docx", "a.xlsx"]


# What stands on either side of two cells -> what both show of the second of them.
PAIRS = [
    (unread("约100", "约10"), unread("约200", "约20"), ["约10", "约20"]),
    (unread("约100", "约10"), unread("约100", "约10"), ["约10", "约10"]),
    (unread("约100", "四十三"), report_of(), ["四十三", 10]),
    (report_of(), unread("约100", "4300%"), [10, "4300%"]),
    (unread("约100", ""), unread("约100", "约10"), [None, "约10"]),
    (unread("约100", "约10"), unread("约100", "/"), ["约10", "/"]),
]


@pytest.mark.parametrize(("first", "second", "shown"), PAIRS)
def test_what_was_not_read_is_shown_and_not_compared(
    first: Report, second: Report, shown: list[object]
) -> None:
    found = side_by_side(first, second)
    told = "数字有0格不同，另有2格没有读作数字，不能对比；文字有0处不同。"
    assert summary(found)[-1] == told
    assert sum(cell.kind == "unread" for cell in cells_of(found)) == 2 * 3
    content = xlsx_beside(found, [told])
    assert told in rows_of(content)
    assert rows_of(content)["行政复议"][:3] == [*shown, "不能对比"]
    lines = [text_of(line) for line in document_of(docx_beside(found, [told])).iter(f"{WORD}p")]
    assert told in lines
    at = lines.index("行政复议") + 1
    assert lines[at : at + 3] == [str(one or "") for one in shown] + ["不能对比"]


def test_what_two_forms_count_otherwise_is_shown_as_it_stands() -> None:
    made = "disclosure.rules.made"
    first = older()
    entries = dict(first.tables["applications"].entries)
    entries["applications.other.natural"] = Entry("applications.other.natural", None, "约3")
    table = replace(first.tables["applications"], entries=entries)
    first = replace(first, tables={**first.tables, "applications": table})
    found = side_by_side(first, report_of({made: None}, raws={made: "约100"}))
    texts = [cell.text for cell in cells_of(found)]
    assert texts[texts.index("约100") :][:2] == ["约100", "不可比"]
    assert "约3" in texts
    assert "没有读作" not in summary(found)[-1]


@pytest.mark.parametrize("text", HOSTILE)
def test_what_was_not_read_becomes_no_markup(text: str) -> None:
    found = side_by_side(unread(text, "甲" * 99), SECOND)
    root = document_of(docx_beside(found, []))
    assert len(root.findall(f".//{WORD}tbl")) == 8
    lines = [text_of(line) for line in root.iter(f"{WORD}p")]
    assert wording.one_line(text) in lines
    assert "甲" * 59 + "…" in lines
    page = load_workbook(BytesIO(xlsx_beside(found, [])))[FIGURES]
    cells = {cell.value: cell for row in page.iter_rows() for cell in row}
    assert "f" not in {cell.data_type for cell in cells.values()}
    assert wording.cell_text(wording.one_line(text)) in cells
    long = cells["甲" * 59 + "…"]
    assert (long.column, long.alignment.wrap_text) == (2, True)


def test_the_command_tells_what_workbooks_hold_unread(tmp_path: Path) -> None:
    """Somebody typed 约100 and 四十三, another 约200 and 43, as a percentage."""
    told = (("约100", "四十三", "General"), ("约200", 43, "0%"))
    pages = []
    for number, (granted, upheld, code) in enumerate(told):
        path = write_workbook(report_of(), check(report_of()), tmp_path / f"{number}.xlsx")
        book = load_workbook(path)
        for cell, value in ((GRANTED, granted), (UPHELD, upheld)):
            sheet = layout.sheet_of(cell.partition(".")[0], "2021")
            spot = book[sheet.name].cell(*sheet.cells[cell])
            spot.value, spot.number_format = value, code
        book.save(path)
        pages.append(str(path))
    target = tmp_path / "a.xlsx"
    done = run_command("compare", *pages, "-o", str(target))
    assert done.returncode == 0, done.stderr
    assert "数字有0格不同，另有2格没有读作数字，不能对比；" in done.stdout
    rows = rows_of(target.read_bytes())
    assert rows["（一）予以公开"][:3] == ["约100", "约200", "不能对比"]
    first, second, apart = rows["行政复议"][:3]
    assert (first, str(second)[:2], apart) == ("四十三", "43", "不能对比")


def test_which_of_several_reports_was_compared_is_told() -> None:
    several = MADE["coverage.parts"]()
    _, told = compared(several, report_of(), ".xlsx")
    assert any("读取的是第1部分" in line and line.endswith("；请核对。") for line in told)
    assert not any("第1部分" in line for line in compared(report_of(), report_of(), ".xlsx")[1])


def test_a_table_that_was_not_taken_is_told_and_not_compared(tmp_path: Path) -> None:
    """Its rows were sorted: 175 figures are no differences."""
    path = write_workbook(report_of(), [], tmp_path / "a.xlsx")
    sound = read_report(path)
    book = load_workbook(path)
    upper, lower = book["表三"]["C20"], book["表三"]["C21"]
    upper.value, lower.value = lower.value, upper.value
    book.save(tmp_path / "b.xlsx")
    content, told = compared(read_report(tmp_path / "b.xlsx"), sound, ".xlsx")
    assert "数字有0格不同，另有175格没有读作数字，不能对比；文字有0处不同。" in told
    [said] = [line for line in told if line.startswith("前一份报告：")]
    assert "表三没有读出任何数字" in said
    assert said in rows_of(content)


def test_what_was_left_out_of_either_is_told() -> None:
    """A note below a table is compared with nothing."""
    _, told = compared(replace(FIRST, left_out=("注：含部门。",)), SECOND, ".docx")
    assert "前一份报告：这些内容没有对比：“注：含部门。”；请核对。" in told


def test_recorded_changes_of_either_are_told() -> None:
    _, told = compared(FIRST, replace(SECOND, revised=("删30件",)), ".docx")
    assert (
        "后一份报告：有1处没有接受的修订（“删30件”），按全部接受修订以后的文字和数字对比；请核对。"
        in told
    )
