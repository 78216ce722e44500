"""A sheet as Excel 95 wrote it: a stream of BIFF5 records in an OLE2 file, for no program of today
writes one.

The records are those of OpenOffice.org's documentation of the format; texts are bytes in GBK.
"""

from __future__ import annotations

from collections.abc import Sequence
from struct import pack
from typing import NamedTuple

VERSION, GLOBALS, SHEET = 0x0500, 0x0005, 0x0010
BOF, EOF, CODEPAGE, FONT, XF, BOUNDSHEET = 0x0809, 0x000A, 0x0042, 0x0031, 0x00E0, 0x0085
NUMBER, LABEL, RSTRING, ROW, DIMENSIONS = 0x0203, 0x0204, 0x00D6, 0x0208, 0x0200
CHINESE = 936
HIDDEN = 0x0020  # flag of a row
SECTOR = 512
FREE, END, TABLE = 0xFFFFFFFF, 0xFFFFFFFE, 0xFFFFFFFD


class Raised(NamedTuple):
    """A text whose bytes from one on are raised."""

    text: str
    at: int


Rows = Sequence[Sequence[int | str | Raised]]


def record(number: int, content: bytes) -> bytes:
    return pack("<HH", number, len(content)) + content


def font(raised: bool = False) -> bytes:
    name = b"Song"
    look = pack("<HHHHHBBBB", 200, 0, 0x7FFF, 400, 1 if raised else 0, 0, 0, 134, 0)
    return record(FONT, look + bytes([len(name)]) + name)


def style(number: int = 0, of_cell: bool = True) -> bytes:
    kind = 0x0001 if of_cell else 0xFFF5
    return record(XF, pack("<HHHHIHH", number, 0, kind, 0, 0x20C0, 0, 0)[:16])


def cell(row: int, column: int, value: int | str | Raised) -> bytes:
    place = pack("<HHH", row, column, 1)
    if isinstance(value, int):
        return record(NUMBER, place + pack("<d", value))
    if isinstance(value, Raised):
        raw = value.text.encode("gbk")
        return record(
            RSTRING, place + pack("<H", len(raw)) + raw + pack("<B", 1) + pack("<BB", value.at, 5)
        )
    raw = value.encode("gbk")
    return record(LABEL, place + pack("<H", len(raw)) + raw)


def book_of_95(rows: Rows, hidden: Sequence[int] = (), name: str = "Sheet1") -> bytes:
    """A workbook of one sheet; ``hidden`` are rows, 0-based. Font 5 (the sixth: number 4 is none)
    is raised.
    """
    start = record(BOF, pack("<HHHH", VERSION, GLOBALS, 0, 0)) + record(
        CODEPAGE, pack("<H", CHINESE)
    )
    looks = (
        b"".join([font(), font(), font(), font(), font(raised=True)])
        + style(of_cell=False)
        + style()
    )
    length = len(start) + len(looks) + 4 + 7 + len(name) + 4
    sheet_name = record(BOUNDSHEET, pack("<IHB", length, 0, len(name)) + name.encode())
    top = start + looks + sheet_name + record(EOF, b"")
    sheet = record(BOF, pack("<HHHH", VERSION, SHEET, 0, 0))
    sheet += record(DIMENSIONS, pack("<5H", 0, len(rows), 0, max(map(len, rows)), 0))
    for number in hidden:
        sheet += record(ROW, pack("<8H", number, 0, 1, 255, 0, 0, HIDDEN, 0))
    for row, values in enumerate(rows):
        sheet += b"".join(
            cell(row, column, value) for column, value in enumerate(values) if value != ""
        )
    return ole2("Book", top + sheet + record(EOF, b""))


def ole2(name: str, stream: bytes) -> bytes:
    """A file of one stream, padded to be none of the small ones."""
    stream = stream.ljust(4096, b"\0")
    stream += bytes(-len(stream) % SECTOR)
    count = len(stream) // SECTOR
    assert count <= 120, "the table of sectors is one sector"
    chain = [*range(3, count + 2), END]
    table = [TABLE, END, *chain]
    fat = pack(f"<{len(table)}I", *table) + pack("<I", FREE) * (SECTOR // 4 - len(table))
    root = entry("Root Entry", 5, child=1, start=END, size=0)
    book = entry(name, 2, child=FREE, start=2, size=len(stream))
    directory = (root + book).ljust(SECTOR, b"\0")
    header = (
        b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
        + bytes(16)
        + pack("<5H", 0x3E, 3, 0xFFFE, 9, 6)
        + bytes(6)
    )
    header += pack("<9I", 0, 1, 1, 0, 4096, END, 0, END, 0) + pack("<I", 0) + pack("<I", FREE) * 108
    return header + fat + directory + stream


def entry(name: str, kind: int, child: int, start: int, size: int) -> bytes:
    raw = (name + "\0").encode("utf-16-le")
    head = raw.ljust(64, b"\0") + pack("<HBB3I", len(raw), kind, 1, FREE, FREE, child)
    return head + bytes(36) + pack("<3I", start, size, 0)
