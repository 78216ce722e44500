"""Cells, rows, columns, relations and texts of a source -> how a sentence for people names them.

Here alone stands what no text of a source may carry out of the program: what nobody sees and what
breaks a line, turns its direction or hides its letters, on a terminal, in a sheet, a table, a
file's name or a viewer of JSON.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator

from gongkai.figures import read_figure
from gongkai.model import Cell, Column, Edition, Form, Relation, Row

LONGEST_RAW = 60
# What ends a line in Python, in a terminal, or in Unicode; "\r\n" is one end.
ENDS = "\r\x0b\x0c\x1c-\x1e\x85\u2028\u2029"
LINE_ENDS = re.compile(f"\r\n|[\n{ENDS}]")
CONTROLS = re.compile("[\x00-\x08\x0e-\x1b\x1f\x7f-\x84\x86-\x9f]")  # the others, but tabs
HALVES = re.compile("[\ud800-\udfff]")  # of characters: no encoding has them
# All of Unicode's category Cf, what programs ignore besides (Default_Ignorable_Code_Point), and
# what is no character. By code point: a Python's own tables know only the characters of its year.
UNSEEN = re.compile(
    "[\u00ad\u034f\u0600-\u0605\u061c\u06dd\u070f\u0890\u0891\u08e2\u115f\u1160\u17b4\u17b5"
    "\u180b-\u180f\u200b-\u200f\u202a-\u202e\u2060-\u206f\u3164\ufdd0-\ufdef\ufe00-\ufe0f\ufeff"
    "\uffa0\ufff0-\ufffb\ufffe\uffff\U000110bd\U000110cd\U00013430-\U0001343f"
    "\U0001bca0-\U0001bca3\U0001d173-\U0001d17a\U000e0000-\U000e0fff"
    + "".join(f"{chr(plane << 16 | 0xFFFE)}{chr(plane << 16 | 0xFFFF)}" for plane in range(1, 17))
    + "]"
)
KINDS = (f"[{ENDS}]", CONTROLS.pattern, HALVES.pattern, UNSEEN.pattern)
ESCAPED = re.compile("|".join(KINDS))
REMARK = re.compile(r"(?<=.)（[^（）]*）$")


def row_label(row: Row) -> str:
    """The official wording without its closing remark; under its group where its number starts anew in each group."""
    text = REMARK.sub("", row.label.text)
    if not text[0].isdigit() or not row.groups:
        return text
    nearest = max(row.groups, key=lambda group: group.box.left)
    return f"{nearest.text} {text}"


def column_label(column: Column) -> str:
    return REMARK.sub("", column.label.text)


def label_of(cell: Cell) -> str:
    return f"{row_label(cell.row)}·{column_label(cell.column)}"


def official_order(form: Form, cells: Iterable[str]) -> tuple[str, ...]:
    wanted = set(cells)
    return tuple(cell for cell in form.cells if cell in wanted)


def subject_and_names(form: Form, relation: Relation) -> tuple[str, dict[str, str]]:
    """What all cells of a relation share (one row, or one column), and cell id -> what tells it from the others."""
    cells = [form.cells[cell] for cell in relation.cells]
    if len({cell.row.id for cell in cells}) == 1:
        return row_label(cells[0].row), {cell.id: column_label(cell.column) for cell in cells}
    return f"{column_label(cells[0].column)}列", {cell.id: row_label(cell.row) for cell in cells}


def relation_lines(edition: Edition) -> Iterator[tuple[str, str, str, str]]:
    """(rule, table, subject, ``自然人＋商业企业＝总计``) of every relation, in the official labels."""
    for relation in edition.relations:
        form = edition.forms[relation.table]
        subject, names = subject_and_names(form, relation)
        parts, whole = ("＋".join(names[cell] for cell in cells) for cells in (relation.parts, relation.whole))
        yield relation.rule, form.number, subject, f"{parts}＝{whole}"


# --- texts of a source ----------------------------------------------------------------------------


def plain(text: str) -> str:
    """A text of a source without what nobody sees: lines end in ``\\n``, tabs stay.

    ``甲\\u202e乙\\r\\n1\\x002`` -> ``甲乙\\n1 2``: a control is a blank, so that two figures
    around it are never read as one.
    """
    if text.isascii() and text.isprintable():
        return text
    text = CONTROLS.sub(" ", LINE_ENDS.sub("\n", text))
    return HALVES.sub("\ufffd", UNSEEN.sub("", text))


def one_line(text: str) -> str:
    """The same on one line, all white space as single blanks."""
    return " ".join(plain(text).split())


def escaped(json: str) -> str:
    """JSON with ``\\u202e`` in the place of what nobody sees: a reader gets the text as it was.

    JSON's own line ends stay; those in its texts are escaped already.
    """
    return ESCAPED.sub(lambda found: escapes(found[0]), json)


def escapes(text: str) -> str:
    """``U+E0041`` -> ``\\udb40\\udc41``: JSON counts in units of UTF-16."""
    units = text.encode("utf-16-be", "surrogatepass").hex()
    return "".join(f"\\u{units[at : at + 4]}" for at in range(0, len(units), 4))


def clipped(text: str) -> str:
    plain = one_line(text)
    return plain if len(plain) <= LONGEST_RAW else f"{plain[: LONGEST_RAW - 1]}…"


def written(raw: str, unit: str) -> str:
    """What stands in a cell without a value."""
    state = read_figure(raw, unit).state
    if state == "blank":
        return "空白"
    return f"填“{clipped(raw)}”" if state == "sign" else f"原文“{clipped(raw)}”未采用"
