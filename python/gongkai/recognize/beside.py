"""The tokens of a section -> what else stands there and may be its table, and what is written
beside the table that was read: both cast doubt on it.
"""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise

from gongkai.figures import PICTURE
from gongkai.model import Place, Segment
from gongkai.recognize import labelling, sections, segments, tables, tokenizing

FEWEST_CELLS = 8  # filled cells from which a grid is a table of its own
FEWEST_ROWS_OF_TABLE = 3  # with a figure, from which a grid is a table of its own
MANY_LABELS = 5  # of the form, from which a grid is a table of the form or its head
MOST_SHOWN = 6  # texts of a rival that a problem shows


def sections_of(starts: Mapping[int, int], count: int) -> dict[int, range]:
    """Section number -> its tokens, from its heading to the next one's."""
    bounds = [*sorted(starts.values()), count]
    ends = dict(pairwise(bounds))
    spans = {}
    for number, at in starts.items():
        spans[number] = range(at, ends[at])
    return spans


# --- another table in the same section ------------------------------------------------------------
# A report whose own 表三 is a picture, or has lost its labels, leaves a copy of another year as the
# only one that can be read. So whatever looks like a table in a section, and is no part of the one
# that was read, casts doubt on it.


def rival_in(
    tokens: Sequence[tokenizing.Token],
    section: range,
    start: int,
    taken: Collection[int],
    year: int | None,
) -> str:
    """What else may be a section's own table, "" for nothing: a picture, or a grid of short cells
    before ``start``.

    ``start`` is the token at which the table that was read begins; where it lies outside its
    section all of that is looked at. ``taken`` are the grids of tables that were read. None is a
    grid that compares the report's ``year`` with another.
    """
    end = start if start in section else section.stop
    for cells in grids_in(tokens[section.start : end], taken):
        if is_table(cells) and not segments.compares_years(cells, year):
            texts = list(filter(None, tokenizing.texts_of(cells)))
            return " ".join(texts[:MOST_SHOWN])
    return ""


def grids_in(
    tokens: Sequence[tokenizing.Token], taken: Collection[int]
) -> Collection[list[tokenizing.Token]]:
    """The cells of each grid, but for those that are ``taken``."""
    grids: dict[int, list[tokenizing.Token]] = {}
    for token in tokens:
        if token.grid and token.grid not in taken:
            grids.setdefault(token.grid, []).append(token)
    return grids.values()


def is_table(cells: Sequence[tokenizing.Token]) -> bool:
    """Whether a grid may be a table of figures: pictures, or rows of short cells; no head of the
    form's alone.

    Three rows of 予以公开 | 3 | 0 | 无 are one; what has five of the form's labels is a copy, which
    is compared, or a head.
    """
    if PICTURE in tokenizing.texts_of(cells):
        return True
    labels = 0
    filled = []
    for token in cells:
        labels += token.squash in labelling.form_words()
        if 0 < len(token.text) <= segments.LONGEST_CELL:
            filled.append(token)
    is_head = labels >= MANY_LABELS
    has_rows = len(tokenizing.rows_of(filled)) >= FEWEST_ROWS_OF_TABLE
    return has_rows and not is_head and len(filled) >= FEWEST_CELLS


def vague_caption(cut: segments.Cut, start: int, places: Collection[Place | None]) -> str:
    """The line that may name whose a table is, close above it or before the last of its figures; ""
    for none.

    ``start`` is the token at which the table begins, ``places`` are those of its figures: 表四
    without a figure, then 附件 and a copy of it with figures, are read as one.
    """
    tokens = cut.tokens
    nearest = tokens[start].row - segments.LOOK_AHEAD
    for at in cut.vague:
        if at >= start or tokens[at].row >= nearest:
            last = last_figure(tokens, range(len(tokens)), start, places)
            return tokens[at].text if at < last else ""
    return ""


def last_figure(
    tokens: Sequence[tokenizing.Token], within: range, start: int, places: Collection[Place | None]
) -> int:
    """The last token in one of the ``places``, those of a table's figures; ``start`` for none."""
    for at in reversed(within):
        if tokens[at].place in places:
            return at
    return start


# --- what is written beside a table ---------------------------------------------------------------
# Most lines between a section's heading and its table speak of the table: its subject, its unit,
# the report's year. Any other may say that it is somebody else's, or of another time.

OF_THE_TABLE = re.compile(
    r"公开|申请|复议|诉讼|单位|情况表|统计表|一览|勾稽|如下|下表|表[一二三四1-4]|第[一二三四]项|"
    r"信息|件数|概述|续|无$|规章|规范性|许可|处罚|强制|收费|采购|办理|受理|答复|[详见如]见|"
    r"见[下附]|如图|以下|接上|第二十条|项目|报告期|截至|点击|滑动|查看|打印|字体|填写|填列"
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
    r"20\d\d|年度?|情况|数据|统计|报告|全年|总体|基本|月|日|"
    r"[表的为起止至自：:（）()“”、.~～—–\s一二三四五六七八九十\d〇○-]"
)
TITLE_WORDS = re.compile(
    r"人民政府|收到|处理|主动|公开|政府|信息|申请|行政|复议|诉讼|被|提起|一览|[和与、，]"
)
# All of what is left of a heading: 瑞安市教育局, 平阳县, 飞云街道, 乡镇; not 本机关, 我局.
BODY_ALONE = re.compile(
    r"(?![本我])[\u4e00-\u9fff]{0,12}(?:省|自治区|市|州|盟|县|区|旗|镇|乡|街道|局|厅|委|委员会|"
    r"办|办公室|部门|全国)"
)
BELOW_A_TABLE = 2  # rows
FARTHEST_OF_ROW = 12  # tokens on either side in which a token's row is looked for


def written_beside(
    tokens: Sequence[tokenizing.Token],
    section: range,
    start: int,
    places: Collection[Place],
    own: Segment,
) -> str:
    """What is written close above a table, in it or below it that speaks of another year, body or
    time; "" for nothing. ``start`` is its first label, ``places`` are those of its figures.

    Captions come first, as 瑞安市教育局 above 表三 of 瑞安市; then the section's heading, as
    三、平阳县收到…申请情况; then what stands in the table, as 2020年数据.
    """
    last = last_figure(tokens, section, start, places)
    others = compared_in(tokens, section, {tokens[start].grid, tokens[last].grid}, own.year)
    below = list(beyond(tokens, range_below(tokens, section, last), others))
    first = first_of_grid(tokens, start)
    above = beyond(tokens, lines_above(tokens, section, start), others)
    captions = (*above, first, *feet_of(tokens, below))
    inside = [tokens[at] for at in (*range(first, last + 1), *below)]
    for text in (
        *captions_of_others(tokens, captions, own),
        *heading_of_others(tokens[section.start].text, own),
        *notes_of_others(inside, places, own),
    ):
        is_sentence = SENTENCE.search(text) is not None
        if len(text) <= segments.LONGEST_CAPTION and not is_sentence:
            return text
    return ""


def compared_in(
    tokens: Sequence[tokenizing.Token], section: range, taken: Collection[int], year: int | None
) -> set[int]:
    """The grids of a section that compare years, beside those of its own table."""
    found = set()
    for cells in grids_in(tokens[section.start : section.stop], taken):
        if segments.compares_years(cells, year):
            found.add(cells[0].grid)
    return found


def beyond(
    tokens: Sequence[tokenizing.Token], places: Iterable[int], others: Collection[int]
) -> Iterator[int]:
    """Those of the tokens that stand in none of the ``others``, which are grids, nor just above
    one as its caption.
    """
    for at in places:
        grids = {token.grid for token in tokens[at : at + 2]}
        if tokens[at].grid not in others and (tokens[at].grid or not grids & set(others)):
            yield at


def range_below(tokens: Sequence[tokenizing.Token], section: range, last: int) -> list[int]:
    """The tokens of the rows just below a table."""
    lowest = tokens[last].row + BELOW_A_TABLE
    found = []
    for at in range(last + 1, section.stop):
        if tokens[at].row <= lowest:
            found.append(at)
    return found


def lines_above(tokens: Sequence[tokenizing.Token], section: range, start: int) -> Iterator[int]:
    """The texts alone in their rows that stand close below a section's heading or close above its
    table: 单位：件.
    """
    heading, table = tokens[section.start].row, tokens[start].row
    for at in range(section.start + 1, start):
        distance = min(tokens[at].row - heading, table - tokens[at].row)
        if distance <= segments.LOOK_AHEAD and is_alone(tokens, at):
            yield at


def feet_of(tokens: Sequence[tokenizing.Token], below: Sequence[int]) -> Iterator[int]:
    """The texts alone in rows of a grid below a table: 注：以上为瑞安市教育局数据."""
    for at in below:
        if tokens[at].grid and is_alone(tokens, at):
            yield at


def notes_of_others(
    inside: Sequence[tokenizing.Token], places: Collection[Place], own: Segment
) -> Iterator[str]:
    """The texts in and below a table that stand in no figure's place and name another year."""
    for token in inside:
        is_note = token.kind == "text" and not is_cell_of(token, places)
        if is_note and names_another_year(token.text, own):
            yield token.text


def captions_of_others(
    tokens: Sequence[tokenizing.Token], captions: Sequence[int], own: Segment
) -> Iterator[str]:
    """Those of the captions that speak of another year, body or time."""
    for at in captions:
        if tokens[at].kind == "text" and is_of_another(tokens[at].text, own):
            yield tokens[at].text


def heading_of_others(heading: str, own: Segment) -> Iterator[str]:
    """A section's heading that names another body or time: 三、上半年收到…申请情况."""
    if OF_ANOTHER_TIME.search(heading) or names_another_body(heading, own):
        yield heading


def is_cell_of(token: tokenizing.Token, places: Collection[Place]) -> bool:
    """Whether a text stands where a figure was read; in a line of text its label has the same
    place.
    """
    return token.place in places and (token.grid > 0 or token.text[:1].isdigit())


def names_another_year(text: str, own: Segment) -> bool:
    """2020年数据 in a report for 2021, 三、上年度办理结果; not 3（含2021年结转的1件）,
    二、上年结转….
    """
    if is_of_the_form(text):
        return False
    others = segments.years_in(text) - {own.year}
    if own.year and others:
        return True
    is_heading = NUMBERED.match(text) is not None
    return is_heading and segments.LAST_YEAR.search(text) is not None


def is_of_the_form(text: str) -> bool:
    """上年结转, 发布日期：…, a label of the form: texts that every report has."""
    return (
        segments.NO_CAPTION.search(text) is not None
        or tokenizing.squash(text) in labelling.form_words()
    )


def is_alone(tokens: Sequence[tokenizing.Token], at: int) -> bool:
    """Whether a text is the only one of its line or grid row."""
    token = tokens[at]
    if token.kind != "text":
        return False
    near = tokens[max(0, at - FARTHEST_OF_ROW) : at + FARTHEST_OF_ROW]
    rows = [other.row for other in tokenizing.written(near)]
    return rows.count(token.row) == 1


def first_of_grid(tokens: Sequence[tokenizing.Token], at: int) -> int:
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
    if is_of_the_form(text):
        return False
    if OF_ANOTHER_TIME.search(text) or names_another_year(text, own):
        return True
    stated = STATED.search(text)
    if stated is None and NOTE.match(text):
        return False
    subject = stated[1] if stated else text
    return names_another_body(text, own) or has_another_subject(subject, own)


def has_another_subject(subject: str, own: Segment) -> bool:
    """Whether a line's subject has words that are of no table and not in the report's body's name:
    市教育局 of 下表为市教育局数据; not 申请情况, 以百件计.
    """
    rest = GENERAL.sub("", subject)  # "" is in every name
    is_of_table = OF_THE_TABLE.search(subject) or tables.units.count_units(subject)
    return rest not in own.agency and not is_of_table


def names_another_body(text: str, own: Segment) -> bool:
    """瑞安市教育局收到和处理政府信息公开申请情况, 三、平阳县…; not that of the report's own
    body.
    """
    rest = TITLE_WORDS.sub("", GENERAL.sub("", text))
    return BODY_ALONE.fullmatch(rest) is not None and rest not in own.agency


# --- what is neither read nor printed -------------------------------------------------------------


def unread_in(
    tokens: Sequence[tokenizing.Token],
    section: range,
    known: Collection[int],
    year: int | None,
) -> Iterator[str]:
    """The captions and names of the grids in a section with a table that are none of its own:
    近两年情况, 表格（项目、2020年、2021年）.

    ``known`` are the grids of tables that were read, heads and figures too.
    """
    part = sections.above_footer(tokens[section.start + 1 : section.stop])
    captions: dict[int, str] = {}
    for token, following in pairwise(part):
        if following.grid and not token.grid and len(token.text) <= segments.LONGEST_CAPTION:
            captions.setdefault(following.grid, token.text.strip())
    for cells in grids_in(part, known):
        if is_told(cells, year):
            yield from filter(None, [captions.get(cells[0].grid)])
            yield sections.table_named(tokenizing.texts_of(cells))


def is_told(cells: Sequence[tokenizing.Token], year: int | None) -> bool:
    """Whether a grid says something that no table of the form says: figures below words of its
    own, or a sentence; a copy of a table is told of as such, a picture as a picture.
    """
    labels = {token.squash for token in cells} & labelling.form_words()
    if len(labels) >= MANY_LABELS and not segments.compares_years(cells, year):
        return False
    own = texts_beyond(cells, labels)
    kinds = {token.kind for token in cells}
    return bool(own) and ("figure" in kinds or any(map(says_more, own)))


def texts_beyond(
    cells: Sequence[tokenizing.Token], labels: Collection[str]
) -> list[tokenizing.Token]:
    """The cells with words that are none of the ``labels``, squashed, nor stand for a picture."""
    own = []
    for token in cells:
        if token.kind == "text" and token.squash not in labels and token.text != PICTURE:
            own.append(token)
    return own


def says_more(token: tokenizing.Token) -> bool:
    """数据含派出所。, 收到申请3件; not 单位：件, 三、本年度办理结果（续）, a heading."""
    is_label = token.squash.removesuffix("续") in labelling.form_words()
    if is_label or sections.section_number(token):
        return False
    return next(sections.lines_beside([replace(token, grid=0)], ()), "") != ""


def unread_annexes(cuts: Sequence[segments.Cut], own: Segment, first: int) -> Iterator[str]:
    """What stands below captions of others' in the ``own`` report, from its row ``first`` on, where
    no table of the form is: 下属单位情况, 表格（单位、件数、办结）.
    """
    report = own
    for cut in cuts:
        if cut.segment.kind != "annex":
            report = cut.segment
        elif report == own and not cut.has_table():
            part = sections.above_footer(cut.tokens)
            if part and part[0].row > first:
                yield part[0].text.strip()
                yield from sections.lines_beside(part[1:], ())
                yield from sections.tables_in(part, ())
