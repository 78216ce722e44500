"""Two reports side by side: figures, sentences, what of a sentence changed."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given
from hypothesis import strategies as st

from gongkai.compare.sides import (
    LONGEST_SENTENCE,
    MOST_SENTENCES,
    Revision,
    SideBySide,
    TextSides,
    pieces_of,
    sentences_in,
    side_by_side,
    text_sides,
)
from gongkai.model import Value
from gongkai.sums import table_state
from helpers.counts import properties
from helpers.made import older, report_of

GRANTED = "applications.granted.natural"


def differing(sides: SideBySide) -> dict[str, tuple[Value, Value, Value]]:
    found = {}
    for table in sides.tables:
        for side in table.figures:
            if side.differs:
                found[side.cell.id] = (side.first, side.second, side.apart)
    return found


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
