"""A Word document's styles and markup -> what they say of a text: hidden, struck, raised."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from gongkai import figures, opc

if TYPE_CHECKING:
    from lxml.etree import _Element

AGAIN = "请用 Word 或 WPS 打开，另存一份后再导入"
REFUSED: dict[opc.Reason, str] = {
    "damaged": f"文件不完整或已损坏，不能读取；{AGAIN}。",
    "large": "文件解压后过大，不像是年度报告；请检查文件，或只保留报告部分另存一份后再导入。",
    "doubled": f"文件的内部结构有误，不是正常的文档，没有读取；{AGAIN}。",
    "locked": "文件设有密码，不能读取；请打开后去掉密码，另存一份再导入。",
    "entities": f"文件含有不安全的内容，不是正常的文档，没有读取；{AGAIN}。",
    "deep": f"文件的内容嵌套层数过多，不是正常的文档，没有读取；{AGAIN}。",
}
PREFIXES = {
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main": "w",
    "http://purl.oclc.org/ooxml/wordprocessingml/main": "w",
    "http://schemas.openxmlformats.org/officeDocument/2006/math": "m",
    "http://purl.oclc.org/ooxml/officeDocument/math": "m",
    "http://schemas.openxmlformats.org/drawingml/2006/main": "a",
    "http://purl.oclc.org/ooxml/drawingml/main": "a",
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships": "r",
    "http://purl.oclc.org/ooxml/officeDocument/relationships": "r",
    "http://schemas.openxmlformats.org/markup-compatibility/2006": "mc",
    "urn:schemas-microsoft-com:vml": "v",
}
WHITE_THEMES = ("background1", "light1", "bg1", "lt1")
USUAL_SIZE = 20  # half points, of a text of which nothing is said
OFF = ("0", "false", "off", "none")
HEADING = re.compile(r"(?:heading|标题) ?([1-9])", re.IGNORECASE)
LEVELS = 9


LookPart = TypeVar("LookPart")


def first_said(one: LookPart | None, other: LookPart | None) -> LookPart | None:
    return other if one is None else one


class RunLook(NamedTuple):
    """What is said of a text: that it is hidden, struck out, raised or lowered, and its size.

    The size is in half points; None stands where nothing is said.
    """

    hidden: bool | None = None
    struck: bool | None = None
    raised: bool | None = None
    size: int | None = None
    white: bool | None = None

    def over(self, base: RunLook) -> RunLook:
        """Each thing as said here, else as ``base`` says it.

        The one PLAIN where nothing is said.
        """
        if self == base == PLAIN:
            return PLAIN
        return RunLook(
            first_said(self.hidden, base.hidden),
            first_said(self.struck, base.struck),
            first_said(self.raised, base.raised),
            first_said(self.size, base.size),
            first_said(self.white, base.white),
        )


PLAIN = RunLook()


@dataclass(frozen=True, slots=True)
class Style:
    look: RunLook = PLAIN
    heading: str = ""
    number: str = ""  # id of the list that its paragraphs are numbered by
    level: int | None = None


NO_STYLE = Style()


def is_on(node: _Element) -> bool:
    return attribute(node, "w:val").lower() not in OFF


def look_of(properties: _Element | None) -> tuple[RunLook, str]:
    """What a run's or a style's properties say themselves, and the id of the style that they name
    or "".
    """
    said = children(properties)
    size = value(said.get("w:sz"))
    look = RunLook(
        hidden=is_on(said["w:vanish"]) if "w:vanish" in said else None,
        struck=is_struck(said),
        raised=is_raised(said),
        size=whole(size) if size.isdecimal() else None,
        white=is_white(said),
    )
    return look, value(said.get("w:rStyle"))


def is_struck(said: Mapping[str, _Element]) -> bool | None:
    """Once or twice; None where nothing is said."""
    struck = [is_on(said[name]) for name in ("w:strike", "w:dstrike") if name in said]
    return any(struck) if struck else None


def is_raised(said: Mapping[str, _Element]) -> bool | None:
    """Higher or lower than the line, by a way to write or by so many half points."""
    raised = None
    if "w:vertAlign" in said:
        raised = value(said["w:vertAlign"]) in ("superscript", "subscript")
    if "w:position" in said:
        raised = raised or value(said["w:position"]) not in ("", "0")
    return raised


def is_white(said: Mapping[str, _Element]) -> bool | None:
    """Whether properties make a text white on the white of the page.

    What its cell says of that is not known.
    """
    color = said.get("w:color")
    if color is None:
        return None
    theme = attribute(color, "w:themeColor")
    white = theme in WHITE_THEMES if theme else figures.is_pale(value(color))
    shade = said.get("w:shd")
    grounded = "w:highlight" in said or (shade is not None and is_ground(shade))
    return white and not grounded


def is_shaded(properties: _Element | None) -> bool:
    shade = child(properties, "w:shd")
    return shade is not None and is_ground(shade)


def is_ground(shade: _Element) -> bool:
    fill = attribute(shade, "w:fill").upper()
    return fill not in ("", "AUTO") and not figures.is_pale(fill)


def number_of(numbering: _Element | None) -> tuple[str, int | None]:
    """(id of the list, level) of a paragraph's numbering; "" where it names none, "0" where it
    undoes one.
    """
    if numbering is None:
        return "", None
    said = children(numbering)
    level = value(said.get("w:ilvl"))
    return value(said.get("w:numId")), level_number(level)


def level_number(written: str) -> int | None:
    """0 to 8; None for what is no level of a list."""
    is_level = written.isdecimal() and int(written[:4]) < LEVELS
    return int(written) if is_level else None


# --- styles ---------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Styles:
    """``named``: style id -> what it says with all that it is based on; ``usual`` is a paragraph's
    without one.
    """

    named: dict[str, Style] = field(default_factory=dict)
    usual: Style = NO_STYLE
    defaults: RunLook = PLAIN

    def paragraph(self, name: str) -> Style:
        return self.named.get(name, self.usual)

    def look(self, paragraph: Style, properties: _Element | None) -> RunLook:
        """What a run looks like.

        Its own properties count alone; said by both its styles, hiding is undone again.
        """
        own, named = look_of(properties)
        one, two = paragraph.look, self.named.get(named, NO_STYLE).look
        if one is two is self.defaults is PLAIN:
            return own
        both = two.over(one)
        return own.over(
            RunLook(
                hidden=bool(one.hidden) != bool(two.hidden) or bool(self.defaults.hidden),
                struck=bool(one.struck) != bool(two.struck) or bool(self.defaults.struck),
                raised=both.raised,
                size=two.size or one.size or self.defaults.size,
                white=both.white,
            )
        )


def styles_of(root: _Element | None) -> Styles:
    nodes: dict[str, _Element] = {}
    usual = ""  # id of the style of paragraphs that name none
    for node in root if root is not None else ():
        if kind(node.tag) == "w:style":
            nodes[attribute(node, "w:styleId")] = node
    named = derived_styles(nodes)
    for name, node in nodes.items():
        if not usual and attribute(node, "w:type") == "paragraph" and is_default(node):
            usual = name
    defaults = child(child(child(root, "w:docDefaults"), "w:rPrDefault"), "w:rPr")
    return Styles(named, named.get(usual, NO_STYLE), look_of(defaults)[0].over(PLAIN))


def derived_styles(nodes: Mapping[str, _Element]) -> dict[str, Style]:
    """Style id -> what it says with all that it is based on; a circle ends where it closes."""
    named: dict[str, Style] = {}
    for name in nodes:
        chain: dict[str, None] = {}
        base = name
        while base in nodes and base not in chain and base not in named:
            chain[base] = None
            base = value(child(nodes[base], "w:basedOn"))
        style = named.get(base, NO_STYLE)
        for link in reversed(chain):
            style = derived(nodes[link], style)
            named[link] = style
    return named


def is_default(node: _Element) -> bool:
    return attribute(node, "w:default") not in ("", *OFF)


def derived(node: _Element, base: Style) -> Style:
    """A style of its own properties over those that it is based on.

    Only its own name makes it a heading.
    """
    number, level = number_of(child(child(node, "w:pPr"), "w:numPr"))
    return Style(
        look=look_of(child(node, "w:rPr"))[0].over(base.look),
        heading=heading_of(value(child(node, "w:name")).strip().lower()),
        number=number or base.number,
        level=level if level is not None else base.level,
    )


def heading_of(name: str) -> str:
    """heading 1, 标题 1, title -> h1; "" for a style that is none."""
    found = HEADING.fullmatch(name)
    if found:
        return f"h{min(int(found[1]), 6)}"
    if name in ("title", "标题"):
        return "h1"
    return ""


def whole(written: str) -> int:
    if written.isdecimal() and len(written) < 6:
        return int(written)
    return 1


# --- markup ---------------------------------------------------------------------------------------
# Names of nodes and attributes in one dialect (w:p), whichever the file is written in.


@lru_cache(maxsize=4096)
def kind(tag: str) -> str:
    """``{namespace}p`` -> ``w:p``, the same in strict files; a name from a namespace that we don't
    read is ``:p``.
    """
    namespace, _, name = tag.removeprefix("{").rpartition("}")
    return f"{PREFIXES.get(namespace, '')}:{name}"


def attribute(node: _Element, name: str) -> str:
    """An attribute by the name that ``kind`` gives it (``w:val``), "" where it is missing."""
    return next((str(value) for key, value in node.items() if kind(str(key)) == name), "")


def child(node: _Element | None, name: str) -> _Element | None:
    """The first child of a kind."""
    if node is not None:
        for found in node:
            if kind(found.tag) == name:
                return found
    return None


def children(node: _Element | None) -> dict[str, _Element]:
    """Kind -> child, for properties, of which each kind stands there once: one look instead of
    many.
    """
    if node is not None:
        return {kind(found.tag): found for found in node}
    return {}


def value(node: _Element | None) -> str:
    """The attribute ``w:val`` of a property, "" where it or the property is missing."""
    return attribute(node, "w:val") if node is not None else ""
