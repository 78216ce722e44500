"""A Sheet -> what a person sees in its cells: a stranger's file, our own, and the open workbook.

The pieces of a text, each in a font of its own -> the text that a person reads.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import replace
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from itertools import product
from typing import NamedTuple

from gongkai.figures import is_much_smaller, is_pale, read_figure, shown
from gongkai.model import UnreadableDocument, Value
from gongkai.spreadsheets import MOST_AREA, SAVE_AS, Area, Sheet, Spot, formats

OUT_OF_SIGHT = "（所在的行或列已隐藏）"
ACROSS = "（与其他格合并）"
OF_PAGES = re.compile(r"(?:Page|of|[第共页,，/—–\s\d-])*", re.IGNORECASE)
# In a header: &L, &"宋体,加粗", &12, &K00FF00, &P.
MARGIN_CODE = re.compile(r'&(?:"[^"]*"|\d{1,3}|K[0-9A-Fa-f]{6}|[A-JL-Z]|[a-z])')
# What stands behind a text that a person struck or hid: 无。（单元格为加了删除线的格式）
UNSEEN = re.compile(rf"（(单元格为[^（）]*格式|{OUT_OF_SIGHT.strip('（）')})）$")
HIDDEN_SHEET: Spot = (0, 0)  # no cell: it says of a sheet of figures that nobody sees it
ASIDE: Spot = (0, 2)  # no cell either: what else stands on a sheet and is not printed
FIRST_DAY, FIRST_DAY_1904 = datetime(1899, 12, 30), datetime(1904, 1, 1)
NO_DAY = 60  # the 29th of February 1900, which never was; days before it count from one day later
LAST_DAY = 2_958_465  # 9999-12-31
DAYS_TO_1904 = 1_462
USUAL_SIZE = 11.0  # points, of a piece that says nothing of it
PALE, ALIKE = "pale", "alike"  # colours of letters that nobody sees
UNSEEN_COLORS = {PALE: formats.WHITE, ALIKE: formats.SAME}
LEAST_SIZE = 4.0  # points; smaller letters nobody reads
WEIGHTS = (0.30, 0.59, 0.11)  # of red, green and blue in what the eye sees as light
NEAR = 12.0  # of 255: colours that nobody tells apart
HEX = re.compile("[0-9A-Fa-f]{6}")
APART = "^"  # stands between pieces that are no one figure


def seen_values(sheet: Sheet) -> dict[Spot, object]:
    """(row, column) -> int, Decimal or text, as a person sees it; blanks left out.

    What a merged cell covers is not there. A number in a cell that shows another one, or a text or
    number in one that shows nothing, is a text that says so: 134（单元格为加了删除线的格式）. A day
    is a text: 2021-03-05. Raises UnreadableDocument for more merged cells or conditions than any
    report has.
    """
    under = covered(sheet)
    found: dict[Spot, object] = {}
    for spot, value in sheet.cells.items():
        if spot not in under and value is not None:
            found[spot] = shown_as(value, sheet.kinds.get(spot, ""))
    hide_by_conditions(found, sheet)
    return found


def figures_seen(sheet: Sheet, spots: Set[Spot], *, prose: bool = False) -> dict[Spot, object]:
    """The same of a sheet of ours, whose figures stand at ``spots``: what a person hid is no
    figure, nor is one in a merged cell that takes the place of two. Other hidden rows and columns
    are our own, and a name is a name however its cell looks. Where ``spots`` are texts to be
    printed (``prose``), those that would be printed otherwise say so: 5^2千米 of a raised 2, a day.
    """
    kinds = {spot: kind for spot, kind in sheet.kinds.items() if spot in spots}
    found = seen_values(replace(sheet, kinds=kinds, conditions=sheet.conditions if spots else ()))
    if spots and not sheet.visible:
        found[HIDDEN_SHEET] = True
    unseen = dict.fromkeys(filter(sheet.is_hidden, spots), OUT_OF_SIGHT)
    unseen |= dict.fromkeys(joining(sheet, spots), ACROSS)
    unseen |= dict(hidden_texts(sheet, spots))
    unseen |= dict(rounded_figures(found, kinds))
    if prose:
        unseen = printed_otherwise(sheet, spots) | unseen
    for spot, why in unseen.items():
        if spot in found:
            found[spot] = f"{text_of(found[spot])}{why}"
    put_aside(found, sheet, spots)
    return found


class Aside(NamedTuple):
    """What stands on a sheet of ours and is no text of a cell: header and footer, comments, what is
    struck or unseen within texts, and the cells of formulas of which nobody can say whether the
    stored result is still true.
    """

    margins: tuple[str, ...] = ()
    comments: Mapping[Spot, str] = {}
    dropped: Mapping[Spot, str] = {}
    uncertain: tuple[Spot, ...] = ()


def aside_in(found: Mapping[Spot, object]) -> Aside:
    """What was put aside of a sheet; nothing of one that was read without it."""
    aside = found.get(ASIDE)
    return aside if isinstance(aside, Aside) else Aside()


def put_aside(found: dict[Spot, object], sheet: Sheet, spots: Set[Spot]) -> None:
    dropped: dict[Spot, str] = {}
    for spot, text in sheet.dropped.items():
        if spot in spots:
            dropped[spot] = text
    aside = Aside(tuple(sheet.margins), sheet.comments, dropped)
    if any(aside):
        found[ASIDE] = aside


def rounded_figures(
    found: Mapping[Spot, object], kinds: Mapping[Spot, str]
) -> Iterator[tuple[Spot, str]]:
    """The figures that a person sees with fewer places, each with what is said of it: 12.5 as
    13. A stranger's file is read as it is: what was published from it nobody knows.
    """
    for spot, kind in kinds.items():
        if formats.is_rounded(found.get(spot), kind):
            yield spot, formats.doubtful("", kind)


def hidden_texts(sheet: Sheet, spots: Set[Spot]) -> Iterator[tuple[Spot, str]]:
    """The texts that a conditional format may make white or strike, each with what is said of it;
    whether it does so today only the program knows.
    """
    for condition in sheet.conditions:
        for area in condition.areas:
            for spot in within(area, spots & sheet.cells.keys()):
                if condition.test != formats.NEVER and is_words(sheet.cells[spot]):
                    yield spot, formats.doubtful("", condition.kind)


def printed_otherwise(sheet: Sheet, spots: Set[Spot]) -> dict[Spot, str]:
    """The texts that nobody would print as they are stored, each with what is said of it."""
    found: dict[Spot, str] = {}
    for spot in spots:
        kind = sheet.kinds.get(spot)
        if kind in formats.PARTS:
            found[spot] = formats.doubtful("", kind)
        elif isinstance(sheet.cells.get(spot), date | time):
            found[spot] = formats.doubtful("", formats.DATE)
    return found


def joining(sheet: Sheet, spots: Set[Spot]) -> Iterator[Spot]:
    """The figures that stand in a merged cell which covers another one's place."""
    for area in sheet.merged:
        first = first_of(area)
        if first in spots and set(within(area, spots)) != {first}:
            yield first


def first_of(area: Area) -> Spot:
    top, left, _, _ = area
    return top, left


def shown_as(value: object, kind: str) -> object:
    """A stored value as its cell shows it, once the kind of its format is known."""
    number = formats.as_figure(value)
    if number is not None:
        if formats.is_shown(number, kind):
            return number
        return formats.doubtful(shown(number), kind)
    text = text_of(value)
    if kind in formats.OF_TEXTS and text.strip():
        return formats.doubtful(text, kind)
    return text


def text_of(value: object) -> str:
    """A value as it would be typed: 0.3, TRUE, 2021-03-05, 08:30:00; "" for a blank."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, datetime) and value.time() == time():
        value = value.date()
    if isinstance(value, datetime):
        return value.isoformat(" ", "seconds")
    if isinstance(value, date | time):
        return value.isoformat()
    number = formats.as_figure(value)
    if number is not None:
        return shown(number)
    return str(value)


def day_of(number: Value, from_1904: bool) -> object:
    """The day or time that a number stands for in a cell that shows one.

    The number itself where there is no such day.

    44260 -> 2021-03-05, 0.5 -> 12:00:00. Workbooks made on old Macs count from 1904.
    """
    last = LAST_DAY
    if from_1904:
        last -= DAYS_TO_1904
    if number is None or not 0 < number < last:
        return number
    days, rest = divmod(Decimal(number), 1)
    clock = timedelta(seconds=int((rest * 86_400).to_integral_value()))
    if from_1904:
        return FIRST_DAY_1904 + timedelta(days=int(days)) + clock
    if days == 0:
        return (datetime.min + clock).time()
    if days < NO_DAY:
        days += 1
    return FIRST_DAY + timedelta(days=int(days)) + clock


# --- merged cells ---------------------------------------------------------------------------------


def covered(sheet: Sheet) -> set[Spot]:
    """The cells with something in them that merged cells hide; LibreOffice keeps it there."""
    found: set[Spot] = set()
    looked = 0
    for area in sheet.merged:
        inside = set(within(area, sheet.cells))
        looked += min(size_of(area), len(sheet.cells))
        if looked > MOST_AREA:
            raise UnreadableDocument(
                f"工作表“{sheet.name}”的合并单元格互相重叠，文件已损坏；{SAVE_AS}。"
            )
        found |= inside - {first_of(area)}
    return found


def size_of(area: Area) -> int:
    top, left, bottom, right = area
    return (bottom - top + 1) * (right - left + 1)


def within(area: Area, spots: Collection[Spot]) -> Iterator[Spot]:
    """Those of the spots that lie in an area, whichever of the two is less to look through."""
    top, left, bottom, right = area
    rows, columns = range(top, bottom + 1), range(left, right + 1)
    if size_of(area) <= len(spots):
        yield from filter(spots.__contains__, product(rows, columns))
        return
    for spot in spots:
        if spot[0] in rows and spot[1] in columns:
            yield spot


# --- conditional formats --------------------------------------------------------------------------


def hide_by_conditions(values: dict[Spot, object], sheet: Sheet) -> None:
    """What a conditional format makes white is no figure: a text that says so takes its place."""
    looked = 0
    for condition in sheet.conditions:
        for area in condition.areas:
            looked += 1 + min(size_of(area), len(values))
            if looked > MOST_AREA:
                raise UnreadableDocument(
                    f"工作表“{sheet.name}”的条件格式过多，不像是年度报告；{SAVE_AS}。"
                )
            hide(values, list(within(area, values)), condition)


def hide(values: dict[Spot, object], spots: Iterable[Spot], condition: formats.Condition) -> None:
    for spot in spots:
        value = values[spot]
        if is_number(value) and condition.hides(formats.as_figure(value)):
            values[spot] = formats.doubtful(text_of(value), condition.kind)


def is_number(value: object) -> bool:
    """Whether a value is a number, or a text of digits."""
    if isinstance(value, str):
        return value.strip().isdigit()
    return formats.as_figure(value) is not None


def is_words(value: object) -> bool:
    """Whether a value is a text that is no figure and no sign such as /."""
    return isinstance(value, str) and read_figure(value, "").state == "unreadable"


# --- the pieces of a text -------------------------------------------------------------------------
# 12 with a raised 2 behind it is 12^2, never 122; a struck 9 before 21 is 21.


class Piece(NamedTuple):
    """``raised``: set higher or lower than the line.

    ``color`` as in ``seen_color``; ``size`` in points.

    A piece that says nothing of its looks has those of its cell (``own`` is False).
    """

    text: str
    raised: bool = False
    struck: bool = False
    color: str = ""
    size: float = USUAL_SIZE
    own: bool = True

    @property
    def kind(self) -> str:
        """Why it is no part of a figure, as of a whole cell that looks so; "" where it may be."""
        if self.struck:
            return formats.STRUCK
        if self.color in UNSEEN_COLORS:
            return UNSEEN_COLORS[self.color]
        if self.size < LEAST_SIZE:
            return formats.TINY
        if self.raised:
            return formats.RAISED
        return ""

    def on(self, ground: str) -> Piece:
        """The piece as it is seen on a ground: PALE or ALIKE, or in a colour that does not
        matter.
        """
        return self._replace(color=seen_color(self.color, ground))


def seen_color(color: str, ground: str) -> str:
    """PALE for letters pale on white, ALIKE for those of the colour behind them: nobody sees them.
    "" for others.

    A colour is RRGGBB, or any word that is the same for the same colour; "" for one of which
    nothing is said.
    """
    if ground and not is_pale(ground):
        if is_alike(color, ground):
            return ALIKE
        return ""
    if is_pale(color):
        return PALE
    return ""


def is_alike(color: str, ground: str) -> bool:
    if not (HEX.fullmatch(color) and HEX.fullmatch(ground)):
        return color == ground
    difference = 0.0
    parts = zip(WEIGHTS, bytes.fromhex(color), bytes.fromhex(ground), strict=True)
    for weight, one, other in parts:
        difference += weight * abs(one - other)
    return difference <= NEAR


def margins_in(texts: Iterable[str]) -> list[str]:
    """The texts of headers and footers, each once, without codes and numbers of pages:
    &L&"宋体"&12单位：件&R&P -> 单位：件.
    """
    found: list[str] = []
    for said in texts:
        text = " ".join(MARGIN_CODE.sub(" ", said).split())
        if text not in found and not OF_PAGES.fullmatch(text):
            found.append(text)
    return found


def settled(pieces: Sequence[Piece], cell: Piece, ground: str = "") -> tuple[str, str]:
    """(text, kind) of a cell whose text has pieces.

    ``cell`` looks as the cell does, ``ground`` is the colour behind.

    Where all of them look alike, that is the look of the cell: 134 struck in two pieces is as one
    struck whole.
    """
    whole: list[Piece] = []
    kinds: set[str] = set()
    for piece in pieces:
        look = piece if piece.own else cell._replace(text=piece.text)
        seen = look.on(ground)
        whole.append(seen)
        if seen.text.strip():
            kinds.add(seen.kind)
    if len(kinds) == 1 and "" not in kinds:
        return "".join(piece.text for piece in whole), kinds.pop()
    text = joined(whole)
    typed = sum(piece.text.count(APART) for piece in whole)
    return text, apart_kind(kinds) if text.count(APART) > typed else ""


def dropped_of(pieces: Sequence[Piece], cell: Piece, ground: str = "") -> str:
    """What a person does not see, or reads as struck, of a text of which the rest is taken: 不 of
    工作不合格 with a struck 不. "" where nothing is, or all.
    """
    kept, dropped = "", ""
    for piece in pieces:
        look = (piece if piece.own else cell._replace(text=piece.text)).on(ground)
        if look.struck or is_unseen_word(look):
            dropped += look.text
        else:
            kept += look.text
    return dropped.strip() if kept.strip() else ""


def apart_kind(kinds: Set[str]) -> str:
    """What a text is in which a part is set apart, by the looks of its parts: struck, white, else
    raised or small.
    """
    for kind, told in formats.PARTLY.items():
        if kind in kinds:
            return told
    return formats.SET_APART


def joined(pieces: Iterable[Piece]) -> str:
    """The text without what is struck, with a sign before each piece that is set apart from the one
    before it. White words are left out as well; of a white digit nobody can tell (1, 9 white, 34).
    """
    kept = [piece for piece in pieces if piece.text]
    largest = max((piece.size for piece in kept), default=0.0)
    text = ""
    before: Piece | None = None
    for piece in kept:
        if not piece.struck and not is_unseen_word(piece):
            if before is not None and text.strip() and is_apart(piece, before, largest):
                text += APART
            text += piece.text
        before = piece
    return text


def is_unseen_word(piece: Piece) -> bool:
    return piece.color in UNSEEN_COLORS and not piece.text.strip()[:1].isdigit()


def is_apart(piece: Piece, before: Piece, largest: float) -> bool:
    """Whether a reader takes a piece for something else than the one before it.

    A struck digit within a figure (1, 9 struck, 34) parts it as well: which of them stand cannot be
    told.
    """
    if not piece.text.strip():
        return False
    begins_with_digit = piece.text.strip()[:1].isdigit()
    if before.struck:
        return piece.raised or begins_with_digit
    if piece.raised != before.raised:
        return True
    is_as_small = is_much_smaller(piece.size, largest) == is_much_smaller(before.size, largest)
    is_of_one_look = is_as_small and piece.color == before.color
    return begins_with_digit and not is_of_one_look
