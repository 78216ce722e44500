"""An .xls or .et file (Excel 95 to 2003) -> its sheets, by xlrd: values, looks, merged cells."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import replace
from io import StringIO
from struct import error as StructError
from struct import unpack_from
from typing import TYPE_CHECKING, Any, NamedTuple

from gongkai.model import UnreadableDocument
from gongkai.opc import biff_records, read_stream
from gongkai.spreadsheets import (
    FLAT,
    NARROW,
    SAVE_AS,
    Area,
    IsWanted,
    Sheet,
    Spot,
    formats,
    refuse_many,
    refuse_merged,
    seen,
)

if TYPE_CHECKING:
    from xlrd import Book
    from xlrd.sheet import Sheet as OldSheet

DAMAGED = f"Excel 工作簿（.xls 或 .et）不完整或已损坏，不能读取；{SAVE_AS}。"
LOCKED = "工作簿设有打开密码，不能读取；请打开后去掉密码，另存一份再导入。"
TWIPS, WIDTHS = 20, 256  # in a point, in the width of a character
NO_PATTERN = 0  # of a cell's ground
# the types of cells, as xlrd counts them
EMPTY, TEXT, NUMBER, DAY, BOOLEAN, ERROR, BLANK = range(7)
VISIBLE = 0
BIFF8 = 80  # the format since Excel 97, as xlrd counts
FILLED = 4  # of alignments: a text is repeated over the width of its cell


def xls_sheets(content: bytes, wanted: IsWanted) -> list[Sheet]:
    """The wanted sheets, in the order of their tabs. Raises UnreadableDocument.

    xlrd is run in a process of its own (readers.worker): a hostile file may keep it busy or fill
    the memory.
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
        looks = style_kinds(book)
        rules = conditions_by_sheet(book, content)
        margins = margins_by_sheet(book, content)
        found = []
        for number in asked(book, wanted):
            sheet = sheet_of(book, number, looks, rules[number])
            found.append(replace(sheet, margins=seen.margins_in(margins[number])))
        return found
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


def sheet_of(
    book: Book, number: int, looks: Sequence[StyleKinds], conditions: Sequence[formats.Condition]
) -> Sheet:
    source = book.sheet_by_index(number)
    refuse_merged(source.name, len(source.merged_cells))
    cells: dict[Spot, object] = {}
    odd: dict[Spot, str] = {}
    for row, column, value in values_of(source):
        spot = (row + 1, column + 1)
        cells[spot], kind = shown_cell(book, source, (row, column), value, looks)
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
        conditions=conditions,
        dropped=dropped_in(book, source),
        comments=comments_in(source),
    )


def comments_in(source: OldSheet) -> dict[Spot, str]:
    found: dict[Spot, str] = {}
    for (row, column), note in source.cell_note_map.items():
        text = str(note.text).strip()
        if text:
            found[row + 1, column + 1] = text
    return found


def dropped_in(book: Book, source: OldSheet) -> dict[Spot, str]:
    """What is struck or unseen in texts in pieces."""
    found: dict[Spot, str] = {}
    for (row, column), runs in source.rich_text_runlist_map.items():
        value = source.cell_value(row, column)
        style = book.xf_list[source.cell_xf_index(row, column)]
        if isinstance(value, str):
            pieces = pieces_of(book, value, runs, style.font_index)
            dropped = seen.dropped_of(pieces, seen.Piece(""), ground_of(book, style))
            found |= {(row + 1, column + 1): dropped} if dropped else {}
    return found


def values_of(source: OldSheet) -> Iterator[tuple[int, int, object]]:
    """(row, column, value) of the cells that are not blank; 0-based, as xlrd counts."""
    for row in range(source.nrows):
        for column in range(source.row_len(row)):
            value = value_at(source, row, column)
            if value is not None:
                yield row, column, value


def shown_cell(
    book: Book, source: OldSheet, at: tuple[int, int], value: object, looks: Sequence[StyleKinds]
) -> tuple[object, str]:
    """What is stored in a cell, and the kind of its format: a day for the number of one, the text
    of pieces.
    """
    number = source.cell_xf_index(*at)
    runs = source.rich_text_runlist_map.get(at)
    if runs and isinstance(value, str):
        style = book.xf_list[number]
        pieces = pieces_of(book, value, runs, style.font_index)
        return seen.settled(pieces, seen.Piece(""), ground_of(book, style))
    figure = formats.as_figure(value)
    if figure is None:
        return value, looks[number].of_texts
    kind = looks[number].of_numbers
    return (seen.day_of(figure, book.datemode == 1) if kind == formats.DATE else figure), kind


def value_at(source: OldSheet, row: int, column: int) -> object:
    """int, Decimal or text, None for a blank: see ``Sheet.cells``."""
    from xlrd import error_text_from_code

    kind, value = source.cell_type(row, column), source.cell_value(row, column)
    if kind == TEXT:
        return value or None
    if kind in (NUMBER, DAY):
        figure = formats.as_figure(value)
        return str(value) if figure is None else figure  # nan, or a number beyond all sense
    if kind == BOOLEAN:
        if value:
            return "TRUE"
        return "FALSE"
    if kind == ERROR:
        return error_text_from_code.get(int(value), "#N/A")
    return None


def pieces_of(book: Book, text: str, runs: Sequence[tuple[int, int]], own: int) -> list[seen.Piece]:
    """A text in pieces, where the file says from which character on which font is used.

    ``own`` is the cell's.
    """
    starts = [(0, own)]
    for at, font in runs:
        if at < len(text):
            starts.append((at, font))
    found = []
    for (at, font), (end, _) in zip(starts, [*starts[1:], (len(text), own)], strict=True):
        found.append(piece_of(book, text[at:end], font))
    return found


def piece_of(book: Book, text: str, number: int) -> seen.Piece:
    font = book.font_list[number]
    color = rgb_of(book, font.colour_index)
    return seen.Piece(text, font.escapement != 0, bool(font.struck_out), color, font.height / TWIPS)


# --- hidden and merged ----------------------------------------------------------------------------


def hidden_rows(source: OldSheet) -> set[int]:
    found = set()
    for number, info in source.rowinfo_map.items():
        if info.hidden or is_flat(info):
            found.add(number + 1)
    return found


def is_flat(info: Any) -> bool:
    return not info.has_default_height and info.height < FLAT * TWIPS


def hidden_columns(source: OldSheet) -> set[int]:
    found = set()
    for number, info in source.colinfo_map.items():
        if info.hidden or info.width < NARROW * WIDTHS:
            found.add(number + 1)
    return found


def merged_areas(source: OldSheet) -> list[Area]:
    found: list[Area] = []
    for top, bottom, left, right in source.merged_cells:
        if (top + 1, left + 1) != (bottom, right):
            found.append((top + 1, left + 1, bottom, right))
    return found


# --- the looks of cells ---------------------------------------------------------------------------


class StyleKinds(NamedTuple):
    """What a cell style makes of a number and of a text; "" where it shows them."""

    of_numbers: str = ""
    of_texts: str = ""


def style_kinds(book: Book) -> list[StyleKinds]:
    """The kinds of all cell styles, by their numbers."""
    found = []
    for style in book.xf_list:
        letters = piece_of(book, "", style.font_index).on(ground_of(book, style))
        kind = letters.kind or kind_of_alignment(style)
        code = code_of(book, style.format_key)
        number = formats.BUILTIN.get(str(style.format_key)) or formats.kind_in_cell(code)
        found.append(StyleKinds(kind or number, kind or formats.kind_of_text(code)))
    return found


def kind_of_alignment(style: Any) -> str:
    if style.alignment is not None and style.alignment.hor_align == FILLED:
        return formats.REPEATED
    return ""


def code_of(book: Book, key: int) -> str:
    known = book.format_map.get(key)
    return known.format_str if known is not None else ""


def ground_of(book: Book, style: Any) -> str:
    """The colour behind letters, "" for none."""
    ground = style.background
    if ground.fill_pattern != NO_PATTERN:
        return rgb_of(book, ground.pattern_colour_index)
    return ""


def rgb_of(book: Book, number: int) -> str:
    """FF0000 for a colour's number; "" for the usual colour of letters, or an unknown one."""
    color = book.colour_map.get(number)
    return "".join(f"{part:02X}" for part in color) if color else ""


# --- conditional formats --------------------------------------------------------------------------
# Their records ([MS-XLS] 2.4.42, 2.4.56, 2.5.92), which xlrd passes over. Of a formula only a few
# are understood; where another may hide a number, none is taken.

BOUNDSHEET, CF_HEAD, CF_RULE = 0x0085, 0x01B0, 0x01B1
WORKSHEET = 0
MARGINS, TEXT_HEAD = (0x0014, 0x0015), 3  # header and footer; bytes before the letters of a text
RULE_LOOK = 6  # bytes of a rule before what it says of looks
HAS_CODE, HAS_FONT, HAS_ALIGNMENT, HAS_BORDER, HAS_GROUND = (1 << bit for bit in range(25, 30))
OWN_CODE = 1 << 32  # the code stands there, and is no number of one
FONT_LOOK, LINES = 118, 8  # bytes of what a rule says of letters; of alignment, and of borders
FONT_FLAGS, FONT_COLOR, FONT_UNSET = 68, 80, 88  # places in the former
STRIKES = 0x80
BLACK = "000000"
COMPARES = 1  # of rules: with the value of the cell
OPERATORS = {
    1: "between",
    2: "notBetween",
    3: "equal",
    4: "notEqual",
    5: "greaterThan",
    6: "lessThan",
    7: "greaterThanOrEqual",
    8: "lessThanOrEqual",
}
WHOLE_NUMBER, ANY_NUMBER = b"\x1e", b"\x1f"  # the tokens of constants
TOKEN, FUNCTION = 0x1F, 0x01  # the bits that tell a token
CELL_TOKENS = (0x04, 0x0C)  # a cell, by its place or from the cell itself
EMPTY_TEXT = b"\x17\x00\x00\x0b"  # ="" behind a cell
OF_NO_NUMBER = (2, 3, 126, 127, 129)  # ISNA, ISERROR, ISERR, ISTEXT, ISBLANK


def conditions_by_sheet(book: Book, content: bytes) -> list[list[formats.Condition]]:
    """The conditional formats of each worksheet that hide numbers or make them white.

    [] for what is no BIFF8.
    """
    if book.biff_version < BIFF8:
        return [[] for _ in range(book.nsheets)]
    stream = read_stream(content, ("Workbook",))
    return [conditions_at(book, stream, start) for start in starts_of_sheets(stream)]


def margins_by_sheet(book: Book, content: bytes) -> list[list[str]]:
    """Header and footer of each worksheet, with their codes ([MS-XLS] 2.4.136, 2.4.124)."""
    if book.biff_version < BIFF8:
        return [[] for _ in range(book.nsheets)]
    stream = read_stream(content, ("Workbook",))
    found = []
    for start in starts_of_sheets(stream):
        records = biff_records(stream, start)
        found.append([text_at(said) for number, said in records if number in MARGINS])
    return found


def starts_of_sheets(stream: bytes) -> Iterator[int]:
    """Where the parts of the worksheets begin."""
    for number, content in biff_records(stream):
        if number == BOUNDSHEET:
            start, _, kind = unpack_from("<IBB", content)
            if kind == WORKSHEET:
                yield start


def text_at(content: bytes) -> str:
    """A text that is the whole of a record: its length, how it is written, and its letters."""
    if len(content) <= TEXT_HEAD:
        return ""
    is_wide = content[TEXT_HEAD - 1] & 1
    return content[TEXT_HEAD:].decode("utf-16-le" if is_wide else "latin-1", "replace")


def conditions_at(book: Book, stream: bytes, start: int) -> list[formats.Condition]:
    areas: tuple[Area, ...] = ()
    found = []
    for number, content in biff_records(stream, start):
        if number == CF_HEAD:
            areas = areas_in(content)
        elif number == CF_RULE:
            found += rule_of(book, content, areas)
    return found


def rule_of(book: Book, content: bytes, areas: tuple[Area, ...]) -> list[formats.Condition]:
    """A rule that hides numbers, [] for any other.

    One that cannot be read may do so, and need not spoil the file.
    """
    try:
        kind = kind_of_rule(book, content)
        return [formats.condition(*test_of(content), areas, kind)] if kind else []
    except (StructError, IndexError, ValueError):
        return [formats.condition("", "", [], areas, formats.STRANGE)]


def areas_in(content: bytes) -> tuple[Area, ...]:
    (count,) = unpack_from("<H", content, 12)
    found: list[Area] = []
    for number in range(count):
        top, bottom, left, right = unpack_from("<4H", content, 14 + 8 * number)
        found.append((top + 1, left + 1, bottom + 1, right + 1))
    return tuple(found)


def test_of(content: bytes) -> tuple[str, str, list[str]]:
    """What a rule asks, as ``formats.condition`` takes it: a comparison with constants, or for
    blanks and errors.
    """
    sort, named, one, two = unpack_from("<BBHH", content)
    second = len(content) - two
    first = content[second - one : second]
    bounds = [constant_of(first)]
    if two:
        bounds.append(constant_of(content[second:]))
    if sort == COMPARES and named in OPERATORS and all(bounds):
        return "cellIs", OPERATORS[named], bounds
    return ("containsErrors" if asks_no_number(first) else "expression"), "", ["?"]


def constant_of(tokens: bytes) -> str:
    """The number that a formula is, "" for any other."""
    if tokens[:1] == WHOLE_NUMBER and len(tokens) == 3:
        return str(unpack_from("<H", tokens, 1)[0])
    if tokens[:1] == ANY_NUMBER and len(tokens) == 9:
        return str(formats.as_figure(unpack_from("<d", tokens, 1)[0]))
    return ""


def asks_no_number(tokens: bytes) -> bool:
    """Whether a formula asks of a cell if it is an error, a text or blank: ISERROR(B2), B2=""."""
    if len(tokens) < 8 or tokens[0] & TOKEN not in CELL_TOKENS:
        return False
    rest = tokens[5:]
    if rest == EMPTY_TEXT:
        return True
    is_function = len(rest) == 3 and rest[0] & TOKEN == FUNCTION
    return is_function and unpack_from("<H", rest, 1)[0] in OF_NO_NUMBER


def kind_of_rule(book: Book, content: bytes) -> str:
    """How a rule hides a number or makes another of it; "" where it does not."""
    low, high = unpack_from("<IH", content, RULE_LOOK)
    flags, at = low | high << 32, RULE_LOOK + 6
    if flags & HAS_CODE:
        code, size = rule_code(book, content, at, bool(flags & OWN_CODE))
        kind = formats.kind_of(code)
        if kind:
            return kind
        at += size
    letters = rule_letters(book, content, at) if flags & HAS_FONT else seen.Piece("", color=BLACK)
    for bit, size in ((HAS_FONT, FONT_LOOK), (HAS_ALIGNMENT, LINES), (HAS_BORDER, LINES)):
        if flags & bit:
            at += size
    ground = rule_ground(book, content, at) if flags & HAS_GROUND else ""
    return letters.on(ground).kind


def rule_letters(book: Book, content: bytes, at: int) -> seen.Piece:
    (flags,) = unpack_from("<I", content, at + FONT_FLAGS)
    (color,) = unpack_from("<I", content, at + FONT_COLOR)
    (unset,) = unpack_from("<I", content, at + FONT_UNSET)
    return seen.Piece("", struck=bool(flags & ~unset & STRIKES), color=rgb_of(book, color) or BLACK)


def rule_code(book: Book, content: bytes, at: int, is_own: bool) -> tuple[str, int]:
    """The number format of a rule, written there or by its number, and the bytes that it takes."""
    if not is_own:
        return code_of(book, content[at + 1]), 2
    size = unpack_from("<H", content, at)[0]
    return text_in(content[at + 2 : at + size]), size


def text_in(raw: bytes) -> str:
    """A text of BIFF8: its length, a byte of flags, characters of one byte or two."""
    length, wide = unpack_from("<HB", raw)
    if wide & 1:
        return raw[3 : 3 + 2 * length].decode("utf-16-le")
    return raw[3 : 3 + length].decode("latin-1")


def rule_ground(book: Book, content: bytes, at: int) -> str:
    (colors,) = unpack_from("<H", content, at + 2)
    return rgb_of(book, colors >> 7 & 0x7F) or rgb_of(book, colors & 0x7F)
