"""The head of a report -> its year and day of publication, with the sentences that say so."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from datetime import date
from typing import NamedTuple

from gongkai.model import Evidence
from gongkai.recognize.cover.page import SENTENCE, FrontPage
from gongkai.recognize.cover.titles import ONLY_YEAR, is_title, with_digits, year_in
from gongkai.recognize.cover.witnesses import MENTION, clause_at, sentence_at

NOT_KNOWN = "无法确定是哪一年的报告"
AGAINST_TITLE = "标题“{}”的年度是{}年，而{}"
SEVERAL = "文中的年度不一致（{}），" + NOT_KNOWN
DATE = re.compile(
    r"(\d{4})\s*[-年/.]\s*(\d{1,2})\s*[-月/.]\s*(\d{1,2})(?!\d)|(20\d\d)(0[1-9]|1[0-2])"
    r"([0-3]\d)"
    r"(?!\d)"
)
# 自2021年1月1日, 20211月1日 with digits lost, 2021.1.1, 二〇二一年一月一日.
PERIOD = re.compile(r"(20[0-4]\d)年?[-./]?(?:0?1|一)[月./-](?:0?1|一)(?!\d)日?(?!起?施行)")
NAMED_YEAR = re.compile(r"(20[0-4]\d)年?度?")
DATED_YEAR = re.compile(r"(20[0-4]\d)年")
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
    """The year that is reported on, and what its witnesses contradict each other about.

    A title against which period, publication or index speaks is doubtful; one for which nothing
    speaks, but two of them against it, is not believed.
    """
    stated = list(years_stated(page, title))
    beside = list(years_beside(page, published))
    if not stated:
        return fallback(page, beside), ""
    votes = votes_of(stated, beside)
    own = next((one for one in stated if one.kind == "title"), None)
    if own is None:
        return winner(page, stated, votes)
    against = witnesses_against(own, stated, beside, published)
    told = AGAINST_TITLE.format(own.sentence, own.year, said_by(against))
    if votes[own.year] > 1 or not against:
        found, why = winner(page, stated, votes)
        if found.value != str(own.year):
            return Evidence(), why or f"{told}，{NOT_KNOWN}"
        if not any(one.kind in SURE_KINDS for one in against):
            return found, why
    elif len(against) > 1:
        return Evidence(), f"{told}，{NOT_KNOWN}"
    return Evidence(str(own.year), own.sentence, "likely"), f"{told}，请核对"


def votes_of(stated: Sequence[YearSaid], beside: Sequence[YearSaid]) -> Counter[int]:
    """Each year that is stated -> how many kinds of witnesses name it."""
    kinds: dict[int, set[str]] = {one.year: set() for one in stated}
    for one in (*stated, *beside):
        if one.year in kinds:
            kinds[one.year].add(one.kind)
    return Counter({year: len(found) for year, found in kinds.items()})


def winner(
    page: FrontPage, stated: Sequence[YearSaid], votes: Counter[int]
) -> tuple[Evidence, str]:
    """The year that most kinds of witnesses name; of two with as many the one that the text is
    about.
    """
    best = [year for year, count in votes.items() if count == max(votes.values())]
    year = best[0] if len(best) == 1 else text_year(page)
    if year not in best:
        texts = "，".join(dict.fromkeys(f"{KINDS[one.kind]}：{one.year}年" for one in stated))
        return Evidence(), SEVERAL.format(texts)
    said = next(one for one in stated if one.year == year)
    return Evidence(
        str(said.year), said.sentence, "certain" if is_sure(page, said, votes) else "likely"
    ), ""


def is_sure(page: FrontPage, said: YearSaid, votes: Counter[int]) -> bool:
    """Whether several kinds of witnesses name a year, or one that stands whole on the page and no
    other.
    """
    shown = any(year_in(text) == said.year for text in page.titles if text not in page.joined)
    told = text_year(page) in (None, said.year)
    return votes[said.year] > 1 or (len(votes) == 1 and (shown if said.kind == "title" else told))


def years_stated(page: FrontPage, title: str) -> Iterator[YearSaid]:
    """What title, opening, labels and period say."""
    yield from years_of_titles(page, title)
    for match in MENTION.finditer(page.opening):
        named = DATED_YEAR.findall(match[0])
        if named and not OF_OTHER_TIMES.search(
            clause_at(page.opening, match.start("before"), match.end())
        ):
            yield YearSaid("mention", int(named[-1]), sentence_at(page.opening, match.start()))
    for label in page.labelled:
        found = NAMED_YEAR.match(label.value) if label.kind == "year" else None
        if found:
            yield YearSaid("label", int(found[1]), label.sentence)
    for match in PERIOD.finditer(page.opening):
        if OF_OTHER_TIMES.search(clause_at(page.opening, match.start(), match.end())):
            continue
        yield YearSaid("period", int(match[1]), sentence_at(page.opening, match.start()))


def years_of_titles(page: FrontPage, title: str) -> Iterator[YearSaid]:
    """The year of the title, else that of the first line that may be one; and the first other year
    of a title.
    """
    own = (
        title if is_title(title) and year_in(title) else next(filter(may_be_dated, page.titles), "")
    )
    year = year_in(own)
    if year is None:
        return
    yield YearSaid("title", year, own)
    others = [text for text in page.titles if is_title(text) and year_in(text) not in (None, year)]
    for text in others[:1]:
        yield YearSaid("other", year_in(text) or 0, text)


def may_be_dated(text: str) -> bool:
    """人防办2021年年报; not 2021年度 alone, an entry of a menu."""
    is_like = (
        TITLE_LIKE.search(text) and not SENTENCE.search(text) and not ONLY_YEAR.fullmatch(text)
    )
    return bool(is_like) and year_in(text) is not None


def years_beside(page: FrontPage, published: Evidence) -> Iterator[YearSaid]:
    """The years before the day of publication and that of the index, in which reports are
    numbered.
    """
    if published.value:
        yield YearSaid("day", int(published.value[:4]) - 1, published.source)
    for label in page.labelled:
        found = INDEX_YEAR.search(label.value) if label.kind == "index" else None
        if found:
            yield YearSaid("index", int(found[1]) - 1, label.sentence)


def witnesses_against(
    own: YearSaid, stated: Sequence[YearSaid], beside: Sequence[YearSaid], published: Evidence
) -> list[YearSaid]:
    """Of opening, period, publication and index those that speak against the title."""
    others = {one.kind: one for one in stated if one.kind != "title" and one.year != own.year}
    for one in beside:
        if one.kind == "index" and one.year < own.year:
            others[one.kind] = one
        if one.kind == "day" and is_early(published.value, own.year):
            others[one.kind] = one
    return list(others.values())


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
        return Evidence(str(told), sentence_at(text, max(text.find(str(told)), 0)), "likely")
    found = beside or list(years_of_address(page))
    return Evidence(str(found[0].year), found[0].sentence, "likely") if found else Evidence()


def years_of_address(page: FrontPage) -> Iterator[YearSaid]:
    """The year before that in which a page was put up, as its address says:
    …/202501/t20250122_6841105.html.
    """
    match = ADDRESS_DAY.search(page.url)
    if match:
        yield YearSaid("address", int(match[1] or match[2]) - 1, page.url)


def text_year(page: FrontPage) -> int | None:
    """The year of which opening and first section speak most often; None for two as often."""
    text = IN_BOOKS.sub("", with_digits(f"{page.opening}\n{page.text}"))
    best = Counter(map(int, SPOKEN_YEAR.findall(text))).most_common(2)
    if not best or (len(best) > 1 and best[0][1] == best[1][1]):
        return None
    return best[0][0]


# --- day of publication ---------------------------------------------------------------------------


def published_of(page: FrontPage) -> Evidence:
    """The day of publication as an ISO date: by its label, else by another day's, else a date alone
    below the title.

    The day of another step (成文日期), and one beside which another stands, is likely only.
    """
    alone = days_alone(page)
    for kind in DAY_KINDS:
        days = {
            day_in(label.value): label.sentence for label in page.labelled if label.kind == kind
        }
        days.pop("", None)
        if days:
            day, source = next(iter(days.items()))
            is_one = kind != "made" and {*days, *alone, *days_of(page)} == {day}
            return Evidence(day, source, "certain" if is_one else "likely")
    return Evidence(*next(iter(alone.items())), "likely") if alone else Evidence()


def days_of(page: FrontPage) -> set[str]:
    """All days under labels of publication, or of no step."""
    found = {day_in(label.value) for label in page.labelled if label.kind in ("day", "time")}
    return found - {""}


def days_alone(page: FrontPage) -> dict[str, str]:
    """The days that stand in lines of their own, without a label, and these lines."""
    named = {label.sentence for label in page.labelled if label.kind in DAY_KINDS}
    return {
        day_alone(line): line for line in page.lines if line not in named and is_day_alone(line)
    }


def day_alone(line: str) -> str:
    return next(filter(None, map(iso_date, DATE.finditer(line))), "")


def is_day_alone(line: str) -> bool:
    """（2023年1月28日）, 2023-01-28 来源：…; not 今天是2023年…, nor a sentence."""
    days = list(filter(None, map(iso_date, DATE.finditer(line))))
    return len(days) == 1 and len(line) <= LONGEST_DATED and not NO_DAY.search(line)


def day_in(value: str) -> str:
    """[2022-01-20 10:00] -> 2022-01-20; "" for a value that begins with none, as 2022-01-31前,
    2022-01-04起草.
    """
    match = DATE.match(value.lstrip("[【(（ "))
    rest = value.lstrip("[【(（ ")[match.end() :] if match else ""
    return iso_date(match) if match and BEHIND_A_DAY.match(rest) else ""


def iso_date(match: re.Match[str]) -> str:
    try:
        return date(*(int(part) for part in filter(None, match.groups()))).isoformat()
    except ValueError:
        return ""
