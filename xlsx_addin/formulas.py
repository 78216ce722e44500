"""Room: template. Relations as native formulas, and the ranges on which their flags lie.

Only functions that Excel, WPS and LibreOffice share; every formula looks at its own sheet, except the cover's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping

from gongkai.model import Box, Severity
from gongkai.spreadsheets import letters
from gongkai.workbook import layout
from gongkai.workbook.layout import Lane, Spot, TableSheet, address

NEAR = "0.0000001"  # sums of decimals miss each other by less than this, figures never
Anchor = tuple[int, int]  # (row, column) of a lane; 0 where it is the row or column of the cell that looks at it


def lane_formula(sheet: TableSheet, lane: Lane) -> str:
    """✓, the signed difference, "" (nothing filled in) or 缺 (open); blanks are unknown figures from 0 upwards."""
    relation = lane.relation
    parts, whole = (cell_ranges(sheet, cells) for cells in (relation.parts, relation.whole))
    gap = f"SUM({parts})-SUM({whole})"
    parts_full, whole_full = f"COUNT({parts})={len(relation.parts)}", f"COUNT({whole})={len(relation.whole)}"
    broken = f"OR(AND({gap}>{NEAR},{whole_full}),AND({gap}<-{NEAR},{parts_full}))"
    holds = f"AND(ABS({gap})<={NEAR},COUNT({whole})>0,OR({parts_full},{whole_full}))"
    return f'=IF(COUNT({parts},{whole})=0,"",IF({broken},{gap},IF({holds},"{layout.HOLDS}","{layout.MISSING}")))'


def cell_ranges(sheet: TableSheet, cells: Iterable[str]) -> str:
    """``D4:I4`` or ``D6:D26,D30``: the cells as the fewest ranges."""
    return ",".join(range_of(box) for box in rectangles(sheet.cells[cell_id] for cell_id in cells))


def range_of(box: Box) -> str:
    first, last = address((box.top, box.left)), address((box.bottom, box.right))
    return first if first == last else f"{first}:{last}"


def rectangles(spots: Iterable[Spot]) -> list[Box]:
    """Cells -> rectangles that cover each once: runs along a row, equal runs of neighbouring rows joined."""
    runs: list[Box] = []
    for row, column in sorted(spots):
        if runs and runs[-1].top == row and runs[-1].right == column - 1:
            runs[-1] = Box(row, runs[-1].left, row, column)
        else:
            runs.append(Box(row, column, row, column))
    joined: list[Box] = []
    for run in runs:
        above = next((box for box in joined if fits_below(run, box)), None)
        if above:
            joined.remove(above)
            run = Box(above.top, run.left, run.bottom, run.right)
        joined.append(run)
    return joined


def fits_below(run: Box, box: Box) -> bool:
    return box.bottom == run.top - 1 and (box.left, box.right) == (run.left, run.right)


# --- flags --------------------------------------------------------------------------------------------------------


def marked_flags(sheet: TableSheet) -> Iterator[tuple[Box, str]]:
    """(range, formula) for the cells that carry a relation's flag: true where a lane of theirs shows a difference."""
    return flags(sheet, {cell_id: marked_by(sheet, cell_id) for cell_id in sheet.cells})


def part_flags(sheet: TableSheet) -> Iterator[tuple[Box, str]]:
    """The same for every cell that takes part in a relation."""
    return flags(sheet, {cell_id: lanes_of(sheet, cell_id) for cell_id in sheet.cells})


def marked_by(sheet: TableSheet, cell_id: str) -> list[Lane]:
    return [lane for lane in sheet.lanes.values() if lane.relation.marked == cell_id]


def lanes_of(sheet: TableSheet, cell_id: str) -> list[Lane]:
    return [lane for lane in sheet.lanes.values() if cell_id in lane.relation.cells]


def flags(sheet: TableSheet, lanes: Mapping[str, list[Lane]]) -> Iterator[tuple[Box, str]]:
    """Cells that look at their lanes in the same way share one rule, written for its first cell."""
    groups: dict[tuple[Anchor, ...], list[Spot]] = {}
    for cell_id, found in lanes.items():
        if found:
            spot = sheet.cells[cell_id]
            groups.setdefault(tuple(anchor(lane.spot, spot) for lane in found), []).append(spot)
    for anchors, spots in groups.items():
        for box in rectangles(spots):
            tests = [f"ISNUMBER({seen_from(box, place)})" for place in anchors]
            yield box, tests[0] if len(tests) == 1 else f"OR({','.join(tests)})"


def anchor(lane: Spot, cell: Spot) -> Anchor:
    return 0 if lane[0] == cell[0] else lane[0], 0 if lane[1] == cell[1] else lane[1]


def seen_from(box: Box, place: Anchor) -> str:
    row, column = place
    return (f"${letters(column)}" if column else letters(box.left)) + (f"${row}" if row else str(box.top))


def mark_flags(sheet: TableSheet, severity: Severity) -> Iterator[tuple[Box, str]]:
    """(range, formula) for the marks of one severity; merged cells have a rule each."""
    code = layout.MARK_CODES[severity]
    single = [place for cell_id, place in sheet.cells.items() if sheet.form.cells[cell_id].box.width == 1]
    boxes = rectangles(single)
    for cell_id, (row, column) in sheet.cells.items():
        width = sheet.form.cells[cell_id].box.width
        if width > 1:
            boxes.append(Box(row, column, row, column + width - 1))
    for box in boxes:
        fixed = "$" if box.width > 1 and (box.top, box.left) not in single else ""
        mark = f"{fixed}{letters(box.left + layout.MARK_SHIFT)}{box.top}"
        figure = f"{fixed}{letters(box.left)}{box.top}"
        yield box, f"OR({mark}={code},AND({mark}={code + layout.MARK_BLANK},NOT(ISNUMBER({figure}))))"


# --- cover --------------------------------------------------------------------------------------------------------


def by_edition(table: str, each: Mapping[str, str]) -> str:
    """Choose among texts by sheet name, by the edition of a table that the cover names; the newest by default."""
    formula = each[layout.newest_sheet(table).name]
    cell = f"$C${layout.EDITION_SPOTS[table][0]}"
    for sheet in layout.table_sheets():
        if sheet.table == table and sheet is not layout.newest_sheet(table):
            formula = f"IF({cell}={sheet.editions[0]},{each[sheet.name]},{formula})"
    return formula


def relation_counts(table: str) -> tuple[str, str, str]:
    """Formulas for the number of a table's relations, of those broken and of those that hold."""
    sheets = [sheet for sheet in layout.table_sheets() if sheet.table == table]
    lanes = {sheet.name: lane_ranges(sheet) for sheet in sheets}
    total = {sheet.name: str(len(sheet.lanes)) for sheet in sheets}
    broken = {name: f"COUNT({','.join(ranges)})" if ranges else "0" for name, ranges in lanes.items()}
    holding = {
        name: "+".join(f'COUNTIF({each},"{layout.HOLDS}")' for each in ranges) or "0" for name, ranges in lanes.items()
    }
    return tuple(f"={by_edition(table, each)}" for each in (total, broken, holding))  # type: ignore[return-value]


def lane_ranges(sheet: TableSheet) -> list[str]:
    return [f"'{sheet.name}'!{range_of(box)}" for box in rectangles(lane.spot for lane in sheet.lanes.values())]
