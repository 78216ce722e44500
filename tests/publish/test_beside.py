"""Two reports side by side, as a document and as a workbook."""

from __future__ import annotations

from dataclasses import replace
from io import BytesIO
from pathlib import Path
from zipfile import ZipFile

import pytest
from lxml import etree
from openpyxl import load_workbook

from gongkai.compare.sides import side_by_side
from gongkai.editions import edition_of_year
from gongkai.model import Document, Report, Value
from gongkai.publish.beside import docx_beside, names_of, summary, tables_beside
from gongkai.publish.beside_sheets import FIGURES, LONGEST, TEXTS, xlsx_beside
from helpers import DOCUMENTS
from helpers.command import run_command
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


@pytest.mark.parametrize("first", [FIRST, older(), report_of(without="disputes")])
def test_every_cell_of_the_form_stands_in_the_tables_once(first: Report) -> None:
    found = side_by_side(first, SECOND)
    cells = [cell for table in tables_beside(found) for row in table.rows for cell in row]
    figures = [cell for cell in cells if cell.kind in ("figure", "changed")]
    of_form = sum(len(form.cells) for form in edition_of_year(2022).forms.values())
    left_out = sum(len(table.left_out) for table in found.tables)
    assert len(figures) == 3 * of_form + left_out
    assert sum(cell.kind == "changed" for cell in cells) == 3 * found.differing
    for table in tables_beside(found):
        assert {sum(cell.width for cell in row) for row in table.rows} == {table.columns + 1}


def test_a_document_shows_both_figures_and_marks_what_changed() -> None:
    content = docx_beside(side_by_side(FIRST, SECOND))
    assert docx_beside(side_by_side(FIRST, SECOND)) == content
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
    book = load_workbook(BytesIO(xlsx_beside(side_by_side(first, SECOND))))
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
    root = document_of(docx_beside(side_by_side(FIRST, second)))
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
