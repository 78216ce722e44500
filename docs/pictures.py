"""Renders the sheets of filled workbooks into docs/images, with LibreOffice and pdftoppm.

Run as ``make pictures`` after a change to the looks of the workbook. The report is the demo's
flagged one, the list is made of the reports that the tests read.
"""

from __future__ import annotations

import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory

from gongkai.batch import report_file_name, with_years
from gongkai.demo import run
from gongkai.model import Edit
from gongkai.opc import open_archive
from gongkai.opc.package import package_bytes, part_bytes
from gongkai.pipeline import check, fill, read_report
from gongkai.workbook import layout
from gongkai.workbook.file import fill_file, template_path
from gongkai.workbook.lists import BatchRow, batch_edits, report_to_row, summary_edits
from gongkai.workbook.live.fittings import define, defined_names
from gongkai.workbook.live.stored import OpenFile
from gongkai.workbook.printing import AREA, TABLES, PrintedSheets

IMAGES = Path(__file__).parent / "images"
DOCUMENTS = Path(__file__).parents[1] / "tests" / "documents"
# Name -> sheet, dots an inch, and the part of its first page that is not white: left, top, width,
# height in pixels.
REPORT = {
    "cover": ("封面", 100, (40, 60, 1000, 740)),
    "disclosure": ("表二", 100, (40, 40, 1100, 440)),
    "flagged": ("表三", 100, (30, 50, 1110, 660)),
    "disputes": ("表四", 100, (30, 50, 1110, 160)),
    "prose": ("正文", 100, (30, 40, 1110, 290)),
    "results": ("校验结果", 110, (30, 40, 1220, 560)),
}
OLDER = {
    "disclosure-2019": ("表二（2019）", 100, (40, 40, 1110, 560)),
    "applications-2019": ("表三（2019）", 100, (30, 50, 1110, 600)),
}
BATCH = {
    "batch": ("批量导入", 110, (50, 50, 1190, 310)),
    "summary": ("汇总", 110, (50, 50, 1190, 250)),
}
LISTED = (
    "ruian-2021-html",
    "edition-2019-of-2020",
    "broken-2022",
    "word-2022",
    "hongze-2024",
    "wrong-spans-2023",
)
SITE = "https://www.example.gov.cn/xxgk"


def main() -> int:
    IMAGES.mkdir(exist_ok=True)
    with TemporaryDirectory() as made:
        folder = Path(made)
        list(run(folder))
        take_pictures(with_lanes(folder / "ruian2021-broken.xlsx"), REPORT)
        older = read_report(DOCUMENTS / "edition-2019-of-2020" / "source.html")
        take_pictures(with_lanes(fill(older, check(older), folder / "older.xlsm")), OLDER)
        take_pictures(made_batch(folder), BATCH)
    return 0


def with_lanes(path: Path) -> Path:
    """A workbook of which the tables print as they are seen, with their lanes."""
    book = OpenFile(open_archive(path.read_bytes()))
    numbers = PrintedSheets(book).numbers
    known = defined_names(book.workbook)
    areas = {}
    for name, sheet in TABLES.items():
        key = AREA, numbers[name]
        if key in known:
            areas[key] = layout.absolute(sheet.printed_with_lanes, name)
    define(book.workbook, areas)
    path.write_bytes(package_bytes(book.archive, {book.main: part_bytes(book.workbook)}))
    return path


def made_batch(folder: Path) -> Path:
    """A workbook with a list of each kind of row and the summary of its reports."""
    done = with_years(list(listed_rows()))
    rows = [
        *done,
        BatchRow(
            f"{SITE}/login.html",
            "failed",
            message="这是登录页面，不是年度报告",
            finished="2026-11-24 09:31",
        ),
        BatchRow(
            f"{SITE}/2020.html", "proposed", year=2020, message="2020年政府信息公开工作年度报告"
        ),
    ]
    where = Edit(layout.BATCH, *layout.FOLDER_SPOT, r"D:\年报")
    return fill_file(
        template_path(), folder / "batch.xlsm", [*batch_edits(rows), *summary_edits(done), where]
    )


def listed_rows() -> Iterator[BatchRow]:
    for number, name in enumerate(LISTED, 1):
        report = read_report(str(next((DOCUMENTS / name).glob("source.*"))))
        yield report_to_row(
            report,
            check(report),
            f"{SITE}/{number}.html",
            "2026-11-24 09:30",
            report_file_name(report),
        )


def take_pictures(
    book: Path, pictures: dict[str, tuple[str, int, tuple[int, int, int, int]]]
) -> None:
    folder = book.parent
    profile = f"-env:UserInstallation=file://{folder}/profile"
    command = ["soffice", profile, "--headless", "--convert-to", "pdf", "--outdir", folder, book]
    subprocess.run(command, check=True, capture_output=True)
    pdf = book.with_suffix(".pdf")
    pages = subprocess.run(
        ["pdftotext", "-layout", pdf, "-"], check=True, capture_output=True
    ).stdout.decode()
    for name, (sheet, dots, (left, top, width, height)) in pictures.items():
        # The foot of a list names its sheet; a table has its title alone.
        head = re.escape(TABLES[sheet].form.title) if sheet in TABLES else rf"{sheet}\s+第"
        texts = pages.split("\f")
        page = next(number for number, text in enumerate(texts, 1) if re.search(head, text))
        crop = ["-x", str(left), "-y", str(top), "-W", str(width), "-H", str(height)]
        only = ["-png", "-singlefile", "-r", str(dots), "-f", str(page), "-l", str(page)]
        subprocess.run(["pdftoppm", *only, *crop, pdf, IMAGES / name], check=True)


if __name__ == "__main__":
    sys.exit(main())
