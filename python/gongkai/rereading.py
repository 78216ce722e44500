"""A document -> its report by its text in its order alone, a second way that must read nothing
wrong.

The first reading places a figure by the grid of its table. This one takes the cells one after the
other, as the source writes them, and counts; where that can be had, by another parser or past the
converter. Where the two agree, a broken sum is the report's. It leaves figures blank and must read
none wrong (tests/rereading/test_rereading.py), so what sees more than the page shows, such as a
plain look into an .xlsx or .docx, is not used.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from operator import itemgetter
from struct import error as StructError
from struct import unpack_from
from typing import (
    TYPE_CHECKING,
    NamedTuple,
)

from gongkai.figures import fold, joined_digits, read_figure
from gongkai.model import (
    Block,
    Cell,
    Document,
    Entry,
    Grid,
    Place,
    Problem,
    Prose,
    Report,
    Table,
    UnreadableDocument,
    Value,
)
from gongkai.readers import HTML, is_cut, read_blocks
from gongkai.readers.blocks import PAINTED, folded
from gongkai.readers.html.dress import dress_of
from gongkai.readers.limits import refuse_lines
from gongkai.recognize import recognize
from gongkai.recognize.tokens import kind_of, squash
from gongkai.sources.detect import (
    EXCEL,
    ODS,
    OLD_EXCEL,
    OLD_WORD,
    PDF,
    REPLACED,
    TEXT,
    WORD,
    decode,
    identify,
)
from gongkai.wording import clipped

if TYPE_CHECKING:
    from lxml.etree import _Element

APART = {  # read as the first reading is, in a process of its own
    PDF: "gongkai.rereading:pdf_order",
    OLD_WORD: "gongkai.rereading:doc_order",
}
REORDERED = (TEXT, WORD, EXCEL, OLD_EXCEL, ODS)


def reread(document: Document, first: Report | None = None) -> Report | None:
    """The report as its text order alone gives it; None where that cannot be told, or is no other
    way of reading.

    ``first`` is the first reading: of a document with several parts the same one is read, if it has
    the same parts. It takes about as long as the first reading. A failure says nothing about the
    report: then there is no second opinion.
    """
    try:
        blocks = folded(blocks_in_order(document))
        second = recognize(blocks, document, part_of(first)) if blocks else None
    except UnreadableDocument:
        return None
    same = first is None or second is None or len(first.parts) < 2 or first.parts == second.parts
    return second if same else None


def part_of(first: Report | None) -> int:
    return first.part if first is not None and len(first.parts) > 1 else 0


def blocks_in_order(document: Document) -> tuple[Block, ...]:
    """() where the format has no second way. Raises UnreadableDocument."""
    found = identify(document).format
    if found in APART:
        from gongkai.readers.worker import read_apart

        return read_apart(APART[found], document.content)
    if found is TEXT:
        text = decode(document.content, document.charset)
        refuse_lines(text)
        if HTML.search(text) and not hides_figures(text, document.styles):
            return html_order(text + REPLACED if is_cut(text) else text)
    return reordered(read_blocks(document)) if found in REORDERED else ()


# --- 表二, which no sum covers --------------------------------------------------------------------
# It alone is read a second time whatever the sums say, in a plain way: the figures behind each
# label.

UNCOVERED = "disclosure"
TABLE_TAG = re.compile(r"<(/?)table\b", re.IGNORECASE)
TAG = re.compile(r"<[^<>]*>")
OF_UNCOVERED = ("行政许可", "行政处罚")  # stand in 表二 of every edition
LONGEST_TABLE = 400_000  # characters of a page's source
HAS_DIGIT = re.compile(r"\d")
MOST_TABLES = 4
APART_READ = "两种读法不同：按表格的行列读作{}，按文字顺序读作{}，无法确定，未填入；请核对原文"


class Pair(NamedTuple):
    """What the first reading has of a cell, and the text that stands there by the second."""

    cell: Cell
    entry: Entry
    text: str


def with_uncovered_reread(report: Report, blocks: Sequence[Block]) -> Report:
    """The report with those cells of 表二 blank and told that its texts in order give otherwise."""
    table, document = report.tables.get(UNCOVERED), report.document
    if table is None or document is None:
        return report
    rows = rows_of(table)
    sources = uncovered_by_tags(document) or uncovered_by_cells(table, blocks)
    tables = [pairs_of(table, rows, texts) for texts in sources]
    pairs = max(
        tables, key=lambda pairs: len(pairs) - len(list(filter(is_apart, pairs))), default=[]
    )
    apart = list(filter(is_apart, pairs))
    if 2 * len(apart) >= len(pairs) or (apart and is_hidden_from_one(document)):
        return report  # another table, or no second opinion
    taken = [pair.entry for pair in apart]
    blank = {entry.cell: Entry(entry.cell, None, entry.raw, entry.place) for entry in taken}
    tables_now = {**report.tables, UNCOVERED: replace(table, entries={**table.entries, **blank})}
    return replace(report, tables=tables_now, problems=(*report.problems, *map(told_apart, apart)))


def uncovered_by_tags(document: Document) -> list[list[str]]:
    """The texts of each 表二 of a page, in order, by the other parser."""
    if identify(document).format is not TEXT:
        return []
    sources = fragments(decode(document.content, document.charset))
    return [list(map(fold, page_lines(parsed_page(source)))) for source in sources[:MOST_TABLES]]


def uncovered_by_cells(table: Table, blocks: Sequence[Block]) -> list[list[str]]:
    """A PDF's texts as they were painted; else the cells of the grids from which the table was
    read.
    """
    for block in blocks:
        if isinstance(block, Prose) and block.heading == PAINTED:
            return [block.text.split("\n")]
    numbers = {entry.place.table for entry in table.entries.values() if entry.place} - {0}
    grids = [block for block in blocks if isinstance(block, Grid) and block.place.table in numbers]
    return [[text for grid in grids for text in lines_of(grid)]]


def fragments(text: str) -> list[str]:
    """The source of each table of a page that looks like 表二 and holds no other one:
    <table>…</table>.
    """
    found, start = [], -1
    for tag in TABLE_TAG.finditer(text):
        if not tag[1]:
            start = tag.start()
        elif start >= 0:
            found.append(text[start : tag.start()])
            start = -1
    found = [source for source in found if len(source) <= LONGEST_TABLE]
    # Labels are seldom parted by tags (行政<span>许可</span>); only then all tags are taken out to
    # look.
    return list(filter(is_uncovered, found)) or [
        source for source in found if is_uncovered(TAG.sub("", source))
    ]


def is_uncovered(text: str) -> bool:
    return all(label in text for label in OF_UNCOVERED)


def rows_of(table: Table) -> dict[str, str]:
    """Label -> id of each row of 表二."""
    form = table.form
    return {squash(row.label.text): row.id for row in form.rows}


def pairs_of(table: Table, rows: Mapping[str, str], texts: Iterable[str]) -> list[Pair]:
    """The cells of each row that has as many figures behind its label as the first reading found
    there.
    """
    behind: dict[str, list[str]] = {row: [] for row in rows.values()}
    row: str | None = None
    for text in texts:
        if joined_digits(text) is not None:
            return []  # 41 68: two cells painted as one run, or one cell in two lines
        kind = kind_of(text)
        if kind == "text" and not HAS_DIGIT.search(text):
            row = rows.get(squash(text))
        elif row and kind != "blank":
            behind[row].append(text)
    pairs: list[Pair] = []
    for row, found in by_row(table).items():
        if len(found) == len(behind[row]):
            pairs += [
                Pair(cell, table.entries[cell.id], text)
                for cell, text in zip(found, behind[row], strict=True)
            ]
    return pairs


def by_row(table: Table) -> dict[str, list[Cell]]:
    """Row -> its cells that hold a text, in the order of the source."""
    rows: dict[str, list[Cell]] = {}
    held = [
        (entry.place, table.form.cells[entry.cell])
        for entry in table.entries.values()
        if entry.place and entry.raw.strip()
    ]
    for _, cell in sorted(held, key=itemgetter(0)):
        rows.setdefault(cell.row.id, []).append(cell)
    return rows


def is_apart(pair: Pair) -> bool:
    """122 and 12^2, 13 and 31; not 12 and 12件."""
    entry = pair.entry
    return entry.value is not None and figure_in(entry.raw) != figure_in(pair.text)


def figure_in(text: str) -> tuple[str, Value]:
    return read_figure(text, "万元" if "元" in text else "件")[:2]


def told_apart(pair: Pair) -> Problem:
    cell, raw = pair.cell, pair.entry.raw
    why = APART_READ.format(f"“{clipped(raw)}”", f"“{clipped(pair.text)}”")
    return Problem(cell.table, cell.row.id, cell.column.id, raw, why)


def is_hidden_from_one(document: Document) -> bool:
    """Whether the page's styles hide figures, which the second reading takes for seen."""
    if identify(document).format is not TEXT:
        return False
    return hides_figures(decode(document.content, document.charset), document.styles)


# --- texts in order -------------------------------------------------------------------------------
# Cells and lines, one after the other -> the blocks of a flattened document.


def in_order(lines: Iterable[str], title: str = "") -> tuple[Block, ...]:
    """One line for each cell or line of text; a blank one stands for a blank cell."""
    text = "\n".join(" ".join(line.split()) for line in lines)
    head: tuple[Block, ...] = (Prose(Place(), "title", title),) if title else ()
    return (*head, Prose(Place(line=1), "", text)) if text.strip() else ()


def reordered(blocks: Sequence[Block]) -> tuple[Block, ...]:
    """The cells of grids one a line. Without any grid the blank lines go out: the order alone is
    left to tell.

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
    return (
        block.text.split("\n")
        if isinstance(block, Prose) and not block.heading.startswith("meta")
        else ()
    )


# --- web pages ------------------------------------------------------------------------------------
# By libxml2 in the place of the first reading's parser.

BREAKS = {
    *(
        "address",
        "article",
        "blockquote",
        "body",
        "center",
        "dd",
        "div",
        "dl",
        "dt",
        "footer",
        "form",
        "header",
        "hr",
    ),
    *(
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "li",
        "main",
        "ol",
        "section",
        "table",
        "tbody",
        "thead",
        "tr",
        "ul",
    ),
}
LINES = {"p", "br", "pre"}  # each ends a line, a blank one too
OWN_LINES = BREAKS | LINES
CELLS = {"td", "th"}
RAISED = {"sup", "sub"}
LEFT_OUT = (
    "head",
    "script",
    "style",
    "noscript",
    "template",
    "del",
    "s",
    "strike",
    "select",
    "textarea",
    "button",
    "svg",
)


def html_order(text: str) -> tuple[Block, ...]:
    """Raises UnreadableDocument where libxml2 makes nothing of the page."""
    root = parsed_page(text)
    title = root.findtext(".//title") or ""
    return in_order(page_lines(root), " ".join(title.split()))


def parsed_page(text: str) -> _Element:
    """A page as libxml2 reads it. Raises UnreadableDocument where it makes nothing of it."""
    from lxml import etree

    parser = etree.HTMLParser(encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(text.encode("utf-8", "replace"), parser)
    except (etree.LxmlError, ValueError) as error:
        raise UnreadableDocument("网页不能按文字顺序读取。") from error
    if root is None:
        raise UnreadableDocument("网页不能按文字顺序读取。")
    return root


UNSEEN_EFFECTS = ("gone", "blank", "hidden", "raised", "drawn")


def hides_figures(text: str, styles: str = "") -> bool:
    """Whether the page's styles hide or raise something with a digit in it: this reading would take
    it for seen.
    """
    from selectolax.lexbor import LexborHTMLParser

    content = text.encode("utf-8", "replace")
    tree = LexborHTMLParser(content)
    effects = dress_of(tree, content, styles).effects
    touched = {key for key, effect in effects.items() if effect in UNSEEN_EFFECTS}
    nodes = tree.css("*") if touched else ()
    return any(node.mem_id in touched and any(map(str.isdigit, node.text())) for node in nodes)


def page_lines(root: _Element) -> Iterator[str]:
    """A line for each cell that holds no table, and for each line of text outside of cells; what no
    reader sees is taken out of the page."""
    from lxml import etree

    etree.strip_elements(root, *LEFT_OUT, with_tail=False)
    pieces: list[str] = []
    cell: _Element | None = None
    for event, node in etree.iterwalk(root, ("start", "end")):
        name = str(node.tag)
        if event == "start":
            leaf = cell is None and name in CELLS and node.find(".//table") is None
            if leaf or (cell is None and name in OWN_LINES):
                yield from flushed(pieces)
            cell = node if leaf else cell
            pieces += ("^" if name in RAISED else " " if name in OWN_LINES else "", node.text or "")
        else:
            if node is cell or (cell is None and name in LINES):
                yield "".join(pieces)
                pieces.clear()
            elif cell is None and name in BREAKS:
                yield from flushed(pieces)
            cell = None if node is cell else cell
            pieces.append(node.tail or "")
    yield from flushed(pieces)


def flushed(pieces: list[str]) -> Iterator[str]:
    """The line at hand if there is one."""
    line = "".join(pieces)
    pieces.clear()
    if line.strip():
        yield line


# --- PDFs -----------------------------------------------------------------------------------------
# In the order in which the file writes its text, whatever lines the page draws.
#
# Word, WPS and LibreOffice write a table cell by cell; where a program writes line by line the
# labels do not come together, and nothing is read.


def pdf_order(content: bytes) -> tuple[Block, ...]:
    from pdfminer.psexceptions import PSException

    from gongkai.readers.layout.lines import runs_of
    from gongkai.readers.layout.visible import visible_ink
    from gongkai.readers.pdf import BROKEN, opened, painted

    try:
        inks = painted(opened(content))
    except (PSException, AssertionError) as error:
        raise UnreadableDocument(BROKEN) from error
    return in_order(line for ink in inks for line in runs_of(visible_ink(ink).chars))


# --- old Word files -------------------------------------------------------------------------------
# The text that a .doc or .wps stores, without LibreOffice.

# Offsets of [MS-DOC]: the flags, and the place and length of the table of pieces, in the file's
# header.
FLAGS, OTHER_TABLE, PIECES = 0x0A, 0x0200, 0x01A2
PACKED = 1 << 30  # of a piece's place: one byte for a character
FIELD = re.compile("\x13[^\x13-\x15]*(?:\x14([^\x13-\x15]*))?\x15")
MARKS = re.compile("[\x07\r\x0b\x0c]")


def doc_order(content: bytes) -> tuple[Block, ...]:
    """What a .doc or .wps stores as its text. It ends cells and rows alike, so blank lines would
    say nothing.
    """
    try:
        text = doc_text(content)
    except (ValueError, StructError) as error:
        raise UnreadableDocument("文件不能按文字顺序读取。") from error
    return in_order(line for line in MARKS.split(FIELD.sub(r"\1", text)) if line.strip())


def doc_text(content: bytes) -> str:
    """Raises ValueError or StructError where the file is damaged."""
    from gongkai.opc import read_stream

    main = read_stream(content, ["WordDocument"])
    (flags,) = unpack_from("<H", main, FLAGS)
    table = read_stream(content, ["1Table" if flags & OTHER_TABLE else "0Table"])
    at, length = unpack_from("<2I", main, PIECES)
    return "".join(pieces_of(main, table[at : at + length]))


def pieces_of(main: bytes, clx: bytes) -> Iterator[str]:
    at = 0
    while clx[at : at + 1] == b"\x01":  # properties, which the text does not need
        at += 3 + unpack_from("<H", clx, at + 1)[0]
    if clx[at : at + 1] != b"\x02":
        raise ValueError("no table of pieces")
    count = (unpack_from("<I", clx, at + 1)[0] - 4) // 12
    begins = unpack_from(f"<{count + 1}I", clx, at + 5)
    for number in range(count):
        (place,) = unpack_from("<I", clx, at + 5 + 4 * (count + 1) + 8 * number + 2)
        length = begins[number + 1] - begins[number]
        if place & PACKED:
            start = (place ^ PACKED) // 2
            yield main[start : start + length].decode("cp1252", "replace")
        else:
            yield main[place : place + 2 * length].decode("utf-16-le", "replace")
