"""Rui'an's report as typed, and pages of it with one thing changed."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from gongkai.model import Report
from helpers.pages import figures, read_page, typed_report
from helpers.writers.mutations import rewritten
from helpers.writers.styles import GRIDS, LAYOUTS, Sheet, Spot, report_sheets

RUIAN = typed_report("ruian-2021-html")
TRUTH = figures(RUIAN)
EVERY = pytest.mark.parametrize("layout", LAYOUTS)
GRID = pytest.mark.parametrize("layout", GRIDS)


def spot_of(sheet: Sheet, name: str, kind: str = "figure") -> Spot:
    return next(spot for spot in sheet if spot.id == name and spot.kind == kind)


def line_of(sheet: Sheet, row: str) -> int:
    return spot_of(sheet, row, "row").box.top


def column_of(sheet: Sheet, column: str) -> int:
    return spot_of(sheet, column, "column").box.left


def read_with(layout: str, table: str, change: Callable[[Sheet], Sheet]) -> Report:
    """Rui'an's report in a layout, one of its tables changed."""
    sheets = report_sheets(RUIAN)
    sheets[table] = change(sheets[table])
    return read_page(LAYOUTS[layout](RUIAN, sheets))


def read_texts(layout: str, texts: dict[str, str]) -> Report:
    """Rui'an's report in a layout, some figures written as given."""
    sheets = report_sheets(RUIAN)
    for cell, text in texts.items():
        table = cell.partition(".")[0]
        sheets[table] = rewritten(sheets[table], spot_of(sheets[table], cell), text)
    return read_page(LAYOUTS[layout](RUIAN, sheets))
