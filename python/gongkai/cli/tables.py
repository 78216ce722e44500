"""A report -> lines for a terminal: its head, its tables with heads and groups, what could not be
read.

::

    三、收到和处理政府信息公开申请情况（2021年格式）
                                              商业  科研
      单位：件                        自然人  企业  机构 …
      一、本年新收政府信息公开申请数量   436    12     0 …
      三、本年度办理结果
        （一）予以公开                   134     7     0 …
        （三）不予公开
          1.属于国家秘密                   4     0     0 …
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from gongkai import figures, output, wording
from gongkai.cli.console import fitting, width_of
from gongkai.model import Column, Entry, Form, Label, Report, Row, Table

WIDTH = 80  # columns of a terminal
INDENT = 2
GAP, CLOSE = 2, 1  # between figures, and where these leave no room for the labels
NARROW, NARROWEST = 28, 16  # of the labels, beside figures that need much room and all of it
FEW = 5  # columns that have room for their heads on one line
SHORT, PIECE = 3, 2  # letters: of a head that is never broken, and of the pieces of one that is
LONGEST_TEXT = 8  # columns of what is no figure; the list of what was not read has all of it
BLANK = "（空）"
CLOSING = "、，。；：）”"


@dataclass(frozen=True)
class HeadedRows:
    """Rows of a table under the same heads: those of several parts, where their columns say the
    same.
    """

    columns: tuple[Column, ...]
    rows: tuple[Row, ...]

    @property
    def heads(self) -> tuple[tuple[str, str], ...]:
        return tuple((column.label.text, column.unit) for column in self.columns)


def report_lines(report: Report) -> Iterator[str]:
    """A report for people: who, when, the three tables, what could not be read."""
    yield from output.head_lines(report)
    for table in report.tables.values():
        yield ""
        yield from table_lines(table)
    if report.problems:
        yield ""
        yield f"有{len(report.problems)}处没有读出："
    for problem in report.problems:
        where = output.problem_line(report, problem.table, problem.row, problem.column)
        raw = f"：“{problem.raw}”" if problem.raw else ""
        yield f"  ! {where}{problem.reason}{raw}"


def table_lines(table: Table) -> Iterator[str]:
    layout = table.form
    yield f"{layout.title}（{table.edition}年格式）"
    texts = {cell: text_of(table.entries[cell]) for cell in layout.cells}
    blocks = blocks_of(layout)
    widths = [column_widths(layout, block, texts) for block in blocks]
    gap = GAP if room_beside(widths, GAP) >= min(NARROW, longest_label(layout)) else CLOSE
    labels = max(min(longest_label(layout), room_beside(widths, gap)), NARROWEST)
    for number, block in enumerate(blocks):
        if number:
            yield ""
        own = [gap + width for width in widths[number]]
        yield from head_rows(block, labels, own)
        yield from figure_rows(layout, block, labels, own, texts)


def text_of(entry: Entry) -> str:
    """134; （空） for a blank; a sign as it stands: /."""
    if entry.value is not None:
        return figures.shown(entry.value)
    text = wording.one_line(entry.raw)
    if width_of(text) > LONGEST_TEXT:
        text = f"{fitting(text, LONGEST_TEXT - 1)}…"
    return text or BLANK


def blocks_of(layout: Form) -> list[HeadedRows]:
    found: list[HeadedRows] = []
    for part in layout.parts:
        block = HeadedRows(part.columns, part.rows)
        if found and found[-1].heads == block.heads:
            found[-1] = HeadedRows(found[-1].columns, found[-1].rows + part.rows)
        else:
            found.append(block)
    return found


# --- widths ---------------------------------------------------------------------------------------


def column_widths(layout: Form, block: HeadedRows, texts: Mapping[str, str]) -> list[int]:
    """The widest text of each column, its head's lines among them."""
    widths = [max(map(width_of, pieces)) for pieces in head_pieces(block)]
    for row in block.rows:
        for at, cell in enumerate(layout.row_cells(row.id)):
            widths[at] = max(widths[at], width_of(texts[cell.id]))
    return widths


def longest_label(layout: Form) -> int:
    return max(2 * len(row.groups) + width_of(row.label.text) for row in layout.rows)


def room_beside(widths: Sequence[Sequence[int]], gap: int) -> int:
    """Columns that the figures of all blocks leave for the labels."""
    return WIDTH - INDENT - max(sum(own) + gap * len(own) for own in widths)


def head_pieces(block: HeadedRows) -> list[list[str]]:
    """Of each column the lines of its head; where their units differ, the unit below.

    Of many columns 社会公益组织 -> 社会, 公益, 组织, as the official form breaks it.
    """
    many = len(block.columns) > FEW
    units = is_mixed(block)
    found = []
    for text, unit in block.heads:
        pieces = pieces_of(text) if many and len(text) > SHORT else [text]
        found.append([*pieces, unit] if units else pieces)
    return found


def pieces_of(text: str) -> list[str]:
    return [text[at : at + PIECE] for at in range(0, len(text), PIECE)]


def is_mixed(block: HeadedRows) -> bool:
    return len({column.unit for column in block.columns}) > 1


# --- lines ----------------------------------------------------------------------------------------


def head_rows(block: HeadedRows, labels: int, widths: Sequence[int]) -> Iterator[str]:
    """The heads, their last lines side by side, and the unit where all have one."""
    pieces = head_pieces(block)
    deepest = max(map(len, pieces))
    unit = "" if is_mixed(block) else f"单位：{block.columns[0].unit}"
    for line in range(-deepest, 0):
        own = []
        for each in pieces:
            own.append(each[line] if -line <= len(each) else "")
        yield row_line(unit if line == -1 else "", labels, own, widths)


def figure_rows(
    layout: Form, block: HeadedRows, labels: int, widths: Sequence[int], texts: Mapping[str, str]
) -> Iterator[str]:
    """The rows, below the groups that they lie under; a label that is too long goes on below
    itself.
    """
    above: tuple[Label, ...] = ()
    for row in block.rows:
        groups = tuple(sorted(row.groups, key=lambda group: group.box.left))
        for depth, group in enumerate(groups):
            if group not in above:
                yield " " * (INDENT + 2 * depth) + group.text
        above = groups
        own = [texts[cell.id] for cell in layout.row_cells(row.id)]
        first, *rest = label_pieces(row.label.text, 2 * len(groups), labels)
        yield row_line(first, labels, own, widths)
        for piece in rest:
            yield " " * INDENT + piece


def row_line(label: str, labels: int, texts: Sequence[str], widths: Sequence[int]) -> str:
    """``widths`` hold the gap before each column."""
    cells = [
        " " * (width - width_of(text)) + text for text, width in zip(texts, widths, strict=True)
    ]
    return (" " * INDENT + label + " " * (labels - width_of(label)) + "".join(cells)).rstrip()


def label_pieces(text: str, indent: int, width: int) -> list[str]:
    """A label in lines of a width, all but the first two columns further in; none begins with 、 or
    ）.
    """
    found = [" " * indent]
    for letter in text:
        if width_of(found[-1] + letter) > width:
            moved = found[-1][-1] if letter in CLOSING else ""
            found[-1] = found[-1].removesuffix(moved)
            found.append(" " * (indent + 2) + moved)
        found[-1] += letter
    return found
