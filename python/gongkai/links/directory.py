"""A directory page -> the links on it that look like annual reports, the likeliest first."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from urllib.parse import urldefrag, urlsplit

from gongkai.links.addresses import address_of, base_of
from gongkai.model import Block, Document, Link, Prose, UnreadableDocument
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
    r"\.(?:s?html?|jhtml|aspx?|jspx?|php|pdf|docx?|wps|ofd|rtf|xlsx?|et|txt)$|\d{5}|/t?\d+_\d+", re.IGNORECASE
)
COLUMN_PAGE = re.compile(r"(?:^|/)(?:index|list|default|column|more)[^/]*$", re.IGNORECASE)
ATTACHED = re.compile(r"\.(?:pdf|docx?|wps|ofd|rtf|xlsx?|et|zip|rar)$", re.IGNORECASE)
NEXT_PAGE = re.compile(r"下一?页|尾页|末页")
HEADING = re.compile(r"title|h[1-3]|meta:(?:ArticleTitle|og:title)")
FEWEST = 2  # a lone link that looks like a report is more often the menu of a page of another kind


@dataclass(frozen=True, slots=True)
class Candidate:
    """A link that looks like an annual report: its address, its text and the year that the text names."""

    source: str
    title: str
    year: int | None


def candidates(blocks: Sequence[Block], base: str) -> list[Candidate]:
    """The links that look like annual reports, each address once, the likeliest first, then the latest year.

    ``base`` is the page's own address. On a web page only http and https addresses count, and none inside a private
    network unless the page comes from the same host; on a file's page besides these only files beside it or below.
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


# --- a document as a directory ------------------------------------------------------------------------------------


class Directory(UnreadableDocument):
    """The source is no report but lists some: ``found`` are the links; ``goes_on`` tells of further pages, not read."""

    def __init__(self, origin: str, found: Sequence[Candidate], goes_on: bool = False) -> None:
        super().__init__(
            f"{origin}：这是目录页，列有{len(found)}个像年度报告的链接，本身不是报告；请导入其中的一个，或用批量导入。"
        )
        self.found, self.goes_on = tuple(found), goes_on


def directory_of(blocks: Sequence[Block], document: Document) -> list[Candidate]:
    """The links of a page that is no report and lists some; [] for a page of any other kind.

    Attachments alone make a directory only where the page is not that of a single report, and they are of several.
    """
    if any(isinstance(block, Link) and block.kind == "password" for block in blocks):
        return []
    found = candidates(blocks, base_of(document))
    pages = [candidate for candidate in found if not ATTACHED.search(candidate.source)]
    year = own_year(blocks)  # beside a report that cannot be read stand those of other years
    alike = [candidate for candidate in found if year is None or candidate.year in (year, None)]
    several = year is None and len({ATTACHED.sub("", candidate.title) for candidate in alike}) >= FEWEST
    return found if len(alike) >= FEWEST and (pages or several) else []


def own_year(blocks: Sequence[Block]) -> int | None:
    """The year of the report that a page says it is, by its title or a heading."""
    heads = [block.text for block in blocks if isinstance(block, Prose) and HEADING.fullmatch(block.heading)]
    named = [text for text in heads if SUBJECT.search(text) and "报告" in text and YEAR.search(text)]
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
