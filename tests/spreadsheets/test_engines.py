"""The engines that recalculate our workbooks: none trusts a stored value, each knows what we use.

EXPECTED has Excel's answers; ODD has what an engine is known to answer otherwise.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from pathlib import Path
from zipfile import ZipFile

import pytest
from openpyxl import Workbook, load_workbook

from helpers.engines import ENGINES, Copy, Sheets, calculated

EACH = pytest.mark.parametrize(
    "engine",
    [
        pytest.param("libreoffice", marks=pytest.mark.slow),
        "betteroffice",
        pytest.param("hyperformula", marks=pytest.mark.engines),
        pytest.param("onlyoffice", marks=pytest.mark.engines),
    ],
)
DATA, FORMULAS = "表三", "公式（2021）"

# --- stored values ------------------------------------------------------------------------------

SUMS = {
    "A3": "=SUM(A1:A2)",
    "A4": "=A3*2",
    "A5": '=IF(A3=3,"✓","✗")',
    "A6": "=A3>2",
    "A7": "=1/0",
}
TRUE_VALUES = {(3, 1): 3.0, (4, 1): 6.0, (5, 1): "✓", (6, 1): True, (7, 1): "#DIV/0!"}
CELL = re.compile(rb'<c r="(A[3-7])"><f>(.*?)</f><v ?/?>(?:</v>)?</c>')
FALSE_VALUES = {"A3": 999, "A4": 7, "A5": ("str", "✗"), "A6": ("b", 0), "A7": 12}


def falsified(path: Path) -> Path:
    """A workbook that looks finished: every formula has a value, nothing asks for calculation."""
    book = Workbook()
    sheet = book.create_sheet(DATA, 0)
    sheet["A1"], sheet["A2"] = 1, 2
    for address, formula in SUMS.items():
        sheet[address] = formula
    book.calculation.fullCalcOnLoad = False
    book.save(path)
    return with_values(path, path.with_name("falsified.xlsx"))


def with_values(source: Path, target: Path) -> Path:
    with ZipFile(source) as old, ZipFile(target, "w") as new:
        for part in old.namelist():
            content = old.read(part)
            if part == "xl/worksheets/sheet1.xml":
                content = CELL.sub(stored, content)
            new.writestr(part, content)
    return target


def stored(found: re.Match[bytes]) -> bytes:
    address = found[1].decode()
    false = FALSE_VALUES[address]
    kind, value = false if isinstance(false, tuple) else ("n", false)
    return f'<c r="{address}" t="{kind}"><f>{found[2].decode()}</f><v>{value}</v></c>'.encode()


def test_the_false_values_are_in_the_file(tmp_path: Path) -> None:
    sheet = load_workbook(falsified(tmp_path / "plain.xlsx"), data_only=True)[DATA]
    assert [sheet[address].value for address in SUMS] == [999, 7, "✗", False, 12]


@EACH
def test_an_engine_trusts_no_stored_value(engine: str, tmp_path: Path) -> None:
    """Asked directly, without the helper's own copy that holds none of these values."""
    path = falsified(tmp_path / "plain.xlsx")
    copy = Copy(path, {DATA: {(1, 1), (2, 1), *TRUE_VALUES}}, {DATA: {*TRUE_VALUES}})
    [sheets] = ENGINES[engine]([copy])
    assert {spot: sheets[DATA][spot] for spot in TRUE_VALUES} == TRUE_VALUES


@EACH
def test_formulas_that_are_alike_and_lean_on_later_ones(engine: str, tmp_path: Path) -> None:
    """Each of them refers to the row below, the last to a number: a single pass is not enough."""
    book = Workbook()
    sheet = book.create_sheet(DATA, 0)
    for row in range(1, 21):
        sheet.cell(row, 1).value = f"=A{row + 1}+1"
    sheet["A21"] = 5
    book.save(tmp_path / "chain.xlsx")
    [sheets] = calculated(engine, [tmp_path / "chain.xlsx"])
    assert [sheets[DATA][row, 1] for row in range(1, 22)] == [26.0 - row for row in range(1, 22)]


@EACH
def test_several_files_in_one_run(engine: str, tmp_path: Path) -> None:
    first = falsified(tmp_path / "plain.xlsx")
    [one, other] = calculated(engine, [first, tmp_path / "plain.xlsx"])
    assert one[DATA] == other[DATA] == {(1, 1): 1.0, (2, 1): 2.0, **TRUE_VALUES}


def trusting(copies: Sequence[Copy]) -> list[Sheets]:
    """An engine that hands on what the file says."""
    sheets = [load_workbook(copy.path, data_only=True)[DATA] for copy in copies]
    return [{DATA: {spot: sheet.cell(*spot).value for spot in TRUE_VALUES}} for sheet in sheets]


def leaving_out(copies: Sequence[Copy]) -> list[Sheets]:
    """An engine that says nothing of what it cannot compute."""
    return [{} for _ in copies]


@pytest.mark.parametrize("bad", [trusting, leaving_out])
def test_an_engine_that_does_not_compute_is_found_out(
    bad: Callable[[Sequence[Copy]], list[Sheets]],
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setitem(ENGINES, "bad", bad)
    with pytest.raises(AssertionError, match=r"falsified\.xlsx in bad: 5 formulas not computed"):
        calculated("bad", [falsified(tmp_path / "plain.xlsx")])


# --- functions ----------------------------------------------------------------------------------

# A1 to A9 and B1 to B9 of the data; A4 is blank, A7 a formula that answers "".
COLUMNS: dict[str, list[object]] = {
    "A": [3, 4.5, "5", None, True, "字", '=""', -2, "a,b"],
    "B": [10, 20, "x", 40, 50, 60, 70, 80, None],
}

# «D!» stands for the data's sheet.
EXPECTED: dict[str, object] = {
    # references and values
    "D!A1": 3.0,
    "D!A3": "5",
    "D!A4": 0.0,
    "D!A5": True,
    "D!A6": "字",
    "D!A7": "",
    'D!A4&""': "",
    "D!A3+1": 6.0,
    "D!A7+1": "#VALUE!",
    "D!A6+1": "#VALUE!",
    "1/0": "#DIV/0!",
    'D!A4=""': True,
    "D!A4=0": True,
    'D!A7=""': True,
    "D!A7=0": False,
    "D!A3=5": False,
    '"a"="A"': True,
    '"字">9': True,
    "0.1+0.2=0.3": True,
    "D!A1&D!A2": "34.5",
    "-D!A8^2": 4.0,
    # sums
    "SUM(D!A1:A9)": 5.5,
    "SUM(D!A1:A2,D!B1:B3,D!B8)": 117.5,
    "SUM(D!A3,D!A5,D!A7)": 0.0,
    "SUM(D!A4)": 0.0,
    "SUM(D!A1:B2)-SUM(D!B1:B2)": 7.5,
    "SUM(2,TRUE)": 3.0,
    'SUM(2,"3")': 5.0,
    "SUMIF(D!A1:A9,D!A2,D!B1:B9)": 20.0,
    'SUMIF(D!A1:A9,">3",D!B1:B9)': 20.0,
    'SUMIF(D!A1:A9,"字",D!B1:B9)': 60.0,
    # counts
    "COUNT(D!A1:A9)": 3.0,
    "COUNT(D!A1:A2,D!B1:B3)": 4.0,
    "COUNT(D!A3,D!A5,D!A7)": 0.0,
    "COUNTA(D!A1:A9)": 8.0,
    'COUNTIF(D!A1:A9,">0")': 2.0,
    'COUNTIF(D!A1:A9,"字")': 1.0,
    'COUNTIF(D!A1:A9,"<>字")': 8.0,
    'COUNTIF(D!A1:A9,"a*")': 1.0,
    'COUNTIF(D!A1:A9,"5")': 1.0,
    "COUNTIF(D!A1:A9,TRUE)": 1.0,
    'COUNTIF(D!A1:A9,"")': 2.0,
    'COUNTIFS(D!A1:A2,">3",D!B1:B2,"<=20")': 1.0,
    # conditions
    'IF(D!A1=3,"是","否")': "是",
    'IF(D!A4,"是","否")': "否",
    'IF(D!A1>3,"是")': False,
    "IF(D!A1=3,,1)": 0.0,
    "OR(D!A1=9,D!A2=4.5)": True,
    "OR(D!A1=9,D!A2=9)": False,
    "AND(D!A1=3,D!A2=4.5)": True,
    "AND(D!A1:A9)": True,
    "AND(D!A1=3,D!A2=9)": False,
    "NOT(D!A1=3)": False,
    # kinds
    "ISNUMBER(D!A1)": True,
    "ISNUMBER(D!A3)": False,
    "ISNUMBER(D!A4)": False,
    "ISNUMBER(D!A5)": False,
    "ISTEXT(D!A3)": True,
    "ISTEXT(D!A4)": False,
    "ISTEXT(D!A7)": True,
    "ISERROR(D!A1)": False,
    "ISERROR(D!A6+1)": True,
    'ISERROR(FIND("x",D!A9))': True,
    # numbers
    "ABS(D!A8)": 2.0,
    "ROUND(2.5,0)": 3.0,
    "ROUND(-2.5,0)": -3.0,
    "ROUND(0.285,2)": 0.29,
    "MIN(D!A1:A9)": -2.0,
    "MAX(D!A1:A9)": 4.5,
    "LARGE(D!A1:A9,1)": 4.5,
    "LARGE(D!A1:A9,3)": -2.0,
    "ISERROR(LARGE(D!A1:A9,4))": True,
    "SMALL(D!A1:A9,2)": 3.0,
    # texts
    'EXACT("a","A")': False,
    'EXACT(D!A6,"字")': True,
    'FIND("年","公开年报")': 3.0,
    'FIND("a","aba",2)': 3.0,
    'FIND("a","b")': "#VALUE!",
    'SUBSTITUTE("a-b-c","-","")': "abc",
    'SUBSTITUTE("a-b-c","-","＋",2)': "a-b＋c",
    "CHAR(65)": "A",
    '"a"&CHAR(10)&"b"': "a\nb",
    'MID("公开年报",2,2)': "开年",
    'MID("公开",9,2)': "",
    'LEN("公开")': 2.0,
    "LEN(D!A7)": 0.0,
    "LEN(D!A2)": 3.0,
    'HYPERLINK("#\'表三\'!A1","去")': "去",
    "HYPERLINK(\"#'表三'!A1\",D!A1)": 3.0,
    # places
    "INDEX(D!A1:B9,2,2)": 20.0,
    "INDEX(D!A1:A9,6)": "字",
    'IF(INDEX(D!A1:B9,4,1)="","",INDEX(D!A1:B9,4,1))': "",
    'IF(INDEX(D!A1:B9,6,1)="","",INDEX(D!A1:B9,6,1))': "字",
    'IF(INDEX(D!A1:B9,2,1)="","",INDEX(D!A1:B9,2,1))': 4.5,
    'IF(INDEX(D!A1:B9,7,1)="","",INDEX(D!A1:B9,7,1))': "",
    "INDEX(D!A1:B9,4,1)": 0.0,
    "INDIRECT(\"'表三'!A2\")": 4.5,
    'ISNUMBER(INDIRECT("表三!A2"))': True,
}
ODD: dict[str, dict[str, object]] = {
    # A truth value in a cell is a 1 to it, a text among the arguments no number.
    "libreoffice": {
        "SUM(D!A1:A9)": 6.5,
        "SUM(D!A3,D!A5,D!A7)": 1.0,
        'SUM(2,"3")': "#VALUE!",
        "COUNT(D!A1:A9)": 4.0,
        "COUNT(D!A3,D!A5,D!A7)": 1.0,
        'COUNTIF(D!A1:A9,">0")': 3.0,
        "ISNUMBER(D!A5)": True,
        "LARGE(D!A1:A9,3)": 1.0,
        "ISERROR(LARGE(D!A1:A9,4))": False,
        "SMALL(D!A1:A9,2)": 1.0,
    },
    # It counts texts and truth values as numbers, forgives no last digit, "" is no blank to it.
    "betteroffice": {
        "0.1+0.2=0.3": False,
        'COUNTIF(D!A1:A9,">0")': 4.0,
        'COUNTIF(D!A1:A9,"")': 1.0,
        "ROUND(0.285,2)": 0.28,
    },
    # It has no INDIRECT; "" in a cell is 0 in sums of two and false to AND, and no blank.
    "hyperformula": {
        "D!A7+1": 1.0,
        'COUNTIF(D!A1:A9,"")': 1.0,
        "AND(D!A1:A9)": False,
        "ROUND(0.285,2)": 0.28,
        "HYPERLINK(\"#'表三'!A1\",D!A1)": "3",
        "INDIRECT(\"'表三'!A2\")": "#NAME?",
        'ISNUMBER(INDIRECT("表三!A2"))': False,
    },
    # A truth value in a cell is a number to LARGE.
    "onlyoffice": {"LARGE(D!A1:A9,3)": 1.0, "ISERROR(LARGE(D!A1:A9,4))": False},
}


def of_functions(path: Path) -> Path:
    book = Workbook()
    data = book.create_sheet(DATA, 0)
    for column, values in COLUMNS.items():
        for row, value in enumerate(values, 1):
            data[f"{column}{row}"] = value
    sheet = book.create_sheet(FORMULAS)
    for row, formula in enumerate(EXPECTED, 1):
        sheet.cell(row, 1).value = "=" + formula.replace("D!", f"'{DATA}'!")
    book.save(path)
    return path


@EACH
def test_what_an_engine_makes_of_the_functions_that_we_use(engine: str, tmp_path: Path) -> None:
    [sheets] = calculated(engine, [of_functions(tmp_path / "functions.xlsx")])
    found = [sheets[FORMULAS][row, 1] for row in range(1, len(EXPECTED) + 1)]
    other = {
        formula: value
        for (formula, expected), value in zip(EXPECTED.items(), found, strict=True)
        if (type(value), value) != (type(expected), expected)
    }
    assert other == ODD[engine]


@EACH
def test_constants_are_what_they_are_in_the_file(engine: str, tmp_path: Path) -> None:
    """Texts stay texts, whatever they look like."""
    texts = ["007", "1%", "2021-01-02", "TRUE", "=1+1", "'a", " 3 ", "1e5", "￥3", "#N/A", "1/2"]
    book = Workbook()
    sheet = book.create_sheet(DATA, 0)
    for row, text in enumerate(texts, 1):
        cell = sheet.cell(row, 1)
        cell.value, cell.data_type = text, "s"
        sheet.cell(row, 2).value = f"=ISTEXT(A{row})"
        sheet.cell(row, 3).value = f"=A{row}"
    book.save(tmp_path / "texts.xlsx")
    [sheets] = calculated(engine, [tmp_path / "texts.xlsx"])
    rows = range(1, len(texts) + 1)
    assert [sheets[DATA][row, 1] for row in rows] == texts
    assert [sheets[DATA][row, 2] for row in rows] == [True] * len(texts)
    assert [sheets[DATA][row, 3] for row in rows] == texts
