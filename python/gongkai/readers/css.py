"""A page's styles -> which nodes they hide, strike, raise or set apart."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from itertools import chain
from typing import TYPE_CHECKING, Literal

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

# gone: not there at all; blank: nothing to see in its place; hidden: blank by a rule of the page, which a script may
# lift; raised: beside a figure, but no part of it; apart: the same, but only where digits touch; line, cell: on a line
# of its own, a cell also when it is empty; drawn: the page draws a text before or behind it
Effect = Literal["gone", "blank", "hidden", "raised", "apart", "line", "cell", "drawn"]

ZERO = re.compile(r"[0.]+(?:%|[a-z]+)?")
STRUCK = re.compile(r".*line-through.*")
HIDES = {  # property -> its values that hide
    "display": re.compile("none"),
    "mso-hide": re.compile("all"),
    "text-decoration": STRUCK,
    "text-decoration-line": STRUCK,
    "visibility": re.compile("hidden|collapse"),
    "opacity": ZERO,
    "font-size": ZERO,
    "color": re.compile("transparent"),
    "text-indent": re.compile(r"-\d{3,}.*"),
    "left": re.compile(r"-\d{3,}.*"),
    "margin-left": re.compile(r"-\d{4,}.*"),
    "clip": re.compile(r"rect\(\s*0.*"),
    "clip-path": re.compile(r"inset\((?:[5-9]\d|100)%.*"),
    "max-height": ZERO,
    "max-width": ZERO,
    "transform": re.compile(r"scale\(\s*0\s*[,)].*"),
}
NOT_ZERO = r"(?![-+]?0*\.?0*(?:[a-z]+|%))[-+]?(?:\d+\.?\d*|\.\d+)(?:[a-z]+|%)"  # -5px, .4em, 30%
SMALL = r"smaller|x+-small|0?\.[1-8]\d*r?em|[1-8]?\d%|[1-9](?:\.\d+)?px|(?:[1-6](?:\.\d+)?|7(?:\.[0-4]\d*)?)pt"
NEARLY_WHITE = r"white|#fff(?:f|fff|fffff)?|#(?:f[a-f]){3}|rgba?\(255[,\s]+255[,\s]+255.*"
UNKNOWN = r".*(?:calc|var)\(.*"
RAISES = {  # property -> its values that lift text off its line
    "vertical-align": re.compile(rf"super|sub|text-top|text-bottom|{NOT_ZERO}"),
    "mso-text-raise": re.compile(NOT_ZERO),
}
SETS_APART = {  # property -> its values that make text unlike that beside it, or hard to see
    "position": re.compile("absolute|fixed"),
    "top": re.compile(f"{NOT_ZERO}|{UNKNOWN}"),
    "bottom": re.compile(f"{NOT_ZERO}|{UNKNOWN}"),
    "inset": re.compile(r".*[1-9].*"),
    "vertical-align": re.compile(f"top|{UNKNOWN}"),
    "margin-top": re.compile(r"-.*[1-9].*"),
    "margin-left": re.compile(r"(?!-\d{4}).*[1-9].*"),
    "float": re.compile("right|left"),
    "translate": re.compile(r".*[1-9].*"),
    "scale": re.compile(r"0?\.\d+"),
    "zoom": re.compile(r"0?\.\d+|[1-8]?\d%"),
    "font-size": re.compile(SMALL),
    "font": re.compile(rf"(?:.*\s)?(?:{SMALL})(?:[\s/].*)?"),
    "font-variant-position": re.compile("super|sub"),
    "transform": re.compile(r"(?!none|scale\(\s*0\s*[,)]).+"),
    "color": re.compile(NEARLY_WHITE),
    "-webkit-text-fill-color": re.compile(f"transparent|{NEARLY_WHITE}"),
}
MARKED = re.compile(r"mso(?:footnote|endnote|comment)reference")
# Classes that Word puts on runs of words that it doubts, and on paragraphs: they look like any other.
# Numbers and font5 are those of WPS and Excel, ql- of an editor.
PLAIN = re.compile(
    r"grame|spelle|msonormal|mso[a-z]*(?:paragraph|text|link)|apple-[a-z-]+|(?:font|xl|et)?\d{1,3}|ql-[\w-]+"
)
RUNS = ("span", "font", "b", "strong", "i", "em", "u", "small", "big", "ins", "code", "label", "a", "cite", "var")
IN_CELLS = ",".join(f"{cell} {run}[class]" for cell in ("td", "th", "p") for run in RUNS)
HAS_CLASS = re.compile(rb"<(?:" + "|".join(RUNS).encode() + rb")\b[^<>]*\bclass\b")
INHERITED = {"visibility", "font-size", "color"}  # what is in the element may show itself again
LINED = ("block", "list-item", "table", "table-row")
WORDS = (
    *("display", "mso-hide", "line-through", "vertical-align", "opacity", "visibility", "font-size:0"),
    *("font-size: 0", "font-size :", "transparent", "position", "text-raise", "small", "transform", "text-indent"),
    *("clip", "max-height", "max-width", "white", "#fff", "255,", "font-size:.", "font-size:6", "font-size:7"),
    *(
        "calc(",
        "var(",
        "inset",
        "margin",
        "float",
        "translate",
        "scale",
        "zoom",
        "font:",
        "fill-color",
        "#f",
        "font-variant",
    ),
    *("font-size:5", "font-size:4", "font-size:8", "font-size: 5", "font-size: 6", "font-size: 7", "font-size: 8"),
)
LONGEST = 10_000  # characters of a style; the rest is not read

STYLE = re.compile(rb"""style\s*=\s*("[^"]*"|'[^']*'|[^\s>]*)""")
HINTS = (
    *("none", "hidden", "collapse", "line-through", "mso-hide", "opacity", "font-size:0", "font-size: 0"),
    *("transparent", "super", "sub", "table-cell", "position", "text-raise", "vertical-align", "small", "transform"),
    *("text-indent", "clip", "max-height", "max-width", "white", "#f", "255", "em", "%", "px", "pt", "calc(", "var("),
    *("inset", "margin", "float", "translate", "scale", "zoom", "font", "fill-color"),
)
COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)|<!--|-->", re.DOTALL)
BRACE = re.compile(r"([{}])")
# Rules for any screen: @media screen, @media (min-width:701px), @supports (…); not print, nor a narrow telephone.
ON_SCREEN = re.compile(r"@(?:media(?!.*\bprint\b)(?!.*max-width)|supports|layer|container)\b", re.IGNORECASE)
DRAWS = re.compile(r"::?(?:before|after)$")
TEXT_DRAWN = re.compile(r"attr\(|counter|[\"'][^\"']*(?:[\w①-⑳]|\\[0-9a-f])")  # content: "1", "\31", attr(data-v)
NAME = re.compile(r"[.#][A-Za-z_\u4e00-\u9fff-][\w\u4e00-\u9fff-]*", re.ASCII)
SIMPLE = re.compile(rf"[A-Za-z]*{NAME.pattern}", re.ASCII)
SELECTOR = re.compile(r"(?!.*:has)[\w\s.#>+~:()\[\]=*'\"^$|-]{1,120}")  # td .n, span:last-child, .n > i
STYLE_TEXT, STYLE_NAMES = 100_000, 200  # characters and simple selectors read from a page's own styles


def styled_nodes(tree: LexborHTMLParser, content: bytes) -> dict[int, Effect]:
    """Node id -> what its style does to it, for those that have an effect on text or figures."""
    lower = content.lower()
    styles = b" ".join(set(STYLE.findall(lower)))  # each once: a pasted page says the same a thousand times
    wanted = [f'[style*="{word}" i]' for word in WORDS if word.encode() in styles]
    if b"hidden" in lower:
        wanted.append("[hidden]")
    if b"<font" in lower:
        wanted += ["td font[size]", "td font[color]"]
    found = dict(unknown_dress(tree)) if HAS_CLASS.search(lower) else {}
    if b"<style" in lower:
        found |= dict(drawn_nodes(tree))
        found |= dict(ruled_nodes(tree))
    for node in tree.css(",".join(wanted)) if wanted else ():
        attributes = node.attributes
        effect, kept = effect_of(declared(attributes.get("style") or ""))
        if node.tag == "font" and not effect and is_small_font(attributes):
            found[node.mem_id] = "apart"
        if "hidden" in attributes:
            found[node.mem_id] = "gone"
        elif effect:
            found[node.mem_id] = "raised" if not kept and styled_within(node) else effect
    holders = table_holders(tree, found)
    return {key: effect for key, effect in found.items() if effect == "gone" or key not in holders}


def is_small_font(attributes: Mapping[str, str | None]) -> bool:
    """<font size=1>, size=-2, color=white."""
    size, color = attributes.get("size") or "", (attributes.get("color") or "").lower()
    return size == "1" or size.startswith("-") or re.fullmatch(NEARLY_WHITE, color) is not None


def declared(style: str) -> dict[str, str]:
    """The declarations of a style: property -> value, both in lower case, the last one of a property."""
    found = {}
    for declaration in COMMENT.sub("", style[:LONGEST]).lower().split(";"):
        name, _, value = declaration.partition(":")
        found[name.strip()] = value.partition("!")[0].strip()
    return found


def is_among(kinds: Mapping[str, re.Pattern[str]], properties: Mapping[str, str]) -> bool:
    return any(name in kinds and kinds[name].fullmatch(value) for name, value in properties.items())


def is_where_it_was(properties: Mapping[str, str]) -> bool:
    """Whether all that sets text apart is a top or bottom that does nothing without a position."""
    moving = [name for name in SETS_APART if name in properties and SETS_APART[name].fullmatch(properties[name])]
    return set(moving) <= {"top", "bottom"} and properties.get("position") != "relative"


def hiding(properties: Mapping[str, str]) -> set[str]:
    return {name for name, value in properties.items() if name in HIDES and HIDES[name].fullmatch(value)}


def effect_of(properties: Mapping[str, str]) -> tuple[Effect | None, bool]:
    """What declarations do to an element, and whether they do it to all that is in it, whatever its own style."""
    hides = hiding(properties)
    if "display" in hides:
        return "gone", True
    if hides:
        return "blank", not hides <= INHERITED
    if is_among(RAISES, properties):
        return "raised", True
    if is_among(SETS_APART, properties) and not is_where_it_was(properties):
        return "apart", True
    display = properties.get("display")
    return ("cell" if display == "table-cell" else "line" if display in LINED else None), True


def styled_within(node: LexborNode) -> bool:
    return any(child.css_first("[style],[class]") is not None for child in node.iter())


def table_holders(tree: LexborHTMLParser, found: Mapping[int, Effect]) -> set[int]:
    """Ids of the tables and of all that they stand in: what is set to fade in is read, as it holds the figures."""
    holders: set[int] = set()
    if any(effect in ("blank", "hidden") for effect in found.values()):
        for table in tree.css("table"):
            node: LexborNode | None = table
            while node is not None and node.mem_id not in holders:
                holders.add(node.mem_id)
                node = node.parent
    return holders


# --- the page's own rules -------------------------------------------------------------------------


def unknown_dress(tree: LexborHTMLParser) -> Iterator[tuple[int, Effect]]:
    """Node id of each run within a cell whose class the page says nothing of: it may be raised or hidden from
    elsewhere. One that covers all of its cell stands beside nothing."""
    known = set(NAME.findall("\n".join(node.text() for node in tree.css("style")).lower()[:STYLE_TEXT]))
    for node in tree.css(IN_CELLS):
        names = (node.attributes.get("class") or "").lower().split()
        if any(map(MARKED.fullmatch, names)):
            yield node.mem_id, "raised"
        elif not all(f".{name}" in known or PLAIN.fullmatch(name) for name in names):
            yield node.mem_id, "apart"


def drawn_nodes(tree: LexborHTMLParser) -> Iterator[tuple[int, Effect]]:
    """Node id of each element before or behind which a rule of the page draws a text: .n::after{content:"1"}."""
    css = "\n".join(node.text() for node in tree.css("style"))[:STYLE_TEXT].lower()
    rules = screen_rules(COMMENT.sub("", css)) if "content" in css else ()
    for selectors, body in rules:
        if not TEXT_DRAWN.match(declared(body).get("content", "")):
            continue
        drawing = [name.strip() for name in selectors.split(",") if DRAWS.search(name.strip())]
        names = [name for name in (DRAWS.sub("", name) for name in drawing) if SIMPLE.fullmatch(name)]
        for node in tree.css(",".join(names)) if names else ():
            yield node.mem_id, "drawn"


def ruled_nodes(tree: LexborHTMLParser) -> Iterator[tuple[int, Effect]]:
    """Node id and effect of the rules for one class or id; where it is in doubt the text is only set off."""
    effects = rule_effects("\n".join(node.text() for node in tree.css("style"))[:STYLE_TEXT])
    for effect, kept in dict.fromkeys(effects.values()):
        chosen = [name for name, its in effects.items() if its == (effect, kept)]
        simple = ",".join(filter(SIMPLE.fullmatch, chosen))
        others = [selected(tree, name) for name in chosen if not SIMPLE.fullmatch(name)]
        for node in chain(tree.css(simple) if simple else (), *others):
            own = declared(node.attributes.get("style") or "") if effect == "hidden" else {}
            doubtful = not HIDES.keys().isdisjoint(own) or (not kept and styled_within(node))
            yield node.mem_id, "raised" if doubtful else effect


def rule_effects(css: str) -> dict[str, tuple[Effect, bool]]:
    """Simple selector -> effect on the screen, and whether on all that is in the element."""
    lower = css.lower()
    hints = [hint for hint in HINTS if hint in lower]
    rules = list(screen_rules(COMMENT.sub("", css))) if hints else []
    found: dict[str, tuple[Effect, bool]] = {}
    hidden_by: dict[str, set[str]] = {}
    for selectors, body in rules:
        lower = body.lower()
        if not any(hint in lower for hint in hints):
            continue
        properties = declared(body)
        effect, kept = effect_of(properties)
        for name in map(str.strip, selectors.split(",")):
            if effect and effect != "line" and SELECTOR.fullmatch(name) and len(found) < STYLE_NAMES:
                hides = effect in ("gone", "blank")
                found[name] = "hidden" if hides else effect, kept
                if hides:
                    hidden_by.setdefault(last_name(name), set()).update(hiding(properties))
    for name in contradicted(rules, hidden_by) if hidden_by else ():
        found |= {selector: ("raised", True) for selector in found if last_name(selector) == name}
    return found


def last_name(selector: str) -> str:
    """td .n -> .n; "" where a selector names no class and no id."""
    names: list[str] = NAME.findall(selector)
    return names[-1] if names else ""


def selected(tree: LexborHTMLParser, selectors: str) -> list[LexborNode]:
    """The elements that selectors choose; none where the parser does not know them."""
    from selectolax.lexbor import SelectolaxError

    try:
        return list(tree.css(selectors))
    except SelectolaxError:
        return []


def contradicted(rules: list[tuple[str, str]], hidden_by: Mapping[str, set[str]]) -> set[str]:
    """Classes and ids that one rule hides and another, for more or later of them, may show."""
    shown: set[str] = set()
    for selectors, body in rules:
        names = hidden_by.keys() & set(NAME.findall(selectors))
        if names:
            properties = declared(body)
            showing = properties.keys() - hiding(properties)
            shown.update(name for name in names if hidden_by[name] & showing)
    return shown


def screen_rules(css: str) -> Iterator[tuple[str, str]]:
    """(selectors, declarations) of each rule that holds on a screen of any size."""
    opened: list[str] = []
    parts = BRACE.split(css)
    for text, brace in zip(parts[::2], parts[1::2], strict=False):
        if brace == "{":
            opened.append(text.rpartition(";")[2].strip())
        elif opened:
            selectors = opened.pop()
            if not selectors.startswith("@") and all(map(ON_SCREEN.match, opened)):
                yield selectors, text
