"""The editions -> where everything stands in the workbook: sheets, tables, lists, single cells.

Rows and columns are 1-based. A table's form stands below a title line; its live relations stand
beside or under it (the check lane), and its marks stand ``MARK_SHIFT`` columns to the right, hidden
and outside the print area.

Right below and ``MARK_SHIFT`` to the right, on hidden rows and columns, stands the table's image:
what is computed about a cell stands as far from that cell as for every other one. In 表三 (32
lines) the figure D7 has its mirror in X39, the label B7 its guard in V39, the lane K7 its twin in
AE39. Rows and columns both differ, so nothing that a user inserts, deletes or shifts within the
table goes through its image. ``MARK_SHIFT`` further stand the texts: 1 for a figure's cell that
holds a text and no sign, and for a lane that shows something else than its twin. Below the image,
each as many lines further as the table has, stand the steps by which a lane is judged (``STEPS``).

A mark is a number of up to three digits, which the conditional formats read (xlsx_addin/flags.py);
blank is no mark. Its last digit says what is shown: 1 a note, 2 a warning, 3 an error, 4 a cell
that one of several proposals changes (疑?), 5 one that all of them change (疑). The digit before it
says how long: 0 always, 1 until the cell holds a number, 2 as long as any lane of the cell shows a
difference, 3 as long as all of its lanes do. The first one says what shows after a suspect's mark
has gone out: 1 a note, 2 a warning. So 35 in X7 is 疑 at D7 until its row or its column is right,
13 an error at a cell that is blank, and 225 is 疑 while a lane is wrong and ! from then on.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Literal

from gongkai.model import Box, Severity
from gongkai.spreadsheets import DOUBTFUL, Spot
from gongkai.workbook.layout.columns import (
    ABOUT_SPOT,
    BATCH,
    BATCH_COLUMNS,
    BATCH_LIST,
    BATCH_ROWS,
    BATCH_TOP,
    CONTINUED,
    DECISION_HEADS,
    FOLDER_SPOT,
    KEPT_COLUMNS,
    KEPT_ROWS,
    LOG,
    LOG_COLUMNS,
    LOG_LIST,
    LOG_ROWS,
    LOG_TOP,
    OPENING,
    PLACE_ROW,
    PROSE,
    PROSE_COLUMNS,
    PROSE_LIST,
    PROSE_ROWS,
    PROSE_TOP,
    RESULT_COLUMNS,
    RESULT_LIST,
    RESULTS,
    RESULTS_ROWS,
    RESULTS_TOP,
    SUMMARY,
    SUMMARY_LIST,
    SUMMARY_ROWS,
    SUMMARY_TOP,
    WRAPPED,
    ListColumn,
    ListSheet,
    Wrapped,
    is_label,
)
from gongkai.workbook.layout.ranges import (
    absolute,
    address,
    range_of,
    ranges_of,
    rectangles,
    rows_of,
)
from gongkai.workbook.layout.tables import (
    COLUMN_GUARD,
    FORM_TOP,
    LANE_HEAD,
    LANES_NAME,
    MARK_SHIFT,
    SOURCE_SHIFT,
    STEPS,
    TITLE_SPOT,
    Lane,
    TableSheet,
    line_text,
    moved,
    newest_sheet,
    same_form,
    sheet_of,
    sheets_by_edition,
    sheets_shown,
    table_sheets,
    tables_by_name,
)

__all__ = [
    "ABOUT_SPOT",
    "BACKUP",
    "BATCH",
    "BATCH_COLUMNS",
    "BATCH_LIST",
    "BATCH_ROWS",
    "BATCH_TOP",
    "BUTTON_AREAS",
    "COLUMN_GUARD",
    "CONTINUED",
    "COUNTED",
    "COUNT_SPOTS",
    "COVER",
    "COVER_SPOTS",
    "DECISION_HEADS",
    "DISMISSED_SPOT",
    "DOUBTFUL",
    "EDITION_SPOTS",
    "FOLDER_SPOT",
    "FORM_TOP",
    "GUIDE_SPOTS",
    "HOLDS",
    "KEPT_COLUMNS",
    "KEPT_ROWS",
    "LANES_NAME",
    "LANE_HEAD",
    "LIVE_SPOT",
    "LOG",
    "LOG_COLUMNS",
    "LOG_LIST",
    "LOG_ROWS",
    "LOG_TOP",
    "MARK_ALL",
    "MARK_ANY",
    "MARK_BLANK",
    "MARK_CODES",
    "MARK_OVER",
    "MARK_SHIFT",
    "MISSING",
    "MOVED",
    "OPENING",
    "PLACE_ROW",
    "PROSE",
    "PROSE_COLUMNS",
    "PROSE_LIST",
    "PROSE_NAME",
    "PROSE_ROWS",
    "PROSE_TOP",
    "RESULTS",
    "RESULTS_NAME",
    "RESULTS_ROWS",
    "RESULTS_TOP",
    "RESULT_COLUMNS",
    "RESULT_LIST",
    "SETTINGS",
    "SHEET_NAMES",
    "SIGNS",
    "SOURCE_SHIFT",
    "STEPS",
    "SUMMARY",
    "SUMMARY_LIST",
    "SUMMARY_ROWS",
    "SUMMARY_TOP",
    "SUSPECT_CODES",
    "TEXT",
    "TITLE_SPOT",
    "TOOL",
    "TOOL_SAYINGS",
    "TOOL_SPOTS",
    "TO_FILL",
    "WRAPPED",
    "Lane",
    "ListColumn",
    "ListSheet",
    "Suspicion",
    "TableSheet",
    "Wrapped",
    "absolute",
    "address",
    "is_label",
    "line_text",
    "moved",
    "needed_sheets",
    "newest_sheet",
    "range_of",
    "ranges_of",
    "rectangles",
    "report_names",
    "reported_spots",
    "rows_of",
    "same_form",
    "sheet_names",
    "sheet_of",
    "sheets_by_edition",
    "sheets_shown",
    "table_sheets",
    "tables_by_name",
]

# a cell that one of several proposals changes, or that all of them do
Suspicion = Literal["possible", "suspect"]

BACKUP = "备份"  # begins the name of a copy of a sheet
COVER = "封面"
COVER_SPOTS: Mapping[str, Spot] = {
    "title": (5, 3),
    "agency": (6, 3),
    "year": (7, 3),
    "source": (8, 3),
    "published": (9, 3),
    "provenance": (10, 3),
}
EDITION_SPOTS: Mapping[str, Spot] = {
    "disclosure": (11, 3),
    "applications": (12, 3),
    "disputes": (13, 3),
}
COUNT_SPOTS: Mapping[Severity, Spot] = {"error": (16, 3), "warning": (17, 3), "note": (18, 3)}
DISMISSED_SPOT: Spot = (19, 3)
COUNTED: tuple[Spot, ...] = (*COUNT_SPOTS.values(), DISMISSED_SPOT)
LIVE_SPOT: Spot = (15, 3)
# The guide of those who fill the form in: how much is filled, what is blank, broken, next.
GUIDE_SPOTS: Mapping[str, Spot] = {
    "progress": (15, 4),
    "open": (16, 4),
    "broken": (17, 4),
    "next": (18, 4),
}
# Names of the workbook to which its links lead, and where these sheets begin.
RESULTS_NAME, PROSE_NAME = "goto.results", "goto.prose"
SHEET_NAMES: Mapping[str, tuple[str, Spot]] = {
    RESULTS_NAME: (RESULTS, (RESULTS_TOP, 1)),
    PROSE_NAME: (PROSE, (PROSE_TOP, 1)),
}
MISSING = "缺"  # stands for the edition of a table that the report lacks
TO_FILL = "待填"  # in a lane that blanks leave open; 缺 in workbooks of before
HOLDS = "✓"
MOVED = "移"  # in every lane of a table of which a label is not in its place
TEXT = "文"  # in a lane of which a cell holds a text that is no sign
SIGNS: Mapping[Severity, str] = {"error": "✗ 错误", "warning": "! 警告", "note": "i 提示"}

# The sheet that commands and macros share, hidden: what was asked, what came of it, and the texts
# of the macros.
TOOL = "工具"
TOOL_SPOTS: Mapping[str, Spot] = {
    "argument": (2, 2),
    "answer": (3, 2),
    "outcome": (4, 2),
    "text": (5, 2),
    "fingerprint": (6, 2),
    "token": (7, 2),
}
TOOL_SAYINGS = 20  # the first row of the macros' texts: key and text
SETTINGS = "xlwings.conf"  # hidden; xlwings reads its settings from a sheet of this name
# Where the buttons stand on a sheet: cells kept free for them.
BUTTON_AREAS: Mapping[str, Box] = {COVER: Box(5, 4, 9, 4), BATCH: Box(4, 1, 4, 7)}

# What the digits of a mark say: see above.
MARK_CODES: Mapping[Severity, int] = {"note": 1, "warning": 2, "error": 3}
SUSPECT_CODES: Mapping[Suspicion, int] = {"possible": 4, "suspect": 5}
MARK_BLANK = 10
MARK_ANY = 20
MARK_ALL = 30
MARK_OVER = 100


def sheet_names() -> tuple[str, ...]:
    """All sheets of the workbook in their order."""
    return (*report_names(), LOG, BATCH, SUMMARY, TOOL, SETTINGS)


def is_of_others(name: str) -> bool:
    """Whether a sheet is neither ours nor a copy that an import or 还原表格 left."""
    return name not in sheet_names() and not name.startswith(BACKUP)


def reported_spots(name: str, spots: Iterable[Spot]) -> set[Spot]:
    """Where the figures of a table stand, what the cover says of the report, or which ``spots`` are
    texts of the sheet 正文: what is struck or hidden there is no part of the report.
    """
    if name in tables_by_name():
        return set(tables_by_name()[name].cells.values())
    if name == COVER:
        return {COVER_SPOTS[field] for field in ("title", "agency", "year", "published")}
    if name != PROSE:
        return set()
    column = PROSE_COLUMNS["text"]
    return {spot for spot in spots if spot[0] >= PROSE_TOP and spot[1] == column}


def report_names() -> tuple[str, ...]:
    """The sheets that a report is read from, and what a check leaves."""
    return (COVER, *tables_by_name(), PROSE, RESULTS)


def needed_sheets() -> tuple[str, ...]:
    """The sheets without which there is no report: the cover, and each table in its newest form."""
    names = [COVER]
    for table in EDITION_SPOTS:
        names.append(newest_sheet(table).name)
    return tuple(names)
