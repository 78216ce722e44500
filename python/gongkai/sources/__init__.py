"""A URL, a file's path or ``-`` for standard input -> Document: the bytes and where they came from.

``load`` is the way in. documents: bytes -> Document, paths and standard input, what a fetch may
take. web: one fetch over all its hops and retries; guard: which addresses may be asked; body: bytes
as sent -> plain bytes; redirects: where a page itself sends its readers; cache: pages kept on disk;
detect: what a document is; errors: the sentences.
"""

from __future__ import annotations

import os
import re
from collections.abc import Callable

from gongkai import supply, system
from gongkai.model import Document, FetchError
from gongkai.sources.documents import (
    ACCESS,
    LIMITS,
    Access,
    Limits,
    document,
    read_file,
    read_input,
)
from gongkai.sources.errors import ADDRESS

__all__ = ["ACCESS", "LIMITS", "Access", "Limits", "document", "load"]

FETCH = "gongkai.sources.web:fetch"  # a file on disk needs nothing of what it brings along
SCHEME = re.compile(r"([A-Za-z][A-Za-z0-9+.-]+):")  # two letters or more: C: is a drive


def load(
    origin: str, limits: Limits = LIMITS, access: Access = ACCESS, referrer: str = ""
) -> Document:
    """Fetch a source.

    Raises FetchError with the stage that failed and one Chinese sentence that says what to try.

    Stages: address, connect, tls, timeout, status, redirect, size, read, cache; a redirect from a
    public host into a private network is refused. ``Document.charset`` and ``media_type`` are the
    header's word, "" for files; ``url`` is the URL in the end, after redirects; ``provenance`` says
    what else happened on the way. ``referrer`` is the page that leads here: a link is a hop from
    it, so that no public page leads into a private network.
    """
    address = origin.strip()
    if not address:
        raise FetchError("没有给出网址或文件；请给出报告的网址或文件路径。", "address")
    if supply.is_given():
        return supply.page_given(origin, referrer, limits.size, limits.tries)
    scheme = SCHEME.match(address)
    if scheme is not None and scheme[1].lower() in ("http", "https"):
        fetch: Callable[[str, str, Limits, Access, str], Document] = system.function_at(FETCH)
        return fetch(origin, address, limits, access, referrer)
    if origin == "-":
        return document(origin, read_input(limits.size))
    if scheme is not None and not os.path.exists(origin):
        raise FetchError(
            f"{origin}：不支持以 {scheme[1]}: 开头的地址；{ADDRESS}，或给出文件路径。", "address"
        )
    return document(origin, read_file(origin, limits.size))
