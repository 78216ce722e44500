"""Primitives of rows, columns and areas: insert, delete, merge, sizes, notes, copied cells."""

from __future__ import annotations

from typing import Any

from com.sun.star.sheet.CellDeleteMode import COLUMNS as DELETE_COLUMNS
from com.sun.star.sheet.CellDeleteMode import LEFT, UP
from com.sun.star.sheet.CellDeleteMode import ROWS as DELETE_ROWS
from com.sun.star.sheet.CellInsertMode import COLUMNS as INSERT_COLUMNS
from com.sun.star.sheet.CellInsertMode import DOWN, RIGHT
from com.sun.star.sheet.CellInsertMode import ROWS as INSERT_ROWS

from .cells import CONTENTS
from .things import (
    Area,
    Box,
    area_of,
    attempt,
    cells_of,
    merged_areas,
    page_of,
    refuse_locked,
    refuse_protected,
    within,
)

INSERTED = {"down": DOWN, "right": RIGHT, "rows": INSERT_ROWS, "columns": INSERT_COLUMNS}
DELETED = {"up": UP, "left": LEFT, "rows": DELETE_ROWS, "columns": DELETE_COLUMNS}
HUNDREDTHS_OF_POINT = 2540 / 72  # LibreOffice measures in 1/100 mm, Excel's rows in points
# Of Excel's default font 11 pt, a character is 7 pixels of 1/96 inch wide, and 5 are beside them.
CHARACTER, BESIDE = 7 * 2540 / 96, 5 * 2540 / 96


class Lines:
    """See the README of the package for what each primitive takes and answers."""

    PRIMITIVES: tuple[str, ...] = (
        "insert", "delete", "merge", "merged", "size", "set_size", "fit", "note", "set_note",
        "notes", "copy_cells",
    )  # fmt: skip

    def document(self, token: str) -> Any:
        raise NotImplementedError

    def insert(self, token: str, box: Box, how: str) -> None:
        """Cells before a box: those below go "down", or to the "right"; or whole "rows",
        "columns".
        """
        cells = cells_of(self.document(token), box)
        refuse_protected(cells.Spreadsheet)
        attempt(lambda: cells.Spreadsheet.insertCells(cells.RangeAddress, INSERTED[how]))

    def delete(self, token: str, box: Box, how: str) -> None:
        """The cells of a box: those below come "up", or to the "left"; or whole "rows",
        "columns".
        """
        cells = cells_of(self.document(token), box)
        refuse_protected(cells.Spreadsheet)
        attempt(lambda: cells.Spreadsheet.removeRange(cells.RangeAddress, DELETED[how]))

    def merge(self, token: str, box: Box, on: bool) -> None:
        """One cell of all, or all that reach into the box apart again."""
        cells = cells_of(self.document(token), box)
        page = cells.Spreadsheet
        refuse_protected(page)
        if on:
            keep_first(cells)
            cells.merge(True)
            return
        for area in merged_areas(page, area_of(cells.RangeAddress)):
            within(page, area).merge(False)

    def merged(self, token: str, box: Box) -> list[Area]:
        """The merged areas that touch a box, counted on the sheet."""
        cells = cells_of(self.document(token), box)
        return merged_areas(cells.Spreadsheet, area_of(cells.RangeAddress))

    # --- sizes --------------------------------------------------------------------------------

    def size(self, token: str, box: Box) -> dict[str, Any]:
        """{"row": points or None where they differ, "column": characters or None, "left", "top",
        "width", "height" of the box in points, "hidden_row", "hidden_column"}
        """
        cells = cells_of(self.document(token), box)
        heights = {(line.Height, line.IsVisible) for line in lines_of(cells.Rows)}
        widths = {(line.Width, line.IsVisible) for line in lines_of(cells.Columns)}
        height, column = one_of(heights), one_of(widths)
        place, size = cells.Position, cells.Size
        return {
            "row": None if height is None else shown(height, HUNDREDTHS_OF_POINT, 0),
            "column": None if column is None else shown(column, CHARACTER, BESIDE),
            "hidden_row": hidden_of(heights),
            "hidden_column": hidden_of(widths),
            "left": place.X / HUNDREDTHS_OF_POINT,
            "top": place.Y / HUNDREDTHS_OF_POINT,
            "width": size.Width / HUNDREDTHS_OF_POINT,
            "height": size.Height / HUNDREDTHS_OF_POINT,
        }

    def set_size(self, token: str, box: Box, what: str, value: Any) -> None:
        """ "row" (points), "column" (characters), "hidden_row" or "hidden_column" (a truth); 0
        hides.
        """
        cells = cells_of(self.document(token), box)
        refuse_protected(cells.Spreadsheet)
        lines = cells.Rows if what.endswith("row") else cells.Columns
        if what.startswith("hidden") or value == 0:
            lines.IsVisible = not value if what.startswith("hidden") else False
            return
        lines.IsVisible = True
        if what == "row":
            lines.Height = round(value * HUNDREDTHS_OF_POINT)
        else:
            lines.Width = round(value * CHARACTER + BESIDE)

    def fit(self, token: str, box: Box, what: str | None = None) -> None:
        """Rows as high, columns as wide as what stands in them; None for both."""
        cells = cells_of(self.document(token), box)
        refuse_protected(cells.Spreadsheet)
        if what in (None, "rows"):
            cells.Rows.OptimalHeight = True
        if what in (None, "columns"):
            cells.Columns.OptimalWidth = True

    # --- notes --------------------------------------------------------------------------------

    def notes(self, token: str, sheet: str) -> list[list[Any]]:
        """[[row, column, text, author]] of a sheet."""
        found = []
        for entry in page_of(self.document(token), sheet).Annotations:
            place = entry.Position
            found.append([place.Row + 1, place.Column + 1, entry.String, entry.Author])
        return found

    def note(self, token: str, box: Box) -> str | None:
        """The text of a cell's note, None for none."""
        entry = self.cell(token, box).Annotation
        return entry.String or None

    def set_note(self, token: str, box: Box, text: str | None) -> None:
        """A note, in place of the one that is there; None for none."""
        cell = self.cell(token, box)
        page, place = cell.Spreadsheet, cell.CellAddress
        refuse_locked(page, cell)
        for number, entry in enumerate(page.Annotations):
            if (entry.Position.Row, entry.Position.Column) == (place.Row, place.Column):
                page.Annotations.removeByIndex(number)
                break
        if text:
            page.Annotations.insertNew(place, text)

    def cell(self, token: str, box: Box) -> Any:
        return cells_of(self.document(token), box).getCellByPosition(0, 0)

    # --- copied -------------------------------------------------------------------------------

    def copy_cells(self, token: str, box: Box, corner: list[Any]) -> None:
        """Contents, looks and notes to [sheet, row, column] of the same document."""
        document = self.document(token)
        cells = cells_of(document, box)
        target = cells_of(document, [*corner, box[3], box[4]])
        refuse_locked(target.Spreadsheet, target)
        first = target.getCellByPosition(0, 0).CellAddress
        attempt(lambda: cells.Spreadsheet.copyRange(first, cells.RangeAddress))


def keep_first(cells: Any) -> None:
    """Of cells that are merged Excel keeps the first; LibreOffice would hide the others."""
    height, width = cells.Rows.Count, cells.Columns.Count
    if width > 1:
        cells.getCellRangeByPosition(1, 0, width - 1, height - 1).clearContents(CONTENTS)
    if height > 1:
        cells.getCellRangeByPosition(0, 1, 0, height - 1).clearContents(CONTENTS)


def lines_of(lines: Any) -> list[Any]:
    """Rows or columns; of more than a thousand the first."""
    return [lines.getByIndex(number) for number in range(min(lines.Count, 1000))]


def one_of(values: set[tuple[int, bool]]) -> tuple[int, bool] | None:
    return next(iter(values)) if len(values) == 1 else None


def hidden_of(values: set[tuple[int, bool]]) -> bool | None:
    """Whether all are hidden, None where some are."""
    seen = {visible for _, visible in values}
    return not seen.pop() if len(seen) == 1 else None


def shown(line: tuple[int, bool], unit: float, beside: float) -> float:
    """A size in Excel's units; 0 of what is hidden."""
    size, visible = line
    return round(max(size - beside, 0) / unit, 2) if visible else 0.0
