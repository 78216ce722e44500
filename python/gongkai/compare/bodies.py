"""Reports -> which are of one body, and which of them is the year before's. Linear in the
reports.
"""

from __future__ import annotations

import json
from collections.abc import ItemsView, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from functools import cache
from urllib.parse import urlsplit

from gongkai.bodies import Succession, is_certain, may_be_one, normal, successions_of, tail
from gongkai.editions import yearly_cells
from gongkai.model import Decision, Value

# the body's name in one form, and for a name that does not tell it for certain, the site
Key = tuple[str, str]
SoughtAt = tuple[int, str, str]  # the year, area and department under which a report is looked for

MOST_LOOKED_AT, MOST_FOUND = 20, 4  # reports with names alike; one more than are told


@dataclass(frozen=True, slots=True)
class Yearly:
    """A report as far as years are compared; ``figures`` holds what it states: no blanks.
    ``implied`` holds the blanks to which its own relations leave one figure. Of one that is not
    evaluated no figure was read at all, and nothing is compared with it.
    """

    agency: str
    year: int | None
    source: str
    figures: Mapping[str, Value]
    decisions: Mapping[str, Decision] = field(default_factory=dict, compare=False)
    is_evaluated: bool = True
    doubts: str = ""  # what of body and year a person has to confirm: 机关、年度
    implied: Mapping[str, int] = field(default_factory=dict, compare=False)

    @property
    def known(self) -> dict[str, Value]:
        return {**self.implied, **self.figures}


class Packed(Mapping[str, Value]):
    """The figures that years are compared by, of one of very many reports: [3,null,"0.5"] in the
    order of cells, a tenth of a dict's memory. Each look unpacks all of them, so that who looks
    often takes ``unpacked``.
    """

    __slots__ = ("text",)

    def __init__(self, figures: Mapping[str, Value]) -> None:
        held = map(figures.get, packed_cells())
        self.text = json.dumps(list(held), default=str, separators=(",", ":"))

    def __getitem__(self, cell: str) -> Value:
        return self.unpacked()[cell]

    def __iter__(self) -> Iterator[str]:
        return iter(self.unpacked())

    def __len__(self) -> int:
        return len(self.unpacked())

    def items(self) -> ItemsView[str, Value]:
        return self.unpacked().items()

    def unpacked(self) -> dict[str, Value]:
        found: dict[str, Value] = {}
        for cell, held in zip(packed_cells(), json.loads(self.text), strict=True):
            if held is not None:
                found[cell] = Decimal(held) if isinstance(held, str) else held
        return found


def unpacked(report: Yearly) -> Yearly:
    """The same to be looked at often."""
    if isinstance(report.figures, Packed):
        return replace(report, figures=report.figures.unpacked())
    return report


@cache
def packed_cells() -> tuple[str, ...]:
    return tuple(sorted(yearly_cells()))


def is_evaluated(report: Yearly) -> bool:
    return report.is_evaluated


@dataclass(slots=True)
class Group:
    """The reports of one body by year, under all names that it had; ``merged`` are the bodies that
    went into it.
    """

    keys: list[Key]
    years: dict[int, list[Yearly]] = field(default_factory=dict)
    merged: list[tuple[Succession, Group]] = field(default_factory=list)
    kinds: dict[int, list[Yearly]] = field(default_factory=dict)

    def distinct(self, year: int) -> list[Yearly]:
        """The reports of a year that state different figures, each once; none of which nothing was
        read.
        """
        reports = self.years.get(year, [])
        if len(reports) < 2:
            return list(filter(is_evaluated, reports))
        if year not in self.kinds:
            found: dict[object, Yearly] = {}
            # From the last on: of copies the first is kept, in the place of the last.
            for report in filter(is_evaluated, reversed(reports)):
                found[frozenset(report.figures.items())] = report
            self.kinds[year] = list(reversed(found.values()))
        return self.kinds[year]

    def breaks(self, last: int, year: int) -> Succession | None:
        """The merger by which the figures of ``year`` do not continue those of ``last`` alone."""
        for change, old in self.merged:
            goes_on = last >= change.settled if old is self else last not in old.years
            if change.since <= year and not goes_on:
                return change
        return None


@dataclass
class Matched:
    """Each report's group (None for one without body or year), and what finds reports that may be
    of one body, the first few for a spot.
    """

    groups: list[Group | None]
    alike: Mapping[SoughtAt, Sequence[tuple[Yearly, Group]]]
    years: frozenset[int]

    def candidates(self, report: Yearly, year: int, own: Group) -> list[Yearly]:
        """A few of the reports of a year whose bodies may be this one, but not for certain."""
        found: list[Yearly] = []
        for spot in spots_sought(report, year):
            for one, group in self.alike.get(spot, ()):
                if group is not own and may_be_one(one.agency, report.agency):
                    found.append(one)
                if len(found) == MOST_FOUND:
                    return found
        return found


def spots_sought(report: Yearly, year: int) -> list[SoughtAt]:
    """瑞安市财政局 is sought under its area, and among those that name none; 财政局 under any."""
    area, department = tail(report.agency)
    if not department and not area:
        return []
    spots = [(year, area, department), (year, "" if area else "*", department)]
    return list(dict.fromkeys(spots))


def match(reports: Sequence[Yearly]) -> Matched:
    """Group reports by their bodies: certain names, names of one site, and names that a body had
    one after another.
    """
    keys = [key_of(report, place) for place, report in enumerate(reports)]
    joined = join_changed(grouped(reports, keys))
    groups: list[Group | None] = []
    alike: dict[SoughtAt, list[tuple[Yearly, Group]]] = {}
    years = set()
    for report, key in zip(reports, keys, strict=True):
        if report.year is not None:
            years.add(report.year)
        if key is None:
            groups.append(None)
            continue
        groups.append(joined[key])
        for spot in spots_of(report):
            first = alike.setdefault(spot, [])
            if len(first) < MOST_LOOKED_AT:
                first.append((report, joined[key]))
    return Matched(groups, alike, frozenset(years))


def grouped(reports: Sequence[Yearly], keys: Sequence[Key | None]) -> dict[Key, Group]:
    groups: dict[Key, Group] = {}
    for report, key in zip(reports, keys, strict=True):
        if key is not None and report.year is not None:
            group = groups.setdefault(key, Group([key]))
            group.years.setdefault(report.year, []).append(report)
    return groups


def key_of(report: Yearly, place: int) -> Key | None:
    """A name that does not tell its body is that of one body on one site only: 城关镇人民政府."""
    name = normal(report.agency, report.year)
    if not name or report.year is None:
        return None
    if is_certain(report.agency, report.year):
        return name, ""
    return name, site_of(report.source) or f"#{place}"


def site_of(source: str) -> str:
    try:
        found = urlsplit(source.strip())
    except ValueError:
        return ""
    return found.hostname or "" if found.scheme.lower() in ("http", "https") else ""


def spots_of(report: Yearly) -> Iterator[SoughtAt]:
    """Under what a report is looked for: its own area and department, and any area for one who
    names none.
    """
    assert report.year is not None
    area, department = tail(report.agency)
    yield report.year, area, department
    if department:
        yield report.year, "*", department


# --- names of one body, one after another ---------------------------------------------------------


def join_changed(groups: Mapping[Key, Group]) -> dict[Key, Group]:
    """Key -> group, that of a renamed body in the group of its new name; mergers are noted in the
    new body's group.
    """
    joined = dict(groups)
    for key in sorted(groups):
        renamed = []
        for change in changes_of(key, groups[key], joined):
            if change.kind == "renamed":
                renamed.append(change)
            else:
                joined[change.new, ""].merged.append((change, joined[key]))
        if len(renamed) == 1:
            new = joined[renamed[0].new, ""]
            if follows(joined[key].years, new.years, renamed[0].since):
                take_over(joined, new, joined[key])
    return joined


def changes_of(key: Key, group: Group, joined: Mapping[Key, Group]) -> list[Succession]:
    """What became of a body that its name tells for certain, as far as reports of it are there."""
    if key[1]:
        return []
    found = []
    for change in successions_of(*name_of(group)):
        if (change.new, "") in joined:
            found.append(change)
    return found


def name_of(group: Group) -> tuple[str, int]:
    """The name that a body has in the first of its reports, and their year."""
    year = min(group.years)
    return group.years[year][0].agency, year


def take_over(joined: dict[Key, Group], new: Group, old: Group) -> None:
    for key in old.keys:
        joined[key] = new
    new.keys += old.keys
    new.years |= old.years  # which have no year in common
    new.merged += old.merged


def follows(old: Iterable[int], new: Iterable[int], since: int) -> bool:
    return max(old) < min(new) and min(new) >= since
