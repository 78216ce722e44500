"""The sheets and ranges of Excel in memory (see ``engine.py``), on xlwings' base classes."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from openpyxl.utils import column_index_from_string, coordinate_to_tuple, get_column_letter
from xlwings import base_classes

from helpers.excel.entry import GENERAL, Cell, ComError, Look, enter, formula_text, shown_value

Spot = tuple[int, int]
MOST_NAME = 31
PRINT_AREA = "Print_Area"
BAD_IN_NAME = re.compile(r"[\[\]:*?/\\]")
AREA = re.compile(r"\$?([A-Z]{1,3})\$?(\d+):\$?([A-Z]{1,3})\$?(\d+)")
LINES = re.compile(r"(\d+):(\d+)|([A-Z]{1,3}):([A-Z]{1,3})")
ADDRESS = re.compile(r"\$?([A-Z]{1,3})\$?(\d+)(?::\$?([A-Z]{1,3})\$?(\d+))?")


class Sheet(base_classes.Sheet):
    def __init__(self, book: Any, name: str, visible: bool) -> None:
        self._book, self._name, self._visible = book, name, visible
        self.cells_: dict[Spot, Cell] = {}
        self.formats: dict[int, str] = {}
        self.anchors: dict[Spot, Spot] = {}
        self.notes_: dict[Spot, str] = {}
        self.deaf: set[int] = set()  # rows that take nothing and say nothing
        self.hidden_rows: set[int] = set()
        self.hidden_columns: set[int] = set()
        self.names_: dict[
            str, str
        ] = {}  # the sheet's own; its print area is one of them, as in Excel

    page_setup = property(lambda self: PageSetup(self))
    names = property(lambda self: Names(self))
    api = property(lambda self: self)

    def Range(self, address: str) -> Areas:
        """Worksheet.Range with several areas: B4:D5,B8."""
        return Areas([self.range(part) for part in address.split(",")])

    book = property(lambda self: self._book)
    index = property(lambda self: self._book.sheets_.index(self) + 1)
    cells = property(lambda self: Range(self, 1, 1, 1_048_576, 16_384))

    def cell(self, spot: Spot) -> Cell:
        if spot not in self.cells_:
            self.cells_[spot] = Cell(format=self.formats.get(spot[1], GENERAL))
        return self.cells_[spot]

    @property
    def name(self) -> str:
        return self._name

    @name.setter
    def name(self, value: str) -> None:
        """Excel's rules ("Rename a worksheet"): up to 31 characters, not blank, none of \\ / ? * :
        [ ], unique.
        """
        taken = any(
            sheet.name.lower() == value.lower() for sheet in self._book.sheets_ if sheet is not self
        )
        quoted = value.startswith("'") or value.endswith("'")
        if (
            not value
            or len(value) > MOST_NAME
            or BAD_IN_NAME.search(value)
            or taken
            or quoted
            or value == "History"
        ):
            raise ComError("工作表名称无效")
        self._name = value

    @property
    def visible(self) -> bool:
        return self._visible

    @visible.setter
    def visible(self, value: bool) -> None:
        """The last visible sheet can't be hidden; hiding the active one activates another."""
        others = [sheet for sheet in self._book.sheets_ if sheet is not self and sheet.visible]
        if not value and not others:
            raise ComError("工作簿内至少含有一张可视工作表")
        self._visible = bool(value)
        if not value and self._book.active is self:
            self._book.active = others[0]

    def activate(self) -> None:
        if not self._visible:
            raise ComError("类 Worksheet 的 Activate 方法无效")
        self._book.active = self

    select = activate

    def copy(self, before: Sheet | None, after: Sheet | None) -> None:
        """A sheet like this one, with a number behind its name, as the active one."""
        other = Sheet(self._book, f"{self._name} (2)", True)
        other.cells_ = {spot: replace(cell) for spot, cell in self.cells_.items()}
        other.formats, other.anchors, other.notes_ = (
            dict(self.formats),
            dict(self.anchors),
            dict(self.notes_),
        )
        other.names_ = dict(self.names_)
        near = after or before or self
        self._book.sheets_.insert(self._book.sheets_.index(near) + (1 if after else 0), other)
        self._book.active = other

    def delete(self) -> None:
        self._book.sheets_.remove(self)
        if self._book.active is self:
            self._book.active = next(sheet for sheet in self._book.sheets_ if sheet.visible)

    @property
    def used_range(self) -> Range:
        """From the first to the last cell that holds something; Excel counts formatted cells
        too.
        """
        spots = [
            spot for spot, cell in self.cells_.items() if cell.filled or cell.format != GENERAL
        ] or [(1, 1)]
        rows, columns = [row for row, _ in spots], [column for _, column in spots]
        return Range(
            self,
            min(rows),
            min(columns),
            max(rows) - min(rows) + 1,
            max(columns) - min(columns) + 1,
        )

    def range(self, first: Any, second: Any = None) -> Range:
        if isinstance(first, tuple) and len(first) == 4:
            return Range(self, *first)
        top, left, bottom, right = corners(self, first)
        _, _, bottom, right = corners(self, second) if second is not None else (0, 0, bottom, right)
        return Range(self, top, left, bottom - top + 1, right - left + 1)

    def shift_lines(self, lines: Range, by: int) -> None:
        """Cells, merged areas and the sheet's own names beyond whole rows or columns move on or up;
        what is on lines that go is gone.

        Formulas keep their words: nothing here looks at what they name.
        """
        axis = 0 if lines.columns_ > lines.rows_ else 1
        first, count = (lines.row_, lines.rows_) if axis == 0 else (lines.column_, lines.columns_)

        def moved(spot: Spot) -> Spot | None:
            if spot[axis] < first:
                return spot
            if by < 0 and spot[axis] < first + count:
                return None
            at = spot[axis] + by * count
            return (at, spot[1]) if axis == 0 else (spot[0], at)

        self.cells_ = {place: cell for spot, cell in self.cells_.items() if (place := moved(spot))}
        shifted = {moved(spot): (moved(anchor), anchor) for spot, anchor in self.anchors.items()}
        self.anchors = {}
        for place, (anchor, _) in shifted.items():
            if place is not None:
                self.anchors[place] = anchor or place
        for name, area in self.names_.items():
            self.names_[name] = AREA.sub(
                lambda found: shifted_area(found, axis, first, by * count), area
            )

    def Protect(self) -> None:
        self._book.app.excel.protected.add(self._name)

    def Unprotect(self) -> None:
        self._book.app.excel.protected.discard(self._name)

    ProtectContents = property(lambda self: self._name in self._book.app.excel.protected)


def shifted_area(area: re.Match[str], axis: int, first: int, by: int) -> str:
    """An area after lines came or went: A1:J29 is A1:J30 once a row was inserted at 9."""
    top, bottom = int(area[2]), int(area[4])
    left, right = column_index_from_string(area[1]), column_index_from_string(area[3])
    ends = [[top, bottom], [left, right]]
    ends[axis] = [max(end + by, first - 1) if end >= first else end for end in ends[axis]]
    (top, bottom), (left, right) = ends
    return f"${get_column_letter(left)}${top}:${get_column_letter(right)}${bottom}"


class PageSetup(base_classes.PageSetup):
    """Worksheet.PageSetup, of which only the print area is known: "" for none, whole and without
    the sheet.
    """

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet

    @property
    def print_area(self) -> str | None:
        self.refuse()
        return self.sheet.names_.get(PRINT_AREA)

    @print_area.setter
    def print_area(self, value: str) -> None:
        self.refuse()
        if not value:
            self.sheet.names_.pop(PRINT_AREA, None)
            return
        found = AREA.fullmatch(value)
        if found is None:
            raise ComError("不能设置类 PageSetup 的 PrintArea 属性")
        self.sheet.names_[PRINT_AREA] = "${}${}:${}${}".format(*found.groups())

    def refuse(self) -> None:
        """Without a printer Excel has no page setup."""
        if "printer" in self.sheet.book.app.excel.lacks:
            raise ComError("不能取得类 PageSetup 的 PrintArea 属性")


class Names(base_classes.Names):
    """Worksheet.Names: those of the sheet alone."""

    def __init__(self, sheet: Sheet) -> None:
        self.sheet = sheet

    def __call__(self, key: str) -> Name:
        if key not in self.sheet.names_:
            raise ComError("应用程序定义或对象定义错误")
        return Name(self.sheet, key)

    def contains(self, key: str) -> bool:
        return key in self.sheet.names_

    def add(self, name: str, refers_to: str) -> Name:
        self.sheet.names_[name] = refers_to.rpartition("!")[2]
        return Name(self.sheet, name)


class Name(base_classes.Name):
    def __init__(self, sheet: Sheet, text: str) -> None:
        self.sheet, self.text = sheet, text

    name = property(lambda self: f"{self.sheet.name}!{self.text}")
    refers_to = property(lambda self: f"='{self.sheet.name}'!{self.sheet.names_[self.text]}")

    def clear_contents(self) -> None:
        Range(self, 1, 1, 1, 1).check("clear")
        for cell in self.cells_.values():
            enter(cell, None, {}, False)


def corners(sheet: Sheet, place: Any) -> tuple[int, int, int, int]:
    if isinstance(place, Range):
        return (
            place.row,
            place.column,
            place.row + place.rows_ - 1,
            place.column + place.columns_ - 1,
        )
    if isinstance(place, tuple):
        if 0 in place:
            raise IndexError("Attempted to access 0-based Range.")
        return place[0], place[1], place[0], place[1]
    found, lines = ADDRESS.fullmatch(place), LINES.fullmatch(place)
    if lines and lines[1]:
        return int(lines[1]), 1, int(lines[2]), 16_384
    if lines:
        return 1, column_index_from_string(lines[3]), 1_048_576, column_index_from_string(lines[4])
    if not found:
        return corners(sheet, sheet.book.names(place).refers_to_range)
    top, left = coordinate_to_tuple(f"{found[1]}{found[2]}")
    bottom, right = coordinate_to_tuple(f"{found[3]}{found[4]}") if found[3] else (top, left)
    return top, left, bottom, right


class Range(base_classes.Range):
    def __init__(self, sheet: Sheet, row: int, column: int, rows: int, columns: int) -> None:
        self.sheet_, self.row_, self.column_, self.rows_, self.columns_ = (
            sheet,
            row,
            column,
            rows,
            columns,
        )

    api = property(lambda self: self)
    sheet = property(lambda self: self.sheet_)
    row = property(lambda self: self.row_)
    column = property(lambda self: self.column_)
    shape = property(lambda self: (self.rows_, self.columns_))
    coords = property(
        lambda self: (self.sheet_, self.row_, self.column_, self.rows_, self.columns_)
    )

    def __len__(self) -> int:
        return self.rows_ * self.columns_

    def __bool__(self) -> bool:
        return True

    def __call__(self, *at: int) -> Range:
        row, column = (
            at
            if len(at) == 2
            else (divmod(at[0] - 1, self.columns_)[0] + 1, (at[0] - 1) % self.columns_ + 1)
        )
        return Range(self.sheet_, self.row_ + row - 1, self.column_ + column - 1, 1, 1)

    @property
    def address(self) -> str:
        first = f"${get_column_letter(self.column_)}${self.row_}"
        if len(self) == 1:
            return first
        return (
            f"{first}:${get_column_letter(self.column_ + self.columns_ - 1)}$"
            f"{self.row_ + self.rows_ - 1}"
        )

    def check(self, kind: str) -> None:
        excel = self.sheet_.book.app.excel
        if kind == "look" and "looks" in excel.lacks:
            raise NotImplementedError
        excel.touch(kind, self)

    def spots(self) -> list[list[Spot]]:
        columns = range(self.column_, self.column_ + self.columns_)
        return [
            [(row, column) for column in columns]
            for row in range(self.row_, self.row_ + self.rows_)
        ]

    def block(self, of: Callable[[Cell], object]) -> object:
        """As COM gives it: a scalar for one cell, else a tuple of rows. Cells that were never
        filled are not made.
        """
        cells, blank = self.sheet_.cells_, of(Cell())
        found = [[cells.get(spot) for spot in row] for row in self.spots()]
        rows = tuple(tuple(of(cell) if cell else blank for cell in row) for row in found)
        return rows[0][0] if len(self) == 1 else rows

    @property
    def raw_value(self) -> object:
        self.check("read")
        return self.block(shown_value)

    @raw_value.setter
    def raw_value(self, value: object) -> None:
        self.check("write")
        is_block = isinstance(value, list | tuple)
        rows: Any = value if is_block else [[value] * self.columns_] * self.rows_
        assert [len(row) for row in rows] == [self.columns_] * self.rows_, (
            "Excel would fill the rest with #N/A"
        )
        # All or nothing: what Excel refuses leaves the range as it was.
        self.put(rows, is_block and len(self) > 1)

    def put(self, rows: Any, in_array: bool) -> None:
        results, kept = self.sheet_.book.app.excel.results, {}
        try:
            for spots, values in zip(self.spots(), rows, strict=True):
                for spot, value in zip(spots, values, strict=True):
                    if self.sheet_.anchors.get(spot, spot) != spot or spot[0] in self.sheet_.deaf:
                        continue  # a covered cell of a merged area takes nothing
                    cell = self.sheet_.cell(spot)
                    kept[spot] = replace(cell)
                    enter(cell, value, results, in_array)
        except ComError:
            self.sheet_.cells_ |= kept
            raise

    @property
    def formula(self) -> object:
        self.check("formula")
        return self.block(formula_text)

    @formula.setter
    def formula(self, value: object) -> None:
        self.check("set formula")
        self.put([[value]] if not isinstance(value, list | tuple) else value, False)

    @property
    def number_format(self) -> str | None:
        """None where the cells differ."""
        self.check("format")
        formats = {self.sheet_.cell(spot).format for row in self.spots() for spot in row}
        return formats.pop() if len(formats) == 1 else None

    @number_format.setter
    def number_format(self, value: str) -> None:
        self.check("set format")
        for row in self.spots():
            for spot in row:
                self.sheet_.cell(spot).format = value

    def insert(self, shift: str | None = None, copy_origin: str | None = None) -> None:
        """Whole rows (9:9, down) or columns (C:C, right) come before this one."""
        self.check("write")
        self.sheet_.shift_lines(self, 1)

    def delete(self, shift: str | None = None) -> None:
        self.check("write")
        self.sheet_.shift_lines(self, -1)

    def merge(self, across: bool = False) -> None:
        self.check("write")
        for row in self.spots():
            self.sheet_.anchors |= dict.fromkeys(row, (self.row_, self.column_))

    def unmerge(self) -> None:
        self.check("write")
        inside = {spot for row in self.spots() for spot in row}
        gone = {first for spot, first in self.sheet_.anchors.items() if spot in inside}
        self.sheet_.anchors = {
            spot: first for spot, first in self.sheet_.anchors.items() if first not in gone
        }

    row_height = property(lambda self: 15.0, lambda self, value: self.check("set format"))

    def clear_contents(self) -> None:
        """Part of a merged area can't be changed (error 1004)."""
        self.check("clear")
        inside = {spot for row in self.spots() for spot in row}
        for spot, anchor in self.sheet_.anchors.items():
            if anchor in inside and spot not in inside:
                raise ComError("不能对合并单元格执行此操作")
        for spot in inside & set(self.sheet_.cells_):
            enter(self.sheet_.cells_[spot], None, {}, False)

    @property
    def note(self) -> Note | None:
        return Note(self) if (self.row_, self.column_) in self.sheet_.notes_ else None

    def add_note(self, text: str) -> Note:
        """Range.AddComment; error 1004 where the cell has a comment, or the sheet is protected."""
        if "notes" in self.sheet_.book.app.excel.lacks:
            raise NotImplementedError
        self.check("write")
        if self.note is not None:
            raise ComError("应用程序定义或对象定义错误")
        self.sheet_.notes_[self.row_, self.column_] = text
        return Note(self)

    def autofit(self, axis: str | None = None) -> None:
        self.check("autofit")
        if "autofit" in self.sheet_.book.app.excel.lacks:
            raise NotImplementedError

    def select(self) -> None:
        """Range.Select works on the active sheet only."""
        self.check("select")
        if self.sheet_.book.active is not self.sheet_:
            raise ComError("类 Range 的 Select 方法无效")
        self.sheet_.book.app.selected = self

    @property
    def looks(self) -> list[Look]:
        """The looks of all letters: of a text in pieces those of each."""
        cells = [self.sheet_.cells_.get(spot) for row in self.spots() for spot in row]
        found: list[Look] = []
        for cell in cells:
            found += (
                [look for _, look in cell.runs]
                if cell and cell.runs
                else [cell.look if cell else Look()]
            )
        return found

    Font = property(lambda self: Asked(self))
    Interior = property(lambda self: Ground(self))
    EntireRow = property(lambda self: Asked(self, "hidden_rows"))
    EntireColumn = property(lambda self: Asked(self, "hidden_columns"))

    MergeCells = property(lambda self: are_merged(self))

    @property
    def merge_area(self) -> Range:
        spot = (self.row_, self.column_)
        anchor = self.sheet_.anchors.get(spot, spot)
        inside = [other for other, first in self.sheet_.anchors.items() if first == anchor] or [
            spot
        ]
        rows, columns = [row for row, _ in inside], [column for _, column in inside]
        return Range(
            self.sheet_,
            min(rows),
            min(columns),
            max(rows) - min(rows) + 1,
            max(columns) - min(columns) + 1,
        )

    @property
    def characters(self) -> Characters:
        return Characters(
            self, 0, len(str(self.sheet_.cell((self.row_, self.column_)).value or ""))
        )

    wrap_text = property(lambda self: False, lambda self, value: self.check("set format"))
    column_width = property(lambda self: 8.4, lambda self, value: self.check("set format"))


class Asked:
    """Range.Font, .Interior, .EntireRow, .EntireColumn: one value where all cells agree, None where
    they differ.
    """

    def __init__(self, of: Range | Areas | Characters, lines: str = "") -> None:
        self.of, self.lines = of, lines

    def one(self, name: str) -> object:
        self.of.check("look")
        values = {getattr(look, name) for look in self.of.looks}
        return values.pop() if len(values) == 1 else None

    Superscript = property(lambda self: self.one("superscript"))
    Subscript = property(lambda self: self.one("subscript"))
    Strikethrough = property(lambda self: self.one("struck"))
    Size = property(lambda self: self.one("size"))

    @property
    def Color(self) -> object:
        return self.one(self.color_name)

    color_name = "color"

    @property
    def Hidden(self) -> bool | None:
        self.of.check("look")
        at = 0 if self.lines == "hidden_rows" else 1
        spots = [
            (area.sheet_, spot)
            for area in parts_of(self.of)
            for row in area.spots()
            for spot in row
        ]
        hidden = {spot[at] in getattr(sheet, self.lines) for sheet, spot in spots}
        return hidden.pop() if len(hidden) == 1 else None


class Ground(Asked):
    color_name = "ground"


def are_merged(of: Range | Areas) -> bool | None:
    of.check("look")
    merged = {
        spot in part.sheet_.anchors for part in parts_of(of) for row in part.spots() for spot in row
    }
    return merged.pop() if len(merged) == 1 else None


def parts_of(of: Range | Areas | Characters) -> list[Range]:
    return of.parts if isinstance(of, Areas) else [of] if isinstance(of, Range) else [of.cell]


class Areas:
    """A range of several areas; only its looks are asked for."""

    def __init__(self, parts: list[Range]) -> None:
        self.parts = parts

    def check(self, kind: str) -> None:
        self.parts[0].check(kind)

    @property
    def looks(self) -> list[Look]:
        return [look for part in self.parts for look in part.looks]

    Font = property(lambda self: Asked(self))
    Interior = property(lambda self: Ground(self))
    EntireRow = property(lambda self: Asked(self, "hidden_rows"))
    EntireColumn = property(lambda self: Asked(self, "hidden_columns"))

    MergeCells = property(lambda self: are_merged(self))


class Characters(base_classes.Characters):
    """Range.Characters(start, length) of a text."""

    def __init__(self, cell: Range, start: int, stop: int) -> None:
        self.cell, self.start, self.stop = cell, start, stop

    api = property(lambda self: self)
    Font = property(lambda self: Asked(self))

    def check(self, kind: str) -> None:
        self.cell.check(kind)

    def __getitem__(self, item: slice) -> Characters:
        return Characters(self.cell, item.start or 0, self.stop if item.stop is None else item.stop)

    @property
    def looks(self) -> list[Look]:
        cell = self.cell.sheet_.cell((self.cell.row_, self.cell.column_))
        each = [look for text, look in cell.runs for _ in text] or [cell.look] * self.stop
        return each[self.start : self.stop]


class Note(base_classes.Note):
    def __init__(self, cell: Range) -> None:
        self.cell = cell

    @property
    def text(self) -> str:
        return self.cell.sheet_.notes_[self.cell.row_, self.cell.column_]

    def delete(self) -> None:
        self.cell.check("write")
        del self.cell.sheet_.notes_[self.cell.row_, self.cell.column_]
