"""Rows that have lost their blank cells: placed only where the relations leave one possibility."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import combinations

from gongkai.figures import read_figure
from gongkai.model import Problem, Relation, Value
from gongkai.recognize.rows import WRONG_COUNT, Reading, cut, place_figure
from gongkai.recognize.tokens import Token
from gongkai.sums.solve import possible

PLACED_BY_RELATIONS = "这一行缺少空白单元格，各数字所在的列是按勾稽关系推定的，请核对"
TOO_MANY = "数字比列数多，其中可能有一行缺了标签，未填入"
MOST_ROWS = 6  # each costs up to 35 questions to the relations


def place_loose(reading: Reading, relations: Sequence[Relation]) -> None:
    """Settle ``reading.loose``; what stays uncertain is blank with a problem that shows its text."""
    progress = bool(relations) and len(reading.loose) <= MOST_ROWS
    while progress:
        progress = False
        for row_id in list(reading.loose):
            chosen = only_placement(reading, row_id, relations)
            if chosen is not None:
                loose = reading.loose.pop(row_id)
                for column, token in chosen.items():
                    place_figure(reading, loose.row, column, token)
                raw = cut(" ".join(token.text for token in loose.slots))
                reading.problems.append(Problem(reading.form.id, row_id, "", raw, PLACED_BY_RELATIONS))
                progress = True
    for row_id, loose in reading.loose.items():
        texts = [token.text for token in loose.slots if token.kind != "blank"]
        reading.problems.append(Problem(reading.form.id, row_id, "", cut(" ".join(texts)), WRONG_COUNT))
        if len(texts) > len(loose.columns) > 0:
            reading.problems.append(Problem(reading.form.id, "", "", cut(" ".join(texts)), TOO_MANY))


def only_placement(reading: Reading, row_id: str, relations: Sequence[Relation]) -> dict[str, Token] | None:
    """Column id -> token for the one order-preserving placement that the relations allow; None if none or several."""
    loose = reading.loose[row_id]
    columns, tokens = loose.columns, [token for token in loose.slots if token.kind != "blank"]
    figures = [read_figure(token.text) for token in tokens]
    single = all(figure.state == "figure" for figure in figures) and all(token.colspan == 1 for token in tokens)
    if not single or not 0 < len(tokens) <= len(columns):
        return None
    choices = [loose.likely] if loose.likely else combinations(columns, len(tokens))
    known: dict[str, Value] = {cell: entry.value for cell, entry in reading.entries.items()}
    found: list[tuple[str, ...]] = []
    for choice in choices:
        trial = known | {
            f"{reading.form.id}.{row_id}.{column}": figure.value for column, figure in zip(choice, figures, strict=True)
        }
        if possible(relations, trial):
            found.append(choice)
            if len(found) > 1:
                return None
    return dict(zip(found[0], tokens, strict=True)) if found else None
