"""What a name says of a body; in a list of one government's bodies: short names made whole, who
lies within whom.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

from gongkai.bodies.divisions import MOST_KEPT, Division, around, by_name, is_there, lies_in
from gongkai.bodies.names import (
    CORPS,
    LETTERS,
    NATION,
    OFFICE,
    UNKNOWN_KIND,
    UNNAMED,
    BodyName,
    area_text,
    is_around,
    is_own_name,
    parsed,
    plain,
    without_lead,
)
from gongkai.groups import only

NAME = re.compile(r"[\u4e00-\u9fff（）()、]{2,60}")
GOES_ON = "域志城级委长"  # behind 县, that make another word of it: 县域经济
SMALL = ("县", "区", "旗", "镇", "乡", "街道")

BodyLevel = Literal["province", "prefecture", "county", "town", "zone", ""]
BodyKind = Literal["government", "office", "department", "party", ""]


@dataclass(frozen=True, slots=True)
class Body:
    """What a name says of a body. ``name``: without blanks and second signs; ``level``: of the area
    that it is of; ``department``: its kind (教育, 市监), "" for a government; ``parent``: the unit
    around its area; ``code``: 行政区划代码 of six digits, of a town or zone that of the division it
    lies in. "" where the name does not tell.
    """

    name: str
    level: BodyLevel = ""
    kind: BodyKind = ""
    department: str = ""
    parent: str = ""
    code: str = ""


def body(name: str, year: int | None = None) -> Body:
    """What a body's name says of it; ``year`` is that of its report, as divisions change.

    Codes and levels are 民政部's (divisions.tsv names its sources). A name that does not tell
    leaves them "".
    """
    found = parsed(name, year)
    if found == BodyName():
        return Body(plain(name))
    department = found.department.lstrip(UNKNOWN_KIND)
    one = None if found.strange else listed_in(found, year)
    return Body(
        name=plain(name),
        level=level_of(found),
        kind=kind_of_body(found),
        department="" if found.department == OFFICE else department,
        parent=parent_of(found, one, year),
        code=one.code if one else "",
    )


def listed_in(found: BodyName, year: int | None) -> Division | None:
    """The row of the lists that holds in a year, the latest where none is given: 公主岭市 of 2018
    lay in 四平市.
    """
    if year is None:
        return found.division
    there = []
    for one in found.listed:
        if is_there(one, year):
            there.append(one)
    return only(there)


def level_of(found: BodyName) -> BodyLevel:
    """Of 瑞安市塘下镇 the town's, of 瑞安市教育局 the county's; "" where a name does not tell."""
    if found.sub:
        return "zone" if found.sub.endswith("区") else "town"
    if is_national(found):
        return ""
    if found.strange:
        return level_of_strange(found)
    levels = {one.level for one in found.divisions}
    return only(levels) or ""


def level_of_strange(found: BodyName) -> BodyLevel:
    """台州地区, 青溪县; not 河南省河南县, which contradicts itself."""
    if found.strange.endswith("地区"):
        return "prefecture"
    is_county = found.strange.endswith(("县", "旗", "区")) and found.strange not in by_name()
    return "county" if is_county else ""


def is_national(found: BodyName) -> bool:
    return bool(found.divisions & {NATION, CORPS})


KINDS: Mapping[str, BodyKind] = {"": "government", OFFICE: "office"}  # of a department


def kind_of_body(found: BodyName) -> BodyKind:
    if found.party:
        return "party"
    return KINDS.get(found.department, "department")


def parent_of(found: BodyName, one: Division | None, year: int | None) -> str:
    """What a body's area lies in: 温州市 of 瑞安市, 瑞安市 of 瑞安市塘下镇; of 青溪县, which no
    list has, what stands before it.
    """
    outer = one
    if found.strange:
        outer = found.division if is_own_name(found.strange) else None
    elif one is not None and not found.sub:
        outer = next(reversed(around(one, year)), None)
    return outer.name if outer else ""


# --- areas ----------------------------------------------------------------------------------------


def parts_of(name: str) -> tuple[str, str]:
    """The area and the department, each in one form; "" for a government itself."""
    found = parsed(name)
    return area_text(found), found.department


def area_of(name: str) -> str:
    return area_text(parsed(name))


def tail(name: str) -> tuple[str, str]:
    """What two names of one body share for certain: the last unit of the area ("" without one), and
    the department; a government's office counts with the government.
    """
    units = units_in(name)
    unit = units[-1] if units else ""
    department = parsed(name).department
    return unit, "" if department == OFFICE else department


@lru_cache(maxsize=MOST_KEPT)
def units_in(name: str) -> tuple[str, ...]:
    """All areas in a name, from the outermost in: 浙江省, 杭州市, 西湖区, 灵隐街道."""
    found = parsed(name)
    names: list[str] = []
    if found.division:
        names = [one.name for one in (*around(found.division), found.division)]
    elif found.divisions:
        names = [min(found.names)]
    return tuple(filter(None, (*names, found.strange, found.sub)))


@lru_cache(maxsize=MOST_KEPT)
def qualified(name: str, area: str) -> str:
    """A name whole, in a list of the bodies of ``area``: 教育局 and 县教育局 are 青溪县教育局
    there; "" for no name.
    """
    text = plain(name)
    if not NAME.fullmatch(text):
        return ""
    if UNNAMED.search(text) and text[0] not in LETTERS:
        return ""
    found = parsed(text)
    if is_whole(found, text, area):
        return text
    return area + text[shared_with(area, text) :]


def shared_with(area: str, text: str) -> int:
    """How many letters of a name are the end of its area's: 县教育局 in 青溪县 has 1; 市场监管局 in
    瑞安市 none.
    """
    shared = len(area)
    while shared and not text.startswith(area[-shared:]):
        shared -= 1
    if shared != 1 or without_lead(text) != text:
        return shared
    leads = text[0] in "县旗州盟" and text[1:2] not in GOES_ON
    return int(leads)


def is_whole(found: BodyName, text: str, area: str) -> bool:
    """Whether a name stands by itself: 瑞安市…, 青岛市市南区, 天河区 in 青岛市's list; not 市南区
    there, nor 城北区.
    """
    if found.strange:
        return is_own_name(found.strange)
    if found.division is None:
        return False
    name = found.division.name
    is_district_alone = name.endswith("区") and text.startswith(name)
    if not is_district_alone:
        return True
    outer = parsed(area)
    if outer.strange:
        return False
    return outer.division is None or not lies_in(found.division, outer.division)


def is_office(name: str) -> bool:
    """Whether a name is that of a government's own office, which reports on what the government
    itself does.
    """
    return parsed(name).department == OFFICE


def governed_area(name: str) -> str:
    """The area of a government, a street or a zone, without those around it; "" for departments and
    offices.
    """
    units = units_in(name)
    if not units or not parsed(name).governs:
        return ""
    return units[-1]


def lies_within(name: str, government: str) -> bool:
    """Whether a whole name says that its body belongs to a government's area; the government itself
    does not.
    """
    inner, outer = parsed(name), parsed(government)
    is_of_area = area_text(inner) == area_text(outer)
    is_itself = is_of_area and inner.governs
    if is_itself or not outer.has_place:
        return False
    if outer.sub:
        return is_of_area
    if outer.strange:
        return inner.strange.startswith(outer.strange)
    return outer.division is not None and is_inside(inner, outer.division)


def is_inside(inner: BodyName, outer: Division) -> bool:
    return inner.division is not None and is_around(outer, inner.division)


def lies_outside(name: str, area: str) -> bool:
    """Whether a whole name says that its body belongs elsewhere: in no county, district or town
    lies another county or city.
    """
    own, found = parsed(area), parsed(name)
    has_place = found.division or found.strange
    if not has_place or not area.endswith(SMALL):
        return False
    if own.strange:
        return own.strange not in found.strange
    if own.division is None:
        return False
    return not is_inside(found, own.division)


def are_apart(one: str, other: str) -> bool:
    """Whether two whole names are of two areas of which neither lies in the other: 瑞安市教育局 and
    永嘉县教育局; not 瑞安市 and 温州市. False where a name has no division of the country.
    """
    first, second = parsed(one).division, parsed(other).division
    if first is None or second is None:
        return False
    return not is_around(first, second) and not is_around(second, first)


# --- rules (规章) ---------------------------------------------------------------------------------
# 《立法法》第九十一条 and 第九十三条 (2023 text; 第八十条 and 第八十二条 before) give that power to
# departments of the State Council and to the governments of provinces, cities of districts
# (设区的市) and autonomous prefectures; 东莞, 中山, 嘉峪关 and 儋州 have it without districts. No
# government of a county or below has it, nor any local department.

TAX_OFFICE = re.compile("国家税务总局")  # above every local one
WITHOUT_DISTRICTS = {"东莞市", "中山市", "嘉峪关市", "儋州市"}


def why_no_rules(name: str) -> str:
    """What a body is that certainly cannot make rules: 乡镇、街道, 县级政府 or 地方政府的部门.

    "" for one that may, and where its name does not tell.
    """
    found = parsed(name)
    is_above = is_national(found) or TAX_OFFICE.match(name.strip())
    is_unclear = found.party or level_of(found) == "zone"
    if is_above or is_unclear:
        return ""
    if found.department in ("", OFFICE):
        return why_no_government(found)
    is_local = found.has_place and plain(name).endswith(("局", "厅", "委员会", "委", "办公室"))
    return "地方政府的部门" if is_local else ""


def why_no_government(found: BodyName) -> str:
    level = level_of(found)
    if level == "town":
        return "乡镇、街道"
    own = found.division.name if found.division else found.strange
    makes_rules = own in WITHOUT_DISTRICTS or own.endswith("新区")  # 浦东新区
    if level != "county" or makes_rules:
        return ""
    return "县级政府"


# --- days by which a report is to be published ----------------------------------------------------
# 《条例》第四十九条 gives departments of governments from the county's on until 31 January, and
# those governments, by their own 主管部门, until 31 March. Of towns and streets no article speaks.

DEPARTMENTS_DAY, GOVERNMENTS_DAY = (1, 31), (3, 31)


def last_day_of(name: str) -> tuple[int, int] | None:
    """(month, day) of the following year by which a body has to publish its report; None where no
    article says it, or the name does not tell what the body is.
    """
    found = parsed(name)
    if found.party or found.sub:
        return None
    if not level_of(found) and not is_national(found):
        return None
    return DEPARTMENTS_DAY if found.department else GOVERNMENTS_DAY
