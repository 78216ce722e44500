"""What a person sees on the sheets of a workbook file: bytes -> a Look for each visible sheet (xlsx, xls).

Beside it what any sheet has: number formats (formats), the cells of an .xlsx as stored (values). Nothing is calculated.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import TYPE_CHECKING

from gongkai.model import UnreadableDocument

if TYPE_CHECKING:
    from gongkai.spreadsheets.formats import Condition

MOST_SHEETS = 100
SAVE_AS = "请在Excel或WPS中打开，另存为.xlsx后重试"
PLACE = re.compile(r"([A-Z]{1,3})([1-9][0-9]{0,6})")

Position = tuple[int, int]  # (row, column), 0-based, as in a Look
Spot = tuple[int, int]  # (row, column), 1-based, as in a sheet: K28 is (28, 11)


@dataclass(frozen=True)
class Look:
    """What a look into the file says of one visible sheet. All places are (row, column), 0-based.

    ``number`` is the sheet's in the file that calamine is given; ``kinds`` the cells whose format does not show the
    number (see formats); ``texts`` what stands in cells of which calamine would say nothing or less; ``conditions``
    the conditional formats that hide numbers.
    """

    name: str
    number: int
    area: tuple[int, int]
    hidden_rows: Collection[int]
    hidden_columns: Collection[int]
    kinds: Mapping[Position, str]
    texts: Mapping[Position, str]
    conditions: Sequence[Condition] = ()


def too_many(sheets: int) -> UnreadableDocument:
    return UnreadableDocument(f"工作簿有{sheets}张工作表，不像是年度报告；请只保留报告的工作表后重试。")


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
