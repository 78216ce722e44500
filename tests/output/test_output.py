"""A report as JSON, as lines and as a pandas table: nothing lost, nothing rounded."""

from __future__ import annotations

import json
from decimal import Decimal
from typing import get_type_hints

import pandas
from hypothesis import given
from hypothesis import strategies as st

from gongkai.cli.tables import report_lines
from gongkai.editions import all_editions
from gongkai.model import Problem, Report
from gongkai.output import figure_of, number, report_to_dict, to_json
from helpers.counts import properties
from helpers.pages import figures, typed_report

RUIAN = typed_report("ruian-2021-text")
HONGZE = typed_report("hongze-2024")


@properties(100)
@given(
    st.decimals(
        allow_nan=False, allow_infinity=False, places=6, min_value=-(10**12), max_value=10**12
    )
)
def test_a_figure_in_json_is_exact(value: Decimal) -> None:
    assert Decimal(str(json.loads(to_json(number(value)), parse_float=Decimal))) == value
    assert figure_of(json.loads(to_json(number(value)))) == value


def test_to_frame_has_one_row_per_figure() -> None:
    for report in (RUIAN, HONGZE):
        frame = report.to_frame()
        exact = {cell: Decimal(text) if text else None for cell, text in texts_in(frame).items()}
        assert exact == figures(report)
    fees = RUIAN.to_frame().set_index("cell").loc["disclosure.fees.amount"]
    assert (fees["value"], fees["exact"]) == (32367.144295, "32367.144295")
    assert (fees["row_label"], fees["unit"], fees["edition"]) == ("行政事业性收费", "万元", "2021")


def texts_in(frame: pandas.DataFrame) -> dict[str, str]:
    return dict(zip(frame["cell"], frame["exact"], strict=True))


def test_json_follows_each_tables_own_layout() -> None:
    tables = report_to_dict(HONGZE)["tables"]
    assert {name: table["edition"] for name, table in tables.items()} == {
        "disclosure": "2021",
        "applications": "2019",
        "disputes": "2021",
    }
    assert len(tables["applications"]["rows"]) == 23


def test_lines_show_blank_and_unread_apart_from_zero() -> None:
    report = Report(
        "题",
        "某局",
        None,
        "",
        {},
        problems=(Problem("applications", "new", "natural", "约5", "不是单独的一个数字"),),
    )
    text = "\n".join(report_lines(report))
    assert "年度：未识别" in text
    assert "表三 一、本年新收政府信息公开申请数量 自然人 不是单独的一个数字：“约5”" in text
    shown = "\n".join(report_lines(RUIAN))
    for form in all_editions()["2021"].forms.values():
        assert form.title in shown
    assert "行政事业性收费                  32367.144295" in shown


def test_the_types_of_a_report_can_be_looked_up() -> None:
    """Programs that build on the front door ask for them; pandas is no part of them."""
    assert "tables" in get_type_hints(Report)
