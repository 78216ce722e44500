"""The values that a page paints, in points from its top left, in the order of painting."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from gongkai.model import UnreadableDocument

# Per document; a report has some thousands.
MOST_CHARS = 150_000
MOST_STROKES = 60_000  # lines and filled boxes of a page
MOST_FORMS = 3_000  # pieces drawn again and again on a page
# Stands for a character that the PDF does not name: never a digit, never nothing.
UNREADABLE = "\ufffd"

Rect = tuple[float, float, float, float]  # left, top, right, bottom
Color = tuple[float, float, float] | None  # red, green, blue; None where it is not known


class Char(NamedTuple):
    """A character and its box.

    ``turn`` is the direction of its line in degrees (0 to the right, 90 upwards, 180, 270);
    ``order`` counts what was painted before it; ``hidden`` is what the PDF itself says (mode,
    clipping, layer).
    """

    text: str
    x0: float
    top: float
    x1: float
    bottom: float
    size: float
    turn: int
    order: int
    color: Color
    hidden: bool

    @property
    def bounds(self) -> Rect:
        return self.x0, self.top, self.x1, self.bottom

    @property
    def middle(self) -> tuple[float, float]:
        return (self.x0 + self.x1) / 2, (self.top + self.bottom) / 2

    @property
    def level(self) -> float:
        """Where the middle of its height is."""
        return (self.top + self.bottom) / 2


class Stroke(NamedTuple):
    """A ruling: a line that is level (top == bottom) or upright (x0 == x1)."""

    x0: float
    top: float
    x1: float
    bottom: float


class Fill(NamedTuple):
    """A filled rectangle or a picture.

    A picture that can be seen through has the order 0, so it covers nothing.
    """

    bounds: Rect
    color: Color
    order: int


@dataclass(slots=True)
class Ink:
    """All that one page paints.

    ``drawings`` are filled shapes that are no rectangles: letters as outlines are such.
    """

    width: float
    height: float
    chars: list[Char] = field(default_factory=list)
    strokes: list[Stroke] = field(default_factory=list)
    fills: list[Fill] = field(default_factory=list)
    images: list[Fill] = field(default_factory=list)
    drawings: list[Rect] = field(default_factory=list)


@dataclass
class Budget:
    """What the document may still paint."""

    chars: int = MOST_CHARS
    strokes: int = MOST_STROKES
    forms: int = MOST_FORMS

    def check(self) -> None:
        if min(self.chars, self.strokes, self.forms) < 0:
            raise UnreadableDocument(
                "页面内容过多，不像是年度报告；请只保留报告的页面，另存一份后重试。"
            )


def middle_of(bounds: Rect) -> tuple[float, float]:
    return (bounds[0] + bounds[2]) / 2, (bounds[1] + bounds[3]) / 2


def is_inside(point: tuple[float, float], bounds: Rect) -> bool:
    x, y = point
    return bounds[0] <= x <= bounds[2] and bounds[1] <= y <= bounds[3]


def thickness(bounds: Rect) -> float:
    """The shorter side of a box: 0.5 for the border of a cell."""
    return min(bounds[2] - bounds[0], bounds[3] - bounds[1])
