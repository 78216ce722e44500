"""The figures of the tables that prose speaks of, and whether two figures agree."""

from __future__ import annotations

from gongkai.model import Figure, Report
from gongkai.sums.solve import difference, stated_figures, total


def table_figure(cells: tuple[str, ...], report: Report) -> Figure | None:
    """The sum over cells; None where any of them is blank, or there are none."""
    figures = stated_figures(cells, {cell: report.value(cell) for cell in cells})
    return total(figures) if cells and len(figures) == len(cells) else None


def alike(figure: Figure, written: Figure, step: Figure) -> bool:
    """Equal, or equal once rounded or cut off as the prose writes it."""
    apart = size(difference(written, figure))
    return apart == 0 or (step != 1 and apart < step)


def size(apart: Figure) -> Figure:
    return max(apart, -apart)
