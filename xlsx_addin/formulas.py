"""Relations as native formulas, and the ranges on which their flags lie.

Only functions that Excel, WPS and LibreOffice share; every formula looks at its own sheet, except the cover's.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from gongkai.model import Box, Severity
from gongkai.spreadsheets import Spot, letters
from gongkai.workbook import layout
from gongkai.workbook.layout import Lane, Suspicion, TableSheet, address

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


@dataclass(frozen=True)
class Flagged:
    """Cells that look at their lanes in the same way; a formula for them is written for the first.

    ``marked`` are the tests of the lanes whose flag the cells carry, ``lanes`` of all that they take part in: true
    where the lane shows a difference. ``merged`` is one figure over several columns.
    """

    box: Box
    merged: bool
    marked: tuple[str, ...]
    lanes: tuple[str, ...]

    @property
    def mark(self) -> str:
        return f"{'$' * self.merged}{letters(self.box.left + layout.MARK_SHIFT)}{self.box.top}"

    @property
    def figure(self) -> str:
        return f"{'$' * self.merged}{letters(self.box.left)}{self.box.top}"


def flagged_boxes(sheet: TableSheet) -> Iterator[Flagged]:
    """Each cell in one of them: where ranges overlap, programs differ on which rule wins."""
    groups: dict[tuple[tuple[Anchor, ...], tuple[Anchor, ...]], list[Spot]] = {}
    for cell_id, spot in sheet.cells.items():
        width = sheet.form.cells[cell_id].box.width
        if width > 1:
            yield Flagged(Box(spot[0], spot[1], spot[0], spot[1] + width - 1), True, (), ())
            continue
        lanes = sheet.lanes_of(cell_id)
        marked = [lane for lane in lanes if lane.relation.marked == cell_id]
        groups.setdefault((anchors(marked, spot), anchors(lanes, spot)), []).append(spot)
    for (marked_at, lanes_at), spots in groups.items():
        for box in rectangles(spots):
            yield Flagged(box, False, tests(box, marked_at), tests(box, lanes_at))


def anchors(lanes: Iterable[Lane], cell: Spot) -> tuple[Anchor, ...]:
    return tuple(
        (0 if row == cell[0] else row, 0 if column == cell[1] else column) for row, column in (x.spot for x in lanes)
    )


def tests(box: Box, places: Iterable[Anchor]) -> tuple[str, ...]:
    return tuple(f"ISNUMBER({seen_from(box, place)})" for place in places)


def seen_from(box: Box, place: Anchor) -> str:
    row, column = place
    return (f"${letters(column)}" if column else letters(box.left)) + (f"${row}" if row else str(box.top))


def any_of(conditions: Sequence[str]) -> str:
    return conditions[0] if len(conditions) == 1 else f"OR({','.join(conditions)})"


def mark_lives(cells: Flagged, code: int) -> list[str]:
    """A mark of this code, for good or until a figure stands in the cell."""
    return [f"{cells.mark}={code}", f"AND({cells.mark}={code + layout.MARK_BLANK},NOT(ISNUMBER({cells.figure})))"]


def mark_flag(cells: Flagged, severity: Severity) -> str:
    """A warning or a note may stand under the mark of a suspect, whose rule comes first."""
    code = layout.MARK_CODES[severity]
    under = [] if severity == "error" else [f"INT({cells.mark}/{layout.MARK_OVER})={code}"]
    return any_of([*mark_lives(cells, code), *under])


def suspect_flag(cells: Flagged, suspicion: Suspicion) -> str:
    """The mark of a suspect may live by the lanes of its cell, as its code says."""
    code = layout.SUSPECT_CODES[suspicion]
    mark = f"MOD({cells.mark},{layout.MARK_OVER})"
    by_lanes = [
        f"AND({mark}={code + layout.MARK_ANY},{any_of(cells.lanes)})",
        f"AND({mark}={code + layout.MARK_ALL},{','.join(cells.lanes)})",
    ]
    return any_of([*mark_lives(cells, code), *by_lanes])


# --- cover --------------------------------------------------------------------------------------------------------


def by_edition(table: str, each: Mapping[str, str]) -> str:
    """Choose among texts by sheet name, by the edition of a table that the cover names; the newest by default."""
    formula = each[layout.newest_sheet(table).name]
    cell = f"$C${layout.EDITION_SPOTS[table][0]}"
    for sheet in layout.table_sheets():
        if sheet.table == table and sheet is not layout.newest_sheet(table):
            formula = f"IF({cell}={sheet.editions[0]},{each[sheet.name]},{formula})"
    return formula


def figure_count(table: str) -> str:
    """A formula for the number of figures in a table's cells: without any, nothing there is checked."""
    sheets = [sheet for sheet in layout.table_sheets() if sheet.table == table]
    return f"={by_edition(table, {sheet.name: counted_figures(sheet) for sheet in sheets})}"


def counted_figures(sheet: TableSheet) -> str:
    ranges = [f"'{sheet.name}'!{range_of(box)}" for box in rectangles(sheet.cells.values())]
    return f"COUNT({','.join(ranges)})"


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
