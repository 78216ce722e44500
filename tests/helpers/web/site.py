"""A site on loopback as sites are: HTTP by aiohttp, with or without TLS, and certificates of every
kind.

``server`` sends bytes that no HTTP server would send; this one sends what real ones do.
"""

from __future__ import annotations

import asyncio
import datetime
import gzip
import ipaddress
import ssl
import threading
import zlib
from collections.abc import Awaitable, Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path

import aiohttp.web as http
import brotli
import pytest
import trustme
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec

from gongkai import locate
from gongkai.model import FetchError
from gongkai.sources import ACCESS, Access, Limits, load, web
from gongkai.sources import body as bodies
from helpers.waiting import PATIENCE

Handler = Callable[[http.Request], Awaitable[http.StreamResponse]]
HOST = "127.0.0.1"


@dataclass
class Site:
    """A running site; ``asked`` is its log: path and headers of each request, in order."""

    scheme: str
    port: int = 0
    asked: list[tuple[str, Mapping[str, str]]] = field(default_factory=list)

    def url(self, path: str = "/", scheme: str = "") -> str:
        return f"{scheme or self.scheme}://{HOST}:{self.port}{path}"

    @property
    def paths(self) -> list[str]:
        return [path for path, _ in self.asked]


@contextmanager
def site(pages: Mapping[str, Handler], tls: ssl.SSLContext | None = None) -> Iterator[Site]:
    """Serve ``pages`` (path -> handler) on a thread of its own; other paths are 404."""
    found = Site("https" if tls else "http")
    loop = asyncio.new_event_loop()
    ready = threading.Event()

    async def dispatch(request: http.BaseRequest) -> http.StreamResponse:
        found.asked.append((request.path_qs, request.headers))
        handler = pages.get(request.path_qs)
        return await handler(request) if handler else http.Response(status=404)  # type: ignore[arg-type]

    async def start() -> http.ServerRunner:
        runner = http.ServerRunner(http.Server(dispatch))
        await runner.setup()
        await http.TCPSite(runner, HOST, 0, ssl_context=tls).start()
        found.port = runner.addresses[0][1]
        return runner

    def run() -> None:
        asyncio.set_event_loop(loop)
        loop.set_exception_handler(
            lambda *_: None
        )  # handshakes that fail are what the tests are about
        runner = loop.run_until_complete(start())
        ready.set()
        loop.run_forever()
        loop.run_until_complete(runner.cleanup())
        loop.close()

    thread = threading.Thread(target=run, daemon=True)
    thread.start()
    assert ready.wait(PATIENCE)
    try:
        yield found
    finally:
        loop.call_soon_threadsafe(loop.stop)
        thread.join(PATIENCE)


# --- what is served and what must come of it ------------------------------------------------------

# Small in all but time: here an answer is sure to come, on a busy machine late.
# Only what never comes has a short limit.
PATIENT = Limits(connect=600, read=600, deadline=600, size=300_000, tries=3, pause=0.01)
# What looks at the clock while a page and its attachments are fetched, for helpers/clock.py.
FETCHING = (locate, web, bodies)
ROW = "<tr><td>自然人</td><td>一、本年新收政府信息公开申请数量</td><td>455</td></tr>"
PAGE = (
    f"<html><body><p>政府信息公开工作年度报告</p><table>{ROW * 40}</table></body></html>".encode()
)
CHALLENGE = b"<html><script>var a='x';document.cookie='k='+a;location.reload()</script></html>"


def bare(content: bytes) -> bytes:
    pack = zlib.compressobj(wbits=-zlib.MAX_WBITS)
    return pack.compress(content) + pack.flush()


PACKINGS = {"gzip": gzip.compress, "deflate": zlib.compress, "br": brotli.compress}


def failed(url: str, limits: Limits = PATIENT, access: Access = ACCESS) -> FetchError:
    """The failure that a load must end in: one sentence on what is wrong, and what to do."""
    with pytest.raises(FetchError) as caught:
        load(url, limits, access)
    message = str(caught.value)
    assert message.startswith(f"{url}：")
    assert message.endswith("。")
    assert message.count("。") == 1
    assert "；" in message
    return caught.value


# --- pages ----------------------------------------------------------------------------------------


def page(body: bytes, status: int = 200, **headers: str) -> Handler:
    """Always the same answer; underscores in header names stand for hyphens."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}

    async def handler(_: http.Request) -> http.StreamResponse:
        return http.Response(
            body=body, status=status, headers={"Content-Type": "text/html", **named}
        )

    return handler


def in_turn(*handlers: Handler) -> Handler:
    """One answer after the other, the last one again and again."""
    left = list(handlers)

    async def handler(request: http.Request) -> http.StreamResponse:
        return await (left.pop(0) if len(left) > 1 else left[0])(request)

    return handler


def moved(target: str, status: int = 302, **headers: str) -> Handler:
    return page(b"", status, Location=target, **headers)


def chunked(*chunks: bytes | Callable[[], object], **headers: str) -> Handler:
    """Without a length; what can be called is called in its turn, between the chunks around it."""
    named = {name.replace("_", "-"): value for name, value in headers.items()}

    async def handler(request: http.Request) -> http.StreamResponse:
        response = http.StreamResponse(headers={"Content-Type": "text/html", **named})
        response.enable_chunked_encoding()
        await response.prepare(request)
        for chunk in chunks:
            if callable(chunk):
                chunk()
            else:
                await response.write(chunk)
                await asyncio.sleep(0)
        await response.write_eof()
        return response

    return handler


def gate(
    status: int, body: bytes, behind: Handler, name: str = "clearance", **headers: str
) -> Handler:
    """A page that is given only with the cookie that the gate's own answer sets."""

    async def handler(request: http.Request) -> http.StreamResponse:
        if request.cookies.get(name) == "yes":
            return await behind(request)
        return await page(body, status, Set_Cookie=f"{name}=yes; path=/", **headers)(request)

    return handler


def validated(body: bytes, etag: str = '"one"', modified: str = "", **headers: str) -> Handler:
    """A page that answers 304 where its validator comes back."""

    async def handler(request: http.Request) -> http.StreamResponse:
        known = {"ETag": etag} if etag else {}
        known |= {"Last-Modified": modified} if modified else {}
        sent = request.headers.get("If-None-Match"), request.headers.get("If-Modified-Since")
        if (etag and sent[0] == etag) or (modified and not etag and sent[1] == modified):
            return http.Response(status=304, headers=known)
        return await page(body, 200, **{**known, **headers})(request)

    return handler


def refresh(target: str, delay: int = 0, words: str = "正在跳转") -> Handler:
    markup = (
        f'<html><head><meta http-equiv="refresh" content="{delay};'
        f'url={target}"></head><body>{words}</body></html>'
    )
    return page(markup.encode())


# --- certificates ---------------------------------------------------------------------------------


def context_of(certificate: trustme.LeafCert) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    certificate.configure_cert(context)
    return context


def outdated(
    context: ssl.SSLContext, newest: ssl.TLSVersion = ssl.TLSVersion.TLSv1
) -> ssl.SSLContext:
    """As a server that was set up in 2010 and left alone."""
    context.minimum_version = ssl.TLSVersion.MINIMUM_SUPPORTED
    context.maximum_version = newest
    context.set_ciphers("ALL:@SECLEVEL=0")
    return context


def expired(authority: trustme.CA) -> ssl.SSLContext:
    long_ago = datetime.datetime(2020, 1, 1, tzinfo=datetime.UTC)
    return context_of(
        authority.issue_cert(
            HOST, not_before=long_ago, not_after=long_ago + datetime.timedelta(days=1)
        )
    )


def not_yet_valid(authority: trustme.CA) -> ssl.SSLContext:
    soon = datetime.datetime.now(datetime.UTC) + datetime.timedelta(days=30)
    return context_of(
        authority.issue_cert(HOST, not_before=soon, not_after=soon + datetime.timedelta(days=30))
    )


def self_signed(folder: Path) -> ssl.SSLContext:
    """A certificate that is its own issuer, and is so no authority."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, HOST)])
    today = datetime.datetime.now(datetime.UTC)
    made = (
        x509.CertificateBuilder()
        .subject_name(name)
        .issuer_name(name)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(today - datetime.timedelta(days=1))
        .not_valid_after(today + datetime.timedelta(days=1))
        .add_extension(
            x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(HOST))]),
            critical=False,
        )
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    private = key.private_bytes(
        pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    place = folder / "self-signed.pem"
    place.write_bytes(private + made.public_bytes(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(place)
    return context
