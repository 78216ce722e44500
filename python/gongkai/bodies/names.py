"""A body's name -> its one form, whether that is certain, what it became, whom it lies within."""

from __future__ import annotations

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib.resources import files
from typing import Any, Literal, get_args

from gongkai.figures import clean
from gongkai.model import EditionError

SuccessionKind = Literal["renamed", "merged"]

# The innermost area; 市政 begins a department (市政园林局), but not before 府 and 务.
AREA = re.compile(r".*(?:(?<!城)(?:市(?!场|政(?![府务])|容)|[镇乡](?!村))|[省县旗州盟]|(?<!社)区(?!划|域)|街道)")
# One unit of an area; a letter that stands within a name (新乡市, 沙市区, 通州区) ends none.
UNIT = re.compile(
    r".+?(?:(?:自治[区州县旗]|省|市(?!区)|县|区|盟|旗(?![县镇区乡])|[镇乡](?![市县镇区塘族])|州(?![省市区县镇乡]))(?!街道)|街道)"
)
WIDE = re.compile(r".+(?:省|自治区|自治州|市|县|自治旗|旗|盟|州)$")  # no two in the country have one name
SECOND_SIGN = re.compile(r"(?<=.)\([^()]*(?:局|委员会|办公室|办|中心)\)$")  # a second name that the same body bears
TAX = re.compile(r"^国家税务总局(?=.+税务局$)")
CENTRAL = re.compile(r"(?:国家|国务院|中国).+|..+部")
OFFICE = re.compile(r"(?:人民)?政府办(?:公[室厅])?|办公[室厅]")
GOVERNMENT_OFFICE = "政府办公室"
LEAD = re.compile(r"(?:人民)?(?:政府)?|办事处|街道办|办|管理委员会|管委会")
LEADS = ("人民政府", "管理委员会", "办事处")  # of an area, a zone, a street
COMMITTEE = re.compile(r"(?:开发|园|度假|风景|名胜|保税|高新|经开|示范|功能|试验|(?<!浦东)(?<!滨海)(?<!沈北)新)区$")
JOINT = re.compile(r"(?<=.)[和与及、](?=.)")  # 发展和改革局 is 发展改革局
KIND = re.compile(r"(?:局|厅|部|委员会|委|办公室|办|中心|处|站|所|院)$")
UNNAMED = re.compile(r"^(?:本|我|全|该|各)|[、,和与及]$")


@dataclass(frozen=True)
class Succession:
    """A body's new name: ``old`` and ``new`` in the form of ``normal``, ``since`` the first year of the new one."""

    old: str
    new: str
    since: int
    kind: SuccessionKind
    source: str


@lru_cache(maxsize=20_000)
def normal(name: str) -> str:
    """One form for all ways of writing a body's name, "" for what is none. Bodies may share it: see ``is_certain``.

    The areas around a city or county go, for these are unique (浙江省瑞安市司法局 = 瑞安市司法局); those around a
    district, town or street stay. A government's office, which reports for itself too, is not the government.
    """
    return "" if UNNAMED.search(clean(name)) else "".join(split(name))


def same_body(one: str, other: str) -> bool:
    """Whether two names are certainly those of one body; ``may_be_one`` tells where they can be."""
    return is_certain(one) and normal(one) == normal(other)


@lru_cache(maxsize=20_000)
def is_certain(name: str) -> bool:
    """Whether a name tells its body from all others: not 城关镇, 鼓楼区 or 财政局 without what they belong to."""
    if not normal(name):
        return False
    area, department = split(name)
    if not area:
        return CENTRAL.fullmatch(department) is not None
    first = units_of(area)[0]
    if WIDE.fullmatch(first):
        return True
    return first.endswith("区") and first == area and len(first) > 1 and first not in facts()["shared"]


# --- the parts of a name --------------------------------------------------------------------------


def split(name: str) -> tuple[str, str]:
    """The area as far as it is needed, and the department; a government, zone or street with its own ending."""
    plain = TAX.sub("", SECOND_SIGN.sub("", clean(name).replace(" ", ""))).replace("(", "（").replace(")", "）")
    found = AREA.match(plain)
    area = found[0] if found else ""
    rest = plain[len(area) :]
    area = "".join(units_of(area)) if area else ""
    if area and OFFICE.fullmatch(rest):
        return area, GOVERNMENT_OFFICE
    if area and LEAD.fullmatch(rest):
        return area, lead_of(area, rest)
    rest = re.sub(r"^(?:人民)?政府(?=.)", "", rest) if area else rest
    return area, JOINT.sub("", facts()["short"].get(rest, rest))


def lead_of(area: str, rest: str) -> str:
    """Who leads an area: stated, or where the name ends with the area the kind that such an area has."""
    if area.endswith("街道"):
        return "办事处"
    if rest.startswith("管"):
        return "管理委员会"
    return "管理委员会" if not rest and COMMITTEE.search(area) else "人民政府"


def units_of(area: str) -> list[str]:
    """The units of an area from the innermost that is unique in the country; the area whole where it cannot be cut."""
    units = UNIT.findall(area)
    if "".join(units) != area:
        return [area]
    start = max((place for place, unit in enumerate(units) if WIDE.fullmatch(unit)), default=0)
    return units[start:]


def tail(name: str) -> tuple[str, str]:
    """What two names of one body share for certain: the last unit of the area ("" without one), and the department
    without its kind; a government's office counts with the government."""
    area, department = split(name)
    last = UNIT.findall(area)[-1:] or [area]
    return last[0], "" if department in (*LEADS, GOVERNMENT_OFFICE) else KIND.sub("", department)


# --- changes --------------------------------------------------------------------------------------


@cache
def facts() -> dict[str, Any]:
    """``names.toml``. EditionError where it is wrong in itself."""
    found = tomllib.loads(files("gongkai.bodies").joinpath("names.toml").read_text(encoding="utf-8"))
    for change in (*found["department"], *found["area"]):
        if change["kind"] not in get_args(SuccessionKind) or not change["old"] or not change["new"]:
            raise EditionError(f"names.toml：{change}")
    return {**found, "shared": frozenset(found["shared"])}


@cache
def index(kind: Literal["department", "area"]) -> Mapping[str, list[dict[str, Any]]]:
    """Old name -> its changes."""
    found: dict[str, list[dict[str, Any]]] = {}
    for change in facts()[kind]:
        for old in change["old"]:
            found.setdefault(JOINT.sub("", old) if kind == "department" else old, []).append(change)
    return found


def successions_of(name: str) -> list[Succession]:
    """What the body of this name may be called after a change, each possible name; [] where none is known."""
    area, department = split(name)
    found = [
        Succession(area + department, area + JOINT.sub("", new), change["since"], change["kind"], change["source"])
        for change in index("department").get(department, ())
        for new in change["new"]
        if area
    ]
    return found + [
        Succession(area + department, new + department, change["since"], change["kind"], change["source"])
        for change in index("area").get(area, ())
        for new in change["new"]
    ]


# --- in a list of one government's bodies ---------------------------------------------------------
# Short names made whole, and who lies within whom.

NAME = re.compile(r"[\u4e00-\u9fff（）()、]{2,60}")
SMALL = ("县", "区", "旗", "镇", "乡", "街道")
parts_of = lru_cache(maxsize=20_000)(split)  # each name of a list is asked for by several questions


@lru_cache(maxsize=20_000)
def qualified(name: str, area: str) -> str:
    """A name whole, in a list of the bodies of ``area``: 教育局 and 县教育局 are 青溪县教育局 there; "" for no name."""
    plain = clean(name).replace(" ", "")
    if not NAME.fullmatch(plain) or UNNAMED.search(plain):
        return ""
    units = units_in(plain)
    if units and WIDE.fullmatch(units[0]):
        return plain
    own = "".join(units)
    shared = next((size for size in range(len(area), 0, -1) if plain.startswith(area[-size:])), 0)
    return area + plain[shared if shared > 1 or len(own) == 1 else 0 :]


@lru_cache(maxsize=20_000)
def units_in(name: str) -> tuple[str, ...]:
    """All areas in a name, from the outermost in: 杭州市, 西湖区, 灵隐街道."""
    found = AREA.match(name)
    area = found[0] if found else ""
    units = tuple(UNIT.findall(area))
    return units if "".join(units) == area else (area,)


def area_of(name: str) -> str:
    return parts_of(name)[0]


def is_office(name: str) -> bool:
    """Whether a name is that of a government's own office, which reports on what the government itself does."""
    return parts_of(name)[1] == GOVERNMENT_OFFICE


def governed_area(name: str) -> str:
    """The area of a government, a street or a zone, without those around it; "" for departments and offices."""
    units = units_in(name)
    return units[-1] if units and parts_of(name)[1] in LEADS else ""


def lies_within(name: str, government: str) -> bool:
    """Whether a whole name says that its body belongs to a government's area; the government itself does not."""
    units, area = units_in(name), units_in(area_of(government))
    inner = units if parts_of(name)[1] not in LEADS else units[:-1]
    return bool(area) and any(inner[at : at + len(area)] == area for at in range(len(inner)))


def lies_outside(name: str, area: str) -> bool:
    """Whether a whole name says that its body belongs elsewhere: in no county, district or town lies another county or
    city."""
    own, units = units_in(area), units_in(area_of(name))
    if not own or not own[-1].endswith(SMALL) or not units or own[-1] in units:
        return False
    return units[0] not in own and WIDE.fullmatch(units[0]) is not None
