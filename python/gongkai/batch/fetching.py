"""A source -> what came of it: fetched here, read in a process of its own, as often as it takes.

What a page leads to is asked for by the process that reads it; whether it may be had is decided
here, for that process may be at the mercy of its document.
"""

from __future__ import annotations

import hashlib
import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Protocol, TypeVar

from gongkai import processes, store
from gongkai.batch import importing, parsing
from gongkai.decisions.file import (
    DecisionsError,
    decisions_bytes,
    decisions_path,
    read_decisions,
)
from gongkai.links import addresses
from gongkai.model import Document, FetchError, GongkaiError, UnreadableDocument
from gongkai.readers import libreoffice
from gongkai.sources import LIMITS, Access, Limits, errors, load
from gongkai.supply import Supplied, Want

PARSE = "gongkai.batch.parsing:parse"
BOUNDS = processes.Bounds(seconds=30.0, patience=180.0)  # of one reading of a source
MOST_WANTS = 40  # of one source, which is read anew after each
TRIES = 2  # of a document whose process ended: somebody may have ended it
MOST_AT_ONCE = 64  # requests of a program at a time, whatever number of hosts it asks
AT_ONCE = threading.BoundedSemaphore(MOST_AT_ONCE)
T = TypeVar("T")


class NoReader(GongkaiError):
    """Nobody can read any more, of which no source is to blame: the batch stops."""


class SourceReader(Protocol):
    """Reads requests for many threads at a time."""

    def threads(self) -> int:
        """So many have enough to do. Raises NoReader where nobody reads any more."""

    def read(self, request: bytes) -> parsing.ParseResult:
        """Raises UnreadableDocument, and NoReader."""


class LocalReader:
    """Reads on the processors of this machine."""

    def threads(self) -> int:
        return MOST_AT_ONCE

    def read(self, request: bytes) -> parsing.ParseResult:
        return parsed_apart(request, parsing.outcome_of)


def parsed_apart(request: bytes, take: Callable[[bytes], T]) -> T:
    """What ``take`` makes of the answer of a process of its own. Raises UnreadableDocument."""
    for _ in range(TRIES - 1):
        try:
            return processes.made_apart(PARSE, request, take, BOUNDS)
        except processes.ProcessEnded:
            continue
    return processes.made_apart(PARSE, request, take, BOUNDS)


@dataclass
class Errand:
    """A source, and what was had for it so far."""

    source: str
    limits: Limits
    access: Access
    given: dict[Want, Supplied] = field(default_factory=dict)
    until: float = math.inf  # when all that it leads to has to be here
    reader: SourceReader = field(default_factory=LocalReader)

    def run(self, books: parsing.Books, suffix: str) -> tuple[parsing.Parsed, ...]:
        """Raises NoReader alone: all else that goes wrong is what came of it."""
        try:
            self.fetch_source()
            self.until = time.monotonic() + self.limits.deadline
            for _ in range(MOST_WANTS):
                task = parsing.Task(self.source, books, suffix, self.given)
                found = self.reader.read(parsing.request_of(task))
                if not isinstance(found, Want):
                    return found
                if found in self.given:  # who has it and asks again would ask for ever
                    break
                self.given[found] = self.supplied(found)
            raise UnreadableDocument(f"{self.source}：网页引出的文件太多，没有读完。")
        except NoReader:
            raise
        except GongkaiError as error:
            return (parsing.failed(self.source, error),)

    def fetch_source(self) -> None:
        """The source, and what was decided in the file beside it: whoever reads may be on another
        machine.
        """
        address = importing.source_and_part(self.source)[0]
        want = Want("page", address, "", LIMITS.size, LIMITS.tries)
        found = self.given[want] = self.loaded(address, self.limits)
        if isinstance(found, Document) and not found.url:
            path = decisions_path(Path(address))
            self.given[Want("decisions", str(path), "")] = decisions_at(path)

    def loaded(self, address: str, limits: Limits, referrer: str = "") -> Supplied:
        try:
            with AT_ONCE:
                return load(address, limits, self.access, referrer)
        except GongkaiError as error:
            return error

    @property
    def wait(self) -> float:
        """Seconds for which a host wants to be left alone."""
        waits = [0.0]
        for found in self.given.values():
            if isinstance(found, FetchError):
                waits.append(found.retry_after)
        return max(waits)

    # what is asked for

    def supplied(self, want: Want) -> Supplied:
        if want.kind == "docx":
            return self.converted(want)
        if not self.may_have(want):
            return FetchError(f"{want.name}：不是本报告所在网站的地址，没有取。", "address")
        seconds = min(self.until - time.monotonic(), self.limits.deadline)
        if seconds <= 0:
            return errors.too_slow(want.name, self.limits.deadline)
        size, tries = between(want.size, self.limits.size), between(want.tries, self.limits.tries)
        few = replace(self.limits, size=size, tries=tries, deadline=seconds)
        return self.loaded(want.name, few, want.referrer)

    def may_have(self, want: Want) -> bool:
        """Whether an address is one to which a page that we were given may lead."""
        pages = [page for page in self.given.values() if isinstance(page, Document)]
        bases = {page.url for page in pages}
        if not want.referrer:  # a page on disk, which may name the site that it is from
            is_local = not store.host_of(self.source)
            return is_local and self.may_have_of_file(want.name)
        if want.referrer not in bases:
            return False
        is_own = addresses.is_of_site(want.name, want.referrer)
        return is_own or addresses.is_of_file_host(want.name, want.referrer)

    def may_have_of_file(self, name: str) -> bool:
        """An open address, or a file in the folder of the page or below."""
        page = importing.source_and_part(self.source)[0]
        if addresses.host_of(name):
            return addresses.address_of(name, page) != ""
        return addresses.is_beside(name, page)

    def converted(self, want: Want) -> Supplied:
        """What LibreOffice makes of a document that we have, by its digest."""
        pages = [page for page in self.given.values() if isinstance(page, Document)]
        for page in pages:
            if hashlib.sha256(page.content).hexdigest() == want.name:
                try:
                    return libreoffice.to_docx(page.content, want.referrer)
                except UnreadableDocument as error:
                    return error
        return UnreadableDocument("要转换的文件已经变化，没有读取；请重试。")


def decisions_at(path: Path) -> Supplied:
    """The bytes of a file of decisions, b"" where there is none; why it cannot be read."""
    try:
        return decisions_bytes(path) if read_decisions(path) else b""
    except DecisionsError as error:
        return error


def between(asked: int, most: int) -> int:
    """What is asked for, but at least 1 and no more than we allow."""
    return max(1, min(asked, most))
