"""A zip or OLE2 file from elsewhere -> its parts, in memory and bounded; nothing of it goes to disk."""

from __future__ import annotations

import zlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from io import BytesIO
from struct import error as StructError
from struct import unpack, unpack_from
from typing import Literal
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

Reason = Literal["damaged", "large", "doubled", "locked"]

MOST_PARTS = 5_000
MOST_BYTES = 128 * 1024 * 1024  # of all parts, unpacked, as the archive says; no part gives more than it says
ENTRY = b"PK\x01\x02"  # begins each entry of an archive's list of parts
CHUNK = 64 * 1024
LOCKED = 0x1  # flag bit of a part with a password
FAILURES = (BadZipFile, zlib.error, EOFError, NotImplementedError, RuntimeError, ValueError, OSError)


class BadArchive(Exception):
    """``reason``: no zip or damaged; more or larger parts than any document of ours has; two parts of one name; a
    password. Whoever opened the archive says it to the user."""

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Archive:
    """``parts``: name -> entry, in the archive's order; names are compared as Office does, by ``part_name``."""

    file: ZipFile
    parts: Mapping[str, ZipInfo]

    def __contains__(self, name: str) -> bool:
        return part_name(name) in self.parts

    def read(self, name: str, most: int = MOST_BYTES) -> bytes:
        """A part's content. KeyError where there is none; BadArchive where it is damaged, locked or beyond ``most``."""
        info = self.parts[part_name(name)]
        if info.file_size > most:
            raise BadArchive("large")
        if info.flag_bits & LOCKED:
            raise BadArchive("locked")
        if info.compress_type not in (ZIP_STORED, ZIP_DEFLATED):  # others unpack without bounds
            raise BadArchive("damaged")
        pieces = []
        try:
            with self.file.open(info) as part:
                # Asked for all at once, zipfile unpacks all there is and only then cuts it to the size declared.
                while piece := part.read(CHUNK):
                    pieces.append(piece)
        except FAILURES as error:
            raise BadArchive("damaged") from error
        return b"".join(pieces)


def open_archive(content: bytes) -> Archive:
    """Raises BadArchive for what is no archive, and for one that could not be harmless; nothing is unpacked yet."""
    if content.count(ENTRY) > 2 * MOST_PARTS:  # before an object is made for each; twice, as packed bytes may agree
        raise BadArchive("large")
    try:
        file = ZipFile(BytesIO(content))
    except FAILURES as error:
        raise BadArchive("damaged") from error
    infos = file.infolist()
    if len(infos) > MOST_PARTS or sum(info.file_size for info in infos) > MOST_BYTES:
        raise BadArchive("large")
    parts = {part_name(info.filename): info for info in infos}
    if len(parts) < len(infos):
        raise BadArchive("doubled")
    return Archive(file, parts)


def part_name(name: str) -> str:
    """The name by which a part is known: small letters, forward slashes, none at the start."""
    return name.replace("\\", "/").lstrip("/").lower()


# --- OLE2 (.xls, .et, .doc): one of the streams, by [MS-CFB] ---------------------------------------

LAST = 0xFFFFFFFA  # from here on a number is no sector but a mark
IN_HEADER = 109  # of the sectors that hold the table of sectors
STREAM_ENTRY = 128  # bytes


def read_stream(content: bytes, names: Sequence[str]) -> bytes:
    """The first of the named streams that there is. Raises ValueError where there is none or the file is damaged."""
    try:
        return stream(content, names)
    except (IndexError, StopIteration, StructError) as error:
        raise ValueError("damaged") from error


def stream(content: bytes, names: Sequence[str]) -> bytes:
    size, small = (1 << min(shift, 16) for shift in unpack_from("<2H", content, 30))
    directory_at, _, cutoff, small_at, _, more, _ = unpack_from("<7I", content, 48)
    where = list(unpack_from(f"<{IN_HEADER}I", content, 76))
    seen = 0
    while more < LAST:
        listed = unpack(f"<{size // 4}I", sector(content, more, size))
        where += listed[:-1]
        more, seen = listed[-1], seen + 1
        if seen * size > len(content):
            raise ValueError("a list of sectors without end")
    table = numbers(content, [spot for spot in where if spot < LAST], size)
    directory = joined(content, chain(table, directory_at), size)
    entries: dict[str, tuple[int, int]] = {}
    for at in range(0, len(directory) - STREAM_ENTRY + 1, STREAM_ENTRY):
        length = min(unpack_from("<H", directory, at + 64)[0], 64)
        name = directory[at : at + max(length - 2, 0)].decode("utf-16-le", "replace")
        entries.setdefault(name if at else "", unpack_from("<II", directory, at + 116))
    start, length = next(entries[name] for name in names if name in entries)
    if length >= cutoff:
        return joined(content, chain(table, start), size)[:length]
    root, _ = entries[""]
    within = joined(content, chain(table, root), size)
    small_table = numbers(content, chain(table, small_at), size)
    return b"".join(within[spot * small : (spot + 1) * small] for spot in chain(small_table, start))[:length]


def sector(content: bytes, number: int, size: int) -> bytes:
    return content[(number + 1) * size : (number + 2) * size]


def joined(content: bytes, sectors: Sequence[int], size: int) -> bytes:
    return b"".join(sector(content, number, size) for number in sectors)


def numbers(content: bytes, sectors: Sequence[int], size: int) -> tuple[int, ...]:
    found = joined(content, sectors, size)
    return unpack_from(f"<{len(found) // 4}I", found)


def chain(table: Sequence[int], start: int) -> list[int]:
    """The sectors from ``start`` on. Raises ValueError where they go in a circle, IndexError where they leave it."""
    found = []
    while start < LAST:
        found.append(start)
        if len(found) > len(table):
            raise ValueError("a chain of sectors without end")
        start = table[start]
    return found
