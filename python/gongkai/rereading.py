"""A document -> its report by its text in its order alone, a second way that must read nothing wrong.

The first reading places a figure by the grid of its table. This one takes the cells one after the other, as the
source writes them, and counts; where that can be had, by another parser or past the converter. Where the two agree,
a broken sum is the report's. It leaves figures blank and must read none wrong (tests/rereading/test_rereading.py), so
what sees more than the page shows, such as a plain look into an .xlsx or .docx, is not used.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from struct import error as StructError
from struct import unpack_from
from typing import TYPE_CHECKING

from gongkai.model import Block, Document, Grid, Place, Prose, Report, UnreadableDocument
from gongkai.readers import HTML, is_cut, read_blocks
from gongkai.readers.blocks import folded
from gongkai.readers.css import styled_nodes
from gongkai.readers.detect import EXCEL, OLD_EXCEL, OLD_WORD, PDF, REPLACED, WORD, binary_format, decode
from gongkai.readers.limits import refuse_lines
from gongkai.recognize import recognize

if TYPE_CHECKING:
    from lxml.html import HtmlElement

    from gongkai.readers.pdf.ink import Char

APART = {  # read as the first reading is, in a process of its own
    PDF: "gongkai.rereading:pdf_order",
    OLD_WORD: "gongkai.rereading:doc_order",
}
REORDERED = (WORD, EXCEL, OLD_EXCEL)


def reread(document: Document, first: Report | None = None) -> Report | None:
    """The report as its text order alone gives it; None where that cannot be told, or is no other way of reading.

    ``first`` is the first reading: of a document with several parts the same one is read, if it has the same parts.
    It takes about as long as the first reading. A failure says nothing about the report: then there is no second
    opinion.
    """
    try:
        blocks = folded(blocks_in_order(document))
        second = recognize(blocks, document, part_of(first)) if blocks else None
    except UnreadableDocument:
        return None
    same = first is None or second is None or len(first.parts) < 2 or first.parts == second.parts
    return second if same else None


def part_of(first: Report | None) -> int:
    return first.part if first is not None and len(first.parts) > 1 else 0


def blocks_in_order(document: Document) -> tuple[Block, ...]:
    """() where the format has no second way. Raises UnreadableDocument."""
    found = binary_format(document.content)
    if found in APART:
        from gongkai.readers.worker import read_apart

        return read_apart(APART[found], document.content)
    if found is None:
        text = decode(document.content, document.charset)
        refuse_lines(text)
        if HTML.search(text) and not hides_figures(text):
            return html_order(text + REPLACED if is_cut(text) else text)
    return reordered(read_blocks(document)) if found is None or found in REORDERED else ()


# --- texts in order -------------------------------------------------------------------------------
# Cells and lines, one after the other -> the blocks of a flattened document.


def in_order(lines: Iterable[str], title: str = "") -> tuple[Block, ...]:
    """One line for each cell or line of text; a blank one stands for a blank cell."""
    text = "\n".join(" ".join(line.split()) for line in lines)
    head: tuple[Block, ...] = (Prose(Place(), "title", title),) if title else ()
    return (*head, Prose(Place(line=1), "", text)) if text.strip() else ()


def reordered(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """The cells of grids one a line. Without any grid the blank lines go out: the order alone is left to tell.

    () where that leaves what was there.
    """
    if any(isinstance(block, Grid) for block in blocks):
        return in_order(line for block in blocks for line in lines_of(block))
    lines = [line for block in blocks for line in lines_of(block)]
    kept = [line for line in lines if line.strip()]
    return in_order(kept) if len(kept) < len(lines) else ()


def lines_of(block: Block) -> Sequence[str]:
    if isinstance(block, Grid):
        return [cell.text for row in block.rows for cell in row]
    return block.text.split("\n") if isinstance(block, Prose) and not block.heading.startswith("meta") else ()


# --- web pages ------------------------------------------------------------------------------------
# By libxml2 in the place of the first reading's parser.

BREAKS = {
    *("address", "article", "blockquote", "body", "center", "dd", "div", "dl", "dt", "footer", "form", "header", "hr"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "li", "main", "ol", "section", "table", "tbody", "thead", "tr", "ul"),
}
LINES = {"p", "br", "pre"}  # each ends a line, a blank one too
CELLS = {"td", "th"}
RAISED = {"sup", "sub"}
LEFT_OUT = (
    "head",
    "script",
    "style",
    "noscript",
    "template",
    "del",
    "s",
    "strike",
    "select",
    "textarea",
    "button",
    "svg",
)


def html_order(text: str) -> tuple[Block, ...]:
    """Raises UnreadableDocument where libxml2 makes nothing of the page."""
    from lxml import etree, html

    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        root = html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.LxmlError, ValueError) as error:
        raise UnreadableDocument("网页不能按文字顺序读取。") from error
    title = root.findtext(".//title") or ""
    for node in list(root.iter(*LEFT_OUT)):
        if isinstance(node, html.HtmlElement) and node.getparent() is not None:
            node.drop_tree()
    return in_order(page_lines(root), " ".join(title.split()))


def hides_figures(text: str) -> bool:
    """Whether the page's styles hide or raise something with a digit in it: this reading would take it for seen."""
    from selectolax.lexbor import LexborHTMLParser

    content = text.encode("utf-8", "replace")
    tree = LexborHTMLParser(content)
    touched = {key for key, effect in styled_nodes(tree, content).items() if effect not in ("line", "cell")}
    nodes = tree.css("*") if touched else ()
    return any(node.mem_id in touched and any(map(str.isdigit, node.text())) for node in nodes)


def page_lines(root: HtmlElement) -> Iterator[str]:
    """A line for each cell that holds no table, and for each line of text outside of cells."""
    from lxml import etree

    pieces: list[str] = []
    cell: HtmlElement | None = None
    for event, node in etree.iterwalk(root, ("start", "end")):
        name = str(node.tag)
        if event == "start":
            leaf = cell is None and name in CELLS and node.find(".//table") is None
            if leaf or (cell is None and name in BREAKS | LINES):
                yield from flushed(pieces)
            cell = node if leaf else cell
            pieces += ("^" if name in RAISED else " " if name in BREAKS | LINES else "", node.text or "")
        else:
            if node is cell or (cell is None and name in LINES):
                yield "".join(pieces)
                pieces.clear()
            elif cell is None and name in BREAKS:
                yield from flushed(pieces)
            cell = None if node is cell else cell
            pieces.append(node.tail or "")
    yield from flushed(pieces)


def flushed(pieces: list[str]) -> Iterator[str]:
    """The line at hand if there is one."""
    line = "".join(pieces)
    pieces.clear()
    if line.strip():
        yield line


# --- PDFs -----------------------------------------------------------------------------------------
# In the order in which the file writes its text, whatever lines the page draws.
#
# Word, WPS and LibreOffice write a table cell by cell; where a program writes line by line the
# labels do not come together, and nothing is read.

SAME_LINE = 0.6  # of the size, between the feet of two characters
TOGETHER = (-0.5, 1.0)  # of the size, from the end of a character to the next one of its run
SAME_SIZE = 0.02
BLANK = 0.3  # of the size, from there on a blank stands between them


def pdf_order(content: bytes) -> tuple[Block, ...]:
    from pdfminer.psexceptions import PSException

    from gongkai.readers.pdf import BROKEN, opened, painted
    from gongkai.readers.pdf.visible import visible_ink

    try:
        inks = painted(opened(content))
    except (PSException, AssertionError) as error:
        raise UnreadableDocument(BROKEN) from error
    return in_order(line for ink in inks for line in runs_of(visible_ink(ink).chars) if line.strip())


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


# --- old Word files -------------------------------------------------------------------------------
# The text that a .doc or .wps stores, without LibreOffice.

# Offsets of [MS-DOC]: the flags, and the place and length of the table of pieces, in the file's header.
FLAGS, OTHER_TABLE, PIECES = 0x0A, 0x0200, 0x01A2
PACKED = 1 << 30  # of a piece's place: one byte for a character
FIELD = re.compile("\x13[^\x13-\x15]*(?:\x14([^\x13-\x15]*))?\x15")
MARKS = re.compile("[\x07\r\x0b\x0c]")


def doc_order(content: bytes) -> tuple[Block, ...]:
    """What a .doc or .wps stores as its text. It ends cells and rows alike, so blank lines would say nothing."""
    try:
        text = doc_text(content)
    except (ValueError, StructError) as error:
        raise UnreadableDocument("文件不能按文字顺序读取。") from error
    return in_order(line for line in MARKS.split(FIELD.sub(r"\1", text)) if line.strip())


def doc_text(content: bytes) -> str:
    """Raises ValueError or StructError where the file is damaged."""
    from gongkai.opc.ole2 import read_stream

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
