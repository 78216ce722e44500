"""Several reports in one document: no table of another body or year is taken for the report's
own.
"""

from __future__ import annotations

from dataclasses import replace

import pytest

from gongkai.checks.whole import check
from helpers.made import RUIAN, report_of
from helpers.pages import figures, misread, read_page
from helpers.writers.styles import LAYOUTS, render, report_sheets, title_of

OWN, OTHER = "青溪县", "白汀县"
TITLE = "{}人民政府{}年政府信息公开工作年度报告"


def part(body: str, year: int, *without: str, layout: str = "plain") -> str:
    """The page of a report that lacks tables, or the inside of its body."""
    report = report_of({f"applications.{row}.natural": 7 for row in RUIAN} if body == OTHER else {})
    tables = {name: table for name, table in report.tables.items() if name not in without}
    page = render(type(report)(report.title, report.agency, year, report.published, tables), layout)
    return page.replace("青溪县人民政府2021年政府信息公开工作年度报告", TITLE.format(body, year))


@pytest.mark.parametrize(
    "layout", sorted(set(LAYOUTS) - {"split", "small", "vertical"})
)  # these need 表三
@pytest.mark.parametrize(("body", "year"), [(OTHER, 2021), (OWN, 2020)])
def test_a_table_below_another_title_is_left_blank(layout: str, body: str, year: int) -> None:
    other = part(body, year, "disclosure", "applications", layout=layout)
    page = f"{part(OWN, 2021, 'disputes', layout=layout)}\n{other}"
    read = read_page(page)
    truth = {
        cell: None if cell.startswith("disputes") else value
        for cell, value in figures(report_of()).items()
    }
    assert misread(truth, read) == []
    assert figures(read)["applications.granted.natural"] == 134
    (problem,) = [problem for problem in read.problems if problem.table == "disputes"]
    assert (problem.raw, "另一份报告" in problem.reason) == (TITLE.format(body, year), True)
    assert any(
        finding.severity == "warning" and TITLE.format(body, year) in finding.message
        for finding in check(read)
    )


def test_the_own_title_again_between_the_tables_changes_nothing() -> None:
    page = part(OWN, 2021, "disputes") + part(OWN, 2021, "disclosure", "applications")
    assert figures(read_page(page)) == figures(report_of())


def test_tables_below_the_title_of_another_report_are_doubtful() -> None:
    title = TITLE.format(OWN, 2021)
    read = read_page(
        f"<h1>{title}</h1><p>一、总体情况</p><p>全年收到申请455件。</p>" + part(OTHER, 2021)
    )
    (problem,) = [problem for problem in read.problems if "最近的标题" in problem.reason]
    assert problem.raw in (title, TITLE.format(OTHER, 2021))


@pytest.mark.parametrize(
    "name", [TITLE.format(OWN, 2020), TITLE.format(OTHER, 2021), "2019年政府信息公开年度报告"]
)
def test_links_to_other_reports_are_no_titles(name: str) -> None:
    links = f"<ul><li><a href='1.html'>{name}</a></li></ul>"
    page = part(OWN, 2021).replace("<table", f"{links}<table")
    read = read_page(page)
    assert figures(read) == figures(report_of())
    assert [problem for problem in read.problems if "另一份报告" in problem.reason] == []


# --- documents that make truth found --------------------------------------------------------------


@pytest.mark.parametrize("layout", ["trailing", "lines", "bars", "plain"])
@pytest.mark.parametrize("text", ["17（其中网上5）", "12①", "12²", "3*"])
def test_a_figure_with_a_note_in_table_four_keeps_its_place(layout: str, text: str) -> None:
    """With a block's label lost besides, the figures that are left would else just fit the labels
    that are left.
    """
    report = report_of()
    sheets = report_sheets(report)
    disputes = [
        replace(spot, text=text) if spot.id == "disputes.reviewed_litigation.upheld" else spot
        for spot in sheets["disputes"]
        if spot.kind == "figure" or not 1 <= spot.box.left <= 5
    ]
    read = read_page(LAYOUTS[layout](report, {**sheets, "disputes": disputes}))
    assert misread(figures(report), read) == []


@pytest.mark.parametrize("caption", ["瑞安市教育局", "2021年上半年数据"])
def test_a_caption_above_a_table_without_its_first_labels_is_told(caption: str) -> None:
    report = report_of()
    sheets = report_sheets(report)
    disputes = [
        spot for spot in sheets["disputes"] if spot.kind == "figure" or not 1 <= spot.box.left <= 5
    ]
    page = LAYOUTS["small"](report, {**sheets, "disputes": disputes})
    title = title_of("disputes")
    read = read_page(page.replace(title, f"{title}</p><p>{caption}", 1))
    assert any(problem.table == "disputes" and problem.raw == caption for problem in read.problems)


@pytest.mark.parametrize("layout", ["plain", "bars", "lines"])
@pytest.mark.parametrize("text", ["10①", "10（注）", "10*"])
def test_a_note_on_the_first_figure_of_table_four_costs_that_figure_alone(
    layout: str, text: str
) -> None:
    report = report_of()
    sheets = report_sheets(report)
    noted = [
        replace(spot, text=text) if spot.id == "disputes.review.upheld" else spot
        for spot in sheets["disputes"]
    ]
    read = read_page(LAYOUTS[layout](report, {**sheets, "disputes": noted}))
    blank = [
        cell
        for cell, value in figures(read).items()
        if value is None and cell.startswith("disputes")
    ]
    assert blank == ["disputes.review.upheld"]
    assert misread(figures(report), read) == []


def test_an_other_spelling_of_other_is_the_label() -> None:
    page = render(report_of(), "plain")
    assert "其他" in page
    assert figures(read_page(page.replace("其他", "其它"))) == figures(report_of())
