"""``read`` for people: which figure is which can be seen at a terminal of eighty columns."""

from __future__ import annotations

from dataclasses import replace

import pytest

from gongkai.cli.console import width_of
from gongkai.cli.tables import label_pieces, report_lines, table_lines
from gongkai.editions import all_editions
from gongkai.model import Entry, Report, Table
from helpers.made import report_of
from helpers.ruian import RUIAN

WIDTH = 80
HEADS = ("计", "额", "数", "量", "减", "）", "项", "件", "元")  # how lines of heads end


def lines_of(report: Report, table: str) -> list[str]:
    return list(table_lines(report.tables[table]))


def with_raw(report: Report, cell: str, raw: str) -> Report:
    table = report.tables[cell.partition(".")[0]]
    entries = {**table.entries, cell: Entry(cell, None, raw, None)}
    return replace(report, tables={**report.tables, table.id: replace(table, entries=entries)})


def test_table_two_in_its_parts() -> None:
    assert lines_of(RUIAN, "disclosure") == [
        "二、主动公开政府信息情况（2021年格式）",
        "  单位：件          本年制发件数  本年废止件数  现行有效件数",
        "  规章                         0             0             0",
        "  行政规范性文件              43           124           388",
        "",
        "  单位：件          本年处理决定数量",
        "  行政许可                    247525",
        "  行政处罚                     17040",
        "  行政强制                      4245",
        "",
        "  单位：万元        本年收费金额（单位：万元）",
        "  行政事业性收费                  32367.144295",
    ]


def test_table_three_with_its_groups() -> None:
    found = lines_of(RUIAN, "applications")
    assert found[:9] == [
        "三、收到和处理政府信息公开申请情况（2021年格式）",
        "                                                          社会  法律",
        "                                              商业  科研  公益  服务",
        "  单位：件                            自然人  企业  机构  组织  机构  其他  总计",
        "  一、本年新收政府信息公开申请数量       436    12     0     0     3     4   455",
        "  二、上年结转政府信息公开申请数量         8     0     0     0     0     0     8",
        "  三、本年度办理结果",
        "    （一）予以公开                       134     7     0     0     1     1   143",
        "    （二）部分公开（区分处理的，只计      82     2     0     0     0     1    85",
    ]
    assert found[9:12] == [
        "      这一情形，不计其他情形）",
        "    （三）不予公开",
        "      1.属于国家秘密                       4     0     0     0     0     0     4",
    ]
    assert found[-2:] == [
        "    （七）总计                           433    11     0     0     2     4   450",
        "  四、结转下年度继续办理                  11     1     0     0     1     0    13",
    ]


def test_table_four_in_blocks() -> None:
    assert lines_of(RUIAN, "disputes") == [
        "四、政府信息公开行政复议、行政诉讼情况（2021年格式）",
        "  单位：件            结果维持  结果纠正  其他结果  尚未审结  总计",
        "  行政复议                  44         9         5         5    63",
        "  行政诉讼",
        "    未经复议直接起诉         8         0         1         0     9",
        "    复议后起诉              27         0         0         8    35",
    ]


def test_units_that_differ_stand_below_their_heads() -> None:
    form = all_editions()["2019"].forms["disclosure"]
    entries = {cell: Entry(cell, 1, "1", None) for cell in form.cells}
    found = list(table_lines(Table(all_editions()["2019"].forms[form.id], entries)))
    assert found[5:8] == [
        "                        上一年项目数量  本年增/减  处理决定数量",
        "                                    项         项            件",
        "  行政许可                           1          1             1",
    ]
    assert found[-3:] == [
        "                        采购项目数量  采购总金额",
        "                                  项        万元",
        "  政府集中采购                     1           1",
    ]


@pytest.mark.parametrize("edition", ["2019", "2021"])
@pytest.mark.parametrize("value", [None, 0, 123456])
def test_figures_stand_under_their_heads_within_eighty_columns(
    edition: str, value: int | None
) -> None:
    """All lines with figures end where their heads end, measured as a terminal does."""
    for form in all_editions()[edition].forms.values():
        entries = {cell: Entry(cell, value, "", None) for cell in form.cells}
        found = list(table_lines(Table(all_editions()[edition].forms[form.id], entries)))
        assert max(map(width_of, found)) <= WIDTH
        for block in "\n".join(found[1:]).split("\n\n"):
            ends = {
                width_of(line)
                for line in block.split("\n")
                if line.endswith(("（空）", "0", "123456"))
            }
            heads = {
                width_of(line)
                for line in block.split("\n")
                if line.endswith(("计", "额", "数", "量", "减", "）", "项", "件", "元"))
            }
            assert len(ends) == 1
            assert ends <= heads


def test_blanks_and_signs_and_doubts() -> None:
    report = with_raw(with_raw(report_of(), CELLS[0], ""), CELLS[1], " / ")
    report = with_raw(report, CELLS[2], "12②（见附注\n二，不含转办）")
    [row] = [line for line in lines_of(report, "applications") if "一、本年新收" in line]
    assert row.split()[-7:] == ["（空）", "/", "12②（见…", "0", "3", "4", "455"]


CELLS = [f"applications.new.{name}" for name in ("natural", "company", "research")]


def test_no_line_of_a_label_begins_with_a_sign_that_ends() -> None:
    assert label_pieces("逾期不补正、行政机关", 2, 12) == ["  逾期不补", "    正、行政", "    机关"]


def test_a_label_that_just_fits_stays_on_its_line() -> None:
    assert label_pieces("逾期不补正", 2, 12) == ["  逾期不补正"]


def test_the_lines_of_a_report_name_what_was_not_read() -> None:
    assert "二、主动公开政府信息情况（2021年格式）" in list(report_lines(RUIAN))
