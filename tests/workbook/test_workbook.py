"""Reports and findings into workbook files and back; formulas as LibreOffice calculates them."""

from __future__ import annotations

import string
from collections.abc import Mapping, Sequence
from dataclasses import replace
from decimal import Decimal
from itertools import count
from pathlib import Path
from random import Random
from zipfile import ZipFile

import pytest
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree
from openpyxl import Workbook, load_workbook

from gongkai.checks.whole import check
from gongkai.editions import all_editions
from gongkai.figures import fold
from gongkai.model import (
    Document,
    Edit,
    Entry,
    Report,
    Suspect,
    Table,
    WorkbookError,
)
from gongkai.workbook import copy_template, layout, read_workbook, write_workbook
from gongkai.workbook.file import fill_file, read_file, template_path
from gongkai.workbook.fill import report_to_edits, shown_sheets
from gongkai.workbook.layout import Lane, TableSheet, sheet_of
from helpers.counts import properties
from helpers.excel.desk import calculated, open_desk, range_of
from helpers.lanes import lanes_of as python_lanes
from helpers.made import (
    blank_report,
    older,
    report_of,
    saying,
)
from helpers.office import convert, page_pixels, recalculated
from helpers.strategies import AMOUNTS, changed, reports

NAMES = count()


@pytest.fixture
def target(tmp_path: Path) -> Path:
    return tmp_path / "filled.xlsm"


# --- round trips ----------------------------------------------------------------------------------

LETTERS = st.characters(codec="utf-8", exclude_categories=["Cc", "Cs", "Cn"])
TEXTS = st.text(LETTERS, max_size=40)
LINES = st.lists(TEXTS, min_size=1, max_size=6).map("\n".join).map(lambda text: text.rstrip("\n"))
FIGURES = st.one_of(
    st.just(0),
    st.integers(1, 10**6),
    st.integers(10**14, 10**20),
    st.integers(-500, -1),
    AMOUNTS.map(lambda amount: int(amount) if amount == int(amount) else amount),
    st.just(Decimal("1234567890123.456789")),
)
CELLS = st.one_of(
    FIGURES.map(lambda figure: (figure, "")),
    st.sampled_from([(None, ""), (None, "/"), (None, "—")]),
)


@st.composite
def any_tables(draw: st.DrawFn) -> dict[str, Table]:
    """Any of the three tables, in any edition, with any figures, blanks and signs."""
    found = {}
    for table in draw(st.sets(st.sampled_from(list(layout.EDITION_SPOTS)))):
        edition = draw(st.sampled_from(list(all_editions())))
        drawn = draw(st.lists(CELLS, min_size=7, max_size=7))
        order = Random(draw(st.integers(0, 999)))
        cells = all_editions()[edition].forms[table].cells
        found[table] = Table(
            all_editions()[edition].forms[table],
            {cell: Entry(cell, *order.choice(drawn)) for cell in cells},
        )
    return found


REPORTS = st.builds(
    Report,
    title=TEXTS,
    agency=TEXTS.map(fold),  # a name is read without what another form of a letter tells
    year=st.none() | st.integers(1990, 2090),
    published=st.sampled_from(["", "2022-02-20", "2020-12-31"]),
    tables=any_tables(),
    sections=st.dictionaries(st.integers(1, 6), LINES),
)


@properties(40)
@given(report=REPORTS)
def test_any_report_comes_back_equal(
    report: Report, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = write_workbook(report, [], tmp_path_factory.getbasetemp() / f"round{next(NAMES)}.xlsm")
    again = read_workbook(path)
    path.unlink()
    assert again == report
    signs = [entry.raw for entry in report.entries() if entry.value is None]
    order = {table: again.tables[table] for table in report.tables}
    assert [
        entry.raw for entry in replace(again, tables=order).entries() if entry.value is None
    ] == signs


@properties(15)
@given(first=REPORTS, second=reports())
def test_a_second_fill_leaves_nothing_of_the_first(
    first: Report, second: Report, tmp_path_factory: pytest.TempPathFactory
) -> None:
    path = tmp_path_factory.getbasetemp() / f"again{next(NAMES)}.xlsm"
    findings = [
        saying("一句话", cells=("applications.new.natural",), stated=1, computed=2, difference=1)
    ] * 5
    write_workbook(first, findings, path)
    write_workbook(second, [], path, overwrite=True, template=path)
    assert read_workbook(path) == second
    fresh = write_workbook(second, [], path.with_suffix(".fresh.xlsm"))
    assert filled_cells(path) == filled_cells(fresh)
    path.unlink()
    fresh.unlink()


def filled_cells(path: Path) -> dict[str, object]:
    """Sheet -> cell -> its XML, of every cell with a value or a formula; and the texts they
    share.
    """
    found: dict[str, object] = {}
    with ZipFile(path) as archive:
        for name in archive.namelist():
            if name.startswith("xl/worksheets/sheet"):
                cells = etree.fromstring(archive.read(name)).iter("{*}c")
                found[name] = {cell.get("r"): etree.tostring(cell) for cell in cells if len(cell)}
            elif name == "xl/sharedStrings.xml":
                found[name] = archive.read(name)
    assert len(found) >= len(layout.sheet_names()) - 2  # without the batch's
    return found


def test_a_template_from_before_the_proposals_is_refused(tmp_path: Path) -> None:
    """Its formulas for what a finding has become, and its links, would be written over."""
    head = Edit(layout.RESULTS, layout.RESULTS_TOP - 1, layout.RESULT_COLUMNS["proposal"], "现状")
    older = fill_file(template_path(), tmp_path / "旧.xlsm", [head])
    with pytest.raises(WorkbookError, match=r"旧\.xlsm由旧版本生成.*没有写入；请"):
        write_workbook(report_of(), [], tmp_path / "新.xlsm", template=older)
    assert not (tmp_path / "新.xlsm").exists()


@pytest.mark.parametrize(
    "report", [report_of(), blank_report("2021", 2021), older(), report_of(without="disputes")]
)
def test_a_fill_of_the_official_template_may_leave_blanks_out(report: Report, target: Path) -> None:
    findings = check(report)
    edits = report_to_edits(report, findings)
    whole = fill_file(copy_template(target.with_stem("blank")), target.with_stem("whole"), edits)
    assert write_workbook(report, findings, target).read_bytes() == whole.read_bytes()
    assert sum(edit.value is None for edit in edits) > 1_000


def test_long_prose_comes_back_whole(target: Path) -> None:
    long = {1: "长" * 40_000, 2: "\n".join(f"第{line}段" for line in range(700)), 6: ""}
    report = replace(report_of(), sections=long)
    assert read_workbook(write_workbook(report, [], target)) == report


def test_the_opening_comes_back_without_what_the_site_wrote(target: Path) -> None:
    sentences = "本报告由瑞安市人民政府编制。\n如有疑问，请与市政府办公室联系。"
    opening = f"发布日期：2022-02-20 来源：瑞安市 字号：大 中 小\n{sentences}"
    page = Document("page", "text/html", b"x", "")
    report = replace(report_of(), opening=opening, sections={1: "无。", 6: "无。"}, document=page)
    again = read_workbook(write_workbook(report, [], target))
    assert again.opening == sentences
    assert again.sections == report.sections
    bare = write_workbook(replace(report, opening="（2022年2月20日）"), [], target.with_stem("b"))
    assert read_workbook(bare).opening == ""


def test_unread_text_stays_apart_from_figures(target: Path) -> None:
    texts = {
        "applications.new.natural": "43②",
        "disclosure.fees.amount": "=1+1",
        "disclosure.rules.made": "12",
    }
    report = report_of(dict.fromkeys(texts), raws=texts)
    again = read_workbook(write_workbook(report, [], target))
    assert {(problem.table, problem.row, problem.raw) for problem in again.problems} == {
        ("applications", "new", "43②"),
        ("disclosure", "fees", "=1+1"),
        ("disclosure", "rules", "12"),
    }
    assert again.tables == report.tables
    assert load_workbook(target)["表二"]["B15"].value == "？=1+1"


# --- edits ----------------------------------------------------------------------------------------


def test_the_sheets_of_the_layout_in_use_are_shown(target: Path) -> None:
    mixed = report_of()
    older = {cell: Entry(cell, 0) for cell in all_editions()["2019"].forms["applications"].cells}
    mixed = replace(
        mixed,
        tables={
            **mixed.tables,
            "applications": Table(all_editions()["2019"].forms["applications"], older),
        },
    )
    states = {
        sheet.title: sheet.sheet_state for sheet in load_workbook(write_workbook(mixed, [], target))
    }
    hidden = dict.fromkeys(
        ("表二（2019）", "表三", layout.LOG, layout.TOOL, layout.SETTINGS), "hidden"
    )
    names = [name for name in layout.sheet_names() if name not in (layout.BATCH, layout.SUMMARY)]
    assert states == dict.fromkeys(names, "visible") | hidden
    assert shown_sheets(report_to_edits(report_of(), []))["表三"]
    assert shown_sheets([Edit("表三", 5, 4, 1)]) == {}


def test_marks_are_for_what_no_lane_shows() -> None:
    negative, blank = "applications.granted.legal", "applications.granted.other"
    report = report_of({"applications.handled.total": 9, negative: -1, blank: None})
    findings = [
        *(replace(finding, suspects=()) for finding in check(report)),
        saying("", "note", (negative, "no.such.cell", "applications.gone.total")),
        saying("", "warning", (blank,)),
    ]
    sheet = sheet_of("applications", "2021")
    edits = {
        (edit.row, edit.column): edit.value
        for edit in report_to_edits(report, findings)
        if edit.sheet == "表三"
    }
    marks = {cell: edits[spot] for cell, spot in sheet.marks.items() if edits[spot] is not None}
    # Row and column of the blank contradict each other, which no single lane can show.
    assert marks == {negative: 3, blank: 12, "applications.handled.other": 3}


def test_a_suspect_that_is_marked_for_something_else_stays_marked() -> None:
    """The row and the column may be right with a figure below zero, so its mark must not go out
    with them.
    """
    negative, blank = "applications.granted.legal", "applications.granted.other"
    report = report_of({negative: -1, blank: None})
    suspects = ((Suspect(negative, -1, 1), Suspect(blank, None, 1)),)
    findings = [
        replace(finding, suspects=suspects)
        for finding in check(report)
        if finding.severity == "error"
    ]
    sheet = sheet_of("applications", "2021")
    edits = {
        (edit.row, edit.column): edit.value
        for edit in report_to_edits(report, findings)
        if edit.sheet == "表三"
    }
    assert [edits[sheet.marks[cell]] for cell in (negative, blank)] == [5, 15]


def test_more_findings_than_rows(target: Path) -> None:
    count = layout.RESULTS_ROWS + 45
    findings = [saying(f"第{number}条", "note") for number in range(count)]
    write_workbook(report_of(), findings, target)
    sheet = load_workbook(target)[layout.RESULTS]
    last = layout.RESULTS_TOP + layout.RESULTS_ROWS - 1
    assert sheet.cell(last - 1, 8).value == f"第{layout.RESULTS_ROWS - 2}条"
    assert "另有46条" in sheet.cell(last, 8).value


# --- live formulas: as pyOpenVBA calculates them, which is quick, and as LibreOffice does ---------


def planted(seed: int) -> Report:
    """Rui'an's figures or the older layout's, with errors, blanks and signs strewn in: few, many,
    or nearly all.
    """
    random = Random(seed)
    edition = "2019" if seed % 4 == 3 else "2021"
    sound = report_of()
    tables = {}
    for table, form in all_editions()[edition].forms.items():
        entries = {}
        for cell in form.cells:
            value, raw = sound.value(cell) or 0, ""
            luck = random.random() * (1, 3, 30)[seed % 3]
            if luck > 0.9:
                value, raw = random.choice(
                    [(value + random.randint(1, 9), ""), (None, ""), (None, "/"), (0, "")]
                )
            entries[cell] = Entry(cell, value, raw)
        tables[table] = Table(all_editions()[edition].forms[table], entries)
    return replace(sound, tables=tables)


def strange() -> Report:
    figures = {"applications.new.natural": -4, "applications.new.company": Decimal("0.1")}
    texts = {"applications.new.legal": "12②"}
    return report_of(figures | dict.fromkeys(texts), raws=texts)


CASES = {f"case{seed}": planted(seed) for seed in range(12)}
QUICK = ("case3", "case8")  # the older layout with few errors, the newest with little else
# Of each layout one with few errors, one with many, one with little else.
IN_LIBREOFFICE = ("case0", "case3", "case4", "case7", "case8", "case11")
EACH_CASE = pytest.mark.parametrize(
    "name", [pytest.param(name, marks=() if name in QUICK else pytest.mark.slow) for name in CASES]
)
KINDS = {int, None, layout.HOLDS, layout.TO_FILL}


def used_sheets(report: Report) -> list[TableSheet]:
    return [sheet_of(table.id, table.edition) for table in report.tables.values()]


def lanes_of(report: Report) -> dict[str, Lane]:
    return {rule: lane for sheet in used_sheets(report) for rule, lane in sheet.lanes.items()}


def lanes_wanted(report: Report) -> dict[str, object]:
    found = {
        rule: value
        for sheet in used_sheets(report)
        for rule, value in python_lanes(sheet, report).items()
    }
    return {rule: None if value == "" else value for rule, value in found.items()}


def cover_line(wanted: Mapping[str, object]) -> str:
    broken = sum(isinstance(value, int) for value in wanted.values())
    if not broken and layout.HOLDS not in wanted.values():
        return f"没有能核对的勾稽关系（共{len(wanted)}项，数据不全）"
    return f"勾稽关系共{len(wanted)}项，不符{broken}项"


@pytest.mark.parametrize("names", [QUICK, IN_LIBREOFFICE])
def test_the_cases_have_all_that_a_lane_can_show(names: Sequence[str]) -> None:
    shown = [value for name in names for value in lanes_wanted(CASES[name]).values()]
    assert {type(value) if isinstance(value, int) else value for value in shown} == KINDS


@EACH_CASE
def test_lanes_and_cover_show_what_python_finds(name: str, target: Path) -> None:
    case = CASES[name]
    desk = open_desk(write_workbook(case, [], target))
    wanted = lanes_wanted(case)
    shown = {}
    for sheet in used_sheets(case):
        for rule, lane in sheet.lanes.items():
            shown[rule] = calculated(desk, sheet.name, lane.spot)
    assert shown == wanted
    assert cover_line(wanted) in str(calculated(desk, layout.COVER, layout.LIVE_SPOT))


def test_a_correction_changes_lane_cover_and_state(target: Path) -> None:
    """With no Python in between."""
    wrong = changed(report_of(), "disputes.review.total", 10)
    desk = open_desk(write_workbook(wrong, check(wrong), target))
    lane, figure = lanes_of(wrong)["disputes.total.review"].spot, sheet_of("disputes", "2021").cells
    state = layout.RESULTS_TOP, layout.RESULT_COLUMNS["state"]

    def seen() -> tuple[object, object, str]:
        cover = str(calculated(desk, layout.COVER, layout.LIVE_SPOT))
        return calculated(desk, "表四", lane), calculated(desk, layout.RESULTS, state), cover

    assert seen()[:2] == (1, "仍不符")
    assert "不符1项" in seen()[2]
    range_of(desk, "表四", figure["disputes.review.total"]).vba_set("Value", 11)
    assert seen()[:2] == (layout.HOLDS, "已相符")
    assert "不符0项（相符42项" in seen()[2]


def table_two_alone() -> Report:
    """Three tables, of which only the one without relations holds figures."""
    sound = report_of()
    blank = {
        entry.cell: None for entry in sound.entries() if not entry.cell.startswith("disclosure")
    }
    return report_of(blank)


EMPTY_COVER = ["没有可以计算的数字"] * 3 + ["没有可以计算的数字，未作任何校验"]
TABLE_TWO_COVER = [
    "没有规定勾稽关系",
    *["没有可以计算的数字"] * 2,
    "没有能核对的勾稽关系（共42项，数据不全）",
]
COVER_STATES = [(row, 4) for row, _ in layout.EDITION_SPOTS.values()]


def test_the_cover_of_an_empty_workbook_is_not_clean(target: Path) -> None:
    """With no Python in between."""
    desk = open_desk(copy_template(target))
    shown = [calculated(desk, layout.COVER, spot) for spot in (*COVER_STATES, layout.LIVE_SPOT)]
    assert shown == EMPTY_COVER
    desk = open_desk(write_workbook(table_two_alone(), [], target.with_name("two.xlsm")))
    shown = [calculated(desk, layout.COVER, spot) for spot in (*COVER_STATES, layout.LIVE_SPOT)]
    assert shown == TABLE_TWO_COVER


@pytest.fixture(scope="module")
def written(tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The workbooks that LibreOffice is to calculate."""
    folder = tmp_path_factory.mktemp("written")
    found = {}
    for name in IN_LIBREOFFICE:
        found[name] = write_workbook(CASES[name], [], folder / f"{name}.xlsm")
    found["strange"] = write_workbook(strange(), [], folder / "strange.xlsm")
    wrong = changed(report_of(), "disputes.review.total", 10)
    blank = changed(wrong, "applications.carried_out.total", None)
    found["flagged"] = write_workbook(blank, check(blank), folder / "flagged.xlsm")
    corrections = [Edit("表四", 5, 5, 11), Edit("表三", 29, 10, 12)]
    found["empty"] = copy_template(folder / "empty.xlsm")
    found["table_two"] = write_workbook(table_two_alone(), [], folder / "table_two.xlsm")
    found["corrected"] = fill_file(found["flagged"], folder / "corrected.xlsm", corrections)
    return found


@pytest.fixture(scope="module")
def saved(written: dict[str, Path], tmp_path_factory: pytest.TempPathFactory) -> dict[str, Path]:
    """The same as LibreOffice calculates and saves them, in one run for all."""
    files = recalculated([*written.values()], tmp_path_factory.mktemp("saved"))
    return dict(zip(written, files, strict=True))


def lane_values(book: Workbook, report: Report) -> dict[str, object]:
    """What each lane shows; a formula without a figure shows an empty text."""
    shown: dict[str, object] = {}
    for sheet in used_sheets(report):
        for rule, lane in sheet.lanes.items():
            value = book[sheet.name].cell(*lane.spot).value
            shown[rule] = None if value == "" else value
    return shown


@pytest.mark.slow
def test_live_formulas_agree_with_python_in_libreoffice(saved: dict[str, Path]) -> None:
    for name in IN_LIBREOFFICE:
        case = CASES[name]
        book = load_workbook(saved[name], data_only=True)
        wanted = lanes_wanted(case)
        assert lane_values(book, case) == wanted
        assert cover_line(wanted) in str(book[layout.COVER].cell(*layout.LIVE_SPOT).value)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "expected"), [("empty", EMPTY_COVER), ("table_two", TABLE_TWO_COVER)]
)
def test_the_cover_of_an_empty_workbook_in_libreoffice(
    saved: dict[str, Path], name: str, expected: list[str]
) -> None:
    cover = load_workbook(saved[name], data_only=True)[layout.COVER]
    assert [cover.cell(*spot).value for spot in (*COVER_STATES, layout.LIVE_SPOT)] == expected


@pytest.mark.slow
def test_what_another_program_saved_is_the_same_report(saved: dict[str, Path]) -> None:
    for name in IN_LIBREOFFICE:
        assert read_workbook(saved[name]).tables == CASES[name].tables


@pytest.mark.slow
def test_text_negative_and_fractional_figures_do_not_upset_a_lane(saved: dict[str, Path]) -> None:
    sheet = load_workbook(saved["strange"], data_only=True)["表三"]
    assert sheet["K5"].value == "文"  # of 12② nobody knows which figure it is
    assert sheet["D30"].value == -440
    assert sheet["E30"].value == pytest.approx(-11.9)


@pytest.mark.slow
def test_correcting_a_figure_puts_the_flag_out(
    written: dict[str, Path], saved: dict[str, Path], tmp_path: Path
) -> None:
    """Lane, cover, state of the finding and colour of the cell follow the figure, with no Python in
    between.
    """
    before, after = (
        load_workbook(saved[name], data_only=True) for name in ("flagged", "corrected")
    )
    assert (before["表四"]["E6"].value, after["表四"]["E6"].value) == (1, "✓")
    assert "不符1项" in before[layout.COVER].cell(*layout.LIVE_SPOT).value
    assert "不符0项（相符42项" in after[layout.COVER].cell(*layout.LIVE_SPOT).value
    column = layout.RESULT_COLUMNS["state"]
    states = [
        [book[layout.RESULTS].cell(row, column).value or "" for row in range(4, 7)]
        for book in (before, after)
    ]
    assert states[0].count("仍不符") == states[1].count("已相符") == 1
    assert states[0].count("未填写") == states[1].count("已填写") >= 1
    pages = convert([written["flagged"], written["corrected"]], "pdf", tmp_path, pages="4")
    assert [accent_dots(pdf, tmp_path) > 0 for pdf in pages] == [True, False]


def accent_dots(pdf: Path, folder: Path) -> int:
    """Dots in the colour of an error on the first page."""
    return sum(
        red > 180 and green < 90 and blue < 40 for red, green, blue in page_pixels(pdf, 1, folder)
    )


def test_links_lead_to_the_flagged_cell(target: Path) -> None:
    wrong = changed(report_of(), "disputes.review.total", 10)
    book = load_workbook(write_workbook(wrong, check(wrong), target))
    results = book[layout.RESULTS]
    link = results.cell(4, layout.RESULT_COLUMNS["link"]).value
    assert (
        link == "goto.disputes.review.total"
    )  # an address fails where Excel counts columns by numbers
    assert book.defined_names[link].attr_text == "'表四'!$E$5"
    assert results["D4"].value == '=IF(O4="",P4&"",HYPERLINK("#"&O4,P4))'
    assert set(results["P4"].value) - set(string.ascii_letters) == set("行政复议 · 总计")
    assert read_file(target)["表四"][5, 5] == 10
