"""An .xls or .et file (Excel 95 to 2003) -> its sheets, by xlrd: values, looks, what is hidden and merged."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from io import StringIO
from typing import TYPE_CHECKING, Any

from gongkai.model import UnreadableDocument
from gongkai.spreadsheets import FLAT, NARROW, SAVE_AS, Area, IsWanted, Sheet, Spot, refuse_many, refuse_merged
from gongkai.spreadsheets.formats import BUILTIN, DATE, as_figure, kind_of
from gongkai.spreadsheets.seen import Piece, day_of, settled

if TYPE_CHECKING:
    from xlrd import Book
    from xlrd.sheet import Sheet as OldSheet

DAMAGED = f"Excel 工作簿（.xls 或 .et）不完整或已损坏，不能读取；{SAVE_AS}。"
LOCKED = "工作簿设有打开密码，不能读取；请打开后去掉密码，另存一份再导入。"
TWIPS, WIDTHS = 20, 256  # in a point, in the width of a character
NO_PATTERN = 0  # of a cell's ground
EMPTY, TEXT, NUMBER, DAY, BOOLEAN, ERROR, BLANK = range(7)  # the types of cells, as xlrd counts them
VISIBLE = 0
Kinds = dict[int, str]


def xls_sheets(content: bytes, wanted: IsWanted) -> list[Sheet]:
    """The wanted sheets, in the order of their tabs. Raises UnreadableDocument.

    xlrd is run in a process of its own (readers.worker): a hostile file may keep it busy or fill the memory.
    """
    import xlrd

    try:
        book = xlrd.open_workbook(
            file_contents=content,
            formatting_info=True,
            on_demand=True,
            ragged_rows=True,
            logfile=StringIO(),
        )
        refuse_many(book.nsheets)
        kinds = odd_styles(book)
        return [sheet_of(book, number, kinds) for number in asked(book, wanted)]
    except (UnreadableDocument, MemoryError):
        raise
    except Exception as error:  # xlrd raises what its look into damaged bytes raises
        raise UnreadableDocument(LOCKED if "encrypted" in str(error) else DAMAGED) from error


def every_sheet(content: bytes) -> tuple[Sheet, ...]:
    """The same of all sheets."""
    return tuple(xls_sheets(content, lambda name, visible: True))


def asked(book: Book, wanted: IsWanted) -> Iterator[int]:
    for number, name in enumerate(book.sheet_names()):
        if wanted(name, book.sheet_by_index(number).visibility == VISIBLE):
            yield number


def sheet_of(book: Book, number: int, kinds: Kinds) -> Sheet:
    source = book.sheet_by_index(number)
    refuse_merged(source.name, len(source.merged_cells))
    cells: dict[Spot, object] = {}
    odd: dict[Spot, str] = {}
    for row in range(source.nrows):
        for column in range(source.row_len(row)):
            value = value_at(source, row, column)
            if value is None:
                continue
            spot = (row + 1, column + 1)
            cells[spot], kind = shown_cell(book, source, (row, column), value, kinds)
            if kind:
                odd[spot] = kind
    return Sheet(
        name=source.name,
        visible=source.visibility == VISIBLE,
        cells=cells,
        kinds=odd,
        hidden_rows=hidden_rows(source),
        hidden_columns=hidden_columns(source),
        merged=merged_areas(source),
    )


def shown_cell(book: Book, source: OldSheet, at: tuple[int, int], value: object, kinds: Kinds) -> tuple[object, str]:
    """What is stored in a cell, and the kind of its format: a day for the number of one, the text of pieces."""
    number = source.cell_xf_index(*at)
    runs = source.rich_text_runlist_map.get(at)
    if runs and isinstance(value, str):
        style = book.xf_list[number]
        pieces = pieces_of(book, value, runs, style.font_index)
        return settled(pieces, Piece(""), ground_of(book, style))
    kind = kinds.get(number, "")
    figure = as_figure(value) if kind == DATE else None
    return (value if figure is None else day_of(figure, book.datemode == 1)), kind


def value_at(source: OldSheet, row: int, column: int) -> object:
    """int, Decimal or text, None for a blank: see ``Sheet.cells``."""
    from xlrd import error_text_from_code

    kind, value = source.cell_type(row, column), source.cell_value(row, column)
    if kind == TEXT:
        return value or None
    if kind in (NUMBER, DAY):
        return as_figure(value)
    if kind == BOOLEAN:
        return "TRUE" if value else "FALSE"
    return error_text_from_code.get(int(value), "#N/A") if kind == ERROR else None


def pieces_of(book: Book, text: str, runs: Sequence[tuple[int, int]], own: int) -> list[Piece]:
    """A text in pieces, where the file says from which character on which font is used; ``own`` is the cell's."""
    starts = [(0, own), *((at, font) for at, font in runs if at < len(text))]
    ends = [at for at, _ in starts[1:]] + [len(text)]
    return [piece_of(book, text[at:end], font) for (at, font), end in zip(starts, ends, strict=True)]


def piece_of(book: Book, text: str, number: int) -> Piece:
    font = book.font_list[number]
    color = rgb_of(book, font.colour_index)
    return Piece(text, font.escapement != 0, bool(font.struck_out), color, font.height / TWIPS)


# --- hidden and merged ----------------------------------------------------------------------------


def hidden_rows(source: OldSheet) -> set[int]:
    rows = source.rowinfo_map.items()
    return {number + 1 for number, info in rows if info.hidden or is_flat(info)}


def is_flat(info: Any) -> bool:
    return not info.has_default_height and info.height < FLAT * TWIPS


def hidden_columns(source: OldSheet) -> set[int]:
    return {number + 1 for number, info in source.colinfo_map.items() if info.hidden or info.width < NARROW * WIDTHS}


def merged_areas(source: OldSheet) -> list[Area]:
    areas = [(top + 1, left + 1, bottom, right) for top, bottom, left, right in source.merged_cells]
    return [area for area in areas if area[:2] != area[2:]]


# --- the looks of cells ---------------------------------------------------------------------------


def odd_styles(book: Book) -> Kinds:
    """Number of a cell style -> kind of its format, for those that show something else than what is stored."""
    found = {}
    for number, style in enumerate(book.xf_list):
        letters = piece_of(book, "", style.font_index).on(ground_of(book, style))
        kind = letters.kind or kind_of_format(book, style.format_key)
        if kind:
            found[number] = kind
    return found


def kind_of_format(book: Book, key: int) -> str:
    if str(key) in BUILTIN:
        return BUILTIN[str(key)]
    known = book.format_map.get(key)
    return kind_of(known.format_str) if known is not None else ""


def ground_of(book: Book, style: Any) -> str:
    """The colour behind letters, "" for none."""
    ground = style.background
    return rgb_of(book, ground.pattern_colour_index) if ground.fill_pattern != NO_PATTERN else ""


def rgb_of(book: Book, number: int) -> str:
    """FF0000 for a colour's number; "" for the usual colour of letters, or an unknown one."""
    color = book.colour_map.get(number)
    return "".join(f"{part:02X}" for part in color) if color else ""
