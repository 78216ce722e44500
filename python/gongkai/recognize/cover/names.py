"""A piece of a sentence -> the name of the body in it, "" where it names none: 本报告, 我局,
并严格.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import NamedTuple

from gongkai.bodies import body, names, normal, places
from gongkai.bodies.divisions import path_of
from gongkai.figures import clean

BODY = r"[\u4e00-\u9fff（）()、]{2,40}?"
NAME = re.compile(r"[\u4e00-\u9fff（）()、\d]{2,40}")  # 第七师125团: in a title digits too
BODY_ENDINGS = (
    *("局", "委", "厅", "部", "会", "室", "院", "署", "处", "所", "站", "中心", "办", "公司"),
    *("银行", "校", "馆", "队", "镇", "乡", "街道", "府", "海关", "学", "团", "场", "社", "分行"),
)
AREA_ENDINGS = (*"省市县区旗州盟镇乡师", "街道", "苏木")
# What leads up to a name: 现将瑞安市…, 特公布…, 由…; not 将乐县, 编制委员会办公室.
LEAD = re.compile(
    r"^.*(?:现予?公布|公布|发布|(?:社会|现)公开|公开(?=.*20)|现将|兹将|特将|将(?!乐)|"
    r"编制(?!委员会)(?:了|并.{0,4}|出)?|形成了?|汇总|反映了?|介绍了?|关于(?:印发|发布|公布)?|"
    r"(?<!自)由|结合|依据|根据|按照|依照|报告(?:了|由)?|[,，。;；:：]|现就|致函|连同|参照|配合|"
    r"^[与同]|可与?(?!克达拉)|对(?!外)|向(?!阳)|作为|了解|即|是(?=.{2,}局))"
)
SURROUND = re.compile(r"^[\s“”\"'《》〈〉【】\[\]—–-]+|[\s“”\"'《》〈〉【】\[\]—–-]+$")
YEAR = re.compile(r"^(?:20\d\d\s*年?度?)+|(?:20\d\d\s*年?度?)+$")
TAIL = re.compile(r"(?:的|在|于|全年|年度|门户网站|政府网站|网站)$")
# No name is made of these: pronouns, all of a kind, bodies without a place, words of a sentence.
NEVER = re.compile(
    r"^(?:本(?!溪)|我|该|贵[局委厅办单]|此|各|某|全(?!州县)[省市县区州旗镇乡体]|有关|相关|上级|"
    r"下级|所属|下属|同级"
    r"|以下|其他)"
    r"|^(?:人民政府|政府|办公室|机关|部门|单位|管委会|办事处|街道|行政机关|公安机关|中心|委员会|"
    r"街道办事处|镇|乡|党委|党政办|党政办公室|综合办公室|局办公室|园区|开发区|高新区|新区|经开区)"
    r"$"
    r"|有关部门|各部门|各单位|各级|行政机关$|公安机关$|中华人民共和国$"
    r"|[是的了在我]|本[局委厅部办院镇乡]|按照|根据|依据|依照|编制(?!委员会)|情况|要求|认真|严格|"
    r"进一步|报告|公报"
    r"|公布|发布|条例|通知|规定|年度|要点|信息公开(?!.{0,4}(?:局|中心|办公室))|致函|联系|咨询|"
    r"疑问|地址|电话|邮编|网站|栏目|专栏"
    r"|领导小组|个人中心|门户$|.全[省市县区](?!州|椒|南)|为[了加]|(?<!自)由于|以来|今年|去年|"
    r"统计|数据(?!.*(?:局|中心|办))|下载|查阅|一年"
)
STATISTICS = re.compile(r"统计局|统计调查|调查队|统计信息")
INNER = re.compile(
    r"(?<=[局厅委会院府室办处镇乡道区心署])(?:党政综合|党政|综合|政务公开|政府信息公开|信息公开|"
    r"机关|秘书|信息|法规|政策法规|行政"
    r"|宣传|人事)(?:管理)?(?:办公室|办|科|处|股|室)$|(?<=[局厅院处心署馆社校队站所])办公室$|"
    r"(?:(?<=管委会)|(?<=管理委员会))办公室$"
    r"|(?<=[局委厅办])党[委组]$|(?<=银行)办公[厅室]$|(?<=总局)政府$"
)


def name_of(text: str, alone: bool = False) -> str:
    """The body's name that a piece of text is, or ends with: 现将瑞安市司法局 -> 瑞安市司法局; ""
    for 本局.

    ``alone`` is for a text that stands by itself, as a label's value: 长江水利委员会. In a sentence
    such a name might as well be any words before it, so there only names of places and of known
    kinds count.
    """
    found = stripped(text)
    if not is_name(found):
        return ""
    if begins_with_place(found):
        return "" if is_phrase(found) else found
    inner = list(names_in(found, 1))
    if inner:
        last = inner[-1]
        return last.name if last.end == len(found) else ""
    is_whole = is_bounded(found) or (alone and not FUNCTION.search(found))
    return found if is_whole else ""


def is_phrase(text: str) -> bool:
    """黔南州人民政府和黔南州农业农村局, 安吉县卫生健康局配合安吉县教育局: words behind a name that
    make no other.
    """
    found = list(names_in(text))
    if len(found) > 1 or JOINED.search(text):
        return True
    rest = text[found[0].end :] if found else ""
    return has_place(rest) or VERB.search(rest) is not None


def stripped(text: str) -> str:
    """Without what leads up to a name, brackets and quotes around it, and a year beside it."""
    found = clean(text).replace(" ", "").replace("(", "（").replace(")", "）")
    found = balanced(LEAD.sub("", found))
    for pattern in (SURROUND, YEAR, TAIL, SURROUND):
        found = pattern.sub("", found)
    return f"{found}政府" if found.endswith("人民") else found


def balanced(text: str) -> str:
    """Without what a bracket opens and nothing closes: 平阳县公安局（平阳县昆阳镇 ->
    平阳县公安局.
    """
    start = text.rfind("（")
    if start > text.rfind("）"):
        text = text[:start]
    return text.lstrip("）")


def begins_with_place(text: str) -> bool:
    """瑞安市司法局, 南京海关, 水利部; not 现把国家税务总局…, 市教育局."""
    divisions = names.parsed(text).divisions
    if path_of(text, None)[0] or names.CORPS in divisions or CENTRAL.fullmatch(text):
        return True
    is_short = len(text) <= LONGEST_MINISTRY and not FUNCTION.search(text)
    return is_short and names.NATION in divisions


# What joins words, and is in no name of a place: 让余杭区统计局, 明确行政审批服务局.
FUNCTION = re.compile(
    r"年报|文号|[让把用被使请等及与到从照按为其该报呈就均，、]|社会|公开|涵盖|包括|明确|及时|"
    r"更新|提请|登录|选择|输入|搜索|无障碍|欢迎"
    r"|编成|进入|根据|首页|返回|打印|关闭|字体"
)
JOINED = re.compile(r"(?:[局厅委办府]|海关)[和与及、]")  # 县财政局和县教育局
TWICE = 6  # letters of a name's beginning that are not in it again
MOST_BUREAUS = 2  # 瑞安市公安局塘下分局; more are several names in a row
LONGEST_MINISTRY = 10  # letters: 人力资源和社会保障部
LONGEST_TOWN, LONGEST_PLACE, LONGEST_KIND = 8, 10, 16  # letters


def is_bounded(text: str) -> bool:
    """Whether a name without a division that we know has its letters, no others: 市教育局, 大涌镇,
    青溪县教育局.
    """
    if NO_LETTERS.search(text):
        return False
    found = names.parsed(text)
    if found.strange:
        return len(found.strange) <= LONGEST_PLACE
    if found.sub:
        return len(found.sub) <= LONGEST_TOWN
    if places.lead_of(text) and len(text) <= LONGEST_KIND:
        return STRONG_END.search(text) is not None
    return names.is_department(text)


def is_name(text: str) -> bool:
    """Whether a text is shaped as a body's name, of a known kind or area, or ending as such names
    do: 瑞安市司法局, 献县; not 本局.
    """
    if not NAME.fullmatch(text) or is_never_name(text):
        return False
    if not normal(text) or balanced(text) != text:
        return False
    if text.endswith((*BODY_ENDINGS, "）")):
        return len(text) > 2
    return text.endswith(AREA_ENDINGS) and is_area(text)


def is_never_name(text: str) -> bool:
    """本局, 有关部门, 按照规定; 统计 is a word of sentences, but 统计局 a bureau."""
    return NEVER.search(STATISTICS.sub("局", text)) is not None or is_several(text)


def is_several(text: str) -> bool:
    """日照海事局威海海事局潍坊海事局, 长兴岛管委会办公室长兴岛管委会: names in a row."""
    return text.count("局") > MOST_BUREAUS or (len(text) > TWICE and text[:TWICE] in text[TWICE:])


def is_area(text: str) -> bool:
    """献县, 苏州工业园区, 青溪县; not 市区, 景区."""
    found = names.parsed(text)
    return found.has_place and not found.department.startswith(names.UNKNOWN_KIND) and len(text) > 1


def of_inner_office(text: str) -> str:
    """The body of an office within it: 鄂伦春自治旗文化旅游体育局综合办公室 -> …体育局."""
    return INNER.sub("", INNER.sub("", text))  # 厚桥街道|党政办公室|综合科


def is_government(name: str) -> bool:
    """Whether a name is a government's or its office's: 青溪县人民政府, 青溪县人民政府办公室."""
    return body(name).kind in ("government", "office")


# --- all names in a text --------------------------------------------------------------------------

CENTRAL = re.compile(
    r"海关总署|审计署(?!驻)|(?:国家|中国|中华人民共和国)[\u4e00-\u9fff]{2,24}?"
    r"(?:总局|局|委员会|部(?!门)|海关|总队|署|监管局)(?:[^\s,，。;；]{2,12}?(?:监管局|税务局|"
    r"总队|海关))?"
)
RUN = re.compile(r"[\u4e00-\u9fff（）]{2,40}")
STRONG_END = re.compile(
    r"(?:局|厅|委员会|办公室|办公厅|中心|海关|[总支大]队|大学|学院|医院|管委会|办事处|政府|行署|"
    r"行政公署|联合社|供销社|公司"
    r"|委|办|馆|所|站|院|部|处|会|署|镇|乡|街道)$"
)
# What makes a longer name of a shorter one: 委|员会, 人民政府|办公室, 人民政府|坝陵桥街道办事处,
# 合作社|联合社.
GOES_ON = re.compile(
    r"员会|公室|公厅|事处|联合社|[\u4e00-\u9fff（）]{0,10}?(?:办公室|办公厅|办事处|分局|"
    r"[总支大]队|管理局|监督局|局|委员会|委|厅"
    r"|中心|街道|镇|乡|所|站|馆|政府)"
)
VERB = re.compile(
    r"[”』」]|(?<!联)网(?![信络格])|贯彻|深入|完成|落实|推进|坚持|关于|组织|特向|依法|现[就将予]|"
    r"不断|接受"
    r"|综合(?!行政|执法|保障|窗口|办)|顺利|通过|紧紧|发布|联系|持续|政府信息与|进行|负责|承担|"
    r"印发|配合|委托|所属|同意|转发"
    r"|会同|通过|协助|牵头|提供|审核|公开县|(?<!公)共(?![青产])|于(?!都)|就(?!业)|按(?!摩)|"
    r"受(?!理)|对(?!外)|向|为|全年|已|代(?![县表])"
)


NO_LETTERS = re.compile(f"{FUNCTION.pattern}|{VERB.pattern}|{JOINED.pattern}")  # of a name


class NameFound(NamedTuple):
    """A name in a text, and where it begins and ends there."""

    name: str
    start: int
    end: int


def names_in(text: str, start: int = 0) -> Iterator[NameFound]:
    """The names that begin with a division or are of the nation: 常山县人民政府办公室对上一年度…
    has one.
    """
    at = start
    while at < len(text):
        found = central_at(text, at) or local_at(text, at)
        if found:
            yield found
            at = found.end
        else:
            at += 1


def central_at(text: str, at: int) -> NameFound | None:
    match = (
        CENTRAL.match(text, at)
        if text[at] in "国中海审" and places.leads_to_place(text, at)
        else None
    )
    return NameFound(match[0], at, match.end()) if match and is_name(match[0]) else None


def local_at(text: str, at: int) -> NameFound | None:
    """The longest name from a place on that begins with a whole division: 瑞安市公安局塘下分局, not
    瑞安市公安局 alone.
    """
    length, _ = places.place_at(text, at)
    run = RUN.match(text, at)
    if not length or run is None:
        return None  # 自然资|源县, 关于公|开县教育局
    best = ""
    for end in range(at + length + 2, run.end() + 1):
        name = text[at:end]
        if not may_end(name, text[end : end + 2], length):
            continue
        if not best or goes_on(name[len(best) :]):
            best = name
    return NameFound(best, at, at + len(best)) if best else None


# 教育局所|属, 教育局委|托, 政务公开办|公布: a letter of the next word that might be a name's last.
CUT_WORD = re.compile(r"所属|委托|委[员派]|办[公理]|部[署门]|会[同议]|政府信息|院内|处[理罚]|站在")


def may_end(name: str, following: str, place: int) -> bool:
    """Whether a name whose first ``place`` letters are a division may end here; not
    剑阁县交通运输局政府|信息公开.
    """
    if not STRONG_END.search(name) or VERB.search(name[place:]) or not is_name(name):
        return False
    if name.endswith("人民政府"):
        return True
    last = name[-2:] if name.endswith("政府") else name[-1:]
    return CUT_WORD.match(last + following) is None


def goes_on(more: str) -> bool:
    """Whether what follows a name makes a longer one of it: 办公室, 渝中区分局; not
    和黔南州农业农村局.
    """
    return GOES_ON.fullmatch(more) is not None and (more.endswith("分局") or not has_place(more))


def has_place(text: str) -> bool:
    """Whether a whole division stands in a text: 配合安吉县教育局."""
    return any(places.is_division_at(text, at) for at in range(len(text) - 1))
