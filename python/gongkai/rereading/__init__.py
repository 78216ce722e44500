"""A document read a second time, another way: its text in its order, whatever its grid says.

The first reading places a figure by the grid of its table. This one takes the cells one after the other, as the
source writes them, and counts; where that can be had, by another parser or past the converter. Where the two agree,
a broken sum is the report's. It leaves figures blank and must read none wrong (tests/test_rereading.py): so what sees
more than the page shows, such as a plain look into an .xlsx or .docx, is not used.
"""

from __future__ import annotations

from gongkai.model import Block, Document, Report, UnreadableDocument
from gongkai.readers import HTML, is_cut, read_blocks
from gongkai.readers.charset import REPLACED, decode
from gongkai.readers.detect import EXCEL, OLD_EXCEL, OLD_WORD, PDF, WORD, binary_format
from gongkai.readers.limits import refuse_lines
from gongkai.recognize import recognize
from gongkai.rereading.order import reordered

APART = {  # read as the first reading is, in a process of its own
    PDF: "gongkai.rereading.pdf:pdf_order",
    OLD_WORD: "gongkai.rereading.doc:doc_order",
}
REORDERED = (WORD, EXCEL, OLD_EXCEL)


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
        from gongkai.readers.worker import read_apart

        return read_apart(APART[found], document.content)
    if found is None:
        from gongkai.rereading.pages import hides_figures, html_order

        text = decode(document.content, document.charset)
        refuse_lines(text)
        if HTML.search(text) and not hides_figures(text):
            return html_order(text + REPLACED if is_cut(text) else text)
    return reordered(read_blocks(document)) if found is None or found in REORDERED else ()
