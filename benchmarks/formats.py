"""Each form of a report: our reader beside the bare library on the same bytes, in one run.

Run as ``python benchmarks/formats.py``; prints a Markdown table. The bare library opens the file
and takes the text of every table cell and paragraph, nothing more. Milliseconds are medians of
interleaved rounds in one process; megabytes are the peak of a process that reads the file once, its
interpreter and imports included.
"""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Callable
from functools import partial
from pathlib import Path
from typing import NamedTuple

from read import ROOT, medians

sys.path[:0] = [str(ROOT / "python")]
DOCUMENTS = ROOT / "tests" / "documents"
ROUNDS = 15

Task = Callable[[bytes], object]


def bare_pdf(content: bytes) -> object:
    import pdfplumber

    with pdfplumber.open(io.BytesIO(content)) as document:
        return [(page.extract_tables(), page.extract_text()) for page in document.pages]


def bare_word(content: bytes) -> object:
    from docx import Document

    document = Document(io.BytesIO(content))
    tables = [
        [[cell.text for cell in row.cells] for row in table.rows] for table in document.tables
    ]
    return tables, [paragraph.text for paragraph in document.paragraphs]


def bare_xls(content: bytes) -> object:
    import xlrd

    book = xlrd.open_workbook(file_contents=content, formatting_info=True)
    return [[sheet.row_values(row) for row in range(sheet.nrows)] for sheet in book.sheets()]


def bare_openpyxl(content: bytes) -> object:
    import openpyxl

    book = openpyxl.load_workbook(io.BytesIO(content), data_only=True)
    return [
        [[cell.value for cell in row] for row in sheet.iter_rows()] for sheet in book.worksheets
    ]


def ours_pdf(content: bytes) -> object:
    from gongkai.readers.pdf import pdf_blocks

    return pdf_blocks(content)


def ours_word(content: bytes) -> object:
    from gongkai.readers.word import word_blocks

    return word_blocks(content)


def ours_excel(content: bytes) -> object:
    from gongkai.readers.excel import sheet_blocks

    return sheet_blocks(content)


class Row(NamedTuple):
    """A line of the table: the form, a case of it, the library that it is read with, and our
    reader.
    """

    form: str
    case: str
    library: str
    bare: Task
    ours: Task


ROWS = (
    Row("PDF, ruled", "pdf-wps-2024", "pdfplumber", bare_pdf, ours_pdf),
    Row("PDF, without rulings", "pdf-unruled-2021", "pdfplumber", bare_pdf, ours_pdf),
    Row(".docx", "docx-official-2022", "python-docx", bare_word, ours_word),
    Row(".xlsx", "xlsx-one-sheet-2022", "openpyxl", bare_openpyxl, ours_excel),
    Row(".xls", "xls-2021", "xlrd", bare_xls, ours_excel),
)


def source_of(row: Row) -> Path:
    (source,) = (DOCUMENTS / row.case).glob("source.*")
    return source


def peak(number: int, ours: bool) -> float:
    """MB of a process that reads a row's file once."""
    command = [sys.executable, __file__, str(number), "ours" if ours else "bare"]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def read_once(number: str, which: str) -> None:
    row = ROWS[int(number)]
    (row.ours if which == "ours" else row.bare)(source_of(row).read_bytes())
    # Not getrusage: its peak is also that of the process that started this one.
    status = dict(line.split(":", 1) for line in Path("/proc/self/status").read_text().splitlines())
    print(int(status["VmHWM"].split()[0]) * 1024 / 1e6)


def main() -> None:
    print("| form | library | ms | gongkai ms | ratio | MB | gongkai MB |")
    print("|---|---|---:|---:|---:|---:|---:|")
    for number, row in enumerate(ROWS):
        content = source_of(row).read_bytes()
        found = medians(
            {"bare": partial(row.bare, content), "ours": partial(row.ours, content)}, ROUNDS
        )
        times = f"{found['bare']:.1f} | {found['ours']:.1f} | {found['ours'] / found['bare']:.2f}"
        print(
            (
                f"| {row.form} | {row.library} | {times} | {peak(number, False):.0f} | "
                f"{peak(number, True):.0f} |"
            ),
            flush=True,
        )


if __name__ == "__main__":
    if len(sys.argv) > 1:
        read_once(*sys.argv[1:])
    else:
        main()
