"""Takes down what a page of a PDF paints: characters, rulings, fills and pictures.

pdfplumber's own foundation (pdfminer) is driven here without the dictionaries that pdfplumber makes of each character:
that is quicker, and only at this level is known what tells hidden text (render mode, clipping, layers, what is painted
over it).
"""

from __future__ import annotations

from collections.abc import Sequence
from itertools import pairwise
from math import hypot
from typing import Any

from pdfminer.pdfcolor import PDFColorSpace
from pdfminer.pdfdevice import PDFTextDevice, PDFTextSeq
from pdfminer.pdffont import PDFFont
from pdfminer.pdfinterp import PDFGraphicState, PDFTextState
from pdfminer.pdfpage import PDFPage
from pdfminer.pdftypes import PDFStream
from pdfminer.utils import Matrix, apply_matrix_pt

from gongkai.readers.pdf.fonts import Fonts
from gongkai.readers.pdf.ink import UNREADABLE, Bounds, Budget, Char, Color, Fill, Ink, State, Stroke

THIN = 3.0  # points; a filled rectangle as thin is a ruling
FAINT = 0.1  # opacity below which nothing is seen
WHITE = 0.97
SLANT = 0.2  # rise of a line of text, from there on it is set askew
TOUCHING = 0.2  # of the size, between two characters of one number
SEEN_THROUGH = ("SMask", "Mask", "ImageMask", "IM")  # of pictures: a seal over the date


class Painter(PDFTextDevice):
    """Takes down what the interpreter paints."""

    def __init__(self, fonts: Fonts, budget: Budget) -> None:
        super().__init__(fonts)
        self.fonts, self.budget = fonts, budget
        self.ink: Ink | None = None
        self.state = State()
        self.mode = 0
        self.order = 0
        self.clipped = False

    def begin_page(self, page: PDFPage, ctm: Matrix) -> None:
        x0, y0, x1, y1 = page.mediabox
        width, height = abs(x1 - x0), abs(y1 - y0)
        self.ink = Ink(*((height, width) if page.rotate in (90, 270) else (width, height)))

    def flipped(self, corners: Sequence[tuple[float, float]]) -> Bounds:
        assert self.ink is not None
        xs, ys = [x for x, _ in corners], [y for _, y in corners]
        return min(xs), self.ink.height - max(ys), max(xs), self.ink.height - min(ys)

    def render_string(
        self, textstate: PDFTextState, seq: PDFTextSeq, ncs: PDFColorSpace, graphicstate: PDFGraphicState
    ) -> None:
        self.mode = textstate.render
        if textstate.font is not None:
            super().render_string(textstate, seq, ncs, graphicstate)

    def render_char(
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
        box = char_box(font, cid, fontsize, advance, rise)
        x0, top, x1, bottom = self.flipped([apply_matrix_pt(matrix, (x, y)) for x in box[::2] for y in box[1::2]])
        a, b, c, d, _, _ = matrix
        turn = (0 if a * fontsize >= 0 else 180) if abs(a) >= abs(b) else (90 if b * fontsize > 0 else 270)
        x, y = (x0 + x1) / 2, (top + bottom) / 2
        clip = self.state.clip
        clipped = not (clip[0] <= x <= clip[2] and clip[1] <= y <= clip[3])
        hidden = (
            clipped
            or self.mode in (3, 7)
            or min(abs(a), abs(b)) > SLANT * max(abs(a), abs(b))  # a watermark across the page
            or self.state.alpha < FAINT
            or self.state.off > 0
        )
        color = (
            color_of(graphicstate.scolor, graphicstate.scs) if self.mode == 1 else color_of(graphicstate.ncolor, ncs)
        )
        size = abs(fontsize) * hypot(c, d)
        self.order += 1
        self.budget.chars -= 1
        self.budget.check()
        self.append(Char(text, x0, top, x1, bottom, size, turn, self.order, color, hidden), clipped)
        return advance

    def append(self, char: Char, clipped: bool) -> None:
        """Where of two characters beside each other one is cut off, what is left of a figure is no figure."""
        assert self.ink is not None
        chars = self.ink.chars
        if clipped != self.clipped and chars and adjoin(chars[-1], char):
            chars[-1] = chars[-1]._replace(text=chars[-1].text + UNREADABLE)
            char = char._replace(text=UNREADABLE + char.text)
        self.clipped = clipped
        chars.append(char)

    def paint_path(
        self, graphicstate: PDFGraphicState, stroke: bool, fill: bool, evenodd: bool, path: Sequence[Any]
    ) -> None:
        self.order += 1
        self.budget.strokes -= 1 + len(path) // 5
        self.budget.check()
        if self.state.off or self.state.alpha < FAINT:
            return
        for points, curved in subpaths(path):
            self.paint(graphicstate, stroke, fill, points, curved)

    def paint(
        self, graphicstate: PDFGraphicState, stroke: bool, fill: bool, points: list[tuple[float, float]], curved: bool
    ) -> None:
        ink, ctm = self.ink, self.ctm
        assert ink is not None
        assert ctm is not None
        if len(points) < 2:
            return
        spots = [self.flipped([apply_matrix_pt(ctm, point)])[:2] for point in points]
        xs, ys = [x for x, _ in spots], [y for _, y in spots]
        bounds = min(xs), min(ys), max(xs), max(ys)
        if not overlap(bounds, self.state.clip):
            return
        if not curved and (stroke or not fill):
            ink.strokes += sides(spots)
        thin = min(bounds[2] - bounds[0], bounds[3] - bounds[1]) <= THIN  # LibreOffice mitres the ends of its borders
        level = thin or all(min(abs(a[0] - b[0]), abs(a[1] - b[1])) < 0.5 for a, b in pairwise(spots))
        if fill and not curved and level:
            self.fill(bounds, color_of(graphicstate.ncolor, graphicstate.ncs))
        elif len(spots) > 3:
            ink.drawings.append(bounds)

    def fill(self, bounds: Bounds, color: Color) -> None:
        assert self.ink is not None
        x0, top, x1, bottom = bounds
        if min(x1 - x0, bottom - top) > THIN:
            if not self.state.blended and self.state.alpha > 0.9:
                self.ink.fills.append(Fill(bounds, color, self.order))
        elif color is None or min(color) < WHITE:
            if x1 - x0 >= bottom - top:
                self.ink.strokes.append(Stroke(x0, (top + bottom) / 2, x1, (top + bottom) / 2))
            if bottom - top >= x1 - x0:
                self.ink.strokes.append(Stroke((x0 + x1) / 2, top, (x0 + x1) / 2, bottom))

    def render_image(self, name: str, stream: PDFStream) -> None:
        assert self.ctm is not None
        assert self.ink is not None
        self.order += 1
        if not self.state.off:
            corners = [apply_matrix_pt(self.ctm, (x, y)) for x in (0, 1) for y in (0, 1)]
            clear = self.state.blended or self.state.alpha < 0.9 or any(key in stream for key in SEEN_THROUGH)
            self.ink.images.append(Fill(self.flipped(corners), None, 0 if clear else self.order))


def char_box(font: PDFFont, cid: int, fontsize: float, advance: float, rise: float) -> Bounds:
    """The box of a character around the point where it is set, before the page's matrix."""
    if not font.is_vertical():
        low = font.get_descent() * fontsize + rise
        return 0.0, low, advance, low + fontsize
    disp = font.char_disp(cid)
    vx, vy = disp if isinstance(disp, tuple) else (None, 880.0)
    left = fontsize * 0.5 if vx is None else vx * fontsize * 0.001
    high = (1000 - vy) * fontsize * 0.001
    return -left, high + rise + advance, -left + fontsize, high + rise


def adjoin(one: Char, other: Char) -> bool:
    """Whether two characters touch, beside or above each other."""
    gap = max(one.x0 - other.x1, other.x0 - one.x1, one.top - other.bottom, other.top - one.bottom)
    return gap < TOUCHING * other.size


def subpaths(path: Sequence[Any]) -> list[tuple[list[tuple[float, float]], bool]]:
    """(corners, whether any side is curved) of each part of a path, closed ones with the first corner again."""
    found: list[tuple[list[tuple[float, float]], bool]] = []
    for operator, *values in path:
        if operator == "m" or not found:
            found.append(([], False))
        points, curved = found[-1]
        if operator == "h":
            points += points[:1]
        elif len(values) >= 2:
            points.append((values[-2], values[-1]))
        found[-1] = (points, curved or operator in ("c", "v", "y"))
    return found


def sides(spots: Sequence[tuple[float, float]]) -> list[Stroke]:
    found = []
    for (x0, y0), (x1, y1) in pairwise(spots):
        if abs(y1 - y0) < 0.5 <= abs(x1 - x0):
            found.append(Stroke(min(x0, x1), (y0 + y1) / 2, max(x0, x1), (y0 + y1) / 2))
        elif abs(x1 - x0) < 0.5 <= abs(y1 - y0):
            found.append(Stroke((x0 + x1) / 2, min(y0, y1), (x0 + x1) / 2, max(y0, y1)))
    return found


def overlap(one: Bounds, other: Bounds) -> bool:
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]


def color_of(value: Any, space: PDFColorSpace) -> Color:
    """Red, green and blue from 0 to 1; None for inks and palettes, whose numbers say nothing about what is seen."""
    if space.name not in ("DeviceGray", "DeviceRGB", "DeviceCMYK", "CalGray", "CalRGB", "ICCBased"):
        return None
    if isinstance(value, int | float):
        return (value, value, value)
    if not isinstance(value, tuple) or not all(isinstance(part, int | float) for part in value):
        return None
    if len(value) == 4:
        cyan, magenta, yellow, black = value
        return tuple(1 - min(1.0, part + black) for part in (cyan, magenta, yellow))
    return value if len(value) == 3 else None
