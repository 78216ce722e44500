"""The ink of a page -> its tables: cells with their texts, before pages are joined."""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise, product
from math import inf
from operator import attrgetter

from gongkai.figures import SIGNS
from gongkai.readers.layout.ink import UNREADABLE, Char, Ink, Rect, middle_of
from gongkai.readers.layout.lattice import GridSpot, Lattice
from gongkai.readers.layout.lines import GAP, line_text, lines_of, text_of

PADDING = 14.0  # points, of both sides of a cell together
USUAL_PADDING = 10.0  # of both sides: Word and LibreOffice leave 5.4 points at each
OFF_CENTRE = 3.0  # points, of a text that stands in the middle of its row
ON_LINE = 0.2  # of the size, on both sides of the middle of a character
LETTER = re.compile(r"[^\W\d_]")
NUMBERED = re.compile(
    r"\s*(?:[（(]\s*(?:[一二三四五六七八九十]{1,3}|\d{1,2})\s*[)）]|"
    r"(?:[一二三四五六七八九十]{1,3}|\d{1,2})\s*[、.．])"
)
UNIT = re.compile(r"(?<=\d)\s*(?:件|万?元)")
FULL = 1.2  # characters of room, from there on a line could have held another
CLOSING = re.compile(r"[：:，,。、；;）)」』”！？》〉]")  # never begins a line
DIGIT_LINES = re.compile(r"[\d.,]+(?:\n[\d.,]+)+")
OF_FIGURE = re.compile(r"[\d.,，．]")


@dataclass(frozen=True, slots=True)
class PageCell:
    """A cell of a page: its text, its left and right edge, and how many rows it covers.

    ``room`` is what is left in its last line, in characters. ``picture`` tells that something is
    drawn in it that is no text.
    """

    text: str
    x0: float
    x1: float
    rowspan: int = 1
    room: float = inf
    picture: bool = False

    @property
    def band(self) -> tuple[float, float]:
        """The part of the page's width that it takes."""
        return self.x0, self.x1


PageRow = list[PageCell]


@dataclass(slots=True)
class PageTable:
    """A table of one page, or of several once joined.

    ``rows[i]`` holds the cells that start in row i.
    """

    page: int
    bounds: Rect
    rows: list[PageRow]
    spans: bool = True
    xs: tuple[float, ...] = ()
    ys: tuple[float, ...] = ()


def is_words(text: str) -> bool:
    """规章, not 12, 12件, / or 无."""
    return bool(LETTER.search(UNIT.sub("", text))) and text not in SIGNS


def is_figure(cell: PageCell) -> bool:
    return bool(cell.text) and not is_words(cell.text)


def has_figure(row: PageRow) -> bool:
    return any(map(is_figure, row))


def labels_in(row: PageRow) -> list[str]:
    return [cell.text for cell in row if is_words(cell.text)]


def may_be_one_row(upper: PageRow, lower: PageRow) -> bool:
    """Whether rows of which no line tells where they end may be one.

    Both hold figures; those of such a row are wider than their columns. The lower one is without a
    label, or has the rest of one: （四）无法 11, 提供 4.
    """
    if not (has_figure(upper) and has_figure(lower)):
        return False
    above, below = labels_in(upper), labels_in(lower)
    if not above or not below:
        return True
    return bool(NUMBERED.match(above[-1])) and not NUMBERED.match(below[-1])


# --- characters -> their cells --------------------------------------------------------------------


@dataclass(slots=True)
class CellContents:
    """What stands in a table: ``chars`` by the number of their cell.

    ``owners`` tells of which cell each of the smallest rectangles is; ``spilled`` are the cells
    with a character on a line.
    """

    lattice: Lattice
    owners: Mapping[GridSpot, int]
    chars: dict[int, list[Char]] = field(default_factory=dict)
    spilled: set[int] = field(default_factory=set)

    def cell_at(self, x: float, y: float) -> int | None:
        spot = self.lattice.box_at(x, y)
        if spot is None:
            return None
        return self.owners.get(spot)


@dataclass(frozen=True, slots=True)
class CellInk:
    """One cell: its characters, the lines above, between and below its rows, its edges."""

    chars: Sequence[Char]
    ys: Sequence[float]
    x0: float
    x1: float

    @property
    def width(self) -> float:
        return self.x1 - self.x0


def tables_of(
    ink: Ink, lattices: Sequence[Lattice], page: int
) -> tuple[list[PageTable], list[Char]]:
    """The tables of a page and the characters that stand in none of their cells."""
    fillings = [CellContents(lattice, owners_of(lattice)) for lattice in lattices]
    outside: list[Char] = []
    for char in ink.chars:
        if not put_in_cell(char, fillings):
            outside.append(char)
    return [table_of(ink, filling, page) for filling in fillings], outside


def owners_of(lattice: Lattice) -> dict[GridSpot, int]:
    """Row and column of each smallest rectangle -> the number of its cell."""
    found: dict[GridSpot, int] = {}
    for number, box in enumerate(lattice.boxes):
        rows = range(box.row, box.row + box.rowspan)
        columns = range(box.column, box.column + box.colspan)
        found |= dict.fromkeys(product(rows, columns), number)
    return found


def put_in_cell(char: Char, fillings: Sequence[CellContents]) -> bool:
    """Give a character to the cell in which it stands; False where it stands in none."""
    for filling in fillings:
        cell, is_clear = cell_under(char, filling)
        if cell is None:
            continue
        filling.chars.setdefault(cell, []).append(char)
        if not is_clear:
            filling.spilled.add(cell)
        return True
    return False


def cell_under(char: Char, filling: CellContents) -> tuple[int | None, bool]:
    """The cell in which a character stands, and whether it does: not so where a line runs through
    its middle, as one at 251 does through a 7 of 10 points at (248, 253).

    A text too tall for its cell lies over the lines into the next ones, and a digit on a line is in
    no column.
    """
    x, y = char.middle
    off = ON_LINE * char.size
    aside = 0.0
    if OF_FIGURE.match(char.text):
        aside = ON_LINE * (char.x1 - char.x0)
    around = (x, y - off), (x, y + off), (x - aside, y), (x + aside, y)
    others = [filling.cell_at(*point) for point in around]
    first = filling.cell_at(x, y)
    if first is not None:
        return first, others.count(first) == len(others)
    beside = [cell for cell in others if cell is not None]
    return next(iter(beside), None), False


# --- cells -> a table -----------------------------------------------------------------------------


def table_of(ink: Ink, filling: CellContents, page: int) -> PageTable:
    """The cells in the rows in which they start: 规章 | 2 | 0 | 15.

    One over several rows between which a line is missing stands as a cell in each of them.
    """
    lattice = filling.lattice
    torn = torn_cells(filling.chars) | filling.spilled
    drawn = drawn_cells(ink, filling)
    rows: list[PageRow] = [[] for _ in lattice.ys[1:]]
    wrapped: list[GridSpot] = []
    for number, box in enumerate(lattice.boxes):
        inside = cell_ink(filling, number)
        parts = None if number in torn else rows_within(inside)
        if parts is not None:
            for row, part in enumerate(parts, box.row):
                text = text_of(part, ink.width, ink.height)
                rows[row].append(PageCell(text, inside.x0, inside.x1))
            continue
        cell = whole_cell(ink, inside, number in torn, number in drawn)
        if is_wrapped(cell.text, inside):
            wrapped.append((box.row, len(rows[box.row])))
        rows[box.row].append(cell)
    join_wrapped(rows, wrapped)
    return PageTable(page, lattice.bounds, rows, xs=lattice.xs, ys=lattice.ys)


def cell_ink(filling: CellContents, number: int) -> CellInk:
    lattice = filling.lattice
    box = lattice.boxes[number]
    ys = lattice.ys[box.row : box.row + box.rowspan + 1]
    x0, x1 = lattice.xs[box.column], lattice.xs[box.column + box.colspan]
    return CellInk(filling.chars.get(number, []), ys, x0, x1)


def drawn_cells(ink: Ink, filling: CellContents) -> set[int | None]:
    """The cells in which something is drawn that is no text: a picture, letters as outlines."""
    boxes = [image.bounds for image in ink.images] + ink.drawings
    return {filling.cell_at(*middle_of(box)) for box in boxes}


def whole_cell(ink: Ink, inside: CellInk, is_torn: bool, is_drawn: bool) -> PageCell:
    """A cell with all its lines; where they are of several rows, or shared with another cell, it is
    no figure and no label.
    """
    text = text_of(inside.chars, ink.width, ink.height)
    if is_torn or is_figure_between_rows(text, inside):
        text = UNREADABLE if is_words(text) else text + UNREADABLE
    rowspan, room = len(inside.ys) - 1, room_in(inside.chars, inside.width)
    return PageCell(text, inside.x0, inside.x1, rowspan, room, is_drawn and not text)


def is_figure_between_rows(text: str, inside: CellInk) -> bool:
    if len(inside.ys) < 3 or is_words(text):
        return False
    return any(OF_FIGURE.match(char.text) for char in inside.chars)


def torn_cells(chars: Mapping[int, Sequence[Char]]) -> set[int]:
    """Cells that share a number: one that is wider than its column runs over the line into the next
    cell.
    """
    torn: set[int] = set()
    for (before, one), (after, other) in pairwise(figure_chars(chars)):
        apart = abs(after.x0 - before.x1)
        is_level = abs(after.bottom - before.bottom) < 2
        is_beside = is_level and apart < GAP * before.size
        if is_beside and one != other:
            torn |= {one, other}
    return torn


def figure_chars(chars: Mapping[int, Sequence[Char]]) -> list[tuple[Char, int]]:
    """The digits of a table, each with the number of its cell, line by line from left to right."""
    found: list[tuple[Char, int]] = []
    for number, here in chars.items():
        for char in here:
            if OF_FIGURE.match(char.text):
                found.append((char, number))
    return sorted(found, key=place_in_line)


def place_in_line(pair: tuple[Char, int]) -> tuple[int, float]:
    return round(pair[0].bottom), pair[0].x0


# --- figures that wrapped -------------------------------------------------------------------------


def is_wrapped(text: str, inside: CellInk) -> bool:
    """Whether digits stand in several lines because one more found no room in any: 1151923. over 1,
    17 over 08 in 24 points.
    """
    if not DIGIT_LINES.fullmatch(text):
        return False
    *long, last = lines_of(inside.chars)
    lengths = {len(line.chars) for line in long}
    is_even = len(lengths) == 1
    if not is_even or len(last.chars) > min(lengths):
        return False
    digit = max(char.x1 - char.x0 for char in inside.chars)
    full = inside.width - USUAL_PADDING
    return all(line.x1 - line.x0 + digit > full for line in long)


def join_wrapped(rows: Sequence[PageRow], wrapped: Sequence[GridSpot]) -> None:
    """Give cells the figures that wrapped in them, in place; not where all figures of a row stand
    in two lines: these may be two rows of which no line parts them.

    17 over 08 beside 3 is 1708; 17 over 08 beside 2 over 1 stays.
    """
    spots_in: dict[int, list[int]] = {}
    for number, at in wrapped:
        spots_in.setdefault(number, []).append(at)
    for number, spots in spots_in.items():
        row = rows[number]
        figures = sum(map(is_figure, row))
        if figures > 1 and len(spots) >= figures:
            continue
        for at in spots:
            row[at] = replace(row[at], text=row[at].text.replace("\n", ""))


# --- a cell over several rows, where lines are missing --------------------------------------------


def rows_within(inside: CellInk) -> list[list[Char]] | None:
    """The characters of a cell over several rows, row by row, where a line between them must be
    missing: 12 over 7; else None.

    It must be where each text stands in the middle of a row: of figures any number of texts (one in
    the middle of an odd number of rows stands in the middle of the cell, too, and shows nothing),
    of words one in each row.
    """
    if len(inside.ys) < 3 or not inside.chars:
        return None
    if any(char.turn for char in inside.chars):
        return None
    parts = parts_by_row(inside.chars, inside.ys)
    for part, (top, bottom) in zip(parts, pairwise(inside.ys), strict=True):
        if part and is_off_middle(part, top, bottom):
            return None
    if not are_rows(parts, inside):
        return None
    return parts


def are_rows(parts: Sequence[list[Char]], inside: CellInk) -> bool:
    """Whether the texts of a cell are those of its rows: 12 over 7, 1.属于国家秘密 over
    2.其他法律行政法规禁止公开.
    """
    if any(LETTER.match(char.text) for char in inside.chars):
        return all(parts) and not is_one_text(parts, inside.width)
    return not is_in_middle_alone(parts)


def parts_by_row(chars: Sequence[Char], ys: Sequence[float]) -> list[list[Char]]:
    found: list[list[Char]] = [[] for _ in ys[1:]]
    for char in chars:
        row = bisect_right(ys, char.level) - 1
        found[min(max(row, 0), len(found) - 1)].append(char)
    return found


def is_off_middle(part: Sequence[Char], top: float, bottom: float) -> bool:
    highest = min(map(attrgetter("top"), part))
    lowest = max(map(attrgetter("bottom"), part))
    return bool(abs(highest + lowest - top - bottom) > 2 * OFF_CENTRE)


def is_in_middle_alone(parts: Sequence[Sequence[Char]]) -> bool:
    """Whether of an odd number of rows the one in the middle alone holds a text."""
    middle = len(parts) // 2
    others = [*parts[:middle], *parts[middle + 1 :]]
    is_odd = len(parts) % 2 == 1
    return is_odd and not any(others)


def is_one_text(parts: Sequence[list[Char]], width: float) -> bool:
    """为：第一项加第二项之 over 和，等于第三项…: each line but the last is full, and none begins
    with a number.
    """
    texts = [line_text(sorted(part, key=attrgetter("x0"))) for part in parts]
    for part, following in zip(parts, texts[1:], strict=False):
        is_rest = NUMBERED.match(following) is None
        has_no_room = is_full(room_in(part, width), following)
        if not (is_rest and has_no_room):
            return False
    return True


def room_in(chars: Sequence[Char], width: float) -> float:
    """How many further characters the last line of a cell could hold; inf for an empty cell."""
    upright = [char for char in chars if not char.turn]
    lines = lines_of(upright)
    if not lines:
        return inf
    last = lines[-1]
    return (width - PADDING - (last.x1 - last.x0)) / max(last.size, 1.0)


def is_full(room: float, following: str) -> bool:
    """Whether the text that follows found no room in a line: 为： needs that of two, since no line
    begins with ：.
    """
    return room < FULL + bool(CLOSING.match(following[1:2]))
