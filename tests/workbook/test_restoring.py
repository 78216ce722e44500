"""Tables whose lines were moved, lanes that were overtyped, older workbooks: told, and put right on
request.

What is done to the workbooks LibreOffice does, as its users do.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from zipfile import ZIP_DEFLATED, ZipFile

import pytest
from lxml import etree
from openpyxl import load_workbook
from openpyxl.styles import Font
from openpyxl.worksheet.worksheet import Worksheet
from test_live import stale, without_results

from gongkai.cli import main
from gongkai.editions import all_editions
from gongkai.model import Edit, Report, Value, WorkbookError
from gongkai.pipeline import check
from gongkai.workbook import layout, read_workbook, write_workbook
from gongkai.workbook.file import fill_file, standings, template_path
from gongkai.workbook.fill import report_to_edits
from gongkai.workbook.layout import TableSheet, newest_sheet
from gongkai.workbook.live.formulas import formulas_of, sheets_with_formulas
from gongkai.workbook.live.restoring import standing
from helpers.counts import some
from helpers.engines import calculated
from helpers.lanes import SHEETS, changed_by_office, random_changes, random_workbook, verdict_on
from helpers.made import report_of

OLDER = (
    Path(__file__).parent / "older" / "88fddb6.xlsm"
)  # written by that commit, the last without images
BEFORE = OLDER.with_name("0b2fe28.xlsm")  # the last whose lanes know no implied zeros
THREE, FOUR = "表三", "表四"
CASES: Mapping[str, list[list[object]]] = {
    "row inserted": [["insert rows", THREE, 9]],
    "row inserted above": [["insert rows", THREE, 1]],
    "row deleted": [["remove rows", THREE, 12]],
    "rows sorted": [["sort", THREE, 9, 3, 16, 10, 10]],
    "column inserted": [["insert columns", THREE, 6]],
    "column deleted": [["remove columns", THREE, 6]],
    "figures' row": [["insert rows", FOUR, 5]],
    "columns of 表四": [["insert columns", FOUR, 8]],
    "two things": [["insert rows", THREE, 20], ["insert columns", THREE, 1]],
    "written between": [["insert rows", THREE, 9], ["type", THREE, 9, 4, 777]],
    "lane overtyped": [["type", THREE, 7, 11, "✓"], ["type", THREE, 7, 4, 1]],
    "lane dragged": [["move", THREE, 7, 11, 7, 14]],
    "label reworded": [["type", THREE, 7, 2, "予以公开"]],
    "figure dragged": [["move", THREE, 7, 4, 8, 5]],
}
MOVED = {name for name in CASES if name not in ("lane overtyped", "lane dragged", "figure dragged")}
LOST = {"row deleted": "refused_third_party", "column deleted": "research"}


def sound() -> Report:
    return report_of(
        {f"applications.refused_third_party.{column}": 0 for column in ("natural", "total")}
    )


@pytest.fixture(scope="module")
def changed(
    tmp_path_factory: pytest.TempPathFactory, request: pytest.FixtureRequest
) -> dict[str, Path]:
    """A sound workbook after each case that the tests of this run ask for."""
    folder = tmp_path_factory.mktemp("changed")
    cases = {name: CASES[name] for name in sorted({"row inserted", *asked_for(request.session)})}
    files = [folder / f"{number}.xlsm" for number, _ in enumerate(cases)]
    for file in files:
        write_workbook(sound(), check(sound()), file)
    return dict(
        zip(cases, changed_by_office(files, list(cases.values()), folder / "out"), strict=True)
    )


def asked_for(session: pytest.Session) -> set[str]:
    """The names of the cases in the tests that are run."""
    return {
        str(item.callspec.params["name"])
        for item in session.items
        if isinstance(item, pytest.Function) and "changed" in item.fixturenames
        if hasattr(item, "callspec")
    }


@pytest.fixture
def copy(changed: dict[str, Path], tmp_path: Path) -> Path:
    return tmp_path / "年报.xlsx"


EACH = some("name", CASES, 6)


@some("name", CASES, 6)
def test_no_lane_is_fooled(name: str, changed: dict[str, Path]) -> None:
    """After a line was moved every lane of the table shows 移; a dragged figure counts where it
    stands.
    """
    path = changed[name]
    [found] = calculated("betteroffice", [path])
    sheet = FOUR if "表四" in name or name == "figures' row" else THREE
    cover = str(found[layout.COVER][layout.LIVE_SPOT])
    if name in MOVED:
        assert verdict_on(path).moved == {sheet}
        assert cover.startswith(f"移 {sheet}")
        assert "✗" not in cover
    elif name == "figure dragged":
        shown = [found[THREE][7, 11], found[THREE][8, 11]]
        assert shown[0] == layout.TO_FILL
        assert isinstance(shown[1], float)
    else:
        row = layout.EDITION_SPOTS["applications"][0]
        assert str(found[layout.COVER][row, 4]).endswith("；1格勾稽校验被改动")


@EACH
def test_python_says_which(name: str, changed: dict[str, Path]) -> None:
    report = read_workbook(changed[name])
    told = [problem.reason for problem in report.problems]
    if name in MOVED:
        table = "disputes" if name in ("columns of 表四", "figures' row") else "applications"
        assert all(entry.value is None for entry in report.tables[table].entries.values())
        assert len(told) == 1
        assert "与官方表格不同：" in told[0]
        assert (
            "整张表的数字没有采用；请用“还原表格”（或运行 gongkai check 文件名 --write）还原"
            in told[0]
        )
    elif name != "figure dragged":
        assert told == [
            (
                "“表三”的勾稽校验有1格（K7）被改动或清除；请用“还原表格”（或运行 gongkai check "
                "文件名 --write）还原。"
            )
        ]
        assert any("勾稽校验有1格" in found.message for found in check(report))


@some("name", CASES, 14)
def test_it_is_put_back_by_its_labels(
    name: str, changed: dict[str, Path], copy: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    shutil.copyfile(changed[name], copy)
    before = copy.read_bytes()
    if name != "figure dragged":  # without a yes nothing happens
        assert main(["check", str(copy), "--write"]) == 2
        assert "请加上 --yes 重新运行" in capsys.readouterr().err
        assert copy.read_bytes() == before
    main(["check", str(copy), "--write", "--yes"])
    kept = "年报（上一版）.xlsx" if name == "figure dragged" else "年报（还原前）.xlsx"
    assert copy.with_name(kept).read_bytes() == before
    assert standings(copy) == []
    wanted = values_of(sound())
    lost = LOST.get(name, " ")
    wanted |= {
        cell: None
        for cell in wanted
        if cell.startswith("applications.") and lost in cell.split(".")
    }
    wanted |= {"applications.granted.natural": 1} if name == "lane overtyped" else {}
    if name == "figure dragged":
        natural, company = "applications.granted.natural", "applications.partly_granted.company"
        wanted |= {natural: None, company: wanted[natural]}
    assert values_of(read_workbook(copy)) == wanted
    assert without_results(copy) == []
    assert stale("betteroffice", [copy]) == []
    assert_official(copy)


def values_of(report: Report) -> dict[str, Value]:
    return {entry.cell: entry.value for entry in report.entries()}


def assert_official(path: Path) -> None:
    """Texts, merged cells, names and formulas as in the template, and no lane anywhere else."""
    book, model = load_workbook(path), load_workbook(template_path())
    for sheet in layout.table_sheets():
        page, official = book[sheet.name], model[sheet.name]
        for label, box in sheet.labels:
            assert page.cell(box.top, box.left).value == label.text
        assert sorted(map(str, page.merged_cells.ranges)) == sorted(
            map(str, official.merged_cells.ranges)
        )
        rules = [len(block.rules) for block in page.conditional_formatting]
        assert rules == [len(block.rules) for block in official.conditional_formatting]
    for name in [name for name in sheets_with_formulas() if name != layout.SUMMARY]:
        found = {
            (cell.row, cell.column): cell.value
            for row in book[name].iter_rows()
            for cell in row
            if isinstance(cell.value, str) and cell.value.startswith("=")
        }
        assert found == dict(formulas_of(name))
    assert book.defined_names["goto.applications.granted.natural"].attr_text == "'表三'!$D$7"
    assert book[THREE].defined_names["applications.granted.natural"].attr_text == "'表三'!$D$7"


@pytest.mark.slow
def test_what_a_careless_hand_did_is_put_back_or_refused(tmp_path: Path) -> None:
    """Lanes show then what they showed before, but for what was typed, dragged or deleted."""
    seeds = range(60)
    changes = [random_changes(seed) for seed in seeds]
    files = [random_workbook(seed, tmp_path) for seed in seeds]
    moved = changed_by_office(files, changes, tmp_path / "out")
    harmless = ("insert rows", "insert columns", "sort")
    right = []
    for before, after, steps in zip(files, moved, changes, strict=True):
        if main(["check", str(after), "--write", "--yes"]) == 2:
            continue
        right.append(after)
        if all(step[0] in harmless for step in steps):
            assert verdict_on(after) == verdict_on(before), steps
    assert len(right) > 50
    assert stale("betteroffice", right) == []


# --- plans ----------------------------------------------------------------------------------------


def cells_of(sheet: TableSheet) -> dict[tuple[int, int], object]:
    """A sheet on which each figure is its own number."""
    texts = dict((*sheet.guarded, *sheet.lane_head))
    return {**texts, **{spot: number for number, spot in enumerate(sheet.cells.values())}}


@pytest.mark.parametrize("sheet", layout.table_sheets(), ids=lambda sheet: sheet.name)
def test_any_one_line_inserted_or_deleted_is_found(sheet: TableSheet) -> None:
    cells = cells_of(sheet)
    official = standing(sheet, cells, ())
    assert official.is_official
    for axis, last in ((0, sheet.size.bottom), (1, sheet.size.right)):
        for line in range(1, last + 1):
            inserted = {moved(spot, axis, line, 1): value for spot, value in cells.items()}
            found = standing(sheet, inserted, ())
            placed = {
                spot: inserted.get(place)
                for spot in sheet.cells.values()
                if (place := found.place(spot))
            }
            assert placed == {spot: cells[spot] for spot in sheet.cells.values()}, (axis, line)
            assert found.strange == ()
            gone = {
                moved(spot, axis, line, -1): value
                for spot, value in cells.items()
                if spot[axis] != line
            }
            try:
                found = standing(sheet, gone, ())
            except WorkbookError:
                continue  # labels above labels: nobody can tell which of two lines went
            for spot in sheet.cells.values():
                place = found.place(spot)
                if place is not None and place in gone:
                    assert gone[place] == cells[spot], (axis, line, spot)


def moved(spot: tuple[int, int], axis: int, line: int, by: int) -> tuple[int, int]:
    at = spot[axis] + (by if spot[axis] >= line + (by < 0) else 0)
    return (at, spot[1]) if axis == 0 else (spot[0], at)


def test_a_label_that_stands_twice_is_no_guess() -> None:
    sheet = newest_sheet("applications")
    cells = cells_of(sheet) | {(40, 2): "（一）予以公开"}
    with pytest.raises(WorkbookError, match="“（一）予以公开”有2处，不能确定是哪一行"):
        standing(sheet, cells, ())
    with pytest.raises(WorkbookError, match="找不到官方表格的行名和列名"):
        standing(sheet, {(1, 1): "别的"}, ())


# --- older workbooks ------------------------------------------------------------------------------


@pytest.fixture
def older(tmp_path: Path) -> Path:
    path = tmp_path / "旧版.xlsm"
    path.write_bytes(OLDER.read_bytes())
    return path


# What formulas say today -> what those of the version before said.
SAID_BEFORE = {
    '"","待填"': '"","缺"',
    "；最近一次校验另有": "；写入时另有",
    "未作任何校验": "什么也没有校验",
}


def as_before(path: Path) -> None:
    """A workbook of today with the formulas, and their results, of the version before."""
    with ZipFile(path) as archive:
        contents = {name: archive.read(name) for name in archive.namelist()}
    with ZipFile(path, "w", ZIP_DEFLATED) as archive:
        for name, content in contents.items():
            if name.startswith("xl/worksheets/sheet"):
                for now, was in SAID_BEFORE.items():
                    content = content.replace(now.encode(), was.encode())
            archive.writestr(name, content)


@pytest.mark.slow
def test_formulas_of_the_version_before_are_no_altered_ones(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = write_workbook(sound(), check(sound()), tmp_path / "a.xlsx")
    as_before(path)
    lanes = [str(cell.value) for row in load_workbook(path)[THREE]["D30:J30"] for cell in row]
    assert all('"缺"' in lane for lane in lanes)
    assert read_workbook(path).problems == ()
    assert main(["check", str(path), "--write"]) == 0
    assert_official(path)
    as_before(path)
    book = load_workbook(path)
    book[THREE]["D30"] = None
    book.save(path)
    assert len(read_workbook(path).problems) == 1
    assert main(["check", str(path), "--write", "--yes"]) == 0
    assert read_workbook(path).problems == ()
    assert_official(path)
    capsys.readouterr()


@pytest.mark.slow
def test_a_workbook_without_steps_is_read_and_brought_up(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Its lanes are no altered ones, what was dismissed about its blanks still is, and its cover
    counts as we do.
    """
    path = tmp_path / "上一版.xlsm"
    path.write_bytes(BEFORE.read_bytes())
    report = read_workbook(path)
    assert report.problems == ()
    assert main(["check", "--write", str(path)]) == 1
    assert "，其中35项含推定的0，1处错误，另有1处已忽略" in capsys.readouterr().out
    assert_official(path)
    assert without_results(path) == []
    assert stale("betteroffice", [path]) == []
    shown = load_workbook(path, data_only=True)[layout.COVER].cell(*layout.LIVE_SPOT).value
    assert "不符2项（相符40项，其中35项含推定的0，数据不全0项）" in shown


def test_an_older_workbook_is_read_as_before(older: Path) -> None:
    report = read_workbook(older)
    assert report.problems == ()
    assert report.value("disputes.review.total") == 12
    assert [decision.reason for decision in report.decisions.values()] == ["已与原件核对"]


WRITERS = {
    "check": ["check", "{}", "--write"],
    "numbers": ["numbers", "{}"],
    "adopt": ["adopt", "{}", "1=1"],
    "fill": ["fill", "{}", "--template", "{}", "-o", "{}.xlsm"],
}


@some("writer", WRITERS)
def test_whoever_writes_brings_an_older_workbook_up(writer: str, older: Path) -> None:
    """Figures, decisions, the log and what a user wrote below the table stay."""
    if writer == "numbers":
        fill_file(older, older, [Edit(THREE, 7, 5, "7")], overwrite=True)
    figures, logged = values_of(read_workbook(older)), log_of(older)
    assert main([word.format(older) for word in WRITERS[writer]]) in (0, 1)
    older = Path(f"{older}.xlsm") if writer == "fill" else older
    assert_official(older)
    assert without_results(older) == []
    assert stale("betteroffice", [older]) == []
    after = values_of(read_workbook(older))
    assert {cell for cell in after if after[cell] != figures[cell]} <= {"disputes.review.upheld"}
    assert log_of(older)[: len(logged)] == logged
    page = load_workbook(older)[THREE]
    assert page["A34"].value == "注：本表由办公室填写"
    assert not page.row_dimensions[34].hidden
    assert page.row_dimensions[35].hidden
    if writer != "adopt":
        assert [decision.reason for decision in read_workbook(older).decisions.values()] == [
            "已与原件核对"
        ]


def log_of(path: Path) -> list[list[object]]:
    page = load_workbook(path)[layout.LOG]
    rows = [[cell.value for cell in row[1:7]] for row in page.iter_rows(min_row=layout.LOG_TOP)]
    return [row for row in rows if any(row)]


def test_looks_do_not_pile_up(older: Path) -> None:
    """Each further check adds nothing to the workbook's styles."""
    sizes = []
    for _ in range(3):
        main(["check", str(older), "--write"])
        with ZipFile(older) as archive:
            sizes.append(len(etree.fromstring(archive.read("xl/styles.xml")).find("{*}dxfs")))
    assert sizes[0] == sizes[1] == sizes[2]


def test_a_template_with_a_line_moved_takes_no_report(
    changed: dict[str, Path], tmp_path: Path
) -> None:
    """Figures would stand beside other labels."""
    with pytest.raises(WorkbookError, match=r"与官方表格不同：.*没有写入"):
        write_workbook(sound(), [], tmp_path / "b.xlsx", template=changed["row inserted"])
    assert not (tmp_path / "b.xlsx").exists()


def test_a_figure_s_cell_may_be_filled_in_on_a_protected_sheet() -> None:
    book = load_workbook(template_path())
    for sheet in layout.table_sheets():
        page = book[sheet.name]
        assert not page.protection.sheet
        spots = {spot for spot in sheet.cells.values() if not page.cell(*spot).protection.locked}
        assert spots == set(sheet.cells.values())
        assert all(page.cell(*lane.spot).protection.locked for lane in sheet.lanes.values())


def test_all_sheets_with_lanes_are_tried() -> None:
    assert {sheet.name for sheet in SHEETS} == {THREE, FOUR, "表三（2019）"}
    assert report_to_edits(sound(), ())
    assert set(all_editions()) == {"2019", "2021"}


# --- values pasted over formulas ------------------------------------------------------------------


def pasted(path: Path, sheet: str, places: str = "") -> Path:
    """A sound workbook on one sheet of which values were pasted over formulas, and then D5 of 表三
    made 999.
    """
    source = write_workbook(sound(), [], path.with_suffix(".xlsm"))
    book, values = load_workbook(source), load_workbook(source, data_only=True)
    for row in book[sheet].iter_rows():
        for cell in row:
            if (
                isinstance(cell.value, str)
                and cell.value.startswith("=")
                and places in ("", cell.coordinate)
            ):
                cell.value = values[sheet][cell.coordinate].value
    book[THREE]["D5"] = 999
    book.save(path)
    return path


@pytest.mark.parametrize("places", ["", "X37"])
def test_a_cover_is_not_fooled_by_pasted_values(places: str, tmp_path: Path) -> None:
    [found] = calculated("betteroffice", [pasted(tmp_path / "a.xlsx", THREE, places)])
    assert found[layout.COVER][12, 4] == "移 校验格与官方表格不同，没有核对"
    assert str(found[layout.COVER][layout.LIVE_SPOT]).startswith("移 表三校验格；")


@pytest.mark.slow
def test_pasted_values_are_told_and_restored(tmp_path: Path) -> None:
    lanes = pasted(tmp_path / "a.xlsx", THREE)
    assert any(
        "“表三”的勾稽校验有39格" in problem.reason for problem in read_workbook(lanes).problems
    )
    cover = pasted(tmp_path / "b.xlsx", layout.COVER)
    told = [problem.reason for problem in read_workbook(cover).problems]
    assert told[0].startswith(
        "“封面”的核对公式有4格（C15、D11、D12、D13）被改动或清除，所显示的结论不可靠"
    )
    for path in (lanes, cover):
        assert main(["check", str(path), "--write", "--yes"]) == 1
        assert_official(path)
        assert stale("betteroffice", [path]) == []


@pytest.mark.slow
def test_a_column_inserted_beside_the_table_is_told(tmp_path: Path) -> None:
    """Between the table and its lanes: no label of the table moves."""
    path = write_workbook(sound(), [], tmp_path / "a.xlsm")
    [moved_file] = changed_by_office([path], [[["insert columns", THREE, 11]]], tmp_path / "out")
    (told,) = read_workbook(moved_file).problems
    assert told.reason.startswith("“表三”的勾稽校验有39格（D30、")


def test_figures_that_are_merged_are_not_put_back(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = load_workbook(write_workbook(sound(), [], tmp_path / "a.xlsm"))
    book[THREE].merge_cells("D13:E13")
    book[THREE]["B7"] = "予以公开"
    book.save(tmp_path / "b.xlsx")
    assert main(["check", str(tmp_path / "b.xlsx"), "--write", "--yes"]) == 2
    assert "“表三”的D13:E13合并了几个数字格，没有还原；请先取消合并。" in capsys.readouterr().err


@pytest.mark.parametrize(
    ("cell", "label"), [("B14", "本年收费金额（单位：元）"), ("B7", "本年处理决定数量（万件）")]
)
def test_a_label_of_another_unit_is_not_put_back(
    cell: str, label: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """125000 under 元 would be 125000万元 under the official label."""
    book = load_workbook(write_workbook(sound(), [], tmp_path / "a.xlsm"))
    book["表二"][cell] = label
    book.save(tmp_path / "b.xlsx")
    before = (tmp_path / "b.xlsx").read_bytes()
    assert main(["check", str(tmp_path / "b.xlsx"), "--write", "--yes"]) == 2
    assert f"“表二”的{cell}写有“{label}”，单位与官方表格不同，没有还原；" in capsys.readouterr().err
    assert (tmp_path / "b.xlsx").read_bytes() == before


# Texts of a row or two exchanged or reworded, each with a figure that stands there.
OTHER_NAMES: Mapping[str, dict[str, object]] = {
    "rows exchanged and numbered anew": {
        "B7": "（一）部分公开（区分处理的，只计这一情形，不计其他情形）",
        "B8": "（二）予以公开",
        "D7": 20,
        "D8": 96,
    },
    "names alone exchanged": {
        "A5": "一、上年结转政府信息公开申请数量",
        "A6": "二、本年新收政府信息公开申请数量",
    },
    "one name of another row": {"C15": "7.属于行政查询事项", "D15": 3},
    "the same of 其他": {"C25": "1.其他", "D25": 4},
    "a name of no row": {"C12": "4.涉及商业秘密", "D12": 2},
    "a short name of another row": {"B7": "（一）部分公开", "B8": None},
    "one numbered anew, the other as it was": {"B7": "（二）予以公开", "B8": "（一）予以公开"},
    "names of columns": {"E4": "（二）科研机构", "F4": "（一）商业企业"},
}


@some("name", OTHER_NAMES, 4)
@pytest.mark.parametrize("inserted", [False, True])
def test_the_name_of_a_row_is_believed_and_not_its_number(
    name: str, inserted: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """A label of other words is never rewritten: its figure would be another row's. Alone, and
    with a label in need of restoring besides.
    """
    book = load_workbook(write_workbook(sound(), [], tmp_path / "a.xlsm"))
    for place, value in OTHER_NAMES[name].items():
        book[THREE][place] = value
    if inserted:
        book[THREE]["A29"] = "结转下年度继续办理"
    book.save(tmp_path / "b.xlsx")
    before = (tmp_path / "b.xlsx").read_bytes()
    assert main(["check", str(tmp_path / "b.xlsx"), "--write", "--yes"]) == 2
    told = capsys.readouterr().err
    place = next(iter(OTHER_NAMES[name]))
    assert f"“表三”的{place}" in told
    assert "没有还原；" in told
    assert (tmp_path / "b.xlsx").read_bytes() == before
    assert main(["publish", str(tmp_path / "b.xlsx"), "-o", str(tmp_path / "b.html")]) == 2


SAME_NAMES = [
    ("B7", "1.予以公开"),
    ("B7", "予以公开"),
    ("B7", "（一）予以公幵"),
    ("B8", "（二）部分公开"),
    ("C27", "4.其他"),
    ("A5", None),
]


@some("named", SAME_NAMES, 3)
def test_another_number_or_a_slip_of_the_pen_is_the_same_name(
    named: tuple[str, str | None], tmp_path: Path
) -> None:
    place, label = named
    book = load_workbook(write_workbook(sound(), [], tmp_path / "a.xlsm"))
    figures = read_workbook(tmp_path / "a.xlsm").tables
    book[THREE][place] = label
    book.save(tmp_path / "b.xlsx")
    main(["check", str(tmp_path / "b.xlsx"), "--write", "--yes"])
    assert read_workbook(tmp_path / "b.xlsx").tables == figures


@pytest.mark.parametrize("merged", [True, False])
@pytest.mark.parametrize("captions", [True, False])
def test_exchanged_rows_of_other_parts_come_back_whole_or_not_at_all(
    merged: bool, captions: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """行政许可 and 行政事业性收费 stand under heads of their own, the last of them on the last row:
    between them are lines with a caption alone.
    """
    book = load_workbook(write_workbook(sound(), [], tmp_path / "a.xlsm"))
    figures = read_workbook(tmp_path / "a.xlsm").tables
    sheet = book["表二"]
    for area in list(sheet.merged_cells.ranges) if not merged else ():
        sheet.unmerge_cells(str(area))
    for column in "AB":
        one, other = sheet[f"{column}8"], sheet[f"{column}15"]
        one.value, other.value = other.value, one.value
    if not captions:
        sheet["A9"] = None
    book.save(tmp_path / "b.xlsx")
    before = (tmp_path / "b.xlsx").read_bytes()
    code = main(["check", str(tmp_path / "b.xlsx"), "--write", "--yes"])
    told = capsys.readouterr()
    assert "已被删除" not in told.out + told.err
    if captions:
        assert read_workbook(tmp_path / "b.xlsx").tables == figures
        assert load_workbook(tmp_path / "b.xlsx")["表二"]["A15"].value == "行政事业性收费"
        return
    assert (code, (tmp_path / "b.xlsx").read_bytes()) == (2, before)
    assert "不能确定是哪一行；没有还原" in told.err


UNITS = [
    ("表二", "A13", "第二十条第（八）项（单位：元）"),
    ("表二", "A6", "单位：万件"),
    ("表二", "A1", "二、主动公开政府信息情况（金额单位：元）"),
    ("表二", "A16", "注：收费金额以元为单位"),
    ("表二", "F3", "单位：千元"),
    ("表二", "F4", "注：" + "本表由县政府办公室会同有关部门填写，" * 4 + "收费金额单位：元。"),
    (THREE, "A2", "（单位：百件）"),
    (THREE, "A1", "单位：百件"),
    (THREE, "D2", "申请人情况（单位：十件）"),
    (THREE, "A33", "注：数字以百件计"),
    (FOUR, "A8", "按千件为单位"),
    (FOUR, "A1", "四、政府信息公开行政复议、行政诉讼情况（单位：百件）"),
]


@some("case", UNITS, 5)
def test_a_unit_in_a_caption_title_or_note_is_seen(
    case: tuple[str, str, str], tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """As one in a head is; and restoring another row leaves it where it stands."""
    sheet, place, text = case
    book = load_workbook(write_workbook(sound(), [], tmp_path / "a.xlsm"))
    book[sheet][place] = text
    book.save(tmp_path / "b.xlsx")
    table = layout.tables_by_name()[sheet].table
    [problem] = read_workbook(tmp_path / "b.xlsx").problems
    assert f"“{sheet}”的{place}写有“{text[:20]}" in problem.reason
    assert "单位与官方表格不同，整张表的数字没有采用" in problem.reason
    assert set(read_workbook(tmp_path / "b.xlsx").tables[table].values.values()) == {None}
    assert main(["publish", str(tmp_path / "b.xlsx"), "-o", str(tmp_path / "b.html")]) == 2
    label = {"表二": ("A4", "1.规章"), THREE: ("B7", "予以公开"), FOUR: ("A2", "1.行政复议")}[sheet]
    book[sheet][label[0]] = label[1]
    book.save(tmp_path / "c.xlsx")
    before = (tmp_path / "c.xlsx").read_bytes()
    capsys.readouterr()
    assert main(["check", str(tmp_path / "c.xlsx"), "--write", "--yes"]) == 2
    assert "没有还原；" in capsys.readouterr().err
    assert (tmp_path / "c.xlsx").read_bytes() == before


OWN_UNITS = [
    ("表二", "A13", "第二十条第（八）项（单位：万元）"),
    ("表二", "A1", "二、主动公开政府信息情况（单位：件、万元）"),
    ("表二", "A16", "注：收费12.5万元，其中信息处理费单位为元"),
    (THREE, "A1", "三、收到和处理政府信息公开申请情况（单位：件）"),
    (THREE, "A33", "注：收取信息处理费125元"),
    (THREE, "A34", "全年申请数以百件计，超过10件的按十件计收"),
]


@some("written", OWN_UNITS, 2)
def test_the_form_s_own_units_and_other_money_are_no_other_unit(
    written: tuple[str, str, str], tmp_path: Path
) -> None:
    sheet, place, text = written
    book = load_workbook(write_workbook(sound(), [], tmp_path / "a.xlsm"))
    book[sheet][place] = text
    book.save(tmp_path / "b.xlsx")
    assert read_workbook(tmp_path / "b.xlsx").problems == ()
    assert read_workbook(tmp_path / "b.xlsx").tables == read_workbook(tmp_path / "a.xlsm").tables


def strike(sheet: Worksheet) -> None:
    sheet["D20"].font = Font(strike=True)


def hide(sheet: Worksheet) -> None:
    sheet.column_dimensions["D"].hidden = True


def as_share(sheet: Worksheet) -> None:
    sheet["D20"].number_format = "0%"


@pytest.mark.parametrize(
    ("look", "said"),
    [
        (strike, "D20单元格为加了删除线的格式"),
        (hide, "所在的行或列已隐藏"),
        (as_share, "D20单元格为百分比格式"),
    ],
)
def test_what_nobody_sees_is_not_put_back_as_a_figure(
    look: Callable[[Worksheet], None],
    said: str,
    tmp_path: Path,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Two faults at once: a label was changed, and a figure is struck."""
    book = load_workbook(write_workbook(sound(), [], tmp_path / "a.xlsm"))
    look(book[THREE])
    book[THREE]["D20"] = 5
    book[THREE]["B7"] = "予以公开"
    book.save(tmp_path / "b.xlsx")
    assert main(["check", str(tmp_path / "b.xlsx"), "--write", "--yes"]) == 2
    told = capsys.readouterr().err
    assert said in told
    assert "没有还原；请先恢复常规格式、取消隐藏，或改正、清空这一格。" in told


@some("sheet", [layout.COVER, layout.RESULTS])
def test_a_cover_or_list_with_other_lines_is_refused(
    sheet: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """What was decided would not be found, and what is written would stand beside other words."""
    path = write_workbook(sound(), check(sound()), tmp_path / "a.xlsm")
    step = ["insert rows", sheet, 5] if sheet == layout.COVER else ["insert columns", sheet, 1]
    [moved_file] = changed_by_office([path], [[step]], tmp_path / "out")
    before = moved_file.read_bytes()
    assert main(["check", str(moved_file), "--write", "--yes"]) == 2
    assert f"没有写入；请先恢复“{sheet}”的行列。" in capsys.readouterr().err
    assert moved_file.read_bytes() == before
