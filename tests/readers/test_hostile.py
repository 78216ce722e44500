"""Readers: pages and texts made to be slow, endless or broken are read in linear time or
refused.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from types import ModuleType

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gongkai.model import GongkaiError, UnreadableDocument
from gongkai.readers import limits, text
from gongkai.readers.blocks import CELLS
from gongkai.readers.html import content, html_blocks
from gongkai.readers.limits import DEEPEST, MOST_TAGS
from gongkai.readers.text import text_blocks
from helpers.blocks import prose, read
from helpers.counts import properties, some
from helpers.growth import LINEAR, doubling

KNOWN = "政府信息公开工作年度报告"


@pytest.mark.parametrize("depth", [3_000, pytest.param(10_000, marks=pytest.mark.slow)])
@pytest.mark.parametrize(
    "tag", ["div", "p", "table><tr><td", "ul><li", "b><p", "a href=x", "h1", "sup", "pre", "font"]
)
def test_tags_nested_thousands_deep(tag: str, depth: int) -> None:
    blocks = html_blocks(f"<{tag}>" * depth + KNOWN)
    assert KNOWN in "".join(text for _, text in prose(blocks))


def many_cells(count: int) -> str:
    return "<table><tr>" + "<td>1<td>2" * (count // 2)


def cells_in_text(count: int) -> str:
    return "规章 | 0 | 0\n" * (count // 3 + 1)


def refused(page: str) -> str:
    with pytest.raises(UnreadableDocument, match=r"^report：.*。$") as caught:
        read(page.encode())
    return str(caught.value)


@pytest.mark.parametrize(
    "page",
    [
        "<div>" * (DEEPEST + 1),
        "<table>" + "<tr><td>1<td colspan=64>2<td colspan=64>3" * 4_000,
        "<br>" * (MOST_TAGS + 1),
        pytest.param(many_cells(CELLS + 2), marks=pytest.mark.slow),
        pytest.param(cells_in_text(CELLS + 2), marks=pytest.mark.slow),
    ],
    ids=["deep", "wide", "tags", "many", "text"],
)
def test_pages_beyond_the_bounds(page: str) -> None:
    assert refused(page)


CELLED = [
    pytest.param(content, many_cells, id="many"),
    pytest.param(text, cells_in_text, id="text"),
]


@pytest.mark.parametrize(("module", "page"), CELLED)
def test_more_cells_than_a_bound(
    module: ModuleType, page: Callable[[int], str], monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(module, "CELLS", 2_000)
    assert read(page(1_900).encode())
    assert "单元格" in refused(page(2_100))


SOUP = re.findall(
    r"<[^>]*>?|[^<]",
    "<table><tr><td><td rowspan=3></td></table><caption><tbody><p></p><a "
    "href=x></a><sup></sup><h1></h1><br><pre></pre>"
    "<div hidden></div><select><option><svg><math><frameset><textarea><title><!----><>/ =\"'12汉\n",
)


@properties(100)
@given(st.lists(st.sampled_from(SOUP)))
def test_any_tag_soup_is_read(parts: list[str]) -> None:
    html_blocks("".join(parts))


@properties(100)
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


def test_a_crlf_ends_one_line(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "MOST_LINES", 2_000)
    assert prose(read(b"a" + b"\r\n" * 1_500 + b"b"))[0][1].count("\n") == 1_500
    with pytest.raises(UnreadableDocument, match="超过2000行"):
        read(b"a" + b"\r\n" * 2_500 + b"b")


@pytest.mark.parametrize(
    "text", ["年" + "|" * (CELLS + 1), "年\n" + "\t1\t2" * CELLS, "｜" * CELLS + "年|"]
)
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
    page = (
        f"<script>{script}</script><style>{script}</style><!-- <b {script} -->{picture}<p>正文</p>"
    )
    assert prose(html_blocks(page)) == [("", "正文")]


NESTED = "<marquee>"  # what keeps a link or a note open within another
TEXT = "x" * 100


def links_after_blank_ones(size: int) -> str:
    return "<table><tr><td>a<td>" + "<a href=x> </a>" * size + "<a href=x>1</a>" * size


def links_after_text(size: int) -> str:
    return "<p>" + TEXT * min(15 * size, 10_000) + f"<a href=x>{NESTED}" * size + "x<br>x"


def nested_rules(size: int) -> str:
    return "<style>" + "@media screen{" * size + "display:none" + "}" * size + "</style><p>x"


def long_selectors(size: int) -> str:
    rules = "".join(f".zz{n} * * * div * td" + "{color:#fff}" for n in range(20))
    return (
        f"<style>{rules}.zz div div div div td{{color:#fff}}</style>"
        + "<div class=zz>" * size
        + table_of("1")
    )


def table_of(cell: str) -> str:
    return f"<table><tr><td>a<td>{cell}<tr><td>b<td>1</table>x"


WHITE = "<span style='color:#fff' class=x>"
LINKED_SHEET = "<link rel=stylesheet href=a.css>"


# Pages of any size, and one from which on the cost is measured; at four times it no bound is met.
GROWING: dict[str, tuple[Callable[[int], str], int]] = {
    "notes": (lambda size: "<p>" + "<sup>1</sup>" * size, 800),
    "blanks": (lambda size: "<p>" + "<b> </b>" * size + "<sup>1</sup>" * size, 1_000),
    "links": (links_after_blank_ones, 600),
    "deep": (lambda size: "<p>" + "<sup>" * size + TEXT * size, 500),
    "before": (links_after_text, 60),
    "within": (lambda size: f"<a href=x>{NESTED}" * size + "x<br>" * 5 * size, 150),
    "heading": (lambda size: "<h1><div>" * size + "x<br>" * 5 * size, 100),
    "cells": (lambda size: "<table><tr><td>" * size + f"{TEXT * size}<br>{TEXT * size}", 200),
    "at": (lambda size: "<style>display:none" + "@" * size + "</style><p>x", 20_000),
    "comment": (lambda size: "<style>display:none" + "/*" * size + "</style><p>x", 20_000),
    "media": (nested_rules, 400),
    "white": (lambda size: LINKED_SHEET + table_of(f"{WHITE}1</span>" * size), 800),
    "whites": (lambda size: LINKED_SHEET + table_of(WHITE * size + "1"), 400),
    "raised": (lambda size: table_of(f"<sup>{NESTED}" * size + "1"), 300),
    "classed": (
        lambda size: LINKED_SHEET + "<table class=x><tr class=y><td class=x>" * size + f"{TEXT}1",
        200,
    ),
    "escapes": (lambda size: "<style>" + "\\2e" * size + "{color:#fff}</style><p>x", 20_000),
    "within-rules": (
        lambda size: "<style>" + "a,b,c{" * size + "top:1px" + "}" * size + "</style><p>x",
        400,
    ),
    "selectors": (long_selectors, 300),
    "hidden": (
        lambda size: "<p>x<div>" + "<a href=y></a><p style=display:none>许可九件</p>" * size,
        2_000,
    ),
    "styles": (
        lambda size: "".join(f"<i style='top:{n}px'>1</i>" for n in range(size)) + "<p>x",
        500,
    ),
}
# As large as the bounds let them be.
LARGEST = {
    "notes": 100_000,
    "blanks": 60_000,
    "links": 60_000,
    "deep": 15_000,
    "before": 9_000,
    "within": 9_000,
    "heading": 9_000,
    "cells": 9_000,
    "at": 99_000,
    "comment": 49_000,
    "media": 7_000,
    "white": 100_000,
    "whites": 15_000,
    "raised": 9_000,
    "classed": 9_000,
    "escapes": 20_000,
    "within-rules": 10_000,
    "selectors": 9_000,
    "hidden": 60_000,
    "styles": 60_000,
}


def read_whole(page: str) -> None:
    assert any("x" in text or "1" in text for _, text in prose(html_blocks(page)))


@some("name", GROWING, 2)
def test_hostile_pages_in_linear_time(name: str) -> None:
    make, size = GROWING[name]
    assert doubling(read_whole, make, size) < LINEAR


@pytest.mark.slow
@pytest.mark.parametrize("name", GROWING)
def test_the_largest_hostile_pages_are_read(name: str) -> None:
    """Minutes, each of them, if an element looked at all that stands before or in it."""
    make, _ = GROWING[name]
    read_whole(make(LARGEST[name]))


def test_lines_handed_up_through_thousands_of_tables_are_refused() -> None:
    with pytest.raises(UnreadableDocument, match="嵌套"):
        html_blocks("<table><tr><td>" * 1_000 + "x<br>" * 50_000)
