"""Reports -> which are of one body, and which of them is the year before's. Linear in the
reports.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import chain, islice
from urllib.parse import urlsplit

from gongkai.bodies import Succession, is_certain, may_be_one, normal, successions_of, tail
from gongkai.model import Decision, Value

Key = tuple[
    str, str
]  # the body's name in one form, and for a name that does not tell it for certain, the site

MOST_LOOKED_AT, MOST_FOUND = 20, 4  # reports with names alike; one more than are told


@dataclass(frozen=True)
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


@dataclass
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
        if year not in self.kinds:
            stated = [
                report for report in reversed(self.years.get(year, [])) if report.is_evaluated
            ]
            found = {frozenset(report.figures.items()): report for report in stated}
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
    of one body.
    """

    groups: list[Group | None]
    alike: Mapping[tuple[int, str, str], Sequence[tuple[Yearly, Group]]]
    years: frozenset[int]

    def candidates(self, report: Yearly, year: int, own: Group) -> list[Yearly]:
        """A few of the reports of a year whose bodies may be this one, but not for certain."""
        area, department = tail(report.agency)
        places = (
            [(year, area, department), (year, "*" if not area else "", department)]
            if department or area
            else []
        )
        found = chain.from_iterable(
            self.alike.get(place, ())[:MOST_LOOKED_AT] for place in dict.fromkeys(places)
        )
        alike = (
            one
            for one, group in found
            if group is not own and may_be_one(one.agency, report.agency)
        )
        return list(islice(alike, MOST_FOUND))


def match(reports: Sequence[Yearly]) -> Matched:
    """Group reports by their bodies: certain names, names of one site, and names that a body had
    one after another.
    """
    keys = [key_of(report, place) for place, report in enumerate(reports)]
    groups: dict[Key, Group] = {}
    for key, report in zip(keys, reports, strict=True):
        if key is not None and report.year is not None:
            groups.setdefault(key, Group([key])).years.setdefault(report.year, []).append(report)
    joined = join_changed(groups)
    alike: dict[tuple[int, str, str], list[tuple[Yearly, Group]]] = {}
    for key, report in zip(keys, reports, strict=True):
        if key is not None:
            for place in places_of(report):
                alike.setdefault(place, []).append((report, joined[key]))
    years = frozenset(report.year for report in reports if report.year is not None)
    return Matched([None if key is None else joined[key] for key in keys], alike, years)


def key_of(report: Yearly, place: int) -> Key | None:
    name = normal(report.agency, report.year)
    if not name or report.year is None:
        return None
    return name, "" if is_certain(report.agency, report.year) else site_of(
        report.source
    ) or f"#{place}"


def site_of(source: str) -> str:
    try:
        found = urlsplit(source.strip())
    except ValueError:
        return ""
    return found.hostname or "" if found.scheme.lower() in ("http", "https") else ""


def places_of(report: Yearly) -> Iterator[tuple[int, str, str]]:
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
        known = [] if key[1] else successions_of(*name_of(groups[key]))
        changes = [change for change in known if (change.new, "") in joined]
        for change in changes:
            if change.kind != "renamed":
                joined[change.new, ""].merged.append((change, joined[key]))
        renamed = [change for change in changes if change.kind == "renamed"]
        if len(renamed) == 1 and follows(
            joined[key].years, joined[renamed[0].new, ""].years, renamed[0].since
        ):
            take_over(joined, joined[renamed[0].new, ""], joined[key])
    return joined


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
