"""Findings -> proposals as text; what a user has chosen of it -> the changes that this makes.

The list of findings may be older than the figures: a row counts only where the findings of now say
the same as it does.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gongkai import wording
from gongkai.decisions import keys_of
from gongkai.figures import shown
from gongkai.model import (
    Alternative,
    Cell,
    Finding,
    Form,
    Report,
    Suspect,
    Table,
    Value,
    WorkbookError,
    table_id,
)
from gongkai.spreadsheets import Spot, seen
from gongkai.workbook import cells, decisions, layout

MOST_ALTERNATIVES = 9  # as many as one digit tells apart
NUMBERS = "①②③④⑤⑥⑦⑧⑨"
NO_FIGURE = "（无数字）"
STALE = "数字已有变动，请重新校验后再采纳。"


@dataclass(frozen=True)
class ShownRow:
    """A row of the list of findings as it stands in the workbook. ``adopt`` is what the user typed,
    "" for nothing.

    ``row`` is 0 for a finding that was named on the command line; ``keys`` are those of the finding
    that the row was written for.
    """

    row: int
    number: str
    message: str
    proposal: str
    adopt: str
    keys: tuple[str, ...] = ()


@dataclass(frozen=True)
class Choice:
    """An alternative that was chosen for a finding; ``number`` is the finding's in the list."""

    number: str
    finding: Finding
    alternative: Alternative


@dataclass(frozen=True)
class Adoption:
    """A figure to be changed, where it stands, and why. ``proposed`` is what will stand there: a
    blank or a sign where a filling is undone.
    """

    sheet: layout.TableSheet
    spot: Spot
    name: str
    stated: Value
    proposed: cells.Written
    reason: str

    @property
    def figure(self) -> Value:
        return None if isinstance(self.proposed, str) else self.proposed


# --- as text --------------------------------------------------------------------------------------


def forms_of(tables: Mapping[str, Table]) -> dict[str, Form]:
    found: dict[str, Form] = {}
    for name, table in tables.items():
        found[name] = table.form
    return found


def proposal_text(suspects: Sequence[Alternative], forms: Mapping[str, Form]) -> str:
    """``①表三 （一）予以公开·自然人 134→143``, an alternative on each line; "" where nothing is
    proposed.
    """
    lines = []
    for number, alternative in zip(NUMBERS, suspects, strict=False):
        lines.append(number + alternative_text(alternative, forms))
    if len(suspects) > MOST_ALTERNATIVES:
        lines.append(f"另有{len(suspects) - MOST_ALTERNATIVES}种改法，未列出")
    return "\n".join(lines)


def alternative_text(alternative: Alternative, forms: Mapping[str, Form]) -> str:
    """The table is named once: a proposal never goes beyond it."""
    numbers = {}
    changes = []
    for suspect in alternative:
        form = form_of(suspect.cell, forms)
        numbers[form.number] = form
        figures = f"{stated_text(suspect.stated)}→{suspect.proposed}"
        changes.append(f"{wording.label_of(form.cells[suspect.cell])} {figures}")
    return f"{'、'.join(numbers)} {'，'.join(changes)}"


def certain_suspects(finding: Finding) -> list[Suspect]:
    """The changes that all alternatives of a finding share: whichever is right, these figures are
    wrong.
    """
    first, *others = finding.suspects or ((),)
    shared = set(first).intersection(*others)
    return [suspect for suspect in first if suspect in shared]


def stated_text(value: Value) -> str:
    return NO_FIGURE if value is None else shown(value)


def name_of(cell_id: str, forms: Mapping[str, Form]) -> str:
    """表三 （一）予以公开·自然人."""
    return f"{form_of(cell_id, forms).number} {wording.label_of(cell_of(cell_id, forms))}"


def form_of(cell_id: str, forms: Mapping[str, Form]) -> Form:
    return forms[table_id(cell_id)]


def cell_of(cell_id: str, forms: Mapping[str, Form]) -> Cell:
    return form_of(cell_id, forms).cells[cell_id]


# --- what was chosen ------------------------------------------------------------------------------


def shown_rows(results: Mapping[Spot, object]) -> list[ShownRow]:
    """The rows of the list that say anything or in which something was typed."""
    names = ("number", "message", "proposal", "adopt")
    keys = decisions.shown_keys(results)
    rows = []
    for row in range(layout.RESULTS_TOP, layout.RESULTS_TOP + layout.RESULTS_ROWS):
        found: list[str] = []
        for name in names:
            found.append(seen.text_of(results.get((row, layout.RESULT_COLUMNS[name]))).strip())
        if any(found):
            number, message, proposal, adopt = found
            rows.append(ShownRow(row, number, message, proposal, adopt, keys.get(row, ())))
    return rows


def typed_choices(
    rows: Sequence[ShownRow], findings: Sequence[Finding], report: Report
) -> list[Choice]:
    """What the user typed into the list. WorkbookError where a row is not, or no longer, what the
    findings say.
    """
    choices = []
    for row in rows:
        if row.adopt:
            choices.append(choice_of(row, alternative_number(row), findings, report))
    return choices


def alternative_number(row: ShownRow) -> int:
    """The number typed, in whatever digits (1, １, ①)."""
    digit = unicodedata.digit(row.adopt, 0) if len(row.adopt) == 1 else 0
    if not digit:
        raise WorkbookError(
            f"{where(row)}的“采纳”不是1到{MOST_ALTERNATIVES}的整数；请填建议的序号，如①填1。"
        )
    return digit


def choice_of(row: ShownRow, number: int, findings: Sequence[Finding], report: Report) -> Choice:
    """One of the alternatives of a row; 0 for the only one."""
    if not row.message:
        raise WorkbookError(f"{where(row)}没有列出问题，不能采纳；请清空这一行的“采纳”。")
    if not row.proposal:
        raise WorkbookError(f"{where(row)}没有建议，不能采纳；请对照原文改正。")
    finding = finding_of(row, findings, report)
    if finding is None:
        raise WorkbookError(f"{where(row)}：{STALE}")
    offered = finding.suspects[:MOST_ALTERNATIVES]
    if not number and len(offered) > 1:
        how = "在“采纳”一栏填它的序号" if row.row else f"写成 序号=方案，如 {row.number}=1"
        raise WorkbookError(f"{where(row)}有{len(offered)}种改法，请先选定一种：{how}。")
    if number > len(offered):
        raise WorkbookError(f"{where(row)}只有{len(offered)}种改法，没有第{number}种。")
    return Choice(row.number, finding, offered[max(number, 1) - 1])


def where(row: ShownRow) -> str:
    if row.number.isdigit():
        return f"“{layout.RESULTS}”第{row.number}条"
    return f"“{layout.RESULTS}”第{row.row}行"


def finding_of(row: ShownRow, findings: Sequence[Finding], report: Report) -> Finding | None:
    """The finding of now that the row was written for, with what it proposes."""
    for finding in findings:
        if shows(row, finding, report):
            return finding
    return None


def shows(row: ShownRow, finding: Finding, report: Report) -> bool:
    """Whether a row was written for a finding with these figures, and proposes the same. Its words
    do not matter: some may come from the source, of which the workbook keeps no texts.
    """
    proposal = proposal_text(finding.suspects, forms_of(report.tables))
    same = squeezed(proposal) == squeezed(row.proposal)
    return same and not set(row.keys).isdisjoint(keys_of(finding, report))


def squeezed(text: str) -> str:
    """A text as every program gives it back."""
    return "".join(wording.plain_text(text).split())


# --- what it changes ------------------------------------------------------------------------------


def adoptions_of(choices: Sequence[Choice], report: Report) -> list[Adoption]:
    """One change for each cell. WorkbookError where two choices want different figures in one."""
    forms = forms_of(report.tables)
    numbers: dict[str, str] = {}
    changes: dict[str, Adoption] = {}
    for choice in choices:
        for suspect in choice.alternative:
            change = adoption_of(suspect, choice.finding, report, forms)
            number = numbers.setdefault(suspect.cell, choice.number)
            before = changes.setdefault(suspect.cell, change)
            if before.proposed != change.proposed:
                both = f"{before.proposed}和{change.proposed}"
                raise WorkbookError(
                    f"第{number}条和第{choice.number}条对{change.name}的建议不同（{both}），"
                    "没有改动；请只采纳其中一条。"
                )
    return list(changes.values())


def adoption_of(
    suspect: Suspect,
    finding: Finding,
    report: Report,
    forms: Mapping[str, Form],
) -> Adoption:
    table = table_id(suspect.cell)
    sheet = layout.sheet_of(table, report.tables[table].edition)
    reason = f"{finding.rule}：{finding.message}"
    name = name_of(suspect.cell, forms)
    return Adoption(
        sheet, sheet.cells[suspect.cell], name, suspect.stated, suspect.proposed, reason
    )


def question_of(change: Adoption) -> str:
    return f"把 {change.name} 由{stated_text(change.stated)}改为{change.proposed}"
