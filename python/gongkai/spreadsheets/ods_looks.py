"""The styles of an .ods file -> how letters look in its cells, and its formats of numbers as codes.

The codes are those of other spreadsheets, so that ``formats`` judges both ([ODF 1.3] part 3).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import islice
from typing import TYPE_CHECKING

from gongkai.figures import is_pale
from gongkai.opc.package import local, whole
from gongkai.spreadsheets.formats import FIXED, REPEATED, kind_of, kind_of_text, rounding_of
from gongkai.spreadsheets.seen import USUAL_SIZE, Piece

if TYPE_CHECKING:
    from lxml.etree import _Element

DEEPEST = 10  # styles that go back to others
MOST_MAPS = 4  # sections of a format of numbers
POINTS = {"pt": 1.0, "cm": 28.35, "mm": 2.835, "in": 72.0, "px": 0.75, "pc": 12.0}
LENGTH = re.compile(r"(\d+(?:\.\d+)?)(pt|cm|mm|in|px|pc)")
# The tests of maps that stand for the plain sections of a format code: 0;-0 and 0;-0;0 and
# 0;-0;0;@.
PLAIN_SECTIONS = (
    ["value()>=0"],
    ["value()>0", "value()<0"],
    ["value()>0", "value()<0", "value()=0"],
)


@dataclass(frozen=True)
class Look:
    """What styles say of letters: their colour and ground are "" where nothing is said."""

    color: str = ""
    ground: str = ""
    struck: bool = False
    raised: bool = False
    size: float = USUAL_SIZE
    code: str = ""
    repeated: bool = False

    @property
    def of_numbers(self) -> str:
        return self.of_all or kind_of(self.code)

    @property
    def of_own_numbers(self) -> str:
        """The same of a cell's own style; one that a condition puts there hides no places."""
        return self.of_numbers or rounding_of(self.code)

    @property
    def of_days(self) -> str:
        """The same of a day, which is no number here."""
        kind = kind_of(self.code)
        return self.of_texts or (kind if kind == FIXED else "")

    @property
    def of_texts(self) -> str:
        return self.of_all or kind_of_text(self.code)

    @property
    def of_all(self) -> str:
        kind = self.letters().on(self.ground).kind
        if self.repeated and not kind:
            return REPEATED
        return kind

    def letters(self, text: str = "") -> Piece:
        return Piece(text, self.raised, self.struck, self.color, self.size)


@dataclass
class SheetStyles:
    """Styles by family and name, formats of numbers by name; looks are worked out once. What holds
    for all cells of a file.
    """

    styles: dict[tuple[str, str], _Element] = field(default_factory=dict)
    formats: dict[str, _Element] = field(default_factory=dict)
    looks: dict[tuple[str, str], Look] = field(default_factory=dict)
    margins: dict[str, list[str]] = field(default_factory=dict)  # of a master page, by its name
    is_calculated: bool = False  # by LibreOffice, which leaves a formula that gives "" without any

    def add(self, node: _Element) -> None:
        """A style or a format; what was there before under its name stays."""
        name = attribute(node, "name")
        if local(node) == "style":
            family = attribute(node, "family")
            for called in (name, attribute(node, "display-name")):
                self.styles.setdefault((family, called), node)
        elif local(node).endswith("-style"):
            self.formats.setdefault(name, node)

    def look(self, family: str, name: str) -> Look:
        if (family, name) not in self.looks:
            self.looks[family, name] = self.look_of(family, name, DEEPEST)
        return self.looks[family, name]

    def look_of(self, family: str, name: str, depth: int) -> Look:
        node = self.styles.get((family, name))
        if node is None or depth == 0:
            return Look()
        under = Look()
        parent = attribute(node, "parent-style-name")
        if parent:
            under = self.look_of(family, parent, depth - 1)
        code = under.code
        own_format = attribute(node, "data-style-name")
        if own_format:
            code = code_of(self.formats, own_format)
        return dressed(under, node, code)


def attribute(node: _Element, name: str) -> str:
    """An attribute by its name without a namespace; "" where there is none."""
    for key, value in node.items():
        if str(key).rpartition("}")[2] == name:
            return str(value)
    return ""


def points(length: str) -> float | None:
    """0.45cm -> 12.8; None for what is no length."""
    found = LENGTH.fullmatch(length)
    return float(found[1]) * POINTS[found[2]] if found else None


# --- styles ---------------------------------------------------------------------------------------


def styles_in(parts: Sequence[_Element]) -> SheetStyles:
    found = SheetStyles()
    for root in parts:
        for group in (*root.iterfind("{*}styles"), *root.iterfind("{*}automatic-styles")):
            for node in group:
                found.add(node)
    return found


def margins_by_page(parts: Sequence[_Element]) -> dict[str, list[str]]:
    """Name of a master page -> the texts of the headers and footers that it shows."""
    found: dict[str, list[str]] = {}
    for root in parts:
        for page in root.iterfind("{*}master-styles/{*}master-page"):
            said = []
            for node in page:
                is_shown = attribute(node, "display") != "false"
                if is_shown and local(node).startswith(("header", "footer")):
                    said.append(" ".join(map(line_of, node.iter("{*}p"))))
            found[attribute(page, "name")] = said
    return found


def line_of(node: _Element) -> str:
    """The text of a paragraph without its fields: <p>第<page-number>1</page-number>页</p>."""
    text = node.text or ""
    for child in node:
        if local(child) in ("span", "a"):
            text += line_of(child)
        text += child.tail or ""
    return text


def dressed(under: Look, style: _Element, code: str) -> Look:
    """A look with what a style adds to it."""
    letters, cell = style.find("{*}text-properties"), style.find("{*}table-cell-properties")
    found = replace(under, code=code)
    if cell is not None:
        found = on_ground(found, cell)
    if letters is not None:
        return with_letters(found, letters)
    return found


def on_ground(look: Look, cell: _Element) -> Look:
    repeated = attribute(cell, "repeat-content") == "true" or look.repeated
    behind = attribute(cell, "background-color")
    if not behind:
        return replace(look, repeated=repeated)
    ground = ""  # a word such as transparent is none
    if behind.startswith("#"):
        ground = behind.strip("#")
    return replace(look, ground=ground, repeated=repeated)


def with_letters(look: Look, letters: _Element) -> Look:
    line = attribute(letters, "text-line-through-style")
    line = line or attribute(letters, "text-line-through-type")
    position = attribute(letters, "text-position")
    struck, raised = look.struck, look.raised
    if line:
        struck = line != "none"
    if position:
        raised = not position.startswith("0")
    return replace(
        look,
        color=attribute(letters, "color").strip("#") or look.color,
        struck=struck,
        raised=raised,
        size=points(attribute(letters, "font-size")) or look.size,
    )


def code_of(formats: Mapping[str, _Element], name: str, depth: int = 1) -> str:
    """A format of numbers as the code that other spreadsheets write for it: 0.00, 0%, yyyy-mm-dd,
    0;-0.

    Sections for other signs are formats of their own, of which this one's maps tell; maps of those
    are none.
    """
    node = formats.get(name)
    if node is None:
        return ""
    maps = list(islice(node.iterchildren("{*}map"), MOST_MAPS)) if depth else []
    tests = [attribute(part, "condition").replace(" ", "") for part in maps]
    is_plain = tests in PLAIN_SECTIONS
    sections = []
    for part, test in zip(maps, tests, strict=True):
        condition = "" if is_plain else f"[{test.removeprefix('value()')}]"
        inner = code_of(formats, attribute(part, "apply-style-name"), depth - 1)
        sections.append(condition + inner)
    return ";".join([*sections, section_of(node)])


def section_of(node: _Element) -> str:
    sort = local(node)
    if sort in ("date-style", "time-style"):
        if attribute(node, "truncate-on-overflow") == "false":
            return "[h]:mm"
        literal = "".join(map(str, node.itertext())).strip()
        return f'"{literal}"yyyy-mm-dd'
    section = "".join(map(code_part, node))
    if sort == "text-style" and not section:
        return "@"
    return section


def code_part(node: _Element) -> str:
    """A part of a format: its digits, a text, the sign of money, a colour; "" for what shows
    nothing.
    """
    part = CODE_PARTS.get(local(node))
    return part(node) if part is not None else ""


def text_part(node: _Element) -> str:
    text = node.text or ""
    return "%" if text.strip() == "%" else quoted(text)


def color_part(node: _Element) -> str:
    color = attribute(node, "color").strip("#")
    if not color:
        return ""
    if is_pale(color):
        return "[White]"
    return "[Red]"


def digits_of(node: _Element) -> str:
    code = "#,##0" if attribute(node, "grouping") == "true" else "0"
    places = min(whole(attribute(node, "decimal-places")), 20)
    if places:
        code += f".{'0' * places}"
    if attribute(node, "display-factor") not in ("", "1"):
        code += ","
    inner = "".join(text.text or "" for text in node.iterfind("{*}embedded-text"))
    return f'{code}"{inner}"0' if inner else code


def quoted(text: str) -> str:
    """A text within a code; the blanks around a number say nothing."""
    plain = text.replace('"', "")
    return f'"{plain}"' if plain.strip() else " "


CODE_PARTS: Mapping[str, Callable[[_Element], str]] = {
    "number": digits_of,
    "scientific-number": lambda node: "0.00E+00",
    "fraction": lambda node: "# ?/?",
    "text": text_part,
    "text-content": lambda node: "@",
    "currency-symbol": lambda node: quoted(node.text or "¤"),
    "fill-character": lambda node: f"*{(node.text or '')[:1]}",
    "text-properties": color_part,
}
