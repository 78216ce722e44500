"""Reports of a folder or list -> those that count among a government's children, and why others do
not.

None is summed twice and none is left out in silence: each child ends as a member, or as left out
with a reason.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal, NamedTuple

from gongkai.bodies import is_certain, may_be_one, normal, successions_of
from gongkai.bodies.within import (
    area_of,
    governed_area,
    is_office,
    lies_outside,
    lies_within,
    qualified,
    units_in,
)
from gongkai.model import Finding, Report, Severity, Value
from gongkai.wording import clipped, why_no_figures

Exclusion = Literal[
    "missing", "unread", "no_figures", "doubtful", "self", "namesake", "year", "within"
]
MOST_NAMED = 12  # names in one message; a list of them all stands beside it
# What is said of those left out; of the missing, the unread and those without figures
# `levels.uncertain` speaks.
SAID: Mapping[Exclusion, tuple[Severity, str]] = {
    "self": ("note", "下级中有上级报告本身，没有计入：{names}。"),
    "namesake": (
        "warning",
        "与上级同名而数字不同，不知道是上级报告的另一版本还是本级机关的报告，没有计入：{names}；"
        "如果是政府办公室等本级机关的，请在工作簿中把两份报告的机关名称改正后再比对。",
    ),
    "year": ("warning", "年度与上级报告不同，或没有识别出年度，没有计入：{names}。"),
    "within": (
        "warning",
        "上一层的政府也在名单中，其数字应当已经包括它们，没有重复计入：{names}。",
    ),
    "doubtful": ("warning", "名单上的名称不能确定是哪一份报告：{names}；请在名单中写机关全称。"),
}


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
        return all(
            is_certain(child.agency, child.report.year if child.report else None)
            for child in self.children
        )


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
        return tuple(one for one in self.left_out if one.lacking)


def roll_of(parent: Report, children: Sequence[Child], expected: Sequence[str] = ()) -> Roll:
    """Sort the children; ``expected`` are the names that must be there, () where nobody said."""
    area = area_of(parent.agency)
    read = [
        Named(child, qualified(child.agency, area))
        for child in children
        if child.report is not None
    ]
    left: list[LeftOut] = []
    stated = sifted(read, without_figures, left)
    others = sifted(stated, lambda named: own(parent, named), left)
    of_year = sifted(others, lambda named: other_year(parent, named), left)
    governments = governments_of(of_year)
    members = members_of(sifted(of_year, lambda named: inner(named, governments), left))
    there = {normal(member.name) for member in members}
    left = [covered(one, parent, there) for one in left]
    told = {normal(qualified(one.child.agency, area)) for one in left} - {""}
    wanted = [Named(Child(name), qualified(name, area)) for name in expected]
    lost, extra = held_against(
        [named for named in wanted if normal(named.name) not in told - there], members, parent.year
    )
    unread = [LeftOut(child, "unread", child.error) for child in children if child.report is None]
    return Roll(tuple(members), (*lost, *unread, *left), tuple(extra) if expected else ())


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
    return (
        None if report.is_evaluated else LeftOut(named.child, "no_figures", why_no_figures(report))
    )


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
    area = area_of(parent)
    whole = qualified(parent, area)
    if not whole or not name:
        return False
    governs = (governed_area(whole) or is_office(whole)) and governed_area(name)
    return normal(name) == normal(whole) or (bool(governs) and area_of(name) == area)


def other_year(parent: Report, named: Named) -> LeftOut | None:
    year = report_in(named.child).year
    if year == parent.year and year is not None:
        return None
    return LeftOut(named.child, "year", f"{year}年的报告" if year else "没有识别出年度")


def governments_of(children: Iterable[Named]) -> dict[str, list[Named]]:
    """Area -> the children that govern one of that name."""
    found: dict[str, list[Named]] = {}
    for named in children:
        area = governed_area(named.name)
        if area:
            found.setdefault(area, []).append(named)
    return found


def inner(named: Named, governments: Mapping[str, Sequence[Named]]) -> LeftOut | None:
    above = (other for area in units_in(named.name) for other in governments.get(area, ()))
    found = next((other for other in above if lies_within(named.name, other.name)), None)
    return (
        None
        if found is None
        else LeftOut(named.child, "within", f"应已计入{found.child.title}", lacking=False)
    )


def covered(one: LeftOut, parent: Report, there: Collection[str]) -> LeftOut:
    """A report of another year takes nothing from the sum where it is the parent's own, or where
    its body's report of the right year is there; nor does one without figures beside one with them.
    One whose year nobody knows may be of this year.
    """
    name = qualified(one.child.agency, area_of(parent.agency))
    owned = is_parents_name(name, parent.agency) and None not in (
        parent.year,
        report_in(one.child).year,
    )
    if one.kind == "no_figures" and normal(name) in there:
        return replace(one, lacking=False)
    if one.kind == "year" and name and (owned or normal(name) in there):
        return replace(one, lacking=False)
    return one


# --- one body, several reports --------------------------------------------------------------------


def members_of(children: Iterable[Named]) -> list[Member]:
    """Children in their order, those of one body together; a copy without a body's name is known by
    its content.
    """
    groups: list[list[Named]] = []
    known: dict[str, list[Named]] = {}
    for named in children:
        document = report_in(named.child).document
        keys = [key for key in (normal(named.name), document.sha256 if document else "") if key]
        group = next((known[key] for key in keys if key in known), None)
        if group is None:
            groups.append(group := [])
        group.append(named)
        known |= {key: group for key in keys if key not in known}
    return [Member(tuple(named.child for named in group), group[0].name) for group in groups]


def is_one_document(one: Report, other: Report) -> bool:
    documents = one.document, other.document
    return (
        all(documents) and len({document.sha256 for document in documents if document} | {""}) == 2
    )


def differ(reports: Sequence[Report]) -> bool:
    """Whether reports state different figures for a cell."""
    known: dict[str, Value] = {}
    return any(
        entry.value is not None and known.setdefault(entry.cell, entry.value) != entry.value
        for report in reports
        for entry in report.entries()
    )


def is_alike(one: Report, other: Report) -> bool:
    """Whether two reports state the same figures throughout, and not just zeros."""
    found = False
    for name, table in one.tables.items():
        others = other.tables[name].entries if name in other.tables else {}
        for cell, entry in table.entries.items():
            value = others[cell].value if cell in others else None
            if value is None or entry.value is None:
                continue
            if value != entry.value:
                return False
            found = found or value != 0
    return found


def reports_of(member: Member) -> list[Report]:
    return [report_in(child) for child in member.children]


# --- who must be there ----------------------------------------------------------------------------


def held_against(
    expected: Sequence[Named], members: Sequence[Member], year: int | None
) -> tuple[list[LeftOut], list[Member]]:
    """The names for which there is no report, or not certainly, and the members that no name stands
    for.
    """
    by_name = {normal(member.name): member for member in members if member.name}
    found = {named.child.name: (named, member_of(named.name, by_name, year)) for named in expected}
    taken = {id(member) for _, member in found.values() if member}
    free = [member for member in members if id(member) not in taken]
    lost = []
    for named, member in found.values():
        if member is None:
            alike = [
                other
                for other in free
                if named.name and other.name and may_be_one(named.name, other.name)
            ]
            taken |= {id(other) for other in alike}
            titles = "、".join(other.title for other in alike)
            kind: Exclusion = "doubtful" if alike else "missing"
            lost.append(LeftOut(named.child, kind, f"可能是{titles}" if alike else "没有它的报告"))
    return lost, [member for member in members if id(member) not in taken]


def member_of(name: str, by_name: Mapping[str, Member], year: int | None) -> Member | None:
    """Whom a whole name stands for, also where the body has another name by the year of the
    reports.
    """
    if not name:
        return None
    if normal(name) in by_name:
        return by_name[normal(name)]
    later = [change.new for change in successions_of(name, year) if year and change.since <= year]
    return next((by_name[key] for key in later if key in by_name), None)


# --- what is said of them -------------------------------------------------------------------------


def roll_findings(parent: Report, roll: Roll) -> Iterator[Finding]:
    """One finding for each kind of oddity, with the names."""
    if parent.year is None:
        yield warning(
            "上级报告没有识别出年度，不能确定下级是否同一年度，没有比对；"
            "请在它的工作簿中填上年度后再比对。"
        )
    for kind, (severity, text) in SAID.items():
        found = [one for one in roll.left_out if one.kind == kind]
        if found and not (kind == "year" and parent.year is None):
            names = listed(f"{one.child.title}（{one.reason}）" for one in found)
            harmless = kind == "year" and not any(one.lacking for one in found)
            yield Finding(
                "levels.children", "note" if harmless else severity, text.format(names=names)
            )
    yield from copy_findings([member for member in roll.members if len(member.children) > 1])
    if roll.extra:
        names = listed(member.title for member in roll.extra)
        yield warning(
            f"名单上没有这些机关，它们的数字已经计入：{names}；不应计入的请移出后再比对。"
        )
    nameless = [member.title for member in roll.members if not member.name]
    if nameless:
        yield warning(
            f"没有识别出机关名称，数字已经计入，请核对是否与其他下级重复：{listed(nameless)}。"
        )
    outside = [
        member.title for member in roll.members if lies_outside(member.name, area_of(parent.agency))
    ]
    if outside:
        yield warning(f"看名称不属于上级的区域，数字已经计入，请核对：{listed(outside)}。")
    yield from twins(parent, roll.members)


def copy_findings(copies: Sequence[Member]) -> Iterator[Finding]:
    clashing = [member for member in copies if differ(reports_of(member))]
    agreeing = [member for member in copies if member not in clashing]
    if clashing:
        yield warning(
            f"同一机关有多份报告而数字不同，不同的格不能确定："
            f"{listed(map(with_sources, clashing))}。"
        )
    if agreeing:
        text = (
            f"同一机关有多份报告，数字没有矛盾，各只计一次：{listed(map(with_sources, agreeing))}。"
        )
        yield Finding("levels.children", "note", text)


def warning(message: str) -> Finding:
    return Finding("levels.children", "warning", message)


def twins(parent: Report, members: Sequence[Member]) -> Iterator[Finding]:
    """A child with the parent's very figures, whatever its name: the parent's report once more, as
    a rule.
    """
    if len(members) < 2:
        return
    alike = [member.title for member in members if is_alike(parent, report_in(member.children[0]))]
    if alike:
        yield warning(
            f"数字与上级完全相同，可能就是上级报告，数字已经计入，请核对：{listed(alike)}。"
        )


def with_sources(member: Member) -> str:
    return f"{member.title}（{listed(clipped(child.name) for child in member.children)}）"


def listed(names: Iterable[str]) -> str:
    """甲局、乙局; many are cut short, with their number."""
    found = list(names)
    return "、".join(found[:MOST_NAMED]) + (f"等{len(found)}个" if len(found) > MOST_NAMED else "")
