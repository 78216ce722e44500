"""Room: template. Builds workbook_template.xlsm from the editions; ``--check`` only compares it with its sources.

The same sources give the same bytes: no time, no name of a machine or a user goes in.
"""

from __future__ import annotations

import re
import sys
from collections.abc import Callable, Mapping
from io import BytesIO
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile, ZipInfo

ROOT = Path(__file__).resolve().parents[1]
sys.path[:0] = [str(ROOT / "xlsx_addin"), str(ROOT / "python")]

from openpyxl import Workbook  # noqa: E402

from gongkai.workbook import layout  # noqa: E402
from looks import font  # noqa: E402
from plain_sheets import add_cover, add_prose, add_results  # noqa: E402
from tables import add_table_sheet  # noqa: E402

TEMPLATE = ROOT / "workbook_template.xlsm"
EPOCH = (1980, 1, 1, 0, 0, 0)
STAMP = b"2021-01-01T00:00:00Z"
PLAIN = b"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet.main+xml"
MACRO = b"application/vnd.ms-excel.sheet.macroEnabled.main+xml"
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


def main(arguments: list[str]) -> int:
    content = build_template()
    if arguments == ["--check"]:
        if TEMPLATE.is_file() and members(TEMPLATE.read_bytes()) == members(content):
            return 0
        print("workbook_template.xlsm 与其来源不符，请运行 python xlsx_addin/build.py", file=sys.stderr)
        return 1
    TEMPLATE.write_bytes(content)
    return 0


def build_template() -> bytes:
    """The whole template as bytes."""
    buffer = BytesIO()
    lay_out().save(buffer)
    return canonical(buffer.getvalue())


def members(content: bytes) -> list[tuple[str, bytes]]:
    """Names and contents in order: what must agree even where another zlib packs them in other bytes."""
    with ZipFile(BytesIO(content)) as archive:
        return [(info.filename, archive.read(info)) for info in archive.infolist()]


def lay_out() -> Workbook:
    workbook = Workbook()
    workbook.remove(workbook.worksheets[0])
    workbook.code_name = "ThisWorkbook"
    workbook.properties.creator = "gongkai"
    workbook.properties.title = "政府信息公开工作年度报告数据核对"
    workbook._named_styles["Normal"].font = font()  # type: ignore[attr-defined]
    add_cover(workbook)
    for sheet in layout.table_sheets():
        add_table_sheet(workbook, sheet, hidden=sheet is not layout.newest_sheet(sheet.table))
    add_prose(workbook)
    add_results(workbook)
    workbook.active = 0
    return workbook


# --- the file -----------------------------------------------------------------------------------------------------


def canonical(content: bytes) -> bytes:
    """What openpyxl wrote, put right and made the same on every run."""
    repairs: Mapping[str, Callable[[bytes], bytes]] = {
        "[Content_Types].xml": lambda part: part.replace(PLAIN, MACRO),
        "docProps/core.xml": fixed_dates,
        "xl/styles.xml": ordered_fonts,
    }
    buffer = BytesIO()
    with ZipFile(buffer, "w", ZIP_DEFLATED) as archive:
        for name, part in sorted(members(content), key=lambda member: member[0] != "[Content_Types].xml"):
            repair = tidy_sheet if name.startswith("xl/worksheets/") else repairs.get(name, bytes)
            archive.writestr(entry(name), repair(part))
    return buffer.getvalue()


def entry(name: str) -> ZipInfo:
    info = ZipInfo(name, EPOCH)
    info.compress_type = ZIP_DEFLATED
    info.create_system = 0
    return info


def fixed_dates(part: bytes) -> bytes:
    return re.sub(rb"(<dcterms:(?:created|modified)[^>]*>)[^<]*", lambda found: found[1] + STAMP, part)


def tidy_sheet(part: bytes) -> bytes:
    """UTF-8 in place of character references, and nothing said about what empty cells hold."""
    from lxml import etree

    root = etree.fromstring(part)
    for cell in root.iter("{*}c"):
        for node in cell.findall("{*}v"):
            if not node.text:
                cell.remove(node)
        if cell.get("t") == "n":
            del cell.attrib["t"]
        if not len(cell):
            cell.text = None
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


def ordered_fonts(part: bytes) -> bytes:
    """Put the properties of each font in the order of the schema, which openpyxl does not keep."""
    from lxml import etree

    root = etree.fromstring(part)
    for node in root.iter("{*}font"):
        node[:] = sorted(node, key=lambda child: FONT_ORDER.index(etree.QName(child).localname))
    return etree.tostring(root, xml_declaration=True, encoding="UTF-8", standalone=True)


if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))
