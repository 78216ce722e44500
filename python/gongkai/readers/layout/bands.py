"""Lines of words that share their columns -> a table: the figures stand in bands, heads over them.

Where not each band has its head, only the order of the words in their line is known.
"""

from __future__ import annotations

import re
from bisect import bisect_right
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from gongkai.readers.layout import ink, paragraphs
from gongkai.readers.layout.cells import PageCell, PageRow, PageTable

FIGURE = re.compile(
    r"[+－-]?[\d０-９][\d０-９.,，．]*(?:\^\S*|万?元|件)?|[-—/\\－]+|无|"
    r"[^\x00-\uffff]*[\d０-９.,，．+－-]*\ufffd+\S*"
)
TIGHT = 0.5  # of the size, between two lines of one head
IN_ORDER = tuple(10.0 * at for at in range(65))  # borders of columns that only count

Band = tuple[float, float]


@dataclass(slots=True)
class Words:
    """A line of a page as words far enough apart to be cells of their own."""

    text: paragraphs.PageLine
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


# --- bands ----------------------------------------------------------------------------------------


def overlap(one: Band, other: Band) -> bool:
    return one[0] < other[1] and other[0] < one[1]


def both(one: Band, other: Band) -> Band:
    return min(one[0], other[0]), max(one[1], other[1])


def overlapping(bands: Iterable[Band], band: Band) -> list[Band]:
    """Those of the bands that overlap one."""
    return [other for other in bands if overlap(other, band)]


def merged(bands: Sequence[Band], figures: Sequence[PageCell]) -> list[Band] | None:
    """The columns with a further line of figures in them; None where that line contradicts them:
    1204 at (90, 130) reaches over the columns of 12 at (90, 100) and 7 at (120, 125).
    """
    found = list(bands)
    for figure in figures:
        over = overlapping(found, figure.band)
        if len(over) > 1:
            return None
        wide = figure.band
        for band in over:
            found.remove(band)
            wide = both(band, wide)
        found = sorted([*found, wide])
    if are_apart(found) and are_single(found, figures):
        return found
    return None


def are_apart(bands: Sequence[Band]) -> bool:
    return not any(before[1] > after[0] for before, after in pairwise(bands))


def are_single(bands: Sequence[Band], figures: Sequence[PageCell]) -> bool:
    """Whether each band holds one figure of a line at most."""
    for start, end in bands:
        inside = sum(start <= figure.x0 < end for figure in figures)
        if inside > 1:
            return False
    return True


# --- lines -> a table -----------------------------------------------------------------------------


def table_of(lines: Sequence[Words], page: int) -> PageTable:
    """The lines under their heads, column by column; else each line's words in their order."""
    bounds = bounds_of(lines)
    table = table_under_heads(lines, page, bounds)
    if table is not None:
        return table
    counted = [in_order(line.cells) for line in lines]
    return PageTable(page, bounds, counted, spans=False, xs=IN_ORDER)


def table_under_heads(lines: Sequence[Words], page: int, bounds: ink.Rect) -> PageTable | None:
    """The lines in the columns that their figures stand in; None where it is not clear which head
    is that of a column: 总计 over the 12 of 规章 12 7, and none over the 7.
    """
    first = lines_of_head(lines)
    body = [line for line in lines if line.figures]
    stacks = stacks_of(lines[:first])
    reach = reach_of_labels(body, bounds)
    filled = bands_of(body)
    bands = sorted([*filled, *lonely(stacks, filled, reach)])
    edges = edges_of(body, bands, bounds, reach)
    if not edges or not is_clear(stacks, bands, body):
        return None
    head = head_rows(stacks, edges)
    if head is None:
        return None
    rows = head + [body_row(line, edges) for line in lines[first:]]
    is_labelled = any(line.labels for line in body)
    if not is_labelled:
        rows = without_labels(rows, edges)
    return PageTable(page, bounds, rows, xs=tuple(edges))


def bounds_of(lines: Sequence[Words]) -> ink.Rect:
    left = min(line.text.x0 for line in lines)
    right = max(line.text.x1 for line in lines)
    return left, lines[0].text.top, right, lines[-1].text.bottom


def lines_of_head(lines: Sequence[Words]) -> int:
    """How many lines stand above the first figures."""
    for at, line in enumerate(lines):
        if line.figures:
            return at
    return len(lines)


def reach_of_labels(body: Sequence[Words], bounds: ink.Rect) -> float:
    """Where the longest label ends: 3.当年不予公开政府信息总数 reaches furthest to the right."""
    ends: list[float] = []
    for line in body:
        ends += [label.x1 for label in line.labels]
    return max(ends, default=bounds[0] - 3.0)


def bands_of(body: Sequence[Words]) -> list[Band]:
    bands: list[Band] = []
    for line in body:
        bands = merged(bands, line.figures) or []
    return bands


def edges_of(
    body: Sequence[Words], bands: Sequence[Band], bounds: ink.Rect, reach: float
) -> list[float]:
    """Borders of the columns: two for labels, then one for each band; [] where labels reach among
    the figures.
    """
    if not bands or reach > bands[0][0] or not are_apart(bands):
        return []
    start = (reach + bands[0][0]) / 2
    inner = second_labels(body, default=(bounds[0] + start) / 2)
    edges = [min(bounds[0], inner - 2) - 1, inner - 1, start]
    for before, after in pairwise(bands):
        edges.append((before[1] + after[0]) / 2)
    return [*edges, bounds[2] + 1]


def second_labels(body: Sequence[Words], default: float) -> float:
    """Where the inner labels begin: those of 1.属于国家秘密 beside （三）不予公开."""
    starts: list[float] = []
    for line in body:
        labels = line.labels
        if len(labels) > 1:
            starts.append(labels[1].x0)
    return min(starts, default=default)


def is_clear(stacks: Sequence[Stack], bands: Sequence[Band], body: Sequence[Words]) -> bool:
    """Whether each column has one head right above it, as 12 has 自然人 and 7 has 商业企业; without
    any head, whether no cell is blank.
    """
    heads = [stack.cell.band for stack in lowest(stacks)]
    over = [len(overlapping(heads, band)) for band in bands]
    if over.count(1) == len(over):
        return True
    if any(over):
        return False
    return all(len(line.figures) == len(bands) for line in body)


def in_order(cells: Sequence[PageCell]) -> PageRow:
    """Cells of which only the order is known."""
    if len(cells) >= len(IN_ORDER):  # no row of a form
        return [PageCell(" ".join(cell.text for cell in cells), IN_ORDER[0], IN_ORDER[1])]
    row: PageRow = []
    for at, cell in enumerate(cells):
        row.append(replace(cell, x0=IN_ORDER[at], x1=IN_ORDER[at + 1]))
    return row


def without_labels(rows: Sequence[PageRow], edges: Sequence[float]) -> list[PageRow]:
    """A table of figures alone has no column for labels: its blank cells there go."""
    found: list[PageRow] = []
    for row in rows:
        kept: PageRow = []
        for cell in row:
            is_of_figures = cell.x0 >= edges[2]
            if is_of_figures or cell.text:
                kept.append(cell)
        found.append(kept)
    return found


# --- the head -------------------------------------------------------------------------------------


def stacks_of(lines: Sequence[Words]) -> list[Stack]:
    """The words of a head, those right below each other as one: 法律服务 over 机构."""
    found: list[Stack] = []
    for line in lines:
        for cell in line.cells:
            stack = stack_above(found, line, cell)
            if stack is None:
                found.append(Stack(cell, line.text.top, line.text.bottom))
                continue
            x0, x1 = both(stack.cell.band, cell.band)
            stack.cell = replace(stack.cell, text=f"{stack.cell.text}\n{cell.text}", x0=x0, x1=x1)
            stack.bottom = line.text.bottom
    return found


def stack_above(stacks: Sequence[Stack], line: Words, cell: PageCell) -> Stack | None:
    """The one head whose last line is right above a word; None where there are none or several."""
    tight = TIGHT * line.text.size
    found: list[Stack] = []
    for stack in stacks:
        gap = line.text.top - stack.bottom
        is_right_above = -tight < gap < tight
        if is_right_above and overlap(stack.cell.band, cell.band):
            found.append(stack)
    if len(found) != 1:
        return None
    return found[0]


def lonely(stacks: Sequence[Stack], bands: Sequence[Band], reach: float) -> list[Band]:
    """Heads to the right of all labels under which no figure stands: the columns of blank cells."""
    found: list[Band] = []
    for stack in lowest(stacks):
        word = stack.cell.band
        if word[0] > reach and not overlapping(bands, word):
            found.append(word)
    return found


def lowest(stacks: Sequence[Stack]) -> list[Stack]:
    """The heads under which there is no other: 自然人 and 商业企业, not 法人或其他组织."""
    found: list[Stack] = []
    for stack in stacks:
        if not any(is_over(stack, other) for other in stacks):
            found.append(stack)
    return found


def is_over(stack: Stack, other: Stack) -> bool:
    return stack.bottom <= other.top + 1 and overlap(stack.cell.band, other.cell.band)


def head_rows(stacks: Sequence[Stack], edges: Sequence[float]) -> list[PageRow] | None:
    """The head's words in their columns, those over a single column in the last row; None where two
    share one: 总计 and 本年, side by side over the 1234567 of 规章 1234567.
    """
    last: dict[int, PageCell] = {}
    upper: dict[float, PageRow] = {}
    bottom = lowest(stacks)
    for stack in stacks:
        over = columns_under(stack.cell, edges)
        cell = over_columns(stack.cell, over, edges)
        if len(over) != 1 or stack not in bottom:
            upper.setdefault(stack.top, []).append(cell)
        elif over[0] in last:
            return None
        else:
            last[over[0]] = cell
    found = [upper[top] for top in sorted(upper)]
    if last:
        found.append(list(last.values()))
    return found


def columns_under(cell: PageCell, edges: Sequence[float]) -> list[int]:
    """The columns of figures that a head covers to their middle, else the one in which it stands;
    [] for a head of the labels.

    Of columns from 100 to 150 and from 150 to 200, 总计 at (110, 190) covers both, [0, 1], and 本年
    at (155, 170) stands in the second, [1].
    """
    if cell.x1 < edges[2]:
        return []
    middle = (cell.x0 + cell.x1) / 2
    covered: list[int] = []
    around: list[int] = []
    for at, (left, right) in enumerate(pairwise(edges[2:])):
        if cell.x0 < (left + right) / 2 < cell.x1:
            covered.append(at)
        if left <= middle < right:
            around.append(at)
    return covered or around


def over_columns(cell: PageCell, columns: Sequence[int], edges: Sequence[float]) -> PageCell:
    """A head as wide as the columns of figures under it, or as those of the labels."""
    if not columns:
        return replace(cell, x0=edges[0], x1=edges[2])
    return replace(cell, x0=edges[2 + columns[0]], x1=edges[3 + columns[-1]])


# --- the body -------------------------------------------------------------------------------------


def body_row(line: Words, edges: Sequence[float]) -> PageRow:
    """A line's words in their columns, blank cells and all: 规章 | 2 | | 15 for 规章 at (72, 92), 2
    at (104, 109) and 15 at (250, 260). Two words in one column are one text that is no figure.
    """
    is_text_alone = len(line.cells) == 1 and not line.figures
    if is_text_alone:
        return [replace(line.cells[0], x0=edges[0], x1=edges[2])]
    texts = [""] * (len(edges) - 1)
    for cell in line.cells:
        column = bisect_right(edges, (cell.x0 + cell.x1) / 2) - 1
        column = max(0, min(len(texts) - 1, column))
        texts[column] = f"{texts[column]} {cell.text}".strip()
    row: PageRow = []
    for text, (left, right) in zip(texts, pairwise(edges), strict=True):
        row.append(PageCell(text, left, right))
    outer, inner, *figures = row
    if outer.text and inner.text:
        return row
    label = PageCell(outer.text or inner.text, outer.x0, inner.x1)
    return [label, *figures]
