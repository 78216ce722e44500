"""Report + findings -> edits. The list is complete: what an earlier fill left is cleared."""

from __future__ import annotations

from collections.abc import (
    Collection,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
)
from dataclasses import (
    dataclass,
    replace,
)

from gongkai.decisions import in_order, is_open, key_of, keys_of
from gongkai.editions import editions
from gongkai.figures import clean, read_figure
from gongkai.model import (
    BrokenSum,
    Cell,
    Decision,
    Edit,
    Entry,
    Finding,
    Report,
    Severity,
    Value,
    table_id,
)
from gongkai.spreadsheets import Spot
from gongkai.wording import evidence_lines, title_line, title_of
from gongkai.wording.causes import sum_text
from gongkai.workbook import layout
from gongkai.workbook.cells import Written, as_number, source_text
from gongkai.workbook.decisions import (
    about_edits,
    decision_cells,
    kept_edits,
    keys_written,
)
from gongkai.workbook.layout import DOUBTFUL, Suspicion, TableSheet
from gongkai.workbook.live.results import is_number, shown_lanes
from gongkai.workbook.proposals import certain_suspects, forms_of, proposal_text
from gongkai.workbook.values import fingerprint

TEXT_RULE = "coverage.text"
SELF_EVIDENT = (
    "coverage.blank",
    "coverage.sign",
)  # the cells show it themselves, often a hundred of them
PARAGRAPH = (
    1_000  # characters that a row of the prose sheet can show: a row is at most 409 points high
)
LONGEST_CELL = 16_000  # characters; a cell holds 32,767 UTF-16 units


def report_to_edits(report: Report, findings: Sequence[Finding]) -> list[Edit]:
    """Everything that the workbook has to show, as one edit for each cell that a fill may ever
    touch.

    Figures are written as numbers, so that nothing is told of those that another workbook holds as
    texts.
    """
    numbers = {
        name: replace(table, entries=as_numbers(table.entries))
        for name, table in report.tables.items()
    }
    told = [finding for finding in findings if finding.rule != TEXT_RULE]
    return all_edits(replace(report, tables=numbers), told)


def as_numbers(entries: Mapping[str, Entry]) -> dict[str, Entry]:
    return {
        cell: replace(entry, read_by="") if entry.read_by == "text" else entry
        for cell, entry in entries.items()
    }


def all_edits(report: Report, findings: Sequence[Finding]) -> list[Edit]:
    edits = cover_edits(report, findings)
    for sheet in layout.table_sheets():
        edits += figure_edits(sheet, report)
        edits += mark_edits(sheet, report, findings)
        edits += source_edits(sheet, report)
    edits += prose_edits(report)
    edits += result_edits(report, findings)
    edits.append(
        Edit(layout.TOOL, *layout.TOOL_SPOTS["fingerprint"], fingerprint(planned(edits)) or None)
    )
    return edits


def planned(edits: Sequence[Edit]) -> dict[str, dict[Spot, object]]:
    """Edits as the values that stand in the sheets once they are applied."""
    values: dict[str, dict[Spot, object]] = {}
    for edit in edits:
        values.setdefault(edit.sheet, {})[edit.row, edit.column] = edit.value
    return values


def flag_edits(report: Report, findings: Sequence[Finding]) -> list[Edit]:
    """Of all that shows a report, the marks, the results, the counts of findings and what is said
    of converted figures.
    """
    flags = {
        sheet.name: {*sheet.marks.values(), *sheet.sources.values()}
        for sheet in layout.table_sheets()
    }
    flags[layout.COVER] = set(layout.COUNTED)
    return [
        edit
        for edit in all_edits(report, findings)
        if edit.sheet == layout.RESULTS or (edit.row, edit.column) in flags.get(edit.sheet, ())
    ]


def shown_sheets(edits: Sequence[Edit]) -> dict[str, bool]:
    """Sheet name -> shown, for the sheets about which the edits decide: tables by the editions
    named on the cover, the log once something stands in it.
    """
    tables = {spot: table for table, spot in layout.EDITION_SPOTS.items()}
    named = {
        tables[edit.row, edit.column]: "" if edit.value == layout.MISSING else str(edit.value)
        for edit in edits
        if edit.sheet == layout.COVER and (edit.row, edit.column) in tables
    }
    shown = layout.sheets_shown(named)
    if any(edit.sheet == layout.LOG and edit.row == layout.LOG_TOP for edit in edits):
        shown[layout.LOG] = True
    return shown


# --- cover and tables -----------------------------------------------------------------------------


def cover_edits(report: Report, findings: Sequence[Finding]) -> list[Edit]:
    document = report.document
    origin = document.provenance if document else ()
    texts: dict[str, Written] = {
        "title": title_of(report) or None,
        "agency": report.agency or None,
        "year": report.year,
        "source": ((document.url or document.origin) if document else "") or None,
        "published": report.published or None,
        "provenance": "".join((*origin, *evidence_lines(report), title_line(report))) or None,
    }
    edits = [Edit(layout.COVER, *layout.COVER_SPOTS[name], value) for name, value in texts.items()]
    for table, place in layout.EDITION_SPOTS.items():
        edition: Written = (
            int(report.tables[table].edition) if table in report.tables else layout.MISSING
        )
        edits.append(Edit(layout.COVER, *place, edition))
    counting = [finding for finding in findings if is_open(finding)]
    for severity, place in layout.COUNT_SPOTS.items():
        edits.append(
            Edit(layout.COVER, *place, sum(finding.severity == severity for finding in counting))
        )
    edits.append(Edit(layout.COVER, *layout.DISMISSED_SPOT, len(findings) - len(counting)))
    return edits


def used_sheet(report: Report, table: str) -> TableSheet | None:
    return layout.sheet_of(table, report.tables[table].edition) if table in report.tables else None


def figure_edits(sheet: TableSheet, report: Report) -> Iterator[Edit]:
    entries = report.tables[sheet.table].entries if used_sheet(report, sheet.table) is sheet else {}
    for cell_id, (row, column) in sheet.cells.items():
        entry = entries.get(cell_id)
        yield Edit(
            sheet.name, row, column, written(entry, sheet.form.cells[cell_id]) if entry else None
        )


def source_edits(sheet: TableSheet, report: Report) -> Iterator[Edit]:
    used = used_sheet(report, sheet.table) is sheet
    entries = report.tables[sheet.table].entries if used else {}
    for cell_id, (row, column) in sheet.sources.items():
        entry = entries.get(cell_id)
        yield Edit(sheet.name, row, column, source_text(entry) if entry else None)


def written(entry: Entry, cell: Cell) -> Written:
    """What a figure's cell holds: the exact figure, a sign such as ``/``, or a doubtful text marked
    as such; the mark alone where the source's row was not found, so that no formula takes it for a
    blank.
    """
    if entry.value is not None:
        return as_number(entry.value)
    state = read_figure(entry.raw, cell.column.unit).state
    if state == "blank":
        return DOUBTFUL if entry.read_by == "lost" else None
    return clean(entry.raw) if state == "sign" else DOUBTFUL + entry.raw


# --- marks ----------------------------------------------------------------------------------------


def mark_edits(sheet: TableSheet, report: Report, findings: Sequence[Finding]) -> Iterator[Edit]:
    marks = marks_of(sheet, report, findings) if used_sheet(report, sheet.table) is sheet else {}
    for cell_id, (row, column) in sheet.marks.items():
        yield Edit(sheet.name, row, column, marks.get(cell_id))


def marks_of(sheet: TableSheet, report: Report, findings: Sequence[Finding]) -> dict[str, int]:
    """Cell id -> mark: suspects, and findings that count and that no lane shows by itself; the
    gravest one wins.
    """
    findings = list(filter(is_open, findings))
    broken = broken_lanes(report)
    severities = gravest(sheet, findings, broken)
    marks = {
        cell_id: layout.MARK_CODES[severity]
        + (0 if is_counted(report, cell_id) else layout.MARK_BLANK)
        for cell_id, severity in severities.items()
    }
    errors = {cell_id: mark for cell_id, mark in marks.items() if severities[cell_id] == "error"}
    every = [
        suspect.cell
        for finding in findings
        for alternative in finding.suspects
        for suspect in alternative
    ]
    certain = [suspect.cell for finding in findings for suspect in certain_suspects(finding)]
    lives = Lives(sheet, report, broken, marks)
    return marks | lives.of("possible", every) | errors | lives.of("suspect", certain)


def gravest(
    sheet: TableSheet, findings: Sequence[Finding], broken: Collection[str]
) -> dict[str, Severity]:
    """Cell id -> severity of the gravest finding that leads there and that no lane in ``broken``
    shows.
    """
    found: dict[str, Severity] = {}
    for finding in findings:
        for cell_id in flagged_cells(sheet, finding, broken):
            graver = layout.MARK_CODES[finding.severity] > layout.MARK_CODES.get(
                found.get(cell_id, "note"), 0
            )
            if cell_id in sheet.cells and (cell_id not in found or graver):
                found[cell_id] = finding.severity
    return found


def flagged_cells(sheet: TableSheet, finding: Finding, broken: Collection[str]) -> Iterator[str]:
    """The cells to which a finding leads and that no lane shows by itself."""
    if finding.rule in SELF_EVIDENT:
        return
    if not finding.sums:
        yield from finding.cells
    for one in finding.sums:
        lane = sheet.lanes.get(one.rule)
        if lane and one.rule not in broken:
            yield lane.relation.marked


@dataclass(frozen=True)
class Lives:
    """What is added to a suspect's code so that the mark goes out without Python once the figure is
    right.

    A wrong figure upsets its row and its column; where both show that (``broken``), the mark goes
    out with the first to be right, for another wrong figure may still upset the other. ``under``
    holds the marks of other findings in the same places: an error's keeps it lit, a warning's or a
    note's shows after it.
    """

    sheet: TableSheet
    report: Report
    broken: Collection[str]
    under: Mapping[str, int]

    def of(self, suspicion: Suspicion, cells: Sequence[str]) -> dict[str, int]:
        """Cell id -> mark for suspected cells, those of other sheets left out."""
        code = layout.SUSPECT_CODES[suspicion]
        return {cell: code + self.life(cell) for cell in cells if cell in self.sheet.cells}

    def life(self, cell: str) -> int:
        if not is_counted(self.report, cell):
            return layout.MARK_BLANK
        under = self.under.get(cell, 0)
        upset = [lane.relation.rule in self.broken for lane in self.sheet.lanes_of(cell)]
        if under == layout.MARK_CODES["error"] or not any(upset):
            return 0
        return (layout.MARK_ALL if all(upset) else layout.MARK_ANY) + layout.MARK_OVER * under


def is_counted(report: Report, cell_id: str) -> bool:
    """Whether a figure stands in its cell as a number, so that formulas count it."""
    held = held_by(report, cell_id)
    return held is not None and not isinstance(held, str)


def held_by(report: Report, cell_id: str) -> Written:
    """What stands in a figure's cell."""
    table, entry = report.table_of(cell_id), report.entry(cell_id)
    if table is None or entry is None:
        return None
    if entry.read_by == "text":
        return entry.raw
    return written(entry, table.form.cells[cell_id])


def broken_lanes(report: Report) -> frozenset[str]:
    """The rules of the relations whose own formula shows a difference."""
    found: set[str] = set()
    for table in report.tables.values():
        sheet = layout.sheet_of(table.id, table.edition)
        shown = shown_lanes(sheet, {cell: held_by(report, cell) for cell in sheet.cells})
        found |= {rule for rule, value in shown.items() if is_number(value)}
    return frozenset(found)


# --- prose ----------------------------------------------------------------------------------------


def prose_edits(report: Report) -> Iterator[Edit]:
    titles = {section.number: section.title for section in editions()[max(editions())].sections}
    rows = prose_rows(report.sections, titles, PARAGRAPH)
    if len(rows) > layout.PROSE_ROWS:
        rows = prose_rows(report.sections, titles, LONGEST_CELL)
    rows += [(None, None, None)] * (layout.PROSE_ROWS - len(rows))
    for row, values in enumerate(rows, layout.PROSE_TOP):
        for column, value in zip(layout.PROSE_COLUMNS.values(), values, strict=True):
            yield Edit(layout.PROSE, row, column, value)


def prose_rows(
    sections: Mapping[int, str], titles: Mapping[int, str], longest: int
) -> list[tuple[Written, Written, Written]]:
    """(number, title, text) rows; a paragraph a row where rows are short, a whole section where
    they are long.

    A row titled ``CONTINUED`` goes on in the middle of a text, any other begins a new line of it.
    """
    rows: list[tuple[Written, Written, Written]] = []
    for number, text in sorted(sections.items()):
        head: tuple[Written, Written] = (number, titles.get(number, ""))
        for paragraph in text.split("\n") if longest == PARAGRAPH else [text]:
            pieces = [
                paragraph[start : start + longest] for start in range(0, len(paragraph), longest)
            ]
            for piece in pieces or [""]:
                rows.append((*head, piece or None))
                head = (None, layout.CONTINUED)
            head = (None, None)
    return rows


# --- findings -------------------------------------------------------------------------------------


def result_edits(report: Report, findings: Sequence[Finding]) -> Iterator[Edit]:
    room = layout.RESULTS_ROWS
    rows, left = listed_rows(report, findings, room)
    if left:
        rows.append({"message": f"另有{left}条未列出，请先改正以上各条，再重新校验。"})
    columns = {
        name: at
        for name, at in layout.RESULT_COLUMNS.items()
        if name not in ("place", "state", "now")
    }
    for row in range(room):
        values = rows[row] if row < len(rows) else {}
        for name, column in columns.items():
            yield Edit(layout.RESULTS, layout.RESULTS_TOP + row, column, values.get(name))
    yield from about_edits(report.agency, report.year)
    yield from kept_edits(report.decisions, told_in(rows))


def listed_rows(
    report: Report, findings: Sequence[Finding], room: int
) -> tuple[list[ResultCells], int]:
    """A row for each finding and, below it, one for each further sum that its cause breaks; how
    many findings there is no room for.
    """
    broken = broken_lanes(report)
    listed = in_order(findings)
    rows: list[ResultCells] = []
    for done, (number, finding) in enumerate(listed):
        own = [result_row(number, finding, report, broken)]
        own += [sum_row(one, finding, report, broken) for one in finding.sums[1:]]
        last = 0 if done + 1 == len(listed) else 1  # the row that says how many are left
        if len(rows) + len(own) > room - last:
            return rows, len(listed) - done
        rows += own
    return rows, 0


def told_in(rows: Iterable[ResultCells]) -> set[str]:
    """The keys whose decisions the rows show."""
    told: set[str] = set()
    for row in rows:
        if row.get("verdict") or row.get("reason"):
            told.update(keys_written(str(row["key"])))
    return told


def shown_decision(finding: Finding, report: Report) -> Decision | None:
    """What a row shows: what is decided of the finding, or a word of somebody that decides nothing.

    What is decided of one of its sums alone is kept, and not shown: the cause is open.
    """
    if finding.decision:
        return finding.decision
    written = report.decisions.get(key_of(finding, report))
    return written if written and not written.verdict else None


ResultCells = dict[str, Written]


def result_row(
    number: int, finding: Finding, report: Report, broken: Collection[str]
) -> ResultCells:
    row: ResultCells = {
        "number": number,
        "severity": layout.SIGNS[finding.severity],
        "message": row_text(finding),
    }
    row |= figures_in(finding.stated, finding.computed, finding.difference)
    row["proposal"] = proposal_text(finding.suspects, forms_of(report.tables)) or None
    decided, keys = shown_decision(finding, report), keys_of(finding, report)
    row |= decision_cells(keys, row_text(finding), decided)
    return row | place_cells(finding, report, broken)


def sum_row(
    one: BrokenSum, finding: Finding, report: Report, broken: Collection[str]
) -> ResultCells:
    """A further sum that a cause breaks: without a number, for it is no finding of its own."""
    assert finding.form is not None, f"{finding.rule}: a broken sum of no form"
    alone = replace(finding, rule=one.rule, cells=one.cells, sums=(one,), suspects=())
    text = f"同上　{sum_text(finding.form, one)}"
    row: ResultCells = {"message": text}
    row |= figures_in(one.stated, one.computed, one.difference)
    keys = keys_of(alone, report)
    decided = report.decisions.get(keys[0])
    row |= decision_cells(keys, text, decided if decided and decided.verdict else None)
    return row | place_cells(alone, report, broken)


def figures_in(stated: Value, computed: Value, difference: Value) -> ResultCells:
    values = {"stated": stated, "computed": computed, "difference": difference}
    return {name: None if value is None else as_number(value) for name, value in values.items()}


def place_cells(finding: Finding, report: Report, broken: Collection[str]) -> ResultCells:
    """Where a finding leads, and where the sheet's own formulas tell how it stands."""
    sheet, cell_id = place_of(finding, report)
    if sheet is None:
        return {}
    row: ResultCells = {"table": sheet.name}
    if not cell_id:
        return row
    row |= {"link": sheet.link(cell_id), "link_text": cell_label(sheet.form.cells[cell_id])}
    lane = sheet.lanes.get(finding.rule)
    if lane and finding.rule in broken:
        row["lane"] = place_code(lane.spot)
    elif not is_counted(report, cell_id):
        row["blank"] = place_code(sheet.cells[cell_id])
    return row


def row_text(finding: Finding) -> str:
    """A finding's two lines, one under the other."""
    return "\n".join(filter(None, finding.lines))


def place_code(spot: Spot) -> int:
    """K7 -> 7011, for the list's formulas to find its twin."""
    return spot[0] * layout.PLACE_ROW + spot[1]


def place_of(finding: Finding, report: Report) -> tuple[TableSheet | None, str]:
    """The sheet and cell to which a finding leads: the flagged cell of its relation, else its first
    cell.
    """
    for cell_id in finding.cells:
        table = table_id(cell_id)
        if table not in layout.EDITION_SPOTS:
            continue
        sheet = used_sheet(report, table) or layout.newest_sheet(table)
        lane = sheet.lanes.get(finding.rule)
        found = lane.relation.marked if lane else cell_id
        return sheet, found if found in sheet.cells else ""
    return None, ""


def cell_label(cell: Cell) -> str:
    """A cell's official name: （三）不予公开 1.属于国家秘密 · 自然人."""
    row = cell.row
    inner = row.groups[-1].text + " " if row.groups and not row.label.text.startswith("（") else ""
    return f"{inner}{row.label.text} · {cell.column.label.text}"
