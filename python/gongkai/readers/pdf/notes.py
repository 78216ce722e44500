"""What was typed onto a page of a PDF: form fields and text boxes, which are no part of its contents."""

from __future__ import annotations

from collections.abc import Iterator

from pdfminer.pdfpage import PDFPage
from pdfminer.pdftypes import int_value, list_value, num_value, resolve1
from pdfminer.psparser import PSLiteral
from pdfminer.utils import decode_text

from gongkai.readers.pdf.ink import UNREADABLE, Bounds, Char, Ink

NOT_SHOWN = 2 | 32  # flags of an annotation: hidden, not on the screen
MOST_NOTES = 2_000  # of a page


def notes_of(page: PDFPage) -> Iterator[tuple[str, tuple[tuple[float, float], tuple[float, float]]]]:
    """(text, two corners) of each form field and text box of a page that is shown and not empty."""
    notes = resolve1(page.annots)
    for note in list_value(notes)[:MOST_NOTES] if isinstance(notes, list) else ():
        given = resolve1(note)
        if not isinstance(given, dict) or int_value(given.get("F", 0)) & NOT_SHOWN:
            continue
        kind = resolve1(given.get("Subtype"))
        name = kind.name if isinstance(kind, PSLiteral) else ""
        value = resolve1(given.get("Contents")) if name == "FreeText" else None
        if name == "Widget":
            parent = resolve1(given.get("Parent"))
            value = resolve1(given.get("V", parent.get("V") if isinstance(parent, dict) else None))
        rect = resolve1(given.get("Rect"))
        if isinstance(value, bytes) and isinstance(rect, list) and len(rect) == 4:
            x0, y0, x1, y1 = (num_value(side) for side in rect)
            text = " ".join(decode_text(value).split())
            if text:
                yield text, ((x0, y0), (x1, y1))


def add_note(ink: Ink, text: str, bounds: Bounds) -> None:
    """Put a note on the page; over other text neither can be told from the other, so it is unreadable."""
    x0, top, x1, bottom = bounds
    over = any(
        x0 <= (char.x0 + char.x1) / 2 <= x1 and top <= (char.top + char.bottom) / 2 <= bottom for char in ink.chars
    )
    order = 1 + max((fill.order for fill in (*ink.fills, *ink.images)), default=len(ink.chars))
    size = min(bottom - top, 12.0)
    ink.chars.append(Char(UNREADABLE if over else text, x0, top, x1, bottom, size, 0, order, None, False))
