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

HAN = "一二三四五六七八九十"
ITEM = re.compile(
    rf"(?:(?P<open>[（(])(?P<in>[{HAN}]{{1,3}}|\d{{1,2}})[）)]"
    rf"|(?P<han>[{HAN}]{{1,3}})[、.．]"
    r"|(?P<digit>\d{1,2})(?P<sep>[、.．)）])(?!\d))"
)
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
    lines = [line for line in map(str.strip, text.split("\n")) if line]
    runs: list[ItemRun] = []
    for at, line in enumerate(lines):
        item = item_number(line, lines[at - 1] if at else "")
        if item is None:
            continue
        run = run_of(runs, item.style)
        if run is None:
            runs.append(ItemRun(item.style, item.number, at, item.number == 1))
            continue
        if item.number == 1:
            run.sound = True
        elif run.sound and item.number != run.number + 1:
            slip = slip_between(lines, run, item, at)
            if slip:
                yield slip
                run.sound = False
        run.number, run.line = item.number, at


def run_of(runs: list[ItemRun], style: str) -> ItemRun | None:
    """The run that a number of a style goes on with, those inside it ended; None where it begins
    one.
    """
    depth = next((depth for depth, run in enumerate(runs) if run.style == style), None)
    if depth is None:
        return None
    del runs[depth + 1 :]
    return runs[depth]


def item_number(line: str, above: str) -> ItemNumber | None:
    """The number at the head of a line; none where a broken sentence may go on in it with a
    figure.
    """
    match = ITEM.match(line)
    if match is None:
        return None
    figure = match["in"] or match["han"] or match["digit"]
    if match["digit"] and above and not (above.endswith(ENDS) or len(above) < SHORT):
        return None
    number = int(figure) if figure.isdigit() else han_number(figure)
    kind = "1" if figure.isdigit() else "一"
    style = (
        f"（{kind}）"
        if match["open"]
        else f"{kind}）"
        if match["sep"] in (")", "）")
        else f"{kind}、"
    )
    return ItemNumber(style, number) if number else None


def han_number(text: str) -> int:
    """一 to 九十九; 0 for what is no number."""
    tens, ten, ones = text.rpartition("十")
    if not ten:
        return HAN.index(text) + 1 if len(text) == 1 else 0
    if len(tens) > 1 or len(ones) > 1:
        return 0
    return (HAN.index(tens) + 1 if tens else 1) * 10 + (HAN.index(ones) + 1 if ones else 0)


def in_han(number: int) -> str:
    tens, ones = divmod(number, 10)
    return (
        (HAN[tens - 1] if tens > 1 else "")
        + ("十" if tens else "")
        + (HAN[ones - 1] if ones else "")
    )


def slip_between(lines: Sequence[str], run: ItemRun, item: ItemNumber, at: int) -> Slip | None:
    before, after = lines[run.line], lines[at]
    if item.number <= run.number:
        return Slip(before, after, "again" if item.number == run.number else "back", "")
    numbers = range(run.number + 1, item.number)
    between = lines[run.line : at]
    style = item.style
    if len(numbers) > WIDEST_GAP or any(stands_in(between, style, number) for number in numbers):
        return None
    written = [written_as(style, number) for number in numbers]
    missing = "".join(written) if "）" in style else "、".join(text[:-1] for text in written)
    return Slip(before, after, "gap", missing)


def written_as(style: str, number: int) -> str:
    return style.replace("1", str(number)).replace("一", in_han(number))


def stands_in(lines: Sequence[str], style: str, number: int) -> bool:
    """Whether a number stands anywhere in lines as one that counts paragraphs or clauses in this
    style.
    """
    form = (
        re.escape(written_as(style, number))
        .replace("（", "[（(]")
        .replace("）", "[）)]")
        .replace("、", "[、.．]")
    )
    others = (
        rf"[第其]{in_han(number)}|{in_han(number)}是" if "一" in style else chr(0x245F + number)
    )
    stated = re.compile(rf"(?<![\d{HAN}]){form}|{others}")
    return any(stated.search(line) for line in lines)
