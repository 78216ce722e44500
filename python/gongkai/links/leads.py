"""A page -> links to annual reports; frames and attachments that may hold one, the likeliest
first.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import Literal
from urllib.parse import parse_qsl, urldefrag, urlsplit

from gongkai.links.addresses import (
    address_of,
    base_of,
    is_of_file_host,
    is_of_site,
    own_address,
    unquoted,
)
from gongkai.model import Block, Document, Link, Prose, UnreadableDocument
from gongkai.recognize.refusals import is_login
from gongkai.wording import one_line

YEAR = re.compile(r"(?<!\d)20[0-4]\d(?!\d)")
ONLY_YEAR = re.compile(r"20[0-4]\d\s*年?度?")
SUBJECT = re.compile(r"信息公开|政务公开")
REPORT = re.compile(r"年报|年度(?:工作)?报告")
# Other things that stand beside reports in the same menus and lists.
NEVER = re.compile(r"指南|目录|制度|条例|通知|解读")
OTHERS = re.compile(r"法治|依法行政|网站|企业|财务|决算|预算|统计|审计|质量|公积金|社会责任|报表")
NAMED_TARGET = re.compile(r"nianbao|niandu|ndbg|nbg|xxgkn[bd]|gknb|gkndbg|annual", re.IGNORECASE)
ARTICLE = re.compile(
    r"\.(?:s?html?|jhtml|aspx?|jspx?|php|pdf|docx?|wps|ofd|rtf|xlsx?|et|ods|txt)$|\d{5}|/t?\d+_\d+",
    re.IGNORECASE,
)
COLUMN_PAGE = re.compile(r"(?:^|/)(?:index|list|default|column|more)[^/]*$", re.IGNORECASE)
ATTACHED = re.compile(r"\.(?:pdf|docx?|wps|ofd|rtf|xlsx?|et|ods|zip|rar)$", re.IGNORECASE)
NEXT_PAGE = re.compile(r"下一?页|尾页|末页")
HEADING = re.compile(r"title|h[1-3]|meta:(?:ArticleTitle|og:title)")
FEWEST = 2  # a lone link that looks like a report is more often the menu of a page of another kind


@dataclass(frozen=True, slots=True)
class Candidate:
    """A link that looks like an annual report: its address, its text and the year that the text
    names.
    """

    source: str
    title: str
    year: int | None


def candidates(blocks: Sequence[Block], base: str) -> list[Candidate]:
    """The links that look like annual reports, each address once, the likeliest first, then the
    latest year.

    ``base`` is the page's own address. On a web page only http and https addresses count, and none
    inside a private network unless the page comes from the same host; on a file's page besides
    these only files beside it or below.
    """
    best: dict[str, tuple[int, Candidate]] = {}
    own = urldefrag(base)[0]
    for link in blocks:
        if not isinstance(link, Link) or link.kind != "link":
            continue
        source = address_of(link.target, base)
        title = one_line(link.text)
        score = likeness(title, source)
        if source and source != own and score > best.get(source, (0,))[0]:
            best[source] = score, Candidate(source, title, year_in(title))
    ranked = sorted(best.values(), key=lambda found: (-found[0], -(found[1].year or 0)))
    return [candidate for _, candidate in ranked]


def likeness(text: str, target: str) -> int:
    """How much a link looks like an annual report; 0 for not at all."""
    if NEVER.search(text):
        return 0
    path = urlsplit(target).path if target.startswith(("http:", "https:")) else target
    page = bool(ARTICLE.search(path)) and not COLUMN_PAGE.search(path)
    dated, subject = bool(YEAR.search(text)), bool(SUBJECT.search(text))
    if subject and (REPORT.search(text) or "报告" in text):
        return 8 + dated if dated or page else 0
    if OTHERS.search(text):
        return 0
    if REPORT.search(text):
        return 6 + dated if dated or page else 0
    if subject and dated:  # a title cut short
        return 4
    if ONLY_YEAR.fullmatch(text) and page:
        return 3 if NAMED_TARGET.search(path) else 2
    return 1 if len(text) > 3 and page and NAMED_TARGET.search(path) else 0


def year_in(text: str) -> int | None:
    match = YEAR.search(text)
    return int(match[0]) if match else None


# --- a document as a directory --------------------------------------------------------------------


class Directory(UnreadableDocument):
    """The source is no report but lists some: ``found`` are the links; ``goes_on`` tells of further
    pages, not read.
    """

    def __init__(self, origin: str, found: Sequence[Candidate], goes_on: bool = False) -> None:
        super().__init__(
            f"{origin}：这是目录页，列有{len(found)}个像年度报告的链接，本身不是报告；"
            f"请导入其中的一个，或用批量导入。"
        )
        self.found, self.goes_on = tuple(found), goes_on


def directory_of(blocks: Sequence[Block], document: Document) -> list[Candidate]:
    """The links of a page that is no report and lists some; [] for a page of any other kind.

    Attachments alone make a directory only where the page is not that of a single report, and they
    are of several.
    """
    if is_login(blocks):
        return []
    found = candidates(blocks, base_of(document))
    pages = [candidate for candidate in found if not ATTACHED.search(candidate.source)]
    year = own_year(blocks)  # beside a report that cannot be read stand those of other years
    alike = [candidate for candidate in found if year is None or candidate.year in (year, None)]
    several = (
        year is None and len({ATTACHED.sub("", candidate.title) for candidate in alike}) >= FEWEST
    )
    return found if len(alike) >= FEWEST and (pages or several) else []


def own_year(blocks: Sequence[Block]) -> int | None:
    """The year of the report that a page says it is, by its title or a heading."""
    heads = [
        block.text
        for block in blocks
        if isinstance(block, Prose) and HEADING.fullmatch(block.heading)
    ]
    named = [
        text for text in heads if SUBJECT.search(text) and "报告" in text and YEAR.search(text)
    ]
    return year_in(named[0]) if named else None


def goes_on(blocks: Sequence[Block]) -> bool:
    """Whether a directory has further pages, which are not read."""
    return any(NEXT_PAGE.search(text) for text in short_texts(blocks))


def short_texts(blocks: Sequence[Block]) -> Iterator[str]:
    for block in blocks:
        if isinstance(block, Link) and block.kind == "link":
            yield block.text
        elif isinstance(block, Prose):
            yield from (line for line in block.text.split("\n") if len(line) <= 100)


# --- leads to a report that stands elsewhere ------------------------------------------------------

READABLE = (
    "docx",
    "doc",
    "wps",
    "rtf",
    "xlsx",
    "xlsm",
    "xls",
    "et",
    "ods",
    "pdf",
)  # of one report the most exact form first
SUFFIX = re.compile(rf"\.({'|'.join(READABLE)})(?![A-Za-z0-9])", re.IGNORECASE)
DOWNLOAD = re.compile(
    r"/(?:attach|annex|down|file|upload)\w*(?:[./]|$)", re.IGNORECASE
)  # of what form does not show
VIEWER = re.compile(
    r"viewer|pdfjs|preview|/op/(?:view|embed)\.aspx", re.IGNORECASE
)  # in the path of its address
VIEWED = ("file", "url", "src", "pdf", "path")  # in the address of a viewer the file that it shows
FURNITURE = re.compile(
    r"/(?:head|foot|top|bottom|nav|menu|left|right|share|search|login|copyright)[^/]*$",
    re.IGNORECASE,
)  # frames around a page's content
OF_OTHER_YEARS = re.compile(r"往年|历年|相关|推荐")  # in the title of a frame
MOST = 3  # of a kind that are opened


@dataclass(frozen=True, slots=True)
class Lead:
    """A frame or attachment that may hold a page's report. ``why`` says in the users' words why it
    was chosen.

    Leads of one ``document`` are its several forms, the most exact first: one of them is enough.
    """

    kind: Literal["frame", "attachment"]
    source: str
    name: str
    why: str
    document: str


def leads_of(blocks: Sequence[Block], document: Document) -> list[Lead]:
    """What may hold the report of a page that has none itself: frames in their order, then
    attachments.

    Only what lies on the page's own site, or for attachments on its file host; of a file's page
    only files beside it or below. Where the page says its links start from (``base``) makes nothing
    its own site. At most ``MOST`` documents of each kind; attachments that are named otherwise than
    the report only where none is named like it, and none of them where they are more.
    """
    base, home = base_of(document), own_address(document)
    nearby = document.url or not base.startswith(
        ("http:", "https:")
    )  # a saved page sends nobody to the web
    leads = (*list(frames_of(blocks, base, home))[:MOST], *attachments_of(blocks, base, home))
    return [lead for lead in leads if nearby or not lead.source.startswith(("http:", "https:"))]


# --- frames ---------------------------------------------------------------------------------------


def frames_left(blocks: Sequence[Block], document: Document) -> list[str]:
    """The addresses of frames that are not followed, since there are more than ``MOST``."""
    found = list(frames_of(blocks, base_of(document), own_address(document)))
    return [lead.source for lead in found[MOST:]]


def frames_of(blocks: Sequence[Block], base: str, home: str) -> Iterator[Lead]:
    seen: set[str] = set()
    for link in blocks:
        if not isinstance(link, Link) or link.kind != "frame":
            continue
        source = viewed(address_of(link.target, base), base)
        beside = FURNITURE.search(urlsplit(source).path) or OF_OTHER_YEARS.search(link.text)
        if source and source not in (*seen, home) and is_of_site(source, home) and not beside:
            seen.add(source)
            yield Lead("frame", source, one_line(link.text), "页面的内容在其中", source)


def viewed(source: str, base: str) -> str:
    """The file that a viewer shows (``viewer.html?file=/2024.pdf``), else the address itself."""
    parts = urlsplit(source)
    for name, value in parse_qsl(parts.query):
        shown = SUFFIX.search(value) or (
            VIEWER.search(parts.path) and value.startswith(("/", ".", "http"))
        )
        if name.lower() in VIEWED and shown:
            return address_of(value, source if source.startswith("http") else base)
    return source


# --- attachments ----------------------------------------------------------------------------------


def attachments_of(blocks: Sequence[Block], base: str, home: str) -> list[Lead]:
    year = own_year(blocks)
    found: dict[str, tuple[int, Link]] = {}
    for link in blocks:
        if not isinstance(link, Link) or link.kind != "link":
            continue
        source = address_of(link.target, base)
        source = viewed(source, base) if VIEWER.search(source) else source
        score = file_likeness(link, source, year) if source and is_of_file_host(source, home) else 0
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


def file_likeness(link: Link, source: str, year: int | None) -> int:
    """3 for an attachment named as the report of the page's year, 2 as a report, 1 otherwise; 0 for
    no attachment.
    """
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
    """The form of an attachment by its address, what its address asks for, or its text; "" where
    none says one.
    """
    for text in (*file_names(source), link.text):
        match = SUFFIX.search(text)
        if match:
            return match[1].lower()
    return ""


def forms_of(attached: Sequence[tuple[Link, str]]) -> dict[str, dict[int, tuple[Link, str]]]:
    """The documents among attachments: rank of the form -> link and address for each.

    One document in two forms has one name, in full in its text or else in its address; two of one
    form are two.
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
