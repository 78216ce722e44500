"""A Word document's styles, lists and markup -> what they say of a text: hidden, struck, raised,
numbered.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from gongkai.figures import is_pale
from gongkai.opc import Reason

if TYPE_CHECKING:
    from lxml.etree import _Element

AGAIN = "请用 Word 或 WPS 打开，另存一份后再导入"
REFUSED: dict[Reason, str] = {
    "damaged": f"文件不完整或已损坏，不能读取；{AGAIN}。",
    "large": "文件解压后过大，不像是年度报告；请检查文件，或只保留报告部分另存一份后再导入。",
    "doubled": f"文件里有重名的部件，不是正常的文档，没有读取；{AGAIN}。",
    "locked": "文件设有密码，不能读取；请打开后去掉密码，另存一份再导入。",
    "entities": f"文件里有不允许的实体声明，不是正常的文档，没有读取；{AGAIN}。",
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
LEVEL = re.compile(r"%([1-9])")
DIGITS = "〇一二三四五六七八九"
LEGAL = str.maketrans("一二三四五六七八九十", "壹贰叁肆伍陆柒捌玖拾")
HIGHEST_COUNTED = 99  # reports have no longer lists; above, the ways to count in Chinese differ
LEVELS = 9


class RunLook(NamedTuple):
    """What is said of a text, None where nothing is: that it is hidden or struck out, raised or
    lowered; its size in half points.
    """

    hidden: bool | None = None
    struck: bool | None = None
    raised: bool | None = None
    size: int | None = None
    white: bool | None = None

    def over(self, base: RunLook) -> RunLook:
        """Each thing as said here, else as ``base`` says it; the one PLAIN where nothing is
        said.
        """
        if not any(said is not None for said in (*self, *base)):
            return PLAIN
        return RunLook(
            base.hidden if self.hidden is None else self.hidden,
            base.struck if self.struck is None else self.struck,
            base.raised if self.raised is None else self.raised,
            base.size if self.size is None else self.size,
            base.white if self.white is None else self.white,
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
    raised = None
    if "w:vertAlign" in said:
        raised = value(said["w:vertAlign"]) in ("superscript", "subscript")
    if "w:position" in said:
        raised = raised or value(said["w:position"]) not in ("", "0")
    struck = [is_on(said[name]) for name in ("w:strike", "w:dstrike") if name in said]
    hidden = is_on(said["w:vanish"]) if "w:vanish" in said else None
    size = value(said.get("w:sz"))
    half_points = whole(size) if size.isdecimal() else None
    look = RunLook(hidden, any(struck) if struck else None, raised, half_points, whiteness(said))
    return look, value(said.get("w:rStyle"))


def whiteness(said: Mapping[str, _Element]) -> bool | None:
    """Whether properties make a text white on the white of the page; what its cell says of that is
    not known.
    """
    color = said.get("w:color")
    if color is None:
        return None
    theme = attribute(color, "w:themeColor")
    white = theme in WHITE_THEMES if theme else is_pale(value(color))
    shade = said.get("w:shd")
    grounded = "w:highlight" in said or (shade is not None and is_ground(shade))
    return white and not grounded


def is_shaded(properties: _Element | None) -> bool:
    shade = child(properties, "w:shd")
    return shade is not None and is_ground(shade)


def is_ground(shade: _Element) -> bool:
    fill = attribute(shade, "w:fill").upper()
    return fill not in ("", "AUTO") and not is_pale(fill)


def number_of(numbering: _Element | None) -> tuple[str, int | None]:
    """(id of the list, level) of a paragraph's numbering; "" where it names none, "0" where it
    undoes one.
    """
    if numbering is None:
        return "", None
    said = children(numbering)
    level = value(said.get("w:ilvl"))
    return value(said.get("w:numId")), int(level) if level.isdecimal() and int(
        level[:4]
    ) < LEVELS else None


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
        """What a run looks like. Its own properties count alone; said by both its styles, hiding is
        undone again.
        """
        own, named = look_of(properties)
        one, two = paragraph.look, self.named.get(named, NO_STYLE).look
        if one is two is self.defaults is PLAIN:
            return own
        hidden = bool(one.hidden) != bool(two.hidden) or bool(self.defaults.hidden)
        struck = bool(one.struck) != bool(two.struck) or bool(self.defaults.struck)
        raised = two.raised if two.raised is not None else one.raised
        white = two.white if two.white is not None else one.white
        return own.over(
            RunLook(hidden, struck, raised, two.size or one.size or self.defaults.size, white)
        )


def styles_of(root: _Element | None) -> Styles:
    nodes = (
        {attribute(node, "w:styleId"): node for node in root if kind(node.tag) == "w:style"}
        if root is not None
        else {}
    )
    named: dict[str, Style] = {}
    for name in nodes:
        chain: dict[str, None] = {}
        base = name
        while base in nodes and base not in chain and base not in named:
            chain[base] = None
            base = value(child(nodes[base], "w:basedOn"))
        style = named.get(base, NO_STYLE)
        for link in reversed(chain):
            named[link] = style = derived(nodes[link], style)
    usual = (
        name
        for name, node in nodes.items()
        if attribute(node, "w:type") == "paragraph" and is_default(node)
    )
    defaults = child(child(child(root, "w:docDefaults"), "w:rPrDefault"), "w:rPr")
    return Styles(named, named.get(next(usual, ""), NO_STYLE), look_of(defaults)[0].over(PLAIN))


def is_default(node: _Element) -> bool:
    return attribute(node, "w:default") not in ("", *OFF)


def derived(node: _Element, base: Style) -> Style:
    """A style of its own properties over those that it is based on; only its own name makes it a
    heading.
    """
    name = value(child(node, "w:name")).strip().lower()
    match = HEADING.fullmatch(name)
    heading = f"h{min(int(match[1]), 6)}" if match else "h1" if name in ("title", "标题") else ""
    number, level = number_of(child(child(node, "w:pPr"), "w:numPr"))
    found = replace(base, look=look_of(child(node, "w:rPr"))[0].over(base.look), heading=heading)
    return replace(
        found, number=number or base.number, level=level if level is not None else base.level
    )


# --- lists ----------------------------------------------------------------------------------------


class Level(NamedTuple):
    start: int
    format: str
    text: str
    style: str  # id of the style whose paragraphs are of this level


NO_LEVEL = Level(1, "", "", "")


class Numbering:
    """The numbers that Word writes before paragraphs, counted on as the paragraphs are met in their
    order.
    """

    def __init__(self, root: _Element | None) -> None:
        self.kinds: dict[str, dict[int, Level]] = {}
        self.lists: dict[str, tuple[str, dict[int, Level], dict[int, int]]] = {}
        self.counts: dict[str, list[int | None]] = {}
        self.begun: set[str] = set()
        for node in root if root is not None else ():
            if kind(node.tag) == "w:abstractNum":
                self.kinds[attribute(node, "w:abstractNumId")] = levels_of(node)
            elif kind(node.tag) == "w:num":
                self.add_list(node)

    def add_list(self, node: _Element) -> None:
        shared = value(child(node, "w:abstractNumId"))
        levels, starts = dict(self.kinds.get(shared, {})), {}
        for changed in (found for found in node if kind(found.tag) == "w:lvlOverride"):
            level = attribute(changed, "w:ilvl")
            start = child(changed, "w:startOverride")
            if start is not None and level.isdecimal():
                starts[int(level[:2])] = whole(attribute(start, "w:val"))
            levels |= levels_of(changed)
        self.lists[attribute(node, "w:numId")] = (shared, levels, starts)

    def label(self, number: str, level: int | None, style: str) -> str:
        """The label of the next paragraph of a list, "" where it has none or we cannot be sure of
        it.
        """
        shared, levels, starts = self.lists.get(number, ("", {}, {}))
        if not levels:
            return ""
        if level is None:
            level = next(
                (at for at, found in levels.items() if found.style and found.style == style), 0
            )
        counts = self.counts.setdefault(shared, [None] * LEVELS)
        if number not in self.begun:
            self.begun.add(number)
            for at in starts:
                counts[at : at + 1] = [None]
        begin = starts.get(level, levels.get(level, NO_LEVEL).start)
        before = counts[level]
        counts[level] = begin if before is None else before + 1
        counts[level + 1 :] = [None] * (LEVELS - level - 1)
        return self.written(levels, level, counts, starts)

    def written(
        self, levels: dict[int, Level], level: int, counts: list[int | None], starts: dict[int, int]
    ) -> str:
        text = levels.get(level, NO_LEVEL).text
        pieces = []
        for at, piece in enumerate(LEVEL.split(text)):
            if at % 2 == 0:
                pieces.append(piece)
                continue
            over = int(piece) - 1
            found = levels.get(over, NO_LEVEL)
            count = counts[over]
            written = counted(
                starts.get(over, found.start) if count is None else count, found.format
            )
            if not written:
                return ""
            pieces.append(written)
        return "".join(pieces) if len(pieces) > 1 else ""  # a mere bullet says nothing


def levels_of(node: _Element) -> dict[int, Level]:
    found = {}
    for level in (item for item in node if kind(item.tag) == "w:lvl"):
        said = {kind(item.tag): attribute(item, "w:val") for item in level}
        at = attribute(level, "w:ilvl")
        if at.isdecimal() and int(at[:4]) < LEVELS:
            start = whole(said.get("w:start", ""))
            found[int(at)] = Level(
                start, said.get("w:numFmt", ""), said.get("w:lvlText", ""), said.get("w:pStyle", "")
            )
    return found


def whole(written: str) -> int:
    return int(written) if written.isdecimal() and len(written) < 6 else 1


def counted(number: int, way: str) -> str:
    """A number as a list writes it, "" for the ways that we don't know."""
    if way == "decimal":
        return str(number)
    if not 0 < number <= HIGHEST_COUNTED:
        return ""
    if way in (
        "chineseCounting",
        "chineseCountingThousand",
        "japaneseCounting",
        "taiwaneseCountingThousand",
    ):
        return in_chinese(number)
    if way == "chineseLegalSimplified":
        return in_chinese(number).translate(LEGAL)
    if way == "ideographDigital":
        return "".join(DIGITS[int(digit)] for digit in str(number))
    if way == "decimalEnclosedCircle" and number <= 20:
        return chr(ord("①") + number - 1)
    return ""


def in_chinese(number: int) -> str:
    tens, ones = divmod(number, 10)
    return (
        (DIGITS[tens] if tens > 1 else "") + ("十" if tens else "") + (DIGITS[ones] if ones else "")
    )


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
    return {kind(found.tag): found for found in node} if node is not None else {}


def value(node: _Element | None) -> str:
    """The attribute ``w:val`` of a property, "" where it or the property is missing."""
    return attribute(node, "w:val") if node is not None else ""
