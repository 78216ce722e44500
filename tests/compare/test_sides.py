"""Two reports side by side: figures, sentences, what of a sentence changed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.compare.sides import (
    LONGEST_SENTENCE,
    MOST_SENTENCES,
    FigureSides,
    Revision,
    SideBySide,
    TextSides,
    pieces_of,
    sentences_in,
    side_by_side,
    text_sides,
)
from gongkai.editions import form
from gongkai.model import Document, Heading, Problem, Report, Value
from gongkai.spreadsheets import DOUBTFUL
from gongkai.sums import table_state, with_lost
from helpers.counts import properties
from helpers.made import older, report_of

GRANTED = "applications.granted.natural"
UPHELD = "disputes.review.upheld"
# What stands in a cell on either side, and what that is: told by hand.
FACED = {
    ("134", "134"): "same",
    ("134", "120"): "differs",
    ("134", ""): "differs",
    ("/", "134"): "differs",
    ("", ""): "same",
    ("", "/"): "same",
    ("－", "/"): "same",
    ("约100", "约200"): "unread",
    ("约100", "约100"): "unread",
    ("四十三", "4300%"): "unread",
    ("约100", "134"): "unread",
    ("134", "134（上年3）"): "unread",
    ("", "约100"): "unread",
    ("约100", ""): "unread",
    ("约100", "/"): "unread",
}


def differing(sides: SideBySide) -> dict[str, tuple[Value, Value, Value]]:
    found = {}
    for table in sides.tables:
        for side in table.figures:
            if side.differs:
                found[side.cell.id] = (side.first, side.second, side.apart)
    return found


def sides_of(sides: SideBySide, cell: str) -> FigureSides:
    return next(side for table in sides.tables for side in table.figures if side.cell.id == cell)


def standing(texts: Mapping[str, str]) -> Report:
    """A sound report but for some cells, in which texts stand."""
    values: dict[str, Value] = {}
    for cell, text in texts.items():
        values[cell] = int(text) if text.isdigit() else None
    return report_of(values, raws=texts)


def without_row(report: Report) -> Report:
    """The row of 复议 was not found."""
    told = [Problem("disputes", "review", "", "", "没有找到这一行")]
    table = with_lost(report.tables["disputes"], told)
    return replace(report, tables={**report.tables, "disputes": table}, problems=tuple(told))


def test_a_report_beside_itself_differs_nowhere() -> None:
    report = replace(report_of(), sections={1: "收到申请455件。", 5: "无。"}, opening="引言。")
    sides = side_by_side(report, report)
    assert (sides.differing, sides.changed) == (0, 0)
    assert [len(table.figures) for table in sides.tables] == [10, 175, 15]
    assert [section.number for section in sides.sections] == [0, 1, 5]
    assert sides.sections[1].title == "一、总体情况"


def test_figures_that_differ_are_told_with_what_is_between_them() -> None:
    changes: dict[str, Value] = {GRANTED: 120, "disputes.review.upheld": None}
    found = differing(side_by_side(report_of(), report_of(changes)))
    assert found == {GRANTED: (134, 120, -14), "disputes.review.upheld": (10, None, None)}


def test_what_two_forms_count_otherwise_is_not_compared() -> None:
    """规章 of 2019 has 本年新制作数量, that of 2021 本年制发件数."""
    sides = side_by_side(older(), report_of())
    disclosure, applications, disputes = sides.tables
    made = disclosure.figures[0]
    assert (made.cell.id, made.is_alike, made.apart) == ("disclosure.rules.made", False, None)
    assert disclosure.left_out[0].first is not None
    assert all(side.is_alike for side in disputes.figures)
    alike = [side.cell.row.id for side in applications.figures if side.is_alike]
    assert "new" in alike
    assert len(alike) == 7 * 22
    assert {side.cell.row.id for side in applications.left_out} == {"other"}


def test_a_table_of_one_report_alone_stands_beside_blanks() -> None:
    without = report_of(without="disputes")
    for sides in (side_by_side(without, report_of()), side_by_side(report_of(), without)):
        last = sides.tables[-1]
        assert last.form.id == "disputes"
        assert all(None in (side.first, side.second) for side in last.figures)


def test_another_title_or_day_is_a_text_that_changed() -> None:
    """Not where the years of the two reports make the difference."""
    report = replace(report_of(), title="青溪县人民政府2021年年报", published="2022-01-20")
    other = replace(report, title="青溪县2021年政府信息公开年报", published="2022-02-20")
    sides = side_by_side(report, other)
    assert sides.changed == 2
    assert [text.second for text in sides.sections[0].texts] == [
        "青溪县2021年政府信息公开年报",
        "日期：2022年2月20日",
    ]
    undated = side_by_side(report, replace(report, published=""))
    assert [text.kind for text in undated.sections[0].texts] == ["removed"]
    next_year = replace(report, title="青溪县人民政府2022年年报", published="2023-01-18", year=2022)
    assert side_by_side(report, next_year).changed == 0


def test_the_day_below_a_report_is_its_day() -> None:
    """Signed 2022年1月20日 in section six, and 2022-01-20 on a cover, are one day."""
    signed = {6: "无。\n青溪县人民政府\n2022年1月20日"}
    report = replace(report_of(), agency="青溪县人民政府", published="", sections={6: "无。"})
    below = replace(report, sections=signed)
    assert side_by_side(below, replace(report, published="2022-01-20")).changed == 0
    later = {6: "无。\n青溪县人民政府\n2022年1月31日"}
    [changed] = side_by_side(below, replace(report, sections=later)).sections[0].texts
    assert changed == TextSides("changed", "日期：2022年1月20日", "日期：2022年1月31日")
    [added] = side_by_side(report, below).sections[0].texts
    assert (added.kind, added.second) == ("added", "日期：2022年1月20日")


@pytest.mark.parametrize(
    "signature",
    [
        "青溪县人民政府\n2022年1月20日",
        "青溪县人民政府（盖章）\n2022.1.20",
        "2022-01-20\n青溪县人民政府",
        "青溪县人民政府 二〇二二年一月二十日",
        "二〇二二年一月二十日",
        "青溪县\n人民政府\n2022年1月20日",
        "青溪县 人民\n政府（章）\n2022年\n1月20日",
        "青溪县人民政府\n二〇二二年一月\n二十日",
        "2022年1月20日\n青溪县\n人民政府",
        "青溪县人民政府2022年\n1月20日",
    ],
)
def test_a_signature_in_other_words_is_none(signature: str) -> None:
    report = replace(report_of(), agency="青溪县人民政府", published="", sections={6: "无。"})
    workbook = replace(report, published="2022-01-20")
    below = replace(report, sections={6: f"无。\n{signature}"})
    assert side_by_side(workbook, below).changed == 0
    office = replace(report, sections={6: "无。\n青溪县人民政府办公室\n2022年1月20日"})
    [changed] = side_by_side(below, office).sections[0].texts
    assert changed == TextSides("changed", "署名：青溪县人民政府", "署名：青溪县人民政府办公室")


@pytest.mark.parametrize(
    ("signature", "other", "texts"),
    [
        ("青溪县人民\n政府办公室", "青溪县人民政府办公室", []),
        ("青溪县人民政府\n办公室", "青溪县人民政府办公室", []),
        ("青溪县\n人民政府\n办公室", "青溪县人民政府办公室", []),
        ("青溪县\n人民政府办公室", "青溪县人民政府", ["署名：青溪县人民政府"]),
        ("青溪县\n教育局", "青溪县人民政府", ["署名：青溪县人民政府"]),
        (
            "青溪县\n人民政府\n2022年\n1月2日",
            "青溪县人民政府\n2022年1月20日",
            ["日期：2022年1月20日"],
        ),
        ("青溪县人民政府\n青溪县教育局", "青溪县教育局", ["青溪县人民政府"]),
        ("青溪县较好。\n人民政府", "青溪县人民政府", ["青溪县较好。", "人民政府"]),
    ],
)
def test_a_signature_broken_over_lines(signature: str, other: str, texts: list[str]) -> None:
    """No difference by itself, and none of those that there are is lost."""
    report = replace(report_of(), agency="青溪县人民政府", published="")
    one, two = (replace(report, sections={6: f"无。\n{end}"}) for end in (signature, other))
    found = []
    for section in side_by_side(one, two).sections:
        found += [text.second or text.first for text in section.texts if text.kind != "same"]
    assert found == texts


@pytest.mark.parametrize(
    ("before", "after", "kinds"),
    [
        ("五、存在的主要问题及改进情况", "五、存在的主要问题及下步打算", ["changed"]),
        ("五、存在的主要问题及改进情况", "五、 存在的主要问题及改进情况：无", []),
        ("一、总体情况", "1.总体情况", ["changed"]),
        ("六、其他需要报告的事项", "", ["removed"]),
        ("二、主动公开政府信息情况", "二、主动公开政府信息情况（上半年）", []),
    ],
)
def test_another_heading_is_a_text_that_changed(before: str, after: str, kinds: list[str]) -> None:
    number = "一二三四五六".index(before[0]) + 1
    rest = (Heading(3, "三、收到和处理政府信息公开申请情况"),)
    page = replace(report_of(), document=Document("a.html", "", b"", ""))
    one = replace(page, headings=(*rest, Heading(number, before)))
    other = replace(one, headings=(*rest, Heading(number, after)) if after else rest)
    found = side_by_side(one, other).sections
    assert [text.kind for section in found for text in section.texts] == kinds
    assert side_by_side(one, replace(one, headings=())).changed == 0


def test_a_blank_that_says_nothing_is_no_difference() -> None:
    """As a PDF has at the end of a line; 1 388 is not 1388."""
    assert text_sides("地址：万松东路 154号。", "地址：万松东路154号 。")[0].kind == "same"
    assert text_sides("共 1 388 件。", "共1388件。")[0].kind == "changed"


def test_sentences_that_stayed_changed_came_and_went() -> None:
    before = "全年收到申请455件，同比增长3%。举办培训2次。制定制度1项。"
    after = "全年收到申请512件，同比增长3%。制定制度1项。开通咨询专线，接听来电36个。"
    kinds = [(text.kind, text.first[:4], text.second[:4]) for text in text_sides(before, after)]
    assert kinds == [
        ("changed", "全年收到", "全年收到"),
        ("removed", "举办培训", ""),
        ("same", "制定制度", "制定制度"),
        ("added", "", "开通咨询"),
    ]
    changed = text_sides(before, after)[0]
    assert changed.pieces == (
        Revision("same", "全年收到申请"),
        Revision("removed", "455"),
        Revision("added", "512"),
        Revision("same", "件，同比增长3%。"),
    )


def test_a_section_without_end_is_told_as_changed_and_not_compared() -> None:
    long = "很多句。" * MOST_SENTENCES
    assert [text.kind for text in text_sides(long, f"{long}又一句。")] == ["uncompared"]
    assert [text.kind for text in text_sides(long[:2000], long[:2000])] == ["same"] * 500
    sentence = TextSides("changed", "甲" * 2 * LONGEST_SENTENCE, "乙" * LONGEST_SENTENCE)
    assert [piece.kind for piece in sentence.pieces] == ["removed", "added"]


texts = st.lists(
    st.sampled_from(["收到申请4件。", "收到申请15件。", "无", "办结9件；", "甲乙丙丁。"])
)


@given(texts, texts)
@properties(200)
def test_nothing_is_lost_on_either_side(before: list[str], after: list[str]) -> None:
    first, second = "\n".join(before), "\n".join(after)
    sides = text_sides(first, second)
    assert [side.first for side in sides if side.first] == sentences_in(first)
    assert [side.second for side in sides if side.second] == sentences_in(second)
    for side in sides:
        if side.kind == "changed":
            assert "".join(p.text for p in side.pieces if p.kind != "added") == side.first
            assert "".join(p.text for p in side.pieces if p.kind != "removed") == side.second


@given(st.text(max_size=40), st.text(max_size=40))
@properties(200)
def test_pieces_are_the_whole_of_both(first: str, second: str) -> None:
    pieces = pieces_of(first, second)
    assert "".join(piece.text for piece in pieces if piece.kind != "added") == first
    assert "".join(piece.text for piece in pieces if piece.kind != "removed") == second


def test_blanks_that_can_only_be_zero_are_blanks_here() -> None:
    """What is implied is no figure that the report states."""
    report = report_of({"disputes.review.pending": None})
    assert "disputes.review.pending" in table_state(report.tables["disputes"]).figures
    found = differing(side_by_side(report, report_of()))
    assert found == {"disputes.review.pending": (None, 0, None)}


def test_what_was_not_read_is_neither_equal_nor_different() -> None:
    """Two cells at a time: neither hides the other's fault."""
    for (one, is_one), (other, is_other) in product(FACED.items(), repeat=2):
        first, second = (standing({GRANTED: one[at], UPHELD: other[at]}) for at in (0, 1))
        found = side_by_side(first, second)
        told = [is_one, is_other]
        counts = found.unread, found.differing
        assert counts == (told.count("unread"), told.count("differs")), (one, other)


def test_what_was_not_read_stands_there_as_it_is() -> None:
    for texts, what in FACED.items():
        first, second = (standing({GRANTED: text}) for text in texts)
        side = sides_of(side_by_side(first, second), GRANTED)
        shown = []
        for text in texts:
            shown.append("" if what != "unread" or text.isdigit() else text)
        assert (side.first_text, side.second_text) == tuple(shown)
        if what == "unread":
            assert (side.is_unread, side.differs, side.apart) == (True, False, None)


def test_a_figure_that_was_not_taken_is_not_compared() -> None:
    """134 in a hidden row of a sheet: it reads as a figure, and nobody vouches for it."""
    hidden = report_of({GRANTED: None}, raws={GRANTED: "134"})
    for first, second in ((hidden, hidden), (hidden, report_of()), (report_of(), hidden)):
        found = side_by_side(first, second)
        assert (found.unread, found.differing) == (1, 0)


def test_a_row_that_was_not_found_is_no_row_of_blanks() -> None:
    row = [cell.id for cell in form("2021", "disputes").row_cells("review")]
    blank = report_of(dict.fromkeys(row))
    lost = without_row(blank)
    for first, second in ((lost, lost), (lost, blank), (blank, lost)):
        found = side_by_side(first, second)
        assert (found.unread, found.differing) == (5, 0)
    assert sides_of(side_by_side(lost, blank), UPHELD)[4:] == (DOUBTFUL, "")
    assert side_by_side(blank, blank).unread == 0


def test_what_two_forms_count_otherwise_is_told_as_that() -> None:
    made = "disclosure.rules.made"
    found = side_by_side(older(), report_of({made: None}, raws={made: "约100"}))
    side = sides_of(found, made)
    assert (side.is_alike, side.is_unread, side.second_text) == (False, False, "约100")
    assert found.unread == 0
