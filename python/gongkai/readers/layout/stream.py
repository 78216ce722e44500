"""Tables without rulings: lines of words -> grids, where the columns of figures are clear.

A figure belongs to the column in which it stands, not to the place in which it is counted, so a
blank cell moves nothing. Where the figures do not stand in columns the words of each line stay
together in a row, and no more is said.
"""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import replace
from itertools import product

from gongkai.readers.layout import ink, paragraphs
from gongkai.readers.layout.bands import Band, Words, both, merged, overlap, table_of
from gongkai.readers.layout.cells import PageCell, PageTable, may_be_one_row
from gongkai.readers.layout.lines import CharLine, line_text

WORD_GAP = 0.55  # of the size; words of a cell stand closer together
MOST_LINES = 200  # of one run of tables
HEAD_LINES = 10  # lines above the first figures that may be their head
# Of the size: the middles of a line and of one beside it are not nearer unless they are one row.
HALF_LEADING = 0.9
WIDEST_LEADING = 2.0  # of the size, between the middles of two lines of one text


def words_of_line(line: CharLine) -> Words:
    """A line cut where words stand far apart: 规章 | 2 | 0 | 15."""
    groups = [[line.chars[0]]]
    for char in line.chars[1:]:
        if is_apart(groups[-1], char):
            groups.append([char])
        else:
            groups[-1].append(char)
    text = paragraphs.PageLine(line.text, line.x0, line.x1, line.top, line.bottom, line.size)
    return Words(text, [word_cell(group) for group in groups])


def is_apart(word: Sequence[ink.Char], char: ink.Char) -> bool:
    gap = char.x0 - end_of(word)
    return gap > WORD_GAP * min(char.size, word[-1].size)


def end_of(word: Sequence[ink.Char]) -> float:
    return max(char.x1 for char in word)


def word_cell(word: Sequence[ink.Char]) -> PageCell:
    return PageCell(line_text(word), word[0].x0, end_of(word))


def unruled(lines: Sequence[Words], page: int) -> list[paragraphs.PageLine | PageTable]:
    """The lines of a page in which tables may stand -> the same lines, with tables in place of
    theirs.
    """
    found: list[paragraphs.PageLine | PageTable] = []
    at = 0
    while at < len(lines):
        end = run_end(lines, at)
        if end == at:
            found.append(lines[at].text)
            at += 1
            continue
        run = with_torn(with_labels(lines[at:end]))
        found += [table_of(group, page) for group in groups_of(run)]
        at = end
    return found


# --- where tables stand ---------------------------------------------------------------------------


def run_end(lines: Sequence[Words], start: int) -> int:
    """Where tables that begin with this line end; ``start`` where none begins here.

    They begin with a line of several words, 行政行为 总计, and go on as long as lines of figures
    follow: 行政许可 12, 行政处罚 7.
    """
    if len(lines[start].cells) < 2:
        return start
    end = start
    for at in range(start, min(len(lines), start + MOST_LINES)):
        line = lines[at]
        if at - end > HEAD_LINES or is_section(line):
            break
        goes_on = at == end and is_rest_of_figure(lines[at - 1], line)
        if goes_on or is_row(line):
            end = at + 1
    is_run = end - start > 1
    if not is_run:
        return start
    return end


def is_row(line: Words) -> bool:
    """规章 2 0 15, and a row whose label stands beside it."""
    return len(line.cells) > 1 and bool(line.figures)


def is_rest_of_figure(above: Words, line: Words) -> bool:
    """17 over 8: a figure that is wider than its column goes on in a line of its own."""
    return bool(line.figures) and is_near(above, line)


def is_near(line: Words, below: Words) -> bool:
    return below.middle - line.middle < WIDEST_LEADING * line.text.size


def is_section(line: Words) -> bool:
    """三、收到和处理政府信息公开申请情况: the heading of a section, alone in its line."""
    text = line.text.text
    is_heading = paragraphs.HEADING.match(text) is not None and text.endswith("情况")
    return is_heading and len(line.cells) == 1


# --- labels in two lines --------------------------------------------------------------------------


def with_labels(lines: Sequence[Words]) -> list[Words]:
    """Lines of figures that stand half-way between the two lines of their label get it; others stay
    as they are.
    """
    found: list[Words] = []
    at = 0
    while at < len(lines):
        around = [*found[-1:], *lines[at : at + 2]]
        if len(around) == 3 and is_between(*around):
            found[-1] = with_label(*around)
            at += 2
        else:
            found.append(lines[at])
            at += 1
    return found


def with_label(above: Words, line: Words, below: Words) -> Words:
    """（四）无法 over 11 0 0 over 提供 -> （四）无法提供 11 0 0."""
    *beside, upper = above.cells
    lower = below.cells[0]
    label = replace(upper, text=upper.text + lower.text, x1=max(upper.x1, lower.x1))
    return Words(line.text, [*beside, *line.labels, label, *line.figures])


def is_between(above: Words, line: Words, below: Words) -> bool:
    """Whether a line of figures stands between two lines without any that are one label: 11 0 0
    between （四）无法 and 提供.
    """
    if above.figures or below.figures or not line.figures:
        return False
    apart = max(line.middle - above.middle, below.middle - line.middle)
    is_near = apart < HALF_LEADING * line.text.size
    is_label = len(below.cells) == 1 and is_label_between(above, line, below)
    return is_near and is_label


def is_label_between(above: Words, line: Words, below: Words) -> bool:
    """Whether the two parts of a label stand over each other, right of all other labels and left of
    the figures.
    """
    *beside, upper = above.cells
    lower = below.cells[0]
    left, right = both(upper.band, lower.band)
    is_right_of_labels = all(label.x1 < left for label in [*line.labels, *beside])
    is_left_of_figures = right < line.figures[0].x0
    return overlap(upper.band, lower.band) and is_right_of_labels and is_left_of_figures


# --- figures in two lines -------------------------------------------------------------------------


def with_torn(lines: Sequence[Words]) -> list[Words]:
    """Figures right below each other in what may be one row, which no line parts, become
    unreadable.

    A figure wider than its column goes on in a line of its own, without a label, or beside the rest
    of the label: 规章 17 over 8 is 规章 ?17 over ?8.
    """
    torn: set[int] = set()
    for at, line in enumerate(lines):
        for other in lines[at + 1 :]:
            if not is_near(line, other):
                break
            if may_be_one_row(line.cells, other.cells):
                torn.update(torn_figures(line, other))
    return [with_unreadable(line, torn) for line in lines]


def torn_figures(line: Words, below: Words) -> Iterator[int]:
    """The ids of the figures of two lines that stand over each other."""
    for figure, other in product(line.figures, below.figures):
        if overlap(figure.band, other.band):
            yield id(figure)
            yield id(other)


def with_unreadable(line: Words, torn: Collection[int]) -> Words:
    cells: list[PageCell] = []
    for cell in line.cells:
        if id(cell) in torn:
            cell = replace(cell, text=ink.UNREADABLE + cell.text)
        cells.append(cell)
    return Words(line.text, cells)


# --- lines that share their columns ---------------------------------------------------------------


def groups_of(lines: Sequence[Words]) -> list[list[Words]]:
    """Lines that share their columns: a new group begins with what stands before a head, 行政行为
    总计, or where columns clash.
    """
    groups: list[list[Words]] = [[]]
    bands: list[Band] = []
    waiting: list[Words] = []
    for line in lines:
        waiting.append(line)
        if not line.figures:
            continue
        wider = merged(bands, line.figures)
        begins_anew = wider is None or has_head(waiting[:-1])
        if begins_anew and groups[-1]:
            groups.append([])
            wider = merged([], line.figures)
        bands = wider or []
        groups[-1] += waiting
        waiting = []
    groups[-1] += waiting
    return groups


def has_head(lines: Sequence[Words]) -> bool:
    """Whether a line of several words is among those before a line of figures: 行政行为 总计."""
    return any(len(line.cells) > 1 for line in lines)
