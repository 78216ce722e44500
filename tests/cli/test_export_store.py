"""``gongkai export`` of what a batch left: all of it as a panel, one report as a workbook."""

from __future__ import annotations

import csv
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from gongkai.batch import run_batch
from gongkai.pipeline import check, read_report
from gongkai.store import NAME
from gongkai.workbook import read_workbook
from helpers.batches import BODY, bodies, later, page, run
from helpers.command import run_command

FIRST, SECOND = bodies(2)


@pytest.fixture(scope="module")
def left(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The folder of a batch: a sound report, a wrong one, two years of one body, a missing file."""
    place = tmp_path_factory.mktemp("left")
    contents = {
        "1.html": page(FIRST),
        "2.html": page(SECOND, wrong=True),
        "2021.html": page(),
        "2022.html": later(BODY, {}),
    }
    for name, content in contents.items():
        (place / name).write_bytes(content)
    run([str(place / name) for name in (*contents, "none.html")], place / "out")
    return place


def rows_of(path: Path) -> list[dict[str, str]]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_a_line_for_every_figure_and_a_row_for_every_source(left: Path, tmp_path: Path) -> None:
    done = run_command("export", left / "out", "-o", tmp_path / "a.csv")
    assert done.returncode == 0, done.stderr
    figures, told = rows_of(tmp_path / "a.csv"), rows_of(tmp_path / "a-sources.csv")
    for name in ("1.html", "2.html", "2021.html", "2022.html"):
        report = read_report(left / name)
        held = {row["cell"]: row["exact"] for row in figures if row["source"].endswith(f"/{name}")}
        assert {cell: text for cell, text in held.items() if text} == {
            entry.cell: str(entry.value) for entry in report.entries() if entry.value is not None
        }
    assert [row["state"] for row in told] == ["done"] * 4 + ["failed"]
    assert "文件不存在" in told[-1]["reason"]
    found = rows_of(tmp_path / "a-findings.csv")
    own = [finding.rule for finding in check(read_report(left / "2.html"))]
    assert [row["rule"] for row in found if row["source"].endswith("/2.html")] == own


def test_the_file_of_the_store_itself_is_taken_too(left: Path, tmp_path: Path) -> None:
    done = run_command("export", left / "out" / NAME, "-o", tmp_path / "a.sqlite", "--wide")
    assert done.returncode == 0, done.stderr
    with closing(sqlite3.connect(tmp_path / "a.sqlite")) as database:
        [count] = database.execute("SELECT count(*) FROM sources").fetchone()
    assert count == 5


def test_the_workbook_of_one_report(left: Path, tmp_path: Path) -> None:
    target = tmp_path / "a.xlsx"
    done = run_command("export", left / "out", SECOND, "-o", target)
    assert done.returncode == 1, done.stderr
    assert "有变化" not in done.stderr
    report = read_report(left / "2.html")
    assert [e.value for e in read_workbook(target).entries()] == [
        entry.value for entry in report.entries()
    ]


def test_a_source_that_has_changed_since_is_told(left: Path, tmp_path: Path) -> None:
    """Where no workbook was made for it."""
    source = tmp_path / "1.html"
    source.write_bytes(page(FIRST))
    list(run_batch([str(source)], tmp_path / "out", books="none"))
    source.write_bytes(source.read_bytes() + b"<!-- later -->")
    done = run_command("export", tmp_path / "out", FIRST, "-o", tmp_path / "a.xlsx")
    assert done.returncode == 0, done.stderr
    assert "1.html在批量导入之后有变化" in done.stderr


@pytest.mark.parametrize(
    ("words", "told"),
    [
        ((BODY,), f"的报告有2份：{BODY}2021（"),
        ((BODY,), "用 --year 指定年度，或把机关换成括号里的来源。"),
        (("云岭市教育局",), "中没有云岭市教育局的报告"),
        ((BODY, "--year", "2020"), f"中没有{BODY}2020年的报告"),
    ],
)
def test_a_body_that_names_no_one_report(
    words: tuple[str, ...], told: str, left: Path, tmp_path: Path
) -> None:
    done = run_command("export", left / "out", *words, "-o", tmp_path / "a.xlsx")
    assert (done.returncode, told in done.stderr) == (2, True), done.stderr
    assert not (tmp_path / "a.xlsx").exists()


def test_one_of_two_years(left: Path, tmp_path: Path) -> None:
    target = tmp_path / "a.xlsx"
    assert run_command("export", left / "out", BODY, "--year", "2022", "-o", target).returncode == 0
    assert read_workbook(target).year == 2022


def test_a_body_of_what_is_no_store(left: Path, tmp_path: Path) -> None:
    done = run_command("export", left / "1.html", FIRST, "-o", tmp_path / "a.xlsx")
    assert (done.returncode, "不是批量导入的结果" in done.stderr) == (2, True)
