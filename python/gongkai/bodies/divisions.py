"""The country's divisions since 2008: which the beginning of a name names, and what became of those
that ended.

A name is read by the longest path through them, each within the one before: 浙江省 温州市 瑞安市,
南京市 鼓楼区; never by letters (盐城市|市场监管局, 东城区|县域经济办公室). Source: the head of
divisions.tsv (民政部, by way of packages).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import cache, lru_cache
from importlib.resources import files
from operator import itemgetter
from typing import Literal, NamedTuple

Change = Literal["renamed", "merged", "split"]
DivisionLevel = Literal["province", "prefecture", "county"]

CHANGES: Mapping[str, Change] = {"renamed": "renamed", "merged": "merged", "split": "split"}
ENDS = "省市县区旗州盟"  # the last letter of a unit within another one
LONGEST, SHORTEST = 15, 2  # letters of a name: 双江拉祜族佤族布朗族傣族自治县
SPECIAL = "特别行政区"
LENIENT = 1  # years: a body changes its sign before or after the list of a year does
MUNICIPALITIES = ("11", "12", "31", "50")  # 北京市, 天津市, 上海市, 重庆市: cities as provinces
FAR = 9_999  # a year that no division has seen
MOST_KEPT = 4_000  # names taken apart: some 7 MB; what is asked of one comes together


class Division(NamedTuple):
    """A division under one name. ``since`` is the first year in force, ``until`` the first no
    longer (0: before 2009, still); ``successors`` are codes, ``parts`` the (code, year) of what was
    cut out of it.
    """

    code: str
    name: str
    short: tuple[str, ...] = ()
    since: int = 0
    until: int = 0
    change: Change | None = None
    successors: tuple[str, ...] = ()
    parts: tuple[tuple[str, int], ...] = ()

    @property
    def level(self) -> DivisionLevel:
        """Of 330381: the county's, of 330300 the prefecture's, of 330000 the province's."""
        if self.code.endswith("0000"):
            return "province"
        return "prefecture" if self.code.endswith("00") else "county"

    @property
    def parents(self) -> tuple[str, ...]:
        """The codes of what it lies in, the nearest first."""
        units = dict.fromkeys((f"{self.code[:4]}00", f"{self.code[:2]}0000"))
        units.pop(self.code, None)
        return tuple(units)

    @property
    def names(self) -> tuple[str, ...]:
        """In full, and as it is written for short: 恩施土家族苗族自治州, 恩施州."""
        return (self.name, *self.short)

    @property
    def end(self) -> int:
        """The first year in which it is not there any more, ``FAR`` where it still is."""
        return self.until or FAR

    def is_in_force(self, year: int | None) -> bool:
        """In a year, or thereabouts; in any where none is given."""
        if year is None:
            return True
        return self.since - LENIENT <= year < self.end + LENIENT


Heir = tuple[Division, Change, int]  # what a division went on as, how, and the first year of that


@cache
def divisions() -> tuple[Division, ...]:
    text = files("gongkai.bodies").joinpath("divisions.tsv").read_text(encoding="utf-8")
    return tuple(map(division, text.splitlines()[1:]))


def division(line: str) -> Division:
    """330113<tab>余杭区…: a line without its empty tail, as nine of ten are: a code and a name."""
    code, name, *rest = line.split("\t")
    if not rest:
        return Division(code, name)
    short, since, until, change, successors, parts = (*rest, *[""] * (6 - len(rest)))
    return Division(
        code,
        name,
        listed(short),
        int(since or 0),
        int(until or 0),
        CHANGES.get(change),
        listed(successors),
        tuple(map(part, listed(parts))),
    )


def listed(text: str) -> tuple[str, ...]:
    """a,b -> a and b; none for an empty field."""
    return tuple(filter(None, text.split(",")))


def part(text: str) -> tuple[str, int]:
    code, _, year = text.partition(":")
    return code, int(year)


@cache
def by_name() -> Mapping[str, list[Division]]:
    """Each way to write a unit -> those that it may be; provinces and cities without their last
    letter too.
    """
    found: dict[str, list[Division]] = {}
    for one in divisions():
        for name in written_as(one):
            found.setdefault(name, []).append(one)
    return found


def written_as(one: Division) -> Iterator[str]:
    """浙江省 and 浙江, 香港特别行政区 and 香港; 恩施州 of 恩施土家族苗族自治州."""
    yield one.name
    yield from one.short
    if one.level != "county" and one.name[-1] in "省市":
        yield one.name[:-1]
    if one.name.endswith(SPECIAL):
        yield one.name.removesuffix(SPECIAL)


def today(name: str) -> list[Division]:
    """The divisions that bear a name today."""
    found = []
    for one in by_name().get(name, ()):
        if not one.until:
            found.append(one)
    return found


@cache
def beginnings() -> frozenset[str]:
    """The first two letters of all names: where none of them stands, no division begins."""
    return frozenset(name[:SHORTEST] for name in by_name())


@cache
def by_code() -> Mapping[str, list[Division]]:
    found: dict[str, list[Division]] = {}
    for one in divisions():
        found.setdefault(one.code, []).append(one)
    return found


# --- the divisions that a name begins with --------------------------------------------------------


def path_of(name: str, year: int | None) -> tuple[int, frozenset[Division]]:
    """(letters, candidates) of the longest path that a name begins with: 1 for 南京市鼓楼区, 4 for
    鼓楼区, none for 县城口县. A candidate is a row of the lists: 公主岭市 has two. A name of other
    years than the one given, as sites keep it, is read all the same.
    """
    of_year = longest(name, year)
    of_any_year = longest(name, None)
    return max(of_year, of_any_year, key=itemgetter(0))


NONE: frozenset[Division] = frozenset()  # one for all: each empty set takes 216 bytes


@lru_cache(maxsize=MOST_KEPT)
def longest(name: str, year: int | None) -> tuple[int, frozenset[Division]]:
    """(letters, candidates) of the longest path: (6, 瑞安市) of 浙江省瑞安市司法局."""
    by_end = {0: NONE}
    waiting = [(0, NONE)]
    while waiting:
        at, outer = waiting.pop()
        for end, found in steps(name, at, outer, year):
            waiting.append((end, found))
            if is_unit(name, at, end, found):
                by_end[end] = by_end.get(end, NONE) | found
    letters = max(by_end)
    return letters, by_end[letters]


def steps(
    name: str, at: int, outer: frozenset[Division], year: int | None
) -> Iterator[tuple[int, frozenset[Division]]]:
    """The units that a name goes on with at a place, within those before: 瑞安市 behind 浙江省."""
    codes = {one.code for one in outer}
    last = min(at + LONGEST, len(name))
    for end in range(at + SHORTEST, last + 1):
        known = set()
        for one in by_name().get(name[at:end], ()):
            is_outside = codes and codes.isdisjoint(one.parents)
            if not is_outside and one.is_in_force(year):
                known.add(one)
        if known:
            yield end, frozenset(known)


def is_unit(name: str, at: int, end: int, found: frozenset[Division]) -> bool:
    """Whether these letters may be all of a division: 瑞安市; 浙江 and 温州 at the beginning, but
    not 瑞安.
    """
    if name[end - 1] in ENDS and is_full(name[at:end], found):
        return True
    return at == 0 and any(one.level != "county" for one in found)


def is_full(text: str, found: frozenset[Division]) -> bool:
    """Whether a text is the whole name of a division or a short one that ends as such: 恩施州; not
    杭州.
    """
    return any(text in one.names for one in found)


def ends_in_full(text: str, found: Iterable[Division]) -> bool:
    """Whether a text ends with the whole name of a division: 南京市鼓楼区; not 北京 of 北京大学."""
    return any(text.endswith(one.names) for one in found)


@cache
def latest(one: Division) -> Division:
    """The same body under the same name and its last code: 公主岭市 went from 四平市 to 长春市."""
    for code in one.successors:
        for other in by_code().get(code, ()):
            if (other.name, other.since) == (one.name, one.until):
                return latest(other)
    return one


def around(one: Division, year: int | None = None) -> list[Division]:
    """What a division lies in, from the outermost in: 江苏省, 南京市 of 鼓楼区; in 2009 襄樊市,
    later 襄阳市.
    """
    found = []
    for code in reversed(one.parents):
        those = []
        there = []
        for other in by_code().get(code, ()):
            was_still_there = other.end > one.since
            if was_still_there:
                those.append(other)
            if was_still_there and year is not None and is_there(other, year):
                there.append(other)
        last = (there or those)[-1:]
        found += last
    return found


def lies_in(one: Division, outer: Division) -> bool:
    return outer.code in one.parents


@cache
def is_shared(name: str) -> bool:
    """Whether several divisions bear, or since 2008 bore, a name: 鼓楼区, and 毕节市, a county's
    city before 2011.
    """
    bodies = set(map(latest, by_name().get(name, ())))
    return len(bodies) > 1


# --- what became of one ---------------------------------------------------------------------------


@cache
def heirs(one: Division) -> tuple[Heir, ...]:
    """(division, change, first year) of each that a division went on as, the survivor of a merger
    or split included.

    洪泽县 -> 洪泽区 renamed 2016; 下城区 -> 拱墅区 merged 2021; 余杭区 -> 临平区 and itself split
    2021.
    """
    taken: list[Heir] = [(one, "merged", year) for year in taken_in(one)]
    return tuple(dict.fromkeys([*successors_of(one), *cut_out_of(one), *taken]))


def successors_of(one: Division) -> Iterator[Heir]:
    """Those that a division which ended went on as, but for itself under another code."""
    if one.change is None:
        return
    for code in one.successors:
        for other in by_code().get(code, ()):
            if other not in (one, latest(one)) and is_there(other, one.until):
                yield latest(other), one.change, one.until


def cut_out_of(one: Division) -> Iterator[Heir]:
    """Those that were set up on its land while it went on, and itself."""
    for code, year in one.parts:
        cut: list[Division] = []
        for other in by_code().get(code, ()):
            if other.since == year:
                cut.append(other)
        left = [one] if cut else []
        for other in (*cut, *left):
            yield other, "split", year


def is_there(one: Division, year: int) -> bool:
    """Whether a division is in force in a year: 余杭区 of 2021."""
    return one.since <= year < one.end


@cache
def mergers() -> Mapping[str, list[int]]:
    """Code -> the years in which a division took in others, or parts of them."""
    found: dict[str, list[int]] = {}
    for one in divisions():
        if one.change in ("merged", "split"):
            for code in one.successors:
                found.setdefault(code, []).append(one.until)
    return found


def taken_in(one: Division) -> list[int]:
    """The years in which it took in others while it went on: 拱墅区 2021."""
    years = set()
    for year in mergers().get(one.code, ()):
        if one.since < year < one.end:
            years.add(year)
    return sorted(years)
