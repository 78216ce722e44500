"""A page saved as one file (.mhtml, .mht) -> its HTML, the pages of its frames in their places."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from email import message_from_bytes
from typing import TYPE_CHECKING

from gongkai.model import UnreadableDocument
from gongkai.sources.detect import decode

if TYPE_CHECKING:
    from email.message import Message

HEADERS = re.compile(rb"\s*(?:[A-Za-z][\w-]{0,40}:[^\n]*\r?\n(?:[ \t][^\n]*\r?\n)*){2,}")
KINDS = re.compile(
    rb"^Content-Type:\s*(?:multipart/related|text/html)", re.IGNORECASE | re.MULTILINE
)
SNIFFED = 4_096  # bytes
FRAME = re.compile(r"<i?frame\b[^<>]*?\bsrc\s*=\s*[\"']?([^\"'\s>]+)[^<>]*>", re.IGNORECASE)
UNSEEN = re.compile(r"display\s*:\s*none|\shidden[\s>=]", re.IGNORECASE)
DEEPEST = 3  # frames within frames
# lines that go on; the parser's time grows with their square
LONG_HEADER = re.compile(rb"\n[\w-]{1,40}:[^\n]*(?:\n[ \t]+[\w*-]+=[^\n]*){400}")
MOST_PARTS = 2_000  # pages within a saved page
BROKEN = (
    "这个单个文件网页（.mht）已损坏或不完整，不能读取；"
    "请在浏览器中打开网页，另存为“网页，仅 HTML”，再导入该文件。"
)


def is_mhtml(content: bytes) -> bool:
    """Whether the bytes begin with the headers of a message that holds a page."""
    start = content[:SNIFFED]
    headers = HEADERS.match(start)
    return headers is not None and KINDS.search(headers[0]) is not None


def html_of_mhtml(content: bytes) -> str:
    """The first page of the file, with those of its frames in place. Raises UnreadableDocument."""
    parts = parts_of(content)
    root = root_of(content, parts)
    return with_frames(text_of(root), pages_by_name(parts, root), DEEPEST)


def pages_by_name(parts: Sequence[Message], root: Message) -> dict[str, Message]:
    """The pages that a frame may name; of two of one name neither is certain."""
    pages: dict[str, Message] = {}
    doubled: set[str] = set()
    for part in parts:
        for name in names_of(part) if part is not root else ():
            if name in pages:
                doubled.add(name)
            pages[name] = part
    return {name: part for name, part in pages.items() if name not in doubled}


def parts_of(content: bytes) -> list[Message]:
    """The parts that are pages.

    Raises UnreadableDocument for none, too many, or what no parser can take apart.
    """
    if LONG_HEADER.search(content):
        raise UnreadableDocument(BROKEN)
    parts = []
    try:
        for part in message_from_bytes(content).walk():
            if part.get_content_type() == "text/html":
                parts.append(part)
    except (RecursionError, ValueError, LookupError) as error:
        raise UnreadableDocument(BROKEN) from error
    if not 0 < len(parts) <= MOST_PARTS:
        raise UnreadableDocument(BROKEN)
    return parts


def root_of(content: bytes, parts: Sequence[Message]) -> Message:
    """The page itself: the part that the file's head names (start=, Snapshot-Content-Location),
    else the first.
    """
    head = message_from_bytes(content.partition(b"\n\n")[0].partition(b"\r\n\r\n")[0])
    start = str(head.get_param("start") or "").strip("<> ")
    place = str(head.get("Snapshot-Content-Location") or "").strip()
    for wanted in (f"cid:{start}" if start else "", place):
        for part in parts if wanted else ():
            if wanted in names_of(part):
                return part
    return parts[0]


def names_of(part: Message) -> list[str]:
    """By what a frame may name a part: its address, or cid: and its number."""
    location, number = part.get("Content-Location"), part.get("Content-ID")
    names = []
    if location:
        names.append(str(location).strip())
    if number:
        names.append(f"cid:{str(number).strip().strip('<>')}")
    return names


def text_of(part: Message) -> str:
    content = part.get_payload(decode=True)
    if not isinstance(content, bytes):
        return ""
    return decode(content, part.get_content_charset("") or "")


def with_frames(text: str, pages: Mapping[str, Message], depth: int) -> str:
    """The page with the content of the frames that the file holds; other frames stay."""
    if not depth:
        return text
    pieces, at = [], 0
    for frame in FRAME.finditer(text):
        page = pages.get(frame[1])
        if page is None or UNSEEN.search(frame[0]):
            continue
        pieces += [text[at : frame.start()], with_frames(text_of(page), pages, depth - 1)]
        at = frame.end()
    return "".join((*pieces, text[at:]))
