"""Room: sources. A URL, a file's path or ``-`` for standard input -> Document: the bytes and where they came from."""

from __future__ import annotations

import hashlib
import os
import queue
import re
import sys
import threading
import time
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, TYPE_CHECKING

from gongkai.model import Document, FetchError
from gongkai.system import system_reason

if TYPE_CHECKING:
    import httpx

SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):")  # two letters or more: C: is a drive
HEADERS = {
    "User-Agent": "Mozilla/5.0 (compatible; gongkai/0.1)",
    "Accept": "text/html,application/xhtml+xml,text/plain;q=0.9,*/*;q=0.8",
    "Accept-Language": "zh-CN,zh;q=0.9,en;q=0.5",
    "Accept-Encoding": "gzip",
}
ENCODINGS = ("", "identity", "gzip", "x-gzip")  # others were not asked for and can swell beyond any cap
BROWSER = "请在浏览器中打开网址并另存为网页，再导入该文件"
ADDRESS = "请从浏览器的地址栏完整复制 http 或 https 网址"


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds for connecting, for each read, and for the whole fetch; bytes; tries; seconds before the second try."""

    connect: float = 10
    read: float = 20
    deadline: float = 60
    size: int = 20_000_000
    tries: int = 3
    pause: float = 0.5


LIMITS = Limits()


@dataclass(frozen=True, slots=True)
class Access:
    """How pages are got."""

    offline: bool = False
    refresh: bool = False
    insecure: bool = False


ACCESS = Access()


def load(origin: str, limits: Limits = LIMITS, access: Access = ACCESS, referrer: str = "") -> Document:
    """Fetch a source. Raises FetchError with the stage that failed and one Chinese sentence that says what to try.

    Stages: address, connect, tls, timeout, status, redirect, size, read; a redirect from a public host into a private
    network is refused. ``Document.charset`` and ``media_type`` are the header's word, "" for files; ``url`` is the URL
    in the end, after redirects.
    """
    address = origin.strip()
    if not address:
        raise FetchError("没有给出网址或文件；请给出报告的网址或文件路径。", "address")
    scheme = SCHEME.match(address)
    if scheme is not None and scheme[1].lower() in ("http", "https"):
        return fetch(origin, address, limits)
    if origin == "-":
        return document(origin, read_input(limits.size))
    if scheme is not None and not os.path.exists(origin):
        raise FetchError(f"{origin}：不支持以 {scheme[1]}: 开头的地址；{ADDRESS}，或给出文件路径。", "address")
    return document(origin, read_file(origin, limits.size))


def document(origin: str, content: bytes, media_type: str = "", url: str = "", charset: str = "") -> Document:
    if not content:
        raise FetchError(f"{origin}：读到的内容是空的；请检查网址或文件后重试。", "read")
    fetched_at = datetime.now(UTC).isoformat(timespec="seconds")
    return Document(origin, media_type, content, hashlib.sha256(content).hexdigest(), fetched_at, url, charset)


# --- files and standard input -------------------------------------------------------------------------------------


def read_file(origin: str, size: int) -> bytes:
    try:
        with Path(origin).open("rb") as file:
            return read_all(origin, file, size)
    except FileNotFoundError:
        hint = "；如果是网址，请以 http:// 或 https:// 开头" if "." in origin else ""
        raise FetchError(f"{origin}：文件不存在；请检查路径{hint}。", "address") from None
    except IsADirectoryError:
        raise FetchError(f"{origin}：这是文件夹；请给出其中一个文件的路径。", "address") from None
    except PermissionError:
        what = "这是文件夹" if Path(origin).is_dir() else "没有读取权限"  # Windows says so of folders too
        raise FetchError(f"{origin}：{what}；请换一个文件，或修改权限后重试。", "read") from None
    except (OSError, ValueError) as error:
        raise FetchError(f"{origin!r}：不能读取（{system_reason(error)}）；请检查路径是否正确。", "read") from error


def read_input(size: int) -> bytes:
    if sys.stdin is None:
        raise FetchError("-：没有标准输入；请给出网址或文件路径。", "read")
    return read_all("-", sys.stdin.buffer, size)


def read_all(origin: str, file: IO[bytes], size: int) -> bytes:
    content = file.read(size + 1)
    if len(content) > size:
        raise too_large(origin, size)
    return content


def too_large(origin: str, size: int) -> FetchError:
    return FetchError(
        f"{origin}：内容超过 {size / 1_000_000:g} MB，不会是年度报告的网页；请检查网址或文件是否正确。", "size"
    )


# --- http and https -----------------------------------------------------------------------------------------------


def fetch(origin: str, address: str, limits: Limits) -> Document:
    """Fetch on a thread of its own: name resolution and slow drips have no other limit in time."""
    answers: queue.SimpleQueue[Document | BaseException] = queue.SimpleQueue()

    def work() -> None:
        try:
            answers.put(fetch_with_retries(origin, address, limits, time.monotonic() + limits.deadline))
        except BaseException as error:
            answers.put(error)

    threading.Thread(target=work, daemon=True, name="gongkai-fetch").start()
    try:
        answer = answers.get(timeout=limits.deadline)
    except queue.Empty:
        raise too_slow(origin, limits) from None
    if isinstance(answer, BaseException):
        raise answer
    return answer


def too_slow(origin: str, limits: Limits) -> FetchError:
    return FetchError(
        f"{origin}：{limits.deadline:g}秒内没有取完网页，已放弃；请稍后重试，或{BROWSER[1:]}。", "timeout"
    )


def fetch_with_retries(origin: str, address: str, limits: Limits, deadline: float) -> Document:
    """Try again after failures that may pass: no connection, a broken body, or an error of the server."""
    import httpx

    if not is_whole(address):
        raise wrong_address(origin)
    passing = (httpx.NetworkError, httpx.RemoteProtocolError)
    for attempt in range(1, limits.tries + 1):
        last = attempt == limits.tries or time.monotonic() > deadline
        try:
            found = fetch_once(origin, address, limits, deadline, last)
            if found is not None:
                return found
        except (httpx.HTTPError, httpx.InvalidURL, ValueError, OSError) as error:
            if last or is_tls(error) or not isinstance(error, passing):
                raise failure(origin, error) from error
        time.sleep(limits.pause * 2 ** (attempt - 1))
    raise too_slow(origin, limits)


def fetch_once(origin: str, address: str, limits: Limits, deadline: float, last: bool) -> Document | None:
    """None for an error of the server, unless this is the last try."""
    import httpx

    from gongkai.network import open_client

    timeout = httpx.Timeout(limits.read, connect=limits.connect)
    with open_client(origin, HEADERS, timeout) as client, client.stream("GET", address) as response:
        if response.status_code >= 500 and not last:
            return None
        return received(origin, response, limits, deadline)


def received(origin: str, response: httpx.Response, limits: Limits, deadline: float) -> Document:
    status = response.status_code
    if status != 200:
        advice = "请检查网址是否正确" if status in (404, 410) else f"请稍后重试，或{BROWSER[1:]}"
        raise FetchError(f"{origin}：服务器答复状态 {status}，没有给出网页；{advice}。", "status", status)
    encoding = response.headers.get("Content-Encoding", "").strip().lower()
    if encoding not in ENCODINGS:
        raise FetchError(f"{origin}：服务器用了不能识别的压缩方式 {encoding}；{BROWSER}。", "read")
    chunks = []
    total = 0
    for chunk in unpacked(origin, response, encoding):
        total += len(chunk)
        if total > limits.size:
            raise too_large(origin, limits.size)
        if time.monotonic() > deadline:
            raise too_slow(origin, limits)
        chunks.append(chunk)
    media_type = response.headers.get("Content-Type", "").partition(";")[0].strip().lower()
    return document(origin, b"".join(chunks), media_type, str(response.url), response.charset_encoding or "")


def unpacked(origin: str, response: httpx.Response, encoding: str) -> Iterator[bytes]:
    """The body's plain bytes. httpx itself would take half a gzip stream for a whole page."""
    if not encoding.endswith("gzip"):
        yield from response.iter_raw()
        return
    unpack = zlib.decompressobj(wbits=zlib.MAX_WBITS | 16)
    try:
        for chunk in response.iter_raw():
            yield unpack.decompress(chunk)
    except zlib.error as error:
        raise broken(origin) from error
    if not unpack.eof or unpack.unused_data.strip(b"\0"):
        raise broken(origin)


def broken(origin: str) -> FetchError:
    return FetchError(f"{origin}：网页没有传完就断开或内容损坏；请重试，或{BROWSER[1:]}。", "read")


def failure(origin: str, error: Exception) -> FetchError:
    """What went wrong in httpx, as the stage that failed and a sentence about it."""
    import httpx

    if isinstance(error, httpx.TimeoutException):
        what = "连接网站" if isinstance(error, httpx.ConnectTimeout) else "等待网站答复"
        return FetchError(f"{origin}：{what}超时；请检查网络后重试，或{BROWSER[1:]}。", "timeout")
    if is_tls(error):
        return FetchError(f"{origin}：网站的安全证书或加密连接有问题，没有取得网页；{BROWSER}。", "tls")
    if isinstance(error, httpx.TooManyRedirects):
        return FetchError(f"{origin}：网站反复跳转，没有取得网页；{BROWSER}。", "redirect")
    if isinstance(error, httpx.InvalidURL | httpx.UnsupportedProtocol) or "location header" in str(error):
        return FetchError(f"{origin}：网站跳转到不能打开的地址；{BROWSER}。", "redirect")
    if isinstance(error, httpx.ConnectError):
        return FetchError(f"{origin}：连接不上网站（{system_reason(error)}）；请检查网址和网络后重试。", "connect")
    if isinstance(error, httpx.ProxyError):
        return FetchError(f"{origin}：代理服务器拒绝了连接；请检查系统的代理设置后重试。", "connect")
    if isinstance(error, httpx.NetworkError | httpx.RemoteProtocolError):
        return broken(origin)
    if isinstance(error, OSError):
        return FetchError(f"{origin}：不能使用网络（{system_reason(error)}）；请检查系统的网络设置后重试。", "connect")
    return wrong_address(origin)


def wrong_address(origin: str) -> FetchError:
    return FetchError(f"{origin}：网址不完整或写法不对；{ADDRESS}。", "address")


def is_whole(address: str) -> bool:
    import httpx

    try:
        return bool(httpx.URL(address).host)
    except (httpx.InvalidURL, ValueError):
        return False


def is_tls(error: BaseException | None) -> bool:
    """Whether a failure goes back to one of ssl."""
    import ssl

    while error is not None:
        if isinstance(error, ssl.SSLError):
            return True
        error = error.__cause__ or error.__context__
    return False
