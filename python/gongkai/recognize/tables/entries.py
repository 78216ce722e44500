"""A token and its cell of the form -> an Entry of a TableReading, in the form's unit.

A text that is no figure, and a figure in no certain unit, leave the cell blank with a problem.
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from gongkai.figures import DRAWN, Reading, clean, joined_digits, read_figure, scale_of
from gongkai.model import UNKNOWN_UNIT, Cell, Entry, Form, Problem, Row, Value
from gongkai.recognize.tables.units import (
    NOT_STATED,
    StatedUnit,
    UnitPlace,
    in_unit,
    is_money,
    money_units,
    stated_unit,
)
from gongkai.recognize.tokenizing import Token

RAW_LONGEST = 120
MANY_CELLS = 20
MANY_NO_FIGURES = "这样的格有{}个，都不是单独的一个数字，未填入"
MANY_ALIKE = "{}（这样的格有{}个）"
NOT_A_FIGURE = "不是单独的一个数字，未填入"
PARTED = "这一格的数字分成几段，不能确定是不是一个数字，未填入"
NOT_SEEN = "这个数字在网页上看不见、移了位，或旁边另有图形文字，未填入"
TWO_UNITS = "单位不一致（{}），无法确定是哪一个单位，未填入"


@dataclass(frozen=True, slots=True)
class ShortRow:
    """A row whose figures have no certain column yet; ``likely`` are the columns that its lines
    speak for.
    """

    row: Row
    columns: tuple[str, ...]
    slots: list[Token]
    likely: tuple[str, ...] | None


@dataclass
class TableReading:
    """What has been placed so far, ``placed`` cells of it from the source, blank ones included.

    ``short_rows`` holds rows whose figures have no certain column yet; ``units`` what is stated of
    the units of cells; ``start`` is the token at which the table begins, ``spots`` are those of its
    labels.
    """

    form: Form
    entries: dict[str, Entry] = field(default_factory=dict)
    problems: list[Problem] = field(default_factory=list)
    short_rows: dict[str, ShortRow] = field(default_factory=dict)
    units: dict[str, list[UnitPlace]] = field(default_factory=dict)
    used: set[int] = field(default_factory=set)
    placed: int = 0
    start: int = 0
    spots: tuple[int, ...] = ()

    @property
    def holds_figures(self) -> bool:
        return any(entry.value is not None for entry in self.entries.values())

    @property
    def values(self) -> dict[str, Value]:
        """Cell -> its figure, None for a blank and for what is no figure."""
        return {cell: entry.value for cell, entry in self.entries.items()}

    def value(self, cell: str) -> Value:
        entry = self.entries.get(cell)
        return entry.value if entry else None

    def agrees_with(self, other: TableReading) -> bool:
        """Whether two readings say the same of every cell that either gives."""
        cells = self.entries.keys() | other.entries.keys()
        return all(self.value(cell) == other.value(cell) for cell in cells)

    def cell(self, row: str, column: str) -> Cell:
        return self.form.cells[f"{self.form.id}.{row}.{column}"]

    def tell(self, raw: str, reason: str, row: str = "", column: str = "") -> None:
        """Add a problem that quotes the beginning of a text."""
        self.problems.append(Problem(self.form.id, row, column, cut(raw), reason))

    def fill_up(self) -> None:
        """Enter a blank for each cell of the form of which nothing was found."""
        for cell in self.form.cells:
            self.entries.setdefault(cell, Entry(cell, None))


def cut(text: str) -> str:
    line = " ".join(text.split())
    return line if len(line) <= RAW_LONGEST else line[:RAW_LONGEST] + "…"


def place_figure(reading: TableReading, cell: Cell, token: Token | None) -> None:
    """Read one cell and enter it; a text that is no figure, 12（上年3）, leaves it blank with a
    problem.
    """
    if token is None:
        reading.entries[cell.id] = Entry(cell.id, None)
        return
    found = read_figure(token.text, cell.column.unit)
    stated = unit_around(reading, cell, token, found)
    entry = entry_in_unit(cell, token, found, stated)
    reading.entries[cell.id] = entry
    reading.placed += 1
    if found.state == "unreadable":
        reading.tell(token.text, why_none(token), cell.row.id, cell.column.id)
    elif entry.value is None and found.value is not None:
        reading.tell(token.text, why_no_unit(token, found, stated), cell.row.id, cell.column.id)


def unit_around(reading: TableReading, cell: Cell, token: Token, found: Reading) -> StatedUnit:
    """What the texts around a figure say of its unit; zero is zero in every unit."""
    places = reading.units.get(cell.id, ())
    if not places or not found.value:
        return NOT_STATED
    return stated_unit(places, cell.column.unit, token.text)


def entry_in_unit(cell: Cell, token: Token, found: Reading, stated: StatedUnit) -> Entry:
    """An entry in the form's unit; blank where what the cell, its head, its label and notes state
    differs. 251000元 in a cell is 25.1 万元, and so is 251000 under 本年收费金额（单位：元）.
    """
    unit = cell.column.unit
    plain = Entry(cell.id, found.value, token.text, token.place)
    if not found.value:
        return plain
    if stated.contradicted or is_against(found.unit, stated.unit, unit):
        return replace(plain, value=None)
    if found.unit:
        return replace(plain, unit=found.converted)
    if stated.unit:
        return converted_entry(plain, stated, unit)
    if is_money(unit) and not money_units(cell.column.label.text):
        return replace(plain, unit=UNKNOWN_UNIT)
    return plain


def is_against(own: str, stated: str, unit: str) -> bool:
    """Whether a cell's own unit is another than the one around it: 251000元 below 单位：千元. Where
    only the official head says another (万元), the cell's counts.
    """
    if not own or not stated:
        return False
    return scale_of(own) != scale_of(stated) != scale_of(unit)


def converted_entry(plain: Entry, stated: StatedUnit, unit: str) -> Entry:
    """An entry in the form's unit, with the text that states another: 57588.71 below 单位：元 is
    5.758871 万元.
    """
    value = in_unit(plain.value, stated.unit, unit)
    if value == plain.value:
        return plain
    return replace(plain, value=value, unit=stated.unit, stated=stated.where)


def why_none(token: Token) -> str:
    if token.text.endswith(DRAWN):
        return NOT_SEEN
    return NOT_A_FIGURE if joined_digits(token.text) is None else PARTED


def why_no_unit(token: Token, found: Reading, stated: StatedUnit) -> str:
    where = stated.where
    if found.unit:
        where += f"、单元格“{clean(token.text)}”"
    return TWO_UNITS.format(where)


def as_one(reading: TableReading) -> None:
    """One problem for many cells with one reason: all of a table's may be written 12（上年3）, or
    in no known unit.
    """
    for reason, alike in by_reason(reading.problems).items():
        if len(alike) <= MANY_CELLS:
            continue
        columns = dict.fromkeys(problem.column for problem in alike)
        told = Problem(
            table=reading.form.id,
            row="",
            column=" ".join(columns),
            raw=alike[0].raw,
            reason=for_many(reason, len(alike)),
        )
        left = []
        for problem in reading.problems:
            if problem not in alike:
                left.append(problem)
        reading.problems[:] = [*left, told]


def by_reason(problems: list[Problem]) -> dict[str, list[Problem]]:
    """The problems that speak of a cell, by what they say of it."""
    found: dict[str, list[Problem]] = {}
    for problem in problems:
        if problem.row and problem.column:
            found.setdefault(problem.reason, []).append(problem)
    return found


def for_many(reason: str, count: int) -> str:
    if reason == NOT_A_FIGURE:
        return MANY_NO_FIGURES.format(count)
    return MANY_ALIKE.format(reason, count)
