"""Proposals that a user has chosen -> edits: the figures, their old values in the log, new flags."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from datetime import datetime

from gongkai.model import Edit, Finding, Report, WorkbookError
from gongkai.spreadsheets import Spot
from gongkai.spreadsheets.formats import as_figure
from gongkai.spreadsheets.seen import text_of
from gongkai.workbook import layout
from gongkai.workbook.cells import Written
from gongkai.workbook.fill import as_number, flag_edits
from gongkai.workbook.proposals import NO_FIGURE, Adoption, Choice

BookValues = Mapping[str, Mapping[Spot, object]]


def adoption_edits(
    changes: Sequence[Adoption], values: BookValues, report: Report, findings: Sequence[Finding]
) -> list[Edit]:
    """All that adopting writes. ``values`` are those before, ``report`` and ``findings`` those after the changes."""
    figures = [Edit(change.sheet.name, *change.spot, as_number(change.proposed)) for change in changes]
    time = f"{datetime.now():%Y-%m-%d %H:%M:%S}"
    return [*figures, *log_edits(changes, values, time), *flag_edits(report, findings)]


def with_changes(values: BookValues, changes: Sequence[Adoption]) -> dict[str, dict[Spot, object]]:
    """The sheets' values once the changes are made."""
    changed = {name: dict(cells) for name, cells in values.items()}
    for change in changes:
        changed[change.sheet.name][change.spot] = change.proposed
    return changed


def refuse_formulas(changes: Sequence[Adoption], formulas: Mapping[str, set[Spot]]) -> None:
    """WorkbookError where a figure to be changed is the result of a formula."""
    for change in changes:
        if change.spot in formulas.get(change.sheet.name, ()):
            place = layout.address(change.spot, change.sheet.name)
            raise WorkbookError(f"{place}（{change.name}）是公式，没有改动；请改公式所引用的数，或改填数字后再采纳。")


def refuse_unmended(choices: Sequence[Choice], left: Sequence[Finding]) -> None:
    """WorkbookError where several choices spoil each other: one of the findings is there still after all changes."""
    if len({choice.alternative for choice in choices}) < 2:
        return
    broken = {finding.rule for finding in left if finding.severity == "error"}
    for choice in choices:
        if choice.finding.rule in broken:
            raise WorkbookError(
                f"所选的几种改法不能同时采纳：都改以后，第{choice.number}条仍不相符。没有改动，请逐条采纳。"
            )


def log_edits(changes: Sequence[Adoption], values: BookValues, time: str) -> Iterator[Edit]:
    """A line of the log for each change, below all that stands there. WorkbookError where it is full."""
    used = [row for row, column in values[layout.LOG] if column in layout.LOG_COLUMNS.values()]
    first = max([layout.LOG_TOP - 1, *used]) + 1
    if first + len(changes) > layout.LOG_TOP + layout.LOG_ROWS:
        raise WorkbookError(f"“{layout.LOG}”表已经写满，没有改动；请另存一份，清空这张表后再采纳。")
    for row, change in enumerate(changes, first):
        line = log_line(change, values[change.sheet.name].get(change.spot), time)
        for name, column in layout.LOG_COLUMNS.items():
            yield Edit(layout.LOG, row, column, line[name])


def log_line(change: Adoption, stood: object, time: str) -> dict[str, Written]:
    figure = as_figure(stood)
    return {
        "time": time,
        "table": change.sheet.name,
        "cell": layout.address(change.spot),
        "name": change.name.partition(" ")[2],
        "stated": as_number(figure) if figure is not None else text_of(stood) or NO_FIGURE,
        "proposed": as_number(change.proposed),
        "reason": change.reason,
    }
