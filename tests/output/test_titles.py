"""The title that people are shown, where the source has none that says whose report it is."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path

import pytest

from gongkai.batch.names import report_file_name
from gongkai.checks.whole import check
from gongkai.model import Edit, Evidence, Report
from gongkai.output import head_lines, report_to_dict
from gongkai.wording import title_of
from gongkai.workbook import layout, read_workbook, write_workbook
from gongkai.workbook.file import filled, template_path
from gongkai.workbook.lists import report_to_row
from helpers.command import run_command
from helpers.made import report_of

BODY = "青溪县人民政府"
MADE = "青溪县人民政府2021年政府信息公开工作年度报告"


def titled(title: str, agency: str = BODY, year: int | None = 2021) -> Report:
    return replace(report_of(year=year), title=title, agency=agency)


@pytest.mark.parametrize(
    ("title", "agency", "shown"),
    [
        ("", BODY, MADE),
        ("政府信息公开年报", BODY, MADE),
        ("中国青溪", BODY, MADE),
        ("政府信息公开年报", "青溪县教育局", "青溪县教育局2021年政府信息公开工作年度报告"),
        ("青溪县人民政府门户网站", "青溪县教育局", "青溪县教育局2021年政府信息公开工作年度报告"),
        ("2021年政府信息公开年报", BODY, "2021年政府信息公开年报"),
        ("二〇二一年年报", BODY, "二〇二一年年报"),
        (
            "2020年年报",
            BODY,
            "2020年年报",
        ),  # that it contradicts the year is for the findings to say
        ("青溪县政府信息公开年报", BODY, "青溪县政府信息公开年报"),
        ("县教育局信息公开年报", "青溪县教育局", "县教育局信息公开年报"),
        ("青 溪 县 2 0 2 1 年 年报", BODY, "青 溪 县 2 0 2 1 年 年报"),
        ("", "", ""),
        ("政府信息公开年报", "", "政府信息公开年报"),
    ],
)
def test_the_title_that_is_shown(title: str, agency: str, shown: str) -> None:
    assert title_of(titled(title, agency)) == shown


def test_without_a_year_none_is_made() -> None:
    assert title_of(titled("政府信息公开年报", year=None)) == "政府信息公开年报"
    assert next(iter(head_lines(titled("", year=None)))) == "（没有标题）"


def test_people_see_the_made_title_and_programs_the_sources() -> None:
    report = titled("政府信息公开年报")
    assert next(iter(head_lines(report))) == MADE
    assert report_to_dict(report)["title"] == "政府信息公开年报"
    assert report_to_row(report, [], "a", "", "").title == MADE


@pytest.mark.parametrize("title", ["", "政府信息公开年报", "“中国青溪”", "政府信息公开年报" * 10])
def test_a_workbook_shows_the_made_title_and_gives_back_the_sources(
    title: str, tmp_path: Path
) -> None:
    report = titled(title)
    path = write_workbook(report, check(report), tmp_path / "a.xlsm")
    assert cover_of(path)["title"] == MADE
    again = read_workbook(path)
    assert again.title == title.replace("“", "‘").replace("”", "’")
    assert (again.agency, again.year, dict(again.evidence)) == (BODY, 2021, {})
    assert title_of(again) == MADE
    twice = write_workbook(again, check(again), tmp_path / "b.xlsm", template=path)
    assert cover_of(twice) == cover_of(path)
    assert read_workbook(twice) == again


def test_another_body_on_the_cover_makes_another_title(tmp_path: Path) -> None:
    report = titled("政府信息公开年报")
    path = write_workbook(report, check(report), tmp_path / "a.xlsm")
    path.write_bytes(
        filled(path, [Edit(layout.COVER, *layout.COVER_SPOTS["agency"], "云岭市教育局")])
    )
    again = read_workbook(path)
    assert (again.title, title_of(again)) == (
        "政府信息公开年报",
        "云岭市教育局2021年政府信息公开工作年度报告",
    )


def test_a_title_that_somebody_writes_on_the_cover_is_the_reports(tmp_path: Path) -> None:
    report = titled("")
    path = write_workbook(report, check(report), tmp_path / "a.xlsm")
    path.write_bytes(
        filled(path, [Edit(layout.COVER, *layout.COVER_SPOTS["title"], "青溪县2021年年报")])
    )
    assert read_workbook(path).title == "青溪县2021年年报"


def test_what_is_said_of_doubts_stays_beside_the_made_title(tmp_path: Path) -> None:
    doubt = Evidence(BODY, "来源：青溪县人民政府", "likely")
    report = replace(titled(""), evidence={"agency": doubt})
    again = read_workbook(write_workbook(report, check(report), tmp_path / "a.xlsm"))
    assert (again.title, dict(again.evidence)) == ("", {"agency": doubt})


def test_a_decision_knows_its_finding_again_under_a_made_title(tmp_path: Path) -> None:
    report = replace(report_of({"applications.granted.total": 1}), title="", agency=BODY)
    path = write_workbook(report, check(report), tmp_path / "a.xlsm")
    keys = [keys_of(path)]
    run_command("dismiss", path, "1", "--reason", "已核实")
    keys.append(keys_of(path))
    run_command("check", "--write", path)
    keys.append(keys_of(path))
    assert keys[0] == keys[1] == keys[2]
    assert "已忽略" in run_command("check", path).stdout


def test_a_workbook_filled_in_by_hand_has_a_title(tmp_path: Path) -> None:
    spots = layout.COVER_SPOTS
    sheet = layout.newest_sheet("applications")
    edits = [Edit(layout.COVER, *spots["agency"], BODY), Edit(layout.COVER, *spots["year"], 2021)]
    edits += [Edit(sheet.name, *spot, 0) for spot in sheet.cells.values()]
    path = tmp_path / "年报.xlsm"
    path.write_bytes(filled(template_path(), edits))
    for command in ("read", "check"):
        assert run_command(command, path).stdout.startswith(f"{MADE}\n")
    assert json.loads(run_command("read", path, "--json").stdout)[0]["title"] == ""
    assert report_file_name(read_workbook(path)) == f"{BODY}2021年度报告.xlsx"


def keys_of(path: Path) -> list[str]:
    [found] = json.loads(run_command("check", path, "--json").stdout)
    return [one["key"] for one in found["findings"]]


def cover_of(path: Path) -> dict[str, object]:
    from gongkai.workbook.file import read_file

    values = read_file(path)[layout.COVER]
    return {name: values.get(spot) for name, spot in layout.COVER_SPOTS.items()}
