"""The pieces of a text, each in a font of its own -> the text that a person reads.

12 with a raised 2 behind it is 12^2, never 122; a struck 9 before 21 is 21. Digits that are much smaller than those
before them, or white, are set apart as well.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import NamedTuple

from gongkai.figures import is_much_smaller
from gongkai.spreadsheets.formats import RAISED, STRUCK, WHITE

USUAL_SIZE = 11.0  # points, of a piece that says nothing of it
APART = "^"  # stands between pieces that are no one figure


class Piece(NamedTuple):
    """``raised``: set higher or lower than the line; ``white``: not seen on the ground behind it; ``size`` in points.
    A piece that says nothing of its looks has those of its cell (``own`` is False)."""

    text: str
    raised: bool = False
    struck: bool = False
    white: bool = False
    size: float = USUAL_SIZE
    own: bool = True

    @property
    def kind(self) -> str:
        """Why it is no part of a figure, as of a whole cell that looks so; "" where it may be."""
        if self.struck:
            return STRUCK
        if self.white:
            return WHITE
        return RAISED if self.raised else ""


def settled(pieces: Sequence[Piece], cell: Piece, filled: bool) -> tuple[str, str]:
    """(text, kind) of a cell whose text has pieces; ``cell`` looks as the cell does, ``filled``: it has a ground.

    Where all of them look alike, that is the look of the cell: 134 struck in two pieces is as one struck whole.
    """
    whole = [piece if piece.own else cell._replace(text=piece.text) for piece in pieces]
    whole = [piece._replace(white=False) for piece in whole] if filled else whole
    kinds = {piece.kind for piece in whole if piece.text.strip()}
    if len(kinds) == 1 and "" not in kinds:
        return "".join(piece.text for piece in whole), kinds.pop()
    return joined(whole), ""


def joined(pieces: Iterable[Piece]) -> str:
    """The text without what is struck, with a sign before each piece that is set apart from the one before it."""
    kept = [piece for piece in pieces if piece.text]
    largest = max((piece.size for piece in kept), default=0.0)
    text, before = "", None
    for piece in kept:
        if piece.struck:
            before = piece
            continue
        if before is not None and text.strip() and is_apart(piece, before, largest):
            text += APART
        text, before = text + piece.text, piece
    return text


def is_apart(piece: Piece, before: Piece, largest: float) -> bool:
    """Whether a reader takes a piece for something else than the one before it.

    A struck digit within a figure (1, 9 struck, 34) parts it as well: which of them stand cannot be told.
    """
    if not piece.text.strip():
        return False
    if before.struck:
        return piece.raised or begins_with_digit(piece)
    if piece.raised != before.raised:
        return True
    small = is_much_smaller(piece.size, largest) != is_much_smaller(before.size, largest)
    return begins_with_digit(piece) and (small or piece.white != before.white)


def begins_with_digit(piece: Piece) -> bool:
    return piece.text.strip()[:1].isdigit()
