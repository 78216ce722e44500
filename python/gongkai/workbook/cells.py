"""A value -> the text that a person would type; a figure in another unit than its source -> what
its sheet keeps of it, and the comment on its cell.

Apart from values.py, for what people decided is read by the same texts and stands below it.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal

from gongkai import figures, wording
from gongkai.model import Edit, Entry
from gongkai.spreadsheets import Spot, formats, seen
from gongkai.workbook.layout import TableSheet

OURS = "gongkai："  # how our comments begin

Written = int | Decimal | str | None  # what a cell may be given
RowValues = Sequence[Written]  # what the columns of a row are given, from A on


@dataclass(frozen=True)
class ListLines:
    """Lines of a list, one below the other; ``top`` is the row of the first, from 1."""

    top: int
    lines: Sequence[RowValues]

    @property
    def has_any(self) -> bool:
        """Whether anything stands in them."""
        return any(True for _ in self.spots())

    def spots(self) -> Iterator[Spot]:
        """Where something stands."""
        for row, line in enumerate(self.lines, self.top):
            for column, value in enumerate(line, 1):
                if value is not None:
                    yield row, column

    def edits(self, sheet: str) -> Iterator[list[Edit]]:
        """The edits that write them, a row at a time: those of all take a hundred bytes a cell."""
        for row, line in enumerate(self.lines, self.top):
            edits: list[Edit] = []
            for column, value in enumerate(line, 1):
                edits.append(Edit(sheet, row, column, value))
            yield edits


SURE = 10**formats.EXACT_DIGITS  # below it no count needs a text


def canonical(value: object) -> str:
    """A cell's value as the one text that it has in every program."""
    return "".join(wording.plain_text(seen.text_of(value)).split())


def as_number(value: int | Decimal) -> int | Decimal | str:
    """A figure for a cell: its digits as a text where a number would lose some."""
    if isinstance(value, int) and -SURE < value < SURE:
        return value
    text = format(value, "f") if isinstance(value, Decimal) else str(value)
    return text if len(text.strip("-0.").replace(".", "")) > formats.EXACT_DIGITS else value


def by_sheet(edits: Iterable[Edit]) -> dict[str, list[Edit]]:
    sheets: dict[str, list[Edit]] = {}
    for edit in edits:
        sheets.setdefault(edit.sheet, []).append(edit)
    return sheets


def edits_on(sheet: str, wanted: Mapping[Spot, Written]) -> list[Edit]:
    """What is to stand in places of a sheet, as edits."""
    edits: list[Edit] = []
    for place, value in wanted.items():
        edits.append(Edit(sheet, *place, value))
    return edits


def copied(values: Mapping[str, Mapping[Spot, object]]) -> dict[str, dict[Spot, object]]:
    """What stands on sheets, such that cells can be changed in it."""
    found: dict[str, dict[Spot, object]] = {}
    for name, cells in values.items():
        found[name] = dict(cells)
    return found


# --- figures in another unit than their source ----------------------------------------------------


def source_text(entry: Entry) -> str | None:
    """What is kept of a figure: its value, and the source's unit, where that stands, and its text,
    a line each. None where the figure is in the unit of its source, or there is none.
    """
    if not entry.unit or entry.value is None:
        return None
    return "\n".join(
        (figures.shown(entry.value), *map(wording.one_line, (entry.unit, entry.stated, entry.raw)))
    )


def entry_of(cell: str, kept: object) -> Entry | None:
    lines = seen.text_of(kept).split("\n")
    if len(lines) != 4:
        return None
    value = figures.read_figure(lines[0]).value
    return Entry(cell, value, lines[3], unit=lines[1], stated=lines[2])


def with_source(entry: Entry, kept: object) -> Entry:
    """An entry of a sheet with what was kept of it, unless another figure has taken its place."""
    if kept is None:
        return entry
    found = entry_of(entry.cell, kept)
    if found is None or found.value is None or found.value != entry.value:
        return entry
    return replace(found, place=entry.place)


def comments_of(sheet: TableSheet, edits: Iterable[Edit]) -> dict[Spot, str]:
    """Spot of a figure -> the comment that belongs on it, "" for none, for each whose source an
    edit tells: gongkai：原文“2670”以元为单位（见表头“金额（元）”），已换算为0.267万元。
    """
    cells = dict(zip(sheet.sources.values(), sheet.sources, strict=True))
    found: dict[Spot, str] = {}
    for edit in edits:
        cell = cells.get((edit.row, edit.column))
        if cell is None:
            continue
        entry = entry_of(cell, edit.value)
        said = wording.unit_text(entry, sheet.form.cells[cell].column) if entry else ""
        found[sheet.cells[cell]] = f"{OURS}{said}。" if said else ""
    return found


def kept_edits(sheet: TableSheet, values: Mapping[Spot, object]) -> list[Edit]:
    """The edits that would keep what a sheet keeps already."""
    edits: list[Edit] = []
    for spot in sheet.sources.values():
        edits.append(Edit(sheet.name, *spot, seen.text_of(values.get(spot)) or None))
    return edits
