"""A government's report against the sum of its children's: which figures, who lacks, nothing
twice.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.bodies.within import governed_area, is_office, lies_within, qualified
from gongkai.compare.children import Child, roll_of
from gongkai.compare.levels import STATUSES, Levels, compare
from gongkai.editions import (
    all_editions,
    form,
)
from gongkai.levels.output import levels_bytes, levels_to_dict, outcome_line
from gongkai.model import Document, Entry, Finding, Report, Table, Value
from gongkai.sums import total
from gongkai.wording.rules import rules_of
from helpers.counts import properties
from helpers.families import (
    BODIES,
    CELLS,
    FEES,
    GRANTED,
    OFFICE,
    PARENT,
    child,
    family_of,
    report,
    summed,
)
from helpers.growth import LINEAR, doubling
from helpers.made import report_of, sound_values
from helpers.strategies import MAKERS, changed, make_report

RULES = rules_of("levels")


def statuses(found: Levels) -> dict[str, str]:
    return {line.cell.id: line.status for line in found.lines}


def by_rule(found: Levels, rule: str) -> list[Finding]:
    return [finding for finding in found.findings if finding.rule == rule]


def messages(found: Levels, rule: str = "levels.children") -> list[str]:
    return [finding.message for finding in by_rule(found, rule)]


# --- sums -----------------------------------------------------------------------------------------


@st.composite
def families(draw: st.DrawFn) -> list[Report]:
    """Consistent reports of several bodies, one edition."""
    count = draw(st.integers(1, len(BODIES)))
    found = []
    for agency in BODIES[:count]:
        values = {
            table: draw(make(all_editions()["2021"].forms[table])) for table, make in MAKERS.items()
        }
        found.append(make_report(values, dict.fromkeys(values, "2021"), agency, 2021))
    return found


@properties(40)
@given(families(), st.randoms(use_true_random=False))
def test_a_sum_of_children_has_no_findings_in_any_order(
    reports: list[Report], random: Random
) -> None:
    parent = summed(reports)
    random.shuffle(reports)
    found = compare(parent, [child(one) for one in reports])
    assert [
        finding for finding in found.findings if "数字与上级完全相同" not in finding.message
    ] == []
    assert set(statuses(found).values()) == {"equal"}
    assert len(found.lines) == len(CELLS)


@properties(40)
@given(families(), st.data())
def test_changed_figures_of_one_child_are_told_cell_by_cell(
    reports: list[Report], data: st.DataObject
) -> None:
    parent = summed(reports)
    at = data.draw(st.integers(0, len(reports) - 1))
    cells = data.draw(st.sets(st.sampled_from(CELLS), min_size=1, max_size=4))
    for cell in cells:
        reports[at] = changed(reports[at], cell, total([reports[at].value(cell) or 0, 7]))
    found = compare(parent, [child(one) for one in reports])
    told = by_rule(found, "levels.sum")
    assert [finding.cells for finding in told] == [(cell,) for cell in CELLS if cell in cells]
    assert {finding.difference for finding in told} == {7}
    assert {finding.severity for finding in told} == {"warning"}
    for finding in told:
        assert finding.stated == parent.value(finding.cells[0])


@properties(40)
@given(families(), st.data())
def test_without_one_child_nothing_is_certain_and_it_is_named(
    reports: list[Report], data: st.DataObject
) -> None:
    parent = summed(reports)
    gone = reports.pop(data.draw(st.integers(0, len(reports) - 1)))
    found = compare(parent, [child(one) for one in reports], BODIES[: len(reports) + 1])
    assert set(statuses(found).values()) == {"uncertain"}
    (note,) = by_rule(found, "levels.uncertain")
    assert note.severity == "note"
    assert f"{gone.agency}（没有它的报告）" in note.message
    assert all(line.lacking == (gone.agency,) for line in found.lines)
    assert by_rule(found, "levels.sum") == []


@properties(25)
@given(families(), st.randoms(use_true_random=False))
def test_the_order_of_children_changes_nothing(reports: list[Report], random: Random) -> None:
    parent = changed(summed(reports), GRANTED, 1)
    children = [child(one) for one in reports]
    first = compare(parent, children)
    random.shuffle(children)
    second = compare(parent, children)
    assert statuses(first) == statuses(second)
    assert [line.computed for line in first.lines] == [line.computed for line in second.lines]


def test_the_message_says_who_contributes_and_what_may_explain_it() -> None:
    family = [
        report(name, {GRANTED: figure})
        for name, figure in zip(BODIES, (5, 80, 40, 9, 0, 1), strict=True)
    ]
    found = compare(changed(summed(family), GRANTED, 126), list(map(child, family)))
    (told,) = by_rule(found, "levels.sum")
    assert told.lines == (
        "表三 予以公开（自然人）填126，6个下级之和为135",
        "差9，正好是青溪县民政局的数；请核对上级是否漏计",
    )
    assert (told.stated, told.computed, told.difference) == (126, 135, 9)
    found = compare(changed(summed(family), GRANTED, 140), list(map(child, family[1:])))
    (told,) = by_rule(found, "levels.sum")
    assert told.lines == (
        "表三 予以公开（自然人）填140，5个下级之和为130",
        "差10；较大的有青溪县教育局80、青溪县公安局40；下级中没有政府办公室，政府本身的数字可能没有计入",
    )
    found = compare(changed(summed(family), GRANTED, 144), list(map(child, family)))
    (told,) = by_rule(found, "levels.sum")
    assert told.lines[1] == "差9，正好是青溪县民政局的数；请核对上级是否重复计入"


def test_a_body_left_out_or_counted_twice_as_a_whole_is_named() -> None:
    family = [
        report(name, {GRANTED: at, FEES: at, "disputes.review.upheld": 3})
        for at, name in enumerate(BODIES)
    ]
    for parent, how in (
        (summed(family[:3] + family[4:]), "漏计"),
        (summed([*family, family[3]]), "重复计入"),
    ):
        first, *others = by_rule(compare(parent, list(map(child, family))), "levels.sum")
        assert first.lines == (
            "相差的每一格都正好是青溪县民政局的数字",
            f"请先核对上级是否{how}了它",
        )
        assert first.cells == tuple(
            cell for cell in CELLS if cell in (GRANTED, FEES, "disputes.review.upheld")
        )
        assert [finding.cells[0] for finding in others] == list(first.cells)


def test_documents_in_force_may_be_counted_by_those_who_drafted_them() -> None:
    family = [report(name, {"disclosure.normative.valid": 8}) for name in BODIES[:3]]
    (told,) = by_rule(
        compare(changed(summed(family), "disclosure.normative.valid", 8), list(map(child, family))),
        "levels.sum",
    )
    assert told.message.endswith("以政府名义制发的文件，起草部门可能也计了一次。")


def test_fees_are_exact() -> None:
    fees = [Decimal("32367.144295"), Decimal("0.1"), Decimal("0.2")]
    family = [report(name, {FEES: fee}) for name, fee in zip(BODIES, fees, strict=False)]
    children = list(map(child, family))
    right = compare(report(PARENT, {FEES: Decimal("32367.444295")}), children)
    assert by_rule(right, "levels.sum") == []
    short = compare(report(PARENT, {FEES: Decimal("32367.44")}), children)
    (told,) = by_rule(short, "levels.sum")
    assert told.difference == Decimal("0.004295")
    assert told.lines[1].startswith("差0.004295；")


# --- what lacks -----------------------------------------------------------------------------------


def test_a_sum_that_exceeds_is_told_though_a_child_lacks() -> None:
    family = [report(name, {GRANTED: 10}) for name in BODIES[:3]]
    lost = Child("民政局.html", "/reports/民政局.html", error="民政局.html：这个网页要登录才能看。")
    found = compare(report(PARENT, {GRANTED: 25}), [*map(child, family), lost])
    (told,) = by_rule(found, "levels.sum")
    assert told.lines[0].endswith("填25，3个下级之和已为30")
    assert told.lines[1].startswith("差5，还没有计入缺数的1个下级；")
    assert statuses(found)[GRANTED] == "exceeds"
    (note,) = by_rule(found, "levels.uncertain")
    assert "民政局.html（没有读出）" in note.message
    assert len(note.cells) == len(CELLS) - 1


def test_signed_columns_never_exceed() -> None:
    cell = "disclosure.permits.change"
    tables = {
        name: Table(form("2019", name), {each: Entry(each, 0) for each in official.cells})
        for name, official in all_editions()["2019"].forms.items()
    }
    parent = replace(report(PARENT, year=2020), tables=tables)
    first = changed(replace(parent, agency=BODIES[1]), cell, 5)
    found = compare(parent, [child(first), Child("b", "b", error="打不开。")])
    assert statuses(found)[cell] == "uncertain"
    whole = compare(parent, [child(first)])
    assert statuses(whole)[cell] == "differs"


def test_a_blank_of_one_child_is_no_zero() -> None:
    family = [report(BODIES[1], {FEES: 3}), report(BODIES[2], {FEES: None})]
    found = compare(report(PARENT, {FEES: 3}), list(map(child, family)))
    line = next(line for line in found.lines if line.cell.id == FEES)
    assert (line.status, line.computed, line.figures, line.lacking) == (
        "uncertain",
        3,
        (3, None),
        (BODIES[2],),
    )
    assert f"{BODIES[2]}（1格没有可以计入的数字）" in messages(found, "levels.uncertain")[0]
    assert compare(report(PARENT, {FEES: 2}), list(map(child, family))).counts()["exceeds"] == 1


def test_a_blank_of_the_parent_is_no_zero() -> None:
    found = compare(report(PARENT, {FEES: None}), [child(report(BODIES[1], {FEES: 3}))])
    assert statuses(found)[FEES] == "blank"
    assert messages(found, "levels.blank") == [
        "上级报告有1格空白，没有核对。"
        "下级之和不为0的有1格：表二 行政事业性收费为3；请核对是否漏填。"
    ]


# --- zeros that the relations imply ---------------------------------------------------------------

CARRIED = {f"applications.{row}.total": 0 for row in ("carried_in", "carried_out")}
SUMS = {
    f"disputes.{block}.total": 0 for block in ("review", "direct_litigation", "reviewed_litigation")
}


def with_blanks(agency: str, values: Mapping[str, Value] | None = None) -> Report:
    """A body that wrote 5 applications, its totals and table two, and left every other 0 blank."""
    whole = {
        f"applications.{row}.{who}": 5
        for row in ("new", "granted", "handled")
        for who in ("natural", "total")
    }
    blank: dict[str, Value] = {cell: None for cell in CELLS if not cell.startswith("disclosure")}
    return report(agency, {**blank, **whole, **CARRIED, **SUMS, **dict(values or {})})


def test_one_child_of_thirty_with_zeros_left_blank_takes_no_cell_away() -> None:
    family = [report_of() for _ in range(29)]
    names = [f"青溪县{chr(0x4E00 + at)}局" for at in range(29)]
    family = [replace(one, agency=name) for one, name in zip(family, names, strict=True)]
    family.append(with_blanks(BODIES[2]))
    parent = summed(family)
    found = compare(parent, list(map(child, family)))
    assert found.counts()["equal"] == len(found.lines) == 200
    guessed = sum(line.is_guessed for line in found.lines)
    assert guessed > 100
    assert outcome_line(found) == f"✓ 核对200格，全部相符，其中{guessed}格含推定的数。"
    line = next(line for line in found.lines if line.cell.id == "applications.refused_law.legal")
    assert (line.implied, line.lacking, line.figures[29]) == ((29,), (), 0)


def test_what_fails_by_an_implied_zero_is_a_question() -> None:
    family = [report(BODIES[1]), with_blanks(BODIES[2])]
    law = "applications.refused_law.natural"
    found = compare(report(PARENT, {law: 2}), list(map(child, family)))
    assert statuses(found)[law] == "asked"
    [told] = [finding for finding in by_rule(found, "levels.implied") if finding.cells == (law,)]
    assert told.severity == "note"
    assert told.lines == (
        "表三 法律法规禁止（自然人）填2，2个下级之和为0",
        f"差2；其中{BODIES[2]}0是推定的，请核对",
    )
    assert (told.stated, told.computed, told.difference) == (2, 0, -2)
    assert not [finding for finding in by_rule(found, "levels.sum") if finding.cells == (law,)]


def test_the_parents_own_implied_zero_is_asked_about() -> None:
    law = "applications.refused_law.natural"
    found = compare(with_blanks(PARENT), [child(report(BODIES[1], {law: 2}))])
    [told] = [finding for finding in by_rule(found, "levels.implied") if finding.cells == (law,)]
    assert told.lines[0].endswith("空白，推定为0，1个下级之和为2")


def test_in_the_table_and_in_json_an_implied_figure_bears_its_mark() -> None:
    found = compare(report(PARENT), [child(with_blanks(BODIES[2]))])
    rows = levels_bytes(found, ".csv").decode("utf-8-sig").splitlines()
    [line] = [row for row in rows if ",applications.refused_law.natural," in row]
    assert line.endswith(",0（推定）")
    [told] = [
        line
        for line in levels_to_dict(found)["cells"]
        if line["cell"] == "applications.refused_law.natural"
    ]
    assert (told["implied"], told["parent_implied"]) == ([BODIES[2]], False)


def test_a_table_that_either_lacks() -> None:
    whole = report(BODIES[1])
    part = replace(
        whole, tables={name: table for name, table in whole.tables.items() if name != "disputes"}
    )
    found = compare(report(PARENT), [child(part)])
    assert {line.status for line in found.lines if line.cell.table == "disputes"} == {"uncertain"}
    found = compare(replace(part, agency=PARENT), [child(whole)])
    assert messages(found, "levels.blank") == ["上级报告缺少表四，没有核对。"]


def test_a_table_of_another_layout_is_not_summed() -> None:
    older = {
        name: Table(form("2019", name), {cell: Entry(cell, 2) for cell in official.cells})
        for name, official in all_editions()["2019"].forms.items()
    }
    found = compare(
        report(PARENT), [child(report(BODIES[1])), child(replace(report(BODIES[2]), tables=older))]
    )
    by_table = {line.cell.table: line for line in found.lines}
    assert by_table["disclosure"].lacking == by_table["applications"].lacking == (BODIES[2],)
    assert by_table["disputes"].lacking == ()  # the same layout in both editions
    assert {line.status for line in found.lines if line.cell.table == "applications"} == {
        "uncertain"
    }


def test_without_children_nothing_is_equal() -> None:
    found = compare(report(PARENT), [])
    assert set(statuses(found).values()) == {"uncertain"}
    assert "没有可以计入的下级" in messages(found, "levels.uncertain")[0]


# --- who counts -----------------------------------------------------------------------------------


def test_the_parent_among_its_children_is_not_counted() -> None:
    family = [report(name, {GRANTED: 2}) for name in BODIES]
    parent = summed(family)
    found = compare(parent, [child(parent, "县政府.html"), *map(child, family)])
    assert set(statuses(found).values()) == {"equal"}
    assert [(f.severity, f.message) for f in found.findings] == [
        ("note", f"{PARENT}就是上级报告，没有计入。")
    ]


def test_the_parents_own_bytes_are_known_whatever_their_name() -> None:
    document = Document("a.html", "", b"", "1" * 64)
    parent = replace(report("", {GRANTED: 2}), document=document)
    found = compare(parent, [child(parent, "a.html"), child(report(BODIES[1], {GRANTED: 2}))])
    assert set(statuses(found).values()) == {"equal"}
    assert "就是上级报告，没有计入" in messages(found)[0]


def test_another_report_under_the_parents_name_is_doubtful() -> None:
    found = compare(
        report(PARENT, {GRANTED: 9}),
        [child(report(PARENT, {GRANTED: 4})), child(report(BODIES[1]))],
    )
    assert "与上级同名而数字不同" in messages(found)[0]
    assert set(statuses(found).values()) == {"uncertain"}


def test_a_parent_under_the_name_of_its_office() -> None:
    """The government's own report is no child of it that would stand above all departments."""
    family = [report(name, {GRANTED: 2}) for name in BODIES[1:]]
    parent = replace(summed(family), agency=OFFICE)
    found = compare(parent, [*map(child, family), child(replace(parent, agency=PARENT))])
    assert set(statuses(found).values()) == {"equal"}
    assert messages(found) == [f"{PARENT}就是上级报告，没有计入。"]
    found = compare(parent, [*map(child, family), child(report(PARENT, {GRANTED: 1}))])
    assert "与上级同名而数字不同" in messages(found)[0]


def test_a_department_has_no_office_of_a_government() -> None:
    parent = report("云岭市公安局", {GRANTED: 5})
    (told,) = by_rule(compare(parent, [child(report("青溪县公安局", {GRANTED: 2}))]), "levels.sum")
    assert told.lines[1].endswith("；上级机关本身的数字可能没有计入")


def test_a_child_with_the_parents_figures_is_told() -> None:
    values = {GRANTED: 9, "applications.new.natural": 9}
    found = compare(
        report(PARENT, values),
        [child(report(OFFICE, values)), child(report(BODIES[1], {GRANTED: 1}))],
    )
    told = f"{OFFICE}的数字与上级完全相同，已经计入。可能就是上级报告，请核对。"
    assert told in messages(found)
    assert found.counts()["differs"] == 1


def test_a_child_twice_is_counted_once() -> None:
    family = [report(name, {GRANTED: 2}) for name in BODIES[:3]]
    again = replace(family[1], agency="青溪县 教育局")
    found = compare(summed(family), [*map(child, family), child(again, "教育局（2）.html")])
    assert set(statuses(found).values()) == {"equal"}
    assert messages(found) == [
        "青溪县教育局（青溪县教育局.html、教育局（2）.html）是同一机关的报告，只计一次。"
        "数字没有矛盾。"
    ]


def test_of_a_child_that_is_there_many_times_some_names_are_told() -> None:
    one = report(BODIES[1], {GRANTED: 2})
    found = compare(
        report(PARENT, {GRANTED: 2}), [child(one, f"{number}.html") for number in range(500)]
    )
    (told,) = (message for message in messages(found) if "同一机关" in message)
    assert "（0.html、1.html等500份）" in told


def test_two_different_reports_of_one_child_leave_their_cells_uncertain() -> None:
    family = [report(name, {GRANTED: 2}) for name in BODIES[:3]]
    other = changed(family[1], GRANTED, 3)
    found = compare(summed(family), [*map(child, family), child(other, "教育局（2）.html")])
    assert [cell for cell, status in statuses(found).items() if status != "equal"] == [GRANTED]
    assert statuses(found)[GRANTED] == "uncertain"
    assert messages(found)[0].startswith("青溪县教育局（青溪县教育局.html、")
    assert "）是同一机关的报告而数字不同。" in messages(found)[0]


def test_two_different_reports_under_a_short_name_may_be_of_two_bodies() -> None:
    values = {GRANTED: 2, "disputes.review.upheld": 5}
    one, other = report("财政局", values), report("财政局", {**values, GRANTED: 3})
    found = compare(report(PARENT, values), [child(one, "a.html"), child(other, "b.html")])
    assert [cell for cell, status in statuses(found).items() if status != "equal"] == list(values)
    assert {statuses(found)[cell] for cell in values} == {"uncertain"}


def test_a_body_of_another_county_is_told() -> None:
    family = [
        report(name)
        for name in (*BODIES, "云岭市青溪县财政局", "国家税务总局青溪县税务局", "云岭县水利局")
    ]
    found = compare(report(PARENT), list(map(child, family)))
    assert messages(found) == ["云岭县水利局看名称不属于上级的区域，数字已经计入。请核对。"]
    city = compare(
        report("云岭市人民政府"),
        [child(report("青溪县人民政府")), child(report("云岭市城北区人民政府"))],
    )
    assert messages(city) == []
    district = compare(report("城北区人民政府"), [child(report("云岭市城北区教育局"))])
    assert messages(district) == []


def test_a_copy_fills_what_the_other_leaves_blank() -> None:
    one, other = report(BODIES[1], {GRANTED: None}), report(BODIES[1], {GRANTED: 4})
    found = compare(report(PARENT, {GRANTED: 4}), [child(one), child(other, "b.html")])
    assert set(statuses(found).values()) == {"equal"}


def test_a_body_below_a_government_of_the_list_is_not_counted_twice() -> None:
    city, district = "云岭市人民政府", report("云岭市城北区人民政府", {GRANTED: 7})
    inner = [
        report("云岭市城北区教育局", {GRANTED: 5}),
        report("城北区东街街道办事处", {GRANTED: 2}),
    ]
    others = [report("云岭市教育局", {GRANTED: 1}), report("云岭市人民政府办公室")]
    found = compare(
        report(city, {GRANTED: 8}), [*map(child, inner), child(district), *map(child, others)]
    )
    assert set(statuses(found).values()) == {"equal"}
    (message,) = messages(found)
    assert "云岭市城北区教育局（应已计入云岭市城北区人民政府）、城北区东街街道办事处" in message


@pytest.mark.parametrize("year", [2020, None])
def test_reports_of_other_years_lack(year: int | None) -> None:
    family = [report(name, {GRANTED: 2}) for name in BODIES[:2]]
    found = compare(summed(family), [child(family[0]), child(replace(family[1], year=year))])
    assert set(statuses(found).values()) == {"uncertain"}
    reason = "2020年的报告" if year else "没有识别出年度"
    assert messages(found) == [
        f"青溪县教育局（{reason}）没有计入。年度与上级报告不同，或没有识别出年度。"
    ]
    assert f"青溪县教育局（{reason}）" in messages(found, "levels.uncertain")[0]


def test_older_reports_of_bodies_that_are_there_lack_nothing() -> None:
    family = [report(name, {GRANTED: 2}) for name in BODIES[:2]]
    older = [child(replace(one, year=2020), f"{one.agency}2020.html") for one in family]
    found = compare(summed(family), [*map(child, family), *older])
    assert set(statuses(found).values()) == {"equal"}
    assert [finding.severity for finding in found.findings] == ["note"]


@pytest.mark.parametrize(("year", "status"), [(2020, "equal"), (None, "uncertain")])
def test_the_parents_own_report_of_another_year_lacks_nothing(
    year: int | None, status: str
) -> None:
    """A batch folder holds the years of all, the parent's among them."""
    family = [report(name, {GRANTED: 5}) for name in BODIES]
    for name in (PARENT, "青溪县"):
        old = child(report(name, {GRANTED: 9}, year), "old.html")
        found = compare(summed(family), [*map(child, family), old])
        assert set(statuses(found).values()) == {status}
        notes = by_rule(found, "levels.children")
        (told,) = [finding for finding in notes if "old" not in finding.message]
        assert (told.severity, name in told.message) == ("note" if year else "warning", True)


def test_a_parent_without_a_year_is_compared_with_nothing() -> None:
    found = compare(report(PARENT, year=None), [child(report(BODIES[1]))])
    assert set(statuses(found).values()) == {"uncertain"}
    assert messages(found) == [
        "上级报告没有识别出年度，没有核对。"
        "不能确定下级是否同一年度；请在它的工作簿中填上年度后再核对。"
    ]


def test_nameless_reports_are_counted_and_told() -> None:
    nameless = child(report("", {GRANTED: 2}), "scan.pdf")
    found = compare(
        report(PARENT, {GRANTED: 4}), [nameless, child(report(BODIES[1], {GRANTED: 2}))]
    )
    assert set(statuses(found).values()) == {"equal"}
    assert messages(found) == [
        "scan.pdf没有识别出机关名称，数字已经计入。请核对是否与其他下级重复。"
    ]


NAMES = st.one_of(
    st.sampled_from(
        [PARENT, *BODIES, "教育局", "城关镇", "城关镇东街社区", "青溪县", "本机关", ""]
    ),
    st.text("青溪县市区镇乡街道人民政府办公室教育局（）、 =1\n\u202e", max_size=14),
)


@properties(150)
@given(
    st.lists(st.tuples(NAMES, st.sampled_from([2020, 2021, None]), st.integers(0, 2)), max_size=8),
    st.lists(NAMES, max_size=4),
    NAMES,
)
def test_each_child_is_counted_once_or_left_out(
    drawn: list[tuple[str, int | None, int]], expected: list[str], parent: str
) -> None:
    children = [
        child(report(name, {GRANTED: figure}, year), str(at))
        for at, (name, year, figure) in enumerate(drawn)
    ]
    children.append(Child("x", "x", error="打不开。"))
    found = compare(report(parent, {GRANTED: 3}), children, expected)
    counted = [one for member in found.roll.members for one in member.children]
    left = [one.child for one in found.roll.left_out if one.kind not in ("missing", "doubtful")]
    assert sorted(one.name for one in (*counted, *left)) == sorted(one.name for one in children)
    assert len(found.lines) == len(CELLS)
    line = next(line for line in found.lines if line.cell.id == GRANTED)
    assert line.computed <= total([one.report.value(GRANTED) or 0 for one in counted if one.report])
    assert line.status in ("uncertain", "exceeds")
    assert all(
        finding.message.endswith("。") and "\n" not in finding.message for finding in found.findings
    )


def test_many_children_are_compared() -> None:
    found = compare(*family_of(100))
    assert (set(statuses(found).values()), found.findings) == ({"equal"}, ())


def test_many_children_take_linear_time() -> None:
    assert doubling(lambda family: compare(*family), family_of, 50) < LINEAR


# --- who must be there ----------------------------------------------------------------------------


def test_names_are_matched_in_full_and_in_short() -> None:
    family = [child(report(name)) for name in BODIES]
    roll = roll_of(report(PARENT), family, [*BODIES[:3], "民政局", "城关镇", "白汀镇人民政府"])
    assert (roll.left_out, roll.extra) == ((), ())


def test_missing_doubtful_and_extra_names_are_told() -> None:
    family = [
        child(report(name))
        for name in ("青溪县教育局", "青溪县城关镇人民政府", "青溪县城北镇人民政府")
    ]
    found = compare(report(PARENT), family, ["教育局", "水利局", "教育局"])
    assert [(one.child.name, one.kind) for one in found.roll.left_out] == [("水利局", "missing")]
    assert messages(found) == [
        "青溪县城关镇人民政府、青溪县城北镇人民政府不在名单上，数字已经计入。"
        "不应计入的请移出后再核对。"
    ]
    near = [child(report("青溪县农业农村和水利局"))]
    found = compare(report(PARENT), near, ["水利局"])
    assert "水利局（可能是青溪县农业农村和水利局）" in messages(found)[0]
    assert set(statuses(found).values()) == {"uncertain"}


def test_names_of_reports_that_are_left_out_are_not_missing() -> None:
    family = [child(report(BODIES[1])), child(report("城关镇农业站")), child(report(BODIES[4]))]
    roll = roll_of(
        report(PARENT),
        [*family, child(report(PARENT, {GRANTED: 1}))],
        ["教育局", "城关镇", "城关镇农业站"],
    )
    assert [one.kind for one in roll.left_out] == ["namesake", "within"]
    assert roll.extra == ()


def test_a_name_that_is_none_stands_for_nobody() -> None:
    roll = roll_of(
        report(PARENT), [child(report(BODIES[1]))], ["=cmd|' /C calc'!A0", "../..", "局"]
    )
    assert [one.kind for one in roll.left_out] == ["missing"] * 3
    assert [member.title for member in roll.extra] == [BODIES[1]]


# --- names and areas ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "area"),
    [
        ("杭州市西湖区人民政府", "西湖区"),
        ("青岛市市南区人民政府", "市南区"),
        ("新乡市人民政府", "新乡市"),
        ("瑞安市安阳街道办事处", "安阳街道"),
        ("云岭市经济技术开发区管理委员会", "经开区"),
        ("青溪县人民政府办公室", ""),
        ("青溪县教育局", ""),
        ("教育局", ""),
        ("", ""),
    ],
)
def test_governed_area(name: str, area: str) -> None:
    assert governed_area(name) == area


@pytest.mark.parametrize(
    "name", ["青溪县人民政府办公室", "浙江省人民政府办公厅", "县政府办", "政府办公室"]
)
def test_offices(name: str) -> None:
    assert is_office(name)
    assert not is_office("青溪县人民政府")


def test_lies_within_knows_areas_of_the_same_name_apart() -> None:
    assert lies_within("杭州市西湖区灵隐街道办事处", "杭州市西湖区人民政府")
    assert lies_within("杭州市西湖区人民政府办公室", "杭州市西湖区人民政府")
    assert not lies_within("开封市鼓楼区教育局", "南京市鼓楼区人民政府")
    assert not lies_within("杭州市西湖区人民政府", "杭州市西湖区人民政府")
    assert not lies_within("杭州市教育局", "杭州市西湖区人民政府")


@pytest.mark.parametrize(
    ("name", "area", "whole"),
    [
        ("教育局", "青溪县", "青溪县教育局"),
        ("县教育局", "青溪县", "青溪县教育局"),
        ("青溪县教育局", "青溪县", "青溪县教育局"),
        ("区教育局", "云岭市城北区", "云岭市城北区教育局"),
        ("城北区教育局", "云岭市城北区", "云岭市城北区教育局"),
        ("市南区", "青岛市", "青岛市市南区"),
        ("市场监督管理局", "云岭市", "云岭市市场监督管理局"),
        ("政府办", "青溪县", "青溪县政府办"),
        ("教育局", "", "教育局"),
        ("本机关", "青溪县", ""),
        ("../..", "青溪县", ""),
        ("=1+1", "青溪县", ""),
    ],
)
def test_a_short_name_is_made_whole(name: str, area: str, whole: str) -> None:
    assert qualified(name, area) == whole


# --- rules ----------------------------------------------------------------------------------------


UNSURE = ("levels.implied", "levels.uncertain", "levels.blank")


def test_every_finding_is_under_a_rule_that_is_explained() -> None:
    assert [rule.id for rule in RULES] == [
        "levels.sum",
        "levels.children",
        "levels.implied",
        "levels.uncertain",
        "levels.blank",
    ]
    assert all(
        all((rule.title, rule.meaning, rule.source, rule.example, rule.advice)) for rule in RULES
    )
    assert list(STATUSES) == ["equal", "differs", "exceeds", "asked", "uncertain", "blank"]
    assert set(sound_values()) == set(CELLS)
    assert report_of().agency == PARENT
    assert form("2021", "disputes").number == "表四"
