"""The states of cells and relations: by hand, against every filling of small tables, against the
exact solver.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.editions import (
    all_editions,
    form,
)
from gongkai.model import Entry, Table, Value
from gongkai.sums import TableState, solve, table_state
from gongkai.sums.states import judge
from helpers.counts import counted, many, properties
from helpers.lanes import SHEETS, sound_figures
from sums.test_relations import COLUMNS, ROWS, brute_force, small_form

FORM = all_editions()["2021"].forms["applications"]
RELATIONS = all_editions()["2021"].forms["applications"].relations
APPLICANTS = ("natural", "company", "research", "welfare", "legal", "other")
GRANTED = tuple(f"applications.granted.{name}" for name in APPLICANTS)
TOTAL = "applications.granted.total"
ACROSS = "applications.across.granted"


def table_of(values: Mapping[str, Value], raws: Mapping[str, str] | None = None) -> Table:
    """All of 表三 with these figures, blank elsewhere; ``raws`` are texts that hold none."""
    texts = raws or {}
    entries = {cell: Entry(cell, values.get(cell), texts.get(cell, "")) for cell in FORM.cells}
    return Table(form("2021", "applications"), entries)


def row(*figures: Value) -> dict[str, Value]:
    return dict(zip((*GRANTED, TOTAL), figures, strict=True))


def seen(values: Mapping[str, Value]) -> tuple[str, str, bool]:
    """(states of the row's seven cells, its verdict, whether it assumes zeros): s stated, i
    implied, o open.
    """
    state = table_state(table_of(values))
    letters = "".join(state.cells[cell][0] for cell in (*GRANTED, TOTAL))
    return letters, state.verdicts[ACROSS], ACROSS in state.assumed


@pytest.mark.parametrize(
    ("figures", "wanted"),
    [
        ((134, 7, 0, 0, 1, 1, 143), ("sssssss", "holds", False)),
        ((134, 7, 0, 0, 1, 1, 142), ("sssssss", "broken", False)),
        ((134, 7, None, None, 1, 1, 143), ("ssiisss", "holds", True)),
        ((None, None, None, None, None, None, 0), ("iiiiiis", "holds", True)),
        ((0, 0, 0, 0, 0, 0, None), ("ssssssi", "holds", True)),
        # The 总计 that is left out is known, but nobody wrote it: nothing is checked by it.
        ((134, 7, 0, 0, 1, 1, None), ("ssssssi", "open", False)),
        ((134, None, 0, 0, 1, 1, 143), ("sisssss", "open", False)),
        ((134, None, None, 0, 1, 1, 143), ("soossss", "open", False)),
        # More than the 总计 already: whatever is left blank, and none of it is implied.
        ((134, 7, None, None, 1, 1, 142), ("ssoosss", "broken", False)),
        ((None,) * 7, ("ooooooo", "open", False)),
        ((None, None, None, None, None, 5, None), ("oooooso", "open", False)),
        ((-3, 3, None, None, None, None, 0), ("ssiiiis", "holds", True)),
    ],
)
def test_a_row_by_itself(figures: tuple[Value, ...], wanted: tuple[str, str, bool]) -> None:
    assert seen(row(*figures)) == wanted


def test_signs_are_blanks_and_texts_are_not() -> None:
    values = row(134, 7, None, None, 1, 1, 143)
    state = table_state(table_of(values, {GRANTED[2]: "/", GRANTED[3]: "－"}))
    assert [state.cells[cell] for cell in GRANTED[2:4]] == ["implied", "implied"]
    state = table_state(table_of(values, {GRANTED[2]: "/", GRANTED[3]: "见附表"}))
    assert (state.cells[GRANTED[3]], state.verdicts[ACROSS]) == ("open", "open")


def test_a_range_without_the_rest_of_the_table_says_nothing_of_it() -> None:
    entries = table_of(row(134, 7, None, None, 1, 1, 143)).entries
    cut = Table(
        form("2021", "applications"), {cell: entries[cell] for cell in (*GRANTED[:3], TOTAL)}
    )
    assert table_state(cut).verdicts[ACROSS] == "open"
    assert table_state(cut).cells[GRANTED[3]] == "open"


CARRIED = dict.fromkeys(("applications.carried_in.total", "applications.carried_out.total"), 0)


# --- one zero from another ------------------------------------------------------------------------


def sound(seed: int) -> dict[str, Value]:
    return dict(sound_figures(SHEETS[0], Random(seed)))


def without_zeros(values: Mapping[str, Value]) -> dict[str, Value]:
    return {cell: value or None for cell, value in values.items()}


def test_a_report_with_its_zeros_left_blank_is_decided_whole() -> None:
    values: dict[str, Value] = dict.fromkeys(FORM.cells, 0)
    for name in ("new", "granted", "handled"):
        values |= {f"applications.{name}.{who}": 5 for who in ("natural", "total")}
    stated = without_zeros(values) | CARRIED
    state = table_state(table_of(stated))
    assert set(state.verdicts.values()) == {"holds"}
    assert len(state.zeros) == list(stated.values()).count(None) == 167
    assert len(state.assumed) == len(RELATIONS) - 1  # 纵向 of 总计 has no blank


def test_what_was_carried_in_and_out_may_be_equal_and_more_than_nothing() -> None:
    values = {
        f"applications.{name}.{who}": 5
        for name in ("new", "granted", "handled")
        for who in ("natural", "total")
    }
    state = table_state(table_of(values))
    assert state.verdicts["applications.balance.natural"] == "open"
    assert state.cells["applications.carried_in.natural"] == "open"


def test_a_conflict_takes_along_those_who_share_its_blanks_and_no_others() -> None:
    """The 总计 of a row is 3 too small; by their columns the blanks of the row are 0."""
    values: dict[str, Value] = dict.fromkeys(FORM.cells, 0)
    for name in ("new", "granted", "handled"):
        values |= {f"applications.{name}.{who}": 5 for who in ("natural", "total")}
    values = without_zeros(values) | CARRIED
    values |= {f"applications.handled.{who}": 0 for who in APPLICANTS[1:]}
    values[TOTAL] = 8
    state = table_state(table_of(values))
    broken = {rule for rule, verdict in state.verdicts.items() if verdict == "broken"}
    assert broken == {ACROSS, "applications.sum.total"}
    assert [state.cells[cell] for cell in GRANTED[1:]] == ["open"] * 5
    assert state.verdicts["applications.sum.company"] == "open"
    assert state.verdicts["applications.across.carried_in"] == "holds"
    assert state.cells["applications.carried_in.company"] == "implied"


@counted
@pytest.mark.parametrize("seed", range(many(400)))
def test_what_is_implied_is_what_the_exact_solver_says(seed: int) -> None:
    """Where nothing conflicts: zeros left blank give every relation, and no state says less than
    the solver.
    """
    random = Random(seed)
    values = without_zeros(sound(seed))
    for cell in random.sample(sorted(values), seed % 3):
        values[cell] = None
    state, solution = table_state(table_of(values)), solve(RELATIONS, values)
    assert not solution.conflicts
    assert dict(state.figures) == dict(solution.implied)
    told = judge(RELATIONS, values)
    assert told.zeros <= {cell for cell, figure in solution.implied.items() if figure == 0}


# --- against every filling ------------------------------------------------------------------------

CELLS = sorted({cell for relation in small_form() for cell in relation.cells})
FIGURES = st.sampled_from((None, None, 0, 0, 1, 2))


@properties(150)
@given(st.lists(FIGURES, min_size=len(CELLS), max_size=len(CELLS)))
def test_a_verdict_is_true_of_every_filling(figures: list[Value]) -> None:
    values = dict(zip(CELLS, figures, strict=True))
    if sum(value is None for value in values.values()) > 7:
        return
    relations = small_form()
    told = judge(relations, values)
    for relation in relations:
        alone = brute_force([relation], values)
        verdict = told.verdict(relation.rule)
        if verdict == "broken" and told.broken[relation.rule] == "alone":
            assert alone == []
        if verdict == "holds":
            blanks = [cell for cell in relation.cells if values[cell] is None]
            assert {**values, **dict.fromkeys(blanks, 0)} in alone or not blanks
    if "with others" in told.broken.values():
        assert brute_force(relations, values) == []
    settled = [relation for relation in relations if relation.rule in told.settling]
    believed = {cell for one in settled for cell in one.cells if values[cell] is None}
    assert believed == told.zeros
    for filling in brute_force(settled, values):
        assert all(filling[cell] == 0 for cell in believed)


@counted
@pytest.mark.parametrize("seed", range(many(200)))
def test_a_whole_table_is_judged_as_one_with_blanks(seed: int) -> None:
    """The short way against the steps."""
    random = Random(seed)
    values = sound(seed)
    for cell in random.sample(sorted(values), seed % 4):
        values[cell] = int(values[cell] or 0) + random.choice((-1, 1, 3))
    told, state = judge(RELATIONS, values), table_state(table_of(values))
    assert dict(state.verdicts) == {one.rule: told.verdict(one.rule) for one in RELATIONS}
    assert (state.assumed, state.zeros, told.zeros) == (frozenset(), (), frozenset())


def test_the_states_of_equal_tables_are_worked_out_once() -> None:
    one = table_of(without_zeros(sound(3)))
    assert table_state(one) is table_state(replace(one))
    assert isinstance(table_state(one), TableState)
    assert {len(COLUMNS), len(ROWS)} == {3, 5}
