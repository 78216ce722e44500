"""A web page -> blocks: its tables as grids, the text around them as prose, what it points to as
links.

``html_blocks`` is the way in. css and dress: what the page's styles do to its nodes; lines and
content: the nodes -> items, in one walk; hidden and scripts: the HTML that a page holds out of
sight.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING

from gongkai.model import Block, Grid, Link, Place
from gongkai.readers.blocks import LONGEST_LINK, blocks_of, collapse
from gongkai.readers.html.content import PageContent
from gongkai.readers.html.css import is_on_screen
from gongkai.readers.html.dress import Dress, dress_of
from gongkai.readers.html.lines import Close, attribute, skip
from gongkai.readers.limits import refuse_tags
from gongkai.system import function_at

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

IMPORTED = re.compile(r"""@import\s+(?:url\(\s*)?["']?([^"')\s;]+)""", re.IGNORECASE)
FEED = re.compile(
    r"\s*(?:<\?xml[^>]*>\s*)?<(?:rss|feed|urlset|sitemapindex|rdf:RDF)\b", re.IGNORECASE
)
CHALLENGE = re.compile(
    r"\$_ts|__jsl|acw_sc|cf[-_]chl|document\.cookie\s*=.{0,2000}location\s*[.=]", re.DOTALL
)
FILE_NAME = re.compile(r"\.(?:pdf|docx?|xlsx?|wps|et|ofd|rtf|zip|rar)\s*$", re.IGNORECASE)
OPENED_FILE = re.compile(
    r"[\"']([^\"']{1,300}\.(?:pdf|docx?|xlsx?|wps|et|ofd|rtf|zip|rar))[\"']", re.IGNORECASE
)
DATA_ADDRESSES = "gongkai.readers.html.hidden:data_addresses"  # a page without a table is rare
NOWHERE = "javascript:;"  # what only a script of the page can open
MOST_CLICKS = 200  # elements that open something by script
MOST_ADDRESSES = 3  # of data that a page's script asks for
FIGURES_NAMED = 3  # of those that bear a class


def html_blocks(text: str, styles: str = "") -> tuple[Block, ...]:
    """The blocks of a page: its title and named properties, then grids, prose and links in document
    order.

    A table that holds other grids, has one column, or has a cell as long as an article only
    arranges the page: its text is prose. Links come after the run of prose or the grid in which
    they stand, so that a line with links in it stays whole. An empty ``tr`` stays as an empty row,
    since spans count it. ``styles`` are the external stylesheets as far as they were read; those
    that may still say how a figure looks come first, as links. Raises UnreadableDocument beyond
    bounds.
    """
    from selectolax.lexbor import LexborHTMLParser

    refuse_tags(text)
    content = text.encode("utf-8", "replace")
    tree = LexborHTMLParser(content)
    dress = dress_of(tree, content, styles)
    page = PageContent(dress.effects, spanning_cells(tree))
    page.unnumbered = dress.unnumbered
    if tree.root is not None:
        walk(tree.root, page)
    page.end_line()
    blocks = [*page.head(), *stylesheets(tree, dress), *blocks_of(page.items)]
    if not any(isinstance(item, Grid) for item in page.items):
        blocks += what_it_loads(text)
        blocks += on_click(tree)
    return tuple(blocks)


def spanning_cells(tree: LexborHTMLParser) -> dict[int, LexborNode]:
    return {node.mem_id: node for node in tree.css("[rowspan],[colspan]")}


def what_it_loads(text: str) -> Iterator[Link]:
    """What a page without any table says of where its content is."""
    if FEED.match(text):
        yield Link(Place(), "data", "feed", "")
    if CHALLENGE.search(text):
        yield Link(Place(), "data", "challenge", "")
    data_addresses: Callable[[str], list[str]] = function_at(DATA_ADDRESSES)
    addresses = data_addresses(text)[:MOST_ADDRESSES]
    for address in addresses:
        yield Link(Place(), "data", "address", address)
    if not addresses and "<script" in text.lower():
        yield Link(Place(), "data", "script", "")


def on_click(tree: LexborHTMLParser) -> Iterator[Link]:
    """Files that a click opens by script: onclick="window.open('/attach/8f2e.pdf')"."""
    for node in tree.css("[onclick]")[:MOST_CLICKS]:
        found = OPENED_FILE.search(attribute(node, "onclick"))
        text = collapse(node.text())[:LONGEST_LINK]
        is_named = FILE_NAME.search(text) is not None
        if found:
            address = found[1] if "/" in found[1] else NOWHERE
            name = text if is_named else f"{text} {found[1]}".strip()
            yield Link(Place(), "link", name, address)
        elif is_named:
            yield Link(Place(), "link", text, NOWHERE)


def stylesheets(tree: LexborHTMLParser, dress: Dress) -> Iterator[Link]:
    """The page's external stylesheets, where figures bear classes of which the page itself says
    nothing: xl65：134、7；n1：2.
    """
    if not dress.unknown:
        return
    borne = []
    for name, figures in dress.unknown.items():
        borne.append(f"{name}：{'、'.join(figures[:FIGURES_NAMED])}")
    for target in stylesheet_addresses(tree):
        yield Link(Place(), "stylesheet", "；".join(borne), target)


def stylesheet_addresses(tree: LexborHTMLParser) -> list[str]:
    targets = []
    for link in tree.css('link[rel~="stylesheet" i]'):
        target = attribute(link, "href")
        if target and is_for_screen(link):
            targets.append(target)
    for style in tree.css("style"):
        targets += IMPORTED.findall(style.text())
    return targets


def is_for_screen(link: LexborNode) -> bool:
    """Whether a stylesheet is in use on a screen: not media=print, not alternate, not disabled."""
    if "alternate" in attribute(link, "rel").lower() or "disabled" in link.attributes:
        return False
    return is_on_screen(f"@media {attribute(link, 'media')}")


# --- the walk -------------------------------------------------------------------------------------

Ancestors = list[tuple["LexborNode", Close | None]]


def walk(root: LexborNode, page: PageContent) -> None:
    """Call the page's opener for each node in document order, and what the opener returned when the
    node ends. Without recursion, so that a page may nest as deep as it likes.
    """
    ancestors: Ancestors = []
    kinds, begin = page.kinds, page.begin
    node: LexborNode | None = root
    while node is not None:
        kind = kinds.get(node.tag_id) or page.kind(node)
        if kind == "-text":
            page.pieces.append(node.text_content or "")
            node = node.next or next_of_ancestor(ancestors)
            continue
        close = begin(kind, node)
        child = None if close is skip else node.first_child
        if child is not None:
            ancestors.append((node, close))
            node = child
            continue
        if close is not None:
            close()
        node = node.next or next_of_ancestor(ancestors)


def next_of_ancestor(ancestors: Ancestors) -> LexborNode | None:
    """What follows the nearest ancestor that anything follows; those that end are closed."""
    following = None
    while following is None and ancestors:
        node, close = ancestors.pop()
        if close is not None:
            close()
        following = node.next
    return following
