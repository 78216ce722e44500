"""What is published is read back equal; whatever was changed in the file between is seen."""

from __future__ import annotations

import io
import json
import subprocess
from dataclasses import replace
from decimal import Decimal
from pathlib import Path
from typing import Any
from zipfile import ZipFile

import pytest
from hypothesis import given
from lxml import etree

from gongkai.model import Report, WorkbookError
from gongkai.pipeline import check, read_report
from gongkai.publish import Asked, publish_report
from gongkai.publish.content import publication_of
from gongkai.publish.docx import WIDTHS, docx_bytes, figure_size, scaled
from gongkai.publish.html import html_fragment, html_page
from gongkai.publish.parts import TEXT_WIDTH, packed
from gongkai.publish.readback import OURS, checked_count
from helpers import DOCUMENTS, TESTS
from helpers.counts import part, properties
from helpers.made import blank_report, report_of
from helpers.office import page_texts
from helpers.pages import CASES
from helpers.published import figure_cells, plain_report, varied
from helpers.unseen import texts, unseen_in

VALIDATOR = TESTS / "tools" / "node_modules" / ".bin" / "ooxml-validator"
DRAFT = Asked(draft=True)
W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
MAIN = "word/document.xml"


def parts_of(content: bytes) -> dict[str, str]:
    with ZipFile(io.BytesIO(content)) as archive:
        return {name: archive.read(name).decode() for name in archive.namelist()}


@pytest.mark.parametrize("seed", range(20))
def test_varied_reports_are_read_back_equal(seed: int, tmp_path: Path) -> None:
    report = varied(seed)
    for name in ("a.docx", "a.html"):
        target = tmp_path / name
        assert publish_report(report, [], target, DRAFT) == figure_cells(report)
        again = read_report(target)
        assert again.year == report.year
        assert [again.value(one.cell) for one in report.entries()] == [
            one.value for one in report.entries()
        ]


@pytest.mark.parametrize("case", part(CASES))
def test_documents_are_published_as_they_were_read(case: str, tmp_path: Path) -> None:
    (source,) = (DOCUMENTS / case).glob("source.*")
    report = read_report(source)
    for name in ("a.docx", "a.html"):
        assert publish_report(report, [], tmp_path / name, DRAFT) == figure_cells(report)


def test_what_was_published_is_published_again_alike() -> None:
    """The text of a published page makes the same page: nothing is lost or added on the way."""
    report = plain_report()
    page = html_page(publication_of(report)).encode()
    assert checked_count(report, publication_of(report), "a.html", page, OURS) == 200
    fragment = html_fragment(publication_of(report)).encode()
    assert checked_count(report, publication_of(report), "a.html", fragment, OURS) == 200


def test_a_blank_cell_is_blank_and_a_zero_is_zero() -> None:
    report = report_of({"applications.granted.natural": None})
    (table,) = [one for one in publication_of(report).tables if one.form.id == "applications"]
    found = {cell.cell: cell.text for cell in table.figures()}
    assert found["applications.granted.natural"] == ""
    assert found["applications.granted.research"] == "0"


@pytest.mark.parametrize("edition", ["2019", "2021"])
def test_a_draft_of_a_blank_report_is_read_back_blank(edition: str, tmp_path: Path) -> None:
    report = blank_report(edition, int(edition))
    for name in ("a.docx", "a.html"):
        assert publish_report(report, [], tmp_path / name, DRAFT) == figure_cells(report)


def test_the_same_report_makes_the_same_bytes() -> None:
    for seed in (0, 1):
        assert docx_bytes(publication_of(varied(seed))) == docx_bytes(publication_of(varied(seed)))
        assert html_page(publication_of(varied(seed))) == html_page(publication_of(varied(seed)))


@pytest.mark.parametrize(
    "changes",
    [
        {"opening": "本机关依法公开政府信息。" * 500},
        {"sections": {1: "甲。", 5: "乙。\n附件：1.台账", 6: "附件：2.清单\n无。"}},
        {"sections": {1: "甲\n" * 500, 5: "乙" * 20_000, 6: "丙"}},
        {"agency": "安澜区人民政府", "opening": "安澜区人民政府办公室编制，供公众查阅。"},
        {"agency": "青溪县自然资源和规划局（县林业局）"},
        {"agency": "青溪县文化和旅游局(文物局)"},
        {"agency": "青溪县“三改一拆”办公室"},
        {"agency": "青溪县12345热线中心"},
    ],
)
def test_texts_that_readers_cut_are_whole_in_the_file(
    changes: dict[str, Any], tmp_path: Path
) -> None:
    """What a reader of pages takes for a footer, or a very long opening."""
    report = replace(plain_report(), **changes)
    for name in ("a.docx", "a.html"):
        assert publish_report(report, [], tmp_path / name) == 200


def test_the_line_that_is_read_as_a_title_is_named(tmp_path: Path) -> None:
    texts = {1: "总的情况如下。\n一、总体情况\n全年平稳。", 5: "五。", 6: "六。"}
    with pytest.raises(WorkbookError, match="“一、总体情况”中的“一、总体情况”一行。"):
        publish_report(replace(plain_report(), sections=texts), [], tmp_path / "a.html")


def test_why_a_figure_is_not_read_again_is_said(tmp_path: Path) -> None:
    """In the prose beside it stands another unit: 收费12.5元 for 12.5 of 万元."""
    texts = {1: "一。", 5: "五。", 6: "收取行政事业性收费12.5元。"}
    report = replace(report_of({"disclosure.fees.amount": Decimal("12.5")}), sections=texts)
    with pytest.raises(WorkbookError, match=r"读出空白（单位不一致.*请检查这一处的文字"):
        publish_report(report, [], tmp_path / "a.html", DRAFT)


# --- faults ---------------------------------------------------------------------------------------


def test_one_changed_text_in_the_file_is_seen() -> None:
    """A digit, a label, a word, the year: every run of the document, one at a time."""
    report = plain_report()
    found = publication_of(report)
    parts = parts_of(docx_bytes(found))
    root = etree.fromstring(parts[MAIN].encode())
    nodes = list(root.iter(f"{W}t"))
    assert len(nodes) > 280
    for node in part(nodes):
        was, node.text = node.text, f"{node.text}7"
        changed = packed({**parts, MAIN: etree.tostring(root, encoding="unicode")})
        node.text = was
        with pytest.raises(WorkbookError, match="重新读取核对"):
            checked_count(report, found, "a.docx", changed, OURS)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ('<w:gridSpan w:val="3"/>', '<w:gridSpan w:val="2"/>'),
        ('<w:vMerge w:val="continue"/>', ""),
        ("</w:tr><w:tr>", "</w:tr></w:tbl><w:p/><w:tbl><w:tr>"),
        ("<w:t xml:space=", "<w:rPr><w:vanish/></w:rPr><w:t xml:space="),
    ],
)
def test_one_fault_of_structure_is_seen(before: str, after: str) -> None:
    report = plain_report()
    found = publication_of(report)
    parts = parts_of(docx_bytes(found))
    assert before in parts[MAIN]
    changed = packed({**parts, MAIN: parts[MAIN].replace(before, after, 1)})
    with pytest.raises(WorkbookError, match="重新读取核对"):
        checked_count(report, found, "a.docx", changed, OURS)


def test_one_changed_figure_of_a_page_is_seen() -> None:
    report = plain_report()
    found = publication_of(report)
    page = html_page(found)
    assert page.count(">134<") == 1
    for other in ("143", "", "134①"):
        with pytest.raises(WorkbookError, match="表三 （一）予以公开·自然人应为134"):
            checked_count(
                report, found, "a.html", page.replace(">134<", f">{other}<").encode(), OURS
            )


@pytest.mark.parametrize("name", ["a.docx", "a.html"])
def test_a_text_that_would_be_read_otherwise_is_refused(name: str, tmp_path: Path) -> None:
    """A line of section six that is its own heading again: nothing is written."""
    report = plain_report()
    report = replace(report, sections={**report.sections, 6: "六、其他需要报告的事项\n无。"})
    target = tmp_path / name
    with pytest.raises(WorkbookError, match="请检查这一处的文字"):
        publish_report(report, [], target)
    assert not target.exists()


# --- hostile texts --------------------------------------------------------------------------------


def hostile(text: str) -> Report:
    return replace(plain_report(), opening=text, sections={1: text, 5: f"前{text}后", 6: text})


@properties(120)
@given(texts())
def test_no_text_becomes_markup(text: str) -> None:
    """The elements of a document are those of one with plain texts; nothing unseen is in it."""
    found = publication_of(hostile(text))
    root = etree.fromstring(parts_of(docx_bytes(found))[MAIN].encode())
    paragraphs = [node for node in root.iter(f"{W}p") if node.getparent().tag == f"{W}body"]
    lines = [one for section in found.sections for one in section.paragraphs]
    fixed = 1 + 6 + 3 + len(found.closing)  # title, headings, below tables, closing
    assert len(paragraphs) == fixed + len(lines) + len(found.opening)
    kinds = {node.tag.removeprefix(W) for node in root.iter()}
    assert not kinds & {"instrText", "fldSimple", "fldChar", "hyperlink", "object", "pict"}
    assert unseen_in("".join(root.itertext())) == []
    tree = etree.HTML(html_page(found))
    assert {node.tag for node in tree.iter()} <= {
        *("html", "head", "meta", "title", "body", "h1", "h2", "p", "br", "span"),
        *("table", "tbody", "tr", "td", "th"),
    }
    names = {str(name) for node in tree.iter("*") for name in node.attrib}
    assert names == {"lang", "charset", "style", "scope", "colspan", "rowspan"}


@properties(60)
@given(texts())
def test_any_text_is_read_back_equal_or_refused(text: str) -> None:
    report = hostile(text)
    found = publication_of(report)
    page = html_page(found).encode()
    try:
        assert checked_count(report, found, "a.html", page, OURS) == 200
    except WorkbookError as error:
        assert "重新读取核对" in str(error)  # noqa: PT017


def test_no_name_of_a_person_or_machine_is_in_it() -> None:
    parts = parts_of(docx_bytes(publication_of(plain_report(), draft=True)))
    core = etree.fromstring(parts["docProps/core.xml"].encode())
    assert [etree.QName(node).localname for node in core] == ["title"]
    assert not [name for name in parts if "custom" in name or "comments" in name]


# --- looks ----------------------------------------------------------------------------------------


def test_columns_fill_the_type_area_exactly() -> None:
    for widths in ((1, 1, 1), (754, 921, 3271, *(685,) * 7), (650,) * 15):
        assert sum(scaled(widths, TEXT_WIDTH)) == TEXT_WIDTH
    parts = parts_of(docx_bytes(publication_of(plain_report())))
    root = etree.fromstring(parts[MAIN].encode())
    for row in root.iter(f"{W}tr"):
        widths = [int(node.get(f"{W}w")) for node in row.iter(f"{W}tcW")]
        assert sum(widths) == TEXT_WIDTH


@pytest.mark.parametrize(("figure", "size"), [(0, 20), (1234, 20), (13323, 17), (10**8, 11)])
def test_a_long_figure_is_set_smaller(figure: int, size: int) -> None:
    report = report_of({"applications.new.natural": figure})
    table = publication_of(report).tables[1]
    assert figure_size(table, scaled(WIDTHS["applications"], TEXT_WIDTH)) == size


def test_a_row_is_not_split_and_heads_are_repeated() -> None:
    root = etree.fromstring(parts_of(docx_bytes(publication_of(plain_report())))[MAIN].encode())
    tables = list(root.iter(f"{W}tbl"))
    heads = [len(list(table.iter(f"{W}tblHeader"))) for table in tables]
    assert heads == [0, 3, 3]
    assert all(row.find(f"{W}trPr/{W}cantSplit") is not None for row in root.iter(f"{W}tr"))


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(6))
def test_the_validator_of_the_open_xml_sdk(seed: int, tmp_path: Path) -> None:
    report = varied(seed)
    assert VALIDATOR.exists(), "make validator installs it"
    for draft in (False, True):
        target = tmp_path / "a.docx"
        target.write_bytes(docx_bytes(publication_of(report, draft)))
        done = subprocess.run([VALIDATOR, target], capture_output=True, text=True)
        assert json.loads(done.stdout)["errors"] == []


@pytest.mark.slow
@pytest.mark.parametrize("seed", range(20))
def test_a_pdf_by_libreoffice_is_read_back_equal(seed: int, tmp_path: Path) -> None:
    report = varied(seed)
    target = tmp_path / "a.pdf"
    assert publish_report(report, [], target, Asked(draft=seed % 2 == 0)) == figure_cells(report)
    pages = page_texts(target)
    last = ["".join(page.strip().split("\n")[-1].split()) for page in pages]
    assert last == [f"—{number}—" for number in range(1, len(pages) + 1)]


@pytest.mark.slow
def test_table_three_stands_on_one_page(tmp_path: Path) -> None:
    report = plain_report()
    target = tmp_path / "a.pdf"
    publish_report(report, check(report), target)
    (page,) = [one for one in page_texts(target) if "一、本年新收" in one]
    assert "四、结转下年度继续办理" in page
