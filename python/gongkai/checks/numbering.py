"""Prose -> its paragraph numbers, （一） 一、 1. （1）, and where a run of them is broken.

A run is what bears numbers of one style under one heading; it counts only if it begins at one. A
number of an outer style ends the runs inside it, a one begins anew. A number that stands within a
paragraph fills a gap.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from gongkai import figures

HAN = figures.HAN
ITEM = re.compile(
    rf"(?:(?P<open>[（(])(?P<in>[{HAN}]{{1,3}}|\d{{1,2}})[）)]"
    rf"|(?P<han>[{HAN}]{{1,3}})[、.．]"
    r"|(?P<digit>\d{1,2})(?P<sep>[、.．)）])(?!\d))"
)
# written in a style -> whatever is written for it
STYLES = {"（": "[（(]", "）": "[）)]", "、": "[、.．]"}
ENDS = tuple('。；;：:！!？?”"）)')
SHORT = 30  # characters of a line that is a heading without a full stop
WIDEST_GAP = 3  # numbers left out; more are no slip


class Slip(NamedTuple):
    """Two numbered paragraphs that do not follow each other; ``missing`` are the numbers between,
    as written.
    """

    before: str
    after: str
    kind: str
    missing: str


class ItemNumber(NamedTuple):
    style: str
    number: int


@dataclass(slots=True)
class ItemRun:
    style: str
    number: int
    line: int
    sound: bool


def slips_in(text: str) -> Iterator[Slip]:
    """The first slip of each run in a text, in order."""
    lines = list(filter(None, map(str.strip, text.split("\n"))))
    runs: list[ItemRun] = []
    for at, line in enumerate(lines):
        item = item_number(line, lines[at - 1] if at else "")
        if item is None:
            continue
        run = run_of(runs, item.style)
        if run is None:
            runs.append(ItemRun(item.style, item.number, at, item.number == 1))
            continue
        slip = slip_between(lines, run, item, at) if run.sound else None
        if slip:
            yield slip
        run.sound = item.number == 1 or (run.sound and slip is None)
        run.number, run.line = item.number, at


def run_of(runs: list[ItemRun], style: str) -> ItemRun | None:
    """The run that a number of a style goes on with, those inside it ended; None where it begins
    one.
    """
    for depth, run in enumerate(runs):
        if run.style == style:
            del runs[depth + 1 :]
            return run
    return None


def item_number(line: str, above: str) -> ItemNumber | None:
    """（二） of （二）做好依申请公开工作; none where a broken sentence may go on in the line with a
    figure.
    """
    match = ITEM.match(line)
    if match is None or (match["digit"] and may_go_on(above)):
        return None
    figure = match["in"] or match["han"] or match["digit"]
    number = int(figure) if figure.isdigit() else figures.han_number(figure)
    return ItemNumber(style_of(match, figure), number) if number else None


def may_go_on(above: str) -> bool:
    """Whether the sentence of a line may end in the next: neither a heading nor a full stop."""
    return len(above) >= SHORT and not above.endswith(ENDS)


def style_of(match: re.Match[str], figure: str) -> str:
    """（1） of (12), 1） of 3), 一、 of 三．"""
    kind = "1" if figure.isdigit() else "一"
    if match["open"]:
        return f"（{kind}）"
    return f"{kind}）" if match["sep"] in (")", "）") else f"{kind}、"


def slip_between(lines: Sequence[str], run: ItemRun, item: ItemNumber, at: int) -> Slip | None:
    """What is wrong with a number after that of its run; None where nothing is, or where what is
    left out stands within the paragraphs between.
    """
    if item.number in (1, run.number + 1):
        return None
    before, after = lines[run.line], lines[at]
    if item.number <= run.number:
        return Slip(before, after, "again" if item.number == run.number else "back", "")
    missing = numbers_missing(lines[run.line : at], run.number, item)
    return Slip(before, after, "gap", missing) if missing else None


def numbers_missing(between: Sequence[str], last: int, item: ItemNumber) -> str:
    """（三）（四）, or 三、四; "" where they are too many, or one of them stands in the lines."""
    numbers = range(last + 1, item.number)
    if len(numbers) > WIDEST_GAP:
        return ""
    written = []
    for number in numbers:
        if stands_in(between, item.style, number):
            return ""
        written.append(written_as(item.style, number))
    return "".join(written).removesuffix("、")


def written_as(style: str, number: int) -> str:
    return style.replace("1", str(number)).replace("一", figures.in_han(number))


def stands_in(lines: Sequence[str], style: str, number: int) -> bool:
    """Whether a number stands anywhere in lines as one that counts paragraphs or clauses in this
    style.
    """
    form = re.escape(written_as(style, number))
    for sign, alike in STYLES.items():
        form = form.replace(sign, alike)
    han = figures.in_han(number)
    others = f"[第其]{han}|{han}是" if "一" in style else chr(0x245F + number)
    stated = re.compile(rf"(?<![\d{HAN}]){form}|{others}")
    return any(stated.search(line) for line in lines)
