"""The column lines of a table's part on one page -> where they stand on the page of the part
before.

The pages of a document are one long strip, but its parts need not stand at one edge, nor in one
size: a scaled page, a wider margin, a column that somebody dragged on one page. The lines that
agree say how a part lies; between two of these the others are paired in their order.
"""

from __future__ import annotations

from bisect import bisect_right
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise, product

from gongkai.readers.layout.lattice import NEAR

FEWEST_AGREED = 3  # lines: two edges agree by chance
AGREED = 0.75  # of the lines of the part that has fewer
OVERHANG = 24.0  # points that a part may reach beyond the other: an outer edge was dragged
LEAST_SCALE, MOST_SCALE = 0.5, 2.0  # of the widths of one part of a table beside the other
LOOSE = 12.0  # points between two borders that texts tell, where no line is drawn

LinePair = tuple[int, int]  # a line of the upper part, a line of the lower one


@dataclass(frozen=True, slots=True)
class Mapping:
    """How a lower part lies on the strip.

    ``lines`` are its own, ``places`` where they stand under the upper part.
    """

    lines: tuple[float, ...]
    places: tuple[float, ...]

    def at(self, x: float) -> float:
        """Where any place of the lower part stands, by its share of the way between two lines.

        251.5 between 251 and 285 -> between their places.
        """
        right = min(max(bisect_right(self.lines, x), 1), len(self.lines) - 1)
        start, end = self.lines[right - 1], self.lines[right]
        place, next_place = self.places[right - 1], self.places[right]
        share = (x - start) / (end - start)
        return place + share * (next_place - place)


def common_columns(
    upper: Sequence[float], lower: Sequence[float], ruled: bool = True
) -> Mapping | None:
    """How the lines of a lower part lie under those of an upper one.

    None where too few of them agree.

    72 244 336 416 520 over 72 244 336 416 524.5: four lines agree as they stand, and the last is
    the last of both.
    """
    near = NEAR if ruled else LOOSE
    fewest = min(len(upper), len(lower))
    if fewest < 2:
        return None
    scale, shift = likeliest_scale_and_shift(upper, lower, near)
    moved = [scale * x + shift for x in lower]
    agreed = agreed_lines(upper, moved, near)
    if len(agreed) < max(min(FEWEST_AGREED, fewest), AGREED * fewest):
        return None
    places = list(moved)
    for at, other in in_order(agreed, len(upper), len(lower)):
        places[at] = upper[other]
    if is_sound(places, upper):
        return Mapping(tuple(lower), tuple(places))
    return None


def is_sound(places: Sequence[float], upper: Sequence[float]) -> bool:
    """Whether the lines keep their order, within the edges of the upper part or little beyond."""
    for before, after in pairwise(places):
        is_rising = before < after
        if not is_rising:
            return False
    return upper[0] - OVERHANG <= places[0] and places[-1] <= upper[-1] + OVERHANG


def likeliest_scale_and_shift(
    upper: Sequence[float], lower: Sequence[float], near: float
) -> tuple[float, float]:
    """The one under which most lines agree.

    The part as it stands comes before one that is moved, a moved before a scaled.
    """
    most, least_off = -1, 0.0
    found = (1.0, 0.0)
    for scale, shift in scales_and_shifts(upper, lower):
        agreed = agreed_lines(upper, [scale * x + shift for x in lower], near)
        off = 0.0
        for one, other in agreed:
            off += abs(upper[one] - scale * lower[other] - shift)
        if (len(agreed), -off) > (most, near - least_off):
            most, least_off = len(agreed), off
            found = (scale, shift)
    return found


def scales_and_shifts(
    upper: Sequence[float], lower: Sequence[float]
) -> Iterator[tuple[float, float]]:
    """As it stands; each line moved to each; both edges moved to both edges."""
    yield 1.0, 0.0
    for one, other in product(upper, lower):
        yield 1.0, one - other
    scale = (upper[-1] - upper[0]) / (lower[-1] - lower[0])
    if LEAST_SCALE <= scale <= MOST_SCALE:
        yield scale, upper[0] - scale * lower[0]


def agreed_lines(upper: Sequence[float], lower: Sequence[float], near: float) -> list[LinePair]:
    """The pairs of lines that stand together, each line once, from left to right: of 72 244 336 and
    73 300 336, if 4 are near, the first of both and the last of both.
    """
    found: list[LinePair] = []
    one = other = 0
    while one < len(upper) and other < len(lower):
        apart = lower[other] - upper[one]
        if abs(apart) <= near:
            found.append((one, other))
        if apart >= -near:
            one += 1
        if apart <= near:
            other += 1
    return found


def in_order(agreed: Sequence[LinePair], uppers: int, lowers: int) -> Iterator[LinePair]:
    """(lower line, upper line) of all pairs.

    Those that agree, and between two of them the rest where both parts have as many: 402 and 449
    under 409 and 449, a column dragged.
    """
    stops = [(-1, -1), *agreed, (uppers, lowers)]
    for (one, other), (next_one, next_other) in pairwise(stops):
        if next_one - one == next_other - other:
            yield from zip(range(other + 1, next_other), range(one + 1, next_one), strict=True)
    for one, other in agreed:
        yield other, one
