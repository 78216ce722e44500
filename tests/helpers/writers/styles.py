"""A report's figures rendered in every markup that real sites use, driven by the editions.

A report becomes one sheet per table (a list of spots: box, text), a layout turns the three sheets
into a page. Tests change sheets between the two steps, so that every layout can be broken in the
same way.
"""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from decimal import Decimal
from html import escape
from itertools import groupby
from unicodedata import east_asian_width

from gongkai.editions import all_editions
from gongkai.model import Box, Cell, Form, Report, Value

TABLES = ("disclosure", "applications", "disputes")
HEAD_LINES = 3  # lines of the head of table three
CUT = 16  # line of table three after which layout "split" begins a new table


@dataclass(frozen=True)
class Spot:
    """A cell of a page. ``id`` is the cell id of a figure, the row, column or group id of a label,
    else "".
    """

    box: Box
    text: str
    kind: str
    id: str


Sheet = list[Spot]
Sheets = Mapping[str, Sheet]
LabelNoise = Callable[[str], str]
Writing = Callable[[Cell, Value], str]


# --- how labels are written -----------------------------------------------------------------------


def every_second(text: str, filler: str) -> str:
    return "".join(char + filler * (at % 2) for at, char in enumerate(text[:-1])) + text[-1:]


def broken(text: str) -> str:
    """A label broken over lines, at most twice, as narrow columns do."""
    if len(text) < 3:
        return text
    middle = len(text) // 2
    return f"{text[:middle]}\n{text[middle:]}"


HALF = str.maketrans({"（": "(", "）": ")", "：": ":", "“": '"', "”": '"', "，": ","})
WIDE = str.maketrans({chr(48 + digit): chr(0xFF10 + digit) for digit in range(10)} | {".": "．"})

LABELS: dict[str, LabelNoise] = {
    "official": lambda text: text,
    "spaced": lambda text: every_second(text, " "),
    "ideographic": lambda text: f"\u3000{text[:2]}\u3000{text[2:]}\u3000",
    "halfwidth": lambda text: text.translate(HALF),
    "numbered": lambda text: text[0] + "、" + text[2:] if text[1:2] == "." else text,
    "wide": lambda text: text.translate(WIDE),
    "invisible": lambda text: "\ufeff" + every_second(text, "\u200b"),
    "broken": broken,
}


# --- how figures are written ----------------------------------------------------------------------


def plain(cell: Cell, value: Value) -> str:
    return "" if value is None else format(value, "f") if isinstance(value, Decimal) else str(value)


def commas(cell: Cell, value: Value) -> str:
    return (
        ""
        if value is None
        else format(value, ",f")
        if isinstance(value, Decimal)
        else format(value, ",")
    )


def yuan(cell: Cell, value: Value) -> str:
    """Amounts in 元 instead of 万元; counts plainly."""
    if value is None or not cell.column.decimal:
        return plain(cell, value)
    return format((Decimal(value) * 10_000).normalize(), "f") + "元"


FIGURES: dict[str, Writing] = {
    "plain": plain,
    "commas": commas,
    "wide": lambda cell, value: (
        commas(cell, value).translate(WIDE).replace(",", "，").replace("-", "－")
    ),
    "counted": lambda cell, value: (
        plain(cell, value) + (cell.column.unit if value is not None else "")
    ),
    "padded": lambda cell, value: f"\xa0 {plain(cell, value)}\u3000",
    "zeros": lambda cell, value: plain(cell, value) + (".00" if isinstance(value, int) else ""),
    "yuan": yuan,
}


# --- a report as sheets ---------------------------------------------------------------------------


def form_sheet(form: Form, write: Callable[[Cell], str], noise: LabelNoise) -> Sheet:
    """The spots of one table in reading order; ``write`` gives the text of a figure's cell."""
    spots = [Spot(label.box, noise(label.text), label.kind, label.id) for label in form.labels]
    spots += [Spot(cell.box, write(cell), "figure", cell.id) for cell in form.cells.values()]
    return sorted(spots, key=lambda spot: (spot.box.top, spot.box.left))


def report_sheets(
    report: Report, labels: str = "official", figures: str = "plain"
) -> dict[str, Sheet]:
    """Table id -> sheet. Labels and figures are written in the named ways; None is an empty
    text.
    """
    found = {}
    for table in report.tables.values():
        form = table.form
        values = {cell: entry.value for cell, entry in table.entries.items()}
        found[table.id] = form_sheet(
            form, lambda cell, v=values: FIGURES[figures](cell, v[cell.id]), LABELS[labels]
        )
    return found


def sheet_lines(sheet: Sheet) -> list[list[Spot]]:
    """The spots that start in each line, left to right; a line that holds only covered cells is
    empty.
    """
    by_line = {line: list(spots) for line, spots in groupby(sheet, key=lambda spot: spot.box.top)}
    return [by_line.get(line, []) for line in range(1, max(spot.box.bottom for spot in sheet) + 1)]


def cut_sheet(sheet: Sheet, first: int, last: int) -> Sheet:
    """Lines ``first`` to ``last`` as a sheet; a label that reaches across the cut is clipped, not
    repeated.
    """
    kept = []
    for spot in sheet:
        top, bottom = max(spot.box.top, first), min(spot.box.bottom, last)
        if top <= bottom:
            text = spot.text if spot.box.top >= first else ""
            box = Box(top - first + 1, spot.box.left, bottom - first + 1, spot.box.right)
            kept.append(replace(spot, box=box, text=text))
    return sorted(kept, key=lambda spot: (spot.box.top, spot.box.left))


def cut_columns(sheet: Sheet, left: int, right: int) -> Sheet:
    """The spots of columns ``left`` to ``right``, moved to the left edge; labels are clipped."""
    kept = []
    for spot in sheet:
        low, high = max(spot.box.left, left), min(spot.box.right, right)
        if low <= high:
            kept.append(
                replace(
                    spot, box=Box(spot.box.top, low - left + 1, spot.box.bottom, high - left + 1)
                )
            )
    return kept


def below(sheet: Sheet, lines: int) -> Sheet:
    """A sheet moved down by ``lines``."""
    return [
        replace(
            spot,
            box=Box(spot.box.top + lines, spot.box.left, spot.box.bottom + lines, spot.box.right),
        )
        for spot in sheet
    ]


# --- cells and tables in HTML ---------------------------------------------------------------------


def span_attributes(rowspan: int, colspan: int) -> str:
    return (f' rowspan="{rowspan}"' if rowspan > 1 else "") + (
        f' colspan="{colspan}"' if colspan > 1 else ""
    )


def true_spans(spot: Spot) -> str:
    return span_attributes(spot.box.height, spot.box.width)


def no_spans(spot: Spot) -> str:
    return ""


def wrong_spans(spot: Spot) -> str:
    """Spans as careless editing leaves them: tall groups two short, wide heads one too wide, row
    labels without.
    """
    height, width = spot.box.height, spot.box.width
    if spot.kind == "row":
        return ""
    return span_attributes(height - 2 if height > 7 else height, width + 1 if width > 4 else width)


def simple_cell(spot: Spot, spans: str) -> str:
    return f"<td{spans}>{escape(spot.text).replace(chr(10), '<br>')}</td>"


def runs(text: str) -> list[str]:
    """Text cut into runs of one to three characters, as Word saves what was typed at different
    times.
    """
    sizes = (1, 2, 1, 3)
    found, at, turn = [], 0, 0
    while at < len(text):
        found.append(text[at : at + sizes[turn % 4]])
        at, turn = at + sizes[turn % 4], turn + 1
    return found


def word_cell(spot: Spot, spans: str) -> str:
    """A cell as Word pastes it: a paragraph per line, a span per run, o:p, mso styles, a
    conditional comment.
    """
    font = (
        "font-family:宋体;mso-bidi-font-family:宋体;color:windowtext;font-size:10.5000pt;"
        "mso-font-kerning:0.0000pt;"
    )
    paragraphs = []
    for line in spot.text.split("\n"):
        inner = (
            "".join(f'<span style="{font}">{escape(run)}</span>' for run in runs(line)) or "&nbsp;"
        )
        tail = f'<span style="{font}"><o:p>{"" if line else "&nbsp;"}</o:p></span>'
        paragraphs.append(
            f'<p class="MsoNormal" align="center" style="text-align:center;">{inner}{tail}</p>'
        )
    note = "<!--[if !supportMisalignedColumns]-->" if spot.kind == "group" else ""
    style = 'valign="center" style="width:63.8pt;mso-border-alt:0.5pt solid windowtext;"'
    return f"<td{spans} {style}>{note}{''.join(paragraphs)}</td>"


def table_html(
    sheet: Sheet,
    cell: Callable[[Spot, str], str] = simple_cell,
    spans: Callable[[Spot], str] = true_spans,
) -> str:
    rows = ("".join(cell(spot, spans(spot)) for spot in spots) for spots in sheet_lines(sheet))
    return "<table border=1>\n" + "\n".join(f"<tr>{row}</tr>" for row in rows) + "\n</table>"


def split_tables(sheets: Sheets) -> dict[str, str]:
    """Table three cut in two with its head repeated, the others whole."""
    found = {table: table_html(sheet) for table, sheet in sheets.items()}
    sheet = sheets["applications"]
    last = max(spot.box.bottom for spot in sheet)
    second = cut_sheet(sheet, 1, HEAD_LINES) + below(cut_sheet(sheet, CUT + 1, last), HEAD_LINES)
    found["applications"] = (
        table_html(cut_sheet(sheet, 1, CUT)) + "<p>&nbsp;</p>" + table_html(second)
    )
    return found


def small_tables(sheets: Sheets) -> dict[str, str]:
    """Table four as three small tables."""
    found = {table: table_html(sheet) for table, sheet in sheets.items()}
    pieces = [cut_columns(sheets["disputes"], left, left + 4) for left in (1, 6, 11)]
    # The label 行政诉讼 stands over both blocks of litigation: each piece repeats it.
    found["disputes"] = "<p>&nbsp;</p>".join(table_html(piece) for piece in pieces)
    return found


def vertical(sheets: Sheets) -> dict[str, str]:
    """三、本年度办理结果 set one character a line."""
    sheet = [
        replace(spot, text="\n".join(spot.text)) if spot.id == "results" else spot
        for spot in sheets["applications"]
    ]
    return {
        table: table_html(sheet if table == "applications" else sheets[table]) for table in sheets
    }


def glued(sheets: Sheets) -> dict[str, str]:
    """All three in one table, each below its section's title as a row."""
    whole: Sheet = []
    for table, sheet in sheets.items():
        start = max((spot.box.bottom for spot in whole), default=0)
        title = Spot(Box(1, 1, 1, 15), title_of(table), "title", "")
        whole += below([title, *below(sheet, 1)], start)
    return {"disclosure": table_html(whole), "applications": "", "disputes": ""}


# --- tables in text -------------------------------------------------------------------------------


def lines_text(sheet: Sheet) -> str:
    """One cell a line with a blank line after each, labels broken over lines likewise."""
    return "".join(spot.text.replace("\n", "\n\n") + "\n\n" for spot in sheet)


def bars_text(sheet: Sheet, bar: str = " | ", end: str = " |") -> str:
    """Cells between bars; covered cells are missing."""
    rows = (
        bar.join(spot.text.replace("\n", " ") for spot in spots) + end
        for spots in sheet_lines(sheet)
        if spots
    )
    return "\n".join(rows) + "\n"


def full_bars_text(sheet: Sheet) -> str:
    """Cells between bars; covered cells are written empty, so that every line has all columns (save
    lost cells).
    """
    return "\n".join(f"| {' | '.join(texts)} |" for texts in full_lines(sheet)) + "\n"


def trailing_text(sheet: Sheet) -> str:
    """One cell a line with trailing bars; spans show as further bars, covered cells as a line of
    bars.
    """
    found = []
    for line, spots in enumerate(sheet_lines(sheet), 1):
        covered = sum(spot.box.top < line <= spot.box.bottom for spot in sheet)
        found += ["| " + "|" * covered] if covered else []
        found += [
            f"{spot.text} |" + (" " + "|" * spot.box.width if spot.box.width > 1 else "")
            for spot in spots
        ]
    return "\n".join(found) + "\n"


# --- as other programs write it -------------------------------------------------------------------


def full_lines(sheet: Sheet) -> list[list[str]]:
    """Each line with all its columns: a label in the first of those that it covers, the others
    blank.
    """
    found = []
    for line in range(1, max(spot.box.bottom for spot in sheet) + 1):
        here = sorted(
            (spot for spot in sheet if spot.box.top <= line <= spot.box.bottom),
            key=lambda s: s.box.left,
        )
        texts = []
        for spot in here:
            first = spot.text.replace("\n", " ") if spot.box.top == line else ""
            texts += [first] + [""] * (spot.box.width - 1)
        found.append(texts)
    return found


def copied_text(sheet: Sheet) -> str:
    """What a PDF viewer copies: the texts of a line parted by single blanks; blank cells leave
    nothing.
    """
    return "\n".join(" ".join(filter(None, texts)) for texts in full_lines(sheet)) + "\n"


def csv_text(sheet: Sheet) -> str:
    out = io.StringIO()
    csv.writer(out, lineterminator="\n").writerows(full_lines(sheet))
    return out.getvalue()


def places(text: str) -> int:
    """The width of a text in half places: 规章 is 4."""
    return sum(2 if east_asian_width(letter) in "WFA" else 1 for letter in text)


def padded(lines: list[list[str]]) -> list[list[str]]:
    """The lines with each column as wide as its longest text, an even number of places."""
    widths: dict[int, int] = {}
    for texts in lines:
        for at, text in enumerate(texts):
            widths[at] = max(widths.get(at, 2), places(text) + places(text) % 2)
    return [
        [text + " " * (widths[at] - places(text)) for at, text in enumerate(texts)]
        for texts in lines
    ]


def drawn_text(sheet: Sheet) -> str:
    """A table drawn with ─ and │, every cell closed; a rule's sign is two places wide, as Chinese
    fonts have it.
    """
    lines = padded(full_lines(sheet))
    rules = ["─" * (places(text) // 2) for text in max(lines, key=len)]
    top, between, bottom = f"┌{'┬'.join(rules)}┐", f"├{'┼'.join(rules)}┤", f"└{'┴'.join(rules)}┘"
    body = f"\n{between}\n".join(f"│{'│'.join(texts)}│" for texts in lines)
    return f"{top}\n{body}\n{bottom}\n"


def fixed_text(sheet: Sheet) -> str:
    """Columns of one width, parted by blanks."""
    return "\n".join("  ".join(texts).rstrip() for texts in padded(full_lines(sheet))) + "\n"


# --- pages ----------------------------------------------------------------------------------------


def title_of(table: str) -> str:
    return next(
        section.title for section in all_editions()["2021"].sections if section.table == table
    )


def report_title(report: Report) -> str:
    return f"{report.agency}{report.year}年政府信息公开工作年度报告"


def page_parts(report: Report, tables: Mapping[str, str]) -> list[str]:
    """Title, date, sections and tables in order; ``tables`` are rendered already."""
    year = report.year or 0
    return [
        report_title(report),
        f"发布日期：{report.published}　来源：{report.agency}",
        f"本报告由{report.agency}编制，所列数据的统计期限自{year}年1月1日起至{year}年12月31日止。",
        "一、总体情况",
        f"{year}年，主动公开各类信息1286条，公布解读材料14篇，组织培训3次。",
        "二、主动公开政府信息情况",
        tables.get("disclosure", ""),
        "三、收到和处理政府信息公开申请情况",
        tables.get("applications", ""),
        "四、政府信息公开行政复议、行政诉讼情况",
        tables.get("disputes", ""),
        "五、存在的主要问题及改进情况",
        f"少数栏目更新不够及时。{year + 1}年将按月检查栏目，按季通报。",
        "六、其他需要报告的事项",
        "本年度收取信息处理费0元。",
    ]


def html_page(report: Report, tables: Mapping[str, str], wrap: str = "<div>{}</div>") -> str:
    """A page in HTML around rendered tables; ``wrap`` holds everything below the page's head."""
    parts = [
        part if part.startswith("<") else f"<p>{escape(part)}</p>"
        for part in page_parts(report, tables)
        if part
    ]
    head = f'<meta charset="utf-8"><title>{escape(report_title(report))}-政府信息公开</title>'
    return (
        f"<!DOCTYPE html>\n<html><head>{head}</head><body>{wrap.format(chr(10).join(parts))}</bod"
        f"y></html>\n"
    )


def text_page(report: Report, tables: Mapping[str, str]) -> str:
    return "\n\n".join(page_parts(report, tables)) + "\n"


LAYOUT_TABLE = (
    "<table width=100%><tr><td><a href=/>首页</a> &gt; 信息公开年报</td></tr><tr><td>"
    "<table><tr><td width=160><ul><li>公开指南</li><li>公开年报</li></ul></td><td>{}</td></tr></t"
    "able>"
    "</td></tr></table>"
)


def html_layout(
    cell: Callable[[Spot, str], str] = simple_cell, spans: Callable[[Spot], str] = true_spans
) -> Layout:
    return lambda report, sheets: html_page(
        report, {t: table_html(s, cell, spans) for t, s in sheets.items()}
    )


def text_layout(table_text: Callable[[Sheet], str]) -> Layout:
    return lambda report, sheets: text_page(report, {t: table_text(s) for t, s in sheets.items()})


def paragraphs(sheet: Sheet) -> str:
    return "".join(
        f"<p>{escape(line) or '&nbsp;'}</p>\n" for spot in sheet for line in spot.text.split("\n")
    )


def nested(report: Report, sheets: Sheets) -> str:
    return html_page(report, {t: table_html(s) for t, s in sheets.items()}, LAYOUT_TABLE)


Layout = Callable[[Report, Sheets], str]

GRIDS: dict[str, Layout] = {
    "plain": html_layout(),
    "word": html_layout(word_cell),
    "bare": html_layout(spans=no_spans),
    "wrong": html_layout(spans=wrong_spans),
    "nested": nested,
    "glued": lambda report, sheets: html_page(report, glued(sheets)),
    "split": lambda report, sheets: html_page(report, split_tables(sheets)),
    "small": lambda report, sheets: html_page(report, small_tables(sheets)),
    "vertical": lambda report, sheets: html_page(report, vertical(sheets)),
    "bars": text_layout(bars_text),
    "full_bars": text_layout(full_bars_text),
    "tabs": text_layout(lambda sheet: bars_text(sheet, "\t", "")),
}
FLAT: dict[str, Layout] = {
    "paragraphs": lambda report, sheets: html_page(
        report, {t: paragraphs(s) for t, s in sheets.items()}
    ),
    "lines": text_layout(lines_text),
    "trailing": text_layout(trailing_text),
}
LAYOUTS: dict[str, Layout] = GRIDS | FLAT
PASTED: dict[str, Layout] = {  # what programs write or copy as plain text
    "copied": text_layout(copied_text),
    "csv": text_layout(csv_text),
    "drawn": text_layout(drawn_text),
    "fixed": text_layout(fixed_text),
}


def render(
    report: Report, layout: str = "plain", labels: str = "official", figures: str = "plain"
) -> str:
    """A report as a page: text of HTML or plain text, in the named layout and ways of writing."""
    return LAYOUTS[layout](report, report_sheets(report, labels, figures))
