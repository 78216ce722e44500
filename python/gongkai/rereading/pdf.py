"""A PDF -> its text in the order in which the file writes it, whatever lines the page draws.

Word, WPS and LibreOffice write a table cell by cell; where a program writes line by line the labels do not come
together, and nothing is read.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from typing import TYPE_CHECKING

from gongkai.model import Block, UnreadableDocument
from gongkai.rereading.order import in_order

if TYPE_CHECKING:
    from gongkai.readers.pdf.ink import Char

SAME_LINE = 0.6  # of the size, between the feet of two characters
TOGETHER = (-0.5, 1.0)  # of the size, from the end of a character to the next one of its run
SAME_SIZE = 0.02
BLANK = 0.3  # of the size, from there on a blank stands between them


def pdf_order(content: bytes) -> tuple[Block, ...]:
    from pdfminer.psexceptions import PSException

    from gongkai.readers.pdf import BROKEN, opened, painted
    from gongkai.readers.pdf.visible import seen

    try:
        inks = painted(opened(content))
    except (PSException, AssertionError) as error:
        raise UnreadableDocument(BROKEN) from error
    return in_order(line for ink in inks for line in runs_of(seen(ink).chars) if line.strip())


def runs_of(chars: Iterable[Char]) -> Iterator[str]:
    """Characters that follow each other in one line of the page are a run: a figure, or a line of a label."""
    run, last = "", None
    for char in chars:
        if last is not None and not goes_on(last, char):
            yield run
            run = ""
        elif last is not None and char.x0 - last.x1 > BLANK * char.size:
            run += " "
        run, last = run + char.text, char
    yield run


def goes_on(last: Char, char: Char) -> bool:
    """A raised 2 after 12 begins a run of its own: it must not make 122 of it."""
    gap = (char.x0 - last.x1) / max(char.size, 1.0)
    alike = abs(char.size - last.size) <= SAME_SIZE * char.size
    level = abs(char.bottom - last.bottom) <= SAME_LINE * char.size
    return alike and level and char.turn == last.turn and TOGETHER[0] < gap < TOGETHER[1]
