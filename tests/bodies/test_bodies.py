"""Names of bodies: one form for all ways of writing one, what is certain, and what was renamed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.bodies import body, is_certain, may_be_one, normal, same_body, successions_of
from helpers.counts import properties

SAME = """
    瑞安市人民政府=瑞安市政府 瑞安市人民政府=瑞安市 瑞安市人民=瑞安市政府
    浙江省瑞安市人民政府=温州市瑞安市
    江苏省南京市鼓楼区=南京市鼓楼区人民政府 瑞安市人民政府办公室=瑞安市政府办
    浙江省温州市瑞安市司法局=瑞安市司法局
    瑞安市塘下镇人民政府=浙江省瑞安市塘下镇 瑞安市安阳街道=瑞安市安阳街道办事处
    青溪县经济开发区=青溪县经济开发区管委会
    瑞安市住建局=瑞安市住房和城乡建设局 瑞安市发展改革局=瑞安市发展和改革局
    国家税务总局青溪县税务局=青溪县税务局
    杭州市卫生健康委员会（杭州市中医药管理局）=杭州市卫健委 瑞安市司法局=瑞安市司法局
    河南省新乡市=新乡市政府
    广西壮族自治区南宁市青秀区政府=南宁市青秀区 延边州敦化市=敦化市
    恩施州巴东县=巴东县人民政府 浦东新区=浦东新区人民政府
"""
NOT_SAME = """
    瑞安市司法局=瑞安市政府 瑞安市政府=乐清市政府 瑞安市司法局=乐清市司法局
    瑞安市人民政府=瑞安市人民政府办公室
    鼓楼区人民政府=鼓楼区人民政府 南京市鼓楼区=徐州市鼓楼区 鼓楼区=南京市鼓楼区
    城关镇人民政府=城关镇人民政府
    财政局=财政局 县财政局=县财政局 本局=本局 = 瑞安市塘下镇=瑞安市政府 青溪县经济开发区=青溪县
    瑞安市教育局=瑞安市体育局
    温州市=温州市瓯海区 甲市朝阳区司法局=乙市朝阳区司法局
    朝阳区司法局=朝阳区司法局
    国土资源局=自然资源局
"""


def pairs(text: str) -> list[tuple[str, str]]:
    return [(one, other) for one, _, other in (pair.partition("=") for pair in text.split())]


@pytest.mark.parametrize(("text", "expected"), [(SAME, True), (NOT_SAME, False)])
def test_which_names_are_certainly_one_body(text: str, expected: bool) -> None:
    assert [pair for pair in pairs(text) if (same_body(*pair) is True) != expected] == []
    assert [pair for pair in pairs(text) if (same_body(*reversed(pair)) is True) != expected] == []


def test_what_is_certain_is_possible() -> None:
    assert [pair for pair in pairs(SAME) if not may_be_one(*pair)] == []


CITIES = st.sampled_from(
    [
        ("瑞安", "浙江"),
        ("景德镇", "江西"),
        ("新乡", "河南"),
        ("广州", "广东"),
        ("镇江", "江苏"),
        ("盘州", "贵州"),
        ("吉林", "吉林"),
    ]
)
DEPARTMENTS = st.sampled_from(
    ["", "人民政府", "司法局", "市场监督管理局", "市政园林局", "城乡建设局", "政务服务管理办公室"]
)


@properties(100)
@given(
    place=CITIES,
    department=DEPARTMENTS,
    ending=st.sampled_from(["", "省"]),
    near=st.booleans(),
    gap=st.integers(0, 4),
)
def test_spaces_and_provinces_change_nothing(
    place: tuple[str, str], department: str, ending: str, near: bool, gap: int
) -> None:
    city, province = place
    plain = f"{city}市{department}"
    written = plain if near else f"{province}{ending}{plain}"
    written = f"{written[:gap]} \u200b{written[gap:]}"
    assert normal(written) == normal(plain)
    assert same_body(written, plain)


@properties(100)
@given(
    name=st.text(
        st.sampled_from("浙江省瑞安市县区镇乡旗州盟街道人民政府办公室局（）()、和 委公第师部总"),
        max_size=14,
    ),
    other=st.text(
        st.sampled_from("浙江省瑞安市县区镇乡旗州盟街道人民政府办公室局（）()、和 委公第师部总"),
        max_size=14,
    ),
    year=st.none() | st.integers(2008, 2026),
)
def test_any_text_is_told_or_not(name: str, other: str, year: int | None) -> None:
    """The answer is the same both ways; a name that tells its body is its own; what is certain is
    possible.
    """
    answer = same_body(name, other, year)
    assert same_body(other, name, year) is answer
    assert not is_certain(name, year) or same_body(name, name, year)
    assert answer is not True or may_be_one(name, other, year)
    assert body(name, year).code == "" or len(body(name, year).code) == 6


def test_changes_of_a_body() -> None:
    for name, news in (("温州市", ["生态环境"]), ("瑞安市", ["生态环境", "生态环境分局"])):
        found = [
            (change.new, change.since, change.kind) for change in successions_of(f"{name}环保局")
        ]
        assert found == [(f"{name}{new}", 2018, "renamed") for new in news]
    assert [change.new for change in successions_of("北京市密云区环保局")] == [
        "北京市密云区生态环境"
    ]
    [change] = successions_of("洪泽县人民政府")
    assert (change.new, change.since, change.settled, change.kind) == (
        normal("洪泽区人民政府"),
        2016,
        2017,
        "renamed",
    )
    assert {one.kind for one in successions_of("青溪县国土资源局")} == {"merged"}
    assert successions_of("青溪县司法局") == successions_of("国土资源局") == []


@pytest.mark.parametrize("one", ["四川省巴中市巴州区", "巴州区"])
def test_a_year_decides_who_bore_a_name(one: str) -> None:
    assert same_body(one, "巴中市巴州区") is True
    assert same_body("毕节市人民政府", "毕节市政府") is None
    assert same_body("毕节市人民政府", "贵州省毕节市", 2009) is True
    assert same_body("毕节市人民政府", "贵州省毕节市", 2015) is True
    assert normal("毕节市人民政府", 2009) != normal("毕节市人民政府", 2015)
    assert normal("公主岭市人民政府", 2018) == normal("长春市公主岭市人民政府", 2022)
    assert same_body("江北区人民政府", "宁波市江北区人民政府", 2027) is True
    assert same_body("江北区人民政府", "宁波市江北区人民政府", 2020) is None


@pytest.mark.parametrize(
    ("name", "level", "kind", "parent", "code"),
    [
        ("瑞安市人民政府", "county", "government", "温州市", "330381"),
        ("浙江省教育厅", "province", "department", "", "330000"),
        ("南京市鼓楼区政府办", "county", "office", "南京市", "320106"),
        ("鼓楼区", "county", "government", "", ""),
        ("瑞安市塘下镇人民政府", "town", "government", "瑞安市", "330381"),
        ("苏州工业园区管委会", "zone", "government", "苏州市", "320500"),
        ("青溪县财政局", "county", "department", "", ""),
        ("教育部", "", "department", "", ""),
        ("本局", "", "", "", ""),
        ("中共瑞安市委", "county", "party", "温州市", "330381"),
        ("杭州海关", "", "department", "", ""),
        ("台州地区行政公署", "prefecture", "government", "", ""),
        ("河北省瑞安市教育局", "", "department", "", ""),
        ("上海市公安局浦东分局", "county", "department", "上海市", "310115"),
        ("广州市番禺区市桥街道", "town", "government", "番禺区", "440113"),
    ],
)
def test_what_a_name_says_of_a_body(
    name: str, level: str, kind: str, parent: str, code: str
) -> None:
    found = body(name)
    assert (found.level, found.kind, found.parent, found.code) == (level, kind, parent, code)


def test_the_code_is_that_of_the_year() -> None:
    codes = [body("公主岭市人民政府", year).code for year in (2018, 2022, None)]
    assert codes == ["220381", "220184", "220184"]
    assert [body("寿县人民政府", year).parent for year in (2014, 2017)] == ["六安市", "淮南市"]
    assert [body("临平区人民政府", year).code for year in (2015, 2022)] == ["", "330113"]
    assert [body("杭州市公安局西湖分局", year).code for year in (2012, 2024, None)] == [
        "330106"
    ] * 3
    assert [body("石家庄市公安局桥东分局", year).code for year in (2012, None)] == ["130103"] * 2
    assert [body("北京市公安局密云县分局", year).code for year in (2012, 2024)] == ["110228", ""]
    assert [body("老河口市教育局", year).parent for year in (2009, 2015)] == ["襄樊市", "襄阳市"]


def test_a_renamed_body_may_be_the_one_of_its_old_name() -> None:
    assert may_be_one("密云县人民政府", "密云区人民政府")
    assert not may_be_one("余杭区人民政府", "临平区人民政府")
    assert not any(
        change.new == change.old and change.kind == "renamed"
        for change in successions_of("星子县人民政府")
    )
