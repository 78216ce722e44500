"""A document's bytes -> its texts in their order alone, as the blocks of a flattened document:
cells and lines, one after the other.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from struct import error as StructError
from struct import unpack_from
from typing import TYPE_CHECKING

from gongkai.model import Block, Grid, Place, Prose, UnreadableDocument
from gongkai.opc import read_stream
from gongkai.readers.html.dress import dress_of

if TYPE_CHECKING:
    from lxml.etree import _Element


def in_order(lines: Iterable[str], title: str = "") -> tuple[Block, ...]:
    """One line for each cell or line of text; a blank one stands for a blank cell."""
    text = "\n".join(" ".join(line.split()) for line in lines)
    head: tuple[Block, ...] = (Prose(Place(), "title", title),) if title else ()
    if text.strip():
        return (*head, Prose(Place(line=1), "", text))
    return ()


def reordered(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """The cells of grids one a line. Without any grid the blank lines go out: the order alone is
    left to tell.

    () where that leaves what was there.
    """
    lines: list[str] = []
    for block in blocks:
        lines += lines_of(block)
    if any(isinstance(block, Grid) for block in blocks):
        return in_order(lines)
    kept = list(filter(str.strip, lines))
    if len(kept) < len(lines):
        return in_order(kept)
    return ()


def lines_of(block: Block) -> list[str]:
    """The cells of a grid, the lines of a text; nothing of a page's properties and links."""
    if isinstance(block, Grid):
        return [cell.text for row in block.rows for cell in row]
    if isinstance(block, Prose) and not block.heading.startswith("meta"):
        return block.text.split("\n")
    return []


# --- web pages ------------------------------------------------------------------------------------
# By libxml2 in the place of the first reading's parser.

# Each begins and ends a line; those of LINES end a blank one too.
BREAKS = {
    *("address", "article", "blockquote", "body", "center", "dd", "div", "dl", "dt", "footer"),
    *("form", "header", "hr", "h1", "h2", "h3", "h4", "h5", "h6", "li", "main", "ol", "section"),
    *("table", "tbody", "thead", "tr", "ul"),
}
LINES = {"p", "br", "pre"}
OWN_LINES = BREAKS | LINES
CELLS = {"td", "th"}
RAISED = {"sup", "sub"}
LEFT_OUT = (
    *("head", "script", "style", "noscript", "template", "del", "s", "strike", "select"),
    *("textarea", "button", "svg"),
)


def html_order(text: str) -> tuple[Block, ...]:
    """Raises UnreadableDocument where libxml2 makes nothing of the page."""
    root = parsed_page(text)
    title = root.findtext(".//title") or ""
    return in_order(page_lines(root), " ".join(title.split()))


def parsed_page(text: str) -> _Element:
    """A page as libxml2 reads it. Raises UnreadableDocument where it makes nothing of it."""
    from lxml import etree

    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.LxmlError, ValueError) as error:
        raise UnreadableDocument("网页不能按文字顺序读取。") from error
    if root is None:
        raise UnreadableDocument("网页不能按文字顺序读取。")
    return root


UNSEEN_EFFECTS = ("gone", "blank", "hidden", "raised", "drawn")


def hides_figures(text: str, styles: str = "") -> bool:
    """Whether the page's styles hide or raise something with a digit in it: this reading would take
    it for seen.
    """
    from selectolax.lexbor import LexborHTMLParser

    content = text.encode("utf-8", "replace")
    tree = LexborHTMLParser(content)
    effects = dress_of(tree, content, styles).effects
    touched = {key for key, effect in effects.items() if effect in UNSEEN_EFFECTS}
    if not touched:
        return False
    for node in tree.css("*"):
        if node.mem_id in touched and any(map(str.isdigit, node.text())):
            return True
    return False


def page_lines(root: _Element) -> Iterator[str]:
    """A line for each cell that holds no table, and for each line of text outside of cells; what no
    reader sees is taken out of the page.

    ``<td>12<sup>2</sup></td>`` is the line 12^2.
    """
    from lxml import etree

    etree.strip_elements(root, *LEFT_OUT, with_tail=False)
    page = PageText()
    for event, node in etree.iterwalk(root, ("start", "end")):
        line = page.begin(node) if event == "start" else page.end(node)
        if line is not None:
            yield line
    rest = page.rest()
    if rest is not None:
        yield rest


class PageText:
    """The line at hand of a page that is walked through, and the cell in which it stands."""

    def __init__(self) -> None:
        self.pieces: list[str] = []
        self.cell: _Element | None = None

    def begin(self, node: _Element) -> str | None:
        """The line that ends where an element begins."""
        name = str(node.tag)
        line = None
        if self.cell is None:
            is_cell = name in CELLS and node.find(".//table") is None
            if is_cell or name in OWN_LINES:
                line = self.rest()
            if is_cell:
                self.cell = node
        self.pieces += (mark_before(name), node.text or "")
        return line

    def end(self, node: _Element) -> str | None:
        """The line that ends where an element does: that of a cell or paragraph even if it is
        blank.
        """
        name = str(node.tag)
        line = None
        if node is self.cell:
            line = self.taken()
            self.cell = None
        elif self.cell is None and name in LINES:
            line = self.taken()
        elif self.cell is None and name in BREAKS:
            line = self.rest()
        self.pieces.append(node.tail or "")
        return line

    def taken(self) -> str:
        line = "".join(self.pieces)
        self.pieces.clear()
        return line

    def rest(self) -> str | None:
        """The line at hand if there is one."""
        line = self.taken()
        return line if line.strip() else None


def mark_before(name: str) -> str:
    """What stands for an element: ^ before what is raised, a blank where a line is broken."""
    if name in RAISED:
        return "^"
    if name in OWN_LINES:
        return " "
    return ""


# --- old Word files -------------------------------------------------------------------------------
# The text that a .doc or .wps stores, without LibreOffice.

# Offsets of [MS-DOC]: the flags, and the place and length of the table of pieces, in the file's
# header.
FLAGS, OTHER_TABLE, PIECES = 0x0A, 0x0200, 0x01A2
PACKED = 1 << 30  # of a piece's place: one byte for a character
FIELD = re.compile("\x13[^\x13-\x15]*(?:\x14([^\x13-\x15]*))?\x15")
MARKS = re.compile("[\x07\r\x0b\x0c]")


def doc_order(content: bytes) -> tuple[Block, ...]:
    """What a .doc or .wps stores as its text. It ends cells and rows alike, so blank lines would
    say nothing.
    """
    try:
        text = doc_text(content)
    except (ValueError, StructError) as error:
        raise UnreadableDocument("文件不能按文字顺序读取。") from error
    lines = MARKS.split(FIELD.sub(r"\1", text))
    return in_order(filter(str.strip, lines))


def doc_text(content: bytes) -> str:
    """Raises ValueError or StructError where the file is damaged."""
    main = read_stream(content, ["WordDocument"])
    (flags,) = unpack_from("<H", main, FLAGS)
    table = read_stream(content, ["1Table" if flags & OTHER_TABLE else "0Table"])
    at, length = unpack_from("<2I", main, PIECES)
    return "".join(pieces_of(main, table[at : at + length]))


def pieces_of(main: bytes, clx: bytes) -> Iterator[str]:
    at = 0
    while clx[at : at + 1] == b"\x01":  # properties, which the text does not need
        at += 3 + unpack_from("<H", clx, at + 1)[0]
    if clx[at : at + 1] != b"\x02":
        raise ValueError("no table of pieces")
    count = (unpack_from("<I", clx, at + 1)[0] - 4) // 12
    begins = unpack_from(f"<{count + 1}I", clx, at + 5)
    for number in range(count):
        (place,) = unpack_from("<I", clx, at + 5 + 4 * (count + 1) + 8 * number + 2)
        length = begins[number + 1] - begins[number]
        if place & PACKED:
            start = (place ^ PACKED) // 2
            yield main[start : start + length].decode("cp1252", "replace")
        else:
            yield main[place : place + 2 * length].decode("utf-16-le", "replace")
