"""The nodes of a page in document order -> its items: grids, and the lines and links around them.

Cells are gathered from the inside out: only when a table ends is it known whether it is a grid or
only arranges other things.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from functools import partial
from itertools import islice
from typing import TYPE_CHECKING

from gongkai.figures import DRAWN
from gongkai.model import HIDDEN, UNSEEN, Grid, Link, Place, Prose, UnreadableDocument
from gongkai.readers.blocks import (
    CELLS,
    LONGEST_CELL,
    RAISED,
    TALLEST,
    WIDEST,
    FlowItem,
    RawCell,
    RawTable,
    collapse,
    fill_cell,
    placed_links,
    read_span,
    resolve_spans,
    too_large,
)
from gongkai.readers.html import css, lines

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

HAS_DIGIT = re.compile(r"\d")
HAN = re.compile(r"[\u4e00-\u9fff]{2}")
NO_PROSE = "script,style,form,input,nav,td,img"  # a part of a page with one of them is no text
MOST_HIDDEN, LONGEST_HIDDEN = 200, 400  # texts, characters of one
MOST_BETWEEN = 100  # links, tables and pieces of a line between a hidden text and the line before
MOST_LOOKED_THROUGH = 2_000_000  # characters of what stands around hidden texts
ANCHOR = 40  # characters of the line before a hidden text
# lines handed up by tables that only arrange, once for each table that they stand in
MOST_MOVED = 10_000_000

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
LEFT_OUT = """
    script style noscript noframes noembed rp rt datalist button progress meter video
    audio canvas
"""
LINES = """
    address article aside blockquote body caption center dd details dialog dir div dl dt fieldset
    figcaption figure footer form header hr legend main menu nav ol optgroup option section select
    summary ul
"""
SET_OFF = "small abbr acronym dfn q cite var kbd samp data time output"
INLINE = ("span", "font", "b", "strong", "i", "em", "u", "ins", "o:p")
UNSEEN_IN_CELL = ("white",)  # effects of a run that nobody sees
UNSEEN_IN_PROSE = ("white", "moved")
BESIDE = ("apart", "odd", "moved", "white")  # effects that count where digits touch


class PageContent(lines.PageLines):
    """The page with its tables.

    ``styled``: id of a node -> what its style does; ``spanning``: the cells that span rows or
    columns.
    """

    def __init__(self, styled: dict[int, css.Effect], spanning: dict[int, LexborNode]) -> None:
        super().__init__()
        self.styled, self.spanning = styled, spanning
        self.kinds: dict[int, str] = {}
        self.title = ""
        self.struck_texts: list[str] = []
        self.hidden_texts: list[tuple[str, str]] = []
        self.looked_through = 0
        self.properties: list[tuple[str, str]] = []
        self.tables: list[RawTable] = []
        self.cells = 0
        self.moved = 0
        self.openers: dict[str, lines.Opener] = {
            **dict.fromkeys(LINES.split(), self.lines),
            **dict.fromkeys(LEFT_OUT.split(), lines.left_out),
            **dict.fromkeys(("del", "s", "strike"), self.struck),
            **dict.fromkeys(lines.FRAMES, self.frame),
            **dict.fromkeys(("h1", "h2", "h3", "h4", "h5", "h6"), self.heading),
            **dict.fromkeys(("thead", "tbody", "tfoot"), self.group),
            **dict.fromkeys(("td", "th"), self.cell),
            **dict.fromkeys(("sup", "sub"), self.raised),
            **dict.fromkeys(SET_OFF.split(), self.apart),
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
        """A node's tag name.

        Read once for each number that the parser gives to a name, which is quicker to get.
        """
        name = node.tag or "-"
        self.kinds[node.tag_id] = name
        return name

    def begin(self, kind: str, node: LexborNode) -> lines.Close | None:
        """Call the opener of a node, by its kind or in its place by its style."""
        opener = self.openers.get(kind)
        if self.styled:
            effect = self.styled.get(node.mem_id)
            if effect:
                opener = self.opener_for(effect, opener)
        return opener(node) if opener else None

    # what a style puts in the place of an opener

    def opener_for(self, effect: css.Effect, opener: lines.Opener | None) -> lines.Opener | None:
        """What begins a node with a style, in place of its usual opener.

        Only what is gone leaves no empty cell.
        """
        if effect in ("gone", "blank") or (effect == "hidden" and self.in_cell):
            return self.opener_unseen(effect, opener)
        if effect == "drawn":
            if opener == self.cell:
                return self.drawn_cell
            return partial(self.drawn_run, opener)
        if effect in BESIDE:
            return self.opener_beside(effect, opener)
        if effect in ("hidden", "raised"):
            return self.opener_raised(effect, opener)
        return self.opener_of_line(effect, opener)

    def opener_unseen(self, effect: css.Effect, opener: lines.Opener | None) -> lines.Opener | None:
        """What nobody sees is left out; a cell or a row keeps its place unless it is gone."""
        if effect == "blank" and opener == self.cell:
            return self.blank_cell
        if effect == "blank" and opener == self.row:
            return self.blank_row
        if effect == "hidden" and opener in (self.cell, self.row):
            return opener
        is_text = opener in (None, self.lines, self.paragraph, self.heading)
        return self.unseen if is_text else lines.left_out

    def opener_beside(self, effect: css.Effect, opener: lines.Opener | None) -> lines.Opener:
        """A run set off from the digits beside it: 43<span style="font-size:8px">1</span>."""
        unseen = UNSEEN_IN_CELL if self.in_cell else UNSEEN_IN_PROSE
        if opener is None and effect in unseen:
            return self.raised  # white 0 before a black 件 is no figure: what is seen has none
        if opener == self.link:
            return self.link_apart
        return opener or self.apart

    def opener_raised(self, effect: css.Effect, opener: lines.Opener | None) -> lines.Opener:
        if effect == "hidden" and opener in (self.paragraph, self.heading):
            return partial(self.hidden_line, opener)
        if opener is None:
            return self.raised
        if opener == self.link:
            return partial(self.raised_link, opener)
        return opener

    def opener_of_line(
        self, effect: css.Effect, opener: lines.Opener | None
    ) -> lines.Opener | None:
        """A run that is set as a line of its own, or as a cell."""
        if opener not in (None, self.lines):
            return opener
        if effect == "cell":
            return self.paragraph
        return self.lines

    # what the page says of itself

    def head(self) -> Iterator[Prose]:
        if self.title:
            yield Prose(Place(), "title", self.title)
        for name, content in self.properties:
            yield Prose(Place(), f"meta:{name}", content)
        if self.struck_texts:
            yield Prose(Place(), UNSEEN, "\n".join(self.struck_texts))
        for before, text in self.hidden_texts:
            yield Prose(Place(), HIDDEN, f"{before}\n{text}")

    def unseen(self, node: LexborNode) -> lines.Close:
        """What a style hides is not read; it is told where it goes on with the text before it,
        公开12件<span style="display:none">，其中许可9件</span>, not in a part of its own.
        """
        if len(self.hidden_texts) < MOST_HIDDEN and node.css_first(NO_PROSE) is None:
            text = collapse(node.text())[:LONGEST_HIDDEN]
            before = self.line_before() if HAN.search(text) else ""
            if before and self.is_beside(node, before):
                self.hidden_texts.append((before, text))
        return lines.skip

    def is_beside(self, node: LexborNode, before: str) -> bool:
        """Whether a run and the line before it stand in the same part of the page; so does all,
        once more has been looked through than a page of many hidden texts is worth.
        """
        outer = outer_of(node)
        if outer is None or outer.tag in ("body", "html"):
            return True
        if self.looked_through > MOST_LOOKED_THROUGH:
            return True
        around = collapse(outer.text())
        self.looked_through += len(around)
        return before.split("\n")[0] in around

    def hidden_line(self, opener: lines.Opener, node: LexborNode) -> lines.Close | None:
        """A paragraph that a rule of the page hides, .a{display:none}, is left out as ``unseen``;
        what holds more, or is a <div>, may be a tab that a script will show.
        """
        is_much = len(node.text()) > LONGEST_HIDDEN or node.css_first("table") is not None
        return opener(node) if is_much else self.unseen(node)

    def line_before(self) -> str:
        """The beginning of the line at hand or of the last one; "" for none."""
        pieces = [piece[:LONGEST_HIDDEN] for piece in islice(self.pieces, MOST_BETWEEN)]
        line = collapse("".join(pieces).partition("\0")[0])
        for item in islice(reversed(self.items), MOST_BETWEEN):
            if line:
                break
            line = item[1] if isinstance(item, tuple) else ""
        return line[:ANCHOR]

    def struck(self, node: LexborNode) -> lines.Close:
        """What is struck out is not read, and told."""
        self.struck_texts += filter(None, [collapse(node.text())])
        return lines.skip

    def named(self, node: LexborNode) -> lines.Close:
        self.title = self.title or collapse(node.text())
        return lines.skip

    def meta(self, node: LexborNode) -> None:
        """<meta name="ArticleTitle" content="2021年政府信息公开工作年度报告">."""
        name = PROPERTIES.get(lines.attribute(node, "name", "property").strip().lower())
        content = collapse(lines.attribute(node, "content"))
        if name and content:
            self.properties.append((name, content))

    # tables

    def table(self, node: LexborNode) -> lines.Close:
        self.end_line()
        self.tables.append(RawTable())
        return self.end_table

    def end_table(self) -> None:
        self.end_line()
        table = self.tables.pop()
        table.end_group()
        if table.layout or all(len(row) <= 1 for row in table.rows):
            for row in table.rows:
                self.hand_up(row)
            return
        rows = resolve_spans(table)
        self.items.append(Grid(Place(), rows))
        self.items += placed_links(table, rows)

    def hand_up(self, row: Sequence[RawCell]) -> None:
        """The items of a row that only arranges them go to what stands around its table."""
        for cell in row:
            self.items += cell.items or [("", cell.text)]
            self.moved += len(cell.items)
            if self.moved > MOST_MOVED:
                raise UnreadableDocument(
                    "网页的表格嵌套层数过多，不是正常的网页；"
                    "请在浏览器中打开后另存为网页，再导入该文件。"
                )

    def group(self, node: LexborNode) -> lines.Close | None:
        return self.tables[-1].end_group if self.tables else None

    def row(self, node: LexborNode) -> None:
        if self.tables:
            self.tables[-1].rows.append([])

    def blank_row(self, node: LexborNode) -> lines.Close:
        self.row(node)
        return lines.skip

    # cells

    def cell(self, node: LexborNode) -> lines.Close:
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
            return lines.skip
        close = partial(self.end_cell, raw, self.items, self.in_cell)
        self.items, self.in_cell = raw.items, True
        return close

    def plain_text(self, cell: LexborNode) -> str | None:
        """The text of a cell with at most one paragraph and nothing that breaks, hides or marks
        text, else None.

        Nearly all cells are like this; reading them so takes a third of the time of walking them.
        """
        only = cell.first_child
        if only is None:
            return ""
        if only.next is None and (self.kinds.get(only.tag_id) or self.kind(only)) == "-text":
            return only.text_content or ""
        return self.inline_text(cell)

    def inline_text(self, cell: LexborNode) -> str | None:
        """<td><p><span>1</span><span>34</span></p> -> 134; None for <td>12<sup>3</sup>."""
        kinds, styled = self.kinds, self.styled
        paragraph = None
        pieces = []
        nodes = cell.traverse(include_text=True)
        next(nodes)
        for node in nodes:
            kind = kinds.get(node.tag_id) or self.kind(node)
            if kind == "-text":
                pieces.append(node.text_content or "")
            elif node.mem_id in styled:
                return None
            elif kind == "p" and paragraph is None:
                paragraph = node
            elif kind not in INLINE:
                return None
        text = "".join(pieces)
        if is_all_of(paragraph, text):
            return text
        return None

    def end_cell(self, raw: RawCell, outer: list[FlowItem], in_cell: bool) -> None:
        self.end_line()
        fill_cell(raw)
        if HAS_DIGIT.search(raw.text) and any(map(is_image, raw.items)):
            raw.text += DRAWN
        self.tables[-1].layout |= raw.layout
        self.items, self.in_cell = outer, in_cell

    def blank_cell(self, node: LexborNode) -> lines.Close:
        close = self.cell(node)
        if close is lines.skip:
            self.tables[-1].rows[-1][-1].text = ""
        else:
            close()
        return lines.skip

    # what the page draws besides its text

    def drawn_cell(self, node: LexborNode) -> lines.Close:
        """A cell into which the page draws a text besides: what a person sees there is not what
        stands in it.
        """
        close = self.cell(node)
        rows = self.tables[-1].rows if self.tables else []
        if not rows or not rows[-1]:
            return close
        if close is not lines.skip:
            return partial(self.end_drawn, close, rows[-1][-1])
        self.end_drawn(lines.skip, rows[-1][-1])
        return lines.skip

    def end_drawn(self, close: lines.Close, raw: RawCell) -> None:
        close()
        raw.text += DRAWN if HAS_DIGIT.search(raw.text) else ""

    def drawn_run(self, opener: lines.Opener | None, node: LexborNode) -> lines.Close | None:
        if self.in_cell and HAS_DIGIT.search(node.text()):
            self.mark(RAISED, "(")
            self.pieces.append(DRAWN[1:])
            self.mark(RAISED, ")")
        return opener(node) if opener else None

    def vector(self, node: LexborNode) -> lines.Close:
        """A drawing; one with a text in it beside a figure shows more than the figure."""
        self.drawn_run(None, node)
        return lines.skip

    def shadow(self, node: LexborNode) -> lines.Close:
        """<template shadowrootmode=open>9</template>43 shows 9."""
        if self.in_cell and "shadowrootmode" in node.attributes:
            self.pieces.append(DRAWN)
        return lines.skip

    def item(self, node: LexborNode) -> lines.Close:
        """A line of a list, with the number that a browser writes before it; before a figure in a
        cell that makes it none.
        """
        close = self.lines(node)
        if not self.in_cell:
            self.numbered(node)
        elif node.parent is not None and node.parent.tag == "ol":
            self.drawn_run(None, node)
        return partial(self.end_item, close)

    def end_item(self, close: lines.Close) -> None:
        self.label = ""
        close()

    def turned(self, node: LexborNode) -> None:
        """<bdo dir=rtl>34</bdo> shows 43: no figure."""
        if lines.attribute(node, "dir").lower() == "rtl":
            self.drawn_run(None, node)


def is_all_of(paragraph: LexborNode | None, text: str) -> bool:
    """Whether a cell's one paragraph, if it has any, holds all of its text: else it has two
    lines.
    """
    return paragraph is None or paragraph.text().strip() == text.strip()


def outer_of(node: LexborNode) -> LexborNode | None:
    """The nearest part of a page around a run."""
    outer = node.parent
    while outer is not None and outer.tag in INLINE:
        outer = outer.parent
    return outer


def is_image(item: FlowItem) -> bool:
    return isinstance(item, Link) and item.kind == "image"
