"""Two reports -> their figures side by side, and their sentences: same, changed, only in one.

Two years of a body, or two versions of one report. Nothing is judged here: a figure that differs is
no fault. Figures are exact, in the units of the form. What was not read as a figure on one side is
equal to nothing: 约100 beside 约100 is told, not compared.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Literal, NamedTuple

from gongkai import editions, figures, spreadsheets, sums
from gongkai.model import Cell, Entry, Form, Report, Table, Value
from gongkai.wording.prose import (
    LAST,
    OPENING,
    day_of,
    headings_printed,
    own_text,
    signature_of,
)

# A blank that says nothing, as a PDF has at the end of a line: 万松东路 154号; not that of 1 388.
BLANK = re.compile(r"[^\S\n]+(?![^\W_\u4e00-\u9fff])|(?<![^\W_\u4e00-\u9fff])[^\S\n]+")
SENTENCE = re.compile(r"[^。；！？\n]*[。；！？\n]?")
TOKEN = re.compile(r"[0-9]+(?:[.,][0-9]+)*|[^0-9]")  # 455件 -> 455, 件: a figure is marked whole
MOST_SENTENCES = 1_500  # of a section on both sides; a longer one is told as changed, not compared
MOST_PAIRS = 20_000  # of sentences between two that stayed, each held against each
LONGEST_SENTENCE = 1_500  # characters; of a longer one no pieces are marked
COVER = "封面"
ALIKE = 0.5  # of its characters: a sentence that changed; below that one went and another came

TextKind = Literal["same", "changed", "added", "removed", "uncompared"]
RevisionKind = Literal["same", "added", "removed"]


class FigureSides(NamedTuple):
    """What stands in one cell on either side; None for a blank, and where a side has no such cell.

    ``is_alike``: both sides have the cell, and it counts the same there. 规章·制发 of the form of
    2021 stands where that of 2019 has 本年新制作数量: two quantities. Where a side was not read,
    约100, the texts are what stands there on each side that has no figure; else they are "".
    """

    cell: Cell
    first: Value
    second: Value
    is_alike: bool
    first_text: str = ""
    second_text: str = ""

    @property
    def apart(self) -> Value:
        """Second less first; None where one is blank or they are two quantities."""
        if not self.is_alike or self.first is None or self.second is None:
            return None
        return sums.difference(self.second, self.first)

    @property
    def is_unread(self) -> bool:
        """Whether nobody can say if they differ: 约100 beside 约200, beside 100 or a blank."""
        return self.is_alike and bool(self.first_text or self.second_text)

    @property
    def differs(self) -> bool:
        return self.is_alike and not self.is_unread and self.first != self.second


class TableSides(NamedTuple):
    """A table of both reports, in the layout of the second; ``left_out`` are the cells that only
    the layout of the first has.
    """

    form: Form
    figures: tuple[FigureSides, ...]
    left_out: tuple[FigureSides, ...] = ()


class Revision(NamedTuple):
    """A part of a sentence that stayed, came or went."""

    kind: RevisionKind
    text: str


class TextSides(NamedTuple):
    """A sentence on either side, "" where it is only on the other."""

    kind: TextKind
    first: str
    second: str

    @property
    def pieces(self) -> tuple[Revision, ...]:
        """Of a sentence that changed: 收到申请, -455, +512, 件。"""
        if self.kind != "changed" or max(len(self.first), len(self.second)) > LONGEST_SENTENCE:
            whole = (Revision("removed", self.first), Revision("added", self.second))
            return tuple(piece for piece in whole if piece.text)
        return pieces_of(self.first, self.second)


class SectionSides(NamedTuple):
    """The sentences of a section in the order of the second report; ``number`` is 0 for the
    opening.
    """

    number: int
    title: str
    texts: tuple[TextSides, ...]


@dataclass(frozen=True)
class SideBySide:
    """Two reports side by side."""

    first: Report
    second: Report
    tables: tuple[TableSides, ...]
    sections: tuple[SectionSides, ...]

    @property
    def differing(self) -> int:
        """How many figures differ."""
        return sum(side.differs for table in self.tables for side in table.figures)

    @property
    def unread(self) -> int:
        """How many cells cannot be compared, since a side was not read as a figure."""
        return sum(side.is_unread for table in self.tables for side in table.figures)

    @property
    def changed(self) -> int:
        """How many sentences do not stand alike on both sides."""
        count = 0
        for section in self.sections:
            for text in section.texts:
                count += text.kind != "same"
        return count


def side_by_side(first: Report, second: Report) -> SideBySide:
    first, second = with_lost_tables(first), with_lost_tables(second)
    return SideBySide(
        first, second, tuple(tables_of(first, second)), tuple(sections_of(first, second))
    )


def with_lost_tables(report: Report) -> Report:
    """A table of which nothing was taken, since its rows were sorted or its sheet is hidden, has no
    blanks: nobody knows what stands there.
    """
    told = {problem.table for problem in report.problems}
    tables = dict(report.tables)
    for name in tables.keys() & told:
        if holds_nothing(tables[name]):
            tables[name] = lost(tables[name])
    return replace(report, tables=tables)


def holds_nothing(table: Table) -> bool:
    return all(entry.value is None for entry in table.entries.values())


def lost(table: Table) -> Table:
    entries = {}
    for cell, entry in table.entries.items():
        entries[cell] = replace(entry, read_by="lost")
    return replace(table, entries=entries)


# --- figures --------------------------------------------------------------------------------------


def tables_of(first: Report, second: Report) -> Iterator[TableSides]:
    """The tables that one of them has, in the order of the form."""
    for name in editions.edition_of_year(second.year).forms:
        one, other = first.tables.get(name), second.tables.get(name)
        if other is not None:
            yield table_sides(other.form, one, other)
        elif one is not None:
            yield table_sides(one.form, one, other)


def table_sides(form: Form, first: Table | None, second: Table | None) -> TableSides:
    one = first.form if first else form
    shared = []
    for cell in form.cells.values():
        is_alike = counts_alike(cell, one.cells.get(cell.id))
        before = entry_in(first, cell) if is_alike else None
        shared.append(figure_sides(cell, before, entry_in(second, cell), is_alike))
    left_out = []
    for cell in one.cells.values():
        if not counts_alike(cell, form.cells.get(cell.id)):
            left_out.append(figure_sides(cell, entry_in(first, cell), None, False))
    return TableSides(form, tuple(shared), tuple(left_out))


def figure_sides(
    cell: Cell, first: Entry | None, second: Entry | None, is_alike: bool
) -> FigureSides:
    """约100 beside / is None beside None, with both texts; a blank beside / has none."""
    texts = "", ""
    held = [entry for entry in (first, second) if entry]
    if any(sums.is_unread(entry, cell.column.unit) for entry in held):
        texts = text_in(first), text_in(second)
    return FigureSides(cell, value_of(first), value_of(second), is_alike, *texts)


def text_in(entry: Entry | None) -> str:
    """What stands in the place of a figure: 约100, /, "" for a blank, ？ for what was lost."""
    if entry is None or entry.value is not None:
        return ""
    return spreadsheets.DOUBTFUL if entry.read_by == "lost" else entry.raw


def counts_alike(cell: Cell, other: Cell | None) -> bool:
    """Whether two cells of one id count the same: row and column are called alike, in one unit, or
    the editions say so: 处理决定数量 of 行政许可 is 本年处理决定数量 since 2021.
    """
    if other is None or cell.column.unit != other.column.unit:
        return False
    mine, its = cell.row.label.text, other.row.label.text
    is_called_alike = (mine, cell.column.label.text) == (its, other.column.label.text)
    return is_called_alike or cell.id in editions.jump_cells()


def value_of(entry: Entry | None) -> Value:
    return entry.value if entry else None


def entry_in(table: Table | None, cell: Cell) -> Entry | None:
    return table.entries.get(cell.id) if table else None


# --- sentences ------------------------------------------------------------------------------------


def sections_of(first: Report, second: Report) -> Iterator[SectionSides]:
    """The cover where it differs, the opening and the sections of text that one of them has."""
    cover = tuple(cover_sides(first, second))
    if cover:
        yield SectionSides(OPENING, COVER, cover)
    parts = [(OPENING, "")]
    for section in editions.edition_of_year(second.year).sections:
        parts.append((section.number, section.title))
    for number, title in parts:
        sides = [*heading_sides(first, second, number)]
        sides += text_sides(compared_text(first, number), compared_text(second, number))
        if sides:
            yield SectionSides(number, title, tuple(sides))


def compared_text(report: Report, number: int) -> str:
    """A section's text; without the signature, which is compared apart."""
    return signature_of(report).text if number == LAST else own_text(report, number)


def heading_sides(first: Report, second: Report, number: int) -> Iterator[TextSides]:
    """The headings of a section where they differ: 五、存在的主要问题及下步打算 beside
    五、存在的主要问题及改进情况; none of a report without any.
    """
    before, after = heading_in(first, number), heading_in(second, number)
    if headings_printed(first) and headings_printed(second) and before != after:
        yield from changed_texts(before, after)


def heading_in(report: Report, number: int) -> str:
    """A section's heading as it is printed, "" for none."""
    return headings_printed(report).get(number, "")


def cover_sides(first: Report, second: Report) -> Iterator[TextSides]:
    """Title, who signs and the day, where they differ by more than the years of the two reports."""
    if without_year(first) != without_year(second):
        yield from changed_texts(first.title, second.title)
    yield from named_sides("署名", signer_of(first), signer_of(second))
    if first.year == second.year:
        yield from named_sides("日期", day_of(first), day_of(second))


def named_sides(name: str, before: str, after: str) -> Iterator[TextSides]:
    """日期：2022年1月20日 beside 日期：2022年1月31日."""
    if before != after:
        texts = [f"{name}：{text}" if text else "" for text in (before, after)]
        yield from changed_texts(*texts)


def signer_of(report: Report) -> str:
    """Who signs a report; its body where nobody does."""
    return signature_of(report).signer or figures.without_blanks(report.agency)


def without_year(report: Report) -> str:
    return report.title.replace(f"{report.year}年", "")


def changed_texts(before: str, after: str) -> Iterator[TextSides]:
    kind: TextKind = "changed"
    if not before or not after:
        kind = "added" if after else "removed"
    yield TextSides(kind, before, after)


def sentences_in(text: str) -> list[str]:
    """全年收到申请455件；办结451件。 are two."""
    found = []
    for match in SENTENCE.findall(BLANK.sub("", text)):
        sentence = match.strip()
        if sentence:
            found.append(sentence)
    return found


def text_sides(before: str, after: str) -> tuple[TextSides, ...]:
    first, second = sentences_in(before), sentences_in(after)
    if len(first) + len(second) > MOST_SENTENCES:
        return (TextSides("same" if first == second else "uncompared", before, after),)
    found: list[TextSides] = []
    for kind, start, end, there, until in SequenceMatcher(None, first, second, False).get_opcodes():
        gone, come = first[start:end], second[there:until]
        if kind == "equal":
            found += [TextSides("same", sentence, sentence) for sentence in come]
        else:
            found += changed_sides(gone, come)
    return tuple(found)


def changed_sides(gone: Sequence[str], come: Sequence[str]) -> Iterator[TextSides]:
    """What stands between two sentences that stayed: each that came with the one it was made of,
    those that went without one where they stood.
    """
    partners = partners_of(gone, come)
    at = 0
    for number, sentence in enumerate(come):
        partner = partners.get(number)
        if partner is None:
            yield TextSides("added", "", sentence)
            continue
        for left in gone[at:partner]:
            yield TextSides("removed", left, "")
        yield TextSides("changed", gone[partner], sentence)
        at = partner + 1
    for left in gone[at:]:
        yield TextSides("removed", left, "")


def partners_of(gone: Sequence[str], come: Sequence[str]) -> dict[int, int]:
    """Number of a sentence that came -> that of the sentence it was made of, both in order.

    收到申请455件 became 收到申请512件; 举办培训2次 has none.
    """
    from rapidfuzz.fuzz import ratio

    if len(gone) * len(come) > MOST_PAIRS:
        return {}
    partners: dict[int, int] = {}
    at = 0
    for number, sentence in enumerate(come):
        best, best_at = ALIKE * 100, -1
        for other in range(at, len(gone)):
            score = ratio(sentence, gone[other], score_cutoff=best)
            if score > best:
                best, best_at = score, other
        if best_at >= 0:
            partners[number] = best_at
            at = best_at + 1
    return partners


def pieces_of(first: str, second: str) -> tuple[Revision, ...]:
    one, other = TOKEN.findall(first), TOKEN.findall(second)
    found: list[Revision] = []
    for kind, start, end, there, until in SequenceMatcher(None, one, other, False).get_opcodes():
        gone, come = "".join(one[start:end]), "".join(other[there:until])
        if kind == "equal":
            found.append(Revision("same", come))
            continue
        if gone:
            found.append(Revision("removed", gone))
        if come:
            found.append(Revision("added", come))
    return tuple(found)
