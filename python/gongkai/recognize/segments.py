"""Tokens -> the segments of a document, before any table is read: reports, and annexes that are no
report's own.

A title of another year or body opens a report. A caption above a table that names another year,
last year, a comparison or a sample opens an annex; it ends where the numbered sections of its
report go on.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass, field, replace
from itertools import pairwise

from gongkai.bodies import may_be_one
from gongkai.figures import PICTURE, clean
from gongkai.model import SHEET, PartChoice, Place, Segment, UnreadableDocument
from gongkai.recognize.cover.titles import (
    body_in,
    is_title,
    line_above,
    segment_of,
    tidy_title,
    with_digits,
)
from gongkai.recognize.labels import form_words, row_words
from gongkai.recognize.sections import section_number
from gongkai.recognize.tokens import Token, squash

LONGEST_CAPTION = 40  # characters, squashed; a longer line is a sentence
FARTHEST_HEADING = 40  # rows below a title in which its first section begins
LOOK_AHEAD = 4  # rows below a caption in which its table begins
NO_SUCH_PART = "文中有表格的部分只有{}份，没有第{}份；请用 gongkai read --parts 查看。"
MOST_PARTS = 60  # reports and annexes; the time to read them grows with their square
TOO_MANY_PARTS = "文中有{}份报告或表格，像是汇编；请分成单份报告后再导入。"
FEWEST_LABELS = 4  # labels of rows from which a segment is taken to hold a table
FEWEST_CELLS = 8  # filled cells from which a grid is a table of its own
FEWEST_ROWS = 3
LONGEST_CELL = 12  # characters of a cell that may stand for a figure: 无, □, 12%, 12（上年3）
MANY_LABELS = 5  # of the form, from which a grid is a table of the form or its head
# 2022年数据, 2022年度; not 2022年1月20日, not 〔2021〕30号.
YEAR_NAMED = re.compile(r"(20[0-4]\d)\s*年(?!\s*\d{1,2}\s*月)")
LAST_YEAR = re.compile(r"上一?年|去年|往年|历年|同期|前一?年|上期|历史")
COMPARISON = re.compile(r"对比|对照|比较|同比|环比|增减")
SAMPLE = re.compile(
    r"样[表例张]|示例|范[例本]|模[板版]|填[报写表]说明|空[白]?表|参考|作废|更正前|修改前|旧[版表]"
)
# The same tables of others: 下属单位情况表, 各街道合计, 其中：青溪县财政局. A city's own may be
# called 全市汇总表.
OF_OTHERS = re.compile(r"下属|所属|直属|(?<![含及])各(?:街道|乡镇|镇|部门|单位|区|县)|其中[:：]")
# 附件, （二）附表2, 附：街道办事处, 全市汇总数, 本级: perhaps the report's own table, perhaps that
# of others.
VAGUE = re.compile(
    r"^(?:[（(].{1,2}[）)])?附(?:[件表]?[\d一二三四五六七八九十]*$|[:：])|汇总|本级|全系统"
)
# 下表为2023年数据。 2023年12月31日前数据: a date or a sentence that speaks of what stands below it.
BELOW = re.compile(r"(?:下表|以下|本表)[为是].*年|年.{0,8}(?:数据|情况)。?$")
DATED = re.compile(r"(20[0-4]\d)\s*年")
CUES = re.compile(  # one of them stands in every such caption
    r"年|期|比|对照|增减|样|示例|范|模|填|历史|空|参考|作废|更正|修改|旧|下属|所属|直属|各|其中"
)
# 发布时间：2023年…, 上一篇：…, a sentence, a row of the form (上年结转, 上一年项目数量): no
# captions.
NO_CAPTION = re.compile(
    r"日期|时间|来源|浏览|口径|链接|[。；;，,]$|[，,。；;].*[：:]$|[上下]一[篇条]|结转|"
    r"项目数量|"
    r"统计期[限间]"
)


@dataclass(slots=True)
class Cut:
    """A segment, its tokens, and the numbers of its section headings so far; ``vague`` are the
    tokens of lines that may name whose table stands below.
    """

    segment: Segment
    tokens: list[Token] = field(default_factory=list)
    vague: list[int] = field(default_factory=list)
    sections: set[int] = field(default_factory=set)

    @property
    def last(self) -> int:
        return max(self.sections, default=0)

    def is_caption_alone(self) -> bool:
        """Whether a line below a table was taken for the caption of another one."""
        return bool(self.tokens) and self.tokens[0].row == self.tokens[-1].row

    def has_table(self) -> bool:
        labels = {token.squash for token in self.tokens if token.squash in row_words()}
        return len(labels) >= FEWEST_LABELS


def cut(tokens: Sequence[Token], links: Collection[str], page: Segment) -> list[Cut]:
    """The segments in their order. ``page`` says what the page's own title names; ``links`` are
    texts of links.
    """
    cutter = Cutter(links, page)
    rows = list(rows_of(tokens))
    for number, row in enumerate(rows):
        text = lone_text(row)
        if text:
            cutter.look_at(row[0], text, rows[number + 1 : number + 1 + FARTHEST_HEADING])
        cutter.take(row, text)
    return [found for found in cutter.cuts if found.tokens] or cutter.cuts


def rows_of(tokens: Sequence[Token]) -> Iterator[list[Token]]:
    """The tokens of each line or grid row."""
    row: list[Token] = []
    for token in tokens:
        if row and token.row != row[0].row:
            yield row
            row = []
        row.append(token)
    if row:
        yield row


class Cutter:
    """Takes rows one after the other. ``report`` is the report that they belong to, ``current`` it
    or its annex.
    """

    def __init__(self, links: Collection[str], page: Segment) -> None:
        self.links, self.page = links, page
        self.report = self.current = Cut(page)
        self.cuts = [self.report]
        self.above = ""

    def take(self, row: Sequence[Token], text: str) -> None:
        if row[0].heading != SHEET:
            if text and is_vague(text, self.report.segment.year):
                self.current.vague.append(len(self.current.tokens))
            self.current.tokens += row
            self.above = text or self.above

    def look_at(self, token: Token, text: str, below: Sequence[Sequence[Token]]) -> None:
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
            self.caption(text)

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
        title = tidy_title(clean(text))
        if not is_title(title):
            return ""
        return title if body_in(title) else line_above(title, [self.above, title]) + title

    def open_report(self, title: str, below: Sequence[Sequence[Token]]) -> None:
        """Go on with the report of that title; one whose sections begin anew below is another
        report of that title.
        """
        found = segment_of(title)
        if not found.year and not found.agency:
            return
        reports = [cut for cut in self.cuts if cut.segment.kind == "report"]
        known = next((cut for cut in [self.report, *reports] if is_same(cut.segment, found)), None)
        if known is None or begins_anew(known, below):
            known = Cut(found)
            self.cuts.append(known)
        known.segment = completed_by(known.segment, found)
        self.report = self.current = known

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
        theirs = self.current.sections
        return section > self.report.last and (not theirs or theirs == {self.report.last})

    def caption(self, text: str) -> None:
        """A caption of others' opens an annex; one that names the report's own year ends it."""
        if self.is_foreign(text):
            self.open_annex(text)
        elif years_in(text):
            self.return_to_report()

    def return_to_report(self) -> None:
        """End an annex; of one without a table its caption is a line of the report."""
        if self.current is not self.report and self.current.is_caption_alone():
            self.report.tokens += self.current.tokens
        self.current = self.report

    def open_annex(self, text: str) -> None:
        years = years_in(text)
        year = years.pop() if len(years) == 1 else None
        known = [
            cut
            for cut in self.cuts
            if cut.segment.kind == "annex" and year and cut.segment.year == year
        ]
        if known:
            self.current = known[0]
            self.current.sections.clear()
            return
        self.current = Cut(Segment("annex", text, self.report.segment.agency, year))
        self.cuts.append(self.current)

    def is_foreign(self, text: str) -> bool:
        """附：2022年数据 in a report for 2023, 上一年度, 两年对比, 样表, 下属单位情况表."""
        if NO_CAPTION.search(text) and not BELOW.search(text):
            return False
        own = self.report.segment.year
        years = set(map(int, DATED.findall(text))) if BELOW.search(text) else years_in(text)
        if (
            SAMPLE.search(text)
            or COMPARISON.search(text)
            or OF_OTHERS.search(text)
            or len(years) > 1
        ):
            return True
        if years:
            return own is not None and own not in years
        return bool(LAST_YEAR.search(text))


def begins_anew(report: Cut, below: Sequence[Sequence[Token]]) -> bool:
    """Whether the next section below a title is one that the report has had, with its tables."""
    following = next(filter(None, (section_number(row[0]) for row in below)), 0)
    return 0 < following <= report.last and report.has_table()


def is_same(one: Segment, other: Segment) -> bool:
    """Whether two titles can be of one report: a title may lack the year or the body."""
    same_year = one.year == other.year or None in (one.year, other.year)
    return same_year and may_be_one(one.agency, other.agency)


def completed_by(segment: Segment, other: Segment) -> Segment:
    return replace(segment, agency=segment.agency or other.agency, year=segment.year or other.year)


def lone_text(row: Sequence[Token]) -> str:
    """The text of a line, or of a grid row that holds one text and no other cell with anything in
    it; else "".
    """
    found = None
    for token in row:
        if token.kind == "blank":
            continue
        if found is not None:
            return ""
        found = token
    return found.text if found is not None and found.kind == "text" and row[0].text else ""


def may_caption(token: Token, text: str) -> bool:
    """Whether a short line, or one of the first two rows of a grid, has words of a caption that
    need a look.
    """
    if not CUES.search(text) or len(token.squash) > LONGEST_CAPTION or token.place.row > 2:
        return False
    return token.squash not in form_words()


def is_above_table(below: Sequence[Sequence[Token]]) -> bool:
    """Whether a table begins within the rows below: a grid, or a label of the form in a line of its
    own.
    """
    tokens = [token for row in below for token in row[:1]]
    return any(token.grid or token.squash in form_words() for token in tokens)


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
    parts = tuple(cut for cut in cuts if cut.has_table())
    if len(parts) > MOST_PARTS:
        raise UnreadableDocument(TOO_MANY_PARTS.format(len(parts)))
    if part:
        if part > len(parts):
            raise UnreadableDocument(NO_SUCH_PART.format(len(parts), part))
        return Chosen(parts[part - 1], "part", parts)
    reports = [cut for cut in parts if cut.segment.kind == "report"]
    if len(reports) == 1 or not parts:
        return Chosen(reports[0] if reports else cuts[0], "only", parts)
    titled = tuple(cut for cut in reports if named and is_same(cut.segment, named))
    if len(titled) == 1:
        return Chosen(titled[0], "title", parts)
    latest = titled or latest_of(reports, page.agency)
    by: PartChoice = "title" if titled else "latest"
    return Chosen(joined(latest), by, parts) if latest else Chosen(None, "", parts)


def joined(reports: Sequence[Cut]) -> Cut:
    """Several reports of one title as one: a table that two of them hold counts where both give the
    same figures.
    """
    if len(reports) == 1:
        return reports[0]
    whole = Cut(reports[0].segment)
    for cut in reports:
        whole.vague += [len(whole.tokens) + at for at in cut.vague]
        whole.tokens += cut.tokens
    return whole


def latest_of(reports: Sequence[Cut], agency: str) -> tuple[Cut, ...]:
    """A body's reports for the latest year; none where the year of one of them is not known."""
    own = [cut for cut in reports if may_be_one(cut.segment.agency, agency)]
    years = [cut.segment.year for cut in own if cut.segment.year]
    if not years or len(years) < len(own):
        return ()
    return tuple(cut for cut in own if cut.segment.year == max(years))


# --- another table in the same section ------------------------------------------------------------
# A report whose own 表三 is a picture, or has lost its labels, leaves a copy of another year as the
# only one that can be read. So whatever looks like a table in a section, and is no part of the one
# that was read, casts doubt on it.


def rival_in(tokens: Sequence[Token], section: range, start: int, taken: Collection[int]) -> str:
    """What else may be a section's own table, "" for nothing: a picture, or a grid of short cells
    before ``start``.

    ``start`` is the token at which the table that was read begins; where it lies outside its
    section all of that is looked at. ``taken`` are the grids of tables that were read.
    """
    end = start if start in section else section.stop
    grids: dict[int, list[Token]] = {}
    for token in tokens[section.start : end]:
        if token.grid and token.grid not in taken:
            grids.setdefault(token.grid, []).append(token)
    found = next((cells for cells in grids.values() if is_table(cells)), None)
    return "" if found is None else " ".join([token.text for token in found if token.text][:6])


def is_table(cells: Sequence[Token]) -> bool:
    """Whether a grid may be a table of figures: pictures, or rows of short cells; no head of the
    form's alone.
    """
    if any(token.text == PICTURE for token in cells):
        return True
    filled = [token for token in cells if token.text and len(token.text) <= LONGEST_CELL]
    if sum(token.kind == "text" and token.squash in form_words() for token in cells) >= MANY_LABELS:
        return False  # a copy, which is compared, or a head
    return len(filled) >= FEWEST_CELLS and len({token.row for token in filled}) >= FEWEST_ROWS


def vague_caption(cut: Cut, start: int, places: Collection[Place | None]) -> str:
    """The line that may name whose a table is, close above it or before the last of its figures; ""
    for none.

    ``start`` is the token at which the table begins, ``places`` are those of its figures: 表四
    without a figure, then 附件 and a copy of it with figures, are read as one.
    """
    tokens = cut.tokens
    near = [
        at for at in cut.vague if at >= start or tokens[start].row - tokens[at].row <= LOOK_AHEAD
    ]
    if not near:
        return ""
    last = max((at for at, token in enumerate(tokens) if token.place in places), default=start)
    return next((tokens[at].text for at in near if at < last), "")


def is_vague(text: str, year: int | None) -> bool:
    """附件, 全市汇总数; not a line that names the report's own year, or its subject: it speaks of
    the report.
    """
    if len(text) > LONGEST_CAPTION or not VAGUE.search(text):
        return False
    return not (NO_CAPTION.search(text) or "信息公开" in text or str(year) in text)


# --- what is written beside a table ---------------------------------------------------------------
# Most lines between a section's heading and its table speak of the table: its subject, its unit,
# the report's year. Any other may say that it is somebody else's, or of another time.

OF_THE_TABLE = re.compile(
    r"公开|申请|复议|诉讼|单位|情况表|统计表|一览|勾稽|如下|下表|表[一二三四1-4]|第[一二三四]项|"
    r"信息|件数|概述|续|无$"
    r"|规章|规范性|许可|处罚|强制|收费|采购|办理|受理|答复|[详见如]见|见[下附]|如图|以下|接上|"
    r"第二十条|项目"
    r"|报告期|截至|点击|滑动|查看|打印|字体|填写|填列"
)
OF_ANOTHER_TIME = re.compile(
    r"半年|季度|(?<!\d)\d{1,2}月?\s*[-—–~至到、]\s*(?!12)\d{1,2}\s*月"
    r"|累计|历年|近.{1,2}年|预计|计划|平均|占比|比例|本届|以来|不含"
)
SENTENCE = re.compile(r"[。；;，,]")
STATED = re.compile(r"(?:以上|以下|下表|上表|本表)(?:均|数据)?[为是系](.+)")  # 下表为市教育局数据
NUMBERED = re.compile(r"^[（(]?[一二三四五六七八九十]")
NOTE = re.compile(r"^[（(]?(?:注|备注|说明|填表|制表|填报|审核|联系|单位)")
GENERAL = re.compile(
    r"20\d\d|年度?|情况|数据|统计|报告|全年|总体|基本|月|日|[表的为起止至自：:（）()“”、."
    r"~～—–\s一二三四五六七八九十\d〇○-]"
)
SHORT_YEAR = re.compile(r"(?<!\d)([12]\d)(?=年度)")
BELOW_A_TABLE = 2  # rows


def years_in(text: str) -> set[int]:
    """The years that a text names: 2020年, 二〇二〇年, 20年度; not 2022年1月20日."""
    return set(map(int, YEAR_NAMED.findall(SHORT_YEAR.sub(r"20\1", with_digits(text)))))


def written_beside(
    tokens: Sequence[Token], section: range, start: int, places: Collection[Place], own: Segment
) -> str:
    """What is written close above a table, in it or below it that speaks of another year, body or
    time; "" for nothing. ``start`` is its first label, ``places`` are those of its figures.
    """
    last = max((at for at in section if tokens[at].place in places), default=start)
    table = range(start, last + 1)
    first = first_of_grid(tokens, table.start)
    row = tokens[table.stop - 1].row
    bounds = tokens[section.start].row, tokens[table.start].row
    near = [at for at in range(section.start + 1, table.start) if is_alone(tokens, at)]
    above = [
        at
        for at in near
        if min(tokens[at].row - bounds[0], bounds[1] - tokens[at].row) <= LOOK_AHEAD
    ]
    below = [at for at in range(table.stop, section.stop) if tokens[at].row <= row + BELOW_A_TABLE]
    feet = [at for at in below if is_alone(tokens, at) and tokens[at].grid]
    captions = [tokens[at].text for at in (*above, first, *feet) if tokens[at].kind == "text"]
    inside = [tokens[at] for at in (*range(first, table.stop), *below)]
    notes = [
        token.text for token in inside if token.kind == "text" and not is_cell_of(token, places)
    ]
    found = [text for text in captions if is_of_another(text, own)]
    heading = tokens[section.start].text
    found += (
        [heading] if OF_ANOTHER_TIME.search(heading) or names_another_body(heading, own) else []
    )
    found += [text for text in notes if names_another_year(text, own)]
    return next(
        (text for text in found if len(text) <= LONGEST_CAPTION and not SENTENCE.search(text)), ""
    )


def is_cell_of(token: Token, places: Collection[Place]) -> bool:
    """Whether a text stands where a figure was read; in a line of text its label has the same
    place.
    """
    return token.place in places and (token.grid > 0 or token.text[:1].isdigit())


def names_another_year(text: str, own: Segment) -> bool:
    """2020年数据 in a report for 2021, 三、上年度办理结果; not 3（含2021年结转的1件）,
    二、上年结转….
    """
    if NO_CAPTION.search(text) or squash(text) in form_words():
        return False
    if own.year and years_in(text) - {own.year}:
        return True
    return NUMBERED.match(text) is not None and LAST_YEAR.search(text) is not None


def is_alone(tokens: Sequence[Token], at: int) -> bool:
    """Whether a text is the only one of its line or grid row."""
    row = [token for token in tokens[max(0, at - 12) : at + 12] if token.row == tokens[at].row]
    return tokens[at].kind == "text" and sum(token.kind != "blank" for token in row) == 1


def first_of_grid(tokens: Sequence[Token], at: int) -> int:
    """Where the grid begins in which a table's first label stands: its corner may come before
    that.
    """
    while at > 0 and tokens[at].grid and tokens[at - 1].grid == tokens[at].grid:
        at -= 1
    return at


def is_of_another(text: str, own: Segment) -> bool:
    """瑞安市教育局, 2021年上半年数据, 累计数; not 2021年度, 单位：件, 申请情况表, nor the report's
    own body.
    """
    stated = STATED.search(text)
    if NO_CAPTION.search(text) or squash(text) in form_words():
        return False
    if OF_ANOTHER_TIME.search(text) or names_another_year(text, own):
        return True
    if NOTE.match(text) and not stated:
        return False
    if names_another_body(text, own):
        return True
    subject = stated[1] if stated else text
    rest = GENERAL.sub("", subject)
    return bool(rest) and not OF_THE_TABLE.search(subject) and rest not in own.agency


TITLE_WORDS = re.compile(
    r"人民政府|收到|处理|主动|公开|政府|信息|申请|行政|复议|诉讼|被|提起|一览|[和与、，]"
)
# All of what is left of a heading: 瑞安市教育局, 平阳县, 飞云街道, 乡镇; not 本机关, 我局.
BODY = re.compile(
    r"(?![本我])[\u4e00-\u9fff]{0,12}(?:省|自治区|市|州|盟|县|区|旗|镇|乡|街道|局|厅|委|委员会|"
    r"办|办公室|部门|全国)"
)


def names_another_body(text: str, own: Segment) -> bool:
    """瑞安市教育局收到和处理政府信息公开申请情况, 三、平阳县…; not that of the report's own
    body.
    """
    rest = TITLE_WORDS.sub("", GENERAL.sub("", text))
    return BODY.fullmatch(rest) is not None and rest not in own.agency


def sections_of(starts: Mapping[int, int], count: int) -> dict[int, range]:
    """Section number -> its tokens, from its heading to the next one's."""
    bounds = [*sorted(starts.values()), count]
    ends = dict(pairwise(bounds))
    return {number: range(at, ends[at]) for number, at in starts.items()}
