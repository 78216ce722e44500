"""Gates that want a cookie or a browser, pages that send their readers on, and circles."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gongkai.sources import guard, load
from gongkai.sources.redirects import is_short, only_proves, refresh_target
from helpers.growth import LINEAR, doubling
from helpers.web.server import answer, redirect, serving
from helpers.web.site import (
    CHALLENGE,
    PAGE,
    PATIENT,
    ROW,
    Handler,
    failed,
    gate,
    moved,
    page,
    refresh,
    site,
)

# --- gates ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("status", [200, 202, 403, 412, 521])
def test_a_gate_that_is_content_with_its_own_cookie(status: int) -> None:
    with site({"/": gate(status, CHALLENGE, page(PAGE))}) as server:
        found = load(server.url(), PATIENT)
        assert len(server.asked) == 2
    assert (found.content, found.provenance) == (PAGE, ())


def test_a_gate_that_redirects_to_itself() -> None:
    with site({"/": gate(302, b"", page(PAGE), Location="/")}) as server:
        assert load(server.url(), PATIENT).content == PAGE


def test_a_gate_that_sets_its_cookie_in_the_page_it_leads_to() -> None:
    """/ -> /check with a cookie -> / again, by refreshes."""
    with site({"/": gate(200, b"", page(PAGE)), "/check": refresh("/")}) as server:
        assert load(server.url("/check"), PATIENT).content == PAGE


@pytest.mark.parametrize("status", [202, 412, 521])
@pytest.mark.parametrize("cookie", [{}, {"Set_Cookie": "k=1"}])
def test_a_gate_that_wants_a_browser(status: int, cookie: dict[str, str]) -> None:
    with site({"/": page(CHALLENGE, status, **cookie)}) as server:
        error = failed(server.url())
        assert len(server.asked) == 1 + len(cookie)
    assert (error.stage, error.status) == ("status", status)
    assert "浏览器的验证" in str(error)
    assert "另存为" in str(error)


def test_a_gate_with_status_200() -> None:
    with site({"/": page(CHALLENGE, Set_Cookie="a=1")}) as server:
        assert "浏览器的验证" in str(failed(server.url()))
        assert len(server.asked) == 2


def test_a_long_page_with_a_cookie_is_asked_for_once() -> None:
    with site({"/": page(PAGE + b"<p>" + b"x" * 3_000, Set_Cookie="JSESSIONID=1")}) as server:
        load(server.url(), PATIENT)
        assert len(server.asked) == 1


def test_cookies_stay_with_their_site() -> None:
    with (
        site({"/": page(PAGE)}) as other,
        site({"/": moved(other.url("/").replace("127.0.0.1", "localhost"))}) as first,
        site({"/": moved(first.url(), Set_Cookie="secret=1")}) as server,
    ):
        load(server.url(), PATIENT)
    assert "Cookie" not in other.asked[0][1]
    with site({"/": page(PAGE)}) as again:
        load(again.url(), PATIENT)
    assert "Cookie" not in again.asked[0][1]  # nor are they kept for the next load


@pytest.mark.parametrize(
    "shown",
    [
        b"<script>document.cookie='a=1';location='x'</script><p>" + "正文".encode() * 40,
        b"<script>document.cookie='a=1';location='x'</script><iframe src=a.html></iframe>",
        b"<script>document.cookie='a=1';location='x'</script><a href=a.pdf>a</a>",
        b"<script>location='x'</script>",
        b"",
    ],
)
def test_pages_that_show_something_are_no_gates(shown: bytes) -> None:
    assert not only_proves(shown)
    assert only_proves(CHALLENGE)


# --- pages that send their readers on -------------------------------------------------------------

HOME = "http://a.gov.cn/b/c.html?x=1#top"
LONG = "政务动态 " * 200


@pytest.mark.parametrize(
    ("markup", "target"),
    [
        ('<meta http-equiv="refresh" content="0;url=/d.html">', "http://a.gov.cn/d.html"),
        ("<META HTTP-EQUIV=Refresh CONTENT='0; URL=d.html'>", "http://a.gov.cn/b/d.html"),
        ("<meta content=\"3;url='d.html'\" http-equiv=' refresh '/>", "http://a.gov.cn/b/d.html"),
        ("<meta http-equiv=refresh content='0;url=\"d.html\" x'>", "http://a.gov.cn/b/d.html"),
        ("<meta http-equiv=refresh content=0;url=d.html>", "http://a.gov.cn/b/d.html"),
        ("<meta http-equiv=refresh content='0.5 , d.html'>", "http://a.gov.cn/b/d.html"),
        (
            "<meta http-equiv=refresh content='0;url=?a=1&amp;b=2'>",
            "http://a.gov.cn/b/c.html?a=1&b=2",
        ),
        ("<meta http-equiv=refresh content='0;url=&#x2f;d'>", "http://a.gov.cn/d"),
        ("<meta http-equiv=refresh content='0;url=//b.gov.cn/d'>", "http://b.gov.cn/d"),
        ("<meta http-equiv=refresh content='0;url=年报.html'>", "http://a.gov.cn/b/年报.html"),
        ("<base href='/e/'><meta http-equiv=refresh content='0;url=d'>", "http://a.gov.cn/e/d"),
        (
            "<meta http-equiv=refresh content='0;url=d'><base href='http://b.gov.cn/'>",
            "http://b.gov.cn/d",
        ),
        ("<noscript><meta http-equiv=refresh content='0;url=d'></noscript>", "http://a.gov.cn/b/d"),
        (
            "<meta http-equiv=refresh content='5'><meta http-equiv=refresh content='0;url=d'>",
            "http://a.gov.cn/b/d",
        ),
        ("<meta http-equiv=refresh content='10;url=d'>", "http://a.gov.cn/b/d"),
        (f"<meta http-equiv=refresh content='0;url=d'><p>{LONG}", "http://a.gov.cn/b/d"),
        ("<meta http-equiv=refresh content='1;url=d'><a href=a.pdf>", "http://a.gov.cn/b/d"),
        ("<meta http-equiv=refresh content='5;url=a.pdf'>", "http://a.gov.cn/b/a.pdf"),
        # and where we stay
        ("<meta http-equiv=refresh content='2;url=d'><a href='/a.PDF?x'>", ""),
        ("<meta http-equiv=refresh content='9;url=/'><iframe src=a>", ""),
        ("<noscript><meta http-equiv=refresh content='0;url=d'></noscript><a href=\"a.docx\">", ""),
        ("<meta http-equiv=refresh content='11;url=d'>", ""),
        ("<meta http-equiv=refresh content='0'>", ""),
        ("<meta http-equiv=refresh content='0;url='>", ""),
        ("<meta http-equiv=refresh content='x;url=d'>", ""),
        ("<meta http-equiv=refresh content='-1;url=d'>", ""),
        ("<meta http-equiv=refresh>", ""),
        ("<meta http-equiv=refresh content='0;url=c.html?x=1#end'>", ""),
        ("<meta http-equiv=refresh content='0;url=javascript:alert(1)'>", ""),
        ("<meta http-equiv=refresh content='0;url=file:///etc/passwd'>", ""),
        ("<meta http-equiv=refresh content='0;url=http://[::1'>", ""),
        ("<meta name=refresh content='0;url=d'>", ""),
        ("<!-- <meta http-equiv=refresh content='0;url=d'> -->", ""),
        ("<!--[if lt IE 9]><meta http-equiv=refresh content='0;url=d'><![endif]-->", ""),
        ("<script>document.write('<meta http-equiv=refresh content=0;url=d>')</script>", ""),
        ("<textarea><meta http-equiv=refresh content='0;url=d'></textarea>", ""),
        ("<meta http-equiv=refresh content='3;url=/'><p>您访问的页面不存在", ""),
        (f"<meta http-equiv=refresh content='3;url=d'><p>{LONG}", ""),
        (f"<noscript><meta http-equiv=refresh content='0;url=d'></noscript><p>{LONG}", ""),
        (f"<meta http-equiv=refresh content='0;url=d'><table>{ROW}</table>", ""),
        (f"<meta http-equiv=refresh content='0;url=d'><p>{LONG}<td>自<b> 然 </b>人", ""),
    ],
)
def test_where_a_page_sends_its_readers(markup: str, target: str) -> None:
    for encoding in ("utf-8", "gb18030"):
        assert refresh_target(f"<html><head>{markup}".encode(encoding), HOME) == target


@pytest.mark.parametrize(
    ("markup", "target"),
    [
        ("<script>location.href='/x'</script>", "http://a.gov.cn/x"),
        (
            '<script>window.location.replace("x.html?a=1&b=2");</script>',
            "http://a.gov.cn/b/x.html?a=1&b=2",
        ),
        ("<script>window.top.location = '//b.gov.cn/年'</script>正在跳转", "http://b.gov.cn/年"),
        ("<body onload=\"window.location='x'\"><a href=x>点击这里</a>", "http://a.gov.cn/b/x"),
        (
            "<script>setTimeout(\"javascript:location.href='/x'\",3000)</script>",
            "http://a.gov.cn/x",
        ),
        ("<base href='/e/'><script>self.location.assign('x')</script>", "http://a.gov.cn/e/x"),
        (
            "<script>/* location='/y' */location='/x' // location='/z'\n</script>",
            "http://a.gov.cn/x",
        ),
        (
            "<script>location='/x'</script><script>document . location . href = '/x'</script>",
            "http://a.gov.cn/x",
        ),
        (
            "<meta http-equiv=refresh content='0;url=d'><script>location='/x'</script>",
            "http://a.gov.cn/b/d",
        ),
        ("<script>location='/x?'+id</script>", ""),
        ("<script>location='/x';location='/y'</script>", ""),
        ("<script>if(phone)location='/x'</script>", ""),
        ("<script>/iPhone/.test(navigator.userAgent)&&(location='/x')</script>", ""),
        ("<script>document.cookie='a';location='/x'</script>", ""),
        ("<script>alert('页面不存在');location='/x'</script>", ""),
        ("<script>if(location=='/x')a.location='/x'</script>", ""),
        ("<script>location=='/x';mylocation='/x';a.location='/x'</script>", ""),
        ("<script>location='javascript:a()'</script>", ""),
        ("<script>location='c.html?x=1#a'</script>", ""),
        ("<script>location='/x'</script><iframe src=a></iframe>", ""),
        ("<script>location='/x'</script><a href=a.pdf>年报</a>", ""),
        (f"<script>location='/x'</script>{'正文' * 30}", ""),
        (f"<script>location='/x';{'a()' * 1000}</script>", ""),
        ("<p>location='/x'", ""),
    ],
)
def test_where_a_script_sends_its_readers(markup: str, target: str) -> None:
    for encoding in ("utf-8", "gb18030"):
        assert refresh_target(f"<html><head>{markup}".encode(encoding), HOME) == target


def test_scripts_that_send_on_are_followed_and_told() -> None:
    move = page(b"<script>window.location.href='/b'</script>")
    with site({"/": move, "/b": page(PAGE)}) as server:
        found = load(server.url(), PATIENT)
        assert (found.content, found.url) == (PAGE, server.url("/b"))
        assert found.provenance == (f"网页自动跳转到另一网址 {server.url('/b')}。",)
    with site({"/": move, "/b": page(b"<script>location='/'</script>")}) as server:
        assert failed(server.url()).stage == "redirect"


def test_refreshes_are_followed_and_told() -> None:
    pages = {
        "/": refresh("/b/?x"),
        "/b/?x": moved("c"),
        "/b/c": refresh("d", 5),
        "/b/d": page(PAGE),
    }
    with site(pages) as server:
        found = load(server.url(), PATIENT)
    assert (found.origin, found.url, found.content) == (server.url(), server.url("/b/d"), PAGE)
    told = [f"网页自动跳转到另一网址 {server.url(path)}。" for path in ("/b/?x", "/b/d")]
    assert list(found.provenance) == told


def test_a_refresh_in_the_header() -> None:
    with site(
        {"/": page(b"<p>x", Refresh="0; url=/a"), "/a": page(PAGE, Refresh="0; url=/b")}
    ) as server:
        assert load(server.url(), PATIENT).content == PAGE


def test_a_report_is_never_left() -> None:
    head = b'<meta http-equiv="refresh" content="0;url=/other">'
    with site({"/": page(head + PAGE), "/other": page(b"<p>other")}) as server:
        found = load(server.url(), PATIENT)
        assert server.paths == ["/"]
    assert (found.content, found.provenance) == (head + PAGE, ())


@pytest.mark.parametrize(
    "pages",
    [
        {"/": refresh("/a"), "/a": refresh("/")},
        {"/": refresh("/a"), "/a": moved("/")},
        {"/": moved("/a"), "/a": moved("/")},
        {f"/{n or ''}": refresh(f"/{n + 1}") for n in range(30)},
    ],
)
def test_circles_end(pages: dict[str, Handler]) -> None:
    with site(pages) as server:
        error = failed(server.url())
        assert len(server.asked) <= 11
    assert error.stage == "redirect"


def test_a_redirect_to_another_site_is_told_and_one_within_is_not() -> None:
    with site({"/": page(PAGE)}) as other:
        away = other.url().replace("127.0.0.1", "localhost")
        with site(
            {"/": moved("/a", 301), "/a": moved("/b", 307), "/b": moved(away, 308)}
        ) as server:
            found = load(server.url(), PATIENT)
    assert found.provenance == (f"网站转到另一个网站的网址 {away}。",)


def test_redirects_written_in_chinese() -> None:
    for encoding in ("utf-8", "gbk"):
        target = b"".join(b"%%%02X" % byte for byte in "年报".encode(encoding)).decode()
        head = (
            b"HTTP/1.1 302 Found\r\nContent-Length: 0\r\nLocation: /"
            + "年报".encode(encoding)
            + b"\r\n\r\n"
        )
        with serving({"/": [[head]], f"/{target}": [answer(PAGE)]}) as server:
            assert load(server.url(), PATIENT).content == PAGE


@pytest.mark.parametrize("hops", ["refresh", "refresh-redirect", "cookie-refresh", "header"])
def test_no_refresh_leads_into_a_private_network(
    hops: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    """As test_fetch_guard.py: 127.0.0.2 stands for a public address."""
    monkeypatch.setattr(guard, "is_private", lambda address: address != "127.0.0.2")
    with serving({"/secret": [answer(PAGE)]}) as private:
        meta = f'<meta http-equiv="refresh" content="0;url={private.url("/secret")}">'.encode()
        answers = {
            "refresh": {"/": [answer(meta)]},
            "refresh-redirect": {
                "/": [answer(b'<meta http-equiv="refresh" content="0;url=/a">')],
                "/a": [redirect(private.url("/secret"))],
            },
            "cookie-refresh": {"/": [answer(b"x", "Set-Cookie: a=1"), answer(meta)]},
            "header": {"/": [answer(b"x", f"Refresh: 0;url={private.url('/secret')}")]},
        }
        with serving(answers[hops], host="127.0.0.2") as public:
            assert failed(f"http://127.0.0.2:{public.port}/").stage == "redirect"
        assert private.requests == []


REFRESH = b"<meta http-equiv=refresh"
PROVING = b"<script>document.cookie location"
# A page of so many bytes.
HOSTILE: dict[str, Callable[[int], bytes]] = {
    "a long attribute": lambda size: REFRESH + b" " + b"a" * size,
    "open quotes": lambda size: REFRESH + b" " + b"a=' " * (size // 4),
    "blanks after the name": lambda size: b"http-equiv=" + b" " * size,
    "open comments": lambda size: REFRESH + b">" + b"<!--" * (size // 4),
    "open scripts": lambda size: REFRESH + b">" + b"<script" * (size // 7),
    "half-closed scripts": lambda size: REFRESH + b">" + b"<script></script " * (size // 17),
    "blanks after the delay": lambda size: REFRESH + b" content='0" + b" " * size + b"'>",
    "blanks before the target": lambda size: REFRESH + b" content='0;url" + b" " * size + b"'>",
    "open tags": lambda size: REFRESH + b">" + b"<" * size,
    "open metas": lambda size: REFRESH + b" content='0;url=d'>" + b"<meta" * (size // 5),
    "open entities": lambda size: PROVING + b"<a" * 100 + b"&#" * (size // 2),
}


@pytest.mark.parametrize("case", HOSTILE)
def test_hostile_pages_are_looked_through_in_a_time_that_grows_as_they_do(case: str) -> None:
    def look(content: bytes) -> None:
        refresh_target(content, HOME)
        only_proves(content)
        is_short(content)

    assert doubling(look, HOSTILE[case], 50_000) < LINEAR
