"""Tables as badly written as we could think of, each with truth: right, or blank with a problem."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from gongkai.editions import all_editions
from gongkai.model import Entry, Table, UnreadableDocument, Value
from helpers.counts import matrix
from helpers.pages import figures, layouts, misread, named, read_page, typed_report, unlike
from helpers.ruian import (
    EVERY,
    GRID,
    RUIAN,
    TRUTH,
    column_of,
    line_of,
    read_texts,
    read_with,
    spot_of,
)
from helpers.strategies import changed
from helpers.writers.mutations import (
    add_column,
    drop_column,
    drop_line,
    insert_line,
    rewritten,
    row_labels,
    swap_columns,
    swap_lines,
    without,
)
from helpers.writers.styles import GRIDS, LAYOUTS, Sheet, Spot, render, report_sheets

OLD = typed_report("edition-2019-of-2020")


# --- ways of writing ------------------------------------------------------------------------------


@matrix(
    layout=LAYOUTS, labels=["halfwidth", "spaced", "ideographic", "numbered", "wide", "invisible"]
)
def test_labels_in_other_characters(layout: str, labels: str) -> None:
    assert unlike(TRUTH, read_page(render(RUIAN, layout, labels))) == []


@matrix(layout=LAYOUTS, writing=["commas", "wide", "counted", "yuan", "zeros"])
def test_figures_in_other_characters(layout: str, writing: str) -> None:
    assert unlike(TRUTH, read_page(render(RUIAN, layout, figures=writing))) == []


@matrix(layout=LAYOUTS, sign=["/", "—", "无", "-"])
def test_all_zeros_as_signs(layout: str, sign: str) -> None:
    zeros = [cell for cell, value in TRUTH.items() if value == 0]
    read = read_texts(layout, dict.fromkeys(zeros, sign))
    assert unlike(TRUTH | dict.fromkeys(zeros), read) == []
    assert all(
        read.tables[cell.partition(".")[0]].entries[cell].raw.strip() == sign for cell in zeros
    )


@EVERY
def test_all_zeros_left_blank(layout: str) -> None:
    zeros = [cell for cell, value in TRUTH.items() if value == 0]
    read = read_texts(layout, dict.fromkeys(zeros, ""))
    assert misread(TRUTH | dict.fromkeys(zeros), read) == []
    if layout in ("plain", "word", "nested", "glued", "split", "small", "vertical", "full_bars"):
        assert unlike(TRUTH | dict.fromkeys(zeros), read) == []


@matrix(
    layout=LAYOUTS,
    cell=["applications.new.company", "applications.handled.total", "disputes.review.pending"],
)
def test_one_blank_cell(layout: str, cell: str) -> None:
    read = read_texts(layout, {cell: ""})
    assert misread(TRUTH, read, [cell]) == []
    if layout in ("plain", "word", "nested", "full_bars"):
        assert unlike(TRUTH | {cell: None}, read) == []


TYPOS = {
    "refused_law": "2.其他法律行政止公开",
    "unavailable_not_held": "1.本机关不掌握相关政信息",
    "unprocessed_reconfirm": "5.要求行政机关确认或从新出具已获取信息",
}


@matrix(layout=LAYOUTS, row=TYPOS)
def test_a_typo_in_a_label(layout: str, row: str) -> None:
    def change(sheet: Sheet) -> Sheet:
        return rewritten(sheet, spot_of(sheet, row, "row"), TYPOS[row])

    read = read_with(layout, "applications", change)
    assert unlike(TRUTH, read) == []


@EVERY
def test_typos_in_three_labels_at_once(layout: str) -> None:
    typos = {
        "carried_in": "二、上年结政府信息公开申请数量",
        "partly_granted": "（二）部公开（区分处理的，只计这一情形，不计其他情形)",
    }
    typos["refused_enforcement"] = "7.属于行政执法卷宗"

    def change(sheet: Sheet) -> Sheet:
        for row, text in typos.items():
            sheet = rewritten(sheet, spot_of(sheet, row, "row"), text)
        return sheet

    assert misread(TRUTH, read_with(layout, "applications", change)) == []


@matrix(
    layout=LAYOUTS,
    note=["436（含2020年结转8件）", "436 注：2021年", "约436", "436/455", "见2021年附表"],
)
def test_a_note_in_a_cell(layout: str, note: str) -> None:
    cell = "applications.new.natural"
    read = read_texts(layout, {cell: note})
    assert misread(TRUTH | {cell: None}, read) == []
    assert named(read, cell)


@EVERY
def test_a_note_below_a_table(layout: str) -> None:
    sheets = report_sheets(RUIAN)
    last = max(spot.box.bottom for spot in sheets["applications"])
    note = Spot(
        replace(sheets["applications"][0].box, top=last + 1, bottom=last + 1, right=10),
        "",
        "note",
        "",
    )
    sheets["applications"].append(
        replace(note, text="注：2020年结转8件，2021年新收455件，其中网络申请301件。")
    )
    assert misread(TRUTH, read_page(LAYOUTS[layout](RUIAN, sheets))) == []


@GRID
def test_a_footnote_mark_is_no_digit(layout: str) -> None:
    read = read_texts(
        layout, {"applications.new.company": "12②", "applications.carried_in.natural": "8³"}
    )
    cells = ["applications.new.company", "applications.carried_in.natural"]
    assert unlike(TRUTH | dict.fromkeys(cells), read) == []
    assert all(named(read, cell) for cell in cells)


@pytest.mark.parametrize(
    ("written", "allowed"),
    [
        ("436<sup>2</sup>", {None}),
        ("436<sup>①</sup>", {None, 436}),
        ("<s>435</s>436", {436, None}),
        ("<del>435</del><ins>436</ins>", {436, None}),
        ('<span style="display:none">9</span>436', {436, None}),
        ("4<br>36", {None, 436}),
        ("4<!-- 5 -->36", {436}),
        ("&#52;&#51;&#54;", {436}),
        ('<input value="436">', {436, None}),
        ("4 36", {436}),  # the sums hold with it, and with nothing else
        ("<table><tr><td>436</td></tr></table>", {436, None}),
        ('<img src="436.png" alt="436">', {None, 436}),
        ("=436", {None}),
        ("436.5", {None, Decimal("436.5")}),
        ("-436", {None, -436}),
        ("4３6", {436}),
        ("肆佰叁拾陆", {None}),
        ("436万元", {None}),
        ("0436", {436, None}),
        ("1e3", {None}),
        ("4,36", {None}),
    ],
)
def test_a_figure_in_odd_markup(written: str, allowed: set[Value]) -> None:
    cell = "applications.new.natural"
    page = render(changed(RUIAN, cell, 987654321)).replace("987654321", written)
    read = read_page(page)
    value = read.value(cell)
    assert value in allowed
    assert value is not None or named(read, cell)
    assert misread({**TRUTH, cell: value}, read) == []


# --- rows and columns -----------------------------------------------------------------------------


@matrix(
    layout=LAYOUTS,
    cell=[
        "disclosure.normative.repealed",
        "disclosure.fees.amount",
        "applications.new.natural",
        "applications.partly_granted.total",
        "applications.carried_out.company",
        "applications.carried_out.total",
        "disputes.review.upheld",
        "disputes.direct_litigation.total",
        "disputes.reviewed_litigation.pending",
    ],
)
def test_the_cell_of_a_figure_is_missing(layout: str, cell: str) -> None:
    """Not blank but gone: what follows it moves up, and neither grid nor blank lines may hide
    that.
    """
    read = read_with(
        layout, cell.partition(".")[0], lambda sheet: without(sheet, spot_of(sheet, cell))
    )
    assert misread(TRUTH, read) == []


@matrix(
    layout=LAYOUTS, column=["natural", "company", "legal", "other", "total"], emptied=[True, False]
)
def test_the_head_of_a_column_is_missing(layout: str, column: str, emptied: bool) -> None:
    def change(sheet: Sheet) -> Sheet:
        head = spot_of(sheet, column, "column")
        return rewritten(sheet, head, "") if emptied else without(sheet, head)

    assert misread(TRUTH, read_with(layout, "applications", change)) == []


@matrix(
    layout=LAYOUTS,
    text=[
        "法人或其他组织",
        "申请人情况",
        "（本列数据的勾稽关系为：第一项加第二项之和，等于第三项加第四项之和）",
    ],
)
def test_a_head_over_several_columns_is_missing(layout: str, text: str) -> None:
    """In a grid every head behind it moves: 总计 then stands over the companies."""

    def change(sheet: Sheet) -> Sheet:
        return without(sheet, next(spot for spot in sheet if spot.text == text))

    assert misread(TRUTH, read_with(layout, "applications", change)) == []


@matrix(
    layout=LAYOUTS,
    row=["new", "granted", "refused_secret", "unprocessed_repeat", "other_unpaid", "handled"],
)
def test_a_row_is_missing(layout: str, row: str) -> None:
    read = read_with(layout, "applications", lambda sheet: drop_line(sheet, line_of(sheet, row)))
    assert misread(TRUTH, read) == []
    assert any(problem.table == "applications" for problem in read.problems)


@matrix(
    layout=LAYOUTS,
    row=["carried_in", "partly_granted", "refused_third_party", "other_rest", "carried_out"],
    label=["4.其他情形", "其中：网络申请", "", "（八）其他"],
)
def test_a_row_is_added(layout: str, row: str, label: str) -> None:
    texts = ["31", "2", "0", "0", "0", "0", "33"]
    read = read_with(
        layout, "applications", lambda sheet: insert_line(sheet, line_of(sheet, row), label, texts)
    )
    assert misread(TRUTH, read) == []
    assert any(problem.table == "applications" for problem in read.problems), (
        "the added row vanished"
    )


@EVERY
def test_rows_in_another_order(layout: str) -> None:
    def change(sheet: Sheet) -> Sheet:
        sheet = swap_lines(
            sheet, line_of(sheet, "unprocessed_petition"), line_of(sheet, "unprocessed_repeat")
        )
        return swap_lines(sheet, line_of(sheet, "granted"), line_of(sheet, "partly_granted"))

    assert misread(TRUTH, read_with(layout, "applications", change)) == []


@EVERY
def test_group_six_as_one_row(layout: str) -> None:
    """Table three in the layout of 2019 beside table two of 2021."""
    form = all_editions()["2019"].forms["applications"]
    entries = {}
    for cell in form.cells:
        parts = [
            cell.replace(".other.", f".{row}.")
            for row in ("other_uncorrected", "other_unpaid", "other_rest")
        ]
        figure = (
            sum(TRUTH[part] for part in parts) if cell.split(".")[1] == "other" else TRUTH[cell]
        )
        entries[cell] = Entry(cell, figure)
    report = replace(
        RUIAN,
        tables={
            **RUIAN.tables,
            "applications": Table(all_editions()["2019"].forms["applications"], entries),
        },
    )
    read = read_page(render(report, layout))
    assert unlike(figures(report), read) == []
    assert layouts(read) == {
        "disclosure": "2021",
        "applications": "2019",
        "disputes": layouts(read)["disputes"],
    }


@EVERY
def test_column_total_is_missing(layout: str) -> None:
    read = read_with(
        layout, "applications", lambda sheet: drop_column(sheet, column_of(sheet, "total"))
    )
    assert misread(TRUTH, read) == []
    assert named(read, "applications.new.total")


EXCHANGED = [("company", "research"), ("natural", "total"), ("welfare", "other")]


@matrix(layout=LAYOUTS, columns=EXCHANGED)
def test_columns_change_places_with_their_heads(layout: str, columns: tuple[str, str]) -> None:
    one, other = columns

    def change(sheet: Sheet) -> Sheet:
        return swap_columns(sheet, column_of(sheet, one), column_of(sheet, other))

    assert misread(TRUTH, read_with(layout, "applications", change)) == []


@EVERY
def test_last_years_figures_in_a_further_column(layout: str) -> None:
    def change(sheet: Sheet) -> Sheet:
        head = replace(spot_of(sheet, "total", "column"), text="2020年总计", kind="extra", id="")
        return add_column(sheet, head, [str(400 - line) for line in range(len(row_labels(sheet)))])

    assert misread(TRUTH, read_with(layout, "applications", change)) == []


@EVERY
def test_a_line_that_numbers_the_columns(layout: str) -> None:
    def change(sheet: Sheet) -> Sheet:
        numbers = [str(number) for number in range(1, 8)]
        moved = insert_line(sheet, line_of(sheet, "new"), "栏次", numbers)
        return swap_lines(moved, 4, 5)

    assert misread(TRUTH, read_with(layout, "applications", change)) == []


@EVERY
def test_rows_with_serial_numbers(layout: str) -> None:
    """A first column 序号 with 1 to 25."""

    def change(sheet: Sheet) -> Sheet:
        shifted = [
            replace(spot, box=replace(spot.box, left=spot.box.left + 1, right=spot.box.right + 1))
            for spot in sheet
        ]
        head = Spot(replace(sheet[0].box, top=1, bottom=3, left=1, right=1), "序号", "extra", "")
        lines = [spot.box.top for spot in row_labels(sheet)]
        box = sheet[0].box
        serial = [
            Spot(replace(box, top=line, bottom=line, left=1, right=1), str(number), "extra", "")
            for number, line in enumerate(lines, 1)
        ]
        return sorted([*shifted, head, *serial], key=lambda spot: (spot.box.top, spot.box.left))

    assert misread(TRUTH, read_with(layout, "applications", change)) == []


@matrix(
    layout=sorted(GRIDS.keys() - {"full_bars"}), row=["unprocessed_petition", "refused_internal"]
)
def test_one_figure_merged_over_five_columns(layout: str, row: str) -> None:
    """A 7 that covers the five kinds of organisation belongs to none of them (bars with empty cells
    can't say so).
    """
    cells = [
        f"applications.{row}.{column}"
        for column in ("company", "research", "welfare", "legal", "other")
    ]

    def change(sheet: Sheet) -> Sheet:
        first, *rest = (spot_of(sheet, cell) for cell in cells)
        wide = replace(first, text="7", box=replace(first.box, right=rest[-1].box.right))
        return [wide if spot == first else spot for spot in sheet if spot not in rest]

    read = read_with(layout, "applications", change)
    assert misread(TRUTH | dict.fromkeys(cells), read) == []
    assert all(named(read, cell) for cell in cells)


@pytest.mark.parametrize("layout", ["plain", "word", "nested", "glued", "full_bars", "bars"])
def test_one_figure_merged_over_two_rows(layout: str) -> None:
    """Natural persons' 4 spans 1.属于国家秘密 and 2.其他法律…: the second row has no figure of its
    own.
    """

    def change(sheet: Sheet) -> Sheet:
        upper = spot_of(sheet, "applications.refused_secret.natural")
        lower = spot_of(sheet, "applications.refused_law.natural")
        tall = replace(upper, box=replace(upper.box, bottom=lower.box.bottom))
        return [tall if spot == upper else spot for spot in sheet if spot != lower]

    read = read_with(layout, "applications", change)
    cells = ["applications.refused_secret.natural", "applications.refused_law.natural"]
    assert misread(TRUTH | {cells[1]: None}, read) == []


@EVERY
def test_every_figure_blank(layout: str) -> None:
    """The official form before anybody filled it in."""
    try:
        read = read_texts(layout, dict.fromkeys(TRUTH, ""))
    except UnreadableDocument:
        return
    assert [cell for cell, value in figures(read).items() if value is not None] == []


@matrix(layout=LAYOUTS, table=["disclosure", "applications", "disputes"])
def test_a_table_is_missing(layout: str, table: str) -> None:
    sheets = report_sheets(RUIAN)
    del sheets[table]
    if layout in ("split", "small", "vertical") and table != "disclosure":
        sheets = dict(sheets)
        layout = "plain"
    read = read_page(LAYOUTS[layout](RUIAN, sheets))
    rest = {cell: value for cell, value in TRUTH.items() if not cell.startswith(table)}
    assert unlike(rest, read) == []
    assert [
        cell
        for cell, value in figures(read).items()
        if cell.startswith(table) and value is not None
    ] == []


# --- the older edition ----------------------------------------------------------------------------


@matrix(layout=LAYOUTS, row=["permits", "fees", "procurement", "normative"])
def test_a_row_of_the_older_table_two_is_missing(layout: str, row: str) -> None:
    sheets = report_sheets(OLD)
    sheets["disclosure"] = drop_line(sheets["disclosure"], line_of(sheets["disclosure"], row))
    assert misread(figures(OLD), read_page(LAYOUTS[layout](OLD, sheets))) == []


@matrix(layout=LAYOUTS, minus=["-14", "－14", "−14", "减14", "↓14", "(14)"])
def test_a_decrease(layout: str, minus: str) -> None:
    cell = "disclosure.permits.change"
    sheets = report_sheets(OLD)
    sheets["disclosure"] = rewritten(
        sheets["disclosure"], spot_of(sheets["disclosure"], cell), minus
    )
    read = read_page(LAYOUTS[layout](OLD, sheets))
    assert misread(figures(OLD), read) == []
