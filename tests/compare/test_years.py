"""Reports of one body over years: what must continue, what is never compared, and what is said of
it.
"""

from __future__ import annotations

import random
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.compare.bodies import Yearly
from gongkai.compare.years import compare_years, yearly
from gongkai.editions import all_editions, jump_cells, links, public_cells, yearly_cells
from gongkai.wording.rules import rules_of
from helpers.chains import by_source, chain, changed, findings_of, reports_of_bodies, with_figure
from helpers.counts import properties
from helpers.growth import LINEAR, doubling
from helpers.made import older, report_of

RULES = rules_of("years")

FREE = [link.last for link in links()] + [
    cell for link in links() for cell in (*link.plus, *link.minus)
]
STEPS = st.lists(
    st.fixed_dictionaries({cell: st.integers(0, 60) for cell in sorted(set(FREE))}),
    min_size=2,
    max_size=4,
)
NATURAL = "applications.carried_in.natural"


def other_name(agency: str) -> st.SearchStrategy[str]:
    area = agency.removesuffix("人民政府")
    return st.sampled_from(
        [
            agency,
            area,
            f"{area}政府",
            f"浙江省{agency}",
            f"温州市{area} 政府",
            f"浙江省温州市{area}",
        ]
    )


# --- properties -----------------------------------------------------------------------------------


@properties(100)
@given(steps=STEPS, data=st.data())
def test_years_that_continue_give_nothing(steps: list[dict[str, int]], data: st.DataObject) -> None:
    reports = [changed(one, agency=data.draw(other_name(one.agency))) for one in chain(steps)]
    data.draw(st.randoms()).shuffle(reports)
    assert findings_of(reports) == []
    assert {one.text for one in compare_years(reports)} == {
        f"没有{2020}年的报告",
        *(f"与{2021 + number}年相符" for number in range(len(steps) - 1)),
    }


@properties(100)
@given(steps=STEPS, data=st.data())
def test_one_wrong_figure_gives_exactly_its_findings(
    steps: list[dict[str, int]], data: st.DataObject
) -> None:
    reports = chain(steps)
    place = data.draw(st.integers(0, len(reports) - 1))
    cell = data.draw(
        st.sampled_from(
            sorted({cell for link in links() for cell in (link.cell, link.last)} | set(FREE))
        )
    )
    old = reports[place].figures[cell]
    assert isinstance(old, int)
    new = data.draw(st.integers(0, 90).filter(lambda value: value != old))
    reports[place] = with_figure(reports[place], cell, new)
    expected = set()
    for link in links():
        own = [
            c
            for c in all_editions()["2021"].forms[link.table].cells
            if c in (link.cell, *link.plus, *link.minus)
        ]
        if place and cell in own:
            expected.add((reports[place].year, link.rule, tuple(own)))
        if cell == link.last and place + 1 < len(reports):
            expected.add((reports[place + 1].year, link.rule, tuple(own)))
    random.Random(place).shuffle(reports)
    assert set(findings_of(reports)) == expected


@properties(100)
@given(
    steps=STEPS,
    cell=st.sampled_from(sorted({link.cell for link in links()} | set(FREE))),
    data=st.data(),
)
def test_a_blank_breaks_nothing(
    steps: list[dict[str, int]], cell: str, data: st.DataObject
) -> None:
    reports = chain(steps)
    place = data.draw(st.integers(0, len(reports) - 1))
    reports[place] = with_figure(reports[place], cell, None)
    assert {finding.severity for one in compare_years(reports) for finding in one.findings} <= {
        "note"
    }


NAMES = st.sampled_from(
    [
        "瑞安市司法局",
        "瑞安市人民政府",
        "乐清市政府",
        "乐清市司法局",
        "鼓楼区政府",
        "南京市鼓楼区",
        "徐州市鼓楼区",
        "城关镇",
        "",
        "本局",
    ]
)
REPORTS = st.lists(
    st.builds(
        Yearly,
        agency=NAMES,
        year=st.none() | st.integers(2019, 2023),
        source=st.sampled_from(["a.html", "b.html", "https://a.gov.cn/1", "https://b.gov.cn/1"]),
        figures=st.dictionaries(
            st.sampled_from(sorted(yearly_cells())), st.integers(0, 40), max_size=30
        ),
    ),
    max_size=12,
)


@properties(100)
@given(reports=REPORTS, chance=st.randoms())
def test_the_order_of_the_sources_does_not_matter(
    reports: list[Yearly], chance: random.Random
) -> None:
    numbered = [changed(one, source=f"{one.source}{number}") for number, one in enumerate(reports)]
    mixed = list(numbered)
    chance.shuffle(mixed)
    one, other = by_source(numbered), by_source(mixed)
    assert {source: found.text for source, found in one.items()} == {
        source: found.text for source, found in other.items()
    }
    assert {s: [f.rule for f in found.findings] for s, found in one.items()} == {
        s: [f.rule for f in found.findings] for s, found in other.items()
    }


# --- which reports --------------------------------------------------------------------------------


def pair(one: str, other: str, sources: tuple[str, str] = ("a.html", "b.html")) -> list[Yearly]:
    """Two bodies' reports of 2020 and 2021 that do not continue each other."""
    return [
        Yearly(one, 2020, sources[0], {"applications.carried_out.natural": 5}),
        Yearly(other, 2021, sources[1], {NATURAL: 3}),
    ]


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("瑞安市人民政府", "瑞安市政府"),
        ("浙江省瑞安市", "瑞安市人民政府"),
        ("瑞安市卫计局", "瑞安市卫生健康局"),
        ("洪泽县人民政府", "淮安市洪泽区"),
        ("青溪县扶贫办", "青溪县乡村振兴局"),
        ("瑞安市卫生健康委员会", "瑞安市卫健局"),
        ("江宁区人民政府", "江苏省南京市江宁区"),
        ("盐城市教育局", "江苏省盐城市教育局"),
    ],
)
def test_names_of_one_body_are_compared(one: str, other: str) -> None:
    [carried] = [finding for found in compare_years(pair(one, other)) for finding in found.findings]
    assert (carried.rule, carried.severity, carried.cells) == (
        "years.carried",
        "warning",
        (NATURAL,),
    )
    assert (carried.stated, carried.computed, carried.difference) == (3, 5, 2)
    former = "2020年的报告" if one == other else f"2020年{one}的报告"
    assert carried.lines == (
        "表三 上年结转（自然人）填3，2020年的下年结转为5",
        f"差2；请与{former}（a.html）核对",
    )


@pytest.mark.parametrize(
    ("one", "other", "said"),
    [
        ("瑞安市司法局", "瑞安市人民政府", "没有其他年度的报告"),
        ("瑞安市人民政府", "乐清市人民政府", "没有其他年度的报告"),
        ("南京市鼓楼区", "徐州市鼓楼区", "没有其他年度的报告"),
        (
            "鼓楼区人民政府",
            "鼓楼区人民政府",
            "名称没有写明所属的市县，不能确定是否同一机关的有“鼓楼区人民政府”（2020年，a.html）",
        ),
        (
            "南京市鼓楼区人民政府",
            "鼓楼区人民政府",
            "不能确定是否同一机关的有“南京市鼓楼区人民政府”（2020年，a.html）",
        ),
        (
            "瑞安市人民政府办公室",
            "瑞安市人民政府",
            "不能确定是否同一机关的有“瑞安市人民政府办公室”（2020年",
        ),
        ("瑞安市财政局", "财政局", "不能确定是否同一机关的有“瑞安市财政局”"),
        ("财政局", "瑞安市财政局", "不能确定是否同一机关的有“财政局”"),
        ("青溪县国土资源局", "青溪县自然资源和规划局", "机构合并，2021年的数字没有与2020年核对"),
        ("杭州市上城区人民政府", "上城区", "机构合并，2021年的数字没有与2020年核对"),
        ("杭州市上城区人民政府", "杭州市上城区", "机构合并，2021年的数字没有与2020年核对"),
        ("", "瑞安市人民政府", "没有其他年度的报告"),
    ],
)
def test_what_is_not_certain_is_not_compared_but_said(one: str, other: str, said: str) -> None:
    first, later = compare_years(pair(one, other))
    assert {finding.rule for finding in later.findings} == {"years.unmatched"}
    assert said in later.findings[0].message
    assert not first.compared + later.compared


def test_a_report_without_year_or_body_is_named() -> None:
    reports = [
        *pair("瑞安市政府", "瑞安市政府"),
        Yearly("瑞安市政府", None, "c", {}),
        Yearly("我局", 2021, "d", {}),
    ]
    found = compare_years(reports)
    assert [one.text for one in found[2:]] == ["没有识别出年度", "没有识别出机关名称"]
    assert [finding.rule for one in found[2:] for finding in one.findings] == [
        "years.unmatched"
    ] * 2


def test_names_that_do_not_tell_the_body_are_one_on_one_site() -> None:
    same = pair("城关镇人民政府", "城关镇", ("https://a.gov.cn/1", "https://a.gov.cn/2"))
    assert [rule for _, rule, _ in findings_of(same)] == ["years.carried"]
    apart = pair("城关镇人民政府", "城关镇", ("https://a.gov.cn/1", "https://b.gov.cn/2"))
    assert [rule for _, rule, _ in findings_of(apart)] == ["years.unmatched"]


def test_a_missing_year_and_two_reports_of_one_year() -> None:
    one, two, three = chain([{"applications.carried_out.natural": n} for n in (1, 2, 3)])
    assert [(year, rule) for year, rule, _ in findings_of([one, three])] == [(2023, "years.gap")]
    again = with_figure(two, "applications.new.total", 7)
    twice = changed(again, source="again.html")
    assert [(year, rule) for year, rule, _ in findings_of([one, two, twice, three])] == [
        (2022, "years.double"),
        (2022, "years.double"),
        (2023, "years.unmatched"),
    ]
    assert (
        by_source([one, two, twice, three])[three.source].text
        == "2022年有2份数字不同的报告，没有核对"
    )
    assert findings_of([one, two, changed(two, source="copy.html"), three]) == []


def test_reports_of_one_year_say_nothing() -> None:
    reports = [chain([{}], agency)[0] for agency in ("瑞安市政府", "乐清市政府", "财政局")]
    assert findings_of(reports) == []
    assert {one.text for one in compare_years(reports)} == {"没有2020年的报告"}


# --- which figures --------------------------------------------------------------------------------


def test_documents_are_told_with_their_sum() -> None:
    one, two = chain([{"disclosure.normative.valid": 20}, {"disclosure.normative.made": 3}])
    [found] = compare_years([one, with_figure(two, "disclosure.normative.valid", 24)])[1].findings
    assert (found.rule, found.stated, found.computed, found.difference) == (
        "years.documents",
        24,
        23,
        -1,
    )
    assert found.lines == (
        "表二 规范性文件（现行有效）填24，由2021年末的20件推算，应为23",
        f"20加制发3，减废止0；请与2021年的报告（{one.source}）核对",
    )


def test_the_layouts_of_2019_and_2021_are_compared_where_they_can_be() -> None:
    last = yearly(older())
    assert set(public_cells()) <= set(last.figures)
    now = changed(yearly(report_of(year=2021)), agency=last.agency)
    found = compare_years([last, now])[1]
    assert found.compared == 7
    assert "2020年的表二为2019年格式，文件件数不能核对" in found.text
    assert {finding.rule for finding in found.findings} == {"years.carried", "years.jump"}


def test_it_is_said_how_many_documents_could_not_be_compared() -> None:
    first, second = yearly(report_of(year=2021)), yearly(report_of(year=2022))
    carried = {
        link.cell: first.figures[link.last] for link in links() if link.rule == "years.carried"
    }
    second = replace(second, figures={**second.figures, **carried})
    (_, found) = compare_years([first, second])
    assert found.text == "与2021年相符"
    (_, found) = compare_years([first, with_figure(second, "disclosure.rules.valid", None)])
    assert found.text == "与2021年相符（文件2项，只能核对其中1项）"
    none = {cell: value for cell, value in second.figures.items() if not cell.endswith(".valid")}
    (_, found) = compare_years([first, replace(second, figures=none)])
    assert found.text == "与2021年相符（文件件数没有可以核对的数字）"
    (_, found) = compare_years(
        [first, replace(second, figures=none | dict.fromkeys(public_cells(), 3))]
    )
    assert found.text == "与2021年相符（2022年的表二为2019年格式，文件件数不能核对）"


def test_an_implied_zero_is_compared_and_a_difference_is_asked_about() -> None:
    """Carried in is left blank; by the row and its 总计 it is 0."""
    first, second = (
        report_of({"applications.carried_in.company": None}, year=year) for year in (2021, 2022)
    )
    same = report_of({"applications.carried_out.company": 0})
    found = compare_years([yearly(same), yearly(second)])[1]
    assert found.compared == 9
    assert found.text.endswith("（其中1项按推定的数核对）")
    [none] = [one for one in found.findings if one.cells == ("applications.carried_in.natural",)]
    assert none.severity == "warning"  # 12 were carried out and 8 in: both are stated
    out = {"applications.carried_out.company": 3, "applications.carried_out.total": 15}
    found = compare_years([yearly(report_of(out)), yearly(second)])[1]
    [asked] = [one for one in found.findings if one.cells == ("applications.carried_in.company",)]
    assert (asked.severity, asked.stated, asked.computed) == ("note", 0, 3)
    assert asked.lines[0] == "表三 上年结转（商业企业）空白，按勾稽关系为0，2021年的下年结转为3"
    assert "另有1处按推定的数不符，请核对" in found.text
    assert first.year == 2021


def test_a_blank_that_matters_is_a_note() -> None:
    one, two = chain([{"applications.carried_out.natural": 5}, {}])
    found = compare_years([one, with_figure(two, NATURAL, None)])[1]
    assert [(f.severity, f.computed, f.stated) for f in found.findings] == [("note", 5, None)]
    assert found.text == "与2021年相符（结转7项，只能核对其中6项）"


@pytest.mark.parametrize(
    ("before", "now", "expected"), [(4, 20, 1), (5, 20, 0), (0, 20, 1), (0, 19, 0), (100, 20, 1)]
)
def test_jumps(before: int, now: int, expected: int) -> None:
    cell = "disclosure.fees.amount"
    one, two = chain([{cell: before}, {cell: now}])
    found = compare_years([one, two])[1].findings
    assert [(f.rule, f.severity, f.stated, f.computed) for f in found] == [
        ("years.jump", "note", now, before)
    ] * expected


def test_text_of_a_page_stays_on_one_line() -> None:
    first, later = pair("瑞安市\n人民政府\u202e" * 40, "瑞安市人民政府", ("=cmd()\r\n" * 200, "b"))
    for one in compare_years([first, later]):
        for text in (one.text, *(finding.message for finding in one.findings)):
            assert text.isprintable()
            assert len(text) < 170


# --- data, rules, speed ---------------------------------------------------------------------------


def test_cells_exist_and_rules_are_told() -> None:
    known = {
        cell
        for edition in all_editions().values()
        for form in edition.forms.values()
        for cell in form.cells
    }
    assert yearly_cells() <= known
    assert {cell.rpartition(".")[2] for cell in (link.cell for link in links()[:7])} >= {
        "natural",
        "company",
        "total",
    }
    assert len(links()) == 9
    assert len(jump_cells()) == 9
    assert {rule.id for rule in RULES} == {
        f"years.{name}" for name in ("carried", "documents", "jump", "gap", "double", "unmatched")
    }
    assert all(rule.meaning and rule.source and rule.example and rule.advice for rule in RULES)


def test_thousands_take_linear_time() -> None:
    assert doubling(compare_years, reports_of_bodies, 15) < LINEAR
