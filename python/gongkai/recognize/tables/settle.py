"""Figures of a table that the page alone leaves open -> what its relations allow, where that is one
thing.

A row that lost its blank cells has figures without columns; a figure in a narrow cell may stand in
two lines.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from itertools import combinations

from gongkai.figures import clean, joined_digits, read_figure
from gongkai.model import Form, Problem, Relation, Value
from gongkai.recognize.tables.rows import (
    PARTED,
    WRONG_COUNT,
    ShortRow,
    TableReading,
    cut,
    place_figure,
)
from gongkai.recognize.tokens import Token
from gongkai.sums import possible, stated_and_computed

# --- rows that lost their blank cells -------------------------------------------------------------
# Placed only where the relations leave one possibility.

PLACED_BY_RELATIONS = "这一行缺少空白单元格，各数字所在的列是按勾稽关系推定的，请核对"
TOO_MANY = "这一行的数字比表头的列数多，可能合有两行或另有一列，未填入"
MANY_WRONG = "有{}行的数字个数与表头的列数不符（第一行如上），无法确定各数字所在的列，这些行未填入"
MANY_ROWS = 5
MOST_ROWS = 6  # each costs up to 35 questions to the relations


def place_short_rows(reading: TableReading, relations: Sequence[Relation]) -> None:
    """Settle ``reading.short_rows``; what stays uncertain is blank with a problem that shows its
    text.
    """
    progress = bool(relations) and len(reading.short_rows) <= MOST_ROWS
    while progress:
        progress = False
        for row_id in list(reading.short_rows):
            chosen = only_placement(reading, row_id, relations)
            if chosen is not None:
                short = reading.short_rows.pop(row_id)
                for column, token in chosen.items():
                    place_figure(reading, short.row, column, token)
                raw = cut(" ".join(token.text for token in short.slots))
                reading.problems.append(
                    Problem(reading.form.id, row_id, "", raw, PLACED_BY_RELATIONS)
                )
                progress = True
    by_columns: dict[tuple[str, ...], list[ShortRow]] = {}
    for short in reading.short_rows.values():
        by_columns.setdefault(short.columns, []).append(short)
    for shorts in by_columns.values():
        reading.problems += short_problems(reading.form, shorts)


def short_problems(form: Form, shorts: Sequence[ShortRow]) -> list[Problem]:
    """A problem for each row; one where many rows of one head do not fit it, for then the head is
    at fault.
    """
    texts = [[token.text for token in short.slots if token.kind != "blank"] for short in shorts]
    lines = [cut(" ".join(words)) for words in texts]
    if len(shorts) >= MANY_ROWS:
        label = shorts[0].row.label.text
        return [Problem(form.id, "", "", f"{label} {lines[0]}", MANY_WRONG.format(len(shorts)))]
    found = []
    for short, words, line in zip(shorts, texts, lines, strict=True):
        why = TOO_MANY if len(words) > len(short.columns) else WRONG_COUNT
        found.append(Problem(form.id, short.row.id, "", line, why))
    return found


def only_placement(
    reading: TableReading, row_id: str, relations: Sequence[Relation]
) -> dict[str, Token] | None:
    """Column id -> token for the one order-preserving placement that the relations allow; None if
    none or several.
    """
    short = reading.short_rows[row_id]
    columns, tokens = short.columns, [token for token in short.slots if token.kind != "blank"]
    figures = [read_figure(token.text) for token in tokens]
    single = all(figure.state == "figure" for figure in figures) and all(
        token.colspan == 1 for token in tokens
    )
    if not single or not 0 < len(tokens) <= len(columns):
        return None
    choices = [short.likely] if short.likely else combinations(columns, len(tokens))
    known: dict[str, Value] = {cell: entry.value for cell, entry in reading.entries.items()}
    found: list[tuple[str, ...]] = []
    for choice in choices:
        trial = known | {
            f"{reading.form.id}.{row_id}.{column}": figure.value
            for column, figure in zip(choice, figures, strict=True)
        }
        if possible(relations, trial):
            found.append(choice)
            if len(found) > 1:
                return None
    return dict(zip(found[0], tokens, strict=True)) if found else None


# --- a row that may have moved --------------------------------------------------------------------

MOVED = "这张表的几个总计都不符，可能整行错了位，请核对各数字所在的列"
SEVERAL = 2  # sums of 表四


def tell_moved(reading: TableReading, relations: Sequence[Relation]) -> None:
    """A problem where a blank cell and several broken totals say that the figures of 表四's one row
    stand in each other's columns: _ 1 5 8 38 52 36 ….
    """
    values: dict[str, Value] = {cell: entry.value for cell, entry in reading.entries.items()}
    broken = [relation for relation in relations if holds(relation, values) is False]
    blank = any(value is None for value in values.values())
    if blank and len(broken) >= SEVERAL:
        text = " ".join(entry.raw for entry in reading.entries.values() if entry.raw)
        reading.problems.append(Problem(reading.form.id, "", "", cut(text), MOVED))


# --- figures in pieces ----------------------------------------------------------------------------


def join_parted(reading: TableReading, relations: Sequence[Relation]) -> None:
    """Enter the figures whose digits stand apart (17 over 08) where sums hold with them as one
    figure, and none fails; the others stay blank with their problem.
    """
    values: dict[str, Value] = {cell: entry.value for cell, entry in reading.entries.items()}
    parted = parted_figures(reading)
    left: dict[str, list[int]] = {}
    while parted != left:
        left = parted
        parted = borne_out(left, {**values, **joined_values(left)}, relations)
    for cell, value in joined_values(parted).items():
        reading.entries[cell] = replace(reading.entries[cell], value=value)
    settled = [reading.form.cells[cell] for cell in parted]
    names = [(cell.row.id, cell.column.id) for cell in settled]
    reading.problems[:] = [
        problem
        for problem in reading.problems
        if problem.reason != PARTED or (problem.row, problem.column) not in names
    ]


Parted = dict[
    str, list[int]
]  # cell -> the one figure that its digits may be, and the figure that the first of them are


def parted_figures(reading: TableReading) -> Parted:
    told = [problem for problem in reading.problems if problem.reason == PARTED]
    cells = [f"{problem.table}.{problem.row}.{problem.column}" for problem in told]
    raws = [(cell, reading.entries[cell].raw) for cell in cells]
    joined = [(cell, joined_digits(raw), raw) for cell, raw in raws]
    return {
        cell: [value, int(clean(raw).split()[0])]
        for cell, value, raw in joined
        if value is not None
    }


def joined_values(parted: Parted) -> dict[str, Value]:
    return {cell: figures[0] for cell, figures in parted.items()}


def first_pieces(parted: Parted, cells: Iterable[str]) -> dict[str, Value]:
    """What two rows in one would make of a sum: 8 over 23, 5 over 11, 13 over 34 adds up as 823,
    511, 1334 too.
    """
    return {cell: parted[cell][1] for cell in cells if cell in parted}


def borne_out(parted: Parted, values: Mapping[str, Value], relations: Sequence[Relation]) -> Parted:
    """Those of the figures that stand in a sum that holds with them alone, and in none that does
    not.
    """
    good: set[str] = set()
    bad: set[str] = set()
    for relation in relations:
        cells = (*relation.whole, *relation.parts)
        if holds(relation, values) is False:
            bad.update(cells)
        elif holds(relation, values) and not holds(
            relation, {**values, **first_pieces(parted, cells)}
        ):
            good.update(cells)
    return {cell: value for cell, value in parted.items() if cell in good and cell not in bad}


def holds(relation: Relation, values: Mapping[str, Value]) -> bool | None:
    """Whether a sum holds; None where one of its cells is blank."""
    sums = stated_and_computed(relation, values)
    return None if sums is None else sums[0] == sums[1]
