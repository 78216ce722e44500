"""Which cells are likely wrong: the answers against a search of all sets, and what they mend."""

from __future__ import annotations

from itertools import product
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gongkai.checks.sums import check_sums
from gongkai.editions import form
from gongkai.model import Report, Table
from gongkai.sums import solve
from gongkai.sums.network import network_of, state_of
from gongkai.sums.search import clusters_of
from gongkai.sums.statements import CELL
from helpers.counts import counted, many, properties
from helpers.made import consistent, table_of
from helpers.strategies import changed, reports

# --- against a search of all sets -----------------------------------------------------------------


def smallest_by_search(table: Table, most: int) -> set[frozenset[tuple[str, int]]]:
    """All smallest repairs of at most so many cells: a repair has a cell in each conflict that
    those before leave.
    """
    relations = table.form.relations
    values = {cell: entry.value for cell, entry in table.entries.items()}
    level: set[frozenset[str]] = {frozenset()}
    for _ in range(most + 1):
        found, further = set(), set()
        for freed in level:
            solution = solve(relations, values | dict.fromkeys(freed))
            conflicts = [*((relation,) for relation in solution.broken), *solution.conflicts]
            if not conflicts:
                assert freed <= solution.implied.keys()
                found.add(frozenset((cell, solution.implied[cell]) for cell in freed))
                continue
            cells = {cell for relation in min(conflicts, key=len) for cell in relation.cells}
            further |= {freed | {cell} for cell in cells - freed if values[cell] is not None}
        if found:
            return found
        level = further
    return set()


def all_found(table: Table, monkeypatch: pytest.MonkeyPatch) -> set[frozenset[tuple[str, int]]]:
    """Every cheapest repair, however odd and however many."""
    monkeypatch.setattr("gongkai.sums.search.LIKELIER", 10**6)
    monkeypatch.setattr("gongkai.sums.search.MOST_LISTED", 10**6)
    network = network_of(table.form)
    assert network is not None
    values = {cell: entry.value for cell, entry in table.entries.items()}
    prices = dict.fromkeys(network.ends, CELL)
    clusters = clusters_of(state_of(network, values, prices))  # type: ignore[arg-type]
    assert all(cluster.count is not None for cluster in clusters)
    return {
        frozenset(sum(each, ()))
        for each in product(*(cluster.alternatives for cluster in clusters))
    }


@counted
@pytest.mark.parametrize("seed", range(many(30)))
def test_two_wrong_cells_as_by_a_search_of_all_sets(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = Random(seed)
    edition = random.choice(("2019", "2021"))
    sound = consistent(random, edition, largest=3)
    wrong = {
        cell: max(0, sound[cell] + random.choice((-1, 1, 2)))
        for cell in random.sample(list(sound), 2)
    }
    table = table_of(sound | wrong, edition=edition)
    ours, all_sets = all_found(table, monkeypatch), smallest_by_search(table, 2)
    if any(len(each) > len(next(iter(all_sets), ())) for each in ours):
        # one slip over several cells, cheaper than as many cells that have nothing to do with each
        # other
        return
    assert ours <= all_sets
    if all(not slips_in(table, each) for each in all_sets):
        assert ours == all_sets


def slips_in(table: Table, changes: frozenset[tuple[str, int]]) -> bool:
    """Whether two of the changes lie side by side, so that they may be one slip."""
    network = network_of(table.form)
    assert network is not None
    cells = [cell for cell, _ in changes]
    return any((one, other) in network.neighbours for one in cells for other in cells)


@counted
@pytest.mark.parametrize("seed", range(many(8)))
def test_three_wrong_cells_as_by_a_search_of_all_sets(
    seed: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    random = Random(seed)
    sound = consistent(random, "2021", largest=9)
    column = random.choice(("natural", "company", "total"))
    cells = [
        *random.sample([cell for cell in sound if cell.endswith(column)], 2),
        random.choice(list(sound)),
    ]
    table = table_of(sound | {cell: sound[cell] + random.randint(1, 9) for cell in cells})
    ours, all_sets = all_found(table, monkeypatch), smallest_by_search(table, 3)
    assert ours
    if {len(each) for each in ours} == {len(next(iter(all_sets)))}:
        assert ours <= all_sets


@properties(60)
@given(st.lists(st.integers(0, 4), min_size=15, max_size=15))
def test_disputes_as_by_a_search_of_all_sets(figures: list[int]) -> None:
    table = table_of(dict(zip(form("2021", "disputes").cells, figures, strict=True)), "disputes")
    with pytest.MonkeyPatch.context() as patch:
        assert all_found(table, patch) == smallest_by_search(table, 3)


@properties(60)
@given(reports(), st.data())
def test_every_proposal_mends_what_it_is_given_for(report: Report, data: st.DataObject) -> None:
    table = report.tables["applications"]
    random = Random(data.draw(st.integers(0, 2**32)))
    for cell in random.sample(list(table.entries), data.draw(st.integers(1, 4))):
        report = changed(report, cell, random.choice((None, 0, 1, 7, random.randint(0, 10_000))))
    table = report.tables["applications"]
    relations = table.form.relations
    values = {cell: entry.value for cell, entry in table.entries.items()}
    found = [finding for finding in check_sums(table) if finding.severity == "error"]
    for rule, alternative in [
        (finding.rule, each) for finding in found for each in finding.suspects
    ]:
        mended = values | {suspect.cell: suspect.proposed for suspect in alternative}
        assert all(
            suspect.proposed >= 0 and values[suspect.cell] == suspect.stated
            for suspect in alternative
        )
        solution = solve(relations, mended)
        wrong = [relation.rule for relation in solution.broken] + [
            conflict[0].rule for conflict in solution.conflicts
        ]
        assert rule not in wrong
        assert len(wrong) < sum(len(finding.sums) for finding in found)


@properties(40)
@given(reports(), st.randoms(use_true_random=False))
def test_all_answers_together_mend_the_table(report: Report, random: Random) -> None:
    table = report.tables["applications"]
    for cell in random.sample(list(table.entries), 3):
        report = changed(report, cell, random.randint(0, 500))
    table = report.tables["applications"]
    findings = check_sums(table)
    assume(findings and all(finding.suspects for finding in findings))
    first = {
        suspect.cell: suspect.proposed for finding in findings for suspect in finding.suspects[0]
    }
    values = {cell: entry.value for cell, entry in table.entries.items()} | first
    solution = solve(table.form.relations, values)
    assert (solution.broken, solution.conflicts) == ((), ())
