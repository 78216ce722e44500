"""A host's answers, asked for once: sheets, names, looks of a document, until something changes.

A person may change the document in its window meanwhile. So what is kept is also forgotten when
``books`` are asked for anew, and after every refusal; looks with every other question. Values and
formulas are kept within ``together`` alone: there a script works on one picture of the document.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any, NamedTuple

import xlwings as xw

from xlwings_libreoffice.looks import AreaLooks, common
from xlwings_libreoffice.pipe import Ended, Pipe, Refused
from xlwings_libreoffice.values import Picture

Ask = Callable[[str, Sequence[Any]], Any]
Area = tuple[int, int, int, int]
# Questions behind which looks and merged areas are still known.
OF_LOOKS = frozenset({"looks", "merged"})
# Questions, and what a person sees, behind which values and formulas are as they were.
HARMLESS = OF_LOOKS | {
    "hello", "books", "selection", "status", "sheets", "names", "name", "activate",
    "activate_sheet", "select", "read", "formulas", "format", "style", "size", "used", "region",
    "note", "notes", "fit", "set_size", "set_style", "print_area", "show_sheet", "protect_sheet",
}  # fmt: skip
SELECTING = frozenset({"activate", "activate_sheet", "select"})
CHANGE_SHEETS = frozenset(
    {
        "add_sheet", "remove_sheet", "rename_sheet", "copy_sheet", "move_sheet", "insert", "delete",
        "undo", "activate_sheet", "show_sheet", "protect_sheet", "print_area",
    }
)  # fmt: skip
CHANGE_NAMES = frozenset(
    {"remove_sheet", "rename_sheet", "copy_sheet", "add_name", "remove_name", "undo"}
)


ENDED = "LibreOffice has been closed"


class HostError(xw.XlwingsError):
    """A host's refusal: ``kind`` is "protected", "merged", "missing", "closed", "editing", "file"
    or "host", ``text`` what LibreOffice said.
    """

    def __init__(self, kind: str, text: str) -> None:
        super().__init__(text)
        self.kind, self.text = kind, text


def over(pipe: Pipe, of: int = 0) -> Ask:
    """Questions to the host at the other end of a pipe, in the course of its own request ``of``."""

    def ask(op: str, arguments: Sequence[Any]) -> Any:
        try:
            return pipe.ask(op, *arguments, of=of)
        except Refused as error:
            raise HostError(error.kind, error.text) from None
        except Ended:
            raise HostError("closed", ENDED) from None

    return ask


class SheetState(NamedTuple):
    """A sheet as ``sheets`` tells it; ``areas`` are printed, all of it where there are none."""

    name: str
    visible: bool
    protected: bool
    areas: tuple[Area, ...]


@dataclass
class Kept:
    """What is known of a document."""

    sheets: list[SheetState] | None = None
    active: str = ""
    names: list[tuple[str | None, str]] | None = None
    looks: dict[str, list[AreaLooks]] = field(default_factory=dict)
    merged: dict[str, list[Area]] = field(default_factory=dict)
    pictures: dict[str, list[Picture]] = field(default_factory=dict)
    told: dict[tuple[str, tuple[Any, ...]], Any] = field(default_factory=dict)


class Asking:
    """A host, with what is known of its documents; ``counted`` are the round trips by name."""

    def __init__(self, ask: Ask) -> None:
        self.ask = ask
        self.counted: Counter[str] = Counter()
        self.kept: dict[str, Kept] = {}
        self.books: list[list[str]] = []
        self.is_together = False

    def __call__(self, op: str, *args: Any) -> Any:
        """One round trip. The first argument of most primitives is a document's token."""
        self.counted[op] += 1
        token = args[0] if args else ""
        self.forget(op, self.kept.get(token), args[1:])
        try:
            return self.ask(op, args)
        except HostError:
            self.kept.clear()
            raise

    @staticmethod
    def forget(op: str, kept: Kept | None, where: Sequence[Any]) -> None:
        if kept is None:
            return
        if op not in OF_LOOKS:
            kept.looks, kept.merged = {}, {}
        if op == "set_format":  # of one sheet, whose numbers may be dates by now
            kept.pictures.pop(where[0][0], None)
        elif op not in HARMLESS:
            kept.pictures = {}
        if op not in HARMLESS or op in SELECTING:
            kept.told = {}
        if op in CHANGE_SHEETS:
            kept.sheets = None
        if op in CHANGE_NAMES:
            kept.names = None

    def of(self, token: str) -> Kept:
        return self.kept.setdefault(token, Kept())

    def sheets(self, token: str) -> list[SheetState]:
        kept = self.of(token)
        if kept.sheets is None:
            found = self("sheets", token)
            kept.sheets, kept.active = [], found["active"]
            for name, visible, protected, areas in found["sheets"]:
                boxes = tuple((row, column, down, across) for row, column, down, across in areas)
                kept.sheets.append(SheetState(name, visible, protected, boxes))
        return kept.sheets

    def change_sheet(self, op: str, token: str, name: str, value: Any, **changes: Any) -> None:
        """A change of one sheet after which the others are as they were."""
        known = self.of(token).sheets
        self(op, token, name, value)
        if known is not None:
            kept = self.of(token)
            kept.sheets = [
                state._replace(**changes) if state.name == name else state for state in known
            ]

    def active(self, token: str) -> str:
        self.sheets(token)
        return self.of(token).active

    def activate(self, token: str, name: str) -> None:
        known = self.of(token).sheets
        self("activate_sheet", token, name)
        kept = self.of(token)
        kept.sheets, kept.active = known, name

    def names(self, token: str) -> list[tuple[str | None, str]]:
        kept = self.of(token)
        if kept.names is None:
            kept.names = [(sheet, name) for sheet, name in self("names", token)]
        return kept.names

    def add_name(self, token: str, sheet: str | None, name: str, refers_to: str) -> None:
        known = self.of(token).names
        self("add_name", token, sheet, name, refers_to)
        if known is not None:
            self.of(token).names = [*(one for one in known if one != (sheet, name)), (sheet, name)]

    # --- values -----------------------------------------------------------------------------------

    def cells(self, op: str, token: str, box: Sequence[Any]) -> dict[str, Any]:
        """The answer of ``read`` or ``formulas``; within ``together`` that of a former question."""
        if not self.is_together:
            found: dict[str, Any] = self(op, token, box)
            return found
        sheet, *place = box
        row, column, height, width = place
        area = row, column, height, width
        known = self.of(token).pictures.setdefault(sheet, [])
        for picture in known:
            if common(picture.area, area) == area:
                return picture.cut(area)
        picture = Picture(area, self("formulas", token, box))
        known.append(picture)
        return picture.cut(area)

    def all_books(self) -> list[list[str]]:
        """Within ``together`` nobody opens or closes any."""
        if not self.is_together:
            self.kept.clear()
            self.books = []
        if not self.books:
            self.books = self("books")
        return self.books

    @contextmanager
    def together(self, token: str, title: str | None) -> Iterator[None]:
        """What was read is not asked for again until something is written; one step to undo, if it
        has a title.
        """
        self.kept.clear()
        self.books = []
        if title is not None:
            self("begin", token, title)
        self.is_together = True
        try:
            yield
        finally:
            self.is_together = False
            self.kept.clear()
            if title is not None:
                self("end", token)

    def once(self, op: str, token: str, *args: Any) -> Any:
        """An answer that holds within ``together`` until something is written or selected."""
        if not self.is_together:
            return self(op, token, *args)
        known = self.of(token).told
        if (op, args) not in known:
            known[op, args] = self(op, token, *args)
        return known[op, args]

    # --- looks ------------------------------------------------------------------------------------

    def looks(self, token: str, sheet: str, areas: Sequence[Area]) -> AreaLooks:
        """How the cells of some areas look; asked for where they are not part of what is known."""
        known = self.known_looks(token, sheet, areas)
        if known is None:
            known = AreaLooks.of(areas, self("looks", token, sheet, areas))
            self.of(token).looks.setdefault(sheet, []).append(known)
        return known

    def known_looks(self, token: str, sheet: str, areas: Sequence[Area]) -> AreaLooks | None:
        for known in self.of(token).looks.get(sheet, ()):
            if known.covers(areas):
                return known
        return None

    def merged(self, token: str, sheet: str, whole: Area) -> list[Area]:
        """All merged areas of a sheet."""
        kept = self.of(token).merged
        if sheet not in kept:
            found = self("merged", token, [sheet, *whole])
            kept[sheet] = [(row, column, down, across) for row, column, down, across in found]
        return kept[sheet]
