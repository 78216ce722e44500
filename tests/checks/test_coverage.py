"""Findings on what is missing, unread or written as no count can be."""

from __future__ import annotations

from decimal import Decimal

import pytest

from gongkai.checks import checked
from gongkai.checks.whole import check
from gongkai.editions import (
    form,
)
from gongkai.model import Entry, Problem, Report, Table
from helpers.made import cells_of_row, converted_report, only, report_of, rules


def test_a_missing_table() -> None:
    report = report_of(
        problems=[Problem("disputes", "", "", "", "没有找到这张表")], without="disputes"
    )
    finding = only(report, "coverage.table")
    assert finding.message == "缺少表四（四、政府信息公开行政复议、行政诉讼情况）。没有找到这张表。"
    assert rules(report) == [("error", "coverage.table")]
    assert checked(report) == 39


def test_a_table_missing_without_a_word() -> None:
    report = report_of(without="applications")
    assert (
        only(report, "coverage.table").message == "缺少表三（三、收到和处理政府信息公开申请情况）。"
    )


def test_a_table_of_which_nothing_was_read() -> None:
    blank = dict.fromkeys(form("2021", "disputes").cells)
    report = report_of(
        blank,
        problems=[Problem("disputes", "", "", "表四×2", "文中有多张这样的表且数字不同，未填入")],
    )
    assert only(report, "coverage.table").message == "表四没有读出任何数字。"
    assert (
        only(report, "coverage.unplaced").message
        == "表四原文“表四×2”没有填入。文中有多张这样的表且数字不同，未填入。"
    )


def test_a_missing_row() -> None:
    cells = cells_of_row("refused_law")
    report = report_of(
        dict.fromkeys(cells),
        problems=[Problem("applications", "refused_law", "", "", "没有找到这一行")],
    )
    finding = only(report, "coverage.row")
    assert (finding.severity, finding.cells) == ("error", cells)
    assert finding.message == "表三“法律法规禁止”一行：没有找到这一行。"
    assert rules(report) == [("error", "coverage.row")]


def test_a_missing_column() -> None:
    cells = [f"applications.{row.id}.welfare" for row in form("2021", "applications").rows]
    problem = Problem("applications", "", "welfare", "", "表头中没有找到这一列")
    finding = only(report_of(dict.fromkeys(cells), problems=[problem]), "coverage.column")
    assert (finding.severity, finding.cells) == ("error", tuple(cells))
    assert finding.message == "表三“社会公益组织”列：表头中没有找到这一列。"


def test_an_unread_cell() -> None:
    problem = Problem(
        "applications", "new", "natural", "436（含网上3件）", "不是单独的一个数字，未填入"
    )
    report = report_of({"applications.new.natural": None}, problems=[problem])
    finding = only(report, "coverage.cell")
    assert (finding.severity, finding.cells) == ("warning", ("applications.new.natural",))
    assert finding.message == (
        "表三 新收（自然人）原文“436（含网上3件）”。不是单独的一个数字，未填入。"
    )
    assert rules(report) == [("warning", "coverage.cell"), ("note", "coverage.implied")]


def test_text_left_unread_without_a_problem_is_told() -> None:
    report = report_of({"disclosure.rules.made": None}, raws={"disclosure.rules.made": "十二"})
    assert (
        only(report, "coverage.cell").message
        == "表二 规章（制发）原文“十二”。没有读成数字，未采用。"
    )


@pytest.mark.parametrize(
    ("problem", "message"),
    [
        (
            Problem("applications", "", "", "其中：网络申请 30", "不在官方表格中"),
            "表三原文“其中：网络申请 30”没有填入。不在官方表格中。",
        ),
        (
            Problem("applications", "granted", "", "1 2 3", "个数不符。"),
            "表三“予以公开”一行原文“1 2 3”没有填入。个数不符。",
        ),
        (
            Problem("applications", "", "total", "合 计 数", "表头不同"),
            "表三“总计”列原文“合 计 数”没有填入。表头不同。",
        ),
        (Problem("", "", "", "去年", "封面的年度“去年”不是年份。"), "封面的年度“去年”不是年份。"),
        (Problem("applications", "no_such", "", "", "没有"), "表三：没有。"),
        (Problem("applications", "granted", "no_such", "x", "没有"), "表三原文“x”没有填入。没有。"),
        (Problem("no_such", "a", "b", "x", "没有"), "原文“x”没有填入。没有。"),
    ],
)
def test_text_without_a_place(problem: Problem, message: str) -> None:
    finding = only(report_of(problems=[problem]), "coverage.unplaced")
    assert (finding.severity, finding.message) == ("warning", message)


def test_text_from_a_page_stays_on_one_short_line() -> None:
    raw = "=HYPERLINK(1)\x1b[31m\n\u202e<b>" + "长" * 500
    message = only(
        report_of(problems=[Problem("applications", "", "", raw, "没有位置\n")]),
        "coverage.unplaced",
    ).message
    assert message.isprintable()
    assert len(message) < 90
    assert "…”" in message


def test_a_negative_count() -> None:
    report = report_of({"disputes.review.upheld": -1, "disputes.review.total": 0})
    finding = only(report, "coverage.negative")
    assert (finding.stated, finding.cells) == (-1, ("disputes.review.upheld",))
    assert finding.message == "表四 行政复议（维持）填-1，不能小于0。"
    assert rules(report) == [("error", "coverage.negative")]


def test_a_signed_column_may_be_negative() -> None:
    values = {cell: Entry(cell, 0) for cell in form("2019", "disclosure").cells}
    values["disclosure.permits.change"] = Entry("disclosure.permits.change", -4)
    values["disclosure.permits.previous"] = Entry("disclosure.permits.previous", -4)
    report = Report("", "", 2019, "", {"disclosure": Table(form("2019", "disclosure"), values)})
    found = [finding.cells for finding in check(report) if finding.rule == "coverage.negative"]
    assert found == [("disclosure.permits.previous",)]


def test_a_fraction_of_a_count() -> None:
    report = report_of(
        {"disclosure.permits.decisions": Decimal("3.5"), "disclosure.fees.amount": Decimal("3.5")}
    )
    finding = only(report, "coverage.fraction")
    assert (finding.severity, finding.stated) == ("error", Decimal("3.5"))
    assert finding.message == "表二 行政许可填3.5，应当是整数。"


def test_signs_and_blanks_are_told_apart() -> None:
    signs = {
        "disputes.review.other": "/",
        "disputes.review.pending": "／",
        "disclosure.rules.made": "—",
    }
    report = report_of(dict.fromkeys(signs) | {"disclosure.rules.valid": None}, raws=signs)
    assert [(finding.rule, finding.message) for finding in check(report)] == [
        ("coverage.sign", "表二有1格填的是“—”，按空白处理，不当作0。"),
        ("coverage.blank", "表二有1格空白，不当作0。"),
        ("coverage.sign", "表四有2格填的是“/”，按空白处理，按勾稽关系均为0。"),
    ]


def test_an_amount_in_yuan() -> None:
    amount = {"disclosure.fees.amount": Decimal("25.1")}
    finding = only(
        report_of(amount, raws={"disclosure.fees.amount": "251000元"}), "coverage.converted"
    )
    assert finding.severity == "note"
    assert finding.message == "表二 行政事业性收费原文“251000元”以元为单位，已换算为25.1万元。"
    assert check(report_of(amount, raws={"disclosure.fees.amount": "25.1万元"})) == []


def test_a_converted_figure_is_told_in_the_unit_of_its_own_cell() -> None:
    told = [finding.message for finding in check(converted_report())]
    assert "表二 行政事业性收费原文“57588.71”以元为单位，已换算为5.758871万元" in told[0]
    assert "表三 新收（自然人）原文“0.436”以千件为单位，已换算为436件" in told[1]


def test_a_layout_of_another_year() -> None:
    report = report_of(year=2020)
    assert [(finding.severity, finding.message) for finding in check(report)] == [
        (
            "note",
            ("表二用的是2021年格式，2020年的报告应当用2019年格式。见国办公开办函〔2019〕60号。"),
        ),
        (
            "note",
            ("表三用的是2021年格式，2020年的报告应当用2019年格式。见国办公开办函〔2019〕60号。"),
        ),
    ]


@pytest.mark.parametrize("year", [2021, 2022, 2030, 2018])
def test_no_layout_is_asked_of_years_without_a_rule(year: int) -> None:
    assert check(report_of(year=year)) == []


def test_no_year() -> None:
    assert rules(report_of(year=None)) == [("warning", "coverage.year")]
