"""The prose of sections one and six against the tables: labelled clauses, properties, hostile
prose.
"""

from __future__ import annotations

from collections import Counter
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

import narrative as benchmark
from gongkai.checks.narrative import Claim, claims
from gongkai.checks.narrative.context import ClauseState, Paragraph, Subject
from gongkai.checks.narrative.paragraphs import (
    paragraphs,
    read_clauses,
    spans_to_read,
    tokens_in,
)
from gongkai.checks.narrative.tokens import spelt
from gongkai.checks.narrative.words import Word, lexicon, narrow, own_words
from gongkai.checks.whole import check
from gongkai.model import Report, Value
from gongkai.wording.rules import rules_of
from helpers.counts import LEVEL, counted, properties
from helpers.growth import LINEAR, doubling
from helpers.made import older, report_of
from helpers.narratives import SETS, cases, claims_of, findings_of, judged, traps
from helpers.narratives import Case as Labelled

RULES = rules_of("narrative")

ALL = [(name, case) for name in SETS for case in cases(name)]
# What the grammar does not find, or reads otherwise, and is known to: claims and findings of the
# labels.
MISSED = 24


VALID: dict[str, Value] = {"disclosure.normative.valid": 388}


def prose(
    text: str, changes: dict[str, Value] | None = None, *, section: int = 1, year: int = 2021
) -> Report:
    return replace(report_of(changes, year=year), sections={section: text})


def only_claim(text: str) -> Claim:
    (claim,) = claims(prose(text))
    return claim


def found(
    text: str, changes: dict[str, Value] | None = None
) -> list[tuple[str, str, Value, Value]]:
    return [(f.severity, f.rule, f.stated, f.computed) for f in judged(prose(text, changes))]


def test_prose_that_may_be_of_another_scope_is_no_evidence() -> None:
    """部分公开 is 85 by all sums; 县政府办部分公开85件 may be a part of them."""
    wrong: dict[str, Value] = {"applications.partly_granted.total": 90}
    own, others = "全年部分公开85件。", "县政府办部分公开85件。"
    assert "正文第一节第1段写85" in check(prose(own, wrong))[0].lines[1]
    cause, *_, note = check(prose(others, wrong))
    assert "正文" not in cause.lines[1]
    assert (note.severity, note.says) == ("note", "other")


# --- the labelled sets ----------------------------------------------------------------------------


@pytest.mark.parametrize(
    "case", [case for _, case in ALL], ids=[f"{name}-{case.text[:24]}" for name, case in ALL]
)
def test_no_false_warning(case: Labelled) -> None:
    extra = findings_of(case.report) - case.findings
    assert [text for text in extra if text.startswith("warning")] == []


@pytest.mark.parametrize("report", traps(), ids=lambda report: report.sections[1][:24])
def test_no_trap_is_warned_of(report: Report) -> None:
    assert [finding.message for finding in judged(report) if finding.severity == "warning"] == []


@pytest.mark.parametrize("case", list(cases("clauses")), ids=lambda case: case.text[:24])
def test_each_clause_is_read_as_labelled(case: Labelled) -> None:
    assert (claims_of(case.report), findings_of(case.report)) == (case.claims, case.findings)


def test_the_held_out_sets_lose_no_more_than_is_known() -> None:
    missing: Counter[str] = Counter()
    for _, case in ALL:
        missing += case.claims - claims_of(case.report)
        missing += case.findings - findings_of(case.report)
    assert missing.total() <= MISSED, missing


def test_the_sets_are_as_large_as_promised() -> None:
    assert len(ALL) >= 200
    assert len(traps()) >= 100
    rules = {finding.split()[1] for _, case in ALL for finding in case.findings}
    assert rules == {rule.id for rule in RULES} - {"narrative.too_long", "narrative.year"}


def test_the_benchmark_prints_and_passes(capsys: pytest.CaptureFixture[str]) -> None:
    assert benchmark.main() == 0
    assert "| all |" in capsys.readouterr().out


# --- findings -------------------------------------------------------------------------------------


def test_a_finding_says_what_where_and_by_how_much() -> None:
    (finding,) = judged(prose("总的说明。\n\n全年共收到政府信息公开申请460件，平稳有序。"))
    assert (finding.rule, finding.severity) == ("narrative.received", "warning")
    assert finding.lines == (
        "正文第一节第2段写460件，表三 新收（总计）为455件",
        "“全年共收到政府信息公开申请460件”，差5件；请核对是正文还是表格有误，改成一致",
    )
    assert finding.cells == ("applications.new.total",)
    assert (finding.stated, finding.computed, finding.difference) == (455, 460, 5)


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        ("（二）依申请公开。2020年新收政府信息公开申请455件。", {}),
        ("2020年，我县共收到政府信息公开申请455件。", {}),
        ("2022年新收政府信息公开申请455件。", {}),
        ("二〇二〇年新收政府信息公开申请455件。", {}),
        ("二○二○年，我县共收到政府信息公开申请455件。", {}),
        (
            "截至2020年底，现行有效的行政规范性文件共388件。",
            {**VALID, "disclosure.normative.made": 43, "disclosure.normative.repealed": 5},
        ),
        ("2020年制发行政规范性文件43件。", {"disclosure.normative.made": 43}),
    ],
)
def test_this_year_s_figure_under_another_year(text: str, changes: dict[str, Value]) -> None:
    (finding,) = judged(prose(text, changes))
    year = "2022" if "2022" in text else "2020"
    assert (finding.rule, finding.severity) == ("narrative.year", "warning")
    assert f"写的是{year}年" in finding.message


@pytest.mark.parametrize(
    ("text", "changes"),
    [
        ("2020年新收政府信息公开申请420件，2021年455件。", {}),
        ("2020年新收申请455件，2021年新收申请455件，与上年持平。", {}),
        ("2021年新收政府信息公开申请455件，与2020年的455件持平。", {}),
        ("由2020年结转的政府信息公开申请8件。", {}),
        ("二〇二一年新收政府信息公开申请455件，与二〇二〇年持平。", {}),
        (
            "截至2020年底，现行有效的行政规范性文件共388件。",
            {**VALID, "disclosure.normative.made": 5, "disclosure.normative.repealed": 5},
        ),
        ("2020年新收政府信息公开申请9件。", {"applications.new.total": 9}),
        ("2020年县教育局收到政府信息公开申请455件。", {}),
        ("“2020年新收护照申请455件。", {}),
    ],
)
def test_what_is_said_of_another_year_is_none_of_it(text: str, changes: dict[str, Value]) -> None:
    assert "narrative.year" not in [finding.rule for finding in judged(prose(text, changes))]


def test_every_example_is_what_the_check_says() -> None:
    """The example of each rule, from its own clause on a table that differs."""
    tables: dict[str, dict[str, Value]] = {
        "narrative.documents": {"disclosure.normative.made": 43},
        "narrative.decisions": {"disclosure.permits.decisions": 274},
        "narrative.fees": {"disclosure.fees.amount": Decimal("35.2")},
    }
    for rule in RULES:
        if rule.id in ("narrative.too_long", "narrative.year"):
            continue
        place, rest = rule.example.split("“", 1)
        text = rest.split("”，差", 1)[0]
        section = 6 if place.startswith("正文第六节") else 1
        before = "政府信息公开申请办理情况。\n" if "第2段" in place else ""
        before += "收到申请455件，" if rule.id == "narrative.applicants" else ""
        got = judged(prose(before + text, tables.get(rule.id), section=section))
        assert [finding.message for finding in got] == [rule.example], rule.id


def test_the_checks_of_a_report_hold_them() -> None:
    assert ("warning", "narrative.received") in [
        (f.severity, f.rule) for f in check(prose("收到申请460件。"))
    ]


def test_blank_cells_say_nothing() -> None:
    assert found("收到申请460件。", {"applications.new.total": None}) == []
    text = "依申请公开中，不予公开19件。"
    assert found(text) == [("warning", "narrative.group", 5, 19)]
    assert found(text, {"applications.refused_inquiry.total": None}) == []


def test_a_missing_table_says_nothing() -> None:
    report = replace(report_of(without="applications"), sections={1: "收到申请460件。"})
    assert judged(report) == []
    assert [claim.quantity.cells for claim in claims(report)] == [("applications.new.total",)]


def test_the_edition_of_the_table_is_read() -> None:
    """In 2019 （六）其他处理 is one row, and documents have other columns."""
    text = "2020年收到申请3件，其他处理4件；新制作规范性文件5件，废止规范性文件1件。"
    report = replace(older(), sections={1: text})
    got = [(finding.cells, finding.stated, finding.computed) for finding in judged(report)]
    assert got == [(("applications.other.total",), 3, 4), (("disclosure.normative.made",), 3, 5)]


def test_sums_over_the_cells_of_a_group_and_of_both_litigation_blocks() -> None:
    assert only_claim("政府信息公开行政诉讼46件。").quantity.cells == (
        "disputes.direct_litigation.total",
        "disputes.reviewed_litigation.total",
    )
    assert only_claim("收办申请463件。").quantity.cells == (
        "applications.new.total",
        "applications.carried_in.total",
    )
    assert len(only_claim("依申请公开中，不予公开5件。").quantity.cells) == 8


def test_a_body_within_may_have_less_but_not_more() -> None:
    assert found("县公安局收到政府信息公开申请35件。") == []
    assert found("县公安局收到政府信息公开申请600件。") == [
        ("note", "narrative.received", 455, 600)
    ]


@pytest.mark.parametrize(
    "text", ["行政诉讼和行政许可决定5件。", "规范性文件、行政许可决定分别为3件、5件。"]
)
def test_things_of_two_kinds_share_no_figure(text: str) -> None:
    assert claims(prose(text)) == ()


def test_only_sections_one_and_six_are_read() -> None:
    report = replace(report_of(), sections={5: "收到申请460件。"})
    assert claims(report) == ()


def test_a_section_beyond_all_measure_is_read_in_part_and_says_so() -> None:
    example = next(rule.example for rule in RULES if rule.id == "narrative.too_long")
    report = prose("收到申请460件。" + "工作平稳。" * 10_000 + "收到申请470件。")
    assert [(f.rule, f.computed, f.message == example) for f in judged(report)] == [
        ("narrative.received", 460, False),
        ("narrative.too_long", None, True),
    ]


def test_a_cut_never_makes_another_figure() -> None:
    text = "工作平稳。" * 9_999 + "收到申请"
    for length in range(1, 8):
        assert claims(prose(text[length:] + "0" * 2 * length + "5件。" + "工作平稳。" * 9)) == ()


def test_a_line_broken_by_the_page_is_one_paragraph() -> None:
    text = "2021年，青溪县认真做好依申请公开工作，全年共收到政府信息公开\n申请460件。"
    (claim,) = claims(prose(text))
    assert (claim.figure, claim.paragraph) == (460, 1)


# --- properties -----------------------------------------------------------------------------------

CLAUSES = {
    "全年新收政府信息公开申请{}件": "applications.new.total",
    "上年结转政府信息公开申请{}件": "applications.carried_in.total",
    "政府信息公开申请办结{}件": "applications.handled.total",
    "政府信息公开申请结转下年度{}件": "applications.carried_out.total",
    "对政府信息公开申请予以公开{}件": "applications.granted.total",
    "因政府信息公开引发行政复议{}件": "disputes.review.total",
    "制发行政规范性文件{}件": "disclosure.normative.made",
    "作出行政处罚决定{}件": "disclosure.penalties.decisions",
}
SURROUNDINGS = st.sampled_from(
    [
        "",
        "工作平稳有序。",
        "发布解读材料32篇，",
        "同比增长12.5%。",
        "2020年为18件。",
        "网站访问量123456次；",
        "收到留言35件。",
    ]
)
COUNTS = st.integers(0, 10**7)


@properties(60)
@given(st.sampled_from(list(CLAUSES)), COUNTS, COUNTS)
def test_other_figures_warn_and_equal_ones_do_not(clause: str, table: int, text: int) -> None:
    got = judged(prose(clause.format(text), {CLAUSES[clause]: table}))
    expected = [] if table == text else [("warning", table, text, text - table)]
    assert [(f.severity, f.stated, f.computed, f.difference) for f in got] == expected


@properties(60)
@given(st.sampled_from(list(CLAUSES)), COUNTS, SURROUNDINGS, SURROUNDINGS)
def test_the_text_around_changes_nothing(clause: str, count: int, before: str, after: str) -> None:
    got = claims(prose(f"{before}{clause.format(count)}，{after}"))
    assert [(claim.quantity.name, claim.figure, claim.scope) for claim in got] == [
        (CLAUSES[clause], count, "same")
    ]


@properties(60)
@given(
    st.sampled_from(list(CLAUSES)),
    st.sampled_from(["县本级", "县政府办公室", "代表县政府", "全县", "各乡镇", "本级"]),
)
def test_words_for_another_scope_make_it_a_note(clause: str, scope: str) -> None:
    got = judged(prose(f"{scope}{clause.format(987654)}", {CLAUSES[clause]: 3}))
    assert [finding.severity for finding in got] == ["note"]


@pytest.mark.parametrize(
    "written", ["1,234件", "１２３４件", "1234 件", "一千二百三十四件", "0.1234万件", "1234宗"]
)
def test_numbers_in_every_hand(written: str) -> None:
    assert only_claim(f"全年收到政府信息公开申请{written}。").figure == 1234


@pytest.mark.parametrize(
    ("letters", "number"),
    [
        ("三十五", 35),
        ("十", 10),
        ("一百零五", 105),
        ("两", 2),
        ("零", 0),
        ("一二", -1),
        ("百千", -1),
    ],
)
def test_spelt_numbers(letters: str, number: int) -> None:
    assert spelt(letters) == number


# --- words ----------------------------------------------------------------------------------------


def test_no_word_has_two_meanings() -> None:
    found: dict[str, set[Word]] = {}
    for text, word in own_words():
        found.setdefault(narrow(text), set()).add(word)
    assert {text: words for text, words in found.items() if len(words) > 1} == {}


def test_the_labels_of_the_form_are_words() -> None:
    words = lexicon()
    assert words["属于四类过程性信息"] == Word("outcome", "refused_process")
    assert words["社会公益组织"] == Word("applicant", "welfare")
    assert words["未经复议直接起诉"] == Word("topic", "direct_litigation")


# --- values -----------------------------------------------------------------------------------


@pytest.mark.parametrize("name", SETS)
def test_what_is_handed_on_is_not_changed(name: str) -> None:
    """The state before a paragraph, read from twice, gives the same; it is still what it was."""
    for case in cases(name):
        text = "".join(paragraphs("".join(case.report.sections.values())))
        tokens = tokens_in(text, spans_to_read(text) or [(0, len(text))], case.report.agency)
        paragraph = Paragraph(text, tokens, case.report.year, case.report.agency)
        state = ClauseState(Subject("applications", about=True))
        once, again = read_clauses(paragraph, state), read_clauses(paragraph, state)
        assert once == again
        assert state == ClauseState(Subject("applications", about=True))


# --- hostile prose --------------------------------------------------------------------------------

HOSTILE = {
    "digits": "1",
    "thousands": "1,111",
    "numerals": "十",
    "open brackets": "（收到申请",
    "one clause": "收到申请和",
    "no stop": "予以公开、自然人、",
    "figures": "5件、",
    "joined": "受理申请、5件",
    "pending": "收到申请，共",
    "denied": "未收到申请，",
    "list": "行政复议、分别为5件、",
    "scopes": "县人民政府全县",
    "names": "青溪县人民政府政府",
    "among": "其中收到申请5件，",
    "sentences": "收到申请5件。",
    "lines": "收到申请5件\n",
    "books": "《",
    "years": "2021年结转",
}
LENGTH = 1_000 if LEVEL == "few" else 5_000  # characters


@counted
@pytest.mark.parametrize("piece", HOSTILE.values(), ids=HOSTILE)
def test_hostile_prose_takes_linear_time(piece: str) -> None:
    def sized(length: int) -> Report:
        return prose(piece * (length // len(piece)) + "5件")

    assert doubling(judged, sized, LENGTH) < LINEAR


@properties(200)
@given(
    st.lists(
        st.sampled_from(
            [*list(lexicon())[::7], "5件", "，", "、", "。", "（", "）", "分别为", "2021年", "未"]
        ),
        max_size=30,
    )
)
def test_any_words_in_any_order_are_read(words: list[str]) -> None:
    for claim in claims(prose("".join(words))):
        assert claim.clause in "".join(words)
