"""The fonts of a PDF: which character a code stands for, and when that cannot be known."""

from __future__ import annotations

from typing import Any

from pdfminer.pdffont import PDFFont, PDFSimpleFont, PDFUnicodeNotDefined
from pdfminer.pdfinterp import PDFResourceManager
from pdfminer.pdftypes import resolve1

from gongkai.figures import INVISIBLE
from gongkai.readers.pdf.ink import UNREADABLE


class Fonts(PDFResourceManager):
    """Fonts of a document, with those known whose codes say nothing about their characters."""

    def __init__(self) -> None:
        super().__init__()
        self.nameless: set[int] = set()

    def get_font(self, objid: object, spec: Any) -> PDFFont:
        font = super().get_font(objid, spec)
        if isinstance(font, PDFSimpleFont) and font.unicode_map is None and "Encoding" not in spec:
            descriptor = resolve1(spec.get("FontDescriptor")) or {}
            if "FontFile2" in descriptor or "FontFile3" in descriptor:
                self.nameless.add(id(font))  # an embedded subset numbers its glyphs as it likes
        return font

    def text_of(self, font: PDFFont, cid: int) -> str:
        if id(font) in self.nameless:
            return UNREADABLE
        try:
            text = font.to_unichr(cid)
        except PDFUnicodeNotDefined:
            return UNREADABLE
        if text == "\u00ad":
            return "-"  # a hyphen that is painted is one: the sign of a figure must not go
        bare = INVISIBLE.sub("", text)
        return bare if bare and all(char.isprintable() or char.isspace() for char in bare) else nameless(text)


def nameless(text: str) -> str:
    """What a glyph counts as whose text is nothing to see, or a control or private character."""
    return text if text and all("\ue000" <= char <= "\uf8ff" for char in text) else UNREADABLE
