"""Lines of text outside tables -> paragraphs and headings, without page numbers and feet."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain
from statistics import median
from typing import NamedTuple

from gongkai.readers.layout.cells import LETTER

MARGIN = 0.12  # of the page's height, where running heads and feet stand
PAGE_NUMBER = re.compile(
    r"[-—–－·•\s]*(\d{1,4})[-—–－·•\s]*|第\s*(\d{1,4})\s*页.{0,14}|(\d{1,4})\s*/\s*\d{1,4}"
)
DIGITS = re.compile(r"\d+")
HEADING = re.compile(
    r"\s*(?:[一二三四五六七八九十]{1,3}[、.．]|[（(][一二三四五六七八九十]{1,3}[）)])"
)
LONGEST_HEADING = 40  # characters of a line that begins with 一、 or （一）
LARGER = 1.12  # of the usual size, from there on a centred line is a heading
MUCH_LARGER = 1.3
CENTRED = 0.06  # of the page's width
FULL = 1.5  # of the size; less room is left at the end of a full line
LONG = 0.6  # of the width of the text; a shorter line is none of a paragraph's inner ones
FLUSH = 0.8  # of the size, between the margin and the start of a line


@dataclass(slots=True)
class PageLine:
    """A line of text on a page, or a heading (``heading`` h1) whose lines belong together."""

    text: str
    x0: float
    x1: float
    top: float
    bottom: float
    size: float
    heading: str = ""


# --- heads, feet and page numbers -----------------------------------------------------------------


class EdgeKey(NamedTuple):
    """What the heads or feet of several pages share: － 3 － and － 4 － are alike."""

    text: str
    is_foot: bool
    height: int


class EdgeLine(NamedTuple):
    """A line in the upper or lower margin of a page."""

    line: PageLine
    is_foot: bool

    @property
    def key(self) -> EdgeKey:
        return EdgeKey(DIGITS.sub("", self.line.text), self.is_foot, round(self.line.top / 4))

    @property
    def number(self) -> int | None:
        return page_number(self.line.text)


def without_furniture(
    pages: Sequence[list[PageLine]], heights: Sequence[float]
) -> list[list[PageLine]]:
    """Pages without their page numbers, and without what stands at the head or foot of several
    pages.

    The first of several alike heads stays: it may be the title.
    """
    edges = list(map(edge_lines, pages, heights))
    gone = page_numbers(edges) | repeated_lines(edges)
    kept = []
    for lines in pages:
        kept.append([line for line in lines if id(line) not in gone])
    return kept


def edge_lines(lines: Sequence[PageLine], height: float) -> list[EdgeLine]:
    """The first and last two lines of a page that stand in its margins."""
    ordered = sorted(lines, key=lambda line: line.top)
    found: list[EdgeLine] = []
    for line in ordered[:2]:
        if line.bottom < MARGIN * height:
            found.append(EdgeLine(line, is_foot=False))
    for line in ordered[-2:]:
        if line.top > (1 - MARGIN) * height:
            found.append(EdgeLine(line, is_foot=True))
    return found


def page_number(text: str) -> int | None:
    """3 for － 3 －, 第 3 页 共 12 页 and 3/12."""
    match = PAGE_NUMBER.fullmatch(text.strip())
    if match is None:
        return None
    return int(next(filter(None, match.groups())))


def page_numbers(edges: Sequence[Sequence[EdgeLine]]) -> set[int]:
    """The ids of the lines that number their page."""
    offset = number_offset(edges)
    found: set[int] = set()
    for page, edge in enumerate(edges, 1):
        for edge_line in edge:
            if edge_line.number == page + offset:
                found.add(id(edge_line.line))
    return found


def number_offset(edges: Sequence[Sequence[EdgeLine]]) -> int:
    """What most numbers in the margins are more than the count of their page: -1 where the first
    page, a cover, has none, and － 1 － stands on the second.
    """
    offsets: Counter[int] = Counter()
    for page, edge in enumerate(edges, 1):
        for edge_line in edge:
            number = edge_line.number
            if number is not None:
                offsets[number - page] += 1
    if not offsets:
        return 0
    offset, times = offsets.most_common(1)[0]
    is_by_chance = times == 1 and len(edges) > 1
    if is_by_chance:
        return 0
    return offset


def repeated_lines(edges: Sequence[Sequence[EdgeLine]]) -> set[int]:
    """The ids of the lines that stand in the margin of several pages: each foot, and each head but
    the first: of 云岭市人民政府 above the text of three pages those of the last two.
    """
    times: Counter[EdgeKey] = Counter()
    for edge in edges:
        times.update({edge_line.key for edge_line in edge})
    found: set[int] = set()
    seen: set[EdgeKey] = set()
    for edge_line in chain.from_iterable(edges):
        key = edge_line.key
        is_repeated = times[key] > 1 and LETTER.search(key.text) is not None
        if is_repeated and (key.is_foot or key in seen):
            found.add(id(edge_line.line))
        seen.add(key)
    return found


# --- headings -------------------------------------------------------------------------------------


def mark_headings(pages: Sequence[Sequence[object]], widths: Sequence[float]) -> None:
    """Make centred lines of a larger size headings, those of one size that follow each other as
    one; much larger ones at the left edge too: …政府信息公开工作年 over 度报告.
    """
    usual = usual_size(pages)
    for items, width in zip(pages, widths, strict=True):
        before: PageLine | None = None
        for item in items:
            if not isinstance(item, PageLine) or not is_set_large(item, width, usual):
                before = None
                continue
            item.heading = "h1"
            if before is not None and is_next_of_heading(before, item):
                before.text += "\n" + item.text
                before.bottom = item.bottom
                item.text = ""
            else:
                before = item


def is_next_of_heading(before: PageLine, line: PageLine) -> bool:
    is_near = line.top - before.bottom < 1.5 * line.size
    return is_near and abs(before.size - line.size) < 0.08 * line.size


def is_set_large(text: PageLine, width: float, usual: float) -> bool:
    if is_centred(text, width):
        return text.size >= LARGER * usual
    is_plain = HEADING.match(text.text) is None
    return is_plain and text.size >= MUCH_LARGER * usual


def is_centred(text: PageLine, width: float) -> bool:
    return abs((text.x0 + text.x1) / 2 - width / 2) < CENTRED * width


def usual_size(pages: Sequence[Sequence[object]]) -> float:
    """The size in which most characters outside tables are set."""
    sizes: list[float] = []
    for items in pages:
        for item in items:
            if isinstance(item, PageLine):
                sizes += [item.size] * len(item.text)
    if not sizes:
        return 1.0
    return median(sizes)


# --- paragraphs -----------------------------------------------------------------------------------


def join_paragraphs(lines: Sequence[PageLine]) -> None:
    """Join in place each line that goes on with the one before it; joined lines become empty:
    本年收到申请12件，均已 over 办结。 as 本年收到申请12件，均已办结。.
    """
    if not lines:
        return
    left = Counter(round(line.x0) for line in lines).most_common(1)[0][0]
    right = max(line.x1 for line in lines)
    start = before = lines[0]
    for line in lines[1:]:
        if is_full_line(before, left, right) and goes_on(before, line, left):
            start.text = joined(start.text, line.text)
            line.text = ""
        else:
            start = line
        before = line


def is_full_line(line: PageLine, left: float, right: float) -> bool:
    has_no_room = right - line.x1 < FULL * line.size
    return has_no_room and line.x1 - line.x0 > LONG * (right - left)


def goes_on(before: PageLine, line: PageLine, left: float) -> bool:
    """Whether a line begins at the margin, in the size of the one before, as no heading.

    （一）主动公开 and 二、存在问题 begin a paragraph.
    """
    is_flush = line.x0 - left < FLUSH * line.size
    is_as_large = abs(before.size - line.size) < 0.15 * line.size
    if not is_flush or not is_as_large:
        return False
    return HEADING.match(line.text) is None or len(line.text) > LONGEST_HEADING


def joined(before: str, after: str) -> str:
    """Two lines as one; between two words or numbers of the Latin script stands a blank."""
    if is_latin(before[-1:]) and is_latin(after[:1]):
        return f"{before} {after}"
    return before + after


def is_latin(letter: str) -> bool:
    return letter.isascii() and letter.isalnum()
