"""Very many reports are compared body by body as a list of them is at once: bodies that were
renamed, merged or are called alike, doubled years and missing ones, names that tell nothing.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.compare.bodies import MOST_LOOKED_AT, Yearly
from gongkai.compare.years import LongComparison, YearComparison, compare_years, shared
from gongkai.model import Decision, GongkaiError
from helpers.chains import CARRIED, reports_of_bodies
from helpers.counts import properties
from helpers.growth import LINEAR, doubling

OUT = "applications.carried_out.natural"
PLACES = (
    *("浙江省瑞安市", "瑞安市", "江西省瑞安市", "瑞昌市", "青溪县", "温州市青溪县", "", "县"),
    *(
        "南京市鼓楼区",
        "福州市鼓楼区",
        "鼓楼区",
        "江苏省鼓楼区",
        "洪泽县",
        "洪泽区",
        "沙县",
        "沙县区",
    ),
    *("崇文区", "北京市东城区", "城关镇", "瑞安市塘下镇", "舟山群岛新区", "舟山市", "第3县"),
)
BODIES = (
    *("人民政府", "人民政府办公室", "财政局", "教育局", "教体局", "环境保护局", "生态环境局"),
    *("卫生局", "卫生和计划生育局", "卫生健康局", "农业局", "农业农村局", "扶贫办", "乡村振兴局"),
    *("国土资源局", "规划局", "自然资源局", "自然资源和规划局", "文化局", "旅游局", "文化和旅游局"),
    *("环境保护局（水务局）", "生态环境局开发区分局", "供销社", ""),
)
NO_NAMES = ("", "本机关", "青溪县和南山县", "a\udcff县人民政府")
SOURCES = ("http://www.{}.gov.cn/{}.html", "/data/{}/{}.html", "http://[{}/{}", "a\udcff{}{}.html")
FIGURES = st.dictionaries(
    st.sampled_from((CARRIED, OUT, "disclosure.normative.valid", "applications.new.natural")),
    st.sampled_from((0, 1, 7, 300, 10**20, Decimal("0.50"), Decimal("0.5"))),
)
DISMISSED = {f"years.carried|{CARRIED}": Decision("dismissed", "已核实")}


@st.composite
def reports(draw: st.DrawFn) -> list[Yearly]:
    """Bodies of a place or two and a few that are none, each for some years, so that most have
    several reports and some the name that others had before.
    """
    found = []
    places = draw(st.lists(st.sampled_from(PLACES), min_size=1, max_size=2))
    names = [place + body for place in places for body in BODIES]
    for name in draw(st.lists(st.sampled_from((*names, *NO_NAMES)), min_size=2, max_size=12)):
        first = draw(st.integers(2012, 2023))
        for year in draw(st.lists(st.sampled_from((None, *range(first, 2024))), max_size=6)):
            site = draw(st.sampled_from(SOURCES)).format(draw(st.integers(1, 3)), len(found))
            one = Yearly(name, year, site, draw(FIGURES), draw(st.sampled_from(({}, DISMISSED))))
            is_read, doubts = draw(st.integers(0, 9)) > 0, draw(st.sampled_from(("", "机关")))
            found.append(replace(one, is_evaluated=is_read, doubts=doubts, implied={OUT: 3}))
    draw(st.randoms()).shuffle(found)
    return found


def of_bodies(many: Sequence[Yearly]) -> Iterator[YearComparison]:
    """By the long way, in the order of the list."""
    asked: list[int] = []

    def read(number: int) -> Yearly:
        asked.append(number)
        return many[number // 7]

    with closing(LongComparison()) as across:
        for number, one in enumerate(many):
            across.add(replace(one, figures={}, decisions={}, implied={}), 7 * number)
        compared = list(across.each(read))
        told = list(across.told())
    assert [number for number, _ in told] == [*range(0, 7 * len(many), 7)]
    found = dict(zip(asked, compared, strict=True))
    for number, text in told:
        yield replace(found[number], text=text)


@properties(400)
@given(many=reports())
def test_body_by_body_is_what_all_at_once_is(many: list[Yearly]) -> None:
    assert list(of_bodies(many)) == compare_years(many)


def test_a_list_with_more_than_are_looked_at() -> None:
    """Of those that may be the one that is missing the first of the list are told."""
    count = 2 * MOST_LOOKED_AT
    many = reports_of_bodies(4)
    for number in range(count):
        year = 2020 + number % 2
        many.append(Yearly("财政局", year, f"http://www.{number}.gov.cn/", {CARRIED: number}))
        many.append(Yearly(f"第{number}县财政局", 2021, f"{number}.html", {CARRIED: number}))
    found = compare_years(many)
    assert list(of_bodies(many)) == found
    assert any("others" in finding.facts for one in found for finding in one.findings)
    assert any("共" in one.text for one in found)


def test_equal_figures_are_held_once_but_not_those_written_otherwise() -> None:
    one = Yearly("甲县", 2021, "a", {CARRIED: Decimal("0.5")})
    same, other = replace(one, figures=dict(one.figures)), {CARRIED: Decimal("0.50")}
    found = list(shared([one, same, replace(one, figures=other)]))
    assert found[0].figures is found[1].figures
    assert str(found[2].figures) == str(other)


def test_a_full_disk_is_told() -> None:
    with closing(LongComparison()) as across:
        across.index.connection.execute("PRAGMA max_page_count = 10")
        with pytest.raises(GongkaiError, match=r"临时文件：磁盘空间不足"):
            add_all(across, 2_000)


def add_all(across: LongComparison, count: int) -> None:
    for number in range(count):
        across.add(Yearly(f"第{number}县人民政府", 2021, f"{number}.html", {}), number)


def test_thousands_take_linear_time() -> None:
    assert doubling(lambda many: list(of_bodies(many)), reports_of_bodies, 15) < LINEAR
