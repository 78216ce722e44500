"""What CSS says -> what it does to a text: it hides it, lifts it, moves it away, or sets it
apart.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping
from functools import lru_cache
from typing import Literal

from gongkai.figures import PALE_HEX

# gone: not there at all; blank: nothing to see in its place; hidden: blank by a rule of the page,
# which a script may lift; raised: beside a figure, but no part of it; moved, white, odd (not known
# to be harmless), apart (of another size or place on the line): the same, but only where digits
# touch. What covers a whole cell is weighed (dress); line, cell: on a line of its own, a cell also
# when it is empty; drawn: the page draws a text before or behind it.
Effect = Literal[
    "gone", "blank", "hidden", "raised", "moved", "white", "odd", "apart", "line", "cell", "drawn"
]
Done = tuple[Effect | None, bool]  # an effect, and whether it holds for all that is in the element
RuleDone = tuple[Effect, bool]  # the same of a rule that has one

ZERO = r"[0.]+(?:%|[a-z]+)?"
STRUCK = re.compile(r".*line-through.*")
HIDES = {  # property -> its values that hide
    "display": re.compile("none"),
    "mso-hide": re.compile("all"),
    "text-decoration": STRUCK,
    "text-decoration-line": STRUCK,
    "visibility": re.compile("hidden|collapse"),
    "opacity": re.compile(ZERO),
    "font-size": re.compile(ZERO),
    "color": re.compile("transparent"),
    "text-indent": re.compile(r"-\d{3,}.*"),
    **dict.fromkeys(("left", "top"), re.compile(r"-(?:\d{4,}.*|\d{3,}r?em)")),
    "font": re.compile(r"(?:.*\s)?0(?:px|pt|em|%)?(?:/\S*)?\s.*"),
    **dict.fromkeys(("margin-left", "margin-top"), re.compile(r"-\d{4,}.*")),
    "content-visibility": re.compile("hidden"),
    "filter": re.compile(rf".*opacity\(\s*{ZERO}\s*\).*"),
    "clip": re.compile(r"rect\(\s*0.*"),
    "clip-path": re.compile(r"inset\((?:[5-9]\d|100)%.*"),
    "zoom": re.compile(r"0?\.0\d*|\d%"),
    "max-height": re.compile(ZERO),
    "max-width": re.compile(ZERO),
    "transform": re.compile(r"scale\(\s*0\s*[,)].*"),
}
# Sizes into which no text fits where what is beyond them is cut off: 0, 1px.
SIZES = ("height", "width", "max-height", "max-width")
NO_ROOM = re.compile(rf"{ZERO}|[12](?:\.\d+)?px")
OVERFLOWS = ("overflow", "overflow-x", "overflow-y")
CUT_OFF = re.compile(r"(?:hidden|clip).*")
INHERITED = {"visibility", "font-size", "color"}  # what is in the element may show itself again
NOT_ZERO = r"(?![-+]?0*\.?0*(?:[a-z]+|%))[-+]?(?:\d+\.?\d*|\.\d+)(?:[a-z]+|%)"  # -5px, .4em, 30%
UNKNOWN = r".*(?:calc|var|env|min|max|clamp)\(.*"
READABLE_COLOR = re.compile(r"[a-z-]+|#[0-9a-f]{3,8}|(?:rgb|hsl)a?\([^()]*\)")
READABLE_OPACITY = re.compile(r"0?\.[1-9]\d*|1(?:\.0*)?|[1-9]\d%|100%")
RAISES = {  # property -> its values that lift text off its line
    "vertical-align": re.compile(rf"super|sub|text-top|text-bottom|{NOT_ZERO}"),
    "mso-text-raise": re.compile(NOT_ZERO),
}
# 5px, 1em; not 2px
FAR = r"-?(?:[5-9]|\d\d+)(?:\.\d+)?(?:px|pt|%)|-?\d*\.?\d*[1-9](?:em|rem|ex|ch|cm|mm|in|vh|vw)"
ANY_FAR = rf"(?:.*\s)?(?:{FAR})(?:\s.*)?"  # auto -30px
PALE_NAMES = (
    "white|snow|ivory|azure|mintcream|ghostwhite|floralwhite|whitesmoke|aliceblue|seashell|"
    "honeydew|canvas"
)
PALE = "|".join(
    (
        PALE_NAMES,
        rf"#{PALE_HEX}(?:[0-9a-f][0-9a-f])?",  # #fafafa
        r"#[ef]{3}[0-9a-f]?",  # #fff
        r"#[0-9a-f]{6}[01][0-9a-f]|#[0-9a-f]{3}[01]",  # #00000000
        r"rgba?\((?:\s*2[45]\d\b[\s,]*){3}.*",  # rgb(255, 250, 250)
        r"rgba?\((?:\s*(?:9[5-9]|100)(?:\.\d+)?%[\s,]*){3}.*",
        r"hsla?\([^,/)]+[\s,]+[\d.]+%?[\s,]+(?:9[4-9]|100)(?:\.\d+)?%?[^\d].*",  # hsl(0, 0%, 100%)
        r"(?:rgb|hsl)a?\(.*[,/]\s*(?:0?\.[01]\d*|0|\d%|1\d%)\s*\)",  # rgba(0, 0, 0, .05)
    )
)
NEAR = 60  # of 765: what two colours differ in, that nobody tells apart
NAMED = {"black": "#000000", "white": "#ffffff"}
RGB = re.compile(r"rgb\(\s*(\d{1,3})\s*,\s*(\d{1,3})\s*,\s*(\d{1,3})\s*\)")
SHORT_HEX = re.compile(r"#([0-9a-f]{3})")
HEX = re.compile(r"[0-9a-f]{6}")
MOVES = {  # property -> its values that move text to where another stands
    "position": re.compile("absolute|fixed"),
    **dict.fromkeys(
        ("top", "bottom", "left", "right", "inset", "inset-block"),
        re.compile(rf"(?:.*\s)?(?:{FAR})(?:\s.*)?|{UNKNOWN}"),
    ),
    **dict.fromkeys(
        ("translate", "margin-top", "margin"), re.compile(rf"(?:.*\s)?-(?:{FAR})(?:\s.*)?")
    ),
    "letter-spacing": re.compile(rf"-(?:{FAR})|.*\d{{3,}}px"),
    "scale": re.compile(r"(?!none$|1(?:\s+1)*$).+"),
    "transform": re.compile(
        r"(?!none|scale\(\s*[01]\s*[,)]|rotate\(\s*0(?:deg)?\s*\)|"
        r"translate[xy]?\(\s*-?[0-4](?:px)?\s*\)).+"
    ),
}
WHITENS = dict.fromkeys(("color", "-webkit-text-fill-color"), re.compile(f"transparent|{PALE}"))
SIDES = ("left", "right", "top", "bottom")
INSETS = ("inset", "inset-block", "inset-block-start", "inset-block-end")
NEEDS_POSITION = {*SIDES, *INSETS}
BACKED = re.compile(rf"(?!(?:none|transparent|inherit|initial|unset|window|{PALE})\b).*[a-z#].*")
SMALL = (
    r"smaller|x+-small|0?\.[1-8]\d*r?em|[1-8]?\d%|[1-9](?:\.\d+)?px|"
    r"(?:[1-6](?:\.\d+)?|7(?:\.[0-4]\d*)?)pt"
)
SETS_APART = {  # property -> its values that make text unlike that beside it
    **dict.fromkeys(NEEDS_POSITION, re.compile(f"{NOT_ZERO}.*|.*\\s{NOT_ZERO}|{UNKNOWN}")),
    "vertical-align": re.compile(f"top|{UNKNOWN}"),
    "margin-top": re.compile(r"-.*[1-9].*"),
    "margin-left": re.compile(r"(?!-\d{4}).*[1-9].*"),
    "float": re.compile("right|left"),
    "translate": re.compile(r".*[1-9].*"),
    "padding-left": re.compile(FAR),
    "zoom": re.compile(r"0?\.\d+|[1-8]?\d%"),
    "font-size": re.compile(SMALL),
    "font": re.compile(rf"(?:.*\s)?(?:{SMALL})(?:[\s/].*)?"),
    "font-variant-position": re.compile("super|sub"),
    "transform": re.compile(r"(?!none).+"),
}
LINED = ("block", "list-item", "table", "table-row")
# their other values are harmless
JUDGED = HIDES.keys() | RAISES.keys() | MOVES.keys() | WHITENS.keys() | SETS_APART.keys()
HARMLESS = re.compile(
    r"(?:mso|panose|tab|layout|lang|page|border|outline|background|text|word|white|overflow|line|"
    r"font|color|caret|cursor|orphans|widows|box|quotes|list|transition|"
    r"-webkit-text(?!-security)|-webkit-tap|-ms-text|-moz-text|punctuation)(?:-.*)?"
)
# of an inline run: nothing that a reader would see
OF_A_BOX = re.compile("width|height|padding.*|margin.*")
USUAL = re.compile(
    r"(?:0[a-z%]*\s*)+|normal|none|auto|initial|inherit|unset|revert|ltr|horizontal-tb|"
    r"baseline|visible"
)

DISPLAY = re.compile(r"\bdisplay\s*:[^;]*", re.IGNORECASE)
LONGEST = 10_000  # characters of a style; the rest is not read
COMMENT = re.compile(r"/\*.*?(?:\*/|\Z)|<!--|-->", re.DOTALL)
ESCAPE = re.compile(r"\\(?:([0-9a-f]{1,6})\s?|(.))", re.IGNORECASE)  # \73 uper is super
BRACE = re.compile(r"([{}])")
# Rules for any screen: @media screen, (min-width:701px), not print; no narrow telephone, nothing
# but a screen.
BLOCKS = re.compile(r"@(?:supports|layer|container|scope)\b", re.IGNORECASE)
MEDIA = re.compile(r"@media\b(.*)", re.IGNORECASE | re.DOTALL)
NO_SCREEN = re.compile(
    r"\b(?:print|speech|aural|tv|tty|handheld|projection|braille|embossed)\b|"
    r"max-width|scheme:\s*dark",
    re.IGNORECASE,
)
NAME = re.compile(r"[.#](?!\d)[\w\u0080-\uffff-]+", re.ASCII)
OF_A_MOMENT = re.compile(r":(?:hover|active|focus|visited|:?before|:?after|:?first-l)")
# td .n, span:last-child, .n > i
SELECTOR = re.compile(r"(?!.*:has)[\w\s.,#>+~:()\[\]=*'\"^$|\\-]{1,120}")
DEEPEST = 10  # blocks within blocks
STYLE_NAMES = 200  # selectors that have an effect; the rest is not read

StyleRule = tuple[str, str]  # selectors, declarations
Selectors = list[str] | None  # of a block; None for one that is not for screens


# --- declarations ---------------------------------------------------------------------------------


@lru_cache(4_096)  # a pasted page says the same a thousand times
def effect_of_style(style: str) -> Done:
    """What declarations do. What is not known to be harmless sets a text apart."""
    properties = declared(style)
    effect, kept = effect_of(properties)
    if effect is not None:
        return effect, kept
    unlisted = [name for name, value in properties.items() if not is_listed(name, value)]
    if not all(map(OF_A_BOX.fullmatch, unlisted)):
        return "odd", True
    is_box = properties.get("display", "inline") != "inline"
    return ("apart" if unlisted and is_box else None), True


@lru_cache(4_096)
def effect_of_rule(body: str) -> Done:
    """The same of a rule, which others complete: where its text is placed, and what of it is a line
    of its own.
    """
    properties = declared(body)
    if "position" not in properties and not NEEDS_POSITION.isdisjoint(properties):
        body = f"{body};position:relative"
    effect, kept = effect_of_style(body)
    if effect != "line":
        return effect, kept
    return effect_of_style(DISPLAY.sub("", body))


def declared(style: str) -> dict[str, str]:
    """The declarations of a style: property -> value, both in lower case, the last one of a
    property unless one before is important.
    """
    found: dict[str, str] = {}
    important: set[str] = set()
    text = COMMENT.sub("", style[:LONGEST])
    for declaration in (unescaped(text) if "\\" in text else text).lower().split(";"):
        name, _, value = declaration.partition(":")
        name, (value, mark, _) = name.strip(), value.partition("!")
        if mark:
            important.add(name)
        if mark or name not in important:
            found[name] = value.strip()
    return found


def unescaped(css: str) -> str:
    """\\73uper -> super."""
    return ESCAPE.sub(lambda found: character(found[1]) if found[1] else found[2], css)


def character(digits: str) -> str:
    number = int(digits, 16)
    if 0 < number < 0x110000 and not 0xD800 <= number < 0xE000:
        return chr(number)
    return "\ufffd"


def effect_of(properties: Mapping[str, str]) -> Done:
    """What declarations do to an element, and whether they do it to all that is in it, whatever its
    own style: display:none -> gone, vertical-align:super -> raised, display:block -> line.
    """
    hides = hiding(properties)
    if "display" in hides:
        return "gone", True
    if is_without_room(properties):
        return "blank", True
    if hides:
        return "blank", not hides <= INHERITED
    for effect, does in WAYS:
        if does(properties):
            return effect, True
    return effect_of_display(properties.get("display")), True


def effect_of_display(display: str | None) -> Effect | None:
    if display == "table-cell":
        return "cell"
    if display in LINED:
        return "line"
    return None


def matching(kinds: Mapping[str, re.Pattern[str]], properties: Mapping[str, str]) -> set[str]:
    found = set()
    for name, value in properties.items():
        if name in kinds and kinds[name].fullmatch(value):
            found.add(name)
    return found


def hiding(properties: Mapping[str, str]) -> set[str]:
    return matching(HIDES, properties)


def raises(properties: Mapping[str, str]) -> bool:
    return bool(matching(RAISES, properties))


def moves(properties: Mapping[str, str]) -> bool:
    return bool(acting(MOVES, properties))


def sets_apart(properties: Mapping[str, str]) -> bool:
    return bool(acting(SETS_APART, properties))


def acting(kinds: Mapping[str, re.Pattern[str]], properties: Mapping[str, str]) -> set[str]:
    """Those that match and do something: a top without a position does nothing."""
    found = matching(kinds, properties)
    placed = properties.get("position") in ("relative", "absolute", "fixed", "sticky")
    return found if placed else found - NEEDS_POSITION


def is_without_room(properties: Mapping[str, str]) -> bool:
    """height:0;overflow:hidden, max-height:1px;overflow-y:clip"""
    cut = [CUT_OFF.match(properties.get(name, "")) for name in OVERFLOWS]
    sizes = [properties.get(name, "") for name in SIZES]
    return any(cut) and any(map(NO_ROOM.fullmatch, sizes))


def is_white(properties: Mapping[str, str]) -> bool:
    return bool(matching(WHITENS, properties)) and not is_backed(properties)


def is_of_its_ground(properties: Mapping[str, str]) -> bool:
    """Of the very colour that is behind it, or nearly: #010101 on #000."""
    behind = properties.get("background-color") or properties.get("background")
    color = properties.get("color")
    if behind is None or color is None:
        return False
    one, other = rgb_of(color), rgb_of(behind)
    if one and other:
        return sum(abs(first - second) for first, second in zip(one, other, strict=True)) <= NEAR
    return behind == color


def rgb_of(color: str) -> tuple[int, ...]:
    """#333, #010101, rgb(1, 1, 1), black -> red, green and blue; () of any other."""
    text = NAMED.get(color, color)
    found = RGB.fullmatch(text)
    if found:
        return tuple(map(int, found.groups()))
    short = SHORT_HEX.fullmatch(text)
    digits = "".join(2 * digit for digit in short[1]) if short else text.removeprefix("#")
    return tuple(bytes.fromhex(digits)) if HEX.fullmatch(digits) else ()


def is_backed(properties: Mapping[str, str]) -> bool:
    """Whether there is a colour behind the text: white on blue is seen."""
    for name, value in properties.items():
        if name.startswith("background") and BACKED.fullmatch(value):
            return True
    return False


# effect -> whether declarations have it, tried in this order
WAYS: tuple[tuple[Effect, Callable[[Mapping[str, str]], bool]], ...] = (
    ("raised", raises),
    ("moved", moves),
    ("white", is_white),
    ("odd", is_of_its_ground),
    ("apart", sets_apart),
)


def is_listed(name: str, value: str) -> bool:
    """font-family:宋体, mso-font-kerning:0pt, color:#333, width:12%; not rotate:90deg,
    color:var(--w).
    """
    if not value or USUAL.fullmatch(value):
        return True
    if name in WHITENS:
        return READABLE_COLOR.fullmatch(value) is not None
    if name == "opacity":
        return READABLE_OPACITY.fullmatch(value) is not None
    if name == "transform":
        return True  # all of its values are judged
    if name in JUDGED:
        return "(" not in value
    return HARMLESS.fullmatch(name) is not None


def strange_in(style: str) -> list[str]:
    """The declarations of a style of which it is not known that all that is in the element is still
    seen as it is: direction:rtl, top:-300px, font-size:2px; what a template writes by itself.
    """
    properties = declared(style)
    moving = acting(MOVES, properties)
    found = []
    for name, value in properties.items():
        is_known = is_listed(name, value) or OF_A_BOX.fullmatch(name)
        is_usual = is_known and name not in moving and not is_small(name, value)
        if not is_usual or "{" in f"{name}{value}":
            found.append(f"{name}:{value}" if value else name)
    return found


def is_small(name: str, value: str) -> bool:
    """font-size:2px, font:1pt 宋体, line-height:0."""
    if name == "line-height":
        return re.fullmatch(ZERO, value) is not None
    return name in ("font", "font-size") and SETS_APART[name].fullmatch(value) is not None


# --- rules ----------------------------------------------------------------------------------------


def screen_rules(css: str) -> Iterator[StyleRule]:
    """The rules that hold on a screen of any size; those within others with the selectors of both.

    td{color:red; .n{top:1px}} is ("td", "color:red") and ("td .n", "top:1px").
    """
    css = COMMENT.sub("", css)
    levels: list[Selectors] = [[""]]
    parts = BRACE.split(css + "}" * (css.count("{") - css.count("}")))
    for text, brace in zip(parts[::2], parts[1::2], strict=False):
        outer = levels[-1]
        if brace == "}":
            if is_of_rule(outer):
                yield ",".join(outer or ()), text
            if len(levels) > 1:
                levels.pop()
            continue
        body, _, selectors = text.rpartition(";")
        if body and is_of_rule(outer):
            yield ",".join(outer or ()), body
        levels.append(opened_by(selectors.strip(), outer) if len(levels) < DEEPEST else None)


def is_of_rule(selectors: Selectors) -> bool:
    """Whether declarations stand in a block with selectors, not at the top or in a mere @media."""
    return bool(selectors) and selectors != [""]


def opened_by(selectors: str, outer: Selectors) -> Selectors:
    """The selectors of a block in another one; None where it does not hold on every screen."""
    if selectors.startswith("@"):
        if is_on_screen(selectors):
            return outer
        return None
    if outer is None:
        return None
    inner = selectors_in(selectors)
    found: list[str] = []
    for each in outer:
        found += [within(each, name) for name in inner]
    return found[:STYLE_NAMES]


def is_on_screen(block: str) -> bool:
    """Whether a block (@media …) holds on a screen of usual width."""
    media = MEDIA.fullmatch(block)
    if media is None:
        return BLOCKS.match(block) is not None
    return any(map(is_query_for_screen, media[1].lower().split(",")))


def is_query_for_screen(query: str) -> bool:
    """screen and (min-width:701px), not print"""
    is_negated = query.strip().startswith("not ")
    return (NO_SCREEN.search(query) is None) != is_negated


def selectors_in(text: str) -> list[str]:
    """td, .n:is(a, b) -> the two of them."""
    found, depth = [""], 0
    for piece in re.split(r"([(),])", text):
        depth += (piece == "(") - (piece == ")")
        if piece == "," and depth <= 0:
            found.append("")
        else:
            found[-1] += piece
    return [name.strip() for name in found]


def within(outer: str, name: str) -> str:
    if "&" in name:
        return name.replace("&", outer).strip()
    return f"{outer} {name}".strip()


def rule_effects(rules: Iterable[StyleRule]) -> dict[str, RuleDone]:
    """Selector -> effect on the screen, and whether on all that is in the element; what is only odd
    comes last.
    """
    rules = list(rules)
    found: dict[str, RuleDone] = {}
    odd: dict[str, RuleDone] = {}
    hidden_by: dict[str, set[str]] = {}
    for name, body, (effect, kept) in acting_rules(rules):
        if effect == "odd":
            odd[name] = effect, kept
        elif effect in ("gone", "blank"):
            found[name] = "hidden", kept
            hidden_by.setdefault(last_name(name), set()).update(hiding(declared(body)))
        else:
            found[name] = effect, kept
    if hidden_by:
        raise_contradicted(found, contradicted(rules, hidden_by))
    for name, done in odd.items():
        found.setdefault(name, done)
    return dict(list(found.items())[:STYLE_NAMES])


def acting_rules(rules: Iterable[StyleRule]) -> Iterator[tuple[str, str, RuleDone]]:
    """(one selector, declarations, what they do) of the rules that do anything."""
    for selectors, body in rules:
        effect, kept = effect_of_rule(body)
        if effect is None:
            continue
        for name in selectors_in(selectors):
            if SELECTOR.fullmatch(name):
                yield name, body, (effect, kept)


def raise_contradicted(found: dict[str, RuleDone], names: set[str]) -> None:
    """What one rule hides and another may show is read, but only set off."""
    for selector in found:
        if last_name(selector) in names:
            found[selector] = ("raised", True)


def last_name(selector: str) -> str:
    """td .n -> .n; "" where a selector names no class and no id."""
    names: list[str] = NAME.findall(selector)
    return names[-1] if names else ""


def contradicted(rules: Iterable[StyleRule], hidden_by: Mapping[str, set[str]]) -> set[str]:
    """Classes and ids that one rule hides and another, for more or later of them, may show:
    .n{display:none} and td .n{display:inline}.
    """
    shown: set[str] = set()
    for selectors, body in rules:
        names = hidden_by.keys() & set(NAME.findall(selectors))
        if not names:
            continue
        properties = declared(body)
        showing = properties.keys() - hiding(properties)
        for name in names:
            if hidden_by[name] & showing:
                shown.add(name)
    return shown


def harmless_names(css: str, rules: Iterable[StyleRule]) -> tuple[set[str], set[str]]:
    """The classes that styles speak of, in lower case, and those of them that get nothing but
    harmless looks.
    """
    harmful: set[str] = set()
    for selectors, body in rules:
        if not OF_A_MOMENT.search(selectors) and effect_of_style(body)[0] is not None:
            harmful |= named_in(selectors)
    known = named_in(css)
    return known, known - harmful


def named_in(selectors: str) -> set[str]:
    """td.n, .M -> n, m."""
    return {name[1:].lower() for name in NAME.findall(unescaped(selectors)) if name.startswith(".")}
