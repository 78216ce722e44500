"""Pieces of a sentence -> a formula over the tables; a formula of that shape -> what it shows.

``新收申请`` + 表三!J7 + ``件`` is ="新收申请"&IF(ISNUMBER('表三'!J7),'表三'!J7,"〔待填〕")&"件",
and shows 新收申请〔待填〕件 until a number stands in J7. The documents in force are
=IF(COUNT(B6,C6)=2,43+B6-C6,""): what stood there a year ago, with those made and without those
repealed, and nothing until both are known, for a blank is no 0. Other formulas of a user are
none of these, and nothing is told of them (``foreign``).
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from typing import NamedTuple

from gongkai.spreadsheets import Spot, column_of
from gongkai.wording.unwritten import TO_FILL
from gongkai.workbook import layout
from gongkai.workbook.live.results import (
    UNKNOWN,
    CellError,
    CellValue,
    CellValues,
    figure_in,
    is_number,
    text_shown,
)

LONGEST_TEXT = 255  # characters that a text inside a formula may have, in every program
LONGEST_FORMULA = 8_000  # characters; Excel takes 8,192

CELL = (
    r"(?:'?(?P<{0}sheet>[^'!\"&(),=<>]+)'?!)\$?(?P<{0}column>[A-Z]{{1,3}})\$?(?P<{0}row>\d{{1,7}})"
)
TEXT = r'"(?P<text>(?:[^"]|"")*)"'
FIGURE = (
    rf"IF\(ISNUMBER\({CELL.format('asked_')}\),{CELL.format('shown_')},"
    r"\"(?P<blank>(?:[^\"]|\"\")*)\"\)"
)
PIECE = re.compile(rf"\s*(?:{TEXT}|{FIGURE}|{CELL.format('plain_')})\s*(?:&|$)")
PLAIN = r"\$?([A-Z]{1,3})\$?(\d{1,7})"
STOCK = re.compile(rf'=IF\(COUNT\({PLAIN},{PLAIN}\)=2,(\d{{1,9}})\+{PLAIN}-{PLAIN},""\)')


class Shown(NamedTuple):
    """A cell of a table in a sentence; ``blank`` is what stands there while the cell holds no
    number: nothing, a sign such as ／, a text. One that ``is_plain`` is shown whatever it holds.
    """

    sheet: str
    spot: Spot
    blank: str = TO_FILL
    is_plain: bool = False


class Stock(NamedTuple):
    """What was in force a year ago, the cell of what was made since, and that of what was
    repealed.
    """

    before: int
    made: Spot
    repealed: Spot


FormulaPlace = tuple[str, Spot]  # sheet, cell
LiveText = tuple[str | Shown, ...]
BookCells = Mapping[str, CellValues]  # sheet -> what stands on it


# --- formulas -------------------------------------------------------------------------------------


def sentence_formula(sentence: LiveText) -> str:
    """A text in it is a text whatever it holds: "&A1&" stays what it is."""
    parts: list[str] = []
    for piece in sentence:
        if isinstance(piece, Shown):
            parts.append(shown_formula(piece))
        else:
            parts += texts_quoted(piece)
    return f"={'&'.join(parts)}"


def shown_formula(piece: Shown) -> str:
    place = layout.address(piece.spot, piece.sheet)
    if piece.is_plain:
        return place
    return f"IF(ISNUMBER({place}),{place},{quoted(piece.blank)})"


def texts_quoted(text: str) -> list[str]:
    """A text in as many pieces as a formula needs, each in quotation marks."""
    found: list[str] = []
    for start in range(0, len(text), LONGEST_TEXT):
        found.append(quoted(text[start : start + LONGEST_TEXT]))
    return found


def quoted(text: str) -> str:
    doubled = text.replace('"', '""')
    return f'"{doubled}"'


def unquoted(text: str) -> str:
    return text.replace('""', '"')


def stock_formula(stock: Stock) -> str:
    """=IF(COUNT(B6,C6)=2,43+B6-C6,""): short enough to see where the figure comes from."""
    made, repealed = layout.address(stock.made), layout.address(stock.repealed)
    return f'=IF(COUNT({made},{repealed})=2,{stock.before}+{made}-{repealed},"")'


# --- and back -------------------------------------------------------------------------------------


def sentence_in(formula: str) -> LiveText | None:
    """The sentence that a formula is, as any program writes it; None for any other formula.

    Texts and cells of our tables behind each other, at least one text among them.
    """
    found: list[str | Shown] = []
    at = 1
    while at < len(formula):
        match = PIECE.match(formula, at)
        piece = piece_of(match) if match else None
        if match is None or piece is None:
            return None
        found.append(piece)
        at = match.end()
    has_text = any(isinstance(piece, str) for piece in found)
    return tuple(found) if has_text and not formula.endswith("&") else None


def piece_of(match: re.Match[str]) -> str | Shown | None:
    if match["text"] is not None:
        return unquoted(match["text"])
    if match["plain_sheet"]:
        return of_table(cell_named(match, "plain_"), "", is_plain=True)
    asked, shown = cell_named(match, "asked_"), cell_named(match, "shown_")
    return of_table(shown, unquoted(match["blank"])) if asked == shown else None


def cell_named(match: re.Match[str], name: str) -> tuple[str, Spot]:
    spot = int(match[f"{name}row"]), column_of(f"{match[f'{name}column']}1")
    return match[f"{name}sheet"].removeprefix("$"), spot


def of_table(place: tuple[str, Spot], blank: str, is_plain: bool = False) -> Shown | None:
    is_ours = place[0] in layout.tables_by_name()
    return Shown(*place, blank, is_plain) if is_ours else None


def stock_in(formula: str) -> Stock | None:
    match = STOCK.fullmatch(formula)
    if match is None:
        return None
    spots: list[Spot] = []
    for number in (1, 3, 6, 8):
        spots.append((int(match[number + 1]), column_of(f"{match[number]}1")))
    made, repealed, *again = spots
    return Stock(int(match[5]), made, repealed) if again == [made, repealed] else None


# --- what they show -------------------------------------------------------------------------------


def sentence_text(sentence: LiveText, cells: BookCells) -> CellValue:
    """The text that a formula shows."""
    parts: list[str] = []
    for piece in sentence:
        held: CellValue = piece if isinstance(piece, str) else shown_value(piece, cells)
        if isinstance(held, CellError) or held is UNKNOWN:
            return held
        parts.append(text_shown(held))
    return "".join(parts)


def shown_value(piece: Shown, cells: BookCells) -> CellValue:
    held = cells.get(piece.sheet, {}).get(piece.spot)
    if held is UNKNOWN:
        return held
    if piece.is_plain:
        told = "" if held is None else held
        return str(told).upper() if isinstance(told, bool) else told
    return held if is_number(held) else piece.blank


def stock_figure(stock: Stock, cells: CellValues) -> CellValue:
    """ "" where one of both holds no number: nothing, a sign, a text, an error."""
    held = cells.get(stock.made), cells.get(stock.repealed)
    if held[0] is UNKNOWN or held[1] is UNKNOWN:
        return UNKNOWN
    made, repealed = map(figure_in, held)
    return "" if made is None or repealed is None else stock.before + made - repealed


def is_told(name: str, formula: str) -> bool:
    """Whether a formula on a sheet is of one of these shapes."""
    if name == layout.PROSE:
        return sentence_in(formula) is not None
    return name in layout.tables_by_name() and stock_in(formula) is not None


def told_results(
    formulas: Iterable[tuple[str, Spot, str]], cells: Mapping[str, dict[Spot, CellValue]]
) -> dict[FormulaPlace, CellValue]:
    """(sheet, place) -> what a formula of these shapes shows; others are left out.

    Figures first, for sentences tell them: ``cells`` gets what they show.
    """
    found: dict[FormulaPlace, CellValue] = {}
    sentences: dict[FormulaPlace, LiveText] = {}
    for name, spot, text in formulas:
        stock, sentence = stock_in(text), sentence_in(text)
        if stock is not None and name in layout.tables_by_name():
            found[name, spot] = cells[name][spot] = stock_figure(stock, cells[name])
        elif sentence is not None and name == layout.PROSE:
            sentences[name, spot] = sentence
    for place, sentence in sentences.items():
        found[place] = sentence_text(sentence, cells)
    return found


def told_of_seen(
    formulas: Sequence[tuple[str, Spot, str]], values: Mapping[str, Mapping[Spot, object]]
) -> dict[FormulaPlace, CellValue]:
    """The same by what a person sees in the cells.

    A formula without a result is unknown; a sentence that tells it says that it is to be filled in,
    for no reader of prose wants to see a formula there.
    """
    cells: dict[str, dict[Spot, CellValue]] = {}
    known: dict[str, dict[Spot, CellValue]] = {}
    for name, held in values.items():
        cells[name] = {}
        for spot, value in held.items():
            cells[name][spot] = known_value(value)
    found = told_results(formulas, cells)
    for name, figures in cells.items():
        known[name] = without_unknown(figures)
    lost = [each for each in formulas if each[0] == layout.PROSE]
    return found | told_results(lost, known)


def put_told(
    values: Mapping[str, dict[Spot, object]], formulas: Sequence[tuple[str, Spot, str]]
) -> None:
    """Put what these formulas show now in the place of what was stored or shown before."""
    for (name, spot), value in told_of_seen(formulas, values).items():
        if isinstance(value, int | Decimal | str):
            values[name][spot] = value


def without_unknown(cells: CellValues) -> dict[Spot, CellValue]:
    found: dict[Spot, CellValue] = {}
    for spot, value in cells.items():
        if value is not UNKNOWN:
            found[spot] = value
    return found


def known_value(value: object) -> CellValue:
    if isinstance(value, str):
        return UNKNOWN if value.startswith("=") else value
    return value if isinstance(value, int | Decimal) else UNKNOWN
