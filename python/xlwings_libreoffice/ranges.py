"""The engine's ranges, fonts, characters and notes."""

from __future__ import annotations

import re
from typing import Any

from xlwings import base_classes

from xlwings_libreoffice.asking import HostError
from xlwings_libreoffice.looks import (
    Area,
    Native,
    Spot,
    agreed,
    common,
    is_in,
    number_of,
    piece_answers,
    rgb_of,
)
from xlwings_libreoffice.values import (
    ERROR_TEXTS,
    Entry,
    entry_of,
    formula_rows,
    read_rows,
    typed,
)

ROWS, COLUMNS = 1_048_576, 16_384
CELLS = re.compile(r"\$?([A-Za-z]{1,3})\$?(\d+)(?::\$?([A-Za-z]{1,3})\$?(\d+))?")
WHOLE_ROWS = re.compile(r"\$?(\d+):\$?(\d+)")
WHOLE_COLUMNS = re.compile(r"\$?([A-Za-z]{1,3}):\$?([A-Za-z]{1,3})")
MOST_LINES = 10_000  # of a range beyond the used one that is given cell by cell
AXES = {"r": "rows", "rows": "rows", "c": "columns", "columns": "columns"}
STEPS: dict[str, Spot] = {"down": (1, 0), "up": (-1, 0), "right": (0, 1), "left": (0, -1)}


def column_number(letters: str) -> int:
    """A -> 1, AA -> 27."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def column_letters(number: int) -> str:
    """27 -> AA"""
    letters = ""
    while number:
        number, rest = divmod(number - 1, 26)
        letters = chr(ord("A") + rest) + letters
    return letters


def corners_in(text: str) -> Area | None:
    """Top, left, bottom, right of $A$1:B2, 3:4 or C:C; None for what is no address."""
    rows, columns = WHOLE_ROWS.fullmatch(text), WHOLE_COLUMNS.fullmatch(text)
    if rows:
        return int(rows[1]), 1, int(rows[2]), COLUMNS
    if columns:
        return 1, column_number(columns[1]), ROWS, column_number(columns[2])
    found = CELLS.fullmatch(text)
    if found is None:
        return None
    top, left = int(found[2]), column_number(found[1])
    if found[3] is None:
        return top, left, top, left
    bottom, right = int(found[4]), column_number(found[3])
    return min(top, bottom), min(left, right), max(top, bottom), max(left, right)


def corners(sheet: Any, place: Any) -> Area:
    """The corners of a range, of a pair (row, column), of an address or a name."""
    if isinstance(place, Range):
        row, column, height, width = place.area
        return row, column, row + height - 1, column + width - 1
    if isinstance(place, tuple):
        if 0 in place:
            raise IndexError("Attempted to access 0-based Range.")
        return place[0], place[1], place[0], place[1]
    found = corners_in(place)
    if found is not None:
        return found
    names = sheet.names if sheet.names.contains(place) else sheet.book.names
    return corners(sheet, names(place).refers_to_range)


def area_in(address: str) -> Area:
    """$A$1:$J$29 -> (1, 1, 29, 10); HostError for what is none."""
    found = corners_in(address.rpartition("!")[2])
    if found is None:
        raise HostError("host", f"no address {address}")
    top, left, bottom, right = found
    return top, left, bottom - top + 1, right - left + 1


def shown_area(area: Area) -> str:
    """(1, 1, 29, 10) -> $A$1:$J$29"""
    row, column, height, width = area
    first = f"${column_letters(column)}${row}"
    if height * width == 1:
        return first
    return f"{first}:${column_letters(column + width - 1)}${row + height - 1}"


class Range(base_classes.Range):
    def __init__(self, sheet: Any, row: int, column: int, rows: int, columns: int) -> None:
        self._sheet, self._row, self._column = sheet, row, column
        self._rows, self._columns, self.arg1_input = rows, columns, ""
        self.ask, self.token = sheet.ask, sheet.book.token

    api = property(lambda self: Native(self.tell))
    sheet = property(lambda self: self._sheet)
    row = property(lambda self: self._row)
    column = property(lambda self: self._column)
    shape = property(lambda self: (self._rows, self._columns))
    area = property(lambda self: (self._row, self._column, self._rows, self._columns))
    box = property(lambda self: [self._sheet.name, *self.area])
    coords = property(lambda self: (self._sheet.name, *self.area))
    address = property(lambda self: shown_area(self.area))
    has_array = property(lambda self: False)

    def __len__(self) -> int:
        return self._rows * self._columns

    def __bool__(self) -> bool:
        return True

    def __call__(self, *at: int) -> Range:
        if len(at) == 2:
            row, column = at
        else:
            row, column = (at[0] - 1) // self._columns + 1, (at[0] - 1) % self._columns + 1
        if 0 in (row, column):
            raise IndexError("Attempted to access 0-based Range.")
        return Range(self._sheet, self._row + row - 1, self._column + column - 1, 1, 1)

    def get_address(self, row_absolute: bool, column_absolute: bool, external: bool) -> str:
        text = self.address
        if not column_absolute:
            text = re.sub(r"\$([A-Z])", r"\1", text)
        if not row_absolute:
            text = re.sub(r"\$(\d)", r"\1", text)
        book = self._sheet.book.name
        return f"'[{book}]{self._sheet.name}'!{text}" if external else text

    def within(self, area: Area) -> Range:
        return Range(self._sheet, *area)

    # --- values and formulas ----------------------------------------------------------------------

    @property
    def raw_value(self) -> Any:
        """As Excel gives it: a scalar for one cell, else a tuple of rows."""
        known = self.used_part()
        if known is None:
            rows: list[list[Any]] = []
        else:
            rows = read_rows(self.ask.cells("read", self.token, known.box))
        rows = self.padded(rows)
        return rows[0][0] if len(self) == 1 else tuple(map(tuple, rows))

    @raw_value.setter
    def raw_value(self, value: Any) -> None:
        if isinstance(value, list | tuple):
            is_block = bool(value) and isinstance(value[0], list | tuple)
            self.write(entry_of(value if is_block else [value]))
        elif isinstance(value, str) and value.startswith("=") and len(self) > 1:
            self.fill(value)
        else:
            self.write(entry_of([[value] * self._columns] * self._rows))

    def write(self, entry: Entry) -> None:
        corner = [self._sheet.name, self._row, self._column]
        self.ask("write", self.token, corner, entry.rows, entry.formulas, entry.kinds)

    def fill(self, formula: str) -> None:
        """A formula for all cells: what it names moves with them, from the first."""
        self.ask("fill", self.token, self.box, formula)

    def used_part(self) -> Range | None:
        """Of whole rows and columns only what is used is read."""
        if self._rows <= MOST_LINES and self._columns < COLUMNS:
            return self
        shared = common(self.area, self._sheet.used_range.area)
        if shared is None:
            return None
        bottom, right = shared[0] + shared[2] - self._row, shared[1] + shared[3] - self._column
        return self.within((self._row, self._column, bottom, right))

    def padded(self, rows: list[list[Any]]) -> list[list[Any]]:
        for row in rows:
            row += [None] * (self._columns - len(row))
        for _ in range(self._rows - len(rows)):
            rows.append([None] * self._columns)
        return rows

    @property
    def formula(self) -> Any:
        rows = formula_rows(self.ask.cells("formulas", self.token, self.box))
        return rows[0][0] if len(self) == 1 else tuple(map(tuple, rows))

    @formula.setter
    def formula(self, value: Any) -> None:
        if not isinstance(value, list | tuple):
            self.raw_value = typed(value)
            return
        rows = value if isinstance(value[0], list | tuple) else [value]
        self.write(entry_of([list(map(typed, row)) for row in rows]))

    formula2 = formula

    def clear_contents(self) -> None:
        self.ask("clear", self.token, self.box, "contents")

    def clear_formats(self) -> None:
        self.ask("clear", self.token, self.box, "formats")

    def clear(self) -> None:
        self.ask("clear", self.token, self.box, "all")

    def end(self, direction: str) -> Range:
        """Where Ctrl and an arrow key lead from the first cell."""
        down, across = STEPS[direction]
        ahead = self.ahead(direction)
        used = [value is not None for value in ahead]
        if len(used) > 1 and used[0] and used[1]:
            steps = used.index(False) - 1 if False in used else len(used) - 1
        elif True in used[1:]:
            steps = used.index(True, 1)
        else:
            limit = {"down": ROWS - self._row, "right": COLUMNS - self._column}
            steps = limit.get(direction, len(used) - 1)
        return self.within((self._row + down * steps, self._column + across * steps, 1, 1))

    def ahead(self, direction: str) -> list[Any]:
        """The values from the first cell to the end of the used range, or of the sheet."""
        row, column, height, width = self._sheet.used_range.area
        bottom, right = max(row + height - 1, self._row), max(column + width - 1, self._column)
        areas = {
            "down": (self._row, self._column, bottom - self._row + 1, 1),
            "up": (1, self._column, self._row, 1),
            "right": (self._row, self._column, 1, right - self._column + 1),
            "left": (self._row, 1, 1, self._column),
        }
        found = self.within(areas[direction]).raw_value
        rows = found if isinstance(found, tuple) else ((found,),)
        values = [value for line in rows for value in line]
        return values if direction in ("down", "right") else values[::-1]

    @property
    def current_region(self) -> Range:
        return Range(self._sheet, *self.ask("region", self.token, self.box))

    # --- looks ------------------------------------------------------------------------------------

    def tell(self, question: str) -> Any:
        areas = [self.area]
        return self.ask.looks(self.token, self._sheet.name, areas).told(areas, question)

    @property
    def number_format(self) -> str | None:
        """None where the cells differ."""
        known = self.ask.known_looks(self.token, self._sheet.name, [self.area])
        if known is not None:
            found: str | None = known.told([self.area], "format")
        else:
            found = self.ask("format", self.token, self.box)
        return found

    @number_format.setter
    def number_format(self, value: str) -> None:
        self.ask("set_format", self.token, self.box, value)

    def style(self, name: str) -> Any:
        return self.ask("style", self.token, self.box)[name]

    def set_style(self, **wanted: Any) -> None:
        self.ask("set_style", self.token, self.box, wanted)

    font = property(lambda self: Font(self))
    characters = property(lambda self: Characters(self, 0, None))

    @property
    def color(self) -> tuple[int, int, int] | None:
        return rgb_of(self.style("ground"))

    @color.setter
    def color(self, value: Any) -> None:
        self.set_style(ground=number_of(value))

    @property
    def wrap_text(self) -> bool | None:
        found: bool | None = self.style("wrap")
        return found

    @wrap_text.setter
    def wrap_text(self, value: bool) -> None:
        self.set_style(wrap=bool(value))

    @property
    def horizontal_alignment(self) -> str | None:
        found: str | None = self.style("horizontal")
        return found

    @horizontal_alignment.setter
    def horizontal_alignment(self, value: str) -> None:
        self.set_style(horizontal=value)

    @property
    def vertical_alignment(self) -> str | None:
        found: str | None = self.style("vertical")
        return found

    @vertical_alignment.setter
    def vertical_alignment(self, value: str) -> None:
        self.set_style(vertical=value)

    # --- rows, columns, merged cells --------------------------------------------------------------

    def size(self, name: str) -> Any:
        return self.ask("size", self.token, self.box)[name]

    def set_size(self, name: str, value: Any) -> None:
        self.ask("set_size", self.token, self.box, name, value)

    left = property(lambda self: self.size("left"))
    top = property(lambda self: self.size("top"))
    width = property(lambda self: self.size("width"))
    height = property(lambda self: self.size("height"))
    row_height = property(
        lambda self: self.size("row"), lambda self, value: self.set_size("row", value)
    )
    column_width = property(
        lambda self: self.size("column"), lambda self, value: self.set_size("column", value)
    )
    row_hidden = property(
        lambda self: self.size("hidden_row"),
        lambda self, value: self.set_size("hidden_row", bool(value)),
    )
    column_hidden = property(
        lambda self: self.size("hidden_column"),
        lambda self, value: self.set_size("hidden_column", bool(value)),
    )

    def autofit(self, axis: str | None = None) -> None:
        self.ask("fit", self.token, self.box, AXES[axis] if axis else None)

    def way(self, shift: str | None, along: tuple[str, str]) -> str:
        """How cells move: whole rows and columns as such."""
        if self._columns == COLUMNS:
            return "rows"
        if self._rows == ROWS:
            return "columns"
        if shift is not None:
            return shift
        return along[0] if self._columns >= self._rows else along[1]

    def insert(self, shift: str | None = None, copy_origin: str | None = None) -> None:
        self.ask("insert", self.token, self.box, self.way(shift, ("down", "right")))

    def delete(self, shift: str | None = None) -> None:
        self.ask("delete", self.token, self.box, self.way(shift, ("up", "left")))

    def copy(self, destination: Range | None = None) -> None:
        if destination is None:
            raise NotImplementedError("the clipboard")
        target = destination if isinstance(destination, Range) else destination.impl
        if target.token != self.token:
            raise NotImplementedError("a copy into another book")
        corner = [target.sheet.name, target.row, target.column]
        self.ask("copy_cells", self.token, self.box, corner)

    def merge(self, across: bool = False) -> None:
        if not across:
            self.ask("merge", self.token, self.box, True)
            return
        for row in range(self._row, self._row + self._rows):
            box = [self._sheet.name, row, self._column, 1, self._columns]
            self.ask("merge", self.token, box, True)

    def unmerge(self) -> None:
        self.ask("merge", self.token, self.box, False)

    def merged(self) -> list[Area]:
        name = self._sheet.name
        areas: list[Area] = self.ask.merged(self.token, name, (1, 1, ROWS, COLUMNS))
        return [area for area in areas if common(area, self.area)]

    @property
    def merge_area(self) -> Range:
        spot = self._row, self._column
        for area in self.merged():
            if is_in(spot, area):
                return self.within(area)
        return self.within((*spot, 1, 1))

    @property
    def merge_cells(self) -> bool:
        return bool(self.merged())

    # --- the rest ---------------------------------------------------------------------------------

    def select(self) -> None:
        self.ask("select", self.token, self.box)

    @property
    def name(self) -> Any:
        wanted = f"={self._sheet.name}!{self.address}"
        for _, one in self._sheet.book.names.snapshot():
            if one.refers_to.replace("'", "") == wanted:
                return one
        return None

    @name.setter
    def name(self, value: str) -> None:
        quoted = self._sheet.name.replace("'", "''")
        self._sheet.book.names.add(value, f"='{quoted}'!{self.address}")

    @property
    def note(self) -> Note | None:
        found = self.ask("note", self.token, self.box)
        return None if found is None else Note(self)

    def add_note(self, text: str) -> Note:
        """Refused where the cell has one, as in Excel."""
        if self.note is not None:
            raise HostError("host", "the cell has a note")
        self.ask("set_note", self.token, self.box, text)
        return Note(self)


class Font(base_classes.Font):
    """None where cells differ."""

    def __init__(self, cells: Range) -> None:
        self.cells = cells

    api = property(lambda self: self.cells.api.Font)
    bold = property(
        lambda self: self.cells.style("bold"),
        lambda self, value: self.cells.set_style(bold=bool(value)),
    )
    italic = property(
        lambda self: self.cells.style("italic"),
        lambda self, value: self.cells.set_style(italic=bool(value)),
    )
    size = property(
        lambda self: self.cells.style("size"),
        lambda self, value: self.cells.set_style(size=float(value)),
    )
    name = property(
        lambda self: self.cells.style("font"),
        lambda self, value: self.cells.set_style(font=str(value)),
    )
    color = property(
        lambda self: rgb_of(self.cells.style("color")),
        lambda self, value: self.cells.set_style(color=number_of(value)),
    )


class Characters(base_classes.Characters):
    """Letters of a cell's text, from ``start`` up to before ``stop``; only read."""

    def __init__(self, cell: Range, start: int, stop: int | None) -> None:
        self.cell, self.start, self.stop = cell, start, stop

    api = property(lambda self: Native(self.tell))

    def __getitem__(self, item: slice | int) -> Characters:
        if isinstance(item, int):
            return Characters(self.cell, self.start + item, self.start + item + 1)
        stop = self.stop if item.stop is None else self.start + item.stop
        return Characters(self.cell, self.start + (item.start or 0), stop)

    @property
    def text(self) -> str:
        value = self.cell(1, 1).raw_value
        return "" if value is None or value in ERROR_TEXTS else str(value)[self.start : self.stop]

    def tell(self, question: str) -> Any:
        cell = self.cell(1, 1)
        known = cell.ask.looks(cell.token, cell.sheet.name, [cell.area])
        portions = known.pieces.get((cell.row, cell.column))
        if portions is None or question not in ("superscript", "subscript", "struck", *SIZED):
            return known.told([cell.area], question)
        return agreed(piece_answers(self.cut(portions), question))

    def cut(self, portions: list[list[Any]]) -> list[list[Any]]:
        """Those of the pieces that have letters here."""
        found, at = [], 0
        for portion in portions:
            end = at + portion[0]
            if at < (end if self.stop is None else self.stop) and end > self.start:
                found.append(portion)
            at = end
        return found


SIZED = ("color", "size")


class Note(base_classes.Note):
    def __init__(self, cell: Range) -> None:
        self.cell = cell

    api = property(lambda self: self)
    location = property(lambda self: self.cell)
    author = property(lambda self: "")

    @property
    def text(self) -> str:
        return self.cell.ask("note", self.cell.token, self.cell.box) or ""

    @text.setter
    def text(self, value: str) -> None:
        self.cell.ask("set_note", self.cell.token, self.cell.box, value)

    def delete(self) -> None:
        self.cell.ask("set_note", self.cell.token, self.cell.box, None)
