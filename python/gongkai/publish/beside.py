"""Two reports side by side -> the tables and sentences of a document, as a .docx of its own.

A column of the form is three here: both figures and what is between them. What differs stands out;
of a sentence that changed, what went is struck and what came is underlined.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Literal, NamedTuple
from xml.sax.saxutils import escape

from gongkai import bodies, figures, wording
from gongkai.compare.sides import (
    FigureSides,
    RevisionKind,
    SectionSides,
    SideBySide,
    TableSides,
    TextSides,
)
from gongkai.model import Column, Report, Value
from gongkai.publish.docx import SONGTI, fonts, paragraph, run, table_properties
from gongkai.publish.parts import WIDE_TEXT, document_part, package_of

HEADING = "年度报告对比"
APART = "增减"
SIDES = 3  # columns for each column of the form: first, second, what is between them
OTHERWISE = "不可比"  # in the place of a difference where the two forms count otherwise
UNCOMPARED = "不能对比"  # the same where a side was not read as a figure
LABEL_WIDTH = 4  # columns of figures: the labels of the rows are as wide as these
SMALL, SIZE = 15, 18  # half points, for the widest table and for the others
MOST_COLUMNS = 15  # of figures in the larger size; 表三 has 21
SHADES = {"changed": "FFF2CC", "unread": "FCE4D6", "head": "F2F2F2"}
HEIGHT = 300  # twips, at least
# what is said of a sentence, and how its parts look
KINDS = {
    "same": "",
    "changed": "改动",
    "added": "新增",
    "removed": "删去",
    "uncompared": "有改动，文字过长，没有逐句对比",
}
LOOKS: dict[RevisionKind, str] = {
    "same": "",
    "added": '<w:color w:val="0000C0"/><w:u w:val="single"/>',
    "removed": '<w:strike/><w:color w:val="C00000"/>',
}

BesideKind = Literal["head", "label", "figure", "changed", "unread"]


class BesideCell(NamedTuple):
    """A cell and how many columns of the grid it covers."""

    text: str
    kind: BesideKind
    width: int = 1
    value: Value = None


class BesideTable(NamedTuple):
    """A block of a table of the form: rows that share their columns, below two rows of heads."""

    title: str
    columns: int
    rows: tuple[tuple[BesideCell, ...], ...]


class SideNames(NamedTuple):
    """What the two are called in heads: 2021年 and 2022年, or 第一份 and 第二份."""

    first: str
    second: str


def names_of(found: SideBySide) -> SideNames:
    first, second = found.first.year, found.second.year
    if first and second and first != second:
        return SideNames(f"{first}年", f"{second}年")
    return SideNames("第一份", "第二份")


def summary(found: SideBySide) -> list[str]:
    """What the two are, and how much differs: 数字有12格不同，文字有5处不同。

    What was not read is told: 数字有0格不同，另有2格没有读作数字，不能对比；文字有5处不同。
    """
    names = names_of(found)
    told = [f"{names.first}：{called(found.first)}", f"{names.second}：{called(found.second)}"]
    if not bodies.may_be_one(found.first.agency, found.second.agency):
        told.append("两份报告的机关不同，请核对是否选错。")
    texts = f"文字有{found.changed}处不同。"
    if not found.unread:
        return [*told, f"数字有{found.differing}格不同，{texts}"]
    unread = f"另有{found.unread}格没有读作数字，不能对比"
    return [*told, f"数字有{found.differing}格不同，{unread}；{texts}"]


def called(report: Report) -> str:
    """青溪县人民政府2022年政府信息公开工作年度报告（2022.html）."""
    source = report.document.origin if report.document else ""
    title = wording.one_line(wording.title_of(report)) or "（没有标题）"
    name = source if "://" in source else Path(source).name
    return f"{title}（{wording.one_line(name)}）" if name else title


# --- tables ---------------------------------------------------------------------------------------


def tables_beside(found: SideBySide) -> Iterator[BesideTable]:
    """The blocks of all tables: four of 表二, one of 表三, three of 表四."""
    names = names_of(found)
    for table in found.tables:
        sides_of = {side.cell.id: side for side in table.figures}
        for number, part in enumerate(table.form.parts):
            title = table.form.title if number == 0 else ""
            rows = [*heads(part.columns, names)]
            for row in part.rows:
                sides = [sides_of[f"{table.form.id}.{row.id}.{one.id}"] for one in part.columns]
                rows.append(figure_row(wording.row_label(row), sides))
            yield BesideTable(title, len(part.columns) * SIDES, tuple(rows))
        if table.left_out:
            yield left_out(table, names)


def heads(columns: Sequence[Column], names: SideNames) -> Iterator[tuple[BesideCell, ...]]:
    top, below = [BesideCell("", "head")], [BesideCell("项目", "head")]
    for column in columns:
        top.append(BesideCell(wording.column_label(column), "head", SIDES))
        for name in (*names, APART):
            below.append(BesideCell(name, "head"))
    yield tuple(top)
    yield tuple(below)


def figure_row(label: str, sides: Sequence[FigureSides]) -> tuple[BesideCell, ...]:
    cells = [BesideCell(label, "label")]
    for side in sides:
        kind = kind_of(side)
        cells.append(side_cell(side.first, side.first_text, kind))
        cells.append(side_cell(side.second, side.second_text, kind))
        cells.append(BesideCell(apart_text(side), kind, 1, side.apart))
    return tuple(cells)


def kind_of(side: FigureSides) -> BesideKind:
    if side.is_unread:
        return "unread"
    return "changed" if side.differs else "figure"


def side_cell(value: Value, text: str, kind: BesideKind) -> BesideCell:
    """A figure, or what stands in its place where it was not read: 约100."""
    return BesideCell(figures.shown(value) or wording.clipped(text), kind, 1, value)


def apart_text(side: FigureSides) -> str:
    """+14, -9, 0; "" beside a blank; why there is none where the forms count otherwise or a side
    was not read.
    """
    if not side.is_alike:
        return OTHERWISE
    if side.is_unread:
        return UNCOMPARED
    if side.apart is None:
        return ""
    return f"+{figures.shown(side.apart)}" if side.apart > 0 else figures.shown(side.apart)


def left_out(table: TableSides, names: SideNames) -> BesideTable:
    """What only the form of the first report has: （六）其他处理 of 2019, one row."""
    rows = [
        (
            BesideCell("项目", "head"),
            BesideCell("列", "head"),
            BesideCell(names.first, "head"),
        )
    ]
    for side in table.left_out:
        row, column = wording.row_label(side.cell.row), wording.column_label(side.cell.column)
        value = side_cell(side.first, side.first_text, "figure")
        rows.append((BesideCell(row, "label"), BesideCell(column, "label"), value))
    return BesideTable(f"{table.form.number} 只有{names.first}的格式才有的项目", 2, tuple(rows))


# --- the document ---------------------------------------------------------------------------------


def docx_beside(found: SideBySide, told: Sequence[str]) -> bytes:
    """A4 across, since 表三 has 21 columns of figures; ``told`` is said above them."""
    parts = [paragraph("Title", run(HEADING))]
    parts += [paragraph("Body", run(line)) for line in told]
    for table in tables_beside(found):
        if table.title:
            parts.append(paragraph("Heading1", run(table.title)))
        parts.append(table_xml(table))
        parts.append(paragraph("AfterTable", ""))
    for section in found.sections:
        parts += section_parts(section)
    return package_of(document_part("".join(parts), wide=True), HEADING, False)


def section_parts(section: SectionSides) -> Iterator[str]:
    yield paragraph("Heading1", run(section.title or "引言"))
    for text in section.texts:
        yield paragraph("Body", text_runs(text))


def text_runs(text: TextSides) -> str:
    if text.kind == "same":
        return run(wording.plain(text.second))
    runs = run(f"〔{KINDS[text.kind]}〕")
    for piece in text.pieces:
        runs += run(wording.plain(piece.text), LOOKS[piece.kind])
    return runs


def table_xml(table: BesideTable) -> str:
    share = WIDE_TEXT / (LABEL_WIDTH + table.columns)
    widths = [round(share * LABEL_WIDTH), *[round(share)] * table.columns]
    size = SMALL if table.columns > MOST_COLUMNS else SIZE
    rows = [row_xml(row, widths, size) for row in table.rows]
    return f"<w:tbl>{table_properties(widths)}{''.join(rows)}</w:tbl>"


def row_xml(row: Sequence[BesideCell], widths: Sequence[int], size: int) -> str:
    at = 0
    cells = []
    for cell in row:
        cells.append(cell_xml(cell, sum(widths[at : at + cell.width]), size))
        at += cell.width
    head = "<w:tblHeader/>" if row[-1].kind == "head" else ""
    height = f'<w:trHeight w:val="{HEIGHT}" w:hRule="atLeast"/>'
    return f"<w:tr><w:trPr><w:cantSplit/>{height}{head}</w:trPr>{''.join(cells)}</w:tr>"


def cell_xml(cell: BesideCell, width: int, size: int) -> str:
    span = f'<w:gridSpan w:val="{cell.width}"/>' if cell.width > 1 else ""
    shade = ""
    if cell.kind in SHADES:
        shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{escape(SHADES[cell.kind])}"/>'
    align = "left" if cell.kind == "label" else "center"
    looks = f'{fonts(SONGTI)}<w:sz w:val="{size}"/><w:szCs w:val="{size}"/>'
    runs = run(cell.text, looks) if cell.text else ""
    return (
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/>{span}{shade}'
        f'<w:vAlign w:val="center"/></w:tcPr><w:p><w:pPr><w:spacing w:before="0" w:after="0"'
        f' w:line="240" w:lineRule="auto"/><w:ind w:left="0" w:right="0" w:firstLine="0"/>'
        f'<w:jc w:val="{align}"/></w:pPr>{runs}</w:p></w:tc>'
    )
