"""Two names of bodies -> whether they are, or may be, one; a name -> what the body became."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
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
    area, department = same_area(first, second), same_department(first, second)
    if "different" in (area, department):
        return None if is_unclear(first, second, area) else False
    if not one_sign(first, second):
        return None
    return True if area == department == "same" else None


def one_sign(one: BodyName, other: BodyName) -> bool:
    """Not 教育局（体育局） and 教育局（科技局）: two signs that differ may stand for two bodies."""
    return not one.sign or not other.sign or one.sign == other.sign


def is_unclear(one: BodyName, other: BodyName, area: Answer) -> bool:
    """Whether a difference may be one of writing."""
    if (
        one.strange != other.strange
        or is_of_party_both(one, other)
        or is_sign(one, other)
        or is_sign(other, one)
    ):
        return True
    words = one.department + other.department
    if "（" in words:
        return True  # brackets that nobody can place
    if not one.has_place or not other.has_place:
        return "分局" in words or UNKNOWN_KIND in words
    return area == "different" and (
        is_twin(one, other) or is_twin(other, one) or is_one_street(one, other)
    )


OF_PARTY = re.compile(
    r"党|团委|市委|县委|区委|^.?委|纪委|纪律|监委|监察|人大|人民代表|政协|政治协商|组织部|"
    r"宣传部|"
    r"统战部|编办|编制"
)


def is_of_party(found: BodyName) -> bool:
    return found.party or OF_PARTY.search(found.department.lstrip(UNKNOWN_KIND)) is not None


def is_of_party_both(one: BodyName, other: BodyName) -> bool:
    """Whether two such organs, or one and a department in no table, may be one: 纪委 and
    纪律检查委员会.
    """
    organs = [is_of_party(found) for found in (one, other)]
    return all(organs) or (
        any(organs) and UNKNOWN_KIND in one.department and UNKNOWN_KIND in other.department
    )


def is_sign(one: BodyName, other: BodyName) -> bool:
    """司法局（行政复议局） and 行政复议局."""
    return bool(one.sign) and one.sign != other.sign and other.department != one.department


def is_one_street(one: BodyName, other: BodyName) -> bool:
    """成都高新区桂溪街道 and 武侯区桂溪街道: zones lead streets of districts. A zone of two names
    too: 天府新区 of the province and of 成都市.
    """
    if not one.sub or not other.sub:
        return False
    codes = [{one.code[:2] for one in found.divisions} for found in (one, other)]
    near = bool(codes[0] & codes[1])
    ends = one.sub.endswith(other.sub) or other.sub.endswith(one.sub)
    return near and ends


def is_twin(zone: BodyName, other: BodyName) -> bool:
    """Whether a zone has the area, or the name in it, of a division: 舟山群岛新区 and 舟山市,
    无锡高新区 and 新吴区, which one government leads, 第八师石河子市 and 石河子市.
    """
    if other.sub:
        return False
    names = {one.name for one in other.divisions}
    twins = {twin for name, _, twin in zones().values() if name == zone.sub}
    in_corps = any(zone.sub.endswith(f"师{name}") for name in names)
    return bool(twins & names) or in_corps or (zone.sub.endswith("区") and lies_beside(zone, other))


def lies_beside(zone: BodyName, other: BodyName) -> bool:
    """Whether a district is of the zone's city."""
    cities = {one.code[:4] for one in zone.divisions}
    return any(one.name.endswith("区") and one.code[:4] in cities for one in other.divisions)


def same_area(one: BodyName, other: BodyName) -> Answer:
    if one.strange or other.strange:
        return same_strange(one, other)
    divisions = same_divisions(one.divisions, other.divisions)
    if divisions == "different":
        return "different"
    if one.sub == other.sub:
        return divisions
    return (
        "unknown" if divisions == "unknown" or may_be_one_sub(one.sub, other.sub) else "different"
    )


PLAIN_ZONE = "开发区"  # may be any of the others


def may_be_one_sub(one: str, other: str) -> bool:
    """Whether two towns or zones of one division may be one: 开发区 and 经开区, 桂溪街道 and
    高新区桂溪街道; not 高新区 and 经开区, nor a zone and the division itself.
    """
    if not one or not other:
        return False
    if may_be_short(one, other):
        return True
    plain = one == PLAIN_ZONE or other == PLAIN_ZONE
    return plain and one.endswith("区") and other.endswith("区")


def same_strange(one: BodyName, other: BodyName) -> Answer:
    """青溪县 is 浙江省青溪县, as no two counties have one name; a place of another name may be the
    same, too.
    """
    alike = one.strange == other.strange and is_own_name(one.strange)
    if not alike or same_divisions(one.divisions, other.divisions) == "different":
        return "unknown"
    return "same" if one.sub == other.sub else "different"


def same_divisions(one: frozenset[Division], other: frozenset[Division]) -> Answer:
    """沙县 and 沙县区, which it was renamed to, may be one: sites keep old names."""
    if not one or not other:
        return "unknown"
    if one == other:
        return "same" if len(one) == 1 else "unknown"
    renamed = [
        is_renamed(first, second) or is_renamed(second, first) for first in one for second in other
    ]
    return "unknown" if one & other or any(renamed) else "different"


def is_renamed(old: Division, new: Division) -> bool:
    return any(heir == new and kind == "renamed" for heir, kind, _ in heirs(old))


def same_department(one: BodyName, other: BodyName) -> Answer:
    first, second = one.department, other.department
    if one.party != other.party:
        return "different"
    if first == second:
        return "same"
    if is_linked(first, second):
        return "unknown"
    return "unknown" if may_be_one_department(first, second) else "different"


def may_be_one_department(one: str, other: str) -> bool:
    """Whether of two departments one is in no table and may be short for the other; governments and
    offices are not.
    """
    if not one or not other or OFFICE in (one, other):
        return False
    in_no_table = UNKNOWN_KIND in (one[0], other[0])
    return in_no_table and last_of(one) == last_of(other) and may_be_short(one, other)


def is_linked(one: str, other: str) -> bool:
    """Whether two kinds may be one body in some place or year: 城管 and 综合执法, 人防 and 国动;
    not merged ones.
    """
    return any(
        {one, other} & set(change.old) and {one, other} & set(change.new)
        for change in changes()
        if change.certainty == "local" or change.kind == "renamed"
    )


OWN_BODY = re.compile(r"(?:中心|所|站|院|队|馆|分局|校|公司|协会)$")  # 市场监督管理所 is not the 局


def last_of(department: str) -> str:
    found = OWN_BODY.search(department)
    return found[0] if found else ""


def may_be_short(one: str, other: str) -> bool:
    """Whether the characters of the shorter stand in the longer in their order: 卫健 for 卫生健康,
    体委 for 体育.
    """
    bare = [SUFFIX.sub("", text.strip(UNKNOWN_KIND)) for text in (one, other)]
    short, long = sorted(bare, key=len)
    left = iter(long)
    return all(letter in left for letter in short)


# --- names cut out of texts -----------------------------------------------------------------------


def may_be_one(one: str, other: str, year: int | None = None) -> bool:
    """False only where two names certainly differ: in the area, in the department, or in one having
    a department.

    Names that are no names, as those cut out of a sentence, say nothing. A government's office may
    report for it.
    """
    found = same_body(one, other, year)
    if found is not False:
        return not is_apart(parsed(one, year), parsed(other, year)) if found is None else True
    first, second = parsed(one, year), parsed(other, year)
    return {first.department, second.department} == {"", OFFICE} and same_area(
        first, second
    ) != "different"


def is_apart(one: BodyName, other: BodyName) -> bool:
    """青溪县 and 南山县, places that the data do not know, with nothing in common; a town and its
    county.
    """
    if bool(one.sub) != bool(other.sub) and one.has_place and other.has_place:
        return True
    if one.strange or other.strange:
        return not may_be_near(one, other)
    return bool(one.sub and other.sub) and not may_be_short(one.sub, other.sub)


def may_be_near(one: BodyName, other: BodyName) -> bool:
    places = [names_of(found) for found in (one, other)]
    if not all(places):
        return True
    alike = any(may_be_short(first, second) for first in places[0] for second in places[1])
    return alike and same_department(one, other) != "different"


def names_of(found: BodyName) -> list[str]:
    """What the place of a body is called, in all its forms."""
    if found.strange:
        return [found.strange]
    return [name for one in found.divisions for name in (one.name, *one.short)]


# --- what a body became ---------------------------------------------------------------------------


def successions_of(name: str, year: int | None = None) -> list[Succession]:
    """What the body of this name may be called after a change; [] where none is known. What is only
    local (城管局, 综合执法局) is never asserted.
    """
    found = parsed(name, year)
    old = normal(name, year)
    departments = of_departments(found, old) if found.strange or found.division else ()
    divisions = (
        of_divisions(found, found.division, old) if found.division and not found.strange else ()
    )
    return [*departments, *divisions]


def of_departments(found: BodyName, old: str) -> Iterator[Succession]:
    for change in changes():
        if found.department in change.old and change.certainty != "local":
            for kind in filter(lambda kind: may_have(found, kind), change.new):
                yield Succession(
                    old,
                    f"{area_text(found)}{kind}",
                    change.since,
                    change.kind,
                    change.source,
                    change.since,
                )


def may_have(found: BodyName, kind: str) -> bool:
    """Only a county's bureau became a branch of its city's, and in no district of 北京, 天津, 上海,
    重庆.
    """
    if not kind.endswith("分局") or found.division is None:
        return not kind.endswith("分局")
    return found.division.level == "county" and found.division.code[:2] not in MUNICIPALITIES


def of_divisions(found: BodyName, division: Division, old: str) -> Iterator[Succession]:
    rest = old.removeprefix(area_text(found))
    for heir, kind, since in heirs(division):
        new = area_text(BodyName(frozenset((latest(heir),)), sub=found.sub))
        stem = division.name[:-1] == heir.name[:-1] and kind == "split" and heir != division
        if (stem or kind == "renamed") and new + rest == old:
            continue
        yield Succession(
            old, new + rest, since, "renamed" if stem else kind, SOURCE.format(since), since + 1
        )


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


@cache
def changes() -> tuple[DepartmentChange, ...]:
    return tuple(map(change_of, rows("changes.tsv")))


def change_of(row: list[str]) -> DepartmentChange:
    old, new, kind, since, certainty, source = row
    kinds: dict[str, SuccessionKind] = {"renamed": "renamed", "merged": "merged"}
    certainties: dict[str, Extent] = {"national": "national", "local": "local", "usage": "usage"}
    return DepartmentChange(
        tuple(old.split()),
        tuple(new.split()),
        kinds[kind],
        int(since),
        certainties[certainty],
        source,
    )
