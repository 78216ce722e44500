"""Primitives of sheets and names: list, add, remove, rename, copy, move, show, protect; names."""

from __future__ import annotations

import re
from typing import Any

import uno

from .speller import Speller
from .things import Area, Refused, area_of, page_of, refuse_protected

MOST_NAME = 31
BAD_IN_NAME = re.compile(r"[\[\]:*?/\\]")
PRINT_AREA = "_xlnm.Print_Area"  # LibreOffice keeps what it read of it as a name


class Sheets:
    """See the README of the package for what each primitive takes and answers."""

    PRIMITIVES: tuple[str, ...] = (
        "sheets", "add_sheet", "remove_sheet", "rename_sheet", "copy_sheet", "move_sheet",
        "show_sheet", "activate_sheet", "protect_sheet", "print_area",
        "names", "name", "add_name", "remove_name",
    )  # fmt: skip

    def document(self, token: str) -> Any:
        raise NotImplementedError

    def sheets(self, token: str) -> dict[str, Any]:
        """{"sheets": [[name, visible, protected, print area]], "active": name}"""
        document = self.document(token)
        found = []
        for page in document.Sheets:
            areas = [area_of(address) for address in page.getPrintAreas()]
            found.append([page.Name, page.IsVisible, page.isProtected(), areas])
        return {"sheets": found, "active": document.CurrentController.ActiveSheet.Name}

    def add_sheet(self, token: str, name: str, at: int) -> None:
        """Becomes the sheet of number ``at``, and the active one."""
        document = self.document(token)
        refuse_name(document, name)
        document.Sheets.insertNewByName(name, at - 1)
        self.activate_sheet(token, name)

    def remove_sheet(self, token: str, name: str) -> None:
        document = self.document(token)
        page = page_of(document, name)
        refuse_last(document, page)
        document.Sheets.removeByName(page.Name)

    def rename_sheet(self, token: str, name: str, new: str) -> None:
        document = self.document(token)
        page = page_of(document, name)
        refuse_name(document, new, page.Name)
        page.setName(new)

    def copy_sheet(self, token: str, name: str, new: str, at: int) -> None:
        """A copy named ``new`` becomes the sheet of number ``at``, and the active one."""
        document = self.document(token)
        page = page_of(document, name)
        refuse_name(document, new)
        document.Sheets.copyByName(page.Name, new, at - 1)
        self.activate_sheet(token, new)

    def move_sheet(self, token: str, name: str, at: int) -> None:
        document = self.document(token)
        document.Sheets.moveByName(page_of(document, name).Name, at - 1)

    def show_sheet(self, token: str, name: str, visible: bool) -> None:
        document = self.document(token)
        page = page_of(document, name)
        if not visible:
            refuse_last(document, page)
        page.IsVisible = visible

    def activate_sheet(self, token: str, name: str) -> None:
        document = self.document(token)
        page = page_of(document, name)
        if not page.IsVisible:
            raise Refused("host", f"the sheet {name} is hidden")
        document.CurrentController.setActiveSheet(page)

    def protect_sheet(self, token: str, name: str, on: bool) -> None:
        """Without a password."""
        page = page_of(self.document(token), name)
        if on:
            page.protect("")
            return
        page.unprotect("")
        if page.isProtected():
            raise Refused("protected", f"the sheet {name} is protected by a password")

    def print_area(self, token: str, name: str, areas: list[Area]) -> None:
        """What is printed of a sheet; none for all of it."""
        page = page_of(self.document(token), name)
        refuse_protected(page)
        number = page.RangeAddress.Sheet
        addresses = []
        for row, column, height, width in areas:
            corners = column - 1, row - 1, column + width - 2, row + height - 2
            address = uno.createUnoStruct("com.sun.star.table.CellRangeAddress", number, *corners)
            addresses.append(address)
        page.setPrintAreas(tuple(addresses))

    # --- names --------------------------------------------------------------------------------

    def names(self, token: str) -> list[list[str | None]]:
        """[[sheet or None, name]]; what a name stands for is told by ``name``."""
        document = self.document(token)
        found: list[list[str | None]] = [[None, name] for name in document.NamedRanges.ElementNames]
        for page in document.Sheets:
            for name in page.NamedRanges.ElementNames:
                if name != PRINT_AREA:
                    found.append([page.Name, name])
        return found

    def name(self, token: str, sheet: str | None, name: str) -> dict[str, Any]:
        """{"refers_to": "='x y'!$A$1", "box": [sheet, row, column, height, width] or None}"""
        document = self.document(token)
        entry = ranges_of(document, sheet).getByName(name)
        text = Speller(document).printed(entry.getTokens(), entry.Content)
        return {"refers_to": f"={text}", "box": box_of(document, entry)}

    def add_name(self, token: str, sheet: str | None, name: str, refers_to: str) -> None:
        """``refers_to`` as Excel spells it: ='x y'!$A$1. One of that name is replaced."""
        document = self.document(token)
        ranges = ranges_of(document, sheet)
        content = Speller(document).content(refers_to)
        if ranges.hasByName(name):
            ranges.removeByName(name)
        origin = uno.createUnoStruct("com.sun.star.table.CellAddress", 0, 0, 0)
        ranges.addNewByName(name, content, origin, 0)

    def remove_name(self, token: str, sheet: str | None, name: str) -> None:
        ranges_of(self.document(token), sheet).removeByName(name)


def ranges_of(document: Any, sheet: str | None) -> Any:
    """The names of a document, or those of a sheet alone."""
    return document.NamedRanges if sheet is None else page_of(document, sheet).NamedRanges


def box_of(document: Any, entry: Any) -> list[Any] | None:
    cells = entry.getReferredCells()
    if cells is None:
        return None
    return [cells.Spreadsheet.Name, *area_of(cells.RangeAddress)]


def refuse_name(document: Any, name: str, own: str = "") -> None:
    """Excel's rules: at most 31 characters, none of []:*?/\\, no apostrophe at an end, unique."""
    others = [known.lower() for known in document.Sheets.ElementNames if known != own]
    is_bad = not name or len(name) > MOST_NAME or name.startswith("'") or name.endswith("'")
    if is_bad or BAD_IN_NAME.search(name) or name.lower() in others:
        raise Refused("host", f"no name for a sheet: {name}")


def refuse_last(document: Any, page: Any) -> None:
    """A document keeps a sheet that can be seen."""
    for other in document.Sheets:
        if other.IsVisible and other.Name != page.Name:
            return
    raise Refused("host", f"{page.Name} is the last visible sheet")
