"""Relations over figures and blanks, against brute force over all fillings."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.editions import all_editions
from gongkai.model import Relation, Report, Value
from gongkai.sums import difference, possible, solve, stated_and_computed, total
from helpers.counts import properties
from helpers.strategies import reports

OFFICIAL = all_editions()["2021"].relations
COLUMNS = ("a", "b", "total")
ROWS = ("new", "first", "second", "handled", "left")


def relation(rule: str, parts: str, whole: str) -> Relation:
    return Relation(
        rule, "sum", "t", tuple(parts.split()), tuple(whole.split()), whole.split()[-1], ""
    )


def small_form() -> list[Relation]:
    """The shape of table three in small: balance and sum for each column, across for each row."""
    balance = [relation(f"balance.{c}", f"new.{c}", f"handled.{c} left.{c}") for c in COLUMNS]
    sums = [relation(f"sum.{c}", f"first.{c} second.{c}", f"handled.{c}") for c in COLUMNS]
    across = [relation(f"across.{r}", f"{r}.a {r}.b", f"{r}.total") for r in ROWS]
    return balance + sums + across


def holds(each: Relation, values: Mapping[str, Value]) -> bool:
    sums = stated_and_computed(each, values)
    return sums is None or sums[0] == sums[1]


def fillings(
    relations: Sequence[Relation], values: Mapping[str, Value], most: int
) -> Iterator[Mapping[str, Value]]:
    """Every way to put 0 to ``most`` into the blanks of the relations so that all of them hold."""
    if not all(holds(each, values) for each in relations):
        return
    blanks = [[cell for cell in each.cells if values.get(cell) is None] for each in relations]
    open_ones = [cells for cells in blanks if cells]
    if not open_ones:
        yield values
        return
    for figure in range(most + 1):
        yield from fillings(relations, {**values, min(open_ones, key=len)[0]: figure}, most)


def brute_force(
    relations: Sequence[Relation], values: Mapping[str, Value]
) -> list[Mapping[str, Value]]:
    # A corner of the fillings has no figure above the sum of all stated ones, and one step along an
    # edge changes figures by one: whatever can be filled, and whatever can vary, shows below this
    # bound.
    most = (
        sum(
            abs(int(values.get(cell) or 0))
            for cell in {cell for each in relations for cell in each.cells}
        )
        + 1
    )
    return list(fillings(relations, values, most))


@st.composite
def small_systems(draw: st.DrawFn) -> tuple[list[Relation], dict[str, Value]]:
    """Relations of the small form, with figures that agree except for a few, and up to five
    blanks.
    """
    figures = st.integers(0, 1)
    values: dict[str, Value] = {}
    for column in ("a", "b"):
        first, second, left = draw(figures), draw(figures), draw(figures)
        cells = {"first": first, "second": second, "handled": first + second, "left": left}
        cells["new"] = first + second + left
        values |= {f"{row}.{column}": figure for row, figure in cells.items()}
    values |= {
        f"{row}.total": total((values[f"{row}.a"] or 0, values[f"{row}.b"] or 0)) for row in ROWS
    }
    names = sorted(values)
    for cell in draw(st.lists(st.sampled_from(names), max_size=2)):
        values[cell] = draw(st.integers(-1, 2))
    for cell in draw(st.lists(st.sampled_from(names), max_size=5, unique=True)):
        values[cell] = None
    kept = (
        draw(st.lists(st.sampled_from(small_form()), min_size=2, unique=True))
        if draw(st.booleans())
        else small_form()
    )
    return kept, values


@properties(150)
@given(small_systems())
def test_brute_force_agrees(system: tuple[list[Relation], dict[str, Value]]) -> None:
    relations, values = system
    solution = solve(relations, values)
    assert possible(relations, values) == bool(brute_force(relations, values))
    assert solution.broken == tuple(each for each in relations if not holds(each, values))
    for conflict in solution.conflicts:
        assert not brute_force(conflict, values)
        for each in conflict:
            assert brute_force([other for other in conflict if other is not each], values)
    dropped = [each for conflict in solution.conflicts for each in conflict]
    rest = [each for each in relations if each not in solution.broken and each not in dropped]
    found = brute_force(rest, values)
    assert found
    blanks = {cell for each in rest for cell in each.cells if values.get(cell) is None}
    known = {cell: {filling[cell] for filling in found} for cell in blanks}
    assert solution.implied == {
        cell: figures.pop() for cell, figures in known.items() if len(figures) == 1
    }


def relations_of(report: Report) -> list[Relation]:
    return [each for table in report.tables.values() for each in table.form.relations]


@properties(60)
@given(
    reports(),
    st.randoms(use_true_random=False),
    st.sampled_from([0.05, 0.3, 0.6, 0.9]),
    st.booleans(),
)
def test_blanks_in_a_consistent_report(
    report: Report, random: Random, share: float, only_zeros: bool
) -> None:
    figures = {entry.cell: entry.value for entry in report.entries()}
    blanks = {
        cell
        for cell, value in figures.items()
        if (value == 0 or not only_zeros) and random.random() < share
    }
    values = {cell: None if cell in blanks else value for cell, value in figures.items()}
    relations = relations_of(report)
    solution = solve(relations, values)
    assert (solution.broken, solution.conflicts) == ((), ())
    assert possible(relations, values)
    assert set(solution.implied) <= blanks
    assert all(figures[cell] == figure for cell, figure in solution.implied.items())


@properties(40)
@given(reports(), st.randoms(use_true_random=False), st.sampled_from([0.1, 0.3, 0.5]))
def test_conflicts_are_real_and_none_is_missed(
    report: Report, random: Random, share: float
) -> None:
    values: dict[str, Value] = {}
    for entry in report.entries():
        chance = random.random()
        wrong = total((entry.value or 0, 1)) if chance > 0.98 else entry.value
        values[entry.cell] = None if chance < share else wrong
    relations = relations_of(report)
    solution = solve(relations, values)
    assert possible(relations, values) == (not solution.broken and not solution.conflicts)
    for conflict in solution.conflicts:
        assert not possible(conflict, values)
        assert all(
            possible([other for other in conflict if other is not each], values)
            for each in conflict
        )


# --- by hand --------------------------------------------------------------------------------------


def test_sums_are_exact() -> None:
    each = relation("r", "a b", "w")
    assert stated_and_computed(each, {"a": 10**30, "b": 1, "w": 10**30 + 1}) == (
        10**30 + 1,
        10**30 + 1,
    )
    tenths: dict[str, Value] = {"a": Decimal("0.1"), "b": Decimal("0.2"), "w": Decimal("0.3")}
    assert stated_and_computed(each, tenths) == (Decimal("0.3"), Decimal("0.3"))
    long: dict[str, Value] = {
        "a": Decimal("99999999999999999999.5"),
        "b": Decimal("0.00000000000000000001"),
        "w": 0,
    }
    assert stated_and_computed(each, long) == (
        0,
        Decimal("99999999999999999999.50000000000000000001"),
    )
    assert difference(
        Decimal("0.00000000000000000001"), Decimal("99999999999999999999.5")
    ) == Decimal("-99999999999999999999.49999999999999999999")


def test_whole_sums_are_integers() -> None:
    result = total((Decimal("1.5"), Decimal("2.5")))
    assert result == 4
    assert isinstance(result, int)


@pytest.mark.parametrize(
    "values", [{"a": 1, "w": 1}, {"a": 1, "b": None, "w": 1}, {"a": 1, "b": 0, "w": None}, {}]
)
def test_a_blank_leaves_a_relation_undecided(values: dict[str, Value]) -> None:
    assert stated_and_computed(relation("r", "a b", "w"), values) is None


def test_nothing_filled_in() -> None:
    solution = solve(OFFICIAL, {})
    assert (solution.broken, solution.conflicts, solution.implied) == ((), (), {})


def test_zero_forces_zeros() -> None:
    assert solve([relation("r", "a b c", "w")], {"w": 0}).implied == {"a": 0, "b": 0, "c": 0}


def test_one_blank_is_what_is_missing() -> None:
    assert solve([relation("r", "a b c", "w")], {"a": 3, "b": 4, "w": 10}).implied == {"c": 3}
    assert solve([relation("r", "a b c", "w")], {"a": 3, "b": 4, "c": 0}).implied == {"w": 7}


def test_two_blanks_can_vary() -> None:
    assert solve([relation("r", "a b c", "w")], {"a": 3, "w": 10}).implied == {}


def test_parts_above_the_whole_are_a_conflict() -> None:
    each = relation("r", "a b", "w")
    solution = solve([each], {"a": 11, "w": 10})
    assert (solution.broken, solution.conflicts, solution.implied) == ((), ((each,),), {})


def test_a_fraction_cannot_be_filled_up() -> None:
    each = relation("r", "a b", "w")
    assert solve([each], {"a": Decimal("1.5"), "w": 10}).conflicts == ((each,),)
    assert not possible([each], {"a": Decimal("1.5"), "w": 10})
    assert possible([each], {"a": Decimal("1.5"), "b": Decimal("8.5"), "w": 10})


def test_a_broken_relation_takes_no_part() -> None:
    broken, sound = relation("r", "a b", "w"), relation("s", "a c", "v")
    solution = solve([broken, sound], {"a": 1, "b": 1, "w": 3, "v": 4})
    assert (solution.broken, solution.conflicts, solution.implied) == ((broken,), (), {"c": 3})


def test_a_blank_between_two_relations() -> None:
    pair = (relation("r", "a b", "w"), relation("s", "b c", "v"))
    solution = solve(
        [*pair, relation("t", "d e", "u")], {"a": 1, "w": 3, "c": 1, "v": 4, "d": 2, "u": 2}
    )
    assert (solution.conflicts, solution.implied) == ((pair,), {"e": 0})


def test_a_conflict_that_only_the_whole_square_shows() -> None:
    rows = (relation("r1", "x11 x12", "r1"), relation("r2", "x21 x22", "r2"))
    columns = (relation("c1", "x11 x21", "c1"), relation("c2", "x12 x22", "c2"))
    solution = solve([*rows, *columns], {"r1": 1, "r2": 1, "c1": 3})
    assert {each.rule for each in solution.conflicts[0]} == {"r1", "r2", "c1"}
    assert len(solution.conflicts) == 1


def test_a_square_without_choice() -> None:
    square = [
        relation("r1", "x11 x12", "r1"),
        relation("r2", "x21 x22", "r2"),
        relation("c1", "x11 x21", "c1"),
    ]
    solution = solve(
        [*square, relation("c2", "x12 x22", "c2")], {"r1": 1, "r2": 4, "c1": 5, "c2": 0}
    )
    assert solution.implied == {"x11": 1, "x21": 4, "x12": 0, "x22": 0}
    assert solve(square, {"r1": 1, "r2": 4, "c1": 5}).implied == {
        "x11": 1,
        "x21": 4,
        "x12": 0,
        "x22": 0,
    }


def test_two_independent_conflicts_are_both_found() -> None:
    values: dict[str, Value] = {"a": 5, "w": 1, "d": 9, "v": 2}
    first, second = relation("r", "a b", "w"), relation("s", "c d", "v")
    assert solve([first, second], values).conflicts == ((first,), (second,))


def test_relations_of_another_shape_can_only_miss_a_conflict() -> None:
    odd = [relation("r", "x y", "w"), relation("s", "y z", "w"), relation("t", "z x", "w")]
    assert solve(odd, {"w": 1}).conflicts == ()
    assert solve(odd, {"w": 1}).implied == {}
    assert solve(odd, {"w": 2}).implied == {"x": 1, "y": 1, "z": 1}
