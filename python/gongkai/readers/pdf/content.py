"""A page of a PDF, interpreted -> its ink: what it paints, and the notes typed onto it.

To be imported in the reader's own process only: the parser takes its time to load.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, NamedTuple

from pdfminer.pdfinterp import PDFPageInterpreter
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

from gongkai.model import UnreadableDocument
from gongkai.readers.layout.ink import UNREADABLE, Budget, Char, Ink, Rect, is_inside
from gongkai.readers.pdf.painter import EVERYWHERE, Fonts, Painter, PaintState, Point, subpaths

DEEPEST_FORM = 12  # drawings within drawings
NOT_SHOWN = 2 | 32  # flags of an annotation: hidden, not on the screen
MOST_NOTES = 2_000  # of a page
NOTE_SIZE = 12.0  # points, at most


def page_ink(page: PDFPage, fonts: Fonts, budget: Budget, layers_off: frozenset[int]) -> Ink:
    """Raises UnreadableDocument beyond the budget, and whatever the parser raises."""
    device = Painter(fonts, budget)
    interpreter = Interpreter(fonts, device)
    interpreter.layers_off = layers_off
    interpreter.process_page(page)
    for note in notes_of(page):
        corners = [apply_matrix_pt(interpreter.page_ctm, corner) for corner in note.corners]
        add_note(device.ink, note.text, device.flipped(corners))
    return device.ink


# --- the interpreter ------------------------------------------------------------------------------


class Interpreter(PDFPageInterpreter):
    """pdfminer's interpreter, which also follows clipping, opacity and layers.

    It does not descend for ever.
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
        inner.depth = self.depth + 1
        inner.layers_off = self.layers_off
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

    # --- what is clipped ------------------------------------------------------------------------

    def clip_to(self, corners: Sequence[Point]) -> None:
        box = self.device.flipped([apply_matrix_pt(self.ctm, corner) for corner in corners])
        old = self.device.state.clip
        clip = max(old[0], box[0]), max(old[1], box[1]), min(old[2], box[2]), min(old[3], box[3])
        self.device.state = self.device.state._replace(clip=clip)

    def do_W(self) -> None:
        corners: list[Point] = []
        for part in subpaths(self.curpath):
            if part.is_curved:
                return
            corners += part.points
        if corners:
            self.clip_to(corners)

    def do_W_a(self) -> None:
        self.do_W()

    # --- colour and opacity ---------------------------------------------------------------------

    def do_cs(self, name: Any) -> None:
        super().do_cs(name)
        self.graphicstate.ncolor = ""  # pdfminer keeps the colour of before, which may be white

    def do_gs(self, name: Any) -> None:
        states = dict_value(resolve1(self.resources.get("ExtGState")) or {})
        given = resolve1(states.get(name_of(name)))
        if not isinstance(given, dict):
            return
        state = self.device.state
        if "ca" in given:
            state = state._replace(alpha=float(num_value(given["ca"])))
        if "BM" in given:
            state = state._replace(blended=is_blended(resolve1(given["BM"])))
        self.device.state = state

    # --- layers ---------------------------------------------------------------------------------

    def is_off(self, layer: object) -> bool:
        """Whether a layer is not shown, or a group of layers of which none is."""
        if self.is_layer_off(layer):
            return True
        members = resolve1(layer)
        if not isinstance(members, dict) or "OCGs" not in members:
            return False
        layers = layers_in(members["OCGs"])
        return bool(layers) and all(map(self.is_layer_off, layers))

    def is_layer_off(self, layer: object) -> bool:
        return isinstance(layer, PDFObjRef) and layer.objid in self.layers_off

    def begin_tag(self, off: bool) -> None:
        self.tags.append(off)
        self.count_off(off)

    def count_off(self, layers: int) -> None:
        state = self.device.state
        self.device.state = state._replace(off=state.off + layers)

    def do_BMC(self, tag: Any) -> None:
        self.begin_tag(False)

    def do_BDC(self, tag: Any, props: Any) -> None:
        self.begin_tag(bool(self.layers_off) and self.is_tag_off(tag, props))

    def is_tag_off(self, tag: Any, props: Any) -> bool:
        """Whether what /OC /MC0 BDC begins belongs to a layer that is not shown."""
        if not isinstance(tag, PSLiteral) or tag.name != "OC":
            return False
        if not isinstance(props, PSLiteral):
            return False
        layers = dict_value(resolve1(self.resources.get("Properties")) or {})
        return self.is_off(layers.get(props.name))

    def do_EMC(self) -> None:
        if self.tags:
            self.count_off(-self.tags.pop())

    # --- forms ----------------------------------------------------------------------------------

    def do_Do(self, xobjid_arg: Any) -> None:
        form = resolve1(self.xobjmap.get(name_of(xobjid_arg)))
        outer = self.device.state
        if isinstance(form, PDFStream):
            if self.layers_off and self.is_off(form.get("OC")):
                return
            self.clip_to_form(form)
        super().do_Do(xobjid_arg)
        self.device.state = outer
        self.device.set_ctm(self.ctm)

    def clip_to_form(self, form: PDFStream) -> None:
        """Nothing of a form is seen outside of its box, which stands in the form's own space."""
        box = resolve1(form.get("BBox"))
        if not isinstance(box, list) or len(box) != 4:
            return
        matrix = tuple(list_value(form.get("Matrix", [1, 0, 0, 1, 0, 0])))
        x0, y0, x1, y1 = map(num_value, box)
        outer = self.ctm
        self.ctm = mult_matrix(matrix, outer)
        self.clip_to([(x0, y0), (x1, y0), (x0, y1), (x1, y1)])
        self.ctm = outer


def name_of(given: Any) -> Any:
    return given.name if isinstance(given, PSLiteral) else given


def is_blended(mode: object) -> bool:
    """Whether what lies under a ground shines through it: Multiply, not Normal."""
    is_plain = isinstance(mode, PSLiteral) and mode.name in ("Normal", "Compatible")
    return not is_plain


def layers_in(given: object) -> Sequence[Any]:
    """The layers of a group, which may be one without a list around it."""
    if isinstance(given, PDFObjRef) and isinstance(resolve1(given), dict):
        return [given]
    return list_value(given)


# --- notes typed onto a page ----------------------------------------------------------------------
# Form fields and text boxes, which are no part of its contents.


class Note(NamedTuple):
    """A text and two corners of its box, in the page's own space."""

    text: str
    corners: tuple[Point, Point]


def notes_of(page: PDFPage) -> Iterator[Note]:
    """The form fields and text boxes of a page that are shown and not empty."""
    notes = resolve1(page.annots)
    if not isinstance(notes, list):
        return
    for given in notes[:MOST_NOTES]:
        note = resolve1(given)
        if not isinstance(note, dict) or int_value(note.get("F", 0)) & NOT_SHOWN:
            continue
        value = written_in(note)
        box = resolve1(note.get("Rect"))
        if isinstance(value, bytes) and isinstance(box, list) and len(box) == 4:
            text = " ".join(decode_text(value).split())
            x0, y0, x1, y1 = map(num_value, box)
            if text:
                yield Note(text, ((x0, y0), (x1, y1)))


def written_in(note: Mapping[str, Any]) -> object:
    """The text of a text box, or what is filled in a form field; None for any other annotation."""
    kind = name_of(resolve1(note.get("Subtype")))
    if kind == "FreeText":
        return resolve1(note.get("Contents"))
    if kind != "Widget":
        return None
    parent = resolve1(note.get("Parent"))
    inherited = parent.get("V") if isinstance(parent, dict) else None
    return resolve1(note.get("V", inherited))


def add_note(ink: Ink, text: str, bounds: Rect) -> None:
    """Put a note on the page; over other text neither can be told from the other, so it is
    unreadable.
    """
    x0, top, x1, bottom = bounds
    if any(is_inside(char.middle, bounds) for char in ink.chars):
        text = UNREADABLE
    painted = [fill.order for fill in (*ink.fills, *ink.images)]
    order = 1 + max(painted, default=len(ink.chars))
    size = min(bottom - top, NOTE_SIZE)
    ink.chars.append(Char(text, x0, top, x1, bottom, size, 0, order, None, False))
