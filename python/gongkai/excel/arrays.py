"""A range's values, in any form and orientation that Excel delivers -> the figures of official
tables.

A range of figures alone is known by its size; one with labels by its labels: as a piece of the
official form, or else as recognition reads it. What is neither is refused with a sentence that
names the sizes.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import chain, count, groupby, product
from typing import Any, TypeVar

from xlwings.conversion import Accessor, ValueAccessor

from gongkai import editions, figures
from gongkai.model import (
    Box,
    Cell,
    Entry,
    Form,
    GongkaiError,
    Grid,
    GridCell,
    Label,
    Part,
    Place,
    Problem,
    Table,
    Value,
)
from gongkai.recognize import labelling, tokenizing
from gongkai.recognize.tables import read_tables
from gongkai.spreadsheets.seen import text_of
from gongkai.workbook.layout import same_form

Rows = list[list[object]]
RowValue = TypeVar("RowValue")
Shape = tuple[int, int]

MOST_CELLS = 5_000  # of a range; the three tables have 240
EXACT = 10**15  # a spreadsheet keeps whole numbers exactly below it
# What a cell's error is as a number when it comes through COM without conversion.
ERRORS = {
    -2146826288: "#NULL!",
    -2146826281: "#DIV/0!",
    -2146826273: "#VALUE!",
    -2146826265: "#REF!",
    -2146826259: "#NAME?",
    -2146826252: "#NUM!",
    -2146826246: "#N/A",
}


class Bounded(Accessor):
    """Reads an argument as xlwings does, but of whole columns or rows only what the sheet uses: a
    million rows hang.
    """

    @staticmethod
    def reader(options: dict[str, Any]) -> Any:
        reader = ValueAccessor.reader(options)  # type: ignore[no-untyped-call]
        return reader.prepend_stage(to_used_part)


def to_used_part(context: Any) -> None:
    area = context.range
    if area is None:
        return
    height, width = area.shape
    if height * width > MOST_CELLS:
        last = area.sheet.used_range.last_cell
        rows, columns = last.row - area.row + 1, last.column - area.column + 1
        context.range = area.resize(max(1, min(rows, height)), max(1, min(columns, width)))


class ShapeError(GongkaiError):
    """A range is no table, by its size and by its labels."""


@dataclass(frozen=True)
class Layout:
    """The figures of a form, or of one of its parts, as a rectangle of cells."""

    form: Form
    cells: tuple[tuple[Cell, ...], ...]

    @property
    def shape(self) -> Shape:
        return len(self.cells), len(self.cells[0])

    @property
    def is_whole(self) -> bool:
        return self.shape[0] * self.shape[1] == len(self.form.cells)


@dataclass(frozen=True)
class Placed:
    """What a range holds: tables with the figures found (of a part, only its own), and what did not
    fit in.
    """

    tables: tuple[Table, ...]
    problems: tuple[Problem, ...] = ()


def read_array(value: object) -> Placed:
    """The tables in a range: a scalar, a flat row, rows.

    None or "" for blanks. Raises ShapeError, UnreadableDocument.

    Nothing is guessed: what cannot be read as a figure is an entry without a value that keeps the
    text.
    """
    rows = rows_of(value)
    size = len(rows) * len(rows[0])
    if size > MOST_CELLS:
        raise ShapeError(f"区域有{size}格，超过一张表的大小；请只选一张表：{shapes_text()}。")
    if all(map(is_blank_row, rows)):
        raise ShapeError(f"区域中没有数字；请选中一张表：{shapes_text()}。")
    if any(map(has_label, rows)):
        return read_part(rows) or read_blocks(rows)
    layout = bare_layouts().get((len(rows), len(rows[0])))
    if layout is None:
        raise ShapeError(
            f"区域是{len(rows)}行{len(rows[0])}列，不是一张表的大小；可以用：{shapes_text()}。"
        )
    return Placed((table_of(layout.form, zip_cells(layout, rows)),))


def has_label(row: Sequence[object]) -> bool:
    return any(map(is_label_text, row))


def even_out(rows: list[list[RowValue]], blank: RowValue, least: int = 0) -> None:
    """Rows of one length, ``least`` or more: the short ones go on with blanks."""
    width = max(least, *map(len, rows), 0)
    for row in rows:
        row += [blank] * (width - len(row))


def rows_of(value: object) -> Rows:
    """Rows of one length."""
    if not isinstance(value, list | tuple):
        return [[value]]
    rows: Rows = []
    has_rows = False
    for row in value:
        is_row = isinstance(row, list | tuple)
        rows.append(list(row) if is_row else [row])
        has_rows = has_rows or is_row
    if not has_rows:
        rows = [list(value)]
    even_out(rows, None, least=1)
    return rows


# --- one cell -------------------------------------------------------------------------------------


def is_blank(value: object) -> bool:
    return value is None or (isinstance(value, str) and not value.strip())


def typed_text(value: object) -> str:
    """A cell's value as it would be typed; the names of errors as Excel shows them."""
    if isinstance(value, int) and not isinstance(value, bool) and value in ERRORS:
        return ERRORS[value]
    return text_of(value)


def entry_of(cell: Cell, value: object) -> Entry:
    """The figure in a cell, None with its text where there is none."""
    if type(value) is float and -EXACT < value < EXACT and value.is_integer():
        return Entry(cell.id, int(value), "")
    if value is None:
        return Entry(cell.id, None)
    text = typed_text(value)
    figure: Value = figures.read_figure(text, cell.column.unit).value
    if figure is not None and isinstance(value, str) and figures.is_text(value):
        return Entry(cell.id, figure, text, read_by="text")
    return Entry(cell.id, figure, text)


def table_of(form: Form, values: Mapping[str, object]) -> Table:
    """Cell id -> a sheet's value, for all cells of a form or of some of its parts, in official
    order.
    """
    entries: dict[str, Entry] = {}
    for cell, value in values.items():
        entries[cell] = entry_of(form.cells[cell], value)
    return Table(form, entries)


@cache
def forms() -> tuple[Form, ...]:
    """The forms of all editions, each once, those of the newest first."""
    found: list[Form] = []
    for edition in reversed(list(editions.all_editions().values())):
        for form in edition.forms.values():
            if not any(same_form(form, other) for other in found):
                found.append(form)
    return tuple(found)


# --- figures alone --------------------------------------------------------------------------------


@cache
def bare_layouts() -> Mapping[Shape, Layout]:
    """Size -> what a range of figures of this size is, upright or turned.

    Sizes that could be several are left out.
    """
    upright: dict[Shape, Layout] = {}
    for form in forms():
        for layout in layouts_of(form):
            upright.setdefault(layout.shape, layout)
    found = dict(upright)
    for (height, width), layout in upright.items():
        if not layout.is_whole:  # it has no sums that would show a mistake
            continue
        turned = width, height
        if turned in upright:
            found.pop(turned, None)
        else:
            found[turned] = Layout(layout.form, turn(layout.cells))
    return found


def layouts_of(form: Form) -> list[Layout]:
    """The rectangles that a form's figures make: all rows one under the other, all in one row, the
    first part alone.
    """
    parts = [rows_of_part(form, part) for part in form.parts]
    every = list(chain(*parts))
    if len(set(map(len, every))) > 1:
        return [Layout(form, tuple(parts[0]))]
    found = [Layout(form, tuple(every))]
    if set(map(len, parts)) == {1}:
        found.append(Layout(form, (tuple(chain(*every)),)))
    return found


def rows_of_part(form: Form, part: Part) -> list[tuple[Cell, ...]]:
    rows: list[tuple[Cell, ...]] = []
    for row in part.rows:
        rows.append(form.row_cells(row.id))
    return rows


def turn(cells: Sequence[Sequence[Cell]]) -> tuple[tuple[Cell, ...], ...]:
    return tuple(zip(*cells, strict=True))


def zip_cells(layout: Layout, rows: Rows) -> dict[str, object]:
    """Cell id -> value, in official order."""
    found: dict[str, object] = {}
    for cells, row in zip(layout.cells, rows, strict=True):
        for cell, value in zip(cells, row, strict=True):
            found[cell.id] = value
    ordered: dict[str, object] = {}
    for name in layout.form.cells:
        if name in found:
            ordered[name] = found[name]
    return ordered


@cache
def shapes_text() -> str:
    """The sizes of ranges, in words."""
    named: dict[str, dict[str, None]] = {}
    for form in forms():
        for layout in layouts_of(form):
            name = form.number if layout.is_whole else f"{form.number}{form.labels[0].text}"
            height, width = layout.shape
            named.setdefault(name, {})[f"{height}行{width}列"] = None
    sizes: list[str] = []
    for name, found in named.items():
        sizes.append(f"{name}{'或'.join(found)}")
    return f"{'、'.join(sizes)}，表三、表四行列可互换；或带表头和行名的整张表"


# --- with labels: a piece of the official form ----------------------------------------------------


@cache
def words_of(label: Label) -> frozenset[str]:
    words: set[str] = set()
    for word, _ in labelling.wordings(label):
        words.add(word)
    return frozenset(words - {""})


@cache
def all_words() -> frozenset[str]:
    found: set[str] = set()
    for form in forms():
        for label in form.labels:
            found |= words_of(label)
    return frozenset(found)


def is_label(text: str) -> bool:
    word = tokenizing.squash(text)
    return not word.isdecimal() and word in all_words()


@cache
def spots_of(form: Form) -> Mapping[Shape, Label | Cell]:
    """(row, column) of the form -> what stands there."""
    found: dict[Shape, Label | Cell] = {}
    for label in form.labels:
        found[label.box.top, label.box.left] = label
    for cell in form.cells.values():
        found[cell.box.top, cell.box.left] = cell
    return found


def read_part(rows: Rows) -> Placed | None:
    """The table of which the range is a piece with the labels in their official places.

    None unless only one is.

    Of a part of a table it must be certain which one: no other piece of any form, whole or not, may
    look alike.
    """
    pieces = pieces_like(rows)
    whole: list[FormPiece] = []
    for piece in pieces:
        if piece.is_whole:
            whole.append(piece)
    found = whole or pieces
    if len(found) != 1:
        return None
    only = found[0]
    if only.is_whole or is_parts(only.form, only.values):
        return Placed((table_of(only.form, only.values),))
    return None


@dataclass(frozen=True)
class FormPiece:
    """Values of some cells of a form, by cell id."""

    form: Form
    values: Mapping[str, object]

    @property
    def is_whole(self) -> bool:
        return self.values.keys() == self.form.cells.keys()


def pieces_like(rows: Rows) -> list[FormPiece]:
    """The pieces of all forms whose labels stand where the range has them."""
    found: list[FormPiece] = []
    for form in forms():
        for window in windows(form.size, len(rows), len(rows[0])):
            values = part_values(form, window, rows)
            if values:
                found.append(FormPiece(form, values))
    return found


def windows(size: Box, height: int, width: int) -> list[Shape]:
    """The first rows and columns of all pieces of a form that have this size."""
    return list(product(range(1, size.bottom - height + 2), range(1, size.right - width + 2)))


def part_values(form: Form, start: Shape, rows: Rows) -> dict[str, object] | None:
    """Cell id -> value where every text is the label of its place and every label is there.

    None elsewhere.
    """
    spots = spots_of(form)
    values: dict[str, object] = {}
    for row, cells in enumerate(rows, start[0]):
        for column, value in enumerate(cells, start[1]):
            here = spots.get((row, column))
            if isinstance(here, Cell) and not is_label_text(value):
                values[here.id] = value
            elif not fits_label(here, value):
                return None
    return values


def is_label_text(value: object) -> bool:
    return isinstance(value, str) and is_label(value)


def fits_label(here: Label | Cell | None, value: object) -> bool:
    """Whether a value is the label of its place, or nothing where no label stands."""
    if isinstance(here, Label):
        return isinstance(value, str) and tokenizing.squash(value) in words_of(here)
    return is_blank(value)


def is_parts(form: Form, values: Mapping[str, object]) -> bool:
    """Whether cells are all of some parts of a form without relations."""
    held: set[str] = set()
    for part in form.parts:
        cells: set[str] = set()
        for cell in chain(*rows_of_part(form, part)):
            cells.add(cell.id)
        if cells <= values.keys():
            held |= cells
    return held == values.keys() and not form.relations


# --- with labels: any other layout ----------------------------------------------------------------


def read_blocks(rows: Rows) -> Placed:
    """The tables that stand one under the other, blank rows between them.

    Raises ShapeError, UnreadableDocument.
    """
    blocks: list[Rows] = []
    for is_blank_block, block in groupby(rows, key=is_blank_row):
        if not is_blank_block:
            blocks.append(trimmed(list(block)))
    tables: dict[str, Table] = {}
    for piece in map(read_part, blocks):
        if piece is None:
            return recognized(blocks)
        for table in piece.tables:
            tables[table.id] = table
    if len(tables) < len(blocks):
        return recognized(blocks)
    return Placed(tuple(tables.values()))


def is_blank_row(row: Sequence[object]) -> bool:
    return all(map(is_blank, row))


def trimmed(rows: Rows) -> Rows:
    """Without the blank columns on both sides."""
    held: list[int] = []
    for number, column in enumerate(zip(*rows, strict=True)):
        if not is_blank_row(column):
            held.append(number)
    return [row[held[0] : held[-1] + 1] for row in rows]


def recognized(blocks: Sequence[Rows]) -> Placed:
    """The tables that recognition finds in blocks.

    Raises ShapeError where it can place no figure by its labels.
    """
    grids = [grid_of(rows, number) for number, rows in enumerate(blocks, 1)]
    readings = read_tables(tokenizing.tokenize(grids), max(editions.all_editions()))
    tables: list[Table] = []
    problems: list[Problem] = []
    for reading in readings.values():
        problems += reading.problems
        if reading.placed:
            tables.append(Table(reading.form, reading.entries))
    if not tables:
        told = f"（{problems[0].reason}）" if problems else ""
        raise ShapeError(f"区域中的表头或行名与官方表格不符{told}；可以用：{shapes_text()}。")
    return Placed(tuple(tables), tuple(problems))


def grid_of(rows: Rows, number: int) -> Grid:
    """A block as a table of a document that cannot say spans: a merged cell comes as its text and
    blanks.
    """
    cells: list[tuple[GridCell, ...]] = []
    for row in rows:
        texts = map(typed_text, row)
        cells.append(tuple(map(GridCell, texts, count())))
    return Grid(Place(table=number), tuple(cells), spans=False)
