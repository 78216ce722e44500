"""What pdfminer's interpreter paints -> the ink of a page: characters, rulings, fills, pictures.

pdfplumber's own foundation (pdfminer) is driven here without the dictionaries that pdfplumber makes
of each character: that is quicker, and only at this level is known what tells hidden text (render
mode, clipping, layers, what is painted over it).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import pairwise
from math import hypot
from typing import Any, NamedTuple

from pdfminer.pdfcolor import PDFColorSpace
from pdfminer.pdfdevice import PDFTextDevice, PDFTextSeq
from pdfminer.pdffont import PDFFont, PDFSimpleFont, PDFUnicodeNotDefined
from pdfminer.pdfinterp import PDFGraphicState, PDFResourceManager, PDFTextState
from pdfminer.pdfpage import PDFPage
from pdfminer.pdftypes import PDFStream, resolve1
from pdfminer.utils import Matrix, apply_matrix_pt

from gongkai.figures import INVISIBLE
from gongkai.readers.layout.ink import (
    UNREADABLE,
    Budget,
    Char,
    Color,
    Fill,
    Ink,
    Rect,
    Stroke,
    is_inside,
    middle_of,
    thickness,
)

THIN = 3.0  # points; a filled rectangle as thin is a ruling
STRAIGHT = 0.5  # points that a level or upright side may lean
FAINT = 0.1  # opacity below which nothing is seen
SOLID = 0.9  # opacity from which on a ground covers what lies under it
WHITE = 0.97
SLANT = 0.2  # rise of a line of text, from there on it is set askew
TOUCHING = 0.2  # of the size, between two characters of one number
EVERYWHERE = (-1e9, -1e9, 1e9, 1e9)
SEEN_THROUGH = ("SMask", "Mask", "ImageMask", "IM")  # of pictures: a seal over the date
OUTLINE_MODE = 1  # of text: its outlines are painted, in the colour of strokes
UNSEEN_MODES = (3, 7)  # of text: nothing is painted
EMBEDDED = frozenset(("FontFile2", "FontFile3"))
PRIVATE = re.compile("[\ue000-\uf8ff]+")  # characters of a font of signs
SPACES = ("DeviceGray", "DeviceRGB", "DeviceCMYK", "CalGray", "CalRGB", "ICCBased")

Point = tuple[float, float]


class PaintState(NamedTuple):
    """What pdfminer's graphics state lacks.

    The box that clips, whether paint covers, how many of the layers around it are off.
    """

    clip: Rect = EVERYWHERE
    alpha: float = 1.0
    blended: bool = False
    off: int = 0

    @property
    def is_faint(self) -> bool:
        return self.off > 0 or self.alpha < FAINT


class Subpath(NamedTuple):
    """The corners of a part of a path, closed ones with the first again; is any side curved?"""

    points: list[Point]
    is_curved: bool


class Painter(PDFTextDevice):
    """Takes down what the interpreter paints."""

    def __init__(self, fonts: Fonts, budget: Budget) -> None:
        super().__init__(fonts)
        self.fonts = fonts
        self.budget = budget
        self.ink = Ink(0.0, 0.0)
        self.state = PaintState()
        self.mode = 0
        self.order = 0
        self.clipped = False

    def begin_page(self, page: PDFPage, ctm: Matrix) -> None:
        x0, y0, x1, y1 = page.mediabox
        width, height = abs(x1 - x0), abs(y1 - y0)
        is_across = page.rotate in (90, 270)
        self.ink = Ink(height, width) if is_across else Ink(width, height)

    def flipped(self, corners: Sequence[Point]) -> Rect:
        """The box around points that are counted from the bottom of the page, as from its top."""
        xs = [x for x, _ in corners]
        ys = [y for _, y in corners]
        return min(xs), self.ink.height - max(ys), max(xs), self.ink.height - min(ys)

    def placed(self, point: Point) -> Point:
        """Where a point of a path stands on the page."""
        assert self.ctm is not None
        x, y = apply_matrix_pt(self.ctm, point)
        return x, self.ink.height - y

    # --- text -----------------------------------------------------------------------------------

    def render_string(
        self,
        textstate: PDFTextState,
        seq: PDFTextSeq,
        ncs: PDFColorSpace,
        graphicstate: PDFGraphicState,
    ) -> None:
        self.mode = textstate.render
        if textstate.font is not None:
            super().render_string(textstate, seq, ncs, graphicstate)

    def render_char(  # noqa: PLR0913
        self,
        matrix: Matrix,
        font: PDFFont,
        fontsize: float,
        scaling: float,
        rise: float,
        cid: int,
        ncs: PDFColorSpace,
        graphicstate: PDFGraphicState,
    ) -> float:
        advance = font.char_width(cid) * fontsize * scaling
        text = self.fonts.text_of(font, cid)
        if text.isspace():
            return advance
        left, low, right, high = char_box(font, cid, fontsize, advance, rise)
        corners = (left, low), (left, high), (right, low), (right, high)
        bounds = self.flipped([apply_matrix_pt(matrix, corner) for corner in corners])
        is_clipped = not is_inside(middle_of(bounds), self.state.clip)
        is_unseen = self.mode in UNSEEN_MODES or self.state.is_faint
        hidden = is_clipped or is_unseen or is_askew(matrix)
        color = self.text_color(graphicstate, ncs)
        size = abs(fontsize) * hypot(matrix[2], matrix[3])
        turn = turn_of(matrix, fontsize)
        self.order += 1
        self.budget.chars -= 1
        self.budget.check()
        self.append(Char(text, *bounds, size, turn, self.order, color, hidden), is_clipped)
        return advance

    def text_color(self, graphicstate: PDFGraphicState, ncs: PDFColorSpace) -> Color:
        if self.mode == OUTLINE_MODE:
            return color_of(graphicstate.scolor, graphicstate.scs)
        return color_of(graphicstate.ncolor, ncs)

    def append(self, char: Char, clipped: bool) -> None:
        """Where of two characters beside each other one is cut off, what is left of a figure is no
        figure: 13 of 134 in a frame too narrow for it.
        """
        chars = self.ink.chars
        if clipped != self.clipped and chars and adjoin(chars[-1], char):
            chars[-1] = chars[-1]._replace(text=chars[-1].text + UNREADABLE)
            char = char._replace(text=UNREADABLE + char.text)
        self.clipped = clipped
        chars.append(char)

    # --- lines and grounds ----------------------------------------------------------------------

    def paint_path(
        self,
        graphicstate: PDFGraphicState,
        stroke: bool,
        fill: bool,
        evenodd: bool,
        path: Sequence[Any],
    ) -> None:
        self.order += 1
        self.budget.strokes -= 1 + len(path) // 5
        self.budget.check()
        if self.state.is_faint:
            return
        for part in subpaths(path):
            if len(part.points) > 1:
                self.paint(graphicstate, stroke, fill, part)

    def paint(self, graphicstate: PDFGraphicState, stroke: bool, fill: bool, part: Subpath) -> None:
        spots = [self.placed(point) for point in part.points]
        bounds = box_around(spots)
        if not overlap(bounds, self.state.clip):
            return
        if not part.is_curved and (stroke or not fill):
            self.ink.strokes += sides(spots)
        if fill and not part.is_curved and is_rectangle(spots):
            self.fill(bounds, color_of(graphicstate.ncolor, graphicstate.ncs))
        elif len(spots) > 3:
            self.ink.drawings.append(bounds)

    def fill(self, bounds: Rect, color: Color) -> None:
        """A ground, or where it is as thin as one, a ruling; white ones are none."""
        if thickness(bounds) > THIN:
            if not self.state.blended and self.state.alpha > SOLID:
                self.ink.fills.append(Fill(bounds, color, self.order))
        elif color is None or min(color) < WHITE:
            self.ink.strokes += rulings_along(bounds)

    def render_image(self, name: str, stream: PDFStream) -> None:
        self.order += 1
        if self.state.off:
            return
        corners = [self.placed(corner) for corner in ((0, 0), (0, 1), (1, 0), (1, 1))]
        order = 0 if self.is_seen_through(stream) else self.order
        self.ink.images.append(Fill(box_around(corners), None, order))

    def is_seen_through(self, stream: PDFStream) -> bool:
        if self.state.blended or self.state.alpha < SOLID:
            return True
        return any(key in stream for key in SEEN_THROUGH)


# --- characters -----------------------------------------------------------------------------------


def char_box(font: PDFFont, cid: int, fontsize: float, advance: float, rise: float) -> Rect:
    """The box of a character around the point where it is set, before the page's matrix."""
    if not font.is_vertical():
        low = font.get_descent() * fontsize + rise
        return 0.0, low, advance, low + fontsize
    disp = font.char_disp(cid)
    vx, vy = disp if isinstance(disp, tuple) else (None, 880.0)
    left = fontsize * 0.5 if vx is None else vx * fontsize * 0.001
    high = (1000 - vy) * fontsize * 0.001
    return -left, high + rise + advance, -left + fontsize, high + rise


def turn_of(matrix: Matrix, fontsize: float) -> int:
    """The direction of a line of text in degrees: 90 for 信息公开 that is read from below."""
    a, b = matrix[:2]
    if abs(a) >= abs(b):
        if a * fontsize >= 0:
            return 0
        return 180
    if b * fontsize > 0:
        return 90
    return 270


def is_askew(matrix: Matrix) -> bool:
    """A watermark across the page."""
    a, b = abs(matrix[0]), abs(matrix[1])
    return min(a, b) > SLANT * max(a, b)


def adjoin(one: Char, other: Char) -> bool:
    """Whether two characters touch, beside or above each other."""
    gap = max(one.x0 - other.x1, other.x0 - one.x1, one.top - other.bottom, other.top - one.bottom)
    return gap < TOUCHING * other.size


# --- shapes ---------------------------------------------------------------------------------------


def subpaths(path: Sequence[Any]) -> list[Subpath]:
    """The parts of a path: a frame and the letter within it are two."""
    found: list[Subpath] = []
    for operator, *values in path:
        if operator == "m" or not found:
            found.append(Subpath([], is_curved=False))
        points = found[-1].points
        if operator == "h":
            points += points[:1]
        elif len(values) >= 2:
            points.append((values[-2], values[-1]))
        if operator in ("c", "v", "y"):
            found[-1] = Subpath(points, is_curved=True)
    return found


def box_around(spots: Sequence[Point]) -> Rect:
    xs = [x for x, _ in spots]
    ys = [y for _, y in spots]
    return min(xs), min(ys), max(xs), max(ys)


def is_rectangle(spots: Sequence[Point]) -> bool:
    """Whether a shape is thin (LibreOffice mitres the ends of its borders), or all its sides are
    level or upright.
    """
    if thickness(box_around(spots)) <= THIN:
        return True
    for (x0, y0), (x1, y1) in pairwise(spots):
        is_straight = min(abs(x1 - x0), abs(y1 - y0)) < STRAIGHT
        if not is_straight:
            return False
    return True


def sides(spots: Sequence[Point]) -> list[Stroke]:
    """The level and the upright sides of a shape as rulings, each in its middle."""
    found: list[Stroke] = []
    for (x0, y0), (x1, y1) in pairwise(spots):
        width, height = abs(x1 - x0), abs(y1 - y0)
        x, y = (x0 + x1) / 2, (y0 + y1) / 2
        if height < STRAIGHT <= width:
            found.append(Stroke(min(x0, x1), y, max(x0, x1), y))
        elif width < STRAIGHT <= height:
            found.append(Stroke(x, min(y0, y1), x, max(y0, y1)))
    return found


def rulings_along(bounds: Rect) -> list[Stroke]:
    """A thin box as a ruling through its middle; a dot, where two borders meet, as one of each
    direction.
    """
    x0, top, x1, bottom = bounds
    x, y = middle_of(bounds)
    found: list[Stroke] = []
    if x1 - x0 >= bottom - top:
        found.append(Stroke(x0, y, x1, y))
    if bottom - top >= x1 - x0:
        found.append(Stroke(x, top, x, bottom))
    return found


def overlap(one: Rect, other: Rect) -> bool:
    is_over = one[0] <= other[2] and other[0] <= one[2]
    is_beside = one[1] <= other[3] and other[1] <= one[3]
    return is_over and is_beside


# --- colours --------------------------------------------------------------------------------------


def color_of(value: Any, space: PDFColorSpace) -> Color:
    """Red, green and blue from 0 to 1; None for inks and palettes, whose numbers say nothing about
    what is seen.
    """
    if space.name not in SPACES:
        return None
    if isinstance(value, int | float):
        return value, value, value
    if not isinstance(value, tuple) or not all(map(is_number, value)):
        return None
    if len(value) == 4:
        return rgb_of_cmyk(*value)
    if len(value) == 3:
        return value
    return None


def is_number(value: object) -> bool:
    return isinstance(value, int | float)


def rgb_of_cmyk(cyan: float, magenta: float, yellow: float, black: float) -> Color:
    return 1 - min(1.0, cyan + black), 1 - min(1.0, magenta + black), 1 - min(1.0, yellow + black)


# --- fonts ----------------------------------------------------------------------------------------
# Which character a code stands for, and when that cannot be known.


class Fonts(PDFResourceManager):
    """Fonts of a document, with those known whose codes say nothing about their characters."""

    def __init__(self) -> None:
        super().__init__()
        self.nameless: set[int] = set()

    def get_font(self, objid: object, spec: Any) -> PDFFont:
        font = super().get_font(objid, spec)
        is_simple = isinstance(font, PDFSimpleFont) and font.unicode_map is None
        if is_simple and "Encoding" not in spec:
            descriptor = resolve1(spec.get("FontDescriptor")) or {}
            if not EMBEDDED.isdisjoint(descriptor):
                self.nameless.add(id(font))  # an embedded subset numbers its glyphs as it likes
        return font

    def text_of(self, font: PDFFont, cid: int) -> str:
        if id(font) in self.nameless:
            return UNREADABLE
        try:
            text = font.to_unichr(cid)
        except PDFUnicodeNotDefined:
            return UNREADABLE
        if text == "\u00ad":
            return "-"  # a hyphen that is painted is one: the sign of a figure must not go
        bare = INVISIBLE.sub("", text)
        if bare and all(map(is_to_see, bare)):
            return bare
        return nameless(text)


def is_to_see(char: str) -> bool:
    return char.isprintable() or char.isspace()


def nameless(text: str) -> str:
    """What a glyph counts as whose text is nothing to see, or a control or private character."""
    if PRIVATE.fullmatch(text):
        return text
    return UNREADABLE
