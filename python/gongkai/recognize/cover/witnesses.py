"""What stands at the head of a report -> who may be its body, each with the sentence that names
it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from operator import attrgetter
from typing import NamedTuple

from gongkai.bodies import body, within
from gongkai.bodies.names import LETTERS
from gongkai.model import Certainty
from gongkai.recognize.cover.names import (
    BODY,
    NameFound,
    is_government,
    name_of,
    names_in,
    of_inner_office,
)
from gongkai.recognize.cover.page import AT_PLACE, CRUMB, FrontPage
from gongkai.recognize.cover.titles import REPORT, body_in, is_title

# In a sentence: …2021年政府信息公开工作年度报告; not …报告编制发布工作的通知.
MENTION = re.compile(
    r"(?P<before>[^。;；,，:：\n《〈“”》]{0,60}?)(?:政府|政务)?信息公开"
    r"[^。,，;；《》\n]{0,12}?(?:报告|年报|情况)"
    r"(?!编制|格式|的?通知|工作的|发布工作)"
)
# 三门峡市住房和城乡建设局2020年度报告, 【年报】独山县财政局
SHORT_TITLE = re.compile(
    r"(?P<body>.{3,40}?)\s*(?:20\d\d)?\s*年?度?(?:工作)?(?:年?度?报告|年报)|【年报】(?P<after>.+)"
)
# 安吉县政府信息公开 安吉县教育局…, 安吉县人民政府门户网站: the site's name at the head of a title.
SITE_IN_TITLE = re.compile(r"^.*(?:信息公开(?:年报|专栏|平台|目录|网)?|门户网站|政府网站|[·:：])")
IN_BRACKETS = re.compile(r"[（(][\u4e00-\u9fff]{4,30}[）)]")  # （安吉县教育局） below a title
BEHIND_TITLE = re.compile(r"(?:报告|年报)\s*[-—–_|]+\s*([\u4e00-\u9fff（）]{3,30})$")
ANY_YEAR = re.compile(r"20\d\d\s*年?度?")
# What a sentence does with the report: 现公布…, 编制…; one that only names it (参照《…报告》) may
# speak of another's.
PUBLISHES = re.compile(
    r"(?:现|特|予以|依法|将|社会|依规)?(?:公布|发布|公开|编制|形成|撰写|编写|制作|反映|介绍|梳理|"
    r"汇总)(?:了|并公布)?[《〈“]?$|现[将就把][《〈“]?$"
    r"|(?:^|[。\n；;，,])(?:这是)?(?:20\d\d年度?)?[《〈“]?$"
)
GOES_ON = re.compile(
    r"[》〉”]?(?:全文|已经?审[定议]|由.{0,20}(?:组成|构成)|按照?规定|包括|分为|共分|共有|主要|"
    r"反映|如下|公[布之开]|予以|并|[,，。（(]|$)"
)
OF_OTHERS = re.compile(
    r"参照|连同|配合|对照|贯彻|落实|部署|要点|成效|指出|已于|以来|委托|体例|格式|模板|上一?年|相比"
)
# The report is what is compiled, not a part of it: 行政复议数据由…汇总.
OF_REPORT = (
    r"(?:^|[。\n；;，,])[^。\n；;，,]{0,30}(?:报告|年报)(?:系|是|均)?(?:[（(][^）)]{0,20}[）)])?"
)
VERBS = "结合|根据|按照|依据|依照|会同|组织|牵头|负责|汇[总集]|编制|编写|编成|编报|整理|起草"
COMPILED = (
    re.compile(rf"{OF_REPORT}由(?P<body>{BODY})(?:{VERBS})", re.MULTILINE),
    re.compile(
        rf"(?:^|[。\n;；,，])由(?P<body>{BODY})(?:{VERBS})[^。，,]{{0,20}}(?:本|20\d\d|此|《|年度)",
        re.MULTILINE,
    ),
    re.compile(
        rf"(?:^|[。\n;；,，])(?:20\d\d年度?[,，]?)?(?P<body>{BODY})(?:严格)?(?:根据|按照|依据|依照)"
        r"[^。]{0,40}(?:条例|规定|要求)"
    ),
    re.compile(
        rf"(?:^|[。\n;；,，])(?P<body>{BODY})(?:汇总[^。]{{0,30}})?(?:编制|编写|形成|制作|公布|"
        rf"发布)"
        r"(?:了|并公布|并发布|完成)?(?:本(?!报告格式)|20\d\d|《|此|年)"
    ),
    re.compile(
        rf"(?:^|[。\n])(?:20\d\d年度?[,，])?(?P<body>{BODY})认真(?:履行|贯彻|落实)[^。]{{0,40}}公布"
    ),
    re.compile(rf"结合(?P<body>{BODY})的?(?:工作)?实际"),
)
CONTACT = re.compile(
    rf"(?:请?可?[与向和]|致函|联系(?:单位|部门|方式|人)?[:：]?|咨询|[:：,，])(?P<body>{BODY})"
    rf"(?=（|联系|咨询|反映|[,，。;；]|$)",
    re.MULTILINE,
)
ABOUT_CONTACT = re.compile(r"联系|咨询|疑问|地址|致函|致电")
BEFORE_CONTACT = re.compile(r"(?:[与向和]|致函|联系(?:单位|部门|方式|人)?[:：]?|咨询)$")
OF_SITE = re.compile(r"[”』」]?(?:[（(].{0,30}[）)])?(?:门户|政府|官方|政务)*(?:网站|网)|官网|微信")
HOST = re.compile(r"主办单位")  # of the site, where the lines of its foot are about
OF_FOOTER = re.compile(r"承办单位|版权|网站标识|ICP备")
# 登在市人社局门户网站: whose site it is, may tell whose report it is.
ON_SITE = re.compile(rf"(?:登在|刊登在|在|登录|访问|到|从)(?P<body>{BODY})(?:门户|政务|官方)*网站?")
ISSUES = re.compile(r"印发|批准|出台|转发|下发|《关于|《(?![^》]{0,60}(?:报告|年报)》)")
ADDRESS = re.compile(r"^[^,，。;；:：）]{0,14}(?:路|街(?!道)|巷|\d+号|大道|幢|村|楼|大厦)")
ADDRESS_OR_ISSUES = re.compile(f"{ADDRESS.pattern}|{ISSUES.pattern}")
OWN_RULE = re.compile(r"(?:制定|修订|制订|建立|印发|出台|完善|发布|有)[了的]?《$")
FOLLOWING = re.compile(r"按照?|根据|依据|依照|遵照|落实|经|受|在|照")
ORDER = re.compile(r"要求|规定|部署|精神|安排|通知|意见|指导|领导|统一|关于|办法|下$")
SENTENCE = re.compile(r"[,，。;；：:]")
AT_SITE = re.compile(r"(?:到|在|登录|访问|于|通过|利用|依托|借助)[^,，。;；]{0,16}$")
AS_MEDIUM = re.compile(r"[^,，。;；]{0,10}(?:网|平台|微信|公众号|客户端|专栏|栏目)")
COMPILES = re.compile(
    r"[^。\n]{0,60}(?:编制|编写|编成|汇[总集])[^。，,]{0,6}(?:本|此|年度|报告)|[编汇][制写成总集]"
)
OF_A_PLACE = re.compile(r"(?:地址|地点|位于|设在)[:：]?[^,，。;；]*$")
# What a body does, behind its name at the beginning of a clause: 市交通运输局2022年度…, 区统计局按…
ACTS = (
    r"20\d\d年度?|贯彻|落实|学习|按|依|重视|开展|加强|推进|组织|修订|制定|结合|通过|认真|严格|"
    r"坚持|紧紧|围绕|深入|高度"
    "|积极|全面|主动|始终|持续|不断|公开|以|紧扣|聚焦|累计|共|全年|新增|各级|将|在|设立|发布|未"
)
SUBJECT = re.compile(
    rf"(?:^|[。\n,，])(?:（一）|一、[^\s\n]{{2,12}}?\n|20\d\d年度?[,，]|年内[,，]|一年来[,，])"
    rf"*(?P<body>{BODY})"
    rf"(?:{ACTS})",
    re.MULTILINE,
)


NEAR = 20  # characters beside a name that tell what it is there for
LEAD = 24  # characters before a name in which its report is published
LONGEST_SENTENCE = 120  # characters


class Witness(NamedTuple):
    """A name, the kind of place where it stands, and the sentence there."""

    kind: str
    name: str
    sentence: str
    completed: bool = False  # by the area that the page names


def certainty(is_sure: bool) -> Certainty:
    """Of what a witness says."""
    return "certain" if is_sure else "likely"


def witnesses(page: FrontPage) -> list[Witness]:
    """All that name a body, in the order of the page: several may name the same."""
    found = [
        *(witness_of(title, page) for title in page.titles),
        *mentions(page.opening),
        *compilers(page.opening),
        *named(page.opening, "named"),
        *labels(page),
        *contacts(page.opening),
        *crumbs(page),
        *sites(page.opening),
        *named(page.text, "text"),
        *subjects(page.opening),
        *subjects(page.text),
    ]
    return list(filter(attrgetter("name"), found))


def witness_of(title: str, page: FrontPage) -> Witness:
    """A title; where a government's name stands in a line of its own above it, that may be the
    site's banner.
    """
    if IN_BRACKETS.fullmatch(title):
        return Witness("mention", name_of(title[1:-1], alone=True), title)
    name = body_of_title(title)
    banner = title in page.joined and is_government(name) and not is_town(name)
    return Witness("banner" if banner else "title", name, title)


def compilers(text: str) -> Iterator[Witness]:
    """本报告由青溪县教育局编制, 结合青溪县教育局工作实际; by somebody's order it is nobody's for
    certain.
    """
    for pattern in COMPILED:
        for match in pattern.finditer(text):
            name = name_of(of_inner_office(match["body"]))
            sentence = sentence_at(text, match.start("body"))
            is_of_area = match[0].startswith("结合") and is_area_only(name)
            is_vague = is_of_area or OF_OTHERS.search(sentence)
            yield Witness("named" if is_vague else "compiled", name, sentence)


def labels(page: FrontPage) -> Iterator[Witness]:
    """来源：瑞安市司法局; 主办单位 in the foot of a site is the site's."""
    has_footer = OF_FOOTER.search("".join(page.lines)) is not None
    for label in page.labelled:
        is_of_site = has_footer and HOST.match(label.sentence)
        if label.kind == "body" and not is_of_site:
            yield Witness("label", name_of(label.value.split(" ")[0], alone=True), label.sentence)


def contacts(text: str) -> Iterator[Witness]:
    """如有疑问请与市生态环境局办公室联系."""
    for sentence in filter(ABOUT_CONTACT.search, re.split(r"(?<=[。\n])", text)):
        for match in CONTACT.finditer(sentence):
            name = name_of(of_inner_office(match["body"])) or name_of(match["body"])
            yield contact(name, sentence.strip())


def contact(name: str, sentence: str) -> Witness:
    """Who is to be asked: a government's office may report itself, any other stands within the
    body.
    """
    name = of_inner_office(name)
    if within.is_office(name):
        return Witness("office", name, sentence)
    return Witness("contact", asked(name), sentence)


def crumbs(page: FrontPage) -> Iterator[Witness]:
    for line in page.crumbs:
        for piece in reversed(CRUMB.split(AT_PLACE.sub("", line))):
            yield Witness("crumb", name_of(piece, alone=True), line)


def sites(text: str) -> Iterator[Witness]:
    """登在市人社局门户网站; a government's site has the reports of all its bodies."""
    for match in ON_SITE.finditer(text):
        name = name_of(match["body"])
        if not is_government(name):
            yield Witness("site", name, sentence_at(text, match.start()))


def subjects(text: str) -> Iterator[Witness]:
    """2022年，市机关事务管理局公开…: what a clause says that a body did."""
    for match in SUBJECT.finditer(text):
        yield Witness("subject", name_of(match["body"]), sentence_at(text, match.start("body")))


def body_of_title(title: str) -> str:
    """瑞安市2021年政府信息公开年报 -> 瑞安市; 三门峡市住房和城乡建设局2020年度报告; "" for a line
    that is no title.
    """
    if not is_title(title):
        return body_of_short_title(title)
    front, behind = name_in_title(body_in(title)), name_behind(title)
    is_inside = within.lies_within(behind, front) and not is_government(behind)
    return behind if is_inside else front or behind


def body_of_short_title(title: str) -> str:
    """三门峡市住房和城乡建设局2020年度报告, 【年报】独山县财政局."""
    short = SHORT_TITLE.fullmatch(title)
    if short is None or "信息公开" in title[:4]:
        return ""
    return name_of(short["body"] or short["after"], alone=True)


def name_behind(title: str) -> str:
    """安吉县教育局 of 安吉县人民政府:2021年…报告-安吉县教育局."""
    found = BEHIND_TITLE.search(title)
    return name_of(found[1], alone=True) if found else ""


def name_in_title(text: str) -> str:
    """The body in what a title names; behind the site's name, as 安吉县人民政府安吉县教育局, the
    last one.
    """
    plain = SITE_IN_TITLE.sub("", text)
    whole = name_of(plain, alone=True)
    if whole:
        return whole
    names = list(names_in(plain))
    is_last = len(names) > 1 and names[-1].end == len(plain)
    return names[-1].name if is_last else ""


def mentions(text: str) -> Iterator[Witness]:
    """The bodies whose report a sentence names: 现公布献县2022年…报告,
    《恭城瑶族自治县2022年度…报告》.

    Where the sentence does not publish it, as 参照《…报告》, it may be another body's.
    """
    for match in MENTION.finditer(text):
        before = match["before"]
        years = list(ANY_YEAR.finditer(before))
        name = name_beside(before, years)
        is_of_report = years or REPORT.search(match[0]) or "反映" in before
        if name and is_of_report:
            kind = "mention" if is_published(text, match, name) else "named"
            yield Witness(kind, name, sentence_at(text, match.start()))


def name_beside(before: str, years: Sequence[re.Match[str]]) -> str:
    """The name behind the last year of 2022年度献县, else before it: 献县2022年度."""
    if not years:
        return name_of(before)
    year = years[-1]
    return name_of(before[year.end() :]) or name_of(before[: year.start()])


def is_published(text: str, match: re.Match[str], name: str) -> bool:
    """Whether a sentence publishes the report that it names."""
    start = text.find(name, match.start("before"))
    lead = text[max(0, start - LEAD) : start] if start >= 0 else ""
    publishes = PUBLISHES.search(lead) is not None
    goes_on = GOES_ON.match(text[match.end() :]) is not None
    if not publishes or not goes_on:
        return False
    clause = clause_at(text, match.start("before"), match.end())
    return OF_OTHERS.search(clause) is None


def named(text: str, kind: str) -> Iterator[Witness]:
    """All names in sentences by what they are there for: to be asked, a site's owner, who gave the
    order, or others.
    """
    for line in filter(SENTENCE.search, text.split("\n")):
        for found in names_in(line):
            yield from role_of(line, found, kind)


def role_of(line: str, found: NameFound, kind: str) -> Iterator[Witness]:
    """What a name in a sentence is there for: 在瑞安市人民政府网站, 请与瑞安市司法局联系."""
    before, after = line[max(0, found.start - NEAR) : found.start], line[found.end :][:NEAR]
    sentence = sentence_at(line, found.start)
    if is_beside(line, found, before, after, kind):
        return
    if is_of_site(before, after):
        if is_town(found.name) or not is_government(found.name):
            yield Witness("site", found.name, sentence)
    elif BEFORE_CONTACT.search(before) and ABOUT_CONTACT.search(sentence):
        yield contact(found.name, sentence)
    else:
        compiles = within.is_office(found.name) and COMPILES.match(after)
        yield Witness("compiled" if compiles else kind, of_inner_office(found.name), sentence)


def is_of_site(before: str, after: str) -> bool:
    """瑞安市人民政府|网站, 通过|瑞安市人民政府|政务平台."""
    return bool(OF_SITE.match(after)) or bool(AT_SITE.search(before) and AS_MEDIUM.match(after))


def is_beside(line: str, found: NameFound, before: str, after: str, kind: str) -> bool:
    """Whether a name is there for something else: in the name of a rule, an order, an address, as
    安徽省 of 《安徽省政府信息公开办法》.
    """
    is_own_rule = kind == "text" and OWN_RULE.search(before) and not is_government(found.name)
    if is_in_book(line, found.start) and not is_own_rule:
        return True
    is_elsewhere = OF_A_PLACE.search(before) or ADDRESS_OR_ISSUES.match(after)
    return is_elsewhere is not None or gives_order(line, found)


def gives_order(line: str, found: NameFound) -> bool:
    """按照瑞安市人民政府办公室关于…的通知要求: whose order is followed, not who reports."""
    clause = clause_at(line, found.start, found.end)
    lead, _, rest = clause.partition(found.name)
    return bool(FOLLOWING.search(lead)) and bool(ORDER.search(rest))


def asked(name: str) -> str:
    """Whose report is meant where an office is to be asked: 西盟县人民政府办公室 ->
    西盟县人民政府.
    """
    return re.sub(r"(?<=[府局厅委会院心])办公[室厅]$", "", of_inner_office(name))


def is_in_book(text: str, at: int) -> bool:
    """《安徽省政府信息公开办法》 names no body that reports; 《…2021年政府信息公开工作年度报告》
    does.
    """
    opened, closed = last_mark(text, "《〈", at), last_mark(text, "》〉", at)
    if opened <= closed:
        return False
    book = text[opened : first_mark(text, "》", at)]
    return not book.endswith(("报告", "年报"))


def clause_at(text: str, start: int, end: int) -> str:
    """The clause around a part of a text."""
    begin = last_mark(text, ",，。;；:：\n", start) + 1
    return text[begin : first_mark(text, ",，。;；\n", end)]


def sentence_at(text: str, at: int) -> str:
    """The sentence around a place, its beginning where it is long."""
    begin = last_mark(text, "。\n", at) + 1
    return text[begin : first_mark(text, "。\n", at)].strip()[:LONGEST_SENTENCE]


def last_mark(text: str, marks: str, end: int) -> int:
    """Where the last of some marks stands before a place; -1 for none."""
    return max(text.rfind(mark, 0, end) for mark in marks)


def first_mark(text: str, marks: str, start: int) -> int:
    """Where the first of some marks stands from a place on; the end of the text for none."""
    first = len(text)
    for mark in marks:
        at = text.find(mark, start)
        if at >= 0:
            first = min(first, at)
    return first


def is_area_only(name: str) -> bool:
    """安吉县, 临空经济区: an area, and no word for who governs it or a part of that."""
    return name.endswith(tuple(LETTERS))


def is_town(name: str) -> bool:
    return body(name).level in ("town", "zone")
