"""Bytes -> what they are, by content alone, and who reads that or what to do instead; and their text;
or a refusal of what is no report by its size."""

from __future__ import annotations

import codecs
import re
from dataclasses import dataclass

from gongkai.model import UnreadableDocument
from gongkai.wording import OFD_AS_PDF, TEXT_VERSION

SAVE = "请打开后另存为网页（.html）或纯文本（.txt），再导入该文件"
UNPACK = "请解压后导入其中的报告"
DATA = re.compile(r"\s*(?:[\w$.]{1,60}\s*\(\s*)?[\[{]")  # JSON, or a call with it: callback({…})


@dataclass(frozen=True, slots=True)
class Format:
    """``reader`` is the function (``module:function``, from bytes to blocks) that reads it, "" where none does; then
    ``advice`` says what to do. ``office`` is the suffix under which LibreOffice first makes a .docx of it, or ""."""

    name: str
    advice: str = ""
    reader: str = ""
    office: str = ""


PDF = Format("PDF 文件", reader="gongkai.readers.pdf:pdf_blocks")
WORD_READER = "gongkai.readers.word:word_blocks"
WORD = Format("Word 文档（.docx）", reader=WORD_READER)
OLD_WORD = Format("Word 97-2003 文档（.doc 或 .wps）", reader=WORD_READER, office="doc")
RTF = Format("RTF 文档", reader=WORD_READER, office="rtf")
EXCEL = Format("Excel 工作簿（.xlsx）", reader="gongkai.readers.excel:excel_blocks")
OLD_EXCEL = Format("Excel 97-2003 工作簿（.xls 或 .et）", reader="gongkai.readers.excel:excel_blocks")
OLD_OFFICE = Format("Office 97-2003 文档", SAVE)
ZIP = Format("ZIP 压缩包", UNPACK)
DAMAGED = Format("不完整或已损坏的压缩包或 Office 文件", "请重新下载或重新取得这个文件")

MARKS = (
    (b"%PDF-", PDF),
    (b"{\\rtf", RTF),
    (b"\x89PNG\r\n", Format("PNG 图片", TEXT_VERSION)),
    (b"\xff\xd8\xff", Format("JPEG 图片", TEXT_VERSION)),
    (b"GIF8", Format("GIF 图片", TEXT_VERSION)),
    (b"II*\x00", Format("TIFF 图片", TEXT_VERSION)),
    (b"MM\x00*", Format("TIFF 图片", TEXT_VERSION)),
    (b"Rar!\x1a", Format("RAR 压缩包", UNPACK)),
    (b"7z\xbc\xaf", Format("7z 压缩包", UNPACK)),
    (b"\x1f\x8b", Format("gzip 压缩文件", UNPACK)),
)
PACKED = (  # parts of a zip archive that tell its format
    ("word/", WORD),
    ("xl/workbook.bin", Format("Excel 二进制工作簿（.xlsb）", "请打开后另存为.xlsx，再导入该文件")),
    ("xl/", EXCEL),
    ("OFD.xml", Format("OFD 版式文件", f"请{OFD_AS_PDF}")),
    ("mimetype", Format("OpenDocument 文档", SAVE)),
)
COMPOUND = (  # streams of an OLE2 file, named in UTF-16
    ("WordDocument", OLD_WORD),
    ("Workbook", OLD_EXCEL),
    ("Book", Format("Excel 5.0/95 工作簿", "请打开后另存为.xlsx，再导入该文件")),
    ("EncryptedPackage", Format("加了密码的 Office 文件", "请打开后去掉密码，另存一份再导入")),
)
OFFICE_XML = re.compile(r"<\?mso-application|<(?:w:wordDocument|pkg:package|office:document|(?:ss:)?Workbook)\b")
SNIFFED = 4_096  # bytes or characters at the start that tell the format
SAMPLED = 16_384  # characters at the start that tell text from junk
JUNK = re.compile("[\x00-\x08\x0e-\x1b\x7f\ufffd]")
MOST_JUNK = 0.05  # of all characters; a page cut and joined at random has less, a binary file far more


def binary_format(content: bytes) -> Format | None:
    """The format of anything that is no text, None for what may be one."""
    start = content[:SNIFFED].lstrip()
    for mark, found in MARKS:
        if start.startswith(mark):
            return found
    if b"%PDF-" in content[:1024]:
        return PDF
    if start.startswith(b"PK\x03\x04"):
        return packed_format(content)
    if start.startswith(b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"):
        streams = (found for stream, found in COMPOUND if stream.encode("utf-16-le") in content)
        return next(streams, OLD_OFFICE)
    if start.startswith(b"RIFF") and start[8:12] == b"WEBP":
        return Format("WebP 图片", TEXT_VERSION)
    if start.startswith(b"BM") and start[6:10] == bytes(4):
        return Format("BMP 图片", TEXT_VERSION)
    return None


def packed_format(content: bytes) -> Format:
    """What a zip archive holds, by the names of its parts; a damaged one by what it begins with."""
    from gongkai.opc import BadArchive, open_archive

    try:
        names = open_archive(content).parts
        return next((found for part, found in PACKED if any(name.startswith(part.lower()) for name in names)), ZIP)
    except BadArchive:
        return next((found for part, found in PACKED if part.encode() in content), DAMAGED)


def text_format(text: str) -> Format | None:
    """What a text is that is neither a web page nor plain text, else None."""
    start = text[:SNIFFED].lstrip("\ufeff \t\r\n")
    sample = text[:SAMPLED]
    if len(JUNK.findall(sample)) > MOST_JUNK * len(sample):
        return Format("二进制文件或乱码", "请检查网址或文件是否正确")
    if OFFICE_XML.search(start):
        return Format("XML 格式的 Office 文档", SAVE)
    return None


# --- bytes to text --------------------------------------------------------------------------------
# What the bytes themselves show comes before what a header or the page declares.

BYTE_ORDER_MARKS = (
    (codecs.BOM_UTF8, "utf-8"),
    (codecs.BOM_UTF32_LE, "utf-32-le"),
    (codecs.BOM_UTF32_BE, "utf-32-be"),
    (codecs.BOM_UTF16_LE, "utf-16-le"),
    (codecs.BOM_UTF16_BE, "utf-16-be"),
)
META = re.compile(
    rb"""<(?:meta|\?xml)\b[^>]{0,400}?(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_:-]+)""", re.IGNORECASE
)
SEARCHED = 8_192  # bytes of the page in which its own declaration is looked for
TRUSTED = {"big5": "big5hkscs", "big5-hkscs": "big5hkscs", "utf-16le": "utf-16-le", "utf-16be": "utf-16-be"}
REPLACED = "\ufffd"


def decode(content: bytes, declared: str) -> str:
    """The text of a page or file; ``declared`` is the charset that its header names, or "". Never raises.

    Byte order mark, then valid UTF-8 (a last character cut off aside), then UTF-8 with a few broken characters, then
    Big5 where declared and valid, else GB18030, which holds GBK and GB2312. Declarations of other charsets are wrong
    on these sites; what cannot be decoded becomes U+FFFD, never another character in silence.
    """
    for mark, name in BYTE_ORDER_MARKS:
        if content.startswith(mark):
            return content[len(mark) :].decode(name, "replace")
    try:
        return codecs.getincrementaldecoder("utf-8")().decode(content)
    except UnicodeDecodeError:
        pass
    text = content.decode("utf-8", "replace")
    if mostly_valid(text):
        return text
    for charset in (declared, *declarations(content)):
        try:
            return content.decode(TRUSTED[charset.strip().lower()])
        except (KeyError, UnicodeDecodeError):
            continue
    return content.decode("gb18030", "replace")


def mostly_valid(text: str) -> bool:
    """Whether UTF-8 explains the bytes: GBK read as UTF-8 breaks nearly everywhere, a cut string only once."""
    broken = text.count(REPLACED)
    beyond = len(text) - broken - len(text.encode("ascii", "ignore"))
    return beyond > 10 * broken


def declarations(content: bytes) -> list[str]:
    return [match.decode("ascii") for match in META.findall(content[:SEARCHED])]


# --- what no report has ----------------------------------------------------------------------------
# Counted at the speed of a search, before any parser sees the text.

MOST_LINES = 200_000  # a report has some thousands
LINE_ENDS = "\n\r\v\f\x1c\x1d\x1e\x85\u2028\u2029"
MANY_TAGS, MOST_TAGS = 20_000, 500_000  # with fewer, nesting is not searched for; with more, it is no report
DEEPEST = 20_000  # open tags; the parser's time grows with the square of the depth
MOST_ATTRIBUTES = 1_000  # of one tag; the parser's time grows with the square of their number
LARGE, WINDOW = 400_000, 10_000  # characters; in larger pages, and where no tag ends for so long, they are counted
HUGE = 4_000_000  # characters; in such a page those of all tags together

TAG = re.compile(r"<(/?)([a-z][^\s/>]*)", re.IGNORECASE)
VOID = ("area", "base", "br", "col", "embed", "frame", "hr", "img", "input", "link", "meta", "param", "source", "wbr")
NEVER_DEEP = frozenset((*VOID, "p", "li", "tr", "td", "th", "option", "dd", "dt"))  # those that end by themselves too
ATTRIBUTE = re.compile(r"""[\s/]*+[^\s/>][^\s/>=]*+(?:\s*+=\s*+(?:"[^"]*+"?|'[^']*+'?|[^\s>]*+))?+""")
WHOLE_TAG = re.compile(
    rf"<!--.*?(?:-->|\Z)|<(?:script|style)\b.*?(?:</(?:script|style)|\Z)|<[a-z][^\s/>]*+((?:{ATTRIBUTE.pattern})*+)",
    re.IGNORECASE | re.DOTALL,
)


def refuse_lines(text: str) -> None:
    """Raise UnreadableDocument for a text of too many lines, blank ones counted."""
    if len(text) > MOST_LINES and sum(map(text.count, LINE_ENDS)) - text.count("\r\n") > MOST_LINES:
        raise UnreadableDocument(f"超过{MOST_LINES}行，不是年度报告；请检查网址或文件是否正确。")


def refuse_tags(text: str) -> None:
    """Raise UnreadableDocument for a page with tags, attributes or nesting beyond all sense."""
    tags = text.count("<")
    if tags > MOST_TAGS:
        raise UnreadableDocument(f"网页的标签超过{MOST_TAGS}个，不是年度报告的网页；请检查网址或文件是否正确。")
    if tags > MANY_TAGS and too_deep(text):
        raise UnreadableDocument(
            f"网页的标签嵌套超过{DEEPEST}层，不是正常的网页；请在浏览器中打开后另存为网页，再导入该文件。"
        )
    endless = any(text.find(">", at, at + WINDOW) < 0 for at in range(0, len(text) - WINDOW, WINDOW))
    if (endless or len(text) > LARGE) and too_many_attributes(text):
        raise UnreadableDocument("网页标签的属性过多，不是正常的网页；请检查网址或文件是否正确。")


def too_deep(text: str) -> bool:
    """Whether more tags are open at once than allowed; an end tag ends one of its name only."""
    depths: dict[str, int] = {}
    depth = 0
    for match in TAG.finditer(text):
        name = match[2].lower()
        if name in NEVER_DEEP:
            continue
        if not match[1]:
            depths[name] = depths.get(name, 0) + 1
            depth += 1
            if depth > DEEPEST:
                return True
        elif depths.get(name):
            depths[name] -= 1
            depth -= 1
    return False


def too_many_attributes(text: str) -> bool:
    """Whether a tag outside scripts, styles and comments has too many attributes, or all tags of a huge page have."""
    every = len(text) > HUGE
    total = 0
    for match in WHOLE_TAG.finditer(text):
        if match[1] and (every or len(match[1]) > 2 * MOST_ATTRIBUTES):
            number = sum(1 for _ in ATTRIBUTE.finditer(match[1]))
            total += number
            if number > MOST_ATTRIBUTES or total > MOST_TAGS:
                return True
    return False
