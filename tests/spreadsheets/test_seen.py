"""What a person sees in a cell, through every path: a stranger's workbook, our own, the open one;
.xlsx, .xls, .ods.
"""

from __future__ import annotations

from collections.abc import Set
from decimal import Decimal
from pathlib import Path

import pytest
from openpyxl import load_workbook

from gongkai.checks.whole import check
from gongkai.excel.checking import current_report
from gongkai.model import Problem, Report, Value
from gongkai.pipeline import read_report
from gongkai.workbook import write_workbook
from gongkai.workbook.layout import sheet_of
from helpers.counts import some
from helpers.excel.engine import excel_of, open_book
from helpers.excel.live import set_cell
from helpers.made import report_of
from helpers.office import convert
from helpers.writers.dressed import (
    DOUBT,
    DRESSED,
    LINES,
    MERGED,
    cells_book,
    lines_book,
    merged_book,
    places,
)

WHO = ("stranger", "ours")
NOT_ASKED = {name for name, case in DRESSED.items() if case.not_asked}
# LibreOffice drops what the font of a whole number says of its height, and in .xls the format of a
# condition.
# LibreOffice gives the numbers of a row that has an input message the looks of a text in pieces at
# its beginning: 13⁴ in D11 raises what stands in F11. They are blank then, and told.
BY_MESSAGE = {"huge", "a third and a bit"}
LOST = {"xls": {"all raised", "in percent by a condition", *BY_MESSAGE}, "ods": {"all raised"}}
LOST_LINES = {"applications.partly_granted.natural"}  # and gives a row of no height its usual one


def wrong_cells(report: Report, lost: Set[str] = frozenset()) -> list[str]:
    """The cases of which something else was read than a person sees, or nothing was said."""
    found = []
    for name, cell in places().items():
        seen, value = DRESSED[name].seen, report.value(cell)
        right = value is None and is_told(report, cell) if seen == DOUBT else value == seen
        if not right and name not in lost:
            found.append(f"{name}: {value}")
    return found


def is_told(report: Report, cell: str) -> bool:
    _, row, column = cell.split(".")
    told = [problem for problem in report.problems if problem.table == "applications"]
    named = any(problem.row in ("", row) and problem.is_on(column) for problem in told)
    return named or any(cell in finding.cells for finding in check(report))


def wrong_lines(report: Report, lost: Set[str] = frozenset()) -> list[str]:
    found = [cell for cell in LINES if report.value(cell) is not None or not is_told(report, cell)]
    assert report.value("applications.new.natural") == 436
    return [cell for cell in found if cell not in lost]


def texts_in(report: Report) -> set[str]:
    entries = report.tables["applications"].entries
    return {name for name, cell in places().items() if entries[cell].read_by == "text"}


@pytest.mark.parametrize("who", WHO)
def test_an_xlsx_is_read_as_a_person_sees_it(who: str, tmp_path: Path) -> None:
    cells, lines = tmp_path / "cells.xlsx", tmp_path / "lines.xlsx"
    cells.write_bytes(cells_book(who))
    lines.write_bytes(lines_book(who))
    report = read_report(cells)
    assert wrong_cells(report) == []
    assert wrong_lines(read_report(lines)) == []
    assert texts_in(report) == (
        {name for name, case in DRESSED.items() if case.is_text} if who == "ours" else set()
    )


@pytest.mark.parametrize("who", WHO)
def test_what_a_merged_cell_covers_is_none(who: str, tmp_path: Path) -> None:
    path = tmp_path / "merged.xlsx"
    path.write_bytes(merged_book(who))
    refuse_merged(read_report(path))


def refuse_merged(report: Report) -> None:
    """Which of the two columns the figure in their merged cell belongs to, nobody can tell."""
    assert [report.value(cell) for cell in MERGED] == [None, None]
    assert is_told(report, MERGED[0])


def test_a_value_under_a_merged_cell_of_the_open_workbook(tmp_path: Path) -> None:
    path = tmp_path / "merged.xlsx"
    path.write_bytes(merged_book("ours"))
    book = open_book(path)
    set_cell(
        book, "表三", sheet_of("applications", "2021").cells[MERGED[1]], 7
    )  # LibreOffice keeps it there
    refuse_merged(current_report(book)[1])


@pytest.mark.slow
def test_the_open_workbook_is_read_as_a_person_sees_it(tmp_path: Path) -> None:
    cells, lines = tmp_path / "cells.xlsx", tmp_path / "lines.xlsx"
    cells.write_bytes(cells_book("ours"))
    lines.write_bytes(lines_book("ours"))
    _, report = current_report(open_book(cells))
    assert wrong_cells(report, NOT_ASKED) == []
    assert texts_in(report) == {name for name, case in DRESSED.items() if case.is_text}
    assert wrong_lines(current_report(open_book(lines))[1]) == []


def test_file_and_open_workbook_say_the_same(tmp_path: Path) -> None:
    for name, content in {"cells": cells_book("ours"), "lines": lines_book("ours")}.items():
        path = tmp_path / f"{name}.xlsx"
        path.write_bytes(content)
        one, other = read_report(path), current_report(open_book(path))[1]
        unasked = {places()[case] for case in NOT_ASKED}
        assert values_of(one, unasked) == values_of(other, unasked)
        left = [place for place in map(place_of, one.problems) if ".".join(place) not in unasked]
        assert left == list(map(place_of, other.problems))


def test_a_program_that_does_not_tell_of_looks_leaves_a_word(tmp_path: Path) -> None:
    path = tmp_path / "ours.xlsx"
    path.write_bytes(lines_book("ours"))
    book = open_book(path)
    excel_of(book).lacks.add("looks")
    _, report = current_report(book)
    assert "无法从表格程序取得字体" in report.problems[-1].reason
    assert "coverage.unplaced" in {finding.rule for finding in check(report)}


def test_a_hidden_sheet_is_one_error(tmp_path: Path) -> None:
    path = write_workbook(report_of(), [], tmp_path / "ours.xlsm")
    workbook = load_workbook(path, keep_vba=True)
    workbook["表三"].sheet_state = "hidden"
    workbook.save(path)
    for report in (read_report(path), current_report(open_book(path))[1]):
        told = [finding.message for finding in check(report) if finding.severity != "note"]
        assert told == [
            "表三没有读出任何数字。工作表“表三”已隐藏，其中的数字没有采用，请取消隐藏。"
        ]


def test_a_hidden_line_is_one_problem(tmp_path: Path) -> None:
    path = tmp_path / "lines.xlsx"
    path.write_bytes(lines_book("ours"))
    told = [
        (problem.row, problem.column, problem.reason[:12]) for problem in read_report(path).problems
    ]
    assert told == [
        ("granted", "", "工作表的第7行已隐藏，其"),
        ("partly_granted", "", "工作表的第8行已隐藏，其"),
        ("", "research", "工作表的F列已隐藏，其中"),
        ("", "welfare", "工作表的G列已隐藏，其中"),
    ]


def values_of(report: Report, but: set[str]) -> dict[str, Value]:
    return {entry.cell: entry.value for entry in report.entries() if entry.cell not in but}


def place_of(problem: Problem) -> tuple[str, str, str]:
    return problem.table, problem.row, problem.column


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["xls", "ods"])
def test_old_and_open_formats_are_read_as_a_person_sees_them(kind: str, tmp_path: Path) -> None:
    """As LibreOffice converts them, in one run."""
    files = []
    for who in WHO:
        for name, make in {"cells": cells_book, "lines": lines_book, "merged": merged_book}.items():
            files.append(tmp_path / f"{who}-{name}.xlsx")
            files[-1].write_bytes(make(who))
    made = convert(files, kind, tmp_path / kind)
    for path in made:
        report = read_report(path)
        if "merged" in path.stem:
            refuse_merged(report)
            continue
        wrong = (
            wrong_cells(report, LOST[kind])
            if "cells" in path.stem
            else wrong_lines(report, LOST_LINES)
        )
        assert wrong == [], path.name


FEES = "disclosure.fees.amount"
# What stands in the cell, its format, and what is read: 12.5 that is shown as 13 would be published
# as 12.5.
SHOWN: list[tuple[float, str, Value]] = [
    (12.5, "0", None),
    (0.4, "#,##0", None),
    (32367.144295, "0.00", None),
    (12.5, "0.00", Decimal("12.5")),
    (12.5, "#,##0.0_ ", Decimal("12.5")),
    (12.5, "General", Decimal("12.5")),
    (13, "0", 13),
    (0, '0;-0;"见附件"', None),
    (0, '0;-0;"✓"', None),
    (0, '0;-0;"-"', 0),
]


def with_fees(path: Path, value: float, code: str) -> Path:
    write_workbook(report_of({FEES: 0}), [], path)
    book = load_workbook(path)
    sheet = sheet_of("disclosure", "2021")
    cell = book[sheet.name].cell(*sheet.cells[FEES])
    cell.value, cell.number_format = value, code
    book.save(path)
    return path


@some("shown", SHOWN, 4)
def test_a_figure_of_our_own_is_the_one_that_its_cell_shows(
    shown: tuple[float, str, Value], tmp_path: Path
) -> None:
    """In the file and in the open workbook."""
    value, code, read = shown
    path = with_fees(tmp_path / "a.xlsx", value, code)
    report = read_report(path)
    assert report.value(FEES) == read
    assert current_report(open_book(path))[1].value(FEES) == read
    assert (read is None) == any("单元格为" in finding.message for finding in check(report))


@pytest.mark.slow
@pytest.mark.parametrize("kind", ["xls", "ods"])
def test_so_it_is_in_other_formats(kind: str, tmp_path: Path) -> None:
    files = []
    for number, (value, code, _) in enumerate(SHOWN):
        files.append(with_fees(tmp_path / f"{number}.xlsx", value, code))
    made = convert(files, kind, tmp_path / kind)
    assert [read_report(path).value(FEES) for path in made] == [read for _, _, read in SHOWN]
