"""Readers: charsets, web pages and plain text, as found and as abused."""

from __future__ import annotations

import html
import io
import zipfile
from itertools import product

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gongkai.figures import INVISIBLE
from gongkai.model import Grid, Link, Prose, UnreadableDocument
from gongkai.readers.html import html_blocks
from gongkai.readers.text import text_blocks
from gongkai.sources.detect import decode
from helpers.blocks import cell, links, prose, read, texts
from helpers.counts import properties

CHINESE = st.text(st.characters(min_codepoint=0x4E00, max_codepoint=0x9FA5), max_size=60)
KNOWN = "政府信息公开工作年度报告"

# --- charsets -------------------------------------------------------------------------------------


@properties(100)
@given(
    CHINESE,
    st.sampled_from(["", "gbk", "gb2312", "utf-8", "iso-8859-1", "big5", "nonsense", "utf-16le"]),
)
def test_utf_8_is_seen_whatever_is_declared(text: str, declared: str) -> None:
    assert decode(text.encode(), declared) == text
    assert decode(text.encode("utf-8-sig"), declared) == text


@properties(100)
@given(
    CHINESE, st.sampled_from(["", "gbk", "GB2312", "gb18030", "utf-8", "iso-8859-1", "nonsense"])
)
def test_gb18030_is_seen_whatever_is_declared(text: str, declared: str) -> None:
    page = f'<meta charset="utf-8">{KNOWN}{text}'
    assert decode(page.encode("gb18030"), declared) == page


@properties(100)
@given(CHINESE, st.sampled_from(["utf-16", "utf-32"]))
def test_byte_order_marks(text: str, encoding: str) -> None:
    assert decode(text.encode(encoding), "gbk") == text


@properties(100)
@given(st.integers(1, 2))
def test_a_last_character_cut_off_does_not_turn_utf_8_into_gbk(missing: int) -> None:
    assert decode(f"{KNOWN}{KNOWN}".encode()[:-missing], "gbk") == f"{KNOWN}{KNOWN}"[:-1]


def test_one_broken_character_does_not_turn_utf_8_into_gbk() -> None:
    content = (KNOWN * 4).encode() + "公".encode()[:2] + (KNOWN * 4).encode()
    assert decode(content, "utf-8") == f"{KNOWN * 4}\ufffd{KNOWN * 4}"


def test_big5_where_declared() -> None:
    content = '<meta charset="big5">政府資訊公開年報'.encode("big5")
    assert decode(content, "").endswith("政府資訊公開年報")
    assert decode(KNOWN.encode("gbk") + b"\xff", "big5") == f"{KNOWN}\ufffd"


@properties(100)
@given(st.binary(), st.text())
def test_decoding_never_fails(content: bytes, declared: str) -> None:
    decode(content, declared)


def test_digits_after_a_broken_character_stay() -> None:
    assert decode(KNOWN.encode("gbk") + b"\xd5<td>436</td>\xd5 12", "gbk").endswith(
        "<td>436</td>\ufffd 12"
    )


# --- cells ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<span>4</span><span>36</span>", "436"),
        ("<p class=MsoNormal><span lang=EN-US>4<o:p></o:p></span><span>36</span></p>", "436"),
        ("\n  <p>\n 436 </p>\n", "436"),
        ("<b>反复\n 申请</b>", "反复 申请"),
        ("&nbsp;", ""),
        ("&nbsp;<p>&nbsp;</p>", ""),
        ("4\u200b3&#8203;6\ufeff", "436"),
        ("商业<br>企业", "商业\n企业"),
        ("<p>商业</p><p>企业</p>", "商业\n企业"),
        ("<div>商业</div>企业", "商业\n企业"),
        ("12<p>3</p>", "12\n3"),
        ("<p>12</p>3", "12\n3"),
        ("<span>1</span><p>2</p>", "1\n2"),
        ("<p>1</p><span>2</span>", "1\n2"),
        ("<ul><li>1<li>2</ul>", "1\n2"),
        ("12<sup>2</sup>", "12^2"),
        ("<sup>2</sup>12", "2^12"),
        ("12<sub>2</sub>3", "12^2^3"),
        ("<sup>12</sup>", "12"),
        ("12<sup> </sup>", "12"),
        ('12<span style="vertical-align: super">2</span>', "12^2"),
        ('12<a href="#f" style="VERTICAL-ALIGN:super">2</a>', "12^2"),
        ("12<script>3</script><style>4</style><noscript>5</noscript><template>6</template>", "12"),
        ("12<!-- 3 --><!--[if mso]>4<![endif]-->", "12"),
        ("<![if !x]>12<![endif]>", "12"),
        ('12<span style="DISPLAY : none">3</span>', "12"),
        (
            (
                '12<span style="mso-hide:all">3</span><b style="visibility:hidden">4</b><i '
                "hidden>5</i>"
            ),
            "12",
        ),
        ('<span style="overflow:hidden;display:inline">12</span>', "12"),
        ("12<del>3</del><s>4</s><strike>5</strike><ins>6</ins>", "126"),
        ('12<span style="color:red;text-decoration: line-through">3</span>', "12"),
        ("<table><tr><td>12</td></tr></table>", "12"),
        ("1<table><tr><td>2</td></tr></table>3", "1\n2\n3"),
        ('<input value="12">', "12"),
        ('12<input type=hidden value="3"><input type=button value="4">', "12"),
        ("<textarea>12</textarea>", "12"),
        ("<select><option>1<option>2</select>", "1\n2"),
        ("12<img src=a.png alt=3>", "12^□"),
        ("<h3>12</h3>", "12"),
        ("<pre>1\n2</pre>", "1\n2"),
        ("&lt;b&gt;=1+1", "<b>=1+1"),
        ("12<svg><title>3</title><text>4</text></svg>", "12^□"),
    ],
)
def test_the_text_of_a_cell(markup: str, text: str) -> None:
    assert cell(markup) == text


SIMPLE = st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=20)


@properties(100)
@given(st.lists(st.lists(SIMPLE, min_size=2, max_size=4), min_size=1, max_size=4), st.booleans())
@example([["&nbsp;", "<b>"], ["^", "|"]], True)
def test_cells_come_back_as_they_were(rows: list[list[str]], nested: bool) -> None:
    start, end = ("<td><div>", "</div></td>") if nested else ("<td>", "</td>")
    body = "".join(
        "<tr>" + "".join(f"{start}{html.escape(t)}{end}" for t in row) + "</tr>" for row in rows
    )
    wanted = [[" ".join(INVISIBLE.sub("", text).split()) for text in row] for row in rows]
    assert texts(html_blocks(f"<table>{body}</table>")) == wanted


# --- spans ----------------------------------------------------------------------------------------

SPAN = st.one_of(
    st.integers(-3, 90).map(str),
    st.sampled_from(["0", "", "x", "2.5", " 2", "99999999999999999999", "+3", "２"]),
)


@properties(100)
@given(st.lists(st.lists(st.tuples(SPAN, SPAN), max_size=5), min_size=1, max_size=8))
def test_spans_never_overlap(rows: list[list[tuple[str, str]]]) -> None:
    cells = [
        ["".join(f'<td rowspan="{a}" colspan="{b}">{i}' for i, (a, b) in enumerate(row))]
        for row in rows
    ]
    blocks = html_blocks(
        "<table><tr><td>1<td>2<tr>" + "<tr>".join("".join(row) for row in cells) + "</table>"
    )
    (grid,) = (block for block in blocks if isinstance(block, Grid))
    assert len(grid.rows) == len(rows) + 1
    taken: set[tuple[int, int]] = set()
    for number, row in enumerate(grid.rows):
        assert [c.column for c in row] == sorted(c.column for c in row)
        for c in row:
            assert c.rowspan >= 1
            assert number + c.rowspan <= len(grid.rows)
            assert 1 <= c.colspan <= 64
            spots = set(
                product(range(number, number + c.rowspan), range(c.column, c.column + c.colspan))
            )
            assert not spots & taken
            taken |= spots


def shape(markup: str) -> list[list[tuple[int, int, int]]]:
    (grid,) = (block for block in html_blocks(markup) if isinstance(block, Grid))
    return [[(cell.column, cell.rowspan, cell.colspan) for cell in row] for row in grid.rows]


def test_columns_follow_the_spans_from_above() -> None:
    markup = "<table><tr><td rowspan=2>a<td colspan=2>b<td>c<tr><td>d<td>e<td>f<tr><td>g</table>"
    assert shape(markup) == [
        [(0, 2, 1), (1, 1, 2), (3, 1, 1)],
        [(1, 1, 1), (2, 1, 1), (3, 1, 1)],
        [(0, 1, 1)],
    ]


def test_a_span_ends_with_its_group_of_rows_and_with_the_table() -> None:
    head = "<thead><tr><td rowspan=9>a<td>b</thead>"
    assert shape(f"<table>{head}<tr><td rowspan=0>c<td>d<tr><td rowspan=500>e</table>") == [
        [(0, 1, 1), (1, 1, 1)],
        [(0, 2, 1), (1, 1, 1)],
        [(1, 1, 1)],
    ]


def test_a_wide_cell_ends_before_one_from_above_and_the_next_stands_where_a_browser_shows_it() -> (
    None
):
    assert shape("<table><tr><td>a<td rowspan=2>b<td>c<td>d<tr><td colspan=3>e<td>f</table>")[
        1
    ] == [
        (0, 1, 1),
        (3, 1, 1),
    ]


def test_empty_and_hidden_rows() -> None:
    markup = (
        "<table><tr><td>a<td>b<tr><tr style='display:none'><td>x<td>y<tr><td>c<td "
        "style='display:none'>z<td>d</table>"
    )
    assert texts(html_blocks(markup)) == [["a", "b"], [], ["c", "d"]]


# --- tables that are none, prose and links --------------------------------------------------------

INNER = "<table><tr><td>规章<td>1<tr><td>许可<td>2</table>"


def test_a_layout_table_is_prose_around_its_grids() -> None:
    blocks = html_blocks(f"<table><tr><td>导航<td><p>正文</p>{INNER}{INNER}尾</table>")
    assert [type(block) for block in blocks] == [Prose, Grid, Grid, Prose]
    assert prose(blocks) == [("", "导航\n正文"), ("", "尾")]
    assert [block.place.table for block in blocks if isinstance(block, Grid)] == [1, 2]


def test_a_table_of_one_column_is_prose_with_its_blank_cells() -> None:
    blocks = html_blocks(
        "<table><tr><td>规章</td></tr><tr><td></td></tr><tr><td>0</td></tr></table>"
    )
    assert prose(blocks) == [("", "规章\n\n0")]


def test_an_article_set_in_a_table_is_prose() -> None:
    assert prose(html_blocks(f"<table><tr><td>导航<td><p>{'政府' * 600}</p>")) == [
        ("", f"导航\n{'政府' * 600}")
    ]


def test_prose_keeps_lines_blank_paragraphs_and_headings() -> None:
    page = """<title> 年报 </title><meta name=pubdate content="2022-02-20">
    <meta name=keywords content=x>
    <meta property="OG:title" content="年报"><div><h1>一、<b>总体</b></h1>
    <p>甲<a href=x>乙</a>丙</p> <p></p>
    <p>&nbsp;</p><p>丁<br>戊<br></p><div></div><span> </span></div>"""
    blocks = html_blocks(page)
    assert prose(blocks) == [
        ("title", "年报"),
        ("meta:PubDate", "2022-02-20"),
        ("meta:og:title", "年报"),
        ("h1", "一、总体"),
        ("", "甲乙丙\n\n\n丁\n戊"),
    ]
    assert [block.place.line for block in blocks if isinstance(block, Prose)] == [0, 0, 0, 1, 2]


def test_a_heading_never_closed_is_prose() -> None:
    assert prose(html_blocks(f"<h2>{'<p>正文' * 200}")) == [("", "\n".join(["正文"] * 200))]


def test_what_a_page_points_to() -> None:
    page = """<a href="a.pdf">附件<b>1</b></a><a name=x>无</a>
    <a href="" title="标题"></a><a href=b><div>块</div></a>
    <iframe src="f.html" title="t">x</iframe><img src=i.png alt="图">
    <input type=PASSWORD name=pw placeholder="密码">
    <embed src=e.pdf><object data=o.pdf></object>"""
    assert links(html_blocks(page)) == [
        ("link", "附件1", "a.pdf"),
        ("link", "标题", ""),
        ("link", "块", "b"),
        ("frame", "t", "f.html"),
        ("image", "图", "i.png"),
        ("password", "密码", "pw"),
        ("frame", "", "e.pdf"),
        ("frame", "", "o.pdf"),
    ]
    assert links(html_blocks("<frameset><frame src=a.html></frameset>")) == [
        ("frame", "", "a.html")
    ]


def test_links_and_pictures_in_a_grid_come_after_it_with_their_cell() -> None:
    blocks = html_blocks(
        "<p>前</p><table><tr><td rowspan=2>规章<td>1<tr><td><img src=436.png></table>"
    )
    assert [type(block) for block in blocks] == [Prose, Grid, Link]
    assert (blocks[2].place.table, blocks[2].place.row, blocks[2].place.column) == (1, 2, 2)


# --- formats --------------------------------------------------------------------------------------


def archive(name: str) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as packed:
        packed.writestr(name, "x")
    return target.getvalue()


OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600)


@pytest.mark.parametrize(
    ("markup", "text"),
    [
        ("<ol><li>甲<li><p>乙</p><ol type=a><li>丙</ol></ol>", "1. 甲\n2. 乙\na. 丙"),
        (
            "<ol start=5 reversed><li>甲<li value=9>\n<div>乙</div><li>丙</ol>",
            "5. 甲\n9. 乙\n8. 丙",
        ),
        ("<ol reversed><li>甲<li>乙</ol>", "2. 甲\n1. 乙"),
        ("<ol type=I start=3><li>甲<li>乙</ol>", "III. 甲\nIV. 乙"),
        ("<ol style='list-style-type:upper-alpha'><li>甲<li>乙</ol>", "A. 甲\nB. 乙"),
        ("<ol style='list-style:none'><li>甲</ol><ul><li>乙</ul>", "甲\n乙"),
        ("<style>ol,ul{list-style:none}</style><ol><li>甲</ol>", "甲"),
        ("<ol><li>一、总体情况<li>（二）乙<li>丙</ol>", "一、总体情况\n（二）乙\n3. 丙"),
        ("<ol><li><a href=x>首页</a><li></ol>", "首页"),
    ],
)
def test_items_of_a_list_have_the_numbers_that_a_browser_writes(markup: str, text: str) -> None:
    """Not those of a menu, nor a second one beside a number of their own."""
    [prose] = [block for block in html_blocks(f"<body>{markup}</body>") if isinstance(block, Prose)]
    assert prose.text == text


@pytest.mark.parametrize(
    ("content", "name"),
    [
        (b"%PDF-1.7\n", "PDF"),
        (b"\n%PDF-1.7\n", "PDF"),
        (archive("xl/workbook.xml"), ".xlsx"),
        (archive("OFD.xml"), "OFD"),
        (archive("a.html"), "ZIP"),
        (OLE2 + "Workbook".encode("utf-16-le"), ".xls"),
        (OLE2, "Office"),
        (b"\x89PNG\r\n\x1a\n", "PNG"),
        (b"\xff\xd8\xff\xe0", "JPEG"),
        (b"GIF89a", "GIF"),
        (b"RIFF\x00\x00\x00\x00WEBPVP8 ", "WebP"),
        (b"Rar!\x1a\x07", "RAR"),
        (b"\x1f\x8b\x08\x00", "gzip"),
        (b'<?xml version="1.0"?><?mso-application progid="Word.Document"?><w:wordDocument>', "XML"),
        (
            b"From: x\r\nSubject: y\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related\r\n",
            ".mht",
        ),
        (bytes(range(32)) * 40, "二进制"),
        (b"", "空"),
        (b"\xef\xbb\xbf \r\n", "空"),
    ],
)
def test_other_formats_are_named_by_their_content(content: bytes, name: str) -> None:
    with pytest.raises(UnreadableDocument, match=f"^report：.*{name}.*；.*。$"):
        read(content)


def test_html_or_text_by_content() -> None:
    assert prose(read("\ufeff a < b 且 <甲> 是\n文本".encode())) == [
        ("", " a < b 且 <甲> 是\n文本")
    ]
    assert prose(read("<P>网页\n一行</P>".encode("gbk"), "iso-8859-1")) == [("", "网页 一行")]
    assert prose(read("<html><p>网页".encode("utf-16"))) == [("", "网页")]


# --- plain text -----------------------------------------------------------------------------------


def test_bars_between_cells_make_a_grid() -> None:
    text = "第（一）项 | |||\n规章 | 0 | 0 | |\n规范性文件 | 24 | | 120 |\n许可 | | | |\n\n后文"
    blocks = text_blocks(text)
    assert texts(blocks) == [
        ["第（一）项", "", "", ""],
        ["规章", "0", "0", ""],
        ["规范性文件", "24", "", "120"],
        ["许可", "", "", ""],
    ]
    assert prose(blocks) == [("", "\n后文")]
    assert [(block.place.table, block.place.line) for block in blocks] == [(1, 1), (0, 5)]
    assert not any(block.spans for block in blocks if isinstance(block, Grid))


@pytest.mark.parametrize(
    ("head", "rows"),
    [
        ("| a | b | c |\n|---|:-:|--:|\n", "| | 1 | 2 |\n| 3 | | |"),
        ("a | b | c |\n", " | 1 | 2 |\n3 | | |"),
        ("a | b | c\n", " | 1 | 2\n3 | | "),
        ("a｜b｜c｜\n", "｜1｜2｜\n3｜｜｜"),
        ("a\tb\tc\n", "\t1\t2\n3\t\t"),
    ],
    ids=["markdown", "after", "between", "wide", "tabs"],
)
def test_blank_cells_are_told_from_borders(head: str, rows: str) -> None:
    assert texts(text_blocks(head + rows)) == [["a", "b", "c"], ["", "1", "2"], ["3", "", ""]]


def test_rows_with_a_blank_line_between_them_are_one_grid() -> None:
    assert texts(text_blocks("规章 | 0 | 1\n\n许可 | 2 | 3")) == [
        ["规章", "0", "1"],
        ["许可", "2", "3"],
    ]


@pytest.mark.parametrize(
    "text",
    [
        "一、本年新收 | |||\n436 |\n| |||\n|\n19 |\n\n总计",
        "发布日期：2022-02-20 | 来源：瑞安市",
        "一\n\n\n科研\n机构\n \n\t缩进",
        "规章\t",
    ],
)
def test_other_lines_stay_as_they_are(text: str) -> None:
    assert prose(text_blocks(text)) == [("", text)]


def test_a_form_feed_ends_a_line() -> None:
    assert prose(text_blocks("甲\f乙\r\n丙")) == [("", "甲\n乙\n丙")]


@properties(100)
@given(st.text(st.sampled_from("|｜\t\n\f\\ -:1汉"), max_size=80))
def test_no_text_is_lost(text: str) -> None:
    blocks = text_blocks(text)
    kept = "".join(
        block.text
        if isinstance(block, Prose)
        else "".join(cell.text for row in block.rows for cell in row)
        for block in blocks
        if isinstance(block, Prose | Grid)
    )
    assert [c for c in kept if c in "1汉"] == [c for c in text if c in "1汉"]
