"""A body's name -> its parts: the division, a town or zone in it, the department; and its one
form.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from functools import cache, lru_cache
from importlib.resources import files
from itertools import product, starmap

from gongkai import figures, groups
from gongkai.bodies.divisions import (
    FAR,
    MOST_KEPT,
    Division,
    around,
    by_name,
    ends_in_full,
    is_shared,
    latest,
    lies_in,
    path_of,
    today,
)

OFFICE = "政府办公室"  # of a government: a body of its own
UNKNOWN_KIND = "?"  # before the words of a department that is in no table

TAX = re.compile(r"^国家税务总局(?=.+税务局$)")
# A second sign that the same body bears: 卫生健康委员会（中医药管理局）; not 公安局（瑞安分局）,
# 人民政府（办公室）.
SECOND_SIGN = re.compile(
    r"(?<=[局厅委会办室心院馆])"
    r"[（(]([^（()）]{2,}(?<!分)局|[^（()）]{2,}(?:委员会|办公室|中心))[）)]$"
)
SURROUNDED = re.compile(r"^[（(《](.*)[）)》]$")
LEADING = re.compile(r"^(?:关于)?(?:20\d\d年度?)?")
WEBSITE = re.compile(r"(?:门户)?网站$")
SEVERAL = re.compile(r"[市县区旗州局厅委]、")
# What begins with a city's name and is none of its departments: 北京大学, 杭州海关, 上海路街道.
PROPER = re.compile(
    r"(?:交通|师范|理工|科技|工业|农业|医科|中医药|财经)?(?:大学|学院)|海关|海事局|铁路|港|机场|"
    r"日报|银行|集团"
    r"|.{0,2}(?:路|街)(?!道)|.{0,4}(?:街道|[镇乡])(?:办事处|$)"
)
UNNAMED = re.compile(r"^(?:本|我|全|该|各)|[、,，和与及]$")
LETTERS = "省市县区旗州盟镇乡"  # 县教育局: of whose, is not said
STREET = re.compile(r"(?:街道|[镇乡])(?:办事处|人民政府|政府|$)")
CENTRAL = re.compile(
    r"(?:中华人民共和国|国家|国务院|中国)(?P<rest>.+)|"
    r"(?P<ministry>(?!.*[省市县区州旗盟])[^局]{2,}部)$|(?P<head>.{2,}总[局署]|审计署)$"
)
CORPS_NAME = re.compile(r"(?:新疆生产建设)?兵团|(?=第[一二三四五六七八九十]{1,3}师)")
CORPS_DIVISION = re.compile(r"第[一二三四五六七八九十]{1,3}师(?:[^市局]{1,6}市)?")
BEFORE_STREET = re.compile(r"^人民政府(?=.+(?:街道|镇|乡)(?:办事处|人民政府|政府)?$)")
# The last words of a zone's name, those that end in another one first.
ZONE_WORDS = (
    *("经济技术开发区", "经济开发区", "高新技术产业开发区", "高新技术开发区", "高新区"),
    *("经开区", "开发区", "工业园区", "产业集聚区", "工业集中区", "科技园区", "科技园"),
    *("产业园区", "产业园", "风景名胜区", "风景旅游区", "风景区"),
    *("景区", "旅游度假区", "度假区", "综合保税区", "保税区", "示范区", "合作区"),
    *("实验区", "新区", "港区", "片区", "园区"),
)
TOWN = re.compile(
    rf"(?P<name>(?:[^县市区]{{1,12}}?|[^县市区]{{0,4}}(?:{'|'.join(ZONE_WORDS)}))(?:街道|民族乡|"
    rf"[镇乡]|苏木))(?![村区])"
    r"(?=$|办事处|办|人民|政府|党政|综合|财政|司法|便民|社会)"
)
TOWN_OF_COUNTY = re.compile(  # 城关镇农业站; not 城镇建设局
    r"(?!城镇|乡镇|集镇|村镇|小城镇)(?P<name>(?:(?!政府)[^局厅委办]){1,12}?(?:街道|民族乡|"
    r"(?<![城村乡集])[镇乡]|苏木))(?![村区])"
)
ZONE = re.compile(rf"(?P<own>.{{0,8}}?)(?:国家级?)?(?P<kind>{'|'.join(ZONE_WORDS)})")
ZONE_FORMS = {
    **dict.fromkeys(("经济技术开发区", "经济开发区"), "经开区"),
    **dict.fromkeys(("高新技术产业开发区", "高新技术开发区"), "高新区"),
}
# A county or city of which the data know nothing: one of the years to come, a name of usage.
STRANGE_PLACE = re.compile(
    r"(?P<name>(?!城市|都市|全市|该市|超市|门市|集市|夜市|股市)"
    r"[^县市区旗镇乡州省]{1,8}(?:自治[县旗区]|[县市旗州盟区省]))"
    r"(?=人民|政府|行政公署|办公|管理委员会|管委会|.{0,14}(?:街道|镇|乡|苏木)|.{2,20}(?:局|厅|"
    r"委员会|委|办|中心|区)|$)"
)
MOST_STRANGE = 2  # 甲市朝阳区
# 公安局渝中区分局; the bureau must be a known one.
BRANCH = re.compile(r"(?P<of>.{2,9}?局)(?P<area>[^局]*)分局")
GOVERNMENT = re.compile(
    r"(?:人民)?(?:政府)?|人民|行政公署|行署|(?:街道)?办事处|街道办|办|管理委员会|管委会|"
    r"行政委员会|执行委员会"
)
OFFICE_NAME = re.compile(r"(?:人民)?政?府办(?:公[室厅])?|办公[室厅]|(?:行政公|行)署办公室")
GOVERNMENT_OR_OFFICE = re.compile(f"{GOVERNMENT.pattern}|{OFFICE_NAME.pattern}")
LED = re.compile(r"^(?:人民)?政府(?=.)")
# 中心, 所, 站, 院, 队, 馆, 分局 name bodies of their own.
SUFFIX = re.compile(r"(?:总局|局|厅|委员会|委|办公室|办|部)$")
# Of a department -> what kind of body that is; 部 and 总局 stand for the 局 of the nation. 水利局
# and 水利委员会 are two bodies, 教育局 and 教育委员会 are one: departments.tsv knows these letters.
ENDINGS = {
    **dict.fromkeys(("局", "厅", "总局", "部"), "局"),
    **dict.fromkeys(("委员会", "委"), "委"),
    **dict.fromkeys(("办公室", "办"), "办"),
}
JOINT = re.compile(r"(?<=.)(?<![局厅委办])[和与及、](?=.)")  # 发展和改革局 is 发展改革局


@dataclass(frozen=True)
class BodyName:
    """The parts of a name. ``divisions``: those that it may be of; ``strange``: a place in them
    that the data do not know; ``sub``: a town, street or zone; ``department``: its kind, OFFICE, ""
    for a government itself; ``sign``: a second one that it bears; ``listed``: the divisions as the
    lists of the years have them.
    """

    divisions: frozenset[Division] = frozenset()
    strange: str = ""
    sub: str = ""
    department: str = ""
    party: bool = False
    sign: str = ""
    listed: frozenset[Division] = field(default=frozenset(), compare=False)

    @property
    def division(self) -> Division | None:
        """The one that it is of, None where it may be several or none."""
        return groups.only(self.divisions)

    @property
    def names(self) -> set[str]:
        """Those of its divisions: 瑞安市."""
        return {one.name for one in self.divisions}

    @property
    def has_place(self) -> bool:
        return bool(self.divisions or self.strange or self.sub)

    @property
    def governs(self) -> bool:
        return not self.department and not self.party


NATION = Division("", "国家")
CORPS = Division("", "新疆生产建设兵团")


@lru_cache(maxsize=MOST_KEPT)
def parsed(name: str, year: int | None = None) -> BodyName:
    """The parts of a name as it is written; all empty for what is no name (本局, …和)."""
    text = plain(name)
    if SEVERAL.search(text):
        return BodyName()
    party = text.startswith("中共")
    text = text.removeprefix("中共")
    whole = beyond_divisions(text) or in_zone(text) or in_division(text, year)
    return whole if whole == BodyName() else replace(whole, party=party, sign=sign_of(name))


def in_division(text: str, year: int | None) -> BodyName:
    """The parts of a name that begins with divisions, or with nothing that the data know: 浙江省
    瑞安市 司法局, 青溪县 教育局; those of 台州地区, as cities were called; none of 本机关.
    """
    length, listed = beginning_of(text, year)
    rest = text[length:]
    if not length and UNNAMED.search(text):
        return BodyName()
    if rest.startswith("地区"):
        return with_department(BodyName(strange=text[: length + 2]), rest[2:])
    of_today = frozenset(map(latest, listed))
    whole = BodyName(listed if of_today == listed else of_today, listed=listed)
    if "（" in rest:
        return replace(whole, department=UNKNOWN_KIND + rest)  # 新吴区（高新区）, 安阳街道（筹）
    if not length or rest[:1] == text[length - 1]:
        rest = without_lead(rest)  # 县教育局, 和县县政府
    return branch_of(whole, rest, year) or with_department(*with_place(whole, rest))


def beginning_of(text: str, year: int | None) -> tuple[int, frozenset[Division]]:
    """The divisions that a name begins with; none in 新城区街道 and 北京大学, which only begin as
    one does.
    """
    length, listed = path_of(text, year)
    rest = text[length:]
    if STREET.match(rest):
        return 0, frozenset()
    if PROPER.match(rest) and not ends_in_full(text[:length], listed):
        return 0, frozenset()
    return length, listed


def without_lead(rest: str) -> str:
    """县教育局 -> 教育局, 市人民政府 -> 人民政府; not 市场监督管理局, 县域经济办公室."""
    inner = rest[1:]
    if rest[:1] not in LETTERS or not inner or is_department(rest):
        return rest
    is_known = is_department(inner) or GOVERNMENT_OR_OFFICE.fullmatch(inner)
    return inner if is_known else rest


def beyond_divisions(text: str) -> BodyName | None:
    """What lies in no division: 新疆生产建设兵团 and its own (第八师石河子市), ministries (教育部,
    国家税务总局).
    """
    return of_corps(text) or of_nation(text)


def of_corps(text: str) -> BodyName | None:
    found = CORPS_NAME.match(text)
    if found is None:
        return None
    inner = CORPS_DIVISION.match(text[found.end() :])
    sub = inner[0] if inner else ""
    return with_department(BodyName(frozenset((CORPS,)), sub=sub), text[found.end() + len(sub) :])


def of_nation(text: str) -> BodyName | None:
    found = CENTRAL.fullmatch(text)
    if found is None or path_of(text, None)[0]:
        return None
    rest = next(filter(None, found.groups()))
    if found["head"] and STRANGE_PLACE.match(rest) and not is_department(rest):
        return None  # 青溪县一总局
    return BodyName(frozenset((NATION,)), department=kind_of(rest.removeprefix("国家")))


def sign_of(name: str) -> str:
    found = SECOND_SIGN.search(figures.clean(name).replace(" ", ""))
    return kind_of(found[1]) if found else ""


def plain(name: str) -> str:
    text = LEADING.sub("", SURROUNDED.sub(r"\1", figures.clean(name).replace(" ", "")))
    text = WEBSITE.sub("", text)
    return TAX.sub("", SECOND_SIGN.sub("", text)).replace("(", "（").replace(")", "）")


def with_place(whole: BodyName, rest: str) -> tuple[BodyName, str]:
    """What stands in the division: a place that we do not know, a town or a zone; and what is
    left.
    """
    rest = BEFORE_STREET.sub("", rest)
    if is_department(rest):
        return whole, rest
    known = zone_known(whole, rest)
    if known:
        return known
    in_county = any(one.level == "county" for one in whole.divisions)
    if not in_county:
        whole, rest, in_county = with_strange(whole, rest)
    if is_department(rest):
        return whole, rest
    town = TOWN.match(rest) or (TOWN_OF_COUNTY.match(rest) if in_county else None)
    if town:
        return replace(whole, sub=town["name"]), rest[town.end() :]
    return with_zone(whole, rest)


def with_strange(whole: BodyName, rest: str) -> tuple[BodyName, str, bool]:
    """A county or city that the data do not know, what is left, and whether a town may follow that:
    甲市|朝阳区|…
    """
    for _ in range(MOST_STRANGE):
        found = STRANGE_PLACE.match(rest)
        if found is None or ZONE.match(found["name"]) or is_department(rest):
            break
        if STREET.match(rest[found.end() :]):
            return whole, rest, True  # 城区街道: a street, not a district 城区
        whole, rest = replace(whole, strange=whole.strange + found["name"]), rest[found.end() :]
    return whole, rest, bool(whole.strange)


def with_zone(whole: BodyName, rest: str) -> tuple[BodyName, str]:
    """高新区 and 高新技术产业开发区 are one; 苏州 before a zone is 苏州市."""
    if not whole.has_place:
        whole, rest = with_city_of_zone(whole, rest)
    zone = ZONE.match(rest)
    if zone is None:
        return whole, rest
    name = zone["own"] + ZONE_FORMS.get(zone["kind"], zone["kind"])
    return street_in(replace(whole, sub=name), rest[zone.end() :])


def with_city_of_zone(whole: BodyName, rest: str) -> tuple[BodyName, str]:
    """苏州|工业园区: the city that a zone is named after, and the zone."""
    for size in (2, 3, 4):
        cities = frozenset(today(f"{rest[:size]}市"))
        if cities and ZONE.match(rest[size:]):
            return replace(whole, divisions=cities), rest[size:]
    return whole, rest


def street_in(zone: BodyName, rest: str) -> tuple[BodyName, str]:
    """苏州工业园区娄葑街道: a street that a zone leads."""
    town = TOWN.match(rest)
    if town is None:
        return zone, rest
    return replace(zone, sub=zone.sub + town["name"]), rest[town.end() :]


def in_zone(text: str) -> BodyName | None:
    """A name that begins with a zone's own: 江北新区, 苏州工业园区."""
    known = zone_known(BodyName(), text)
    return with_department(*known) if known else None


def zone_known(whole: BodyName, rest: str) -> tuple[BodyName, str] | None:
    """A zone that has a name of its own in the whole country: 江北新区 is 南京市's."""
    form = next(filter(rest.startswith, zones()), "")
    if not form:
        return None
    name, city, _ = zones()[form]
    outer = frozenset(today(city))
    if whole.divisions and not any(starmap(is_around, product(whole.divisions, outer))):
        return None
    zone = replace(whole, divisions=outer, listed=outer, sub=name)
    return street_in(zone, rest[len(form) :])


def is_around(one: Division, inner: Division) -> bool:
    return one == inner or lies_in(inner, one)


def branch_of(whole: BodyName, rest: str, year: int | None) -> BodyName | None:
    """重庆市公安局渝中区分局 is of 渝中区; 瑞安市自然资源和规划局开发区分局 of 瑞安市, another body
    than its bureau.
    """
    branch = BRANCH.fullmatch(rest)
    if branch is None or not is_department(branch["of"]):
        return None
    kind, area = kind_of(branch["of"]), branch["area"]
    if not area:
        return replace(whole, department=f"{kind}分局")
    listed = within(whole.listed, area, year)
    if not listed:
        return replace(whole, department=f"{kind}局{area}分局")
    divisions = frozenset(map(latest, listed))
    return replace(whole, divisions=divisions, listed=listed, department=f"{kind}分局")


def within(outer: frozenset[Division], area: str, year: int | None) -> frozenset[Division]:
    """The divisions within others that 西湖 or 西湖区 may be: those of the year, of today where
    none is given.
    """
    codes = {one.code for one in outer}
    inner: set[Division] = set()
    there: set[Division] = set()
    for ending in ("", "区", "市", "县", "旗", "新区"):
        for one in by_name().get(area + ending, ()):
            if codes.isdisjoint(one.parents):
                continue
            inner.add(one)
            if one.is_in_force(year or FAR):
                there.add(one)
    return frozenset(there or inner)


# --- departments ----------------------------------------------------------------------------------


def with_department(whole: BodyName, rest: str) -> BodyName:
    tells_whose = whole.has_place or rest != "办公室"
    if tells_whose and OFFICE_NAME.fullmatch(rest):
        return replace(whole, department=OFFICE)
    if GOVERNMENT.fullmatch(rest):
        return whole
    return replace(whole, department=kind_of(LED.sub("", rest) if whole.has_place else rest))


def is_department(rest: str) -> bool:
    """Whether it is one that the tables know: 城市管理局 is no place named 城市."""
    return not kind_of(LED.sub("", rest)).startswith(UNKNOWN_KIND)


def kind_of(text: str) -> str:
    """发改委, 发展和改革局 -> 发展改革; ?水库移民 for one in no table, ?人民医院办公室 where its
    last letters count.
    """
    if text.endswith("分局") and len(text) > 2:
        return f"{kind_of(text[:-2] + '局')}分局"
    core = SUFFIX.sub("", text)
    ending = ENDINGS.get(text[len(core) :], "")
    kind, endings = forms().get(JOINT.sub("", core), ("", ""))
    if kind:
        is_known = ending in endings if ending else core == kind
        return kind if is_known else UNKNOWN_KIND + JOINT.sub("", text)
    is_bureau = ending == "局" and len(core) > 1
    return UNKNOWN_KIND + JOINT.sub("", core if is_bureau else text)


@cache
def forms() -> Mapping[str, tuple[str, str]]:
    """Each name of a department without its last letters and 和 -> its kind, and the last letters
    that mean it: 发展改革 and 发改 -> 发展改革.
    """
    found: dict[str, tuple[str, str]] = {}
    for kind, names, endings, _ in rows("departments.tsv"):
        for name in names.split():
            found[JOINT.sub("", name)] = kind, endings
    return found


@cache
def zones() -> Mapping[str, tuple[str, str, str]]:
    """Each form of a zone's name -> its name, what it lies in, and the division that has the same
    area or ""; longer forms first.
    """
    found = {}
    for name, others, city, twin, _ in rows("zones.tsv"):
        for form in (name, *others.split()):
            found[form] = (name, city, twin)
    return dict(sorted(found.items(), key=lambda item: -len(item[0])))


def rows(file: str) -> list[list[str]]:
    """The rows of a table of ours, without the lines that begin with #."""
    text = files("gongkai.bodies").joinpath(file).read_text(encoding="utf-8")
    found = []
    for line in filter(None, text.splitlines()):
        if not line.startswith("#"):
            found.append(line.split("\t"))
    return found


# --- one form -------------------------------------------------------------------------------------


@lru_cache(maxsize=MOST_KEPT)
def normal(name: str, year: int | None = None) -> str:
    """One form for all ways of writing a body's name, "" for what is none. Bodies may share it: see
    ``is_certain``.

    浙江省瑞安市司法局 and 瑞安市司法局 are 瑞安市司法; 江宁区 is 南京市江宁区; 鼓楼区 stays 鼓楼区.
    """
    found = parsed(name, year)
    if found == BodyName():
        return ""
    lead = "中共" if found.party else ""
    return f"{lead}{area_text(found)}{found.department or lead_of(found)}"


def area_text(found: BodyName) -> str:
    """温州市, 南京市鼓楼区, 瑞安市塘下镇, 青溪县 for a place that we do not know."""
    if found.strange:
        return f"{found.strange}{found.sub}"
    if found.division is None:
        return f"{'/'.join(sorted(found.names))}{found.sub}"
    return f"{whole_name(found.division)}{found.sub}"


def whole_name(one: Division) -> str:
    """A district with its city: 南京市鼓楼区, 毕节地区毕节市; any other is known by its own
    name.
    """
    outer = around(one)
    needs_city = one.name.endswith("区") or is_shared(one.name)
    if one.level == "county" and outer and needs_city:
        return outer[-1].name + one.name
    return one.name


def lead_of(found: BodyName) -> str:
    """Who leads an area, where no department is named."""
    if found.sub.endswith("街道"):
        return "办事处"
    return "管理委员会" if found.sub.endswith("区") else "人民政府"


def is_certain(name: str, year: int | None = None) -> bool:
    """Whether a name tells its body from all others: not 城关镇, 鼓楼区 or 财政局 without what they
    belong to.
    """
    found = parsed(name, year)
    if found.strange:
        return is_own_name(found.strange)
    return found.division is not None


def is_own_name(strange: str) -> bool:
    """Whether a place that the data do not know names itself for certain: 青溪县, as no two
    counties have one name; not 瑞安市 within 江苏省, nor a district.
    """
    return len(strange) > 1 and not strange.endswith("区") and strange not in by_name()
