"""Excel in memory behind xlwings' own classes, so that xlwings converts values as it does on a
desktop.

Built on ``xlwings.base_classes`` as xlwings' engine for Windows is (``xlwings/_xlwindows.py``),
with the same shapes: a block is a tuple of tuples, a single cell a scalar, an empty cell None, a
number a float, an error an integer. What Excel makes of what is written stands in ``entry.py``.
``Excel`` records every call that touches a range and can fail at the nth one.
"""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from functools import cache
from io import BytesIO
from pathlib import Path
from typing import Any

import xlwings as xw
from openpyxl import load_workbook
from openpyxl.cell.rich_text import CellRichText, TextBlock
from openpyxl.utils import column_index_from_string
from xlwings import base_classes

from helpers.excel.entry import ERRORS, GENERAL, PLAIN, Cell, ComError, Look
from helpers.excel.grid import PRINT_AREA, Range, Sheet, Spot

TEXTS = {number: text for text, number in ERRORS.items()}


@dataclass
class Call:
    """One call that touches a range: read, write, formula (read), set formula, format, look (a
    question of looks), autofit, select, clear.
    """

    kind: str
    sheet: str
    address: str


@dataclass
class Excel:
    """The application: what the tests look at and steer.

    ``fail_at`` is the number (1 for the first) of the range call that raises, counted over
    ``COUNTED`` kinds; ``broken`` makes every later one raise too. ``lacks`` names properties of the
    application that raise NotImplementedError, as they do on platforms without them; one that lacks
    a "printer" has no page setup. ``protected`` are sheets that refuse to be written.
    """

    calls: list[Call] = field(default_factory=list)
    fail_at: int = 0
    broken: bool = False
    lacks: set[str] = field(default_factory=set)
    protected: set[str] = field(default_factory=set)
    statuses: list[object] = field(default_factory=list)
    books: list[Book] = field(default_factory=list)
    results: dict[str, object] = field(default_factory=dict)

    COUNTED = ("read", "write", "formula", "set formula")

    def touch(self, kind: str, rng: Range) -> None:
        self.calls.append(Call(kind, rng.sheet.name, rng.address))
        count = len(self.counted())
        if (
            kind in self.COUNTED
            and self.fail_at
            and (count == self.fail_at or (self.broken and count > self.fail_at))
        ):
            raise ComError("调用被被呼叫方拒绝")
        if kind in ("write", "set formula", "clear") and rng.sheet.name in self.protected:
            raise ComError("您试图更改的单元格或图表位于受保护的工作表中")

    def counted(self) -> list[Call]:
        return [call for call in self.calls if call.kind in self.COUNTED]


def open_book(
    path: Path, results: Mapping[str, object] | None = None, version: str = "16.0"
) -> xw.Book:
    """A workbook file as a live book; ``results`` maps formulas to the values that Excel would show
    for them.
    """
    excel = Excel(results=dict(results or {}))
    app = App(excel, version)
    book = load_book(path, app)
    excel.books.append(book)
    # Activating a sheet asks xlwings which application is the active one.
    engine = xw.Engine(impl=ENGINE)
    xw.engines.add(engine)
    engine.activate()
    return xw.Book(impl=book)


def excel_of(book: xw.Book) -> Excel:
    excel: Excel = book.impl.app.excel
    return excel


def cell_of(book: xw.Book, sheet: str, spot: Spot) -> Cell:
    """A cell's state, without a range call."""
    cell: Cell = book.sheets[sheet].impl.cell(spot)
    return cell


def snapshot(book: xw.Book) -> dict[str, dict[Spot, tuple[object, str]]]:
    """Sheet -> place -> (value, formula) of all filled cells, without a range call."""
    return {
        sheet.name: {
            spot: (cell.value, cell.formula) for spot, cell in sheet.cells_.items() if cell.filled
        }
        for sheet in book.impl.sheets_
    }


@dataclass(frozen=True)
class ParsedSheet:
    """What a file says of a sheet: its cells, formats of whole columns, merged cells.

    A blank cell in its column's format is not among them: every book that is opened makes its own
    cells of these.
    """

    name: str
    visible: bool
    cells: Mapping[Spot, Cell]
    formats: Mapping[int, str]
    anchors: Mapping[Spot, Spot]
    hidden_rows: frozenset[int]
    hidden_columns: frozenset[int]
    names: Mapping[str, str]


@cache
def parse_book(content: bytes) -> tuple[tuple[ParsedSheet, ...], Mapping[str, str], int]:
    """Sheets, defined names and the active sheet's place; kept, for openpyxl takes a second for the
    template.
    """
    workbook = load_workbook(BytesIO(content), rich_text=True)
    names = {name: str(entry.attr_text) for name, entry in workbook.defined_names.items()}
    return tuple(parse_sheet(sheet) for sheet in workbook), names, workbook.index(workbook.active)


def parse_sheet(source: Any) -> ParsedSheet:
    formats: dict[int, str] = {}
    hidden: set[int] = set()
    for letter, column in source.column_dimensions.items():
        number = column_index_from_string(letter)
        places = range(column.min or number, (column.max or number) + 1)
        formats |= dict.fromkeys(places, column.number_format)
        if column.hidden or (column.width is not None and column.width < 0.1):
            hidden.update(places)
    rows = {
        number
        for number, row in source.row_dimensions.items()
        if row.hidden or (row.height is not None and row.height < 1)
    }
    anchors = {
        (row, column): (box.min_row, box.min_col)
        for box in source.merged_cells.ranges
        for row in range(box.min_row, box.max_row + 1)
        for column in range(box.min_col, box.max_col + 1)
    }
    cells = {}
    for cell in (cell for line in source.iter_rows() for cell in line):
        parsed = parse_cell(cell)
        if parsed.filled or parsed.format != formats.get(cell.column, GENERAL):
            cells[cell.row, cell.column] = parsed
    visible = source.sheet_state == "visible"
    names = {
        name: str(entry.attr_text).rpartition("!")[2]
        for name, entry in source.defined_names.items()
    }
    if source.print_area:
        names[PRINT_AREA] = str(source.print_area).rpartition("!")[2]
    return ParsedSheet(
        source.title, visible, cells, formats, anchors, frozenset(rows), frozenset(hidden), names
    )


def parse_cell(source: Any) -> Cell:
    value, code = getattr(source.value, "text", source.value), source.number_format
    if source.data_type == "f":
        return Cell(None, str(value), code)
    look = look_of(source.font, source.fill) if value is not None else PLAIN
    if isinstance(value, CellRichText):
        runs = tuple(
            (str(run), look_of(run.font, source.fill) if isinstance(run, TextBlock) else look)
            for run in value
        )
        return Cell(str(value), "", code, look=look, runs=runs)
    number = isinstance(value, int | float) and not isinstance(value, bool)
    return Cell(float(value) if number else value, "", code, look=look)


def look_of(font: Any, fill: Any) -> Look:
    """Of a cell's font, or that of a piece of its text."""
    raised = font.vertAlign or ""
    size = float(font.sz or PLAIN.size)
    ground = color_of(fill.fgColor, PLAIN.ground) if fill.fill_type == "solid" else PLAIN.ground
    color = color_of(font.color, PLAIN.color)
    return Look(
        raised == "superscript", raised == "subscript", bool(font.strike), color, size, ground
    )


def color_of(color: Any, otherwise: int) -> int:
    """As Excel counts it, blue first; of the colours of a theme only the first two are told
    apart.
    """
    if color is None:
        return otherwise
    if color.type == "theme":
        return 0xFFFFFF if color.theme == 0 else 0
    red, green, blue = bytes.fromhex(color.rgb[-6:]) if color.type == "rgb" else (0, 0, 0)
    return red + (green << 8) + (blue << 16)


def load_book(path: Path, app: App) -> Book:
    sheets, names, active = parse_book(path.read_bytes())
    book = Book(app, str(path))
    for parsed in sheets:
        sheet = Sheet(book, parsed.name, parsed.visible)
        for spot, cell in parsed.cells.items():
            value = app.excel.results.get(cell.formula) if cell.formula else cell.value
            sheet.cells_[spot] = replace(cell, value=value)
        sheet.formats, sheet.anchors = dict(parsed.formats), dict(parsed.anchors)
        sheet.hidden_rows, sheet.hidden_columns = (
            set(parsed.hidden_rows),
            set(parsed.hidden_columns),
        )
        sheet.names_ = dict(parsed.names)
        book.sheets_.append(sheet)
    book.names_, book.active = dict(names), book.sheets_[active]
    return book


class Engine:
    name, type = "memory", "desktop"

    def __init__(self) -> None:
        self.running: list[App] = []

    @property
    def apps(self) -> Apps:
        return Apps(self)

    @staticmethod
    def prepare_xl_data_element(value: object, options: object) -> object:
        """As ``_xlwindows.Engine``: what is missing becomes an empty text."""
        return "" if value is None or value != value else value

    @staticmethod
    def clean_value_data(
        data: Sequence[Sequence[object]],
        dates: Callable[..., object],
        empty: object,
        numbers: Any,
        errors: bool,
    ) -> list[list[object]]:
        def clean(value: object) -> object:
            if value in ("", None):
                return empty
            if isinstance(value, dt.datetime):
                return dates(
                    month=value.month,
                    day=value.day,
                    year=value.year,
                    hour=value.hour,
                    minute=value.minute,
                    second=value.second,
                    microsecond=value.microsecond,
                    tzinfo=None,
                )
            if numbers is not None and isinstance(value, float):
                return numbers(value)
            if isinstance(value, int) and value in TEXTS:
                return TEXTS[value] if errors else None
            return value

        return [[clean(value) for value in row] for row in data]


class Apps(base_classes.Apps):
    def __init__(self, engine: Engine) -> None:
        self.engine = engine

    def __iter__(self) -> Iterator[App]:
        return iter(self.engine.running)

    def __len__(self) -> int:
        return len(self.engine.running)


ENGINE = Engine()


class App(base_classes.App):
    def __init__(self, excel: Excel, version: str) -> None:
        self.excel, self._version = excel, version
        self.selected: Range | None = None
        self.alerts = self.updating = True
        ENGINE.running = [self]

    api = property(lambda self: self)
    engine = property(lambda self: ENGINE)
    pid = hwnd = property(lambda self: 1)
    version = property(lambda self: self._version)
    selection = property(lambda self: self.selected)
    display_alerts = property(
        lambda self: self.alerts, lambda self, value: setattr(self, "alerts", value)
    )
    screen_updating = property(
        lambda self: self.updating, lambda self, value: setattr(self, "updating", value)
    )

    @property
    def books(self) -> Books:
        return Books(self)

    def activate(self, steal_focus: bool = False) -> None:
        """Nothing to bring to the front."""

    @property
    def status_bar(self) -> object:
        return self.excel.statuses[-1] if self.excel.statuses else False

    @status_bar.setter
    def status_bar(self, value: object) -> None:
        if "status_bar" in self.excel.lacks:
            raise NotImplementedError
        self.excel.statuses.append(value)


class Books(base_classes.Books):
    def __init__(self, app: App) -> None:
        self.app = app

    active = property(lambda self: self.app.excel.books[-1])

    def __call__(self, key: int | str) -> Book:
        """KeyError, as xlwings' own engines raise it, for one that is not open."""
        books = self.app.excel.books
        return books[key - 1] if isinstance(key, int) else {book.name: book for book in books}[key]

    def __len__(self) -> int:
        return len(self.app.excel.books)

    def __iter__(self) -> Iterator[Book]:
        return iter(self.app.excel.books)

    def open(self, fullname: str, *others: object) -> Book:
        """A file, which becomes the active workbook."""
        book = load_book(Path(fullname), self.app)
        self.app.excel.books.append(book)
        return book


class Book(base_classes.Book):
    def __init__(self, app: App, fullname: str) -> None:
        self._app, self._fullname = app, fullname
        self.sheets_: list[Sheet] = []
        self.names_: dict[str, str] = {}
        self.saved: list[str] = []
        self.unsaveable = self.in_cloud = False
        self.active: Sheet

    api = property(lambda self: self)
    app = property(lambda self: self._app)
    name = property(lambda self: Path(self._fullname).name)

    @property
    def fullname(self) -> str:
        if self.in_cloud:  # as xlwings says it where it finds no copy of the file on this machine
            raise xw.XlwingsError("Couldn't find your local OneDrive file, see: xlwings.org/error")
        return self._fullname

    sheets = property(lambda self: Sheets(self))
    names = property(lambda self: Names(self))

    def activate(self) -> None:
        books = self._app.excel.books
        books.append(books.pop(books.index(self)))

    def __getattr__(self, name: str) -> object:
        """What Excel has on Windows alone."""
        if name == "SaveCopyAs" and "SaveCopyAs" not in self._app.excel.lacks:
            return self.save_copy
        raise AttributeError(name)

    def save_copy(self, path: str) -> None:
        """As ``save``, and the workbook stays open under its name."""
        if self.unsaveable:
            raise ComError("无法访问文件")
        Path(path).write_bytes(Path(self._fullname).read_bytes())

    def save(self, path: str | None = None, password: str | None = None) -> None:
        """Only recorded, but the file is there afterwards, as after Workbook.SaveAs."""
        if self.unsaveable:
            raise ComError("无法访问文件")
        target = Path(path or self._fullname)
        if path:
            target.write_bytes(Path(self._fullname).read_bytes())
        self._fullname = str(target)
        self.saved.append(str(target))


class Names(base_classes.Names):
    def __init__(self, book: Book) -> None:
        self.book = book

    def __call__(self, key: int | str) -> Name:
        name = list(self.book.names_)[key - 1] if isinstance(key, int) else key
        return Name(self.book, name)

    def contains(self, key: str) -> bool:
        return key in self.book.names_

    def add(self, name: str, refers_to: str) -> Name:
        self.book.names_[name] = refers_to.removeprefix("=")
        return Name(self.book, name)

    def __len__(self) -> int:
        return len(self.book.names_)


class Name(base_classes.Name):
    def __init__(self, book: Book, text: str) -> None:
        self.book, self.text = book, text

    name = property(lambda self: self.text)
    refers_to = property(lambda self: f"={self.book.names_[self.text]}")

    @property
    def refers_to_range(self) -> Range:
        sheet, _, place = self.book.names_[self.text].rpartition("!")
        return self.book.sheets(sheet.strip("'").replace("''", "'")).range(place)


class Sheets(base_classes.Sheets):
    def __init__(self, book: Book) -> None:
        self.book = book

    active = property(lambda self: self.book.active)

    def __call__(self, key: int | str) -> Sheet:
        if isinstance(key, int):
            return self.book.sheets_[key - 1]
        for sheet in self.book.sheets_:
            if sheet.name.lower() == key.lower():
                return sheet
        raise ComError("下标越界")

    def __len__(self) -> int:
        return len(self.book.sheets_)

    def __iter__(self) -> Iterator[Sheet]:
        return iter(list(self.book.sheets_))

    def __contains__(self, key: str) -> bool:
        return any(sheet.name.lower() == key.lower() for sheet in self.book.sheets_)

    def add(
        self, before: Sheet | None = None, after: Sheet | None = None, name: str | None = None
    ) -> Sheet:
        """A new sheet becomes the active one; without a name it is Sheet1, Sheet2 and so on."""
        number = 1
        while f"Sheet{number}" in self:
            number += 1
        sheet = Sheet(self.book, f"Sheet{number}", True)
        near = before or after or self.book.active
        at = self.book.sheets_.index(near) + (0 if before or not after else 1)
        self.book.sheets_.insert(at, sheet)
        self.book.active = sheet
        if name is not None:
            sheet.name = name
        return sheet


__all__ = ["Call", "ComError", "Excel", "cell_of", "excel_of", "open_book", "snapshot"]
