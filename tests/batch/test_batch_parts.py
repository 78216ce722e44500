"""Several reports in one document: a batch imports each, and lists them below their source."""

from __future__ import annotations

from pathlib import Path

import pytest

from gongkai.batch import import_report, run_batch
from gongkai.batch.importing import source_and_part
from gongkai.workbook import read_workbook
from helpers.pages import figures
from helpers.writers.parts import LAST_YEAR, OTHER_BODY, OWN, titled, written
from helpers.writers.styles import report_title

EACH = {"": OWN, "#part=2": LAST_YEAR, "#part=3": OTHER_BODY}


@pytest.fixture
def source(tmp_path: Path) -> str:
    page = written("plain", [titled(report) for report in EACH.values()], report_title(OWN))
    path = tmp_path / "三份.html"
    path.write_text(page, encoding="utf-8")
    return str(path)


def test_every_report_of_a_document_is_imported(source: str, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    rows = {imported.row.source: imported.row for imported in run_batch([source], folder)}
    assert sorted(rows) == sorted(source + part for part in EACH)
    for part, report in EACH.items():
        row = rows[source + part]
        assert (row.state, row.year) == ("done", report.year)
        assert figures(read_workbook(folder / row.file)) == figures(report)


def test_a_second_run_does_nothing_again(source: str, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    list(run_batch([source], folder))
    before = {path.name: path.read_bytes() for path in folder.glob("*年度报告*.xlsx")}
    [again] = run_batch([source], folder)
    assert (again.skipped, again.row.source) == (True, source)
    assert {path.name: path.read_bytes() for path in folder.glob("*年度报告*.xlsx")} == before


def test_a_run_that_was_stopped_between_them_goes_on(source: str, tmp_path: Path) -> None:
    folder = tmp_path / "out"
    runs = run_batch([source], folder)
    first = next(runs)
    runs.close()
    assert first.row.source == f"{source}#part=2"  # the source itself is remembered last
    rows = {imported.row.source: imported.row for imported in run_batch([source], folder)}
    assert rows[source].state == "done"
    assert len(list(folder.glob("*年度报告*.xlsx"))) == len(EACH)


def test_a_part_can_be_listed_by_itself(source: str, tmp_path: Path) -> None:
    [imported] = run_batch([f"{source}#part=3"], tmp_path / "out")
    assert (imported.row.agency, imported.row.state) == ("白汀县人民政府", "done")


def test_the_live_list_gets_a_row_for_each(source: str, tmp_path: Path) -> None:
    rows = import_report(source, tmp_path)
    assert [row.source for row in rows] == [source + part for part in EACH]
    assert {row.state for row in rows} == {"done"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("a.html#part=2", ("a.html", 2)),
        ("http://a.gov.cn/1#part=12", ("http://a.gov.cn/1", 12)),
        ("a.html#part=0", ("a.html#part=0", 0)),
        ("http://a.gov.cn/#top", ("http://a.gov.cn/#top", 0)),
    ],
)
def test_a_part_is_named_behind_the_source(text: str, expected: tuple[str, int]) -> None:
    assert source_and_part(text) == expected


NOBODY = "本机关{}年政府信息公开工作年度报告"


def test_a_part_whose_title_names_no_body_has_none(tmp_path: Path) -> None:
    titles = [report_title(OWN), NOBODY.format(2020)]
    page = written("plain", [titled(OWN), titled(LAST_YEAR, title=titles[1])], titles[0])
    path = tmp_path / "两份.html"
    path.write_text(page, encoding="utf-8")
    own, other = [imported.row for imported in run_batch([str(path)], tmp_path / "out")][::-1]
    assert (own.agency, own.year, own.doubts) == (OWN.agency, 2021, "")
    assert (other.agency, other.year, other.doubts) == ("", 2020, "机关")


def test_copies_of_one_report_are_no_other_reports(tmp_path: Path) -> None:
    """Two copies of 本机关2021年…, read as one without a body, and the report for 2020."""
    parts = [titled(OWN, title=NOBODY.format(2021))] * 2 + [
        titled(LAST_YEAR, title=NOBODY.format(2020))
    ]
    path = tmp_path / "三份.html"
    path.write_text(written("plain", parts, NOBODY.format(2021)), encoding="utf-8")
    rows = {
        imported.row.source.removeprefix(str(path)): imported.row
        for imported in run_batch([str(path)], tmp_path)
    }
    assert {part: (row.agency, row.year) for part, row in rows.items()} == {
        "": ("", 2021),
        "#part=3": ("", 2020),
    }
