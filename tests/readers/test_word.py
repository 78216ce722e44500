"""Word documents: what one sees in them, cell by cell, and whole reports in every way of writing
them.
"""

from __future__ import annotations

import io
import zipfile
from collections.abc import Callable, Mapping
from contextlib import suppress
from dataclasses import replace
from pathlib import Path

import pytest
from docx import Document
from hypothesis import HealthCheck, given
from hypothesis import strategies as st

import gongkai
from gongkai.editions import all_editions
from gongkai.model import Grid, Report, UnreadableDocument, Value
from gongkai.publish.content import publication_of
from gongkai.publish.docx import docx_bytes
from gongkai.readers.word import word_blocks
from helpers import DOCUMENTS
from helpers.blocks import links, prose, read, texts
from helpers.counts import properties
from helpers.growth import LINEAR, doubling
from helpers.made import report_of
from helpers.pages import figures, misread, read_page, unlike
from helpers.ruian import TRUTH
from helpers.strategies import reports
from helpers.writers.mutations import IN_ANY_TABLE, swap_columns
from helpers.writers.styles import FIGURES, LABELS, TABLES, report_sheets
from helpers.writers.words import (
    MANNERS,
    SPACES,
    STYLES,
    Manner,
    boxed,
    cell,
    docx,
    packed,
    paragraph,
    row,
    rows_of,
    run,
    spans,
    table,
    texted,
    word_page,
)


@properties(80, HealthCheck.data_too_large)
@given(
    report=reports(),
    manner=MANNERS,
    labels=st.sampled_from(list(LABELS)),
    writing=st.sampled_from(list(FIGURES)),
)
def test_a_report_is_read_back_equal(
    report: Report, manner: Manner, labels: str, writing: str
) -> None:
    read = read_page(word_page(report, report_sheets(report, labels, writing), manner))
    assert misread(figures(report), read) == []
    assert unlike(figures(report), read) == []
    assert [problem for problem in read.problems if problem.table] == []
    assert (read.title, read.agency, read.year) == (report.title, report.agency, report.year)


@pytest.mark.parametrize("mutate", IN_ANY_TABLE)
@properties(32, HealthCheck.data_too_large)
@given(report=reports(), manner=MANNERS, data=st.data())
def test_a_broken_document_never_gives_a_wrong_figure(
    mutate, report: Report, manner: Manner, data
) -> None:  # type: ignore[no-untyped-def]
    sheets = report_sheets(report)
    table = data.draw(st.sampled_from(TABLES))
    sheets[table], blank = mutate(sheets[table], data)
    try:
        read = read_page(word_page(report, sheets, manner))
    except UnreadableDocument:
        return
    assert misread(figures(report), read, blank) == []


# --- the official form ----------------------------------------------------------------------------

OFFICIAL = DOCUMENTS / "docx-official-2022" / "source.docx"


def filled(values: Mapping[str, Value]) -> bytes:
    """The official form with these figures and no others, as a program fills it in."""
    document = Document(str(OFFICIAL))
    for sheet, name in zip(document.tables, TABLES, strict=True):
        rows = [row.cells for row in sheet.rows]
        for cell_id, place in all_editions()["2021"].forms[name].cells.items():
            value = values.get(cell_id)
            rows[place.box.top - 1][place.box.left - 1].text = "" if value is None else str(value)
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


def test_the_official_form_is_recognised_while_it_is_blank() -> None:
    report = read_page(filled({}))
    assert list(report.tables) == list(TABLES)
    assert set(figures(report).values()) == {None}
    assert report.problems == ()


def test_the_official_form_filled_in_is_read_back() -> None:
    report = read_page(filled(TRUTH))
    assert unlike(TRUTH, report) == []
    assert report.problems == ()


# --- the document ---------------------------------------------------------------------------------


def test_headings_and_lines_in_their_order() -> None:
    body = paragraph(run("题目"), '<w:pStyle w:val="1"/>') + paragraph(run("一")) + paragraph("")
    body += (
        boxed(paragraph(run("框")))
        + rows_of(["a", "b"], ["c", "d"])
        + paragraph(run("二") + "<w:r><w:br/></w:r>" + run("三"))
    )
    blocks = word_blocks(docx(body, STYLES))
    assert prose(blocks) == [("h1", "题目"), ("", "一\n\n\n框"), ("", "二\n三")]
    assert [block.place.line for block in blocks if not isinstance(block, Grid)] == [1, 2, 6]


def test_a_text_box_is_read_once_and_with_its_tables() -> None:
    blocks = word_blocks(docx(boxed(rows_of(["a", "1"], ["b", "2"]) + paragraph(run("后")))))
    assert texts(blocks) == [["a", "1"], ["b", "2"]]
    assert prose(blocks)[-1] == ("", "后")


def test_links() -> None:
    link = f'<w:hyperlink r:id="h">{run("附件")}</w:hyperlink>'
    assert links(
        word_blocks(docx(paragraph(run("见") + link), links={"h:hyperlink": "https://a/b.xlsx"}))
    ) == [("link", "附件", "https://a/b.xlsx")]


@pytest.mark.parametrize("element", ["w:altChunk", "w:subDoc"])
def test_content_that_lies_in_another_file_is_never_lost_without_a_word(element: str) -> None:
    element = f'<{element} r:id="x"/>'
    for body in (element, paragraph(element)):
        with pytest.raises(UnreadableDocument, match=r"另一份文件.*另存一份"):
            word_blocks(docx(paragraph(run("报告")) + body))


# --- hostile documents ----------------------------------------------------------------------------

MEGABYTE = 1_000_000
BOMB = "".join(f'<!ENTITY a{at + 1} "{f"&a{at};" * 10}">' for at in range(9))
HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "nested tables": (
        lambda: docx("<w:tbl><w:tr><w:tc>" * 100_000 + "</w:tc></w:tr></w:tbl>" * 100_000),
        "嵌套",
    ),
    "nested runs": (
        lambda: docx("<w:p>" + "<w:ins>" * 100_000 + "</w:ins>" * 100_000 + "</w:p>"),
        "嵌套",
    ),
    "ten million cells": (lambda: docx(table(row("<w:tc/>" * 1_000) * 10_000)), "过大"),
    "many cells": (lambda: docx(table(row("<w:tc/>" * 1_000) * 201)), "单元格"),
    "wide spans": (
        lambda: docx(table(row(texted("1", spans(2_000_000_000)) * 2) * 9_000)),
        "单元格",
    ),
    "300 MB": (lambda: docx(paragraph(run("1")) * 5_000_000), "过大"),
    "one long text": (lambda: docx(paragraph(run("1" * 11 * MEGABYTE))), "损坏"),
    "entities": (
        lambda: docx_of(f'<!DOCTYPE a [<!ENTITY a0 "1">{BOMB}]><a>&a9;</a>'),
        "不安全的内容",
    ),
    "outside entity": (
        lambda: docx_of('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><a>&x;</a>'),
        "不安全的内容",
    ),
    "entities in UTF-16": (
        lambda: docx_of(f"<!DOCTYPE a [{BOMB}]><a>&a9;</a>".encode("utf-16")),
        "不安全的内容",
    ),
    "no document": (lambda: packed({"word/x.xml": "<x/>"}), "没有 Word 文档的正文"),
    "another root": (lambda: docx_of("<x/>"), "没有 Word 文档的正文"),
    "cut XML": (lambda: docx_of(f"<w:document {SPACES}><w:body>"), "损坏"),
    "cut file": (lambda: docx(paragraph(run("1")))[:-200], "损坏"),
    "thousands of parts": (lambda: packed({f"word/{at}": "" for at in range(6_000)}), "过大"),
    "two of one name": (
        lambda: packed({"word/document.xml": "<a/>", "WORD/document.xml": "<b/>"}),
        "内部结构有误",
    ),
}


def docx_of(part: str | bytes) -> bytes:
    return packed({"word/document.xml": part})


HEAVY = ("300 MB", "many cells")
SLOW = [pytest.param(name, marks=pytest.mark.slow) for name in HEAVY]


@pytest.mark.parametrize("name", [*(name for name in HOSTILE if name not in HEAVY), *SLOW])
def test_what_no_report_is_like_is_said_in_a_sentence(name: str) -> None:
    make, said = HOSTILE[name]
    content = make()
    assert len(content) < 2 * MEGABYTE
    with pytest.raises(UnreadableDocument, match=f"^report：.*{said}.*；.*。$"):
        read(content)


@pytest.mark.parametrize(
    "body",
    [
        "<w:tbl><w:tr><w:tc>" * 80 + paragraph(run("1")) * 9_000 + "</w:tc></w:tr></w:tbl>" * 80,
        table(row(cell(paragraph(run("1")), "<w:vMerge/>") * 2) * 9_000),
        paragraph(("<w:r><w:fldChar w:fldCharType='begin'/></w:r>" + run("1")) * 30_000),
        boxed(paragraph(run("1"))) * 2_000,
        paragraph((run("1", '<w:vertAlign w:val="superscript"/>') + run("2")) * 20_000),
    ],
    ids=["deep", "merged", "fields", "boxes", "raised"],
)
def test_long_and_deep_documents_are_read_within_bounds(body: str) -> None:
    """Within the time and the memory of a reader, or the sentence about these would be raised."""
    assert read(docx(body))


def chained(length: int) -> bytes:
    """A paragraph in the first of a chain of styles, each based on the next one."""
    style = '<w:style w:styleId="s{}"><w:basedOn w:val="s{}"/></w:style>'
    chain = "".join(style.format(n, n + 1) for n in range(length))
    return docx(paragraph(run("1"), '<w:pStyle w:val="s0"/>'), chain)


def test_a_long_chain_of_styles_is_followed_once() -> None:
    assert prose(read(chained(10_000))) == [("", "1")]
    assert doubling(word_blocks, chained, 500) < LINEAR


def test_nothing_of_an_archive_is_written_to_disk(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    with zipfile.ZipFile(io.BytesIO(docx(paragraph(run("1"))))) as archive:
        parts = {name: archive.read(name) for name in archive.namelist()}
    content = packed(
        {**parts, "../outside.txt": b"x", str(tmp_path / "absolute.txt"): b"x", "inside.txt": b"x"}
    )
    assert prose(word_blocks(content)) == [("", "1")]
    assert list(tmp_path.iterdir()) == []


@properties(60)
@given(st.data())
def test_a_damaged_document_is_read_or_refused(data: st.DataObject) -> None:
    content = bytearray(docx(rows_of(["规章", "1"], ["a", "2"]) + paragraph(run("12"))))
    for _ in range(data.draw(st.integers(1, 9))):
        content[data.draw(st.integers(0, len(content) - 1))] = data.draw(st.integers(0, 255))
    with suppress(UnreadableDocument):
        word_blocks(bytes(content))


SOUP = (
    *(
        "<w:p>",
        "</w:p>",
        "<w:tbl>",
        "</w:tbl>",
        "<w:tr>",
        "</w:tr>",
        "<w:tc>",
        "</w:tc>",
        "<w:sdt>",
        "</w:sdt>",
    ),
    *(
        "<w:sdtContent>",
        "</w:sdtContent>",
        "<w:r>",
        "</w:r>",
        "<w:pict>",
        "</w:pict>",
        "<w:txbxContent>",
    ),
    *(
        "</w:txbxContent>",
        "<mc:AlternateContent>",
        "</mc:AlternateContent>",
        "<mc:Choice>",
        "</mc:Choice>",
    ),
    *(
        '<w:tcPr><w:vMerge/><w:gridSpan w:val="x"/></w:tcPr>',
        '<w:tcPr><w:hMerge w:val="restart"/></w:tcPr>',
    ),
    *(
        "<w:t>1</w:t>",
        "<w:br/>",
        '<w:fldChar w:fldCharType="begin"/>',
        '<w:fldChar w:fldCharType="end"/>',
    ),
    *(
        "<w:trPr><w:gridBefore w:val='9'/></w:trPr>",
        "<w:rPr><w:vertAlign w:val='superscript'/></w:rPr>",
    ),
    *(
        '<w:pPr><w:numPr><w:ilvl w:val="99"/><w:numId w:val="1"/></w:numPr></w:pPr>',
        "<w:sym/>",
        "<m:oMath/>",
    ),
)


@properties(150)
@given(st.lists(st.sampled_from(SOUP), max_size=60))
def test_any_soup_of_elements_is_read(pieces: list[str]) -> None:
    """Elements in any order, closed as XML wants it."""
    written, opened = "", []
    for piece in pieces:
        if piece.startswith("</"):
            if opened and opened[-1] == piece[2:-1]:
                written += f"</{opened.pop()}>"
            continue
        written += piece
        if not piece.endswith("/>") and "</" not in piece:
            opened.append(piece[1:-1])
    written += "".join(f"</{name}>" for name in reversed(opened))
    for block in word_blocks(docx(written)):
        if isinstance(block, Grid):
            assert all(
                item.column >= 0 and item.rowspan > 0 and item.colspan > 0
                for line in block.rows
                for item in line
            )


def test_a_head_in_which_two_labels_share_a_column_is_doubtful() -> None:
    """自然人 stands above 商业企业, and nothing above the column next to them: nobody can tell
    which is which.
    """
    report = report_of()
    sheets = report_sheets(report)
    sheets["applications"] = swap_columns(sheets["applications"], 4, 5)
    read = read_page(word_page(report, sheets, Manner()))
    assert misread(figures(report), read) == []
    assert {
        read.value(f"applications.new.{column}") for column in ("natural", "company", "total")
    } == {None}


# --- headers and footers --------------------------------------------------------------------------

OWN_TITLE = "青溪县人民政府2021年政府信息公开工作年度报告"


def with_margins(header: str, footer: str, first: str = "") -> bytes:
    """A published report whose pages have a header and a footer; ``first`` is that of a first page,
    which has none of its own.
    """
    report = replace(report_of(), agency="青溪县人民政府", title=OWN_TITLE)
    document = Document(io.BytesIO(docx_bytes(publication_of(report))))
    section = document.sections[0]
    section.header.paragraphs[0].text = header
    section.footer.paragraphs[0].text = footer
    section.first_page_header.paragraphs[0].text = first
    section.different_first_page_header_footer = False
    buffer = io.BytesIO()
    document.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize(
    ("header", "footer", "told", "left"),
    [
        ("青溪县人民政府2020年政府信息公开工作年度报告", "— 1 —", True, True),
        ("平阳县人民政府2021年政府信息公开工作年度报告", "", True, True),
        ("", "青溪县人民政府2020年政府信息公开工作年度报告", True, True),
        (OWN_TITLE, "第 1 页 共 5 页", False, False),
        ("青溪县人民政府", "Page 1 of 5", False, False),
        ("青溪县2021年政府信息公开工作年度报告", "", False, True),
        ("内部资料", "- 2 -", False, True),
        ("", "", False, False),
    ],
)
def test_what_stands_above_and_below_the_pages(
    header: str, footer: str, told: bool, left: bool
) -> None:
    """Another year's or body's title is told, and whatever is not in the report is left out."""
    content = with_margins(header, footer, "青溪县人民政府2019年政府信息公开工作年度报告")
    report = gongkai.read_report(content)
    found = [one.message for one in gongkai.check(report) if "页眉" in one.message]
    assert len(found) == told
    assert bool(report.left_out) == left
    assert (report.agency, report.year) == ("青溪县人民政府", 2021)
