"""gongkai publish: what it refuses, what it says, and that nothing else is touched."""

from __future__ import annotations

import re
import zipfile
from collections.abc import Mapping, Sequence
from dataclasses import replace
from itertools import product
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from openpyxl import load_workbook
from openpyxl.chart import BarChart

from gongkai.cli import main
from gongkai.decisions import keys_of
from gongkai.model import (
    Decision,
    Document,
    Evidence,
    Finding,
    Heading,
    Report,
    Table,
    WorkbookError,
)
from gongkai.pipeline import check, read_report
from gongkai.publish import Asked, publish_report
from gongkai.publish.content import part_heading, publication_of, title_lines
from gongkai.publish.readback import is_body_of
from gongkai.publish.ready import (
    FROM_SOURCE,
    SIGNED_OTHERWISE,
    done_lines,
    refusal,
    set_aside,
    source_lines,
)
from gongkai.wording import WORKBOOK_TYPE
from gongkai.wording.prose import day_text
from gongkai.wording.unwritten import ANY_PLACEHOLDER, PLACEHOLDER, PLACEHOLDERS, TO_REWRITE
from gongkai.workbook import layout, read_workbook, write_workbook
from helpers import DOCUMENTS
from helpers.command import run_command
from helpers.counts import properties, some
from helpers.made import converted_report, report_of, saying
from helpers.published import plain_report

RUIAN = str(DOCUMENTS / "ruian-2021-text" / "source.txt")
GRANTED = "applications.granted.natural"
FILE = Document("a.xlsx", WORKBOOK_TYPE, b"", "")


def broken_report() -> Report:
    tables = report_of({GRANTED: 135}).tables
    return replace(plain_report(), tables=tables)


def dismissed(reason: str) -> tuple[Report, list[Finding]]:
    """A report with one wrong figure, and its findings once all errors were dismissed."""
    report = broken_report()
    findings = check(report)
    keys = [key for finding in findings for key in keys_of(finding, report)]
    decisions = dict.fromkeys(keys, Decision("dismissed", reason))
    report = replace(report, decisions=decisions)
    return report, check(report)


# --- texts ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("title", "agency", "year", "lines"),
    [
        (
            "青溪县2021年政府信息公开年报",
            "青溪县人民政府",
            2021,
            ("青溪县", "2021年政府信息公开年报"),
        ),
        ("年度报告", "青溪县教育局", 2022, ("青溪县教育局", "2022年政府信息公开工作年度报告")),
        ("2021年年报", "青溪县教育局", 2021, ("青溪县教育局", "2021年政府信息公开工作年度报告")),
        (
            "平阳县2021年政府信息公开工作年度报告",
            "青溪县教育局",
            2021,
            ("青溪县教育局", "2021年政府信息公开工作年度报告"),
        ),
        ("", "", None, ("（机关待填）", "（年度待填）政府信息公开工作年度报告")),
    ],
)
def test_the_title_has_body_and_year(
    title: str, agency: str, year: int | None, lines: tuple[str, ...]
) -> None:
    report = replace(plain_report(), title=title, agency=agency, year=year)
    assert title_lines(report) == lines


def test_the_day_has_no_leading_zeros() -> None:
    assert day_text("2022-01-05") == "2022年1月5日"
    assert [day_text(""), day_text("不详")] == ["", ""]
    found = publication_of(replace(plain_report(), published=""))
    assert found.closing == ("青溪县人民政府",)


def test_the_heading_of_a_part_ends_at_its_full_stop() -> None:
    assert part_heading("（一）主动公开。全年公开3条。") == "（一）主动公开。"
    assert part_heading("（二）依申请公开") == "（二）依申请公开"
    assert (
        part_heading("（三）本机关全年共受理并办结政府信息公开申请三百二十四件，其中网络申请二百件")
        == ""
    )
    assert part_heading("全年（一）公开") == ""


# --- what is refused ------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "（单位名称）",
        "〔机关全称〕",
        "某某市人民政府",
        "某市人民政府",
        "××县教育局",
        "XX县人民政府",
    ],
)
def test_what_stands_for_the_body_s_name_is_none(name: str) -> None:
    title = f"{name}2021年政府信息公开工作年度报告"
    report = replace(plain_report(), agency=name, title=title)
    assert "机关没有填写" in refusal(report, check(report))


@pytest.mark.parametrize("part", ["title", "opening", "ending"])
@pytest.mark.parametrize("name", ["（单位名称）", "某某市人民政府"])
def test_nor_is_it_in_the_title_the_opening_or_the_signature(part: str, name: str) -> None:
    report = plain_report()
    if part == "ending":
        sections = {**report.sections, 6: f"无。\n{name}\n2022年1月20日"}
        report = replace(report, sections=sections)
    else:
        report = replace(report, **{part: f"{name}2021年政府信息公开工作年度报告"})
    assert "机关没有填写" in refusal(report, check(report))


def unread(raw: str) -> Mapping[str, Table]:
    return report_of({GRANTED: None}, raws={GRANTED: raw}).tables


@pytest.mark.parametrize(
    "mark",
    [
        "[待改写]",
        "【待改写】",
        "〔待 改写〕",
        "〔待改写围绕重点领域",
        "待改写：",
        "待\n改\u3000写",
        "〔待改〕",
        "⟨待改⟩",
        "待改〕",
        "（待改：本段）",
    ],
)
@pytest.mark.parametrize("part", ["opening", "title", 1, 6])
def test_a_mark_in_other_brackets_is_a_mark(mark: str, part: str | int) -> None:
    report = plain_report()
    if isinstance(part, str):
        changed = replace(report, **{part: f"甲{mark}乙"})
    else:
        changed = replace(report, sections={**report.sections, part: f"甲{mark}乙"})
    assert "中还有〔待改写〕" in refusal(changed, check(changed))


def test_what_is_left_to_fill_in_is_known_in_other_brackets() -> None:
    marks = (
        "【待填：培训次数】",
        "[ 待填]",
        "（待填",
        "待填〕",
        "⟨待填⟩",
        "﹝待填﹞",
        "〔填〕",
        "＜待填＞",
    )
    for mark in marks:
        report = replace(plain_report(), opening=f"培训{mark}次")
        assert "引言中还有〔待填〕" in refusal(report, check(report))
    report = replace(plain_report(), opening="职位空缺，有待填补。")
    assert refusal(report, check(report)) == ""


@pytest.mark.parametrize(
    "said", ["部分指南有待改写。", "办事指南尚待改写，网页仍待改写。", "有待改写：一是指南。"]
)
def test_what_people_say_of_rewriting_is_no_mark(said: str) -> None:
    sections = {**plain_report().sections, 5: said}
    report = replace(plain_report(), sections=sections)
    assert refusal(report, check(report)) == ""
    marked = replace(report, sections={**sections, 5: f"{said}〔待改写〕"})
    assert "中还有〔待改写〕" in refusal(marked, check(marked))


@pytest.mark.parametrize(
    "words",
    [
        *("待补充", "（待核实）", "【待完善】", "（数据待核实）", "联系电话待定", "待完善"),
        *("受理××件", "受理XX件", "受理xx件", "受理＿＿件", "受理____件", "受理□□件", "受理**件"),
        *("受理N件", "受理 XX 件", "受理×余件", "增长XX%", "收费XX万元", "培训XX人次"),
        *("〔…〕", "（ ）", "（此处填写本年工作）", "（请填写培训次数）", "（填写数字）"),
        *("此处插入图表", "XX县人民政府", "20XX年", "2022年×月×日", "金额______"),
        *("投入待填", "培训待填次", "收到待写件", "投入未填", "经费共请补", "待写", "（未填）"),
        *("（具体数字待核）", "（待查）", "待XX处提供", "数字待法规科提供", "（领导审后再改）"),
        *("受理？？件", "受理——件", "受理-件", "投入_ _ _", "【?】", "投入????", "投入……件"),
        *("X月X日", "于XX月", "２０ＸＸ年", "二〇××年", "二〇二二年   月  日", "   年  月  日"),
        *("办结申请  件", "召开会议 次", "开展培训次"),
        *(
            "开展培训〔次数〕次",
            "培训（人次）人次",
            "培训[次数]次",
            "办结【件数】件",
            "收费〔总金额〕万元",
        ),
        *("开展培训次数〕次", "培训次数】次", "培训次数）次", "培训[次数次", "培训（次数次"),
        *(
            "围绕〔重点领域〕主动公开",
            "在【渠道】公布",
            "结果为[结果]",
            "对专栏进行了改版〕，优化功能",
        ),
        *("开展〔培训，优化功能", "进行了改版】，优化", "采取【措施，优化"),
        *("TBD", "todo：经费", "{{次数}}", "## 五", "投入   件", "投入..........", "<渠道>"),
    ],
)
def test_what_is_left_to_be_written_is_told(words: str) -> None:
    """With the part and the words, as it is printed."""
    sections = {**plain_report().sections, 5: f"我局工作较好。{words}。"}
    report = replace(plain_report(), sections=sections, opening=f"{words}。")
    assert refusal(report, check(report)) == ""
    in_opening, in_five = filter(re.compile("没有写完").search, told(report, check(report)))
    assert in_opening.startswith("请核对：引言中可能有没有写完的文字：“")
    assert in_five.startswith("请核对：“五、存在的主要问题及改进情况”中可能有没有写完的文字：“")


@pytest.mark.parametrize(("example", "pattern"), PLACEHOLDERS.items())
def test_every_placeholder_has_an_example_of_its_own(example: str, pattern: str) -> None:
    assert re.search(pattern, example, re.MULTILINE)


@properties(400)
@given(st.text("".join({*"".join(PLACEHOLDERS), *"在请补充某市人—？  \n〇２。，"})))
def test_what_a_placeholder_may_begin_with_loses_none(text: str) -> None:
    """Held against looking at every place."""
    slow = re.compile(ANY_PLACEHOLDER, re.MULTILINE)
    for found in (*PLACEHOLDERS, text):
        assert PLACEHOLDER.findall(found) == slow.findall(found)


def test_what_is_left_of_a_mark_is_told() -> None:
    """Only the brackets were taken away, or one of them; not 〔2021〕."""
    for words, left in (
        ("可向承办机构、地址、电话咨询。", "承办机构、地址、电话"),
        ("以〔重点领域为主。", "以〔重点领域为主。"),
        ("以重点领域〕为主。", "以重点领域〕"),
        ("主动公开工作以为主，有关信息公布。", "开工作以为主"),
        ("存在的主要问题：。", "在的主要问题：。"),
    ):
        report = replace(plain_report(), opening=f"按照国办公开办函〔2021〕30号，{words}")
        assert refusal(report, check(report)) == ""
        [line] = filter(re.compile("没有写完").search, told(report, check(report)))
        assert f"“{left}”" in line
    for words in ("〔改写〕", "待填：培训次数"):
        report = replace(plain_report(), opening=words)
        assert "引言中还有〔待" in refusal(report, check(report))


@pytest.mark.parametrize("suffix", ["docx", "html"])
@pytest.mark.parametrize(
    ("name", "title"),
    [
        ("瑞安市", "瑞安市2021年政府信息公开工作年度报告"),
        ("瑞安市人民政府", "瑞安市2021年政府信息公开工作年度报告"),
        ("瑞安市", "瑞安市人民政府2021年政府信息公开工作年度报告"),
    ],
)
def test_a_title_with_the_area_alone_is_published(
    name: str, title: str, suffix: str, tmp_path: Path
) -> None:
    """The opening names 瑞安市人民政府, as which it is read back: one body."""
    opening = "本报告由瑞安市人民政府编制。"
    report = replace(plain_report(), agency=name, title=title, opening=opening)
    book = tmp_path / "a.xlsx"
    write_workbook(report, check(report), book)
    assert main(["publish", str(book), "-o", str(tmp_path / f"a.{suffix}")]) == 0


def test_another_body_that_is_read_back_is_refused() -> None:
    report = replace(plain_report(), agency="瑞安市", title="瑞安市2021年政府信息公开工作年度报告")
    found = publication_of(report)
    for name, is_one in (("瑞安市人民政府", True), ("瑞安市教育局", False), ("平阳县", False)):
        assert is_body_of(found, replace(report, agency=name), report.title) == is_one


def test_half_a_mark_in_a_word_file_is_told() -> None:
    """As in a workbook; brackets that a page sets awry but in pairs are none."""
    file = Document("a.docx", "", b"", "")
    for words, left in (
        ("开展培训〔次数〕次。", "开展培训〔次数〕"),
        ("开展培训次数〕次。", "开展培训次数〕"),
        ("对专栏进行了改版〕，优化功能。", "栏进行了改版〕"),
        ("以〔重点领域为主。", "以〔重点领域为主。"),
    ):
        report = replace(plain_report(), opening=words, document=file)
        [line] = filter(re.compile("没有写完").search, told(report, check(report)))
        assert f"“{left}”" in line
    for words in (
        "按照国办公开办函[2021〕30号、〔2021]30号文件和〔以下简称《条例》)的要求，",
        "（以下简称《条例》】，【政策解读】栏目，【渠道】多样，收费金额（万元），【网站）",
        "1）次数多，2】公开，培训人数（人）、次数（次），详见〔附件1〕、［注］和{附表}。",
    ):
        report = replace(plain_report(), opening=words, document=file)
        assert not list(filter(re.compile("没有写完").search, told(report, check(report))))


@pytest.mark.parametrize("lock", ["~$a.xlsx", ".~a.xlsx", ".~lock.a.xlsx#", ""])
def test_a_workbook_that_is_open_elsewhere_may_not_be_saved(lock: str, tmp_path: Path) -> None:
    place = tmp_path / "a.xlsx"
    report = replace(plain_report(), document=replace(FILE, origin=str(place)))
    (tmp_path / (lock or "b.xlsx")).write_bytes(b"")
    lines = list(done_lines(report, [], 200, tmp_path / "b.docx"))
    assert [line for line in lines if "打开" in line] == [
        "请核对：a.xlsx可能正在表格软件中打开，没有保存的改动不在发布稿中。"
    ] * bool(lock)


def test_a_heading_that_is_printed_otherwise_is_told() -> None:
    headings = (Heading(1, "一、总体情况"), Heading(5, "五、存在的主要问题及下步打算：如下"))
    page = replace(plain_report(), headings=headings, document=Document("a.html", "", b"", ""))
    [line] = filter(re.compile("标题印作").search, told(page, check(page)))
    assert line == (
        "标题印作“五、存在的主要问题及改进情况”；原文是“五、存在的主要问题及下步打算”。"
    )


def test_ordinary_words_are_not_left_to_be_written() -> None:
    ordinary = (
        "制度有待完善，机制待完善，问题尚待核实；待定岗位3个，待补正12件，下年待办3件。张××、李某某"
        "不服，王××诉县政府案，××公司要求公开××项目环评，李××个人申请。按照《××条例》实行“1+N”，"
        "1+N项制度。公民请填写《信息公开申请表》（申请表填写说明见附件）（一）（含1件结转）（填报单位："
        "瑞安市）。联系人张**，电话139****1234，http://a.b/x__y.html，gk__z@a.cn。二〇〇件，X光机3台，"
        "3×5件。公开事项待补充完善，有待改写。□是□否。网页提示“请填写验证码”，等待确认。目录漏填、"
        "未填等问题，请补正材料，待有关部门核实后答复，接待填写人员。（领导批示后再公开）为什么？次年"
        "再办。——个性化服务，——件件有着落。5—6件，2021年 12月 31日，出生年月日，20项。怎么看？？"
        "办结三十五 件，接待120 人 次，首 次，培训多 次，办理申请件，培训场次，会议期间。"
        "《关于印发<办法>的通知》，各部门（单位）等……条件成熟，X光月检，method，第2#楼"
    )
    report = replace(plain_report(), sections={**plain_report().sections, 5: ordinary})
    assert told(report, check(report)) == []


@pytest.mark.parametrize("title", ["关于印发年报的请示（内部）", "青溪县人民政府2020年年报"])
def test_a_title_of_the_clerk_s_own_is_told(
    title: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    book = tmp_path / "年报.xlsx"
    write_workbook(plain_report(), check(plain_report()), book)
    sheets = load_workbook(book)
    sheets[layout.COVER].cell(*layout.COVER_SPOTS["title"]).value = title
    sheets.save(book)
    assert main(["publish", str(book), "-o", str(tmp_path / "a.html")]) == 0
    told = capsys.readouterr().out
    assert "标题印作“青溪县人民政府2021年政府信息公开工作年度报告”" in told
    assert f"原标题“{title}”" in told


def test_a_sign_in_a_cell_is_printed_as_a_blank_and_refuses_nothing() -> None:
    report = replace(plain_report(), tables=unread("/"))
    assert refusal(report, check(report)) == ""


def test_an_opening_is_whole_and_a_signature_stands_once(tmp_path: Path) -> None:
    """Paragraphs without 。 are paragraphs; of a document that is signed the end is not doubled."""
    opening = "现将2021年政府信息公开工作情况报告如下：\n（联系电话：0577-12345678）"
    report = replace(plain_report(), opening=opening, published="2022-01-20")
    found = publication_of(report)
    assert found.opening == tuple(opening.split("\n"))
    signed = f"{report.sections[6]}\n{report.agency}\n2022年1月20日"
    again = publication_of(replace(report, sections={**report.sections, 6: signed}))
    assert again.sections == found.sections
    publish_report(report, check(report), tmp_path / "a.docx")
    publish_report(read_report(tmp_path / "a.docx"), [], tmp_path / "b.docx")
    first, second = (read_report(tmp_path / name) for name in ("a.docx", "b.docx"))
    assert first.sections == second.sections


@pytest.mark.parametrize(
    "end",
    [
        "青溪县人民政府办公室\n2022年1月30日",
        "青溪县人民政府\n二〇二二年一月三十日",
        "青溪县人民政府\n2022-01-30",
        "青溪县人民政府2022.1.30",
        "青溪县人民政府\n2022年1月30日\n联系人：张三",
    ],
)
def test_a_signature_in_other_words_stands_once(end: str, tmp_path: Path) -> None:
    signed = {**plain_report().sections, 6: f"无。\n{end}"}
    report = replace(plain_report(), sections=signed, published="2022-02-20")
    for name in ("a.docx", "a.html"):
        publish_report(report, check(report), tmp_path / name)
        assert read_report(tmp_path / name).sections[6] == f"无。\n{end}"
    [line] = told(report)
    assert line == f"{SIGNED_OTHERWISE}；发布日期是2022年2月20日。"


def test_prose_that_ends_with_a_day_is_no_signature() -> None:
    report = replace(plain_report(), sections={1: "一", 5: "五", 6: "数据截至2021年12月31日。"})
    assert publication_of(report).closing == ("青溪县人民政府", "2022年1月20日")


def told(report: Report, findings: Sequence[Finding] = ()) -> list[str]:
    return list(done_lines(report, findings, 200, Path("a.docx")))[1:]


def test_what_whoever_publishes_has_to_know_is_told() -> None:
    """Open warnings, blanks, another title, what a site wrote above, who is only likely."""
    assert told(plain_report(), check(plain_report())) == []
    report = replace(plain_report(), sections={1: "收到申请500件。", 5: "五。", 6: "六。"})
    assert any(
        line.startswith("请核对：正文第一节第1段写500件") for line in told(report, check(report))
    )
    other = replace(plain_report(), title="青溪县人民政府2019年政府信息公开工作年度报告")
    assert told(other)[0].startswith("标题印作“")
    blank = replace(plain_report(), tables=unread("/"))
    assert told(blank) == ["有1格空白，照空白印出；没有的应当填0。"]
    opening = "发布日期：2022-02-20 来源：市政府办\n现公布本报告。"
    raised = replace(plain_report(), sections={1: "面积5^2^千米。", 5: "五。", 6: "六。"})
    assert "请核对：来源中的上标、下标或看不见的字印作普通文字：“面积5^2^千米”。" in list(
        source_lines(raised)
    )
    strange = replace(raised, sections={1: "尾\ufffd5，\uf0b3", 5: "五。", 6: "六。"})
    [line] = filter(re.compile("有不能识别的符号").search, source_lines(strange))
    assert "“尾\ufffd5”、“\uf0b3”" in line
    revised = list(source_lines(replace(raised, revised=("删30件", "插3件"))))
    assert (
        "请核对：来源有2处没有接受的修订（“删30件”、“插3件”），按全部接受修订以后的文字和数字印出。"
        in revised
    )
    page = Document("a.html", "text/html", b"x", "")
    above = replace(plain_report(), opening=opening, document=page, left_out=("注：不含镇街",))
    assert told(above) == [
        FROM_SOURCE,  # pictures and annexes
        "请核对：来源中的这些内容没有印出：“注：不含镇街”。",
        "请核对：署名日期照网页的发布日期印作2022年1月20日。",
        "网页在报告前面写的1行没有印出：发布日期：2022-02-20 来源：市政府办。",
    ]
    assert publication_of(above).opening == ("现公布本报告。",)
    likely = {"agency": Evidence("青溪县人民政府", "题注", "likely")}
    assert told(replace(plain_report(), evidence=likely)) == ["请核对：机关待核。"]


def test_a_figure_that_is_printed_in_another_unit_is_told() -> None:
    """Of each cell the text of its source, the unit and what is printed."""
    report = replace(plain_report(), tables=converted_report().tables)
    assert told(report, check(report)) == [
        "请核对：表二 行政事业性收费原文“57588.71”以元为单位，已换算为5.758871万元"
        "（见表头“本年收费金额（单位：元）”）。",
        "请核对：表三 新收（自然人）原文“0.436”以千件为单位，已换算为436件（见表旁“单位：千件”）。",
    ]


def test_another_body_or_year_in_the_opening_is_told_as_check_tells_it() -> None:
    """Once, and not where it was set aside with a reason."""
    opening = "统计期限为2022年1月1日至2022年12月31日。现公布平阳县2022年政府信息公开工作年度报告。"
    report = replace(plain_report(), opening=opening)
    quoted = "现公布平阳县2022年政府信息公开工作年度报告"
    assert told(report, check(report)) == [
        f"请核对：“{quoted}”中的机关“平阳县”，与报告的机关“青溪县人民政府”不同。",
        f"请核对：引言“{quoted}”中的2022年，与报告的年度2021年不同。",
        "请核对：“统计期限为2022年1月1日至2022年12月31日”中的2022年，与报告的年度2021年不同。",
    ]
    keys = [key for finding in check(report) for key in keys_of(finding, report)]
    aside = replace(report, decisions=dict.fromkeys(keys, Decision("dismissed", "机关已更名")))
    assert told(aside, check(aside)) == []


def test_against_a_sound_report_nothing_stands() -> None:
    report = plain_report()
    assert refusal(report, check(report)) == ""


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"agency": ""}, "机关没有填写"),
        ({"year": None}, "年度没有填写"),
        ({"sections": {1: "一", 6: "六"}}, "“五、存在的主要问题及改进情况”没有文字"),
        (
            {"sections": {1: f"甲{TO_REWRITE}", 5: "五", 6: "六"}},
            f"“一、总体情况”中还有{TO_REWRITE}",
        ),
        ({"opening": TO_REWRITE}, f"引言中还有{TO_REWRITE}"),
        (
            {"sections": {1: "举办培训〔待填：培训次数〕次", 5: "五", 6: "六〔待填〕"}},
            "“一、总体情况”、“六、其他需要报告的事项”中还有〔待填〕",
        ),
        (
            {"sections": {1: '="共"&SUM(表二!B4:B5)', 5: "五", 6: "六"}, "document": FILE},
            "标题或正文中有公式没有计算结果",
        ),
        ({"opening": "截至年底#REF!件。"}, "标题或正文中有公式没有计算结果或者出错"),
        ({"tables": unread("约100")}, "表三 予以公开（自然人）的“约100”没有读作数字"),
        ({"tables": report_of(without="disputes").tables}, "表四没有数据"),
        ({"tables": report_of({GRANTED: 135}).tables}, "表三 予以公开（自然人）填135，疑应为134"),
    ],
)
@pytest.mark.parametrize("name", ["a.docx", "a.html", "a.pdf"])
def test_what_is_not_ready_is_refused(
    name: str, changes: dict[str, object], said: str, tmp_path: Path
) -> None:
    report = replace(plain_report(), **changes)
    target = tmp_path / name
    with pytest.raises(WorkbookError, match="没有生成发布稿：") as caught:
        publish_report(report, check(report), target)
    assert said in str(caught.value)
    assert str(caught.value).endswith("要先看样稿，请加--draft。")
    assert list(tmp_path.iterdir()) == []


def test_a_refusal_names_a_few_and_counts_the_others() -> None:
    findings = [saying(f"问题{number}") for number in range(6)]
    why = refusal(plain_report(), findings)
    assert why.count("问题") == 3 + 1  # 对确认无误的问题注明理由
    assert "；另有3处。请改正" in why


def test_an_error_that_was_set_aside_with_a_reason_is_no_hindrance(tmp_path: Path) -> None:
    report, findings = dismissed("已向填报科室核实")
    assert [finding.severity for _, finding in set_aside(findings)].count("error") >= 1
    target = tmp_path / "a.html"
    assert publish_report(report, findings, target) == 200
    assert "核实" not in target.read_text(encoding="utf-8")


def test_an_error_set_aside_without_a_reason_is_one() -> None:
    report, findings = dismissed("")
    assert "填135" in refusal(report, findings)


def test_a_confirmed_error_is_one() -> None:
    report = broken_report()
    findings = [
        replace(finding, decision=Decision("confirmed", "属实")) for finding in check(report)
    ]
    assert "填135" in refusal(report, findings)


# --- drafts ---------------------------------------------------------------------------------------


def test_a_draft_shows_that_it_is_one(tmp_path: Path) -> None:
    report = replace(broken_report(), sections={1: f"甲{TO_REWRITE}"}, published="")
    page, document = tmp_path / "a.html", tmp_path / "a.docx"
    for target in (page, document):
        assert publish_report(report, check(report), target, Asked(draft=True)) == 200
    text = page.read_text(encoding="utf-8")
    assert (text.count("草稿，未发布"), text.count(TO_REWRITE)) == (2, 1)
    with zipfile.ZipFile(document) as archive:
        headers = [name for name in archive.namelist() if "header" in name]
        assert len(headers) == 2
        assert all('string="草稿"' in archive.read(name).decode() for name in headers)
        assert TO_REWRITE in archive.read("word/document.xml").decode()


@pytest.mark.parametrize("without", ["disclosure", "applications", "disputes"])
def test_a_draft_has_the_blank_form_of_a_missing_table(without: str, tmp_path: Path) -> None:
    report = replace(plain_report(), tables=report_of(without=without).tables)
    for name in ("a.docx", "a.html"):
        assert publish_report(report, [], tmp_path / name, Asked(draft=True)) == 200


def test_a_draft_may_know_neither_body_nor_year(tmp_path: Path) -> None:
    report = replace(plain_report(), agency="", year=None, published="", title="")
    for name in ("a.docx", "a.html"):
        assert publish_report(report, [], tmp_path / name, Asked(draft=True)) == 200


# --- the command ----------------------------------------------------------------------------------


def test_a_workbook_is_published_and_not_touched(tmp_path: Path) -> None:
    book = write_workbook(plain_report(), [], tmp_path / "年报.xlsx")
    before = book.read_bytes()
    target = tmp_path / "发布稿.docx"
    done = run_command("publish", book, "-o", target)
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout == f"发布稿与工作簿逐格一致，200格。已写入 {target}\n"
    assert book.read_bytes() == before
    again = read_report(target)
    assert (again.agency, again.year, again.opening) == (
        "青溪县人民政府",
        2021,
        "现公布本机关年度报告。",
    )


def test_any_source_is_published(tmp_path: Path) -> None:
    for name in ("a.docx", "a.html"):
        done = run_command("publish", RUIAN, "-o", tmp_path / name)
        assert done.returncode == 0, done.stderr
        assert "发布稿与报告逐格一致，200格" in done.stdout


def test_what_was_set_aside_is_listed(tmp_path: Path) -> None:
    report, findings = dismissed("已核实")
    book = write_workbook(report, findings, tmp_path / "年报.xlsx")
    done = run_command("publish", book, "-o", tmp_path / "a.html")
    assert done.returncode == 0, done.stderr
    assert "处已注明理由忽略，发布稿中不显示：" in done.stdout
    assert "理由：已核实" in done.stdout


def test_errors_are_told_and_a_draft_is_written(tmp_path: Path) -> None:
    book = write_workbook(broken_report(), [], tmp_path / "年报.xlsx")
    target = tmp_path / "a.docx"
    done = run_command("publish", book, "-o", target)
    assert (done.returncode, done.stdout, target.exists()) == (2, "", False)
    assert done.stderr.startswith("没有生成发布稿：")
    draft = run_command("publish", book, "-o", target, "--draft")
    assert draft.returncode == 1
    assert "这是草稿，正式发布前还须处理：表三" in draft.stdout
    assert target.exists()


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("-o", "a.doc"), "文件名要以.docx、.html或.pdf结尾"),
        (("-o", "a.docx", "--fragment"), "--fragment只用于不带模板的.html"),
        (("-o", "a.docx", "--template", "T.html"), "要用.docx的模板"),
        (("-o", "a.html", "--template", "T.docx"), "要用.html的模板"),
        (("-o", "a.docx", "--template", "没有.docx"), "无法读取模板没有.docx：文件或文件夹不存在"),
        (("-o", "我的.docx"), "我的.docx已存在，没有覆盖"),
    ],
)
def test_what_cannot_be_is_refused_in_a_sentence(
    arguments: tuple[str, ...], said: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "我的.docx").write_text("我的")
    done = run_command("publish", RUIAN, *arguments)
    assert (done.returncode, done.stdout) == (2, "")
    assert said in done.stderr
    assert done.stderr.count("\n") == 1
    assert [path.name for path in tmp_path.iterdir()] == ["我的.docx"]


def test_the_source_is_never_overwritten(tmp_path: Path) -> None:
    source = tmp_path / "报告.html"
    source.write_bytes((DOCUMENTS / "broken-2022" / "source.html").read_bytes())
    before = source.read_bytes()
    done = run_command("publish", source, "-o", source, "--draft", "--force")
    assert (done.returncode, source.read_bytes() == before) == (2, True)
    assert "就是报告的来源" in done.stderr


def test_a_fragment_has_neither_head_nor_class(tmp_path: Path) -> None:
    target = tmp_path / "a.html"
    assert run_command("publish", RUIAN, "-o", target, "--fragment").returncode == 0
    text = target.read_text(encoding="utf-8")
    assert text.startswith("<h1 style=")
    assert not [word for word in ("<html", "<head", "<script", "class=", " id=") if word in text]


def test_without_libreoffice_a_pdf_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(tmp_path))
    monkeypatch.setattr("gongkai.readers.libreoffice.PLACES", {})
    target = tmp_path / "a.pdf"
    with pytest.raises(WorkbookError, match="生成PDF要用LibreOffice，本机没有找到"):
        publish_report(plain_report(), [], target)
    assert not target.exists()


def test_the_day_of_the_signature_is_printed_and_another_one_told() -> None:
    """A page that was moved says 2025年3月31日 above a report signed on 2025年1月26日."""
    text = "没有其他需要报告的事项。\n青溪县人民政府\n2022年1月26日"
    report = replace(plain_report(), published="2022-03-31")
    signed = replace(report, sections={**report.sections, 6: text})
    assert publication_of(report).day == "2022年3月31日"
    assert publication_of(signed).day == "2022年1月26日"
    assert told(signed) == ["请核对：署名日期照正文印作2022年1月26日；发布日期是2022年3月31日。"]
    assert told(replace(signed, published="2022-01-26")) == []
    early = replace(report, published="2021-03-31")
    assert any("早于2021年度结束" in line for line in told(early, check(early)))


def test_what_stands_beside_the_tables_is_told(tmp_path: Path) -> None:
    """Notes below and beside a table, and beside a text; our own lanes and signs are none."""
    path, target = tmp_path / "a.xlsx", tmp_path / "a.docx"
    write_workbook(plain_report(), [], path)
    sound = run_command("publish", str(path), "-o", str(target))
    assert "没有印出" not in sound.stdout
    book = load_workbook(path)
    book["表二"]["A16"] = "注：含部门。"
    book["表二"]["E5"] = "本数待核"
    book[layout.PROSE]["D5"] = "另有补充"
    book.save(path)
    told = run_command("publish", str(path), "-o", str(target), "--force").stdout
    assert (
        "请核对：在表格和正文之外，没有印出：“表二”E5的“本数待核”、“表二”A16的“注：含部门。”、"
        "“正文”D5的“另有补充”。"
    ) in told


HIDDEN = [("表二", "A17"), ("表二", "A31"), ("表二", "T20"), ("表二", "AX3"), ("表三", "B300")]


@some("hidden", product(HIDDEN, [True, False]))
def test_what_stands_in_or_below_hidden_rows_is_told(
    hidden: tuple[tuple[str, str], bool], tmp_path: Path
) -> None:
    """Rows that are ours, and those that a person hid."""
    (sheet, place), is_hidden = hidden
    path = write_workbook(plain_report(), [], tmp_path / "a.xlsx")
    for text in ("注：数据不含派出所", "单位：百件"):
        book = load_workbook(path)
        book[sheet][place] = text
        book[sheet].row_dimensions[book[sheet][place].row].hidden = is_hidden
        book.save(tmp_path / "b.xlsx")
        done = run_command("publish", tmp_path / "b.xlsx", "-o", tmp_path / "b.html", "--force")
        if text.startswith("注"):
            told = f"请核对：在表格和正文之外，没有印出：“{sheet}”{place}的“{text}”。"
            assert told in done.stdout.splitlines()
            assert not read_workbook(tmp_path / "b.xlsx").problems
        else:
            assert f"“{sheet}”的{place}写有“{text}”，单位与官方表格不同" in done.stderr


def test_a_table_that_was_not_read_is_refused_with_its_cause(tmp_path: Path) -> None:
    """A row was inserted: the row is named, and the way out."""
    path = write_workbook(plain_report(), [], tmp_path / "a.xlsx")
    book = load_workbook(path)
    book["表二"].insert_rows(4)
    book.save(path)
    report = read_workbook(path)
    why = refusal(report, check(report))
    assert "表二" in why
    assert "与官方表格不同：" in why


def test_sheets_and_pictures_that_are_not_printed_are_told(tmp_path: Path) -> None:
    """A sheet of one's own, a chart on 正文; a hidden sheet and a copy of ours are none."""
    path = write_workbook(plain_report(), [], tmp_path / "a.xlsx")
    book = load_workbook(path)
    for name in ("补充说明", "备份2026-11-30 09.30", "草稿"):
        book.create_sheet(name)["A1"] = "另有说明"
    book["草稿"].sheet_state = "hidden"
    book["正文"].add_chart(BarChart(), "F3")
    book.save(tmp_path / "b.xlsx")
    done = run_command("publish", tmp_path / "b.xlsx", "-o", tmp_path / "a.html")
    assert done.stdout.splitlines()[1:] == [
        "请核对：另有工作表没有印出：“补充说明”。",
        "请核对：这些工作表中的图片或图表没有印出：“正文”。",
    ]
