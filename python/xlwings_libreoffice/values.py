"""Values as xlwings gives and takes them <-> values of the protocol: dates, truths, errors, texts.

xlwings' engines for Excel give an error as Excel's own number, a date as a datetime, a blank as
None.
"""

from __future__ import annotations

import datetime as dt
import math
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from xlwings_libreoffice.looks import common

ERRORS = {
    "#DIV/0!": -2146826281,
    "#N/A": -2146826246,
    "#NAME?": -2146826259,
    "#NULL!": -2146826288,
    "#NUM!": -2146826252,
    "#REF!": -2146826265,
    "#VALUE!": -2146826273,
}
ERROR_TEXTS = {number: text for text, number in ERRORS.items()}
EPOCH = dt.datetime(1899, 12, 30)
DAY = dt.timedelta(days=1)
Rows = list[list[Any]]


# --- read -----------------------------------------------------------------------------------------


def read_rows(found: dict[str, Any]) -> Rows:
    """The answer of ``read`` -> values; a number in a date's format is a datetime."""
    rows: Rows = found["rows"]
    convert(rows, found.get("dates", ()), as_date)
    convert(rows, found.get("booleans", ()), as_truth)
    for row, column, text in found["errors"]:
        rows[row - 1][column - 1] = ERRORS[text]
    return rows


def convert(rows: Rows, areas: Iterable[Sequence[int]], change: Callable[[float], object]) -> None:
    """The numbers of some areas, counted from 1."""
    for row, column, height, width in areas:
        for line in rows[row - 1 : row - 1 + height]:
            for at in range(column - 1, column - 1 + width):
                if isinstance(line[at], float):
                    line[at] = change(line[at])


def as_date(number: float) -> object:
    """A serial number, to the microsecond; what is no date stays a number."""
    try:
        found = EPOCH + dt.timedelta(days=number)
    except OverflowError:
        return number
    return found.replace(microsecond=0) + dt.timedelta(seconds=round(found.microsecond / 1e6, 3))


def as_truth(number: float) -> object:
    return bool(number) if number in (0.0, 1.0) else number


def clean_rows(
    data: Sequence[Sequence[Any]],
    dates: Callable[..., object],
    empty: object,
    numbers: Callable[[float], object] | None,
    errors: bool,
) -> Rows:
    """What xlwings' converters ask for: options(dates=..., empty=..., numbers=..., err_to_str)."""

    def cleaned(value: Any) -> object:
        if value is None or value == "":
            return empty
        if isinstance(value, dt.datetime):
            return dates(**date_parts(value))
        if isinstance(value, float):
            return value if numbers is None else numbers(value)
        if isinstance(value, int) and value in ERROR_TEXTS:
            return ERROR_TEXTS[value] if errors else None
        return value

    return [list(map(cleaned, row)) for row in data]


def date_parts(value: dt.datetime) -> dict[str, Any]:
    names = ("year", "month", "day", "hour", "minute", "second", "microsecond", "tzinfo")
    return {name: getattr(value, name) for name in names}


@dataclass(frozen=True)
class Picture:
    """The answer of ``formulas`` for an area of a sheet."""

    area: tuple[int, int, int, int]
    found: dict[str, Any]

    def cut(self, area: tuple[int, int, int, int]) -> dict[str, Any]:
        """The same answer for a part of the area."""
        down, across = area[0] - self.area[0], area[1] - self.area[1]
        height, width = area[2:]
        rows = []
        for row in self.found["rows"][down : down + height]:
            rows.append(row[across : across + width])
        cut: dict[str, Any] = {"rows": rows}
        for name in ("errors", "formulas"):
            cut[name] = list(within(self.found[name], (down, across, height, width)))
        for name in ("dates", "booleans"):
            cut[name] = list(areas_within(self.found[name], (down, across, height, width)))
        return cut


def within(places: Iterable[Sequence[Any]], cut: tuple[int, int, int, int]) -> Iterator[list[Any]]:
    """[row, column, text] that lie in a part, counted from its corner."""
    down, across, height, width = cut
    for row, column, text in places:
        if 0 < row - down <= height and 0 < column - across <= width:
            yield [row - down, column - across, text]


def areas_within(
    areas: Iterable[Sequence[int]], cut: tuple[int, int, int, int]
) -> Iterator[tuple[int, int, int, int]]:
    down, across, height, width = cut
    for row, column, rows, columns in areas:
        shared = common((row - down, column - across, rows, columns), (1, 1, height, width))
        if shared is not None:
            yield shared


# --- written --------------------------------------------------------------------------------------


def prepared(value: Any) -> Any:
    """One value of a list or a frame, before it is written: missing ones are blank."""
    if value is None or is_missing(value):
        return None
    if hasattr(value, "to_pydatetime"):
        return value.to_pydatetime()
    if hasattr(value, "item") and not isinstance(value, str | bytes):
        return prepared(value.item())  # of numpy
    return value


def is_missing(value: Any) -> bool:
    if isinstance(value, float):
        return math.isnan(value)
    return type(value).__name__ in ("NaTType", "NAType")


@dataclass
class Entry:
    """What ``write`` is asked: values, and the places, counted from 1, of formulas and formats."""

    rows: Rows = field(default_factory=list)
    formulas: list[list[Any]] = field(default_factory=list)
    kinds: list[list[Any]] = field(default_factory=list)

    def put(self, row: int, column: int, value: Any) -> object:
        """What stands in ``rows`` for a value; all else is noted down."""
        value = prepared(value)
        if isinstance(value, bool):
            self.kinds.append([row, column, "boolean"])
        elif isinstance(value, dt.date):
            has_time = isinstance(value, dt.datetime) and value.time() != dt.time()
            self.kinds.append([row, column, "datetime" if has_time else "date"])
            return serial(value)
        elif isinstance(value, int | float | Decimal):
            return float(value)
        elif isinstance(value, str):
            return self.put_text(row, column, value)
        return value

    def put_text(self, row: int, column: int, text: str) -> str | None:
        """Behind an apostrophe a text is a text; =A1 is a formula, #N/A an error."""
        if text.startswith("'"):
            return text[1:] or None
        if text.startswith("=") and len(text) > 1:
            self.formulas.append([row, column, text])
            return None
        if text in ERRORS:
            self.formulas.append([row, column, f"={text}"])
            return None
        return text or None


def serial(value: dt.date) -> float:
    """A date as the number of days since 1899-12-30."""
    if not isinstance(value, dt.datetime):
        value = dt.datetime.combine(value, dt.time())
    return (value.replace(tzinfo=None) - EPOCH) / DAY


def entry_of(rows: Sequence[Sequence[Any]]) -> Entry:
    entry = Entry()
    for row, values in enumerate(rows, 1):
        line: list[Any] = []
        for column, value in enumerate(values, 1):
            line.append(entry.put(row, column, value))
        entry.rows.append(line)
    return entry


# --- formulas -------------------------------------------------------------------------------------


def formula_rows(found: dict[str, Any]) -> list[list[str]]:
    """The answer of ``formulas`` -> Range.Formula: a constant as text, a formula with its =."""
    rows: list[list[str]] = []
    convert(found["rows"], found["booleans"], as_truth)
    for row in found["rows"]:
        rows.append(list(map(constant, row)))
    for row, column, text in found["formulas"]:
        rows[row - 1][column - 1] = text[1:] if text[1:] in ERRORS else text
    return rows


def constant(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    return format(value, ".15g") if isinstance(value, float) else str(value)


def typed(value: Any) -> Any:
    """A value of Range.Formula, as if it were typed: "5" is a number."""
    if not isinstance(value, str) or value.startswith(("'", "=")):
        return value
    try:
        return float(value)
    except ValueError:
        return value
