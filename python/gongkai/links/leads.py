"""Room: links. A page without the three tables -> the frames and attachments that may hold them, likeliest first."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qsl, unquote, urlsplit

from gongkai.checks.wording import one_line
from gongkai.links.addresses import address_of, base_of, is_of_file_host, is_of_site
from gongkai.links.directory import NEVER, OTHERS, REPORT, SUBJECT, own_year, year_in
from gongkai.model import Block, Document, Link

READABLE = ("docx", "doc", "wps", "rtf", "xlsx", "xlsm", "xls", "et", "pdf")  # of one report the most exact form first
SUFFIX = re.compile(rf"\.({'|'.join(READABLE)})(?![A-Za-z0-9])", re.IGNORECASE)
VIEWED = ("file", "url", "src", "pdf", "path")  # in the address of a viewer the file that it shows
FURNITURE = re.compile(
    r"/(?:head|foot|top|bottom|nav|menu|left|right|share|search|login|copyright)[^/]*$", re.IGNORECASE
)  # frames around a page's content
MOST = 3  # of a kind that are opened


@dataclass(frozen=True, slots=True)
class Lead:
    """A frame or attachment that may hold a page's report. ``why`` says in the users' words why it was chosen."""

    kind: Literal["frame", "attachment"]
    source: str
    name: str
    why: str


def leads_of(blocks: Sequence[Block], document: Document) -> list[Lead]:
    """What may hold the report of a page that has none itself: frames in their order, then attachments.

    Only what lies on the page's own site, or for attachments on its file host; of a file's page only files beside it
    or below. At most ``MOST`` of each kind; attachments that are named otherwise than the report only where none is
    named like it, and none of them where they are more.
    """
    base = base_of(document)
    nearby = document.url or not base.startswith(("http:", "https:"))  # a saved page sends nobody to the web
    frames = list(frames_of(blocks, base))[:MOST]
    attached = attachments_of(blocks, base)
    return [lead for lead in (*frames, *attached) if nearby or not lead.source.startswith(("http:", "https:"))]


# --- frames -------------------------------------------------------------------------------------------------------


def frames_of(blocks: Sequence[Block], base: str) -> Iterator[Lead]:
    seen: set[str] = set()
    for link in blocks:
        if not isinstance(link, Link) or link.kind != "frame":
            continue
        source = viewed(address_of(link.target, base), base)
        if source and source not in seen and is_of_site(source, base) and not FURNITURE.search(urlsplit(source).path):
            seen.add(source)
            yield Lead("frame", source, one_line(link.text), "页面的内容在其中")


def viewed(source: str, base: str) -> str:
    """The file that a viewer in a frame shows (``viewer.html?file=/2024.pdf``), else the frame's own address."""
    for name, value in parse_qsl(urlsplit(source).query):
        if name.lower() in VIEWED and SUFFIX.search(value):
            return address_of(value, source if source.startswith("http") else base)
    return source


# --- attachments --------------------------------------------------------------------------------------------------


def attachments_of(blocks: Sequence[Block], base: str) -> list[Lead]:
    year = own_year(blocks)
    found: dict[str, tuple[int, Link]] = {}
    for link in blocks:
        if not isinstance(link, Link) or link.kind != "link":
            continue
        source = address_of(link.target, base)
        score = likeness(link, source, year) if source and is_of_file_host(source, base) else 0
        if score > found.get(source, (0,))[0]:
            found[source] = score, link
    best = max((score for score, _ in found.values()), default=0)
    chosen = one_of_each((link, source) for source, (score, link) in found.items() if score == best)
    why = reason(best, len(found))
    return [Lead("attachment", source, name_of(link), why) for link, source in chosen] if len(chosen) <= MOST else []


def likeness(link: Link, source: str, year: int | None) -> int:
    """3 for an attachment named as the report of the page's year, 2 as a report, 1 otherwise; 0 for no attachment."""
    if not suffix_of(link, source):
        return 0
    text = f"{one_line(link.text)} {unquote(urlsplit(source).path.rpartition('/')[2])}"
    named = year_in(text)
    if NEVER.search(text) or (year and named and named != year):
        return 0
    if REPORT.search(text) and (SUBJECT.search(text) or not OTHERS.search(text)):
        return 3 if named and named == year else 2
    return 1


def suffix_of(link: Link, source: str) -> str:
    """The form of an attachment by its address, what its address asks for, or its text; "" where none says one."""
    parts = urlsplit(source)
    for text in (unquote(parts.path), *(value for _, value in parse_qsl(parts.query)), link.text):
        match = SUFFIX.search(text)
        if match:
            return match[1].lower()
    return ""


def one_of_each(attached: Iterable[tuple[Link, str]]) -> list[tuple[Link, str]]:
    """Of attachments that are the same but for their form the most exact one."""
    best: dict[str, tuple[int, Link, str]] = {}
    for link, source in attached:
        rank = READABLE.index(suffix_of(link, source))
        stem = SUFFIX.sub("", one_line(link.text))
        key = stem if stem not in best or best[stem][0] != rank else source  # two of one form are two documents
        if key not in best or rank < best[key][0]:
            best[key] = rank, link, source
    return [(link, source) for _, link, source in best.values()]


def name_of(link: Link) -> str:
    return one_line(link.text) or unquote(urlsplit(link.target).path.rpartition("/")[2])


def reason(score: int, number: int) -> str:
    if number == 1:
        return "页面上唯一的文档附件"
    return {3: "名称是该年度的报告", 2: "名称像年度报告"}.get(score, "页面上的文档附件")
