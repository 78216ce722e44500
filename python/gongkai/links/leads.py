"""A page without the three tables -> the frames and attachments that may hold them, likeliest first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qsl, urlsplit

from gongkai.links.addresses import address_of, base_of, is_of_file_host, is_of_site, own_address, unquoted
from gongkai.links.directory import NEVER, OTHERS, REPORT, SUBJECT, own_year, year_in
from gongkai.model import Block, Document, Link
from gongkai.wording import one_line

READABLE = ("docx", "doc", "wps", "rtf", "xlsx", "xlsm", "xls", "et", "pdf")  # of one report the most exact form first
SUFFIX = re.compile(rf"\.({'|'.join(READABLE)})(?![A-Za-z0-9])", re.IGNORECASE)
DOWNLOAD = re.compile(r"/(?:attach|annex|down|file|upload)\w*(?:[./]|$)", re.IGNORECASE)  # of what form does not show
VIEWER = re.compile(r"viewer|pdfjs|preview|/op/(?:view|embed)\.aspx", re.IGNORECASE)  # in the path of its address
VIEWED = ("file", "url", "src", "pdf", "path")  # in the address of a viewer the file that it shows
FURNITURE = re.compile(
    r"/(?:head|foot|top|bottom|nav|menu|left|right|share|search|login|copyright)[^/]*$", re.IGNORECASE
)  # frames around a page's content
MOST = 3  # of a kind that are opened


@dataclass(frozen=True, slots=True)
class Lead:
    """A frame or attachment that may hold a page's report. ``why`` says in the users' words why it was chosen.

    Leads of one ``document`` are its several forms, the most exact first: one of them is enough.
    """

    kind: Literal["frame", "attachment"]
    source: str
    name: str
    why: str
    document: str


def leads_of(blocks: Sequence[Block], document: Document) -> list[Lead]:
    """What may hold the report of a page that has none itself: frames in their order, then attachments.

    Only what lies on the page's own site, or for attachments on its file host; of a file's page only files beside it
    or below. Where the page says its links start from (``base``) makes nothing its own site. At most ``MOST`` documents
    of each kind; attachments that are named otherwise than the report only where none is named like it, and none of
    them where they are more.
    """
    base, home = base_of(document), own_address(document)
    nearby = document.url or not base.startswith(("http:", "https:"))  # a saved page sends nobody to the web
    leads = (*list(frames_of(blocks, base, home))[:MOST], *attachments_of(blocks, base, home))
    return [lead for lead in leads if nearby or not lead.source.startswith(("http:", "https:"))]


# --- frames -------------------------------------------------------------------------------------------------------


def frames_of(blocks: Sequence[Block], base: str, home: str) -> Iterator[Lead]:
    seen: set[str] = set()
    for link in blocks:
        if not isinstance(link, Link) or link.kind != "frame":
            continue
        source = viewed(address_of(link.target, base), base)
        if source and source not in seen and is_of_site(source, home) and not FURNITURE.search(urlsplit(source).path):
            seen.add(source)
            yield Lead("frame", source, one_line(link.text), "页面的内容在其中", source)


def viewed(source: str, base: str) -> str:
    """The file that a viewer shows (``viewer.html?file=/2024.pdf``), else the address itself."""
    parts = urlsplit(source)
    for name, value in parse_qsl(parts.query):
        shown = SUFFIX.search(value) or (VIEWER.search(parts.path) and value.startswith(("/", ".", "http")))
        if name.lower() in VIEWED and shown:
            return address_of(value, source if source.startswith("http") else base)
    return source


# --- attachments --------------------------------------------------------------------------------------------------


def attachments_of(blocks: Sequence[Block], base: str, home: str) -> list[Lead]:
    year = own_year(blocks)
    found: dict[str, tuple[int, Link]] = {}
    for link in blocks:
        if not isinstance(link, Link) or link.kind != "link":
            continue
        source = address_of(link.target, base)
        source = viewed(source, base) if VIEWER.search(source) else source
        score = likeness(link, source, year) if source and is_of_file_host(source, home) else 0
        if score > found.get(source, (0,))[0]:
            found[source] = score, link
    best = max((score for score, _ in found.values()), default=0)
    forms = forms_of([(link, source) for source, (score, link) in found.items() if score == best])
    why = reason(best, len(found))
    leads = [
        Lead("attachment", source, name_of(link, source), why, document)
        for document, alike in forms.items()
        for _, (link, source) in sorted(alike.items())
    ]
    return leads if len(forms) <= MOST else []


def likeness(link: Link, source: str, year: int | None) -> int:
    """3 for an attachment named as the report of the page's year, 2 as a report, 1 otherwise; 0 for no attachment."""
    text = " ".join((one_line(link.text), *file_names(source)))
    named = year_in(text)
    if NEVER.search(text) or (year and named and named != year):
        return 0
    reports = bool(REPORT.search(text)) and bool(SUBJECT.search(text) or not OTHERS.search(text))
    if not suffix_of(link, source):
        reports = reports and bool(DOWNLOAD.search(urlsplit(source).path))
        return 2 * reports
    return (3 if named and named == year else 2) if reports else 1


def file_names(source: str) -> list[str]:
    """What an address calls the file: the end of its path, and what it asks for."""
    parts = urlsplit(source)
    asked = [value for _, value in parse_qsl(parts.query, encoding="utf-8") if SUFFIX.search(value)]
    return [unquoted(parts.path.rpartition("/")[2]), *asked]


def suffix_of(link: Link, source: str) -> str:
    """The form of an attachment by its address, what its address asks for, or its text; "" where none says one."""
    for text in (*file_names(source), link.text):
        match = SUFFIX.search(text)
        if match:
            return match[1].lower()
    return ""


def forms_of(attached: Sequence[tuple[Link, str]]) -> dict[str, dict[int, tuple[Link, str]]]:
    """The documents among attachments: rank of the form -> link and address for each.

    One document in two forms has one name, in full in its text or else in its address; two of one form are two.
    """
    documents: dict[str, dict[int, tuple[Link, str]]] = {}
    for link, source in attached:
        suffix = suffix_of(link, source)
        rank = READABLE.index(suffix) if suffix else len(READABLE)
        text = SUFFIX.sub("", one_line(link.text))
        name = text if REPORT.search(text) else SUFFIX.sub("", source)
        if rank in documents.get(name, {}):
            name = source
        documents.setdefault(name, {})[rank] = link, source
    return documents


def name_of(link: Link, source: str) -> str:
    return one_line(link.text) or file_names(source)[-1]


def reason(score: int, number: int) -> str:
    if number == 1:
        return "页面上唯一的文档附件"
    return {3: "名称是该年度的报告", 2: "名称像年度报告"}.get(score, "页面上的文档附件")
