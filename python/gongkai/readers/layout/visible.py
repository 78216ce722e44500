"""What a page of a PDF paints -> what a reader of the page sees, upright.

Text that nobody can see is left out: it was hidden on purpose, or belongs to a picture (the guesses
of a scanner program). Text painted twice for a bold look is there once; two different characters in
one place are unreadable.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from itertools import product

from gongkai.readers.layout.ink import (
    UNREADABLE,
    Char,
    Color,
    Fill,
    Ink,
    Rect,
    Stroke,
    is_inside,
)

SAME_COLOR = 0.04  # of each of red, green and blue
SAME_PLACE = 0.2  # of the size; characters side by side are further apart
PLAIN_WHITE = (1.0, 1.0, 1.0)
SIDEWAYS = 0.6  # share of characters from which the whole page is taken to lie on its side
SQUARE = 8  # points; characters are looked for in squares of the page, as wide as this


def visible_ink(ink: Ink) -> Ink:
    """The page with its visible characters alone, turned upright where it lies on its side."""
    visible: list[Char] = []
    for char in ink.chars:
        if char.hidden:
            continue
        shown = as_shown(char, ink)
        if shown is not None:
            visible.append(shown)
    return upright(
        Ink(ink.width, ink.height, once(visible), ink.strokes, ink.fills, ink.images, ink.drawings)
    )


# --- hidden text ----------------------------------------------------------------------------------


def as_shown(char: Char, ink: Ink) -> Char | None:
    """A character, or None where it has the colour of what lies under it or a picture lies over it.

    Under something painted over it later it counts as unreadable: that was done to correct or to
    black out, or the program that made the file paints its grounds late; no figure may come or go
    by it in silence. Of 134, white on a blue ground, nothing goes; white on paper nobody sees it.
    """
    fills, images = fills_at(ink.fills, char), fills_at(ink.images, char)
    if is_painted_over(char, images):
        return None
    if is_painted_over(char, fills):
        return char._replace(text=UNREADABLE)
    if not images and same_color(char.color, ground_of(fills)):
        return None
    return char


def fills_at(fills: Sequence[Fill], char: Char) -> list[Fill]:
    middle = char.middle
    return [fill for fill in fills if is_inside(middle, fill.bounds)]


def is_painted_over(char: Char, fills: Sequence[Fill]) -> bool:
    return any(fill.order > char.order for fill in fills)


def ground_of(fills: Sequence[Fill]) -> Color:
    """The colour of the last of the grounds under a character; without any, the paper is white."""
    if not fills:
        return PLAIN_WHITE
    return fills[-1].color


def same_color(one: Color, other: Color) -> bool:
    if one is None or other is None:
        return False
    return all(abs(a - b) < SAME_COLOR for a, b in zip(one, other, strict=True))


# --- text painted twice ---------------------------------------------------------------------------


def once(chars: Sequence[Char]) -> list[Char]:
    """Each character once, in the order of painting.

    Of two different ones in one place neither can be read: 3 over 8.
    """
    found: list[Char] = []
    places: dict[tuple[int, int], list[int]] = {}
    for char in chars:
        is_double = False
        for number in numbers_near(places, char):
            if not is_over(found[number], char):
                continue
            is_double = True
            if found[number].text != char.text:
                found[number] = found[number]._replace(text=UNREADABLE)
        if not is_double:
            places.setdefault(square_of(char), []).append(len(found))
            found.append(char)
    return found


def square_of(char: Char) -> tuple[int, int]:
    x, y = char.middle
    return int(x // SQUARE), int(y // SQUARE)


def numbers_near(places: dict[tuple[int, int], list[int]], char: Char) -> Iterator[int]:
    """The numbers of the characters in the nine squares around one."""
    column, row = square_of(char)
    for square in product(range(column - 1, column + 2), range(row - 1, row + 2)):
        yield from places.get(square, ())


def is_over(one: Char, other: Char) -> bool:
    (x, y), (other_x, other_y) = one.middle, other.middle
    reach = SAME_PLACE * other.size
    return abs(x - other_x) < reach and abs(y - other_y) < reach


# --- pages that lie on their side -----------------------------------------------------------------


def upright(ink: Ink) -> Ink:
    """The page as a person holds it: turned by a quarter where most of its lines run upwards, so
    that one of 595 by 842 points is 842 wide.
    """
    turn = usual_turn(ink.chars)
    if not turn:
        return ink
    width, height = (ink.width, ink.height) if turn == 180 else (ink.height, ink.width)

    def move(bounds: Rect) -> Rect:
        return turned(bounds, turn, ink.width, ink.height)

    def move_fills(fills: Sequence[Fill]) -> list[Fill]:
        return [fill._replace(bounds=move(fill.bounds)) for fill in fills]

    chars = []
    for char in ink.chars:
        x0, top, x1, bottom = move(char.bounds)
        turn_left = (char.turn - turn) % 360
        chars.append(char._replace(x0=x0, top=top, x1=x1, bottom=bottom, turn=turn_left))
    strokes = [Stroke(*move(stroke)) for stroke in ink.strokes]
    drawings = [move(bounds) for bounds in ink.drawings]
    return Ink(
        width, height, chars, strokes, move_fills(ink.fills), move_fills(ink.images), drawings
    )


def usual_turn(chars: Sequence[Char]) -> int:
    """The direction in which nearly all lines of a page run; 0 where they do not agree."""
    turns = Counter(char.turn for char in chars)
    if not turns:
        return 0
    turn, times = turns.most_common(1)[0]
    if times >= SIDEWAYS * len(chars):
        return turn
    return 0


def turned(bounds: Rect, turn: int, width: float, height: float) -> Rect:
    """A box as it stands once lines that run in the direction ``turn`` run to the right."""
    x0, top, x1, bottom = bounds
    if turn == 90:
        return height - bottom, x0, height - top, x1
    if turn == 270:
        return top, width - x1, bottom, width - x0
    if turn == 180:
        return width - x1, height - bottom, width - x0, height - top
    return bounds
