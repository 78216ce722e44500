"""The sentences of a draft: many wordings, no two bodies alike, and our own check reads them right;
a formula and its twin in Python are one.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from decimal import Decimal
from itertools import combinations
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.checks.narrative import claims
from gongkai.checks.plausibility import check_plausibility
from gongkai.drafts.sentences import FEWEST_WORDINGS, facts, sentence_of
from gongkai.drafts.start import begun, cells_of, started, with_figures
from gongkai.model import Report
from gongkai.wording.unwritten import TO_REWRITE
from gongkai.workbook import layout
from gongkai.workbook.live.results import UNKNOWN, CellError, CellValue
from gongkai.workbook.live.sentences import (
    LONGEST_FORMULA,
    LONGEST_TEXT,
    LiveText,
    Shown,
    Stock,
    sentence_formula,
    sentence_in,
    sentence_text,
    stock_figure,
    stock_formula,
    stock_in,
    told_results,
)
from helpers.counts import properties
from helpers.made import consistent, report_of
from helpers.narratives import judged

DOCUMENTS = {
    "disclosure.normative.made": 3,
    "disclosure.normative.repealed": 2,
    "disclosure.normative.valid": 41,
    "disclosure.permits.decisions": 517,
    "disclosure.penalties.decisions": 88,
    "disclosure.coercion.decisions": 6,
}
BODIES = (
    "青溪县人民政府",
    "青溪县教育局",
    "青溪县人民政府办公室",
    "白汀镇人民政府",
    "瑞安市水利局",
)
DEPARTMENTS = """
    教育局 科学技术局 公安局 民政局 司法局 财政局 人力资源和社会保障局
    自然资源和规划局 审计局 统计局 住房和城乡建设局 交通运输局 水利局 农业农村局 商务局
    文化和广电旅游体育局 卫生健康局 信访局
    退役军人事务局 应急管理局 市场监督管理局 医疗保障局 综合行政执法局 发展和改革局 经济和信息化局
    大数据发展管理局 人民政府 人民政府办公室
"""
TOWNS = """
    塘下镇 马屿镇 陶山镇 湖岭镇 高楼镇 桐浦镇 林川镇 曹村镇 平阳坑镇 芳庄乡 北麂乡 仙降镇
"""
COUNTY = [f"瑞安市{name}" for name in DEPARTMENTS.split()] + [
    f"瑞安市{name}人民政府" for name in TOWNS.split()
]
KINDS = dict(facts()["wordings"]) | facts()["government"]
SECTIONS = {"fee": 6, "others": 6, "problems": 5, "improvements": 5}  # all others stand in one


def filled(agency: str = BODIES[0], **figures: int) -> Report:
    return replace(report_of({**DOCUMENTS, **figures}, year=2022), agency=agency)


def every_wording(report: Report) -> Iterator[tuple[str, LiveText]]:
    for kind, wordings in KINDS.items():
        for wording in wordings:
            yield kind, sentence_of(wording, report)


def told(report: Report, kind: str, sentence: LiveText) -> Report:
    text = str(sentence_text(sentence, cells_of(report)))
    return replace(report, sections={SECTIONS.get(kind, 1): text})


def cell_at(report: Report, piece: Shown) -> str:
    for table in report.tables.values():
        sheet = layout.sheet_of(table.id, table.edition)
        if sheet.name == piece.sheet:
            return next(cell for cell, spot in sheet.cells.items() if spot == piece.spot)
    raise AssertionError(piece)


# --- wordings -------------------------------------------------------------------------------------


def test_every_sentence_has_many_wordings_that_differ() -> None:
    asked = {kind for part in facts()["part"] for kind in part["sentences"]}
    assert asked == set(KINDS)
    for kind, wordings in KINDS.items():
        assert len(set(wordings)) == len(wordings) >= FEWEST_WORDINGS == 6, kind


def test_the_prose_has_what_the_form_asks_for() -> None:
    report = started("青溪县教育局", 2022).report
    heads = ("主动公开", "依申请公开", "政府信息管理", "政府信息公开平台建设", "监督保障")
    lines = report.sections[1].split("\n")
    assert [line[3:].startswith(f"{head}。") for line, head in zip(lines, heads, strict=True)] == [
        True
    ] * 5
    assert list(report.sections) == [1, 2, 3, 4, 5, 6]
    assert "条例》第五十条" in report.opening
    assert "国办公开办函〔2021〕30号" in report.opening
    assert "2022年1月1日" in report.opening
    assert "2022年12月31日" in report.opening
    assert "信息处理费" in report.sections[6]
    for text in (report.opening, report.sections[1], report.sections[5], report.sections[6]):
        assert all(TO_REWRITE in line for line in text.split("\n"))


def test_what_governments_report_besides_no_department_does() -> None:
    """条例第五十条第一款第（四）项."""
    for agency, has in (("青溪县人民政府", True), ("青溪县教育局", False)):
        assert ("责任追究" in started(agency, 2022).report.sections[1]) is has


def test_forty_bodies_of_a_county_do_not_publish_one_text() -> None:
    assert len(COUNTY) == len(set(COUNTY)) == 40
    texts: list[list[str]] = []
    for agency in COUNTY:
        report = started(agency, 2022).report
        prose = "\n".join([report.opening, *report.sections.values()])
        texts.append(prose.replace(agency, "").replace("。", "。\n").split("\n"))
    shares: list[float] = []
    for one, other in combinations(texts, 2):
        assert one != other
        shares.append(len(set(one) & set(other)) / len(set(one)))
    # heads of the five parts are the same for all
    assert sum(shares) / len(shares) < 0.45


def test_no_wording_comes_again_the_next_year() -> None:
    for agency in BODIES:
        one, other = started(agency, 2022), started(agency, 2023)
        for before, after in zip(one.paragraphs, other.paragraphs, strict=True):
            assert str(before.sentence).replace("2022", "2023") != str(after.sentence)
        assert started(agency, 2022) == one


# --- our own check reads them right ---------------------------------------------------------------


@pytest.mark.parametrize("agency", BODIES)
@pytest.mark.parametrize(
    "changes", [{}, dict.fromkeys(DOCUMENTS, 0), *(consistent(Random(n), "2021") for n in range(3))]
)
def test_nothing_is_found_against_a_drafted_sentence(agency: str, changes: dict[str, int]) -> None:
    report = filled(agency, **changes)
    for kind, sentence in every_wording(report):
        one = told(report, kind, sentence)
        assert judged(one) == [], one.sections
        figures = sum(isinstance(piece, Shown) for piece in sentence)
        if agency == BODIES[0]:
            assert len(claims(one)) == figures, one.sections


def test_each_figure_of_a_sentence_is_read_as_that_of_its_cell() -> None:
    """With another figure in the cell the check tells that the text differs."""
    report = filled()
    for kind, sentence in every_wording(report):
        one = told(report, kind, sentence)
        for piece in sentence:
            if isinstance(piece, Shown):
                cell = cell_at(report, piece)
                [finding] = judged(with_figures(one, {cell: 9_999}))
                assert cell in finding.cells, one.sections


def test_nothing_is_found_against_whole_drafts() -> None:
    for agency in COUNTY[::3]:
        last = filled(agency)
        draft = begun(last)
        figures = {cell: value for cell, value in last_values(last).items() if value is not None}
        report = with_figures(draft.report, figures)
        cells = cells_of(report)
        texts: dict[int, str] = {}
        for one in draft.paragraphs:
            texts[one.section] = (
                f"{texts.get(one.section, '')}\n{sentence_text(one.sentence, cells)}"
            )
        opening = texts.pop(0).strip()
        done = replace(report, opening=opening, sections=texts)
        assert judged(done) == []
        assert [one.rule for one in check_plausibility(done)] == ["plausibility.unwritten"]
        assert len(claims(done)) >= 10


def last_values(report: Report) -> dict[str, int | Decimal | None]:
    found: dict[str, int | Decimal | None] = {}
    for table in report.tables.values():
        found |= table.values
    return found


def test_a_blank_is_never_a_zero() -> None:
    report = started(BODIES[0], 2022).report
    for kind, sentence in every_wording(report):
        text = str(sentence_text(sentence, cells_of(report)))
        figures = sum(isinstance(piece, Shown) for piece in sentence)
        assert text.count("〔待填〕") >= figures
        assert not re.search(r"(?<!\d)0件", text)
        assert list(claims(told(report, kind, sentence))) == []


# --- a formula and its twin -----------------------------------------------------------------------

PLACES = st.sampled_from(sorted(layout.tables_by_name()["表三"].cells.values()))
SHOWN = st.builds(Shown, st.just("表三"), PLACES, st.sampled_from(["〔待填〕", "", '"空"&A1']))
TEXTS = st.text(st.characters(exclude_categories=["Cs", "Cc"]), min_size=1, max_size=600)
LIVE_TEXTS = st.lists(TEXTS | SHOWN, min_size=1, max_size=8).map(tuple)
HELD = st.none() | st.integers(0, 10**9) | st.just(Decimal("5.75")) | st.sampled_from(["/", "3件"])


@properties(400)
@given(LIVE_TEXTS, st.dictionaries(PLACES, HELD, max_size=30))
def test_a_formula_shows_what_its_sentence_says(
    sentence: LiveText, held: dict[tuple[int, int], CellValue]
) -> None:
    """Whatever stands in the texts: quotation marks, =, &, and more than a formula's text holds."""
    formula = sentence_formula(sentence)
    read = sentence_in(formula)
    if not any(isinstance(piece, str) for piece in sentence):
        assert read is None
        return
    assert read is not None
    assert sentence_formula(read) == formula
    cells = {"表三": held}
    assert sentence_text(read, cells) == sentence_text(sentence, cells)


@pytest.mark.parametrize(
    "formula",
    [
        "=1+1",
        '="甲"&NOW()',
        '="甲"&IF(ISNUMBER(\'表三\'!J7),\'表三\'!J8,"〔待填〕")&"件"',
        "=\"甲\"&'表三'!J7&",
        '="甲"&Sheet9!A1',
        "='表三'!J7",
        '="甲"&[1]表三!J7',
        '="甲"+"乙"',
        '="甲',
        "=",
        "",
    ],
)
def test_other_formulas_are_none_of_ours(formula: str) -> None:
    assert sentence_in(formula) is None


@pytest.mark.parametrize(
    "formula",
    [
        '="收到"&IF(ISNUMBER(表三!J7),表三!J7,"〔待填〕")&"件"',
        '="收到" & IF(ISNUMBER(表三!$J$7),表三!$J$7,"〔待填〕") & "件"',
        '="收到"&IF(ISNUMBER(\'表三\'!J7),\'表三\'!J7,"〔待填〕")&"件"',
    ],
)
def test_other_programs_write_the_same_otherwise(formula: str) -> None:
    assert sentence_in(formula) == ("收到", Shown("表三", (7, 10)), "件")


def test_a_text_of_a_page_is_no_part_of_a_formula() -> None:
    hostile = '青溪县"&HYPERLINK("http://x","y")&"局'
    report = replace(filled(), agency=hostile)
    sentence = sentence_of("{agency}收到{applications.new.total}件", report)
    assert sentence_in(sentence_formula(sentence)) == sentence
    assert sentence_text(sentence, cells_of(report)) == f"{hostile}收到455件"


def test_no_formula_is_longer_than_excel_takes() -> None:
    report = started("某" * 60, 2022).report
    for _, sentence in every_wording(report):
        assert len(sentence_formula(sentence)) * 3 < LONGEST_FORMULA
    assert max(map(len, sentence_formula(("某" * 900,)).split("&"))) <= LONGEST_TEXT + 3


def test_documents_in_force_are_last_year_s_with_made_and_without_repealed() -> None:
    stock = Stock(43, (6, 2), (6, 3))
    formula = '=IF(COUNT(B6,C6)=2,43+B6-C6,"")'
    assert stock_formula(stock) == formula
    assert stock_in(formula) == stock
    assert stock_in(formula.replace("B6", "$B$6")) == stock
    assert stock_in(formula.replace("43+B6", "43+B7")) is None
    assert stock_in("=43+B6-C6") is None
    figures: list[tuple[CellValue, CellValue, CellValue]] = [
        (None, None, ""),
        (0, 0, 43),
        (5, 2, 46),
        (0, 50, -7),
        (5, None, ""),
        ("/", 1, ""),
        (CellError("#N/A"), 1, ""),
        (UNKNOWN, 1, UNKNOWN),
    ]
    for made, repealed, wanted in figures:
        assert stock_figure(stock, {(6, 2): made, (6, 3): repealed}) == wanted


def test_what_is_no_number_is_to_be_filled_in_and_the_unknown_stays_unknown() -> None:
    formula = '="收到"&IF(ISNUMBER(\'表三\'!J7),\'表三\'!J7,"〔待填〕")&"件"'
    shown: list[tuple[CellValue, CellValue]] = [(5, "收到5件"), (UNKNOWN, UNKNOWN)]
    for held in (None, "", "/", " ", "约5", "5 ", True, CellError("#REF!")):
        shown.append((held, "收到〔待填〕件"))
    for held, text in shown:
        cells: dict[str, dict[tuple[int, int], CellValue]] = {"表三": {(7, 10): held}}
        assert told_results([(layout.PROSE, (5, 3), formula)], cells) == {
            (layout.PROSE, (5, 3)): text
        }
    assert told_results([("封面", (5, 3), formula)], {}) == {}
