"""Blocks -> tokens: one per cell of a grid, one or more per line of text, in reading order."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from gongkai.figures import PICTURE, fold, joined_digits, read_figure
from gongkai.model import Block, Grid, Link, Place, Prose

TokenKind = Literal["figure", "sign", "blank", "filler", "text"]

WITH_NOTE = re.compile(r"\d[\d.,]*\s*[（(*①-⑳^²³]")
NOT_WORD = re.compile(r"[\W_]+")
BARS = re.compile(r"[|｜\s]+")
BAR = re.compile(r"[|｜]")
BARS_AND_BLANKS = "|｜ \t\u3000\xa0"
PAGE_NUMBER = re.compile(r"[-—–－·\s]+\d{1,3}[-—–－·\s]+|第\s*\d{1,3}\s*页.{0,12}")
LABEL_AND_FIGURES = re.compile(
    r"(?P<label>.*[^\d\s,.，．%/|-].*?)(?P<figures>(?:\s+(?:[+＋－-]?[\d０-９][\d０-９,，.]*|"
    r"[-—/]))+)\s*"
)

GROUPED = re.compile(r"[1-9]\d{0,2} \d{3}")
CUT_FIGURE = re.compile(r"[,，]\d{3}(?!\d).*")  # ,009 below 3
LEADING_ZERO = re.compile(r"0\d+")
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


@lru_cache(maxsize=4096)
def squash(text: str) -> str:
    """Letters, digits and ideographs alone, in one width: what makes two spellings of a label the
    same.
    """
    return NOT_WORD.sub("", unicodedata.normalize("NFKC", fold(text))).replace("其它", "其他")


@lru_cache(maxsize=4096)
def kind_of(text: str) -> TokenKind:
    state = read_figure(text).state
    if state == "unreadable":
        amount = read_figure(text, "万元").state == "figure"
        parted = joined_digits(text) is not None or CUT_FIGURE.fullmatch(text) is not None
        return "figure" if amount or parted else "text"
    return state


def has_note(token: Token) -> bool:
    """17（其中网上5）, 12①: no figure that can be read, but the place of one."""
    return WITH_NOTE.match(token.text) is not None


def tokenize(blocks: Sequence[Block]) -> list[Token]:
    """All tokens of a document in reading order. Page titles, properties and links are no tokens.

    A cell that holds a picture and no text is text that cannot be read, not a blank cell.
    """
    pictures = {
        spot(block.place) for block in blocks if isinstance(block, Link) and block.kind == "image"
    }
    tokens: list[Token] = []
    row = 0
    for block in blocks:
        if isinstance(block, Grid):
            page, grid, line, spans = (
                block.place.page,
                block.place.table,
                block.place.line,
                block.spans,
            )
            for number, cells in enumerate(block.rows, 1):
                row += 1
                for cell in cells:
                    place = Place(page, grid, number, cell.column + 1, line)
                    text = cell.text or (PICTURE if spot(place) in pictures else "")
                    kind = kind_of(text)
                    word = squash(text) if kind == "text" else ""
                    tokens.append(
                        Token(text, kind, word, row, grid, place, cell.column, cell.colspan, spans)
                    )
        elif isinstance(block, Prose) and not block.heading.startswith(("title", "meta")):
            for offset, text in enumerate(block.text.split("\n")):
                row += 1
                place = Place(block.place.page, 0, 0, 0, block.place.line + offset)
                tokens += (
                    Token(*piece, row, 0, place, heading=block.heading)
                    for piece in line_parts(text)
                )
    return tokens


def spot(place: Place) -> tuple[int, int, int]:
    """The cell of a grid that a place names: pictures carry table, row and column of the cell that
    they stand in.
    """
    return place.table, place.row, place.column


def line_parts(line: str) -> Iterator[tuple[str, TokenKind, str]]:
    """A line of text -> (text, kind, squashed text) of its pieces; an empty line and a page number
    give none.

    A line of bars alone is a blank cell (one bar) or what is left of merged cells (several).
    """
    text = " ".join(line.split())
    if not text or PAGE_NUMBER.fullmatch(text):
        return
    if BARS.fullmatch(text):
        alone = len(BAR.findall(text)) == 1
        yield ("", "blank", "") if alone else (text, "filler", "")
        return
    text = text.rstrip(BARS_AND_BLANKS)
    if "|" in text or "｜" in text:
        for piece in BAR.split(text):
            kind = kind_of(piece.strip())
            yield piece.strip(), kind, squash(piece) if kind == "text" else ""
        return
    for piece in split_figures(text):
        kind = kind_of(piece)
        yield piece, kind, squash(piece) if kind == "text" else ""


def split_figures(text: str) -> list[str]:
    """``规章 0 0 0`` -> its label and figures; a text that does not end in figures stays whole."""
    if text[-1] not in FIGURE_ENDS or len(text) > LONGEST_LINE:
        return [text]
    pieces = text.split()
    if GROUPED.fullmatch(text) or (" 0" in text and any(map(LEADING_ZERO.fullmatch, pieces[1:]))):
        return [text]  # 6 387, 199 000: thousands, or two cells; no row has two figures
    if len(pieces) > 1 and all(kind_of(piece) in ("figure", "sign") for piece in pieces):
        return pieces
    match = LABEL_AND_FIGURES.fullmatch(text)
    return [match["label"], *match["figures"].split()] if match else [text]
