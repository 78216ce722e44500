"""Sources: real servers on loopback, files and standard input, and all that can go wrong with
them.
"""

from __future__ import annotations

import gzip
import hashlib
import io
import socket
import sys
from dataclasses import replace
from datetime import datetime
from pathlib import Path

import pytest

from gongkai.model import Document, FetchError
from gongkai.sources import Limits, load
from helpers.clock import fake_clock
from helpers.web.server import SILENCE, answer, redirect, serving
from helpers.web.site import FETCHING, PATIENT, self_signed

SMALL = replace(PATIENT, size=100_000)
PAGE = "<html><p>政府信息公开工作年度报告</p></html>".encode()


def failed(origin: str, limits: Limits = SMALL) -> FetchError:
    with pytest.raises(FetchError) as caught:
        load(origin, limits)
    message = str(caught.value)
    assert message.endswith("。")
    assert message.count("。") == 1
    assert "；" in message
    return caught.value


# --- pages ----------------------------------------------------------------------------------------


def test_a_page_keeps_its_bytes_and_says_where_it_came_from() -> None:
    with serving({"/a": [answer(PAGE, "Content-Type: Text/HTML; charset=GBK")]}) as server:
        found = load(server.url("/a"), SMALL)
        head = server.heads[0].lower()
    digest = hashlib.sha256(PAGE).hexdigest()
    assert found == Document(
        server.url("/a"), "text/html", PAGE, digest, found.fetched_at, server.url("/a"), "gbk"
    )
    assert datetime.fromisoformat(found.fetched_at).utcoffset() is not None
    assert "gongkai" in head
    assert "accept-language: zh-cn" in head


def test_a_compressed_page() -> None:
    with serving({"/": [answer(gzip.compress(PAGE), "Content-Encoding: gzip")]}) as server:
        assert load(server.url(), SMALL).content == PAGE


@pytest.mark.parametrize("encoding", ["zstd", "gzip, gzip", "compress"])
def test_compression_that_was_not_asked_for_is_refused(encoding: str) -> None:
    with serving({"/": [answer(PAGE, f"Content-Encoding: {encoding}")]}) as server:
        assert failed(server.url()).stage == "read"


def test_redirects_are_followed_to_the_final_address() -> None:
    answers = {"/a": [redirect("/b")], "/b": [redirect("c?x=1")], "/c?x=1": [answer(PAGE)]}
    with serving(answers) as server:
        found = load(server.url("/a"), SMALL)
    assert (found.origin, found.url) == (server.url("/a"), server.url("/c?x=1"))


def test_chinese_and_blanks_in_an_address() -> None:
    path = "/%E5%B9%B4%20%E6%8A%A5.html?a=%E4%B8%AD"
    with serving({path: [answer(PAGE)]}) as server:
        assert load(f"  {server.url('/年 报.html?a=中')} ", SMALL).content == PAGE


def test_an_error_of_the_server_that_passes() -> None:
    with serving(
        {"/": [answer(b"", status="500 Oops"), answer(b"", status="503 Busy"), answer(PAGE)]}
    ) as server:
        assert load(server.url(), SMALL).content == PAGE
        assert len(server.requests) == 3


def test_a_broken_connection_that_passes() -> None:
    with serving({"/": [[b""], answer(PAGE)]}) as server:
        assert load(server.url(), SMALL).content == PAGE


def test_a_proxy_of_the_system_is_not_used_for_this_machine(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:1")
    monkeypatch.setenv("NO_PROXY", "")
    with serving({"/": [answer(PAGE)]}) as server:
        assert load(server.url(), SMALL).content == PAGE


# --- failures of the network ----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("status", "tries"),
    [("404 Not Found", 1), ("403 Forbidden", 1), ("412 No", 1), ("204 Empty", 1), ("502 Bad", 3)],
)
def test_a_status_that_gives_no_page(status: str, tries: int) -> None:
    with serving({"/": [answer(b"x", status=status)]}) as server:
        error = failed(server.url())
        assert len(server.requests) == tries
    assert error.stage == "status"
    assert status[:3] in str(error)


@pytest.mark.parametrize(
    "target",
    [
        "/",
        "ftp://example.gov.cn/a",
        "file:///etc/passwd",
        "javascript:alert(1)",
        "http://[::1",
        "http://a:65536/",
    ],
)
def test_redirects_that_lead_nowhere(target: str) -> None:
    with serving({"/": [redirect(target)]}) as server:
        assert failed(server.url()).stage == "redirect"


def test_a_page_over_the_size_is_given_up_early() -> None:
    with serving({"/": [[answer(b"", length=10**9)[0], *[b"x" * 50_000] * 10]]}) as server:
        assert failed(server.url()).stage == "size"


def test_a_page_that_swells_when_unpacked() -> None:
    with serving(
        {"/": [answer(gzip.compress(bytes(50_000_000)), "Content-Encoding: gzip")]}
    ) as server:
        assert failed(server.url()).stage == "size"


def test_a_slow_drip_ends_at_the_deadline(monkeypatch: pytest.MonkeyPatch) -> None:
    clock = fake_clock(monkeypatch, *FETCHING)
    drip = [b"x", lambda: clock.move(2)] * 60
    with serving({"/": [[*answer(b"", length=60), *drip]]}) as server:
        error = failed(server.url(), replace(SMALL, tries=1, deadline=60))
    assert error.stage == "timeout"
    assert "60秒内没有读取完毕" in str(error)


def test_a_head_that_never_ends_ends_at_the_deadline() -> None:
    """No read waits for long: only the deadline of the whole fetch ends it, on the wall."""
    drip = [b"HTTP/1.1 200 OK\r\n", *[b"X: y\r\n"] * 10_000]
    with serving({"/": [drip]}, gap=0.05) as server:
        error = failed(server.url(), replace(SMALL, deadline=0.3, tries=1))
    assert error.stage == "timeout"
    assert "0.3秒内没有读取完毕" in str(error)


NINE = answer(b"", length=9)


@pytest.mark.parametrize("begun", [[], [b"HTTP/1.1 200 OK\r\n"], NINE, [*NINE, b"x"]])
def test_silence_ends_at_the_time_for_a_read(begun: list[bytes]) -> None:
    with serving({"/": [[*begun, SILENCE]]}) as server:
        error = failed(server.url(), replace(SMALL, read=0.1, tries=1))
    assert error.stage == "timeout"
    assert "没有取完" not in str(error)


def test_a_body_cut_short_is_no_page() -> None:
    with serving({"/": [answer(PAGE, length=len(PAGE) + 1)]}) as server:
        assert failed(server.url()).stage == "read"
        assert len(server.requests) == SMALL.tries


@pytest.mark.parametrize(
    "body",
    [gzip.compress(PAGE)[:-12], gzip.compress(PAGE) + PAGE, PAGE],
    ids=["half", "more", "none"],
)
def test_a_body_that_does_not_unpack(body: bytes) -> None:
    with serving({"/": [answer(body, "Content-Encoding: gzip")]}) as server:
        assert failed(server.url()).stage == "read"


def test_answers_that_are_no_http() -> None:
    with serving({"/": [[b"SSH-2.0-OpenSSH\r\n\r\n"]]}) as server:
        assert failed(server.url()).stage == "read"


def test_an_empty_answer() -> None:
    with serving({"/": [answer(b"")]}) as server:
        assert failed(server.url()).stage == "read"


def test_a_refused_connection() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
    error = failed(f"http://127.0.0.1:{port}/")
    assert error.stage == "connect"
    assert "（对方拒绝连接）" in str(error)


def test_https_to_a_server_without_it() -> None:
    with serving({"/": [answer(PAGE)]}) as server:
        assert failed(server.url().replace("http:", "https:")).stage == "tls"


def test_a_certificate_that_nobody_signed(tmp_path: Path) -> None:
    context = self_signed(tmp_path)
    with serving(
        {"/": [answer(PAGE)]}, wrap=lambda c: context.wrap_socket(c, server_side=True)
    ) as server:
        assert failed(server.url().replace("http:", "https:")).stage == "tls"


# --- files and other addresses --------------------------------------------------------------------


def test_a_file_and_its_bytes(tmp_path: Path) -> None:
    path = tmp_path / "年 报.html"
    path.write_bytes(PAGE)
    found = load(str(path))
    assert (found.content, found.media_type, found.charset, found.url) == (PAGE, "", "", "")


def test_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(PAGE)))
    assert load("-").content == PAGE


@pytest.mark.parametrize("content", [b"", b"x" * (SMALL.size + 1)])
def test_standard_input_without_sense(monkeypatch: pytest.MonkeyPatch, content: bytes) -> None:
    monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(content)))
    assert failed("-").stage == ("size" if content else "read")


def test_no_standard_input(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    assert failed("-").stage == "read"


def test_files_that_are_none(tmp_path: Path) -> None:
    empty, large, folder = tmp_path / "empty.html", tmp_path / "large.html", tmp_path / "folder"
    empty.touch()
    large.write_bytes(b"x" * (SMALL.size + 1))
    folder.mkdir()
    assert failed(str(empty)).stage == "read"
    assert failed(str(large)).stage == "size"
    assert failed(str(folder)).stage == "address"
    assert failed(str(tmp_path / "missing.html")).stage == "address"
    assert failed(str(empty / "inside.html")).stage == "read"
    assert failed("a" * 5_000).stage == "read"
    assert failed("a\0b").stage == "read"


def test_a_file_whose_name_looks_like_a_scheme(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("note:1.txt").write_bytes(PAGE)
    assert load("note:1.txt").content == PAGE


@pytest.mark.parametrize(
    "origin",
    [
        *(
            "",
            "  ",
            "ftp://example.gov.cn/a",
            "javascript:alert(1)",
            "data:text/html,x",
            "file:///a",
        ),
        *(
            "http://",
            "http:///a",
            "https:?",
            "http://[::1",
            "http://a..b/",
            "http：//example.gov.cn",
            "www.example.gov.cn",
        ),
        *(
            "http://" + "a" * 300,
            "javascript:" + "a" * 5_000,
            "http://example.gov.cn:x/",
            "http://a:65536/",
            "http://\udcff/",
        ),
    ],
)
def test_addresses_that_are_none(origin: str) -> None:
    assert failed(origin).stage == "address"
