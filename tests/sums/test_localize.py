"""Which cells are likely wrong: against a search of all sets; cell by cell, blanks, ties and
slips.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping, Sequence
from decimal import Decimal
from pathlib import Path
from random import Random
from typing import Any

import numpy
import pytest

import gongkai
from gongkai.checks.sums import check_sums
from gongkai.checks.whole import check
from gongkai.editions import (
    all_editions,
    form,
)
from gongkai.model import (
    Finding,
    Relation,
    Report,
    Value,
)
from gongkai.output import finding_to_dict
from gongkai.sums import as_written, localize
from gongkai.sums.flow import MOST_STEPS, Search
from gongkai.sums.network import network_of
from gongkai.sums.repairs import DIGIT, OTHER, SLIP, exchanged, moved, oddness, split
from gongkai.sums.suspects import UNKNOWN
from helpers import DOCUMENTS, TESTS
from helpers.made import (
    broken_rules,
    consistent,
    report_of,
    rules_of,
    table_of,
)

Changes = dict[str, int]


def errors(report: Report) -> list[Finding]:
    return [finding for finding in check(report) if finding.severity == "error"]


def short(cells: Mapping[str, int]) -> Changes:
    return {f"applications.{cell}": figure for cell, figure in cells.items()}


def answers(findings: Sequence[Finding]) -> list[list[Changes]]:
    """The different answers given, each a list of alternatives."""
    found: list[list[Changes]] = []
    for finding in findings:
        answer = [{suspect.cell: suspect.proposed for suspect in each} for each in finding.suspects]
        if answer not in found:
            found.append(answer)
    return found


# --- the network ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("edition", "table"), [(e, t) for e in ("2019", "2021") for t in ("applications", "disputes")]
)
def test_the_nodes_say_what_the_relations_say(edition: str, table: str) -> None:
    network = network_of(form(edition, table))
    assert network is not None
    relations, nodes = (
        all_editions()[edition].forms[table].relations,
        [node for node in network.nodes if node],
    )
    left_out = [relation.rule for relation in relations if relation not in nodes]
    assert left_out == (["applications.across.handled"] if table == "applications" else [])
    everything, kept = matrix(relations, list(network.ends)), matrix(nodes, list(network.ends))
    assert numpy.linalg.matrix_rank(everything) == numpy.linalg.matrix_rank(kept)


def matrix(relations: Sequence[Relation], cells: list[str]) -> list[list[int]]:
    return [[(cell in each.parts) - (cell in each.whole) for cell in cells] for each in relations]


def test_a_table_without_relations_has_no_network() -> None:
    assert network_of(form("2021", "disclosure")) is None


# --- one cell -------------------------------------------------------------------------------------


@pytest.mark.parametrize("edition", ["2019", "2021"])
def test_one_wrong_cell_is_named_wherever_it_is(edition: str) -> None:
    sound = consistent(Random(3), edition)
    for cell, figure in sound.items():
        for wrong in {figure + 1, figure + 90, figure // 10, figure - 1} - {figure}:
            if wrong >= 0:
                findings = check_sums(table_of(sound | {cell: wrong}, edition=edition))
                assert answers(findings) == [[{cell: figure}]], (cell, figure, wrong)


def test_the_message_names_cell_and_figures() -> None:
    [finding] = errors(report_of({"applications.granted.natural": 143}))
    assert finding.lines[0] == "表三 予以公开（自然人）填143，疑应为134"
    assert (finding.stated, finding.computed, finding.difference) == (432, 441, 9)
    assert finding_to_dict(finding, {})["suspects"] == [
        [{"cell": "applications.granted.natural", "stated": 143, "proposed": 134}]
    ]
    assert finding_to_dict(finding, {})["too_many"] is False


# --- more cells -----------------------------------------------------------------------------------


def answers_by_rule(findings: list[Finding]) -> dict[str, object]:
    """Each broken sum -> what would mend its cause."""
    return {one.rule: answers([finding])[0] for finding in findings for one in finding.sums}


def test_errors_that_have_nothing_to_do_with_each_other_are_told_apart() -> None:
    wrong = {"granted.natural": 143, "unavailable_not_held.company": 5, "carried_out.total": 21}
    findings = errors(report_of(short(wrong) | {"disputes.review.total": 0}))
    by_rule = answers_by_rule(findings)
    assert len(findings) == 4
    assert by_rule["applications.sum.natural"] == [short({"granted.natural": 134})]
    assert by_rule["applications.across.granted"] == [short({"granted.natural": 134})]
    assert by_rule["applications.sum.company"] == [short({"unavailable_not_held.company": 1})]
    assert by_rule["applications.balance.total"] == [short({"carried_out.total": 12})]
    assert by_rule["disputes.total.review"] == [{"disputes.review.total": 11}]


def test_a_relation_that_two_errors_break_names_both() -> None:
    findings = errors(report_of(short({"handled.natural": 400, "handled.company": 15})))
    assert answers(findings) == [
        [short({"handled.natural": 432})],
        [short({"handled.company": 12})],
    ]
    first, second = findings
    assert "applications.across.handled" in rules_of(first)  # evidence of both, told once
    assert rules_of(first).isdisjoint(rules_of(second))


def test_what_would_break_the_sum_of_the_totals_across_is_told_with_what_mends_it() -> None:
    """Two （七）总计 of one row exchanged: put back alone, either would break the sum across, which
    holds.
    """
    both = short({"handled.natural": 432, "handled.company": 12})
    findings = errors(report_of(short({"handled.natural": 12, "handled.company": 432})))
    assert len(findings) == 1
    assert answers(findings) == [[both]]
    three = short({"handled.natural": 12, "handled.company": 432, "granted.research": 3})
    assert answers(errors(report_of(three))) == [[both], [short({"granted.research": 0})]]


def test_the_sum_of_the_totals_across_counts_what_can_be_no_count_among_its_suspects() -> None:
    wrong: dict[str, Value] = {
        "applications.handled.natural": 430,
        "applications.handled.company": -12,
    }
    found = [finding for finding in errors(report_of(wrong)) if finding.sums]
    assert answers(found) == [
        [short({"handled.natural": 432})],
        [short({"handled.company": 12})],
    ]
    assert "applications.across.handled" in broken_rules(found)


def test_ties_are_all_told() -> None:
    wrong = {"granted.natural": 135, "unavailable_not_held.company": 2}
    findings = errors(report_of(short(wrong)))
    here = short({"granted.natural": 134, "unavailable_not_held.company": 1})
    there = short({"granted.company": 6, "unavailable_not_held.natural": 122})
    assert answers(findings) == [[here, there]]
    assert findings[0].lines[0] == (
        "表三有误，2种改法：①予以公开（自然人）135→134、不掌握信息（商业企业）2→1；"
        "②予以公开（商业企业）7→6、不掌握信息（自然人）123→122"
    )


def test_any_of_the_five_figures_of_a_dispute_may_be_wrong_the_likeliest_first() -> None:
    (finding,) = errors(report_of({"disputes.review.total": 12}))
    assert [next(iter(each.items())) for each in answers([finding])[0]] == [
        ("disputes.review.upheld", 11),
        ("disputes.review.total", 11),
        ("disputes.review.corrected", 2),
        ("disputes.review.other", 1),
        ("disputes.review.pending", 1),
    ]


def test_a_slip_of_the_pen_stands_alone() -> None:
    parts = {"disputes.review.upheld": 351, "disputes.review.corrected": 72}
    (finding,) = errors(report_of(parts | {"disputes.review.total": 4223}))
    assert answers([finding]) == [[{"disputes.review.total": 423}]]
    assert finding.lines == (
        "表四 行政复议（总计）填4223，疑应为423",
        "各项之和比总计少3800（行政复议行）；另有4种可能性较小的改法",
    )


def test_too_many_are_counted_and_none_is_given() -> None:
    totals = {
        f"applications.{row.id}.total": None
        for row in form("2021", "applications").rows
        if row.id != "handled"
    }
    finding = errors(report_of(totals | {"applications.other_rest.natural": 87}))[0]
    assert (finding.rule, finding.suspects, finding.too_many) == (
        "applications.sum.natural",
        (),
        True,
    )
    assert finding.lines[0] == "表三各项之和比办结少1（自然人列），不能确定错在哪一格"
    assert finding.lines[1].endswith("；改法有21种")
    assert finding_to_dict(finding, {})["too_many"] is True


# --- slips over several cells ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("stated", "true"),
    [
        (
            {"granted.natural": 7, "granted.company": 134},
            {"granted.natural": 134, "granted.company": 7},
        ),
        (
            {"granted.natural": 13, "granted.company": 47},
            {"granted.natural": 134, "granted.company": 7},
        ),
        (
            {"granted.research": 7, "granted.company": 0},
            {"granted.company": 7, "granted.research": 0},
        ),
        ({"new.legal": 4, "new.other": 3}, {"new.legal": 3, "new.other": 4}),
        (
            {"granted.company": 2, "partly_granted.company": 7},
            {"granted.company": 7, "partly_granted.company": 2},
        ),
        (
            dict(
                zip(
                    [f"granted.{c}" for c in ("natural", "company", "research")],
                    (0, 134, 7),
                    strict=True,
                )
            ),
            dict(
                zip(
                    [f"granted.{c}" for c in ("natural", "company", "research")],
                    (134, 7, 0),
                    strict=True,
                )
            ),
        ),
        (
            dict(
                zip(
                    [
                        f"new.{c}"
                        for c in ("company", "research", "welfare", "legal", "other", "total")
                    ],
                    (0, 12, 0, 0, 3, 4),
                    strict=True,
                )
            ),
            dict(
                zip(
                    [f"new.{c}" for c in ("company", "research", "legal", "other", "total")],
                    (12, 0, 3, 4, 455),
                    strict=True,
                )
            ),
        ),
        # 9 more were granted than the totals know of, and 9 more came in.
        (
            {"granted.natural": 143, "new.natural": 445, "new.total": 464},
            {"granted.total": 152, "handled.natural": 441, "handled.total": 460},
        ),
        # Two neighbours exchanged, and a wrong figure in one of their columns.
        (
            {"granted.natural": 7, "granted.company": 134, "other_rest.natural": 8},
            {"granted.natural": 134, "granted.company": 7, "other_rest.natural": 88},
        ),
    ],
)
def test_one_slip_that_changed_several_figures(stated: Changes, true: Changes) -> None:
    assert answers(errors(report_of(short(stated)))) == [[short(true)]]


def test_how_odd_a_change_is() -> None:
    slips = [(134, 143), (134, 13), (13, 134), (134, 1334), (1334, 134), (100, 10), (1, 12)]
    assert {pair: oddness(*pair) for pair in slips} == dict.fromkeys(slips, SLIP)
    assert oddness(134, 164) == DIGIT < oddness(4, 6) < oddness(134, 250) == oddness(0, 50) == OTHER


def test_slips_over_two_cells() -> None:
    assert exchanged((7, 134), (134, 7))
    assert split((13, 4), (134, 0))
    assert split((13, 47), (134, 7)) is False
    assert moved((0, 5), (5, 8))
    assert not moved((1, 5), (5, 8))


# --- blanks and figures that can be no count ------------------------------------------------------


def test_a_blank_that_belongs_to_the_repair_is_told() -> None:
    findings = errors(
        report_of({"applications.granted.natural": None, "applications.granted.total": 150})
    )
    assert answers(findings) == [[short({"granted.natural": 134, "granted.total": 143})]]
    assert findings[0].lines[0] == "表三 予以公开：自然人空白，疑应为134；总计填150，疑应为143"


def test_a_figure_is_blamed_only_with_what_was_not_read_in_sight() -> None:
    company = "applications.granted.company"
    wrong: dict[str, Value] = {"applications.granted.natural": 143, company: None}
    [found] = errors(report_of(wrong, raws={company: "7（含1件）"}))
    assert found.lines[0] == (
        "表三 予以公开：自然人填143，疑应为134；商业企业原文“7（含1件）”未采用，疑应为7"
    )
    blank = "applications.granted.research"
    [found] = errors(report_of(wrong | {company: 7, blank: None}, raws={blank: "0①"}))
    assert found.lines[0] == "表三 予以公开（自然人）填143，疑应为134"
    assert found.lines[1].endswith("；先核对没有读出的予以公开（科研机构）")
    [found] = errors(report_of(wrong | {company: 7, blank: None}, raws={blank: "/"}))
    assert "没有读出" not in found.message


def test_a_blank_takes_the_nearest_figure_that_its_neighbours_allow() -> None:
    changes = {"disputes.review.corrected": None, "disputes.review.total": 9}
    (finding,) = errors(report_of(changes))
    assert answers([finding]) == [[{"disputes.review.upheld": 9}, {"disputes.review.total": 10}]]


def test_the_total_column_blank_and_a_slip() -> None:
    totals = {
        f"applications.{row.id}.total": None
        for row in form("2021", "applications").rows
        if row.id != "handled"
    }
    findings = errors(report_of(totals | {"applications.unavailable_not_held.natural": 132}))
    assert answers(findings) == [[short({"unavailable_not_held.natural": 123})]]


def test_zeros_left_blank_and_an_error() -> None:
    sound = report_of().tables["applications"].entries
    blanks = {cell: None for cell, entry in sound.items() if entry.value == 0}
    assert answers(errors(report_of(blanks | {"applications.granted.natural": 143}))) == [
        [short({"granted.natural": 134})]
    ]
    # Two blanks would have to be filled for the other repair of one cell.
    assert answers(errors(report_of(blanks | {"applications.handled.legal": 33}))) == [
        [short({"handled.legal": 3})]
    ]


@pytest.mark.parametrize("bad", [-134, Decimal("13.4")])
def test_what_can_be_no_count_is_itself_suspect(bad: Value) -> None:
    findings = [
        finding
        for finding in errors(report_of({"applications.granted.natural": bad}))
        if finding.suspects
    ]
    assert answers(findings) == [[short({"granted.natural": 134})]]
    assert findings[0].suspects[0][0].stated == bad


def test_what_can_be_no_count_beside_another_error() -> None:
    wrong: dict[str, Value] = {
        "applications.granted.natural": -134,
        "applications.unavailable_not_held.company": 10,
    }
    found = answers([finding for finding in errors(report_of(wrong)) if finding.suspects])
    assert [short({"granted.natural": 134})] in found
    assert [short({"unavailable_not_held.company": 1})] in found


# --- real reports, cost ---------------------------------------------------------------------------


def source_of(case: str) -> Path:
    (source,) = (DOCUMENTS / case).glob("source.*")
    return source


def test_a_real_report_with_a_shifted_row() -> None:
    found = answers(errors(gongkai.read_report(source_of("broken-2022"))))
    assert found == [
        [short({"new.total": 44})],
        [
            short(
                {
                    "partly_granted.natural": 6,
                    "partly_granted.company": 1,
                    "partly_granted.research": 0,
                }
            )
        ],
        [{"disputes.review.total": 11}],
    ]


def broken_documents() -> Iterator[str]:
    for typed in sorted(DOCUMENTS.glob("*/findings.json")):
        if '"error"' in typed.read_text(encoding="utf-8"):
            yield typed.parent.name


@pytest.mark.parametrize("case", list(broken_documents()))
def test_real_reports_get_an_answer(case: str) -> None:
    findings = [
        finding for finding in errors(gongkai.read_report(source_of(case))) if "." in finding.rule
    ]
    assert findings
    assert all(
        finding.suspects
        for finding in findings
        if finding.rule.split(".")[0] in ("applications", "disputes")
    )


def test_a_sound_table_asks_nothing() -> None:
    table = report_of().tables["applications"]
    assert localize(table.form, as_written(table.values)) == []


def test_no_numbers_in_floating_point_are_needed() -> None:
    code = (
        "import sys\n"
        "from helpers.made import consistent, report_of, sound_values, table_of\n"
        "from gongkai.checks.whole import check\n"
        "for wrong in ({'applications.granted.natural': 143}, {'disputes.review.total': 12},\n"
        "  {'applications.granted.natural': 143, 'applications.handled.legal': 5},\n"
        "  {'applications.granted.natural': 135, 'applications.granted.company': 9},\n"
        "  {'applications.granted.natural': 7, 'applications.granted.company': 134}):\n"
        "    assert any(finding.suspects for finding in check(report_of(wrong)))\n"
        "print([name for name in ('scipy', 'highspy', 'numpy') if name in sys.modules])\n"
    )
    paths = [str(Path(gongkai.__file__).parent.parent), str(TESTS)]
    done = subprocess.run(
        [sys.executable, "-c", f"import sys; sys.path[:0] = {paths!r}\n{code}"],
        capture_output=True,
        text=True,
    )
    assert done.stdout.strip() == "[]", done.stderr


def test_the_work_for_one_table_is_bounded(monkeypatch: pytest.MonkeyPatch) -> None:
    """Totals left blank and many small errors leave thousands of ways: sets are counted, and where
    they are too many nothing is certain.
    """
    looked = 0
    extend = Search.extend

    def counting(search: Search, *arguments: Any) -> None:
        nonlocal looked
        looked += 1
        extend(search, *arguments)

    monkeypatch.setattr(Search, "extend", counting)
    sound = consistent(Random(2), "2021", largest=3)
    cells = [cell for cell in sound if not cell.endswith(".total")]
    wrong = {cell: sound[cell] + 1 for cell in Random(0).sample(cells, 30)}
    right = {cell: figure for cell, figure in sound.items() if cell in cells and cell not in wrong}
    table = table_of(wrong | right)
    assert set(localize(table.form, as_written(table.values))) == {UNKNOWN}
    assert looked <= MOST_STEPS + 1


def test_a_huge_figure_is_no_matter() -> None:
    wrong = {
        "granted.natural": 10**15,
        "partly_granted.company": 10**14 + 3,
        "new.legal": 77,
        "carried_out.other": 5,
    }
    for finding in errors(report_of(short(wrong))):
        assert finding.suspects
    assert answers(errors(report_of(short({"granted.natural": 10**15})))) == [
        [short({"granted.natural": 134})]
    ]
