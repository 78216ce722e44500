"""Room: benchmarks. Each form of a report: our reader beside the bare library on the same bytes, in one run.

Run as ``python benchmarks/formats.py``; prints a Markdown table. The bare library opens the file and takes the text of
every table cell and paragraph, nothing more. Milliseconds are medians of interleaved rounds in one process; megabytes
are the peak of a process that reads the file once, its interpreter and imports included.
"""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

from read import ROOT, medians

sys.path[:0] = [str(ROOT / "python")]
DOCUMENTS = ROOT / "tests" / "documents"
FILES = {  # form -> case
    "PDF, ruled": "pdf-wps-2024",
    "PDF, without rulings": "pdf-unruled-2021",
    ".docx": "docx-official-2022",
    ".xlsx": "xlsx-one-sheet-2022",
    ".xls": "xls-2021",
}
ROUNDS = 15

Task = Callable[[bytes], object]


def bare_pdf(content: bytes) -> object:
    import pdfplumber

    with pdfplumber.open(io.BytesIO(content)) as document:
        return [(page.extract_tables(), page.extract_text()) for page in document.pages]


def bare_word(content: bytes) -> object:
    from docx import Document

    document = Document(io.BytesIO(content))
    tables = [[[cell.text for cell in row.cells] for row in table.rows] for table in document.tables]
    return tables, [paragraph.text for paragraph in document.paragraphs]


def bare_excel(content: bytes) -> object:
    from python_calamine import CalamineWorkbook

    book = CalamineWorkbook.from_filelike(io.BytesIO(content))
    return [book.get_sheet_by_name(name).to_python() for name in book.sheet_names]


def ours_pdf(content: bytes) -> object:
    from gongkai.readers.pdf import pdf_blocks

    return pdf_blocks(content)


def ours_word(content: bytes) -> object:
    from gongkai.readers.word import word_blocks

    return word_blocks(content)


def ours_excel(content: bytes) -> object:
    from gongkai.readers.excel import excel_blocks

    return excel_blocks(content)


TASKS: dict[str, tuple[str, Task, Task]] = {
    ".pdf": ("pdfplumber", bare_pdf, ours_pdf),
    ".docx": ("python-docx", bare_word, ours_word),
    ".xlsx": ("python-calamine", bare_excel, ours_excel),
    ".xls": ("python-calamine", bare_excel, ours_excel),
}


def peak(source: Path, which: int) -> float:
    """MB of a process that reads a file once: with the bare library (1) or our reader (2)."""
    command = [sys.executable, __file__, str(source), str(which)]
    return float(subprocess.run(command, check=True, capture_output=True, text=True).stdout)


def read_once(source: str, which: str) -> None:
    import resource

    TASKS[Path(source).suffix][int(which)](Path(source).read_bytes())
    print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * 1024 / 1e6)


def main() -> None:
    print("| form | library | ms | gongkai ms | ratio | MB | gongkai MB |")
    print("|---|---|---:|---:|---:|---:|---:|")
    for name, case in FILES.items():
        (source,) = (DOCUMENTS / case).glob("source.*")
        content = source.read_bytes()
        library, bare, ours = TASKS[source.suffix]
        found = medians({"bare": lambda: bare(content), "ours": lambda: ours(content)}, ROUNDS)  # noqa: B023
        ratio = found["ours"] / found["bare"]
        sizes = f"{peak(source, 1):.0f} | {peak(source, 2):.0f}"
        print(f"| {name} | {library} | {found['bare']:.1f} | {found['ours']:.1f} | {ratio:.2f} | {sizes} |", flush=True)


if __name__ == "__main__":
    if len(sys.argv) > 1:
        read_once(*sys.argv[1:])
    else:
        main()
