"""Reports of a body for years that continue each other, to be changed figure by figure."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from gongkai.compare.bodies import Yearly
from gongkai.compare.years import YearComparison, compare_years
from gongkai.editions import links, yearly_cells
from gongkai.model import Value

CARRIED = "applications.carried_in.natural"
Steps = Sequence[
    Mapping[str, int]
]  # per year: applicants' carried out, documents made, repealed and in force


def chain(figures: Steps, agency: str = "青溪县人民政府", first: int = 2021) -> list[Yearly]:
    """Reports of years from ``first`` on that continue each other: what a step states, and what
    follows from it.
    """
    found: list[Yearly] = []
    for number, own in enumerate(figures):
        values: dict[str, Value] = dict.fromkeys(yearly_cells(), 0) | dict(own)
        for link in links():
            if found:
                changes = (
                    [values[cell] or 0 for cell in link.plus],
                    [values[cell] or 0 for cell in link.minus],
                )
                values[link.cell] = (
                    (found[-1].figures[link.last] or 0) + sum(changes[0]) - sum(changes[1])
                )
        found.append(Yearly(agency, first + number, f"{agency}{first + number}.html", values))
    return found


def changed(report: Yearly, **changes: object) -> Yearly:
    from dataclasses import replace

    return replace(report, **changes)  # type: ignore[arg-type]


def with_figure(report: Yearly, cell: str, value: Value) -> Yearly:
    figures = dict(report.figures)
    figures.pop(cell, None)
    return changed(report, figures=figures if value is None else {**figures, cell: value})


def findings_of(reports: Sequence[Yearly]) -> list[tuple[int | None, str, tuple[str, ...]]]:
    return [
        (one.report.year, f.rule, f.cells) for one in compare_years(reports) for f in one.findings
    ]


def by_source(reports: Sequence[Yearly]) -> dict[str, YearComparison]:
    return {one.report.source: one for one in compare_years(reports)}


def reports_of_bodies(count: int) -> list[Yearly]:
    """Reports of three years of bodies with names of all kinds, and many different ones of one body
    and year.
    """
    figures: dict[str, Value] = dict.fromkeys(yearly_cells(), 0)
    bodies = [f"第{number}县人民政府" for number in range(5 * count)]
    bodies += ["鼓楼区政府"] * count + ["财政局"] * count
    years = (2021, 2022, 2023)
    reports = [
        Yearly(body, year, f"{n}", figures) for n, body in enumerate(bodies) for year in years
    ]
    others = [{**figures, CARRIED: n} for n in range(7 * count)]
    return reports + [Yearly("第1县政府", 2021, f"x{n}", own) for n, own in enumerate(others)]
