"""A Word document (.docx) -> blocks: its main text in order, tables with their merged cells."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import chain
from typing import TYPE_CHECKING

from gongkai.model import (
    MARGIN,
    REVISED,
    UNSEEN,
    Block,
    Grid,
    GridCell,
    Place,
    Prose,
    UnreadableDocument,
)
from gongkai.opc import Archive, BadArchive, open_archive
from gongkai.opc.package import PartRelation, main_part, read_xml, relations
from gongkai.readers.blocks import (
    CELLS,
    WIDEST,
    RawCell,
    RawTable,
    blocks_of,
    fill_cell,
    placed_links,
    read_span,
    too_large,
)
from gongkai.readers.word.lists import Numbering
from gongkai.readers.word.styles import (
    AGAIN,
    REFUSED,
    attribute,
    child,
    children,
    is_on,
    is_shaded,
    kind,
    styles_of,
    value,
)
from gongkai.readers.word.text import (
    ELSEWHERE,
    WordText,
    chosen,
    is_gone,
    refuse_elsewhere,
    said_in,
)

if TYPE_CHECKING:
    from lxml.etree import _Element

MAIN = "word/document.xml"
WRAPPERS = ("w:sdt", "w:sdtContent", "w:customXml", "w:ins", "w:moveTo")
BLOCKS = ("w:p", "w:tbl", "w:r", *ELSEWHERE)
CHANGES = ("w:ins", "w:del", "w:moveFrom", "w:moveTo")  # as they are recorded
MARGINS = ("w:headerReference", "w:footerReference")
SEAMS = {"rest": "restart", "cont": "continue"}  # as a recorded change of merged cells names them


def word_blocks(content: bytes) -> tuple[Block, ...]:
    """The blocks of a .docx, in order, as Word shows it with all changes accepted.

    Notes, comments and the file's properties are left out: a title there is often another file's;
    headers and footers are properties of the document. A table that holds other grids, has one
    column, or has a cell as long as an article only arranges the document: its text is prose.
    Raises UnreadableDocument for what is damaged or beyond bounds.
    """
    try:
        return blocks_in(open_archive(content))
    except BadArchive as error:
        raise UnreadableDocument(REFUSED[error.reason]) from error


def blocks_in(package: Archive) -> tuple[Block, ...]:
    """The same of an archive. Raises UnreadableDocument, BadArchive."""
    main = main_part(package) or MAIN
    body = child(read_xml(package, main), "w:body") if main in package else None
    if body is None:
        raise UnreadableDocument(f"文件里没有 Word 文档的正文，不能读取；{AGAIN}。")
    targets = relations(package, main)
    parts = {found.kind: found.target for found in targets.values()}
    styles = styles_of(part_of(package, parts.get("styles", "")))
    numbering = Numbering(part_of(package, parts.get("numbering", "")))
    story = Story(WordText(styles, numbering, targets))
    story.content(body)
    story.text.end_line()
    told = (
        *told_of_unseen(UNSEEN, story.text.unseen),
        *told_of_unseen(REVISED, changes_in(body)),
        *told_of_unseen(MARGIN, margins_in(package, body, targets)),
    )
    return (*blocks_of(story.text.items), *told)


def told_of_unseen(heading: str, texts: Iterable[str]) -> Iterator[Prose]:
    """What of a document nobody sees, each text on a line, as a property of it."""
    found = list(filter(None, texts))
    if found:
        yield Prose(Place(), heading, "\n".join(found))


def margins_in(
    package: Archive, body: _Element, targets: Mapping[str, PartRelation]
) -> Iterator[str]:
    """The paragraphs of the headers and footers that are printed, each once."""
    found: dict[str, None] = {}
    for name in dict.fromkeys(margin_parts(body, targets)):
        root = part_of(package, name)
        for node in root.iter() if root is not None else ():
            if kind(node.tag) == "w:p" and not any(kind(one.tag) == "w:p" for one in inside(node)):
                found[said_in(node)] = None
    yield from found


def inside(node: _Element) -> Iterator[_Element]:
    """What a node holds, without itself: a text box stands in a paragraph and holds others."""
    descendants = node.iter()
    next(descendants)
    yield from descendants


def margin_parts(body: _Element, targets: Mapping[str, PartRelation]) -> Iterator[str]:
    """The parts that sections name for their pages; that of a first page only where it has one of
    its own.
    """
    for section in body.iter():
        if kind(section.tag) != "w:sectPr":
            continue
        has_first = child(section, "w:titlePg") is not None
        for node in section:
            named = targets.get(attribute(node, "r:id"))
            is_used = attribute(node, "w:type") != "first" or has_first
            if kind(node.tag) in MARGINS and named is not None and is_used:
                yield named.target


def changes_in(body: _Element) -> Iterator[str]:
    """The text of each change that is recorded, in the order of the document."""
    for node in body.iter():
        if kind(node.tag) in CHANGES:
            yield said_in(node)


def part_of(package: Archive, name: str) -> _Element | None:
    return read_xml(package, name) if name in package else None


def flat(node: _Element | None, wanted: tuple[str, ...]) -> Iterator[tuple[str, _Element]]:
    """(kind, node) of what a node holds, also within controls and recorded insertions.

    These may stand around each.
    """
    for item in node if node is not None else ():
        name = kind(item.tag)
        if name in wanted:
            yield name, item
        elif name in WRAPPERS:
            yield from flat(item, wanted)
        elif name == "mc:AlternateContent":
            yield from flat(chosen(item), wanted)


@dataclass(slots=True)
class WordCell:
    """A cell of a Word table in its columns.

    ``seam`` is restart or continue where it is merged with others in its column, ``beside``
    likewise in its row.
    """

    column: int
    width: int
    seam: str
    beside: str
    raw: RawCell


Owners = dict[tuple[int, int], WordCell]  # (column, width) -> the cell that begins there


class Story:
    """The main text, read block by block into ``text``."""

    def __init__(self, text: WordText) -> None:
        self.text = text
        self.cells = 0
        self.openers: dict[str, Callable[[_Element], None]] = {
            "w:p": self.paragraph,
            "w:tbl": self.table,
            # outside of a paragraph it is a slip, and no reason to take its cell for blank
            "w:r": text.run,
            **dict.fromkeys(ELSEWHERE, refuse_elsewhere),
        }

    def content(self, node: _Element) -> None:
        for name, item in flat(node, BLOCKS):
            self.openers[name](item)

    def paragraph(self, node: _Element) -> None:
        text = self.text
        text.paragraph(node)
        boxes, text.boxes = text.boxes, []
        if not boxes:
            return
        pieces, text.pieces = text.pieces, []
        fields, text.fields = text.fields, []
        for box in boxes:
            self.content(box)
            text.end_line()
        text.pieces, text.fields = pieces, fields

    def table(self, node: _Element) -> None:
        self.text.end_line()
        rows = []
        for _, row in flat(node, ("w:tr",)):
            if not is_left_out(child(row, "w:trPr")):
                rows.append(self.row(row))
        merge(rows)
        if is_layout(rows):
            for spot in chain.from_iterable(rows):
                self.text.items += spot.raw.items
            return
        refuse_wide(rows)
        grid = tuple(map(grid_row, rows))
        table = RawTable([[spot.raw for spot in row] for row in rows])
        self.text.items.append(Grid(Place(), grid))
        self.text.items += placed_links(table, grid)

    def row(self, node: _Element) -> list[WordCell]:
        before = child(child(node, "w:trPr"), "w:gridBefore")
        column = read_span(value(before), WIDEST) if before is not None else 0
        spots = []
        for _, cell in flat(node, ("w:tc",)):
            properties = children(child(cell, "w:tcPr"))
            if "w:cellDel" in properties:
                continue
            self.cells += 1
            if self.cells > CELLS:
                raise too_large()
            width = max(1, read_span(value(properties.get("w:gridSpan")), WIDEST))
            seam = seam_in_column(properties)
            beside = seam_of(properties, "w:hMerge")
            spots.append(WordCell(column, width, seam, beside, self.cell(cell)))
            column += width
        return spots

    def cell(self, node: _Element) -> RawCell:
        raw = RawCell()
        text = self.text
        outer = text.items, text.in_cell, text.shaded
        text.items, text.in_cell = raw.items, True
        text.shaded = text.shaded or is_shaded(child(node, "w:tcPr"))
        self.content(node)
        text.end_line()
        text.items, text.in_cell, text.shaded = outer
        fill_cell(raw)
        return raw


# --- tables ---------------------------------------------------------------------------------------


def is_layout(rows: Sequence[Sequence[WordCell]]) -> bool:
    """Whether a table only arranges the document: it holds a grid or an article, or has one
    column.
    """
    if all(len(row) <= 1 for row in rows):
        return True
    return any(spot.raw.layout for spot in chain.from_iterable(rows))


def refuse_wide(rows: Sequence[Sequence[WordCell]]) -> None:
    width = max(spot.column + spot.width for spot in chain.from_iterable(rows))
    if width * len(rows) > CELLS:
        raise too_large()


def grid_row(row: Sequence[WordCell]) -> tuple[GridCell, ...]:
    cells = []
    for spot in row:
        cells.append(GridCell(spot.raw.text, spot.column, spot.raw.rowspan, spot.width))
    return tuple(cells)


def is_left_out(properties: _Element | None) -> bool:
    hidden = child(properties, "w:hidden")
    return is_gone(properties) or (hidden is not None and is_on(hidden))


def seam_in_column(properties: Mapping[str, _Element]) -> str:
    """The same as ``seam_of``; a merging that was recorded as a change comes first."""
    changed = properties.get("w:cellMerge")
    way = attribute(changed, "w:vMerge") if changed is not None else ""
    if way:
        return SEAMS.get(way, "")
    return seam_of(properties, "w:vMerge")


def seam_of(properties: Mapping[str, _Element], name: str) -> str:
    """restart, continue or "": how a cell is merged with others.

    An element without a value continues.
    """
    if name in properties:
        return value(properties[name]) or "continue"
    return ""


def merge(rows: list[list[WordCell]]) -> None:
    """Take merged cells out of their rows and widen those that they continue.

    A cell that continues nothing is one by itself. What text stands in a cell merged away is not
    seen in Word: where it is another than that of the whole, both are kept, so that the cell cannot
    pass for a figure.
    """
    above: Owners = {}
    for row in rows:
        spots = merged_along(row)
        row[:], above = merged_down(spots, above)


def merged_along(row: Sequence[WordCell]) -> list[WordCell]:
    """The cells of a row, each with those of its row that continue it."""
    kept: list[WordCell] = []
    for spot in row:
        if spot.beside == "continue" and kept and kept[-1].beside:
            kept[-1].width += spot.width
            take_in(kept[-1].raw, spot.raw)
        else:
            kept.append(spot)
    return kept


def merged_down(spots: Sequence[WordCell], above: Owners) -> tuple[list[WordCell], Owners]:
    """The cells that begin in a row, and those that the row below may continue."""
    begun: list[WordCell] = []
    owners: Owners = {}
    for spot in spots:
        place = (spot.column, spot.width)
        owner = above.get(place) if spot.seam == "continue" else None
        if owner is None:
            begun.append(spot)
        else:
            owner.raw.rowspan += 1
            take_in(owner.raw, spot.raw)
        if spot.seam:
            owners[place] = owner or spot
    return begun, owners


def take_in(whole: RawCell, part: RawCell) -> None:
    if part.text and part.text != whole.text:
        whole.text = f"{whole.text}\n{part.text}".strip()
        whole.items += part.items
    whole.layout |= part.layout
