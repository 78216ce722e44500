"""A zip archive or OLE2 file from elsewhere -> its parts, bounded and in memory alone."""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from struct import unpack_from
from typing import TYPE_CHECKING, Literal
from zipfile import ZIP_DEFLATED, ZIP_STORED, BadZipFile, ZipFile, ZipInfo

if TYPE_CHECKING:
    from olefile import OleFileIO

Reason = Literal["damaged", "large", "doubled", "locked", "entities", "deep"]

MOST_PARTS = 5_000  # of a package
# of all parts, unpacked, as the archive says; no part gives more than it says
MOST_BYTES = 128 * 1024 * 1024
ENTRY = b"PK\x01\x02"  # begins each entry of an archive's list of parts
CHUNK = 64 * 1024
LOCKED = 0x1  # flag bit of a part with a password
FAILURES = (
    BadZipFile,
    zlib.error,
    EOFError,
    NotImplementedError,
    RuntimeError,
    ValueError,
    OSError,
)


class BadArchive(Exception):
    """``reason``: no zip or damaged; more or larger parts than any document of ours has; two parts
    of one name; a password; XML with entities, or nested beyond sense. Whoever opened the archive
    says it to the user.
    """

    def __init__(self, reason: Reason) -> None:
        super().__init__(reason)
        self.reason = reason


@dataclass(frozen=True)
class Archive:
    """``parts``: name -> entry, in the archive's order; names are compared as Office does, by
    ``part_name``.
    """

    file: ZipFile
    parts: Mapping[str, ZipInfo]

    def __contains__(self, name: str) -> bool:
        return part_name(name) in self.parts

    def read(self, name: str, most: int = MOST_BYTES) -> bytes:
        """A part's content.

        KeyError where there is none; BadArchive where it is damaged, locked or beyond ``most``.
        """
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
                # Asked for all at once, zipfile unpacks all there is and only then cuts it to the
                # size declared.
                while piece := part.read(CHUNK):
                    pieces.append(piece)
        except FAILURES as error:
            raise BadArchive("damaged") from error
        return b"".join(pieces)


def open_archive(content: bytes) -> Archive:
    """Raises BadArchive for what is no archive, and for one that could not be harmless.

    Nothing is unpacked yet.
    """
    # before an object is made for each; twice, as packed bytes may agree
    if content.count(ENTRY) > 2 * MOST_PARTS:
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


# --- OLE2 (.xls, .et, .doc, .wps) -----------------------------------------------------------------
# The format ([MS-CFB]) is olefile's to know; whatever it raises on a damaged file is one ValueError
# here.

OLE2 = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
MOST_OF_STREAM = 64 * 1024 * 1024  # bytes


@contextmanager
def ole2_file(content: bytes) -> Iterator[OleFileIO[str]]:
    """Raises ValueError where the file is damaged."""
    from olefile import OleFileIO

    try:
        with OleFileIO(BytesIO(content)) as file:
            yield file
    except ValueError:
        raise
    except Exception as error:  # olefile raises what its own look into the bytes raises
        raise ValueError("damaged") from error


def read_stream(content: bytes, names: Sequence[str]) -> bytes:
    """The first of the named streams that there is.

    Raises ValueError where there is none or the file is damaged.
    """
    with ole2_file(content) as file:
        for name in names:
            if file.exists(name) and file.get_size(name) <= MOST_OF_STREAM:
                found: bytes = file.openstream(name).read()
                return found
    raise ValueError(names[0])


def stream_names(content: bytes) -> frozenset[str]:
    """The streams and folders at the top of a file. Raises ValueError where it is damaged."""
    with ole2_file(content) as file:
        return frozenset(str(path[0]) for path in file.listdir(streams=True, storages=True))


PART_END = 0x000A  # the record that ends what is said of a whole workbook, or of one sheet


def biff_records(stream: bytes, at: int = 0) -> Iterator[tuple[int, bytes]]:
    """(number, content) of the records of an .xls from a place on, up to the end of their part
    ([MS-XLS] 2.1.4).
    """
    while at + 4 <= len(stream):
        number, length = unpack_from("<HH", stream, at)
        yield number, stream[at + 4 : at + 4 + length]
        if number == PART_END:
            return
        at += 4 + length
