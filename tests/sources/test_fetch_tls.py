"""Certificates and encryption as sites have them: what is wrong is named, and nothing is let
through.
"""

from __future__ import annotations

import socket
import ssl
import struct
import threading
import warnings
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import trustme

from gongkai.sources import Access, load
from gongkai.sources.errors import reason_of, unsafe
from helpers.waiting import PATIENCE
from helpers.web.server import answer, redirect, serving
from helpers.web.site import (
    HOST,
    PAGE,
    PATIENT,
    context_of,
    expired,
    failed,
    moved,
    not_yet_valid,
    outdated,
    page,
    self_signed,
    site,
)

INSECURE = Access(insecure=True)
UNCHECKED = "没有核对网站的安全证书（--insecure）。"
# 1024 bits, as servers of twenty years ago had them.
DH = """-----BEGIN DH PARAMETERS-----
MIGHAoGBAL9c/4cB1ar/xJN0crl6C3HVM8QbN/OAAzHswEi7o4DIYjiQLMQQbCN4
8Kh5Zr8opYzYNcUKUxn8Yo+vQQJHQX29lTbe46L/Vydzn8n7l6mehPj5J7x9UtlM
NlPWNt2rMlLsxPvrAlJ1AQJA+a3lvvshjryDlwW1UgLh361Bb19/AgEC
-----END DH PARAMETERS-----
"""


@pytest.fixture(scope="module")
def authority() -> trustme.CA:
    return trustme.CA()


@pytest.fixture(scope="module")
def stranger() -> trustme.CA:
    return trustme.CA(organization_name="Unknown")


@pytest.fixture(autouse=True)
def trusting(authority: trustme.CA, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    place = tmp_path / "authority.pem"
    authority.cert_pem.write_to_path(place)
    monkeypatch.setenv("SSL_CERT_FILE", str(place))


def weak_dh(authority: trustme.CA, folder: Path) -> ssl.SSLContext:
    context = outdated(
        context_of(authority.issue_cert(HOST, key_type=trustme.KeyType.RSA)), ssl.TLSVersion.TLSv1_2
    )
    context.set_ciphers("DHE-RSA-AES128-GCM-SHA256:@SECLEVEL=0")
    (folder / "dh.pem").write_text(DH)
    context.load_dh_params(str(folder / "dh.pem"))
    return context


def old(authority: trustme.CA, newest: ssl.TLSVersion) -> ssl.SSLContext:
    with warnings.catch_warnings():
        warnings.simplefilter("ignore", DeprecationWarning)
        return outdated(
            context_of(authority.issue_cert(HOST, key_type=trustme.KeyType.RSA)), newest
        )


Made = Callable[[trustme.CA, trustme.CA, Path], ssl.SSLContext]
MATTERS: dict[str, tuple[Made, str]] = {
    "self-signed": (lambda _, __, folder: self_signed(folder), "证书是自签名的"),
    "expired": (lambda known, _, __: expired(known), "证书已过期"),
    "not-yet": (lambda known, _, __: not_yet_valid(known), "证书还没有生效"),
    "wrong-address": (
        lambda known, _, __: context_of(known.issue_cert("127.0.0.9")),
        "证书与网址不符",
    ),
    "wrong-name": (
        lambda known, _, __: context_of(known.issue_cert("other.gov.cn")),
        "证书与网址不符",
    ),
    "untrusted": (
        lambda _, other, __: context_of(other.issue_cert(HOST)),
        "证书不是受信任的机构颁发的",
    ),
    "tls-1.0": (lambda known, _, __: old(known, ssl.TLSVersion.TLSv1), "只支持过时的加密方式"),
    "tls-1.1": (lambda known, _, __: old(known, ssl.TLSVersion.TLSv1_1), "只支持过时的加密方式"),
    "weak-dh": (lambda known, _, folder: weak_dh(known, folder), "只支持过时的加密方式"),
}


@pytest.fixture(params=MATTERS)
def matter(
    request: pytest.FixtureRequest, authority: trustme.CA, stranger: trustme.CA, tmp_path: Path
) -> tuple[ssl.SSLContext, str]:
    made, words = MATTERS[request.param]
    return made(authority, stranger, tmp_path), words


def test_what_is_wrong_is_named_and_two_ways_out(matter: tuple[ssl.SSLContext, str]) -> None:
    with site({"/": page(PAGE)}, matter[0]) as server:
        error = failed(server.url())
        assert server.asked == []
    assert error.stage == "tls"
    for words in (matter[1], "确认网址可信时可在命令行加 --insecure 重试", "另存为网页"):
        assert words in str(error)


def test_only_who_says_so_gets_the_page_and_it_is_told(matter: tuple[ssl.SSLContext, str]) -> None:
    with site({"/": page(PAGE)}, matter[0]) as server:
        found = load(server.url(), PATIENT, INSECURE)
    assert (found.content, found.provenance) == (PAGE, (UNCHECKED,))


def test_a_good_certificate_and_nothing_to_tell(authority: trustme.CA) -> None:
    with site({"/": page(PAGE)}, context_of(authority.issue_cert(HOST))) as server:
        found = load(server.url(), PATIENT)
        assert (found.content, found.provenance) == (PAGE, ())
        assert load(server.url(), PATIENT, INSECURE).provenance == (UNCHECKED,)
    with site({"/": page(PAGE)}) as plain:
        assert load(plain.url(), PATIENT, INSECURE).provenance == ()


def test_a_server_that_renegotiates_as_before_2010() -> None:
    """A server hello of TLS 1.2 without the extension of RFC 5746, as servers before it sent."""
    hello = b"\x03\x03" + bytes(32) + b"\x00" + b"\xc0\x2f" + b"\x00"
    handshake = b"\x02" + struct.pack(">I", len(hello))[1:] + hello
    with answering(b"\x16\x03\x03" + struct.pack(">H", len(handshake)) + handshake) as port:
        error = failed(f"https://{HOST}:{port}/")
        assert "只支持过时的加密方式" in str(error)
        error = failed(
            f"https://{HOST}:{port}/", access=INSECURE
        )  # goes on, and is left without the rest
        assert "只支持过时" not in str(error)
        assert "--insecure" not in str(error)


@contextmanager
def answering(content: bytes) -> Iterator[int]:
    """Any request is answered with these bytes, and closed."""
    with socket.create_server((HOST, 0)) as listener:

        def serve() -> None:
            while True:
                try:
                    connection, _ = listener.accept()
                except OSError:
                    return
                with connection:
                    connection.settimeout(PATIENCE)
                    connection.recv(65_536)
                    connection.sendall(content)

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        yield listener.getsockname()[1]
        listener.shutdown(socket.SHUT_RDWR)
        thread.join(PATIENCE)


def test_an_alert_on_the_version_and_a_connection_that_is_just_closed(
    authority: trustme.CA,
) -> None:
    """What servers of OpenSSL answer, and what others do."""
    context = old(authority, ssl.TLSVersion.TLSv1)
    with serving(
        {"/": [answer(PAGE)]}, wrap=lambda c: context.wrap_socket(c, server_side=True)
    ) as server:
        assert "：网站只支持过时的加密方式，" in str(
            failed(server.url().replace("http:", "https:"))
        )
    waiting = [b"closed"]

    def wrap(connection: socket.socket) -> socket.socket:
        if waiting:
            connection.recv(1_000)
            raise OSError(waiting.pop())
        return fresh.wrap_socket(connection, server_side=True)

    fresh = context_of(authority.issue_cert(HOST))
    with serving({"/": [answer(PAGE)]}, wrap=wrap) as server:
        assert (
            load(server.url().replace("http:", "https:"), PATIENT).content == PAGE
        )  # the second time
    with answering(b"") as port:
        assert "可能是网站只支持过时的加密方式" in str(failed(f"https://{HOST}:{port}/"))


# --- http and https -------------------------------------------------------------------------------


def test_https_where_only_http_is_spoken_is_not_silently_downgraded() -> None:
    with site({"/": page(PAGE)}) as server:
        error = failed(server.url(scheme="https"))
        assert server.asked == []
    assert error.stage == "tls"
    assert "http://" in str(error)
    assert "--insecure" not in str(error)


def test_http_to_a_port_that_only_speaks_https(authority: trustme.CA) -> None:
    """Such a server closes, or answers an alert: https is tried at the same port, and told."""
    with site({"/a": page(PAGE)}, context_of(authority.issue_cert(HOST))) as server:
        found = load(server.url("/a", "http"), PATIENT)
        assert server.paths == ["/a"]
    assert (found.content, found.url) == (PAGE, server.url("/a"))
    assert found.provenance == (
        f"网址以 http:// 开头但不能打开，已改用 https 打开：{server.url('/a')}。",
    )


@pytest.mark.parametrize(
    ("status", "body"),
    [
        ("400 Bad Request", b"<h1>The plain HTTP request was sent to HTTPS port</h1>"),
        ("497 No", b""),
    ],
)
def test_http_that_nginx_answers_at_its_https_port(
    status: str, body: bytes, authority: trustme.CA
) -> None:
    context = context_of(authority.issue_cert(HOST))

    def wrap(connection: socket.socket) -> socket.socket:
        if connection.recv(1, socket.MSG_PEEK) == b"\x16":
            return context.wrap_socket(connection, server_side=True)
        return connection

    with serving({"/": [answer(body, status=status), answer(PAGE)]}, wrap=wrap) as server:
        found = load(server.url(), PATIENT)
    assert (found.content, found.url) == (PAGE, server.url().replace("http:", "https:"))
    assert "已改用 https" in found.provenance[0]
    with serving({"/": [answer(body, status=status)]}) as server:
        assert failed(server.url()).stage == "tls"


def test_http_refused_and_https_refused_says_what_the_user_asked_for() -> None:
    with socket.create_server((HOST, 0)) as taken:
        port = taken.getsockname()[1]
    assert failed(f"http://{HOST}:{port}/").stage == "connect"


def test_http_closed_and_https_with_a_bad_certificate(tmp_path: Path) -> None:
    with site({"/": page(PAGE)}, self_signed(tmp_path)) as server:
        assert "证书是自签名的" in str(failed(server.url(scheme="http")))
        found = load(server.url(scheme="http"), PATIENT, INSECURE)
    assert found.content == PAGE
    assert found.provenance[1:] == (UNCHECKED,)


def test_a_site_that_leads_from_https_to_http_is_followed_and_told(authority: trustme.CA) -> None:
    with (
        site({"/": page(PAGE)}) as plain,
        site({"/": moved(plain.url())}, context_of(authority.issue_cert(HOST))) as server,
    ):
        found = load(server.url(), PATIENT)
    assert (found.content, found.url) == (PAGE, plain.url())
    assert found.provenance == (f"网站从 https 转到没有加密的网址 {plain.url()}。",)


def test_a_site_that_leads_from_http_to_https(authority: trustme.CA) -> None:
    with (
        site({"/": page(PAGE)}, context_of(authority.issue_cert(HOST))) as server,
        serving({"/": [redirect(server.url())]}) as plain,
    ):
        found = load(plain.url(), PATIENT)
    assert (found.content, found.url, found.provenance) == (PAGE, server.url(), ())


def test_an_error_that_python_has_no_name_for_is_known_by_its_text() -> None:
    """As in Python 3.11.2, where ``reason`` is None."""
    text = "[SSL] legacy sigalg disallowed or unsupported (_ssl.c:992)"
    error = ssl.SSLError(1, text)
    error.reason = None  # type: ignore[assignment]
    assert reason_of(error) == "LEGACY_SIGALG_DISALLOWED_OR_UNSUPPORTED"
    assert "--insecure" in str(unsafe("https://a.cn/", error, insecure=False))
    assert reason_of(ValueError(text)) == ""
