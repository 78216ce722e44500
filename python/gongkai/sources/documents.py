"""A path or standard input -> bytes -> Document; what a fetch may take and how it may be made."""

from __future__ import annotations

import hashlib
import sys
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import IO

from gongkai.model import Document, FetchError
from gongkai.sources import detect, errors
from gongkai.system import NotPlainFile, open_plain, system_reason


@dataclass(frozen=True, slots=True)
class Arrival:
    """How a document came here; nothing to tell of a file. ``fetched_at`` is "" for now."""

    media_type: str = ""
    url: str = ""
    charset: str = ""
    provenance: tuple[str, ...] = ()
    fetched_at: str = ""


FROM_FILE = Arrival()


def document(origin: str, content: bytes, arrival: Arrival = FROM_FILE) -> Document:
    """Raises FetchError where there is no content."""
    if not content:
        raise errors.empty(origin)
    found = Document(
        origin=origin,
        media_type=arrival.media_type,
        content=content,
        sha256=hashlib.sha256(content).hexdigest(),
        fetched_at=arrival.fetched_at or now(),
        url=arrival.url,
        charset=arrival.charset,
        provenance=arrival.provenance,
    )
    return replace(found, kind=detect.identify(found))


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")


# --- what a fetch may take ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Limits:
    """What a fetch may take at most.

    Seconds for connecting, for each read, and for the whole fetch; bytes; tries; seconds before
    the second try.
    """

    connect: float = 10
    read: float = 20
    deadline: float = 60
    size: int = 20_000_000
    tries: int = 3
    pause: float = 0.5


@dataclass(frozen=True, slots=True)
class Access:
    """How web pages are fetched; files and standard input are read all the same.

    ``offline``: from the cache alone, without the network. ``refresh``: the whole page anew,
    whatever the cache holds. ``insecure``: certificates are not checked and outdated encryption is
    let through.
    """

    offline: bool = False
    refresh: bool = False
    insecure: bool = False


LIMITS = Limits()
ACCESS = Access()


# --- files and standard input ---------------------------------------------------------------------


def read_file(origin: str, size: int) -> bytes:
    try:
        with open_plain(Path(origin)) as file:
            return read_all(origin, file, size)
    except NotPlainFile as error:
        raise errors.not_plain(origin, error.kind) from None
    except FileNotFoundError:
        hint = "；如果是网址，请以 http:// 或 https:// 开头" if "." in origin else ""
        raise FetchError(f"{origin}：文件不存在；请检查路径{hint}。", "address") from None
    except IsADirectoryError:
        raise FetchError(f"{origin}：这是文件夹；请给出其中一个文件的路径。", "address") from None
    except PermissionError:
        # Windows says so of folders too
        what = "这是文件夹" if Path(origin).is_dir() else "没有读取权限"
        raise FetchError(f"{origin}：{what}；请换一个文件，或修改权限后重试。", "read") from None
    except (OSError, ValueError) as error:
        raise FetchError(
            f"{origin!r}：不能读取（{system_reason(error)}）；请检查路径是否正确。", "read"
        ) from error


def read_input(size: int) -> bytes:
    if sys.stdin is None:
        raise FetchError("-：没有标准输入；请给出网址或文件路径。", "read")
    return read_all("-", sys.stdin.buffer, size)


def read_all(origin: str, file: IO[bytes], size: int) -> bytes:
    content = file.read(size + 1)
    if len(content) > size:
        raise errors.too_large(origin, size)
    return content
