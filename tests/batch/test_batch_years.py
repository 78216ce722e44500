"""Years compared where reports come together: the command line, a batch's folder, 汇总 of a
workbook.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from gongkai import cli
from gongkai.batch import (
    across_lines,
    batch_across,
    batch_checks,
    batch_rows,
    batch_years,
    with_years,
)
from gongkai.checks.whole import check
from gongkai.editions import links
from gongkai.workbook import layout, write_workbook
from gongkai.workbook.lists import SUMMARY_HEADS, BatchRow, read_summary, summary_row_heads
from helpers.batches import (
    BODY,
    as_older,
    later,
    lines_in,
    page,
    pages,
    rows_of_two_years,
    run,
    sheets_in,
    write_older,
    years_in,
)
from helpers.excel.live import open_live, press, set_cell, value_at
from helpers.growth import LINEAR, doubling
from helpers.made import report_of
from helpers.web.server import Server, answer, serving

YEARS_COLUMN = list(SUMMARY_HEADS).index("years") + 1


# --- gongkai check --------------------------------------------------------------------------------


def test_check_compares_its_sources_whatever_their_order(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sources = pages(tmp_path / "pages", sound=False)
    for order in (sources, sources[::-1]):
        assert cli.main(["check", *order]) == 0
        _, _, across = capsys.readouterr().out.partition("\n跨年核对：\n")
        assert "  浙江省青溪县政府 2022年：与2021年不符2处\n" in across
        assert (
            "! 警告　表三 上年结转（自然人）填8，2021年的下年结转为12\n"
            f"      差4；请与2021年{BODY}的报告（2021.html）核对\n"
        ) in across
        assert (
            "i 提示　没有其他年度的报告，2021年的数字没有核对\n      机关“南山县政府”\n"
        ) in across


def test_check_as_json_adds_to_the_later_report(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    sources = pages(tmp_path / "pages", sound=False)
    assert cli.main(["check", "--json", str(tmp_path / "missing.html"), *sources]) == 2
    _, late, first, other = json.loads(capsys.readouterr().out)
    assert [finding["rule"] for finding in late["findings"]] == ["years.carried"] * 2
    assert (late["findings"][0]["stated"], late["findings"][0]["computed"]) == (8, 12)
    assert late["findings"][0]["message"] == (
        "表三 上年结转（自然人）填8，2021年的下年结转为12。"
        f"差4；请与2021年{BODY}的报告（2021.html）核对。"
    )
    assert first["report"]["source"] == sources[1]
    assert first["findings"] == []
    assert [finding["rule"] for finding in other["findings"]] == ["years.unmatched"]


def test_one_report_or_one_year_has_no_such_section(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    _, first, other = pages(tmp_path / "pages")
    assert cli.main(["check", first]) == 0
    assert cli.main(["check", first, other]) == 0
    assert cli.main(["read", first, other]) == 0
    assert "跨年" not in capsys.readouterr().out


# --- gongkai batch --------------------------------------------------------------------------------


@pytest.fixture
def site() -> Iterator[Server]:
    answers = {
        "/2021.html": [answer(page("城关镇人民政府"))],
        "/2022.html": [answer(later("城关镇", {}))],
    }
    with serving(answers) as server:
        yield server


def test_a_batch_compares_what_several_runs_imported(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder, (late, first, _) = tmp_path / "out", pages(tmp_path / "pages", sound=False)
    assert cli.main(["batch", first, "-o", str(folder)]) == 0
    assert "跨年" not in capsys.readouterr().out
    assert years_in(folder) == {(BODY, "2021"): "没有2020年的报告"}
    assert cli.main(["batch", late, "-o", str(folder)]) == 0
    out = capsys.readouterr().out
    told = "与2021年不符2处：上年结转·自然人填8，2021年结转12；上年结转·总计填8，2021年结转12"
    assert (
        f"跨年核对：与上一年不符1份（逐份见“汇总”的跨年核对一栏）。\n  浙江省青溪县政府 2022年："
        f"{told}\n"
    ) in out
    assert years_in(folder)["浙江省青溪县政府", "2022"] == told
    rows = {
        row.source: row for row in read_summary(sheets_in(folder / "汇总.xlsx")[layout.SUMMARY])
    }
    assert (rows[late].years, rows[first].years) == (told, "没有2020年的报告")
    assert (rows[late].errors, rows[late].warnings) == (0, 0)
    assert cli.main(["batch", late, "-o", str(folder), "--json"]) == 0
    [found] = json.loads(capsys.readouterr().out)
    assert [finding["rule"] for finding in found["findings"]] == ["years.carried"] * 2
    assert batch_checks(folder)[first]["findings"] == []


def test_a_report_that_follows_the_year_before(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    folder = tmp_path / "out"
    pages(tmp_path / "pages")
    assert cli.main(["batch", str(tmp_path / "pages"), "-o", str(folder)]) == 0
    assert "跨年核对：与上一年相符1份，另有提示1份" in capsys.readouterr().out
    assert years_in(folder)["浙江省青溪县政府", "2022"] == "与2021年相符"


@pytest.mark.parametrize("sound", [True, False])
def test_row_by_row_is_as_all_at_once(tmp_path: Path, sound: bool) -> None:
    """The summary lets each comparison go; the plain way holds all of them side by side."""
    folder = tmp_path / "out"
    run(pages(tmp_path / "pages", sound=sound), folder)
    rows = with_years(batch_rows(folder))
    summed = read_summary(sheets_in(folder / "汇总.xlsx")[layout.SUMMARY])
    assert [row.years for row in summed] == [row.years for row in rows if row.is_done]
    assert batch_across(folder) == list(across_lines(batch_years(folder)))


def test_a_workbook_that_is_gone_is_not_compared_with(tmp_path: Path) -> None:
    folder, (late, first, _) = tmp_path / "out", pages(tmp_path / "pages")
    found = run([late, first], folder)
    (folder / found[first].row.file).unlink()
    run([late], folder)
    assert years_in(folder) == {("浙江省青溪县政府", "2022"): "没有2021年的报告"}
    assert [outcome.text for outcome in batch_years(folder)] == ["没有2021年的报告"]


def test_towns_of_one_site_are_one_body(tmp_path: Path, site: Server) -> None:
    run([site.url("/2021.html"), site.url("/2022.html")], tmp_path)
    assert years_in(tmp_path)["城关镇", "2022"].startswith("与2021年不符2处")


def test_a_journal_of_an_earlier_version(tmp_path: Path) -> None:
    """It has the totals alone: these are compared, and it is said that the others are not."""
    folder, (late, first, _) = tmp_path / "out", pages(tmp_path / "pages", sound=False)
    run([first], folder)
    journal = as_older(folder)
    entries = lines_in(journal)
    for entry in entries:
        if "row" in entry:
            assert "years" not in entry["row"]
            old = {
                cell: value
                for cell, value in entry["row"]["figures"].items()
                if cell.endswith(".total")
            }
            entry["row"]["figures"] = old
    write_older(folder, entries)
    run([late], folder)
    assert years_in(folder)["浙江省青溪县政府", "2022"] == (
        "与2021年不符1处：上年结转·总计填8，2021年结转12（结转7项，只能核对其中1项；文件件数没有可以核对的数字）"
    )


def test_hundreds_of_lines_are_compared() -> None:
    found = with_years([*rows_of_two_years(100), BatchRow("x", "failed")])
    first = ["没有2020年的报告，共100份没有核对", *["未核对"] * 99]
    assert [row.years for row in found] == [*first, *["与2021年相符"] * 100, ""]
    assert len(links()) == 9


def test_lines_cost_as_much_as_there_are_bodies() -> None:
    assert doubling(with_years, rows_of_two_years, 50) < LINEAR


# --- 汇总 in Excel --------------------------------------------------------------------------------


def test_the_summary_in_excel(tmp_path: Path) -> None:
    folder = tmp_path / "reports"
    folder.mkdir()
    write_workbook(report_of(), check(report_of()), folder / "a.xlsx")
    write_workbook(report_of(year=2022), [], folder / "b.xlsm")
    book = open_live(tmp_path)
    set_cell(book, layout.BATCH, layout.FOLDER_SPOT, str(folder))
    assert press(book, "summary").kind == "done"
    texts = [
        value_at(book, layout.SUMMARY, (layout.SUMMARY_TOP + line, YEARS_COLUMN))
        for line in range(2)
    ]
    assert texts[0] == "没有2020年的报告"
    assert str(texts[1]).startswith("与2021年不符2处：")


@pytest.mark.parametrize("heads", [[], ["跨年核对"]])
def test_the_summary_of_an_older_template_is_not_written_into(
    tmp_path: Path, heads: list[str]
) -> None:
    """Its figures begin where a new column stands, or one column stands where another does now."""
    write_workbook(report_of(), [], tmp_path / "a.xlsx")
    book = open_live(tmp_path)
    set_cell(book, layout.BATCH, layout.FOLDER_SPOT, str(tmp_path))
    older = [*list(SUMMARY_HEADS.values())[:9], *heads, *summary_row_heads()[len(SUMMARY_HEADS) :]]
    for column, head in enumerate(older, 1):
        set_cell(book, layout.SUMMARY, (layout.SUMMARY_TOP - 1, column), head)
    outcome = press(book, "summary")
    assert outcome.kind == "error"
    assert "旧版的，没有“已忽略”一栏，没有写入" in outcome.text
    assert value_at(book, layout.SUMMARY, (layout.SUMMARY_TOP, 1)) is None
