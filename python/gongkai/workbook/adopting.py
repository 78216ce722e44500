"""Proposals that a user has chosen, texts that are plainly numbers -> edits: figures, old values in
the log, flags.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime
from decimal import Decimal

from gongkai import figures, wording
from gongkai.model import Alternative, Edit, Entry, Finding, Report, WorkbookError
from gongkai.spreadsheets import Spot, formats, seen
from gongkai.workbook import cells, fill, layout, proposals

BookValues = Mapping[str, Mapping[Spot, object]]


def adoption_edits(
    changes: Sequence[proposals.Adoption],
    values: BookValues,
    report: Report,
    findings: Sequence[Finding],
) -> list[Edit]:
    """All that adopting writes.

    ``values`` are those before, ``report`` and ``findings`` those after the changes.
    """
    edits: list[Edit] = []
    for change in changes:
        edits.append(Edit(change.sheet.name, *change.spot, for_cell(change.proposed)))
    time = f"{datetime.now():%Y-%m-%d %H:%M:%S}"
    return [*edits, *log_edits(changes, values, time), *fill.flag_edits(report, findings)]


def for_cell(value: cells.Written) -> cells.Written:
    return cells.as_number(value) if isinstance(value, int | Decimal) else value


def with_changes(
    values: BookValues, changes: Sequence[proposals.Adoption]
) -> dict[str, dict[Spot, object]]:
    """The sheets' values once the changes are made."""
    changed = cells.copied(values)
    for change in changes:
        changed[change.sheet.name][change.spot] = change.proposed
    return changed


def refuse_formulas(
    changes: Sequence[proposals.Adoption], formulas: Mapping[str, set[Spot]]
) -> None:
    """WorkbookError where a figure to be changed is the result of a formula."""
    for change in changes:
        if change.spot in formulas.get(change.sheet.name, ()):
            place = layout.address(change.spot, change.sheet.name)
            raise WorkbookError(
                f"{place}（{change.name}）是公式，没有改动；请改公式所引用的数，"
                f"或改填数字后再采纳。"
            )


def refuse_unmended(choices: Sequence[proposals.Choice], left: Sequence[Finding]) -> None:
    """WorkbookError where several choices spoil each other: one of the findings is there still
    after all changes.
    """
    alternatives: set[Alternative] = set()
    for choice in choices:
        alternatives.add(choice.alternative)
    if len(alternatives) < 2:
        return
    broken: set[str] = set()
    for finding in left:
        if finding.severity == "error":
            broken |= broken_rules(finding)
    for choice in choices:
        if broken & broken_rules(choice.finding):
            raise WorkbookError(
                f"所选的几种改法不能同时采纳：都改以后，第{choice.number}条仍不相符。没有改动，"
                f"请逐条采纳。"
            )


def broken_rules(finding: Finding) -> set[str]:
    """Its rule and those of all sums that its cause breaks."""
    rules = {finding.rule}
    for one in finding.sums:
        rules.add(one.rule)
    return rules


# --- texts into numbers ---------------------------------------------------------------------------

TEXT_REASON = "把文本形式的数字改成数字"
MOST_NAMED = 5  # cells that a message names


def text_changes(
    report: Report, formulas: Mapping[str, set[Spot]]
) -> tuple[list[proposals.Adoption], list[str]]:
    """(changes, places of the texts that are left) of the figures that a workbook holds as texts.

    Only a text that is a number and nothing else is changed: 134件 may have been meant so, a
    formula makes its text anew, and of more than 15 digits a number would lose some.
    """
    forms = proposals.forms_of(report.tables)
    changes: list[proposals.Adoption] = []
    left: list[str] = []
    for table in report.tables.values():
        sheet = layout.sheet_of(table.id, table.edition)
        own = formulas.get(sheet.name, ())
        for entry in table.entries.values():
            if entry.read_by != "text" or entry.value is None:
                continue
            spot = sheet.cells[entry.cell]
            if spot in own or not is_plain_number(entry):
                left.append(layout.address(spot, sheet.name))
                continue
            name = proposals.name_of(entry.cell, forms)
            changes.append(
                proposals.Adoption(sheet, spot, name, entry.value, entry.value, TEXT_REASON)
            )
    return changes, left


def is_plain_number(entry: Entry) -> bool:
    """Whether a text is its number and nothing else, of so many digits as a cell keeps."""
    if entry.value is None or figures.plain_number(entry.raw) != entry.value:
        return False
    return not isinstance(cells.as_number(entry.value), str)


def question_of_texts(changes: Sequence[proposals.Adoption]) -> str:
    return f"把{places_text(changes)}文本形式的数字改成数字？原来的文本会记在“{layout.LOG}”表。"


def done_text(changes: Sequence[proposals.Adoption], left: Sequence[str]) -> str:
    """What was done, and what was not."""
    done = NO_TEXTS
    if changes:
        done = f"已把{places_text(changes)}文本形式的数字改成数字，记在“{layout.LOG}”表。"
    if not left:
        return done
    named = wording.some_of(left, MOST_NAMED, f"等{len(left)}格")
    return f"{done}{named}带有单位、是公式、超过15位或单元格格式不是“常规”，没有改，请手工核对。"


NO_TEXTS = "没有可以直接改成数字的文本。"


def places_text(changes: Sequence[proposals.Adoption]) -> str:
    """'表三'!D7、'表三'!E7等12格."""
    places: list[str] = []
    for change in changes:
        places.append(layout.address(change.spot, change.sheet.name))
    return wording.some_of(places, MOST_NAMED, f"等{len(changes)}格")


# --- the log --------------------------------------------------------------------------------------


def log_edits(
    changes: Sequence[proposals.Adoption], values: BookValues, time: str
) -> Iterator[Edit]:
    """A line of the log for each change, below all that stands there.

    WorkbookError where it is full.
    """
    last = layout.LOG_TOP - 1
    for row, column in values[layout.LOG]:
        if column in layout.LOG_COLUMNS.values():
            last = max(last, row)
    first = last + 1
    if first + len(changes) > layout.LOG_TOP + layout.LOG_ROWS:
        raise WorkbookError(f"“{layout.LOG}”表已经写满，没有改动；请另存一份，清空这张表后再采纳。")
    for row, change in enumerate(changes, first):
        line = log_line(change, values[change.sheet.name].get(change.spot), time)
        for name, column in layout.LOG_COLUMNS.items():
            yield Edit(layout.LOG, row, column, line[name])


def log_line(change: proposals.Adoption, stood: object, time: str) -> dict[str, cells.Written]:
    return {
        "time": time,
        "table": change.sheet.name,
        "cell": layout.address(change.spot),
        "name": change.name.partition(" ")[2],
        "stated": stood_there(stood),
        "proposed": proposals.NO_FIGURE if change.proposed is None else for_cell(change.proposed),
        "reason": change.reason,
    }


def stood_there(value: object) -> cells.Written:
    figure = formats.as_figure(value)
    if figure is not None:
        return cells.as_number(figure)
    return seen.text_of(value) or proposals.NO_FIGURE
