"""Heads are read by column; notes behind labels, three cells under one head, digits apart."""

from __future__ import annotations

import re

import pytest

from gongkai.model import Report, Value
from helpers.counts import matrix
from helpers.made import report_of
from helpers.pages import figures, read_page
from helpers.ruian import RUIAN, TRUTH, read_texts
from helpers.writers.styles import render

PAGE = render(RUIAN)
COMPANY, RESEARCH, WELFARE, LEGAL = "商业企业", "科研机构", "社会公益组织", "法律服务机构"
LOWER_HEAD = "".join(f"<td>{text}</td>" for text in (COMPANY, RESEARCH, WELFARE, LEGAL, "其他"))
HEAD = re.search(rf"<tr>\s*{LOWER_HEAD}\s*</tr>", PAGE)


def with_head(*rows: list[str]) -> str:
    """The page with the lowest row of 表三's head in several rows."""
    assert HEAD is not None
    more = len(rows) - 1
    page = PAGE.replace(HEAD[0], "".join(f"<tr>{''.join(row)}</tr>" for row in rows))
    for text in (
        "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）",
        "自然人",
        "总计",
    ):
        at = page.index(f">{text}</td>", page.index("三、收到和处理"))
        start = page.rindex("<td", 0, at)
        tag = page[start:at]
        span = int(re.search(r'rowspan="?(\d)', tag)[1])  # type: ignore[index]
        page = page[:start] + re.sub(r'rowspan="?\d"?', f'rowspan="{span + more}"', tag) + page[at:]
    return page


def cells(*texts: str) -> list[str]:
    return [f"<td>{text}</td>" for text in texts]


HEADS = {
    "two cells": [
        cells("商业", "科研", "社会公益", "法律服务", "其"),
        cells("企业", "机构", "组织", "机构", "他"),
    ],
    "some of them": [
        [
            *cells("商业", "科研"),
            *(f"<td rowspan=2>{text}</td>" for text in (WELFARE, LEGAL, "其他")),
        ],
        cells("企业", "机构"),
    ],
    "three cells": [
        cells("商业", "科", "社会", "法律", "其"),
        cells("企", "研机", "公益", "服务", "他"),
        cells("业", "构", "组织", "机构", ""),
    ],
    "blank below": [cells(COMPANY, RESEARCH, WELFARE, LEGAL, "其他"), cells("", "", "", "", "")],
    "notes": [
        cells(
            f"{COMPANY}（含个体工商户）", RESEARCH, WELFARE, f"{LEGAL}【件】", "其他（事业单位等）"
        )
    ],
    "notes in two cells": [
        cells("商业", RESEARCH, WELFARE, LEGAL, "其他"),
        cells("企业（含个体工商户）", "", "", "", ""),
    ],
    "other words": [cells("企业", "科研院所", "社会公益机构", "法律服务组织", "其它")],
    "a character a line": [
        cells("商<br>业<br>企<br>业", "科<br>研<br>机<br>构", WELFARE, LEGAL, "其<br>他")
    ],
}


@pytest.mark.parametrize("head", HEADS)
def test_heads_are_read_by_column(head: str) -> None:
    read = read_page(with_head(*HEADS[head]))
    assert (figures(read), read.problems) == (TRUTH, ())


def test_halves_that_are_exchanged_are_no_labels() -> None:
    read = read_page(
        with_head(cells("商业", "科研", WELFARE, LEGAL, "其他"), cells("机构", "企业", "", "", ""))
    )
    assert not any(read.value(f"applications.new.{column}") for column in ("company", "research"))
    assert read.problems


def test_columns_in_another_order_keep_their_figures() -> None:
    read = read_page(
        with_head(cells("科研", "商业", WELFARE, LEGAL, "其他"), cells("机构", "企业", "", "", ""))
    )
    assert read.value("applications.new.company") in (
        None,
        0,
    )  # under 商业企业 stands what was 科研机构's


NOTES = (
    "（设区的市、自治州人民政府应提供相关数据）",
    "【含委托事项】",
    "[含简易程序]",
    "——指本级",
    "<br>注：按登记数",
    "（第（一）项）",
)


@matrix(label=["规章", "行政许可", "行政强制", "（一）予以公开", "（七）总计"], note=NOTES)
def test_a_note_behind_a_label_is_no_part_of_it(label: str, note: str) -> None:
    read = read_page(PAGE.replace(f"{label}</td>", f"{label}{note}</td>", 1))
    assert (figures(read), read.problems) == (TRUTH, ())


@pytest.mark.parametrize(
    "note", ["（教育局）", "（罚款万元）", "（上年）", "（去年数据）", "（飞云街道）"]
)
def test_some_notes_make_another_thing_of_a_label(note: str) -> None:
    read = read_page(PAGE.replace("行政许可</td>", f"行政许可{note}</td>", 1))
    assert read.value("disclosure.permits.decisions") is None
    assert read.problems


# --- three cells under one head -------------------------------------------------------------------

ONE = re.search(r"<td>行政处罚</td>\s*<td[^>]*>17040</td>", PAGE)


def with_cells(*texts: str) -> Report:
    assert ONE is not None
    return read_page(PAGE.replace(ONE[0], "".join(cells("行政处罚", *texts))))


@pytest.mark.parametrize(
    ("texts", "value"),
    [
        (("17040", "0", "0"), 17040),
        (("17040", "", ""), 17040),
        (("", "17040", "/"), 17040),
        (("0", "0", "17040"), 17040),
        (("0", "0", "0"), 0),
        (("17040", "17040", "17040"), 17040),
        (("17040", "317", "0"), None),
        (("17040", "17040", "0"), None),
    ],
)
def test_three_cells_under_one_head(texts: tuple[str, ...], value: Value) -> None:
    read = with_cells(*texts)
    assert read.value("disclosure.penalties.decisions") == value
    assert len(read.problems) == (value is None)  # one cause, one message


# --- digits apart ---------------------------------------------------------------------------------


@matrix(
    text=["4\n36", "43\n6", "4 36", "4 3 6", "4\u200936", "4\u00a036"],
    layout=["plain", "word", "vertical", "bars"],
)
def test_digits_apart_are_one_figure_where_the_sums_say_so(text: str, layout: str) -> None:
    read = read_texts(
        layout, {"applications.new.natural": text if layout != "bars" else text.replace("\n", " ")}
    )
    assert (figures(read), read.problems) == (TRUTH, ())


@pytest.mark.parametrize("text", ["17\n040", "17 040"])
def test_without_sums_they_are_told(text: str) -> None:
    read = read_texts("plain", {"disclosure.penalties.decisions": text})
    assert read.value("disclosure.penalties.decisions") is None
    assert ["分成几段" in problem.reason for problem in read.problems] == [True]


@pytest.mark.parametrize("text", ["43 7", "436 1", "4 36 0"])
def test_against_the_sums_they_are_told(text: str) -> None:
    read = read_texts("plain", {"applications.new.natural": text})
    assert read.value("applications.new.natural") is None
    assert read.problems


def test_two_of_one_sum_bear_each_other_out() -> None:
    read = read_texts(
        "plain", {"applications.new.natural": "4 36", "applications.new.total": "45 5"}
    )
    assert figures(read) == TRUTH


# --- a table alone --------------------------------------------------------------------------------


def test_table_two_alone_is_found_by_its_labels() -> None:
    alone = PAGE[PAGE.index("<table") : PAGE.index("</table>") + 8]
    assert "行政事业性收费" in alone
    read = read_page(f"<html><body>{alone}</body></html>")
    assert {cell: value for cell, value in figures(read).items() if value is not None} == {
        cell: value for cell, value in TRUTH.items() if cell.startswith("disclosure")
    }


def test_a_list_of_permits_and_penalties_is_no_table_two() -> None:
    page = "<table><tr><td>行政许可</td><td>5</td></tr><tr><td>行政处罚</td><td>7</td></tr></table>"
    with pytest.raises(Exception, match="没有找到"):
        read_page(page)


# --- found by attack ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "heads", [("上年", "本年"), ("累计", "本年"), ("立案", "结案"), ("本级", "下级")]
)
@pytest.mark.parametrize("texts", [("5", "0", ""), ("0", "4", "")])
def test_heads_below_a_head_leave_none_certain(
    heads: tuple[str, str], texts: tuple[str, ...]
) -> None:
    """0 under 本年 is no blank: the other cell is not the report's."""
    assert ONE is not None
    page = PAGE.replace(ONE[0], "".join(cells("行政处罚", *texts)))
    at = page.index("行政处罚")
    start = page.rindex("<tr", 0, at)
    read = read_page(f"{page[:start]}<tr>{''.join(cells('', *heads, '备用'))}</tr>{page[start:]}")
    assert read.value("disclosure.penalties.decisions") is None
    assert read.problems


def test_a_figure_beside_the_head_is_none_of_it() -> None:
    """0 over all three columns, and 8 behind them."""
    assert ONE is not None
    read = read_page(PAGE.replace(ONE[0], "<td>行政处罚</td><td colspan=3>0</td><td>8</td>"))
    assert read.value("disclosure.penalties.decisions") in (None, 0)
    assert read.value("disclosure.penalties.decisions") == 0 or read.problems


NOTED = (
    "（累计）",
    "（上半年）",
    "（截至上年底）",
    "（较上年增加）",
    "（预计）",
    "（征求意见稿）",
    "（2020年）",
    "—立案",
    "（不含乡镇）",
)


@matrix(label=["行政许可", "规章", "四、结转下年度继续办理", "自然人"], note=NOTED)
def test_a_note_that_may_turn_a_label_is_told(label: str, note: str) -> None:
    read = read_page(PAGE.replace(f"{label}</td>", f"{label}{note}</td>", 1))
    assert any(label in problem.raw or not problem.raw for problem in read.problems)


DISPUTES = re.search(r"<tr>\s*<td[^>]*>44</td>.*?</tr>", PAGE, re.DOTALL)


def test_a_second_row_fills_no_blank_of_the_first() -> None:
    assert DISPUTES is not None
    first = DISPUTES[0].replace(">5<", "><", 1)
    second = re.sub(r">(\d+)<", lambda figure: f">{int(figure[1]) + 2}<", DISPUTES[0])
    read = read_page(PAGE.replace(DISPUTES[0], first + second))
    told = {problem.column for problem in read.problems}
    assert read.value("disputes.review.other") is None
    assert "other" in told


@pytest.mark.parametrize("between", ["<br>", " ", "<p>"])
def test_two_rows_in_one_are_no_figures(between: str) -> None:
    """8 over 23 in every cell: last year's row below this year's adds up as 823 too."""
    assert DISPUTES is not None
    both = re.sub(
        r">(\d+)<",
        lambda figure: f">{int(figure[1]) + 1}{between}{10 + len(figure[1])}<",
        DISPUTES[0],
    )
    read = read_page(PAGE.replace(DISPUTES[0], both))
    assert all(read.value(cell) is None for cell in TRUTH if cell.startswith("disputes"))


def test_a_merged_cell_moves_no_figure() -> None:
    """A blank edge column, and one figure over two columns: fifteen cells, and each in another's
    place.
    """
    assert DISPUTES is not None
    row = DISPUTES[0].replace("<td>9</td><td>5</td>", "<td colspan=2>9</td>", 1)
    shifted = re.sub(r"<tr>", "<tr><td></td>", row, count=1)
    read = read_page(PAGE.replace(DISPUTES[0], shifted))
    assert [
        cell
        for cell in TRUTH
        if cell.startswith("disputes") and read.value(cell) not in (None, TRUTH[cell])
    ] == []


@pytest.mark.parametrize("mark", ["征求意见稿", "样表", "本报告已作废", "送审稿", "第三季度"])
def test_a_report_that_is_not_in_force_says_so(mark: str) -> None:
    page = PAGE.replace("<p>本报告由", f"<p>（{mark}）</p><p>本报告由", 1)
    assert any(mark in problem.raw for problem in read_page(page).problems)


def test_a_row_that_moved_is_told() -> None:
    """A blank in front, the last figure gone: two totals of three are broken, each figure may be
    its neighbour's.
    """
    assert DISPUTES is not None
    texts = re.findall(r">(\d+)<", DISPUTES[0])
    moved = f"<tr>{''.join(cells('', *texts[:-1]))}</tr>"
    read = read_page(PAGE.replace(DISPUTES[0], moved))
    assert any(
        problem.table == "disputes" and "错了位" in problem.reason for problem in read.problems
    )


def test_a_row_below_that_lost_its_label_gives_no_figure_to_the_one_above() -> None:
    """行政处罚 | 0, then a row without its label: 0, a blank and 749 are not three cells of one
    row.
    """
    text = render(report_of({"disclosure.coercion.decisions": 749}), "trailing").replace(
        "行政强制 |", " |", 1
    )
    read = read_page(text)
    assert [read.value(f"disclosure.{row}.decisions") for row in ("penalties", "coercion")] == [
        None,
        None,
    ]
    assert any("这一行的数字比表头的列数多" in problem.reason for problem in read.problems)
