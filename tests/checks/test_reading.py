"""Broken sums against a second reading: the report's or ours to doubt; a bad one hides no error."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.checks.misread import raws_of, weigh
from gongkai.checks.narrative import claims
from gongkai.checks.narrative.comparing import with_prose
from gongkai.checks.whole import check
from gongkai.cli.reading import code_of
from gongkai.decisions import is_open, keys_of
from gongkai.editions import all_editions
from gongkai.excel.importing import verdict
from gongkai.model import Decision, Document, Entry, Finding, Report, Suspect, Table, Value
from gongkai.output import check_to_dict, finding_lines
from gongkai.sums import stated_and_computed
from helpers.counts import properties
from helpers.made import broken_rules, older, report_of, sound_values

CELL = "applications.granted.natural"
COLUMNS = ("natural", "company", "research", "welfare", "legal", "other", "total")
MISREAD = {CELL: 143}  # 134 in the source
NOTHING = {5: "无。", 6: "无。"}
PAGE = Document("page", "", b"x", "")
RELATIONS = {relation.rule: relation for relation in all_editions()["2021"].relations}


def from_page(
    changes: Mapping[str, Value] | None = None, raws: Mapping[str, str] | None = None
) -> Report:
    return replace(report_of(changes, raws=raws), document=PAGE)


def weighed(first: Report, second: Report | None) -> list[Finding]:
    return weigh(first, check(first), second)


def keys(findings: list[Finding]) -> set[tuple[str, str, str]]:
    return {
        (one.rule, finding.severity, finding.cause) for finding in findings for one in finding.sums
    }


def test_a_second_reading_that_satisfies_the_sums_makes_them_a_matter_of_reading() -> None:
    found = weighed(from_page(MISREAD), report_of())
    assert keys(found) == {
        ("applications.sum.natural", "warning", "reading"),
        ("applications.across.granted", "warning", "reading"),
    }
    assert [finding.lines for finding in found] == [
        (
            "表三 予以公开（自然人）读作143，另一种读法读作134",
            "可能是读取有误，不一定是报告的错误，请对照原文；各项之和比办结多9（自然人列）；"
            "各列之和比总计多9（予以公开行）",
        )
    ]


def test_a_second_reading_with_the_same_figures_blames_the_report() -> None:
    first = from_page(MISREAD)
    assert keys(weighed(first, report_of(MISREAD))) == {
        ("applications.sum.natural", "error", "report"),
        ("applications.across.granted", "error", "report"),
    }
    assert [f.message for f in weighed(first, report_of(MISREAD))] == [
        f.message for f in check(first)
    ]


def test_without_a_second_reading_nothing_is_said_of_the_cause() -> None:
    first = from_page(MISREAD)
    assert weighed(first, None) == check(first)
    assert weighed(first, report_of(MISREAD, without="applications")) == check(first)
    assert weighed(first, report_of({CELL: None})) == check(first)  # blank where it matters
    blank = {
        cell: None for cell in sound_values() if cell.startswith("applications") and cell != CELL
    }
    assert weighed(first, report_of(blank)) == check(first)
    assert weighed(first, older()) == check(first)


def test_another_figure_that_satisfies_no_sum_is_told_and_changes_nothing() -> None:
    found = weighed(from_page(MISREAD), report_of({CELL: 145}))
    assert {(finding.severity, finding.cause) for finding in found} == {("error", "")}
    assert all(
        "另一种读法予以公开（自然人）读作145，也不相符" in finding.message for finding in found
    )


def test_only_the_sums_that_the_second_reading_satisfies_are_doubted() -> None:
    other_error = {"disputes.review.total": 12, "applications.new.total": 456}
    found = keys(weighed(from_page(MISREAD | other_error), report_of(other_error)))
    assert ("applications.sum.natural", "warning", "reading") in found
    assert ("applications.across.new", "error", "report") in found
    assert {
        (severity, cause) for rule, severity, cause in found if rule.startswith("disputes")
    } == {("error", "report")}


def test_a_second_reading_that_mends_one_sum_by_breaking_another_is_not_believed() -> None:
    """Here the total of the row was misread the other way: 152 for 143."""
    first = from_page({"applications.granted.total": 152})
    second = report_of({CELL: 143, "applications.granted.total": 152})
    assert {finding.severity for finding in weighed(first, second)} == {"error"}


@pytest.mark.parametrize(
    "second",
    [
        pytest.param(dict.fromkeys(sound_values(), 0), id="zeros"),
        pytest.param(dict.fromkeys(sound_values(), 7), id="sevens"),
        pytest.param(
            dict(zip(sound_values(), [0, *sound_values().values()], strict=False)), id="shifted"
        ),
        pytest.param(
            {cell: value * 2 for cell, value in sound_values().items() if value}, id="doubled"
        ),
    ],
)
def test_rubbish_hides_no_error(second: dict[str, Value]) -> None:
    """Zeros and doubled figures satisfy every sum."""
    first = from_page(MISREAD)
    assert weighed(first, report_of(second)) == check(first)


FIGURES = st.one_of(st.none(), st.integers(0, 500))


@properties(150)
@given(
    planted=st.dictionaries(
        st.sampled_from(sorted(sound_values())), FIGURES, min_size=1, max_size=3
    ),
    heard=st.dictionaries(st.sampled_from(sorted(sound_values())), FIGURES, max_size=6),
    right=st.booleans(),
)
def test_whatever_the_second_reading_no_finding_is_lost(
    planted: dict[str, Value], heard: dict[str, Value], right: bool
) -> None:
    """A sum is doubted only where the figures of the second reading satisfy it, and it stays in
    sight.
    """
    first, second = from_page(planted), report_of(heard if right else planted | heard)
    before, after = check(first), weighed(first, second)
    assert sorted(finding.rule for finding in after) == sorted(finding.rule for finding in before)
    assert broken_rules(after) == broken_rules(before)
    assert [f.severity for f in after] == sorted(
        (f.severity for f in after), key=["error", "warning", "note"].index
    )
    merged = {
        entry.cell: entry.value if (other := second.value(entry.cell)) is None else other
        for entry in first.entries()
    }
    for finding in after:
        if finding.cause == "reading":
            assert finding.severity == "warning"
            for rule in broken_rules([finding]):
                sums = stated_and_computed(RELATIONS[rule], merged)
                assert sums is None or sums[0] == sums[1]
        if finding.cause == "report":
            assert all(second.value(cell) == first.value(cell) for cell in finding.cells)
    demoted = sum(finding.severity == "error" for finding in before) - sum(
        f.severity == "error" for f in after
    )
    assert demoted == sum(finding.cause == "reading" for finding in after)


def test_an_error_within_a_conflict_is_not_hidden_by_the_figures_of_its_blanks() -> None:
    """A whole row could not be read at first; with it, one column is still wrong."""
    planted = {"applications.granted.company": 9}
    blank = {f"applications.other_rest.{column}": None for column in COLUMNS}
    first = from_page(planted | blank)
    second = report_of(planted)
    before = [finding for finding in check(first) if finding.severity == "error"]
    assert any("不能同时成立" in finding.message for finding in before)
    after = weighed(first, second)
    assert len([finding for finding in after if finding.severity == "error"]) == len(before)


def test_figures_that_the_first_reading_lacks_settle_a_conflict() -> None:
    row = {f"applications.new.{column}": None for column in ("company", "legal")}
    found = weighed(from_page(row | {"applications.new.natural": 500}), report_of())
    assert ("applications.across.new", "warning", "reading") in keys(found)


# --- what is told ---------------------------------------------------------------------------------


def test_the_outcome_is_not_called_clean() -> None:
    found = weighed(from_page(MISREAD), report_of())
    assert code_of(found) == 1
    assert (
        next(finding_lines(from_page(MISREAD), found))
        == "核对42项勾稽关系，其中1处可能是读取有误，1处警告："
    )
    assert (
        verdict(from_page(MISREAD), found)
        == "! 1处可能是读取有误，请对照原文核实，1处警告，见“校验结果”。"
    )


def test_json_has_the_cause_and_the_texts_of_the_source() -> None:
    first = from_page(MISREAD, raws={CELL: "143件", "applications.granted.total": "143"})
    for second, cause in ((report_of(MISREAD), "report"), (report_of(), "reading"), (None, None)):
        told = check_to_dict(first, weighed(first, second))["findings"]
        assert {item["cause"] for item in told} == {cause}
        [across] = told
        assert [one["rules"] for one in across["sums"]] == [
            ["applications.sum.natural"],
            ["applications.across.granted"],
        ]
        assert across["raws"] == {CELL: "143件", "applications.granted.total": "143"}


def test_a_text_that_is_not_simply_the_figure_is_in_the_message() -> None:
    first = from_page(MISREAD, raws={CELL: " １４３ 件", "applications.granted.company": "7"})
    found = weighed(first, None)
    [across] = found
    assert across.message.endswith("；原文予以公开（自然人）“１４３ 件”。")
    [doubted] = weighed(first, report_of())
    assert "读作143（原文“１４３ 件”），另一种读法" in doubted.message


def test_the_texts_of_the_source_begin_with_the_suspects() -> None:
    raws = {
        f"applications.granted.{column}": text
        for column, text in (("natural", "143"), ("company", "7"), ("total", "143"))
    }
    first = from_page(MISREAD, raws=raws)
    [found] = check(first)
    assert list(raws_of(first, found)) == list(raws)
    suspect = (Suspect("applications.granted.total", 143, 152),)
    told = raws_of(first, replace(found, suspects=(suspect,)))
    assert next(iter(told)) == "applications.granted.total"


def test_texts_are_clipped_and_few() -> None:
    raws = {cell: f"1\u202e\n{cell}" * 30 for cell in sound_values()}
    first = from_page(dict.fromkeys(sound_values(), 1), raws=raws)
    for finding in weighed(first, None):
        assert "\n" not in finding.message
        assert "\u202e" not in finding.message
        assert len(finding.message) <= 162  # two lines and their full stops


def test_other_findings_are_left_alone() -> None:
    first = from_page({"applications.granted.natural": -1})
    found = [
        finding
        for finding in weighed(first, report_of())
        if not finding.rule.startswith("applications")
    ]
    assert found == [
        finding for finding in check(first) if not finding.rule.startswith("applications")
    ]


def test_tables_of_a_second_reading_are_of_the_same_layout() -> None:
    first = from_page(MISREAD)
    table = report_of().tables["applications"]
    fewer = Table(table.form, {CELL: Entry(CELL, 134)})
    assert weighed(first, replace(report_of(), tables={table.id: fewer})) == check(first)


# --- the prose ------------------------------------------------------------------------------------


def test_a_proposal_that_the_prose_bears_out_is_told_with_its_words() -> None:
    part, whole = Suspect(CELL, 143, 134), Suspect("applications.granted.total", 143, 152)
    found = Finding("applications.across.granted", "error", suspects=((whole,), (part,)))

    def told(text: str, finding: Finding = found) -> object:
        report = replace(report_of(), sections={1: text})
        return with_prose(report, [finding], claims(report))[0].facts.get("prose")

    said = "全年新收申请，其中自然人申请予以公开134件。"
    assert told(said) == (("第一节第1段", "134"),)
    for silent in (
        "",
        said.replace("134", "143"),
        "全年共收到申请134件。",
        said.replace("134件", "约134件"),
    ):
        assert told(silent) is None, silent
    both = replace(found, suspects=((part, replace(whole, proposed=5)),))
    assert told(f"{said}\n全年予以公开9件。", both) is None
    other = said.replace("134", "143")
    for contradictory in (f"{other}\n{said}", f"{said}\n{other}"):
        assert told(contradictory) is None
    assert told(f"{said}\n{said}") == told(said)
    assert told(said, replace(found, suspects=())) is None


def test_a_contradiction_that_the_repair_ends_is_its_evidence() -> None:
    """One cause, one message: the prose says 134 as the sums do, where the table has 143."""
    report = replace(
        report_of({CELL: 143}), sections={**NOTHING, 1: "其中自然人申请予以公开134件。"}
    )
    [found] = check(report)
    assert found.lines == (
        "表三 予以公开（自然人）填143，疑应为134",
        "各项之和比办结多9（自然人列）；各列之和比总计多9（予以公开行）；正文第一节第1段写134",
    )
    other = replace(report, sections={**NOTHING, 1: "其中自然人申请予以公开135件。"})
    assert [finding.rule for finding in check(other)] == [found.rule, "narrative.outcome"]


def test_where_the_prose_bears_out_another_repair_the_cheapest_is_not_certain() -> None:
    """12 and 0 of 下年结转 exchanged is one slip; 436 and 12 in the prose mend the same columns."""
    wrong: dict[str, Value] = {"applications.new.natural": 424, "applications.new.company": 24}
    report = report_of(wrong)
    [alone] = check(report)
    assert alone.lines[0] == "表三 下年结转：自然人填12，疑应为0；商业企业填0，疑应为12"
    said = "全年新收自然人申请436件。"
    found = check(replace(report, sections={**NOTHING, 1: said}))
    assert found[0].lines == (
        "表三有误，2种改法：①新收（自然人）424→436、新收（商业企业）24→12；"
        "②下年结转（自然人）12→0、下年结转（商业企业）0→12",
        "新收＋上年结转比办结＋下年结转少12（自然人列）、多12（商业企业列）；正文第一节第1段写436",
    )
    assert keys_of(found[0], report) == keys_of(alone, report)
    other = check(replace(report, sections={**NOTHING, 1: "全年新收自然人申请290件。"}))
    assert other[0].suspects == alone.suspects


def test_what_was_left_out_as_unlikely_is_told_where_the_prose_has_it() -> None:
    """行政复议: 未审结20 for 2 is a slip; 总计23 for 5 none, but the prose says 23."""
    row = {"upheld": 1, "corrected": 1, "other": 1, "pending": 20, "total": 5}
    report = report_of({f"disputes.review.{column}": figure for column, figure in row.items()})
    [alone] = check(report)
    assert alone.facts["unlikely"] == 1
    found = check(replace(report, sections={**NOTHING, 1: "政府信息公开行政复议23件。"}))
    assert found[0].lines[0] == "表四有误，2种改法：①行政复议（总计）5→23；②行政复议（未审结）20→2"
    assert found[0].facts["unlikely"] == 0


def test_of_several_ways_that_of_the_prose_comes_first() -> None:
    """Of the five figures of 行政复议 one is 1 off."""
    report = report_of({"disputes.review.total": 12})
    [alone] = check(report)
    assert len(alone.suspects) == 5
    for text, cell in (
        ("政府信息公开行政复议11件。", "total"),
        ("政府信息公开行政复议纠正2件。", "corrected"),
    ):
        found = check(replace(report, sections={**NOTHING, 1: text}))
        assert [suspect.cell for suspect in found[0].suspects[0]] == [f"disputes.review.{cell}"]
        assert set(found[0].suspects) == set(alone.suspects)


def test_prose_that_agrees_with_what_the_repair_changes_is_in_sight() -> None:
    report = report_of({"applications.granted.total": 134})
    found = check(replace(report, sections={**NOTHING, 1: "全年予以公开134件。"}))
    assert found[0].lines == (
        "表三 予以公开（总计）填134，疑应为143",
        "各列之和比总计多9（予以公开行）；各项之和比办结少9（总计列）；但正文第一节第1段也写134",
    )


def test_prose_that_contradicts_itself_is_no_evidence() -> None:
    """134 in one paragraph, as the sums want it, and 143 in another, as the table has it."""
    said = "其中自然人申请予以公开134件。\n自然人申请予以公开143件。"
    report = replace(report_of({CELL: 143}), sections={**NOTHING, 1: said})
    found, narrative = check(report)
    assert "正文" not in found.message
    assert narrative.rule == "narrative.outcome"


def test_what_was_not_read_is_in_sight_however_many_sums_are_broken() -> None:
    """The gaps give way: each has a row of its own in the list of findings."""
    wrong: dict[str, Value] = {
        "applications.granted.natural": 900,
        "applications.granted.company": 800,
        "applications.granted.research": 700,
        "applications.granted.welfare": None,
    }
    raws = {"applications.granted.welfare": "十二"}
    for finding in check(report_of(wrong, raws=raws)):
        if finding.sums and "社会公益组织" not in finding.lines[0]:
            assert "社会公益组织" in finding.lines[1]


def test_a_contradiction_is_told_where_the_cause_is_dismissed() -> None:
    report = replace(
        report_of({CELL: 143}), sections={**NOTHING, 1: "其中自然人申请予以公开134件。"}
    )
    [found] = check(report)
    dismissed = dict.fromkeys(keys_of(found, report), Decision("dismissed", "已核实"))
    again = check(replace(report, decisions=dismissed))
    assert {finding.rule for finding in again if is_open(finding)} == {"narrative.outcome"}


def test_a_check_cites_the_prose() -> None:
    broken = report_of({CELL: 143, "applications.new.natural": None})
    report = replace(broken, sections={1: f"其中自然人申请予以公开{sound_values()[CELL]}件。"})
    findings = [
        finding
        for finding in check(report)
        if any(CELL in s.cell for c in finding.suspects for s in c)
    ]
    assert findings
    assert all("第一节第1段" in finding.message for finding in findings)
