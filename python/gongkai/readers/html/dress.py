"""A page's styles and classes -> what they do to its nodes.

Beside digits in one cell what is not known to be harmless counts; what covers a whole cell is
judged against the other figures of its table: what most of them bear is their dress.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from html import unescape
from itertools import chain
from typing import TYPE_CHECKING

from gongkai.figures import read_figure
from gongkai.readers.html.css import (
    HIDES,
    PALE,
    Done,
    Effect,
    StyleRule,
    declared,
    effect_of_style,
    harmless_names,
    is_backed,
    rule_effects,
    screen_rules,
    selectors_in,
    unescaped,
)
from gongkai.readers.html.lines import NO_NUMBERS, attribute
from gongkai.readers.html.selectors import chosen, selected

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

# each, whatever quotes stand before it
STYLE = re.compile(rb"""style(?=\s*=\s*("[^"]*"|'[^']*'|[^\s>]*))""")
NOT_SHOWN = "[hidden],[popover],dialog:not([open])"
# of <font color=…>
READABLE_FONT_COLOR = re.compile(r"(?![0-9a-f]+$)[a-z]+|#?(?:[0-9a-f]{6}|[0-9a-f]{3})")
PALE_COLOR = re.compile(PALE)
STYLE_TEXT = 100_000  # characters read from a page's own styles
NOTHING: Done = (None, True)
MOST_STYLES = 500  # different ones on a page that have an effect
MARKED = re.compile(r"mso(?:footnote|endnote|comment)reference")
# Classes that Word puts on runs of words that it doubts, and on paragraphs: they look like any
# other. Numbers and font5 are those of WPS and Excel, ql- of an editor.
PLAIN = re.compile(
    r"grame|spelle|msonormal|mso[a-z]*(?:paragraph|text|link)|apple-[a-z-]+|"
    r"(?:font|xl|et)?\d{1,3}|ql-[\w-]+"
)
RUNS = "span font b strong i em u small big ins code label a cite var"
STRANGE_RUNS = ",".join(f"{run}[class],{run}[title]" for run in RUNS.split())
CLASSES = re.compile(rb"""class\s*=\s*("[^"]*"|'[^']*'|[^\s>]*)""")
HAS_TITLE = re.compile(rb"title\s*=")
CELLS = ("td", "th")
CELLS_AND_ROWS = (*CELLS, "tr")
LONGEST_FIGURE = 40  # characters
DEEPEST = 30  # elements from a run up to its cell
DRAWS = re.compile(r"::?(?:before|after)$", re.IGNORECASE)
# content that changes no figure: nothing, a blank, 件, a sign of a font of icons; not "1", "-",
# attr(data-v).
NOTHING_DRAWN = re.compile(
    r"(?:none|normal|\s|[\"'](?:\s|[\ue000-\uf8ff])*(?:[件个项宗次条])?\s*[\"'])*"
)
# effects on a row, a cell or all that is in it; raised and hidden act on the rest
WEIGHED = ("moved", "white", "odd")

Found = tuple["LexborNode", Effect]
# a node, and what it is: raised, moved, white, hidden, or of an unknown class (.x)
DoubtfulNode = tuple["LexborNode", str]


@dataclass
class Dress:
    """What a page's styles do: node id -> effect; and for each class that some figures bear, that
    not most bear, and of which the page says nothing, those figures. ``unnumbered`` are the ids of
    lists and items that rules leave without numbers.
    """

    effects: dict[int, Effect]
    unknown: dict[str, list[str]]
    unnumbered: set[int]


def dress_of(tree: LexborHTMLParser, content: bytes, styles: str = "") -> Dress:
    """``styles`` are those of the page's external stylesheets, as far as they were read."""
    lower = content.lower()
    css = css_of(tree, lower, styles)
    rules = list(screen_rules(css))
    known, harmless = harmless_names(css, rules)
    strange = strange_names(lower, harmless)
    found: list[Found] = []
    if strange or HAS_TITLE.search(lower):
        found += strange_runs(tree, strange)
    found += drawn_nodes(tree, rules)
    found += ruled_nodes(tree, rules)
    found += styled_nodes(tree, lower)
    dress = Dress({}, {}, unnumbered_nodes(tree, rules) if b"<ol" in lower else set())
    for node, effect in found:
        dress.effects[node.mem_id] = effect
    suspects: list[DoubtfulNode] = [*filter(counts_for_cell, found)]
    suspects += strangers(tree, strange - known)
    if b"<su" in lower:
        suspects += [(node, "raised") for node in tree.css("sup,sub")]
    judge(tree, dress, suspects, rules)
    keep_tables(tree, dress.effects)
    return dress


def unnumbered_nodes(tree: LexborHTMLParser, rules: Iterable[StyleRule]) -> set[int]:
    """ol,ul{list-style:none}"""
    names: list[str] = []
    for selectors, body in rules:
        if NO_NUMBERS.search(body.lower()):
            names += selectors_in(selectors)
    return {node.mem_id for node in chosen(tree, names)}


def css_of(tree: LexborHTMLParser, lower: bytes, styles: str) -> str:
    """The page's own styles, then those of its external stylesheets."""
    if b"<style" not in lower:
        return styles
    own = "\n".join(node.text() for node in tree.css("style"))
    return f"{own[:STYLE_TEXT]}\n{styles}"


def strange_names(lower: bytes, harmless: set[str]) -> set[str]:
    """The classes of which neither the page nor we know that they change nothing."""
    strange = set()
    for name in class_names(lower) - harmless:
        if not PLAIN.fullmatch(name):
            strange.add(name)
    return strange


def class_names(lower: bytes) -> set[str]:
    """The classes that a page's elements bear, each once: a pasted page says the same a thousand
    times.
    """
    written = b" ".join(set(CLASSES.findall(lower))).decode("utf-8", "replace")
    return set(re.sub("[\"']", " ", unescape(written)).split())


# --- an element's own style -----------------------------------------------------------------------


def styled_nodes(tree: LexborHTMLParser, lower: bytes) -> Iterator[Found]:
    """Node and effect of the elements whose own style or attribute has one."""
    if b"<font" in lower:
        yield from font_nodes(tree)
    yield from nodes_with_style(tree, lower)
    if any(word in lower for word in (b"hidden", b"popover", b"<dialog")):
        for node in tree.css(NOT_SHOWN):
            yield node, "gone"


def font_nodes(tree: LexborHTMLParser) -> Iterator[Found]:
    for node in tree.css("td font[size],td font[color],th font[size],th font[color]"):
        effect = effect_of_font(attribute(node, "color").lower(), attribute(node, "size"))
        if effect:
            yield node, effect


def nodes_with_style(tree: LexborHTMLParser, lower: bytes) -> Iterator[Found]:
    """Those with style="…"; each style is judged once, however many elements have it."""
    effects: dict[str, Done] = {}
    acting: list[str] = []
    for written in set(STYLE.findall(lower)):
        style = unescape(written.decode("utf-8", "replace").strip("\"'"))
        effects[style] = effect_of_style(style)
        if effects[style][0]:
            acting.append(selector_of(style))
    if not acting:
        return
    for node in tree.css(",".join(acting[:MOST_STYLES])):
        effect, kept = effects.get(attribute(node, "style").lower(), NOTHING)
        if effect:
            yield node, effect_within(node, effect, kept)


def effect_within(node: LexborNode, effect: Effect, kept: bool) -> Effect:
    """The effect of a style on an element.

    In doubt, where what is in it may undo that, its text is only set off.
    """
    if not kept and has_styled(node):
        return "raised"
    return effect


def selector_of(style: str) -> str:
    """The elements with this very style."""
    quoted = re.sub(r'["\\\n\r\f]', lambda found: f"\\{ord(found[0]):x} ", style)
    return f'[style="{quoted}" i]'


def effect_of_font(color: str, size: str) -> Effect | None:
    """<font size=1>, size=-2: small; color=white: white."""
    if color and not READABLE_FONT_COLOR.fullmatch(color):
        return "odd"
    if any(map(PALE_COLOR.fullmatch, (color, f"#{color}"))):
        return "white"
    if size == "1" or size.startswith("-"):
        return "apart"
    return None


def has_styled(node: LexborNode) -> bool:
    return any(child.css_first("[style],[class]") is not None for child in node.iter())


def keep_tables(tree: LexborHTMLParser, effects: dict[int, Effect]) -> None:
    """Take away what styles do to tables and to all that they stand in, unless that is gone: what
    is set to fade in is read, as it holds the figures.
    """
    for key in table_holders(tree, effects):
        if effects.get(key) != "gone":
            effects.pop(key, None)


def table_holders(tree: LexborHTMLParser, effects: Mapping[int, Effect]) -> set[int]:
    """Ids of the tables and of all that they stand in, where anything is hidden."""
    holders: set[int] = set()
    if {"blank", "hidden"}.isdisjoint(effects.values()):
        return holders
    for table in tree.css("table"):
        node: LexborNode | None = table
        while node is not None and node.mem_id not in holders:
            holders.add(node.mem_id)
            node = node.parent
    return holders


# --- the page's own rules -------------------------------------------------------------------------


def strange_runs(tree: LexborHTMLParser, strange: set[str]) -> Iterator[Found]:
    """Each run within a cell that a tooltip explains, or of whose class the page says nothing or
    nothing harmless: it may be raised or hidden. One that covers all of its cell stands beside
    nothing.
    """
    for node in tree.css(STRANGE_RUNS):
        if nearest(node, (*CELLS, "p")) is None:
            continue
        names = classes_of(node)
        if any(map(MARKED.fullmatch, names)):
            yield node, "raised"
        elif node.attributes.get("title") or not strange.isdisjoint(names):
            yield node, "apart"


def classes_of(node: LexborNode) -> list[str]:
    return attribute(node, "class").lower().split()


def drawn_nodes(tree: LexborHTMLParser, rules: Iterable[StyleRule]) -> Iterator[Found]:
    """Each element before or behind which a rule of the page draws a text:
    .n::after{content:"1"}.
    """
    drawing: list[str] = []
    for selectors, body in rules:
        if draws(body):
            drawing += filter(DRAWS.search, selectors_in(selectors))
    for name in drawing:
        for node in selected(tree, DRAWS.sub("", name) or "*"):
            yield node, "drawn"


def draws(body: str) -> bool:
    """Whether declarations draw a text that may be read as part of a figure."""
    if "content" not in unescaped(body).lower():
        return False
    properties = declared(body)
    drawn = properties.get("content", "")
    return not NOTHING_DRAWN.fullmatch(drawn) and properties.get("display") != "none"


def ruled_nodes(tree: LexborHTMLParser, rules: Iterable[StyleRule]) -> Iterator[Found]:
    """Node and effect of the rules; where it is in doubt the text is only set off."""
    selectors: dict[tuple[Effect, bool], list[str]] = {}
    for name, done in rule_effects(rules).items():
        selectors.setdefault(done, []).append(name)
    for (effect, kept), names in selectors.items():
        for node in chosen(tree, names):
            if effect == "odd" and nearest(node, CELLS_AND_ROWS) is None:
                continue
            if effect == "hidden" and hides_by_itself(node):
                yield node, "raised"
            else:
                yield node, effect_within(node, effect, kept)


def hides_by_itself(node: LexborNode) -> bool:
    """Whether an element's own style may undo that: <p class=hid style="display:block">."""
    own = declared(attribute(node, "style"))
    return not HIDES.keys().isdisjoint(own)


# --- what covers a whole cell ---------------------------------------------------------------------


def counts_for_cell(found: Found) -> bool:
    """Whether an effect counts where its node holds all of a cell.

    A raised cell only stands higher in its row; a hidden run leaves its cell blank anyway.
    """
    node, effect = found
    if effect == "raised":
        return node.tag not in CELLS_AND_ROWS
    if effect == "hidden":
        return node.tag in CELLS_AND_ROWS
    return effect in WEIGHED


def strangers(tree: LexborHTMLParser, unknown: set[str]) -> Iterator[DoubtfulNode]:
    """The nodes with classes that the page says nothing of.

    Those outside of tables have no cell.
    """
    if not unknown:
        return
    for node in tree.css("[class]"):
        for name in unknown.intersection(classes_of(node)):
            yield node, f".{name}"


def judge(
    tree: LexborHTMLParser,
    dress: Dress,
    suspects: Iterable[DoubtfulNode],
    rules: Iterable[StyleRule],
) -> None:
    """Set the cells whose figure alone of its table is raised, moved or white, and the classes that
    few bear.
    """
    looks, tables = held(suspects)
    backed: set[int] | None = None
    for table in innermost(tables):
        for cell, look in rare_looks(table, looks):
            if look.startswith("."):
                dress.unknown.setdefault(look[1:], []).append(cell.text().strip())
                continue
            if backed is None:
                backed = backed_nodes(tree, rules)
            if look != "white" or not is_on_colour(cell, backed):
                dress.effects[cell.mem_id] = "drawn"


def rare_looks(
    table: LexborNode, looks: Mapping[int, set[str]]
) -> Iterator[tuple[LexborNode, str]]:
    """(cell, look) of the figures of a table for each look that at most half of them have: what
    most bear is their dress.
    """
    figures = list(filter(figure_text, table.css("td,th")))
    borne = [looks_of(cell, looks) for cell in figures]
    counts = Counter(chain.from_iterable(borne))
    for cell, its in zip(figures, borne, strict=True):
        for look in sorted(its):
            if 2 * counts[look] <= len(figures):
                yield cell, look


def held(suspects: Iterable[DoubtfulNode]) -> tuple[dict[int, set[str]], list[LexborNode]]:
    """What each cell or row (its id) is by the suspects, <td><p class=x> is .x; and the tables in
    which these stand.
    """
    looks: dict[int, set[str]] = {}
    tables: dict[int, LexborNode] = {}
    figures: dict[int, str] = {}  # id of a cell -> its text if that is a figure
    for node, look in suspects:
        holder = nearest(node, CELLS_AND_ROWS)
        if holder is None:
            continue
        key = holder.mem_id
        if key not in figures:
            figures[key] = figure_text(holder)
        is_figure_of_class = look.startswith(".") and figures[key] != ""
        if is_figure_of_class or covers(node, holder, figures[key]):
            looks.setdefault(key, set()).add(look)
            table = nearest(holder, ("table",))
            if table is not None:
                tables[table.mem_id] = table
    return looks, list(tables.values())


def innermost(tables: Sequence[LexborNode]) -> list[LexborNode]:
    """The tables in which no other of them stands."""
    outer: set[int] = set()
    for table in tables:
        around = nearest(table.parent, ("table",))
        if around is not None:
            outer.add(around.mem_id)
    return [table for table in tables if table.mem_id not in outer]


def nearest(node: LexborNode | None, tags: tuple[str, ...]) -> LexborNode | None:
    """The node, or what it stands in not far up, that has one of the tags."""
    for _ in range(DEEPEST):
        if node is None or node.tag in tags:
            return node
        node = node.parent
    return None


def figure_text(cell: LexborNode) -> str:
    """The text of a cell that holds a figure and no table; "" of any other."""
    if cell.tag not in CELLS or cell.css_first("table") is not None:
        return ""
    text = cell.text().strip()
    if len(text) > LONGEST_FIGURE or read_figure(text).value is None:
        return ""
    return text


def covers(node: LexborNode, holder: LexborNode, figure: str) -> bool:
    """Whether a node is a row or a cell, or holds all the text of a cell that holds a figure."""
    if node.mem_id == holder.mem_id:
        return True
    return figure != "" and node.text().strip() == figure


def looks_of(cell: LexborNode, looks: Mapping[int, set[str]]) -> set[str]:
    """What a cell is, by itself or by its row."""
    found = set(looks.get(cell.mem_id, ()))
    if cell.parent is not None:
        found.update(looks.get(cell.parent.mem_id, ()))
    return found


def backed_nodes(tree: LexborHTMLParser, rules: Iterable[StyleRule]) -> set[int]:
    """Ids of the elements behind whose text a rule of the page puts a colour."""
    selectors: list[str] = []
    for names, body in rules:
        if is_backed(declared(body)):
            selectors += selectors_in(names)
    return {node.mem_id for node in chosen(tree, selectors)}


def is_on_colour(cell: LexborNode, backed: set[int]) -> bool:
    """Whether white text in a cell is seen: <tr bgcolor=navy>, <td><p style="background:#369">."""
    around = [cell, *cell.css("*")]
    outer = cell.parent
    while outer is not None and outer.tag != "body":
        around.append(outer)
        outer = outer.parent
    return any(has_colour(each, backed) for each in around)


def has_colour(node: LexborNode, backed: set[int]) -> bool:
    behind = {"background": attribute(node, "bgcolor").lower()}
    own = declared(attribute(node, "style"))
    return node.mem_id in backed or is_backed(behind) or is_backed(own)
