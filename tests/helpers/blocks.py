"""Pages and texts -> what the readers make of them, in the shapes that tests compare."""

from __future__ import annotations

from gongkai.model import Block, Document, Grid, Link, Prose
from gongkai.readers import read_blocks
from gongkai.readers.blocks import PAINTED
from gongkai.readers.html import html_blocks


def read(content: bytes, charset: str = "") -> tuple[Block, ...]:
    return read_blocks(Document("report", "", content, "", charset=charset))


def texts(blocks: tuple[Block, ...]) -> list[list[str]]:
    """The texts of the only grid."""
    (grid,) = (block for block in blocks if isinstance(block, Grid))
    return [[cell.text for cell in row] for row in grid.rows]


def cell(markup: str) -> str:
    """The text of a cell with this content, the same in the quick reading and in the walk (which a
    div forces).
    """
    quick = texts(html_blocks(f"<table><tr><td>{markup}</td><td>x</td></tr></table>"))[0][0]
    walked = texts(html_blocks(f"<table><tr><td><div></div>{markup}</td><td>x</td></tr></table>"))[
        0
    ][0]
    assert quick == walked
    return quick


def prose(blocks: tuple[Block, ...]) -> list[tuple[str, str]]:
    """A PDF's text in the order in which it was painted aside: it is all there once more."""
    found = [block for block in blocks if isinstance(block, Prose) and block.heading != PAINTED]
    return [(block.heading, block.text) for block in found]


def links(blocks: tuple[Block, ...]) -> list[tuple[str, str, str]]:
    return [(block.kind, block.text, block.target) for block in blocks if isinstance(block, Link)]
