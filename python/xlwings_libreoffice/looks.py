"""How cells look, answered without a further round trip, as ``.api`` of Excel on Windows has it.

A question that all cells of some areas answer alike has that answer, else None, as in Excel.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any

Area = tuple[int, int, int, int]  # row, column, height, width
Spot = tuple[int, int]
STRUCK, COLOR, SIZE, GROUND, FORMAT = range(1, 6)  # places of an answer of ``looks``
PIECES = {"superscript": 1, "subscript": 1, "struck": 2, "color": 3, "size": 4}
GROUPS = {"struck": STRUCK, "color": COLOR, "size": SIZE, "ground": GROUND, "format": FORMAT}


def cells_in(area: Area) -> int:
    return area[2] * area[3]


def common(one: Area, other: Area) -> Area | None:
    """The cells that two areas share."""
    top, left = max(one[0], other[0]), max(one[1], other[1])
    height = min(one[0] + one[2], other[0] + other[2]) - top
    width = min(one[1] + one[3], other[1] + other[3]) - left
    return (top, left, height, width) if height > 0 and width > 0 else None


def is_in(spot: Spot, area: Area) -> bool:
    return common((*spot, 1, 1), area) is not None


def agreed(values: Iterable[Any]) -> Any:
    """The one value, None for several or none."""
    found = set(values)
    return found.pop() if len(found) == 1 else None


@dataclass(frozen=True)
class AreaLooks:
    """The answer of ``looks`` for some areas."""

    areas: tuple[Area, ...]
    groups: tuple[tuple[Any, ...], ...]
    pieces: dict[Spot, list[list[Any]]]
    merged: tuple[Area, ...]
    hidden_rows: frozenset[int]
    hidden_columns: frozenset[int]

    @classmethod
    def of(cls, areas: Sequence[Area], found: dict[str, Any]) -> AreaLooks:
        pieces = {(row, column): portions for row, column, portions in found["pieces"]}
        return cls(
            tuple(areas),
            tuple((tuple(area), *rest) for area, *rest in found["groups"]),
            pieces,
            tuple((row, column, down, across) for row, column, down, across in found["merged"]),
            frozenset(found["hidden_rows"]),
            frozenset(found["hidden_columns"]),
        )

    def covers(self, areas: Iterable[Area]) -> bool:
        """Whether each area is part of one that was asked for."""
        return all(area in [common(area, own) for own in self.areas] for area in areas)

    def told(self, areas: Sequence[Area], question: str) -> Any:
        """What all cells of some areas answer: "superscript", "subscript", "struck", "color",
        "size", "ground", "format", "merged", "row", "column" (hidden ones).
        """
        return agreed(ANSWERS[question](self, areas, question))

    def letters(self, areas: Sequence[Area], question: str) -> Iterator[Any]:
        """Of a text in several fonts the answers of all its pieces."""
        for shared, answers in self.shared_groups(areas):
            apart = [spot for spot in self.pieces if is_in(spot, shared)]
            for spot in apart:
                yield from piece_answers(self.pieces[spot], question)
            if cells_in(shared) > len(apart):
                yield answers[GROUPS[question]] if question in GROUPS else False

    def grounds(self, areas: Sequence[Area], question: str) -> Iterator[Any]:
        for _, answers in self.shared_groups(areas):
            yield answers[GROUPS[question]]

    def shared_groups(self, areas: Sequence[Area]) -> Iterator[tuple[Area, Sequence[Any]]]:
        """The cells that an area and a group share, and the group."""
        for area in areas:
            for group in self.groups:
                shared = common(area, group[0])
                if shared is not None:
                    yield shared, group

    def merges(self, areas: Sequence[Area], question: str) -> Iterator[bool]:
        for area in areas:
            shared = [common(area, own) for own in self.merged]
            count = sum(cells_in(one) for one in shared if one)
            if count:
                yield True
            if count < cells_in(area):
                yield False

    def hidden(self, areas: Sequence[Area], question: str) -> Iterator[bool]:
        for row, column, height, width in areas:
            if question == "row":
                lines, known = range(row, row + height), self.hidden_rows
            else:
                lines, known = range(column, column + width), self.hidden_columns
            for line in lines:
                yield line in known


Answers = Callable[[AreaLooks, Sequence[Area], str], Iterator[Any]]
ANSWERS: dict[str, Answers] = {
    **dict.fromkeys(PIECES, AreaLooks.letters),
    "ground": AreaLooks.grounds,
    "format": AreaLooks.grounds,
    "merged": AreaLooks.merges,
    "row": AreaLooks.hidden,
    "column": AreaLooks.hidden,
}


def piece_answers(portions: Sequence[Sequence[Any]], question: str) -> Iterator[Any]:
    for portion in portions:
        value = portion[PIECES[question]]
        if question == "superscript":
            value = value > 0
        elif question == "subscript":
            value = value < 0
        yield value


def blue_first(color: int | None) -> int | None:
    """RRGGBB <-> BBGGRR, as Excel counts a colour; its own inverse."""
    if color is None:
        return None
    return (color & 0xFF) << 16 | color & 0xFF00 | color >> 16


def rgb_of(color: int | None) -> tuple[int, int, int] | None:
    return None if color is None else (color >> 16, color >> 8 & 0xFF, color & 0xFF)


def number_of(color: Any) -> int | None:
    """A colour as xlwings takes it, (255, 0, 0), "#ff0000" or Excel's number, as RRGGBB."""
    if color is None:
        return None
    if isinstance(color, str):
        return int(color.lstrip("#"), 16)
    if isinstance(color, tuple | list):
        red, green, blue = color
        return int(red) << 16 | int(green) << 8 | int(blue)
    return blue_first(int(color))


class Asked:
    """Font, Interior, EntireRow and EntireColumn of Excel's own objects, as far as they are asked
    for; ``tell`` answers a question.
    """

    def __init__(self, tell: Callable[[str], Any], color: str = "color", lines: str = "") -> None:
        self.tell, self.color, self.lines = tell, color, lines

    Superscript = property(lambda self: self.tell("superscript"))
    Subscript = property(lambda self: self.tell("subscript"))
    Strikethrough = property(lambda self: self.tell("struck"))
    Size = property(lambda self: self.tell("size"))
    Color = property(lambda self: blue_first(self.tell(self.color)))
    Hidden = property(lambda self: self.tell(self.lines))


class Native:
    """What stands for a range of Excel's own, of one area or several."""

    def __init__(self, tell: Callable[[str], Any]) -> None:
        self.tell = tell

    Font = property(lambda self: Asked(self.tell))
    Interior = property(lambda self: Asked(self.tell, "ground"))
    EntireRow = property(lambda self: Asked(self.tell, lines="row"))
    EntireColumn = property(lambda self: Asked(self.tell, lines="column"))
    MergeCells = property(lambda self: self.tell("merged"))
