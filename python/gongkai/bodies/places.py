"""Names without their area, as 市教育局 on the site of 宣城市 -> names with it."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from functools import cache
from itertools import chain
from urllib.parse import urlsplit

from gongkai.bodies.divisions import (
    Division,
    around,
    beginnings,
    ends_in_full,
    lies_in,
    path_of,
    today,
)
from gongkai.bodies.names import (
    LETTERS,
    NATION,
    BodyName,
    is_certain,
    is_department,
    parsed,
    plain,
    rows,
    whole_name,
)

# Where these letters begin a word of their own: 市场监督管理局, 县域经济办公室.
OWN_WORD = re.compile(r"市场|市政(?![务府])|市容|市民|市辖|县域|区域|州志|旗帜|省级|镇域|乡村|镇区")
# What a unit that a name belongs to may end with, by the name's first letter: 州水利局 of
# 巴音郭楞蒙古自治州.
REGION = "自治区"
FITTING = {"省": "省区", "镇": "", "乡": ""}
SITE_ENDS = re.compile(r"(?:shi|xian|qu|zf|gov|city)$")
NO_PLACE = frozenset(("www", "gov", "cn", "com", "org", "net", "edu"))
# 亚运城市环境 names no 运城市, 公开县教育局 no 开县: before a place stands no letter, or a word
# that leads to one.
LEADS_TO_PLACE = re.compile(
    r"(?:^|[^\u4e00-\u9fff]|[在于由把和与为是向到对经受据照按及至从赴驻省市县区州盟旗将请系]"
    r"|公[开布]|发布|编制|反映|结合|关于|联系|汇总|参照|连同|配合|[本该]为|单位)$"
)
LONGEST_PATH = 30  # letters of a division with all around it
LOOK_BACK = 4  # letters
LONGEST_SEARCHED = 2_000  # characters of a text


def is_relative(name: str) -> bool:
    """Whether a name leaves its area out: 市教育局, 财政局, 海河镇, 鼓楼区; not 南京海关,
    教育部.
    """
    found = parsed(name)
    if found == BodyName() or is_certain(name) or NATION in found.divisions:
        return False
    return found.has_place or not path_of(plain(name), None)[0]


def lead_of(name: str) -> str:
    """The letter that stands for a name's area: 市 of 市教育局, 区 of 区大数据中心; "" for 财政局,
    市场监管局.
    """
    text = plain(name)
    if text.startswith(REGION):
        return REGION
    if text[:1] not in LETTERS or len(text) < 3 or OWN_WORD.match(text):
        return ""
    is_whole = parsed(name).has_place or is_department(text)
    return "" if is_whole else text[0]


def named_in(name: str, texts: Sequence[Collection[Division]], site: Collection[Division]) -> str:
    """A relative name with the one area that fits it, "" where nothing does, or several do.

    ``texts`` are the places that each witness names: the head of a page, then sentences; ``site``
    those that its site may be of, which are believed before sentences: 市教育局 in 宣城市 is
    宣城市教育局.
    """
    lead, text = lead_of(name), plain(name)
    found = [set(units_for(text, lead, named)) for named in texts]
    told: set[Division] = set()
    for other in (*found[:1], site_units(text, lead, site, texts), *found[1:]):
        told = told & other or told or other
    if len(told) != 1:
        return ""
    return whole_name(told.pop()) + text[len(lead) :]


def site_units(
    name: str, lead: str, site: Collection[Division], texts: Sequence[Collection[Division]]
) -> set[Division]:
    """Of the divisions that an address spells those that fit; where the texts name what one lies
    in, that alone: wushan.gov.cn is 武山县 where 天水市 is named, not 巫山县.
    """
    named = {place.code for place in chain.from_iterable(texts)}
    fitting: set[Division] = set()
    inner: set[Division] = set()
    for one in site:
        if not fits(name, lead, one):
            continue
        fitting.add(one)
        if not named.isdisjoint(one.parents):
            inner.add(one)
    return inner or fitting


def units_for(name: str, lead: str, places: Collection[Division]) -> Iterator[Division]:
    for place in places:
        unit = unit_for(name, lead, place)
        if unit:
            yield unit


def unit_for(name: str, lead: str, place: Division) -> Division | None:
    """Of a place the innermost unit that a name can belong to: of 张掖市甘州区 the city for
    市人防办.
    """
    for unit in (place, *reversed(around(place))):
        if fits(name, lead, unit):
            return unit
    return None


def fits(name: str, lead: str, unit: Division) -> bool:
    """Whether a unit can be that of a name: 宣城市 of 市教育局, 县 and 区 of 财政局."""
    if lead == REGION:
        return unit.name.endswith(REGION)
    if lead:
        return unit.name[-1] in FITTING.get(lead, lead)
    found = parsed(name)
    if found.divisions:  # a district that several cities have
        return any(lies_in(one, unit) for one in found.divisions)
    return unit.level == "county" or not found.sub


def places_in(text: str) -> list[Division]:
    """The divisions that a text names in full, each once: 张掖市甘州区 of
    联系方式：张掖市甘州区县府南街.
    """
    found: dict[Division, None] = {}
    at, text = 0, text[:LONGEST_SEARCHED]
    while at < len(text):
        length, those = place_at(text, at)
        if len(those) == 1:
            found |= dict.fromkeys(those)
        at += length or 1
    return list(found)


def place_at(text: str, at: int) -> tuple[int, frozenset[Division]]:
    """(letters, candidates) of the whole division that begins at a place of a text, and not within
    a word; 0 and none where none does.
    """
    found = division_at(text, at)
    return found if found[0] and leads_to_place(text, at) else (0, frozenset())


def is_division_at(text: str, at: int) -> bool:
    return division_at(text, at)[0] > 0


def division_at(text: str, at: int) -> tuple[int, frozenset[Division]]:
    if text[at : at + 2] not in beginnings():
        return 0, frozenset()
    length, those = path_of(text[at : at + LONGEST_PATH], None)
    is_whole = ends_in_full(text[at : at + length], those)
    return (length, those) if is_whole else (0, frozenset())


def leads_to_place(text: str, at: int) -> bool:
    """Whether a place may begin here, and not within a word."""
    return LEADS_TO_PLACE.search(text[max(0, at - LOOK_BACK) : at]) is not None


def places_of_site(address: str) -> list[Division]:
    """The divisions that a site may be of, by the spelling of its name: 四平市 of
    jtys.siping.gov.cn.
    """
    if not address.startswith(("http:", "https:")):
        return []
    host = urlsplit(address).hostname or ""
    for label in reversed(host.split(".")):
        names = () if label in NO_PLACE else spelled(label)
        if names:
            return list(chain.from_iterable(map(today, names)))
    return []


def spelled(label: str) -> Sequence[str]:
    return spellings().get(label) or spellings().get(SITE_ENDS.sub("", label)) or ()


@cache
def spellings() -> Mapping[str, Sequence[str]]:
    """Spelling -> the names of the divisions that have it (sites.tsv)."""
    found = {}
    for spelling, names in rows("sites.tsv"):
        found[spelling] = names.split(",")
    return found
