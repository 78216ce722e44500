"""Pages of ink -> blocks: ruled tables as grids, and the text around them as prose.

Tables are joined over page breaks. Whatever paints `Ink` is read here: the pages of a PDF, and of
formats to come.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby

from gongkai.figures import read_figure
from gongkai.model import Block, Link, Place, Prose
from gongkai.readers.blocks import PAINTED
from gongkai.readers.layout.bands import Words
from gongkai.readers.layout.breaks import stitched, with_cut_figures, with_last_row_unreadable
from gongkai.readers.layout.cells import PageTable, tables_of
from gongkai.readers.layout.ink import Ink, thickness
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
from gongkai.readers.layout.stream import unruled, words_of_line
from gongkai.readers.layout.visible import visible_ink

TABLE = "table"
SMALLEST_PICTURE = 20.0  # points
OF_BREAK = re.compile(
    r"[（(]?\s*(?:续[表上页]?|接上[页表]|[转见]下页|表[二三四]?续)\s*[)）]?|" + PAGE_NUMBER.pattern
)
LONGEST_PIECE = 12  # characters of a label that is broken over lines

PageItem = PageLine | PageTable


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
    """The blocks of a document's pages.

    A table that goes on over a page break is one grid on its first page.
    """
    pages: list[Page] = []
    painted: list[str] = []
    for number, ink in enumerate(inks, 1):
        for shown in pages_of(visible_ink(ink)):
            page = read_page(shown, number)
            pages.append(page)
            painted += page.painted
    return (*blocks_of(pages), Prose(Place(), PAINTED, "\n".join(painted)))


def read_page(ink: Ink, number: int) -> Page:
    tables, outside = tables_of(ink, lattices_of(ink.strokes), number)
    tables = side_by_side(tables)
    lines = [words_of_line(line) for line in lines_of(outside)]
    pictures = sum(thickness(image.bounds) > SMALLEST_PICTURE for image in ink.images)
    return Page(number, ink.width, ink.height, tables, lines, pictures, runs_of(ink.chars))


# --- blocks ---------------------------------------------------------------------------------------


def blocks_of(pages: Sequence[Page]) -> Iterator[Block]:
    """The blocks of the pages in order, lines and tables counted over all of them: a title in line
    1, 一、总体情况 in line 2, table 1.
    """
    line, table = 1, 0
    for page, items in zip(pages, flow_of(pages), strict=True):
        for kind, run in groupby(items, key=kind_of):
            if kind == TABLE:
                tables = [item for item in run if isinstance(item, PageTable)]
                for number, item in enumerate(tables, table + 1):
                    yield from grid_of(item, number)
                table += len(tables)
                continue
            for text in texts_of(kind, run):
                yield Prose(Place(page=page.number, line=line), kind, text)
                line += 1 + text.count("\n")
        for _ in range(page.pictures):
            yield Link(Place(page=page.number, line=line), "image", "", "")


def flow_of(pages: Sequence[Page]) -> list[list[PageItem]]:
    """What stands on each page, lines joined to paragraphs and tables over page breaks."""
    heights = [page.height for page in pages]
    widths = [page.width for page in pages]
    known = body_lines(pages, heights)
    items = joined_pages([page_flow(page, known) for page in pages])
    mark_headings(items, widths)
    join_paragraphs(plain_lines(items))
    return items


def body_lines(pages: Sequence[Page], heights: Sequence[float]) -> set[int]:
    """The ids of the lines that are no page number, running head or foot."""
    lines: list[list[PageLine]] = []
    for page in pages:
        lines.append([words.text for words in page.lines])
    found: set[int] = set()
    for kept in without_furniture(lines, heights):
        found.update(map(id, kept))
    return found


def plain_lines(pages: Sequence[Sequence[PageItem]]) -> list[PageLine]:
    """All lines of text that are no heading's."""
    found: list[PageLine] = []
    for items in pages:
        for item in items:
            if isinstance(item, PageLine) and not item.heading:
                found.append(item)
    return found


def kind_of(item: PageItem) -> str:
    """Lines of one kind that follow each other are one prose: "" for plain, h1 for a title's."""
    if isinstance(item, PageLine):
        return item.heading
    return TABLE


def texts_of(kind: str, items: Iterable[PageItem]) -> list[str]:
    """The texts of a run of lines: each heading for itself, plain lines as one, 一、总体情况 and
    本年收到申请12件。 in two lines of it.
    """
    texts: list[str] = []
    for item in items:
        if isinstance(item, PageLine) and item.text:
            texts.append(item.text)
    if not kind and texts:
        return ["\n".join(texts)]
    return texts


# --- the order of a page --------------------------------------------------------------------------


def page_flow(page: Page, known: Collection[int]) -> list[PageItem]:
    """A page's texts and tables from top to bottom, tables without rulings among them."""
    lines = [line for line in page.lines if id(line.text) in known]
    found: list[PageItem] = []
    waiting: list[Words] = []
    for item in in_reading_order(lines, page.tables):
        if isinstance(item, Words):
            waiting.append(item)
            continue
        found += unruled(waiting, page.number)
        found.append(item)
        waiting = []
    return found + unruled(waiting, page.number)


def in_reading_order(
    lines: Sequence[Words], tables: Sequence[PageTable]
) -> list[Words | PageTable]:
    def place_of(item: Words | PageTable) -> tuple[float, float]:
        if isinstance(item, PageTable):
            return item.bounds[1], item.bounds[0]
        return height_among(item, tables), item.text.x0

    return sorted([*lines, *tables], key=place_of)


def height_among(line: Words, tables: Sequence[PageTable]) -> float:
    """Where a line stands in reading order; text between the lines of a table comes after it."""
    for table in tables:
        if table.bounds[1] <= line.middle <= table.bounds[3]:
            return table.bounds[1] + 0.01
    return line.middle


# --- page breaks ----------------------------------------------------------------------------------


def joined_pages(pages: Sequence[list[PageItem]]) -> list[list[PageItem]]:
    """The items of each page; a table that a page break cut stands whole on its first page."""
    before: list[PageItem] = []
    known = ""
    for items in pages:
        if before:
            mark_cut_figures(before, items, known)
        known += "".join(lines_on(items))
        if before:
            join_at_break(before, items)
        before = items or before
    return list(pages)


def lines_on(items: Sequence[PageItem]) -> Iterator[str]:
    """The lines of a page, in tables too, without their blanks."""
    for item in items:
        if isinstance(item, PageLine):
            yield from lines_in(item.text)
            continue
        for row in item.rows:
            for cell in row:
                yield from lines_in(cell.text)


def lines_in(text: str) -> list[str]:
    return [squashed(line) for line in text.split("\n")]


def squashed(line: str) -> str:
    return "".join(line.split())


def join_at_break(before: list[PageItem], items: list[PageItem]) -> None:
    """Move in place the table at the head of a page to the one at the foot of the page before, if
    it goes on.
    """
    if not items:
        return
    last, first = last_but(before, is_of_break), first_but(items, is_of_break)
    above, below = before[last], items[first]
    if isinstance(above, PageLine) or isinstance(below, PageLine):
        return
    whole = stitched(above, below)
    if whole is not None:
        before[last] = whole
        del items[first]


def last_but(items: Sequence[PageItem], is_aside: Callable[[PageItem], bool]) -> int:
    """The number of the last item but those that stand aside; 0 where all do."""
    last = len(items) - 1
    while last > 0 and is_aside(items[last]):
        last -= 1
    return last


def first_but(items: Sequence[PageItem], is_aside: Callable[[PageItem], bool]) -> int:
    """The number of the first item but those that stand aside; 0 where all do."""
    for at, item in enumerate(items):
        if not is_aside(item):
            return at
    return 0


def is_of_break(item: PageItem) -> bool:
    """（续表）, 接上页, － 3 －: what stands between the parts of a table and is none of it."""
    if isinstance(item, PageTable):
        return False
    return OF_BREAK.fullmatch(item.text) is not None


def is_short_line(item: PageItem) -> bool:
    if isinstance(item, PageTable):
        return False
    return len(item.text) <= LONGEST_PIECE


def mark_cut_figures(before: list[PageItem], after: list[PageItem], known: str) -> None:
    """Mark in place, where a page break cuts a table without lines, the figures of rows that may be
    one.

    What stands on the later page above them is a head repeated, of lines ``known`` from the text of
    earlier pages, or pieces of a label; pieces of a label may also follow the table on the earlier
    page. （四）无法 | 11 on one page and 提供 | 4 on the next are ?11 and ?4.
    """
    spot = last_but(before, is_short_line)
    above = before[spot]
    if not isinstance(above, PageTable) or above.ys:
        return
    for at, item in enumerate(after):
        if isinstance(item, PageTable):
            if not item.ys:
                before[spot], after[at] = with_cut_figures(above, item, known)
            return
        line = first_new_line(item, known)
        if holds_figures_alone(line):
            above = before[spot] = with_last_row_unreadable(above)
        if line and not is_short_line(item):
            return


def first_new_line(item: PageLine, known: str) -> str:
    """The first line that repeats nothing of earlier pages; "" where all do, as blank ones."""
    for line in item.text.split("\n"):
        if squashed(line) not in known:
            return line
    return ""


def holds_figures_alone(line: str) -> bool:
    """4 0 0 1 5: the rest of a row whose label stands above the break."""
    states = {read_figure(word).state for word in line.split()}
    return states == {"figure"}
