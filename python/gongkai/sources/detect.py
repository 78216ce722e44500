"""Bytes -> what they are, by content alone, whatever a name or header says; and their text.

``identify`` is the way in. A workbook of ours is known by a mark among its properties, one from
before the mark by the names of its cells: both survive renamed, deleted and hidden sheets, and
every program that saves it.
"""

from __future__ import annotations

import codecs
import re

from gongkai import opc, wording
from gongkai.model import Document, Format, Kind

SAVE = "请打开后另存为网页（.html）或纯文本（.txt），再导入该文件"
UNPACK = "请解压后导入其中的报告"
DATA = re.compile(r"\s*(?:[\w$.]{1,60}\s*\(\s*)?[\[{]")  # JSON, or a call with it: callback({…})


PDF = Format("PDF 文件")
WORD = Format("Word 文档（.docx）")
OLD_WORD = Format("Word 97-2003 文档（.doc 或 .wps）", office="doc")
RTF = Format("RTF 文档", office="rtf")
EXCEL = Format("Excel 工作簿（.xlsx）")
OLD_EXCEL = Format("旧版 Excel 工作簿（.xls 或 .et）")
ODS = Format("OpenDocument 电子表格（.ods）")
TEXT = Format("网页或纯文本")
OLD_OFFICE = Format("Office 97-2003 文档", SAVE)
ZIP = Format("ZIP 压缩包", UNPACK)
DAMAGED = Format("不完整或已损坏的压缩包或 Office 文件", "请重新下载或重新取得这个文件")

MARKS = (
    (b"%PDF-", PDF),
    (b"{\\rtf", RTF),
    (b"\x89PNG\r\n", Format("PNG 图片", wording.TEXT_VERSION)),
    (b"\xff\xd8\xff", Format("JPEG 图片", wording.TEXT_VERSION)),
    (b"GIF8", Format("GIF 图片", wording.TEXT_VERSION)),
    (b"II*\x00", Format("TIFF 图片", wording.TEXT_VERSION)),
    (b"MM\x00*", Format("TIFF 图片", wording.TEXT_VERSION)),
    (b"Rar!\x1a", Format("RAR 压缩包", UNPACK)),
    (b"7z\xbc\xaf", Format("7z 压缩包", UNPACK)),
    (b"\x1f\x8b", Format("gzip 压缩文件", UNPACK)),
)
PACKED = (  # parts of a zip archive that tell its format
    ("word/", WORD),
    ("xl/workbook.bin", Format("Excel 二进制工作簿（.xlsb）", "请打开后另存为.xlsx，再导入该文件")),
    ("xl/", EXCEL),
    ("OFD.xml", Format("OFD 版式文件", f"请{wording.OFD_AS_PDF}")),
    ("mimetype", Format("OpenDocument 文档", SAVE)),
)
COMPOUND = (  # streams of an OLE2 file; a workbook of Excel 95 is a Book
    ("WordDocument", OLD_WORD),
    ("Workbook", OLD_EXCEL),
    ("Book", OLD_EXCEL),
    ("EncryptedPackage", Format("加了密码的 Office 文件", "请打开后去掉密码，另存一份再导入")),
)
SHEETS_TYPE = b"application/vnd.oasis.opendocument.spreadsheet"

OFFICE_XML = re.compile(
    r"<\?mso-application|<(?:w:wordDocument|pkg:package|office:document|(?:ss:)?Workbook)\b"
)
SNIFFED = 4_096  # bytes or characters at the start that tell the format
SAMPLED = 16_384  # characters at the start that tell text from junk
JUNK = re.compile("[\x00-\x08\x0e-\x1b\x7f\ufffd]")
MOST_JUNK = 0.05  # of all characters; a page joined at random has less, a binary file far more


def identify(document: Document) -> Kind:
    """What a document is.

    Whoever loads one puts the answer into it, so that it is found out once.
    """
    return document.kind or kind_of(document.content)


def kind_of(content: bytes) -> Kind:
    """What bytes are. Nothing is raised: what is damaged is what it begins as."""
    start = content[:SNIFFED].lstrip()
    if start.startswith(b"PK\x03\x04"):
        return kind_of_archive(content)
    if start.startswith(opc.OLE2):
        found = compound_format(content)
        return Kind(found, found is OLD_EXCEL and is_our_old_workbook(content))
    return Kind(plain_format(content, start))


def plain_format(content: bytes, start: bytes) -> Format:
    """The format of what is neither an archive nor an OLE2 file; TEXT for what may be one."""
    for mark, found in MARKS:
        if start.startswith(mark):
            return found
    if b"%PDF-" in content[:1024]:
        return PDF
    if start.startswith(b"RIFF") and start[8:12] == b"WEBP":
        return Format("WebP 图片", wording.TEXT_VERSION)
    if start.startswith(b"BM") and start[6:10] == bytes(4):
        return Format("BMP 图片", wording.TEXT_VERSION)
    return TEXT


def kind_of_archive(content: bytes) -> Kind:
    """What a zip archive holds, by the names of its parts; a damaged one by what it begins with."""
    try:
        archive = opc.open_archive(content)
    except opc.BadArchive:
        return Kind(format_of_damaged(content))
    found = format_of_parts(archive)
    ours = is_our_workbook(archive, found)
    return Kind(found, ours, archive if ours else None)


def format_of_damaged(content: bytes) -> Format:
    for part, found in PACKED[:-1]:
        if part.encode() in content:
            return found
    if SHEETS_TYPE in content[:SNIFFED]:
        return ODS
    return DAMAGED


def format_of_parts(archive: opc.Archive) -> Format:
    for part, found in PACKED:
        if any(name.startswith(part.lower()) for name in archive.parts):
            if part == "mimetype" and is_sheets(archive):
                return ODS
            return found
    return ZIP


def is_sheets(archive: opc.Archive) -> bool:
    return read_or_nothing(archive, "mimetype", SNIFFED).strip() == SHEETS_TYPE


def read_or_nothing(archive: opc.Archive, part: str, most: int) -> bytes:
    """A part's content, b"" for one that is missing, damaged or beyond ``most``: who reads it says
    so.
    """
    try:
        return archive.read(part, most) if part in archive else b""
    except opc.BadArchive:
        return b""


def compound_format(content: bytes) -> Format:
    """What an OLE2 file holds, by the streams at its top; a damaged one by the names in it."""
    try:
        names = opc.stream_names(content)
    except ValueError:
        names = frozenset(stream for stream, _ in COMPOUND if stream.encode("utf-16-le") in content)
    for stream, found in COMPOUND:
        if stream in names:
            return found
    return OLD_OFFICE


# --- workbooks of ours ----------------------------------------------------------------------------

MARK = "gongkai.workbook"  # the name of a property that our template has
OUR_CELL = rb"(?:disclosure|applications|disputes)\.\w+\.\w+"
OUR_NAMES = re.compile(rb"""<(?:\w+:)?definedName\b[^>]*\sname=["']%b["']""" % OUR_CELL)
OUR_RANGES = re.compile(rb"""<table:named-range\b[^>]*\btable:name=["']%b["']""" % OUR_CELL)
MOST_LOOKED_AT = 24 * 1024 * 1024  # bytes of a part
# Where Office keeps in an .xls what stands in docProps/custom.xml of an .xlsx ([MS-OLEPS] 2.24.2).
ABOUT = "\x05DocumentSummaryInformation"
BIFF_NAME = 0x0018  # the record of a defined name ([MS-XLS] 2.4.150)
PLACES = {
    EXCEL: ("docProps/custom.xml", "xl/workbook.xml", OUR_NAMES),
    ODS: ("meta.xml", "content.xml", OUR_RANGES),
}


def is_our_workbook(archive: opc.Archive, found: Format) -> bool:
    if found not in PLACES:
        return False
    properties, names, ours = PLACES[found]
    if MARK.encode() in read_or_nothing(archive, properties, MOST_LOOKED_AT):
        return True
    return ours.search(read_or_nothing(archive, names, MOST_LOOKED_AT)) is not None


def is_our_old_workbook(content: bytes) -> bool:
    try:
        about = opc.read_stream(content, [ABOUT])
    except ValueError:
        about = b""
    if MARK.encode() in about or MARK.encode("utf-16-le") in about:
        return True
    try:
        records = opc.biff_records(opc.read_stream(content, ["Workbook"]))
    except ValueError:
        return False
    return any(number == BIFF_NAME and re.search(OUR_CELL, name) for number, name in records)


# --- texts ----------------------------------------------------------------------------------------


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
    rb"""<(?:meta|\?xml)\b[^>]{0,400}?(?:charset|encoding)\s*=\s*["']?\s*([A-Za-z0-9_:-]+)""",
    re.IGNORECASE,
)
SEARCHED = 8_192  # bytes of the page in which its own declaration is looked for
TRUSTED = {
    "big5": "big5hkscs",
    "big5-hkscs": "big5hkscs",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
}
REPLACED = "\ufffd"


def decode(content: bytes, declared: str) -> str:
    """The text of a page or file.

    ``declared`` is the charset that its header names, or "". Never raises.

    Byte order mark, then valid UTF-8 (a last character cut off aside), then UTF-8 with a few broken
    characters, then Big5 where declared and valid, else GB18030, which holds GBK and GB2312.
    Declarations of other charsets are wrong on these sites; what cannot be decoded becomes U+FFFD,
    never another character in silence.
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
    """Whether UTF-8 explains the bytes: GBK read as UTF-8 breaks nearly everywhere, a cut string
    only once.
    """
    broken = text.count(REPLACED)
    beyond = len(text) - broken - len(text.encode("ascii", "ignore"))
    return beyond > 10 * broken


def declarations(content: bytes) -> list[str]:
    return [match.decode("ascii") for match in META.findall(content[:SEARCHED])]
