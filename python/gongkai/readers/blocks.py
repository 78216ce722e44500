"""Lines and cells of a page -> blocks: rows with spans resolved, prose and links in order."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass, field, replace

from gongkai import figures, system
from gongkai.model import Block, Grid, GridCell, Link, Place, Prose, UnreadableDocument

WIDEST, TALLEST = 64, 200  # spans beyond these are slips: no form is as wide or as long
CELLS = 200_000  # per page; also bounds rows x columns of each grid, those in plain text too
LONGEST_HEADING = 200  # characters; a longer one is a heading that was never closed, or a paragraph
LONGEST_CELL = 1_000  # characters, lines; a longer one is an article set in a table
RAISED, LINKED = "^", "~"
MARK = re.compile("\0([~^])[()]")  # start or end of such text; no parser hands a NUL on
NO_TEXT = re.compile(r"\0[~^]\((\s*)\0[~^]\)")
LINK_EDGE = re.compile("\0~[()]")
DECIMAL_SIGNS = ".,．，"
FIGURES = re.compile(r"[\d.,\s]+")
LONGEST_LINK = 1_000  # characters of each piece, and pieces; the text of a longer one is cut
PAINTED = "meta:painted"  # the heading of a PDF's text in the order in which it was painted
SPAN = re.compile(r"\s*\+?([0-9]+)")

# Loaded where there is plain text: nearly all pages have none, and what it brings along (readers of
# drawn tables, hence of pages) takes 20 ms of a start of 500.
TEXT_READER = "gongkai.readers.text:text_blocks"

FlowItem = tuple[str, str] | Link | Grid  # text is (heading, line)


def plain_blocks(text: str) -> tuple[Block, ...]:
    """The blocks of plain text, a file of its own or in a page: its drawn tables are grids."""
    read: Callable[[str], tuple[Block, ...]] = system.function_at(TEXT_READER)
    return read(text)


@dataclass(slots=True)
class RawCell:
    """A cell whose table has not ended yet.

    ``rowspan`` 0 reaches to the end of its group of rows. ``items`` is what else its text came as,
    lines and links, or nothing where there is no more to say. ``layout`` tells that it holds what
    no cell of figures holds: a grid, or an article.
    """

    text: str = ""
    items: list[FlowItem] = field(default_factory=list)
    rowspan: int = 1
    colspan: int = 1
    layout: bool = False


@dataclass(slots=True)
class RawTable:
    """A table that has not ended yet.

    ``ends[i]`` is the number of rows up to the end of row i's group. ``layout`` tells that it
    arranges other things rather than figures: grids, or an article.
    """

    rows: list[list[RawCell]] = field(default_factory=list)
    ends: list[int] = field(default_factory=list)
    layout: bool = False

    def end_group(self) -> None:
        self.ends += [len(self.rows)] * (len(self.rows) - len(self.ends))


def folded(blocks: Iterable[Block]) -> tuple[Block, ...]:
    """The blocks with the texts that a person sees (``figures.fold``)."""
    return tuple(map(folded_block, blocks))


def folded_block(block: Block) -> Block:
    if isinstance(block, Grid):
        return folded_grid(block)
    text = figures.fold(block.text)
    if text == block.text:
        return block
    return replace(block, text=text)


def folded_grid(grid: Grid) -> Grid:
    texts: list[str] = []
    for row in grid.rows:
        texts += [cell.text for cell in row]
    if figures.FOLDED.search("\n".join(texts)) is None:
        return grid
    rows: list[tuple[GridCell, ...]] = []
    for row in grid.rows:
        rows.append(tuple(cell._replace(text=figures.fold(cell.text)) for cell in row))
    return replace(grid, rows=tuple(rows))


def collapse(text: str) -> str:
    """Text in one line: single blanks for white space of any kind, nothing invisible."""
    if not text.isascii():
        text = figures.INVISIBLE.sub("", text)
    return " ".join(text.split())


def resolve_spans(table: RawTable) -> tuple[tuple[GridCell, ...], ...]:
    """Cells -> grid cells, columns counted as a browser does.

    A span ends where another cell's begins: 三、本年度办理结果 over ten rows pushes those of the
    next nine to the right.
    """
    free_from: list[int] = []  # per column, the first row that no cell from above covers
    rows = []
    for number, row in enumerate(table.rows):
        cells = []
        column = 0
        for cell in row:
            while column < len(free_from) and free_from[column] > number:
                column += 1
            free_from += [0] * (column + cell.colspan - len(free_from))
            end = table.ends[number]
            if cell.rowspan:
                end = min(end, number + cell.rowspan)
            width = 0
            while width < cell.colspan and free_from[column + width] <= number:
                free_from[column + width] = end
                width += 1
            cells.append(GridCell(cell.text, column, end - number, width))
            column += cell.colspan
        rows.append(tuple(cells))
        if len(free_from) * len(table.rows) > CELLS:
            raise too_large()
    return tuple(rows)


def placed_links(table: RawTable, rows: Sequence[Sequence[GridCell]]) -> Iterator[Link]:
    """The links in a table's cells, each with the 1-based row and column of its cell.

    A picture may be its figure.
    """
    for number, (raws, cells) in enumerate(zip(table.rows, rows, strict=True), 1):
        for raw, cell in zip(raws, cells, strict=True):
            place = Place(row=number, column=cell.column + 1)
            for item in raw.items:
                if isinstance(item, Link):
                    yield Link(place, item.kind, item.text, item.target)


def fill_cell(raw: RawCell) -> None:
    """A cell's text from its items, once they are all there; of an article they are left alone."""
    lines: list[str] = []
    for item in raw.items:
        if isinstance(item, Grid):
            raw.layout = True
        elif isinstance(item, tuple) and item[1]:
            lines.append(item[1])
    length = sum(map(len, lines))
    if max(len(raw.items), length) > LONGEST_CELL:
        raw.layout = True
    else:
        raw.text = "\n".join(lines)


def read_span(written: str | None, most: int) -> int:
    match = SPAN.match(written or "")
    if match is None:
        return 1
    return min(int(match[1][:9]), most)


def too_large() -> UnreadableDocument:
    return UnreadableDocument(
        f"表格超过{CELLS}个单元格，不是年度报告的表格；请检查网址或文件是否正确。"
    )


def as_heading(items: Sequence[FlowItem], heading: str) -> list[FlowItem]:
    """三、收到和 and 处理申请情况 as one heading of two lines, then the links among them.

    As they were where they are longer than a heading, or nothing.
    """
    texts: list[str] = []
    others: list[FlowItem] = []
    for item in items:
        if not isinstance(item, tuple):
            others.append(item)
        elif item[1]:
            texts.append(item[1])
    if 0 < sum(map(len, texts)) <= LONGEST_HEADING:
        return [(heading, "\n".join(texts)), *others]
    return list(items)


def blocks_of(items: Sequence[FlowItem]) -> Iterator[Block]:
    """Items -> blocks with their places: consecutive lines as one prose, its links after it."""
    lines: list[str] = []
    links: list[Link] = []
    line, table = 1, 0
    for item in (*items, ("end", "")):
        if isinstance(item, Link):
            links.append(placed_link(item, table, line + len(lines)))
            continue
        if isinstance(item, tuple) and not item[0]:
            lines.append(item[1])
            continue
        if any(lines):
            yield Prose(Place(line=line), "", "\n".join(lines))
        yield from links
        line += len(lines)
        lines, links = [], []
        if isinstance(item, Grid):
            table += 1
            yield Grid(Place(table=table), item.rows, item.spans)
        elif item[1]:
            yield Prose(Place(line=line), item[0], item[1])
            line += 1 + item[1].count("\n")


def placed_link(link: Link, table: int, line: int) -> Link:
    """A link with the table in one of whose cells it stands, and the line before it."""
    within = link.place
    if not within.row:
        table = 0
    place = Place(table=table, row=within.row, column=within.column, line=line)
    return Link(place, link.kind, link.text, link.target)


# --- marks: what is raised or linked never joins a figure, 12^2 -----------------------------------


def settle(text: str) -> str:
    """A line with marks -> a raised 2 after 12 as 12^2, never 122.

    Alone in its line it is plain text. A link is set off only where a digit stands at its edge: one
    within a label changes nothing.
    """
    first, *rest = MARK.split(NO_TEXT.sub(r"\1", figures.INVISIBLE.sub("", text)))
    pieces, last, pending = [first], first.rstrip()[-1:], ""
    for kind, piece in zip(rest[::2], rest[1::2], strict=True):
        pending = RAISED if RAISED in (kind, pending) else kind
        start = piece.lstrip()[:1]
        if start:
            beside = start.isdigit() or (last.isdigit() and start in DECIMAL_SIGNS)
            if last and (pending == RAISED or beside):
                pieces.append("^")
            last, pending = piece.rstrip()[-1], ""
        pieces.append(piece)
    return "".join(pieces)


def without_links(text: str) -> str:
    """A line outside of cells: a link or another look parts it only where it is a figure alone."""
    if FIGURES.fullmatch(MARK.sub("", text)):
        return text
    return LINK_EDGE.sub("", text)


def text_of(pieces: list[str], start: int, end: int | None = None) -> str:
    end = min(len(pieces) if end is None else end, start + LONGEST_LINK)
    return MARK.sub("", "".join(piece[:LONGEST_LINK] for piece in pieces[start:end]))
