"""An OLE2 file (.xls, .et, .doc) -> one of its streams. The layout is that of [MS-CFB]."""

from __future__ import annotations

from collections.abc import Sequence
from struct import error as StructError
from struct import unpack, unpack_from

LAST = 0xFFFFFFFA  # from here on a number is no sector but a mark
IN_HEADER = 109  # of the sectors that hold the table of sectors
ENTRY = 128  # bytes


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
    for at in range(0, len(directory) - ENTRY + 1, ENTRY):
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
