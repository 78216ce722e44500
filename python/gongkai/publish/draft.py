"""The parts of a user's template -> those that carry the mark 草稿 across every page.

A page shows the header of its section, else that of the one before; so the mark goes into every
header that there is, and the first section gets one of each kind that it has not.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from gongkai.opc import Archive, BadArchive, package
from gongkai.publish.parts import HEAD, OFFICE, RELATIONS, VML, WORD, W, mark_xml

if TYPE_CHECKING:
    from lxml.etree import _Element

MAIN = f"{{{OFFICE}/wordprocessingml/2006/main}}"
ID = f"{{{RELATIONS}}}id"
TYPES = "[Content_Types].xml"
KINDS = ("default", "even", "first")  # of headers: of all pages, the even ones, a section's first
OURS, OUR_ID = "gongkai-draft.xml", "gongkaiDraft"


def mark_draft(archive: Archive, roots: Mapping[str, _Element]) -> dict[str, bytes]:
    """``roots`` are the main part and its headers, already filled in. Raises BadArchive."""
    main = package.main_part(archive)
    changed = {}
    for name, root in roots.items():
        if root.tag == f"{MAIN}hdr":
            root.append(mark_paragraph())
            changed[name] = root
    first = next(roots[main].iter(f"{MAIN}sectPr"), None)
    if first is None:
        raise BadArchive("damaged")
    changed[main] = roots[main]
    missing = kinds_missing(first)
    found = package.parts_bytes(changed)
    if not missing:
        return found
    for kind in missing:
        first.insert(0, reference(kind))
    found = package.parts_bytes(changed)
    folder = main.rpartition("/")[0]
    place = f"{folder}/{OURS}" if folder else OURS
    found[place] = f"{HEAD}<w:hdr {W} {VML}><w:p>{mark_xml()}</w:p></w:hdr>".encode()
    return found | listed(archive, main, place)


def mark_paragraph() -> _Element:
    from lxml import etree

    return etree.fromstring(f"<w:p {W} {VML}>{mark_xml()}</w:p>")


def kinds_missing(section: _Element) -> list[str]:
    known = set()
    for node in section.findall(f"{MAIN}headerReference"):
        known.add(node.get(f"{MAIN}type"))
    return sorted(set(KINDS) - known, reverse=True)


def reference(kind: str) -> _Element:
    from lxml import etree

    return etree.Element(f"{MAIN}headerReference", {f"{MAIN}type": kind, ID: OUR_ID})


def listed(archive: Archive, main: str, place: str) -> dict[str, bytes]:
    """The package's lists with one more header in them."""
    from lxml import etree

    if OUR_ID in package.relations(archive, main) or place in archive:
        raise BadArchive("doubled")
    types = package.read_xml(archive, TYPES, keeping=True)
    header = {"PartName": f"/{place}", "ContentType": f"{WORD}.header+xml"}
    etree.SubElement(types, qualified(types, "Override"), header)
    listing = package.listing_of(archive, main)
    known = package.read_xml(archive, listing, keeping=True)
    relation = {"Id": OUR_ID, "Type": f"{RELATIONS}/header", "Target": OURS}
    etree.SubElement(known, qualified(known, "Relationship"), relation)
    return package.parts_bytes({TYPES: types, listing: known})


def qualified(root: _Element, name: str) -> str:
    """A name in the namespace of a part's root."""
    return f"{root.tag.rpartition('}')[0]}}}{name}"
