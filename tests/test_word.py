"""Room: tests. Word documents: what one sees in them, cell by cell, and whole reports in every way of writing them."""

from __future__ import annotations

import os

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from blocks import links, prose, texts
from gongkai.model import Grid, Report, UnreadableDocument
from gongkai.readers.word import word_blocks
from pages import figures, misread, read_page, unlike
from strategies import reports
from styles import FIGURES, LABELS, TABLES, report_sheets
from test_properties import IN_ANY_TABLE
from words import (
    MERGES,
    PLACES,
    STYLES,
    TEXTS,
    WRAPS,
    Manner,
    boxed,
    docx,
    paragraph,
    rows_of,
    run,
    word_page,
)

DEEP = os.environ.get("GONGKAI_TESTS") == "deep"


def profile(examples: int) -> settings:
    slow = [HealthCheck.too_slow, HealthCheck.data_too_large]
    most = 10 * examples if DEEP else examples
    return settings(max_examples=most, derandomize=not DEEP, deadline=None, suppress_health_check=slow)


MANNERS = st.builds(
    Manner,
    merged=st.sampled_from(list(MERGES)),
    text=st.sampled_from(list(TEXTS)),
    around=st.sampled_from(list(WRAPS)),
    place=st.sampled_from(list(PLACES)),
    strict=st.booleans(),
    changed=st.booleans(),
)


@profile(50)
@given(report=reports(), manner=MANNERS, labels=st.sampled_from(list(LABELS)), writing=st.sampled_from(list(FIGURES)))
def test_a_report_is_read_back_equal(report: Report, manner: Manner, labels: str, writing: str) -> None:
    read = read_page(word_page(report, report_sheets(report, labels, writing), manner))
    assert misread(figures(report), read) == []
    assert unlike(figures(report), read) == []
    assert (read.title, read.agency, read.year) == (report.title, report.agency, report.year)


@pytest.mark.parametrize("mutate", IN_ANY_TABLE)
@profile(15)
@given(report=reports(), manner=MANNERS, data=st.data())
def test_a_broken_document_never_gives_a_wrong_figure(mutate, report: Report, manner: Manner, data) -> None:  # type: ignore[no-untyped-def]
    sheets = report_sheets(report)
    table = data.draw(st.sampled_from(TABLES))
    sheets[table], blank = mutate(sheets[table], data)
    try:
        read = read_page(word_page(report, sheets, manner))
    except UnreadableDocument:
        return
    assert misread(figures(report), read, blank) == []


# --- the document -------------------------------------------------------------------------------------------------


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
    assert links(word_blocks(docx(paragraph(run("见") + link), links={"h:hyperlink": "https://a/b.xlsx"}))) == [
        ("link", "附件", "https://a/b.xlsx")
    ]


@pytest.mark.parametrize("element", ["w:altChunk", "w:subDoc"])
def test_content_that_lies_in_another_file_is_never_lost_without_a_word(element: str) -> None:
    element = f'<{element} r:id="x"/>'
    for body in (element, paragraph(element)):
        with pytest.raises(UnreadableDocument, match=r"另一份文件.*另存一份"):
            word_blocks(docx(paragraph(run("报告")) + body))
