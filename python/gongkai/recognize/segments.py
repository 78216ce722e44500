"""Tokens -> the segments of a document, before any table is read: reports, and annexes that are no
report's own.

A title of another year or body opens a report. A caption above a table that names another year,
last year, a comparison or a sample opens an annex; it ends where the numbered sections of its
report go on.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from itertools import filterfalse, groupby, islice
from operator import attrgetter

from gongkai import bodies, figures, groups
from gongkai.model import SHEET, PartChoice, Segment, UnreadableDocument
from gongkai.recognize import labelling, tokenizing
from gongkai.recognize.cover.titles import (
    body_in,
    is_title,
    line_above,
    segment_of,
    tidy_title,
    with_digits,
)
from gongkai.recognize.sections import section_number

LONGEST_CAPTION = 40  # characters, squashed; a longer line is a sentence
FARTHEST_HEADING = 40  # rows below a title in which its first section begins
LOOK_AHEAD = 4  # rows below a caption in which its table begins
NO_SUCH_PART = "文中有表格的部分只有{}份，没有第{}份；请用 gongkai read --parts 查看。"
MOST_PARTS = 60  # reports and annexes; the time to read them grows with their square
TOO_MANY_PARTS = "文中有{}份报告或表格，像是汇编；请分成单份报告后再导入。"
FEWEST_LABELS = 4  # labels of rows from which a segment is taken to hold a table
NO_YEAR = 0
LONGEST_CELL = 12  # characters of a cell that may stand for a figure: 无, □, 12%, 12（上年3）
# 2022年数据, 2022年度; not 2022年1月20日, not 〔2021〕30号.
YEAR_NAMED = re.compile(r"(20[0-4]\d)\s*年(?!\s*\d{1,2}\s*月)")
SHORT_YEAR = re.compile(r"(?<!\d)([12]\d)(?=年度)")  # 20年度
LAST_YEAR = re.compile(r"上一?年|去年|往年|历年|同期|前一?年|上期|历史")
COMPARISON = re.compile(r"对比|对照|比较|同比|环比|增减")
SAMPLE = re.compile(
    r"样[表例张]|示例|范[例本]|模[板版]|填[报写表]说明|空[白]?表|参考|作废|更正前|修改前|旧[版表]"
)
# The same tables of others: 下属单位情况表, 各街道合计, 其中：青溪县财政局. A city's own may be
# called 全市汇总表.
OF_OTHERS = re.compile(r"下属|所属|直属|(?<![含及])各(?:街道|乡镇|镇|部门|单位|区|县)|其中[:：]")
# 填表说明：单位为件: what follows says whose the table is. 填表说明 alone stands above a sample.
REMARK = re.compile(r"^(?:填[报写表]说明[:：](?=.{0,4}单位)|(?:说明|备?注)[:：](?=.))")
# No table of the report's own, whatever the year.
NOT_OWN = re.compile(f"{SAMPLE.pattern}|{COMPARISON.pattern}|{OF_OTHERS.pattern}")
# 附件, （二）附表2, 附：街道办事处, 全市汇总数, 本级: perhaps the report's own table, perhaps that
# of others.
VAGUE = re.compile(
    r"^(?:[（(].{1,2}[）)])?附(?:[件表]?[\d一二三四五六七八九十]*$|[:：])|汇总|本级|全系统"
)
# 下表为2023年数据。 2023年12月31日前数据: a date or a sentence that speaks of what stands below it.
BELOW = re.compile(r"(?:下表|以下|本表)[为是].*年|年.{0,8}(?:数据|情况)。?$")
DATED = re.compile(r"(20[0-4]\d)\s*年")
YEAR_CELL = re.compile(r"[（(]?(?:20\d\d|\d\d)年度?(?:数量?|件数|数据)?[）)]?(?:（[件次项]）)?")
YEAR_ALONE = re.compile(r"20[0-4]\d")  # a year in the head of a column or row, else a figure
HEAD_ROWS = 2  # of a grid, in which years alone may head its columns
CUES = re.compile(  # one of them stands in every such caption
    r"年|期|比|对照|增减|样|示例|范|模|填|历史|空|参考|作废|更正|修改|旧|下属|所属|直属|各|其中"
)
# 发布时间：2023年…, 上一篇：…, a sentence, a row of the form (上年结转, 上一年项目数量), what
# the own table includes (（含各乡镇、各部门）): no captions.
NO_CAPTION = re.compile(
    r"日期|时间|来源|浏览|口径|链接|[。；;，,]$|[，,。；;].*[：:]$|[上下]一[篇条]|结转|"
    r"项目数量|统计期[限间]|^[（(]含[^\d年样]*[）)]$"
)


@dataclass(slots=True)
class Cut:
    """A segment, its tokens, and the numbers of its section headings so far; ``vague`` are the
    tokens of lines that may name whose table stands below.
    """

    segment: Segment
    tokens: list[tokenizing.Token] = field(default_factory=list)
    vague: list[int] = field(default_factory=list)
    sections: set[int] = field(default_factory=set)

    @property
    def last(self) -> int:
        return max(self.sections, default=0)

    def is_caption_alone(self) -> bool:
        """Whether a line below a table was taken for the caption of another one."""
        return bool(self.tokens) and self.tokens[0].row == self.tokens[-1].row

    def has_table(self) -> bool:
        return holds_table(self.tokens)


def holds_table(tokens: Sequence[tokenizing.Token]) -> bool:
    """Whether so many of the form's labels are there that one of its tables may be."""
    words = {token.squash for token in tokens}
    labels = words & labelling.row_words()
    return len(labels) >= FEWEST_LABELS


def cut(tokens: Sequence[tokenizing.Token], links: Collection[str], page: Segment) -> list[Cut]:
    """The segments in their order. ``page`` says what the page's own title names; ``links`` are
    texts of links.
    """
    cutter = Cutter(links, page)
    rows = [list(row) for _, row in groupby(tokens, key=attrgetter("row"))]
    for number, row in enumerate(rows, 1):
        text = lone_text(row)
        if text:
            below = rows[number : number + FARTHEST_HEADING]
            cutter.look_at(row[0], text, below)
        cutter.take(row, text)
    filled = list(filter(attrgetter("tokens"), cutter.cuts))
    return filled or cutter.cuts


class Cutter:
    """Takes rows one after the other. ``report`` is the report that they belong to, ``current`` it
    or its annex.
    """

    def __init__(self, links: Collection[str], page: Segment) -> None:
        self.links, self.page = links, page
        self.report = self.current = Cut(page)
        self.cuts = [self.report]
        self.above = ""
        self.last_row = 0  # of the comparison that the annex at hand is, 0 for none

    def take(self, row: Sequence[tokenizing.Token], text: str) -> None:
        """A row belongs to the segment at hand; a worksheet's name to none. What stands below a
        comparison is the report's again.
        """
        if row[0].heading == SHEET:
            return
        if self.last_row and row[0].row > self.last_row:
            self.last_row = 0
            self.return_to_report()
        if text and is_vague(text, self.report.segment.year):
            self.current.vague.append(len(self.current.tokens))
        self.current.tokens += row
        self.above = text or self.above

    def look_at(
        self, token: tokenizing.Token, text: str, below: Sequence[Sequence[tokenizing.Token]]
    ) -> None:
        """Go on with another segment where a line says so: a worksheet's name, a report's title, a
        section's heading, a caption above a table as 附：2022年数据.
        """
        if token.text in self.links:
            return
        title = self.title_in(text)
        section = section_number(token)
        if token.heading == SHEET:
            self.open_sheet(text)
        elif title:
            self.open_report(title, below)
        elif section:
            self.go_on(section, text)
        elif may_caption(token, text) and is_above_table(below[:LOOK_AHEAD]):
            self.caption(text, below)

    def open_sheet(self, name: str) -> None:
        """A worksheet whose name tells of another year or of a sample holds an annex; any other
        goes on.
        """
        self.current = self.report
        if self.is_foreign(name):
            self.open_annex(name)

    def title_in(self, text: str) -> str:
        """The title that a line is, completed by the body's name on the line above it; "" for any
        other line.
        """
        if "公开" not in text:
            return ""
        title = tidy_title(figures.clean(text))
        if not is_title(title):
            return ""
        if body_in(title):
            return title
        return line_above(title, [self.above, title]) + title

    def open_report(self, title: str, below: Sequence[Sequence[tokenizing.Token]]) -> None:
        """Go on with the report of that title; one whose sections begin anew below is another
        report of that title.
        """
        found = segment_of(title)
        if not found.year and not found.agency:
            return
        known = self.report_of(found)
        if known is None or begins_anew(known, below):
            known = Cut(found)
            self.cuts.append(known)
        known.segment = completed_by(known.segment, found)
        self.report = self.current = known

    def report_of(self, named: Segment) -> Cut | None:
        """The report that a title may be of: that at hand, else the first."""
        for known in (self.report, *self.cuts):
            if known.segment.kind == "report" and is_same(known.segment, named):
                return known
        return None

    def go_on(self, section: int, text: str) -> None:
        """A section heading: with another year it opens an annex, else the report goes on, or the
        annex does.
        """
        if self.is_foreign(text):
            self.open_annex(text)
            return
        if self.current is not self.report and self.goes_on(section):
            self.return_to_report()
        self.current.sections.add(section)

    def goes_on(self, section: int) -> bool:
        """Whether a heading is the report's next one, behind an annex without headings, or with
        just the heading that the report had last: 三 of this year, 三 of last year, 四 of this
        year.
        """
        last = self.report.last
        return section > last and self.current.sections in (set(), {last})

    def caption(self, text: str, below: Sequence[Sequence[tokenizing.Token]]) -> None:
        """A caption of others' opens an annex; one that names the report's own year ends it.

        A small table that compares the report's year with another stays in the report with its
        caption; a larger one, which could be read as one of the form, is an annex of its own.
        """
        if not self.is_foreign(text):
            if years_in(text):
                self.return_to_report()
            return
        compared = self.compared_below(text, below)
        if compared and not holds_table(compared):
            return
        self.open_annex(text)
        self.last_row = compared[-1].row if compared else 0

    def compared_below(
        self, text: str, below: Sequence[Sequence[tokenizing.Token]]
    ) -> list[tokenizing.Token]:
        """The cells of the next grid where that compares years, as its caption says."""
        if self.current is not self.report:
            return []
        cells = first_grid(below)
        says_so = COMPARISON.search(text) is not None or len(years_told(text)) > 1
        return cells if says_so and compares_years(cells, self.report.segment.year) else []

    def return_to_report(self) -> None:
        """End an annex; of one without a table its caption is a line of the report."""
        if self.current is not self.report and self.current.is_caption_alone():
            self.report.tokens += self.current.tokens
        self.current = self.report

    def open_annex(self, text: str) -> None:
        """Go on with the annex of the year that a caption names, else with a new one."""
        self.last_row = 0
        year = groups.only(years_in(text))
        known = self.annex_of(year)
        if known is not None:
            self.current = known
            self.current.sections.clear()
            return
        self.current = Cut(Segment("annex", text, self.report.segment.agency, year))
        self.cuts.append(self.current)

    def annex_of(self, year: int | None) -> Cut | None:
        """The annex of a year: 2022年数据 above 表二 and again above 表三."""
        if year is None:
            return None
        for known in self.cuts:
            if (known.segment.kind, known.segment.year) == ("annex", year):
                return known
        return None

    def is_foreign(self, text: str) -> bool:
        """附：2022年数据 in a report for 2023, 上一年度, 两年对比, 样表, 下属单位情况表."""
        text = REMARK.sub("", text)
        if NO_CAPTION.search(text) and not BELOW.search(text):
            return False
        years = years_told(text)
        if len(years) > 1 or NOT_OWN.search(text):
            return True
        if not years:
            return LAST_YEAR.search(text) is not None
        return self.report.segment.year not in (None, *years)


def years_told(text: str) -> set[int]:
    """The years that a caption names; in 下表为2023年12月数据 that of a date too."""
    if BELOW.search(text):
        return set(map(int, DATED.findall(text)))
    return years_in(text)


def begins_anew(report: Cut, below: Sequence[Sequence[tokenizing.Token]]) -> bool:
    """Whether the next section below a title is one that the report has had, with its tables: 一、
    below a second 瑞安市2021年…报告.
    """
    for row in below:
        section = section_number(row[0])
        if section:
            return section <= report.last and report.has_table()
    return False


def is_same(one: Segment, other: Segment) -> bool:
    """Whether two titles can be of one report: a title may lack the year or the body."""
    years = {one.year, other.year} - {None}
    return len(years) < 2 and bodies.may_be_one(one.agency, other.agency)


def completed_by(segment: Segment, other: Segment) -> Segment:
    return replace(segment, agency=segment.agency or other.agency, year=segment.year or other.year)


def lone_text(row: Sequence[tokenizing.Token]) -> str:
    """The text of a line, or of a grid row that holds one text and no other cell with anything in
    it; else "".

    ``2022年数据 |  |  |`` is one; of a row whose first cell is empty none is a caption.
    """
    filled = list(islice(filterfalse(tokenizing.is_blank, row), 2))  # a second one is enough
    if len(filled) != 1 or filled[0].kind != "text" or not row[0].text:
        return ""
    return filled[0].text


def may_caption(token: tokenizing.Token, text: str) -> bool:
    """Whether a short line, or one of the first two rows of a grid, has words of a caption that
    need a look.
    """
    is_short = len(token.squash) <= LONGEST_CAPTION and token.place.row <= 2
    may_be_one = is_short and CUES.search(text) is not None
    return may_be_one and token.squash not in labelling.form_words()


def is_above_table(below: Sequence[Sequence[tokenizing.Token]]) -> bool:
    """Whether a table begins within the rows below: a grid, or a label of the form in a line of its
    own.
    """
    return any(row[0].grid or row[0].squash in labelling.form_words() for row in below)


def first_grid(below: Sequence[Sequence[tokenizing.Token]]) -> list[tokenizing.Token]:
    """The cells of the grid that begins within the next rows; none where its end is too far."""
    cells: list[tokenizing.Token] = []
    for number, row in enumerate(below):
        if cells and row[0].grid != cells[0].grid:
            return cells
        if row[0].grid and (cells or number < LOOK_AHEAD):
            cells += row
    return cells if len(below) < FARTHEST_HEADING else []


def compares_years(cells: Sequence[tokenizing.Token], year: int | None) -> bool:
    """Whether a grid has columns or rows for the report's own year and for another: 项目 | 2020年 |
    2021年; or 年度, 2020, 2021 one below the other.
    """
    years: set[int] = set()
    for token in cells:
        text = token.text.strip()
        is_head = token.place.column == 1 or token.place.row <= HEAD_ROWS
        if YEAR_CELL.fullmatch(text):
            years |= years_in(text)
        elif is_head and YEAR_ALONE.fullmatch(text):
            years.add(int(text))
    return year in years and len(years) > 1


def years_in(text: str) -> set[int]:
    """The years that a text names: 2020年, 二〇二〇年, 20年度; not 2022年1月20日."""
    written_out = SHORT_YEAR.sub(r"20\1", with_digits(text))
    return set(map(int, YEAR_NAMED.findall(written_out)))


def is_vague(text: str, year: int | None) -> bool:
    """附件, 全市汇总数; not a line that names the report's own year, or its subject: it speaks of
    the report.
    """
    if len(text) > LONGEST_CAPTION or not VAGUE.search(text):
        return False
    is_of_report = "信息公开" in text or str(year) in text
    return not is_of_report and not NO_CAPTION.search(text)


# --- which segment is the report ------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Chosen:
    """``cut`` is the report, None where it cannot be told; ``by`` is what told it; ``parts`` are
    all with tables.
    """

    cut: Cut | None
    by: PartChoice
    parts: tuple[Cut, ...]


def choose(cuts: Sequence[Cut], page: Segment, named: Segment | None, part: int) -> Chosen:
    """The report among the segments with tables: part number ``part``, counted from 1; else the
    only report; else that of the page's title; else the latest of the page's body. Raises
    UnreadableDocument for no such part.

    ``named`` is what the page's own title names, None where it names none; ``page`` what its first
    title does.
    """
    parts = with_tables(cuts)
    if part:
        return Chosen(part_number(part, parts), "part", parts)
    if not parts:
        return Chosen(cuts[0], "only", parts)
    reports = []
    for cut in parts:
        if cut.segment.kind == "report":
            reports.append(cut)
    if len(reports) == 1:
        return Chosen(reports[0], "only", parts)
    titled = named_among(reports, named)
    if titled:
        return Chosen(joined(titled), "title", parts)
    latest = latest_of(reports, page.agency)
    if latest:
        return Chosen(joined(latest), "latest", parts)
    return Chosen(None, "", parts)


def with_tables(cuts: Sequence[Cut]) -> tuple[Cut, ...]:
    """The segments that hold a table of the form. Raises UnreadableDocument for too many."""
    parts = tuple(filter(Cut.has_table, cuts))
    if len(parts) > MOST_PARTS:
        raise UnreadableDocument(TOO_MANY_PARTS.format(len(parts)))
    return parts


def part_number(part: int, parts: Sequence[Cut]) -> Cut:
    """The part that a person asked for, counted from 1. Raises UnreadableDocument."""
    if part > len(parts):
        raise UnreadableDocument(NO_SUCH_PART.format(len(parts), part))
    return parts[part - 1]


def named_among(reports: Sequence[Cut], named: Segment | None) -> list[Cut]:
    """The reports that the page's own title may mean; none where it names none."""
    found = []
    for cut in reports:
        if named is not None and is_same(cut.segment, named):
            found.append(cut)
    return found


def joined(reports: Sequence[Cut]) -> Cut:
    """Several reports of one title as one: a table that two of them hold counts where both give the
    same figures.
    """
    if len(reports) == 1:
        return reports[0]
    whole = Cut(reports[0].segment)
    for cut in reports:
        before = len(whole.tokens)
        whole.vague += [before + at for at in cut.vague]
        whole.tokens += cut.tokens
    return whole


def latest_of(reports: Sequence[Cut], agency: str) -> list[Cut]:
    """A body's reports for the latest year, 2022 of 2021 and 2022; none where the year of one of
    them is not known.
    """
    by_year: dict[int, list[Cut]] = {}
    for cut in reports:
        if bodies.may_be_one(cut.segment.agency, agency):
            by_year.setdefault(cut.segment.year or NO_YEAR, []).append(cut)
    if not by_year or NO_YEAR in by_year:
        return []
    return by_year[max(by_year)]
