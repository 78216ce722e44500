"""One workbook open in LibreOffice and in Excel's double: both are pressed, then compared."""

from __future__ import annotations

import shutil
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from pathlib import Path

import xlwings as xw

from gongkai.excel import commands
from gongkai.excel.live_book import apply_edits, put_rows
from gongkai.excel.runner import CommandResult
from gongkai.model import Report
from gongkai.pipeline import check
from gongkai.spreadsheets import Spot
from gongkai.workbook import layout
from gongkai.workbook.file import template_path
from gongkai.workbook.fill import report_to_edits
from gongkai.workbook.live.formulas import same_formula
from helpers.excel import live
from helpers.excel.engine import ENGINE, open_book
from xlwings_libreoffice import together

Cells = dict[tuple[str, Spot], object]
# A worksheet function in a cell of the template has a value in LibreOffice alone.
OF_TOOL = (layout.TOOL,)


@dataclass
class Beside:
    """``double`` is the workbook in memory, ``office`` the one in LibreOffice; ``trips`` are the
    round trips of the last command.
    """

    double: xw.Book
    office: xw.Book
    trips: Counter[str] = field(default_factory=Counter)

    @property
    def books(self) -> tuple[xw.Book, xw.Book]:
        return self.double, self.office

    @property
    def pages(self) -> list[str]:
        return [sheet.name for sheet in self.office.sheets]

    def put(self, sheet: str, spot: Spot, value: object) -> None:
        """What a person types, in both."""
        for book in self.books:
            book.sheets[sheet].range(spot).value = value

    def change(self, work: Callable[[xw.Book], object]) -> None:
        for book in self.books:
            in_front(book)
            work(book)

    def press(self, name: str, argument: str = "", answer: str = "") -> CommandResult:
        """What came of it, which is the same in both. @/a.csv is a file beside the workbook."""
        double, office = self.results(name, argument, answer)
        assert "Excel" not in office.text
        assert as_in_excel(office) == double
        return office

    def results(self, name: str, argument: str = "", answer: str = "") -> list[CommandResult]:
        found = []
        for book in self.books:
            in_front(book)
            folder = str(Path(book.fullname).parent)
            result = pressed(book, name, argument, answer.replace("@", folder), self.trips)
            found.append(CommandResult(result.kind, result.text.replace(folder, "@")))
        return found


def as_in_excel(office: CommandResult) -> CommandResult:
    """A sentence names the program that it is said in, and the keys that it has."""
    text = office.text
    for own, excel in (("LibreOffice", "Excel"), ("Ctrl+Shift+F9", "Ctrl+Alt+F9")):
        text = text.replace(own, excel)
    return CommandResult(office.kind, text)


def in_front(book: xw.Book) -> None:
    """Both engines are xlwings'; one is asked at a time."""
    xw.engines[book.app.engine.name].activate()
    if book.app.engine.name == ENGINE.name:
        book.activate()
    book.set_mock_caller()


def pressed(
    book: xw.Book, name: str, argument: str, answer: str, trips: Counter[str]
) -> CommandResult:
    """The macro's side of one run; ``trips`` counts those of LibreOffice."""
    if book.app.engine.name == ENGINE.name:
        return live.press(book, name, argument, answer)
    tool = book.sheets[layout.TOOL]
    rows: list[list[object]] = [[f"'{text}" if text else None] for text in (argument, answer)]
    put_rows(tool, layout.TOOL_SPOTS["argument"], [*rows, [None], [None]])
    ask = book.impl.ask
    ask.counted.clear()
    with together(book):
        commands.run(name)
    trips.clear()
    trips.update(ask.counted)
    first, last = layout.TOOL_SPOTS["outcome"], layout.TOOL_SPOTS["text"]
    kind, text = tool.range(first, last).options(ndim=1).value
    return CommandResult(kind, text or "")


def open_beside(app: xw.App, folder: Path, source: Path | None = None) -> Beside:
    """The template, or another file, twice, each in a folder of its own."""
    paths = []
    for name in ("double", "office"):
        (folder / name).mkdir()
        path = folder / name / "年报.xlsm"
        shutil.copyfile(source or template_path(), path)
        paths.append(path)
    return Beside(open_book(paths[0]), xw.Book(impl=app.impl.books.open(str(paths[1]))))


def filled_beside(app: xw.App, folder: Path, report: Report) -> Beside:
    """With a report as an import writes it."""
    both = open_beside(app, folder)
    both.change(lambda book: apply_edits(book, report_to_edits(report, check(report))))
    return both


# --- what stands in them --------------------------------------------------------------------------


def constants(book: xw.Book, names: Iterable[str]) -> tuple[Cells, dict[tuple[str, Spot], str]]:
    """(Sheet, place) -> value of what is no formula, and the formulas."""
    values: Cells = {}
    formulas: dict[tuple[str, Spot], str] = {}
    for name in names:
        if name in OF_TOOL:
            continue
        page = book.sheets[name]
        last = page.used_range.last_cell
        area = page.range((1, 1), (last.row, last.column))
        found = area.options(ndim=2, err_to_str=True).value
        texts = area.formula if len(area) > 1 else ((area.formula,),)
        for row, line in enumerate(found, 1):
            for column, value in enumerate(line, 1):
                text = texts[row - 1][column - 1]
                if text.startswith("=") and text != value:
                    formulas[name, (row, column)] = text
                elif value is not None:
                    values[name, (row, column)] = value
    return values, formulas


def differences(both: Beside, aside: Callable[[str, Spot], bool] | None = None) -> list[object]:
    """Where the two workbooks differ: (sheet, place), in the double, in LibreOffice."""
    assert both.pages == [sheet.name for sheet in both.double.sheets]
    left, own = constants(both.double, both.pages)
    with together(both.office):
        right, other = constants(both.office, both.pages)
    found: list[object] = []
    for place in sorted(left.keys() | right.keys()):
        if left.get(place) != right.get(place) and not (aside and aside(*place)):
            found.append((place, left.get(place), right.get(place)))
    for place in sorted(own.keys() | other.keys()):
        if not same_formula(other.get(place, ""), own.get(place, "")):
            found.append((place, own.get(place), other.get(place)))
    return found
