"""A web page -> its text in order, by libxml2 in the place of the first reading's parser."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING

from gongkai.model import Block, UnreadableDocument
from gongkai.readers.css import styled_nodes
from gongkai.rereading.order import in_order

if TYPE_CHECKING:
    from lxml.html import HtmlElement

BREAKS = {
    *("address", "article", "blockquote", "body", "center", "dd", "div", "dl", "dt", "footer", "form", "header", "hr"),
    *("h1", "h2", "h3", "h4", "h5", "h6", "li", "main", "ol", "section", "table", "tbody", "thead", "tr", "ul"),
}
LINES = {"p", "br", "pre"}  # each ends a line, a blank one too
CELLS = {"td", "th"}
RAISED = {"sup", "sub"}
LEFT_OUT = (
    "head",
    "script",
    "style",
    "noscript",
    "template",
    "del",
    "s",
    "strike",
    "select",
    "textarea",
    "button",
    "svg",
)


def html_order(text: str) -> tuple[Block, ...]:
    """Raises UnreadableDocument where libxml2 makes nothing of the page."""
    from lxml import etree, html

    parser = html.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        root = html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.LxmlError, ValueError) as error:
        raise UnreadableDocument("网页不能按文字顺序读取。") from error
    title = root.findtext(".//title") or ""
    for node in list(root.iter(*LEFT_OUT)):
        if isinstance(node, html.HtmlElement) and node.getparent() is not None:
            node.drop_tree()
    return in_order(page_lines(root), " ".join(title.split()))


def hides_figures(text: str) -> bool:
    """Whether the page's styles hide or raise something with a digit in it: this reading would take it for seen."""
    from selectolax.lexbor import LexborHTMLParser

    content = text.encode("utf-8", "replace")
    tree = LexborHTMLParser(content)
    touched = {key for key, effect in styled_nodes(tree, content).items() if effect not in ("line", "cell")}
    nodes = tree.css("*") if touched else ()
    return any(node.mem_id in touched and any(map(str.isdigit, node.text())) for node in nodes)


def page_lines(root: HtmlElement) -> Iterator[str]:
    """A line for each cell that holds no table, and for each line of text outside of cells."""
    from lxml import etree

    pieces: list[str] = []
    cell: HtmlElement | None = None
    for event, node in etree.iterwalk(root, ("start", "end")):
        name = str(node.tag)
        if event == "start":
            leaf = cell is None and name in CELLS and node.find(".//table") is None
            if leaf or (cell is None and name in BREAKS | LINES):
                yield from flushed(pieces)
            cell = node if leaf else cell
            pieces += ("^" if name in RAISED else " " if name in BREAKS | LINES else "", node.text or "")
        else:
            if node is cell or (cell is None and name in LINES):
                yield "".join(pieces)
                pieces.clear()
            elif cell is None and name in BREAKS:
                yield from flushed(pieces)
            cell = None if node is cell else cell
            pieces.append(node.tail or "")
    yield from flushed(pieces)


def flushed(pieces: list[str]) -> Iterator[str]:
    """The line at hand if there is one."""
    line = "".join(pieces)
    pieces.clear()
    if line.strip():
        yield line
