"""Blocks + editions -> Report: which table is which, and every figure by its labels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

from gongkai.bodies import may_be_one
from gongkai.editions import edition_of_year, editions, form
from gongkai.model import Block, Document, Entry, Link, NoReport, Problem, Prose, Report, Table, UnreadableDocument
from gongkai.recognize.cover import agency_of, foreign_titles, is_title, published_of, title_of, year_of
from gongkai.recognize.diagnosis import why_unreadable
from gongkai.recognize.disputes import place_blocks
from gongkai.recognize.labels import (
    Match,
    align,
    best_chain,
    chain_weight,
    exact_matches,
    follows_figure,
    lexicon,
    without,
)
from gongkai.recognize.lines import pitch_of
from gongkai.recognize.rows import TableReading, place_rows, place_short_rows
from gongkai.recognize.sections import find_sections, headings_of, opening_of, section_texts
from gongkai.recognize.tokens import Token, tokenize

NO_TABLE = "没有找到这张表"
ONLY_LABELS = "找到了表格的标签，但标签旁没有能识别的数字；请检查是否为空白表格，或数字是否写成了图片、括号等形式。"
TOO_MANY = "文档中的表格过多，像是多份报告的汇编；请分成单份报告后再导入。"
TWICE = "文中有多张这样的表且数字不同，无法确定哪一张属于本报告，未填入"
OTHER_REPORT = "这张表前面是另一份报告的标题，可能不属于本报告，未填入"
OTHER_ABOVE = "表格前面最近的标题是另一份报告的，请核对表格是否属于本报告"
FEWEST_ROWS = {"disclosure": 2, "applications": 5}
FEWEST_BLOCK_LABELS = 5
SAME_SHARE = 0.6  # of the rows: from there on it is another table of the same kind, not a mention of some labels
MOST_COPIES = 4
MOST_MATCHES = 6000


@dataclass(frozen=True, slots=True)
class FoundTable:
    """A table found in the tokens: the edition of its layout, its chain of labels, and their total weight.

    ``matches`` are all tokens that agree with one of its labels, in the chain or not.
    """

    edition: str
    chain: list[Match]
    weight: float
    matches: list[Match]


def recognize(blocks: Sequence[Block], document: Document) -> Report:
    """The report that the blocks hold. Raises NoReport where they hold none of its three tables, UnreadableDocument
    where they hold some of which nothing can be read."""
    tokens = tokenize(blocks)
    prose = [block for block in blocks if isinstance(block, Prose) and not block.heading.startswith(("title", "meta"))]
    lines = [line for block in prose for line in block.text.split("\n")]
    title = title_of(blocks)
    year = year_of(title, "\n".join(lines))
    edition = edition_of_year(year)
    readings = read_tables(tokens, edition.name)
    agency = agency_of(title, lines)
    starts = {name: reading.start for name, (reading, _) in readings.items()}
    links = {block.text for block in blocks if isinstance(block, Link)}
    foreign = foreign_titles(tokens, starts, links, agency, year)
    for name, other in foreign.within.items():
        readings[name] = (left_blank(readings[name][0], other, OTHER_REPORT), readings[name][1])
    found = [name for name, (reading, _) in readings.items() if reading.placed]
    if not found or (found == ["disclosure"] and not is_title(title)):
        if has_labels(tokens, edition.name):
            raise UnreadableDocument(f"{document.origin}：{ONLY_LABELS}")
        raise NoReport(why_unreadable(blocks, document.origin))
    tables = {name: Table(name, found, reading.entries) for name, (reading, found) in readings.items()}
    sections = find_sections(tokens, edition.sections)
    problems = [problem for reading, _ in readings.values() for problem in reading.problems]
    problems += [Problem(name, "", "", "", NO_TABLE) for name in edition.forms if name not in tables]
    problems += [Problem("", "", "", foreign.before, OTHER_ABOVE)] if foreign.before else []
    return Report(
        title=title,
        agency=agency,
        year=year,
        published=published_of(blocks, lines),
        tables={name: tables[name] for name in edition.forms if name in tables},
        sections=section_texts(tokens, sections, edition.sections),
        problems=tuple(problems),
        document=document,
        headings=headings_of(tokens, sections),
        opening=opening_of(tokens, sections),
    )


def completed(report: Report, blocks: Sequence[Block]) -> Report:
    """A report from an attachment with what only its page says of it: title, body, year, day of publication.

    A page that names another year or body than the attachment is a problem: it may be that of another report.
    """
    prose = [block for block in blocks if isinstance(block, Prose) and not block.heading.startswith(("title", "meta"))]
    lines = [line for block in prose for line in block.text.split("\n")]
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


def has_labels(tokens: Sequence[Token], edition: str) -> bool:
    """Whether most labels of 表三 stand in the document, though no figure beside them can be read."""
    found = find_chain(tokens, edition, "applications")
    return len(found.chain) > SAME_SHARE * len(lexicon(edition, "applications").labels)


def read_tables(tokens: Sequence[Token], preferred: str) -> dict[str, tuple[TableReading, str]]:
    """Table id -> its reading and the edition of its layout, for the tables that were found."""
    chains = {name: find_copies(tokens, name, preferred) for name in FEWEST_ROWS}
    blocks = find_chain(tokens, preferred, "disputes")
    begins = [found.chain[0].start for copies in chains.values() for found in copies]
    begins += [blocks.chain[0].start] if len(blocks.chain) >= FEWEST_BLOCK_LABELS else []
    readings: dict[str, tuple[TableReading, str]] = {}
    for name, copies in chains.items():
        chosen = agreed([read_copy(tokens, name, found, begins) for found in copies])
        if chosen is not None:
            readings[name] = (chosen, copies[0].edition)
    if len(blocks.chain) >= FEWEST_BLOCK_LABELS:
        disputes = place_blocks(tokens, form(preferred, "disputes"), pitch_of(tokens, blocks.chain))
        if disputes.placed or disputes.problems:
            disputes.start = blocks.chain[0].start
            readings["disputes"] = (disputes, preferred)
    return readings


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
        if count_rows(tokens, chain, best.edition, table) < SAME_SHARE * rows:
            break
        chain = align(tokens, words, left)
        copies.append(FoundTable(best.edition, chain, chain_weight(chain), left))
        left = without(left, chain)
    return copies


def count_rows(tokens: Sequence[Token], chain: Sequence[Match], edition: str, table: str) -> int:
    """How many rows of the form a chain finds with a figure, a sign or an empty cell after the label."""
    labels = form(edition, table).labels
    return sum(1 for match in chain if labels[match.label].kind == "row" and follows_figure(tokens, match.end))


def read_copy(tokens: Sequence[Token], table: str, found: FoundTable, begins: Sequence[int]) -> TableReading:
    stop = min((start for start in begins if start >= found.chain[-1].end), default=len(tokens))
    reading = place_rows(tokens, found.chain, form(found.edition, table), stop)
    place_short_rows(reading, editions()[found.edition].relations_of(table))
    reading.start = found.chain[0].start
    return reading


def agreed(readings: Sequence[TableReading]) -> TableReading | None:
    """The fullest of several readings of one table if no two differ in a figure; else one that is blank."""
    placed = sorted(readings, key=lambda reading: -reading.placed)
    if not placed:
        return None
    chosen = placed[0]
    for other in placed[1:]:
        pairs = ((entry.value, other.entries[cell].value) for cell, entry in chosen.entries.items())
        if any(None not in pair and pair[0] != pair[1] for pair in pairs):
            return left_blank(chosen, f"{chosen.form.number}×{len(placed)}", TWICE)
    return chosen


def left_blank(reading: TableReading, raw: str, reason: str) -> TableReading:
    """A table that was found and of which no figure is certain to belong to this report."""
    problem = Problem(reading.form.id, "", "", raw, reason)
    blank = {cell: Entry(cell, None) for cell in reading.entries}
    return TableReading(reading.form, blank, [problem], placed=1, start=reading.start)
