"""A government's report + its children's -> each figure beside the sum of theirs.

Rules: levels.sum (warning), levels.children (warning or note), levels.implied, levels.uncertain,
levels.blank (notes). A difference is never an error of the report for certain: who belongs to the
government only a person knows. A figure that only the relations imply is counted, and said to be; a
difference that it has a part in is a question.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from heapq import nlargest
from operator import itemgetter
from typing import Literal, NamedTuple

from gongkai import decisions, editions, figures
from gongkai.bodies.within import governed_area, is_office
from gongkai.compare.children import (
    Child,
    Member,
    Roll,
    differ,
    report_in,
    reports_of,
    roll_findings,
    roll_of,
)
from gongkai.model import Cell, Fact, Figure, Finding, Form, Report, Table, Value
from gongkai.sums import difference, table_state, total
from gongkai.wording import NO_FIGURES, label_of, phrases

Status = Literal["equal", "differs", "exceeds", "asked", "uncertain", "blank"]
STATUSES: Mapping[Status, str] = {
    "equal": "相符",
    "differs": "不符",
    "exceeds": "已超过上级",
    "asked": "推定后不符",
    "uncertain": "不能确定",
    "blank": "上级空白",
}
LARGEST = 3  # contributors in a fact; a message tells fewer
SHORT_REASONS = {"missing": "没有它的报告", "unread": "没有读出", "no_figures": NO_FIGURES}
# rows of table two of which a government itself makes what its bodies draft
DOCUMENTS = ("rules", "normative")
TextRows = tuple[tuple[str, ...], ...]


@dataclass(frozen=True)
class LevelFigure:
    """A figure of the parent beside the sum of its children's.

    ``figures`` stand in the order of the roll's members, None where one states nothing or not
    certainly; ``lacking`` are the members and left-out children whose figures the sum lacks, by
    name. ``implied`` are the numbers of the members that leave the cell blank while their own
    relations leave it one figure; ``is_implied`` tells the same of the parent.
    """

    cell: Cell
    status: Status
    stated: Value
    computed: Figure
    figures: tuple[Value, ...]
    lacking: tuple[str, ...]
    implied: tuple[int, ...] = ()
    is_implied: bool = False

    @property
    def is_guessed(self) -> bool:
        """Whether a figure has a part in it that nobody wrote."""
        return bool(self.implied) or self.is_implied

    @property
    def difference(self) -> Value:
        return None if self.stated is None else difference(self.computed, self.stated)


@dataclass(frozen=True)
class Levels:
    """What a comparison found: who was summed, every figure of the parent in official order, and
    the findings.
    """

    parent: Report
    roll: Roll
    lines: tuple[LevelFigure, ...]
    findings: tuple[Finding, ...]

    def counts(self) -> dict[Status, int]:
        found: dict[Status, int] = dict.fromkeys(STATUSES, 0)
        for line in self.lines:
            found[line.status] += 1
        return found

    def keys_of(self, finding: Finding) -> tuple[str, ...]:
        """What a decision about a finding is kept under, beside the parent."""
        return decisions.keys_of(finding, self.parent, sums_of(self.lines))

    def former_keys_of(self, finding: Finding) -> tuple[str, ...]:
        return decisions.former_keys_of(finding, self.parent, sums_of(self.lines))


def compare(parent: Report, children: Sequence[Child], expected: Sequence[str] = ()) -> Levels:
    """Hold a report against those that it covers; ``expected`` are the names that must be among
    them.
    """
    roll = roll_of(parent, children, expected)
    found: list[LevelFigure] = []
    for table in parent.tables.values():
        found += table_lines(table, roll)
    lines = tuple(found)
    said = [
        *roll_findings(parent, roll),
        *one_body_findings(lines, roll.members),
        *sum_findings(parent, lines, roll.members),
        *implied_findings(parent, lines, roll.members),
        *uncertain_notes(lines, roll),
        *blank_notes(parent, lines),
    ]
    said = decisions.decided_findings(said, parent.decisions, parent, sums_of(lines))
    return Levels(parent, roll, lines, tuple(decisions.gravest_first(said)))


def sums_of(lines: Sequence[LevelFigure]) -> dict[str, Value]:
    sums: dict[str, Value] = {}
    for line in lines:
        sums[line.cell.id] = line.computed
    return sums


# --- the sums -------------------------------------------------------------------------------------


def table_lines(table: Table, roll: Roll) -> Iterator[LevelFigure]:
    layout = table.form
    own = held_in(table, layout)
    columns = [column_of(member, layout) for member in roll.members]
    absent = [one.child.title for one in roll.lacking]
    for cell in layout.cells.values():
        held: list[Given] = []
        lacking = list(absent)
        for member, column in zip(roll.members, columns, strict=True):
            held.append(column[cell.id])
            if held[-1].value is None:
                lacking.append(member.title)
        yield figure_line(cell, own[cell.id], held, tuple(lacking))


def figure_line(
    cell: Cell, own: Given, held: Sequence[Given], lacking: tuple[str, ...]
) -> LevelFigure:
    """``own`` is the parent's, ``held`` the members', ``lacking`` who has none."""
    values = []
    implied = []
    stated: list[Figure] = []
    for number, one in enumerate(held):
        values.append(one.value)
        if one.is_implied:
            implied.append(number)
        if one.value is not None:
            stated.append(one.value)
    line = LevelFigure(
        cell,
        "blank",
        own.value,
        total(stated),
        tuple(values),
        lacking,
        tuple(implied),
        own.is_implied,
    )
    return replace(line, status=status_of(line))


class Given(NamedTuple):
    """What a report has in a cell; ``is_implied`` where it leaves it blank and its relations leave
    it this figure.
    """

    value: Value
    is_implied: bool = False


NOTHING = Given(None)


def held_in(table: Table, layout: Form) -> dict[str, Given]:
    """Every cell of a layout with what a table has there."""
    held = dict.fromkeys(layout.cells, NOTHING)
    is_whole = True
    for cell, entry in table.entries.items():
        held[cell] = Given(entry.value)
        if entry.value is None:
            is_whole = False
    if not is_whole:
        for cell, figure in table_state(table).figures.items():
            held[cell] = Given(figure, True)
    return held


def column_of(member: Member, layout: Form) -> dict[str, Given]:
    """What a member has in the cells of a table of this layout; nothing where its reports differ on
    it.
    """
    found = columns_of(member, layout)
    if len(found) == 1:
        return found[0]
    is_one_body = member.is_certain or not differ(reports_of(member))
    held = {}
    for cell in layout.cells:
        one = agreed([column[cell] for column in found])
        # Of two bodies, what is alike would be added up.
        held[cell] = one if is_one_body or one.value == 0 else NOTHING
    return held


def columns_of(member: Member, layout: Form) -> list[dict[str, Given]]:
    """What each of its reports has there, of those that have the table in this layout."""
    found = []
    for child in member.children:
        table = report_in(child).tables.get(layout.id)
        if table is not None and is_layout(table, layout):
            found.append(held_in(table, layout))
    return found


def agreed(held: Sequence[Given]) -> Given:
    """The one figure that all of those stated agree on; of none stated, the one that all imply."""
    stated: set[Value] = set()
    implied: set[Value] = set()
    for one in held:
        if one.is_implied:
            implied.add(one.value)
        elif one.value is not None:
            stated.add(one.value)
    found = stated or implied
    if len(found) != 1:
        return NOTHING
    return Given(found.pop(), is_implied=found is implied)


def is_layout(table: Table, layout: Form) -> bool:
    """Whether a table has the same layout, which two editions may share."""
    return table.edition == layout.edition or table.form.labels == layout.labels


def status_of(line: LevelFigure) -> Status:
    """Where the sum is not whole, what it lacks can only add to it: figures are not negative but in
    signed columns.
    """
    if line.stated is None:
        return "blank"
    if line.figures and not line.lacking:
        apart: Status = "differs"
        if line.computed == line.stated:
            return "equal"
    else:
        apart = "exceeds"
        if line.computed <= line.stated or line.cell.column.signed:
            return "uncertain"
    return "asked" if line.is_guessed else apart


# --- sums that differ -----------------------------------------------------------------------------


def one_body_findings(lines: Sequence[LevelFigure], members: Sequence[Member]) -> Iterator[Finding]:
    """Where a body's figures are the difference in every cell, it was left out or counted twice as
    a whole.
    """
    apart = gaps_in(lines)
    cells = []
    for line, gap in apart:
        if gap:
            cells.append(line.cell.id)
    if len(members) < 2 or len(cells) < 2:
        return
    for at, member in enumerate(members):
        for sign, says in ((1, "whole_left_out"), (-1, "whole_twice")):
            if is_every_gap(at, sign, apart):
                facts = {"body": member.title}
                yield Finding("levels.sum", "warning", says, tuple(cells), facts=facts)


Gaps = Sequence[tuple[LevelFigure, Figure]]


def gaps_in(lines: Sequence[LevelFigure]) -> Gaps:
    """Every figure that is certain on both sides, with what the sum has more."""
    found = []
    for line in lines:
        if line.status in ("equal", "differs"):
            found.append((line, line.difference or 0))
    return found


def is_every_gap(at: int, sign: int, apart: Gaps) -> bool:
    """Whether a member's figures are the differences throughout: 0 where there is none."""
    return all(line.figures[at] == sign * gap for line, gap in apart)


def sum_findings(
    parent: Report, lines: Sequence[LevelFigure], members: Sequence[Member]
) -> Iterator[Finding]:
    own = own_says(parent, members)
    for line in lines:
        if line.status not in ("differs", "exceeds"):
            continue
        body = body_of_gap(line, members)
        facts = facts_of_sum(line, members) | {"body": body}
        yield sum_finding(parent, line, "levels.sum", sum_says(line, bool(body), own), facts)


def sum_finding(
    parent: Report, line: LevelFigure, rule: str, says: str, facts: Mapping[str, Fact]
) -> Finding:
    return Finding(
        rule,
        "warning" if rule == "levels.sum" else "note",
        says,
        (line.cell.id,),
        line.stated,
        line.computed,
        line.difference,
        facts=facts,
        form=parent.tables[line.cell.table].form,
    )


def facts_of_sum(line: LevelFigure, members: Sequence[Member]) -> dict[str, Fact]:
    return {
        "count": len(line.figures) - line.figures.count(None),
        "gap": gap_of(line),
        "largest": largest(line, members),
        "lacking": len(line.lacking),
    }


def gap_of(line: LevelFigure) -> Figure:
    """143 against 134, or 134 against 143 -> 9."""
    assert line.stated is not None, f"{line.cell.id} is blank"
    more, less = max(line.computed, line.stated), min(line.computed, line.stated)
    return difference(more, less)


def largest(line: LevelFigure, members: Sequence[Member]) -> TextRows:
    """(公安局, 80), (教育局, 40): the members that contribute most, of equal ones the first."""
    given = []
    for member, figure in zip(members, line.figures, strict=True):
        if figure:
            given.append((abs(figure), (member.title, figures.shown(figure))))
    most: list[tuple[str, ...]] = []
    for _, pair in nlargest(LARGEST, given, key=itemgetter(0)):
        most.append(pair)
    return tuple(most)


def body_of_gap(line: LevelFigure, members: Sequence[Member]) -> str:
    """The one body whose figure is the difference, if the sum is whole and not all its own."""
    gap = gap_of(line)
    is_one_of_several = sum(map(bool, line.figures)) > 1 and line.figures.count(gap) == 1
    if line.status == "differs" and is_one_of_several:
        return members[line.figures.index(gap)].title
    return ""


def sum_says(line: LevelFigure, has_body: bool, own: str) -> str:
    """What may explain a difference: one body left out or counted twice, figures still lacking,
    documents that two bodies count, the parent's own.
    """
    assert line.stated is not None, f"{line.cell.id} is blank"
    is_more = line.computed > line.stated
    is_drafted = is_more and line.cell.row.id in DOCUMENTS
    if line.status == "exceeds":
        return "lacking_documents" if is_drafted else "lacking"
    if has_body:
        return "left_out" if is_more else "twice"
    if is_drafted:
        return "documents"
    return "" if is_more else own


def own_says(parent: Report, members: Sequence[Member]) -> str:
    """What to say where the parent has more: nothing if its office, which reports what it does
    itself, is in the sum.
    """
    if any(is_office(member.name) for member in members):
        return ""
    if governed_area(parent.agency) or is_office(parent.agency) or not parent.agency:
        return "office"
    return "own"


def implied_findings(
    parent: Report, lines: Sequence[LevelFigure], members: Sequence[Member]
) -> Iterator[Finding]:
    """Differences that figures have a part in which nobody wrote."""
    for line in lines:
        if line.status != "asked":
            continue
        guessed: list[tuple[str, ...]] = []
        for at in line.implied:
            guessed.append((members[at].title, figures.shown(line.figures[at])))
        says = ""
        if line.is_implied:
            says = "both" if guessed else "parent"
        facts = facts_of_sum(line, members) | {"guessed": tuple(guessed)}
        yield sum_finding(parent, line, "levels.implied", says, facts)


# --- what cannot be compared ----------------------------------------------------------------------


def uncertain_notes(lines: Sequence[LevelFigure], roll: Roll) -> Iterator[Finding]:
    """One note for all figures that cannot be compared, with the names of those that lack."""
    cells = cells_of(lines, "uncertain")
    if not cells:
        return
    names = [*names_left_out(roll), *names_with_gaps(lines, roll.members)]
    facts: dict[str, Fact] = {
        "count": len(cells),
        "lacking": len(names),
        "names": tuple(names),
    }
    yield Finding("levels.uncertain", "note", "" if names else "nobody", cells, facts=facts)


def cells_of(lines: Sequence[LevelFigure], status: Status) -> tuple[str, ...]:
    cells: list[str] = []
    for line in lines:
        if line.status == status:
            cells.append(line.cell.id)
    return tuple(cells)


def names_left_out(roll: Roll) -> Iterator[tuple[str, ...]]:
    """(民政局, 没有它的报告)."""
    for one in roll.lacking:
        yield one.child.title, SHORT_REASONS.get(one.kind, one.reason)


def names_with_gaps(
    lines: Sequence[LevelFigure], members: Sequence[Member]
) -> Iterator[tuple[str, ...]]:
    """(公安局, 3格没有可以计入的数字)."""
    gaps = [0] * len(members)
    for line in lines:
        if line.status in ("uncertain", "exceeds"):
            for at, figure in enumerate(line.figures):
                gaps[at] += figure is None
    for member, gap in zip(members, gaps, strict=True):
        if gap:
            yield member.title, f"{gap}格没有可以计入的数字"


def blank_notes(parent: Report, lines: Sequence[LevelFigure]) -> Iterator[Finding]:
    """What the parent does not state was compared with nothing; a sum above zero there is told."""
    cells = cells_of(lines, "blank")
    if cells:
        sums = sums_beside(parent, lines)
        facts: dict[str, Fact] = {"count": len(cells), "summed": len(sums), "sums": sums}
        says = "summed" if sums else ""
        yield Finding("levels.blank", "note", says, cells, facts=facts)
    absent = []
    for name, number in numbers().items():
        if name not in parent.tables:
            absent.append(number)
    if absent:
        yield Finding("levels.blank", "note", "tables", facts={"tables": tuple(absent)})


def sums_beside(parent: Report, lines: Sequence[LevelFigure]) -> TextRows:
    """Of each blank whose children's sum is not 0 its short name, the official one, the sum."""
    found = []
    for line in lines:
        if line.status == "blank" and line.computed:
            form = parent.tables[line.cell.table].form
            name = f"{form.number} {label_of(line.cell)}"
            found.append((phrases.where(form, (line.cell.id,)), name, figures.shown(line.computed)))
    return tuple(found)


@cache
def numbers() -> Mapping[str, str]:
    """Table id -> 表二, 表三, 表四."""
    found = {}
    for edition in editions.all_editions().values():
        for name, form in edition.forms.items():
            found[name] = form.number
    return found
