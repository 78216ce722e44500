"""Room: rereading. A document read a second time, another way: its text in its order, whatever its grid says.

The first reading places a figure by the grid of its table. This one takes the cells one after the other, as the
source writes them, by a parser or a path of its own, and counts. Where the two agree, a broken sum is the report's.
Measured on tests/documents: it leaves some figures blank and reads none wrong (tests/test_rereading.py).
"""

from __future__ import annotations

from gongkai.model import Block, Document, Report, UnreadableDocument
from gongkai.readers import HTML, read_blocks
from gongkai.readers.bounds import refuse_lines
from gongkai.readers.charset import decode
from gongkai.readers.formats import EXCEL, OLD_EXCEL, OLD_WORD, PDF, WORD, Format, binary_format
from gongkai.recognize import recognize
from gongkai.rereading.order import reordered

APART = {  # read as the first reading is, in a process of its own
    PDF: "gongkai.rereading.pdf:pdf_order",
    WORD: "gongkai.rereading.word:docx_order",
    OLD_WORD: "gongkai.rereading.word:doc_order",
    EXCEL: "gongkai.rereading.sheets:xlsx_order",
}


def reread(document: Document) -> Report | None:
    """The report as its text order alone gives it; None where that cannot be told, or is no other way of reading.

    It takes about as long as the first reading. A failure says nothing about the report: then there is no second
    opinion.
    """
    try:
        blocks = blocks_in_order(document)
        return recognize(blocks, document) if blocks else None
    except UnreadableDocument:
        return None


def blocks_in_order(document: Document) -> tuple[Block, ...]:
    """() where the format has no second way. Raises UnreadableDocument."""
    found = binary_format(document.content)
    if found in APART:
        return apart(found, document.content)
    if found == OLD_EXCEL:
        return reordered(read_blocks(document))
    if found is not None:
        return ()
    text = decode(document.content, document.charset)
    refuse_lines(text)
    if HTML.search(text):
        from gongkai.rereading.pages import html_order

        return html_order(text)
    return reordered(read_blocks(document))


def apart(found: Format, content: bytes) -> tuple[Block, ...]:
    from gongkai.readers.worker import read_apart

    return read_apart(APART[found], content)
