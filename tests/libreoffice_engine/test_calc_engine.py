"""What an ordinary xlwings script does, on a live LibreOffice."""

from __future__ import annotations

import datetime as dt
import os
import shutil
import signal
import subprocess
import sys
from pathlib import Path

import numpy as np
import openpyxl
import pandas as pd
import psutil
import pytest
import xlwings as xw

import xlwings_libreoffice
from helpers import ROOT
from helpers.waiting import wait_until
from xlwings_libreoffice import HostError

SCRIPT = """
import xlwings_libreoffice
book = xlwings_libreoffice.books.add()
book.sheets[0]["A1"].value = 1
print(book.impl.app.office.process.pid, flush=True)
input()
"""


def refused(work: object, kind: str) -> str:
    with pytest.raises(HostError) as told:
        work()  # type: ignore[operator]
    assert told.value.kind == kind, told.value.text
    return told.value.text


# --- values ---------------------------------------------------------------------------------------


def test_a_script(book: xw.Book, tmp_path: Path) -> None:
    """The five lines of the README, and what they leave in the file."""
    page = book.sheets[0]
    page["A1"].value = [["income", 1200.5], ["spent", "=B1*2"]]
    assert page["A1:B2"].value == [["income", 1200.5], ["spent", 2401.0]]
    path = tmp_path / "accounts.xlsx"
    book.save(path)
    assert (book.fullname, book.name) == (str(path), "accounts.xlsx")
    saved = openpyxl.load_workbook(path).worksheets[0]
    assert [[cell.value for cell in row] for row in saved] == [
        ["income", 1200.5],
        ["spent", "=B1*2"],
    ]


@pytest.mark.slow
def test_values_of_every_kind(book: xw.Book) -> None:
    page = book.sheets[0]
    rows = [
        ["a", 1, 2.5, True],
        [None, dt.datetime(2024, 3, 1, 12, 30), dt.date(2024, 3, 1), False],
        ["'=1+1", "'001", "1/2", "#N/A"],
        ["=1/0", '="x"&1', "=1=1", np.float64(3)],
    ]
    page["A1"].value = rows
    read = page["A1:D4"].options(err_to_str=True).value
    assert read == [
        ["a", 1.0, 2.5, True],
        [None, dt.datetime(2024, 3, 1, 12, 30), dt.datetime(2024, 3, 1), False],
        ["=1+1", "001", "1/2", "#N/A"],
        ["#DIV/0!", "x1", True, 3.0],
    ]
    assert page["A1:D4"].formula == (
        ("a", "1", "2.5", "TRUE"),
        ("", "45352.5208333333", "45352", "FALSE"),
        ("=1+1", "001", "1/2", "#N/A"),
        ("=1/0", '="x"&1', "=1=1", "3"),
    )
    assert page["B1"].options(numbers=int).value == 1
    assert page["C2"].options(dates=dt.date).value == dt.date(2024, 3, 1)
    assert page["A1:D1"].options(ndim=2).value == [["a", 1.0, 2.5, True]]
    assert page["A2"].options(empty="-").value == "-"
    page["B1"].value = 7
    assert page["A1"].expand("right").value == ["a", 7.0, 2.5, True]


@pytest.mark.slow
def test_frames_and_blocks(book: xw.Book) -> None:
    page = book.sheets[0]
    frame = pd.DataFrame({"x": [1.0, 2.0], "y": ["p", None]}, index=pd.Index(["i", "j"], name="n"))
    page["B2"].value = frame
    found = page["B2"].options(pd.DataFrame, expand="table").value
    pd.testing.assert_frame_equal(found.fillna(""), frame.fillna(""), check_dtype=False)
    assert page["B2"].current_region.address == "$B$2:$D$4"
    assert page.used_range.address == "$B$2:$D$4"
    assert [page["B2"].end(way).address for way in ("down", "right")] == ["$B$4", "$D$2"]
    assert page["B9"].end("up").address == "$B$4"
    assert len(page["B:B"].value) == 1_048_576
    assert page["B:B"].value[:4] == [None, "n", "i", "j"]
    page["A10:A12"].value = "=ROW()*B10"
    assert page["A12"].formula == "=ROW()*B12"
    page["F1:G2"].value = 5
    assert page["F1:G2"].value == [[5.0, 5.0], [5.0, 5.0]]
    page["F1:G2"].clear_contents()
    assert page["F1:G2"].value == [[None, None], [None, None]]


@pytest.mark.slow
@pytest.mark.parametrize(
    "formula",
    [
        "=SUM((A1,B2))",
        "=STDEV.S(A1:A3)",
        "=SUM({1,2;3,4})",
        "=rate*2",
        "='x y'!$A$1",
        "=IF(TRUE,1,2)",
        "=COUNTIF('x y'!A:A,\">1\")",
    ],
)
def test_formulas_in_the_spelling_of_excel(formula: str, book: xw.Book, tmp_path: Path) -> None:
    page = book.sheets[0]
    book.sheets.add("x y").range("A1").value = 4
    book.names.add("rate", "='x y'!$A$1")
    page["A1"].value = [[1], [2], [4]]
    page["D4"].value = formula
    assert page["D4"].formula.replace("TRUE()", "TRUE").replace("~", ",") == formula
    assert isinstance(page["D4"].value, float)
    book.save(tmp_path / "a.xlsx")
    saved = str(openpyxl.load_workbook(tmp_path / "a.xlsx")[page.name]["D4"].value)
    assert saved.replace("_xlfn.", "").replace("TRUE()", "TRUE").startswith("=")


# --- sheets, names, looks -------------------------------------------------------------------------


@pytest.mark.slow
def test_sheets(book: xw.Book) -> None:
    first = book.sheets[0]
    first.name = "one"
    two = book.sheets.add("two", after=first)
    assert book.sheets.active.name == "two"
    two["A1"].value = 1
    copy = two.copy(name="three")
    assert [sheet.name for sheet in book.sheets] == ["one", "two", "three"]
    assert copy["A1"].value == 1
    copy.move(before=first)
    assert [sheet.name for sheet in book.sheets] == ["three", "one", "two"]
    copy.visible = False
    assert [sheet.visible for sheet in book.sheets] == [False, True, True]
    refused(copy.activate, "host")
    copy.delete()
    two.delete()
    refused(lambda: setattr(first, "visible", False), "host")
    refused(lambda: setattr(first.impl, "name", "a/b"), "host")
    refused(lambda: book.sheets["two"], "missing")
    assert "ONE" in book.sheets


@pytest.mark.slow
def test_names(book: xw.Book) -> None:
    page = book.sheets[0]
    book.names.add("rate", f"={page.name}!$B$2:$C$3")
    page.names.add("own", f"={page.name}!$A$1")
    assert [name.name for name in book.names] == ["rate", f"{page.name}!own"]
    assert [name.name for name in page.names] == [f"{page.name}!own"]
    assert page["rate"].address == "$B$2:$C$3"
    assert page.names["own"].refers_to == f"={page.name}!$A$1"
    page["D1"].name = "corner"
    assert book.names["corner"].refers_to_range.address == "$D$1"
    book.names["rate"].delete()
    assert "rate" not in book.names
    page.page_setup.print_area = "A1:C9"
    assert page.page_setup.print_area == "$A$1:$C$9"
    page.page_setup.print_area = None
    assert page.page_setup.print_area is None


@pytest.mark.slow
def test_looks_and_sizes(book: xw.Book) -> None:
    page = book.sheets[0]
    cell = page["B2"]
    cell.color, cell.font.bold, cell.font.color, cell.font.size = (255, 0, 0), True, "#00ff00", 14
    cell.number_format, cell.wrap_text, cell.horizontal_alignment = "0.00%", True, "center"
    assert (cell.color, cell.font.color) == ((255, 0, 0), (0, 255, 0))
    assert (cell.font.bold, cell.font.italic, cell.font.size) == (True, False, 14.0)
    assert (cell.number_format, cell.wrap_text) == ("0.00%", True)
    assert cell.horizontal_alignment == "center"
    both = page["B2:C2"]
    assert (both.font.bold, both.number_format, both.color) == (None, None, None)
    assert (cell.api.Interior.Color, cell.api.Font.Color) == (0x0000FF, 0x00FF00)
    cell.color = None
    assert cell.color is None
    page["A:B"].column_width, page["3:4"].row_height = 20, 30
    assert (page["B1"].column_width, page["A3"].row_height) == (20, pytest.approx(30, abs=0.1))
    page["5:5"].row_height = 0
    assert (page["A5"].api.EntireRow.Hidden, page["A4:A5"].api.EntireRow.Hidden) == (True, None)
    page.autofit()
    cell.clear_formats()
    assert (cell.font.bold, cell.number_format) == (False, "General")


@pytest.mark.slow
def test_merged_cells_lines_and_notes(book: xw.Book) -> None:
    page = book.sheets[0]
    page["A1"].value = [[1, 2], [3, 4]]
    page["A1:B1"].merge()
    assert (page["B1"].merge_area.address, page["A2"].merge_cells) == ("$A$1:$B$1", False)
    assert page["A1:B2"].value == [[1.0, None], [3.0, 4.0]]
    page["A1"].value = [[5, 6], [7, 8]]
    assert page["A1:B2"].value == [[5.0, None], [7.0, 8.0]], "what is covered takes nothing"
    refused(page["A1"].clear_contents, "merged")
    page["2:2"].insert("down")
    assert page["A3:B3"].value == [7.0, 8.0]
    page["B:B"].delete()
    assert page["A1:B3"].value == [[5.0, None], [None, None], [7.0, None]]
    page["A1:B1"].unmerge()
    page["A3"].add_note("see page 2")
    assert page["A3"].note.text == "see page 2"
    refused(lambda: page["A3"].impl.add_note("more"), "host")
    page["A3"].note.delete()
    assert page["A3"].note is None
    page["A1"].copy(page["D4"])
    assert page["D4"].value == 5


@pytest.mark.slow
def test_a_protected_sheet_refuses(book: xw.Book) -> None:
    page = book.sheets[0]
    page["A1"].value = 1
    page.api.Protect()
    assert page.api.ProtectContents is True
    changes = (
        lambda: setattr(page["A1"], "value", 2),
        lambda: setattr(page["A1"], "formula", "=1"),
        lambda: setattr(page["A1"], "number_format", "0"),
        lambda: setattr(page["A1"], "color", (1, 2, 3)),
        page["A1"].clear_contents,
        lambda: page["1:1"].insert("down"),
        page["A1:B2"].merge,
        lambda: page["A1"].add_note("x"),
    )
    for change in changes:
        assert refused(change, "protected") == f"the sheet {page.name} is protected"
    assert page["A1"].value == 1
    page.api.Unprotect()
    page["A1"].value = 2


@pytest.mark.slow
def test_together_is_one_step_to_undo(book: xw.Book) -> None:
    page = book.sheets[0]
    page["A1"].value = "before"
    ask = book.impl.ask
    with xlwings_libreoffice.together(book, "three changes"):
        ask.counted.clear()
        assert [page["A1"].value for _ in range(5)] == ["before"] * 5
        assert ask.counted.total() == 1
        page["A1"].value = 1
        page["B1"].value = "=A1+1"
        page["A1"].font.bold = True
        assert page["A1:B1"].value == [1.0, 2.0]
        page["A2:C3"].value = [[1, None, "a"], [2, "b", None]]
        page["D1:E2"].formula = "=A1"
    assert ask("undo", book.impl.token) is True
    assert page["A1:B1"].value == ["before", None]
    assert page["A2:E3"].value == [[None] * 5] * 2
    assert page["D1:E1"].formula == (("", ""),)
    assert page["A1"].font.bold is False


# --- files, and the end ---------------------------------------------------------------------------


@pytest.mark.slow
@pytest.mark.parametrize("suffix", [".xlsx", ".xlsm", ".ods", ".xls"])
def test_files_come_back(suffix: str, app: xw.App, tmp_path: Path) -> None:
    book = app.books.add()
    book.sheets[0]["A1"].value = [["a", 1.5], ["'001", dt.datetime(2024, 3, 1)]]
    path = tmp_path / f"年报 a{suffix}"
    book.save(path)
    book.api.SaveCopyAs(str(tmp_path / f"copy{suffix}"))
    book.close()
    for name in (path, path.with_name(f"copy{suffix}")):
        again = app.books.open(name)
        assert again.sheets[0]["A1:B2"].value == [["a", 1.5], ["001", dt.datetime(2024, 3, 1)]]
        again.close()


@pytest.mark.slow
def test_files_that_are_none(app: xw.App, tmp_path: Path) -> None:
    refused(lambda: app.impl.books.open(str(tmp_path / "none.xlsx")), "file")
    book = app.books.add()
    refused(lambda: book.save(tmp_path / "a.doc"), "file")
    refused(lambda: book.save(tmp_path / "no" / "a.xlsx"), "file")
    refused(book.save, "file")
    book.close()


@pytest.mark.slow
def test_two_documents_and_one_closed(app: xw.App) -> None:
    one, two = app.books.add(), app.books.add()
    one.sheets[0]["A1"].value, two.sheets[0]["A1"].value = 1, 2
    assert (one.sheets[0]["A1"].value, two.sheets[0]["A1"].value) == (1, 2)
    page = one.sheets[0]
    one.close()
    refused(lambda: page["A1"].value, "closed")
    refused(lambda: setattr(page["A1"], "value", 3), "closed")
    assert two.sheets[0]["A1"].value == 2
    two.close()


def family(pid: int) -> list[psutil.Process]:
    return [psutil.Process(pid), *psutil.Process(pid).children(recursive=True)]


def gone(processes: list[psutil.Process]) -> bool:
    return not any(
        process.is_running() and process.status() != psutil.STATUS_ZOMBIE for process in processes
    )


@pytest.mark.slow
def test_a_killed_libreoffice_is_told_and_another_one_started() -> None:
    book = xlwings_libreoffice.books.add()
    page = book.sheets[0]
    [program] = [
        process for process in family(book.app.impl.pid) if process.name() == "soffice.bin"
    ]
    program.kill()
    refused(lambda: setattr(page["A1"], "value", 1), "closed")
    refused(lambda: page["A1"].value, "closed")
    wait_until(lambda: gone([program]), "its processes have ended")
    wait_until(lambda: book.app.impl.office.is_ended, "the pipe has ended")
    again = xlwings_libreoffice.books.add()
    again.sheets[0]["A1"].value = 2
    everything = family(again.app.impl.pid)
    again.close()
    wait_until(lambda: gone(everything), "its processes have ended")


@pytest.mark.slow
@pytest.mark.parametrize("how", ["ends", "killed"])
def test_nothing_is_left_of_a_script(how: str) -> None:
    environ = {**os.environ, "PYTHONPATH": str(ROOT / "python")}
    script = subprocess.Popen(
        [sys.executable, "-c", SCRIPT],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
        env=environ,
    )
    assert script.stdin is not None
    assert script.stdout is not None
    started = family(int(script.stdout.readline()))
    assert "soffice.bin" in [process.name() for process in started]
    profile = Path(next(text for text in started[1].cmdline() if "UserInstallation" in text)[26:])
    if how == "killed":
        script.send_signal(signal.SIGKILL)
    script.stdin.close()
    script.wait()
    wait_until(lambda: gone(started), "its processes have ended")
    assert not Path(str(profile).removeprefix("file://")).parent.exists()


def test_there_is_a_program() -> None:
    from xlwings_libreoffice.office import find_program, python_of

    program = find_program()
    assert Path(program).resolve() == Path(str(shutil.which("soffice"))).resolve()
    assert Path(python_of(program)).is_file()


@pytest.mark.slow
def test_nothing_is_copied_into_another_book(app: xw.App, book: xw.Book) -> None:
    """A sheet of that name there must not be taken for one here."""
    other = app.books.add()
    book.sheets[0]["A1:B1"].value = [1, 2]
    with pytest.raises(NotImplementedError):
        book.sheets[0]["A1:B1"].copy(other.sheets[0]["C5"])
    for work in (book.sheets[0].copy, book.sheets.add):
        with pytest.raises(NotImplementedError):
            work(after=other.sheets[0])
    assert book.sheets[0].used_range.value == [1, 2]
    assert (len(book.sheets), len(other.sheets)) == (1, 1)
    assert other.sheets[0]["C5"].value is None
    other.close()


@pytest.mark.slow
def test_a_copy_of_a_sheet_with_the_longest_name(book: xw.Book) -> None:
    book.sheets[0].name = "n" * 31
    book.sheets[0].copy()
    book.sheets["n" * 31].copy()
    assert sorted(sheet.name for sheet in book.sheets) == sorted(
        ["n" * 31, f"{'n' * 27} (2)", f"{'n' * 27} (3)"]
    )
