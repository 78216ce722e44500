"""The engine's sheets, names and print areas."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from xlwings import base_classes

from xlwings_libreoffice.asking import HostError, SheetState
from xlwings_libreoffice.looks import Area, Native
from xlwings_libreoffice.ranges import (
    COLUMNS,
    ROWS,
    Note,
    Range,
    area_in,
    corners,
    shown_area,
)

LONGEST_NAME = 31  # characters


class Sheets(base_classes.Sheets):
    def __init__(self, book: Any) -> None:
        self.book, self.ask = book, book.ask

    api = property(lambda self: self.book)

    @property
    def states(self) -> list[SheetState]:
        found: list[SheetState] = self.ask.sheets(self.book.token)
        return found

    @property
    def active(self) -> Sheet:
        return Sheet(self.book, self.ask.active(self.book.token))

    def __call__(self, key: int | str) -> Sheet:
        states = self.states
        if isinstance(key, int):
            if not 0 < key <= len(states):
                raise HostError("missing", f"no sheet of number {key}")
            return Sheet(self.book, states[key - 1].name)
        for state in states:
            if state.name.lower() == key.lower():
                return Sheet(self.book, state.name)
        self.ask.of(self.book.token).sheets = None
        raise HostError("missing", f"no sheet {key}")

    def __len__(self) -> int:
        return len(self.states)

    def __iter__(self) -> Iterator[Sheet]:
        return iter([Sheet(self.book, state.name) for state in self.states])

    def __contains__(self, key: str) -> bool:
        return key.lower() in [state.name.lower() for state in self.states]

    def add(
        self, before: Sheet | None = None, after: Sheet | None = None, name: str | None = None
    ) -> Sheet:
        """Becomes the active one; without a name it is Sheet1, Sheet2 and so on."""
        number = 1
        while f"Sheet{number}" in self:
            number += 1
        name = name or f"Sheet{number}"
        self.ask("add_sheet", self.book.token, name, self.place(before, after or None))
        return Sheet(self.book, name)

    def place(self, before: Sheet | None, after: Sheet | None) -> int:
        """The number of a sheet that comes before or behind another; else before the active one."""
        beside = after or before
        if beside is not None and beside.book.token != self.book.token:
            raise NotImplementedError("a place in another book")
        if after is not None:
            return after.index + 1
        return (before or self.active).index


def numbered(name: str, number: int) -> str:
    """Sheet1 (2), as long as a name may be."""
    ending = f" ({number})"
    return f"{name[: LONGEST_NAME - len(ending)]}{ending}"


class Sheet(base_classes.Sheet):
    def __init__(self, book: Any, name: str) -> None:
        self._book, self._name, self.ask = book, name, book.ask

    api = property(lambda self: NativeSheet(self))
    book = property(lambda self: self._book)
    cells = property(lambda self: Range(self, 1, 1, ROWS, COLUMNS))
    names = property(lambda self: Names(self._book, self._name))
    page_setup = property(lambda self: PageSetup(self))

    @property
    def state(self) -> SheetState:
        for state in self._book.sheets.states:
            if state.name == self._name:
                known: SheetState = state
                return known
        raise HostError("missing", f"no sheet {self._name}")

    @property
    def name(self) -> str:
        return self._name

    @name.setter
    def name(self, value: str) -> None:
        self.ask("rename_sheet", self._book.token, self._name, value)
        self._name = value

    @property
    def index(self) -> int:
        return [state.name for state in self._book.sheets.states].index(self._name) + 1

    @property
    def visible(self) -> bool:
        return self.state.visible

    @visible.setter
    def visible(self, value: bool) -> None:
        """Hidden, the active sheet leaves its place to another."""
        token = self._book.token
        is_active = self.ask.of(token).active == self._name
        self.ask.change_sheet("show_sheet", token, self._name, bool(value), visible=bool(value))
        if is_active and not value:
            self.ask.of(token).sheets = None

    def activate(self) -> None:
        self.ask.activate(self._book.token, self._name)

    select = activate

    def delete(self) -> None:
        self.ask("remove_sheet", self._book.token, self._name)

    def copy(self, before: Sheet | None, after: Sheet | None) -> None:
        """A sheet like this one, with a number behind its name, as the active one."""
        sheets, number = self._book.sheets, 2
        place = sheets.place(before, after)
        while (new := numbered(self._name, number)) in sheets:
            number += 1
        self.ask("copy_sheet", self._book.token, self._name, new, place)

    def move(self, before: Sheet | None, after: Sheet | None) -> None:
        self.ask("move_sheet", self._book.token, self._name, self._book.sheets.place(before, after))

    def range(self, first: Any, second: Any = None) -> Range:
        if isinstance(first, tuple) and len(first) == 4:
            return Range(self, *first)
        top, left, bottom, right = corners(self, first)
        if second is not None:
            other = corners(self, second)
            top, left = min(top, other[0]), min(left, other[1])
            bottom, right = max(bottom, other[2]), max(right, other[3])
        return Range(self, top, left, bottom - top + 1, right - left + 1)

    @property
    def used_range(self) -> Range:
        return Range(self, *self.ask.once("used", self._book.token, self._name))

    @property
    def notes(self) -> list[Note]:
        found = self.ask("notes", self._book.token, self._name)
        return [Note(Range(self, row, column, 1, 1)) for row, column, *_ in found]

    def clear_contents(self) -> None:
        self.used_range.clear_contents()

    def clear_formats(self) -> None:
        self.used_range.clear_formats()

    def clear(self) -> None:
        self.used_range.clear()

    def autofit(self, axis: str | None = None) -> None:
        self.used_range.autofit(axis)


class NativeSheet:
    """What stands for Excel's own Worksheet."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet

    ProtectContents = property(lambda self: self.sheet.state.protected)

    def Protect(self) -> None:
        self.switch(True)

    def Unprotect(self) -> None:
        self.switch(False)

    def switch(self, on: bool) -> None:
        sheet = self.sheet
        sheet.ask.change_sheet("protect_sheet", sheet.book.token, sheet.name, on, protected=on)

    def Range(self, address: str) -> Native:
        """Worksheet.Range with several areas, B4:D5,B8: only its looks are asked for."""
        ranges = [self.sheet.range(part) for part in address.split(",")]
        areas = [own.area for own in ranges]

        def tell(question: str) -> Any:
            sheet = self.sheet
            return sheet.ask.looks(sheet.book.token, sheet.name, areas).told(areas, question)

        return Native(tell)


class PageSetup(base_classes.PageSetup):
    """Only the print area is known."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet

    api = property(lambda self: self)

    @property
    def print_area(self) -> str | None:
        """$A$1:$J$29; None for none."""
        areas = self.sheet.state.areas
        return ",".join(map(shown_area, areas)) or None

    @print_area.setter
    def print_area(self, value: str | None) -> None:
        sheet = self.sheet
        areas: list[Area] = [area_in(part) for part in (value or "").split(",") if part]
        sheet.ask.change_sheet(
            "print_area", sheet.book.token, sheet.name, areas, areas=tuple(areas)
        )


# --- names ----------------------------------------------------------------------------------------


class Names(base_classes.Names):
    """Those of a workbook, with those of its sheets, or of one sheet alone."""

    def __init__(self, book: Any, sheet: str | None) -> None:
        self.book, self.sheet, self.ask = book, sheet, book.ask

    api = property(lambda self: self.book)

    @property
    def known(self) -> list[tuple[str | None, str]]:
        every = self.ask.names(self.book.token)
        if self.sheet is None:
            return list(every)
        return [(sheet, name) for sheet, name in every if sheet == self.sheet]

    def __call__(self, key: int | str) -> Name:
        if isinstance(key, int):
            return Name(self.book, *self.known[key - 1])
        for sheet, name in self.known:
            if key.lower() in self.spellings(sheet, name):
                return Name(self.book, sheet, name)
        raise HostError("missing", f"no name {key}")

    def spellings(self, sheet: str | None, name: str) -> tuple[str, ...]:
        """A sheet's own name is Sheet1!name among those of the workbook."""
        if sheet is None:
            return (name.lower(),)
        full = f"{sheet}!{name}".lower()
        return (full, name.lower()) if self.sheet is not None else (full,)

    def contains(self, key: int | str) -> bool:
        if isinstance(key, int):
            return 0 < key <= len(self)
        return any(key.lower() in self.spellings(*one) for one in self.known)

    def __len__(self) -> int:
        return len(self.known)

    def snapshot(self) -> list[tuple[str, Name]]:
        names = [Name(self.book, *one) for one in self.known]
        return [(one.name, one) for one in names]

    def add(self, name: str, refers_to: str) -> Name:
        self.ask.add_name(self.book.token, self.sheet, name, refers_to)
        return Name(self.book, self.sheet, name)


class Name(base_classes.Name):
    def __init__(self, book: Any, sheet: str | None, text: str) -> None:
        self.book, self.sheet, self.text, self.ask = book, sheet, text, book.ask

    api = property(lambda self: self)

    @property
    def name(self) -> str:
        return self.text if self.sheet is None else f"{self.sheet}!{self.text}"

    @name.setter
    def name(self, value: str) -> None:
        refers_to = self.refers_to
        self.delete()
        self.text = value.rpartition("!")[2]
        self.refers_to = refers_to

    @property
    def refers_to(self) -> str:
        return str(self.ask.once("name", self.book.token, self.sheet, self.text)["refers_to"])

    @refers_to.setter
    def refers_to(self, value: str) -> None:
        self.ask.add_name(self.book.token, self.sheet, self.text, value)

    @property
    def refers_to_range(self) -> Range:
        box = self.ask.once("name", self.book.token, self.sheet, self.text)["box"]
        if box is None:
            raise HostError("missing", f"{self.text} is no range")
        return Range(self.book.sheets(box[0]), *box[1:])

    def delete(self) -> None:
        self.ask("remove_name", self.book.token, self.sheet, self.text)
