"""The sheets 批量导入, 汇总 and 工具 of the template, and the charts as LibreOffice calculates
them.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from decimal import Decimal
from io import BytesIO
from pathlib import Path
from random import Random
from zipfile import ZipFile

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.utils import range_boundaries
from openpyxl.worksheet.worksheet import Worksheet

from gongkai.editions import all_editions
from gongkai.model import Value
from gongkai.spreadsheets import letters
from gongkai.workbook import layout, write_workbook
from gongkai.workbook.file import fill_file, template_path
from gongkai.workbook.lists import (
    SUMMARY_HEADS,
    BatchRow,
    batch_edits,
    summary_cells,
    summary_edits,
    summary_heads,
)
from helpers.made import blank_report, report_of
from helpers.office import convert, page_texts, recalculated

HEADS = 2  # the line of the summary on which the heads of its block stand
BLOCK = range(HEADS + 1, HEADS + 9)
REST, TOTAL = BLOCK.stop, BLOCK.stop + 1
OUTCOMES = ("予以公开", "部分公开", "不予公开", "无法提供", "不予处理", "其他处理")
SENTENCES = (
    "no_xlwings",
    "no_python",
    "no_workbook",
    "not_report",
    "no_template",
    "python_error",
    "stopped",
    "mac_functions",
    "function_error",
    "function_no_xlwings",
    "automation",
)
PREFIXES = ("granted", "partly_granted", "refused_", "unavailable_", "unprocessed_", "other")


@pytest.fixture(scope="module")
def book() -> Workbook:
    return load_workbook(template_path())


def line_of(page: Worksheet, row: int) -> list[object]:
    return [cell.value for cell in page[row] if cell.value is not None]


# --- what stands where ----------------------------------------------------------------------------


def test_heads_filters_and_frozen_panes(book: Workbook) -> None:
    batch, summary = book[layout.BATCH], book[layout.SUMMARY]
    assert [str(head)[:2] for head in line_of(batch, layout.BATCH_TOP - 1)] == [
        "来源",
        "状态",
        "机关",
        "年度",
        "格式",
        "错误",
        "说明",
        "完成",
        "保存",
    ]
    heads = ["".join(str(head).split()) for head in line_of(summary, layout.SUMMARY_TOP - 1)]
    assert [full.split(" ")[-1] for full in summary_heads()] == heads
    last = letters(len(heads))
    assert batch.auto_filter.ref == f"A5:I{layout.BATCH_TOP + layout.BATCH_ROWS - 1}"
    assert summary.auto_filter.ref == f"A14:{last}{layout.SUMMARY_TOP + layout.SUMMARY_ROWS - 1}"
    assert (batch.freeze_panes, summary.freeze_panes) == ("A6", "C15")


def test_every_figure_stands_under_its_group(book: Workbook) -> None:
    page = book[layout.SUMMARY]
    merged = {(area.min_row, area.min_col): area.max_col for area in page.merged_cells.ranges}
    row = layout.SUMMARY_TOP - 2
    groups: dict[int, str] = {}
    for column in range(1, len(summary_heads()) + 1):
        text = page.cell(row, column).value
        if text:
            groups |= dict.fromkeys(range(column, merged.get((row, column), column) + 1), text)
    shown = [
        f"{groups[column]} {page.cell(row + 1, column).value}".replace("\n", "")
        for column in range(len(SUMMARY_HEADS) + 1, len(summary_heads()) + 1)
    ]
    assert shown == summary_heads()[len(SUMMARY_HEADS) :]


def test_text_columns_hold_text_and_figures_are_not_rounded(book: Workbook) -> None:
    for sheet, numbers, width in (
        (layout.BATCH, {4, 6}, 9),
        (layout.SUMMARY, {2, 7, 8, 9, 10}, 13),
    ):
        columns = book[sheet].column_dimensions
        for column in range(1, width + 1):
            kept_as_text = (
                columns[letters(column)].number_format,
                columns[letters(column)].quotePrefix,
            )
            assert kept_as_text == (("General", False) if column in numbers else ("@", True))
    figures = [book[layout.SUMMARY].column_dimensions[letters(column)] for column in (14, 42, 81)]
    assert {(column.number_format, column.alignment.horizontal) for column in figures} == {
        ("General", "right")
    }
    folder = book[layout.BATCH].cell(*layout.FOLDER_SPOT)
    assert (folder.value, folder.number_format, folder.quotePrefix) == (None, "@", True)


def test_cells_for_buttons_are_free(book: Workbook) -> None:
    for sheet, box in layout.BUTTON_AREAS.items():
        rows = book[sheet].iter_rows(box.top, box.bottom, box.left, box.right)
        assert not [cell.coordinate for row in rows for cell in row if cell.value is not None]
        heights = [book[sheet].row_dimensions[row].height for row in range(box.top, box.bottom + 1)]
        widths = [
            book[sheet].column_dimensions[letters(column)].width
            for column in range(box.left, box.right + 1)
        ]
        assert (sum(heights) >= 30, sum(widths) * 7 >= 280) == (True, True)


def test_the_sheets_stay_visible_whatever_is_filled_in(tmp_path: Path) -> None:
    for number, report in enumerate((blank_report("2019", 2020), report_of(without="disputes"))):
        path = write_workbook(report, [], tmp_path / f"{number}.xlsm", template=template_path())
        filled = load_workbook(path, read_only=True)
        states = [filled[name].sheet_state for name in (layout.BATCH, layout.SUMMARY, layout.TOOL)]
        assert states == ["visible", "visible", "hidden"]


def test_states_are_told_apart(book: Workbook) -> None:
    rules = {
        rule.formula[0]: rule.dxf
        for area in book[layout.BATCH].conditional_formatting
        for rule in area.rules
        if str(area.sqref).startswith("B")
    }
    fills = {
        state: look.fill.bgColor.rgb if look.fill else None
        for formula, look in rules.items()
        for state in re.findall(r'\$B6="(.+?)"', formula)
        if "ISNUMBER" not in formula
    }
    assert set(fills) == {"失败", "未读出数字", "待确认", "完成", "目录"}
    assert fills["失败"] == fills["未读出数字"]
    assert fills["完成"] is fills["目录"] is None
    alarm = next(look.fill.bgColor.rgb for formula, look in rules.items() if "ISNUMBER" in formula)
    assert len({alarm, fills["失败"], fills["待确认"], None}) == 4


# --- 工具 -----------------------------------------------------------------------------------------


def test_macros_find_their_cells_by_name(book: Workbook) -> None:
    page = book[layout.TOOL]
    names = {
        name: found.attr_text
        for name, found in book.defined_names.items()
        if name.startswith("gk_")
    }
    for name, (row, column) in layout.TOOL_SPOTS.items():
        assert names.pop(f"gk_{name}") == f"'工具'!${letters(column)}${row}"
        assert page.cell(row, column).value is None
        assert (page.cell(row, column).number_format, page.cell(row, column).quotePrefix) == (
            "@",
            True,
        )
    rows = range(layout.TOOL_SAYINGS, layout.TOOL_SAYINGS + len(names))
    sayings = {str(page.cell(row, 1).value): page.cell(row, 2) for row in rows}
    assert names == {f"gk_say_{key}": f"'工具'!$B${cell.row}" for key, cell in sayings.items()}
    assert {*SENTENCES, "title", "file_filter"} <= set(sayings)
    assert all(key.isascii() and key.isidentifier() for key in sayings)
    assert {(cell.number_format, cell.quotePrefix) for cell in sayings.values()} == {("@", True)}


@pytest.mark.parametrize("key", SENTENCES)
def test_what_goes_wrong_is_said_in_sentences(book: Workbook, key: str) -> None:
    place = book.defined_names[f"gk_say_{key}"].attr_text.rpartition("$")[2]
    text = str(book[layout.TOOL].cell(int(place), 2).value)
    assert re.search("[。？：]$", text)
    assert re.search("[请吗再否]", text), f"no word on what to do: {text}"


def test_a_template_from_before_the_macros_still_fills(tmp_path: Path) -> None:
    book = load_workbook(template_path(), keep_vba=True)
    del book[layout.TOOL]
    book.save(tmp_path / "old.xlsm")
    filled = write_workbook(report_of(), [], tmp_path / "new.xlsm", template=tmp_path / "old.xlsm")
    assert load_workbook(filled, read_only=True)["表三"]["D5"].value == 436


# --- charts ---------------------------------------------------------------------------------------


def charts(path: Path) -> list[str]:
    with ZipFile(BytesIO(path.read_bytes())) as archive:
        names = sorted(name for name in archive.namelist() if name.startswith("xl/charts/chart"))
        return [archive.read(name).decode() for name in names]


def test_charts_look_at_the_block_of_formulas(book: Workbook) -> None:
    page = book[layout.SUMMARY]
    received, shares = charts(template_path())
    looked_at = [re.findall(r"<val>.*?'汇总'!(.*?)</f>", chart) for chart in (received, shares)]
    assert [len(found) for found in looked_at] == [1, 6]
    for area in (area for found in looked_at for area in found):
        left, top, right, bottom = range_boundaries(area)
        assert (left, top, bottom) == (right, BLOCK.start, BLOCK.stop - 1)
        assert all(str(page.cell(row, left).value).startswith("=") for row in BLOCK)
    for chart in (received, shares):
        assert '<plotVisOnly val="0"' in chart
        assert '<roundedCorners val="0"' in chart
        assert chart.count("<numFmt ") == chart.count('sourceLinked="0"')


def made_up(seed: int, year: int | None, edition: str) -> BatchRow:
    """A line with figures, an amount and blanks."""
    random = Random(seed)
    figures: dict[str, Value] = {
        cell: random.choice((0, 1, 12, 345))
        for form in all_editions()[edition].forms.values()
        for cell in form.cells
        if cell in summary_cells() and random.random() < 0.8
    }
    figures["disclosure.fees.amount"] = Decimal("12.5")
    source = f"https://www.qingxi.gov.cn/{seed}"
    return BatchRow(
        source,
        "done",
        f"第{seed}局",
        year,
        f"{year}年报",
        f"{edition}年版",
        0,
        0,
        0,
        figures=figures,
    )


def total_of(rows: Sequence[BatchRow], prefix: str) -> int:
    """The sum over reports of the totals whose row begins so; ``other`` and its three successors
    count together.
    """
    return sum(
        int(value or 0)
        for row in rows
        for cell, value in row.figures.items()
        if re.fullmatch(rf"applications\.{prefix}\w*\.total", cell)
    )


def block_of(path: Path) -> dict[tuple[int, str], object]:
    """(line, head) -> value of the block, as the last program calculated it."""
    page = load_workbook(path, data_only=True)[layout.SUMMARY]
    heads = {
        column: str(page.cell(HEADS, column).value)
        for column in range(1, 40)
        if page.cell(HEADS, column).value
    }
    return {
        (row, head): page.cell(row, column).value
        for column, head in heads.items()
        for row in (*BLOCK, REST, TOTAL)
    }


def assert_block(path: Path, rows: Sequence[BatchRow]) -> None:
    found = block_of(path)
    years = sorted({row.year for row in rows if row.year})[-8:]
    assert [found[row, "年度"] or None for row in BLOCK] == [
        *map(str, years),
        *[None] * (8 - len(years)),
    ]
    groups = {
        row: [report for report in rows if report.year == year]
        for row, year in zip(BLOCK, years, strict=False)
    }
    groups |= {REST: [report for report in rows if report.year not in years], TOTAL: list(rows)}
    for line, reports in groups.items():
        counts = [total_of(reports, prefix) for prefix in PREFIXES]
        assert found[line, "报告数"] == len(reports)
        assert found[line, "新收申请"] == total_of(reports, "new")
        assert [found[line, name] for name in OUTCOMES] == counts
        assert found[line, "合计"] == sum(counts)
        for name, figure in zip(OUTCOMES, counts, strict=True):
            share = found[line, f"{name}占比"]
            assert (
                share == pytest.approx(figure / sum(counts)) if sum(counts) else share in (None, "")
            )


def filled_summary(rows: Sequence[BatchRow], path: Path) -> Path:
    return fill_file(template_path(), path, batch_edits(rows) + summary_edits(rows))


def with_hidden_rows(source: Path, target: Path) -> Path:
    """The workbook as a filter leaves it: some lines of the list hidden."""
    book = load_workbook(source, keep_vba=True)
    for row in range(layout.SUMMARY_TOP, layout.SUMMARY_TOP + 5):
        book[layout.SUMMARY].row_dimensions[row].hidden = True
    book.save(target)
    return target


@pytest.mark.slow
def test_the_block_under_the_charts_agrees_with_python(tmp_path: Path) -> None:
    few = [made_up(seed, 2019 + seed % 4, "2019" if seed % 4 < 2 else "2021") for seed in range(9)]
    many = [made_up(seed, 2012 + seed % 11, "2021") for seed in range(40)] + [
        made_up(77, None, "2021")
    ]
    lists = {"few": few, "many": many, "none": []}
    files = [filled_summary(rows, tmp_path / f"{name}.xlsm") for name, rows in lists.items()]
    files.append(with_hidden_rows(files[0], tmp_path / "filtered.xlsm"))
    (tmp_path / "out").mkdir()
    for path, rows in zip(
        recalculated(files, tmp_path / "out"), [*lists.values(), few], strict=True
    ):
        assert_block(path, rows)


@pytest.mark.slow
def test_charts_show_the_figures(tmp_path: Path) -> None:
    rows = [made_up(seed, 2019 + seed % 4, "2021") for seed in range(9)]
    empty = filled_summary([], tmp_path / "empty.xlsm")
    full = filled_summary(rows, tmp_path / "full.xlsm")
    blue = [bars(pdf, tmp_path) for pdf in convert([empty, full], "pdf", tmp_path)]
    assert blue[0] < 60  # the signs of the legend at most
    assert blue[1] > 600


def bars(pdf: Path, folder: Path) -> int:
    """Dots in the blue of the first bars on the summary's first page, at 100 dots an inch."""
    pages = [
        number
        for number, text in enumerate(page_texts(pdf), 1)
        if re.search(r"汇总 +第\d+页", text)
    ]
    root = folder / f"{pdf.stem}-summary"
    span = ["-r", "100", "-f", str(pages[0]), "-l", str(pages[0]), "-singlefile"]
    subprocess.run(["pdftoppm", *span, pdf, root], check=True, capture_output=True)
    dots = root.with_suffix(".ppm").read_bytes()
    return sum(
        tuple(dots[place : place + 3]) == (0, 0x72, 0xB2)
        for place in range(len(dots) % 3, len(dots), 3)
    )
