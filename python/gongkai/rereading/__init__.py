"""A document -> its report by its text in its order alone, a second way that must read nothing
wrong.

The first reading places a figure by the grid of its table. This one takes the cells one after the
other, as the source writes them, and counts; where that can be had, by another parser or past the
converter. Where the two agree, a broken sum is the report's. It leaves figures blank and must read
none wrong (tests/rereading/test_rereading.py), so what sees more than the page shows, such as a
plain look into an .xlsx or .docx, is not used.
"""

from __future__ import annotations

from gongkai.model import Block, Document, Report, UnreadableDocument
from gongkai.readers import HTML, is_cut, limits, read_blocks, worker
from gongkai.readers.blocks import folded
from gongkai.recognize import recognize
from gongkai.rereading.order import hides_figures, html_order, reordered
from gongkai.rereading.uncovered import with_uncovered_reread as with_uncovered_reread
from gongkai.sources.detect import (
    EXCEL,
    ODS,
    OLD_EXCEL,
    OLD_WORD,
    PDF,
    REPLACED,
    TEXT,
    WORD,
    decode,
    identify,
)

APART = {  # read as the first reading is, in a process of its own
    PDF: "gongkai.rereading.pdf:pdf_order",
    OLD_WORD: "gongkai.rereading.order:doc_order",
}
REORDERED = (TEXT, WORD, EXCEL, OLD_EXCEL, ODS)


def reread(document: Document, first: Report | None = None) -> Report | None:
    """The report as its text order alone gives it; None where that cannot be told, or is no other
    way of reading.

    ``first`` is the first reading: of a document with several parts the same one is read, if it has
    the same parts. It takes about as long as the first reading. A failure says nothing about the
    report: then there is no second opinion.
    """
    several = first is not None and len(first.parts) > 1
    part = first.part if first is not None and several else 0
    try:
        blocks = folded(blocks_in_order(document))
        if not blocks:
            return None
        second = recognize(blocks, document, part)
    except UnreadableDocument:
        return None
    if first is not None and several and first.parts != second.parts:
        return None
    return second


def blocks_in_order(document: Document) -> tuple[Block, ...]:
    """() where the format has no second way. Raises UnreadableDocument."""
    found = identify(document).format
    if found in APART:
        return worker.read_apart(APART[found], document.content)
    if found is TEXT:
        text = page_text(document)
        if HTML.search(text) and not hides_figures(text, document.styles):
            return html_order(text + REPLACED if is_cut(text) else text)
    if found in REORDERED:
        return reordered(read_blocks(document))
    return ()


def page_text(document: Document) -> str:
    """Raises UnreadableDocument for one that takes too long to read."""
    text = decode(document.content, document.charset)
    limits.refuse_lines(text)
    return text
