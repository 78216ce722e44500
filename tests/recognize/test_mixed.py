"""Several reports in one document: no table of another body or year is taken for the report's own."""

from __future__ import annotations

import pytest

from gongkai.checks import check
from helpers.made import RUIAN, report_of
from helpers.pages import figures, misread, read_page
from helpers.writers.styles import LAYOUTS, render

OWN, OTHER = "青溪县", "白汀县"
TITLE = "{}人民政府{}年政府信息公开工作年度报告"


def part(body: str, year: int, *without: str, layout: str = "plain") -> str:
    """The page of a report that lacks tables, or the inside of its body."""
    report = report_of({f"applications.{row}.natural": 7 for row in RUIAN} if body == OTHER else {})
    tables = {name: table for name, table in report.tables.items() if name not in without}
    page = render(type(report)(report.title, report.agency, year, report.published, tables), layout)
    return page.replace("青溪县人民政府2021年政府信息公开工作年度报告", TITLE.format(body, year))


@pytest.mark.parametrize("layout", sorted(set(LAYOUTS) - {"split", "small", "vertical"}))  # these need 表三
@pytest.mark.parametrize(("body", "year"), [(OTHER, 2021), (OWN, 2020)])
def test_a_table_below_another_title_is_left_blank(layout: str, body: str, year: int) -> None:
    other = part(body, year, "disclosure", "applications", layout=layout)
    page = f"{part(OWN, 2021, 'disputes', layout=layout)}\n{other}"
    read = read_page(page)
    truth = {cell: None if cell.startswith("disputes") else value for cell, value in figures(report_of()).items()}
    assert misread(truth, read) == []
    assert figures(read)["applications.granted.natural"] == 134
    (problem,) = [problem for problem in read.problems if problem.table == "disputes"]
    assert (problem.raw, "另一份报告" in problem.reason) == (TITLE.format(body, year), True)
    assert any(finding.severity == "warning" and TITLE.format(body, year) in finding.message for finding in check(read))


def test_the_own_title_again_between_the_tables_changes_nothing() -> None:
    page = part(OWN, 2021, "disputes") + part(OWN, 2021, "disclosure", "applications")
    assert figures(read_page(page)) == figures(report_of())


def test_tables_below_the_title_of_another_report_are_doubtful() -> None:
    title = TITLE.format(OWN, 2021)
    read = read_page(f"<h1>{title}</h1><p>一、总体情况</p><p>全年收到申请455件。</p>" + part(OTHER, 2021))
    (problem,) = [problem for problem in read.problems if "最近的标题" in problem.reason]
    assert problem.raw in (title, TITLE.format(OTHER, 2021))


@pytest.mark.parametrize("name", [TITLE.format(OWN, 2020), TITLE.format(OTHER, 2021), "2019年政府信息公开年度报告"])
def test_links_to_other_reports_are_no_titles(name: str) -> None:
    links = f"<ul><li><a href='1.html'>{name}</a></li></ul>"
    page = part(OWN, 2021).replace("<table", f"{links}<table")
    read = read_page(page)
    assert figures(read) == figures(report_of())
    assert [problem for problem in read.problems if "另一份报告" in problem.reason] == []
