"""What needs no LibreOffice: spellings of formulas, values, the pipe, looks, README and rules."""

from __future__ import annotations

import ast
import datetime as dt
import importlib.util
import os
import re
import sys
from pathlib import Path
from threading import Thread, current_thread
from types import ModuleType
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import xlwings_libreoffice
from helpers.counts import properties
from xlwings_libreoffice import HostError, Pipe, over
from xlwings_libreoffice.looks import AreaLooks, blue_first, number_of, rgb_of
from xlwings_libreoffice.pipe import Answering
from xlwings_libreoffice.ranges import column_letters, column_number, corners_in, shown_area
from xlwings_libreoffice.values import Picture, entry_of, formula_rows, read_rows, serial

PACKAGE = Path(xlwings_libreoffice.__file__).parent
HOST = PACKAGE / "host"
README = (PACKAGE / "README.md").read_text(encoding="utf-8")


def loaded(path: Path) -> ModuleType:
    """A module of the host's that needs no UNO."""
    spec = importlib.util.spec_from_file_location(path.stem, path)
    assert spec is not None
    assert spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


SPELLING = loaded(HOST / "spelling.py")

# --- formulas -------------------------------------------------------------------------------------

PLAIN = {
    "=SUM(A1:B2,3)": "=SUM(A1:B2;3)",
    '=IF(表三!$D$7=1,"a,b;c""",\'x y\'!B2)': '=IF($表三.$D$7=1;"a,b;c""";$\'x y\'.B2)',
    "=-A1%+1.5E3*(B2-C3)": "=-A1%+1.5E3*(B2-C3)",
    "='it''s'!$A$1:B9": "=$'it''s'.$A$1:B9",
    "=IF(AND(A1<>1,NOT(B1>=2)),1,0)": "=IF(AND(A1<>1;NOT(B1>=2));1;0)",
    '="✓"&A1': '="✓"&A1',
}


@pytest.mark.parametrize("excel", PLAIN)
def test_plain_formulas_are_respelled(excel: str) -> None:
    assert SPELLING.to_office(excel) == PLAIN[excel]
    assert SPELLING.to_excel(PLAIN[excel]) == excel


@pytest.mark.parametrize(
    "formula",
    [
        "=A1:B3 B2:C4",  # an intersection
        "=SUM((A1,B2))",  # a union
        "=SUM({1,2;3,4})",
        "=rate*2",
        "=STDEV.S(A1:A3)",
        "=GK_CHECK(A1)",
        "=Sheet1:Sheet3!A1",
        "=[other.xlsx]a!A1",
        "=#N/A",
        "=A1#",
        "=SUM(A1",
        "=A1)",
        "=1 2",
    ],
)
def test_what_is_not_plain_is_left_to_the_parser(formula: str) -> None:
    assert SPELLING.to_office(formula) is None


def test_truths_are_calls() -> None:
    assert SPELLING.to_office("=IF(TRUE,1,FALSE)") == "=IF(TRUE();1;FALSE())"
    assert SPELLING.to_excel("=IF(TRUE();1;FALSE())") == "=IF(TRUE(),1,FALSE())"
    assert SPELLING.with_calls('X(TRUE,"TRUE",FALSE())') == 'X(TRUE(),"TRUE",FALSE())'


@given(st.text("=SUMIF(),;:!$'\".{}<>&+- A1B2#表TRUE", max_size=30))
@properties(400)
def test_no_text_breaks_the_spelling(text: str) -> None:
    """What is respelled comes back as it was, but for letters' case and needless quotes."""
    office = SPELLING.to_office("=" + text)
    if office is not None:
        back = SPELLING.to_excel(office)
        assert back is not None
        assert SPELLING.to_office(back) == office


# --- values ---------------------------------------------------------------------------------------


def test_values_as_xlwings_reads_them() -> None:
    found = {
        "rows": [[1.0, "a", None], [45352.5, 1.0, None]],
        "errors": [[1, 3, "#N/A"]],
        "dates": [[2, 1, 1, 1]],
        "booleans": [[2, 2, 1, 1]],
    }
    assert read_rows(found) == [
        [1.0, "a", -2146826246],
        [dt.datetime(2024, 3, 1, 12), True, None],
    ]


def test_values_as_they_are_written() -> None:
    entry = entry_of(
        [[1, "'=x", "=A1", True], [dt.date(2024, 3, 1), dt.datetime(2024, 3, 1, 6), "#N/A", "1/2"]]
    )
    assert entry.rows == [[1.0, "=x", None, True], [45352.0, 45352.25, None, "1/2"]]
    assert entry.formulas == [[1, 3, "=A1"], [2, 3, "=#N/A"]]
    assert entry.kinds == [[1, 4, "boolean"], [2, 1, "date"], [2, 2, "datetime"]]


def test_formulas_as_excel_tells_them() -> None:
    found = {
        "rows": [[1.5, "a", None, 1.0]],
        "errors": [],
        "formulas": [[1, 3, "=#N/A"]],
        "dates": [],
        "booleans": [[1, 4, 1, 1]],
    }
    assert formula_rows(found) == [["1.5", "a", "#N/A", "TRUE"]]


@given(st.datetimes(dt.datetime(1900, 3, 1), dt.datetime(2200, 1, 1)))
@properties(200)
def test_a_date_comes_back(moment: dt.datetime) -> None:
    moment = moment.replace(microsecond=0)
    found = {"rows": [[serial(moment)]], "errors": [], "dates": [[1, 1, 1, 1]]}
    [[back]] = read_rows(found)
    assert abs(back - moment) <= dt.timedelta(milliseconds=1)


def test_a_part_of_a_picture() -> None:
    found = {
        "rows": [[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]],
        "errors": [[2, 2, "#N/A"]],
        "formulas": [[1, 1, "=A9"], [2, 3, "=B9"]],
        "dates": [[1, 2, 2, 2]],
        "booleans": [[1, 1, 1, 1]],
    }
    assert Picture((5, 3, 2, 3), found).cut((6, 4, 1, 2)) == {
        "rows": [[5.0, 6.0]],
        "errors": [[1, 1, "#N/A"]],
        "formulas": [[1, 2, "=B9"]],
        "dates": [(1, 1, 1, 2)],
        "booleans": [],
    }


# --- addresses and looks --------------------------------------------------------------------------


@given(st.integers(1, 16_384))
@properties(100)
def test_columns_are_counted(number: int) -> None:
    assert column_number(column_letters(number)) == number


def test_addresses() -> None:
    assert [corners_in(text) for text in ("b2", "$A$1:C3", "C3:A1", "3:4", "B:C", "x y")] == [
        (2, 2, 2, 2),
        (1, 1, 3, 3),
        (1, 1, 3, 3),
        (3, 1, 4, 16_384),
        (1, 2, 1_048_576, 3),
        None,
    ]
    assert [shown_area((1, 1, 29, 10)), shown_area((2, 28, 1, 1))] == ["$A$1:$J$29", "$AB$2"]


def test_colours() -> None:
    assert [number_of(color) for color in ((0, 60, 200), "#003cc8", 0xC83C00, None)] == [
        0x003CC8,
        0x003CC8,
        0x003CC8,
        None,
    ]
    assert (blue_first(0x003CC8), rgb_of(0x003CC8)) == (0xC83C00, (0, 60, 200))


def test_looks_are_one_answer_or_none() -> None:
    """Four rows of two cells: the last row struck, B1 in pieces, A3:B4 merged, row 2 hidden."""
    whole = (1, 1, 4, 2)
    looks = AreaLooks.of(
        [whole],
        {
            "groups": [
                [[1, 1, 3, 2], False, 0, 11.0, 0xFFFFFF, "General"],
                [[4, 1, 1, 2], True, 0, 11.0, 0xFFFFFF, "@"],
            ],
            "pieces": [[1, 2, [[2, 0, False, 0, 11.0], [1, 33, False, 0xFF0000, 8.0]]]],
            "merged": [[3, 1, 2, 2]],
            "hidden_rows": [2],
            "hidden_columns": [],
        },
    )
    one, pieces, below = (1, 1, 1, 1), (1, 2, 1, 1), (3, 1, 2, 2)
    told = {
        question: [looks.told([area], question) for area in (whole, one, pieces, below)]
        for question in ("struck", "superscript", "subscript", "color", "ground", "merged", "row")
    }
    assert told == {
        "struck": [None, False, False, None],
        "superscript": [None, False, None, False],
        "subscript": [False, False, False, False],
        "color": [None, 0, None, 0],
        "ground": [0xFFFFFF] * 4,
        "merged": [None, False, False, True],
        "row": [None, False, False, False],
    }
    assert looks.told([one, below], "format") is None
    assert looks.covers([one, below])
    assert not looks.covers([(1, 1, 5, 2)])


# --- the pipe -------------------------------------------------------------------------------------


def nobody(op: str, args: list[Any], number: int) -> Any:
    raise ValueError(op)


class Ends:
    """Two pipes between a ``Pipe`` and another one, as between two processes."""

    def __init__(self, answer: Answering, other: Answering) -> None:
        (there, back), (forth, here) = os.pipe(), os.pipe()
        self.left = Pipe(os.fdopen(there, "rb"), os.fdopen(here, "wb"), answer)
        self.right = Pipe(os.fdopen(forth, "rb"), os.fdopen(back, "wb"), other)
        self.readers = [Thread(target=end.serve) for end in (self.left, self.right)]
        for reader in self.readers:
            reader.start()

    def end(self) -> None:
        self.right.sink.close()
        self.left.sink.close()
        for reader in self.readers:
            reader.join()


def test_both_sides_ask_at_once() -> None:
    """The command that runs on one side asks back before it answers; 20 of them together. What it
    asks in the course of that is answered in the thread that waits.
    """

    def value(op: str, args: list[Any], number: int) -> Any:
        return [op, *args, current_thread().name]

    def command(op: str, args: list[Any], number: int) -> Any:
        return [op, ends.right.ask("value", *args, of=number)]

    ends = Ends(value, command)
    found: dict[int, object] = {}
    threads = []
    for number in range(20):
        work = Thread(
            target=lambda at=number: found.update({at: ends.left.ask("run", at)}), name=str(number)
        )
        threads.append(work)
        work.start()
    for work in threads:
        work.join()
    assert found == {number: ["run", ["value", number, str(number)]] for number in range(20)}
    ends.end()


def test_a_refusal_has_kind_and_text() -> None:
    def refuse(op: str, args: list[Any], number: int) -> Any:
        raise HostError("protected", "the sheet a is protected")

    ends = Ends(nobody, refuse)
    ask = over(ends.left)
    with pytest.raises(HostError, match="the sheet a is protected") as told:
        ask("write", [])
    assert told.value.kind == "protected"
    with pytest.raises(HostError) as told:
        over(ends.right)("value", [])
    assert told.value.kind == "host"
    ends.end()
    with pytest.raises(HostError) as told:
        ask("write", [])
    assert (told.value.kind, ends.left.is_ended) == ("closed", True)


# --- the package ----------------------------------------------------------------------------------


def primitives() -> list[str]:
    """The names that stand in PRIMITIVES of the host's classes, read and not imported."""
    found = ["hello"]
    for path in sorted(HOST.glob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if isinstance(node, ast.AnnAssign) and ast.unparse(node.target) == "PRIMITIVES":
                assert node.value is not None
                found += ast.literal_eval(node.value)
    return found


def test_every_primitive_is_told_of() -> None:
    told = re.findall(r"^\| `(\w+)` \| ", README, re.MULTILINE)
    kinds = ["protected", "merged", "missing", "closed", "editing", "file", "host"]
    assert sorted(told) == sorted([*primitives(), *kinds])


def test_what_the_engine_asks_is_a_primitive() -> None:
    asked: set[str] = set()
    for path in PACKAGE.glob("*.py"):
        source = path.read_text(encoding="utf-8")
        asked.update(re.findall(r"ask(?:\.once|\.cells|\.change_sheet)?\(\s*\"(\w+)\"", source))
        asked.update(re.findall(r"""\bself\(\s*"(\w+)\"""", source))
    assert asked - set(primitives()) == set()
    assert set(primitives()) - asked == {"read", "undo"} - asked


@pytest.mark.parametrize("path", sorted(HOST.glob("*.py")), ids=lambda path: path.name)
def test_the_host_is_python_3_8_and_stands_alone(path: Path) -> None:
    tree = ast.parse(path.read_text(encoding="utf-8"), feature_version=(3, 8))
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            names = [alias.name for alias in node.names]
        elif isinstance(node, ast.ImportFrom) and not node.level:
            names = [str(node.module)]
        else:
            continue
        for name in names:
            first = name.partition(".")[0]
            assert first in {*sys.stdlib_module_names, "uno", "com", "host"}


def test_the_package_knows_nothing_of_this_project() -> None:
    for path in PACKAGE.rglob("*"):
        if path.suffix in (".py", ".md"):
            assert "gongkai" not in path.read_text(encoding="utf-8")
