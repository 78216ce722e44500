"""A folder that an earlier version wrote, of .xlsm alone: it goes on under its names, and nothing
in it is doubled.

``older/0b2fe28`` was written by the version of that commit in a folder /older: three reports, of
which that of 2021 has a finding 忽略 in its workbook. Its archives are packed tighter since; the
journal's digests say so.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from zipfile import ZipFile

import pytest

from gongkai.model import Edit
from gongkai.store import NAME
from gongkai.store.older import JOURNAL
from gongkai.workbook import layout, read_workbook
from gongkai.workbook.derived import fitted
from gongkai.workbook.file import fill_file
from helpers import TESTS
from helpers.batches import names_in, rows_in, sheets_in
from helpers.command import run_command
from helpers.excel.engine import open_book
from helpers.excel.live import live_template, press, set_cell, value_at

OLDER = TESTS / "batch" / "older" / "0b2fe28"
FIRST, SECOND, OTHER = (
    "青溪县人民政府2021年度报告",
    "青溪县人民政府2022年度报告",
    "南山县政府2021年度报告",
)
OPEN = layout.RESULTS_TOP + 1, layout.RESULT_COLUMNS["verdict"]  # of the sum without a decision
NAMES = {f"{FIRST}.xlsm", f"{SECOND}.xlsm", f"{OTHER}.xlsm", "汇总.xlsm", "汇总.csv", NAME, JOURNAL}


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder, with the paths of the sources where they stand now."""
    monkeypatch.setenv("XDG_STATE_HOME", str(tmp_path / "state"))
    place = tmp_path / "older"
    shutil.copytree(OLDER, place)
    journal = place / "结果" / JOURNAL
    journal.write_bytes(journal.read_bytes().replace(b"/older/", f"{place}/".encode()))
    monkeypatch.chdir(place)
    return place / "结果"


@pytest.fixture
def dismissed(folder: Path) -> Path:
    """The folder once 忽略 stands beside the other sum that the same figure breaks, too."""
    book = folder / f"{FIRST}.xlsm"
    whole = fill_file(book, folder.parent / "whole.xlsm", [Edit(layout.RESULTS, *OPEN, "忽略")])
    whole.replace(book)
    return folder


def test_a_cause_of_which_one_sum_is_dismissed_stays_open(folder: Path) -> None:
    """That version asked for each sum by itself; what was decided is kept all the same."""
    book = folder / f"{FIRST}.xlsm"
    before = book.read_bytes()
    done = run_command("batch", "名单.txt", "-o", "结果")
    assert "有勾稽错误的报告1份" in done.stdout
    assert "已忽略" not in done.stdout
    assert book.read_bytes() == before
    shown = run_command("check", str(book)).stdout
    assert "，1处错误：\n  1. ✗ 错误　表三 予以公开（总计）填1，疑应为143\n" in shown
    assert "已忽略" not in shown
    assert verdicts_in(folder) == ["dismissed"]


def verdicts_in(folder: Path) -> list[str]:
    decisions = read_workbook(folder / f"{FIRST}.xlsm").decisions
    return [one.verdict for one in decisions.values()]


def test_a_second_run_keeps_names_and_decisions(dismissed: Path) -> None:
    folder = dismissed
    books = {path.name: path.read_bytes() for path in folder.glob("*年度报告.xlsm")}
    done = run_command("batch", "名单.txt", "-o", "结果")
    assert "完成0份，跳过已完成的3份" in done.stdout
    assert "已忽略的问题1处" in done.stdout
    assert names_in(folder) == NAMES
    assert {name: (folder / name).read_bytes() for name in books} == books
    values = sheets_in(folder / "汇总.xlsm")
    assert values[layout.SUMMARY][layout.SUMMARY_TOP, 1] is not None
    assert "汇总：结果/汇总.xlsm、结果/汇总.csv" in done.stdout


def test_a_workbook_saved_with_the_other_suffix_is_not_doubled(dismissed: Path) -> None:
    """Somebody saved it as .xlsx and took the .xlsm away; what is dismissed in it stays so."""
    folder = dismissed
    write = fitted(folder / f"{FIRST}.xlsm", ".xlsx")
    (folder / f"{FIRST}.xlsx").write_bytes(write)
    (folder / f"{FIRST}.xlsm").unlink()
    for _ in range(2):
        done = run_command("batch", "名单.txt", "-o", "结果")
        assert "完成0份，跳过已完成的3份" in done.stdout
        assert "已忽略的问题1处" in done.stdout
        assert names_in(folder) == NAMES - {f"{FIRST}.xlsm"} | {f"{FIRST}.xlsx"}


def test_both_suffixes_of_one_report_are_told(folder: Path) -> None:
    shutil.copy(folder / f"{FIRST}.xlsm", folder / f"{FIRST}.xlsx")
    done = run_command("batch", "名单.txt", "-o", "结果")
    assert f"{FIRST}.xlsm旁边另有{FIRST}.xlsx，没有采用；请留下其中一份。" in done.stderr
    assert "完成0份，跳过已完成的3份" in done.stdout


def test_a_workbook_that_is_gone_comes_back_under_its_name(folder: Path) -> None:
    (folder / f"{OTHER}.xlsm").unlink()
    done = run_command("batch", "名单.txt", "-o", "结果")
    assert "完成1份，跳过已完成的2份" in done.stdout
    assert names_in(folder) == NAMES
    report = read_workbook(folder / f"{OTHER}.xlsm")
    assert report.value("applications.new.natural") == 436
    with ZipFile(folder / f"{OTHER}.xlsm") as archive:
        assert "xl/vbaProject.bin" in archive.namelist()


def test_a_new_source_gets_an_xlsx_that_doubles_nothing(folder: Path) -> None:
    text = Path("来源/other.html").read_text(encoding="utf-8")
    Path("来源/new.html").write_text(text.replace("南山县", "北山县"), encoding="utf-8")
    Path("来源/again.html").write_text(text, encoding="utf-8")
    Path("名单.txt").write_text("来源/new.html\n来源/again.html\n", encoding="utf-8")
    assert "完成2份" in run_command("batch", "名单.txt", "-o", "结果").stdout
    assert names_in(folder) == NAMES | {"北山县政府2021年度报告.xlsx", f"{OTHER}（2）.xlsx"}
    assert len(rows_in(folder)) == 5


def test_check_levels_adopt_numbers_dismiss(dismissed: Path) -> None:
    folder = dismissed
    book = f"结果/{FIRST}.xlsm"
    assert "1处已忽略" in run_command("check", book).stdout
    assert "有建议的问题" in run_command("adopt", book).stdout
    done = run_command("adopt", book, "1")
    assert "（一）予以公开·总计 由1改为143" in done.stdout, done
    assert run_command("numbers", book).returncode == 0
    assert run_command("check", book, "--write", "--yes").returncode == 0
    assert read_workbook(folder / f"{FIRST}.xlsm").value("applications.granted.total") == 143
    levels = run_command("levels", f"结果/{SECOND}.xlsm", "结果")
    assert "计入" in levels.stdout
    done = run_command("dismiss", f"结果/{SECOND}.xlsm", "1", "--reason", "已核实")
    assert done.returncode in (0, 2), done


def test_fill_updates_it_in_its_place(dismissed: Path) -> None:
    folder = dismissed
    done = run_command("fill", "来源/2021.html", "-o", f"结果/{FIRST}.xlsm", "--force")
    assert "1处已忽略" in done.stdout
    assert verdicts_in(folder) == ["dismissed", "dismissed"]


def test_the_ribbon_sums_up_both_kinds(folder: Path, tmp_path: Path) -> None:
    assert run_command("fill", "来源/other.html", "-o", "结果/另一份.xlsx").returncode == 0
    shutil.copy(TESTS / "documents" / "xlsx-sheets-2023" / next_source(), folder / "别人的.xlsx")
    assert run_command("template", "--batch", "-o", "结果/批量.xlsx").returncode == 0
    book = open_book(live_template(tmp_path))
    book.set_mock_caller()
    set_cell(book, layout.BATCH, layout.FOLDER_SPOT, str(folder))
    outcome = press(book, "summary")
    assert (outcome.kind, outcome.text) == ("done", f"已汇总文件夹“{folder}”中的4份报告。")
    files = {value_at(book, layout.SUMMARY, (layout.SUMMARY_TOP + n, 5)) for n in range(4)}
    assert files == {f"{FIRST}.xlsm", f"{SECOND}.xlsm", f"{OTHER}.xlsm", "另一份.xlsx"}


def next_source() -> str:
    return next(path.name for path in (TESTS / "documents" / "xlsx-sheets-2023").glob("*.xlsx"))


def test_a_new_folder_is_of_xlsx(folder: Path) -> None:
    done = run_command("batch", "名单.txt", "-o", "新")
    new = folder.parent / "新"
    assert names_in(new) == {name.replace(".xlsm", ".xlsx") for name in NAMES - {JOURNAL}}
    assert "汇总：新/汇总.xlsx、新/汇总.csv" in done.stdout
    assert read_workbook(new / f"{OTHER}.xlsx").value("applications.new.natural") == 436
    again = run_command("batch", "名单.txt", "-o", "新")
    assert "跳过已完成的3份" in again.stdout
    assert names_in(new) == {name.replace(".xlsm", ".xlsx") for name in NAMES - {JOURNAL}}
    assert set(sheets_in(new / "汇总.xlsx")) == {
        layout.BATCH,
        layout.SUMMARY,
        layout.TOOL,
        layout.SETTINGS,
    }
