"""A source -> what came of it: fetched here, read in a process of its own, as often as it takes.

What a page leads to is asked for by the process that reads it; whether it may be had is decided
here, for that process may be at the mercy of its document.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass, field, replace
from pathlib import Path

from gongkai import processes, store, system
from gongkai.batch import importing, parsing
from gongkai.links import addresses
from gongkai.model import Document, FetchError, GongkaiError, UnreadableDocument
from gongkai.readers import libreoffice
from gongkai.sources import LIMITS, Access, Limits, load
from gongkai.supply import Supplied, Want

PARSE = "gongkai.batch.parsing:parse"
# For all readings of a source and what it leads to, together.
BOUNDS = processes.Bounds(seconds=30.0, patience=180.0)
MOST_WANTS = 40  # of one source
TRIES = 2  # of a document whose process ended: somebody may have ended it


@dataclass
class Errand:
    """A source, and what was had for it so far."""

    source: str
    limits: Limits
    access: Access
    given: dict[Want, Supplied] = field(default_factory=dict)

    def run(self, books: parsing.Books, suffix: str) -> tuple[parsing.Parsed, ...]:
        """Raises nothing: what goes wrong is what came of it."""
        try:
            if store.host_of(self.source):
                self.fetch_source()
            for _ in range(MOST_WANTS):
                found = self.read(parsing.Task(self.source, books, suffix, self.given))
                if not isinstance(found, Want):
                    return found
                if found in self.given:  # who has it and asks again would ask for ever
                    break
                self.given[found] = self.supplied(found)
            raise UnreadableDocument(f"{self.source}：网页引出的文件太多，没有读完。")
        except GongkaiError as error:
            return (parsing.failed(self.source, error),)

    def read(self, task: parsing.Task) -> parsing.ParseResult:
        request = parsing.request_of(task)
        for _ in range(TRIES - 1):
            try:
                return processes.made_apart(PARSE, request, parsing.outcome_of, BOUNDS)
            except processes.ProcessEnded:
                continue
        return processes.made_apart(PARSE, request, parsing.outcome_of, BOUNDS)

    def fetch_source(self) -> None:
        address = importing.source_and_part(self.source)[0]
        want = Want("page", address.strip(), "", LIMITS.size)
        self.given[want] = self.loaded(address, self.limits)

    def loaded(self, address: str, limits: Limits, referrer: str = "") -> Supplied:
        try:
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
        few = replace(self.limits, size=max(1, min(want.size, self.limits.size)))
        return self.loaded(want.name, few, want.referrer)

    def may_have(self, want: Want) -> bool:
        """Whether an address is one to which a page that we were given may lead."""
        pages = [page for page in self.given.values() if isinstance(page, Document)]
        bases = {page.url for page in pages}
        if not want.referrer:  # a page on disk, which may name the site that it is from
            is_local = not store.host_of(self.source)
            is_page = addresses.host_of(want.name) != ""
            return is_local and is_page and addresses.address_of(want.name, self.source) != ""
        if want.referrer not in bases:
            return False
        is_own = addresses.is_of_site(want.name, want.referrer)
        return is_own or addresses.is_of_file_host(want.name, want.referrer)

    def converted(self, want: Want) -> Supplied:
        """What LibreOffice makes of a document that we have, by its digest."""
        for content in self.contents():
            if hashlib.sha256(content).hexdigest() == want.name:
                try:
                    return libreoffice.to_docx(content, want.referrer)
                except UnreadableDocument as error:
                    return error
        return UnreadableDocument("要转换的文件已经变化，没有读取；请重试。")

    def contents(self) -> list[bytes]:
        found = [page.content for page in self.given.values() if isinstance(page, Document)]
        path = Path(importing.source_and_part(self.source)[0])
        if not store.host_of(self.source) and path.is_file():
            found.append(system.read_plain(path))
        return found
