"""What Calc's own undo leaves out of a block that was written: cells that were blank before.

Its undo of setDataArray copies the old contents back, and blanks over nothing: the 1 in a cell that
was empty stays. A single cell is undone rightly. So the blanks that a block will fill are entered
one by one before it: undone, the block leaves what was entered, and each entry a blank.
"""

from __future__ import annotations

WRITE = "write"  # [token, [sheet, row, column], rows, …]
ENTERED = 0.0


def enter_blanks(document, op, arguments, host):
    """Before a primitive is done. ``host`` does others: what a merged cell covers stays so."""
    if op != WRITE:
        return
    (sheet, top, left), rows = arguments[1], arguments[2]
    page = document.Sheets.getByName(sheet)
    cells = page.getCellRangeByPosition(
        left - 1, top - 1, left + len(rows[0]) - 2, top + len(rows) - 2
    )
    box = [sheet, top, left, len(rows), len(rows[0])]
    merged = host("merged", [arguments[0], box], 0)
    for area in cells.queryEmptyCells().getRangeAddresses():
        for row in range(area.StartRow, area.EndRow + 1):
            for column in range(area.StartColumn, area.EndColumn + 1):
                is_filled = rows[row - top + 1][column - left + 1] not in (None, "")
                if is_filled and not is_covered(row + 1, column + 1, merged):
                    page.getCellByPosition(column, row).setValue(ENTERED)


def is_covered(row, column, merged):
    """``merged``: [row, column, height, width], counted from 1 as the cell is."""
    for top, left, height, width in merged:
        is_within = top <= row < top + height and left <= column < left + width
        if is_within and (row, column) != (top, left):
            return True
    return False
