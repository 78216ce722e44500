"""A workbook's file with lines, labels, formulas, flags and names of our sheets as the template has them.

Figures, texts and everything that is not ours stay; what a table's line takes along (its height, its looks) moves
with it. Results of formulas are stored by whoever writes next (``stored``).
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping
from copy import deepcopy
from functools import cache
from typing import TYPE_CHECKING

from gongkai.opc import Archive, open_archive
from gongkai.opc.package import drop, local, part_bytes, read_xml, related, whole
from gongkai.spreadsheets import Spot, area_of, letters
from gongkai.spreadsheets.xlsx import index_rows, placed_cells
from gongkai.workbook import layout
from gongkai.workbook.layout import TableSheet, address
from gongkai.workbook.live.formulas import formulas_of
from gongkai.workbook.live.restoring import Lines, Standing
from gongkai.workbook.live.stored import LAST_COLUMN, LAST_ROW, OpenFile

if TYPE_CHECKING:
    from lxml.etree import _Element

OURS = re.compile(r"(?:goto\d*\.)?(?:disclosure|applications|disputes)\.")  # names of figures' cells
LANE = re.compile(r'"缺"\)+$|^=?IF\((?:INDEX|EXACT|AND\(ROW|ISLOGICAL|ISERROR)\(')
BEYOND = re.compile(r"\$?([A-Z]{1,3})\$?\d")
RULES_BEFORE = ("dataValidations", "hyperlinks", "printOptions", "pageMargins", "pageSetup", "headerFooter")
NAMES_BEFORE = ("sheets", "functionGroups", "externalReferences")


class Rebuilt:
    """A file under repair, and the template that it is repaired by."""

    def __init__(self, archive: Archive, template: bytes) -> None:
        self.archive = archive
        self.book = OpenFile(archive)
        self.model = template_file(template)
        self.dxfs: dict[str, str] = {}
        styles = related(archive, self.book.main, "styles")
        self.styles = (styles, read_xml(archive, styles, keeping=True)) if styles else None
        self.styles_changed = False

    def parts(self) -> dict[str, bytes]:
        """The parts that are others now."""
        found = {self.book.parts[name]: part_bytes(root) for name, root in self.book.roots.items()}
        if self.styles and self.styles_changed:
            found[self.styles[0]] = part_bytes(self.styles[1])
        return found | {self.book.main: part_bytes(self.book.workbook)}


@cache
def template_file(content: bytes) -> OpenFile:
    return OpenFile(open_archive(content))


def rebuilt(archive: Archive, template: bytes, moved: Iterable[Standing]) -> dict[str, bytes]:
    """Part -> content: every table in ``moved`` put back, all sheets with their formulas. Raises BadArchive."""
    work = Rebuilt(archive, template)
    for standing in moved:
        put_back(work, standing)
    for sheet in layout.table_sheets():
        if sheet.name in work.book.parts:
            drop_strays(work.book.root(sheet.name), sheet)
            hide_image(work.book.root(sheet.name), sheet)
            put_rules(work, sheet)
    for name in (layout.COVER, *(sheet.name for sheet in layout.table_sheets()), layout.RESULTS):
        if name in work.book.parts:
            put_formulas(work.book.root(name), formulas_of(name))
    hide_columns(work.book.root(layout.COVER), 8, 14)
    hide_columns(work.book.root(layout.RESULTS), layout.RESULT_COLUMNS["key"], max(layout.KEPT_COLUMNS.values()))
    put_names(work)
    return work.parts()


# --- lines ----------------------------------------------------------------------------------------


def put_back(work: Rebuilt, standing: Standing) -> None:
    """Rows and columns in their places, then figures and labels in theirs."""
    sheet = standing.sheet
    root, model = work.book.root(sheet.name), work.model.root(sheet.name)
    figures = figures_of(root, standing)
    shift(root, standing)
    clear_between(root, sheet)
    cells = CellsOf(root)
    for spot, content in figures.items():
        fill(cells, spot, content)
    for spot in texts_of(sheet):
        fill(cells, spot, content_at(work.model, sheet.name, spot))
    replace_blocks(root, model, "mergeCells", merged_parts(root, model, sheet))
    if not standing.is_official:
        replace_blocks(root, model, "dataValidations", list(model.iterfind("{*}dataValidations/{*}dataValidation")))
        replace_blocks(root, model, "cols", list(model.iterfind("{*}cols/{*}col")))


def figures_of(root: _Element, standing: Standing) -> dict[Spot, list[_Element]]:
    """Official place -> what its cell holds, wherever that stands now; of a formula that was moved its result."""
    places = {standing.place(spot): spot for spot in standing.sheet.cells.values()}
    found: dict[Spot, list[_Element]] = {spot: [] for spot in standing.sheet.cells.values()}
    for spot, cell in all_cells(root):
        official = places.get(spot)
        if official is not None and not is_stray(cell):
            found[official] = held(cell, keeping=spot == official)
    return found


def held(cell: _Element, *, keeping: bool) -> list[_Element]:
    """What stands in a cell, as a cell without address or style."""
    copy = deepcopy(cell)
    drop(copy, "r", "s", "cm", "vm")
    for formula in [] if keeping else copy.findall("{*}f"):
        copy.remove(formula)
    return [copy]


def shift(root: _Element, standing: Standing) -> None:
    """Whole rows and columns of the sheet to where the form has them; lines that are none of the table's go."""
    data = root.find("{*}sheetData")
    rows = turned(standing.kept_rows, standing.sheet.last_line)
    columns = turned(standing.kept_columns, standing.sheet.size.right + 1)
    for number, row in index_rows(data).items() if data is not None else ():
        place = moved_line(number, rows, LAST_ROW)
        parent = row.getparent()
        if not place and parent is not None:
            parent.remove(row)
            continue
        for (_, column), cell in list(placed_cells(row, number)):
            at = moved_line(column, columns, LAST_COLUMN)
            if at:
                cell.set("r", address((place, at)))
            else:
                row.remove(cell)
        row.set("r", str(place))
        drop(row, "spans")


def turned(lines: Lines, last: int) -> dict[int, int]:
    """Where a line stands -> the official one; 0 -> how far those below the table go."""
    return {place: line for line, place in lines.items()} | {0: last - max(lines.values())}


def moved_line(place: int, lines: Mapping[int, int], last: int) -> int:
    """The official line of a place, 0 for one that goes; ``last`` is the sheet's."""
    if place in lines:
        return lines[place]
    moved = place + lines[0] if place > max(lines) else 0
    return moved if moved <= last else 0


def texts_of(sheet: TableSheet) -> list[Spot]:
    """Where the form's own texts stand, those beside the lanes too."""
    beside = [spot for spot, _ in (*sheet.guards_below, *sheet.lane_head)]
    hint = [(sheet.last_line, 1)] if sheet.lanes else []
    return [layout.TITLE_SPOT, *((box.top, box.left) for _, box in sheet.labels), *beside, *hint]


def clear_between(root: _Element, sheet: TableSheet) -> None:
    """Nothing in the table besides figures and labels."""
    size = sheet.size
    kept = {*sheet.cells.values(), *texts_of(sheet)}
    for spot, cell in all_cells(root):
        if len(cell) and spot[0] <= size.bottom and spot[1] <= size.right and spot not in kept:
            empty(cell)


def drop_strays(root: _Element, sheet: TableSheet) -> None:
    """No lane, mirror or guard anywhere but in its place: one that was dragged away would show what it once did."""
    wanted = formulas_of(sheet.name)
    for spot, cell in all_cells(root):
        if spot not in wanted and is_stray(cell):
            empty(cell)


def is_stray(cell: _Element) -> bool:
    return len(cell) > 0 and LANE.search(cell.findtext("{*}f") or "") is not None


# --- cells ----------------------------------------------------------------------------------------


class CellsOf:
    """The cells of a sheet by their places; a new one comes where it belongs."""

    def __init__(self, root: _Element) -> None:
        data = root.find("{*}sheetData")
        assert data is not None
        self.data = data
        self.rows = index_rows(data)
        self.found = dict(all_cells(root))

    def cell(self, spot: Spot) -> _Element:
        from lxml import etree

        if spot not in self.found:
            row = self.row(spot[0])
            cell = etree.Element(self.data.tag.replace("sheetData", "c"), {"r": address(spot)})
            before = [other for (_, column), other in placed_cells(row, spot[0]) if column < spot[1]]
            row.insert(row.index(before[-1]) + 1 if before else 0, cell)
            drop(row, "spans")
            self.found[spot] = cell
        return self.found[spot]

    def row(self, number: int) -> _Element:
        from lxml import etree

        if number not in self.rows:
            row = etree.Element(self.data.tag.replace("sheetData", "row"), {"r": str(number)})
            after = [other for other in self.rows if other < number]
            self.data.insert(self.data.index(self.rows[max(after)]) + 1 if after else 0, row)
            self.rows[number] = row
        return self.rows[number]


def all_cells(root: _Element) -> Iterator[tuple[Spot, _Element]]:
    data = root.find("{*}sheetData")
    for number, row in index_rows(data).items() if data is not None else ():
        yield from placed_cells(row, number)


def empty(cell: _Element) -> None:
    for child in list(cell):
        cell.remove(child)
    drop(cell, "t", "cm", "vm")


def fill(cells: CellsOf, spot: Spot, content: list[_Element]) -> None:
    """Put into a cell what another one holds; its style stays."""
    if not content and spot not in cells.found:
        return
    cell = cells.cell(spot)
    empty(cell)
    for other in content:
        for child in other:
            cell.append(deepcopy(child))
        if other.get("t"):
            cell.set("t", other.get("t", ""))


def content_at(model: OpenFile, name: str, spot: Spot) -> list[_Element]:
    """A text of the template, as one that stands in its own cell."""
    from lxml import etree

    sheet = model.sheet(name)
    text = sheet.cells.get(spot) if sheet else None
    root = model.root(name)
    if not isinstance(text, str):
        return []
    space = root.tag[: -len("worksheet")]
    cell = etree.Element(space + "c", {"t": "inlineStr"})
    etree.SubElement(etree.SubElement(cell, space + "is"), space + "t").text = text
    return [cell]


def put_formulas(root: _Element, formulas: Mapping[Spot, str]) -> None:
    from lxml import etree

    cells = CellsOf(root)
    for spot, text in formulas.items():
        cell = cells.cell(spot)
        formula = cell.find("{*}f")
        if formula is not None and f"={formula.text}" == text and not formula.attrib:
            continue
        empty(cell)
        etree.SubElement(cell, cell.tag[:-1] + "f").text = text[1:]


# --- what goes with them --------------------------------------------------------------------------


def replace_blocks(root: _Element, model: _Element, name: str, parts: list[_Element]) -> None:
    """Give a sheet the list (merged cells, columns) that these parts make."""
    old, new = root.find(f"{{*}}{name}"), model.find(f"{{*}}{name}")
    if new is None:
        return
    copy = deepcopy(new)
    for node in list(copy):
        copy.remove(node)
    copy.extend(deepcopy(part) for part in parts)
    if copy.get("count"):
        copy.set("count", str(len(parts)))
    if old is not None:
        old.getparent().replace(old, copy)  # type: ignore[union-attr]
    else:
        insert_after(root, copy, [local(node) for node in list(model)[: model.index(new)]])


def insert_after(root: _Element, node: _Element, before: Collection[str]) -> None:
    """Put a node behind the last one that may stand before it."""
    places = [at for at, child in enumerate(root) if local(child) in before]
    root.insert(places[-1] + 1 if places else 0, node)


def merged_parts(root: _Element, model: _Element, sheet: TableSheet) -> list[_Element]:
    """The template's merged cells, and those of others beyond the table."""
    own = list(model.iterfind("{*}mergeCells/{*}mergeCell"))
    others = [
        node
        for node in root.iterfind("{*}mergeCells/{*}mergeCell")
        if (area := area_of(node.get("ref", ""))) and is_beyond(area[0], area[1], sheet)
    ]
    return own + others


def is_beyond(row: int, column: int, sheet: TableSheet) -> bool:
    return row > sheet.image_box.bottom or column > sheet.last_hidden


def hide_image(root: _Element, sheet: TableSheet) -> None:
    """A line below the table on which somebody has written stays in sight."""
    cells = CellsOf(root)
    written = {row for (row, column), cell in cells.found.items() if len(cell) and column < sheet.image_box.left}
    for number in range(sheet.image_box.top, sheet.image_box.bottom + 1):
        if number not in written:
            cells.row(number).set("hidden", "1")
    hide_columns(root, sheet.image_box.left, sheet.last_hidden)


def hide_columns(root: _Element, first: int, last: int) -> None:
    """Hide columns, whatever was said of them; others stay as they are."""
    from lxml import etree

    columns = root.find("{*}cols")
    if columns is None:
        columns = etree.Element(root.tag.replace("worksheet", "cols"))
        data = root.find("{*}sheetData")
        assert data is not None
        data.addprevious(columns)
    kept = [part for node in columns for part in outside(node, first, last)]
    hidden = etree.Element(columns.tag[:-1], {"min": str(first), "max": str(last), "width": "9", "hidden": "1"})
    for node in list(columns):
        columns.remove(node)
    columns.extend(sorted([*kept, hidden], key=lambda node: whole(node.get("min"))))


def outside(node: _Element, first: int, last: int) -> Iterator[_Element]:
    """What is left of some columns' settings without those from ``first`` to ``last``."""
    left, right = whole(node.get("min")), whole(node.get("max"))
    for low, high in ((left, min(right, first - 1)), (max(left, last + 1), right)):
        if low <= high:
            part = deepcopy(node)
            part.set("min", str(low))
            part.set("max", str(high))
            yield part


def put_rules(work: Rebuilt, sheet: TableSheet) -> None:
    """The flags of the template in the place of ours; conditional formats of others stay, behind them."""
    root, model = work.book.root(sheet.name), work.model.root(sheet.name)
    ours = [block for block in root.iterfind("{*}conditionalFormatting") if is_flag(block, sheet)]
    wanted = list(model.iterfind("{*}conditionalFormatting"))
    if [rule_text(block) for block in ours] == [rule_text(block) for block in wanted]:
        return
    for block in ours:
        root.remove(block)
    copies = [with_looks(work, deepcopy(block)) for block in wanted]
    first = next((at for at, node in enumerate(root) if local(node) in ("conditionalFormatting", *RULES_BEFORE)), None)
    at = len(root) if first is None else first
    for number, block in enumerate(copies):
        root.insert(at + number, block)


def is_flag(block: _Element, sheet: TableSheet) -> bool:
    """Whether rules look at what only we write: marks and images, or a lane."""
    formulas = " ".join(node.text or "" for node in block.iter("{*}formula"))
    columns = {letters(column) for column in range(1, sheet.size.right + 2)}
    hidden = any(found not in columns for found in BEYOND.findall(formulas))
    lane = formulas == f"ISNUMBER({block.get('sqref')})" or f'"{layout.MOVED}"' in formulas
    return hidden or lane


def rule_text(block: _Element) -> str:
    formulas = [node.text or "" for node in block.iter("{*}formula")]
    return "|".join([block.get("sqref", ""), *formulas])


def with_looks(work: Rebuilt, block: _Element) -> _Element:
    """Rules of the template with the numbers that their looks have in the other workbook."""
    for rule in block.iter("{*}cfRule"):
        rule.set("dxfId", look_of(work, rule.get("dxfId", "")))
    return block


def look_of(work: Rebuilt, number: str) -> str:
    if number not in work.dxfs and work.styles is not None:
        styles = related(work.model.archive, work.model.main, "styles")
        wanted = read_xml(work.model.archive, styles).findall("{*}dxfs/{*}dxf")[whole(number)]
        found = work.styles[1].find("{*}dxfs")
        assert found is not None
        found.append(deepcopy(wanted))
        found.set("count", str(len(found)))
        work.styles_changed = True
        work.dxfs[number] = str(len(found) - 1)
    return work.dxfs.get(number, "0")


def put_names(work: Rebuilt) -> None:
    """The names of figures' cells, each at its place in the form."""
    from lxml import etree

    workbook = work.book.workbook
    names = workbook.find("{*}definedNames")
    if names is None:
        names = etree.Element(workbook.tag[: -len("workbook")] + "definedNames")
        insert_after(workbook, names, NAMES_BEFORE)
    for node in [node for node in names if OURS.match(node.get("name", ""))]:
        names.remove(node)
    sheets = [node.get("name", "") for node in workbook.iterfind("{*}sheets/{*}sheet")]
    for sheet in layout.table_sheets():
        if sheet.name in sheets:
            for name, local_to, place in names_of(sheet, sheets.index(sheet.name)):
                node = etree.SubElement(names, names.tag[:-1], {"name": name} | local_to)
                node.text = place


def names_of(sheet: TableSheet, number: int) -> Iterator[tuple[str, dict[str, str], str]]:
    for cell, (row, column) in sheet.cells.items():
        place = f"'{sheet.name}'!${letters(column)}${row}"
        yield cell, {"localSheetId": str(number)}, place
        yield sheet.link(cell), {}, place
