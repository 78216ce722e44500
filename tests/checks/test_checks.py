"""Findings on stated sums: which rules, which cells, which figures and which sentence."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal
from random import Random

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gongkai.checks import assumed, checked
from gongkai.checks.sums import causes_of, check_sums
from gongkai.checks.whole import check
from gongkai.decisions import key_of
from gongkai.editions import form
from gongkai.model import (
    BrokenSum,
    Decision,
    Entry,
    Problem,
    Report,
    Suspect,
    Table,
    Value,
)
from gongkai.sums import Proposal, table_state
from helpers.counts import (
    counted,
    many,
    properties,
)
from helpers.made import (
    blank_report,
    broken_rules,
    cells_of_row,
    consistent,
    only,
    report_of,
    rules,
    rules_of,
    sound_values,
    table_of,
)
from helpers.strategies import changed, reports

HARMLESS = (
    "coverage.edition",
    "plausibility.rules",
    "plausibility.amount",
)  # any figures, whatever the layout and the body

# --- all cells stated -----------------------------------------------------------------------------


def test_a_sound_report_has_no_findings() -> None:
    assert check(report_of()) == []
    assert checked(report_of()) == 42


def test_total_of_disputes() -> None:
    finding = only(report_of({"disputes.review.total": 0}), "disputes.total.review")
    assert finding.lines == (
        "表四 行政复议（总计）填0，疑应为11",
        "各项之和比总计多11（行政复议行）",
    )
    assert (finding.severity, finding.stated, finding.computed, finding.difference) == (
        "error",
        0,
        11,
        11,
    )
    assert finding.cells == tuple(form("2021", "disputes").cells)[:5]


def test_across() -> None:
    report = report_of({"applications.granted.total": 134})
    [finding] = check(report)
    assert rules_of(finding) == {"applications.sum.total", "applications.across.granted"}
    assert finding.lines == (
        "表三 予以公开（总计）填134，疑应为143",
        "各列之和比总计多9（予以公开行）；各项之和比办结少9（总计列）",
    )
    assert (finding.rule, finding.stated, finding.computed) == (
        "applications.across.granted",
        134,
        143,
    )
    assert finding.sums[0].cells == cells_of_row("granted")
    assert set(cells_of_row("granted")) < set(finding.cells)


def test_sum() -> None:
    finding = only(report_of({"applications.handled.natural": 433}), "applications.sum.natural")
    assert finding.lines == (
        "表三 办结总计（自然人）填433，疑应为432",
        "各项之和比办结少1（自然人列）；新收＋上年结转比办结＋下年结转少1（自然人列）；"
        "各列之和比总计多1（办结总计行）",
    )
    own = finding.sums[0]
    assert (own.stated, own.computed, own.difference) == (433, 432, -1)
    assert len(own.cells) == 22


def test_sum_of_nothing() -> None:
    finding = only(report_of({"applications.handled.research": 5}), "applications.sum.research")
    assert finding.lines[0] == "表三 办结总计（科研机构）填5，疑应为0"


def test_balance() -> None:
    finding = only(report_of({"applications.carried_out.total": 11}), "applications.balance.total")
    assert finding.lines == (
        "表三 下年结转（总计）填11，疑应为12",
        "新收＋上年结转比办结＋下年结转多1（总计列）；各列之和比总计多1（下年结转行）",
    )
    assert (finding.stated, finding.computed, finding.difference) == (462, 463, 1)
    assert finding.cells[0] == "applications.new.total"
    assert finding.cells[-1] == "applications.carried_out.total"


def test_differences_of_long_figures_are_exact() -> None:
    report = report_of(
        {"disputes.review.upheld": Decimal("1" * 29 + ".5"), "disputes.review.total": 0}
    )
    finding = only(report, "disputes.total.review")
    assert finding.difference == Decimal("1" * 28 + "2.5")
    assert finding.lines[0].startswith("表四有误，2种改法：①行政复议（维持）")


@properties(50)
@given(reports())
def test_a_consistent_report_has_no_findings(report: Report) -> None:
    assert [finding for finding in check(report) if finding.rule not in HARMLESS] == []
    assert checked(report) == (42 if report.tables["applications"].edition == "2021" else 40)


@properties(50)
@given(reports(), st.data())
def test_any_changed_figure_is_an_error_at_each_of_its_relations(
    report: Report, data: st.DataObject
) -> None:
    figures = {
        entry.cell: entry.value
        for entry in report.entries()
        if not entry.cell.startswith("disclosure")
    }
    cell = data.draw(st.sampled_from(sorted(figures)))
    value = data.draw(st.integers(0, 10_000).filter(lambda drawn: drawn != figures[cell]))
    table = report.tables[cell.partition(".")[0]]
    touched = {each.rule for each in table.form.relations if cell in each.cells}
    found = check(changed(report, cell, value))
    assert broken_rules(found) == touched
    assert all(cell in finding.cells for finding in found if finding.severity == "error")


# --- with blanks ----------------------------------------------------------------------------------


def test_blanks_are_no_zeros() -> None:
    report = report_of({"disputes.review.upheld": None, "disputes.review.corrected": None})
    assert rules(report) == [("note", "coverage.blank")]
    assert checked(report) == 41


def test_a_blank_total_is_told() -> None:
    report = report_of({"applications.granted.total": None})
    finding = only(report, "coverage.implied")
    assert finding.message == "表三 予以公开（总计）空白，按勾稽关系应为143。"
    assert (finding.severity, finding.cells) == ("note", ("applications.granted.total",))
    assert (finding.stated, finding.computed) == (None, 143)
    assert rules(report) == [("note", "coverage.blank"), ("note", "coverage.implied")]


def test_the_total_column_left_empty() -> None:
    totals = {
        f"applications.{row.id}.total": None
        for row in form("2021", "applications").rows
        if row.id != "handled"
    }
    report = report_of(totals)
    [many] = [finding for finding in check(report) if finding.rule == "coverage.implied"]
    implied = {finding.cells[0]: finding.computed for finding in many.members}
    assert many.message == (
        f"空白处按勾稽关系只能是一个数：共{len(implied)}处。"
        "如表三 新收（总计）空白，按勾稽关系应为455。"
    )
    assert implied == {cell: figure for cell in totals if (figure := sound_values()[cell])}
    assert {severity for severity, _ in rules(report)} == {"note"}
    # Six balance, six sum, across.handled, and table four are stated in full; rows of zeros have a
    # 总计 of 0.
    zeros = [cell for cell in totals if not sound_values()[cell]]
    assert checked(report) == 6 + 6 + 1 + 3 + len(zeros)
    assert assumed(report) == len(zeros) == 15


@pytest.mark.parametrize(
    ("raw", "state"), [("/", "填“/”"), ("–", "填“–”"), ("14З", "原文“14З”未采用"), (" ", "空白")]
)
def test_an_implied_figure_says_what_stands_there(raw: str, state: str) -> None:
    report = report_of(
        {"applications.granted.total": None}, raws={"applications.granted.total": raw}
    )
    message = only(report, "coverage.implied").message
    assert message == f"表三 予以公开（总计）{state}，按勾稽关系应为143。"


def test_parts_above_a_total() -> None:
    changes = dict.fromkeys(("applications.granted.research", "applications.granted.welfare"))
    report = report_of(
        changes | {"applications.granted.total": 134, "applications.other_rest.total": 102}
    )
    finding = only(report, "applications.across.granted")
    assert finding.lines == (
        "表三 予以公开（总计）填134，疑应为143；其他处理的其他（总计）填102，疑应为93",
        "各列之和已有143，超过总计134，有2格空白，填多少都不相符（予以公开行）；"
        "各列之和比总计少9（其他处理的其他行）；另有1种可能性较小的改法",
    )
    assert (finding.severity, finding.stated, finding.computed, finding.difference) == (
        "error",
        134,
        143,
        9,
    )
    assert set(finding.sums[0].cells) == set(cells_of_row("granted")) - set(changes)


def test_one_side_of_the_balance_above_the_other() -> None:
    changes = {"applications.carried_out.natural": None, "applications.new.natural": 400}
    assert only(report_of(changes), "applications.balance.natural").lines == (
        "表三 新收（自然人）填400，疑应为436；下年结转（自然人）空白，疑应为12",
        "办结＋下年结转已有432，超过新收＋上年结转408，有1格空白，填多少都不相符（自然人列）；"
        "各列之和比总计少36（新收行）",
    )


def test_a_fraction_among_blanks() -> None:
    report = report_of({"disputes.review.upheld": Decimal("9.5"), "disputes.review.other": None})
    finding = only(report, "disputes.total.review")
    assert finding.message == (
        "表四各项之和与总计不能相等，有1格空白，填多少都不相符（行政复议行），不能确定错在哪一格。"
    )
    assert finding.stated is None


def test_two_relations_that_want_different_figures() -> None:
    report = report_of({"applications.granted.natural": None, "applications.granted.total": 150})
    conflict = only(report, "applications.sum.natural")
    assert conflict.lines == (
        "表三 予以公开：自然人空白，疑应为134；总计填150，疑应为143",
        "2项勾稽关系不能同时成立，有1格空白，填多少都不相符（自然人列、予以公开行）；"
        "各项之和比办结多7（总计列）",
    )
    assert "applications.granted.natural" not in conflict.cells
    assert {"applications.granted.total", "applications.handled.natural"} < set(conflict.cells)
    assert checked(report) == 40  # neither of the two can be told to be the broken one
    assert rules(report) == [
        ("error", "applications.sum.natural"),
        ("note", "coverage.blank"),
    ]


@pytest.mark.parametrize("edition", ["2021", "2019"])
def test_an_empty_form(edition: str) -> None:
    """One finding for one cause, an error that nobody can dismiss."""
    report = blank_report(edition, int(edition))
    [found] = check(report)
    assert (found.rule, found.severity) == ("coverage.figures", "error")
    dismissed = replace(report, decisions={key_of(found, report): Decision("dismissed", "x")})
    assert check(dismissed) == [found]
    assert checked(report) == 0


@pytest.mark.parametrize(("edition", "count"), [("2021", [9, 175, 15]), ("2019", [21, 161, 15])])
def test_a_form_with_one_figure(edition: str, count: list[int]) -> None:
    report = blank_report(edition, int(edition))
    table = report.tables["disclosure"]
    first = next(iter(table.entries))
    filled = replace(table, entries={**table.entries, first: Entry(first, 0)})
    one = replace(report, tables={**report.tables, "disclosure": filled})
    assert [(finding.rule, len(finding.cells)) for finding in check(one)] == [
        ("coverage.blank", n) for n in count
    ]
    assert checked(one) == 0


@properties(50)
@given(reports(), st.randoms(use_true_random=False), st.sampled_from([0.05, 0.4, 0.9]))
def test_blanks_alone_are_never_an_error(report: Report, random: Random, share: float) -> None:
    tables = {}
    for table in report.tables.values():
        entries = {
            cell: Entry(cell, None) if random.random() < share else entry
            for cell, entry in table.entries.items()
        }
        tables[table.id] = Table(table.form, entries)
    emptied = Report(report.title, report.agency, report.year, report.published, tables)
    assume(emptied.is_evaluated)
    for finding in check(emptied):
        assert finding.severity == "note"
        assert finding.computed in (None, report.value(finding.cells[0]) if finding.cells else None)


def test_errors_come_before_warnings_before_notes_in_the_order_of_the_tables() -> None:
    report = report_of(
        {
            "disputes.review.total": 0,
            "disclosure.rules.made": None,
            "disclosure.rules.valid": -1,
            "applications.granted.total": None,
            "applications.handled.natural": 1,
        },
        year=None,
        problems=[Problem("", "", "", "a", "b"), Problem("disputes", "", "", "c", "d")],
    )
    assert rules(report) == [
        ("error", "coverage.negative"),
        ("error", "applications.sum.natural"),
        ("error", "disputes.total.review"),
        ("warning", "coverage.year"),
        ("warning", "coverage.unplaced"),
        ("warning", "coverage.unplaced"),
        ("note", "coverage.blank"),
        ("note", "coverage.blank"),
        ("note", "coverage.implied"),
    ]


# --- causes ---------------------------------------------------------------------------------------


@counted
@pytest.mark.parametrize("seed", range(many(400)))
def test_every_broken_sum_is_evidence_of_one_cause(seed: int) -> None:
    """Up to six faults, blanks among them, scattered or in a row: none is lost, none told twice."""
    table = planted(Random(seed))
    solution = table_state(table).solution
    wanted = [(relation.rule,) for relation in solution.broken]
    wanted += [tuple(relation.rule for relation in each) for each in solution.conflicts]
    told = []
    for finding in check_sums(table):
        for one in finding.sums:
            told.append(tuple(relation.rule for relation in one.relations))
    assert sorted(told) == sorted(wanted)


def planted(random: Random) -> Table:
    edition = random.choice(("2019", "2021"))
    sound = consistent(random, edition, largest=random.choice((3, 40)))
    cells = list(sound)
    if random.random() < 0.5:
        row = random.choice(cells).split(".")[1]
        cells = [cell for cell in cells if cell.split(".")[1] == row]
    values: dict[str, Value] = dict(sound)
    for cell in random.sample(cells, random.randint(1, 6)):
        wrong = max(0, sound[cell] + random.choice((-2, -1, 1, 2, 9, 90)))
        values[cell] = None if random.random() < 0.25 else wrong
    return table_of(values, edition=edition)


def test_a_cause_of_causes_goes_to_one_that_is_told() -> None:
    """Of a, b, ab and abc, c: ab is no finding of its own, so nothing may be left with it."""
    relation = form("2021", "disputes").relations[0]
    broken = [BrokenSum((relation,), (str(number),)) for number in range(5)]
    a, b, c = (Suspect(name, 1, 2) for name in "abc")
    repairs = [(a, b), (a,), (b,), (a, b, c), (c,)]
    told = [Proposal((repair,), 1) for repair in repairs]
    found = causes_of(broken, told)
    assert [cause.numbers for cause in found] == [[1, 0, 3], [2], [4]]
    assert [cause.proposal for cause in found] == [told[1], told[2], told[4]]


def test_choices_that_are_those_of_other_causes_together_are_no_cause() -> None:
    """（七）总计 across holds a column with two ways and one with one: their two ways together."""
    relation = form("2021", "disputes").relations[0]
    broken = [BrokenSum((relation,), (str(number),)) for number in range(3)]
    a, b, c, d = (Suspect(name, 1, 2) for name in "abcd")
    two, one = Proposal(((a,), (b,)), 2), Proposal(((c,),), 1)
    both, others = Proposal(((a, c), (b, c)), 2), Proposal(((a, c), (b, d)), 2)
    found = causes_of(broken, [two, one, both])
    assert [(cause.numbers, cause.proposal) for cause in found] == [([0, 2], two), ([1], one)]
    found = causes_of(broken, [two, one, others])
    assert [cause.numbers for cause in found] == [[0], [1], [2]]


def test_one_repair_is_one_cause_however_sure_each_sum_is() -> None:
    relation = form("2021", "disputes").relations[0]
    broken = [BrokenSum((relation,), (str(number),)) for number in range(2)]
    repair = ((Suspect("a", 1, 2),),)
    [cause] = causes_of(broken, [Proposal(repair, 1, 4), Proposal(repair, 1, 0)])
    assert (cause.numbers, cause.proposal.unlikely) == ([0, 1], 0)


# --- what a message must not say ------------------------------------------------------------------

COLUMNS = ("natural", "company", "research", "welfare", "legal", "other")


@pytest.mark.parametrize(
    ("row", "how"),
    [
        ("unavailable_not_held", "各项之和比办结都多，各不相同"),
        ("carried_out", "新收＋上年结转比办结＋下年结转都少，各不相同"),
    ],
)
def test_sums_that_are_all_too_large_are_not_told_to_be_both(row: str, how: str) -> None:
    """Each of the six columns is over by another figure, or all lack."""
    changes: dict[str, Value] = {}
    for by, column in enumerate(COLUMNS, 1):
        cell = f"applications.{row}.{column}"
        changes[cell] = int(sound_values()[cell] or 0) + by
    texts = [finding.lines[1] for finding in check(report_of(changes)) if finding.sums]
    assert not any("有多有少" in text for text in texts)
    assert any(how in text for text in texts)


def test_evidence_without_room_says_how_many_sums_there_are() -> None:
    """Eight totals of rows are wrong, each by another figure: the column is named, and the rest
    counted.
    """
    totals = [row.id for row in form("2021", "applications").rows[3:11]]
    changes: dict[str, Value] = {}
    for by, row in enumerate(totals, 1):
        cell = f"applications.{row}.total"
        changes[cell] = int(sound_values()[cell] or 0) + by
    found = [finding for finding in check(report_of(changes)) if len(finding.sums) > 3]
    assert found
    for finding in found:
        assert f"共{len(finding.sums)}项不符" in finding.lines[1]


def test_a_blank_beside_a_broken_sum_is_told_no_figure() -> None:
    """自然人 of 予以公开 is blank and its row wants 134; but the column is over without it."""
    changes: dict[str, Value] = {
        "applications.granted.natural": None,
        "applications.other_rest.natural": 400,
        "applications.other_rest.total": 405,
    }
    found = check(report_of(changes))
    assert any(finding.severity == "error" for finding in found)
    assert [finding for finding in found if finding.rule == "coverage.implied"] == []
