"""A PDF -> the ink of its pages -> blocks; what is none is refused in one sentence."""

from __future__ import annotations

import importlib.metadata
import re
from collections.abc import Sequence
from io import BytesIO
from itertools import islice
from typing import Any

from pdfminer.pdfdocument import PDFDocument, PDFEncryptionError
from pdfminer.pdfpage import PDFPage
from pdfminer.pdfparser import PDFParser
from pdfminer.pdftypes import PDFObjRef, PDFStream, resolve1
from pdfminer.psexceptions import PSException

from gongkai.model import Block, UnreadableDocument
from gongkai.readers.layout import blocks_of_pages
from gongkai.readers.layout.ink import Budget, Ink, Rect
from gongkai.readers.pdf.content import page_ink
from gongkai.readers.pdf.painter import Fonts
from gongkai.wording import TEXT_VERSION

# Older ones may run code that a PDF brings along as a pickled CMap: CVE-2025-64512, CVE-2025-70559.
OLDEST_PDFMINER = 20260107
MOST_PAGES = 100  # a report has some ten
LEAST_CHARS = 30  # of a page as a picture, whose stamp or page number alone is text
PICTURE_SHARE = 0.5  # of the page, from there on a picture is the page
PACKED_NOTHING = 40  # bytes; so much may be left of an empty page's contents once they are packed

ENCRYPTED = "这个 PDF 文件加了密码，不能读取；请打开后去掉密码，另存一份再导入。"
BROKEN = "这个 PDF 文件已损坏或不完整，不能读取；请重新下载，或打开后另存一份再导入。"
LONG = f"这个 PDF 文件超过{MOST_PAGES}页，不像是一份年度报告；请只保留报告的页面，另存一份再导入。"
PACKAGE = (
    "这个 PDF 文件是装有其他文件的文件包，不能读取；请打开后把其中的年度报告另存出来，再导入。"
)
DYNAMIC = "这个 PDF 文件是动态表单，不能读取；请用 Adobe Reader 打开后打印为普通 PDF，再导入。"
EMPTY = "这个 PDF 文件没有页面，不能读取；请重新下载，或打开后另存一份再导入。"
SCANNED = f"这个 PDF 文件是扫描件或图片，没有文字，不能读取；{TEXT_VERSION}。"
GUESSED = f"这个 PDF 文件是扫描件，图片下面隐藏的文字是识别软件猜的，不能用作数据；{TEXT_VERSION}。"
OUTLINED = f"这个 PDF 文件的文字已转成图形，不能读取；{TEXT_VERSION}。"


def pdf_blocks(content: bytes) -> tuple[Block, ...]:
    """The blocks of a PDF, page by page.

    A table that goes on over a page break is one grid on its first page. Text that cannot be seen
    is left out; a character that the file does not name is U+FFFD, so that a figure with one cannot
    be read. Raises UnreadableDocument in one sentence for what cannot be read at all.
    """
    try:
        document = opened(content)
        inks = painted(document)
    except PDFEncryptionError as error:
        raise UnreadableDocument(ENCRYPTED) from error
    except (PSException, AssertionError) as error:
        raise UnreadableDocument(BROKEN) from error
    refuse_pictures(inks)
    return blocks_of_pages(inks)


def opened(content: bytes) -> PDFDocument:
    refuse_older_pdfminer()
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
    form = resolve1(document.catalog.get("AcroForm"))
    if "Collection" in document.catalog:
        raise UnreadableDocument(PACKAGE)
    if isinstance(form, dict) and "XFA" in form and not resolve1(form.get("Fields")):
        raise UnreadableDocument(DYNAMIC)


def refuse_lost(document: PDFDocument, pages: Sequence[PDFPage]) -> None:
    """Raise UnreadableDocument where pages or their contents are missing or damaged.

    Never a report in part.
    """
    root = resolve1(document.catalog.get("Pages"))
    stated = resolve1(root.get("Count")) if isinstance(root, dict) else None
    if isinstance(stated, int) and stated > len(pages):
        raise UnreadableDocument(BROKEN)
    for page in pages:
        for part in page.contents:
            if is_lost(resolve1(part)):
                raise UnreadableDocument(BROKEN)


def is_lost(contents: object) -> bool:
    """Whether a page's contents are no stream, or one of which nothing could be unpacked."""
    if not isinstance(contents, PDFStream):
        return True
    packed = contents.rawdata or b""
    return not contents.get_data() and len(packed) > PACKED_NOTHING


def layers_off(document: PDFDocument) -> frozenset[int]:
    """The numbers of the layers that are not shown."""
    found: Any = document.catalog
    for name in ("OCProperties", "D", "OFF"):
        if not isinstance(found, dict):
            return frozenset()
        found = resolve1(found.get(name))
    off = found or ()
    return frozenset(layer.objid for layer in off if isinstance(layer, PDFObjRef))


def refuse_pictures(inks: Sequence[Ink]) -> None:
    """Raise UnreadableDocument for a document without text: scanned, or its letters turned into
    shapes.
    """
    visible, hidden = count_chars(inks)
    if visible > LEAST_CHARS * len(inks):
        return
    if 2 * sum(map(is_picture, inks)) >= len(inks):
        raise UnreadableDocument(GUESSED if hidden else SCANNED)
    if visible == 0:
        is_outlined = any(ink.drawings for ink in inks)
        raise UnreadableDocument(OUTLINED if is_outlined else SCANNED)


def count_chars(inks: Sequence[Ink]) -> tuple[int, int]:
    """How many characters of a document are visible, how many hidden."""
    every = hidden = 0
    for ink in inks:
        every += len(ink.chars)
        hidden += sum(char.hidden for char in ink.chars)
    return every - hidden, hidden


def is_picture(ink: Ink) -> bool:
    """Whether a picture fills a page as a scan does; a stamp beside the date does not."""
    page = ink.width * ink.height
    return any(area(image.bounds) > PICTURE_SHARE * page for image in ink.images)


def area(bounds: Rect) -> float:
    return (bounds[2] - bounds[0]) * (bounds[3] - bounds[1])
