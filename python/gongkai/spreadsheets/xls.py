"""An .xls or .et file (BIFF) -> a Look for each sheet: hidden, formats, what calamine leaves out.

The numbers of records and their layout are those of [MS-XLS].
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from struct import error as StructError
from struct import unpack, unpack_from

from gongkai.model import UnreadableDocument
from gongkai.opc import read_stream
from gongkai.spreadsheets import MOST_SHEETS, SAVE_AS, Look, Position, too_many
from gongkai.spreadsheets.formats import BUILTIN, STRUCK, WHITE, kind_of

BOF, EOF, FILEPASS = 0x0809, 0x000A, 0x002F
BOUNDSHEET, FONT, FORMAT, XF = 0x0085, 0x0031, 0x041E, 0x00E0
TEXTS, CONTINUED = 0x00FC, 0x003C
ROW, COLINFO = 0x0208, 0x007D
NUMBER, RK, MULRK, FORMULA, BOOLERR = 0x0203, 0x027E, 0x00BD, 0x0006, 0x0205
OTHER_CELLS = (0x0204, 0x00FD, 0x00D6)  # texts: LABEL, LABELSST, RSTRING
CELLS = frozenset((NUMBER, RK, MULRK, FORMULA, BOOLERR, *OTHER_CELLS))
WANTED = CELLS | {ROW, COLINFO, EOF, BOF}
ERRORS = {0: "#NULL!", 7: "#DIV/0!", 15: "#VALUE!", 23: "#REF!", 29: "#NAME?", 36: "#NUM!", 42: "#N/A"}
BIFF8 = 0x0600
WHITES = (1, 9)  # among the colours that have a number
NO_RESULT = "=（公式没有计算结果）"


@dataclass
class Book:
    """What the records for the whole workbook say. ``sheets``: name, first byte, whether it is seen, its kind;
    ``styles``: font, format, whether the cell has a ground of its own; ``fonts``: whether struck out, raised, white;
    ``texts``: the record of all texts and those that continue it.
    """

    sheets: list[tuple[str, int, bool, int]] = field(default_factory=list)
    formats: dict[int, str] = field(default_factory=dict)
    styles: list[tuple[int, int, bool]] = field(default_factory=list)
    fonts: list[tuple[bool, bool, bool]] = field(default_factory=list)
    texts: list[bytes] = field(default_factory=list)


def look_into_xls(content: bytes) -> tuple[list[Look], bytes]:
    """The visible sheets, and the content as it is. Raises UnreadableDocument."""
    try:
        stream = read_stream(content, ("Workbook",))
        book = read_book(stream)
        odd = odd_styles(book)
        if len(book.sheets) > MOST_SHEETS:
            raise too_many(len(book.sheets))
        looks = [
            look_at(stream, name, number, start, odd)
            for number, (name, start, seen, kind) in enumerate(book.sheets)
            if seen and kind == 0
        ]
    except (StructError, IndexError, ValueError) as error:
        raise UnreadableDocument(f"Excel 工作簿（.xls 或 .et）不完整或已损坏，不能读取；{SAVE_AS}。") from error
    return looks, content


def records(stream: bytes, at: int) -> Iterator[tuple[int, int, int]]:
    """(number, first byte, length) of the records from a place on. Raises UnreadableDocument where the file ends."""
    end = len(stream)
    while at + 4 <= end:
        number, length = unpack_from("<HH", stream, at)
        if at + 4 + length > end:
            break
        yield number, at + 4, length
        at += 4 + length
    raise UnreadableDocument("Excel 工作簿（.xls 或 .et）不完整，后面的内容已丢失；请重新取得该文件。")


# --- the whole workbook ---------------------------------------------------------------------------


def read_book(stream: bytes) -> Book:
    book = Book()
    before = 0
    for number, at, length in records(stream, 0):
        if number == BOF:
            if unpack_from("<H", stream, at)[0] != BIFF8:
                raise UnreadableDocument(f"这是Excel 5.0/95的工作簿，不能读取；{SAVE_AS}。")
        elif number == FILEPASS:
            raise UnreadableDocument("工作簿设有打开密码，不能读取；请打开后去掉密码，另存一份再导入。")
        elif number == BOUNDSHEET:
            start, state, kind = unpack_from("<IBB", stream, at)
            book.sheets.append((short_text(stream[at + 7 : at + length], stream[at + 6]), start, state & 3 == 0, kind))
        elif number == FONT:
            _, flags, color, _, raised = unpack_from("<HHHHH", stream, at)
            book.fonts.append((bool(flags & 8), raised != 0, color in WHITES))
        elif number == FORMAT:
            book.formats[unpack_from("<H", stream, at)[0]] = format_code(stream[at + 2 : at + length])
        elif number == XF:
            font, form, pattern, colors = unpack_from("<HH10xIH", stream, at)
            book.styles.append((font, form, pattern >> 26 != 0 and colors & 0x7F not in WHITES))
        elif number == TEXTS or (number == CONTINUED and before == TEXTS):
            book.texts.append(stream[at : at + length])
        elif number == EOF:
            break
        before = TEXTS if number == CONTINUED and before == TEXTS else number
    return book


def format_code(raw: bytes) -> str:
    return short_text(raw[2:], unpack_from("<H", raw)[0])


def short_text(raw: bytes, length: int) -> str:
    """A text of BIFF8: a byte of flags, then characters of one byte or two."""
    return raw[1 : 1 + 2 * length].decode("utf-16-le") if raw[0] & 1 else raw[1 : 1 + length].decode("latin-1")


def odd_styles(book: Book) -> dict[int, str]:
    """Number of a cell style -> kind of its format, for those that show another number than the one stored.

    Raised and struck out pieces within a text can't be told from the rest here (calamine joins them: 12 with a
    raised 2 is 122), so a workbook with such a font that a piece has, or that no style uses, is refused.
    """
    kinds = {int(number): kind for number, kind in BUILTIN.items()}
    kinds |= {number: kind_of(code) for number, code in book.formats.items()}
    used = {font_number(font) for font, _, _ in book.styles}
    if any(struck for struck, _, _ in book.fonts):
        used -= {font_number(font) for font in run_fonts(book.texts)}
    if any(raised or (struck and n not in used) for n, (struck, raised, _) in enumerate(book.fonts)):
        raise UnreadableDocument(f"工作簿中有上标、下标或删除线文字，在这种旧版格式中无法分辨；{SAVE_AS}。")
    found = {}
    for number, (font, form, filled) in enumerate(book.styles):
        font = font_number(font)
        struck, _, white = book.fonts[font] if font < len(book.fonts) else (False, False, False)
        kind = STRUCK if struck else WHITE if white and not filled else kinds.get(form, "")
        if kind:
            found[number] = kind
    return found


def font_number(index: int) -> int:
    """The place of a font among the records: no font has number 4."""
    return index - (index > 4)


# --- a sheet --------------------------------------------------------------------------------------


def look_at(stream: bytes, name: str, number: int, start: int, odd: dict[int, str]) -> Look:
    rows: set[int] = set()
    columns: set[int] = set()
    kinds: dict[Position, str] = {}
    texts: dict[Position, str] = {}
    last_row = last_column = -1
    depth = 0
    for record, at, length in records(stream, start):
        if record not in WANTED:
            continue
        if record == BOF:
            depth += 1
        elif record == EOF:
            depth -= 1
            if depth == 0:
                break
        elif depth != 1:  # a chart within the sheet
            continue
        elif record == ROW:
            row, _, _, height, _, _, flags = unpack_from("<7H", stream, at)
            if flags & 0x20 or height & 0x7FFF == 0:
                rows.add(row)
        elif record == COLINFO:
            first, last, width, _, flags = unpack_from("<5H", stream, at)
            if flags & 1 or width == 0:
                columns.update(range(first, min(last, 255) + 1))
        else:
            row, column, style = unpack_from("<3H", stream, at)
            last = column
            if record == MULRK:
                last = unpack_from("<H", stream, at + length - 2)[0]
                for spot in range(column, min(last, 255) + 1):
                    style = unpack_from("<H", stream, at + 4 + 6 * (spot - column))[0]
                    if style in odd:
                        kinds[row, spot] = odd[style]
            elif style in odd:
                kinds[row, column] = odd[style]
            if record == BOOLERR and stream[at + 7]:
                texts[row, column] = ERRORS.get(stream[at + 6], "#N/A")
            elif record == FORMULA and (said := special_result(stream, at)):
                texts[row, column] = said
            last_row, last_column = max(last_row, row), max(last_column, last)
    return Look(name, number, (last_row + 1, last_column + 1), rows, columns, kinds, texts)


def special_result(stream: bytes, at: int) -> str:
    """What stands for a formula whose result is an error, or was never calculated; "" for any other."""
    kind, _, value, _, _, _, mark, flags = unpack_from("<6BHH", stream, at + 6)
    if mark != 0xFFFF:
        return ""
    if kind == 2:
        return ERRORS.get(value, "#N/A")
    return NO_RESULT if kind == 3 and flags & 3 else ""


# --- texts ----------------------------------------------------------------------------------------
# Read for the fonts in which pieces of them are set ([MS-XLS] 2.5.293), and for nothing else.

RICH, ADDED, WIDE = 0x08, 0x04, 0x01  # flags of a text: it has pieces, something is added to it, two bytes a character


def run_fonts(records: Sequence[bytes]) -> Iterator[int]:
    """The fonts in which pieces of texts are set; ``records`` are that of all texts and those that continue it.

    Raises IndexError where the texts end too early.
    """
    texts = Texts(records)
    (count,) = unpack("<4xI", texts.take(8))
    for _ in range(count):
        length, flags = unpack("<HB", texts.take(3))
        pieces = unpack("<H", texts.take(2))[0] if flags & RICH else 0
        added = unpack("<I", texts.take(4))[0] if flags & ADDED else 0
        texts.skip(length, flags & WIDE)
        yield from unpack(f"<{2 * pieces}H", texts.take(4 * pieces))[1::2]
        texts.take(added)


class Texts:
    """A place in the records."""

    def __init__(self, records: Sequence[bytes]) -> None:
        self.rest = iter(records)
        self.record = b""
        self.at = 0

    def go_on(self) -> None:
        self.record, self.at = next(self.rest, b""), 0
        if not self.record:
            raise IndexError("texts end too early")

    def take(self, size: int) -> bytes:
        found = []
        while size:
            if self.at == len(self.record):
                self.go_on()
            found.append(self.record[self.at : self.at + size])
            size -= len(found[-1])
            self.at += len(found[-1])
        return b"".join(found)

    def skip(self, characters: int, wide: int) -> None:
        """Pass over characters; a record in the midst of them begins by saying anew how wide they are."""
        while characters:
            if self.at == len(self.record):
                self.go_on()
                wide, self.at = self.record[0] & WIDE, 1
            count = min(characters, (len(self.record) - self.at) // (1 + wide))
            if not count:
                raise IndexError("half a character")
            characters -= count
            self.at += count * (1 + wide)
