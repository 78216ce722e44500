"""Bytes -> text: what the bytes themselves show comes before what a header or the page declares."""

from __future__ import annotations

import codecs
import re

MARKS = (
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
    for mark, name in MARKS:
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
