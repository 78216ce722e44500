"""Readers: what a page hides, raises or sets apart never becomes part of a figure."""

from __future__ import annotations

import pytest

from gongkai.model import Grid
from gongkai.readers.html import html_blocks
from helpers.blocks import cell, prose, texts


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("708<a href=x>1</a>", "708^1"),
        ("<a href=x>70</a>8", "70^8"),
        ("<a href=x>708</a>", "708"),
        ("708<button>2</button>", "708"),
        ("9<span class=h>708</span>", "9"),
        ("9<span style='font-size:0'>708</span>", "9"),
        ("9<span style='font-size:0.5em'>70</span>", "970"),
        ("9<span style='opacity:0'>708</span>", "9"),
        ("9<span class=printed>708</span>", "9708"),
    ],
)
def test_text_beside_a_figure_never_joins_it(cell: str, text: str) -> None:
    styles = "<style>b{} .h , #i{display:none} @media print{.printed{display:none}}</style>"
    page = f"{styles}<table><tr><td>a</td><td>{cell}</td></tr><tr><td>b</td><td>1</td></tr></table>"
    grid = next(block for block in html_blocks(page) if isinstance(block, Grid))
    assert grid.rows[0][1].text == text


def styled(css: str, markup: str) -> str:
    """The text of a cell with this content under the page's own style rules."""
    page = f"<style>{css}</style><table><tr><td>a</td><td>{markup}</td></tr><tr><td>b</td><td>1</td></tr></table>"
    return texts(html_blocks(page))[0][1]


@pytest.mark.parametrize(
    ("css", "text"),
    [
        (".h{display:none}", "9"),
        ("span.h,x{opacity:0.0}", "9"),
        ("/* .h */ .h { VISIBILITY: hidden !important }", "9"),
        ("<!-- .h{display:none} -->", "9"),
        ('@charset "utf-8"; .h{display:none}', "9"),
        ("@media screen{.h{display:none}}", "9"),
        ("@media print{.h{display:none}} b{}", "97"),
        (".h{backface-visibility:hidden;fill-opacity:0;background-color:transparent}", "97"),
        (".h{display:none;display:inline}", "97"),
        (".h{display:none} .h.on{display:inline}", "9^7"),
        (".h{vertical-align:super}", "9^7"),
        (".h{display:table-cell}", "9\n7"),
        (".h²{display:none}", "97"),
        (".h{display:none", "97"),
    ],
)
def test_rules_of_the_page_itself(css: str, text: str) -> None:
    assert styled(css, "9<span class=h>7</span>") == text


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("9<span style='color:transparent'>7</span>", "9"),
        ("9<span style='background-color:transparent;mso-bidi-font-size:0pt'>7</span>", "97"),
        ("9<span style='font-size: 0 !important'>7</span>", "9"),
        ("<p style='font-size:0'><span style='font-size:16px'>7</span></p>", "7"),
        ("9<span style='font-size:0'><b style='font-size:16px'>7</b></span>", "9^7"),
        ("<span style='display:table-cell'>1</span><span style='display:table-cell'>2</span>", "1\n2"),
        ("<span style='display:block'>1</span><span>2</span>", "1\n2"),
        ("<a href=x>70</a><a href=y>8</a>", "70^8"),
        ("708<a href=x> </a><a name=x></a><sup></sup>1", "708 1"),
        ("<a name=x>70</a>8", "708"),
        ("2.其他<a href=x>法律</a>行政法规", "2.其他法律行政法规"),
        ("规章<a href=x>1</a>", "规章^1"),
    ],
)
def test_what_stands_beside_a_figure(markup: str, text: str) -> None:
    assert cell(markup) == text


def test_a_cell_with_nothing_to_see_keeps_its_column() -> None:
    for style in ("visibility:hidden", "opacity:0", "font-size:0", "text-decoration:line-through", "mso-hide:all"):
        row = f"<tr><td>a<td style='{style}'>5<td>6<tr style='{style}'><td>7<td>8<td>9<tr><td>b<td>1<td>2"
        assert texts(html_blocks(f"<table>{row}</table>")) == [["a", "", "6"], [], ["b", "1", "2"]]


def test_what_fades_in_is_read_where_it_holds_a_table() -> None:
    table = "<table><tr><td>a<td>1<tr><td>b<td>2</table>"
    assert texts(html_blocks(f"<div style='opacity:0'>{table}</div>")) == [["a", "1"], ["b", "2"]]
    page = f"<style>.tab{{display:none}}</style><table><tr><td>x<td><div class=tab>{table}</div></table>"
    assert texts(html_blocks(page)) == [["a", "1"], ["b", "2"]]


def test_cells_made_of_divs_are_lines_and_blank_ones_stay() -> None:
    cells = "".join(f"<span style='display:table-cell'>{text}</span>" for text in ("规章", "1", "", "2"))
    assert prose(html_blocks(f"<div style='display:table-row'>{cells}</div>")) == [("", "规章\n1\n\n2")]
