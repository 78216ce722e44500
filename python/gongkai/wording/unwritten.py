"""Prose -> what in it is still to be written: marks of ours, which no published report may hold,
and what a person leaves for later, or in the place of a figure or a name.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from functools import cache
from itertools import filterfalse
from pathlib import Path

from gongkai import editions
from gongkai.model import Report
from gongkai.wording import prose

LEFT_OPEN = "〔待填"  # begins 〔待填：培训次数〕, which only the body knows, and
TO_FILL = f"{LEFT_OPEN}〕"  # in the place of a figure whose cell holds none
TO_REWRITE = "〔待改写〕"  # before a sentence of ours, until whoever reports has made it their own
OPENS, CLOSES = r"[〔［\[【（(｛{⟨﹝＜<]", r"[〕］\]】）)｝}⟩﹞＞>]"
NOT_YET = "有尚仍亟还均需急正皆都等接"  # 有待改写, 尚待核实, 等待确认: what people say, and no mark
OWN_MARK = rf"(?<![{NOT_YET}])(?<![{NOT_YET}]\s)待"
# The same however a person wrote it: 待改写 anywhere; 〔待改〕, 待填〕, 〔填〕.
REWRITE = re.compile(
    rf"{OWN_MARK}\W{{0,8}}改\W{{0,8}}写|{OPENS}\W{{0,8}}待\W{{0,8}}改\W{{0,3}}(?:$|{CLOSES}|[:：])"
    rf"|{OWN_MARK}\W{{0,3}}改\W{{0,3}}{CLOSES}|{OPENS}\W{{0,3}}改写\W{{0,3}}{CLOSES}"
)
FILL = re.compile(
    rf"{OPENS}\W{{0,8}}待\W{{0,8}}填|{OWN_MARK}\W{{0,3}}填\W{{0,3}}{CLOSES}"
    rf"|{OPENS}\W{{0,3}}填\W{{0,3}}{CLOSES}|{OWN_MARK}填\s*[:：]"
)
# Brackets that stand around little else than a year: 〔2021〕. （ and ） are in every list.
SQUARE, SQUARE_END = r"[〔［\[【｛{⟨﹝]", r"[〕］\]】｝}⟩﹞]"
# What is left of a mark, 〔重点领域为主 and 重点领域〕为主; not 〔2021〕, nor 国办发[2021〕.
BRACKETS = re.compile(f"{OPENS}|{CLOSES}")
HALF = re.compile(
    rf"{SQUARE}(?=[\u4e00-\u9fff])[^〔〕［］\[\]【】\n]{{0,12}}"
    rf"|(?<=[\u4e00-\u9fff]){SQUARE_END}"
)
OUR_MARK = re.compile(f"{TO_REWRITE}|{LEFT_OPEN}[^〔〕\\n]*〕")
GUIDANCE = re.compile(rf"{LEFT_OPEN}：([^〔〕]+)〕")
BESIDE_MARK = re.compile(rf"([\u4e00-\u9fff]{{2,4}}){LEFT_OPEN}[^〔〕]*〕([\u4e00-\u9fff]{{2,4}})")
LEAST_GUIDANCE = 6  # characters; a shorter one people may well write themselves: 具体措施
# What a clerk leaves in prose for later, in brackets or at the end of a clause: （待核实）,
# 电话待定; not 机制待完善, 待定岗位. What stands for a figure or a name: ××件, N次, 20XX年, XX县,
# ＿＿; not 张××, ××公司, 《××条例》, 1+N项. What is to be put in: （此处填写…）; not 请填写申请表.
TO_COME = "补充|核实|核对|核定|定|确认|填写|填报|统计|提供|填|写"
ANY_TO_COME = rf"{TO_COME}|完善|更新|修改|续|补|核|查|改"
SIGN = "[×xXＸｘ*＊□_＿]"
BLANK_SIGN = r"(?:×{1,4}|[xXＸｘ]{1,4}|[*＊]{1,4}|□{1,4}|[○〇]{2,4}|[NnＮ])"
COUNTED = (
    r"(?:万?余?(?:件|人?次|条(?!例|款)|项(?!目)|份(?!额)|宗|篇|场|期|家|名(?!称)|"
    r"个(?!人)|万?元|人(?![\u4e00-\u9fff])|[%％]))"
)
NAMED = r"(?:×{2,4}|[xXＸｘ]{2,4}|[○〇]{2,4}|某{2,4})(?:省|市|县|区|镇|乡|街道|局|厅|委员会)"
STOPS = r"(?=\s*(?:$|[。；;，,、\n）)]))"
# Behind these stands a figure or a number: 投入未填.
BEFORE_FIGURE = (
    "(?:(?<=投入)|(?<=电话)|(?<=地址)|(?<=收到)|(?<=受理)|(?<=办结)|(?<=金额)|(?<=[共为达：:]))"
)
# A word before a figure, which neither tells a number nor is one with a counter: 申请, not 三十五,
# 多, nor 人 of 120 人 次.
NO_NUMBER = (
    r"(?<=[\u4e00-\u9fff])(?<![〇零一二两三四五六七八九十百千万亿几多余数若首每各该再上下本半])"
    r"(?<![人场批户班件频轮车])"
)
IN_BRACKETS = r"[^〔［\[【（(｛{〕］\]】）)｝}⟨⟩﹝﹞＜＞<>]"
LATER = rf"(?<![{NOT_YET}])待"
# What a template has in the place of a figure: 培训〔次数〕次, 次数〕次; not 金额（万元）.
NUMBERED = "次数|件数|人数|人次|份数|条数|期数|场次|数量|数字|总?金额"
BEHIND_NUMBERED = (
    f"(?:{'|'.join(f'(?<={word})' for word in NUMBERED.replace('总?', '').split('|'))})"
)
NO_WORD_BEFORE = r"(?<![A-Za-z0-9_.@/=-])"
# An example of each -> what it looks like.
PLACEHOLDERS: Mapping[str, str] = {
    # in brackets
    "（具体数字待核）": rf"{OPENS}{IN_BRACKETS}{{0,12}}{LATER}(?:{ANY_TO_COME})\W*{CLOSES}",
    "（领导审后再改）": (
        rf"{OPENS}{IN_BRACKETS}{{0,12}}[后再][改补填核定写][写充实定]?\s*{CLOSES}"
    ),
    "【未填】": rf"{OPENS}\s*(?:未填写?|请补[充填写]?)\s*{CLOSES}",
    "（此处填写次数）": (
        rf"{OPENS}\s*(?:(?:此处|在此|请|需)+(?:填写|填报|补充|插入|输入)"
        rf"|填写(?!说明|单位|人|要求|日期|须知))[^〕］\]】）)｝}}\n]{{0,30}}{CLOSES}"
    ),
    "【?】": rf"{OPENS}[\s…._＿?？]{{0,40}}{CLOSES}",
    "{{次数}}": r"\{\{[^{}\n]{0,40}\}\}",
    "<渠道>": r"<[\u4e00-\u9fff]{1,12}>(?![^《》\n]*》)",
    "（文字描述）": rf"{OPENS}\s*文字描述\s*{CLOSES}",
    "培训〔次数〕次": rf"{SQUARE}\s*(?:{NUMBERED})\s*{SQUARE_END}",
    "培训（次数次": rf"{OPENS}\s*(?:{NUMBERED})\s*{CLOSES}?(?={COUNTED}{STOPS})",
    "培训次数）次": rf"{BEHIND_NUMBERED}{CLOSES}(?={COUNTED}{STOPS})",
    # what is to be done
    "此处插入图表": r"(?:此处|在此处?)(?:填写|填报|补充|插入|输入)",
    "请填写培训次数": (r"(?<![\u4e00-\u9fff“\"「『‘])请填写(?![^。\n]{0,8}(?:申请|表|单))"),
    "投入未填": rf"{BEFORE_FIGURE}(?:未填写?|请补[充填写]?){STOPS}",
    "待XX处提供": (
        rf"{LATER}(?:{BLANK_SIGN}[\u4e00-\u9fff]{{0,6}}|[\u4e00-\u9fff]{{1,8}}[处科股室])"
        rf"(?:提供|补充?|填写?|填报|核实|确认){STOPS}"
    ),
    "培训待填次": rf"{LATER}(?:{TO_COME})(?=$|[。；;，,、\n]|{COUNTED}{STOPS})",
    "待完善": rf"(?:^|(?<=[。；;，,：:\n]))待(?:{ANY_TO_COME})(?=$|[。；;，,、\n])",
    # in the place of a figure
    "受理××件": rf"(?<![A-Za-z0-9+＋一二三四五六七八九〇]){BLANK_SIGN}\s*{COUNTED}",
    "受理——件": (
        rf"(?<=[\u4e00-\u9fff])(?:[?？]{{2,}}|[—–－-]{{1,4}}|[.．…]{{2,}})\s*{COUNTED}{STOPS}"
    ),
    "投入....": rf"{BEFORE_FIGURE}(?:[ \t\u3000\xa0]{{2,}}{COUNTED}|[.．]{{4,}}){STOPS}",
    "办结申请  件": rf"{NO_NUMBER}[ \t\u3000\xa0]+{COUNTED}{STOPS}",
    "培训次": rf"(?<=培训|会议|检查|活动)[次场期]{STOPS}",
    "受理???": r"[?？]{3,}",
    "为：。": r"[：:]\s*[。；]|(?<=[，、])[。；]",
    # of a year or a day
    "20XX年": rf"(?:[2２][0０]{SIGN}{{1,2}}\d?|二[〇○零]{SIGN}{{1,2}})\s*年",
    "X月X日": rf"(?<![A-Za-z0-9+＋]){SIGN}{{1,3}}\s*月(?:\s*{SIGN}{{1,3}}\s*日)?",
    "2022年  月  日": (r"年[ \t\u3000\xa0]+月[ \t\u3000\xa0]*日|年月[ \t\u3000\xa0]+日"),
    # of a name, or of anything
    "××县": NAMED,
    "投入＿＿": rf"{NO_WORD_BEFORE}[_＿]{{2,}}(?![A-Za-z0-9_＿@/=])",
    "投入□□": "□{2,}",
    "投入_ _ _": rf"{NO_WORD_BEFORE}(?:[_＿][ \u3000]){{2,}}[_＿]?",
    "TBD": r"(?<![A-Za-z0-9])(?i:tbd|todo)(?![A-Za-z0-9])",
    "##": r"(?<![/\w])[#＃]{2,}",
}
# What one of them may begin with, which takes an eighth of the time to look for.
BEGINS = (
    "(?=[〔［\\[【（(｛{⟨﹝＜<〕］\\]】）)｝}⟩﹞＞>：:。；"
    "次场期此在请未待×xXＸｘ*＊□_＿○〇NnＮ?？—–－\\-.．… "
    "\t\u3000\xa02２二某TtＴ年#＃])"
)
ANY_PLACEHOLDER = "|".join(PLACEHOLDERS.values())
PLACEHOLDER = re.compile(f"{BEGINS}(?:{ANY_PLACEHOLDER})", re.MULTILINE)
# What stands for a body's name: （单位名称）, 某某市人民政府, and alone also ××县教育局.
UNNAMED = re.compile(
    rf"{OPENS}\s*(?:单位|机关|部门)(?:名称|全称)\s*{CLOSES}|某{{2,4}}[省市县区镇乡]"
)
NO_NAME = re.compile(rf"某[省市县区镇乡]|{NAMED}|{BLANK_SIGN}[\u4e00-\u9fff]|{OPENS}.*{CLOSES}$")
LEAD = 6  # characters before a placeholder that are shown with it


def is_to_rewrite(text: str) -> bool:
    """Whether a text still has a mark of ours, or what a person made of it: 〔待改写〕, 【待改写】,
    〔待 改写, 待改写：.
    """
    return REWRITE.search(text) is not None


def is_left_open(text: str) -> bool:
    """The same of what only the body knows: 〔待填：培训次数〕, 【待填】, [ 待填."""
    return FILL.search(text) is not None


def is_marked(text: str) -> bool:
    return is_to_rewrite(text) or is_left_open(text)


def placeholders_in(text: str) -> list[str]:
    """What a person left in prose to be written later, with what stands before it, each once:
    受理××件, （待核实）, 电话待定.
    """
    found: dict[str, None] = {}
    for match in PLACEHOLDER.finditer(text):
        before = text[max(0, match.start() - LEAD) : match.start()]
        lead = re.split(r"[\s。；;，,：:、]", before)[-1]
        shown = f"{lead}{match[0]}".strip()
        found[shown if len(shown) > 1 else f"{before}{match[0]}"] = None
    return list(found)


@cache
def drafted() -> str:
    """The sentences of a report that is begun: drafts.toml."""
    return (Path(__file__).parent / "drafts.toml").read_text(encoding="utf-8")


@cache
def guidance() -> re.Pattern[str]:
    """What our marks tell the clerk to write, which stays where only the brackets were taken away,
    可向承办机构、地址、电话咨询, and what stands beside a mark that went with nothing in its place:
    主动公开工作以为主.
    """
    drafts = drafted()
    texts = {text for text in GUIDANCE.findall(drafts) if len(text) >= LEAST_GUIDANCE}
    texts |= {f"{match[1]}{match[2]}" for match in BESIDE_MARK.finditer(drafts)}
    return re.compile("|".join(map(re.escape, sorted(texts))))


@cache
def bracketed() -> re.Pattern[str]:
    """The same in brackets that are not ours, any more: 在【渠道】公布; not 【渠道】, a heading."""
    texts = sorted(set(map(re.escape, GUIDANCE.findall(drafted()))))
    words = "|".join(text for text in texts if len(text) > 1)
    return re.compile(rf"(?<=[\u4e00-\u9fff]){SQUARE}\s*(?:{words})\s*{SQUARE_END}")


def left_in(parts: Mapping[str, str], is_ours: bool) -> Iterator[tuple[str, list[str]]]:
    """The parts of a report in which something was left to be written, and what: “一、总体情况”,
    培训××次. Once no mark of ours stands there also what is left of one, in a workbook of ours even
    without its brackets.
    """
    for part, text in parts.items():
        own = OUR_MARK.sub("本", text)  # something will stand there
        found = list(filterfalse(is_marked, placeholders_in(own)))
        if not is_marked(text):
            found += guidance().findall(text) if is_ours else []
            found += bracketed().findall(text)
            found += halves_in(text, found)
        if found:
            yield part, found


def halves_in(text: str, told: Sequence[str]) -> Iterator[str]:
    """〔 without 〕 and the other way round, with what stands beside: 〔重点领域为主, 领域〕; none
    that stands in what is told.
    """
    for line in text.split("\n"):
        alone = alone_in(line)
        for match in HALF.finditer(line) if alone else ():
            before = line[max(0, match.start() - LEAD) : match.start()]
            lead = re.split(r"[\s。；;，,：:、〕]", before)[-1]
            shown = f"{lead}{match[0]}"
            if match.start() in alone and not any(one in shown or shown in one for one in told):
                yield shown


def alone_in(line: str) -> set[int]:
    """Where the brackets of a line stand that have no other half, of whatever kind: 2 of 进行〕;
    none of [2021〕.
    """
    opened: list[int] = []
    alone: set[int] = set()
    for match in BRACKETS.finditer(line):
        if re.match(OPENS, match[0]):
            opened.append(match.start())
        elif opened:
            opened.pop()
        else:
            alone.add(match.start())
    return alone | set(opened)


def is_unnamed(agency: str, told: str) -> bool:
    """Whether something stands for the name of a body, or for it in what it tells of itself:
    （单位名称）, 某市人民政府; 由（单位名称）编制.
    """
    return NO_NAME.match(agency) is not None or UNNAMED.search(f"{agency}\n{told}") is not None


# What no report that is published may hold, and what is said of it.
MARKED = ((is_to_rewrite, TO_REWRITE), (is_left_open, TO_FILL))


def parts_marked(parts: Mapping[str, str]) -> dict[str, list[str]]:
    """Mark of what a program wrote for the clerk to change -> the parts whose text still holds it:
    〔待改写〕 -> 引言, “一、总体情况”.
    """
    found: dict[str, list[str]] = {}
    for part, text in parts.items():
        for holds_mark, mark in MARKED:
            if holds_mark(text):
                found.setdefault(mark, []).append(part)
    return found


def parts_of(report: Report) -> dict[str, str]:
    """What a report's parts are called, and their own text."""
    texts = {"标题": report.title, "引言": prose.own_text(report, prose.OPENING)}
    for section in editions.edition_of_year(report.year).sections:
        texts[f"“{section.title}”"] = prose.own_text(report, section.number)
    return texts
