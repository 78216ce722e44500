"""Publication -> the parts of a .docx after GB/T 9704: paragraphs, tables with the official merges.

All looks of a table stand at its cells, so that it may be put into a template of anybody's; those
of paragraphs are styles (``publish.parts``).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from html import escape
from typing import NamedTuple
from unicodedata import east_asian_width

from gongkai.publish.content import (
    Publication,
    PublishedCell,
    PublishedSection,
    PublishedTable,
    alignment,
    part_heading,
)
from gongkai.publish.parts import LINE, TEXT_WIDTH, document_part, package_of, spaced

SONGTI, KAITI = "宋体", "楷体_GB2312"
# Column widths of the blank form in twips (twentieths of a point); they are scaled to the type area
# of 156 mm.
WIDTHS = {
    "disclosure": (2435,) * 4,
    "applications": (754, 921, 3271, *(685,) * 7),
    "disputes": (650,) * 15,
}
SIZES = {"disclosure": 24, "applications": 20, "disputes": 20}  # half points
HEIGHTS = {"disclosure": 440, "applications": 340, "disputes": 560}  # twips, at least
SMALLEST = 11  # half points, of figures: nine digits in a column of 表三
TWIPS = 10  # of a half point
# Lines of a table that are repeated where it breaks over pages; 表二 has a head in each block.
HEADS = {"applications": 3, "disputes": 3}
MARGIN, FIGURE_MARGIN = 57, 28  # twips, left and right in a cell of a label, of a figure
DIGIT = 0.64  # of the size of a letter: the widest digits of faces that may stand in for 宋体
SHADE = "C6D9F1"  # of the captions of 表二
CLOSING_EMS, EM = 4, 320  # the date stands four characters in; a character of 16 pt in twips
BORDERS = ("top", "left", "bottom", "right", "insideH", "insideV")


def docx_bytes(found: Publication) -> bytes:
    """The whole file; the same publication makes the same bytes."""
    return package_of(document_part(body_xml(found)), found.name, found.draft)


def body_xml(found: Publication) -> str:
    parts = [paragraph("Title", title_runs(found.title))]
    parts += map(body_paragraph, found.opening)
    for section in found.sections:
        parts += section_parts(section)
    parts += closing_parts(found.closing)
    return "".join(parts)


# --- paragraphs -----------------------------------------------------------------------------------


def run(text: str, properties: str = "") -> str:
    """A run of text; ``properties`` are elements of w:rPr in their order."""
    said = f"<w:rPr>{properties}</w:rPr>" if properties else ""
    return f'<w:r>{said}<w:t xml:space="preserve">{escape(text)}</w:t></w:r>'


def paragraph(style: str, runs: str, properties: str = "") -> str:
    return f'<w:p><w:pPr><w:pStyle w:val="{style}"/>{properties}</w:pPr>{runs}</w:p>'


def title_runs(lines: Sequence[str]) -> str:
    """The lines of the title in one paragraph, so that readers have it whole."""
    return "<w:r><w:br/></w:r>".join(map(run, lines))


def body_paragraph(text: str) -> str:
    return paragraph("Body", body_runs(text))


def body_runs(text: str) -> str:
    """（一）主动公开。 in 楷体, what follows in the face of the body."""
    head = part_heading(text)
    if not head:
        return run(text)
    rest = text.removeprefix(head)
    return run(head, fonts(KAITI)) + (run(rest) if rest else "")


def fonts(face: str) -> str:
    return (
        f'<w:rFonts w:ascii="{face}" w:eastAsia="{face}" w:hAnsi="{face}" w:cs="{face}"'
        f' w:hint="eastAsia"/>'
    )


def section_parts(section: PublishedSection) -> Iterator[str]:
    yield paragraph("Heading1", run(section.title))
    yield from map(body_paragraph, section.paragraphs)
    if section.table:
        yield table_xml(section.table)
        yield paragraph("AfterTable", "")


def closing_parts(lines: Sequence[str]) -> Iterator[str]:
    """The date four characters in from the right, the body's name centred over it."""
    if not lines:
        return
    day = lines[-1]
    apart = spaced(LINE, before=LINE)  # from the text, by a line
    for line in lines:
        indent = max(0.0, CLOSING_EMS + (ems(day) - ems(line)) / 2)
        properties = f'{apart}<w:ind w:right="{round(indent * EM)}"/>'
        yield paragraph("Closing", run(line), properties)
        apart = ""


def ems(text: str) -> float:
    """The width of a text in characters: 2022年1月20日 is 6.5, since digits are half as wide."""
    width = 0.0
    for letter in text:
        width += 1 if east_asian_width(letter) in "WFA" else 0.5
    return width


# --- tables ---------------------------------------------------------------------------------------


def table_xml(table: PublishedTable, width: int = TEXT_WIDTH) -> str:
    """A table as wide as the type area, in twips."""
    widths = scaled(WIDTHS[table.form.id], width)
    sizes = TableSizes(SIZES[table.form.id], figure_size(table, widths))
    lines = []
    for number in range(1, table.form.size.bottom + 1):
        lines.append(row_xml(table, number, widths, sizes))
    return f"<w:tbl>{table_properties(widths)}{''.join(lines)}</w:tbl>"


class TableSizes(NamedTuple):
    """Of the labels and of the figures, in half points."""

    label: int
    figure: int


def figure_size(table: PublishedTable, widths: Sequence[int]) -> int:
    """That in which the longest figure stands on one line: 8.5 pt for 13323 in a column of 表三, 7
    for 133230. All figures of a table have it.
    """
    size = SIZES[table.form.id]
    for cell in table.figures():
        room = sum(widths[cell.box.left - 1 : cell.box.right]) - 2 * FIGURE_MARGIN
        fits = int(room / TWIPS / (DIGIT * max(1, len(cell.text))))
        size = min(size, max(fits, SMALLEST))
    return size


def scaled(widths: Sequence[int], area: int) -> list[int]:
    """The widths of columns made to fill the type area: together exactly ``area``."""
    total, done, left = sum(widths), 0, 0
    found = []
    for width in widths:
        done += width
        edge = round(done * area / total)
        found.append(edge - left)
        left = edge
    return found


def table_properties(widths: Sequence[int]) -> str:
    lines = []
    for name in BORDERS:
        lines.append(f'<w:{name} w:val="single" w:sz="4" w:space="0" w:color="auto"/>')
    columns = []
    for width in widths:
        columns.append(f'<w:gridCol w:w="{width}"/>')
    return (
        f'<w:tblPr><w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:jc w:val="center"/>'
        f'<w:tblBorders>{"".join(lines)}</w:tblBorders><w:tblLayout w:type="fixed"/>'
        f'<w:tblCellMar><w:left w:w="{MARGIN}" w:type="dxa"/>'
        f'<w:right w:w="{MARGIN}" w:type="dxa"/></w:tblCellMar></w:tblPr>'
        f"<w:tblGrid>{''.join(columns)}</w:tblGrid>"
    )


def row_xml(table: PublishedTable, number: int, widths: Sequence[int], sizes: TableSizes) -> str:
    """A line of the form; it is not split over pages, and stays with the next one."""
    name = table.form.id
    head = "<w:tblHeader/>" if number <= HEADS.get(name, 0) else ""
    stays = number < table.form.size.bottom
    cells = []
    for cell, begins in cells_at(table, number):
        width = sum(widths[cell.box.left - 1 : cell.box.right])
        runs = cell_runs(cell, sizes) if begins else ""
        inner = cell_paragraph(name, cell, runs, stays)
        cells.append(f"<w:tc>{cell_properties(cell, width, begins)}{inner}</w:tc>")
    height = f'<w:trHeight w:val="{HEIGHTS[name]}" w:hRule="atLeast"/>'
    return f"<w:tr><w:trPr><w:cantSplit/>{height}{head}</w:trPr>{''.join(cells)}</w:tr>"


def cells_at(table: PublishedTable, number: int) -> list[tuple[PublishedCell, bool]]:
    """The cells that cover a line of the form, left to right, and whether they begin there."""
    found = []
    for row in table.rows[:number]:
        for cell in row:
            if cell.box.bottom >= number:
                found.append((cell, cell.box.top == number))
    return sorted(found, key=place_in_line)


def place_in_line(item: tuple[PublishedCell, bool]) -> int:
    return item[0].box.left


def cell_properties(cell: PublishedCell, width: int, begins: bool) -> str:
    spans = ""
    if cell.box.width > 1:
        spans += f'<w:gridSpan w:val="{cell.box.width}"/>'
    if cell.box.height > 1:
        spans += f'<w:vMerge w:val="{"restart" if begins else "continue"}"/>'
    return (
        f'<w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{spans}{shading(cell)}'
        f'{margins(cell)}<w:vAlign w:val="center"/></w:tcPr>'
    )


def margins(cell: PublishedCell) -> str:
    """A figure has all the room of its column."""
    if cell.kind != "figure":
        return ""
    return (
        f'<w:tcMar><w:left w:w="{FIGURE_MARGIN}" w:type="dxa"/>'
        f'<w:right w:w="{FIGURE_MARGIN}" w:type="dxa"/></w:tcMar>'
    )


def shading(cell: PublishedCell) -> str:
    if cell.kind != "caption":
        return ""
    return f'<w:shd w:val="clear" w:color="auto" w:fill="{SHADE}"/>'


def cell_paragraph(table: str, cell: PublishedCell, runs: str, stays: bool) -> str:
    keep = "<w:keepNext/>" if stays else ""
    properties = (
        f'{keep}<w:spacing w:before="0" w:after="0" w:line="240" w:lineRule="auto"/>'
        f'<w:ind w:left="0" w:right="0" w:firstLine="0"/><w:jc w:val="{alignment(table, cell)}"/>'
    )
    return f"<w:p><w:pPr>{properties}</w:pPr>{runs}</w:p>"


def cell_runs(cell: PublishedCell, table: TableSizes) -> str:
    size = table.figure if cell.kind == "figure" else table.label
    sizes = f'<w:sz w:val="{size}"/><w:szCs w:val="{size}"/>'
    runs = run(cell.text, fonts(SONGTI) + sizes) if cell.text else ""
    if cell.note:
        runs += run(cell.note, fonts(KAITI) + sizes)
    return runs
