"""A report in its workbook -> the blanks to be filled with 0, as changes that the log keeps; and
what undoes them.

Forced ones are blanks that the relations leave nothing but 0 (``sums.states``). A sign such as /
stays unless it is asked for too, and a text that could not be read always does.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from gongkai.figures import read_figure
from gongkai.model import Cell, Entry, Report, Table, WorkbookError
from gongkai.spreadsheets import Spot, formats, seen
from gongkai.sums import states, table_state
from gongkai.workbook import adopting, layout, proposals

FORCED = "空白填0：按勾稽关系只能是0"
ASKED = "空白填0：按要求填的"


@dataclass(frozen=True)
class BlankChoice:
    """Which blanks: the forced ones, or with ``every`` all of them.

    With ``signs`` those that hold a sign too.
    """

    every: bool = False
    signs: bool = False


@dataclass(frozen=True)
class FillKind:
    """A way to fill blanks, zeros or totals. ``name`` is that of the button, 空白填0; ``act`` what
    is done to a file, 填0; ``done`` 已把{}格空白填为0; ``asked`` says what is about to be done.

    By ``reasons`` the log knows what it filled; ``left`` says of each cause why blanks stayed.
    """

    name: str
    act: str
    reasons: tuple[str, ...]
    done: str
    nothing: str
    asked: Callable[[Sequence[proposals.Adoption]], str]
    left: Mapping[str, str]

    @property
    def undone(self) -> str:
        return f"撤销{self.name}"


def zeros_asked(changes: Sequence[proposals.Adoption]) -> str:
    """把表四的3格空白填为0（2格按勾稽关系只能是0，1格不能由勾稽关系确定，请先确认实际均为0）."""
    forced = sum(change.reason == FORCED for change in changes)
    told: list[str] = []
    if forced:
        told.append(f"{forced}格按勾稽关系只能是0")
    if forced < len(changes):
        told.append(f"{len(changes) - forced}格不能由勾稽关系确定，请先确认实际均为0")
    return f"把{adopting.places_text(changes)}空白填为0（{'，'.join(told)}）"


ZEROS = FillKind(
    "空白填0",
    "填0",
    (FORCED, ASKED),
    "已把{}格空白填为0",
    "没有可以填0的空白。",
    zeros_asked,
    {
        "signs": "是“/”之类的符号",
        "others": "填0与勾稽关系不符",
        "formulas": "是公式",
        "open": "不能由勾稽关系确定",
    },
)


@dataclass(frozen=True)
class FillPlan:
    """What is to be filled. ``left`` counts the blanks that stay, by cause. ``odd`` are places
    where the figure would not be seen: merged or hidden cells, or those shown as a date.
    """

    kind: FillKind
    changes: tuple[proposals.Adoption, ...]
    left: Mapping[str, int]
    odd: tuple[proposals.Adoption, ...] = ()

    def without(self, odd: Sequence[proposals.Adoption]) -> FillPlan:
        left: list[proposals.Adoption] = []
        for change in self.changes:
            if change not in odd:
                left.append(change)
        return replace(self, changes=tuple(left), odd=tuple(odd))


def filling_of(report: Report, formulas: Mapping[str, set[Spot]], wanted: BlankChoice) -> FillPlan:
    changes: list[proposals.Adoption] = []
    left: Counter[str] = Counter()
    forms = proposals.forms_of(report.tables)
    for table in report.tables.values():
        sheet = layout.sheet_of(table.id, table.edition)
        figures, short = table_state(table).figures, short_blanks(table)
        own = formulas.get(sheet.name, ())
        for entry in blank_entries(table.entries, sheet):
            spot, figure = sheet.cells[entry.cell], figures.get(entry.cell)
            kept = why_kept(entry, figure, wanted, entry.cell in short)
            if spot in own:
                kept = "formulas"
            if kept:
                left[kept] += 1
                continue
            reason = FORCED if figure == 0 else ASKED
            name = proposals.name_of(entry.cell, forms)
            changes.append(proposals.Adoption(sheet, spot, name, None, 0, reason))
    return FillPlan(ZEROS, tuple(changes), left)


def short_blanks(table: Table) -> frozenset[str]:
    """The blanks of relations whose filled cells do not reach the sum: not all of them can be 0."""
    found: set[str] = set()
    for relation in table.form.relations:
        sums = states.RelationSums.of(relation, table.values)
        if sums.gap:
            found |= sums.blanks
    return frozenset(found)


def blank_entries(entries: Mapping[str, Entry], sheet: layout.TableSheet) -> Iterator[Entry]:
    """What holds nothing, or a sign."""
    for cell in sheet.cells:
        entry = entries.get(cell)
        if entry is None or entry.value is not None:
            continue
        if state_in(entry, sheet) in ("blank", "sign"):
            yield entry


def state_in(entry: Entry, sheet: layout.TableSheet) -> str:
    unit = sheet.form.cells[entry.cell].column.unit
    return read_figure(entry.raw, unit).state


def why_kept(entry: Entry, figure: int | None, wanted: BlankChoice, is_short: bool) -> str:
    """Why a blank stays as it is, "" for one that is filled.

    ``figure`` is what the relations leave it, if one.
    """
    if entry.raw.strip() and not wanted.signs:
        return "signs"
    if figure is not None:
        return "others" if figure else ""
    if not wanted.every:
        return "open"
    return "others" if is_short else ""


# --- undone ---------------------------------------------------------------------------------------


def undoing_of(values: adopting.BookValues, of: FillKind) -> tuple[proposals.Adoption, ...]:
    """What takes back the last filling: the cells that it filled and that hold its figure still,
    and nothing since.
    """
    filled: dict[tuple[str, str], dict[str, str]] = {}
    last = ""
    for place, line in last_lines(values).items():
        if line["reason"] in of.reasons:
            filled[place] = line
            last = max(last, line["time"])
    found: list[proposals.Adoption] = []
    for place, line in filled.items():
        change = undone_cell(place, line, values, of) if line["time"] == last else None
        if change is not None:
            found.append(change)
    return tuple(found)


def undone_cell(
    place: tuple[str, str], line: Mapping[str, str], values: adopting.BookValues, of: FillKind
) -> proposals.Adoption | None:
    """None where another figure has taken the place of the one that was filled in."""
    sheet = layout.tables_by_name()[place[0]]
    cell = cell_named(sheet, place[1])
    filled = read_figure(line["proposed"], cell.column.unit).value if cell else None
    if cell is None or filled is None:
        return None
    spot = sheet.cells[cell.id]
    if formats.as_figure(values.get(sheet.name, {}).get(spot)) != filled:
        return None
    stood = None if line["stated"] == proposals.NO_FIGURE else line["stated"]
    return proposals.Adoption(sheet, spot, f"{sheet.name} {line['name']}", filled, stood, of.undone)


def cell_named(sheet: layout.TableSheet, address: str) -> Cell | None:
    """D7 -> the figure that stands there."""
    for cell, spot in sheet.cells.items():
        if layout.address(spot) == address:
            return sheet.form.cells[cell]
    return None


def last_lines(values: adopting.BookValues) -> dict[tuple[str, str], dict[str, str]]:
    """(sheet, cell) of a table -> the last line of the log about it."""
    held = values.get(layout.LOG, {})
    columns = layout.LOG_COLUMNS
    found: dict[tuple[str, str], dict[str, str]] = {}
    for row in layout.rows_of(held):
        line: dict[str, str] = {}
        for name, column in columns.items():
            line[name] = seen.text_of(held.get((row, column)))
        if row >= layout.LOG_TOP and line["table"] in layout.tables_by_name():
            found[line["table"], line["cell"]] = line
    return found


# --- what is said of it ---------------------------------------------------------------------------


def question_of_plan(plan: FillPlan) -> str:
    return f"{plan.kind.asked(plan.changes)}？改动会记在“{layout.LOG}”表，可以撤销。"


def filled_text(plan: FillPlan) -> str:
    """What was filled, and what was left and why: 没有填的：1格是“/”之类的符号。"""
    kind, count = plan.kind, len(plan.changes)
    done = f"{kind.done.format(count)}，记在“{layout.LOG}”表。" if count else kind.nothing
    left: list[str] = []
    for cause, reason in kind.left.items():
        if plan.left.get(cause):
            left.append(f"{plan.left[cause]}格{reason}")
    if plan.odd:
        figure = plan.odd[0].proposed
        left.append(
            f"{adopting.places_text(plan.odd)}合并、隐藏或设有特殊格式，填入后不能显示{figure}"
        )
    return f"{done}没有填的：{'，'.join(left)}。" if left else done


def undo_question(kind: FillKind, changes: Sequence[proposals.Adoption]) -> str:
    return f"撤销上次的“{kind.name}”，{len(changes)}格恢复原样？"


def undone_text(kind: FillKind, changes: Sequence[proposals.Adoption]) -> str:
    return f"已撤销上次的“{kind.name}”，{len(changes)}格恢复原样，记在“{layout.LOG}”表。"


def refuse_nothing(kind: FillKind, changes: Sequence[proposals.Adoption]) -> None:
    if not changes:
        raise WorkbookError(f"没有可以撤销的“{kind.name}”：没有填过，或填的数后来改动过。")
