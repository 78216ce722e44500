"""Blocks + editions -> Report: which table is which, and every figure by its labels."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from gongkai.bodies import may_be_one
from gongkai.editions import edition_of_year, editions, form
from gongkai.figures import PICTURE
from gongkai.model import (
    SHEET,
    Block,
    Document,
    Entry,
    Link,
    NoReport,
    Problem,
    Prose,
    Report,
    Segment,
    Table,
    UnreadableDocument,
    Value,
)
from gongkai.recognize.cover import agency_of, is_title, named_titles, published_of, title_of, year_of
from gongkai.recognize.disputes import names_of, place_blocks
from gongkai.recognize.flat import flattened
from gongkai.recognize.headers import stacked
from gongkai.recognize.labels import (
    Match,
    align,
    best_chain,
    chain_weight,
    exact_matches,
    follows_figure,
    form_words,
    lexicon,
    without,
)
from gongkai.recognize.lines import pitch_of
from gongkai.recognize.refusals import why_unreadable
from gongkai.recognize.rows import TableReading, as_one, place_rows
from gongkai.recognize.sections import find_sections, headings_of, opening_of, section_texts
from gongkai.recognize.segments import (
    LONGEST_CELL,
    Chosen,
    Cut,
    choose,
    cut,
    is_same,
    rival_in,
    sections_of,
    vague_caption,
    written_beside,
)
from gongkai.recognize.settle import join_parted, place_short_rows
from gongkai.recognize.tokens import Token, tokenize
from gongkai.recognize.units import contradicted_by, note_places, scaled_note, unit_lines

NO_TABLE = "没有找到这张表"
HAS_NUMBER = re.compile(r"\d|[一二三四五六七八九十零〇]$")  # (134), 12②, 十二: perhaps a figure, but none for certain
NO_FIGURE = "找到了表格的标签，但标签旁没有数字"
NOT_PLACED = "表格中有数字，但不能确定属于哪一格，未填入"
ONLY_TEXT = "标签旁的文字不是单独的数字，未填入"
TOO_MANY = "文档中的表格过多，像是多份报告的汇编；请分成单份报告后再导入。"
TWICE = "文中有多张这样的表且数字不同，无法确定哪一张属于本报告，未填入"
OTHER_REPORT = "这张表前面是另一份报告的标题，可能不属于本报告，未填入"
DOUBTED_UNIT = "{}，换算后{}，可能是单位写错，未填入；请核对单位"
ELSEWHERE = "文中另有几行同样的标签，其中{}格的数字与表中不同（第一个如上），请核对"
RIVAL = "这一节里另有一张没有读出的表或图片，读出的表不一定是本报告的，未填入；请核对"
OUTSIDE = "这张表不在规定的那一节里，不一定是本报告的，请核对"
CAPTIONED = "这张表旁边这样写，不一定是本报告的，请核对"
SCALED = "表旁这样写，表中的数不是以件为单位，未填入；请核对"
SECTION_OF = {"disclosure": 2, "applications": 3, "disputes": 4}
NO_PART = "文中有几份这样的报告，无法确定是哪一份，未填入"
OTHER_ABOVE = "表格前面最近的标题是另一份报告的，请核对表格是否属于本报告"
FEWEST_ROWS = {"disclosure": 2, "applications": 5}
FEWEST_BLOCK_LABELS = 5
FEWEST_LABELS_ALONE = 9  # of the 17 of 表二
FEWEST_OF_A_SUMMARY = 3  # rows
SAME_SHARE = 0.6  # of the rows: from there on it is another table of the same kind, not a mention of some labels
MOST_COPIES = 4
MOST_MATCHES = 6000


Readings = Mapping[str, tuple[TableReading, str]]  # table id -> its reading and the edition of its layout


@dataclass(frozen=True, slots=True)
class FoundTable:
    """A table found in the tokens: the edition of its layout, its chain of labels, and their total weight.

    ``matches`` are all tokens that agree with one of its labels, in the chain or not; a ``partial`` one has some rows.
    """

    edition: str
    chain: list[Match]
    weight: float
    matches: list[Match]
    partial: bool = False


def recognize(blocks: Sequence[Block], document: Document, part: int = 0) -> Report:
    """The report that the blocks hold; of several segments ``part``, or the one that the page names (segments).

    Of tables that are there without any figure the report says so (``is_evaluated``). Raises NoReport where the blocks
    hold none of its three tables, UnreadableDocument where they hold too many.
    """
    tokens = flattened(tokenize(blocks))
    lines = lines_of(blocks)
    title = title_of(blocks)
    year = year_of(title, "\n".join(lines))
    page = Segment("report", title, agency_of(title, lines), year)
    links = {block.text for block in blocks if isinstance(block, Link)}
    cuts = cut(tokens, links, page)
    chosen = choose(cuts, page, named_by(blocks), part)
    own = chosen.cut or cuts[0]
    if own is not cuts[0] and chosen.by != "only":
        page = own.segment
    edition = edition_of_year(page.year)
    sections = find_sections(own.tokens, edition.sections)
    readings = read_tables(own.tokens, edition.name) if chosen.cut else {}
    doubt_rivals(readings, own.tokens, sections)
    tell_places(readings, own, sections)
    others = [read_tables(other.tokens, edition.name) for other in chosen.parts if other is not chosen.cut]
    leave_blank_what_others_have(readings, others, chosen)
    texts = section_texts(own.tokens, sections, edition.sections)
    for reading, _ in readings.values():
        doubt_units(reading, page.agency, "\n".join(texts.values()), others)
    found = [name for name, (reading, _) in readings.items() if reading.placed]
    unread: list[Problem] = []
    if not found or (found == ["disclosure"] and not is_title(title) and not is_whole(readings["disclosure"][0])):
        unread = labels_alone(tokens, edition.name)
        if not unread:
            raise NoReport(why_unreadable(blocks, document.origin))
    tables = {name: Table(name, found, reading.entries) for name, (reading, found) in readings.items()}
    if not any(reading.holds_figures for reading, _ in readings.values()):
        unread += lone_figures(own.tokens, edition.name)
    problems = [problem for reading, _ in readings.values() for problem in reading.problems]
    problems += unread
    told = {*tables, *(problem.table for problem in unread)}
    problems += [Problem(name, "", "", "", NO_TABLE) for name in edition.forms if name not in told]
    if chosen.by == "only" and not is_same(own.segment, page):
        problems.append(Problem("", "", "", own.segment.title, OTHER_ABOVE))
    return Report(
        title=page.title,
        agency=page.agency,
        year=page.year,
        published=published_of(blocks, lines),
        tables={name: tables[name] for name in edition.forms if name in tables},
        sections=texts,
        problems=tuple(problems),
        document=document,
        headings=headings_of(own.tokens, sections),
        opening=opening_of(own.tokens, sections),
        parts=tuple(each.segment for each in chosen.parts),
        part=chosen.parts.index(chosen.cut) + 1 if chosen.cut in chosen.parts else 0,
        chosen_by=chosen.by,
    )


def is_whole(disclosure: TableReading) -> bool:
    """Whether 表二 has most of its labels, so that no other list of 行政许可 and 行政处罚 can be meant."""
    return len(disclosure.spots) >= FEWEST_LABELS_ALONE


def doubt_rivals(
    readings: dict[str, tuple[TableReading, str]], tokens: Sequence[Token], sections: Mapping[int, int]
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
    """A problem for each table that stands in no section of its own, or below words such as 附件 or 全市汇总数."""
    spans = sections_of(sections, len(own.tokens))
    for name, (reading, _) in readings.items():
        if not reading.holds_figures:
            continue
        places = {entry.place for entry in reading.entries.values() if entry.place}
        section = spans.get(SECTION_OF[name])
        caption = vague_caption(own, reading.start, places)
        if section and reading.start in section:
            caption = caption or written_beside(own.tokens, section, reading.start, places, own.segment)
        if caption:
            reading.problems.append(Problem(name, "", "", caption, CAPTIONED))
        elif section and reading.start not in section:
            reading.problems.append(Problem(name, "", "", "", OUTSIDE))


def doubt_units(reading: TableReading, agency: str, prose: str, others: Sequence[Readings]) -> None:
    """Leave blank what was converted by a head, a label or a note against which another witness speaks: the prose,
    the same figure of other years in the document, the order of size."""
    for cell, entry in reading.entries.items():
        found = [value_of(other, cell) for other in others] if entry.stated else []
        why = contradicted_by(entry, agency, prose, found) if entry.stated else ""
        if why:
            _, row, column = cell.split(".")
            reason = DOUBTED_UNIT.format(entry.stated, why)
            reading.entries[cell] = Entry(cell, None, entry.raw, entry.place)
            reading.problems.append(Problem(reading.form.id, row, column, entry.raw, reason))


def value_of(readings: Readings, cell: str) -> Value:
    found = readings.get(cell.partition(".")[0])
    return value_in(found[0], cell) if found else None


def lines_of(blocks: Sequence[Block]) -> list[str]:
    """The lines of all prose but titles and properties of the page."""
    prose = [
        block for block in blocks if isinstance(block, Prose) and not block.heading.startswith(("title", "meta", SHEET))
    ]
    return [line for block in prose for line in block.text.split("\n")]


def named_by(blocks: Sequence[Block]) -> Segment | None:
    """What the page's own title names: its properties, else its <title>; None where neither is a report's title."""
    titles = [title for title in named_titles(blocks) if year_of(title, "")]
    return Segment("report", titles[0], agency_of(titles[0], ()), year_of(titles[0], "")) if titles else None


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


def completed(report: Report, blocks: Sequence[Block]) -> Report:
    """A report from an attachment with what only its page says of it: title, body, year, day of publication.

    A page that names another year or body than the attachment is a problem: it may be that of another report.
    """
    lines = lines_of(blocks)
    title = title_of(blocks)
    title = title if is_title(title) else ""
    year = year_of(title, "")
    problems = list(report.problems)
    if year and report.year and year != report.year:
        problems.append(
            Problem("", "", "", title, f"网页标题的年度是{year}年，附件中是{report.year}年，请核对附件是否正确")
        )
    named = agency_of(title, ()) if title else ""
    if not may_be_one(named, report.agency):
        why = f"网页标题中的机关是{named}，附件中是{report.agency}，请核对附件是否正确"
        problems.append(Problem("", "", "", title, why))
    return replace(
        report,
        title=report.title if is_title(report.title) or not title else title,
        agency=report.agency or agency_of(title, lines),
        year=report.year or year,
        published=report.published or published_of(blocks, lines),
        problems=tuple(problems),
    )


def lone_figures(tokens: Sequence[Token], edition: str) -> list[Problem]:
    """A figure beside the labels of a table where none could be placed: the document is no blank form."""
    for table in FEWEST_ROWS:
        chain = find_chain(tokens, edition, table).chain
        near = tokens[chain[0].start : chain[-1].end + FEWEST_BLOCK_LABELS] if chain else ()
        found = next((token.text for token in near if token.kind == "figure"), "")
        if found:
            return [Problem(table, "", "", found, NOT_PLACED)]
    return []


def labels_alone(tokens: Sequence[Token], edition: str) -> list[Problem]:
    """What stands beside the labels of 表三 where most of them are there and no figure is; [] where they are not.

    ``（一）予以公开 (134) (7)`` has texts in brackets, a page whose figures are images has pictures, the form as it is
    handed out nothing.
    """
    chain = find_chain(tokens, edition, "applications").chain
    if len(chain) <= SAME_SHARE * len(lexicon(edition, "applications").labels):
        return []
    labels = {at for match in chain for at in range(match.start, match.end)}
    within = range(chain[0].start, chain[-1].end)
    between = [tokens[at] for at in within if at not in labels or not tokens[at].squash]  # □ may end a label
    texts = [token.text for token in between if token.kind == "text"]
    if PICTURE in texts:
        return [Problem("applications", "", "", PICTURE, ONLY_TEXT)]
    odd = next((text for text in texts if HAS_NUMBER.search(text)), "") or filler_of(texts, len(chain))
    return [Problem("applications", "", "", odd, ONLY_TEXT if odd else NO_FIGURE)]


def filler_of(texts: Sequence[str], labels: int) -> str:
    """The text that stands in cell after cell of a table: 暂无, □, ***; "" where none does."""
    (text, count), *_ = Counter(texts).most_common(1) or [("", 0)]
    return text if 2 * count > labels else ""


def read_tables(tokens: Sequence[Token], preferred: str) -> dict[str, tuple[TableReading, str]]:
    """Table id -> its reading and the edition of its layout, for the tables that were found."""
    chains = {name: find_copies(tokens, name, preferred) for name in FEWEST_ROWS}
    heads, spots = stacked(tokens, names_of(form(preferred, "disputes")))
    blocks = find_chain(heads, preferred, "disputes")
    begins = [found.chain[0].start for copies in chains.values() for found in copies if not found.partial]
    begins += [spots[blocks.chain[0].start]] if len(blocks.chain) >= FEWEST_BLOCK_LABELS else []
    lines = unit_lines(tokens)
    readings: dict[str, tuple[TableReading, str]] = {}
    for name, copies in chains.items():
        read = [read_copy(tokens, name, found, begins, lines) for found in copies if not found.partial]
        chosen = agreed(read)
        if chosen is not None:
            partial = [found for found in copies if found.partial]
            tell_differences(chosen, [read_copy(tokens, name, found, begins, lines) for found in partial])
            chosen.spots = tuple(at for each in read for at in each.spots)
            readings[name] = (chosen, copies[0].edition)
    if len(blocks.chain) >= FEWEST_BLOCK_LABELS:
        theirs = grid_rows_of(tokens, chains)
        disputes = place_blocks(heads, form(preferred, "disputes"), pitch_of(heads, blocks.chain), theirs)
        join_parted(disputes, editions()[preferred].relations_of("disputes"))
        if disputes.placed or disputes.problems:
            disputes.start = spots[blocks.chain[0].start]
            disputes.spots = tuple(spots[match.start] for match in blocks.chain)
            note = scaled_note(note_places(tokens, lines, disputes.start, spots[blocks.chain[-1].end - 1] + 1, ()))
            disputes = left_blank(disputes, note, SCALED) if note else disputes
            readings["disputes"] = (disputes, preferred)
    return readings


def grid_rows_of(tokens: Sequence[Token], chains: Mapping[str, Sequence[FoundTable]]) -> set[int]:
    """The grid rows of other tables' rows of figures: their labels and figures are none of 表四."""
    rows = set()
    for name, copies in chains.items():
        for found in [copy for copy in copies if not copy.partial]:
            labels = form(found.edition, name).labels
            rows |= {
                tokens[match.start].row
                for match in found.chain
                if labels[match.label].kind == "row" and tokens[match.start].grid
            }
    return rows


def find_chain(tokens: Sequence[Token], edition: str, table: str) -> FoundTable:
    words = lexicon(edition, table)
    matches = exact_matches(tokens, words)
    if len(matches) > MOST_MATCHES:
        raise UnreadableDocument(TOO_MANY)
    chain = align(tokens, words, matches)
    return FoundTable(edition, chain, chain_weight(chain), matches)


def find_copies(tokens: Sequence[Token], table: str, preferred: str) -> list[FoundTable]:
    """The table wherever it stands in the document, in the layout that explains it best; [] if it does not."""
    best = find_chain(tokens, preferred, table)
    if best.weight < lexicon(preferred, table).full:
        ranked = [best, *(find_chain(tokens, edition, table) for edition in editions() if edition != preferred)]
        best = max(ranked, key=lambda found: (round(found.weight, 3), found.edition == preferred))
    rows = count_rows(tokens, best.chain, best.edition, table)
    if rows < FEWEST_ROWS[table]:
        return []
    copies = [best]
    words = lexicon(best.edition, table)
    left = without(best.matches, best.chain)
    while left and len(copies) < MOST_COPIES:
        chain = best_chain(left, words)
        found = count_rows(tokens, chain, best.edition, table)
        if found < FEWEST_OF_A_SUMMARY:
            break
        partial = found < SAME_SHARE * rows
        chain = chain if partial else align(tokens, words, left)
        copies.append(FoundTable(best.edition, chain, chain_weight(chain), left, partial))
        left = without(left, chain)
    return copies


def count_rows(tokens: Sequence[Token], chain: Sequence[Match], edition: str, table: str) -> int:
    """How many rows of the form a chain finds with a figure, a sign, an empty cell or a short text after the label."""
    labels = form(edition, table).labels
    rows = [match for match in chain if labels[match.label].kind == "row"]
    return sum(1 for match in rows if follows_figure(tokens, match.end) or follows_text(tokens, match.end))


def follows_text(tokens: Sequence[Token], end: int) -> bool:
    """Whether a short text stands beside a label in a grid, where a figure should: □, 无, 12（上年3）."""
    if end >= len(tokens):
        return False
    token = tokens[end]
    beside = token.grid > 0 and token.row == tokens[end - 1].row and token.kind == "text"
    return beside and len(token.text) <= LONGEST_CELL and token.squash not in form_words()


def read_copy(
    tokens: Sequence[Token], table: str, found: FoundTable, begins: Sequence[int], lines: Sequence[int]
) -> TableReading:
    stop = min((start for start in begins if start >= found.chain[-1].end), default=len(tokens))
    reading = place_rows(tokens, found.chain, form(found.edition, table), stop, lines)
    relations = editions()[found.edition].relations_of(table)
    place_short_rows(reading, relations)
    join_parted(reading, relations)
    as_one(reading)
    reading.start = found.chain[0].start
    reading.spots = tuple(match.start for match in found.chain)
    return reading


def agreed(readings: Sequence[TableReading]) -> TableReading | None:
    """The fullest of several readings of one table if all agree in each cell that any of them gives, else one that is
    blank: a copy that could not be placed agrees with nothing. The problems of all stay."""
    placed = sorted(readings, key=lambda reading: -reading.placed)
    if not placed:
        return None
    chosen = placed[0]
    if all(is_equal(chosen, other) for other in placed[1:]):
        return chosen
    blank = left_blank(chosen, f"{chosen.form.number}×{len(placed)}", TWICE)
    unread = [reading for reading in placed if not reading.holds_figures]
    blank.problems += [problem for reading in unread for problem in reading.problems]
    return blank


def tell_differences(reading: TableReading, partial: Sequence[TableReading]) -> None:
    """A problem for each summary of a few rows that gives other figures than the table does."""
    for part in partial:
        given = [entry for entry in part.entries.values() if entry.value is not None]
        other = [entry for entry in given if value_in(reading, entry.cell) not in (None, entry.value)]
        if other:
            reading.problems.append(Problem(reading.form.id, "", "", other[0].raw, ELSEWHERE.format(len(other))))


def is_equal(one: TableReading, other: TableReading) -> bool:
    cells = one.entries.keys() | other.entries.keys()
    return all(value_in(one, cell) == value_in(other, cell) for cell in cells)


def value_in(reading: TableReading, cell: str) -> Value:
    entry = reading.entries.get(cell)
    return entry.value if entry else None


def left_blank(reading: TableReading, raw: str, reason: str) -> TableReading:
    """A table that was found and of which no figure is certain to belong to this report."""
    problem = Problem(reading.form.id, "", "", raw, reason)
    blank = {cell: Entry(cell, None) for cell in reading.entries}
    return TableReading(reading.form, blank, [problem], placed=1, start=reading.start)
