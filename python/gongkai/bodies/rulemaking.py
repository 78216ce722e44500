"""A body's name -> why it certainly cannot make rules (规章), or nothing.

《立法法》第九十一条 and 第九十三条 (2023 text; 第八十条 and 第八十二条 before) give that power to departments of the
State Council and to the governments of provinces, cities of districts (设区的市) and autonomous prefectures; 东莞,
中山, 嘉峪关 and 儋州 have it without districts. No government of a county or below has it, nor any local department.
"""

from __future__ import annotations

import re
import tomllib
from functools import cache
from pathlib import Path

from gongkai.bodies import parts_of
from gongkai.figures import clean

CITIES = Path(__file__).with_name("cities.toml")
NATIONAL = re.compile(r"国家|国务院|中国|中华|全国|中央")
DEPARTMENT = re.compile(r"[\u4e00-\u9fff]{2,}(?:局|厅|委员会|委|办公室)")
TOWN = re.compile(r".*(?:[镇乡]|街道)")
COUNTY = re.compile(r".+(?:县|旗|(?<!自治)(?<![地特新园发业术政])区)")
NO_DISTRICT = re.compile(r"开发区|[园景矿林特新]区|示范区|保税|合作区|高新区|管委会|管理委员会")


def why_no_rules(name: str) -> str:
    """What a body is that certainly cannot make rules: 乡镇、街道, 县级政府 or 地方政府的部门.

    "" for one that may, and where its name does not tell.
    """
    plain = clean(name).replace(" ", "")
    if not plain or NATIONAL.match(plain):
        return ""
    area, department = parts_of(plain)
    if not area:
        return ""
    if department:
        return "地方政府的部门" if DEPARTMENT.fullmatch(department) and not NO_DISTRICT.search(plain) else ""
    if TOWN.fullmatch(area):
        return "乡镇、街道"
    if NO_DISTRICT.search(plain):
        return ""
    return "县级政府" if COUNTY.fullmatch(area) or area.endswith(county_cities()) else ""


@cache
def county_cities() -> tuple[str, ...]:
    lists = tomllib.loads(CITIES.read_text(encoding="utf-8")).values()
    return tuple(city for province in lists for city in province["cities"])
