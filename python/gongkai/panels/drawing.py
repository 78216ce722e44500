"""Report -> what a notebook shows of it: the official tables with what is wrong in them marked.

The marks are those of the workbook (``workbook.fill.marks_of``). A text of a page is data: every
one is escaped, and without what nobody sees.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from html import escape

from gongkai import output, wording
from gongkai.checks import whole
from gongkai.model import Finding, Report, Table
from gongkai.publish.content import PublishedCell, published_table
from gongkai.workbook import fill, layout

MOST_FINDINGS = 10  # listed below the tables
LONGEST = 300  # characters of a text
STYLE = "border:1px solid #999;padding:1px 4px;font-size:11px;text-align:center"
LABEL = "font-weight:normal;background:#f2f2f2"
# The last digit of a mark says what is shown, as on the sheets: a note, a warning, an error, one of
# several proposals, the proposal.
COLOURS = {1: "#ddebf7", 2: "#ffe699", 3: "#f8cbad", 4: "#ffd966", 5: "#ff7c80"}


def report_to_html(report: Report) -> str:
    """The document is not read a second time for it: ``gongkai.check`` may say more."""
    findings = whole.check(report)
    return "\n".join(elements(report, findings))


def elements(report: Report, findings: Sequence[Finding]) -> Iterator[str]:
    yield f"<div><b>{text(wording.title_of(report))}</b>"
    yield paragraph(head_text(report))
    if not report.is_evaluated:
        yield paragraph(wording.why_no_figures(report))
    for table in report.tables.values():
        yield table_html(table, marks(table, report, findings))
    yield from finding_paragraphs(findings)
    yield "</div>"


def head_text(report: Report) -> str:
    """青溪县人民政府 2021年 report.html."""
    year = f"{report.year}年" if report.year else ""
    return " ".join(filter(None, (report.agency, year, output.source_of(report))))


def marks(table: Table, report: Report, findings: Sequence[Finding]) -> Mapping[str, int]:
    """Cell id -> mark, as the sheet of the table shows it."""
    sheet = layout.sheet_of(table.id, table.edition)
    return fill.marks_of(sheet, report, findings, fill.broken_lanes(report))


def table_html(table: Table, marked: Mapping[str, int]) -> str:
    """With the official merges."""
    lines = []
    for row in published_table(table).rows:
        cells = []
        for cell in row:
            cells.append(cell_html(table, cell, marked.get(cell.cell, 0)))
        lines.append(f"<tr>{''.join(cells)}</tr>")
    number = text(table.form.number)
    inner = f"<caption>{number}</caption>{''.join(lines)}"
    return f'<table style="border-collapse:collapse">{inner}</table>'


def cell_html(table: Table, cell: PublishedCell, mark: int) -> str:
    """A figure's source text is told where it is another than the figure: 约5 of a blank."""
    spans = f' colspan="{cell.box.width}" rowspan="{cell.box.height}"'
    if not cell.cell:
        return f'<th{spans} style="{STYLE};{LABEL}">{text(cell.whole)}</th>'
    raw = table.entries[cell.cell].raw
    told = f' title="{text(raw)}"' if raw.strip() != cell.text else ""
    colour = f";background:{COLOURS[mark % 10]}" if mark % 10 in COLOURS else ""
    return f'<td{spans}{told} style="{STYLE}{colour}">{text(cell.text)}</td>'


def finding_paragraphs(findings: Sequence[Finding]) -> Iterator[str]:
    for number, finding in enumerate(findings[:MOST_FINDINGS], 1):
        yield paragraph(output.finding_line(number, finding))
    more = len(findings) - MOST_FINDINGS
    if more > 0:
        yield paragraph(f"另有{more}处。")


def paragraph(told: str) -> str:
    return f'<p style="margin:2px 0;font-size:12px">{text(told)}</p>'


def text(told: str) -> str:
    """On one line, and cut where it would fill the screen."""
    return escape(wording.cut(told, LONGEST))
