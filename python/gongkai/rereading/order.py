"""Texts of cells and lines, one after the other -> the blocks of a flattened document."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from gongkai.model import Block, Grid, Place, Prose


def in_order(lines: Iterable[str], title: str = "") -> tuple[Block, ...]:
    """One line for each cell or line of text; a blank one stands for a blank cell."""
    text = "\n".join(" ".join(line.split()) for line in lines)
    head: tuple[Block, ...] = (Prose(Place(), "title", title),) if title else ()
    return (*head, Prose(Place(line=1), "", text)) if text.strip() else ()


def reordered(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """The cells of grids one a line. Without any grid the blank lines go out: the order alone is left to tell.

    () where that leaves what was there.
    """
    if any(isinstance(block, Grid) for block in blocks):
        return in_order(line for block in blocks for line in lines_of(block))
    lines = [line for block in blocks for line in lines_of(block)]
    kept = [line for line in lines if line.strip()]
    return in_order(kept) if len(kept) < len(lines) else ()


def lines_of(block: Block) -> Sequence[str]:
    if isinstance(block, Grid):
        return [cell.text for row in block.rows for cell in row]
    return block.text.split("\n") if isinstance(block, Prose) and not block.heading.startswith("meta") else ()
