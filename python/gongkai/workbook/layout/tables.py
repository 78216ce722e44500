"""The forms of all editions -> the sheets of the tables: where figures, labels, lanes, marks and
images stand on each.

What the words mean is told in the front of this room (``gongkai.workbook.layout``).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, cached_property

from gongkai.editions import all_editions
from gongkai.model import Box, Cell, Edition, Form, Label, Relation
from gongkai.spreadsheets import Area, Spot, letters

TITLE_SPOT: Spot = (1, 1)
FORM_TOP = 2  # the form's first line; the title stands above it
GUARDED = ("row", "column", "group")  # kinds of labels
LANE_HEAD = "勾稽校验"
LANES_NAME = f"含{LANE_HEAD}"  # names on each sheet of a table what is printed with its lanes
MARK_SHIFT = 20
SOURCE_SHIFT = 2 * MARK_SHIFT  # hidden as well: what the source of a converted figure says
COLUMN_GUARD = 1_000  # added to the number of a column, so that a guard tells it from a row's
# By which a lane is judged (workbook.live.steps), each as far below the step before.
STEPS = ("gap", "round1", "round2", "round3", "broken", "settling", "assumed")


@dataclass(frozen=True)
class Lane:
    """One live relation: where its result stands."""

    relation: Relation
    spot: Spot
    beside: bool


@dataclass(frozen=True)
class TableSheet:
    """The sheet of one form.

    ``editions`` are all that print this table alike; ``cells``, ``marks`` and ``sources`` by cell
    id.
    """

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

    @cached_property
    def size(self) -> Box:
        return moved(self.form.size)

    @cached_property
    def lane_spots(self) -> tuple[Spot, ...]:
        return tuple(lane.spot for lane in self.lanes.values())

    @cached_property
    def label_texts(self) -> Mapping[Spot, str]:
        """Where each label of the form begins -> its text."""
        found: dict[Spot, str] = {}
        for label, box in self.labels:
            found[box.top, box.left] = label.text
        return found

    @cached_property
    def lanes_beside(self) -> tuple[Lane, ...]:
        """The lanes that stand beside the table: all of the rows of 表三, none of 表四."""
        return tuple(lane for lane in self.lanes.values() if lane.beside)

    @cached_property
    def lanes_by_line(self) -> Mapping[int, Sequence[Lane]]:
        """The lanes under the table, by their rows: 30 -> those of 自然人 … 总计."""
        found: dict[int, list[Lane]] = {}
        for lane in self.lanes.values():
            if not lane.beside:
                found.setdefault(lane.spot[0], []).append(lane)
        return found

    @cached_property
    def lane_lines(self) -> tuple[int, ...]:
        """The rows of the lanes that stand under the table."""
        return tuple(sorted(self.lanes_by_line))

    @cached_property
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
        beside = 1 if self.lanes_beside else 0
        return Box(*TITLE_SPOT, self.last_line, self.size.right + beside)

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

    @property
    def hidden_columns(self) -> range:
        """Marks, image, steps and sources stand in them, all of them ours."""
        return range(self.image_box.left, self.last_hidden + 1)

    @property
    def hidden_steps(self) -> Area:
        """What is computed below the first line of the image, which says what is moved; what
        somebody writes on the left of it or below is not ours.
        """
        columns, rows = self.hidden_columns, self.hidden_lines
        return rows[1], columns[0], rows[-1], columns[-1]

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

    def steps(self, name: str) -> list[Spot]:
        """Where a step of every lane stands."""
        found: list[Spot] = []
        for spot in self.lane_spots:
            found.append(self.step(spot, name))
        return found

    @property
    def struck(self) -> Spot:
        """The cell that counts the relations that the zeros of others break."""
        return self.step(TITLE_SPOT, "broken")

    @cached_property
    def guarded(self) -> tuple[tuple[Spot, str], ...]:
        """The labels that tell whether every line is in its place, and what stands left of the
        lanes below: a table may end with a line that bears no label, as 表四 does.
        """
        return (*self.label_guards, *self.guards_below)

    @cached_property
    def label_guards(self) -> tuple[tuple[Spot, str], ...]:
        """Those of them that are labels of the form."""
        return self.labels_of(GUARDED)

    @cached_property
    def captions(self) -> tuple[tuple[Spot, str], ...]:
        """What stands above each part of 表二: 第二十条第（一）项."""
        return self.labels_of(("caption",))

    def labels_of(self, kinds: Sequence[str]) -> tuple[tuple[Spot, str], ...]:
        found: list[tuple[Spot, str]] = []
        for label, box in self.labels:
            if label.kind in kinds:
                found.append(((box.top, box.left), label.text))
        return tuple(found)

    @cached_property
    def column_labels(self) -> frozenset[Spot]:
        """Where the labels of columns stand."""
        found: set[Spot] = set()
        for label, box in self.labels:
            if label.kind == "column":
                found.add((box.top, box.left))
        return frozenset(found)

    @cached_property
    def guards_below(self) -> tuple[tuple[Spot, str], ...]:
        found: list[tuple[Spot, str]] = []
        for row, box, words in self.lane_labels:
            found.append(((row, box.left), words))
        return tuple(found)

    @cached_property
    def lane_head(self) -> tuple[tuple[Spot, str], ...]:
        """What stands above the lanes beside a table; nothing where there are none."""
        if not self.lanes_beside:
            return ()
        first = self.lanes_beside[0]
        return (((FORM_TOP, first.spot[1]), f"{LANE_HEAD}\n{first.relation.label}"),)

    @cached_property
    def own_texts(self) -> tuple[Spot, ...]:
        """Where the form's own texts stand, those beside the lanes too."""
        beside = [spot for spot, _ in (*self.guards_below, *self.lane_head)]
        return (TITLE_SPOT, *self.label_texts, *beside, *self.hint)

    @property
    def hint(self) -> tuple[Spot, ...]:
        """Where what the signs of the lanes mean stands: a line of 表三, none of 表二."""
        return ((self.last_line, 1),) if self.lanes else ()

    def guard_number(self, place: Spot) -> int:
        """The number by which a guarded label tells its line: 9 of row 9, 1004 of column D."""
        if place in self.column_labels:
            return COLUMN_GUARD + place[1]
        return place[0]

    @cached_property
    def lane_labels(self) -> tuple[tuple[int, Box, str], ...]:
        """(row, box, words) for the lanes under a table: a label a line, or one a block where a
        line has several.
        """
        found: list[tuple[int, Box, str]] = []
        for row in self.lane_lines:
            lanes = self.lanes_by_line[row]
            if lanes[0].relation.kind != "total":
                lanes = lanes[:1]
            for lane in lanes:
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
        found: list[Lane] = []
        for lane in self.lanes.values():
            if cell_id in lane.relation.cells:
                found.append(lane)
        return found


@cache
def table_sheets() -> tuple[TableSheet, ...]:
    """The sheets of all tables, those of the newest edition first (they are visible in the
    template).
    """
    newest, *older = reversed(list(all_editions().values()))
    sheets: list[TableSheet] = []
    for form in newest.forms.values():
        sheets.append(table_sheet(newest, form, form.number, ""))
    for edition in older:
        for form in edition.forms.values():
            if any(same_form(form, sheet.form) for sheet in sheets):
                continue
            name = f"{form.number}（{edition.name}）"
            sheets.append(table_sheet(edition, form, name, edition.name))
    return tuple(sheets)


def line_text(number: int) -> str:
    """The line of a guard's number: 9 -> 第9行, 1004 -> D列."""
    if number < COLUMN_GUARD:
        return f"第{number}行"
    return f"{letters(number - COLUMN_GUARD)}列"


@cache
def tables_by_name() -> Mapping[str, TableSheet]:
    """Name of a sheet -> the table on it."""
    found: dict[str, TableSheet] = {}
    for sheet in table_sheets():
        found[sheet.name] = sheet
    return found


@cache
def sheets_by_edition() -> Mapping[tuple[str, str], TableSheet]:
    """(applications, 2021) -> 表三; a table that two editions print alike is the same sheet in
    both.
    """
    found: dict[tuple[str, str], TableSheet] = {}
    for sheet in table_sheets():
        for edition in sheet.editions:
            found[sheet.table, edition] = sheet
    return found


def sheet_of(table: str, edition: str) -> TableSheet:
    return sheets_by_edition()[table, edition]


def newest_sheet(table: str) -> TableSheet:
    return sheet_of(table, max(all_editions()))


def sheets_shown(editions_of: Mapping[str, str]) -> dict[str, bool]:
    """Table id -> edition ("" for a missing table) gives sheet name -> shown, for the sheets of
    these tables.
    """
    shown: dict[str, bool] = {}
    for sheet in table_sheets():
        edition = editions_of.get(sheet.table)
        if edition is not None:
            used = sheet_of(sheet.table, edition) if edition else newest_sheet(sheet.table)
            shown[sheet.name] = sheet is used
    return shown


def table_sheet(edition: Edition, form: Form, name: str, suffix: str) -> TableSheet:
    cells: dict[str, Spot] = {}
    for cell in form.cells.values():
        cells[cell.id] = spot(cell)
    labels: list[tuple[Label, Box]] = []
    for label in form.labels:
        labels.append((label, moved(label.box)))
    return TableSheet(
        name=name,
        code=form.id.capitalize() + suffix,
        table=form.id,
        editions=editions_alike(form),
        form=form,
        labels=tuple(labels),
        cells=cells,
        marks=shifted(cells, MARK_SHIFT),
        sources=shifted(cells, SOURCE_SHIFT),
        lanes=place_lanes(form, form.relations, cells),
    )


def editions_alike(form: Form) -> tuple[str, ...]:
    """The editions that print a table alike, oldest first: 2019 and 2021 of 表四."""
    names: list[str] = []
    for edition in all_editions().values():
        if same_form(form, edition.forms[form.id]):
            names.append(edition.name)
    return tuple(names)


def shifted(cells: Mapping[str, Spot], columns: int) -> dict[str, Spot]:
    found: dict[str, Spot] = {}
    for cell_id, (row, column) in cells.items():
        found[cell_id] = row, column + columns
    return found


def same_form(form: Form, other: Form) -> bool:
    return form.id == other.id and form.labels == other.labels and form.parts == other.parts


def spot(cell: Cell) -> Spot:
    box = moved(cell.box)
    return box.top, box.left


def moved(box: Box) -> Box:
    """A box of the form -> the box on its sheet."""
    return Box(box.top + FORM_TOP - 1, box.left, box.bottom + FORM_TOP - 1, box.right)


def place_lanes(
    form: Form, relations: Sequence[Relation], cells: Mapping[str, Spot]
) -> dict[str, Lane]:
    """A relation alone on its line stands beside it.

    Any other under its marked cell, one line for each kind.
    """
    size = moved(form.size)
    on_line: dict[int, list[str]] = {}
    for relation in relations:
        on_line.setdefault(line_of(relation, cells), []).append(relation.rule)
    kinds: dict[str, int] = {}
    lanes: dict[str, Lane] = {}
    for relation in relations:
        line = line_of(relation, cells)
        if line > 0 and on_line[line] == [relation.rule]:
            lanes[relation.rule] = Lane(relation, (line, size.right + 1), beside=True)
        else:
            below = kinds.setdefault(relation.kind, size.bottom + 1 + len(kinds))
            place = below, cells[relation.marked][1]
            lanes[relation.rule] = Lane(relation, place, beside=False)
    return lanes


def line_of(relation: Relation, cells: Mapping[str, Spot]) -> int:
    """The one sheet row on which all cells of a relation stand; 0 where they stand on several."""
    rows = {cells[cell_id][0] for cell_id in relation.cells}
    return rows.pop() if len(rows) == 1 else 0
