"""Document -> blocks. What it is, its content says; its name and its header may be wrong."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import replace

from gongkai.model import Block, Document, Format, Kind, UnreadableDocument
from gongkai.readers import blocks, libreoffice, limits, mhtml, worker
from gongkai.sources.detect import (
    DATA,
    EXCEL,
    ODS,
    OLD_EXCEL,
    OLD_WORD,
    PDF,
    REPLACED,
    RTF,
    TEXT,
    WORD,
    decode,
    identify,
    text_format,
)
from gongkai.system import function_at, remove_left_folders

HTML = re.compile(
    r"<(?:!doctype\s+html|(?:html|head|body|title|meta|table|t[rdh]|div|p|span|br|h[1-6]|a|ul|li|"
    r"font|center|section|frameset|iframe|pre|img|script)\b[^<>]*>)",
    re.IGNORECASE,
)
ENDING = 2_000  # characters
DATA_START = re.compile(rb"(?:\xef\xbb\xbf)?" + DATA.pattern.encode())
MHTML_READ = "单个文件网页（.mht），读取的是其中的网页。"
WORD_READER = "gongkai.readers.word:word_blocks"
SHEETS_READER = "gongkai.readers.excel:sheet_blocks"
# Format -> the function that makes blocks of its bytes, in a process of its own (readers.worker).
READERS: Mapping[Format, str] = {
    PDF: "gongkai.readers.pdf:pdf_blocks",
    **dict.fromkeys((WORD, OLD_WORD, RTF), WORD_READER),
    **dict.fromkeys((EXCEL, OLD_EXCEL, ODS), SHEETS_READER),
}
# Loaded where a document is one; the checks of a range and the ribbon know none.
HTML_READER = "gongkai.readers.html:html_blocks"
DATA_PAGE = "gongkai.readers.html.hidden:data_html"
ALL_INSIDE = "gongkai.readers.html.hidden:with_all_inside"
HIDDEN_PAGE = "gongkai.readers.html.hidden:hidden_html"
LISTED_PAGE = "gongkai.readers.html.hidden:listed_html"
DATA_READ = "网站接口返回的数据，读取的是其中的正文。"


def read_blocks(document: Document) -> tuple[Block, ...]:
    """The blocks of a web page, a plain text, or a PDF, Word or Excel file, in order.

    Raises UnreadableDocument, in one Chinese sentence that names what was found and what to do, for
    any other format, empty content, damaged and hostile files. Nothing else is raised.
    """
    remove_left_folders()
    try:
        return blocks.folded(blocks_of(document))
    except UnreadableDocument as error:
        raise UnreadableDocument(f"{document.origin}：{error}") from error


def unpacked(document: Document) -> Document:
    """The page that a document holds in another wrapping; any other document as it is.

    One saved as a single file, the answer of an interface, the list that a CMS keeps in a script.
    Raises UnreadableDocument.
    """
    content = document.content
    if mhtml.is_mhtml(content):
        return as_page(document, mhtml.html_of_mhtml(content), MHTML_READ)
    if DATA_START.match(content):
        page = page_by(DATA_PAGE, document)
        if page:
            return as_page(document, page, DATA_READ)
        return document
    if b"<datastore" in content or b"srcdoc" in content:
        return as_page(document, page_by(ALL_INSIDE, document), "")
    return document


def page_by(reader: str, document: Document) -> str:
    """The HTML that a document holds out of sight, "" for none."""
    read: Callable[[str], str] = function_at(reader)
    return read(decode(document.content, document.charset))


def as_page(document: Document, text: str, step: str) -> Document:
    provenance = (*document.provenance, step) if step else document.provenance
    page = text.encode("utf-8", "replace")
    return replace(
        document,
        content=page,
        charset="utf-8",
        media_type="text/html",
        provenance=provenance,
        kind=Kind(TEXT),
    )


def blocks_of(document: Document) -> tuple[Block, ...]:
    document = unpacked(document)
    found = identify(document).format
    if found in READERS:
        content = document.content
        if found.office:
            content = libreoffice.to_docx(content, found.office)
        return worker.read_apart(READERS[found], content)
    if found is TEXT:
        text = decode(document.content, document.charset)
        if not text.strip("\ufeff\x00 \t\r\n\f\v"):
            raise UnreadableDocument("内容是空的，没有可读的文字；请检查网址或文件。")
        other = text_format(text)
        if other is None:
            return blocks_of_text(text, document.styles)
        found = other
    raise UnreadableDocument(f"这是{found.name}，不能读取；{found.advice}。")


def blocks_of_text(text: str, styles: str) -> tuple[Block, ...]:
    limits.refuse_lines(text)
    if HTML.search(text):
        read: Callable[[str, str], tuple[Block, ...]] = function_at(HTML_READER)
        return read(text + REPLACED if is_cut(text) else text, styles)
    return blocks.plain_blocks(text.removeprefix("\ufeff"))


def is_cut(text: str) -> bool:
    """Whether a page ends within a table: …<td>13, where the page had 134.

    The figure at its end may be the half of one, and must not be read.
    """
    for part in (text[-ENDING:], text):  # nearly always the end of a page tells
        part = part.lower()
        begins = part.rfind("<table")
        ends = max(part.rfind("</table"), part.rfind("</body"), part.rfind("</html"))
        if begins != ends:
            return begins > ends
    return False
