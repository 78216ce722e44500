"""A report that a page holds out of sight: in textareas, inner pages, scripts, answers, saved
files, lists of a CMS.
"""

from __future__ import annotations

import base64
import json
import quopri
from collections.abc import Callable
from html import escape
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

import gongkai
from gongkai.links import Directory
from gongkai.model import GongkaiError, Report
from gongkai.readers.html.hidden import data_html, hidden_html
from gongkai.readers.html.scripts import values_in
from helpers.counts import (
    properties,
    some,
)
from helpers.growth import LINEAR, doubling
from helpers.pages import figures
from helpers.ruian import RUIAN, TRUTH
from helpers.web.server import answer, serving
from helpers.writers.styles import render

BODY = render(RUIAN).partition("<body>")[2].partition("</body>")[0]
TABLES = BODY[BODY.index("<p>本报告") :]
SHELL = (
    "<!DOCTYPE html><html><head><meta charset=utf-8><title>瑞安市人民政府2021年政府信息公开工作年"
    "度报告_瑞安市</title>"
    "</head><body><a href=/>首页</a><a href=/login>登录</a><h1>瑞安市人民政府2021年政府信息公开工"
    "作年度报告</h1>{}"
    "<p>主办：瑞安市人民政府办公室</p></body></html>"
)
ARTICLE = {
    "title": RUIAN.title,
    "pubTime": "2022-01-20 10:00:00",
    "source": "瑞安市人民政府",
    "content": TABLES,
}
LAST_YEAR = {
    **ARTICLE,
    "title": RUIAN.title.replace("2021", "2020"),
    "content": TABLES.replace(">436<", ">437<"),
}


def js_object(article: dict[str, str]) -> str:
    """Keys without quotes, strings in single ones, a comma and a comment too many."""
    pairs = [
        f"{key}: '{value.replace(chr(10), chr(92) + 'n')}', // {key}"
        for key, value in article.items()
    ]
    return "{\n" + "\n".join(pairs) + "\n}"


WAYS: dict[str, str] = {
    "textarea": (
        f"<textarea id=c style=display:none>{escape(TABLES)}</textarea><textarea>说点什么</textar"
        f"ea>"
    ),
    "escaped twice": f"<textarea>{escape(escape(TABLES))}</textarea>",
    "raw in a textarea": f"<textarea>{TABLES}</textarea>",
    "template": f"<template>{TABLES}</template>",
    "script template": f"<script type=text/html>{TABLES}</script>",
    "noscript": f"<noscript>{TABLES}</noscript>",
    "hidden field": f'<input type=hidden value="{escape(TABLES)}">',
    "attribute": f'<div id=app data-content="{escape(TABLES)}"></div>',
    "hidden part": f'<div style="display:none">{TABLES}</div>',
    "state": f"<script>window.__STATE__={json.dumps({'a': {'b': ARTICLE}})};</script>",
    "plain state": f"<script>var d = {json.dumps(ARTICLE, ensure_ascii=False)}</script>",
    "object": f"<script>new Vue({{el: '#app', data: {js_object(ARTICLE)}}})</script>",
    "JSON in a string": f"<script>var d = JSON.parse({json.dumps(json.dumps(ARTICLE))})</script>",
    "written": f"<script>document.write({json.dumps(TABLES)})</script>",
}


INNER_PAGES: dict[str, str] = {
    "one": (
        f'<iframe srcdoc="{escape(TABLES)}"></iframe><iframe srcdoc="&lt;p&gt;广告&lt;/p&gt;'
        f'"></iframe>'
    ),
    "within": (
        f'<iframe srcdoc="{escape(f"""<iframe srcdoc="{escape(TABLES)}"></iframe>""")}"></iframe>'
    ),
}


@pytest.fixture
def read(tmp_path: Path) -> Callable[[str | bytes, str], Report]:
    def reading(page: str | bytes, name: str = "page.html") -> Report:
        source = tmp_path / name
        source.write_bytes(page if isinstance(page, bytes) else page.encode())
        return gongkai.read_report(source)

    return reading


Read = Callable[..., Report]


@pytest.mark.parametrize("way", WAYS)
def test_what_a_page_holds_is_read(way: str, read: Read) -> None:
    report = read(SHELL.format(WAYS[way]))
    assert (figures(report), report.year, report.agency) == (TRUTH, 2021, "瑞安市人民政府")
    assert report.document is not None
    assert any("没有直接显示" in step for step in report.document.provenance)


@pytest.mark.parametrize("way", INNER_PAGES)
def test_inner_pages_are_shown(way: str, read: Read) -> None:
    report = read(SHELL.format(INNER_PAGES[way]))
    assert (figures(report), report.year, report.problems) == (TRUTH, 2021, ())
    unseen = (
        INNER_PAGES[way].replace("<iframe ", "<iframe style='display:none' ").replace("436", "437")
    )
    assert read(SHELL.format(unseen + TABLES)).value("applications.new.natural") == 436


@pytest.mark.parametrize("way", WAYS)
def test_what_a_page_shows_comes_first(way: str, read: Read) -> None:
    """An older draft out of sight changes nothing."""
    draft = WAYS[way].replace("436", "437")
    report = read(SHELL.format(draft + TABLES))
    assert (figures(report), report.problems) == (TRUTH, ())


def test_a_comment_is_nothing(read: Read) -> None:
    with pytest.raises(GongkaiError):
        read(SHELL.format(f"<!--{TABLES}-->"))


def test_two_years_in_one_script_are_never_mixed(read: Read) -> None:
    script = f"<script>var list={json.dumps([LAST_YEAR, ARTICLE])}</script>"
    report = read(SHELL.format(script))
    assert (figures(report), report.year) == (TRUTH, 2021)
    page = SHELL.format(script).replace("2021年政府信息公开工作年度报告", "信息公开")
    report = read(page)
    assert report.year == 2021 or not report.is_evaluated


def test_rows_in_a_script_are_tables(read: Read) -> None:
    rows = [["规章", "0", "0", "0"], ["行政规范性文件", "43", "124", "388"]]
    table = [
        ["信息内容", "本年制发件数", "本年废止件数", "现行有效件数"],
        *rows,
        ["行政许可", "247525"],
        ["行政处罚", "17040"],
    ]
    script = json.dumps({"rows": table, "x": "予以公开"})
    html = hidden_html(f"<script>var d={script}</script>")
    assert "规章 | 0 | 0 | 0 |" in html


@pytest.mark.parametrize("wrap", ["{}", "callback({});", "\ufeff{}"])
@pytest.mark.parametrize(
    "keys", [("title", "content"), ("docTitle", "docContent"), ("fileName", "txt")]
)
def test_an_answer_of_an_interface(wrap: str, keys: tuple[str, str], read: Read) -> None:
    article = {keys[0]: RUIAN.title, keys[1]: TABLES, "publishDate": "2022-01-20"}
    report = read(wrap.format(json.dumps({"code": 0, "data": {"rows": [article]}})), "answer.json")
    assert (figures(report), report.title, report.published) == (TRUTH, RUIAN.title, "2022-01-20")


def test_texts_of_an_answer_are_no_markup(read: Read) -> None:
    title = RUIAN.title + "<table><tr><td>规章</td><td>9</td></tr></table>"
    assert "<table><tr><td>规章" not in data_html(json.dumps({**ARTICLE, "title": title}))[:200]


# --- saved as one file ----------------------------------------------------------------------------


def saved(encoding: str, page: bytes, charset: str = "utf-8", frame: bytes = b"") -> bytes:
    head = (
        b"From: <Saved by Blink>\r\nSnapshot-Content-Location: http://www.ruian.gov.cn/1."
        b"html\r\nSubject: x\r\n y\r\n"
    )
    head += (
        b'MIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\ttype="text/html";'
        b'\r\n\tboundary="--b"\r\n\r\n'
    )
    parts = [(page, "http://www.ruian.gov.cn/1.html", "frame-1@mhtml")]
    parts += [(frame, "http://www.ruian.gov.cn/2.html", "frame-2@mhtml")] if frame else []
    pack = {"quoted-printable": quopri.encodestring, "base64": base64.encodebytes, "binary": bytes}[
        encoding
    ]
    for content, place, name in parts:
        head += (
            f"----b\r\nContent-Type: text/html; charset={charset}\r\nContent-ID: <{name}>\r\n"
        ).encode()
        head += (
            f"Content-Transfer-Encoding: {encoding}\r\nContent-Location: {place}\r\n\r\n".encode()
        )
        head += pack(content) + b"\r\n"
    return head + b"----b--\r\n"


@pytest.mark.parametrize("encoding", ["quoted-printable", "base64", "binary"])
@pytest.mark.parametrize("charset", ["utf-8", "gbk"])
def test_a_page_saved_as_one_file(encoding: str, charset: str, read: Read) -> None:
    report = read(saved(encoding, SHELL.format(TABLES).encode(charset), charset), "saved.mhtml")
    assert figures(report) == TRUTH


@pytest.mark.parametrize("name", ["cid:frame-2@mhtml", "http://www.ruian.gov.cn/2.html"])
def test_a_frame_saved_beside_its_page(name: str, read: Read) -> None:
    page = SHELL.format(f'<iframe width=1 src="{name}" height=2></iframe>').encode()
    assert figures(read(saved("base64", page, frame=TABLES.encode()), "saved.mht")) == TRUTH


def test_a_saved_file_without_a_page_is_refused(read: Read) -> None:
    with pytest.raises(GongkaiError, match="另存为"):
        read(
            (
                b"MIME-Version: 1.0\r\nSubject: x\r\nContent-Type: multipart/related; "
                b"boundary=b\r\n\r\n--b\r\n\r\nx"
            ),
            "a.mht",
        )


# --- lists ----------------------------------------------------------------------------------------

NAMES = ("宿城区", "宿豫区", "泗阳县")
ITEMS = "".join(
    (
        f'<li><a href="/art/2023/1/0/art_{number}.html" '
        f'title="{name}2022年政府信息公开工作年度报告">'
        f"{name}2022…</a></li>"
    )
    for number, name in enumerate(NAMES)
)
LISTS = {
    "datastore": "<script type='text/xml'><datastore><recordset>"
    + "".join(f"<record><![CDATA[{item}</li>]]></record>" for item in ITEMS.split("</li>")[:-1])
    + "</recordset></datastore></script>",
    "written": f"<script>document.write({json.dumps(ITEMS)})</script>",
    "objects": "<script>var list=["
    + ",".join(f"{{title:'{n}2022年政府信息公开工作年度报告',url:'/art/{n}.html'}}" for n in NAMES)
    + "]</script>",
}


@pytest.mark.parametrize("way", LISTS)
def test_a_list_that_a_script_keeps(way: str) -> None:
    page = (
        f"<html><head><meta charset=utf-8><title>政府信息公开年报</title></head><body>"
        f"{LISTS[way]}</body></html>"
    )
    with serving({"/": [answer(page.encode())]}) as server, pytest.raises(Directory) as listed:
        gongkai.read_report(server.url())
    assert [one.title for one in listed.value.found] == [
        f"{name}2022年政府信息公开工作年度报告" for name in NAMES
    ]


def test_rows_that_a_list_keeps(read: Read) -> None:
    records = "".join(f"<record><![CDATA[{part}]]></record>" for part in TABLES.split("\n"))
    report = read(SHELL.format(f"<script type=text/xml><datastore>{records}</datastore></script>"))
    assert figures(report) == TRUTH


# --- values of scripts ----------------------------------------------------------------------------

JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(10**9), 10**9) | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=4), inner, max_size=4)
    ),
    max_leaves=12,
)


@properties(200)
@given(JSON.filter(lambda value: isinstance(value, (list, dict, str))))
def test_json_is_read_as_json(value: object) -> None:
    assert next(values_in(json.dumps(value))) == value
    assert next(values_in(f"x={json.dumps(value, ensure_ascii=False)};")) == json.loads(
        json.dumps(value)
    )


@pytest.mark.parametrize(
    ("script", "values"),
    [
        ("a={b:1,'c':[2,],\"d\":null,}", [{"b": 1, "c": [2], "d": None}]),
        (r"s='\u4fe1\x41\/\'';", ["信A/'"]),
        ("f({a:g()}); h('x')", [{"a": None}, "x"]),
        ("{title:'t', show(){}}", [{"title": "t"}, {}]),
        ("w('a' + 'b'); w('c' + n + 'd'); w(n + 'e')", ["ab", "c\ufffdd", "\ufffde"]),
        ("w(`a${n}b`)", ["a\ufffdb"]),
        ("/* 'x' */ 'y' /* 'z'", ["y", "z"]),
        ("// {a:1}\n/* [2] */ [3]", [[3]]),
        ("`a\nb`", ["a\nb"]),
        ("{a:}", []),
    ],
)
def test_objects_as_scripts_write_them(script: str, values: list[object]) -> None:
    assert list(values_in(script)) == values


PIECES = (
    "<script",
    "<textarea>",
    "<script>{a:",
    "/*",
    "`\\`",
    "{a:1,",
    "[[",
    '"\\',
    "<record>",
    ' data-x="',
    "<datastore>",
    "\\u",
)


@some("piece", PIECES)
def test_hostile_pages_cost_time_in_proportion(piece: str) -> None:
    words = "规范性文件行政许可行政处罚予以公开"

    def page(size: int) -> str:
        return f"<script>{words}{piece * size}"

    assert doubling(hidden_html, page, 20_000) < LINEAR
    assert doubling(data_html, lambda size: "{" + words + piece * size, 20_000) < LINEAR
