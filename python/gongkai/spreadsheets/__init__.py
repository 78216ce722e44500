"""What a person sees on the sheets of a workbook: a file's bytes or a program's word -> values.

``files.read_sheets`` is the way in for files; xlsx, xls and ods read one format each (xlsx_looks
and ods_looks its styles), and all give the same Sheet, as does the live workbook (gongkai.excel).
What is seen of a Sheet is judged in one place (seen), by number formats (formats) and by the looks
of pieces of a text. Nothing is calculated.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from functools import lru_cache
from typing import TYPE_CHECKING

from gongkai.model import UnreadableDocument

if TYPE_CHECKING:
    from gongkai.spreadsheets.formats import Condition

MOST_SHEETS = 100  # of a workbook
MOST_MERGED = 20_000  # merged ranges of a sheet
MOST_AREA = 2_000_000  # cells from the first to the last of a sheet
SAVE_AS = "请用表格软件打开，另存为.xlsx后重试"
# What a formula shows that cannot be calculated.
ERRORS = ("#DIV/0!", "#N/A", "#NAME?", "#NULL!", "#NUM!", "#REF!", "#VALUE!")
PLACE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")
FLAT, NARROW = 4.0, 0.5  # points, characters: a row less high, a column less wide shows nothing

Spot = tuple[int, int]  # (row, column), 1-based: K28 is (28, 11)
Area = tuple[int, int, int, int]  # top, left, bottom, right; 1-based, all edges included
# whether a sheet is to be read, by its name and whether it is visible
IsWanted = Callable[[str, bool], bool]


# before a source text that is no certain figure: seen at once, and never taken for a formula; alone
# for a figure whose row or column was not found
DOUBTFUL = "？"


@dataclass(frozen=True)
class Sheet:
    """One sheet as its workbook has it.

    ``cells``: what is stored, blanks left out: int, Decimal, a text, a day or time; an error as its
    text (#DIV/0!), a formula without a result as = and the formula. Of a text in pieces what is
    struck is left out and what is raised is set apart (``seen.joined``). ``kinds``: cells that show
    it otherwise, or not at all (``formats``), and ``conditions`` those that do so for some numbers.
    ``hidden_rows`` and ``hidden_columns`` are flat or narrow ones too. ``formulas``: cells whose
    value is the result of one, as far as the format says, each with its text as Excel has it
    (=SUM(D4:I4)), "" where the format writes another, or where it is that of another cell, moved:
    ``shared`` has that one's text and place. ``dropped``: what is struck or unseen in a
    text in pieces. ``margins`` are the texts of header and footer, ``comments`` what is said on
    cells.
    """

    name: str
    visible: bool = True
    cells: Mapping[Spot, object] = field(default_factory=dict)
    kinds: Mapping[Spot, str] = field(default_factory=dict)
    conditions: Sequence[Condition] = ()
    hidden_rows: Collection[int] = ()
    hidden_columns: Collection[int] = ()
    merged: Sequence[Area] = ()
    formulas: Mapping[Spot, str] = field(default_factory=dict)
    shared: Mapping[Spot, tuple[str, Spot]] = field(default_factory=dict)
    dropped: Mapping[Spot, str] = field(default_factory=dict)
    margins: Sequence[str] = ()
    comments: Mapping[Spot, str] = field(default_factory=dict)

    def is_hidden(self, spot: Spot) -> bool:
        return spot[0] in self.hidden_rows or spot[1] in self.hidden_columns


def refuse_many(sheets: int) -> None:
    if sheets > MOST_SHEETS:
        raise UnreadableDocument(
            f"工作簿有{sheets}张工作表，不像是年度报告；请只保留报告的工作表后重试。"
        )


def refuse_merged(name: str, count: int) -> None:
    if count > MOST_MERGED:
        raise UnreadableDocument(
            f"工作表“{name}”有{count}处合并单元格，不像是年度报告；请检查文件是否正确。"
        )


# --- where cells stand ----------------------------------------------------------------------------


def letters(column: int) -> str:
    """1 -> A, 27 -> AA."""
    name = ""
    while column:
        column, rest = divmod(column - 1, 26)
        name = chr(65 + rest) + name
    return name


@lru_cache(maxsize=16_384)
def column_of(place: str) -> int:
    """``K28`` -> 11; 0 for what is no address."""
    found = PLACE.fullmatch(place)
    number = 0
    for letter in found[1] if found else "":
        number = number * 26 + ord(letter) - 64
    return number


def area_of(text: str) -> Area | None:
    """``D5:J5`` or ``$D$5`` -> its cells from the first to the last; None for what is no area."""
    first, _, last = text.replace("$", "").partition(":")
    one, other = PLACE.fullmatch(first), PLACE.fullmatch(last or first)
    if one is None or other is None:
        return None
    top, bottom = sorted((int(one[2]), int(other[2])))
    left, right = sorted((column_of(one[0]), column_of(other[0])))
    return top, left, bottom, right
