"""Primitives of how cells look: all of it in one answer, and styles."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from com.sun.star.awt.FontSlant import ITALIC, NONE
from com.sun.star.beans.PropertyState import AMBIGUOUS_VALUE
from com.sun.star.table.CellHoriJustify import BLOCK, CENTER, LEFT, RIGHT, STANDARD

from .cells import code_of
from .things import (
    Area,
    Box,
    area_of,
    cells_of,
    halves,
    is_single,
    merged_areas,
    page_of,
    refuse_locked,
    within,
)

BOLD, NORMAL = 150.0, 100.0
BLACK, WHITE = 0x000000, 0xFFFFFF
IN_PIECES = 512  # com.sun.star.sheet.CellFlags.FORMATTED: texts whose letters differ
WHOLE = ("CharStrikeout", "CharColor", "CharHeight", "CellBackColor", "NumberFormat")
OF_LETTERS = ("CharEscapement", "CharStrikeout", "CharColor", "CharHeight")
# Excel's vertical alignments <-> com.sun.star.table.CellVertJustify2
VERTICAL = {"general": 0, "top": 1, "center": 2, "bottom": 3, "justify": 4}
HORIZONTAL = {
    "general": STANDARD, "left": LEFT, "center": CENTER, "right": RIGHT, "justify": BLOCK,
}  # fmt: skip
STYLES = {
    "bold": "CharWeight",
    "italic": "CharPosture",
    "size": "CharHeight",
    "font": "CharFontName",
    "color": "CharColor",
    "ground": "CellBackColor",
    "wrap": "IsTextWrapped",
    "horizontal": "HoriJustify",
    "vertical": "VertJustify",
}
COMPANIONS = ("Asian", "Complex")  # LibreOffice keeps a font for Chinese apart


class Looks:
    """See the README of the package for what each primitive takes and answers."""

    PRIMITIVES: tuple[str, ...] = ("looks", "style", "set_style")

    def document(self, token: str) -> Any:
        raise NotImplementedError

    def looks(self, token: str, sheet: str, areas: list[Area]) -> dict[str, Any]:
        """How the cells of some areas look, in one answer.

        "groups": [[area, struck, color, size, ground, format]], which cover the areas;
        "pieces": [[row, column, [[length, escapement, struck, color, size]]]], texts in several
        fonts (an escapement above 0 is raised, below 0 lowered); "merged": areas; "hidden_rows",
        "hidden_columns": numbers. Colours are RRGGBB as a number.
        """
        document = self.document(token)
        page = page_of(document, sheet)
        found: dict[str, Any] = {"groups": [], "pieces": [], "merged": []}
        codes: dict[int, str] = {}
        rows: list[int] = []
        columns: list[int] = []
        for row, column, height, width in areas:
            area = row, column, height, width
            for part, values in groups_in(page, area):
                if values[-1] not in codes:
                    codes[values[-1]] = code_of(document, values[-1])
                found["groups"].append([part, *values[:-1], codes[values[-1]]])
            found["pieces"] += pieces_in(page, area)
            for merged in merged_areas(page, area):
                if merged not in found["merged"]:
                    found["merged"].append(merged)
            if not is_all_visible(page, area):
                rows += hidden_in(page.Rows, area[0], area[2])
                columns += hidden_in(page.Columns, area[1], area[3])
        return {**found, "hidden_rows": rows, "hidden_columns": columns}

    def style(self, token: str, box: Box) -> dict[str, Any]:
        """{"bold", "italic", "size", "font", "color", "ground", "wrap", "horizontal", "vertical"}

        None where cells differ, and for a ground that has no colour.
        """
        cells = cells_of(self.document(token), box)
        names = tuple(STYLES.values())
        states = dict(pairs(names, cells.getPropertyStates(names)))
        found: dict[str, Any] = {}
        for name, own in STYLES.items():
            is_mixed = states[own] == AMBIGUOUS_VALUE
            found[name] = None if is_mixed else told_style(name, cells.getPropertyValue(own))
        return found

    def set_style(self, token: str, box: Box, wanted: dict[str, Any]) -> None:
        """{"bold": True, "ground": None}: what is not named stays."""
        cells = cells_of(self.document(token), box)
        refuse_locked(cells.Spreadsheet, cells)
        for name, value in wanted.items():
            own, kept = STYLES[name], kept_style(name, value)
            cells.setPropertyValue(own, kept)
            if own in ("CharWeight", "CharPosture", "CharHeight", "CharFontName"):
                for companion in COMPANIONS:
                    cells.setPropertyValue(own + companion, kept)


def pairs(names: Any, values: Any) -> Iterator[tuple[Any, Any]]:
    for number, name in enumerate(names):
        yield name, values[number]


# --- looks ------------------------------------------------------------------------------------


def groups_in(page: Any, area: Area) -> Iterator[tuple[Area, list[Any]]]:
    """The fewest pieces, by halving, in which letters, ground and number format are alike."""
    cells = within(page, area)
    if not is_single(area) and AMBIGUOUS_VALUE in cells.getPropertyStates(WHOLE):
        for part in halves(area):
            yield from groups_in(page, part)
        return
    struck, color, size, ground, key = cells.getPropertyValues(WHOLE)
    yield area, [struck != 0, visible(color, BLACK), size, visible(ground, WHITE), key]


def visible(color: int, otherwise: int) -> int:
    """-1 is the colour that LibreOffice chooses, black on white."""
    return color if color >= 0 else otherwise


def pieces_in(page: Any, area: Area) -> Iterator[list[Any]]:
    """The texts of which parts look otherwise."""
    for address in within(page, area).queryContentCells(IN_PIECES).RangeAddresses:
        row, column, height, width = area_of(address)
        for down in range(row, row + height):
            for across in range(column, column + width):
                cell = page.getCellByPosition(across - 1, down - 1)
                yield [down, across, list(portions_of(cell))]


def portions_of(cell: Any) -> Iterator[list[Any]]:
    """[length, escapement, struck, color, size] of each; the end of a line is one of its own."""
    for number, paragraph in enumerate(cell.getText()):
        if number:
            yield [1, 0, False, BLACK, cell.CharHeight]
        for portion in paragraph:
            above, struck, color, size = (portion.getPropertyValue(name) for name in OF_LETTERS)
            yield [len(portion.String), above, struck != 0, visible(color, BLACK), size]


def is_all_visible(page: Any, area: Area) -> bool:
    shown = within(page, area).queryVisibleCells().RangeAddresses
    return [area_of(address) for address in shown] == [area]


def hidden_in(lines: Any, first: int, count: int) -> list[int]:
    """The numbers of the hidden ones among some rows or columns."""
    found = []
    for number in range(first, first + count):
        if not lines.getByIndex(number - 1).IsVisible:
            found.append(number)
    return found


# --- styles -----------------------------------------------------------------------------------


def told_style(name: str, value: Any) -> Any:
    if name == "bold":
        return value > NORMAL
    if name == "italic":
        return value != NONE
    if name in ("horizontal", "vertical"):
        known = HORIZONTAL if name == "horizontal" else VERTICAL
        return next((word for word, own in known.items() if own == value), "general")
    if name == "ground":
        return value if value >= 0 else None
    return visible(value, BLACK) if name == "color" else value


def kept_style(name: str, value: Any) -> Any:
    if name == "bold":
        return BOLD if value else NORMAL
    if name == "italic":
        return ITALIC if value else NONE
    if name == "horizontal":
        return HORIZONTAL[value]
    if name == "vertical":
        return VERTICAL[value]
    if name in ("ground", "color"):
        return -1 if value is None else int(value)
    return float(value) if name == "size" else value
