"""Two names of bodies -> whether they can be, or certainly are, one: sites shorten in every way."""

from __future__ import annotations

import re

from gongkai.bodies.names import (
    AREA,
    KIND,
    Succession,
    is_certain,
    normal,
    same_body,
    successions_of,
    tail,
)
from gongkai.figures import clean

__all__ = [
    "Succession",
    "is_certain",
    "may_be_one",
    "normal",
    "parts_of",
    "same_body",
    "successions_of",
    "tail",
]

# What every government's name may end in, and its office and the seat of a street or zone, who report for it.
GOVERNMENT = re.compile(r"(?:人民)?(?:政府)?(?:办公[室厅]|办事处|管理委员会|管委会)?$|人民$|政府办$|街道办$")
UNCERTAIN = re.compile(r"^(?:本|我|全|该|各)|[、，和与及]$|[^\u4e00-\u9fff（）]")


def may_be_one(one: str, other: str) -> bool:
    """False only where two names certainly differ: in the area, in the department, or in one having a department.

    A name may leave out the areas around its own, its own too where it has a department, and any characters within
    (卫健局 for 卫生健康局). Names that are no names, as those cut out of a sentence, say nothing.
    """
    if same_body(one, other):
        return True
    names = [clean(name).replace(" ", "") for name in (one, other)]
    if not all(names) or any(UNCERTAIN.search(name) for name in names):
        return True
    (area, department), (other_area, other_department) = map(parts_of, names)
    if bool(department) != bool(other_department) and (area or not department) and (other_area or not other_department):
        return False
    return alike_areas(area, other_area) and is_short_for(KIND.sub("", department), KIND.sub("", other_department))


def parts_of(name: str) -> tuple[str, str]:
    """The area and the department; "" for a government itself."""
    found = AREA.match(name)
    area = found[0] if found else ""
    rest = name[len(area) :]
    return area, "" if area and GOVERNMENT.fullmatch(rest) else rest


def alike_areas(one: str, other: str) -> bool:
    short, long = sorted((one, other), key=len)
    if not short or long.endswith(short):
        return True
    return short[-1] == long[-1] and not long.startswith(short) and is_short_for(short, long)


def is_short_for(one: str, other: str) -> bool:
    """Whether the characters of the shorter stand in the longer in their order."""
    short, long = sorted((one, other), key=len)
    left = iter(long)
    return all(char in left for char in short)
