"""A register of applications -> 表三: what each row counts, what is left open and said."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Sequence
from datetime import date
from io import BytesIO
from pathlib import Path
from random import Random
from zipfile import ZipFile

import pytest
from openpyxl import Workbook, load_workbook
from openpyxl.formatting.rule import Rule
from openpyxl.styles import Font
from openpyxl.styles.differential import DifferentialStyle

from gongkai.cli import main
from gongkai.cli.drafting import TRACES
from gongkai.drafts import ledger
from gongkai.drafts.ledger import (
    Application,
    LedgerCount,
    counted,
    problem_text,
    repeats_text,
    sheets_text,
    trace_rows,
)
from gongkai.drafts.register import (
    HEADS,
    LISTS,
    blank_register,
    meaning_of,
    names_of,
    remarks_text,
    result_rows,
    titles_text,
)
from gongkai.editions import form
from gongkai.model import UnreadableDocument
from gongkai.pipeline import check
from gongkai.workbook import read_workbook, write_workbook
from helpers.counts import counted as counted_by_seed
from helpers.counts import many
from helpers.made import report_of

Row = Sequence[object]
NAMES_IN_HEADS = [texts[0] for texts in HEADS.values()]
SOUND: list[Row] = [
    ("2021-01-05", "自然人", "（一）予以公开", "2021-01-20", "否"),
    ("2021-03-05", "公民", "予以公开", "2021-03-20", ""),
    ("2020-12-20", "商业企业", "（三）不予公开 1.属于国家秘密", "2021-01-10", "是"),
    ("2021-12-28", "自然人", "", "", "否"),
    ("2021-12-29", "其他", "部分公开", "2022-01-15", "否"),
    ("2020-03-01", "自然人", "予以公开", "2020-03-15", "否"),
    ("2022-01-04", "自然人", "", "", ""),
]


def saved(rows: Sequence[Row], heads: Sequence[str] = NAMES_IN_HEADS, above: int = 0) -> bytes:
    book = Workbook()
    page = book.active
    assert page is not None
    for _ in range(above):
        page.append(["某某局政府信息公开申请台账"])
    page.append(list(heads))
    for row in rows:
        page.append(list(row))
    content = BytesIO()
    book.save(content)
    return content.getvalue()


def read_register(content: bytes) -> tuple[Application, ...]:
    """Each row by what counts."""
    found = ledger.read_register(content).applications
    return tuple(one._replace(beside="") for one in found)


def count_of(rows: Sequence[Row], year: int = 2021) -> LedgerCount:
    return counted(read_register(saved(rows)), year)


def nonzero(count: LedgerCount) -> dict[str, int]:
    found: dict[str, int] = {}
    for cell, value in count.values.items():
        if value:
            found[cell.removeprefix("applications.")] = int(value)
    return found


def doubts_of(row: Row) -> str:
    count = count_of([row])
    assert len(count.problems) == 1
    return problem_text(count.problems[0], count.form)


# --- sound rows -----------------------------------------------------------------------------------


def test_each_application_counts_by_what_came_of_it() -> None:
    count = count_of(SOUND)
    assert nonzero(count) == {
        "new.natural": 3,
        "new.other": 1,
        "new.total": 4,
        "carried_in.company": 1,
        "carried_in.total": 1,
        "granted.natural": 2,
        "granted.total": 2,
        "refused_secret.company": 1,
        "refused_secret.total": 1,
        "handled.natural": 2,
        "handled.company": 1,
        "handled.total": 3,
        "carried_out.natural": 1,
        "carried_out.other": 1,
        "carried_out.total": 2,
    }
    assert (count.counted, count.others, count.problems) == (5, 2, ())
    assert None not in count.values.values()


def test_each_figure_names_its_rows() -> None:
    count = count_of(SOUND)
    assert count.traces["applications.new.natural"] == ("第2行", "第3行", "第5行")
    assert count.traces["applications.handled.total"] == ("第2行", "第3行", "第4行")
    for cell, value in count.values.items():
        assert len(count.traces[cell]) == value
    assert ("新收", "自然人", 3, 3, "第2行、第3行、第5行") in trace_rows(count)


def test_next_year_begins_with_what_was_carried_out() -> None:
    """A register over several years, in which nobody says what was carried: the days tell it."""
    rows = [(*row[:4], "") for row in SOUND]
    before, after = count_of(rows), count_of(rows, 2022)
    for column in ("natural", "company", "other", "total"):
        assert (
            after.values[f"applications.carried_in.{column}"]
            == before.values[f"applications.carried_out.{column}"]
        )


def test_the_form_of_2020_has_one_row_of_other_results() -> None:
    count = count_of([("2020-02-01", "企业", "（六）其他处理", "2020-02-10", "否")], 2020)
    assert nonzero(count)["other.company"] == 1


def test_days_as_clerks_write_them() -> None:
    for day in (date(2021, 3, 5), "2021年3月5日", "2021.3.5", "20210305", 20210305, "2021/3/5"):
        assert nonzero(count_of([(day, "自然人", "", "", "")]))["new.natural"] == 1


def test_heads_below_a_title_in_another_order_and_by_other_names() -> None:
    heads = ["编号", "办结日期", "申请人类别", "答复结果", "内容", "收件日期"]
    rows: list[Row] = [(1, "2021-05-06", "自然人", "重复申请", "=1+1", "2021-05-01")]
    count = counted(read_register(saved(rows, heads, above=2)), 2021)
    assert nonzero(count)["unprocessed_repeat.natural"] == 1
    assert count.traces["applications.new.total"] == ("第4行",)


def test_every_result_is_known_by_all_its_names() -> None:
    for edition in ("2019", "2021"):
        names = names_of(edition)
        official = form(edition, "applications")
        rows = set(result_rows(official))
        assert rows == names.every_result
        for row in official.rows:
            if row.id in rows:
                alone = row.label.text.replace(" ", "")
                assert row.id in names.results[alone]


# --- what is in doubt -----------------------------------------------------------------------------


def test_an_unknown_applicant_counts_in_the_total_alone() -> None:
    count = count_of([*SOUND, ("2021-05-05", "个体户", "予以公开", "2021-05-20", "否")])
    values = count.values
    assert values["applications.new.total"] == 5
    assert values["applications.granted.total"] == 3
    assert values["applications.handled.total"] == 4
    for row in ("new", "granted", "handled"):
        assert values[f"applications.{row}.natural"] is None
    assert values["applications.refused_secret.company"] == 1
    assert problem_text(count.problems[0], count.form) == (
        "第9行：申请人类型“个体户”不在名单中。表三新收、予以公开、办结总计共18格待填。"
    )


def test_a_group_for_a_result_leaves_only_its_rows_open() -> None:
    count = count_of([("2021-05-05", "自然人", "不予公开", "2021-05-20", "否")])
    open_rows = {cell.split(".")[1] for cell, value in count.values.items() if value is None}
    assert len(open_rows) == 8
    assert all(row.startswith("refused_") for row in open_rows)
    assert count.values["applications.handled.natural"] == 1
    assert "没有写到细项" in count.problems[0].doubts[0]


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (("2021-05-05", "自然人", "予以公开", "", "否"), "有办理结果，办结日期空白"),
        (("2021-05-05", "自然人", "", "2021-05-20", "否"), "办理结果空白"),
        (("2021-05-05", "自然人", "同意", "2021-05-20", "否"), "办理结果“同意”不在名单中"),
        (("2021-05-05", "", "予以公开", "2021-05-20", "否"), "申请人类型空白"),
        (("", "自然人", "予以公开", "2021-05-20", "否"), "收到日期空白"),
        (("五月", "自然人", "予以公开", "2021-05-20", "否"), "收到日期“五月”不是日期"),
        (("2021-05-05", "自然人", "予以公开", "月底", "否"), "办结日期“月底”不是日期"),
        (("2021-05-05", "自然人", "予以公开", "2021-05-01", "否"), "办结日期早于收到日期"),
        (("2021-05-05", "自然人", "予以公开", "2021-05-20", "是"), "又填为上年结转"),
        (("2020-12-05", "自然人", "予以公开", "2021-05-20", "否"), "又填为不是上年结转"),
        (("2021-05-05", "自然人", "予以公开", "2021-05-20", "也许"), "“也许”不在名单中"),
        (("2020-12-05", "自然人", "予以公开", "2020-12-20", "是"), "办结日期在本年以前"),
        (("2021-05-05", "自然人", "结转下年度", "2021-05-20", "否"), "填为结转，又有办结日期"),
    ],
)
def test_a_row_in_doubt_is_told_with_what_it_leaves_open(row: Row, said: str) -> None:
    told = doubts_of(row)
    assert told.startswith("第2行：")
    assert said in told
    assert told.endswith("格待填。")


def test_of_what_was_carried_in_the_day_need_not_be_known() -> None:
    count = count_of([("", "自然人", "予以公开", "2021-01-20", "是")])
    assert count.problems == ()
    assert nonzero(count)["carried_in.natural"] == 1


# --- files that are refused -----------------------------------------------------------------------


def test_a_file_without_the_heads_is_refused() -> None:
    with pytest.raises(UnreadableDocument, match="没有找到台账的表头（收到日期、申请人类型"):
        read_register(saved([], ["日期", "姓名"]))
    with pytest.raises(UnreadableDocument):
        read_register(b"PK\x03\x04 no archive")


def test_hidden_rows_are_refused() -> None:
    book = load_workbook(BytesIO(saved(SOUND)))
    book.active.row_dimensions[3].hidden = True
    content = BytesIO()
    book.save(content)
    with pytest.raises(UnreadableDocument, match="隐藏的行（如第3行）"):
        read_register(content.getvalue())


@pytest.mark.parametrize("state", ["hidden", "veryHidden"])
def test_hidden_sheets_with_applications_are_refused(state: str) -> None:
    """As hidden rows are; lists that nobody shall see hold none, and stay."""
    book = load_workbook(BytesIO(saved(SOUND)))
    lists = book.create_sheet("代码")
    lists.append(["自然人"])
    lists.sheet_state = state
    content = BytesIO()
    book.save(content)
    assert read_register(content.getvalue()) == read_register(saved(SOUND))
    other = book.create_sheet("下半年")
    for row in (NAMES_IN_HEADS, *SOUND):
        other.append(list(row))
    other.sheet_state = state
    content = BytesIO()
    book.save(content)
    told = "台账的工作表“下半年”已隐藏，其中有申请（如第2行），无法计入；请取消隐藏"
    with pytest.raises(UnreadableDocument, match=re.escape(told)):
        ledger.read_register(content.getvalue())


@pytest.mark.parametrize(
    ("old", "new", "told"),
    [
        (b'<row r="3"', b'<row ht="0" customHeight="1" r="3"', "有隐藏的行（如第3行）"),
        (b"<sheetData>", b'<cols><col min="3" max="3" width="0"/></cols><sheetData>', "（C列"),
    ],
)
def test_rows_and_columns_without_a_size_are_hidden(old: bytes, new: bytes, told: str) -> None:
    content = BytesIO()
    with ZipFile(BytesIO(saved(SOUND))) as before, ZipFile(content, "w") as after:
        for name in before.namelist():
            after.writestr(name, before.read(name).replace(old, new))
    with pytest.raises(UnreadableDocument, match=re.escape(told)):
        ledger.read_register(content.getvalue())


def test_a_day_with_a_year_of_its_format_s_own_is_in_doubt() -> None:
    """A person sees 2021年3月1日 where 2022-03-01 is stored."""
    book = load_workbook(BytesIO(saved([("", *SOUND[0][1:]), ("", *SOUND[1][1:])])))
    for row, code in ((2, '"2021年"m"月"d"日"'), (3, 'yyyy"年"m"月"d"日"')):
        book.active.cell(row, 1).value = date(2022, 3, 1)
        book.active.cell(row, 1).number_format = code
    content = BytesIO()
    book.save(content)
    count = counted(read_register(content.getvalue()), 2022)
    assert [problem.place for problem in count.problems if "日期中写有" in problem.doubts[0]] == [
        "第2行"
    ]


def test_several_sheets_count_together() -> None:
    book = load_workbook(BytesIO(saved(SOUND[:1])))
    copy = book.copy_worksheet(book.active)
    copy.title = "下半年"
    content = BytesIO()
    book.save(content)
    count = counted(read_register(content.getvalue()), 2021)
    assert count.traces["applications.new.total"] == ("“Sheet”第2行", "“下半年”第2行")


# --- what stands beside them ----------------------------------------------------------------------


def remarked(content: bytes) -> list[str]:
    return list(remarks_text(ledger.read_register(content).remarks))


def test_a_sheet_that_is_not_counted_is_named() -> None:
    """下半年 lacks one of the heads; the lists of our own blank register are none."""
    book = load_workbook(BytesIO(saved(SOUND)))
    other = book.create_sheet("下半年")
    for row in ([*NAMES_IN_HEADS[:3]], *SOUND):
        other.append(list(row))
    book.create_sheet(LISTS).append(["自然人"])
    content = BytesIO()
    book.save(content)
    [line] = remarked(content.getvalue())
    assert line.startswith("台账的工作表“下半年”没有所需的表头，没有计入；")
    assert remarked(saved(SOUND)) == []


@pytest.mark.parametrize(
    ("head", "text", "said"),
    [
        ("备注", "已撤回", "第3行“已撤回”"),
        ("状态", "作废", "第3行“作废”"),
        ("姓名", "小计", "第3行“小计”"),
        ("登记编号", "样例", "第3行“样例”"),
        ("件数", 3, "第3行“件数”为3"),
        ("备注", "电话告知", ""),
        ("备注", "作 废", "第3行“作 废”"),
        ("内容", "申请公开某商标无效宣告的全部档案材料及其附件清单", ""),
        ("件数", 1, ""),
        ("件数", "1件", ""),
        ("件数（件）", 3, "第3行“件数（件）”为3"),
        ("申请数量", 2, "第3行“申请数量”为2"),
        ("备注", "共3件", "第3行“共3件”"),
        ("备注", "取消申请", "第3行“取消申请”"),
        ("申请人", "张作废", ""),
        ("申请内容", "关于合同作废的文件", ""),
    ],
)
def test_what_may_change_a_count_is_named(head: str, text: object, said: str) -> None:
    """It is counted all the same: a person has to say what is meant."""
    rows = [(*SOUND[0], ""), (*SOUND[1], text)]
    content = saved(rows, [*NAMES_IN_HEADS, head])
    assert [
        line.partition("仍按一行一件计数：")[2].partition("；")[0] for line in remarked(content)
    ] == ([said] if said else [])
    assert counted(read_register(content), 2021).counted == 2


@pytest.mark.parametrize(
    "text",
    ["删除", "不纳入统计", "已合并", "同第3行", "此件不算", "转信访", "终止", "注销", "3份", "废"],
)
@pytest.mark.parametrize("head", ["备注", "办理状态"])
def test_any_remark_is_told_that_is_not_known_as_harmless(head: str, text: str) -> None:
    rows = [(*SOUND[0], "无"), (*SOUND[1], text), (*SOUND[2], "网上申请")]
    content = saved(rows, [*NAMES_IN_HEADS, head])
    assert remarked(content) == [
        f"请核对：台账备注栏有内容的1行是否应计（都已计入）：第3行“{text}”。"
    ]
    assert counted(read_register(content), 2021).counted == 3


def test_a_struck_number_and_a_void_row_with_blanks_are_told() -> None:
    heads = ["序号", *NAMES_IN_HEADS, "备注"]
    book = load_workbook(BytesIO(saved([(1, *SOUND[0], ""), (2, *SOUND[1], "作 废")], heads)))
    book.active["A2"].font = Font(strike=True)
    content = BytesIO()
    book.save(content)
    [line] = remarked(content.getvalue())
    assert "第2行“1（单元格为加了删除线的格式）”、第3行“作 废”" in line


def test_rows_without_a_number_that_are_alike_are_told() -> None:
    """Another applicant's name is another row; rows with numbers are told by these."""
    heads = [*NAMES_IN_HEADS, "姓名"]
    rows: list[Row] = [(*SOUND[0], "甲"), (*SOUND[0], "甲"), (*SOUND[0], "乙"), (*SOUND[0], "甲")]
    alike = ledger.read_register(saved(rows, heads)).applications
    assert ledger.alike_text(alike) == (
        "台账有2行没有编号，各列与前面的行完全相同（如第3行与第2行）；请核对是否重复登记。"
    )
    numbered = [(number, *row) for number, row in enumerate(rows)]
    assert (
        ledger.alike_text(ledger.read_register(saved(numbered, ["序号", *heads])).applications)
        == ""
    )


def test_a_row_that_a_condition_strikes_is_in_doubt() -> None:
    """Of a conditional format only the program knows whether it strikes: nothing is guessed."""
    book = load_workbook(BytesIO(saved(SOUND)))
    struck = DifferentialStyle(font=Font(strike=True))
    rule = Rule(type="expression", dxf=struck, formula=['$F2="作废"'])
    book.active.conditional_formatting.add("A2:E2", rule)
    content = BytesIO()
    book.save(content)
    count = counted(read_register(content.getvalue()), 2021)
    assert [problem.place for problem in count.problems] == ["第2行"]


@pytest.mark.parametrize("content", [b"a,b\n1,2\n", b"<table></table>", b""])
def test_what_is_no_workbook_is_told(content: bytes) -> None:
    with pytest.raises(UnreadableDocument, match=r"另存为\.xlsx后再试"):
        ledger.read_register(content)


# --- against a counter of its own -----------------------------------------------------------------


def plainly(rows: Sequence[Row], year: int) -> Counter[str]:
    """Sound rows counted by the words of the form alone."""
    found: Counter[str] = Counter()
    official = form("2021", "applications")
    columns = {column.label.text: column.id for column in official.parts[0].columns}
    labels = {row.label.text: row.id for row in official.rows}
    for received, kind, result, closed, _ in rows:
        rows_of = []
        if str(received) < f"{year}" and (not closed or str(closed) > f"{year}"):
            rows_of.append("carried_in")
        elif str(received).startswith(str(year)):
            rows_of.append("new")
        else:
            continue
        if closed and str(closed) < f"{year + 1}":
            rows_of += [labels[str(result)], "handled"]
        else:
            rows_of.append("carried_out")
        for row in rows_of:
            found[f"{row}.{columns[str(kind)]}"] += 1
            found[f"{row}.total"] += 1
    return found


def random_row(random: Random, results: Sequence[str], kinds: Sequence[str]) -> Row:
    received = date(random.choice((2020, 2021, 2021)), random.randint(1, 12), random.randint(1, 28))
    closed = date.fromordinal(received.toordinal() + random.randint(0, 60))
    carried = "是" if received.year == 2020 and closed.year == 2021 else "否"
    if random.random() < 0.1 and received.year == 2021:
        return (str(received), random.choice(kinds), "", "", carried)
    return (str(received), random.choice(kinds), random.choice(results), str(closed), carried)


@counted_by_seed
def test_random_registers_count_as_by_hand() -> None:
    official = form("2021", "applications")
    results = [row.label.text for row in official.rows if row.id in result_rows(official)]
    kinds = [column.label.text for column in official.parts[0].columns[:-1]]
    for seed in range(many(80)):
        random = Random(seed)
        rows = [random_row(random, results, kinds) for _ in range(random.randint(1, 40))]
        applications = [Application(f"第{at}行", *map(str, row)) for at, row in enumerate(rows, 2)]
        count = counted(applications, 2021)
        assert count.problems == ()
        assert nonzero(count) == plainly(rows, 2021)


# --- the commands ---------------------------------------------------------------------------------


def begin(folder: Path, rows: Sequence[Row], *more: str) -> int:
    (folder / "台账.xlsx").write_bytes(saved(rows))
    named = ["--ledger", str(folder / "台账.xlsx"), "-o", str(folder / "年报.xlsx")]
    return main(["new", *named, *more])


def next_year(found: re.Match[str]) -> str:
    return str(int(found[0]) + 1)


YEAR = re.compile(r"20\d\d")
BODY = ("--agency", "青溪县人民政府", "--year", "2021")


def test_a_workbook_and_its_traces(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    hostile: Row = ("2021-05-05", '=HYPERLINK("http://x")', "予以公开", "2021-05-20", "否")
    assert begin(tmp_path, [*SOUND, hostile], *BODY) == 0
    said = capsys.readouterr().out
    assert (
        "台账中本年的申请6件，能确定的已计入表三；另有2件不属本年。有1行拿不准，18格空着待填："
        in said
    )
    report = read_workbook(tmp_path / "年报.xlsx")
    assert (report.agency, report.year) == ("青溪县人民政府", 2021)
    assert report.value("applications.new.total") == 5
    assert report.value("applications.new.natural") is None
    assert report.value("disclosure.fees.amount") is None
    assert "5件" in report.sections[1]
    broken = [one for one in check(report) if one.severity == "error" and one.sums]
    assert broken == []
    with (tmp_path / f"年报{TRACES}").open(encoding="utf-8-sig", newline="") as file:
        lines = list(csv.reader(file))
    assert lines[0] == ["行", "列", "数字", "件数", "台账中的行"]
    assert ["新收", "总计", "5", "5", "第2行、第3行、第5行、第6行、第9行"] in lines
    assert not [cell for line in lines for cell in line if cell.startswith("=")]


def test_what_last_year_carries_in_stays_and_another_count_is_told(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    last = write_workbook(report_of(), [], tmp_path / "上年.xlsx")
    rows: list[Row] = []
    for one in SOUND:
        rows.append([YEAR.sub(next_year, str(text)) for text in one])
    assert begin(tmp_path, rows, "--from", str(last)) == 0
    said = capsys.readouterr().out
    report = read_workbook(tmp_path / "年报.xlsx")
    carried = report_of().value("applications.carried_out.natural")
    assert report.value("applications.carried_in.natural") == carried
    assert report.value("applications.new.total") == 4
    assert "请核对：表三 上年结转（总计）台账中有1件，上年报告为12件，按上年报告带入。" in said


def test_heads_that_stand_again_and_wide_digits_are_read() -> None:
    rows: list[Row] = [
        *SOUND[:1],
        tuple(NAMES_IN_HEADS),
        ("２０２１.３.５", "自然人", "予以公开", "2021年3月20日", ""),
    ]
    count = counted(read_register(saved(rows)), 2021)
    assert count.problems == ()
    assert nonzero(count)["granted.natural"] == 2


def test_rows_on_two_sheets_are_told() -> None:
    one = Application("“一季度”第2行", "2021-01-05", "自然人", "予以公开", "2021-01-20")
    same, other = one._replace(place="“全年”第2行"), one._replace(place="“全年”第3行", kind="其他")
    assert sheets_text([one._replace(place="第2行"), one._replace(place="第3行")]) == ""
    assert sheets_text([one, other]) == "台账的2张工作表（一季度、全年）都计入了。"
    assert sheets_text([one, same, other]).endswith("其中有1行在几张表上相同；请核对是否重复登记。")


def test_numbers_that_stand_again_are_told_and_count() -> None:
    heads = ["序号", "登记编号", *NAMES_IN_HEADS]
    rows: list[Row] = [(at, f"2021-{at % 2}", *row) for at, row in enumerate(SOUND[:4], 1)]
    applications = read_register(saved(rows, heads))
    assert [one.number for one in applications] == ["2021-1", "2021-0", "2021-1", "2021-0"]
    assert repeats_text(applications) == (
        "台账有2行的编号与前面的行相同（如第4行与第2行的2021-1）；请核对是否重复登记。"
    )
    assert counted(applications, 2021).counted == 4
    assert repeats_text(read_register(saved(SOUND))) == ""
    assert repeats_text(read_register(saved(rows, ["登记", "文号", *NAMES_IN_HEADS]))) == ""


def test_two_columns_for_one_head_are_refused() -> None:
    heads = [*NAMES_IN_HEADS, "答复日期"]
    rows: list[Row] = [(*row, "2021-05-06") for row in SOUND]
    with pytest.raises(UnreadableDocument, match="两列的表头意思相同（如“答复日期”）"):
        read_register(saved(rows, heads))


# Heads that are a known one but for what tells two columns apart.
SAME_HEADS = {
    "received": ("收到日期", "收件日期1", "收到日期（年月日）", "收到日期[补正后]"),
    "kind": ("申请人类型2", "申请人类型（自然人/法人）", "申请人类别(Ⅱ)"),
    "result": (
        "办理结果2",
        "办理结果二",
        "办理结果②",
        "办理结果A",
        "办理结果II",
        "办理结果（二）",
        "办理结果（最终）",
        "办理结果(1)",
        "办理结果_1",
        "办理结果.1",
        "办理结果2（更正）",
        "答复结果（从列表中选）",
        "处理结果【复核】",
    ),
    "closed": ("办结日期2", "办结日期-2", "答复日期（实际）"),
    "carried": ("是否上年结转（是/否）", "上年结转2"),
}
# Heads that stand in registers too, mean something else and must not be counted by.
OTHER_HEADS = (
    *("结转下年", "是否结转下年度", "是否结转", "上年结转件数", "上年结转原因"),
    *("申请人", "申请人2", "申请人姓名", "申请人（单位）", "申请人类型说明", "申请人类型（代码）"),
    *("收到方式", "收到方式2", "收到日期备注", "收到日期（备注）", "登记日期", "登记日期2"),
    *(
        "办结方式",
        "答复方式",
        "答复期限",
        "应办结日期",
        "办结日期（应办结）",
        "办结日期（法定期限）",
    ),
    *("答复日期（截止）", "办结日期（预计）", "办结日期是否超期", "办结日期ID"),
    *(
        "办理结果说明",
        "办理结果（说明）",
        "办理结果（备注）",
        "办理结果（二）说明",
        "办理结果（拟）",
    ),
    *("办理结果送达日期", "办理人", "办理人2", "办理情况（一）", "编号2", ""),
)


@pytest.mark.parametrize(
    ("name", "head"), [(name, head) for name, heads in SAME_HEADS.items() for head in heads]
)
def test_a_head_is_known_by_what_stands_before_a_number_or_bracket(name: str, head: str) -> None:
    assert meaning_of(head) == name


@pytest.mark.parametrize("head", OTHER_HEADS)
def test_a_head_of_another_meaning_is_none_of_ours(head: str) -> None:
    assert meaning_of(head) == ""
    rows: list[Row] = [(*row, "予以公开") for row in SOUND]
    assert read_register(saved(rows, [*NAMES_IN_HEADS, head])) == read_register(saved(SOUND))


@pytest.mark.parametrize(
    "head",
    ["办理结果2", "办理结果（二）", "办理结果 (最终)", "办结日期2", "收到日期Ｂ", "申请人类型二"],
)
def test_a_second_column_told_apart_by_a_number_or_bracket_is_refused(head: str) -> None:
    rows: list[Row] = [(*row, "予以公开") for row in SOUND]
    shown = re.escape(head.replace(" ", "").replace("Ｂ", "B"))
    told = f"两列的表头意思相同（如“{shown}”），无法确定按哪一列计数"
    with pytest.raises(UnreadableDocument, match=told):
        read_register(saved(rows, [*NAMES_IN_HEADS, head]))
    first = [(row[-1], *row[:-1]) for row in rows]
    with pytest.raises(UnreadableDocument, match="两列的表头意思相同"):
        read_register(saved(first, [head, *NAMES_IN_HEADS]))


def test_of_two_results_without_a_plain_one_neither_is_chosen() -> None:
    heads = ["收到日期", "申请人类型", "办理结果（初次）", "办结日期", "办理结果（最终）"]
    with pytest.raises(UnreadableDocument, match="意思相同（如“办理结果（最终）”）"):
        read_register(saved(SOUND, heads))


def test_a_long_head_is_named_by_its_start() -> None:
    head = f"办理结果（{'补正' * 200}）"
    with pytest.raises(UnreadableDocument) as refused:
        read_register(saved([], [*NAMES_IN_HEADS, head]))
    assert "（如“办理结果（补正" in str(refused.value)
    assert len(str(refused.value)) < 160


def test_a_head_with_a_number_or_bracket_counts_where_it_stands_alone() -> None:
    heads = [
        "收到日期1",
        "申请人类型（见表三）",
        "办理结果（最终）",
        "办结日期\n（年月日）",
        "上年结转（是/否）",
    ]
    again = [*SOUND[:2], heads, *SOUND[2:]]  # as on every page of a register that was printed
    count = counted(read_register(saved(again, heads)), 2021)
    assert nonzero(count) == nonzero(count_of(SOUND))
    assert (count.counted, count.others, count.problems) == (5, 2, ())


def test_a_head_that_was_struck_is_none() -> None:
    book = load_workbook(BytesIO(saved(SOUND, [*NAMES_IN_HEADS[:4], "办理结果"])))
    book.active["E1"].font = Font(strike=True)
    content = BytesIO()
    book.save(content)
    assert {one.carried for one in read_register(content.getvalue())} == {""}


# --- hidden columns -------------------------------------------------------------------------------


def with_hidden(content: bytes, *columns: str) -> bytes:
    book = load_workbook(BytesIO(content))
    for column in columns:
        book.active.column_dimensions[column].hidden = True
    changed = BytesIO()
    book.save(changed)
    return changed.getvalue()


@pytest.mark.parametrize(
    ("columns", "named"),
    [
        (("D",), "D列“办结日期”"),
        (("B", "D"), "B列“申请人类型”、D列“办结日期”"),
        (("E",), "E列“是否上年结转”"),  # it may be missing: what it says would be left out unseen
        (("A", "B", "C", "D"), "A列“收到日期”、B列“申请人类型”、C列“办理结果”、D列“办结日期”"),
    ],
)
def test_hidden_columns_are_refused_by_name(columns: Sequence[str], named: str) -> None:
    with pytest.raises(UnreadableDocument) as refused:
        read_register(with_hidden(saved(SOUND), *columns))
    assert str(refused.value) == (f"台账“Sheet”有隐藏的列（{named}），无法计入；请取消隐藏后再试。")


def test_the_heads_of_hidden_columns_are_named_as_they_stand() -> None:
    heads = [*NAMES_IN_HEADS[:2], "办理结果（最终）", "答复日期"]
    with pytest.raises(UnreadableDocument, match="（C列“办理结果（最终）”、D列“答复日期”）"):
        read_register(with_hidden(saved(SOUND, heads, above=2), "C", "D"))


def test_hidden_columns_that_do_not_count_are_left_out() -> None:
    heads = ["序号", *NAMES_IN_HEADS, "联系电话", "答复日期"]
    rows: list[Row] = [(at, *row, "0571-1", "2021-05-06") for at, row in enumerate(SOUND)]
    hidden = read_register(with_hidden(saved(rows, heads), "A", "G", "H"))
    assert counted(hidden, 2021) == count_of(SOUND)


def test_without_heads_hidden_columns_are_not_blamed() -> None:
    with pytest.raises(UnreadableDocument, match="没有找到台账的表头"):
        read_register(with_hidden(saved(SOUND, ["日期", "姓名", *NAMES_IN_HEADS[2:]]), "D"))


def test_heads_stand_in_one_of_the_first_twenty_rows() -> None:
    assert counted(read_register(saved(SOUND, above=19)), 2021).counted == 5
    with pytest.raises(UnreadableDocument, match="没有找到台账的表头"):
        read_register(saved(SOUND, above=20))


# --- nothing to count, and the blank register -----------------------------------------------------


def test_nothing_is_written_where_nothing_is_counted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert begin(tmp_path, SOUND[:2], "--agency", "青溪县人民政府", "--year", "2023") == 2
    assert "没有2023年的申请，其他年度的申请有2件" in capsys.readouterr().err
    assert [path.name for path in tmp_path.iterdir()] == ["台账.xlsx"]


def test_the_blank_register_is_read_back(tmp_path: Path) -> None:
    path = tmp_path / "台账模板.xlsx"
    assert main(["new", "--ledger-template", "-o", str(path)]) == 0
    assert read_register(path.read_bytes()) == ()
    book = load_workbook(path)
    page, lists = book.worksheets
    assert [cell.value for cell in page[1]] == ["序号", *NAMES_IN_HEADS]
    assert lists.title == LISTS
    columns = {cell.value: cell.column for cell in lists[1]}
    names = names_of("2021")
    for head, known in (("申请人类型", names.kinds), ("办理结果", names.results)):
        texts = [row[columns[head] - 1].value for row in lists.iter_rows(min_row=2)]
        for text in filter(None, texts):
            assert len(known[str(text).replace(" ", "")]) == 1
    rules = {str(rule.sqref): rule for rule in page.data_validations.dataValidation}
    assert rules["D2:D5001"].formula1 == f"'{LISTS}'!$B$2:$B$22"
    assert {rule.errorStyle for rule in rules.values()} == {"warning"}
    assert max(len(rule.prompt) for rule in rules.values()) <= 255


def test_a_filled_in_template_counts(tmp_path: Path) -> None:
    book = load_workbook(BytesIO(blank_register("2021")))
    page, lists = book.worksheets
    kind, result = lists["A3"].value, lists["B4"].value
    page.append([1, date(2021, 4, 1), kind, result, date(2021, 4, 9), "否"])
    path = tmp_path / "a.xlsx"
    book.save(path)
    count = counted(read_register(path.read_bytes()), 2021)
    assert count.problems == ()
    assert nonzero(count) == {
        "new.company": 1,
        "new.total": 1,
        "refused_secret.company": 1,
        "refused_secret.total": 1,
        "handled.company": 1,
        "handled.total": 1,
    }


# --- what is no row -------------------------------------------------------------------------------


@pytest.mark.parametrize("column", [0, 5])
def test_a_row_of_words_alone_is_told(column: int) -> None:
    """A note below the applications, in the column of the numbers or in one of no head."""
    heads = ["序号", *NAMES_IN_HEADS]
    row: list[object] = [None] * 6
    row[column] = "注：另有5件未登记"
    rows = [[1, *SOUND[0]], [2, *SOUND[1]]]
    if column == 5:  # that of 是否上年结转, which may be left out
        heads, rows = [*heads[:5], "经办"], [[*row[:5], "张三"] for row in rows]
    [told] = remarked(saved([*rows, row], heads))
    assert told == (
        "请核对：台账中这些行没有日期、类型和结果，没有计入：第4行“注：另有5件未登记”。"
    )
    numbers = [[3, *[None] * 5], ["填表人：张三", *[None] * 5]]
    assert remarked(saved([*rows, *numbers], heads)) == []


@pytest.mark.parametrize(
    ("title", "why"),
    [
        ("乐清市2021年申请台账", "其他年度"),
        ("乐清市2022年申请台账", "其他机关"),
        ("2021年度政府信息公开申请台账", "其他年度"),
        ("瑞安市2022年政府信息公开申请台账", ""),
        ("政府信息公开申请台账（2021—2022年）", ""),
        ("温州市政府信息公开申请台账", ""),
        ("某某局政府信息公开申请台账", ""),
    ],
)
def test_the_heading_of_another_register_is_told(title: str, why: str) -> None:
    book = load_workbook(BytesIO(saved(SOUND, above=1)))
    book.worksheets[0]["A1"] = title
    content = BytesIO()
    book.save(content)
    remarks = ledger.read_register(content.getvalue()).remarks
    told = list(titles_text(remarks, "瑞安市人民政府", 2022))
    assert [title in line and why in line for line in told] == ([True] if why else [])
