"""An old Word file (.doc, .wps) -> the text that it stores, without LibreOffice."""

from __future__ import annotations

import re
from collections.abc import Iterator
from struct import error as StructError
from struct import unpack_from

from gongkai.model import Block, UnreadableDocument
from gongkai.rereading.order import in_order

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
