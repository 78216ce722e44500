"""Reports of which no figure can be read, or few, in every format that has a writer."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from pathlib import Path

from gongkai.model import Report
from gongkai.workbook.file import fill_file, template_path
from gongkai.workbook.fill import report_to_edits
from helpers.made import report_of
from helpers.writers import pdfs, sheets, words
from helpers.writers.styles import (
    LAYOUTS,
    Sheet,
    Sheets,
    Spot,
    html_page,
    report_sheets,
    simple_cell,
    table_html,
)

Change = Callable[[Spot], str]  # what stands in a figure's cell instead

SOUND = report_of()
PICTURE = '<td><img src="n.png"></td>'
LETTER = '<td class="n"></td>'
DRAWN = '<style>td.n::before { content: "3" }</style>'

AS_WRITTEN: Change = lambda spot: spot.text  # noqa: E731
BLANK: Change = lambda spot: ""  # noqa: E731
SIGNS: Change = lambda spot: "/"  # noqa: E731
BRACKETS: Change = lambda spot: f"({spot.text})"  # noqa: E731
ZEROS: Change = lambda spot: "0"  # noqa: E731


def one_figure(cell: str) -> Change:
    return lambda spot: "7" if spot.id == cell else ""


def changed_sheets(change: Change, report: Report = SOUND) -> dict[str, Sheet]:
    found = {}
    for table, sheet in report_sheets(report).items():
        found[table] = [
            replace(spot, text=change(spot)) if spot.kind == "figure" else spot for spot in sheet
        ]
    return found


def with_cells(cell: str) -> str:
    """A page whose figures' cells are all written alike."""

    def written(spot: Spot, spans: str) -> str:
        return cell if spot.kind == "figure" else simple_cell(spot, spans)

    return html_page(
        SOUND, {table: table_html(sheet, written) for table, sheet in report_sheets(SOUND).items()}
    )


def page_of(made: Sheets, layout: str = "plain", report: Report = SOUND) -> bytes:
    return LAYOUTS[layout](report, dict(made)).encode()


# Format -> sheets -> a file's content; the suffix is the format's.
FORMATS: Mapping[str, Callable[[Sheets], bytes]] = {
    "html": page_of,
    "txt": lambda made: page_of(made, "bars"),
    "full.txt": lambda made: page_of(made, "full_bars"),
    "lines.txt": lambda made: page_of(made, "lines"),
    "docx": lambda made: words.word_page(SOUND, made, words.Manner()),
    "xlsx": lambda made: sheets.workbook_bytes(sheets.report_book(SOUND, made, sheets.Style())),
    "pdf": lambda made: pdfs.pdf_of(SOUND, pdfs.Style(), made),
}


def saved_as(folder: Path, kind: str, made: Sheets) -> Path:
    target = folder / f"report.{kind}"
    target.write_bytes(FORMATS[kind](made))
    return target


def saved_page(
    folder: Path, change: Change, name: str = "report.html", report: Report = SOUND
) -> Path:
    target = folder / name
    target.write_bytes(page_of(changed_sheets(change, report), report=report))
    return target


def workbook_without_figures(folder: Path, report: Report = SOUND) -> Path:
    """A workbook of ours with a cover and no figure, as a user leaves it who has emptied the
    tables.
    """
    edits = [edit for edit in report_to_edits(report, []) if not edit.sheet.startswith("表")]
    return fill_file(
        template_path(), folder / "空表.xlsm", [edit for edit in edits if edit.value is not None]
    )
