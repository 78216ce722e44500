"""Decisions: under which key they are kept, where they count, and that a workbook gives them
back.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from gongkai.checks.whole import check
from gongkai.decisions import (
    apply_decisions,
    former_keys_of,
    in_order,
    is_open,
    key_of,
    keys_of,
)
from gongkai.model import Decision, Edit, Finding, Problem, Report, Suspect
from gongkai.output import check_to_dict, finding_lines
from gongkai.pipeline import fill
from gongkai.wording.findings import MOST_BELOW
from gongkai.wording.rules import rules_of
from gongkai.workbook import layout, read_workbook, write_workbook
from gongkai.workbook.file import (
    fill_file,
)
from gongkai.workbook.fill import broken_lanes, marks_of, planned, report_to_edits
from gongkai.workbook.lists import report_to_row
from gongkai.workbook.reading import values_to_report
from helpers.counts import properties
from helpers.decided import AT, DIRECT_RULE, REVIEW_RULE, TOTAL, WRONG, broken, decided, labelled
from helpers.excel.desk import calculated, open_desk, range_of
from helpers.made import only, report_of
from helpers.office import recalculated
from helpers.strategies import changed, reports

RULES = rules_of("rulings")

LEFT = ("dismissed", "甲")
PART, OTHER = "disputes.review.upheld", "applications.granted.natural"


# --- keys -----------------------------------------------------------------------------------------


@properties(60)
@given(reports(), st.data())
def test_keys_change_exactly_with_a_figure_of_their_finding(
    report: Report, data: st.DataObject
) -> None:
    cells = sorted(entry.cell for entry in report.entries())
    report = changed(
        report, data.draw(st.sampled_from(cells)), data.draw(st.sampled_from([None, 7_777_777]))
    )
    findings = check(report)
    keys = [keys_of(finding, report) for finding in findings]
    assert len(set(keys)) == len(keys)
    cell = data.draw(st.sampled_from(cells))
    other = changed(report, cell, data.draw(st.integers(8_000_000, 9_000_000)))
    for finding, key in zip(findings, keys, strict=True):
        assert (keys_of(finding, other) == key) == (cell not in finding.cells)


def test_a_figure_of_any_sum_that_a_cause_breaks_opens_it_again() -> None:
    wrong = {"applications.carried_in.company": 7_777_777}
    report = decided(report_of(wrong), "applications.balance.company")
    [finding] = check(report)
    assert not is_open(finding)
    other = report_of(wrong | {"applications.carried_in.legal": 8_000_000})
    again = only(replace(other, decisions=report.decisions), "applications.balance.company")
    assert key_of(again, other) == key_of(finding, report)
    assert is_open(again)


@properties(100)
@given(st.text(max_size=30))
def test_wording_severity_and_suspects_are_no_part_of_a_key(text: str) -> None:
    report = report_of(WRONG)
    finding = only(report, REVIEW_RULE)
    suspects = ((Suspect(TOTAL, 0, 11),),)
    said = replace(finding, facts={"x": text}, severity="note", suspects=suspects, cause="reading")
    assert key_of(said, report) == key_of(finding, report)
    [one] = finding.sums
    for other in (replace(one, stated=1), replace(one, computed=1), replace(one, cells=())):
        assert key_of(replace(finding, sums=(other,)), report) != key_of(finding, report)


def test_a_finding_without_cells_and_figures_is_known_by_its_facts() -> None:
    report = report_of()
    one, other = (
        Finding("coverage.table", "error", "lost", facts={"title": text}) for text in ("甲", "乙")
    )
    assert key_of(one, report) != key_of(other, report)
    assert key_of(Finding("years.carried", "error", "a", stated=3), report) == key_of(
        Finding("years.carried", "error", "b", stated=3), report
    )


def test_two_texts_that_found_no_cell_are_two_findings() -> None:
    problems = [
        Problem("applications", "new", "natural", text, "不是一个数字") for text in ("约5", "约6")
    ]
    problems += [Problem("applications", "new", "", text, "多出的数字") for text in ("7", "8")]
    report = report_of(problems=problems)
    found = [finding for finding in check(report) if finding.rule == "coverage.unplaced"]
    assert len({key_of(finding, report) for finding in found}) == len(found) == 2


def test_what_stands_in_a_doubtful_cell_is_a_figure_too() -> None:
    one, other = (report_of({OTHER: None}, raws={OTHER: raw}) for raw in ("12②", "13②"))
    findings = [only(report, "coverage.cell") for report in (one, other)]
    assert key_of(findings[0], one) != key_of(findings[1], other)
    assert key_of(findings[0], one) == key_of(replace(findings[0], facts={}), one)


# --- where they count -----------------------------------------------------------------------------


def test_a_dismissed_finding_counts_nowhere_and_is_never_hidden() -> None:
    report = broken()
    findings = check(report)
    assert [is_open(finding) for finding in findings] == [
        finding.rule != REVIEW_RULE for finding in findings
    ]
    row = report_to_row(report, findings, "a", "", "a.xlsm")
    assert row.errors == 1
    assert row.message.startswith("表四有误，5种改法，如①直接起诉（维持）3→96；")
    assert "各项之和比总计少93（直接起诉行）。" in row.message
    assert row.message.endswith("（另有1处已忽略）")
    sheet = layout.newest_sheet("disputes")
    assert TOTAL not in marks_of(sheet, report, findings, broken_lanes(report))
    cover = planned(report_to_edits(report, findings))[layout.COVER]
    assert [cover[spot] for spot in layout.COUNTED] == [1, 0, 0, 1]


def test_a_mark_goes_with_what_is_dismissed() -> None:
    report = report_of({OTHER: None}, raws={OTHER: "12②"})
    sheet = layout.newest_sheet("applications")
    dismissed = decided(report, "coverage.cell", "dismissed")
    confirmed = decided(report, "coverage.cell", "confirmed")
    broken = broken_lanes(report)
    marks = [marks_of(sheet, report, check(one), broken) for one in (report, dismissed, confirmed)]
    codes = [found[OTHER] - layout.MARK_BLANK for found in marks]
    assert codes == [2, 1, 2]  # a note on the same cell is left: what its figure can only be
    both = decided(decided(report, "coverage.cell"), "coverage.implied")
    assert OTHER not in marks_of(sheet, report, check(both), broken)


def test_lines_show_the_dismissed_at_the_end_under_the_same_number() -> None:
    plain = list(finding_lines(report_of(WRONG), check(report_of(WRONG))))
    assert plain[0] == "核对42项勾稽关系，2处错误："
    lines = list(finding_lines(broken(), check(broken())))
    assert lines[0] == "核对42项勾稽关系，1处错误，另有1处已忽略："
    assert lines[1:3] == plain[3:]
    assert lines[3] == plain[1].replace("✗ 错误", "○ 已忽略") + "（理由：已核实）"
    both = decided(broken(), DIRECT_RULE, reason="")
    lines = list(finding_lines(both, check(both)))
    assert lines[0] == "核对42项勾稽关系，没有其他错误，另有2处已忽略："
    assert "✓" not in "".join(lines)
    sure = decided(report_of(WRONG), REVIEW_RULE, "confirmed", "=1+1\n第二行")
    lines = list(finding_lines(sure, check(sure)))
    assert lines[:1] == plain[:1]
    assert lines[1] == plain[1] + "（已确认，理由：=1+1 第二行）"


def test_json_has_key_and_decision() -> None:
    report = broken()
    found = check_to_dict(report, check(report))["findings"]
    assert [item["ruling"] for item in found] == [
        {"verdict": "dismissed", "reason": "已核实"},
        None,
    ]
    assert found[0]["key"] == next(iter(report.decisions))


def test_the_order_and_the_numbers_stay() -> None:
    findings = check(broken())
    assert [finding.message for finding in findings] == [
        finding.message for finding in check(report_of(WRONG))
    ]
    assert [number for number, _ in in_order(findings)] == [2, 1]
    assert (
        apply_decisions(findings, report_of(WRONG)) == findings
    )  # nothing decided, nothing touched


# --- a workbook -----------------------------------------------------------------------------------


def written(report: Report, target: Path) -> Report:
    return read_workbook(write_workbook(report, check(report), target, overwrite=True))


def with_cells(path: Path, cells: Mapping[tuple[int, int], object]) -> Report:
    """What a person wrote into the results."""
    edits = [Edit(layout.RESULTS, *spot, value) for spot, value in cells.items()]  # type: ignore[arg-type]
    return read_workbook(fill_file(path, path, edits, overwrite=True))


def decide(path: Path, row: int, word: object, reason: object = None) -> Report:
    return with_cells(path, {(row, AT["verdict"]): word, (row, AT["reason"]): reason})


def results_of(path: Path) -> list[tuple[Any, ...]]:
    """The rows of the results as openpyxl reads them: this sheet alone, which is quick."""
    with closing(load_workbook(path, read_only=True)) as book:
        rows = book[layout.RESULTS].iter_rows(min_row=layout.RESULTS_TOP, max_col=max(AT.values()))
        return list(rows)[: layout.RESULTS_ROWS]


def shown(path: Path) -> list[tuple[object, ...]]:
    """(number, verdict, reason) of the rows of the results."""
    columns = [AT[name] - 1 for name in ("number", "verdict", "reason")]
    found = [tuple(cells[column].value for column in columns) for cells in results_of(path)]
    return [row for row in found if any(row)]


def test_decisions_survive_checks_and_come_back_with_their_figures(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsm"
    written(report_of(WRONG), path)
    report = decide(path, layout.RESULTS_TOP, "忽略", "已核实")
    for _ in range(2):
        assert report.decisions == broken().decisions
        report = written(report, path)
        assert shown(path) == [(2, None, None), (1, "忽略", "已核实")]
    report = written(changed_to(report, {PART: 12}), path)
    assert shown(path) == [(1, None, None), (2, None, None)]
    assert report.decisions == broken().decisions
    report = written(changed_to(report, {TOTAL: 13}), path)
    assert [row[0] for row in shown(path)] == [1]
    report = written(changed_to(report, {TOTAL: 0, PART: 10}), path)
    assert shown(path) == [(2, None, None), (1, "忽略", "已核实")]
    assert [is_open(finding) for finding in check(report)] == [False, True]


def changed_to(report: Report, figures: Mapping[str, int]) -> Report:
    found = report
    for cell, figure in figures.items():
        found = replace(changed(found, cell, figure), decisions=report.decisions)
    return found


@properties(25)
@given(reports(), st.data())
def test_a_page_and_its_workbook_give_the_same_keys(report: Report, data: st.DataObject) -> None:
    cells = sorted(entry.cell for entry in report.entries())
    chosen = data.draw(st.lists(st.sampled_from(cells), min_size=1, max_size=3, unique=True))
    for cell in chosen:
        report = changed(report, cell, data.draw(st.sampled_from([None, 5, 123_456_789])))
    findings = check(report)
    decisions: dict[str, Decision] = {}
    for finding in findings:
        drawn = data.draw(st.sampled_from([Decision("dismissed", "甲"), Decision("confirmed")]))
        decisions |= dict.fromkeys(keys_of(finding, report), drawn)
    report = replace(report, decisions=decisions)
    shown_again = values_to_report(labelled(planned(report_to_edits(report, check(report)))))
    assert shown_again.decisions == decisions
    assert all(finding.decision for finding in check(shown_again))


@pytest.mark.parametrize(
    "reason", ["=1+1", "第一行\n第二行", "+A1", "a" * 32_000, "_x000D_", "'引号", "2021", "1E5"]
)
def test_any_reason_comes_back_as_text(tmp_path: Path, reason: str) -> None:
    report = decided(report_of(WRONG), REVIEW_RULE, reason=reason)
    path = tmp_path / "a.xlsm"
    assert written(written(report, path), path).decisions == report.decisions
    reasons = [cells[AT["reason"] - 1] for cells in results_of(path)]
    assert [cell.data_type for cell in reasons if cell.value is not None] == ["s"]


@pytest.mark.parametrize(
    ("word", "says"), [("是", "处理“是”不能识别"), ("1", "处理“1”不能识别"), ("", "只填了理由")]
)
def test_a_word_that_is_none_is_told_and_kept(tmp_path: Path, word: str, says: str) -> None:
    path = tmp_path / "a.xlsm"
    written(report_of(WRONG), path)
    report = decide(path, layout.RESULTS_TOP, word or None, "甲")
    for _ in range(2):
        found = only(report, "rulings.verdict")
        assert (found.severity, is_open(found)) == ("warning", True)
        assert says in found.message
        assert "“确认”或“忽略”" in found.message
        assert all(is_open(finding) for finding in check(report))
        report = written(report, path)
        assert (1, word or None, "甲") in shown(path)
    assert [rule.id for rule in RULES] == ["rulings.verdict"]


@pytest.mark.parametrize("word", ["忽略", " 忽 略 ", "已忽略"])
def test_ways_to_write_a_verdict(tmp_path: Path, word: str) -> None:
    path = tmp_path / "a.xlsm"
    written(report_of(WRONG), path)
    assert decide(path, layout.RESULTS_TOP, word, "已核实").decisions == broken().decisions


def test_a_verdict_on_an_empty_row_is_told(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsm"
    written(report_of(WRONG), path)
    report = decide(path, layout.RESULTS_TOP + 9, "忽略")
    assert "没有问题的一行" in only(report, "rulings.verdict").message
    assert [
        finding.rule
        for finding in check(written(report, path))
        if finding.rule == "rulings.verdict"
    ] == []


def test_rows_may_be_sorted_whole_or_without_the_hidden_columns(tmp_path: Path) -> None:
    top = layout.RESULTS_TOP
    for columns in (range(1, 19), range(1, 14)):
        path = tmp_path / "a.xlsm"
        written(report_of(WRONG), path)
        decide(path, top, "忽略", "已核实")
        sheet = load_workbook(path)[layout.RESULTS]
        places = [(row, column) for row in (top, top + 1) for column in columns]
        swapped = {
            (2 * top + 1 - row, column): sheet.cell(row, column).value for row, column in places
        }
        swapped = {
            spot: value
            for spot, value in swapped.items()
            if spot[1] not in (AT["place"], AT["state"])
        }
        assert with_cells(path, swapped).decisions == broken().decisions


def test_what_is_decided_about_many_of_a_kind_is_kept_for_each(tmp_path: Path) -> None:
    problems = [Problem("", "", "", f"文字{number}", "没有放进表格") for number in range(120)]
    report = report_of(problems=problems)
    [many] = check(report)
    assert len(many.members) == len(keys_of(many, report)) == 120
    dismissed = dict.fromkeys(keys_of(many, report), Decision("dismissed", "乙"))
    report = replace(report, decisions=dismissed)
    assert written(report, tmp_path / "a.xlsm").decisions == dismissed
    assert [is_open(finding) for finding in check(report)] == [False]
    one_more = replace(report, problems=(*problems, Problem("", "", "", "又一处", "没有放进")))
    assert [is_open(finding) for finding in check(one_more)] == [False, True]


@pytest.mark.parametrize(
    ("one", "other", "rows", "is_counted"),
    [
        (("dismissed", "甲"), ("confirmed", "乙"), [(1, None, None), (None, "确认", "乙")], True),
        (
            ("dismissed", "甲"),
            ("dismissed", "乙"),
            [(1, "忽略", "甲"), (None, "忽略", "乙")],
            False,
        ),
    ],
)
def test_sums_of_a_cause_keep_what_was_decided_of_each(
    tmp_path: Path,
    one: tuple[str, str],
    other: tuple[str, str],
    rows: list[tuple[object, ...]],
    is_counted: bool,
) -> None:
    """Two verdicts or two reasons are never made one by writing and reading."""
    report = report_of({"applications.granted.total": 134})
    [cause] = check(report)
    given = zip(keys_of(cause, report), (one, other), strict=True)
    decisions = {key: Decision(verdict, reason) for key, (verdict, reason) in given}  # type: ignore[arg-type]
    report, path = replace(report, decisions=decisions), tmp_path / "a.xlsm"
    for _ in range(3):
        assert [is_open(finding) for finding in check(report)] == [is_counted]
        report = written(report, path)
        assert report.decisions == decisions
        assert shown(path) == rows


def test_what_an_earlier_version_decided_can_be_taken_back_in_its_row(tmp_path: Path) -> None:
    """Its key was made of the sentence; kept beside the new one it would come again."""
    report = report_of(problems=[Problem("", "", "", "约5", "不是一个数字")])
    [finding] = check(report)
    [former], [key] = former_keys_of(finding, report), keys_of(finding, report)
    assert former != key
    path = tmp_path / "a.xlsm"
    kept = replace(report, decisions={former: Decision("dismissed", "甲")})
    assert written(kept, path).decisions == {key: Decision("dismissed", "甲")}
    assert shown(path) == [(1, "忽略", "甲")]
    assert decide(path, layout.RESULTS_TOP, None).decisions == {}


def test_a_word_beside_a_further_sum_is_seen_and_told(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsm"
    written(report_of({"applications.granted.total": 134}), path)
    report = decide(path, layout.RESULTS_TOP + 1, "是")
    assert "处理“是”不能识别" in only(report, "rulings.verdict").message
    written(report, path)
    assert (None, "是", None) in shown(path)
    assert decide(path, layout.RESULTS_TOP + 1, None).decisions == {}


def test_a_cause_is_open_as_long_as_one_of_its_sums_is(tmp_path: Path) -> None:
    """Each sum is decided for itself, as before causes were found; so the list has a row for it."""
    report = report_of({"applications.granted.total": 134})
    [cause] = check(report)
    first, second = keys_of(cause, report)
    one = replace(report, decisions={second: Decision("dismissed", "甲")})
    assert [is_open(finding) for finding in check(one)] == [True]
    path = tmp_path / "a.xlsm"
    assert written(one, path).decisions == one.decisions
    assert shown(path) == [(1, None, None), (None, "忽略", "甲")]
    both = decide(path, layout.RESULTS_TOP, "忽略", "乙")
    assert set(both.decisions) == {first, second}
    assert [is_open(finding) for finding in check(both)] == [False]


def texts_in(path: Path) -> list[object]:
    """The texts of the list, an empty row for none."""
    texts = [cells[AT["message"] - 1].value for cells in results_of(path)]
    return [text for text in texts if text]


def unplaced(count: int) -> list[Problem]:
    return [Problem("", "", "", f"约{number}", "不是一个数字") for number in range(count)]


def test_each_of_many_has_a_row_and_is_decided_in_it(tmp_path: Path) -> None:
    """Eight texts that no cell was found for are one finding; the list has them below it."""
    path = tmp_path / "a.xlsm"
    report = report_of(problems=unplaced(8))
    written(report, path)
    [many] = check(report)
    told = [one.lines[0] for one in many.members]
    assert texts_in(path)[1:] == [f"其中　{text}" for text in told]
    decisions = decide(path, layout.RESULTS_TOP + 3, "忽略", "甲").decisions
    [key] = keys_of(many.members[2], report)
    assert decisions == {key: Decision("dismissed", "甲")}
    found = check(replace(report, decisions=decisions))
    assert [(len(one.members), is_open(one)) for one in found] == [(7, True), (0, False)]


def test_of_very_many_the_list_shows_the_first(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsm"
    written(report_of(problems=unplaced(60)), path)
    texts = texts_in(path)
    assert texts[-1] == "其中　另有10处，没有列出；请先改正以上各处，再重新校验"
    assert len(texts) == 1 + MOST_BELOW + 1


def test_an_emptied_verdict_is_taken_back(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsm"
    written(broken(), path)
    report = decide(path, layout.RESULTS_TOP + 1, None)
    assert report.decisions == {}
    assert all(is_open(finding) for finding in check(written(report, path)))


def test_an_older_sheet_has_no_decisions(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsm"
    written(broken(), path)
    assert with_cells(path, {(layout.RESULTS_TOP - 1, AT["verdict"]): "现状"}).decisions == {}


def test_a_new_fill_of_the_same_report_keeps_them_and_of_another_does_not(tmp_path: Path) -> None:
    path = tmp_path / "a.xlsm"
    written(broken(), path)
    page = report_of(WRONG)
    fill(page, check(page), path, overwrite=True)
    assert read_workbook(path).decisions == broken().decisions
    assert shown(path)[-1] == (1, "忽略", "已核实")
    for other in (replace(page, agency="白汀镇人民政府"), replace(page, year=2022)):
        written(broken(), path)
        fill(other, check(other), path, overwrite=True)
        assert read_workbook(path).decisions == {}


def test_the_sheet_offers_the_words_and_hides_the_keys(tmp_path: Path) -> None:
    path = write_workbook(broken(), check(broken()), tmp_path / "a.xlsm")
    sheet = load_workbook(path)[layout.RESULTS]
    choices = {str(item.sqref): item.formula1 for item in sheet.data_validations.dataValidation}
    last = layout.RESULTS_TOP + layout.RESULTS_ROWS - 1
    assert choices[f"K{layout.RESULTS_TOP}:K{last}"] == '"确认,忽略"'
    kept = [layout.RESULT_COLUMNS["key"], *layout.KEPT_COLUMNS.values()]
    hidden = [item for item in sheet.column_dimensions.values() if item.hidden]
    assert [any(item.min <= column <= item.max for item in hidden) for column in kept] == [True] * 4


# What 现状 says, and whether the cover tells of it, before anything is checked again: by the figure
# of the finding that was dismissed.
SAID = {
    0: (["仍不符", "已忽略"], True),
    5: (["仍不符", "仍不符"], False),
    11: (["仍不符", "已相符"], False),
}
STATES = [(row, AT["state"]) for row in (layout.RESULTS_TOP, layout.RESULTS_TOP + 1)]
IGNORED = "；“校验结果”中已忽略1处"


def with_figure(figure: int, folder: Path) -> Path:
    path = write_workbook(broken(), check(broken()), folder / f"{figure}.xlsm")
    spot = layout.newest_sheet("disputes").cells[TOTAL]
    return fill_file(path, path, [Edit("表四", *spot, figure)], overwrite=True)


def test_the_sheet_says_so_at_once(tmp_path: Path) -> None:
    desk = open_desk(write_workbook(broken(), check(broken()), tmp_path / "a.xlsm"))
    total = layout.newest_sheet("disputes").cells[TOTAL]
    for figure, said in SAID.items():
        range_of(desk, "表四", total).vba_set("Value", figure)
        states = [calculated(desk, layout.RESULTS, spot) for spot in STATES]
        assert (states, IGNORED in str(calculated(desk, layout.COVER, layout.LIVE_SPOT))) == said


@pytest.mark.slow
def test_the_sheet_says_so_at_once_in_libreoffice(tmp_path: Path) -> None:
    (tmp_path / "out").mkdir()
    files = recalculated([with_figure(figure, tmp_path) for figure in SAID], tmp_path / "out")
    for figure, file in zip(SAID, files, strict=True):
        book = load_workbook(file, data_only=True)
        states = [book[layout.RESULTS].cell(*spot).value for spot in STATES]
        ignored = IGNORED in str(book[layout.COVER].cell(*layout.LIVE_SPOT).value)
        assert (states, ignored) == SAID[figure]
    assert read_workbook(files[0]).decisions == broken().decisions
