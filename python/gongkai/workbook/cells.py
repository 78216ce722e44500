"""A value -> the text that a person would type; a text -> what a cell in a file can hold.

Apart from values.py, for what people decided is read by the same texts and stands below it.
"""

from __future__ import annotations

import re
from datetime import date
from decimal import Decimal

from gongkai.figures import shown
from gongkai.spreadsheets.formats import as_figure
from gongkai.wording import plain

MOST_UNITS = 32_767  # UTF-16 units that a cell can hold
CUT = "……"
ESCAPE = re.compile(r"_(?=x[0-9A-Fa-f]{4}_)")  # spreadsheets read _x000D_ as a character, so its _ is written _x005F_

Written = int | Decimal | str | None  # what a cell may be given


def text_of(value: object) -> str:
    """A cell's value as text; a number as it would be typed."""
    if value is None:
        return ""
    number = as_figure(value)
    return str(value) if number is None else shown(number)


def canonical(value: object) -> str:
    """A cell's value as the one text that it has in every program."""
    if isinstance(value, date):
        return value.isoformat()[:10]
    text = text_of(value)
    return "".join(plain_text(text).split()) if isinstance(value, str) else text


def cell_text(text: str) -> str:
    """A text as a cell in a file can hold it: plain, and never an escape by chance."""
    return ESCAPE.sub("_x005F_", plain_text(text))


def plain_text(text: str, most: int = MOST_UNITS) -> str:
    """A text without what nobody sees (``wording.plain``) and of at most ``most`` UTF-16 units."""
    text = plain(text)
    if len(text) * 2 > most and len(text.encode("utf-16-le")) > most * 2:
        room = (most - len(CUT)) * 2
        text = text.encode("utf-16-le")[:room].decode("utf-16-le", "ignore") + CUT
    return text
