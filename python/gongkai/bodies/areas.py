"""Names in a list of one government's bodies: short ones made whole, and who lies within whom."""

from __future__ import annotations

import re
from functools import lru_cache

from gongkai.bodies.names import AREA, UNIT, UNNAMED, WIDE, split
from gongkai.figures import clean

NAME = re.compile(r"[\u4e00-\u9fff（）()、]{2,60}")
OFFICE = "政府办公室"
parts_of = lru_cache(maxsize=20_000)(split)  # each name of a list is asked for by several questions
SMALL = ("县", "区", "旗", "镇", "乡", "街道")
LEADS = ("人民政府", "管理委员会", "办事处")  # of an area, a zone, a street


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
    return parts_of(name)[1] == OFFICE


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
