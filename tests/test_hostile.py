"""Room: tests. Readers: pages and texts made to be slow, endless or broken are read in linear time or refused."""

from __future__ import annotations

import re

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gongkai.model import GongkaiError, UnreadableDocument
from gongkai.readers.bounds import DEEPEST, MOST_TAGS
from gongkai.readers.html import CELLS, html_blocks
from gongkai.readers.text import text_blocks
from helpers.blocks import prose, read

KNOWN = "政府信息公开工作年度报告"


@pytest.mark.parametrize("tag", ["div", "p", "table><tr><td", "ul><li", "b><p", "a href=x", "h1", "sup", "pre", "font"])
def test_tags_nested_ten_thousand_deep(tag: str) -> None:
    blocks = html_blocks(f"<{tag}>" * 10_000 + KNOWN)
    assert KNOWN in "".join(text for _, text in prose(blocks))


@pytest.mark.parametrize(
    "page",
    [
        "<div>" * (DEEPEST + 1),
        "<table><tr>" + "<td>1<td>2" * (CELLS // 2 + 1),
        "<table>" + "<tr><td>1<td colspan=64>2<td colspan=64>3" * 4_000,
        "<br>" * (MOST_TAGS + 1),
        "规章 | 0 | 0\n" * (CELLS // 3 + 1),
    ],
    ids=["deep", "many", "wide", "tags", "text"],
)
def test_pages_beyond_the_bounds(page: str) -> None:
    with pytest.raises(UnreadableDocument, match=r"^report：.*。$"):
        read(page.encode())


SOUP = re.findall(
    r"<[^>]*>?|[^<]",
    "<table><tr><td><td rowspan=3></td></table><caption><tbody><p></p><a href=x></a><sup></sup><h1></h1><br><pre></pre>"
    "<div hidden></div><select><option><svg><math><frameset><textarea><title><!----><>/ =\"'12汉\n",
)


@given(st.lists(st.sampled_from(SOUP)))
def test_any_tag_soup_is_read(parts: list[str]) -> None:
    html_blocks("".join(parts))


@given(st.binary())
@example(b"\x00")
@example(b"<p>\xff\xfe")
@example("<p>\ud800".encode("utf-16-le", "surrogatepass"))
def test_any_bytes_are_read_or_refused(content: bytes) -> None:
    try:
        read(content)
    except GongkaiError as error:
        message = str(error)
    else:
        return
    assert message.startswith("report：")
    assert message.endswith("。")


@pytest.mark.parametrize(
    "content",
    [
        *(f"年{end * 200_001}".encode() for end in ("\n", "\r", "\f", "\x85", "\u2028")),
        b"<p>" + b"\r\n" * 200_001,
        b"a|1\n" * 200_001,
    ],
)
def test_a_flood_of_lines_is_refused(content: bytes) -> None:
    with pytest.raises(UnreadableDocument, match=r"^report：超过200000行.*。$"):
        read(content)


def test_a_crlf_ends_one_line() -> None:
    assert prose(read(b"a" + b"\r\n" * 150_000 + b"b"))[0][1].count("\n") == 150_000


@pytest.mark.parametrize("text", ["年" + "|" * (CELLS + 1), "年\n" + "\t1\t2" * CELLS, "｜" * CELLS + "年|"])
def test_a_flood_of_cells_in_text_is_refused(text: str) -> None:
    with pytest.raises(UnreadableDocument, match="单元格"):
        text_blocks(text)


@pytest.mark.parametrize(
    "page",
    [
        "<p " + " ".join(f"a{i}" for i in range(30_000)) + ">x",
        "<p " + " ".join(f"a{i}='>'" for i in range(100_000)) + ">x",
        ("<p " + " ".join(f"a{i}" for i in range(900)) + ">x") * 1_000,
        "".join(f"<x{i}>" for i in range(30_000)),
    ],
    ids=["attributes", "quoted", "together", "names"],
)
def test_tags_that_no_page_has_are_refused_before_they_are_parsed(page: str) -> None:
    with pytest.raises(UnreadableDocument, match=r"^网页.*。$"):
        html_blocks(page)


def test_a_long_script_or_picture_is_no_tag_with_many_attributes() -> None:
    script = "for (i=0;i<n;i++) x = y " * 5_000
    picture = "<img src='data:image/png;base64," + "AAAA BBBB/" * 5_000 + "'>"
    page = f"<script>{script}</script><style>{script}</style><!-- <b {script} -->{picture}<p>正文</p>"
    assert prose(html_blocks(page)) == [("", "正文")]


NESTED = "<marquee>"  # what keeps a link or a note open within another
TEXT = "x" * 1_000_000


@pytest.mark.parametrize(
    "page",
    [
        "<p>" + "<sup>1</sup>" * 100_000,
        "<p>" + "<b> </b>" * 60_000 + "<sup>1</sup>" * 60_000,
        "<table><tr><td>a<td>" + "<a href=x> </a>" * 60_000 + "<a href=x>1</a>" * 60_000,
        "<p>" + "<sup>" * 15_000 + TEXT,
        f"<p>{TEXT}" + f"<a href=x>{NESTED}" * 9_000 + "x<br>x",
        f"<a href=x>{NESTED}" * 9_000 + "x<br>" * 50_000,
        "<h1><div>" * 9_000 + "x<br>" * 50_000,
        "<table><tr><td>" * 9_000 + f"{TEXT}<br>{TEXT}",
        "<style>display:none" + "@" * 99_000 + "</style><p>x",
        "<style>display:none" + "/*" * 49_000 + "</style><p>x",
        "<style>" + "@media screen{" * 7_000 + "display:none" + "}" * 7_000 + "</style><p>x",
    ],
    ids=["notes", "blanks", "links", "deep", "before", "within", "heading", "cells", "at", "comment", "media"],
)
def test_hostile_pages_in_linear_time(page: str) -> None:
    """Minutes, each of them, if an element looked at all that stands before or in it."""
    assert any("x" in text or "1" in text for _, text in prose(html_blocks(page)))


def test_lines_handed_up_through_thousands_of_tables_are_refused() -> None:
    with pytest.raises(UnreadableDocument, match="嵌套"):
        html_blocks("<table><tr><td>" * 1_000 + "x<br>" * 50_000)
