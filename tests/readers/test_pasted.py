"""Text that other programs write or copy: heads on one line, drawn boxes, columns of one width,
CSV.
"""

from __future__ import annotations

import random
from collections.abc import Callable

import pytest

from gongkai.model import Grid
from gongkai.readers.text import text_blocks
from helpers.counts import counted, many
from helpers.pages import figures, read_page
from helpers.ruian import RUIAN, TRUTH
from helpers.strategies import changed
from helpers.truth.judge import trial
from helpers.writers.styles import PASTED, render, report_sheets

EVERY = pytest.mark.parametrize("layout", PASTED)
SIGNS = str.maketrans("─│┌┐└┘├┤┬┴┼", "━┃┏┓┗┛┣┫┳┻╋")
ASCII = str.maketrans("│┌┐└┘├┤┬┴┼", "|+++++++++")


def pasted(layout: str) -> str:
    return PASTED[layout](RUIAN, report_sheets(RUIAN))


@EVERY
def test_every_figure_is_read(layout: str) -> None:
    read = read_page(pasted(layout))
    assert (figures(read), read.problems) == (TRUTH, ())


@EVERY
@pytest.mark.parametrize("charset", ["utf-8-sig", "gb18030", "utf-16"])
def test_in_every_charset(layout: str, charset: str) -> None:
    assert figures(read_page(pasted(layout).encode(charset))) == TRUTH


@pytest.mark.parametrize("layout", ["copied", "drawn", "fixed"])
def test_within_pre(layout: str) -> None:
    page = f"<html><title>{RUIAN.title}</title><body><pre>{pasted(layout)}</pre></body></html>"
    assert figures(read_page(page)) == TRUTH


def ascii_box(text: str) -> str:
    """+-----+ with a narrow dash for each half place."""
    return "\n".join(line.replace("─", "--").translate(ASCII) for line in text.split("\n"))


@pytest.mark.parametrize("change", [lambda text: text.translate(SIGNS), ascii_box])
def test_boxes_of_other_signs(change: Callable[[str], str]) -> None:
    assert figures(read_page(change(pasted("drawn")))) == TRUTH


@pytest.mark.parametrize("sign", [";", "\t"])
def test_other_separators(sign: str) -> None:
    page = pasted("csv").replace(",", sign)
    assert figures(read_page(page)) == TRUTH
    assert figures(read_page(f"sep={sign}\n{page}" if sign == ";" else page)) == TRUTH


def test_quoted_fields_hold_lines_and_commas() -> None:
    page = pasted("csv").replace("行政许可,247525", '"行政\n许可","247,525"')
    assert figures(read_page(page)) == TRUTH


def test_a_csv_of_other_columns_is_one_grid_a_run() -> None:
    blocks = text_blocks("标题\n甲,乙,丙,丁\n规章,1,2,3\n规章,1,2,3\n规章,1,2,3\n规章,1,2,3\n结尾")
    assert [type(block) is Grid for block in blocks] == [False, True, False]


def test_a_label_goes_on_behind_its_figures() -> None:
    label = "一、本年新收政府信息公开申请数量"
    page = pasted("copied").replace(
        label + " 436 12 0 0 3 4 455", "一、本年新收政府信 436 12 0 0 3 4 455\n息公开申请数量"
    )
    assert figures(read_page(page)) == TRUTH
    page = (
        pasted("copied")
        .replace(label + " 436", "一、本年新收政\n府信息公开 436")
        .replace("3 4 455", "3 4 455\n申请数量", 1)
    )
    assert figures(read_page(page)) == TRUTH


def test_a_page_number_below_a_full_row_is_no_figure_of_it() -> None:
    page = pasted("copied").replace(
        "8.属于行政查询事项 1 0 0 0 0 0 1", "8.属于行政查询事项 1 0 0 0 0 0 1\n7"
    )
    assert figures(read_page(page)) == TRUTH


def test_a_page_number_completes_no_row() -> None:
    """A blank cell leaves nothing in copied text: six figures and the page's number are not
    seven.
    """
    page = pasted("copied").replace(
        "8.属于行政查询事项 1 0 0 0 0 0 1", "8.属于行政查询事项 1 0 0 0 0 1\n7"
    )
    read = read_page(page)
    found = [read.value(cell) for cell in TRUTH if "refused_inquiry" in cell]
    assert 7 not in found
    assert any(problem.row == "refused_inquiry" for problem in read.problems)


@pytest.mark.parametrize("layout", ["drawn", "fixed"])
def test_a_row_that_lost_a_cell_is_told(layout: str) -> None:
    lines = pasted(layout).split("\n")
    at = next(number for number, line in enumerate(lines) if "行政规范性文件" in line)
    cells = lines[at].split("│" if layout == "drawn" else "  ")
    kept = [cell for cell in cells if cell.strip() != "124"]
    lines[at] = ("│" if layout == "drawn" else "  ").join(kept)
    read = read_page("\n".join(lines))
    assert [
        read.value(f"disclosure.normative.{column}") for column in ("made", "repealed", "valid")
    ] == [None] * 3
    assert any(problem.table == "disclosure" for problem in read.problems)


@counted
@pytest.mark.parametrize("seed", range(many(160)))
def test_faults_in_pairs(seed: int) -> None:
    number = random.Random(seed).randrange(10**9)
    found = trial("pasted", number, tuple(PASTED))
    assert (found.cells["SILENT"], found.cells["blank, untold"]) == ([], [])


@pytest.mark.parametrize("layout", ["tabs", "bars", "full_bars"])
def test_commas_within_figures_part_no_cells(layout: str) -> None:
    """43,210 between tabs is no record of a CSV file."""
    report = RUIAN
    for number, cell in enumerate(cell for cell in TRUTH if cell.startswith("applications")):
        report = changed(report, cell, 1_000 + 37 * number)
    large = figures(report)
    page = render(report, layout, figures="commas")
    assert {
        cell: value for cell, value in figures(read_page(page)).items() if value != large[cell]
    } == {}


# --- found by attack ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "value"), [("6 387", None), ("199 000", None), ("1.708", None), ("0.00", 0)]
)
def test_thousands_in_other_ways_are_no_two_figures(text: str, value: int | None) -> None:
    lines = [*["规章", "0", "0", "0"], "行政规范性文件", text, "", "0"]
    head = [
        "二、主动公开政府信息情况",
        "第二十条第（一）项",
        "信息内容",
        "本年制发件数",
        "本年废止件数",
        "现行有效件数",
    ]
    others = [
        "第二十条第（五）项",
        "信息内容",
        "本年处理决定数量",
        "行政许可",
        "3",
        "行政处罚",
        "4",
        "行政强制",
        "5",
    ]
    read = read_page("\n".join([RUIAN.title, *head, *lines, *others]))
    assert read.value("disclosure.normative.made") == value


def test_a_table_of_other_separators_is_seen_beside_one_of_commas() -> None:
    """Else the own table would vanish, and the one below it be taken."""
    own = PASTED["csv"](RUIAN, report_sheets(RUIAN))
    start, end = own.index("三、收到"), own.index("四、政府信息公开行政复议")
    table = own[start:end]
    below = table.partition("\n")[2].replace(",436,", ",437,")
    read = read_page(own[:start] + table.replace(",", ";") + below + own[end:])
    assert read.value("applications.new.natural") is None
    assert read.problems


@pytest.mark.parametrize("between", ["", "4", "— 4 —"])
def test_what_pasting_leaves_between_the_lines_of_a_box(between: str) -> None:
    lines = pasted("drawn").split("\n")
    at = max(number for number, line in enumerate(lines) if line.startswith("├"))
    assert figures(read_page("\n".join([*lines[: at + 1], between, *lines[at + 1 :]]))) == TRUTH
    assert figures(read_page(pasted("drawn").replace("\n", "\n\n"))) == TRUTH


def test_a_box_with_rules_at_head_and_foot_alone() -> None:
    lines = pasted("drawn").split("\n")
    kept = [line for line in lines if not line.startswith("├")]
    read = read_page("\n".join(kept))
    assert {
        cell: value for cell, value in TRUTH.items() if cell.startswith("applications")
    }.items() <= figures(read).items()
