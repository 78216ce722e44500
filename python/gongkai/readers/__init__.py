"""Room: readers. Document -> blocks. What a document is, its content says; its name and its header may be wrong."""

from __future__ import annotations

import re

from gongkai.model import Block, Document, UnreadableDocument
from gongkai.readers.bounds import refuse_lines
from gongkai.readers.charset import decode

SAVE = "请打开后另存为网页（.html）或纯文本（.txt），再导入该文件"
PICTURE = "请向发布机关索取文字版，或手工填表"
UNPACK = "请解压后导入其中的报告"
MARKS = (
    (b"%PDF-", "PDF 文件", SAVE),
    (b"{\\rtf", "RTF 文档", SAVE),
    (b"\x89PNG\r\n", "PNG 图片", PICTURE),
    (b"\xff\xd8\xff", "JPEG 图片", PICTURE),
    (b"GIF8", "GIF 图片", PICTURE),
    (b"II*\x00", "TIFF 图片", PICTURE),
    (b"MM\x00*", "TIFF 图片", PICTURE),
    (b"Rar!\x1a", "RAR 压缩包", UNPACK),
    (b"7z\xbc\xaf", "7z 压缩包", UNPACK),
    (b"\x1f\x8b", "gzip 压缩文件", UNPACK),
)
PACKED = (  # parts of a zip archive that tell its format
    (b"word/", "Word 文档（.docx）", SAVE),
    (b"xl/", "Excel 工作簿（.xlsx）", SAVE),
    (b"OFD.xml", "OFD 版式文件", SAVE),
    (b"mimetypeapplication/vnd.oasis", "OpenDocument 文档", SAVE),
)
COMPOUND = (  # streams of an OLE2 file, named in UTF-16
    ("WordDocument", "Word 97-2003 文档（.doc 或 .wps）"),
    ("Workbook", "Excel 97-2003 工作簿（.xls 或 .et）"),
    ("Book", "Excel 97-2003 工作簿（.xls 或 .et）"),
)
OFFICE_XML = re.compile(r"<\?mso-application|<(?:w:wordDocument|pkg:package|office:document|(?:ss:)?Workbook)\b")
MHTML = re.compile(r"(?:[\w-]+:[^\n]*\n)*MIME-Version:", re.IGNORECASE)
HTML = re.compile(
    r"<(?:!doctype\s+html|(?:html|head|body|title|meta|table|t[rdh]|div|p|span|br|h[1-6]|a|ul|li|font|center|section|"
    r"frameset|iframe|pre|img)\b[^<>]*>)",
    re.IGNORECASE,
)
SNIFFED = 4_096  # bytes or characters at the start that tell the format
SAMPLED = 16_384  # characters at the start that tell text from junk
JUNK = re.compile("[\x00-\x08\x0e-\x1b\x7f\ufffd]")
MOST_JUNK = 0.05  # of all characters; a page cut and joined at random has less, a binary file far more


def read_blocks(document: Document) -> tuple[Block, ...]:
    """The blocks of a web page or a plain text, in order.

    Raises UnreadableDocument, in one Chinese sentence that names what was found and what to do, for any other
    format, empty content and binary content.
    """
    content = document.content
    found = other_format(content)
    if found is None:
        text = decode(content, document.charset)
        if not text.strip("\ufeff\x00 \t\r\n\f\v"):
            raise UnreadableDocument(f"{document.origin}：内容是空的，没有可读的文字；请检查网址或文件。")
        found = other_text(text)
        if found is None:
            return blocks_of_text(document.origin, text)
    name, advice = found
    raise UnreadableDocument(f"{document.origin}：这是{name}，本版本还不能读取；{advice}。")


def blocks_of_text(origin: str, text: str) -> tuple[Block, ...]:
    from gongkai.readers.html import html_blocks
    from gongkai.readers.text import text_blocks

    try:
        refuse_lines(text)
        return html_blocks(text) if HTML.search(text) else text_blocks(text.removeprefix("\ufeff"))
    except UnreadableDocument as error:
        raise UnreadableDocument(f"{origin}：{error}") from error


def other_format(content: bytes) -> tuple[str, str] | None:
    """Name and advice for a binary format known by its first bytes."""
    start = content[:SNIFFED].lstrip()
    for mark, name, advice in MARKS:
        if start.startswith(mark):
            return name, advice
    if b"%PDF-" in content[:1024]:
        return "PDF 文件", SAVE
    if start.startswith(b"PK\x03\x04"):
        return next(((name, advice) for part, name, advice in PACKED if part in content), ("ZIP 压缩包", UNPACK))
    if start.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        streams = (name for stream, name in COMPOUND if stream.encode("utf-16-le") in content)
        return next(streams, "Office 97-2003 文档"), SAVE
    if start.startswith(b"RIFF") and start[8:12] == b"WEBP":
        return "WebP 图片", PICTURE
    if start.startswith(b"BM") and start[6:10] == bytes(4):
        return "BMP 图片", PICTURE
    return None


def other_text(text: str) -> tuple[str, str] | None:
    """Name and advice for text that is neither a web page nor plain text."""
    start = text[:SNIFFED].lstrip("\ufeff \t\r\n")
    sample = text[:SAMPLED]
    if len(JUNK.findall(sample)) > MOST_JUNK * len(sample):
        return "二进制文件或乱码", "请检查网址或文件是否正确"
    if OFFICE_XML.search(start):
        return "XML 格式的 Office 文档", SAVE
    if MHTML.match(start):
        return "单个文件网页（.mht）", "请在浏览器中打开网页，另存为“网页，仅 HTML”，再导入该文件"
    return None
