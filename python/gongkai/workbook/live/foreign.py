"""Formulas that are none of ours: what they look at, which of them may be stale, and what they are
once lines move.

A formula is taken apart by openpyxl. Of what cannot be told (a name, INDIRECT, another workbook)
everything is assumed: such a formula is stale as soon as anything changes.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence, Set
from itertools import product
from typing import TYPE_CHECKING

from gongkai.model import Box
from gongkai.spreadsheets import Spot, area_of, column_of, letters
from gongkai.workbook.live.formulas import formulas_of, sheets_with_formulas

if TYPE_CHECKING:
    from openpyxl.formula.tokenizer import Token

SheetSpot = tuple[str, Spot]
Areas = Sequence[tuple[str, Box]]
# Where a cell stands after lines were put back; None for one that is gone.
Moved = Callable[[Spot], Spot | None]

# Their results change with the time, or with cells that the formula does not name: a short sum
# range is stretched.
UNTOLD = (
    "INDIRECT",
    "OFFSET",
    "NOW",
    "TODAY",
    "RAND",
    "RANDBETWEEN",
    "RANDARRAY",
    "CELL",
    "INFO",
    "SUMIF",
    "AVERAGEIF",
)
CELL = re.compile(r"(\$?)([A-Z]{1,3})(\$?)([1-9]\d{0,6})", re.IGNORECASE)
COLUMNS = re.compile(r"\$?([A-Z]{1,3}):\$?([A-Z]{1,3})")
ROWS = re.compile(r"\$?(\d{1,7}):\$?(\d{1,7})")
LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
MOST_FOREIGN = 2_000  # formulas of others that are looked into; of more none is trusted


def stale_formulas(
    foreign: Mapping[SheetSpot, tuple[str, Collection[Spot]]], changed: Iterable[SheetSpot]
) -> set[SheetSpot]:
    """Those whose results may be others now: they look at what changed, at a formula of ours, or at
    such a one.
    """
    if not foreign or not (first := set(changed)):
        return set()
    if len(foreign) > MOST_FOREIGN:
        return set(foreign)
    looks: dict[SheetSpot, Areas | None] = {}
    for place, (text, _) in foreign.items():
        looks[place] = looked_at(place[0], text)
    fresh = by_sheet([*places_of_ours(), *first])
    while fresh:
        filled: list[SheetSpot] = []
        for place, areas in list(looks.items()):
            if is_touched(areas, fresh):
                del looks[place]
                filled += product([place[0]], foreign[place][1])
        fresh = by_sheet(filled)
    return set(foreign) - set(looks)


def places_of_ours() -> Iterator[SheetSpot]:
    for name in sheets_with_formulas():
        for spot in formulas_of(name):
            yield name, spot


def by_sheet(places: Iterable[SheetSpot]) -> Mapping[str, Set[Spot]]:
    found: dict[str, set[Spot]] = {}
    for name, spot in places:
        found.setdefault(name, set()).add(spot)
    return found


def is_touched(areas: Areas | None, fresh: Mapping[str, Set[Spot]]) -> bool:
    if areas is None:
        return True
    return any(has_any(box, fresh.get(name, frozenset())) for name, box in areas)


def has_any(box: Box, spots: Set[Spot]) -> bool:
    if box.width * box.height == 1:
        return (box.top, box.left) in spots
    for row, column in spots:
        if box.top <= row <= box.bottom and box.left <= column <= box.right:
            return True
    return False


# --- what a formula names -------------------------------------------------------------------------


def tokens_of(text: str) -> list[Token] | None:
    """None for what is no formula to openpyxl."""
    from openpyxl.formula import Tokenizer
    from openpyxl.formula.tokenizer import TokenizerError

    try:
        return list(Tokenizer(text).items)
    except (TokenizerError, IndexError):
        return None


def looked_at(sheet: str, text: str) -> list[tuple[str, Box]] | None:
    """The areas that a formula names; None where it may look at anything."""
    tokens = tokens_of(text)
    if tokens is None or text in ("", "=") or any(map(is_untold, tokens)):
        return None
    found: list[tuple[str, Box]] = []
    for token in tokens:
        if is_reference(token):
            area = named_area(sheet, token.value)
            if area is None:
                return None
            found.append(area)
    return found


def is_reference(token: Token) -> bool:
    return token.type == "OPERAND" and token.subtype == "RANGE"


def is_untold(token: Token) -> bool:
    """A function that looks elsewhere or is nobody's we know.

    A range from one formula to another.
    """
    from openpyxl.utils import FORMULAE

    if token.type == "FUNC" and token.subtype == "OPEN":
        name = token.value.upper().removesuffix("(").removeprefix("_XLFN.")
        return name in UNTOLD or name not in FORMULAE
    return ":" in token.value and not is_reference(token) and token.subtype != "TEXT"


def named_area(sheet: str, text: str) -> tuple[str, Box] | None:
    """'表三'!D7:D9 -> 表三 and its cells; None for a name, and for what is no area of one sheet."""
    name, _, place = text.rpartition("!")
    if "[" in name or ":" in name:
        return None
    box = box_of(place.upper())
    return (unquoted(name) or sheet, box) if box else None


def unquoted(name: str) -> str:
    """'甲''乙' -> 甲'乙."""
    return name[1:-1].replace("''", "'") if name.startswith("'") else name


def box_of(place: str) -> Box | None:
    area = area_of(place)
    if area:
        return Box(*area)
    columns, rows = COLUMNS.fullmatch(place), ROWS.fullmatch(place)
    if columns:
        left, right = sorted(column_of(f"{name}1") for name in columns.groups())
        return Box(1, left, LAST_ROW, right)
    if rows:
        top, bottom = sorted(map(int, rows.groups()))
        return Box(top, 1, bottom, LAST_COLUMN)
    return None


# --- after lines were put back --------------------------------------------------------------------


def moved_formula(own: str, text: str, sheet: str, moved: Moved) -> str | None:
    """A formula on the sheet ``own`` that looks at ``sheet``, after cells of that one moved.

    None where what it looks at is gone. =表三!D9*2 -> =表三!D8*2 after an inserted row was taken
    out.
    """
    tokens = tokens_of(text)
    if tokens is None:
        return None
    parts: list[str] = []
    for token in tokens:
        name, _, place = token.value.rpartition("!")
        part: str | None = place
        if is_reference(token) and (unquoted(name) or own) == sheet:
            part = moved_place(place, moved)
        if part is None:
            return None
        parts.append(f"{name}!{part}" if name else part)
    return f"={''.join(parts)}"


def moved_place(place: str, moved: Moved) -> str | None:
    """The same for one reference; a name stays what it is."""
    return place if box_of(place.upper()) is None else moved_reference(place, moved)


def moved_reference(place: str, moved: Moved) -> str | None:
    """$D$9:D12 -> $D$8:D11; whole rows and columns stay."""
    cells = place.split(":")
    found: list[str] = []
    for cell in cells:
        if not CELL.fullmatch(cell):
            return place
    for cell in cells:
        there = moved_cell(cell, moved)
        if there is None:
            return None
        found.append(there)
    return ":".join(found)


def moved_cell(cell: str, moved: Moved) -> str | None:
    match = CELL.fullmatch(cell)
    assert match is not None
    spot = moved((int(match[4]), column_of(f"{match[2].upper()}1")))
    return f"{match[1]}{letters(spot[1])}{match[3]}{spot[0]}" if spot else None
