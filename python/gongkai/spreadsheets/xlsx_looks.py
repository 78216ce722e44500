"""The styles of an .xlsx -> how cells look, and the conditional formats that hide numbers."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from math import inf
from typing import TYPE_CHECKING, NamedTuple, TypeVar

from gongkai.figures import is_pale
from gongkai.opc import BadArchive, package
from gongkai.spreadsheets import Area, area_of, formats, seen

if TYPE_CHECKING:
    from lxml.etree import _Element

BLACK = "000000"
PALETTE = {  # of the colours that have a number those that are plain
    **dict.fromkeys(("0", "8", "64"), BLACK),
    **dict.fromkeys(("1", "9", "65"), "FFFFFF"),
    **dict.fromkeys(("2", "10"), "FF0000"),
    **dict.fromkeys(("3", "11"), "00FF00"),
    **dict.fromkeys(("4", "12"), "0000FF"),
    **dict.fromkeys(("5", "13"), "FFFF00"),
}
TINT = re.compile(r"-?\d(?:\.\d+)?(?:E-?\d+)?")
# tints beyond which the first two colours of a theme, white and black, are as good as white
WHITE_TINTS = {"0": -0.1, "1": 0.9}
SIZE = re.compile(r"\d{1,3}(?:\.\d+)?")
MOST_AREAS = 20_000  # of one conditional format
MOST_STYLES = 65_536  # Excel takes no more
CellPart = TypeVar("CellPart")


class CellLook(NamedTuple):
    """A cell style: its letters, the colour behind them, and the kinds that a number or a plain
    text in it has.
    """

    letters: seen.Piece = seen.Piece("")
    ground: str = ""
    of_numbers: str = ""
    of_texts: str = ""


PLAIN = CellLook()


def styles_of(root: _Element) -> list[CellLook]:
    """The looks of all cell styles, by their numbers."""
    fonts = package.few(root.iterfind("{*}fonts/{*}font"), MOST_STYLES)
    fills = package.few(root.iterfind("{*}fills/{*}fill"), MOST_STYLES)
    letters_of_fonts = [letters_of(font, "") for font in fonts]
    grounds = [ground_of(fill) for fill in fills]
    of_numbers, of_texts = kinds_by_number(root)
    found = []
    for style in package.few(root.iterfind("{*}cellXfs/{*}xf"), MOST_STYLES):
        letters = nth(letters_of_fonts, style.get("fontId"), seen.Piece("", color=BLACK))
        ground = nth(grounds, style.get("fillId"), "")
        kind = letters.on(ground).kind or kind_of_alignment(style)
        number = style.get("numFmtId", "")
        kind_of_number = kind or of_numbers.get(number, "")
        found.append(CellLook(letters, ground, kind_of_number, kind or of_texts.get(number, "")))
    return found


def kinds_by_number(root: _Element) -> tuple[dict[str, str], dict[str, str]]:
    """What number formats make of numbers, and of texts, by the numbers of the formats."""
    of_numbers, of_texts = dict(formats.BUILTIN), {}
    for node in root.iterfind("{*}numFmts/{*}numFmt"):
        number, code = node.get("numFmtId", ""), node.get("formatCode", "")
        of_numbers[number] = formats.kind_in_cell(code)
        of_texts[number] = formats.kind_of_text(code)
    return of_numbers, of_texts


def kind_of_alignment(style: _Element) -> str:
    """5 set to fill its cell is shown as 555555."""
    if style.find("{*}alignment[@horizontal='fill']") is None:
        return ""
    return formats.REPEATED


def nth(found: Sequence[CellPart], number: str | None, otherwise: CellPart) -> CellPart:
    at = package.whole(number)
    return found[at] if at < len(found) else otherwise


def letters_of(look: _Element, text: str) -> seen.Piece:
    """A text in a font, or in the look of a run."""
    raised, size = look.find("{*}vertAlign"), look.find("{*}sz")
    points = size.get("val", "") if size is not None else ""
    return seen.Piece(
        text,
        raised=raised is not None and raised.get("val") != "baseline",
        struck=is_struck(look.find("{*}strike")),
        color=color_of(look.find("{*}color")),
        size=float(points) if SIZE.fullmatch(points) else seen.USUAL_SIZE,
    )


def is_struck(strike: _Element | None) -> bool:
    return strike is not None and package.is_on(strike.get("val", "1"))


def color_of(color: _Element | None) -> str:
    """RRGGBB, or a word for a colour of the theme that has a tint.

    FFFFFF for whatever nobody sees on white: FFFEFEFE, the theme's first colour, its second one
    with a tint of 1.
    """
    if color is None:
        return BLACK
    theme, rgb, indexed = color.get("theme", ""), color.get("rgb", ""), color.get("indexed", "")
    if theme:
        return color_of_theme(theme, color.get("tint", "0"))
    if is_pale(rgb):
        return "FFFFFF"
    return rgb[-6:].upper() or PALETTE.get(indexed, f"color{indexed}")


def color_of_theme(theme: str, tint: str) -> str:
    lightened = 0.0
    if TINT.fullmatch(tint):
        lightened = float(tint)
    if lightened > WHITE_TINTS.get(theme, inf):
        return "FFFFFF"
    if theme == "1" and lightened == 0:
        return BLACK
    return f"theme{theme}/{tint}"


def ground_of(fill: _Element) -> str:
    """The colour behind letters, "" for none.

    Of a pattern or of several colours no letters have the colour.
    """
    pattern = fill.find("{*}patternFill")
    if pattern is None:
        return ground_of_gradient(fill)
    sort = pattern.get("patternType", "none")
    if sort == "none":
        return ""
    front, back = pattern.find("{*}fgColor"), pattern.find("{*}bgColor")
    if sort == "solid":
        return color_of(front)
    is_one = front is not None and back is not None and color_of(front) == color_of(back)
    if is_one:
        return color_of(front)
    return sort


def ground_of_gradient(fill: _Element) -> str:
    colors = {color_of(node) for node in fill.iterfind("{*}gradientFill/{*}stop/{*}color")}
    if len(colors) == 1:
        return colors.pop()
    if len(fill):
        return "gradient"
    return ""


# --- conditional formats --------------------------------------------------------------------------


def hiding_formats(root: _Element) -> dict[str, str]:
    """Number of a conditional format -> its kind, for those that hide a number or make it white."""
    found = {}
    for number, dxf in enumerate(package.few(root.iterfind("{*}dxfs/{*}dxf"), MOST_STYLES)):
        kind = hiding_kind(dxf)
        if kind:
            found[str(number)] = kind
    return found


def hiding_kind(dxf: _Element) -> str:
    """How a conditional format hides a number, or makes another of it; "" where it does not."""
    code, font = dxf.find("{*}numFmt"), dxf.find("{*}font")
    kind = ""
    if code is not None:
        kind = formats.kind_of(code.get("formatCode", ""))
    if kind:
        return kind
    letters = seen.Piece("", color=BLACK)
    if font is not None:
        letters = letters_of(font, "")
    if letters.struck:
        return formats.STRUCK
    usual = letters._replace(raised=False, size=seen.USUAL_SIZE)
    return usual.on(ground_of_rule(dxf)).kind


def ground_of_rule(dxf: _Element) -> str:
    """The colour that a conditional format gives its cells, "" for none.

    A solid one is the other colour here.
    """
    for name in ("bgColor", "fgColor"):
        for node in dxf.iterfind("{*}fill//{*}" + name):
            if node.get("indexed") not in ("64", "65"):
                return color_of(node)
    return ""


def conditions_of(root: _Element, hiding: Mapping[str, str]) -> list[formats.Condition]:
    """The conditional formats of a sheet that hide numbers, those that newer versions of Excel
    write apart too.
    """
    found = []
    for block in root.iter("{*}conditionalFormatting"):
        areas = areas_in(block.get("sqref") or block.findtext("{*}sqref") or "")
        if not areas:
            continue
        for rule in block.iter("{*}cfRule"):
            kind = kind_of_rule(rule, hiding)
            if kind:
                found.append(condition_of(rule, areas, kind))
    return found


def condition_of(rule: _Element, areas: tuple[Area, ...], kind: str) -> formats.Condition:
    formulas = [node.text or "" for node in rule.iter("{*}formula", "{*}f")]
    return formats.condition(rule.get("type", ""), rule.get("operator", ""), formulas, areas, kind)


def kind_of_rule(rule: _Element, hiding: Mapping[str, str]) -> str:
    if any(child.get("showValue") in ("0", "false") for child in rule):
        return formats.HIDDEN  # bars or signs in the place of the number
    own = rule.find("{*}dxf")
    if own is not None:
        return hiding_kind(own)
    return hiding.get(rule.get("dxfId", ""), "")


def areas_in(places: str) -> tuple[Area, ...]:
    """B2 C3:D9 -> the cells of each, from first to last."""
    named = places.split()
    if len(named) > MOST_AREAS:
        raise BadArchive("large")
    found: list[Area] = []
    for name in named:
        area = area_of(name)
        if area is not None:
            found.append(area)
    return tuple(found)
