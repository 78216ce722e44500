"""The head of a report -> its year and day of publication, with the sentences that say so."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from gongkai.groups import only
from gongkai.model import Evidence
from gongkai.recognize.cover import titles, witnesses
from gongkai.recognize.cover.page import SENTENCE, FrontPage

NOT_KNOWN = "无法确定是哪一年的报告"
AGAINST_TITLE = "标题“{}”的年度是{}年，而{}"
SEVERAL = "文中的年度不一致（{}），" + NOT_KNOWN
DATE = re.compile(
    r"(\d{4})\s*[-年/.]\s*(\d{1,2})\s*[-月/.]\s*(\d{1,2})(?!\d)|"
    r"(20\d\d)(0[1-9]|1[0-2])([0-3]\d)(?!\d)"
)
# 自2021年1月1日, 20211月1日 with digits lost, 2021.1.1, 二〇二一年一月一日.
PERIOD = re.compile(r"(20[0-4]\d)年?[-./]?(?:0?1|一)[月./-](?:0?1|一)(?!\d)日?(?!起?施行)")
NAMED_YEAR = re.compile(r"(20[0-4]\d)年?度?")
DATED_YEAR = re.compile(r"(20[0-4]\d)年(?!\s*\d{1,2}月)")  # not 2025年1月9日 before a report's name
INDEX_YEAR = re.compile(r"(?:/|-|^)(20[0-4]\d)(?:0[1-9]|1[0-2])?[-/]")
# 2022年, 2022年度; not 2022年1月, (上年2021年), 〔2021〕30号.
SPOKEN_YEAR = re.compile(
    r"(?<!上年（)(?<!上年)(?<!结转)(?<!转至)(?<!转)(20[0-4]\d)年(?!度?结?转)(?!\s*\d{1,2}月)"
)
ADDRESS_DAY = re.compile(
    r"/(20[0-4]\d)(?:[-/]?(?:0[1-9]|1[0-2])|[-/][1-9])(?:[-/]?\d\d?)?/|/t(20[0-4]\d)[01]\d[0-3]\d_"
)
BEHIND_A_DAY = re.compile(r"日?(?:[\sT|｜\])）】〕]|\d{1,2}:|$|[\u4e00-\u9fff]{2,6}\s*[:：])")
# What is said of other years: 上年度报告统计期限为2020年…, 与2020年相比, 2020年报告发布以来.
OF_OTHER_TIMES = re.compile(
    r"上一?年|去年|往年|上一?[期个]|上一统计|前一?年|相比|比较|同比|以来|已于|指出|整改|已经?在"
)
NO_DAY = re.compile(r"今天|现在|星期|[,，。;；]")
LONGEST_DATED = 60  # characters of a line with a date
IN_BOOKS = re.compile(r"《[^》]*》")
TITLE_LIKE = re.compile(r"报告|年报|年度")
DAY_KINDS = ("day", "made", "time")
LAST_MONTH = 12
SURE_KINDS = ("period", "day", "index")  # what no sentence on another year is taken for
KINDS = {
    "title": "标题",
    "other": "另一标题",
    "mention": "正文",
    "label": "报告年度一栏",
    "period": "统计期限",
    "day": "发布日期",
    "index": "索引号",
}


class YearSaid(NamedTuple):
    """A year, what kind of place says it, and the sentence there."""

    kind: str
    year: int
    sentence: str


# --- year -----------------------------------------------------------------------------------------


def year_of(page: FrontPage, title: str, published: Evidence) -> tuple[Evidence, str]:
    """The year that is reported on, and what its witnesses contradict each other about: 2021 of
    2021年…报告, though its period is 2020, 请核对.

    A title against which period, publication or index speaks is doubtful; one for which nothing
    speaks, but two of them against it, is not believed.
    """
    stated = list(years_stated(page, title))
    beside = list(years_beside(page, published))
    if not stated:
        return fallback(page, beside), ""
    votes = votes_of(stated, beside)
    own = stated[0]
    if own.kind != "title":
        return winner(page, stated, votes)
    against = witnesses_against(own, stated, beside, published)
    told = AGAINST_TITLE.format(own.sentence, own.year, said_by(against))
    if against and votes[own.year] == 1:
        return overruled(own, against, told)
    found, why = winner(page, stated, votes)
    if found.value != str(own.year):
        return Evidence(), why or f"{told}，{NOT_KNOWN}"
    if any(one.kind in SURE_KINDS for one in against):
        return doubted(own), f"{told}，请核对"
    return found, why


def overruled(own: YearSaid, against: Sequence[YearSaid], told: str) -> tuple[Evidence, str]:
    """A title for which nothing speaks: 2023年…报告 with the period of 2022, published in 2023."""
    if len(against) > 1:
        return Evidence(), f"{told}，{NOT_KNOWN}"
    return doubted(own), f"{told}，请核对"


def doubted(own: YearSaid) -> Evidence:
    """The year of a title that something speaks against."""
    return Evidence(str(own.year), own.sentence, "likely")


def votes_of(stated: Sequence[YearSaid], beside: Sequence[YearSaid]) -> Counter[int]:
    """Each year that is stated -> how many kinds of witnesses name it."""
    named = {one.year for one in stated}
    kinds = set()
    for one in (*stated, *beside):
        if one.year in named:
            kinds.add((one.year, one.kind))
    return Counter(year for year, _ in kinds)


def winner(
    page: FrontPage, stated: Sequence[YearSaid], votes: Counter[int]
) -> tuple[Evidence, str]:
    """The year that most kinds of witnesses name, 2021 of title, period and a mention of 2020; of
    two with as many the one that the text is about.
    """
    best = named_most(votes)
    year = only(best) or text_year(page)
    for said in stated:
        if said.year == year and year in best:
            is_certain = is_sure(page, said, votes)
            return Evidence(str(said.year), said.sentence, witnesses.certainty(is_certain)), ""
    texts = dict.fromkeys(f"{KINDS[one.kind]}：{one.year}年" for one in stated)
    return Evidence(), SEVERAL.format("，".join(texts))


def named_most(counts: Counter[int]) -> list[int]:
    """The years that are named most often: 2021 and 2022 of 2, 2 and 1 times."""
    most = max(counts.values(), default=0)
    found = []
    for year, count in counts.items():
        if count == most:
            found.append(year)
    return found


def is_sure(page: FrontPage, said: YearSaid, votes: Counter[int]) -> bool:
    """Whether several kinds of witnesses name a year, or one that stands whole on the page and no
    other: title and period, or 瑞安市2021年政府信息公开工作年度报告 in one line.
    """
    if votes[said.year] > 1:
        return True
    if len(votes) > 1:
        return False
    if said.kind != "title":
        return text_year(page) in (None, said.year)
    shown = set(page.titles) - page.joined
    return said.year in map(titles.year_in, shown)


def years_stated(page: FrontPage, title: str) -> Iterator[YearSaid]:
    """What title, opening, labels and period say, the title first."""
    yield from years_of_titles(page, title)
    yield from years_mentioned(page.opening)
    yield from years_labelled(page)
    yield from years_of_period(page.opening)


def years_mentioned(opening: str) -> Iterator[YearSaid]:
    """现公布献县2022年政府信息公开工作年度报告; not 与2020年报告相比."""
    for match in witnesses.MENTION.finditer(opening):
        named = DATED_YEAR.findall(match[0])
        clause = witnesses.clause_at(opening, match.start("before"), match.end())
        if named and not OF_OTHER_TIMES.search(clause):
            yield YearSaid("mention", int(named[-1]), witnesses.sentence_at(opening, match.start()))


def years_labelled(page: FrontPage) -> Iterator[YearSaid]:
    """报告年度：2022."""
    for label in page.labelled:
        found = NAMED_YEAR.match(label.value)
        if found and label.kind == "year":
            yield YearSaid("label", int(found[1]), label.sentence)


def years_of_period(opening: str) -> Iterator[YearSaid]:
    """统计期限为2022年1月1日至12月31日; not 上年度报告统计期限为2021年1月1日."""
    for match in PERIOD.finditer(opening):
        clause = witnesses.clause_at(opening, match.start(), match.end())
        if not OF_OTHER_TIMES.search(clause):
            yield YearSaid("period", int(match[1]), witnesses.sentence_at(opening, match.start()))


def years_of_titles(page: FrontPage, title: str) -> Iterator[YearSaid]:
    """The year of the title, 2021 of 瑞安市2021年…年度报告, else that of the first line that may be
    one; and the first other year of a title.
    """
    has_year = titles.is_title(title) and titles.year_in(title)
    own = title if has_year else next(filter(may_be_dated, page.titles), "")
    year = titles.year_in(own)
    if year is None:
        return
    yield YearSaid("title", year, own)
    for text in filter(titles.is_title, page.titles):
        other = titles.year_in(text)
        if other is not None and other != year:
            yield YearSaid("other", other, text)
            return


def may_be_dated(text: str) -> bool:
    """人防办2021年年报; not 2021年度 alone, an entry of a menu."""
    if not TITLE_LIKE.search(text) or SENTENCE.search(text):
        return False
    return titles.ONLY_YEAR.fullmatch(text) is None and titles.year_in(text) is not None


def years_beside(page: FrontPage, published: Evidence) -> Iterator[YearSaid]:
    """The years before the day of publication and that of the index, in which reports are
    numbered.
    """
    if published.value:
        yield YearSaid("day", int(published.value[:4]) - 1, published.source)
    for label in page.labelled:
        found = INDEX_YEAR.search(label.value)
        if found and label.kind == "index":
            yield YearSaid("index", int(found[1]) - 1, label.sentence)


def witnesses_against(
    own: YearSaid, stated: Sequence[YearSaid], beside: Sequence[YearSaid], published: Evidence
) -> list[YearSaid]:
    """Of opening, period, publication and index those that speak against the title."""
    others = {}
    for one in (*stated, *beside):
        if speaks_against(one, own, published.value):
            others[one.kind] = one
    return list(others.values())


def speaks_against(one: YearSaid, own: YearSaid, day: str) -> bool:
    """Whether a witness names another year than the title: a period from 1 January 2021 beside
    2022年…报告, or a day in 2022 on which that year was not at an end.
    """
    if one.kind == "day":
        return is_early(day, own.year)
    if one.kind == "index":
        return one.year < own.year
    return one.kind != "title" and one.year != own.year


def is_early(day: str, year: int) -> bool:
    """Whether a report was published before its year was at an end; later, a page may have been put
    up again.
    """
    return int(day[:4]) <= year and int(day[5:7]) < LAST_MONTH


def said_by(against: Sequence[YearSaid]) -> str:
    """统计期限“…”、发布日期“…”指的是2021年."""
    texts = "、".join(f"{KINDS[one.kind]}“{one.sentence}”" for one in against)
    years = "、".join(dict.fromkeys(f"{one.year}年" for one in against))
    return f"{texts}指的是{years}"


def fallback(page: FrontPage, beside: Sequence[YearSaid]) -> Evidence:
    """The year of which the first section speaks, else that before the publication."""
    told = text_year(page)
    if told:
        text = f"{page.opening}\n{page.text}"
        at = max(text.find(str(told)), 0)
        return Evidence(str(told), witnesses.sentence_at(text, at), "likely")
    found = (*beside, *years_of_address(page))
    if not found:
        return Evidence()
    return Evidence(str(found[0].year), found[0].sentence, "likely")


def years_of_address(page: FrontPage) -> Iterator[YearSaid]:
    """The year before that in which a page was put up, as its address says:
    …/202501/t20250122_6841105.html.
    """
    match = ADDRESS_DAY.search(page.url)
    if match:
        yield YearSaid("address", int(match[1] or match[2]) - 1, page.url)


def text_year(page: FrontPage) -> int | None:
    """The year of which opening and first section speak most often; None for two as often."""
    text = IN_BOOKS.sub("", titles.with_digits(f"{page.opening}\n{page.text}"))
    counts = Counter(map(int, SPOKEN_YEAR.findall(text)))
    return only(named_most(counts))


# --- day of publication ---------------------------------------------------------------------------


def published_of(page: FrontPage) -> Evidence:
    """The day of publication as an ISO date: by its label, else by another day's, else a date alone
    below the title.

    The day of another step (成文日期), and one beside which another stands, is likely only.
    """
    alone = days_alone(page)
    for kind in DAY_KINDS:
        days = days_under(page, kind)
        if days:
            day, source = next(iter(days.items()))
            others = {*days, *alone, *days_under(page, "day"), *days_under(page, "time")}
            is_one = kind != "made" and others == {day}
            return Evidence(day, source, witnesses.certainty(is_one))
    if alone:
        day, line = next(iter(alone.items()))
        return Evidence(day, line, "likely")
    return Evidence()


def days_under(page: FrontPage, kind: str) -> dict[str, str]:
    """The days that labels of one kind say, and the last line that says each."""
    days = {}
    for label in page.labelled:
        if label.kind == kind:
            days[day_in(label.value)] = label.sentence
    days.pop("", None)
    return days


def days_alone(page: FrontPage) -> dict[str, str]:
    """The days that stand in lines of their own, without a label, and these lines.

    （2023年1月28日）, 2023-01-28 来源：…; not 今天是2023年…, nor a sentence.
    """
    named = set()
    for label in page.labelled:
        if label.kind in DAY_KINDS:
            named.add(label.sentence)
    days = {}
    for line in page.lines:
        found = days_in(line)
        is_labelled = line in named
        if len(found) == 1 and not is_labelled and is_line_of_day(line):
            days[found[0]] = line
    return days


def days_in(line: str) -> list[str]:
    return list(filter(None, map(iso_date, DATE.finditer(line))))


def is_line_of_day(line: str) -> bool:
    return len(line) <= LONGEST_DATED and not NO_DAY.search(line)


def day_in(value: str) -> str:
    """[2022-01-20 10:00] -> 2022-01-20; "" for a value that begins with none, as 2022-01-31前,
    2022-01-04起草.
    """
    text = value.lstrip("[【(（ ")
    match = DATE.match(text)
    if match is None or not BEHIND_A_DAY.match(text[match.end() :]):
        return ""
    return iso_date(match)


def iso_date(match: re.Match[str]) -> str:
    """2022年1月4日, 20220104 -> 2022-01-04; "" for 2022年13月4日."""
    year, month, day = filter(None, match.groups())
    try:
        return date(int(year), int(month), int(day)).isoformat()
    except ValueError:
        return ""
