"""What a workbook's file says is printed, and what LibreOffice prints of it: the official form
clean, no empty page.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from zipfile import ZipFile

import pytest
from lxml import etree
from openpyxl import load_workbook

from gongkai.cli import main
from gongkai.model import Edit, Report
from gongkai.pipeline import check
from gongkai.workbook import layout, read_workbook, write_workbook
from gongkai.workbook.file import fill_file, template_path
from gongkai.workbook.fill import flag_edits
from helpers import ROOT
from helpers.made import report_of, sound_values
from helpers.office import convert, page_texts
from packages import packed, unpacked

AREA, TITLES, LANES = "_xlnm.Print_Area", "_xlnm.Print_Titles", "含勾稽校验"
CLEAN = {"表二": "$A$1:$D$15", "表三": "$A$1:$J$29", "表四": "$A$1:$O$5"}
WITH_LANES = {"表二": "$A$1:$D$15", "表三": "$A$1:$K$32", "表四": "$A$1:$O$7"}
OLDER = Path(__file__).parent / "older" / "88fddb6.xlsm"
PROSE = {1: "第一段\n第二段", 5: "问题", 6: "收取信息处理费0元。"}
BROKEN = {"applications.new.total": 1, "applications.granted.total": 1}
NOT_OF_A_REPORT = (layout.BATCH, layout.SUMMARY)


def names_of(path: Path) -> list[tuple[str, str, str]]:
    """(name, sheet or "", place) of all names in the order of the file."""
    with ZipFile(path) as archive:
        root = etree.fromstring(archive.read("xl/workbook.xml"))
    sheets = [node.get("name") for node in root.iterfind("{*}sheets/{*}sheet")]
    return [
        (
            node.get("name"),
            sheets[int(node.get("localSheetId"))] if node.get("localSheetId") else "",
            node.text,
        )
        for node in root.iterfind("{*}definedNames/{*}definedName")
    ]


def places_of(path: Path, name: str) -> dict[str, str]:
    """Sheet -> place without the sheet, for a name that sheets have each for itself."""
    found = [
        (sheet, text.replace(f"'{sheet}'!", ""))
        for known, sheet, text in names_of(path)
        if known == name
    ]
    assert len(dict(found)) == len(found)
    return dict(found)


def filled(folder: Path, report: Report, name: str = "a.xlsm") -> Path:
    return write_workbook(report, check(report), folder / name)


def with_area(path: Path, sheet: str, place: str) -> Path:
    """The same workbook with another print area, as Excel writes it."""
    book = load_workbook(path, keep_vba=True)
    book[sheet].print_area = place.replace("$", "")
    book.save(path)
    return path


def checked(path: Path) -> Path:
    report = read_workbook(path)
    return fill_file(path, path, flag_edits(report, check(report)), overwrite=True)


# --- what the file says ---------------------------------------------------------------------------


def test_the_geometry_of_what_is_printed() -> None:
    for name, sheet in {sheet.name: sheet for sheet in layout.table_sheets()}.items():
        assert (sheet.printed.top, sheet.printed.left) == (1, 1)
        assert layout.absolute(sheet.printed, name) == f"'{name}'!{layout.absolute(sheet.printed)}"
        if name in CLEAN:
            assert layout.absolute(sheet.printed) == CLEAN[name]
            assert layout.absolute(sheet.printed_with_lanes) == WITH_LANES[name]


def test_the_template_has_the_official_form_and_its_lanes_as_areas() -> None:
    assert places_of(template_path(), AREA) == {**CLEAN, layout.RESULTS: "$A$1:$M$3"}
    lanes = places_of(template_path(), LANES)
    assert {name: lanes[name] for name in WITH_LANES} == WITH_LANES
    assert lanes.keys() == {sheet.name for sheet in layout.table_sheets()}


def test_names_are_in_order_each_once(tmp_path: Path) -> None:
    for path in (template_path(), filled(tmp_path, report_of(BROKEN))):
        sheets = load_workbook(path).sheetnames
        keys = [
            (name.lower(), sheets.index(sheet) if sheet else -1)
            for name, sheet, _ in names_of(path)
        ]
        assert keys == sorted(keys)
        assert len(set(keys)) == len(keys)


def test_the_repeated_lines_stay(tmp_path: Path) -> None:
    wanted = {"正文": "$3:$3", "校验结果": "$3:$3", "修改记录": "$3:$3"}
    found = places_of(filled(tmp_path, report_of(BROKEN)), TITLES)
    assert {name: found.get(name) for name in wanted} == wanted


@pytest.mark.parametrize(
    ("changes", "causes", "rows"),
    [({}, 0, 0), ({"applications.new.total": 1}, 1, 2), (BROKEN, 2, 4)],
)
def test_the_list_of_findings_ends_with_its_last_row(
    changes: dict[str, int], causes: int, rows: int, tmp_path: Path
) -> None:
    """A figure breaks two sums: the second has a row below that of the first."""
    report = report_of(changes)
    assert len(check(report)) == causes
    path = filled(tmp_path, report)
    assert places_of(path, AREA)[layout.RESULTS] == f"$A$1:$M${3 + rows}"


def test_the_list_follows_the_next_check(tmp_path: Path) -> None:
    path = filled(tmp_path, report_of(BROKEN))
    sheet = layout.newest_sheet("applications")
    for cell, value in (("new", 455), ("granted", 143)):
        fill_file(
            path,
            path,
            [Edit("表三", *sheet.cells[f"applications.{cell}.total"], value)],
            overwrite=True,
        )
    assert check(read_workbook(path)) == []
    assert places_of(checked(path), AREA)[layout.RESULTS] == "$A$1:$M$3"


def test_what_is_typed_below_is_printed_at_once(tmp_path: Path) -> None:
    """Prose and log need no area: nothing is prepared there, and a row typed now is printed now."""
    path = filled(tmp_path, replace(report_of(), sections=PROSE))
    assert not {layout.PROSE, layout.LOG, layout.COVER} & places_of(path, AREA).keys()


def test_an_edition_s_own_sheet_is_printed_and_a_hidden_one_not(tmp_path: Path) -> None:
    """LibreOffice prints a hidden sheet that has a print area."""
    path = filled(tmp_path, report_of())
    older = [Edit(layout.COVER, *layout.EDITION_SPOTS["applications"], 2019)]
    fill_file(path, path, older, overwrite=True)
    assert places_of(path, AREA).keys() == {"表二", "表三（2019）", "表四", layout.RESULTS}
    newer = [Edit(layout.COVER, *layout.EDITION_SPOTS["applications"], 2021)]
    fill_file(path, path, newer, overwrite=True)
    assert places_of(path, AREA) == {**CLEAN, layout.RESULTS: "$A$1:$M$3"}


def test_lanes_chosen_for_printing_stay_chosen(tmp_path: Path) -> None:
    path = with_area(filled(tmp_path, report_of(BROKEN)), "表三", WITH_LANES["表三"])
    assert places_of(checked(path), AREA)["表三"] == WITH_LANES["表三"]
    older = [Edit(layout.COVER, *layout.EDITION_SPOTS["applications"], 2019)]
    fill_file(path, path, older, overwrite=True)
    sheet = layout.sheet_of("applications", "2019")
    assert places_of(path, AREA)["表三（2019）"] == layout.absolute(sheet.printed_with_lanes)


def test_an_area_of_one_s_own_stays(tmp_path: Path) -> None:
    path = with_area(filled(tmp_path, report_of()), "表三", "$A$1:$J$40")
    assert places_of(checked(path), AREA)["表三"] == "$A$1:$J$40"


@pytest.mark.parametrize("chosen", [CLEAN, WITH_LANES])
def test_a_restored_table_is_printed_as_before(chosen: dict[str, str], tmp_path: Path) -> None:
    """Excel moves areas and names with a row that somebody inserts."""
    path = filled(tmp_path, report_of())
    book = load_workbook(path, keep_vba=True)
    page = book["表三"]
    cells = [cell for row in page.iter_rows(min_row=1, max_row=33, max_col=11) for cell in row]
    moved = {(cell.row + 1, cell.column): cell.value for cell in cells if 9 <= cell.row <= 32}
    for area in list(page.merged_cells.ranges):
        if area.max_row > 9:
            page.unmerge_cells(str(area))
    for (row, column), value in moved.items():
        page.cell(row, column).value = value
    for column in range(1, 12):
        page.cell(9, column).value = None
    page.print_area = re.sub(r"\d+$", lambda last: str(int(last[0]) + 1), chosen["表三"]).replace(
        "$", ""
    )
    page.defined_names[LANES].attr_text = "'表三'!$A$1:$K$33"
    book.save(path)
    main(["check", str(path), "--write", "--yes"])
    assert places_of(path, AREA)["表三"] == chosen["表三"]
    assert places_of(path, LANES)["表三"] == WITH_LANES["表三"]


def test_a_workbook_of_before_gets_its_areas(tmp_path: Path) -> None:
    path = tmp_path / "旧.xlsm"
    path.write_bytes(OLDER.read_bytes())
    assert places_of(path, AREA) == {}
    main(["check", str(path), "--write", "--yes"])
    found = places_of(path, AREA)
    assert {name: found.get(name) for name in CLEAN} == CLEAN
    assert layout.RESULTS in found
    assert places_of(path, LANES)["表三"] == WITH_LANES["表三"]


def test_the_log_shows_once_something_stands_in_it(tmp_path: Path) -> None:
    path = filled(tmp_path, report_of(BROKEN))
    assert load_workbook(path)[layout.LOG].sheet_state == "hidden"
    main(["adopt", str(path), "1"])
    assert load_workbook(path)[layout.LOG].sheet_state == "visible"


# --- what LibreOffice prints ----------------------------------------------------------------------


@cache
def document(name: str) -> Path:
    [source] = (ROOT / "tests" / "documents" / name).glob("source.*")
    return source


def of_the_report_alone(path: Path) -> Path:
    """The workbook with the sheets of a batch hidden, where it has them: they are no part of a
    report.
    """
    parts = unpacked(path.read_bytes())
    root = etree.fromstring(parts["xl/workbook.xml"])
    for node in root.iterfind("{*}sheets/{*}sheet"):
        if node.get("name") in NOT_OF_A_REPORT:
            node.set("state", "hidden")
    path.write_bytes(packed({**parts, "xl/workbook.xml": etree.tostring(root)}))
    return path


HEADS = {
    "政府信息公开工作年度报告 数据核对": "封面",
    "二、主动公开政府信息情况": "表二",
    "三、收到和处理政府信息公开申请情况": "表三",
    "四、政府信息公开行政复议、行政诉讼情况": "表四",
}


def sheet_on(text: str) -> str:
    """The sheet that a page is of: a list says it in its foot, a form in its title."""
    foot = re.findall(r"(\S+)\s+第\d+页", text)
    if foot:
        return str(foot[-1])
    return next(name for head, name in HEADS.items() if head in re.sub(r"\s+", " ", text))


def printed(paths: Sequence[Path], folder: Path) -> list[dict[str, list[str]]]:
    """Sheet -> the texts of its pages, of each workbook."""
    found = []
    for pdf in convert(paths, "pdf", folder):
        pages: dict[str, list[str]] = {}
        for text in page_texts(pdf):
            pages.setdefault(sheet_on(text), []).append(text)
        found.append(pages)
    return found


def many_findings() -> Report:
    """Some forty rows of findings: every total of 表三 is another one."""
    totals = [
        cell
        for cell in sound_values()
        if cell.startswith("applications.") and cell.endswith(".total")
    ]
    changes = {cell: number + 1 for number, cell in enumerate(totals, 1_000)}
    changes |= {cell: 9_000 for cell in sound_values() if cell.startswith("applications.handled.")}
    return report_of(changes)


@pytest.mark.slow
def test_a_report_prints_on_six_pages(tmp_path: Path) -> None:
    ruian, hongze = tmp_path / "瑞安.xlsm", tmp_path / "洪泽.xlsm"
    main(["fill", str(document("ruian-2021-html")), "-o", str(ruian)])
    main(["fill", str(document("hongze-2024")), "-o", str(hongze)])
    paths = [of_the_report_alone(path) for path in (ruian, hongze)]
    for path, pages in zip(paths, printed(paths, tmp_path), strict=True):
        counted = {name: len(texts) for name, texts in pages.items()}
        assert counted == dict.fromkeys((layout.COVER, *CLEAN, layout.PROSE, layout.RESULTS), 1), (
            path.name
        )
        forms = "".join(
            text for name, texts in pages.items() if name.startswith("表") for text in texts
        )
        for word in ("勾稽校验", "✓", "相符", "第1页", "表三"):
            assert word not in forms


@pytest.mark.slow
def test_many_findings_fill_their_pages_and_no_more(tmp_path: Path) -> None:
    report = replace(many_findings(), sections=PROSE)
    findings = check(report)
    further = sum(len(finding.sums[1:]) for finding in findings)
    assert len(findings) + further >= 38
    [pages] = printed([of_the_report_alone(filled(tmp_path, report))], tmp_path)
    listed = pages.pop(layout.RESULTS)
    assert {name: len(texts) for name, texts in pages.items()} == dict.fromkeys(
        (layout.COVER, *CLEAN, layout.PROSE), 1
    )
    numbers = [
        int(found)
        for text in listed
        for found in re.findall(r"^\s{0,6}(\d+)\s+✗", text, re.MULTILINE)
    ]
    assert numbers == list(range(1, len(findings) + 1))
    assert sum(text.count("同上") for text in listed) == further
    assert all(re.search(r"^\s{0,6}\d+\s+✗|同上", text, re.MULTILINE) for text in listed)


@pytest.mark.slow
def test_the_named_choice_prints_the_lanes(tmp_path: Path) -> None:
    path = filled(tmp_path, report_of(BROKEN))
    book = load_workbook(path, keep_vba=True)
    for name in CLEAN:
        page = book[name]
        page.print_area = page.defined_names[LANES].attr_text.partition("!")[2].replace("$", "")
    book.save(path)
    [pages] = printed([of_the_report_alone(path)], tmp_path)
    assert {name: len(pages[name]) for name in CLEAN} == dict.fromkeys(CLEAN, 1)
    assert "勾稽校验" in pages["表三"][0]
    assert "勾稽校验" in pages["表四"][0]
    assert "行列与官方表格不同" in pages["表三"][0]


@pytest.mark.slow
def test_the_blank_template_prints_each_table_on_a_page(tmp_path: Path) -> None:
    path = tmp_path / "空白.xlsm"
    path.write_bytes(template_path().read_bytes())
    [pages] = printed([path], tmp_path)
    counted = {name: len(texts) for name, texts in pages.items() if name not in NOT_OF_A_REPORT}
    assert counted == dict.fromkeys(["封面", "表二", "表三", "表四", "正文", "校验结果"], 1)
    assert "勾稽校验" not in "".join(pages["表三"] + pages["表四"])


@pytest.mark.slow
def test_a_long_prose_takes_the_pages_that_its_text_fills(tmp_path: Path) -> None:
    report = replace(
        report_of(),
        sections={1: "\n".join(f"第{number}段" + "文字" * 90 for number in range(1, 61))},
    )
    [pages] = printed([of_the_report_alone(filled(tmp_path, report))], tmp_path)
    assert 2 <= len(pages[layout.PROSE]) <= 4
    assert "第60段" in pages[layout.PROSE][-1]
