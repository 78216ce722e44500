"""A page's styles and classes -> what they do to its nodes.

Beside digits in one cell what is not known to be harmless counts; what covers a whole cell is
judged against the other figures of its table: what most of them bear is their dress.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
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

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

STYLE = re.compile(
    rb"""style(?=\s*=\s*("[^"]*"|'[^']*'|[^\s>]*))"""
)  # each, whatever quotes stand before it
NOT_SHOWN = "[hidden],[popover],dialog:not([open])"
READABLE_FONT_COLOR = re.compile(
    r"(?![0-9a-f]+$)[a-z]+|#?(?:[0-9a-f]{6}|[0-9a-f]{3})"
)  # of <font color=…>
STYLE_TEXT = 100_000  # characters read from a page's own styles
NOTHING: Done = (None, True)
MOST_STYLES = 500  # different ones on a page that have an effect
MARKED = re.compile(r"mso(?:footnote|endnote|comment)reference")
# Classes that Word puts on runs of words that it doubts, and on paragraphs: they look like any
# other. Numbers and font5 are those of WPS and Excel, ql- of an editor.
PLAIN = re.compile(
    r"grame|spelle|msonormal|mso[a-z]*(?:paragraph|text|link)|apple-[a-z-]+|(?:font|xl|et)"
    r"?\d{1,"
    r"3}|ql-[\w-]+"
)
RUNS = (
    "span",
    "font",
    "b",
    "strong",
    "i",
    "em",
    "u",
    "small",
    "big",
    "ins",
    "code",
    "label",
    "a",
    "cite",
    "var",
)
STRANGE_RUNS = ",".join(f"{run}[class],{run}[title]" for run in RUNS)
CLASSES = re.compile(rb"""class\s*=\s*("[^"]*"|'[^']*'|[^\s>]*)""")
HAS_TITLE = re.compile(rb"title\s*=")
CELLS = ("td", "th")
LONGEST_FIGURE = 40  # characters
DEEPEST = 30  # elements from a run up to its cell
SIMPLE = re.compile(r"[A-Za-z]*[.#][A-Za-z_-][\w-]*", re.ASCII)  # span.n
STEP = re.compile(r"(\s*[>+~]\s*|\s+)(?![^(\[]*[)\]])")  # between td, .n and i in: td .n > i
INNER_STEPS = re.compile(
    r"\([^()]*[^\s(,][\s>+~]+[^\s),][^()]*\)"
)  # :is(td .n), which is left alone
FARTHEST = 100  # elements around or before one
DRAWS = re.compile(r"::?(?:before|after)$", re.IGNORECASE)
# content that changes no figure: nothing, a blank, 件, a sign of a font of icons; not "1", "-",
# attr(data-v).
NOTHING_DRAWN = re.compile(
    r"(?:none|normal|\s|[\"'](?:\s|[\ue000-\uf8ff])*(?:[件个项宗次条])?\s*[\"'])*"
)
WEIGHED = (
    "moved",
    "white",
    "odd",
)  # effects on a row, a cell or all that is in it; raised and hidden act on the rest


Found = tuple["LexborNode", Effect]
DoubtfulNode = tuple[
    "LexborNode", str
]  # a node, and what it is: raised, moved, white, hidden, or of an unknown class (.x)


@dataclass
class Dress:
    """What a page's styles do: node id -> effect; and for each class that some figures bear, that
    not most bear, and of which the page says nothing, those figures.
    """

    effects: dict[int, Effect]
    unknown: dict[str, list[str]]


def dress_of(tree: LexborHTMLParser, content: bytes, styles: str = "") -> Dress:
    """``styles`` are those of the page's external stylesheets, as far as they were read."""
    lower = content.lower()
    own = (
        "\n".join(node.text() for node in tree.css("style"))[:STYLE_TEXT]
        if b"<style" in lower
        else ""
    )
    css = f"{own}\n{styles}" if own or styles else ""
    rules = list(screen_rules(css)) if css else []
    known, harmless = harmless_names(css, rules)
    strange = {
        name for name in class_names(lower) if name not in harmless and not PLAIN.fullmatch(name)
    }
    found: list[Found] = (
        [*strange_runs(tree, strange)] if strange or HAS_TITLE.search(lower) else []
    )
    found += [*drawn_nodes(tree, rules), *ruled_nodes(tree, rules), *styled_nodes(tree, lower)]
    effects = {node.mem_id: effect for node, effect in found}
    suspects: list[DoubtfulNode] = [*suspects_of(found), *strangers(tree, strange - known)]
    if b"<su" in lower:
        suspects += [(node, "raised") for node in tree.css("sup,sub")]
    dress = Dress(effects, {})
    if suspects:
        judge(tree, dress, suspects, rules)
    holders = table_holders(tree, effects)
    dress.effects = {
        key: effect for key, effect in effects.items() if effect == "gone" or key not in holders
    }
    return dress


def class_names(lower: bytes) -> set[str]:
    """The classes that a page's elements bear, each once: a pasted page says the same a thousand
    times.
    """
    written = b" ".join(set(CLASSES.findall(lower))).decode("utf-8", "replace")
    return set(re.sub("[\"']", " ", unescape(written)).split())


# --- an element's own style -----------------------------------------------------------------------


def styled_nodes(tree: LexborHTMLParser, lower: bytes) -> Iterator[Found]:
    """Node and effect of the elements whose own style or attribute has one; each style is judged
    once.
    """
    if b"<font" in lower:
        for node in tree.css("td font[size],td font[color],th font[size],th font[color]"):
            effect = effect_of_font(node.attributes)
            if effect:
                yield node, effect
    written = {style.decode("utf-8", "replace").strip("\"'") for style in set(STYLE.findall(lower))}
    effects: dict[str, Done] = {style: effect_of_style(style) for style in map(unescape, written)}
    acting = [style for style, (effect, _) in effects.items() if effect][:MOST_STYLES]
    for node in tree.css(",".join(map(selector_of, acting))) if acting else ():
        effect, kept = effects.get((node.attributes.get("style") or "").lower(), NOTHING)
        if effect:
            yield node, "raised" if not kept and styled_within(node) else effect
    for node in (
        tree.css(NOT_SHOWN)
        if any(word in lower for word in (b"hidden", b"popover", b"<dialog"))
        else ()
    ):
        yield node, "gone"


def selector_of(style: str) -> str:
    """The elements with this very style."""
    quoted = re.sub(r'["\\\n\r\f]', lambda found: f"\\{ord(found[0]):x} ", style)
    return f'[style="{quoted}" i]'


def effect_of_font(attributes: Mapping[str, str | None]) -> Effect | None:
    """<font size=1>, size=-2: small; color=white: white."""
    size, color = attributes.get("size") or "", (attributes.get("color") or "").lower()
    if color and not READABLE_FONT_COLOR.fullmatch(color):
        return "odd"
    if re.fullmatch(PALE, color) or re.fullmatch(PALE, f"#{color}"):
        return "white"
    return "apart" if size == "1" or size.startswith("-") else None


def styled_within(node: LexborNode) -> bool:
    return any(child.css_first("[style],[class]") is not None for child in node.iter())


def table_holders(tree: LexborHTMLParser, found: Mapping[int, Effect]) -> set[int]:
    """Ids of the tables and of all that they stand in: what is set to fade in is read, as it holds
    the figures.
    """
    holders: set[int] = set()
    if any(effect in ("blank", "hidden") for effect in found.values()):
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
    return (node.attributes.get("class") or "").lower().split()


def drawn_nodes(tree: LexborHTMLParser, rules: Iterable[StyleRule]) -> Iterator[Found]:
    """Each element before or behind which a rule of the page draws a text:
    .n::after{content:"1"}.
    """
    for selectors, body in rules:
        properties = declared(body) if "content" in unescaped(body).lower() else {}
        if (
            NOTHING_DRAWN.fullmatch(properties.get("content", ""))
            or properties.get("display") == "none"
        ):
            continue
        for name in filter(DRAWS.search, selectors_in(selectors)):
            for node in selected(tree, DRAWS.sub("", name) or "*"):
                yield node, "drawn"


def ruled_nodes(tree: LexborHTMLParser, rules: Iterable[StyleRule]) -> Iterator[Found]:
    """Node and effect of the rules; where it is in doubt the text is only set off."""
    effects = rule_effects(rules)
    for effect, kept in dict.fromkeys(effects.values()):
        for node in chosen(tree, [name for name, its in effects.items() if its == (effect, kept)]):
            if effect == "odd" and nearest(node, (*CELLS, "tr")) is None:
                continue
            own = declared(node.attributes.get("style") or "") if effect == "hidden" else {}
            doubtful = not HIDES.keys().isdisjoint(own) or (not kept and styled_within(node))
            yield node, "raised" if doubtful else effect


def chosen(tree: LexborHTMLParser, selectors: Iterable[str]) -> Iterator[LexborNode]:
    """The elements of any of the selectors; the simple ones are asked for at once."""
    names = list(selectors)
    simple = ",".join(filter(SIMPLE.fullmatch, names))
    others = [selected(tree, name) for name in names if not SIMPLE.fullmatch(name)]
    return chain(selected(tree, simple) if simple else (), *others)


def selected(tree: LexborHTMLParser, selector: str) -> list[LexborNode]:
    """The elements that a selector chooses, or several simple ones; none where the parser does not
    know it.

    td .n > i is matched here, from its end upwards: the parser's time grows without end with the
    steps of a selector.
    """
    from selectolax.lexbor import SelectolaxError

    steps = STEP.split(selector.strip())
    names, joints = steps[::2], [joint.strip() for joint in steps[1::2]]
    if not joints:
        found = INNER_STEPS.search(selector)
        try:
            return [] if found or not selector else list(tree.css(selector))
        except SelectolaxError:
            return []
    sets = [{node.mem_id for node in selected(tree, name)} for name in names[:-1]]
    if not all(sets):
        return []
    known: dict[tuple[int, int], bool] = {}
    return [
        node
        for node in selected(tree, names[-1])
        if is_reached(node, sets, joints, len(sets) - 1, known)
    ]


def is_reached(
    node: LexborNode,
    sets: list[set[int]],
    joints: list[str],
    at: int,
    known: dict[tuple[int, int], bool],
) -> bool:
    """Whether what a selector asks for up to its step ``at`` stands around or before a node."""
    if at < 0:
        return True
    key = node.mem_id, at
    if key not in known:
        others = neighbours(node, joints[at])
        fitting = (other for other in others if other.mem_id in sets[at])
        known[key] = any(is_reached(other, sets, joints, at - 1, known) for other in fitting)
    return known[key]


def neighbours(node: LexborNode, joint: str) -> Iterator[LexborNode]:
    """The elements to which a joint leads: > the parent, + the one before, ~ those before, a blank
    all around.
    """
    other = node.parent if joint in (">", "") else before(node)
    for _ in range(1 if joint in (">", "+") else FARTHEST):
        if other is None:
            return
        yield other
        other = other.parent if joint == "" else before(other)


def before(node: LexborNode) -> LexborNode | None:
    """The element before a node, texts passed over."""
    other = node.prev
    while other is not None and (other.tag or "-").startswith("-"):
        other = other.prev
    return other


# --- what covers a whole cell ---------------------------------------------------------------------


def suspects_of(found: Iterable[Found]) -> Iterator[DoubtfulNode]:
    """The nodes whose effect counts where they hold all of a cell; a raised cell only stands higher
    in its row.
    """
    for node, effect in found:
        outside = node.tag in (*CELLS, "tr")
        if (
            effect in WEIGHED
            or (effect == "raised" and not outside)
            or (effect == "hidden" and outside)
        ):
            yield node, effect


def strangers(tree: LexborHTMLParser, unknown: set[str]) -> Iterator[DoubtfulNode]:
    """The nodes with classes that the page says nothing of; those outside of tables have no
    cell.
    """
    for node in tree.css("[class]") if unknown else ():
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
    tables, looks = held(suspects)
    backed: set[int] | None = None
    for table in tables:
        figures = [cell for cell in table.css("td,th") if figure_text(cell)]
        borne = [looks_of(cell, looks) for cell in figures]
        counts = Counter(chain.from_iterable(borne))
        few = {
            look for look, count in counts.items() if 2 * count <= len(figures)
        }  # most bear their dress
        for cell, its in zip(figures, borne, strict=True):
            for look in its & few:
                if look.startswith("."):
                    dress.unknown.setdefault(look[1:], []).append(cell.text().strip())
                    continue
                backed = backed_nodes(tree, rules) if backed is None else backed
                if look != "white" or not is_on_colour(cell, backed):
                    dress.effects[cell.mem_id] = "drawn"


def held(suspects: Iterable[DoubtfulNode]) -> tuple[list[LexborNode], dict[int, set[str]]]:
    """The tables in which there are any, and what each cell or row (its id) is by them: <td><p
    class=x> is .x.
    """
    tables: dict[int, LexborNode] = {}
    looks: dict[int, set[str]] = {}
    figures: dict[int, str] = {}  # id of a cell -> its text if that is a figure
    for node, look in suspects:
        holder = nearest(node, (*CELLS, "tr"))
        if holder is None:
            continue
        key = holder.mem_id
        if key not in figures:
            figures[key] = figure_text(holder)
        if covers(node, holder, figures[key]) or (look.startswith(".") and figures[key]):
            looks.setdefault(key, set()).add(look)
            table = nearest(holder, ("table",))
            if table is not None:
                tables[table.mem_id] = table
    outer = {
        around.mem_id
        for table in tables.values()
        if (around := nearest(table.parent, ("table",))) is not None
    }
    return [table for key, table in tables.items() if key not in outer], looks


def nearest(node: LexborNode | None, tags: tuple[str, ...]) -> LexborNode | None:
    """The node, or what it stands in not far up, that has one of the tags."""
    for _ in range(DEEPEST):
        if node is None or node.tag in tags:
            return node
        node = node.parent
    return None


def figure_text(cell: LexborNode) -> str:
    text = cell.text().strip() if cell.tag in CELLS and cell.css_first("table") is None else ""
    return text if len(text) <= LONGEST_FIGURE and read_figure(text).value is not None else ""


def covers(node: LexborNode, holder: LexborNode, figure: str) -> bool:
    """Whether a node is a row or a cell, or holds all the text of a cell that holds a figure."""
    return node.mem_id == holder.mem_id or (bool(figure) and node.text().strip() == figure)


def looks_of(cell: LexborNode, looks: Mapping[int, set[str]]) -> set[str]:
    """What a cell is, by itself or by its row."""
    row = cell.parent
    return looks.get(cell.mem_id, set()) | (
        looks.get(row.mem_id, set()) if row is not None else set()
    )


def backed_nodes(tree: LexborHTMLParser, rules: Iterable[StyleRule]) -> set[int]:
    """Ids of the elements behind whose text a rule of the page puts a colour."""
    selectors: list[str] = []
    for names, body in rules:
        selectors += selectors_in(names) if is_backed(declared(body)) else ()
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
    attributes = node.attributes
    own = declared(attributes.get("style") or "")
    return (
        node.mem_id in backed
        or is_backed(own)
        or is_backed({"background": (attributes.get("bgcolor") or "").lower()})
    )
