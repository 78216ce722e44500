"""File names from hostile texts: every system takes them, and no two are one file."""

from __future__ import annotations

import re
import unicodedata
from dataclasses import replace
from pathlib import Path

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from gongkai.batch import report_file_name
from gongkai.batch.names import FileNames, name_key, numbered
from helpers.counts import properties
from helpers.made import report_of

BAD = re.compile(
    r'[<>:"/\\|?*=%^&\x00-\x1f\x7f-\x9f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff\ud800-\udfff]'
)
DEVICE = re.compile(r"(?:CON|PRN|AUX|NUL|COM\d|LPT\d) *\.", re.IGNORECASE)


def name_of(agency: str, title: str = "年度报告", year: int | None = 2021) -> str:
    return report_file_name(replace(report_of(), agency=agency, title=title, year=year))


def is_safe(name: str) -> bool:
    stem = name.removesuffix(".xlsx")
    return (
        name.endswith(".xlsx")
        and stem == stem.strip(" .")
        and bool(stem)
        and not name.startswith(("-", "~", "."))
        and not BAD.search(name)
        and not DEVICE.match(name)
        and len(numbered(name, 999).encode()) <= 255
        and len(name) <= 120
        and Path(name).name == name
    )


@pytest.mark.parametrize(
    ("agency", "expected"),
    [
        ("瑞安市人民政府", "瑞安市人民政府2021年度报告.xlsx"),
        ("a/b", "a_b2021年度报告.xlsx"),
        (r"..\..\etc", "_.._etc2021年度报告.xlsx"),
        ("=cmd|' /C calc'!A0", "_cmd_' _C calc'!A02021年度报告.xlsx"),
        ("CON", "CON2021年度报告.xlsx"),
        ("con.txt", "_con.txt2021年度报告.xlsx"),
        ("LPT1 .x", "_LPT1 .x2021年度报告.xlsx"),
        ("甲\u202egpj.局\u200b", "甲gpj.局2021年度报告.xlsx"),
        ("甲\n\t乙\x00", "甲 乙2021年度报告.xlsx"),
        ("局 . . .", "局2021年度报告.xlsx"),
        ("😀县", "😀县2021年度报告.xlsx"),
        ("\ud83d县", "县2021年度报告.xlsx"),
        ("--force", "force2021年度报告.xlsx"),
        ("~$甲", "$甲2021年度报告.xlsx"),
    ],
)
def test_names(agency: str, expected: str) -> None:
    assert name_of(agency) == expected
    assert is_safe(expected)


def test_names_without_a_body() -> None:
    assert name_of("", "2021年年报") == "2021年年报（机关待核）.xlsx"
    assert name_of("\u200b", "...", 2021) == "未识别机关2021年度报告.xlsx"
    assert name_of("", "", None) == "未识别机关年度报告（机关、年度待核）.xlsx"
    assert name_of("", "NUL", None) == "NUL（机关、年度待核）.xlsx"
    assert name_of("NUL", "", 2021) == "NUL2021年度报告.xlsx"
    assert name_of("甲县", year=None) == "甲县年度报告（年度待核）.xlsx"


def test_endless_names_are_cut_between_letters() -> None:
    for letter in ("局", "x", "😀", "é"):
        name = name_of(letter * 40_000)
        assert is_safe(name)
        assert letter in name
        assert len(name) > 50


@properties(100)
@given(st.text(), st.text(), st.one_of(st.none(), st.integers(2000, 2049)))
@example("CON.\u200b", "", None)
@example(" . ", "aux", None)
@example("COM1\u00a0.", "x", None)
def test_any_text_gives_a_safe_name(agency: str, title: str, year: int | None) -> None:
    assert is_safe(name_of(agency, title, year))


@properties(100)
@given(
    st.lists(
        st.sampled_from(
            ["甲.xlsx", "A.xlsx", "a.xlsx", "é.xlsx", unicodedata.normalize("NFD", "é.xlsx")]
        )
    )
)
def test_no_two_names_are_one_file(wanted: list[str]) -> None:
    names = FileNames(["汇总.xlsx", "A.XLSM"])
    claimed = [names.claim(name) for name in wanted]
    keys = [name_key(name) for name in [*claimed, "a.xlsx"]]
    assert len(set(keys)) == len(keys)
    assert names.claim("汇总.xlsx") == "汇总（2）.xlsx"
