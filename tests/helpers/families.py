"""A government and the bodies below it: reports of zeros but for what a test sets, and the parent
that sums them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from pathlib import Path

from gongkai.compare.children import Child
from gongkai.editions import (
    all_editions,
    form,
)
from gongkai.model import Entry, Report, Table, Value
from gongkai.sums import total
from helpers.writers.styles import LAYOUTS, render

PARENT = "青溪县人民政府"
CELLS = [cell for official in all_editions()["2021"].forms.values() for cell in official.cells]
GRANTED = "applications.granted.natural"
OFFICE = "青溪县人民政府办公室"
BODIES = (
    OFFICE,
    "青溪县教育局",
    "青溪县公安局",
    "青溪县民政局",
    "青溪县城关镇人民政府",
    "青溪县白汀镇人民政府",
)
FEES = "disclosure.fees.amount"
FIGURES = {
    GRANTED: 4,
    "applications.new.natural": 5,
    "disputes.review.upheld": 1,
    FEES: Decimal("0.7"),
}


def report(
    agency: str, values: Mapping[str, Value] | None = None, year: int | None = 2021
) -> Report:
    """A report of zeros but for ``values``."""
    figures: dict[str, Value] = dict.fromkeys(CELLS, 0) | dict(values or {})
    tables = {
        name: Table(
            form("2021", name), {cell: Entry(cell, figures[cell]) for cell in official.cells}
        )
        for name, official in all_editions()["2021"].forms.items()
    }
    return Report(f"{agency}{year}年度报告", agency, year, "", tables)


def child(found: Report, name: str = "") -> Child:
    name = name or f"{found.agency}.html"
    return Child(name, f"/reports/{name}", found)


def summed(reports: Sequence[Report], agency: str = PARENT) -> Report:
    """The parent of reports that share their layout."""
    values = {
        cell: total([figure for one in reports if (figure := one.value(cell)) is not None])
        for cell in CELLS
    }
    return report(agency, values)


def family() -> list[Report]:
    """A report of each of BODIES."""
    return [
        report(name, {cell: total([figure, at]) for cell, figure in FIGURES.items()})
        for at, name in enumerate(BODIES)
    ]


def saved(folder: Path, reports: Sequence[Report]) -> list[Path]:
    """Each report as a page in a markup of its own, named by its body."""
    folder.mkdir(parents=True, exist_ok=True)
    paths = []
    for at, one in enumerate(reports):
        paths.append(path := folder / f"{one.agency or at}.html")
        layouts = [name for name in LAYOUTS if "text" not in name and "bars" not in name]
        path.write_text(render(one, layouts[at % len(layouts)]), encoding="utf-8")
    return paths


def parent_of(place: Path) -> Path:
    return place / f"{PARENT}.html"


def family_of(count: int) -> tuple[Report, list[Child], list[str]]:
    """A parent, so many children, and who is expected."""
    names = [f"{chr(0x4E00 + at // 60)}{chr(0x6000 + at % 60)}局" for at in range(count)]
    family = [report(f"青溪县{name}", {GRANTED: at}) for at, name in enumerate(names)]
    return summed(family), list(map(child, family)), names
