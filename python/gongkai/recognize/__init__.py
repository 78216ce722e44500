"""Blocks + editions -> Report: which table is which, and every figure by its labels."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import replace
from functools import partial
from itertools import filterfalse
from operator import attrgetter

from gongkai import bodies, editions, figures, sums, system
from gongkai.model import (
    HIDDEN,
    MARGIN,
    REVISED,
    UNSEEN,
    Block,
    Document,
    Edition,
    Entry,
    Link,
    NoReport,
    Problem,
    Prose,
    Report,
    Segment,
    Table,
    Value,
    table_id,
)
from gongkai.recognize.beside import (
    rival_in,
    sections_of,
    unread_annexes,
    unread_in,
    vague_caption,
    written_beside,
)
from gongkai.recognize.cover import cover_of, cover_of_part, with_page
from gongkai.recognize.cover.titles import is_title, named_titles, segment_of
from gongkai.recognize.flat import flattened
from gongkai.recognize.labelling import Match, lexicon, tokens_of
from gongkai.recognize.sections import (
    find_sections,
    headings_of,
    hidden_in,
    left_out,
    opening_of,
    section_texts,
)
from gongkai.recognize.segments import Chosen, Cut, choose, cut, is_same
from gongkai.recognize.tables import (
    FEWEST_BLOCK_LABELS,
    FEWEST_ROWS,
    SAME_SHARE,
    TWICE,
    entries,
    find_chain,
    left_blank,
    read_tables,
    units,
)
from gongkai.recognize.tokenizing import Token, squash, tokenize

WHY_UNREADABLE = "gongkai.recognize.refusals:why_unreadable"  # loaded where nothing was found
NO_TABLE = "没有找到这张表"
# (134), 12②, 十二: perhaps a figure, but none for certain.
HAS_NUMBER = re.compile(r"\d|[一二三四五六七八九十零〇]$")
NO_FIGURE = "找到了表格的标签，但标签旁没有数字"
NOT_PLACED = "表格中有数字，但不能确定属于哪一格，未填入"
ONLY_TEXT = "标签旁的文字不是单独的数字，未填入"
OTHER_REPORT = "这张表前面是另一份报告的标题，可能不属于本报告，未填入"
DOUBTED_UNIT = "{}，换算后{}，可能是单位写错，未填入；请核对单位"
RIVAL = "这一节里另有一张没有读出的表或图片，读出的表不一定是本报告的，未填入；请核对"
OUTSIDE = "这张表不在规定的那一节里，不一定是本报告的，请核对"
CAPTIONED = "这张表旁边这样写，不一定是本报告的，请核对"
SECTION_OF = {"disclosure": 2, "applications": 3, "disputes": 4}
IN_DOUBT = "文中这样写，可能不是正式发布的年度报告，请核对"
LONGEST_WARNING = 60  # characters
NOT_IN_FORCE = re.compile(
    r"作废|草[稿案]|征求意见|送审|[审初校样]稿|讨论稿|[审复]议稿|[审校]核稿|修[改订]稿|报[批审]稿|上会稿|校对稿|"
    r"代拟稿|未审定|示例|样[表例张]|范[本例]|模板|虚构|假数据|撤[回稿]|"
    r"填[写报]说明|培训|[×xX]{2,}[县市区局]|某某|季度|[上下]半年|"
    r"(?:以下|下列)[为是].{0,8}(?:上年|20\d\d年)|上年(?:度)?数据"
)
BESIDE_TWO = "文中有多张这样的表，像是两份报告，另一份的表也可能读作了本报告的，请核对"
NO_PART = "文中有几份这样的报告，无法确定是哪一份，未填入"
OTHER_ABOVE = "表格前面最近的标题是另一份报告的，请核对表格是否属于本报告"
OTHER_MARGIN = "页眉或页脚中是另一机关或另一年度的标题，可能沿用了其他文件，请核对"
OF_PAGE = re.compile(r"[\W\d_第共页]|Page|of")  # — 1 —, 第1页 共5页
FEWEST_LABELS_ALONE = 9  # of the 17 of 表二


Readings = Mapping[str, entries.TableReading]  # by table


def recognize(blocks: Sequence[Block], document: Document, part: int = 0) -> Report:
    """The report that the blocks hold, 瑞安市2021年… with 表二, 表三 and 表四; of several segments
    ``part``, or the one that the page names (segments).

    Of tables that are there without any figure the report says so (``is_evaluated``). Raises
    NoReport where the blocks hold none of its three tables, UnreadableDocument where they hold too
    many.
    """
    tokens = flattened(tokenize(blocks))
    cover = cover_of(blocks, document.url or document.origin)
    page = cover.segment
    cuts = cut(tokens, texts_of_links(blocks), page)
    chosen = choose(cuts, page, named_by(blocks), part)
    own = chosen.cut or cuts[0]
    if own is not cuts[0] and chosen.by != "only":
        page = own.segment
        cover = cover_of_part(page, cover)
    edition = editions.edition_of_year(page.year)
    sections = find_sections(own.tokens, edition.sections)
    opening = opening_of(own.tokens, sections)
    texts = section_texts(own.tokens, sections, edition.sections)
    readings = readings_of(chosen, sections, edition, page.agency, texts)
    unread: list[Problem] = []
    if not is_report(readings, cover.title):
        unread = labels_alone(tokens, edition.name)
        if not unread:
            why: Callable[[Sequence[Block], str], str] = system.function_at(WHY_UNREADABLE)
            raise NoReport(why(blocks, document.origin))
    if not holds_figures(readings):
        unread += lone_figures(own.tokens, edition.name)
    problems = [*problems_of(readings), *unread, *cover.problems]
    if readings:
        problems += warned(page.title, opening)
    problems += not_found(edition, readings, unread)
    problems += told_of_title(chosen, page)
    margins = lines_under(blocks, MARGIN)
    problems += told_of_margins(margins, cover.agency, cover.year)
    unprinted = left_out(
        own.tokens,
        sections,
        edition.sections,
        grids_of(readings, own.tokens),
        labels_of(readings),
    )
    return Report(
        title=page.title,
        agency=cover.agency,
        year=cover.year,
        published=cover.published,
        tables=tables_of(readings, edition),
        sections=texts,
        problems=tuple(problems),
        document=document,
        headings=headings_of(own.tokens, sections),
        opening=opening,
        parts=tuple(each.segment for each in chosen.parts),
        part=number_of(chosen),
        chosen_by=chosen.by,
        evidence=cover.evidence,
        left_out=(
            *unprinted,
            *filterfalse(unprinted.__contains__, unread_beside(readings, cuts, own, sections)),
            *lines_under(blocks, UNSEEN),
            *filterfalse(partial(is_of_page, page.title), margins),
            *hidden_in(own.tokens, sections, texts_under(blocks, HIDDEN)),
        ),
        revised=lines_under(blocks, REVISED),
    )


def lines_under(blocks: Sequence[Block], heading: str) -> tuple[str, ...]:
    """The lines of a property of a document: 划掉8件 of what nobody sees."""
    found: list[str] = []
    for text in texts_under(blocks, heading):
        found += text.split("\n")
    return tuple(found)


def texts_under(blocks: Sequence[Block], heading: str) -> Iterator[str]:
    for block in blocks:
        if isinstance(block, Prose) and block.heading == heading:
            yield block.text


def texts_of_links(blocks: Sequence[Block]) -> set[str]:
    texts = set()
    for block in blocks:
        if isinstance(block, Link):
            texts.add(block.text)
    return texts


def readings_of(
    chosen: Chosen,
    sections: Mapping[int, int],
    edition: Edition,
    agency: str,
    texts: Mapping[int, str],
) -> Readings:
    """The tables of the report that was chosen; what another witness speaks against is blank or
    told of.
    """
    others = []
    for other in chosen.parts:
        if other is not chosen.cut:
            others.append(read(other.tokens, edition))
    readings = {}
    if chosen.cut is not None:
        readings = read(chosen.cut.tokens, edition)
        doubt_rivals(readings, chosen.cut, sections)
        tell_places(readings, chosen.cut, sections)
        tell_of_others(readings)
    leave_blank_what_others_have(readings, others, chosen)
    prose = "\n".join(texts.values())
    for reading in readings.values():
        doubt_units(reading, agency, prose, others)
    return readings


def read(tokens: Sequence[Token], edition: Edition) -> dict[str, entries.TableReading]:
    """The tables of one segment."""
    return read_tables(tokens, edition.name)


def tables_of(readings: Readings, edition: Edition) -> dict[str, Table]:
    """The tables in the order of the form, each with what was lost of it."""
    tables = {}
    for name in edition.forms:
        if name in readings:
            reading = readings[name]
            table = Table(reading.form, reading.entries)
            tables[name] = sums.with_lost(table, reading.problems)
    return tables


def holds_figures(readings: Readings) -> bool:
    return any(map(attrgetter("holds_figures"), readings.values()))


def number_of(chosen: Chosen) -> int:
    """The number of the part that was chosen, counted from 1; 0 where none was, or several were."""
    return chosen.parts.index(chosen.cut) + 1 if chosen.cut in chosen.parts else 0


# --- what is told of a report ---------------------------------------------------------------------


def problems_of(readings: Readings) -> list[Problem]:
    found: list[Problem] = []
    for reading in readings.values():
        found += reading.problems
    return found


def not_found(edition: Edition, readings: Readings, unread: Sequence[Problem]) -> list[Problem]:
    """A problem for each table of the form of which nothing is told."""
    told = {*readings, *(problem.table for problem in unread)}
    found = []
    for name in edition.forms:
        if name not in told:
            found.append(Problem(name, "", "", "", NO_TABLE))
    return found


def told_of_title(chosen: Chosen, page: Segment) -> list[Problem]:
    """A problem where the only tables stand below the title of another report than the page's."""
    own = chosen.cut
    if own is None or chosen.by != "only" or is_same(own.segment, page):
        return []
    return [Problem("", "", "", own.segment.title, OTHER_ABOVE)]


def told_of_margins(margins: Sequence[str], agency: str, year: int | None) -> list[Problem]:
    """A problem for a header or footer with the title of another body's or year's report."""
    for line in filter(is_title, margins):
        named = segment_of(line)
        is_of_year = named.year in (None, year) or year is None
        is_of_body = not (named.agency and agency) or bodies.may_be_one(named.agency, agency)
        if not (is_of_year and is_of_body):
            return [Problem("", "", "", line, OTHER_MARGIN)]
    return []


def is_of_page(title: str, line: str) -> bool:
    """Whether a header or footer says nothing that the report does not: its title, — 1 —, 第1页."""
    return squash(line) in squash(title) or not OF_PAGE.sub("", line)


def warned(title: str, opening: str) -> list[Problem]:
    """A problem for the line that says of a document that it is no report in force: 征求意见稿,
    作废, 样表.
    """
    for line in (title, *opening.split("\n")):
        if len(line) <= LONGEST_WARNING and NOT_IN_FORCE.search(line):
            return [Problem("", "", "", line, IN_DOUBT)]
    return []


def is_report(readings: Readings, title: str) -> bool:
    """Whether a table of the form was read: 表二 alone is one below a report's title, or with most
    of its labels.
    """
    found = []
    for name, reading in readings.items():
        if reading.placed:
            found.append(name)
    if found == ["disclosure"]:
        return is_title(title) or is_whole(readings["disclosure"])
    return bool(found)


def is_whole(disclosure: entries.TableReading) -> bool:
    """Whether 表二 has most of its labels, so that no other list of 行政许可 and 行政处罚 can be
    meant.
    """
    return len(disclosure.spots) >= FEWEST_LABELS_ALONE


def doubt_rivals(
    readings: dict[str, entries.TableReading], own: Cut, sections: Mapping[int, int]
) -> None:
    """Leave a table blank where something else in its section may be the report's own one."""
    tokens, year = own.tokens, own.segment.year
    spans = sections_of(sections, len(tokens))
    if len(spans) < 2:
        return
    taken = grids_of(readings, tokens)
    for name, reading in readings.items():
        span = spans.get(SECTION_OF[name])
        text = rival_in(tokens, span, reading.start, taken, year) if span else ""
        if text:
            readings[name] = left_blank(reading, text, RIVAL)


def labels_of(readings: Readings) -> set[int]:
    """The tokens that are labels of tables which were read."""
    found: set[int] = set()
    for reading in readings.values():
        found.update(reading.spots)
    return found


def grids_of(readings: Readings, tokens: Sequence[Token]) -> set[int]:
    """The grids of which tables were read."""
    taken = set()
    for reading in readings.values():
        taken |= {tokens[at].grid for at in reading.spots}
    return taken


def unread_beside(
    readings: Readings, cuts: Sequence[Cut], own: Cut, sections: Mapping[int, int]
) -> Iterator[str]:
    """What stands beside the tables of a report with sections, in grids or below captions of others
    that were not read.
    """
    known = grids_of(readings, own.tokens)
    for reading in readings.values():
        for entry in reading.entries.values():
            if entry.place:
                known.add(entry.place.table)
    spans = sections_of(sections, len(own.tokens))
    for number in SECTION_OF.values():
        if number in spans:
            yield from unread_in(own.tokens, spans[number], known, own.segment.year)
    if spans:
        first = own.tokens[min(sections.values())].row
        yield from unread_annexes(cuts, own.segment, first)


def tell_places(readings: Readings, own: Cut, sections: Mapping[int, int]) -> None:
    """A problem for each table that stands in no section of its own, or below words such as 附件 or
    全市汇总数.
    """
    spans = sections_of(sections, len(own.tokens))
    for name, reading in readings.items():
        if reading.holds_figures:
            reading.problems += doubts_of_place(reading, own, spans.get(SECTION_OF[name]))


def doubts_of_place(
    reading: entries.TableReading, own: Cut, section: range | None
) -> list[Problem]:
    """A problem for what stands above a table, 附件1 or 平阳县教育局, else for a table outside its
    section.
    """
    caption = caption_of(reading, own, section)
    if caption:
        return [Problem(reading.form.id, "", "", caption, CAPTIONED)]
    if section is not None and reading.start not in section:
        return [Problem(reading.form.id, "", "", "", OUTSIDE)]
    return []


def caption_of(reading: entries.TableReading, own: Cut, section: range | None) -> str:
    """The line that may say that a table is not the report's own, 附件1 or 瑞安市教育局; "" for
    none.
    """
    places = set()
    for entry in reading.entries.values():
        if entry.place:
            places.add(entry.place)
    caption = vague_caption(own, reading.start, places)
    if caption or section is None or reading.start not in section:
        return caption
    return written_beside(own.tokens, section, reading.start, places, own.segment)


def tell_of_others(readings: Readings) -> None:
    """A problem for each table beside one that stands there twice: the second one's report may be
    its own, too.
    """
    doubled = list(filter(is_doubled, readings.values()))
    if not doubled:
        return
    number = doubled[0].form.number
    for name, reading in readings.items():
        if reading.holds_figures and not is_doubled(reading):
            reading.problems.append(Problem(name, "", "", number, BESIDE_TWO))


def is_doubled(reading: entries.TableReading) -> bool:
    return any(problem.reason == TWICE for problem in reading.problems)


def doubt_units(
    reading: entries.TableReading, agency: str, prose: str, others: Sequence[Readings]
) -> None:
    """Leave blank what was converted by a head, a label or a note against which another witness
    speaks: the prose, the same figure of other years in the document, the order of size.
    """
    for cell, entry in reading.entries.items():
        if not entry.stated:
            continue
        found = [value_of(other, cell) for other in others]
        place = reading.form.cells[cell]
        why = units.contradicted_by(place.row.id, entry, agency, prose, found)
        if why:
            reason = DOUBTED_UNIT.format(entry.stated, why)
            problem = Problem(reading.form.id, place.row.id, place.column.id, entry.raw, reason)
            reading.entries[cell] = Entry(cell, None, entry.raw, entry.place)
            reading.problems.append(problem)


def value_of(readings: Readings, cell: str) -> Value:
    found = readings.get(table_id(cell))
    return found.value(cell) if found else None


def named_by(blocks: Sequence[Block]) -> Segment | None:
    """What the page's own title names: its properties, else its <title>; None where neither is a
    report's title.
    """
    for title in named_titles(blocks):
        named = segment_of(title)
        if named.year:
            return named
    return None


def leave_blank_what_others_have(
    readings: dict[str, entries.TableReading], others: Sequence[Readings], chosen: Chosen
) -> None:
    """A table that only another segment has was found, and is not this report's: 表四 below
    附：2022年数据 alone.
    """
    why = OTHER_REPORT if chosen.cut else NO_PART
    titles = []
    for part in chosen.parts:
        if part is not chosen.cut:
            titles.append(part.segment.title)
    for title, other in zip(titles, others, strict=True):
        for name, reading in other.items():
            if name not in readings:
                readings[name] = left_blank(reading, title, why)


def completed(report: Report, blocks: Sequence[Block], url: str = "") -> Report:
    """A report from an attachment with what only its page says of it: title, body, year, day of
    publication.

    A page that names another year or body than the attachment is a problem: it may be that of
    another report.
    """
    page = cover_of(blocks, url)
    named = segment_of(page.title) if is_title(page.title) else Segment("report", "", "", None)
    whole = with_page(report, page)
    keeps_title = is_title(report.title) or not named.title
    return replace(
        report,
        title=report.title if keeps_title else named.title,
        agency=whole.agency,
        year=whole.year,
        published=whole.published,
        problems=(*report.problems, *apart_from_page(report, named), *whole.problems),
        evidence=whole.evidence,
    )


def apart_from_page(report: Report, named: Segment) -> list[Problem]:
    """A problem for each of year and body in which a page's title names another report: 2022年…
    above an attachment of 2021.
    """
    told = []
    if named.year and report.year and named.year != report.year:
        told.append(f"网页标题的年度是{named.year}年，附件中是{report.year}年，请核对附件是否正确")
    if not bodies.may_be_one(named.agency, report.agency):
        told.append(
            f"网页标题中的机关是{named.agency}，附件中是{report.agency}，请核对附件是否正确"
        )
    return [Problem("", "", "", named.title, why) for why in told]


def lone_figures(tokens: Sequence[Token], edition: str) -> list[Problem]:
    """A figure beside the labels of a table where none could be placed, 134 behind 予以公开: the
    document is no blank form.
    """
    for table in FEWEST_ROWS:
        chain = find_chain(tokens, editions.form(edition, table)).chain
        near = tokens[chain[0].start : chain[-1].end + FEWEST_BLOCK_LABELS] if chain else ()
        for token in near:
            if token.kind == "figure" and token.text:
                return [Problem(table, "", "", token.text, NOT_PLACED)]
    return []


def labels_alone(tokens: Sequence[Token], edition: str) -> list[Problem]:
    """What stands beside the labels of 表三 where most of them are there and no figure is; [] where
    they are not.

    ``（一）予以公开 (134) (7)`` has texts in brackets, a page whose figures are images has
    pictures, the form as it is handed out nothing.
    """
    chain = find_chain(tokens, editions.form(edition, "applications")).chain
    if len(chain) <= SAME_SHARE * len(lexicon(editions.form(edition, "applications")).labels):
        return []
    texts = texts_between(tokens, chain)
    odd = odd_among(texts) or filler_of(texts, len(chain))
    return [Problem("applications", "", "", odd, ONLY_TEXT if odd else NO_FIGURE)]


def texts_between(tokens: Sequence[Token], chain: Sequence[Match]) -> list[str]:
    """The texts from the first label to the last that are no part of a label; □ may end one."""
    labels = tokens_of(chain)
    texts = []
    for at in range(chain[0].start, chain[-1].end):
        is_label = at in labels and tokens[at].squash
        if tokens[at].kind == "text" and not is_label:
            texts.append(tokens[at].text)
    return texts


def odd_among(texts: Sequence[str]) -> str:
    """A picture, else the first text that may be a figure: [图片], (134)."""
    if figures.PICTURE in texts:
        return figures.PICTURE
    return next(filter(HAS_NUMBER.search, texts), "")


def filler_of(texts: Sequence[str], labels: int) -> str:
    """The text that stands in cell after cell of a table: 暂无, □, ***; "" where none does."""
    for text, count in Counter(texts).most_common(1):
        if 2 * count > labels:
            return text
    return ""
