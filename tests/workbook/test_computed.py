"""Formulas of a clerk's own: what we can calculate is calculated, whatever the file says; of all
else nothing is said, and whoever publishes is told.
"""

from __future__ import annotations

import re
import zipfile
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook

from gongkai.model import Value
from gongkai.spreadsheets import Sheet, area_of
from gongkai.spreadsheets.formats import as_figure
from gongkai.spreadsheets.seen import aside_in
from gongkai.workbook import layout, read_workbook, write_workbook
from gongkai.workbook.file import read_file
from gongkai.workbook.live.computed import Computing
from gongkai.workbook.live.results import UNKNOWN
from gongkai.workbook.live.sentences import (
    Shown,
    Stock,
    sentence_formula,
    stock_formula,
    told_results,
)
from helpers.command import run_command
from helpers.counts import properties
from helpers.published import plain_report

# Cells of 表三: place -> what stands in it, a formula beside its stored result.
CELLS = {"D7": 20, "D8": Decimal("1.5"), "D9": "/", "E7": 3, "F7": "一千"}
FORMULAS = {"E8": "=D7*2", "F8": "=G8", "G8": "=F8", "H8": "=VLOOKUP(D7,A1:B2,2)"}


def spot_of(place: str) -> tuple[int, int]:
    area = area_of(place)
    assert area is not None
    return area[:2]


def shown(formula: str) -> object:
    """What a formula in 表三 I9 shows."""
    formulas = {spot_of(place): text for place, text in {**FORMULAS, "I9": formula}.items()}
    cells: dict[tuple[int, int], object] = {spot_of(place): held for place, held in CELLS.items()}
    cells |= dict.fromkeys(formulas, 999)  # stored results, none of them true
    book = {
        "表三": Sheet("表三", cells=cells, formulas=formulas),
        "表二": Sheet("表二", cells={(5, 2): 10}),
        "封面": Sheet("封面", cells={(7, 3): 2022}),
    }
    return Computing(book).result("表三", (9, 9))


@pytest.mark.parametrize(
    ("formula", "result"),
    [
        ("=D7+5", 25),
        ("=30", 30),
        ("=2020+1", 2021),
        ("=-D7*2+D8/3", Decimal("-39.5")),
        ("=(D7+E7)*10%", Decimal("2.3")),
        ("=D7-D10", 20),  # a blank is 0
        ("=D10", 0),
        ("=1/3", Decimal("0.333333333333333")),
        ("=0.1+0.2", Decimal("0.3")),
        ("=SUM(D7:D10)", Decimal("21.5")),  # a sign counts for nothing
        ("=SUM(D7,E7:E8,'表二'!B5,2)", 75),
        ("=SUM($D$7:D8)-1", Decimal("20.5")),
        ("=COUNT(D7:D10)", 2),
        ("=ROUND(D8,0)", 2),
        ("=ROUND(-2.5,0)", -3),
        ("=ROUND(1250,-2)", 1300),
        ("=IF(D7>=20,E7,1/0)", 3),
        ('=IF(D10="","待填",D10)', "待填"),
        ('=IF(D7="","待填",D7)', 20),
        ('=IF(ISNUMBER(D9),D9,"无")', "无"),
        ("=E8", 40),  # another formula, calculated anew
        ('=CONCATENATE("文件",表二!B5,"件。")', "文件10件。"),
        ('="共"&封面!C7&"年"&表二!B5+1&"件"', "共2022年11件"),
        ('="约"&ROUND(D8,0)&""&D10&"“""”"', '约2“"”'),
        ("=F7", "一千"),
    ],
)
def test_what_can_be_calculated_is(formula: str, result: object) -> None:
    assert shown(formula) == result


@pytest.mark.parametrize(
    "formula",
    [
        "=I9",
        "=F8",  # two that look at each other
        "=SUM(I7:I9)",
        "=[9]旧表!A1",
        "='[旧表.xlsx]Sheet1'!A1",
        "=别的表!A1",
        "=H8+1",
        "=VLOOKUP(D7,A1:B2,2)",
        "=TODAY()",
        '=INDIRECT("D7")',
        "=合计",
        "=D9+1",  # #VALUE! to a program
        "=F7*2",
        "=1/0",
        "=D7:D8",
        '=SUM("12",1)',
        "=D7^2",
        "=IF(D7,1)",
        "=SUM(D7",
        "=",
        "=D7+",
        "={1,2}",
        "=#REF!+1",
        "=9^9^9^9",
        "=" + "(" * 300 + "1" + ")" * 300,
        "=1" + "+1" * 3_900,
        "=1E300*1E300",
        "=X39",  # ours, hidden, and read in part
    ],
)
def test_of_all_else_nothing_is_said(formula: str) -> None:
    assert shown(formula) is UNKNOWN


HELD = st.one_of(
    st.none(), st.integers(-9, 10**9), st.decimals(-9, 9, places=2), st.sampled_from(("/", "12件"))
)
OUR_SENTENCE = ("共", Shown("表二", (5, 2)), '件"&', Shown("表二", (5, 3), "", is_plain=True), "。")


@given(HELD, HELD)
@properties(200)
def test_a_formula_of_ours_is_to_both_what_it_shows(made: Value | str, gone: Value | str) -> None:
    """Sentences and documents in force are told by their shape, and calculated as any other."""
    cells: dict[tuple[int, int], object] = {(5, 2): made, (5, 3): gone}
    texts = {
        ("表二", (5, 4)): stock_formula(Stock(388, (5, 2), (5, 3))),
        ("正文", (7, 3)): sentence_formula(OUR_SENTENCE),
    }
    book = Computing({
        "表二": Sheet("表二", cells=cells, formulas={(5, 4): texts["表二", (5, 4)]}),
        "正文": Sheet("正文", formulas={(7, 3): texts["正文", (7, 3)]}),
    })  # fmt: skip
    known: dict[str, dict[tuple[int, int], Any]] = {"表二": {}, "正文": {}}
    for spot, held in cells.items():
        figure = as_figure(held)
        known["表二"][spot] = held if figure is None else figure
    told = told_results([(*place, text) for place, text in texts.items()], known)
    for place, shows in told.items():
        assert book.result(*place) == shows


def test_formulas_that_look_at_each_other_are_calculated_once() -> None:
    """A tree of 2 to the power of 18 additions, and a chain that is too long to follow."""
    doubled = {(row, 4): f"=D{row + 1}+D{row + 1}" for row in range(1, 18)}
    book = {"表三": Sheet("表三", cells={(18, 4): 1}, formulas=doubled)}
    assert Computing(book).result("表三", (1, 4)) == 2**17
    chain = {(row, 4): f"=D{row + 1}" for row in range(1, 900)}
    book = {"表三": Sheet("表三", cells={(900, 4): 1}, formulas=chain)}
    assert Computing(book).result("表三", (1, 4)) is UNKNOWN


# --- in a file ------------------------------------------------------------------------------------


def with_formula(tmp_path: Path, sheet: str, place: str, formula: str, stored: object) -> Path:
    """A sound report with a formula in a cell, and a result that its file states."""
    path = write_workbook(plain_report(), [], tmp_path / "a.xlsx", overwrite=True)
    part = f"xl/worksheets/sheet{load_workbook(path).sheetnames.index(sheet) + 1}.xml"
    kind = ' t="str"' if isinstance(stored, str) else ""
    told = formula.removeprefix("=").replace("&", "&amp;")
    cell = rf'<c r="{place}"(?: s="(\d+)")?[^>]*?(?:/>|>.*?</c>)'
    new = rf'<c r="{place}" s="\1"{kind}><f>{told}</f><v>{stored}</v></c>'
    return rewritten(path, tmp_path / "b.xlsx", part, cell, new)


def rewritten(path: Path, target: Path, part: str, old: str, new: str) -> Path:
    """A copy of a file with one place of a part replaced."""
    with zipfile.ZipFile(path) as before, zipfile.ZipFile(target, "w") as after:
        for name in before.namelist():
            content = before.read(name)
            if name == part:
                text, count = re.subn(old, new, content.decode("utf-8"), count=1)
                assert count == 1
                content = text.encode("utf-8")
            after.writestr(name, content)
    return target


GRANTED = "applications.granted.natural"
WHERE = "请核对：这些格是公式，数字取自文件上次保存的结果：“表三”D7。"


@pytest.mark.parametrize(
    ("formula", "stored", "figure", "told"),
    [
        ("=D8+52", 134, 134, False),
        ("=30+104", 134, 134, False),
        ("=30", 134, 30, False),  # the file lies
        ("=D7", 134, 134, True),
        ("=[9]旧表!A1", 134, 134, True),
        ("=VLOOKUP(1,A1:B2,2)", 134, 134, True),
    ],
)
def test_a_figure_is_what_its_formula_makes(
    formula: str, stored: int, figure: int, told: bool, tmp_path: Path
) -> None:
    path = with_formula(tmp_path, "表三", "D7", formula, stored)
    report = read_workbook(path)
    assert report.value(GRANTED) == figure
    done = run_command("publish", path, "-o", tmp_path / "a.html", "--draft")
    assert (WHERE in done.stdout.splitlines()) == told


def test_a_text_and_a_year_are_what_their_formulas_make(tmp_path: Path) -> None:
    place = f"C{layout.PROSE_TOP + 1}"
    formula = '=CONCATENATE("公开",表三!D7,"件。")'
    path = with_formula(tmp_path, "正文", place, formula, "公开99件。")
    assert "公开134件。" in read_workbook(path).sections[1]
    assert read_workbook(with_formula(tmp_path, "封面", "C7", "=2020+1", 2022)).year == 2021


def test_a_formula_that_several_cells_share_is_calculated(tmp_path: Path) -> None:
    """=D8+52 in D7, filled to the right."""
    path = with_formula(tmp_path, "表三", "D7", "=D8+52", 134)
    part = f"xl/worksheets/sheet{load_workbook(path).sheetnames.index('表三') + 1}.xml"
    first = '<f t="shared" si="0" ref="D7:E7">D8+52</f>'
    path = rewritten(path, tmp_path / "c.xlsx", part, r"<f>D8\+52</f>", first)
    shared = r'\1<f t="shared" si="0"/><v>7</v></c>'
    other = rewritten(path, tmp_path / "d.xlsx", part, r'(<c r="E7"[^>]*>)<v>7</v></c>', shared)
    report = read_workbook(other)
    assert (report.value(GRANTED), report.value("applications.granted.company")) == (134, 54)
    assert not aside_in(read_file(other)["表三"]).uncertain
