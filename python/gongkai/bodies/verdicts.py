"""Two names of bodies -> whether they are, or may be, one; a name -> what the body became."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from itertools import product, starmap
from typing import Literal

from gongkai.bodies.divisions import MUNICIPALITIES, Division, heirs, latest
from gongkai.bodies.names import (
    OFFICE,
    SUFFIX,
    UNKNOWN_KIND,
    BodyName,
    area_text,
    is_own_name,
    normal,
    parsed,
    rows,
    zones,
)

SuccessionKind = Literal["renamed", "merged", "split"]
Extent = Literal["national", "local", "usage"]
Answer = Literal["same", "different", "unknown"]


@dataclass(frozen=True)
class Succession:
    """A body's new name: ``old`` and ``new`` in the form of ``normal``, ``since`` the first year of
    the new one, ``settled`` the first of which the new body's report certainly covers all of the
    year.
    """

    old: str
    new: str
    since: int
    kind: SuccessionKind
    source: str
    settled: int


def same_body(one: str, other: str, year: int | None = None) -> bool | None:
    """Whether two names are of one body: True, False, or None where they do not tell.

    ``year`` is that of the reports: 毕节市 was a county's city before 2011. A body and what it was
    renamed to are two names of different years: see ``successions_of``. Source of the divisions:
    民政部's yearly lists (divisions.tsv).
    """
    first, second = parsed(one, year), parsed(other, year)
    if BodyName() in (first, second):
        return None
    area = same_area(first, second)
    department = same_department(first, second)
    if "different" in (area, department):
        return None if is_unclear(first, second, area) else False
    is_same = area == department == "same" and one_sign(first, second)
    return True if is_same else None


def one_sign(one: BodyName, other: BodyName) -> bool:
    """Not 教育局（体育局） and 教育局（科技局）: two signs that differ may stand for two bodies."""
    signs = {one.sign, other.sign} - {""}
    return len(signs) < 2


def is_unclear(one: BodyName, other: BodyName, area: Answer) -> bool:
    """Whether a difference may be one of writing: brackets that nobody can place, 分局 of no known
    place, 舟山群岛新区 and 舟山市.
    """
    words = one.department + other.department
    are_in_two_places = one.strange != other.strange
    if are_in_two_places or "（" in words:
        return True
    if is_of_party_both(one, other) or has_sign_of_either(one, other):
        return True
    if not one.has_place or not other.has_place:
        return UNPLACED.search(words) is not None
    return area == "different" and may_share_area(one, other)


def may_share_area(one: BodyName, other: BodyName) -> bool:
    """舟山群岛新区 and 舟山市, 成都高新区桂溪街道 and 武侯区桂溪街道."""
    return is_twin(one, other) or is_twin(other, one) or is_one_street(one, other)


UNPLACED = re.compile(rf"分局|{re.escape(UNKNOWN_KIND)}")
OF_PARTY = re.compile(
    r"党|团委|市委|县委|区委|^.?委|纪委|纪律|监委|监察|人大|人民代表|政协|政治协商|组织部|"
    r"宣传部|统战部|编办|编制"
)


def is_of_party(found: BodyName) -> bool:
    department = found.department.lstrip(UNKNOWN_KIND)
    return found.party or OF_PARTY.search(department) is not None


def is_of_party_both(one: BodyName, other: BodyName) -> bool:
    """Whether two such organs, or one and a department in no table, may be one: 纪委 and
    纪律检查委员会.
    """
    organs = (is_of_party(one), is_of_party(other))
    if all(organs):
        return True
    in_no_table = UNKNOWN_KIND in one.department and UNKNOWN_KIND in other.department
    return in_no_table and any(organs)


def has_sign_of_either(one: BodyName, other: BodyName) -> bool:
    """司法局（行政复议局） and 行政复议局."""
    return one.department != other.department and one.sign != other.sign


def is_one_street(one: BodyName, other: BodyName) -> bool:
    """成都高新区桂溪街道 and 武侯区桂溪街道: zones lead streets of districts. A zone of two names
    too: 天府新区 of the province and of 成都市.
    """
    short, long = sorted((one.sub, other.sub), key=len)
    shared = provinces_of(one) & provinces_of(other)
    return short != "" and long.endswith(short) and len(shared) > 0


def provinces_of(found: BodyName) -> set[str]:
    return {one.code[:2] for one in found.divisions}


def is_twin(zone: BodyName, other: BodyName) -> bool:
    """Whether a zone has the area, or the name in it, of a division: 舟山群岛新区 and 舟山市,
    无锡高新区 and 新吴区, which one government leads, 第八师石河子市 and 石河子市.
    """
    if other.sub:
        return False
    is_zone = zone.sub.endswith("区")
    if is_zone and lies_beside(zone, other):
        return True
    city_of_corps = zone.sub.partition("师")[2]
    return not other.names.isdisjoint({city_of_corps, *twins_of(zone.sub)})


def twins_of(zone: str) -> set[str]:
    """The divisions that have the area of a zone."""
    found = set()
    for name, _, twin in zones().values():
        if name == zone:
            found.add(twin)
    return found


def lies_beside(zone: BodyName, other: BodyName) -> bool:
    """Whether a district is of the zone's city."""
    cities = {one.code[:4] for one in zone.divisions}
    around = set()
    for one in other.divisions:
        if one.name.endswith("区"):
            around.add(one.code[:4])
    return not cities.isdisjoint(around)


def same_area(one: BodyName, other: BodyName) -> Answer:
    if one.strange or other.strange:
        return same_strange(one, other)
    divisions = same_divisions(one.divisions, other.divisions)
    if divisions != "same" or one.sub == other.sub:
        return divisions
    return "unknown" if may_be_one_sub(one.sub, other.sub) else "different"


NOWHERE: frozenset[Division] = frozenset()
PLAIN_ZONE = "开发区"  # may be any of the others


def may_be_one_sub(one: str, other: str) -> bool:
    """Whether two towns or zones of one division may be one: 开发区 and 经开区, 桂溪街道 and
    高新区桂溪街道; not 高新区 and 经开区, nor a zone and the division itself.
    """
    if "" in (one, other):
        return False
    if may_be_short(one, other):
        return True
    are_zones = one.endswith("区") and other.endswith("区")
    return are_zones and PLAIN_ZONE in (one, other)


def same_strange(one: BodyName, other: BodyName) -> Answer:
    """青溪县 is 浙江省青溪县, as no two counties have one name; a place of another name may be the
    same, too.
    """
    alike = one.strange == other.strange and is_own_name(one.strange)
    if not alike or same_divisions(one.divisions, other.divisions) == "different":
        return "unknown"
    return "same" if one.sub == other.sub else "different"


def same_divisions(one: frozenset[Division], other: frozenset[Division]) -> Answer:
    """沙县 and 沙县区, which it was renamed to, may be one: sites keep old names. 鼓楼区, which
    several cities have, is not certain to be the same in two names.
    """
    if one == other and len(one) == 1:
        return "same"
    if NOWHERE in (one, other) or one & other:
        return "unknown"
    pairs = (*product(one, other), *product(other, one))
    return "unknown" if any(starmap(is_renamed, pairs)) else "different"


def is_renamed(old: Division, new: Division) -> bool:
    """Whether a division is the other one under its new name: 沙县 went on as 沙县区."""
    known = {(heir, change) for heir, change, _ in heirs(old)}
    return (new, "renamed") in known


def same_department(one: BodyName, other: BodyName) -> Answer:
    first, second = one.department, other.department
    if one.party != other.party:
        return "different"
    if first == second:
        return "same"
    if is_linked(first, second) or may_be_one_department(first, second):
        return "unknown"
    return "different"


def may_be_one_department(one: str, other: str) -> bool:
    """Whether of two departments one is in no table and may be short for the other; governments and
    offices are not.
    """
    if not {one, other}.isdisjoint(("", OFFICE)):
        return False
    in_no_table = UNKNOWN_KIND in (one[0], other[0])
    ends_alike = OWN_BODY.findall(one) == OWN_BODY.findall(other)
    return in_no_table and ends_alike and may_be_short(one, other)


def is_linked(one: str, other: str) -> bool:
    """Whether two kinds may be one body in some place or year: 城管 and 综合执法, 人防 and 国动;
    not merged ones.
    """
    pair = {one, other}
    for change in changes():
        may_be = change.certainty == "local" or change.kind == "renamed"
        old, new = pair.intersection(change.old), pair.intersection(change.new)
        if may_be and old and new:
            return True
    return False


OWN_BODY = re.compile(r"(?:中心|所|站|院|队|馆|分局|校|公司|协会)$")  # 市场监督管理所 is not the 局


def may_be_short(one: str, other: str) -> bool:
    """Whether the characters of the shorter stand in the longer in their order: 卫健 for 卫生健康,
    体委 for 体育.
    """
    bare = [SUFFIX.sub("", text.strip(UNKNOWN_KIND)) for text in (one, other)]
    short, long = sorted(bare, key=len)
    return holds_letters(long, short)


def holds_letters(name: str, short: str) -> bool:
    """铁岭市供销合作社联合社 has the letters of 市供销社 in their order."""
    letters = iter(name)
    return all(letter in letters for letter in short)


# --- names cut out of texts -----------------------------------------------------------------------


def may_be_one(one: str, other: str, year: int | None = None) -> bool:
    """False only where two names certainly differ: in the area, in the department, or in one having
    a department.

    Names that are no names, as those cut out of a sentence, say nothing. A government's office may
    report for it.
    """
    found = same_body(one, other, year)
    if found is True:
        return True
    first, second = parsed(one, year), parsed(other, year)
    if found is None:
        return not is_apart(first, second)
    is_office_of = {first.department, second.department} == {"", OFFICE}
    return is_office_of and same_area(first, second) != "different"


def is_apart(one: BodyName, other: BodyName) -> bool:
    """青溪县 and 南山县, places that the data do not know, with nothing in common; a town and its
    county.
    """
    only_one_is_town = bool(one.sub) != bool(other.sub)
    if only_one_is_town and one.has_place and other.has_place:
        return True
    if one.strange or other.strange:
        return not may_be_near(one, other)
    return "" not in (one.sub, other.sub) and not may_be_short(one.sub, other.sub)


def may_be_near(one: BodyName, other: BodyName) -> bool:
    """Whether two places, of which the data do not know one, may have one name."""
    first, second = names_of(one), names_of(other)
    if [] in (first, second):
        return True
    alike = any(starmap(may_be_short, product(first, second)))
    return alike and same_department(one, other) != "different"


def names_of(found: BodyName) -> list[str]:
    """What the place of a body is called, in all its forms."""
    if found.strange:
        return [found.strange]
    names: list[str] = []
    for one in found.divisions:
        names += one.names
    return names


# --- what a body became ---------------------------------------------------------------------------


def successions_of(name: str, year: int | None = None) -> list[Succession]:
    """What the body of this name may be called after a change; [] where none is known. What is only
    local (城管局, 综合执法局) is never asserted.
    """
    found = parsed(name, year)
    old = normal(name, year)

    if found.strange:
        return list(of_departments(found, old))
    if found.division is None:
        return []
    return [*of_departments(found, old), *of_divisions(found, found.division, old)]


def of_departments(found: BodyName, old: str) -> Iterator[Succession]:
    """瑞安市商务局 -> what the bureau is called since the reform of a year."""
    for change in changes():
        is_of_it = found.department in change.old
        if change.certainty == "local" or not is_of_it:
            continue
        for kind in change.new:
            if may_have(found, kind):
                new = f"{area_text(found)}{kind}"
                yield Succession(old, new, change.since, change.kind, change.source, change.since)


def may_have(found: BodyName, kind: str) -> bool:
    """Only a county's bureau became a branch of its city's, and in no district of 北京, 天津, 上海,
    重庆.
    """
    if not kind.endswith("分局"):
        return True
    if found.division is None:
        return False
    province = found.division.code[:2]
    return found.division.level == "county" and province not in MUNICIPALITIES


def of_divisions(found: BodyName, division: Division, old: str) -> Iterator[Succession]:
    """洪泽县教育局 -> 洪泽区教育局 since 2016."""
    rest = old.removeprefix(area_text(found))
    for heir, kind, since in heirs(division):
        area = BodyName(frozenset((latest(heir),)), sub=found.sub)
        new = area_text(area) + rest
        change: SuccessionKind = "renamed" if keeps_stem(division, heir, kind) else kind
        if change == "renamed" and new == old:
            continue
        yield Succession(old, new, since, change, SOURCE.format(since), since + 1)


def keeps_stem(division: Division, heir: Division, kind: str) -> bool:
    """Whether what was split went on as a district or city of its old name."""
    is_stem_kept = heir.name[:-1] == division.name[:-1]
    return kind == "split" and heir != division and is_stem_kept


SOURCE = "{}年行政区划调整（民政部县级以上行政区划变更情况）"


@dataclass(frozen=True)
class DepartmentChange:
    """Kinds of departments that went on as others in all of the country (national), most (usage) or
    some places.
    """

    old: tuple[str, ...]
    new: tuple[str, ...]
    kind: SuccessionKind
    since: int
    certainty: Extent
    source: str


KINDS_OF_CHANGES: Mapping[str, SuccessionKind] = {"renamed": "renamed", "merged": "merged"}
EXTENTS: Mapping[str, Extent] = {"national": "national", "local": "local", "usage": "usage"}


@cache
def changes() -> tuple[DepartmentChange, ...]:
    return tuple(map(change_of, rows("changes.tsv")))


def change_of(row: list[str]) -> DepartmentChange:
    old, new, kind, since, certainty, source = row
    return DepartmentChange(
        tuple(old.split()),
        tuple(new.split()),
        KINDS_OF_CHANGES[kind],
        int(since),
        EXTENTS[certainty],
        source,
    )
