"""Reports of a folder or list -> those that count among a government's children, and why others do
not.

None is summed twice and none is left out in silence: each child ends as a member, or as left out
with a reason.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from gongkai.bodies import is_certain, may_be_one, normal, successions_of, within
from gongkai.model import Finding, Report, Severity, Value
from gongkai.wording import clipped, some_of, why_no_figures

Exclusion = Literal[
    "missing", "unread", "no_figures", "doubtful", "self", "namesake", "year", "within"
]
MOST_NAMED = 12  # names in one cell of a table
# How grave it is that somebody is left out, of the kinds that `levels.children` tells of; of the
# missing, the unread and those without figures `levels.uncertain` speaks.
SEVERITIES: Mapping[Exclusion, Severity] = {
    "self": "note",
    "namesake": "warning",
    "year": "warning",
    "within": "warning",
    "doubtful": "warning",
}
Names = tuple[str, ...] | tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class Child:
    """One that the parent should cover: ``name`` is what the user calls it, ``source`` where its
    report was looked for ("" for a bare name), ``error`` why there is none.
    """

    name: str
    source: str = ""
    report: Report | None = None
    error: str = ""

    @property
    def agency(self) -> str:
        return self.report.agency if self.report else ""

    @property
    def title(self) -> str:
        """How messages name it: the body's own name where the report tells it."""
        return clipped(self.agency or self.name) or "（没有名称）"


@dataclass(frozen=True)
class Member:
    """A body whose figures are summed, with all its reports: more than one where it stands in the
    list again.

    ``name`` is its whole name, "" where no report tells it.
    """

    children: tuple[Child, ...]
    name: str

    @property
    def title(self) -> str:
        return self.children[0].title

    @property
    def is_certain(self) -> bool:
        """Whether its reports name it in full: only then two that differ are certainly of one
        body.
        """
        return all(is_certain(report.agency, report.year) for report in reports_of(self))


class Named(NamedTuple):
    """A child with the whole name of its body, "" where it has none."""

    child: Child
    name: str


@dataclass(frozen=True)
class LeftOut:
    """A child whose figures are not summed; ``lacking`` tells that they may therefore be lacking in
    the sum.
    """

    child: Child
    kind: Exclusion
    reason: str
    lacking: bool = True


@dataclass(frozen=True)
class Roll:
    """Every child once: among the members or left out. ``extra`` are members that no expected name
    stands for.
    """

    members: tuple[Member, ...]
    left_out: tuple[LeftOut, ...]
    extra: tuple[Member, ...] = ()

    @property
    def lacking(self) -> tuple[LeftOut, ...]:
        found: list[LeftOut] = []
        for one in self.left_out:
            if one.lacking:
                found.append(one)
        return tuple(found)


def roll_of(parent: Report, children: Sequence[Child], expected: Sequence[str] = ()) -> Roll:
    """Sort the children; ``expected`` are the names that must be there, () where nobody said."""
    area = within.area_of(parent.agency)
    read: list[Named] = []
    unread: list[LeftOut] = []
    for child in children:
        if child.report is None:
            unread.append(LeftOut(child, "unread", child.error))
        else:
            read.append(Named(child, within.qualified(child.agency, area)))
    counted, against = judged(parent, read)
    members = members_of(counted)
    there: set[str] = set()
    for member in members:
        there.add(normal(member.name))
    left: list[LeftOut] = []
    told: set[str] = set()
    for one in against:
        left.append(covered(one, parent, there))
        told.add(normal(within.qualified(one.child.agency, area)))
    spoken_of = told - there - {""}
    wanted = []
    for name in expected:
        named = Named(Child(name), within.qualified(name, area))
        if normal(named.name) not in spoken_of:
            wanted.append(named)
    lost, extra = held_against(wanted, members, parent.year)
    return Roll(tuple(members), (*lost, *unread, *left), tuple(extra) if expected else ())


def judged(parent: Report, read: Sequence[Named]) -> tuple[list[Named], list[LeftOut]]:
    """Those that are summed and those that something speaks against, by one question after the
    other; who lies within another child is asked last, of those that are left.
    """
    left: list[LeftOut] = []
    stated = sifted(read, without_figures, left)
    others = sifted(stated, lambda named: own(parent, named), left)
    of_year = sifted(others, lambda named: other_year(parent, named), left)
    governments = governments_of(of_year)
    return sifted(of_year, lambda named: inner(named, governments), left), left


def sifted(
    children: Iterable[Named], judge: Callable[[Named], LeftOut | None], left: list[LeftOut]
) -> list[Named]:
    """The children that nothing speaks against; the others go to ``left``."""
    kept = []
    for named in children:
        found = judge(named)
        if found is None:
            kept.append(named)
        else:
            left.append(found)
    return kept


def report_in(child: Child) -> Report:
    assert child.report is not None, f"{child.name} has no report"
    return child.report


def without_figures(named: Named) -> LeftOut | None:
    """A report of which nothing was read states no zeros: its body's figures are lacking."""
    report = report_in(named.child)
    if report.is_evaluated:
        return None
    return LeftOut(named.child, "no_figures", why_no_figures(report))


# --- the parent itself, other years, what lies within another child -------------------------------


def own(parent: Report, named: Named) -> LeftOut | None:
    """The parent's report, or one under its name: the office of a government is a child of its
    own.
    """
    child, report = named.child, report_in(named.child)
    if is_one_document(parent, report):
        return LeftOut(child, "self", "就是上级报告", lacking=False)
    if not is_parents_name(named.name, parent.agency) or report.year != parent.year:
        return None
    if is_alike(parent, report):
        return LeftOut(child, "self", "就是上级报告", lacking=False)
    return LeftOut(child, "namesake", "与上级同名而数字不同")


def is_parents_name(name: str, parent: str) -> bool:
    """Whether a whole name is the parent's, or says that it governs the parent's area: a report of
    the whole government, though the parent's own may be under the name of its office.
    """
    area = within.area_of(parent)
    whole = within.qualified(parent, area)
    if not whole or not name:
        return False
    if normal(name) == normal(whole):
        return True
    is_government = within.governed_area(whole) or within.is_office(whole)
    return bool(is_government and within.governed_area(name)) and within.area_of(name) == area


def other_year(parent: Report, named: Named) -> LeftOut | None:
    year = report_in(named.child).year
    if year == parent.year and year is not None:
        return None
    return LeftOut(named.child, "year", f"{year}年的报告" if year else "没有识别出年度")


def governments_of(children: Iterable[Named]) -> dict[str, list[Named]]:
    """Area -> the children that govern one of that name."""
    found: dict[str, list[Named]] = {}
    for named in children:
        area = within.governed_area(named.name)
        if area:
            found.setdefault(area, []).append(named)
    return found


def inner(named: Named, governments: Mapping[str, Sequence[Named]]) -> LeftOut | None:
    """城北区东街街道办事处 counts with 云岭市城北区人民政府, if that is a child as well."""
    for area in within.units_in(named.name):
        for other in governments.get(area, ()):
            if within.lies_within(named.name, other.name):
                reason = f"应已计入{other.child.title}"
                return LeftOut(named.child, "within", reason, lacking=False)
    return None


def covered(one: LeftOut, parent: Report, there: Collection[str]) -> LeftOut:
    """A report of another year takes nothing from the sum where it is the parent's own, or where
    its body's report of the right year is there; nor does one without figures beside one with them.
    One whose year nobody knows may be of this year.
    """
    name = within.qualified(one.child.agency, within.area_of(parent.agency))
    is_there = normal(name) in there
    if one.kind == "no_figures" and is_there:
        return replace(one, lacking=False)
    if one.kind == "year" and name and (is_there or is_parents_other(one, name, parent)):
        return replace(one, lacking=False)
    return one


def is_parents_other(one: LeftOut, name: str, parent: Report) -> bool:
    """Whether it is for certain the parent's own report of another year."""
    year = report_in(one.child).year
    if year is None or parent.year is None:
        return False
    return is_parents_name(name, parent.agency)


# --- one body, several reports --------------------------------------------------------------------


def members_of(children: Iterable[Named]) -> list[Member]:
    """Children in their order, those of one body together; a copy without a body's name is known by
    its content.
    """
    groups: list[list[Named]] = []
    known: dict[str, list[Named]] = {}
    for named in children:
        keys = keys_of(named)
        group = group_of(keys, known)
        if not group:
            groups.append(group)
        group.append(named)
        for key in keys:
            known.setdefault(key, group)
    return list(map(member_made, groups))


def group_of(keys: Iterable[str], known: Mapping[str, list[Named]]) -> list[Named]:
    """Those already found that have a key in common with it, else a new group."""
    for key in keys:
        if key in known:
            return known[key]
    return []


def keys_of(named: Named) -> list[str]:
    """What two reports of one body have in common: its name, or all their bytes."""
    document = report_in(named.child).document
    keys = [normal(named.name), document.sha256 if document else ""]
    return list(filter(None, keys))


def member_made(group: Sequence[Named]) -> Member:
    children, names = zip(*group, strict=True)
    return Member(children, names[0])


def is_one_document(one: Report, other: Report) -> bool:
    if one.document is None or other.document is None:
        return False
    return one.document.sha256 == other.document.sha256 != ""


def differ(reports: Sequence[Report]) -> bool:
    """Whether reports state different figures for a cell."""
    known: dict[str, Value] = {}
    for report in reports:
        for entry in report.entries():
            if entry.value is None:
                continue
            if known.setdefault(entry.cell, entry.value) != entry.value:
                return True
    return False


def is_alike(one: Report, other: Report) -> bool:
    """Whether two reports state the same figures throughout, and not just zeros."""
    found = False
    for name, table in one.tables.items():
        others = other.tables[name].values if name in other.tables else {}
        for cell, stated in table.values.items():
            value = others.get(cell)
            if value is None or stated is None:
                continue
            if value != stated:
                return False
            found = found or value != 0
    return found


def reports_of(member: Member) -> list[Report]:
    return list(map(report_in, member.children))


# --- who must be there ----------------------------------------------------------------------------


def held_against(
    expected: Sequence[Named], members: Sequence[Member], year: int | None
) -> tuple[list[LeftOut], list[Member]]:
    """The names for which there is no report, or not certainly, and the members that no name stands
    for.
    """
    by_name: dict[str, Member] = {}
    for member in members:
        if member.name:
            by_name[normal(member.name)] = member
    taken: set[int] = set()
    unfound: dict[str, Named] = {}
    for named in expected:
        found = member_of(named.name, by_name, year)
        if found is None:
            unfound[named.child.name] = named
        else:
            taken.add(id(found))
    free = left_of(members, taken)
    lost = []
    for named in unfound.values():
        alike = members_like(named.name, free)
        taken.update(map(id, alike))
        lost.append(lost_name(named.child, alike))
    return lost, left_of(free, taken)


def left_of(members: Iterable[Member], taken: Collection[int]) -> list[Member]:
    left: list[Member] = []
    for member in members:
        if id(member) not in taken:
            left.append(member)
    return left


def members_like(name: str, members: Iterable[Member]) -> list[Member]:
    """水利局 may be 青溪县农业农村和水利局."""
    found = []
    for member in members:
        if name and member.name and may_be_one(name, member.name):
            found.append(member)
    return found


def lost_name(child: Child, alike: Sequence[Member]) -> LeftOut:
    if not alike:
        return LeftOut(child, "missing", "没有它的报告")
    return LeftOut(child, "doubtful", f"可能是{'、'.join(titles_of(alike))}")


def member_of(name: str, by_name: Mapping[str, Member], year: int | None) -> Member | None:
    """Whom a whole name stands for, also where the body has another name by the year of the
    reports.
    """
    if not name:
        return None
    if normal(name) in by_name:
        return by_name[normal(name)]
    if year is None:
        return None
    for change in successions_of(name, year):
        if change.since <= year and change.new in by_name:
            return by_name[change.new]
    return None


# --- what is said of them -------------------------------------------------------------------------


def roll_findings(parent: Report, roll: Roll) -> Iterator[Finding]:
    """One finding for each kind of oddity, with the names."""
    if parent.year is None:
        yield Finding("levels.children", "warning", "undated")
    for kind in SEVERITIES:
        if kind != "year" or parent.year is not None:
            yield from left_out_findings(kind, roll.left_out)
    yield from copy_findings(roll.members)
    yield from on("extra", titles_of(roll.extra))
    yield from member_findings(parent, roll.members)


def member_findings(parent: Report, members: Sequence[Member]) -> Iterator[Finding]:
    """Members of whom it is doubtful that they are the parent's children."""
    area = within.area_of(parent.agency)
    nameless = []
    outside = []
    twins = []
    for member in members:
        if not member.name:
            nameless.append(member)
        if within.lies_outside(member.name, area):
            outside.append(member)
        # The parent's very figures are the parent's report once more, as a rule.
        if len(members) > 1 and is_alike(parent, report_in(member.children[0])):
            twins.append(member)
    yield from on("nameless", titles_of(nameless))
    yield from on("outside", titles_of(outside))
    yield from on("twins", titles_of(twins))


def titles_of(members: Iterable[Member]) -> tuple[str, ...]:
    titles: list[str] = []
    for member in members:
        titles.append(member.title)
    return tuple(titles)


def on(says: str, names: Names, severity: Severity = "warning") -> Iterator[Finding]:
    """The finding on all that one thing is said of, none where there is nobody."""
    if names:
        yield Finding("levels.children", severity, says, facts={"names": names})


def left_out_findings(kind: Exclusion, left_out: Iterable[LeftOut]) -> Iterator[Finding]:
    """Those that are left out for one reason; where it is another year and the sum lacks nothing, a
    note.
    """
    names = []
    is_lacking = False
    for one in left_out:
        if one.kind == kind:
            names.append((one.child.title, one.reason))
            is_lacking = is_lacking or one.lacking
    is_harmless = kind == "year" and not is_lacking
    yield from on(kind, tuple(names), "note" if is_harmless else SEVERITIES[kind])


def copy_findings(members: Iterable[Member]) -> Iterator[Finding]:
    clashing: list[tuple[str, ...]] = []
    agreeing: list[tuple[str, ...]] = []
    for member in members:
        if len(member.children) < 2:
            continue
        named = (member.title, *(child.name for child in member.children))
        if differ(reports_of(member)):
            clashing.append(named)
        else:
            agreeing.append(named)
    yield from on("clashing", tuple(clashing))
    yield from on("agreeing", tuple(agreeing), "note")


def listed(names: Iterable[str]) -> str:
    """甲局、乙局; many are cut short, with their number."""
    found = list(names)
    return some_of(found, MOST_NAMED, f"等{len(found)}个")
