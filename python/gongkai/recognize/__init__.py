"""Blocks + editions -> Report: which table is which, and every figure by its labels."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import replace

from gongkai.bodies import may_be_one
from gongkai.editions import edition_of_year
from gongkai.editions import editions as editions
from gongkai.editions import form as form
from gongkai.figures import PICTURE
from gongkai.model import (
    Block,
    Document,
    Entry,
    Link,
    NoReport,
    Problem,
    Report,
    Segment,
    Table,
    Value,
    table_id,
)
from gongkai.model import (
    UnreadableDocument as UnreadableDocument,
)
from gongkai.recognize.beside import rival_in, sections_of, vague_caption, written_beside
from gongkai.recognize.cover import cover_of, cover_of_part, with_page
from gongkai.recognize.cover.titles import is_title, named_titles, segment_of
from gongkai.recognize.flat import flattened
from gongkai.recognize.labels import lexicon
from gongkai.recognize.refusals import why_unreadable
from gongkai.recognize.sections import find_sections, headings_of, opening_of, section_texts
from gongkai.recognize.segments import (
    LONGEST_CELL as LONGEST_CELL,
)
from gongkai.recognize.segments import (
    Chosen,
    Cut,
    choose,
    cut,
    is_same,
)
from gongkai.recognize.tables import (
    FEWEST_BLOCK_LABELS,
    FEWEST_ROWS,
    SAME_SHARE,
    TWICE,
    find_chain,
    left_blank,
    read_tables,
    value_in,
)
from gongkai.recognize.tables.rows import TableReading
from gongkai.recognize.tables.rows import as_one as as_one
from gongkai.recognize.tables.rows import place_rows as place_rows
from gongkai.recognize.tables.units import contradicted_by
from gongkai.recognize.tables.units import note_places as note_places
from gongkai.recognize.tables.units import scaled_note as scaled_note
from gongkai.recognize.tables.units import unit_lines as unit_lines
from gongkai.recognize.tokens import Token, tokenize
from gongkai.sums import with_lost

NO_TABLE = "没有找到这张表"
HAS_NUMBER = re.compile(
    r"\d|[一二三四五六七八九十零〇]$"
)  # (134), 12②, 十二: perhaps a figure, but none for certain
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
    r"作废|草稿|征求意见|送审|讨论稿|未审定|示例|样[表例张]|范[本例]|模板|虚构|假数据|撤[回稿]|"
    r"填[写报]说明|培训|[×xX]{2,}[县市区局]|某某"
    r"|季度|[上下]半年|(?:以下|下列)[为是].{0,8}(?:上年|20\d\d年)|上年(?:度)?数据"
)
BESIDE_TWO = "文中有多张这样的表，像是两份报告，另一份的表也可能读作了本报告的，请核对"
NO_PART = "文中有几份这样的报告，无法确定是哪一份，未填入"
OTHER_ABOVE = "表格前面最近的标题是另一份报告的，请核对表格是否属于本报告"
FEWEST_LABELS_ALONE = 9  # of the 17 of 表二


Readings = Mapping[
    str, tuple[TableReading, str]
]  # table id -> its reading and the edition of its layout


def recognize(blocks: Sequence[Block], document: Document, part: int = 0) -> Report:
    """The report that the blocks hold; of several segments ``part``, or the one that the page names
    (segments).

    Of tables that are there without any figure the report says so (``is_evaluated``). Raises
    NoReport where the blocks hold none of its three tables, UnreadableDocument where they hold too
    many.
    """
    tokens = flattened(tokenize(blocks))
    cover = cover_of(blocks, document.url or document.origin)
    page = cover.segment
    links = {block.text for block in blocks if isinstance(block, Link)}
    cuts = cut(tokens, links, page)
    chosen = choose(cuts, page, named_by(blocks), part)
    own = chosen.cut or cuts[0]
    if own is not cuts[0] and chosen.by != "only":
        page, cover = own.segment, cover_of_part(own.segment, cover)
    edition = edition_of_year(page.year)
    sections = find_sections(own.tokens, edition.sections)
    readings = read_tables(own.tokens, edition.name) if chosen.cut else {}
    doubt_rivals(readings, own.tokens, sections)
    tell_places(readings, own, sections)
    tell_of_others(readings)
    others = [
        read_tables(other.tokens, edition.name) for other in chosen.parts if other is not chosen.cut
    ]
    leave_blank_what_others_have(readings, others, chosen)
    texts = section_texts(own.tokens, sections, edition.sections)
    for reading, _ in readings.values():
        doubt_units(reading, page.agency, "\n".join(texts.values()), others)
    unread: list[Problem] = []
    if not is_report(readings, cover.title):
        unread = labels_alone(tokens, edition.name)
        if not unread:
            raise NoReport(why_unreadable(blocks, document.origin))
    tables = {
        name: with_lost(Table(reading.form, reading.entries), reading.problems)
        for name, (reading, _) in readings.items()
    }
    if not any(reading.holds_figures for reading, _ in readings.values()):
        unread += lone_figures(own.tokens, edition.name)
    problems = [problem for reading, _ in readings.values() for problem in reading.problems]
    problems += unread
    problems += cover.problems
    opening = opening_of(own.tokens, sections)
    problems += warned(page.title, opening) if readings else ()
    told = {*tables, *(problem.table for problem in unread)}
    problems += [Problem(name, "", "", "", NO_TABLE) for name in edition.forms if name not in told]
    if chosen.by == "only" and not is_same(own.segment, page):
        problems.append(Problem("", "", "", own.segment.title, OTHER_ABOVE))
    return Report(
        title=page.title,
        agency=cover.agency,
        year=cover.year,
        published=cover.published,
        tables={name: tables[name] for name in edition.forms if name in tables},
        sections=texts,
        problems=tuple(problems),
        document=document,
        headings=headings_of(own.tokens, sections),
        opening=opening,
        parts=tuple(each.segment for each in chosen.parts),
        part=chosen.parts.index(chosen.cut) + 1 if chosen.cut in chosen.parts else 0,
        chosen_by=chosen.by,
        evidence=cover.evidence,
    )


def warned(title: str, opening: str) -> list[Problem]:
    """A problem for the line that says of a document that it is no report in force: 征求意见稿,
    作废, 样表.
    """
    lines = [line for line in (title, *opening.split("\n")) if len(line) <= LONGEST_WARNING]
    found = next(filter(NOT_IN_FORCE.search, lines), "")
    return [Problem("", "", "", found, IN_DOUBT)] if found else []


def is_report(readings: Readings, title: str) -> bool:
    """Whether a table of the form was read: 表二 alone is one below a report's title, or with most
    of its labels.
    """
    found = [name for name, (reading, _) in readings.items() if reading.placed]
    if found == ["disclosure"]:
        return is_title(title) or is_whole(readings["disclosure"][0])
    return bool(found)


def is_whole(disclosure: TableReading) -> bool:
    """Whether 表二 has most of its labels, so that no other list of 行政许可 and 行政处罚 can be
    meant.
    """
    return len(disclosure.spots) >= FEWEST_LABELS_ALONE


def doubt_rivals(
    readings: dict[str, tuple[TableReading, str]],
    tokens: Sequence[Token],
    sections: Mapping[int, int],
) -> None:
    """Leave a table blank where something else in its section may be the report's own one."""
    spans = sections_of(sections, len(tokens))
    taken = {tokens[at].grid for reading, _ in readings.values() for at in reading.spots}
    for name, (reading, layout) in readings.items():
        span = spans.get(SECTION_OF[name])
        text = rival_in(tokens, span, reading.start, taken) if span and len(spans) > 1 else ""
        if text:
            readings[name] = (left_blank(reading, text, RIVAL), layout)


def tell_places(readings: Readings, own: Cut, sections: Mapping[int, int]) -> None:
    """A problem for each table that stands in no section of its own, or below words such as 附件 or
    全市汇总数.
    """
    spans = sections_of(sections, len(own.tokens))
    for name, (reading, _) in readings.items():
        if not reading.holds_figures:
            continue
        places = {entry.place for entry in reading.entries.values() if entry.place}
        section = spans.get(SECTION_OF[name])
        caption = vague_caption(own, reading.start, places)
        if section and reading.start in section:
            caption = caption or written_beside(
                own.tokens, section, reading.start, places, own.segment
            )
        if caption:
            reading.problems.append(Problem(name, "", "", caption, CAPTIONED))
        elif section and reading.start not in section:
            reading.problems.append(Problem(name, "", "", "", OUTSIDE))


def tell_of_others(readings: Readings) -> None:
    """A problem for each table beside one that stands there twice: the second one's report may be
    its own, too.
    """
    doubled = [
        name
        for name, (reading, _) in readings.items()
        if any(told.reason == TWICE for told in reading.problems)
    ]
    for name, (reading, _) in readings.items() if doubled else ():
        if name not in doubled and reading.holds_figures:
            number = readings[doubled[0]][0].form.number
            reading.problems.append(Problem(name, "", "", number, BESIDE_TWO))


def doubt_units(reading: TableReading, agency: str, prose: str, others: Sequence[Readings]) -> None:
    """Leave blank what was converted by a head, a label or a note against which another witness
    speaks: the prose, the same figure of other years in the document, the order of size.
    """
    for cell, entry in reading.entries.items():
        found = [value_of(other, cell) for other in others] if entry.stated else []
        row, column = reading.form.cells[cell].row.id, reading.form.cells[cell].column.id
        why = contradicted_by(row, entry, agency, prose, found) if entry.stated else ""
        if why:
            reason = DOUBTED_UNIT.format(entry.stated, why)
            reading.entries[cell] = Entry(cell, None, entry.raw, entry.place)
            reading.problems.append(Problem(reading.form.id, row, column, entry.raw, reason))


def value_of(readings: Readings, cell: str) -> Value:
    found = readings.get(table_id(cell))
    return value_in(found[0], cell) if found else None


def named_by(blocks: Sequence[Block]) -> Segment | None:
    """What the page's own title names: its properties, else its <title>; None where neither is a
    report's title.
    """
    named = map(segment_of, named_titles(blocks))
    return next((found for found in named if found.year), None)


def leave_blank_what_others_have(
    readings: dict[str, tuple[TableReading, str]], others: Sequence[Readings], chosen: Chosen
) -> None:
    """A table that only another segment has was found, and is not this report's."""
    titles = [part.segment.title for part in chosen.parts if part is not chosen.cut]
    for title, other in zip(titles, others, strict=True):
        for name, (reading, layout) in other.items():
            if name not in readings:
                why = OTHER_REPORT if chosen.cut else NO_PART
                readings[name] = (left_blank(reading, title, why), layout)


def completed(report: Report, blocks: Sequence[Block], url: str = "") -> Report:
    """A report from an attachment with what only its page says of it: title, body, year, day of
    publication.

    A page that names another year or body than the attachment is a problem: it may be that of
    another report.
    """
    page = cover_of(blocks, url)
    named = segment_of(page.title) if is_title(page.title) else Segment("report", "", "", None)
    problems = list(report.problems)
    if named.year and report.year and named.year != report.year:
        why = f"网页标题的年度是{named.year}年，附件中是{report.year}年，请核对附件是否正确"
        problems.append(Problem("", "", "", named.title, why))
    if not may_be_one(named.agency, report.agency):
        why = f"网页标题中的机关是{named.agency}，附件中是{report.agency}，请核对附件是否正确"
        problems.append(Problem("", "", "", named.title, why))
    whole = with_page(report, page)
    return replace(
        report,
        title=report.title if is_title(report.title) or not named.title else named.title,
        agency=whole.agency,
        year=whole.year,
        published=whole.published,
        problems=(*problems, *whole.problems),
        evidence=whole.evidence,
    )


def lone_figures(tokens: Sequence[Token], edition: str) -> list[Problem]:
    """A figure beside the labels of a table where none could be placed: the document is no blank
    form.
    """
    for table in FEWEST_ROWS:
        chain = find_chain(tokens, edition, table).chain
        near = tokens[chain[0].start : chain[-1].end + FEWEST_BLOCK_LABELS] if chain else ()
        found = next((token.text for token in near if token.kind == "figure"), "")
        if found:
            return [Problem(table, "", "", found, NOT_PLACED)]
    return []


def labels_alone(tokens: Sequence[Token], edition: str) -> list[Problem]:
    """What stands beside the labels of 表三 where most of them are there and no figure is; [] where
    they are not.

    ``（一）予以公开 (134) (7)`` has texts in brackets, a page whose figures are images has
    pictures, the form as it is handed out nothing.
    """
    chain = find_chain(tokens, edition, "applications").chain
    if len(chain) <= SAME_SHARE * len(lexicon(edition, "applications").labels):
        return []
    labels = {at for match in chain for at in range(match.start, match.end)}
    within = range(chain[0].start, chain[-1].end)
    between = [
        tokens[at] for at in within if at not in labels or not tokens[at].squash
    ]  # □ may end a label
    texts = [token.text for token in between if token.kind == "text"]
    if PICTURE in texts:
        return [Problem("applications", "", "", PICTURE, ONLY_TEXT)]
    odd = next((text for text in texts if HAS_NUMBER.search(text)), "") or filler_of(
        texts, len(chain)
    )
    return [Problem("applications", "", "", odd, ONLY_TEXT if odd else NO_FIGURE)]


def filler_of(texts: Sequence[str], labels: int) -> str:
    """The text that stands in cell after cell of a table: 暂无, □, ***; "" where none does."""
    (text, count), *_ = Counter(texts).most_common(1) or [("", 0)]
    return text if 2 * count > labels else ""
