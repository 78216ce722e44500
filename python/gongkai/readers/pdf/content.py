"""A page of a PDF, interpreted -> its ink: characters, rulings, fills, pictures, typed-on notes.

pdfplumber's own foundation (pdfminer) is driven here without the dictionaries that pdfplumber makes
of each character: that is quicker, and only at this level is known what tells hidden text (render
mode, clipping, layers, what is painted over it). To be imported in the reader's own process only:
the parser takes its time to load.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import pairwise
from math import hypot
from typing import Any, NamedTuple

from pdfminer.pdfcolor import PDFColorSpace
from pdfminer.pdfdevice import PDFTextDevice, PDFTextSeq
from pdfminer.pdffont import PDFFont, PDFSimpleFont, PDFUnicodeNotDefined
from pdfminer.pdfinterp import PDFGraphicState, PDFPageInterpreter, PDFResourceManager, PDFTextState
from pdfminer.pdfpage import PDFPage
from pdfminer.pdftypes import (
    PDFObjRef,
    PDFStream,
    dict_value,
    int_value,
    list_value,
    num_value,
    resolve1,
)
from pdfminer.psparser import PSLiteral
from pdfminer.utils import Matrix, apply_matrix_pt, decode_text, mult_matrix

from gongkai.figures import INVISIBLE
from gongkai.model import UnreadableDocument
from gongkai.readers.layout.ink import UNREADABLE, Budget, Char, Color, Fill, Ink, Rect, Stroke

THIN = 3.0  # points; a filled rectangle as thin is a ruling
FAINT = 0.1  # opacity below which nothing is seen
WHITE = 0.97
SLANT = 0.2  # rise of a line of text, from there on it is set askew
TOUCHING = 0.2  # of the size, between two characters of one number
EVERYWHERE = (-1e9, -1e9, 1e9, 1e9)
SEEN_THROUGH = ("SMask", "Mask", "ImageMask", "IM")  # of pictures: a seal over the date


class PaintState(NamedTuple):
    """What pdfminer's graphics state lacks: the box that clips, whether paint covers, whether it is
    seen at all.
    """

    clip: Rect = EVERYWHERE
    alpha: float = 1.0
    blended: bool = False
    off: int = 0


def page_ink(page: PDFPage, fonts: Fonts, budget: Budget, layers_off: frozenset[int]) -> Ink:
    """Raises UnreadableDocument beyond the budget, and whatever the parser raises."""
    device = Painter(fonts, budget)
    interpreter = Interpreter(fonts, device)
    interpreter.layers_off = layers_off
    interpreter.process_page(page)
    ink = device.ink
    assert ink is not None
    device.set_ctm(interpreter.page_ctm)
    for text, corners in notes_of(page):
        placed = [apply_matrix_pt(interpreter.page_ctm, corner) for corner in corners]
        add_note(ink, text, device.flipped(placed))
    return ink


# --- what is painted ------------------------------------------------------------------------------


class Painter(PDFTextDevice):
    """Takes down what the interpreter paints."""

    def __init__(self, fonts: Fonts, budget: Budget) -> None:
        super().__init__(fonts)
        self.fonts, self.budget = fonts, budget
        self.ink: Ink | None = None
        self.state = PaintState()
        self.mode = 0
        self.order = 0
        self.clipped = False

    def begin_page(self, page: PDFPage, ctm: Matrix) -> None:
        x0, y0, x1, y1 = page.mediabox
        width, height = abs(x1 - x0), abs(y1 - y0)
        self.ink = Ink(*((height, width) if page.rotate in (90, 270) else (width, height)))

    def flipped(self, corners: Sequence[tuple[float, float]]) -> Rect:
        assert self.ink is not None
        xs, ys = [x for x, _ in corners], [y for _, y in corners]
        return min(xs), self.ink.height - max(ys), max(xs), self.ink.height - min(ys)

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
        x0, top, x1, bottom = self.flipped(
            [apply_matrix_pt(matrix, (x, y)) for x in box[::2] for y in box[1::2]]
        )
        a, b, c, d, _, _ = matrix
        turn = (
            (0 if a * fontsize >= 0 else 180)
            if abs(a) >= abs(b)
            else (90 if b * fontsize > 0 else 270)
        )
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
            color_of(graphicstate.scolor, graphicstate.scs)
            if self.mode == 1
            else color_of(graphicstate.ncolor, ncs)
        )
        size = abs(fontsize) * hypot(c, d)
        self.order += 1
        self.budget.chars -= 1
        self.budget.check()
        self.append(Char(text, x0, top, x1, bottom, size, turn, self.order, color, hidden), clipped)
        return advance

    def append(self, char: Char, clipped: bool) -> None:
        """Where of two characters beside each other one is cut off, what is left of a figure is no
        figure.
        """
        assert self.ink is not None
        chars = self.ink.chars
        if clipped != self.clipped and chars and adjoin(chars[-1], char):
            chars[-1] = chars[-1]._replace(text=chars[-1].text + UNREADABLE)
            char = char._replace(text=UNREADABLE + char.text)
        self.clipped = clipped
        chars.append(char)

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
        if self.state.off or self.state.alpha < FAINT:
            return
        for points, curved in subpaths(path):
            self.paint(graphicstate, stroke, fill, points, curved)

    def paint(
        self,
        graphicstate: PDFGraphicState,
        stroke: bool,
        fill: bool,
        points: list[tuple[float, float]],
        curved: bool,
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
        thin = (
            min(bounds[2] - bounds[0], bounds[3] - bounds[1]) <= THIN
        )  # LibreOffice mitres the ends of its borders
        level = thin or all(
            min(abs(a[0] - b[0]), abs(a[1] - b[1])) < 0.5 for a, b in pairwise(spots)
        )
        if fill and not curved and level:
            self.fill(bounds, color_of(graphicstate.ncolor, graphicstate.ncs))
        elif len(spots) > 3:
            ink.drawings.append(bounds)

    def fill(self, bounds: Rect, color: Color) -> None:
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
            clear = (
                self.state.blended
                or self.state.alpha < 0.9
                or any(key in stream for key in SEEN_THROUGH)
            )
            self.ink.images.append(Fill(self.flipped(corners), None, 0 if clear else self.order))


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


def adjoin(one: Char, other: Char) -> bool:
    """Whether two characters touch, beside or above each other."""
    gap = max(one.x0 - other.x1, other.x0 - one.x1, one.top - other.bottom, other.top - one.bottom)
    return gap < TOUCHING * other.size


def subpaths(path: Sequence[Any]) -> list[tuple[list[tuple[float, float]], bool]]:
    """(corners, whether any side is curved) of each part of a path, closed ones with the first
    corner again.
    """
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


def overlap(one: Rect, other: Rect) -> bool:
    return one[0] <= other[2] and other[0] <= one[2] and one[1] <= other[3] and other[1] <= one[3]


def color_of(value: Any, space: PDFColorSpace) -> Color:
    """Red, green and blue from 0 to 1; None for inks and palettes, whose numbers say nothing about
    what is seen.
    """
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


# --- the interpreter ------------------------------------------------------------------------------

DEEPEST_FORM = 12


class Interpreter(PDFPageInterpreter):
    """pdfminer's interpreter, which also follows clipping, opacity and layers, and does not descend
    for ever.
    """

    device: Painter
    layers_off: frozenset[int] = frozenset()
    depth = 0
    crop: Rect = EVERYWHERE
    page_ctm: Matrix = (1, 0, 0, 1, 0, 0)

    def init_state(self, ctm: Matrix) -> None:
        super().init_state(ctm)
        if not self.depth:
            x0, y0, x1, y1 = self.crop
            self.page_ctm = ctm
            self.device.state = PaintState()
            self.clip_to([(x0, y0), (x1, y1)])
        self.kept: list[PaintState] = []
        self.tags: list[bool] = []

    def process_page(self, page: PDFPage) -> None:
        self.crop = page.cropbox
        super().process_page(page)

    def subinterp(self) -> PDFPageInterpreter:
        inner = super().subinterp()
        assert isinstance(inner, Interpreter)
        inner.depth, inner.layers_off = self.depth + 1, self.layers_off
        self.device.budget.forms -= 1
        self.device.budget.check()
        if inner.depth > DEEPEST_FORM:
            raise UnreadableDocument(
                "页面内容嵌套过深，文件结构异常；请用相应的软件打开，另存一份后重试。"
            )
        return inner

    def do_q(self) -> None:
        super().do_q()
        self.kept.append(self.device.state)

    def do_Q(self) -> None:
        if self.gstack and self.kept:
            off = self.device.state.off
            self.device.state = self.kept.pop()._replace(off=off)
        super().do_Q()

    def clip_to(self, corners: Sequence[tuple[float, float]]) -> None:
        box = self.device.flipped([apply_matrix_pt(self.ctm, corner) for corner in corners])
        old = self.device.state.clip
        clip = max(old[0], box[0]), max(old[1], box[1]), min(old[2], box[2]), min(old[3], box[3])
        self.device.state = self.device.state._replace(clip=clip)

    def do_W(self) -> None:
        points = [point for points, _ in subpaths(self.curpath) for point in points]
        curved = any(curved for _, curved in subpaths(self.curpath))
        if points and not curved:
            self.clip_to(points)

    def do_W_a(self) -> None:
        self.do_W()

    def do_cs(self, name: Any) -> None:
        super().do_cs(name)
        self.graphicstate.ncolor = ""  # pdfminer keeps the colour of before, which may be white

    def do_gs(self, name: Any) -> None:
        states = dict_value(resolve1(self.resources.get("ExtGState")) or {})
        given = resolve1(states.get(name.name if isinstance(name, PSLiteral) else name))
        if not isinstance(given, dict):
            return
        state = self.device.state
        if "ca" in given:
            state = state._replace(alpha=float(num_value(given["ca"])))
        if "BM" in given:
            mode = resolve1(given["BM"])
            state = state._replace(
                blended=not (isinstance(mode, PSLiteral) and mode.name in ("Normal", "Compatible"))
            )
        self.device.state = state

    def is_off(self, layer: object) -> bool:
        if isinstance(layer, PDFObjRef) and layer.objid in self.layers_off:
            return True
        members = resolve1(layer)
        if not isinstance(members, dict) or "OCGs" not in members:
            return False
        groups = members["OCGs"]
        groups = (
            [groups]
            if isinstance(groups, PDFObjRef) and isinstance(resolve1(groups), dict)
            else list_value(groups)
        )
        return bool(groups) and all(
            isinstance(one, PDFObjRef) and one.objid in self.layers_off for one in groups
        )

    def begin_tag(self, off: bool) -> None:
        self.tags.append(off)
        self.device.state = self.device.state._replace(off=self.device.state.off + off)

    def do_BMC(self, tag: Any) -> None:
        self.begin_tag(False)

    def do_BDC(self, tag: Any, props: Any) -> None:
        off = False
        if (
            self.layers_off
            and isinstance(tag, PSLiteral)
            and tag.name == "OC"
            and isinstance(props, PSLiteral)
        ):
            off = self.is_off(
                dict_value(resolve1(self.resources.get("Properties")) or {}).get(props.name)
            )
        self.begin_tag(off)

    def do_EMC(self) -> None:
        if self.tags:
            self.device.state = self.device.state._replace(
                off=self.device.state.off - self.tags.pop()
            )

    def do_Do(self, xobjid_arg: Any) -> None:
        name = xobjid_arg.name if isinstance(xobjid_arg, PSLiteral) else xobjid_arg
        form = resolve1(self.xobjmap.get(name))
        outer = self.device.state
        if isinstance(form, PDFStream):
            if self.layers_off and self.is_off(form.get("OC")):
                return
            box = resolve1(form.get("BBox"))
            if isinstance(box, list) and len(box) == 4:
                matrix = mult_matrix(
                    tuple(list_value(form.get("Matrix", [1, 0, 0, 1, 0, 0]))), self.ctm
                )
                x0, y0, x1, y1 = (num_value(side) for side in box)
                ctm, self.ctm = self.ctm, matrix
                self.clip_to([(x0, y0), (x1, y0), (x0, y1), (x1, y1)])
                self.ctm = ctm
        super().do_Do(xobjid_arg)
        self.device.state = outer
        self.device.set_ctm(self.ctm)


# --- notes typed onto a page ----------------------------------------------------------------------
# Form fields and text boxes, which are no part of its contents.

NOT_SHOWN = 2 | 32  # flags of an annotation: hidden, not on the screen
MOST_NOTES = 2_000  # of a page


def notes_of(
    page: PDFPage,
) -> Iterator[tuple[str, tuple[tuple[float, float], tuple[float, float]]]]:
    """(text, two corners) of each form field and text box of a page that is shown and not empty."""
    notes = resolve1(page.annots)
    for note in list_value(notes)[:MOST_NOTES] if isinstance(notes, list) else ():
        given = resolve1(note)
        if not isinstance(given, dict) or int_value(given.get("F", 0)) & NOT_SHOWN:
            continue
        kind = resolve1(given.get("Subtype"))
        name = kind.name if isinstance(kind, PSLiteral) else ""
        value = resolve1(given.get("Contents")) if name == "FreeText" else None
        if name == "Widget":
            parent = resolve1(given.get("Parent"))
            value = resolve1(given.get("V", parent.get("V") if isinstance(parent, dict) else None))
        rect = resolve1(given.get("Rect"))
        if isinstance(value, bytes) and isinstance(rect, list) and len(rect) == 4:
            x0, y0, x1, y1 = (num_value(side) for side in rect)
            text = " ".join(decode_text(value).split())
            if text:
                yield text, ((x0, y0), (x1, y1))


def add_note(ink: Ink, text: str, bounds: Rect) -> None:
    """Put a note on the page; over other text neither can be told from the other, so it is
    unreadable.
    """
    x0, top, x1, bottom = bounds
    over = any(
        x0 <= (char.x0 + char.x1) / 2 <= x1 and top <= (char.top + char.bottom) / 2 <= bottom
        for char in ink.chars
    )
    order = 1 + max((fill.order for fill in (*ink.fills, *ink.images)), default=len(ink.chars))
    size = min(bottom - top, 12.0)
    ink.chars.append(
        Char(UNREADABLE if over else text, x0, top, x1, bottom, size, 0, order, None, False)
    )


# --- fonts ----------------------------------------------------------------------------------------
# Which character a code stands for, and when that cannot be known.


class Fonts(PDFResourceManager):
    """Fonts of a document, with those known whose codes say nothing about their characters."""

    def __init__(self) -> None:
        super().__init__()
        self.nameless: set[int] = set()

    def get_font(self, objid: object, spec: Any) -> PDFFont:
        font = super().get_font(objid, spec)
        if isinstance(font, PDFSimpleFont) and font.unicode_map is None and "Encoding" not in spec:
            descriptor = resolve1(spec.get("FontDescriptor")) or {}
            if "FontFile2" in descriptor or "FontFile3" in descriptor:
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
        return (
            bare
            if bare and all(char.isprintable() or char.isspace() for char in bare)
            else nameless(text)
        )


def nameless(text: str) -> str:
    """What a glyph counts as whose text is nothing to see, or a control or private character."""
    return text if text and all("\ue000" <= char <= "\uf8ff" for char in text) else UNREADABLE
