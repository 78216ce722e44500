"""A table that was read + what else stands in its section -> whether another table there may be the report's own.

A report whose own 表三 is a picture, or has lost its labels, leaves a copy of another year as the only one that can be
read. So whatever looks like a table in a section, and is no part of the one that was read, casts doubt on it.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from itertools import pairwise

from gongkai.figures import PICTURE
from gongkai.recognize.labels import form_words
from gongkai.recognize.tokens import Token

FEWEST_CELLS = 8  # filled cells from which a grid is a table of its own
FEWEST_ROWS = 3
LONGEST_CELL = 12  # characters of a cell that may stand for a figure: 无, □, 12%, 12（上年3）
MANY_LABELS = 5  # of the form, from which a grid is a table of the form or its head


def rival_in(tokens: Sequence[Token], section: range, start: int, taken: Collection[int]) -> str:
    """What else may be a section's own table, "" for nothing: a picture, or a grid of short cells before ``start``.

    ``start`` is the token at which the table that was read begins; where it lies outside its section all of that is
    looked at. ``taken`` are the grids of tables that were read.
    """
    end = start if start in section else section.stop
    grids: dict[int, list[Token]] = {}
    for token in tokens[section.start : end]:
        if token.grid and token.grid not in taken:
            grids.setdefault(token.grid, []).append(token)
    found = next((cells for cells in grids.values() if is_table(cells)), None)
    return "" if found is None else " ".join([token.text for token in found if token.text][:6])


def is_table(cells: Sequence[Token]) -> bool:
    """Whether a grid may be a table of figures: pictures, or rows of short cells; no head of the form's alone."""
    if any(token.text == PICTURE for token in cells):
        return True
    filled = [token for token in cells if token.text and len(token.text) <= LONGEST_CELL]
    if sum(token.kind == "text" and token.squash in form_words() for token in cells) >= MANY_LABELS:
        return False  # a copy, which is compared, or a head
    return len(filled) >= FEWEST_CELLS and len({token.row for token in filled}) >= FEWEST_ROWS


def sections_of(starts: Mapping[int, int], count: int) -> dict[int, range]:
    """Section number -> its tokens, from its heading to the next one's."""
    bounds = [*sorted(starts.values()), count]
    ends = dict(pairwise(bounds))
    return {number: range(at, ends[at]) for number, at in starts.items()}
