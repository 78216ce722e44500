"""Report -> the document to be published: .docx after GB/T 9704, HTML, PDF by LibreOffice.

Each is read again by our readers before it is written; where that gives another figure or text,
nothing is written.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import NamedTuple

from gongkai import editions, figures, pipeline, readers, system, wording
from gongkai.compare.sides import side_by_side
from gongkai.model import Block, Finding, Report, UnreadableDocument, WorkbookError
from gongkai.publish import beside, beside_sheets, docx, html, page_template, template
from gongkai.publish.content import Publication, publication_of
from gongkai.publish.readback import (
    OF_TEMPLATE,
    OF_TEMPLATE_AS_PDF,
    OURS,
    OURS_AS_PDF,
    checked_count,
    own_texts,
    texts_of,
    told_first,
)
from gongkai.publish.ready import (
    apart_in,
    beside_lines,
    done_lines,
    hindrances,
    others_lines,
    quoted,
    refusal,
    set_aside,
    told_of,
)
from gongkai.sources import documents

__all__ = [
    "SUFFIXES",
    "Asked",
    "Publication",
    "apart_in",
    "beside_lines",
    "compared",
    "done_lines",
    "hindrances",
    "others_lines",
    "publish_report",
    "refusal",
    "refuse_asked",
    "set_aside",
    "template_lines",
    "unsigned_day",
]

SUFFIXES = (".docx", ".html", ".pdf")
# The ending of a file -> that of the template which it may be made of.
TEMPLATES = {".docx": ".docx", ".pdf": ".docx", ".html": ".html"}
OR_DRAFT = "要先看样稿，请加--draft。"
MOST_APART = 10  # things beside the tables and texts of a workbook, named of each
MOST_UNREAD = 5  # things that were not read, named of each of two reports
OWN_TEXTS = "请核对：模板自带的文字有{}处，照原样印出：{}；请确认与报告一致，不是上一年的。"
MOST_OWN = 8  # of them, named
DAY_FIELD = re.compile(r"\{[{%][^{}]*发布日期")
NO_DAY = "请核对：模板中没有字段“{{{{发布日期}}}}”，发布稿中没有印出发布日期{}。"
NO_TITLES = "请核对：模板中没有这些标题，发布稿中也没有：{}。"
PDF_SAVE = "请改用.docx"
PDF_MISSING = (
    "生成PDF要用LibreOffice，本机没有找到；请安装LibreOffice（libreoffice.org），或改用.docx。"
)


class Asked(NamedTuple):
    """How a report is to be published: as a ``draft`` although something stands against it, as a
    ``fragment`` of a page, in a user's own ``template``.
    """

    draft: bool = False
    fragment: bool = False
    template: Path | None = None
    overwrite: bool = False


PLAINLY = Asked()


def compared(
    first: Report, second: Report, suffix: str, apart: Sequence[str] = ()
) -> tuple[bytes, list[str]]:
    """Two reports side by side, as ``suffix`` says (.docx or .xlsx), and what is said of it;
    ``apart``: what stands beside the second one in the open workbook.
    """
    found = side_by_side(first, second)
    told = [*beside.summary(found), *side_lines("前一份", first, ())]
    told += side_lines("后一份", second, apart)
    write = beside.docx_beside if suffix == ".docx" else beside_sheets.xlsx_beside
    return write(found, told), told


def side_lines(name: str, report: Report, apart: Sequence[str]) -> Iterator[str]:
    """Which of several reports of a source was compared: a person may have meant another. What of
    it was not read: a difference may be none.
    """
    findings = pipeline.check(report)
    if report.left_out:
        yield f"{name}报告：{wording.left_out_text(report.left_out, '对比')}；请核对。"
    told = [*apart_in(report), *apart]
    if told:
        yield f"{name}报告：没有对比：{wording.some_of(told, MOST_APART)}；请核对。"
    if report.revised:
        yield f"{name}报告：{wording.revised_text(report.revised, '对比')}；请核对。"
    unread = list(filter(is_of_reading, findings))
    for line in (*pipeline.part_lines(findings), *map(told_of, unread[:MOST_UNREAD])):
        yield f"{name}报告：{line}；请核对。"
    if len(unread) > MOST_UNREAD:
        yield f"{name}报告：读取时共有{len(unread)}项提示；请先校验这份报告，逐项核对。"


def is_of_reading(finding: Finding) -> bool:
    """Whether a finding says that something was not read, or not for certain."""
    return finding.rule.startswith("coverage.") and finding.severity in ("error", "warning")


def refuse_asked(report_source: str, target: Path, asked: Asked) -> str:
    """The ending of the file to be written. Raises WorkbookError, before the report is read."""
    suffix = system.refuse_suffix(target, SUFFIXES)
    system.refuse_existing(target, asked.overwrite)
    is_source = bool(report_source) and system.is_same_file(Path(report_source), target)
    if is_source or (report_source == "-" and pipeline.is_standard_input(target)):
        raise WorkbookError(f"{target.name}就是报告的来源，没有写入；请另选文件名。")
    if asked.fragment and (suffix != ".html" or asked.template):
        raise WorkbookError("--fragment只用于不带模板的.html，没有写入；请去掉其中一项。")
    if asked.template:
        refuse_template(asked.template, suffix, target)
    return suffix


def refuse_template(own: Path, suffix: str, target: Path) -> None:
    if system.is_same_file(own, target):
        raise WorkbookError(f"{target.name}就是所用的模板，没有写入；请另选文件名。")
    wanted = TEMPLATES[suffix]
    if own.suffix.lower() != wanted:
        raise WorkbookError(
            f"生成{suffix}要用{wanted}的模板（所给的是{own.name}），没有写入；请改用相应的模板。"
        )


def publish_report(
    report: Report, findings: Sequence[Finding], target: Path, asked: Asked = PLAINLY
) -> int:
    """Write a report as a document at ``target``; the number of figures that were read back equal.

    ``findings`` are those of ``pipeline.check``. Raises WorkbookError, UnreadableDocument where the
    report may not be published (``ready.refusal``), the document would not be read back equal,
    there is no LibreOffice for a PDF, or the file cannot be written; nothing is written then.
    """
    source = report.document.origin if report.document else ""
    suffix = refuse_asked(source, target, asked)
    why = "" if asked.draft else refusal(report, findings)
    if why:
        raise WorkbookError(f"{why}{OR_DRAFT}")
    found = publication_of(report, asked.draft)
    if suffix == ".html":
        content, count = as_page(report, found, target.name, asked)
    else:
        content, count = as_document(report, found, target.with_suffix(".docx").name, asked)
    if suffix == ".pdf":
        content, count = as_pdf(report, found, content, target.name, asked)
    system.write_whole(target, content, asked.overwrite)
    return count


def unsigned_day(report: Report) -> str:
    """The day that stands below a report, 2022年1月20日; "" where its section six ends with it."""
    found = publication_of(report)
    return "" if found.is_signed else found.day


def template_lines(path: Path | None, agency: str = "", day: str = "") -> list[str]:
    """What is said of a user's own template once a document is made of it for a body, with the
    ``day`` of publication that it may have no place for.
    """
    if path is None:
        return []
    own = read_template(path)
    told = []
    if path.suffix.lower() == ".html":
        told = page_template.style_lines(own)
        lines = list(texts_of(blocks_in(path.name, own)))
    else:
        lines = list(template.own_lines(own))
    texts = told_first(own_texts(lines), agency)
    if texts:
        told.append(OWN_TEXTS.format(len(texts), quoted(texts, MOST_OWN)))
    lacking = titles_lacking(lines)
    if lacking:
        told.append(NO_TITLES.format(quoted(lacking, MOST_OWN)))
    if day and not any(map(DAY_FIELD.search, lines)):
        told.append(NO_DAY.format(day))
    return told


def titles_lacking(lines: Iterable[str]) -> list[str]:
    """The titles of sections that a template has in no line, however it numbers them; no field
    brings them: {{一}} is the text of 一、总体情况.
    """
    there = "\n".join(map(figures.without_blanks, lines))
    lacking = []
    for section in editions.edition_of_year(None).sections:
        if section.title.partition("、")[2] not in there:
            lacking.append(section.title)
    return lacking


def as_page(report: Report, found: Publication, name: str, asked: Asked) -> tuple[bytes, int]:
    how = OURS
    if asked.template:
        how = OF_TEMPLATE
        content = page_template.page_of_template(
            read_template(asked.template), asked.template.name, found
        )
    else:
        content = (html.html_fragment(found) if asked.fragment else html.html_page(found)).encode()
    if found.draft:
        how = how._replace(mark=html.DRAFT)
    return content, checked_count(report, found, name, content, how)


def as_document(report: Report, found: Publication, name: str, asked: Asked) -> tuple[bytes, int]:
    how = OURS
    if asked.template:
        how = OF_TEMPLATE
        content = template.docx_of_template(
            read_template(asked.template), asked.template.name, found
        )
    else:
        content = docx.docx_bytes(found)
    return content, checked_count(report, found, name, content, how)


def as_pdf(
    report: Report, found: Publication, document: bytes, name: str, asked: Asked
) -> tuple[bytes, int]:
    """What LibreOffice makes of the .docx, read back as well."""
    try:
        content = readers.libreoffice.converted(
            document, "docx", "pdf", missing=PDF_MISSING, save=PDF_SAVE
        )
    except UnreadableDocument as error:
        raise WorkbookError(f"没有写入{name}：{error}") from error
    how = OF_TEMPLATE_AS_PDF if asked.template else OURS_AS_PDF
    return content, checked_count(report, found, name, content, how)


def blocks_in(name: str, own: bytes) -> Sequence[Block]:
    return readers.read_blocks(documents.document(name, own))


def read_template(path: Path) -> bytes:
    try:
        return system.read_plain(path)
    except OSError as error:
        reason = system.system_reason(error)
        raise WorkbookError(
            f"无法读取模板{path.name}：{reason}，没有写入；请检查文件名。"
        ) from error
