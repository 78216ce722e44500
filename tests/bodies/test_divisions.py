"""The table of divisions is whole, and every division in it is read, told from its namesakes and
its parent.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from itertools import combinations

import pytest

from gongkai import same_body
from gongkai.bodies.divisions import Division, by_code, divisions, heirs, latest
from gongkai.bodies.names import forms, rows, zones
from gongkai.bodies.verdicts import changes

# Provinces, prefectures, counties in the ministry's list of the year; that of 2008 counts three
# islands of 海南 more.
COUNTS = {
    2008: (34, 333, 2862),
    2012: (34, 333, 2852),
    2019: (34, 333, 2846),
    2024: (34, 333, 2846),
    2026: (34, 333, 2847),
}
DEPARTMENTS = (
    *(
        "人民政府",
        "市场监督管理局",
        "城市管理局",
        "区域合作局",
        "政务服务管理局",
        "县域经济办公室",
        "教育局",
        "水利局",
    ),
)


@pytest.mark.parametrize("year", COUNTS)
def test_the_numbers_of_each_level(year: int) -> None:
    there = [
        one for one in divisions() if one.since <= year and (not one.until or one.until > year)
    ]
    levels = Counter(one.level for one in there)
    assert (levels["province"], levels["prefecture"], levels["county"]) == COUNTS[year]
    assert (
        len({one.code for one in there})
        == len({(one.parents[:1], one.name) for one in there})
        == len(there)
    )


def test_what_ended_has_successors_and_what_lies_in_something_has_it() -> None:
    for one in divisions():
        assert bool(one.until) == bool(one.change) == bool(one.successors)
        assert one.since < (one.until or 9_999)
        assert all(
            code in by_code() for code in (*one.successors, *(code for code, _ in one.parts))
        )
        assert one.level == "province" or any(code in by_code() for code in one.parents)
        assert not any(letter in one.name for letter in " /()（）")


def test_no_division_is_its_own_heir_but_where_it_goes_on() -> None:
    for one in divisions():
        for heir, kind, year in heirs(one):
            assert heir != one or not one.until or year < one.until
            assert kind in ("renamed", "merged", "split")


def test_the_tables_of_departments_and_zones_hold_together() -> None:
    kinds = {row[0] for row in rows("departments.tsv")}
    assert all(len(row) == 4 and row[3] in ("national", "usage") for row in rows("departments.tsv"))
    assert all(
        row[2].startswith("局") and set(row[2]) <= set("局委办") for row in rows("departments.tsv")
    )
    for change in changes():
        assert {kind.removesuffix("分局") for kind in (*change.old, *change.new)} <= kinds
        assert change.source
    assert {kind for kind, _ in forms().values()} == kinds
    names = {one.name for one in divisions()} | {""}
    assert all(city in names and twin in names for _, city, twin in zones().values())


# --- every division since 2019, with eight departments --------------------------------------------

RECENT = [one for one in divisions() if not one.until or one.until >= 2019]
NAMES = {one.code: one.name for one in reversed(RECENT)}
BEARERS: dict[str, set[Division]] = defaultdict(set)
for one in divisions():
    BEARERS[one.name].add(latest(one))
INNER = [one for one in RECENT if one.level != "province"]


def outer_of(one: Division) -> str:
    return next((NAMES[code] for code in one.parents if code in NAMES), "")


def province_of(one: Division) -> str:
    return NAMES[one.code[:2] + "0000"]


def wrong(found: Counter[bool | None], right: bool | None) -> int:
    return sum(
        count for answer, count in found.items() if answer is not None and answer is not right
    )


@pytest.mark.slow
def test_a_division_is_itself_with_and_without_what_it_lies_in() -> None:
    whole: Counter[bool | None] = Counter()
    alone: Counter[bool | None] = Counter()
    for one in INNER:
        full = (
            province_of(one)
            + (outer_of(one) if outer_of(one) != province_of(one) else "")
            + one.name
        )
        for department in DEPARTMENTS:
            near = outer_of(one) + one.name + department
            whole[same_body(full + department, near)] += 1
            if len(BEARERS[one.name]) == 1:
                alone[same_body(near, one.name + department)] += 1
    assert wrong(whole, True) == wrong(alone, True) == 0
    assert whole[None] <= 40, (
        "毕节, 铜仁, 哈密, 日喀则, 吐鲁番: a city of the county before, which only the year tells"
    )
    assert alone[None] == 0
    assert alone[True] > 25_000


def test_a_name_that_several_bear_tells_none_of_them() -> None:
    shared = [one for one in INNER if len(BEARERS[one.name]) > 1]
    for one in shared:
        for department in DEPARTMENTS:
            assert same_body(outer_of(one) + one.name + department, one.name + department) is None
    assert len(shared) > 60


def test_namesakes_and_parents_are_others() -> None:
    for bearers in BEARERS.values():
        for one, other in combinations(sorted(bearers & set(RECENT)), 2):
            for department in DEPARTMENTS:
                names = [outer_of(each) + each.name + department for each in (one, other)]
                assert same_body(*names) in (False, None)
    answers = Counter(
        same_body(outer_of(one) + one.name + "教育局", outer_of(one) + "教育局") for one in INNER
    )
    assert wrong(answers, False) == 0
    assert answers[None] <= 5


def test_departments_of_one_division_are_others() -> None:
    answers = Counter(same_body(f"{one.name}教育局", f"{one.name}财政局") for one in RECENT)
    assert wrong(answers, False) == 0
    assert answers[None] == 0
