"""The flags of a table's cells as conditional formats: which cells look at their lanes in the same
way.

A flag looks at the twins of the lanes, which nobody overtypes, and at the mark that Python left
beside the cell.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from gongkai.model import Box, Severity
from gongkai.spreadsheets import Spot, letters
from gongkai.workbook import layout
from gongkai.workbook.layout import Lane, Suspicion, TableSheet, rectangles

Anchor = tuple[
    int, int
]  # (row, column) of a lane; 0 where it is the row or column of the cell that looks at it


@dataclass(frozen=True)
class Flagged:
    """Cells that look at their lanes in the same way; a formula for them is written for the first.

    ``text`` tells whether the first holds a text. ``marked`` are the tests of the lanes whose flag
    the cells carry, ``lanes`` of all that they take part in: true where the lane shows a
    difference. ``merged`` is one figure over several columns.
    """

    box: Box
    merged: bool
    text: str
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
            row, column = sheet.text_flag(spot)
            yield Flagged(
                Box(*spot, spot[0], spot[1] + width - 1), True, f"${letters(column)}{row}", (), ()
            )
            continue
        lanes = sheet.lanes_of(cell_id)
        marked = [lane for lane in lanes if lane.relation.marked == cell_id]
        groups.setdefault((anchors(marked, spot), anchors(lanes, spot)), []).append(spot)
    for (marked_at, lanes_at), spots in groups.items():
        for box in rectangles(spots):
            row, column = sheet.text_flag((box.top, box.left))
            text = f"{letters(column)}{row}"
            yield Flagged(
                box, False, text, tests(sheet, box, marked_at), tests(sheet, box, lanes_at)
            )


def anchors(lanes: Iterable[Lane], cell: Spot) -> tuple[Anchor, ...]:
    return tuple(
        (0 if row == cell[0] else row, 0 if column == cell[1] else column)
        for row, column in (x.spot for x in lanes)
    )


def tests(sheet: TableSheet, box: Box, places: Iterable[Anchor]) -> tuple[str, ...]:
    return tuple(f"ISNUMBER({seen_from(sheet, box, place)})" for place in places)


def seen_from(sheet: TableSheet, box: Box, place: Anchor) -> str:
    """The twin of a lane as the first of some cells sees it: $AE39 from D7 in 表三, whose lane is
    K7.
    """
    row, column = sheet.image((place[0] or box.top, place[1] or box.left))
    return f"{'$' * bool(place[1])}{letters(column)}{'$' * bool(place[0])}{row}"


def any_of(conditions: Sequence[str]) -> str:
    return conditions[0] if len(conditions) == 1 else f"OR({','.join(conditions)})"


def mark_lives(cells: Flagged, code: int) -> list[str]:
    """A mark of this code, for good or until a figure stands in the cell."""
    return [
        f"{cells.mark}={code}",
        f"AND({cells.mark}={code + layout.MARK_BLANK},NOT(ISNUMBER({cells.figure})))",
    ]


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
