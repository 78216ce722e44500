"""The template against its sources, the official form, and what spreadsheet programs can do."""

from __future__ import annotations

import re
from io import BytesIO
from itertools import product
from zipfile import ZipFile

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.utils import range_boundaries
from openpyxl.worksheet.worksheet import Worksheet

import build
import looks
from gongkai.editions import all_editions
from gongkai.spreadsheets import letters
from gongkai.wording.phrases import counts_text, short_row
from gongkai.workbook import layout
from gongkai.workbook.file import template_path

SHEETS = {sheet.name: sheet for sheet in layout.table_sheets()}
EACH_SHEET = pytest.mark.parametrize("name", SHEETS)
SHARED = {
    "SUM",
    "COUNT",
    "COUNTA",
    "COUNTIF",
    "MIN",
    "MAX",
    "ABS",
    "INT",
    "MOD",
    "ROUND",
    "IF",
    "AND",
    "OR",
    "NOT",
}
SHARED |= {
    "CHOOSE",  # the guide
    "INDEX",
    "ROW",
    "ROWS",
    "COLUMN",
    "COLUMNS",
    "HYPERLINK",
    "EXACT",
    "FIND",
    "SUBSTITUTE",
    "TRIM",
    "CHAR",
}
SHARED |= {"ISERROR", "ISLOGICAL", "ISNUMBER", "ISTEXT"}
SHARED |= {"COUNTA", "COUNTIFS", "LARGE", "MAX", "SMALL", "SUMIF"}  # the summary's
SHARED |= {"INT", "MOD"}  # one mark under another
SCREEN = (
    1_400,
    720,
)  # pixels at 100 % on the screen of an office computer, less the program's own bars
# The same of 1366 x 768: without 30 of row numbers and 20 of the bar at the right; without taskbar,
# title, ribbon, line of formulas, letters of columns, tabs and status (40, 30, 150, 25, 20, 50).
SMALL = (1_316, 453)


@pytest.fixture(scope="module")
def book() -> Workbook:
    return load_workbook(template_path())


@pytest.fixture(scope="module")
def parts() -> dict[str, str]:
    with ZipFile(template_path()) as archive:
        return {
            name: archive.read(name).decode()
            for name in archive.namelist()
            if not name.endswith(".bin")
        }


def rules_of(page: Worksheet) -> list[tuple[str, str]]:
    return [
        (str(area.sqref), rule.formula[0])
        for area in page.conditional_formatting
        for rule in area.rules
    ]


def formulas_of(page: Worksheet) -> dict[str, str]:
    cells = (cell for row in page.iter_rows() for cell in row)
    return {cell.coordinate: str(cell.value) for cell in cells if cell.data_type == "f"}


# --- against its sources --------------------------------------------------------------------------


def test_the_committed_template_is_what_its_sources_give(
    capsys: pytest.CaptureFixture[str],
) -> None:
    assert (build.main(["--check"]), capsys.readouterr().err) == (0, "")


@pytest.mark.slow
def test_two_builds_are_the_same_bytes() -> None:
    assert build.build_template() == build.build_template()


def test_nothing_of_the_machine_that_built_it(parts: dict[str, str]) -> None:
    assert set(re.findall(r"<dc:creator[^>]*>([^<]*)", parts["docProps/core.xml"])) == {"gongkai"}
    assert not re.search(r"/(root|home|tmp|work|Users)/", "".join(parts.values()))
    with ZipFile(BytesIO(template_path().read_bytes())) as archive:
        assert {info.date_time for info in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}


def test_it_is_a_macro_workbook_with_plain_code_names(parts: dict[str, str]) -> None:
    assert "application/vnd.ms-excel.sheet.macroEnabled.main+xml" in parts["[Content_Types].xml"]
    assert 'codeName="ThisWorkbook"' in parts["xl/workbook.xml"]
    names = re.findall(r'<sheetPr codeName="([^"]*)"', "".join(parts.values()))
    assert len(names) == len(set(names)) == len(layout.sheet_names())
    assert all(name.isascii() and name.isalnum() for name in names)


def test_fonts_are_in_the_order_of_the_schema(parts: dict[str, str]) -> None:
    fonts = re.findall(r"<font>(.*?)</font>", parts["xl/styles.xml"])
    order = ("b", "sz", "color", "name", "charset")
    for found in (re.findall(r"<(\w+)", font) for font in fonts):
        assert found == sorted(found, key=[*order, *found].index)


# --- the official form ----------------------------------------------------------------------------


def test_the_sheets_and_which_are_hidden(book: Workbook) -> None:
    assert tuple(book.sheetnames) == layout.sheet_names()
    hidden = [page.title for page in book if page.sheet_state != "visible"]
    assert hidden == ["表二（2019）", "表三（2019）", layout.LOG, layout.TOOL, layout.SETTINGS]
    assert {sheet.name: sheet.editions for sheet in SHEETS.values()} == {
        "表二": ("2021",),
        "表三": ("2021",),
        "表四": ("2019", "2021"),
        "表二（2019）": ("2019",),
        "表三（2019）": ("2019",),
    }


@EACH_SHEET
def test_every_label_stands_where_the_form_has_it(name: str, book: Workbook) -> None:
    sheet, page = SHEETS[name], book[name]
    merged = {str(area) for area in page.merged_cells.ranges}
    for label, box in sheet.labels:
        cell = page.cell(box.top, box.left)
        assert cell.value == label.text
        assert (cell.font.name, cell.font.sz, cell.border.left.style) == ("宋体", 10, "thin")
        area = f"{letters(box.left)}{box.top}:{letters(box.right)}{box.bottom}"
        assert (area in merged) == (box.width * box.height > 1)
        if label.kind == "caption":
            assert (cell.fill.fgColor.rgb, cell.alignment.horizontal) == ("FFC6D9F1", "left")
    assert page["A1"].value == sheet.form.title
    assert (page["A1"].font.sz, page["A1"].font.b) == (12, True)
    for row, column in sheet.cells.values():
        assert (
            page.cell(row, column).number_format == "General"
        )  # a format of 0 would show 1.5 as 2


@EACH_SHEET
def test_a_sheet_fits_one_screen(name: str, book: Workbook) -> None:
    sheet, page = SHEETS[name], book[name]
    columns = range(1, sheet.size.right + 2)
    last = max([sheet.size.bottom, *(lane.spot[0] for lane in sheet.lanes.values())])
    assert (
        sum(page.column_dimensions[letters(column)].width * 7 + 5 for column in columns) < SCREEN[0]
    )
    assert sum(page.row_dimensions[row].height / 0.75 for row in range(1, last + 1)) < SCREEN[1]


@EACH_SHEET
def test_marks_are_out_of_sight(name: str, book: Workbook) -> None:
    sheet, page = SHEETS[name], book[name]
    assert sheet.marks.keys() == sheet.cells.keys()
    assert not set(sheet.marks.values()) & (
        set(sheet.cells.values()) | {lane.spot for lane in sheet.lanes.values()}
    )
    # openpyxl keeps neighbouring columns of one look under the first of them.
    hidden = {
        column
        for found in page.column_dimensions.values()
        if found.hidden
        for column in range(found.min, found.max + 1)
    }
    assert {column for _, column in sheet.marks.values()} <= hidden


# --- formulas and flags ---------------------------------------------------------------------------


def test_every_relation_has_one_lane() -> None:
    for edition in all_editions().values():
        lanes = [
            rule
            for sheet in SHEETS.values()
            if edition.name in sheet.editions
            for rule in sheet.lanes
        ]
        assert sorted(lanes) == sorted(relation.rule for relation in edition.relations)
    for sheet in SHEETS.values():
        spots = [lane.spot for lane in sheet.lanes.values()]
        assert len(set(spots)) == len(spots)
        assert all(row > sheet.size.bottom or column > sheet.size.right for row, column in spots)


def test_formulas_use_only_what_every_program_knows(book: Workbook) -> None:
    for page in book:
        formulas = [*formulas_of(page).values(), *(formula for _, formula in rules_of(page))]
        plain = [re.sub(r'"[^"]*"', "", formula) for formula in formulas]
        assert {name for formula in plain for name in re.findall(r"([A-Z]+)\(", formula)} <= SHARED
        assert max(map(len, formulas), default=0) < 1_000


@EACH_SHEET
def test_flags_look_at_their_own_sheet_and_at_every_lane(name: str, book: Workbook) -> None:
    sheet, rules = SHEETS[name], rules_of(book[name])
    assert not [formula for _, formula in rules if "!" in formula]
    seen = {
        column for _, formula in rules for column in re.findall(r"ISNUMBER\(\$?([A-Z]+)", formula)
    }
    assert {letters(lane.spot[1]) for lane in sheet.lanes.values()} <= seen
    flagged = {spot for area, formula in rules if "ISNUMBER(" in formula for spot in spots_of(area)}
    assert set(sheet.cells.values()) <= flagged


def spots_of(area: str) -> set[tuple[int, int]]:
    left, top, right, bottom = range_boundaries(area)
    return set(product(range(top, bottom + 1), range(left, right + 1)))


@EACH_SHEET
def test_each_cell_has_the_rules_of_one_range(name: str, book: Workbook) -> None:
    """Where ranges overlap, programs differ on which rule wins."""
    cells = set(SHEETS[name].cells.values())
    areas = [area for area, _ in rules_of(book[name])]
    covered = [
        spot
        for area in dict.fromkeys(areas)
        for part in area.split()
        for spot in spots_of(part) & cells
    ]
    assert len(covered) == len(set(covered)) == len(cells)


def test_suspects_live_by_the_lanes_of_their_cell(book: Workbook) -> None:
    rules = dict(reversed(rules_of(book["表三"])))  # the first rule of each range
    code = layout.SUSPECT_CODES["suspect"]
    spot = SHEETS["表三"].cells["applications.new.company"]
    formula = next(text for area, text in rules.items() if spot in spots_of(area.split()[0]))
    tests = re.search(rf"AND\(MOD\(\w+,100\)={code + layout.MARK_ALL},(.*?)\)\)$", formula)
    assert tests
    assert tests[1].count("ISNUMBER(") == 2
    assert f"={code}," in formula


def test_the_legend_shows_the_looks_of_the_flags(book: Workbook) -> None:
    page = book[layout.COVER]
    cells = {str(cell.value).split(" ")[0]: cell for [cell] in page["B21:B25"]}
    assert list(cells) == ["疑", "✗", "疑?", "!", "i"]
    for look, sign in looks.MARKS.items():
        ink, fill, line = looks.ACCENTS[look]
        cell = cells[sign]
        assert (cell.font.color.rgb, cell.fill.fgColor.rgb, cell.border.left.style) == (
            ink,
            fill,
            line,
        )
    assert {"possible", "suspect"} | layout.MARK_CODES.keys() == looks.MARKS.keys()


def luminance(color: str) -> float:
    red, green, blue = (int(color[at : at + 2], 16) / 255 for at in (2, 4, 6))
    return 0.2126 * red**2.2 + 0.7152 * green**2.2 + 0.0722 * blue**2.2


def test_the_suspects_colour_is_the_deepest() -> None:
    depth = {look: luminance(fill) for look, (_, fill, _) in looks.ACCENTS.items()}
    assert min(depth, key=lambda look: depth[look]) == "suspect"
    for ink, fill, _ in looks.ACCENTS.values():
        light, dark = sorted((luminance(ink), luminance(fill)), reverse=True)
        assert (light + 0.05) / (dark + 0.05) > 4.5


def test_what_is_adopted_is_a_digit(book: Workbook) -> None:
    [rule] = [
        rule
        for rule in book[layout.RESULTS].data_validations.dataValidation
        if rule.type == "whole"
    ]
    assert (rule.type, rule.formula1, rule.formula2, rule.allowBlank) == ("whole", "1", "9", True)
    column, top = layout.RESULT_COLUMNS["adopt"], layout.RESULTS_TOP
    rows = range(top, top + layout.RESULTS_ROWS)
    assert {spot for area in rule.sqref.ranges for spot in spots_of(str(area))} == {
        (row, column) for row in rows
    }
    assert "序号" in rule.error


def test_the_log_keeps_texts_as_texts(book: Workbook) -> None:
    page = book[layout.LOG]
    heads = [page.cell(layout.LOG_TOP - 1, column).value for column in layout.LOG_COLUMNS.values()]
    assert heads == ["时间", "表", "单元格", "名称", "原填", "改为", "依据"]
    for name in ("time", "name", "reason"):
        column = page.column_dimensions[letters(layout.LOG_COLUMNS[name])]
        assert column.number_format == "@"
        assert column.quotePrefix


def test_typing_is_warned_about_and_never_refused(book: Workbook) -> None:
    for name, sheet in SHEETS.items():
        rules = book[name].data_validations.dataValidation
        assert {rule.errorStyle for rule in rules} == {"warning"}
        covered = {
            spot for rule in rules for area in rule.sqref.ranges for spot in spots_of(str(area))
        }
        assert covered == set(sheet.cells.values())


@EACH_SHEET
def test_each_figure_is_told_what_it_counts(name: str, book: Workbook) -> None:
    sheet = SHEETS[name]
    told: dict[tuple[int, int], tuple[str, str]] = {}
    for rule in book[name].data_validations.dataValidation:
        assert rule.showInputMessage
        for area in rule.sqref.ranges:
            for spot in spots_of(str(area)):
                assert spot not in told  # programs differ on which of two rules wins
                told[spot] = (rule.promptTitle, rule.prompt)
    for cell_id, spot in sheet.cells.items():
        cell = sheet.form.cells[cell_id]
        title, text = told[spot]
        assert title.split("·")[0] == short_row(cell.row)
        assert text == counts_text(cell)
        assert len(title) <= 32  # what Excel takes: title and text of an input message
        assert len(text) <= 255


@pytest.mark.parametrize("name", ["表三", "表三（2019）"])
def test_heads_stay_in_sight_on_a_small_screen(name: str, book: Workbook) -> None:
    """All columns fit beside the labels; below the heads there is room for more than half of the
    rows.
    """
    sheet, page = SHEETS[name], book[name]
    first = (min(row for row, _ in sheet.cells.values()), 4)
    assert page.freeze_panes == layout.address(first)
    heads = sum(page.row_dimensions[row].height / 0.75 for row in range(1, first[0]))
    columns = range(1, sheet.size.right + 2)
    wide = sum(page.column_dimensions[letters(column)].width * 7 + 5 for column in columns)
    rows = [page.row_dimensions[row].height / 0.75 for row, _ in sheet.cells.values()]
    assert wide < SMALL[0]
    assert (SMALL[1] - heads) / max(rows) > 6
    assert (SMALL[1] - heads) / min(rows) > len(sheet.form.rows) / 2
    others = {each for each in SHEETS if book[each].freeze_panes}
    assert others == {"表三", "表三（2019）"}


def test_parts_that_every_program_reads(parts: dict[str, str]) -> None:
    assert all("extLst" not in part and "x14" not in part for part in parts.values())


@EACH_SHEET
def test_every_figure_has_its_cell_id_as_a_name(book: Workbook, name: str) -> None:
    names = {cell: named.attr_text for cell, named in book[name].defined_names.items()}
    places = SHEETS[name].cells.items()
    assert names.pop(layout.LANES_NAME) == layout.absolute(SHEETS[name].printed_with_lanes, name)
    assert names == {cell: f"'{name}'!${letters(column)}${row}" for cell, (row, column) in places}
