"""gongkai export, and the endings that each command writes: any other is refused with the list."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import pytest
from openpyxl import load_workbook

from gongkai.output import COLUMNS, report_to_csv
from gongkai.pipeline import read_report
from helpers import DOCUMENTS
from helpers.command import run_command

RUIAN = str(DOCUMENTS / "ruian-2021-text" / "source.txt")
LISTS = {
    "fill": ".xlsx、.xlsm或.ods",
    "template": ".xlsx或.xlsm",
    "export": ".csv、.json或.xlsx",
    "levels": ".csv、.json或.xlsx",
}
BEFORE = {"fill": [RUIAN], "template": [], "export": [RUIAN], "levels": [RUIAN, RUIAN]}


@pytest.fixture(scope="module")
def book(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("book") / "年报.xlsx"
    assert run_command("fill", RUIAN, "-o", path).returncode == 0
    return path


@pytest.mark.parametrize("source", ["page", "workbook"])
def test_the_figures_as_a_file(source: str, book: Path, tmp_path: Path) -> None:
    given = RUIAN if source == "page" else str(book)
    for name in ("a.csv", "a.JSON", "a.xlsx"):
        done = run_command("export", given, "-o", tmp_path / name)
        assert (done.returncode, done.stdout, done.stderr) == (0, f"已写入 {tmp_path / name}\n", "")
    assert (tmp_path / "a.csv").read_bytes() == report_to_csv(read_report(given))
    rows = list(csv.DictReader((tmp_path / "a.csv").read_text(encoding="utf-8-sig").splitlines()))
    found = json.loads((tmp_path / "a.JSON").read_text(encoding="utf-8"))
    assert (found["year"], found["checked"], found["tables"]["disputes"]["edition"]) == (
        2021,
        42,
        "2021",
    )
    sheet = [[cell.value for cell in row] for row in load_workbook(tmp_path / "a.xlsx").active]
    assert tuple(sheet[0]) == COLUMNS
    shown = [["" if value is None else str(value) for value in row] for row in sheet[1:]]
    assert shown == [list(row.values()) for row in rows]
    value = COLUMNS.index("value")
    assert sum(type(row[value]) is int for row in sheet[1:]) > 100


def test_nothing_is_replaced_without_force(book: Path, tmp_path: Path) -> None:
    target = tmp_path / "a.csv"
    target.write_text("我的")
    again = run_command("export", RUIAN, "-o", target)
    assert (again.returncode, "已存在" in again.stderr, target.read_text()) == (2, True, "我的")
    assert run_command("export", RUIAN, "-o", target, "--force").returncode == 0
    before = book.read_bytes()
    same = run_command("export", book, "-o", book, "--force")
    assert (same.returncode, "就是所读的文件" in same.stderr, book.read_bytes()) == (
        2,
        True,
        before,
    )


@pytest.mark.parametrize("command", LISTS)
@pytest.mark.parametrize("name", ["out.docx", "out.pdf", "out.xls", "out"])
def test_another_ending_is_refused_with_the_list(command: str, name: str, tmp_path: Path) -> None:
    done = run_command(command, *BEFORE[command], "-o", tmp_path / name)
    told = f"文件名要以{LISTS[command]}结尾（所给的是{name}），没有写入。\n"
    assert (done.returncode, done.stdout, done.stderr) == (2, "", told)
    assert list(tmp_path.iterdir()) == []


def test_commands_work_on_a_workbook_without_macros(book: Path, tmp_path: Path) -> None:
    mine = tmp_path / "年报.xlsx"
    mine.write_bytes(book.read_bytes())
    assert run_command("check", mine).returncode == 0
    done = run_command("check", mine, "--write")
    assert done.returncode == 0
    assert f"已写入 {mine}，上一版是 年报（上一版）.xlsx" in done.stdout
    assert run_command("numbers", mine).returncode == 0
    assert "没有可以采纳的建议" in run_command("adopt", mine).stdout
