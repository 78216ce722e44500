"""Pages of ink -> blocks: ruled tables as grids, joined over page breaks, and the text around them
as prose.

Whatever paints `Ink` is read here: the pages of a PDF, and of formats to come.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from gongkai.figures import read_figure
from gongkai.model import Block, Link, Place, Prose
from gongkai.readers.blocks import PAINTED
from gongkai.readers.layout.breaks import stitched, with_cut_figures, with_last_row_unreadable
from gongkai.readers.layout.cells import PageTable, tables_of
from gongkai.readers.layout.ink import Ink
from gongkai.readers.layout.lattice import lattices_of
from gongkai.readers.layout.lines import lines_of, runs_of
from gongkai.readers.layout.pages import grid_of, pages_of, side_by_side
from gongkai.readers.layout.paragraphs import (
    PAGE_NUMBER,
    PageLine,
    join_paragraphs,
    mark_headings,
    without_furniture,
)
from gongkai.readers.layout.stream import Words, unruled, words_of_line
from gongkai.readers.layout.visible import visible_ink

TABLE = "table"
SMALLEST_PICTURE = 20.0  # points
OF_BREAK = re.compile(
    r"[（(]?\s*(?:续[表上页]?|接上[页表]|[转见]下页|表[二三四]?续)\s*[)）]?|" + PAGE_NUMBER.pattern
)
LONGEST_PIECE = 12  # characters of a label that is broken over lines


@dataclass(slots=True)
class Page:
    """A page's tables and lines of text, the number of its sheet, and its size in points."""

    number: int
    width: float
    height: float
    tables: list[PageTable]
    lines: list[Words]
    pictures: int
    painted: list[str]


def blocks_of_pages(inks: Sequence[Ink]) -> tuple[Block, ...]:
    """The blocks of a document's pages: a table that goes on over a page break is one grid on its
    first page.
    """
    pages = []
    for number, ink in enumerate(inks, 1):
        pages += [read_page(page, number) for page in pages_of(visible_ink(ink))]
    text = "\n".join(run for page in pages for run in page.painted)
    return (*blocks_of(pages), Prose(Place(), PAINTED, text))


def read_page(ink: Ink, number: int) -> Page:
    tables, outside = tables_of(ink, lattices_of(ink.strokes), number)
    tables = side_by_side(tables)
    lines = [words_of_line(line) for line in lines_of(outside)]
    large = [
        image
        for image in ink.images
        if min(image.bounds[2] - image.bounds[0], image.bounds[3] - image.bounds[1])
        > SMALLEST_PICTURE
    ]
    return Page(number, ink.width, ink.height, tables, lines, len(large), runs_of(ink.chars))


def blocks_of(pages: Sequence[Page]) -> Iterator[Block]:
    kept = without_furniture(
        [[line.text for line in page.lines] for page in pages], [page.height for page in pages]
    )
    known = {id(text) for texts in kept for text in texts}
    items = joined_pages([page_flow(page, known) for page in pages])
    mark_headings(items, [page.width for page in pages])
    join_paragraphs(
        [
            item
            for group in items
            for item in group
            if isinstance(item, PageLine) and not item.heading
        ]
    )
    line, table = 1, 0
    for page, group in zip(pages, items, strict=True):
        for kind, run in groupby(group, key=kind_of):
            if kind == TABLE:
                for item in run:
                    table += 1
                    yield from grid_of(item, table) if isinstance(item, PageTable) else ()
                continue
            texts = [item.text for item in run if isinstance(item, PageLine) and item.text]
            for text in texts if kind else ["\n".join(texts)]:
                if text:
                    yield Prose(Place(page=page.number, line=line), kind, text)
                    line += 1 + text.count("\n")
        yield from [Link(Place(page=page.number, line=line), "image", "", "")] * page.pictures


def kind_of(item: PageLine | PageTable) -> str:
    """Lines of one kind that follow each other are one prose: "" for plain ones, h1 for a
    title's.
    """
    return item.heading if isinstance(item, PageLine) else TABLE


def page_flow(page: Page, known: Collection[int]) -> list[PageLine | PageTable]:
    """A page's texts and tables from top to bottom, tables without rulings among them."""
    lines = [line for line in page.lines if id(line.text) in known]
    ordered: list[Words | PageTable] = sorted(
        [*lines, *page.tables], key=lambda item: place_of(item, page.tables)
    )
    found: list[PageLine | PageTable] = []
    for is_table, group in groupby(ordered, key=lambda item: isinstance(item, PageTable)):
        if is_table:
            found += [item for item in group if isinstance(item, PageTable)]
        else:
            found += unruled([item for item in group if isinstance(item, Words)], page.number)
    return found


def joined_pages(pages: Sequence[list[PageLine | PageTable]]) -> list[list[PageLine | PageTable]]:
    """The items of each page; a table that a page break cut stands whole on its first page."""
    found: list[list[PageLine | PageTable]] = []
    known = ""
    for items in pages:
        before = next((group for group in reversed(found) if group), None)
        if before:
            mark_cut_figures(before, items, known)
        known += "".join(line for item in items for line in lines_in(item))
        if before:
            join_at_break(before, items)
        found.append(items)
    return found


def join_at_break(before: list[PageLine | PageTable], items: list[PageLine | PageTable]) -> None:
    """Move in place the table at the head of a page to the one at the foot of the page before, if
    it goes on.
    """
    last = next((at for at in reversed(range(len(before))) if not is_of_break(before[at])), 0)
    first = next((at for at, item in enumerate(items) if not is_of_break(item)), 0)
    above, below = before[last], items[first] if items else None
    if isinstance(above, PageTable) and isinstance(below, PageTable):
        whole = stitched(above, below)
        if whole is not None:
            before[last] = whole
            del items[first]


def is_of_break(item: PageLine | PageTable) -> bool:
    """（续表）, 接上页, － 3 －: what stands between the parts of a table and is none of it."""
    return isinstance(item, PageLine) and OF_BREAK.fullmatch(item.text) is not None


def mark_cut_figures(
    before: list[PageLine | PageTable], after: list[PageLine | PageTable], known: str
) -> None:
    """Mark in place, where a page break cuts a table without lines, the figures of rows that may be
    one.

    What stands on the later page above them is a head repeated, of lines ``known`` from the text of
    earlier pages, or pieces of a label; pieces of a label may also follow the table on the earlier
    page.
    """
    spot = next((at for at in reversed(range(len(before))) if not is_short_line(before[at])), 0)
    above = before[spot]
    if not isinstance(above, PageTable) or above.ys:
        return
    for at, item in enumerate(after):
        if isinstance(item, PageTable):
            if not item.ys:
                before[spot], after[at] = with_cut_figures(above, item, known)
            return
        new = [line for line in item.text.split("\n") if "".join(line.split()) not in known]
        if new and all(map(read_as_figure, new[0].split())):
            before[spot] = with_last_row_unreadable(above)
        if new and not is_short_line(item):
            return


def is_short_line(item: PageLine | PageTable) -> bool:
    return isinstance(item, PageLine) and len(item.text) <= LONGEST_PIECE


def read_as_figure(text: str) -> bool:
    return read_figure(text).state == "figure"


def lines_in(item: PageLine | PageTable) -> list[str]:
    texts = (
        [item.text]
        if isinstance(item, PageLine)
        else [piece.text for row in item.rows for piece in row]
    )
    return ["".join(line.split()) for text in texts for line in text.split("\n")]


def place_of(item: Words | PageTable, tables: Sequence[PageTable]) -> tuple[float, float]:
    """Where an item stands in reading order; text between the lines of a table comes after it."""
    if isinstance(item, PageTable):
        return item.bounds[1], item.bounds[0]
    around = [table for table in tables if table.bounds[1] <= item.middle <= table.bounds[3]]
    return (around[0].bounds[1] + 0.01 if around else item.middle), item.text.x0
