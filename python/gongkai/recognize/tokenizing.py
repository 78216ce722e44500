"""Blocks -> tokens: one per cell of a grid, one or more per line of text, in reading order."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from operator import attrgetter
from typing import Literal

from gongkai.figures import PICTURE, fold, joined_digits, read_figure
from gongkai.model import Block, Grid, Link, Place, Prose

TokenKind = Literal["figure", "sign", "blank", "filler", "text"]
TextPiece = tuple[
    str, TokenKind, str
]  # a text, its kind, and its squashed form if it is of kind text
CellSpot = tuple[int, int, int]  # table, row and column of a grid's cell

WITH_NOTE = re.compile(r"\d[\d.,]*\s*[（(*①-⑳^²³]")
NOT_WORD = re.compile(r"[\W_]+")
BARS = re.compile(r"[|｜\s]+")
BAR = re.compile(r"[|｜]")
BARS_AND_BLANKS = "|｜ \t\u3000\xa0"
PAGE_NUMBER = re.compile(r"[-—–－·\s]+\d{1,3}[-—–－·\s]+|第\s*\d{1,3}\s*页.{0,12}")
LABEL_AND_FIGURES = re.compile(
    r"(?P<label>.*[^\d\s,.，．%/|-].*?)"
    r"(?P<figures>(?:\s+(?:[+＋－-]?[\d０-９][\d０-９,，.]*|[-—/]))+)\s*"
)
THOUSANDS = re.compile(r"[1-9]\d{0,2} \d{3}|.* 0\d+(?: .*)?")
CUT_FIGURE = re.compile(r"[,，]\d{3}(?!\d).*")  # ,009 below 3

FIGURE_ENDS = frozenset("0123456789０１２３４５６７８９-—/")
LONGEST_LINE = 200  # a row of a flattened table; a longer line is prose


@dataclass(slots=True)
class Token:
    """A cell or a piece of a line. Tokens of one grid row or one line share ``row``; ``grid`` is 0
    in text.
    """

    text: str
    kind: TokenKind
    squash: str
    row: int
    grid: int
    place: Place
    column: int = 0
    colspan: int = 1
    spans: bool = False
    heading: str = ""

    @property
    def is_slot(self) -> bool:
        return self.kind in ("figure", "sign", "blank")

    @property
    def spread(self) -> int:
        """How many columns its text covers, 0 for a blank."""
        return 0 if self.kind == "blank" else self.colspan

    @property
    def columns(self) -> range:
        """The grid columns that it covers: 3 and 4 for a cell over two."""
        return range(self.column, self.column + self.colspan)


def is_blank(token: Token) -> bool:
    return token.kind == "blank"


def written(tokens: Iterable[Token]) -> list[Token]:
    """Those that are not blank: 12 and / of 12, _, /."""
    return [token for token in tokens if token.kind != "blank"]


def slots_in(tokens: Iterable[Token]) -> list[Token]:
    return list(filter(attrgetter("is_slot"), tokens))


def are_blank(tokens: Iterable[Token]) -> bool:
    return all(map(is_blank, tokens))


def texts_of(tokens: Iterable[Token]) -> list[str]:
    return [token.text for token in tokens]


def text_of(tokens: Iterable[Token]) -> str:
    """The texts of a run in one line, as a problem quotes them: 134 7 0."""
    return " ".join(texts_of(tokens))


def word_of(tokens: Iterable[Token]) -> str:
    """The squashed texts of a run as one word: 商业企业 of 商业 over 企业."""
    return "".join(token.squash for token in tokens)


def rows_of(tokens: Iterable[Token]) -> set[int]:
    return {token.row for token in tokens}


@lru_cache(maxsize=4096)
def squash(text: str) -> str:
    """Letters, digits and ideographs alone, in one width: what two spellings of a label share."""
    return NOT_WORD.sub("", unicodedata.normalize("NFKC", fold(text))).replace("其它", "其他")


@lru_cache(maxsize=4096)
def kind_of(text: str) -> TokenKind:
    """134 is a figure, and so are 251000元 and 17 over 08, whatever the unit; / is a sign."""
    state = read_figure(text).state
    if state != "unreadable":
        return state
    if read_figure(text, "万元").state == "figure":
        return "figure"
    is_parted = joined_digits(text) is not None or CUT_FIGURE.fullmatch(text) is not None
    return "figure" if is_parted else "text"


def piece_of(text: str) -> TextPiece:
    """总 计 -> 总 计, text, 总计; 134 -> 134, figure and nothing squashed."""
    kind = kind_of(text)
    return text, kind, squash(text) if kind == "text" else ""


def has_note(token: Token) -> bool:
    """17（其中网上5）, 12①: no figure that can be read, but the place of one."""
    return WITH_NOTE.match(token.text) is not None


# --- blocks ---------------------------------------------------------------------------------------


def tokenize(blocks: Sequence[Block]) -> list[Token]:
    """All tokens of a document in reading order. Page titles, properties and links are no tokens.

    A cell that holds a picture and no text is text that cannot be read, not a blank cell.
    """
    pictures = picture_spots(blocks)
    tokens: list[Token] = []
    row = 0
    for block in blocks:
        if isinstance(block, Grid):
            tokens += grid_tokens(block, row, pictures)
            row += len(block.rows)
        elif isinstance(block, Prose) and not block.heading.startswith(("title", "meta")):
            lines = block.text.split("\n")
            tokens += line_tokens(block, lines, row)
            row += len(lines)
    return tokens


def picture_spots(blocks: Iterable[Block]) -> set[CellSpot]:
    """The cells in which pictures stand."""
    found = set()
    for block in blocks:
        if isinstance(block, Link) and block.kind == "image":
            found.add(spot(block.place))
    return found


def spot(place: Place) -> CellSpot:
    """The cell of a grid that a place names: pictures carry table, row and column of the cell that
    they stand in.
    """
    return place.table, place.row, place.column


def grid_tokens(block: Grid, row: int, pictures: Collection[CellSpot]) -> Iterator[Token]:
    """A token for each cell; ``row`` is the number of rows and lines before the grid."""
    page, grid, _, _, line = block.place
    spans = block.spans
    for number, cells in enumerate(block.rows, 1):
        for cell in cells:
            place = Place(page, grid, number, cell.column + 1, line)
            text = cell.text
            if not text and spot(place) in pictures:
                text = PICTURE
            piece = piece_of(text)
            yield Token(*piece, row + number, grid, place, cell.column, cell.colspan, spans)


def line_tokens(block: Prose, lines: Sequence[str], row: int) -> Iterator[Token]:
    """The tokens of a text's lines; ``row`` is the number of rows and lines before them."""
    page, first = block.place.page, block.place.line
    for offset, line in enumerate(lines):
        place = Place(page, 0, 0, 0, first + offset)
        for piece in line_parts(line):
            yield Token(*piece, row + offset + 1, 0, place, heading=block.heading)


# --- lines ----------------------------------------------------------------------------------------


def line_parts(line: str) -> list[TextPiece]:
    """A line of text -> (text, kind, squashed text) of its pieces; none of an empty line or a page
    number. 规章 0 0 0 and 规章 | 0 | 0 | 0 give four, - 3 - none.
    """
    text = " ".join(line.split())
    if not text or PAGE_NUMBER.fullmatch(text):
        return []
    if BARS.fullmatch(text):
        return [bars_alone(text)]
    text = text.rstrip(BARS_AND_BLANKS)
    if BAR.search(text):
        return list(map(piece_of, map(str.strip, BAR.split(text))))
    return list(map(piece_of, split_figures(text)))


def bars_alone(text: str) -> TextPiece:
    """A line of bars alone is a blank cell (one bar) or what is left of merged cells (several)."""
    if len(BAR.findall(text)) == 1:
        return "", "blank", ""
    return text, "filler", ""


def split_figures(text: str) -> list[str]:
    """``规章 0 0 0`` -> its label and figures; a text that does not end in figures stays whole."""
    if text[-1] not in FIGURE_ENDS or len(text) > LONGEST_LINE or has_thousands(text):
        return [text]
    pieces = text.split()
    if len(pieces) > 1 and are_figures(pieces):
        return pieces
    match = LABEL_AND_FIGURES.fullmatch(text)
    if match is None:
        return [text]
    return [match["label"], *match["figures"].split()]


def has_thousands(text: str) -> bool:
    """6 387, 199 000: thousands, or two cells; no row of the form has two figures."""
    return THOUSANDS.fullmatch(text) is not None


def are_figures(pieces: Iterable[str]) -> bool:
    kinds = set(map(kind_of, pieces))
    return kinds <= {"figure", "sign"}
