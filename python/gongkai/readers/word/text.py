"""Word paragraphs -> their text as one sees it: changes accepted, what is hidden gone."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from typing import TYPE_CHECKING

from gongkai.figures import is_much_smaller
from gongkai.model import Link, Place, UnreadableDocument
from gongkai.opc.package import PartRelation
from gongkai.readers.blocks import (
    LINKED,
    RAISED,
    FlowItem,
    as_heading,
    collapse,
    settle,
)
from gongkai.readers.word.lists import Numbering
from gongkai.readers.word.styles import (
    AGAIN,
    NO_STYLE,
    USUAL_SIZE,
    Style,
    Styles,
    attribute,
    child,
    children,
    kind,
    number_of,
    value,
)

if TYPE_CHECKING:
    from lxml.etree import _Element

# stands for what Word draws beside a text and we cannot read: what it stands in is no figure
DRAWN = "\ufffc"
UNREAD = "\ufffd"  # for a sign of a font of which we know no letters
NOTE = "（注{}）"  # in brackets it is a remark on a label, and never a digit of a figure
WRAPPERS = ("w:ins", "w:moveTo", "w:smartTag", "w:customXml", "w:dir", "w:sdt", "w:sdtContent")
ELSEWHERE = ("w:altChunk", "w:subDoc")
REFERRING_FIELDS = ("REF", "PAGEREF", "HYPERLINK")
DRAWN_FIELDS = ("EQ", "SYMBOL", "FORMDROPDOWN", "FORMCHECKBOX")
MOST_FIELDS = 20  # one within the other; those begun before are taken to be broken
PICTURES = ("a:blip", "a:t", ":chart", ":relIds", "v:imagedata")
# by an alternative worth taking
SHOWN = ("w:t", "w:sym", "m:t", "w:object", "v:textpath", *PICTURES)
SPACE = " \t\r\n"
PRIVATE = re.compile("[\ue000-\uf8ff]")
SIGN_FONTS = ("symbol", "wingdings", "webdings", "mt extra")
# The signs of the font Symbol, by the lower byte of their numbers (F0B3, B3).
SYMBOLS = {
    **dict(zip(range(0xA3, 0xA6), "≤⁄∞", strict=True)),
    **dict(zip(range(0xAB, 0xBD), "↔←↑→↓°±″≥×∝∂•÷≠≡≈…", strict=True)),
    **dict(zip(range(0xC7, 0xD0), "∩∪⊃⊇⊄⊂⊆∈∉", strict=True)),
    0x25: "%",
    0x2B: "+",
    0x2D: "−",
    0x3C: "<",
    0x3D: "=",
    0x3E: ">",
    0xD6: "√",
}


class WordText:
    """The lines that are finished and the pieces of the one at hand.

    ``unseen`` are the texts that are hidden or struck, ``boxes`` the text boxes met in a paragraph,
    to be read after it; ``fields`` holds for each field that is open the pieces of its instruction,
    None once its result has begun, and ``noted`` how that is set off from what stands beside it;
    ``size`` is that of the last text of a cell, in half points.
    """

    def __init__(
        self, styles: Styles, numbering: Numbering, targets: Mapping[str, PartRelation]
    ) -> None:
        self.styles, self.numbering, self.targets = styles, numbering, targets
        self.items: list[FlowItem] = []
        self.pieces: list[str] = []
        self.boxes: list[_Element] = []
        self.unseen: list[str] = []
        self.fields: list[list[str] | None] = []
        self.noted: list[str] = []
        self.size = 0
        self.style: Style = NO_STYLE
        self.notes = 0
        self.in_cell = self.shaded = self.marked = self.raised = False
        self.within: dict[str, Callable[[_Element], None]] = {
            **dict.fromkeys(WRAPPERS, self.inline),
            **dict.fromkeys(ELSEWHERE, refuse_elsewhere),
            "w:bdo": self.turned,
            "w:r": self.run,
            "w:t": self.plain,
            "w:hyperlink": self.link,
            "w:fldSimple": self.simple_field,
            "w:ruby": self.ruby,
            "w:rubyBase": self.inline,
            "m:oMath": self.equation,
            "m:oMathPara": self.inline,
            "mc:AlternateContent": lambda node: self.inline(chosen(node)),
        }
        self.of_run: dict[str, Callable[[_Element], None]] = {
            "w:t": self.plain,
            "w:tab": lambda node: self.write(" "),
            "w:pgNum": lambda node: self.write(DRAWN),
            "w:ptab": lambda node: self.write(" "),
            "w:br": self.line_break,
            "w:cr": self.line_break,
            "w:noBreakHyphen": lambda node: self.write("-"),
            "w:sym": self.symbol,
            "w:footnoteReference": self.note,
            "w:endnoteReference": self.note,
            "w:fldChar": self.field,
            "w:instrText": self.instruction,
            "w:ruby": self.ruby,
            "w:drawing": self.drawing,
            "w:pict": self.drawing,
            "w:object": self.embedded,
            "mc:AlternateContent": lambda node: self.run_content(chosen(node)),
        }

    # paragraphs and lines

    def paragraph(self, node: _Element) -> None:
        """One paragraph; where its end was deleted the next one goes on in the same line."""
        properties = children(child(node, "w:pPr"))
        name = value(properties.get("w:pStyle"))
        self.style = self.styles.paragraph(name)
        start = len(self.items)
        joined = is_gone(properties.get("w:rPr"))
        if not joined:
            self.number(properties.get("w:numPr"), name)
        self.inline(node)
        self.end_fields()
        if joined:
            return
        self.end_line()
        if len(self.items) == start:
            self.items.append(("", ""))
        elif self.style.heading:
            self.head(start)

    def number(self, numbering: _Element | None, style: str) -> None:
        number, level = number_of(numbering)
        if not number:
            number = self.style.number
            if level is None:
                level = self.style.level
        if not number:
            return
        label = self.numbering.label(number, level, style)
        if label:
            self.pieces.insert(0, f"{label} ")

    def head(self, start: int) -> None:
        """The lines from ``start`` on become a heading, if they are as short as one."""
        self.items[start:] = as_heading(self.items[start:], self.style.heading)

    def end_line(self) -> None:
        self.raise_to(False)
        if not self.pieces:
            return
        text = "".join(self.pieces)
        self.pieces, self.size = [], 0
        if self.marked:
            text, self.marked = settle(text), False
        self.items.append(("", collapse(text)))

    def line_break(self, node: _Element) -> None:
        before = len(self.items)
        self.end_line()
        if len(self.items) == before:
            self.items.append(("", ""))

    def write(self, text: str) -> None:
        """A piece of the line, or of the instruction of a field that is open, however deep within
        it.
        """
        for instruction in reversed(self.fields):
            if instruction is not None:
                instruction.append(text)
                return
        self.pieces.append(text)

    def mark(self, sort: str, edge: str) -> None:
        self.write(f"\0{sort}{edge}")
        self.marked = True

    def raise_to(self, raised: bool) -> None:
        """Runs that are raised one after the other are one mark: its digits stay together."""
        if raised != self.raised:
            self.raised = raised
            self.mark(RAISED, "(" if raised else ")")

    # what a paragraph holds

    def inline(self, node: _Element | None) -> None:
        hand_on(node, self.within)

    def run(self, node: _Element) -> None:
        look = self.styles.look(self.style, child(node, "w:rPr"))
        if look.hidden or look.struck:
            self.pass_over(node)
            return
        self.raise_to(bool(look.raised))
        self.size_to(look.size or USUAL_SIZE, node)
        if look.white and not self.shaded and has_text(node):
            # not seen, or on a ground that we don't know of: no figure, and no reason to drop it
            self.write(DRAWN)
        self.run_content(node)

    def pass_over(self, node: _Element) -> None:
        """A run that is not seen; the field of which it is a part goes on behind it."""
        self.unseen.append(said_in(node))
        for item in node:
            if kind(item.tag) == "w:fldChar":
                self.field(item)

    def size_to(self, size: int, node: _Element) -> None:
        """Digits much smaller than those beside them in a cell are a note: 43 and a 1 of half the
        size are not 431.
        """
        if not self.in_cell or child(node, "w:t") is None:
            return
        small, large = sorted((size, self.size or size))
        if is_much_smaller(small, large):
            self.mark(LINKED, "(")
        self.size = size

    def turned(self, node: _Element) -> None:
        """Digits that are shown from right to left are no figure: 43 is seen as 34."""
        if attribute(node, "w:val") == "rtl":
            self.write(DRAWN)
        self.inline(node)

    def run_content(self, node: _Element | None) -> None:
        hand_on(node, self.of_run)

    def plain(self, node: _Element) -> None:
        text = node.text or ""
        kept = node.get("{http://www.w3.org/XML/1998/namespace}space") == "preserve"
        if not kept:
            text = text.strip(SPACE)
        self.write(text)

    def symbol(self, node: _Element) -> None:
        """Of a font of signs only the number is known: what of Symbol is no letter or digit of ours
        is the sign that is seen, any other cannot be read.
        """
        code = attribute(node, "w:char")
        font = attribute(node, "w:font").lower()
        try:
            letter = chr(int(code, 16))
        except (ValueError, OverflowError):
            letter = UNREAD
        if font.startswith(SIGN_FONTS) or PRIVATE.fullmatch(letter):
            letter = SYMBOLS.get(ord(letter) & 0xFF, UNREAD) if font == "symbol" else UNREAD
        self.write(letter)

    def note(self, node: _Element) -> None:
        self.notes += 1
        self.write(NOTE.format(self.notes))

    def ruby(self, node: _Element) -> None:
        self.inline(child(node, "w:rubyBase"))

    def link(self, node: _Element) -> None:
        """A link in a cell is set off from a figure beside it, as on a web page."""
        relation = self.targets.get(attribute(node, "r:id"))
        if self.in_cell:
            self.mark(LINKED, "(")
        before = len(self.pieces)
        self.inline(node)
        text = collapse("".join(self.pieces[before:]))  # nothing where the line ended within it
        if self.in_cell:
            self.mark(LINKED, ")")
        if relation is None:  # a place in the document itself: a note, most likely
            return
        self.items.append(Link(Place(), "link", text.replace("\0", ""), relation.target))

    def equation(self, node: _Element) -> None:
        """Only an equation in one line is a text: of a fraction or a power the parts must not join
        to one figure.
        """
        texts = [text.text or "" for text in node.iter() if kind(text.tag) == "m:t"]
        if all(kind(item.tag) in ("m:r", "m:ctrlPr") for item in node):
            self.write("".join(texts))
        else:
            self.write(f"{DRAWN}{'^'.join(texts)}")

    # fields

    def field(self, node: _Element) -> None:
        """Begin, result or end of a field.

        Of its instruction nothing is seen, nested results included.
        """
        step = attribute(node, "w:fldCharType")
        if step == "begin":
            self.begin_field()
        elif step == "separate" and self.fields:
            self.begin_result()
        elif step == "end" and self.fields:
            self.end_field()

    def begin_field(self) -> None:
        self.fields = [*self.fields[-MOST_FIELDS:], []]
        self.noted = [*self.noted[-MOST_FIELDS:], ""]

    def begin_result(self) -> None:
        self.noted[-1] = noting("".join(self.fields[-1] or ()))
        self.fields[-1] = None
        self.note_edge(self.noted[-1], "(")

    def end_field(self) -> None:
        instruction = self.fields.pop()
        self.note_edge(self.noted.pop(), ")")
        if instruction is not None:
            self.write_drawn("".join(instruction))

    def note_edge(self, sort: str, edge: str) -> None:
        """What a field refers to is no part of the figure beside it, as a link is not: 43 and the
        number of a note.
        """
        if sort and self.in_cell:
            self.mark(sort, edge)

    def instruction(self, node: _Element) -> None:
        if self.fields and self.fields[-1] is not None:
            self.fields[-1].append(f"\0i{node.text or ''}\0i")

    def simple_field(self, node: _Element) -> None:
        if len(node):
            sort = noting(attribute(node, "w:instr"))
            self.note_edge(sort, "(")
            self.inline(node)
            self.note_edge(sort, ")")
        else:
            self.write_drawn(attribute(node, "w:instr"))

    def write_drawn(self, instruction: str) -> None:
        if code_of(instruction).startswith(DRAWN_FIELDS):
            self.write(DRAWN)

    def end_fields(self) -> None:
        """A field whose result has not begun in its paragraph is a broken one: Word shows what
        stands in it.
        """
        for instruction in self.fields:
            for piece in instruction or ():
                if not piece.startswith("\0i"):
                    self.pieces.append(piece)
        self.fields = [None] * len(self.fields)

    # what is drawn

    def drawing(self, node: _Element) -> None:
        """The text boxes of a drawing are read after the paragraph.

        A picture is a link at its place.
        """
        if attribute_of_any(node, "hidden") in ("1", "true"):
            return
        picture = None
        texts = []
        for item in outside_boxes(node):
            name = kind(item.tag)
            if name == "w:txbxContent":
                self.boxes.append(item)
            elif name in PICTURES and picture is None:
                picture = item
            elif name == "v:textpath":  # text set as a drawing
                texts.append(item.get("string"))
        if picture is not None:
            self.picture(picture, attribute_of_any(node, "descr"))
            return
        for text in filter(None, texts):
            self.write(f" {text} ")

    def picture(self, node: _Element, text: str) -> None:
        key = ""
        for name in ("r:embed", "r:id", "r:link"):
            key = key or attribute(node, name)
        relation = self.targets.get(key)
        target = relation.target if relation else ""
        self.items.append(Link(Place(), "image", collapse(text), target))

    def embedded(self, node: _Element) -> None:
        self.items.append(Link(Place(), "image", "嵌入的对象", ""))


def hand_on(node: _Element | None, handlers: Mapping[str, Callable[[_Element], None]]) -> None:
    """Give each child of a node to the one that handles its kind; the others are passed over."""
    if node is None:
        return
    for item in node:
        handle = handlers.get(kind(item.tag))
        if handle is not None:
            handle(item)


def refuse_elsewhere(node: _Element) -> None:
    raise UnreadableDocument(f"文档里插入了另一份文件的内容，不能直接读取；{AGAIN}。")


def code_of(instruction: str) -> str:
    return instruction.replace("\0i", "").strip().upper()


def noting(instruction: str) -> str:
    """How the result of a field is set off from a figure beside it; "" for one that is the figure
    itself.
    """
    code = code_of(instruction)
    if code.startswith("NOTEREF"):
        return RAISED
    if code.startswith(REFERRING_FIELDS):
        return LINKED
    return ""


def said_in(node: _Element) -> str:
    """The text of a run or of a recorded change, taken away or not."""
    pieces = []
    for item in node.iter():
        if kind(item.tag) in ("w:t", "w:delText"):
            pieces.append(item.text or "")
    return collapse("".join(pieces))


def has_text(node: _Element) -> bool:
    return any(str(text).strip() for text in node.itertext())


def is_gone(properties: _Element | None) -> bool:
    """Whether a mark (the end of a paragraph, a row) was deleted or moved away in the changes that
    are recorded.
    """
    if properties is None:
        return False
    return any(kind(item.tag) in ("w:del", "w:moveFrom") for item in properties)


def chosen(node: _Element) -> _Element | None:
    """One of the alternatives of a content, never two: the first that shows anything."""
    first = None
    for option in node:
        if kind(option.tag) not in ("mc:Choice", "mc:Fallback"):
            continue
        if shows_anything(option):
            return option
        first = option if first is None else first
    return first


def shows_anything(option: _Element) -> bool:
    return any(kind(item.tag) in SHOWN for item in option.iter())


def outside_boxes(node: _Element | None) -> Iterator[_Element]:
    """All that a drawing holds, its text boxes among it, but not what stands in those."""
    for item in node if node is not None else ():
        name = kind(item.tag)
        if name == "mc:AlternateContent":
            yield from outside_boxes(chosen(item))
            continue
        yield item
        if name != "w:txbxContent":
            yield from outside_boxes(item)


def attribute_of_any(node: _Element, name: str) -> str:
    """The first attribute of this name in a drawing: its properties stand at different depths."""
    for item in node.iter():
        if item.get(name):
            return str(item.get(name))
    return ""
