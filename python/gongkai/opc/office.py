"""An Office file (a zip of XML) -> its parts, found, bounded and parsed, whoever made them."""

from __future__ import annotations

import posixpath
from functools import lru_cache
from typing import TYPE_CHECKING, NamedTuple

from gongkai.model import UnreadableDocument
from gongkai.opc import Archive, BadArchive, Reason, open_archive

if TYPE_CHECKING:
    from lxml.etree import _Element

MOST_XML = 24 * 1024 * 1024  # of one part; the tree takes some ten times as much. A report has less than 1 MB
AGAIN = "请用 Word 或 WPS 打开，另存一份后再导入"
REFUSED: dict[Reason, str] = {
    "damaged": f"文件不完整或已损坏，不能读取；{AGAIN}。",
    "large": "文件解压后过大，不像是年度报告；请检查文件，或只保留报告部分另存一份后再导入。",
    "doubled": f"文件里有重名的部件，不是正常的文档，没有读取；{AGAIN}。",
    "locked": "文件设有密码，不能读取；请打开后去掉密码，另存一份再导入。",
}
PREFIXES = {
    "http://schemas.openxmlformats.org/wordprocessingml/2006/main": "w",
    "http://purl.oclc.org/ooxml/wordprocessingml/main": "w",
    "http://schemas.openxmlformats.org/officeDocument/2006/math": "m",
    "http://purl.oclc.org/ooxml/officeDocument/math": "m",
    "http://schemas.openxmlformats.org/drawingml/2006/main": "a",
    "http://purl.oclc.org/ooxml/drawingml/main": "a",
    "http://schemas.openxmlformats.org/officeDocument/2006/relationships": "r",
    "http://purl.oclc.org/ooxml/officeDocument/relationships": "r",
    "http://schemas.openxmlformats.org/markup-compatibility/2006": "mc",
    "urn:schemas-microsoft-com:vml": "v",
}


class PartRelation(NamedTuple):
    """What a part points to: ``kind`` is the last word of its type, ``target`` a part's name or an address outside."""

    kind: str
    target: str


def open_package(content: bytes) -> Archive:
    """Raises UnreadableDocument for what is no archive, is damaged, locked or absurdly large."""
    try:
        return open_archive(content)
    except BadArchive as error:
        raise UnreadableDocument(REFUSED[error.reason]) from error


def read_xml(package: Archive, part: str) -> _Element:
    """The root of a part, without comments. Entities, deep nesting and what is malformed are UnreadableDocument."""
    from lxml import etree

    try:
        content = package.read(part, MOST_XML)
    except BadArchive as error:
        raise UnreadableDocument(REFUSED[error.reason]) from error
    except KeyError as error:
        raise UnreadableDocument(REFUSED["damaged"]) from error
    if b"!" in content and any(
        "<!DOCTYPE".encode(encoding) in content for encoding in ("utf-8", "utf-16-le", "utf-16-be")
    ):
        raise UnreadableDocument(f"文件里有不允许的实体声明，不是正常的文档，没有读取；{AGAIN}。")
    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        return etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        if "depth" in str(error):
            raise UnreadableDocument(f"文件的内容嵌套层数过多，不是正常的文档，没有读取；{AGAIN}。") from error
        raise UnreadableDocument(REFUSED["damaged"]) from error


def relations(package: Archive, part: str) -> dict[str, PartRelation]:
    """Id -> what a part ("" for the package itself) points to."""
    folder, name = posixpath.split(part)
    listing = posixpath.join(folder, "_rels", f"{name}.rels")
    if listing not in package:
        return {}
    found = {}
    for node in read_xml(package, listing):
        target = node.get("Target", "")
        if node.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", folder, target)).lstrip("/")
        found[node.get("Id", "")] = PartRelation(node.get("Type", "").rpartition("/")[2], target)
    return found


@lru_cache(maxsize=4096)
def kind(tag: str) -> str:
    """``{namespace}p`` -> ``w:p``, the same in strict files; a name from a namespace that we don't read is ``:p``."""
    namespace, _, name = tag.removeprefix("{").rpartition("}")
    return f"{PREFIXES.get(namespace, '')}:{name}"


def attribute(node: _Element, name: str) -> str:
    """An attribute by the name that ``kind`` gives it (``w:val``), "" where it is missing."""
    return next((str(value) for key, value in node.items() if kind(str(key)) == name), "")


def child(node: _Element | None, name: str) -> _Element | None:
    """The first child of a kind."""
    if node is not None:
        for found in node:
            if kind(found.tag) == name:
                return found
    return None


def children(node: _Element | None) -> dict[str, _Element]:
    """Kind -> child, for properties, of which each kind stands there once: one look instead of many."""
    return {kind(found.tag): found for found in node} if node is not None else {}


def value(node: _Element | None) -> str:
    """The attribute ``w:val`` of a property, "" where it or the property is missing."""
    return attribute(node, "w:val") if node is not None else ""
