"""Edits -> the XML of one sheet, in place: cells written, rows fitted to their texts."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from itertools import chain
from math import ceil
from typing import TYPE_CHECKING

from gongkai import figures, wording
from gongkai.model import Edit, WorkbookError
from gongkai.opc.package import drop, is_on, local, part_bytes, whole
from gongkai.spreadsheets import Spot, formats, xlsx
from gongkai.workbook.layout import Wrapped, address

if TYPE_CHECKING:
    from lxml.etree import _Element

HIGHEST = 409  # points that a row can be high
SPACE = "{http://www.w3.org/XML/1998/namespace}space"
MARK = "gongkai-lines"  # a processing instruction, where lines come in
Columns = dict[int, "_Element"]


@dataclass
class Patched:
    """Places of a sheet: where another value stands now, with its cell, and where a formula was
    overwritten.
    """

    changed: dict[Spot, _Element] = field(default_factory=dict)
    formulas: set[Spot] = field(default_factory=set)


def patch_sheet(root: _Element, edits: Iterable[Edit]) -> Patched:
    """Write edits into a sheet's XML in place; styles stay."""
    data = data_of(root)
    done = Patched()
    planned = by_row(edits)
    rows = xlsx.index_rows(data)
    styles = column_styles(root, columns_of(planned.values()))
    for number, wanted in planned.items():
        if all(edit.value is None for edit in wanted):
            if number in rows:
                empty_row(rows[number], wanted, done)
            continue
        if number not in rows:
            rows[number] = insert_row(data, number, rows)
        patch_row(rows[number], wanted, done, styles)
    if done.formulas:
        refuse_orphans(data)
    if done.changed:
        drop_dimension(root)
    return done


def data_of(root: _Element) -> _Element:
    """What holds a sheet's rows. WorkbookError."""
    data = root.find("{*}sheetData")
    if data is None:
        raise WorkbookError("模板的工作表没有数据区，请使用原样的模板。")
    return data


def in_pieces(
    root: _Element, lines: Iterable[Sequence[Edit]], wrapped: Wrapped | None
) -> Iterator[bytes]:
    """A sheet's XML with lines below all rows that it has: the edits of a row at a time, which are
    in its tree one after the other. A tree of all takes ten times as much memory as their text.
    """
    from lxml import etree

    data = data_of(root)
    mark = etree.ProcessingInstruction(MARK)
    data.append(mark)
    head, _, tail = part_bytes(root).partition(etree.tostring(mark))
    data.remove(mark)
    yield head
    yield from row_texts(root, data, lines, wrapped)
    yield tail


def row_texts(
    root: _Element, data: _Element, lines: Iterable[Sequence[Edit]], wrapped: Wrapped | None
) -> Iterator[bytes]:
    """The XML of each row that its edits put something into. ValueError for one that is not below
    all before it: two rows of a number are a damaged file.
    """
    from lxml import etree

    last = max(xlsx.index_rows(data), default=0)
    styles: Mapping[int, str] = {}
    declared = declarations_of(data)
    for edits in lines:
        if all(edit.value is None for edit in edits):
            continue
        above, last = last, edits[0].row
        if last <= above:
            raise ValueError(last)
        styles = styles or column_styles(root, columns_of([edits]))
        row = insert_row(data, last, {})
        patch_row(row, edits, Patched(), styles)
        if wrapped is not None:
            fit_row(row, lines_needed(edits, wrapped)[last], wrapped)
        yield etree.tostring(row, encoding="UTF-8").replace(declared, b"", 1)
        data.remove(row)


def declarations_of(data: _Element) -> bytes:
    """The namespaces that each row would declare anew: ` xmlns="http://…/main"`."""
    from lxml import etree

    row = etree.SubElement(data, data.tag.replace("sheetData", "row"))
    _, _, declared = etree.tostring(row).rpartition(b"/>")[0].partition(b" ")
    data.remove(row)
    return b" " + declared if declared else b""


def columns_of(rows: Iterable[Sequence[Edit]]) -> set[int]:
    columns: set[int] = set()
    for edit in chain.from_iterable(rows):
        columns.add(edit.column)
    return columns


def drop_dimension(root: _Element) -> None:
    """It only helps a reader to plan ahead, and may be wrong now."""
    for dimension in root.findall("{*}dimension"):
        root.remove(dimension)


def by_row(edits: Iterable[Edit]) -> dict[int, list[Edit]]:
    rows: dict[int, list[Edit]] = {}
    for edit in edits:
        rows.setdefault(edit.row, []).append(edit)
    return rows


def empty_row(row: _Element, edits: Sequence[Edit], done: Patched) -> None:
    """Empty cells of a row; on its own, for most rows of a list are empty and stay so."""
    columns = columns_of([edits])
    for place, cell in list(xlsx.placed_cells(row, edits[0].row)):
        if len(cell) and place[1] in columns:
            put(cell, place, None, done)


def patch_row(
    row: _Element, edits: Sequence[Edit], done: Patched, styles: Mapping[int, str]
) -> None:
    columns = index_cells(row, edits[0].row)
    for edit in edits:
        cell = columns.get(edit.column)
        if cell is None:
            if edit.value is None:
                continue
            cell = columns[edit.column] = insert_cell(row, edit, columns, styles)
        put(cell, (edit.row, edit.column), edit.value, done)


def put(cell: _Element, place: Spot, value: int | Decimal | str | None, done: Patched) -> None:
    has_formula = len(cell) > 0 and cell.find("{*}f") is not None
    if has_formula:
        done.formulas.add(place)
    if write_cell(cell, value):
        done.changed[place] = cell


def fit_rows(root: _Element, edits: Iterable[Edit], wrapped: Wrapped) -> None:
    """Make rows as high as their texts: not every program does so for a row that it did not write.

    The heights are no fixed ones, so a program that fits rows itself still does; a height that a
    user fixed stays.
    """
    lines = lines_needed(edits, wrapped)
    data = root.find("{*}sheetData")
    if data is None:
        return
    for number, row in xlsx.index_rows(data).items():
        if number in lines:
            fit_row(row, lines[number], wrapped)


def fit_row(row: _Element, lines: int, wrapped: Wrapped) -> None:
    """Make a row as high as so many lines, 0 for one that is emptied."""
    if is_on(row.get("customHeight")):
        return
    if lines:
        row.set("ht", f"{min(lines * wrapped.glyph * 1.05 + 3, HIGHEST):.2f}")
    else:
        drop(row, "ht")


def lines_needed(edits: Iterable[Edit], wrapped: Wrapped) -> dict[int, int]:
    """Row -> the lines of its longest text, 0 for a row that is emptied."""
    pixels = dict(wrapped.columns)
    lines: dict[int, int] = {}
    for edit in edits:
        if edit.column in pixels:
            needed = lines.setdefault(edit.row, 0)
            if isinstance(edit.value, str):
                room = (pixels[edit.column] - 10) / wrapped.glyph
                lines[edit.row] = max(needed, lines_of(edit.value, room))
    return lines


def lines_of(text: str, room: float) -> int:
    """Lines that a text takes where ``room`` Chinese characters go on one.

    A Latin letter is half as wide.
    """
    lines = 0
    for line in text.split("\n"):
        width = len(line.encode("gbk", "replace")) / 2
        lines += max(1, ceil(width / room))
    return lines


def refuse_orphans(data: _Element) -> None:
    """Stop where a figure overwrote the formula from which cells elsewhere take theirs."""
    owned: set[str | None] = set()
    shared: list[tuple[str, str | None]] = []
    for cell in data.iterfind("{*}row/{*}c"):
        for formula in cell.iterfind("{*}f[@t='shared']"):
            shared.append((cell.get("r", ""), formula.get("si")))
            if formula.get("ref"):
                owned.add(formula.get("si"))
    for place, number in shared:
        if number not in owned:
            raise WorkbookError(
                f"模板{place}的公式引自一个要填写的单元格，请把它改为独立的公式后再试。"
            )


def index_cells(row: _Element, number: int) -> Columns:
    found: Columns = {}
    for (_, column), cell in xlsx.placed_cells(row, number):
        found[column] = cell
    return found


def insert_row(data: _Element, number: int, rows: dict[int, _Element]) -> _Element:
    from lxml import etree

    row = etree.Element(data.tag.replace("sheetData", "row"), {"r": str(number)})
    insert_in_order(data, row, number, rows)
    return row


def insert_in_order(
    parent: _Element, node: _Element, number: int, others: Mapping[int, _Element]
) -> None:
    """Put a row or cell behind the last one with a smaller number."""
    before = max(others, default=None)
    if before is not None and before > number:  # seldom: nearly all come behind the last one
        before = max((other for other in others if other < number), default=None)
    parent.insert(0 if before is None else parent.index(others[before]) + 1, node)


def insert_cell(row: _Element, edit: Edit, columns: Columns, styles: Mapping[int, str]) -> _Element:
    from lxml import etree

    cell = etree.Element(row.tag[: -len("row")] + "c", {"r": address((edit.row, edit.column))})
    style = row.get("s") or styles[edit.column]
    if style:
        cell.set("s", style)
    insert_in_order(row, cell, edit.column, columns)
    drop(row, "spans")  # as wrong now as the sheet's dimension
    return cell


def column_styles(root: _Element, columns: Iterable[int]) -> dict[int, str]:
    """Column -> its style, "" for none.

    Taken once, for a list has many rows to be written in a column's style.
    """
    wanted = set(columns)
    styles = dict.fromkeys(wanted, "")
    for node in reversed(root.findall("{*}cols/{*}col")):
        first, last = whole(node.get("min")), whole(node.get("max"))
        for column in wanted:
            if first <= column <= last:
                styles[column] = node.get("style", "")
    return styles


def write_cell(cell: _Element, value: int | Decimal | str | None) -> bool:
    """Set one cell's value, its style untouched; whether that changed anything."""
    from lxml import etree

    if (value is None and not len(cell)) or holds(cell, value):
        return False
    for child in list(cell):
        cell.remove(child)
    drop(cell, "t", "cm", "vm")
    space = cell.tag[:-1]
    if isinstance(value, str):
        cell.set("t", "inlineStr")
        text = etree.SubElement(
            etree.SubElement(cell, space + "is"), space + "t", {SPACE: "preserve"}
        )
        text.text = wording.cell_text(value)
    elif value is not None:
        etree.SubElement(cell, space + "v").text = figures.shown(value)
    return True


def holds(cell: _Element, value: int | Decimal | str | None) -> bool:
    """Whether a cell holds a value as we would write it already: a number, or a text of its own."""
    if len(cell) != 1 or value is None:
        return False
    kind, child = cell.get("t", "n"), cell[0]
    if isinstance(value, str):
        if kind != "inlineStr" or len(child) != 1:
            return False
        return child.findtext("{*}t") == wording.cell_text(value)
    if kind != "n" or local(child) != "v":
        return False
    return formats.number_of(child.text or "") == value
