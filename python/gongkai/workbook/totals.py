"""A report in its workbook -> the blank totals that follow from their parts, as changes that the
log keeps.

A total is filled where all of its parts are stated, or are totals that were filled before. One that
is stated stays, whatever its parts give, and so does one of which two sums give different figures.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence

from gongkai.model import Figure, Relation, Report, Table, Value
from gongkai.spreadsheets import Spot
from gongkai.sums.relations import total
from gongkai.workbook import adopting, layout, proposals
from gongkai.workbook.blanks import FillKind, FillPlan, blank_entries, state_in

SUMMED = "填总计：各项之和"


def totals_asked(changes: Sequence[proposals.Adoption]) -> str:
    return f"把{adopting.places_text(changes)}空白的总计填为各项之和"


TOTALS = FillKind(
    "填总计",
    "填总计",
    (SUMMED,),
    "已填{}格总计",
    "没有可以填的总计。",
    totals_asked,
    {
        "short": "的分项没有填全",
        "divided": "横向与纵向之和不等",
        "signs": "是“/”之类的符号",
        "formulas": "是公式",
    },
)
Sums = Sequence[Relation]


def totals_filling(report: Report, formulas: Mapping[str, set[Spot]]) -> FillPlan:
    """``formulas``: sheet -> where somebody has a formula of his own."""
    changes: list[proposals.Adoption] = []
    left: Counter[str] = Counter()
    forms = proposals.forms_of(report.tables)
    for table in report.tables.values():
        sheet = layout.sheet_of(table.id, table.edition)
        blanks = blank_totals(table, sheet, formulas.get(sheet.name, set()))
        figures, divided = agreed_totals(sums_of(table), table.values, blanks["blank"])
        for cell in layout_order(sheet, figures):
            name = proposals.name_of(cell, forms)
            changes.append(
                proposals.Adoption(sheet, sheet.cells[cell], name, None, figures[cell], SUMMED)
            )
        left["signs"] += len(blanks["sign"])
        left["formulas"] += len(blanks["formula"])
        left["divided"] += len(divided)
        left["short"] += len(blanks["blank"] - divided - figures.keys())
    return FillPlan(TOTALS, tuple(changes), left)


def layout_order(sheet: layout.TableSheet, cells: Collection[str]) -> list[str]:
    """In the order of the form: row by row."""
    return [cell for cell in sheet.cells if cell in cells]


def blank_totals(
    table: Table, sheet: layout.TableSheet, formulas: set[Spot]
) -> dict[str, set[str]]:
    """The totals without a figure, by what stands there: nothing, a sign, somebody's formula."""
    found: dict[str, set[str]] = {"blank": set(), "sign": set(), "formula": set()}
    wholes = {relation.whole[0] for relation in sums_of(table)}
    for entry in blank_entries(table.entries, sheet):
        if entry.cell not in wholes:
            continue
        is_formula = sheet.cells[entry.cell] in formulas
        found["formula" if is_formula else state_in(entry, sheet)].add(entry.cell)
    return found


def sums_of(table: Table) -> Sums:
    """The relations of a table whose one side is a single total: no balance."""
    found: list[Relation] = []
    for relation in table.form.relations:
        if len(relation.whole) == 1:
            found.append(relation)
    return found


def agreed_totals(
    sums: Sums, values: Mapping[str, Value], blanks: Iterable[str]
) -> tuple[dict[str, Figure], set[str]]:
    """The totals that follow, and those on which two sums differ: （七）总计·总计 is the sum of its
    row and that of its column. Nothing follows from a total that is in doubt.
    """
    divided: set[str] = set()
    while True:
        figures = following(sums, values, set(blanks) - divided)
        found = set(differing(sums, {**values, **figures}, figures))
        if not found:
            return figures, divided
        divided |= found


def following(sums: Sums, values: Mapping[str, Value], blanks: set[str]) -> dict[str, Figure]:
    """Total -> the sum of its parts, round by round: what was filled is a part of what follows."""
    held = dict(values)
    found: dict[str, Figure] = {}
    grown = True
    while grown:
        grown = False
        for relation in sums:
            whole = relation.whole[0]
            figure = sum_of_parts(relation, held) if whole in blanks - found.keys() else None
            if figure is not None:
                held[whole] = found[whole] = figure
                grown = True
    return found


def sum_of_parts(relation: Relation, values: Mapping[str, Value]) -> Figure | None:
    """None where a part is not stated."""
    stated: list[Figure] = []
    for part in relation.parts:
        value = values.get(part)
        if value is None:
            return None
        stated.append(value)
    return total(stated)


def differing(
    sums: Sums, values: Mapping[str, Value], figures: Mapping[str, Figure]
) -> Iterator[str]:
    """The totals filled of which another sum gives another figure."""
    for relation in sums:
        whole = relation.whole[0]
        if whole in figures and sum_of_parts(relation, values) not in (None, figures[whole]):
            yield whole
