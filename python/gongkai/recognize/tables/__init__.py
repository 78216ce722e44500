"""The tokens of a report -> its tables: each wherever it stands, in the layout that explains it
best.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from gongkai.editions import editions, form
from gongkai.model import Entry, Problem, UnreadableDocument, Value
from gongkai.recognize.labels import (
    Match,
    best_chain,
    chain_weight,
    exact_matches,
    follows_figure,
    form_words,
    lexicon,
    without,
)
from gongkai.recognize.segments import LONGEST_CELL
from gongkai.recognize.tables.disputes import names_of, place_blocks
from gongkai.recognize.tables.headers import stacked
from gongkai.recognize.tables.lines import pitch_of
from gongkai.recognize.tables.rows import TableReading, as_one, place_rows
from gongkai.recognize.tables.settle import join_parted, place_short_rows, tell_moved
from gongkai.recognize.tables.units import note_places, scaled_note, unit_lines
from gongkai.recognize.tokens import Token
from gongkai.recognize.typos import align

TOO_MANY = "文档中的表格过多，像是多份报告的汇编；请分成单份报告后再导入。"
TWICE = "文中有多张这样的表且数字不同，无法确定哪一张属于本报告，未填入"
ELSEWHERE = "文中另有几行同样的标签，其中{}格的数字与表中不同（第一个如上），请核对"
SCALED = "表旁这样写，表中的数不是以件为单位，未填入；请核对"
FEWEST_ROWS = {"disclosure": 2, "applications": 5}
FEWEST_BLOCK_LABELS = 5
FEWEST_OF_A_SUMMARY = 3  # rows
# of the rows: from there on it is another table of the same kind, not a mention of some labels
SAME_SHARE = 0.6
MOST_COPIES = 4
MOST_MATCHES = 6000


@dataclass(frozen=True, slots=True)
class FoundTable:
    """A table found in the tokens: the edition of its layout, its chain of labels, and their total
    weight.

    ``matches`` are all tokens that agree with one of its labels, in the chain or not; a ``partial``
    one has some rows.
    """

    edition: str
    chain: list[Match]
    weight: float
    matches: list[Match]
    partial: bool = False


def read_tables(tokens: Sequence[Token], preferred: str) -> dict[str, tuple[TableReading, str]]:
    """Table id -> its reading and the edition of its layout, for the tables that were found."""
    chains = {name: find_copies(tokens, name, preferred) for name in FEWEST_ROWS}
    heads, spots = stacked(tokens, names_of(form(preferred, "disputes")))
    blocks = find_chain(heads, preferred, "disputes")
    begins = [
        found.chain[0].start for copies in chains.values() for found in copies if not found.partial
    ]
    begins += [spots[blocks.chain[0].start]] if len(blocks.chain) >= FEWEST_BLOCK_LABELS else []
    lines = unit_lines(tokens)
    readings: dict[str, tuple[TableReading, str]] = {}
    for name, copies in chains.items():
        read = [
            read_copy(tokens, name, found, begins, lines) for found in copies if not found.partial
        ]
        chosen = agreed(read)
        if chosen is not None:
            partial = [found for found in copies if found.partial]
            tell_differences(
                chosen, [read_copy(tokens, name, found, begins, lines) for found in partial]
            )
            chosen.spots = tuple(at for each in read for at in each.spots)
            readings[name] = (chosen, copies[0].edition)
    if len(blocks.chain) >= FEWEST_BLOCK_LABELS:
        theirs = grid_rows_of(tokens, chains)
        disputes = place_blocks(
            heads, form(preferred, "disputes"), pitch_of(heads, blocks.chain), theirs
        )
        relations = form(preferred, "disputes").relations
        join_parted(disputes, relations)
        tell_moved(disputes, relations)
        if disputes.placed or disputes.problems:
            disputes.start = spots[blocks.chain[0].start]
            disputes.spots = tuple(spots[match.start] for match in blocks.chain)
            note = scaled_note(
                note_places(tokens, lines, disputes.start, spots[blocks.chain[-1].end - 1] + 1, ())
            )
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
    words = lexicon(form(edition, table))
    matches = exact_matches(tokens, words)
    if len(matches) > MOST_MATCHES:
        raise UnreadableDocument(TOO_MANY)
    chain = align(tokens, words, matches)
    return FoundTable(edition, chain, chain_weight(chain), matches)


def find_copies(tokens: Sequence[Token], table: str, preferred: str) -> list[FoundTable]:
    """The table wherever it stands in the document, in the layout that explains it best; [] if it
    does not.
    """
    best = find_chain(tokens, preferred, table)
    if best.weight < lexicon(form(preferred, table)).full:
        ranked = [
            best,
            *(find_chain(tokens, edition, table) for edition in editions() if edition != preferred),
        ]
        best = max(ranked, key=lambda found: (round(found.weight, 3), found.edition == preferred))
    rows = count_rows(tokens, best.chain, best.edition, table)
    if rows < FEWEST_ROWS[table]:
        return []
    copies = [best]
    words = lexicon(form(best.edition, table))
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
    """How many rows of the form a chain finds with a figure, a sign, an empty cell or a short text
    after the label.
    """
    labels = form(edition, table).labels
    rows = [match for match in chain if labels[match.label].kind == "row"]
    return sum(
        1 for match in rows if follows_figure(tokens, match.end) or follows_text(tokens, match.end)
    )


def follows_text(tokens: Sequence[Token], end: int) -> bool:
    """Whether a short text stands beside a label in a grid, where a figure should: □, 无,
    12（上年3）.
    """
    if end >= len(tokens):
        return False
    token = tokens[end]
    beside = token.grid > 0 and token.row == tokens[end - 1].row and token.kind == "text"
    return beside and len(token.text) <= LONGEST_CELL and token.squash not in form_words()


def read_copy(
    tokens: Sequence[Token],
    table: str,
    found: FoundTable,
    begins: Sequence[int],
    lines: Sequence[int],
) -> TableReading:
    stop = min((start for start in begins if start >= found.chain[-1].end), default=len(tokens))
    reading = place_rows(tokens, found.chain, form(found.edition, table), stop, lines)
    relations = reading.form.relations
    place_short_rows(reading, relations)
    join_parted(reading, relations)
    as_one(reading)
    reading.start = found.chain[0].start
    reading.spots = tuple(match.start for match in found.chain)
    return reading


def agreed(readings: Sequence[TableReading]) -> TableReading | None:
    """The fullest of several readings of one table if all agree in each cell that any of them
    gives, else one that is blank: a copy that could not be placed agrees with nothing. The problems
    of all stay.
    """
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
        other = [
            entry for entry in given if value_in(reading, entry.cell) not in (None, entry.value)
        ]
        if other:
            reading.problems.append(
                Problem(reading.form.id, "", "", other[0].raw, ELSEWHERE.format(len(other)))
            )


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
