"""Who reports, on which year, published when: openings with a truth typed before the code, by who
had not seen it.

First run of the code before (three regular expressions), right/none/wrong: openings.json, 60: body
20/14/26, year 38/18/4, day 47/11/2; unseen.json, 146, with a title: body 40/7/99, year 136/9/1, day
95/37/14; without one: body 29/93/24, year 10/136/0. Every second one of unseen.json has not been
read by who wrote the code.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from itertools import product
from pathlib import Path
from typing import Any

import pytest

from gongkai.bodies import same_body
from gongkai.checks.whole import check
from gongkai.model import Document, Report
from gongkai.readers import read_blocks
from gongkai.recognize import recognize
from gongkai.recognize.cover import CoverPage, cover_of
from gongkai.recognize.cover.names import name_of
from helpers.made import report_of
from helpers.writers.styles import render

HERE = Path(__file__).parent / "cover"
OPENINGS: list[dict[str, Any]] = json.loads((HERE / "openings.json").read_text(encoding="utf-8"))
UNSEEN: list[dict[str, Any]] = json.loads((HERE / "unseen.json").read_text(encoding="utf-8"))
FACTS = ("agency", "year", "published")
TABLES = render(report_of()).partition("二、主动公开")[2]


def cover(text: str, url: str = "", dress: str = "text") -> CoverPage:
    kind = "text/html" if dress == "html" else "text/plain"
    document = Document(url or "page", kind, text.encode(), "", charset="utf-8")
    return cover_of(read_blocks(document), url)


def is_right(fact: str, found: object, truth: object) -> bool:
    if fact == "agency" and found and truth:
        return found == truth or same_body(str(found), str(truth)) is True
    return (found or None) == (truth or None)


def verdicts(read: CoverPage, truth: dict[str, Any]) -> Iterator[tuple[str, str]]:
    """(fact, right, none, told or silent) of each fact: what is wrong is told where a person has to
    confirm it.
    """
    for fact in FACTS:
        found = getattr(read, fact)
        certain = read.evidence[fact].certainty == "certain"  # type: ignore[index]
        wrong = "none" if not found else ("silent" if certain else "told")
        yield fact, "right" if is_right(fact, found, truth[fact]) else wrong


# --- the openings ---------------------------------------------------------------------------------


@pytest.mark.parametrize("opening", OPENINGS, ids=[opening["name"] for opening in OPENINGS])
def test_an_opening_is_never_silently_wrong(opening: dict[str, Any]) -> None:
    read = cover(opening["content"], opening["url"], opening["dress"])
    found = dict(verdicts(read, opening))
    assert "silent" not in found.values(), (found, read)
    lacking = {fact for fact, verdict in found.items() if verdict != "right"}
    assert not lacking or opening["conflict"], (found, read)  # what contradicts itself gives none
    assert {problem.row for problem in read.problems} >= lacking - {"published"}


def test_what_contradicts_itself_is_told() -> None:
    """By no value and a problem, or by a value that others than the one witness bear out."""
    for opening in filter(lambda one: one["conflict"], OPENINGS):
        read = cover(opening["content"], opening["url"], opening["dress"])
        told = {problem.row for problem in read.problems}
        assert told or dict(verdicts(read, opening))["year"] == "right", opening["name"]


@pytest.mark.parametrize(
    ("dress", "least"),
    [
        ("content_with_title", {"agency": 140, "year": 145}),
        ("content_without_title", {"agency": 134, "year": 145}),
    ],
)
def test_unseen_openings(dress: str, least: dict[str, int]) -> None:
    told = Counter(verdict for one in UNSEEN for verdict in verdicts(cover(one[dress]), one))
    assert all(told[fact, "right"] >= count for fact, count in least.items()), told
    assert told["published", "right"] >= 143, told
    assert told["agency", "silent"] <= 2, told  # short for the official name: 江苏银保监局
    assert told["year", "silent"] == told["published", "silent"] == 0, told
    assert told["agency", "told"] <= 4, told


# --- words that are no names ----------------------------------------------------------------------


@pytest.mark.parametrize(
    "text",
    [
        *(
            "本年度报告",
            "本报告",
            "并严格",
            "本机关",
            "我局",
            "本局",
            "我办",
            "各部门",
            "全市各级行政机关",
            "有关部门",
        ),
        *(
            "黔南州人民政府和黔南州农业农村局",
            "市区",
            "管委会",
            "办公室",
            "党政办公室",
            "局办公室",
            "公安机关",
            "领导小组办公室",
            "现公布",
        ),
        *(
            "为进一步规范政府信息公开工作的部",
            "明确行政审批服务局",
            "中华人民共和国",
            "《中华人民共和国政府信息公开条例》",
        ),
    ],
)
def test_no_name(text: str) -> None:
    assert name_of(text) == ""


@pytest.mark.parametrize(
    ("text", "name"),
    [
        ("现将瑞安市司法局", "瑞安市司法局"),
        ("反映邹城市人民政府", "邹城市人民政府"),
        ("十堰市人民政府办公室关于印发十堰市", "十堰市"),
        ("平阳县公安局（平阳县昆阳镇", "平阳县公安局"),
        ("现把国家税务总局广西壮族自治区税务局", "国家税务总局广西壮族自治区税务局"),
        ("将乐县教育局", "将乐县教育局"),
        ("本溪市统计局", "本溪市统计局"),
        ("贵州省水利厅", "贵州省水利厅"),
        ("海南省人民", "海南省人民政府"),
        ("区统计局", "区统计局"),
    ],
)
def test_a_name_in_words(text: str, name: str) -> None:
    assert name_of(text) == name


# --- what is said of others -----------------------------------------------------------------------

UNTITLED = "2021年政府信息公开工作年度报告"


@pytest.mark.parametrize(
    "sentence",
    [
        "参照《安吉县司法局2021年政府信息公开工作年度报告》的体例，我局编制了本报告",
        "安吉县司法局2021年政府信息公开工作年度报告已于1月发布",
        "连同安吉县财政局2021年政府信息公开工作年度报告一并公布",
        "为配合安吉县人民政府办公室2021年政府信息公开工作年度报告的编制",
        "认真贯彻安吉县人民政府2021年政府信息公开工作部署",
        "按照湖州市教育局2021年政府信息公开工作要点",
        "行政复议数据由安吉县司法局汇总，其余由我局编制",
        "按安吉县人民政府办公室制定的格式编制",
        "安吉县政务公开办公布本报告格式",
        "受安吉县教育局委托，安吉县民政局编制本报告",
        "安吉县卫生健康局配合安吉县教育局编制本报告",
        "本机关是安吉县人民政府工作部门",
        "经安吉县人民政府办公室同意，现公布如下",
        "安吉县民政局的职责划入我局",
        "由县财政局和县教育局编制本报告",
        "安吉县司法局提供了部分数据，我局编制本报告",
    ],
)
@pytest.mark.parametrize("label", ["", "来源：安吉县人民政府　", "来源：安吉县司法局　"])
def test_a_body_in_a_sentence_about_others_is_not_certain(sentence: str, label: str) -> None:
    read = cover(
        f"{UNTITLED}\n{label}发布日期：2022-01-20\n{sentence}。\n一、总体情况\n我局公开32条。"
    )
    assert read.evidence["agency"].certainty != "certain"
    assert (read.year, read.published) == (2021, "2022-01-20")


@pytest.mark.parametrize(
    "head",
    [
        "<div>安吉县人民政府</div><h1>{}</h1><p>我局编制。</p>",
        "<div>安吉县人民政府门户网站</div><h1>{}</h1>",
        "<ul><li>安吉县财政局</li><li>安吉县民政局</li></ul><h1>{}</h1>",
        (
            "<ul><li><a href='1.htm'>安吉县民政局2021年政府信息公开工作年度报告</a></li></ul><h1>"
            "{}</"
            "h1>"
        ),
        "<title>安吉县人民政府2021年政府信息公开工作年度报告</title><h1>{}</h1><p>我局编制。</p>",
        "<h1>安吉县人民政府{}</h1><h2>（安吉县教育局）</h2>",
        "<h1>关于公开县教育局{}的通知</h1>",
        "<div>国家税务总局浙江省税务局</div><h1>{}</h1><p>来源：国家税务总局安吉县税务局</p>",
        "<div>海关总署</div><h1>{}</h1><p>来源：南京海关</p>",
        "<div>湖州市公安局</div><h1>{}</h1><p>本报告由湖州市公安局安吉县分局编制。</p>",
        "<div>安吉县教育局</div><h1>{}</h1><p>来源：安吉县民政局</p>",
        (
            "<h1>{}</h1><p>来源：安吉县教育局</p><p>现公布安吉县财政局2021年政府信息公开工作年度"
            "报告"
            "。</p>"
        ),
        "<h1>{}</h1><p>附件：安吉县教育局2021年政府信息公开工作年度报告</p>",
    ],
)
def test_the_banner_of_a_site_is_no_body(head: str) -> None:
    read = cover(
        f"<html><body>{head.format(UNTITLED)}<p>一、总体情况</p><p>公开32条。</p>", dress="html"
    )
    assert read.evidence["agency"].certainty != "certain", read


@pytest.mark.parametrize(
    ("title", "name"),
    [
        ("安吉县人民政府 安吉县教育局2021年政府信息公开工作年度报告", "安吉县教育局"),
        ("安吉县政府信息公开 安吉县教育局2021年政府信息公开工作年度报告", "安吉县教育局"),
        ("安吉县人民政府:2021年政府信息公开工作年度报告-安吉县教育局", "安吉县教育局"),
        ("2021年政府信息公开工作年度报告——安吉县教育局", "安吉县教育局"),
        ("安吉县教育局2021年政府信息公开工作年度报告-安吉县人民政府", "安吉县教育局"),
        ("安吉县人民政府办公室关于印发安吉县2021年政府信息公开工作年度报告的通知", "安吉县"),
        ("【2021年】安吉县教育局政府信息公开工作年度报告", "安吉县教育局"),
        ("安吉县教育局信息公开2021年年度报告", "安吉县教育局"),
        ("安吉县教育局关于2021年政府信息公开工作情况的年度报告", "安吉县教育局"),
        ("二○二一年安吉县教育局政府信息公开工作年度报告", "安吉县教育局"),
        ("2021年武夷山国家公园管理局政府信息公开工作年度报告", "武夷山国家公园管理局"),
        (
            "中国（浙江）自由贸易试验区舟山管理委员会2021年政府信息公开工作年度报告",
            "中国（浙江）自由贸易试验区舟山管理委员会",
        ),
        ("中国人民银行2021年政府信息公开工作年度报告", "中国人民银行"),
        ("苏州高新区（虎丘区）教育局2021年政府信息公开工作年度报告", "苏州高新区（虎丘区）教育局"),
        ("安吉县教育局（2021年度）政府信息公开工作年度报告", "安吉县教育局"),
        ("水利部 政府信息公开年报 水利部2021年政府信息公开工作年度报告", "水利部"),
    ],
)
def test_a_title_with_more_in_it(title: str, name: str) -> None:
    read = cover(f"<html><body><h1>{title}</h1><p>一、总体情况</p><p>公开32条。</p>", dress="html")
    assert (read.agency, read.year) == (name, 2021)


@pytest.mark.parametrize(
    "text",
    [
        "上年度报告统计期限为2020年1月1日至12月31日",
        "与上一统计期间（2020年1月1日至2020年12月31日）相比有所增加",
        "2020年政府信息公开工作年度报告发布以来，我局公开持续推进",
        "2020年政府信息公开工作情况已于上年报告",
    ],
)
def test_a_year_of_other_times_is_not_certain(text: str) -> None:
    read = cover(f"安吉县教育局政府信息公开工作年度报告\n{text}。\n一、总体情况\n公开32条。")
    assert read.evidence["year"].certainty != "certain"


def test_titles_of_other_reports_below_are_not_this_ones() -> None:
    own, other = (
        "安吉县教育局政府信息公开工作年度报告",
        "安吉县民政局2021年政府信息公开工作年度报告",
    )
    read = cover(
        f"{own}\n2020年度 2019年度\n依据条例编制本报告。\n一、总体情况\n无。\n相关文章\n{other}"
    )
    assert (read.title, read.agency) == (own, "安吉县教育局")
    assert read.evidence["year"].certainty != "certain"


@pytest.mark.parametrize(
    "letter", ["-", "—", " ", "县", "安吉县", "《", "（", "2021年", "来源：", ">", "本报告由"]
)
def test_a_line_without_an_end_is_read_in_time(letter: str) -> None:
    """By the regular expressions of the head of a page: 100,000 letters in a title, a label, the
    opening.
    """
    long = letter * (100_000 // len(letter))
    for head in (
        f"<h1>{long}</h1>",
        f"<p>来源：{long}</p>",
        f"<p>本报告由{long}编制。</p>",
        f"<title>{long}</title>",
    ):
        read = cover(
            f"<html><body>{head}<h1>安吉县教育局{UNTITLED}</h1><p>一、总体情况</p>", dress="html"
        )
        assert read.year in (2021, None)


def test_of_two_years_in_titles_none_is_certain() -> None:
    titles = [f"安吉县教育局{year}年政府信息公开工作年度报告" for year in (2020, 2021)]
    read = cover("\n".join((*titles, "一、总体情况", "公开32条。")))
    assert read.evidence["year"].certainty != "certain"
    linked = "".join(f"<li><a href='{at}.htm'>{title}</a></li>" for at, title in enumerate(titles))
    own = titles[0].replace("2020", "2022")
    read = cover(f"<html><body><ul>{linked}</ul><p>{own}</p><p>一、总体情况</p>", dress="html")
    assert (read.title, read.year, read.evidence["year"].certainty) == (own, 2022, "certain")


# --- one witness against another ------------------------------------------------------------------

OWN, OTHER, OFFICE = "献县教育局", "安吉县民政局", "献县人民政府办公室"
PERIOD = "统计期限自2022年1月1日起至2022年12月31日止。"


def page_of(title: str, label: str, opening: str, contact: str) -> str:
    lines = [f"{title}2022年政府信息公开工作年度报告"]
    lines += [f"来源：{label}　发布日期：2023-01-20"] if label else []
    text = {
        "": "本报告根据《中华人民共和国政府信息公开条例》编制。",
        "我局": "我局根据《中华人民共和国政府信息公开条例》编制本报告。",
    }.get(opening, f"本报告由{opening}编制。")
    asked = f"如有疑问，请与{contact}联系。" if contact else ""
    return "\n".join(
        (*lines, "", text + PERIOD + asked, "", "一、总体情况", "2022年，公开信息32条。")
    )


@pytest.mark.parametrize(
    ("title", "label", "opening", "contact"),
    list(
        product(
            ("", OWN), ("", OWN, OTHER, OFFICE), ("", OWN, OTHER, OFFICE, "我局"), ("", OWN, OFFICE)
        )
    ),
)
def test_pairs_of_witnesses(title: str, label: str, opening: str, contact: str) -> None:
    """The body is that of title and opening; where these differ none; what a label alone says is to
    be confirmed.
    """
    read = cover(page_of(title, label, opening, contact))
    strong = {name for name in (title, opening) if name not in ("", "我局")} - (
        {OFFICE} if not title else set()
    )
    told = {problem.row for problem in read.problems}
    if len(strong) == 2:
        assert (read.agency, told) == ("", {"agency"})
    elif strong:
        assert (read.agency, told) == (strong.pop(), set())
    else:
        assert read.evidence["agency"].certainty != "certain" or read.agency == OWN == contact
        assert opening != "我局" or read.agency.endswith("局") or not read.agency
    assert (read.year, read.published) == (2022, "2023-01-20" if label else "")


def test_the_office_of_the_body_itself_is_no_other_body() -> None:
    """A title of two lines, of which the first may be a site's banner, and the archive's own office
    to be asked.
    """
    read = cover(
        f"献县档案馆2022年政府\n信息公开工作年度报告\n{PERIOD}如有疑问请与献县档案馆办公室联系。"
    )
    assert (read.agency, read.evidence["agency"].certainty, read.problems) == (
        "献县档案馆",
        "certain",
        (),
    )


@pytest.mark.parametrize(
    ("title", "period", "day", "index", "year", "certainty", "is_told"),
    [
        (2022, 2022, "2023-01-20", "2023-00017", 2022, "certain", False),
        (2022, None, "2023-01-20", "", 2022, "certain", False),
        (2022, None, "2026-05-20", "", 2022, "certain", False),  # put up again
        (
            2022,
            2021,
            "2023-01-20",
            "",
            2022,
            "likely",
            True,
        ),  # an old sentence of the period, or the title is old
        (2022, 2022, "2022-01-20", "", 2022, "likely", True),
        (2022, 2022, "", "2022-00017", 2022, "likely", True),
        (2022, 2021, "2023-01-20", "2023-00017", 2022, "likely", True),
        (2022, 2021, "", "", 2022, "likely", True),
        (2022, None, "2022-01-20", "", 2022, "likely", True),
        (2022, None, "", "2022-00017", 2022, "likely", True),
        (2022, 2021, "2022-01-20", "", None, "", True),
        (2022, None, "2022-01-20", "2022-00017", None, "", True),
        (2022, 2021, "", "2022-00017", None, "", True),
        (2022, 2021, "2022-01-20", "2022-00017", None, "", True),
        (None, 2021, "2022-01-20", "2022-00017", 2021, "certain", False),
        (None, None, "2022-01-20", "", 2021, "likely", False),
        (None, None, "", "", None, "", False),
    ],
)
def test_the_year_of_the_title_against_three_witnesses(
    title: int | None,
    period: int | None,
    day: str,
    index: str,
    year: int | None,
    certainty: str,
    is_told: bool,
) -> None:
    lines = [f"献县教育局{title or ''}{'年' if title else ''}政府信息公开工作年度报告"]
    lines += [f"发布日期：{day}"] if day else []
    lines += [f"索引号：000014349/{index}"] if index else []
    lines += ["本报告由献县教育局编制。"]
    lines += [f"所列数据的统计期限自{period}年1月1日起至{period}年12月31日止。"] if period else []
    read = cover("\n".join(lines))
    assert (read.year, read.evidence["year"].certainty) == (year, certainty)
    assert [problem.row for problem in read.problems] == ["year"] * is_told


@pytest.mark.parametrize(
    "text",
    [
        *(
            "统计期限自2023年1月1日起至2023年12月31日止",
            "统计期限为2023年1月1日至12月31日",
            "统计期限从2023年1月1日起",
        ),
        *(
            "统计期限是2023年1月1日至12月31日",
            "统计期限限：2023年1月1日至12月31日",
            "统计期限：2023年1月1日-12月31日",
        ),
        *(
            "数据统计期限自20231月1日起至202312月31日止",
            "时限自2023.1.1至2023.12.31",
            "自二〇二三年一月一日起",
        ),
        *(
            "现公布献县2023年政府信息公开工作年度报告",
            "编制《献县2023年度政府信息公开工作年度报告》",
        ),
        *("2023年1月1日至12月31日为统计期限", "报告所涉时段：2023年度"),
    ],
)
def test_a_year_in_prose(text: str) -> None:
    read = cover(
        f"政府信息公开年报\n根据《关于做好2020年度年报工作的通知》"
        f"（国办公开办函〔2021〕30号），"
        f"{text}。"
    )
    assert read.year == 2023


@pytest.mark.parametrize(
    ("lines", "day"),
    [
        ("发布日期：2023-01-18 09:42  浏览次数：117", "2023-01-18"),
        ("【发文日期】：2023-01-20", "2023-01-20"),
        ("成文日期：2023-01-03　发布日期：2023-01-14", "2023-01-14"),
        ("公开日期\n2023年3月27日", "2023-03-27"),
        ("（2023年1月28日）", "2023-01-28"),
        ("2023-01-28 17:30", "2023-01-28"),
        ("发文日期 20230117 发布单位 献县教育局", "2023-01-17"),
        ("时间：2023/1/26 9:05:00", "2023-01-26"),
        ("发布日期：2023-13-45", ""),
        ("今天是2024年4月20日 星期六", ""),
        ("依据编制通知（发布日期：2023年1月4日）编制。", ""),
        ("发布日期：\n2023年1月4日，县政府办公室部署了年报工作。", ""),
        ("发布日期：2023-01-31前", ""),
        ("发布日期：2023-01-04起草，2023-01-20发布", ""),
        ("电话：0317-4622317", ""),
    ],
)
def test_a_day_of_publication(lines: str, day: str) -> None:
    read = cover(
        f"献县教育局2022年政府信息公开工作年度报告\n{lines}\n本报告由献县教育局编制。\n一、"
        f"总体情况\n无。"
    )
    assert read.published == day


# --- names without their area ---------------------------------------------------------------------


@pytest.mark.parametrize(
    ("name", "around", "url", "whole"),
    [
        ("市教育局", "", "https://www.xuancheng.gov.cn/a/1.html", "宣城市教育局"),
        ("市人民政府办公室", "", "http://www.yuncheng.gov.cn/2022/1.shtml", "运城市人民政府办公室"),
        ("县财政局", "您的位置：独山县人民政府 > 政府信息公开 > 年报", "", "独山县财政局"),
        ("海河镇人民政府", "在射阳县委、县政府的领导下。", "", "射阳县海河镇人民政府"),
        ("市人防办", "联系地址：张掖市甘州区县府南街。", "", "张掖市人防办"),
        ("市教育局", "", "http://www.yichun.gov.cn/1.html", "市教育局"),  # 宜春市 or 伊春市
        ("区统计局", "", "", "区统计局"),
        ("市城管局", "持续优化亚运城市环境。", "", "市城管局"),  # no 运城市
    ],
)
def test_a_name_gets_its_area(name: str, around: str, url: str, whole: str) -> None:
    read = cover(
        f"{name}2022年政府信息公开工作年度报告\n{around}\n{PERIOD}\n一、总体情况\n无。", url
    )
    assert (read.agency, read.evidence["agency"].certainty) == (whole, "likely")


# --- through the whole house ----------------------------------------------------------------------


def read(head: str) -> Report:
    content = (
        f"<html><body>{head}<p>一、总体情况</p><p>2022年，公开32条。</p><p>二、主动公开{TABLES}"
    ).encode()
    document = Document("page", "text/html", content, "", charset="utf-8")
    return recognize(read_blocks(document), document)


def findings_of(report: Report) -> list[tuple[str, str]]:
    rules = (
        "coverage.agency",
        "coverage.year",
        "coverage.unplaced",
        "plausibility.period",
        "plausibility.published",
    )
    return [(finding.severity, finding.rule) for finding in check(report) if finding.rule in rules]


TITLE = "<h1>{}2022年政府信息公开工作年度报告</h1><p>发布日期：{}</p>"


@pytest.mark.parametrize(
    ("head", "said", "doubts"),
    [
        (f"{TITLE.format('献县教育局', '2023-01-20')}<p>{PERIOD}</p>", [], ()),
        (
            f"{TITLE.format('', '2023-01-20')}<p>本报告由我局编制，{PERIOD}</p>",
            [("warning", "coverage.agency")],
            ("agency",),
        ),
        (
            (
                f"{TITLE.format('', '2023-01-20')}<p>来源：献县教育局</p><p>我局编制本报告，"
                f"{PERIOD}</p>"
            ),
            [("note", "coverage.agency")],
            ("agency",),
        ),
        (
            f"{TITLE.format('献县教育局', '2023-01-20')}<p>本报告由献县民政局编制，{PERIOD}</p>",
            [("warning", "coverage.agency")],
            ("agency",),
        ),
        (
            f"{TITLE.format('献县教育局', '2022-01-20')}<p>{PERIOD.replace('2022', '2021')}</p>",
            [("warning", "coverage.year")],
            ("year",),
        ),
        (
            f"{TITLE.format('献县教育局', '2023-01-20')}<p>{PERIOD.replace('2022', '2021')}</p>",
            [("warning", "coverage.year")],
            ("year",),
        ),
        (
            f"{TITLE.format('献县教育局', '2023-03-20')}<p>{PERIOD}</p>",
            [("note", "plausibility.published")],
            (),
        ),
        (f"{TITLE.format('献县', '2023-03-20')}<p>{PERIOD}</p>", [], ()),
        (
            f"{TITLE.format('献县', '2023-04-20')}<p>{PERIOD}</p>",
            [("note", "plausibility.published")],
            (),
        ),
        (f"{TITLE.format('献县韩村镇', '2023-04-20')}<p>{PERIOD}</p>", [], ()),
        (
            f"{TITLE.format('献县教育局', '2022-01-20')}<p>{PERIOD}</p>",
            [("warning", "coverage.year")],
            ("year",),
        ),
    ],
)
def test_one_finding_of_one_cause(
    head: str, said: list[tuple[str, str]], doubts: tuple[str, ...]
) -> None:
    report = read(head)
    assert (findings_of(report), report.doubts) == (said, doubts)
