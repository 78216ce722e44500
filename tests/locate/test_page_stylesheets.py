"""Pages whose stylesheets are elsewhere: read only for a class of a few figures, and told where
they cannot be had.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

import pytest

from gongkai import read_report
from gongkai.model import FetchError, Report
from gongkai.sources import LIMITS, Access, load
from helpers import DOCUMENTS
from helpers.pages import figures
from helpers.web.server import Server, answer, serving

CASE = (DOCUMENTS / "ruian-2021-html" / "source.html").read_text(encoding="utf-8")
CELL = "applications.granted.natural"
NOTED = re.compile(
    r"网页的样式表没有取到，不能确定网页上是否显示下列样式的数字，请对照网页核对：x：134。"
)
CSS = "Content-Type: text/css"


def page(head: str, markup: str = "<td class=x>134</td>") -> str:
    """Rui'an's report; one figure has a class of its own, and the stylesheets are elsewhere."""
    marked, count = re.subn(r"<td[^<>]*>134</td>", markup, CASE)
    assert count == 1
    return marked.replace("<head>", f"<head>{head}") if "<head>" in marked else head + marked


def read(
    head: str, sheets: Mapping[str, bytes], markup: str = "<td class=x>134</td>"
) -> tuple[Report, Server]:
    answers = {path: [answer(css, CSS)] for path, css in sheets.items()}
    with serving(
        {
            "/a/1.html": [
                answer(page(head, markup).encode(), "Content-Type: text/html; charset=utf-8")
            ],
            **answers,
        }
    ) as server:
        return read_report(server.url("/a/1.html")), server


def told(report: Report) -> tuple[str, ...]:
    assert report.document is not None
    return report.document.provenance


LINK = "<link rel=stylesheet href='../css/a.css'>"


def test_a_class_that_hides_makes_the_figure_none() -> None:
    report, server = read(LINK, {"/css/a.css": b"a{color:red} .x{display:none}"})
    assert figures(report)[CELL] is None
    assert [problem.raw for problem in report.problems] == ["134^□"]
    assert server.requests == ["/a/1.html", "/css/a.css"]
    assert told(report) == ()


@pytest.mark.parametrize("css", [b".x{color:red}", b".y{display:none}", b"\xef\xbb\xbf/* .x */"])
def test_a_class_that_does_no_harm_changes_nothing(css: bytes) -> None:
    report, server = read(LINK, {"/css/a.css": css})
    assert figures(report)[CELL] == 134
    assert report.problems == ()
    assert told(report) == ()
    assert server.requests == ["/a/1.html", "/css/a.css"]


def test_a_run_beside_digits_is_part_of_the_figure_where_its_class_does_no_harm() -> None:
    split = "<td>13<span class=x>4</span></td>"
    assert figures(read(LINK, {"/css/a.css": b".x{font-family:serif}"}, split)[0])[CELL] == 134
    assert figures(read(LINK, {"/css/a.css": b".x{vertical-align:super}"}, split)[0])[CELL] is None
    assert figures(read(LINK, {}, split)[0])[CELL] is None


@pytest.mark.parametrize(
    "head",
    [
        LINK,
        "<link rel=stylesheet href='http://127.0.0.9:9/a.css'>",
        "<link rel=stylesheet href='file:///etc/passwd'>",
        "<link rel=stylesheet href='http://[/a.css'>",
        "<style>@import url('/css/a.css');</style>",
    ],
)
def test_a_stylesheet_that_cannot_be_had_is_told_once_with_the_figures(head: str) -> None:
    report, server = read(head, {})
    assert figures(report)[CELL] == 134
    assert [bool(NOTED.fullmatch(step)) for step in told(report)] == [True]
    assert set(server.requests) <= {"/a/1.html", "/css/a.css"}


def test_a_stylesheet_that_calls_for_another_does_not_say_all() -> None:
    report, server = read(
        LINK, {"/css/a.css": b"@import 'b.css'; p{}", "/css/b.css": b".x{display:none}"}
    )
    assert [bool(NOTED.fullmatch(step)) for step in told(report)] == [True]
    assert server.requests == ["/a/1.html", "/css/a.css"]


@pytest.mark.parametrize(
    "kind", ["media=print", "rel='alternate stylesheet'", "disabled", "media='not screen'"]
)
def test_stylesheets_for_other_uses_are_left_alone(kind: str) -> None:
    report, server = read(
        LINK.replace("rel=stylesheet", kind) if "rel" in kind else LINK.replace(">", f" {kind}>"),
        {},
    )
    assert server.requests == ["/a/1.html"]
    assert told(report) == ()


def test_two_stylesheets_at_most_are_read() -> None:
    links = "".join(f"<link rel=stylesheet href=/{name}.css>" for name in "aabc")
    report, server = read(links, {f"/{name}.css": b"p{}" for name in "abc"})
    assert server.requests == ["/a/1.html", "/a.css", "/b.css"]
    assert [bool(NOTED.fullmatch(step)) for step in told(report)] == [True]
    report, server = read(links, {"/a.css": b"p{}", "/b.css": b".x{color:red}"})
    assert told(report) == ()


def test_nothing_is_fetched_where_no_figure_is_in_doubt() -> None:
    for markup in ("<td>134</td>", "<td class=xl66>134</td>"):
        report, server = read(LINK, {"/css/a.css": b"td{display:none}"}, markup)
        assert server.requests == ["/a/1.html"]
        assert told(report) == ()
    report, server = read(f"<style>.x{{color:red}}</style>{LINK}", {})
    assert server.requests == ["/a/1.html"]


def test_a_page_in_a_frame_has_its_own_stylesheets() -> None:
    frame = {
        "/b/2.html": [
            answer(
                page(LINK.replace("..", "/b")).encode(), "Content-Type: text/html; charset=utf-8"
            )
        ]
    }
    outer = b"<title>x</title><iframe src=/b/2.html></iframe>"
    with serving(
        {"/a/1.html": [answer(outer)], "/b/css/a.css": [answer(b".x{opacity:0}", CSS)], **frame}
    ) as server:
        report = read_report(server.url("/a/1.html"))
    assert server.requests == ["/a/1.html", "/b/2.html", "/b/css/a.css"]
    assert figures(report)[CELL] is None


def test_offline_the_stylesheet_comes_from_the_cache_or_is_told(tmp_path: Path) -> None:
    pages = {"/a/1.html": [answer(page(LINK).encode(), "Content-Type: text/html; charset=utf-8")]}
    with serving(pages) as server:
        address = server.url("/a/1.html")
        load(address, LIMITS)
    report = read_report(address, offline=True)
    assert [bool(NOTED.fullmatch(step)) for step in told(report)] == [False, True]
    with pytest.raises(FetchError):
        load(server.url("/css/a.css"), LIMITS, Access(offline=True))


def test_a_saved_page_has_its_stylesheet_in_its_folder(tmp_path: Path) -> None:
    saved = tmp_path / "saved.html"
    saved.write_text(page("<link rel=stylesheet href='saved_files/a.css'>"), encoding="utf-8")
    assert [bool(NOTED.fullmatch(step)) for step in told(read_report(saved))] == [True]
    (tmp_path / "saved_files").mkdir()
    (tmp_path / "saved_files" / "a.css").write_text(".x{display:none}")
    report = read_report(saved)
    assert told(report) == ()
    assert figures(report)[CELL] is None
    outside = page("<link rel=stylesheet href='../a.css'>")
    saved.write_text(outside, encoding="utf-8")
    (tmp_path.parent / "a.css").write_text(".x{display:none}")
    assert figures(read_report(saved))[CELL] == 134


def test_a_long_or_broken_stylesheet_is_none() -> None:
    for css in (b"p{}" * 700_000, b"", b"\x00\xff\xfe" * 50):
        report, _ = read(LINK, {"/css/a.css": css})
        assert figures(report)[CELL] == 134


def test_what_a_stylesheet_says_never_ends_the_style_that_holds_it() -> None:
    report, _ = read(
        LINK, {"/css/a.css": b".x{color:red} .x</style><table><tr><td>1{display:none}"}
    )
    assert figures(report)[CELL] == 134
