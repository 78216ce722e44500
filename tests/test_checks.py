"""Room: tests. Findings on reports: which rules, which cells, which figures and which sentence."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from strategies import changed, reports

from gongkai.checks import check, checked
from gongkai.editions import editions, form
from gongkai.model import Entry, Finding, Problem, Report, Table, Value

# Rui'an 2021, table three: new, carried in, results, total, carried out; columns natural, company, legal, other.
RUIAN = {
    "new": (436, 12, 3, 4),
    "carried_in": (8, 0, 0, 0),
    "granted": (134, 7, 1, 1),
    "partly_granted": (82, 2, 0, 1),
    "refused_secret": (4, 0, 0, 0),
    "refused_stability": (1, 0, 0, 0),
    "unavailable_not_held": (123, 1, 1, 0),
    "other_rest": (88, 2, 1, 2),
    "handled": (432, 12, 3, 4),
    "carried_out": (12, 0, 0, 0),
}
DISPUTES = {"review": (10, 1, 0, 0, 11), "direct_litigation": (3, 0, 1, 2, 6), "reviewed_litigation": (0, 0, 0, 0, 0)}


def sound_values() -> dict[str, Value]:
    values: dict[str, Value] = {cell: 0 for official in editions()["2021"].forms.values() for cell in official.cells}
    for row, figures in RUIAN.items():
        for column, figure in zip(("natural", "company", "legal", "other"), figures, strict=True):
            values[f"applications.{row}.{column}"] = figure
        values[f"applications.{row}.total"] = sum(figures)
    for row, figures in DISPUTES.items():
        for column, figure in zip(("upheld", "corrected", "other", "pending", "total"), figures, strict=True):
            values[f"disputes.{row}.{column}"] = figure
    return values


def report_of(
    changes: Mapping[str, Value] | None = None,
    *,
    year: int | None = 2021,
    raws: Mapping[str, str] | None = None,
    problems: Sequence[Problem] = (),
    without: str = "",
) -> Report:
    values, texts = sound_values() | dict(changes or {}), raws or {}
    tables = {
        name: Table(name, "2021", {cell: Entry(cell, values[cell], texts.get(cell, "")) for cell in official.cells})
        for name, official in editions()["2021"].forms.items()
        if name != without
    }
    return Report("年度报告", "青溪县人民政府", year, "2022-01-20", tables, problems=tuple(problems))


def blank_report(edition: str, year: int) -> Report:
    tables = {
        name: Table(name, edition, {cell: Entry(cell, None) for cell in official.cells})
        for name, official in editions()[edition].forms.items()
    }
    return Report("年度报告", "青溪县人民政府", year, "", tables)


def rules(report: Report) -> list[tuple[str, str]]:
    return [(finding.severity, finding.rule) for finding in check(report)]


def only(report: Report, rule: str) -> Finding:
    found = [finding for finding in check(report) if finding.rule == rule]
    assert len(found) == 1
    return found[0]


def cells_of_row(row: str) -> tuple[str, ...]:
    return tuple(cell.id for cell in form("2021", "applications").row_cells(row))


# --- sums: all cells stated ---------------------------------------------------------------------------------------


def test_a_sound_report_has_no_findings() -> None:
    assert check(report_of()) == []
    assert checked(report_of()) == 42


def test_total_of_disputes() -> None:
    finding = only(report_of({"disputes.review.total": 0}), "disputes.total.review")
    assert finding.message == "表四 行政复议：结果维持10＋结果纠正1＋其他结果0＋尚未审结0＝11，总计填0，差11。"
    assert (finding.severity, finding.stated, finding.computed, finding.difference) == ("error", 0, 11, 11)
    assert finding.cells == tuple(form("2021", "disputes").cells)[:5]


def test_across() -> None:
    report = report_of({"applications.granted.total": 134})
    assert rules(report) == [("error", "applications.sum.total"), ("error", "applications.across.granted")]
    finding = only(report, "applications.across.granted")
    assert finding.message == (
        "表三 （一）予以公开：自然人134＋商业企业7＋科研机构0＋社会公益组织0＋法律服务机构1＋其他1＝143，总计填134，差9。"
    )
    assert finding.cells == cells_of_row("granted")


def test_sum_names_only_what_is_not_zero() -> None:
    finding = only(report_of({"applications.handled.natural": 433}), "applications.sum.natural")
    assert finding.message == (
        "表三 自然人列：（一）予以公开134＋（二）部分公开82＋（三）不予公开 1.属于国家秘密4＋3.危及“三安全一稳定”1"
        "＋（四）无法提供 1.本机关不掌握相关政府信息123＋（六）其他处理 3.其他88（其余为0）＝432，（七）总计填433，差1。"
    )
    assert (finding.stated, finding.computed, finding.difference) == (433, 432, -1)
    assert len(finding.cells) == 22


def test_sum_of_nothing() -> None:
    finding = only(report_of({"applications.handled.research": 5}), "applications.sum.research")
    assert finding.message == "表三 科研机构列：各项之和＝0，（七）总计填5，差5。"


def test_balance() -> None:
    finding = only(report_of({"applications.carried_out.total": 11}), "applications.balance.total")
    assert finding.message == (
        "表三 总计列：一、本年新收政府信息公开申请数量455＋二、上年结转政府信息公开申请数量8＝463，"
        "（七）总计451＋四、结转下年度继续办理11＝462，差1。"
    )
    assert (finding.stated, finding.computed, finding.difference) == (462, 463, 1)
    assert finding.cells[0] == "applications.new.total"
    assert finding.cells[-1] == "applications.carried_out.total"


def test_differences_of_long_figures_are_exact() -> None:
    report = report_of({"disputes.review.upheld": Decimal("1" * 29 + ".5"), "disputes.review.total": 0})
    finding = only(report, "disputes.total.review")
    assert finding.message.endswith(f"总计填0，差{'1' * 28}2.5。")


@settings(max_examples=50, deadline=None)
@given(reports())
def test_a_consistent_report_has_no_findings(report: Report) -> None:
    assert [finding for finding in check(report) if finding.rule != "coverage.edition"] == []
    assert checked(report) == (42 if report.tables["applications"].edition == "2021" else 40)


@settings(max_examples=50, deadline=None)
@given(reports(), st.data())
def test_any_changed_figure_is_an_error_at_each_of_its_relations(report: Report, data: st.DataObject) -> None:
    figures = {entry.cell: entry.value for entry in report.entries() if not entry.cell.startswith("disclosure")}
    cell = data.draw(st.sampled_from(sorted(figures)))
    value = data.draw(st.integers(0, 10_000).filter(lambda drawn: drawn != figures[cell]))
    table = report.tables[cell.partition(".")[0]]
    touched = {each.rule for each in editions()[table.edition].relations_of(table.id) if cell in each.cells}
    found = check(changed(report, cell, value))
    assert {finding.rule for finding in found if finding.severity == "error"} == touched
    assert all(cell in finding.cells for finding in found if finding.severity == "error")


# --- sums: with blanks --------------------------------------------------------------------------------------------


def test_blanks_are_no_zeros() -> None:
    report = report_of({"disputes.review.upheld": None, "disputes.review.corrected": None})
    assert rules(report) == [("note", "coverage.blank")]
    assert checked(report) == 41


def test_a_blank_total_is_told() -> None:
    report = report_of({"applications.granted.total": None})
    finding = only(report, "coverage.implied")
    assert finding == Finding(
        "coverage.implied",
        "note",
        "表三 （一）予以公开·总计 空白，按勾稽关系应为143。",
        ("applications.granted.total",),
        computed=143,
    )
    assert rules(report) == [("note", "coverage.blank"), ("note", "coverage.implied")]


def test_the_total_column_left_empty() -> None:
    totals = {f"applications.{row.id}.total": None for row in form("2021", "applications").rows if row.id != "handled"}
    report = report_of(totals)
    implied = {finding.cells[0]: finding.computed for finding in check(report) if finding.rule == "coverage.implied"}
    assert implied == {cell: figure for cell in totals if (figure := sound_values()[cell])}
    assert {severity for severity, _ in rules(report)} == {"note"}
    # Six balance, six sum, across.handled, and table four are stated in full.
    assert checked(report) == 6 + 6 + 1 + 3


@pytest.mark.parametrize(("raw", "state"), [("/", "填“/”"), ("14З", "原文“14З”未采用"), (" ", "空白")])
def test_an_implied_figure_says_what_stands_there(raw: str, state: str) -> None:
    report = report_of({"applications.granted.total": None}, raws={"applications.granted.total": raw})
    message = only(report, "coverage.implied").message
    assert message == f"表三 （一）予以公开·总计 {state}，按勾稽关系应为143。"


def test_parts_above_a_total() -> None:
    changes = dict.fromkeys(("applications.granted.research", "applications.granted.welfare"))
    report = report_of(changes | {"applications.granted.total": 134, "applications.other_rest.total": 102})
    finding = only(report, "applications.across.granted")
    assert finding.message == (
        "表三 （一）予以公开：已填各项之和143，已超过总计134（有2格空白），无论空白填多少都不相符。"
    )
    assert (finding.severity, finding.stated, finding.computed, finding.difference) == ("error", 134, 143, 9)
    assert set(finding.cells) == set(cells_of_row("granted")) - set(changes)


def test_one_side_of_the_balance_above_the_other() -> None:
    changes = {"applications.carried_out.natural": None, "applications.new.natural": 400}
    message = only(report_of(changes), "applications.balance.natural").message
    assert message == ("表三 自然人列：已填的（七）总计432，已超过各项之和408（有1格空白），无论空白填多少都不相符。")


def test_a_fraction_among_blanks() -> None:
    report = report_of({"disputes.review.upheld": Decimal("9.5"), "disputes.review.other": None})
    finding = only(report, "disputes.total.review")
    assert finding.message == "表四 行政复议：有负数或小数，勾稽关系不能成立（有1格空白），无论空白填多少都不相符。"
    assert finding.stated is None


def test_two_relations_that_want_different_figures() -> None:
    report = report_of({"applications.granted.natural": None, "applications.granted.total": 150})
    conflict = only(report, "applications.sum.natural")
    assert conflict.message == (
        "表三 2项勾稽关系不能同时成立，无论其中1格空白填多少都不相符："
        "自然人列 各项之和＝（七）总计；（一）予以公开 各项之和＝总计。"
    )
    assert "applications.granted.natural" not in conflict.cells
    assert {"applications.granted.total", "applications.handled.natural"} < set(conflict.cells)
    assert checked(report) == 42
    assert rules(report) == [
        ("error", "applications.sum.natural"),
        ("error", "applications.sum.total"),
        ("note", "coverage.blank"),
    ]


@pytest.mark.parametrize(("edition", "count"), [("2021", [10, 175, 15]), ("2019", [22, 161, 15])])
def test_an_empty_form(edition: str, count: list[int]) -> None:
    report = blank_report(edition, int(edition))
    assert [(finding.rule, len(finding.cells)) for finding in check(report)] == [("coverage.blank", n) for n in count]
    assert checked(report) == 0


@settings(max_examples=50, deadline=None)
@given(reports(), st.randoms(use_true_random=False), st.sampled_from([0.05, 0.4, 0.9]))
def test_blanks_alone_are_never_an_error(report: Report, random: object, share: float) -> None:
    tables = {}
    for table in report.tables.values():
        entries = {
            cell: Entry(cell, None) if random.random() < share else entry  # type: ignore[attr-defined]
            for cell, entry in table.entries.items()
        }
        tables[table.id] = Table(table.id, table.edition, entries)
    emptied = Report(report.title, report.agency, report.year, report.published, tables)
    for finding in check(emptied):
        assert finding.severity == "note"
        assert finding.computed in (None, report.value(finding.cells[0]) if finding.cells else None)


# --- coverage -----------------------------------------------------------------------------------------------------


def test_a_missing_table() -> None:
    report = report_of(problems=[Problem("disputes", "", "", "", "没有找到这张表")], without="disputes")
    finding = only(report, "coverage.table")
    assert finding.message == "缺少表四（四、政府信息公开行政复议、行政诉讼情况）：没有找到这张表。"
    assert rules(report) == [("error", "coverage.table")]
    assert checked(report) == 39


def test_a_table_missing_without_a_word() -> None:
    report = report_of(without="applications")
    assert only(report, "coverage.table").message == "缺少表三（三、收到和处理政府信息公开申请情况）。"


def test_a_table_of_which_nothing_was_read() -> None:
    blank = {cell: None for cell in form("2021", "disputes").cells}
    report = report_of(blank, problems=[Problem("disputes", "", "", "表四×2", "文中有多张这样的表且数字不同，未填入")])
    assert only(report, "coverage.table").message == "表四没有读出任何数字。"
    assert only(report, "coverage.unplaced").message == "表四 原文“表四×2”：文中有多张这样的表且数字不同，未填入。"


def test_a_missing_row() -> None:
    cells = cells_of_row("refused_law")
    report = report_of(
        dict.fromkeys(cells), problems=[Problem("applications", "refused_law", "", "", "没有找到这一行")]
    )
    finding = only(report, "coverage.row")
    assert (finding.severity, finding.cells) == ("error", cells)
    assert finding.message == "表三 “（三）不予公开 2.其他法律行政法规禁止公开”一行：没有找到这一行。"
    assert rules(report) == [("error", "coverage.row")]


def test_a_missing_column() -> None:
    cells = [f"applications.{row.id}.welfare" for row in form("2021", "applications").rows]
    problem = Problem("applications", "", "welfare", "", "表头中没有找到这一列")
    finding = only(report_of(dict.fromkeys(cells), problems=[problem]), "coverage.column")
    assert (finding.severity, finding.cells) == ("error", tuple(cells))
    assert finding.message == "表三 “社会公益组织”一列：表头中没有找到这一列。"


def test_an_unread_cell() -> None:
    problem = Problem("applications", "new", "natural", "436（含网上3件）", "不是单独的一个数字，未填入")
    report = report_of({"applications.new.natural": None}, problems=[problem])
    finding = only(report, "coverage.cell")
    assert (finding.severity, finding.cells) == ("warning", ("applications.new.natural",))
    assert finding.message == (
        "表三 一、本年新收政府信息公开申请数量·自然人，原文“436（含网上3件）”：不是单独的一个数字，未填入。"
    )
    assert rules(report) == [("warning", "coverage.cell"), ("note", "coverage.implied")]


def test_text_left_unread_without_a_problem_is_told() -> None:
    report = report_of({"disclosure.rules.made": None}, raws={"disclosure.rules.made": "十二"})
    assert only(report, "coverage.cell").message == "表二 规章·本年制发件数，原文“十二”：没有读成数字，未采用。"


@pytest.mark.parametrize(
    ("problem", "message"),
    [
        (
            Problem("applications", "", "", "其中：网络申请 30", "不在官方表格中"),
            "表三 原文“其中：网络申请 30”：不在官方表格中。",
        ),
        (
            Problem("applications", "granted", "", "1 2 3", "个数不符。"),
            "表三 “（一）予以公开”一行，原文“1 2 3”：个数不符。",
        ),
        (Problem("applications", "", "total", "合 计 数", "表头不同"), "表三 “总计”一列，原文“合 计 数”：表头不同。"),
        (Problem("", "", "", "去年", "封面的年度“去年”不是年份。"), "封面的年度“去年”不是年份。"),
        (Problem("applications", "no_such", "", "", "没有"), "表三：没有。"),
        (Problem("applications", "granted", "no_such", "x", "没有"), "表三 原文“x”：没有。"),
        (Problem("no_such", "a", "b", "x", "没有"), "原文“x”：没有。"),
    ],
)
def test_text_without_a_place(problem: Problem, message: str) -> None:
    finding = only(report_of(problems=[problem]), "coverage.unplaced")
    assert (finding.severity, finding.message) == ("warning", message)


def test_text_from_a_page_stays_on_one_short_line() -> None:
    raw = "=HYPERLINK(1)\x1b[31m\n\u202e<b>" + "长" * 500
    message = only(
        report_of(problems=[Problem("applications", "", "", raw, "没有位置\n")]), "coverage.unplaced"
    ).message
    assert message.isprintable()
    assert len(message) < 90
    assert "…”" in message


def test_a_negative_count() -> None:
    report = report_of({"disputes.review.upheld": -1, "disputes.review.total": 0})
    finding = only(report, "coverage.negative")
    assert (finding.stated, finding.cells) == (-1, ("disputes.review.upheld",))
    assert finding.message == "表四 行政复议·结果维持 填-1，不能小于0。"
    assert rules(report) == [("error", "coverage.negative")]


def test_a_signed_column_may_be_negative() -> None:
    values = {cell: Entry(cell, 0) for cell in form("2019", "disclosure").cells}
    values["disclosure.permits.change"] = Entry("disclosure.permits.change", -4)
    values["disclosure.permits.previous"] = Entry("disclosure.permits.previous", -4)
    report = Report("", "", 2019, "", {"disclosure": Table("disclosure", "2019", values)})
    found = [finding.cells for finding in check(report) if finding.rule == "coverage.negative"]
    assert found == [("disclosure.permits.previous",)]


def test_a_fraction_of_a_count() -> None:
    report = report_of({"disclosure.permits.decisions": Decimal("3.5"), "disclosure.fees.amount": Decimal("3.5")})
    finding = only(report, "coverage.fraction")
    assert (finding.severity, finding.stated) == ("error", Decimal("3.5"))
    assert finding.message == "表二 行政许可·本年处理决定数量 填3.5，应当是整数。"


def test_signs_and_blanks_are_told_apart() -> None:
    signs = {"disputes.review.other": "/", "disputes.review.pending": "／", "disclosure.rules.made": "—"}
    report = report_of(dict.fromkeys(signs) | {"disclosure.rules.valid": None}, raws=signs)
    assert [(finding.rule, finding.message) for finding in check(report)] == [
        ("coverage.sign", "表二 有1格填的是“—”，按空白处理，不当作0。"),
        ("coverage.blank", "表二 有1格空白，不当作0。"),
        ("coverage.sign", "表四 有2格填的是“/”，按空白处理，不当作0。"),
    ]


def test_an_amount_in_yuan() -> None:
    amount = {"disclosure.fees.amount": Decimal("25.1")}
    finding = only(report_of(amount, raws={"disclosure.fees.amount": "251000元"}), "coverage.converted")
    assert finding.severity == "note"
    assert finding.message == "表二 行政事业性收费·本年收费金额 原文“251000元”以元为单位，已换算为25.1万元。"
    assert check(report_of(amount, raws={"disclosure.fees.amount": "25.1万元"})) == []


def test_a_layout_of_another_year() -> None:
    report = report_of(year=2020)
    assert [(finding.severity, finding.message) for finding in check(report)] == [
        ("note", "表二用的是2021年格式，2020年的报告应当用2019年格式（国办公开办函〔2019〕60号）。"),
        ("note", "表三用的是2021年格式，2020年的报告应当用2019年格式（国办公开办函〔2019〕60号）。"),
    ]


@pytest.mark.parametrize("year", [2021, 2022, 2030, 2018])
def test_no_layout_is_asked_of_years_without_a_rule(year: int) -> None:
    assert check(report_of(year=year)) == []


def test_no_year() -> None:
    assert rules(report_of(year=None)) == [("warning", "coverage.year")]


def test_errors_come_before_warnings_before_notes_in_the_order_of_the_tables() -> None:
    report = report_of(
        {
            "disputes.review.total": 0,
            "disclosure.rules.made": None,
            "disclosure.rules.valid": -1,
            "applications.granted.total": None,
            "applications.handled.natural": 1,
        },
        year=None,
        problems=[Problem("", "", "", "a", "b"), Problem("disputes", "", "", "c", "d")],
    )
    assert rules(report) == [
        ("error", "coverage.negative"),
        ("error", "applications.balance.natural"),
        ("error", "applications.sum.natural"),
        ("error", "applications.across.handled"),
        ("error", "disputes.total.review"),
        ("warning", "coverage.year"),
        ("warning", "coverage.unplaced"),
        ("warning", "coverage.unplaced"),
        ("note", "coverage.blank"),
        ("note", "coverage.blank"),
        ("note", "coverage.implied"),
    ]
