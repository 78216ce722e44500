"""The ink of one page -> its tables, cells with their texts, as they are before pages are
joined.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise
from math import inf

from gongkai.figures import SIGNS
from gongkai.readers.layout.ink import UNREADABLE, Char, Ink, Rect
from gongkai.readers.layout.lattice import Lattice
from gongkai.readers.layout.lines import GAP, line_text, lines_of, text_of

PADDING = 14.0  # points, of both sides of a cell together
USUAL_PADDING = 10.0  # of both sides: Word and LibreOffice leave 5.4 points at each
OFF_CENTRE = 3.0  # points, of a text that stands in the middle of its row
ON_LINE = 0.2  # of the size, on both sides of the middle of a character
LETTER = re.compile(r"[^\W\d_]")
NUMBERED = re.compile(
    r"\s*(?:[（(]\s*(?:[一二三四五六七八九十]{1,3}|\d{1,2})\s*[)）]|"
    r"(?:[一二三四五六七八九十]{1,"
    r"3}|\d{1,2})\s*[、.．])"
)
UNIT = re.compile(r"(?<=\d)\s*(?:件|万?元)")
FULL = 1.2  # characters of room, from there on a line could have held another
CLOSING = re.compile(r"[：:，,。、；;）)」』”！？》〉]")  # never begins a line
DIGIT_LINES = re.compile(r"[\d.,]+(?:\n[\d.,]+)+")
OF_FIGURE = re.compile(r"[\d.,，．]")


@dataclass(frozen=True, slots=True)
class PageCell:
    """A cell of a page: text, left and right edge, rows covered; ``room`` is left in its last line,
    in characters.

    ``picture`` tells that something is drawn in it that is no text.
    """

    text: str
    x0: float
    x1: float
    rowspan: int = 1
    room: float = inf
    picture: bool = False


PageRow = list[PageCell]


def is_words(text: str) -> bool:
    return bool(LETTER.search(UNIT.sub("", text))) and text not in SIGNS


def is_figure(cell: PageCell) -> bool:
    return bool(cell.text) and not is_words(cell.text)


def may_be_one_row(upper: PageRow, lower: PageRow) -> bool:
    """Whether rows of which no line tells where they end may be one: without a label, or with the
    rest of one.

    Both hold figures; those of such a row are wider than their columns.
    """
    if not (any(map(is_figure, upper)) and any(map(is_figure, lower))):
        return False
    labels = [[cell.text for cell in row if is_words(cell.text)] for row in (upper, lower)]
    if not all(labels):
        return True
    return bool(NUMBERED.match(labels[0][-1])) and not NUMBERED.match(labels[1][-1])


@dataclass(slots=True)
class PageTable:
    """A table of one page, or of several once joined. ``rows[i]`` holds the cells that start in row
    i.
    """

    page: int
    bounds: Rect
    rows: list[PageRow]
    spans: bool = True
    xs: tuple[float, ...] = ()
    ys: tuple[float, ...] = ()


def tables_of(
    ink: Ink, lattices: Sequence[Lattice], page: int
) -> tuple[list[PageTable], list[Char]]:
    """The tables of a page and the characters that stand in none of their cells."""
    inside: list[dict[int, list[Char]]] = [{} for _ in lattices]
    outside: list[Char] = []
    spilled: list[set[int]] = [set() for _ in lattices]
    owners = [owners_of(lattice) for lattice in lattices]
    for char in ink.chars:
        for number, lattice in enumerate(lattices):
            cell, clear = cell_under(char, lattice, owners[number])
            if cell is not None:
                inside[number].setdefault(cell, []).append(char)
                if not clear:
                    spilled[number].add(cell)
                break
        else:
            outside.append(char)
    tables = [
        table_of(ink, lattice, chars, owned, torn_cells(chars) | over, page)
        for lattice, chars, owned, over in zip(lattices, inside, owners, spilled, strict=True)
    ]
    return tables, outside


def cell_under(
    char: Char, lattice: Lattice, owners: dict[tuple[int, int], int]
) -> tuple[int | None, bool]:
    """The cell in which a character stands, and whether it does: not so where a line runs through
    its middle.

    A text too tall for its cell lies over the lines into the next ones, and a digit on a line is in
    no column.
    """
    x, y = (char.x0 + char.x1) / 2, (char.top + char.bottom) / 2
    aside = ON_LINE * (char.x1 - char.x0) if OF_FIGURE.match(char.text) else 0.0
    off = ON_LINE * char.size
    first, *others = (
        owners.get(spot) if (spot := lattice.box_at(*point)) is not None else None
        for point in ((x, y), (x, y - off), (x, y + off), (x - aside, y), (x + aside, y))
    )
    cell = next((one for one in (first, *others) if one is not None), None)
    return cell, all(other == first for other in others)


def owners_of(lattice: Lattice) -> dict[tuple[int, int], int]:
    """Row and column of each smallest rectangle -> the number of its cell."""
    return {
        (row, column): number
        for number, box in enumerate(lattice.boxes)
        for row in range(box.row, box.row + box.rowspan)
        for column in range(box.column, box.column + box.colspan)
    }


def table_of(
    ink: Ink,
    lattice: Lattice,
    chars: dict[int, list[Char]],
    owners: dict[tuple[int, int], int],
    torn: set[int],
    page: int,
) -> PageTable:
    """``torn`` are the cells that share their text with another one: it is no figure, and no
    label.
    """
    drawn = {
        owners.get(spot)
        for box in (*(image.bounds for image in ink.images), *ink.drawings)
        if (spot := lattice.box_at((box[0] + box[2]) / 2, (box[1] + box[3]) / 2)) is not None
    }
    rows: list[PageRow] = [[] for _ in lattice.ys[1:]]
    wrapped: dict[tuple[int, int], str] = {}
    for number, box in enumerate(lattice.boxes):
        here = chars.get(number, [])
        x0, x1 = lattice.xs[box.column], lattice.xs[box.column + box.colspan]
        parts = rows_within(here, lattice.ys[box.row : box.row + box.rowspan + 1], x1 - x0)
        if parts is not None and number not in torn:
            for row, part in enumerate(parts, box.row):
                rows[row].append(PageCell(text_of(part, ink.width, ink.height), x0, x1))
            continue
        text = text_of(here, ink.width, ink.height)
        between = (
            box.rowspan > 1
            and any(OF_FIGURE.match(char.text) for char in here)
            and not is_words(text)
        )
        if number in torn or between:
            text = UNREADABLE if is_words(text) else text + UNREADABLE
        elif DIGIT_LINES.fullmatch(text) and is_wrapped(here, x1 - x0):
            wrapped[box.row, len(rows[box.row])] = text.replace("\n", "")  # 1151923. over 1
        picture = number in drawn and not text
        rows[box.row].append(PageCell(text, x0, x1, box.rowspan, room_in(here, x1 - x0), picture))
    join_wrapped(rows, wrapped)
    return PageTable(page, lattice.bounds, rows, xs=lattice.xs, ys=lattice.ys)


def join_wrapped(rows: Sequence[PageRow], wrapped: Mapping[tuple[int, int], str]) -> None:
    """Give cells the figures that wrapped in them, in place; not where all figures of a row stand
    in two lines: these may be two rows of which no line parts them.
    """
    for at, row in enumerate(rows):
        joined = {spot: text for (number, spot), text in wrapped.items() if number == at}
        figures = [cell for cell in row if is_figure(cell)]
        if len(joined) < len(figures) or len(figures) == 1:
            for spot, text in joined.items():
                row[spot] = replace(row[spot], text=text)


def rows_within(
    chars: Sequence[Char], ys: Sequence[float], width: float
) -> list[list[Char]] | None:
    """The characters of a cell over several rows, row by row, where a line between them must be
    missing; else None.

    It must be where each text stands in the middle of a row: of figures any number of texts (one in
    the middle of an odd number of rows stands in the middle of the cell, too, and shows nothing),
    of words one in each row.
    """
    if len(ys) < 3 or not chars or any(char.turn for char in chars):
        return None
    found: list[list[Char]] = [[] for _ in ys[1:]]
    for char in chars:
        row = bisect_right(ys, (char.top + char.bottom) / 2) - 1
        found[min(max(row, 0), len(found) - 1)].append(char)
    for part, top, bottom in zip(found, ys, ys[1:], strict=False):
        off = min(c.top for c in part) + max(c.bottom for c in part) - top - bottom if part else 0.0
        if abs(off) > 2 * OFF_CENTRE:
            return None
    filled = [number for number, part in enumerate(found) if part]
    if any(LETTER.match(char.text) for char in chars):
        return found if len(filled) == len(found) and not is_one_text(found, width) else None
    return None if len(filled) == 1 and 2 * filled[0] + 1 == len(found) else found


def is_one_text(parts: Sequence[list[Char]], width: float) -> bool:
    """为：第一项加第二项之 over 和，等于第三项…: each line but the last is full, and none begins
    with a number.
    """
    texts = [line_text(sorted(part, key=lambda char: char.x0)) for part in parts]
    numbered = any(NUMBERED.match(text) for text in texts[1:])
    full = (
        is_full(room_in(part, width), text) for part, text in zip(parts, texts[1:], strict=False)
    )
    return not numbered and all(full)


def is_wrapped(chars: Sequence[Char], width: float) -> bool:
    """Whether digits stand in several lines because one more found no room in any: 17 over 08 in 24
    points.
    """
    lines = lines_of(chars)
    long, last = lines[:-1], lines[-1]
    alike = len({len(line.chars) for line in long}) == 1 and len(last.chars) <= len(long[0].chars)
    digit = max(char.x1 - char.x0 for char in chars)
    return alike and all(line.x1 - line.x0 + digit > width - USUAL_PADDING for line in long)


def torn_cells(chars: dict[int, list[Char]]) -> set[int]:
    """Cells that share a number: one that is wider than its column runs over the line into the next
    cell.
    """
    every = sorted(
        (
            (char, number)
            for number, here in chars.items()
            for char in here
            if OF_FIGURE.match(char.text)
        ),
        key=lambda pair: (round(pair[0].bottom), pair[0].x0),
    )
    torn = set()
    for (before, one), (after, other) in pairwise(every):
        gap = after.x0 - before.x1
        if one != other and abs(after.bottom - before.bottom) < 2 and abs(gap) < GAP * before.size:
            torn |= {one, other}
    return torn


def room_in(chars: Sequence[Char], width: float) -> float:
    """How many further characters the last line of a cell could hold; inf for an empty cell."""
    lines = lines_of([char for char in chars if not char.turn])
    if not lines:
        return inf
    return (width - PADDING - (lines[-1].x1 - lines[-1].x0)) / max(lines[-1].size, 1.0)


def is_full(room: float, following: str) -> bool:
    """Whether the text that follows found no room in a line: 为： needs that of two, since no line
    begins with ：.
    """
    return room < FULL + bool(CLOSING.match(following[1:2]))
