"""What a report takes over from last year's, what it does not, and what the command says of it."""

from __future__ import annotations

import re
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest

from gongkai.drafts.start import ReportDraft, begun, contact_in, started
from gongkai.drafts.writing import changes_of, draft_lines
from gongkai.editions import all_editions
from gongkai.model import Entry, Evidence, GongkaiError, Report, Value
from gongkai.pipeline import read_report
from helpers import DOCUMENTS
from helpers.command import run_command
from helpers.examples import MADE
from helpers.made import blank_report, report_of
from helpers.pages import typed_report

RUIAN = typed_report("ruian-2021-html")
COLUMNS = [cell.id for cell in all_editions()["2021"].forms["applications"].row_cells("carried_in")]
RULES, NORMATIVE = "disclosure.rules.valid", "disclosure.normative.valid"
CALL = "如有疑问，请联系甲局，电话：0571-1。"
WRITE = "如对本报告有疑问，请与县水利局办公室联系。"
OUT = "applications.carried_out"


def page_of(name: str) -> Path:
    kept = ("report.json", "findings.json")
    [page] = [path for path in (DOCUMENTS / name).iterdir() if path.name not in kept]
    return page


def carried(draft: ReportDraft) -> list[object]:
    return [draft.report.value(cell) for cell in COLUMNS]


# --- taken over -----------------------------------------------------------------------------------


def test_rui_an_s_report_for_2022_begins_with_that_of_2021() -> None:
    draft = begun(RUIAN)
    report = draft.report
    assert report.title == "瑞安市人民政府2022年政府信息公开工作年度报告"
    assert (report.agency, report.year, report.published) == ("瑞安市人民政府", 2022, "")
    assert {table.edition for table in report.tables.values()} == {"2021"}
    before = [RUIAN.value(cell.replace("carried_in", "carried_out")) for cell in COLUMNS]
    assert carried(draft) == before == [11, 1, 0, 0, 1, 0, 13]
    assert dict(draft.stocks) == {RULES: 0, NORMATIVE: 388}
    filled = {entry.cell for entry in report.entries() if entry.value is not None}
    assert filled == set(COLUMNS)
    assert draft.open == draft.doubts == ()


def test_last_year_s_words_are_never_carried_over() -> None:
    last = read_report(page_of("hongze-2024"))
    draft = begun(last)
    for text in last.sections.values():
        for sentence in filter(None, text.split("。")):
            assert sentence not in "".join(draft.report.sections.values())
    assert "2024" not in f"{draft.report.opening}{draft.report.sections}"


@pytest.mark.parametrize(
    "name", [path.name for path in sorted(DOCUMENTS.iterdir()) if path.is_dir()]
)
def test_of_every_document_what_is_taken_over_is_last_year_s(name: str) -> None:
    last = typed_report(name)
    draft = begun(last, year=max((last.year or 0) + 1, 2021))
    assert draft.report.year == (last.year or 0) + 1
    for one in draft.carried:
        assert one.is_implied or one.value == last.value(one.last)
        assert one.last == one.cell.replace("carried_in", "carried_out")
    assert len(draft.carried) in (0, 7)
    assert bool(draft.carried) != any("结转" in why for why in draft.open)
    for cell, before in draft.stocks.items():
        assert before == last.value(cell)
        assert last.tables["disclosure"].edition == "2021"


def test_of_the_layout_of_2019_only_what_is_carried_continues() -> None:
    last = typed_report("edition-2019-of-2020")
    draft = begun(last)
    assert {table.edition for table in draft.report.tables.values()} == {"2021"}
    assert [one.cell for one in draft.carried] == COLUMNS
    assert draft.stocks == {}
    assert [why for why in draft.open if "对外公开总数量" in why]


def test_blanks_that_are_zero_by_the_relations_are_carried_and_said() -> None:
    last = report_of({f"{OUT}.research": None, f"{OUT}.welfare": None}, year=2021)
    draft = begun(last)
    assert [one.cell for one in draft.carried if one.is_implied] == [COLUMNS[2], COLUMNS[3]]
    assert carried(draft) == [12, 0, 0, 0, 0, 0, 12]
    assert [line for line in draft_lines(draft, Path("a.xlsx")) if "其中2格上年为空白" in line]


@pytest.mark.parametrize(
    "changes",
    [
        {f"{OUT}.natural": 13},  # its balance and its row
        {f"{OUT}.natural": 13, f"{OUT}.total": 13},  # two balances
        {"applications.handled.natural": 431},  # one balance
        {f"{OUT}.natural": None, f"{OUT}.company": None, "applications.new.natural": None},
    ],
)
def test_what_last_year_s_relations_do_not_bear_out_stays_open(changes: dict[str, int]) -> None:
    draft = begun(report_of(changes, year=2021))
    assert draft.carried == ()
    assert carried(draft) == [None] * 7
    assert [why for why in draft.open if "“上年结转”没有带入" in why]


def test_a_note_that_disowns_what_is_taken_over_is_told() -> None:
    """What publishing says was not printed, and a note below the last section."""
    last = replace(report_of(year=2021), left_out=("注：上表结转数不含街道办申请2件。",))
    [told] = begun(last).doubts
    assert told == "上年报告中的这些内容没有带入：“注：上表结转数不含街道办申请2件。”。"
    six = {6: "无。\n备注：表三不含下属单位，单位：百件"}
    [told] = begun(replace(report_of(year=2021), sections=six)).doubts
    assert "“备注：表三不含下属单位，单位：百件”" in told
    plain = replace(report_of(year=2021), sections={6: "无。注意：本报告不含附件。"})
    assert begun(plain).doubts == ()


def test_prose_that_contradicts_what_is_taken_over_is_told() -> None:
    one = {1: "收到政府信息公开申请455件，结转下年度继续办理31件。", 5: "五。", 6: "无。"}
    [told] = begun(replace(report_of(year=2021), sections=one)).doubts
    assert told == "上年报告正文第一节第1段写31件，表三 下年结转（总计）为12件，请核对带入的数字。"
    other = {**one, 1: "收到政府信息公开申请554件，结转下年度继续办理12件。"}
    assert begun(replace(report_of(year=2021), sections=other)).doubts == ()


def test_an_error_elsewhere_is_told_and_stops_nothing() -> None:
    draft = begun(report_of({"disputes.review.total": 12}, year=2021))
    assert carried(draft)[-1] == 12
    assert [told for told in draft.doubts if "上年报告有1处错误" in told]


def test_a_report_that_is_not_of_the_year_before_gives_no_figures() -> None:
    draft = begun(RUIAN, year=2024)
    assert draft.report.year == 2024
    assert not draft.carried
    assert not draft.stocks
    assert "不是2023年的" in draft.open[0]


def test_a_converted_figure_that_is_taken_over_is_told() -> None:
    """Of documents in force and of what is carried in; not of a figure that stays last year's."""
    last = report_of({NORMATIVE: 38800}, year=2021)
    stated, beside = "表头“现行有效件数（单位：百件）”", "表旁“单位：千件”"
    out, new = f"{OUT}.natural", "applications.new.natural"
    documents = {NORMATIVE: Entry(NORMATIVE, 38800, "388", None, "百件", stated)}
    received = {
        out: Entry(out, 12, "0.012", None, "千件", beside),
        new: Entry(new, 436, "0.436", None, "千件", beside),
    }
    tables = dict(last.tables)
    for name, own in (("disclosure", documents), ("applications", received)):
        tables[name] = replace(tables[name], entries={**tables[name].entries, **own})
    draft = begun(replace(last, tables=tables))
    assert [told for told in draft.doubts if "换算" in told] == [
        f"上年报告表三 下年结转（自然人）原文“0.012”以千件为单位（见{beside}），"
        "已换算为12件后带入。",
        f"上年报告表二 规范性文件（现行有效）原文“388”以百件为单位（见{stated}），"
        "已换算为38800件后带入。",
    ]
    told = [f"{one.name}：{one.reason}" for one in changes_of(draft) if "换算" in one.reason]
    assert [re.sub("（公式.*", "", text) for text in told] == [
        "表三 二、上年结转政府信息公开申请数量·自然人：上年结转：2021年报告"
        "“表三 四、结转下年度继续办理·自然人”为12"
        f"［原文“0.012”以千件为单位（见{beside}），已换算为12件］",
        "表二 行政规范性文件·现行有效件数：现行有效：2021年报告为38800件"
        f"［原文“388”以百件为单位（见{stated}），已换算为38800件］，加本年制发、减本年废止",
    ]


def test_recorded_changes_of_last_year_s_report_are_told() -> None:
    """As publish tells them; a figure of last year's is one with all of them accepted."""
    [told] = begun(replace(RUIAN, revised=("删30件", "插3件"))).doubts
    assert told == (
        "上年报告有2处没有接受的修订（“删30件”、“插3件”），按全部接受修订以后的文字和数字带入，请核对。"
    )
    assert begun(RUIAN).doubts == ()


@pytest.mark.parametrize(
    ("text", "told"),
    [("青溪县教育局（县语委办）2021年年报", True), ("青溪县教育局（以下简称我局）", False)],
)
@pytest.mark.parametrize("place", ["title", "opening"])
def test_a_name_in_brackets_behind_the_body_is_told(place: str, text: str, told: bool) -> None:
    last = replace(report_of(), agency="青溪县教育局", **{place: text})
    doubts = "\n".join(begun(last).doubts)
    assert ("写作“青溪县教育局（县语委办）”，新报告写作“青溪县教育局”" in doubts) == told


def test_a_missing_table_or_figure_is_told() -> None:
    draft = begun(report_of({NORMATIVE: None}, year=2021, without="applications"))
    assert "没有读出上年报告的表三，“上年结转”待填。" in draft.open
    assert "上年报告没有填写行政规范性文件的“现行有效件数”，待填。" in draft.open
    assert dict(draft.stocks) == {RULES: 0}
    draft = begun(report_of(year=2021, without="disclosure"))
    assert "没有读出上年报告的表二，“现行有效件数”待填。" in draft.open


@pytest.mark.parametrize(
    ("value", "shown"), [(Decimal("388.5"), "388.5"), (-5, "-5"), (Decimal("1E-7"), "0.0000001")]
)
def test_what_is_no_number_of_documents_is_told_as_it_stands(value: Value, shown: str) -> None:
    draft = begun(report_of({NORMATIVE: value}, year=2021))
    assert draft.open == (
        f"上年报告行政规范性文件的“现行有效件数”填{shown}，不是件数，没有带入，"
        "请核实上年的数字后填写。",
    )
    assert dict(draft.stocks) == {RULES: 0}
    assert carried(draft)[-1] == 12


def test_each_figure_of_documents_is_told_for_what_it_is() -> None:
    open_ = begun(report_of({RULES: None, NORMATIVE: -5}, year=2021)).open
    assert len(open_) == 2
    assert "上年报告没有填写规章的“现行有效件数”，待填。" in open_
    open_ = begun(report_of({RULES: Decimal("0.5"), NORMATIVE: None}, year=2021)).open
    assert [why[:24] for why in open_ if "填0.5，不是件数" in why]
    assert "上年报告没有填写行政规范性文件的“现行有效件数”，待填。" in open_


@pytest.mark.parametrize(
    ("raw", "told"),
    [
        ("约388", "没有读出上年报告行政规范性文件的“现行有效件数”（原文“约388”），待填。"),
        ("—", "上年报告没有填写行政规范性文件的“现行有效件数”，待填。"),
        (" ", "上年报告没有填写行政规范性文件的“现行有效件数”，待填。"),
    ],
)
def test_documents_that_were_not_read_are_no_blank(raw: str, told: str) -> None:
    last = report_of({NORMATIVE: None}, raws={NORMATIVE: raw}, year=2021)
    assert begun(last).open == (told,)


def test_documents_whose_row_was_not_found_are_no_blank() -> None:
    last = report_of({NORMATIVE: None}, year=2021)
    table = last.tables["disclosure"]
    lost = {NORMATIVE: Entry(NORMATIVE, None, read_by="lost")}
    table = replace(table, entries={**table.entries, **lost})
    draft = begun(replace(last, tables={**last.tables, "disclosure": table}))
    assert draft.open == ("没有读出上年报告行政规范性文件的“现行有效件数”，待填。",)


def test_a_likely_body_another_body_and_an_unknown_year_are_to_be_looked_at() -> None:
    likely = {"agency": Evidence("青溪县人民政府", "来源：青溪县人民政府", "likely")}
    told = begun(replace(report_of(year=2021), evidence=likely)).doubts
    assert told == ("上年报告的机关“青溪县人民政府”为推定，请核对。",)
    [other] = begun(report_of(year=2021), agency="青溪县水利局").doubts
    assert "与新报告不同" in other
    [unknown] = begun(report_of(year=None), year=2022).doubts
    assert "按2021年处理" in unknown


@pytest.mark.parametrize(
    ("last", "year", "agency", "why"),
    [
        (report_of(year=None), None, "", "用 --year 写明"),
        (replace(report_of(year=2021), agency=""), None, "", "用 --agency 写明"),
        (blank_report("2019", 2018), None, "", "2021年及以后"),
        (report_of(year=2021), None, "某" * 61, "过长"),
    ],
)
def test_what_cannot_be_begun_is_refused(
    last: Report, year: int | None, agency: str, why: str
) -> None:
    with pytest.raises(GongkaiError, match=why):
        begun(last, year, agency)


@pytest.mark.parametrize(
    ("opening", "contact"),
    [
        (f"（2022年1月12日）\n本报告由甲局编制。{CALL}", CALL),
        (WRITE, WRITE),
        ("联系电话：0571-1", ""),
        ("统计期限自2021年1月1日起。", ""),
        ("", ""),
    ],
)
def test_the_sentence_on_whom_to_ask_is_kept_as_it_is(opening: str, contact: str) -> None:
    assert contact_in(opening) == contact
    draft = begun(replace(report_of(year=2021), opening=opening))
    assert draft.contact == contact
    assert contact in draft.report.opening


# --- the command ----------------------------------------------------------------------------------


def test_the_command_says_what_was_taken_over_and_what_is_next(tmp_path: Path) -> None:
    target = tmp_path / "2023.xlsx"
    done = run_command("new", "--from", page_of("xlsx-one-sheet-2022"), "-o", target)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith("渝溪县水利局2023年政府信息公开工作年度报告：已起草\n带入：")
    assert "请与县水利局办公室联系。”，请核对" in done.stdout
    assert f"gongkai check {target} --write" in done.stdout
    checked = run_command("check", target, "--write")
    assert checked.returncode == 0
    assert "已写入" in checked.stdout


def test_an_empty_one_needs_body_and_year(tmp_path: Path) -> None:
    target = tmp_path / "a.xlsm"
    done = run_command("new", "--agency", "青溪县教育局", "-o", target)
    assert done.returncode == 2
    assert "--year" in done.stderr
    assert not target.exists()
    done = run_command("new", "--agency", "青溪县教育局", "--year", "2024", "-o", target)
    assert done.returncode == 0
    assert "带入" not in done.stdout
    report = read_report(target)
    assert (report.agency, report.year, report.is_evaluated) == ("青溪县教育局", 2024, False)
    assert report.title == "青溪县教育局2024年政府信息公开工作年度报告"


def test_nothing_that_is_there_is_lost(tmp_path: Path) -> None:
    target, text = tmp_path / "a.xlsx", b"mine"
    target.write_bytes(text)
    words = ("new", "--agency", "青溪县教育局", "--year", "2024", "-o", target)
    assert run_command(*words).returncode == 2
    assert target.read_bytes() == text
    last = tmp_path / "last.xlsx"
    assert run_command(*words[:-1], last).returncode == 0
    again = run_command("new", "--from", last, "-o", last, "--force")
    assert again.returncode == 2
    assert "就是所读的文件" in again.stderr
    assert run_command(*words, "--force").returncode == 0
    assert target.read_bytes() != text
    for name in ("a.docx", "a.csv"):
        assert run_command(*words[:-1], tmp_path / name).returncode == 2


@pytest.mark.parametrize("name", ["a.xlsx", "a.ods"])
def test_the_last_step_is_a_check(name: str) -> None:
    *_, last = draft_lines(begun(report_of()), Path(name))
    assert last == f"  3. 运行 gongkai check {name} --write 校验。"


def test_the_year_is_a_year(tmp_path: Path) -> None:
    for year in ("22", "２０２２", "20222", "1999"):
        words = ("new", "--agency", "甲县水利局", "--year", year, "-o", tmp_path / "a.xlsx")
        assert run_command(*words).returncode == 2


def test_a_draft_of_nothing_is_whole() -> None:
    draft = started(" 青溪县\n教育局 ", 2022)
    assert draft.report.agency == "青溪县 教育局"
    assert not draft.carried
    assert not draft.open


def test_which_of_several_reports_was_taken_is_told() -> None:
    several = MADE["coverage.parts"]()
    assert any("上年报告：读取的是第1部分" in line for line in begun(several).doubts)
