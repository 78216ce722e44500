"""A PDF's texts in the order in which the file writes them, whatever lines the page draws.

Word, WPS and LibreOffice write a table cell by cell; where a program writes line by line the labels
do not come together, and nothing is read.
"""

from __future__ import annotations

from pdfminer.psexceptions import PSException

from gongkai.model import Block, UnreadableDocument
from gongkai.readers.layout.lines import runs_of
from gongkai.readers.layout.visible import visible_ink
from gongkai.readers.pdf import BROKEN, opened, painted
from gongkai.rereading.order import in_order


def pdf_order(content: bytes) -> tuple[Block, ...]:
    lines: list[str] = []
    try:
        inks = painted(opened(content))
    except (PSException, AssertionError) as error:
        raise UnreadableDocument(BROKEN) from error
    for ink in inks:
        lines += runs_of(visible_ink(ink).chars)
    return in_order(lines)
