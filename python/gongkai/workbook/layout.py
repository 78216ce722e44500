"""The editions -> where everything stands in the workbook.

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
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from typing import Literal

from gongkai.editions import editions
from gongkai.model import Box, Cell, Edition, Form, Label, Relation, Severity
from gongkai.spreadsheets import Spot, letters

Suspicion = Literal[
    "possible", "suspect"
]  # a cell that one of several proposals changes, or that all of them do

COVER, PROSE, RESULTS = "封面", "正文", "校验结果"
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
# stands for the edition of a table that the report lacks, and in a lane that blanks leave open
MISSING = "缺"
HOLDS = "✓"
MOVED = "移"  # in every lane of a table of which a label is not in its place
TEXT = "文"  # in a lane of which a cell holds a text that is no sign

PROSE_TOP, PROSE_ROWS = 4, 400
PROSE_COLUMNS: Mapping[str, int] = {"number": 1, "title": 2, "text": 3}
CONTINUED = "续"

RESULTS_TOP, RESULTS_ROWS = 4, 100
RESULT_COLUMNS: Mapping[str, int] = {
    "number": 1,
    "severity": 2,
    "table": 3,
    "place": 4,
    "stated": 5,
    "computed": 6,
    "difference": 7,
    "message": 8,
    "proposal": 9,
    "adopt": 10,
    "verdict": 11,
    "reason": 12,
    "state": 13,
    # next to what is seen, so that a program that sorts the list takes all of a row along
    "key": 14,
    "link": 15,
    "link_text": 16,
    "lane": 17,  # place in the table's image: row * PLACE_ROW + column
    "blank": 18,
    "now": 19,  # what stands there now
}
PLACE_ROW = 1_000
# What was changed by adopting a proposal: appended to, never cleared.
LOG, LOG_TOP, LOG_ROWS = "修改记录", 4, 9_000
LOG_COLUMNS: Mapping[str, int] = {
    "time": 1,
    "table": 2,
    "cell": 3,
    "name": 4,
    "stated": 5,
    "proposed": 6,
    "reason": 7,
}
DECISION_HEADS: Mapping[str, str] = {
    "verdict": "处理",
    "reason": "理由",
}  # tell the columns from others of an older sheet
# Decisions on findings that are not shown, hidden beside the results.
KEPT_ROWS = 200
KEPT_COLUMNS: Mapping[str, int] = {"key": 20, "verdict": 21, "reason": 22}
ABOUT_SPOT: Spot = (
    RESULTS_TOP - 1,
    KEPT_COLUMNS["key"],
)  # hidden: whose report the results are about
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
SETTINGS = "xlwings.conf"  # hidden; xlwings reads its settings from a sheet of this name
TOOL_SAYINGS = 20  # the first row of the macros' texts: key and text
BATCH, SUMMARY = "批量导入", "汇总"
FOLDER_SPOT: Spot = (3, 2)  # on the batch sheet: the folder for the reports' own workbooks
BATCH_TOP, BATCH_ROWS = 6, 2_000
BATCH_COLUMNS: Mapping[str, int] = {
    "source": 1,
    "state": 2,
    "agency": 3,
    "year": 4,
    "editions": 5,
    "errors": 6,
    "message": 7,
    "finished": 8,
    "file": 9,
}
SUMMARY_TOP, SUMMARY_ROWS = 15, 5_000  # its columns are those of workbook.lists
# Where the buttons stand on a sheet: cells kept free for them.
BUTTON_AREAS: Mapping[str, Box] = {COVER: Box(5, 4, 9, 4), BATCH: Box(4, 1, 4, 7)}
# before a source text that is no certain figure: seen at once, and never taken for a formula
DOUBTFUL = "？"

# Pixels at 100 %.
PROSE_WIDTHS: Mapping[str, int] = {"number": 44, "title": 190, "text": 760}
RESULT_WIDTHS: Mapping[str, int] = {
    "number": 38,
    "severity": 62,
    "table": 72,
    "place": 160,
    "stated": 62,
    "computed": 62,
    "difference": 62,
    "message": 380,
    "proposal": 236,
    "adopt": 40,
    "verdict": 52,
    "reason": 112,
    "state": 60,
}
LOG_WIDTHS: Mapping[str, int] = {
    "time": 140,
    "table": 100,
    "cell": 100,
    "name": 260,
    "stated": 84,
    "proposed": 84,
    "reason": 560,
}
BATCH_WIDTHS: Mapping[str, int] = {
    "source": 330,
    "state": 78,
    "agency": 160,
    "year": 52,
    "editions": 86,
    "errors": 52,
    "message": 400,
    "finished": 122,
    "file": 260,
}
SIGNS: Mapping[Severity, str] = {"error": "✗ 错误", "warning": "! 警告", "note": "i 提示"}

TITLE_SPOT: Spot = (1, 1)
FORM_TOP = 2  # the form's first line; the title stands above it
GUARDED = ("row", "column", "group")  # kinds of labels
LANE_HEAD = "勾稽校验"
LANES_NAME = f"含{LANE_HEAD}"  # names on each sheet of a table what is printed with its lanes
MARK_SHIFT = 20
SOURCE_SHIFT = 2 * MARK_SHIFT  # hidden as well: what the source of a converted figure says
# By which a lane is judged (workbook.live.steps), each as far below the step before.
STEPS = ("gap", "round1", "round2", "round3", "broken", "settling", "assumed")
MARK_CODES: Mapping[Severity, int] = {"note": 1, "warning": 2, "error": 3}
SUSPECT_CODES: Mapping[Suspicion, int] = {"possible": 4, "suspect": 5}
MARK_BLANK = 10  # added to the code of a mark that goes out once the cell holds a number
MARK_ANY = (
    20  # added to that of a suspect: it shows as long as any lane of the cell shows a difference
)
MARK_ALL = 30  # the same, as long as all of them do
MARK_OVER = (
    100  # times the code of a warning or note that shows once the mark of a suspect has gone out
)


@dataclass(frozen=True)
class Wrapped:
    """A list whose rows are as high as their texts: (column, pixels) of each text, size of a
    character in pixels.
    """

    columns: tuple[tuple[int, int], ...]
    glyph: float


WRAPPED: Mapping[str, Wrapped] = {
    PROSE: Wrapped(
        tuple((PROSE_COLUMNS[name], PROSE_WIDTHS[name]) for name in ("title", "text")), 15
    ),
    RESULTS: Wrapped(
        (
            (RESULT_COLUMNS["link_text"], RESULT_WIDTHS["place"]),
            (RESULT_COLUMNS["message"], RESULT_WIDTHS["message"]),
            (RESULT_COLUMNS["proposal"], RESULT_WIDTHS["proposal"]),
            (RESULT_COLUMNS["reason"], RESULT_WIDTHS["reason"]),
        ),
        13.5,
    ),
    LOG: Wrapped(tuple((LOG_COLUMNS[name], LOG_WIDTHS[name]) for name in ("name", "reason")), 13.5),
    BATCH: Wrapped(
        tuple(
            (BATCH_COLUMNS[name], BATCH_WIDTHS[name]) for name in ("agency", "editions", "message")
        ),
        13.5,
    ),
}


@dataclass(frozen=True)
class Lane:
    """One live relation: where its result stands."""

    relation: Relation
    spot: Spot
    beside: bool


@dataclass(frozen=True)
class TableSheet:
    """The sheet of one form. ``editions`` are all that print this table alike; ``cells``, ``marks``
    and ``sources`` by cell id."""

    name: str
    code: str
    table: str
    editions: tuple[str, ...]
    form: Form
    labels: tuple[tuple[Label, Box], ...]
    cells: Mapping[str, Spot]
    marks: Mapping[str, Spot]
    sources: Mapping[str, Spot]
    lanes: Mapping[str, Lane]

    @property
    def size(self) -> Box:
        return moved(self.form.size)

    @cached_property
    def lane_lines(self) -> tuple[int, ...]:
        """The rows of the lanes that stand under the table."""
        return tuple(sorted({lane.spot[0] for lane in self.lanes.values() if not lane.beside}))

    @property
    def last_line(self) -> int:
        """The last row that is seen: the table, its lanes, and what their signs mean."""
        return self.size.bottom + len(self.lane_lines) + (1 if self.lanes else 0)

    @property
    def printed(self) -> Box:
        """What is printed: title and table as the official form has them, A1:J29 of 表三."""
        return Box(*TITLE_SPOT, self.size.bottom, self.size.right)

    @property
    def printed_with_lanes(self) -> Box:
        """The same with its lanes and what their signs mean, A1:K32 of 表三."""
        beside = any(lane.beside for lane in self.lanes.values())
        return Box(*TITLE_SPOT, self.last_line, self.size.right + (1 if beside else 0))

    @property
    def is_moved(self) -> Spot:
        """The cell that says which label is not in its place: 第9行, "" for none."""
        return self.image(TITLE_SPOT)

    @property
    def first_moved(self) -> Spot:
        """The number of the first guard whose label is not in its place."""
        return self.image((TITLE_SPOT[0], TITLE_SPOT[1] + 2))

    @property
    def signs(self) -> Spot:
        """The cell that holds the signs, such as /, that stand for nothing."""
        return self.image((TITLE_SPOT[0], TITLE_SPOT[1] + 1))

    @property
    def image_box(self) -> Box:
        first, last = self.image(TITLE_SPOT), self.image((self.last_line, self.size.right + 1))
        return Box(*first, *last)

    @property
    def last_hidden(self) -> int:
        """The last hidden column: that which tells whether a lane beside the table was
        overtyped.
        """
        return self.text_flag((1, self.size.right + 1))[1]

    @property
    def hidden_lines(self) -> range:
        """The rows of the image and of the steps below it."""
        last = self.step((self.last_line, 1), STEPS[-1])[0] if self.lanes else self.image_box.bottom
        return range(self.image_box.top, last + 1)

    def image(self, place: Spot) -> Spot:
        """Where what is computed about a cell stands: D7 -> X39."""
        return place[0] + self.last_line, place[1] + MARK_SHIFT

    def link(self, cell_id: str) -> str:
        """The workbook's name for a figure's cell, to which links lead: an address would fail where
        Excel counts columns by numbers (R7C4). Of the newest edition
        goto.applications.granted.total, of 2019 goto2019.… .
        """
        edition = "" if self is newest_sheet(self.table) else self.editions[0]
        return f"goto{edition}.{cell_id}"

    def text_flag(self, place: Spot) -> Spot:
        return place[0] + self.last_line, place[1] + SOURCE_SHIFT

    def step(self, place: Spot, name: str) -> Spot:
        """Where a step of a lane stands."""
        row, column = self.image(place)
        return row + self.last_line * (STEPS.index(name) + 1), column

    @property
    def struck(self) -> Spot:
        """The cell that counts the relations that the zeros of others break."""
        return self.step(TITLE_SPOT, "broken")

    @cached_property
    def guarded(self) -> tuple[tuple[Spot, str], ...]:
        """The labels that tell whether every line is in its place, and what stands left of the
        lanes below: a table may end with a line that bears no label, as 表四 does.
        """
        printed = [
            ((box.top, box.left), label.text) for label, box in self.labels if label.kind in GUARDED
        ]
        return (*printed, *self.guards_below)

    @cached_property
    def guards_below(self) -> tuple[tuple[Spot, str], ...]:
        return tuple(((row, box.left), words) for row, box, words in self.lane_labels)

    @cached_property
    def lane_head(self) -> tuple[tuple[Spot, str], ...]:
        """What stands above the lanes beside a table; nothing where there are none."""
        beside = [lane for lane in self.lanes.values() if lane.beside]
        if not beside:
            return ()
        return (((FORM_TOP, beside[0].spot[1]), f"{LANE_HEAD}\n{beside[0].relation.label}"),)

    @cached_property
    def own_texts(self) -> tuple[Spot, ...]:
        """Where the form's own texts stand, those beside the lanes too."""
        labels = [(box.top, box.left) for _, box in self.labels]
        beside = [spot for spot, _ in (*self.guards_below, *self.lane_head)]
        hint = [(self.last_line, 1)] if self.lanes else []
        return (TITLE_SPOT, *labels, *beside, *hint)

    def is_column_label(self, place: Spot) -> bool:
        """Whether a guarded label tells of a column rather than of a row."""
        return any(
            label.kind == "column" and (box.top, box.left) == place for label, box in self.labels
        )

    @cached_property
    def lane_labels(self) -> tuple[tuple[int, Box, str], ...]:
        """(row, box, words) for the lanes under a table: a label a line, or one a block where a
        line has several.
        """
        found = []
        for row in self.lane_lines:
            lanes = [lane for lane in self.lanes.values() if lane.spot[0] == row]
            for lane in lanes if lanes[0].relation.kind == "total" else lanes[:1]:
                left, right = self.label_span(lane)
                head = f"{LANE_HEAD}　" if left == 1 else ""
                found.append((row, Box(row, left, row, right), head + lane.relation.label))
        return tuple(found)

    def label_span(self, lane: Lane) -> tuple[int, int]:
        columns = [self.cells[cell_id][1] for cell_id in lane.relation.cells]
        if len(set(columns)) > 1:
            return min(columns), lane.spot[1] - 1
        return 1, min(column for _, column in self.cells.values()) - 1

    def lanes_of(self, cell_id: str) -> list[Lane]:
        """The lanes of the relations that a cell takes part in."""
        return [lane for lane in self.lanes.values() if cell_id in lane.relation.cells]


@cache
def table_sheets() -> tuple[TableSheet, ...]:
    """The sheets of all tables, those of the newest edition first (they are visible in the
    template).
    """
    newest, *older = reversed(list(editions().values()))
    sheets = [table_sheet(newest, form, form.number, "") for form in newest.forms.values()]
    for edition in older:
        for form in edition.forms.values():
            if not any(same_form(form, sheet.form) for sheet in sheets):
                sheets.append(
                    table_sheet(edition, form, f"{form.number}（{edition.name}）", edition.name)
                )
    return tuple(sheets)


def sheet_names() -> tuple[str, ...]:
    """All sheets of the workbook in their order."""
    return (
        COVER,
        *(sheet.name for sheet in table_sheets()),
        PROSE,
        RESULTS,
        LOG,
        BATCH,
        SUMMARY,
        TOOL,
        SETTINGS,
    )


def report_names() -> tuple[str, ...]:
    """The sheets that a report is read from, and what a check leaves."""
    return (COVER, *(sheet.name for sheet in table_sheets()), PROSE, RESULTS)


@cache
def sheet_of(table: str, edition: str) -> TableSheet:
    return next(
        sheet for sheet in table_sheets() if sheet.table == table and edition in sheet.editions
    )


def newest_sheet(table: str) -> TableSheet:
    return next(sheet for sheet in table_sheets() if sheet.table == table)


def sheets_shown(editions_of: Mapping[str, str]) -> dict[str, bool]:
    """Table id -> edition ("" for a missing table) gives sheet name -> shown, for the sheets of
    these tables.
    """
    shown: dict[str, bool] = {}
    for table, edition in editions_of.items():
        used = sheet_of(table, edition) if edition else newest_sheet(table)
        shown |= {sheet.name: sheet is used for sheet in table_sheets() if sheet.table == table}
    return shown


def table_sheet(edition: Edition, form: Form, name: str, suffix: str) -> TableSheet:
    cells = {cell.id: spot(cell) for cell in form.cells.values()}
    return TableSheet(
        name=name,
        code=form.id.capitalize() + suffix,
        table=form.id,
        editions=tuple(
            other.name for other in editions().values() if same_form(form, other.forms[form.id])
        ),
        form=form,
        labels=tuple((label, moved(label.box)) for label in form.labels),
        cells=cells,
        marks=shifted(cells, MARK_SHIFT),
        sources=shifted(cells, SOURCE_SHIFT),
        lanes=place_lanes(form, form.relations, cells),
    )


def shifted(cells: Mapping[str, Spot], columns: int) -> dict[str, Spot]:
    return {cell_id: (row, column + columns) for cell_id, (row, column) in cells.items()}


def same_form(form: Form, other: Form) -> bool:
    return form.id == other.id and form.labels == other.labels and form.parts == other.parts


def spot(cell: Cell) -> Spot:
    box = moved(cell.box)
    return box.top, box.left


def moved(box: Box) -> Box:
    """A box of the form -> the box on its sheet."""
    return Box(box.top + FORM_TOP - 1, box.left, box.bottom + FORM_TOP - 1, box.right)


def place_lanes(
    form: Form, relations: Iterable[Relation], cells: Mapping[str, Spot]
) -> dict[str, Lane]:
    """A relation alone on its line stands beside it; any other under its marked cell, one line for
    each kind.
    """
    size = moved(form.size)
    relations = tuple(relations)
    lines = [line_of(relation, cells) for relation in relations]
    kinds: list[str] = []
    lanes = {}
    for relation, line in zip(relations, lines, strict=True):
        beside = line > 0 and lines.count(line) == 1
        if not beside and relation.kind not in kinds:
            kinds.append(relation.kind)
        place = (
            (line, size.right + 1) if beside else (size.bottom + 1 + kinds.index(relation.kind), 0)
        )
        lanes[relation.rule] = Lane(
            relation, (place[0], place[1] or cells[relation.marked][1]), beside
        )
    return lanes


def line_of(relation: Relation, cells: Mapping[str, Spot]) -> int:
    """The one sheet row on which all cells of a relation stand; 0 where they stand on several."""
    rows = {cells[cell_id][0] for cell_id in relation.cells}
    return rows.pop() if len(rows) == 1 else 0


def address(place: Spot, sheet: str = "") -> str:
    """``J28``, or ``'表三'!J28`` with a sheet."""
    cell = f"{letters(place[1])}{place[0]}"
    return f"'{sheet}'!{cell}" if sheet else cell


def absolute(box: Box, sheet: str = "") -> str:
    """``$A$1:$J$29``, ``$D$7`` of one cell, or ``'表三'!$D$7`` with a sheet."""
    first = f"${letters(box.left)}${box.top}"
    last = f"${letters(box.right)}${box.bottom}"
    area = first if first == last else f"{first}:{last}"
    return f"'{sheet}'!{area}" if sheet else area


# --- ranges ---------------------------------------------------------------------------------------


def ranges_of(places: Iterable[Spot], sheet: str = "") -> str:
    """``D4:I4`` or ``D6:D26,D30``: cells as the fewest ranges, each with the sheet's name if one is
    given.
    """
    name = f"'{sheet}'!" if sheet else ""
    return ",".join(name + range_of(box) for box in rectangles(places))


def range_of(box: Box) -> str:
    first, last = address((box.top, box.left)), address((box.bottom, box.right))
    return first if first == last else f"{first}:{last}"


def rectangles(places: Iterable[Spot]) -> list[Box]:
    """Cells -> rectangles that cover each once: runs along a row, equal runs of neighbouring rows
    joined.
    """
    runs: list[Box] = []
    for row, column in sorted(places):
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
