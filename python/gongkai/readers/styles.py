"""Room: readers. What a page's styles hide, strike out or raise: it is no content, or no part of a figure."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser

HIDING = ("display", "mso-hide", "line-through", "vertical-align")
NOTHING = r"(?:font-size|opacity)\s*:\s*0(?:px|pt|em|%)?\s*(?:;|[\"']|$)"
HIDDEN = re.compile(
    rf"display\s*:\s*none|visibility\s*:\s*hidden|mso-hide\s*:\s*all|text-decoration[^;]*line-through|{NOTHING}",
    re.IGNORECASE,
)
VANISHING = ("opacity", "font-size:0", "font-size: 0")
AT_RULE = re.compile(r"@[^{};]*\{(?:[^{}]*\{[^{}]*\})*[^{}]*\}")
RULE = re.compile(r"([^{}]*)\{([^{}]*)\}")
SIMPLE = re.compile(r"[a-z]*[.#][a-z_][\w-]*", re.IGNORECASE)
STYLE_TEXT, STYLE_RULES = 100_000, 50  # characters and hiding rules read from a page's own styles
RAISED = re.compile(r"vertical-align\s*:\s*(?:super|sub)\b", re.IGNORECASE)


def styled_nodes(tree: LexborHTMLParser, content: bytes) -> dict[int, bool]:
    """Node id -> True for what the page hides or strikes out by style, False for what it raises or lowers."""
    lower = content.lower()
    wanted = [f'[style*="{word}" i]' for word in HIDING if word.encode() in lower]
    if b"hidden" in lower:
        wanted += ["[hidden]", '[style*="visibility" i]']
    wanted += [f'[style*="{word}" i]' for word in VANISHING if word.encode() in lower]
    found: dict[int, bool] = {}
    for node in tree.css(",".join(wanted)) if wanted else ():
        attributes = node.attributes
        style = attributes.get("style") or ""
        if "hidden" in attributes or HIDDEN.search(style):
            found[node.mem_id] = True
        elif RAISED.search(style):
            found[node.mem_id] = False
    hiding = hiding_selectors(tree) if wanted and b"<style" in lower else []
    for node in tree.css(",".join(f"{cell} {rule}" for rule in hiding for cell in ("td", "th"))) if hiding else ():
        found[node.mem_id] = True
    return found


def hiding_selectors(tree: LexborHTMLParser) -> list[str]:
    """Classes and ids that the page's own style rules hide, on every medium.

    They count inside cells only, where hidden text would join a figure: elsewhere a script may show what they hide.
    """
    text = AT_RULE.sub("", "\n".join(node.text() for node in tree.css("style"))[:STYLE_TEXT])
    rules = (match[1] for match in RULE.finditer(text) if HIDDEN.search(match[2]))
    names = [name.strip() for rule in rules for name in rule.split(",")]
    return [name for name in names if SIMPLE.fullmatch(name)][:STYLE_RULES]
