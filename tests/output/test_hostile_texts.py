"""No character that nobody sees leaves in a table, a sheet, a name or on a terminal; in JSON it is
told as \\uXXXX.
"""

from __future__ import annotations

import csv
import io
import json
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from io import BytesIO
from pathlib import Path

import pytest
from hypothesis import HealthCheck, given
from hypothesis import strategies as st
from openpyxl import load_workbook

from gongkai.batch import report_file_name
from gongkai.batch.summary import summary_lines
from gongkai.compare.levels import compare
from gongkai.decisions import key_of
from gongkai.decisions.file import read_decisions, save_decisions
from gongkai.excel.functions import in_cells
from gongkai.figures import INVISIBLE
from gongkai.levels import levels_bytes, levels_lines, levels_to_dict
from gongkai.model import Decision, Document, Problem, Report, Segment
from gongkai.output import (
    check_to_dict,
    parts_to_dict,
    report_to_csv,
    report_to_dict,
    report_to_json,
    report_to_xlsx,
    to_csv,
    to_json,
)
from gongkai.pipeline import check
from gongkai.wording import one_line, plain, plain_text
from gongkai.workbook import read_workbook, write_workbook
from gongkai.workbook.lists import report_to_row
from helpers.command import run_command
from helpers.counts import (
    properties,
    some,
)
from helpers.families import child
from helpers.made import (
    report_of,
    saying,
)
from helpers.unseen import LIKELY, UNSEEN, part_texts, texts, unseen_in
from helpers.writers.styles import LAYOUTS, report_sheets

GRANTED = "applications.granted.natural"
SIGNS = tuple("=+-@＝＋－＠\t\r\n")


def hostile(text: str) -> Report:
    """A report with a text in every place where a text of a page can stand."""
    report = report_of(
        {GRANTED: None, "disputes.review.total": 1},
        raws={GRANTED: text, "disputes.review.total": text},
    )
    document = Document(
        f"/tmp/{text}", text, b"", "", "2022-01-20", "", text, (text, f"网页{text}。")
    )
    return replace(
        report,
        title=text,
        agency=text,
        published=text,
        sections={1: text, 5: f"{text}\n收到{text}12件", 6: text},
        problems=(Problem("applications", "granted", "natural", text, f"不能识别“{text}”。"),),
        parts=(Segment("report", text, text, 2021), Segment("annex", text, text, None)),
        part=1,
        document=document,
        decisions={"0" * 12: Decision("dismissed", text), "1" * 12: Decision("", text, text)},
    )


@contextmanager
def folder() -> Iterator[Path]:
    """hypothesis runs a function many times in one tmp_path."""
    with tempfile.TemporaryDirectory() as name:
        yield Path(name)


def cells_of(content: bytes) -> list[str]:
    return [
        cell
        for row in csv.reader(io.StringIO(content.decode("utf-8-sig"), newline=""))
        for cell in row
    ]


def assert_table(content: bytes) -> None:
    """A text begins with a sign of a formula nowhere, a number may."""
    for cell in cells_of(content):
        assert unseen_in(cell, "\n\t") == []
        begins = cell.startswith(SIGNS) or cell.strip().startswith(SIGNS)
        assert not begins or cell.lstrip("-").replace(".", "").isdecimal(), cell


def assert_sheet(content: bytes) -> None:
    """No cell holds a formula, whatever its text begins with."""
    cells = [cell for row in load_workbook(BytesIO(content)).active for cell in row]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert [
        text
        for cell in cells
        if cell.data_type == "s"
        for text in unseen_in(str(cell.value), "\n\t")
    ] == []


# --- what they are --------------------------------------------------------------------------------


def test_all_of_them_are_known() -> None:
    left = [
        letter for letter in sorted(UNSEEN) if set(plain(f"a{letter}b")) & UNSEEN - {"\n", "\t"}
    ]
    assert unseen_in("".join(left), "") == []


def test_nothing_else_is_touched() -> None:
    every = (chr(code) for code in range(0x110000))
    seen = "".join(letter for letter in every if letter not in UNSEEN)
    assert plain(seen) == seen


def test_what_a_figure_may_hold_unseen_is_among_them() -> None:
    assert {letter for letter in map(chr, range(0x110000)) if INVISIBLE.match(letter)} <= UNSEEN


@pytest.mark.parametrize(
    ("text", "many_lines", "line"),
    [
        ("甲\u202e乙\u202c丙", "甲乙丙", "甲乙丙"),
        ("政\u200b府\u00ad令", "政府令", "政府令"),
        ("1\x002", "1 2", "1 2"),
        ("甲\x1b[31m乙", "甲 [31m乙", "甲 [31m乙"),
        ("甲\x9b31m乙", "甲 31m乙", "甲 31m乙"),
        ("甲\r\n乙\r丙\x0b丁\x85戊\u2028己", "甲\n乙\n丙\n丁\n戊\n己", "甲 乙 丙 丁 戊 己"),
        ("甲\t乙\u3000丙", "甲\t乙\u3000丙", "甲 乙 丙"),
        ("半\ud800个", "半\ufffd个", "半\ufffd个"),
        ("甲\ufdd0\uffff乙", "甲乙", "甲乙"),
        ("😀🏛\ufe0f", "😀🏛", "😀🏛"),
        ("𱍐\U00032000\ue000", "𱍐\U00032000\ue000", "𱍐\U00032000\ue000"),
    ],
)
def test_what_becomes_of_them(text: str, many_lines: str, line: str) -> None:
    """A sign that Unicode added after this Python was made, and one of a private font, may stand in
    a name.
    """
    assert (plain(text), one_line(text)) == (many_lines, line)


@given(st.one_of(texts(), st.text()))
@properties(300)
def test_twice_is_once(text: str) -> None:
    for way in (plain, one_line, plain_text):
        assert way(way(text)) == way(text)
        assert unseen_in(way(text), "\n\t") == []


# --- where they leave -----------------------------------------------------------------------------


@given(texts())
@properties(120)
def test_json_is_exact(text: str) -> None:
    report = hostile(text)
    findings = check(report)
    for value in (report_to_dict(report), check_to_dict(report, findings), parts_to_dict(report)):
        assert unseen_in(to_json(value)) == []
        assert json.loads(to_json(value)) == json.loads(json.dumps(value))
    assert unseen_in(report_to_json(report, findings)) == []
    assert json.loads(report_to_json(report, findings))["title"] == json.loads(json.dumps(text))


@pytest.mark.slow
@given(texts())
@properties(120)
def test_tables(text: str) -> None:
    report = hostile(text)
    findings = check(report)
    assert_table(report_to_csv(report))
    assert_sheet(report_to_xlsx(report))
    row = report_to_row(report, findings, text, text, text)
    assert_table(to_csv(summary_lines([row])))
    sound = report_of()
    levels = compare(
        report,
        [child(replace(sound, agency=text), text or "a"), child(report, text or "b")],
        (text,),
    )
    assert_table(levels_bytes(levels, ".csv"))
    assert unseen_in(to_json(levels_to_dict(levels))) == []
    assert all(unseen_in(one_line(line)) == [] for line in levels_lines(levels))


@given(texts())
@properties(40, HealthCheck.function_scoped_fixture)
def test_sheets_and_names_of_files(text: str) -> None:
    report = hostile(text)
    assert unseen_in(report_file_name(report), "") == []
    with folder() as place:
        target = write_workbook(report, check(report), place / "a.xlsm")
        assert {
            name: found
            for name, one in part_texts(target).items()
            if (found := unseen_in(one, "\n\t"))
        } == {}


@given(texts())
@properties(60)
def test_the_file_of_decisions(text: str) -> None:
    with folder() as place:
        source = place / "a.html"
        source.write_bytes(b"a")
        finding = saying(text)
        path = save_decisions(
            hostile(text), source, {"0" * 12: finding}, Decision("dismissed", text)
        )
        assert unseen_in(path.read_text(encoding="utf-8")) == []
        (record,) = read_decisions(path)
        assert record["reason"] == json.loads(json.dumps(text))
        assert unseen_in(record["message"]) == []


def page(text: str) -> bytes:
    """A page with the text in its title, its labels and its figures, as far as a page can hold
    it.
    """
    title = f"{text}青溪县{text}人民政府2021年政府信息公开工作年度报告"
    report = replace(
        report_of({"disputes.review.total": 1}), title=title, agency=f"青溪县{text}人民政府"
    )
    layout = next(iter(LAYOUTS.values()))
    content = layout(report, report_sheets(report))
    whole = content.decode("utf-8") if isinstance(content, bytes) else content
    return (
        whole.replace("予以公开", f"予以{text}公开")
        .replace(">436<", f">4{text}36<")
        .encode("utf-8", "replace")
    )


@some("text", LIKELY, 12, ids=ascii)
def test_through_every_command(text: str, tmp_path: Path) -> None:
    source = tmp_path / ("页\u202e\u2066\u200b\x1b\x9b年报.html")
    source.write_bytes(page(text))
    listing = tmp_path / "list.txt"
    listing.write_text(f"{source}\n{tmp_path}/无\u202e.html\n", encoding="utf-8")
    out = tmp_path / "out"
    commands = [
        ["check", source, source],
        ["read", source],
        ["read", source, "--parts"],
        ["check", source, "--json"],
        ["read", source, tmp_path / "无\u202e\x07.html", "--json"],
        ["fill", source, "-o", tmp_path / "a\u202e.xlsm"],
        ["adopt", tmp_path / "a\u202e.xlsm"],
        ["dismiss", source, "1", "--reason", "已核实\u202e"],
        ["batch", listing, "-o", out],
        ["batch", listing, "-o", out, "--json"],
        ["levels", source, source, "-o", tmp_path / "levels.csv"],
        ["levels", source, source, "--json"],
    ]
    for words in commands:
        run = run_command(*words)
        assert "内部错误" not in run.stderr, run.stderr
        assert (unseen_in(run.stdout), unseen_in(run.stderr)) == ([], []), words
    assert_table((tmp_path / "levels.csv").read_bytes())
    assert_table((out / "汇总.csv").read_bytes())
    for path in (*out.iterdir(), tmp_path / "a\u202e.xlsm"):
        assert path.name.startswith("a\u202e") or unseen_in(path.name, "") == []
        if path.suffix == ".xlsm":
            found = {name: unseen_in(one, "\n\t") for name, one in part_texts(path).items()}
            assert {name: codes for name, codes in found.items() if codes} == {}


@some("text", LIKELY, ids=ascii)
def test_a_decision_is_known_again_in_the_workbook(text: str, tmp_path: Path) -> None:
    """Its key holds the text of a cell, which page and workbook must give alike."""
    report = report_of({GRANTED: None}, raws={GRANTED: f"约{text}1{text}2"})
    finding = saying("", "warning", (GRANTED,))
    again = read_workbook(write_workbook(report, [], tmp_path / "a.xlsm"))
    assert key_of(finding, report) == key_of(finding, again)


def test_answers_of_worksheet_functions() -> None:
    assert in_cells([["甲\u202e乙", 1, None], ["丙\x1b"]]) == [["甲乙", 1, None], ["丙 "]]
    assert in_cells("! 甲\u2066。") == "! 甲。"
