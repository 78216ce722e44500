"""A body as it was sent -> its plain bytes, bounded at every step of unpacking.

httpx itself would take half a gzip stream for a whole page, and unpack a bomb before anybody can
count.
"""

from __future__ import annotations

import time
import zlib
from collections.abc import Callable, Iterator, Mapping
from itertools import chain
from typing import TYPE_CHECKING

from gongkai.sources import documents, errors

if TYPE_CHECKING:
    import httpx

ACCEPTED = "gzip, deflate, br"
# Servers that take this header for the one on charsets; browsers let it pass too.
PLAIN = ("", "identity", "none", "utf-8", "utf8", "gbk", "gb2312", "gb18030")
STEP = 65_536  # bytes that one step of unpacking gives at most
Unpack = Callable[[Iterator[bytes]], Iterator[bytes]]


class Broken(Exception):
    """A compressed stream that is damaged, half, or followed by something else."""


def read_body(
    origin: str, response: httpx.Response, limits: documents.Limits, deadline: float
) -> bytes:
    """All bytes of an answer. Raises FetchError, and what httpx raises while it reads."""
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in PLAIN and encoding not in UNPACKERS:
        raise errors.unknown_encoding(origin, encoding)
    sent = response.iter_raw()
    if encoding in UNPACKERS:
        sent = UNPACKERS[encoding](sent)
    found = []
    total = 0
    try:
        for chunk in sent:
            total += len(chunk)
            if total > limits.size:
                raise errors.too_large(origin, limits.size)
            if time.monotonic() > deadline:
                raise errors.too_slow(origin, limits.deadline)
            found.append(chunk)
    except Broken:
        raise errors.broken(origin) from None
    return b"".join(found)


def shows_its_end(headers: Mapping[str, str]) -> bool:
    """Whether a body cut short would have been noticed.

    One that ends with the connection may be half of a page.
    """
    packed = headers.get("Content-Encoding", "").strip().lower() in UNPACKERS
    return packed or "Content-Length" in headers or "Transfer-Encoding" in headers


def gunzipped(sent: Iterator[bytes]) -> Iterator[bytes]:
    return inflated(sent, zlib.MAX_WBITS | 16)


def undeflated(sent: Iterator[bytes]) -> Iterator[bytes]:
    """Both forms in use: zlib's, which the standard means, and the bare stream."""
    head = b""
    for chunk in sent:
        head += chunk
        if len(head) >= 2:
            break
    window = zlib.MAX_WBITS if is_wrapped(head) else -zlib.MAX_WBITS
    return inflated(chain([head], sent), window)


def is_wrapped(head: bytes) -> bool:
    """Whether a stream begins with zlib's two bytes (RFC 1950)."""
    if len(head) < 2 or head[0] & 0x0F != 8:
        return False
    return int.from_bytes(head[:2], "big") % 31 == 0


def inflated(sent: Iterator[bytes], window: int) -> Iterator[bytes]:
    unpack = zlib.decompressobj(wbits=window)
    try:
        for chunk in sent:
            after, left = (chunk, b"") if unpack.eof else (b"", chunk)
            while more := unpack.decompress(left, STEP):
                left = unpack.unconsumed_tail
                yield more
            yield b""  # so that the deadline holds where a stream goes on and gives nothing
            if (after or unpack.unused_data).strip(b"\0"):
                raise Broken
    except zlib.error as error:
        raise Broken from error
    if not unpack.eof:
        raise Broken


def unbrotlied(sent: Iterator[bytes]) -> Iterator[bytes]:
    import brotli  # type: ignore[import-untyped]

    unpack = brotli.Decompressor()
    try:
        for chunk in sent:
            more = unpack.process(chunk, output_buffer_limit=STEP)
            yield more
            # it accepts more while it still holds output
            while more or not unpack.can_accept_more_data():
                more = unpack.process(b"", output_buffer_limit=STEP)
                yield more
    except brotli.error as error:
        raise Broken from error
    if not unpack.is_finished():
        raise Broken


UNPACKERS: dict[str, Unpack] = {
    "gzip": gunzipped,
    "x-gzip": gunzipped,
    "deflate": undeflated,
    "br": unbrotlied,
}
