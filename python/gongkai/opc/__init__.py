"""A zip file from elsewhere -> its parts, in memory and bounded; nothing of it goes to disk."""

from __future__ import annotations

import zlib
from collections.abc import Mapping
from dataclasses import dataclass
from io import BytesIO
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
