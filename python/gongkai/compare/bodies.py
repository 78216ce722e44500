"""Reports -> which are of one body, and which of them is the year before's. Linear in the
reports. Of very many a BodyIndex has on disk whose they are, and gives out body by body.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from itertools import chain, groupby
from operator import itemgetter
from typing import Any, NamedTuple
from urllib.parse import urlsplit

from gongkai.bodies import Succession, is_certain, may_be_one, normal, successions_of, tail
from gongkai.groups import grouped
from gongkai.model import Decision, GongkaiError, Value

# the body's name in one form, and for a name that does not tell it for certain, the site
Key = tuple[str, str]
SoughtAt = tuple[int, str, str]  # the year, area and department under which a report is looked for

ANY = "*"  # in place of an area
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
    alike: Callable[[SoughtAt], Iterable[Yearly]]
    years: frozenset[int]

    def candidates(self, report: Yearly, year: int) -> list[Yearly]:
        """A few of the reports of a year, of which its own body has none, whose bodies may be this
        one, but not for certain.
        """
        found: list[Yearly] = []
        for spot in spots_sought(report, year):
            for one in self.alike(spot):
                if may_be_one(one.agency, report.agency):
                    found.append(one)
                if len(found) == MOST_FOUND:
                    return found
        return found


def spots_sought(report: Yearly, year: int) -> list[SoughtAt]:
    """瑞安市财政局 is sought under its area, and among those that name none; 财政局 under any."""
    area, department = tail(report.agency)
    if not department and not area:
        return []
    spots = [(year, area, department), (year, "" if area else ANY, department)]
    return list(dict.fromkeys(spots))


def match(reports: Sequence[Yearly]) -> Matched:
    """Group reports by their bodies: certain names, names of one site, and names that a body had
    one after another.
    """
    keys = [key_of(report, place) for place, report in enumerate(reports)]
    alike: dict[SoughtAt, list[Yearly]] = {}
    years = set()
    for report, key in zip(reports, keys, strict=True):
        if report.year is not None:
            years.add(report.year)
        if key is None:
            continue
        for spot in spots_of(report):
            first = alike.setdefault(spot, [])
            if len(first) < MOST_LOOKED_AT:
                first.append(report)
    return Matched(groups_of(reports, keys), lambda spot: alike.get(spot, ()), frozenset(years))


def groups_of(reports: Sequence[Yearly], keys: Sequence[Key | None]) -> list[Group | None]:
    """The group of each report, None where it has no key."""
    joined = join_changed(by_key(reports, keys))
    return [None if key is None else joined[key] for key in keys]


def by_key(reports: Sequence[Yearly], keys: Sequence[Key | None]) -> dict[Key, Group]:
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
        yield report.year, ANY, department


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


# --- very many reports ----------------------------------------------------------------------------

# Texts are bytes: the name of a file may hold some that are no UTF-8. ``part`` is the number of a
# body whose names are joined with others', as far as they may be one; that of a nameless report is
# its own, below 0.
INDEX = """
PRAGMA journal_mode = OFF;
CREATE TABLE bodies (number INTEGER PRIMARY KEY, name, site, UNIQUE (name, site));
CREATE TABLE changes (body INTEGER, new, PRIMARY KEY (body, new)) WITHOUT ROWID;
CREATE TABLE reports (
  place INTEGER PRIMARY KEY, number INTEGER, body INTEGER, part INTEGER, area, department,
  year INTEGER, agency, source);
CREATE TABLE told (place INTEGER PRIMARY KEY, text, absent INTEGER, doubts);
"""
# Once all reports are in it.
SORTED = """
CREATE INDEX by_part ON reports (part);
CREATE INDEX by_area ON reports (year, department, area);
CREATE INDEX by_department ON reports (year, department);
"""
BODY = "SELECT number FROM bodies WHERE name = ? AND site = ?"
KEEP_BODY = "INSERT OR IGNORE INTO bodies (name, site) VALUES (?, ?)"
KEEP_REPORT = "INSERT INTO reports VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"
KEEP_CHANGE = "INSERT OR IGNORE INTO changes VALUES (?, ?)"
# Of what is called as a body may be after a change: the numbers of both.
PAIRS = "SELECT body, number FROM changes JOIN bodies ON name = new AND site = x''"
IN_PARTS = (
    "SELECT part, reports.number, place, name, site FROM reports"
    " LEFT JOIN bodies ON bodies.number = body ORDER BY part, place"
)
ALIKE = (
    "SELECT agency, source FROM reports WHERE year = ? AND department = ?{} ORDER BY place LIMIT ?"
)
TOLD = "SELECT number, text, absent, doubts FROM told JOIN reports USING (place) ORDER BY place"
NO_ROOM = (
    "核对各年报告时无法读写临时文件：磁盘空间不足，或临时文件夹没有写入权限；"
    "排除问题后重新运行同一命令，即可接着导入。"
)


class BodiesPart(NamedTuple):
    """The reports of one body, or of several whose names may have been one another's: by what
    number, at what place of the list and with what key each is known.
    """

    numbers: list[int]
    places: list[int]
    keys: list[Key | None]


class BodyIndex:
    """Whose very many reports are, in a file that SQLite keeps while it is open: a megabyte or two
    of memory, however many there are. First each is added, then they are given out in parts.
    """

    def __init__(self) -> None:
        self.years: set[int] = set()
        self.count = 0
        self.connection = sqlite3.connect("", isolation_level=None)
        with self.used():
            self.connection.executescript(INDEX + "BEGIN")

    def close(self) -> None:
        self.connection.close()

    @contextmanager
    def used(self) -> Iterator[None]:
        """What goes wrong within is a GongkaiError."""
        try:
            yield
        except sqlite3.Error as error:
            raise GongkaiError(NO_ROOM) from error

    def rows_of(self, question: str, *values: object) -> Iterator[tuple[Any, ...]]:
        """Not ``yield from``, as in ``store.reading``."""
        with self.used():
            for row in self.connection.execute(question, values):  # noqa: UP028
                yield row

    def add(self, report: Yearly, number: int) -> None:
        """The next report of the list, which needs no figures here, and the number that it is to be
        asked for by.
        """
        place, self.count = self.count, self.count + 1
        key = key_of(report, place)
        if report.year is not None:
            self.years.add(report.year)
        whose: list[int | bytes | None] = [None, ~place, None, None]
        if key is not None:
            body, (area, department) = self.body_of(report, key), tail(report.agency)
            whose = [body, body, as_bytes(area), as_bytes(department)]
        named = (report.year, as_bytes(report.agency), as_bytes(report.source))
        with self.used():
            self.connection.execute(KEEP_REPORT, (place, number, *whose, *named))

    def body_of(self, report: Yearly, key: Key) -> int:
        """The number of a report's body. A body that takes others over is asked about by their
        names, so that what each name in use may become is kept.
        """
        name, site = map(as_bytes, key)
        changes = [] if site else successions_of(report.agency, report.year)
        with self.used():
            self.connection.execute(KEEP_BODY, (name, site))
            [body] = self.connection.execute(BODY, (name, site)).fetchone()
            for change in changes:
                self.connection.execute(KEEP_CHANGE, (body, as_bytes(change.new)))
        return int(body)

    def parts(self) -> Iterator[BodiesPart]:
        """All reports: those of a part together, each part in the order of the list."""
        with self.used():
            self.connection.executescript(SORTED + "BEGIN")
        self.join_parts()
        for _, found in groupby(self.rows_of(IN_PARTS), itemgetter(0)):
            part = BodiesPart([], [], [])
            for _, number, place, name, site in found:
                part.numbers.append(number)
                part.places.append(place)
                part.keys.append(None if name is None else (text_of(name), text_of(site)))
            yield part

    def join_parts(self) -> None:
        """Of bodies whose names may follow each other make one part."""
        pairs = list(self.rows_of(PAIRS))
        items = dict.fromkeys(chain.from_iterable(pairs))
        for first, *others in grouped(items, pairs):
            for other in others:
                with self.used():
                    asked = "UPDATE reports SET part = ? WHERE part = ?"
                    self.connection.execute(asked, (first, other))

    def alike(self, spot: SoughtAt) -> Iterator[Yearly]:
        """The first reports of a spot, as ``Matched`` looks for them."""
        year, area, department = spot
        values: list[object] = [year, as_bytes(department)]
        if area != ANY:
            values.append(as_bytes(area))
        asked = ALIKE.format(" AND area = ?" if area != ANY else "")
        for agency, source in self.rows_of(asked, *values, MOST_LOOKED_AT):
            yield Yearly(text_of(agency), year, text_of(source), {})

    def tell(self, place: int, text: str, absent: int | None, doubts: str) -> None:
        """Keep what came of the report at a place."""
        with self.used():
            values = (place, as_bytes(text), absent, as_bytes(doubts))
            self.connection.execute("INSERT INTO told VALUES (?, ?, ?, ?)", values)

    def told(self) -> Iterator[tuple[int, str, int | None, str]]:
        """The number of each report in the order of the list, and what was kept of it."""
        for number, text, absent, doubts in self.rows_of(TOLD):
            yield number, text_of(text), absent, text_of(doubts)


def as_bytes(text: str) -> bytes:
    return text.encode("utf-8", "surrogatepass")


def text_of(content: bytes) -> str:
    return content.decode("utf-8", "surrogatepass")
