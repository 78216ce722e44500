"""Hypothesis strategies for consistent reports: every stated sum holds, in both editions."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from random import Random

from hypothesis import strategies as st

from gongkai.editions import all_editions
from gongkai.model import Entry, Form, Report, Table, Value

COUNTS = st.one_of(st.integers(1, 9), st.integers(10, 2_000), st.integers(10_000, 9_000_000))
AMOUNTS = st.decimals(min_value=0, max_value=10**7, places=4).map(lambda value: value.normalize())
AGENCIES = st.sampled_from(
    ["青溪县人民政府", "云岭市交通运输局", "白汀镇人民政府", "临汐市人民政府办公室"]
)
Values = dict[str, Value]


def whole(value: Decimal) -> Value:
    return int(value) if value == int(value) else value


@st.composite
def parts(draw: st.DrawFn, cells: list[str]) -> dict[str, int]:
    """Figures for cells: mostly zeros with a few counts, or (from a seed, for speed) all filled
    in.
    """
    if draw(st.booleans()):
        return draw(st.dictionaries(st.sampled_from(cells), COUNTS, max_size=10))
    random = Random(draw(st.integers(0, 2**32)))
    return {cell: random.choice((0, 1, 12, 345, 10_201)) for cell in cells}


@st.composite
def disclosure(draw: st.DrawFn, form: Form) -> Values:
    found: Values = {}
    for cell in form.cells.values():
        if cell.column.decimal:
            found[cell.id] = whole(draw(AMOUNTS))
        else:
            sign = -1 if cell.column.signed and draw(st.booleans()) else 1
            found[cell.id] = draw(st.one_of(st.just(0), COUNTS)) * sign
    return found


@st.composite
def applications(draw: st.DrawFn, form: Form) -> Values:
    rows = [row.id for row in form.rows]
    results = rows[rows.index("granted") : rows.index("handled")]
    columns = [column.id for column in form.parts[0].columns if column.id != "total"]
    drawn = draw(
        parts([f"{row}.{column}" for row in (*results, "carried_out") for column in columns])
    )
    carried = draw(parts([f"carried_in.{column}" for column in columns]))
    found: Values = {}
    for column in columns:
        figures = {row: drawn.get(f"{row}.{column}", 0) for row in (*results, "carried_out")}
        handled = sum(figures[row] for row in results)
        # Nothing may be negative: what came in from last year is at most what left.
        carried_in = min(carried.get(f"carried_in.{column}", 0), handled + figures["carried_out"])
        figures |= {"handled": handled, "carried_in": carried_in}
        figures["new"] = handled + figures["carried_out"] - carried_in
        found |= {f"applications.{row}.{column}": figures[row] for row in rows}
    totals = {
        f"applications.{row}.total": sum(found[f"applications.{row}.{c}"] for c in columns)
        for row in rows
    }
    return {cell: (found | totals)[cell] for cell in form.cells}


@st.composite
def disputes(draw: st.DrawFn, form: Form) -> Values:
    drawn = draw(parts([cell for cell in form.cells if not cell.endswith(".total")]))
    found: Values = {}
    for row in form.rows:
        cells = [cell.id for cell in form.row_cells(row.id)]
        figures = [drawn.get(cell, 0) for cell in cells[:-1]]
        found |= dict(zip(cells, [*figures, sum(figures)], strict=True))
    return found


MAKERS = {"disclosure": disclosure, "applications": applications, "disputes": disputes}


def make_report(
    values: Mapping[str, Mapping[str, Value]], forms: Mapping[str, str], agency: str, year: int
) -> Report:
    """Table id -> cell id -> figure, and table id -> edition, as a Report with the usual title."""
    tables = {
        table: Table(
            all_editions()[forms[table]].forms[table],
            {cell: Entry(cell, value) for cell, value in cells.items()},
        )
        for table, cells in values.items()
    }
    return Report(
        f"{agency}{year}年政府信息公开工作年度报告", agency, year, f"{year + 1}-01-25", tables
    )


@st.composite
def reports(draw: st.DrawFn) -> Report:
    """A consistent report of either edition; now and then table three of 2019 stands beside table
    two of 2021.
    """
    year = draw(st.integers(2019, 2025))
    edition = "2019" if year < 2021 else "2021"
    mixed = edition == "2021" and draw(st.integers(0, 3)) == 0
    forms = {
        "disclosure": edition,
        "applications": "2019" if mixed else edition,
        "disputes": edition,
    }
    values = {
        table: draw(make(all_editions()[forms[table]].forms[table]))
        for table, make in MAKERS.items()
    }
    return make_report(values, forms, draw(AGENCIES), year)


def changed(report: Report, cell: str, value: Value) -> Report:
    """The same report with one figure changed."""
    tables = dict(report.tables)
    table = tables[cell.partition(".")[0]]
    tables[table.id] = Table(table.form, {**table.entries, cell: Entry(cell, value)})
    return Report(report.title, report.agency, report.year, report.published, tables)
