"""Lines of a table back in their places, in a workbook's file: whole rows and columns first, then
figures and labels.

What a line takes along (its looks, notes beside it, comments, links) moves with it, and formulas
elsewhere that look at the table look at the same cells afterwards. Results of formulas are stored
by whoever writes next (``stored``).
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from copy import deepcopy
from functools import cache
from typing import TYPE_CHECKING

from gongkai.opc import comments, package
from gongkai.spreadsheets import Area, Spot, area_of, xlsx
from gongkai.workbook import layout
from gongkai.workbook.live import fittings, foreign, formulas, restoring, steps, stored

if TYPE_CHECKING:
    from lxml.etree import _Element

REFERENCE = re.compile(r"\$?[A-Z]{1,3}\$?\d+")
COUNT = re.compile(r"\b\d+\b")
WITH_PLACES = (
    "hyperlinks/{*}hyperlink",
    "conditionalFormatting",
    "dataValidations/{*}dataValidation",
)
Official = Callable[[Spot], Spot | None]  # where a cell belongs; None for one on a line that goes


def put_back(
    book: stored.OpenFile,
    model: stored.OpenFile,
    parts: comments.NewParts,
    standing: restoring.Standing,
) -> None:
    """Rows and columns in their places, then figures and labels in theirs.

    ``model`` is the template.
    """
    sheet = standing.sheet
    root, template = book.root(sheet.name), model.root(sheet.name)
    place = official_place(standing)
    single_formulas(book, sheet.name)
    look_again(book, sheet.name, place)
    figures = figures_of(root, standing)
    others = merged_beside(root, sheet)
    shift(root, standing)
    clear_between(root, sheet)
    put_figures(root, standing, figures)
    put_texts(root, model, sheet)
    for node in others:
        node.set("ref", moved_areas(node.get("ref", ""), place))
    replace_list(root, template, "mergeCells", [*merged_cells(template), *others])
    move_places(root, place)
    if standing.kept_columns != standing.official_columns:
        put_columns(root, template, standing)
    comments.move_comments(
        parts, book.parts[sheet.name], root, place, lambda cell: moved_areas(cell, place)
    )


def official_place(standing: restoring.Standing) -> Official:
    """Where any cell of the sheet belongs: a figure by its labels, all else by the line on which it
    stands.
    """
    rows = turned(standing.kept_rows, standing.sheet.last_line)
    columns = turned(standing.kept_columns, standing.sheet.size.right + 1)
    figures = places_of(standing)

    def place(spot: Spot) -> Spot | None:
        if spot in figures:
            return figures[spot]
        row = moved_line(spot[0], rows, foreign.LAST_ROW)
        column = moved_line(spot[1], columns, foreign.LAST_COLUMN)
        return (row, column) if row and column else None

    return place


def turned(lines: restoring.Lines, last: int) -> dict[int, int]:
    """Where a line stands -> the official one; 0 -> how far those below the table go."""
    found = dict(zip(lines.values(), lines, strict=True))
    return found | {0: last - max(found)}


def moved_line(place: int, lines: Mapping[int, int], last: int) -> int:
    """The official line of a place, 0 for one that goes; ``last`` is the sheet's."""
    if place in lines:
        return lines[place]
    moved = place + lines[0] if place > max(lines) else 0
    return moved if moved <= last else 0


# --- formulas of others ---------------------------------------------------------------------------


def single_formulas(book: stored.OpenFile, name: str) -> None:
    """Every formula of a sheet by itself: shared ones each with its text, array formulas as their
    results.
    """
    sheet = book.sheet(name)
    if sheet is None:
        return
    for spot, (text, cell) in list(sheet.foreign.items()):
        formula = cell.find("{*}f")
        if formula is None or formula.get("t", "normal") == "normal":
            continue
        if formula.get("t") == "shared" and text != "=":
            formula.text = text[1:]
            package.drop(formula, "t", "si", "ref")
        else:
            cell.remove(formula)
            del sheet.foreign[spot]


def look_again(book: stored.OpenFile, moved: str, place: Official) -> None:
    """Formulas of others look at the cells that they looked at.

    Of what is gone they keep the result that they had.
    """
    for name in book.parts:
        sheet = book.sheet(name) if b"f>" in book.content(name) else None
        if sheet is None:
            continue
        for spot, (text, cell) in list(sheet.foreign.items()):
            formula, told = cell.find("{*}f"), foreign.moved_formula(name, text, moved, place)
            if formula is None or told == text:
                continue
            if told is None:
                cell.remove(formula)
                del sheet.foreign[spot]
            else:
                formula.text = told[1:]
                sheet.foreign[spot] = told, cell


# --- figures and texts ----------------------------------------------------------------------------


def figures_of(root: _Element, standing: restoring.Standing) -> dict[Spot, _Element]:
    """Official place -> a copy of the cell that belongs there, with the result in the place of a
    formula.
    """
    places = places_of(standing)
    found: dict[Spot, _Element] = {}
    for spot, cell in fittings.all_cells(root):
        official = places.get(spot)
        if official is None or not len(cell) or is_lane(standing.sheet.name, cell):
            continue
        copy = deepcopy(cell)
        for formula in copy.findall("{*}f"):
            copy.remove(formula)
        found[official] = copy
    return found


def places_of(standing: restoring.Standing) -> dict[Spot | None, Spot]:
    """Where a figure stands -> its official place."""
    found: dict[Spot | None, Spot] = {}
    for spot in standing.sheet.cells.values():
        found[standing.place(spot)] = spot
    return found


def is_lane(name: str, cell: _Element) -> bool:
    """Whether a cell holds a lane, with whatever references: one that was dragged has others."""
    text = cell.findtext("{*}f")
    return steps.is_lane_formula(f"={text}") and shape_of(f"={text}") in shapes_of(name)


def drop_strays(book: stored.OpenFile, sheet: layout.TableSheet) -> None:
    """No lane anywhere but in its place: one that was dragged away would show what it once did."""
    own: set[Spot] = set()
    for lane in sheet.lanes.values():
        own |= {lane.spot, sheet.image(lane.spot)}
    for spot, cell in fittings.all_cells(book.root(sheet.name)):
        if spot not in own and is_lane(sheet.name, cell):
            fittings.empty(cell)


@cache
def shapes_of(name: str) -> frozenset[str]:
    return frozenset(map(shape_of, formulas.formulas_of(name).values()))


def shape_of(text: str) -> str:
    """=IF(SUM(D7:I7)=3,…) -> =IF(SUM(@:@)=#,…)."""
    return COUNT.sub("#", REFERENCE.sub("@", text))


def shift(root: _Element, standing: restoring.Standing) -> None:
    """Whole rows and columns of the sheet to where the form has them.

    Lines that are none of the table's go.
    """
    data = root.find("{*}sheetData")
    if data is None:
        return
    rows = turned(standing.kept_rows, standing.sheet.last_line)
    columns = turned(standing.kept_columns, standing.sheet.size.right + 1)
    for number, row in xlsx.index_rows(data).items():
        place = moved_line(number, rows, foreign.LAST_ROW)
        for (_, column), cell in list(xlsx.placed_cells(row, number)):
            at = moved_line(column, columns, foreign.LAST_COLUMN)
            if at:
                cell.set("r", layout.address((place or number, at)))
            else:
                row.remove(cell)
        if place:
            row.set("r", str(place))
            package.drop(row, "spans")
        else:
            data.remove(row)


def clear_between(root: _Element, sheet: layout.TableSheet) -> None:
    """Nothing in the table besides figures and texts."""
    size = sheet.size
    kept = {*sheet.cells.values(), *sheet.own_texts}
    for spot, cell in fittings.all_cells(root):
        is_inside = spot[0] <= size.bottom and spot[1] <= size.right
        if is_inside and len(cell) and spot not in kept:
            fittings.empty(cell)


def put_figures(
    root: _Element, standing: restoring.Standing, figures: Mapping[Spot, _Element]
) -> None:
    """A line that was deleted has the looks of the one above, or before."""
    cells = fittings.CellsOf(root)
    sheet = standing.sheet
    for row in standing.missing_rows:
        for column in range(1, sheet.size.right + 2):
            cells.dress((row, column), (row - 1, column))
    for column in standing.missing_columns:
        for row in range(1, sheet.last_line + 1):
            cells.dress((row, column), (row, column - 1))
    for spot in sheet.cells.values():
        if spot in figures or spot in cells.found:
            cells.fill(spot, figures.get(spot))


def put_texts(root: _Element, model: stored.OpenFile, sheet: layout.TableSheet) -> None:
    """Labels as the template has them."""
    cells, template = fittings.CellsOf(root), model.sheet(sheet.name)
    # A note may stand in the place of the title or of the last line by now.
    own = {*sheet.own_texts} - {layout.TITLE_SPOT, *sheet.hint}
    for spot in sorted(own):
        text = template.cells.get(spot) if template else None
        if isinstance(text, str):
            cells.write(spot, text)


# --- what goes with them --------------------------------------------------------------------------


def merged_cells(root: _Element) -> list[_Element]:
    return list(root.iterfind("{*}mergeCells/{*}mergeCell"))


def merged_beside(root: _Element, sheet: layout.TableSheet) -> list[_Element]:
    """The merged cells outside of a table and its image."""
    found: list[_Element] = []
    for node in merged_cells(root):
        area = area_of(node.get("ref", ""))
        if area is None:
            continue
        if area[0] > sheet.hidden_lines[-1] + 1 or area[1] > sheet.last_hidden + 1:
            found.append(node)
    return found


def replace_list(root: _Element, template: _Element, name: str, nodes: list[_Element]) -> None:
    """Give a sheet the list (merged cells, columns) that these nodes make."""
    old, new = root.find(f"{{*}}{name}"), template.find(f"{{*}}{name}")
    if new is None:
        return
    copy = deepcopy(new)
    for node in list(copy):
        copy.remove(node)
    copy.extend(map(deepcopy, nodes))
    if copy.get("count"):
        copy.set("count", str(len(nodes)))
    if old is not None:
        root.replace(old, copy)
        return
    before = list(template)[: template.index(new)]
    package.insert_after(root, copy, list(map(package.local, before)))


def move_places(root: _Element, place: Official) -> None:
    """Links, validations and conditional formats with the cells on which they lie."""
    for path in WITH_PLACES:
        for node in list(root.iterfind(f"{{*}}{path}")):
            name = "ref" if node.get("ref") else "sqref"
            areas = moved_areas(node.get(name, ""), place)
            if areas:
                node.set(name, areas)
            else:
                package.take_out(node)


def moved_areas(places: str, place: Official) -> str:
    """N10 D9:E12 -> N9 D8:E11; what lies on lines that go is left out."""
    found: list[str] = []
    for text in places.split():
        area = area_of(text)
        moved = moved_area(area, place) if area else ""
        if moved:
            found.append(moved)
    return " ".join(found)


def moved_area(area: Area, place: Official) -> str:
    first, last = place(area[:2]), place(area[2:])
    if first is None or last is None:
        kept: list[Spot] = []
        for spot in edges(area):
            there = place(spot)
            if there is not None:
                kept.append(there)
        if not kept:
            return ""
        first, last = min(kept), max(kept)
    return (
        layout.address(first)
        if first == last
        else f"{layout.address(first)}:{layout.address(last)}"
    )


def edges(area: Area) -> Iterator[Spot]:
    """The cells of an area's first column and row: enough to find what is left of it."""
    top, left, bottom, right = area
    for row in range(top, min(bottom, top + 500) + 1):
        yield row, left
    for column in range(left, min(right, left + 500) + 1):
        yield top, column


def put_columns(root: _Element, template: _Element, standing: restoring.Standing) -> None:
    """Widths of the table and of what is hidden as the template has them.

    Further columns keep theirs.
    """
    sheet = standing.sheet
    delta = sheet.size.right + 1 - max(standing.kept_columns.values())
    beyond = []
    for node in root.iterfind("{*}cols/{*}col"):
        for part in fittings.outside(node, 1, sheet.last_hidden - delta):
            part.set("min", str(package.whole(part.get("min")) + delta))
            part.set("max", str(min(package.whole(part.get("max")) + delta, foreign.LAST_COLUMN)))
            beyond.append(part)
    replace_list(root, template, "cols", [*template.iterfind("{*}cols/{*}col"), *beyond])
