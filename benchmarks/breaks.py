"""Reports that Word's kind of program printed: wherever a page ends, each figure is right or told.

Run as ``python benchmarks/breaks.py [FOLDER]`` with ``tests`` on the path; needs LibreOffice. It
writes 46 Word documents, prints them to PDF in one run, reads and judges them, and prints a
Markdown table. Exits with 1 if a figure is silent or if fewer than 98 % are right. FOLDER (else
``breaks`` in the folder for temporary files) keeps what was made: ``docx``, ``pdf`` with
NAME.truth.json beside each PDF, and judged.json. Where Chromium is on the path, it prints ten web
pages as well.
"""

from __future__ import annotations

import json
import shutil
import subprocess
import sys
import tempfile
import time
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cache
from pathlib import Path
from random import Random

import docx
from docx.enum.section import WD_ORIENT
from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.section import Section
from docx.shared import Mm
from pypdf import PageObject, PdfReader, PdfWriter, Transformation

import gongkai
from gongkai.model import Finding, GongkaiError, Report, Value
from helpers.made import consistent, report_of
from helpers.office import convert
from helpers.pages import figures, typed_report
from helpers.truth.judge import OUTCOMES, Outcome, is_told
from helpers.writers.styles import (
    LAYOUTS,
    Sheet,
    Spot,
    cut_sheet,
    page_parts,
    report_sheets,
    report_title,
)
from helpers.writers.words import paragraph, run, spans

FEWEST_RIGHT = 0.98
TWIPS = 20  # in a point
MM_TWIPS = 56.7  # in a millimetre
A4 = (210, 297)  # mm
BROWSERS = ("chromium", "chromium-browser", "google-chrome")
Judged = dict[Outcome, list[str]]


# --- what is printed ------------------------------------------------------------------------------


@dataclass(frozen=True)
class Print:
    """A document: whose figures it has, and how it is laid out."""

    name: str
    figures: str = "ruian"
    lines: int = 0  # of prose above the tables
    columns: str = "official"
    margins: tuple[int, int] = (36, 27)  # above and below, left and right; mm
    landscape: bool = False
    heads: bool = False  # repeated on each page
    whole_rows: bool = False  # no page ends inside a row
    numbered: bool = False  # a header, and page numbers as 「— 3 —」
    between: str = "heading"  # what stands between tables: heading, line, nothing
    cut: int = 0  # the row of 表三 after which a table of its own begins
    dragged: float = 0  # points by which that table is wider
    turned: bool = False  # it begins a page
    size: int = 21  # of the tables' font, in half points
    after: int = 0  # points below a paragraph in a cell
    left: bool = False  # a large title in two lines on the left
    paired: bool = False  # two pages on a sheet


def plain_print(lines: int) -> Print:
    """One of the 30: every third has the big figures, which wrap; titles, feet and gaps differ."""
    return Print(
        f"lines-{lines:02}",
        ("ruian", "hongze", "big")[lines % 3],
        lines,
        columns="narrow figures" if lines % 6 == 5 else "official",
        left=lines % 4 == 1,
        numbered=lines % 5 == 2,
        after=10 if lines % 4 >= 2 else 0,
    )


MORE = (
    Print("heads", "ruian", 6, heads=True, numbered=True),
    Print("heads-narrow", "big", 14, "narrow labels", heads=True),
    Print("heads-whole-rows", "hongze", 11, heads=True, whole_rows=True, left=True),
    Print("whole-rows", "big", 9, whole_rows=True, numbered=True),
    Print("narrow-labels", "ruian", 13, "narrow labels", numbered=True),
    Print("narrow-labels-left", "hongze", 18, "narrow labels", left=True),
    Print("narrow-figures", "big", 4, "narrow figures", size=28),
    Print("narrow-figures-heads", "big", 16, "narrow figures", heads=True, numbered=True),
    Print("small-text", "ruian", 12, margins=(25, 20), size=15),
    Print("landscape", "big", 5, landscape=True, numbered=True, left=True),
    Print("landscape-heads", "hongze", 2, landscape=True, margins=(30, 40), heads=True),
    Print("no-text-between", "ruian", 10, between="line", numbered=True),
    Print("nothing-between", "hongze", 8, between="nothing"),
    Print("dragged-3", "ruian", 11, cut=14, dragged=3, numbered=True),
    Print("dragged-8-page", "big", 3, cut=9, dragged=-8, turned=True),
    Print("two-on-a-sheet", "ruian", 12, numbered=True, paired=True),
)
PRINTS = (*(plain_print(lines) for lines in range(30)), *MORE)


# --- figures --------------------------------------------------------------------------------------


def big_report() -> Report:
    """Seven digits in 表二, up to five in 表三, three in 表四; all 42 relations hold."""
    random = Random("breaks")
    values: dict[str, Value] = dict(consistent(random, "2021", 2500))
    for row in ("permits", "penalties", "coercion"):
        values[f"disclosure.{row}.decisions"] = random.randint(1_000_000, 9_999_999)
    values["disclosure.fees.amount"] = Decimal(random.randint(100_000_000, 999_999_999)) / 100
    for column, largest in (("made", 99), ("repealed", 99), ("valid", 9999)):
        values[f"disclosure.rules.{column}"] = 0
        values[f"disclosure.normative.{column}"] = random.randint(largest // 9, largest)
    for row in ("review", "direct_litigation", "reviewed_litigation"):
        parts = {
            column: random.randint(0, 400) for column in ("upheld", "corrected", "other", "pending")
        }
        values |= {f"disputes.{row}.{column}": figure for column, figure in parts.items()}
        values[f"disputes.{row}.total"] = sum(parts.values())
    return report_of(values, year=2023)


@cache
def report_named(name: str) -> Report:
    if name == "big":
        return big_report()
    return typed_report({"ruian": "ruian-2021-html", "hongze": "hongze-2024"}[name])


# --- tables as WordprocessingML -------------------------------------------------------------------

# Name -> table -> its share of the text's width, the shares of its columns.
Shares = tuple[float, tuple[float, ...]]
COLUMNS: dict[str, dict[str, Shares]] = {
    "official": {
        "disclosure": (1, (1, 1, 1, 1)),
        "applications": (1, (7, 9, 26, *(6.6,) * 7)),
        "disputes": (1, (1,) * 15),
    },
    "narrow labels": {
        "disclosure": (0.7, (2, 5, 5, 5)),
        "applications": (0.9, (5, 6, 10, *(9,) * 7)),
        "disputes": (0.8, (1,) * 15),
    },
    "narrow figures": {
        "disclosure": (0.4, (6, 1, 1, 1)),
        "applications": (1, (9, 12, 38, *(5.6,) * 7)),
        "disputes": (0.9, (1,) * 15),
    },
}
EDGES = "".join(
    f'<w:{edge} w:val="single" w:sz="4" w:space="0" w:color="000000"/>'
    for edge in ("top", "left", "bottom", "right", "insideH", "insideV")
)
FONT = '<w:rFonts w:ascii="宋体" w:hAnsi="宋体" w:eastAsia="宋体"/>'


def text_width(style: Print) -> float:
    """Twips between the margins."""
    return (A4[style.landscape] - 2 * style.margins[1]) * MM_TWIPS


def widths(style: Print, table: str) -> list[int]:
    """The columns of a table, in twips."""
    share, columns = COLUMNS[style.columns][table]
    whole = text_width(style) * share
    return [round(whole * column / sum(columns)) for column in columns]


def sized(half_points: int) -> str:
    return f'{FONT}<w:sz w:val="{half_points}"/><w:szCs w:val="{half_points}"/>'


def table_cell(spot: Spot, line: int, columns: Sequence[int], style: Print) -> str:
    """A cell, or what a cell above it covers in this line."""
    width = sum(columns[spot.box.left - 1 : spot.box.right])
    begins = spot.box.top == line
    seam = ""
    if spot.box.height > 1:
        seam = '<w:vMerge w:val="restart"/>' if begins else "<w:vMerge/>"
    side = "left" if spot.kind in ("row", "caption") else "center"
    text = run(spot.text, sized(style.size)) if begins else ""
    properties = f'<w:tcW w:w="{width}" w:type="dxa"/>{spans(spot.box.width, seam)}'
    properties += '<w:vAlign w:val="center"/>'
    looks = f'<w:spacing w:before="0" w:after="{style.after * TWIPS}"/><w:jc w:val="{side}"/>'
    content = paragraph(text, looks)
    return f"<w:tc><w:tcPr>{properties}</w:tcPr>{content}</w:tc>"


def head_lines(sheet: Sheet) -> int:
    """The lines above the first figure."""
    return min(spot.box.top for spot in sheet if spot.kind == "figure") - 1


def row(sheet: Sheet, line: int, columns: Sequence[int], style: Print) -> str:
    here = [spot for spot in sheet if spot.box.top <= line <= spot.box.bottom]
    here.sort(key=lambda spot: spot.box.left)
    properties = "<w:cantSplit/>" if style.whole_rows else ""
    properties += '<w:trHeight w:val="400" w:hRule="atLeast"/>'
    properties += "<w:tblHeader/>" if style.heads and line <= head_lines(sheet) else ""
    cells = "".join(table_cell(spot, line, columns, style) for spot in here)
    return f"<w:tr><w:trPr>{properties}</w:trPr>{cells}</w:tr>"


def table(sheet: Sheet, columns: Sequence[int], style: Print) -> str:
    lines = range(1, max(spot.box.bottom for spot in sheet) + 1)
    rows = "".join(row(sheet, line, columns, style) for line in lines)
    grid = "".join(f'<w:gridCol w:w="{width}"/>' for width in columns)
    properties = (
        f'<w:tblW w:w="{sum(columns)}" w:type="dxa"/><w:jc w:val="center"/>'
        f'<w:tblBorders>{EDGES}</w:tblBorders><w:tblLayout w:type="fixed"/>'
        '<w:tblCellMar><w:left w:w="57" w:type="dxa"/><w:right w:w="57" w:type="dxa"/>'
        "</w:tblCellMar>"
    )
    return f"<w:tbl><w:tblPr>{properties}</w:tblPr><w:tblGrid>{grid}</w:tblGrid>{rows}</w:tbl>"


def cut_table(sheet: Sheet, columns: Sequence[int], style: Print) -> str:
    """表三 as two tables, the second wider as if somebody had dragged its edge."""
    last = max(spot.box.bottom for spot in sheet)
    more = style.dragged * TWIPS / len(columns)
    dragged = [round(width + more) for width in columns]
    gap = '<w:pageBreakBefore/><w:spacing w:line="20" w:lineRule="exact"/>'
    gap = gap if style.turned else gap.replace("<w:pageBreakBefore/>", "")
    first = table(cut_sheet(sheet, 1, style.cut), columns, style)
    second = table(cut_sheet(sheet, style.cut + 1, last), dragged, style)
    return first + paragraph("", gap) + second


# --- the document around them ---------------------------------------------------------------------

PROSE = (
    "围绕中心工作，持续推进决策、执行和结果公开。",
    "聚焦群众关切，及时发布惠民政策及其解读。",
    "规范办理流程，依法按时答复每一件申请。",
    "加强信息管理，严格落实先审查后公开制度。",
    "优化平台建设，定期检查门户网站各栏目。",
    "强化监督保障，组织业务培训并开展社会评议。",
)


def prose(lines: int) -> list[str]:
    return [PROSE[number % len(PROSE)] for number in range(lines)]


def texted(text: str) -> str:
    spacing = '<w:spacing w:before="0" w:after="0" w:line="560" w:lineRule="exact"/>'
    return paragraph(run(text, sized(32)), f'{spacing}<w:ind w:firstLine="640"/>')


def title(report: Report, style: Print) -> str:
    text = report_title(report)
    if not style.left:
        return paragraph(run(text, sized(40) + "<w:b/>"), '<w:jc w:val="center"/>')
    cut = text.index("年") + 1
    lines = (text[:cut], text[cut:])
    return "".join(
        paragraph(run(line, sized(56) + "<w:b/>"), '<w:jc w:val="left"/>') for line in lines
    )


def set_tables(report: Report, style: Print) -> dict[str, str]:
    found = {}
    for name, sheet in report_sheets(report).items():
        columns = widths(style, name)
        is_cut = style.cut and name == "applications"
        found[name] = (cut_table if is_cut else table)(sheet, columns, style)
    return found


def joined(parts: Sequence[str], between: str) -> list[str]:
    """The parts of a page; without the headings that stand before the second and third table."""
    if between == "heading":
        return list(parts)
    places = [at for at, part in enumerate(parts) if part.startswith("<")]
    gap = [paragraph("")] if between == "line" else []
    whole = list(parts[: places[0] + 1])
    for at in places[1:]:
        whole += [*gap, parts[at]]
    return whole + list(parts[places[-1] + 1 :])


def body(report: Report, style: Print) -> str:
    parts = page_parts(report, set_tables(report, style))[1:]
    at = parts.index("二、主动公开政府信息情况")
    parts[at:at] = prose(style.lines)
    whole = [
        part if part.startswith("<") else texted(part) for part in joined(parts, style.between)
    ]
    return title(report, style) + "".join(whole)


def set_page(section: Section, style: Print) -> None:
    short, long = Mm(A4[0]), Mm(A4[1])
    section.orientation = WD_ORIENT.LANDSCAPE if style.landscape else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = (long, short) if style.landscape else (short, long)
    section.top_margin = section.bottom_margin = Mm(style.margins[0])
    section.left_margin = section.right_margin = Mm(style.margins[1])


def number_pages(section: Section, report: Report) -> None:
    section.header.paragraphs[0].text = report_title(report)
    field = f'<w:fldSimple {nsdecls("w")} w:instr="PAGE"><w:r><w:t>1</w:t></w:r></w:fldSimple>'
    foot = section.footer.paragraphs[0]
    foot.alignment = 1
    foot.add_run("— ")
    foot._p.append(parse_xml(field))
    foot.add_run(" —")


def write_document(style: Print, folder: Path) -> Path:
    report = report_named(style.figures)
    document = docx.Document()
    set_page(document.sections[0], style)
    if style.numbered:
        number_pages(document.sections[0], report)
    last = document.element.body[-1]
    for part in list(parse_xml(f"<w:body {nsdecls('w')}>{body(report, style)}</w:body>")):
        last.addprevious(part)
    path = folder / f"{style.name}.docx"
    document.save(str(path))
    return path


# --- printing -------------------------------------------------------------------------------------


def pair_pages(path: Path) -> None:
    """Each two pages side by side on a sheet, as 「每版打印页数 2」 prints them."""
    pages, writer = list(PdfReader(path).pages), PdfWriter()
    for first in range(0, len(pages), 2):
        width, height = float(pages[first].mediabox.width), float(pages[first].mediabox.height)
        sheet = PageObject.create_blank_page(width=height, height=width)
        scale = height / 2 / width
        for place, page in enumerate(pages[first : first + 2]):
            step = Transformation().scale(scale).translate(place * height / 2, 0)
            sheet.merge_transformed_page(page, step)
        writer.add_page(sheet)
    writer.write(path)


def number_of(value: Value) -> float | int | None:
    return float(value) if isinstance(value, Decimal) else value


def write_truth(report: Report, pdf: Path) -> None:
    truth = {cell: number_of(value) for cell, value in figures(report).items()}
    content = {"file": pdf.name, "year": report.year, "agency": report.agency, "figures": truth}
    text = json.dumps(content, ensure_ascii=False, indent=1)
    pdf.with_suffix(".truth.json").write_text(text, encoding="utf-8")


def print_documents(folder: Path) -> dict[Path, Report]:
    """PDF -> what it holds; by LibreOffice, in one run."""
    files = [write_document(style, folder / "docx") for style in PRINTS]
    made = dict(zip(convert(files, "pdf", folder / "pdf"), PRINTS, strict=True))
    for path in (path for path, style in made.items() if style.paired):
        pair_pages(path)
    return {path: report_named(style.figures) for path, style in made.items()}


LOOKS = (
    "<style>body{font:16pt serif}table{border-collapse:collapse;width:100%;font-size:10.5pt}"
    "td{border:1px solid;padding:3px;text-align:center;word-break:break-all}</style>"
)


def web_page(report: Report, lines: int) -> str:
    page = LAYOUTS["plain"](report, report_sheets(report))
    above = "".join(f"<p>{line}</p>" for line in prose(lines))
    heading = "<p>二、主动公开政府信息情况"
    return page.replace("</head>", LOOKS + "</head>", 1).replace(heading, above + heading, 1)


def print_pages(folder: Path) -> dict[Path, Report]:
    """The same of ten web pages by Chromium, where it is there."""
    browser = next(filter(None, map(shutil.which, BROWSERS)), None)
    if browser is None:
        print("Chromium is not there: the ten web pages are left out.\n")
        return {}
    made = {}
    for number in range(10):
        report = report_named(("ruian", "hongze", "big")[number % 3])
        page, path = folder / "docx" / f"web-{number}.html", folder / "pdf" / f"web-{number}.pdf"
        page.write_text(web_page(report, number * 3), encoding="utf-8")
        command = [
            browser,
            "--headless",
            "--no-pdf-header-footer",
            f"--print-to-pdf={path}",
            page.as_uri(),
        ]
        subprocess.run(command, check=True, capture_output=True, timeout=120)
        made[path] = report
    return made


# --- judging --------------------------------------------------------------------------------------


def outcome(report: Report, findings: Sequence[Finding], cell: str, expected: Value) -> Outcome:
    value = report.value(cell)
    if value is None:
        return "blank, told" if is_told(report, findings, cell, notes=True) else "blank, untold"
    if value == expected:
        return "right"
    return "wrong, told" if is_told(report, findings, cell, notes=False) else "SILENT"


def judged(path: Path, truth: Mapping[str, Value]) -> Judged:
    found: Judged = {each: [] for each in OUTCOMES}
    try:
        report = gongkai.read_report(path)
    except GongkaiError:
        found["blank, told"] = list(truth)
        return found
    findings = gongkai.check(report)
    for cell, expected in truth.items():
        found[outcome(report, findings, cell, expected)].append(cell)
    return found


def line(name: str, cells: Counter[Outcome]) -> str:
    counts = " | ".join(f"{cells[each]:,}" for each in OUTCOMES)
    return f"| {name} | {sum(cells.values()):,} | {counts} |"


def print_table(found: Mapping[str, Judged]) -> Counter[Outcome]:
    print(f"| document | figures | {' | '.join(OUTCOMES)} |\n|---|---:|{'---:|' * len(OUTCOMES)}")
    total: Counter[Outcome] = Counter()
    for name, cells in found.items():
        count = Counter({each: len(cells[each]) for each in OUTCOMES})
        total += count
        print(line(name, count))
    print(line(f"all {len(found)}", total))
    return total


def empty_folder(root: Path) -> Path:
    for part in ("docx", "pdf"):
        shutil.rmtree(root / part, ignore_errors=True)
        (root / part).mkdir(parents=True)
    return root


def main() -> int:
    root = Path(sys.argv[1]) if len(sys.argv) > 1 else Path(tempfile.gettempdir()) / "breaks"
    folder, start = empty_folder(root), time.monotonic()
    made = print_documents(folder) | print_pages(folder)
    for path, report in made.items():
        write_truth(report, path)
    printed = time.monotonic()
    found = {path.stem: judged(path, figures(report)) for path, report in made.items()}
    text = json.dumps(found, ensure_ascii=False, indent=1)
    (folder / "judged.json").write_text(text, encoding="utf-8")
    total = print_table(found)
    read = time.monotonic()
    print(f"\nPrinted in {printed - start:.0f} s, read and judged in {read - printed:.0f} s.")
    right = total["right"] / total.total()
    silent = f"{total['SILENT']} silently wrong, {total['blank, untold']} blank and untold"
    print(f"{right:.2%} right, {silent}.")
    return 1 if total["SILENT"] or total["blank, untold"] or right < FEWEST_RIGHT else 0


if __name__ == "__main__":
    sys.exit(main())
