"""The official layouts, against facts typed from the circulars' annexes, and the loader's
refusals.
"""

from __future__ import annotations

import copy
from collections import Counter
from collections.abc import Callable
from itertools import product
from typing import Any

import pytest

from gongkai.editions import FOLDER, all_editions, edition_of_year, form, load_edition, read_toml
from gongkai.model import Box, EditionError, Form, Label

APPLICANTS = ["自然人", "商业企业", "科研机构", "社会公益组织", "法律服务机构", "其他", "总计"]
RESULTS_2019 = [
    "一、本年新收政府信息公开申请数量",
    "二、上年结转政府信息公开申请数量",
    "（一）予以公开",
    "（二）部分公开（区分处理的，只计这一情形，不计其他情形）",
    "1.属于国家秘密",
    "2.其他法律行政法规禁止公开",
    "3.危及“三安全一稳定”",
    "4.保护第三方合法权益",
    "5.属于三类内部事务信息",
    "6.属于四类过程性信息",
    "7.属于行政执法案卷",
    "8.属于行政查询事项",
    "1.本机关不掌握相关政府信息",
    "2.没有现成信息需要另行制作",
    "3.补正后申请内容仍不明确",
    "1.信访举报投诉类申请",
    "2.重复申请",
    "3.要求提供公开出版物",
    "4.无正当理由大量反复申请",
    "5.要求行政机关确认或重新出具已获取信息",
    "（六）其他处理",
    "（七）总计",
    "四、结转下年度继续办理",
]
OTHERS_2021 = [
    "1.申请人无正当理由逾期不补正、行政机关不再处理其政府信息公开申请",
    "2.申请人逾期未按收费通知要求缴纳费用、行政机关不再处理其政府信息公开申请",
    "3.其他",
]
RESULTS_2021 = [*RESULTS_2019[:20], *OTHERS_2021, *RESULTS_2019[21:]]
OUTCOMES = ["结果维持", "结果纠正", "其他结果", "尚未审结", "总计"]
CIRCULARS = {"2019": "国办公开办函〔2019〕60号", "2021": "国办公开办函〔2021〕30号"}


def box(at: str) -> Box:
    first, _, last = at.partition(":")
    last = last or first
    return Box(int(first[1:]), ord(first[0]) - 64, int(last[1:]), ord(last[0]) - 64)


def boxes(official: Form, text: str) -> list[Box]:
    return [label.box for label in official.labels if label.text == text]


def texts(official: Form, kind: str) -> list[str]:
    return [label.text for label in official.labels if label.kind == kind]


# --- relations ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "split"),
    [
        ("2021", {"balance": 7, "sum": 7, "across": 25, "total": 3}),
        ("2019", {"balance": 7, "sum": 7, "across": 23, "total": 3}),
    ],
)
def test_number_of_relations(name: str, split: dict[str, int]) -> None:
    relations = all_editions()[name].relations
    assert Counter(relation.kind for relation in relations) == split
    assert len({relation.rule for relation in relations}) == len(relations)
    assert Counter(relation.table for relation in relations) == {
        "applications": sum(split.values()) - 3,
        "disputes": 3,
    }


def test_relations_in_full() -> None:
    relations = {relation.rule: relation for relation in all_editions()["2021"].relations}
    balance = relations["applications.balance.natural"]
    assert balance.parts == ("applications.new.natural", "applications.carried_in.natural")
    assert balance.whole == ("applications.handled.natural", "applications.carried_out.natural")
    column = relations["applications.sum.total"]
    assert len(column.parts) == 21
    assert (column.parts[0], column.parts[-1]) == (
        "applications.granted.total",
        "applications.other_rest.total",
    )
    assert column.whole == ("applications.handled.total",)
    across = relations["applications.across.carried_out"]
    assert [cell.split(".")[2] for cell in across.parts] == [
        "natural",
        "company",
        "research",
        "welfare",
        "legal",
        "other",
    ]
    assert across.whole == ("applications.carried_out.total",)
    review = relations["disputes.total.review"]
    assert [cell.split(".")[2] for cell in review.cells] == [
        "upheld",
        "corrected",
        "other",
        "pending",
        "total",
    ]
    assert len(all_editions()["2019"].forms["applications"].relations[7].parts) == 19


@pytest.mark.parametrize("name", ["2019", "2021"])
def test_relations_name_cells_of_the_form(name: str) -> None:
    edition = all_editions()[name]
    for relation in edition.relations:
        cells = edition.forms[relation.table].cells
        assert set(relation.cells) <= set(cells)
        assert len(set(relation.cells)) == len(relation.cells)
        assert relation.marked in relation.whole


# --- labels, order, merged cells ------------------------------------------------------------------


@pytest.mark.parametrize(("name", "labels"), [("2019", RESULTS_2019), ("2021", RESULTS_2021)])
def test_rows_of_table_three(name: str, labels: list[str]) -> None:
    official = form(name, "applications")
    assert [row.label.text for row in official.rows] == labels
    assert [row.line for row in official.rows] == list(range(4, 4 + len(labels)))
    assert [column.label.text for column in official.parts[0].columns] == APPLICANTS
    assert official.size == Box(1, 1, 3 + len(labels), 10)
    assert len(official.cells) == len(labels) * 7
    assert (official.number, official.title) == ("表三", "三、收到和处理政府信息公开申请情况")


@pytest.mark.parametrize(
    ("name", "at"),
    [
        (
            "2021",
            {"三、本年度办理结果": "A6:A27", "（六）其他处理": "B24:B26", "（七）总计": "B27:C27"},
        ),
        (
            "2019",
            {"三、本年度办理结果": "A6:A25", "（六）其他处理": "B24:C24", "（七）总计": "B25:C25"},
        ),
    ],
)
def test_merged_cells_of_table_three(name: str, at: dict[str, str]) -> None:
    last = {"2021": "A28:C28", "2019": "A26:C26"}[name]
    common = {
        "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）": "A1:C3",
        "申请人情况": "D1:J1",
        "自然人": "D2:D3",
        "法人或其他组织": "E2:I2",
        "总计": "J2:J3",
        "商业企业": "E3",
        "其他": "I3",
        "一、本年新收政府信息公开申请数量": "A4:C4",
        "二、上年结转政府信息公开申请数量": "A5:C5",
        "（一）予以公开": "B6:C6",
        "（三）不予公开": "B8:B15",
        "1.属于国家秘密": "C8",
        "8.属于行政查询事项": "C15",
        "（四）无法提供": "B16:B18",
        "（五）不予处理": "B19:B23",
        "5.要求行政机关确认或重新出具已获取信息": "C23",
        "四、结转下年度继续办理": last,
    }
    official = form(name, "applications")
    assert {text: boxes(official, text) for text in common | at} == {
        t: [box(a)] for t, a in (common | at).items()
    }
    assert official.cells["applications.new.natural"].box == box("D4")
    assert official.cells["applications.carried_out.total"].box == box(f"J{last[-2:]}")


def test_groups_of_a_row() -> None:
    groups = {
        row.id: [group.id for group in row.groups] for row in form("2021", "applications").rows
    }
    assert groups["new"] == groups["carried_out"] == []
    assert groups["granted"] == groups["handled"] == ["results"]
    assert groups["refused_secret"] == ["results", "refused"]
    assert groups["unavailable_unclear"] == ["results", "unavailable"]
    assert groups["unprocessed_reconfirm"] == ["results", "unprocessed"]
    assert groups["other_rest"] == ["results", "other"]
    assert [group.id for group in form("2021", "disputes").rows[2].groups] == ["litigation"]


def test_table_two_of_2021() -> None:
    official = form("2021", "disclosure")
    assert texts(official, "caption") == [f"第二十条第（{number}）项" for number in "一五六八"]
    assert [label.box for label in official.labels if label.kind == "caption"] == [
        box(at) for at in ("A1:D1", "A5:D5", "A8:D8", "A12:D12")
    ]
    assert boxes(official, "信息内容") == [box(at) for at in ("A2", "A6", "A9", "A13")]
    assert boxes(official, "本年处理决定数量") == [box("B6:D6"), box("B9:D9")]
    assert boxes(official, "本年收费金额（单位：万元）") == [box("B13:D13")]
    assert [(row.label.text, row.line) for row in official.rows] == [
        ("规章", 3),
        ("行政规范性文件", 4),
        ("行政许可", 7),
        ("行政处罚", 10),
        ("行政强制", 11),
        ("行政事业性收费", 14),
    ]
    assert list(official.cells) == [
        "disclosure.rules.made",
        "disclosure.rules.repealed",
        "disclosure.rules.valid",
        "disclosure.normative.made",
        "disclosure.normative.repealed",
        "disclosure.normative.valid",
        "disclosure.permits.decisions",
        "disclosure.penalties.decisions",
        "disclosure.coercion.decisions",
        "disclosure.fees.amount",
    ]
    assert official.cells["disclosure.fees.amount"].box == box("B14:D14")
    assert [cell.id for cell in official.cells.values() if cell.column.decimal] == [
        "disclosure.fees.amount"
    ]


def test_table_two_of_2019() -> None:
    official = form("2019", "disclosure")
    assert texts(official, "caption") == [f"第二十条第（{number}）项" for number in "一五六八九"]
    columns = [[column.label.text for column in part.columns] for part in official.parts]
    projects = ["上一年项目数量", "本年增/减", "处理决定数量"]
    assert columns == [
        ["本年新制作数量", "本年新公开数量", "对外公开总数量"],
        projects,
        projects,
        projects[:2],
        ["采购项目数量", "采购总金额"],
    ]
    assert [row.label.text for row in official.rows] == [
        "规章",
        "规范性文件",
        "行政许可",
        "其他对外管理服务事项",
        "行政处罚",
        "行政强制",
        "行政事业性收费",
        "政府集中采购",
    ]
    signed = {cell.column.label.text for cell in official.cells.values() if cell.column.signed}
    assert signed == {"本年增/减"}
    assert [cell.id for cell in official.cells.values() if cell.column.decimal] == [
        "disclosure.procurement.amount"
    ]
    assert len(official.cells) == 22


@pytest.mark.parametrize("name", ["2019", "2021"])
def test_table_four(name: str) -> None:
    official = form(name, "disputes")
    assert [row.label.text for row in official.rows] == [
        "行政复议",
        "未经复议直接起诉",
        "复议后起诉",
    ]
    assert [[column.label.text for column in part.columns] for part in official.parts] == [
        OUTCOMES
    ] * 3
    assert boxes(official, "行政复议") == [box("A1:E1")]
    assert boxes(official, "行政诉讼") == [box("F1:O1")]
    assert boxes(official, "未经复议直接起诉") == [box("F2:J2")]
    assert boxes(official, "复议后起诉") == [box("K2:O2")]
    assert boxes(official, "结果维持") == [box("A2:A3"), box("F3"), box("K3")]
    assert [cell.box for cell in official.cells.values()] == [
        Box(4, column, 4, column) for column in range(1, 16)
    ]
    assert official.size == Box(1, 1, 4, 15)


@pytest.mark.parametrize(
    ("name", "table"), [*product(["2019", "2021"], ["disclosure", "applications", "disputes"])]
)
def test_labels_and_figures_fill_the_form(name: str, table: str) -> None:
    official = form(name, table)
    covered = [label.box for label in official.labels] + [
        cell.box for cell in official.cells.values()
    ]
    area = sum(each.width * each.height for each in covered)
    assert area == official.size.width * official.size.height
    assert list(official.labels) == sorted(
        official.labels, key=lambda label: (label.box.top, label.box.left)
    )


def test_years_and_circulars() -> None:
    assert {name: edition.circular for name, edition in all_editions().items()} == CIRCULARS
    years = {2018: "2021", 2019: "2019", 2020: "2019", 2021: "2021", 2030: "2021", None: "2021"}
    assert {year: edition_of_year(year).name for year in years} == years


@pytest.mark.parametrize("name", ["2019", "2021"])
def test_sections(name: str) -> None:
    assert [
        (section.number, section.title, section.table) for section in all_editions()[name].sections
    ] == [
        (1, "一、总体情况", ""),
        (2, "二、主动公开政府信息情况", "disclosure"),
        (3, "三、收到和处理政府信息公开申请情况", "applications"),
        (4, "四、政府信息公开行政复议、行政诉讼情况", "disputes"),
        (5, "五、存在的主要问题及改进情况", ""),
        (6, "六、其他需要报告的事项", ""),
    ]


def test_no_alias_names_two_things() -> None:
    for edition in all_editions().values():
        for official in edition.forms.values():
            spoken: dict[str, Label] = {}
            for label in official.labels:
                for text in label.aliases:
                    assert spoken.setdefault(text, label).text == label.text


# --- the loader refuses ---------------------------------------------------------------------------


def table_of(source: dict[str, Any], name: str) -> dict[str, Any]:
    return next(table for table in source["table"] if table["id"] == name)


def unknown_cell(source: dict[str, Any]) -> None:
    table_of(source, "applications")["relation"][0]["parts"] = ["new", "brought_in"]


def unknown_end(source: dict[str, Any]) -> None:
    table_of(source, "applications")["relation"][1]["parts"] = ["granted", "...", "other_remainder"]


def unknown_mark(source: dict[str, Any]) -> None:
    table_of(source, "disputes")["relation"][0]["marked"] = "sum"


def mark_outside(source: dict[str, Any]) -> None:
    table_of(source, "applications")["relation"][0]["marked"] = "granted"


def cell_on_both_sides(source: dict[str, Any]) -> None:
    table_of(source, "applications")["relation"][0]["whole"] = ["handled", "new"]


def reversed_range(source: dict[str, Any]) -> None:
    table_of(source, "applications")["relation"][2]["parts"] = ["other", "...", "natural"]


def open_range(source: dict[str, Any]) -> None:
    table_of(source, "applications")["relation"][2]["parts"] = ["natural", "..."]


def same_row_twice(source: dict[str, Any]) -> None:
    table_of(source, "applications")["part"][0]["rows"][3]["id"] = "granted"


def same_column_twice(source: dict[str, Any]) -> None:
    table_of(source, "applications")["part"][0]["columns"][1]["id"] = "natural"


def same_table_twice(source: dict[str, Any]) -> None:
    source["table"].append(table_of(source, "disclosure"))


def merge_over_a_label(source: dict[str, Any]) -> None:
    table_of(source, "applications")["group"][1]["at"] = "B8:B16"


def merge_over_a_figure(source: dict[str, Any]) -> None:
    table_of(source, "applications")["part"][0]["rows"][0]["at"] = "A4:D4"


def unknown_unit(source: dict[str, Any]) -> None:
    table_of(source, "disclosure")["part"][3]["columns"][0]["unit"] = "亿元"


def no_such_place(source: dict[str, Any]) -> None:
    table_of(source, "disputes")["group"][0]["at"] = "O1:F1"


def same_as_nothing(source: dict[str, Any]) -> None:
    source["table"][2] = {"id": "disputes", "same_as": "2020"}


def same_as_another_reference(source: dict[str, Any]) -> None:
    source["table"][2] = {"id": "disputes", "same_as": "2019"}


def table_without_section(source: dict[str, Any]) -> None:
    source["section"][3]["table"] = ""


FAULTS: list[tuple[Callable[[dict[str, Any]], None], list[str]]] = [
    (unknown_cell, ["2021.applications.balance", "brought_in"]),
    (unknown_end, ["2021.applications.sum", "other_remainder"]),
    (unknown_mark, ["2021.disputes.total", "sum"]),
    (mark_outside, ["2021.applications.balance", "granted"]),
    (cell_on_both_sides, ["2021.applications.balance", "new"]),
    (reversed_range, ["2021.applications.across", "..."]),
    (open_range, ["2021.applications.across", "..."]),
    (same_row_twice, ["2021.applications", "granted.natural"]),
    (same_column_twice, ["2021.applications", "new.natural"]),
    (same_table_twice, ["2021", "disclosure"]),
    (merge_over_a_label, ["2021.applications", "（三）不予公开", "（四）无法提供"]),
    (
        merge_over_a_figure,
        ["2021.applications", "一、本年新收政府信息公开申请数量", "applications.new.natural"],
    ),
    (unknown_unit, ["2021.disclosure", "amount", "亿元"]),
    (no_such_place, ["2021.disputes", "行政诉讼", "O1:F1"]),
    (same_as_nothing, ["2021", "disputes", "2020"]),
    (same_as_another_reference, ["2021", "disputes", "2019"]),
    (table_without_section, ["2021", "disputes"]),
]


@pytest.mark.parametrize(("fault", "named"), FAULTS, ids=[fault.__name__ for fault, _ in FAULTS])
def test_data_that_contradicts_itself_is_refused(
    fault: Callable[[dict[str, Any]], None], named: list[str]
) -> None:
    sources = {name: read_toml(FOLDER / f"{name}.toml") for name in ("2019", "2021")}
    source = copy.deepcopy(sources["2021"])
    fault(source)
    with pytest.raises(EditionError) as refusal:
        load_edition(source, sources)
    assert all(name in str(refusal.value) for name in named)


def test_the_sound_data_is_accepted() -> None:
    sources = {name: read_toml(FOLDER / f"{name}.toml") for name in ("2019", "2021")}
    assert load_edition(copy.deepcopy(sources["2021"]), sources) == all_editions()["2021"]
