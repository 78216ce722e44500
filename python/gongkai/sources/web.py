"""A web address -> Document: one fetch over all its hops, and what the cache has to do with it."""

from __future__ import annotations

import re
import socket
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from gongkai.model import Document, FetchError
from gongkai.sources import body, cache, documents, errors, guard, redirects
from gongkai.sources.errors import failure, is_cut, is_redirect, is_tls, speaks_tls
from gongkai.system import in_time

if TYPE_CHECKING:
    import httpx

HEADERS = {
    "User-Agent": "Mozilla/5.0 (compatible; gongkai/0.1)",
    "Accept": "text/html,application/xhtml+xml,text/plain;q=0.9,*/*;q=0.8",
    "Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5",
    "Accept-Encoding": body.ACCEPTED,
}
HOPS = 10
HIGHEST_PORT = 65_535  # that there is
# Given by guards in front of a site, some of whom are content once a cookie comes back.
GATES = (202, 403, 412, 521)
SCRIPT_GATES = (202, 412, 521)  # those that let in whoever runs their script
REDIRECTS = (301, 302, 303, 307, 308)
UNCHECKED = "没有核对网站的安全证书（--insecure）。"


class Wanted(NamedTuple):
    """What the user named, the address to be fetched, and the page that leads there or ""."""

    origin: str
    address: str
    referrer: str


@dataclass
class Trip:
    """What all requests of one load share; ``told`` is its provenance so far."""

    origin: str
    limits: documents.Limits
    access: documents.Access
    client: httpx.Client
    deadline: float
    kept: cache.CachedPage | None
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
        return self.status in GATES and (
            "Set-Cookie" in self.headers or redirects.has_script(self.content)
        )


def fetch(
    origin: str, address: str, limits: documents.Limits, access: documents.Access, referrer: str
) -> Document:
    """The page at an address.

    A page of the cache is given only where the server confirms it or ``access`` asks.
    """
    kept = cache.find(address)
    if access.offline:
        return from_cache(origin, address, kept, limits)
    if not is_whole(address):
        raise errors.wrong_address(origin)
    try:
        return fetch_in_time(Wanted(origin, address, referrer), limits, access, kept)
    except FetchError as error:
        if kept is None:
            raise
        raise errors.with_kept(error, kept.when) from error


def is_whole(address: str) -> bool:
    import httpx

    try:
        url = httpx.URL(address)
        # the system would take the rest of a division
        return bool(url.host) and (url.port or 0) <= HIGHEST_PORT
    except (httpx.InvalidURL, ValueError):
        return False


def from_cache(
    origin: str, address: str, kept: cache.CachedPage | None, limits: documents.Limits
) -> Document:
    if kept is None:
        raise errors.not_kept(origin, off=cache.place_of(address) is None)
    if len(kept.content) > limits.size:
        raise errors.too_large(origin, limits.size)
    told = (*kept.provenance, f"取自本机缓存（{kept.when}取得），没有联网核对。")
    arrival = documents.Arrival(kept.media_type, kept.url, kept.charset, told, kept.fetched_at)
    return documents.document(origin, kept.content, arrival)


def fetch_in_time(
    wanted: Wanted,
    limits: documents.Limits,
    access: documents.Access,
    kept: cache.CachedPage | None,
) -> Document:
    """Fetch on a thread of its own: name resolution and slow drips have no other limit in time."""
    deadline = time.monotonic() + limits.deadline
    found = in_time(lambda: travel(wanted, limits, access, kept, deadline), limits.deadline)
    if found is None:
        raise errors.too_slow(wanted.origin, limits.deadline)
    return found


def travel(
    wanted: Wanted,
    limits: documents.Limits,
    access: documents.Access,
    kept: cache.CachedPage | None,
    deadline: float,
) -> Document:
    """From hop to hop with one client: its guard and its cookies hold over all of them."""
    import httpx

    origin, address, referrer = wanted
    timeout = httpx.Timeout(limits.read, connect=limits.connect)
    headers = dict(HEADERS)
    if referrer:
        headers["Referer"] = without_fragment(referrer)
    with guard.open_client(origin, headers, timeout, access.insecure, referrer) as client:
        confirmable = kept if may_confirm(kept, limits, access) else None
        trip = Trip(origin, limits, access, client, deadline, confirmable)
        return last_of_hops(trip, address)


def last_of_hops(trip: Trip, address: str) -> Document:
    """Go on until an answer leads nowhere else."""
    url = without_fragment(address)
    turns: set[tuple[str, str]] = set()
    for hop in range(HOPS + 1):
        reply = ask(trip, url, hop > 0)
        target = redirected(trip, reply) or refreshed(trip, reply, turns)
        if not target:
            return arrived(trip, address, reply)
        if time.monotonic() > trip.deadline:
            raise errors.too_slow(trip.origin, trip.limits.deadline)
        url = target
    raise errors.without_end(trip.origin)


def without_fragment(address: str) -> str:
    import httpx

    return str(httpx.URL(address).copy_with(fragment=None))


def may_confirm(
    kept: cache.CachedPage | None, limits: documents.Limits, access: documents.Access
) -> bool:
    """Whether a server's word that nothing changed is enough: not for bytes that came without a
    certificate.
    """
    if kept is None or access.refresh or len(kept.content) > limits.size:
        return False
    return access.insecure or UNCHECKED not in kept.provenance


# --- where an answer leads ------------------------------------------------------------------------


def redirected(trip: Trip, reply: Reply) -> str:
    """Where the server sends us, or the same address where it may be content with the cookie that
    it gave; or "".
    """
    if reply.status in REDIRECTS and "Location" in reply.headers:
        target = location(trip.origin, reply)
        note_hop(trip, reply.url, target)
        return target
    if trip.asked_again or "Set-Cookie" not in reply.headers:
        return ""
    trip.asked_again = reply.is_gate or (reply.status == 200 and redirects.is_short(reply.content))
    if trip.asked_again:
        return reply.url
    return ""


def location(origin: str, reply: Reply) -> str:
    """The address of a redirect. Raises FetchError where it is none that can be opened."""
    import httpx

    raw = next(value for name, value in reply.headers.raw if name.lower() == b"location")
    try:
        written = raw.decode("utf-8")
    except UnicodeDecodeError:  # GBK, which the server wants back byte for byte
        written = re.sub(rb"[\x80-\xff]", lambda byte: b"%%%02X" % byte[0][0], raw).decode("ascii")
    try:
        target = httpx.URL(reply.url).join(written).copy_with(fragment=None)
    except (httpx.InvalidURL, ValueError):
        raise errors.leads_nowhere(origin) from None
    if target.scheme not in ("http", "https") or not is_whole(str(target)):
        raise errors.leads_nowhere(origin)
    return str(target)


def note_hop(trip: Trip, url: str, target: str) -> None:
    """Tell of what a user would want to know of a redirect."""
    before, after = urlsplit(url), urlsplit(target)
    if before.scheme == "https" and after.scheme == "http":
        trip.tell(f"网站从 https 转到没有加密的网址 {target}。")
    elif before.hostname != after.hostname:
        trip.tell(f"网站转到另一个网站的网址 {target}。")


def refreshed(trip: Trip, reply: Reply, turns: set[tuple[str, str]]) -> str:
    """Where a page without a report sends its readers; or "". Raises FetchError where it turns in a
    circle.
    """
    header = reply.headers.get("Refresh", "")
    target = ""
    if reply.status == 200:
        target = redirects.refresh_target(reply.content, reply.url, header)
    if not target:
        return ""
    if not is_whole(target):
        raise errors.leads_nowhere(trip.origin)
    if (reply.url, target) in turns:
        raise errors.without_end(trip.origin)
    turns.add((reply.url, target))
    trip.tell(f"网页自动跳转到另一网址 {target}。")
    return target


# --- at the end -----------------------------------------------------------------------------------


def arrived(trip: Trip, address: str, reply: Reply) -> Document:
    """The document of the last answer, which is kept where the server allows it.

    Raises FetchError for none.
    """
    if trip.access.insecure and trip.encrypted:
        trip.tell(UNCHECKED)
    told = tuple(trip.told)
    kept = trip.kept
    if reply.confirms and kept is not None:
        arrival = documents.Arrival(kept.media_type, kept.url, kept.charset, told)
        found = documents.document(trip.origin, kept.content, arrival)
        etag, modified = kept.etag, kept.modified
    else:
        refuse(trip, reply)
        media_type = reply.headers.get("Content-Type", "").partition(";")[0].strip().lower()
        arrival = documents.Arrival(media_type, reply.url, reply.charset, told)
        found = documents.document(trip.origin, reply.content, arrival)
        # The server would confirm the page, not the half of it that may have come.
        known = reply.headers if body.shows_its_end(reply.headers) else {}
        etag, modified = known.get("ETag", ""), known.get("Last-Modified", "")
    if cache.may_keep(reply.headers):
        about = (found.url, found.media_type, found.charset, found.fetched_at)
        cache.keep(
            cache.CachedPage(address, *about, etag, modified, told, found.sha256, found.content)
        )
    else:
        cache.forget(address)
    return found


def refuse(trip: Trip, reply: Reply) -> None:
    """Raises FetchError for an answer that is no page."""
    asks_for_script = reply.status in SCRIPT_GATES and redirects.has_script(reply.content)
    asks_for_cookie = reply.status == 200 and redirects.only_proves(reply.content)
    if asks_for_script or asks_for_cookie:
        raise errors.wants_proof(trip.origin, reply.status)
    if reply.status != 200:
        raise errors.refused(trip.origin, reply.status, retry_after(reply.headers))


# --- one hop --------------------------------------------------------------------------------------
# One address -> the server's answer to it, asked for again where a failure may pass.

PEEKED = (400, 497)  # nginx's words for http where https is spoken
PLAIN_TO_HTTPS = b"plain http request was sent to https port"
PEEK = 200_000  # bytes of a page that is only looked at for why there is none


def ask(trip: Trip, url: str, hop: bool) -> Reply:
    """Ask until there is an answer that will not pass.

    ``hop``: the address is the server's, not the user's.
    """
    import httpx

    for attempt in range(trip.limits.tries):
        wait = trip.limits.pause * 2**attempt
        try:
            reply = request(trip, url)
            if wants_https(reply):
                return by_https(trip, url)
            wait = max(wait, retry_after(reply.headers))
            if not (is_passing(reply) and has_time(trip, attempt, wait)):
                return reply
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, OSError) as error:
            found = https_instead(trip, url, error) if attempt == 0 else None
            if found is not None:
                return found
            if not (may_pass(error) and has_time(trip, attempt, wait)):
                raise failure(trip.origin, error, hop, trip.access.insecure) from error
        time.sleep(wait)
    raise errors.too_slow(trip.origin, trip.limits.deadline)


def has_time(trip: Trip, attempt: int, wait: float) -> bool:
    """Whether there is another try after this one, and time for it."""
    is_last = attempt == trip.limits.tries - 1
    return not is_last and time.monotonic() + wait <= trip.deadline


def request(trip: Trip, url: str) -> Reply:
    """One request. Raises FetchError and what httpx raises."""
    trip.answered = False
    headers: Mapping[str, str] = {}
    if trip.kept is not None and trip.kept.url == url:
        headers = trip.kept.validators
    with trip.client.stream("GET", url, headers=headers) as response:
        trip.answered = True
        trip.encrypted = trip.encrypted or response.url.scheme == "https"
        content = b""
        if response.status_code == 200:
            content = body.read_body(trip.origin, response, trip.limits, trip.deadline)
        elif response.status_code in GATES + PEEKED:
            content = peek(trip, response)
        confirms = response.status_code == 304 and bool(headers)
        charset = response.charset_encoding or ""
        return Reply(
            response.status_code, str(response.url), response.headers, charset, content, confirms
        )


def peek(trip: Trip, response: httpx.Response) -> bytes:
    import httpx

    with suppress(FetchError, httpx.HTTPError):
        return body.read_body(trip.origin, response, replace(trip.limits, size=PEEK), trip.deadline)
    return b""


def may_pass(error: Exception) -> bool:
    """Whether a failure is one of the connection: the next try may do better."""
    import httpx

    if not isinstance(error, (httpx.NetworkError, httpx.RemoteProtocolError)):
        return False
    is_of_connection = is_cut(error) or not is_tls(error)
    return is_of_connection and not is_redirect(error)


def is_passing(reply: Reply) -> bool:
    is_overloaded = reply.status >= 500 or reply.status == 429
    return is_overloaded and not reply.is_gate


def retry_after(headers: Mapping[str, str]) -> float:
    """Seconds that a server wants us to wait, 0 where it does not say."""
    said = headers.get("Retry-After", "").strip()
    if said.isascii() and said.isdigit():
        return float(said[:9])
    with suppress(ValueError, OverflowError):
        when = parsedate_to_datetime(said)
        when = when.replace(tzinfo=when.tzinfo or UTC)
        return max(0.0, (when - datetime.now(UTC)).total_seconds())
    return 0.0


# --- https where http is not spoken ---------------------------------------------------------------


def wants_https(reply: Reply) -> bool:
    if not reply.url.startswith("http:"):
        return False
    is_told = reply.status == 400 and PLAIN_TO_HTTPS in reply.content.lower()
    return is_told or reply.status == 497


def https_instead(trip: Trip, url: str, error: Exception) -> Reply | None:
    """The answer by https where http was refused or closed without one.

    None where https gives none either.

    Raises FetchError where the site does speak https, but not such as we accept.
    """
    is_unknown_name = isinstance(error.__cause__, socket.gaierror)
    if not may_pass(error) or trip.answered or is_unknown_name:
        return None
    if not url.lower().startswith("http:"):
        return None
    try:
        return by_https(trip, url)
    except FetchError as found:
        if found.stage in ("connect", "timeout", "read") or is_no_tls(found):
            return None
        raise


def is_no_tls(found: FetchError) -> bool:
    """Whether a server at the port of https does not speak it."""
    cause = found.__cause__
    return found.stage == "tls" and cause is not None and not speaks_tls(cause)


def by_https(trip: Trip, url: str) -> Reply:
    """The same address by https, the port too where it is written out. Raises FetchError."""
    import httpx

    secure = str(httpx.URL(url).copy_with(scheme="https"))
    try:
        reply = request(trip, secure)
    except (httpx.HTTPError, httpx.InvalidURL, ValueError, OSError) as error:
        raise failure(trip.origin, error, hop=True, insecure=trip.access.insecure) from error
    trip.tell(f"网址以 http:// 开头但不能打开，已改用 https 打开：{secure}。")
    return reply
