"""Document -> Report; where a page has none itself, that of its frame or attachment, one level on.

Which one was taken, and why, stands in the provenance of the report's document.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection, Iterator, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from itertools import combinations
from pathlib import Path

from gongkai import bodies, links, readers, wording, workbook
from gongkai.locate.stylesheets import with_styles
from gongkai.model import (
    Block,
    Document,
    FetchError,
    GongkaiError,
    NoFigures,
    NoReport,
    Problem,
    Prose,
    Report,
    Segment,
    UnreadableDocument,
)
from gongkai.recognize import completed, recognize, segments
from gongkai.recognize.cover.titles import year_of_page
from gongkai.rereading.uncovered import with_uncovered_reread
from gongkai.sources import ACCESS, Access, Limits, detect, errors, load

TABLES = 3
DEEPEST = 1  # frames within a frame
NOT_SHOWN = "报告取自网页中没有直接显示的内容，请对照网页核对"
HIDDEN = "报告取自网页中没有直接显示的内容（文本框、内嵌网页或脚本中的数据）。"
NO_FIGURE = "的表没有数字"
GONE = (404, 410)
CONVERTED = "旧格式的文件，由 LibreOffice 转换后读取。"

Failure = tuple[links.Lead, GongkaiError]  # what was not read, and why


def read_source(
    origin: str,
    limits: Limits,
    access: Access = ACCESS,
    loaded: Callable[[], None] = lambda: None,
    part: int = 0,
) -> Report:
    """The report in a page, a file or standard input; ``loaded`` is called once no host need be
    asked any more. ``part`` is the number of the segment to be read, 0 for the one that the page
    names.

    Raises FetchError, UnreadableDocument, WorkbookError; Directory for a page that lists reports.
    """
    with ExitStack() as asking:
        asking.callback(loaded)
        document = load(origin, limits, access)
        return report_of(document, limits, access, asking.close, part)


def report_of(
    document: Document,
    limits: Limits,
    access: Access,
    loaded: Callable[[], None] = lambda: None,
    part: int = 0,
) -> Report:
    """The report that a document holds or leads to. Raises as ``read_source``."""
    if detect.identify(document).format is not detect.TEXT:
        loaded()  # only a page leads on
        return report_in(document, part)
    document, blocks = with_styles(readers.unpacked(document), limits, access)
    following = Following(document, blocks, limits, access, part=part)
    try:
        report = recognized(blocks, document, part)
    except UnreadableDocument as error:
        return in_place_of(following, error)
    if not report.is_evaluated:
        found = elsewhere(report, replace(following, own_lack=NO_FIGURE))
        if found.is_evaluated:
            return found
        return hidden_report(blocks, document, part) or found
    return report if len(report.tables) == TABLES else fuller(report, following)


def in_place_of(following: Following, error: UnreadableDocument) -> Report:
    """The report of a page that shows none: hidden in it, or in what it points to. Raises Directory
    for a page that lists reports, else ``error``.
    """
    page, blocks = following.page, following.blocks
    hidden = hidden_report(blocks, page, following.part)
    if hidden is not None:
        return led_to(following) or hidden
    listed = links.directory_of((*blocks, *listed_by_scripts(page)), page)
    if listed:
        raise links.Directory(page.origin, listed, links.goes_on(blocks)) from None
    found = following.report(())
    if found is None:
        raise error
    return found


def led_to(following: Following) -> Report | None:
    """The report in a frame or attachment, which a reader of the page comes to before anything that
    it hides.
    """
    try:
        return following.report(())
    except GongkaiError:
        return None


def shown_or_hidden(blocks: Sequence[Block], document: Document, part: int) -> Report:
    """The report that a page shows, else the one that it holds out of sight. Raises as
    ``recognize``.
    """
    try:
        return recognized(blocks, document, part)
    except UnreadableDocument:
        hidden = hidden_report(blocks, document, part)
        if hidden is None:
            raise
        return hidden


def hidden_report(blocks: Sequence[Block], document: Document, part: int) -> Report | None:
    """The report that a page holds out of sight, with a word that it does; None where it holds
    none.
    """
    if detect.identify(document).format is not detect.TEXT:
        return None
    inner = readers.page_by(readers.HIDDEN_PAGE, document)
    if not inner:
        return None
    page = readers.as_page(document, inner, HIDDEN)
    try:
        report = recognized((*heads_of(blocks), *readers.read_blocks(page)), page, part)
    except UnreadableDocument:
        return None
    return with_problem(completed(report, blocks, document.url), "", NOT_SHOWN)


def heads_of(blocks: Sequence[Block]) -> Iterator[Block]:
    """A page's own title and properties."""
    for block in blocks:
        if isinstance(block, Prose) and block.heading.startswith(("title", "meta")):
            yield block


def listed_by_scripts(document: Document) -> tuple[Block, ...]:
    """The links of a list that a page's scripts write."""
    listed = readers.page_by(readers.LISTED_PAGE, document)
    return readers.read_blocks(readers.as_page(document, listed, "")) if listed else ()


def elsewhere(report: Report, following: Following) -> Report:
    """The report to which a page leads whose own tables hold no figure; else the page's own, which
    says so.

    Raises as ``Following.report`` where what it leads to may hold the figures and could not be
    read.
    """
    try:
        return following.report(()) or report
    except (NoReport, NoFigures):
        return report


def other_reports(report: Report) -> Iterator[tuple[int, Report]]:
    """(number, report) of the other reports in a report's document, annexes aside; those of its own
    title too where it could not be told which one is meant.
    """
    if report.document is None or len(report.parts) < 2:
        return
    own = own_part(report)
    for number, part in enumerate(report.parts, 1):
        is_own = own is not None and is_alike(part, own)
        if part.kind == "report" and not is_own:
            yield number, report_in(report.document, number)


def own_part(report: Report) -> Segment | None:
    """The part that a report was read from, the first of several of one title; None where that
    could not be told.
    """
    if report.part:
        return report.parts[report.part - 1]
    if not report.chosen_by:
        return None
    for part in report.parts:
        if part.title == report.title:
            return part
    return None


def is_alike(part: Segment, own: Segment) -> bool:
    """Whether the titles of two parts name one body and year: what pages say besides is of the
    whole document.
    """
    return (part.year, part.agency) == (own.year, own.agency)


def fuller(report: Report, following: Following) -> Report:
    """The whole report to which a page with some of its tables leads; else the page's own, which
    says what it lacks.
    """
    try:
        found = following.report(tuple(report.tables))
    except NoReport:
        return report
    except GongkaiError as error:
        why = str(error).removeprefix(f"{following.page.origin}：").rstrip("。")
        return with_problem(report, "", f"网页中缺的表没有从别处补上：{why}")
    if found is None:
        return report
    if not is_one((report, found)):
        where = found.document.url or found.document.origin if found.document else ""
        return with_problem(
            report, where, "网页的附件或内嵌网页中也有报告，但与网页中的不同，没有采用，请核对"
        )
    return found


def with_problem(report: Report, raw: str, why: str) -> Report:
    return replace(report, problems=(*report.problems, Problem("", "", "", raw, why)))


def report_in(document: Document, part: int = 0, blocks: Sequence[Block] = ()) -> Report:
    """The report in a document itself, or part number ``part`` of it; its blocks, if they are
    known.
    """
    kind = detect.identify(document)
    if kind.is_ours:
        if part > 1:
            raise UnreadableDocument(f"{document.origin}：{segments.NO_SUCH_PART.format(1, part)}")
        return report_of_workbook(document)
    if kind.format.office:
        document = replace(document, provenance=(*document.provenance, CONVERTED))
    document = readers.unpacked(document)
    return shown_or_hidden(blocks or readers.read_blocks(document), document, part)


def recognized(blocks: Sequence[Block], document: Document, part: int) -> Report:
    """The report in the blocks, its 表二 read twice. Raises as ``recognize``."""
    return with_uncovered_reread(recognize(blocks, document, part), blocks)


def report_of_workbook(document: Document) -> Report:
    """The report in a workbook of ours. Raises WorkbookError."""
    report = workbook.read_workbook(Path(document.origin.strip()), document.content, document.kind)
    whole = Segment("report", report.title, report.agency, report.year)
    report = replace(report, parts=(whole,), part=1, chosen_by="only")
    return replace(
        report, document=replace(document, media_type=wording.WORKBOOK_TYPE, content=b"", kind=None)
    )


@dataclass(frozen=True)
class Following:
    """From a page on to what it points to."""

    page: Document
    blocks: Sequence[Block]
    limits: Limits
    access: Access
    own_lack: str = "没有三张表"  # what the page itself has not
    part: int = 0
    depth: int = 0  # of frames within frames

    def report(self, own: Sequence[str]) -> Report | None:
        """The one report that the page's frames or attachments hold, if it has more tables than the
        page's ``own``.

        None where it points to nothing of the kind. Raises FetchError or UnreadableDocument where
        nothing it points to could be read (NoReport: was read and holds none), or where two
        attachments hold different reports.
        """
        leads = links.leads_of(self.blocks, self.page)
        found, failures = self.arrive_at_all(leads, own)
        failed = []
        for document, failure in failures.items():
            if document not in found:
                failed.append(failure)
        if failed and not found:
            raise self.failure(*max(failed, key=weight))
        best = self.one_of(list(found.values()), is_framed(leads, found))
        return best and self.beside(best, failed)

    def arrive_at_all(
        self, leads: Sequence[links.Lead], own: Sequence[str]
    ) -> tuple[dict[str, Report], dict[str, Failure]]:
        """By document: the fuller reports that leads hold, and the first failure of each."""
        found: dict[str, Report] = {}
        failures: dict[str, Failure] = {}
        # For all of them together: a worksheet function waits.
        until = time.monotonic() + self.limits.deadline
        for lead in leads:
            # What a frame shows is seen in the page, before its attachments.
            is_below_frame = lead.kind != "frame" and is_framed(leads, found)
            if is_below_frame or lead.document in found:
                continue
            try:
                report = self.arrive(lead, own, until - time.monotonic())
            except GongkaiError as error:
                failures.setdefault(lead.document, (lead, error))
                continue
            if len(report.tables) > len(own):
                found[lead.document] = report
        return found, failures

    def one_of(self, reports: list[Report], framed: bool) -> Report | None:
        """The fullest of several readings of one report; of frames that of the page's year. Raises
        UnreadableDocument where they are of several reports.
        """
        alike = of_year(reports, year_of_page(self.blocks)) if framed else reports
        if not is_one(alike):
            what = "内嵌网页" if framed else "附件"
            raise UnreadableDocument(
                f"{self.page.origin}：页面上有{len(reports)}个{what}都是年度报告而内容不同，"
                f"无法确定是哪一个；请下载后导入其中的一个。"
            )
        return max(alike, key=number_of_tables, default=None)

    def beside(self, report: Report, failed: Sequence[Failure]) -> Report:
        """A report with a problem for each attachment that may hold another one and could not be
        read.
        """
        for lead, error in failed:
            if lead.kind == "attachment" and not isinstance(error, NoReport):
                why = reason_of(lead, error).rstrip("。")
                report = with_problem(
                    report, lead.name, f"网页的另一个附件没有读出，请核对报告取自哪个附件：{why}"
                )
        return report

    def arrive(self, lead: links.Lead, own: Sequence[str], seconds: float) -> Report:
        """The report to which a lead leads, completed by what its page says of it."""
        if seconds <= 0:
            raise FetchError(
                f"{lead.source}：{self.limits.deadline:g}秒内没有取到它；请稍后重试。", "timeout"
            )
        document = load(
            lead.source, replace(self.limits, deadline=seconds), self.access, self.page.url
        )
        report = wording.evaluated(self.report_of(lead, readers.unpacked(document)))
        document = report.document or document
        lacking = f"中{self.own_lack}" if not own else f"中只有{len(own)}张表"
        what = "内嵌网页" if lead.kind == "frame" else f"附件“{lead.name}”（{lead.why}）"
        step = (
            f"网页{self.page.url or self.page.origin}{lacking}，报告取自其{what}："
            f"{document.url or document.origin}。"
        )
        provenance = (*self.page.provenance, step, *document.provenance)
        named = replace(document, origin=self.page.origin, provenance=provenance)
        return completed(replace(report, document=named), self.blocks, self.page.url)

    def report_of(self, lead: links.Lead, document: Document) -> Report:
        """The report in what a lead leads to; in a frame's own frames once more."""
        if lead.kind != "frame" or detect.identify(document).format is not detect.TEXT:
            return report_in(document, self.part)
        document, blocks = with_styles(document, self.limits, self.access)
        try:
            return report_in(document, self.part, blocks)
        except NoReport:
            found = Following(
                document, blocks, self.limits, self.access, part=self.part, depth=self.depth + 1
            )
            report = found.report(()) if self.depth < DEEPEST else None
            if report is None:
                raise
            return report

    def failure(self, lead: links.Lead, error: GongkaiError) -> GongkaiError:
        """What is told where nothing that the page points to could be read."""
        what = f"附件“{lead.name}”"
        more = ""
        if lead.kind == "frame":
            what = "内嵌网页"
            left = links.frames_left(self.blocks, self.page)
            more = f"（另有内嵌网页没有读取：{'、'.join(left)}）" if left else ""
        text = (
            f"{self.page.origin}：页面中{self.own_lack}，其{what}也没有读出报告{more}："
            f"{reason_of(lead, error)}"
        )
        if isinstance(error, FetchError):
            return FetchError(text, error.stage, error.status)
        for kind in (NoReport, NoFigures):
            if isinstance(error, kind):
                return kind(text)
        return UnreadableDocument(text)


def is_framed(leads: Sequence[links.Lead], found: Collection[str]) -> bool:
    """Whether one of the documents found is a frame's."""
    return any(lead.kind == "frame" and lead.document in found for lead in leads)


def number_of_tables(report: Report) -> int:
    return len(report.tables)


def reason_of(lead: links.Lead, error: GongkaiError) -> str:
    """Why nothing was read, for a reader who has the page before him: how to get at the attachment
    by hand.
    """
    if isinstance(error, FetchError) and error.status in GONE:
        return (
            f"服务器上已没有这个文件（状态 {error.status}）；请在浏览器中打开网页查看，"
            f"或向发布机关索取。"
        )
    is_file = not lead.source.startswith(("http:", "https:"))
    if is_file and isinstance(error, FetchError) and error.stage == "address":
        return "它没有和网页存在一起；请用网页的网址导入，或在浏览器中下载后导入。"
    reason = str(error).removeprefix(f"{lead.source}：")
    if lead.kind == "frame":
        return reason
    return reason.replace(errors.BY_HAND, "在浏览器中打开网页并下载附件")


def weight(failure: Failure) -> tuple[bool, bool]:
    """Of several failures the one to be told of: what was not read before what holds nothing, and
    not a frame of the page's furniture before its attachment.
    """
    lead, error = failure
    return lead.kind == "attachment", not isinstance(error, NoReport)


def of_year(reports: list[Report], year: int | None) -> list[Report]:
    """Those of the page's year, where some are."""
    alike = []
    for report in reports:
        if report.year == year:
            alike.append(report)
    return alike or reports


def is_one(reports: Sequence[Report]) -> bool:
    """Whether several readings contradict each other nowhere: one report in several forms."""
    if has_two_figures(reports):
        return False
    if len({report.year for report in reports} - {None}) > 1:
        return False
    return all(
        bodies.may_be_one(one.agency, other.agency) for one, other in combinations(reports, 2)
    )


def has_two_figures(reports: Sequence[Report]) -> bool:
    """Whether two readings have two figures in one cell."""
    known: dict[str, object] = {}
    for report in reports:
        for entry in report.entries():
            if entry.value is not None and known.setdefault(entry.cell, entry.value) != entry.value:
                return True
    return False
