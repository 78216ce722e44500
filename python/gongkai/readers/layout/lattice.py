"""Rulings of a page -> its tables: rows, columns and the cells between the lines, spans and all.

Lines are joined where they touch; what they enclose is cut into the smallest rectangles, and
rectangles without a line between them are one cell. So a merged cell has its true spans, and a
missing outer line loses nothing.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, product
from typing import NamedTuple

from gongkai.groups import grouped
from gongkai.readers.layout.ink import Rect, Stroke

NEAR = 4.0  # points; lines nearer than this are one line
TOUCHES = 4.0
COVERED = 0.6  # of a side; from there on it is a line
MOST_LINES = 400  # of one table in each direction; more are a drawing

Interval = tuple[float, float]
Line = tuple[float, float, float]  # where it stands, its start, its end
GridSpot = tuple[int, int]  # row and column of one of the smallest rectangles
DrawnSides = Sequence[Sequence[bool]]  # for each line and each stretch of it: is it drawn there?


class CellSpan(NamedTuple):
    """A cell: its first row and column, 0-based, and how many of each it covers."""

    row: int
    column: int
    rowspan: int
    colspan: int


@dataclass(frozen=True, slots=True)
class Lattice:
    """A table's lines: ``xs`` left to right, ``ys`` top to bottom, and its cells row by row."""

    xs: tuple[float, ...]
    ys: tuple[float, ...]
    boxes: tuple[CellSpan, ...]

    @property
    def bounds(self) -> Rect:
        return self.xs[0], self.ys[0], self.xs[-1], self.ys[-1]

    def box_at(self, x: float, y: float) -> GridSpot | None:
        """Row and column of the smallest rectangle around a point; None outside the table."""
        column = bisect_right(self.xs, x) - 1
        row = bisect_right(self.ys, y) - 1
        if 0 <= column < len(self.xs) - 1 and 0 <= row < len(self.ys) - 1:
            return row, column
        return None


@dataclass(slots=True)
class Ruling:
    """Collinear lines: where they stand and the stretches that they cover."""

    at: float
    stretches: list[Interval]


class Stretch(NamedTuple):
    """One stretch of a ruling."""

    is_level: bool
    at: float
    start: float
    end: float


def lattices_of(strokes: Sequence[Stroke]) -> list[Lattice]:
    """The tables of a page, from top to bottom.

    A frame around one thing is none, nor is a table of one column.
    """
    level: list[Line] = []
    upright: list[Line] = []
    for stroke in strokes:
        if stroke.x1 - stroke.x0 > stroke.bottom - stroke.top:
            level.append((stroke.top, stroke.x0, stroke.x1))
        else:
            upright.append((stroke.x0, stroke.top, stroke.bottom))
    found: list[Lattice] = []
    for rows, columns in connected(rulings(level), rulings(upright)):
        lattice = lattice_of(rows, columns)
        if lattice is not None:
            found.append(lattice)
    return sorted(found, key=top_left)


def top_left(lattice: Lattice) -> tuple[float, float]:
    return lattice.ys[0], lattice.xs[0]


# --- rulings --------------------------------------------------------------------------------------


def rulings(lines: Sequence[Line]) -> list[Ruling]:
    """Lines of one direction -> collinear ones together, those that touch joined."""
    groups: list[list[Line]] = []
    for line in sorted(lines):
        if groups and line[0] - groups[-1][0][0] <= NEAR:
            groups[-1].append(line)
        else:
            groups.append([line])
    return [ruling_of(group) for group in groups]


def ruling_of(lines: Sequence[Line]) -> Ruling:
    """Lines beside each other as one: 72 to 150 at 80.0, 151 to 240 at 80.5 -> 72 to 240 at 80.25.

    Word draws the border of each cell for itself.
    """
    places: list[float] = []
    spans: list[Interval] = []
    for place, start, end in lines:
        places.append(place)
        spans.append((start, end))
    stretches: list[Interval] = []
    for start, end in sorted(spans):
        if stretches and start <= stretches[-1][1] + NEAR:
            stretches[-1] = stretches[-1][0], max(stretches[-1][1], end)
        else:
            stretches.append((start, end))
    return Ruling(sum(places) / len(places), stretches)


def connected(
    level: Sequence[Ruling], upright: Sequence[Ruling]
) -> list[tuple[list[Ruling], list[Ruling]]]:
    """The stretches that touch each other, directly or through others: one group for each table."""
    across = pieces_of(level, is_level=True)
    down = pieces_of(upright, is_level=False)
    pieces = [*across, *down]
    if len(pieces) > 4 * MOST_LINES:
        return []  # a drawing
    found = []
    for group in grouped(pieces, touching(across, down)):
        found.append((rulings_from(group, is_level=True), rulings_from(group, is_level=False)))
    return found


def pieces_of(lines: Sequence[Ruling], is_level: bool) -> list[Stretch]:
    found: list[Stretch] = []
    for ruling in lines:
        found += [Stretch(is_level, ruling.at, *stretch) for stretch in ruling.stretches]
    return found


def rulings_from(pieces: Sequence[Stretch], is_level: bool) -> list[Ruling]:
    """Those pieces of a table that run in one direction, as rulings again."""
    found: dict[float, Ruling] = {}
    for piece in pieces:
        if piece.is_level == is_level:
            ruling = found.setdefault(piece.at, Ruling(piece.at, []))
            ruling.stretches.append((piece.start, piece.end))
    return list(found.values())


def touching(
    across: Sequence[Stretch], down: Sequence[Stretch]
) -> Iterator[tuple[Stretch, Stretch]]:
    """The pairs of level and upright pieces that cross or meet, or end just before they would."""
    for one in across:
        for other in down:
            if touches(one, other.at) and touches(other, one.at):
                yield one, other


def touches(piece: Stretch, place: float) -> bool:
    return piece.start - TOUCHES <= place <= piece.end + TOUCHES


# --- rulings -> a table ---------------------------------------------------------------------------


def lattice_of(level: Sequence[Ruling], upright: Sequence[Ruling]) -> Lattice | None:
    xs = positions(upright, level)
    ys = positions(level, upright)
    if len(xs) < 3 or len(ys) < 2 or max(len(xs), len(ys)) > MOST_LINES:
        return None
    walls = sides_of(upright, xs, ys)
    floors = sides_of(level, ys, xs)
    boxes = boxes_of(walls, floors)
    if len(boxes) > 1:
        return Lattice(tuple(xs), tuple(ys), tuple(boxes))
    return None


def positions(own: Sequence[Ruling], others: Sequence[Ruling]) -> list[float]:
    """Where the lines of one direction stand, and the outermost ends of the others if they reach
    further: rows 72 to 520 with upright lines at 244, 336 and 416 -> 72, 244, 336, 416, 520.
    """
    found = sorted(ruling.at for ruling in own)
    low, high = reach_of(others)
    if not found or low < found[0] - 2 * NEAR:
        found.insert(0, low)
    if high > found[-1] + 2 * NEAR:
        found.append(high)
    return found


def reach_of(lines: Sequence[Ruling]) -> Interval:
    """From where to where lines of one direction reach; nowhere for none."""
    starts: list[float] = []
    ends: list[float] = []
    for ruling in lines:
        for start, end in ruling.stretches:
            starts.append(start)
            ends.append(end)
    return min(starts, default=0.0), max(ends, default=0.0)


def sides_of(lines: Sequence[Ruling], places: Sequence[float], ends: Sequence[float]) -> DrawnSides:
    """At each place of a line, whether it is drawn between each two lines that cross it."""
    found = []
    for place in places:
        stretches: list[Interval] = []
        for ruling in lines:
            if abs(ruling.at - place) < 0.01:
                stretches += ruling.stretches
        found.append([covers(stretches, start, end) for start, end in pairwise(ends)])
    return found


def covers(stretches: Sequence[Interval], start: float, end: float) -> bool:
    shared = 0.0
    for low, high in stretches:
        shared += max(0.0, min(end, high) - max(start, low))
    return shared >= COVERED * (end - start)


# --- the cells of a table -------------------------------------------------------------------------
# ``walls[x][row]`` and ``floors[y][column]`` tell where a line is drawn.


def boxes_of(walls: DrawnSides, floors: DrawnSides) -> list[CellSpan]:
    """Cells from the lines: 第二十条第（一）项 and what stands right of it, row by row."""
    inner_walls, inner_floors = closed(walls), closed(floors)
    taken: set[GridSpot] = set()
    found: list[CellSpan] = []
    for spot in product(range(len(floors) - 1), range(len(walls) - 1)):
        if spot in taken:
            continue
        area = region(inner_walls, inner_floors, spot)
        taken |= area
        box = box_around(area)
        if is_outside(walls, floors, box):
            continue
        if len(area) == box.rowspan * box.colspan:
            found.append(box)
        else:  # no rectangle: a line is missing somewhere, so nothing is known to be merged
            found += [CellSpan(row, column, 1, 1) for row, column in area]
    return sorted(found)


def closed(lines: DrawnSides) -> DrawnSides:
    """The lines, the outermost drawn throughout: no way leads out of the table."""
    edge = [True] * len(lines[0])
    return [edge, *lines[1:-1], edge]


def region(walls: DrawnSides, floors: DrawnSides, start: GridSpot) -> set[GridSpot]:
    """The smallest rectangles that are reached from one without crossing a line."""
    area = {start}
    left = [start]
    while left:
        for step in steps_from(walls, floors, left.pop()):
            if step not in area:
                area.add(step)
                left.append(step)
    return area


def steps_from(walls: DrawnSides, floors: DrawnSides, spot: GridSpot) -> Iterator[GridSpot]:
    row, column = spot
    if not walls[column][row]:
        yield row, column - 1
    if not walls[column + 1][row]:
        yield row, column + 1
    if not floors[row][column]:
        yield row - 1, column
    if not floors[row + 1][column]:
        yield row + 1, column


def box_around(area: Collection[GridSpot]) -> CellSpan:
    rows = [row for row, _ in area]
    columns = [column for _, column in area]
    top, left = min(rows), min(columns)
    return CellSpan(top, left, max(rows) - top + 1, max(columns) - left + 1)


def is_outside(walls: DrawnSides, floors: DrawnSides, box: CellSpan) -> bool:
    """Whether an area is no cell but lies beside a narrower part of the table.

    It is open at two sides that meet, as what is right of 合计 where that row is shorter.
    """
    bottom, right = box.row + box.rowspan, box.column + box.colspan
    columns, rows = slice(box.column, right), slice(box.row, bottom)
    above, below = has_side(floors, box.row, columns), has_side(floors, bottom, columns)
    before, after = has_side(walls, box.column, rows), has_side(walls, right, rows)
    return not (above and below) and not (before and after)


def has_side(lines: DrawnSides, at: int, stretch: slice) -> bool:
    """Whether an area is closed at one of its sides.

    A side of the whole table that has no line at all is open by design, or at a page break: its
    cells are closed there.
    """
    is_edge = at in (0, len(lines) - 1)
    if is_edge and not any(lines[at]):
        return True
    return any(lines[at][stretch])
