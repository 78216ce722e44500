"""The hidden sheets: what commands and macros share (in the add-in too), and settings of
xlwings.
"""

from __future__ import annotations

from collections.abc import Mapping

from openpyxl import Workbook
from openpyxl.styles import Alignment
from openpyxl.workbook.defined_name import DefinedName
from openpyxl.worksheet.worksheet import Worksheet

import looks
from gongkai.spreadsheets import Spot, letters
from gongkai.workbook import layout
from looks import LEFT, QUIET, as_text, font, put

# Python must not look for modules beside the workbook: whoever puts a file into a folder of
# downloads would be run. A key without a value would override the user's own.
SETTINGS: Mapping[str, str] = {"ADD_WORKBOOK_TO_PYTHONPATH": "false"}
HINT = "按钮和宏从这张表取得参数和提示语，请勿改动。"


def add_tool_sheet(workbook: Workbook, messages: Mapping[str, str]) -> None:
    """Cells named ``gk_argument`` and so on for the macros to talk through, and ``gk_say_KEY`` for
    what they say.
    """
    page: Worksheet = workbook.create_sheet(layout.TOOL)
    page.sheet_properties.codeName = "Tool"
    page.sheet_state = "hidden"
    page.column_dimensions["A"].width = looks.column_width(180)
    page.column_dimensions["B"].width = looks.column_width(760)
    put(page, 1, 1, HINT, font=font(9, color=QUIET), alignment=Alignment("left", "center"))
    for name, place in layout.TOOL_SPOTS.items():
        put_named(workbook, page, place, f"gk_{name}", None)
    for row, (key, text) in enumerate(messages.items(), layout.TOOL_SAYINGS):
        put_named(workbook, page, (row, 2), f"gk_say_{key}", text)


def add_settings_sheet(workbook: Workbook) -> None:
    """The settings of xlwings that hold for this workbook, before those of the user."""
    page: Worksheet = workbook.create_sheet(layout.SETTINGS)
    page.sheet_properties.codeName = "Settings"
    page.sheet_state = "hidden"
    for row, (key, value) in enumerate(SETTINGS.items(), 1):
        put(page, row, 1, key)
        as_text(put(page, row, 2, value))


def put_named(
    workbook: Workbook, page: Worksheet, place: Spot, name: str, text: str | None
) -> None:
    """A cell that holds text whatever is put into it, under a name that holds wherever the cell
    goes.
    """
    row, column = place
    put(
        page, row, column - 1, name.removeprefix("gk_").removeprefix("say_"), font=font(color=QUIET)
    )
    as_text(put(page, row, column, text, alignment=LEFT))
    target = f"'{layout.TOOL}'!${letters(column)}${row}"
    workbook.defined_names[name] = DefinedName(name, attr_text=target)
