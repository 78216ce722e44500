"""Reports of which body or year is not certain: names of files, the summary and the comparison over years say so."""

from __future__ import annotations

import csv
from dataclasses import replace
from pathlib import Path

from gongkai.batch import report_file_name
from gongkai.batch.summary import with_years
from gongkai.compare.years import compare_years, yearly
from gongkai.excel.importing import name_of
from gongkai.model import Evidence, Report
from gongkai.workbook import layout
from gongkai.workbook.fill import cover_edits
from gongkai.workbook.lists import report_to_row
from helpers.batches import BODY, names_in, page, run
from helpers.made import report_of

LIKELY = Evidence(BODY, f"来源：{BODY}", "likely")
OWN = page().decode()
UNNAMED = OWN.replace(f"{BODY}2021年", "2021年").replace(f"由{BODY}编制", "由我局编制").replace(BODY, "")


def doubtful(year: int | None = 2021) -> Report:
    return replace(report_of(year=year), evidence={"agency": LIKELY})


def test_a_body_that_is_inferred_is_never_named_without_a_word() -> None:
    assert report_file_name(doubtful()) == f"{BODY}2021年度报告（机关待核）.xlsm"
    assert report_file_name(doubtful(None)) == f"{BODY}年度报告（机关、年度待核）.xlsm"
    assert report_file_name(report_of()) == f"{BODY}2021年度报告.xlsm"
    assert name_of(doubtful()) == f"{BODY} 2021年（机关待核）"
    row = report_to_row(doubtful(), [], "a.html", "", "")
    assert row.doubts == "机关"
    assert [one.text for one in compare_years([yearly(doubtful())])] == ["没有2020年的报告（机关待核）"]
    assert [one.years for one in with_years([row])] == ["没有2020年的报告（机关待核）"]
    cover = {(edit.row, edit.column): edit.value for edit in cover_edits(doubtful(), [])}
    assert cover[layout.COVER_SPOTS["provenance"]] == f"机关据“来源：{BODY}”推定，待核。"


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
    """青溪县人民政府2022年…, of which period and day of publication are those of the report for 2021."""
    source = tmp_path / "a.html"
    text = OWN.replace(f"{BODY}2021年", f"{BODY}2022年")
    text = text.replace("一、总体情况", "</p><p>统计期限自2021年1月1日起至2021年12月31日止。</p><p>一、总体情况", 1)
    source.write_text(text, encoding="utf-8")
    (imported,) = run([str(source)], tmp_path / "out").values()
    assert (imported.row.year, imported.row.doubts, imported.row.warnings) == (None, "年度", 1)
    assert imported.row.file == f"{BODY}年度报告（年度待核）.xlsm"
    assert "无法确定是哪一年的报告" in imported.row.message
