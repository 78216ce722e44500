"""The texts of an .xls file: the fonts in which pieces of them are set ([MS-XLS] 2.5.293)."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from struct import unpack

RICH, ADDED, WIDE = 0x08, 0x04, 0x01  # flags of a text: it has pieces, something is added to it, two bytes a character


def piece_fonts(records: Sequence[bytes]) -> Iterator[int]:
    """The fonts in which pieces of texts are set; ``records`` are that of all texts and those that continue it.

    Raises IndexError where the texts end too early.
    """
    texts = Texts(records)
    (count,) = unpack("<4xI", texts.take(8))
    for _ in range(count):
        length, flags = unpack("<HB", texts.take(3))
        pieces = unpack("<H", texts.take(2))[0] if flags & RICH else 0
        added = unpack("<I", texts.take(4))[0] if flags & ADDED else 0
        texts.skip(length, flags & WIDE)
        yield from unpack(f"<{2 * pieces}H", texts.take(4 * pieces))[1::2]
        texts.take(added)


class Texts:
    """A place in the records."""

    def __init__(self, records: Sequence[bytes]) -> None:
        self.rest = iter(records)
        self.record = b""
        self.at = 0

    def go_on(self) -> None:
        self.record, self.at = next(self.rest, b""), 0
        if not self.record:
            raise IndexError("texts end too early")

    def take(self, size: int) -> bytes:
        found = []
        while size:
            if self.at == len(self.record):
                self.go_on()
            found.append(self.record[self.at : self.at + size])
            size -= len(found[-1])
            self.at += len(found[-1])
        return b"".join(found)

    def skip(self, characters: int, wide: int) -> None:
        """Pass over characters; a record in the midst of them begins by saying anew how wide they are."""
        while characters:
            if self.at == len(self.record):
                self.go_on()
                wide, self.at = self.record[0] & WIDE, 1
            count = min(characters, (len(self.record) - self.at) // (1 + wide))
            if not count:
                raise IndexError("half a character")
            characters -= count
            self.at += count * (1 + wide)
