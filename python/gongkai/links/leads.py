"""A page -> links to annual reports; frames and attachments that may hold one, the likeliest
first.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
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
from gongkai.model import Block, Document, Link, UnreadableDocument
from gongkai.recognize.cover.titles import links_of, prose_of, year_in, year_of_page
from gongkai.system import function_at
from gongkai.wording import one_line

IS_LOGIN = "gongkai.recognize.refusals:is_login"  # asked of a page that lists reports
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
LONGEST_LINE = 100  # characters of a line that may lead to further pages
WEB = ("http:", "https:")
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
    for link in links_of(blocks, "link"):
        source = address_of(link.target, base)
        if source in ("", own):
            continue
        title = one_line(link.text)
        score = likeness(title, source)
        if score > best.get(source, (0,))[0]:
            best[source] = score, Candidate(source, title, year_in(title))
    ranked = sorted(best.values(), key=rank)
    return [candidate for _, candidate in ranked]


def rank(found: tuple[int, Candidate]) -> tuple[int, int]:
    score, candidate = found
    return -score, -(candidate.year or 0)


def likeness(text: str, target: str) -> int:
    """How much a link looks like an annual report; 0 for not at all.

    9 for 2023年政府信息公开工作年度报告, 7 for 2023年年报, 4 for a title cut short, as
    2023年政府信息公开工…, less for 2023年 and for what only its address tells. Without a year only
    what leads to an article.
    """
    if NEVER.search(text):
        return 0
    path = path_of(target)
    is_column = COLUMN_PAGE.search(path) is not None
    is_page = ARTICLE.search(path) is not None and not is_column
    is_dated = YEAR.search(text) is not None
    named = named_as_report(text)
    if named:
        may_be_one = is_dated or is_page
        return named + is_dated if may_be_one else 0
    if OTHERS.search(text):
        return 0
    if is_dated and SUBJECT.search(text):
        return 4
    return likeness_of_page(text, path) if is_page else 0


def named_as_report(text: str) -> int:
    """8 for 政府信息公开工作年度报告, 6 for 年报 of nothing else; 0 for 财务年报."""
    is_report = REPORT.search(text) is not None
    is_of_subject = SUBJECT.search(text) is not None
    if is_of_subject and (is_report or "报告" in text):
        return 8
    is_of_others = OTHERS.search(text) is not None
    return 6 if is_report and not is_of_others else 0


def likeness_of_page(text: str, path: str) -> int:
    """2023年 leading to an article, and to one of a folder such as xxgknb."""
    is_named = NAMED_TARGET.search(path) is not None
    if ONLY_YEAR.fullmatch(text):
        return 3 if is_named else 2
    return 1 if is_named and len(text) > 3 else 0


def path_of(target: str) -> str:
    return urlsplit(target).path if target.startswith(WEB) else target


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
        for link in found:
            self.add_note(f"{link.title or '（没有标题）'} {link.source}")


def directory_of(blocks: Sequence[Block], document: Document) -> list[Candidate]:
    """The links of a page that is no report and lists some; [] for a page of any other kind.

    Attachments alone make a directory only where the page is not that of a single report, and they
    are of several.
    """
    is_login: Callable[[Sequence[Block]], bool] = function_at(IS_LOGIN)
    if is_login(blocks):
        return []
    found = candidates(blocks, base_of(document))
    year = year_of_page(blocks)
    alike = of_year(found, year)
    if len(alike) < FEWEST:
        return []
    sources = [candidate.source for candidate in found]
    if not all(map(ATTACHED.search, sources)):
        return found
    names = {ATTACHED.sub("", candidate.title) for candidate in alike}
    are_several = year is None and len(names) >= FEWEST
    return found if are_several else []


def of_year(found: Sequence[Candidate], year: int | None) -> Sequence[Candidate]:
    """Those of the page's own year: beside a report that cannot be read stand those of others."""
    if year is None:
        return found
    alike = []
    for candidate in found:
        if candidate.year in (year, None):
            alike.append(candidate)
    return alike


def goes_on(blocks: Sequence[Block]) -> bool:
    """Whether a directory has further pages, which are not read."""
    return any(map(NEXT_PAGE.search, short_texts(blocks)))


def short_texts(blocks: Sequence[Block]) -> Iterator[str]:
    """The texts of links, and the short lines of prose."""
    for link in links_of(blocks, "link"):
        yield link.text
    for prose in prose_of(blocks):
        for line in prose.text.split("\n"):
            if len(line) <= LONGEST_LINE:
                yield line


# --- leads to a report that stands elsewhere ------------------------------------------------------

# Of one report the most exact form first.
READABLE = ("docx", "doc", "wps", "rtf", "xlsx", "xlsm", "xls", "et", "ods", "pdf")
SUFFIX = re.compile(rf"\.({'|'.join(READABLE)})(?![A-Za-z0-9])", re.IGNORECASE)
# The address of an attachment that does not show its form.
DOWNLOAD = re.compile(r"/(?:attach|annex|down|file|upload)\w*(?:[./]|$)", re.IGNORECASE)
# In the path of a viewer's address, and what its address calls the file that it shows.
VIEWER = re.compile(r"viewer|pdfjs|preview|/op/(?:view|embed)\.aspx", re.IGNORECASE)
VIEWED = ("file", "url", "src", "pdf", "path")
# Frames around a page's content.
FURNITURE = re.compile(
    r"/(?:head|foot|top|bottom|nav|menu|left|right|share|search|login|copyright)[^/]*$",
    re.IGNORECASE,
)
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
    frames = list(frames_of(blocks, base, home))
    leads = [*frames[:MOST], *attachments_of(blocks, base, home)]
    if document.url or not base.startswith(WEB):
        return leads
    at_home = []  # a saved page stays there
    for lead in leads:
        if not lead.source.startswith(WEB):
            at_home.append(lead)
    return at_home


# --- frames ---------------------------------------------------------------------------------------


def frames_left(blocks: Sequence[Block], document: Document) -> list[str]:
    """The addresses of frames that are not followed, since there are more than ``MOST``."""
    found = list(frames_of(blocks, base_of(document), own_address(document)))
    return [lead.source for lead in found[MOST:]]


def frames_of(blocks: Sequence[Block], base: str, home: str) -> Iterator[Lead]:
    """The frames of the page's own site, each once, but for those around its content."""
    seen = {"", home}
    for link in links_of(blocks, "frame"):
        source = viewed(address_of(link.target, base), base)
        is_own = source not in seen and is_of_site(source, home)
        if not is_own or is_around_content(link, source):
            continue
        seen.add(source)
        yield Lead("frame", source, one_line(link.text), "页面的内容在其中", source)


def is_around_content(link: Link, source: str) -> bool:
    """/head.html, /nav.jsp; a frame that is called 往年回顾."""
    is_furniture = FURNITURE.search(urlsplit(source).path) is not None
    return is_furniture or OF_OTHER_YEARS.search(link.text) is not None


def viewed(source: str, base: str) -> str:
    """The file that a viewer shows (``viewer.html?file=/2024.pdf``), else the address itself."""
    parts = urlsplit(source)
    is_viewer = VIEWER.search(parts.path) is not None
    start = source if source.startswith("http") else base
    for name, value in parse_qsl(parts.query):
        may_be_shown = is_viewer and value.startswith(("/", ".", "http"))
        is_shown = may_be_shown or SUFFIX.search(value)
        if is_shown and name.lower() in VIEWED:
            return address_of(value, start)
    return source


# --- attachments ----------------------------------------------------------------------------------


def attachments_of(blocks: Sequence[Block], base: str, home: str) -> list[Lead]:
    """The attachments that are most like the page's report; none where they are of more than
    ``MOST`` documents.
    """
    found = files_of(blocks, base, home)
    best = max((score for score, _ in found.values()), default=0)
    likeliest = []
    for source, (score, link) in found.items():
        if score == best:
            likeliest.append((link, source))
    forms = forms_of(likeliest)
    if len(forms) > MOST:
        return []
    why = reason(best, len(found))
    leads = []
    for document, alike in forms.items():
        for _, (link, source) in sorted(alike.items()):
            leads.append(Lead("attachment", source, name_of(link, source), why, document))
    return leads


def files_of(blocks: Sequence[Block], base: str, home: str) -> dict[str, tuple[int, Link]]:
    """The address of each attachment of the page's own -> how much it is like the report, and its
    link.
    """
    year = year_of_page(blocks)
    found: dict[str, tuple[int, Link]] = {}
    for link in links_of(blocks, "link"):
        source = address_of(link.target, base)
        if VIEWER.search(source):
            source = viewed(source, base)
        if source and is_of_file_host(source, home):
            score = file_likeness(link, source, year)
            if score > found.get(source, (0,))[0]:
                found[source] = score, link
    return found


def file_likeness(link: Link, source: str, year: int | None) -> int:
    """3 for an attachment named as the report of the page's year, 2 as a report, 1 otherwise; 0 for
    no attachment.

    瑞安市2023年政府信息公开年报.pdf, 年报.pdf, 附件1.pdf; 填报指南.docx.
    """
    text = " ".join((one_line(link.text), *file_names(source)))
    named = year_in(text)
    years = {year, named} - {None}
    if len(years) > 1 or NEVER.search(text):
        return 0
    is_report = is_named_as_report(text)
    if not suffix_of(link, source):
        is_download = DOWNLOAD.search(urlsplit(source).path) is not None
        return 2 * (is_report and is_download)
    if not is_report:
        return 1
    is_of_year = named is not None and named == year
    return 3 if is_of_year else 2


def is_named_as_report(text: str) -> bool:
    """政府信息公开年报, 年报; not 财务年报."""
    if not REPORT.search(text):
        return False
    return SUBJECT.search(text) is not None or OTHERS.search(text) is None


def file_names(source: str) -> list[str]:
    """What an address calls the file: the end of its path, and what it asks for."""
    parts = urlsplit(source)
    names = [unquoted(parts.path.rpartition("/")[2])]
    for _, value in parse_qsl(parts.query, encoding="utf-8"):
        if SUFFIX.search(value):
            names.append(value)
    return names


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
