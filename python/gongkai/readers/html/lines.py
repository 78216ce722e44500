"""The nodes of a page outside of its tables -> lines, headings, links, and marks on runs of text.

Each opener takes the node that begins and returns what to do at its end, or ``skip``.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from functools import partial
from typing import TYPE_CHECKING, NamedTuple

from gongkai.model import Grid, Link, Place, Prose
from gongkai.readers.blocks import (
    LINKED,
    LONGEST_HEADING,
    LONGEST_LINK,
    PAINTED,
    RAISED,
    FlowItem,
    as_heading,
    collapse,
    plain_blocks,
    settle,
    text_of,
    without_links,
)

if TYPE_CHECKING:
    from selectolax.lexbor import LexborNode

END_OF_LINK = f"\0{LINKED})"
FRAMES = {"iframe": "src", "frame": "src", "embed": "src", "object": "data"}
# a picture that is loaded when it comes into view has its address in one of the others
LATE_SOURCES = ("data-original", "data-src", "data-lazy", "src")
TYPED = ("", "text", "number", "tel", "search")

Close = Callable[[], None]
Opener = Callable[["LexborNode"], Close | None]


def attribute(node: LexborNode, *names: str) -> str:
    """The first of the attributes that says anything, "" where none does."""
    attributes = node.attributes
    for name in names:
        value = attributes.get(name)
        if value:
            return value
    return ""


def skip() -> None:
    """Returned by an opener to leave out what the node holds."""


def left_out(node: LexborNode) -> Close:
    return skip


def in_turn(*closes: Close | None) -> None:
    for close in closes:
        if close is not None:
            close()


class PageLines:
    """What was gathered so far: finished lines, grids and links, and the pieces of the line at
    hand.
    """

    def __init__(self) -> None:
        self.items: list[FlowItem] = []
        self.pieces: list[str] = []
        self.in_cell = self.in_pre = self.marked = False
        self.numbers: dict[int, ListNumber] = {}  # by the id of a list, of its last item
        self.unnumbered: set[int] = set()  # ids of lists and items that a rule leaves without
        self.label = ""  # what a browser writes before the item at hand

    # lines

    def end_line(self) -> None:
        """Finish the line at hand.

        Nothing but white space of the markup is no line, a &nbsp; is a blank one.
        """
        if not self.pieces:
            return
        text = "".join(self.pieces)
        if self.label and text.strip() == self.label:
            return  # <li><p>: the number stands in the line of the text
        self.pieces = []
        self.label = ""
        if self.marked:
            if not self.in_cell:
                text = without_links(text)
            text = settle(text)
            self.marked = False
        if self.in_pre:
            self.items += pre_items(text, self.in_cell)
        elif text.strip(" \t\n\r\f"):
            self.items.append(("", collapse(text)))

    def end_line_or_blank(self, start: int) -> None:
        """The same where a line is due: without an item since ``start`` there is a blank one."""
        self.end_line()
        if len(self.items) == start:
            self.items.append(("", ""))

    def lines(self, node: LexborNode) -> Close:
        self.end_line()
        return self.end_line

    def numbered(self, node: LexborNode) -> None:
        """Begin the line of an item with the number that a browser writes before it: 1. 甲."""
        outer = node.parent
        if outer is None or outer.tag != "ol" or not self.unnumbered.isdisjoint(ids_of(node)):
            return
        last = self.numbers.get(outer.mem_id) or first_number(outer)
        self.numbers[outer.mem_id] = now = last.next_at(node)
        if not is_plain_item(node):
            self.label = now.label
            self.pieces.append(f"{now.label} ")

    def line_break(self, node: LexborNode) -> None:
        self.end_line_or_blank(len(self.items))

    def paragraph(self, node: LexborNode) -> Close:
        """An empty paragraph is a blank line: in a table flattened to paragraphs it is a blank
        cell.
        """
        self.end_line()
        return partial(self.end_line_or_blank, len(self.items))

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
        """<h2>三、收到和<br>处理<a …>申请</a>情况</h2> is one heading, then its links.

        What is as long as an article is none.
        """
        self.end_line()
        if len(self.items) - start > LONGEST_HEADING:
            return
        self.items[start:] = as_heading(self.items[start:], tag)

    # runs that are set off

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
        end_raised = self.raised(node)
        end_link = opener(node)
        return partial(in_turn, end_link, end_raised)

    def apart(self, node: LexborNode) -> Close | None:
        """Text of another look than what stands beside it: 43<small>1</small> is not 431. Two runs
        of one look are one, as editors part them: <span class=x>43</span><span class=x>1</span>.
        """
        before = node.prev
        ends_a_run = self.pieces[-1:] == [END_OF_LINK]
        if ends_a_run and before is not None and look_of(before) == look_of(node):
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
        text = self.text_since(start, pieces, at)
        title = collapse(attribute(node, "title"))
        if title and (not text or is_cut_short(text)):
            text = title
        self.items.append(Link(Place(), "link", text, target))
        self.mark(LINKED, ")")

    def text_since(self, start: int, pieces: list[str], at: int) -> str:
        """The text of a link that began after ``start`` items and ``at`` of the pieces."""
        inside: list[str] = []
        for item in self.items[start : start + LONGEST_LINK]:
            if isinstance(item, tuple):
                inside.append(item[1])
        if inside:  # its line was finished within the link, with what stood before the link
            inside[0] = inside[0].removeprefix(collapse(text_of(pieces, 0, at)))
        inside.append(text_of(self.pieces, at if pieces is self.pieces else 0))
        return collapse(" ".join(piece[:LONGEST_LINK] for piece in inside))

    def image(self, node: LexborNode) -> None:
        text = collapse(attribute(node, "alt", "title"))
        self.items.append(Link(Place(), "image", text, attribute(node, *LATE_SOURCES)))

    def frame(self, node: LexborNode) -> Close | None:
        """A page within the page.

        In an object without a target stands what older browsers showed; no browser shows an
        iframe's own text.
        """
        target = attribute(node, FRAMES[node.tag or ""])
        if target:
            self.items.append(Link(Place(), "frame", collapse(attribute(node, "title")), target))
        if target or node.tag == "iframe":
            return skip
        return None

    def input(self, node: LexborNode) -> None:
        """What was typed into a cell is its text; one for a password tells why none is there."""
        kind = attribute(node, "type").lower()
        if kind == "password":
            text = collapse(attribute(node, "placeholder", "title"))
            self.items.append(Link(Place(), "password", text, attribute(node, "name")))
        elif self.in_cell and kind in TYPED:
            self.pieces.append(attribute(node, "value"))

    def textarea(self, node: LexborNode) -> Close | None:
        if self.in_cell:
            return None
        return skip


# --- numbers of lists -----------------------------------------------------------------------------

OWN_NUMBER = re.compile(r"\s*(?:[（(]?[\d一二三四五六七八九十]{1,3}[)）、.．]|[①-⑳]|第[\d一-十]+)")
NO_NUMBERS = re.compile(r"list-style(?:-type)?\s*:[^;]*\bnone\b|display\s*:\s*(?!list-item)")
STYLE_OF_NUMBERS = re.compile(r"list-style(?:-type)?\s*:[^;]*?\b(\w+-\w+)")
TYPES = {"a": "lower-alpha", "A": "upper-alpha", "i": "lower-roman", "I": "upper-roman"}
WHOLE = re.compile(r"-?\d{1,6}")
ROMAN = ((10, "x"), (9, "ix"), (5, "v"), (4, "iv"), (1, "i"))
LETTERS = 26  # items that a letter numbers; browsers go on with two letters
MOST_ROMAN = 39  # of items in Roman numbers, which need no L


class ListNumber(NamedTuple):
    """The number of an item, what is added for the next, and how a list writes it."""

    at: int
    step: int
    way: str

    def next_at(self, node: LexborNode) -> ListNumber:
        """That of the next item; one that says its own goes on from there."""
        own = attribute(node, "value")
        at = int(own) if WHOLE.fullmatch(own) else self.at + self.step
        return self._replace(at=at)

    @property
    def label(self) -> str:
        """1., b., iv.; of a way that we don't know, or has no such number, in digits."""
        written = str(self.at)
        if self.way.endswith("roman") and 0 < self.at <= MOST_ROMAN:
            written = in_roman(self.at)
        elif self.way.endswith(("alpha", "latin")) and 0 < self.at <= LETTERS:
            written = chr(ord("a") + self.at - 1)
        return f"{written.upper() if self.way.startswith('upper') else written}."


def first_number(outer: LexborNode) -> ListNumber:
    """What stands before the first item of a list: 0, start=5 -> 4, reversed with 3 items -> 4."""
    attributes = outer.attributes
    step = -1 if "reversed" in attributes else 1
    start = attribute(outer, "start")
    first = 1
    if WHOLE.fullmatch(start):
        first = int(start)
    elif step < 0:
        first = sum(item.tag == "li" for item in outer.iter())
    styled = STYLE_OF_NUMBERS.search(attribute(outer, "style").lower())
    way = styled[1] if styled else TYPES.get(attribute(outer, "type"), "")
    return ListNumber(first - step, step, way)


def in_roman(number: int) -> str:
    written = ""
    for value, letters in ROMAN:
        written += letters * (number // value)
        number %= value
    return written


def ids_of(item: LexborNode) -> list[int]:
    outer = item.parent
    return [item.mem_id, outer.mem_id if outer is not None else 0]


def is_plain_item(item: LexborNode) -> bool:
    """Whether a browser writes no number, or one that says nothing: list-style:none, an item of a
    menu, which is a link, and one with a number of its own: 一、总体情况.
    """
    outer = item.parent
    styles = attribute(item, "style") + ";" + (attribute(outer, "style") if outer else "")
    if NO_NUMBERS.search(styles.lower()):
        return True
    link = item.css_first("a[href]")
    text = collapse(item.text())
    is_link = link is not None and collapse(link.text()) == text
    return is_link or not text or OWN_NUMBER.match(text) is not None


def is_cut_short(text: str) -> bool:
    """Whether a link's text is a name cut short: 2023年政府信息公开工作年度…"""
    return text.rstrip("….").strip() != text


def look_of(node: LexborNode) -> tuple[str | None, ...]:
    """What a run's look comes from, as far as it does not come from what it stands in."""
    attributes = node.attributes
    names = " ".join(sorted(attribute(node, "class").split()))
    color, size = attributes.get("color"), attributes.get("size")
    return node.tag, names, attributes.get("style"), color, size


def pre_items(text: str, in_cell: bool) -> Iterator[FlowItem]:
    """What <pre> sets as it is written: tables by tabs, bars or blanks are tables, all else is
    lines.
    """
    blocks = () if in_cell else plain_blocks(text)
    if not any(isinstance(block, Grid) for block in blocks):
        yield from lines_of(text.removeprefix("\n").removesuffix("\n"))
        return
    for block in blocks:
        if isinstance(block, Grid):
            yield block
        elif isinstance(block, Prose) and block.heading != PAINTED:
            yield from lines_of(block.text)


def lines_of(text: str) -> Iterator[FlowItem]:
    for line in text.split("\n"):
        yield "", collapse(line)
