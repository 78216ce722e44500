"""What a process that may ask nobody gets from the one that started it.

A parser's process of a batch has no network, starts no program, and may run on another machine than
the files. What a page leads to, on the web or beside it on disk, and what LibreOffice makes of a
.doc, it asks for by ``NotGiven``; once that is there, the document is read anew. So reading is a
function of the bytes that it is given, and ten seconds of waiting for an attachment keep no
processor.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

from gongkai.model import Document, GongkaiError


@dataclass(frozen=True, slots=True)
class Want:
    """A page at an address or path that ``referrer`` leads to, of at most ``size`` bytes, in at
    most ``tries``; or the .docx of a document with the sha256 ``name``, which is a ``referrer``
    (doc, rtf); or the bytes of the decisions at the path ``name``, which nobody need ask for.
    """

    kind: Literal["page", "docx", "decisions"]
    name: str
    referrer: str
    size: int = 0
    tries: int = 0


class NotGiven(BaseException):
    """What has to be had first. No Exception: nobody who reads may take it for a failure."""

    def __init__(self, want: Want) -> None:
        super().__init__(want)
        self.want = want


Supplied = Document | bytes | GongkaiError
# None where this process may ask for itself, as every process but a batch's parsers.
GIVEN: list[Mapping[Want, Supplied]] = []


def is_given() -> bool:
    """Whether this process has to do with what it is given."""
    return bool(GIVEN)


def page_given(address: str, referrer: str, size: int, tries: int) -> Document:
    """Raises what fetching it raised; NotGiven where nobody has tried yet."""
    found = given(Want("page", address, referrer, size, tries))
    assert isinstance(found, Document)
    return found


def decisions_given(path: str) -> bytes:
    """What stands in a file of decisions, b"" where there is none. Raises what reading it
    raised.
    """
    found = given(Want("decisions", path, ""))
    assert isinstance(found, bytes)
    return found


def docx_given(content: bytes, suffix: str) -> bytes:
    """Raises what converting it raised; NotGiven where nobody has tried yet."""
    found = given(Want("docx", hashlib.sha256(content).hexdigest(), suffix))
    assert isinstance(found, bytes)
    return found


def given(want: Want) -> Supplied:
    if want not in GIVEN[0]:
        raise NotGiven(want)
    found = GIVEN[0][want]
    if isinstance(found, GongkaiError):
        raise found
    return found
