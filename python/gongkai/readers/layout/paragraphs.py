"""Lines of text outside tables -> paragraphs and headings; page numbers and running feet left
out.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median

MARGIN = 0.12  # of the page's height, where running heads and feet stand
PAGE_NUMBER = re.compile(
    r"[-—–－·•\s]*(\d{1,4})[-—–－·•\s]*|第\s*(\d{1,4})\s*页.{0,14}|(\d{1,4})\s*/\s*\d{1,4}"
)
DIGITS = re.compile(r"\d+")
LETTER = re.compile(r"[^\W\d_]")
HEADING = re.compile(
    r"\s*(?:[一二三四五六七八九十]{1,3}[、.．]|[（(][一二三四五六七八九十]{1,3}[）)])"
)
LONGEST_HEADING = 40
LARGER = 1.12  # of the usual size, from there on a centred line is a heading
MUCH_LARGER = 1.3
CENTRED = 0.06  # of the page's width


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


def without_furniture(
    pages: Sequence[list[PageLine]], heights: Sequence[float]
) -> list[list[PageLine]]:
    """Pages without their page numbers, and without what stands at the head or foot of several
    pages.

    The first of several alike heads stays: it may be the title.
    """
    edges = [edge_texts(texts, height) for texts, height in zip(pages, heights, strict=True)]
    numbers = [
        (page, page_number(text.text)) for page, edge in enumerate(edges, 1) for text, _ in edge
    ]
    offsets = Counter(number - page for page, number in numbers if number is not None)
    offset, times = offsets.most_common(1)[0] if offsets else (0, 0)
    if times < 2 and len(pages) > 1:
        offset = 0
    alike = Counter(key for edge in edges for key in {edge_key(text, foot) for text, foot in edge})
    kept: list[list[PageLine]] = []
    seen: set[tuple[str, bool, int]] = set()
    for page, (texts, edge) in enumerate(zip(pages, edges, strict=True), 1):
        gone = []
        for text, foot in edge:
            key = edge_key(text, foot)
            repeated = alike[key] > 1 and LETTER.search(key[0]) is not None
            if page_number(text.text) == page + offset or (repeated and (foot or key in seen)):
                gone.append(id(text))
            seen.add(key)
        kept.append([text for text in texts if id(text) not in gone])
    return kept


def edge_texts(texts: Sequence[PageLine], height: float) -> list[tuple[PageLine, bool]]:
    """The first and last two lines of a page that stand in its margins; True for those at the
    foot.
    """
    ordered = sorted(texts, key=lambda text: text.top)
    heads = [(text, False) for text in ordered[:2] if text.bottom < MARGIN * height]
    return heads + [(text, True) for text in ordered[-2:] if text.top > (1 - MARGIN) * height]


def page_number(text: str) -> int | None:
    match = PAGE_NUMBER.fullmatch(text.strip())
    return int(next(filter(None, match.groups()))) if match else None


def edge_key(text: PageLine, foot: bool) -> tuple[str, bool, int]:
    return DIGITS.sub("", text.text), foot, round(text.top / 4)


# --- paragraphs -----------------------------------------------------------------------------------


def mark_headings(pages: Sequence[Sequence[object]], widths: Sequence[float]) -> None:
    """Make centred lines of a larger size headings, those of one size that follow each other as
    one; much larger ones at the left edge too: …政府信息公开工作年 over 度报告.
    """
    texts = [item for items in pages for item in items if isinstance(item, PageLine)]
    usual = usual_size(texts)
    for items, width in zip(pages, widths, strict=True):
        before: PageLine | None = None
        for item in items:
            if not isinstance(item, PageLine) or not is_set_large(item, width, usual):
                before = None
                continue
            item.heading = "h1"
            near = before is not None and item.top - before.bottom < 1.5 * item.size
            if before is not None and near and abs(before.size - item.size) < 0.08 * item.size:
                before.text += "\n" + item.text
                before.bottom = item.bottom
                item.text = ""
            else:
                before = item


def is_set_large(text: PageLine, width: float, usual: float) -> bool:
    if is_centred(text, width):
        return text.size >= LARGER * usual
    return text.size >= MUCH_LARGER * usual and not HEADING.match(text.text)


def is_centred(text: PageLine, width: float) -> bool:
    return abs((text.x0 + text.x1) / 2 - width / 2) < CENTRED * width


def usual_size(texts: Sequence[PageLine]) -> float:
    """The size in which most characters outside tables are set."""
    sizes = [text.size for text in texts for _ in text.text]
    return median(sizes) if sizes else 1.0


def join_paragraphs(texts: Sequence[PageLine]) -> None:
    """Join in place each line that goes on with the one before it, as ``goes_on`` tells; joined
    lines become empty.
    """
    if not texts:
        return
    left = Counter(round(text.x0) for text in texts).most_common(1)[0][0]
    right = max(text.x1 for text in texts)
    start = before = texts[0]
    for text in texts[1:]:
        if goes_on(before, text, left, right):
            start.text = joined(start.text, text.text)
            text.text = ""
        else:
            start = text
        before = text


def goes_on(before: PageLine, text: PageLine, left: float, right: float) -> bool:
    """Whether a line was full and the next one begins at the margin, in the same size, as no
    heading.
    """
    full = right - before.x1 < 1.5 * before.size and before.x1 - before.x0 > 0.6 * (right - left)
    flush = text.x0 - left < 0.8 * text.size
    heading = HEADING.match(text.text) and len(text.text) <= LONGEST_HEADING
    return full and flush and not heading and abs(before.size - text.size) < 0.15 * text.size


def joined(before: str, after: str) -> str:
    """Two lines as one; between two words or numbers of the Latin script stands a blank."""
    apart = (
        before[-1:].isascii()
        and before[-1:].isalnum()
        and after[:1].isascii()
        and after[:1].isalnum()
    )
    return f"{before} {after}" if apart else before + after
