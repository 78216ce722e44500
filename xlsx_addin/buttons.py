"""Buttons on the sheets, for programs and people without a ribbon.

They are drawn as Excel 2007 does (VML alone): in that form they survive openpyxl, and other
programs show them.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from xml.sax.saxutils import escape

from lxml import etree
from openpyxl import Workbook
from openpyxl.worksheet.worksheet import Worksheet

from gongkai.model import Box
from gongkai.opc.comments import BEHIND_DRAWING
from gongkai.workbook import layout
from looks import SONG
from macros import macro_name
from packages import OFFICE_NS, Parts, declare, relate, sheet_parts, written

# Sheet -> the commands that have a button there, as in gongkai.excel.commands.
ON_SHEETS: Mapping[str, tuple[str, ...]] = {
    layout.COVER: ("import_url", "import_file", "check", "next_problem", "save_report"),
    layout.BATCH: ("batch", "summary"),
}
CAPTIONS: Mapping[str, str] = {"batch": "开始导入"}  # of all others the ribbon's label
RIBBON = Path(__file__).with_name("ribbon") / "customUI14.xml"
VML_TYPE = "application/vnd.openxmlformats-officedocument.vmlDrawing"
WIDTH, HEIGHT, GAP = 132, 24, 12  # pixels
HEAD = """<xml xmlns:v="urn:schemas-microsoft-com:vml" \
xmlns:o="urn:schemas-microsoft-com:office:office" \
xmlns:x="urn:schemas-microsoft-com:office:excel">
 <o:shapelayout v:ext="edit"><o:idmap v:ext="edit" data="{drawing}"/></o:shapelayout>
 <v:shapetype id="_x0000_t201" coordsize="21600,21600" o:spt="201" path="m,l,21600r21600,l21600,xe">
  <v:stroke joinstyle="miter"/>
  <v:path shadowok="f" o:extrusionok="f" strokeok="f" fillok="f" o:connecttype="rect"/>
  <o:lock v:ext="edit" shapetype="t"/>
 </v:shapetype>
"""
SHAPE = """ <v:shape id="_x0000_s{number}" type="#_x0000_t201" \
style="position:absolute;z-index:{order}" \
o:button="t" fillcolor="buttonFace [67]" strokecolor="windowText [64]" o:insetmode="auto">
  <v:fill color2="buttonFace [67]" o:detectmouseclick="t"/>
  <o:lock v:ext="edit" rotation="t"/>
  <v:textbox style="mso-direction-alt:auto" o:singleclick="f">
   <div style="text-align:center">\
<font face="{font}" size="220" color="#000000">{caption}</font></div>
  </v:textbox>
  <x:ClientData ObjectType="Button">
   <x:Anchor>{anchor}</x:Anchor>
   <x:PrintObject>False</x:PrintObject>
   <x:AutoFill>False</x:AutoFill>
   <x:FmlaMacro>[0]!{macro}</x:FmlaMacro>
   <x:TextHAlign>Center</x:TextHAlign>
   <x:TextVAlign>Center</x:TextVAlign>
  </x:ClientData>
 </v:shape>
"""


def labels() -> dict[str, str]:
    """Tag -> label, as the ribbon has them."""
    found: dict[str, str] = {}
    for node in etree.parse(RIBBON).iter("{*}button"):
        found[node.get("tag", "")] = node.get("label", "")
    return found


def captions_and_macros() -> dict[str, tuple[tuple[str, str], ...]]:
    """Sheet -> caption and macro of each button."""
    told = {**labels(), **CAPTIONS}
    found: dict[str, tuple[tuple[str, str], ...]] = {}
    for sheet, tags in ON_SHEETS.items():
        found[sheet] = tuple((told[tag], macro_name(tag)) for tag in tags)
    return found


BUTTONS = captions_and_macros()


def with_buttons(parts: Parts, workbook: Workbook) -> Parts:
    """The file with the buttons of each sheet; ``workbook`` is what it was made of, for the heights
    of its rows.
    """
    added = dict(parts)
    declare(added, "vml", VML_TYPE)
    sheets = sheet_parts(added)
    for drawing, name in enumerate(BUTTONS, 1):
        part = f"xl/drawings/vmlDrawing{drawing}.vml"
        added[part] = vml(drawing, name, workbook[name]).encode()
        key = relate(added, sheets[name], f"{OFFICE_NS}/vmlDrawing", part)
        added[sheets[name]] = with_drawing(added[sheets[name]], key)
    return added


def with_drawing(sheet: bytes, key: str) -> bytes:
    root = etree.fromstring(sheet)
    node = etree.Element(
        f"{{{etree.QName(root).namespace}}}legacyDrawing", {f"{{{OFFICE_NS}}}id": key}
    )
    later = next((child for child in root if etree.QName(child).localname in BEHIND_DRAWING), None)
    if later is None:
        root.append(node)
    else:
        later.addprevious(node)
    return written(root)


def vml(drawing: int, name: str, page: Worksheet) -> str:
    """The drawing of a sheet's buttons. The numbers of shapes go by the thousand for each
    drawing.
    """
    shapes = [
        SHAPE.format(
            number=drawing * 1024 + order,
            order=order,
            font=SONG,
            caption=escape(caption),
            anchor=anchor(layout.BUTTON_AREAS[name], order - 1, page),
            macro=macro,
        )
        for order, (caption, macro) in enumerate(BUTTONS[name], 1)
    ]
    return HEAD.format(drawing=drawing) + "".join(shapes) + "</xml>\n"


def anchor(area: Box, index: int, page: Worksheet) -> str:
    """Left column and pixels, top row and pixels, right, bottom: one button a row, or all side by
    side in one row.
    """
    below = area.bottom > area.top
    row = area.top + index if below else area.top
    left = GAP if below else GAP + index * (WIDTH + GAP)
    height = page.row_dimensions[row].height
    assert height
    top = round((height / 0.75 - HEIGHT) / 2)
    numbers = (
        area.left - 1,
        left,
        row - 1,
        top,
        area.left - 1,
        left + WIDTH,
        row - 1,
        top + HEIGHT,
    )
    return ", ".join(map(str, numbers))
