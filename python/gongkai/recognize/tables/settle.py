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
from gongkai.model import Problem, Relation, Row, Value
from gongkai.recognize.tables import entries, rows
from gongkai.recognize.tokenizing import Token, text_of, written
from gongkai.sums import possible, stated_and_computed

# --- rows that lost their blank cells -------------------------------------------------------------
# Placed only where the relations leave one possibility.

PLACED_BY_RELATIONS = "这一行缺少空白单元格，各数字所在的列是按勾稽关系推定的，请核对"
TOO_MANY = "这一行的数字比表头的列数多，可能合有两行或另有一列，未填入"
MANY_WRONG = "有{}行的数字个数与表头的列数不符（第一行如上），无法确定各数字所在的列，这些行未填入"
MANY_ROWS = 5
MOST_ROWS = 6  # each costs up to 35 questions to the relations


def place_short_rows(reading: entries.TableReading) -> None:
    """Settle ``reading.short_rows``; what stays uncertain is blank with a problem that shows its
    text.
    """
    goes_on = bool(reading.form.relations) and len(reading.short_rows) <= MOST_ROWS
    while goes_on:
        goes_on = place_some(reading)
    by_columns: dict[tuple[str, ...], list[entries.ShortRow]] = {}
    for short in reading.short_rows.values():
        by_columns.setdefault(short.columns, []).append(short)
    for shorts in by_columns.values():
        tell_short(reading, shorts)


def place_some(reading: entries.TableReading) -> bool:
    """Place each short row that has one placement, and tell it; False where there was none."""
    count = len(reading.short_rows)
    for row_id, short in list(reading.short_rows.items()):
        chosen = only_placement(reading, short)
        if chosen is None:
            continue
        del reading.short_rows[row_id]
        for column, token in chosen.items():
            entries.place_figure(reading, reading.cell(row_id, column), token)
        reading.tell(text_of(short.slots), PLACED_BY_RELATIONS, row_id)
    return len(reading.short_rows) < count


def tell_short(reading: entries.TableReading, shorts: Sequence[entries.ShortRow]) -> None:
    """A problem for each row; one where many rows of one head do not fit it, for then the head is
    at fault.
    """
    if len(shorts) >= MANY_ROWS:
        first = f"{shorts[0].row.label.text} {entries.cut(text_of(written(shorts[0].slots)))}"
        why = MANY_WRONG.format(len(shorts))
        reading.problems.append(Problem(reading.form.id, "", "", first, why))
        return
    for short in shorts:
        figures = written(short.slots)
        why = TOO_MANY if len(figures) > len(short.columns) else rows.WRONG_COUNT
        reading.tell(text_of(figures), why, short.row.id)


def only_placement(
    reading: entries.TableReading, short: entries.ShortRow
) -> dict[str, Token] | None:
    """Column id -> token for the one order-preserving placement that the relations allow; None if
    none or several. 7 1 8 in a row of seven columns whose total is 8 are natural, company, total,
    where the columns' sums allow no other.
    """
    tokens = written(short.slots)
    are_too_many = len(tokens) > len(short.columns)
    if are_too_many or not are_single(tokens):
        return None
    choices = [short.likely] if short.likely else combinations(short.columns, len(tokens))
    known = reading.values
    found: dict[str, Token] = {}
    for choice in choices:
        placed = dict(zip(choice, tokens, strict=True))
        trial = known | values_in(reading, short.row, placed)
        if not possible(reading.form.relations, trial):
            continue
        if found:
            return None
        found = placed
    return found or None


def values_in(
    reading: entries.TableReading, row: Row, placed: Mapping[str, Token]
) -> dict[str, Value]:
    """Cell -> its figure, for the figures of a row that are placed by column."""
    found = {}
    for column, token in placed.items():
        found[reading.cell(row.id, column).id] = read_figure(token.text).value
    return found


def are_single(tokens: Sequence[Token]) -> bool:
    """Whether there are figures, each in a cell of its own; not 12（上年3）, nor 8 over two
    columns.
    """
    for token in tokens:
        if token.colspan != 1 or read_figure(token.text).state != "figure":
            return False
    return bool(tokens)


# --- a row that may have moved --------------------------------------------------------------------

MOVED = "这张表的几个总计都不符，可能整行错了位，请核对各数字所在的列"
SEVERAL = 2  # sums of 表四


def tell_moved(reading: entries.TableReading) -> None:
    """A problem where a blank cell and several broken totals say that the figures of 表四's one row
    stand in each other's columns: _ 1 5 8 38 52 36 ….
    """
    values = reading.values
    broken = 0
    for relation in reading.form.relations:
        if holds(relation, values) is False:
            broken += 1
    has_blank = None in values.values()
    if has_blank and broken >= SEVERAL:
        raws = [entry.raw for entry in reading.entries.values()]
        reading.tell(" ".join(raws), MOVED)


# --- figures in pieces ----------------------------------------------------------------------------

# Cell -> the one figure that its digits may be, and the figure that the first of them are.
Parted = dict[str, tuple[int, int]]


def join_parted(reading: entries.TableReading) -> None:
    """Enter the figures whose digits stand apart (17 over 08) where sums hold with them as one
    figure, and none fails; the others stay blank with their problem.
    """
    values = reading.values
    parted = parted_figures(reading)
    left: Parted = {}
    while parted != left:
        left = parted
        parted = borne_out(left, values | joined_values(left), reading.form.relations)
    for cell, value in joined_values(parted).items():
        reading.entries[cell] = replace(reading.entries[cell], value=value)
    reading.problems[:] = untold(reading.problems, parted)


def parted_figures(reading: entries.TableReading) -> Parted:
    found = {}
    for problem in reading.problems:
        if problem.reason != entries.PARTED:
            continue
        cell = reading.cell(problem.row, problem.column).id
        raw = reading.entries[cell].raw
        value = joined_digits(raw)
        if value is not None:
            found[cell] = (value, int(clean(raw).split()[0]))
    return found


def joined_values(parted: Parted) -> dict[str, Value]:
    return {cell: figures[0] for cell, figures in parted.items()}


def first_pieces(parted: Parted, cells: Iterable[str]) -> dict[str, Value]:
    """What two rows in one would make of a sum: 8 over 23, 5 over 11, 13 over 34 adds up as 823,
    511, 1334 too.
    """
    found: dict[str, Value] = {}
    for cell in cells:
        if cell in parted:
            found[cell] = parted[cell][1]
    return found


def borne_out(parted: Parted, values: Mapping[str, Value], relations: Sequence[Relation]) -> Parted:
    """Those of the figures that stand in a sum that holds with them alone, and in none that does
    not: 17 over 08 as 1708, the total of 1700 and 8.
    """
    good: set[str] = set()
    bad: set[str] = set()
    for relation in relations:
        held = holds(relation, values)
        if held is False:
            bad.update(relation.cells)
        elif held and not holds(relation, {**values, **first_pieces(parted, relation.cells)}):
            good.update(relation.cells)
    left: Parted = {}
    for cell, figures in parted.items():
        if cell in good and cell not in bad:
            left[cell] = figures
    return left


def untold(problems: Iterable[Problem], settled: Parted) -> list[Problem]:
    """The problems without those of figures that have been joined."""
    left = []
    for problem in problems:
        cell = f"{problem.table}.{problem.row}.{problem.column}"
        if problem.reason != entries.PARTED or cell not in settled:
            left.append(problem)
    return left


def holds(relation: Relation, values: Mapping[str, Value]) -> bool | None:
    """Whether a sum holds; None where one of its cells is blank."""
    sums = stated_and_computed(relation, values)
    return None if sums is None else sums[0] == sums[1]
