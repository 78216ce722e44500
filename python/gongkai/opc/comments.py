"""Comments on the cells of one sheet: set, replaced and taken away; those of the user stay.

A comment is kept twice: its text in a list of comments, its box in a drawing of the old kind (VML),
which holds the sheet's buttons too.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from typing import TYPE_CHECKING

from gongkai.opc import Archive, BadArchive, package

if TYPE_CHECKING:
    from lxml.etree import _Element

MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
ARROWS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
LISTING = "http://schemas.openxmlformats.org/package/2006/relationships"
CONTENT = "http://schemas.openxmlformats.org/package/2006/content-types"
VML = "urn:schemas-microsoft-com:vml"
OFFICE = "urn:schemas-microsoft-com:office:office"
EXCEL = "urn:schemas-microsoft-com:office:excel"
AUTHOR = "gongkai"
NAMES: Mapping[str, str] = {
    "comments": "xl/comments{}.xml",
    "vmlDrawing": "xl/drawings/vmlDrawing{}.vml",
}
TYPES_PART = "[Content_Types].xml"
KINDS: Mapping[str, str] = {
    "comments": "application/vnd.openxmlformats-officedocument.spreadsheetml.comments+xml",
    "vmlDrawing": "application/vnd.openxmlformats-officedocument.vmlDrawing",
}
# What stands behind the arrow to the drawing in a sheet.
BEHIND_DRAWING = (
    "legacyDrawingHF",
    "drawingHF",
    "picture",
    "oleObjects",
    "controls",
    "webPublishItems",
    "tableParts",
    "extLst",
)
SHAPE_NUMBER = re.compile(r"_x0000_s(\d{1,9})")
FIRST_SHAPE = 1025
BOX = (
    "position:absolute;margin-left:60pt;margin-top:2pt;width:240pt;height:72pt;z-index:1;"
    "visibility:hidden"
)
EMPTY_DRAWING = f"""<xml xmlns:v="{VML}" xmlns:o="{OFFICE}" xmlns:x="{EXCEL}">
<o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="1"/></o:shapelayout>
<v:shapetype id="_x0000_t202" coordsize="21600,21600" o:spt="202" path="m,l,21600r21600,l21600,xe">
<v:stroke joinstyle="miter"/><v:path gradientshapeok="t" o:connecttype="rect"/></v:shapetype>
</xml>"""
EMPTY_LIST = f'<comments xmlns="{MAIN}"><authors/><commentList/></comments>'


CellPlace = tuple[int, int]  # row and column, from 1


@dataclass(frozen=True)
class Comment:
    """What is to be said on a cell, "" for nothing, and what we said there before.

    ``cell`` is D7; ``row`` and ``column`` are the same, from 1.
    """

    cell: str
    row: int
    column: int
    text: str
    before: str


@dataclass
class NewParts:
    """Parts of a package that change or come anew; ``changed``: name -> content."""

    archive: Archive
    changed: dict[str, bytes] = field(default_factory=dict)

    def xml(self, part: str | None, otherwise: str) -> _Element:
        """A part as it is by now; ``otherwise`` where there is none."""
        from lxml import etree

        if part is not None and part in self.changed:
            return etree.fromstring(self.changed[part])
        if part is not None and part in self.archive:
            return package.read_xml(self.archive, part, keeping=True)
        return etree.fromstring(otherwise)

    def has(self, name: str) -> bool:
        return name in self.changed or name in self.archive


def has_comments(archive: Archive, part: str) -> bool:
    return any(
        relation.kind == "comments" for relation in package.relations(archive, part).values()
    )


def patch_comments(parts: NewParts, part: str, sheet: _Element, wanted: Sequence[Comment]) -> bool:
    """Set comments on the cells of the sheet ``part``; whether that changed anything.

    ``sheet`` is its XML, which gets an arrow to a drawing where it has none. Only what we said
    before is replaced: a comment with another word in it is the user's. Nothing changes where what
    is there cannot be read, or the sheet is of an unusual dialect (strict): what a comment tells
    stands in the list of findings too.
    """
    says_anything = any(comment.text for comment in wanted)
    if not says_anything and not has_comments(parts.archive, part):
        return False
    try:
        names = names_of(parts.archive, part, sheet)
        texts = parts.xml(names.get("comments"), EMPTY_LIST)
        drawing = parts.xml(names.get("vmlDrawing"), EMPTY_DRAWING)
    except BadArchive:
        return False
    if sheet.tag != f"{{{MAIN}}}worksheet" or not put_comments(texts, drawing, wanted):
        return False
    for kind, root in (("comments", texts), ("vmlDrawing", drawing)):
        name = names.get(kind) or add_part(parts, part, sheet, kind)
        parts.changed[name] = package.part_bytes(root)
    return True


def move_comments(
    parts: NewParts,
    part: str,
    sheet: _Element,
    place: Callable[[CellPlace], CellPlace | None],
    name: Callable[[str], str],
) -> None:
    """Comments of the sheet ``part`` to where ``place`` says that their cells go, (row, column)
    from 1, and ``name`` the same of addresses, "" for none; those of cells that go are taken away.
    Nothing changes where what is there cannot be read.
    """
    if not has_comments(parts.archive, part):
        return
    try:
        names = names_of(parts.archive, part, sheet)
        roots = [(name, parts.xml(name, EMPTY_LIST)) for name in names.values()]
    except BadArchive:
        return
    for part_name, root in roots:
        for comment in list(root.iter(f"{{{MAIN}}}comment")):
            move_text(comment, name(comment.get("ref", "")))
        for shape in list(root.iter(f"{{{VML}}}shape")):
            move_box(shape, place)
        parts.changed[part_name] = package.part_bytes(root)


def move_text(comment: _Element, cell: str) -> None:
    if cell:
        comment.set("ref", cell)
    else:
        comment.getparent().remove(comment)  # type: ignore[union-attr]


def move_box(shape: _Element, place: Callable[[CellPlace], CellPlace | None]) -> None:
    """<x:Row>8</x:Row><x:Column>3</x:Column> is D9; buttons have neither."""
    data = f"{{{EXCEL}}}ClientData/{{{EXCEL}}}"
    row, column = shape.find(f"{data}Row"), shape.find(f"{data}Column")
    if row is None or column is None:
        return
    spot = place((package.whole(row.text) + 1, package.whole(column.text) + 1))
    if spot is None:
        shape.getparent().remove(shape)  # type: ignore[union-attr]
    else:
        row.text, column.text = str(spot[0] - 1), str(spot[1] - 1)


def names_of(archive: Archive, part: str, sheet: _Element) -> dict[str, str]:
    """Kind -> part of a sheet's list of comments and of their drawing, as far as it has them.

    Raises BadArchive where an arrow leads nowhere. A header's pictures are a drawing of that kind,
    too, but of another arrow.
    """
    drawn = sheet.find(f"{{{MAIN}}}legacyDrawing")
    key = drawn.get(f"{{{ARROWS}}}id") if drawn is not None else None
    found = {}
    for number, relation in package.relations(archive, part).items():
        is_drawing = relation.kind == "vmlDrawing" and number == key
        if relation.kind == "comments" or is_drawing:
            found[relation.kind] = relation.target
    lacks_drawing = key is not None and "vmlDrawing" not in found
    if lacks_drawing or not all(name in archive for name in found.values()):
        raise BadArchive("damaged")
    return found


# --- texts and boxes ------------------------------------------------------------------------------


def put_comments(texts: _Element, drawing: _Element, wanted: Sequence[Comment]) -> bool:
    """Whether anything changed."""
    listed = texts.find(f"{{{MAIN}}}commentList")
    if listed is None:
        return False
    present = {node.get("ref", ""): node for node in listed}
    changed = False
    for comment in wanted:
        stands = present.get(comment.cell)
        if stands is not None and is_of_user(stands, comment):
            continue
        if stands is not None and comment.before != comment.text:
            listed.remove(stands)
            remove_box(drawing, comment)
            stands, changed = None, True
        if stands is None and comment.text:
            add_text(listed, comment, author_number(texts))
            add_box(drawing, comment)
            changed = True
    return changed


def is_of_user(stands: _Element, comment: Comment) -> bool:
    """Whether what stands on a cell has another word in it than what we said there."""
    return said(stands) != "".join(comment.before.split())


def author_number(texts: _Element) -> str:
    from lxml import etree

    authors = texts.find(f"{{{MAIN}}}authors")
    if authors is None:
        authors = etree.Element(f"{{{MAIN}}}authors")
        texts.insert(0, authors)
    names = [node.text for node in authors]
    if AUTHOR not in names:
        etree.SubElement(authors, f"{{{MAIN}}}author").text = AUTHOR
        names.append(AUTHOR)
    return str(names.index(AUTHOR))


def said(comment: _Element) -> str:
    """Its text without white space, of which programs make what they like."""
    return "".join(text_in(comment).split())


def text_in(comment: _Element) -> str:
    return "".join(node.text or "" for node in comment.iter("{*}t"))


def add_text(listed: _Element, comment: Comment, author: str) -> None:
    from lxml import etree

    node = etree.SubElement(listed, f"{{{MAIN}}}comment", {"ref": comment.cell, "authorId": author})
    text = etree.SubElement(etree.SubElement(node, f"{{{MAIN}}}text"), f"{{{MAIN}}}t")
    text.text = comment.text


def add_box(drawing: _Element, comment: Comment) -> None:
    """A hidden box that shows while the pointer is on the cell."""
    from lxml import etree

    names = " ".join(node.get("id", "") for node in drawing.iter(f"{{{VML}}}shape"))
    numbers = map(int, SHAPE_NUMBER.findall(names))
    name = f"_x0000_s{max(numbers, default=FIRST_SHAPE - 1) + 1}"
    box = etree.SubElement(
        drawing,
        f"{{{VML}}}shape",
        {
            "id": name,
            "type": "#_x0000_t202",
            "style": BOX,
            "fillcolor": "#ffffe1",
            f"{{{OFFICE}}}insetmode": "auto",
        },
    )
    etree.SubElement(box, f"{{{VML}}}fill", {"color2": "#ffffe1"})
    etree.SubElement(box, f"{{{VML}}}shadow", {"on": "t", "color": "black", "obscured": "t"})
    etree.SubElement(box, f"{{{VML}}}path", {f"{{{OFFICE}}}connecttype": "none"})
    etree.SubElement(box, f"{{{VML}}}textbox", {"style": "mso-direction-alt:auto"})
    data = etree.SubElement(box, f"{{{EXCEL}}}ClientData", {"ObjectType": "Note"})
    etree.SubElement(data, f"{{{EXCEL}}}MoveWithCells")
    etree.SubElement(data, f"{{{EXCEL}}}SizeWithCells")
    etree.SubElement(data, f"{{{EXCEL}}}AutoFill").text = "False"
    etree.SubElement(data, f"{{{EXCEL}}}Row").text = str(comment.row - 1)
    etree.SubElement(data, f"{{{EXCEL}}}Column").text = str(comment.column - 1)


def remove_box(drawing: _Element, comment: Comment) -> None:
    row, column = str(comment.row - 1), str(comment.column - 1)
    for shape in drawing.findall(f"{{{VML}}}shape"):
        data = shape.find(f"{{{EXCEL}}}ClientData[@ObjectType='Note']")
        if data is None or data.findtext(f"{{{EXCEL}}}Row") != row:
            continue
        if data.findtext(f"{{{EXCEL}}}Column") == column:
            drawing.remove(shape)


# --- parts ----------------------------------------------------------------------------------------


def add_part(parts: NewParts, sheet_part: str, sheet: _Element, kind: str) -> str:
    """The name of a new part, declared and with an arrow to it from the sheet."""
    name = free_name(parts, kind)
    declare(parts, kind, name)
    key = relate(parts, sheet_part, kind, name)
    if kind == "vmlDrawing":
        point_to_drawing(sheet, key)
    return name


def free_name(parts: NewParts, kind: str) -> str:
    """xl/comments3.xml, where 1 and 2 are taken."""
    pattern = NAMES[kind]
    return next(name for name in map(pattern.format, count(1)) if not parts.has(name))


def declare(parts: NewParts, kind: str, name: str) -> None:
    """By its own name: a default for all parts of an ending may say something else."""
    from lxml import etree

    types = parts.xml(package.actual_name(parts.archive, TYPES_PART), f'<Types xmlns="{CONTENT}"/>')
    said = {"PartName": f"/{name}", "ContentType": KINDS[kind]}
    etree.SubElement(types, f"{{{CONTENT}}}Override", said)
    parts.changed[package.actual_name(parts.archive, TYPES_PART)] = package.part_bytes(types)


def relate(parts: NewParts, sheet_part: str, kind: str, name: str) -> str:
    from lxml import etree

    listing = package.listing_of(parts.archive, sheet_part)
    arrows = parts.xml(listing, f'<Relationships xmlns="{LISTING}"/>')
    taken = {arrow.get("Id") for arrow in arrows}
    key = next(key for key in map("rId{}".format, count(1)) if key not in taken)
    arrow = {"Id": key, "Type": f"{ARROWS}/{kind}", "Target": f"/{name}"}
    etree.SubElement(arrows, f"{{{LISTING}}}Relationship", arrow)
    parts.changed[listing] = package.part_bytes(arrows)
    return key


def point_to_drawing(sheet: _Element, key: str) -> None:
    from lxml import etree

    arrow = etree.Element(f"{{{MAIN}}}legacyDrawing", {f"{{{ARROWS}}}id": key})
    behind = next((node for node in sheet if package.local(node) in BEHIND_DRAWING), None)
    if behind is None:
        sheet.append(arrow)
    else:
        behind.addprevious(arrow)
