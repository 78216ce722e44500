"""Readers: what a page hides, raises or sets apart never becomes part of a figure."""

from __future__ import annotations

import re

import pytest

from gongkai.model import Document, Grid
from gongkai.readers import read_blocks
from gongkai.readers.html import html_blocks
from gongkai.sources.detect import decode
from helpers import DOCUMENTS
from helpers.blocks import cell, prose, texts
from helpers.counts import matrix
from helpers.pages import CASES


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        ("708<a href=x>1</a>", "708^1"),
        ("<a href=x>70</a>8", "70^8"),
        ("<a href=x>708</a>", "708"),
        ("708<button>2</button>", "708"),
        ("9<span class=h>708</span>", "9"),
        ("9<span style='font-size:0'>708</span>", "9"),
        ("9<span style='font-size:0.5em'>70</span>", "9^70"),
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
    page = (
        f"<style>{css}</style><table><tr><td>a</td><td>{markup}</td></tr><tr><td>b</td><td>1</td>"
        f"</tr></table>"
    )
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
        (".h{backface-visibility:hidden;fill-opacity:0;background-color:transparent}", "9^7"),
        (".h{display:none;display:inline}", "97"),
        (".h{display:none} .h.on{display:inline}", "9^7"),
        (".h{vertical-align:super}", "9^7"),
        (".h{display:table-cell}", "9\n7"),
        (".h²{display:none}", "9^7"),
        (".h{display:none", "9"),
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
        (
            "<span style='display:table-cell'>1</span><span style='display:table-cell'>2</span>",
            "1\n2",
        ),
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
    for style in (
        "visibility:hidden",
        "opacity:0",
        "font-size:0",
        "text-decoration:line-through",
        "mso-hide:all",
    ):
        row = (
            f"<tr><td>a<td style='{style}'>5<td>6<tr style='{style}'><td>7<td>8<td>9<tr><td>b<td>"
            f"1<td>2"
        )
        assert texts(html_blocks(f"<table>{row}</table>")) == [["a", "", "6"], [], ["b", "1", "2"]]


def test_what_fades_in_is_read_where_it_holds_a_table() -> None:
    table = "<table><tr><td>a<td>1<tr><td>b<td>2</table>"
    assert texts(html_blocks(f"<div style='opacity:0'>{table}</div>")) == [["a", "1"], ["b", "2"]]
    page = (
        f"<style>.tab{{display:none}}</style><table><tr><td>x<td><div "
        f"class=tab>{table}</div></table>"
    )
    assert texts(html_blocks(page)) == [["a", "1"], ["b", "2"]]


def test_cells_made_of_divs_are_lines_and_blank_ones_stay() -> None:
    cells = "".join(
        f"<span style='display:table-cell'>{text}</span>" for text in ("规章", "1", "", "2")
    )
    assert prose(html_blocks(f"<div style='display:table-row'>{cells}</div>")) == [
        ("", "规章\n1\n\n2")
    ]


# --- a run of characters that stands apart from the digits beside it ------------------------------

APART = [
    "43<span style='position:relative;top:-5px;font-size:8px'>1</span>",
    "43<span style='position: absolute; top: -3pt'>1</span>",
    "43<span style='mso-text-raise:4.0pt'>1</span>",
    "43<span style='vertical-align:4px'>1</span>",
    "43<span style='vertical-align:30%'>1</span>",
    "43<span style='vertical-align:text-top'>1</span>",
    "43<span style='vertical-align:0.5em;font-size:smaller'>1</span>",
    "43<span style='font-size:0.6em'>1</span>",
    "43<span style='font-size:60%'>1</span>",
    "43<span style='font-size:x-small'>1</span>",
    "43<span style='transform:translateY(-4px)'>1</span>",
    "43<span style='color:#fff'>1</span>",
    "43<span style='color: white'>1</span>",
    "43<span style='color:rgb(255, 255, 255)'>1</span>",
    "43<small>1</small>",
    "43<sup>1</sup>",
    "43<span class=MsoFootnoteReference>1</span>",
    "43<span class=unknown>1</span>",
    "43<font class='note ref'>1</font>",
    "43<i class=fn>1</i>",
    "<span class=unknown>43</span>1",
    "<p>43<span class=unknown>1</span></p>",
    "<span class=za>43</span><span class=zb>1</span>",
    "<span class=za>43</span><span class=za style='color:red'>1</span>",
    "<b class=za>43</b><span class=za>1</span>",
]
HIDDEN = [
    "43<span style='position:absolute;left:-9999px'>1</span>",
    "43<span style='text-indent:-9999px;display:inline-block'>1</span>",
    "43<span style='position:absolute;clip:rect(0,0,0,0)'>1</span>",
    "43<span style='position:absolute;clip-path:inset(50%)'>1</span>",
    "43<span style='display:inline-block;max-height:0;overflow:hidden'>1</span>",
    "43<span style='transform:scale(0)'>1</span>",
    "43<span style='position:relative;top:-5000px'>1</span>",
    "43<span style='filter:opacity(0)'>1</span>",
    "43<progress value=1>1</progress>",
    "43<meter value=1>1</meter>",
    "43<video>1</video>",
    "43<audio>1</audio>",
    "43<canvas>1</canvas>",
    "43<iframe>1</iframe>",
]
DRESS = [
    "43<span style='font-family:宋体'>1</span>",
    (
        "<span lang=EN-US style='font-size:9.0pt'>43</span><span style='font-size:9.0pt;"
        "mso-font-kerning:0pt'>1</span>"
    ),
    "43<span style='color:#333'>1</span>",
    "43<span style='color:black;background:white'>1</span>",
    "43<b>1</b>",
    "<span class=unknown>431</span>",
    "<span class=font11><span class=font12>431</span></span>",
    "<p class=MsoNormal><span class=GramE>43</span>1</p>",
    "<p class=a><span class=b>431</span></p>",
    "<font class=x>431</font>",
    "<span style='position:relative'>43</span>1",
    "<span style='vertical-align:middle'>43</span>1",
    "<span style='vertical-align:baseline'>43</span>1",
    "<span style='letter-spacing:0'>43</span>1",
    "<div style='position:relative;top:2px'>431</div>",
    "<small>431</small>",
    "<span class=15>43</span><span class=15>1</span>",
    "<p><span class=15>4</span><span class=15>3</span><span class=15>1</span></p>",
    "<small>43</small><small>1</small>",
    "<font class=x color=red>43</font><font class=x color=red>1</font>",
]


@pytest.mark.parametrize("markup", APART)
def test_a_run_that_is_raised_moved_or_of_unknown_dress_is_no_part_of_the_figure(
    markup: str,
) -> None:
    assert cell(markup) == "43^1"


def test_digits_that_are_turned_round_are_no_figure() -> None:
    assert cell("<bdo dir=rtl>34</bdo>") == "□^34"
    assert cell("<bdo dir=ltr>34</bdo>") == cell("<bdo>34</bdo>") == "34"


@pytest.mark.parametrize("markup", HIDDEN)
def test_what_nobody_sees_is_no_part_of_the_figure(markup: str) -> None:
    assert cell(markup) == "43"


@pytest.mark.parametrize("markup", DRESS)
def test_the_dress_of_editors_changes_nothing(markup: str) -> None:
    assert cell(markup) == "431"


@pytest.mark.parametrize(
    ("css", "text"),
    [
        (".n{position:relative;top:-.4em}", "43^1"),
        (".n{mso-text-raise:3pt}", "43^1"),
        (".n{vertical-align:3px}", "43^1"),
        (".n{font-size:60%}", "43^1"),
        (".n{color:#FFFFFF}", "43^1"),
        (".n{text-indent:-999em}", "43"),
        (".n{max-height:0;overflow:hidden}", "43"),
        (".n{font-family:宋体;font-size:9pt;color:#000}", "431"),
        ("span.n{mso-ascii-font-family:宋体}", "431"),
        (".other{color:red}", "43^1"),
        (".n{} .n::after{content:'2'}", "43^□^1"),
        (".n:before{content:attr(data-v)}", "43^□^1"),
        (".n{} .n::after{content:'\\\\32'}", "43^□^1"),
        (".n::after{content:''}", "431"),
        (".n::after{content:none;clear:both}", "431"),
        (".n::before{content:' '}", "431"),
        ("td .n{vertical-align:super}", "43^1"),
        ("td>.n{font-size:8px}", "43^1"),
        ("span:last-child{vertical-align:super}", "43^1"),
        ("td span{display:none}", "43"),
        ("[class=n]{font:8px/1 serif}", "43^1"),
        ("@media (min-width:701px){.n{display:none}}", "43"),
        ("@media (max-width:700px){.n{display:none}}", "431"),
        ("@supports (top:1px){.n{vertical-align:super}}", "43^1"),
        (".n:hover{display:none}", "431"),
        ("a[[.n{display:none}", "43^1"),
    ],
)
def test_rules_that_move_or_resize(css: str, text: str) -> None:
    assert styled(css, "43<span class=n>1</span>") == text


HTML_CASES = [case for case in CASES if (DOCUMENTS / case / "source.html").is_file()]
DRESSES = (
    '<span class="unknown">{}</span>',
    (
        '<font class="font11"><span lang="EN-US" style="font-size:9.0pt;'
        'mso-font-kerning:0pt">{}</span></font>'
    ),
    '<span style="font-family:仿宋_GB2312;color:#333;position:relative">{}</span>',
    "<small>{}</small>",
    '<p class="x1 x2"><span style="font-size:70%">{}</span></p>',
)


@matrix(case=HTML_CASES, dress=DRESSES)
def test_what_every_figure_bears_is_its_dress(case: str, dress: str) -> None:
    page = read_blocks(Document("page", "", (DOCUMENTS / case / "source.html").read_bytes(), ""))
    text = decode((DOCUMENTS / case / "source.html").read_bytes(), "")
    dressed = re.sub(
        r"(<td[^<>]*>)\s*(\d+)\s*(</td>)",
        lambda cell: cell[1] + dress.format(cell[2]) + cell[3],
        text,
    )
    again = read_blocks(Document("page", "", dressed.encode(), "", charset="utf-8"))
    one, other = ([grid for grid in blocks if isinstance(grid, Grid)] for blocks in (page, again))
    assert [grid.rows for grid in other] == [grid.rows for grid in one]


@pytest.mark.parametrize(
    ("text", "read"),
    [("43", "43^□"), ("", ""), ("行政许可", "行政许可"), ("<p>4</p><p>3</p>", "4\n3^□")],
)
def test_a_cell_into_which_a_text_is_drawn_is_no_figure(text: str, read: str) -> None:
    page = (
        "<style>.n::after{{content:'1'}}</style><table><tr><td>a</td><td "
        "class=n>{}</td></tr><tr><td>b<td>1</table>"
    )
    assert texts(html_blocks(page.format(text)))[0][1] == read
