"""A cell's value, as any program gives it -> the text that a person would type, and the one it has everywhere.

Apart from values.py, for what people decided is read by the same texts and stands below it.
"""

from __future__ import annotations

from datetime import date

from gongkai.figures import shown
from gongkai.spreadsheets.formats import as_figure
from gongkai.workbook.sheet import plain_text


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
