"""One address -> the server's answer to it, asked for again where a failure may pass."""

from __future__ import annotations

import socket
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING

from gongkai.model import FetchError
from gongkai.sources.body import read_body
from gongkai.sources.errors import failure, is_cut, is_redirect, is_tls, speaks_tls, too_slow
from gongkai.sources.limits import Access, Limits
from gongkai.sources.redirects import has_script

if TYPE_CHECKING:
    import httpx

    from gongkai.sources.cache import Kept

GATES = (202, 403, 412, 521)  # given by guards in front of a site, some of whom are content once a cookie comes back
PEEKED = (400, 497)  # nginx's words for http where https is spoken
PLAIN_TO_HTTPS = b"plain http request was sent to https port"
PEEK = 200_000  # bytes of a page that is only looked at for why there is none


@dataclass
class Trip:
    """What all requests of one load share; ``told`` is its provenance so far."""

    origin: str
    limits: Limits
    access: Access
    client: httpx.Client
    deadline: float
    kept: Kept | None
    told: list[str] = field(default_factory=list)
    answered: bool = False  # whether the last request brought a head
    encrypted: bool = False
    asked_again: bool = False

    def tell(self, sentence: str) -> None:
        if sentence not in self.told:
            self.told.append(sentence)


@dataclass(frozen=True, slots=True)
class Reply:
    """An answer; ``content`` is whole for status 200, for others what helps to understand it."""

    status: int
    url: str
    headers: httpx.Headers
    charset: str
    content: bytes
    confirms: bool  # that what is kept is unchanged

    @property
    def is_gate(self) -> bool:
        return self.status in GATES and ("Set-Cookie" in self.headers or has_script(self.content))


def ask(trip: Trip, url: str, hop: bool) -> Reply:
    """Ask until there is an answer that will not pass. ``hop``: the address is the server's, not the user's."""
    import httpx

    for attempt in range(1, trip.limits.tries + 1):
        last = attempt == trip.limits.tries
        wait = trip.limits.pause * 2 ** (attempt - 1)
        try:
            reply = request(trip, url)
            if wants_https(reply):
                return by_https(trip, url)
            wait = max(wait, retry_after(reply.headers))
            if last or not is_passing(reply) or time.monotonic() + wait > trip.deadline:
                return reply
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, OSError) as error:
            found = https_instead(trip, url, error) if attempt == 1 else None
            if found is not None:
                return found
            if last or not may_pass(error) or time.monotonic() + wait > trip.deadline:
                raise failure(trip.origin, error, hop, trip.access.insecure) from error
        time.sleep(wait)
    raise too_slow(trip.origin, trip.limits.deadline)


def request(trip: Trip, url: str) -> Reply:
    """One request. Raises FetchError and what httpx raises."""
    trip.answered = False
    headers = trip.kept.validators if trip.kept is not None and trip.kept.url == url else {}
    with trip.client.stream("GET", url, headers=headers) as response:
        trip.answered = True
        trip.encrypted = trip.encrypted or response.url.scheme == "https"
        content = b""
        if response.status_code == 200:
            content = read_body(trip.origin, response, trip.limits, trip.deadline)
        elif response.status_code in GATES + PEEKED:
            content = peek(trip, response)
        confirms = response.status_code == 304 and bool(headers)
        charset = response.charset_encoding or ""
        return Reply(response.status_code, str(response.url), response.headers, charset, content, confirms)


def peek(trip: Trip, response: httpx.Response) -> bytes:
    import httpx

    with suppress(FetchError, httpx.HTTPError):
        return read_body(trip.origin, response, replace(trip.limits, size=PEEK), trip.deadline)
    return b""


def may_pass(error: Exception) -> bool:
    """Whether a failure is one of the connection: the next try may do better."""
    import httpx

    passing = isinstance(error, (httpx.NetworkError, httpx.RemoteProtocolError))
    return passing and (is_cut(error) or not is_tls(error)) and not is_redirect(error)


def is_passing(reply: Reply) -> bool:
    return (reply.status >= 500 or reply.status == 429) and not reply.is_gate


def retry_after(headers: Mapping[str, str]) -> float:
    """Seconds that a server wants us to wait, 0 where it does not say."""
    said = headers.get("Retry-After", "").strip()
    if said.isascii() and said.isdigit():
        return float(said[:9])
    with suppress(ValueError, OverflowError):
        when = parsedate_to_datetime(said)
        return max(0.0, (when.replace(tzinfo=when.tzinfo or UTC) - datetime.now(UTC)).total_seconds())
    return 0.0


# --- https where http is not spoken -------------------------------------------------------------------------------


def wants_https(reply: Reply) -> bool:
    if not reply.url.startswith("http:"):
        return False
    return reply.status == 497 or (reply.status == 400 and PLAIN_TO_HTTPS in reply.content.lower())


def https_instead(trip: Trip, url: str, error: Exception) -> Reply | None:
    """The answer by https where http was refused or closed without one; None where https gives none either.

    Raises FetchError where the site does speak https, but not such as we accept.
    """
    if (
        not may_pass(error)
        or trip.answered
        or not url.lower().startswith("http:")
        or isinstance(error.__cause__, socket.gaierror)
    ):
        return None
    try:
        return by_https(trip, url)
    except FetchError as found:
        if found.stage == "tls" and found.__cause__ is not None and not speaks_tls(found.__cause__):
            return None
        if found.stage in ("connect", "timeout", "read"):
            return None
        raise


def by_https(trip: Trip, url: str) -> Reply:
    """The same address by https, the port too where it is written out. Raises FetchError."""
    import httpx

    secure = str(httpx.URL(url).copy_with(scheme="https"))
    try:
        reply = request(trip, secure)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, OSError) as error:
        raise failure(trip.origin, error, hop=True, insecure=trip.access.insecure) from error
    trip.tell(f"网址以 http:// 开头但打不开，已改用 https 打开：{secure}。")
    return reply
