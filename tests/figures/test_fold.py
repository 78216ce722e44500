"""The one form of every character that is read: in figures, labels, names, from every format."""

from __future__ import annotations

import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from gongkai.bodies import same_body
from gongkai.checks.whole import check
from gongkai.compare.years import compare_years, yearly
from gongkai.figures import RADICALS, fold, read_figure
from gongkai.pipeline import read_report
from gongkai.workbook import read_workbook, write_workbook
from helpers.counts import properties
from helpers.made import report_of
from helpers.pages import figures, read_page
from helpers.writers.styles import render

# What a reader sees of each: typed from the characters' pictures.
SEEN = [
    ("人⺠政府", "人民政府"),
    ("⻓沙市⻘山区⻢鞍镇", "长沙市青山区马鞍镇"),
    ("⼀⼆、⾏政许可", "一二、行政许可"),
    ("⻔户⽹站", "门户网站"),
    ("１２３ＡＢｃ", "123ABc"),
    ("𝟏𝟐", "12"),
    ("㈠予以公开", "(一)予以公开"),
    ("Ⅲ", "III"),
    ("行\u200b政\ufeff许\u00ad可", "行政许可"),
    ("\u202a表二\u202c", "表二"),
    ("万\U000e0100元", "万元"),
    ("万\u3164元\u206f\u180b", "万元"),
    # As it is: punctuation, and marks that stand apart from a figure.
    ("（一）：“规章”……，％", "（一）：“规章”……，％"),
    ("12① 12² ½ ⑴ ⒈", "12① 12² ½ ⑴ ⒈"),
    ("１２②", "12②"),
    ("㎡ №", "㎡ №"),
]


@pytest.mark.parametrize(("text", "seen"), SEEN)
def test_text_is_what_a_person_sees(text: str, seen: str) -> None:
    assert fold(text) == seen


@properties(500)
@given(st.text())
def test_folding_again_changes_nothing(text: str) -> None:
    assert fold(fold(text)) == fold(text)


def test_every_radical_becomes_an_ideograph() -> None:
    """All assigned characters of the two blocks, and nothing of them is left."""
    blocks = [chr(code) for code in range(0x2E80, 0x2FE0)]
    assigned = [letter for letter in blocks if unicodedata.name(letter, "")]
    assert len(assigned) == 329
    found = {letter: fold(letter) for letter in assigned}
    assert [letter for letter, seen in found.items() if seen == letter] == ["⺀"]  # of no character
    assert all(ord(seen) >= 0x3400 for letter, seen in found.items() if letter != "⺀")


def test_the_table_holds_what_the_standard_lacks() -> None:
    assert all(unicodedata.normalize("NFKC", letter) == letter for letter in RADICALS)


@properties(500)
@given(st.text(st.sampled_from("0123456789①②²³⁴₅½⒈⑴㊀\u20dd"), min_size=1, max_size=5))
def test_no_mark_becomes_a_digit(text: str) -> None:
    marked = not (text.isascii() and text.isdigit())
    assert (read_figure(text).value is None) == marked


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("1\u202e3", None),  # shown as 31
        ("\u202e13\u202c", None),
        ("\u202a13\u202c", 13),
        ("\u206613\u2069", 13),
        ("1\u200e3", 13),
    ],
)
def test_a_figure_that_is_turned_round_is_none(text: str, value: int | None) -> None:
    assert read_figure(text).value == value


LAYOUTS = ("plain", "nested", "bars", "tabs", "lines")


def radical(text: str) -> str:
    """As a browser prints it to a PDF, and a person copies it from there."""
    pairs = (
        ("民", "⺠"),
        ("行", "⾏"),
        ("青", "⻘"),
        ("自", "⾃"),
        ("年", "年"),
        ("一", "⼀"),
        ("人", "⼈"),
    )
    for ideograph, letter in pairs:
        text = text.replace(ideograph, letter)
    return text


@pytest.mark.parametrize("layout", LAYOUTS)
def test_a_report_in_radicals_is_read_whole(layout: str) -> None:
    text = render(report_of(), layout)
    plain, folded = read_page(text), read_page(radical(text))
    assert (folded.title, folded.agency, folded.sections) == (
        plain.title,
        plain.agency,
        plain.sections,
    )
    assert figures(folded) == figures(plain) == figures(report_of())
    assert folded.problems == plain.problems


def test_years_of_one_body_are_compared_whatever_its_letters(tmp_path: Path) -> None:
    sources = []
    for year in (2020, 2021):
        text = render(report_of(year=year), "plain")
        path = tmp_path / f"{year}.html"
        path.write_text(radical(text) if year == 2021 else text, encoding="utf-8")
        sources.append(read_report(path))
    assert same_body(sources[0].agency, sources[1].agency)
    last, this = compare_years([yearly(source) for source in sources])
    assert (last.compared, this.compared > 0) == (0, True)


def test_a_name_pasted_into_our_workbook_is_folded(tmp_path: Path) -> None:
    report = replace(report_of(), agency="⻘溪县⼈⺠政府", title="⻘溪县报告")
    read = read_workbook(write_workbook(report, check(report), tmp_path / "filled.xlsm"))
    assert (read.agency, read.title) == ("青溪县人民政府", "青溪县报告")
