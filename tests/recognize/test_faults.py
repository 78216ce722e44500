"""Two faults that look sound together, and others that a hostile reader found: never a wrong
figure.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from gongkai.checks.whole import check
from gongkai.model import UnreadableDocument
from gongkai.wording import why_no_figures
from helpers.counts import matrix
from helpers.growth import LINEAR, doubling
from helpers.pages import misread, named, read_page, unlike
from helpers.ruian import EVERY, RUIAN, TRUTH, column_of, line_of, read_texts, read_with, spot_of
from helpers.writers.mutations import add_column, insert_line, rewritten, without
from helpers.writers.styles import LAYOUTS, Sheet, render, report_sheets

ONE_A_LINE = pytest.mark.parametrize("layout", ["lines", "paragraphs"])
BLOCKS = ("upheld", "corrected", "other", "pending", "total")


def block(name: str) -> list[str]:
    return [f"disputes.{name}.{column}" for column in BLOCKS]


def extra_column(sheet: Sheet, line: int, text: str = "77") -> Sheet:
    """A column 2020年总计 at the right edge, its head on a line of the official head."""
    column = next(spot for spot in sheet if spot.kind == "column")
    head = replace(
        column, text="2020年总计", kind="extra", id="", box=replace(column.box, top=line)
    )
    lines = {spot.box.top for spot in sheet if spot.kind == "figure"}
    return add_column(sheet, head, [text] * len(lines))


# --- flattened text: blank cells leave only their lines behind ------------------------------------


@ONE_A_LINE
@pytest.mark.parametrize("name", ["review", "direct_litigation", "reviewed_litigation"])
def test_a_block_of_table_four_is_blank(layout: str, name: str) -> None:
    read = read_texts(layout, dict.fromkeys(block(name), ""))
    assert misread(TRUTH, read, block(name)) == []


@EVERY
def test_a_note_in_table_four(layout: str) -> None:
    cell = "disputes.reviewed_litigation.upheld"
    assert misread(TRUTH, read_texts(layout, {cell: "27（含上年3件）"})) == []


@ONE_A_LINE
@pytest.mark.parametrize(
    ("blank", "cell"),
    [
        ("applications.granted.research", "applications.granted.legal"),
        ("disputes.review.other", "disputes.direct_litigation.other"),
        ("disclosure.normative.made", "disclosure.normative.repealed"),
    ],
)
def test_a_page_number_makes_up_for_a_blank_cell(layout: str, blank: str, cell: str) -> None:
    read = read_texts(layout, {blank: "", cell: f"{TRUTH[cell]}\n3"})
    assert misread(TRUTH, read, [blank]) == []


@ONE_A_LINE
def test_a_figure_broken_over_two_lines_makes_up_for_a_blank_cell(layout: str) -> None:
    blank = "applications.handled.research"
    read = read_texts(layout, {blank: "", "applications.handled.total": "45\n0"})
    assert misread(TRUTH, read, [blank]) == []


@EVERY
def test_a_further_column_makes_up_for_a_blank_cell(layout: str) -> None:
    blank = "applications.granted.research"

    def change(sheet: Sheet) -> Sheet:
        sheet = extra_column(sheet, 2)
        return rewritten(sheet, spot_of(sheet, blank), "")

    assert misread(TRUTH, read_with(layout, "applications", change), [blank]) == []


@ONE_A_LINE
def test_a_head_and_another_column_are_blank(layout: str) -> None:
    blank = [
        cell for cell in TRUTH if cell.startswith("applications.") and cell.endswith(".company")
    ]

    def change(sheet: Sheet) -> Sheet:
        sheet = rewritten(sheet, spot_of(sheet, "natural", "column"), "")
        for cell in blank:
            sheet = rewritten(sheet, spot_of(sheet, cell), "")
        return sheet

    assert misread(TRUTH, read_with(layout, "applications", change), blank) == []


def test_blank_cells_that_left_no_trace_are_placed_where_the_relations_leave_one_way() -> None:
    """One row of a flattened table without its zeros; all others whole, so each figure has only one
    column.
    """
    lines = render(RUIAN, "lines").split("\n")
    lines = [line for line in lines if line.strip()]
    start = next(n for n, line in enumerate(lines) if "予以公开" in line and len(line) < 10)
    row = lines[start + 1 : start + 8]
    page = "\n".join(
        lines[: start + 1] + [text for text in row if text.strip() != "0"] + lines[start + 8 :]
    )
    read = read_page(page)
    zeros = ["applications.granted.research", "applications.granted.welfare"]
    assert misread(TRUTH, read, zeros) == []
    assert [
        read.value(f"applications.granted.{c}")
        for c in ("natural", "company", "legal", "other", "total")
    ] == [*(134, 7, 1, 1, 143)]
    assert [problem.row for problem in read.problems] == ["granted"]


# --- heads and cells ------------------------------------------------------------------------------


@matrix(layout=LAYOUTS, cell=["disputes.direct_litigation.other", "disputes.review.upheld"])
def test_table_four_has_a_further_column_and_lost_a_cell(layout: str, cell: str) -> None:
    def change(sheet: Sheet) -> Sheet:
        sheet = extra_column(sheet, 3)
        return without(sheet, spot_of(sheet, cell))

    assert misread(TRUTH, read_with(layout, "disputes", change)) == []


@matrix(layout=LAYOUTS, line=[2, 3])
def test_a_further_column_under_any_spans(layout: str, line: int) -> None:
    assert (
        misread(TRUTH, read_with(layout, "applications", lambda sheet: extra_column(sheet, line)))
        == []
    )


@matrix(
    layout=LAYOUTS,
    head=["company", "total"],
    cell=["applications.granted.natural", "applications.handled.legal"],
)
def test_a_lost_head_and_a_lost_figure(layout: str, head: str, cell: str) -> None:
    def change(sheet: Sheet) -> Sheet:
        sheet = without(sheet, spot_of(sheet, head, "column"))
        return without(sheet, spot_of(sheet, cell))

    assert misread(TRUTH, read_with(layout, "applications", change)) == []


@EVERY
def test_label_and_figure_in_one_cell(layout: str) -> None:
    def change(sheet: Sheet) -> Sheet:
        sheet = rewritten(sheet, spot_of(sheet, "granted", "row"), "（一）予以公开 134")
        return rewritten(sheet, spot_of(sheet, "applications.granted.natural"), "")

    read = read_with(layout, "applications", change)
    assert misread(TRUTH, read) == []


@matrix(layout=LAYOUTS, label=["8.属于行政查询事项", "8.于行政查询事项", "属于行政查询事项"])
def test_a_label_stands_twice_with_different_figures(layout: str, label: str) -> None:
    texts = ["64", "1", "2", "3", "4", "5", "79"]
    read = read_with(
        layout,
        "applications",
        lambda sheet: insert_line(sheet, line_of(sheet, "refused_inquiry") - 1, label, texts),
    )
    assert misread(TRUTH, read) == []
    assert named(read, "applications.refused_inquiry.natural")


@pytest.mark.parametrize("layout", ["plain", "word", "bare", "tabs"])
@pytest.mark.parametrize("end", [True, False])
def test_an_empty_cell_at_the_edge_of_every_row(layout: str, end: bool) -> None:
    page = render(RUIAN, layout)
    if layout == "tabs":
        lines = page.split("\n")
        page = "\n".join(
            line + "\t" if end and "\t" in line else "\t" + line if "\t" in line else line
            for line in lines
        )
    else:
        page = (
            page.replace("</tr>", "<td></td></tr>")
            if end
            else page.replace("<tr>", "<tr><td></td>")
        )
    read = read_page(page)
    assert misread(TRUTH, read) == []
    assert [cell for cell in unlike(TRUTH, read) if cell.startswith("disputes")] == []


def test_labels_beside_figures_that_cannot_be_read() -> None:
    sheets = report_sheets(RUIAN)
    odd = {
        table: [
            replace(spot, text=f"({spot.text})") if spot.kind == "figure" else spot
            for spot in sheet
        ]
        for table, sheet in sheets.items()
    }
    read = read_page(LAYOUTS["plain"](RUIAN, odd))
    assert not read.is_evaluated
    assert "如“(" in why_no_figures(read)


def test_a_column_out_of_order_is_called_so() -> None:
    def change(sheet: Sheet) -> Sheet:
        natural, total = column_of(sheet, "natural"), column_of(sheet, "total")
        places = {natural: total, total: natural}
        moved = [
            replace(
                spot, box=replace(spot.box, left=places[spot.box.left], right=places[spot.box.left])
            )
            if spot.box.left in places and spot.box.width == 1 and spot.kind in ("column", "figure")
            else spot
            for spot in sheet
        ]
        return sorted(moved, key=lambda spot: (spot.box.top, spot.box.left))

    read = read_with("lines", "applications", change)
    assert misread(TRUTH, read) == []
    assert any("列序" in problem.reason for problem in read.problems)
    assert any(finding.rule == "coverage.column" for finding in check(read))


ENDLESS: dict[str, Callable[[int], str]] = {
    "blanks": lambda count: "a" + " " * count + "b",
    "figures": lambda count: "1 " * count,
    "bars": lambda count: "| " * count + "x",
}


@pytest.mark.parametrize("line", ENDLESS.values(), ids=ENDLESS)
def test_one_endless_line(line: Callable[[int], str]) -> None:
    """Minutes, if any pattern goes back over what it has read."""

    def refused(text: str) -> None:
        with pytest.raises(UnreadableDocument):
            read_page(text)

    assert doubling(refused, line, 10_000) < LINEAR
