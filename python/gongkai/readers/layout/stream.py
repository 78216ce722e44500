"""Tables without rulings: lines of words -> grids, where the columns of figures are clear.

A figure belongs to the column in which it stands, not to the place in which it is counted, so a
blank cell moves nothing. Where the figures do not stand in columns the words of each line stay
together in a row, and no more is said.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from itertools import pairwise, product, takewhile

from gongkai.readers.layout.cells import PageCell, PageRow, PageTable, may_be_one_row
from gongkai.readers.layout.ink import UNREADABLE, Rect
from gongkai.readers.layout.lines import CharLine, line_text
from gongkai.readers.layout.paragraphs import HEADING, PageLine

WORD_GAP = 0.55  # of the size; words of a cell stand closer together
FIGURE = re.compile(
    r"[+－-]?[\d０-９][\d０-９.,，．]*(?:\^\S*|万?元|件)?|[-—/\\－]+|无|"
    r"[^\x00-\uffff]*[\d０-９.,"
    r"，．+－-]*\ufffd+\S*"
)
MOST_LINES = 200  # of one run of tables
HEAD_LINES = 10  # lines above the first figures that may be their head
# of the size: the middles of a line and of one beside it are not nearer unless they are one row
HALF_LEADING = 0.9
WIDEST_LEADING = 2.0  # of the size, between the middles of two lines of one text
TIGHT = 0.5  # of the size, between two lines of one head
IN_ORDER = tuple(10.0 * at for at in range(65))  # borders of columns that only count

Band = tuple[float, float]


@dataclass(slots=True)
class Words:
    """A line of a page as words far enough apart to be cells of their own."""

    text: PageLine
    cells: list[PageCell]

    @property
    def figures(self) -> list[PageCell]:
        """The figures at the end of the line."""
        at = len(self.cells)
        while at and FIGURE.fullmatch(self.cells[at - 1].text):
            at -= 1
        return self.cells[at:]

    @property
    def labels(self) -> list[PageCell]:
        return self.cells[: len(self.cells) - len(self.figures)]

    @property
    def middle(self) -> float:
        return (self.text.top + self.text.bottom) / 2


@dataclass(slots=True)
class Stack:
    """A head of one or more lines, and where it stands from top to bottom."""

    cell: PageCell
    top: float
    bottom: float


def words_of_line(line: CharLine) -> Words:
    groups = [[line.chars[0]]]
    for char in line.chars[1:]:
        if char.x0 - max(one.x1 for one in groups[-1]) > WORD_GAP * min(
            char.size, groups[-1][-1].size
        ):
            groups.append([char])
        else:
            groups[-1].append(char)
    text = PageLine(line.text, line.x0, line.x1, line.top, line.bottom, line.size)
    return Words(
        text,
        [PageCell(line_text(group), group[0].x0, max(one.x1 for one in group)) for group in groups],
    )


def unruled(lines: Sequence[Words], page: int) -> list[PageLine | PageTable]:
    """The lines of a page in which tables may stand -> the same lines, with tables in place of
    theirs.
    """
    found: list[PageLine | PageTable] = []
    at = 0
    while at < len(lines):
        end = run_end(lines, at)
        if end > at:
            found += [
                table_of(group, page) for group in groups_of(with_torn(with_labels(lines[at:end])))
            ]
        else:
            found.append(lines[at].text)
        at = max(end, at + 1)
    return found


def run_end(lines: Sequence[Words], start: int) -> int:
    """Where tables that begin with this line end; ``start`` where none begins here.

    They begin with a line of several words, and go on as long as lines of figures follow.
    """
    if len(lines[start].cells) < 2:
        return start
    end, rows = start, 0
    for at in range(start, min(len(lines), start + MOST_LINES)):
        line = lines[at]
        if at - end > HEAD_LINES or is_section(line):
            break
        if line.figures and len(line.cells) > 1:
            rows += 1
            end = at + 1
        elif line.figures and at == end and is_near(lines[at - 1], line):
            end = at + 1  # the rest of a figure that is wider than its column
    return end if rows > 1 or (rows and end - start > 1) else start


def is_section(line: Words) -> bool:
    """Whether a line is the heading of a section, alone in its line."""
    return (
        len(line.cells) == 1
        and bool(HEADING.match(line.text.text))
        and line.text.text.endswith("情况")
    )


def with_labels(lines: Sequence[Words]) -> list[Words]:
    """Lines of figures that stand half-way between the two lines of their label get it; others stay
    as they are.
    """
    found: list[Words] = []
    at = 0
    while at < len(lines):
        line = lines[at]
        if found and at + 1 < len(lines) and is_between(found[-1], line, lines[at + 1]):
            *beside, above = found.pop().cells
            below = lines[at + 1].cells[0]
            label = replace(above, text=above.text + below.text, x1=max(above.x1, below.x1))
            found.append(Words(line.text, [*beside, *line.labels, label, *line.figures]))
            at += 1
        else:
            found.append(line)
        at += 1
    return found


def is_between(above: Words, line: Words, below: Words) -> bool:
    near = (
        max(line.middle - above.middle, below.middle - line.middle) < HALF_LEADING * line.text.size
    )
    if not near or above.figures or below.figures or len(below.cells) > 1 or not line.figures:
        return False
    upper, lower = above.cells[-1], below.cells[0]
    left, right = min(upper.x0, lower.x0), max(upper.x1, lower.x1)
    beside = [*line.labels, *above.cells[:-1]]
    return (
        upper.x0 < lower.x1
        and lower.x0 < upper.x1
        and all(label.x1 < left for label in beside)
        and right < line.figures[0].x0
    )


def with_torn(lines: Sequence[Words]) -> list[Words]:
    """Figures right below each other in what may be one row, which no line parts, become
    unreadable.

    A figure wider than its column goes on in a line of its own, without a label, or beside the rest
    of the label.
    """
    torn = {
        id(figure)
        for at, line in enumerate(lines)
        for other in takewhile(partial(is_near, line), lines[at + 1 :])
        if may_be_one_row(line.cells, other.cells)
        for pair in product(line.figures, other.figures)
        if pair[0].x0 < pair[1].x1 and pair[1].x0 < pair[0].x1
        for figure in pair
    }
    return [
        Words(
            line.text,
            [
                replace(cell, text=UNREADABLE + cell.text) if id(cell) in torn else cell
                for cell in line.cells
            ],
        )
        for line in lines
    ]


def is_near(line: Words, below: Words) -> bool:
    return below.middle - line.middle < WIDEST_LEADING * line.text.size


def groups_of(lines: Sequence[Words]) -> list[list[Words]]:
    """Lines that share their columns: a new group begins with what stands before a head, or where
    columns clash.
    """
    groups: list[list[Words]] = [[]]
    bands: list[Band] = []
    waiting: list[Words] = []
    for line in lines:
        waiting.append(line)
        figures = line.figures
        if not figures:
            continue
        headed = any(len(other.cells) > 1 for other in waiting[:-1])
        wider = merged(bands, figures)
        if groups[-1] and (headed or wider is None):
            groups.append([])
            wider = merged([], figures)
        bands = wider or []
        groups[-1] += waiting
        waiting = []
    groups[-1] += waiting
    return groups


def merged(bands: Sequence[Band], figures: Sequence[PageCell]) -> list[Band] | None:
    """The columns with a further line of figures in them; None where that line contradicts them."""
    found = list(bands)
    for figure in figures:
        over = [band for band in found if band[0] < figure.x1 and figure.x0 < band[1]]
        if len(over) > 1:
            return None
        old = over[0] if over else (figure.x0, figure.x1)
        rest = [band for band in found if band not in over]
        found = sorted([*rest, (min(figure.x0, old[0]), max(figure.x1, old[1]))])
    clash = any(before[1] > after[0] for before, after in pairwise(found))
    alone = all(
        sum(1 for figure in figures if band[0] <= figure.x0 < band[1]) < 2 for band in found
    )
    return found if not clash and alone else None


# --- a group as a table ---------------------------------------------------------------------------


def table_of(lines: Sequence[Words], page: int) -> PageTable:
    bounds = (
        min(line.text.x0 for line in lines),
        lines[0].text.top,
        max(line.text.x1 for line in lines),
        lines[-1].text.bottom,
    )
    first = next((at for at, line in enumerate(lines) if line.figures), len(lines))
    bands: list[Band] = []
    for line in lines:
        bands = merged(bands, line.figures) or []
    stacks = stacks_of(lines[:first])
    ends = (cell.x1 for line in lines if line.figures for cell in line.labels)
    reach = max(ends, default=bounds[0] - 3.0)
    bands = sorted([*bands, *lonely(stacks, bands, reach)])
    edges = edges_of(lines, bands, bounds, reach)
    head = head_rows(stacks, edges) if edges and is_clear(stacks, bands, lines) else None
    if head is None:
        return PageTable(
            page, bounds, [in_order(line.cells) for line in lines], spans=False, xs=IN_ORDER
        )
    rows = [*head, *(body_row(line, edges) for line in lines[first:])]
    if not any(
        line.labels for line in lines if line.figures
    ):  # a table of figures alone has no column for labels
        rows = [[cell for cell in row if cell.text or cell.x0 >= edges[2]] for row in rows]
    return PageTable(page, bounds, rows, xs=tuple(edges))


def is_clear(stacks: Sequence[Stack], bands: Sequence[Band], lines: Sequence[Words]) -> bool:
    """Whether each column has one head right above it; without any head, whether no cell is
    blank.
    """
    heads = [stack.cell for stack in lowest(stacks)]
    over = [sum(1 for head in heads if head.x0 < band[1] and band[0] < head.x1) for band in bands]
    full = all(len(line.figures) == len(bands) for line in lines if line.figures)
    return all(count == 1 for count in over) or (full and not any(over))


def in_order(cells: Sequence[PageCell]) -> PageRow:
    """Cells of which only the order is known."""
    if len(cells) >= len(IN_ORDER):  # no row of a form
        return [PageCell(" ".join(cell.text for cell in cells), IN_ORDER[0], IN_ORDER[1])]
    return [replace(cell, x0=IN_ORDER[at], x1=IN_ORDER[at + 1]) for at, cell in enumerate(cells)]


def stacks_of(lines: Sequence[Words]) -> list[Stack]:
    """The words of a head, those right below each other as one."""
    found: list[Stack] = []
    for line in lines:
        for cell in line.cells:
            under = [
                stack
                for stack in found
                if stack.cell.x0 < cell.x1
                and cell.x0 < stack.cell.x1
                and 0
                < line.text.top - stack.bottom + TIGHT * line.text.size
                < 2 * TIGHT * line.text.size
            ]
            if len(under) == 1:
                above = under[0].cell
                wide = min(above.x0, cell.x0), max(above.x1, cell.x1)
                under[0].cell = replace(
                    above, text=f"{above.text}\n{cell.text}", x0=wide[0], x1=wide[1]
                )
                under[0].bottom = line.text.bottom
            else:
                found.append(Stack(cell, line.text.top, line.text.bottom))
    return found


def lonely(stacks: Sequence[Stack], bands: Sequence[Band], reach: float) -> list[Band]:
    """Heads to the right of all labels under which no figure stands: the columns of blank cells."""
    words = [(stack.cell.x0, stack.cell.x1) for stack in lowest(stacks) if stack.cell.x0 > reach]
    return [
        word for word in words if not any(band[0] < word[1] and word[0] < band[1] for band in bands)
    ]


def lowest(stacks: Sequence[Stack]) -> list[Stack]:
    return [stack for stack in stacks if not any(is_over(stack, other) for other in stacks)]


def is_over(stack: Stack, other: Stack) -> bool:
    return (
        stack.bottom <= other.top + 1
        and stack.cell.x0 < other.cell.x1
        and other.cell.x0 < stack.cell.x1
    )


def edges_of(
    lines: Sequence[Words], bands: Sequence[Band], bounds: Rect, reach: float
) -> list[float]:
    """Borders of the columns: two for labels, then one for each band; [] where labels reach among
    the figures.
    """
    if (
        not bands
        or reach > bands[0][0]
        or any(before[1] > after[0] for before, after in pairwise(bands))
    ):
        return []
    second = [line.labels[1].x0 for line in lines if line.figures and len(line.labels) > 1]
    start = (reach + bands[0][0]) / 2
    inner = min(second, default=(bounds[0] + start) / 2)
    between = [(before[1] + after[0]) / 2 for before, after in pairwise(bands)]
    return [min(bounds[0], inner - 2) - 1, inner - 1, start, *between, bounds[2] + 1]


def head_rows(stacks: Sequence[Stack], edges: Sequence[float]) -> list[PageRow] | None:
    """The head's words in their columns, those over a single column in the last row; None where two
    share one.
    """
    columns = list(pairwise(edges[2:]))
    last: dict[int, PageCell] = {}
    rows: list[tuple[float, PageCell]] = []
    bottom = lowest(stacks)
    for stack in stacks:
        cell = stack.cell
        middle = (cell.x0 + cell.x1) / 2
        over = [
            at for at, (left, right) in enumerate(columns) if cell.x0 < (left + right) / 2 < cell.x1
        ]
        over = over or [at for at, (left, right) in enumerate(columns) if left <= middle < right]
        if not over or cell.x1 < edges[2]:
            rows.append((stack.top, replace(cell, x0=edges[0], x1=edges[2])))
        elif len(over) > 1 or stack not in bottom:
            rows.append((stack.top, replace(cell, x0=columns[over[0]][0], x1=columns[over[-1]][1])))
        elif over[0] in last:
            return None
        else:
            last[over[0]] = replace(cell, x0=columns[over[0]][0], x1=columns[over[0]][1])
    found: list[PageRow] = []
    for top in sorted({top for top, _ in rows}):
        found.append([cell for other, cell in rows if other == top])
    return [*found, list(last.values())] if last else found


def body_row(line: Words, edges: Sequence[float]) -> PageRow:
    """A line's words in their columns, blank cells and all; two in one column are one text that is
    no figure.
    """
    if len(line.cells) == 1 and not line.figures:
        return [replace(line.cells[0], x0=edges[0], x1=edges[2])]
    texts = [""] * (len(edges) - 1)
    for cell in line.cells:
        column = max(0, min(len(texts) - 1, bisect_right(edges, (cell.x0 + cell.x1) / 2) - 1))
        texts[column] = f"{texts[column]} {cell.text}".strip()
    row = [
        PageCell(text, left, right)
        for text, left, right in zip(texts, edges, edges[1:], strict=False)
    ]
    if texts[0] and texts[1]:
        return row
    return [PageCell(texts[0] or texts[1], edges[0], edges[2]), *row[2:]]
