"""The text of a cell -> an exact figure, or none at all."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from gongkai.figures import clean, exact, read_figure, shown
from gongkai.model import Value
from helpers.counts import properties

FIGURES: list[tuple[str, Value]] = [
    ("0", 0),
    ("12", 12),
    ("0012", 12),
    ("1,234", 1234),
    ("12,345,678", 12345678),
    ("1，234", 1234),
    ("１２", 12),
    ("１，２３４", 1234),
    (" 12 ", 12),
    ("\u3000\u00a012\u200b\n", 12),
    ("1\u200b2", 12),
    ("12件", 12),
    ("12 件", 12),
    ("12\n件", 12),
    ("12条", 12),
    ("0.00", 0),
    ("12.0", 12),
    ("3.5", Decimal("3.5")),
    ("-5", -5),
    ("－5", -5),
    ("−5", -5),
    ("+3", 3),
    ("999999999999999", 999999999999999),
    ("12345678901234567890", 12345678901234567890),
]

AMOUNTS: list[tuple[str, Value, str]] = [
    ("32367.144295", Decimal("32367.144295"), ""),
    ("25.10", Decimal("25.1"), ""),
    ("0.00", 0, ""),
    ("25.1万元", Decimal("25.1"), ""),
    ("251000元", Decimal("25.1"), "元"),
    ("250,000元", 25, "元"),
    ("1元", Decimal("0.0001"), "元"),
    ("0.01元", Decimal("0.000001"), "元"),
    ("５．５", Decimal("5.5"), ""),
]

UNREADABLE = [
    "12①",
    "12②",
    "12²",
    "①",
    "12（含上年结转3件）",
    "12(2021年)",
    "12 13",
    "12/13",
    "12、13",
    "12-13",
    "12～13",
    "12\n13",
    "12,34",
    "1,2345",
    ",123",
    "12.",
    ".5",
    "1.2.3",
    "1 234",
    "12%",
    "约12",
    "12余件",
    "十二",
    "〇",
    "l2",
    "1O",
    "12万",
    "12件件",
    "1e3",
    "0x1F",
    "٣",
    "=1+1",
    "不适用",
    "见附件",
    "--5",
    "+-5",
    "1" * 30,
]


@pytest.mark.parametrize(("text", "value"), FIGURES)
def test_a_figure_is_read_exactly(text: str, value: Value) -> None:
    reading = read_figure(text)
    assert (reading.state, reading.value, reading.converted) == ("figure", value, "")
    assert type(reading.value) is type(value)


@pytest.mark.parametrize(("text", "value", "converted"), AMOUNTS)
def test_an_amount_is_read_in_ten_thousand_yuan(text: str, value: Value, converted: str) -> None:
    reading = read_figure(text, "万元")
    assert (reading.state, reading.value, reading.converted) == ("figure", value, converted)
    assert type(reading.value) is type(value)


@pytest.mark.parametrize("text", ["", " ", "\n", "\u3000", "\u00a0", "\u200b", "\ufeff"])
def test_blank(text: str) -> None:
    assert (read_figure(text).state, read_figure(text).value) == ("blank", None)


@pytest.mark.parametrize("text", ["/", "／", "\\", "-", "－", "—", "——", "–", "无", " / ", "*"])
def test_a_sign_is_neither_blank_nor_zero(text: str) -> None:
    assert (read_figure(text).state, read_figure(text).value) == ("sign", None)


@pytest.mark.parametrize("text", UNREADABLE)
def test_anything_else_is_no_figure(text: str) -> None:
    for unit in ("件", "万元"):
        assert (read_figure(text, unit).state, read_figure(text, unit).value) == (
            "unreadable",
            None,
        )


@pytest.mark.parametrize(
    ("text", "unit"), [("12元", "件"), ("12万元", "件"), ("12万元", "项"), ("12件", "万元")]
)
def test_a_unit_of_another_kind_is_no_figure(text: str, unit: str) -> None:
    assert read_figure(text, unit).state == "unreadable"


WRITTEN: dict[str, Callable[[int], str]] = {
    "plain": str,
    "full width": lambda number: str(number).translate(
        {ord(d): ord(d) + 0xFEE0 for d in "0123456789"}
    ),
    "thousands": "{:,}".format,
    "full-width thousands": lambda number: f"{number:,}".replace(",", "，"),
    "counted": "{}件".format,
    "spaced": "\u3000{} 件\u00a0".format,
    "decimal": "{}.00".format,
}


@pytest.mark.parametrize("style", WRITTEN)
@properties(100)
@given(number=st.integers(0, 10**15 - 1))
def test_every_count_reads_back(style: str, number: int) -> None:
    reading = read_figure(WRITTEN[style](number))
    assert reading.state == "figure"
    assert reading.value == number
    assert type(reading.value) is int


@properties(100)
@given(st.decimals(0, 10**12, places=6))
def test_every_amount_reads_back(amount: Decimal) -> None:
    assert read_figure(shown(amount), "万元").value == amount


@properties(100)
@given(st.integers(0, 10**15))
def test_yuan_become_ten_thousand_yuan_exactly(yuan: int) -> None:
    reading = read_figure(f"{yuan}元", "万元")
    assert reading.value is not None
    assert reading.value * 10_000 == yuan


NUMBERS = st.integers(0, 10**6).map(str)
# Between digits a comma, a point, or something that no eye sees would make one number of the two.
BETWEEN = st.sampled_from(
    [
        " ",
        "  ",
        "/",
        "-",
        "—",
        "、",
        "；",
        "\n",
        "\u3000",
        "+",
        "=",
        "（",
        "年",
        "件",
        "~",
        ":",
        "·",
    ]
)


@properties(100)
@given(
    NUMBERS,
    BETWEEN,
    NUMBERS,
    st.sampled_from(["", "件", "）", "年", "元"]),
    st.sampled_from(["件", "项", "万元"]),
)
def test_two_numbers_are_no_figure(
    first: str, between: str, second: str, end: str, unit: str
) -> None:
    assert read_figure(f"{first}{between}{second}{end}", unit).value is None


@properties(100)
@given(
    st.text(st.characters(codec="utf-8", exclude_categories=["Cs"]), min_size=1, max_size=12),
    NUMBERS,
    st.booleans(),
)
def test_a_note_makes_it_no_figure(note: str, number: str, before: bool) -> None:
    assume(any(letter.isalpha() for letter in clean(note)))
    text = f"{note}{number}" if before else f"{number}（{note}）"
    assert read_figure(text).value is None


@properties(100)
@given(st.text(max_size=20))
def test_any_text_has_one_state_and_only_figures_have_values(text: str) -> None:
    reading = read_figure(text)
    assert (reading.value is not None) == (reading.state == "figure")


def test_shown_is_never_in_exponent_form() -> None:
    assert shown(Decimal("0.00000001")) == "0.00000001"
    assert shown(Decimal("1E+5")) == "100000"
    assert shown(1234) == "1234"
    assert shown(None) == ""


def test_exact_keeps_whole_numbers_as_integers() -> None:
    assert (exact(Decimal("12.00")), type(exact(Decimal("12.00")))) == (12, int)
    assert exact(Decimal("12.50")) == Decimal("12.5")


def test_clean_makes_one_width_and_one_blank() -> None:
    assert clean("（一）\u3000予以\u200b 公开\n") == "(一) 予以 公开"
