"""A Word document's lists -> the labels that Word writes before their paragraphs: 一、, 3."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, NamedTuple

from gongkai.readers.word.styles import (
    LEVELS,
    attribute,
    child,
    children,
    kind,
    level_number,
    value,
    whole,
)

if TYPE_CHECKING:
    from lxml.etree import _Element

LEVEL = re.compile(r"%([1-9])")
DIGITS = "〇一二三四五六七八九"
IN_DIGITS = str.maketrans("0123456789", DIGITS)
LEGAL = str.maketrans("一二三四五六七八九十", "壹贰叁肆伍陆柒捌玖拾")
HIGHEST_COUNTED = 99  # reports have no longer lists; above, the ways to count in Chinese differ


class Level(NamedTuple):
    start: int
    format: str
    text: str
    style: str  # id of the style whose paragraphs are of this level


NO_LEVEL = Level(1, "", "", "")


class Numbering:
    """The numbers that Word writes before paragraphs, counted on as the paragraphs are met in their
    order.
    """

    def __init__(self, root: _Element | None) -> None:
        self.kinds: dict[str, dict[int, Level]] = {}
        self.lists: dict[str, tuple[str, dict[int, Level], dict[int, int]]] = {}
        self.counts: dict[str, list[int | None]] = {}
        self.begun: set[str] = set()
        for node in root if root is not None else ():
            if kind(node.tag) == "w:abstractNum":
                self.kinds[attribute(node, "w:abstractNumId")] = levels_of(node)
            elif kind(node.tag) == "w:num":
                self.add_list(node)

    def add_list(self, node: _Element) -> None:
        shared = value(child(node, "w:abstractNumId"))
        levels, starts = dict(self.kinds.get(shared, {})), {}
        for changed in node:
            if kind(changed.tag) != "w:lvlOverride":
                continue
            level = attribute(changed, "w:ilvl")
            start = child(changed, "w:startOverride")
            if start is not None and level.isdecimal():
                starts[int(level[:2])] = whole(attribute(start, "w:val"))
            levels |= levels_of(changed)
        self.lists[attribute(node, "w:numId")] = (shared, levels, starts)

    def label(self, number: str, level: int | None, style: str) -> str:
        """The label of the next paragraph of a list, "" where it has none or we cannot be sure of
        it.
        """
        shared, levels, starts = self.lists.get(number, ("", {}, {}))
        if not levels:
            return ""
        if level is None:
            level = level_of_style(levels, style)
        counts = self.counts.setdefault(shared, [None] * LEVELS)
        if number not in self.begun:
            self.begun.add(number)
            for at in starts:
                counts[at : at + 1] = [None]
        begin = starts.get(level, levels.get(level, NO_LEVEL).start)
        before = counts[level]
        counts[level] = begin if before is None else before + 1
        counts[level + 1 :] = [None] * (LEVELS - level - 1)
        return self.written(levels, level, counts, starts)

    def written(
        self, levels: dict[int, Level], level: int, counts: list[int | None], starts: dict[int, int]
    ) -> str:
        text = levels.get(level, NO_LEVEL).text
        pieces = []
        for at, piece in enumerate(LEVEL.split(text)):
            if at % 2 == 0:
                pieces.append(piece)
                continue
            over = int(piece) - 1
            found = levels.get(over, NO_LEVEL)
            count = counts[over]
            if count is None:
                count = starts.get(over, found.start)
            written = counted(count, found.format)
            if not written:
                return ""
            pieces.append(written)
        return "".join(pieces) if len(pieces) > 1 else ""  # a mere bullet says nothing


def level_of_style(levels: Mapping[int, Level], style: str) -> int:
    """The level whose paragraphs are of a style; the first where none is."""
    for at, found in levels.items():
        if found.style and found.style == style:
            return at
    return 0


def levels_of(node: _Element) -> dict[int, Level]:
    found = {}
    for level in node:
        at = level_number(attribute(level, "w:ilvl"))
        if kind(level.tag) == "w:lvl" and at is not None:
            found[at] = level_of(level)
    return found


def level_of(node: _Element) -> Level:
    said = children(node)
    start = whole(value(said.get("w:start")))
    texts = [value(said.get(name)) for name in ("w:numFmt", "w:lvlText", "w:pStyle")]
    return Level(start, *texts)


def counted(number: int, way: str) -> str:
    """A number as a list writes it, 12 -> 十二; "" for the ways that we don't know."""
    if way == "decimal":
        return str(number)
    write = WAYS.get(way)
    if write is not None and 0 < number <= HIGHEST_COUNTED:
        return write(number)
    return ""


def in_chinese(number: int) -> str:
    """12 -> 十二, 20 -> 二十."""
    tens, ones = divmod(number, 10)
    written = DIGITS[tens] if tens > 1 else ""
    if tens:
        written += "十"
    return written + DIGITS[ones] if ones else written


def in_legal_chinese(number: int) -> str:
    """12 -> 拾贰."""
    return in_chinese(number).translate(LEGAL)


def in_digits(number: int) -> str:
    """12 -> 一二."""
    return str(number).translate(IN_DIGITS)


def in_circle(number: int) -> str:
    """12 -> ⑫; beyond 20 there is no such sign."""
    return chr(ord("①") + number - 1) if number <= 20 else ""


WAYS: dict[str, Callable[[int], str]] = {
    "chineseCounting": in_chinese,
    "chineseCountingThousand": in_chinese,
    "japaneseCounting": in_chinese,
    "taiwaneseCountingThousand": in_chinese,
    "chineseLegalSimplified": in_legal_chinese,
    "ideographDigital": in_digits,
    "decimalEnclosedCircle": in_circle,
}
