"""Room: rereading. A Word document -> its text in order: a .docx by its marks of cells, a .doc without LibreOffice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from struct import error as StructError
from struct import unpack_from
from typing import TYPE_CHECKING

from gongkai.model import Block, UnreadableDocument
from gongkai.rereading.order import in_order

if TYPE_CHECKING:
    from lxml.etree import _Element

MAIN = "word/document.xml"
LEFT_OUT = ("w:del", "w:moveFrom", "mc:Fallback", "w:pPr", "w:tblPr", "w:tcPr", "w:sectPr")
UNSEEN = ("w:vanish", "w:strike", "w:dstrike")
OFF = ("0", "false", "off")
DAMAGED = "文件不能按文字顺序读取。"
# Offsets of [MS-DOC]: the flags, and the place and length of the table of pieces, in the file's header.
FLAGS, OTHER_TABLE, PIECES = 0x0A, 0x0200, 0x01A2
PACKED = 1 << 30  # of a piece's place: one byte for a character
FIELD = re.compile("\x13[^\x13-\x15]*(?:\x14([^\x13-\x15]*))?\x15")
MARKS = re.compile("[\x07\r\x0b\x0c]")


def docx_order(content: bytes) -> tuple[Block, ...]:
    from gongkai.readers.package import child, open_package, read_xml, relations

    package = open_package(content)
    main = next((part.target for part in relations(package, "").values() if part.kind == "officeDocument"), MAIN)
    body = child(read_xml(package, main), "w:body")
    return in_order(docx_lines(body)) if body is not None else ()


def docx_lines(body: _Element) -> Iterator[str]:
    """A line for each cell that holds no table and continues none from above, and for each paragraph outside."""
    from gongkai.readers.package import kind

    for node in body:
        name = kind(node.tag)
        if name == "w:p":
            yield run_text(node)
        elif name == "w:tc" and not holds(node, "w:tbl"):
            if not is_covered(node):
                yield run_text(node)
        elif name not in LEFT_OUT:
            yield from docx_lines(node)


def holds(node: _Element, wanted: str) -> bool:
    from gongkai.readers.package import kind

    return any(kind(inner.tag) == wanted for inner in node.iter("{*}" + wanted.partition(":")[2]))


def is_covered(cell: _Element) -> bool:
    """Whether a cell is part of the one above it, or was deleted in a recorded change."""
    from gongkai.readers.package import child, children, value

    marks = children(child(cell, "w:tcPr"))
    merged = marks.get("w:vMerge")
    return "w:cellDel" in marks or (merged is not None and value(merged) != "restart")


def run_text(node: _Element) -> str:
    """The text in a paragraph or cell, as far as the runs themselves do not hide it."""
    from gongkai.readers.package import child, children, kind, value

    name = kind(node.tag)
    if name == "w:t":
        return node.text or ""
    if name == "w:r":
        marks = children(child(node, "w:rPr"))
        if any(mark in marks and value(marks[mark]) not in OFF for mark in UNSEEN):
            return ""
        raised = value(marks.get("w:vertAlign")) in ("superscript", "subscript")
        return "^" * raised + "".join(map(run_text, node))
    if name in LEFT_OUT:
        return ""
    return " " * (name in ("w:p", "w:tab", "w:br")) + "".join(map(run_text, node))


# --- the binary format --------------------------------------------------------------------------------------------


def doc_order(content: bytes) -> tuple[Block, ...]:
    """What a .doc or .wps stores as its text. It ends cells and rows alike, so blank lines would say nothing."""
    try:
        text = doc_text(content)
    except (ValueError, StructError) as error:
        raise UnreadableDocument(DAMAGED) from error
    return in_order(line for line in MARKS.split(FIELD.sub(r"\1", text)) if line.strip())


def doc_text(content: bytes) -> str:
    """Raises ValueError or StructError where the file is damaged."""
    from gongkai.readers.compound import read_stream

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
