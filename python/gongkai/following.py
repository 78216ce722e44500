"""Room: following. Document -> Report; where a page has none itself, that of its frame or attachment, one level on.

Which one was taken, and why, stands in the provenance of the report's document.
"""

from __future__ import annotations

import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import dataclass, replace
from pathlib import Path

from gongkai.links import Directory, Lead, base_of, directory_of, goes_on, leads_of
from gongkai.model import Block, Document, FetchError, GongkaiError, Report, UnreadableDocument
from gongkai.readers import read_blocks
from gongkai.readers.formats import binary_format
from gongkai.recognize import completed, recognize
from gongkai.sources import ACCESS, Access, Limits, load
from gongkai.workbook import is_ours, read_workbook

TABLES = 3
CONVERTED = "旧格式的文件，由 LibreOffice 转换后读取。"
WORKBOOK_TYPE = "application/vnd.ms-excel.sheet.macroEnabled.12"


def read_source(
    origin: str, limits: Limits, access: Access = ACCESS, loaded: Callable[[], None] = lambda: None
) -> Report:
    """The report in a page, a file or standard input; ``loaded`` is called once no host need be asked any more.

    Raises FetchError, UnreadableDocument, WorkbookError; Directory for a page that lists reports.
    """
    with ExitStack() as asking:
        asking.callback(loaded)
        document = load(origin, limits, access)
        return report_of(document, limits, access, asking.close)


def report_of(document: Document, limits: Limits, access: Access, loaded: Callable[[], None] = lambda: None) -> Report:
    """The report that a document holds or leads to. Raises as ``read_source``."""
    if is_workbook(document) or binary_format(document.content) is not None:
        loaded()  # only a page leads on
        return report_in(document)
    blocks = read_blocks(document)
    trip = Trip(document, blocks, limits, access)
    try:
        report = recognize(blocks, document)
    except UnreadableDocument:
        listed = directory_of(blocks, document)
        if listed:
            raise Directory(document.origin, listed, goes_on(blocks)) from None
        found = trip.report(())
        if found is None:
            raise
        return found
    if len(report.tables) < TABLES:
        try:
            return trip.report(tuple(report.tables)) or report
        except GongkaiError:
            return report  # what is missing stands among its problems
    return report


def report_in(document: Document) -> Report:
    """The report in a document itself."""
    if is_workbook(document):
        return report_of_workbook(document)
    found = binary_format(document.content)
    if found is not None and found.office:
        document = replace(document, provenance=(*document.provenance, CONVERTED))
    return recognize(read_blocks(document), document)


def is_workbook(document: Document) -> bool:
    """Whether a document is a workbook of ours, by its content; a broken one still is. Any other holds no more than
    what its sheets show, as a page does."""
    return is_ours(document.content)


def report_of_workbook(document: Document) -> Report:
    """The report in a workbook of ours. Raises WorkbookError."""
    report = read_workbook(Path(document.origin.strip()), document.content)
    return replace(report, document=replace(document, media_type=WORKBOOK_TYPE, content=b""))


@dataclass(frozen=True)
class Trip:
    """From a page on to what it points to."""

    page: Document
    blocks: Sequence[Block]
    limits: Limits
    access: Access

    def report(self, own: Sequence[str]) -> Report | None:
        """The one report that the page's frames or attachments hold, if it has more tables than the page's ``own``.

        None where it points to nothing of the kind. Raises FetchError or UnreadableDocument where nothing it points
        to could be read, or where two attachments hold different reports.
        """
        failures: list[tuple[Lead, GongkaiError]] = []
        found: list[Report] = []
        until = time.monotonic() + self.limits.deadline  # for all of them together: a worksheet function waits
        for lead in leads_of(self.blocks, self.page):
            try:
                report = self.arrive(lead, own, until - time.monotonic())
            except GongkaiError as error:
                failures.append((lead, error))
                continue
            if len(report.tables) > len(own):
                found.append(report)
                if lead.kind == "frame":  # what a reader sees in the page itself
                    break
        if not found and failures:
            raise self.failure(*failures[0])
        if not is_one(found):
            raise UnreadableDocument(
                f"{self.page.origin}：页面上有{len(found)}个附件都是年度报告而内容不同，无法确定是哪一个；"
                "请下载后导入其中的一个。"
            )
        return max(found, key=lambda report: len(report.tables), default=None)

    def arrive(self, lead: Lead, own: Sequence[str], seconds: float) -> Report:
        """The report to which a lead leads, completed by what its page says of it."""
        limits = replace(self.limits, deadline=max(seconds, 0.0))
        document = load(lead.source, limits, self.access, base_of(self.page) if self.page.url else "")
        report = report_in(document)
        lacking = "中没有三张表" if not own else f"中只有{len(own)}张表"
        what = "内嵌网页" if lead.kind == "frame" else f"附件“{lead.name}”（{lead.why}）"
        step = (
            f"网页{self.page.url or self.page.origin}{lacking}，报告取自其{what}：{document.url or document.origin}。"
        )
        provenance = (*self.page.provenance, step, *document.provenance)
        named = replace(document, origin=self.page.origin, provenance=provenance)
        return completed(replace(report, document=named), self.blocks)

    def failure(self, lead: Lead, error: GongkaiError) -> GongkaiError:
        what = "内嵌网页" if lead.kind == "frame" else f"附件“{lead.name}”"
        reason = str(error).removeprefix(f"{lead.source}：")
        text = f"{self.page.origin}：页面中没有三张表，其{what}也没有读出报告：{reason}"
        if isinstance(error, FetchError):
            return FetchError(text, error.stage, error.status)
        return UnreadableDocument(text)


def is_one(reports: Sequence[Report]) -> bool:
    """Whether several readings contradict each other nowhere: one report in several forms."""
    known: dict[str, object] = {}
    for report in reports:
        for entry in report.entries():
            if entry.value is not None and known.setdefault(entry.cell, entry.value) != entry.value:
                return False
    return len({report.year for report in reports} - {None}) <= 1
