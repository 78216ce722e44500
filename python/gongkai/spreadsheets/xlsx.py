"""An .xlsx or .xlsm file -> a Look for each sheet: hidden, formats, what calamine leaves out.

The XML of a sheet is searched, not parsed, which takes a tenth of the time. That is sound for plain markup only, as all
programs write it; any other is parsed and written anew first. What was looked into is packed anew for calamine, so
that it can read nothing else: no other part, no link to elsewhere, no markup of another kind.
"""

from __future__ import annotations

import posixpath
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from struct import pack
from typing import TYPE_CHECKING
from zlib import crc32

from gongkai.figures import is_much_smaller, is_pale
from gongkai.model import UnreadableDocument
from gongkai.opc import Archive, BadArchive, Reason, open_archive
from gongkai.spreadsheets import MOST_SHEETS, SAVE_AS, Look, Position, letters, too_many
from gongkai.spreadsheets.formats import BUILTIN, HIDDEN, STRUCK, WHITE, Area, Condition, condition, kind_of

if TYPE_CHECKING:
    from lxml.etree import _Element


MOST_XML = 32 * 1024 * 1024
MAIN = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
PACKAGE = "http://schemas.openxmlformats.org/package/2006"
RELATIONS = "http://schemas.openxmlformats.org/officeDocument/2006/relationships"
REFUSED: dict[Reason, str] = {
    "damaged": f"Excel 工作簿（.xlsx）不完整或已损坏，不能读取；请重新取得该文件，或{SAVE_AS[1:]}",
    "large": "工作簿解压后过大，不像是年度报告；请只保留报告的工作表后重试",
    "doubled": f"工作簿含有重名的部件，不是正常的文件；{SAVE_AS}",
    "locked": "工作簿的压缩包设有密码；请去掉密码后重试",
}

OUT_OF_SIGHT = rb'\s(?:hidden="(?:1|true)"|(?:ht|width)="(?:0+\.?0*|\.0+)")'
HIDDEN_ROW = re.compile(rb'<row r="(\d+)"[^>]*%b' % OUT_OF_SIGHT)
HIDDEN_COLUMN = re.compile(rb"<col(?=\s)[^>]*%b[^>]*>" % OUT_OF_SIGHT)
FIRST, LAST = re.compile(rb'\smin="(\d+)"'), re.compile(rb'\smax="(\d+)"')
MAY_HIDE = (b'hidden="1', b'hidden="t', b'ht="0', b'ht=".')
CELL = re.compile(rb'<c r="([A-Z]{1,3})(\d{1,7})"([^>]*)>')
OPEN = re.compile(  # a formula without a result, or with an empty one
    rb"<f\b[^>]*?(?:/>|>([^<]*)</f>)\s*+(?!<v(?:\s[^>]*)?>\s*+[^<\s])(<v)?"
)
CELL_OF_NO_STYLE = re.compile(rb'<c r="([A-Z]{1,3})(\d{1,7})"(?![^>]* s=")[^>]*>')
ERROR = re.compile(rb'<c r="([A-Z]{1,3})(\d{1,7})"[^>]* t="e"[^>]*>(?:<f\b[^>]*?(?:/>|>[^<]*</f>))?\s*<v>([^<]*)</v>')
MARKUP_IN_TAG = re.compile(rb"<[^>]*&")
SPACED = re.compile(rb"""\s=\s*["']|=\s*'|=\s+\"""")
PLAIN_PIECE, STRUCK_PIECE = (False, False, False), (True, False, False)  # raised, small, white
USUAL_SIZE = 11.0  # points
HEAD = 100  # bytes, in which the declaration stands
# A cell or row that does not begin with its address; a name with a prefix.
STRANGE_TAG = re.compile(rb'<(?:c(?=[\s/>])(?! r="[A-Z])|row(?! r="\d)|/?[\w.-]+:)')
TINT = re.compile(r"-?\d(?:\.\d+)?(?:E-?\d+)?")
DARKENED = -0.1  # a tint; white with more of it is seen
AREA_END = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
REFERENCE = re.compile(r"[A-Z]{1,3}[1-9][0-9]{0,6}")


def look_into_xlsx(content: bytes) -> tuple[list[Look], bytes]:
    """The visible sheets, and the workbook that holds them alone. Raises UnreadableDocument."""
    try:
        return look_into(open_archive(content))
    except BadArchive as error:
        raise UnreadableDocument(f"{REFUSED[error.reason]}。") from error


def look_into(archive: Archive) -> tuple[list[Look], bytes]:
    part = next((target for kind, target in relations(archive, "").values() if kind == "officeDocument"), "")
    if part not in archive:
        raise BadArchive("damaged")
    workbook, targets = parsed(archive.read(part, MOST_XML)), relations(archive, part)
    by_kind = dict(targets.values())
    styles = by_kind.get("styles", "")
    sheet_styles = parsed(archive.read(styles, MOST_XML)) if styles in archive else None
    odd = odd_styles(sheet_styles) if sheet_styles is not None else {}
    hiding = hiding_formats(sheet_styles) if sheet_styles is not None else {}
    looks: list[Look] = []
    sheets: list[bytes] = []
    for name, target in visible_sheets(workbook, targets):
        if target not in archive:
            raise BadArchive("damaged")
        sheet = plain(archive.read(target, MOST_XML))
        look = look_at(sheet, name, len(sheets), odd)
        looks.append(replace(look, conditions=conditions_of(sheet, hiding)))
        sheets.append(sheet)
    parts = {
        name: plain(archive.read(by_kind[name], MOST_XML))
        for name in ("sharedStrings", "styles")
        if by_kind.get(name, "") in archive
    }
    settings = workbook.find("{*}workbookPr")
    return looks, packed(parts, sheets, settings is not None and settings.get("date1904") in ("1", "true"))


def relations(archive: Archive, part: str) -> dict[str, tuple[str, str]]:
    """Id -> (kind, target) of what a part points to within the file; the kind is the last word of its type."""
    folder, name = posixpath.split(part)
    listing = posixpath.join(folder, "_rels", f"{name}.rels")
    if listing not in archive:
        return {}
    found = {}
    for node in parsed(archive.read(listing, MOST_XML)):
        if node.get("TargetMode") != "External":
            target = posixpath.normpath(posixpath.join("/", folder, node.get("Target", ""))).lstrip("/")
            found[node.get("Id", "")] = (node.get("Type", "").rpartition("/")[2], target)
    return found


def visible_sheets(workbook: _Element, targets: Mapping[str, tuple[str, str]]) -> Iterator[tuple[str, str]]:
    """(name, part) of the worksheets that are not hidden, in the order of their tabs."""
    tabs = workbook.findall("{*}sheets/{*}sheet")
    if len(tabs) > MOST_SHEETS:
        raise too_many(len(tabs))
    for tab in tabs:
        key = next((str(value) for name, value in tab.items() if str(name).endswith("relationships}id")), "")
        kind, target = targets.get(key, ("worksheet", ""))
        if kind == "worksheet" and tab.get("state", "visible") == "visible":
            yield tab.get("name", ""), target


def parsed(content: bytes) -> _Element:
    """XML without entities. Raises UnreadableDocument, BadArchive."""
    from lxml import etree

    parser = etree.XMLParser(
        resolve_entities=False, no_network=True, load_dtd=False, remove_comments=True, remove_pis=True
    )
    try:
        root = etree.fromstring(content, parser)
    except etree.XMLSyntaxError as error:
        raise BadArchive("damaged") from error
    if root.getroottree().docinfo.internalDTD is not None:
        raise UnreadableDocument(f"工作簿含有不允许的实体声明，没有打开；{SAVE_AS}。")
    return root


def odd_styles(root: _Element) -> dict[bytes, str]:
    """Number of a cell style -> kind of its format, for those that show another number than the one stored."""
    codes = root.iterfind("{*}numFmts/{*}numFmt")
    kinds = {node.get("numFmtId", ""): kind_of(node.get("formatCode", "")) for node in codes}
    kinds = BUILTIN | kinds
    fonts = {str(n): kind_of_font(font) for n, font in enumerate(root.iterfind("{*}fonts/{*}font"))}
    all_fonts, all_fills = root.findall("{*}fonts/{*}font"), root.findall("{*}fills/{*}fill")
    filled = {str(n) for n, fill in enumerate(all_fills) if is_filled(fill)}
    lost = {(str(n), str(m)) for n, font in enumerate(all_fonts) for m in alike_fills(font, all_fills)}
    found = {}
    for place, style in enumerate(root.iterfind("{*}cellXfs/{*}xf")):
        kind = fonts.get(style.get("fontId", ""), "")
        if (style.get("fontId", ""), style.get("fillId", "")) in lost:
            kind = WHITE
        elif not kind or (kind == WHITE and style.get("fillId", "") in filled):
            kind = kinds.get(style.get("numFmtId", ""), "")
        if kind:
            found[str(place).encode()] = kind
    return found


def alike_fills(font: _Element, fills: Sequence[_Element]) -> list[int]:
    return [number for number, fill in enumerate(fills) if same_color(font, fill)]


def kind_of_font(font: _Element) -> str:
    if is_struck(font):
        return STRUCK
    return WHITE if is_white(font.find("{*}color")) else ""


def is_white(color: _Element | None) -> bool:
    """White, or so nearly that nobody sees it: FFFEFEFE, the theme's first colour, its second one with a tint of 1."""
    if color is None:
        return False
    theme, tint = color.get("theme", ""), color.get("tint", "0")
    lightened = float(tint) if TINT.fullmatch(tint) else 0.0
    of_theme = (theme == "0" and lightened > DARKENED) or (theme == "1" and lightened > -DARKENED * 9)
    return of_theme or is_pale(color.get("rgb", "")) or color.get("indexed") in ("1", "9", "65")


def same_color(font: _Element, fill: _Element) -> bool:
    """Whether letters have the very colour that is behind them."""
    one = font.find("{*}color")
    other = fill.find("{*}patternFill/{*}fgColor")
    solid = fill.find("{*}patternFill[@patternType='solid']")
    if one is None or other is None or solid is None:
        return False
    names = ("rgb", "theme", "indexed", "tint")
    return [one.get(name, "")[-6:] for name in names] == [other.get(name, "")[-6:] for name in names]


def is_filled(fill: _Element) -> bool:
    """Whether a cell has a ground of its own, which white letters stand out from."""
    pattern = fill.find("{*}patternFill")
    if pattern is None:
        return len(fill) > 0
    return pattern.get("patternType", "none") != "none" and not is_white(pattern.find("{*}fgColor"))


def is_struck(font: _Element) -> bool:
    strike = font.find("{*}strike")
    return strike is not None and strike.get("val", "1") not in ("0", "false")


# --- conditional formats --------------------------------------------------------------------------


def hiding_formats(root: _Element) -> dict[str, str]:
    """Number of a conditional format -> its kind, for those that hide a number or make it white."""
    formats = ((str(number), hiding_kind(dxf)) for number, dxf in enumerate(root.iterfind("{*}dxfs/{*}dxf")))
    return {number: kind for number, kind in formats if kind}


def hiding_kind(dxf: _Element) -> str:
    code = dxf.find("{*}numFmt")
    if code is not None and kind_of(code.get("formatCode", "")) == HIDDEN:
        return HIDDEN
    font, fill = dxf.find("{*}font"), dxf.find("{*}fill")
    if font is not None and is_struck(font):
        return STRUCK
    grounds = fill.iter("{*}fgColor", "{*}bgColor") if fill is not None else ()
    seen = any(not is_white(ground) and ground.get("indexed") not in ("64", "65") for ground in grounds)
    return WHITE if font is not None and not seen and is_white(font.find("{*}color")) else ""


def conditions_of(xml: bytes, hiding: Mapping[str, str]) -> list[Condition]:
    """The conditional formats of a sheet that hide numbers, those that newer versions of Excel write apart too."""
    if b"conditionalFormatting" not in xml or (not hiding and b"dxf>" not in xml and b"showValue" not in xml):
        return []
    found = []
    for block in parsed(xml).iter("{*}conditionalFormatting"):
        for rule in block.iter("{*}cfRule"):
            own = rule.find("{*}dxf")
            kind = hiding_kind(own) if own is not None else hiding.get(rule.get("dxfId", ""), "")
            if any(child.get("showValue") in ("0", "false") for child in rule):
                kind = HIDDEN  # bars or signs in the place of the number
            areas = tuple(areas_in(block.get("sqref") or block.findtext("{*}sqref") or ""))
            if kind and areas:
                formulas = [node.text or "" for node in rule.iter("{*}formula", "{*}f")]
                found.append(condition(rule.get("type", ""), rule.get("operator", ""), formulas, areas, kind))
    return found


def areas_in(places: str) -> Iterator[Area]:
    """B2 C3:D9 -> the cells of each, from first to last."""
    for area in places.split():
        first_cell, _, last = area.replace("$", "").partition(":")
        ends = [AREA_END.fullmatch(end) for end in (first_cell, last or first_cell)]
        if all(ends):
            (top, left), (bottom, right) = (place(end[1].encode(), end[2].encode()) for end in ends if end)
            yield min(top, bottom), min(left, right), max(top, bottom), max(left, right)


# --- a sheet --------------------------------------------------------------------------------------


def look_at(xml: bytes, name: str, number: int, odd: Mapping[bytes, str]) -> Look:
    """``xml`` is plain. ``area`` ends with the last cell that holds something, as calamine counts."""
    data = data_of(xml)
    ends = [match for match in (last_cell(data), widest_cell(data)) if match]
    rows, columns = max((row for row, _ in ends), default=0), max((column for _, column in ends), default=0)
    kinds: dict[Position, str] = {}
    if b"0" in odd and CELL_OF_NO_STYLE.search(data):
        kinds = {place(match[1], match[2]): odd[b"0"] for match in CELL_OF_NO_STYLE.finditer(data)}
    if odd and (found := b"|".join(style for style in odd if b' s="%b"' % style in data)):
        styled = re.compile(rb'<c r="([A-Z]{1,3})(\d{1,7})"[^>]* s="(%b)"' % found)
        kinds |= {place(match[1], match[2]): odd[match[3]] for match in styled.finditer(data)}
    texts = dict(open_formulas(data)) if b"<f" in data else {}
    if b' t="e"' in data:
        texts |= {place(match[1], match[2]): text(match[3]) for match in ERROR.finditer(data)}
    return Look(name, number, (rows, columns), hidden_rows(data), hidden_columns(xml), kinds, texts)


def open_formulas(data: bytes) -> Iterator[tuple[Position, str]]:
    """The formulas without a result; an empty text is one."""
    for match in OPEN.finditer(data):
        cell = CELL.match(data, data.rfind(b"<c ", 0, match.start()))
        if cell and not (b' t="str"' in cell[3] and match[2]):
            yield place(cell[1], cell[2]), f"={text(match[1])}"


def last_cell(data: bytes) -> Position | None:
    """(rows, columns) up to the last cell with something in it, rows being in order."""
    end = max(data.rfind(b"<v"), data.rfind(b"<is"), data.rfind(b"<f"))
    match = CELL.match(data, data.rfind(b"<c ", 0, end)) if end > 0 else None
    return (int(match[2]), place(match[1], match[2])[1] + 1) if match else None


def widest_cell(data: bytes) -> Position | None:
    """(rows, columns) of the widest, beyond column Z, of the cells with something in them."""
    wide = [place(match[1], match[2]) for match in re.finditer(rb'<c r="([A-Z]{2,3})(\d{1,7})"[^>]*(?<!/)><', data)]
    return (1, max(column for _, column in wide) + 1) if wide else (1, 26)


def hidden_rows(data: bytes) -> set[int]:
    if not any(mark in data for mark in MAY_HIDE):
        return set()
    return {int(match[1]) - 1 for match in HIDDEN_ROW.finditer(data)}


def hidden_columns(xml: bytes) -> set[int]:
    found: set[int] = set()
    for match in HIDDEN_COLUMN.finditer(xml, 0, max(xml.find(b"<sheetData"), 0)):
        first, last = FIRST.search(match[0]), LAST.search(match[0])
        if first and last:
            found.update(range(int(first[1]) - 1, min(int(last[1]), 16_384)))
    return found


def place(letters: bytes, digits: bytes) -> Position:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return int(digits) - 1, number - 1


def text(raw: bytes | None) -> str:
    from html import unescape

    return unescape((raw or b"").decode("utf-8", "replace"))


# --- plain markup ---------------------------------------------------------------------------------


def plain(xml: bytes) -> bytes:
    """A part in the markup that the patterns above see through, with raised and struck out text set apart."""
    return xml if is_plain(xml) else rewritten(xml)


def is_plain(xml: bytes) -> bool:
    """UTF-8 without prefixes, comments, CDATA, character references in tags or > in attributes; every row and cell
    begins with its address; no text is raised or struck out.

    Signs are looked for one by one first, which takes a tenth of the time: most parts have none of them.
    """
    return (
        b"\0" not in xml
        and not (b"!" in xml and b"<!" in xml)
        and (xml.rfind(b"?") < HEAD or xml.find(b"<?", 2) < 0)
        and (b'encoding="' not in xml[:HEAD] or b'encoding="utf-8"' in xml[:HEAD].lower())
        and (b"<sheetData" in xml or b"<sst" in xml or b"<styleSheet" in xml)
        and b"<rPr" not in xml
        and b"<strike" not in xml
        and b"vertAlign" not in xml
        and (b"<sheetData" not in xml or has_plain_cells(xml))
    )


def has_plain_cells(xml: bytes) -> bool:
    data = data_of(xml)
    return (
        data.count(b"<") == data.count(b">")
        and b' ="' not in xml
        and (xml.count(b"=") == xml.count(b'="') or not SPACED.search(xml))
        and not (b"&" in data and MARKUP_IN_TAG.search(data))
        and not STRANGE_TAG.search(data)
    )


def data_of(xml: bytes) -> bytes:
    """The rows of a sheet, with what stands before them where there are none."""
    start = max(xml.find(b"<sheetData"), 0)
    return xml[start : max(xml.rfind(b"</sheetData"), start)]


def rewritten(xml: bytes) -> bytes:
    """The same in plain markup. Rows and cells without an address follow the one before them."""
    from lxml import etree

    root = parsed(xml)
    row_number = 0
    for row in root.iterfind("{*}sheetData/{*}row"):
        given = row.get("r", "")
        row_number = int(given) if given.isdecimal() and len(given) < 8 else row_number + 1
        first(row, str(row_number))
        column = 0
        for cell in row.iterchildren("{*}c"):
            address = cell.get("r", "")
            if REFERENCE.fullmatch(address):
                column = place(address.rstrip("0123456789").encode(), b"1")[1] + 1
            else:
                column += 1
                address = f"{letters(column)}{row_number}"
            first(cell, address)
    set_apart(root)
    found = etree.tostring(root, encoding="utf-8")
    for prefix in (name for name, space in root.nsmap.items() if name and space == root.tag[1:].partition("}")[0]):
        found = found.replace(b"<%b:" % prefix.encode(), b"<").replace(b"</%b:" % prefix.encode(), b"</")
    return bytes(found)


def first(node: _Element, address: str) -> None:
    """Write a row's or cell's address as the first of its attributes."""
    others = [(name, value) for name, value in node.items() if name != "r"]
    node.attrib.clear()
    node.set("r", address)
    for name, value in others:
        node.set(name, value)


def packed(parts: Mapping[str, bytes], sheets: list[bytes], from_1904: bool) -> bytes:
    """A workbook of these parts alone; the sheets are named by their numbers."""
    numbers = range(1, len(sheets) + 1)
    tabs = "".join(f'<sheet name="{n}" sheetId="{n}" r:id="s{n}"/>' for n in numbers)
    inner = f'<workbookPr date1904="{int(from_1904)}"/><sheets>{tabs}</sheets>'
    links = [(f"s{n}", "worksheet", f"sheet{n}.xml") for n in numbers] + [(name, name, f"{name}.xml") for name in parts]
    contents: dict[str, str | bytes] = {
        "_rels/.rels": listing([("w", "officeDocument", "xl/workbook.xml")]),
        "xl/workbook.xml": f'<workbook xmlns="{MAIN}" xmlns:r="{RELATIONS}">{inner}</workbook>',
        "xl/_rels/workbook.xml.rels": listing(links),
    }
    contents |= {f"xl/{name}.xml": content for name, content in parts.items()}
    contents |= {f"xl/sheet{number}.xml": content for number, content in enumerate(sheets, 1)}
    return stored(contents)


def stored(contents: Mapping[str, str | bytes]) -> bytes:
    """A zip archive without compression, which zipfile takes ten times as long to write."""
    found, entries = bytearray(), bytearray()
    for name, content in contents.items():
        part, title = content.encode() if isinstance(content, str) else content, name.encode()
        said = pack("<5H3I2H", 20, 0, 0, 0, 33, crc32(part), len(part), len(part), len(title), 0)
        entries += b"PK\1\2" + pack("<H", 20) + said + pack("<3H2I", 0, 0, 0, 0, len(found)) + title
        found += b"PK\3\4" + said + title + part
    end = pack("<4H2IH", 0, 0, len(contents), len(contents), len(entries), len(found), 0)
    return bytes(found + entries + b"PK\5\6" + end)


def listing(links: Iterable[tuple[str, str, str]]) -> str:
    listed = "".join(f'<Relationship Id="{i}" Type="{RELATIONS}/{kind}" Target="{path}"/>' for i, kind, path in links)
    return f'<Relationships xmlns="{PACKAGE}/relationships">{listed}</Relationships>'


# --- raised, struck, small and white --------------------------------------------------------------
# Pieces of texts that are: 12 with a raised 2 is 12^2, never 122.


def set_apart(root: _Element) -> None:
    """Change the rich texts of a part in place: a sign before and after what is raised, and between digits of which
    some are small or white; nothing of what is struck."""
    for item in [*root.iter("{*}si"), *root.iter("{*}is")]:
        runs = [(run, node) for run in item.iterchildren("{*}r") if (node := run.find("{*}t")) is not None]
        largest = max((size_of(run) for run, node in runs if node.text), default=0.0)
        before, last = "", PLAIN_PIECE
        for run, node in runs:
            if not node.text:
                continue
            if is_set(run, "strike"):
                node.text, last = "", STRUCK_PIECE
                continue
            piece = (is_raised(run), is_much_smaller(size_of(run), largest), is_white(run.find("{*}rPr/{*}color")))
            apart = piece[0] != last[0] or (piece != last and node.text.strip()[:1].isdigit())
            if before.strip() and node.text.strip() and apart:
                node.text = "^" + node.text
            before, last = before + node.text, piece


def is_set(run: _Element, name: str) -> bool:
    node = run.find("{*}rPr/{*}" + name)
    return node is not None and node.get("val", "1") not in ("0", "false")


def is_raised(run: _Element) -> bool:
    node = run.find("{*}rPr/{*}vertAlign")
    return node is not None and node.get("val") != "baseline"


def size_of(run: _Element) -> float:
    """In points; of a run that says nothing that of most cells."""
    node = run.find("{*}rPr/{*}sz")
    size = node.get("val", "") if node is not None else ""
    return float(size) if re.fullmatch(r"\d{1,3}(?:\.\d+)?", size) else USUAL_SIZE
