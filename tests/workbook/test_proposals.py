"""Proposals as text, what was typed beside them, and what it changes, without a workbook around
it.
"""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.checks.whole import check
from gongkai.decisions import keys_of
from gongkai.model import BrokenSum, Finding, Report, Suspect, WorkbookError
from gongkai.workbook import layout
from gongkai.workbook.adopting import (
    adoption_edits,
    log_edits,
    refuse_formulas,
    refuse_unmended,
    with_changes,
)
from gongkai.workbook.fill import broken_lanes, marks_of, planned, report_to_edits
from gongkai.workbook.layout import sheet_of
from gongkai.workbook.proposals import (
    Choice,
    ShownRow,
    adoptions_of,
    alternative_number,
    choice_of,
    forms_of,
    proposal_text,
    question_of,
    shown_rows,
    shows,
    typed_choices,
)
from helpers.counts import properties
from helpers.made import (
    only,
    report_of,
    saying,
)

NATURAL, TOTAL = "applications.granted.natural", "applications.granted.total"
ONE = ((Suspect(NATURAL, 143, 134),),)
TWO = (*ONE, (Suspect(TOTAL, 143, 152), Suspect("applications.handled.total", None, 460)))
WRONG = report_of({NATURAL: 143})
FORMS = forms_of(WRONG.tables)
ADOPT = layout.RESULT_COLUMNS["adopt"]
RULE = "applications.across.granted"


def finding(suspects: tuple[tuple[Suspect, ...], ...], stated: int = 143, raw: str = "") -> Finding:
    [relation] = [one for one in FORMS["applications"].relations if one.rule == RULE]
    broken = BrokenSum((relation,), (NATURAL, TOTAL), stated, 152, 152 - stated)
    return Finding(
        RULE,
        "error",
        "",
        (NATURAL, TOTAL),
        suspects=suspects,
        facts={"odd": ((NATURAL, raw),)} if raw else {},
        form=FORMS["applications"],
        sums=(broken,),
    )


def list_of(report: Report, findings: list[Finding]) -> dict[tuple[int, int], object]:
    return planned(report_to_edits(report, findings))[layout.RESULTS]


# --- as text --------------------------------------------------------------------------------------


def test_a_proposal_names_table_cell_and_both_figures() -> None:
    assert proposal_text(ONE, FORMS) == "①表三 （一）予以公开·自然人 143→134"
    assert proposal_text((), FORMS) == ""


def test_alternatives_stand_on_lines_of_their_own() -> None:
    assert proposal_text(TWO, FORMS).split("\n") == [
        "①表三 （一）予以公开·自然人 143→134",
        "②表三 （一）予以公开·总计 143→152，（七）总计·总计 （无数字）→460",
    ]


def test_more_alternatives_than_digits_are_counted() -> None:
    many = tuple((Suspect(NATURAL, 143, number),) for number in range(12))
    lines = proposal_text(many, FORMS).split("\n")
    assert lines[8].startswith("⑨")
    assert lines[9:] == ["另有3种改法，未列出"]


def test_the_list_shows_proposals_and_leaves_room_for_their_numbers() -> None:
    cells = list_of(WRONG, [finding(TWO), finding(())])
    columns = layout.RESULT_COLUMNS
    shown = [cells[layout.RESULTS_TOP + row, columns["proposal"]] for row in (0, 1)]
    assert shown == [proposal_text(TWO, FORMS), None]
    assert {cells[layout.RESULTS_TOP + row, ADOPT] for row in range(layout.RESULTS_ROWS)} == {None}


# --- what was typed -------------------------------------------------------------------------------


@pytest.mark.parametrize("typed", [2.0, 2, "2", "２", "②", " 2 "])
def test_a_number_in_any_digits(typed: object) -> None:
    cells = list_of(WRONG, [finding(TWO)])
    cells[layout.RESULTS_TOP, ADOPT] = typed
    [choice] = typed_choices(shown_rows(cells), [finding(TWO)], WRONG)
    assert (choice.number, choice.alternative) == ("1", TWO[1])


@properties(100)
@given(typed=st.one_of(st.text(min_size=1), st.integers(), st.floats(allow_nan=False)))
def test_anything_else_is_refused_with_a_sentence(typed: object) -> None:
    row = ShownRow(4, "1", "", "", str(typed).strip())
    if len(row.adopt) == 1 and unicodedata.digit(row.adopt, 0):
        assert alternative_number(row) == unicodedata.digit(row.adopt)
        return
    with pytest.raises(WorkbookError, match="第1条的“采纳”不是1到9的整数"):
        alternative_number(row)


def test_a_number_beside_nothing_is_refused() -> None:
    cells: dict[tuple[int, int], object] = {(60, ADOPT): 1}
    with pytest.raises(WorkbookError, match="第60行没有列出问题，不能采纳；请清空"):
        typed_choices(shown_rows(cells), [finding(TWO)], WRONG)


@pytest.mark.parametrize(
    ("number", "suspects", "told"),
    [(3, TWO, "只有2种改法，没有第3种"), (0, TWO, "有2种改法，请先选定一种"), (1, (), "没有建议")],
)
def test_a_number_that_fits_no_alternative(
    number: int, suspects: tuple[tuple[Suspect, ...], ...], told: str
) -> None:
    row = shown_rows(list_of(WRONG, [finding(suspects)]))[0]
    with pytest.raises(WorkbookError, match=told):
        choice_of(row, number, [finding(suspects)], WRONG)


def test_the_only_alternative_needs_no_number() -> None:
    row = shown_rows(list_of(WRONG, [finding(ONE)]))[0]
    assert choice_of(row, 0, [finding(ONE)], WRONG).alternative == ONE[0]


@pytest.mark.parametrize(
    "now",
    [
        finding(ONE, 144),
        finding(TWO),
        finding(((Suspect(NATURAL, 143, 133),),)),
        finding(()),
    ],
)
def test_a_row_that_is_older_than_the_figures_is_refused(now: Finding) -> None:
    row = shown_rows(list_of(WRONG, [finding(ONE)]))[0]
    with pytest.raises(WorkbookError, match="数字已有变动，请重新校验"):
        choice_of(row, 1, [now], WRONG)


@properties(100)
@given(text=st.text())
def test_a_row_with_any_text_is_recognised(text: str) -> None:
    """What the source says besides is no part of what is matched: a workbook keeps no texts."""
    told = finding(ONE, raw=text)
    row = shown_rows(list_of(WRONG, [told]))[0]
    assert choice_of(row, 1, [finding(ONE)], WRONG).finding == finding(ONE)


# --- what it changes ------------------------------------------------------------------------------


def test_the_same_change_twice_is_one_and_two_for_a_cell_are_refused() -> None:
    row = ShownRow(4, "1", "", "", "")
    one, other = finding(ONE), finding(((Suspect(NATURAL, 143, 99),),))

    def choices(*findings: Finding) -> list[object]:
        rows = [replace(row, number=str(n)) for n in range(1, len(findings) + 1)]
        return [
            choice_of(shown(each, line), 1, [each], WRONG)
            for each, line in zip(findings, rows, strict=True)
        ]

    def shown(told: Finding, line: ShownRow) -> ShownRow:
        proposal = proposal_text(told.suspects, FORMS)
        keys = keys_of(told, WRONG)
        return replace(line, message=told.message, proposal=proposal, keys=keys)

    [change] = adoptions_of(choices(one, one), WRONG)  # type: ignore[arg-type]
    assert question_of(change) == "把 表三 （一）予以公开·自然人 由143改为134"
    with pytest.raises(
        WorkbookError, match="第1条和第2条对表三 （一）予以公开·自然人的建议不同（134和99）"
    ):
        adoptions_of(choices(one, other), WRONG)  # type: ignore[arg-type]


def adopted(
    stood: object, log: dict[tuple[int, int], object] | None = None
) -> dict[str, dict[tuple[int, int], object]]:
    values = {**planned(report_to_edits(WRONG, [])), layout.LOG: log or {}}
    sheet = sheet_of("applications", "2021")
    values[sheet.name][sheet.cells[NATURAL]] = stood
    row = shown_rows(list_of(WRONG, [finding(ONE)]))[0]
    changes = adoptions_of([choice_of(row, 1, [finding(ONE)], WRONG)], WRONG)
    assert with_changes(values, changes)[sheet.name][sheet.cells[NATURAL]] == 134
    return planned(adoption_edits(changes, values, report_of(), []))


@pytest.mark.parametrize(
    ("stood", "kept"),
    [
        (143.0, 143),
        (None, "（无数字）"),
        ("/", "/"),
        ("？=HYPERLINK(1)", "？=HYPERLINK(1)"),
        (0.5, 0.5),
    ],
)
def test_the_log_keeps_what_stood_there(stood: object, kept: object) -> None:
    edits = adopted(stood)
    line = {
        name: edits[layout.LOG][layout.LOG_TOP, column]
        for name, column in layout.LOG_COLUMNS.items()
    }
    time = line.pop("time")
    assert isinstance(time, str)
    assert len(time) == len("2026-11-24 09:30:00")
    stated = line.pop("stated")
    assert (float(stated) if isinstance(stated, Decimal) else stated) == kept
    assert line == {
        "table": "表三",
        "cell": "D7",
        "name": "（一）予以公开·自然人",
        "proposed": 134,
        "reason": (
            "applications.across.granted：表三 予以公开（自然人）填143，疑应为134。各列之和比总"
            "计多9（予以公开行）。"
        ),
    }


def test_nothing_but_figures_log_and_flags_is_written() -> None:
    edits = adopted(143)
    sheet = sheet_of("applications", "2021")
    assert set(edits["表三"]) == {
        sheet.cells[NATURAL],
        *sheet.marks.values(),
        *sheet.sources.values(),
    }
    assert set(edits[layout.COVER]) == set(layout.COUNTED)
    assert layout.PROSE not in edits
    assert layout.TOOL not in edits


def test_the_log_is_appended_to() -> None:
    held: dict[tuple[int, int], object] = {
        (layout.LOG_TOP + 40, 7): "旧",
        (layout.LOG_TOP + 90, 30): "别处",
    }
    assert min(row for row, _ in adopted(143, held)[layout.LOG]) == layout.LOG_TOP + 41


def test_a_full_log_is_refused() -> None:
    full: dict[tuple[int, int], object] = {(layout.LOG_TOP + layout.LOG_ROWS - 1, 1): "旧"}
    with pytest.raises(WorkbookError, match="已经写满"):
        adopted(143, full)


def test_a_formula_is_never_overwritten() -> None:
    row = shown_rows(list_of(WRONG, [finding(ONE)]))[0]
    changes = adoptions_of([choice_of(row, 1, [finding(ONE)], WRONG)], WRONG)
    refuse_formulas(changes, {"表三": {(8, 4)}, "表四": {(7, 4)}})
    with pytest.raises(WorkbookError, match="'表三'!D7（表三 （一）予以公开·自然人）是公式"):
        refuse_formulas(changes, {"表三": {(7, 4)}})


def test_choices_that_leave_any_sum_of_their_cause_broken_are_refused() -> None:
    """143 breaks the sum of its column and that of its row; after the changes the second alone."""
    cause = only(WRONG, RULE)
    assert cause.rule != RULE
    choices = [Choice("1", cause, alternative) for alternative in TWO]
    left = [finding(())]
    assert [one.rule for one in left] == [RULE]
    with pytest.raises(WorkbookError, match="所选的几种改法不能同时采纳：都改以后，第1条仍不相符"):
        refuse_unmended(choices, left)
    refuse_unmended(choices, check(report_of({"disputes.review.total": 10})))
    refuse_unmended(choices[:1], left)


def test_reports_and_checks_leave_the_log_alone() -> None:
    assert layout.LOG not in planned(report_to_edits(WRONG, check(WRONG)))
    assert list(log_edits([], {layout.LOG: {}}, "")) == []


# --- marks ----------------------------------------------------------------------------------------


def marks(report: Report, *findings: Finding) -> dict[str, int]:
    return marks_of(sheet_of("applications", "2021"), report, findings, broken_lanes(report))


def test_a_suspect_has_the_gravest_mark_and_one_of_several_a_lighter_one() -> None:
    sure, maybe = (layout.SUSPECT_CODES[name] for name in ("suspect", "possible"))  # type: ignore[index]
    assert max(layout.MARK_CODES.values()) < maybe < sure
    assert marks(WRONG, finding(ONE)) == {NATURAL: sure + layout.MARK_ALL}
    found = marks(WRONG, finding(TWO))
    assert found[NATURAL] == maybe + layout.MARK_ALL
    assert found["applications.handled.total"] == maybe
    shared = ((*ONE[0], TWO[1][0]), (*ONE[0], TWO[1][1]))
    found = marks(WRONG, finding(shared))
    assert [found[cell] - found[cell] // 10 * 10 for cell in (NATURAL, TOTAL)] == [sure, maybe]
    assert marks(WRONG, finding(TWO), finding(ONE))[NATURAL] == sure + layout.MARK_ALL
    error = Finding("coverage.negative", "error", "", (NATURAL,), form=FORMS["applications"])
    assert marks(WRONG, finding(TWO), error)[NATURAL] == layout.MARK_CODES["error"]
    assert marks(WRONG, finding(ONE), error)[NATURAL] == sure
    for severity in ("note", "warning"):
        other = saying("", severity, (NATURAL,))  # type: ignore[arg-type]
        under = layout.MARK_OVER * layout.MARK_CODES[severity]  # type: ignore[index]
        assert marks(WRONG, finding(ONE), other)[NATURAL] == sure + layout.MARK_ALL + under
        assert marks(WRONG, finding(TWO), other)[NATURAL] == maybe + layout.MARK_ALL + under


def test_a_mark_knows_how_it_is_to_go_out() -> None:
    sure = layout.SUSPECT_CODES["suspect"]
    blank = report_of({NATURAL: None, TOTAL: 5})
    assert marks(blank, finding(((Suspect(NATURAL, None, 0),),))) == {
        NATURAL: sure + layout.MARK_BLANK
    }
    one_lane = report_of({NATURAL: 143, TOTAL: 152, "applications.handled.total": 460})
    assert marks(one_lane, finding(ONE))[NATURAL] == sure + layout.MARK_ANY


def test_what_the_source_added_to_a_message_does_not_make_it_old() -> None:
    """A workbook keeps no texts of the source, and is not read a second time."""
    stated = {"applications.granted.natural": 143}
    report = report_of(stated)
    forms = forms_of(report.tables)
    finding = only(report, "applications.across.granted")
    told = f"可能是读取有误，不一定是报告的错误。{finding.message}原文“143件”"
    keys = keys_of(finding, report)
    row = ShownRow(9, "1", told, proposal_text(finding.suspects, forms), "", keys)
    assert shows(row, finding, report)
    later = report_of(stated | {"applications.granted.other": 2})
    other = only(later, "applications.across.granted")
    assert not shows(row, other, later)
    assert not shows(replace(row, keys=keys_of(other, later)[1:]), finding, report)
