"""editions/*.toml -> the codebook: a line for every cell of all editions, with its short name.

A short name is made by rule, so that a person can write it down without looking it up:

    t, the number of the table, the row's id, the column's id     t2_fees_amount
    of 表三 and 表四 the first three letters of the column's id    t3_granted_nat, t4_review_tot

It has 32 letters at most, which is what Stata takes, and is a name to Stata, R and SQL alike. The
same name with another first letter is the same cell's other side: x2_fees_amount holds the digits
of an amount, i3_granted_nat the figure to which the relations leave a blank.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from functools import cache
from typing import Literal

from gongkai.editions import all_editions
from gongkai.model import Cell, Edition, EditionError, Form, Label
from gongkai.wording import column_label, label_of, row_label

LONGEST_NAME = 32  # letters of a variable's name in Stata
NAME = re.compile(r"[a-z][a-z0-9_]*")
NUMBERS = {"表二": "2", "表三": "3", "表四": "4"}
CUT = {"表三": 3, "表四": 3}  # letters of a column's id: nat com res wel leg oth tot
Side = Literal["t", "x", "i"]  # the figure, its digits, the implied figure


@dataclass(frozen=True)
class CodebookLine:
    """A cell. ``table`` is 表三, ``group`` the labels that its row lies under; the labels are those
    of the newest edition that has it, ``before`` those of older ones where they differ. ``label``
    is short, 表三 国家秘密·自然人, for programs that show 80 bytes (Stata). ``counts`` tells those
    who fill the form in what is counted, ``source`` by which article. ``is_tied`` tells whether any
    relation of the form covers it: only then a blank in it may be implied.
    """

    cell: str
    table: str
    title: str
    group: str
    row_label: str
    column_label: str
    label: str
    unit: str
    is_amount: bool
    is_tied: bool
    editions: tuple[str, ...]
    before: str
    counts: str
    source: str

    @property
    def name(self) -> str:
        return self.side("t")

    @property
    def type(self) -> str:
        """Of its column in a panel that has a line for each report."""
        return "float64" if self.is_amount else "Int64"

    def side(self, side: Side) -> str:
        return short_name(self.cell, self.table, side)


def name_of(line: CodebookLine) -> str:
    return line.name


def short_name(cell: str, table: str, side: Side = "t") -> str:
    """applications.granted.natural, 表三 -> t3_granted_nat."""
    _, row, column = cell.split(".")
    return f"{side}{NUMBERS[table]}_{row}_{column[: CUT.get(table)]}"


@cache
def codebook_lines() -> tuple[CodebookLine, ...]:
    """Every cell of all editions, in the order of the newest; those that only an older one has
    follow those of their table. Raises EditionError where two have one name.
    """
    lines = []
    for edition_cells in by_table().values():
        for cell, editions in edition_cells.items():
            lines.append(line_of(cell, editions))
    refuse_bad_names(map(name_of, lines))
    return tuple(lines)


@cache
def names() -> Mapping[str, str]:
    """Cell id -> short name."""
    found = {}
    for line in codebook_lines():
        found[line.cell] = line.name
    return found


def by_table() -> dict[str, dict[str, list[Edition]]]:
    """Table -> cell id -> the editions that have it, newest first."""
    found: dict[str, dict[str, list[Edition]]] = {}
    for edition in reversed(list(all_editions().values())):
        for table, form in edition.forms.items():
            cells = found.setdefault(table, {})
            for cell in form.cells:
                cells.setdefault(cell, []).append(edition)
    return found


def line_of(cell_id: str, editions: list[Edition]) -> CodebookLine:
    """``editions`` are those that have the cell, newest first."""
    form = form_of(editions[0], cell_id)
    cell = form.cells[cell_id]
    row, column = cell.row, cell.column
    return CodebookLine(
        cell_id,
        form.number,
        form.title,
        " ".join(map(text_of, row.groups)),
        row.label.text,
        column.label.text,
        short_label(form, cell),
        column.unit,
        column.decimal,
        is_tied(cell_id, editions),
        names_of(editions),
        wording_before(cell, editions),
        " ".join(filter(None, (row.counts, column.counts))),
        " ".join(filter(None, (row.source, column.source))),
    )


def short_label(form: Form, cell: Cell) -> str:
    """表三 国家秘密·自然人."""
    row = cell.row.label.short or row_label(cell.row)
    return f"{form.number} {row}·{cell.column.label.short or column_label(cell.column)}"


def form_of(edition: Edition, cell: str) -> Form:
    return edition.forms[cell.partition(".")[0]]


def text_of(label: Label) -> str:
    return label.text


def names_of(editions: list[Edition]) -> tuple[str, ...]:
    """Oldest first."""
    return tuple(edition.name for edition in reversed(editions))


def is_tied(cell: str, editions: list[Edition]) -> bool:
    """Whether a relation of any edition covers a cell."""
    for edition in editions:
        for relation in form_of(edition, cell).relations:
            if cell in relation.cells:
                return True
    return False


def wording_before(cell: Cell, editions: list[Edition]) -> str:
    """2019：规范性文件·处理决定数量, of each older edition that words the cell otherwise."""
    told = []
    for edition in editions[1:]:
        older = label_of(form_of(edition, cell.id).cells[cell.id])
        if older != label_of(cell):
            told.append(f"{edition.name}：{older}")
    return "；".join(told)


def refuse_bad_names(found: Iterable[str]) -> None:
    """EditionError where a name is too long, no name, or that of two cells: whoever adds a row to
    the form has to give it an id that is short enough.
    """
    for name, count in Counter(found).items():
        is_name = NAME.fullmatch(name) is not None and len(name) <= LONGEST_NAME
        if count > 1 or not is_name:
            raise EditionError(f"codebook: 单元格的短名 {name} 重复、过长或不合规则")
