"""A report's sheets as PDFs: ruled in several ways or not at all, with page breaks wherever wanted.

Every text is placed by hand, so that a test knows what stands where; page by page, in points from
the top left.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field, replace
from io import BytesIO
from typing import Any

from hypothesis import strategies as st
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

from gongkai.model import Report
from helpers.writers.styles import TABLES, Sheet, Sheets, Spot, page_parts, report_sheets

FONT = "STSong-Light"
pdfmetrics.registerFont(UnicodeCIDFont(FONT))
WIDTHS = {4: (3, 2, 2, 2), 5: (3, 2, 2, 2, 2), 10: (0.8, 2, 4, 1, 1, 1, 1, 1, 1, 1), 15: (1,) * 15}
LEADING = 1.25
SPARED = 31
RULED = ("lines", "rects", "open", "shaded")
SECTIONS = {"二": "disclosure", "三": "applications", "四": "disputes"}


@dataclass(frozen=True)
class Style:
    """How a PDF is made.

    ``rules``: lines, rects (thin filled ones, as Word), open (no outer line at the sides), shaded
    (lines, and white and coloured grounds, as WPS), none. ``breaks``: (table, line) before which a
    page ends; ``heads``: lines of the head repeated after such a break; ``inside``: the break falls
    within that line. ``apart``: each character placed on its own; ``bold``: heads painted twice;
    ``turned``: the label of the results stands one character a line or rotated; ``numbers``: page
    numbers; ``running``: a head on each page; ``missing`` (1 to 30): one line in 31 is not there.
    """

    rules: str = "lines"
    breaks: tuple[tuple[str, int], ...] = ()
    heads: bool = False
    inside: bool = False
    apart: bool = False
    bold: bool = False
    turned: str = ""
    numbers: bool = True
    running: str = ""
    size: float = 10.0
    width: float = 842.0
    height: float = 595.0
    align: str = "center"
    title_lines: int = 1
    missing: int = 0


@dataclass
class Desk:
    """A PDF in the making; ``top`` is where the next thing goes."""

    style: Style
    canvas: Any = None
    content: BytesIO = field(default_factory=BytesIO)
    top: float = 0.0
    page: int = 0

    def __post_init__(self) -> None:
        size = (self.style.width, self.style.height)
        self.canvas = Canvas(self.content, pagesize=size, invariant=1, pageCompression=1)
        self.begin()

    def begin(self) -> None:
        self.page += 1
        self.top = 60.0
        if self.style.running:
            self.text(self.style.running, self.style.width / 2, 36, 9, "center")

    def end(self) -> None:
        if self.style.numbers:
            self.text(f"- {self.page} -", self.style.width / 2, self.style.height - 30, 9, "center")
        self.canvas.showPage()

    def new_page(self) -> None:
        self.end()
        self.begin()

    def finish(self) -> bytes:
        self.end()
        self.canvas.save()
        return self.content.getvalue()

    def text(
        self,
        text: str,
        x: float,
        baseline: float,
        size: float,
        align: str = "left",
        twice: bool = False,
    ) -> None:
        width = pdfmetrics.stringWidth(text, FONT, size)
        x -= {"left": 0.0, "center": width / 2, "right": width}[align]
        y = self.style.height - baseline
        for shift in (0.0, 0.3) if twice else (0.0,):
            self.canvas.setFont(FONT, size)
            if not self.style.apart:
                self.canvas.drawString(x + shift, y, text)
                continue
            at = x + shift
            for char in text:
                self.canvas.drawString(at, y, char)
                at += pdfmetrics.stringWidth(char, FONT, size)

    def paragraph(self, text: str, size: float = 12.0) -> None:
        left, right = 60.0, self.style.width - 60.0
        for number, line in enumerate(wrapped(text, right - left, size, indent=2 * size)):
            if self.top + 2 * size > self.style.height - 50:
                self.new_page()
            self.top += 1.6 * size
            self.text(line, left + (2 * size if number == 0 else 0), self.top, size)

    def title(self, text: str, lines: int) -> None:
        cut = -(-len(text) // lines)
        for start in range(0, len(text), cut):
            self.top += 30
            self.text(text[start : start + cut], self.style.width / 2, self.top, 20, "center")


def wrapped(text: str, width: float, size: float, indent: float = 0.0) -> list[str]:
    lines, room = [""], width - indent
    for char in text:
        if char == "\n" or pdfmetrics.stringWidth(lines[-1] + char, FONT, size) > room:
            lines.append("")
            room = width
        lines[-1] += char if char != "\n" else ""
    return lines


# --- tables ---------------------------------------------------------------------------------------


def columns_of(sheet: Sheet, style: Style) -> list[float]:
    count = max(spot.box.right for spot in sheet)
    shares = WIDTHS.get(count, (1,) * count)
    found, unit = [60.0], (style.width - 120.0) / sum(shares)
    for share in shares:
        found.append(found[-1] + share * unit)
    return found


def lines_in(spot: Spot, xs: Sequence[float], style: Style) -> list[str]:
    if spot.id == "results" and style.turned:
        return list(spot.text)
    width = xs[spot.box.right] - xs[spot.box.left - 1] - 6
    return wrapped(spot.text, width, style.size) if spot.text else []


def heights_of(sheet: Sheet, xs: Sequence[float], style: Style) -> list[float]:
    """Height of each line: enough for the texts that stand in it alone."""
    count = max(spot.box.bottom for spot in sheet)
    found = [style.size * LEADING + 6] * count
    for spot in sheet:
        if spot.box.height == 1:
            found[spot.box.top - 1] = max(
                found[spot.box.top - 1], len(lines_in(spot, xs, style)) * style.size * LEADING + 6
            )
    return found


def draw_table(desk: Desk, table: str, sheet: Sheet) -> None:
    style = desk.style
    xs = columns_of(sheet, style)
    height = max(spot.box.bottom for spot in sheet)
    cuts = sorted({line for name, line in style.breaks if name == table and 1 < line <= height})
    if style.inside:
        for number, line in enumerate(cuts):
            sheet = torn(sheet, line + number, xs, style)
        cuts = [line + number + 1 for number, line in enumerate(cuts)]
    heights = heights_of(sheet, xs, style)
    first = 1
    head = 3 if table == "applications" and style.heads else 0
    while first <= len(heights):
        last = next((cut - 1 for cut in cuts if cut > first), len(heights))
        repeated = head if first > head else 0
        room = style.height - 60 - desk.top - sum(heights[:repeated])
        fits = first
        while fits <= last and sum(heights[first - 1 : fits]) <= room:
            fits += 1
        last = max(first, fits - 1)
        if sum(heights[first - 1 : last]) > room and desk.top > 100:
            desk.new_page()
            continue
        if repeated:
            draw_part(desk, sheet, xs, heights, 1, head)
        draw_part(desk, sheet, xs, heights, first, last)
        first = last + 1
        if first <= len(heights):
            desk.new_page()


def torn(sheet: Sheet, line: int, xs: Sequence[float], style: Style) -> Sheet:
    """A line as two: labels of several lines go on in the second one, figures stand in the
    first.
    """
    found = []
    for spot in sheet:
        top, bottom = spot.box.top, spot.box.bottom
        if top == bottom == line:
            lines = lines_in(spot, xs, style)
            half = len(lines) - len(lines) // 2
            found.append(replace(spot, text="\n".join(lines[:half])))
            lower = replace(spot.box, top=line + 1, bottom=line + 1)
            found.append(replace(spot, box=lower, text="\n".join(lines[half:])))
        else:
            box = replace(spot.box, top=top + (top > line), bottom=bottom + (bottom >= line))
            found.append(replace(spot, box=box))
    return sorted(found, key=lambda spot: (spot.box.top, spot.box.left))


def draw_part(
    desk: Desk, sheet: Sheet, xs: Sequence[float], heights: Sequence[float], first: int, last: int
) -> None:
    """Lines ``first`` to ``last``; a text over a break is cut with its cell: half of its lines on
    either side.
    """
    tops = [desk.top]
    for line in range(first, last + 1):
        tops.append(tops[-1] + heights[line - 1])
    for spot in sheet:
        top, bottom = max(spot.box.top, first), min(spot.box.bottom, last)
        if top > bottom:
            continue
        lines = lines_in(spot, xs, desk.style)
        if top > spot.box.top or bottom < spot.box.bottom:
            half = len(lines) - len(lines) // 2
            lines = lines[half:] if top > spot.box.top else lines[:half]
        area = (
            xs[spot.box.left - 1],
            tops[top - first],
            xs[spot.box.right],
            tops[bottom - first + 1],
        )
        draw_cell(desk, spot, area, lines, (xs[0], xs[-1]))
    desk.top = tops[-1]


Area = tuple[float, float, float, float]


def draw_cell(
    desk: Desk, spot: Spot, area: Area, lines: Sequence[str], outer: tuple[float, float]
) -> None:
    style, (x0, top, x1, bottom) = desk.style, area
    draw_rules(desk, area, outer, spot.kind)
    size = style.size
    if spot.id == "results" and style.turned == "rotated" and lines:
        size = min(size, (bottom - top - 4) / len(lines))  # or it would stand over other rows
        desk.canvas.saveState()
        desk.canvas.translate((x0 + x1) / 2 + size / 3, style.height - (top + bottom) / 2)
        desk.canvas.rotate(90)
        desk.canvas.setFont(FONT, size)
        desk.canvas.drawCentredString(0, 0, "".join(lines))
        desk.canvas.restoreState()
        return
    if spot.id == "results" and style.turned and lines:
        size = min(
            size, (bottom - top - 4) / len(lines) / LEADING
        )  # it is never painted over other rows
    start = (top + bottom) / 2 - len(lines) * size * LEADING / 2
    align = style.align if spot.kind == "figure" else "center"
    x = {"center": (x0 + x1) / 2, "left": x0 + 3, "right": x1 - 3}[align]
    for number, line in enumerate(lines):
        baseline = start + (number + 0.5) * size * LEADING + 0.35 * size
        desk.text(line, x, baseline, size, align, twice=style.bold and spot.kind != "figure")


def draw_rules(desk: Desk, area: Area, outer: tuple[float, float], kind: str) -> None:
    style, canvas = desk.style, desk.canvas
    x0, top, x1, bottom = area[0], style.height - area[1], area[2], style.height - area[3]
    if style.rules == "none":
        return
    if style.rules == "shaded":
        canvas.setFillGray(0.9 if kind in ("head", "caption") else 1)
        canvas.rect(x0 + 0.5, bottom + 0.5, x1 - x0 - 1, top - bottom - 1, stroke=0, fill=1)
        canvas.setFillGray(0)
    if style.rules == "rects":
        for x in (x0, x1):
            canvas.rect(x - 0.24, bottom, 0.48, top - bottom, stroke=0, fill=1)
        for y in (top, bottom):
            canvas.rect(x0 - 0.24, y - 0.24, x1 - x0 + 0.48, 0.48, stroke=0, fill=1)
        return
    canvas.setLineWidth(0.48)
    for x in (x0, x1):
        if style.rules != "open" or x not in outer:
            draw_line(desk, x, bottom, x, top)
    draw_line(desk, x0, top, x1, top)
    draw_line(desk, x0, bottom, x1, bottom)


def draw_line(desk: Desk, x0: float, y0: float, x1: float, y1: float) -> None:
    """A line, unless it is one of those that are missing: the same for both cells that it parts."""
    if (
        not desk.style.missing
        or round(x0 + 3 * y0 + 7 * x1 + 11 * y1) % SPARED != desk.style.missing
    ):
        desk.canvas.line(x0, y0, x1, y1)


# --- reports --------------------------------------------------------------------------------------


def pdf_of(report: Report, style: Style, sheets: Sheets | None = None) -> bytes:
    sheets = sheets if sheets is not None else report_sheets(report)
    desk = Desk(style)
    title, dated, *parts = page_parts(report, {})
    desk.title(title, style.title_lines)
    desk.top += 24
    desk.text(dated, style.width / 2, desk.top, 10, "center")
    for part in filter(None, parts):
        desk.top += 4
        desk.paragraph(part)
        table = SECTIONS.get(part[0]) if part[1:2] == "、" else None
        if table in sheets:
            desk.top += 10
            draw_table(desk, table, sheets[table])
    return desk.finish()


@st.composite
def styles(draw: st.DrawFn, rules: tuple[str, ...]) -> Style:
    """Any style; no break falls within a head, where a table without lines at its sides has no sure
    columns.
    """
    breaks = draw(st.lists(st.tuples(st.sampled_from(TABLES), st.integers(5, 28)), max_size=3))
    return Style(
        rules=draw(st.sampled_from(rules)),
        breaks=tuple(breaks),
        heads=draw(st.booleans()),
        inside=draw(st.booleans()),
        apart=draw(st.booleans()),
        bold=draw(st.booleans()),
        turned=draw(st.sampled_from(("", "vertical", "rotated"))),
        numbers=draw(st.booleans()),
        running=draw(st.sampled_from(("", "政府信息公开年报"))),
        align=draw(st.sampled_from(("center", "left", "right"))),
        title_lines=draw(st.integers(1, 2)),
    )
