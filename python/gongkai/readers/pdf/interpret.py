"""A page of a PDF, interpreted: pdfminer's interpreter, bounded, with what it leaves out.

Imported in the reader's own process only, as the parser takes its time to load.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from pdfminer.pdfinterp import PDFPageInterpreter
from pdfminer.pdfpage import PDFPage
from pdfminer.pdftypes import PDFObjRef, PDFStream, dict_value, list_value, num_value, resolve1
from pdfminer.psparser import PSLiteral
from pdfminer.utils import Matrix, apply_matrix_pt, mult_matrix

from gongkai.model import UnreadableDocument
from gongkai.readers.pdf.content import Painter, subpaths
from gongkai.readers.pdf.fonts import Fonts
from gongkai.readers.pdf.ink import EVERYWHERE, Bounds, Budget, Ink, State
from gongkai.readers.pdf.notes import add_note, notes_of

DEEPEST_FORM = 12


def page_ink(page: PDFPage, fonts: Fonts, budget: Budget, layers_off: frozenset[int]) -> Ink:
    """Interpret a page. Raises UnreadableDocument beyond the budget, and whatever the parser raises."""
    device = Painter(fonts, budget)
    interpreter = Interpreter(fonts, device)
    interpreter.layers_off = layers_off
    interpreter.process_page(page)
    ink = device.ink
    assert ink is not None
    device.set_ctm(interpreter.page_ctm)
    for text, corners in notes_of(page):
        bounds = device.flipped([apply_matrix_pt(interpreter.page_ctm, corner) for corner in corners])
        add_note(ink, text, bounds)
    return ink


class Interpreter(PDFPageInterpreter):
    """pdfminer's interpreter, which also follows clipping, opacity and layers, and does not descend for ever."""

    device: Painter
    layers_off: frozenset[int] = frozenset()
    depth = 0
    crop: Bounds = EVERYWHERE
    page_ctm: Matrix = (1, 0, 0, 1, 0, 0)

    def init_state(self, ctm: Matrix) -> None:
        super().init_state(ctm)
        if not self.depth:
            x0, y0, x1, y1 = self.crop
            self.page_ctm = ctm
            self.device.state = State()
            self.clip_to([(x0, y0), (x1, y1)])
        self.kept: list[State] = []
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
            raise UnreadableDocument("页面内容嵌套过深，文件结构异常；请用相应的软件打开，另存一份后重试。")
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
            state = state._replace(blended=not (isinstance(mode, PSLiteral) and mode.name in ("Normal", "Compatible")))
        self.device.state = state

    def is_off(self, layer: object) -> bool:
        if isinstance(layer, PDFObjRef) and layer.objid in self.layers_off:
            return True
        members = resolve1(layer)
        if not isinstance(members, dict) or "OCGs" not in members:
            return False
        groups = members["OCGs"]
        groups = (
            [groups] if isinstance(groups, PDFObjRef) and isinstance(resolve1(groups), dict) else list_value(groups)
        )
        return bool(groups) and all(isinstance(one, PDFObjRef) and one.objid in self.layers_off for one in groups)

    def begin_tag(self, off: bool) -> None:
        self.tags.append(off)
        self.device.state = self.device.state._replace(off=self.device.state.off + off)

    def do_BMC(self, tag: Any) -> None:
        self.begin_tag(False)

    def do_BDC(self, tag: Any, props: Any) -> None:
        off = False
        if self.layers_off and isinstance(tag, PSLiteral) and tag.name == "OC" and isinstance(props, PSLiteral):
            off = self.is_off(dict_value(resolve1(self.resources.get("Properties")) or {}).get(props.name))
        self.begin_tag(off)

    def do_EMC(self) -> None:
        if self.tags:
            self.device.state = self.device.state._replace(off=self.device.state.off - self.tags.pop())

    def do_Do(self, xobjid_arg: Any) -> None:
        name = xobjid_arg.name if isinstance(xobjid_arg, PSLiteral) else xobjid_arg
        form = resolve1(self.xobjmap.get(name))
        outer = self.device.state
        if isinstance(form, PDFStream):
            if self.layers_off and self.is_off(form.get("OC")):
                return
            box = resolve1(form.get("BBox"))
            if isinstance(box, list) and len(box) == 4:
                matrix = mult_matrix(tuple(list_value(form.get("Matrix", [1, 0, 0, 1, 0, 0]))), self.ctm)
                x0, y0, x1, y1 = (num_value(side) for side in box)
                ctm, self.ctm = self.ctm, matrix
                self.clip_to([(x0, y0), (x1, y0), (x0, y1), (x1, y1)])
                self.ctm = ctm
        super().do_Do(xobjid_arg)
        self.device.state = outer
        self.device.set_ctm(self.ctm)
