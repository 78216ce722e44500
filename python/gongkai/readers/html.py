"""Room: readers. A web page -> blocks: its tables as grids, the text around them as prose, what it points to as links.

The tree is walked once and without recursion, so a page may nest as deep as it likes. Lines and cells are gathered
from the inside out: only when a table ends is it known whether it is a grid or only arranges other things.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from typing import TYPE_CHECKING

from gongkai.figures import INVISIBLE
from gongkai.model import Block, Grid, GridCell, Link, Place, Prose, UnreadableDocument

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

WIDEST, TALLEST = 64, 200  # spans beyond these are slips: no form is as wide or as long
CELLS = 200_000  # per page; also bounds rows x columns of each grid
NESTING = 20_000  # open tags; the parser's time grows with their square
MANY_TAGS = 20_000  # below that many tags a page is not searched for its nesting
LONGEST_CELL = 1_000  # characters; a longer one is the page's text set in a table
LONGEST_HEADING = 200

NAMED = ("ArticleTitle", "PubDate", "ContentSource", "SiteName", "og:title", "publishdate", "publishtime", "author")
PROPERTIES = {name.lower(): name for name in (*NAMED, "source")}
SKIPPED = frozenset(
    "script style noscript noframes noembed template object-fallback del s strike svg rp rt datalist -comment".split()
)
LINES = frozenset(
    "address article aside blockquote body caption center dd details dialog dir div dl dt fieldset figcaption figure "
    "footer form h1 h2 h3 h4 h5 h6 header hr legend li main menu nav ol optgroup option section select summary "
    "ul".split()
)
FRAMES = {"iframe": "src", "frame": "src", "embed": "src", "object": "data"}
TYPED = ("", "text", "number", "tel", "search")
HIDING = ("hidden", "display", "visibility", "mso-hide", "line-through", "vertical-align")
HIDDEN = re.compile(
    r"display\s*:\s*none|visibility\s*:\s*(?:hidden|collapse)|mso-hide\s*:\s*all|"
    r"text-decoration[^;]*:[^;]*line-through",
    re.IGNORECASE,
)
RAISED = re.compile(r"vertical-align\s*:\s*(?:super|sub)\b", re.IGNORECASE)
RAISED_END = "\u2063"  # invisible: goes out with its like unless text follows
SPAN = re.compile(r"\s*\+?([0-9]+)")
TAG = re.compile(r"<(/?)([a-z][^\s/>]*)", re.IGNORECASE)
SELF_CLOSING = frozenset(
    "area base br col embed frame hr img input link meta param source track wbr p li tr td th option dd dt".split()
)

Item = tuple[str, str] | Link | Grid  # (heading, line) for text
Close = Callable[[], None]


def html_blocks(text: str) -> tuple[Block, ...]:
    """The blocks of a page in document order: its title and named properties first, then grids, prose and links.

    A table that holds other grids, has one column, or a cell as long as an article only arranges the page: its text
    is prose. Links come after the run of prose or the grid in which they stand, so that a line with links in it stays
    whole. An empty ``tr`` is kept as an empty row, since spans count it. Raises UnreadableDocument beyond the bounds.
    """
    from selectolax.lexbor import LexborHTMLParser

    refuse_nesting(text)
    tree = LexborHTMLParser(text.encode("utf-8", "replace"))
    page = Page()
    if tree.root is not None:
        walk(tree.root, page, hidden_nodes(tree, text))
    page.flush()
    return (*page.head(), *blocks_of(page.items))


def refuse_nesting(text: str) -> None:
    """Raise UnreadableDocument for a page that nests tags beyond all sense."""
    if text.count("<") < MANY_TAGS:
        return
    depth: dict[str, int] = {}
    for match in TAG.finditer(text):
        name = match[2].lower()
        if name not in SELF_CLOSING:
            depth[name] = max(0, depth.get(name, 0) + (-1 if match[1] else 1))
            if depth[name] > NESTING:
                raise UnreadableDocument(
                    f"网页中 <{name}> 嵌套超过 {NESTING} 层，不是正常的网页；请在浏览器中打开后另存为网页，再导入该文件。"
                )


def hidden_nodes(tree: LexborHTMLParser, text: str) -> dict[int, bool]:
    """Node id -> True for what the page hides or strikes out by style, False for what it raises or lowers."""
    lower = text.lower()
    wanted = [f'[style*="{word}" i]' for word in HIDING if word in lower]
    if not wanted:
        return {}
    found = {}
    for node in tree.css(",".join(["[hidden]", *wanted])):
        attributes = node.attributes
        style = attributes.get("style") or ""
        if "hidden" in attributes or HIDDEN.search(style):
            found[node.mem_id] = True
        elif RAISED.search(style):
            found[node.mem_id] = False
    return found


def walk(root: LexborNode, page: Page, hidden: dict[int, bool]) -> None:
    """Call the page's opener for each node in document order, and what the opener returned when the node ends."""
    openers: dict[int, Callable[[LexborNode], Close | None] | None] = {}
    open_nodes: list[tuple[LexborNode, Close | None]] = []
    node: LexborNode | None = root
    text = page.text
    while node is not None:
        tag = node.tag_id
        if tag not in openers:
            openers[tag] = page.opener(node.tag or "")
        opener = openers[tag]
        close = None
        if opener is text:
            page.pieces.append(node.text_content or "")
        elif opener is not page.skip and not (hidden and (hides := hidden.get(node.mem_id))):
            if opener is not None:
                close = opener(node)
            elif hidden and hides is False:
                close = page.raised(node)
            if close is not page.skip and (child := node.first_child) is not None:
                open_nodes.append((node, close))
                node = child
                continue
            if close is not None:
                close()
        while (following := node.next) is None and open_nodes:
            node, close = open_nodes.pop()
            if close is not None:
                close()
        node = following


# --- gathering lines and cells ------------------------------------------------------------------------------------


@dataclass(slots=True)
class RawCell:
    """A cell whose table has not ended yet; ``rowspan`` 0 reaches to the end of its group of rows."""

    items: list[Item]
    rowspan: int
    colspan: int


@dataclass(slots=True)
class RawTable:
    """A table that has not ended yet. ``ends[i]`` is the number of rows up to the end of row i's group."""

    rows: list[list[RawCell]] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)

    def end_group(self) -> None:
        self.ends += [len(self.rows)] * (len(self.rows) - len(self.ends))


class Page:
    """What was gathered so far: finished lines, grids and links, and the pieces of the line at hand.

    Each opener takes the node that begins and returns what to do at its end; ``skip`` returned leaves its content out.
    """

    def __init__(self) -> None:
        self.title = ""
        self.properties: list[tuple[str, str]] = []
        self.items: list[Item] = []
        self.pieces: list[str] = []
        self.tables: list[RawTable] = []
        self.cells = 0
        self.in_cell = self.in_pre = self.has_raised = False

    def head(self) -> Iterator[Prose]:
        if self.title:
            yield Prose(Place(), "title", self.title)
        for name, content in self.properties:
            yield Prose(Place(), f"meta:{name}", content)

    def opener(self, tag: str) -> Callable[[LexborNode], Close | None] | None:
        """What to do where an element of this kind begins; None where its content simply continues the line."""
        if tag in SKIPPED:
            return self.skip
        if tag in FRAMES:
            return self.frame
        name = {"-text": "text", "td": "cell", "th": "cell", "tr": "row", "h1": "heading"}.get(tag, tag)
        if name in OPENERS:
            return getattr(self, OPENERS[name])  # type: ignore[no-any-return]
        return self.lines if tag in LINES else None
