"""``gongkai years``: several years of one body, for people, as JSON, as a file of any of its
suffixes.
"""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest
from openpyxl import load_workbook

from gongkai.checks.whole import check
from gongkai.workbook import write_workbook
from helpers.command import run_command
from helpers.made import report_of

CARRIED = "applications.carried_in.natural"  # 8, where the year before carried out 12


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    place = tmp_path / "年报"
    place.mkdir()
    for year in (2021, 2022):
        report = report_of(year=year)
        write_workbook(report, check(report), place / f"{year}.xlsx")
    return place


def test_for_people_and_as_json(folder: Path) -> None:
    run = run_command("years", folder)
    assert run.returncode == 0
    assert "青溪县人民政府 2022年：与2021年不符" in run.stdout
    found = json.loads(
        run_command("years", folder / "2021.xlsx", folder / "2022.xlsx", "--json").stdout
    )
    assert [(one["year"], one["outcome"].partition("：")[0]) for one in found] == [
        (2021, "没有2020年的报告"),
        (2022, "与2021年不符2处"),
    ]
    first = found[1]["findings"][0]
    assert (first["rule"], first["stated"], first["computed"], first["cells"]) == (
        "years.carried",
        8,
        12,
        [CARRIED],
    )


@pytest.mark.parametrize("suffix", [".csv", ".xlsx", ".json", ".XLSX"])
def test_the_suffix_decides(suffix: str, folder: Path, tmp_path: Path) -> None:
    target = tmp_path / f"核对{suffix}"
    run = run_command("years", folder, "-o", target)
    assert run.stdout.endswith(f"已写入 {target}\n")
    content = target.read_bytes()
    if suffix == ".json":
        assert [one["year"] for one in json.loads(content)] == [2021, 2022]
        return
    if suffix == ".csv":
        rows = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
    else:
        page = load_workbook(target).active
        assert page is not None
        rows = [[str(cell.value or "") for cell in row] for row in page.iter_rows()]
    assert rows[0][:4] == ["机关", "年度", "来源", "结果"]
    assert [row[7] for row in rows[2:]] == ["8", "8"]
    assert rows[2][6] == CARRIED


def test_another_suffix_and_what_exists_are_refused(folder: Path, tmp_path: Path) -> None:
    run = run_command("years", folder, "-o", tmp_path / "a.docx")
    assert (run.returncode, run.stdout) == (2, "")
    assert run.stderr == "文件名要以.csv、.json或.xlsx结尾（所给的是a.docx），没有写入。\n"
    (tmp_path / "a.csv").write_text("我的")
    assert run_command("years", folder, "-o", tmp_path / "a.csv").returncode == 2
    assert (tmp_path / "a.csv").read_text() == "我的"
    assert run_command("years", folder, "-o", tmp_path / "a.csv", "--force").returncode == 0


def test_one_report_alone_and_one_that_cannot_be_read(folder: Path, tmp_path: Path) -> None:
    assert run_command("years", folder / "2021.xlsx").stdout.startswith("没有可以互相核对的年度")
    (folder / "坏.html").write_bytes(b"")
    run = run_command("years", folder)
    assert run.returncode == 2
    assert "与2021年不符" in run.stdout
