"""Report + findings -> edits. The list is complete: what an earlier fill left is cleared."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

from gongkai import editions, figures, spreadsheets
from gongkai.decisions import (
    in_order,
    is_open,
    keys_of,
    sum_alone,
    under_new_keys,
)
from gongkai.model import (
    BrokenSum,
    Cell,
    Decision,
    Document,
    Edit,
    Entry,
    Finding,
    Report,
    Severity,
    Suspect,
    Table,
    Value,
    table_id,
)
from gongkai.wording import evidence_lines, prose, title_line, title_of
from gongkai.wording.findings import Below, below
from gongkai.workbook import cells, decisions, layout, proposals, reading
from gongkai.workbook.live.results import is_number, shown_lanes

TEXT_RULE = "coverage.text"
# The cells show it themselves, often a hundred of them.
SELF_EVIDENT = ("coverage.blank", "coverage.sign")
# Characters that a row of the prose sheet can show: a row is at most 409 points high.
ProsePart = tuple[int | str, str, str]  # number of a section, or OPENING; title; text
PARAGRAPH = 1_000
LONGEST_CELL = 16_000  # characters; a cell holds 32,767 UTF-16 units


def report_to_edits(report: Report, findings: Sequence[Finding]) -> list[Edit]:
    """Everything that the workbook has to show, as one edit for each cell that a fill may ever
    touch.

    Figures are written as numbers, so that nothing is told of those that another workbook holds as
    texts.
    """
    numbers: dict[str, Table] = {}
    for name, table in report.tables.items():
        numbers[name] = replace(table, entries=as_numbers(table.entries))
    told: list[Finding] = []
    for finding in findings:
        if finding.rule != TEXT_RULE:
            told.append(finding)
    return all_edits(replace(report, tables=numbers), told)


def as_numbers(entries: Mapping[str, Entry]) -> dict[str, Entry]:
    found: dict[str, Entry] = {}
    for cell, entry in entries.items():
        found[cell] = replace(entry, read_by="") if entry.read_by == "text" else entry
    return found


def all_edits(report: Report, findings: Sequence[Finding]) -> list[Edit]:
    broken = broken_lanes(report)
    edits = cover_edits(report, findings)
    for sheet in layout.table_sheets():
        edits += figure_edits(sheet, report)
        edits += mark_edits(sheet, report, findings, broken)
        edits += source_edits(sheet, report)
    edits += prose_edits(report)
    edits += result_edits(report, findings, broken)
    edits.append(
        Edit(
            layout.TOOL,
            *layout.TOOL_SPOTS["fingerprint"],
            reading.fingerprint(planned(edits)) or None,
        )
    )
    return edits


def planned(edits: Sequence[Edit]) -> dict[str, dict[spreadsheets.Spot, object]]:
    """Edits as the values that stand in the sheets once they are applied."""
    values: dict[str, dict[spreadsheets.Spot, object]] = {}
    for edit in edits:
        values.setdefault(edit.sheet, {})[edit.row, edit.column] = edit.value
    return values


def flag_edits(report: Report, findings: Sequence[Finding]) -> list[Edit]:
    """Of all that shows a report, the marks, the results, the counts of findings and what is said
    of converted figures.
    """
    flags: dict[str, set[spreadsheets.Spot]] = {layout.COVER: set(layout.COUNTED)}
    for sheet in layout.table_sheets():
        flags[sheet.name] = {*sheet.marks.values(), *sheet.sources.values()}
    found: list[Edit] = []
    for edit in all_edits(report, findings):
        is_flag = (edit.row, edit.column) in flags.get(edit.sheet, ())
        if is_flag or edit.sheet == layout.RESULTS:
            found.append(edit)
    return found


def shown_sheets(edits: Sequence[Edit]) -> dict[str, bool]:
    """Sheet name -> shown, for the sheets about which the edits decide: tables by the editions
    named on the cover, the log once something stands in it.
    """
    tables = dict(zip(layout.EDITION_SPOTS.values(), layout.EDITION_SPOTS, strict=True))
    named: dict[str, str] = {}
    has_log = False
    for edit in edits:
        table = tables.get((edit.row, edit.column))
        if edit.sheet == layout.COVER and table is not None:
            named[table] = "" if edit.value == layout.MISSING else str(edit.value)
        elif edit.sheet == layout.LOG and edit.row == layout.LOG_TOP:
            has_log = True
    shown = layout.sheets_shown(named)
    if has_log:
        shown[layout.LOG] = True
    return shown


# --- cover and tables -----------------------------------------------------------------------------


def cover_edits(report: Report, findings: Sequence[Finding]) -> list[Edit]:
    told: dict[spreadsheets.Spot, cells.Written] = {}
    for name, text in cover_texts(report).items():
        told[layout.COVER_SPOTS[name]] = text
    for table, place in layout.EDITION_SPOTS.items():
        held = report.tables.get(table)
        told[place] = int(held.edition) if held is not None else layout.MISSING
    told |= cover_counts(findings)
    return cells.edits_on(layout.COVER, told)


def cover_texts(report: Report) -> dict[str, cells.Written]:
    """What the cover says of a report, by field."""
    return {
        "title": title_of(report) or None,
        "agency": report.agency or None,
        "year": report.year,
        "source": source_of(report.document) or None,
        "published": report.published or None,
        "provenance": provenance_text(report) or None,
    }


def source_of(document: Document | None) -> str:
    """https://www.ruian.gov.cn/…, or the path of a file."""
    if document is None:
        return ""
    return document.url or document.origin


def provenance_text(report: Report) -> str:
    steps = report.document.provenance if report.document else ()
    return "".join((*steps, *evidence_lines(report), title_line(report)))


def cover_counts(findings: Sequence[Finding]) -> dict[spreadsheets.Spot, cells.Written]:
    """How many findings of each severity count, and how many are dismissed."""
    counts: dict[spreadsheets.Spot, int] = dict.fromkeys(layout.COUNTED, 0)
    for finding in findings:
        place = layout.COUNT_SPOTS[finding.severity]
        counts[place if is_open(finding) else layout.DISMISSED_SPOT] += 1
    return {**counts}


def used_sheet(report: Report, table: str) -> layout.TableSheet | None:
    return layout.sheet_of(table, report.tables[table].edition) if table in report.tables else None


def figure_edits(sheet: layout.TableSheet, report: Report) -> Iterator[Edit]:
    entries = entries_on(sheet, report)
    for cell_id, (row, column) in sheet.cells.items():
        entry = entries.get(cell_id)
        value = written(entry, sheet.form.cells[cell_id]) if entry else None
        yield Edit(sheet.name, row, column, value)


def entries_on(sheet: layout.TableSheet, report: Report) -> Mapping[str, Entry]:
    """The figures that stand on a sheet; none on that of another edition."""
    if used_sheet(report, sheet.table) is not sheet:
        return {}
    return report.tables[sheet.table].entries


def source_edits(sheet: layout.TableSheet, report: Report) -> Iterator[Edit]:
    entries = entries_on(sheet, report)
    for cell_id, (row, column) in sheet.sources.items():
        entry = entries.get(cell_id)
        yield Edit(sheet.name, row, column, cells.source_text(entry) if entry else None)


def written(entry: Entry, cell: Cell) -> cells.Written:
    """What a figure's cell holds: the exact figure, a sign such as ``/``, or a doubtful text marked
    as such; the mark alone where the source's row was not found, so that no formula takes it for a
    blank.
    """
    if entry.value is not None:
        return cells.as_number(entry.value)
    state = figures.read_figure(entry.raw, cell.column.unit).state
    if state == "blank":
        return layout.DOUBTFUL if entry.read_by == "lost" else None
    return figures.clean(entry.raw) if state == "sign" else layout.DOUBTFUL + entry.raw


# --- marks ----------------------------------------------------------------------------------------


def mark_edits(
    sheet: layout.TableSheet,
    report: Report,
    findings: Sequence[Finding],
    broken: Collection[str],
) -> Iterator[Edit]:
    marks: Mapping[str, int] = {}
    if used_sheet(report, sheet.table) is sheet:
        marks = marks_of(sheet, report, findings, broken)
    for cell_id, (row, column) in sheet.marks.items():
        yield Edit(sheet.name, row, column, marks.get(cell_id))


def marks_of(
    sheet: layout.TableSheet,
    report: Report,
    findings: Sequence[Finding],
    broken: Collection[str],
) -> dict[str, int]:
    """Cell id -> mark: suspects, and findings that count and that no lane (``broken_lanes``) shows
    by itself.

    The gravest one wins.
    """
    findings = list(filter(is_open, findings))
    marks: dict[str, int] = {}
    errors: dict[str, int] = {}
    for cell_id, severity in gravest(sheet, findings, broken).items():
        life = 0 if is_counted(report, cell_id) else layout.MARK_BLANK
        marks[cell_id] = layout.MARK_CODES[severity] + life
        if severity == "error":
            errors[cell_id] = marks[cell_id]
    possible: list[Suspect] = []
    certain: list[Suspect] = []
    for finding in findings:
        certain += proposals.certain_suspects(finding)
        for alternative in finding.suspects:
            possible += alternative
    lives = Lives(sheet, report, broken, marks)
    return marks | lives.of("possible", possible) | errors | lives.of("suspect", certain)


def gravest(
    sheet: layout.TableSheet, findings: Sequence[Finding], broken: Collection[str]
) -> dict[str, Severity]:
    """Cell id -> severity of the gravest finding that leads there and that no lane in ``broken``
    shows.
    """
    found: dict[str, Severity] = {}
    for finding in findings:
        for cell_id in marked_cells(sheet, finding, broken):
            known = found.get(cell_id)
            if known is None or is_graver(finding.severity, known):
                found[cell_id] = finding.severity
    return found


def marked_cells(sheet: layout.TableSheet, finding: Finding, broken: Collection[str]) -> list[str]:
    """The cells of a sheet that a finding marks: none where a lane or the cells themselves show it,
    总计 alone of a sum that no lane shows.
    """
    if finding.rule in SELF_EVIDENT:
        return []
    found = []
    if not finding.sums:
        for cell in finding.cells:
            if cell in sheet.cells:
                found.append(cell)
    for one in finding.sums:
        lane = sheet.lanes.get(one.rule)
        if lane and one.rule not in broken:
            found.append(lane.relation.marked)
    return found


def is_graver(severity: Severity, known: Severity) -> bool:
    return layout.MARK_CODES[severity] > layout.MARK_CODES[known]


@dataclass(frozen=True)
class Lives:
    """What is added to a suspect's code so that the mark goes out without Python once the figure is
    right.

    A wrong figure upsets its row and its column; where both show that (``broken``), the mark goes
    out with the first to be right, for another wrong figure may still upset the other. ``under``
    holds the marks of other findings in the same places: an error's keeps it lit, a warning's or a
    note's shows after it.
    """

    sheet: layout.TableSheet
    report: Report
    broken: Collection[str]
    under: Mapping[str, int]

    def of(self, suspicion: layout.Suspicion, suspects: Iterable[Suspect]) -> dict[str, int]:
        """Cell id -> mark for suspected cells, those of other sheets left out."""
        code = layout.SUSPECT_CODES[suspicion]
        found: dict[str, int] = {}
        for suspect in suspects:
            if suspect.cell in self.sheet.cells:
                found[suspect.cell] = code + self.life(suspect.cell)
        return found

    def life(self, cell: str) -> int:
        if not is_counted(self.report, cell):
            return layout.MARK_BLANK
        under = self.under.get(cell, 0)
        rules: set[str] = set()
        for lane in self.sheet.lanes_of(cell):
            rules.add(lane.relation.rule)
        upset = rules.intersection(self.broken)
        if under == layout.MARK_CODES["error"] or not upset:
            return 0
        lives = layout.MARK_ALL if upset == rules else layout.MARK_ANY
        return lives + layout.MARK_OVER * under


def is_counted(report: Report, cell_id: str) -> bool:
    """Whether a figure stands in its cell as a number, so that formulas count it."""
    held = held_by(report, cell_id)
    return held is not None and not isinstance(held, str)


def held_by(report: Report, cell_id: str) -> cells.Written:
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
        held: dict[str, cells.Written] = {}
        for cell in sheet.cells:
            held[cell] = held_by(report, cell)
        for rule, value in shown_lanes(sheet, held).items():
            if is_number(value):
                found.add(rule)
    return frozenset(found)


# --- prose ----------------------------------------------------------------------------------------


def prose_edits(report: Report) -> Iterator[Edit]:
    titles: dict[int, str] = {}
    for section in editions.all_editions()[max(editions.all_editions())].sections:
        titles[section.number] = section.title
    texts: list[ProsePart] = []
    opening = prose.own_text(report, prose.OPENING)
    if opening:
        texts.append((layout.OPENING, "", opening))
    for number, text in sorted(report.sections.items()):
        texts.append((number, titles.get(number, ""), text))
    rows = prose_rows(texts, PARAGRAPH)
    if len(rows) > layout.PROSE_ROWS:
        rows = prose_rows(texts, LONGEST_CELL)
    rows += [(None, None, None)] * (layout.PROSE_ROWS - len(rows))
    for row, values in enumerate(rows, layout.PROSE_TOP):
        for column, value in zip(layout.PROSE_COLUMNS.values(), values, strict=True):
            yield Edit(layout.PROSE, row, column, value)


def prose_rows(
    texts: Iterable[ProsePart], longest: int
) -> list[tuple[cells.Written, cells.Written, cells.Written]]:
    """(number, title, text) rows.

    A paragraph a row where rows are short, a whole section where they are long.

    A row titled ``CONTINUED`` goes on in the middle of a text, any other begins a new line of it.
    """
    rows: list[tuple[cells.Written, cells.Written, cells.Written]] = []
    for number, title, text in texts:
        head: tuple[cells.Written, cells.Written] = (number, title or None)
        for paragraph in text.split("\n") if longest == PARAGRAPH else [text]:
            for piece in pieces_of(paragraph, longest):
                rows.append((*head, piece or None))
                head = (None, layout.CONTINUED)
            head = (None, None)
    return rows


def pieces_of(text: str, longest: int) -> list[str]:
    """A text cut after every so many characters; an empty one is one piece."""
    return [text[start : start + longest] for start in range(0, len(text), longest)] or [""]


# --- findings -------------------------------------------------------------------------------------


def result_edits(
    report: Report, findings: Sequence[Finding], broken: Collection[str]
) -> Iterator[Edit]:
    room = layout.RESULTS_ROWS
    report = under_new_keys(report, findings) if report.decisions else report
    rows, left = listed_rows(report, findings, broken, room)
    if left:
        rows.append({"message": f"另有{left}条未列出，请先改正以上各条，再重新校验。"})
    columns = dict(layout.RESULT_COLUMNS)
    for name in ("place", "state", "now"):
        del columns[name]
    rows += [{}] * (room - len(rows))
    for at, row in enumerate(rows, layout.RESULTS_TOP):
        for name, column in columns.items():
            yield Edit(layout.RESULTS, at, column, row.get(name))
    yield from decisions.about_edits(report.agency, report.year)
    yield from decisions.kept_edits(report.decisions, told_in(rows))


def listed_rows(
    report: Report, findings: Sequence[Finding], broken: Collection[str], room: int
) -> tuple[list[ResultCells], int]:
    """A row for each finding and, below it, one for each further sum that its cause breaks, or for
    each of those that it stands for; how many findings there is no room for.
    """
    listed = in_order(findings)
    rows: list[ResultCells] = []
    for done, (number, finding) in enumerate(listed):
        own = [result_row(number, finding, report, broken)]
        for row in below(finding):
            own.append(row_below(row, report, broken))
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
            told.update(decisions.keys_written(str(row["key"])))
    return told


class ShownDecision(NamedTuple):
    """What a row shows, and the keys that it speaks for: what is written there is read back as
    decided about these.
    """

    decision: Decision | None
    keys: tuple[str, ...]


def shown_decision(finding: Finding, report: Report) -> ShownDecision:
    """What is decided of a finding, or a word of somebody that decides nothing.

    What was decided of its sums with other words is not made one: 忽略 for one and 确认 for another
    stay in the rows of these sums or out of sight, and a reason stays with those that have it.
    """
    keys = keys_of(finding, report)
    first = report.decisions.get(keys[0])
    if finding.decision is None:
        return ShownDecision(first if first and not first.verdict else None, keys)
    alike: list[str] = []
    verdicts: set[str] = set()
    for key in dict.fromkeys(keys):
        decision = report.decisions.get(key)
        if decision is None:  # decided elsewhere than in this report
            return ShownDecision(finding.decision, keys)
        verdicts.add(decision.verdict)
        if decision == first:
            alike.append(key)
    if len(verdicts) > 1:
        return ShownDecision(None, keys)
    return ShownDecision(first, tuple(alike))


ResultCells = dict[str, cells.Written]


def result_row(
    number: int, finding: Finding, report: Report, broken: Collection[str]
) -> ResultCells:
    row: ResultCells = {
        "number": number,
        "severity": layout.SIGNS[finding.severity],
        "message": row_text(finding),
        "proposal": proposals.proposal_text(finding.suspects, proposals.forms_of(report.tables))
        or None,
    }
    row |= figures_in(finding.stated, finding.computed, finding.difference)
    told = shown_decision(finding, report)
    row |= decisions.decision_cells(told.keys, row_text(finding), told.decision)
    return row | result_place(finding, report, broken)


def row_below(below: Below, report: Report, broken: Collection[str]) -> ResultCells:
    """What stands below a finding: without a number, for it is no finding of its own."""
    row: ResultCells = {"message": below.text}
    told = below.told
    if told is None:
        return row
    row |= figures_in(told.stated, told.computed, told.difference)
    alone = sum_alone(told) if isinstance(told, BrokenSum) else told
    keys = keys_of(alone, report)
    row |= decisions.decision_cells(keys, below.text, report.decisions.get(keys[0]))
    return row | result_place(alone, report, broken)


def figures_in(stated: Value, computed: Value, difference: Value) -> ResultCells:
    return {
        "stated": figure_for(stated),
        "computed": figure_for(computed),
        "difference": figure_for(difference),
    }


def figure_for(value: Value) -> cells.Written:
    return None if value is None else cells.as_number(value)


def result_place(finding: Finding, report: Report, broken: Collection[str]) -> ResultCells:
    """Where a finding leads: its table, the link to a cell, and what the list's formulas look at to
    tell its state.
    """
    sheet, cell_id = place_of(finding, report)
    if sheet is None:
        return {}
    if not cell_id:
        return {"table": sheet.name}
    row: ResultCells = {
        "table": sheet.name,
        "link": sheet.link(cell_id),
        "link_text": cell_label(sheet.form.cells[cell_id]),
    }
    lane = sheet.lanes.get(finding.rule)
    if lane and finding.rule in broken:
        row["lane"] = place_code(lane.spot)
    elif not is_counted(report, cell_id):
        row["blank"] = place_code(sheet.cells[cell_id])
    return row


def row_text(finding: Finding) -> str:
    """A finding's two lines, one under the other."""
    return "\n".join(filter(None, finding.lines))


def place_code(spot: spreadsheets.Spot) -> int:
    """K7 -> 7011, for the list's formulas to find its twin."""
    return spot[0] * layout.PLACE_ROW + spot[1]


def place_of(finding: Finding, report: Report) -> tuple[layout.TableSheet | None, str]:
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
    name = f"{cell.row.label.text} · {cell.column.label.text}"
    if cell.row.groups and not name.startswith("（"):
        return f"{cell.row.groups[-1].text} {name}"
    return name
