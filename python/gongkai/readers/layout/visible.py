"""What a page of a PDF paints -> what a reader of the page sees, upright.

Text that nobody can see is left out: it was hidden on purpose, or belongs to a picture (the guesses
of a scanner program). Text painted twice for a bold look is there once; two different characters in
one place are unreadable.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence

from gongkai.readers.layout.ink import UNREADABLE, Char, Color, Fill, Ink, Rect, Stroke

SAME_COLOR = 0.04  # of each of red, green and blue
SAME_PLACE = 0.2  # of the size; characters side by side are further apart
PLAIN_WHITE = (1.0, 1.0, 1.0)
SIDEWAYS = 0.6  # share of characters from which the whole page is taken to lie on its side


def visible_ink(ink: Ink) -> Ink:
    """The page with its visible characters alone, turned upright where it lies on its side."""
    visible = [
        shown
        for char in ink.chars
        if not char.hidden and (shown := as_shown(char, ink)) is not None
    ]
    return upright(
        Ink(ink.width, ink.height, once(visible), ink.strokes, ink.fills, ink.images, ink.drawings)
    )


# --- hidden text ----------------------------------------------------------------------------------


def as_shown(char: Char, ink: Ink) -> Char | None:
    """A character, or None where it has the colour of what lies under it or a picture lies over it.

    Under something painted over it later it counts as unreadable: that was done to correct or to
    black out, or the program that made the file paints its grounds late; no figure may come or go
    by it in silence.
    """
    under: Color = PLAIN_WHITE
    x, y = (char.x0 + char.x1) / 2, (char.top + char.bottom) / 2
    covered = False
    for fill in ink.fills:
        if holds(fill.bounds, x, y):
            covered = covered or fill.order > char.order
            under = under if fill.order > char.order else fill.color
    for image in ink.images:
        if holds(image.bounds, x, y):
            if image.order > char.order:
                return None
            under = None
    if covered:
        return char._replace(text=UNREADABLE)
    return None if same_color(char.color, under) else char


def holds(bounds: Rect, x: float, y: float) -> bool:
    return bounds[0] <= x <= bounds[2] and bounds[1] <= y <= bounds[3]


def same_color(one: Color, other: Color) -> bool:
    if one is None or other is None:
        return False
    return all(abs(a - b) < SAME_COLOR for a, b in zip(one, other, strict=True))


# --- text painted twice ---------------------------------------------------------------------------


def once(chars: Sequence[Char]) -> list[Char]:
    """Each character once, in the order of painting; of two different ones in one place neither can
    be read.
    """
    found: list[Char] = []
    places: dict[tuple[int, int], list[int]] = {}
    for char in chars:
        x, y = (char.x0 + char.x1) / 2, (char.top + char.bottom) / 2
        reach = SAME_PLACE * char.size
        column, row = int(x // 8), int(y // 8)
        double = False
        for spot in (
            (c, r) for c in (column - 1, column, column + 1) for r in (row - 1, row, row + 1)
        ):
            for number in places.get(spot, ()):
                other = found[number]
                if (
                    abs((other.x0 + other.x1) / 2 - x) < reach
                    and abs((other.top + other.bottom) / 2 - y) < reach
                ):
                    double = True
                    if other.text != char.text:
                        found[number] = other._replace(text=UNREADABLE)
        if not double:
            places.setdefault((column, row), []).append(len(found))
            found.append(char)
    return found


# --- pages that lie on their side -----------------------------------------------------------------


def upright(ink: Ink) -> Ink:
    turns = Counter(char.turn for char in ink.chars)
    turn, times = turns.most_common(1)[0] if turns else (0, 0)
    if not turn or times < SIDEWAYS * len(ink.chars):
        return ink
    width, height = (ink.width, ink.height) if turn == 180 else (ink.height, ink.width)

    def move(bounds: Rect) -> Rect:
        return turned(bounds, turn, ink.width, ink.height)

    def move_fill(fill: Fill) -> Fill:
        return fill._replace(bounds=move(fill.bounds))

    chars = []
    for char in ink.chars:
        x0, top, x1, bottom = move((char.x0, char.top, char.x1, char.bottom))
        chars.append(
            char._replace(x0=x0, top=top, x1=x1, bottom=bottom, turn=(char.turn - turn) % 360)
        )
    strokes = [Stroke(*move(stroke)) for stroke in ink.strokes]
    fills, images = list(map(move_fill, ink.fills)), list(map(move_fill, ink.images))
    return Ink(width, height, chars, strokes, fills, images, list(map(move, ink.drawings)))


def turned(bounds: Rect, turn: int, width: float, height: float) -> Rect:
    """A box as it stands once lines that run in the direction ``turn`` run to the right."""
    x0, top, x1, bottom = bounds
    if turn == 90:
        return height - bottom, x0, height - top, x1
    if turn == 270:
        return top, width - x1, bottom, width - x0
    return (width - x1, height - bottom, width - x0, height - top) if turn == 180 else bounds
