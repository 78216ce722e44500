"""The tokens of a report -> its tables: each wherever it stands, in the layout that explains it
best.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import NamedTuple

from gongkai.editions import all_editions, form
from gongkai.model import Entry, Form, Problem, UnreadableDocument
from gongkai.recognize import labelling, segments, tokenizing, typos
from gongkai.recognize.tables import known
from gongkai.recognize.tables.disputes import place_blocks
from gongkai.recognize.tables.entries import TableReading, as_one
from gongkai.recognize.tables.lines import pitch_of
from gongkai.recognize.tables.rows import place_rows
from gongkai.recognize.tables.settle import join_parted, place_short_rows, tell_moved
from gongkai.recognize.tables.stacks import stacked
from gongkai.recognize.tables.units import note_places, scaled_note, unit_lines

TOO_MANY = "文档中的表格过多，像是多份报告的汇编；请分成单份报告后再导入。"
TWICE = "文中有多张这样的表且数字不同，无法确定哪一张属于本报告，未填入"
ELSEWHERE = "文中另有几行同样的标签，其中{}格的数字与表中不同（第一个如上），请核对"
SCALED = "表旁这样写，表中的数不是以件为单位，未填入；请核对"
FEWEST_ROWS = {"disclosure": 2, "applications": 5}
FEWEST_BLOCK_LABELS = 5  # of 表四's rows and columns, from which it stands there
FEWEST_OF_A_SUMMARY = 3  # rows
# Of the rows: from there on it is another table of the same kind, not a mention of some labels.
SAME_SHARE = 0.6
MOST_COPIES = 4  # of one table that are held against each other
MOST_MATCHES = 6000  # places of labels in one document


@dataclass(frozen=True, slots=True)
class FoundTable:
    """A table found in the tokens: the form whose layout it has, and its chain of labels.

    ``matches`` are all tokens that agree with one of its labels, in the chain or not; a ``partial``
    one has some rows.
    """

    form: Form
    chain: list[labelling.Match]
    matches: list[labelling.Match]
    partial: bool = False

    @property
    def weight(self) -> float:
        return labelling.chain_weight(self.chain)

    @property
    def rows(self) -> list[labelling.Match]:
        """The matches that are labels of rows."""
        found = []
        for match in self.chain:
            if self.form.labels[match.label].kind == "row":
                found.append(match)
        return found


class FoundBlocks(NamedTuple):
    """表四 found in the tokens: ``cells`` are these with labels in several cells as one, ``spots``
    where each of them stood, ``chain`` its labels among them.
    """

    cells: list[tokenizing.Token]
    spots: list[int]
    chain: list[labelling.Match]

    @property
    def places(self) -> tuple[int, ...]:
        """The tokens of the labels."""
        return tuple(self.spots[match.start] for match in self.chain)


class ReportTokens(NamedTuple):
    """The tokens of a report, those at which a table begins, and the lines that state a unit."""

    tokens: Sequence[tokenizing.Token]
    begins: Sequence[int]
    lines: Sequence[int]


def read_tables(tokens: Sequence[tokenizing.Token], preferred: str) -> dict[str, TableReading]:
    """Table id -> its reading, for the tables that were found; ``preferred`` is the edition that
    their layout is most likely of. A full report has disclosure (表二), applications (表三) and
    disputes (表四).
    """
    page = known.page_of(tokens, preferred)
    readings = known.read_known(page) if page else None
    if readings is None:
        readings = read_from_labels(tokens, preferred)
        if page:
            known.learn(page, readings)
    return readings


def read_from_labels(tokens: Sequence[tokenizing.Token], preferred: str) -> dict[str, TableReading]:
    """``read_tables`` of a page whose layout need not be known."""
    found = {name: find_copies(tokens, name, preferred) for name in FEWEST_ROWS}
    blocks = find_blocks(tokens, form(preferred, "disputes"))
    page = ReportTokens(tokens, begins_of(found, blocks), unit_lines(tokens))
    readings: dict[str, TableReading] = {}
    for name, copies in found.items():
        if copies:
            readings[name] = read_copies(page, copies)
    if blocks:
        disputes = read_blocks(page, form(preferred, "disputes"), blocks, grid_rows_of(page, found))
        if disputes.placed or disputes.problems:
            readings["disputes"] = disputes
    return readings


def begins_of(found: Mapping[str, Sequence[FoundTable]], blocks: FoundBlocks | None) -> list[int]:
    """The tokens at which a table begins."""
    begins = []
    for copy in whole_copies(found):
        begins.append(copy.chain[0].start)
    if blocks:
        begins.append(blocks.places[0])
    return begins


def whole_copies(found: Mapping[str, Sequence[FoundTable]]) -> list[FoundTable]:
    """The tables without summaries of a few rows."""
    whole = []
    for copies in found.values():
        for copy in copies:
            if not copy.partial:
                whole.append(copy)
    return whole


# --- 表四 -----------------------------------------------------------------------------------------


def find_blocks(tokens: Sequence[tokenizing.Token], of: Form) -> FoundBlocks | None:
    cells, spots = stacked(tokens, labelling.names_of(of.labels))
    chain = find_chain(cells, of).chain
    return FoundBlocks(cells, spots, chain) if len(chain) >= FEWEST_BLOCK_LABELS else None


def read_blocks(
    page: ReportTokens, of: Form, blocks: FoundBlocks, others: set[int]
) -> TableReading:
    """``others`` are the grid rows of other tables."""
    reading = place_blocks(blocks.cells, of, pitch_of(blocks.cells, blocks.chain), others)
    join_parted(reading)
    tell_moved(reading)
    reading.spots = blocks.places
    reading.start = blocks.places[0]
    end = blocks.spots[blocks.chain[-1].end - 1] + 1
    note = scaled_note(note_places(page.tokens, page.lines, reading.start, end, ()))
    is_found = reading.placed or reading.problems
    return left_blank(reading, note, SCALED) if note and is_found else reading


def grid_rows_of(page: ReportTokens, found: Mapping[str, Sequence[FoundTable]]) -> set[int]:
    """The grid rows of other tables' rows of figures: their labels and figures are none of 表四."""
    labels = []
    for copy in whole_copies(found):
        labels += [page.tokens[match.start] for match in copy.rows]
    return tokenizing.rows_of(filter(attrgetter("grid"), labels))


# --- 表二 and 表三: where they stand --------------------------------------------------------------


def find_chain(tokens: Sequence[tokenizing.Token], of: Form) -> FoundTable:
    words = labelling.lexicon(of)
    matches = labelling.exact_matches(tokens, words)
    if len(matches) > MOST_MATCHES:
        raise UnreadableDocument(TOO_MANY)
    chain = typos.align(tokens, words, matches)
    return FoundTable(of, chain, matches)


def find_copies(tokens: Sequence[tokenizing.Token], table: str, preferred: str) -> list[FoundTable]:
    """The table wherever it stands in the document, in the layout that explains it best; [] if it
    does not. A summary of some of its rows, 新收 134, 予以公开 7 … above the table, is ``partial``.
    """
    best = find_best(tokens, table, preferred)
    rows = count_rows(tokens, best)
    if rows < FEWEST_ROWS[table]:
        return []
    copies = [best]
    words = labelling.lexicon(best.form)
    left = labelling.without(best.matches, best.chain)
    while left and len(copies) < MOST_COPIES:
        copy = FoundTable(best.form, labelling.best_chain(left, words), left, partial=True)
        count = count_rows(tokens, copy)
        if count < FEWEST_OF_A_SUMMARY:
            break
        if count >= SAME_SHARE * rows:
            copy = FoundTable(best.form, typos.align(tokens, words, left), left)
        copies.append(copy)
        left = labelling.without(left, copy.chain)
    return copies


def find_best(tokens: Sequence[tokenizing.Token], table: str, preferred: str) -> FoundTable:
    """The table in the layout of the edition whose labels explain it best, the preferred one where
    they do so alike.
    """
    own = form(preferred, table)
    best = find_chain(tokens, own)
    if best.weight >= labelling.lexicon(own).full:
        return best
    ranked = [best]
    for edition in all_editions().values():
        if edition.name != preferred:
            ranked.append(find_chain(tokens, edition.forms[table]))
    return max(ranked, key=rounded_weight)  # of several alike the first


def rounded_weight(found: FoundTable) -> float:
    return round(found.weight, 3)


def count_rows(tokens: Sequence[tokenizing.Token], found: FoundTable) -> int:
    """How many rows of the form a chain finds with a figure, a sign, an empty cell or a short text
    after the label.
    """
    count = 0
    for match in found.rows:
        if labelling.follows_figure(tokens, match.end) or follows_text(tokens, match.end):
            count += 1
    return count


def follows_text(tokens: Sequence[tokenizing.Token], end: int) -> bool:
    """Whether a short text stands beside a label in a grid, where a figure should: □, 无,
    12（上年3）.
    """
    if end >= len(tokens):
        return False
    token = tokens[end]
    is_beside = token.grid > 0 and token.row == tokens[end - 1].row
    if not is_beside or token.kind != "text":
        return False
    return len(token.text) <= segments.LONGEST_CELL and token.squash not in labelling.form_words()


# --- 表二 and 表三: what they say -----------------------------------------------------------------


def read_copies(page: ReportTokens, copies: Sequence[FoundTable]) -> TableReading:
    """What the copies of a table say together: 表三 as a table, and once more as text below it."""
    whole: list[TableReading] = []
    partial: list[TableReading] = []
    spots: list[int] = []
    for copy in copies:
        reading = read_copy(page, copy)
        if copy.partial:
            partial.append(reading)
        else:
            whole.append(reading)
            spots += reading.spots
    chosen = agreed(whole)
    for part in partial:
        tell_difference(chosen, part)
    chosen.spots = tuple(spots)
    return chosen


def read_copy(page: ReportTokens, found: FoundTable) -> TableReading:
    stop = len(page.tokens)
    for start in page.begins:
        if start >= found.chain[-1].end:
            stop = min(stop, start)
    reading = place_rows(page.tokens, found.chain, found.form, stop, page.lines)
    place_short_rows(reading)
    join_parted(reading)
    as_one(reading)
    reading.start = found.chain[0].start
    reading.spots = tuple(match.start for match in found.chain)
    return reading


def agreed(readings: Iterable[TableReading]) -> TableReading:
    """The fullest of several readings of one table if all agree in each cell that any of them
    gives, else one that is blank: a copy that could not be placed agrees with nothing. The problems
    of all stay.
    """
    placed = sorted(readings, key=attrgetter("placed"), reverse=True)
    chosen, *others = placed
    if all(map(chosen.agrees_with, others)):
        return chosen
    blank = left_blank(chosen, f"{chosen.form.number}×{len(placed)}", TWICE)
    for reading in placed:
        if not reading.holds_figures:
            blank.problems += reading.problems
    return blank


def tell_difference(reading: TableReading, part: TableReading) -> None:
    """A problem for a summary of a few rows that gives other figures than the table does."""
    other = []
    for entry in part.entries.values():
        own = reading.value(entry.cell)
        if entry.value is not None and own not in (None, entry.value):
            other.append(entry.raw)
    if other:
        why = ELSEWHERE.format(len(other))
        reading.problems.append(Problem(reading.form.id, "", "", other[0], why))


def left_blank(reading: TableReading, raw: str, reason: str) -> TableReading:
    """A table that was found and of which no figure is certain to belong to this report."""
    problem = Problem(reading.form.id, "", "", raw, reason)
    blank = {cell: Entry(cell, None) for cell in reading.entries}
    return TableReading(reading.form, blank, [problem], placed=1, start=reading.start)
