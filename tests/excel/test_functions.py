"""The worksheet functions on ranges: every shape, figures in every form, failures as sentences."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import gongkai
from gongkai.checks.whole import check
from gongkai.editions import (
    all_editions,
    form,
)
from gongkai.excel.arrays import MOST_CELLS, Bounded, read_array
from gongkai.excel.conclusions import findings_of
from gongkai.excel.functions import (
    FUNCTIONS,
    GK_CHECK,
    GK_DIFF,
    GK_FINDINGS,
    GK_RULES,
    GK_SUSPECT,
    GK_VERSION,
)
from gongkai.model import Finding, Report, Table
from helpers import HELPERS
from helpers.counts import counted, part, properties
from helpers.excel.ranges import (
    WRITINGS,
    Rows,
    Writing,
    figures,
    in_one_row,
    piece,
    printed,
    turned,
)
from helpers.made import report_of
from helpers.strategies import changed, reports

SOUND = report_of()
DISPUTE_ROWS = ("review", "direct_litigation", "reviewed_litigation")
MISSING = -2147352572  # what COM gives for an argument that was left out
EVERY_TABLE = pytest.mark.parametrize("table", ["disclosure", "applications", "disputes"])


def relations_of(report: Report, table: str) -> list[str]:
    return [relation.rule for relation in report.tables[table].form.relations]


def shapes(report: Report, table: str, writing: Writing = WRITINGS["float"]) -> dict[str, Rows]:
    """The ranges that hold all figures of a table."""
    found = {"printed": printed(report, table, writing)}
    if table != "disclosure":
        found["figures"] = figures(report, table, writing)
        found["turned"] = turned(found["figures"])
    if table == "disputes":
        found["row"] = in_one_row(found["figures"])
        found["column"] = turned(found["row"])
    if table == "applications":
        for top, left in product((1, 2, 3), (0, 1, 2, 3)):
            found[f"piece {top} {left}"] = piece(found["printed"], top, left)
    return found


# --- any shape ------------------------------------------------------------------------------------


@properties(40)
@given(reports())
def test_a_consistent_table_in_any_shape(report: Report) -> None:
    for table in report.tables:
        for shape, rows in shapes(report, table).items():
            answer = GK_CHECK(rows)
            count = len(relations_of(report, table))
            wanted = f"✓ {count}项勾稽关系全部相符（" if count else "✓ 没有勾稽关系，"
            assert answer.startswith(wanted), (shape, answer)
            assert GK_FINDINGS(rows)[1][0] == ("没有不符" if count else "没有能核对的勾稽关系")
            assert all(GK_DIFF(rows, rule) == 0 for rule in relations_of(report, table)[:4])


@properties(40)
@given(reports(), st.data())
def test_a_changed_figure_is_named(report: Report, data: st.DataObject) -> None:
    table = data.draw(st.sampled_from(["applications", "disputes"]))
    relation = data.draw(st.sampled_from(report.tables[table].form.relations))
    cell = data.draw(st.sampled_from(relation.cells))
    more = data.draw(st.integers(1, 10**6))
    wrong = changed(report, cell, (report.value(cell) or 0) + more)
    gap = more if cell in relation.parts else -more
    for shape, rows in shapes(wrong, table).items():
        assert GK_CHECK(rows).startswith("✗ "), shape
        assert GK_DIFF(rows, relation.rule) == gap
        found = GK_FINDINGS(rows)
        assert relation.rule in [row[0] for row in found]
        assert next(row[4] for row in found if row[0] == relation.rule) == gap


@properties(40)
@given(reports(), st.data())
def test_ranges_agree_with_the_checks_of_the_report(report: Report, data: st.DataObject) -> None:
    """Blanks, negative figures and texts included; in every form in which a figure may come."""
    table = data.draw(st.sampled_from(["applications", "disputes"]))
    cells = list(form(report.tables[table].edition, table).cells)
    for cell in data.draw(st.lists(st.sampled_from(cells), max_size=6)):
        report = changed(report, cell, data.draw(st.sampled_from([None, None, -1, 7])))
    wanted = [finding for finding in check(only_table(report, table)) if is_about(finding, table)]
    name = data.draw(st.sampled_from(list(WRITINGS)))
    for rows in shapes(report, table, WRITINGS[name]).values():
        told = findings_of(read_array(rows))
        assert flat(finding for finding in told if finding.rule != "coverage.text") == flat(wanted)


def test_a_figure_stored_as_text_is_never_clean() -> None:
    """As sheet and cover have it: their formulas pass over such a cell."""
    rows = next(iter(shapes(report_of(), "disputes").values()))
    held = [["10" if value == 10 else value for value in row] for row in rows]
    assert GK_CHECK(rows).startswith("✓ 3项")
    assert GK_CHECK(held).startswith("! 3项相符，1处疑问")
    assert GK_FINDINGS(held)[1][0] == "coverage.text"


def only_table(report: Report, table: str) -> Report:
    return replace(report, tables={table: report.tables[table]}, problems=())


def is_about(finding: Finding, table: str) -> bool:
    return all(cell.startswith(table) for cell in finding.cells) and finding.rule not in (
        *("coverage.table", "coverage.edition", "coverage.year"),
    )


def flat(findings: Sequence[Finding]) -> list[tuple[object, ...]]:
    return [
        (f.rule, f.severity, f.message, f.cells, f.stated, f.computed, f.difference)
        for f in findings
    ]


@EVERY_TABLE
@pytest.mark.parametrize("writing", WRITINGS)
def test_a_figure_in_every_form(table: str, writing: str) -> None:
    for rows in shapes(SOUND, table, WRITINGS[writing]).values():
        (found,) = read_array(rows).tables
        assert {cell: entry.value for cell, entry in found.entries.items()} == {
            cell: entry.value for cell, entry in SOUND.tables[table].entries.items()
        }


def test_a_flat_row_and_tuples() -> None:
    row = in_one_row(figures(SOUND, "disputes"))
    assert GK_CHECK(row[0]) == GK_CHECK(tuple(map(tuple, row))) == "✓ 3项勾稽关系全部相符（表四）"


def test_one_label_column_and_a_head_row() -> None:
    """Not as the form prints them: then recognition places the figures."""
    layout = form("2021", "applications")
    head: Rows = [["", *(column.label.text for column in layout.parts[0].columns)]]
    lines = zip(layout.rows, figures(SOUND, "applications"), strict=True)
    rows = head + [[row.label.text, *values] for row, values in lines]
    assert GK_CHECK(rows) == "✓ 39项勾稽关系全部相符（表三，2021年格式）"
    rows[5][0] = "1.属于国家秘"
    assert GK_CHECK(rows) == "✓ 39项勾稽关系全部相符（表三，2021年格式）"
    rows[4], rows[5] = rows[5], rows[4]
    assert not GK_CHECK(rows).startswith("✓")


@counted
@EVERY_TABLE
def test_a_table_twice_with_one_figure_different_is_never_sound(table: str) -> None:
    once = printed(SOUND, table)
    spots = [(line, spot) for line, row in enumerate(once) for spot, _ in enumerate(row)]
    for line, spot in part(
        [(line, spot) for line, spot in spots if isinstance(once[line][spot], int | float)]
    ):
        other = [list(row) for row in once]
        other[line][spot] = float(str(once[line][spot])) + 1
        for rows in ([*once, [], *other], [*other, [], *once]):
            assert not GK_CHECK(rows).startswith("✓")


def test_the_sheet_of_all_three_tables() -> None:
    rows: Rows = []
    for table in ("disclosure", "applications", "disputes"):
        rows += [*printed(SOUND, table), []]
    assert GK_CHECK(rows) == "✓ 42项勾稽关系全部相符（表二、表三、表四，2021年格式）"
    titled: Rows = []
    for number, table in enumerate(("disclosure", "applications", "disputes"), 2):
        titled += [[f"表{number}"], *[[None, *row] for row in printed(SOUND, table)], []]
    assert GK_CHECK(titled) == GK_CHECK(rows)
    assert GK_CHECK([*rows, *titled]) == GK_CHECK(rows)  # every table twice, with the same figures
    rows[-2][4] = 12.0
    assert GK_CHECK(rows) == (
        "✗ 1项不符（表二、表三、表四，2021年格式）：表四有误，5种改法，如①"
        "行政复议（维持）10→11；②行政复议（总计）12→11"
    )


def test_a_part_of_table_two() -> None:
    rows = printed(SOUND, "disclosure")
    block = [row[1:] for row in rows[2:4]]
    assert len(block) == 2
    assert GK_CHECK(block) == "✓ 没有勾稽关系，6格数字没有问题（表二的一部分，2021年格式）"
    assert GK_CHECK(rows[4:7]) == "✓ 没有勾稽关系，1格数字没有问题（表二的一部分，2021年格式）"
    rows[3][1] = None
    assert (
        GK_CHECK(rows[:4]) == "✓ 没有勾稽关系，5格数字没有问题，1格空白（表二的一部分，2021年格式）"
    )
    assert [row[5] for row in GK_FINDINGS(rows[:4])[1:]] == ["表二有1格空白，不当作0。"]
    block[1][0] = -3
    assert GK_CHECK(block).startswith(
        "✗ 1处错误（表二的一部分，2021年格式）：表二 规范性文件（制发）填-3"
    )


def test_a_part_of_table_two_that_could_be_several() -> None:
    """A head below two lines of figures: which two lines, nothing says."""
    rows = [row[1:] for row in printed(report_of(), "disclosure")[6:10]]
    assert GK_CHECK(rows).startswith("! ")


# --- no piece of the form is taken for another ----------------------------------------------------


@counted
@EVERY_TABLE
@pytest.mark.parametrize("edition", ["2019", "2021"])
def test_a_piece_with_row_labels_gives_its_own_figures_or_none(edition: str, table: str) -> None:
    layout = form(edition, table)
    values = {cell: number for number, cell in enumerate(layout.cells, 1)}
    entries = {
        cell: replace(SOUND.tables[table].entries.get(cell) or EMPTY, value=n)
        for cell, n in values.items()
    }
    rows = printed(Report("", "", None, "", {table: Table(form(edition, table), entries)}), table)
    bottoms = (
        range(1, len(rows) + 1)
        if table == "disclosure"
        else (len(rows) - 2, len(rows) - 1, len(rows))
    )
    pieces = [
        rows[top:bottom]
        for top in range(0, len(rows), 1 if table == "disclosure" else 3)
        for bottom in bottoms
    ]
    for each in part([each for each in pieces if any(isinstance(row[0], str) for row in each)]):
        answer = GK_CHECK(each)
        if answer.startswith("! 区域"):
            continue
        for found in read_array(each).tables:
            assert found.id == table
            assert {
                c: e.value for c, e in found.entries.items() if e.value is not None
            }.items() <= values.items()


EMPTY = next(iter(SOUND.tables["disclosure"].entries.values()))


# --- what is refused or left open -----------------------------------------------------------------


@pytest.mark.parametrize(
    "rows",
    [
        *(5, None, "", "x", [], [[]], [1, 2], [[1], [2, 3]]),
        [[1.0] * 5] * 5,
        [[0.0] * 7] * 24,
        [[1, 2], [3, 4], [5, 6]],
    ],
)
def test_other_shapes_are_named(rows: object) -> None:
    answer = GK_CHECK(rows) if rows is not None else GK_CHECK([[None]])
    assert answer.startswith("! 区域")
    for shape in ("25行7列", "23行7列", "1行15列", "3行5列", "2行3列"):
        assert shape in answer
    assert GK_DIFF(rows, "disputes.total.review") == GK_FINDINGS(rows) or rows is None


def test_a_range_that_is_too_large() -> None:
    assert "超过一张表的大小" in GK_CHECK([[1.0] * 100] * (MOST_CELLS // 100 + 1))


@pytest.mark.parametrize(
    "rows", [[["总计", 3]], [["自然人", "商业企业"], [1, 2]], [["", "结果维持"], ["行政复议", 3]]]
)
def test_labels_that_do_not_match(rows: Rows) -> None:
    assert GK_CHECK(rows).startswith("! 区域中的表头或行名与官方表格不符")


def test_a_range_of_the_right_size_in_the_wrong_place() -> None:
    """25 by 7, but the labels' columns are among them."""
    rows = [row[:7] for row in printed(SOUND, "applications")[3:]]
    assert (len(rows), len(rows[0])) == (25, 7)
    assert GK_CHECK(rows).startswith("! 区域")


def test_rows_in_another_order_are_not_taken_for_the_official_ones() -> None:
    rows = printed(SOUND, "applications")
    rows[4], rows[5] = rows[5], rows[4]
    answer = GK_CHECK(rows)
    assert answer.startswith(("! ", "✗ "))
    assert "行" in answer


@pytest.mark.parametrize(
    ("value", "shown"),
    [
        ("#DIV/0!", "#DIV/0!"),
        (-2146826281, "#DIV/0!"),
        (-2146826246, "#N/A"),
        (True, "TRUE"),
        ("12人次", "12人次"),
        ("？12x", "？12x"),
        (float("nan"), "nan"),
        (float("inf"), "inf"),
        ("=SUM(A1:A2)", "=SUM(A1:A2)"),
    ],
)
def test_what_is_no_figure_is_told(value: object, shown: str) -> None:
    for shape in ("figures", "printed", "turned"):
        rows = shapes(SOUND, "applications")[shape]
        at, inside = {"figures": (2, 0), "printed": (5, 3), "turned": (0, 2)}[shape]
        assert rows[at][inside] == 134.0
        rows[at][inside] = value
        answer = GK_CHECK(rows)
        assert answer.startswith("! 37项相符，1处疑问，2项因空白不能核对（表三，2021年格式）：")
        assert "表三 予以公开（自然人）" in answer
        assert shown in answer
        assert GK_DIFF(rows, "applications.across.granted").startswith(
            "! 不能计算：有1格空白或不是数"
        )


def test_blanks_and_signs_leave_relations_open() -> None:
    rows = figures(SOUND, "applications")
    rows[2][0], rows[3][1] = None, "/"
    assert GK_CHECK(rows) == "! 35项相符，4项因空白不能核对（表三，2021年格式）"
    assert [row[0] for row in GK_FINDINGS(rows)[1:]] == [
        *("coverage.sign", "coverage.blank", "coverage.implied", "coverage.implied"),
    ]


def test_only_blanks_are_no_table() -> None:
    assert GK_CHECK([[None] * 7] * 25).startswith("! 区域中没有数字")


def test_a_broken_relation_in_short() -> None:
    rows = figures(report_of({"disputes.review.total": 9}), "disputes")
    assert (
        GK_CHECK(rows)
        == "✗ 1项不符（表四）：表四有误，2种改法：①行政复议（维持）10→8；②行政复议（总计）9→11"
    )
    wrong = report_of(
        {f"applications.{row}.total": 9_999 for row in ("granted", "handled", "new", "carried_out")}
    )
    assert GK_CHECK(figures(wrong, "applications")) == (
        "✗ 6项不符（表三，2021年格式）：表三 新收（总计）填9999，疑应为455；予以公开（总计）"
        "填9999，疑应为143；办结总计（总计）填9999，疑应为451；下年结转（总计）填9999，疑应为12"
    )
    many = report_of({f"disputes.{row}.total": 99 for row in DISPUTE_ROWS})
    answer = GK_CHECK(figures(many, "disputes"))
    assert answer.startswith("✗ 3项不符（表四）：表四有误，")
    assert answer.endswith("；等")
    assert len(answer) < 255


def test_long_figures_stay_exact() -> None:
    long = 10**18 + 1
    rows: Rows = [[str(long), "0", "0", "0", str(long - 1)], [0.0] * 5, [0.0] * 5]
    assert GK_DIFF(rows, "disputes.total.review") == 1
    assert GK_FINDINGS(rows)[1][2:5] == [float(long - 1), str(long), 1.0]
    rows[0][4] = 0
    assert GK_DIFF(rows, "disputes.total.review") == str(long)


# --- rules ----------------------------------------------------------------------------------------


@pytest.mark.parametrize("edition", ["2021", 2021, 2021.0, "2019", [["2019"]]])
def test_the_rules_of_an_edition(edition: object) -> None:
    rows = GK_RULES(edition)
    name = "2019" if "2019" in str(edition) else "2021"
    assert rows[0] == ["规则", "表", "勾稽关系"]
    assert [row[0] for row in rows[1:]] == [
        relation.rule for relation in all_editions()[name].relations
    ]
    assert "行政复议：结果维持＋结果纠正＋其他结果＋尚未审结＝总计" in [row[2] for row in rows]


@pytest.mark.parametrize(
    "edition", [None, "", 2018, "x" * 500, "=1+1", [["2019", "2021"]], -2146826281]
)
def test_an_edition_that_is_none(edition: object) -> None:
    answer = GK_RULES(edition)
    assert answer.startswith("! ")
    assert len(answer) < 100


@pytest.mark.parametrize(
    ("rule", "told"),
    [
        ("disputes.total.nobody", "不是勾稽关系的编号"),
        ("applications.sum.natural", "不是这张表的勾稽关系"),
        ("", "不是勾稽关系的编号"),
        (None, "不是勾稽关系的编号"),
        (3.0, "不是勾稽关系的编号"),
    ],
)
def test_a_rule_that_does_not_fit(rule: object, told: str) -> None:
    assert told in GK_DIFF(figures(SOUND, "disputes"), rule)
    assert GK_DIFF(figures(SOUND, "disputes"), " Disputes.Total.Review ") == 0


def test_table_two_has_no_rules() -> None:
    assert GK_DIFF(printed(SOUND, "disclosure"), "disputes.total.review").startswith("! ")


def test_the_version() -> None:
    assert GK_VERSION() == f"gongkai {gongkai.__version__}"


def test_a_bug_is_told_in_the_cell(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("gongkai.excel.arrays.read_array", lambda table: 1 // 0)
    assert GK_CHECK([[1]]).startswith("! 程序出错（ZeroDivisionError")


# --- as xlwings calls them ------------------------------------------------------------------------


def test_the_only_suspect_of_a_table() -> None:
    rows = figures(report_of({"applications.granted.natural": 143}), "applications")
    problem = (
        "表三 自然人列 纵向：（一）至（六）之和＝（七）总计、表三 （一）予以公开 横向："
        "各类申请人之和＝总计"
    )
    assert GK_SUSPECT(rows) == [
        ["问题", "方案", "位置", "填报数", "应为"],
        [problem, 1, "表三 （一）予以公开·自然人", 143.0, 134.0],
    ]
    proposals = [row[-1] for row in GK_FINDINGS(rows)]
    assert proposals == ["建议", "①表三 （一）予以公开·自然人 143→134", ""]
    assert [row[:6] for row in GK_FINDINGS(rows)[1:]] == [
        [
            *("applications.sum.natural", "表三 （七）总计·自然人", 432.0, 441.0, 9.0),
            "表三 予以公开（自然人）填143，疑应为134。各项之和比办结多9（自然人列）；"
            "各列之和比总计多9（予以公开行）。",
        ],
        [
            *("applications.across.granted", "表三 （一）予以公开·总计", 143.0, 152.0, 9.0),
            "同上 各列之和比总计多9（予以公开行）",
        ],
    ]


def test_several_ways_to_mend_a_relation() -> None:
    rows = figures(report_of({"disputes.review.total": 10}), "disputes")
    found = GK_SUSPECT(rows)
    assert {row[0] for row in found[1:]} == {"表四 行政复议 维持＋纠正＋其他＋尚未审结＝总计"}
    assert [row[1] for row in found[1:]] == [1, 2, 3]
    assert found[1][2:] == ["表四 行政复议·总计", 10.0, 11.0]
    assert len(GK_FINDINGS(rows)[1][-1].split("\n")) == 3


def test_no_suspects() -> None:
    heads = ["问题", "方案", "位置", "填报数", "应为"]
    assert GK_SUSPECT(figures(SOUND, "applications")) == [heads, ["没有不符", "", "", "", ""]]
    assert GK_SUSPECT(figures(SOUND, "disclosure")[:2]) == [
        heads,
        ["没有能核对的勾稽关系", "", "", "", ""],
    ]
    scrambled = {
        cell: number * 7 % 31 for number, cell in enumerate(SOUND.tables["applications"].entries)
    }
    rows = GK_SUSPECT(figures(report_of(scrambled), "applications"))
    assert {tuple(row[1:]) for row in rows[1:]} == {("不能确定是哪一格", "", "", "")}
    assert str(GK_SUSPECT([["", ""]])).startswith("!")


def with_an_error(rows: Rows) -> Rows:
    error = [list(row) for row in rows]
    error[1][1] = -2146826281
    return error


DISPUTES = figures(report_of({"disputes.review.total": 9}), "disputes")
CALLS: list[tuple[str, Sequence[object]]] = [
    ("GK_CHECK", [DISPUTES, None]),
    ("GK_CHECK", [with_an_error(DISPUTES), None]),
    ("GK_CHECK", [in_one_row(DISPUTES)[0], None]),
    ("GK_CHECK", [MISSING, None]),
    ("GK_DIFF", [DISPUTES, "disputes.total.review"]),
    ("GK_FINDINGS", [DISPUTES]),
    ("GK_RULES", [2021.0]),
    ("GK_VALUE", ["http://127.0.0.1/", "x", MISSING, None]),
    ("GK_IMPORT", ["http://127.0.0.1/", None]),
    ("GK_VERSION", []),
    ("GK_SUSPECT", [DISPUTES]),
]


@pytest.fixture(scope="module")
def on_windows() -> Mapping[str, Any]:
    """What xlwings notes, writes and answers there to all the calls."""
    command = [sys.executable, str(HELPERS / "excel" / "windows_udfs.py")]
    run = subprocess.run(
        command, input=json.dumps(CALLS), capture_output=True, text=True, check=False
    )
    assert run.returncode == 0, run.stderr
    return json.loads(run.stdout)  # type: ignore[no-any-return]


def test_what_xlwings_knows_of_the_functions(on_windows: Mapping[str, Any]) -> None:
    noted = on_windows["noted"]
    assert list(noted) == list(FUNCTIONS)
    for name, about in FUNCTIONS.items():
        category, description, volatile, arguments = noted[name]
        assert (category, description, volatile) == (
            "政府信息公开",
            about.description,
            about.volatile,
        )
        names = [argument.name for argument in about.arguments] + ["caller"] * about.caller
        assert [argument[0] for argument in arguments] == names
        for (_, default, doc), argument in zip(arguments, about.arguments, strict=False):
            assert default == (None if argument.optional else "-")
            assert doc == argument.description
        assert len(description) <= 255
        assert all(
            len(argument.description) <= 255 and argument.name.isascii()
            for argument in about.arguments
        )
        wrapper = ", ".join(
            ("Optional " if each.optional else "") + each.name for each in about.arguments
        )
        passed = ", ".join([each.name for each in about.arguments] + ["Nothing"] * about.caller)
        assert f"Function {name}({wrapper})\n" in on_windows["vba"]
        if names:
            assert (
                f'CallUDF("gongkai.excel.functions", "{name}", Array({passed}), ActiveWorkbook'
                in on_windows["vba"]
            )


def test_calls_through_xlwings(on_windows: Mapping[str, Any]) -> None:
    found = on_windows["answers"]
    assert found[0][0][0] == GK_CHECK(DISPUTES) == found[2][0][0]
    assert "#DIV/0!" in found[1][0][0]
    assert found[3][0][0].startswith(
        "! 当前工作簿没有工作表"
    )  # the caller's workbook was looked at
    assert found[4] == [[2.0]]
    assert [len(row) for row in found[5]] == [7, 7]
    assert len(found[6]) == 43
    assert found[7] == found[8]
    assert "模板" in found[7][0][0]
    assert found[9] == [[f"gongkai {gongkai.__version__}"]]
    assert found[10] == GK_SUSPECT(DISPUTES)


def test_nothing_heavy_is_needed() -> None:
    """Pandas, numpy and openpyxl cannot be imported at all here; xlwings itself imports the first
    two if it can.
    """
    code = (
        "import sys\n"
        "for name in ('pandas', 'numpy', 'openpyxl', 'lxml', 'rapidfuzz'): sys.modules[name] = "
        "None\n"
        "from gongkai.excel.functions import GK_CHECK, GK_FINDINGS\n"
        f"rows = {figures(SOUND, 'applications')!r}\n"
        "assert GK_CHECK(rows).startswith('✓ 39'), GK_CHECK(rows)\n"
        f"rows = {printed(SOUND, 'applications')!r}\n"
        "assert GK_CHECK(rows).startswith('✓ 39'), GK_CHECK(rows)\n"
        "assert GK_FINDINGS(rows)[1][0] == '没有不符'\n"
        "print([name for name in ('httpx', 'selectolax', 'pyopenvba') if name in sys.modules])"
    )
    run = subprocess.run(
        [sys.executable, "-X", "utf8", "-c", code], capture_output=True, text=True, check=False
    )
    assert (run.stdout.strip(), run.stderr) == ("[]", "")


def test_the_reader_of_ranges_is_registered_for_every_table() -> None:
    assert [
        name for name, about in FUNCTIONS.items() if any(a.name == "table" for a in about.arguments)
    ] == [
        *("GK_CHECK", "GK_DIFF", "GK_FINDINGS", "GK_SUSPECT"),
    ]
    assert Bounded.reader({"ndim": 2})[0].__name__ == "to_used_part"
