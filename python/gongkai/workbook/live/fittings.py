"""What makes a sheet one of ours, put into a file: formulas, flags, names, what is hidden. Nothing
else is touched.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from copy import deepcopy
from typing import TYPE_CHECKING

from gongkai.model import Box
from gongkai.opc.package import (
    drop,
    insert_after,
    local,
    parts_bytes,
    read_xml,
    related,
    take_out,
    whole,
)
from gongkai.spreadsheets import Spot, xlsx
from gongkai.wording import cell_text
from gongkai.workbook import layout
from gongkai.workbook.live import foreign, stored
from gongkai.workbook.live.formulas import HIDDEN_COLUMNS
from gongkai.workbook.sheet import index_cells, insert_in_order, insert_row

if TYPE_CHECKING:
    from lxml.etree import _Element

RULES_BEFORE = (
    "dataValidations",
    "hyperlinks",
    "printOptions",
    "pageMargins",
    "pageSetup",
    "headerFooter",
)
NAMES_BEFORE = ("sheets", "functionGroups", "externalReferences")

GENERAL = "0"  # the number of the format that takes whatever is typed

NameKey = tuple[str, str]  # a name, and the number of the sheet that owns it, "" for the workbook


def all_cells(root: _Element) -> Iterator[tuple[Spot, _Element]]:
    data = root.find("{*}sheetData")
    if data is None:
        return
    for number, row in xlsx.index_rows(data).items():
        yield from xlsx.placed_cells(row, number)


def empty(cell: _Element) -> None:
    for child in list(cell):
        cell.remove(child)
    drop(cell, "t", "cm", "vm")


class CellsOf:
    """The cells of a sheet by their places; a new one comes where it belongs."""

    def __init__(self, root: _Element) -> None:
        data = root.find("{*}sheetData")
        assert data is not None
        self.data = data
        self.rows = xlsx.index_rows(data)
        self.found = dict(all_cells(root))

    def cell(self, spot: Spot) -> _Element:
        from lxml import etree

        if spot not in self.found:
            row = self.row(spot[0])
            cell = etree.Element(
                self.data.tag.replace("sheetData", "c"), {"r": layout.address(spot)}
            )
            insert_in_order(row, cell, spot[1], index_cells(row, spot[0]))
            drop(row, "spans")
            self.found[spot] = cell
        return self.found[spot]

    def row(self, number: int) -> _Element:
        if number not in self.rows:
            self.rows[number] = insert_row(self.data, number, self.rows)
        return self.rows[number]

    def fill(self, spot: Spot, content: _Element | None) -> None:
        """Put into a cell what another one holds; its style stays."""
        cell = self.cell(spot)
        empty(cell)
        if content is not None:
            cell.extend(map(deepcopy, content))
            if content.get("t"):
                cell.set("t", content.get("t", ""))

    def write(self, spot: Spot, text: str) -> None:
        from lxml import etree

        cell = self.cell(spot)
        empty(cell)
        cell.set("t", "inlineStr")
        space = cell.tag[:-1]
        node = etree.SubElement(
            etree.SubElement(cell, space + "is"), space + "t", {stored.SPACE: "preserve"}
        )
        node.text = cell_text(text)

    def dress(self, spot: Spot, like: Spot) -> None:
        """Give a cell the style of another one, if it has none."""
        style = self.found[like].get("s") if like in self.found else None
        if style and not self.cell(spot).get("s"):
            self.cell(spot).set("s", style)


# --- formulas and what is hidden ------------------------------------------------------------------


def put_formulas(
    root: _Element, formulas: Mapping[Spot, str], spared: Collection[Spot] = ()
) -> None:
    """Ours in their places; of ``spared`` those in which somebody wrote something stay as they
    are.
    """
    from lxml import etree

    cells = CellsOf(root)
    for spot, text in formulas.items():
        cell = cells.cell(spot)
        formula = cell.find("{*}f")
        if spot in spared and len(cell) and formula is None:
            continue
        if formula is not None and f"={formula.text}" == text and not formula.attrib:
            continue
        empty(cell)
        etree.SubElement(cell, cell.tag[:-1] + "f").text = text[1:]


def general_cells(
    book: stored.OpenFile, places: Mapping[str, Collection[Spot]]
) -> dict[str, bytes]:
    """Part -> content, once these cells of each sheet take what is typed for what it is.

    The column of the prose is one for texts: a formula that is changed there would become a text.
    """
    part = related(book.archive, book.main, "styles")
    if not part:
        return {}
    styles = read_xml(book.archive, part, keeping=True)
    looks = styles.find("{*}cellXfs")
    if looks is None:
        return {}
    made: dict[str, str] = {}
    for name, spots in places.items():
        cells = CellsOf(book.root(name))
        for spot in spots:
            cell = cells.cell(spot)
            cell.set("s", general_look(looks, cell.get("s", "0"), made))
    return parts_bytes({part: styles})


def general_look(looks: _Element, number: str, made: dict[str, str]) -> str:
    """The number of a look that is another one but for its format; ``made`` are those that are
    there already.
    """
    if number not in made:
        look = deepcopy(looks[whole(number)])
        look.set("numFmtId", GENERAL)
        look.set("quotePrefix", "0")
        looks.append(look)
        looks.set("count", str(len(looks)))
        made[number] = str(len(looks) - 1)
    return made[number]


def hide_image(root: _Element, sheet: layout.TableSheet) -> None:
    """A line below the table on which somebody has written stays in sight."""
    cells = CellsOf(root)
    written: set[int] = set()
    for (row, column), cell in cells.found.items():
        if len(cell) and column < sheet.image_box.left:
            written.add(row)
    for number in sheet.hidden_lines:
        if number not in written:
            cells.row(number).set("hidden", "1")
    hide_columns(root, sheet.image_box.left, sheet.last_hidden)


def hide_helpers(book: stored.OpenFile) -> None:
    """The columns of the cover and of the list of findings that only formulas look at."""
    if layout.COVER in book.parts:
        hide_columns(book.root(layout.COVER), *HIDDEN_COLUMNS)
    if layout.RESULTS in book.parts:
        hide_columns(
            book.root(layout.RESULTS),
            layout.RESULT_COLUMNS["key"],
            max(layout.KEPT_COLUMNS.values()),
        )


def hide_columns(root: _Element, first: int, last: int) -> None:
    """Hide columns, whatever was said of them; others stay as they are."""
    from lxml import etree

    columns = root.find("{*}cols")
    if columns is None:
        columns = etree.Element(root.tag.replace("worksheet", "cols"))
        data = root.find("{*}sheetData")
        assert data is not None
        data.addprevious(columns)
    kept = [
        etree.Element(
            columns.tag[:-1], {"min": str(first), "max": str(last), "width": "9", "hidden": "1"}
        )
    ]
    for node in list(columns):
        kept += outside(node, first, last)
        columns.remove(node)
    columns.extend(sorted(kept, key=lambda node: whole(node.get("min"))))


def outside(node: _Element, first: int, last: int) -> Iterator[_Element]:
    """What is left of some columns' settings without those from ``first`` to ``last``."""
    left, right = whole(node.get("min")), whole(node.get("max"))
    for low, high in ((left, min(right, first - 1)), (max(left, last + 1), right)):
        if low <= high:
            part = deepcopy(node)
            part.set("min", str(low))
            part.set("max", str(high))
            yield part


# --- flags ----------------------------------------------------------------------------------------


class Looks:
    """The looks of the template's flags in the styles of another workbook, each put there once it
    is needed.
    """

    def __init__(self, styles: tuple[str, _Element] | None, model: stored.OpenFile) -> None:
        self.part = styles[0] if styles else ""
        self.root = styles[1] if styles else None
        self.model = model
        self.numbers: dict[str, str] = {}

    def number(self, number: str) -> str:
        if number not in self.numbers and self.root is not None:
            styles = read_xml(
                self.model.archive, related(self.model.archive, self.model.main, "styles")
            )
            found = self.root.find("{*}dxfs")
            assert found is not None
            found.append(deepcopy(styles.findall("{*}dxfs/{*}dxf")[whole(number)]))
            found.set("count", str(len(found)))
            self.numbers[number] = str(len(found) - 1)
        return self.numbers.get(number, "0")


def put_rules(root: _Element, model: _Element, sheet: layout.TableSheet, looks: Looks) -> None:
    """The template's flags in the place of ours.

    Conditional formats of others stay, behind them.
    """
    wanted = rules_of(model)
    known = set(map(rule_text, wanted))
    ours: list[_Element] = []
    for rule in rules_of(root):
        if is_flag(rule, known, sheet):
            ours.append(rule)
    if list(map(placed_rule, ours)) == list(map(placed_rule, wanted)):
        return
    for rule in ours:
        take_away(rule)
    first = place_of_rules(root)
    for number, block in enumerate(model.iterfind("{*}conditionalFormatting"), first):
        copy = deepcopy(block)
        for rule in copy.iter("{*}cfRule"):
            rule.set("dxfId", looks.number(rule.get("dxfId", "")))
        root.insert(number, copy)


def place_of_rules(root: _Element) -> int:
    """Before the first conditional format, or what may stand behind them."""
    for number, node in enumerate(root):
        if local(node) in ("conditionalFormatting", *RULES_BEFORE):
            return number
    return len(root)


def rules_of(root: _Element) -> list[_Element]:
    return list(root.iterfind("{*}conditionalFormatting/{*}cfRule"))


def take_away(rule: _Element) -> None:
    """A rule, and the block around it if it was the only one there."""
    block = rule.getparent()
    take_out(rule)
    if block is not None and not len(block):
        take_out(block)


def is_flag(rule: _Element, known: Collection[str], sheet: layout.TableSheet) -> bool:
    """Whether a rule is one of the template's, also after its lines were moved, or one of before:
    they look at what is hidden, or at the lane on which they lie.
    """
    text = rule_text(rule)
    if text in known or layout.MOVED in text:
        return True
    tests_lanes = text.startswith(("OR(ISNUMBER(", "ISNUMBER("))
    for name, box in foreign.looked_at(sheet.name, f"={text}") or ():
        if name != sheet.name:
            continue
        if is_hidden(box, sheet):
            return True
        tests_lanes = tests_lanes and is_at_lanes(box, sheet)
    return tests_lanes


def is_at_lanes(box: Box, sheet: layout.TableSheet) -> bool:
    return box.left == sheet.size.right + 1 or box.top in sheet.lane_lines


def is_hidden(box: Box, sheet: layout.TableSheet) -> bool:
    """Whether an area is one cell of what is hidden beside a table, a column shifted or not."""
    return box.left == box.right and sheet.image_box.left - 1 <= box.left <= sheet.last_hidden + 1


def rule_text(rule: _Element) -> str:
    return "|".join(node.text or "" for node in rule.iter("{*}formula"))


def placed_rule(rule: _Element) -> tuple[str, str]:
    block = rule.getparent()
    return (block.get("sqref", "") if block is not None else "", rule_text(rule))


# --- names ----------------------------------------------------------------------------------------


def put_names(workbook: _Element) -> None:
    """The names of figures' cells and of tables with their lanes, each at its place in the form."""
    define(workbook, dict(wanted_names(numbers_of(workbook))))


def numbers_of(workbook: _Element) -> dict[str, str]:
    """Name of a sheet -> the number by which defined names tell it."""
    numbers: dict[str, str] = {}
    for number, node in enumerate(workbook.iterfind("{*}sheets/{*}sheet")):
        numbers[node.get("name", "")] = str(number)
    return numbers


def wanted_names(numbers: Mapping[str, str]) -> Iterator[tuple[NameKey, str]]:
    for name, (page, (row, column)) in layout.SHEET_NAMES.items():
        if page in numbers:
            yield (name, ""), layout.absolute(Box(row, column, row, column), page)
    for sheet in layout.table_sheets():
        if sheet.name not in numbers:
            continue
        for cell, (row, column) in sheet.cells.items():
            place = layout.absolute(Box(row, column, row, column), sheet.name)
            yield (cell, numbers[sheet.name]), place
            yield (sheet.link(cell), ""), place
        lanes = layout.absolute(sheet.printed_with_lanes, sheet.name)
        yield (layout.LANES_NAME, numbers[sheet.name]), lanes


def defined_names(workbook: _Element) -> dict[NameKey, str]:
    found: dict[NameKey, str] = {}
    for node in workbook.iterfind("{*}definedNames/{*}definedName"):
        found[key_of(node)] = node.text or ""
    return found


def define(workbook: _Element, wanted: Mapping[NameKey, str]) -> None:
    """Give names their places, "" to take one away; all stand in Excel's order afterwards."""
    from lxml import etree

    names = workbook.find("{*}definedNames")
    if names is None:
        names = etree.Element(workbook.tag[: -len("workbook")] + "definedNames")
        insert_after(workbook, names, NAMES_BEFORE)
    for node in list(names):
        if key_of(node) in wanted:
            names.remove(node)
    for (name, local_to), place in wanted.items():
        attributes = {"name": name}
        if local_to:
            attributes["localSheetId"] = local_to
        if place:
            etree.SubElement(names, names.tag[:-1], attributes).text = place
    names[:] = sorted(names, key=in_names_order)
    if not len(names):
        workbook.remove(names)


def key_of(node: _Element) -> NameKey:
    return node.get("name", ""), node.get("localSheetId", "")


def in_names_order(node: _Element) -> tuple[str, int]:
    """By name whatever its case; the workbook's own before those of its sheets in their order."""
    name, local_to = key_of(node)
    return name.lower(), whole(local_to, -1)
