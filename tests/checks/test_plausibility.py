"""What is unlikely: each finding where it is due, none on sound reports in whatever words."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import replace
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

import gongkai
from gongkai.bodies import why_no_rules
from gongkai.checks.numbering import slips_in
from gongkai.checks.plausibility import check_plausibility
from gongkai.figures import han_number, in_han
from gongkai.model import Document, Heading, Report, Value
from helpers import DOCUMENTS
from helpers.counts import properties, some
from helpers.growth import LINEAR, doubling
from helpers.made import older, report_of

PROSE = {1: "2021年，收到申请455件。", 5: "时效不强，2022年改进。", 6: "无。"}
IN_ORDER = tuple(Heading(number, f"{in_han(number)}、标题") for number in range(1, 7))


def told(
    changes: Mapping[str, Value] | None = None,
    *,
    sections: Mapping[int, str] | None = None,
    opening: str = "",
    headings: tuple[Heading, ...] = (),
    agency: str = "青溪县人民政府",
    year: int | None = 2021,
) -> list[tuple[str, str]]:
    """The rules and messages for Rui'an's figures with changes, under prose of its own."""
    found = replace(
        report_of(changes, year=year),
        sections={**PROSE, **(sections or {})},
        opening=opening,
        headings=headings,
        agency=agency,
        title="",
    )
    return [(finding.rule, finding.message) for finding in check_plausibility(found)]


def message(**given: object) -> str:
    found = told(**given)  # type: ignore[arg-type]
    assert len(found) == 1, found
    return found[0][1]


# --- another body or year -------------------------------------------------------------------------

TITLE = "2021年政府信息公开工作年度报告"


@pytest.mark.parametrize(
    ("agency", "opening", "said"),
    [
        ("瑞安市民政局", "本报告由瑞安市人民政府编制。", "瑞安市人民政府"),
        ("瑞安市民政局", f"现公布平阳县民政局{TITLE}。", "平阳县民政局"),
        ("瑞安市民政局", f"现公布平阳县民政局{TITLE}。本报告由平阳县民政局编制。", "平阳县民政局"),
        ("瑞安市人民政府", "本报告由瑞安市人民政府办公室编制。", ""),
        ("瑞安市人民政府办公室", "本报告由瑞安市人民政府编制。", ""),
        ("瑞安市人民政府", "本报告由瑞安市政务服务中心根据《条例》编制。", ""),
        ("瑞安市人民政府", "本报告由瑞安市大数据发展管理局编制。", ""),
        ("瑞安市民政局", "根据瑞安市人民政府办公室通知要求编制本报告。", ""),
        ("瑞安市民政局", f"参照《瑞安市司法局{TITLE}》的体例，我局编制了本报告。", ""),
        ("瑞安市民政局", "行政复议数据由瑞安市司法局汇总，其余由我局编制。", ""),
        ("瑞安市发展和改革局", "本报告由瑞安市发改局编制。", ""),
        ("瑞安市税务局", "本报告由国家税务总局瑞安市税务局编制。", ""),
        ("淮安市洪泽区人民政府", "本报告由洪泽区政府办公室编制。", ""),
        ("", "本报告由瑞安市人民政府编制。", ""),
    ],
)
def test_another_body_in_the_opening(agency: str, opening: str, said: str) -> None:
    found = told(agency=agency, opening=opening)
    quoted = opening.partition("。")[0]
    wanted = f"“{quoted}”中的机关“{said}”，与报告的机关“{agency}”不同。"
    assert [(rule, text.partition("请核对")[0]) for rule, text in found] == (
        [("plausibility.named", wanted)] if said else []
    )


@pytest.mark.parametrize(
    ("agency", "end", "said"),
    [
        ("瑞安市人民政府", "瑞安市民政局", "瑞安市民政局"),
        ("瑞安市人民政府", "瑞安市民政局\n2022年1月30日", "瑞安市民政局"),
        ("瑞安市人民政府", "瑞安市民政局二〇二二年一月三十日", "瑞安市民政局"),
        ("瑞安市人民政府", "瑞安市人民政府办公室\n2022年1月30日", ""),
        ("瑞安市人民政府", "瑞安市人民政府\n2022年1月30日", ""),
        ("瑞安市人民政府", "中共瑞安市委 瑞安市人民政府\n2022年1月30日", ""),
        ("瑞安市塘下镇人民政府", "塘下镇党政综合办公室\n2022年1月30日", ""),
        ("瑞安市塘下镇人民政府", "塘下镇人民政府", ""),
        ("瑞安市市场监督管理局", "瑞安市市场监督管理局（知识产权局）", ""),
    ],
)
def test_another_body_that_signs(agency: str, end: str, said: str) -> None:
    found = told(agency=agency, sections={6: f"无。\n{end}"})
    quoted = end.split("\n")[0]
    wanted = f"“{quoted}”中的机关“{said}”，与报告的机关“{agency}”不同。"
    assert [(rule, text.partition("请核对")[0]) for rule, text in found] == (
        [("plausibility.named", wanted)] if said else []
    )


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("平阳县人民政府", "平阳县人民政府"),
        ("（平阳县人民政府　2022年1月20日）", ""),
        ("瑞安市人民政府", ""),
        ("瑞安市人民政府办公室", ""),
        ("2022年1月20日", ""),
        ("根据《中华人民共和国政府信息公开条例》编制。", ""),
    ],
)
def test_another_body_below_the_title(line: str, said: str) -> None:
    found = told(agency="瑞安市人民政府", opening=f"{line}\n现将2021年度报告公布如下。")
    assert [rule for rule, text in found if said in text] == ["plausibility.named"] * bool(said)


@pytest.mark.parametrize(
    ("opening", "year"),
    [
        ("现公布青溪县2022年政府信息公开工作年度报告。", "2022"),
        ("现公布青溪县2020年度政府信息公开工作年度报告。", "2020"),
        (f"现公布青溪县{TITLE}。", ""),
        ("与2020年政府信息公开工作年度报告相比，本报告更全。", ""),
        ("青溪县2020年政府信息公开工作年度报告已于2021年1月发布。", ""),
        ("（2022年1月）政府信息公开工作年度报告（2021）。", ""),
        ("2022年1月9日按要求编报政府信息公开年报。", ""),
    ],
)
def test_another_year_in_the_opening(opening: str, year: str) -> None:
    found = told(opening=opening)
    wanted = f"引言“{opening.rstrip('。')}”中的{year}年，与报告的年度2021年不同。"
    assert [text.partition("请核对")[0] for _, text in found] == ([wanted] if year else [])
    assert told(opening=opening, year=None) == []


@pytest.mark.parametrize(
    ("agency", "asked", "is_other"),
    [
        ("瑞安市人民政府", "永嘉县人民政府办公室", True),
        ("瑞安市教育局", "乐清市教育局办公室", True),
        ("瑞安市塘下镇人民政府", "平阳县塘下镇党政办公室", True),
        ("瑞安市人民政府", "瑞安市政务服务和数据管理局", False),
        ("瑞安市人民政府", "温州市人民政府办公室", False),
        ("温州市人民政府", "瑞安市人民政府办公室", False),
        ("瑞安市教育局", "瑞安市人民政府办公室", False),
        ("瑞安市人民政府", "县政府办公室", False),
        ("", "永嘉县人民政府办公室", False),
    ],
)
def test_another_area_s_body_to_be_asked(agency: str, asked: str, is_other: bool) -> None:
    opening = f"对本报告内容如有疑问，可向{asked}（电话：0577-65812345）咨询。"
    found = told(agency=agency, opening=opening)
    assert [rule for rule, _ in found] == ["plausibility.named"] * is_other
    assert told(agency=agency, opening=f"与{asked}合作开展培训。") == []


def test_the_notice_of_the_edition_before() -> None:
    old, own = "国办公开办函〔2019〕60号", "国办公开办函〔2021〕30号"
    assert message(opening=f"根据{old}编制本报告。").startswith(f"引言“{old}”不是本年度报告的格式")
    assert own in message(opening=f"根据{old}编制本报告。")
    assert "60号" in message(opening="根据国办公开办函[2019]60号文件编制。")
    assert told(opening=f"根据{own}编制本报告。") == []
    assert told(opening=f"{old}已由{own}取代。") == []


# --- sound reports --------------------------------------------------------------------------------

SOUND_SIX = [
    "无",
    "无其他需要报告的事项。",
    "2021年收取信息处理费0元。",
    "本年度未收取信息处理费。",
    "全年没有产生信息处理费。",
    "按照《政府信息公开信息处理费管理办法》收取信息处理费2670元。",
    (
        "按照《国务院办公厅关于印发〈政府信息公开信息处理费管理办法〉的通知》，"
        "全年收取政府信息公开信息处理费0元。"
    ),
    "2021年发出4份收费通知，总金额2670元，实际收取580元。",
    "2021年，本机关依申请公开收取信息处理费1,830.50元，已全部上缴国库。",
    "信息处理费按件计收，10件以上的部分每件100元；本年度没有达到收费标准的申请。",
    "一、本年度未发生信息处理费。\n二、开展了政务公开日活动。",
    "1.本年度未收取信息处理费。\n2.人大代表建议12件，全部公开。\n3.开放日活动3次。",
]
SOUND_OPENINGS = [
    "数据的统计期限自2021年1月1日起至2021年12月31日止。",
    "本报告中所列数据的统计期限从2021年1月1日至12月31日止。",
    "统计期限为2021年1月1日—2021年12月31日。",
    "统计期限：2021年01月01日至2021年12月31日",
    "所列数据统计期限自2021 年 1 月 1 日起，至 2021 年 12 月 31 日止。",
    "统计期限自2021年\n1月1日起至2021年12月31日止。",
    "本报告数据统计期限为今年1月1日至12月31日。",
    "统计期限为本年1月1日起至12月31日止。",
    "数据统计期限为２０２１年１月１日至２０２１年１２月３１日。",
    "统计期限自1月1日至12月31日。",
    "2020年1月1日起施行的办法，期限自2021年1月1日起至2021年12月31日止。",
    "咨询时间为2020年3月1日至2020年4月1日。",
    "自2019年5月15日《条例》施行以来，统计数据逐年公布。",
    "统计期限自2021年3月8日成立之日起至2021年12月31日止。",
    "本局于2021年3月组建，统计期限为2021年3月8日至2021年12月31日。",
    "统计期限为2021年1月至12月。",
    "公示期限为2021年3月1日至2021年3月10日，统计期限为2021年度。",
    "征集期限2021年3月1日至3月10日，办理时限较上半年缩短。",
]
SOUND_ONE = [
    "（一）主动公开。全年公布文件。\n（二）依申请公开。\n（三）平台建设。",
    "(一)主动公开\n1.政策文件。\n2.政务舆情。\n(二)依申请公开\n1.受理。\n2.答复。\n(三)监督保障",
    "一是加强领导。二是完善制度。四是强化监督。",
    "（一）主动公开。（二）依申请公开。\n（三）平台建设。",
    "（一）主动公开\n内容。\n2.依申请公开\n3.平台建设",
    "1.公开文件12件，其中\n3.5万字的白皮书一部。\n2.回应关切。",
    "1.公开文件。\n2.回应关切。\n1.受理申请。\n2.答复申请。",
    "1、公开文件。\n（1）规章。\n（2）文件。\n2、回应关切。\n（1）舆情。\n（2）访谈。\n3、培训。",
    "一、主动公开\n（一）文件\n（二）会议\n二、依申请公开\n（一）受理\n三、其他",
    "（一）主动公开\n1.文件\n（二）依申请公开\n2.答复\n3.会商",
    "2021年公布文件24件。\n2021年废止97件。\n12、13日举办培训。",
    (
        "（一）公开\n（二）申请\n（三）管理\n（四）平台\n（五）监督\n（六）培训\n（七）考核\n（八）"
        "评议\n（九）问责\n（十）开放日\n（十一）其他"
    ),
    "（一）公开。\n第二，办理申请。\n（三）平台。",
    "1.公开。②受理。\n3.平台。",
    "（一）公开。（二）申请。\n（三）平台。",
    "1.公开。\n2. 受理申请。\n3．平台。",
    "1.\n政策解读32篇。",
    "全区的重点工作如下，共分五类分别落实到各责任单位并按季通报完成情况，其中包括第1项、\n4、其他",
    "（一）公开\n（十二）其他",
]


@pytest.mark.parametrize("text", SOUND_SIX)
def test_a_sound_section_six(text: str) -> None:
    assert told(sections={6: text}) == []


@pytest.mark.parametrize("text", SOUND_OPENINGS)
def test_a_sound_period(text: str) -> None:
    assert told(opening=text) == []
    assert told(sections={1: text}) == []


@pytest.mark.parametrize("text", SOUND_ONE)
def test_sound_numbers(text: str) -> None:
    assert told(sections={1: text, 5: text}) == []


# --- rules ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    "name",
    [
        "温州市人民政府",
        "临汐市人民政府",
        "东莞市人民政府",
        "中山市",
        "嘉峪关市人民政府",
        "儋州市人民政府",
        "吉林省吉林市人民政府",
        "北京市人民政府",
        "浙江省人民政府",
        "广西壮族自治区人民政府办公厅",
        "恩施土家族苗族自治州人民政府",
        "教育部",
        "公安部",
        "国家税务总局",
        "海关总署",
        "审计署",
        "国家税务总局瑞安市税务局",
        "中国证券监督管理委员会浙江监管局",
        "水利部长江水利委员会",
        "香港特别行政区政府",
        "上海市浦东新区人民政府",
        "苏州工业园区管理委员会",
        "青岛经济技术开发区管委会",
        "大兴安岭地区行政公署",
        "锡林郭勒盟行政公署",
        "新疆生产建设兵团",
        "本机关",
        "政府",
    ],
)
def test_bodies_that_may_make_rules_or_cannot_be_told(name: str) -> None:
    assert why_no_rules(name) == ""
    assert told({"disclosure.rules.made": 1, "disclosure.rules.valid": 9}, agency=name) == []


@pytest.mark.parametrize(
    ("name", "why"),
    [
        ("青溪县人民政府", "县级政府"),
        ("瑞安市人民政府", "县级政府"),
        ("浙江省瑞安市人民政府办公室", "县级政府"),
        ("温州瑞安市人民政府", "县级政府"),
        ("北京市东城区人民政府", "县级政府"),
        ("大厂回族自治县人民政府", "县级政府"),
        ("鄂伦春自治旗人民政府", "县级政府"),
        ("白汀镇人民政府", "乡镇、街道"),
        ("松坞街道办事处", "乡镇、街道"),
        ("浙江省教育厅", "地方政府的部门"),
        ("上海市城市管理行政执法局", "地方政府的部门"),
        ("北京市人民政府外事办公室", "地方政府的部门"),
    ],
)
def test_bodies_that_cannot_make_rules(name: str, why: str) -> None:
    assert why_no_rules(name) == why
    found = message(changes={"disclosure.rules.made": 24, "disclosure.rules.valid": 3}, agency=name)
    assert found == (
        f"表二 规章填了24（制发）、3（现行有效），{name}属于{why}，没有规章制定权。"
        "请核对是否应填在“行政规范性文件”一行。"
    )


def test_rules_that_a_body_of_2019_publishes_may_be_those_of_others() -> None:
    agency = "青溪县人民政府"
    report = replace(older(), agency=agency)
    made = [finding.cells for finding in check_plausibility(report)]
    assert made == [("disclosure.rules.made",)]


# --- fees -----------------------------------------------------------------------------------------

NO_APPLICATIONS = {
    f"applications.{row}.{column}": 0
    for row in ("new", "carried_in", "handled", "carried_out")
    for column in ("natural", "company", "legal", "other", "total")
}
UNPAID = {"applications.other_unpaid.total": 2}


def test_fees_without_applications() -> None:
    assert message(changes=NO_APPLICATIONS, sections={6: "2021年收取信息处理费2,670元。"}) == (
        "第六节写有收费“2021年收取信息处理费2,670元”，表三的申请都是0件。新收、结转和办理都"
        "是0；请核对。"
    )
    text = "2021年发出4份收费通知，总金额2670元，实际收取580元。"
    assert "信息处理费3千元" in message(
        changes=NO_APPLICATIONS, sections={6: "2021年收取信息处理费3千元。"}
    )
    assert "“实际收取580元”" in message(changes=NO_APPLICATIONS, sections={6: text})


@pytest.mark.parametrize(
    "text",
    [
        "收取信息处理费0元。",
        "收取信息处理费0.00元。",
        "未收取信息处理费，标准为每件100元。",
        "本机关不收取信息处理费，免收300元。",
        "未收取信息处理费；收取行政事业性收费300万元。",
        "收取信息处理费0元，行政事业性收费收取300万元。",
        "信息处理费超过10件的部分每件收取100元。",
        "行政事业性收费收取12万元。",
    ],
)
def test_no_fees_no_note(text: str) -> None:
    assert told(NO_APPLICATIONS, sections={6: text}) == []


def test_fees_say_nothing_where_applications_are_blank() -> None:
    blank = {**NO_APPLICATIONS, "applications.new.total": None}
    assert told(blank, sections={6: "收取信息处理费2670元。"}) == []


@pytest.mark.parametrize(
    ("text", "sent"),
    [
        ("2021年未发出信息处理费收费通知。", 0),
        ("没有出具过收费通知，收取信息处理费0元。", 0),
        ("发出收费通知0份。", 0),
        ("发出1份收取政府信息公开信息处理费收费通知，实际收取580元。", 1),
    ],
)
def test_unpaid_beyond_the_notices(text: str, sent: int) -> None:
    found = message(changes=UNPAID, sections={6: text})
    assert f"收费通知{sent}份。第六节“" in found
    assert "填2，多于第六节" in found


@pytest.mark.parametrize(
    "text",
    [
        "未收取信息处理费。",
        "发出收费通知2份，收取信息处理费0元。",
        "发出3份收费通知，再次发出1份收费通知。",
    ],
)
def test_unpaid_within_the_notices(text: str) -> None:
    assert told(UNPAID, sections={6: text}) == []


# --- what is still to be written ------------------------------------------------------------------


def test_marks_that_are_left_in_a_workbook_are_one_note() -> None:
    [(rule, text)] = told(opening="〔待改写〕本报告", sections={5: "〔待填：问题〕", 6: "【待改】"})
    assert rule == "plausibility.unwritten"
    assert text.startswith(
        "引言、“六、其他需要报告的事项”、“五、存在的主要问题及改进情况”中还有〔待改写〕、〔待填〕"
    )
    assert told(opening="制度有待改写，待填补。") == []


def test_what_is_left_to_be_written_is_told_of_any_report() -> None:
    """A draft as a Word file has the marks too; what is left of one only a workbook of ours has."""
    page = replace(report_of(), document=Document("a.docx", "", b"", ""))
    assert rules_of(replace(page, opening="〔待改写〕")) == ["plausibility.unwritten"]
    assert rules_of(replace(page, opening="可向承办机构、地址、电话咨询")) == []
    both = replace(page, opening="〔待改写〕培训××次")
    assert [finding.says for finding in check_plausibility(both)] == ["", "left"]


# --- title, changes, amounts ----------------------------------------------------------------------


def rules_of(report: Report) -> list[str]:
    return [finding.rule for finding in check_plausibility(report)]


@pytest.mark.parametrize(
    ("title", "says"),
    [
        ("青溪县人民政府2021年政府信息公开工作年度报告", []),
        ("青溪县2021年政府信息公开工作年度报告", []),
        ("年度报告", []),
        ("青溪县人民政府2020年政府信息公开工作年度报告", ["title"]),
        ("平阳县人民政府2021年政府信息公开工作年度报告", ["title"]),
        ("青溪县人民政府2021年政府信息公开工作年度报告（送审稿）", ["draft"]),
        ("青溪县人民政府2021年政府信息公开工作年度报告（报批稿）", ["draft"]),
        ("青溪县人民政府2021年政府信息公开工作年度报告（初稿）", ["draft"]),
        ("青溪县人民政府办公室2021年政府信息公开工作年度报告", ["title"]),
    ],
)
def test_the_title_of_a_workbook(title: str, says: list[str]) -> None:
    report = replace(report_of(), agency="青溪县人民政府", title=title)
    found = check_plausibility(report)
    assert [(one.rule, one.severity, one.says) for one in found] == [
        ("plausibility.named", "warning", each) for each in says
    ]


@pytest.mark.parametrize(
    ("day", "says"),
    [
        ("2022年1月20日", []),
        ("二〇二二年一月二十日", []),
        ("2022年2月30日", ["odd"]),
        ("2022年13月1日", ["odd"]),
        ("2032年1月31日", ["far"]),
        ("二〇三二年一月三十一日", ["far"]),
        ("2021.1.20", ["early"]),
        ("日期：2021年1月31日", ["early"]),
        ("202年1月31日", ["odd"]),
        ("20221月31日", ["odd"]),
        ("2022年1月3l日", ["odd"]),
        ("2022年1月", []),
        ("共办结12件", []),
    ],
)
def test_the_day_of_the_signature(day: str, says: list[str]) -> None:
    signed = {**PROSE, 6: f"无。\n青溪县人民政府办公室\n{day}"}
    report = replace(report_of(), agency="青溪县人民政府", title="", sections=signed, published="")
    assert [one.says for one in check_plausibility(report)] == says


def test_a_page_may_be_put_up_again_but_not_in_years_to_come() -> None:
    page = replace(report_of(), document=Document("a.html", "", b"", ""), agency="青溪县人民政府")
    assert rules_of(replace(page, published="2024-06-11")) == []
    assert rules_of(replace(page, published="2099-02-20")) == ["plausibility.published"]


def test_changes_that_nobody_accepted_are_told() -> None:
    page = replace(report_of(), document=Document("a.docx", "", b"", ""), revised=("5次",))
    assert rules_of(page) == ["plausibility.revised"]


@pytest.mark.parametrize(
    ("agency", "amount", "is_told"),
    [
        ("瑞安市人民政府", "323671442.95", True),
        ("瑞安市人民政府", "32367.14", False),
        ("瑞安市人民政府", "0", False),
        ("瑞安市人民政府", "5000000", True),
        ("瑞安市人民政府", "1200000", True),
        ("瑞安市人民政府", "567000", True),
        ("淮安市洪泽区人民政府", "567000", True),
        ("上海市浦东新区人民政府", "316441", False),
        ("瑞安市人民政府", "316441", False),
        ("杭州市人民政府", "1000000", False),
        ("温州市人民政府", "3000000", True),
        ("北京市人民政府", "1000000", False),
        ("温州市人民政府", "300000", False),
        ("浙江省人民政府", "3000000", False),
        ("瑞安市塘下镇人民政府", "251000", True),
        ("瑞安市教育局", "25000", False),
        ("", "323671442.95", False),
    ],
)
def test_an_amount_in_yuan_under_ten_thousands(agency: str, amount: str, is_told: bool) -> None:
    report = replace(
        report_of({"disclosure.fees.amount": Decimal(amount)}), agency=agency, title=""
    )
    assert ("plausibility.amount" in rules_of(report)) == is_told


# --- period ---------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("数据统计期限自2020年1月1日起至2020年12月31日止。", "2020年，与报告的年度2021年不同"),
        ("统计期限为2021年1月1日至2022年12月31日。", "2022年，与报告的年度2021年不同"),
        ("统计期限自20211月1日起至202112月31日止。", "年份缺字或多字"),
        ("统计期限自202年1月1日起至2021年12月31日止。", "年份缺字或多字"),
        ("统计期限自年1月1日起至2021年12月31日止。", "年份缺字或多字"),
        ("统计期限自20221年1月1日起至2021年12月31日止。", "年份缺字或多字"),
        ("统计期限为2021年1月1日至2021年11月30日。", "不是2021年1月1日至12月31日"),
        ("统计期限为2021年1月1日至6月30日。", "不是2021年1月1日至12月31日"),
        ("统计期限自2021年2月1日起至2021年12月31日止。", "不是2021年1月1日至12月31日"),
        ("所列数据的统计期限自1月1日至12月30日。", "不是2021年1月1日至12月31日"),
        ("统计期限为2021年上半年。", "不是2021年1月1日至12月31日"),
        ("统计期限为2021年第一季度。", "不是2021年1月1日至12月31日"),
        ("统计期限为2021年1月至11月。", "不是2021年1月1日至12月31日"),
    ],
)
def test_a_period_that_is_wrong(text: str, why: str) -> None:
    found = message(opening=f"本报告由某局编制，{text}")
    assert why in found
    assert text.rstrip("止。") in found
    assert found == message(sections={1: text})


@pytest.mark.parametrize(
    ("days", "why"),
    [
        ("二〇二〇年一月一日起至二○二○年十二月三十一日", "2020年，与报告的年度2021年不同"),
        ("二零二零年1月1日至2020年12月31日", "2020年，与报告的年度2021年不同"),
        ("二〇二一年一月一日至二〇二一年十一月三十日", "不是2021年1月1日至12月31日"),
        ("二〇二一年一月一日至十二月三十一日", ""),
    ],
)
def test_a_period_in_letters(days: str, why: str) -> None:
    found = told(opening=f"所列数据的统计期限自{days}止。")
    assert [rule for rule, _ in found] == ["plausibility.period"] * bool(why)
    assert all(why in text for _, text in found)


MISSPELT = ("202年", "20211年", "2O21年", "202l年", "2921年", "二〇二年", "二〇二一一年")


@pytest.mark.parametrize("year", MISSPELT)
@pytest.mark.parametrize(
    ("part", "text"),
    [
        ("opening", "现公布青溪县{}政府信息公开工作年度报告。"),
        ("opening", "本报告反映{}度工作。"),
        ("title", "青溪县人民政府{}政府信息公开工作年度报告"),
        ("1", "{}新收申请455件。"),
        ("5", "针对{}存在的问题，已整改。"),
    ],
)
def test_a_year_with_a_slip_of_the_pen(year: str, part: str, text: str) -> None:
    report = replace(report_of(), agency="青溪县人民政府", title="", opening="")
    if part.isdigit():
        report = replace(report, sections={int(part): text.format(year)})
    else:
        report = replace(report, **{part: text.format(year)})
    found = [one for one in check_plausibility(report) if one.rule == "plausibility.named"]
    says = "title" if part == "title" else "spelt"
    assert [(one.severity, one.says) for one in found] == [("warning", says)]
    assert year in found[0].message
    page = replace(report, document=Document("a.docx", "", b"", ""))
    assert "spelt" in [one.says for one in check_plausibility(page)]


def test_a_slip_in_the_period_or_the_day_is_told_once() -> None:
    text = "统计期限自202年1月1日起至2021年12月31日止。"
    assert [rule for rule, _ in told(opening=text)] == ["plausibility.period"]
    signed = told(sections={6: "无。\n青溪县人民政府\n202年1月31日"})
    assert [rule for rule, _ in signed] == ["plausibility.published"]


@pytest.mark.parametrize(
    "text",
    [
        "20年来，近20年，历时200年，1921年建党，2019-2021年，国办发〔2021〕30号，“十四五”2025年",
        "2021年度、2022年、二〇二一年、二〇二二年，12021年，第202年，电话65821202，2021 年，３年",
        "到2035年、2050年，本世纪中叶，三年行动，二十年，1202年，20212月，20个年度，2000年",
    ],
)
def test_years_that_are_sound(text: str) -> None:
    assert told(opening=text, sections={1: text}) == []


def test_a_garbled_period_needs_no_year() -> None:
    assert told(opening="统计期限自2020年1月1日起至2020年12月31日止。", year=None) == []
    assert "缺字" in message(opening="统计期限自20211月1日起至202112月31日止。", year=None)


# --- sections -------------------------------------------------------------------------------------


def test_missing_sections() -> None:
    report = replace(report_of(), sections={1: "收到申请455件。"})
    (finding,) = check_plausibility(report)
    assert finding.message == (
        "没有找到“五、存在的主要问题及改进情况”“六、其他需要报告的事项”。请核对是否漏写，"
        "或标题与规定的写法相差太远。"
    )
    assert check_plausibility(report_of()) == [], "tables alone are no report"


def turned(*order: int) -> tuple[Heading, ...]:
    return tuple(IN_ORDER[number - 1] for number in order)


@pytest.mark.parametrize(
    "order", [(1, 2, 3, 4, 5, 6), (1, 5, 6, 2, 3, 4), (2, 3, 4, 1, 5, 6), (1, 3, 5), ()]
)
def test_sections_in_order(order: tuple[int, ...]) -> None:
    assert told(headings=turned(*order)) == []


@pytest.mark.parametrize(
    "order", [(1, 2, 3, 4, 6, 5), (1, 2, 4, 3, 5, 6), (1, 2, 3, 5, 4, 6), (1, 6, 5, 2, 3, 4)]
)
def test_sections_out_of_order(order: tuple[int, ...]) -> None:
    assert "之前，与规定的次序不同" in message(headings=turned(*order))


def test_a_section_with_the_number_of_another() -> None:
    headings = (*IN_ORDER[:4], Heading(5, "四、存在的主要问题及改进情况"), IN_ORDER[5])
    assert (
        message(headings=headings)
        == "“四、存在的主要问题及改进情况”应是第五节，编号写成了四。请核对。"
    )


TABLES = (DOCUMENTS / "bars-2023" / "source.txt").read_text(encoding="utf-8")


def reading_of(text: str, tmp_path: object) -> Report:
    path = tmp_path / "report.txt"  # type: ignore[operator]
    path.write_text(text, encoding="utf-8")
    return gongkai.read_report(str(path))


def test_sections_are_found_out_of_order(tmp_path: object) -> None:
    head, five, rest = TABLES.partition("五、存在的主要问题及改进情况")
    six = rest.index("六、其他需要报告的事项")
    report = reading_of(head + rest[six:].rstrip() + "\n" + five + rest[:six], tmp_path)
    assert [heading.section for heading in report.headings] == [1, 2, 3, 4, 6, 5]
    assert report.sections == reading_of(TABLES, tmp_path).sections
    assert [finding.rule for finding in check_plausibility(report)] == ["plausibility.sections"]


def test_a_section_under_the_number_of_another_is_found(tmp_path: object) -> None:
    report = reading_of(TABLES.replace("五、存在的主要问题", "四、存在的主要问题"), tmp_path)
    assert report.sections == reading_of(TABLES, tmp_path).sections
    assert "应是第五节" in check_plausibility(report)[0].message


@pytest.mark.parametrize(
    "text",
    ["：无。", "。2021年收取信息处理费0元，没有其他需要报告的事项，也没有其他情况需要说明。"],
)
def test_text_in_the_line_of_its_heading(text: str, tmp_path: object) -> None:
    head = TABLES[: TABLES.index("六、其他需要报告的事项")]
    report = reading_of(f"{head}六、其他需要报告的事项{text}", tmp_path)
    assert report.sections[6] == text[1:]
    assert check_plausibility(report) == []


@pytest.mark.parametrize("number", ["{}.", "第{}部分 ", "（{}）", "{}、", ""])
def test_sections_that_are_numbered_otherwise(number: str, tmp_path: object) -> None:
    """1.总体情况, 第一部分 总体情况, 总体情况; the text under them is read."""
    text = TABLES
    for place, han in enumerate("一二三四五六", 1):
        written = number.format(han if "第" in number or "（" in number else place)
        text = re.sub(rf"(?m)^{han}、", written, text)
    assert text != TABLES
    report, sound = reading_of(text, tmp_path), reading_of(TABLES, tmp_path)
    assert report.sections == sound.sections
    assert sound.sections[5]


@pytest.mark.parametrize(
    ("old", "new"),
    [("一、", "1."), ("五、", "第五部分 "), ("六、", "6、"), ("五、", "5．")],
)
def test_one_section_that_is_numbered_otherwise(old: str, new: str, tmp_path: object) -> None:
    text = re.sub(f"(?m)^{old}", new, TABLES)
    assert text != TABLES
    report = reading_of(text, tmp_path)
    assert report.sections == reading_of(TABLES, tmp_path).sections
    other = reading_of(re.sub(f"(?m)^{old}", "3.", TABLES), tmp_path)
    assert other.sections != report.sections


def test_prose_without_any_heading_is_told(tmp_path: object) -> None:
    text = re.sub("(?m)^[一二三四五六]、.*\n", "", TABLES)
    long = "本年主动公开政府信息，做好依申请公开工作。" * 12
    report = reading_of(f"{text}\n{long}\n", tmp_path)
    assert report.sections == {}
    [found] = check_plausibility(report)
    assert (found.rule, found.says) == ("plausibility.sections", "unread")
    assert long in report.left_out
    note = reading_of(f"{text}\n注：数据不含派出所。\n", tmp_path)
    assert check_plausibility(note) == []


def test_a_list_within_a_section_is_no_section(tmp_path: object) -> None:
    lists = "（一）总体情况\n（二）其他需要报告的事项\n"
    for lost in ("一、总体情况\n", "六、其他需要报告的事项\n"):
        text = TABLES.replace(lost, "")
        assert text != TABLES
        five = "五、存在的主要问题及改进情况\n"
        report = reading_of(text.replace(five, five + lists), tmp_path)
        assert [finding.rule for finding in check_plausibility(report)] == ["plausibility.sections"]
        assert "没有找到" in check_plausibility(report)[0].message


# --- numbering ------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("text", "told_of"),
    [
        ("（一）公开\n（三）平台", "“（一）公开”之后是“（三）平台”，缺（二）"),
        ("(一)公开\n(二)申请\n(五)平台", "“(二)申请”之后是“(五)平台”，缺（三）（四）"),
        ("一、公开\n三、平台", "缺二"),
        ("1.公开。\n2.申请。\n4.平台。", "缺3"),
        ("1.公开。\n2.申请。\n2.平台。", "编号重复"),
        ("1.公开。\n2.申请。\n3.平台。\n2.监督。", "编号倒退"),
        ("（一）公开\n1.文件\n3.会议\n（二）申请", "缺2"),
        ("（一）公开\n1.文件\n2.会议\n（三）申请", "缺（二）"),
        ("1.文件\n（1）规章\n（2）办法\n3.会议", "缺2"),
        ("（九）公开\n（一）公开\n（二）申请\n（四）平台", "缺（三）"),
    ],
)
def test_a_number_left_out(text: str, told_of: str) -> None:
    found = message(sections={5: text})
    assert found.startswith("第五节编号“")
    assert told_of in found


def test_one_note_for_a_run_and_few_for_a_report() -> None:
    assert len(told(sections={1: "1.公开。\n3.申请。\n3.平台。\n7.其他。"})) == 1
    assert len(told(sections={1: "1.公开。\n3.申请。\n" * 100})) == 10


@properties(100)
@given(st.integers(1, 99))
def test_numbers_in_han(number: int) -> None:
    assert han_number(in_han(number)) == number


STYLES = ("{han}、", "（{han}）", "{digit}.", "（{digit}）")
TREES = st.recursive(
    st.just([]), lambda below: st.lists(below, min_size=1, max_size=12), max_leaves=60
)


def lines_of(tree: list[object], depth: int = 0) -> list[str]:
    lines = []
    for number, below in enumerate(tree, 1):
        lines.append(STYLES[depth].format(han=in_han(number), digit=number) + "推进工作。")
        if depth + 1 < len(STYLES):
            lines += lines_of(below, depth + 1)  # type: ignore[arg-type]
    return lines


@properties(100)
@given(TREES)
def test_no_slip_in_any_sound_outline(tree: list[object]) -> None:
    assert list(slips_in("\n".join(lines_of(tree)))) == []


@properties(100)
@given(st.integers(3, 12), st.data())
def test_a_paragraph_left_out_is_a_slip(size: int, data: st.DataObject) -> None:
    lost, style = data.draw(st.integers(2, size - 1)), data.draw(st.sampled_from(STYLES))
    lines = [
        style.format(han=in_han(n), digit=n) + "推进工作。" for n in range(1, size + 1) if n != lost
    ]
    (slip,) = slips_in("\n".join(lines))
    assert slip.missing.strip("（）") in (str(lost), in_han(lost))


# --- cost -----------------------------------------------------------------------------------------

# What stands before, what is repeated, what stands after.
HOSTILE = {
    "digits": ("统计期限自", "2", ""),
    "blanks": ("统计期限自2021年1", " ", "月"),
    "periods": ("", "统计期限2021年1月1日至", ""),
    "brackets": ("", "《", "信息处理费"),
    "charges": ("", "信息处理费收取1,000", ""),
    "thousands": ("信息处理费", "1,", "收取"),
    "notices": ("", "发出收费通知", ""),
    "numbers": ("", "1.\n3.\n", ""),
    "items": ("1.公开。\n", "5.公开。\n", ""),
    "levels": ("", "（一）公开2.\n（三）\n", ""),
}


@some("hostile", HOSTILE.values(), ids=HOSTILE)
def test_hostile_prose_takes_linear_time(hostile: tuple[str, str, str]) -> None:
    before, piece, after = hostile

    def sized(length: int) -> Report:
        text = before + piece * (length // len(piece)) + after
        sections = {1: text, 5: text, 6: text}
        return replace(report_of(NO_APPLICATIONS), sections=sections, opening=text, agency=text)

    assert doubling(check_plausibility, sized, 10_000) < LINEAR


@pytest.mark.parametrize(
    ("days", "wrong"),
    [
        ("2021.1.1至2021.12.31", ""),
        ("2021.1.1至2021.11.30", "不是2021年1月1日至12月31日"),
        ("2021-01-01至2020-12-31", "2020年，与报告的年度2021年不同"),
    ],
)
def test_a_period_in_dots(days: str, wrong: str) -> None:
    found = told(opening=f"统计期限为{days}。")
    assert len(found) == bool(wrong)
    assert all(wrong in text for _, text in found)
