"""A PDF -> blocks: ruled tables as grids, joined over page breaks, and the text around them as prose."""

from __future__ import annotations

import importlib.metadata
import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from io import BytesIO
from itertools import groupby, islice
from typing import TYPE_CHECKING

from gongkai.figures import read_figure
from gongkai.model import Block, Link, Place, Prose, UnreadableDocument
from gongkai.readers.blocks import PAINTED
from gongkai.readers.pdf.cells import PageTable, tables_of
from gongkai.readers.pdf.pages import (
    continues,
    grid_of,
    side_by_side,
    stitched,
    with_cut_figures,
    with_last_row_unreadable,
)
from gongkai.readers.pdf.paragraphs import PageLine, join_paragraphs, mark_headings, without_furniture
from gongkai.readers.pdf.stream import Words, unruled, words_of_line

if TYPE_CHECKING:
    from pdfminer.pdfdocument import PDFDocument
    from pdfminer.pdfpage import PDFPage

    from gongkai.readers.pdf.ink import Ink

# Older ones may run code that a PDF brings along as a pickled CMap: CVE-2025-64512, CVE-2025-70559.
OLDEST_PDFMINER = 20260107
MOST_PAGES = 100  # a report has some ten
LEAST_CHARS = 30  # of a page as a picture, whose stamp or page number alone is text
PICTURE_SHARE = 0.5  # of the page, from there on a picture is the page
SMALLEST_PICTURE = 20.0  # points
LONGEST_PIECE = 12  # characters of a label that is broken over lines
PACKED_NOTHING = 40  # bytes; so much may be left of an empty page's contents once they are packed

ENCRYPTED = "这个 PDF 文件加了密码，不能读取；请打开后去掉密码，另存一份再导入。"
BROKEN = "这个 PDF 文件已损坏或不完整，不能读取；请重新下载，或打开后另存一份再导入。"
LONG = f"这个 PDF 文件超过{MOST_PAGES}页，不像是一份年度报告；请只保留报告的页面，另存一份再导入。"
PACKAGE = "这个 PDF 文件是装有其他文件的文件包，不能读取；请打开后把其中的年度报告另存出来，再导入。"
DYNAMIC = "这个 PDF 文件是动态表单，不能读取；请用 Adobe Reader 打开后打印为普通 PDF，再导入。"
EMPTY = "这个 PDF 文件没有页面，不能读取；请重新下载，或打开后另存一份再导入。"
SCANNED = "这个 PDF 文件是扫描件或图片，没有文字，不能读取；请向发布机关索取文字版，或手工填表。"
GUESSED = "这个 PDF 文件是扫描件，图片下面隐藏的文字是识别软件猜的，不能用作数据；请向发布机关索取文字版，或手工填表。"
OUTLINED = "这个 PDF 文件的文字已转成图形，不能读取；请向发布机关索取文字版，或手工填表。"


@dataclass(slots=True)
class Page:
    """A page's tables and lines of text, and the size of the page in points."""

    width: float
    height: float
    tables: list[PageTable]
    lines: list[Words]
    pictures: int
    painted: list[str]


def pdf_blocks(content: bytes) -> tuple[Block, ...]:
    """The blocks of a PDF, page by page: a table that goes on over a page break is one grid on its first page.

    Text that cannot be seen is left out; a character that the file does not name is U+FFFD, so that a figure with
    one cannot be read. Raises UnreadableDocument in one sentence for what cannot be read at all.
    """
    from pdfminer.pdfdocument import PDFEncryptionError
    from pdfminer.psexceptions import PSException

    try:
        document = opened(content)
        inks = painted(document)
    except PDFEncryptionError as error:
        raise UnreadableDocument(ENCRYPTED) from error
    except (PSException, AssertionError) as error:
        raise UnreadableDocument(BROKEN) from error
    refuse_pictures(inks)
    pages = [read_page(ink, number) for number, ink in enumerate(inks, 1)]
    text = "\n".join(run for page in pages for run in page.painted)
    return (*blocks_of(pages), Prose(Place(), PAINTED, text))


def opened(content: bytes) -> PDFDocument:
    refuse_older_pdfminer()
    from pdfminer.pdfdocument import PDFDocument
    from pdfminer.pdfparser import PDFParser

    return PDFDocument(PDFParser(BytesIO(content)))


def refuse_older_pdfminer() -> None:
    """UnreadableDocument where pdfminer.six is older than we ask for, or of unknown age."""
    try:
        found = importlib.metadata.version("pdfminer.six")
    except importlib.metadata.PackageNotFoundError:
        found = ""
    date = re.match(r"\d+", found)  # 20260107, or 20260107.post1
    if date is None or int(date[0]) < OLDEST_PDFMINER:
        raise UnreadableDocument(
            f"所装的 pdfminer.six（版本{found or '不明'}）有安全漏洞，没有用它打开 PDF 文件；"
            f"请升级到{OLDEST_PDFMINER}或更新的版本（pip install --upgrade pdfminer.six）后重试。"
        )


def painted(document: PDFDocument) -> list[Ink]:
    from pdfminer.pdfpage import PDFPage

    from gongkai.readers.pdf.content import Fonts, page_ink
    from gongkai.readers.pdf.ink import Budget

    refuse_shells(document)
    pages = list(islice(PDFPage.create_pages(document), MOST_PAGES + 1))
    if len(pages) > MOST_PAGES:
        raise UnreadableDocument(LONG)
    if not pages:
        raise UnreadableDocument(EMPTY)
    refuse_lost(document, pages)
    fonts, budget, off = Fonts(), Budget(), layers_off(document)
    return [page_ink(page, fonts, budget, off) for page in pages]


def refuse_shells(document: PDFDocument) -> None:
    """Raise UnreadableDocument for a PDF whose pages only say that the content is elsewhere."""
    from pdfminer.pdftypes import resolve1

    form = resolve1(document.catalog.get("AcroForm"))
    if "Collection" in document.catalog:
        raise UnreadableDocument(PACKAGE)
    if isinstance(form, dict) and "XFA" in form and not resolve1(form.get("Fields")):
        raise UnreadableDocument(DYNAMIC)


def refuse_lost(document: PDFDocument, pages: Sequence[PDFPage]) -> None:
    """Raise UnreadableDocument where pages or their contents are missing or damaged: never a report in part."""
    from pdfminer.pdftypes import resolve1

    root = resolve1(document.catalog.get("Pages"))
    stated = resolve1(root.get("Count")) if isinstance(root, dict) else None
    missing = isinstance(stated, int) and stated > len(pages)
    if missing or any(is_lost(resolve1(part)) for page in pages for part in page.contents):
        raise UnreadableDocument(BROKEN)


def is_lost(contents: object) -> bool:
    """Whether a page's contents are no stream, or one of which nothing could be unpacked."""
    from pdfminer.pdftypes import PDFStream

    if not isinstance(contents, PDFStream):
        return True
    packed = contents.rawdata or b""
    return not contents.get_data() and len(packed) > PACKED_NOTHING


def layers_off(document: PDFDocument) -> frozenset[int]:
    """The numbers of the layers that are not shown."""
    from pdfminer.pdftypes import PDFObjRef, resolve1

    layers = resolve1(document.catalog.get("OCProperties"))
    shown = resolve1(layers.get("D")) if isinstance(layers, dict) else None
    off = resolve1(shown.get("OFF")) if isinstance(shown, dict) else None
    return frozenset(layer.objid for layer in off or () if isinstance(layer, PDFObjRef))


def refuse_pictures(inks: Sequence[Ink]) -> None:
    """Raise UnreadableDocument for a document without text: scanned, or its letters turned into shapes."""
    visible = sum(not char.hidden for ink in inks for char in ink.chars)
    if visible > LEAST_CHARS * len(inks):
        return
    scanned = sum(
        1 for ink in inks if any(area(image.bounds) > PICTURE_SHARE * ink.width * ink.height for image in ink.images)
    )
    if 2 * scanned >= len(inks):
        raise UnreadableDocument(GUESSED if any(char.hidden for ink in inks for char in ink.chars) else SCANNED)
    if visible == 0:
        raise UnreadableDocument(OUTLINED if any(ink.drawings for ink in inks) else SCANNED)


def area(bounds: tuple[float, float, float, float]) -> float:
    return (bounds[2] - bounds[0]) * (bounds[3] - bounds[1])


def read_page(ink: Ink, number: int) -> Page:
    from gongkai.readers.pdf.lattice import lattices_of
    from gongkai.readers.pdf.lines import lines_of, runs_of
    from gongkai.readers.pdf.visible import visible_ink

    ink = visible_ink(ink)
    tables, outside = tables_of(ink, lattices_of(ink.strokes), number)
    tables = side_by_side(tables)
    lines = [words_of_line(line) for line in lines_of(outside)]
    large = [
        image
        for image in ink.images
        if min(image.bounds[2] - image.bounds[0], image.bounds[3] - image.bounds[1]) > SMALLEST_PICTURE
    ]
    return Page(ink.width, ink.height, tables, lines, len(large), runs_of(ink.chars))


def blocks_of(pages: Sequence[Page]) -> Iterator[Block]:
    kept = without_furniture([[line.text for line in page.lines] for page in pages], [page.height for page in pages])
    known = {id(text) for texts in kept for text in texts}
    items = joined_pages([page_flow(page, number, known) for number, page in enumerate(pages, 1)])
    mark_headings(items, [page.width for page in pages])
    join_paragraphs([item for group in items for item in group if isinstance(item, PageLine) and not item.heading])
    line, table = 1, 0
    for number, group in enumerate(items, 1):
        lines: list[str] = []
        for item in (*group, None):
            if isinstance(item, PageLine) and not item.heading:
                lines += [item.text] if item.text else []
                continue
            if lines:
                yield Prose(Place(page=number, line=line), "", "\n".join(lines))
                line += len(lines)
                lines = []
            if isinstance(item, PageLine):
                if item.text:
                    yield Prose(Place(page=number, line=line), item.heading, item.text)
                    line += 1 + item.text.count("\n")
            elif item is not None:
                table += 1
                yield from grid_of(item, table)
        for _ in range(pages[number - 1].pictures):
            yield Link(Place(page=number, line=line), "image", "", "")


def page_flow(page: Page, number: int, known: Collection[int]) -> list[PageLine | PageTable]:
    """A page's texts and tables from top to bottom, tables without rulings among them."""
    lines = [line for line in page.lines if id(line.text) in known]
    ordered: list[Words | PageTable] = sorted([*lines, *page.tables], key=lambda item: place_of(item, page.tables))
    found: list[PageLine | PageTable] = []
    for is_table, group in groupby(ordered, key=lambda item: isinstance(item, PageTable)):
        if is_table:
            found += [item for item in group if isinstance(item, PageTable)]
        else:
            found += unruled([item for item in group if isinstance(item, Words)], number)
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
        last = before[-1] if before else None
        first = items[0] if items else None
        if before and isinstance(last, PageTable) and isinstance(first, PageTable) and continues(last, first):
            before[-1] = stitched(last, first)
            items = items[1:]
        found.append(items)
    return found


def mark_cut_figures(before: list[PageLine | PageTable], after: list[PageLine | PageTable], known: str) -> None:
    """Mark in place, where a page break cuts a table without lines, the figures of rows that may be one.

    What stands on the later page above them is a head repeated, of lines ``known`` from the text of earlier pages, or
    pieces of a label; pieces of a label may also follow the table on the earlier page.
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
    texts = [item.text] if isinstance(item, PageLine) else [piece.text for row in item.rows for piece in row]
    return ["".join(line.split()) for text in texts for line in text.split("\n")]


def place_of(item: Words | PageTable, tables: Sequence[PageTable]) -> tuple[float, float]:
    """Where an item stands in reading order; text between the lines of a table comes after it."""
    if isinstance(item, PageTable):
        return item.bounds[1], item.bounds[0]
    around = [table for table in tables if table.bounds[1] <= item.middle <= table.bounds[3]]
    return (around[0].bounds[1] + 0.01 if around else item.middle), item.text.x0
