"""A reader's name + bytes -> its blocks or sheets, from a process of its own (``processes``)."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping, Sequence
from decimal import Decimal
from typing import Any

from gongkai.model import Block, Grid, GridCell, Link, Place, Prose
from gongkai.processes import BOUNDS, Bounds, made_apart
from gongkai.spreadsheets import Area, Sheet, Spot, formats, seen
from gongkai.system import function_at

PACKED = f"{__name__}:packed_by"
MOST = 1 << 31  # of pages, rows and columns
Reader = Callable[[bytes], tuple[Block | Sheet, ...]]


def read_apart(reader: str, content: bytes, bounds: Bounds = BOUNDS) -> tuple[Block, ...]:
    """The blocks that ``reader`` (``module:function``) makes of a document.

    It works in a process of its own. Raises as ``found_apart``.
    """
    found = found_apart(reader, content, bounds)
    return tuple(part for part in found if not isinstance(part, Sheet))


def sheets_apart(content: bytes, bounds: Bounds = BOUNDS) -> list[Sheet]:
    """All sheets of an .xls or .et, read in a process of its own. Raises as ``found_apart``."""
    found = found_apart("gongkai.spreadsheets.xls:every_sheet", content, bounds)
    return [part for part in found if isinstance(part, Sheet)]


def every_sheet_apart(content: bytes, bounds: Bounds = BOUNDS) -> list[Sheet]:
    """All sheets of a workbook in any format, read as ``sheets_apart``."""
    found = found_apart("gongkai.readers.excel:every_sheet", content, bounds)
    return [part for part in found if isinstance(part, Sheet)]


def found_apart(reader: str, content: bytes, bounds: Bounds) -> tuple[Block | Sheet, ...]:
    """What a reader makes of a document, in a process of its own.

    Raises UnreadableDocument, without the document's name, for what the reader refuses, for a
    document that takes more than the bounds, and for one on which the reader fails.
    """
    request = b"%s\n%s" % (reader.encode(), content)
    return made_apart(f"{PACKED} {reader}", request, unpacked, bounds)


def packed_by(request: bytes) -> bytes:
    """Called in the other process: a reader's name, a line break, the document."""
    name, _, content = request.partition(b"\n")
    reader: Reader = function_at(name.decode())
    return packed(reader(content))


# --- what they say to each other ------------------------------------------------------------------
# Plain JSON: a parser that a document has taken over can say nothing but texts and numbers.


def packed(parts: Sequence[Block | Sheet]) -> bytes:
    return json.dumps(list(map(packed_part, parts))).encode()


def packed_part(part: Block | Sheet) -> list[object]:
    if isinstance(part, Sheet):
        return packed_sheet(part)
    return packed_block(part)


def packed_block(block: Block) -> list[object]:
    match block:
        case Grid(place, rows, spans):
            return ["grid", place, rows, spans]
        case Prose(place, heading, text):
            return ["prose", place, heading, text]
        case Link(place, kind, text, target):
            return ["link", place, kind, text, target]


def packed_sheet(sheet: Sheet) -> list[object]:
    """A sheet, its formulas aside, which no format that is read here tells."""
    cells = []
    for spot, value in sheet.cells.items():
        cells.append([*spot, formats.as_figure(value) is not None, seen.text_of(value)])
    kinds = packed_texts(sheet.kinds)
    hidden = [sorted(sheet.hidden_rows), sorted(sheet.hidden_columns)]
    rules = []
    for rule in sheet.conditions:
        rules.append([rule.areas, rule.test, list(map(str, rule.bounds)), rule.kind])
    aside = [packed_texts(sheet.dropped), packed_texts(sheet.comments), list(sheet.margins)]
    looks = [kinds, *hidden, list(sheet.merged), rules]
    return ["sheet", sheet.name, sheet.visible, cells, *looks, *aside]


def packed_texts(texts: Mapping[Spot, str]) -> list[list[object]]:
    return [[*spot, text] for spot, text in texts.items()]


def unpacked(message: bytes) -> tuple[Block | Sheet, ...]:
    """Raises ValueError, TypeError and LookupError for what ``packed`` does not make."""
    return tuple(map(unpacked_part, json.loads(message)))


def unpacked_part(plain: list[Any]) -> Block | Sheet:
    if plain[0] == "sheet":
        return unpacked_sheet(plain[1:])
    return unpacked_block(plain)


def unpacked_sheet(plain: list[Any]) -> Sheet:
    name, visible, cells, kinds, rows, columns, merged, rules, dropped, comments, margins = plain
    return Sheet(
        name=text_in(name),
        visible=visible is True,
        cells=dict(map(unpacked_cell, cells)),
        kinds=dict(map(unpacked_text, kinds)),
        hidden_rows=frozenset(map(number_in, rows)),
        hidden_columns=frozenset(map(number_in, columns)),
        merged=list(map(area_in, merged)),
        conditions=list(map(unpacked_rule, rules)),
        dropped=dict(map(unpacked_text, dropped)),
        comments=dict(map(unpacked_text, comments)),
        margins=list(map(text_in, margins)),
    )


def unpacked_text(plain: list[Any]) -> tuple[Spot, str]:
    row, column, text = plain
    return (number_in(row), number_in(column)), text_in(text)


def unpacked_rule(plain: list[Any]) -> formats.Condition:
    areas, test, bounds, kind = plain
    numbers = tuple(Decimal(text_in(bound)) for bound in bounds)
    return formats.Condition(tuple(map(area_in, areas)), text_in(test), numbers, text_in(kind))


def unpacked_cell(plain: list[Any]) -> tuple[Spot, object]:
    row, column, is_number, text = plain
    value = formats.number_of(text_in(text)) if is_number is True else text_in(text)
    return (number_in(row), number_in(column)), value


def area_in(plain: list[Any]) -> Area:
    top, left, bottom, right = map(number_in, plain)
    return top, left, bottom, right


def unpacked_block(plain: list[Any]) -> Block:
    name, place, *rest = plain
    at = Place(*map(number_in, place))
    if name == "grid":
        rows, spans = rest
        return Grid(at, tuple(map(unpacked_row, rows)), spans is True)
    if name == "prose":
        return Prose(at, *map(text_in, rest))
    if name != "link" or rest[0] not in ("link", "frame", "image", "password"):
        raise ValueError(name)
    return Link(at, *rest[:1], *map(text_in, rest[1:]))


def unpacked_row(plain: list[Any]) -> tuple[GridCell, ...]:
    cells = []
    for text, *numbers in plain:
        column, rowspan, colspan = map(number_in, numbers)
        cells.append(GridCell(text_in(text), column, rowspan, colspan))
    return tuple(cells)


def text_in(value: object) -> str:
    if not isinstance(value, str):
        raise TypeError(value)
    return value


def number_in(value: object) -> int:
    if type(value) is not int or not 0 <= value < MOST:
        raise ValueError(value)
    return value
