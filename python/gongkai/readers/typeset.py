"""Plain text set in columns of one width -> its pages' ink.

Tables are drawn with ─ and │, or by blanks alone. What a person sees in such a text is a page; so
it is painted as one, and read as any other page is (readers.layout).
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from gongkai.figures import read_figure
from gongkai.model import Block, Grid, GridCell
from gongkai.readers.layout import blocks_of_pages, paragraphs
from gongkai.readers.layout.ink import MOST_CHARS, UNREADABLE, Char, Ink, Stroke

SIZE, WIDTH = 10.0, 5.0  # of a letter and of half an ideograph, in points
LEADING = 20.0  # of a line: so far apart none is taken for one text with the next
BLACK = (0.0, 0.0, 0.0)
# The signs that draw a line to a side of their place: left, right, up, down.
LEVEL, UPRIGHT = "─━═┄┈╌", "│┃║┆┊╎"
LEFT = LEVEL + "┐┘┤┬┴┼┓┛┫┳┻╋╗╝╣╦╩╬"
RIGHT = LEVEL + "┌└├┬┴┼┏┗┣┳┻╋╔╚╠╦╩╬"
UP = UPRIGHT + "└┘├┤┴┼┗┛┣┫┻╋╚╝╠╣╩╬"
DOWN = UPRIGHT + "┌┐├┤┬┼┏┓┣┫┳╋╔╗╠╣╦╬"
CORNER_SIGNS = "┌┐└┘├┤┬┴┼┏┓┗┛┣┫┳┻╋╔╗╚╝╠╣╦╩╬"
CORNERS = re.compile(f"[{CORNER_SIGNS}]")
RULE = re.compile(r"\s*[─━═┄┈╌┌┐└┘├┤┬┴┼┏┓┗┛┣┫┳┻╋╔╗╚╝╠╣╦╩╬+=-]{3,}\s*")
PLUS_RULE = re.compile(r"\s*\+(?:[-=]+\+)+\s*")
SIGNS = frozenset(LEFT + RIGHT + UP + DOWN)
TALL = "❘"  # a bar that reaches the rules above and below its line
# Signs and the line that each draws: left, top, right, bottom, in shares of its place.
DRAWN_LINES = (
    (TALL, (0.5, -0.5, 0.5, 1.5)),
    (LEFT, (0.0, 0.5, 0.5, 0.5)),
    (RIGHT, (0.5, 0.5, 1.0, 0.5)),
    (UP, (0.5, 0.0, 0.5, 0.5)),
    (DOWN, (0.5, 0.5, 0.5, 1.0)),
)
DRAWING = SIGNS | {TALL}
PARTED = re.compile(r"[\t|]")  # a line whose cells tabs or bars part
LETTER_OR_DIGIT = re.compile(r"[^\W_]")
WIDE_KINDS = {"W": 2, "F": 2}  # of ideographs and full-width forms, in half places
BARRED = re.compile(r"\s*\|.*\|\s*")
GAP = re.compile(r"(?<=\S)[ \u3000]{2,}(?=\S)")
FIGURES = re.compile(r"(?:\s*[+-]?[\d０-９][\d０-９.,，．]*(?:\s|$)){2,}")
MOST_BETWEEN = 2  # lines that are none of a table, between two of its lines
FEW_RULES = 3
FEWEST_LINES = 5  # with gaps and figures in them


class Letter(NamedTuple):
    """A letter of a line and where it stands on the page, in points."""

    text: str
    x0: float
    x1: float


def chunks(text: str) -> Iterator[tuple[int, str]]:
    """The drawn tables of a text and what stands between them.

    Each comes with the number of lines before it.
    """
    if not may_be_drawn(text):
        yield 0, text
        return
    lines = text.splitlines()
    start = 0
    for first, end in drawn_runs(lines):
        if first > start:
            yield start, "\n".join(lines[start:first])
        yield first, "\n".join(filter(is_of_table, lines[first:end]))
        start = end
    if start < len(lines) or not lines:
        yield start, "\n".join(lines[start:])


def may_be_drawn(text: str) -> bool:
    return CORNERS.search(text) is not None or "+-" in text or "+=" in text


def drawn_runs(lines: Sequence[str]) -> Iterator[tuple[int, int]]:
    """(first line, line behind the last) of each drawn table.

    It goes from a rule to the last line with a bar at its end.
    """
    first: int | None = None
    last = 0
    for number, line in enumerate((*lines, *["."] * (MOST_BETWEEN + 1))):
        if first is None:
            if is_first_rule(line):
                first = last = number
        elif is_of_table(line):
            last = number
        elif number - last > MOST_BETWEEN or not is_between(line):
            yield first, last + 1
            first = None


def is_first_rule(line: str) -> bool:
    """┌──┬──┐ or +---+; ──── alone may part two texts."""
    return RULE.fullmatch(line) is not None and is_rule_or_corner(line)


def is_between(line: str) -> bool:
    """A blank line or a page's number, as pasting leaves them between the lines of a table."""
    return not line.strip() or paragraphs.PAGE_NUMBER.fullmatch(line.strip()) is not None


def is_of_table(line: str) -> bool:
    return RULE.fullmatch(line) is not None or is_row_of_bars(line)


def is_row_of_bars(line: str) -> bool:
    return line.rstrip()[-1:] in (*UPRIGHT, "|", *CORNER_SIGNS)


def is_typeset(text: str) -> bool:
    """Whether a text draws its tables, or parts its columns by several blanks: 规章 0 0 0."""
    if len(text) > MOST_CHARS:
        return False
    if may_be_drawn(text) and any(map(is_rule_or_corner, text.splitlines())):
        return True
    if "  " not in text and "\u3000" not in text:
        return False
    return sum(map(is_set_wide, text.splitlines())) >= FEWEST_LINES


def is_set_wide(line: str) -> bool:
    """规章      0      0      0: several gaps, no tabs or bars, and figures."""
    if PARTED.search(line):
        return False
    gaps = GAP.findall(line)
    return len(gaps) > 1 and FIGURES.search(GAP.sub("  ", line)) is not None


def typeset_blocks(text: str) -> tuple[Block, ...]:
    """The blocks of a text as its lines stand on a page.

    Raises UnreadableDocument beyond the bounds of a page.
    """
    lines = [line.expandtabs(8).rstrip() for line in text.splitlines()]
    drawn = any(map(is_rule_or_corner, lines))
    ink = painted(lines, drawn)
    blocks = blocks_of_pages([ink])
    if drawn:
        return blocks
    return tuple(map(without_short_rows, blocks))


def is_rule_or_corner(line: str) -> bool:
    return CORNERS.search(line) is not None or PLUS_RULE.fullmatch(line) is not None


def painted(lines: Sequence[str], drawn: bool) -> Ink:
    """The lines as a page's ink; in a ``drawn`` text the signs of tables are strokes."""
    wide = ambiguous_width(lines)
    ink = Ink(SIZE, LEADING * (len(lines) + 1))
    if drawn:
        paint_drawn(ink, lines, wide)
    else:
        for number, line in enumerate(lines):
            paint_letters(ink, placed_letters(line, wide), number)
    ink.width = width_of(ink)
    return ink


def paint_drawn(ink: Ink, lines: Sequence[str], wide: int) -> None:
    """Paint the lines of a text with drawn tables; where only head and foot have rules, a stroke
    parts each row from the one above.
    """
    is_ruled_between = has_few_rules(lines)
    torn = torn_rows(lines, wide)
    for number, (above, line) in enumerate(zip(["", *lines], lines, strict=False)):
        if is_ruled_between and is_row_of_bars(above) and is_row_of_bars(line):
            top = LEADING * number
            ink.strokes.append(Stroke(0.0, top, line_width(line, wide) * WIDTH, top))
        shown = torn_line(line) if number in torn else line
        letters = paint_signs(ink, shown, placed_letters(shown, wide), number)
        paint_letters(ink, letters, number)


def width_of(ink: Ink) -> float:
    ends_of_chars = [char.x1 for char in ink.chars]
    ends_of_strokes = [stroke.x1 for stroke in ink.strokes]
    return max([SIZE, *ends_of_chars, *ends_of_strokes])


def paint_signs(ink: Ink, line: str, letters: Sequence[Letter], number: int) -> list[Letter]:
    """Draw the signs of a table in a line; its texts are left: 规章 and 2 of │ 规章 │ 2 │."""
    signs = signs_of(line)
    drawn = SIGNS.union(signs)
    texts: list[Letter] = []
    for letter in letters:
        sign = signs.get(letter.text, letter.text)
        if sign in DRAWING:
            ink.strokes += strokes_of(sign, letter, number)
        if letter.text not in drawn:
            texts.append(letter)
    return texts


def paint_letters(ink: Ink, letters: Sequence[Letter], number: int) -> None:
    for letter in letters:
        if not letter.text.isspace():
            ink.chars.append(char_at(letter, number, len(ink.chars)))


def without_short_rows(block: Block) -> Block:
    """A grid of which rows that end before the last column are unreadable: a figure lost in them
    moves all behind it, and a blank at the end leaves nothing either.
    """
    if not isinstance(block, Grid) or not block.spans:
        return block  # of cells of which only the order is known, the number in a row tells
    last = 0
    for row in block.rows:
        for cell in row:
            last = max(last, cell.column)
    rows: list[tuple[GridCell, ...]] = []
    for row in block.rows:
        if is_short_row(row, last):
            row = unsure_row(row, last)
        rows.append(row)
    return replace(block, rows=tuple(rows))


def unsure_row(row: Sequence[GridCell], last: int) -> tuple[GridCell, ...]:
    cells = [unsure(cell) for cell in row if cell.column != last]
    return (*cells, GridCell(UNREADABLE, last))


def is_short_row(row: Sequence[GridCell], last: int) -> bool:
    """Whether a row of figures, 规章 2 0, has nothing in the ``last`` column."""
    figures = sum(is_figure_text(cell.text) for cell in row)
    filled = {cell.column for cell in row if cell.text}
    return figures > 1 and last not in filled


def unsure(cell: GridCell) -> GridCell:
    if not is_figure_text(cell.text):
        return cell
    return cell._replace(text=cell.text + UNREADABLE)


def is_figure_text(text: str) -> bool:
    return read_figure(text).state in ("figure", "sign")


def has_few_rules(lines: Sequence[str]) -> bool:
    """Whether rules stand at the head and the foot alone: each line between them is a row."""
    rules = len(list(filter(RULE.fullmatch, lines)))
    return FEW_RULES * rules < len(lines) - rules


def torn_line(line: str) -> str:
    """A row of a drawn table that has lost a cell.

    Nobody knows which, so nothing in it can be read: │ 规章 │ 2 │ where three columns are ruled.
    """
    return LETTER_OR_DIGIT.sub(UNREADABLE, line)


def strokes_of(sign: str, letter: Letter, number: int) -> Iterator[Stroke]:
    """What a sign of a table draws in the place of a letter: half a line to each of its sides."""
    x, y = letter.x0, LEADING * number
    width = letter.x1 - letter.x0
    for signs, (left, top, right, bottom) in DRAWN_LINES:
        if sign in signs:
            x0, x1 = x + left * width, x + right * width
            yield Stroke(x0, y + top * LEADING, x1, y + bottom * LEADING)


def torn_rows(lines: Sequence[str], wide: int) -> set[int]:
    """The numbers of the rows of drawn tables that end elsewhere than the rule above them.

    Such a row has lost or won a cell, and nobody knows which.
    """
    torn: set[int] = set()
    end = 0
    for number, line in enumerate(lines):
        if RULE.fullmatch(line):
            end = line_width(line, wide)
        elif line[-1:] not in UPRIGHT + "|":
            end = 0
        elif end and line_width(line, wide) != end:
            torn.add(number)
    return torn


def signs_of(line: str) -> dict[str, str]:
    """What the signs of a line stand for: +---+ is a rule, | 规章 | 2 | has bars.

    A - between dates is no line.
    """
    if PLUS_RULE.fullmatch(line):
        return {"+": "─", "-": "─", "=": "═"}
    if BARRED.fullmatch(line):
        return {"|": TALL}
    return {}


def ambiguous_width(lines: Sequence[str]) -> int:
    """How many half places “ and ─ take, which is one or two as the font has it.

    It is that under which the tables' lines end together, or the columns of figures do.
    """
    if ends_together(lines, 2) >= ends_together(lines, 1):
        return 2
    return 1


def ends_together(lines: Sequence[str], wide: int) -> int:
    """How many lines end where another one does, as the rows of a drawn table do."""
    ends: Counter[int] = Counter()
    for line in lines:
        if CORNERS.search(line) or line[-1:] in UPRIGHT:
            ends[line_width(line, wide)] += 1
        if line[-1:].isdigit() and GAP.search(line):
            ends[line_width(line, wide)] += 1
    return sum(count for count in ends.values() if count > 1)


def line_width(line: str, wide: int) -> int:
    return sum(letter_width(letter, wide) for letter in line)


def letter_width(letter: str, wide: int) -> int:
    """Half places of a letter: 1 for 7, 2 for 章, ``wide`` for “."""
    kind = unicodedata.east_asian_width(letter)
    if kind == "A":
        return wide
    return WIDE_KINDS.get(kind, 1)


def placed_letters(line: str, wide: int) -> list[Letter]:
    found: list[Letter] = []
    at = 0
    for letter in line:
        width = letter_width(letter, wide)
        found.append(Letter(letter, at * WIDTH, (at + width) * WIDTH))
        at += width
    return found


def char_at(letter: Letter, number: int, order: int) -> Char:
    top = LEADING * number + (LEADING - SIZE) / 2
    x0, x1 = letter.x0, letter.x1
    return Char(letter.text, x0, top, x1, top + SIZE, SIZE, 0, order, BLACK, hidden=False)
