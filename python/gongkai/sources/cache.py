"""The address asked for <-> its page on disk, one file each.

A kept page is never an answer by itself: the server confirms it, or the user asks for it by
--offline. That, a digest over every entry and the whole way from the address to the page (cookies,
refreshes) are not what hishel (it answers without asking while a header says so, hop by hop, and
sits where the pinned addresses are) or diskcache (SQLite and pickles) do; these hundred lines on
files of our own do.

An entry is the digest of its head, the head (a line of JSON, the page's digest in it), and the
page's bytes. It is written beside its place and renamed, so that several processes never see half
of one. Nothing here raises: a cache that fails is a cache that holds nothing.
"""

from __future__ import annotations

import hashlib
import json
import os
import stat
import sys
import tempfile
import time
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import Any
from urllib.parse import urldefrag, urlsplit

from gongkai.system import cache_folder, discard_file, move

FORM = 1  # of an entry; others count as absent
LARGEST = 500_000_000  # bytes of all entries together
LARGEST_ENTRY = 21_000_000  # bytes; more than a page may have
ABANDONED = 3_600  # seconds after which a file that nobody renamed was left by a process that died
NAMES = (".page", ".new")


@dataclass(frozen=True, slots=True)
class CachedPage:
    """A page as it was fetched: ``address`` was asked for, ``url`` gave it.

    Times are UTC in ISO form.
    """

    address: str
    url: str
    media_type: str
    charset: str
    fetched_at: str
    etag: str
    modified: str
    provenance: tuple[str, ...]
    sha256: str
    content: bytes

    @property
    def when(self) -> str:
        """The time of fetching on this machine's clock."""
        return f"{datetime.fromisoformat(self.fetched_at).astimezone():%Y-%m-%d %H:%M}"

    @property
    def validators(self) -> dict[str, str]:
        """The headers that ask whether the page has changed.

        {} where it has nothing to be known by.
        """
        found = {"If-None-Match": self.etag, "If-Modified-Since": self.modified}
        return {name: value for name, value in found.items() if may_be_sent(value)}


def may_be_sent(value: str) -> bool:
    return bool(value) and value.isascii() and value.isprintable()


def place_of(address: str) -> Path | None:
    """Where an address is kept; None where the cache is off or the address holds a password."""
    with suppress(RuntimeError, ValueError):  # no home; no address
        folder = cache_folder()
        address = urldefrag(address)[0]
        if folder is not None and "@" not in urlsplit(address).netloc:
            return folder / "pages" / f"{sha256(address.encode())}.page"
    return None


def find(address: str) -> CachedPage | None:
    """What is kept for an address; None also where an entry is damaged."""
    place = place_of(address)
    with suppress(OSError):
        if place and is_ours(place):
            return entry(place.read_bytes(), address)
        return None
    return None


def is_ours(place: Path) -> bool:
    """Whether a file may be an entry: a plain one of an entry's size, and where users are told
    apart, this user's.
    """
    about = place.stat()
    own = sys.platform == "win32" or about.st_uid == os.getuid()
    return own and stat.S_ISREG(about.st_mode) and about.st_size <= LARGEST_ENTRY


def entry(whole: bytes, address: str) -> CachedPage | None:
    """The page in a file; None where that is no whole entry of this address."""
    try:
        digest, head, content = whole.split(b"\n", 2)
        if digest != sha256(head).encode():
            return None
        kept = page_of(dict(json.loads(head)), content)
    except (ValueError, TypeError, KeyError, OverflowError, RecursionError):
        return None
    is_of_address = kept.address == urldefrag(address)[0]
    is_whole = kept.sha256 == sha256(content)
    if is_of_address and is_whole:
        return kept
    return None


def page_of(values: dict[str, Any], content: bytes) -> CachedPage:
    """The page of an entry's head. Raises ValueError, TypeError or KeyError where it is none."""
    form, told = values.pop("form"), tuple(values.pop("provenance"))
    if not all(isinstance(text, str) for text in (*told, *values.values())):
        raise TypeError
    kept = CachedPage(content=content, provenance=told, **values)
    if form != FORM or not kept.url.startswith(("http://", "https://")) or not kept.when:
        raise ValueError
    return kept


def sha256(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def keep(kept: CachedPage) -> None:
    """Put an entry in the place of an older one."""
    place = place_of(kept.address)
    if place is None:
        return
    kept = replace(kept, address=urldefrag(kept.address)[0])
    values = asdict(kept) | {"form": FORM}
    del values["content"]
    head = json.dumps(values).encode()
    with suppress(OSError):
        place.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        number, name = tempfile.mkstemp(dir=place.parent, suffix=NAMES[1])
        try:
            with open(number, "wb") as file:
                file.writelines((sha256(head).encode(), b"\n", head, b"\n", kept.content))
            move(Path(name), place)
        except OSError:
            discard_file(Path(name))
        if place.name < "1":  # counting costs time; one address in sixteen is often enough
            trim(place.parent)


def forget(address: str) -> None:
    place = place_of(address)
    if place is not None:
        discard_file(place)


def trim(folder: Path, largest: int = LARGEST) -> None:
    """Delete the entries fetched or confirmed longest ago until the rest are within ``largest``
    bytes.
    """
    found = entries_in(folder)
    total = sum(size for _, size, _ in found)
    for changed, size, path in sorted(found):
        left_behind = path.suffix == NAMES[1] and changed < time.time() - ABANDONED
        if left_behind or (total > largest and path.suffix == NAMES[0]):
            discard_file(path)
            total -= size


def entries_in(folder: Path) -> list[tuple[float, int, Path]]:
    """(time, bytes, path) of the files of a cache's folder."""
    found = []
    for place in os.scandir(folder):
        with suppress(OSError):  # another process was faster
            if place.name.endswith(NAMES):
                about = place.stat()
                found.append((about.st_mtime, about.st_size, Path(place.path)))
    return found


def may_keep(headers: Mapping[str, str]) -> bool:
    """Whether a server allows its page to be kept; ``headers`` ignore case."""
    return "no-store" not in headers.get("Cache-Control", "").lower()
