"""Reports of which body or year is not certain: names of files, the summary and the comparison over
years say so.
"""

from __future__ import annotations

import csv
from dataclasses import replace
from itertools import combinations
from pathlib import Path

import pytest

from gongkai.batch import report_file_name
from gongkai.batch.summary import with_years
from gongkai.checks.coverage import check_cover
from gongkai.compare.years import compare_years, yearly
from gongkai.excel.importing import name_of
from gongkai.model import CoverFact, Evidence, Report
from gongkai.workbook import layout, read_workbook, write_workbook
from gongkai.workbook.fill import cover_edits, report_to_edits
from gongkai.workbook.lists import report_to_row
from gongkai.workbook.reading import values_to_report
from helpers.batches import BODY, names_in, page, run
from helpers.made import report_of

LIKELY = Evidence(BODY, f"来源：{BODY}", "likely")
OWN = page().decode()
UNNAMED = (
    OWN.replace(f"{BODY}2021年", "2021年").replace(f"由{BODY}编制", "由我局编制").replace(BODY, "")
)


def doubtful(year: int | None = 2021) -> Report:
    return replace(report_of(year=year), evidence={"agency": LIKELY})


def test_a_body_that_is_inferred_is_never_named_without_a_word() -> None:
    assert report_file_name(doubtful()) == f"{BODY}2021年度报告（机关待核）.xlsx"
    assert report_file_name(doubtful(None)) == f"{BODY}年度报告（机关、年度待核）.xlsx"
    assert report_file_name(report_of()) == f"{BODY}2021年度报告.xlsx"
    assert name_of(doubtful()) == f"{BODY} 2021年（机关待核）"
    row = report_to_row(doubtful(), [], "a.html", "", "")
    assert row.doubts == "机关"
    assert [one.text for one in compare_years([yearly(doubtful())])] == [
        "没有2020年的报告（机关待核）"
    ]
    assert [one.years for one in with_years([row])] == ["没有2020年的报告（机关待核）"]
    cover = {(edit.row, edit.column): edit.value for edit in cover_edits(doubtful(), [])}
    said = str(cover[layout.COVER_SPOTS["provenance"]])
    assert said.startswith(f"机关“{BODY}”据“来源：{BODY}”推定，待核。标题“{BODY}2021年")


def test_two_bodies_without_a_name_have_two_files(tmp_path: Path) -> None:
    sources = []
    for number in (1, 2):
        sources.append(str(tmp_path / f"{number}.html"))
        Path(sources[-1]).write_text(UNNAMED.replace("<p>", f"<p>{number}", 1), encoding="utf-8")
    done = run(sources, tmp_path / "out")
    rows = [done[source].row for source in sources]
    assert [(row.agency, row.year, row.doubts) for row in rows] == [("", 2021, "机关")] * 2
    assert len({row.file for row in rows}) == 2
    assert all("（机关待核）" in row.file for row in rows)
    assert {row.file for row in rows} <= names_in(tmp_path / "out")
    with (tmp_path / "out" / "汇总.csv").open(encoding="utf-8-sig", newline="") as table:
        assert [line["待核"] for line in csv.DictReader(table)] == ["机关", "机关"]


def test_a_title_alone_against_its_period_and_day_is_filed_under_no_year(tmp_path: Path) -> None:
    """青溪县人民政府2022年…, of which period and day of publication are those of the report for
    2021.
    """
    source = tmp_path / "a.html"
    text = OWN.replace(f"{BODY}2021年", f"{BODY}2022年")
    text = text.replace(
        "一、总体情况", "</p><p>统计期限自2021年1月1日起至2021年12月31日止。</p><p>一、总体情况", 1
    )
    source.write_text(text, encoding="utf-8")
    (imported,) = run([str(source)], tmp_path / "out").values()
    assert (imported.row.year, imported.row.doubts, imported.row.warnings) == (None, "年度", 1)
    assert imported.row.file == f"{BODY}年度报告（年度待核）.xlsx"
    assert "无法确定是哪一年的报告" in imported.row.message


KINDS: tuple[CoverFact, ...] = ("agency", "year", "published")
SUBSETS = [chosen for size in range(4) for chosen in combinations(KINDS, size)]
NAMES = (
    BODY,
    "中国（浙江）自由贸易试验区舟山管理委员会",
    "青溪县“放管服”办公室",
    "青溪县" + "教育局" * 30,
)
SOURCES = (
    "来源：青溪县",
    "见“推定，待核。”一栏”据“",
    "",
    "年度“2021”据“标题”推定，待核。",
    "长" * 200,
)


def reread(report: Report, changes: dict[str, object] | None = None) -> Report:
    """What the workbook of a report says of it, after a person's changes to its cover."""
    values: dict[str, dict[tuple[int, int], object]] = {}
    for edit in report_to_edits(report, []):
        values.setdefault(edit.sheet, {})[edit.row, edit.column] = edit.value
    for name, value in (changes or {}).items():
        values[layout.COVER][layout.COVER_SPOTS[name]] = value
    return values_to_report(values)


@pytest.mark.parametrize("agency", NAMES)
@pytest.mark.parametrize("source", SOURCES)
@pytest.mark.parametrize("doubted", SUBSETS)
def test_a_workbook_keeps_what_is_not_certain(
    agency: str, source: str, doubted: tuple[CoverFact, ...]
) -> None:
    values: dict[CoverFact, str] = {"agency": agency, "year": "2021", "published": "2022-01-20"}
    evidence = {fact: Evidence(value, source, "certain") for fact, value in values.items()}
    evidence |= {fact: Evidence(values[fact], source, "likely") for fact in doubted}
    report = replace(report_of(year=2021), agency=agency, published="2022-01-20", evidence=evidence)
    again = reread(report)
    assert {fact for fact in KINDS if again.is_likely(fact)} == set(doubted)
    assert again.doubts == report.doubts


def test_what_a_person_writes_is_certain() -> None:
    report = doubtful()
    assert [one.rule for one in check_cover(reread(report))] == ["coverage.agency"]
    assert reread(report, {"agency": "白汀县人民政府"}).doubts == ()
    assert reread(report, {"provenance": None}).doubts == ()
    assert reread(report, {"year": 2022}).doubts == ("agency",)


def test_the_summary_of_workbooks_names_their_doubts(tmp_path: Path) -> None:
    report = doubtful()
    target = tmp_path / report_file_name(report)
    write_workbook(report, [], target)
    row = report_to_row(read_workbook(target), [], str(target), "", "")
    assert (row.agency, row.doubts) == (BODY, "机关")
