"""A workbook file as its parts: put right, added to, and packed into the same bytes each time."""

from __future__ import annotations

import posixpath
import re
from collections.abc import Callable, Mapping
from io import BytesIO
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

from lxml import etree

from gongkai.workbook.live.fittings import define
from gongkai.workbook.live.stored import PROGRAM

Parts = dict[str, bytes]

TYPES = "[Content_Types].xml"
PACKAGE_NS = "http://schemas.openxmlformats.org/package/2006/"
OFFICE_NS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
PLAIN = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
WORKBOOK = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
ADDIN = b"application/vnd.ms-excel.addin.macroEnabled.main+xml"
RIBBON, RIBBON_KIND = (
    "customUI/customUI14.xml",
    "http://schemas.microsoft.com/office/2007/relationships/ui/extensibility",
)
# One of a list: '汇总'!$A:$B. A comma between quotes is the sheet's.
AREA = re.compile(r"(?:'(?:[^']|'')*'|[^',])+")
EPOCH = (1980, 1, 1, 0, 0, 0)
# openpyxl says "Microsoft Excel Compatible / Openpyxl 3.1.5". LibreOffice believes the results that
# a file by "Microsoft Excel" has stored, and calculates nothing on loading.
MADE_BY = (
    '<Properties xmlns="http://schemas.openxmlformats.org/officeDocument/2006/'
    f'extended-properties"><Application>{PROGRAM}</Application></Properties>'
).encode()
STAMP = b"2021-01-01T00:00:00Z"
FONT_ORDER = (
    "b",
    "i",
    "strike",
    "condense",
    "extend",
    "outline",
    "shadow",
    "u",
    "vertAlign",
    "sz",
    "color",
    "name",
    "family",
    "charset",
    "scheme",
)


def unpacked(content: bytes) -> Parts:
    with ZipFile(BytesIO(content)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def packed(parts: Parts) -> bytes:
    """The list of types first, as Office has it; no time and no system in the zip."""
    buffer = BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
        for name in sorted(parts, key=lambda name: name != TYPES):
            info = ZipInfo(name, EPOCH)
            info.compress_type = ZIP_DEFLATED
            info.create_system = 0
            archive.writestr(info, parts[name])
    return buffer.getvalue()


# --- what openpyxl wrote --------------------------------------------------------------------------


def repaired(parts: Parts, main_type: bytes) -> Parts:
    """The parts as the schema has them, of a workbook or an add-in with macros."""
    repairs: Mapping[str, Callable[[bytes], bytes]] = {
        TYPES: lambda part: part.replace(PLAIN, main_type),
        "docProps/app.xml": lambda part: MADE_BY,
        "docProps/core.xml": fixed_dates,
        "xl/styles.xml": ordered_fonts,
        "xl/workbook.xml": ordered_names,
    }
    return {
        name: (tidy_sheet if name.startswith("xl/worksheets/sheet") else repairs.get(name, bytes))(
            part
        )
        for name, part in parts.items()
    }


def fixed_dates(part: bytes) -> bytes:
    return re.sub(
        rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*", lambda found: found[1] + STAMP, part
    )


def tidy_sheet(part: bytes) -> bytes:
    """UTF-8 in place of character references, and nothing said about what empty cells hold."""
    root = etree.fromstring(part)
    for cell in root.iter("{*}c"):
        for node in cell.findall("{*}v"):
            if not node.text:
                cell.remove(node)
        if cell.get("t") == "n":
            del cell.attrib["t"]
        if not len(cell):
            cell.text = None
    return written(root)


def ordered_names(part: bytes) -> bytes:
    """Names in Excel's order, and of what repeats on each page columns before rows, as Excel writes
    them.

    openpyxl has rows first, '汇总'!$13:$14,'汇总'!$A:$B, which Gnumeric, for one, warns about.
    """
    root = etree.fromstring(part)
    for node in root.iterfind("{*}definedNames/{*}definedName[@name='_xlnm.Print_Titles']"):
        areas = AREA.findall(node.text or "")
        node.text = ",".join(sorted(areas, key=lambda area: area[-1].isdigit()))
    define(root, {})
    return written(root)


def ordered_fonts(part: bytes) -> bytes:
    """Put the properties of each font in the order of the schema, which openpyxl does not keep."""
    root = etree.fromstring(part)
    for node in root.iter("{*}font"):
        node[:] = sorted(node, key=lambda child: FONT_ORDER.index(etree.QName(child).localname))
    return written(root)


def written(root: etree._Element) -> bytes:
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


# --- what is added --------------------------------------------------------------------------------


def with_ribbon(parts: Parts, ribbon: bytes) -> Parts:
    added = {**parts, RIBBON: ribbon}
    relate(added, "", RIBBON_KIND, RIBBON)
    return added


def relate(parts: Parts, source: str, kind: str, target: str) -> str:
    """Add a relationship from a part, or from the package (""), to a part; its id."""
    folder, name = posixpath.split(source)
    listing = posixpath.join(folder, "_rels", f"{name}.rels")
    empty = f'<Relationships xmlns="{PACKAGE_NS}relationships"/>'.encode()
    root = etree.fromstring(parts.get(listing, empty))
    taken = {node.get("Id") for node in root}
    key = next(f"rId{number}" for number in range(1, len(taken) + 2) if f"rId{number}" not in taken)
    path = posixpath.relpath(target, folder) if folder else target
    etree.SubElement(
        root, f"{{{PACKAGE_NS}relationships}}Relationship", Id=key, Type=kind, Target=path
    )
    parts[listing] = written(root)
    return key


def declare(parts: Parts, extension: str, content_type: str) -> None:
    """Say of what type the parts with an extension are."""
    root = etree.fromstring(parts[TYPES])
    if not any(node.get("Extension") == extension for node in root):
        node = etree.Element(
            f"{{{PACKAGE_NS}content-types}}Default", Extension=extension, ContentType=content_type
        )
        root.insert(0, node)
        parts[TYPES] = written(root)


def sheet_parts(parts: Parts) -> dict[str, str]:
    """Sheet name -> part."""
    targets = {
        node.get("Id", ""): posixpath.normpath(
            posixpath.join("/xl", node.get("Target", ""))
        ).lstrip("/")
        for node in etree.fromstring(parts["xl/_rels/workbook.xml.rels"])
    }
    sheets = etree.fromstring(parts["xl/workbook.xml"]).iterfind("{*}sheets/{*}sheet")
    return {sheet.get("name", ""): targets[sheet.get(f"{{{OFFICE_NS}}}id", "")] for sheet in sheets}
