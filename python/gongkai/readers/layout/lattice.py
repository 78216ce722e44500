"""Rulings of a page -> its tables: rows, columns and the cells between the lines, spans and all.

Lines are joined where they touch; what they enclose is cut into the smallest rectangles, and
rectangles without a line between them are one cell. So a merged cell has its true spans, and a
missing outer line loses nothing.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from typing import NamedTuple

from gongkai.readers.layout.ink import Rect, Stroke

NEAR = 4.0  # points; lines nearer than this are one line
TOUCHES = 4.0
COVERED = 0.6  # of a side; from there on it is a line
MOST_LINES = 400  # of one table in each direction; more are a drawing

Interval = tuple[float, float]


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

    def box_at(self, x: float, y: float) -> tuple[int, int] | None:
        """Row and column of the smallest rectangle around a point."""
        column, row = bisect_right(self.xs, x) - 1, bisect_right(self.ys, y) - 1
        inside = 0 <= column < len(self.xs) - 1 and 0 <= row < len(self.ys) - 1
        return (row, column) if inside else None


@dataclass(slots=True)
class Ruling:
    """Collinear lines: where they stand and the stretches that they cover."""

    at: float
    stretches: list[Interval]


def lattices_of(strokes: Sequence[Stroke]) -> list[Lattice]:
    """The tables of a page, from top to bottom; a frame around one thing and tables of one column
    are none.
    """
    level = rulings([(s.top, s.x0, s.x1) for s in strokes if s.x1 - s.x0 > s.bottom - s.top])
    upright = rulings([(s.x0, s.top, s.bottom) for s in strokes if s.x1 - s.x0 <= s.bottom - s.top])
    found = [
        lattice
        for rows, columns in connected(level, upright)
        if (lattice := lattice_of(rows, columns))
    ]
    return sorted(found, key=lambda lattice: (lattice.ys[0], lattice.xs[0]))


def rulings(lines: Sequence[tuple[float, float, float]]) -> list[Ruling]:
    """(position, start, end) of lines of one direction -> collinear ones together, those that touch
    joined.
    """
    groups: list[list[tuple[float, float, float]]] = []
    for line in sorted(lines):
        if groups and line[0] - groups[-1][0][0] <= NEAR:
            groups[-1].append(line)
        else:
            groups.append([line])
    found = []
    for group in groups:
        stretches: list[Interval] = []
        for start, end in sorted((start, end) for _, start, end in group):
            if stretches and start <= stretches[-1][1] + NEAR:
                stretches[-1] = stretches[-1][0], max(stretches[-1][1], end)
            else:
                stretches.append((start, end))
        found.append(Ruling(sum(position for position, _, _ in group) / len(group), stretches))
    return found


def connected(
    level: Sequence[Ruling], upright: Sequence[Ruling]
) -> list[tuple[list[Ruling], list[Ruling]]]:
    """The stretches that touch each other, directly or through others: one group for each table."""
    pieces = [(0, ruling.at, *stretch) for ruling in level for stretch in ruling.stretches]
    pieces += [(1, ruling.at, *stretch) for ruling in upright for stretch in ruling.stretches]
    if len(pieces) > 4 * MOST_LINES:
        pieces = []  # a drawing
    leader = list(range(len(pieces)))

    def lead(number: int) -> int:
        while leader[number] != number:
            leader[number] = leader[leader[number]]
            number = leader[number]
        return number

    first = sum(1 for piece in pieces if piece[0] == 0)
    for one in range(first):
        _, y, x0, x1 = pieces[one]
        for other in range(first, len(pieces)):
            _, x, top, bottom = pieces[other]
            if x0 - TOUCHES <= x <= x1 + TOUCHES and top - TOUCHES <= y <= bottom + TOUCHES:
                leader[lead(other)] = lead(one)
    groups: dict[int, tuple[dict[float, Ruling], dict[float, Ruling]]] = {}
    for number, (direction, at, start, end) in enumerate(pieces):
        sides = groups.setdefault(lead(number), ({}, {}))[direction]
        sides.setdefault(at, Ruling(at, [])).stretches.append((start, end))
    return [(list(rows.values()), list(columns.values())) for rows, columns in groups.values()]


def lattice_of(level: Sequence[Ruling], upright: Sequence[Ruling]) -> Lattice | None:
    xs = positions(upright, level)
    ys = positions(level, upright)
    if len(xs) < 3 or len(ys) < 2 or max(len(xs), len(ys)) > MOST_LINES:
        return None
    columns = {x: [s for r in upright if abs(r.at - x) < 0.01 for s in r.stretches] for x in xs}
    rows = {y: [s for r in level if abs(r.at - y) < 0.01 for s in r.stretches] for y in ys}
    walls = [[covers(columns[x], top, bottom) for x in xs] for top, bottom in pairwise(ys)]
    floors = [[covers(rows[y], left, right) for left, right in pairwise(xs)] for y in ys]
    boxes = boxes_of(walls, floors)
    return Lattice(tuple(xs), tuple(ys), tuple(boxes)) if len(boxes) > 1 else None


def positions(own: Sequence[Ruling], others: Sequence[Ruling]) -> list[float]:
    """Where the lines of one direction stand, and the outermost ends of the others if they reach
    further.
    """
    found = sorted(ruling.at for ruling in own)
    low = min((stretch[0] for ruling in others for stretch in ruling.stretches), default=0.0)
    high = max((stretch[1] for ruling in others for stretch in ruling.stretches), default=0.0)
    if not found or low < found[0] - 2 * NEAR:
        found.insert(0, low)
    if high > found[-1] + 2 * NEAR:
        found.append(high)
    return found


def covers(stretches: Sequence[Interval], start: float, end: float) -> bool:
    shared = sum(max(0.0, min(end, high) - max(start, low)) for low, high in stretches)
    return shared >= COVERED * (end - start)


def boxes_of(walls: Sequence[Sequence[bool]], floors: Sequence[Sequence[bool]]) -> list[CellSpan]:
    """Cells from the lines: ``walls[row][x]`` and ``floors[y][column]`` tell where there is one."""
    height, width = len(walls), len(walls[0]) - 1
    taken = [[False] * width for _ in range(height)]
    found = []
    for row in range(height):
        for column in range(width):
            if taken[row][column]:
                continue
            area = region(walls, floors, row, column)
            top, bottom = min(r for r, _ in area), max(r for r, _ in area)
            left, right = min(c for _, c in area), max(c for _, c in area)
            for r, c in area:
                taken[r][c] = True
            if is_outside(walls, floors, top, left, bottom, right):
                continue
            if len(area) == (bottom - top + 1) * (right - left + 1):
                found.append(CellSpan(top, left, bottom - top + 1, right - left + 1))
            else:  # no rectangle: a line is missing somewhere, so nothing is known to be merged
                found += [CellSpan(r, c, 1, 1) for r, c in area]
    return sorted(found)


def region(
    walls: Sequence[Sequence[bool]], floors: Sequence[Sequence[bool]], row: int, column: int
) -> set[tuple[int, int]]:
    """The smallest rectangles that are reached from one without crossing a line."""
    height, width = len(walls), len(walls[0]) - 1
    area = {(row, column)}
    left = [(row, column)]
    while left:
        r, c = left.pop()
        steps = []
        if c + 1 < width and not walls[r][c + 1]:
            steps.append((r, c + 1))
        if c and not walls[r][c]:
            steps.append((r, c - 1))
        if r + 1 < height and not floors[r + 1][c]:
            steps.append((r + 1, c))
        if r and not floors[r][c]:
            steps.append((r - 1, c))
        for step in steps:
            if step not in area:
                area.add(step)
                left.append(step)
    return area


def is_outside(
    walls: Sequence[Sequence[bool]],
    floors: Sequence[Sequence[bool]],
    top: int,
    left: int,
    bottom: int,
    right: int,
) -> bool:
    """Whether an area is no cell but lies beside a narrower part of the table: open at two sides
    that meet.

    A side of the table that has no line at all is open by design, or at a page break: its cells are
    closed there.
    """
    above = any(floors[top][left : right + 1]) or (not top and not any(floors[0]))
    below = any(floors[bottom + 1][left : right + 1]) or (
        bottom + 1 == len(walls) and not any(floors[-1])
    )
    before = any(row[left] for row in walls[top : bottom + 1]) or (
        not left and not any(row[0] for row in walls)
    )
    after = any(row[right + 1] for row in walls[top : bottom + 1]) or (
        right + 2 == len(walls[0]) and not any(row[-1] for row in walls)
    )
    return (
        not (above or before)
        or not (above or after)
        or not (below or before)
        or not (below or after)
    )
