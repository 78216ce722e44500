"""The parts of an Office file (an archive of XML): found by their relations, parsed, written back.

It may be hostile. What cannot be read is a BadArchive with a reason; whoever asked says it to the
user.
"""

from __future__ import annotations

import posixpath
from collections.abc import Collection, Iterable, Mapping
from copy import copy
from io import BytesIO
from itertools import islice
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import unquote
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from gongkai.opc import Archive, BadArchive, part_name

if TYPE_CHECKING:
    from lxml.etree import _Element

# of one part; the tree takes some ten times as much. A report has less than 1 MB
MOST_XML = 24 * 1024 * 1024
MOST_TAGS = 2_000_000  # of one part; the tree takes some 200 bytes for each
MOST_RELATIONS = 20_000  # of one part
# zip level of the parts that we write: half the time of the default for a tenth more bytes
FASTEST = 1
ENTITIES = [b"<!DOCTYPE".decode().encode(name) for name in ("utf-8", "utf-16-le", "utf-16-be")]
# A part that is written: whole, or in pieces, so that a large one is never there all at once.
Content = bytes | Iterable[bytes]
ID = "relationships}id"  # ends the name of the attribute r:id in either dialect


class PartRelation(NamedTuple):
    """What a part points to: ``kind`` is the last word of its type, ``target`` a part's name, or an
    address outside of the file.
    """

    kind: str
    target: str
    outside: bool = False


# --- XML ------------------------------------------------------------------------------------------


def read_xml(archive: Archive, part: str, *, keeping: bool = False) -> _Element:
    """The root of a part.

    Raises BadArchive where it is missing, malformed, too large, too deep, or has entities.

    Comments and processing instructions are left out, unless it is to be written again
    (``keeping``).
    """
    try:
        content = archive.read(part, MOST_XML)
    except KeyError as error:
        raise BadArchive("damaged") from error
    return parsed(content, keeping=keeping)


def parsed(content: bytes, *, keeping: bool = False) -> _Element:
    """XML without entities and outside references. Raises BadArchive."""
    from lxml import etree

    if content.count(b"<") > MOST_TAGS:
        raise BadArchive("large")
    if b"!" in content and any(map(content.__contains__, ENTITIES)):
        raise BadArchive("entities")
    parser = etree.XMLParser(
        resolve_entities=False,
        no_network=True,
        load_dtd=False,
        remove_comments=not keeping,
        remove_pis=not keeping,
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise BadArchive("deep" if "depth" in str(error) else "damaged") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise BadArchive("entities")
    return root


def few(nodes: Iterable[_Element], most: int) -> list[_Element]:
    """The nodes, of which no honest file has more than ``most``.

    Raises BadArchive before more of them are made.
    """
    found = list(islice(nodes, most + 1))
    if len(found) > most:
        raise BadArchive("large")
    return found


def part_bytes(root: _Element) -> bytes:
    from lxml import etree

    return etree.tostring(
        root.getroottree(), xml_declaration=True, encoding="UTF-8", standalone=True
    )


def parts_bytes(roots: Mapping[str, _Element]) -> dict[str, bytes]:
    """Name of a part -> its XML as bytes."""
    found: dict[str, bytes] = {}
    for part, root in roots.items():
        found[part] = part_bytes(root)
    return found


def local(node: _Element) -> str:
    """A node's name without its namespace; "" for comments."""
    return node.tag.rpartition("}")[2] if isinstance(node.tag, str) else ""


def whole(text: str | None, otherwise: int = 0) -> int:
    """An attribute that counts something; ``otherwise`` where it is missing or no plain number."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else otherwise


def is_on(text: str | None) -> bool:
    """An attribute that says yes or no."""
    return text in ("1", "true", "on")


def drop(node: _Element, *names: str) -> bool:
    """Remove attributes; whether there were any."""
    before = len(node.attrib)
    for name in names:
        node.attrib.pop(name, "")
    return len(node.attrib) < before


def insert_after(root: _Element, node: _Element, before: Collection[str]) -> None:
    """Put a node behind the last one that may stand before it."""
    place = 0
    for number, child in enumerate(root, 1):
        if local(child) in before:
            place = number
    root.insert(place, node)


def take_out(node: _Element) -> None:
    """Remove a node from what it stands in, if it does."""
    parent = node.getparent()
    if parent is not None:
        parent.remove(node)


# --- relations ------------------------------------------------------------------------------------


def relations(archive: Archive, part: str) -> dict[str, PartRelation]:
    """Id -> what a part ("" for the package itself) points to. Raises BadArchive."""
    listing = listing_of(archive, part)
    if listing not in archive:
        return {}
    found = {}
    for node in few(read_xml(archive, listing), MOST_RELATIONS):
        target, kind = node.get("Target", ""), node.get("Type", "").rpartition("/")[2]
        outside = node.get("TargetMode") == "External"
        if not outside:
            target = inside(archive, part, target)
        found[node.get("Id", "")] = PartRelation(kind, target, outside)
    return found


def inside(archive: Archive, part: str, target: str) -> str:
    """../media/image1.png as word/document.xml writes it -> media/image1.png."""
    folder = posixpath.dirname(part)
    place = posixpath.join("/", folder, unquote(target).replace("\\", "/"))
    return actual_name(archive, posixpath.normpath(place).lstrip("/"))


def related(archive: Archive, part: str, kind: str) -> str:
    """The first part of a kind to which a part points, "" where there is none."""
    for relation in relations(archive, part).values():
        if relation.kind == kind and not relation.outside and relation.target in archive:
            return relation.target
    return ""


def listing_of(archive: Archive, part: str) -> str:
    """xl/worksheets/sheet2.xml -> xl/worksheets/_rels/sheet2.xml.rels, with its relations."""
    folder, name = posixpath.split(part)
    return actual_name(archive, posixpath.join(folder, "_rels", f"{name}.rels"))


def actual_name(archive: Archive, name: str) -> str:
    """The name as the file writes it: to Office XL/COMMENTS1.XML and xl/comments1.xml are one."""
    known = archive.parts.get(part_name(name))
    return known.filename if known is not None else name


def main_part(archive: Archive) -> str:
    """The part that holds the document itself, "" where there is none."""
    return related(archive, "", "officeDocument")


class Tab(NamedTuple):
    """A sheet of a workbook as its tab shows it: ``part`` is "" where the file has none; ``kind``
    as its relation.
    """

    name: str
    part: str
    kind: str
    visible: bool


def relation_id(node: _Element) -> str:
    for name, value in node.items():
        if str(name).endswith(ID):
            return str(value)
    return ""


def tabs_of(archive: Archive, workbook: _Element) -> list[Tab]:
    """All sheets, charts and dialogs too, in the order of their tabs."""
    targets = relations(archive, main_part(archive))
    found = []
    for node in workbook.iterfind("{*}sheets/{*}sheet"):
        kind, target, outside = targets.get(relation_id(node), PartRelation("worksheet", ""))
        part = "" if outside else target
        visible = node.get("state", "visible") == "visible"
        found.append(Tab(node.get("name", ""), part, kind, visible))
    return found


# --- written back ---------------------------------------------------------------------------------


def package_bytes(
    archive: Archive, changed: Mapping[str, Content], dropped: Collection[str] = ()
) -> bytes:
    """The file with some parts replaced or left out.

    Order, times and every other part as they were. BadArchive.

    New parts come last, with the oldest time that an archive can hold, as have those in pieces: the
    same edits make the same file.
    """
    buffer = BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED, compresslevel=FASTEST) as written:
        for info in archive.parts.values():
            if info.filename in dropped:
                continue
            content = changed.get(info.filename)
            if content is None:
                content = archive.read(info.filename)
            put_part(written, copy(info), content)  # which it changes
        for name, content in changed.items():
            if name not in archive:
                info = ZipInfo(name)
                info.compress_type = ZIP_DEFLATED
                put_part(written, info, content)
    return buffer.getvalue()


def put_part(written: ZipFile, info: ZipInfo, content: Content) -> None:
    """Add a part to an archive, packed as ``info`` says, or one that comes in pieces."""
    if isinstance(content, bytes):
        level = FASTEST if info.compress_type == ZIP_DEFLATED else None
        written.writestr(info, content, compresslevel=level)
        return
    with written.open(info.filename, "w") as part:
        for piece in content:
            part.write(piece)
    entry = written.getinfo(info.filename)
    entry.create_system, entry.external_attr = info.create_system, info.external_attr
