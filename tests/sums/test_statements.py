"""Statements of several sources on one form, against a brute force of all that can be believed."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from itertools import combinations
from random import Random

import pytest

from gongkai.editions import form
from gongkai.model import Box, Column, Form, Label, Part, Relation, Row, Statement, Value
from gongkai.sums import Proposal, as_written, localize, solved
from gongkai.sums.flow import TooMany
from gongkai.sums.network import network_of, state_of
from gongkai.sums.plain import plain_repairs
from gongkai.sums.search import solutions_of
from gongkai.sums.statements import CELL, counts_of, system_of
from helpers.counts import counted, many
from helpers.made import consistent, sound_values

APPLICATIONS = form("2021", "applications")
DISPUTES = form("2021", "disputes")
DENIED = [row.id for row in APPLICATIONS.rows][4:12]  # the eight rows of （三）不予公开
TOTAL = "applications.new.total"


def values_in(table: str, **wrong: Value) -> dict[str, Value]:
    """The sound figures of a table, some replaced: review_total is disputes.review.total."""
    sound = {cell: value for cell, value in sound_values().items() if cell.startswith(table)}
    return sound | {f"{table}.{cell.replace('__', '.')}": value for cell, value in wrong.items()}


def prose(figure: int, *cells: str, price: int = CELL) -> Statement:
    return Statement(cells, figure, price, "prose")


def answers(proposal: Proposal) -> list[dict[str, int]]:
    return [{each.cell: each.proposed for each in one} for one in proposal.alternatives]


# --- one source beside the table ------------------------------------------------------------------


def test_the_cells_as_written_are_statements() -> None:
    said = as_written({"applications.new.total": 455, "applications.new.natural": None})
    assert said == (Statement((TOTAL,), 455, CELL, "table"),)


def test_what_agrees_with_the_prose_is_the_only_repair() -> None:
    """行政复议 states 12 where its four results make 11: five figures may be wrong, until the prose
    says 行政复议11件.
    """
    total = "disputes.review.total"
    table = as_written(values_in("disputes", review__total=12))
    assert len(localize(DISPUTES, table)[0].alternatives) == 5
    for proposal in localize(DISPUTES, (*table, prose(11, total))):
        assert answers(proposal) == [{total: 11}]
        assert proposal.disbelieved == ((),)
        assert [bound[:4] for bound in proposal.certain] == [(total, 12, 11, 11)]


def test_what_agrees_with_the_table_and_the_prose_is_cheaper_than_either() -> None:
    """The prose says 12 as the table does: one of the four results is wrong."""
    total = "disputes.review.total"
    table = as_written(values_in("disputes", review__total=12))
    (proposal,) = localize(DISPUTES, (*table, prose(12, total)))
    assert len(proposal.alternatives) == 4
    assert all(total not in each for each in answers(proposal))


def test_a_sound_table_is_believed_and_the_prose_is_not() -> None:
    """新收455 in table and prose, or 457 in the prose alone: then the prose is wrong."""
    table = as_written(values_in("applications"))
    assert localize(APPLICATIONS, (*table, prose(455, TOTAL))) == []
    said = prose(457, TOTAL)
    (proposal,) = localize(APPLICATIONS, (*table, said))
    assert (proposal.alternatives, proposal.disbelieved, proposal.ways) == (((),), ((said,),), 1)
    (relation,) = solved(APPLICATIONS, (*table, said)).broken
    assert (relation.kind, relation.parts) == ("statement", (TOTAL,))


def test_the_price_decides_whom_to_believe() -> None:
    """行政诉讼 direct.total alone, which nothing sums up: table 5 and prose 6."""
    cell = "disclosure.rules.made"
    table = as_written({cell: 5})
    disclosure = form("2021", "disclosure")
    (cheap,) = localize(disclosure, (*table, prose(6, cell, price=1)))
    (dear,) = localize(disclosure, (*table, prose(6, cell, price=9)))
    (even,) = localize(disclosure, (*table, prose(6, cell)))
    assert (answers(cheap), answers(dear)) == ([{}], [{cell: 6}])
    assert sorted(map(len, even.alternatives)) == [0, 1]


def test_a_sum_of_cells_settles_which_is_wrong() -> None:
    """予以公开 and 属于国家秘密 of one row each are wrong, or the same two of the next column: the
    prose says how many were 不予公开.
    """
    here = {"granted__natural": 135, "refused_secret__company": 1}
    table = as_written(values_in("applications", **here))
    right = {"applications.granted.natural": 134, "applications.refused_secret.company": 0}
    other = {"applications.granted.company": 6, "applications.refused_secret.natural": 3}
    assert [answers(each) for each in localize(APPLICATIONS, table)] == [[right, other]] * 4
    cells = [f"applications.{row}.natural" for row in DENIED]
    for denied, wanted in ((5, right), (4, other)):
        told: dict[str, int] = {}
        for proposal in localize(APPLICATIONS, (*table, prose(denied, *cells))):
            (answer,) = answers(proposal)
            told |= answer
        assert told == wanted


def test_a_blank_is_what_the_prose_says() -> None:
    cell = "disputes.review.upheld"
    values = values_in("disputes", review__upheld=None, review__total=None)
    said = (*as_written(values), prose(6, cell))
    assert solved(DISPUTES, as_written(values)).implied == {}
    assert solved(DISPUTES, said).implied[cell] == 6
    assert localize(DISPUTES, said) == []


def test_two_statements_on_one_sum_and_one_within_another() -> None:
    total = ("disputes.direct_litigation.total", "disputes.reviewed_litigation.total")
    table = as_written(values_in("disputes"))
    both = sum(int(values_in("disputes")[cell] or 0) for cell in total)
    agree = (prose(both, *total), Statement(total, both, 1, "children"))
    assert localize(DISPUTES, (*table, *agree)) == []
    apart = (prose(both, *total), Statement(total, both + 1, 1, "children"))
    (proposal,) = localize(DISPUTES, (*table, *apart))
    assert proposal.disbelieved == ((apart[1],),)
    results = [f"disputes.review.{each}" for each in ("upheld", "corrected", "other")]
    nested = (prose(1, *results[:2]), prose(2, *results))
    system = system_of(DISPUTES, (*table, *nested))
    assert network_of(DISPUTES, system.further) is not None


def test_sums_that_cross_are_mended_the_plain_way() -> None:
    """A sum over half of a row and half of a column makes no network."""
    cell = "applications.granted.natural"
    cells = (cell, "applications.granted.company", "applications.partly_granted.natural")
    table = as_written(values_in("applications", granted__natural=135))
    said = (*table, prose(134 + 7 + 82, *cells))
    assert network_of(APPLICATIONS, system_of(APPLICATIONS, said).further) is None
    found = localize(APPLICATIONS, said)
    assert [answers(proposal) for proposal in found] == [[{cell: 134}]] * 3
    unsaid = (*as_written(values_in("applications")), prose(1, *cells))
    assert localize(APPLICATIONS, unsaid)[0].disbelieved == ((unsaid[-1],),)


@pytest.mark.parametrize(
    "statement",
    [
        Statement((), 1, 1, "prose"),
        Statement((TOTAL, TOTAL), 1, 1, "prose"),
        Statement(("applications.new.nobody",), 1, 1, "prose"),
        Statement(("applications.new.nobody",), 1),
        Statement((TOTAL, "applications.new.natural"), 1),
        Statement((TOTAL,), 1, 0, "prose"),
    ],
)
def test_statements_on_nothing_are_refused(statement: Statement) -> None:
    with pytest.raises(ValueError, match=r"cell|unpack"):
        localize(APPLICATIONS, (statement,))


# --- cells that are certainly wrong ---------------------------------------------------------------


def test_the_least_that_a_total_must_be() -> None:
    """总计89 under 100, 39 and a blank; the prose vouches for both parts."""
    total = "disputes.review.total"
    wrong = {"upheld": 100, "corrected": 39, "other": None, "pending": 0, "total": 89}
    table = as_written({f"disputes.review.{cell}": value for cell, value in wrong.items()})
    parts = [prose(100, "disputes.review.upheld"), prose(39, "disputes.review.corrected")]
    (proposal,) = localize(DISPUTES, (*table, *parts))
    (bound,) = proposal.certain
    assert (bound.cell, bound.stated, bound.least, bound.most) == (total, 89, 139, None)


def test_certain_cells_beside_too_many_alternatives() -> None:
    """Two figures of a row are wrong, and neither is known: no alternative, but the bounds."""
    values = values_in("applications")
    for row in APPLICATIONS.rows:
        if row.id not in ("granted", "handled"):
            values[f"applications.{row.id}.natural"] = None
    values["applications.handled.natural"] = 3
    found = [bound for each in localize(APPLICATIONS, as_written(values)) for bound in each.certain]
    assert {bound.cell for bound in found} == {"applications.handled.natural"}
    assert all(bound.least <= 432 and (bound.most is None or bound.most >= 432) for bound in found)


# --- against brute force --------------------------------------------------------------------------

COLUMNS = ("a", "b", "total")
ROWS = ("new", "first", "second", "handled", "left")


def small_form() -> Form:
    """The shape of table three in small: balance and sum for each column, across for each row."""
    columns, rows = [], []
    for at, each in enumerate(COLUMNS, 2):
        columns.append(Column(each, label_at("column", each, 1, at), "件", False))
    for at, each in enumerate(ROWS, 2):
        rows.append(Row(each, label_at("row", each, at, 1), at, ()))
    relations = []
    for column in COLUMNS:
        new, first, second, handled, left = (f"t.{row}.{column}" for row in ROWS)
        relations.append(relation(f"balance.{column}", (new,), (handled, left)))
        relations.append(relation(f"sum.{column}", (first, second), (handled,)))
    for row in ROWS:
        one, other, both = (f"t.{row}.{column}" for column in COLUMNS)
        relations.append(relation(f"across.{row}", (one, other), (both,)))
    part = Part(tuple(columns), tuple(rows))
    return Form("t", "small", "表", "", (part,), (), Box(1, 1, 6, 4), tuple(relations))


def relation(rule: str, parts: tuple[str, ...], whole: tuple[str, ...]) -> Relation:
    return Relation(rule, rule.split(".")[0], "t", parts, whole, whole[0], "")


def label_at(kind: str, text: str, line: int, column: int) -> Label:
    return Label(text, kind, text, (), Box(line, column, line, column))  # type: ignore[arg-type]


SMALL = small_form()


def fillings(
    constraints: Sequence[tuple[Mapping[str, int], int]], known: Mapping[str, int], most: int
) -> Iterator[Mapping[str, int]]:
    """Every way to put 0 to ``most`` into the other cells so that each sum of cells, with signs, is
    what it should be.
    """
    left = []
    for signs, wanted in constraints:
        over = wanted - sum(sign * known[cell] for cell, sign in signs.items() if cell in known)
        blanks = [cell for cell in signs if cell not in known]
        if blanks:
            left.append((len(blanks), blanks, signs, over))
        elif over:
            return
    if not left:
        yield known
        return
    count, blanks, signs, over = min(left, key=lambda each: each[0])
    cell = blanks[0]
    choices = [signs[cell] * over] if count == 1 else range(most + 1)
    for figure in choices:
        if 0 <= figure <= most:
            yield from fillings(constraints, {**known, cell: figure}, most)


def constraints_of(
    form: Form, statements: Sequence[Statement]
) -> list[tuple[Mapping[str, int], int]]:
    found: list[tuple[Mapping[str, int], int]] = []
    for relation in form.relations:
        found.append((dict.fromkeys(relation.parts, 1) | dict.fromkeys(relation.whole, -1), 0))
    for statement in statements:
        found.append((dict.fromkeys(statement.cells, 1), int(statement.figure)))
    return found


def believed(form: Form, statements: Sequence[Statement], most: int) -> list[Mapping[str, int]]:
    return list(fillings(constraints_of(form, statements), {}, most))


def cheapest_by_force(
    form: Form, statements: tuple[Statement, ...], most: int
) -> dict[frozenset[Statement], list[Mapping[str, int]]]:
    """The cheapest sets of at most three statements without which the others can be believed, with
    what the cells can then be.
    """
    by_price: dict[int, list[frozenset[Statement]]] = {}
    for count in range(4):
        for dropped in combinations(statements, count):
            by_price.setdefault(sum(each.price for each in dropped), []).append(frozenset(dropped))
    for price in sorted(by_price):
        found = {}
        for dropped in by_price[price]:
            kept = [each for each in statements if each not in dropped]
            ways = believed(form, kept, most)
            if ways:
                found[dropped] = ways
        if found:
            return found
    return {}


def ours(
    form: Form, statements: tuple[Statement, ...]
) -> dict[frozenset[Statement], dict[str, int]]:
    """The cheapest sets by the network, with figures that mend."""
    system = system_of(form, statements)
    network = network_of(form, system.further)
    assert network is not None
    values = counts_of(network.ends, system.values)
    found = {}
    for mending in solutions_of(state_of(network, values, system.prices)):
        changes = dict(change for repair in mending.repairs for change in repair.changes)
        found[frozenset(said_in(system.statements, statements, cell) for cell in changes)] = changes
    return found


def said_in(said: Mapping[str, Statement], statements: Sequence[Statement], cell: str) -> Statement:
    if cell in said:
        return said[cell]
    return next(each for each in statements if each.cells == (cell,) and each.source == "table")


@pytest.fixture
def every_way(monkeypatch: pytest.MonkeyPatch) -> None:
    """Two cells that one slip explains cost as much as any two."""
    monkeypatch.setattr("gongkai.sums.repairs.EVENT", 2 * CELL)
    monkeypatch.setattr("gongkai.sums.repairs.LEAST", 10**6)


def small_case(random: Random) -> tuple[Statement, ...]:
    """A consistent small table, two of its figures wrong or blank, and up to two statements."""
    sound: dict[str, int] = {}
    for column in COLUMNS[:2]:
        first, second, left = (random.randint(0, 2) for _ in range(3))
        figures = (first + second + left, first, second, first + second, left)
        sound |= {f"t.{row}.{column}": figure for row, figure in zip(ROWS, figures, strict=True)}
    for row in ROWS:
        sound[f"t.{row}.total"] = sound[f"t.{row}.a"] + sound[f"t.{row}.b"]
    values: dict[str, Value] = dict(sound)
    cells = list(sound)
    for cell in random.sample(cells, 2):
        values[cell] = max(0, sound[cell] + random.choice((-1, 1, 2)))
    for cell in random.sample(cells, random.choice((0, 0, 2, 4))):
        values[cell] = None
    further = []
    for _ in range(random.randint(0, 2)):
        column = random.choice(COLUMNS)
        chosen = random.choice(
            [
                ("t.new.a",),
                (f"t.first.{column}", f"t.second.{column}"),
                ("t.handled.total",),
                (f"t.left.{column}",),
            ]
        )
        figure = sum(sound[cell] for cell in chosen) + random.choice((0, 0, 1))
        further.append(
            Statement(chosen, figure, random.choice((1, 2, 3)), f"source {len(further)}")
        )
    return (*as_written(values), *further)


@counted
@pytest.mark.parametrize("seed", range(many(60)))
def test_the_cheapest_repairs_as_by_brute_force(seed: int, every_way: None) -> None:
    statements = small_case(Random(seed))
    wanted = cheapest_by_force(SMALL, statements, 12)
    if frozenset() in wanted:
        assert localize(SMALL, statements) == []
        return
    found = ours(SMALL, statements)
    assert {dropped for dropped in found if len(dropped) < 4} == wanted.keys()
    for dropped, ways in wanted.items():
        assert any(agrees(way, found[dropped]) for way in ways)


def agrees(way: Mapping[str, int], changes: Mapping[str, int]) -> bool:
    return all(way[cell] == figure for cell, figure in changes.items() if cell in way)


@counted
@pytest.mark.parametrize("seed", range(many(60)))
def test_what_is_implied_broken_and_in_conflict_as_by_brute_force(seed: int) -> None:
    statements = small_case(Random(seed))
    system = system_of(SMALL, statements)
    solution = solved(SMALL, statements)
    wrong = [(each,) for each in solution.broken] + list(solution.conflicts)
    assert bool(wrong) == (not believed(SMALL, statements, 12))
    for conflict in wrong:
        assert not possible_by_force(system, conflict)
        for each in conflict:
            assert possible_by_force(system, [other for other in conflict if other is not each])
    if not wrong:
        ways = believed(SMALL, statements, 12)
        for cell, figure in solution.implied.items():
            assert {way[cell] for way in ways} == {figure}


def possible_by_force(system, relations: Sequence[Relation]) -> bool:  # type: ignore[no-untyped-def]
    known = {cell: figure for cell, figure in system.values.items() if figure is not None}
    found = []
    for relation in relations:
        found.append((dict.fromkeys(relation.parts, 1) | dict.fromkeys(relation.whole, -1), 0))
    return next(fillings(found, known, 12), None) is not None


@counted
@pytest.mark.parametrize("seed", range(many(12)))
def test_faults_in_pairs_as_the_plain_way_finds_them(seed: int, every_way: None) -> None:
    """Of the official form, with a statement on the eight rows of 不予公开 and one on a cell."""
    random = Random(seed)
    sound = consistent(random, "2021", largest=4)
    values: dict[str, Value] = dict(sound)
    for cell in random.sample(list(sound), 2):
        values[cell] = sound[cell] + random.choice((1, 2, 5))
    for cell in random.sample(list(sound), random.choice((0, 3))):
        values[cell] = None
    cells = tuple(f"applications.{row}.total" for row in DENIED)
    denied = prose(sum(sound[cell] for cell in cells) + random.choice((0, 1)), *cells)
    statements = (*as_written(values), denied, prose(sound[TOTAL], TOTAL, price=3))
    try:
        plain = plain_repairs(system_of(APPLICATIONS, statements), most=2_000)
    except TooMany:
        return
    found = {frozenset(changes.items()) for changes in ours(APPLICATIONS, statements).values()}
    assert {frozenset(dict(each)) for each in found} == {repair.cells for repair in plain}
    figured = {frozenset(repair.figures) for repair in plain if repair.figures}
    assert figured <= found
