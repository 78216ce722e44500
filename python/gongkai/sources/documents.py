"""Bytes -> Document, however they were come by."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime

from gongkai.model import Document
from gongkai.sources.errors import empty


def document(
    origin: str,
    content: bytes,
    media_type: str = "",
    url: str = "",
    charset: str = "",
    provenance: tuple[str, ...] = (),
    fetched_at: str = "",
) -> Document:
    """A document fetched now where ``fetched_at`` says nothing else. FetchError where there is no content."""
    if not content:
        raise empty(origin)
    digest = hashlib.sha256(content).hexdigest()
    return Document(origin, media_type, content, digest, fetched_at or now(), url, charset, provenance)


def now() -> str:
    return datetime.now(UTC).isoformat(timespec="seconds")
