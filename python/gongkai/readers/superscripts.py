"""A line with marks -> a line in which what is raised or linked never joins a figure: 12^2."""

from __future__ import annotations

import re

from gongkai.figures import INVISIBLE

RAISED, LINKED = "^", "~"
MARK = re.compile("\0([~^])[()]")  # start or end of such text; no parser hands a NUL on
NO_TEXT = re.compile(r"\0[~^]\((\s*)\0[~^]\)")
LONGEST_LINK = 1_000  # characters of each piece, and pieces; the text of a longer one is cut


def settle(text: str) -> str:
    """A line with marks -> a raised 2 after 12 as 12^2, never 122; alone in its line it is plain text.

    A link is set off only where a digit stands at its edge: one within a label changes nothing.
    """
    first, *rest = MARK.split(NO_TEXT.sub(r"\1", INVISIBLE.sub("", text)))
    pieces, last, pending = [first], first.rstrip()[-1:], ""
    for kind, piece in zip(rest[::2], rest[1::2], strict=True):
        pending = RAISED if RAISED in (kind, pending) else kind
        start = piece.lstrip()[:1]
        if start:
            if last and (pending == RAISED or last.isdigit() or start.isdigit()):
                pieces.append("^")
            last, pending = piece.rstrip()[-1], ""
        pieces.append(piece)
    return "".join(pieces)


def text_of(pieces: list[str], start: int, end: int | None = None) -> str:
    end = min(len(pieces) if end is None else end, start + LONGEST_LINK)
    return MARK.sub("", "".join(piece[:LONGEST_LINK] for piece in pieces[start:end]))
