"""A web page -> blocks: its tables as grids, the text around them as prose, what it points to as
links.

The tree is walked once and without recursion, so a page may nest as deep as it likes. Lines and
cells are gathered from the inside out: only when a table ends is it known whether it is a grid or
only arranges other things.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING

from gongkai.figures import DRAWN
from gongkai.model import Block, Grid, Link, Place, Prose, UnreadableDocument
from gongkai.readers.blocks import (
    CELLS,
    LINKED,
    LONGEST_CELL,
    LONGEST_HEADING,
    LONGEST_LINK,
    PAINTED,
    RAISED,
    TALLEST,
    WIDEST,
    FlowItem,
    RawCell,
    RawTable,
    blocks_of,
    collapse,
    fill_cell,
    placed_links,
    read_span,
    resolve_spans,
    settle,
    text_of,
    too_large,
    without_links,
)
from gongkai.readers.html.css import Effect, is_on_screen
from gongkai.readers.html.dress import Dress, dress_of
from gongkai.readers.html.hidden import data_addresses
from gongkai.readers.limits import refuse_tags
from gongkai.readers.text import text_blocks

if TYPE_CHECKING:
    from selectolax.lexbor import LexborHTMLParser, LexborNode

END_OF_LINK = f"\0{LINKED})"
HAS_DIGIT = re.compile(r"\d")
# lines handed up by tables that only arrange, once for each table that they stand in
MOST_MOVED = 10_000_000

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
NOWHERE = "javascript:;"  # what only a script of the page can open
MOST_CLICKS = 200
MOST_ADDRESSES = 3
FIGURES_NAMED = 3  # of those that bear a class

NAMED = (
    "ArticleTitle",
    "PubDate",
    "ContentSource",
    "SiteName",
    "og:title",
    "publishdate",
    "publish_time",
    "author",
)
PROPERTIES = {name.lower(): name for name in (*NAMED, "source")}
LEFT_OUT = (
    *(
        "script",
        "style",
        "noscript",
        "noframes",
        "noembed",
        "del",
        "s",
        "strike",
        "rp",
        "rt",
        "datalist",
    ),
    *("button", "progress", "meter", "video", "audio", "canvas"),
)
LINES = (
    *(
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "caption",
        "center",
        "dd",
        "details",
        "dialog",
        "dir",
    ),
    *(
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "header",
        "hr",
        "legend",
    ),
    *("main", "menu", "nav", "ol", "optgroup", "option", "section", "select", "summary", "ul"),
)
SET_OFF = (
    "small",
    "abbr",
    "acronym",
    "dfn",
    "q",
    "cite",
    "var",
    "kbd",
    "samp",
    "data",
    "time",
    "output",
)
INLINE = ("span", "font", "b", "strong", "i", "em", "u", "ins", "o:p")
FRAMES = {"iframe": "src", "frame": "src", "embed": "src", "object": "data"}
LATE_SOURCES = ("data-original", "data-src", "data-lazy", "src")
TYPED = ("", "text", "number", "tel", "search")

Close = Callable[[], None]
Opener = Callable[["LexborNode"], Close | None]


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
    page = PageContent(
        dress.effects, {node.mem_id: node for node in tree.css("[rowspan],[colspan]")}
    )
    if tree.root is not None:
        walk(tree.root, page)
    page.end_line()
    loaded = (
        ()
        if any(isinstance(item, Grid) for item in page.items)
        else (*what_it_loads(text), *on_click(tree))
    )
    return (*page.head(), *stylesheets(tree, dress), *blocks_of(page.items), *loaded)


def what_it_loads(text: str) -> Iterator[Link]:
    """What a page without any table says of where its content is."""
    if FEED.match(text):
        yield Link(Place(), "data", "feed", "")
    if CHALLENGE.search(text):
        yield Link(Place(), "data", "challenge", "")
    addresses = data_addresses(text)[:MOST_ADDRESSES]
    yield from (Link(Place(), "data", "address", address) for address in addresses)
    if not addresses and "<script" in text.lower():
        yield Link(Place(), "data", "script", "")


def on_click(tree: LexborHTMLParser) -> Iterator[Link]:
    """Files that a click opens by script: onclick="window.open('/attach/8f2e.pdf')"."""
    for node in tree.css("[onclick]")[:MOST_CLICKS]:
        found = OPENED_FILE.search(node.attributes.get("onclick") or "")
        text = collapse(node.text())[:LONGEST_LINK]
        if found:
            address = found[1] if "/" in found[1] else NOWHERE
            yield Link(
                Place(),
                "link",
                text if FILE_NAME.search(text) else f"{text} {found[1]}".strip(),
                address,
            )
        elif FILE_NAME.search(text):
            yield Link(Place(), "link", text, NOWHERE)


def stylesheets(tree: LexborHTMLParser, dress: Dress) -> Iterator[Link]:
    """The page's external stylesheets, where figures bear classes of which the page itself says
    nothing.
    """
    if not dress.unknown:
        return
    names = "；".join(
        f"{name}：{'、'.join(figures[:FIGURES_NAMED])}" for name, figures in dress.unknown.items()
    )
    links = [node for node in tree.css('link[rel~="stylesheet" i]') if is_for_screen(node)]
    targets = [node.attributes.get("href") or "" for node in links]
    for node in tree.css("style"):
        targets += IMPORTED.findall(node.text())
    for target in filter(None, targets):
        yield Link(Place(), "stylesheet", names, target)


def is_for_screen(link: LexborNode) -> bool:
    """Whether a stylesheet is in use on a screen: not media=print, nor one to choose or switched
    off.
    """
    attributes = link.attributes
    if "alternate" in (attributes.get("rel") or "").lower() or "disabled" in attributes:
        return False
    return is_on_screen(f"@media {attributes.get('media') or ''}")


def walk(root: LexborNode, page: PageContent) -> None:
    """Call the page's opener for each node in document order, and what the opener returned when the
    node ends.
    """
    ancestors: list[tuple[LexborNode, Close | None]] = []
    kinds, openers, styled = page.kinds, page.openers, page.styled
    node: LexborNode | None = root
    while node is not None:
        kind = kinds.get(node.tag_id) or page.kind(node)
        if kind == "-text":
            page.pieces.append(node.text_content or "")
        else:
            opener = openers.get(kind)
            if styled and (effect := styled.get(node.mem_id)):
                opener = page.opener_for(effect, opener)
            close = opener(node) if opener else None
            if close is not skip and (child := node.first_child) is not None:
                ancestors.append((node, close))
                node = child
                continue
            if close is not None:
                close()
        while (following := node.next) is None and ancestors:
            node, close = ancestors.pop()
            if close is not None:
                close()
        node = following


def pre_items(text: str, in_cell: bool) -> Iterator[FlowItem]:
    """What <pre> sets as it is written: tables by tabs, bars or blanks are tables, all else is
    lines.
    """
    blocks = () if in_cell else text_blocks(text)
    if not any(isinstance(block, Grid) for block in blocks):
        yield from (
            ("", collapse(line)) for line in text.removeprefix("\n").removesuffix("\n").split("\n")
        )
        return
    for block in blocks:
        if isinstance(block, Grid):
            yield block
        elif isinstance(block, Prose) and block.heading != PAINTED:
            yield from (("", collapse(line)) for line in block.text.split("\n"))


def look_of(node: LexborNode) -> tuple[str | None, ...]:
    """What a run's look comes from, as far as it does not come from what it stands in."""
    attributes = node.attributes
    names = " ".join(sorted((attributes.get("class") or "").split()))
    return (
        node.tag,
        names,
        attributes.get("style"),
        attributes.get("color"),
        attributes.get("size"),
    )


def skip() -> None:
    """Returned by an opener to leave out what the node holds."""


def in_turn(*closes: Close | None) -> None:
    for close in filter(None, closes):
        close()


def left_out(node: LexborNode) -> Close:
    return skip


# --- gathering lines, cells and tables ------------------------------------------------------------


class PageContent:
    """What was gathered so far: finished lines, grids and links, and the pieces of the line at
    hand.

    Each opener takes the node that begins and returns what to do at its end, or ``skip``.
    """

    def __init__(self, styled: dict[int, Effect], spanning: dict[int, LexborNode]) -> None:
        self.styled, self.spanning = styled, spanning
        self.kinds: dict[int, str] = {}
        self.title = ""
        self.properties: list[tuple[str, str]] = []
        self.items: list[FlowItem] = []
        self.pieces: list[str] = []
        self.tables: list[RawTable] = []
        self.cells = 0
        self.moved = 0
        self.in_cell = self.in_pre = self.marked = False
        self.openers: dict[str, Opener] = {
            **dict.fromkeys(LINES, self.lines),
            **dict.fromkeys(LEFT_OUT, left_out),
            **dict.fromkeys(FRAMES, self.frame),
            **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), self.heading),
            **dict.fromkeys(("thead", "tbody", "tfoot"), self.group),
            **dict.fromkeys(("td", "th"), self.cell),
            **dict.fromkeys(("sup", "sub"), self.raised),
            **dict.fromkeys(SET_OFF, self.apart),
            "bdo": self.turned,
            "math": partial(self.drawn_run, None),
            "svg": self.vector,
            "template": self.shadow,
            "li": self.item,
            "title": self.named,
            "meta": self.meta,
            "p": self.paragraph,
            "br": self.line_break,
            "pre": self.pre,
            "a": self.link,
            "img": self.image,
            "input": self.input,
            "textarea": self.textarea,
            "table": self.table,
            "tr": self.row,
        }

    def kind(self, node: LexborNode) -> str:
        """A node's tag name; read once for each number that the parser gives to a name, which is
        quicker to get.
        """
        name = node.tag or "-"
        self.kinds[node.tag_id] = name
        return name

    def opener_for(self, effect: Effect, opener: Opener | None) -> Opener | None:
        """What begins a node with a style, in place of its usual opener. Only what is gone leaves
        no empty cell.
        """
        if effect in ("gone", "blank") or (effect == "hidden" and self.in_cell):
            return self.opener_unseen(effect, opener)
        if effect == "drawn":
            return self.drawn_cell if opener == self.cell else partial(self.drawn_run, opener)
        if effect == "white" and opener is None and self.in_cell:
            return self.raised  # white 0 before a black 件 is no figure: what is seen has none
        if effect in ("apart", "odd", "moved", "white"):
            return self.link_apart if opener == self.link else opener or self.apart
        if effect in ("hidden", "raised"):
            return (
                partial(self.raised_link, opener) if opener == self.link else opener or self.raised
            )
        return self.opener_of_line(effect, opener)

    def opener_unseen(self, effect: Effect, opener: Opener | None) -> Opener | None:
        """What nobody sees is left out; a cell or a row keeps its place unless it is gone."""
        if effect == "blank" and opener == self.cell:
            return self.blank_cell
        if effect == "blank" and opener == self.row:
            return self.blank_row
        return opener if effect == "hidden" and opener in (self.cell, self.row) else left_out

    def opener_of_line(self, effect: Effect, opener: Opener | None) -> Opener | None:
        """A run that is set as a line of its own, or as a cell."""
        if opener not in (None, self.lines):
            return opener
        return self.paragraph if effect == "cell" else self.lines

    def head(self) -> Iterator[Prose]:
        if self.title:
            yield Prose(Place(), "title", self.title)
        for name, content in self.properties:
            yield Prose(Place(), f"meta:{name}", content)

    def named(self, node: LexborNode) -> Close:
        self.title = self.title or collapse(node.text())
        return skip

    def meta(self, node: LexborNode) -> None:
        attributes = node.attributes
        name = PROPERTIES.get(
            (attributes.get("name") or attributes.get("property") or "").strip().lower()
        )
        content = collapse(attributes.get("content") or "")
        if name and content:
            self.properties.append((name, content))

    # lines

    def end_line(self) -> None:
        """Finish the line at hand; nothing but white space of the markup is no line, a &nbsp; is a
        blank one.
        """
        if not self.pieces:
            return
        text = "".join(self.pieces)
        self.pieces = []
        if self.marked:
            text = settle(text if self.in_cell else without_links(text))
            self.marked = False
        if self.in_pre:
            self.items += pre_items(text, self.in_cell)
        elif text.strip(" \t\n\r\f"):
            self.items.append(("", collapse(text)))

    def lines(self, node: LexborNode) -> Close:
        self.end_line()
        return self.end_line

    def line_break(self, node: LexborNode) -> None:
        before = len(self.items)
        self.end_line()
        if len(self.items) == before:
            self.items.append(("", ""))

    def paragraph(self, node: LexborNode) -> Close:
        self.end_line()
        return partial(self.end_paragraph, len(self.items))

    def end_paragraph(self, start: int) -> None:
        """An empty paragraph is a blank line: in a table flattened to paragraphs it is a blank
        cell.
        """
        self.end_line()
        if len(self.items) == start:
            self.items.append(("", ""))

    def pre(self, node: LexborNode) -> Close:
        self.end_line()
        outer, self.in_pre = self.in_pre, True
        return partial(self.end_pre, outer)

    def end_pre(self, outer: bool) -> None:
        self.end_line()
        self.in_pre = outer

    def heading(self, node: LexborNode) -> Close:
        self.end_line()
        return partial(self.end_heading, len(self.items), node.tag or "")

    def end_heading(self, start: int, tag: str) -> None:
        self.end_line()
        if len(self.items) - start > LONGEST_HEADING:
            return
        texts = [item[1] for item in self.items[start:] if isinstance(item, tuple) and item[1]]
        if 0 < sum(map(len, texts)) <= LONGEST_HEADING:
            others = [item for item in self.items[start:] if not isinstance(item, tuple)]
            self.items[start:] = [(tag, "\n".join(texts)), *others]

    def raised(self, node: LexborNode) -> Close:
        self.mark(RAISED, "(")
        return partial(self.mark, RAISED, ")")

    def link_apart(self, node: LexborNode) -> Close | None:
        """A link is set apart as it is; <a title=注1>1</a>, which leads nowhere, as any run."""
        return self.link(node) or self.apart(node)

    def raised_link(self, opener: Opener, node: LexborNode) -> Close | None:
        """12<a style="vertical-align:super" href="#n1">3</a>: what it leads to, and a mark that is
        no digit of 12.
        """
        end_raised, end_link = self.raised(node), opener(node)
        return partial(in_turn, end_link, end_raised)

    def apart(self, node: LexborNode) -> Close | None:
        """Text of another look than what stands beside it: 43<small>1</small> is not 431. Two runs
        of one look are one, as editors part them: <span class=x>43</span><span class=x>1</span>.
        """
        before = node.prev
        if (
            before is not None
            and self.pieces
            and self.pieces[-1] == END_OF_LINK
            and look_of(before) == look_of(node)
        ):
            self.pieces.pop()
        else:
            self.mark(LINKED, "(")
        return partial(self.mark, LINKED, ")")

    def mark(self, kind: str, edge: str) -> None:
        self.pieces.append(f"\0{kind}{edge}")
        self.marked = True

    # what the page points to

    def link(self, node: LexborNode) -> Close | None:
        target = node.attributes.get("href")
        if target is None:
            return None
        close = partial(self.end_link, node, target, len(self.items), self.pieces, len(self.pieces))
        self.mark(LINKED, "(")  # a link beside a figure is a note on it: 70<a>8</a> is not 708
        return close

    def end_link(
        self, node: LexborNode, target: str, start: int, pieces: list[str], at: int
    ) -> None:
        inside = [
            item[1] for item in self.items[start : start + LONGEST_LINK] if isinstance(item, tuple)
        ]
        if inside:  # its line was finished within the link, with what stood before the link
            inside[0] = inside[0].removeprefix(collapse(text_of(pieces, 0, at)))
        inside.append(text_of(self.pieces, at if pieces is self.pieces else 0))
        text = collapse(" ".join(piece[:LONGEST_LINK] for piece in inside))
        title = collapse(node.attributes.get("title") or "")
        text = (
            title if title and (not text or text.rstrip("….").strip() != text) else text
        )  # a name cut short
        self.items.append(Link(Place(), "link", text, target))
        self.mark(LINKED, ")")

    def image(self, node: LexborNode) -> None:
        attributes = node.attributes
        text = collapse(attributes.get("alt") or attributes.get("title") or "")
        late = (
            attributes.get(name) for name in LATE_SOURCES
        )  # of a picture that is loaded when it comes into view
        self.items.append(Link(Place(), "image", text, next(filter(None, late), "")))

    def frame(self, node: LexborNode) -> Close | None:
        attributes = node.attributes
        target = attributes.get(FRAMES[node.tag or ""])
        if target:
            self.items.append(
                Link(Place(), "frame", collapse(attributes.get("title") or ""), target)
            )
        # In an object without a target stands what older browsers showed; no browser shows an
        # iframe's own text.
        return skip if target or node.tag == "iframe" else None

    def input(self, node: LexborNode) -> None:
        attributes = node.attributes
        kind = (attributes.get("type") or "").lower()
        if kind == "password":
            text = collapse(attributes.get("placeholder") or attributes.get("title") or "")
            self.items.append(Link(Place(), "password", text, attributes.get("name") or ""))
        elif self.in_cell and kind in TYPED:
            self.pieces.append(attributes.get("value") or "")

    def textarea(self, node: LexborNode) -> Close | None:
        return None if self.in_cell else skip

    # tables

    def table(self, node: LexborNode) -> Close:
        self.end_line()
        self.tables.append(RawTable())
        return self.end_table

    def end_table(self) -> None:
        self.end_line()
        table = self.tables.pop()
        table.end_group()
        if table.layout or all(len(row) <= 1 for row in table.rows):
            for cell in (cell for row in table.rows for cell in row):
                self.items += cell.items or [("", cell.text)]
                self.moved += len(cell.items)
                if self.moved > MOST_MOVED:
                    raise UnreadableDocument(
                        "网页的表格嵌套层数过多，不是正常的网页；请在浏览器中打开后另存为网页，"
                        "再导入该文件。"
                    )
            return
        rows = resolve_spans(table)
        self.items.append(Grid(Place(), rows))
        self.items += placed_links(table, rows)

    def group(self, node: LexborNode) -> Close | None:
        return self.tables[-1].end_group if self.tables else None

    def row(self, node: LexborNode) -> None:
        if self.tables:
            self.tables[-1].rows.append([])

    def blank_row(self, node: LexborNode) -> Close:
        self.row(node)
        return skip

    def cell(self, node: LexborNode) -> Close:
        self.end_line()
        if not self.tables or not self.tables[-1].rows:
            return self.end_line
        self.cells += 1
        if self.cells > CELLS:
            raise too_large()
        raw = RawCell()
        if node.mem_id in self.spanning:
            attributes = node.attributes
            raw.rowspan = read_span(attributes.get("rowspan"), TALLEST)
            raw.colspan = max(1, read_span(attributes.get("colspan"), WIDEST))
        self.tables[-1].rows[-1].append(raw)
        text = self.plain_text(node)
        if text is not None:
            raw.text = collapse(text)
            self.tables[-1].layout |= len(text) > LONGEST_CELL
            return skip
        close = partial(self.end_cell, raw, self.items, self.in_cell)
        self.items, self.in_cell = raw.items, True
        return close

    def blank_cell(self, node: LexborNode) -> Close:
        close = self.cell(node)
        if close is skip:
            self.tables[-1].rows[-1][-1].text = ""
        else:
            close()
        return skip

    def drawn_cell(self, node: LexborNode) -> Close:
        """A cell into which the page draws a text besides: what a person sees there is not what
        stands in it.
        """
        close = self.cell(node)
        rows = self.tables[-1].rows if self.tables else []
        if not rows or not rows[-1]:
            return close
        if close is not skip:
            return partial(self.end_drawn, close, rows[-1][-1])
        self.end_drawn(skip, rows[-1][-1])
        return skip

    def end_drawn(self, close: Close, raw: RawCell) -> None:
        close()
        raw.text += DRAWN if HAS_DIGIT.search(raw.text) else ""

    def drawn_run(self, opener: Opener | None, node: LexborNode) -> Close | None:
        if self.in_cell and HAS_DIGIT.search(node.text()):
            self.mark(RAISED, "(")
            self.pieces.append(DRAWN[1:])
            self.mark(RAISED, ")")
        return opener(node) if opener else None

    def vector(self, node: LexborNode) -> Close:
        """A drawing; one with a text in it beside a figure shows more than the figure."""
        self.drawn_run(None, node)
        return skip

    def shadow(self, node: LexborNode) -> Close:
        """<template shadowrootmode=open>9</template>43 shows 9."""
        if self.in_cell and "shadowrootmode" in node.attributes:
            self.pieces.append(DRAWN)
        return skip

    def item(self, node: LexborNode) -> Close:
        """A line of a list; the number that a browser writes before a figure in a cell makes it
        none.
        """
        close = self.lines(node)
        if self.in_cell and node.parent is not None and node.parent.tag == "ol":
            self.drawn_run(None, node)
        return close

    def turned(self, node: LexborNode) -> None:
        """<bdo dir=rtl>34</bdo> shows 43: no figure."""
        if (node.attributes.get("dir") or "").lower() == "rtl":
            self.drawn_run(None, node)

    def plain_text(self, cell: LexborNode) -> str | None:
        """The text of a cell with at most one paragraph and nothing that breaks, hides or marks
        text, else None.

        Nearly all cells are like this; reading them so takes a third of the time of walking them.
        """
        kinds, styled = self.kinds, self.styled
        only = cell.first_child
        if only is None:
            return ""
        if only.next is None and (kinds.get(only.tag_id) or self.kind(only)) == "-text":
            return only.text_content or ""
        paragraph = None
        pieces = []
        nodes = cell.traverse(include_text=True)
        next(nodes)
        for node in nodes:
            kind = kinds.get(node.tag_id) or self.kind(node)
            if kind == "-text":
                pieces.append(node.text_content or "")
            elif kind == "p" and paragraph is None:
                paragraph = node
            elif kind not in INLINE:
                return None
            if styled and node.mem_id in styled:
                return None
        text = "".join(pieces)
        return text if paragraph is None or text.strip() == paragraph.text().strip() else None

    def end_cell(self, raw: RawCell, outer: list[FlowItem], in_cell: bool) -> None:
        self.end_line()
        fill_cell(raw)
        if HAS_DIGIT.search(raw.text) and any(
            isinstance(item, Link) and item.kind == "image" for item in raw.items
        ):
            raw.text += DRAWN
        self.tables[-1].layout |= raw.layout
        self.items, self.in_cell = outer, in_cell
