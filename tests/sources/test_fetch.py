"""Bodies in every packing, servers that are busy or slow, and answers made at random."""

from __future__ import annotations

import gzip
import socket
import tracemalloc
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace

import brotli
import pytest
from aiohttp.web import Request, StreamResponse
from hypothesis import given
from hypothesis import strategies as st

from gongkai.model import Document, FetchError
from gongkai.sources import Limits, load
from gongkai.sources.redirects import only_proves
from helpers.clock import Clock, fake_clock
from helpers.counts import properties
from helpers.web.server import Server, answer, serving
from helpers.web.site import (
    CHALLENGE,
    FETCHING,
    PACKINGS,
    PAGE,
    PATIENT,
    bare,
    chunked,
    failed,
    in_turn,
    moved,
    page,
    site,
)

# Time is the clock's, and sixty seconds of it are all there are.
TIMED = replace(Limits(), connect=PATIENT.connect, read=PATIENT.read, deadline=60)
PACKERS = [
    *PACKINGS.items(),
    ("deflate", bare),
    ("X-GZip", gzip.compress),
    ("utf-8", bytes),
    ("Identity", bytes),
]


@pytest.fixture
def clock(monkeypatch: pytest.MonkeyPatch) -> Clock:
    return fake_clock(monkeypatch, *FETCHING)


# --- bodies ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("encoding", "pack"), PACKERS, ids=[f"{name}-{pack.__name__}" for name, pack in PACKERS]
)
@pytest.mark.parametrize("size", [1, 7, 100_000])
def test_every_packing_in_chunks_of_every_size(encoding: str, pack: type[bytes], size: int) -> None:
    body = pack(PAGE)
    chunks = [body[start : start + size] for start in range(0, len(body), size)][:1_000]
    if b"".join(chunks) != body:
        chunks.append(body[len(b"".join(chunks)) :])
    with site({"/": chunked(*chunks, Content_Encoding=encoding)}) as server:
        found = load(server.url(), PATIENT)
        assert "br" in server.asked[0][1]["Accept-Encoding"]
    assert (found.content, found.provenance) == (PAGE, ())


@pytest.mark.parametrize(
    ("encoding", "harm"),
    # Brotli has no sum that a flipped bit must break.
    [
        (e, h)
        for e in PACKINGS
        for h in ("half", "last", "more", "none", "flipped")
        if (e, h) != ("br", "flipped")
    ],
)
def test_a_packing_that_is_damaged_gives_no_page(encoding: str, harm: str) -> None:
    packed = PACKINGS[encoding](PAGE)
    flipped = (
        packed[: len(packed) // 2]
        + bytes([packed[len(packed) // 2] ^ 0x55])
        + packed[len(packed) // 2 + 1 :]
    )
    bodies = {
        "half": packed[: len(packed) // 2],
        "last": packed[:-1],
        "more": packed + PAGE,
        "none": PAGE,
    }
    with site(
        {"/": page({**bodies, "flipped": flipped}[harm], Content_Encoding=encoding)}
    ) as server:
        assert failed(server.url()).stage == "read"


@pytest.mark.parametrize("encoding", PACKINGS)
def test_a_bomb_is_given_up_within_the_size_and_little_memory(encoding: str) -> None:
    with site(
        {"/": page(PACKINGS[encoding](bytes(20_000_000)), Content_Encoding=encoding)}
    ) as server:
        limits = replace(PATIENT, size=1_000_000)
        failed(server.url("/missing"), limits)
        tracemalloc.start()
        error = failed(server.url(), limits)
        peak = tracemalloc.get_traced_memory()[1]
        tracemalloc.stop()
    assert error.stage == "size"
    assert peak < 4_000_000


def test_a_length_that_is_too_long_and_one_that_is_no_number() -> None:
    with serving(
        {"/": [answer(PAGE, length=len(PAGE) + 10)], "/x": [answer(PAGE, length=-5)]}
    ) as server:
        assert failed(server.url()).stage == "read"
        assert failed(server.url("/x")).stage == "read"


def test_a_drip_over_several_hops_ends_at_the_one_deadline(clock: Clock) -> None:

    async def slow(request: Request) -> StreamResponse:
        clock.move(25)
        return await moved(f"/{int(request.path[1:]) + 1}")(request)

    with site({f"/{n}": slow for n in range(9)}) as server:
        assert failed(server.url("/0"), TIMED).stage == "timeout"
        assert server.paths == ["/0", "/1", "/2"]


def test_each_try_waits_twice_as_long_as_the_one_before(clock: Clock) -> None:
    with site({"/": page(b"", 503)}) as server:
        assert failed(server.url(), replace(TIMED, tries=5, pause=0.5)).status == 503
        assert len(server.asked) == 5
    assert clock.slept == [0.5, 1, 2, 4]


def test_no_pause_between_tries_goes_beyond_the_deadline(clock: Clock) -> None:
    with site({"/": page(b"", 503)}) as server:
        assert failed(server.url(), replace(TIMED, pause=40)).status == 503
        assert len(server.asked) == 2
    assert clock.slept == [40]


def test_a_drip_within_a_packing_ends_at_the_deadline(clock: Clock) -> None:
    """Compressed data that goes on for ever and unpacks to nothing."""
    drip = [b"\0", lambda: clock.move(2)] * 60
    with site({"/": chunked(gzip.compress(PAGE), *drip, Content_Encoding="gzip")}) as server:
        assert failed(server.url(), TIMED).stage == "timeout"


def test_a_drip_within_the_deadline_is_a_page(clock: Clock) -> None:
    drip = [PAGE[:50], lambda: clock.move(30), PAGE[50:90], lambda: clock.move(29), PAGE[90:]]
    with site({"/": chunked(*drip)}) as server:
        assert load(server.url(), TIMED).content == PAGE


@pytest.mark.parametrize("status", [200, 204, 205])
def test_an_empty_page(status: int) -> None:
    with site({"/": page(b"", status)}) as server:
        assert failed(server.url()).stage == ("read" if status == 200 else "status")


# --- servers that are busy ------------------------------------------------------------------------


@pytest.mark.parametrize("status", [429, 500, 502, 503, 504, 521])
def test_a_failure_that_passes(status: int) -> None:
    with site({"/": in_turn(page(b"x", status), page(PAGE))}) as server:
        assert load(server.url(), PATIENT).content == PAGE
        assert len(server.asked) == 2


def test_a_server_is_left_the_time_that_it_wants(clock: Clock) -> None:
    with site({"/": in_turn(page(b"", 503, Retry_After="7"), page(PAGE))}) as server:
        assert load(server.url(), PATIENT).content == PAGE
    assert clock.slept == [7]


@pytest.mark.parametrize("wanted", ["3600", "Wed, 25 Nov 2099 10:00:00 GMT"])
def test_who_wants_more_time_than_there_is_is_asked_once(wanted: str, clock: Clock) -> None:
    with site({"/": page(b"", 429, Retry_After=wanted)}) as server:
        error = failed(server.url())
        assert (len(server.asked), clock.slept) == (1, [])
    assert (error.stage, error.status) == ("status", 429)
    assert "秒后再访问" in str(error)


@pytest.mark.parametrize(
    "wanted", ["", "soon", "-5", "1e9", "٣", "Wed, 99 Nov 2099", "Wed, 25 Nov 1999 10:00:00 GMT"]
)
def test_a_time_that_is_none(wanted: str, clock: Clock) -> None:
    with site({"/": in_turn(page(b"", 503, Retry_After=wanted), page(PAGE))}) as server:
        assert load(server.url(), PATIENT).content == PAGE
    assert clock.slept == [PATIENT.pause]


# --- answers at random ----------------------------------------------------------------------------

NAMES = [
    "Content-Type",
    "Content-Length",
    "Content-Encoding",
    "Transfer-Encoding",
    "Location",
    "Set-Cookie",
    "ETag",
]
NAMES += [
    "Retry-After",
    "Refresh",
    "Connection",
    "Cache-Control",
    "Last-Modified",
    "X-Y",
    "",
    "Content-Type ",
]
VALUES = [
    "text/html; charset=gbk",
    "gzip",
    "br",
    "deflate",
    "chunked",
    "0",
    "5",
    "-1",
    "9" * 20,
    "/",
    "/b",
    "//",
]
VALUES += [
    "http://[::1",
    "?",
    "a=b; domain=.cn",
    "=; path",
    "close",
    "no-store",
    "0;url=/b",
    "0;url=x:y",
    "charset=",
]
VALUES += [
    "text/html; charset*=utf-8''%ff",
    "multipart/x; boundary=",
    "\u00ff\u0000",
    "Wed, 25 Nov 2026 10:00:00 GMT",
]
LINES = [
    "HTTP/1.1 200 OK",
    "HTTP/1.1 302 F",
    "HTTP/1.0 200",
    "HTTP/1.1 304 N",
    "HTTP/1.1 412 P",
    "HTTP/1.1 100 C",
]
LINES += [
    "HTTP/1.1 101 S",
    "HTTP/1.1 999 X",
    "HTTP/1.1 20 OK",
    "HTTP/2 200 OK",
    "HTTP/1.1  200 OK",
    "ICY 200",
    "",
    "\0",
]
BODIES = [
    b"",
    PAGE[:200],
    gzip.compress(PAGE),
    brotli.compress(PAGE),
    b"5\r\nhello\r\n0\r\n\r\n",
    b"ffffffff\r\nx",
]
BODIES += [
    b"-1\r\n\r\n",
    CHALLENGE,
    b"<meta http-equiv=refresh content='0;url=/b'>",
    b"\x15\x03\x01\x00\x02\x02\x28",
]
HEADERS = st.tuples(
    st.sampled_from(NAMES),
    st.one_of(st.sampled_from(VALUES), st.text(st.characters(max_codepoint=255))),
)
ANSWERS = st.builds(
    lambda line, headers, body, end: (
        "\r\n".join([line, *(f"{name}: {value}" for name, value in headers)]).encode("latin-1")
        + end
        + body
    ),
    st.one_of(st.sampled_from(LINES), st.text(st.characters(max_codepoint=255), max_size=20)),
    st.lists(HEADERS, max_size=5),
    st.one_of(st.sampled_from(BODIES), st.binary(max_size=60)),
    st.sampled_from([b"\r\n\r\n", b"\r\n\r\n", b"\n\n", b"\r\n", b""]),
)


@contextmanager
def raw_server() -> Iterator[tuple[Server, list[bytes]]]:
    """Every request is answered by the bytes in the list, whatever they are."""
    content = [b""]
    with serving({}) as server:
        server.serve = lambda connection: send(connection, content[0])  # type: ignore[method-assign]
        yield server, content


def send(connection: socket.socket, content: bytes) -> None:
    with connection:
        connection.settimeout(60)
        if connection.recv(65_536)[:1] != b"\x16":
            connection.sendall(content)


@pytest.fixture(scope="module")
def raw() -> Iterator[tuple[Server, list[bytes]]]:
    with raw_server() as running:
        yield running


ONCE = replace(PATIENT, size=100_000, tries=1, pause=0)


def attempt(server: Server) -> Document | None:
    """A document, or None for a FetchError; what else is raised fails the test."""
    try:
        return load(server.url(), ONCE)
    except FetchError as error:
        if str(error).endswith("。"):
            return None
        raise


@properties(400)
@given(content=ANSWERS)
def test_answers_at_random_give_a_failure_or_what_was_sent(
    content: bytes, raw: tuple[Server, list[bytes]]
) -> None:
    server, sent = raw
    sent[0] = content
    found = attempt(server)
    if found is not None and found.content not in content:
        assert found.content in (PAGE, b"hello") or b"chunked" in content.lower()


@properties(150)
@given(
    body=st.one_of(st.binary(min_size=1, max_size=3_000), st.just(PAGE)),
    packing=st.sampled_from([("", bytes), *PACKINGS.items(), ("deflate", bare)]),
    sizes=st.lists(st.integers(1, 900), min_size=1, max_size=6),
    form=st.sampled_from(["length", "chunked", "closed"]),
    cut=st.one_of(st.just(0), st.integers(1, 40)),
)
def test_whole_bodies_arrive_and_cut_ones_do_not(
    body: bytes,
    packing: tuple[str, type[bytes]],
    sizes: list[int],
    form: str,
    cut: int,
    raw: tuple[Server, list[bytes]],
) -> None:
    """Only a body that ends with the connection, unpacked, cannot show that it was cut."""
    server, sent = raw
    packed = packing[1](body)
    head = b"HTTP/1.1 200 OK\r\n" + (
        f"Content-Encoding: {packing[0]}\r\n".encode() if packing[0] else b""
    )
    if form == "chunked":
        sent[0] = head + b"Transfer-Encoding: chunked\r\n\r\n" + chunks_of(packed, sizes)
    else:
        sent[0] = (
            head
            + (b"Content-Length: %d\r\n\r\n" % len(packed) if form == "length" else b"\r\n")
            + packed
        )
    if cut:
        sent[0] = sent[0][: -min(cut, len(packed))]
    found = attempt(server)
    if not cut:
        assert only_proves(body) or (found is not None and found.content == body)
    elif form != "closed" or packing[0]:
        assert found is None


def chunks_of(content: bytes, sizes: list[int]) -> bytes:
    found, place, turn = b"", 0, 0
    while place < len(content):
        chunk = content[place : place + sizes[turn % len(sizes)]]
        found += b"%x;note=1\r\n%s\r\n" % (len(chunk), chunk)
        place, turn = place + len(chunk), turn + 1
    return found + b"0\r\nX-Trailer: y\r\n\r\n"
