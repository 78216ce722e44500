"""A government's report + its children's -> each figure beside the sum of theirs.

Rules: levels.sum (warning), levels.children (warning or note), levels.implied, levels.uncertain,
levels.blank (notes). A difference is never an error of the report for certain: who belongs to the
government only a person knows. A figure that only the relations imply is counted, and said to be; a
difference that it has a part in is a question.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from heapq import nlargest
from operator import itemgetter
from typing import Literal, NamedTuple

from gongkai.bodies.within import governed_area, is_office
from gongkai.compare.children import (
    Child,
    Member,
    Roll,
    differ,
    listed,
    report_in,
    reports_of,
    roll_findings,
    roll_of,
)
from gongkai.decisions import decided_findings, key_of
from gongkai.editions import editions
from gongkai.figures import shown
from gongkai.model import Cell, Figure, Finding, Form, Report, Table, Value
from gongkai.sums import difference, table_state, total
from gongkai.wording import NO_FIGURES, label_of

Status = Literal["equal", "differs", "exceeds", "asked", "uncertain", "blank"]
STATUSES: Mapping[Status, str] = {
    "equal": "相等",
    "differs": "不等",
    "exceeds": "已超过上级",
    "asked": "推定后不等",
    "uncertain": "不能确定",
    "blank": "上级空白",
}
LARGEST = 3  # contributors named in a message
SHORT_REASONS = {"missing": "没有它的报告", "unread": "没有读出", "no_figures": NO_FIGURES}
DOCUMENTS = (
    "rules",
    "normative",
)  # rows of table two of which a government itself makes what its bodies draft


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
        found = Counter(line.status for line in self.lines)
        return {status: found[status] for status in STATUSES}

    def key_of(self, finding: Finding) -> str:
        """What a decision about a finding is kept under, beside the parent."""
        return key_of(finding, self.parent, sums_of(self.lines))


def compare(parent: Report, children: Sequence[Child], expected: Sequence[str] = ()) -> Levels:
    """Hold a report against those that it covers; ``expected`` are the names that must be among
    them.
    """
    roll = roll_of(parent, children, expected)
    lines = tuple(line for table in parent.tables.values() for line in table_lines(table, roll))
    said = list(roll_findings(parent, roll))
    own = own_figures(parent, roll.members)
    said += one_body_findings(lines, roll.members)
    said += [
        sum_finding(line, roll.members, own)
        for line in lines
        if line.status in ("differs", "exceeds")
    ]
    said += [implied_finding(line, roll.members) for line in lines if line.status == "asked"]
    said += uncertain_notes(lines, roll)
    said += blank_notes(parent, lines)
    said = decided_findings(said, parent.decisions, parent, sums_of(lines))
    return Levels(
        parent, roll, lines, tuple(sorted(said, key=lambda finding: finding.severity != "warning"))
    )


def sums_of(lines: Sequence[LevelFigure]) -> dict[str, Value]:
    return {line.cell.id: line.computed for line in lines}


# --- the sums -------------------------------------------------------------------------------------


def table_lines(table: Table, roll: Roll) -> Iterator[LevelFigure]:
    layout = table.form
    own = held_in(table, layout)
    columns = [column_of(member, layout) for member in roll.members]
    absent = tuple(one.child.title for one in roll.lacking)
    for cell in layout.cells.values():
        held = [column[cell.id] for column in columns]
        lost = [
            member.title
            for member, one in zip(roll.members, held, strict=True)
            if one.value is None
        ]
        yield figure_line(cell, own[cell.id], held, (*absent, *lost))


def figure_line(
    cell: Cell, own: Given, held: Sequence[Given], lacking: tuple[str, ...]
) -> LevelFigure:
    """``own`` is the parent's, ``held`` the members', ``lacking`` who has none."""
    figures = tuple(one.value for one in held)
    implied = tuple(number for number, one in enumerate(held) if one.is_implied)
    computed = total(figure for figure in figures if figure is not None)
    line = LevelFigure(
        cell, "blank", own.value, computed, figures, lacking, implied, own.is_implied
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
    held = {cell: Given(entry.value) for cell, entry in table.entries.items()}
    if any(one.value is None for one in held.values()):
        held |= {cell: Given(figure, True) for cell, figure in table_state(table).figures.items()}
    return {cell: held.get(cell, NOTHING) for cell in layout.cells}


def column_of(member: Member, layout: Form) -> dict[str, Given]:
    """What a member has in the cells of a table of this layout; nothing where its reports differ on
    it.
    """
    tables = [report_in(child).tables.get(layout.id) for child in member.children]
    found = [
        held_in(table, layout) for table in tables if table is not None and is_layout(table, layout)
    ]
    if len(found) == 1:
        return found[0]
    held = {cell: agreed([one[cell] for one in found]) for cell in layout.cells}
    if member.is_certain or not differ(reports_of(member)):
        return held
    # Of two bodies, what is alike would be added up.
    return {cell: one if one.value == 0 else NOTHING for cell, one in held.items()}


def agreed(held: Sequence[Given]) -> Given:
    """The one figure that all of those stated agree on; of none stated, the one that all imply."""
    known = [one for one in held if one.value is not None]
    found = {one.value for one in known if not one.is_implied} or {one.value for one in known}
    if len(found) != 1:
        return NOTHING
    return Given(found.pop(), all(one.is_implied for one in known))


def is_layout(table: Table, layout: Form) -> bool:
    """Whether a table has the same layout, which two editions may share."""
    return table.edition == layout.edition or table.form.labels == layout.labels


def status_of(line: LevelFigure) -> Status:
    """Where the sum is not whole, what it lacks can only add to it: figures are not negative but in
    signed columns.
    """
    if line.stated is None:
        return "blank"
    is_whole = bool(line.figures) and not line.lacking
    if is_whole and line.computed == line.stated:
        return "equal"
    if not is_whole and (line.computed <= line.stated or line.cell.column.signed):
        return "uncertain"
    if line.is_guessed:
        return "asked"
    return "differs" if is_whole else "exceeds"


# --- what is said of them -------------------------------------------------------------------------


def own_figures(parent: Report, members: Sequence[Member]) -> str:
    """What to say where the parent has more: "" if its office, which reports what it does itself,
    is in the sum.
    """
    if any(is_office(member.name) for member in members):
        return ""
    if governed_area(parent.agency) or is_office(parent.agency) or not parent.agency:
        return "；下级中没有政府办公室，政府本身的数字可能没有计入"
    return "；上级机关本身的数字可能没有计入"


def one_body_findings(lines: Sequence[LevelFigure], members: Sequence[Member]) -> Iterator[Finding]:
    """Where a body's figures are the difference in every cell, it was left out or counted twice as
    a whole.
    """
    apart = [(line, line.difference or 0) for line in lines if line.status in ("equal", "differs")]
    if len(members) < 2 or sum(gap != 0 for _, gap in apart) < 2:
        return
    for at, member in enumerate(members):
        for sign, how in ((1, "漏计"), (-1, "重复计入")):
            if all(line.figures[at] == sign * gap for line, gap in apart):
                cells = tuple(line.cell.id for line, gap in apart if gap)
                message = f"相差的每一格都正好是{member.title}的数字，请先核对上级是否{how}了它。"
                yield Finding("levels.sum", "warning", message, cells)


def sum_finding(line: LevelFigure, members: Sequence[Member], own: str) -> Finding:
    _, gap = more_and_gap(line)
    message = f"{sums_text(line, members)}{hints(line, members, own, gap)}。"
    return Finding(
        "levels.sum",
        "warning",
        message,
        (line.cell.id,),
        line.stated,
        line.computed,
        line.difference,
    )


def more_and_gap(line: LevelFigure) -> tuple[str, Figure]:
    """Who has more, and how much."""
    assert line.stated is not None, f"{line.cell.id} is blank"
    apart = difference(line.computed, line.stated)
    return ("下级之和", apart) if apart > 0 else ("上级", difference(line.stated, line.computed))


def sums_text(line: LevelFigure, members: Sequence[Member]) -> str:
    """表三 …·自然人：12个下级之和为143（其中公安局80、教育局40），上级填134，下级之和多9"""
    more, gap = more_and_gap(line)
    count = sum(figure is not None for figure in line.figures)
    sums = f"{count}个下级之和为{shown(line.computed)}{largest(line, members)}"
    stated = (
        f"上级空白，推定为{shown(line.stated)}"
        if line.is_implied
        else f"上级填{shown(line.stated)}"
    )
    return f"{where(line.cell)}：{sums}，{stated}，{more}多{shown(gap)}"


def implied_finding(line: LevelFigure, members: Sequence[Member]) -> Finding:
    """A difference that figures have a part in which nobody wrote."""
    guessed = [f"{members[at].title}{shown(line.figures[at])}" for at in line.implied]
    told = f"；其中{len(guessed)}个下级的数是推定的：{listed(guessed)}" if guessed else ""
    message = f"{sums_text(line, members)}{told}，请核对。"
    return Finding(
        "levels.implied",
        "note",
        message,
        (line.cell.id,),
        line.stated,
        line.computed,
        line.difference,
    )


def where(cell: Cell) -> str:
    return f"{numbers()[cell.table]} {label_of(cell)}"


@cache
def numbers() -> Mapping[str, str]:
    """Table id -> 表二, 表三, 表四."""
    return {
        name: layout.number
        for edition in editions().values()
        for name, layout in edition.forms.items()
    }


def largest(line: LevelFigure, members: Sequence[Member]) -> str:
    """（其中甲局12、乙局7）: the members that contribute most."""
    given = [
        (abs(figure), figure, member)
        for figure, member in zip(line.figures, members, strict=True)
        if figure
    ]
    most = nlargest(LARGEST, given, key=itemgetter(0))
    return (
        f"（其中{'、'.join(f'{member.title}{shown(figure)}' for _, figure, member in most)}）"
        if most
        else ""
    )


def hints(line: LevelFigure, members: Sequence[Member], own: str, gap: Figure) -> str:
    """What may explain a difference: figures still lacking, one body's left out or counted twice,
    the parent's own.
    """
    told = ""
    if line.status == "exceeds":
        told += f"，还没有计入缺数的{len(line.lacking)}个下级"
    over = line.computed > (line.stated or 0)
    several = sum(map(bool, line.figures)) > 1
    if line.status == "differs" and several and line.figures.count(gap) == 1:
        name, how = members[line.figures.index(gap)].title, "漏计" if over else "重复计入"
        told += f"；相差的正好是{name}的{shown(gap)}，请核对上级是否{how}"
    if not over:
        told += own
    elif line.cell.row.id in DOCUMENTS:
        told += "；以政府名义制发的文件，起草部门可能也计了一次"
    return told


def uncertain_notes(lines: Sequence[LevelFigure], roll: Roll) -> Iterator[Finding]:
    """One note for all figures that cannot be compared, with the names of those that lack."""
    cells = tuple(line.cell.id for line in lines if line.status == "uncertain")
    names = [
        f"{one.child.title}（{SHORT_REASONS.get(one.kind, one.reason)}）" for one in roll.lacking
    ]
    open_lines = [line for line in lines if line.status in ("uncertain", "exceeds")]
    for at, member in enumerate(roll.members):
        gaps = sum(line.figures[at] is None for line in open_lines)
        names += [f"{member.title}（{gaps}格没有可以计入的数字）"] if gaps else []
    if cells:
        whom = f"有{len(names)}个下级的数字不全：{listed(names)}" if names else "没有可以计入的下级"
        message = f"{whom}；因此有{len(cells)}格不能确定，补齐后请再比对。"
        yield Finding("levels.uncertain", "note", message, cells)


def blank_notes(parent: Report, lines: Sequence[LevelFigure]) -> Iterator[Finding]:
    """What the parent does not state was compared with nothing; a sum above zero there is told."""
    blank = [line for line in lines if line.status == "blank"]
    if blank:
        counted = [f"{where(line.cell)}{shown(line.computed)}" for line in blank if line.computed]
        told = f"；其中下级之和不为0的有{len(counted)}格：{listed(counted)}" if counted else ""
        message = f"上级报告有{len(blank)}格空白，没有比对{told}。"
        yield Finding("levels.blank", "note", message, tuple(line.cell.id for line in blank))
    absent = [number for name, number in numbers().items() if name not in parent.tables]
    if absent:
        yield Finding("levels.blank", "note", f"上级报告缺少{'、'.join(absent)}，没有比对。")
