"""Every kind of finding that several reports together give, with what its keys are made of.

Each case is a function whose docstring says what its reports are; the case that is called
``years_jump`` gives, among others, findings of the rule ``years.jump``. The keys that the version
of 2026-11-28 made of them stand in tests/decisions/former/across.json.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from decimal import Decimal

from gongkai.compare.bodies import Yearly
from gongkai.compare.children import Child
from gongkai.compare.levels import compare, sums_of
from gongkai.compare.years import compare_years
from gongkai.model import Finding, Report, Value
from helpers.chains import chain, with_figure
from helpers.families import BODIES, FEES, GRANTED, OFFICE, PARENT, child, report, summed

Held = Report | Mapping[str, Value]
Keyed = tuple[Finding, Held, Mapping[str, Value] | None]
CARRIED, OUT = "applications.carried_in.natural", "applications.carried_out.natural"
VALID = "disclosure.normative.valid"
LONG = "青溪县\n推进“放管服”改革\u202e领导小组 " * 8
FAR = "https://www.qingxi.gov.cn/" + "art/2021/" * 40


def keyed_years(reports: Sequence[Yearly]) -> list[Keyed]:
    found: list[Keyed] = []
    for one in compare_years(reports):
        for finding in one.findings:
            found.append((finding, one.report.figures, None))
    return found


def keyed_levels(
    parent: Report, children: Sequence[Child], expected: Sequence[str] = ()
) -> list[Keyed]:
    found = compare(parent, children, expected)
    sums = sums_of(found.lines)
    return [(finding, found.parent, sums) for finding in found.findings]


def pair(one: str, other: str, years: tuple[int, int] = (2020, 2021)) -> list[Yearly]:
    """Two bodies' reports of two years that do not continue each other."""
    first, second = years
    last = Yearly(one, first, f"/年报/{first}.html", {OUT: 5, VALID: 7})
    return [last, Yearly(other, second, f"/年报/{second}.html", {CARRIED: 3, VALID: 7})]


# --- years ----------------------------------------------------------------------------------------


def years_carried() -> list[Keyed]:
    """3 carried in, 5 carried out the year before, then under another name."""
    return keyed_years(pair("瑞安市人民政府", "浙江省瑞安市政府"))


def years_carried_implied() -> list[Keyed]:
    """The blank of this year is 0 by its relations, that of the year before 5, then both."""
    last, now = pair("瑞安市政府", "瑞安市政府")
    own = replace(now, figures={}, implied={CARRIED: 0})
    before = replace(last, figures={}, implied={OUT: 5})
    return [*keyed_years([last, own]), *keyed_years([before, now]), *keyed_years([before, own])]


def years_carried_blank() -> list[Keyed]:
    """5 carried out, and nobody knows what was carried in."""
    last, now = pair("瑞安市政府", "瑞安市政府")
    return keyed_years([last, with_figure(now, CARRIED, None)])


def years_documents() -> list[Keyed]:
    """20 in force, 3 made and 1 repealed are not 24."""
    changes = {"disclosure.normative.made": 3, "disclosure.normative.repealed": 1}
    one, two = chain([{VALID: 20}, changes])
    return keyed_years([one, with_figure(two, VALID, 24)])


def years_jump() -> list[Keyed]:
    """Fees go up ten thousand times, and down again."""
    one, two, three = chain([{}, {FEES: 251000}, {FEES: 2}])
    return keyed_years([with_figure(one, FEES, Decimal("25.1")), two, three])


def years_gap() -> list[Keyed]:
    """Reports of 2021 and 2023; of another body the older report's address is long."""
    one, _, three = chain([{}, {}, {}])
    far = replace(one, source=FAR, agency="云岭市政府")
    none = replace(far, source=" ", agency="乐清市政府")
    others = [replace(three, agency=last.agency) for last in (far, none)]
    return keyed_years([one, three, far, none, *others])


def years_double() -> list[Keyed]:
    """Two, then six different reports of one body and year, under names of any length."""
    one, other = chain([{}])[0], chain([{CARRIED: 1}])[0]
    many = [
        replace(with_figure(one, CARRIED, number), source=f"{number}.html") for number in range(6)
    ]
    named = [replace(one, agency=LONG, source=FAR + end) for end in "ab"]
    named[1] = with_figure(named[1], CARRIED, 3)
    return [*keyed_years([one, other]), *keyed_years(many), *keyed_years(named)]


def years_no_figures() -> list[Keyed]:
    """Reports without figures: of a known body, of one without a year, the year before's."""
    last, now = pair("瑞安市政府", "瑞安市政府")
    unread = replace(last, is_evaluated=False, figures={})
    nobody = replace(unread, year=None, source=FAR)
    return keyed_years([unread, now, nobody])


def years_nameless() -> list[Keyed]:
    """A report without a year, and one that says “my office”."""
    others = [Yearly("瑞安市政府", None, "c", {}), Yearly("我局", 2021, "d", {})]
    return keyed_years([*pair("瑞安市政府", "瑞安市政府"), *others])


def years_changed_bodies() -> list[Keyed]:
    """Two offices that were merged, and a county that was split."""
    merged = pair("青溪县国土资源局", "青溪县自然资源和规划局")
    split = pair("邯郸县人民政府", "邯郸市邯山区人民政府", (2015, 2016))
    return keyed_years([*merged, *split])


def years_several() -> list[Keyed]:
    """Of the year before there are two, then six different reports."""
    one, two = chain([{}, {}])
    again = replace(with_figure(one, CARRIED, 3), source="/年报/更正.html")
    many = [
        replace(with_figure(one, CARRIED, number), source=f"{number}.html") for number in range(6)
    ]
    return [*keyed_years([one, again, two]), *keyed_years([*many, two])]


def years_uncertain() -> list[Keyed]:
    """鼓楼区 may be any of several; 瑞安市财政局 may be 财政局."""
    short = pair("鼓楼区人民政府", "鼓楼区人民政府")
    whole = pair("财政局", "瑞安市财政局")
    many = [replace(short[0], source=f"{number}.html") for number in range(6)]
    return [*keyed_years(short), *keyed_years(whole), *keyed_years([*many, short[1]])]


def years_alone() -> list[Keyed]:
    """Two bodies, each with a report of another year."""
    return keyed_years(pair("瑞安市人民政府", "乐清市人民政府"))


# --- levels ---------------------------------------------------------------------------------------


def levels_sum() -> list[Keyed]:
    """Six children and a parent that has 9 too few, 5 too many, 9 too many."""
    figures = zip(BODIES, (5, 80, 40, 9, 0, 1), strict=True)
    family = [report(name, {GRANTED: figure}) for name, figure in figures]
    found = keyed_levels(report(PARENT, {GRANTED: 126}), list(map(child, family)))
    found += keyed_levels(report(PARENT, {GRANTED: 140}), list(map(child, family[1:])))
    found += keyed_levels(report("云岭市公安局", {GRANTED: 140}), list(map(child, family[1:])))
    found += keyed_levels(report(PARENT, {GRANTED: 3}), [child(report(OFFICE))])
    return found + keyed_levels(report(PARENT, {GRANTED: 144}), list(map(child, family)))


def levels_sum_of_documents() -> list[Keyed]:
    """Three children count the documents that the parent counts once; a fourth is not read."""
    family = [child(report(name, {VALID: 8})) for name in BODIES[:3]]
    lost = Child("民政局.html", "/民政局.html", error="打不开。")
    return [
        *keyed_levels(report(PARENT, {VALID: 8}), family),
        *keyed_levels(report(PARENT, {VALID: 8}), [*family, lost]),
    ]


def levels_sum_exceeds() -> list[Keyed]:
    """Three children have more than the parent though the fourth is not read."""
    family = [child(report(name, {GRANTED: 10})) for name in BODIES[:3]]
    lost = Child("民政局.html", "/民政局.html", error="打不开。")
    return keyed_levels(report(PARENT, {GRANTED: 25}), [*family, lost])


def levels_sum_whole() -> list[Keyed]:
    """A child that was left out as a whole, and one that was counted twice."""
    values = ({GRANTED: at, FEES: at, "disputes.review.upheld": 3} for at in range(6))
    family = [report(name, own) for name, own in zip(BODIES, values, strict=True)]
    children = list(map(child, family))
    return [
        *keyed_levels(summed([*family[:3], *family[4:]]), children),
        *keyed_levels(summed([*family, family[3]]), children),
    ]


def levels_children() -> list[Keyed]:
    """The parent among its children, another report under its name, older and nameless ones."""
    family = [report(name, {GRANTED: 2, FEES: at}) for at, name in enumerate(BODIES)]
    parent = summed(family)
    family[1] = replace(family[1], year=2020)
    others = [
        child(parent, "县政府.html"),
        child(report(PARENT, {GRANTED: 1}), "县政府二.html"),
        child(report("", {GRANTED: 2}), "scan.pdf"),
        child(report("云岭县水利局")),
        child(replace(family[2], year=2020), "old.html"),
    ]
    return keyed_levels(parent, [*map(child, family), *others])


def levels_children_of_other_years() -> list[Keyed]:
    """Older reports of children that are there; a parent that does not tell its year."""
    family = [report(name, {GRANTED: 2}) for name in BODIES[:2]]
    older = [child(replace(one, year=2020), f"{one.agency}2020.html") for one in family]
    found = keyed_levels(summed(family), [*map(child, family), *older])
    return found + keyed_levels(report(PARENT, year=None), [child(family[0])])


def levels_children_twice() -> list[Keyed]:
    """Copies of two children, those of the second differ; of a third there are fifty."""
    family = [report(name, {GRANTED: 2}) for name in BODIES[:4]]
    copies = [child(family[1], "b.html"), child(changed_in(family[2], 3), "c.html")]
    copies += [child(family[3], f"{number}.html") for number in range(50)]
    return keyed_levels(summed(family), [*map(child, family), *copies])


def changed_in(one: Report, figure: int) -> Report:
    return report(one.agency, {GRANTED: figure})


def levels_children_within() -> list[Keyed]:
    """Bodies of a district whose own report is there."""
    district = report("云岭市城北区人民政府", {GRANTED: 7})
    inner = [report("云岭市城北区教育局", {GRANTED: 5}), report("城北区东街街道办事处")]
    others = [report("云岭市教育局", {GRANTED: 1}), report("云岭市人民政府办公室")]
    family = [*inner, district, *others]
    return keyed_levels(report("云岭市人民政府", {GRANTED: 8}), list(map(child, family)))


def levels_children_expected() -> list[Keyed]:
    """Names that nobody stands for, names that may be of a child, children that no name tells."""
    near = [child(report("青溪县农业农村和水利局")), child(report("青溪县教育局"))]
    many = [child(report(f"青溪县{letter}镇人民政府")) for letter in "甲乙丙丁戊己庚辛壬癸子丑寅卯"]
    return keyed_levels(report(PARENT), [*near, *many], ["水利局", "司法局"])


def levels_children_alike() -> list[Keyed]:
    """A child with the parent's very figures."""
    values: dict[str, Value] = {GRANTED: 9, "applications.new.natural": 9}
    children = [child(report(OFFICE, values)), child(report(BODIES[1], {GRANTED: 1}))]
    return keyed_levels(report(PARENT, values), children)


def levels_implied() -> list[Keyed]:
    """A blank of a child's that its relations make 0, then one of the parent's."""
    law = "applications.refused_law.natural"
    blank: dict[str, Value] = {law: None}
    ours, other = report(BODIES[1], {law: 2}), report(BODIES[2], blank)
    return [
        *keyed_levels(report(PARENT, {law: 1}), [child(ours), child(other)]),
        *keyed_levels(report(PARENT, blank), [child(ours), child(report(BODIES[2]))]),
        *keyed_levels(report(PARENT, blank), [child(ours), child(other)]),
    ]


def levels_uncertain() -> list[Keyed]:
    """A child that is not read, one with a blank, one of a hostile name; then no child at all."""
    lost = Child("民政局.html", "/民政局.html", error="民政局.html：这个网页要登录才能看。")
    odd = Child(LONG, "/x", error="=1\n+1")
    blank = child(report(BODIES[2], {FEES: None}))
    children = [child(report(BODIES[1], {FEES: 3})), blank, lost, odd]
    return [*keyed_levels(report(PARENT, {FEES: 3}), children), *keyed_levels(report(PARENT), [])]


def levels_blank() -> list[Keyed]:
    """Blanks of the parent where its children state 3 and 0; a table that it does not have."""
    whole = report(PARENT, {FEES: None, VALID: None})
    tables = {name: table for name, table in whole.tables.items() if name != "disputes"}
    children = [child(report(BODIES[1], {FEES: 3})), child(report(BODIES[2]))]
    zeros = [child(report(BODIES[1])), child(report(BODIES[2]))]
    return [
        *keyed_levels(whole, children),
        *keyed_levels(replace(whole, tables=tables), zeros),
    ]


CASES: dict[str, Callable[[], list[Keyed]]] = {
    name: made for name, made in globals().items() if name.startswith(("years_", "levels_"))
}
