"""Units in heads, labels, notes and cells: converted and told, or blank and told; never ten
thousand times too much.
"""

from __future__ import annotations

from decimal import Decimal

import pytest

from gongkai.checks.whole import check
from gongkai.model import Finding, Report, Value
from gongkai.recognize.tables.units import count_units, money_units
from helpers.counts import matrix
from helpers.made import report_of
from helpers.pages import figures, read_page
from helpers.writers.styles import render

FEES = "disclosure.fees.amount"
HEAD, LABEL, CAPTION = "本年收费金额（单位：万元）", "行政事业性收费", "第二十条第（八）项"
LAYOUTS = ("plain", "nested", "bars", "tabs", "lines")
TRUTH = figures(report_of())
FIGURE = "57588.71"
IN_WAN = {
    "元": Decimal("5.758871"),
    "千元": Decimal("5758.871"),
    "万元": Decimal("57588.71"),
    "百万元": 5758871,
    "亿元": 575887100,
}


def page(
    layout: str,
    head: str = HEAD,
    label: str = LABEL,
    cell: str = FIGURE,
    note: str = "",
    agency: str = "",
) -> str:
    """A sound report of a department with this figure, its head, label and a note in other
    words.
    """
    text = render(report_of({FEES: 424242}), layout)
    text = text.replace(HEAD, head).replace(LABEL, label).replace("424242", cell)
    if note:
        line = f"<p>{note}</p>" if layout in ("plain", "nested") else note
        text = text.replace(
            "三、收到和处理", f"{line}\n\n三、收到和处理" if line == note else "三、收到和处理", 1
        )
        text = text if line == note else text.replace("<p>三、收到", f"{line}<p>三、收到", 1)
    return text.replace("青溪县人民政府", agency or "青溪县司法局")


def of_fees(report: Report) -> list[Finding]:
    return [finding for finding in check(report) if FEES in finding.cells]


def reading(text: str) -> tuple[Value, list[str]]:
    read = read_page(text)
    others = {cell: value for cell, value in figures(read).items() if cell != FEES}
    assert others == {cell: value for cell, value in TRUTH.items() if cell != FEES}
    return read.value(FEES), [finding.rule for finding in of_fees(read)]


@matrix(
    layout=LAYOUTS,
    unit=sorted(IN_WAN),
    form=["（单位：{}）", "（{}）", "（单位为{}）", "（单位：人民币{}）"],
)
def test_a_head_says_the_unit(layout: str, unit: str, form: str) -> None:
    value, rules = reading(page(layout, head="本年收费金额" + form.format(unit)))
    if unit in ("元", "万元"):
        assert (value, rules) == (IN_WAN[unit], ["coverage.converted"] if unit == "元" else [])
    else:  # a department never collected as much: the order of size speaks against it
        assert (value, rules) in (
            (IN_WAN[unit], ["coverage.converted"]),
            (None, ["coverage.cell"]),
        )


@pytest.mark.parametrize("layout", LAYOUTS)
def test_the_note_shows_both_figures(layout: str) -> None:
    [finding] = of_fees(read_page(page(layout, head="本年收费金额（单位：元）")))
    assert all(
        text in finding.message
        for text in (FIGURE, "5.758871万元", "元为单位", "本年收费金额（单位：元）")
    )


@matrix(
    layout=LAYOUTS,
    places=[
        {"label": "行政事业性收费（元）"},
        {"label": "行政事业性收费（元）", "head": HEAD},
        {"head": "本年收费金额（单位：元）", "label": "行政事业性收费（万元）"},
        {"head": "本年收费金额（单位：元）", "cell": "57588.71万元"},
        {"label": "行政事业性收费（元）", "cell": "5.76亿元"},
        {"head": "本年收费金额（单位：元）", "note": "注：本表金额单位：万元"},
    ],
)
def test_two_units_are_blank_and_told(layout: str, places: dict[str, str]) -> None:
    assert reading(page(layout, **places)) == (None, ["coverage.cell"])


@matrix(
    layout=LAYOUTS, note=["单位：元", "金额单位：元", "注：收费金额以元为单位", "注：收费单位为元"]
)
def test_a_line_beside_the_table_says_the_unit(layout: str, note: str) -> None:
    text = page(layout, head="本年收费金额", note=note)
    assert reading(text) == (IN_WAN["元"], ["coverage.converted"])


@matrix(layout=LAYOUTS, cell=["57588.71元", "57,588.71 元", "0.05758871百万元", "57.58871千元"])
def test_a_cell_says_the_unit(layout: str, cell: str) -> None:
    assert reading(page(layout, cell=cell)) == (IN_WAN["元"], ["coverage.converted"])
    assert reading(page(layout, cell=cell, head="本年收费金额")) == (
        IN_WAN["元"],
        ["coverage.converted"],
    )


@matrix(layout=LAYOUTS, head=[HEAD, "本年收费金额（单位：元）", "本年收费金额（亿元）"])
def test_zero_is_zero_in_every_unit(layout: str, head: str) -> None:
    assert reading(page(layout, head=head, cell="0")) == (0, [])


@matrix(layout=LAYOUTS, note=["单位：件", "单位：件次", "单位：宗", "单位：件、万元"])
def test_units_of_counts_change_nothing(layout: str, note: str) -> None:
    assert reading(page(layout, note=note)) == (IN_WAN["万元"], [])


@matrix(layout=LAYOUTS, note=["全年收费57588.71万元。", "收取行政事业性收费57588.71万元"])
def test_a_sentence_that_repeats_the_figure_contradicts_nothing(layout: str, note: str) -> None:
    """57588.71万元 says 万元, and no 元."""
    assert reading(page(layout, note=note)) == (IN_WAN["万元"], [])


@matrix(
    layout=LAYOUTS,
    cell=["575887100", "5.758871"],
    note=["收取行政事业性收费57588.71万元", "全年收费575887100元"],
)
def test_an_amount_in_a_sentence_tells_of_a_figure_in_another_unit(
    layout: str, cell: str, note: str
) -> None:
    """元 or 亿元 below the official head, of which the prose alone tells."""
    assert reading(page(layout, cell=cell, note=note)) == (None, ["coverage.cell"])


@matrix(layout=LAYOUTS, cell=["57588.71", "57590.2"], note=["收费5.8亿元", "收费3元", "收费2670元"])
def test_other_amounts_say_nothing_of_a_unit(layout: str, cell: str, note: str) -> None:
    assert reading(page(layout, cell=cell, note=note)) == (Decimal(cell), [])


@matrix(layout=LAYOUTS, agency=["青溪市人民政府", "青溪省人民政府"])
def test_a_wrong_head_over_a_citys_amount_is_doubted(layout: str, agency: str) -> None:
    value, rules = reading(
        page(layout, head="本年收费金额（单位：元）", cell="63229.44", agency=agency)
    )
    assert (value, rules) == (None, ["coverage.cell"])


@pytest.mark.parametrize(
    "words", ["收费通知4份，总金额2670元", "收费0.3万元", "收费标准每件10元", "收费减少120万元"]
)
def test_another_amount_in_the_prose_silences_no_witness(words: str) -> None:
    text = page("plain", head="本年收费金额（单位：元）", cell="63229.44", agency="青溪市人民政府")
    read = read_page(text.replace("公布解读材料14篇", words))
    assert (read.value(FEES), [finding.rule for finding in of_fees(read)]) == (
        None,
        ["coverage.cell"],
    )


@pytest.mark.parametrize(
    ("prose", "expected"), [("63229.44万元", None), ("6.32万元", Decimal("6.322944"))]
)
def test_the_prose_is_a_witness(prose: str, expected: Value) -> None:
    text = page("plain", head="本年收费金额（单位：元）", cell="63229.44")
    text = text.replace("公布解读材料14篇", f"行政事业性收费{prose}")
    assert read_page(text).value(FEES) == expected


@matrix(layout=LAYOUTS, scale=["亿", "千", "万", "％", "角", "K", "打"])
def test_a_scale_of_nothing_is_no_unit(layout: str, scale: str) -> None:
    value, rules = reading(page(layout, head=f"本年收费金额（单位：{scale}）"))
    assert (value, rules) == (None, ["coverage.cell"])


@pytest.mark.parametrize("unit", ["万·元", "万-元", "万^元", "万\u2800元"])
def test_a_unit_that_is_taken_apart_is_none(unit: str) -> None:
    value, rules = reading(page("plain", head=f"本年收费金额（单位：{unit}）"))
    assert (value, rules) == (None, ["coverage.cell"])


def test_a_traditional_scale_is_the_scale() -> None:
    assert reading(page("plain", head="本年收费金额（单位：萬元）")) == (IN_WAN["万元"], [])


@pytest.mark.parametrize("unit", ["万元/件", "元/人次"])
def test_a_rate_is_no_amount(unit: str) -> None:
    value, rules = reading(page("plain", head=f"本年收费金额（{unit}）"))
    assert (value, rules) == (None, ["coverage.cell"])


@pytest.mark.parametrize("line", ["单位：元/件", "单位：元 件", "（单位：项/元）"])
def test_both_units_of_the_table_with_a_slash(line: str) -> None:
    """No rate, as nothing in 表二 is one: it contradicts the head, which says 万元."""
    cell = "disclosure.fees.amount"
    plain = render(report_of({cell: Decimal("5670000")}), "plain")
    at = plain.index(">", plain.index("</", plain.index("二、主动公开政府信息情况"))) + 1
    read = read_page(f"{plain[:at]}<p>{line}</p>{plain[at:]}")
    assert read.value(cell) is None
    assert any(line.strip("（）")[:4] in one.message for one in check(read) if cell in one.cells)


@pytest.mark.parametrize(
    "line", ["单位：万元/件", "单位：件/万元", "单位：件 万元", "收费标准单位：元/件"]
)
def test_the_form_s_own_units_with_a_slash_change_nothing(line: str) -> None:
    plain = page("plain")
    at = plain.index(">", plain.index("</", plain.index("二、主动公开政府信息情况"))) + 1
    read = read_page(f"{plain[:at]}<p>{line}</p>{plain[at:]}")
    assert figures(read) == figures(read_page(plain))
    assert [one.rule for one in check(read)] == [one.rule for one in check(read_page(plain))]


HEADINGS = {
    "applications": "三、收到和处理政府信息公开申请情况",
    "disputes": "四、政府信息公开行政复议",
}


@matrix(scale=["十件", "百件", "千件", "万件", "亿件", "千宗", "千条", "百次"])
def test_counts_of_another_scale_are_converted_with_one_note_or_blank(scale: str) -> None:
    plain = page("plain")
    for table, heading in HEADINGS.items():
        at = plain.index("</", plain.index(heading))
        end = plain.index(">", at) + 1
        read = read_page(f"{plain[:end]}<p>（单位：{scale}）</p>{plain[end:]}")
        told = [finding for finding in check(read) if finding.rule != "coverage.blank"]
        if table == "disputes":
            assert all(
                value is None for cell, value in figures(read).items() if cell.startswith(table)
            )
            assert any(scale in finding.message for finding in told)
        else:
            cell = "applications.new.natural"
            factor = {"十": 10, "百": 100, "千": 1_000, "万": 10_000, "亿": 100_000_000}[scale[0]]
            assert read.value(cell) == factor * (TRUTH[cell] or 0)
            assert [finding.rule for finding in told] == ["coverage.converted"]


@pytest.mark.parametrize(
    "line",
    [
        *("单位：百件、万元", "单位：百件，元", "（单位：万元、百件）", "单位：百件/万元"),
        *(
            "单位：万元/百件",
            "单位：万元／百件",
            "单位：百件 万元",
            "单位：万元 百件",
            "（单位：元/百件）",
        ),
    ],
)
def test_one_line_for_counts_and_money(line: str) -> None:
    """Beside 表二, whose amounts are in 万元 and counts single ones."""
    cell = "disclosure.permits.decisions"
    plain = render(report_of({cell: 12}), "plain")
    at = plain.index(">", plain.index("</", plain.index("二、主动公开政府信息情况"))) + 1
    read = read_page(f"{plain[:at]}<p>{line}</p>{plain[at:]}")
    assert read.value(cell) == 1200
    assert [one.rule for one in check(read) if cell in one.cells] == ["coverage.converted"]


@pytest.mark.parametrize(
    "note",
    [
        "以百件计",
        "注：本表以百件计。",
        "按百件计算",
        "（数字按百件统计）",
        "以百件为单位",
        "注：件数以百件（项）为计量单位",
        "本表数量单位均为百件",
        "（百件）",
        "单 位：百 件",
        "数字以 百 件 计",
    ],
)
def test_a_note_that_counts_by_a_scale_is_a_unit(note: str) -> None:
    plain = page("plain")
    at = plain.index(">", plain.index("</", plain.index(HEADINGS["applications"]))) + 1
    read = read_page(f"{plain[:at]}<p>{note}</p>{plain[at:]}")
    cell = "applications.new.natural"
    assert read.value(cell) == 100 * (TRUTH[cell] or 0)
    told = [finding.rule for finding in check(read) if finding.rule != "coverage.blank"]
    assert told == ["coverage.converted"]


@pytest.mark.parametrize(
    "note",
    ["以件计", "注：超过10件的，按十件计收信息处理费", "全年办理许可数以千件计", "以十件为限"],
)
def test_a_note_that_counts_by_one_or_speaks_of_fees_is_none(note: str) -> None:
    plain = page("plain")
    at = plain.index(">", plain.index("</", plain.index(HEADINGS["applications"]))) + 1
    assert figures(read_page(f"{plain[:at]}<p>{note}</p>{plain[at:]}")) == figures(read_page(plain))


@pytest.mark.parametrize("odd", ["千", "％", "打"])
def test_one_line_that_nobody_understands_is_one_message(odd: str) -> None:
    plain = page("plain")
    at = plain.index(">", plain.index("</", plain.index(HEADINGS["applications"]))) + 1
    read = read_page(f"{plain[:at]}<p>单位：{odd}</p>{plain[at:]}")
    told = [finding.message for finding in check(read) if finding.severity != "note"]
    assert len([message for message in told if f"单位：{odd}" in message]) == 1
    assert read.value("applications.new.natural") is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("本年收费金额（单位：元）", {"元"}),
        ("单位：件、万元", {"万元"}),
        ("单位:人民币 千元", {"千元"}),
        ("注：以百万元为单位", {"百万元"}),
        ("金额（十万元）", {"十万元"}),
        ("金额【圆】", {"元"}),
        ("元、万元", {"元", "万元"}),
        ("填报单位：元氏县财政局", set()),
        ("元旦期间公开12件", set()),
        ("收费57588.71元", set()),
        ("单元", set()),
    ],
)
def test_units_of_money_are_found_in_texts(text: str, expected: set[str]) -> None:
    assert money_units(text) == expected


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("单位：万件", {"万件"}),
        ("本年处理决定数量（千件）", {"千件"}),
        ("单位：百件、万元", {"百件"}),
        ("单位：万元/百件", {"百件"}),
        ("单位：件", set()),
        ("2千件", set()),
        ("十条第（五）项", set()),
        ("十条", set()),
        ("单位：十条", {"十条"}),
        ("（百次）", {"百次"}),
        ("百件实事", set()),
        ("注：表中数字以百件计", {"百件"}),
        ("以千项为计量单位", {"千项"}),
        ("单位均为百件", {"百件"}),
        ("数以百件计的许可", set()),
        ("件数以百件计", {"百件"}),
        ("按十件计收", set()),
        ("超过10件的，按百件计费", set()),
        ("每百件", set()),
        ("以百件以上的", set()),
    ],
)
def test_units_of_counts_are_found_in_texts(text: str, expected: set[str]) -> None:
    assert count_units(text) == expected
