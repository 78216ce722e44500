"""Names of bodies: one form for all ways of writing one, what is certain, and what was renamed."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.bodies import is_certain, may_be_one, normal, same_body, successions_of
from helpers.counts import properties

SAME = """
    瑞安市人民政府=瑞安市政府 瑞安市人民政府=瑞安市 瑞安市人民=瑞安市政府 浙江省瑞安市人民政府=温州市瑞安市
    江苏省南京市鼓楼区=南京市鼓楼区人民政府 瑞安市人民政府办公室=瑞安市政府办 浙江省温州市瑞安市司法局=瑞安市司法局
    瑞安市塘下镇人民政府=浙江省瑞安市塘下镇 瑞安市安阳街道=瑞安市安阳街道办事处 青溪县经济开发区=青溪县经济开发区管委会
    瑞安市住建局=瑞安市住房和城乡建设局 瑞安市发展改革局=瑞安市发展和改革局 国家税务总局青溪县税务局=青溪县税务局
    杭州市卫生健康委员会（杭州市中医药管理局）=杭州市卫健委 瑞安市司法局=瑞安市司法局 河南省新乡市=新乡市政府
    广西壮族自治区南宁市青秀区政府=南宁市青秀区 延边州敦化市=敦化市
    恩施州巴东县=巴东县人民政府 浦东新区=浦东新区人民政府
"""
NOT_SAME = """
    瑞安市司法局=瑞安市政府 瑞安市政府=乐清市政府 瑞安市司法局=乐清市司法局 瑞安市人民政府=瑞安市人民政府办公室
    鼓楼区人民政府=鼓楼区人民政府 南京市鼓楼区=徐州市鼓楼区 鼓楼区=南京市鼓楼区 城关镇人民政府=城关镇人民政府
    财政局=财政局 县财政局=县财政局 本局=本局 = 瑞安市塘下镇=瑞安市政府 青溪县经济开发区=青溪县
    瑞安市教育局=瑞安市体育局
    瑞安市卫生健康局=瑞安市卫生健康委员会 温州市=温州市瓯海区 甲市朝阳区司法局=乙市朝阳区司法局
    朝阳区司法局=朝阳区司法局
    国土资源局=自然资源局
"""


def pairs(text: str) -> list[tuple[str, str]]:
    return [(one, other) for one, _, other in (pair.partition("=") for pair in text.split())]


@pytest.mark.parametrize(("text", "expected"), [(SAME, True), (NOT_SAME, False)])
def test_which_names_are_certainly_one_body(text: str, expected: bool) -> None:
    assert [pair for pair in pairs(text) if same_body(*pair) != expected] == []
    assert [pair for pair in pairs(text) if same_body(*reversed(pair)) != expected] == []


def test_what_is_certain_is_possible() -> None:
    assert [pair for pair in pairs(SAME) if not may_be_one(*pair)] == []


CITIES = st.sampled_from(["瑞安", "景德镇", "新乡", "广州", "镇江", "盘州", "吉林"])
DEPARTMENTS = st.sampled_from(
    ["", "人民政府", "司法局", "市场监督管理局", "市政园林局", "城乡建设局", "政务服务管理办公室"]
)


@properties(100)
@given(
    city=CITIES,
    department=DEPARTMENTS,
    province=st.sampled_from(["", "浙江省", "宁夏回族自治区"]),
    gap=st.integers(0, 4),
)
def test_spaces_and_provinces_change_nothing(city: str, department: str, province: str, gap: int) -> None:
    plain = f"{city}市{department}"
    written = f"{province}{plain}"
    written = f"{written[:gap]} \u200b{written[gap:]}"
    assert normal(written) == normal(plain)
    assert same_body(written, plain)
    assert normal(normal(written)) == normal(written)


@properties(100)
@given(name=st.text(st.sampled_from("浙江省瑞安市县区镇乡旗州盟街道人民政府办公室局（）()、和 委"), max_size=14))
def test_any_text_has_one_form(name: str) -> None:
    assert normal(normal(name)) == normal(name)
    assert is_certain(name) <= same_body(name, name)


def test_changes_of_a_body() -> None:
    [change] = [one for one in successions_of("温州市环保局") if one.new.endswith("局")]
    assert (change.new, change.since, change.kind) == ("温州市生态环境局", 2018, "renamed")
    assert {(one.new, one.kind) for one in successions_of("洪泽县人民政府")} == {
        ("淮安市洪泽区人民政府", "renamed"),
        ("洪泽区人民政府", "renamed"),
    }
    assert {one.kind for one in successions_of("青溪县国土资源局")} == {"merged"}
    assert successions_of("青溪县司法局") == successions_of("国土资源局") == []


def test_changes_are_in_the_form_of_names() -> None:
    """Each new name reads as a name of one body, so that a report under it is found."""
    for old in ("青溪县卫计局", "青溪县国土资源局", "青溪县乡村振兴局", "杭州市江干区", "洪泽县", "海安县司法局"):
        for change in successions_of(old):
            assert normal(change.new) == change.new
            assert normal(change.old) == change.old == normal(old)
