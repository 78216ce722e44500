"""A report's workbook as .ods: LibreOffice makes it of our .xlsx; without LibreOffice one
sentence.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import pytest
from openpyxl import Workbook, load_workbook

import xlwings_libreoffice
from gongkai.drafts.start import begun
from gongkai.drafts.writing import write_draft
from gongkai.editions import all_editions
from gongkai.model import WorkbookError
from gongkai.pipeline import check, fill
from gongkai.readers import libreoffice
from gongkai.sources.detect import kind_of
from gongkai.workbook import layout, read_workbook
from gongkai.workbook.file import filled, read_file
from gongkai.workbook.fill import Edit
from helpers.command import run_command
from helpers.made import converted_report, report_of

WRONG = {"applications.granted.total": 1}
MISSING = "写.ods要用LibreOffice，本机没有找到；请安装LibreOffice（libreoffice.org），或改用.xlsx。"


def test_without_libreoffice_one_sentence(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(libreoffice, "PLACES", {})
    with pytest.raises(WorkbookError) as told:
        fill(report_of(), [], tmp_path / "a.ods")
    assert str(told.value) == MISSING
    done = run_command(
        "fill", "没有的.html", "-o", tmp_path / "a.ods"
    )  # said before anything is read
    assert (done.returncode, done.stderr) == (2, f"{MISSING}\n")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    "report", [report_of(WRONG), converted_report()], ids=["wrong", "converted"]
)
def test_it_reads_back(report: object, tmp_path: Path) -> None:
    findings = check(report)  # type: ignore[arg-type]
    book = fill(report, findings, tmp_path / "a.xlsx")  # type: ignore[arg-type]
    target = fill(report, findings, tmp_path / "a.ods")  # type: ignore[arg-type]
    assert kind_of(target.read_bytes()).is_ours
    again = read_workbook(target)
    figures = {entry.cell: entry.value for entry in again.entries()}
    assert figures == {entry.cell: entry.value for entry in report.entries()}  # type: ignore[attr-defined]
    assert len(figures) == sum(len(form.cells) for form in all_editions()["2021"].forms.values())
    assert again.decisions == read_workbook(book).decisions
    back = tmp_path / "back.xlsx"
    back.write_bytes(libreoffice.converted(target.read_bytes(), "ods", "xlsx"))
    shown, wanted = (load_workbook(path, data_only=True) for path in (back, book))
    for sheet in layout.table_sheets():
        for lane in sheet.lanes.values():
            assert result(shown, sheet.name, lane.spot) == result(wanted, sheet.name, lane.spot), (
                lane.spot
            )
    assert result(shown, layout.COVER, layout.LIVE_SPOT) == result(
        wanted, layout.COVER, layout.LIVE_SPOT
    )


def result(book: Workbook, sheet: str, spot: tuple[int, int]) -> object:
    return book[sheet].cell(*spot).value or ""


@pytest.mark.slow
def test_what_was_decided_in_it_stays(tmp_path: Path) -> None:
    report = report_of(WRONG)
    book = fill(report, check(report), tmp_path / "a.xlsx")
    columns = layout.RESULT_COLUMNS
    edits = [
        Edit(layout.RESULTS, layout.RESULTS_TOP, columns[name], text)
        for name, text in DECIDED.items()
    ]
    target = tmp_path / "a.ods"
    target.write_bytes(libreoffice.converted(filled(book, edits), "xlsx", "ods"))
    assert {one.verdict for one in read_workbook(target).decisions.values()} == {"dismissed"}
    fill(report, check(report), target, overwrite=True)
    assert {one.reason for one in read_workbook(target).decisions.values()} == {"已核实"}
    assert run_command("check", target, "--write").returncode == 0
    assert {one.reason for one in read_workbook(target).decisions.values()} == {"已核实"}
    for command in (("adopt", target, "1"), ("numbers", target)):
        before = target.read_bytes()
        done = run_command(*command)
        assert target.read_bytes() == before
        assert "OpenDocument格式（.ods），请另存为.xlsx或.xlsm后再试。" in done.stderr, command
    assert run_command("check", target).returncode == 0


DECIDED = {"verdict": "忽略", "reason": "已核实"}


@pytest.mark.slow
def test_a_draft_reads_as_its_xlsx(tmp_path: Path) -> None:
    """Its formulas, too, of which many give "" until figures stand there."""
    draft = begun(report_of())
    one, other = (
        read_workbook(write_draft(draft, tmp_path / name)) for name in ("a.xlsx", "a.ods")
    )
    assert (other.tables, other.sections, other.opening) == (one.tables, one.sections, one.opening)
    told = [(finding.rule, finding.lines) for finding in check(one)]
    assert [(finding.rule, finding.lines) for finding in check(other)] == told
    assert len(told) >= 4


# --- check --write --------------------------------------------------------------------------------


def changed(path: Path, edits: list[Edit]) -> None:
    """As a person changes cells of the file and saves it."""
    book = xlwings_libreoffice.books.open(path)
    for edit in edits:
        book.sheets[edit.sheet].range((edit.row, edit.column)).value = edit.value
    book.save()
    book.close()


def looks(path: Path) -> list[object]:
    """What a person sees of the tables besides values, as LibreOffice gives it to Excel."""
    back = path.with_suffix(".looks.xlsx")
    back.write_bytes(libreoffice.converted(path.read_bytes(), "ods", "xlsx"))
    found: list[object] = []
    for page in load_workbook(back):
        if page.title in (layout.RESULTS, layout.LOG):  # lists, longer now
            continue
        widths = {name: column.width for name, column in page.column_dimensions.items()}
        heights = {number: row.height for number, row in page.row_dimensions.items()}
        found.append((page.title, page.sheet_state, page.freeze_panes, widths, heights))
        found.append(sorted(map(str, page.merged_cells.ranges)))
        found.append(sorted(str(area.sqref) for area in page.conditional_formatting))
        found.append([(cell.coordinate, cell.font.name, cell.font.sz) for cell in page["D"][:30]])
    return found


@pytest.mark.slow
def test_it_is_checked_in_its_place(tmp_path: Path) -> None:
    """A wrong total typed into a sound report, and a sheet of the user's own beside it."""
    target, other = tmp_path / "a.ods", tmp_path / "a.xlsx"
    for path in (target, other):
        fill(report_of(), [], path)
    row, column = layout.sheet_of("applications", "2021").cells["applications.granted.total"]
    wrong = [Edit("表三", row, column, 1)]
    other.write_bytes(filled(other, wrong))
    changed(target, wrong)
    before, seen = target.read_bytes(), looks(target)
    for path in (target, other):
        assert run_command("check", path, "--write").returncode == 1
    assert (tmp_path / "a（上一版）.ods").read_bytes() == before
    found, wanted = read_file(target), read_file(other)
    assert told_in(found[layout.RESULTS]) == told_in(wanted[layout.RESULTS])
    for sheet in layout.table_sheets():
        for spot in sheet.marks.values():
            assert found[sheet.name].get(spot) == wanted[sheet.name].get(spot), spot
    marks = layout.sheet_of("applications", "2021").marks
    assert found["表三"].get(marks["applications.granted.total"])
    assert read_workbook(target).tables == read_workbook(other).tables
    figures = {entry.cell: entry.value for entry in read_workbook(target).entries()}
    assert len(figures) == 200
    assert looks(target) == seen


def told_in(values: Mapping[Any, object]) -> dict[Any, object]:
    """Texts and numbers at their places, without what is noted aside."""
    return {spot: str(value) for spot, value in values.items() if isinstance(spot, tuple) and value}


@pytest.mark.slow
def test_tables_are_put_back_if_agreed(tmp_path: Path) -> None:
    target = tmp_path / "a.ods"
    fill(report_of(), [], target)
    wanted = read_workbook(target).tables
    book = xlwings_libreoffice.books.open(target)
    book.sheets["表三"].range("9:9").insert("down")
    book.save()
    book.close()
    before = target.read_bytes()
    refused = run_command("check", target, "--write")
    assert "如同意，请加上 --yes 重新运行。" in refused.stderr
    assert (target.read_bytes(), list(tmp_path.iterdir())) == (before, [target])
    done = run_command("check", target, "--write", "--yes")
    assert done.returncode == 0, done.stderr
    assert "原来的表先复制一份" in done.stderr
    assert (tmp_path / "a（还原前）.ods").read_bytes() == before
    assert read_workbook(target).tables == wanted


@pytest.mark.slow
def test_no_libreoffice_to_write_with(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    target = tmp_path / "a.ods"
    fill(report_of(), [], target)
    before = target.read_bytes()
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr(libreoffice, "PLACES", {})
    done = run_command("check", target, "--write")
    assert (done.returncode, done.stderr) == (2, f"{MISSING}\n")
    assert (target.read_bytes(), list(tmp_path.iterdir())) == (before, [target])
